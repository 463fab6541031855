"""What each Core component of SHACL demands (section 4), decided for a whole set of focus nodes at once.

A check takes a :class:`Batch` and a demand, and gives the pairs of focus node and value that break it, ``None`` for a component that has no
value. Most data is right, so the distinct values are looked at first, and the focus nodes only when some value is wrong.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto import literals
from clayonto.validation.following import follow
from clayonto.validation.paths import SH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from clayonto.validation.data import Data
    from clayonto.validation.paths import Path
    from clayonto.validation.shapes import Demand, Shape

Pair = tuple[int, int | None]
_FEW: Final = 1000
_KINDS: Final = {
    "IRI": (ox.NamedNode,),
    "BlankNode": (ox.BlankNode,),
    "Literal": (ox.Literal,),
    "BlankNodeOrIRI": (ox.BlankNode, ox.NamedNode),
    "BlankNodeOrLiteral": (ox.BlankNode, ox.Literal),
    "IRIOrLiteral": (ox.NamedNode, ox.Literal),
}
_BOUNDS: Final = {"minExclusive": ">", "minInclusive": ">=", "maxExclusive": "<", "maxInclusive": "<="}


class Batch:
    """A shape, the focus nodes it is applied to, and their value nodes."""

    def __init__(
        self,
        data: Data,
        shape: Shape,
        focus: Sequence[int],
        failing: Callable[[Shape, set[int]], set[int]],
        *,
        within: Batch | None = None,
    ) -> None:
        self.data = data
        self.shape = shape
        self.focus = focus
        self.failing = failing
        """Gives the nodes of a set that do not conform to a shape."""
        self.values: Mapping[int, Sequence[int]] = {f: (f,) for f in focus} if shape.path is None else follow(data, shape.path, focus)
        self._distinct: set[int] | None = None
        self._nodes: list[int] | None = None
        self._inner: dict[Path, set[int]] = {}
        # Property shapes of one shape often have the same path: the values of their common focus nodes are looked up once.
        self._shared = within._inner if within is not None and len(focus) > _FEW else {}  # noqa: SLF001

    def distinct(self) -> set[int]:
        """All value nodes."""
        if self._distinct is None:
            self._distinct = self._shared.get(self.shape.path) if self.shape.path is not None else None
        if self._distinct is None:
            get = self.values.get
            self._distinct = {v for f in self.focus for v in get(f, ())}
            if self.shape.path is not None:
                self._shared[self.shape.path] = self._distinct
        return self._distinct

    def nodes(self) -> list[int]:
        """All value nodes, as the focus nodes of an inner shape."""
        if self._nodes is None:
            self._nodes = list(self.distinct())
        return self._nodes

    def having(self, wrong: set[int]) -> Iterator[tuple[int, int]]:
        """Each focus node with each of its values that is among these."""
        if wrong:
            get = self.values.get
            for f in self.focus:
                for v in get(f, ()):
                    if v in wrong:
                        yield f, v

    def terms(self, numbers: Iterable[int]) -> dict[Any, int]:
        """Terms and their numbers."""
        terms = self.data.terms
        return {terms[n]: n for n in numbers}


class Check(NamedTuple):
    """How a parameter is checked, and the component it belongs to."""

    run: Callable[[Batch, Demand], Iterable[Pair]]
    component: ox.NamedNode


def _check(name: str, run: Callable[[Batch, Demand], Iterable[Pair]]) -> Check:
    return Check(run, component(name))


def component(name: str) -> ox.NamedNode:
    """The component of a parameter."""
    return ox.NamedNode(f"{SH}{name[0].upper()}{name[1:]}ConstraintComponent")


def _class(batch: Batch, demand: Demand) -> Iterable[Pair]:
    return batch.having(batch.data.others(batch.distinct(), batch.data.id(demand.value)))


def _datatype(batch: Batch, demand: Demand) -> Iterable[Pair]:
    terms, wanted = batch.data.terms, demand.value
    return batch.having(
        {
            v
            for v in batch.distinct()
            if not (isinstance(term := terms[v], ox.Literal) and term.datatype == wanted and literals.well_formed(term))
        }
    )


def _node_kind(batch: Batch, demand: Demand) -> Iterable[Pair]:
    terms, kinds = batch.data.terms, _KINDS[demand.value.value.removeprefix(SH)]
    return batch.having({v for v in batch.distinct() if not isinstance(terms[v], kinds)})


def _min_count(batch: Batch, demand: Demand) -> Iterable[Pair]:
    get, least = batch.values.get, demand.extra
    return ((f, None) for f in batch.focus if len(get(f, ())) < least)


def _max_count(batch: Batch, demand: Demand) -> Iterable[Pair]:
    get, most = batch.values.get, demand.extra
    return ((f, None) for f in batch.focus if len(get(f, ())) > most)


def _bound(operator: str) -> Callable[[Batch, Demand], Iterable[Pair]]:
    def check(batch: Batch, demand: Demand) -> Iterable[Pair]:
        numbers = batch.terms(batch.distinct())
        right = literals.satisfying((t for t in numbers if isinstance(t, ox.Literal)), f"?v {operator} {demand.value}")
        return batch.having({n for term, n in numbers.items() if term not in right})

    return check


def _length(*, least: bool) -> Callable[[Batch, Demand], Iterable[Pair]]:
    def check(batch: Batch, demand: Demand) -> Iterable[Pair]:
        terms, bound = batch.data.terms, demand.extra

        def wrong(v: int) -> bool:
            term = terms[v]
            return isinstance(term, ox.BlankNode) or (len(term.value) < bound if least else len(term.value) > bound)

        return batch.having({v for v in batch.distinct() if wrong(v)})

    return check


def _pattern(batch: Batch, demand: Demand) -> Iterable[Pair]:
    numbers = batch.terms(batch.distinct())
    flags = f", {ox.Literal(demand.extra)}" if demand.extra else ""
    right = literals.satisfying(numbers, f"REGEX(STR(?v), {ox.Literal(demand.value.value)}{flags})")
    return batch.having({n for term, n in numbers.items() if term not in right})


def _language_in(batch: Batch, demand: Demand) -> Iterable[Pair]:
    tags, ranges = batch.data.languages(batch.distinct()), [term.value.lower() for term in demand.values]
    right = {tag: tag != "" and any(r in ("*", tag) or tag.startswith(r + "-") for r in ranges) for tag in set(tags.values())}
    return batch.having({v for v, tag in tags.items() if not right[tag]})


def _unique_lang(batch: Batch, demand: Demand) -> Iterable[Pair]:  # noqa: ARG001
    tags, get = batch.data.languages(batch.distinct()), batch.values.get
    for f in batch.focus:
        values = get(f, ())
        if len(values) > 1:
            used = [tag for v in values if (tag := tags[v])]
            if len(used) != len(set(used)):
                yield from ((f, None) for count in Counter(used).values() if count > 1)


def _other(batch: Batch, demand: Demand) -> dict[int, list[int]]:
    return batch.data.objects(demand.value.value)


def _equals(batch: Batch, demand: Demand) -> Iterable[Pair]:
    other, get = _other(batch, demand), batch.values.get
    return ((f, v) for f in batch.focus for v in set(get(f, ())) ^ set(other.get(f, ())))


def _disjoint(batch: Batch, demand: Demand) -> Iterable[Pair]:
    other, get = _other(batch, demand), batch.values.get
    return ((f, v) for f in batch.focus for v in set(get(f, ())) & set(other.get(f, ())))


def _less_than(operator: str) -> Callable[[Batch, Demand], Iterable[Pair]]:
    def check(batch: Batch, demand: Demand) -> Iterable[Pair]:
        other, get, terms = _other(batch, demand), batch.values.get, batch.data.terms
        pairs = [(f, v, o) for f in batch.focus for v in get(f, ()) for o in other.get(f, ())]
        right = literals.in_order(((terms[v], terms[o]) for _, v, o in pairs), operator)
        return ((f, v) for f, v, o in pairs if (terms[v], terms[o]) not in right)

    return check


def _not(batch: Batch, demand: Demand) -> Iterable[Pair]:
    return batch.having(batch.distinct() - batch.failing(demand.shapes[0], batch.distinct()))


def _node(batch: Batch, demand: Demand) -> Iterable[Pair]:
    return batch.having(batch.failing(demand.shapes[0], batch.distinct()))


def _and(batch: Batch, demand: Demand) -> Iterable[Pair]:
    return batch.having({v for shape in demand.shapes for v in batch.failing(shape, batch.distinct())})


def _or(batch: Batch, demand: Demand) -> Iterable[Pair]:
    left = batch.distinct()
    for shape in demand.shapes:
        left = batch.failing(shape, left) if left else left
    return batch.having(left)


def _xone(batch: Batch, demand: Demand) -> Iterable[Pair]:
    conforming: Counter[int] = Counter()
    for shape in demand.shapes:
        conforming.update(batch.distinct() - batch.failing(shape, batch.distinct()))
    return batch.having({v for v in batch.distinct() if conforming[v] != 1})


def _qualified(batch: Batch, demand: Demand, *, least: bool) -> Iterable[Pair]:
    bound = demand.extra[0 if least else 1]
    if bound is None:
        return
    conforming = batch.distinct() - batch.failing(demand.shapes[0], batch.distinct())
    for sibling in batch.shape.siblings:
        conforming &= batch.failing(sibling, conforming)
    get = batch.values.get
    for f in batch.focus:
        count = sum(v in conforming for v in get(f, ()))
        if count < bound if least else count > bound:
            yield f, None


def _has_value(batch: Batch, demand: Demand) -> Iterable[Pair]:
    get, wanted = batch.values.get, batch.data.id(demand.value)
    return ((f, None) for f in batch.focus if wanted not in get(f, ()))


def _in(batch: Batch, demand: Demand) -> Iterable[Pair]:
    return batch.having(batch.distinct() - {batch.data.id(term) for term in demand.values})


CHECKS: Final[dict[str, tuple[Check, ...]]] = {
    name: (_check(name, run),)
    for name, run in {
        "class": _class,
        "datatype": _datatype,
        "nodeKind": _node_kind,
        "minCount": _min_count,
        "maxCount": _max_count,
        **{name: _bound(operator) for name, operator in _BOUNDS.items()},
        "minLength": _length(least=True),
        "maxLength": _length(least=False),
        "pattern": _pattern,
        "languageIn": _language_in,
        "uniqueLang": _unique_lang,
        "equals": _equals,
        "disjoint": _disjoint,
        "lessThan": _less_than("<"),
        "lessThanOrEquals": _less_than("<="),
        "not": _not,
        "node": _node,
        "and": _and,
        "or": _or,
        "xone": _xone,
        "hasValue": _has_value,
        "in": _in,
    }.items()
}
"""Each parameter of Core whose results are pairs of focus node and value, with how it is checked."""
CHECKS["qualifiedValueShape"] = (
    Check(lambda batch, demand: _qualified(batch, demand, least=True), component("qualifiedMinCount")),
    Check(lambda batch, demand: _qualified(batch, demand, least=False), component("qualifiedMaxCount")),
)
