"""Paths gone on a store of rows, one step after the other, to see what they lead to; and in which order the store goes.

How many triples a predicate has Oxigraph does not know: it takes a pattern for the smaller the more of its places are bound (``sparopt``, its optimiser).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.engines.columnar.algebra import Const, Either, Link, Repeated, Steps, Var

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from clayonto.engines.columnar.algebra import Path, Triple

_DEFAULT: Final = ox.DefaultGraph()
# How many times as many triples as a path once taken one that is repeated is taken for, and the size of one of which no place is bound.
_REPEATED: Final = 1_000
_ANY: Final = 1_000_000_000


def pairs(store: Any, path: Path) -> Iterator[tuple[Any, Any]]:
    """The pairs that a path joins; one that is repeated counts as one that is not."""
    match path:
        case Link(predicate, back):
            for quad in store.quads_for_pattern(None, node(predicate), None, _DEFAULT):
                yield (quad.object, quad.subject) if back else (quad.subject, quad.object)
        case Either(paths):
            for each in paths:
                yield from pairs(store, each)
        case Steps((first, *rest)):
            for start, middle in pairs(store, first):
                for end in ends(store, Steps(tuple(rest)), middle, back=False):
                    yield start, end
        case Repeated(each, _):
            yield from pairs(store, each)


def ends(store: Any, path: Path, start: Any, *, back: bool) -> Iterator[Any]:
    """Where a path leads from a term; with ``back``, from where it leads there."""
    match path:
        case Link(predicate, turned):
            named = node(predicate)
            if turned is not back:
                yield from (quad.subject for quad in store.quads_for_pattern(None, named, start, _DEFAULT))
            elif not isinstance(start, ox.Literal):
                yield from (quad.object for quad in store.quads_for_pattern(start, named, None, _DEFAULT))
        case Either(paths):
            for each in paths:
                yield from ends(store, each, start, back=back)
        case Steps(paths):
            if not paths:
                yield start
                return
            near, rest = (paths[-1], paths[:-1]) if back else (paths[0], paths[1:])
            for middle in ends(store, near, start, back=back):
                yield from ends(store, Steps(rest), middle, back=back)
        case Repeated(each, zero):
            seen, new = {start}, [start]
            if zero:
                yield start
            while new:
                for end in ends(store, each, new.pop(), back=back):
                    if end not in seen:
                        seen.add(end)
                        new.append(end)
                        yield end


def count(store: Any, link: Link, term: str, *, most: int) -> int:
    """From how many terms a predicate leads to one; at most so many."""
    start, end = (term, "?x") if link.back else ("?x", term)
    if start.startswith('"'):
        return 0
    found = store.query(f"SELECT (COUNT(*) AS ?n) {{ {{ SELECT ?x {{ {start} {link.predicate} {end} }} LIMIT {most} }} }}")
    return int(next(found)[0].value)


def size(triple: Triple, bound: Container[str]) -> int:
    """How many triples the store takes a pattern for.

    :param bound: the variables that have a value by then.

    >>> a, b, p = Var("a"), Var("b"), Link("<urn:p>")
    >>> from clayonto.engines.columnar.algebra import Triple
    >>> [size(Triple(a, p, b), bound) for bound in ("", "a", "b", "ab")]
    [1000000, 10, 1000, 1]
    """
    start, end = (isinstance(each, Const) or each.name in bound for each in (triple.subject, triple.object))
    return _size(triple.path, bound, start=start, end=end)


def _size(path: Path, bound: Container[str], *, start: bool, end: bool) -> int:
    match path:
        case Link(_, back):
            subject, object_ = (end, start) if back else (start, end)
            return (1 if object_ else 10) if subject else 1_000 if object_ else 1_000_000
        case Var(name) if name not in bound:
            return (2 if end else 100) if start else 100_000 if end else _ANY
        case Var():
            return _size(Link(""), bound, start=start, end=end)
        case Either(paths):
            return sum(_size(each, bound, start=start, end=end) for each in paths)
        case Steps((only,)):
            return _size(only, bound, start=start, end=end)
        case Steps(paths):
            return min(_size(paths[0], bound, start=start, end=False), _size(paths[-1], bound, start=False, end=end))
        case Repeated() if start and end:
            return 1
        case Repeated(each, _):
            return _size(each, bound, start=start, end=end) * _REPEATED if start or end else _ANY


@lru_cache(maxsize=1024)
def node(term: str) -> Any:
    """A term, as N-Triples writes it, as one of pyoxigraph."""
    (quad,) = ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.N_TRIPLES)
    return quad.object
