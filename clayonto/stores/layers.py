"""What a graph on disk was made from, in order: files that were loaded, and edits.

The store of a generation has the merge of all in its default graph, and nothing else: a named graph for each file as well would take three times as long
to load, and three times the disk. What belongs to which file is in compressed copies beside the generations, written while a file is loaded. They are
read again when a query names a graph, when a store is damaged, and when a file is replaced: what another layer still says stays. A small file that joined a
store has noted which of its triples were there, and can be taken out (:func:`forget`); for any other the store is made anew from the layers that remain
(:func:`replay`).
"""

from __future__ import annotations

import io
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from dataclasses import replace as replace_field
from functools import partial
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyoxigraph as ox

from clayonto.errors import EngineError
from clayonto.sources import FORMATS, QUADS, Source
from clayonto.stores.copies import CHUNK, Copy, Tee, opened, read_triples, size_of, write_triples
from clayonto.stores.generations import now
from clayonto.stores.lines import load_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    # Of pyoxigraph terms.
    Triple = tuple[Any, Any, Any]

# Below this the store takes a file as a transaction, above it through files of its own, which is slower to begin with and faster in the end.
_BULK = 8 << 20
_ENDINGS: Final = {format_: ending for ending, format_ in reversed(FORMATS.items())}
# Edits that follow each other become one layer up to this many triples, so that a thousand small ones are not a thousand layers.
_MERGED: Final = 10_000


@dataclass(frozen=True)
class Layer:
    """A file that was loaded, or an edit.

    ``copies`` are the names of its copies: of the file's bytes and, where that is known, of the triples that were there before it; or, for an edit, of the
    triples it took out and of those it put in. A file has ``graph``, ``ending`` (its format), ``base``, ``sha256`` and ``size`` in bytes. ``nameless`` says
    that an edit is of blank nodes that were there before it.
    """

    name: str
    when: str
    copies: tuple[str, ...]
    graph: str = ""
    ending: str = ""
    base: str = ""
    bundled: bool = False
    sha256: str = ""
    size: int = 0
    added: int = 0
    removed: int = 0
    nameless: bool = False

    @classmethod
    def of(cls, entry: dict[str, Any]) -> Layer:
        """The layer of an entry in a manifest."""
        return cls(**{**entry, "copies": tuple(entry["copies"])})

    def entry(self) -> dict[str, Any]:
        """Its entry in a manifest."""
        return {key: value for key, value in asdict(self).items() if value or key == "copies"}

    @property
    def is_edit(self) -> bool:
        """Whether it is an edit."""
        return not self.graph

    @property
    def is_large(self) -> bool:
        """Whether it is a file that is too large to be held in memory as triples."""
        return self.size >= _BULK

    def source(self, copies: Path) -> Source:
        """The file, to be read from its copy."""
        return Source(self.name, FORMATS[self.ending], Copy(copies / self.copies[0], size=self.size), self.base, self.bundled, self.graph)

    def edit(self, copies: Path) -> tuple[list[Triple], list[Triple]]:
        """What an edit took out, and what it put in."""
        taken, put = (read_triples(copies / name) for name in self.copies)
        return taken, put


def load(store: ox.Store, source: Source, copies: Path, *, compare: bool = False, progress: Callable[[str], None]) -> Layer:
    """Load a file into the default graph, and keep a copy of just those bytes.

    :param compare: whether to note which of its triples were there before, unless it is large; :func:`forget` can take it out then.
    :raises DataError: with line and column, if the file is not what its ending says.
    """
    size = size_of(source)
    compare = compare and size < _BULK
    own = ox.Store() if compare else store
    with opened(source) as file:
        if isinstance(source.file, Copy) and source.file.sha256:  # compressed already, and its digest is known
            put(own, source, file, size=size, progress=progress)
            name, sha256 = source.file.keep(copies), source.file.sha256
        else:
            tee = Tee(file, copies, progress=progress, name=source.name, size=size)
            try:
                put(own, source, io.BufferedReader(tee, CHUNK), size=size)
                name, sha256, size = tee.finish()
            finally:
                tee.give_up()
    names = (name, write_triples([triple_of(quad) for quad in own if quad in store], copies)) if compare else (name,)
    if compare:
        store.extend(own)
    return Layer(source.name, now(), names, source.graph, _ENDINGS[source.format], source.base, source.bundled, sha256, size)


def edited(taken: Iterable[Triple], put: Iterable[Triple], copies: Path, *, before: Layer | None, nameless: bool) -> tuple[Layer, bool]:
    """The layer of an edit; and whether it stands for the layer ``before`` as well, where that is a small edit."""
    removed, added = dict.fromkeys(taken), dict.fromkeys(put)
    merged = before is not None and before.is_edit and before.added + before.removed + len(removed) + len(added) <= _MERGED
    if merged and before is not None:
        earlier_removed, earlier_added = before.edit(copies)
        added = {t: None for t in earlier_added if t not in removed} | added
        removed = dict.fromkeys(earlier_removed) | removed
        nameless = nameless or before.nameless
    names = tuple(write_triples(triples, copies) for triples in (removed, added))
    return Layer("edit", now(), names, added=len(added), removed=len(removed), nameless=nameless), merged


def replay(store: ox.Store, layers: Iterable[Layer], copies: Path, *, progress: Callable[[str], None]) -> None:
    """Put all that layers say into an empty store.

    :raises EngineError: if one is an edit of blank nodes, whose names are not those of the file when it is read again.
    """
    for layer in layers:
        if not layer.is_edit:
            progress(layer.name)
            with reading(layer, copies) as (source, file):
                put(store, source, file, size=layer.size)
            continue
        if layer.nameless:
            raise EngineError(
                "The graph cannot be made anew from its files: an edit has changed nameless nodes, which cannot be found again in a file that is "
                "read anew. Load the files into a new folder instead."
            )
        taken, added = layer.edit(copies)
        alter(store, taken, added)


