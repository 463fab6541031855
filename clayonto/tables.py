"""Tables in plain text, as a terminal shows them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def draw_table(head: list[str], cells: list[list[str]], *, numeric: list[bool], width: int | None = None) -> str:
    """Columns of text under a ruled head.

    :param cells: rows of as many texts as ``head`` has, each on one line.
    :param numeric: for each column whether it is set right.
    :param width: the number of characters that a line may have: the widest columns give way until the lines fit, or are as narrow as can be read.

    >>> print(draw_table(["partner", "projects"], [["Umbria", "1"], ["South Ostrobothnia", "12"]], numeric=[False, True], width=22))
    partner       projects
    ────────────  ────────
    Umbria               1
    South Ostro…        12
    """
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    if width:
        floor = 8
        while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > floor:
            widths[widths.index(max(widths))] -= 1

    def line(row: Iterable[str]) -> str:
        pairs = zip(row, widths, numeric, strict=True)
        cut = ((cell if len(cell) <= w else cell[: w - 1] + "…", w, right) for cell, w, right in pairs)
        return "  ".join(cell.rjust(w) if right else cell.ljust(w) for cell, w, right in cut).rstrip()

    return "\n".join([line(head), "  ".join("─" * w for w in widths), *map(line, cells)])
