"""The datatypes of OWL 2 RL: whether a literal's form is right, whether its value is of a datatype, whether two values differ.

Rules dt-type2, dt-eq, dt-diff and dt-not-type of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules, table 8.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from clayonto.namespaces import PREFIXES
from clayonto.terms import XSD, TypedLiteral, Value
from clayonto.terms import literal as to_python

if TYPE_CHECKING:
    import pyoxigraph as ox

_RDF: Final = PREFIXES["rdf"]
_RDFS_LITERAL: Final = PREFIXES["rdfs"] + "Literal"

# The least and the greatest value of each datatype derived from xsd:integer; None for no bound.
_INTEGERS: Final[dict[str, tuple[int | None, int | None]]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
# The forms of the datatypes derived from xsd:string, of which each value is a string too; xsd:string itself takes any.
_STRINGS: Final = {
    "string": re.compile(r".*", re.DOTALL),
    "normalizedString": re.compile(r"[^\t\n\r]*"),
    "token": re.compile(r"([^\t\n\r ]( ?[^\t\n\r ])*)?"),
    "language": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"),
    "Name": re.compile(r"[\w:][\w:.-]*"),
    "NCName": re.compile(r"[^\W\d][\w.-]*"),
    "NMTOKEN": re.compile(r"[\w:.-]+"),
}
_OTHERS: Final = {
    "hexBinary": re.compile(r"([0-9A-Fa-f]{2})*"),
    "base64Binary": re.compile(r"[A-Za-z0-9+/ ]*=? ?=?"),
    "anyURI": re.compile(r"[^\x00-\x20<>\"{}|\\^`]*"),
    "dateTimeStamp": re.compile(r".*(Z|[+-][0-9]{2}:[0-9]{2})"),
}
_TIME: Final = r"T((?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?|24:00:00(?:\.0+)?)"
_DATE: Final = re.compile(r"(-?[0-9]{4,})-([0-9]{2})-([0-9]{2})(?:" + _TIME + r")?(?:Z|[+-][0-9]{2}:[0-9]{2})?")
_PARSED: Final = frozenset({*_INTEGERS, "decimal", "boolean", "double", "float", "date", "dateTime"})
KNOWN: Final = frozenset({XSD + name for name in (*_PARSED, *_STRINGS, *_OTHERS)})
"""The datatypes whose forms and values are known here: those of OWL 2 RL but for XML and plain literals, and ``xsd:date``."""
_WITH_VALUES: Final = KNOWN | {_RDFS_LITERAL, _RDF + "PlainLiteral"}


def is_datatype(term: object) -> bool:
    """Whether a term names a datatype whose values are known here."""
    return getattr(term, "value", None) in _WITH_VALUES


def well_formed(literal: ox.Literal) -> bool:
    """Whether a literal's form is one that its datatype allows; a datatype that is not known allows any."""
    name = literal.datatype.value.removeprefix(XSD)
    if literal.datatype.value not in KNOWN:
        return True
    form = literal.value
    if name in _STRINGS:
        return _STRINGS[name].fullmatch(form) is not None
    if name in _OTHERS and _OTHERS[name].fullmatch(form) is None:
        return False
    if name == "dateTimeStamp":
        name = "dateTime"
    if name not in _PARSED:
        return True
    form = form.strip(" \t\r\n")  # whitespace around a number or a time is allowed
    if name in ("date", "dateTime"):
        return _on_the_calendar(form, timed=name == "dateTime")
    value = to_python(form, datatype=XSD + name)
    if isinstance(value, TypedLiteral):
        return False
    least, greatest = _INTEGERS.get(name, (None, None))
    return not isinstance(value, int) or ((least is None or value >= least) and (greatest is None or value <= greatest))


def _on_the_calendar(form: str, *, timed: bool) -> bool:
    found = _DATE.fullmatch(form)
    if found is None or (found[4] is not None) != timed:
        return False
    try:
        date(2000 + int(found[1]) % 400, int(found[2]), int(found[3]))  # the calendar repeats after 400 years, and Python's ends
    except ValueError:
        return False
    return True


def holds(literal: ox.Literal, datatype: str) -> bool | None:
    """Whether a literal's value is of a datatype; ``None`` where that is not known."""
    own, form = literal.datatype.value, literal.value
    if datatype == _RDFS_LITERAL or (datatype == own and well_formed(literal)):
        return True
    if datatype == _RDF + "PlainLiteral":
        return literal.language is not None or own == XSD + "string"
    if datatype not in KNOWN:
        return None
    name, kind = datatype.removeprefix(XSD), own.removeprefix(XSD)
    if own not in KNOWN or own == XSD + "date":  # a datatype of which OWL 2 says nothing
        return False if own == _RDF + "langString" else None
    if not well_formed(literal):
        return False
    if name in _INTEGERS or name == "decimal":
        if kind not in _INTEGERS and kind != "decimal":
            return False
        value = Decimal(form.strip())
        if name == "decimal":
            return True
        least, greatest = _INTEGERS[name]
        return value == value.to_integral_value() and (least is None or value >= least) and (greatest is None or value <= greatest)
    if name in _STRINGS:
        return kind in _STRINGS and _STRINGS[name].fullmatch(form) is not None
    if name == "dateTimeStamp":
        return kind == "dateTime" and _OTHERS[name].fullmatch(form) is not None
    return (name, kind) == ("dateTime", "dateTimeStamp")


def differ(one: ox.Literal, other: ox.Literal) -> bool:
    """Whether two literals are known to be two values (dt-diff)."""
    if one == other or not (well_formed(one) and well_formed(other)):
        return False
    kinds = one.datatype.value, other.datatype.value
    if one.language or other.language:
        return (one.language or "").lower() != (other.language or "").lower() or one.value != other.value
    if not KNOWN.issuperset(kinds):
        return False
    first, second = _value(one), _value(other)
    if isinstance(first, TypedLiteral) or isinstance(second, TypedLiteral):
        return kinds[0] == kinds[1] and kinds[0].removeprefix(XSD) not in _PARSED and str(first) != str(second)
    families = _family(first, kinds[0]), _family(second, kinds[1])
    # Compared by their text as well, since NaN is the one value that Python finds other than itself.
    return families[0] != families[1] or (first != second and str(first) != str(second))


def _value(literal: ox.Literal) -> Value:
    datatype = literal.datatype.value
    return to_python(literal.value.strip() if datatype.removeprefix(XSD) in _PARSED else literal.value, datatype=datatype)


def _family(value: Value, datatype: str) -> str:
    """Which value space a value is of: Python finds ``True == 1`` and ``1 == 1.0``, where XSD has booleans, decimals, doubles and floats apart."""
    if datatype.removeprefix(XSD) in _STRINGS:
        return "string"
    if isinstance(value, bool):
        return "boolean"
    return "decimal" if isinstance(value, int | Decimal) else datatype
