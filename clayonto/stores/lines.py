"""N-Triples loaded in blocks of lines, two at a time.

Oxigraph's bulk loader gathers a million triples while it writes the million before, which takes 1.7 GB of memory (``benchmarks/load.py``). Given fewer, it needs
less; and since each line stands for itself, blocks can be loaded beside each other. What names blank nodes cannot be taken apart: a label is one node in one
load only.
"""

from __future__ import annotations

import io
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyoxigraph as ox

from clayonto.stores.copies import CHUNK

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

BLOCK: Final = 48 << 20
"""Bytes that are loaded at once: some 300,000 triples."""
_BESIDE: Final = 2
_LONGEST: Final = 1 << 20
"""Bytes of a line that are waited for; what is behind is left to the parser, which says what is wrong with it."""


def load_lines(
    store: ox.Store, file: BinaryIO, *, graph: ox.NamedNode | None = None, block: int = BLOCK, read: Callable[[int], None] = lambda _: None
) -> None:
    """Put N-Triples into a store. If this fails, some of them may be there already.

    :param graph: the graph to put them in; the default graph if ``None``.
    :param block: bytes that are loaded at once, up to the end of a line.
    :param read: called with how many bytes were read so far, now and then.
    :raises SyntaxError: from the parser, with the line in the whole file.
    """
    under_way: deque[tuple[Future[None], int]] = deque()
    lines = size = 0
    with ThreadPoolExecutor(_BESIDE) as pool:
        try:
            while given := next_block(file, block):
                size += len(given)
                read(size)
                # In a text or an IRI these signs are no label, and taking them for one costs no more than memory.
                apart = given.endswith(b"\n") and b"_:" not in given
                _finish(under_way, left=_BESIDE - 1 if apart else 0)
                if apart:
                    under_way.append((pool.submit(store.bulk_load, given, format=ox.RdfFormat.N_TRIPLES, to_graph=graph), lines))
                    lines += given.count(b"\n")
                else:
                    # By this thread, which can be interrupted while it reads.
                    with _line_after(lines):
                        store.bulk_load(io.BufferedReader(_Rest(given, file)), format=ox.RdfFormat.N_TRIPLES, to_graph=graph)
            _finish(under_way, left=0)
        finally:
            pool.shutdown(cancel_futures=True)


def next_block(file: BinaryIO, size: int) -> bytes:
    """About so many bytes of a file, up to the end of a line, unless that is far; none at its end."""
    pieces: list[bytes] = []
    left = size
    # Read as others read it: what copies a file meanwhile keeps what is read at a time.
    while left > 0 and (piece := file.read(min(left, CHUNK))):
        pieces.append(piece)
        left -= len(piece)
    if pieces:
        pieces.append(file.readline(_LONGEST))
    return b"".join(pieces)


@contextmanager
def _line_after(lines: int) -> Iterator[None]:
    try:
        yield
    except SyntaxError as error:
        error.lineno = lines + (error.lineno or 0)
        raise


def _finish(under_way: deque[tuple[Future[None], int]], *, left: int) -> None:
    """Wait for the first of those under way until some are left."""
    while len(under_way) > left:
        future, lines = under_way.popleft()
        with _line_after(lines):
            future.result()


class _Rest(io.RawIOBase):
    """What was read of a file, and then the rest of it."""

    def __init__(self, head: bytes, file: BinaryIO) -> None:
        self._head, self._file = io.BytesIO(head), file

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read on."""
        if found := self._head.readinto(buffer):
            return found
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)
