"""What the server and its processes say to each other: frames on a socket, four bytes with the length of what follows, then a value as :mod:`marshal` writes it.

Both sides are one program, so nothing that is read there comes from anywhere else.
"""

from __future__ import annotations

import asyncio
import marshal
import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

HEAD: Final = struct.Struct("!I")
"""The head of a frame: how many bytes follow."""
_AT_ONCE: Final = 1 << 16


class Question(NamedTuple):
    """A query, and what a client wants of its answer; ``None`` for a graph list that the request does not have."""

    query: str
    accept: str = ""
    named: str | None = None
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    gzip: bool = False


Reply = tuple[int, dict[str, Any] | None, bytes]
"""The reply of a worker to a query: its number, what is said of the answer or why there is none, ``None`` if it was taken back, and a small answer itself."""


def file_of(spool: Path | str, number: int) -> str:
    """The file for a large answer to a query of that number. A text, since it is hardly ever needed."""
    return f"{spool}-{number}"


def frame(value: Any) -> bytes:
    """A value of plain types as a frame."""
    content = marshal.dumps(value)
    return HEAD.pack(len(content)) + content


def value_of(content: bytes | bytearray) -> Any:
    """The value in the content of a frame."""
    return marshal.loads(content)  # noqa: S302 (from this program)


def receive(connection: socket.socket) -> Any:
    """The value of the next frame, waited for; nothing after it is read.

    :raises EOFError: if the other side has gone.
    """
    (size,) = HEAD.unpack(_exactly(connection, HEAD.size))
    return value_of(_exactly(connection, size))


def received(connection: socket.socket) -> Iterator[Any]:
    """The values of all frames, each waited for, until the other side has gone. A frame mostly comes by one call of the system."""
    frames = Frames()
    while data := connection.recv(_AT_ONCE):
        yield from frames.take(data)


def _exactly(connection: socket.socket, size: int) -> bytearray:
    found = bytearray()
    while len(found) < size:
        some = connection.recv(min(size - len(found), 1 << 20))
        if not some:
            raise EOFError
        found += some
    return found


class Frames:
    """Puts frames together from bytes as they come."""

    def __init__(self) -> None:
        self._held = bytearray()

    def take(self, data: bytes) -> list[Any]:
        """The values of the frames that are whole now."""
        held = self._held
        held += data
        values: list[Any] = []
        start = 0
        while len(held) - start >= HEAD.size:
            end = start + HEAD.size + HEAD.unpack_from(held, start)[0]
            if len(held) < end:
                break
            values.append(value_of(held[start + HEAD.size : end]))
            start = end
        del held[:start]
        return values


class Wire(asyncio.Protocol):
    """The server's end of a connection."""

    def __init__(self, told: Callable[[Any], None], lost: Callable[[], None]) -> None:
        """:param told: called with the value of each frame, ``lost`` when the other side has gone."""
        self._frames = Frames()
        self._told = told
        self._lost = lost
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take some bytes."""
        for value in self._frames.take(data):
            self._told(value)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 (the protocol says it)
        """End."""
        lost = self._lost
        # Who is told holds this; so nobody has to find out that both are of no use, and a state that a worker had open is let go of at once.
        self._told, self._lost = _to_nobody, _nobody
        lost()


def _to_nobody(value: Any) -> None:
    """Nobody is told any more."""


def _nobody() -> None:
    """Nobody is told any more."""
