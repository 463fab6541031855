"""The columns of a graph on disk: files beside the store of a generation, which belong to it and never change.

They are made when the folder is compacted or when somebody asks for the columnar engine by name, aside and under a lock, and get their name when they are
whole and on disk; so a writer that is killed or has no room leaves none. They are made of the copies of what the store was made from
(:mod:`clayonto.stores.telling`), and of the store itself where these cannot be read or have not as many triples. Where a file of them is not as it was
written, they are not used, and made anew when they are next asked for.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

import pyoxigraph as ox

from clayonto.errors import EngineError
from clayonto.files import replace, settle
from clayonto.stores.generations import Folder
from clayonto.stores.layers import Layer

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clayonto.engines.columnar.columns import Columns
    from clayonto.stores.generations import Generation

FORMAT: Final = 1
"""Version of the layout; columns of another are made anew."""
_NAME: Final = "columns"


def folder_of(generation: Generation) -> Path | None:
    """Where the whole columns of a generation are; ``None`` if it has none."""
    folder = generation.folder / _NAME
    try:
        said = json.loads((folder / "files.json").read_text(encoding="utf-8"))
        whole = said["format"] == FORMAT and all((folder / name).stat().st_size == size for name, size in said["files"].items())
    except (OSError, ValueError, KeyError):
        return None
    return folder if whole else None


def size_of(generation: Generation) -> int | None:
    """How many bytes the columns of a generation take; ``None`` if it has none."""
    folder = folder_of(generation)
    return None if folder is None else sum(file.stat().st_size for file in folder.iterdir())


def made(generation: Generation, store: ox.Store, *, progress: Callable[[str], None] = lambda _: None) -> Path:
    """The folder of the columns of a generation, which are made if there are none.

    :param store: the store of the generation.
    :param progress: called with how far it is, now and then.
    :raises EngineError: if they cannot be made: the folder cannot be written to, or the graph has what columns do not hold.
    """
    with _alone(generation.folder):
        found = folder_of(generation)
        if found is None:
            from polars.exceptions import PolarsError

            try:
                found = _make(generation, store, progress)
            except (OSError, RuntimeError, ValueError, PolarsError) as error:
                raise EngineError(f"The columns of {generation.folder.parents[1]} could not be made: {error}.") from error
    return found


def opened(folder: Path) -> Columns:
    """The columns in a folder.

    :raises EngineError: if they cannot be opened.
    """
    from clayonto.engines.columnar import building

    try:
        return building.opened(folder)
    except OSError as error:
        raise EngineError(f"The columns in {folder} cannot be opened: {error}.") from error


def _make(generation: Generation, store: ox.Store, progress: Callable[[str], None]) -> Path:
    target = generation.folder / _NAME
    for left in generation.folder.glob(f"{_NAME}-*"):
        shutil.rmtree(left, ignore_errors=True)
    aside = Path(tempfile.mkdtemp(prefix=f"{_NAME}-", dir=generation.folder))
    try:
        building = aside / _NAME
        if not _from_copies(building, generation, store, progress):
            shutil.rmtree(building)
            _from_store(building, generation, store, progress)
        sizes = {file.name: file.stat().st_size for file in sorted(building.iterdir())}
        replace(building / "files.json", json.dumps({"format": FORMAT, "files": sizes}))
        for file in (*building.iterdir(), building):
            settle(file)
        if target.exists():
            target.rename(aside / "damaged")
        building.rename(target)
        settle(generation.folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return target


def _from_copies(folder: Path, generation: Generation, store: ox.Store, progress: Callable[[str], None]) -> bool:
    """Make columns in a folder of the copies of what a generation was made from; whether they are those of its store."""
    from clayonto.engines.columnar.building import Builder
    from clayonto.stores.telling import Untold, told

    count = generation.size(store)
    layers = [Layer.of(entry) for entry in generation.manifest["layers"]]
    with Builder(folder, count, progress=progress) as builder:
        try:
            for lines in told(layers, Folder(generation.folder.parents[1]).copies, store):
                builder.add(lines)
            return builder.finish() == count
        except (Untold, ValueError):  # what columns do not hold, the store is to say
            return False


def _from_store(folder: Path, generation: Generation, store: ox.Store, progress: Callable[[str], None]) -> None:
    """Make columns in a folder of what the store of a generation gives out."""
    from clayonto.engines.columnar.building import Builder

    with Builder(folder, generation.size(store), progress=progress) as builder:
        store.dump(cast("IO[bytes]", builder), ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph())
        builder.finish()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Be the only one who makes columns in a folder; who else would waits."""
    try:
        lock = (folder / f"{_NAME}.lock").open("w")
    except OSError as error:
        raise EngineError(f"{folder} cannot be written to, and its graph has no columns: {error}.") from error
    with lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield
