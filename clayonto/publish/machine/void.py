"""VoID: what the dataset is made of, counted (W3C Interest Group Note of 2011)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

import pyoxigraph as ox

from clayonto.publish.machine.facts import PREFIXES_USED, Facts, Triple, node, texts
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterator

_EXAMPLES = 3
_FEATURES = ("Turtle", "N-Triples", "RDF_XML", "JSON-LD")


def void(facts: Facts) -> bytes:
    """The VoID description as Turtle.

    :param facts: with the downloads.
    """
    return write_turtle(_triples(facts), prefixes=PREFIXES_USED, base=None).encode()


def _triples(facts: Facts) -> Iterator[Triple]:
    me, config, counted = facts.dataset, facts.site.config, facts.statistics
    document = ox.NamedNode(facts.base + "void.ttl")
    yield document, node("rdf:type"), node("void:DatasetDescription")
    yield document, node("foaf:primaryTopic"), me
    yield document, node("dct:license"), ox.NamedNode(config.licence)
    yield me, node("rdf:type"), node("void:Dataset")
    for title in texts(dict(config.title), facts.languages):
        yield me, node("dct:title"), title
    for description in texts(dict(config.description), facts.languages):
        yield me, node("dct:description"), description
    yield me, node("dct:license"), ox.NamedNode(config.licence)
    yield me, node("dct:publisher"), facts.publisher
    yield me, node("foaf:homepage"), ox.NamedNode(facts.base)
    yield me, node("void:uriSpace"), ox.Literal(facts.site.namespace)
    for feature in _FEATURES:
        yield me, node("void:feature"), ox.NamedNode(f"http://www.w3.org/ns/formats/{feature}")
    for download in facts.downloads:
        if download.packed:
            yield me, node("void:dataDump"), ox.NamedNode(facts.site.url(download.path))
    if facts.site.endpoint:
        yield me, node("void:sparqlEndpoint"), ox.NamedNode(facts.endpoint)
    for term in _examples(facts):
        yield me, node("void:exampleResource"), ox.NamedNode(term)
    for vocabulary in counted.vocabularies:
        yield me, node("void:vocabulary"), ox.NamedNode(vocabulary)
    yield me, node("void:triples"), _number(counted.triples)
    yield me, node("void:entities"), _number(counted.entities)
    yield me, node("void:distinctSubjects"), _number(counted.subjects)
    yield me, node("void:distinctObjects"), _number(counted.objects)
    yield me, node("void:classes"), _number(len(counted.classes))
    yield me, node("void:properties"), _number(len(counted.properties))
    for klass, times in counted.classes.items():
        part = _part(facts, "class", klass)
        yield me, node("void:classPartition"), part
        yield part, node("void:class"), ox.NamedNode(klass)
        yield part, node("void:entities"), _number(times)
    for predicate, times in counted.properties.items():
        part = _part(facts, "property", predicate)
        yield me, node("void:propertyPartition"), part
        yield part, node("void:property"), ox.NamedNode(predicate)
        yield part, node("void:triples"), _number(times)
    for (predicate, target), times in counted.links.items():
        part = _part(facts, "links", f"{predicate} {target}")
        other = _part(facts, "linked", target)
        yield me, node("void:subset"), part
        yield part, node("rdf:type"), node("void:Linkset")
        yield part, node("void:subjectsTarget"), me
        yield part, node("void:objectsTarget"), other
        yield part, node("void:linkPredicate"), ox.NamedNode(predicate)
        yield part, node("void:triples"), _number(times)
        yield other, node("rdf:type"), node("void:Dataset")
        yield other, node("void:uriSpace"), ox.Literal(target)


def _examples(facts: Facts) -> list[str]:
    """The first thing of each of the classes with the most pages: those that a reader is likeliest to ask for."""
    classes = sorted((kind for kind in facts.site.classes if kind), key=lambda kind: (-len(facts.site.classes[kind]), kind))
    return [min(facts.site.classes[kind])[1:-1] for kind in classes[:_EXAMPLES]]


def _part(facts: Facts, kind: str, what: str) -> ox.NamedNode:
    return ox.NamedNode(f"{facts.base}void.ttl#{kind}-{sha256(what.encode()).hexdigest()[:12]}")


def _number(value: int) -> ox.Literal:
    return ox.Literal(str(value), datatype=node("xsd:integer"))
