"""A graph on disk: an Oxigraph store in a folder that always holds one whole state (:mod:`clayonto.stores`).

The store is opened read only, and is never written to: a change makes the next generation aside and swaps a pointer, so a stop at any moment leaves the
old state or the new. Who has the graph open goes on with the state that it opened until it asks again (:meth:`DiskEngine.refresh`). Where a generation
has columns (:mod:`clayonto.stores.columns`), they answer what runs over many triples.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.engines.columnar import has_polars, require_polars
from clayonto.engines.columnar.choosing import RowsAndColumns
from clayonto.engines.columnar.shape import read
from clayonto.engines.oxigraph import OxigraphEngine
from clayonto.errors import EngineError, UsageError
from clayonto.stores import bodies
from clayonto.stores import columns as kept
from clayonto.stores import layers as made_of
from clayonto.stores.copies import digest
from clayonto.stores.generations import Folder
from clayonto.stores.graphs import with_graphs
from clayonto.stores.layers import Layer

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from clayonto.engines.columnar.columns import Columns
    from clayonto.engines.columnar.shape import Extent
    from clayonto.sources import Source
    from clayonto.stores.generations import Generation


class _Opened:
    """A generation that is read: its store, and, once a query has named a graph, the store that has the graphs of files as well."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.store = generation.open()
        self.layers = [Layer.of(entry) for entry in generation.manifest["layers"]]
        self._graphs: ox.Store | None = None
        self._columns: Columns | None = None
        self._lock = threading.Lock()

    def with_graphs(self, copies: Path) -> ox.Store:
        with self._lock:
            if self._graphs is None:
                self._graphs = with_graphs(self.generation.folder, self.store, self.layers, copies)
        return self._graphs

    @cached_property
    def has_columns(self) -> bool:
        return has_polars() and kept.folder_of(self.generation) is not None

    @cached_property
    def extents(self) -> Mapping[str, Extent]:
        return read(self.columns_folder())[0].predicates

    def columns(self) -> Columns:
        """Its columns, which are made if it has none."""
        with self._lock:
            if self._columns is None:
                self._columns = kept.opened(self.columns_folder())
        return self._columns

    def columns_folder(self, progress: Callable[[str], None] = lambda _: None) -> Path:
        return kept.folder_of(self.generation) or kept.made(self.generation, self.store, progress=progress)


