"""Where things are: from a partner, a project or a partnership to places, and from a place to a point."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clayonto.publish.geometry import geometry_of
from clayonto.publish.index import curie
from clayonto.publish.parts import HEADS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clayonto.publish.site import Site

_SPATIAL, _COUNTRY, _PART_OF = map(curie, ("dct:spatial", "clay:country", "dct:isPartOf"))
_SITES: Final = tuple(map(curie, ("org:hasRegisteredSite", "org:hasPrimarySite", "org:hasSite")))
PLACES: Final = frozenset(map(curie, ("clay:Region", "clay:Country")))
"""Classes whose things are places, with coordinates or without."""
_DEEPEST: Final = 12
"""How many steps up a place is followed; a chain that is longer goes round."""


class Geography:
    """Places of a site's things, each looked up once."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._index = site.index
        self._points: dict[str, tuple[float, float] | None] = {}
        self._above: dict[str, tuple[str, ...]] = {}
        self._places: dict[str, list[str]] = {}

    def is_place(self, term: str) -> bool:
        """Whether a thing is a region or a country, or has coordinates of its own."""
        return self._site.kind(term) in PLACES or self._own(term) is not None

    def above(self, place: str) -> tuple[str, ...]:
        """What a place lies in: what it is part of and its country, the nearest first."""
        known = self._above.get(place)
        if known is None:
            found: dict[str, None] = {}
            near = [place]
            for _ in range(_DEEPEST):
                near = [
                    o for one in near for p in (_PART_OF, _COUNTRY) for o in self._index.objects(one, p) if o != place and o not in found
                ]
                found |= dict.fromkeys(near)
            known = self._above[place] = tuple(found)
        return known

    def point(self, place: str) -> tuple[float, float] | None:
        """Longitude and latitude of a place, or of what it lies in where it has none itself."""
        return next((found for one in (place, *self.above(place)) if (found := self._own(one))), None)

    def places(self, thing: str) -> list[str]:
        """The places of a thing, in order, without those that another of them lies in.

        A place is its own; of others they are where the thing is said to be, and where its sites and its parts in projects and partnerships are.
        """
        known = self._places.get(thing)
        if known is None:
            known = self._places[thing] = [thing] if self.is_place(thing) else self.finest(self._found(thing))
        return known

    def _found(self, thing: str) -> list[str]:
        page = self._site.pages.get(thing)
        found = list(self._stated(thing))
        for part in (part for part in page.parts if self._site.kind(part) in HEADS) if page else ():
            agents = self._index.objects(part, HEADS[self._site.kind(part)])
            found += [place for agent in agents for place in self._stated(agent)] or self._index.objects(part, _COUNTRY)
        if not found:
            found = [
                place
                for kind, head in HEADS.items()
                for part in self._index.subjects(head, thing)
                if self._site.kind(part) == kind
                for place in self._index.objects(part, _COUNTRY)
            ]
        return found

    def finest(self, places: Iterable[str]) -> list[str]:
        """Places without those that another of them lies in."""
        different = dict.fromkeys(places)
        covering = {above for place in different for above in self.above(place)}
        return [place for place in different if place not in covering] or list(different)

    def _stated(self, thing: str) -> Iterator[str]:
        yield from self._index.objects(thing, _SPATIAL)
        for way in _SITES:
            for site in self._index.objects(thing, way):
                yield from self._index.objects(site, _SPATIAL)
        yield from self._index.objects(thing, _COUNTRY)

    def _own(self, term: str) -> tuple[float, float] | None:
        if term not in self._points:
            found = geometry_of(self._index, term)
            self._points[term] = _middle(found["coordinates"]) if found else None
        return self._points[term]


def _middle(coordinates: Any) -> tuple[float, float]:
    """The middle of the box around a geometry's positions."""
    positions = list(_positions(coordinates))
    east, north = [p[0] for p in positions], [p[1] for p in positions]
    return (min(east) + max(east)) / 2, (min(north) + max(north)) / 2


def _positions(coordinates: Any) -> Iterator[list[float]]:
    if isinstance(coordinates[0], float):
        yield coordinates
    else:
        for one in coordinates:
            yield from _positions(one)
