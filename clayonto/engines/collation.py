"""The order of terms of all kinds, told from the cells of an answer in TSV.

It is the order that :mod:`clayonto.engines.ordering` has Oxigraph make: no value, blank nodes, IRIs by their text, numbers by value, times with a zone by
instant, then all other literals by text and language; numbers and times that are equal by their text. A float or double is the number that it is written as;
Oxigraph has other numbers rounded to the type of the one that they are compared with, which is no order where the types of three differ.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from clayonto import tsv
from clayonto.terms import XSD

if TYPE_CHECKING:
    from collections.abc import Callable

_NOTHING, _BLANK, _IRI, _NUMBER, _TIME, _OTHER = range(6)

_WHOLE: Final = re.compile(rb"[+-]?[0-9]+")
_DECIMAL: Final = re.compile(rb"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_DOUBLE: Final = re.compile(rb"[+-]?(?:INF|(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)")
_INSTANT: Final = re.compile(
    rb"(-?(?:[1-9][0-9]{3,}|0[0-9]{3}))-([0-9]{2})-([0-9]{2})T([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,18}))?(?:Z|([+-])([0-9]{2}):([0-9]{2}))"
)
_CYCLE: Final = 400, 146_097
"""The years after which the calendar begins anew, and their days."""

# What is beyond these is no number to Oxigraph, but a literal like any other.
_LAST_WHOLE: Final = 2**63
_DIGITS: Final = len(str(_LAST_WHOLE))
_LAST_DECIMAL: Final = Decimal(2**127).scaleb(-18)
_PLACES: Final = 18


def place(cell: bytes) -> tuple[Any, ...]:
    r"""Where the term in a cell stands among all others: what sorts before it has a smaller one, and what may stand before or after it an equal one.

    >>> cells = b'"b"@fi', b"12", b"3.5", b"", b'"b"@en', b'"a"', b"<urn:b>", b"true", b"<urn:a>"
    >>> b" ".join(sorted(cells, key=place)).decode()
    ' <urn:a> <urn:b> 3.5 12 "a" "b"@en "b"@fi true'
    """
    start = cell[:1]
    if start == b'"':
        end = cell.rindex(b'"')
        text = (tsv.text(cell) or b"") if b"\\" in cell else cell[1:end]
        kind = cell[end + 1 :]
        if kind[:2] == b"^^" and (read := _TYPED.get(kind)) is not None:
            return read(text) or (_OTHER, text, b"")
        return _OTHER, text, kind[1:].partition(b"--")[0] if kind[:1] == b"@" else b""
    if start == b"<":
        # A triple has no text, and comes before what has one.
        return (_OTHER,) if cell[1:2] == b"<" else (_IRI, cell[1:-1])
    if cell.isdigit() and len(cell) < _DIGITS:  # as most numbers are
        return _NUMBER, int(cell), cell
    if not cell or start == b"_":
        return (_BLANK,) if cell else (_NOTHING,)
    if cell in (b"true", b"false"):
        return _OTHER, cell, b""
    read = _double if b"e" in cell or b"E" in cell else _decimal if b"." in cell else _whole
    return read(cell) or (_OTHER, cell, b"")


def _whole(text: bytes) -> tuple[Any, ...] | None:
    # A longer one is none of these, and long ones take long to read.
    if not _WHOLE.fullmatch(text) or len(text) > 1000:
        return None
    value = int(text)
    return (_NUMBER, value, text) if -_LAST_WHOLE <= value < _LAST_WHOLE else None


def _decimal(text: bytes) -> tuple[Any, ...] | None:
    if not _DECIMAL.fullmatch(text) or len(text.partition(b".")[2].rstrip(b"0")) > _PLACES:
        return None
    value = Decimal(text.decode())
    return (_NUMBER, value, text) if -_LAST_DECIMAL <= value < _LAST_DECIMAL else None


def _double(text: bytes) -> tuple[Any, ...] | None:
    return (_NUMBER, Decimal(text.decode()), text) if _DOUBLE.fullmatch(text) else None


def _time(text: bytes) -> tuple[Any, ...] | None:
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    year, month, day, hour, minute, second = map(int, found.groups()[:6])
    ahead, behind = (int(part or 0) for part in found.groups()[8:])
    ends_day = (hour, minute, second) == (24, 0, 0) and not int(found[7] or 0)
    if (hour > 23 and not ends_day) or minute > 59 or second > 59 or behind > 59 or ahead * 60 + behind > 14 * 60:
        return None
    cycles, within = divmod(year - 1, _CYCLE[0])
    try:
        days = cycles * _CYCLE[1] + date(within + 1, month, day).toordinal()
    except ValueError:
        return None
    offset = (ahead * 60 + behind) * (-1 if found[8] == b"-" else 1)
    return _TIME, days * 86_400 + hour * 3600 + (minute - offset) * 60 + second, (found[7] or b"").rstrip(b"0"), text


_TYPED: Final[dict[bytes, Callable[[bytes], tuple[Any, ...] | None]]] = {
    f"^^<{XSD}{name}>".encode(): read
    for name, read in (("integer", _whole), ("decimal", _decimal), ("double", _double), ("float", _double), ("dateTime", _time))
}
