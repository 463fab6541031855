"""What 50,000 rows of five columns cost as Python rows and as a polars frame; beside raw pyoxigraph solutions and rdflib."""

from __future__ import annotations

import pyoxigraph as ox
import rdflib
from timing import best, table

import clayonto
from clayonto.namespaces import PREFIXES

ROWS = 50_000
ROUNDS = 5
QUERY = "SELECT ?p ?l ?c ?b ?d { ?p <urn:l> ?l ; <urn:c> ?c ; <urn:b> ?b ; <urn:d> ?d }"


def triples() -> list[ox.Triple]:
    """Projects with a label, a country, a budget and a day each."""
    made = []
    for n in range(ROWS):
        p = ox.NamedNode(f"https://w3id.org/clayonto/id/project/{n}")
        for name, value in (
            ("l", ox.Literal(f"Project {n}", language="en")),
            ("c", ox.NamedNode(f"{PREFIXES['country']}C{n % 30}")),
            ("b", ox.Literal(f"{n * 100}.5", datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal"))),
            ("d", ox.Literal(f"2021-05-{n % 28 + 1:02}", datatype=ox.NamedNode(PREFIXES["xsd"] + "date"))),
        ):
            made.append(ox.Triple(p, ox.NamedNode(f"urn:{name}"), value))
    return made


def main() -> None:
    """Print the table and the ratios."""
    data = triples()
    kg = clayonto.load(bundle=False)
    kg.apply(added=[(t.subject, t.predicate, t.object) for t in data], removed=[], file=None)
    store = ox.Store()
    store.extend([ox.Quad(t.subject, t.predicate, t.object) for t in data])
    graph = rdflib.Graph()
    graph.parse(data=ox.serialize(data, format=ox.RdfFormat.N_TRIPLES) or b"", format="nt")

    def raw() -> None:
        for solution in store.query(QUERY):  # type: ignore[union-attr]
            for _ in solution:
                pass

    def raw_kept() -> None:
        [tuple(solution) for solution in store.query(QUERY)]  # type: ignore[union-attr]

    def rows() -> None:
        for _ in kg.query(QUERY):
            pass

    def values() -> None:
        for row in kg.query(QUERY):
            for _ in row:
                pass

    def values_kept() -> None:
        [tuple(row) for row in kg.query(QUERY)]

    def with_rdflib() -> None:
        for row in graph.query(QUERY):
            [value.toPython() for value in row]  # type: ignore[union-attr]

    contenders = {
        "raw pyoxigraph solutions": raw,
        "clayonto rows": rows,
        "clayonto rows, each value as Python": values,
        "raw pyoxigraph solutions, kept as tuples of terms": raw_kept,
        "clayonto rows, kept as tuples of Python values": values_kept,
        "clayonto to_polars()": lambda: kg.query(QUERY).to_polars(),
    }
    times = best(contenders, rounds=ROUNDS) | best({"rdflib, each value as Python": with_rdflib}, rounds=1)
    first, kept = "raw pyoxigraph solutions", "raw pyoxigraph solutions, kept as tuples of terms"
    print(f"{ROWS:,} rows of five columns; best of {ROUNDS} (rdflib: 1), the query included.\n")
    print(table(times, beside=first))
    print(f"\nrows / raw solutions:             {times['clayonto rows'] / times[first]:.2f} (aim: at most 1.5)")
    print(
        f"values kept / raw terms kept:     {times['clayonto rows, kept as tuples of Python values'] / times[kept]:.2f} (aim: at most 1.5)"
    )
    print(
        f"polars / rows with Python values: {times['clayonto to_polars()'] / times['clayonto rows, each value as Python']:.2f} (aim: below 1)"
    )


main()
