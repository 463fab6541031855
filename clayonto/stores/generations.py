"""The folder of a graph on disk: generations that never change, a pointer to one of them, and locks.

::

    DIR/manifest.json                         the pointer: which generation is current, and what it was made from
    DIR/generations/000002/manifest.json      the same, for when the pointer is lost
    DIR/generations/000002/store/             an Oxigraph store, never written to once the folder has its name
    DIR/generations/000003.building/          the next generation, which only its writer looks at
    DIR/copies/                               what was loaded (:mod:`clayonto.stores.layers`)
    DIR/lock                                  held by the one writer

A reader holds a shared lock on the folder of its generation for as long as it reads; a generation that is neither current nor held is removed by
the next writer. The system gives locks back when a process ends, however it ends. Where it has none for folders (Windows), the generation before
the current one is kept for readers, and that there is one writer at a time is the user's to see to.
"""

from __future__ import annotations

import json
import os
import shutil
import time
import traceback
import weakref
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.errors import EngineError, OutputError, UsageError
from clayonto.files import at_home, replace, settle
from clayonto.locks import is_held

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

FORMAT: Final = 2
"""Version of the layout; a folder of another version is refused."""
_OWN: Final = frozenset({"generations", "copies", "lock", "manifest.json"})
# Files that RocksDB writes for people, or anew each time it opens a store.
_UNCHECKED: Final = ("LOG", "LOCK")
_REMEDY: Final = "“clayonto store compact --rebuild” makes it anew from the copies that it keeps"


