"""Ways to sort things beside their class: by programme, region, year and subject."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.publish.geography import PLACES
from clayonto.publish.index import curie, literal
from clayonto.publish.values import END, START

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from clayonto.publish.geography import Geography
    from clayonto.publish.site import Page, Site

_UNDER: Final = tuple(map(curie, ("clay:underProgramme", "clay:formedUnder", "clay:publishedUnder", "clay:ofRound", "dct:isPartOf")))
_PROGRAMMES: Final = frozenset(map(curie, ("clay:FundingProgramme", "clay:ClusterInitiative", "clay:Strand")))
_ON_THE_WAY: Final = _PROGRAMMES | {curie("clay:CallRound"), curie("clay:Call"), curie("clay:StrandEdition")}
_SUBJECTS: Final = tuple(map(curie, ("dct:subject", "clay:sector", "clay:seeksPracticesOn")))
_CONCEPT, _BROADER, _TEMPORAL = map(curie, ("skos:Concept", "skos:broader", "dct:temporal"))
_PLACED: Final = frozenset(
    map(
        curie,
        ("clay:Project", "clay:ClusterPartnership", "org:Organization", "clay:ClusterOrganisation", "clay:Cluster", "clay:ActionPlan"),
    )
)
_LONGEST: Final = 100
"""How many years a thing that runs on counts for."""


class Facet(NamedTuple):
    """One way to sort: its key, the things of each value, and what each value is under, and the classes of the things. A value is a thing's term, or a year."""

    key: str
    things: Mapping[str, Sequence[str]]
    above: Mapping[str, str]
    kinds: frozenset[str]


def facets(site: Site, geography: Geography) -> Mapping[str, Facet]:
    """The ways that the data has something for, by key."""
    made = (_programmes(site), _regions(site, geography), _years(site), _subjects(site))
    return {facet.key: facet for facet in made if facet.things}


def lists_things_of(site: Site, page: Page) -> str:
    """The key of the way to sort in which a page's thing is a value; the empty text if it is none."""
    if page.kind in _PROGRAMMES:
        return "programme"
    if page.kind in PLACES:
        return "region"
    if page.kind == _CONCEPT and any(_is_sorted(site, thing) for p in _SUBJECTS for thing in site.index.subjects(p, page.term)):
        return "subject"
    return ""


def _is_sorted(site: Site, thing: str) -> bool:
    return thing in site.pages and site.kind(thing) != _CONCEPT


def _sorted_by(
    key: str, site: Site, values: Callable[[str], Iterable[str]], above: Callable[[str], Sequence[str]], always: Iterable[str] = ()
) -> Facet:
    """:param always: classes whose things are values even where nothing is sorted under them."""
    things: dict[str, list[str]] = {term: [] for kind in always for term in site.classes.get(kind, ())}
    for term in site.pages:
        for value in dict.fromkeys(values(term)):
            things.setdefault(value, []).append(term)
    under = {value: nearest for value in things if (nearest := next((one for one in above(value) if one in things), None))}
    kinds = frozenset(site.pages[term].kind for found in things.values() for term in found)
    return Facet(key, dict(sorted(things.items())), under, kinds)


def _programmes(site: Site) -> Facet:
    def above(term: str) -> list[str]:
        found: dict[str, None] = {}
        near = [term]
        while near:
            near = [
                o for one in near for p in _UNDER for o in site.index.objects(one, p)
                if o != term and o not in found and site.kind(o) in _ON_THE_WAY
            ]  # fmt: skip
            found |= dict.fromkeys(near)
        return [one for one in found if site.kind(one) in _PROGRAMMES]

    return _sorted_by("programme", site, above, above, _PROGRAMMES)


def _regions(site: Site, geography: Geography) -> Facet:
    def values(term: str) -> list[str]:
        if site.pages[term].kind not in _PLACED:
            return []
        places = geography.places(term)
        return [place for one in places for place in (one, *geography.above(one)) if place in site.pages]

    return _sorted_by("region", site, values, geography.above, PLACES)


def _years(site: Site) -> Facet:
    def values(term: str) -> list[str]:
        periods = [term, *site.index.objects(term, _TEMPORAL)]
        return [str(year) for period in periods for year in years(site, period)]

    return _sorted_by("year", site, values, lambda _: ())


def years(site: Site, period: str) -> range:
    """The years in which a period runs; its first alone where it has no end."""
    said = [site.index.objects(period, p) for p in (START, END)]
    first, last = ((int(found) if (found := literal(o[0])[0][:4]).isdecimal() and found.isascii() else None) if o else None for o in said)
    if first is None:
        return range(0)
    return range(first, min(max(last or first, first), first + _LONGEST) + 1)


def _subjects(site: Site) -> Facet:
    def above(concept: str) -> list[str]:
        found: dict[str, None] = {}
        near = [concept]
        while near:
            near = [o for one in near for o in site.index.objects(one, _BROADER) if o != concept and o not in found]
            found |= dict.fromkeys(near)
        return list(found)

    def values(term: str) -> list[str]:
        if not _is_sorted(site, term):
            return []
        subjects = [o for p in _SUBJECTS for o in site.index.objects(term, p) if o in site.pages and site.kind(o) == _CONCEPT]
        return [one for subject in subjects for one in (subject, *above(subject)) if one in site.pages]

    return _sorted_by("subject", site, values, above)
