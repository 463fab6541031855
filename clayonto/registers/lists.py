"""Parallel lists in one row: names, sums and countries of the partners, separated by a sign, the nth of each belonging together.

A list that has as many entries as there are names is taken as it comes, unless a postcode contradicts a country. One that has not is realigned only where
something proves how: a list of countries that repeats each of them, such as ``BG;RO;RO;EL;EL`` for three partners, when its runs are as many as the names and
a postcode with its country's prefix agrees. Anything else refuses the row; a position alone once put a Greek university in Romania.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Final

from clayonto.registers.codes import countries
from clayonto.registers.findings import Finding, Refused

if TYPE_CHECKING:
    from clayonto.registers.values import Note

_PREFIX: Final = re.compile(r"([A-Z]{1,3})[ -]?\d")
_ON_PLATES: Final = {
    "A": "AUT",
    "B": "BEL",
    "D": "DEU",
    "E": "ESP",
    "F": "FRA",
    "H": "HUN",
    "I": "ITA",
    "L": "LUX",
    "N": "NOR",
    "P": "PRT",
    "S": "SWE",
}
"""What stands before a postcode where it is the sign of vehicles, not the code of ISO."""


def apart(
    cells: dict[str, str], separator: str, columns: dict[str, str], note: Note, *, before: re.Pattern[str] | None = None
) -> list[dict[str, str]]:
    """The entries of parallel lists, one dictionary each; empty entries are left out of it.

    :param cells: the lists by field. The first is that of names, which says how many there are; ``postcode`` serves as proof only.
    :param columns: what the header calls each field.
    :param before: the separator with what has to stand after it, where entries have the sign inside as well.
    :raises Refused: if lists differ in length and nothing proves what belongs together, or a postcode contradicts a country.
    """
    split = {
        field: [part.strip() for part in (before.split(cell) if before else cell.split(separator))]
        for field, cell in cells.items()
        if cell.strip()
    }
    anchor = next(iter(cells))
    names = split.get(anchor, [])
    while names and not names[-1]:
        names.pop()
    postcodes = split.pop("postcode", [])
    prefixes = [_country_of(code) for code in postcodes] if len(postcodes) == len(names) else []
    for field, parts in split.items():
        while len(parts) > len(names) and not parts[-1]:
            parts.pop()
        if len(parts) == len(names):
            continue
        runs = [value for value, _ in groupby(parts)]
        if field != "country" or len(runs) != len(names) or not _agree(runs, prefixes):
            raise Refused("lists", columns[field], f"{len(parts)} / {len(names)}")
        proof = f"{len(runs)} = {len(names)}, {next(code for code, of in zip(postcodes, prefixes, strict=True) if of)}"
        note(Finding("realigned", columns[field], ";".join(parts), proof))
        split[field] = runs
    if (
        "country" in split
        and prefixes
        and any(of and (code := _code(said)) and of != code for of, said in zip(prefixes, split["country"], strict=True))
    ):
        raise Refused("postcode", columns["country"], separator.join(split["country"]), separator.join(postcodes))
    return [{field: parts[n] for field, parts in split.items() if parts[n]} for n in range(len(names))]


def _agree(said: list[str], prefixes: list[str | None]) -> bool:
    """Whether a postcode proves an alignment, and none contradicts it."""
    told = [(of, _code(country)) for of, country in zip(prefixes, said, strict=False) if of]
    return bool(told) and all(of == country for of, country in told)


def _code(name: str) -> str | None:
    found = countries().get(name.strip().lower())
    return found.code if found else None


def _country_of(postcode: str) -> str | None:
    found = _PREFIX.match(postcode)
    if found is None:
        return None
    known = countries().get(found[1].lower())
    return known.code if known else _ON_PLATES.get(found[1])
