"""The named graphs of a graph on disk, made when the first query names one: a second store beside that of the generation.

It shares the files of the default graph with the first by hard links. Most graphs are never asked for their named graphs, and have none of this.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox

from clayonto.errors import EngineError
from clayonto.stores.layers import fill_graphs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.stores.layers import Layer

_NAME = "graphs"


def with_graphs(generation: Path, store: ox.Store, layers: Iterable[Layer], copies: Path) -> ox.Store:
    """A store, open read only, that holds what ``store`` holds and the named graphs of its files.

    It is kept in the folder of the generation; where that cannot be written to, in memory.

    :raises EngineError: if it cannot be made.
    """
    if not (generation / _NAME).is_dir() and not os.access(generation, os.W_OK):
        in_memory = ox.Store()
        in_memory.bulk_extend(store)
        fill_graphs(in_memory, layers, copies)
        return in_memory
    return ox.Store.read_only(str(_made(generation / _NAME, store, layers, copies)))


def named_at(generation: Path, layers: Iterable[Layer], copies: Path, *, aside: Path) -> Path:
    """The folder of such a store, for other processes to open. Where that of the generation cannot be written to, it is made in the folder ``aside``.

    :raises EngineError: if it cannot be made.
    """
    made = generation / _NAME
    if made.is_dir():
        return made
    if not os.access(generation, os.W_OK):
        made = aside / f"{_NAME}-{generation.name}"
    return _made(made, ox.Store.read_only(str(generation / "store")), layers, copies)


def _made(made: Path, store: ox.Store, layers: Iterable[Layer], copies: Path) -> Path:
    if not made.is_dir():
        building = Path(tempfile.mkdtemp(prefix=f"{_NAME}-", dir=made.parent))
        try:
            _fill(building / "store", store, layers, copies)
            if not made.is_dir():  # another process may have been quicker
                (building / "store").rename(made)
        except OSError as error:
            if not made.is_dir():
                raise EngineError(f"The named graphs could not be written to {made.parent}: {error}.") from error
        finally:
            shutil.rmtree(building, ignore_errors=True)
    return made


def _fill(path: Path, store: ox.Store, layers: Iterable[Layer], copies: Path) -> None:
    store.backup(str(path))
    copy = ox.Store(str(path))
    fill_graphs(copy, layers, copies)
    copy.flush()
