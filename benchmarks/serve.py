"""Requests per second of the live server and of Oxigraph's own, on the same store and queries, in one run; wrk (Debian ``wrk``) asks.

Each round has both servers take turns with each kind of request. Who loses a request, by an error or a wrong status, is told.
"""

from __future__ import annotations

import argparse
import concurrent.futures
import itertools
import json
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple, cast

import httpx
import pyoxigraph as ox
from projects import projects

import clayonto
import clayonto.namespaces
from clayonto.stores.upkeep import compact

if TYPE_CHECKING:
    from collections.abc import Iterator

OXIGRAPH: Final = Path(sys.executable).with_name("oxigraph")
_PROJECT: Final = "<https://w3id.org/clayonto/id/project/{0}>"


class Kind(NamedTuple):
    """A kind of request: a query in which ``{0}`` is the name of a project, what is accepted, how many connections ask, among how many projects (all, if 0).

    If it is ``uneven``, the second project is asked for half as often as the first, the third a third as often, as visitors do (Zipf's law), and the same query
    comes again; else each project in turn.
    """

    name: str
    query: str
    accept: str
    connections: int
    largest: int = 0
    uneven: bool = False


KINDS: Final = (
    Kind("lookup, another each time", f"SELECT ?p ?o {{{{ {_PROJECT.format('{0}')} ?p ?o }}}}", "application/sparql-results+json", 16),
    Kind("lookup, another, 64 at once", f"SELECT ?p ?o {{{{ {_PROJECT.format('{0}')} ?p ?o }}}}   ", "application/sparql-results+json", 64),
    Kind("lookup, 100 of them again and again", f"SELECT ?p ?o {{{{ {_PROJECT.format('{0}')} ?p ?o }}}} ", "application/sparql-results+json", 16, 100),
    Kind("lookup, some asked for more than others", f"SELECT ?p ?o {{{{ {_PROJECT.format('{0}')} ?p ?o }}}}  ", "application/sparql-results+json", 16, 0, True),
    Kind("description, Turtle", f"DESCRIBE {_PROJECT.format('{0}')}", "text/turtle", 16),
    Kind("description, Turtle, 64 at once", f"DESCRIBE {_PROJECT.format('{0}')} ", "text/turtle", 64),
    Kind("partners of a project", "SELECT ?name ?country {{ " + _PROJECT.format("{0}") + " prov:qualifiedAssociation ?a . ?a prov:agent ?o . "
         "?o skos:prefLabel ?name OPTIONAL {{ ?o clay:country ?country }} }} ORDER BY ?name", "application/sparql-results+json", 16),
    Kind("partners by country, counted",
         "SELECT ?country (COUNT(DISTINCT ?o) AS ?n) {{ ?a prov:agent ?o . ?o clay:country ?country }} GROUP BY ?country # {0}", "text/csv", 4),
    Kind("all labels, CSV", "SELECT ?s ?label {{ ?s skos:prefLabel ?label }} # {0}", "text/csv", 2),
)  # fmt: skip
_RUNS: Final = itertools.count()
_PREFIXES: Final = "".join(f"PREFIX {name}: <{clayonto.namespaces.PREFIXES[name]}> " for name in ("skos", "prov", "clay"))


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=10_000, help="how many projects the store has (default: %(default)s)")
    parser.add_argument("--seconds", type=int, default=5, help="how long each kind is asked in a round (default: %(default)s)")
    parser.add_argument(
        "--runaways", action="store_true", help="send queries that never end, and tell when each was ended and how others fared meanwhile"
    )
    parser.add_argument("--only", default="", metavar="TEXT", help="ask those kinds alone that have this in their name")
    parser.add_argument("--rounds", type=int, default=3, help="how often (default: %(default)s)")
    given = parser.parse_args()
    if shutil.which("wrk") is None or not OXIGRAPH.exists():
        sys.exit("This benchmark needs wrk (Debian: wrk) and Oxigraph's server (pip install oxigraph).")
    with tempfile.TemporaryDirectory() as folder:
        if given.runaways:
            run_away(Path(folder), given.projects)
            return
        measure(Path(folder), given.projects, seconds=given.seconds, rounds=given.rounds, only=given.only)


