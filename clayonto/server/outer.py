"""What every response gets, whoever makes it: headers for browsers, a line in the log, a count; and what is said when something fails unforeseen.

The log has what was asked for and how it went, and nothing of who asked: no address, no user agent, no referrer, no text of a query.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from clayonto.server.problems import AddressTooLong, Failed

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clayonto.server.metrics import Metrics

    Begin = Callable[[Scope, Callable[[int, list[tuple[bytes, bytes]], bytes], None], Callable[[], None]], bool]

LOG: Final = logging.getLogger("clayonto.server")
_LONGEST_PATH: Final = 8_000
_LOGGED_PATH: Final = 500
_SINCE: Final = "clayonto.since"
"""In the scope of a request, when it came, if it was begun before."""
_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = [
    (b"server", b"clayonto"),
    (b"access-control-allow-origin", b"*"),
    (b"access-control-expose-headers", b"ETag, Link, Location, Content-Location, Content-Language, Retry-After, Allow, WWW-Authenticate"),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"cross-origin"),
]
_LINES: Final = b"".join([b"%b: %b\r\n" % header for header in _HEADERS])
_OF_PAGES: Final = [
    (b"content-security-policy", _POLICY.encode()),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
]
_PREFLIGHT: Final = [
    (b"access-control-allow-methods", b"GET, HEAD, POST, PUT, DELETE, OPTIONS"),
    (b"access-control-allow-headers", b"Accept, Accept-Language, Authorization, Content-Type, If-None-Match"),
    (b"access-control-max-age", b"86400"),
]


class Outer:
    """An ASGI application around another."""

    def __init__(
        self, app: ASGIApp, metrics: Metrics, *, kind: Callable[[str], str], log: AccessLog, direct: Mapping[str, Begin] | None = None
    ) -> None:
        """:param kind: tells from a path what a request is for; ``direct`` has, by path, what may answer one without a task for it."""
        self._app = app
        self._direct = direct or {}
        self._metrics = metrics
        self._kind = kind
        self._log = log

    def begin(self, scope: Scope, respond: Callable[[int, bytes, bytes], None], otherwise: Callable[[], None]) -> bool:
        """Have a request answered without a task for it, which takes as long as all else that is done for a short query here; whether that can be.

        :param respond: called with the status, the lines of the headers, ``Content-Type`` first, and the body of the response.
        :param otherwise: called if the application has to be called with the same scope after all.
        """
        begin = self._direct.get(scope["path"])
        if begin is None:
            return False
        began = scope[_SINCE] = time.perf_counter()

        def told(status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
            # It is called among the replies to other requests, which are not to fail with this one.
            try:
                respond(status, b"".join([b"%b: %b\r\n" % header for header in headers]) + _LINES, body)
            except Exception:
                LOG.exception("A request failed.")
            media = headers[0][1].decode("latin-1")
            self._note(scope, status, seconds=time.perf_counter() - began, size=len(body), media=media)

        return begin(scope, told, otherwise)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = scope.get(_SINCE) or time.perf_counter()
        status, size, media = 0, 0, ""

        async def sending(message: Message) -> None:
            nonlocal status, size, media
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = [*message.get("headers", ()), *_HEADERS]
                for name, value in headers:
                    if name == b"content-type" or name.lower() == b"content-type":
                        media = value.decode("latin-1")
                        break
                if media.startswith(("text/html", "image/svg")):
                    headers += _OF_PAGES
                if scope["method"] == "OPTIONS":
                    headers += _PREFLIGHT
                await send({"type": "http.response.start", "status": status, "headers": headers})
                return
            size += len(message.get("body", b""))
            await send(message)

        try:
            # An application that gives up because its client has gone sends nothing.
            if len(scope["raw_path"]) > _LONGEST_PATH:
                await AddressTooLong("The address is longer than anything here.").response()(scope, receive, sending)
            else:
                await self._app(scope, receive, sending)
        except Exception:
            LOG.exception("A request failed.")
            if status:
                raise  # what was begun cannot be made good; the connection is closed, so that nobody takes it for whole
            status = 500
            await Failed("Something is wrong with this server; its operator has it in the log.").response()(scope, receive, sending)
        finally:
            self._note(scope, status or 499, seconds=time.perf_counter() - began, size=size, media=media)

    def _note(self, scope: Scope, status: int, *, seconds: float, size: int, media: str) -> None:
        kind = self._kind(scope["path"])
        self._metrics.note(kind, status, seconds=seconds, size=size)
        if self._log.is_kept:
            self._log.write(
                method=scope["method"],
                path=scope["path"][:_LOGGED_PATH],
                kind=kind,
                status=status,
                bytes=size,
                ms=round(seconds * 1000, 1),
                media=media.partition(";")[0],
            )


class AccessLog:
    """One line of JSON for each request, to a file that can be moved away and is made again (logrotate), or to stderr."""

    def __init__(self, place: str) -> None:
        """:param place: a file; “-” for stderr, nothing for none."""
        self.is_kept = bool(place)
        self._logger = logging.getLogger("clayonto.server.access")
        self._logger.propagate = False
        self._logger.setLevel(logging.INFO)
        for handler in list(self._logger.handlers):
            self._logger.removeHandler(handler)
            handler.close()
        if place:
            from logging.handlers import WatchedFileHandler

            handler = logging.StreamHandler(sys.stderr) if place == "-" else WatchedFileHandler(Path(place), encoding="utf-8")
            handler.setFormatter(logging.Formatter("%(message)s"))
            self._logger.addHandler(handler)

    def write(self, **told: Any) -> None:
        """Write one line: the time, and what is told."""
        when = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._logger.info("%s", json.dumps({"time": when, **told}, ensure_ascii=True))
