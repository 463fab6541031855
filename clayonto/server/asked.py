"""A query on its way to an answer, and the answer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

from clayonto.server.formats import FORMATS
from clayonto.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from clayonto.server.messages import Question
    from clayonto.server.process import Process
    from clayonto.server.state import State

_CHUNK: Final = 1 << 18


class Told(NamedTuple):
    """What a worker says of a query: the head of its reply, a small answer, or the file of a large one, and the state that it has open."""

    head: dict[str, Any]
    body: bytes
    file: BinaryIO | None
    state: State

    def close(self) -> None:
        """Let go of its file."""
        if self.file is not None:
            self.file.close()


class Asked:
    """A query that is asked: ``client`` asks it, ``since`` when, and ``worker`` has it, if one does.

    ``named`` are the folders with the named graphs of the states that it was found to need them of.
    """

    __slots__ = ("_news", "_outcome", "_tell", "began", "client", "is_long", "is_slow", "lost", "named", "question", "since", "worker")

    def __init__(self, question: Question, client: str, named: dict[State, str], *, tell: Callable[[Asked], None] | None = None) -> None:
        """:param tell: called at the first news, which are as for :meth:`news`; must not fail."""
        self.question = question
        self.client = client
        self.named = named
        self.since = asyncio.get_running_loop().time()
        self.began = 0.0
        """When its worker was first seen at it, if it is slow."""
        self.worker: Process | None = None
        self.lost = 0
        """How many workers have ended before they came to it."""
        self.is_slow = False
        self.is_long = False
        self._outcome: Told | Problem | None = None
        self._news: asyncio.Future[None] | None = None
        self._tell = tell

    def news(self) -> asyncio.Future[None]:
        """Done when there is an outcome, or, the first time, when it takes more than a moment."""
        if self._news is None or (self._news.done() and self._outcome is None):
            self._news = asyncio.get_running_loop().create_future()
            if self._outcome is not None:
                self._news.set_result(None)
        return self._news

    def slow_down(self, began: float) -> None:
        """Say that it takes more than a moment.

        :param began: when it began.
        """
        if not self.is_slow:
            self.is_slow, self.began = True, began
            self._wake()

    def finish(self, outcome: Told | Problem) -> None:
        """Say how it ended."""
        self._outcome = outcome
        self._wake()

    @property
    def is_done(self) -> bool:
        """Whether there is an outcome."""
        return self._outcome is not None

    @property
    def small(self) -> Told | None:
        """An outcome that is an answer in memory."""
        outcome = self._outcome
        return outcome if isinstance(outcome, Told) and outcome.file is None and "error" not in outcome.head else None

    def outcome(self) -> Told:
        """How it ended.

        :raises Problem: if there is no reply.
        """
        assert self._outcome is not None
        if isinstance(self._outcome, Problem):
            raise self._outcome
        return self._outcome

    def let_go(self) -> None:
        """Nobody wants its outcome."""
        if isinstance(self._outcome, Told):
            self._outcome.close()

    def _wake(self) -> None:
        if self._tell is not None:
            tell, self._tell = self._tell, None
            tell(self)
        elif self._news is not None and not self._news.done():
            self._news.set_result(None)


class Answer:
    """The answer to a query: in memory if it is small, else a file that is gone when it is closed.

    ``format`` is a name of :data:`clayonto.server.formats.FORMATS`, ``size`` in bytes, ``digest`` that of the bytes or empty, ``state`` the name of the state
    that it is of.
    """

    __slots__ = ("_file", "body", "constant", "digest", "format", "gzip", "size", "state")

    def __init__(self, told: Told) -> None:
        self.format: str = told.head["format"]
        self.size: int = told.head["size"]
        self.gzip: bool = told.head["gzip"]
        self.digest: str = told.head["digest"]
        self.body = told.body
        self.state = told.state.name
        self.constant = True
        """Whether it will be the same as long as the state is."""
        self._file = told.file

    @property
    def content_type(self) -> str:
        """The value of ``Content-Type``."""
        return FORMATS[self.format].content_type

    async def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes, in pieces."""
        if self._file is None:
            yield self.body
            return
        while piece := self._file.read(_CHUNK):
            yield piece

    async def content(self) -> bytes:
        """Its bytes at once."""
        return b"".join([piece async for piece in self.chunks()])

    def close(self) -> None:
        """Let go of its file."""
        if self._file is not None:
            self._file.close()
