"""A graph for programs that run on asyncio: the same questions, answered in threads, so that the loop goes on meanwhile."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from types import TracebackType

    from clayonto.describe import Description
    from clayonto.explain import Explanation
    from clayonto.explain.figures import Account
    from clayonto.graph import KnowledgeGraph
    from clayonto.query import NamedQuery
    from clayonto.results import Rows
    from clayonto.terms import Value
    from clayonto.validation import ValidationReport

    T = TypeVar("T")


class AsyncGraph:
    """The questions of a :class:`~clayonto.KnowledgeGraph`, to be awaited; arguments, answers and errors are those of its methods.

    Use it in an ``async with`` block, or call :meth:`close`. An engine cannot be stopped in the middle of an answer: who gives up waiting (``asyncio.timeout``)
    goes on at once, and the thread is free when the answer is there; a program that has come to its end ends then.

    >>> import clayonto
    >>> async def partners(kg):
    ...     async with AsyncGraph(kg) as graph:
    ...         both = (graph.run("project-partners", project="project/clay"), graph.query("ASK { ?p a clay:Project }"))
    ...         partners, projects = await asyncio.gather(*both)
    ...     return len(partners), projects[0].answer
    >>> asyncio.run(partners(clayonto.load()))
    (6, True)
    """

    def __init__(self, graph: KnowledgeGraph, *, threads: int = 8) -> None:
        """Ask ``graph``, at most ``threads`` questions at a time; others wait for their turn."""
        self.graph = graph
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="clayonto")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Take no more questions. Those that wait for their turn are cancelled, those that are being answered are not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def run(self, query: str | NamedQuery, /, **params: object) -> Rows:
        """See :meth:`clayonto.KnowledgeGraph.run`."""
        return await self._aside(lambda: self.graph.run(query, **params))

    async def query(self, text: str) -> Rows:
        """See :meth:`clayonto.KnowledgeGraph.query`."""
        return await self._aside(lambda: self.graph.query(text))

    async def describe(self, term: str, *, lang: str = "en") -> Description:
        """See :meth:`clayonto.KnowledgeGraph.describe`."""
        return await self._aside(lambda: self.graph.describe(term, lang=lang))

    async def search(self, text: str, *, lang: str = "en", limit: int = 20) -> Rows:
        """See :meth:`clayonto.KnowledgeGraph.search`."""
        return await self._aside(lambda: self.graph.search(text, lang=lang, limit=limit))

    async def explain(self, s: str, p: str, o: Value, *, bound: int = 2000) -> Explanation:
        """See :meth:`clayonto.KnowledgeGraph.explain`."""
        return await self._aside(lambda: self.graph.explain(s, p, o, bound=bound))

    async def account(self, thing: str) -> Account:
        """See :meth:`clayonto.KnowledgeGraph.account`."""
        return await self._aside(lambda: self.graph.account(thing))

    async def validate(self, *files: str | Path, **options: Any) -> ValidationReport:
        """See :meth:`clayonto.KnowledgeGraph.validate`."""
        return await self._aside(lambda: self.graph.validate(*files, **options))

    async def refresh(self) -> bool:
        """See :meth:`clayonto.KnowledgeGraph.refresh`."""
        return await self._aside(self.graph.refresh)

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
