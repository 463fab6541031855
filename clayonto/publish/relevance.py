"""Whether changed triples can change the answer to a query, so that a site that is built again asks only the queries that have to be asked.

A triple bears on an answer through a pattern that it matches, and then only if what the answer needs beside that pattern is there as well, in the
data before or after. That is looked up, within bounds. Of filters two are tried: which language a text has, and whether it holds another text.
Where a query is more than this module reads, or the search too long, the answer counts as changed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from clayonto.publish.index import TYPE, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clayonto.publish.index import Index

Pattern: TypeAlias = tuple[str, str, str]
"""Subject, predicate and object: a variable (``?x``), a term as N-Triples, or in the predicate's place several IRIs, parted by spaces; ``*`` for any."""
ANY: Final = "*"
EMPTY: Final = "0"
"""Among the IRIs of a path: it may have no step at all. ``PATH`` is there for every path of more than one step; without it any one of the IRIs is meant."""
PATH: Final = "|"
LANG: Final = "lang"
HAS: Final = "has"
_MOST_LOOKED_AT: Final = 500
"""How many triples are looked at for one changed triple and one pattern."""


class _NotRead(Exception):  # noqa: N818 - no error: the query counts as concerned
    """A part of a query that this module does not read."""


class Reading(NamedTuple):
    """A pattern of a query, and what has to hold beside it, or it adds nothing.

    That is a pattern; ``("or", WAYS)``, each a tuple of what has to hold, of which one has to; ``(LANG, VARIABLE, TAG)`` for the language of a text; or
    ``(HAS, VARIABLE, TEXT)`` for what a text holds, case aside.
    """

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
        elif one[0] not in (LANG, HAS):
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
    elif kind == "LeftJoin":
        yield from _readings(node.p1, needs)
        yield from _readings(node.p2, (*needs, *_required(node.p1), *_filtered(node.expr, node.p2)))
        yield from _tested(node.expr, (*needs, *_required(node.p1)))
    elif kind == "Minus":
        yield from _readings(node.p1, needs)
        yield from _readings(node.p2, (*needs, *_required(node.p1)))
    elif kind == "Union":
        yield from _readings(node.p1, needs)
        yield from _readings(node.p2, needs)
    elif kind in ("Filter", "Extend"):
        yield from _readings(node.p, (*needs, *(_filtered(node.expr, node.p) if kind == "Filter" else ())))
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
        return tuple(pattern for s, p, o in node.triples for pattern in _patterns(_told(s), p, _told(o)))
    if kind == "Join":
        return (*_required(node.p1), *_required(node.p2))
    if kind in ("LeftJoin", "Minus"):
        return _required(node.p1)
    if kind == "Filter":
        return (*_required(node.p), *_filtered(node.expr, node.p))
    if kind in ("Extend", "Distinct", "Reduced", "OrderBy"):
        return _required(node.p)
    if kind == "Union":
        return (("or", (_required(node.p1), _required(node.p2))),)
    if kind in ("Project", "SelectQuery", "ToMultiSet") and node.p is not None:
        return _handed_on(_required(node.p), {f"?{name}" for name in node.PV or ()}) if kind == "Project" else _required(node.p)
    return ()


def _handed_on(needs: tuple[Any, ...], names: set[str]) -> tuple[Any, ...]:
    """What a subquery needs, seen from outside: variables that it does not hand on are others there, whatever they are called."""

    def inner(end: str) -> str:
        return f"?_:inner {end[1:]}" if end[0] == "?" and end not in names else end

    made: list[Any] = []
    for need in needs:
        if need[0] == "or":
            made.append(("or", tuple(_handed_on(way, names) for way in need[1])))
        else:
            made.append((need[0], inner(need[1]), need[2]) if need[0] in (LANG, HAS) else tuple(map(inner, need)))
    return tuple(made)


