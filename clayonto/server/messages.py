"""What the server and a worker say to each other: frames on a socket, each a head as JSON and a body as bytes."""

from __future__ import annotations

import asyncio
import json
import struct
from typing import TYPE_CHECKING, Any, Final, cast

if TYPE_CHECKING:
    import socket

Frame = tuple[dict[str, Any], bytes]
_LENGTHS: Final = struct.Struct("!II")


def packed(head: dict[str, Any], body: bytes = b"") -> bytes:
    """A frame."""
    text = json.dumps(head, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _LENGTHS.pack(len(text), len(body)) + text + body


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """The head of the next frame, whose body is left out; ``None`` if the other side has gone."""
    lengths = _exactly(connection, _LENGTHS.size)
    if lengths is None:
        return None
    text = _exactly(connection, sum(_LENGTHS.unpack(lengths)))
    return None if text is None else json.loads(text[: _LENGTHS.unpack(lengths)[0]])


class Replies(asyncio.Protocol):
    """The server's end of a connection: one frame is waited for at a time."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._waited: asyncio.Future[Frame] | None = None
        self.transport: asyncio.Transport

    def next(self) -> asyncio.Future[Frame]:
        """The next frame, when it has come: head and body. It fails with ``ConnectionError`` if the other side has gone."""
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
        if len(self._held) < _LENGTHS.size:
            return
        head, body = _LENGTHS.unpack_from(self._held)
        start, end = _LENGTHS.size + head, _LENGTHS.size + head + body
        if len(self._held) < end:
            return
        told: dict[str, Any] = json.loads(self._held[_LENGTHS.size : start])
        content = bytes(self._held[start:end])
        del self._held[:end]
        if self._waited is not None and not self._waited.done():
            self._waited.set_result((told, content))

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        if self._waited is not None and not self._waited.done():
            self._waited.set_exception(ConnectionError(str(exc or "closed")))


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        got = connection.recv(size - len(parts))
        if not got:
            return None
        parts += got
    return bytes(parts)
