"""Paths gone on a store of rows, one step after the other, to see what they lead to."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.engines.columnar.algebra import Either, Link, Repeated, Steps

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.engines.columnar.algebra import Path

_DEFAULT: Final = ox.DefaultGraph()


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


@lru_cache(maxsize=1024)
def node(term: str) -> Any:
    """A term, as N-Triples writes it, as one of pyoxigraph."""
    (quad,) = ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.N_TRIPLES)
    return quad.object
