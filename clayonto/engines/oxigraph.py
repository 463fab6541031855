"""The default engine: an Oxigraph store in memory, through pyoxigraph."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.engines.expected import in_words
from clayonto.engines.optionals import by_row
from clayonto.engines.ordering import sortable
from clayonto.engines.sorting import InOrder, apart
from clayonto.errors import EngineError, QuerySyntaxError
from clayonto.namespaces import PREFIXES
from clayonto.sources import QUADS
from clayonto.sparql import asks_for_graphs, undeclared
from clayonto.templates import Query, looked_through
from clayonto.terms import IRI, BlankNode, Value, lexical, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clayonto.engines.base import Triple
    from clayonto.engines.sorting import Order
    from clayonto.sources import Source

_PREFIXES: Final = dict(PREFIXES)
_WHERE: Final = re.compile(r"error at (\d+):(\d+): (.*)", re.DOTALL)


class OxigraphEngine:
    """Holds the graph in an in-memory Oxigraph store. See :class:`clayonto.engines.base.Engine`."""

    name = "oxigraph"
    stored = False

    def __init__(self) -> None:
        self._store = ox.Store()
        # Files whose named graphs no query has asked for yet: most never are, and filling them is half the work of loading.
        self._unnamed: list[Source] = []
        self._naming = threading.Lock()

    @property
    def version(self) -> str:
        """The version of pyoxigraph."""
        return str(ox.__version__)

    def load(self, source: Source) -> None:
        """Add a file to the default graph and to its own graph."""
        if source.format not in QUADS:
            try:
                self._store.load(source.read(), format=source.format, base_iri=source.base)
            except SyntaxError as error:
                raise source.unreadable(error) from error
            self._unnamed.append(source)
            return
        graph = ox.NamedNode(source.graph)
        quads = source.quads()
        self._store.extend([ox.Quad(q.subject, q.predicate, q.object, ox.DefaultGraph()) for q in quads])
        self._store.extend([ox.Quad(q.subject, q.predicate, q.object, graph) if q.graph_name == ox.DefaultGraph() else q for q in quads])

    def change(self, added: Iterable[Any], removed: Iterable[Any]) -> None:
        """Take triples out of every graph, and put others into the default graph."""
        self._fill_named_graphs()
        for s, p, o in removed:
            for quad in list(self._store.quads_for_pattern(s, p, o)):
                self._store.remove(quad)
        self._store.extend([ox.Quad(*triple) for triple in added])

    def triples(self) -> Iterable[Any]:
        """The triples of the default graph, of pyoxigraph terms, literals as the store holds them."""
        with self._reading(graphs=False) as store:
            for quad in store.quads_for_pattern(None, None, None, ox.DefaultGraph()):
                yield quad.subject, quad.predicate, quad.object

    def add_graph(self, graph: str, triples: Iterable[Any]) -> None:
        """Add triples to the default graph and to a named graph."""
        name = ox.NamedNode(graph)
        self._store.extend([ox.Quad(s, p, o, g) for s, p, o in triples for g in (ox.DefaultGraph(), name)])

    def drop_graph(self, graph: str) -> None:
        """Take out what :meth:`add_graph` added, of which no loaded file states anything."""
        name = ox.NamedNode(graph)
        for quad in list(self._store.quads_for_pattern(None, None, None, name)):
            self._store.remove(ox.Quad(quad.subject, quad.predicate, quad.object))
        self._store.remove_graph(name)

    def select(self, query: str, *, base: str) -> bytes:
        """The solutions of a SELECT query, as TSV."""
        known = looked_through(query)
        order = known.of(_order)
        with self._reading(graphs=known.of(asks_for_graphs)) as store:
            solutions = _asked(store, known, base, by=as_asked if order is None else _in_any_order)
            try:
                if order is None:
                    return bytes(solutions.serialize(format=ox.QueryResultsFormat.TSV))
                answer = InOrder(order)
                solutions.serialize(output=answer, format=ox.QueryResultsFormat.TSV)
                return answer.content()
            except (OSError, RuntimeError, ValueError) as error:
                raise EngineError(f"Oxigraph stopped in the middle of the answer: {error}.") from error

    def n_triples(self) -> bytes:
        """The triples of the default graph, each once, as the store holds them."""
        with self._reading(graphs=False) as store:
            return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""

    def ask(self, query: str, *, base: str) -> bool:
        """The answer of an ASK query."""
        known = looked_through(query)
        with self._reading(graphs=known.of(asks_for_graphs)) as store:
            return bool(_asked(store, known, base))

    def construct(self, query: str, *, base: str) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE query."""
        known = looked_through(query)
        with self._reading(graphs=known.of(asks_for_graphs)) as store:
            # A CONSTRUCT result is a set; the engine gives a triple once for each solution that makes it.
            for t in dict.fromkeys(_asked(store, known, base)):
                yield to_python(t.subject), to_python(t.predicate), to_python(t.object)

    def __len__(self) -> int:
        return sum(1 for _ in self._store.quads_for_pattern(None, None, None, ox.DefaultGraph()))

    def _fill_named_graphs(self) -> None:
        # Two threads that both fill them would give each blank node two names.
        with self._naming:
            for source in self._unnamed:
                # Parsed once more inside the store, which is faster than moving the quads through Python.
                self._store.load(source.read(), format=source.format, base_iri=source.base, to_graph=ox.NamedNode(source.graph))
            self._unnamed = []

    @contextmanager
    def _reading(self, *, graphs: bool) -> Iterator[ox.Store]:
        """The store to ask, with the named graphs of files if they are asked for."""
        if graphs and self._unnamed:
            self._fill_named_graphs()
        yield self._store


