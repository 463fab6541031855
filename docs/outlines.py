"""Draws the land of the site's maps, and prints the centres of countries, from Natural Earth's borders.

``npm pack world-atlas@2.0.2`` fetches them (Natural Earth 4.1.0, 1:50 million, in the public domain; packed by Michael Bostock). Then
``python docs/outlines.py world-atlas/countries-50m.json`` writes ``clayonto/publish/assets/europe.svg`` and ``world.svg``; with codes of countries
(ISO 3166-1 numeric, such as 246 for Finland) behind it, it prints the centre of the largest part of each instead.
"""

from __future__ import annotations

import argparse
import json
import re
from itertools import pairwise
from math import asin, atan2, cos, degrees, hypot, radians, sin, sqrt
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from clayonto.publish.projection import EUROPE, WORLD, Chart

if TYPE_CHECKING:
    from collections.abc import Sequence

Point: TypeAlias = tuple[float, float]
Seen: TypeAlias = tuple[float, float, float, float]
ANTARCTICA = "010"
ASSETS = Path(__file__).parent.parent / "clayonto/publish/assets"
STYLE = (
    "path{fill:#fbfcfd;stroke:#b9c7d2;stroke-width:.8;stroke-linejoin:round}"
    "@media(prefers-color-scheme:dark){path{fill:#2c3740;stroke:#4a5965}}"
)


def arcs(topology: dict[str, Any]) -> list[list[Point]]:
    """The lines that borders are made of, in degrees."""
    (sx, sy), (tx, ty) = topology["transform"]["scale"], topology["transform"]["translate"]
    made = []
    for arc in topology["arcs"]:
        x = y = 0
        line = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * sx + tx, y * sy + ty))
        made.append(line)
    return made


def countries(topology: dict[str, Any], lines: list[list[Point]]) -> dict[str, list[list[Point]]]:
    """Country to its outer rings; lakes and enclaves are left out."""
    made: dict[str, list[list[Point]]] = {}
    for shape in topology["objects"]["countries"]["geometries"]:
        polygons = shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]
        for outer, *_ in polygons:
            ring: list[Point] = []
            for number in outer:
                line = lines[number] if number >= 0 else lines[~number][::-1]
                ring += line[1:] if ring else line
            made.setdefault(shape.get("id", shape["properties"]["name"]), []).append(ring)
    return made


def simplified(line: Sequence[Seen], tolerance: float) -> list[Seen]:
    """A line with fewer points (Douglas and Peucker): each a place on the map, and where that is on the globe."""
    if len(line) < 3:
        return list(line)
    (x1, y1, *_), (x2, y2, *_) = line[0], line[-1]
    length = hypot(x2 - x1, y2 - y1)

    def off(point: Seen) -> float:
        if not length:
            return hypot(point[0] - x1, point[1] - y1)
        return abs((x2 - x1) * (y1 - point[1]) - (x1 - point[0]) * (y2 - y1)) / length

    far = max(range(1, len(line) - 1), key=lambda n: off(line[n]))
    if off(line[far]) <= tolerance:
        return [line[0], line[-1]]
    return simplified(line[: far + 1], tolerance)[:-1] + simplified(line[far:], tolerance)


def cut(ring: list[Point]) -> list[list[Point]]:
    """A ring cut where it crosses the 180th meridian."""
    whole, turn = [ring[0]], 0
    for (before, _), (lon, lat) in pairwise(ring):
        turn += 360 * ((lon - before < -180) - (lon - before > 180))
        whole.append((lon + turn, lat))
    if all(abs(lon) <= 180 for lon, _ in whole):
        return [whole]
    return [clipped([(lon + shift, lat) for lon, lat in whole], (-180, 180, -90, 90)) for shift in (-360, 0, 360)]


def clipped(ring: list[Point], frame: tuple[float, float, float, float]) -> list[Point]:
    """What of a ring lies between left and right, top and bottom (Sutherland and Hodgman)."""
    for axis, limit, keep in ((0, frame[0], 1), (0, frame[1], -1), (1, frame[2], 1), (1, frame[3], -1)):
        kept: list[Point] = []
        for a, b in pairwise([ring[-1], *ring]) if ring else ():
            inside_a, inside_b = (keep * (p[axis] - limit) >= 0 for p in (a, b))
            if inside_a != inside_b:
                t = (limit - a[axis]) / (b[axis] - a[axis])
                kept.append((a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])))
            if inside_b:
                kept.append(b)
        ring = kept
    return ring


