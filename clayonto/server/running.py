"""Running the application: an HTTP server that takes no endless headers and waits for nobody for ever, and stops when asked, with what it has begun."""

from __future__ import annotations

import logging
import signal
import socket
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

import uvicorn
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from clayonto.errors import UsageError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Callable

    from starlette.types import ASGIApp

    from clayonto.server.settings import Settings

_MOST_HEAD: Final = 1 << 16
_TO_SEND: Final = 20.0
_STOP: Final = 15
_SMALL: Final = 1 << 14
_MOST_CONNECTIONS: Final = 2000
_TOO_LARGE: Final = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
_LATE: Final = b"HTTP/1.1 408 Request Timeout\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class Connection(HttpToolsProtocol):
    """A connection whose client has to send the head of a request within a time and a size."""

    _head = 0
    _is_responding = False
    _until: float | None = None
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Begin."""
        super().connection_made(cast("asyncio.Transport", _Together(transport, self.loop)))
        self._wait_for_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """End."""
        self._until = None
        if self._late is not None:
            self._late.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read some bytes."""
        if self._until is None and self.cycle is not None and self.cycle.response_complete:
            self._wait_for_head()
        if self._until is not None:
            self._head += len(data)
            if self._head > _MOST_HEAD and b"\r\n\r\n" not in data[:_MOST_HEAD]:
                self._refuse(_TOO_LARGE)
                return
        super().data_received(data)

    def on_headers_complete(self) -> None:
        """Begin a request."""
        self._until = None
        super().on_headers_complete()

    def _start_asgi_task(self, cycle: Any, app: Any) -> None:
        """Have a request answered, without a task for it if the application can do so (:meth:`clayonto.server.outer.Outer.begin`)."""
        begin: Callable[..., bool] | None = getattr(app, "begin", None)
        go_on = partial(super()._start_asgi_task, cycle, app)
        # Who reads slower than is written is waited for, who waits to be told to go on is told, and requests that were sent ahead are not begun within each other.
        waited_for = self._is_responding or self.flow.write_paused or cycle.waiting_for_100_continue
        if waited_for or begin is None or not begin(cycle.scope, partial(self._respond, cycle), go_on):
            go_on()

    def _respond(self, cycle: Any, status: int, lines: bytes, body: bytes) -> None:
        """Send a whole response."""
        if cycle.disconnected:
            return
        cycle.response_started = cycle.response_complete = True
        own = b"".join([b"%b: %b\r\n" % header for header in cycle.default_headers])
        end = b"\r\n" if cycle.keep_alive else b"connection: close\r\n\r\n"
        cast("_Together", self.transport).send(b"".join([STATUS_LINE[status], own, lines, end, body]))
        if not cycle.keep_alive:
            self.transport.close()
        self._is_responding = True
        try:
            cycle.on_response()  # which begins with the next request, if that has been read
        finally:
            self._is_responding = False

    def _wait_for_head(self) -> None:
        self._head = 0
        self._until = self.loop.time() + _TO_SEND
        if self._late is None:
            self._late = self.loop.call_later(_TO_SEND, self._look)

    def _look(self) -> None:
        # One timer looks again and again, since one for each request costs more than that.
        self._late = None
        if self._until is not None:
            left = self._until - self.loop.time()
            if left > 0:
                self._late = self.loop.call_later(left, self._look)
            else:
                self._refuse(_LATE)

    def _refuse(self, response: bytes) -> None:
        self._until = None
        if not self.transport.is_closing():
            self.transport.write(response)
            self.transport.close()


class _Together:
    """A transport that sends small pieces together, the head of a response with its body."""

    def __init__(self, transport: Any, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._parts: list[bytes] = []
        self.is_closing = transport.is_closing  # asked for with each request

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        """Send some bytes soon, or at once if they are many."""
        self._parts.append(data)
        if len(data) > _SMALL:
            self._send()
        elif len(self._parts) == 1:
            self._loop.call_soon(self._send)

    def send(self, data: bytes) -> None:
        """Send some bytes, which are no piece of anything, at once."""
        self._parts.append(data)
        self._send()

    def close(self) -> None:
        """Close when all has been sent."""
        self._send()
        self._transport.close()

    def _send(self) -> None:
        if self._parts:
            data = b"".join(self._parts)
            self._parts.clear()
            if not self._transport.is_closing():
                self._transport.write(data)


class _Uvicorn(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, started: Callable[[str], None]) -> None:
        super().__init__(config)
        self._told = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            listening = self.servers[0].sockets[0].getsockname()
            host = f"[{listening[0]}]" if ":" in listening[0] else listening[0]
            self._told(f"http://{host}:{listening[1]}/")


def run(app: ASGIApp, settings: Settings, *, started: Callable[[str], None]) -> None:
    """Serve until a signal comes (Ctrl+C, SIGTERM): what has begun is finished first.

    :param started: called with the address when requests are taken.
    :raises UsageError: if the address cannot be listened at.
    """
    _open_files(2 * _MOST_CONNECTIONS)
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listening = socket.socket(family)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((settings.host, settings.port))
        listening.set_inheritable(False)
    except OSError as error:
        listening.close()
        raise UsageError(
            f"The server cannot listen at {settings.host}:{settings.port}: {error.strerror or error}. Choose another --host or --port."
        ) from error
    config = uvicorn.Config(
        app,
        http=Connection,
        loop="auto",
        log_config=None,
        log_level=logging.WARNING,
        access_log=False,
        server_header=False,
        lifespan="on",
        proxy_headers=settings.proxy,
        forwarded_allow_ips="*" if settings.proxy else "",
        timeout_keep_alive=10,
        timeout_graceful_shutdown=_STOP,
        backlog=1024,
        limit_concurrency=_MOST_CONNECTIONS,
        ws="none",
    )
    # The server takes these signals, stops, and raises them once more for whoever had them before.
    before = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with listening:
            _Uvicorn(config, started).run(sockets=[listening])
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _open_files(wanted: int) -> None:
    """Let this process have as many files and connections open as it needs, if the system lets it."""
    with suppress(ImportError, ValueError, OSError):  # not a POSIX system, or a limit that stands
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if soft != resource.RLIM_INFINITY and soft < wanted:
            most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
