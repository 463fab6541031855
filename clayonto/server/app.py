"""The application: which path leads where, what starts and stops with it, and how it goes over to a new state of the store."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clayonto.errors import ClayontoError
from clayonto.namespaces import ID
from clayonto.server.endpoint import Endpoint
from clayonto.server.graph_store import GraphStore
from clayonto.server.metrics import MEDIA, Metrics
from clayonto.server.outer import AccessLog, Outer
from clayonto.server.pool import Pool
from clayonto.server.problems import Problem
from clayonto.server.state import States
from clayonto.server.writing import Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import ASGIApp

    from clayonto.server.settings import Settings

LOG: Final = logging.getLogger("clayonto.server")
SPARQL: Final = "/sparql"
GRAPHS: Final = "/graphs"
_KINDS: Final = (("/sparql", "sparql"), ("/graphs", "graphs"), ("/queries", "queries"), ("/health", "service"), ("/metrics", "service"))


class Server:
    """A server of a store folder; :attr:`app` is its ASGI application."""

    def __init__(self, folder: str | Path, settings: Settings, *, base: str = ID, languages: tuple[str, ...] = ("fi", "en")) -> None:
        """:param base: what relative IRIs in queries are relative to.

        :param languages: the languages of the site, the first being the default.
        :raises UsageError: if the folder holds no graph.
        """
        self.settings = settings
        self._aside = Path(tempfile.mkdtemp(prefix="clayonto-serve-"))
        self._states = States(folder, base=base, aside=self._aside)
        self.pool = Pool(self._states.current(), settings, self._aside)
        self._swapping = asyncio.Lock()
        self._failing = ""
        writer = Writer(self._states.folder.path, settings, base=base, changed=self.refresh) if settings.writable else None
        self.endpoint = Endpoint(self.pool, settings, writer=writer, languages=languages)
        self._graphs = GraphStore(self.endpoint, self.pool, settings, writer=writer)
        self._metrics = Metrics(
            {
                "queries_waiting": ("Queries that wait for their turn.", lambda: self.pool.waiting),
                "queries_long": ("Long queries that run.", lambda: self.pool.long),
                "queries_ended": ("Queries that were ended at a limit or because their client had gone.", lambda: self.pool.killed),
                "workers": ("Processes that answer queries.", lambda: self.pool.workers),
                "generation": ("The generation of the store that is served.", lambda: self.pool.state.number),
            }
        )
        # What is asked for most is found without looking through routes.
        direct: dict[str, ASGIApp] = {SPARQL: self.endpoint, SPARQL + "/": self.endpoint, GRAPHS: self._graphs}
        self.app: ASGIApp = Outer(self._starlette(), self._metrics, direct=direct, kind=kind_of, log=AccessLog(settings.log))

    def _starlette(self) -> Starlette:
        routes = [
            Route("/health", self._health, methods=["GET"]),
            Route("/metrics", self._measured, methods=["GET"]),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        watching = None
        try:
            await self.pool.start()
            watching = asyncio.create_task(self._watch())
            yield
        finally:
            if watching is not None:
                watching.cancel()
                with suppress(asyncio.CancelledError):
                    await watching
            await self.pool.stop()
            shutil.rmtree(self._aside, ignore_errors=True)

    async def refresh(self) -> None:
        """Go over to the state that the folder has now. Requests go on meanwhile, each with the state it began with."""
        async with self._swapping:
            if self._states.is_current(self.pool.state):
                return
            state = await asyncio.to_thread(self._states.current)
            await self.pool.swap(state)
            LOG.info("Generation %s is served.", state.number)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(self.settings.watch)
            try:
                await self.refresh()
                self._failing = ""
            except (ClayontoError, Problem, OSError) as error:
                if str(error) != self._failing:
                    LOG.error("The new state of the store cannot be served; the old one goes on. %s", error)  # noqa: TRY400 (a sentence says it)
                self._failing = str(error)

    async def _health(self, _: Request) -> Response:
        state = self.pool.state
        told = {
            "status": "stale" if self._failing else "ok",
            "generation": state.number,
            "made": state.made,
            "state": state.name,
            "workers": self.pool.workers,
            "workers_have_network": not self.pool.is_alone,
            **({"why": self._failing} if self._failing else {}),
        }
        return JSONResponse(told, headers={"cache-control": "no-store"})

    async def _measured(self, _: Request) -> Response:
        return Response(self._metrics.text(), headers={"content-type": MEDIA, "cache-control": "no-store"})


def kind_of(path: str) -> str:
    """What a request is for, by its path.

    >>> kind_of("/sparql"), kind_of("/fi/project/clay.html")
    ('sparql', 'pages')
    """
    return next((kind for start, kind in _KINDS if path == start or path.startswith(start + "/")), "pages")
