"""What is known of columns beside what they hold, which is enough to tell what a query would cost."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_FILE: Final = "columns.json"


class Extent(NamedTuple):
    """Where the triples of a predicate stand among all, and how many subjects and objects they have; ``number`` is that of the predicate as a term."""

    number: int
    start: int
    rows: int
    subjects: int
    objects: int


class Shape(NamedTuple):
    """What is known of columns beside what they hold.

    ``iris`` and ``literals`` say how many of the terms are such, blank nodes are the rest; ``suffixes`` are what stands after texts, by the code that terms
    have (the first is for what is no literal); ``scale`` is the most digits that a decimal has after its point; ``predicates`` are in N-Triples;
    ``bare`` are the terms that are predicates only.
    """

    iris: int
    literals: int
    suffixes: list[str]
    scale: int
    predicates: dict[str, Extent]
    bare: list[int]

    def write(self, folder: Path, **more: Any) -> None:
        """Leave it in the folder of columns, with what else there is to say."""
        (folder / _FILE).write_text(json.dumps({**self._asdict(), **more}), encoding="utf-8")


def read(folder: Path) -> tuple[Shape, dict[str, Any]]:
    """What stands in a folder of columns.

    :raises OSError: if it cannot be read.
    """
    said = json.loads((folder / _FILE).read_text(encoding="utf-8"))
    shape = {name: said.pop(name) for name in Shape._fields}
    shape["predicates"] = {name: Extent(*extent) for name, extent in shape["predicates"].items()}
    return Shape(**shape), said
