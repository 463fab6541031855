"""What every reasoner can do, what an inference gives, and which conclusions say nothing.

A reasoner gets triples and gives what follows from them by the rules of OWL 2 RL. Whichever it was, the same is left out of its result: what
is no RDF triple (a literal as subject), what is there already, and, unless asked for, what says nothing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

import pyoxigraph as ox

from clayonto.locales import counted
from clayonto.namespaces import GRAPH, ID, PREFIXES, shorten
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from clayonto.inference.facts import Facts, Triple

INFERRED: Final = GRAPH + "inferred"
"""The named graph that holds what was inferred, and nothing else."""

_RDF: Final = PREFIXES["rdf"]
_RDFS: Final = PREFIXES["rdfs"]
_OWL: Final = PREFIXES["owl"]
_TYPE: Final = ox.NamedNode(_RDF + "type")
_EVERYTHING: Final = frozenset({ox.NamedNode(_OWL + "Thing"), ox.NamedNode(_RDFS + "Resource")})
_NOTHING: Final = ox.NamedNode(_OWL + "Nothing")
_TO_ITSELF: Final = frozenset(
    ox.NamedNode(iri)
    for iri in (
        _OWL + "sameAs",
        _OWL + "equivalentClass",
        _OWL + "equivalentProperty",
        _RDFS + "subClassOf",
        _RDFS + "subPropertyOf",
    )
)
_OF_EVERYTHING: Final = frozenset({_TYPE, *(ox.NamedNode(_RDFS + name) for name in ("subClassOf", "domain", "range"))})
OWN: Final = (_RDF, _RDFS, _OWL, PREFIXES["xsd"])
"""The namespaces of RDF and OWL themselves, whose terms need no declaration."""


class Closure(NamedTuple):
    """What a reasoner makes of triples: all facts, and the new ones by the rule that made them first, or under "" where it does not tell."""

    facts: Facts
    inferred: Mapping[str, Sequence[Triple]]


class Reasoner(Protocol):
    """Something that draws the conclusions of OWL 2 RL."""

    @property
    def name(self) -> str:
        """The name that ``engine=`` takes."""

    @property
    def version(self) -> str:
        """The version of the software behind it."""

    def close(self, triples: Iterable[Triple]) -> Closure:
        """All that follows from triples; they are not changed.

        :raises EngineError: if the software fails.
        """


def is_rdf(triple: Triple) -> bool:
    """Whether a triple is one of RDF: no literal as subject, an IRI as predicate."""
    return not isinstance(triple[0], ox.Literal) and isinstance(triple[1], ox.NamedNode)


def says_nothing(triple: Triple) -> bool:
    """Whether a triple holds whatever else does: of a thing to itself, of everything, of nothing, or among the terms of OWL alone."""
    s, p, o = triple
    if s == o and p in _TO_ITSELF:
        return True
    if o in _EVERYTHING and p in _OF_EVERYTHING:
        return True
    if s == _NOTHING and p in _OF_EVERYTHING:
        return True
    return isinstance(s, ox.NamedNode) and isinstance(o, ox.NamedNode) and s.value.startswith(OWN) and o.value.startswith(OWN)


def what_says_nothing(triples: Iterable[Triple]) -> Iterator[Triple]:
    """What the rules conclude of every term, class and property that triples name: eq-ref, scm-cls, scm-op and scm-dp, cls-thing, cls-nothing1."""
    thing, sub, same = ox.NamedNode(_OWL + "Thing"), ox.NamedNode(_RDFS + "subClassOf"), ox.NamedNode(_OWL + "sameAs")
    owl_class, equal = ox.NamedNode(_OWL + "Class"), ox.NamedNode(_OWL + "equivalentClass")
    properties = {ox.NamedNode(_OWL + "ObjectProperty"), ox.NamedNode(_OWL + "DatatypeProperty")}
    terms: set[Any] = set()
    ends = {ox.NamedNode(_RDFS + "domain"), ox.NamedNode(_RDFS + "range")}
    for s, p, o in triples:
        terms |= {s, p} if isinstance(o, ox.Literal) else {s, p, o}
        if p == _TYPE and o == owl_class:
            yield from ((s, sub, s), (s, equal, s), (s, sub, thing), (_NOTHING, sub, s))
        elif p == _TYPE and o in properties:
            yield s, ox.NamedNode(_RDFS + "subPropertyOf"), s
            yield s, ox.NamedNode(_OWL + "equivalentProperty"), s
        elif p == _TYPE:
            yield s, _TYPE, thing
        elif p in ends:
            yield s, p, thing
    for term in terms:
        yield term, same, term
    yield from ((thing, _TYPE, owl_class), (_NOTHING, _TYPE, owl_class))


@dataclass(frozen=True)
class InferenceResult:
    """What follows from a graph, and is not stated in it.

    ``triples`` are of pyoxigraph terms, sorted; ``engine`` and ``version`` say which reasoner ran, ``by_rule`` how many triples each rule of OWL 2
    RL made first (empty where the engine does not tell), ``graph`` which named graph they belong in.
    """

    triples: tuple[Triple, ...]
    engine: str
    version: str
    by_rule: Mapping[str, int]
    base: str = ID
    graph: str = field(default=INFERRED)

    def __repr__(self) -> str:
        return f"<{counted(len(self), 'triple', 'triples')} inferred by {self.engine} {self.version}>"

    def __len__(self) -> int:
        return len(self.triples)

    def __iter__(self) -> Iterator[Triple]:
        return iter(self.triples)

    @cached_property
    def by_predicate(self) -> Mapping[str, int]:
        """How many triples there are of each predicate, by its IRI, most first."""
        return dict(Counter(str(p.value) for _, p, _ in self.triples).most_common())

    def summary(self, *, lang: str = "en") -> str:
        """What was inferred, in numbers, for people."""
        if lang == "fi":
            lines = [f"{len(self)} pääteltyä kolmikkoa (moottori {self.engine} {self.version})."]
        else:
            lines = [f"{len(self)} triples inferred (engine {self.engine} {self.version})."]
        counts = self.by_rule or {shorten(iri, base=self.base): count for iri, count in self.by_predicate.items()}
        width = max(map(len, counts), default=0)
        lines += [f"  {name.ljust(width)}  {count}" for name, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))]
        return "\n".join(lines)

    def to_turtle(self) -> str:
        """The triples as sorted Turtle."""
        return write_turtle(self.triples, base=self.base)

    def to_ntriples(self) -> str:
        """The triples as sorted N-Triples."""
        return "".join(f"{s} {p} {o} .\n" for s, p, o in self.triples)

    def to_nquads(self) -> str:
        """The triples in their named graph, as sorted N-Quads."""
        return "".join(f"{s} {p} {o} <{self.graph}> .\n" for s, p, o in self.triples)

    def to_trig(self) -> str:
        """The triples in their named graph, as TriG."""
        turtle = self.to_turtle()
        head, _, body = turtle.rpartition("\n\n") if turtle.count("\n\n") == 1 else turtle.partition("\n\n")
        return f"{head}\n\n<{self.graph}> {{\n{body}}}\n"

    def to_dict(self) -> dict[str, Any]:
        """Engine, graph, counts and triples, ready for JSON; terms in the syntax of N-Triples."""
        return {
            "engine": {"name": self.engine, "version": self.version},
            "graph": self.graph,
            "count": len(self),
            "byRule": dict(self.by_rule),
            "byPredicate": dict(self.by_predicate),
            "triples": [[str(term) for term in triple] for triple in self.triples],
        }
