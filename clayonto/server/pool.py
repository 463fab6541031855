"""Queries to worker processes, so that none keeps the others waiting and each ends within its limits.

A query gets its turn (``turns.py``) and a worker (``crew.py``). What runs longer than a moment is long: it goes on beside the others, at a lower priority, as one
of a few long ones, and another worker takes the place of its own. If there are long ones enough and others wait, it ends. At the limit its process is killed and
another takes its place; so it is when the client has gone.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

from clayonto.server.asked import Answer, Asked
from clayonto.server.crew import Crew
from clayonto.server.problems import BadQuery, BadRequest, Busy, ClientGone, Failed, NotAcceptable, OverLimit, Problem, Refused, TimedOut

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from clayonto.server.asked import Told
    from clayonto.server.messages import Question
    from clayonto.server.settings import Settings
    from clayonto.server.state import State

_LOOK_AGAIN: Final = 0.1


class Pool:
    """The workers of a server, asked within its limits."""

    def __init__(self, state: State, settings: Settings, spool: Path) -> None:
        """:param spool: a folder for answers on their way."""
        self.settings = settings
        self._crew = Crew(state, settings, spool)
        self.start, self.stop, self.swap = self._crew.start, self._crew.stop, self._crew.swap
        self.long = 0
        """How many long queries run."""
        self.killed = 0
        """How many queries were ended so far."""

    @property
    def state(self) -> State:
        """The state that queries see."""
        return self._crew.state

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return self._crew.waiting

    @property
    def workers(self) -> int:
        """How many worker processes there are."""
        return self._crew.workers

    @property
    def is_alone(self) -> bool:
        """Whether the workers have no network."""
        return self._crew.is_alone

    def begin(self, question: Question, *, client: str, answered: Callable[[Answer], None], otherwise: Callable[[Asked], None]) -> bool:
        """Ask a query without a task to wait for its answer; whether there is room for it.

        :param client: as for :meth:`answer`.
        :param answered: called with a small answer, if it comes within a moment.
        :param otherwise: called if not; :meth:`answer` goes on with it then, and has to.
        """
        turns = self._crew.turns

        def tell(asked: Asked) -> None:
            told = asked.small
            if told is None:
                otherwise(asked)
            else:
                turns.leave(client)
                answered(Answer(told))

        try:
            turns.enter(client)
        except Problem:
            return False
        try:
            self._crew.ask(Asked(question, client, {}, tell=tell))
        except Problem:
            turns.leave(client)
            return False
        return True

    async def answer(
        self, question: Question, *, client: str, gone: Callable[[], Awaitable[None]] | None = None, begun: Asked | None = None
    ) -> Answer:
        """The answer to a query.

        :param client: who asks, for fairness.
        :param gone: waits until the client has gone; a query that takes more than a moment is ended then.
        :param begun: the query, if it was asked by :meth:`begin`.
        :raises Problem: of the kind that says why there is none.
        :raises ClientGone: if nobody waits for it any more.
        """
        turns = self._crew.turns
        if begun is None:
            turns.enter(client)
        named: dict[State, str] = {} if begun is None else begun.named
        try:
            while True:
                asked, begun = begun or self._ask(question, client, named), None
                told = await self._told(asked, gone)
                error = told.head.get("error")
                if error is None:
                    return Answer(told)
                if error != "graphs" or told.state in named:
                    raise self._problem(told.head)
                # Those of the state that this worker has open; the one that is asked next may have another.
                named[told.state] = str(await told.state.named())
        finally:
            turns.leave(client)

    def _ask(self, question: Question, client: str, named: dict[State, str]) -> Asked:
        asked = Asked(question, client, named)
        self._crew.ask(asked, again=bool(named))
        return asked

    async def _told(self, asked: Asked, gone: Callable[[], Awaitable[None]] | None) -> Told:
        try:
            if not asked.is_slow:
                await asked.news()
            if not asked.is_done:
                await self._go_on(asked, gone)
        except BaseException:
            # Over a limit, or the client has gone: nobody waits for it any more.
            self.killed += self._crew.give_up(asked)
            raise
        return asked.outcome()

    async def _go_on(self, asked: Asked, gone: Callable[[], Awaitable[None]] | None) -> None:
        """Wait for a query that takes more than a moment."""
        leaving = asyncio.ensure_future(gone()) if gone is not None else None
        until = asked.began + self.settings.timeout
        try:
            while not asked.is_done:
                if leaving is not None and leaving.done():
                    raise ClientGone
                if not asked.is_long and self.long < self.settings.long_queries:
                    self.long += 1
                    self._crew.set_aside(asked)
                if not asked.is_long and self.waiting:
                    raise Busy(
                        f"The query takes more than {self.settings.quick:g} s, and {self.long} such queries run already; ask it again later, or make it smaller.",
                        after=max(1, int(self.settings.timeout / 2)),
                    )
                left = until - asyncio.get_running_loop().time()
                if left <= 0:
                    raise TimedOut(
                        f"The query takes more than the {self.settings.timeout:g} s that one may take. Ask for less at once: add LIMIT, or start the pattern "
                        "from a thing that you know."
                    )
                waited: set[asyncio.Future[Any]] = {asked.news(), *([leaving] if leaving is not None else [])}
                await asyncio.wait(waited, timeout=left if asked.is_long else min(left, _LOOK_AGAIN), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.long -= asked.is_long
            if leaving is not None:
                leaving.cancel()

    def _problem(self, told: dict[str, Any]) -> Problem:
        message = str(told.get("message", ""))
        match told["error"]:
            case "syntax":
                return BadQuery(message, line=told["line"], column=told["column"])
            case "refused":
                return Refused(message)
            case "format" if told["named"]:
                return BadRequest(
                    f"format={told['named']!a} is none that this query has; there are {', '.join(told['offered'])}.", parameter="format"
                )
            case "format":
                return NotAcceptable(told["offered"])
            case "rows":
                return OverLimit(
                    f"The answer has more than the {self.settings.max_rows} solutions that one may have. Ask for a part of it with LIMIT and OFFSET, or take the "
                    "download of all data.",
                    most=self.settings.max_rows,
                )
            case "bytes":
                return OverLimit(
                    f"The answer has more than the {self.settings.max_bytes} bytes that one may have. Ask for a part of it with LIMIT and OFFSET, or take the "
                    "download of all data.",
                    most=self.settings.max_bytes,
                )
            case "memory":
                return OverLimit(
                    f"The query needs more memory than the {self.settings.memory >> 20} MB that one may take; ask for less at once."
                )
            case _:
                return Failed(f"The query could not be answered: {message}" if message else "The query could not be answered.")
