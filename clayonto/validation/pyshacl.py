"""pyshacl as a validator: slow, complete, and long established; the one that the compiled validator is held against."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.errors import EngineError
from clayonto.validation import paths
from clayonto.validation.base import Outcome, Result
from clayonto.validation.shapes import TARGETS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    import rdflib

    from clayonto.validation.data import Data
    from clayonto.validation.paths import Term
    from clayonto.validation.shapes import Shapes


class PyshaclValidator:
    """See the module, and :class:`clayonto.validation.base.Validator`."""

    name = "pyshacl"

    @property
    def version(self) -> str:
        """The version of pyshacl."""
        import pyshacl

        return str(pyshacl.__version__)

    def validate(self, data: Data, shapes: Shapes, *, focus: AbstractSet[int] | None) -> Outcome:
        """Hold the data against the shapes."""
        import pyshacl
        import rdflib
        from rdflib.namespace import OWL, SH

        from clayonto.validation.compiled import targets

        aimed = {shape.node: {data.terms[n] for n in targets(data, shape) if focus is None or n in focus} for shape in shapes.targeted}
        graph = to_rdflib(shapes.triples)
        # pyshacl does not look for prefixes in what an ontology imports.
        for constraint, ontology in list(graph.subject_objects(SH.prefixes)):
            for imported in (node for node in graph.transitive_objects(ontology, OWL.imports) if node is not None):
                graph.add((constraint, SH.prefixes, imported))
        if focus is not None:
            # Not with focus_nodes: pyshacl 0.40 then takes every value inside sh:or and sh:qualifiedValueShape for conforming.
            graph = _retargeted(graph, aimed)
        try:
            _, report, _ = pyshacl.validate(to_rdflib(data.triples()), shacl_graph=graph, inference="none", advanced=False, inplace=True)
        except Exception as error:  # pyshacl raises whatever its parts raise
            raise EngineError(f"pyshacl could not check the data: {error!s:.300}") from error
        if not isinstance(report, rdflib.Graph):
            raise EngineError(f"pyshacl could not check the data: {report!s:.300}")
        results = [_result(report, node, shapes) for node in report.objects(None, SH.result)]
        return Outcome(results, len(set().union(*aimed.values())), {})


def to_rdflib(triples: Iterable[tuple[Any, Any, Any]]) -> rdflib.Graph:
    """Triples of pyoxigraph terms in an rdflib graph, literals exactly as written."""
    import rdflib

    graph = rdflib.Graph()
    for s, p, o in triples:
        graph.add((_to_rdflib(s), _to_rdflib(p), _to_rdflib(o)))
    return graph


def _to_rdflib(term: Any) -> Any:
    import rdflib

    if isinstance(term, ox.NamedNode):
        return rdflib.URIRef(term.value)
    if isinstance(term, ox.BlankNode):
        return rdflib.BNode(term.value)
    plain = term.language or term.datatype.value == "http://www.w3.org/2001/XMLSchema#string"
    return rdflib.Literal(term.value, lang=term.language, datatype=None if plain else rdflib.URIRef(term.datatype.value), normalize=False)


def _from_rdflib(node: Any) -> Any:
    import rdflib

    if isinstance(node, rdflib.BNode):
        return ox.BlankNode(str(node))
    if not isinstance(node, rdflib.Literal):
        return ox.NamedNode(str(node))
    if node.language:
        return ox.Literal(str(node), language=node.language)
    return ox.Literal(str(node), datatype=ox.NamedNode(str(node.datatype))) if node.datatype else ox.Literal(str(node))


def _retargeted(shapes: rdflib.Graph, targets: dict[Term, set[Term]]) -> rdflib.Graph:
    """The same shapes, each aimed at the given nodes and no others."""
    from rdflib.namespace import RDF, RDFS, SH

    made = type(shapes)()
    aims = {SH[name] for name in TARGETS}
    for triple in shapes:
        if triple[1] not in aims and not (triple[1] == RDF.type and triple[2] == RDFS.Class):
            made.add(triple)
    for shape, nodes in targets.items():
        for node in nodes:
            made.add((_to_rdflib(shape), SH.targetNode, _to_rdflib(node)))
    return made


def _result(report: rdflib.Graph, node: Any, shapes: Shapes) -> Result:
    from rdflib.namespace import SH

    def term(name: str) -> Any:
        found = report.value(node, SH[name])
        return None if found is None else _from_rdflib(found)

    def objects(subject: Any, by: str) -> list[Any]:
        return [_from_rdflib(o) for o in report.objects(_to_rdflib(subject), _to_rdflib(ox.NamedNode(by)))]

    path, shape, constraint = term("resultPath"), term("sourceShape"), term("sourceConstraint")
    own = shapes.messages(constraint) if constraint is not None else ()
    told = tuple(_from_rdflib(text) for text in report.objects(node, SH.resultMessage))
    # pyshacl writes messages of its own where the shape has none; those in the shape's words are its own with SPARQL's variables filled in.
    messages = own or shapes.messages(shape)
    return Result(
        focus=term("focusNode"),
        path=None if path is None else paths.read(path, objects),
        value=term("value"),
        component=term("sourceConstraintComponent"),
        shape=shape,
        constraint=constraint,
        severity=term("resultSeverity"),
        messages=told if any("{?" in text.value or "{$" in text.value for text in messages) else messages,
    )
