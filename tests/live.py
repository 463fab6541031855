"""A live site on loopback for the tests: the real server in a thread, with the processes it starts."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any, TypeVar

import uvicorn

from clayonto.server.linked import LinkedData
from clayonto.server.site import LiveSite

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from starlette.types import ASGIApp

    from clayonto.publish import Config
    from clayonto.server.origin import Origin

T = TypeVar("T")


class Live:
    """A running server: ``url`` without a slash at its end, and the site behind it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, site: LiveSite, port: int) -> None:
        self._loop = loop
        self.site = site
        self.port = port
        self.url = f"http://127.0.0.1:{port}"

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        """Have something done in the server's loop."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(120)


@contextlib.contextmanager
def serving(
    origin: Origin, config: Config, *, app: Callable[[LiveSite], ASGIApp] = LinkedData, wait: bool = True, **options: Any
) -> Iterator[Live]:
    """A live site of a graph, once it has its pages, or at once."""
    started: list[Live] = []
    failed: list[BaseException] = []
    told = threading.Event()
    ending: list[Callable[[], None]] = []

    async def run() -> None:
        site = LiveSite(config, **options)
        site.start(origin)
        try:
            if wait:
                await site.ready()
            server = uvicorn.Server(uvicorn.Config(app(site), port=0, log_level="warning", lifespan="off", access_log=False))
            serve = asyncio.create_task(server.serve())
            while not server.started:
                await asyncio.sleep(0.01)
            ending.append(lambda: setattr(server, "should_exit", True))
            started.append(Live(asyncio.get_running_loop(), site, server.servers[0].sockets[0].getsockname()[1]))
            told.set()
            await serve
        finally:
            await site.stop()

    def main() -> None:
        try:
            asyncio.run(run())
        except BaseException as error:
            failed.append(error)
        finally:
            told.set()

    thread = threading.Thread(target=main, daemon=True)
    thread.start()
    told.wait(60)
    if failed or not started:
        raise RuntimeError("the server does not start") from (failed[0] if failed else None)
    try:
        yield started[0]
    finally:
        ending[0]()
        thread.join(30)
