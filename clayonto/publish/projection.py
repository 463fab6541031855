"""From degrees to a place on a map: the two maps that a site has, each with its projection, its frame and its drawing of the land.

The drawings lie in ``assets/``; ``docs/outlines.py`` makes them with the same projections, so that a point falls where it belongs.
"""

from __future__ import annotations

from collections.abc import Callable
from math import asin, cos, pi, radians, sin, sqrt
from typing import Final, NamedTuple, TypeAlias

Projection: TypeAlias = Callable[[float, float], "tuple[float, float] | None"]
"""Longitude and latitude in degrees to east and north in radii of the globe; ``None`` where the projection has no place for them."""


class Chart(NamedTuple):
    """A map: the file in ``assets/`` that draws its land, its size, and how points get on it."""

    file: str
    width: int
    height: int
    scale: float
    west: float
    north: float
    projection: Projection

    def at(self, longitude: float, latitude: float) -> tuple[float, float] | None:
        """Where a point lies, from the upper left; ``None`` if it is not on the map."""
        found = self.projection(longitude, latitude)
        if found is None:
            return None
        x, y = (found[0] - self.west) * self.scale, (self.north - found[1]) * self.scale
        return (x, y) if 0 <= x <= self.width and 0 <= y <= self.height else None


def lambert(longitude: float, latitude: float) -> tuple[float, float] | None:
    """The azimuthal equal-area projection of Lambert about 52° N 10° E, as the statistics of the EU are drawn, on a globe.

    >>> lambert(10, 52)
    (0.0, 0.0)
    """
    along, up, centre = radians(longitude - 10), radians(latitude), radians(52)
    toward = 1 + sin(centre) * sin(up) + cos(centre) * cos(up) * cos(along)
    if toward < 0.2:
        return None
    factor = sqrt(2 / toward)
    return factor * cos(up) * sin(along), factor * (cos(centre) * sin(up) - sin(centre) * cos(up) * cos(along))


def equal_earth(longitude: float, latitude: float) -> tuple[float, float] | None:
    """The projection Equal Earth (Šavrič, Patterson and Jenny, 2018), for the whole world.

    >>> equal_earth(0, 0)
    (0.0, 0.0)
    """
    t = asin(sqrt(3) / 2 * sin(radians(latitude)))
    a, b, c, d = 1.340264, -0.081106, 0.000893, 0.003796
    t2 = t * t
    t6 = t2**3
    x = 2 * sqrt(3) * radians(longitude) * cos(t) / (3 * (9 * d * t6 * t2 + 7 * c * t6 + 3 * b * t2 + a))
    return x, t * (a + b * t2 + t6 * (c + d * t2))


_GLOBE: Final = 6371.0
_HALF: Final = 2 * sqrt(3) * pi / (3 * 1.340264)
EUROPE: Final = Chart("europe.svg", 1000, 830, _GLOBE / 5.2, -2500 / _GLOBE, 2350 / _GLOBE, lambert)
"""Europe from Iceland to the Caucasus; a unit is 5.2 km."""
WORLD: Final = Chart("world.svg", 1000, 430, 500 / _HALF, -_HALF, 1.3, equal_earth)
"""The world, without the far south."""