class Generation:
    """One whole state of a graph on disk. It stays on disk for as long as this object lives."""

    def __init__(self, folder: Path, manifest: dict[str, Any], lock: int | None) -> None:
        self.folder = folder
        self.manifest = manifest
        if lock is not None:
            weakref.finalize(self, os.close, lock)

    @property
    def number(self) -> int:
        """Its number; each is larger than those before it."""
        return int(self.folder.name)

    def size(self, store: ox.Store) -> int:
        """How many triples its store has. Counting takes a while for a large one, so the number is left in its folder, where that can be written to."""
        file = self.folder / "triples"
        try:
            return int(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            count = len(store)
        with suppress(OSError):
            replace(file, f"{count}\n")
        return count

    def open(self) -> ox.Store:
        """Its store, read only.

        :raises EngineError: if a file of it is missing, cut off or damaged.
        """
        for name, size in self.manifest["files"].items():
            file = self.folder / name
            if not file.exists() or file.stat().st_size != size:
                what = "is not as it was written" if file.exists() else "is missing"
                raise EngineError(f"The graph in {self.folder.parents[1]} is damaged: {name} {what}. {_REMEDY}.")
        try:
            return ox.Store.read_only(str(self.folder / "store"))
        except (OSError, RuntimeError) as error:
            raise EngineError(f"The graph in {self.folder.parents[1]} cannot be opened: {error}. {_REMEDY}.") from error


class Folder:
    """A folder that holds, or is to hold, a graph."""

    def __init__(self, path: Path) -> None:
        self.path = path = at_home(path)
        self.generations = path / "generations"
        self.copies = path / "copies"
        if path.exists() and not path.is_dir():
            raise UsageError(f"{path} is a file; a graph on disk is a folder.")
        if path.is_dir() and not is_store(path) and any(p.name not in _OWN for p in path.iterdir()):
            raise UsageError(f"{path} is a folder with other things in it; name one that is new, or that holds a graph.")

    def current(self) -> Generation | None:
        """The current generation, held; ``None`` if the folder holds no graph yet.

        :raises EngineError: if the folder is of another layout, or its generation is gone.
        """
        manifest = self.manifest()
        for _ in range(100):
            if manifest is None:
                return None
            held = self._hold(manifest)
            # A writer may have swapped the pointer, and removed the generation, before the lock was there.
            again = self.manifest()
            if again is not None and again["generation"] == manifest["generation"]:
                if held is not None:
                    return held
                break
            manifest = again
        raise EngineError(f"The graph in {self.path} is damaged: the folder of its current generation is missing. {_REMEDY}.")

    def manifest(self) -> dict[str, Any] | None:
        """What the pointer says of the current generation, whether or not that can be opened; ``None`` if the folder holds no graph yet.

        :raises EngineError: if it is of another layout, or lost.
        """
        file = self.path / "manifest.json"
        found = _read(file)
        if found is None:
            # Each generation was whole when it got its name: the newest is the state that the pointer named, or was about to name.
            names = sorted((p for p in self.generations.glob("*") if p.name.isdigit()), reverse=True)
            found = next(filter(None, (_read(folder / "manifest.json") for folder in names)), None)
            if found is None and (file.exists() or names):
                raise EngineError(
                    f"{file} cannot be read, and no generation has one of its own. Restore a backup, or build the graph anew."
                )
        if found is not None and found.get("format") != FORMAT:
            later = isinstance(found.get("format"), int) and found["format"] > FORMAT
            remedy = "a later clayonto made it, so update this one" if later else "build the graph anew"
            raise EngineError(f"{self.path} has layout {found.get('format')!r}, this version reads {FORMAT}; {remedy}.")
        return found

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be the only writer.

        :raises EngineError: if somebody else is.
        :raises OutputError: if the folder cannot be written to.
        """
        try:
            self.generations.mkdir(parents=True, exist_ok=True)
            self.copies.mkdir(exist_ok=True)
            lock = (self.path / "lock").open("w")
        except OSError as error:
            raise OutputError(error, path=str(self.path)) from error
        with lock:
            if fcntl is not None:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError as error:
                    raise EngineError(f"Another process or thread is writing to {self.path}; try again when it is done.") from error
            yield

    def build(self, fill: Callable[[Path], dict[str, Any]]) -> Generation:
        """Make the next generation, aside, and let the pointer name it; to be called in :meth:`writing`.

        :param fill: makes a store at a path, closes it, and gives what the manifest is to say beside what every manifest says.
        :raises EngineError: if it cannot be written; the folder holds what it held then.
        """
        self._sweep()
        number = max((_number(p) for p in self.generations.iterdir()), default=0) + 1
        target = self.generations / f"{number:06}"
        building = target.with_name(f"{target.name}.building")
        try:
            building.mkdir()
            said = fill(building / "store")
            manifest = {
                "format": FORMAT,
                "generation": target.name,
                "made": now(),
                "made_by": versions(),
                **said,
                "files": _sizes(building),
            }
            text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
            replace(building / "manifest.json", text)
            for folder in (self.copies, building / "store", building):
                settle(folder)
            building.rename(target)
            settle(self.generations)
            replace(self.path / "manifest.json", text)
            settle(self.path)
        except BaseException as error:
            _forget_frames(error)
            self._sweep()
            if isinstance(error, OSError | RuntimeError):
                raise EngineError(f"The graph in {self.path} could not be written, and is as it was: {error}.") from error
            raise
        made = self.current()
        assert made is not None
        return made

    def tidy(self) -> None:
        """Remove the generations that nobody reads, the copies that none of the others needs, and what was never finished; in :meth:`writing`."""
        manifest = self.manifest()
        if manifest is None:
            return
        self._sweep()
        kept = [manifest]
        for folder in self.generations.iterdir():
            number = _number(folder)
            if folder.name == manifest["generation"]:
                continue
            if is_held(folder) or (fcntl is None and number == int(manifest["generation"]) - 1):
                kept += filter(None, [_read(folder / "manifest.json")])
                continue
            # Once its name is another, half of it can never be taken for a generation.
            gone = folder.with_suffix(".building")
            folder.rename(gone)
            remove(gone)
        needed = {name for one in kept for layer in one["layers"] for name in layer["copies"]}
        for copy in self.copies.iterdir():
            if copy.name not in needed:
                copy.unlink(missing_ok=True)

    def older(self) -> list[str]:
        """The generations before the current one that are still there."""
        current = (self.manifest() or {}).get("generation")
        return sorted(p.name for p in self.generations.iterdir() if p.name.isdigit() and p.name != current) if current else []

    def _hold(self, manifest: dict[str, Any]) -> Generation | None:
        folder = self.generations / manifest["generation"]
        if fcntl is None:
            return Generation(folder, manifest, None) if folder.is_dir() else None
        try:
            lock = os.open(folder, os.O_RDONLY)
        except FileNotFoundError:
            return None
        with suppress(OSError):  # a file system that locks no folders lets no writer lock one either, and the generation stays for good
            fcntl.flock(lock, fcntl.LOCK_SH)
        held = Generation(folder, manifest, lock)
        return held if folder.is_dir() and os.path.samestat(os.fstat(lock), folder.stat()) else None

    def _sweep(self) -> None:
        """Remove what was never finished. Only one process writes at a time, so none of it is somebody else's."""
        for folder in self.generations.glob("*.building"):
            remove(folder)
        for part in self.copies.glob("*.part"):
            part.unlink(missing_ok=True)


def remove(folder: Path) -> None:
    """Remove a folder whose store has just been closed: the engine may write a last file meanwhile. What cannot be removed the next writer tries again."""
    for wait in (0.0, 0.01, 0.05, 0.2):
        time.sleep(wait)
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return


def is_store(folder: Path) -> bool:
    """Whether a folder holds a graph on disk, of whatever layout."""
    folder = at_home(folder)
    generations = folder / "generations"
    return generations.is_dir() and ((folder / "manifest.json").is_file() or any(p.name.isdigit() for p in generations.iterdir()))


def now() -> str:
    """The time, as manifests have it: UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def versions() -> dict[str, str]:
    """What makes a generation."""
    from importlib.metadata import version

    return {"clayonto": version("clayonto"), "pyoxigraph": str(ox.__version__)}


def _number(folder: Path) -> int:
    name = folder.name.partition(".")[0]
    return int(name) if name.isdigit() else 0


def _read(file: Path) -> dict[str, Any] | None:
    """A manifest; ``None`` if it is not there or not whole."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _sizes(folder: Path) -> dict[str, int]:
    files = (p for p in folder.rglob("*") if p.is_file() and not p.name.startswith(_UNCHECKED))
    return {p.relative_to(folder).as_posix(): p.stat().st_size for p in sorted(files)}


def _forget_frames(error: BaseException | None) -> None:
    """Let go of what an error's frames hold: a store that is still open makes files in the folder that is to go."""
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
