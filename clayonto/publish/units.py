"""The small parts of a site, each noted with what it read, so that a later build makes again only those that read something that has changed since.

A unit is the files of one page, or of one question. While it is made, the site it is given notes each term that is asked for (:meth:`Site.noting`).
Between two builds
it is known which terms have other triples or another place; a unit that read none of them would come out as it was, and its files are taken over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from clayonto.publish.index import ALL, TYPE, Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from clayonto.publish.site import Site
    from clayonto.publish.staging import Staging

Triple: TypeAlias = tuple[str, str, str]
_NONE: Final[Mapping[str, Any]] = {}


class Each(NamedTuple):
    """A part of a site that is many units.

    ``items`` gives for a site each unit's name, what it is made from besides the site (texts, numbers and tuples of them, which are compared with
    those of the build before), and what ``maker`` is to
    make it from. ``maker`` gives for a site a function from that to paths and bytes. That function may read of the site what it wants, through the
    methods of the site and its
    index; what it keeps from one unit for the next it has to note with :meth:`Site.asks` whenever it uses it.
    """

    items: Callable[[Site], Iterable[tuple[str, Any, Any]]]
    maker: Callable[[Site], Callable[[Any], Iterator[tuple[str, bytes]]]]


class Whole(NamedTuple):
    """A part of a site that is one unit: it is about all things at once, and made again only where one of those that it reads has changed, or its place."""

    name: str
    files: Callable[[Site], Iterator[tuple[str, bytes]]]

    def __call__(self, site: Site) -> Iterator[tuple[str, bytes]]:
        """The files, as of any part."""
        return self.files(site)


class Unit(NamedTuple):
    """What is known of a unit that was made: what it was made from, its files, and the terms it read, forwards and backwards."""

    given: Any
    files: tuple[str, ...]
    asked: tuple[str, ...]
    backwards: tuple[str, ...]


class Changes(NamedTuple):
    """How a site differs from that of the build before.

    ``added`` and ``removed`` are triples; ``terms`` those with other triples or another place; ``backwards`` those to which other triples lead.
    """

    added: Sequence[Triple]
    removed: Sequence[Triple]
    terms: frozenset[str]
    backwards: frozenset[str]
    moved: bool = False
    """Whether anything has another place or another class, or has come or gone."""

    def touch(self, unit: Unit) -> bool:
        """Whether a unit read anything that has changed."""
        if not self.terms.isdisjoint(unit.asked) or not self.backwards.isdisjoint(unit.backwards):
            return True
        return bool((self.terms and ALL in unit.asked) or (self.backwards and ALL in unit.backwards))


def places(site: Site) -> dict[str, tuple[Any, ...]]:
    """What units may read of each thing besides its triples: path and class, or path, page, and where it is shown if not there."""
    found: dict[str, tuple[Any, ...]] = {}
    for term, path in site.paths.items():
        home = site.parts.get(term)
        found[term] = (path, site.pages[term].kind) if home is None else (path, home, site.paths[home], site.further.get(term, ""))
    return found


def difference(
    before: Mapping[str, Mapping[str, Sequence[str]]], now: Mapping[str, Mapping[str, Sequence[str]]]
) -> tuple[list[Triple], list[Triple]]:
    """The triples that there are now and were not before, and the other way round; each given by subject and predicate."""
    added: list[Triple] = []
    removed: list[Triple] = []
    for subject in before.keys() | now.keys():
        was, is_ = before.get(subject, _NONE), now.get(subject, _NONE)
        if was != is_:
            said = {(subject, p, o) for p, objects in was.items() for o in objects}
            says = {(subject, p, o) for p, objects in is_.items() for o in objects}
            added += says - said
            removed += said - says
    return added, removed


def changes(
    added: Sequence[Triple], removed: Sequence[Triple], before: Mapping[str, tuple[Any, ...]], now: Mapping[str, tuple[Any, ...]]
) -> Changes:
    """How a site differs from an earlier one, by triples and places."""
    moved = {term for term in before.keys() | now.keys() if before.get(term) != now.get(term)} if before is not now else set()
    terms = moved.union(s for s, _, _ in (*added, *removed))
    backwards = frozenset(o for _, p, o in (*added, *removed) if p != TYPE and o[0] != '"')
    others = bool(moved) or any(p == TYPE for _, p, _ in (*added, *removed))
    return Changes(sorted(added), sorted(removed), frozenset(terms), backwards, moved=others)


def beside(changed: Changes) -> Index:
    """The triples that were taken away, to be asked beside those that are there."""
    return Index(f"{s} {p} {o} ." for s, p, o in changed.removed)


def make(each: Each, site: Site, staging: Staging, *, before: Mapping[str, Any], changed: Changes | None) -> dict[str, Unit]:
    """Make the units of a part, or take over their files.

    :param before: what is known of units from the build before, by name; ``changed`` what has changed since, ``None`` if that is not known.
    """
    made: dict[str, Unit] = {}
    view, asked, backwards = site.noting()
    maker: Callable[[Any], Iterator[tuple[str, bytes]]] | None = None
    common: frozenset[str] = frozenset()
    common_backwards: frozenset[str] = frozenset()
    for name, given, item in each.items(site):
        unit = Unit(*before[name]) if name in before else None
        if changed and unit and unit.given == given and not changed.touch(unit) and all(map(staging.is_known, unit.files)):
            for path in unit.files:
                staging.keep(path)
            made[name] = unit
            continue
        if maker is None:
            maker = each.maker(view)
            # What a maker reads beforehand, every unit of it may use.
            common, common_backwards = frozenset(asked), frozenset(backwards)
        asked.clear()
        backwards.clear()
        files = []
        for path, content in maker(item):
            staging.put(path, content)
            files.append(path)
        made[name] = Unit(given, tuple(files), tuple(asked | common), tuple(backwards | common_backwards))
    return made


def make_whole(whole: Whole, site: Site, staging: Staging, *, before: Mapping[str, Any], changed: Changes | None) -> dict[str, Unit]:
    """Make a part that is one unit, or take over its files; parameters as for :func:`make`."""
    given = (site.catalogued, site.queryable)
    unit = Unit(*before[whole.name]) if whole.name in before else None
    if (
        changed
        and not changed.moved
        and unit
        and unit.given == given
        and not changed.touch(unit)
        and all(map(staging.is_known, unit.files))
    ):
        for path in unit.files:
            staging.keep(path)
        return {whole.name: unit}
    view, asked, backwards = site.noting(whole=True)
    files = []
    for path, content in whole.files(view):
        staging.put(path, content)
        files.append(path)
    return {whole.name: Unit(given, tuple(files), tuple(asked), tuple(backwards))}
