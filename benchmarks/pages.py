"""What the pages of a live site cost: memory and time to read the graph, by its size, and how fast pages are made and sent.

For each size a server of its own is started on a store with the bundled graph and that many generated projects (``projects.py``). Memory is that of the
process that makes pages: the most while it read the graph; and with its copy, when it has read it and after pages were made. Pages are asked for over
loopback by several connections that are kept, from another process; "made" are pages that nobody asked for before, "sent" are a hundred of them again and
again. The second table has how long the first visitor waits for what is about the whole graph, one after the other as they stand there. Seconds are of
the clock, so the machine should have nothing else to do.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import re
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import uvicorn
from projects import projects

import clayonto
from clayonto.publish.config import bundled
from clayonto.server.linked import LinkedData
from clayonto.server.origin import Origin
from clayonto.server.site import LiveSite
from clayonto.stores.generations import Folder

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

WHOLE = {
    "front page": "/en/index.html",
    "list of a class": "/en/project/",
    "search": "/en/search.html",
    "sorted by region": "/en/by/region/",
    "answer to a named query": "/en/query/works-with.html",
    "catalogue and downloads": "/catalog.ttl",
}
CONNECTIONS = 8
MADE = 2000
SENT = 20_000


def serve(store: str, pipe: Connection) -> None:
    """Serve a store until the pipe says to stop; first tell the port and what the site knows of itself."""

    async def run() -> None:
        site = LiveSite(bundled(), patience=3600)
        site.start(Origin(store=store))
        ready = await site.ready()
        server = uvicorn.Server(uvicorn.Config(LinkedData(site), port=0, log_level="warning", lifespan="off", access_log=False))
        serving = asyncio.create_task(server.serve())
        while not server.started:
            await asyncio.sleep(0.01)
        process = multiprocessing.active_children()[0].pid
        pipe.send((server.servers[0].sockets[0].getsockname()[1], ready.triples, ready.pages, ready.seconds, process))
        await asyncio.to_thread(pipe.recv)
        server.should_exit = True
        await serving
        await site.stop()

    asyncio.run(run())


async def ask(port: int, paths: list[str], *, packed: bool) -> float:
    """Ask for all paths, as many at a time as there are connections; requests a second."""
    left = iter(paths)
    encoding = "Accept-Encoding: gzip\r\n" if packed else ""

    async def connection() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for path in left:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n{encoding}\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith((b"HTTP/1.1 200", b"HTTP/1.1 303")), (path, head)
            found = re.search(rb"content-length: (\d+)", head)
            await reader.readexactly(int(found[1]) if found else 0)
        writer.close()

    started = perf_counter()
    await asyncio.gather(*(connection() for _ in range(CONNECTIONS)))
    return len(paths) / (perf_counter() - started)


def held(process: int) -> int:
    """The memory of a process and the copies that it has started, in bytes; what they share counts once."""
    found = re.search(r"^Pss:\s+(\d+)", Path(f"/proc/{process}/smaps_rollup").read_text(encoding="ascii"), re.MULTILINE)
    children = Path(f"/proc/{process}/task/{process}/children").read_text(encoding="ascii").split()
    return (int(found[1]) * 1024 if found else 0) + sum(held(int(child)) for child in children)


def peak(process: int) -> int:
    """The most memory that a process has had so far, in bytes."""
    found = re.search(r"^VmHWM:\s+(\d+)", Path(f"/proc/{process}/status").read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def measure(count: int, folder: Path) -> tuple[int, list[float]]:
    """One line of the first table; the triples and seconds of a line of the second."""
    data = folder / f"{count}.nt"
    with data.open("w", encoding="utf-8") as out:
        out.writelines(projects(count))
    clayonto.load(data, store=folder / f"{count}.db")
    generation = Folder(folder / f"{count}.db").current()
    assert generation is not None
    ours, theirs = multiprocessing.Pipe()
    server = multiprocessing.get_context("spawn").Process(target=serve, args=(str(generation.folder / "store"), theirs))
    server.start()
    port, triples, pages, seconds, process = ours.recv()
    most, before = peak(process), held(process)
    things = [
        f"/en/project/generated-{n % count}.html" if n < count else f"/fi/project/generated-{n % count}.html"
        for n in range(min(MADE, 2 * count))
    ]
    made = asyncio.run(ask(port, things, packed=True))
    data_made = asyncio.run(
        ask(
            port,
            [path.replace("/en/", "/data/").replace("/fi/", "/data/").replace(".html", ".ttl") for path in things[:count]],
            packed=True,
        )
    )
    after = held(process)
    few = (things[:100] * (SENT // min(100, len(things))))[:SENT]
    sent = asyncio.run(ask(port, few, packed=False))
    small = asyncio.run(ask(port, few, packed=True))
    led = asyncio.run(ask(port, [re.sub(r"^/(en|fi)/(.*)\.html$", r"/id/\2", path) for path in few], packed=True))
    waits = [1 / asyncio.run(ask(port, [path], packed=True)) for path in WHOLE.values()]
    ours.send(None)
    server.join()
    print(
        f"| {triples:,} | {pages:,} | {seconds:.1f} | {most / 1e6:.0f} | {before / 1e6:.0f} | {before / triples:.0f} | {after / 1e6:.0f} "
        f"| {made:.0f} | {data_made:.0f} | {sent:.0f} | {small:.0f} | {led:.0f} |"
    )
    return triples, waits


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("projects", nargs="*", type=int, default=[1000, 18_000], help="how many generated projects each server has")
    options = parser.parse_args()
    waited: list[tuple[int, list[float]]] = []
    print(
        "| triples | pages | read in s | MB at most | MB | bytes per triple | MB later | made/s | Turtle made/s | sent/s | sent/s gzip | 303/s |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        waited += [measure(count, Path(folder)) for count in options.projects]
    print(f"\n| triples | {' | '.join(WHOLE)} |\n|---|{'---|' * len(WHOLE)}")
    for triples, waits in waited:
        print(f"| {triples:,} | {' | '.join(f'{seconds:.2f}' for seconds in waits)} |")


if __name__ == "__main__":
    main()
