"""What it takes to load made-up projects to disk, beside Oxigraph's own bulk loader; ``docs/performance.md`` gets the figures.

Each contender is a process of its own; the two take turns.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from measured import add, worth_asking
from projects import projects
from scale import ask, show

CLAYONTO = """
import clayonto
def load(): clayonto.load({data!r}, store={store!r})
"""
OXIGRAPH = """
import pyoxigraph as ox
def load():
    store = ox.Store({store!r})
    store.bulk_load(path={data!r}, format=ox.RdfFormat.N_TRIPLES)
    store.flush()
"""
MEASURED = """
import json, resource, time
before = resource.getrusage(resource.RUSAGE_SELF)
started = time.perf_counter()
load()
seconds = time.perf_counter() - started
after = resource.getrusage(resource.RUSAGE_SELF)
cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
print(json.dumps({{"seconds": seconds, "cpu": cpu, "memory": after.ru_maxrss * 1024}}))
"""
OPENED = """
import json, time, clayonto
from clayonto.engines.disk import DiskEngine
clayonto.load
started = time.perf_counter()
kg = clayonto.load(store={store!r})
opened = time.perf_counter() - started
print(json.dumps({{"open": opened, "triples": len(kg)}}))
"""


def run(code: str, **names: str) -> dict[str, Any]:
    """What a process prints."""
    done = subprocess.run([sys.executable, "-c", code.format(**names)], capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(count: int, folder: Path, *, rounds: int) -> dict[str, Any]:
    """Times, memory and sizes for ``count`` projects."""
    data, ours, theirs = folder / "projects.nt", folder / "clayonto.db", folder / "oxigraph.db"
    with data.open("w", encoding="utf-8") as file:
        file.writelines(projects(count))
    best: dict[str, dict[str, Any]] = {}
    for _ in range(rounds):
        for name, code, store in (("clayonto", CLAYONTO, ours), ("oxigraph", OXIGRAPH, theirs)):
            shutil.rmtree(store, ignore_errors=True)
            found = run(code + MEASURED, data=str(data), store=str(store))
            print(f"{count:,} projects, {name}: {found['seconds']:.1f} s, {found['memory'] / 1e6:,.0f} MB", file=sys.stderr, flush=True)
            kept = best.setdefault(name, found)
            best[name] = {key: min(kept[key], found[key]) if key != "memory" else max(kept[key], found[key]) for key in found}
    opened = min((run(OPENED, store=str(ours)) for _ in range(3)), key=lambda found: found["open"])
    result = {"triples": opened["triples"], "file": data.stat().st_size, "rounds": rounds}
    # What is asked of the graph next compacts it, which needs the room.
    data.unlink()
    shutil.rmtree(theirs)
    best["clayonto"] |= {"open": opened["open"], "disk": size(ours / "generations"), "copies": size(ours / "copies")}
    return {**best, **result}


def sentence(count: int, found: dict[str, Any]) -> str:
    """What was found, to be read."""
    ours, theirs = found["clayonto"], found["oxigraph"]
    return (
        f"{count:>9,} projects, {found['triples']:>11,} triples: clayonto {ours['seconds']:.1f} s ({ours['cpu']:.1f} s of processor), "
        f"{ours['memory'] / 1e6:,.0f} MB; Oxigraph {theirs['seconds']:.1f} s ({theirs['cpu']:.1f} s), {theirs['memory'] / 1e6:,.0f} MB; "
        f"{theirs['seconds'] / ours['seconds']:.0%} of its speed ({theirs['cpu'] / ours['cpu']:.0%}); opened in {ours['open'] * 1000:.0f} ms"
    )


def size(folder: Path) -> int:
    """Bytes of the files of a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())


def main() -> None:
    """Print the figures."""
    import clayonto

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", help="how many projects (default: 1,000, 10,000 and 100,000)")
    parser.add_argument("--full", action="store_true", help="1,000,000 as well: 81 million triples, 40 GB of disk, an hour")
    parser.add_argument("--rounds", type=int, default=3, help="how often each is run, at the largest sizes once (default: 3)")
    parser.add_argument("--folder", type=Path, help="where to put data and stores (default: the system's temporary folder)")
    parser.add_argument("--queries", action="store_true", help="ask the named queries of each graph as well, as scale.py does")
    parser.add_argument("--write", action="store_true", help="write what was measured to docs/performance.md")
    given = parser.parse_args()
    for count in [*(given.sizes or (1_000, 10_000, 100_000)), *((1_000_000,) if given.full else ())]:
        with tempfile.TemporaryDirectory(dir=given.folder) as folder:
            found = measure(count, Path(folder), rounds=given.rounds if count < 1_000_000 else 1)
            print(sentence(count, found), flush=True)
            if given.write:
                add("load", count, found)
            if given.queries:
                asked = ask(Path(folder, "clayonto.db"), worth_asking(list(clayonto.queries()), count))
                show(asked)
                if given.write:
                    add("queries", count, asked)


if __name__ == "__main__":
    main()
