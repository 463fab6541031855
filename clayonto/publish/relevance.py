"""Whether changed triples can change the answer to a query, so that a site that is built again asks only the queries that have to be asked.

A triple bears on an answer through a pattern that it matches, and then only if what the answer needs beside that pattern is there as well, in the
data before or after. That is looked up, within bounds. Of filters two are tried: which language a text has, and whether it holds another text.
Where a query is more than this module reads, or the search too long, the answer counts as changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clayonto.publish.index import TYPE, literal
from clayonto.publish.readings import AMONG, ANY, HAS, LANG, PATH, TOLD, Reading

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clayonto.publish.index import Index
    from clayonto.publish.readings import Pattern

_MOST_LOOKED_AT: Final = 500
"""How many triples are looked at for one changed triple and one pattern."""


def concerns(read: Iterable[Reading], changed: Iterable[tuple[str, str, str]], graphs: Iterable[Index], names: Mapping[str, str]) -> bool:
    """Whether one of some triples can change an answer.

    :param read: of the query.
    :param changed: triples that were added or taken away.
    :param graphs: the data before and after.
    :param names: the terms of the query that have another name in the data.
    """
    both = tuple(graphs)
    kept = [Reading(_named(r.pattern, names), tuple(_all_named(n, names) for n in r.needs)) for r in read]
    return any(_bears(reading, triple, both) for triple in changed for reading in kept)


def _named(pattern: Pattern, names: Mapping[str, str]) -> Pattern:
    s, p, o = pattern
    return names.get(s, s), p, names.get(o, o)


def _all_named(need: Any, names: Mapping[str, str]) -> Any:
    if need[0] == "or":
        return ("or", tuple(tuple(_all_named(one, names) for one in way) for way in need[1]))
    if need[0] == AMONG:
        return (AMONG, need[1], " ".join(names.get(iri, iri) for iri in need[2].split()))
    return need if need[0] in TOLD else _named(need, names)


def _bears(reading: Reading, triple: tuple[str, str, str], graphs: tuple[Index, ...]) -> bool:
    s, p, o = reading.pattern
    known: dict[str, str] = {}
    if p[0] == "?":
        known[p] = triple[1]
    elif PATH in (steps := p.split()) or ANY in steps:
        # Somewhere on a path: its ends may be anywhere.
        return triple[1] in steps or ANY in steps
    elif triple[1] not in steps:
        return False
    for place, value in ((s, triple[0]), (o, triple[2])):
        if place[0] != "?":
            if place != value and (place[0] == "<" or value[0] == "<"):
                return False
        elif known.setdefault(place, value) != value:
            return False
    return _Search(graphs).holds(reading.needs, known)


class _Search:
    """A look for values under which patterns hold in the data before or after. It gives up, and says that there may be some, after so many triples."""

    def __init__(self, graphs: tuple[Index, ...]) -> None:
        self._graphs = graphs
        self._left = _MOST_LOOKED_AT

    def holds(self, needs: tuple[Any, ...], known: Mapping[str, str]) -> bool:
        """Whether all of some patterns may hold, their variables having known values."""
        if self._left < 0:
            return True
        if not self._may_hold(needs, known):
            return False
        # What leads to least is looked up first: often that is nothing, and the search is at its end.
        found = {number: values for number, need in enumerate(needs) if (values := self._values(need, known, needs)) is not None}
        if found:
            number = min(found, key=lambda n: len(found[n]))
            rest = needs[:number] + needs[number + 1 :]
            self._left -= len(found[number])
            return self._left < 0 or any(self.holds(rest, {**known, **more}) for more in found[number])
        for number, need in enumerate(needs):
            if need[0] == "or":
                rest = needs[:number] + needs[number + 1 :]
                return any(self.holds((*way, *rest), known) for way in need[1])
        return True

    def _may_hold(self, needs: tuple[Any, ...], known: Mapping[str, str]) -> bool:
        """Whether each need may hold by itself, and of each ``or`` one way: what one look settles is worth it before any search."""
        for need in needs:
            if need[0] in TOLD:
                if need[1] in known and not _is_so(need, known[need[1]]):
                    return False
            elif need[0] == "or" and not any(
                self._may_hold(way, known) and not any(self._values(one, known, way) == [] for one in way) for way in need[1]
            ):
                return False
        return True

    def _values(self, need: Any, known: Mapping[str, str], needs: tuple[Any, ...]) -> list[dict[str, str]] | None:
        """What variables of a pattern may be; ``None`` where nothing leads into it, or it is a path.

        :param needs: all that has to hold together.
        """
        if need[0] in ("or", *TOLD):
            return None
        s, p, o = need
        steps = p.split()
        if p[0] == "?":
            listed = [one[2].split() for one in needs if one[0] == AMONG and one[1] == p]
            if p not in known and not listed:
                return None
            steps = [known[p]] if p in known else listed[0]
        if PATH in steps or ANY in steps:
            return None
        subject, value = known.get(s, s), known.get(o, o)
        if subject[0] != "?":
            things = [thing for index in self._graphs for step in steps for thing in index.objects(subject, step)]
            if value[0] == "?":
                return [{o: thing} for thing in things]
            # A literal may be written in two ways.
            return [{}] if any(thing == value or (thing[0] == '"' and value[0] == '"') for thing in things) else []
        if value[0] != "<" or TYPE in steps:
            return None
        return [{s: thing} for index in self._graphs for step in steps for thing in index.subjects(step, value)[: _MOST_LOOKED_AT + 1]]


def _is_so(need: Any, term: str) -> bool:
    """Whether a text has the language, or holds the text, that is needed; or a term is among those that are."""
    if need[0] == AMONG:
        return term in need[2].split()
    if term[0] != '"':
        # What is no text has no language, and STR makes a text of anything.
        return bool(need[0] == HAS)
    text, tag, _ = literal(term)
    return tag == need[2] if need[0] == LANG else need[2] in text.casefold()
