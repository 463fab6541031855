"""The datatypes of OWL 2 RL: whether a literal's form is right, whether its value is of a datatype, whether two values differ.

Rules dt-type2, dt-eq, dt-diff and dt-not-type of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules, table 8.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

import pyoxigraph as ox

from clayonto import literals
from clayonto.namespaces import PREFIXES
from clayonto.terms import XSD, TypedLiteral, Value
from clayonto.terms import literal as to_python

_RDF: Final = PREFIXES["rdf"]
_RDFS_LITERAL: Final = PREFIXES["rdfs"] + "Literal"

_INTEGERS: Final = frozenset(
    {
        "integer", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger", "long", "int", "short", "byte",
        "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
    }
)  # fmt: skip
# The forms of the datatypes derived from xsd:string, of which each value is a string too; xsd:string itself takes any.
_STRINGS: Final = {
    "string": re.compile(r".*", re.DOTALL),
    "normalizedString": re.compile(r"[^\t\n\r]*"),
    "token": re.compile(r"([^\t\n\r ]( ?[^\t\n\r ])*)?"),
    "language": re.compile(r"[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*"),
    "Name": re.compile(r"[^\W\d][\w:.-]*|:[\w:.-]*"),
    "NCName": re.compile(r"[^\W\d][\w.-]*"),
    "NMTOKEN": re.compile(r"[\w:.-]+"),
}
_URI: Final = re.compile(r"[^\x00-\x20<>\"{}|\\^`]*")
_OTHERS: Final = frozenset({"decimal", "boolean", "double", "float", "dateTime", "dateTimeStamp", "hexBinary", "base64Binary", "anyURI"})
KNOWN: Final = frozenset(XSD + name for name in (*_INTEGERS, *_STRINGS, *_OTHERS))
"""The datatypes whose values are known here: those of OWL 2 RL but for XML and plain literals."""
_WITH_VALUES: Final = KNOWN | {_RDFS_LITERAL, _RDF + "PlainLiteral"}


def is_datatype(term: object) -> bool:
    """Whether a term names a datatype whose values are known here."""
    return getattr(term, "value", None) in _WITH_VALUES


def well_formed(literal: ox.Literal) -> bool:
    """Whether a literal's form is one that its datatype allows; a datatype that is not known allows any."""
    name = literal.datatype.value.removeprefix(XSD)
    if name in _STRINGS:
        return _STRINGS[name].fullmatch(literal.value) is not None
    if name == "anyURI":
        return _URI.fullmatch(literal.value) is not None
    return literals.well_formed(literal)


def holds(literal: ox.Literal, datatype: str) -> bool | None:
    """Whether a literal's value is of a datatype; ``None`` where that is not known."""
    own, form = literal.datatype.value, literal.value
    if datatype == _RDFS_LITERAL or (datatype == own and well_formed(literal)):
        return True
    if datatype == _RDF + "PlainLiteral":
        return literal.language is not None or own == XSD + "string"
    if datatype not in KNOWN:
        return None
    if own not in KNOWN:  # a datatype of which OWL 2 says nothing
        return False if own == _RDF + "langString" else None
    if not well_formed(literal):
        return False
    name, kind = datatype.removeprefix(XSD), own.removeprefix(XSD)
    if name in _INTEGERS or name == "decimal":
        if kind not in _INTEGERS and kind != "decimal":
            return False
        value = Decimal(form)
        whole = value == value.to_integral_value()
        return name == "decimal" or (whole and well_formed(ox.Literal(f"{value:.0f}", datatype=ox.NamedNode(datatype))))
    if name in _STRINGS:
        return kind in _STRINGS and _STRINGS[name].fullmatch(form) is not None
    if name == "dateTimeStamp":
        return kind == "dateTime" and well_formed(ox.Literal(form, datatype=ox.NamedNode(datatype)))
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
    first, second = (to_python(lit.value, datatype=kind) for lit, kind in zip((one, other), kinds, strict=True))
    if isinstance(first, TypedLiteral) or isinstance(second, TypedLiteral):
        # Of these, only addresses are their text; the rest (numbers of bytes, far-off times) may be one value in two forms.
        return kinds[0] == kinds[1] == XSD + "anyURI"
    # Compared by their text as well, since NaN is the one value that Python finds other than itself.
    return _family(first, kinds[0]) != _family(second, kinds[1]) or (first != second and str(first) != str(second))


def _family(value: Value, datatype: str) -> str:
    """Which value space a value is of: Python finds ``True == 1`` and ``1 == 1.0``, where XSD has booleans, decimals, doubles and floats apart."""
    if datatype.removeprefix(XSD) in _STRINGS:
        return "string"
    if isinstance(value, bool):
        return "boolean"
    return "decimal" if isinstance(value, int | Decimal) else datatype
