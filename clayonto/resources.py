"""Finds the bundled folders: in ``$CLAYONTO_BUNDLE``, in the installed package, or beside it in a checkout.

A wheel carries them as ``clayonto/_bundle/`` and may be imported zipped, so a bundled file is read by :meth:`File.read_bytes` and never taken
for a path. Every command reads the bundle; hence :mod:`os` here, which is always there, and not :mod:`pathlib`, which takes longer to import
than the files take to read.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

from clayonto.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

Folder = Literal["ontology", "shapes", "data", "queries"]
FOLDERS: tuple[Folder, ...] = ("ontology", "shapes", "data", "queries")
"""The folders of a bundle."""


class File(Protocol):
    """What can be read: a :class:`pathlib.Path`, a file in a zipped wheel, a :class:`Plain` file."""

    def read_bytes(self) -> bytes:
        """All of it."""


class Plain(NamedTuple):
    """A file on disk, by its path."""

    path: str

    def read_bytes(self) -> bytes:
        """All of it."""
        with open(self.path, "rb") as file:  # noqa: PTH123
            return file.read()


def bundle() -> str | Traversable:
    """The folder that holds ``ontology``, ``shapes``, ``data`` and ``queries``: its path, or its place in a zipped wheel.

    :raises BundleError: if ``$CLAYONTO_BUNDLE`` names a folder without them, or none is found.
    """
    chosen = os.environ.get("CLAYONTO_BUNDLE")
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120
    for folder in (chosen,) if chosen else (f"{here}/_bundle", os.path.dirname(here)):  # noqa: PTH120
        if all(os.path.isdir(f"{folder}/{name}") for name in FOLDERS):  # noqa: PTH112
            return folder
    if not chosen and not os.path.isdir(here):  # noqa: PTH112
        # Imported from a zipped wheel. (Only then: importlib.resources is slow to import.)
        from importlib.resources import files

        packed = files("clayonto") / "_bundle"
        if all((packed / name).is_dir() for name in FOLDERS):
            return packed
    where = f"$CLAYONTO_BUNDLE ({chosen})" if chosen else "the installed package"
    raise BundleError(
        f"The folders {', '.join(FOLDERS)} are not in {where}. "
        "Install clayonto again, or let CLAYONTO_BUNDLE name a folder that holds all four."
    )


def walk(folder: Folder, suffix: str) -> Iterator[tuple[str, File]]:
    """Each file of a bundled folder whose name ends in ``suffix``, with its path in the bundle, sorted by path.

    >>> "ontology/core.ttl" in [path for path, file in walk("ontology", ".ttl")]
    True
    """
    place = bundle()
    found = _on_disk(f"{place}/{folder}", folder) if isinstance(place, str) else _packed(place / folder, folder)
    yield from sorted((item for item in found if item[0].endswith(suffix)), key=lambda item: item[0])


def _on_disk(place: str, path: str) -> Iterator[tuple[str, File]]:
    with os.scandir(place) as entries:
        for entry in entries:
            name = f"{path}/{entry.name}"
            if entry.is_dir():
                yield from _on_disk(entry.path, name)
            else:
                yield name, Plain(entry.path)


def _packed(place: Traversable, path: str) -> Iterator[tuple[str, File]]:
    for entry in place.iterdir():
        name = f"{path}/{entry.name}"
        if entry.is_dir():
            yield from _packed(entry, name)
        else:
            yield name, entry
