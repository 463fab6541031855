"""The application: which path leads where, what starts and stops with it, and how it goes over to a new state of the store."""

from __future__ import annotations

import asyncio
import logging
import shutil
import tempfile
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

from starlette.applications import Starlette
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from clayonto.errors import ClayontoError
from clayonto.namespaces import ID
from clayonto.query import Catalogue
from clayonto.server import openapi
from clayonto.server.endpoint import Endpoint
from clayonto.server.graph_store import GraphStore
from clayonto.server.linked import LinkedData
from clayonto.server.metrics import MEDIA, Metrics
from clayonto.server.origin import Origin
from clayonto.server.outer import AccessLog, Outer
from clayonto.server.pool import Pool
from clayonto.server.problems import Problem
from clayonto.server.queries import DESCRIPTION, Queries
from clayonto.server.site import LiveSite
from clayonto.server.state import States
from clayonto.server.writing import Writer

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from clayonto.publish.config import Config
    from clayonto.server.settings import Settings
    from clayonto.server.state import State

LOG: Final = logging.getLogger("clayonto.server")
_ENDPOINT: Final = "sparql"
_GRAPHS: Final = "graphs"
_QUERIES: Final = "queries"
_PAGES: Final = 10.0
_KINDS: Final = {_ENDPOINT: "sparql", _GRAPHS: "graphs", _QUERIES: "queries"}
"""Where things are, below the site's root, and what requests for them are counted as."""


class Server:
    """A server of a store folder; :attr:`app` is its ASGI application."""

    def __init__(self, folder: str | Path, settings: Settings, config: Config, *, base: str = ID) -> None:
        """Nothing starts before the application does.

        :param config: of the site.
        :param base: the namespace that the data gives its things; relative IRIs in queries are relative to it.
        :raises UsageError: if the folder holds no graph.
        """
        self.settings = settings
        self.prefix = prefix_of(config)
        self._aside = Path(tempfile.mkdtemp(prefix="clayonto-serve-"))
        self._states = States(folder, base=base, aside=self._aside)
        self.pool = Pool(self._states.current(), settings, self._aside)
        self._swapping = asyncio.Lock()
        self._changed = asyncio.Event()
        self._failing = ""
        writer = Writer(self._states.folder.path, settings, base=base, changed=self.refresh) if settings.writable else None
        self.endpoint = Endpoint(self.pool, settings, writer=writer, prefix=self.prefix, languages=config.languages)
        self.site = LiveSite(
            config,
            prefix=self.prefix,
            endpoint=self.prefix + _ENDPOINT,
            cache=settings.cache,
            most=settings.pages,
            withdrawn=settings.withdrawn,
            state=Path(settings.state) if settings.state else None,
        )
        self._shown: State | None = None
        self._metrics = Metrics(
            {
                "queries_waiting": ("Queries that wait for their turn.", lambda: self.pool.waiting),
                "queries_long": ("Long queries that run.", lambda: self.pool.long),
                "queries_ended": ("Queries that were ended at a limit or because their client had gone.", lambda: self.pool.killed),
                "workers": ("Processes that answer queries.", lambda: self.pool.workers),
                "generation": ("The generation of the store that is served.", lambda: self.pool.state.number),
            }
        )
        catalogue = Catalogue()
        queries = Queries(self.endpoint, self.site, catalogue, base=base)
        graphs = GraphStore(self.endpoint, self.pool, settings, writer=writer)
        self._own: dict[str, ASGIApp] = {
            self.prefix + _ENDPOINT: self.endpoint,
            f"{self.prefix}{_ENDPOINT}/": self.endpoint,
            self.prefix + _GRAPHS: graphs,
            self.prefix + _QUERIES: queries,
        }
        self._kinds = {path: _KINDS[path.removeprefix(self.prefix).rstrip("/")] for path in self._own}
        self._queries = queries
        self._pages = LinkedData(self.site, own={DESCRIPTION: openapi.describe(catalogue, config, prefix=self.prefix)})
        self._service = Starlette(
            routes=[
                Route("/health", self._health, methods=["GET"]),
                Route("/metrics", self._measured, methods=["GET"]),
            ],
            lifespan=self._lifespan,
        )
        direct = {path: self.endpoint.begin for path, own in self._own.items() if own is self.endpoint}
        self.app: ASGIApp = Outer(self._dispatch, self._metrics, kind=self._kind_of, log=AccessLog(settings.log), direct=direct)

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        own = self._own.get(scope.get("path", ""))
        if own is not None:
            await own(scope, receive, send)
            return
        kind = "service" if scope["type"] != "http" else self._kind_of(scope["path"])
        if kind == "pages":
            await self._pages(scope, receive, send)
        elif kind == "service":
            await self._service(scope, receive, send)
        else:
            await self._queries(scope, receive, send)

    def _kind_of(self, path: str) -> str:
        """What a request is for, by its path."""
        if path in self._kinds:
            return self._kinds[path]
        if path.startswith(f"{self.prefix}{_QUERIES}/"):
            return "queries"
        return "service" if path in ("/health", "/metrics") else "pages"

    @asynccontextmanager
    async def _lifespan(self, _: Starlette) -> AsyncIterator[None]:
        beside: list[asyncio.Task[None]] = []
        try:
            await self.pool.start()
            self._shown = self.pool.state
            self.site.start(_origin(self._shown), holding=self._shown)
            # Who starts a server would rather see its pages at once; a large graph takes longer than anybody wants to wait for the endpoint.
            with suppress(TimeoutError, Problem):
                await asyncio.wait_for(self.site.ready(), _PAGES)
            beside = [asyncio.create_task(self._watch()), asyncio.create_task(self._follow())]
            yield
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self.site.stop()
            await self.pool.stop()
            shutil.rmtree(self._aside, ignore_errors=True)

    async def refresh(self) -> None:
        """Go over to the state that the folder has now. Requests go on meanwhile, each with the state it began with.

        Queries see the new state when this ends; pages follow as soon as the graph has been read for them.
        """
        async with self._swapping:
            if self._states.is_current(self.pool.state):
                return
            state = await asyncio.to_thread(self._states.current)
            await self.pool.swap(state)
            self._changed.set()
            LOG.info("Generation %s is served.", state.number)

    async def _follow(self) -> None:
        """Let the pages follow the state that queries see."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            state = self.pool.state
            try:
                await self.site.swap(_origin(state), holding=state)
                self._shown = state
            except Problem as problem:
                LOG.error("The pages stay as they were. %s", problem.detail)  # noqa: TRY400 (a sentence says it)

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
            "pages": self._shown.number if self._shown is not None and self.site.known is not None else None,
            "workers": self.pool.workers,
            "workers_have_network": not self.pool.is_alone,
            **({"why": self._failing} if self._failing else {}),
        }
        return JSONResponse(told, headers={"cache-control": "no-store"})

    async def _measured(self, _: Request) -> Response:
        return Response(self._metrics.text(), headers={"content-type": MEDIA, "cache-control": "no-store"})


def prefix_of(config: Config) -> str:
    """The path of a site on its host, ended by a slash: that of its base, if it is the publisher's own.

    The IRIs of the bundled data lead to a server by way of w3id.org, whatever its address.
    """
    return unquote(urlsplit(config.base).path) if config.renamed else "/"


def _origin(state: State) -> Origin:
    return Origin(store=str(state.store), base=state.base)
