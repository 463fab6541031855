"""Cells as values: texts, dates, sums and countries in one notation each; or a refusal.

A reader gets the cell's text and gives the canonical one. What it had to repair it notes; what it cannot read for certain it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Final

from clayonto.registers.codes import Country, countries, units
from clayonto.registers.findings import Finding, Refused

Note = Callable[[Finding], None]
"""Takes a repair."""

ABSENT: Final = frozenset({"n.a.", "n/a", "na", "nan", "null", "none", "-", "–"})
"""How registers write that there is no value, in lower case."""

_DAY_FIRST: Final = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})$")
_ISO: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2}):\d{2}(?:\.\d+)?(Z)?)?$")
_PLAIN: Final = re.compile(r"-?\d+(?:\.\d+)?$")
_NOISE: Final = Decimal("0.0000001")
_LONGEST: Final = 28
"""Digits of a sum at most, so that sums of sums stay exact."""
_STATE: Final = re.compile(r"([A-Z]{4,})_(?=[A-ZÀ-Þ])")
_ENTITY: Final = re.compile(r"(?:https?://linkedopendata\.eu/(?:entity|wiki/Item:)/?)?(Q\d+)$")
_CURRENCY: Final = re.compile(r"[A-Z]{3}$")
_DIGITS: Final = re.compile(r"-?[\d.,'\s]*\d$")
_MARKS: Final = re.compile(r"[\s.\-/]")
_VAT: Final = re.compile(r"[A-Z]{2}(?=(?:[A-Z+*]*\d){4})[A-Z0-9+*]{4,16}$")
_RATE: Final = re.compile(r"(\d{1,3}(?:[.,]\d{1,12})?) ?(%?)$")
_CODED: Final = re.compile(r"\(?(?:Priority |P(?=\d))?([A-Z]{0,3}\d{1,3}(?:\.\d+)*[a-z]?(?: ETC)?)\b[).:]{0,2} ?(?:[-–:] ?)?(.*)$")
_SPACES: Final = re.compile(r"\s{2,}|[^\S ]")


def text(cell: str, column: str, note: Note) -> str:
    """Words with one space between them."""
    if "\ufffd" in cell:
        note(Finding("lost", column))
    if cell and (cell[0].isspace() or cell[-1].isspace() or _SPACES.search(cell)):
        note(Finding("spaces", column))
        return " ".join(cell.split())
    return cell


def summary(cell: str, column: str, note: Note) -> str:
    """A longer text with its line breaks, without the state that some programmes write before it (``ENDED_The project …``)."""
    if "\ufffd" in cell:
        note(Finding("lost", column))
    state = _STATE.match(cell)
    if state:
        note(Finding("state", column, state[1]))
        cell = cell[state.end() :]
    return cell.replace("\r\n", "\n").strip()


def day(cell: str, column: str, note: Note) -> str:
    """A date as ``YYYY-MM-DD``. Day before month, as every register read here writes it.

    A moment in UTC that is a midnight further east (``2016-03-31T21:00:00.000Z``, 1 April in Finland and Bulgaria in summer) is that day.

    :raises Refused: if it is no date.
    """
    found = _DAY_FIRST.match(cell)
    if found:
        return _date(int(found[3]), int(found[2]), int(found[1]), column, cell)
    iso = _ISO.match(cell)
    if iso is None:
        raise Refused("date", column, cell)
    plain = _date(int(iso[1]), int(iso[2]), int(iso[3]), column, cell)
    if iso[4] is None or (iso[4] == "00" and iso[5] == "00"):
        return plain
    if iso[6] and iso[4] in ("21", "22", "23") and iso[5] == "00":
        shifted = (date.fromisoformat(plain) + timedelta(days=1)).isoformat()
        note(Finding("zone", column, cell, shifted))
        return shifted
    if iso[6]:
        raise Refused("date", column, cell)
    return plain


@lru_cache(maxsize=100_000)
def _days(year: int, month: int, of_month: int) -> str | None:
    try:
        return date(year, month, of_month).isoformat()
    except ValueError:
        return None


def _date(year: int, month: int, of_month: int, column: str, cell: str) -> str:
    found = _days(year, month, of_month)
    if found is None:
        raise Refused("date", column, cell)
    return found


def amount(cell: str, column: str, note: Note) -> str:
    """A sum as a decimal with a point, rounded to cents where more digits are only noise of a spreadsheet's binary numbers.

    :raises Refused: if it is no number, or can be read as two.
    """
    read = cell if _PLAIN.match(cell) else _amount(cell, column)
    if len(read) > _LONGEST:
        raise Refused("number", column, cell)
    if len(read.partition(".")[2]) > 2:
        rounded = f"{Decimal(read):.2f}"
        read = rounded if abs(Decimal(rounded) - Decimal(read)) < _NOISE else read.rstrip("0")
    if read != cell:
        note(Finding("number", column, cell, read))
    return read


def _amount(cell: str, column: str) -> str:
    shown = cell
    for sign in ("€", "EUR", "eur"):
        cell = cell.replace(sign, "")
    cell = cell.strip()
    if not _DIGITS.match(cell):
        raise Refused("number", column, shown)
    cell = re.sub(r"[\s']", "", cell)
    comma, point = cell.rfind(","), cell.rfind(".")
    if comma >= 0 and point >= 0:  # the later sign is the decimal one
        thousands, decimal = (",", ".") if point > comma else (".", ",")
        whole, _, cents = cell.rpartition(decimal)
        if decimal in whole or not _grouped(whole, thousands):
            raise Refused("number", column, shown)
        return f"{whole.replace(thousands, '')}.{cents}"
    sign = "," if comma >= 0 else "."
    parts = cell.split(sign)
    if len(parts) > 2:
        if not _grouped(cell, sign):
            raise Refused("number", column, shown)
        return cell.replace(sign, "")
    if len(parts) == 2 and sign == "," and len(parts[1]) == 3 and parts[0] not in ("", "0"):
        raise Refused("ambiguous", column, shown)  # 1,234: a thousand and more, or one and a bit
    if not parts[0]:
        raise Refused("number", column, shown)
    return ".".join(parts)


def _grouped(whole: str, sign: str) -> bool:
    first, *rest = whole.lstrip("-").split(sign)
    return 0 < len(first) <= 3 and all(len(part) == 3 for part in rest)


def country(cell: str, column: str, note: Note) -> str:  # noqa: ARG001 -- every reader has the same form
    """The code of a country in the EU country table, such as ``FIN``; from codes, names, and codes followed by names.

    :raises Refused: if no country is called so.
    """
    found = _country(cell.strip())
    if found is None:
        raise Refused("country", column, cell)
    return found.code


@lru_cache(maxsize=10_000)
def _country(cell: str) -> Country | None:
    table = countries()
    found = table.get(cell.lower())
    code, _, name = cell.partition(" ")
    if found is None and len(code) == 2 and code.isupper():  # “SI Slovenia / SLOVENIJA”
        coded = table.get(code.lower())
        names = {table.get(part.strip().lower()) for part in name.split("/")} - {None}
        if coded is not None and names == {coded}:
            return coded
    return found


def entity(cell: str, column: str, note: Note) -> str:  # noqa: ARG001 -- every reader has the same form
    """The id at the end of an IRI of the EU Knowledge Graph, such as ``Q7361953``.

    :raises Refused: if there is none.
    """
    found = _ENTITY.match(cell)
    if found is None:
        raise Refused("entity", column, cell)
    return found[1]


def currency(cell: str, column: str, note: Note) -> str:  # noqa: ARG001 -- every reader has the same form
    """The code of a currency, three capital letters, as in the EU currency table.

    :raises Refused: if it is none.
    """
    if not _CURRENCY.match(cell):
        raise Refused("currency", column, cell)
    return cell


def nuts(cell: str, column: str, note: Note) -> str:
    """The code of a NUTS unit of levels 1 to 3, also where its name stands after it (``SI032 Podravska``).

    It is the empty text for a country's, and for one that no version since 2013 has.

    >>> nuts("SI032 Podravska", "NUTS3", print), nuts("SI", "NUTS3", print)
    ('SI032', '')
    """
    cell = cell.split(" ", 1)[0]
    if len(cell) <= 2:
        return ""
    if cell not in units():
        note(Finding("nuts", column, cell))
        return ""
    return cell


def unit(cell: str, column: str, note: Note, *, level: int, version: str) -> str:
    """The code of a NUTS unit of one level, from its code or, where the publisher has names alone, from its name in a version of NUTS.

    It is the empty text for what no unit of that level is called, and for what two are.

    >>> unit("Lõuna-Eesti", "nutslabel", print, level=3, version="2013"), unit("SE33 Övre Norrland", "NUTS2", print, level=2, version="2021")
    ('EE008', 'SE33')
    """
    code = cell.split(" ", 1)[0]
    if code in units():
        return code
    found = _called(version, level).get(cell.lower(), ())
    if len(found) != 1:
        note(Finding("unit", column, cell))
        return ""
    return found[0]


@cache
def _called(version: str, level: int) -> dict[str, tuple[str, ...]]:
    """The codes of the units of a level of a version of NUTS, by name in lower case."""
    found: dict[str, tuple[str, ...]] = {}
    for code, one in units().items():
        if len(code) == level + 2 and version in one.versions:
            found[one.name.lower()] = (*found.get(one.name.lower(), ()), code)
    return found


def rate(cell: str, column: str, note: Note) -> str:
    """A rate as a decimal of percent: ``85``, ``85.00%`` and ``0.85`` are 85. The empty text for what is no rate from 0 to 100 percent, and for 1, which is two.

    >>> rate("85.00%", "rate", print), rate("85", "rate", print), rate("82,5 %", "rate", print)
    ('85', '85', '82.5')
    """
    found = _RATE.match(cell)
    number = Decimal(found[1].replace(",", ".")) if found else Decimal(-1)
    if found and not found[2] and number < 1:
        number *= 100
    if not found or number > 100 or (number == 1 and not found[2]):
        note(Finding("rate", column, cell))
        return ""
    read = f"{number.normalize():f}"
    if Decimal(read) != Decimal(found[1].replace(",", ".")):
        note(Finding("number", column, cell, read))
    return read


def coded(cell: str) -> tuple[str, str]:
    """A code and the text that stands after it; the cell itself and nothing where none does.

    >>> coded("096 - Institutional capacity"), coded("(1b) promoting business"), coded("Priority 4 - Well-governed Danube region")
    (('096', 'Institutional capacity'), ('1b', 'promoting business'), ('4', 'Well-governed Danube region'))
    >>> coded("6f   Promoting"), coded("P4 Skilled region"), coded("1. Cooperating"), coded("3D printing"), coded("RSO1.1")
    (('6f', 'Promoting'), ('4', 'Skilled region'), ('1', 'Cooperating'), ('3D printing', ''), ('RSO1.1', ''))
    """
    words = " ".join(cell.split())
    found = _CODED.match(words)
    return (found[1], found[2]) if found else (words, "")


def vat(cell: str, column: str, note: Note) -> str:
    """A VAT number with the code of its country, without the marks that people write between its signs; the empty text for what is none.

    Registers have words there (``MISSING``, ``NOTAPPLICABLE``), and numbers without a country, which could be any.

    >>> vat("gb 744 4952 11", "vatNumber", print), vat("CHE-105.833.232 MWST", "vatNumber", print)
    ('GB744495211', 'CHE105833232MWST')
    """
    plain = _MARKS.sub("", cell).upper()
    if not _VAT.match(plain):
        note(Finding("vat", column, cell))
        return ""
    return plain


def flag(cell: str, column: str, note: Note) -> str:  # noqa: ARG001 -- every reader has the same form
    """``true`` or ``false``.

    :raises Refused: if it is neither.
    """
    if cell.lower() not in ("true", "false"):
        raise Refused("code", column, cell, "true, false")
    return cell.lower()


def moment(seconds: float) -> str:
    """The day of a moment, UTC, as ``YYYY-MM-DD``."""
    return datetime.fromtimestamp(seconds, tz=UTC).date().isoformat()
