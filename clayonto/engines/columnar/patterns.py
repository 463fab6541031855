"""Graph patterns as joins of tables of numbers.

The triples of a group are joined from the one with the fewest rows on, each next one the one that shares a variable and has the fewest; a filter
is applied as soon as its variables are there.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from contextvars import ContextVar
from itertools import takewhile
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, Literal

import polars as pl

from clayonto.engines.columnar import joining
from clayonto.engines.columnar.algebra import (
    Beyond,
    Const,
    Either,
    Group,
    Inner,
    Link,
    Optional,
    Repeated,
    Triple,
    Union,
    Values,
    Var,
    Without,
    named_in,
    variables,
    written,
)
from clayonto.engines.columnar.expressions import Frame, evaluate, holds, in_rows, plain
from clayonto.engines.columnar.paths import MOST_ROWS, bounded, pairs, reached, repeated
from clayonto.engines.columnar.terms import ID

if TYPE_CHECKING:
    from clayonto.engines.columnar.algebra import Expr
    from clayonto.engines.columnar.columns import Columns
    from clayonto.engines.columnar.expressions import Cells

_FAR = 20
# How many times as many rows a sorted table has as there are terms that are looked up in it one by one.
_FEW = 64
# How many terms are looked up in Python: to plan it takes polars longer than to do it.
_SEVERAL = 32
# What is made in a query joins what is made alike: as many texts as terms.
_JOINED: Final = frozenset({"term", "string", "integer", "boolean"})


class Trace:
    """What was done to answer a query: each step, how many rows there were after it, and its milliseconds."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int, float]] = []
        self._last = perf_counter()

    def note(self, what: str, frame: Frame) -> None:
        """A step that ends now."""
        now = perf_counter()
        self.steps.append((what, len(frame.rows), (now - self._last) * 1000))
        self._last = now


TRACE: Final[ContextVar[Trace | None]] = ContextVar("TRACE", default=None)
"""Where steps are noted, if they are."""


def noted(what: str, frame: Frame) -> Frame:
    """The frame, its step noted if somebody asked."""
    trace = TRACE.get()
    if trace is not None:
        trace.note(what, frame)
    return frame


def solutions(group: Group, columns: Columns, seed: Frame | None = None) -> Frame:
    """The solutions of a group: a column for each variable, null where a variable has no value.

    :param seed: terms of variables that the triples of the group bind, and to which these are held; for a group that begins with such triples.
    :raises Beyond: if it has something in it that is not answered in columns.
    """
    # NOT EXISTS holds for the whole group, so it comes last.
    elements = sorted(group.elements, key=lambda element: isinstance(element, Without))
    filters = list(group.filters)
    required = named_in(Group([each for each in elements if isinstance(each, Triple)]))
    frame = seed
    while elements:
        element = elements[0]
        if isinstance(element, Triple):
            triples = []
            while elements and isinstance(elements[0], Triple):
                triples.append(elements.pop(0))
            frame = _basic(triples, frame, filters, columns)  # type: ignore[arg-type]
            continue
        del elements[0]
        if isinstance(element, Values):
            frame = noted("VALUES", _joined(frame, _values(element, columns, required)))
        elif isinstance(element, Inner):
            frame = noted("SELECT", _joined(frame, _inner(element, columns)))
        elif isinstance(element, Union):
            frame = _joined(frame, _either(element, columns))
            frame = noted("UNION", frame) if len(element.groups) > 1 else frame
        elif frame is None:
            raise Beyond("a group that begins with OPTIONAL, BIND or NOT EXISTS is not answered in columns")
        elif isinstance(element, Optional):
            frame = noted("OPTIONAL", _outer(frame, element.group, columns, how="left"))
        elif isinstance(element, Without):
            frame = noted("NOT EXISTS", _outer(frame, element.group, columns, how="anti"))
        else:
            frame = noted(f"BIND ?{element.name}", bound(frame, element.name, evaluate(element.expr, frame, columns), columns))
        frame = _ready(frame, filters, columns)
    if frame is None:
        raise Beyond("an empty group is not answered in columns")
    for test in filters:
        frame = _filtered(frame, test, columns)
    return frame


