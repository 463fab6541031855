"""The six kinds of query of ``analytics.py`` and the named queries beside other stores, at each size; ``docs/performance.md`` gets the figures and a picture.

Ours on disk (compacted, with columns) and by the column in memory, beside rdflib (to 10,000 projects), pyoxigraph on disk, Oxigraph's server,
Virtuoso 7 and maplib, each asked the same text by a process of its own that gets the rows in bulk. A query is given up after
:data:`beside.GIVEN_UP` seconds; what took a contender more than a sixth of that is not asked of it at the next size. A contender that is not installed
is left out, and that is said.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import urllib.parse
import urllib.request
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final

import pytest
from analytics import KINDS, maplib, parts, written
from beside import CONTENDERS, GIVEN_UP
from measured import add, known
from projects import projects
from scale import answers

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

MOST: Final = {"rdflib": 10_000}
"""The largest size that a contender is asked at."""


def texts() -> dict[str, str]:
    """The queries by name, the six kinds first, as any SPARQL engine takes them."""
    import clayonto
    from clayonto.engines.remote import whole
    from clayonto.namespaces import ID

    return {**{kind: written(text) for kind, text in KINDS.items()}, **{n: whole(q.example(), ID) for n, q in clayonto.queries().items()}}


def answering(contender: str, target: str) -> Callable[[str], int]:
    """What answers a query with the number of its rows: values of ours as columns where it gives them, bytes of TSV of the others."""
    import pyoxigraph as ox

    import clayonto

    if contender.startswith("ours"):
        kg = clayonto.load(store=target) if contender == "ours" else clayonto.load(target, bundle=False, engine="columnar")
        if contender != "ours":
            kg.query(written(KINDS["a text in names, first 20"]))

        def ours(text: str) -> int:
            rows = kg.query(text)
            return rows.to_polars().height if rows.engine == "columnar" else len(rows)

        return ours
    if contender == "pyoxigraph":
        store = ox.Store.read_only(target)

        def rows(text: str) -> int:
            found: Any = store.query(text)
            return bytes(found.serialize(format=ox.QueryResultsFormat.TSV)).count(b"\n") - 1

        return rows
    if contender == "maplib":
        return maplib(Path(target))
    if contender == "rdflib":
        import rdflib

        graph = rdflib.Graph()
        graph.parse(target, format="nt")
        return lambda text: len(list(graph.query(text)))

    def post(text: str) -> int:
        form = {"query": text} | ({"default-graph-uri": servers.GRAPH} if contender.startswith("Virtuoso") else {})
        request = urllib.request.Request(target, urllib.parse.urlencode(form).encode(), {"Accept": "text/tab-separated-values"})
        with urllib.request.urlopen(request, timeout=600) as response:
            return int(response.read().count(b"\n")) - 1

    return post


@contextmanager
def loaded(contender: str, data: Path, folder: Path) -> Iterator[str]:
    """What :func:`answering` needs, the graph loaded."""
    import clayonto
    from clayonto.stores.upkeep import compact

    folder.mkdir()
    if contender == "maplib" and find_spec("maplib") is None:
        pytest.skip("maplib is not installed")
    if contender == "ours":
        clayonto.load(data, store=folder / "db", bundle=False)
        compact(folder / "db")
        yield str(folder / "db")
    elif contender == "pyoxigraph":
        import pyoxigraph as ox

        store = ox.Store(str(folder / "db"))
        store.bulk_load(path=str(data), format=ox.RdfFormat.N_TRIPLES)
        store.optimize()
        del store
        yield str(folder / "db")
    elif contender == "Oxigraph's server":
        with servers.oxigraph(folder, data) as url:
            yield url
    elif contender == "Virtuoso 7":
        with servers.virtuoso(folder, data, most_rows=10_000_000, buffers=170_000) as url:
            yield url
    else:
        yield str(data)


def write_graph(data: Path, size: int) -> None:
    """Write the graph of so many projects and of the bundled data as N-Triples."""
    import pyoxigraph as ox

    import clayonto

    with data.open("w", encoding="utf-8") as out:
        bundled = (ox.Triple(*t) for t in clayonto.load().triples())
        out.write((ox.serialize(bundled, format=ox.RdfFormat.N_TRIPLES) or b"").decode())
        out.writelines(projects(size))
        out.writelines(parts(size))


def measure(contender: str, size: int, data: Path, folder: Path) -> dict[str, Any]:
    """Seconds to load and for each query, and rows."""
    started = perf_counter()
    with ExitStack() as stack:
        target = stack.enter_context(loaded(contender, data, folder))
        took = perf_counter() - started
        found = answers(
            [sys.executable, __file__, "--answer", contender, target], worth(contender, size, list(texts())), limit=GIVEN_UP, opened=600.0
        )
    shutil.rmtree(folder)
    return {"load": took, **found}


def worth(contender: str, size: int, names: list[str]) -> list[str]:
    """The queries that did not take a contender too long at a smaller size."""
    slow = {
        name
        for s, found in known("stores").items()
        if int(s) < size
        for name, seconds in found.get("contenders", {}).get(contender, {}).get("seconds", {}).items()
        if seconds is None or seconds > GIVEN_UP / 6
    }
    return [name for name in names if name not in slow]


def answer(contender: str, target: str, names: list[str]) -> None:
    """Print a line of JSON for each query: name, seconds (the best of three, or of as many as begin within five seconds), rows."""
    ask, queries = answering(contender, target), texts()
    print(json.dumps(["opened"]), flush=True)
    for name in names:
        best: float | None = None
        count, spent = 0, 0.0
        for _ in range(3):
            started = perf_counter()
            try:
                count = ask(queries[name])
            except (KeyboardInterrupt, SystemExit):
                raise
            except BaseException as error:
                best, count = None, -1
                print(f"{contender}, {name}: {str(error)[:200]}", file=sys.stderr)
                if not isinstance(error, Exception):
                    # After a panic in Rust a contender may have no answer to anything: the others are asked of a new process.
                    print(json.dumps([name, best, count]), flush=True)
                    return
                break
            taken = perf_counter() - started
            best = taken if best is None else min(best, taken)
            spent += taken
            if spent > 5:
                break
        print(json.dumps([name, best, count]), flush=True)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", help="how many projects (default: 1,000, 10,000 and 100,000)")
    parser.add_argument("--only", action="append", choices=CONTENDERS, help="a contender; may be given again (default: all)")
    parser.add_argument("--folder", type=Path, help="where to put data and stores (default: the system's temporary folder)")
    parser.add_argument("--write", action="store_true", help="write what was measured to docs/performance.md")
    parser.add_argument("--answer", nargs="+", help=argparse.SUPPRESS)
    if sys.argv[1:2] == ["--answer"]:
        answer(sys.argv[2], sys.argv[3], sys.argv[4:])
        return
    given = parser.parse_args()
    for size in given.sizes or (1_000, 10_000, 100_000):
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            data = Path(folder, "data", "graph.nt")
            data.parent.mkdir()
            write_graph(data, size)
            found: dict[str, Any] = {}
            for contender in given.only or CONTENDERS:
                if size > MOST.get(contender, size):
                    continue
                try:
                    found[contender] = measure(contender, size, data, Path(folder, "store"))
                except pytest.skip.Exception as error:
                    print(f"{contender} is left out: {error}", file=sys.stderr)
                    continue
                kinds = "; ".join(f"{kind}: {_ms(found[contender]['seconds'].get(kind))}" for kind in KINDS)
                print(f"{size:,} projects, {contender}: loaded in {found[contender]['load']:.1f} s; {kinds}", flush=True)
                if given.write:
                    add("stores", size, {"contenders": {**known("stores").get(str(size), {}).get("contenders", {}), **found}})


def _ms(seconds: float | None) -> str:
    return "given up" if seconds is None else f"{seconds * 1000:.1f} ms"


if __name__ == "__main__":
    main()