def _asked(store: ox.Store, query: Query, base: str, *, by: Callable[[str], str] | None = None) -> Any:
    """The answer of a store to a query; ``by`` puts it into the form in which it is asked."""
    try:
        return store.query(query.rewritten(by or as_asked), base_iri=base, prefixes=prefixes(query))
    except SyntaxError as error:
        # What is wrong is to be told of the text as it was given.
        check_syntax(query.text, base=base)
        raise syntax_error(error, query.text) from error
    except (OSError, RuntimeError, ValueError) as error:
        raise EngineError(f"Oxigraph could not answer the query: {error}.") from error


def as_asked(query: str) -> str:
    """The query in the form in which Oxigraph is asked it: it means the same, can be sorted, and takes no detour over the whole graph."""
    return sortable(by_row(query))  # what is put in to sort by is long, and need not be looked through


def _order(query: str) -> Order | None:
    """The order that an answer is put into outside; ``None`` where there is none, or the engine has to do it."""
    found = apart(query)
    return found and found[1]


def _in_any_order(query: str) -> str:
    """The query in the form in which it is asked where its answer is put in order outside."""
    found = apart(query)
    return as_asked(found[0] if found else query)


def prefixes(query: Query) -> dict[str, str]:
    """The prefixes that a query may use without declaring them: of those that every query may use, since Oxigraph looks at each that it is given, every time."""
    used = query.of(_undeclared)
    if used is None:
        return {name: iri for name, iri in _PREFIXES.items() if f"{name}:" in query.text} if "\\" not in query.text else _PREFIXES
    return used


def _undeclared(query: str) -> dict[str, str] | None:
    names = undeclared(query, _PREFIXES) if "\\" not in query else None
    return None if names is None else {name: _PREFIXES[name] for name in names}


def syntax_error(error: SyntaxError, query: str) -> QuerySyntaxError:
    """The library's error for what pyoxigraph says of a malformed query."""
    found = _WHERE.match(error.msg)
    if found:
        told, before = in_words(found.group(3).rstrip("."))
        return QuerySyntaxError(told, text=query, line=int(found.group(1)), column=max(int(found.group(2)) - before, 1))
    return QuerySyntaxError(error.msg.rstrip("."), text=query)


def check_syntax(query: str, *, base: str) -> None:
    """Hold a query against Oxigraph's strict parser, on an empty store.

    :raises QuerySyntaxError: if it is not SPARQL 1.1.
    """
    try:
        ox.Store().query(query, base_iri=base, prefixes=_PREFIXES)
    except SyntaxError as error:
        raise syntax_error(error, query) from error


def to_python(term: Any) -> Value:
    """The Python value of a pyoxigraph term; a quoted triple (RDF 1.2) becomes its text."""
    if isinstance(term, ox.NamedNode):
        return IRI(term.value)
    if isinstance(term, ox.Literal):
        return literal(term.value, datatype=term.datatype.value, language=term.language)
    if isinstance(term, ox.BlankNode):
        return BlankNode(term.value)
    return str(term)


def from_python(value: Value | None) -> Any:
    """The pyoxigraph term of a Python value, in canonical form.

    :raises ValueError: for ``None``: a triple has no empty place.
    """
    if value is None:
        raise ValueError("A triple has no empty place.")
    if isinstance(value, IRI):
        return ox.NamedNode(str(value))
    if isinstance(value, BlankNode):
        return ox.BlankNode(str(value))
    form, datatype, language = lexical(value)
    if language:
        return ox.Literal(form, language=language)
    return ox.Literal(form, datatype=ox.NamedNode(datatype)) if datatype else ox.Literal(form)
