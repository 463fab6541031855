"""What a query costs: about how many triples a store of rows looks at, and how many columns do.

The store goes from one triple of a pattern to the next, in an order that it takes from their form alone (``walking.py``); a part in braces and a SELECT it
works out by itself, what is optional it looks up for each row (:mod:`clayonto.engines.optionals`). How many triples lead on is reckoned by the
average of the predicate first; where that speaks for columns, the same way is gone on the store with a few solutions, since what things lead to differs
much. Of what a filter names the triples are counted, and of groups there are no more than their keys have values. Columns read the whole table of each
predicate.
"""

from __future__ import annotations

from itertools import islice
from math import inf, prod
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clayonto.engines.columnar.algebra import (
    Bind,
    Call,
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
    aggregated,
    named_in,
    variables,
)
from clayonto.engines.columnar.parser import RDF_TYPE
from clayonto.engines.columnar.walking import count, ends, node, pairs, size

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clayonto.engines.columnar.algebra import Expr, Path, Select, Term
    from clayonto.engines.columnar.shape import Extent

    # The terms of variables.
    Solution = dict[str, Any]

# Measured on graphs of 90,000 to 8 million triples: what the store takes for a triple that it looks at, columns for one of a table, and columns for a
# part of a pattern whatever its size; in microseconds.
_ROW: Final = 4.0
_CELL: Final = 0.02
_PART: Final = 350.0
_SAMPLE: Final = 60
"""How many solutions are looked at after each triple."""
_COUNTED: Final = 2000
"""How many triples of one object are counted, if need be."""
_OFTEN: Final = 3
_IS_A: Final = Link(RDF_TYPE)
_TESTS: Final = frozenset({"BOUND", "!", "=", "!=", "<", "<=", ">", ">="})


class Cost(NamedTuple):
    """Microseconds of each, about, the triples that the store looks at, and whether a pattern names a thing, so that it can start there.

    If it is ``reckoned``, averages alone speak for the store, which are the same whatever the subjects are that patterns name.
    """

    rows: float
    columns: float
    looked_at: int
    names_things: bool
    reckoned: bool


def cost(select: Select, extents: Mapping[str, Extent], store: Any) -> Cost:
    """What a query costs.

    :param extents: of the graph's predicates, in N-Triples.
    :param store: the pyoxigraph store that has the graph: constants are looked up there.
    """
    # To look is dearer than to reckon: only what the averages would give to the columns is looked at.
    counts: dict[tuple[Link, str], int] = {}
    for sample in (0, _SAMPLE):
        it = _Estimate(extents, store, counts, sample=sample)
        rows = it.select(select).rows
        found = Cost((it.looked_at + rows) * _ROW, it.cells * _CELL + it.parts * _PART, round(it.looked_at), it.names_things, not sample)
        if found.rows < found.columns:
            break
    return found


class _Fan(NamedTuple):
    """How many pairs a path joins, and how many ends a beginning has on the average, and beginnings an end."""

    rows: float
    on: float
    back: float


class _State(NamedTuple):
    """How many solutions there are, about, and some or all of them, if they were looked for; ``bound``: how many values each variable can have."""

    rows: float
    known: list[Solution] | None
    bound: Mapping[str, float]

    @property
    def is_whole(self) -> bool:
        """Whether all of the solutions are known."""
        return self.known is not None and len(self.known) >= self.rows