def said_by(leaving: Iterable[Layer], layers: list[Layer], copies: Path) -> dict[Layer, set[Triple]] | None:
    """What files say that are to be taken out of a store by :func:`forget`; ``None`` if that cannot be, and all must be made anew.

    It can be if it is known which of a file's triples were there before it, no large file came after it, and none of its nodes is nameless.
    """
    said = {}
    for layer in leaving:
        if len(layer.copies) < 2 or any(later.is_large for later in layers[layers.index(layer) :]):
            return None
        said[layer] = stated(layer, copies)
        if any(isinstance(node, ox.BlankNode) for s, _, o in said[layer] for node in (s, o)):
            return None
    return said


def forget(store: ox.Store, layers: list[Layer], said: dict[Layer, set[Triple]], copies: Path) -> list[Layer]:
    """Take files out of a store: what they say and no other layer does; the layers that are left."""
    for layer, triples in said.items():
        at = next(n for n, one in enumerate(layers) if one.graph == layer.graph)
        gone = triples - set(read_triples(copies / layers[at].copies[1]))
        staying = []
        for later in layers[at + 1 :]:
            kept = gone & stated(later, copies) if gone else set()
            gone -= kept
            if kept and len(later.copies) > 1 and not later.is_edit:
                # It is the first now to say so.
                before = [t for t in read_triples(copies / later.copies[1]) if t not in kept]
                later = replace_field(later, copies=(later.copies[0], write_triples(before, copies)))
            staying.append(later)
        alter(store, gone, ())
        layers = [*layers[:at], *staying]
    return layers


def others(layers: list[Layer], leaving: list[Layer]) -> list[Layer]:
    """The layers that are left when some leave, to be replayed: of those behind them it is no longer known what was there before."""
    first = layers.index(leaving[0])
    behind = (layer for layer in layers[first:] if layer not in leaving)
    return [*layers[:first], *(layer if layer.is_edit else replace_field(layer, copies=layer.copies[:1]) for layer in behind)]


def stated(layer: Layer, copies: Path) -> set[Triple]:
    """What a layer says, literals as a store holds them."""
    own = ox.Store()
    if layer.is_edit:
        alter(own, (), layer.edit(copies)[1])
    else:
        with reading(layer, copies) as (source, file):
            put(own, source, file, size=layer.size)
    return {triple_of(quad) for quad in own}


def triple_of(quad: ox.Quad) -> Triple:
    """The triple of a quad."""
    return quad.subject, quad.predicate, quad.object


def alter(store: ox.Store, taken: Iterable[Triple], added: Iterable[Triple]) -> None:
    """Take triples out of the default graph, and put others in."""
    for triple in taken:
        store.remove(ox.Quad(*triple))
    store.extend([ox.Quad(*triple) for triple in added])


def fill_graphs(store: ox.Store, layers: Iterable[Layer], copies: Path) -> None:
    """Give each file a graph of its own beside the default graph; a file that has named graphs keeps those."""
    for layer in layers:
        if layer.is_edit:
            for triple in layer.edit(copies)[0]:
                for quad in [q for q in store.quads_for_pattern(*triple) if q.graph_name != ox.DefaultGraph()]:
                    store.remove(quad)
            continue
        with reading(layer, copies) as (source, file):
            put(store, source, file, size=layer.size, graph=ox.NamedNode(layer.graph))


@contextmanager
def reading(layer: Layer, copies: Path) -> Iterator[tuple[Source, BinaryIO]]:
    """The file of a layer, and its bytes."""
    source = layer.source(copies)
    with opened(source) as file:
        yield source, file


def put(
    store: ox.Store,
    source: Source,
    file: BinaryIO,
    *,
    size: int,
    graph: ox.NamedNode | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> None:
    """Put the triples of a file into the default graph, or into a named one; graphs that it names itself are kept in the latter case.

    :param progress: called with how much of a large file of N-Triples was read, now and then.
    :raises DataError: with line and column, if the file is not what its ending says.
    """
    try:
        if source.format in QUADS:
            _put_quads(store, ox.parse(file, format=source.format, base_iri=source.base, rename_blank_nodes=True), graph)
        elif source.format == ox.RdfFormat.RDF_XML:
            # XML is looked through before it is parsed.
            store.load(source.checked(file.read()), format=source.format, base_iri=source.base, to_graph=graph)
        elif size < _BULK:
            store.load(file.read(), format=source.format, base_iri=source.base, to_graph=graph)
        elif source.format == ox.RdfFormat.N_TRIPLES:
            read = partial(_say_read, progress, source.name, size)
            load_lines(store, file, graph=graph, read=read)
        else:
            store.bulk_load(file, format=source.format, base_iri=source.base, to_graph=graph)
    except SyntaxError as error:
        raise source.unreadable(error) from error


def _say_read(progress: Callable[[str], None], name: str, size: int, read: int) -> None:
    progress(f"{name}: {read / 1e6:,.0f} / {size / 1e6:,.0f} MB")


def _put_quads(store: ox.Store, quads: Iterable[ox.Quad], graph: ox.NamedNode | None) -> None:
    if graph is None:
        store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object) for q in quads)
    else:
        store.bulk_extend(ox.Quad(q.subject, q.predicate, q.object, graph) if q.graph_name == ox.DefaultGraph() else q for q in quads)
