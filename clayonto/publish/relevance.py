"""Whether changed triples can change the answer to a query, so that a site that is built again asks only the queries that have to be asked.

A triple bears on an answer through a pattern that it matches, and then only if what the answer needs beside that pattern is there as well, in the
data before or after. That is looked up, within bounds;
filters are not tried. Where a query is more than this module reads, or the search too long, the answer counts as changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from clayonto.publish.index import TYPE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clayonto.publish.index import Index

Pattern: TypeAlias = tuple[str, str, str]
"""Subject, predicate and object: a variable (``?x``), a term as N-Triples, or in the predicate's place the IRIs of a path, parted by spaces; ``*`` for any."""
ANY: Final = "*"
EMPTY: Final = "0"
"""Among the IRIs of a path: it may have no step at all. ``PATH`` is there for every path."""
PATH: Final = "|"
_MOST_LOOKED_AT: Final = 500
"""How many triples are looked at for one changed triple and one pattern."""


class _NotRead(Exception):  # noqa: N818 - no error: the query counts as concerned
    """A part of a query that this module does not read."""


class Reading(NamedTuple):
    """A pattern of a query, and the patterns without which it adds nothing: each a pattern, or a tuple of tuples of them of which one has to hold."""

    pattern: Pattern
    needs: tuple[Any, ...]


def readings(text: str, *, base: str) -> list[Reading] | None:
    """How a query reads triples; ``None`` if that cannot be told.

    :param text: SPARQL without parameters.
    """
    from rdflib.plugins.sparql import prepareQuery

    from clayonto.namespaces import PREFIXES

    try:
        query = prepareQuery(text, initNs=dict(PREFIXES), base=base)
        return list(_readings(query.algebra, ()))
    except Exception:  # rdflib's parser raises many kinds, and any of them means the same here
        return None


def terms(reading: Reading) -> set[str]:
    """The IRIs in the places of subjects and objects."""
    pending: list[Any] = [reading.pattern, *reading.needs]
    found: set[str] = set()
    while pending:
        one = pending.pop()
        if one[0] == "or":
            pending += [need for way in one[1] for need in way]
        else:
            found.update(end for end in (one[0], one[2]) if end[0] == "<")
    return found


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


# ---------------------------------------------------------------- reading a query


def _readings(node: Any, needs: tuple[Any, ...]) -> Iterator[Reading]:
    """The patterns below a node of rdflib's algebra, each with what it needs: ``needs``, and what the same group demands."""
    kind = getattr(node, "name", "")
    if kind == "BGP":
        own = _required(node)
        for pattern in own:
            others = (*needs, *(other for other in own if other is not pattern))
            if EMPTY in pattern[1].split() and not any(end[0] != "?" or end in _variables(others) for end in (pattern[0], pattern[2])):
                # Whatever is in the data at all is led to itself.
                pattern = (pattern[0], ANY, pattern[2])
            yield Reading(pattern, others)
    elif kind == "Join":
        yield from _readings(node.p1, (*needs, *_required(node.p2)))
        yield from _readings(node.p2, (*needs, *_required(node.p1)))
    elif kind in ("LeftJoin", "Minus"):
        yield from _readings(node.p1, needs)
        yield from _readings(node.p2, (*needs, *_required(node.p1)))
        if kind == "LeftJoin":
            yield from _tested(node.expr, (*needs, *_required(node.p1)))
    elif kind == "Union":
        yield from _readings(node.p1, needs)
        yield from _readings(node.p2, needs)
    elif kind in ("Filter", "Extend"):
        yield from _readings(node.p, needs)
        yield from _tested(node.expr, (*needs, *_required(node.p)))
    elif kind in ("Project", "SelectQuery", "AskQuery", "ToMultiSet"):
        # What a subquery does not hand on has a name of its own there, so nothing outside is needed inside.
        yield from _readings(node.p, ()) if node.p is not None else ()
    elif kind in ("Distinct", "Reduced", "OrderBy", "Slice", "AggregateJoin", "Group"):
        if kind == "OrderBy":
            _no_patterns(node.expr)
        yield from _readings(node.p, needs if kind in ("Distinct", "Reduced", "Slice") else ())
    elif kind != "values":
        raise _NotRead(kind)


def _required(node: Any) -> tuple[Any, ...]:
    """What has to be there for a node to have any solution."""
    kind = getattr(node, "name", "")
    if kind == "BGP":
        return tuple(_pattern(triple) for triple in node.triples)
    if kind == "Join":
        return (*_required(node.p1), *_required(node.p2))
    if kind in ("LeftJoin", "Minus"):
        return _required(node.p1)
    if kind in ("Filter", "Extend"):
        return _required(node.p)
    if kind == "Union":
        return (("or", (_required(node.p1), _required(node.p2))),)
    return ()


