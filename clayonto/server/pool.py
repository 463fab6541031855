"""Queries to worker processes, so that none keeps the others waiting and each ends within its limits.

A query gets its turn (``turns.py``) and a worker. What runs longer than a moment is long: it goes on beside the others, at a lower priority, as one of a few
long ones, and its turn goes to the next. If there are long ones enough and others wait, it ends. At the limit its process is killed and another
takes its place; so it is when the client has gone.
"""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clayonto.server.formats import FORMATS
from clayonto.server.problems import BadQuery, BadRequest, Busy, ClientGone, Failed, NotAcceptable, OverLimit, Problem, Refused, TimedOut
from clayonto.server.process import Process
from clayonto.server.turns import Turns

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
    from pathlib import Path
    from typing import BinaryIO

    from clayonto.server.settings import Settings
    from clayonto.server.state import State

_LOOK_AGAIN: Final = 0.1
_CHUNK: Final = 1 << 18


class Question(NamedTuple):
    """A query, and what a client wants of its answer; ``None`` for a graph list that the request does not have."""

    query: str
    accept: str = ""
    named: str | None = None
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    gzip: bool = False


class Answer:
    """The answer to a query: in memory if it is small, else a file that is gone when it is closed.

    ``format`` is a name of :data:`clayonto.server.formats.FORMATS`, ``size`` in bytes, ``digest`` that of the bytes or empty, ``state`` the name of the state
    that it is of, ``seconds`` what it took.
    """

    def __init__(self, told: dict[str, Any], body: bytes, file: BinaryIO | None, *, state: str, seconds: float) -> None:
        self.format: str = told["format"]
        self.size: int = told["size"]
        self.gzip: bool = told["gzip"]
        self.digest: str = told["digest"]
        self.body = body
        self.state = state
        self.seconds = seconds
        self.constant = True
        """Whether it will be the same as long as the state is."""
        self._file = file

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


