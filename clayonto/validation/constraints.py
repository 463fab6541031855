"""SHACL-SPARQL: ``sh:sparql`` constraints and custom constraint components (sections 5 and 6).

The specification asks a query once for each focus node, with ``$this`` bound beforehand. Where that gives the same solutions, it is asked once for
all nodes, with ``$this`` free; :func:`free` says where. Otherwise each group of the query gets a ``VALUES`` that binds the variables.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto import sparql as language
from clayonto.errors import ClayontoError, EngineError
from clayonto.validation.base import Result
from clayonto.validation.components import component
from clayonto.validation.paths import SH, predicate
from clayonto.validation.prebinding import bind, free, refuse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from clayonto.validation.components import Batch
    from clayonto.validation.data import Data
    from clayonto.validation.paths import Term
    from clayonto.validation.shapes import Demand, Shape, Shapes

_SPARQL: Final = component("sPARQL")
_IMPORTS: Final = "http://www.w3.org/2002/07/owl#imports"
_FEW: Final = 200


@dataclass(frozen=True)
class Query:
    """A query of a constraint or validator: its text with prefixes, its messages, and whether it may be asked for all nodes at once."""

    node: Term
    text: str
    messages: tuple[ox.Literal, ...]
    free: bool
    uses_shapes: bool


def read(shapes: Shapes, node: Term, shape: Shape, bound: Iterable[str]) -> Query | None:
    """The query of a constraint or a validator; ``None`` if it is deactivated.

    :param bound: the variables that are bound beforehand, besides ``$this``.
    :raises ShapesError: if it has no query, or one that SHACL does not allow.
    """
    if any(isinstance(value, ox.Literal) and value.value in ("true", "1") for value in shapes.sh(node, "deactivated")):
        return None
    texts = [(name, value.value) for name in ("select", "ask") for value in shapes.sh(node, name) if isinstance(value, ox.Literal)]
    if len(texts) != 1:
        raise shapes.wrong(node, "needs one query, a sh:select (or, for a validator, a sh:ask)")
    kind, text = texts[0]
    try:
        tokens = list(language.tokens(text))
        refuse(tokens, {"this", *bound})
        language.refuse_unsafe(text)
    except (ValueError, ClayontoError) as error:
        raise shapes.wrong(node, f"has a query that SHACL does not allow: {str(error).rstrip('.')}") from error
    whole = any(token.kind == "variable" and token.text[1:] in ("currentShape", "shapesGraph", *bound) for token in tokens)
    if shape.path is not None:
        parts, end = [], 0
        for token in tokens:
            if token.kind == "variable" and token.text[1:] == "PATH":
                parts += [text[end : token.start], shape.path.sparql()]
                end = token.start + len(token.text)
        text = "".join([*parts, text[end:]])
    if kind == "ask":
        at = next(token for token in tokens if token.kind == "word" and token.text.upper() == "ASK")
        text = f"{text[: at.start]}SELECT (1 AS ?conforms){text[at.start + 3 :]}\nLIMIT 1"
    uses_shapes = any(token.kind == "variable" and token.text[1:] == "shapesGraph" for token in tokens)
    made = Query(node, _prefixes(shapes, node) + text, shapes.messages(node), not whole and free(tokens, "this"), uses_shapes)
    try:
        ox.Store().query(bind(made.text, {name: ox.NamedNode("urn:x") for name in ("this", "currentShape", "shapesGraph", *bound)}))
    except SyntaxError as error:
        raise shapes.wrong(node, f"has a query that is not SPARQL: {error.msg}") from error
    return made


def sparql(data: Data, shapes: Shapes, shape: Shape, demand: Demand, focus: Sequence[int]) -> Iterator[tuple[int, Result]]:
    """The results of a ``sh:sparql`` constraint for these focus nodes: one for each solution."""
    query = shapes.query(demand.value, shape)
    if query is None:
        return
    wanted = set(focus)
    for node, solution in _solutions(data, shapes, shape, query, focus):
        if node in wanted:
            yield node, _result(data, shape, query, node, solution, component=_SPARQL, constraint=query.node)


def _solutions(data: Data, shapes: Shapes, shape: Shape, query: Query, focus: Sequence[int]) -> Iterator[tuple[int, Mapping[str, Term]]]:
    terms = data.terms
    if query.free:
        few = [terms[f] for f in focus] if len(focus) <= _FEW else []
        text = query.text
        if few and not any(isinstance(term, ox.BlankNode) for term in few):
            text = bind(text, {"this": few}, only_top=True)
        for solution in data.query(text, in_memory=data.renamed(focus), this=set(focus)):
            if "this" in solution:
                yield data.id(solution["this"]), solution
        return
    for f in focus:
        for solution in _ask(data, shapes, shape, query, {"this": terms[f]}):
            yield f, solution


def _ask(data: Data, shapes: Shapes, shape: Shape, query: Query, values: Mapping[str, Term]) -> list[Mapping[str, Term]]:
    given = dict(values)
    if isinstance(shape.node, ox.NamedNode):
        given["currentShape"] = shape.node
    if query.uses_shapes:
        given["shapesGraph"] = data.with_shapes(shapes.triples)
    blank = {name: value for name, value in given.items() if isinstance(value, ox.BlankNode)}
    text = bind(query.text, {name: value for name, value in given.items() if name not in blank})
    used = {name: value for name, value in blank.items() if f"${name}" in text or f"?{name}" in text}
    return data.query(text, substitutions=used, in_memory=query.uses_shapes, this=None if query.uses_shapes else {data.id(values["this"])})


def _result(
    data: Data, shape: Shape, query: Query, node: int, solution: Mapping[str, Term], *, component: ox.NamedNode, constraint: Term | None
) -> Result:
    if "failure" in solution and getattr(solution["failure"], "value", "") in ("true", "1"):
        raise EngineError(f"The constraint {query.node} reports a failure for {data.terms[node]}.")
    path = solution.get("path")
    value = solution.get("value")
    if isinstance(value, ox.Literal):
        value = data.as_written(node, value)
    if value is None and shape.path is None:
        value = data.terms[node]
    told = solution.get("message")
    messages = (told,) if isinstance(told, ox.Literal) else query.messages or shape.messages
    return Result(
        focus=data.terms[node],
        path=predicate(path) if isinstance(path, ox.NamedNode) else shape.path,
        value=value,
        component=component,
        shape=shape.node,
        constraint=constraint,
        severity=shape.severity,
        messages=tuple(_filled(text, {**solution, "this": data.terms[node]}) for text in messages),
    )


def _filled(message: ox.Literal, solution: Mapping[str, Term]) -> ox.Literal:
    text = message.value
    if "{" not in text:
        return message
    for name, value in solution.items():
        for mark in "?$":
            text = text.replace(f"{{{mark}{name}}}", getattr(value, "value", str(value)))
    return ox.Literal(text, language=message.language) if message.language else ox.Literal(text)


def _prefixes(shapes: Shapes, node: Term) -> str:
    """The prefix declarations of a query: those of the ontologies it names and of what they import (section 5.2.1)."""
    found: dict[str, str] = {}
    todo, seen = list(shapes.sh(node, "prefixes")), set()
    while todo:
        ontology = todo.pop()
        if ontology in seen:
            continue
        seen.add(ontology)
        todo += shapes.objects(ontology, _IMPORTS)
        for declaration in shapes.sh(ontology, "declare"):
            for prefix in shapes.sh(declaration, "prefix"):
                for namespace in shapes.sh(declaration, "namespace"):
                    if found.setdefault(str(getattr(prefix, "value", "")), str(getattr(namespace, "value", ""))) != namespace.value:
                        raise shapes.wrong(node, f"has the prefix “{prefix.value}” for two namespaces")
    return "".join(f"PREFIX {prefix}: <{namespace}>\n" for prefix, namespace in found.items())


@dataclass(frozen=True)
class Component:
    """A custom constraint component: its parameters by name, in order, and its validators for node and property shapes."""

    node: ox.NamedNode
    mandatory: Mapping[str, str]
    optional: Mapping[str, str]
    for_nodes: Term | None
    for_properties: Term | None


def components(shapes: Shapes) -> list[Component]:
    """The custom constraint components of a shapes graph.

    :raises ShapesError: if one lacks a parameter.
    """
    found = []
    for node in sorted(shapes.instances(SH + "ConstraintComponent"), key=str):
        if not isinstance(node, ox.NamedNode) or node.value.startswith(SH):
            continue
        mandatory: dict[str, str] = {}
        optional: dict[str, str] = {}
        for parameter in shapes.sh(node, "parameter"):
            for path in shapes.sh(parameter, "path"):
                if not isinstance(path, ox.NamedNode):
                    raise shapes.wrong(parameter, "is a parameter whose sh:path is no IRI")
                is_optional = any(value.value in ("true", "1") for value in shapes.sh(parameter, "optional"))
                name = path.value.replace("#", "/").rpartition("/")[2]
                (optional if is_optional else mandatory)[name] = path.value
        if not mandatory:
            raise shapes.wrong(node, "is a constraint component without a parameter that is not optional")
        either = next(iter(shapes.sh(node, "validator")), None)
        found.append(
            Component(
                node,
                mandatory,
                optional,
                next(iter(shapes.sh(node, "nodeValidator")), either),
                next(iter(shapes.sh(node, "propertyValidator")), either),
            )
        )
    return found


def custom(data: Data, shapes: Shapes, batch: Batch) -> Iterator[tuple[int, Result]]:
    """The results of the custom components that a shape uses."""
    shape = batch.shape
    for of in shapes.components:
        given = {name: shapes.objects(shape.node, iri) for name, iri in of.mandatory.items()}
        if not all(given.values()):
            continue
        if len(given) > 1 and any(len(values) > 1 for values in given.values()):
            raise shapes.wrong(shape.node, f"gives a parameter of {of.node.value} twice; a component of several parameters takes each once")
        validator = of.for_nodes if shape.path is None else of.for_properties
        if validator is None:
            raise shapes.wrong(of.node, f"has no validator for {'node' if shape.path is None else 'property'} shapes")
        rest = {name: values[0] for name, iri in of.optional.items() if (values := shapes.objects(shape.node, iri))}
        asks = bool(shapes.sh(validator, "ask"))
        query = read(shapes, validator, shape, [*of.mandatory, *of.optional, *(["value"] if asks else [])])
        if query is None:
            continue
        first = next(iter(given))
        for one in given[first]:
            parameters = {name: values[0] for name, values in given.items()} | {first: one} | rest
            for f in batch.focus:
                about = {"this": data.terms[f], **parameters}
                if not asks:
                    for solution in _ask(data, shapes, shape, query, about):
                        yield f, _result(data, shape, query, f, {**parameters, **solution}, component=of.node, constraint=None)
                    continue
                for v in batch.values.get(f, ()):
                    value = data.terms[v]
                    if not _ask(data, shapes, shape, query, {**about, "value": value}):
                        yield f, _result(data, shape, query, f, {**parameters, "value": value}, component=of.node, constraint=None)