def _tested(expression: Any, needs: tuple[Any, ...]) -> Iterator[Reading]:
    """The patterns of ``EXISTS`` and ``NOT EXISTS`` in an expression."""
    for one in _expressions(expression):
        yield from _readings(one.graph, needs)


def _expressions(expression: Any) -> Iterator[Any]:
    if getattr(expression, "name", "") in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
        yield expression
    elif isinstance(expression, dict):
        for value in expression.values():
            yield from _expressions(value)
    elif isinstance(expression, list | tuple):
        for value in expression:
            yield from _expressions(value)


def _no_patterns(expression: Any) -> None:
    if any(True for _ in _expressions(expression)):
        raise _NotRead("EXISTS in an order")


def _pattern(triple: tuple[Any, Any, Any]) -> Pattern:
    from rdflib.paths import Path
    from rdflib.term import BNode, Variable

    def told(term: Any) -> str:
        if isinstance(term, Variable):
            return f"?{term}"
        return f"?_:{term}" if isinstance(term, BNode) else str(term.n3())

    s, p, o = triple
    if isinstance(p, Path):
        return told(s), " ".join(sorted(_in_path(p) | ({EMPTY} if _may_be_empty(p) else set()))), told(o)
    return told(s), told(p), told(o)


def _in_path(path: Any) -> set[str]:
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath
    from rdflib.term import URIRef

    if isinstance(path, URIRef):
        return {path.n3(), PATH}
    if isinstance(path, SequencePath | AlternativePath):
        return set().union(*(_in_path(arg) for arg in path.args))
    if isinstance(path, InvPath):
        return _in_path(path.arg)
    if isinstance(path, MulPath):
        return _in_path(path.path)
    return {ANY}


def _variables(needs: tuple[Any, ...]) -> set[str]:
    """The variables of the patterns that always hold."""
    return {end for need in needs if need[0] != "or" for end in (need[0], need[2])}


def _may_be_empty(path: Any) -> bool:
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    if isinstance(path, MulPath):
        return path.mod in ("*", "?") or _may_be_empty(path.path)
    if isinstance(path, SequencePath):
        return all(_may_be_empty(arg) for arg in path.args)
    if isinstance(path, AlternativePath):
        return any(_may_be_empty(arg) for arg in path.args)
    return isinstance(path, InvPath) and _may_be_empty(path.arg)


# ---------------------------------------------------------------- holding triples against it


def _named(pattern: Pattern, names: Mapping[str, str]) -> Pattern:
    s, p, o = pattern
    return names.get(s, s), p, names.get(o, o)


def _all_named(need: Any, names: Mapping[str, str]) -> Any:
    if need[0] == "or":
        return ("or", tuple(tuple(_all_named(one, names) for one in way) for way in need[1]))
    return _named(need, names)


def _bears(reading: Reading, triple: tuple[str, str, str], graphs: tuple[Index, ...]) -> bool:
    s, p, o = reading.pattern
    known: dict[str, str] = {}
    if p[0] == "?":
        known[p] = triple[1]
    elif " " in p or p == ANY:
        # Somewhere on a path: its ends may be anywhere.
        return triple[1] in p.split() or ANY in p.split()
    elif p != triple[1]:
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
        for number, need in enumerate(needs):
            rest = needs[:number] + needs[number + 1 :]
            if need[0] == "or":
                continue
            found = self._values(need, known)
            if found is not None:
                return any(self.holds(rest, {**known, **more}) for more in found)
        for number, need in enumerate(needs):
            if need[0] == "or":
                rest = needs[:number] + needs[number + 1 :]
                return any(self.holds((*way, *rest), known) for way in need[1])
        return True

    def _values(self, need: Pattern, known: Mapping[str, str]) -> Iterator[dict[str, str]] | None:
        """What variables of a pattern may be; ``None`` where nothing leads into it, or it is a path."""
        s, p, o = need
        if p[0] != "<" or " " in p:
            return None
        subject, value = known.get(s, s), known.get(o, o)
        if subject[0] != "?":
            return self._objects(subject, p, o, value)
        return self._subjects(s, p, value) if value[0] == "<" and p != TYPE else None

    def _objects(self, subject: str, p: str, o: str, value: str) -> Iterator[dict[str, str]]:
        for index in self._graphs:
            for thing in index.objects(subject, p):
                self._left -= 1
                if value[0] == "?":
                    yield {o: thing}
                elif thing == value or (thing[0] == '"' and value[0] == '"') or self._left < 0:  # a literal may be written in two ways
                    yield {}
        if self._left < 0:
            yield {}

    def _subjects(self, s: str, p: str, value: str) -> Iterator[dict[str, str]]:
        for index in self._graphs:
            for thing in index.subjects(p, value):
                self._left -= 1
                if self._left < 0:
                    break
                yield {s: thing}
        if self._left < 0:
            yield {}
