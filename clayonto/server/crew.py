"""The workers, and which of them answers what.

A frame to a worker and one back cost more than a short query does, so those that wait at the same moment go to one worker together, as many as take some
milliseconds by what the last ones took; and a worker that has little left is given more before it has nothing to do. Nobody waits for his neighbours for it:
what a worker has not begun when it does not get on, or others have nothing to do, is taken back and asked elsewhere. So it is when a worker ends. Reading twice
does no harm: the first reply counts.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from clayonto.server.asked import Asked, Told
from clayonto.server.problems import Busy, Failed, OverLimit, Problem
from clayonto.server.process import Process
from clayonto.server.turns import Turns

if TYPE_CHECKING:
    from collections.abc import Coroutine, Sequence
    from pathlib import Path

    from clayonto.server.messages import Reply
    from clayonto.server.settings import Settings
    from clayonto.server.state import State

_LOOK: Final = 0.02
"""How often workers are looked at, and how long one may be at a query while others wait behind it."""
_TOGETHER: Final = 0.02
"""How long queries that are sent together may be expected to take."""
_MOST: Final = 16
_LOW: Final = 4
"""How many a worker may have left when it is given more."""
_LIVES: Final = 3


class Crew:
    """The workers of a server, those that wait for one, and those that are set aside with a long query."""

    def __init__(self, state: State, settings: Settings, spool: Path) -> None:
        """:param spool: a folder for answers on their way."""
        self.state = state
        self.turns: Turns[Asked] = Turns(per_client=settings.per_client)
        self._settings = settings
        self._spool = spool
        self._idle: list[Process] = []
        self._busy: set[Process] = set()
        self._all: set[Process] = set()
        self._starting = 0
        self._started = 0
        self._unanswered = 0
        self._pace = _TOGETHER
        """Seconds that a query took lately, with all that is around it."""
        self._is_called = self._is_watched = self._has_stopped = False
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Start the workers.

        :raises Failed: if they do not start.
        """
        self._idle = list(await asyncio.gather(*(self._new(self.state) for _ in range(self._settings.workers))))

    async def stop(self) -> None:
        """End all workers."""
        self._has_stopped = True
        await asyncio.gather(*(worker.end() for worker in self._all))
        # Those that are being started end as soon as they have.
        while self._tasks:
            await asyncio.wait(self._tasks)
        self._all.clear()
        self._idle.clear()
        self._busy.clear()

    async def swap(self, state: State) -> None:
        """Answer from another state; what runs already ends with the one that it began with.

        :raises Failed: if no worker starts with it; the old state stays.
        """
        started = await asyncio.gather(*(self._new(state) for _ in range(self._settings.workers)), return_exceptions=True)
        fresh = [worker for worker in started if isinstance(worker, Process)]
        failed = next((error for error in started if isinstance(error, BaseException)), None)
        if failed is not None:
            await asyncio.gather(*map(self._end, fresh))
            raise failed
        self.state = state
        old, self._idle = self._idle, fresh
        self._call()
        await asyncio.gather(*map(self._end, old))

    @property
    def waiting(self) -> int:
        """How many queries wait."""
        return max(0, self._unanswered - self._settings.workers)

    @property
    def workers(self) -> int:
        """How many worker processes there are."""
        return len(self._all)

    @property
    def is_alone(self) -> bool:
        """Whether the workers have no network."""
        return all(worker.alone for worker in self._all)

    # ------------------------------------------------------------------ queries

    def ask(self, asked: Asked, *, again: bool = False) -> None:
        """Have a query answered.

        :param again: it had its turn before.
        :raises Busy: if too many wait already.
        """
        if not again and self.waiting >= self._settings.queue:
            raise Busy("More queries wait here than the server has room for; ask again in a moment.")
        self._unanswered += 1
        self.turns.put(asked, first=again)
        self._call()

    def set_aside(self, asked: Asked) -> None:
        """Let others go before a query that takes long, and have another worker in the place of its own."""
        worker = asked.worker
        assert worker is not None
        asked.is_long = True
        self._unanswered -= 1
        self._busy.discard(worker)
        worker.yield_to_others()
        self._fill()

    def give_up(self, asked: Asked) -> bool:
        """Let go of a query, since nobody waits for it any more; whether its worker was at it and has been ended."""
        if asked.is_done:
            asked.let_go()
            return False
        self._finish(asked, Failed("Nobody waits for it."))
        worker = asked.worker
        if worker is None:
            self.turns.remove(asked)
        elif worker.sent and worker.sent[worker.at] is asked:
            self._lose(worker)
            return True
        return False

    def _finish(self, asked: Asked, outcome: Told | Problem) -> None:
        if not asked.is_long:
            self._unanswered -= 1
        asked.finish(outcome)

    def _again(self, queries: Sequence[Asked]) -> None:
        """Have queries asked elsewhere, before others."""
        for asked in reversed(queries):
            asked.worker = None
            self.turns.put(asked, first=True)
        self._call()

    # ------------------------------------------------------------------ to workers and back

    def _call(self) -> None:
        """Give queries to workers when all that came at this moment have been read."""
        if not self._is_called:
            self._is_called = True
            asyncio.get_running_loop().call_soon(self._hand_out)

    def _hand_out(self) -> None:
        self._is_called = False
        now = asyncio.get_running_loop().time()
        able = [worker for worker in self._busy if self._is_soon_done(worker, now)] + self._idle
        able.sort(key=lambda worker: -len(worker.sent))
        most = min(_MOST, max(1, int(_TOGETHER / self._pace)))
        while able and self.turns.waiting:
            # As many as make what each has as even as can be.
            fair = -(-(self.turns.waiting + sum(len(worker.sent) for worker in able)) // len(able))
            worker = able.pop()
            share = min(fair, most) - len(worker.sent)
            if share <= 0 or not worker.is_alive:
                continue  # it has enough, or has just ended, which is told in a moment
            if not worker.sent:
                self._idle.remove(worker)
                self._busy.add(worker)
            worker.ask(self.turns.take(share), now)
        self._fill()  # if one could not be started before
        self._watch()

    def _is_soon_done(self, worker: Process, now: float) -> bool:
        """Whether a worker is given more while it has something to do, so that it does not wait for the server in between."""
        return len(worker.sent) <= _LOW and now - worker.heard_at < _LOOK and worker.state is self.state and not worker.is_tired

    def _replied(self, worker: Process, replies: Sequence[Reply]) -> None:
        for number, head, body in replies:
            asked = worker.sent.pop(number)
            if head is None:
                if asked.worker is worker and not asked.is_done:
                    self._again([asked])  # what was taken for the one that it is at, and was not begun yet
                continue
            told = Told(head, body, None, worker.state)
            if head.get("size") and not body:
                file = worker.file(number)
                told = told._replace(file=file.open("rb"))
                file.unlink()
            if asked.is_done:
                told.close()
                continue
            if asked.worker is None:
                self.turns.remove(asked)
            self._finish(asked, told)
        now = asyncio.get_running_loop().time()
        self._pace += (min((now - worker.heard_at) / len(replies), _TOGETHER) - self._pace) / 8
        worker.heard_at = now
        if not worker.sent:
            self._rest(worker)
        elif self.turns.waiting:
            self._call()

    def _rest(self, worker: Process) -> None:
        """A worker has nothing to do."""
        self._busy.discard(worker)
        if worker.state is self.state and not worker.is_tired and self._short < self._settings.workers and not self._has_stopped:
            self._idle.append(worker)
            self._call()
        else:
            self._beside(self._end(worker))
            self._fill()

    # ------------------------------------------------------------------ watching

    def _watch(self) -> None:
        if not self._is_watched and (self._busy or self.turns.waiting):
            self._is_watched = True
            asyncio.get_running_loop().call_later(_LOOK, self._look)

    def _look(self) -> None:
        self._is_watched = False
        now = asyncio.get_running_loop().time()
        for worker in [*self._busy]:
            self._look_at(worker, now)
        for asked in self.turns.late(now - self._settings.wait):
            self.turns.remove(asked)
            self._finish(asked, Busy("The queries before yours take long; ask again in a moment.", after=5))
        self._watch()

    def _look_at(self, worker: Process, now: float) -> None:
        at = worker.at
        if at != worker.seen:
            worker.seen, worker.since = at, now
        slow = min(self._settings.quick, self._settings.timeout)
        at_it = now - worker.since
        others_rest = self._idle and not self.turns.waiting and now - worker.sent_at >= _LOOK
        if len(worker.sent) > 1 and (at_it >= min(_LOOK, slow) or others_rest):
            worker.take_back()
            self._again([asked for number, asked in worker.sent.items() if number != at and asked.worker is worker and not asked.is_done])
        if at_it >= slow:
            asked = worker.sent[at]
            if asked.worker is worker and not asked.is_done:
                asked.slow_down(worker.since)
            else:
                self._lose(worker)  # it began what was taken back just then, and that has been answered elsewhere

    # ------------------------------------------------------------------ workers

    @property
    def _short(self) -> int:
        """How many workers of the current state there are, without those that are set aside."""
        return len(self._idle) + sum(worker.state is self.state for worker in self._busy)

    def _fill(self) -> None:
        """Have workers started for those that are missing."""
        while self._short + self._starting < self._settings.workers and not self._has_stopped:
            self._starting += 1
            self._beside(self._hire())

    async def _hire(self) -> None:
        try:
            started: Process | Problem = await self._new(self.state)
        except Problem as problem:
            started = problem
        finally:
            self._starting -= 1
        if isinstance(started, Process):
            self._rest(started)
        elif not self._short:
            for asked in self.turns.take(self.turns.waiting):
                self._finish(asked, started)

    async def _new(self, state: State) -> Process:
        self._started += 1
        spool = self._spool / f"answer-{os.getpid()}-{self._started}"
        try:
            worker = await Process.start(state, spool, self._settings, replied=self._replied, lost=self._lost)
        except (TimeoutError, OSError) as error:
            raise Failed("A process that answers queries did not start.") from error
        self._all.add(worker)
        return worker

    def _forget(self, worker: Process) -> None:
        self._all.discard(worker)
        self._busy.discard(worker)
        with suppress(ValueError):
            self._idle.remove(worker)

    async def _end(self, worker: Process) -> None:
        self._all.discard(worker)
        await worker.end()

    def _lose(self, worker: Process) -> None:
        """End a worker at once; what else it was sent is asked elsewhere."""
        worker.kill()
        self._forget(worker)
        self._again([asked for asked in worker.sent.values() if asked.worker is worker and not asked.is_done])
        self._beside(self._end(worker))
        self._fill()

    def _lost(self, worker: Process) -> None:
        """A worker has ended by itself: what it was at has ended it, and the rest is asked elsewhere."""
        self._forget(worker)
        culprit = worker.sent.get(worker.begun)
        left = []
        for asked in worker.sent.values():
            if asked.worker is worker and not asked.is_done and asked is not culprit:
                asked.lost += 1
                if asked.lost < _LIVES:
                    left.append(asked)
                else:
                    self._finish(asked, Failed("The processes that should have answered the query have ended."))
        self._again(left)
        self._beside(self._bury(worker, culprit))

    async def _bury(self, worker: Process, culprit: Asked | None) -> None:
        code = await worker.died_of()
        if culprit is not None and not culprit.is_done:
            if culprit.worker is None:
                self.turns.remove(culprit)
            # Of a signal: the system, or the engine itself, ended it when it wanted more memory.
            more = f"The query needs more memory than the {self._settings.memory >> 20} MB that one may take; ask for less at once."
            self._finish(culprit, OverLimit(more) if code < 0 else Failed("The process that answered the query has ended."))
        self._fill()

    def _beside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
