"""RDF terms as Python values, Python values as SPARQL text.

=====================================  =======================================
RDF                                    Python
=====================================  =======================================
IRI                                    :class:`IRI` (a ``str``)
blank node                             :class:`BlankNode` (a ``str``)
plain string                           ``str``
string with a language                 :class:`LangString` (a ``str``), tag in lower case
``xsd:boolean``                        ``bool``
``xsd:integer`` and types derived      ``int``
``xsd:decimal``                        :class:`decimal.Decimal`
``xsd:double``, ``xsd:float``          ``float``
``xsd:date`` without a time zone       :class:`datetime.date`
``xsd:dateTime``                       :class:`datetime.datetime`
any other, and anything ill-typed      :class:`TypedLiteral` (a ``str``)
=====================================  =======================================

Engines may write one value in several ways (``212000.00``, ``212000.0``, ``212000``); as Python values
they are equal, and :func:`lexical` writes each in its one canonical form (XSD 1.1, part 2, appendix E).
"""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Self, TypeAlias

from clayonto.errors import TermError
from clayonto.namespaces import check_iri

XSD: Final = "http://www.w3.org/2001/XMLSchema#"


class IRI(str):
    """An IRI."""

    __slots__ = ()


class BlankNode(str):
    """A blank node's label: of use within one result only."""

    __slots__ = ()


class LangString(str):
    """A string in a language; equal to and hashed as the plain string.

    >>> LangString("Suomi", "FI").language
    'fi'
    """

    language: str
    __slots__ = ("language",)

    def __new__(cls, value: str, language: str) -> Self:
        """A string and its language tag."""
        self = str.__new__(cls, value)
        self.language = language.lower()
        return self

    def __reduce__(self) -> tuple[type[LangString], tuple[str, str]]:
        return LangString, (str(self), self.language)


class TypedLiteral(str):
    """The lexical form of a literal that has no Python twin, with the IRI of its datatype.

    >>> TypedLiteral("2014", XSD + "gYear").datatype
    'http://www.w3.org/2001/XMLSchema#gYear'
    """

    datatype: str
    __slots__ = ("datatype",)

    def __new__(cls, value: str, datatype: str) -> Self:
        """A lexical form and the IRI of its datatype."""
        self = super().__new__(cls, value)
        self.datatype = datatype
        return self

    def __reduce__(self) -> tuple[type[TypedLiteral], tuple[str, str]]:
        return TypedLiteral, (str(self), self.datatype)


Value: TypeAlias = IRI | BlankNode | LangString | TypedLiteral | str | bool | int | Decimal | float | date | datetime
"""What a cell of a result holds (``None`` stands beside it for a variable without a value)."""

