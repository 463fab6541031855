"""What the library adds to a request: rows of an endpoint, beside curl and a parser in the same form; time, and memory of a fresh process.

Oxigraph's server on loopback answers; each contender gives every value of every row.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
from timing import best

import clayonto

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SIZES = (1, 1_000, 100_000, 1_000_000)
JSON = "application/sparql-results+json"
TSV = "text/tab-separated-values"


def query(rows: int) -> str:
    """A query for so many rows of three values: an IRI, a text, a number."""
    return f"SELECT ?s ?l ?n {{ ?s <urn:l> ?l ; <urn:n> ?n }} LIMIT {rows}"


@contextmanager
def server(folder: Path, rows: int) -> Iterator[str]:
    """Oxigraph's server with so many things, a text and a number each."""
    with (folder / "data.nt").open("w") as out:
        for n in range(rows):
            out.write(f'<https://example.org/thing/{n}> <urn:l> "Thing number {n}"@en .\n')
            out.write(f'<https://example.org/thing/{n}> <urn:n> "{n}"^^<http://www.w3.org/2001/XMLSchema#integer> .\n')
    program = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or "oxigraph"
    subprocess.run([program, "load", "--location", folder / "db", "--file", folder / "data.nt"], check=True, capture_output=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [program, "serve-read-only", "--location", str(folder / "db"), "--bind", f"127.0.0.1:{port}"]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        url = f"http://127.0.0.1:{port}/query"
        for _ in range(100):
            try:
                urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=5).close()
                break
            except OSError:
                time.sleep(0.1)
        yield url
        process.terminate()


def curl(url: str, text: str, accept: str) -> bytes:
    """The answer, by curl."""
    command = ["curl", "-s", "-H", f"Accept: {accept}", "--data-urlencode", f"query={text}", url]
    return subprocess.run(command, check=True, capture_output=True).stdout


def by_json(url: str, text: str) -> int:
    """Rows by curl and Python's own JSON."""
    answer = json.loads(curl(url, text, JSON))
    return sum(len([row[name]["value"] for name in answer["head"]["vars"]]) for row in answer["results"]["bindings"])


def by_pyoxigraph(url: str, text: str, accept: str, form: ox.QueryResultsFormat) -> int:
    """Rows by curl and pyoxigraph."""
    solutions = ox.parse_query_results(curl(url, text, accept), format=form)
    assert isinstance(solutions, ox.QuerySolutions)
    return sum(len(tuple(row)) for row in solutions)


def by_query(url: str, text: str) -> int:
    """Rows by ``query``, with the connection made anew, as curl makes it."""
    return sum(len(tuple(row)) for row in clayonto.connect(url).query(text))


def by_stream(url: str, text: str) -> int:
    """Rows by ``stream``."""
    with clayonto.connect(url).stream(text) as rows:
        return sum(len(tuple(row)) for row in rows)


CONTENDERS: dict[str, Callable[[str, str], int]] = {
    "curl, json.loads": by_json,
    "curl, pyoxigraph (JSON)": lambda url, text: by_pyoxigraph(url, text, JSON, ox.QueryResultsFormat.JSON),
    "curl, pyoxigraph (TSV)": lambda url, text: by_pyoxigraph(url, text, TSV, ox.QueryResultsFormat.TSV),
    "clayonto query()": by_query,
    "clayonto stream()": by_stream,
}
# The first request of query() is for JSON, since it does not know the server yet; stream() asks whom it has, and gets TSV.
OURS = {"clayonto query()": "curl, pyoxigraph (JSON)", "clayonto stream()": "curl, pyoxigraph (TSV)"}


def memory(url: str, name: str, rows: int) -> float:
    """The most megabytes that a fresh process holds over those it holds for one row."""
    script = f"import sys; sys.path.insert(0, {str(Path(__file__).parent)!r}); import remote; remote.measure({url!r}, {name!r}, {rows})"
    out = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=os.environ).stdout
    return float(out)


def measure(url: str, name: str, rows: int) -> None:
    """Print how far the memory of this process rises over that for one row."""
    CONTENDERS[name](url, query(1))
    before = peak()
    CONTENDERS[name](url, query(rows))
    print(peak() - before)


def peak() -> float:
    """The most megabytes that this process has held; ``ru_maxrss`` would be that of the process it was forked from."""
    status = Path("/proc/self/status").read_text()
    return float(status.partition("VmHWM:")[2].split()[0]) / 1024


def main() -> None:
    """Print a table for each size, and the memory."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", default=SIZES, help="how many rows (default: 1, 1,000, 100,000 and 1,000,000)")
    sizes = parser.parse_args().sizes
    with tempfile.TemporaryDirectory() as folder, server(Path(folder), max(sizes)) as url:
        for rows in sizes:
            text = query(rows)

            def counted(run: Callable[[str, str], int], text: str = text, rows: int = rows) -> None:
                assert run(url, text) == rows * 3

            runs = {name: lambda run=run, counted=counted: counted(run) for name, run in CONTENDERS.items()}
            times = best(runs, rounds=20 if rows <= 1000 else 5 if rows <= 100_000 else 1)
            print(f"{rows:,} rows of three values, each made a value")
            for name, seconds in times.items():
                ratio = f"{seconds / times[OURS[name]]:7.2f} × {OURS[name]}" if name in OURS else ""
                print(f"  {name:26}{seconds * 1000:10.1f} ms{ratio}")
            print(flush=True)
        most = [rows for rows in sizes if rows >= 100_000]
        print("Megabytes at most over those for one row, in a fresh process, for")
        print(f"  {'rows':26}" + "".join(f"{rows:>13,}" for rows in most))
        for name in CONTENDERS:
            print(f"  {name:26}" + "".join(f"{memory(url, name, rows):10.0f} MB" for rows in most), flush=True)
    print("\nAim: at most 1.3 × at every size, and memory of the stream that does not grow with the rows.")


if __name__ == "__main__":
    main()
