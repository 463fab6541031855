"""What the server and its processes say to each other: frames on a socket, four bytes with the length of what follows, then a value as :mod:`marshal` writes it.

Both sides are one program, so nothing that is read there comes from anywhere else.
"""

from __future__ import annotations

import asyncio
import marshal
import struct
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    import socket

HEAD: Final = struct.Struct("!I")
"""The head of a frame: how many bytes follow."""


def frame(value: Any) -> bytes:
    """A value of plain types as a frame."""
    content = marshal.dumps(value)
    return HEAD.pack(len(content)) + content


def value_of(content: bytes | bytearray) -> Any:
    """The value in the content of a frame."""
    return marshal.loads(content)  # noqa: S302 (from this program)


def receive(connection: socket.socket) -> Any:
    """The value of the next frame, waited for.

    :raises EOFError: if the other side has gone.
    """
    (size,) = HEAD.unpack(_exactly(connection, HEAD.size))
    return value_of(_exactly(connection, size))


def _exactly(connection: socket.socket, size: int) -> bytearray:
    found = bytearray()
    while len(found) < size:
        some = connection.recv(min(size - len(found), 1 << 20))
        if not some:
            raise EOFError
        found += some
    return found


class Replies(asyncio.Protocol):
    """The server's end of a connection: one frame is waited for at a time."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._waited: asyncio.Future[Any] | None = None
        self.transport: asyncio.Transport

    def next(self) -> asyncio.Future[Any]:
        """The value of the next frame, when it has come. It fails with ``ConnectionError`` if the other side has gone."""
        self._waited = asyncio.get_running_loop().create_future()
        if self.transport.is_closing():
            self._waited.set_exception(ConnectionError("closed"))
        return self._waited

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Take some bytes."""
        self._held += data
        if len(self._held) < HEAD.size:
            return
        end = HEAD.size + HEAD.unpack_from(self._held)[0]
        if len(self._held) < end:
            return
        value = value_of(self._held[HEAD.size : end])
        del self._held[:end]
        if self._waited is not None and not self._waited.done():
            self._waited.set_result(value)

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._waited is not None and not self._waited.done():
            self._waited.set_exception(ConnectionError(str(exc or "closed")))