def bound(frame: Frame, name: str, cells: Cells, columns: Columns) -> Frame:
    """The frame with one more column.

    :raises Beyond: if it has one of the name, or if what it would hold is not made in columns.
    """
    cells = plain(cells, columns)
    if name in frame.kinds or cells.kind in ("text", "iri", "date", "datatypes"):
        raise Beyond(f"what ?{name} stands for is not made in columns")
    return Frame(frame.rows.hstack([in_rows(cells, len(frame.rows)).data.alias(name)]), frame.kinds | {name: cells.kind})


def _filtered(frame: Frame, test: Expr, columns: Columns) -> Frame:
    return Frame(joining.kept(frame.rows, holds(test, frame, columns)), frame.kinds)


def _ready(frame: Frame, filters: list[Expr], columns: Columns) -> Frame:
    """The rows that pass the filters whose variables are all there; they are taken out of the list.

    What comes later in the group cannot change a variable that is bound, and a variable that is not and is joined later is handed over.
    """
    for test in [f for f in filters if variables(f) and variables(f) <= set(frame.kinds)]:
        frame = noted("FILTER", _filtered(frame, test, columns))
        filters.remove(test)
    return frame


def _basic(triples: list[Triple], frame: Frame | None, filters: list[Expr], columns: Columns) -> Frame:
    """Triples joined with what there is, from the fewest rows on."""
    tables = [_terms(_triple(triple, columns, frame)) for triple in triples]
    fewest = min(len(table.rows) for table in [*tables, *([] if frame is None else [frame])])
    for at, table in enumerate(tables):
        # A table that is joined with a far smaller one is filtered after that. A filter is not taken out of the list here: what else binds
        # the variable has to pass as well.
        if len(table.rows) <= _FAR * max(fewest, 1):
            for test in [f for f in filters if variables(f) and variables(f) <= set(table.kinds)]:
                tables[at] = _filtered(tables[at], test, columns)
    left = dict(enumerate(tables))
    if frame is None:
        first = min(left, key=lambda n: len(left[n].rows))
        frame = noted(written(triples[first]), left.pop(first))
    while left:
        linked = [n for n, table in left.items() if set(table.kinds) & set(frame.kinds)] or list(left)
        nearest = min(linked, key=lambda n: len(left[n].rows))
        table = _narrowed(left.pop(nearest), triples[nearest], frame)
        near = _near(triples[nearest], frame, columns) if len(frame.rows) * _FEW < len(table.rows) else None
        most = _most(triples[nearest], frame, columns)
        frame = noted(written(triples[nearest]), _joined(frame, table if near is None else _terms(near), most))
        frame = _ready(frame, filters, columns) if left else frame
    return _ready(frame, filters, columns)


def _narrowed(table: Frame, triple: Triple, frame: Frame) -> Frame:
    """The table of a triple without what is before the first or after the last subject of a frame."""
    end = triple.subject
    if not isinstance(end, Var) or frame.kinds.get(end.name) != "term" or not isinstance(triple.path, Link) or triple.path.back:
        return table
    return Frame(joining.narrowed(table.rows, frame.rows[end.name], end.name), table.kinds)


def _most(triple: Triple, frame: Frame, columns: Columns) -> int | None:
    """How many rows of a triple's table one row of a frame can be joined with, if that is known of its predicate."""
    if not isinstance(triple.path, Link):
        return None
    names = ("object", "subject") if triple.path.back else ("subject", "object")
    ends = [
        name for end, name in zip((triple.subject, triple.object), names, strict=True) if isinstance(end, Var) and end.name in frame.kinds
    ]
    return min((columns.most(triple.path.predicate, end) for end in ends), default=None)


def _terms(rows: Any) -> Frame:
    return Frame(rows, dict.fromkeys(rows.columns, "term"))


def _inner(select: Inner, columns: Columns) -> Frame:
    """The solutions of a SELECT within a group."""
    # A pattern holds SELECTs, and a SELECT a pattern.
    from clayonto.engines.columnar.answer import selected

    return selected(select.select, columns)


def _either(union: Union, columns: Columns) -> Frame:
    parts = [solutions(group, columns) for group in union.groups]
    kinds: dict[str, str] = {}
    rows = []
    # A part without rows says nothing of what the others have in a column.
    for part in sorted(parts, key=lambda part: not len(part.rows)):
        of_others = kinds.keys() & part.kinds.keys()
        for name, kind in part.kinds.items():
            if kinds.setdefault(name, kind) != kind and len(part.rows):
                raise Beyond(f"?{name} is {kind} in one part of UNION and {kinds[name]} in another")
        rows.append(part.rows if len(part.rows) else part.rows.drop(of_others))
    # Decimals of one part may have more digits than those of another.
    return Frame(pl.concat([each for each in rows if each.width], how="diagonal_relaxed"), kinds)


