"""What a site shows of the whole graph at once: where its partners are, who works with whom, and the ways to sort its things. Each is worked out once.

What costs much and changes little is kept for the next build: the ways to sort with the pages that there are, and the order of names.
"""

from __future__ import annotations

import hashlib
import marshal
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from clayonto.publish.facets import Facet, facets
from clayonto.publish.geography import Geography
from clayonto.publish.geometry import is_about_place
from clayonto.publish.index import curie
from clayonto.publish.network import Network
from clayonto.publish.ordering import in_order, reordered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clayonto.publish.site import Site
    from clayonto.publish.units import Changes

PARTNERS: Final = tuple(map(curie, ("org:Organization", "clay:ClusterOrganisation", "clay:Cluster")))
"""Classes whose things are on the map of partners."""


class Survey:
    """Views of a site's graph, for the pages that show them.

    Of ``facets``, ``ways``, ``sorted`` and ``order`` a site does not note what they read of it. Whoever makes something of them has to be made again
    where they come out otherwise, and reads by itself of the things that it shows.
    """

    def __init__(self, site: Site, *, whole: Survey | None = None) -> None:
        """Look at a site.

        :param whole: the survey of the same site without notes, if this is one that notes what is read.
        """
        self._site = site
        self._whole = whole
        self._orders: dict[str, dict[str, str]] = {}
        self._ranks: dict[str, dict[str, int]] = {}
        self.geography = Geography(site)

    @property
    def facets(self) -> Mapping[str, Facet]:
        """The ways to sort things, by key."""
        return (self._whole or self)._sorting[1]  # noqa: SLF001 (of its own kind)

    @property
    def ways(self) -> Sequence[tuple[str, str]]:
        """The pages that there are: key of what to call each, and its place below the folder of the language."""
        return (self._whole or self)._sorting[2]  # noqa: SLF001

    @property
    def sorted(self) -> bytes:
        """What tells these ways to sort, with all that is sorted, from others."""
        return (self._whole or self)._sorted  # noqa: SLF001

    @cached_property
    def network(self) -> Network:
        """Who works with whom."""
        return Network(self._site)

    @cached_property
    def partners(self) -> Mapping[str, Sequence[str]]:
        """Place to the partners there, those places with most of them first."""
        found: dict[str, list[str]] = {}
        for kind in PARTNERS:
            for term in self._site.classes.get(kind, ()):
                for place in self.geography.places(term):
                    found.setdefault(place, []).append(term)
        return dict(sorted(found.items(), key=lambda item: (-len(item[1]), item[0])))

    def order(self, lang: str) -> Mapping[str, str]:
        """All things with pages by name, each with the letter that it is found under."""
        if self._whole is not None:
            return self._whole.order(lang)
        known = self._orders.get(lang)
        if known is None:
            known = self._orders[lang] = in_order(self._site, lang)
        return known

    def by_name(self, things: Iterable[str], lang: str) -> list[str]:
        """Things with pages in that order."""
        if self._whole is not None:
            return self._whole.by_name(things, lang)
        rank = self._ranks.get(lang)
        if rank is None:
            rank = self._ranks[lang] = {term: number for number, term in enumerate(self.order(lang))}
        return sorted(things, key=rank.__getitem__)

    # ------------------------------------------------------------------ kept

    @cached_property
    def _sorting(self) -> tuple[frozenset[str], Mapping[str, Facet], Sequence[tuple[str, str]]]:
        """The properties by which these views are found, the ways to sort, and the pages that there are."""
        read: set[str] = set()
        view = copy(self._site)
        view.index = self._site.index.by_predicate(read)
        seen = Survey(view)
        found = facets(view, seen.geography)
        made = [("way_map", "map/index.html")] if any(seen.geography.point(place) for place in seen.partners) else []
        made += [("way_network", "network/index.html")] if seen.network.ranked else []
        return frozenset(read), found, [*made, *((f"way_{key}", f"by/{key}/index.html") for key in found)]

    @cached_property
    def _sorted(self) -> bytes:
        told = [(key, list(f.things.items()), list(f.above.items()), sorted(f.kinds)) for key, f in self._sorting[1].items()]
        # Version 0 of the format tells no equal texts apart.
        return hashlib.sha256(marshal.dumps(told, 0)).digest()

    def kept(self) -> dict[str, Any]:
        """What the next build can go on from, in a form that can be written down."""
        read, found, ways = self._sorting
        told = [(key, {v: list(t) for v, t in f.things.items()}, dict(f.above), sorted(f.kinds)) for key, f in found.items()]
        orders = {lang: dict(self.order(lang)) for lang in self._site.languages}
        return {"read": sorted(read), "facets": told, "ways": list(ways), "sorted": self._sorted, "orders": orders}

    def go_on(self, kept: Mapping[str, Any], changed: Changes) -> None:
        """Take over what :meth:`kept` gave at the last build, as far as it holds still."""
        if changed.moved:
            return
        triples = (*changed.added, *changed.removed)
        self._orders = {lang: reordered(self._site, lang, order, changed.terms) for lang, order in kept["orders"].items()}
        read = frozenset(kept["read"])
        if not any(p in read or is_about_place(p, o) for _, p, o in triples):
            found = {key: Facet(key, things, above, frozenset(kinds)) for key, things, above, kinds in kept["facets"]}
            self.__dict__["_sorting"] = (read, found, [tuple(way) for way in kept["ways"]])
            self.__dict__["_sorted"] = kept["sorted"]