def _filtered(expression: Any, group: Any) -> tuple[Any, ...]:
    """What a filter of a group demands of single texts, as far as it is read."""
    kind = getattr(expression, "name", "")
    if kind == "ConditionalAndExpression":
        return tuple(need for one in (expression.expr, *expression.other) for need in _filtered(one, group))
    if kind == "RelationalExpression" and expression.op == "=":
        for one, other in ((expression.expr, expression.other), (expression.other, expression.expr)):
            if getattr(one, "name", "") == "Builtin_LANG" and _is_variable(one.arg) and _is_literal(other):
                return ((LANG, f"?{one.arg}", str(other).lower()),)
    if kind == "Builtin_CONTAINS":
        text, variable = _bare(expression.arg2), _bare(expression.arg1)
        variable = _bare(_bound(group).get(variable)) if _is_variable(variable) and variable in _bound(group) else variable
        if _is_variable(variable) and _is_literal(text):
            return ((HAS, f"?{variable}", str(text).casefold()),)
    return ()


def _bare(expression: Any) -> Any:
    """An expression without what changes a text's case or takes its language away."""
    while getattr(expression, "name", "") in ("Builtin_LCASE", "Builtin_UCASE", "Builtin_STR"):
        expression = expression.arg
    return expression


def _bound(group: Any) -> dict[Any, Any]:
    """What ``BIND`` at the end of a group gives names to."""
    found = {}
    while getattr(group, "name", "") in ("Extend", "Filter"):
        if group.name == "Extend":
            found[group.var] = group.expr
        group = group.p
    return found


def _is_variable(term: Any) -> bool:
    from rdflib.term import Variable

    return isinstance(term, Variable)


def _is_literal(term: Any) -> bool:
    from rdflib.term import Literal

    return isinstance(term, Literal)


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


def _told(term: Any) -> str:
    from rdflib.term import BNode, Variable

    if isinstance(term, Variable):
        return f"?{term}"
    return f"?_:{term}" if isinstance(term, BNode) else str(term.n3())


def _patterns(s: str, p: Any, o: str) -> Iterator[Pattern]:
    """A triple of a query as patterns: a sequence is a pattern for each step, with a variable of its own in between."""
    from rdflib.paths import AlternativePath, InvPath, Path, SequencePath
    from rdflib.term import URIRef

    if not isinstance(p, Path):
        yield s, _told(p), o
    elif isinstance(p, SequencePath):
        ends = [s, *(f"?_:step {s} {number} {p.n3()} {o}" for number in range(1, len(p.args))), o]
        for start, step, end in zip(ends, p.args, ends[1:], strict=False):
            yield from _patterns(start, step, end)
    elif isinstance(p, InvPath):
        yield from _patterns(o, p.arg, s)
    elif isinstance(p, AlternativePath) and all(isinstance(arg, URIRef) for arg in p.args):
        yield s, " ".join(sorted(arg.n3() for arg in p.args)), o
    else:
        yield s, " ".join(sorted(_in_path(p) | ({EMPTY} if _may_be_empty(p) else set()))), o


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
    return {end for need in needs if need[0] not in ("or", LANG, HAS) for end in (need[0], need[2])}


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
    if need[0] in (LANG, HAS):
        return need
    return _named(need, names)


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
        if not all(_is_so(need, known[need[1]]) for need in needs if need[0] in (LANG, HAS) and need[1] in known):
            return False
        # What leads to least is looked up first: often that is nothing, and the search is at its end.
        found = {number: values for number, need in enumerate(needs) if (values := self._values(need, known)) is not None}
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

    def _values(self, need: Any, known: Mapping[str, str]) -> list[dict[str, str]] | None:
        """What variables of a pattern may be; ``None`` where nothing leads into it, or it is a path."""
        if need[0] in ("or", LANG, HAS) or need[1][0] != "<":
            return None
        s, p, o = need
        steps = p.split()
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
    """Whether a text has the language, or holds the text, that is needed."""
    if term[0] != '"':
        # What is no text has no language, and STR makes a text of anything.
        return bool(need[0] == HAS)
    text, tag, _ = literal(term)
    return tag == need[2] if need[0] == LANG else need[2] in text.casefold()