class Pool:
    """The workers of a server."""

    def __init__(self, state: State, settings: Settings, spool: Path) -> None:
        """:param spool: a folder for answers on their way."""
        self.state = state
        self.settings = settings
        self._spool = spool
        self._turns = Turns(settings.workers, queue=settings.queue, wait=settings.wait, per_client=settings.per_client)
        self._idle: list[Process] = []
        self._all: set[Process] = set()
        self._started = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self.long = 0
        """How many long queries run."""
        self.killed = 0
        """How many queries were ended so far."""

    async def start(self) -> None:
        """Start the workers.

        :raises Failed: if they do not start.
        """
        self._idle = list(await asyncio.gather(*(self._new() for _ in range(self.settings.workers))))

    async def stop(self) -> None:
        """End all workers."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*(worker.end() for worker in [*self._all]))
        self._all.clear()
        self._idle.clear()

    async def swap(self, state: State) -> None:
        """Answer from another state; what runs already ends with the one that it began with.

        :raises Failed: if no worker starts with it; the old state stays.
        """
        started = await asyncio.gather(*(self._new(state) for _ in range(self.settings.workers)), return_exceptions=True)
        fresh = [worker for worker in started if isinstance(worker, Process)]
        failed = next((error for error in started if isinstance(error, BaseException)), None)
        if failed is not None:
            await asyncio.gather(*map(self._end, fresh))
            raise failed
        self.state = state
        old, self._idle = self._idle, fresh
        for worker in old:
            await self._end(worker)

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return self._turns.waiting

    @property
    def workers(self) -> int:
        """How many worker processes there are."""
        return len(self._all)

    @property
    def is_alone(self) -> bool:
        """Whether the workers have no network."""
        return all(worker.alone for worker in self._all)

    async def answer(self, question: Question, *, client: str, gone: Callable[[], Awaitable[None]] | None = None) -> Answer:
        """The answer to a query.

        :param client: who asks, for fairness.
        :param gone: waits until the client has gone; a query that takes more than a moment is ended then.
        :raises Problem: of the kind that says why there is none.
        :raises ClientGone: if nobody waits for it any more.
        """
        self._turns.enter(client)
        try:
            await self._turns.take(client)
            turn = _Turn(self._turns, gone)
            try:
                return await self._asked(question, turn)
            finally:
                turn.release()
        finally:
            self._turns.leave(client)

    async def _asked(self, question: Question, turn: _Turn) -> Answer:
        named: dict[State, str] = {}
        while True:
            worker = await self._take()
            state = worker.state
            request = {
                "query": question.query,
                "accept": question.accept,
                "named": question.named,
                "default_graph": question.default_graphs,
                "named_graphs": question.named_graphs,
                "gzip": question.gzip,
                # Those of the state that this worker has open; the one before it may have had another.
                "graphs": named.get(state),
                "most_rows": self.settings.max_rows,
                "most_bytes": self.settings.max_bytes,
            }
            # A dataset of named graphs alone has an empty default graph, and the other way round.
            if question.default_graphs is not None or question.named_graphs is not None:
                request["default_graph"] = list(question.default_graphs or ())
                request["named_graphs"] = list(question.named_graphs or ())
            began = time.perf_counter()
            told, body = await self._run(worker, request, turn)
            if told.get("error") == "graphs" and state not in named:
                self._give_back(worker)
                named[state] = str(await state.named())
                continue
            file = None
            if "error" not in told and told["size"] and not body:
                file = worker.spool.open("rb")
                worker.spool.unlink()
            self._give_back(worker)
            if "error" in told:
                raise self._problem(told)
            return Answer(told, body, file, state=state.name, seconds=time.perf_counter() - began)

    async def _run(self, worker: Process, request: dict[str, Any], turn: _Turn) -> tuple[dict[str, Any], bytes]:
        """The reply of a worker, which is ended if there is none in time."""
        reply = worker.ask(request)
        began = time.monotonic()
        try:
            if not await _soon(reply, min(self.settings.quick, self.settings.timeout)):
                await self._go_on(worker, reply, turn, began + self.settings.timeout)
            return reply.result()
        except OSError as error:
            code = await worker.died_of()
            await self._lose(worker)
            if code < 0:  # of a signal: the system, or the engine itself, ended it when it wanted more memory
                raise OverLimit(
                    f"The query needs more memory than the {self.settings.memory >> 20} MB that one may take; ask for less at once."
                ) from error
            raise Failed("The process that answered the query has ended.") from error
        except BaseException:
            # Over a limit, or the client has gone: nobody waits for it any more.
            reply.cancel()
            self.killed += 1
            await self._lose(worker)
            raise
        finally:
            if turn.is_long:
                self.long -= 1
                turn.is_long = False

    async def _go_on(self, worker: Process, reply: asyncio.Future[tuple[dict[str, Any], bytes]], turn: _Turn, until: float) -> None:
        """Wait for a query that takes more than a moment."""
        gone = asyncio.ensure_future(turn.gone()) if turn.gone is not None else None
        waited: set[asyncio.Future[Any]] = {reply} if gone is None else {reply, gone}
        try:
            while not reply.done():
                if gone is not None and gone.done():
                    raise ClientGone
                if not turn.is_long and self.long < self.settings.long_queries:
                    self.long += 1
                    turn.is_long = True
                    worker.yield_to_others()
                    self._prepare()
                    turn.release()
                if not turn.is_long and self._turns.waiting:
                    raise Busy(
                        f"The query takes more than {self.settings.quick:g} s, and {self.long} such queries run already; ask it again later, or make it smaller.",
                        after=max(1, int(self.settings.timeout / 2)),
                    )
                left = until - time.monotonic()
                if left <= 0:
                    raise TimedOut(
                        f"The query takes more than the {self.settings.timeout:g} s that one may take. Ask for less at once: add LIMIT, or start the pattern "
                        "from a thing that you know."
                    )
                await asyncio.wait(waited, timeout=left if turn.is_long else min(left, _LOOK_AGAIN), return_when=asyncio.FIRST_COMPLETED)
        finally:
            if gone is not None:
                gone.cancel()

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

    # ------------------------------------------------------------------ workers

    async def _take(self) -> Process:
        """A worker of the current state."""
        while self._idle:
            worker = self._idle.pop()
            if worker.state is self.state and worker.is_alive:
                return worker
            await self._end(worker)
        return await self._new()

    def _give_back(self, worker: Process) -> None:
        enough = len(self._idle) >= self.settings.workers
        if worker.state is self.state and not enough and not worker.is_tired:
            self._idle.append(worker)
        else:
            self._beside(self._end(worker))

    async def _new(self, state: State | None = None) -> Process:
        self._started += 1
        spool = self._spool / f"answer-{os.getpid()}-{self._started}"
        worker = await Process.start(state or self.state, spool, self.settings)
        self._all.add(worker)
        return worker

    async def _end(self, worker: Process) -> None:
        self._all.discard(worker)
        await worker.end()

    async def _lose(self, worker: Process) -> None:
        """End a worker that cannot go on, and have another ready."""
        await asyncio.shield(self._end(worker))
        self._prepare()

    def _prepare(self) -> None:
        """Have a worker ready for the next query."""
        if len(self._idle) < self.settings.workers:
            self._beside(self._ready())

    async def _ready(self) -> None:
        with suppress(Problem):
            worker = await self._new()
            self._give_back(worker)

    def _beside(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


class _Turn:
    """A turn that is given back once."""

    def __init__(self, turns: Turns, gone: Callable[[], Awaitable[None]] | None) -> None:
        self._turns: Turns | None = turns
        self.gone = gone
        self.is_long = False

    def release(self) -> None:
        if self._turns is not None:
            self._turns.release()
            self._turns = None


async def _soon(reply: asyncio.Future[Any], seconds: float) -> bool:
    """Whether a reply comes within so many seconds. As ``asyncio.wait``, at a fraction of the cost, since most replies do."""
    loop = asyncio.get_running_loop()
    woken: asyncio.Future[None] = loop.create_future()

    def wake(_: object = None) -> None:
        if not woken.done():
            woken.set_result(None)

    late = loop.call_later(seconds, wake)
    reply.add_done_callback(wake)
    try:
        await woken
    finally:
        late.cancel()
        reply.remove_done_callback(wake)
    return reply.done()
