"""A shapes graph as Python objects: shapes, their targets, and what they demand.

Read as SHACL sections 2 to 6 have it. Each demand keeps its component, as the report needs it; what a component means is in
:mod:`clayonto.validation.components`.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.errors import ShapesError
from clayonto.namespaces import PREFIXES, shorten
from clayonto.validation import constraints, paths
from clayonto.validation.base import VIOLATION
from clayonto.validation.paths import RDF, SH, Path, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clayonto.validation.constraints import Query

RDFS: Final = PREFIXES["rdfs"]
OWL: Final = PREFIXES["owl"]
XSD: Final = PREFIXES["xsd"]
TARGETS: Final = ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
SINGLE: Final = frozenset(
    {"datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "minLength", "maxLength",
     "languageIn", "uniqueLang", "in", "flags", "closed", "ignoredProperties", "qualifiedMinCount", "qualifiedMaxCount",
     "qualifiedValueShapesDisjoint"}
)  # fmt: skip
"""Parameters that a shape may have once."""
MANY: Final = (
    "class", "datatype", "nodeKind", "minCount", "maxCount", "minExclusive", "minInclusive", "maxExclusive", "maxInclusive", "minLength",
    "maxLength", "pattern", "languageIn", "uniqueLang", "equals", "disjoint", "lessThan", "lessThanOrEquals", "not", "and", "or", "xone",
    "node", "property", "qualifiedValueShape", "closed", "hasValue", "in", "sparql",
)  # fmt: skip
"""The parameters that make a demand, each value one."""
_PROPERTY_ONLY: Final = ("minCount", "maxCount", "uniqueLang", "lessThan", "lessThanOrEquals", "qualifiedValueShape")


@dataclass(frozen=True)
class Demand:
    """One thing a shape demands: the local name of the parameter, its value, and what else the component takes."""

    name: str
    value: Term
    shapes: tuple[Shape, ...] = ()
    values: tuple[Term, ...] = ()
    extra: Any = None


@dataclass(eq=False)
class Shape:
    """A node shape, or a property shape if it has a path. Two are the same if they are the same node."""

    node: Term
    path: Path | None
    severity: ox.NamedNode
    messages: tuple[ox.Literal, ...]
    deactivated: bool
    targets: tuple[tuple[str, Term], ...]
    demands: list[Demand] = field(default_factory=list)
    siblings: tuple[Shape, ...] = ()

    def __repr__(self) -> str:
        return f"<Shape {self.node}>"


class Shapes:
    """The shapes of a graph.

    ``graph`` has its triples by subject and predicate; ``targeted`` are the shapes with targets, ``all`` every shape by its node.
    """

    def __init__(self, triples: Iterable[tuple[Any, Any, Any]]) -> None:
        """Read a graph.

        :raises ShapesError: if a shape is not what SHACL allows.
        """
        self.triples = list(triples)
        self.graph: dict[Term, dict[str, list[Term]]] = defaultdict(dict)
        self.subjects: dict[tuple[str, Term], list[Term]] = defaultdict(list)
        for s, p, o in dict.fromkeys(self.triples):
            self.graph[s].setdefault(p.value, []).append(o)
            self.subjects[p.value, o].append(s)
        self.all: dict[Term, Shape] = {}
        self._classes = self._below({ox.NamedNode(RDFS + "Class")})
        for node in list(self._roots()):
            self.shape(node)
        self._siblings()
        self._refuse_recursion()
        self.targeted = [shape for shape in self.all.values() if shape.targets]
        self.components = constraints.components(self)
        self._queries: dict[tuple[Term, Term], Query | None] = {}
        for shape in self.all.values():
            for demand in shape.demands:
                if demand.name == "sparql":
                    self.query(demand.value, shape)

    def objects(self, subject: Term, predicate: str) -> list[Term]:
        """The objects of a subject and a predicate's IRI in the shapes graph."""
        return self.graph.get(subject, {}).get(predicate, [])

    def sh(self, subject: Term, name: str) -> list[Term]:
        """The objects of a subject and a term of SHACL."""
        return self.objects(subject, SH + name)

    def instances(self, klass: str) -> set[Term]:
        """The instances of a class in the shapes graph, subclasses included."""
        return {s for c in self._below({ox.NamedNode(klass)}) for s in self.subjects.get((RDF + "type", c), ())}

    def shape(self, node: Term) -> Shape:
        """The shape that a node stands for.

        :raises ShapesError: if it is not what SHACL allows.
        """
        if node in self.all:
            return self.all[node]
        if isinstance(node, ox.Literal):
            raise self.wrong(node, "is a literal, and a shape is an IRI or a blank node")
        found = self.sh(node, "path")
        if len(found) > 1:
            raise self.wrong(node, "has two paths; a property shape has one sh:path")
        try:
            path = paths.read(found[0], self.objects) if found else None
        except ValueError as error:
            raise self.wrong(node, f"has a path that cannot be read: {error}") from error
        severity = self._one(node, "severity") or VIOLATION
        deactivated = self._one(node, "deactivated")
        if not isinstance(severity, ox.NamedNode):
            raise self.wrong(node, f"has the severity {severity}, which is no IRI; take sh:Violation, sh:Warning or sh:Info")
        shape = Shape(
            node=node,
            path=path,
            severity=severity,
            messages=self.messages(node),
            deactivated=self._boolean(node, "deactivated", deactivated),
            targets=tuple(self._targets(node)),
        )
        self.all[node] = shape
        if not shape.deactivated:
            shape.demands.extend(self._demands(shape))
        return shape

    def messages(self, node: Term) -> tuple[ox.Literal, ...]:
        """The messages of a shape or a constraint, one a language."""
        texts = self.sh(node, "message")
        for text in texts:
            if not isinstance(text, ox.Literal):
                raise self.wrong(node, f"has the message {text}, which is no text")
        return tuple(text for text in texts if isinstance(text, ox.Literal))

    def query(self, constraint: Term, shape: Shape) -> Query | None:
        """The query of a SPARQL constraint of a shape; ``None`` if it is deactivated."""
        key = constraint, shape.node
        if key not in self._queries:
            self._queries[key] = constraints.read(self, constraint, shape, ())
        return self._queries[key]

    def wrong(self, node: Term, what: str) -> ShapesError:
        """The error for a shape that is not what SHACL allows."""
        if isinstance(node, ox.BlankNode):
            owner = next((s for (_, o), subjects in self.subjects.items() if o == node for s in subjects), None)
            name = f"A blank node of {self._name(owner)}" if owner is not None else "A blank node"
        else:
            name = f"The shape {self._name(node)}"
        return ShapesError(f"{name} {what}.", shape=node.value if isinstance(node, ox.NamedNode) else "")

    @staticmethod
    def _name(node: Term) -> str:
        return shorten(node.value) if isinstance(node, ox.NamedNode) else str(node)

    def _below(self, classes: set[Term]) -> set[Term]:
        found, todo = set(classes), list(classes)
        while todo:
            for sub in self.subjects.get((RDFS + "subClassOf", todo.pop()), ()):
                if sub not in found:
                    found.add(sub)
                    todo.append(sub)
        return found

    def _roots(self) -> Iterator[Term]:
        """Every node that is a shape by section 2.1 and is not only the value of another shape's parameter."""
        for kind in ("NodeShape", "PropertyShape"):
            yield from sorted(self.instances(SH + kind), key=str)
        for name in TARGETS:
            for node, by in list(self.graph.items()):
                if SH + name in by:
                    yield node

    def _targets(self, node: Term) -> Iterator[tuple[str, Term]]:
        for name in TARGETS:
            for value in self.sh(node, name):
                if name != "targetNode" and not isinstance(value, ox.NamedNode):
                    raise self.wrong(node, f"has the sh:{name} {value}, which is no IRI")
                if isinstance(value, ox.BlankNode):
                    raise self.wrong(node, "has a blank node for a target; give it an IRI, or target its class")
                yield name, value
        # An implicit class target: section 2.1.3.3.
        kinds = set(self.objects(node, RDF + "type"))
        if kinds & self._classes and kinds & self._below({ox.NamedNode(SH + "NodeShape"), ox.NamedNode(SH + "PropertyShape")}):
            yield "targetClass", node

    def _one(self, node: Term, name: str) -> Term | None:
        values = self.sh(node, name)
        if len(values) > 1:
            raise self.wrong(node, f"has sh:{name} twice; keep one")
        return values[0] if values else None

    def _boolean(self, node: Term, name: str, value: Term | None) -> bool:
        if value is None:
            return False
        if not isinstance(value, ox.Literal) or value.datatype.value != XSD + "boolean" or value.value not in ("true", "false", "1", "0"):
            raise self.wrong(node, f"has the sh:{name} {value}; it is true or false")
        # Not “1”: a shape says true, as the specification's tests have it.
        return value.value == "true"

    def _integer(self, node: Term, name: str, value: Term | None) -> int | None:
        if value is None:
            return None
        if not isinstance(value, ox.Literal) or value.datatype.value != XSD + "integer" or not value.value.lstrip("+-").isdigit():
            raise self.wrong(node, f"has the sh:{name} {value}; it is a whole number")
        return int(value.value)

    def _list(self, node: Term, name: str, head: Term) -> tuple[Term, ...]:
        try:
            return tuple(paths.members(head, self.objects))
        except ValueError as error:
            raise self.wrong(node, f"has a sh:{name} that is no list: {error}") from error

    def _demands(self, shape: Shape) -> Iterator[Demand]:
        node = shape.node
        for name in SINGLE:
            self._one(node, name)
        for name in MANY:
            for value in self.sh(node, name):
                if name in _PROPERTY_ONLY and shape.path is None:
                    raise self.wrong(node, f"has sh:{name} and no sh:path, which it needs")
                yield from self._demand(node, name, value)

    def _demand(self, node: Term, name: str, value: Term) -> Iterator[Demand]:
        match name:
            case "not" | "node":
                yield Demand(name, value, (self.shape(value),))
            case "property":
                inner = self.shape(value)
                if inner.path is None:
                    raise self.wrong(value, "is the value of sh:property and has no sh:path")
                yield Demand(name, value, (inner,))
            case "and" | "or" | "xone":
                yield Demand(name, value, tuple(self.shape(one) for one in self._list(node, name, value)))
            case "qualifiedValueShape":
                least = self._integer(node, "qualifiedMinCount", self._one(node, "qualifiedMinCount"))
                most = self._integer(node, "qualifiedMaxCount", self._one(node, "qualifiedMaxCount"))
                disjoint = self._boolean(node, "qualifiedValueShapesDisjoint", self._one(node, "qualifiedValueShapesDisjoint"))
                yield Demand(name, value, (self.shape(value),), extra=(least, most, disjoint))
            case "in" | "languageIn":
                yield Demand(name, value, values=self._list(node, name, value))
            case "minCount" | "maxCount" | "minLength" | "maxLength":
                yield Demand(name, value, extra=self._integer(node, name, value))
            case "uniqueLang":
                if self._boolean(node, name, value):
                    yield Demand(name, value)
            case "closed":
                if self._boolean(node, name, value):
                    yield Demand(name, value, extra=self._allowed(node))
            case "pattern":
                flags = self._one(node, "flags")
                yield Demand(name, value, extra=flags.value if isinstance(flags, ox.Literal) else "")
            case "class" | "datatype" | "nodeKind" | "equals" | "disjoint" | "lessThan" | "lessThanOrEquals":
                if not isinstance(value, ox.NamedNode):
                    raise self.wrong(node, f"has the sh:{name} {value}, which is no IRI")
                yield Demand(name, value)
            case "sparql":
                yield Demand(name, value)
            case "hasValue":
                yield Demand(name, value)
            case _:  # the four bounds
                if not isinstance(value, ox.Literal):
                    raise self.wrong(node, f"has the sh:{name} {value}, which is no literal")
                yield Demand(name, value)

    def _allowed(self, node: Term) -> frozenset[Term]:
        """The properties that a closed shape allows: section 4.8.1."""
        allowed = {path for one in self.sh(node, "property") for path in self.sh(one, "path") if isinstance(path, ox.NamedNode)}
        ignored = self._one(node, "ignoredProperties")
        return frozenset({*allowed, *(self._list(node, "ignoredProperties", ignored) if ignored is not None else ())})

    def _siblings(self) -> None:
        """The sibling shapes of each qualified value shape that asks to be disjoint: section 4.7.3."""
        for shape in self.all.values():
            for demand in shape.demands:
                if demand.name == "qualifiedValueShape" and demand.extra[2]:
                    parents = self.subjects.get((SH + "property", shape.node), ())
                    others = (v for p in parents for q in self.sh(p, "property") for v in self.sh(q, "qualifiedValueShape"))
                    shape.siblings = tuple(self.all[v] for v in dict.fromkeys(others) if v != demand.value and v in self.all)

    def _refuse_recursion(self) -> None:
        done: set[Term] = set()

        def visit(shape: Shape, above: tuple[Term, ...]) -> None:
            if shape.node in above:
                raise self.wrong(shape.node, "refers back to itself, and SHACL leaves open what that means")
            if shape.node in done:
                return
            for demand in shape.demands:
                for inner in demand.shapes:
                    visit(inner, (*above, shape.node))
            done.add(shape.node)

        for shape in list(self.all.values()):
            visit(shape, ())
