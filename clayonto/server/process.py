"""A worker process, as the server holds it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clayonto.server import messages
from clayonto.server.progress import Progress, shared

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clayonto.server.asked import Asked
    from clayonto.server.settings import Settings
    from clayonto.server.state import State

_START: Final = 20.0
_LESS: Final = 10
_MOST_ASKED: Final = 200_000
_SECRET: Final = ("TOKEN", "PASSWORD", "SECRET", "KEY")


class Process:
    """A worker that has a state of the graph open and answers the queries that it is sent, one after the other.

    ``sent`` has those without a reply by their numbers, in order; ``sent_at`` says when the last of them went.
    """

    def __init__(self, state: State, spool: Path, progress: Progress) -> None:
        self.state = state
        self._spool = spool
        self._progress = progress
        self._process: asyncio.subprocess.Process
        self._wire: messages.Wire
        self._ready: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self.sent: dict[int, Asked] = {}
        self.sent_at = 0.0
        self.heard_at = 0.0
        """When it replied last, or was sent something when it had nothing to do."""
        self.seen, self.since = 0, 0.0
        """The query that it was seen at last, and since when."""
        self.alone = False
        """Whether it has no network."""
        self._asked = 0
        self._has_yielded = False
        self._has_ended = False

    @classmethod
    async def start(
        cls,
        state: State,
        spool: Path,
        settings: Settings,
        *,
        replied: Callable[[Process, Sequence[messages.Reply]], None],
        lost: Callable[[Process], None],
    ) -> Process:
        """Start one, and wait until it can be asked.

        :param spool: the beginning of the names of the files for its answers.
        :param replied: called with replies as they come, ``lost`` when it ends and nobody has ended it.
        :raises TimeoutError: if it does not get ready.
        :raises OSError: if it does not start.
        """
        ours, theirs = socket.socketpair()
        with theirs, shared(spool.parent) as file:
            worker = cls(state, spool, Progress(file.fileno()))
            limits = [settings.memory, settings.max_bytes, settings.max_rows]
            arguments = [theirs.fileno(), file.fileno(), state.store, state.columns or "", state.base, spool, *limits]
            worker._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "clayonto.server.worker", *map(str, arguments)),
                pass_fds=[theirs.fileno(), file.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                # Workers that are asked for what runs over columns share the processors.
                env={"POLARS_MAX_THREADS": str(max(1, (os.cpu_count() or 1) // settings.workers))} | environment(),
            )

        def told(value: Any) -> None:
            if worker._ready.done():
                replied(worker, value)
            else:
                worker._ready.set_result(bool(value["alone"]))

        def gone() -> None:
            if not worker._ready.done():
                worker._ready.set_exception(ConnectionError("It ended before it could be asked."))
            elif not worker._has_ended:
                lost(worker)

        _, worker._wire = await asyncio.get_running_loop().create_connection(lambda: messages.Wire(told, gone), sock=ours)
        try:
            worker.alone = await asyncio.wait_for(worker._ready, _START)
        except BaseException:
            await worker.end()
            raise
        return worker

    def ask(self, queries: Sequence[Asked], now: float) -> None:
        """Ask it queries, after those that it has; a reply comes for each.

        :param now: the time of the loop.
        """
        if not self.sent:
            self.seen, self.since, self.heard_at = self._asked + 1, now, now
        self.sent_at = now
        told = []
        for asked in queries:
            self._asked += 1
            self.sent[self._asked] = asked
            asked.worker = self
            told.append((self._asked, asked.named.get(self.state), *asked.question))
        self._wire.transport.write(messages.frame(told))

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    @property
    def begun(self) -> int:
        """The number of the query that it began last."""
        return self._progress.at

    @property
    def at(self) -> int:
        """The number of the query, of those without a reply, that it is at or about to begin."""
        begun = self._progress.at
        return begun if begun in self.sent else next(iter(self.sent))

    def take_back(self) -> None:
        """Have it begin nothing more of what it was sent."""
        self._progress.take_back(self._asked + 1)

    def file(self, number: int) -> Path:
        """The file that has the answer to a query if it is large."""
        return Path(messages.file_of(self._spool, number))

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked; the system may have ended it."""
        return not self._wire.transport.is_closing()

    @property
    def is_tired(self) -> bool:
        """Whether it is to make room for a new one: it has let others go first, or may hold memory that it does not give back."""
        return self._has_yielded or self._asked >= _MOST_ASKED

    def yield_to_others(self) -> None:
        """Let short queries go before what it is doing."""
        self._has_yielded = True
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _LESS)

    def kill(self) -> None:
        """End it at once, whatever it does."""
        self._has_ended = True
        with suppress(ProcessLookupError):
            self._process.kill()
        self._wire.transport.close()

    async def end(self) -> int:
        """End it, and remove what it leaves; its return code, negative for the signal that ended it."""
        self.kill()
        code = await self._process.wait()
        for number in self.sent:
            self.file(number).unlink(missing_ok=True)
        self._progress.close()
        return code

    async def died_of(self) -> int:
        """The return code of one that has ended by itself."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._process.wait(), 1)
        return await self.end()


def environment() -> dict[str, str]:
    """The environment of a worker: nothing secret, and no heap for each thread, which would count as memory that a query takes."""
    # The engine takes and gives back hundreds of small pieces of memory for a lookup, and by itself the C library has seven of a size at hand and looks for the
    # others; it reads here and there in tens of megabytes, which is quicker in large pages.
    kept = {name: value for name, value in os.environ.items() if not any(word in name.upper() for word in _SECRET)}
    return {"GLIBC_TUNABLES": "glibc.malloc.tcache_count=250:glibc.malloc.hugetlb=1"} | kept | {"MALLOC_ARENA_MAX": "1"}
