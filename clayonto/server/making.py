"""A copy of the process that makes pages, which makes those about the whole graph meanwhile and puts them into files."""

from __future__ import annotations

import os
import selectors
import signal
import socket
import tempfile
import traceback
from typing import TYPE_CHECKING, Final

from clayonto.server import documents, messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clayonto.publish.site import Site
    from clayonto.server.wholes import Whole

IDLE: Final = 30.0
"""Seconds without anything to do after which the copy ends; what it has worked out for one part serves the next until then."""


class Making:
    """A copy at work, seen from the process that started it. ``pipe`` gives what it tells: files as they are made, then that a part is done or failed."""

    def __init__(self, pipe: socket.socket, process: int) -> None:
        self.pipe = pipe
        self._process = process
        self._wanted: list[str] = []

    @classmethod
    def start(cls, site: Site, wholes: Mapping[str, Whole], folder: str, *, close: socket.socket) -> Making:
        """Start one.

        :param folder: where it puts files.
        :param close: what it must not keep open.
        """
        ours, theirs = socket.socketpair()
        process = os.fork()
        if process == 0:
            status = 1
            try:
                close.close()
                ours.close()
                signal.signal(signal.SIGTERM, signal.SIG_DFL)
                _work(theirs, site, wholes, folder)
                status = 0
            except (EOFError, ConnectionError):
                status = 0
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(status)
        theirs.close()
        return cls(ours, process)

    def want(self, part: str) -> None:
        """Have a part made, after those that were wanted before."""
        if part not in self._wanted:
            self._wanted.append(part)
            try:
                self.pipe.sendall(messages.frame(part))
            except ConnectionError:
                return  # it has ended just now, which is read from the pipe

    def finish(self, part: str) -> None:
        """Note that a part is dealt with."""
        self._wanted.remove(part)

    def end(self) -> tuple[Sequence[str], bool]:
        """Clear up after it has ended: what it was to make and has not, and whether it ended by itself."""
        self.pipe.close()
        _, status = os.waitpid(self._process, 0)
        return self._wanted, status == 0


def _work(pipe: socket.socket, site: Site, wholes: Mapping[str, Whole], folder: str) -> None:
    selector = selectors.DefaultSelector()
    selector.register(pipe, selectors.EVENT_READ)
    while selector.select(IDLE):
        part = messages.receive(pipe)
        try:
            _make(wholes[part], site, folder, pipe)
        except ConnectionError:
            raise
        except Exception:
            traceback.print_exc()
            pipe.sendall(messages.frame(("failed", part)))
        else:
            pipe.sendall(messages.frame(("done", part)))


def _make(whole: Whole, site: Site, folder: str, pipe: socket.socket) -> None:
    handle, name = tempfile.mkstemp(dir=folder, prefix=f"{whole.name}-")
    with os.fdopen(handle, "wb") as out:
        for path, content in _each(whole.files(site)):
            packed = documents.packed(path, content)
            start = out.tell()
            out.write(content)
            out.write(packed)
            out.flush()
            held = (name, start, len(content), start + len(content), len(packed))
            pipe.sendall(messages.frame(("file", whole.name, path, documents.tag_of(content), held)))


def _each(files: Iterable[tuple[str, bytes]]) -> Iterable[tuple[str, bytes]]:
    """Each path once, as the first file that has it."""
    seen: set[str] = set()
    for path, content in files:
        if path not in seen:
            seen.add(path)
            yield path, content
