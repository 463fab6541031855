"""Six kinds of query over a register: sums, pairs, a region with what lies in it, a text, an export, and the lookup of one thing.

Each contender gives a table of values in memory: ours and maplib a polars frame, the others what they give in bulk, without a Python object for each
cell. All must have the same number of rows. maplib is no dependency: it is measured where it is installed.
"""

from __future__ import annotations

import argparse
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import rdflib
from projects import projects
from timing import best

import clayonto
from clayonto.namespaces import ID, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KINDS = {
    "sums by theme and year": "SELECT ?theme ?start (SUM(?value) AS ?total) (COUNT(?p) AS ?n) { ?a clay:amountOf ?p ; epo:hasAmountValue ?value . "
    "?p dct:subject ?theme ; dct:temporal/dcat:startDate ?start } GROUP BY ?theme ?start ORDER BY ?theme STR(?start)",
    "who works with whom, top 20": "SELECT ?x ?y (COUNT(DISTINCT ?p) AS ?n) { ?p prov:qualifiedAssociation/prov:agent ?x, ?y . FILTER(STR(?x) < STR(?y)) } "
    "GROUP BY ?x ?y ORDER BY DESC(?n) STR(?x) STR(?y) LIMIT 20",
    "a region with its parts": "SELECT ?o ?name { ?region dct:isPartOf* <region/whole-1> . ?o dct:spatial ?region ; skos:prefLabel ?name . "
    'FILTER(LANG(?name) = "en") } ORDER BY STR(?name)',
    "a text in names, first 20": "SELECT ?s ?name { ?s skos:prefLabel ?name . FILTER(CONTAINS(LCASE(STR(?name)), 'ion 77')) } ORDER BY STR(?s) STR(?name) LIMIT 20",
    "an export of five columns": "SELECT ?p ?name ?who ?country ?role { ?p a clay:ProjectParticipation ; skos:prefLabel ?name ; prov:agent ?who ; "
    'clay:country ?country ; prov:hadRole ?role . FILTER(LANG(?name) = "en") }',
    "lookup of one project's partners": "SELECT ?p ?who ?role { <project/generated-77> prov:qualifiedAssociation ?p . ?p prov:agent ?who ; prov:hadRole ?role }",
}


def written(query: str) -> str:
    """A query with its prefixes, for engines that have none of ours."""
    return "".join(f"PREFIX {p}: <{ns}>\n" for p, ns in PREFIXES.items()) + query.replace("<project/", f"<{ID}project/").replace(
        "<region/", f"<{ID}region/"
    )


def parts(count: int) -> Iterator[str]:
    """N-Triples that put the regions of so many projects into ten larger ones."""
    for n in range(count // 100):
        yield f"<{ID}region/generated-{n}> <{PREFIXES['dct']}isPartOf> <{ID}region/whole-{n % 10}> .\n"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, nargs="?", default=10_000, help="how many projects (default: 10,000, about 800,000 triples)")
    parser.add_argument("--rdflib", action="store_true", help="rdflib too, which takes minutes at 10,000 projects")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "data.nt")
        with file.open("w", encoding="utf-8") as out:
            out.writelines(projects(given.count))
            out.writelines(parts(given.count))
        loaded, contenders = {}, {}
        for name, load in contenders_of(rdflib_too=given.rdflib).items():
            started = perf_counter()
            contenders[name] = load(file)
            loaded[name] = perf_counter() - started
    print(f"{given.count} projects; milliseconds, best of five\n{'':34}" + "".join(f"{name:>12}" for name in contenders))
    print(f"{'loading':34}" + "".join(f"{seconds * 1000:12.0f}" for seconds in loaded.values()))
    for kind, query in KINDS.items():
        text = written(query)
        counts = {name: ask(text) for name, ask in contenders.items()}
        assert len(set(counts.values())) == 1, (kind, counts)
        times = best({name: lambda ask=ask, text=text: ask(text) for name, ask in contenders.items()}, rounds=5)  # type: ignore[misc]
        print(f"{kind:34}" + "".join(f"{times[name] * 1000:12.2f}" for name in contenders) + f"   {counts['ours']} rows")


def contenders_of(*, rdflib_too: bool) -> dict[str, Callable[[Path], Callable[[str], int]]]:
    """Name to what loads a file and gives what answers a query with the number of its rows."""
    made: dict[str, Callable[[Path], Callable[[str], int]]] = {"ours": ours, "pyoxigraph": pyoxigraph}
    if find_spec("maplib"):
        made["maplib"] = maplib
    if rdflib_too:
        made["rdflib"] = with_rdflib
    return made


def ours(file: Path) -> Callable[[str], int]:
    """The columnar engine, its columns made."""
    kg = clayonto.load(file, bundle=False, engine="columnar")
    kg.query(written(KINDS["a text in names, first 20"]))

    def ask(query: str) -> int:
        rows = kg.query(query)
        return rows.to_polars().height if rows.engine == "columnar" else len(rows)

    return ask


def pyoxigraph(file: Path) -> Callable[[str], int]:
    """A store in memory, solutions as TSV."""
    store = ox.Store()
    store.bulk_load(path=str(file), format=ox.RdfFormat.N_TRIPLES)

    def ask(query: str) -> int:
        solutions: Any = store.query(query)
        return bytes(solutions.serialize(format=ox.QueryResultsFormat.TSV)).count(b"\n") - 1

    return ask


def maplib(file: Path) -> Callable[[str], int]:
    """A model in memory, a polars frame."""
    model = import_module("maplib").Model()
    model.read(str(file), format="ntriples")
    return lambda query: int(model.query(query).height)


def with_rdflib(file: Path) -> Callable[[str], int]:
    """A graph in memory, rows of Python values."""
    graph = rdflib.Graph()
    graph.parse(file, format="nt")
    return lambda query: len(list(graph.query(query)))


if __name__ == "__main__":
    main()