class _Estimate:
    def __init__(self, extents: Mapping[str, Extent], store: Any, counts: dict[tuple[Link, str], int], *, sample: int) -> None:
        """Start from nothing.

        :param counts: what was counted of predicates and objects, and will be.
        :param sample: how many solutions are looked at after each triple; none for averages alone.
        """
        self._extents = extents
        self._store = store
        self._counts = counts
        self._sample = sample
        self._tagged: set[str] = set()
        # The terms that filters leave to variables.
        self._only: Mapping[str, frozenset[str]] = {}
        self._start = _State(1.0, [{}] if sample else None, {})
        self.looked_at = 0.0
        self.names_things = False
        self.cells = 0.0
        self.parts = 0

    def select(self, select: Select) -> _State:
        """The solutions of a SELECT."""
        self.parts += 1 + (select.group_by is not None)
        outer, self._only = self._only, {}
        state = self._group(select.where, self._start)
        self._only = outer
        if select.group_by is not None or any(aggregated(expr) for _, expr in select.columns):
            state = _grouped(state, {name: Var(name) if expr is None else expr for name, expr in select.group_by or ()})
        elif select.distinct:
            state = _grouped(state, {name: Var(name) for name, _ in select.columns})
        rows, known, bound = state
        if select.limit is not None and rows > select.limit:
            rows = float(select.limit)
        names = [name for name, _ in select.columns]
        if known is not None:
            known = [{name: each[name] for name in names if name in each} for each in known]
        return _State(rows, known, {name: bound.get(name, rows) for name in names})

    def _group(self, group: Group, state: _State, *, by_row: bool = False) -> _State:
        """The solutions of a group.

        :param by_row: whether it is worked out for each of the solutions that there are, and not by itself.
        """
        outer, self._only = self._only, {**self._only, **_only(group.filters)}
        self.parts += len(group.elements)
        self._tagged |= {name for test in group.filters for name in _tagged(test)}
        for each in group.elements:
            if isinstance(each, Values):
                state = _joined(state, self._listed(each))
        for each in group.elements:
            match each:
                case Inner(select):
                    state = _joined(state, self.select(select))
                case Union(groups) if by_row:
                    state = _together([self._group(part, state, by_row=True) for part in groups])
                case Union(groups):
                    state = _joined(state, _together([self._group(part, self._start) for part in groups]))
        state = self._triples([each for each in group.elements if isinstance(each, Triple)], state)
        for each in group.elements:
            match each:
                case Bind(expr, name):
                    state = state._replace(bound={**state.bound, name: _values(expr, state.bound)})
                case Optional(inner):
                    state = self._optional(inner, state)
                case Without(inner):
                    self._group(inner, state)
        self._only = outer
        return state

    def _optional(self, group: Group, state: _State) -> _State:
        outer, self._only = self._only, {}
        found = self._group(group, state, by_row=all(isinstance(each, Triple | Union) for each in group.elements))
        self._only = outer
        own = named_in(group)
        bound = {**dict.fromkeys(own, inf), **found.bound, **state.bound}
        if any(_compares(test, own) for test in group.filters):
            # As if they had the variable in common: a row finds about one.
            return state._replace(bound=bound)
        if found.rows > state.rows and found.known:
            return found._replace(bound=bound)
        return state._replace(rows=max(state.rows, found.rows), bound=bound)

    def _listed(self, values: Values) -> _State:
        """What VALUES gives."""
        known = None
        if self._sample:
            known = [
                {name: node(term) for name, term in zip(values.names, row, strict=True) if term is not None}
                for row in values.rows[: self._sample]
            ]
        return _State(float(len(values.rows)), known, dict.fromkeys(values.names, float(len(values.rows))))

    def _triples(self, triples: list[Triple], state: _State) -> _State:
        """Take triples in the order in which the store does: those first that it takes for the fewest, then of those that go on from there."""
        left = list(triples)
        fans = {id(triple): self._fan(triple.path, state) for triple in triples}
        self.names_things |= any(isinstance(t.subject, Const) or (isinstance(t.object, Const) and t.path != _IS_A) for t in triples)
        self.cells += sum(fan.rows for fan in fans.values())
        reached: set[str] = set()
        while left:
            linked = [each for each in left if not reached.isdisjoint(named_in(Group([each])))]
            nearest = min(linked or left, key=lambda each: size(each, state.bound))
            reached |= named_in(Group([nearest]))
            left.remove(nearest)
            state = self._taken(nearest, fans[id(nearest)], state)
        return state

    def _factor(self, triple: Triple, fan: _Fan, state: _State) -> float:
        """How many times as many rows there are after a triple, by the averages of predicates; those of a constant are counted."""
        subject, object_ = (isinstance(end, Const) or end.name in state.bound for end in (triple.subject, triple.object))
        if subject:
            return 0.5 if object_ else fan.on
        if isinstance(triple.object, Const) and isinstance(triple.path, Link):
            counted = self._count(triple.path, triple.object.term)
            return counted if counted < _COUNTED else max(counted, fan.back)
        return fan.back if object_ else fan.rows

    def _count(self, link: Link, term: str) -> int:
        """How many triples a predicate has with an object, as far as it is worth counting."""
        key = link, term
        if key not in self._counts:
            self._counts[key] = count(self._store, link, term, most=_COUNTED)
        return self._counts[key]

    def _taken(self, triple: Triple, fan: _Fan, state: _State) -> _State:
        """The solutions after a triple: as many for each as for those that are looked at, or by the average of the predicate."""
        names = [end.name for end in (triple.subject, triple.object, triple.path) if isinstance(end, Var)]
        rows, known = state.rows * self._factor(triple, fan, state), None
        if state.known and not isinstance(triple.path, Var) and all(name in state.known[0] for name in names if name in state.bound):
            found: list[Solution] = []
            done = 0
            for solution in state.known:
                found += islice(self._extended(triple, solution), self._sample - len(found))
                if len(found) == self._sample:
                    break
                done += 1
            if len(found) == self._sample:
                # The one that was left off may lead to most of all.
                rows, known = max(rows, len(found) / max(done, 1) * state.rows), found
            elif found or state.is_whole:
                rows, known = len(found) / done * state.rows, found
            else:
                # That none of a few leads on does not say that none does.
                rows = min(rows, state.rows / max(done, 1))
        self.looked_at += max(rows, state.rows)
        if isinstance(triple.object, Var) and triple.object.name in self._tagged:
            rows /= 2
        left = _State(rows, known, _least(state.bound, self._most(triple)))
        if isinstance(triple.object, Var) and triple.object.name in self._only and triple.object.name not in state.bound:
            left = self._filtered(triple.path, triple.object.name, left)
        return left

    def _most(self, triple: Triple) -> dict[str, float]:
        """How many values the variables of a triple can have."""
        most = {end.name: inf for end in (triple.subject, triple.object, triple.path) if isinstance(end, Var)}
        if isinstance(triple.path, Link) and (extent := self._extents.get(triple.path.predicate)):
            sides = (extent.objects, extent.subjects) if triple.path.back else (extent.subjects, extent.objects)
            most |= {
                end.name: float(side) for end, side in zip((triple.subject, triple.object), sides, strict=True) if isinstance(end, Var)
            }
        return most

    def _filtered(self, path: Path, name: str, state: _State) -> _State:
        """The solutions in which the object of a path is one of those that a filter leaves."""
        left, known = self._only[name], state.known
        if known is not None:
            terms = {node(term) for term in left}
            known = [each for each in known if each[name] in terms]
        if state.is_whole and known is not None:
            rows = float(len(known))
        elif isinstance(path, Link) and (extent := self._extents.get(path.predicate)):
            counted = sum(self._count(path, term) for term in left)
            rows = state.rows * (min(counted / max(extent.rows, 1), 1.0) if counted < _COUNTED else 1.0)
        else:
            rows = state.rows
        return _State(rows, known, _least(state.bound, {name: float(len(left))}))

    def _extended(self, triple: Triple, solution: Solution) -> Iterator[Solution]:
        subject, object_ = (_term(end, solution) for end in (triple.subject, triple.object))
        if subject is None and object_ is None:
            led: Iterable[tuple[Any, Any]] = pairs(self._store, triple.path)
        elif subject is None:
            led = ((start, object_) for start in ends(self._store, triple.path, object_, back=True))
        else:
            reached = ends(self._store, triple.path, subject, back=False)
            led = ((subject, end) for end in reached if object_ is None or end == object_)
        for start, end in led:
            more = {name.name: term for name, term in ((triple.subject, start), (triple.object, end)) if isinstance(name, Var)}
            yield solution | more

    def _fan(self, path: Path, state: _State) -> _Fan:
        match path:
            case Link(predicate, back):
                extent = self._extents.get(predicate)
                if extent is None:
                    return _Fan(0.0, 0.0, 0.0)
                on, into = extent.rows / max(extent.subjects, 1), extent.rows / max(extent.objects, 1)
                return _Fan(float(extent.rows), into if back else on, on if back else into)
            case Either(paths):
                fans = [self._fan(each, state) for each in paths]
                return _Fan(*(sum(each) for each in zip(*fans, strict=True)))
            case Steps(paths):
                fans = [self._fan(each, state) for each in paths]
                return _Fan(max(fan.rows for fan in fans), prod(fan.on for fan in fans), prod(fan.back for fan in fans))
            case Repeated(each, _):
                fan = self._fan(each, state)
                return _Fan(fan.rows * _OFTEN, max(fan.on, 1.0) * _OFTEN, max(fan.back, 1.0) * _OFTEN)
            case Var(name):
                terms = None if state.known is None else {str(each[name]) for each in state.known if name in each}
                all_of = self._extents.values() if not terms else [self._extents[each] for each in terms if each in self._extents]
                return _Fan(
                    float(sum(each.rows for each in all_of)),
                    sum(each.rows / max(each.subjects, 1) for each in all_of),
                    sum(each.rows / max(each.objects, 1) for each in all_of),
                )


