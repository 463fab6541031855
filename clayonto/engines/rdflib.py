"""The second engine: rdflib's own store and its SPARQL in Python. Slow, and for that everywhere at home.

What it holds is what an Oxigraph store would hold: literals in canonical form, derived integers as ``xsd:integer``,
plain strings without a datatype, language tags in lower case. Otherwise ``STR(?amount)`` would differ between engines.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Final

import rdflib
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from clayonto import tsv
from clayonto.engines.oxigraph import check_syntax
from clayonto.engines.oxigraph import from_python as to_oxigraph
from clayonto.engines.oxigraph import to_python as from_oxigraph
from clayonto.errors import EngineError, ForbiddenQueryError
from clayonto.namespaces import PREFIXES
from clayonto.terms import IRI, BlankNode, Value, lexical, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clayonto.engines.base import Triple
    from clayonto.sources import Source


# rdflib's parser keeps its state in the module, and its answers are made while they are read: one query at a time, of all graphs.
_ONE_AT_A_TIME: Final = threading.RLock()


class RdflibEngine:
    """Holds the graph in an rdflib dataset. See :class:`clayonto.engines.base.Engine`."""

    name = "rdflib"
    stored = False

    def __init__(self) -> None:
        self._dataset = rdflib.Dataset(default_union=False)

    @property
    def version(self) -> str:
        """The version of rdflib."""
        return rdflib.__version__

    def load(self, source: Source) -> None:
        """Add a file to the default graph and to its own graph."""
        default = self._dataset.default_graph
        for quad in source.quads():
            triple = (_term(from_oxigraph(quad.subject)), _term(from_oxigraph(quad.predicate)), _term(from_oxigraph(quad.object)))
            named = getattr(quad.graph_name, "value", source.graph)
            default.add(triple)
            self._dataset.graph(rdflib.URIRef(named)).add(triple)

    def change(self, added: Iterable[Any], removed: Iterable[Any]) -> None:
        """Take triples out of every graph, and put others into the default graph."""
        for triple in removed:
            s, p, o = (_term(from_oxigraph(term)) for term in triple)
            self._dataset.remove((s, p, o, None))
            self._dataset.default_graph.remove((s, p, o))
        for triple in added:
            s, p, o = (_term(from_oxigraph(term)) for term in triple)
            self._dataset.default_graph.add((s, p, o))

    def triples(self) -> Iterable[Any]:
        """The triples of the default graph, of pyoxigraph terms, literals in canonical form."""
        for triple in self._dataset.default_graph:
            yield tuple(to_oxigraph(to_python(term)) for term in triple)

    def add_graph(self, graph: str, triples: Iterable[Any]) -> None:
        """Add triples to the default graph and to a named graph."""
        named = self._dataset.graph(rdflib.URIRef(graph))
        for triple in triples:
            s, p, o = (_term(from_oxigraph(term)) for term in triple)
            self._dataset.default_graph.add((s, p, o))
            named.add((s, p, o))

    def drop_graph(self, graph: str) -> None:
        """Take out what :meth:`add_graph` added, of which no loaded file states anything."""
        named = self._dataset.graph(rdflib.URIRef(graph))
        for triple in named:
            self._dataset.default_graph.remove(triple)
        self._dataset.remove_graph(named)

    def select(self, query: str, *, base: str) -> bytes:
        """The solutions of a SELECT query, as TSV."""
        with _ONE_AT_A_TIME:
            result = self._query(query, base)
            variables = list(result.vars or [])
            rows = (tuple(None if v not in binding else to_python(binding[v]) for v in variables) for binding in result.bindings)
            return tsv.write([str(v) for v in variables], rows)

    def ask(self, query: str, *, base: str) -> bool:
        """The answer of an ASK query."""
        with _ONE_AT_A_TIME:
            return bool(self._query(query, base).askAnswer)

    def construct(self, query: str, *, base: str) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE query."""
        with _ONE_AT_A_TIME:
            triples = [(to_python(s), to_python(p), to_python(o)) for s, p, o in self._query(query, base).graph or ()]
        return iter(triples)

    def __len__(self) -> int:
        return len(self._dataset.default_graph)

    def _query(self, query: str, base: str) -> Any:
        # rdflib takes much that is not SPARQL (ungrouped projections, undeclared prefixes), so the strict parser goes first.
        check_syntax(query, base=base)
        try:
            parsed = parseQuery(query)
            _refuse_reaching_out(parsed)
            prepared = translateQuery(parsed, base=base, initNs={k: rdflib.URIRef(v) for k, v in PREFIXES.items()})
            return self._dataset.query(prepared)
        except ForbiddenQueryError:
            raise
        except RecursionError as error:
            raise EngineError("rdflib cannot answer a query nested this deeply; use the engine “oxigraph”.") from error
        except Exception as error:  # rdflib raises whatever its functions raise
            raise EngineError(f"rdflib could not answer the query: {error!s:.300}. The engine “oxigraph” may.") from error


def _refuse_reaching_out(node: Any) -> None:
    """Refuse ``SERVICE`` and ``FROM`` in a parsed query: rdflib would open local files and addresses."""
    if isinstance(node, CompValue):
        if node.name in ("ServiceGraphPattern", "DatasetClause"):
            raise ForbiddenQueryError("SERVICE and FROM are refused: the query would reach for another machine or file.")
        node = list(node.values())
    if isinstance(node, str | bytes) or not hasattr(node, "__iter__"):
        return
    for part in node:
        _refuse_reaching_out(part)


def _term(value: Value) -> Any:
    """The rdflib term of a value, in canonical form."""
    if isinstance(value, IRI):
        return rdflib.URIRef(str(value))
    if isinstance(value, BlankNode):
        return rdflib.BNode(str(value))
    form, datatype, language = lexical(value)
    return rdflib.Literal(form, lang=language, datatype=None if datatype is None else rdflib.URIRef(datatype), normalize=False)


def to_python(term: Any) -> Value:
    """The Python value of an rdflib term."""
    if isinstance(term, rdflib.URIRef):
        return IRI(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term))
    if term.language:
        return literal(str(term), language=term.language)
    return literal(str(term), datatype=str(term.datatype)) if term.datatype else str(term)
