"""The data that is held against shapes: every term a number, every predicate an index, so that whole sets are looked up at once.

The triples come as they were written (:meth:`Data.of_triples`), or out of an engine a predicate at a time, when a predicate is first asked
for (:meth:`Data.of_engine`): a store on disk is never copied whole, but its literals are those the store made of them.
"""

from __future__ import annotations

import gc
from collections import defaultdict
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.errors import EngineError
from clayonto.namespaces import ID, PREFIXES
from clayonto.validation.paths import RDF, Term
from clayonto.validation.prebinding import columns
from clayonto.validation.reduction import reduced_store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from clayonto.engines.base import Engine

SUB_CLASS_OF: Final = PREFIXES["rdfs"] + "subClassOf"
_XSD: Final = PREFIXES["xsd"]
_NAMES: Final = (PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel")

_FEW: Final = 32
_MANY: Final = 100_000
SHAPES_GRAPH: Final = ox.NamedNode("https://w3id.org/clayonto/graph/shapes")
"""The graph that ``$shapesGraph`` names."""


@contextmanager
def no_collecting() -> Iterator[None]:
    """A block in which Python does not look for garbage: millions of terms are made here and none of them is any."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


class Data:
    """Triples by predicate, terms as numbers. :attr:`terms` and :meth:`id` lead from one to the other."""

    def __init__(self, fetch: Callable[[Data, str], dict[int, list[int]]] | None = None) -> None:
        self.terms: list[Term] = []
        self._ids: dict[Term, int] = {}
        self._forward: dict[str, dict[int, list[int]]] = {}
        self._backward: dict[str, dict[int, list[int]]] = {}
        self._fetch = fetch
        self._classes: dict[int, set[int]] = {}
        self._below: dict[int, set[int]] = {}
        self._languages: dict[int, str] = {}
        self._store: ox.Store | None = None
        self.engine: Engine | None = None

    @classmethod
    def of_triples(cls, triples: Iterable[tuple[Any, Any, Any]], *, engine: Engine | None = None) -> Data:
        """Data of pyoxigraph terms, literals exactly as written.

        :param engine: one that holds just these triples already, to answer queries; a store is made when it is needed without.
        """
        made = cls()
        made.engine = engine
        made.add(triples)
        return made

    def add(self, triples: Iterable[tuple[Any, Any, Any]]) -> None:
        """Put triples in; those that are there already stay once."""
        ids, terms = self._ids, self.terms
        by_predicate = {ox.NamedNode(iri): index for iri, index in self._forward.items()}
        many: dict[tuple[int, int], set[int]] = {}
        before: Any = None
        found: int | None = None
        for s, p, o in triples:
            # Files say one thing after the other of the same subject, and to compare is faster than to look up.
            if s != before:
                before, found = s, ids.get(s)
                if found is None:
                    found = ids[s] = len(terms)
                    terms.append(s)
            number: int = found  # type: ignore[assignment]
            value = ids.get(o)
            if value is None:
                value = ids[o] = len(terms)
                terms.append(o)
            index = by_predicate.get(p)
            if index is None:
                index = by_predicate[p] = self._forward[p.value] = {}
            values = index.get(number)
            if values is None:
                index[number] = [value]
            elif len(values) < _FEW:
                if value not in values:
                    values.append(value)
            else:
                known = many.setdefault((id(index), number), set(values))
                if value not in known:
                    known.add(value)
                    values.append(value)
        self._forget()

    def change(self, added: Iterable[tuple[Any, Any, Any]], removed: Iterable[tuple[Any, Any, Any]]) -> None:
        """Take triples out and put others in, and keep every index right that there is."""
        for triples, put in ((removed, False), (added, True)):
            for s, p, o in triples:
                subject, value = self.id(s), self.id(o)
                if self._fetch is None:
                    self._forward.setdefault(p.value, {})
                # An index that is not there yet is fetched when it is asked for, and is right then.
                if p.value in self._forward:
                    _set(self._forward[p.value], subject, value, put=put)
                    if p.value in self._backward:
                        _set(self._backward[p.value], value, subject, put=put)
                if p.value == SUB_CLASS_OF:
                    self._classes.clear()
                    self._below.clear()
                elif p.value == RDF + "type":
                    for klass, members in self._classes.items():
                        (members.add if self.is_instance(subject, klass) else members.discard)(subject)
        self._store = None

    def _forget(self) -> None:
        self._backward.clear()
        self._classes.clear()
        self._below.clear()
        self._store = None

    def nodes(self) -> set[int]:
        """The subjects of all triples."""
        return set().union(*self._forward.values())

    @classmethod
    def of_engine(cls, engine: Engine) -> Data:
        """Data of an engine's default graph, literals as the engine holds them."""
        made = cls(_fetch_from_engine)
        made.engine = engine
        return made

    def id(self, term: Term) -> int:
        """The number of a term, a new one if the data does not have it."""
        number = self._ids.get(term)
        if number is None:
            number = self._ids[term] = len(self.terms)
            self.terms.append(term)
        return number

    def triples(self) -> Iterator[tuple[Any, Any, Any]]:
        """All triples, as pyoxigraph terms."""
        if self._fetch is not None:
            yield from ((t["s"], t["p"], t["o"]) for t in self.query("SELECT ?s ?p ?o WHERE { ?s ?p ?o }"))
            return
        terms = self.terms
        for iri, index in self._forward.items():
            predicate = ox.NamedNode(iri)
            for subject, values in index.items():
                for value in values:
                    yield terms[subject], predicate, terms[value]

    def label(self, term: Term) -> dict[str, str]:
        """The names of a term by language."""
        found = {}
        for predicate in _NAMES if term in self._ids else ():
            for name in self._values(term, predicate):
                if isinstance(name, ox.Literal) and name.language:
                    found[name.language] = name.value
        return found

    def _values(self, term: Term, predicate: str) -> list[Term]:
        if predicate not in self._forward and self._fetch is not None and isinstance(term, ox.NamedNode):
            # One label is no reason to read all labels of a store.
            return [row["o"] for row in self.query(f"SELECT ?o WHERE {{ {term} <{predicate}> ?o }}")]
        return [self.terms[value] for value in self.objects(predicate).get(self.id(term), ())]

    def objects(self, predicate: str) -> dict[int, list[int]]:
        """The objects of each subject of a predicate."""
        index = self._forward.get(predicate)
        if index is None:
            index = self._fetch(self, predicate) if self._fetch else {}
            self._forward[predicate] = index
        return index

    def subjects(self, predicate: str) -> dict[int, list[int]]:
        """The subjects of each object of a predicate."""
        index = self._backward.get(predicate)
        if index is None:
            made: dict[int, list[int]] = defaultdict(list)
            for subject, values in self.objects(predicate).items():
                for value in values:
                    made[value].append(subject)
            index = self._backward[predicate] = dict(made)
        return index

    def predicates_of(self, nodes: Iterable[int]) -> Iterable[tuple[int, str, int]]:
        """The triples whose subjects are these nodes, as subject, predicate, object."""
        if self._fetch is not None and self.engine is not None:
            for found in self.query("SELECT DISTINCT ?p WHERE { ?s ?p ?o }"):
                self.objects(found["p"].value)
        wanted = list(nodes)
        for predicate in sorted(self._forward):
            index = self._forward[predicate]
            for node in wanted:
                for value in index.get(node, ()):
                    yield node, predicate, value

    def languages(self, nodes: Iterable[int]) -> dict[int, str]:
        """The language tag of each of these nodes in lower case, the empty text for one that has none."""
        known, terms = self._languages, self.terms
        found = {}
        for node in nodes:
            tag = known.get(node)
            if tag is None:
                term = terms[node]
                tag = known[node] = (term.language or "").lower() if isinstance(term, ox.Literal) else ""
            found[node] = tag
        return found

    def instances(self, klass: int) -> set[int]:
        """The SHACL instances of a class: of it and of the classes below it."""
        found = self._classes.get(klass)
        if found is None:
            members = self.subjects(RDF + "type")
            found = self._classes[klass] = set().union(*(members.get(c, ()) for c in self._classes_below(klass)))
        return found

    def others(self, nodes: set[int], klass: int) -> set[int]:
        """Those of some nodes that are no SHACL instances of a class."""
        if len(nodes) <= _FEW and klass not in self._classes:
            return {node for node in nodes if not self.is_instance(node, klass)}
        return nodes - self.instances(klass)

    def is_instance(self, node: int, klass: int) -> bool:
        """Whether a node is a SHACL instance of a class."""
        return not self._classes_below(klass).isdisjoint(self.objects(RDF + "type").get(node, ()))

    def _classes_below(self, klass: int) -> set[int]:
        found = self._below.get(klass)
        if found is None:
            sub = self.subjects(SUB_CLASS_OF)
            found, todo = {klass}, [klass]
            while todo:
                new = [c for c in sub.get(todo.pop(), ()) if c not in found]
                found.update(new)
                todo += new
            self._below[klass] = found
        return found

    def sources(self, predicate: str, nodes: set[int]) -> set[int]:
        """The subjects that have one of these objects; no index is made for a few where the engine can be asked."""
        named = [self.terms[n] for n in nodes if isinstance(self.terms[n], ox.NamedNode)]
        if predicate not in self._backward and self.engine is not None and len(named) == len(nodes) <= _FEW:
            rows = self.query(f"SELECT ?s WHERE {{ VALUES ?o {{ {' '.join(map(str, named))} }} ?s <{predicate}> ?o }}")
            if self._fetch is not None or not any(isinstance(row["s"], ox.BlankNode) for row in rows):
                return {self.id(row["s"]) for row in rows}
        index = self.subjects(predicate)
        return {s for n in nodes for s in index.get(n, ())}

    def query(
        self, text: str, *, substitutions: Mapping[str, Term] | None = None, in_memory: bool = False, this: AbstractSet[int] | None = None
    ) -> list[Mapping[str, Term]]:
        """The solutions of a SELECT query.

        :param substitutions: values of variables that no query can name, which are blank nodes.
        :param in_memory: whether only a store in memory will do.
        :param this: what the variable ``?this`` can be, if that is known.
        :raises EngineError: if an engine that holds the data cannot do that.
        """
        # A store on disk has been read a predicate at a time already; what a query can meet of it is better asked in memory.
        reducible = this is not None and not in_memory and (self._fetch is not None or (self.engine is None and len(self.terms) > _MANY))
        part = reduced_store(self, text, this) if reducible and this is not None else None
        if part is None and self.engine is not None and not substitutions and not in_memory:
            return _solutions(ox.parse_query_results(self.engine.select(text, base=ID), format=ox.QueryResultsFormat.TSV))
        if part is None and self._fetch is not None:
            raise EngineError(
                "A constraint about blank nodes, or about the shapes graph, cannot be asked of this store; load the data in memory."
            )
        values: dict[ox.Variable, Any] = {ox.Variable(name): value for name, value in (substitutions or {}).items()}
        try:
            return _solutions(
                (self.store() if part is None else part).query(text, base_iri=ID, prefixes=dict(PREFIXES), substitutions=values)
            )
        except (SyntaxError, RuntimeError, ValueError) as error:
            about = " for the blank node " + " and ".join(map(str, values.values())) if values else ""
            raise EngineError(
                f"A constraint cannot be asked{about}: {error}. Give the node an IRI, or write the query otherwise."
            ) from error

    def renamed(self, nodes: Iterable[int]) -> bool:
        """Whether some of these are blank nodes that the engine has under other names, since it read the files by itself."""
        return self._fetch is None and any(isinstance(self.terms[n], ox.BlankNode) for n in nodes)

    def with_shapes(self, triples: Iterable[tuple[Any, Any, Any]]) -> ox.NamedNode:
        """The named graph, in the store in memory, that holds the shapes."""
        store = self.store()
        if not any(store.quads_for_pattern(None, None, None, SHAPES_GRAPH)):
            store.bulk_extend([ox.Quad(s, p, o, SHAPES_GRAPH) for s, p, o in triples])
        return SHAPES_GRAPH

    def as_written(self, focus: int, value: ox.Literal) -> ox.Literal:
        """A literal as the data writes it near a focus node, of one that a store may have rewritten."""
        if value in self._ids:
            return value
        for index in self._forward.values():
            for number in index.get(focus, ()):
                term = self.terms[number]
                if isinstance(term, ox.Literal) and term.datatype != ox.NamedNode(_XSD + "string") and _rewritten(term) == value:
                    return term
        return value

    def store(self) -> ox.Store:
        """All triples in a store in memory, made when it is first asked for."""
        if self._store is None:
            self._store = ox.Store()
            self._store.bulk_extend([ox.Quad(*triple) for triple in self.triples()])
        return self._store


def _set(index: dict[int, list[int]], key: int, value: int, *, put: bool) -> None:
    values = index.setdefault(key, [])
    if put and value not in values:
        values.append(value)
    elif not put and value in values:
        values.remove(value)
    if not values:
        del index[key]


def _rewritten(literal: ox.Literal) -> ox.Literal:
    solutions: Any = ox.Store().query(f"SELECT ?v WHERE {{ VALUES ?v {{ {literal} }} }}")
    found: ox.Literal = next(iter(solutions))[0]
    return found


def _solutions(found: Any) -> list[Mapping[str, Term]]:
    names = columns(variable.value for variable in found.variables)
    return [{name: value for name, value in zip(names, solution, strict=True) if value is not None} for solution in found]


def _fetch_from_engine(data: Data, predicate: str) -> dict[int, list[int]]:
    assert data.engine is not None
    answer = data.engine.select(f"SELECT ?s ?o WHERE {{ ?s <{predicate}> ?o }}", base=ID)
    solutions: Any = ox.parse_query_results(answer, format=ox.QueryResultsFormat.TSV)
    index: dict[int, list[int]] = {}
    for subject, value in solutions:
        index.setdefault(data.id(subject), []).append(data.id(value))
    return index
