"""The process that makes the pages of the live site: it holds one state of the graph in memory (``rendering.py``) and answers for it.

What is about the whole graph is made by a copy of the process (``making.py``), a part at a time when a path of it is first asked for, and read from disk
from then on. The copy ends when nothing has been asked of it for a while, and what it took of memory with it.

The process has one thread and never opens a store itself, so that its copies may.
"""

from __future__ import annotations

import gc
import os
import selectors
import shutil
import signal
import sys
import tempfile
import traceback
from contextlib import suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

from clayonto.publish.index import read
from clayonto.publish.site import Site, n_triples
from clayonto.server import documents, messages
from clayonto.server.documents import Held, Wait
from clayonto.server.making import Making
from clayonto.server.rendering import Renderer, Wanted
from clayonto.server.wholes import FIRST
from clayonto.validation.data import no_collecting

if TYPE_CHECKING:
    import socket

    from clayonto.publish.config import Config
    from clayonto.server.origin import Origin
    from clayonto.server.rendering import Options

_AFTER: Final = 5
_LARGE: Final = 3


def run(pipe: socket.socket, origin: Origin, config: Config, options: Options) -> None:
    """Make a site, then answer for it until the other side has gone.

    It is asked ``(number, path)`` or ``(number, (query, …))``, and answers ``(number, outcome)`` in whatever order; ``(0, …)`` is about itself: first of
    all ``(0, "ready", …)``, ``(0, "large", triples)`` or ``(0, "failed", text)``.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        started = perf_counter()
        with no_collecting():
            site = Site(read(_triples(origin, options), base=origin.base), config, base=origin.base)
            renderer = Renderer(site, origin, options)
        # All that is there stays: nothing to look through again and again, and the copies share it.
        gc.freeze()
        ready = {
            "pages": len(site.pages),
            "triples": site.index.size,
            "gone": len(renderer.gone),
            "seconds": perf_counter() - started,
            "memory": memory(),
        }
        pipe.sendall(messages.frame((0, "ready", ready, renderer.instead())))
    except TooManyError as error:
        with suppress(OSError):
            pipe.sendall(messages.frame((0, "large", error.triples)))
        return
    except Exception as error:
        traceback.print_exc()
        with suppress(OSError):
            pipe.sendall(messages.frame((0, "failed", f"{type(error).__name__}: {error}")))
        return
    try:
        _Loop(pipe, renderer).run()
    except (EOFError, ConnectionError):
        # Whoever started this process may not be there any more to do it.
        shutil.rmtree(options.folder, ignore_errors=True)


class TooManyError(Exception):
    """The graph has more triples than pages are made of."""

    def __init__(self, triples: int) -> None:
        super().__init__(triples)
        self.triples = triples


def _triples(origin: Origin, options: Options) -> bytes:
    """The triples of a graph, which is opened in a copy of this process: a store has threads, and a process with threads must not be copied.

    :raises TooManyError: if there are more than pages are made of.
    """
    handle, name = tempfile.mkstemp(dir=options.folder, suffix=".nt")
    child = os.fork()
    if child == 0:
        status = 1
        try:
            with os.fdopen(handle, "wb") as out:
                graph = origin.graph()
                if len(graph) > options.most:
                    out.write(str(len(graph)).encode())
                    status = _LARGE
                else:
                    out.write(n_triples(graph))
                    status = 0
        except BaseException as error:
            print(f"clayonto: {error}", file=sys.stderr)
        finally:
            os._exit(status)
    os.close(handle)
    _, code = os.waitpid(child, 0)
    try:
        if os.waitstatus_to_exitcode(code) == _LARGE:
            raise TooManyError(int(Path(name).read_bytes()))
        if code:
            raise RuntimeError("The graph cannot be read; the lines above say why.")
        return Path(name).read_bytes()
    finally:
        Path(name).unlink()


def memory() -> int:
    """The bytes of memory that this process has; 0 where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except (OSError, ValueError):
        return 0
    return pages * os.sysconf("SC_PAGESIZE")


class _Loop:
    def __init__(self, pipe: socket.socket, renderer: Renderer) -> None:
        self._pipe, self._renderer = pipe, renderer
        self._selector = selectors.DefaultSelector()
        self._selector.register(pipe, selectors.EVENT_READ, self._asked)
        self._waiting: dict[str, list[tuple[int, str]]] = {}
        self._making: Making | None = None
        self._want(FIRST)

    def run(self) -> None:
        while True:
            for key, _ in self._selector.select():
                key.data()

    def _asked(self) -> None:
        number, what = messages.receive(self._pipe)
        if number == 0:  # this state of the graph is what visitors see from now on
            try:
                self._renderer.remember()
            except OSError:
                traceback.print_exc()
        else:
            self._answer(number, what)

    def _answer(self, number: int, what: str | tuple[Any, ...]) -> None:
        try:
            outcome = self._renderer.find(what) if isinstance(what, str) else self._renderer.show(*what)
        except Exception:
            traceback.print_exc()
            outcome = Wait(_AFTER)
        if isinstance(outcome, Wanted):
            self._waiting.setdefault(outcome.part, []).append((number, str(what)))
            self._want(outcome.part)
        else:
            self._pipe.sendall(messages.frame((number, documents.told(outcome))))

    def _want(self, part: str) -> None:
        if self._making is None:
            self._making = Making.start(self._renderer.site, self._renderer.wholes, self._renderer.options.folder, close=self._pipe)
            self._selector.register(self._making.pipe, selectors.EVENT_READ, self._made)
        self._making.want(part)

    def _made(self) -> None:
        making = self._making
        assert making is not None
        try:
            event: tuple[Any, ...] = messages.receive(making.pipe)
        except (EOFError, ConnectionError):
            self._selector.unregister(making.pipe)
            left, by_itself = making.end()
            self._making = None
            for part in left:
                if by_itself:  # just as it was asked for more
                    self._want(part)
                else:
                    self._renderer.fail(part)
                    self._again(part)
            return
        match event:
            case ("file", part, path, tag, held):
                self._renderer.keep(part, path, tag, Held(*held))
                # Who waits for just this file has it now; others wait on.
                here = [
                    one
                    for one in self._waiting.get(part, ())
                    if path in (one[1], one[1] + ".html", one[1] + "/index.html", one[1] + "index.html")
                ]
                if here:
                    self._waiting[part] = [one for one in self._waiting[part] if one not in here]
                    for number, asked in here:
                        self._answer(number, asked)
            case ("done", part):
                making.finish(part)
                self._renderer.finish(part)
                self._again(part)
            case ("failed", part):
                making.finish(part)
                self._renderer.fail(part)
                self._again(part)

    def _again(self, part: str) -> None:
        for number, path in self._waiting.pop(part, []):
            self._answer(number, path)