def _triple(triple: Triple, columns: Columns, frame: Frame | None) -> Any:
    """What a triple of the pattern matches; ``frame`` may say which predicates come into question."""
    also = []
    named = {side: end.name for side, end in (("subject", triple.subject), ("object", triple.object)) if isinstance(end, Var)}
    if not named:
        raise Beyond("a triple without a variable is not answered in columns")
    if isinstance(triple.path, Var):
        table = _any_of(triple.path.name, columns, frame)
        also = [triple.path.name]
        if triple.path in (triple.subject, triple.object):
            raise Beyond("a variable that is a predicate and another place of it is not answered in columns")
    elif frame is not None and (near := _near(triple, frame, columns)) is not None:
        return near
    elif isinstance(triple.path, Repeated):
        if isinstance(triple.subject, Const) or isinstance(triple.object, Const):
            return reached(triple.path, triple, columns).alias(*named.values()).to_frame()
        table = repeated(triple.path, columns)
    else:
        table = pairs(triple.path, columns)
    for end, name in ((triple.subject, "subject"), (triple.object, "object")):
        if isinstance(end, Const):
            number = columns.number(end.term)
            table = table.clear() if number is None else joining.kept(table, table[name] == number)
    if len(named) == 2 and triple.subject == triple.object:
        table = joining.kept(table, table["subject"] == table["object"])
        del named["object"]
    return pl.DataFrame([*(table[side].alias(name) for side, name in named.items()), *(table[name] for name in also)])


def _near(triple: Triple, frame: Frame, columns: Columns) -> Any:
    """What a triple matches of the subjects that a frame has, if that is found without looking at all of its table; else ``None``."""
    subject, object_ = triple.subject, triple.object
    if not isinstance(subject, Var) or not isinstance(object_, Var) or subject == object_ or frame.kinds.get(subject.name) != "term":
        return None
    paths = triple.path.paths if isinstance(triple.path, Either) else (triple.path,)
    tables = [columns.table(path.predicate) for path in paths if isinstance(path, Link) and not path.back]
    if len(tables) < len(paths) or len(frame.rows) * _FEW > sum(map(len, tables)):
        return None
    terms = frame.rows[subject.name].drop_nulls().unique().sort() if len(frame.rows) > _SEVERAL else _sorted(frame.rows[subject.name])
    found = pl.concat([_of(table, terms) for table in tables])
    if len(tables) > 1 and found.is_duplicated().any():
        raise Beyond("alternatives that join the same pair are not counted alike by engines")
    return pl.DataFrame([found["subject"].alias(subject.name), found["object"].alias(object_.name)])


def _sorted(terms: Any) -> Any:
    """A few terms, each once and in order."""
    return pl.Series(sorted({term for term in terms.to_list() if term is not None}), dtype=ID)


def _of(table: Any, subjects: Any) -> Any:
    """The rows of some subjects in a table that is sorted by them."""
    if len(subjects) <= _SEVERAL:
        places = [(bisect_left(table["subject"], term), bisect_right(table["subject"], term)) for term in subjects.to_list()]
        return pl.concat([table.slice(start, end - start) for start, end in places if start < end] or [table.clear()])
    left, right = (table["subject"].search_sorted(subjects, side) for side in ("left", "right"))
    # Of a subject that is not there nothing is left but a null.
    at = pl.int_ranges(left, right, dtype=ID, eager=True).explode().drop_nulls()
    return pl.DataFrame([table["subject"][at], table["object"][at]])


def _any_of(name: str, columns: Columns, frame: Frame | None) -> Any:
    """The triples of each predicate that a variable can be, with the predicate."""
    if frame is None or frame.kinds.get(name) != "term":
        raise Beyond(f"?{name} can be any predicate, which columns do not answer")
    tables = [
        columns.table(predicate).with_columns(pl.lit(number, dtype=ID).alias(name))
        for number in frame.rows[name].unique().drop_nulls()
        if (predicate := columns.predicate(number)) is not None
    ]
    return pl.concat(tables) if tables else columns.table("").with_columns(pl.lit(0, dtype=ID).alias(name))


