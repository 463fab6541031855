"""The small parts of a site, each noted with what it read, so that a later build makes again only those that read something that has changed since.

A unit is the files of one page, or of one question, or all pages of one kind of lists. While it is made, the site it is given notes each term that is
asked for (:meth:`Site.noting`). Between two builds it is known which terms have other triples or another place; a unit that read none of them would
come out as it was, and its files are taken over. Of a unit that has to be made again, those files may be taken over still that are handed over as what
they are made from and what makes them (:class:`Later`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from clayonto.publish.index import ALL, TYPE, Index

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from clayonto.publish.site import Site
    from clayonto.publish.staging import Staging

Triple: TypeAlias = tuple[str, str, str]
_NONE: Final[Mapping[str, Any]] = {}


class Later(NamedTuple):
    """A file of a unit that is made if need be: its path, what it is made from besides the site, and what makes it.

    ``given`` is texts, numbers and tuples of them; all else that its content depends on ``content`` has to read of the site.
    """

    path: str
    given: Any
    content: Callable[[], bytes]


File: TypeAlias = "tuple[str, bytes] | Later"
"""A file: its path, and its content or what makes it."""


def made(files: Iterable[File]) -> Iterator[tuple[str, bytes]]:
    """Paths and contents."""
    for file in files:
        yield (file.path, file.content()) if isinstance(file, Later) else file


class Each(NamedTuple):
    """A part of a site that is many units.

    ``items`` gives for a site each unit's name, what it is made from besides the site (texts, numbers and tuples of them, which are compared with
    those of the build before), and what ``maker`` is to
    make it from. ``maker`` gives for a site a function from that to paths and bytes. That function may read of the site what it wants, through the
    methods of the site and its
    index; what it keeps from one unit for the next it has to note with :meth:`Site.asks` whenever it uses it.
    """

    items: Callable[[Site], Iterable[tuple[str, Any, Any]]]
    maker: Callable[[Site], Callable[[Any], Iterator[File]]]


class Whole(NamedTuple):
    """A part of a site that is one unit: it is about all things at once, and made again only where one of those that it reads has changed, or its place.

    ``given`` gives for a site what the part is made from besides what it reads of the site.
    """

    name: str
    files: Callable[[Site], Iterator[File]]
    given: Callable[[Site], Any] = lambda _: None


class Read(NamedTuple):
    """What something was made from: what was given, and the terms that were read, forwards and backwards."""

    given: Any
    asked: Sequence[str]
    backwards: Sequence[str]


class Unit(NamedTuple):
    """What is known of a unit that was made.

    That is what it was made from, its files, and the terms it read, forwards and backwards; then by path what its further files were made from
    (as :class:`Read`), and by key what was read for several of these at once (:meth:`Site.once`).
    """

    given: Any
    files: tuple[str, ...]
    asked: tuple[str, ...]
    backwards: tuple[str, ...]
    later: Mapping[str, tuple[Any, ...]]
    once: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]

    @property
    def paths(self) -> Iterator[str]:
        """All files."""
        yield from self.files
        yield from self.later


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

    @property
    def only_texts(self) -> bool:
        """Whether things that were there, and are, have got other texts and nothing else: no thing, class or link has come or gone."""
        return not self.moved and all(s[0] == "<" and p != TYPE and o[0] == '"' for s, p, o in (*self.added, *self.removed))

    def touch(self, unit: Unit) -> bool:
        """Whether a unit read anything that has changed, for any of its files."""
        return self.among(unit.asked, unit.backwards) or any(self.among(asked, backwards) for _, asked, backwards in unit.later.values())

    def among(self, asked: Iterable[str], backwards: Iterable[str]) -> bool:
        """Whether anything that has changed is among terms that were read, forwards and backwards."""
        if not self.terms.isdisjoint(asked) or not self.backwards.isdisjoint(backwards):
            return True
        return bool((self.terms and ALL in asked) or (self.backwards and ALL in backwards))

    def seen_by(self, unit: Unit) -> Changes:
        """The same, with the keys of what the unit read once for several files and would read otherwise now."""
        other = {key for key, read in unit.once.items() if self.among(*read)}
        return self._replace(terms=self.terms | other) if other else self


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


def make(
    each: Each,
    site: Site,
    staging: Staging,
    *,
    before: Mapping[str, Any],
    changed: Changes | None,
    share: range = range(1),
    of: int = 1,
) -> dict[str, Unit]:
    """Make the units of a part, or take over their files.

    :param before: what is known of units from the build before, by name; ``changed`` what has changed since, ``None`` if that is not known.
    :param share: which of each ``of`` units to make, where several processes share them: ``range(1)`` of 2 is every second.
    """
    done: dict[str, Unit] = {}
    work: _Work | None = None
    maker: Callable[[Any], Iterator[File]]
    for number, (name, given, item) in enumerate(each.items(site)):
        if number % of not in share:
            continue
        unit = Unit(*before[name]) if changed is not None and name in before else None
        since = changed.seen_by(unit) if changed is not None and unit is not None else changed
        if since is not None and unit is not None and _stays(unit, given, since, staging):
            done[name] = unit
            continue
        if work is None:
            work = _Work(site, staging)
            maker = work.prepared(each.maker)
        done[name] = work.made(partial(maker, item), given, unit, since)
    return done


def make_whole(whole: Whole, site: Site, staging: Staging, *, before: Mapping[str, Any], changed: Changes | None) -> dict[str, Unit]:
    """Make a part that is one unit, or take over its files; parameters as for :func:`make`."""
    given = (site.catalogued, site.queryable, whole.given(site))
    # It does not note which things it finds where.
    if changed is not None and changed.moved:
        changed = None
    unit = Unit(*before[whole.name]) if changed is not None and whole.name in before else None
    if changed is not None and unit is not None:
        changed = changed.seen_by(unit)
        if _stays(unit, given, changed, staging):
            return {whole.name: unit}
    work = _Work(site, staging, whole=True)
    return {whole.name: work.made(lambda: whole.files(work.view), given, unit, changed)}


def _stays(unit: Unit, given: Any, changed: Changes, staging: Staging) -> bool:
    """Whether a unit is as it was; its files are taken over then."""
    return unit.given == given and not changed.touch(unit) and staging.keep_known(tuple(unit.paths))


class _Work:
    """Makes units of a site that notes what is read of it."""

    def __init__(self, site: Site, staging: Staging, *, whole: bool = False) -> None:
        """:param whole: as for :meth:`Site.noting`."""
        # To note what is read of a large site takes a copy of its dictionaries, and often there is nothing to be made.
        self.view, self._asked, self._backwards = site.noting(whole=whole)
        self._staging = staging
        self._common: tuple[frozenset[str], frozenset[str]] = (frozenset(), frozenset())

    def prepared(self, maker: Callable[[Site], Callable[[Any], Iterator[File]]]) -> Callable[[Any], Iterator[File]]:
        """What makes the units of a part. What it reads beforehand, every unit of it may use."""
        made = maker(self.view)
        self._common = (frozenset(self._asked | self.view.once_used), frozenset(self._backwards))
        return made

    def made(self, files: Callable[[], Iterator[File]], given: Any, before: Unit | None, changed: Changes | None) -> Unit:
        """Make a unit, but for what can be taken over of it.

        :param before: what is known of it from the build before, where ``changed`` is known.
        """
        self._asked.clear()
        self._backwards.clear()
        self.view.anew()
        paths: list[str] = []
        later: dict[str, tuple[Any, ...]] = {}
        for file in files():
            if not isinstance(file, Later):
                path, content = file
                self._staging.put(path, content)
                paths.append(path)
                continue
            known = Read(*before.later[file.path]) if before is not None and file.path in before.later else None
            if (
                known is not None
                and changed is not None
                and known.given == file.given
                and not changed.among(known.asked, known.backwards)
                and self._staging.is_known(file.path)
            ):
                self._staging.keep(file.path)
                later[file.path] = known
            else:
                later[file.path] = self._made_later(file)
        asked, backwards = self._read()
        again = (
            {key: read for key, read in before.once.items() if key not in changed.terms}
            if before is not None and changed is not None
            else {}
        )
        return Unit(
            given, tuple(paths), asked, backwards, {path: tuple(read) for path, read in later.items()}, {**again, **self.view.once_read}
        )

    def _made_later(self, file: Later) -> Read:
        own = (set(self._asked), set(self._backwards), set(self.view.once_used))
        self._clear()
        self._staging.put(file.path, file.content())
        read = Read(file.given, *self._read())
        self._clear()
        self._asked |= own[0]
        self._backwards |= own[1]
        self.view.once_used |= own[2]
        return read

    def _read(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What has been read, forwards and backwards."""
        return tuple(self._asked | self.view.once_used | self._common[0]), tuple(self._backwards | self._common[1])

    def _clear(self) -> None:
        self._asked.clear()
        self._backwards.clear()
        self.view.once_used.clear()
