"""A query's answer from its solutions: groups, order, columns, and the text of the cells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from clayonto.engines.columnar.algebra import AGGREGATES, Beyond, Call, Const, Var, aggregated, variables
from clayonto.engines.columnar.columns import escaped
from clayonto.engines.columnar.expressions import Cells, Frame, evaluate, holds, kind_of, only_iris, plain, resolved
from clayonto.engines.columnar.joining import kept, outer
from clayonto.engines.columnar.patterns import bound, noted, solutions
from clayonto.frames import CENTS, PLAIN, to_polars
from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from clayonto.engines.columnar.algebra import Expr, Select
    from clayonto.engines.columnar.columns import Columns


class Table:
    """The rows of an answer in order, as columns."""

    def __init__(self, shown: dict[str, Cells], columns: Columns) -> None:
        self._shown = shown
        self._columns = columns
        self.names = tuple(shown)
        self.height = len(next(iter(shown.values())).data)

    def cells(self) -> Any:
        """A polars frame of cells of SPARQL TSV, null for no value."""
        return pl.DataFrame([cells_of(cells, self._columns).alias(name) for name, cells in self._shown.items()])

    def frame(self, types: Mapping[str, str]) -> Any:
        """A polars frame of values, typed as :mod:`clayonto.frames` has it.

        :param types: column name to declared type.
        """
        made = []
        for name, cells in self._shown.items():
            values = _values(cells, types.get(name), self._columns)
            made.append((_told(name, cells, types, self._columns) if values is None else values).alias(name))
        return pl.DataFrame(made)


def _values(cells: Cells, declared: str | None, columns: Columns) -> Any | None:
    """What a frame has for cells of one kind, where that is known without a look at what :func:`cells_of` makes of them; else ``None``."""
    if cells.data.null_count() == len(cells.data):
        return None
    found = resolved(cells, columns) if cells.kind == "term" else cells
    if declared is None or declared in PLAIN:
        if found.kind in ("iri", "language"):
            return columns.strings.gather(found.data)
        if found.kind == "string":
            return found.data
    if declared is None or declared == found.kind:
        match found.kind:
            case "integer":
                return found.data.cast(pl.Int64)
            case "boolean":
                return found.data
            case "date":
                return found.data.str.to_date("%Y-%m-%d")
            case "decimal" if cells.kind == "decimal" and found.data.dtype.scale <= CENTS:
                return found.data.cast(pl.Decimal(38, CENTS))
    return None


def _told(name: str, cells: Cells, types: Mapping[str, str], columns: Columns) -> Any:
    """What a frame has for cells, as these tell; a term has one cell, however often it comes."""
    if cells.kind != "term" or len(cells.data) <= _FEW:
        return to_polars(pl.DataFrame({name: cells_of(cells, columns)}), types)[name]
    terms = cells.data.unique().drop_nulls().sort()
    values = to_polars(pl.DataFrame({name: columns.cells.gather(terms)}), types)[name]
    keyed = pl.DataFrame([terms.alias("term"), values.alias("value")])
    return outer(cells.data.alias("term").to_frame(), keyed, ["term"])["value"]


def answer(select: Select, columns: Columns) -> Table:
    """The rows of a SELECT query, as far as the columns answer it.

    :raises Beyond: if it has something in it that is not answered in columns.
    """
    frame = selected(select, columns)
    return Table({name: Cells(frame.kinds[name], frame.rows[name]) for name, _ in select.columns}, columns)


def selected(select: Select, columns: Columns) -> Frame:
    """The rows of a SELECT, in order, with its columns.

    :raises Beyond: as for :func:`answer`.
    """
    frame = solutions(select.where, columns)
    named, having, order = select.columns, select.having, select.order_by
    if select.group_by is not None or any(aggregated(expr) for _, expr in named):
        frame, put_in = _grouped(select, frame, columns)
        noted("GROUP BY", frame)
        named = [(name, put_in(expr)) for name, expr in named]
        having = [put_in(test) for test in having]
        order = [(put_in(key), down) for key, down in order]
    for test in having:
        frame = Frame(kept(frame.rows, holds(test, frame, columns)), frame.kinds)
    for name, expr in named:
        if expr is not None:
            frame = bound(frame, name, evaluate(expr, frame, columns), columns)
    names = [name for name, _ in select.columns]
    missing = [name for name in names if name not in frame.kinds]
    if missing or len(set(names)) < len(names):
        raise Beyond("a column that nothing binds is not answered in columns")
    if select.distinct:
        if not set().union(*(variables(key) for key, _ in order)) <= set(names):
            raise Beyond("DISTINCT rows in an order of what they do not show are not answered in columns")
        frame = Frame(frame.rows.select(names).unique(maintain_order=True), frame.kinds)
    frame = noted("ORDER BY", _ordered(order, frame, columns)) if order else frame
    end = None if select.limit is None else select.offset + select.limit
    rows = frame.rows[names]
    shown = rows if end is None and not select.offset else rows[select.offset : end]
    return Frame(shown, {name: frame.kinds[name] for name in names})


def _grouped(select: Select, frame: Frame, columns: Columns) -> tuple[Frame, Callable[[Any], Any]]:
    """A row for each group, with its aggregates in columns of their own; and what puts those in the place of the aggregates in an expression."""
    keys = select.group_by or []
    for name, expr in keys:
        if expr is not None:
            frame = bound(frame, name, evaluate(expr, frame, columns), columns)
    names = [name for name, _ in keys]
    kinds = {name: frame.kinds[name] for name in names if name in frame.kinds}
    if len(kinds) < len(names):
        raise Beyond("a group by what nothing binds is not answered in columns")
    asked: dict[Call, str] = {}
    for expr in [*(expr for _, expr in select.columns), *select.having, *(key for key, _ in select.order_by)]:
        for call in _aggregates(expr):
            asked.setdefault(call, f".{len(asked)}")
    made = []
    for call, name in asked.items():
        cells = _all_of(call, frame, columns, grouped=bool(names))
        if cells is not None:
            frame = Frame(frame.rows.with_columns(cells.data.alias(name)), frame.kinds)
        kinds[name] = _KIND_OF.get(call.name) or (cells.kind if cells else "")
        value = _aggregate(call, name)
        made.append((value.cast(pl.Int64) if kinds[name] == "integer" else value).alias(name))
    rows = frame.rows.group_by(names, maintain_order=True).agg(made) if names else frame.rows.select(made)

    def put_in(expr: Any) -> Any:
        if not isinstance(expr, Call):
            return expr
        return Var(asked[expr]) if expr in asked else Call(expr.name, tuple(map(put_in, expr.args)))

    return Frame(rows, kinds), put_in


_FEW: Final = 200
_KIND_OF: Final = {"COUNT": "integer"}


def _aggregates(expr: Expr | None) -> list[Call]:
    if not isinstance(expr, Call):
        return []
    return [expr] if expr.name in AGGREGATES else [call for arg in expr.args for call in _aggregates(arg)]


def _all_of(call: Call, frame: Frame, columns: Columns, *, grouped: bool) -> Cells | None:
    """What is aggregated, as values that polars can count, add and compare; ``None`` for COUNT(*)."""
    if not call.args:
        if call.distinct:
            raise Beyond("COUNT(DISTINCT *) is not answered in columns")
        return None
    cells = plain(evaluate(call.args[0], frame, columns), columns)
    if not isinstance(cells.data, pl.Series):
        raise Beyond("an aggregate of a constant is not answered in columns")
    if call.name == "COUNT":
        if not isinstance(call.args[0], Var) and cells.data.null_count():
            raise Beyond("engines do not agree on the count of errors")
        return cells
    if call.name == "AVG" or call.distinct or cells.data.null_count() or not (grouped or len(cells.data)):
        raise Beyond(f"this {call.name} is not answered in columns")
    if cells.kind == "term":
        kind = kind_of(cells.data, columns)
        if kind in ("integer", "decimal"):
            return Cells(kind, columns.values.gather(cells.data))
        if kind == "none":
            return Cells("integer", cells.data.cast(pl.Int64))  # of no row there is no group
        if kind != "iri" or call.name == "SUM":
            raise Beyond(f"{call.name} of {kind} is not answered in columns")
        return cells
    if cells.kind == "decimal" and _fits(cells.data):
        return cells
    if cells.kind != "integer" and (cells.kind != "string" or call.name == "SUM"):
        raise Beyond(f"{call.name} of {cells.kind} is not answered in columns")
    return cells


def _fits(decimals: Any) -> bool:
    """Whether there is room for the sum of decimals."""
    largest = max((abs(each) for each in (decimals.min(), decimals.max()) if each is not None), default=0)
    return bool(largest * len(decimals) < 10 ** (37 - decimals.dtype.scale))


def _aggregate(call: Call, name: str) -> Any:
    column = pl.col(name)
    match call.name:
        case "COUNT" if not call.args:
            return pl.len()
        case "COUNT":
            return column.drop_nulls().n_unique() if call.distinct else column.count()
        case "SUM":
            return column.sum()
        case "MIN":
            return column.min()
    return column.max()


def _ordered(order: list[tuple[Expr, bool]], frame: Frame, columns: Columns) -> Frame:
    if not order or len(frame.rows) < 2:
        return frame
    keys, downs = [], []
    for expr, down in order:
        if isinstance(expr, Const):
            raise Beyond("this order is not made in columns")
        keys.append(_key(evaluate(expr, frame, columns), columns))
        downs.append(down)
    if len(frame.rows) <= _FEW:
        return Frame(frame.rows[_places(keys, downs)], frame.kinds)
    by = pl.DataFrame([key.alias(str(n)) for n, key in enumerate(keys)])
    # What has no value comes first, and last where the order is turned (section 15.1).
    places = by.select(pl.arg_sort_by(by.columns, descending=downs, nulls_last=downs, maintain_order=True)).to_series()
    return Frame(frame.rows[places], frame.kinds)


def _places(keys: list[Any], downs: list[bool]) -> list[int]:
    """Where rows stand in the order of keys, found in Python: for a few rows polars takes longer to begin."""
    places = list(range(len(keys[0])))
    for key, down in reversed([*zip(keys, downs, strict=True)]):
        values = key.to_list()
        places.sort(key=lambda place, values=values: (values[place] is not None, values[place]), reverse=down)  # type: ignore[misc]
    return places


def _key(cells: Cells, columns: Columns) -> Any:
    match cells.kind:
        case "string" | "integer" | "decimal" | "boolean":
            return cells.data
        case "languages":
            return columns.tags(cells.data)
        case "spelt":
            return cells.data if only_iris(cells.data, columns) else columns.strings.gather(cells.data)
    if cells.kind == "term":
        kind = kind_of(cells.data, columns)
        if kind in ("iri", "none"):
            return cells.data
        if kind in ("string", "date") or (kind == "language" and columns.languages(cells.data.drop_nulls()).n_unique() == 1):
            return columns.strings.gather(cells.data)
        if kind in ("integer", "decimal"):
            return columns.values.gather(cells.data)
        raise Beyond(f"an order of {kind} is not made in columns")
    raise Beyond(f"an order of {cells.kind} is not made in columns")


def cells_of(cells: Cells, columns: Columns) -> Any:
    """Values as cells of SPARQL TSV.

    :raises Beyond: for what is not shown.
    """
    match cells.kind:
        case "term":
            return columns.cells.gather(cells.data)
        case "integer":
            return cells.data.cast(pl.Int64).cast(pl.String)
        case "boolean":
            return cells.data.cast(pl.String)
        case "decimal":
            return _decimals(cells.data.cast(pl.String))
        case "string":
            return cells.data.alias("t").to_frame().select(pl.concat_str(pl.lit('"'), escaped(pl.col("t")), pl.lit('"'))).to_series()
    raise Beyond(f"{cells.kind} is not shown in columns")


def _decimals(texts: Any) -> Any:
    """Decimals in canonical form: bare where there is a point in them, as Turtle reads them."""
    whole = pl.col("t").str.strip_chars_end("0").str.strip_suffix(".")
    short = pl.DataFrame({"t": texts}).select(
        pl.when(pl.col("t").str.contains(".", literal=True)).then(whole).otherwise(pl.col("t")).alias("t")
    )
    typed = pl.concat_str(pl.lit('"'), "t", pl.lit(f'"^^<{PREFIXES["xsd"]}decimal>'))
    return short.select(pl.when(pl.col("t").str.contains(".", literal=True)).then(pl.col("t")).otherwise(typed).alias("t"))["t"]
