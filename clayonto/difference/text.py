"""A difference for people, as text: ``~`` changed, ``+`` added, ``-`` removed, ``≈`` written differently."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.difference.reading import Reading

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.difference.compare import Difference
    from clayonto.difference.reading import Entry, Row

SIGNS: Final = {"changed": "~", "added": "+", "removed": "-", "rewritten": "≈"}
MOST_WHOLE: Final = 10
"""How many things of one type that were added, or removed, as a whole are named unless all is asked for."""


def to_text(difference: Difference, *, lang: str = "en", full: bool = False) -> str:
    """See :meth:`clayonto.Difference.to_text`."""
    reading = Reading(difference, lang, full=full)
    sections = reading.sections()
    lines = [f"{difference.old.name} → {difference.new.name}", ""]
    for section in sections:
        lines.append(section.title)
        for entry in section.entries:
            if entry.status == "changed":
                lines += [f"  {_named(entry)}", *_rows(entry.rows, "    ")]
        for status in ("added", "removed"):
            lines += _whole([e for e in section.entries if e.status == status], reading, full=full)
        lines.append("")
    return "\n".join([*lines, *reading.summary(sections)])


def _whole(entries: list[Entry], reading: Reading, *, full: bool) -> Iterable[str]:
    """Things that were added, or removed, as a whole."""
    for entry in entries if full else entries[:MOST_WHOLE]:
        yield f"  {SIGNS[entry.status]} {_named(entry)}: {entry.counts}"
        if full:
            yield from _rows(entry.rows, "      ")
    if not full and len(entries) > MOST_WHOLE:
        yield f"  {SIGNS[entries[0].status]} " + reading.words["more"].format(len(entries) - MOST_WHOLE)


def _named(entry: Entry) -> str:
    return f"{entry.label} ({entry.name})" if entry.name else entry.label


def _rows(rows: Iterable[Row], indent: str) -> Iterable[str]:
    for row in rows:
        yield indent + f"{SIGNS[row.change]} {_row(row)}"
        yield from _rows(row.rows, indent + "    ")


def _row(row: Row) -> str:
    values = ", ".join(row.old or row.new) if not (row.old and row.new) else f"{', '.join(row.old)} → {', '.join(row.new)}"
    text = f"{row.label}: {values}" if values else row.label
    return text + (f", {row.source}" if row.source else "") + (f"  ({row.name})" if row.name else "")
