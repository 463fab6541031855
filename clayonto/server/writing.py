"""Changes of the data: who may make them, and a process of its own for each, whose work is whole or did not happen."""

from __future__ import annotations

import asyncio
import hmac
import json
import sys
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from clayonto.server.problems import BadQuery, BadRequest, Busy, Failed, NotFound, Problem, Refused, TimedOut, Unauthorised, Unprocessable
from clayonto.server.process import environment

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from starlette.requests import Request

    from clayonto.server.protocol import Operation
    from clayonto.server.settings import Settings

_MOST_WAITING = 20


class Writer:
    """Makes changes of a store folder, one after the other."""

    def __init__(self, folder: Path, settings: Settings, *, base: str, changed: Callable[[], Awaitable[None]]) -> None:
        """:param changed: called when there is a new state, before the client is told."""
        self._folder = folder
        self._settings = settings
        self._base = base
        self._changed = changed
        self._one = asyncio.Lock()
        self._waiting = 0

    def allows(self, request: Request) -> bool:
        """Whether a request has the token."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(token.strip().encode(), self._settings.token.encode())

    def check(self, request: Request) -> None:
        """Refuse who has not the token.

        :raises Unauthorised: then.
        """
        if not self.allows(request):
            raise Unauthorised(
                "To change the data, send the token of this server: Authorization: Bearer …",
                headers={"www-authenticate": 'Bearer realm="clayonto"'},
            )

    async def update(self, request: Request, operation: Operation) -> None:
        """Carry out a SPARQL Update.

        :raises Problem: if it cannot be; nothing has changed then.
        """
        self.check(request)
        assert operation.update is not None
        job = {"do": "update", "graph": None, "using": operation.default_graphs, "using_named": operation.named_graphs}
        await self._run(job, operation.update.encode("utf-8", "surrogatepass"))

    async def graph(self, do: str, iri: str | None, *, media: str, content: bytes) -> bool:
        """Put a graph in place of another, add to one, or drop one; whether it is new.

        :param do: ``put``, ``post`` or ``delete``; ``iri`` is the graph's, ``None`` for the default graph.
        :raises Problem: if it cannot be; nothing has changed then.
        """
        return bool((await self._run({"do": do, "graph": iri, "media": media}, content))["created"])

    async def _run(self, job: dict[str, Any], content: bytes) -> dict[str, Any]:
        if self._waiting >= _MOST_WAITING:
            raise Busy("Other changes wait already; send yours again in a moment.", after=5)
        self._waiting += 1
        try:
            async with self._one:
                with tempfile.NamedTemporaryFile(prefix="clayonto-change-") as file:
                    await asyncio.to_thread(_write, file, content)
                    told = await self._told(
                        {**job, "folder": str(self._folder), "base": self._base, "validate": self._settings.validate, "file": file.name}
                    )
                if "error" in told:
                    raise _problem(told)
                if told["changed"]:
                    await self._changed()
                return told
        finally:
            self._waiting -= 1

    async def _told(self, job: dict[str, Any]) -> dict[str, Any]:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "clayonto.server.writer"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment(),
        )
        try:
            out, _ = await asyncio.wait_for(process.communicate(json.dumps(job).encode()), self._settings.write_timeout)
            told: dict[str, Any] = json.loads(out)
        except TimeoutError:
            raise TimedOut(
                f"The change takes more than the {self._settings.write_timeout:g} s that one may take; nothing has changed."
            ) from None
        except ValueError:
            raise Failed(
                "The process that was to make the change has ended; the data is as it was, or as the change leaves it, never in between."
            ) from None
        finally:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
        return told


def _write(file: Any, content: bytes) -> None:
    file.write(content)
    file.flush()


def _problem(told: dict[str, Any]) -> Problem:
    message = str(told.get("message", ""))
    match told["error"]:
        case "syntax":
            return BadQuery(message, line=told["line"], column=told["column"])
        case "data":
            return BadRequest(message, line=told["line"], column=told["column"])
        case "refused":
            return Refused(message)
        case "absent":
            return NotFound("There is no such graph.")
        case "not-conforming":
            return Unprocessable("The data would not conform to the shapes; nothing has changed.", violations=told["violations"])
        case _:
            return Failed(f"{message} Nothing has changed.")
