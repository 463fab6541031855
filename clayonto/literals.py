"""Literals as validation and reasoning look at them: whether one is well-formed, and which of many satisfy a filter.

The lexical spaces are those of XML Schema 1.1 Part 2 for the datatypes that RDF 1.1 section 5.1 names. Comparison is SPARQL's, so the
embedded engine does it, for a whole set at once.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clayonto.validation.paths import Term

_XSD: Final = PREFIXES["xsd"]
_ZONE: Final = r"(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR: Final = r"-?(?:[1-9]\d{3,}|0\d{3})"
_MONTH: Final = r"(?:0[1-9]|1[0-2])"
_DAY: Final = r"(?:0[1-9]|[12]\d|3[01])"
_TIME: Final = r"(?:(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d+)?|24:00:00(?:\.0+)?)"
_DURATION: Final = r"-?P(?=.)(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?"
_FORMS: Final = {
    name: re.compile(form, re.ASCII)
    for name, form in {
        "boolean": "true|false|1|0",
        "decimal": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)",
        "integer": r"[+-]?\d+",
        "double": r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[Ee][+-]?\d+)?|[+-]?INF|NaN",
        "date": rf"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
        "time": _TIME + _ZONE,
        "dateTime": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
        "dateTimeStamp": rf"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}(?:Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00))",
        "gYear": _YEAR + _ZONE,
        "gMonth": f"--{_MONTH}{_ZONE}",
        "gDay": f"---{_DAY}{_ZONE}",
        "gYearMonth": f"{_YEAR}-{_MONTH}{_ZONE}",
        "gMonthDay": f"--{_MONTH}-{_DAY}{_ZONE}",
        "duration": _DURATION,
        "yearMonthDuration": r"-?P(?=.)(?:\d+Y)?(?:\d+M)?",
        "dayTimeDuration": r"-?P(?=.)(?:\d+D)?(?:T(?=.)(?:\d+H)?(?:\d+M)?(?:\d+(?:\.\d+)?S)?)?",
        "hexBinary": r"(?:[0-9A-Fa-f]{2})*",
        "base64Binary": r"(?:(?:[A-Za-z0-9+/] ?){4})*(?:(?:[A-Za-z0-9+/] ?){2}[AEIMQUYcgkosw048] ?=|[A-Za-z0-9+/] ?[AQgw] ?= ?=)?",
        "language": r"[a-zA-Z]{1,8}(?:-[a-zA-Z0-9]{1,8})*",
    }.items()
}
_FORMS["float"] = _FORMS["double"]
_RANGES: Final[dict[str, tuple[int | None, int | None]]] = {
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
}
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_DATED: Final = re.compile(r"(-?\d{4,})-(\d\d)-(\d\d)")
_MOST_AT_ONCE: Final = 5000


def well_formed(literal: ox.Literal) -> bool:
    """Whether a literal's text is in the lexical space of its datatype; true for a datatype that is not known.

    >>> well_formed(ox.Literal("2024-02-30", datatype=ox.NamedNode(_XSD + "date")))
    False
    """
    name = literal.datatype.value.removeprefix(_XSD)
    text = literal.value
    if name in _RANGES:
        least, most = _RANGES[name]
        if not _FORMS["integer"].fullmatch(text):
            return False
        # As many digits as the bound has, at most: a number of a million digits is out of any range, and slow to read.
        digits = text.lstrip("+-").lstrip("0") or "0"
        number = int(digits[:40]) * (-1 if text[0] == "-" else 1)
        return (least is None or number >= least) and (most is None or number <= most)
    form = _FORMS.get(name)
    if form is None:
        return True
    if not form.fullmatch(text):
        return False
    dated = _DATED.match(text) if name.startswith("date") else None
    if dated:
        year, month, day = int(dated[1][-4:]), int(dated[2]), int(dated[3])
        leap = int(dated[1][-2:]) % 4 == 0 and (year % 100 != 0 or int(dated[1]) % 400 == 0)
        return day <= _DAYS[month - 1] and (leap or (month, day) != (2, 29))
    if name == "gMonthDay":
        return int(text[5:7]) <= _DAYS[int(text[2:4]) - 1]
    return True


def satisfying(values: Iterable[Term], condition: str) -> set[Term]:
    """The values for which a SPARQL condition on ``?v`` is true; an error in it makes it false, as in a filter.

    Blank nodes cannot be written into a query, and are left out.
    """
    rows = [(value,) for value in values if not isinstance(value, ox.BlankNode)]
    return {rows[number][0] for number in _true(rows, ("v",), condition)}


def in_order(pairs: Iterable[tuple[Term, Term]], operator: str) -> set[tuple[Term, Term]]:
    """The pairs of literals of which SPARQL says that the first is ``<`` or ``<=`` the second."""
    rows = [pair for pair in dict.fromkeys(pairs) if all(isinstance(term, ox.Literal) for term in pair)]
    return {rows[number] for number in _true(rows, ("a", "b"), f"?a {operator} ?b")}


def _true(rows: Sequence[tuple[Term, ...]], names: tuple[str, ...], condition: str) -> list[int]:
    store = ox.Store()
    found: list[int] = []
    head = " ".join(f"?{name}" for name in names)
    for start in range(0, len(rows), _MOST_AT_ONCE):
        lines = (f"({n} {' '.join(map(str, row))})" for n, row in enumerate(rows[start : start + _MOST_AT_ONCE], start))
        text = f"SELECT ?n WHERE {{ VALUES (?n {head}) {{ {' '.join(lines)} }} FILTER({condition}) }}"
        solutions = store.query(text)
        found += [int(solution["n"].value) for solution in solutions]  # type: ignore[union-attr]
    return found