def _together(parts: list[_State]) -> _State:
    """The solutions of UNION."""
    known: list[Solution] | None = []
    for part in parts:
        known = None if known is None or part.known is None else known + part.known
    names = set().union(*(part.bound for part in parts))
    bound = {name: sum(part.bound.get(name, 1.0) for part in parts) for name in names}
    return _State(sum(part.rows for part in parts), known, bound)


def _joined(left: _State, right: _State) -> _State:
    """The solutions of two parts: those that agree, where all are known, else as many as the larger has."""
    bound = _least(left.bound, right.bound)
    if left.is_whole and right.is_whole:
        sides = ((a, b) for a in left.known or () for b in right.known or ())
        both = [a | b for a, b in sides if all(a[name] == term for name, term in b.items() if name in a)]
        return _State(float(len(both)), both, bound)
    larger = max(left, right, key=lambda state: state.rows)
    return _State(larger.rows, larger.known, bound)


def _grouped(state: _State, keys: Mapping[str, Expr]) -> _State:
    """A solution for each group."""
    bound = {name: min(_values(expr, state.bound), state.rows) for name, expr in keys.items()}
    known = None
    if state.known is not None and all(isinstance(expr, Var) for expr in keys.values()):
        known = list({tuple(each.get(name) for name in keys): {n: each[n] for n in keys if n in each} for each in state.known}.values())
    if state.is_whole and known is not None:
        return _State(float(len(known)), known, bound)
    return _State(min(state.rows, prod(bound.values())), known, bound)