class DiskEngine(RowsAndColumns):
    """Answers from a folder; see the module. Loading and changing make a new generation.

    :param engine: ``oxigraph``, which asks no columns; ``columnar``, which makes them when a query needs them and they are not there; ``None`` for the
        columns that are there.
    :raises UsageError: for any other.
    :raises MissingExtraError: if columns are asked for, and polars is not installed.
    """

    stored = True

    def __init__(self, folder: Path, *, engine: str | None = None) -> None:
        super().__init__()
        if engine not in (None, "oxigraph", "columnar"):
            raise UsageError(f"A graph on disk is Oxigraph's; the engine “{engine}” holds graphs in memory only. Leave one of the two out.")
        if engine == "columnar":
            require_polars()
        self._asked_for = engine
        self.folder = Folder(folder)
        self._opened = self._open()
        # What is seen for as long as this engine lives, and never written: a copy of all, with what was inferred.
        self._overlay: ox.Store | None = None
        self._overlay_is_named = False

    @property
    def name(self) -> str:  # type: ignore[override]
        """The name of the engine that was asked for, or of the one that holds the graph."""
        return self._asked_for or self.behind

    def without_columns(self) -> str | None:
        """Why no columns are asked."""
        if self._asked_for == "oxigraph":
            return "it is the engine that was asked for"
        if self._overlay is not None:
            return "what was inferred is in no column"
        if self._opened is None:
            return "the graph is empty"
        if self._asked_for == "columnar" or self._opened.has_columns:
            return None
        return "the graph has no columns; “clayonto store compact” makes them, if polars is installed"

    def make_columns(self, *, progress: Callable[[str], None] | None = None) -> None:
        """Make columns, if they were asked for by name and are not there.

        :raises EngineError: if they cannot be made.
        """
        if self._asked_for == "columnar" and self._opened is not None:
            self._opened.columns_folder(progress or (lambda _: None))

    @property
    def extents(self) -> Mapping[str, Extent]:
        """The predicates that columns have, told without opening them."""
        assert self._opened is not None, "a graph without a generation has no columns"
        return self._opened.extents

    @property
    def columns(self) -> Columns:
        """The triples of the generation that is open as columns.

        :raises EngineError: if they are to be made and cannot be.
        """
        assert self._opened is not None, "a graph without a generation has no columns"
        return self._opened.columns()

    @property
    def exists(self) -> bool:
        """Whether the folder holds a graph already."""
        return self._opened is not None

    @property
    def loaded(self) -> list[dict[str, str]]:
        """What was loaded: ``name``, ``graph`` and ``sha256`` of each file."""
        return [{"name": layer.name, "graph": layer.graph, "sha256": layer.sha256} for layer in self._layers if not layer.is_edit]

    def refresh(self) -> bool:
        """Go on with the state that the folder holds now; whether it is another."""
        before = self._opened
        self._opened = self._open()
        return (before and before.generation.number) != (self._opened and self._opened.generation.number)

    def load(self, source: Source) -> None:
        """Add one file. To add several, :meth:`load_all` makes one generation of them."""
        self.load_all([source])

    def load_all(self, sources: Iterable[Source], *, progress: Callable[[str], None] | None = None) -> None:
        """Add files in one step; a file loaded before is skipped when it is unchanged, and replaced when it is not.

        :param progress: called with a sentence now and then.
        """
        given, say = list(sources), progress or (lambda _: None)
        new = self._changed(given)
        if not new:
            return
        with self.folder.writing():
            if self.refresh():
                new = self._changed(given)
            compare = bool(self._layers)

            def fill(store: ox.Store, layers: list[Layer]) -> list[Layer]:
                return [*layers, *(made_of.load(store, source, self.folder.copies, compare=compare, progress=say) for source in new)]

            self._next(fill, dropped={source.graph for source in new}, counted=True, progress=say)

    def change(self, added: Iterable[Any], removed: Iterable[Any]) -> None:
        """Take triples out, and put others in, in a new generation.

        :raises EngineError: if somebody has changed the folder since it was opened here: the change was thought out for another state.
        """
        taken, put = list(removed), list(added)
        with self.folder.writing():
            if self._opened is None or (self.folder.manifest() or {}).get("generation") != self._opened.generation.manifest["generation"]:
                raise EngineError(f"Somebody else has changed {self.folder.path} since it was opened; open it again.")
            self._next(lambda store, layers: self._edit(store, layers, taken, put), counted=bodies.touched((*taken, *put)))

    def rewrite(
        self, dropped: Collection[str], sources: Sequence[Source], *, added: Iterable[Any] = (), removed: Iterable[Any] = ()
    ) -> None:
        """Take files out, put others in, and then take triples out of what is there and put others in: all of it in one new generation.

        :param dropped: the graphs of files to take out.
        :raises EngineError: if somebody has changed the folder since it was opened here.
        """
        taken, put = list(removed), list(added)
        with self.folder.writing():
            if self._opened is None or self.refresh():
                raise EngineError(f"Somebody else has changed {self.folder.path} since it was opened; open it again.")

            def fill(store: ox.Store, layers: list[Layer]) -> list[Layer]:
                loaded = (made_of.load(store, source, self.folder.copies, compare=True, progress=lambda _: None) for source in sources)
                layers = [*layers, *loaded]
                leaving = [triple for triple in taken if ox.Quad(*triple) in store]
                coming = [triple for triple in put if ox.Quad(*triple) not in store]
                return self._edit(store, layers, leaving, coming) if leaving or coming else layers

            self._next(fill, dropped=dropped, counted=bool(sources or dropped) or bodies.touched((*taken, *put)))

    def add_graph(self, graph: str, triples: Iterable[Any]) -> None:
        """Add triples to the default graph and to a named graph, for as long as this engine lives; the folder is not written to."""
        copy = ox.Store()
        with self._reading(graphs=False) as store:
            copy.bulk_extend(store)
        name = ox.NamedNode(graph)
        copy.bulk_extend(ox.Quad(s, p, o, g) for s, p, o in triples for g in (ox.DefaultGraph(), name))
        self._overlay, self._overlay_is_named = copy, False

    def drop_graph(self, graph: str) -> None:  # noqa: ARG002
        """Answer from the folder again, which never had the graph."""
        self._overlay = None

    def __len__(self) -> int:
        if self._overlay is not None:
            return sum(1 for _ in self.triples())
        opened = self._opened
        return 0 if opened is None else opened.generation.size(opened.store)

    @property
    def _layers(self) -> list[Layer]:
        return self._opened.layers if self._opened else []

    def _open(self) -> _Opened | None:
        generation = self.folder.current()
        return None if generation is None else _Opened(generation)

    @contextmanager
    def _reading(self, *, graphs: bool) -> Iterator[ox.Store]:
        # What is read is held by this frame, so that its generation stays on disk even when another thread moves on to the next.
        overlay, opened = self._overlay, self._opened
        if overlay is not None:
            if graphs:
                with self._naming:
                    if not self._overlay_is_named:
                        made_of.fill_graphs(overlay, self._layers, self.folder.copies)
                        self._overlay_is_named = True
            yield overlay
        elif opened is None:
            yield self._store
        else:
            yield opened.with_graphs(self.folder.copies) if graphs else opened.store

    def _changed(self, sources: list[Source]) -> list[Source]:
        """Those that are not loaded, or say something else now."""
        known = {layer.graph: layer for layer in self._layers if not layer.is_edit}
        return [
            s for s in sources if (old := known.get(s.graph)) is None or (old.name, old.base) != (s.name, s.base) or old.sha256 != digest(s)
        ]

    def _edit(self, store: ox.Store, layers: list[Layer], taken: Sequence[Any], put: Sequence[Any]) -> list[Layer]:
        """Change a store that is being filled; the layers that it is made of then."""
        nameless = any(_is_known(store, node) for s, _, o in (*taken, *put) for node in (s, o) if isinstance(node, ox.BlankNode))
        # An edit that bodies do not depend on stands before them, so that they are last and edits that follow each other are one.
        at = len(layers) - bool(layers and layers[-1].graph == bodies.BODIES)
        before, last = layers[:at], layers[at:]
        layer, merged = made_of.edited(taken, put, self.folder.copies, before=before[-1] if before else None, nameless=nameless)
        made_of.alter(store, taken, put)
        return [*(before[:-1] if merged else before), layer, *last]

    def _next(
        self,
        fill: Callable[[ox.Store, list[Layer]], list[Layer]],
        *,
        dropped: Collection[str] = (),
        counted: bool,
        progress: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Make the next generation, and go on with it.

        :param fill: changes a store that holds what is left, and gives the layers that it is made of then.
        :param dropped: the graphs of files to take out first.
        :param counted: whether to work out anew under which organisations bodies are counted. Their layer is taken out first and comes last, so that it can
            always be taken out without reading what else there is.
        """
        layers, copies = self._layers, self.folder.copies
        leaving = [one for one in layers if not one.is_edit and (one.graph in dropped or (counted and one.graph == bodies.BODIES))]
        said = made_of.said_by(leaving, layers, copies)
        old = None if said is None else self._opened

        def make(path: Path) -> dict[str, Any]:
            if old is not None:
                # A backup shares the unchanged files of a store with it: hard links, not copies.
                old.store.backup(str(path))
            store = ox.Store(str(path))
            if said is None:
                staying = made_of.others(layers, leaving)
                made_of.replay(store, staying, copies, progress=progress)
            else:
                staying = made_of.forget(store, layers, said, copies)
            made = fill(store, staying)
            if counted and (source := bodies.counted(store)):
                made.append(made_of.load(store, source, copies, compare=True, progress=progress))
            store.flush()
            return {"layers": [layer.entry() for layer in made]}

        generation = self.folder.build(make)
        self._opened = _Opened(generation)
        old = None
        self.folder.tidy()


class Snapshot(OxigraphEngine):
    """Answers from the default graph of an Oxigraph store that nobody changes, such as that of a generation that is held. It can change nothing itself."""

    stored = True

    def __init__(self, path: Path) -> None:
        """:raises EngineError: if there is no store that can be opened."""
        super().__init__()
        try:
            self._store = ox.Store.read_only(str(path))
        except (OSError, RuntimeError) as error:
            raise EngineError(f"The store {path} cannot be opened: {error}.") from error

    def __len__(self) -> int:
        return len(self._store)


def _is_known(store: ox.Store, node: ox.BlankNode) -> bool:
    return any(True for pattern in ((node, None, None), (None, None, node)) for _ in store.quads_for_pattern(*pattern))
