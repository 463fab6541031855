"""What a build of a site leaves for the next one of the same folder: the data it was made from, what each file was made from, and what parts keep.

It lies in the cache (:func:`clayonto.files.cache_folder`), not in the site: nobody is to upload it, and it says when files were written. It holds
for the same code, config and versions only. What is
missing, damaged or out of date is as good as none: the site is then made as for the first time, and comes out the same.
"""

from __future__ import annotations

import hashlib
import marshal
import os
import platform
from dataclasses import dataclass, field
from importlib.resources import files as packaged
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.files import cache_folder, replacing
from clayonto.resources import FOLDERS, walk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable
    from pathlib import Path

    from clayonto.publish.config import Config
    from clayonto.publish.staging import Stamp

_MAGIC: Final = b"clayonto-site-2\n"
_FIRST: Final = ("sources", "stamps", "figures")
"""What is enough to know that nothing has changed; it is read before all else."""


@dataclass
class Memory:
    """What is known of the last build.

    ``sources`` has digests of the files that the graph was read from (none if it was not read from files alone), and ``texts`` what they said.
    ``out`` has the graph's triples under their published names, and ``public`` these names; ``places`` and ``slugs`` say where the things lie, ``units``
    what small parts were made from; ``stamps`` has the files, ``parts`` what other parts keep; ``figures`` are those of the summary.
    """

    sources: dict[str, str] = field(default_factory=dict)
    texts: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    out: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    public: dict[str, str] = field(default_factory=dict)
    places: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    slugs: dict[str, str] = field(default_factory=dict)
    units: dict[str, Any] = field(default_factory=dict)
    stamps: dict[str, Stamp] = field(default_factory=dict)
    parts: dict[str, Any] = field(default_factory=dict)
    figures: dict[str, int] = field(default_factory=dict)
    _more: bytes | memoryview = b""

    def whole(self) -> Memory:
        """All of it, where only the first of it has been read."""
        more, self._more = self._more, b""
        for name, value in marshal.loads(more).items() if more else ():  # noqa: S302 (the user's own cache)
            setattr(self, name, value)
        return self


class Keeper:
    """The memory of the site in one folder."""

    def __init__(self, target: Path, config: Config, base: str) -> None:
        folder = cache_folder()
        name = hashlib.sha256(os.fsencode(target.resolve())).hexdigest()[:32]
        self._file = folder / f"site-{name}" if folder is not None else None
        self._key = _key(config, base) if self._file is not None else b""

    @property
    def keeps(self) -> bool:
        """Whether there is a cache at all."""
        return self._file is not None

    def load(self) -> Memory | None:
        """What the last build left, if it was of the same kind as this one and is whole: the first of it, and the rest by :meth:`Memory.whole`."""
        if self._file is None:
            return None
        head = len(_MAGIC) + 32
        try:
            content = memoryview(self._file.read_bytes())
            if content[:head] != _MAGIC + self._key or content[head : head + 32] != hashlib.sha256(content[head + 32 :]).digest():
                return None
            first = head + 32 + 8
            more = first + int.from_bytes(content[first - 8 : first], "little")
            return Memory(**marshal.loads(content[first:more]), _more=content[more:])  # noqa: S302 (the user's own cache)
        except (OSError, ValueError, EOFError, TypeError):
            return None

    def save(self, memory: Memory) -> None:
        """Leave something for the next build; nothing where that cannot be."""
        if self._file is None:
            return
        said = {name: value for name, value in vars(memory).items() if name != "_more"}
        first = marshal.dumps({name: said.pop(name) for name in _FIRST})
        pieces = (len(first).to_bytes(8, "little"), first, marshal.dumps(said))
        digest = hashlib.sha256()
        for piece in pieces:
            digest.update(piece)
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            # What a loss of power leaves of it is found out by the digest.
            with replacing(self._file, settled=False) as out:
                out.writelines((_MAGIC, self._key, digest.digest(), *pieces))
        except OSError:
            return


def _key(config: Config, base: str) -> bytes:
    """What must be the same for anything to be kept: code, assets, shapes, queries, versions, config, the day that reproducible builds set."""
    digest = hashlib.sha256()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    digest.update(repr((config, base, epoch, ox.__version__, platform.python_version(), platform.python_implementation())).encode())
    for name, content in _code(packaged("clayonto"), ""):
        digest.update(f"{name}\0{len(content)}\0".encode())
        digest.update(content)
    for folder in FOLDERS:
        if folder in ("shapes", "queries"):
            for path, file in walk(folder, ".ttl" if folder == "shapes" else ".rq"):
                digest.update(path.encode() + b"\0" + file.read_bytes())
    return digest.digest()


def _code(folder: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir() and entry.name not in ("__pycache__", "_bundle"):
            yield from _code(entry, f"{name}{entry.name}/")
        elif entry.is_file() and not entry.name.endswith(".pyc"):
            yield name + entry.name, entry.read_bytes()
