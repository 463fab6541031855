"""What validation costs, beside pyshacl: from 1,000 to 100,000 projects, and after an edit of one project among 10,000.

Each run is a process of its own that reads the bundled graph and a file of projects (``projects.py``), one in a hundred with something wrong, and
holds them against the bundled shapes. Both must find the same: focus node, component and shape of every result. pyshacl needs minutes for 10,000
projects; ``--quick`` leaves that out, and 100,000 too.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from projects import projects, violations

import clayonto
from clayonto.namespaces import ID
from clayonto.sources import bundled, loaded

WRONG: Final = 100
_RESULT: Final = """
found = sorted(map(list, found))
digest = hashlib.sha256(json.dumps(found).encode()).hexdigest()
memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
print(json.dumps({"load": loaded - start, "validate": done - loaded, "results": len(found), "digest": digest, "memory": memory}))
"""
_OURS: Final = (
    """
import hashlib, json, resource, sys, time
start = time.perf_counter()
from clayonto.sources import from_paths, loaded as context, stream
from clayonto.namespaces import ID
from clayonto.validation import shapes_from, validate
from clayonto.validation.data import Data, no_collecting
files, shapes, file = json.load(open(sys.argv[1]))
data = Data()
with no_collecting():
    data.add(stream([*from_paths([file]), *context()]))
loaded = time.perf_counter()
report = validate(data, shapes_from(None, base=ID), focus=None, base=ID)
done = time.perf_counter()
found = [(r.focus, r.component, r.shape) for r in report.results]
"""
    + _RESULT
)
_PYSHACL: Final = (
    """
import hashlib, json, resource, sys, time
start = time.perf_counter()
import pyshacl, rdflib
from rdflib.namespace import SH
files, shapes, file = json.load(open(sys.argv[1]))
graphs = rdflib.Graph(), rdflib.Graph()
for graph, names in zip(graphs, (files, shapes)):
    for name in names:
        graph.parse(name, format="turtle", publicID="https://w3id.org/clayonto/id/")
graphs[0].parse(file, format="nt")
loaded = time.perf_counter()
_, report, _ = pyshacl.validate(graphs[0], shacl_graph=graphs[1], inference="none", inplace=True)
done = time.perf_counter()
found = [[str(report.value(r, p)) for p in (SH.focusNode, SH.sourceConstraintComponent, SH.sourceShape)] for r in report.objects(None, SH.result)]
"""
    + _RESULT
)


def run(script: str, job: Path) -> dict[str, Any]:
    """What a measured process says of itself."""
    done = subprocess.run([sys.executable, "-c", script, str(job)], stdout=subprocess.PIPE, check=True)
    return dict(json.loads(done.stdout))


def edits(file: Path, *, rounds: int = 5) -> tuple[float, float]:
    """Seconds of a full validation of a loaded graph, and the median after an edit of one project (its lead, its sum and its name)."""
    graph = clayonto.load(file)
    started = time.perf_counter()
    report = graph.validate()
    full = time.perf_counter() - started
    times = []
    for number in range(1, rounds + 1):
        name, lead = f"generated-{number * 7}", f"participation/generated-{number * 7}-0"
        with graph.edit() as change:
            change.update(
                f"DELETE {{ <{ID}{lead}> prov:hadRole ?r . <{ID}amount/{name}> epo:hasAmountValue ?v . <{ID}project/{name}> clay:acronym ?a }}"
                f" INSERT {{ <{ID}{lead}> prov:hadRole role:partner . <{ID}amount/{name}> epo:hasAmountValue -1.0 }}"
                f" WHERE {{ <{ID}{lead}> prov:hadRole ?r . <{ID}amount/{name}> epo:hasAmountValue ?v . <{ID}project/{name}> clay:acronym ?a }}"
            )
        started = time.perf_counter()
        after = graph.validate(since=report)
        times.append(time.perf_counter() - started)
        if len(after.results) != len(report.results) + 2:
            raise SystemExit(f"After an edit there are {len(after.results)} results where {len(report.results) + 2} are due.")
        report = after
    if len(graph.validate().results) != len(report.results):
        raise SystemExit("A full run finds something else than the runs after edits.")
    return full, statistics.median(times)


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="1,000 projects and the edits only")
    quick = parser.parse_args().quick
    root = Path(clayonto.__file__).parents[1]
    print(f"{'projects':>9} {'':9} {'read':>8} {'validate':>9} {'results':>8} {'memory':>9} {'per project':>12} {'beside pyshacl':>26}")
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000,) if quick else (1_000, 10_000, 100_000):
            file, job = Path(folder) / f"{count}.nt", Path(folder) / "job.json"
            with file.open("w", encoding="utf-8") as out:
                out.writelines(projects(count, wrong=WRONG))
            names = [[str(root / s.name) for s in sources] for sources in (loaded(), bundled("shapes"))]
            job.write_text(json.dumps([*names, str(file)]))
            ours = run(_OURS, job)
            row(count, "clayonto", ours)
            if count <= 10_000:
                theirs = run(_PYSHACL, job)
                row(count, "pyshacl", theirs)
                if theirs["digest"] != ours["digest"]:
                    raise SystemExit("The two find different things.")
                whole = (theirs["load"] + theirs["validate"]) / (ours["load"] + ours["validate"])
                print(f"{'':78}validate {theirs['validate'] / ours['validate']:6.0f} ×, whole {whole:6.0f} × (aim: 50)")
            expected = violations(count, wrong=WRONG)
            if not expected <= ours["results"] <= expected + 20:
                raise SystemExit(f"{expected} violations are in the file, and {ours['results']} results were found.")
        file = Path(folder) / "edits.nt"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(projects(1_000 if quick else 10_000, wrong=WRONG))
        full, after = edits(file)
        print(
            f"\nLoaded graph, full run: {full:.2f} s; after an edit of one project: {after * 1000:.1f} ms, {full / after:.0f} × (aim: 100)"
        )
        graph = clayonto.load()
        graph.validate(), graph.infer()
        started = time.perf_counter()
        graph.validate(), graph.infer()
        print(f"Bundled graph, validate and infer in a warm process: {time.perf_counter() - started:.2f} s (aim: below 1)")


def row(count: int, who: str, run: dict[str, Any]) -> None:
    """Print one line of the table."""
    per = (run["load"] + run["validate"]) / count * 1000
    print(
        f"{count:9,} {who:9} {run['load']:6.2f} s {run['validate']:7.2f} s {run['results']:8,} {run['memory']:6.2f} GB {per:9.2f} ms",
        flush=True,
    )


if __name__ == "__main__":
    main()