def measure(folder: Path, count: int, *, seconds: int, rounds: int, only: str = "") -> None:
    """Serve ``count`` projects by both servers and ask them."""
    data, store = folder / "projects.nt", folder / "graph.db"
    with data.open("w", encoding="utf-8") as file:
        file.writelines(projects(count))
    clayonto.load(data, store=store)
    # With columns, which ours answers from where that is quicker.
    compact(store)
    (held,) = (store / "generations").glob("*/store")
    keys = sorted({line.split(">", 1)[0].rpartition("/")[2] for line in data.read_text().splitlines() if line.endswith("#Project> .")})
    with ExitStack() as stack:
        servers = {
            "clayonto": stack.enter_context(_clayonto(store)),
            "Oxigraph": stack.enter_context(_oxigraph(held)),
        }
        print(
            f"{count} projects, {len(clayonto.load(store=store))} triples; {rounds} rounds of {seconds} s each; requests per second, best of the rounds"
        )
        print(f"{'':38}{'clayonto':>10}{'Oxigraph':>10}{'ratio':>8}   p99 in ms   lost")
        for kind in (kind for kind in KINDS if only in kind.name):
            best: dict[str, dict[str, float]] = {}
            lost = dict.fromkeys(servers, 0)
            for _ in range(rounds):
                for name, url in servers.items():
                    told = _wrk(folder, url, kind, keys, seconds)
                    lost[name] += int(told["lost"])
                    if told["rate"] > best.get(name, {"rate": 0.0})["rate"]:
                        best[name] = told
            ours, theirs = best["clayonto"], best["Oxigraph"]
            print(
                f"{kind.name:38}{_told(ours['rate'])}{_told(theirs['rate'])}{ours['rate'] / theirs['rate']:8.2f}   "
                f"{ours['p99']:.1f} / {theirs['p99']:.1f}   {lost['clayonto']} / {lost['Oxigraph']}"
            )
    each = _alone(held, keys[:1000])
    print(
        f"the first kind by the engine alone, called from Python, no server around it: {each:.0f} µs of processor, {1e6 / each:.0f} a second and core"
    )


def _told(rate: float) -> str:
    return f"{rate:10.0f}" if rate >= 100 else f"{rate:10.2f}"


def _alone(store: Path, keys: list[str]) -> float:
    """Microseconds of processor for a lookup by pyoxigraph in this process: what no server on top of it can go below."""
    opened, least = ox.Store.read_only(str(store)), float("inf")
    for _ in range(5):
        before = time.process_time()
        for key in keys:
            found = opened.query(_PREFIXES + KINDS[0].query.format(key))
            cast("ox.QuerySolutions", found).serialize(format=ox.QueryResultsFormat.JSON)
        least = min(least, (time.process_time() - before) / len(keys) * 1e6)
    return least


_CROSS: Final = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i ."
RUNAWAYS: Final = {
    "COUNT over a cross join": f"SELECT (COUNT(*) AS ?n) {{ {_CROSS} }}",
    "ORDER BY over a cross join": f"SELECT * {{ {_CROSS} }} ORDER BY ?i ?a",
    "a cross join as an answer": f"SELECT * {{ {_CROSS} }}",
    "a property path that explodes": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)+ ?b . ?b (!<urn:y>|^!<urn:y>)+ ?c }",
    "a regular expression": f'SELECT (COUNT(*) AS ?n) {{ {_CROSS} FILTER(REGEX(CONCAT(STR(?c), STR(?f)), "(x+x+)+y(.*a){{20}}")) }}',
    "a giant VALUES": "SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ {0} }} VALUES ?b {{ {0} }} VALUES ?c {{ {0} }} }}".format(
        " ".join(map(str, range(50_000)))
    ),
    "grouping a cross join": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {_CROSS} }} GROUP BY ?a ?d ?g",
}
"""What never ends, or not before the memory does."""


def run_away(folder: Path, count: int, *, limit: float = 2.0, cap: int = 512) -> None:
    """Ask what never ends, two of each at once, while another client looks things up, and tell how it went."""
    data, store = folder / "projects.nt", folder / "graph.db"
    with data.open("w", encoding="utf-8") as file:
        file.writelines(projects(count))
    clayonto.load(data, store=store)
    print(f"{count} projects; each twice at once, with a limit of {limit:g} s and {cap} MB; lookups by another client meanwhile")
    print(f"{'':34}{'ended after':>14}{'with':>8}{'memory':>10}{'lookups':>9}{'median':>9}{'p99':>9}{'failed':>8}")
    settings = {"CLAYONTO_SERVE_TIMEOUT": str(limit), "CLAYONTO_SERVE_MEMORY": str(cap << 20)}
    with _clayonto(store, **settings) as url, concurrent.futures.ThreadPoolExecutor(4) as beside:
        port = urllib.parse.urlsplit(url).port
        (server,) = (
            int(p)
            for p in subprocess.run(
                ["pgrep", "-f", f"clayonto serve .*--port {port}$"], capture_output=True, text=True, check=True
            ).stdout.split()
        )
        for name, query in RUNAWAYS.items():
            running = [beside.submit(_timed, url, f"{query} # {n}") for n in range(2)]
            peak, failed = 0, 0
            took: list[float] = []
            while not all(one.done() for one in running):
                seconds, status = _timed(url, f"SELECT ?p ?o {{ {_PROJECT.format('clay')} ?p ?o }} # {len(took)}", source="127.0.0.2")
                took.append(seconds)
                failed += status != 200
                peak = max(peak, *map(_memory, _children(server)))
            ended = [one.result() for one in running]
            took.sort()
            codes = "/".join(str(status) for _, status in ended)
            print(
                f"{name:34}{max(s for s, _ in ended):12.2f} s{codes:>13}{peak >> 20:5} MB{len(took):9}{took[len(took) // 2] * 1000:6.1f} ms"
                f"{took[int(len(took) * 0.99)] * 1000:6.1f} ms{failed:8}"
            )


