"""What a site shows of the whole graph at once: where its partners are, who works with whom, and the ways to sort its things. Each is worked out once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final

from clayonto.publish.facets import Facet, facets
from clayonto.publish.geography import Geography
from clayonto.publish.index import curie
from clayonto.publish.network import Network

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clayonto.publish.site import Site

PARTNERS: Final = tuple(map(curie, ("org:Organization", "clay:ClusterOrganisation", "clay:Cluster")))
"""Classes whose things are on the map of partners."""


class Survey:
    """Views of a site's graph, for the pages that show them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self.geography = Geography(site)

    @cached_property
    def facets(self) -> Mapping[str, Facet]:
        """The ways to sort things, by key."""
        return facets(self._site, self.geography)

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

    @cached_property
    def ways(self) -> Sequence[tuple[str, str]]:
        """The pages that there are: key of what to call each, and its place below the folder of the language."""
        made = [("way_map", "map/index.html")] if any(self.geography.point(place) for place in self.partners) else []
        made += [("way_network", "network/index.html")] if self.network.ranked else []
        return [*made, *((f"way_{key}", f"by/{key}/index.html") for key in self.facets)]