def drawing(topology: dict[str, Any], chart: Chart, *, tolerance: float, least: float) -> str:
    """The land of a map as SVG. ``tolerance`` and ``least`` (the size of the smallest island) are in units of the map."""

    def placed(point: Point) -> Point | None:
        found = chart.projection(*point)
        return found and ((found[0] - chart.west) * chart.scale, (chart.north - found[1]) * chart.scale)

    lines = []
    for arc in arcs(topology):
        seen = [(*place, *point) for point in arc if (place := placed(point))]
        lines.append([(lon, lat) for _, _, lon, lat in simplified(seen, tolerance)])
    paths = []
    for country, rings in sorted(countries(topology, lines).items()):
        if country == ANTARCTICA:
            continue
        rings = [[q for p in part if (q := placed(p))] for ring in rings if ring for part in cut(ring)]
        told = []
        for ring in rings:
            shape = clipped(ring, (-9, chart.width + 9, -9, chart.height + 9))
            if len(shape) < 3 or max(max(c) - min(c) for c in zip(*shape, strict=True)) < least:
                continue
            x, y = (round(shape[0][0], 1), round(shape[0][1], 1))
            steps = [f"M{x:g} {y:g}l"]
            for px, py in shape[1:]:
                dx, dy = round(px - x, 1), round(py - y, 1)
                if dx or dy:
                    steps.append(f"{' ' if len(steps) > 1 else ''}{dx:g} {dy:g}")
                    x, y = round(x + dx, 1), round(y + dy, 1)
            told.append(re.sub(r"(?<!\d)0\.", ".", "".join(steps).replace(" -", "-")) + "z")
        if told:
            paths.append(f'<path d="{"".join(told)}"/>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {chart.width} {chart.height}">'
        f"<!-- Made with Natural Earth, in the public domain. --><style>{STYLE}</style>{''.join(paths)}</svg>\n"
    )


def centre(rings: list[list[Point]]) -> Point:
    """The centre of the largest ring, weighed by area: longitude and latitude."""
    found = []
    for ring in rings:
        # About the ring's own middle, Lambert's equal-area projection keeps areas and hardly bends.
        lon0, lat0 = (radians(sum(c) / len(c)) for c in zip(*ring, strict=True))
        flat = []
        for lon, lat in ((radians(a) - lon0, radians(b)) for a, b in ring):
            k = sqrt(2 / (1 + sin(lat0) * sin(lat) + cos(lat0) * cos(lat) * cos(lon)))
            flat.append((k * cos(lat) * sin(lon), k * (cos(lat0) * sin(lat) - sin(lat0) * cos(lat) * cos(lon))))
        crossed = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in pairwise([*flat, flat[0]])]
        area = sum(c for _, _, c in crossed)
        x, y = (sum((a[n] + b[n]) * c for a, b, c in crossed) / (3 * area) for n in (0, 1))
        rho = hypot(x, y)
        angle = 2 * asin(rho / 2)
        lat = asin(cos(angle) * sin(lat0) + y * sin(angle) * cos(lat0) / rho)
        lon = lon0 + atan2(x * sin(angle), rho * cos(lat0) * cos(angle) - y * sin(lat0) * sin(angle))
        found.append((abs(area), degrees(lon), degrees(lat)))
    return max(found)[1:]


def main() -> None:
    """Write the drawings, or print centres."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("borders", type=Path)
    parser.add_argument("codes", nargs="*")
    given = parser.parse_args()
    topology = json.loads(given.borders.read_text(encoding="utf-8"))
    rings = countries(topology, arcs(topology))
    for code in given.codes:
        longitude, latitude = centre(rings[code])
        print(f"{code} POINT({longitude:.2f} {latitude:.2f})")
    if not given.codes:
        (ASSETS / EUROPE.file).write_text(drawing(topology, EUROPE, tolerance=0.7, least=3), encoding="utf-8")
        (ASSETS / WORLD.file).write_text(drawing(topology, WORLD, tolerance=0.7, least=3), encoding="utf-8")


if __name__ == "__main__":
    main()