def _timed(url: str, query: str, *, source: str = "127.0.0.1") -> tuple[float, int]:
    with httpx.Client(transport=httpx.HTTPTransport(local_address=source), timeout=60) as client:
        started = time.perf_counter()
        status = client.post(url, content=query.encode(), headers={"content-type": "application/sparql-query"}).status_code
        return time.perf_counter() - started, status


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _memory(pid: int) -> int:
    """What a worker has in memory; 0 for any other process, and for one that has ended."""
    try:
        if "clayonto.server.worker" not in Path(f"/proc/{pid}/cmdline").read_text():
            return 0
        return int(re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())[1]) << 10  # type: ignore[index]
    except (OSError, TypeError):
        return 0


def _wrk(folder: Path, url: str, kind: Kind, keys: list[str], seconds: int) -> dict[str, float]:
    script = folder / "asked.lua"
    texts = [urllib.parse.quote(_PREFIXES + kind.query.format(key), safe="") for key in keys[: kind.largest or None]]
    # A comment makes each request another one, in this round and all others, so that no server gives an answer that it has kept.
    unique = "" if kind.largest or kind.uneven else f" .. '%23{next(_RUNS)}-' .. n"
    which = "math.floor((#paths) ^ math.random())" if kind.uneven else "(n - 1) % #paths + 1"
    script.write_text(
        "paths = {" + ",".join(json.dumps("/" + url.rpartition("/")[2] + "?query=" + text) for text in texts) + "}\n"
        "n = 0\n"
        f'wrk.headers["Accept"] = "{kind.accept}"\n'
        f"request = function() n = n + 1 return wrk.format('GET', paths[{which}]{unique}) end\n"
        "done = function(summary, latency) io.write(string.format('TOLD %d %d %d %d\\n', summary.requests, summary.duration, latency:percentile(99), "
        "summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout)) end\n",
        encoding="utf-8",
    )
    asked = ["wrk", "-t1", f"-c{kind.connections}", f"-d{seconds}s", "--timeout", "30s", "-s", str(script), url]
    out = subprocess.run(asked, stdout=subprocess.PIPE, text=True, check=True).stdout
    found = re.search(r"TOLD (\d+) (\d+) (\d+) (\d+)", out)
    assert found, out
    requests, microseconds, p99, lost = map(int, found.groups())
    return {"rate": requests / microseconds * 1e6, "p99": p99 / 1000, "lost": lost}


@contextmanager
def _clayonto(store: Path, **settings: str) -> Iterator[str]:
    port = _free()
    arguments = [sys.executable, "-m", "clayonto", "serve", "--store", str(store), "--port", str(port)]
    with _running(arguments, f"http://127.0.0.1:{port}/sparql", CLAYONTO_SERVE_LOG="", CLAYONTO_SERVE_PER_CLIENT="1000", **settings) as url:
        yield url


@contextmanager
def _oxigraph(store: Path) -> Iterator[str]:
    port = _free()
    with _running([str(OXIGRAPH), "serve-read-only", "-l", str(store), "-b", f"127.0.0.1:{port}"], f"http://127.0.0.1:{port}/query") as url:
        yield url


@contextmanager
def _running(arguments: list[str], url: str, **environment: str) -> Iterator[str]:
    import os

    quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(arguments, env={**os.environ, **environment}, **quiet)
    try:
        for _ in range(600):
            try:
                with urllib.request.urlopen(f"{url}?query=ASK%20%7B%7D", timeout=30):
                    break
            except OSError:
                time.sleep(0.05)
        yield url
    finally:
        process.terminate()
        process.wait()


def _free() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
