"""Whose turn it is: clients are served round robin, so that who asks much at once waits for himself and not others for him."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque

from clayonto.server.problems import Busy, TooMany


class Turns:
    """So many turns at once; the rest waits, up to a number, for a time.

    :param at_once: how many turns there are; ``queue`` how many may wait, ``wait`` for how many seconds; ``per_client`` how many one client may have
        or wait for.
    """

    def __init__(self, at_once: int, *, queue: int, wait: float, per_client: int) -> None:
        self._free = at_once
        self._queue = queue
        self._wait = wait
        self._per_client = per_client
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()
        self._of_client: Counter[str] = Counter()
        self.waiting = 0
        """How many wait."""

    def enter(self, name: str) -> None:
        """Count a request of a client, until :meth:`leave`.

        :raises TooMany: if it has too many already.
        """
        if self._of_client[name] >= self._per_client:
            raise TooMany(f"You have {self._per_client} queries running or waiting here; wait for their answers before you ask more.")
        self._of_client[name] += 1

    def leave(self, name: str) -> None:
        """Count a request of a client no longer."""
        self._of_client[name] -= 1
        if not self._of_client[name]:
            del self._of_client[name]

    async def take(self, client: str) -> None:
        """Wait for a turn, to be given back by :meth:`release`.

        :raises Busy: if too many wait already, or it takes too long.
        """
        if self._free > 0:
            self._free -= 1
            return
        if self.waiting >= self._queue:
            raise Busy("More queries wait here than the server has room for; ask again in a moment.")
        loop = asyncio.get_running_loop()
        mine: asyncio.Future[None] = loop.create_future()
        self._waiting.setdefault(client, deque()).append(mine)
        self.waiting += 1
        late = loop.call_later(self._wait, _give_up, mine)
        try:
            await mine
        except BaseException:
            if mine.done() and not mine.cancelled() and mine.exception() is None:
                self.release()  # it came just as the client went
            else:
                self._forget(client, mine)
            raise
        finally:
            late.cancel()

    def release(self) -> None:
        """Give a turn back: it goes to the client that has waited longest since its last one."""
        while self._waiting:
            client, theirs = self._waiting.popitem(last=False)
            first = theirs.popleft()
            if theirs:
                self._waiting[client] = theirs
            self.waiting -= 1
            if not first.done():
                first.set_result(None)
                return
        self._free += 1

    def _forget(self, client: str, mine: asyncio.Future[None]) -> None:
        theirs = self._waiting.get(client)
        if theirs is not None and mine in theirs:
            theirs.remove(mine)
            self.waiting -= 1
            if not theirs:
                del self._waiting[client]


def _give_up(waiting: asyncio.Future[None]) -> None:
    if not waiting.done():
        waiting.set_exception(Busy("The queries before yours take long; ask again in a moment.", after=5))
