"""Cells as values: texts, dates, sums and countries in one notation each; or a refusal.

A reader gets the cell's text and gives the canonical one. What it had to repair it notes; what it cannot read for certain it refuses.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
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
