"""A site made the common way, to be measured beside ours: rdflib holds the graph, and a template is filled for each resource, in each language.

For each resource: its label, its properties with the labels of properties and values, what refers to it (twenty at most), as a page in two
languages; and the triples about it with the labels beside them,
written by rdflib's four serialisers. It is what a few dozen lines of Python give who knows rdflib: lookups by subject and object, no query language,
labels kept once found, one process. ``--sparql`` asks for
the same with one prepared query for what is said and one for what refers, as generators on a SPARQL store do. Nothing is validated, searched, listed, or answered.
"""

from __future__ import annotations

import argparse
import html
import string
import sys
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

import rdflib
from rdflib.namespace import RDF, RDFS, SKOS
from rdflib.plugins.sparql import prepareQuery

if TYPE_CHECKING:
    from rdflib.plugins.sparql.sparql import Query
    from rdflib.term import Node

FORMATS = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
LANGUAGES = ("fi", "en")
MOST_REFERRING = 20
PAGE = string.Template(
    '<!DOCTYPE html>\n<html lang="$lang"><head><meta charset="utf-8"><title>$title</title><link rel="stylesheet" href="../../assets/style.css">$formats</head>\n'
    "<body><main><h1>$title</h1><p>$iri</p><dl>$facts</dl><h2>$back</h2><ul>$referring</ul></main></body></html>\n"
)
SAID = "SELECT ?p ?o ?pl ?ol { ?s ?p ?o OPTIONAL { ?p rdfs:label ?pl } OPTIONAL { ?o skos:prefLabel ?ol } }"
REFERRING = "SELECT DISTINCT ?s ?p ?sl { ?s ?p ?o OPTIONAL { ?s skos:prefLabel ?sl } } LIMIT 20"


class Generator:
    """The pages and data files of a graph's resources."""

    def __init__(self, graph: rdflib.Graph, out: Path, *, sparql: bool) -> None:
        self.graph = graph
        self.out = out
        self.labels: dict[tuple[Node, str], str] = {}
        names = {"rdfs": RDFS, "skos": SKOS}
        self.queries = (prepareQuery(SAID, initNs=names), prepareQuery(REFERRING, initNs=names)) if sparql else None

    def label(self, term: Node, lang: str) -> str:
        """What to call a term."""
        found = self.labels.get((term, lang))
        if found is None:
            texts = {getattr(o, "language", None): str(o) for p in (SKOS.prefLabel, RDFS.label) for o in self.graph.objects(term, p)}
            found = texts.get(lang) or next(iter(texts.values()), str(term))
            self.labels[term, lang] = found
        return found

    def resource(self, term: rdflib.URIRef) -> None:
        """Write what there is to one resource."""
        name = str(term).rpartition("/id/")[2]
        near = rdflib.Graph()
        near.namespace_manager = self.graph.namespace_manager
        for triple in self.graph.triples((term, None, None)):
            near.add(triple)
            if isinstance(triple[2], rdflib.URIRef):
                for predicate in (SKOS.prefLabel, RDFS.label):
                    for label in self.graph.objects(triple[2], predicate):
                        near.add((triple[2], predicate, label))
        for lang in LANGUAGES:
            self.write(f"{lang}/{name}.html", self.page(term, lang).encode())
        for ending, form in FORMATS.items():
            self.write(f"data/{name}.{ending}", near.serialize(format=form, encoding="utf-8"))

    def page(self, term: rdflib.URIRef, lang: str) -> str:
        """The page of a resource in a language."""
        if self.queries is None:
            said = [(p, o) for p, o in self.graph.predicate_objects(term)]
            referring = [(s, p) for (s, p), _ in zip(self.graph.subject_predicates(term), range(MOST_REFERRING), strict=False)]
        else:
            said = self.asked(self.queries[0], "s", term)
            referring = self.asked(self.queries[1], "o", term)
        facts = "".join(
            f"<div><dt>{html.escape(self.label(p, lang))}</dt><dd>{self.value(o, lang)}</dd></div>"
            for p, o in sorted(said)
            if getattr(o, "language", None) in (None, lang)
        )
        return PAGE.substitute(
            lang=lang,
            title=html.escape(self.label(term, lang)),
            iri=html.escape(term),
            formats="".join(f'<link rel="alternate" href="{ending}">' for ending in FORMATS),
            facts=facts,
            back="In" if lang == "en" else "Viittaavat",
            referring="".join(f"<li>{self.value(s, lang)} ({html.escape(self.label(p, lang))})</li>" for s, p in sorted(referring)),
        )

    def asked(self, query: Query, name: str, term: rdflib.URIRef) -> list[tuple[Node, Node]]:
        """The first two columns of an answer about a resource."""
        return list(dict.fromkeys((row[0], row[1]) for row in self.graph.query(query, initBindings={name: term}) if isinstance(row, tuple)))

    def value(self, term: Node, lang: str) -> str:
        """A value as HTML."""
        if isinstance(term, rdflib.URIRef):
            return f'<a href="{html.escape(term)}">{html.escape(self.label(term, lang))}</a>'
        return html.escape(str(term))

    def write(self, path: str, content: bytes) -> None:
        """Write a file of the site."""
        file = self.out / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


def main() -> None:
    """Make the pages of some resources, and print how many, the seconds for reading, and those for making."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path, help="N-Triples")
    parser.add_argument("out", type=Path)
    parser.add_argument("--most", type=int, default=1000, help="how many resources")
    parser.add_argument("--sparql", action="store_true", help="ask by SPARQL")
    given = parser.parse_args()
    started = perf_counter()
    graph = rdflib.Graph()
    for source in given.data.parent.glob("*.nt"):
        graph.parse(source, format="nt")
    read = perf_counter()
    generator = Generator(graph, given.out, sparql=given.sparql)
    things = sorted(
        s for s in graph.subjects(RDF.type, None, unique=True) if isinstance(s, rdflib.URIRef) and "/id/" in s and "generated" in s
    )
    chosen = things[:: max(1, len(things) // given.most)][: given.most]
    made = perf_counter()
    for thing in chosen:
        generator.resource(thing)
    done = perf_counter()
    sys.stdout.write(f"{len(chosen)} {read - started:.3f} {done - made:.3f}\n")


if __name__ == "__main__":
    main()
