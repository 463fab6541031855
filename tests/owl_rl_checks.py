"""OWL 2 RL over a graph: what is outside the profile, what the closure concludes, and what in it cannot be true."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from rdflib import OWL, RDF, RDFS, XSD, Graph, URIRef
from rdflib.collection import Collection

from clayonto.inference import consistency, infer, make
from clayonto.inference.facts import Facts
from clayonto.inference.owlrl import from_rdflib
from clayonto.validation import to_rdflib
from tests.ontology_checks import AXIOMS, CHARACTERISTICS, PROJECT, own_terms, short

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from rdflib.term import Node

# ------------------------------------------------------------------ the profile
# https://www.w3.org/TR/owl2-profiles/#OWL_2_RL, section 4.2: which class expressions stand in which place.

_ANNOTATIONS: Final = frozenset(
    {
        RDFS.label, RDFS.comment, RDFS.seeAlso, RDFS.isDefinedBy, OWL.versionInfo, OWL.versionIRI, OWL.priorVersion,
        OWL.backwardCompatibleWith, OWL.incompatibleWith, OWL.deprecated, OWL.annotatedSource, OWL.annotatedProperty, OWL.annotatedTarget,
    }
)  # fmt: skip
_IN_EXPRESSIONS: Final = frozenset(
    {
        OWL.onProperty, OWL.someValuesFrom, OWL.allValuesFrom, OWL.hasValue, OWL.intersectionOf, OWL.unionOf, OWL.oneOf,
        OWL.complementOf, OWL.maxCardinality, OWL.maxQualifiedCardinality, OWL.onClass, OWL.members, OWL.distinctMembers,
        OWL.sameAs, OWL.differentFrom, OWL.sourceIndividual, OWL.assertionProperty, OWL.targetIndividual, OWL.targetValue,
        RDF.type, RDF.first, RDF.rest,
    }
)  # fmt: skip
_RL_PREDICATES: Final = _ANNOTATIONS | _IN_EXPRESSIONS | set(AXIOMS)
_RL_TYPES: Final = (CHARACTERISTICS - {OWL.ReflexiveProperty}) | {
    OWL.Ontology, OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual, OWL.Restriction,
    OWL.AllDisjointClasses, OWL.AllDisjointProperties, OWL.AllDifferent, OWL.NegativePropertyAssertion, OWL.Axiom, RDFS.Datatype, RDF.List,
}  # fmt: skip
_RL_DATATYPES: Final = frozenset(
    {RDF.PlainLiteral, RDF.XMLLiteral, RDFS.Literal}
    | {
        XSD[name]
        for name in (
            "decimal", "integer", "nonNegativeInteger", "nonPositiveInteger", "positiveInteger", "negativeInteger", "long", "int", "short",
            "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte", "float", "double", "string", "normalizedString",
            "token", "language", "Name", "NCName", "NMTOKEN", "boolean", "hexBinary", "base64Binary", "anyURI", "dateTime", "dateTimeStamp",
        )
    }
)  # fmt: skip


def outside_rl(ontology: Graph) -> list[str]:
    """Constructs of the ontology's axioms that are not of OWL 2 RL."""
    return sorted(set(_Profile(ontology).faults()))


