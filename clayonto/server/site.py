"""The pages of the live site, as the main process sees them: it asks the process that makes them (``pages.py``), and keeps what was asked for lately.

Another state of the graph gets a process of its own; when that is ready, it takes the place of the other between two requests.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import shutil
import socket
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from clayonto.server import documents, messages
from clayonto.server.cache import Cache
from clayonto.server.documents import Document, Outcome, Wait
from clayonto.server.problems import Busy, Failed, OverLimit
from clayonto.server.seen import FILE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from clayonto.publish.config import Config
    from clayonto.server.origin import Origin

_LEAST: Final = 300
"""What an outcome takes in memory besides its bytes."""
_MOST_ASKED: Final = 2000
"""How many paths may be asked for at once."""
_BACK_OFF: Final = (0.0, 1.0, 5.0, 20.0, 60.0)
"""Seconds until a process that has ended is started again, the first time, the second, and so on."""


@dataclass(frozen=True)
class Ready:
    """What is known of a state of the site.

    It has so many pages and triples, and so many pages that it has no more; reading it took so many seconds, and its process has so many bytes of memory.
    ``instead`` are the pages that are shown where there is none (:meth:`clayonto.server.rendering.Renderer.instead`).
    """

    pages: int
    triples: int
    gone: int
    seconds: float
    memory: int
    instead: Mapping[str, bytes] = field(repr=False)


class _Process:
    """One process that makes pages, from its start to its end."""

    def __init__(self, origin: Origin, config: Config, options: Mapping[str, Any], cache: int, holding: object) -> None:
        self.origin = origin
        self.holding = holding
        self._most = cache
        self.cache: Cache[Outcome] = Cache(cache)
        self.folder = tempfile.mkdtemp(prefix="clayonto-site-")
        self.ready: asyncio.Future[Ready] = asyncio.get_running_loop().create_future()
        self.ended = asyncio.Event()
        self._asked: dict[int, asyncio.Future[Outcome]] = {}
        self._paths: dict[str, asyncio.Future[Outcome]] = {}
        self._number = 0
        self._config, self._options = config, options
        self._writer: asyncio.StreamWriter | None = None
        self._reading = asyncio.create_task(self._run())

    async def _run(self) -> None:
        from clayonto.server.pages import run
        from clayonto.server.rendering import Options

        ours, theirs = socket.socketpair()
        options = Options(folder=self.folder, **self._options)
        # A fresh interpreter: this process has threads.
        context = multiprocessing.get_context("spawn")
        process = context.Process(target=run, args=(theirs, self.origin, self._config, options), daemon=True, name="clayonto-pages")
        try:
            await asyncio.to_thread(process.start)
            theirs.close()
            reader, self._writer = await asyncio.open_unix_connection(sock=ours)
            with suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    (size,) = messages.HEAD.unpack(await reader.readexactly(messages.HEAD.size))
                    self._told(messages.value_of(await reader.readexactly(size)))
        finally:
            if self._writer is not None:
                self._writer.close()
            ours.close()
            if process.pid is not None:
                process.kill()
                await asyncio.to_thread(process.join)
            self._end()

    def _told(self, value: tuple[Any, ...]) -> None:
        match value:
            case (0, "ready", figures, instead):
                self.ready.set_result(Ready(**figures, instead=instead))
            case (0, "large", triples):
                most = self._options["most"]
                told = f"The graph has {triples} triples, and pages are made of {most} at most; it can be queried all the same."
                self.ready.set_exception(OverLimit(told, most=most))
            case (0, "failed", text):
                self.ready.set_exception(Failed(f"The pages cannot be made: {text}"))
            case (number, outcome):
                asked = self._asked.pop(number, None)
                if asked is not None and not asked.done():
                    asked.set_result(documents.read(outcome))

    def _end(self) -> None:
        self.ended.set()
        if not self.ready.done():
            self.ready.set_exception(Failed("The process that makes the pages has ended."))
        self.ready.exception()  # nobody may have waited for it
        for one in self._asked.values():
            if not one.done():
                one.set_result(Wait(1))
        self._asked.clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def is_ready(self) -> bool:
        """Whether it can be asked."""
        return self.ready.done() and not self.ended.is_set() and self.ready.exception() is None

    async def find(self, path: str) -> Outcome:
        """What a path leads to; several who ask for one at a time share the answer."""
        asked = self._paths.get(path)
        if asked is None:
            asked = self._paths[path] = self._ask(path)
            asked.add_done_callback(lambda _: self._paths.pop(path, None))
        # Who asked first may go away; the answer is for the others too, and for the cache.
        outcome = await asyncio.shield(asked)
        if outcome is not None and not isinstance(outcome, Wait):
            size = _LEAST + 2 * len(path) + (outcome.size if isinstance(outcome, Document) else 0)
            # One that is large for what there is room for would put out many that are asked for more often.
            if size <= self._most // 4:
                self.cache.put(path, outcome, size=size)
        return outcome

    async def show(self, answer: tuple[Any, ...]) -> Outcome:
        """The page of an answer to a query; see :meth:`LiveSite.show`."""
        return await asyncio.shield(self._ask(answer))

    def _ask(self, what: str | tuple[Any, ...]) -> asyncio.Future[Outcome]:
        found: asyncio.Future[Outcome] = asyncio.get_running_loop().create_future()
        if len(self._asked) >= _MOST_ASKED or self._writer is None:
            found.set_result(Wait(1))
        else:
            self._number += 1
            self._asked[self._number] = found
            self._writer.write(messages.frame((self._number, what)))
        return found

    def adopt(self) -> None:
        """Tell it that its state is the one that visitors see."""
        if self._writer is not None:
            self._writer.write(messages.frame((0, "")))

    async def stop(self, *, patience: float = 0.0) -> None:
        """End it, after at most some seconds for what it is asked at this moment."""
        pending = [one for one in self._asked.values() if not one.done()]
        if pending and patience:
            await asyncio.wait(pending, timeout=patience)
        self._reading.cancel()
        with suppress(asyncio.CancelledError):
            await self._reading


class LiveSite:
    """The pages of one site, in whatever state of the graph it is at the moment."""

    def __init__(
        self,
        config: Config,
        *,
        prefix: str = "/",
        endpoint: str = "",
        cache: int = 64 << 20,
        most: int = 5_000_000,
        state: Path | None = None,
        withdrawn: Iterable[str] = (),
        patience: float = 20.0,
    ) -> None:
        """Nothing starts before :meth:`start`.

        :param prefix: the path of the site on its host, ended by a slash.
        :param endpoint: the path of a SPARQL endpoint, which the site's page for queries asks then; without one, queries run in the browser.
        :param cache: bytes of pages that are kept in this process.
        :param most: of how many triples pages are made at most.
        :param state: a folder in which to remember which pages there were, for 410; ``None`` to remember them as long as this object lives.
        :param withdrawn: paths of pages (``project/clay``) that were withdrawn before.
        :param patience: seconds that a visitor waits for a page that takes long before being told to come again.
        """
        self.config = config
        self.prefix = prefix
        self.patience = patience
        self._cache = cache
        self._own_state = None if state is not None else tempfile.mkdtemp(prefix="clayonto-seen-")
        folder = state if state is not None else Path(str(self._own_state))
        self._options = {
            "prefix": prefix,
            "most": most,
            "endpoint": endpoint,
            "seen": str(folder / FILE),
            "withdrawn": tuple(withdrawn),
        }
        self._current: _Process | None = None
        self._next: _Process | None = None
        self._watching: asyncio.Task[None] | None = None
        self._retiring: set[asyncio.Task[None]] = set()
        self._swapping = asyncio.Lock()
        self._last: Ready | None = None
        self._swapped = asyncio.Event()

    # ------------------------------------------------------------------ life

    def start(self, origin: Origin, *, holding: object = None) -> None:
        """Begin to read the graph; until that is done, who asks for a page is told to come again. To be called with an event loop running.

        :param holding: what keeps the origin's store on disk; it is kept for as long as pages are made of it.
        """
        self._current = self._made(origin, holding)
        self._watching = asyncio.create_task(self._watch())

    async def ready(self) -> Ready:
        """Wait for the current state to be readable.

        :raises Failed: if it cannot be read.
        :raises OverLimit: if it has too many triples.
        """
        assert self._current is not None, "start() comes first"
        return await asyncio.shield(self._current.ready)

    async def swap(self, origin: Origin, *, holding: object = None) -> Ready:
        """Read another state of the graph, and show that from then on; until then, and if it fails, the one that is there stays.

        No request fails for it: each is answered from one state. While both are there, so is the memory of both.

        :param holding: as for :meth:`start`.
        :raises Failed: if it cannot be read.
        :raises OverLimit: if it has too many triples.
        """
        async with self._swapping:
            self._next = new = self._made(origin, holding)
            try:
                ready = await asyncio.shield(new.ready)
            except BaseException:
                await new.stop()
                raise
            finally:
                self._next = None
            old, self._current = self._current, new
            self._swapped.set()
            self._adopted(ready)
            if old is not None:
                retiring = asyncio.create_task(old.stop(patience=self.patience))
                self._retiring.add(retiring)
                retiring.add_done_callback(self._retiring.discard)
            return ready

    async def stop(self) -> None:
        """End all processes, and remove what they left."""
        if self._watching is not None:
            self._watching.cancel()
            with suppress(asyncio.CancelledError):
                await self._watching
        for process in (self._current, self._next):
            if process is not None:
                await process.stop()
        if self._retiring:
            for task in self._retiring:
                task.cancel()
            await asyncio.gather(*self._retiring, return_exceptions=True)
        if self._own_state is not None:
            shutil.rmtree(self._own_state, ignore_errors=True)

    def _made(self, origin: Origin, holding: object) -> _Process:
        return _Process(origin, self.config, self._options, self._cache, holding)

    def _adopted(self, ready: Ready) -> None:
        self._last = ready
        if self._current is not None:
            self._current.adopt()

    async def _watch(self) -> None:
        """Start the process again whenever it ends by itself, sooner the first time than later ones."""
        failures = 0
        while True:
            process = self._current
            assert process is not None
            with suppress(Failed, OverLimit):
                ready = await asyncio.shield(process.ready)
                if process is self._current and ready is not self._last:
                    self._adopted(ready)
            began = monotonic()
            await process.ended.wait()
            failures = 0 if monotonic() - began > _BACK_OFF[-1] else failures
            if process is not self._current:
                continue  # another has taken its place
            if isinstance(process.ready.exception(), OverLimit):
                await self._swapped.wait()
                self._swapped.clear()
                continue
            await asyncio.sleep(_BACK_OFF[min(failures, len(_BACK_OFF) - 1)])
            failures += 1
            if process is self._current:
                self._current = self._made(process.origin, process.holding)
                # The state is the same, and so is all that was made of it.
                self._current.cache = process.cache

    # ------------------------------------------------------------------ what is asked

    @property
    def known(self) -> Ready | None:
        """What is known of the state that is shown; ``None`` before there is one."""
        return self._last

    def cached(self, path: str) -> Outcome:
        """What a path leads to, if that was asked for lately; ``None`` if it was not."""
        return None if self._current is None else self._current.cache.get(path)

    async def find(self, path: str) -> Outcome:
        """What a decoded path, relative to the root of the site, leads to; ``None`` for nothing.

        :raises Busy: if it cannot be told now.
        """
        return await self._waited(lambda process: process.find(path))

    async def show(self, name: str, lang: str, values: Mapping[str, str], solutions: bytes, address: str) -> Document:
        """The page of a named query with an answer.

        :param values: what the parameters were given, ``lang`` not among them.
        :param solutions: the answer as SPARQL TSV.
        :param address: where the query is asked with these values, ``{lang}`` standing for the language and ``{ending}`` for that of a form of the answer.
        :raises Busy: if it cannot be made now.
        """
        shown = await self._waited(lambda process: process.show((name, lang, dict(values), solutions, address)))
        assert isinstance(shown, Document)
        return shown

    async def _waited(self, work: Callable[[_Process], Awaitable[Outcome]]) -> Outcome:
        process = self._current
        if process is None or not process.is_ready:
            if process is not None and process.ready.done() and isinstance(large := process.ready.exception(), OverLimit):
                raise OverLimit(large.detail, **large.more)
            raise Busy("The pages are being prepared; ask again in a moment.", after=3)
        try:
            outcome = await asyncio.wait_for(work(process), self.patience)
        except TimeoutError:
            raise Busy("This page is being prepared; ask again in a moment.", after=5) from None
        if isinstance(outcome, Wait) and process is not self._current:
            # It has ended, since another has taken its place.
            return await self._waited(work)
        if isinstance(outcome, Wait):
            raise Busy("The page cannot be made at the moment; ask again later.", after=outcome.after)
        return outcome
