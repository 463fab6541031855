"""The lines of the Finnish structural funds register, taken apart where commas inside names are not quoted.

A line begins with a code and a fund, holds two dates side by side with the state of the project before them, and ends with four sums. Between these
marks lie the name, (in 2007–2013) the section of the programme, the priority axis, the authority and the beneficiary, and each name can hold commas.
The axis is a figure that stands alone; where several do, the one that has a known section before it and a known authority after it is meant.
What these marks do not settle is refused.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clayonto.errors import DataError
from clayonto.registers.findings import Finding
from clayonto.registers.tables import File, Lines, Row, Table, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

_DAY: Final = re.compile(r"\s*\d{1,2}\.\d{1,2}\.\d{4}\s*$")
_SUM: Final = re.compile(r"\s*-?\d+(?:\.\d+)?\s*$")
_CODE: Final = re.compile(r"[A-Z]\d{4,6}$")
_AXIS: Final = re.compile(r"\s*\d\s*$")
_SECTION: Final = re.compile(r"\s*(?:(?:Etelä|Itä|Länsi|Pohjois)-Suom(?:i|en suuralueosio)|Valtakunnallinen osio)\s*$")
_AUTHORITY: Final = re.compile(r".*(?:elinkeino-|liitto|ministeriö|hallitus|virasto|Tekes|Finnvera)")
_TAIL: Final = re.compile(r"[,;]*;$|,+$")
"""What stands at the end of some lines of 2014–2020: ``;`` or ``,,;``."""


def table(file: File) -> Table:
    """The register's rows by column.

    :raises DataError: if its columns are others, or in another order: the marks would be looked for in the wrong places.
    """
    lines = Lines(file)
    numbered = iter(lines)
    first = next((line for line in numbered if line.strip()), "")
    names = tuple(name.strip() for name in first.strip('"').rstrip(";,").split(","))
    if {"Koodi", "Rahasto"} <= set(names) and (names[0] != "Koodi" or len(names) not in (13, 14)):
        raise DataError(
            "the columns are others, or in another order, than the register's, which its rows are told apart by.",
            path=str(file.path),
            line=1,
        )
    return Table(names, _rows(lines, numbered, names))


def _rows(lines: Lines, numbered: Iterator[str], names: tuple[str, ...]) -> Iterator[Row]:
    for raw in numbered:
        if raw.strip():
            cells, findings, why = _apart(raw, names)
            yield Row(lines.number, cells, raw, trouble(raw) or why, (*findings, *([Finding("encoding")] if lines.encoded else ())))


def _apart(raw: str, names: tuple[str, ...]) -> tuple[dict[str, str], list[Finding], tuple[str, str] | None]:
    findings: list[Finding] = []
    line = raw
    tail = _TAIL.search(line)
    bare = line[: tail.start()] if tail else line
    if bare.startswith('"') and bare.endswith('"') and len(bare) > 1 and _CODE.match(bare[1:].partition(",")[0]):
        line = bare[1:-1].replace('""', '"')
        findings.append(Finding("quoted-line"))
        inner = _TAIL.search(line)
        tail, bare = inner or tail, line[: inner.start()] if inner else line
    if tail and tail[0] != ",":
        findings.append(Finding("tail"))
    parts = bare.split(",")
    while parts and not parts[-1]:
        parts.pop()
    if len(parts) == len(names) and _in_place(parts, names):
        return dict(zip(names, parts, strict=True)), findings, None
    placed = _placed(parts, has_section=len(names) == 14)
    if isinstance(placed, str):
        return {}, findings, (placed, "")
    findings.append(Finding("commas"))
    return dict(zip(names, placed, strict=True)), findings, None


def _in_place(parts: list[str], names: tuple[str, ...]) -> bool:
    """Whether each mark stands in its own column."""
    axis, day = len(names) - 10, len(names) - 7
    return bool(
        _AXIS.match(parts[axis]) and _DAY.match(parts[day]) and _DAY.match(parts[day + 1]) and all(_SUM.match(part) for part in parts[-4:])
    )


def _placed(parts: list[str], *, has_section: bool) -> list[str] | str:
    """The cells, or the code of a refusal."""
    days = [n for n in range(len(parts) - 1) if _DAY.match(parts[n]) and _DAY.match(parts[n + 1])]
    if len(days) != 1:
        return "no-dates" if not days else "many-dates"
    day = days[0]
    if len(parts) < day + 7 or not all(_SUM.match(part) for part in parts[-4:]):
        return "no-sums"
    before = 3 if not has_section else 4
    axes = [n for n in range(before, day - 1) if _AXIS.match(parts[n])]
    if has_section:
        axes = [n for n in axes if _SECTION.match(parts[n - 1])]
    if len(axes) > 1:
        axes = [n for n in axes if _AUTHORITY.match(parts[n + 1])]
    if len(axes) != 1:
        return "no-axis" if not axes else "many-axes"
    axis = axes[0]
    authority = ",".join(parts[axis + 1 : day - 1])
    if not authority.strip() or day - 1 <= axis:
        return "no-authority"
    name = parts[2 : axis - 1] if has_section else parts[2:axis]
    section = [parts[axis - 1]] if has_section else []
    return [
        parts[0],
        parts[1],
        ",".join(name),
        *section,
        parts[axis],
        authority,
        *parts[day - 1 : day + 2],
        ",".join(parts[day + 2 : -4]),
        *parts[-4:],
    ]
