"""A graph on disk as a dataset that can be written to: SPARQL Update, and whole named graphs put in, added to and dropped.

The default graph is the merge of all. What is put into a named graph is seen there too, and what leaves the last graph that states it leaves there; what is
removed from the default graph leaves every graph. A named graph that was written is kept as a file of its own (N-Quads), beside those that were
loaded; of a loaded file with several graphs the others stay.
"""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto import sparql
from clayonto.engines.disk import DiskEngine
from clayonto.engines.oxigraph import syntax_error
from clayonto.errors import EditError, QuerySyntaxError
from clayonto.namespaces import ID, PREFIXES
from clayonto.sources import QUADS, Source
from clayonto.stores.copies import Held
from clayonto.stores.generations import remove
from clayonto.stores.graphs import named_at
from clayonto.stores.layers import Layer, reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Of pyoxigraph terms.
Triple = tuple[Any, Any, Any]
_DEFAULT: Final = ox.DefaultGraph()
_NO_BREAK: Final = re.compile(r"[^\r\n]")


@dataclass
class Rewriting:
    """What is to change: the new triples of each named graph that changes, by IRI, and what the default graph gains and loses besides."""

    graphs: dict[str, list[Triple]] = field(default_factory=dict)
    added: list[Triple] = field(default_factory=list)
    removed: list[Triple] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.graphs or self.added or self.removed)


class Dataset:
    """The dataset of a store folder, to be changed by one process at a time."""

    def __init__(self, folder: str | Path, *, base: str = ID) -> None:
        """:param base: what relative IRIs are relative to."""
        self._engine = DiskEngine(Path(folder))
        self._base = base
        self._path = Path(folder)
        held = self._engine.folder.current()
        assert held is not None, "a folder without a graph has no dataset"
        self._generation = held
        self._layers = [Layer.of(entry) for entry in held.manifest["layers"]]
        self._named: ox.Store | None = None

    @property
    def store(self) -> ox.Store:
        """All of it as it is, read only: the default graph and the named ones."""
        if self._named is None:
            self._named = ox.Store.read_only(str(self._named_folder()))
        return self._named

    def graph(self, iri: str) -> list[Triple]:
        """The triples of a named graph."""
        return [(q.subject, q.predicate, q.object) for q in self.store.quads_for_pattern(None, None, None, ox.NamedNode(iri))]

    def has(self, iri: str) -> bool:
        """Whether there is such a named graph."""
        return self.store.contains_named_graph(ox.NamedNode(iri))

    def updated(self, text: str, *, using: Sequence[str] | None = None, using_named: Sequence[str] | None = None) -> Rewriting:
        """What a SPARQL Update would change.

        :param using: the graphs that its patterns see as the default graph, and ``using_named`` as named ones, when the request names them.
        :raises QuerySyntaxError: with line and column; also if both the request and the update name such graphs.
        :raises ForbiddenQueryError: if it would reach for another file or machine.
        :raises EditError: if one of its operations fails.
        """
        sparql.refuse_reaching_out(text)
        text = with_dataset(text, using, using_named)
        _check(text, self._base)
        # Beside the generations, so that their files can be shared, and called what the next writer removes if this one is killed.
        aside = Path(tempfile.mkdtemp(prefix="update-", suffix=".building", dir=self._engine.folder.generations))
        try:
            return self._tried(text, aside)
        finally:
            remove(aside)

    def _tried(self, text: str, aside: Path) -> Rewriting:
        """What the operations of an update do, one after the other, to copies, which are closed again."""
        before = self.store
        for number, operation in enumerate(operations(text)):
            before.backup(str(aside / str(number)))
            now = ox.Store(str(aside / str(number)))
            try:
                now.update(operation, base_iri=self._base, prefixes=dict(PREFIXES))
            except (OSError, RuntimeError, ValueError) as error:
                raise EditError(f"The update cannot be carried out: {error}. Nothing has changed.") from error
            _merge(before, now)
            before = now
        return self._difference(before)

    def apply(self, change: Rewriting) -> None:
        """Make a change: whole, or not at all.

        :raises EngineError: if it cannot be made; the folder holds what it held then.
        """
        dropped, sources = [], []
        for layer in self._layers:
            touched, rest = self._without(layer, change.graphs)
            if touched:
                dropped.append(layer.graph)
                sources += [self._source(layer.name, rest)] if rest else []
        for iri, triples in change.graphs.items():
            if triples:
                graph = ox.NamedNode(iri)
                sources.append(self._source(f"graph/{iri}", [ox.Quad(*triple, graph) for triple in triples]))
        self._engine.rewrite(dropped, sources, added=change.added, removed=change.removed)

    def after(self, change: Rewriting) -> Iterator[Triple]:
        """The triples of the default graph once a change is made, some of them twice; what only changed graphs stated before may still be among them."""
        removed = set(change.removed)
        for quad in self.store.quads_for_pattern(None, None, None, _DEFAULT):
            triple = (quad.subject, quad.predicate, quad.object)
            if triple not in removed:
                yield triple
        yield from change.added
        for triples in change.graphs.values():
            yield from triples

    def _difference(self, changed: ox.Store) -> Rewriting:
        touched: set[Any] = set()
        added, removed = [], []
        for quad in changed:
            if quad not in self.store:
                touched.add(quad.graph_name)
                if quad.graph_name == _DEFAULT:
                    added.append((quad.subject, quad.predicate, quad.object))
        for quad in self.store:
            if quad not in changed:
                touched.add(quad.graph_name)
                if quad.graph_name == _DEFAULT:
                    removed.append((quad.subject, quad.predicate, quad.object))
        graphs = {
            graph.value: [(q.subject, q.predicate, q.object) for q in changed.quads_for_pattern(None, None, None, graph)]
            for graph in sorted(touched - {_DEFAULT}, key=str)
        }
        return Rewriting(graphs, added, removed)

    def _without(self, layer: Layer, graphs: Iterable[str]) -> tuple[bool, list[ox.Quad]]:
        """Whether a layer states anything in some graphs, and what it states beside that."""
        if layer.is_edit:
            return False, []
        source = layer.source(self._engine.folder.copies)
        if source.format not in QUADS:
            return layer.graph in graphs, []
        names = {ox.NamedNode(iri) for iri in graphs}
        if not names:
            return False, []
        with reading(layer, self._engine.folder.copies) as (_, file):
            quads = list(ox.parse(file, format=source.format, base_iri=source.base, rename_blank_nodes=True))
        own = ox.NamedNode(layer.graph)
        rest = [quad for quad in quads if (own if quad.graph_name == _DEFAULT else quad.graph_name) not in names]
        return len(rest) < len(quads), rest

    def _source(self, name: str, quads: list[ox.Quad]) -> Source:
        return Source(name, ox.RdfFormat.N_QUADS, Held(ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""), self._base)

    def _named_folder(self) -> Path:
        return named_at(self._generation.folder, self._layers, self._engine.folder.copies, aside=self._path)


