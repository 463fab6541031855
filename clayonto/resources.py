"""Finds the bundled folders: in ``$CLAYONTO_BUNDLE``, in the installed package, or beside it in a checkout.

A wheel carries them as ``clayonto/_bundle/`` and may be imported zipped, so everything here is a
:class:`importlib.resources.abc.Traversable`, read as bytes and never taken for a path.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from clayonto.errors import BundleError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

Folder = Literal["ontology", "shapes", "data", "queries"]
FOLDERS: tuple[Folder, ...] = ("ontology", "shapes", "data", "queries")
"""The folders of a bundle."""


def bundle() -> Traversable:
    """The folder that holds ``ontology``, ``shapes``, ``data`` and ``queries``.

    :raises BundleError: if ``$CLAYONTO_BUNDLE`` names a folder without them, or none is found.
    """
    chosen = os.environ.get("CLAYONTO_BUNDLE")
    here = Path(__file__).parent
    candidates: list[Traversable] = [Path(chosen)] if chosen else [here / "_bundle", here.parent]
    if not chosen and not here.is_dir():
        # Imported from a zipped wheel. (Only then: importlib.resources is slow to import.)
        from importlib.resources import files

        candidates = [files("clayonto") / "_bundle"]
    for candidate in candidates:
        if all((candidate / name).is_dir() for name in FOLDERS):
            return candidate
    where = f"$CLAYONTO_BUNDLE ({chosen})" if chosen else "the installed package"
    raise BundleError(
        f"The folders {', '.join(FOLDERS)} are not in {where}. "
        "Install clayonto again, or let CLAYONTO_BUNDLE name a folder that holds all four."
    )


def walk(folder: Folder, suffix: str) -> Iterator[tuple[str, Traversable]]:
    """Each file of a bundled folder whose name ends in ``suffix``, with its path in the bundle, sorted by path.

    >>> "ontology/core.ttl" in [path for path, file in walk("ontology", ".ttl")]
    True
    """

    def below(place: Traversable, path: str) -> Iterator[tuple[str, Traversable]]:
        for entry in place.iterdir():
            name = f"{path}/{entry.name}"
            if entry.is_dir():
                yield from below(entry, name)
            elif entry.name.endswith(suffix):
                yield name, entry

    yield from sorted(below(bundle() / folder, folder), key=lambda item: item[0])