def _values(expr: Expr, bound: Mapping[str, float]) -> float:
    """How many values an expression can have."""
    if isinstance(expr, Call) and expr.name in _TESTS:
        return 2.0
    return prod(bound.get(name, inf) for name in variables(expr))


def _least(left: Mapping[str, float], right: Mapping[str, float]) -> dict[str, float]:
    return {**left, **{name: min(most, left.get(name, inf)) for name, most in right.items()}}


def _only(filters: list[Expr]) -> dict[str, frozenset[str]]:
    """The terms that filters leave to variables: ``?x = <a>``, ``?x IN (<a>, <b>)``."""
    found: dict[str, frozenset[str]] = {}
    for test in filters:
        match test:
            case Call("&&", tests):
                found |= _only(list(tests))
            case Call("=", (Var(name), Const(term))) | Call("=", (Const(term), Var(name))) if term.startswith("<"):
                found[name] = frozenset({term})
            case Call("||", tests):
                each = [_only([one]) for one in tests]
                if len({tuple(one) for one in each}) == 1 and len(each[0]) == 1:
                    (name,) = each[0]
                    found[name] = frozenset().union(*(one[name] for one in each))
    return found


def _compares(test: Expr, own: set[str]) -> bool:
    """Whether a filter asks of a variable among its own that it be equal to another."""
    match test:
        case Call("&&", tests):
            return any(_compares(each, own) for each in tests)
        case Call("=", (left, right)):
            sides = [variables(side) for side in (left, right)]
            return all(sides) and sum(side <= own for side in sides) == 1
    return False


def _tagged(test: Expr) -> set[str]:
    """The variables of which a filter asks for one language: labels come in two."""
    match test:
        case Call("=", (Call("LANG", (Var(name),)), Const())):
            return {name}
        case Call("&&", tests):
            return set().union(*map(_tagged, tests))
    return set()


def _term(end: Term, solution: Solution) -> Any:
    return node(end.term) if isinstance(end, Const) else solution.get(end.name)