def _check(text: str, base: str) -> None:
    """Hold an update against the parser, as a whole."""
    try:
        ox.Store().update(text, base_iri=base, prefixes=dict(PREFIXES))
    except SyntaxError as error:
        raise syntax_error(error, text) from error
    except (OSError, RuntimeError, ValueError):
        pass  # an empty store has no graph to clear


def _merge(before: ox.Store, now: ox.Store) -> None:
    """Let the default graph be the merge of all again, after one operation: what came into a named graph is in it, and what left it is in none."""
    came = [quad for quad in now if quad.graph_name != _DEFAULT and quad not in before]
    now.extend([ox.Quad(q.subject, q.predicate, q.object) for q in came])
    stay = {(q.subject, q.predicate, q.object) for q in came}
    for quad in before:
        triple = (quad.subject, quad.predicate, quad.object)
        if quad.graph_name == _DEFAULT and triple not in stay and quad not in now:
            for other in list(now.quads_for_pattern(*triple, None)):
                now.remove(other)


def operations(update: str) -> list[str]:
    """The operations of an update, each as a text of its own in which it stands where it stood, with the prefixes that hold there.

    >>> operations("PREFIX a: <urn:a> CLEAR ALL; INSERT DATA { a:s a:p a:o }")
    ['PREFIX a: <urn:a> CLEAR ALL', 'PREFIX a: <urn:a>            INSERT DATA { a:s a:p a:o }']
    """
    given = list(sparql.tokens(update))
    ends = [token.start for token, depth in _depths(given) if depth == 0 and token.kind == "mark" and token.text == ";"]
    prologues: list[tuple[int, int]] = []
    for n, token in enumerate(given):
        length = {"BASE": 2, "PREFIX": 3}.get(token.text.upper(), 0) if token.kind == "word" else 0
        if length and n + length <= len(given):
            last = given[n + length - 1]
            prologues.append((token.start, last.start + len(last.text)))
    made = []
    for start, end in zip([0, *(end + 1 for end in ends)], [*ends, len(update)], strict=True):
        if any(start <= token.start < end and not any(a <= token.start < b for a, b in prologues) for token in given):
            made.append(_only(update, [*((a, b) for a, b in prologues if b <= start), (start, end)]))
    return made


def _only(text: str, kept: list[tuple[int, int]]) -> str:
    """Parts of a text where they stood, with nothing but spaces and line breaks between them."""
    parts, done = [], 0
    for start, end in kept:
        parts += [_NO_BREAK.sub(" ", text[done:start]), text[start:end]]
        done = end
    return "".join(parts)


def _depths(given: list[sparql.Token]) -> Iterator[tuple[sparql.Token, int]]:
    depth = 0
    for token in given:
        if token.kind == "mark":
            depth += {"{": 1, "}": -1}.get(token.text, 0)
        yield token, depth


def with_dataset(update: str, using: Sequence[str] | None, using_named: Sequence[str] | None) -> str:
    """An update whose patterns see the graphs that a request names (SPARQL 1.1 Protocol, section 2.2.3).

    :raises QuerySyntaxError: if the update names graphs itself, by USING or WITH.

    >>> with_dataset("INSERT { ?s a ?o } WHERE { ?s ?p ?o }", ["urn:g"], None)
    'INSERT { ?s a ?o } USING <urn:g> WHERE { ?s ?p ?o }'
    """
    if using is None and using_named is None:
        return update
    clauses = " ".join([*(f"USING <{iri}>" for iri in using or ()), *(f"USING NAMED <{iri}>" for iri in using_named or ())])
    made, done, depth, closed = [], 0, 0, False
    for token in sparql.tokens(update):
        word = token.text.upper() if token.kind == "word" else ""
        if depth == 0 and word in ("USING", "WITH"):
            line, column = sparql.position(update, token.start)
            raise QuerySyntaxError(
                f"{word} and the graphs that the request names cannot stand together", text=update, line=line, column=column
            )
        # DELETE WHERE has no pattern apart from what it deletes: there the brace comes after the word.
        if depth == 0 and word == "WHERE" and closed:
            made += [update[done : token.start], clauses, " "]
            done = token.start
        if token.kind == "mark":
            depth += {"{": 1, "}": -1}.get(token.text, 0)
        closed = token.text == "}"
    return "".join([*made, update[done:]])
