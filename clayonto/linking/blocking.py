"""Which organisations are compared at all: those that share something rare, so that work grows with their number and not with its square.

Two are compared when they have an identifier in common, or when they may be in one country and have in common

- the whole name, as :mod:`clayonto.linking.names` leaves it, or an acronym;
- a word, or two words together, that few others have; or
- their place in the alphabet, read forwards or backwards, which finds what is misspelled.

A group of more than :data:`LARGEST` that share a word says nothing, and is left out; of those that share a whole name each is compared with the next.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clayonto.linking.evidence import Known, Matcher

LARGEST: Final = 40
"""Organisations of a group that are all compared with each other."""
NEIGHBOURS: Final = 3
"""How many that follow in the alphabet each is compared with."""
_RAREST: Final = 4
_ANYWHERE: Final = "?"


def pairs(known: Sequence[Known], matcher: Matcher, *, progress: Callable[[str], None] | None = None) -> Iterator[tuple[int, int]]:
    """The places of those to compare, the smaller first, each pair once, sorted.

    :param known: the organisations.
    :param matcher: which knows how rare words are among them.
    :param progress: called with a sentence now and then.
    """
    say = progress or (lambda _: None)
    groups: defaultdict[str, list[int]] = defaultdict(list)
    for place, one in enumerate(known):
        for country in one.countries or {_ANYWHERE}:
            for key in _keys(one, matcher):
                groups[f"{country} {key}"].append(place)
        for code in one.identifiers:
            groups[f"{code.kind}={code.value}"].append(place)
    say(f"{len(groups):,} groups")
    others: defaultdict[int, set[int]] = defaultdict(set)
    anywhere = _of_unknown_country(groups)
    for key, members in groups.items():
        country, _, rest = key.partition(" ")
        together = members + anywhere.get(rest, []) if country != _ANYWHERE else members
        if len(together) < 2:
            continue
        if len(together) <= LARGEST:
            for a, b in combinations(sorted(set(together)), 2):
                others[a].add(b)
        elif rest.startswith("=") or not rest:
            for a, b in _in_a_row(together):
                others[a].add(b)
    del groups, anywhere
    for backwards in (False, True):
        for a, b in _near_in_the_alphabet(known, backwards=backwards):
            others[a].add(b)
    for place in sorted(others):
        for other in sorted(others.pop(place)):
            yield place, other


def _keys(one: Known, matcher: Matcher) -> set[str]:
    keys = {f"={short}" for short in one.acronyms}
    for _, name in one.names:
        keys.add(f"={''.join(sorted(name.words))}")
        keys.add(f"={name.joined}")
        rarest = sorted(set(name.words), key=lambda word: (matcher.frequency[word], word))[:_RAREST]
        keys.update(rarest)
        keys.update(f"{a}+{b}" for a, b in combinations(sorted(rarest), 2))
    return keys


def _of_unknown_country(groups: dict[str, list[int]]) -> dict[str, list[int]]:
    return {key.partition(" ")[2]: members for key, members in groups.items() if key.startswith(f"{_ANYWHERE} ")}


def _in_a_row(places: list[int]) -> Iterator[tuple[int, int]]:
    row = sorted(set(places))
    yield from pairwise(row)


def _near_in_the_alphabet(known: Sequence[Known], *, backwards: bool) -> Iterator[tuple[int, int]]:
    spelled: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for place, one in enumerate(known):
        for country in one.countries or {_ANYWHERE}:
            spelled[country] += [(name.joined[::-1] if backwards else name.joined, place) for _, name in one.names]
    for rows in spelled.values():
        rows.sort()
        for at, (_, place) in enumerate(rows):
            for _, other in rows[at + 1 : at + 1 + NEIGHBOURS]:
                if place != other:
                    yield min(place, other), max(place, other)
