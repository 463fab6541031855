"""Places as GeoJSON (RFC 7946): every thing that the data gives coordinates."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final

from clayonto.namespaces import PREFIXES
from clayonto.publish.index import TYPE, literal

if TYPE_CHECKING:
    from clayonto.publish.index import Index

_GEO: Final = "http://www.opengis.net/ont/geosparql#"
_WGS: Final = "http://www.w3.org/2003/01/geo/wgs84_pos#"
_SCHEMA: Final = ("https://schema.org/", "http://schema.org/")
_POINTS: Final = tuple(
    (f"<{lat}>", f"<{long}>") for lat, long in ((_WGS + "lat", _WGS + "long"), *((s + "latitude", s + "longitude") for s in _SCHEMA))
)
_WKT: Final = f'"^^<{_GEO}wktLiteral>'
_STATES: Final = f"<{PREFIXES['clay']}statesValue>"
# From a thing to the node that has its geometry.
_TO_GEOMETRY: Final = frozenset(
    f"<{p}>" for p in (_GEO + "hasGeometry", _GEO + "defaultGeometry", "http://www.w3.org/ns/locn#geometry", *(s + "geo" for s in _SCHEMA))
)
_LABELS: Final = tuple(
    f"<{PREFIXES[p]}{name}>" for p, name in (("skos", "prefLabel"), ("rdfs", "label"), ("dct", "title"), ("foaf", "name"))
)
_KINDS: Final = {
    "POINT": "Point",
    "MULTIPOINT": "MultiPoint",
    "LINESTRING": "LineString",
    "MULTILINESTRING": "MultiLineString",
    "POLYGON": "Polygon",
    "MULTIPOLYGON": "MultiPolygon",
}
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")
_TOKEN: Final = re.compile(rf"\s*(?:({_NUMBER.pattern})|([(),]))")
_LON_FIRST: Final = ("", "http://www.opengis.net/def/crs/OGC/1.3/CRS84")
_LAT_FIRST: Final = ("http://www.opengis.net/def/crs/EPSG/0/4326",)


def geojson(index: Index) -> bytes | None:
    """A FeatureCollection of the things with coordinates; ``None`` where there is none.

    Coordinates are read from GeoSPARQL WKT (in WGS 84), the W3C's ``geo:lat`` and ``geo:long``, and schema.org's; a form that is none of
    these, or lies outside the globe, makes no feature.
    """
    features = []
    for thing, said in index.out.items():
        if thing[0] != "<":
            continue
        geometry = geometry_of(index, thing)
        if geometry is not None:
            features.append({"type": "Feature", "id": thing[1:-1], "geometry": geometry, "properties": _properties(thing, said)})
    if not features:
        return None
    return (json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, sort_keys=True) + "\n").encode()


def geometry_of(index: Index, thing: str) -> dict[str, Any] | None:
    """The GeoJSON geometry of a thing: its own coordinates, or those of the node that has its geometry; ``None`` if there is none."""
    said = index.out.get(thing, {})
    geometry = _geometry(said)
    for predicate in sorted(said.keys() & _TO_GEOMETRY) if geometry is None else ():
        for node in said[predicate]:
            geometry = geometry or _geometry(index.out.get(node, {}))
    return geometry


def is_about_place(predicate: str, value: str) -> bool:
    """Whether a triple can tell where something is: without any such triple nothing has coordinates."""
    return value.endswith(_WKT) or predicate in _TO_GEOMETRY or any(predicate in pair for pair in _POINTS)


def _properties(thing: str, said: dict[str, list[str]]) -> dict[str, Any]:
    made: dict[str, Any] = {"iri": thing[1:-1], "types": [v[1:-1] for v in said.get(TYPE, ()) if v[0] == "<"]}
    for label in reversed(_LABELS):
        for value in reversed(said.get(label, ())):
            if value[0] == '"':
                text, language, _ = literal(value)
                made[f"label_{language}" if language else "label"] = text
    return made


def _geometry(said: dict[str, list[str]]) -> dict[str, Any] | None:
    for predicate, values in said.items():
        for value in values:
            # A claim states where its subject is; it is no place.
            if value.endswith(_WKT) and predicate != _STATES:
                found = read_wkt(literal(value)[0])
                if found is not None:
                    return found
    for lat, long in _POINTS:
        if lat in said and long in said:
            x, y = (_NUMBER.fullmatch(literal(said[p][0])[0].strip()) if said[p][0][0] == '"' else None for p in (long, lat))
            if x and y:
                point = [float(x.group()), float(y.group())]
                if _on_globe(point):
                    return {"type": "Point", "coordinates": point}
    return None


def read_wkt(text: str) -> dict[str, Any] | None:
    """The GeoJSON geometry of a WKT literal (GeoSPARQL 1.1, section 8.5.1) in WGS 84; ``None`` if it is none.

    >>> read_wkt("POINT (22.84 62.79)")
    {'type': 'Point', 'coordinates': [22.84, 62.79]}
    """
    whole = re.fullmatch(r"\s*(?:<([^<>]*)>)?\s*([A-Za-z]+)\s*(?:[ZM]{1,2}\s*)?(\(.*\))\s*", text, re.DOTALL)
    if whole is None or whole.group(2).upper() not in _KINDS:
        return None
    system = (whole.group(1) or "").replace("https:", "http:")
    if system not in (*_LON_FIRST, *_LAT_FIRST):
        return None
    kind = _KINDS[whole.group(2).upper()]
    coordinates = _brackets(whole.group(3), swapped=system in _LAT_FIRST)
    if coordinates is None:
        return None
    if kind == "Point":
        coordinates = coordinates[0] if len(coordinates) == 1 and isinstance(coordinates[0][0], float) else None
    elif kind == "MultiPoint":
        # WKT also writes MULTIPOINT ((1 2), (3 4)).
        coordinates = [c if isinstance(c[0], float) else c[0] for c in coordinates]
    depth = {"Point": 1, "MultiPoint": 2, "LineString": 2, "Polygon": 3, "MultiLineString": 3, "MultiPolygon": 4}[kind]
    return None if coordinates is None or not _nested(coordinates, depth) else {"type": kind, "coordinates": coordinates}


def _brackets(text: str, *, swapped: bool) -> Any:
    """Nested lists of positions; ``None`` if the brackets or numbers are not as they should be."""
    stack: list[list[Any]] = [[]]
    numbers: list[float] = []
    at = 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None or len(stack) > 5:
            return None
        at = token.end()
        if token.group(1):
            numbers.append(float(token.group(1)))
            continue
        mark = token.group(5)
        if mark != "(" and numbers:
            position = [numbers[1], numbers[0], *numbers[2:]] if swapped and len(numbers) > 1 else numbers
            if not _on_globe(position):
                return None
            stack[-1].append(position[:3])
            numbers = []
        if mark == "(":
            stack.append([])
        elif mark == ")":
            if len(stack) < 2 or not stack[-1]:
                return None
            done = stack.pop()
            stack[-1].append(done)
    return stack[0][0] if len(stack) == 1 and len(stack[0]) == 1 else None


def _on_globe(position: list[float]) -> bool:
    return 2 <= len(position) <= 4 and -180 <= position[0] <= 180 and -90 <= position[1] <= 90


def _nested(value: Any, depth: int) -> bool:
    if depth == 1:
        return bool(value) and all(isinstance(number, float) for number in value)
    return isinstance(value, list) and bool(value) and all(isinstance(part, list) and _nested(part, depth - 1) for part in value)
