"""A worker process, as the server holds it."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from clayonto.server import messages
from clayonto.server.problems import Failed

if TYPE_CHECKING:
    from pathlib import Path

    from clayonto.server.settings import Settings
    from clayonto.server.state import State

_START: Final = 20.0
_LESS: Final = 10
_MOST_ASKED: Final = 200_000
_SECRET: Final = ("TOKEN", "PASSWORD", "SECRET", "KEY")


class Process:
    """A worker that has a state of the graph open and answers one query at a time."""

    def __init__(self, process: asyncio.subprocess.Process, replies: messages.Replies) -> None:
        self._process = process
        self._replies = replies
        self.state: State
        self.spool: Path
        self.alone = False
        """Whether it has no network."""
        self._asked = 0
        self._has_yielded = False

    @classmethod
    async def start(cls, state: State, spool: Path, settings: Settings) -> Process:
        """Start one, and wait until it can be asked.

        :raises Failed: if it does not start.
        """
        ours, theirs = socket.socketpair()
        arguments = [str(theirs.fileno()), str(state.store), state.base, str(spool), str(settings.memory), str(settings.max_bytes)]
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "clayonto.server.worker", *arguments),
                pass_fds=[theirs.fileno()],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.DEVNULL,
                stderr=asyncio.subprocess.DEVNULL,
                env=environment(),
            )
        finally:
            theirs.close()
        _, replies = await asyncio.get_running_loop().create_connection(messages.Replies, sock=ours)
        worker = cls(process, replies)
        worker.state, worker.spool = state, spool
        try:
            told = await asyncio.wait_for(replies.next(), _START)
        except (TimeoutError, OSError) as error:
            await worker.end()
            raise Failed("A process that answers queries did not start.") from error
        worker.alone = bool(told["alone"])
        return worker

    def ask(self, request: dict[str, Any]) -> asyncio.Future[tuple[dict[str, Any], bytes]]:
        """Ask it a query: its reply, when it has come, which fails with ``OSError`` if it has ended."""
        self._asked += 1
        reply = self._replies.next()
        self._replies.transport.write(messages.frame(request))
        return reply

    @property
    def is_alive(self) -> bool:
        """Whether it can still be asked; the system may have ended it."""
        return not self._replies.transport.is_closing()

    @property
    def is_tired(self) -> bool:
        """Whether it is to make room for a new one: it has let others go first, or may hold memory that it does not give back."""
        return self._has_yielded or self._asked >= _MOST_ASKED

    def yield_to_others(self) -> None:
        """Let short queries go before what it is doing."""
        self._has_yielded = True
        with suppress(OSError, AttributeError):
            os.setpriority(os.PRIO_PROCESS, self._process.pid, _LESS)

    async def end(self) -> int:
        """End it at once; its return code, negative for the signal that ended it."""
        with suppress(ProcessLookupError):
            self._process.kill()
        self._replies.transport.close()
        code = await self._process.wait()
        for file in (self.spool, self.spool.with_suffix(".gz")):
            file.unlink(missing_ok=True)
        return code

    async def died_of(self) -> int:
        """The return code of one that has ended by itself."""
        with suppress(TimeoutError):
            return await asyncio.wait_for(self._process.wait(), 1)
        return await self.end()


def environment() -> dict[str, str]:
    """The environment of a worker: nothing secret, and no heap for each thread, which would count as memory that a query takes."""
    kept = {name: value for name, value in os.environ.items() if not any(word in name.upper() for word in _SECRET)}
    return kept | {"MALLOC_ARENA_MAX": "1"}
