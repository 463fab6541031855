"""The triples that a constraint can meet, starting from its focus nodes: a small part of large data.

Each variable gets candidates. A pattern that every solution has narrows them down, and when it matches nothing there is no solution; the others
(alternatives, optional parts, what a filter looks for) only reach further nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.validation.patterns import simple_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from collections.abc import Set as AbstractSet

    from clayonto.validation.data import Data
    from clayonto.validation.patterns import Pattern

Pairs = list[tuple[int, int]]


def reduced_store(data: Data, query: str, this: AbstractSet[int]) -> ox.Store | None:
    """A store of what a query can meet when ``?this`` is one of some nodes; ``None`` if the query does not tell what that is."""
    simple = simple_patterns(query)
    if simple is None:
        return None
    terms: list[Any] = data.terms
    store = ox.Store()
    for pattern, pairs in reduced(data, simple, this) or ():
        predicate = ox.NamedNode(str(pattern.path))
        store.bulk_extend([ox.Quad(terms[s], predicate, terms[o]) for s, o in pairs])
    return store


def reduced(data: Data, simple: Sequence[Pattern], focus: AbstractSet[int]) -> list[tuple[Pattern, Pairs]] | None:
    """The pairs of subject and object that each pattern can match; ``None`` if there is no solution at all.

    :param simple: patterns of one predicate each (:func:`clayonto.validation.patterns.simple_patterns`).
    :param focus: the numbers that ``?this`` can be.
    """
    candidates: dict[str, AbstractSet[int]] = {"?this": focus}
    made: list[tuple[Pattern, Pairs]] = []
    todo = [pattern for pattern in simple if not pattern.optional]
    while todo:
        # The best known first: from a subject, then from an object, then the whole predicate.
        pattern = min(todo, key=lambda p: 0 if p.subject in candidates else 1 if p.object in candidates or p.object[0] != "?" else 2)
        todo.remove(pattern)
        pairs = list(_pairs(data, pattern, candidates))
        if not pairs:
            return None
        candidates[pattern.subject] = {s for s, _ in pairs}
        candidates[pattern.object] = {o for _, o in pairs}
        made.append((pattern, pairs))
    _reach(data, [pattern for pattern in simple if pattern.optional], candidates)
    made += [(pattern, list(_pairs(data, pattern, candidates))) for pattern in simple if pattern.optional]
    return made


def _reach(data: Data, patterns: Sequence[Pattern], candidates: dict[str, AbstractSet[int]]) -> None:
    """Give each variable of patterns that a solution may do without all nodes that a chain of them leads to."""
    settled = set(candidates)
    free = {end for p in patterns for end in (p.subject, p.object) if end[0] == "?" and end not in settled}
    grown: dict[str, set[int]] = {end: set() for end in free}
    todo = True
    while todo:
        todo = False
        for p in patterns:
            for near, far, forward in ((p.subject, p.object, True), (p.object, p.subject, False)):
                known = grown.get(near) or candidates.get(near)
                if far not in grown or not known:
                    continue
                index = data.objects(str(p.path)) if forward else data.subjects(str(p.path))
                more = {v for n in known for v in index.get(n, ())} - grown[far]
                grown[far] |= more
                todo |= bool(more)
    # A variable that nothing leads to can be anything.
    candidates.update({end: nodes for end, nodes in grown.items() if nodes or _linked(end, patterns, settled)})


def _linked(end: str, patterns: Sequence[Pattern], settled: set[str]) -> bool:
    """Whether some chain of patterns joins a variable to one whose candidates are known."""
    seen, todo = {end}, [end]
    while todo:
        at = todo.pop()
        for p in patterns:
            for near, far in ((p.subject, p.object), (p.object, p.subject)):
                if near == at and far[0] == "?" and far not in seen:
                    if far in settled:
                        return True
                    seen.add(far)
                    todo.append(far)
    return False


def _pairs(data: Data, pattern: Pattern, candidates: dict[str, AbstractSet[int]]) -> Iterator[tuple[int, int]]:
    predicate = str(pattern.path)
    subjects, objects = _ends(data, pattern.subject, candidates), _ends(data, pattern.object, candidates)
    if subjects is not None:
        index = data.objects(predicate)
        for s in subjects:
            for o in index.get(s, ()):
                if objects is None or o in objects:
                    yield s, o
    elif objects is not None:
        index = data.subjects(predicate)
        for o in objects:
            for s in index.get(o, ()):
                yield s, o
    else:
        for s, values in data.objects(predicate).items():
            for o in values:
                yield s, o


def _ends(data: Data, end: str, candidates: dict[str, AbstractSet[int]]) -> AbstractSet[int] | None:
    if end in candidates:
        return candidates[end]
    # A literal may be written in several ways, so that only an IRI is looked up as it is.
    return {data.id(ox.NamedNode(end[1:-1]))} if end[0] == "<" else None