def _values(values: Values, columns: Columns, required: set[str]) -> Frame:
    """The rows of VALUES. ``required`` are variables that a triple binds as well, so that a term of no triple gives no row."""
    made = {name: columns.numbers(row[at] for row in values.rows) for at, name in enumerate(values.names)}
    nowhere = len(columns.texts)
    for name, numbers in made.items():
        # A term that the graph does not have has no number to be shown by.
        if nowhere in numbers and name not in required:
            raise Beyond(f"VALUES gives ?{name} a term that the graph does not have")
    there = [place for place in range(len(values.rows)) if all(numbers[place] != nowhere for numbers in made.values())]
    return _terms(pl.DataFrame([pl.Series(name, [numbers[place] for place in there], dtype=ID) for name, numbers in made.items()]))


def _joined(left: Frame | None, right: Frame, most: int | None = None) -> Frame:
    """Two sides joined; ``most`` is how many rows on the right go with one on the left, if that is known."""
    if left is None:
        return right
    shared = _shared(left, right)
    kinds = left.kinds | right.kinds
    if shared:
        if most is None or len(left.rows) * most > MOST_ROWS:
            bounded(left.rows, right.rows, shared)
        return Frame(joining.inner(left.rows, right.rows, shared), kinds)
    if len(left.rows) * len(right.rows) > MOST_ROWS:
        raise Beyond("two parts of the pattern share no variable, and their product is too large")
    return Frame(left.rows.join(right.rows, how="cross"), kinds)


def _shared(left: Frame, right: Frame) -> list[str]:
    """The variables that two sides share: all of them bound, since what is unbound would join with anything."""
    shared = [name for name in left.kinds if name in right.kinds]
    for name in shared:
        if left.kinds[name] != right.kinds[name] or left.kinds[name] not in _JOINED:
            raise Beyond(f"?{name} is made in the query and joined, which columns do not answer")
        if left.rows[name].null_count() or right.rows[name].null_count():
            raise Beyond(f"?{name} is not bound everywhere and is joined, which columns do not answer")
    return shared


def _outer(frame: Frame, group: Group, columns: Columns, *, how: Literal["left", "anti"]) -> Frame:
    """OPTIONAL and NOT EXISTS. What is asked of variables from outside the group, an OPTIONAL asks of each pair of rows."""
    if how == "anti" and any(not isinstance(e, Triple) for e in group.elements):
        raise Beyond("a pattern within NOT EXISTS is not answered in columns")
    own = named_in(group)
    outside = [] if how == "anti" else [test for test in group.filters if not variables(test) <= own]
    inner = Group(group.elements, [test for test in group.filters if test not in outside])
    right = solutions(inner, columns, _seed(frame, inner, columns))
    if outside:
        return _paired(frame, right, outside, columns)
    shared = _shared(frame, right)
    if not shared:
        raise Beyond("OPTIONAL or NOT EXISTS that shares no variable is not answered in columns")
    if how == "anti":
        return Frame(frame.rows.join(right.rows, on=shared, how="anti"), frame.kinds)
    bounded(frame.rows, right.rows, shared)
    return Frame(joining.outer(frame.rows, right.rows, shared), frame.kinds | right.kinds)


def _seed(frame: Frame, group: Group, columns: Columns) -> Frame | None:
    """The terms of a frame that the first triples of a group bind as well, where there are so few that the group is better worked out for them alone."""
    if len(frame.rows) * _FEW > columns.count:
        return None
    triples = list(takewhile(lambda each: isinstance(each, Triple), group.elements))
    names = [name for name in named_in(Group(triples)) if frame.kinds.get(name) == "term" and not frame.rows[name].null_count()]
    return Frame(frame.rows.select(names).unique(), dict.fromkeys(names, "term")) if names else None


def _paired(frame: Frame, right: Frame, tests: list[Expr], columns: Columns) -> Frame:
    """The rows with each on the right that they agree with and that passes, or with none."""
    left = Frame(frame.rows.with_row_index(".row"), frame.kinds | {".row": "integer"})
    pairs = _joined(left, right)
    for test in tests:
        pairs = _filtered(pairs, test, columns)
    alone = left.rows.join(pairs.rows, on=".row", how="anti")
    return Frame(pl.concat([pairs.rows, alone], how="diagonal").sort(".row").drop(".row"), frame.kinds | right.kinds)
