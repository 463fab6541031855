"""How the time of each named query grows with the size of the graph; ``docs/performance.md`` gets the figures and a picture.

A query is asked by a process that has the graph open, and given up after a minute.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import Any

from measured import LIMIT, add, worth_asking
from projects import projects

ASK = """
import json, resource, sys, time, clayonto
kg = clayonto.load(store=sys.argv[1])
for name in sys.argv[2:]:
    query = kg.queries[name]
    example = {k: p.example for k, p in query.params.items() if p.example is not None}
    best = None
    for _ in range(3):
        started = time.perf_counter()
        answer = kg.run(name, **example)
        rows = len(answer)
        taken = time.perf_counter() - started
        best = taken if best is None else min(best, taken)
        if taken > 2:
            break
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(json.dumps([name, best, rows, answer.engine, memory]), flush=True)
"""
COLUMNS = """
import json, resource, sys, time, clayonto
started = time.perf_counter()
clayonto.load(store=sys.argv[1], engine="columnar")
print(json.dumps([time.perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024]))
"""


def ask(store: Path, names: list[str]) -> dict[str, Any]:
    """Seconds (``None`` if given up), rows and engine of each named query, by name, of a graph that is compacted first, and what that took."""
    from clayonto.stores.upkeep import compact, info

    started = perf_counter()
    compact(store, columns=False)
    compacting = perf_counter() - started
    made = subprocess.run([sys.executable, "-c", COLUMNS, str(store)], capture_output=True, text=True, check=True)
    seconds, memory = json.loads(made.stdout)
    facts = info(store)
    columns = {"seconds": seconds, "memory": memory, "disk": facts["columns"], "store": facts["size"] - facts["columns"]}
    return {"compacting": compacting, "columns": columns, **answers([sys.executable, "-c", ASK, str(store)], names)}


def answers(command: list[str], names: list[str], *, limit: float = LIMIT, opened: float | None = None) -> dict[str, Any]:
    """Seconds (``None`` if given up) and rows of each query, by name, of a program that gets the names and prints a line of JSON for each.

    A program that ends after an answer is begun again for the names that are left.

    A line that has them also gives the engine of each, and the most memory that the program took.

    :param opened: how long to wait for a line that it prints before all others.
    """
    seconds: dict[str, float | None] = {}
    rows: dict[str, int] = {}
    engines: dict[str, str] = {}
    memory = 0
    left = list(names)
    while left:
        asking = subprocess.Popen([*command, *left], stdout=subprocess.PIPE, text=True)
        if opened is not None:
            _line(asking, opened)
        for at, name in enumerate(list(left)):
            line = _line(asking, limit)
            if at and line == "":
                break  # it has ended, with its last answer
            left.remove(name)
            if not line:
                seconds[name] = None
                break
            _, seconds[name], rows[name], *more = json.loads(line)
            if more:
                engines[name], memory = more[0], max(memory, more[1])
        asking.kill()
        asking.wait()
    return {"seconds": seconds, "rows": rows} | ({"engines": engines, "memory": memory} if engines else {})


def _line(asking: subprocess.Popen[str], limit: float) -> str | None:
    """The next line that a process prints, ``None`` if it takes too long, and an empty one if it has ended."""
    import select

    assert asking.stdout is not None
    ready, _, _ = select.select([asking.stdout], [], [], limit)
    return asking.stdout.readline() if ready else None


def show(found: dict[str, Any]) -> None:
    """Print what was found, the slowest first."""
    columns = found["columns"]
    print(
        f"  compacted in {found['compacting']:.1f} s, columns in {columns['seconds']:.1f} s with {columns['memory'] / 1e6:,.0f} MB of memory",
        end="; ",
    )
    print(
        f"{columns['disk'] / 1e6:,.0f} MB beside {columns['store'] / 1e6:,.0f} MB; the queries took {found['memory'] / 1e6:,.0f} MB of memory"
    )
    for name in sorted(found["seconds"], key=lambda n: -(found["seconds"][n] or LIMIT)):
        taken = found["seconds"][name]
        print(
            f"  {name:<36} {'given up' if taken is None else f'{taken * 1000:10.1f} ms'}  {found['rows'].get(name, '')}  {found['engines'].get(name, '')}",
            flush=True,
        )


def main() -> None:
    """Print the figures."""
    import clayonto

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", help="how many projects (default: 1,000, 10,000 and 100,000)")
    parser.add_argument("--full", action="store_true", help="1,000,000 as well: 81 million triples, 25 GB of disk")
    parser.add_argument("--folder", type=Path, help="where to put data and stores (default: the system's temporary folder)")
    parser.add_argument("--write", action="store_true", help="write what was measured to docs/performance.md")
    given = parser.parse_args()
    for count in [*(given.sizes or (1_000, 10_000, 100_000)), *((1_000_000,) if given.full else ())]:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            data, store = Path(folder, "projects.nt"), Path(folder, "graph.db")
            with data.open("w", encoding="utf-8") as file:
                file.writelines(projects(count))
            clayonto.load(data, store=store)
            data.unlink()
            found = ask(store, worth_asking(list(clayonto.queries()), count))
        print(f"{count:,} projects")
        show(found)
        if given.write:
            add("queries", count, found)


if __name__ == "__main__":
    main()
