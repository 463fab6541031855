"""A graph on disk: an Oxigraph store in a folder that always holds one whole state.

::

    DIR/manifest.json          which generation is current, and what was loaded into it
    DIR/generations/000002/    an Oxigraph store, never written to again once it is current

A writer builds the next generation aside and then replaces the manifest in one step, so a stop at any moment leaves the old state or the new.
Readers open their generation read-only and keep it until they open the graph again; the generation before the current one is kept for them.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import traceback
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.engines.oxigraph import OxigraphEngine
from clayonto.errors import EngineError
from clayonto.files import replace

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from clayonto.sources import Source

FORMAT: Final = 1
"""Version of the layout; a folder of another version is refused."""
_TRIPLES_ONLY: Final = frozenset({ox.RdfFormat.TURTLE, ox.RdfFormat.N_TRIPLES, ox.RdfFormat.RDF_XML})
# What leaves the default graph when a file is replaced: triples that no other file states.
_FORGET: Final = """DELETE { ?s ?p ?o } WHERE {
  GRAPH <%(graph)s> { ?s ?p ?o } FILTER NOT EXISTS { GRAPH ?other { ?s ?p ?o } FILTER(?other != <%(graph)s>) }
} ; CLEAR GRAPH <%(graph)s>"""


def is_store(folder: Path) -> bool:
    """Whether a folder holds a graph on disk, of whatever layout."""
    return (folder / "manifest.json").is_file() and (folder / "generations").is_dir()


class DiskEngine(OxigraphEngine):
    """Answers from a folder; see the module. Loading and changing make a new generation."""

    stored = True

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.manifest = self._read()
        if self.manifest["generation"]:
            self._open()

    @property
    def exists(self) -> bool:
        """Whether the folder holds a graph already."""
        return bool(self.manifest["generation"])

    @property
    def loaded(self) -> list[dict[str, str]]:
        """What was loaded: ``name``, ``graph`` and ``sha256`` of each file."""
        return list(self.manifest["sources"])

    def load(self, source: Source) -> None:
        """Add one file. To add several, :meth:`load_all` makes one generation of them."""
        self.load_all([source])

    def load_all(self, sources: Iterable[Source]) -> None:
        """Add files in one step; a file loaded before is skipped when it is unchanged, and replaced when it is not."""
        known = {entry["graph"]: entry for entry in self.manifest["sources"]}
        new = []
        for source in sources:
            entry = {"name": source.name, "graph": source.graph, "sha256": hashlib.sha256(source.read()).hexdigest()}
            if known.get(source.graph) != entry:
                new.append((source, entry))
        if not new:
            return

        def fill(store: ox.Store) -> None:
            for source, entry in new:
                if source.graph in known:
                    store.update(_FORGET % {"graph": source.graph})
                self._bulk_load(store, source)
                known[source.graph] = entry

        self._next_generation(fill, known)

    def change(self, added: Iterable[Any], removed: Iterable[Any]) -> None:
        """Take triples out of every graph, and put others into the default graph, in a new generation."""
        taken, put = list(removed), [ox.Quad(*triple) for triple in added]

        def alter(store: ox.Store) -> None:
            for s, p, o in taken:
                for quad in list(store.quads_for_pattern(s, p, o)):
                    store.remove(quad)
            store.extend(put)

        self._next_generation(alter, {entry["graph"]: entry for entry in self.manifest["sources"]})

    def add_graph(self, graph: str, triples: Iterable[Any]) -> None:
        """Add triples to the default graph and to a named graph, for as long as this engine lives; the folder is not written to."""
        copy = ox.Store()
        copy.bulk_extend(self._store)
        self._store = copy
        super().add_graph(graph, triples)

    def drop_graph(self, graph: str) -> None:  # noqa: ARG002
        """Answer from the folder again, which never had the graph."""
        self._open()

    def n_triples(self) -> bytes:
        """The default graph as N-Triples, literals as the store holds them."""
        return self._store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""

    @staticmethod
    def _bulk_load(store: ox.Store, source: Source) -> None:
        try:
            if source.format in _TRIPLES_ONLY:
                data = source.read()
                store.bulk_load(data, format=source.format, base_iri=source.base)
                store.bulk_load(data, format=source.format, base_iri=source.base, to_graph=ox.NamedNode(source.graph))
                return
        except SyntaxError as error:
            raise source.unreadable(error) from error
        quads = source.quads()
        graph = ox.NamedNode(source.graph)
        store.bulk_extend([ox.Quad(q.subject, q.predicate, q.object) for q in quads])
        store.bulk_extend([ox.Quad(q.subject, q.predicate, q.object, graph) if q.graph_name == ox.DefaultGraph() else q for q in quads])

    def _next_generation(self, fill: Any, sources: dict[str, dict[str, str]]) -> None:
        with self._alone():
            self._build(fill, sources)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Be the only writer; the system gives the lock back when a process ends, however it ends."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            try:
                import fcntl

                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except ImportError:  # not a POSIX system: one writer at a time is the user's to see to
                pass
            except OSError as error:
                raise EngineError(f"Another process is writing to {self.folder}; try again when it is done.") from error
            if self._read()["generation"] != self.manifest["generation"]:
                raise EngineError(f"Another process has changed {self.folder} since it was opened; open it again.")
            yield

    def _build(self, fill: Any, sources: dict[str, dict[str, str]]) -> None:
        number = int(self.manifest["generation"] or 0) + 1
        target = self._path(f"{number:06}")
        building = target.with_name(f"{target.name}.building-{os.getpid()}")
        stores: list[ox.Store] = []
        try:
            building.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(building, ignore_errors=True)
            if self.exists:
                # A backup shares the unchanged files of a store with it: hard links, not copies.
                ox.Store.read_only(str(self._path(self.manifest["generation"]))).backup(str(building))
            stores.append(ox.Store(str(building)))
            fill(stores[0])
            stores[0].flush()
            stores.clear()  # closes it
            shutil.rmtree(target, ignore_errors=True)
            building.rename(target)
        except BaseException as error:
            # The frames of the error hold the store open, and an open store makes files in the folder that is to go.
            traceback.clear_frames(error.__traceback__)
            stores.clear()
            shutil.rmtree(building, ignore_errors=True)
            if isinstance(error, OSError):
                raise EngineError(f"The graph in {self.folder} could not be written, and is as it was: {error}.") from error
            raise
        self.manifest = {"format": FORMAT, "generation": target.name, "sources": list(sources.values())}
        replace(self.folder / "manifest.json", json.dumps(self.manifest, ensure_ascii=False, indent=1) + "\n")
        self._open()
        self._tidy()

    def _tidy(self) -> None:
        """Remove the generations before the previous one, and what writers that were stopped have left."""
        current = int(self.manifest["generation"])
        for folder in (self.folder / "generations").iterdir():
            number, _, builder = folder.name.partition(".building-")
            if (builder and not _runs(builder)) or (not builder and number.isdigit() and int(number) < current - 1):
                shutil.rmtree(folder, ignore_errors=True)

    def _open(self) -> None:
        try:
            self._store = ox.Store.read_only(str(self._path(self.manifest["generation"])))
        except OSError as error:
            raise EngineError(f"The graph in {self.folder} cannot be opened: {error}. Build it anew from its files.") from error

    def _path(self, generation: str) -> Path:
        return self.folder / "generations" / generation

    def _read(self) -> dict[str, Any]:
        file = self.folder / "manifest.json"
        if not file.exists():
            if self.folder.is_dir() and any(p.name not in ("generations", "lock") for p in self.folder.iterdir()):
                raise EngineError(f"{self.folder} is a folder with other things in it; name one that is new, or that holds a graph.")
            if self.folder.exists() and not self.folder.is_dir():
                raise EngineError(f"{self.folder} is a file; a graph on disk is a folder.")
            return {"format": FORMAT, "generation": "", "sources": []}
        try:
            manifest: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise EngineError(f"{file} cannot be read: {error}. Build the graph anew from its files.") from error
        if manifest.get("format") != FORMAT:
            raise EngineError(f"{self.folder} has layout {manifest.get('format')!r}, this version reads {FORMAT}; build the graph anew.")
        return manifest


def _runs(process: str) -> bool:
    """Whether a process with this number runs; a number that cannot be asked about counts as running."""
    if os.name != "posix":
        return True  # there, signal 0 does more than ask
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return False
    except (ValueError, OSError):
        return True
    return True
