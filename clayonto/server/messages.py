"""What the server and a worker say to each other: frames on a socket, each a head as JSON and a body as bytes."""

from __future__ import annotations

import json
import struct
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import asyncio
    import socket

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


async def read(stream: asyncio.StreamReader) -> tuple[dict[str, Any], bytes]:
    """The next frame: head and body.

    :raises asyncio.IncompleteReadError: if the other side has gone.
    """
    head, body = _LENGTHS.unpack(await stream.readexactly(_LENGTHS.size))
    told: dict[str, Any] = json.loads(await stream.readexactly(head))
    return told, await stream.readexactly(body) if body else b""


def _exactly(connection: socket.socket, size: int) -> bytes | None:
    parts = bytearray()
    while len(parts) < size:
        got = connection.recv(size - len(parts))
        if not got:
            return None
        parts += got
    return bytes(parts)
