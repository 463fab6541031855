"""How long a fresh process takes to import the library, and to answer a named query; beside a bare interpreter and rdflib."""

from __future__ import annotations

import compileall
import json
import subprocess
import sys
import tempfile
from pathlib import Path

from timing import best, table

import clayonto

QUERY = "project-partners"
ROUNDS = 15

RDFLIB = """
import json, sys, rdflib
files, text = json.load(open(sys.argv[1]))
graph = rdflib.Graph()
for file in files:
    graph.parse(file, format="turtle", publicID="https://w3id.org/clayonto/id/")
graph.query(text).serialize(destination=sys.argv[2], format="csv")
"""


def main() -> None:
    """Print the table and the ratios."""
    root = Path(clayonto.__file__).parents[1]
    # pip compiles what it installs; a checkout is compiled when it is first used, unless Python was told to write no bytecode.
    compileall.compile_dir(root / "clayonto", quiet=1)
    files = [str(root / s.name) for s in clayonto.load().sources]
    with tempfile.TemporaryDirectory() as folder:
        job = Path(folder) / "job.json"
        job.write_text(json.dumps([files, clayonto.queries()[QUERY].example()]))

        def run(*command: str) -> None:
            subprocess.run([sys.executable, *command], stdout=subprocess.DEVNULL, check=True)

        pass_, import_, ours, theirs = "python -c pass", "import clayonto", f"clayonto query {QUERY} -f csv", "the same with rdflib"
        times = best(
            {
                pass_: lambda: run("-c", "pass"),
                import_: lambda: run("-c", "import clayonto"),
                ours: lambda: run("-m", "clayonto", "query", QUERY, "-f", "csv"),
            },
            rounds=ROUNDS,
        )
        times |= best({theirs: lambda: run("-c", RDFLIB, str(job), str(Path(folder) / "out.csv"))}, rounds=3)
    print(f"Fresh processes, whole; best of {ROUNDS} (rdflib: 3). {len(clayonto.load())} triples in {len(files)} files.\n")
    print(table(times, beside=pass_))
    print(f"\nimport clayonto / bare interpreter: {times[import_] / times[pass_]:.1f} (aim: at most 4)")
    print(f"query / bare interpreter:           {times[ours] / times[pass_]:.1f} (aim: at most 10)")
    print(f"rdflib / query:                     {times[theirs] / times[ours]:.1f} (aim: at least 10)")


main()
