"""What a store makes of the terms it is given, undone: in answers as they are read, and in values that are compared before and after a journey."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from clayonto.remote.stores import VIRTUOSO
from clayonto.terms import XSD, TypedLiteral

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.remote.stores import Store
    from clayonto.terms import Value

_WKT_LITERAL: Final = "http://www.opengis.net/ont/geosparql#wktLiteral"
_NODE: Final = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')


def readable(store: Store, results: bytes) -> bytes:
    """JSON results as a parser takes them; a text that looks the same is in escaped quotes.

    >>> readable(VIRTUOSO, b'{"type": "bnode", "value": "nodeID://b1"}')
    b'{"type": "bnode", "value": "b1"}'
    """
    return _NODE.sub(rb"\1", results) if store is VIRTUOSO else results


def readable_pieces(store: Store, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same for results in pieces."""
    if store is not VIRTUOSO:
        yield from pieces
        return
    rest = b""
    for piece in pieces:
        # A blank node is between braces, and has none inside.
        done, brace, rest = (rest + piece).rpartition(b"}")
        yield readable(store, done + brace)
    yield rest


_DURATION: Final = re.compile(rb'"(-?\d+(?:\.\d+)?)"\^\^<http://www\.w3\.org/2001/XMLSchema#duration>')
_GEOMETRY: Final = "http://www.openlinksw.com/schemas/virtrdf#Geometry"
_WKT: Final = re.compile(
    rb'"([^"]*)"\^\^<(?:http://www\.opengis\.net/ont/geosparql#wktLiteral|http://www\.openlinksw\.com/schemas/virtrdf#Geometry)>'
)
_NUMBER: Final = re.compile(r"-?\d+\.\d+")


def repaired(store: Store, solutions: bytes) -> bytes:
    """Solutions as TSV, with the literals that a store takes apart put together again.

    >>> repaired(VIRTUOSO, b'"259200.0"^^<http://www.w3.org/2001/XMLSchema#duration>')
    b'"P3D"^^<http://www.w3.org/2001/XMLSchema#duration>'
    """
    if store is not VIRTUOSO:
        return solutions
    if b"XMLSchema#duration" in solutions:
        solutions = _DURATION.sub(lambda m: m[0].replace(m[1], canonical_duration(m[1].decode()).encode(), 1), solutions)
    if b"#wktLiteral" in solutions or b"#Geometry" in solutions:
        solutions = _WKT.sub(lambda m: f'"{_short_numbers(m[1].decode())}"^^<{_WKT_LITERAL}>'.encode(), solutions)
    return solutions


def _short_numbers(wkt: str) -> str:
    """A geometry with its numbers as short as single precision allows, which is all that Virtuoso keeps of them.

    >>> _short_numbers("POINT(10.35000038147 51.029998779297)")
    'POINT(10.35 51.03)'
    """
    return _NUMBER.sub(lambda m: f"{float(m[0]):.7g}", wkt)


def _duration(sign: bytes, whole: bytes, fraction: bytes) -> str:
    """A duration from what Virtuoso makes of it: months where there is no point, seconds where there is one."""
    number = int(whole)
    if not fraction:
        years, months = divmod(number, 12)
        body = f"{years}Y" * bool(years) + f"{months}M" * bool(months) or "0M"
        return f"{sign.decode()}P{body}"
    days, seconds = divmod(number, 86_400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    part = fraction.decode().rstrip("0").rstrip(".")
    time = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{seconds}{part}S" * bool(seconds or part or not number)
    return f"{sign.decode()}P" + f"{days}D" * bool(days) + f"T{time}" * bool(time)


def comparable(store: Store, value: Value) -> Value:
    """A value as it is compared before and after a journey: what a store is known to make of it.

    >>> from decimal import Decimal
    >>> from clayonto.remote import stores
    >>> comparable(VIRTUOSO, Decimal("5.0")), comparable(VIRTUOSO, True), comparable(stores.OXIGRAPH, True)
    (5, 1, True)
    """
    from decimal import Decimal

    if store is VIRTUOSO:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        if isinstance(value, TypedLiteral) and value.datatype in (_WKT_LITERAL, _GEOMETRY):
            return TypedLiteral(_short_numbers(str(value)), _WKT_LITERAL)
    if isinstance(value, TypedLiteral) and value.datatype == XSD + "duration":
        return TypedLiteral(canonical_duration(str(value)), value.datatype)
    return value


def restored(store: Store, term: Any) -> Any:
    """A term (of pyoxigraph) as it was before a store took it apart, where that can be told."""
    datatype = getattr(getattr(term, "datatype", None), "value", "")
    if store is not VIRTUOSO or datatype not in (XSD + "duration", _WKT_LITERAL, _GEOMETRY):
        return term
    import pyoxigraph as ox

    if datatype == XSD + "duration":
        return ox.Literal(canonical_duration(term.value), datatype=term.datatype)
    return ox.Literal(_short_numbers(term.value), datatype=ox.NamedNode(_WKT_LITERAL))


def canonical_duration(form: str) -> str:
    """The canonical form of a duration, as pyoxigraph writes it, also of what Virtuoso makes of one; other text as it is.

    >>> canonical_duration("P12M"), canonical_duration("12"), canonical_duration("259200.0"), canonical_duration("soon")
    ('P1Y', 'P1Y', 'P3D', 'soon')
    """
    found = re.fullmatch(r"(-?)(\d+)(\.\d+)?", form)
    if found:
        return _duration(*(part.encode() for part in found.groups(default="")))
    import pyoxigraph as ox

    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:x"), ox.NamedNode("urn:x"), ox.Literal(form, datatype=ox.NamedNode(XSD + "duration"))))
    return next(str(quad.object.value) for quad in store)
