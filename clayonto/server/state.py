"""A state of the graph that is served: one generation of a store folder, held on disk for as long as it is."""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto.errors import EngineError, UsageError
from clayonto.server.columns import columns_of
from clayonto.server.problems import Busy, Failed
from clayonto.sources import FORMATS, QUADS
from clayonto.stores.generations import Folder
from clayonto.stores.graphs import named_at
from clayonto.stores.layers import Layer

if TYPE_CHECKING:
    from clayonto.stores.generations import Generation

_PATIENCE: Final = 20.0


class State:
    """One whole state of the graph.

    ``name`` tells it from every other; ``store`` is the folder that the engine opens, ``columns`` that of the columns beside it, if there are any; ``base``
    what relative IRIs are relative to.
    """

    def __init__(self, generation: Generation, folder: Folder, *, base: str, aside: Path) -> None:
        self._generation = generation
        self._folder = folder
        self._aside = aside
        self.base = base
        self.number = generation.number
        self.made: str = generation.manifest["made"]
        self.store = generation.folder / "store"
        self.columns = columns_of(generation)
        layers = [Layer.of(entry) for entry in generation.manifest["layers"]]
        told = f"{self.number} {self.made} {[layer.sha256 for layer in layers]}"
        self.name = hashlib.blake2b(told.encode(), digest_size=8).hexdigest()
        self._layers = layers
        self._graphs: tuple[str, ...] | None = None
        self._named: asyncio.Task[Path] | None = None

    async def graph_names(self) -> tuple[str, ...]:
        """The IRIs of the named graphs.

        :raises Problem: as :meth:`named`.
        """
        if self._graphs is None:
            own = [layer for layer in self._layers if not layer.is_edit]
            if any(FORMATS[layer.ending] in QUADS for layer in own):
                # What graphs such a file names is known when it is read.
                store = ox.Store.read_only(str(await self.named()))
                self._graphs = tuple(sorted(graph.value for graph in store.named_graphs() if isinstance(graph, ox.NamedNode)))
            else:
                self._graphs = tuple(sorted({layer.graph for layer in own}))
        return self._graphs

    async def named(self) -> Path:
        """The folder of the store that has the named graphs as well, made when it is first asked for.

        :raises Failed: if it cannot be made.
        :raises Busy: if that takes longer than a client should wait; it goes on meanwhile.
        """
        if self._named is None:
            made = asyncio.to_thread(named_at, self._generation.folder, self._layers, self._folder.copies, aside=self._aside)
            self._named = asyncio.create_task(made)
        try:
            return await asyncio.wait_for(asyncio.shield(self._named), _PATIENCE)
        except TimeoutError:
            raise Busy("The named graphs are being prepared, which is done once; ask again in a moment.", after=10) from None
        except EngineError as error:
            self._named = None
            raise Failed(str(error)) from error


class States:
    """The states of a store folder, one after the other."""

    def __init__(self, folder: str | Path, *, base: str, aside: Path) -> None:
        """:param aside: a folder for what cannot be written beside the store.

        :raises UsageError: if the folder holds no graph.
        """
        path = Path(folder)
        if not path.is_dir():
            raise UsageError(f"{path} is no folder with a graph; make one with: clayonto store load {path}")
        self.folder = Folder(path)
        self._base = base
        self._aside = aside

    def current(self) -> State:
        """The current state, held.

        :raises UsageError: if the folder holds no graph.
        :raises EngineError: if it is damaged.
        """
        generation = self.folder.current()
        if generation is None:
            raise UsageError(f"{self.folder.path} holds no graph; make one with: clayonto store load {self.folder.path}")
        return State(generation, self.folder, base=self._base, aside=self._aside)

    def is_current(self, state: State) -> bool:
        """Whether a state is still that of the folder."""
        manifest = self.folder.manifest()
        return manifest is not None and int(manifest["generation"]) == state.number
