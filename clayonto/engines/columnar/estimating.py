"""What a query costs: about how many triples a store of rows looks at, and how many columns do.

The store goes from one triple of a pattern to the next, from the fewest on; a part in braces and a SELECT it works out by itself, what is optional it looks
up for each row (:mod:`clayonto.engines.optionals`). How many triples lead on from a thing is the average of the predicate. Columns read the whole
table of each predicate.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto.engines.columnar.algebra import (
    Bind,
    Const,
    Either,
    Group,
    Inner,
    Link,
    Optional,
    Repeated,
    Steps,
    Triple,
    Union,
    Values,
    Var,
    Without,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clayonto.engines.columnar.algebra import Path, Select, Term
    from clayonto.engines.columnar.columns import Extent

# Measured on graphs of 90,000 to 8 million triples: what the store takes for a triple that it looks at, columns for one of a table, and columns for a
# part of a pattern whatever its size; in microseconds.
_ROW: Final = 4.0
_CELL: Final = 0.03
_PART: Final = 700.0
_COUNTED: Final = 500
_OFTEN: Final = 3


class Cost(NamedTuple):
    """Microseconds of each, about, and the triples that the store looks at."""

    rows: float
    columns: float
    looked_at: int


def cost(select: Select, extents: Mapping[str, Extent], store: Any) -> Cost:
    """What a query costs.

    :param extents: of the graph's predicates, in N-Triples.
    :param store: the pyoxigraph store that has the graph: constants are looked up there.
    """
    it = _Estimate(extents, store)
    _, looked_at = it.select(select)
    return Cost(looked_at * _ROW, it.cells * _CELL + it.parts * _PART, round(looked_at))


class _Fan(NamedTuple):
    """How many pairs a path joins, and how many ends a beginning has on the average, and beginnings an end."""

    rows: float
    on: float
    back: float


class _Estimate:
    def __init__(self, extents: Mapping[str, Extent], store: Any) -> None:
        self._extents = extents
        self._store = store
        self.cells = 0.0
        self.parts = 0

    def select(self, select: Select) -> tuple[float, float]:
        """How many rows a SELECT has, and what the store looks at for it."""
        self.parts += 1 + (select.group_by is not None)
        rows, looked_at = self._group(select.where, set(), {}, 1.0)
        return (rows if select.limit is None else min(rows, select.limit)), looked_at

    def _group(self, group: Group, bound: set[str], listed: dict[str, list[str]], rows: float) -> tuple[float, float]:
        looked_at = 0.0
        bound, listed = set(bound), dict(listed)
        self.parts += len(group.elements)
        for each in group.elements:
            if isinstance(each, Values):
                rows *= max(len(each.rows), 1)
                for at, name in enumerate(each.names):
                    bound.add(name)
                    terms = [row[at] for row in each.rows]
                    if None not in terms:
                        listed[name] = [term for term in terms if term is not None]
        triples = [each for each in group.elements if isinstance(each, Triple)]
        apart = [[each.select.where] for each in group.elements if isinstance(each, Inner)]
        rows, looked_at = self._triples(triples, bound, listed, rows)
        for each in group.elements:
            match each:
                case Inner(select):
                    found, looked = self.select(select)
                    rows, looked_at = max(rows, found), looked_at + looked
                    bound |= {name for name, _ in select.columns}
                case Union(groups):
                    parts = [self._group(part, set(), {}, 1.0) for part in groups]
                    rows = max(rows, sum(found for found, _ in parts))
                    looked_at += sum(looked for _, looked in parts)
        del apart
        for each in group.elements:
            if isinstance(each, Bind):
                bound.add(each.name)
            elif isinstance(each, Optional | Without):
                found, looked = self._group(each.group, bound, listed, rows)
                looked_at += looked
                rows = max(rows, found) if isinstance(each, Optional) else rows
        return rows, looked_at

    def _triples(self, triples: list[Triple], bound: set[str], listed: dict[str, list[str]], rows: float) -> tuple[float, float]:
        """Take triples in the order of what they lead to; ``bound`` gets their variables."""
        looked_at, left = 0.0, list(triples)
        fans = {id(triple): self._fan(triple.path, listed) for triple in triples}
        self.cells += sum(fan.rows for fan in fans.values())
        while left:
            found = {id(triple): self._found(triple, fans[id(triple)], bound, listed, rows) for triple in left}
            nearest = min(left, key=lambda triple: found[id(triple)])
            rows = found[id(nearest)]
            looked_at += max(rows, 1.0)
            left.remove(nearest)
            bound |= {end.name for end in (nearest.subject, nearest.object, nearest.path) if isinstance(end, Var)}
        return rows, looked_at

    def _found(self, triple: Triple, fan: _Fan, bound: set[str], listed: dict[str, list[str]], rows: float) -> float:
        """How many rows there are after a triple."""
        subject, object_ = (self._is_known(end, bound) for end in (triple.subject, triple.object))
        if subject and object_:
            return rows
        if subject:
            return rows * fan.on
        terms = self._terms(triple.object, listed)
        if terms is not None and isinstance(triple.path, Link):
            counted = self._counted(triple.path, terms)
            most = counted if counted < _COUNTED else max(counted, fan.back * len(terms))
            return rows * most if isinstance(triple.object, Const) else max(rows / max(len(terms), 1), 1.0) * most
        return rows * (fan.back if object_ else fan.rows)

    def _fan(self, path: Path, listed: dict[str, list[str]]) -> _Fan:
        match path:
            case Link(predicate, back):
                extent = self._extents.get(predicate)
                if extent is None:
                    return _Fan(0.0, 0.0, 0.0)
                on, into = extent.rows / max(extent.subjects, 1), extent.rows / max(extent.objects, 1)
                return _Fan(float(extent.rows), into if back else on, on if back else into)
            case Either(paths):
                fans = [self._fan(each, listed) for each in paths]
                return _Fan(*(sum(each) for each in zip(*fans, strict=True)))
            case Steps(paths):
                fans = [self._fan(each, listed) for each in paths]
                on = back = 1.0
                for fan in fans:
                    on, back = on * fan.on, back * fan.back
                return _Fan(max(fan.rows for fan in fans), on, back)
            case Repeated(each, _):
                fan = self._fan(each, listed)
                return _Fan(fan.rows * _OFTEN, max(fan.on, 1.0) * _OFTEN, max(fan.back, 1.0) * _OFTEN)
            case Var(name):
                fans = [self._fan(Link(each), listed) for each in listed.get(name, self._extents)]
                return _Fan(*(sum(each) for each in zip(*fans, strict=True))) if fans else _Fan(0.0, 0.0, 0.0)

    def _is_known(self, end: Term, bound: set[str]) -> bool:
        return isinstance(end, Const) or end.name in bound

    def _terms(self, end: Term, listed: dict[str, list[str]]) -> list[str] | None:
        """The terms that an end of a triple can be, if the query lists them."""
        return [end.term] if isinstance(end, Const) else listed.get(end.name)

    def _counted(self, link: Link, terms: list[str]) -> int:
        """How many triples a predicate has with one of some objects, as far as it is worth counting."""
        predicate, left = ox.NamedNode(link.predicate[1:-1]), _COUNTED
        for term in terms:
            left -= sum(1 for _ in islice(self._store.quads_for_pattern(None, predicate, _node(term), ox.DefaultGraph()), left))
        return _COUNTED - left


def _node(term: str) -> Any:
    """A term, as N-Triples writes it, as one of pyoxigraph."""
    (quad,) = ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.N_TRIPLES)
    return quad.object