class _Profile:
    """Walks the axioms; each method gives what is outside the profile in one place."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph

    def faults(self) -> Iterator[str]:
        graph = self.graph
        schema = (str(OWL), str(RDF), str(RDFS))
        for predicate in set(graph.predicates()):
            if str(predicate).startswith(schema) and predicate not in _RL_PREDICATES:
                yield f"{short(predicate)} is used"
        for kind in set(graph.objects(None, RDF.type)):
            if str(kind).startswith(schema) and kind not in _RL_TYPES:
                yield f"something is {short(kind)}"
        for s, o in graph.subject_objects(RDFS.subClassOf):
            yield from self.sub(s)
            yield from self.super(o)
        for s, o in graph.subject_objects(OWL.equivalentClass):
            yield from self.equivalent(s)
            yield from self.equivalent(o)
        for s, o in graph.subject_objects(OWL.disjointWith):
            yield from self.sub(s)
            yield from self.sub(o)
        for group in graph.subjects(RDF.type, OWL.AllDisjointClasses):
            for member in self.list(graph.value(group, OWL.members)):
                yield from self.sub(member)
        for s in graph.subjects(OWL.hasKey, None):
            yield from self.sub(s)
        for o in graph.objects(None, RDFS.domain):
            yield from self.super(o)
        for s, o in graph.subject_objects(RDFS.range):
            yield from self.data(o) if (s, RDF.type, OWL.DatatypeProperty) in graph else self.super(o)
        for s in graph.subjects(RDF.type, OWL.DatatypeProperty):
            for kind in set(graph.objects(s, RDF.type)) & (CHARACTERISTICS - {OWL.FunctionalProperty}):
                yield f"{short(s)}, whose values are literals, is {short(kind)}"

    def list(self, head: Node | None) -> Iterable[Node]:
        return [] if head is None else list(Collection(self.graph, head))

    def of(self, expression: Node, predicate: URIRef) -> Any:
        return self.graph.value(expression, predicate)

    def place(self, e: Node, where: str) -> str:
        parts = {short(p) for p in self.graph.predicates(e, None) if p not in (RDF.type, OWL.onProperty)}
        return f"{short(e) if isinstance(e, URIRef) else ' '.join(sorted(parts))} stands as a {where}"

    def sub(self, e: Node) -> Iterator[str]:
        if isinstance(e, URIRef) and e != OWL.Thing:
            return
        if (parts := self.of(e, OWL.intersectionOf) or self.of(e, OWL.unionOf)) is not None:
            for part in self.list(parts):
                yield from self.sub(part)
        elif (some := self.of(e, OWL.someValuesFrom)) is not None:
            if some != OWL.Thing:
                yield from self.filler(e, some, self.sub)
        elif self.of(e, OWL.oneOf) is None and self.of(e, OWL.hasValue) is None:
            yield self.place(e, "subclass")

    def super(self, e: Node) -> Iterator[str]:
        if isinstance(e, URIRef) and e != OWL.Thing:
            return
        if (parts := self.of(e, OWL.intersectionOf)) is not None:
            for part in self.list(parts):
                yield from self.super(part)
        elif (whole := self.of(e, OWL.complementOf)) is not None:
            yield from self.sub(whole)
        elif (every := self.of(e, OWL.allValuesFrom)) is not None:
            yield from self.filler(e, every, self.super)
        elif (most := self.of(e, OWL.maxCardinality)) is not None or (most := self.of(e, OWL.maxQualifiedCardinality)) is not None:
            if int(most) > 1:
                yield f"a cardinality of at most {most} is used"
            if (of := self.of(e, OWL.onClass)) is not None and of != OWL.Thing:
                yield from self.sub(of)
        elif self.of(e, OWL.hasValue) is None:
            yield self.place(e, "superclass")

    def equivalent(self, e: Node) -> Iterator[str]:
        if isinstance(e, URIRef) and e != OWL.Thing:
            return
        if (parts := self.of(e, OWL.intersectionOf)) is not None:
            for part in self.list(parts):
                yield from self.equivalent(part)
        elif self.of(e, OWL.hasValue) is None:
            yield self.place(e, "equivalent class")

    def filler(self, e: Node, value: Node, check: Callable[[Node], Iterator[str]]) -> Iterator[str]:
        is_data = (self.of(e, OWL.onProperty), RDF.type, OWL.DatatypeProperty) in self.graph
        yield from self.data(value) if is_data else check(value)

    def data(self, e: Node) -> Iterator[str]:
        if (parts := self.of(e, OWL.intersectionOf)) is not None:
            for part in self.list(parts):
                yield from self.data(part)
        elif e not in _RL_DATATYPES:
            yield self.place(e, "data range")


# ------------------------------------------------------------------ the closure


def closure(graph: Graph) -> Graph:
    """The OWL 2 RL closure of a graph, in a new graph."""
    stated = list(from_rdflib(graph))
    inferred, _ = infer(stated, make(), base=PROJECT)
    return to_rdflib([*stated, *inferred])


def inconsistencies(closed: Graph) -> list[str]:
    """What in a closure cannot be true, by the rule that it breaks."""
    return [found.to_text() for found in consistency.inconsistencies(Facts(from_rdflib(closed)))]


def new_superclasses(asserted: Graph, closed: Graph) -> list[str]:
    """Own classes that a closure puts below a class to which no chain of stated axioms leads.

    A chain goes up subclass axioms, and across the equivalences that vocabularies state between classes of their own.
    """

    def ours(node: Node) -> bool:
        return str(node).startswith(PROJECT)

    def above(klass: Any, graph: Graph) -> Iterator[Any]:
        yield from graph.objects(klass, RDFS.subClassOf)
        if not ours(klass):
            same = (*graph.objects(klass, OWL.equivalentClass), *graph.subjects(OWL.equivalentClass, klass))
            yield from (other for other in same if not ours(other))

    wrong = []
    for klass in own_terms(asserted, OWL.Class):
        stated = {klass, OWL.Thing, RDFS.Resource, *asserted.transitiveClosure(above, klass)}
        found = {o for o in closed.objects(klass, RDFS.subClassOf) if isinstance(o, URIRef)}
        wrong += [f"{short(klass)} ⊑ {short(o)}" for o in found - stated]
    return sorted(wrong)


def merged(closed: Graph) -> list[str]:
    """Two different names that a closure takes for one thing."""
    pairs = ((s, o) for s, o in closed.subject_objects(OWL.sameAs) if isinstance(s, URIRef) and isinstance(o, URIRef))
    return sorted(f"{short(s)} = {short(o)}" for s, o in pairs if s != o)
