"""How a query reads triples: its patterns, each with what the answer needs beside it. Read of rdflib's algebra, as far as this module knows it.

What a part of a query always needs goes with the patterns of the others: of a join, of an ``OPTIONAL``, of a group's keys, of what ``COALESCE`` chose
from. Each need is one that holds in every solution that the pattern bears on, so that less may be known of them, and never more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Pattern: TypeAlias = tuple[str, str, str]
"""Subject, predicate and object: a variable (``?x``), a term as N-Triples, or in the predicate's place several IRIs, parted by spaces; ``*`` for any."""
ANY: Final = "*"
EMPTY: Final = "0"
"""Among the IRIs of a path: it may have no step at all. ``PATH`` is there for every path of more than one step; without it any one of the IRIs is meant."""
PATH: Final = "|"
LANG: Final = "lang"
HAS: Final = "has"
AMONG: Final = "among"
TOLD: Final = (LANG, HAS, AMONG)
"""What needs that are no patterns begin with, but for ``or``."""


class _NotRead(Exception):  # noqa: N818 - no error: the query counts as concerned
    """A part of a query that this module does not read."""


class Reading(NamedTuple):
    """A pattern of a query, and what has to hold beside it, or it adds nothing.

    That is a pattern; ``("or", WAYS)``, each a tuple of what has to hold, of which one has to; ``(LANG, VARIABLE, TAG)`` for the language of a text;
    ``(HAS, VARIABLE, TEXT)`` for what a text holds, case aside; or ``(AMONG, VARIABLE, IRIS)`` for what something is, parted by spaces.
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
        elif one[0] == AMONG:
            found.update(one[2].split())
        elif one[0] not in (LANG, HAS):
            found.update(end for end in (one[0], one[2]) if end[0] == "<")
    return found


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
        _no_patterns((node.expr, node.A))
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
    if kind == "Extend":
        return (*_required(node.p), *_chosen(node))
    if kind in ("Distinct", "Reduced", "OrderBy", "Slice"):
        return _required(node.p)
    if kind == "Union":
        return (("or", (_required(node.p1), _required(node.p2))),)
    if kind in ("Project", "SelectQuery", "ToMultiSet") and node.p is not None:
        return _handed_on(_required(node.p), {f"?{name}" for name in node.PV or ()}) if kind == "Project" else _required(node.p)
    if kind == "AggregateJoin":
        return _handed_on(_required(node.p), _keys(node.p))
    if kind == "Group":
        # Without keys there is one group, of nothing if need be.
        return _required(node.p) if node.expr else ()
    return tuple(_listed(node)) if kind == "values" else ()


def _listed(values: Any) -> Iterator[tuple[str, str, str]]:
    """What a list of values says of each variable for which all of them are IRIs."""
    for variable in {name for row in values.res for name in row}:
        told = [row.get(variable) for row in values.res]
        if all(map(_is_iri, told)):
            yield AMONG, f"?{variable}", " ".join(dict.fromkeys(one.n3() for one in told))


def _chosen(extend: Any) -> tuple[Any, ...]:
    """What holds of the value that ``COALESCE`` chose from some variables, if one of them always has a value."""
    expression, given = extend.expr, f"?{extend.var}"
    if getattr(expression, "name", "") != "Builtin_COALESCE" or not all(map(_is_variable, expression.arg)):
        return ()
    among = [f"?{name}" for name in expression.arg]
    if not any(_always_has(extend.p, name) for name in among):
        return ()
    return (("or", tuple(_with_name(way, name, given) for name in among for way in _ways(extend.p, name))),)


def _ways(node: Any, name: str) -> tuple[tuple[Any, ...], ...]:
    """The ways in which a variable gets a value in a node: what holds when it has it from there. Nothing may be known to hold."""
    kind = getattr(node, "name", "")
    if kind == "BGP":
        own = _required(node)
        return (own,) if name in _variables(own) else ()
    if kind in ("Join", "Union"):
        return (*_ways(node.p1, name), *_ways(node.p2, name))
    if kind == "LeftJoin":
        return (*_ways(node.p1, name), *((*way, *_required(node.p2), *_filtered(node.expr, node.p2)) for way in _ways(node.p2, name)))
    if kind in ("Filter", "Minus"):
        return _ways(node.p if kind == "Filter" else node.p1, name)
    if kind == "Extend" and f"?{node.var}" != name:
        return _ways(node.p, name)
    if kind == "ToMultiSet" and getattr(node.p, "name", "") == "Project":
        return (_required(node),) if name in {f"?{variable}" for variable in node.p.PV} else ()
    return ((),)


def _always_has(node: Any, name: str) -> bool:
    """Whether every solution of a node has a value for a variable; false also where that is not known."""
    kind = getattr(node, "name", "")
    if kind in ("Join", "Union"):
        have = (_always_has(node.p1, name), _always_has(node.p2, name))
        return any(have) if kind == "Join" else all(have)
    if kind in ("LeftJoin", "Minus"):
        return _always_has(node.p1, name)
    if kind in ("Filter", "Extend"):
        return _always_has(node.p, name)
    return kind == "BGP" and name in _variables(_required(node))


def _keys(group: Any) -> set[str]:
    """The variables by which solutions are grouped."""
    return {f"?{key}" for key in group.expr or () if _is_variable(key)}


def _with_name(needs: tuple[Any, ...], old: str, new: str) -> tuple[Any, ...]:
    """What is needed, of a variable under another name."""
    return _renamed(needs, lambda end: new if end == old else end)


def _handed_on(needs: tuple[Any, ...], names: set[str]) -> tuple[Any, ...]:
    """What a subquery needs, seen from outside: variables that it does not hand on are others there, whatever they are called."""
    return _renamed(needs, lambda end: f"?_:inner {end[1:]}" if end[0] == "?" and end not in names else end)


def _renamed(needs: tuple[Any, ...], name: Callable[[str], str]) -> tuple[Any, ...]:
    made: list[Any] = []
    for need in needs:
        if need[0] == "or":
            made.append(("or", tuple(_renamed(way, name) for way in need[1])))
        else:
            made.append((need[0], name(need[1]), need[2]) if need[0] in TOLD else tuple(map(name, need)))
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


def _is_iri(term: Any) -> bool:
    from rdflib.term import URIRef

    return isinstance(term, URIRef)


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
    return {end for need in needs if need[0] not in ("or", *TOLD) for end in (need[0], need[2])}


def _may_be_empty(path: Any) -> bool:
    from rdflib.paths import AlternativePath, InvPath, MulPath, SequencePath

    if isinstance(path, MulPath):
        return path.mod in ("*", "?") or _may_be_empty(path.path)
    if isinstance(path, SequencePath):
        return all(_may_be_empty(arg) for arg in path.args)
    if isinstance(path, AlternativePath):
        return any(_may_be_empty(arg) for arg in path.args)
    return isinstance(path, InvPath) and _may_be_empty(path.arg)
