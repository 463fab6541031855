"""The named queries as SHACL's ``sh:SPARQLExecutable``, examples filled in: the form in which SPARQL editors take examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyoxigraph as ox

from clayonto import sparql
from clayonto.publish.asking import published
from clayonto.publish.machine.facts import PREFIXES_USED, Facts, Triple, node, texts
from clayonto.query import NamedQuery, queries
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterator

_FORMS = {"select": "SPARQLSelectExecutable", "ask": "SPARQLAskExecutable", "construct": "SPARQLConstructExecutable"}


def executables(facts: Facts) -> bytes:
    """The queries as Turtle."""
    return write_turtle(_triples(facts), prefixes=PREFIXES_USED, base=None).encode()


def _triples(facts: Facts) -> Iterator[Triple]:
    file = ox.NamedNode(facts.base + "queries.ttl")
    for query in queries().values():
        me, text = ox.NamedNode(f"{file.value}#{query.name}"), runnable(query, facts)
        form = sparql.form(text)
        yield me, node("rdf:type"), node("sh:SPARQLExecutable")
        if form in _FORMS:
            yield me, node("rdf:type"), node(f"sh:{_FORMS[form]}")
            yield me, node(f"sh:{form}"), ox.Literal(text)
        for title in texts(dict(query.title), facts.languages):
            yield me, node("rdfs:label"), title
        for description in texts(dict(query.description), facts.languages):
            yield me, node("rdfs:comment"), description
        yield me, node("dct:isPartOf"), facts.dataset


def runnable(query: NamedQuery, facts: Facts) -> str:
    """The text of a query that runs as it stands in any SPARQL tool: examples filled in, things under their published names."""
    return published(facts.site, query.example()) + "\n"
