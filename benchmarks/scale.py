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
import json, sys, time, clayonto
kg = clayonto.load(store=sys.argv[1])
for name in sys.argv[2:]:
    query = kg.queries[name]
    example = {k: p.example for k, p in query.params.items() if p.example is not None}
    best = None
    for _ in range(3):
        started = time.perf_counter()
        rows = len(kg.run(name, **example))
        taken = time.perf_counter() - started
        best = taken if best is None else min(best, taken)
        if taken > 2:
            break
    print(json.dumps([name, best, rows]), flush=True)
"""


def ask(store: Path, names: list[str]) -> dict[str, Any]:
    """Seconds (``None`` if given up) and rows of each named query, by name, of a graph that is compacted first; and the seconds of that."""
    from clayonto.stores.upkeep import compact

    started = perf_counter()
    compact(store)
    compacting = perf_counter() - started
    return {"compacting": compacting, **answers([sys.executable, "-c", ASK, str(store)], names)}


def answers(command: list[str], names: list[str], *, limit: float = LIMIT, opened: float | None = None) -> dict[str, Any]:
    """Seconds (``None`` if given up) and rows of each query, by name, of a program that gets the names and prints a line of JSON for each.

    :param opened: how long to wait for a line that it prints before all others.
    """
    seconds: dict[str, float | None] = {}
    rows: dict[str, int] = {}
    left = list(names)
    while left:
        asking = subprocess.Popen([*command, *left], stdout=subprocess.PIPE, text=True)
        if opened is not None:
            _line(asking, opened)
        for name in list(left):
            line = _line(asking, limit)
            left.remove(name)
            if not line:
                seconds[name] = None
                break
            _, taken, count = json.loads(line)
            seconds[name], rows[name] = taken, count
        asking.kill()
        asking.wait()
    return {"seconds": seconds, "rows": rows}


def _line(asking: subprocess.Popen[str], limit: float) -> str:
    """The next line that a process prints, or nothing if it takes too long."""
    import select

    assert asking.stdout is not None
    ready, _, _ = select.select([asking.stdout], [], [], limit)
    return asking.stdout.readline() if ready else ""


def show(found: dict[str, Any]) -> None:
    """Print what was found, the slowest first."""
    print(f"  compacted in {found['compacting']:.1f} s")
    for name in sorted(found["seconds"], key=lambda n: -(found["seconds"][n] or LIMIT)):
        taken = found["seconds"][name]
        print(f"  {name:<36} {'given up' if taken is None else f'{taken * 1000:10.1f} ms'}  {found['rows'].get(name, '')}", flush=True)


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
