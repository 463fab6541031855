"""What ORDER BY costs: answers sorted outside the engine, beside Oxigraph's sort by keys that terms of all kinds can be sorted by, and beside no order.

All labels of a graph, the first ten of them, and the ten rows of one project's labels. Milliseconds of the processor, the answer written as TSV.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
from projects import projects

import clayonto
from clayonto.engines.ordering import sortable
from clayonto.engines.oxigraph import as_asked
from clayonto.namespaces import ID, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable

LABELS = "SELECT ?thing ?label { ?thing skos:prefLabel ?label }"
SHORT = f"SELECT ?part ?label {{ <{ID}project/generated-77> prov:qualifiedAssociation ?part . ?part skos:prefLabel ?label FILTER(LANG(?label) = 'en') }}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=10_000, help="how many projects (default: 10,000)")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "projects.nt")
        with file.open("w", encoding="utf-8") as out:
            out.writelines(projects(given.count))
        kg = clayonto.load(file, bundle=False)
        store = ox.Store()
        store.bulk_extend(ox.Quad(*triple) for triple in kg.triples())

    def alone(query: str) -> bytes:
        found = store.query(query, prefixes=dict(PREFIXES))
        assert isinstance(found, ox.QuerySolutions)
        return found.serialize(format=ox.QueryResultsFormat.TSV) or b""

    print(f"{given.count:,} projects\n{'':28}{'rows':>9}{'outside':>12}{'four keys':>12}{'no order':>12}")
    for name, query, limit, rounds in (
        ("all labels", LABELS, "", 2),
        ("the first ten labels", LABELS, " LIMIT 10", 2),
        ("labels of one project", SHORT, "", 200),
    ):
        ordered = f"{query} ORDER BY ?label{limit}"
        rows = kg.select(ordered).count(b"\n") - 1
        assert rows == alone(sortable(ordered)).count(b"\n") - 1, name
        times = [
            _took(lambda ordered=ordered: kg.select(ordered), rounds),  # type: ignore[misc]
            _took(lambda ordered=ordered: alone(as_asked(ordered)), rounds),  # type: ignore[misc]
            _took(lambda query=query: alone(query), rounds),  # type: ignore[misc]
        ]
        print(f"{name:28}{rows:9,}" + "".join(f"{seconds * 1000:12.2f}" for seconds in times))


def _took(run: Callable[[], object], rounds: int) -> float:
    """Seconds of the processor, the best of some rounds."""
    best = float("inf")
    for _ in range(rounds):
        started = time.process_time()
        run()
        best = min(best, time.process_time() - started)
    return best


if __name__ == "__main__":
    main()
