"""The site of a graph, gone on with from what the last build left, where that is sooner than to begin anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.publish.fragments import PARTS
from clayonto.publish.index import TYPE, Index
from clayonto.publish.site import Placed, Site
from clayonto.publish.texts import Text, difference
from clayonto.publish.units import changes, places

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clayonto.publish.config import Config
    from clayonto.publish.memory import Memory
    from clayonto.publish.units import Triple
    from clayonto.sources import Source

_PLACING: Final = frozenset((TYPE, *(predicate for ways in PARTS.values() for _, predicate in ways)))
"""The properties that say whether a thing has a page, or on whose page it is."""


def site_of_changed(
    sources: Sequence[Source], digests: Mapping[str, str], before: Memory, config: Config, *, base: str
) -> tuple[Site, dict[str, Text]] | None:
    """The site of files that say something else than at the last build, with what has changed, and what to keep of the files.

    ``None`` where all has to be read anew; what the last build left is as it was then, and otherwise used up.

    :param digests: of the files.
    :param base: the namespace that the data gives its things.
    """
    found = difference(sources, digests, {name: Text(*text) for name, text in before.texts.items()})
    if found is None:
        return None
    out, names = before.out, before.public
    said = ([(names.get(s, s), p, names.get(o, o)) for s, p, o in triples] for triples in (found.added, found.removed))
    # What one file says anew another may have said before.
    added, removed = (
        [t for t in triples if (t[2] in out.get(t[0], {}).get(t[1], ())) is there]
        for triples, there in zip(said, (False, True), strict=True)
    )
    moving = _are_moving(out, added, removed)
    if moving and config.renamed:
        return None
    placed = None if moving else _placed(before)
    site = Site(Index.changed(out, added, removed), config, base=base, placed=placed)
    site.changed = changes(added, removed, before.places, places(site) if moving else before.places)
    return site, found.texts


def _are_moving(out: Mapping[str, Mapping[str, Sequence[str]]], added: Iterable[Triple], removed: Sequence[Triple]) -> bool:
    """Whether changed triples can give anything another place: things that come or go, are something else, or part of something else."""
    left = {s: sum(map(len, out[s].values())) for s, _, _ in removed}
    for s, p, o in added:
        if s not in out or p in _PLACING or "/genid/" in o:
            return True
        if s in left:
            left[s] += 1
    for s, p, o in removed:
        left[s] -= 1
        if not left[s] or p in _PLACING or "/genid/" in o:
            return True
    return False


def _placed(before: Memory) -> Placed:
    paths = {term: place[0] for term, place in before.places.items()}
    return Placed(paths, {term: place[1] for term, place in before.places.items() if len(place) > 2}, before.public)