_INTEGERS = frozenset(
    XSD + name
    for name in (
        "integer", "nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger", "long", "int",
        "short", "byte", "unsignedLong", "unsignedInt", "unsignedShort", "unsignedByte",
    )
)  # fmt: skip
_INTEGER_FORM = re.compile(r"[+-]?[0-9]{1,4000}")
_DECIMAL_FORM = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)")
_DOUBLE_FORM = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_DATE_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_DATETIME_FORM = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?")
# The well-formed tags of BCP 47 without extensions and private use: language, script, region, variants.
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z]{4})?(-([A-Za-z]{2}|[0-9]{3}))?(-([A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*")
_SPECIAL_DOUBLES = {"INF": math.inf, "+INF": math.inf, "-INF": -math.inf, "NaN": math.nan}


def literal(value: str, *, datatype: str = XSD + "string", language: str | None = None) -> Value:
    """The Python value of a literal, given its lexical form.

    A form that its datatype does not allow comes back as a :class:`TypedLiteral`: nothing is lost, nothing raised.

    >>> literal("212000.00", datatype=XSD + "decimal") == literal("212000", datatype=XSD + "decimal")
    True
    """
    if language:
        return LangString(value, language)
    if datatype == XSD + "string":
        return value
    kind = datatype[len(XSD) :] if datatype.startswith(XSD) else ""
    form = value.strip(" \t\r\n")
    if datatype in _INTEGERS and _INTEGER_FORM.fullmatch(form):
        return int(form)
    if kind == "decimal" and _DECIMAL_FORM.fullmatch(form):
        return Decimal(form)
    if kind == "boolean" and form in ("true", "false", "1", "0"):
        return form in ("true", "1")
    if kind in ("double", "float"):
        if form in _SPECIAL_DOUBLES:
            return _SPECIAL_DOUBLES[form]
        if _DOUBLE_FORM.fullmatch(form):
            return float(form)
    try:
        if kind == "date" and _DATE_FORM.fullmatch(form):
            return date.fromisoformat(form)
        if kind == "dateTime" and _DATETIME_FORM.fullmatch(form):
            return datetime.fromisoformat(form)
    except ValueError:
        pass  # 2024-02-30: the pattern fits, the calendar does not
    return TypedLiteral(value, datatype)


def lexical(value: Value) -> tuple[str, str | None, str | None]:
    """A literal's canonical lexical form, its datatype IRI (``None`` for strings) and its language (``None`` without).

    >>> lexical(Decimal("212000.00"))
    ('212000', 'http://www.w3.org/2001/XMLSchema#decimal', None)
    """
    match value:
        case LangString():
            return str(value), None, value.language
        case TypedLiteral():
            return str(value), value.datatype, None
        case str():
            return str(value), None, None
        case bool():
            return ("true" if value else "false"), XSD + "boolean", None
        case int():
            return str(value), XSD + "integer", None
        case Decimal():
            return decimal_form(value), XSD + "decimal", None
        case float():
            return _double_form(value), XSD + "double", None
        case datetime():
            return _datetime_form(value), XSD + "dateTime", None
        case _:
            return value.isoformat(), XSD + "date", None


def decimal_form(value: Decimal) -> str:
    """The canonical form of a decimal: no exponent, no needless zeros or point."""
    text = f"{value:f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


def _double_form(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "INF" if value > 0 else "-INF"
    mantissa, _, exponent = f"{value!r}".partition("e")
    if exponent:
        digits = Decimal(mantissa)
        return f"{digits if '.' in mantissa else mantissa + '.0'}E{int(exponent)}"
    sign, digit_tuple, power = Decimal(mantissa).normalize().as_tuple()
    digits_text = "".join(map(str, digit_tuple))
    shift = len(digits_text) - 1 + int(power)
    return f"{'-' if sign else ''}{digits_text[0]}.{digits_text[1:] or '0'}E{shift}"


def _datetime_form(value: datetime) -> str:
    if value.tzinfo is not None:
        value = value.astimezone(UTC)
    text = value.replace(tzinfo=None).isoformat()
    if "." in text:
        text = text.rstrip("0")
    return text + ("Z" if value.tzinfo is not None else "")


# ------------------------------------------------------------------ rendering as SPARQL

_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
_MUST_ESCAPE = re.compile(r"""\\[uU]|["\\\x00-\x1f\x7f]""")
_SURROGATE = re.compile("[\ud800-\udfff]")


def _escape(found: re.Match[str]) -> str:
    text = found.group()
    if len(text) == 2:
        # SPARQL 1.1 section 19.2 expands \uXXXX before parsing, and some engines do so even after a
        # backslash that is itself escaped; so no "u" may follow one.
        return f"\\\\\\U{ord(text[1]):08X}"
    return _ESCAPES.get(text) or f"\\u{ord(text):04X}"


def quoted(text: str) -> str:
    """A SPARQL string of the short double-quoted form whose value is ``text``.

    :raises TermError: for a lone surrogate, which no RDF string can hold.
    """
    if _SURROGATE.search(text):
        raise TermError(f"The text {text!a} has half a surrogate pair; RDF strings hold whole characters only.")
    return f'"{_MUST_ESCAPE.sub(_escape, text)}"'


def render(value: Value) -> str:
    r"""The SPARQL text of a value: one token (with its language or datatype), whatever the value holds.

    :raises TermError: for a blank node (a query cannot name one) and for text that no RDF term can hold.

    >>> render(IRI("https://example.org/a"))
    '<https://example.org/a>'
    >>> print(render(LangString('say "moi"', "fi")))
    "say \"moi\""@fi
    >>> render(7)
    '7'
    """
    if isinstance(value, IRI):
        return f"<{check_iri(str(value))}>"
    if isinstance(value, BlankNode):
        raise TermError(f"A query cannot name the blank node “{value}”; give an IRI.")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        # int() so that no subclass has a say in how it is written.
        return str(int(value))
    if isinstance(value, Decimal) and not value.is_finite():
        raise TermError(f"{value} is not a number that xsd:decimal can hold.")
    form, datatype, language = lexical(value)
    if language is not None:
        if not _LANGUAGE_TAG.fullmatch(language):
            raise TermError(f"{language!a} is not a language tag such as “fi” or “en-GB”.")
        return f"{quoted(form)}@{language}"
    if datatype is None:
        return quoted(form)
    return f"{quoted(form)}^^<{check_iri(datatype)}>"


def parse_decimal(text: str) -> Decimal:
    """A decimal as a person types it: digits, at most one point, no exponent.

    :raises ValueError: for anything else.
    """
    if not _DECIMAL_FORM.fullmatch(text):
        raise ValueError(text)
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern allows nothing that Decimal refuses
        raise ValueError(text) from error
