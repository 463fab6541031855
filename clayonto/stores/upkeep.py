"""The upkeep of a graph on disk: what is in it, merging its files, backup and restore.

A backup is one file: an uncompressed tar of the generation, the copies and the manifest, with their SHA-256 sums at the end (``SHA256SUMS``, as ``sha256sum``
writes them), so that a backup that was cut off or damaged is found out before anything is changed.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyoxigraph as ox

from clayonto.engines.columnar import has_polars
from clayonto.errors import DataError, EngineError, OutputError, UsageError
from clayonto.files import at_home, replacing
from clayonto.stores import columns as kept
from clayonto.stores.copies import Summed
from clayonto.stores.generations import FORMAT, Folder, is_store
from clayonto.stores.layers import Layer, replay

if TYPE_CHECKING:
    from collections.abc import Callable
    from tarfile import TarFile

_CHUNK: Final = 1 << 20
_SUMS: Final = "SHA256SUMS"
_MEMBER: Final = re.compile(r"manifest\.json|store/[\w.-]+|copies/[0-9a-f]{64}\.gz")


def info(folder: str | Path) -> dict[str, Any]:
    """What a graph on disk holds, what it was made from, by what, and how much room it takes; ready for JSON.

    ``sources`` has, for each file in order, ``name``, ``graph``, ``sha256``, ``size`` in bytes and ``when`` it was loaded; ``edits`` how many triples
    each edit put in and took out; ``older`` the generations that are still there for their readers. Sizes are in bytes, times UTC; ``columns`` is the part
    of ``size`` that columns take, ``None`` if there are none.

    :raises UsageError: if the folder holds no graph.
    :raises EngineError: if it is damaged.
    """
    place = _existing(folder)
    held = place.current()
    assert held is not None
    manifest = held.manifest
    layers = [Layer.of(entry) for entry in manifest["layers"]]
    return {
        "folder": str(folder),
        "format": manifest["format"],
        "generation": held.number,
        "made": manifest["made"],
        "made_by": manifest["made_by"],
        "triples": held.size(held.open()),
        "size": _size(held.folder),
        "columns": kept.size_of(held),
        "copies": _size(place.copies),
        "older": [int(name) for name in place.older()],
        "sources": [
            {"name": one.name, "graph": one.graph, "sha256": one.sha256, "size": one.size, "when": one.when}
            for one in layers
            if not one.is_edit
        ],
        "edits": [{"when": one.when, "added": one.added, "removed": one.removed} for one in layers if one.is_edit],
    }


def compact(folder: str | Path, *, rebuild: bool = False, columns: bool = True, progress: Callable[[str], None] | None = None) -> None:
    """Merge the files of a store that loading and changes have left, so that a question looks into fewer, and remove the generations that nobody reads.

    Where polars is installed, columns are made beside it, which answer what runs over many triples (:mod:`clayonto.stores.columns`). What the bulk loader
    writes is compressed and what is merged is not, so a store may take more room afterwards.

    :param columns: whether to make columns.
    :param rebuild: whether to make it from the copies of what was loaded rather than from the store that is there, which may be damaged then.
    :param progress: called with a sentence now and then.
    :raises UsageError: if the folder holds no graph.
    :raises EngineError: if it is damaged beyond that, somebody else is writing to it, or the disk is full; it is as it was then, or merged and without
        columns.
    """
    place = _existing(folder)
    with place.writing():
        manifest = place.manifest() or {}

        def make(path: Path) -> dict[str, Any]:
            if not rebuild:
                held = place.current()
                assert held is not None
                held.open().backup(str(path))
            store = ox.Store(str(path))
            if rebuild:
                replay(store, map(Layer.of, manifest["layers"]), place.copies, progress=progress or (lambda _: None))
            store.optimize()
            store.flush()
            return {"layers": manifest["layers"]}

        made = place.build(make)
        place.tidy()
        if columns and has_polars():
            kept.made(made, made.open(), progress=progress or (lambda _: None))


def backup(folder: str | Path, file: str | Path) -> None:
    """Write all of a graph on disk to one file, whole or not at all; others may read and write the graph meanwhile.

    :raises UsageError: if the folder holds no graph.
    :raises EngineError: if it is damaged.
    :raises OutputError: if the file cannot be written.
    """
    import tarfile

    place = _existing(folder)
    held = place.current()
    assert held is not None
    held.open()  # a damaged store is told of now, and not when the backup is needed
    names = {copy for layer in held.manifest["layers"] for copy in layer["copies"]}
    members = {
        **{name: held.folder / name for name in held.manifest["files"] if name.startswith("store/")},
        **{f"copies/{name}": place.copies / name for name in sorted(names)},
    }
    head = json.dumps(held.manifest, ensure_ascii=False, indent=1).encode()
    sums = {"manifest.json": hashlib.sha256(head).hexdigest()}
    try:
        with replacing(at_home(file)) as out, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            _add(tar, "manifest.json", io.BytesIO(head), len(head))
            for name, path in members.items():
                with path.open("rb") as one:
                    summed = Summed(one)
                    _add(tar, name, summed, path.stat().st_size)
                    sums[name] = summed.sum.hexdigest()
            tail = "".join(f"{value}  {name}\n" for name, value in sums.items()).encode()
            _add(tar, _SUMS, io.BytesIO(tail), len(tail))
    except OSError as error:
        raise OutputError(error, path=str(file)) from error


def restore(file: str | Path, folder: str | Path) -> None:
    """Make a graph on disk from a backup, or let one become what a backup holds; whole or not at all.

    :param folder: a new folder, or one that holds a graph: its readers keep the state that they have open.
    :raises DataError: if the file is no backup, or a damaged one; nothing is changed then.
    :raises EngineError: if somebody else is writing to the folder, or it cannot be written.
    """
    place = Folder(Path(folder))
    new = not place.path.exists()
    try:
        with at_home(file).open("rb") as packed, place.writing():
            place.build(lambda path: _unpack(packed, str(file), path, place.copies))
            place.tidy()
    except FileNotFoundError as error:
        raise DataError(f"cannot be read: {error.strerror}.", path=str(file)) from error
    finally:
        if new and place.manifest() is None:
            shutil.rmtree(place.path, ignore_errors=True)


def _unpack(packed: BinaryIO, name: str, store: Path, copies: Path) -> dict[str, Any]:
    import tarfile

    store.mkdir()
    sums: dict[str, str] = {}
    stated: dict[str, str] = {}
    manifest: dict[str, Any] = {}
    parts: list[Path] = []
    try:
        with tarfile.open(fileobj=packed, mode="r|") as tar:
            for member in tar:
                data = tar.extractfile(member)
                if data is None or not (member.name == _SUMS or _MEMBER.fullmatch(member.name)):
                    raise DataError(f"is no backup: “{member.name}” is no part of one.", path=name)
                if member.name == _SUMS:
                    stated = {line[66:]: line[:64] for line in data.read().decode().splitlines()}
                    continue
                summed = Summed(data)
                if member.name == "manifest.json":
                    manifest = json.loads(summed.read())
                else:
                    folder, _, leaf = member.name.partition("/")
                    # A copy gets its name when all is known to be whole: another generation may have it already.
                    target = store / leaf if folder == "store" else copies / f"{leaf}.part"
                    with target.open("wb") as out:
                        shutil.copyfileobj(summed, out, _CHUNK)
                        out.flush()
                        os.fsync(out.fileno())
                    parts += [target] if folder == "copies" else []
                sums[member.name] = summed.sum.hexdigest()
    except (tarfile.TarError, ValueError, KeyError, EOFError) as error:
        raise DataError(f"is no backup, or was cut off: {error}.", path=name) from error
    if not sums or sums != stated:
        raise DataError("is damaged or was cut off: what is in it is not what its sums say.", path=name)
    if manifest.get("format") != FORMAT:
        raise DataError(f"has layout {manifest.get('format')!r}, this version reads {FORMAT}.", path=name)
    for part in parts:
        part.replace(part.with_suffix(""))
    return {"layers": manifest["layers"], "made_by": manifest["made_by"]}


def _add(tar: TarFile, name: str, file: Any, size: int) -> None:
    member = tar.tarinfo(name)
    member.size = size
    tar.addfile(member, file)


def _existing(folder: str | Path) -> Folder:
    if not is_store(Path(folder)):
        raise UsageError(f"{folder} holds no graph; “clayonto store load” makes one.")
    place = Folder(Path(folder))
    if place.manifest() is None:
        raise EngineError(f"{folder} holds no whole graph yet.")
    return place


def _size(folder: Path) -> int:
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file())
