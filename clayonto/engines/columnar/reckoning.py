"""Expressions that columns do not know, worked out by the store of rows for the values that there are.

A sum divided by another, rounded: how precise each step is, what its type is and what is an error is the store's to say, or the two engines would differ in the
last digit. So the different values of the variables are handed to it as ``VALUES``, and what it makes of them is a column again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl
import pyoxigraph as ox

from clayonto.engines.columnar.algebra import ARITHMETIC, CHOICES, ROUNDING, Beyond, Call, Const, Var, variables
from clayonto.engines.columnar.expressions import Cells, plain
from clayonto.frames import read_cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.engines.columnar.algebra import Expr
    from clayonto.engines.columnar.columns import Columns
    from clayonto.engines.columnar.expressions import Frame

_AT_ONCE: Final = 100_000
"""Rows that are handed over at a time."""
_MOST: Final = 5_000_000
_BETWEEN: Final = ARITHMETIC | {"=", "!=", "<", "<=", ">", ">=", "&&", "||"}
_CALLED: Final = ROUNDING | CHOICES | {"BOUND"}
# What a column of results is, if all of them are of one kind; as TSV has them.
_INTEGER: Final = "^-?[0-9]{1,18}$"
_DECIMAL: Final = r'^(?:-?[0-9]{0,18}\.[0-9]{1,18}|"-?[0-9]{1,18}"\^\^<http://www\.w3\.org/2001/XMLSchema#decimal>)$'
_BOOLEAN: Final = "^(?:true|false)$"


def reckoned(expr: Call, frame: Frame, columns: Columns) -> Cells:
    """What the store gives for an expression in each row: numbers, or truths.

    :raises Beyond: if it holds what is not handed over, or its values are of several kinds.
    """
    # A table of cells is made of an answer, and an answer of expressions.
    from clayonto.engines.columnar.answer import cells_of

    names = {name: f"v{n}" for n, name in enumerate(sorted(variables(expr) & set(frame.kinds)))}
    text = _written(expr, names)
    if not names:
        raise Beyond("an expression of constants is not answered in columns")
    given = {made: cells_of(plain(Cells(frame.kinds[name], frame.rows[name]), columns), columns) for name, made in names.items()}
    table = pl.DataFrame(given)
    values = table.unique(maintain_order=True)
    if len(values) > _MOST:
        raise Beyond("there are too many values to be reckoned with one by one")
    if values.select(pl.any_horizontal(pl.all().str.starts_with("_:").any())).item():
        raise Beyond("a blank node has no name that could be handed over")
    found = pl.concat(list(_asked(text, values))) if len(values) else pl.Series(dtype=pl.String)
    numbers = _values(found)
    if expr.name in CHOICES and not numbers.dtype.is_decimal() and found.null_count() < len(found):
        raise Beyond(f"{expr.name} of such values is not answered in columns")
    both = values.with_columns(numbers.alias("found"))
    rows = table.join(both, on=list(names.values()), how="left", nulls_equal=True, maintain_order="left")
    return Cells(_kind(rows["found"]), rows["found"])


def _asked(text: str, values: Any) -> Iterator[Any]:
    """The cells that the store gives for an expression of some values, in their order."""
    store = ox.Store()
    for at in range(0, len(values), _AT_ONCE):
        part = values[at : at + _AT_ONCE].with_row_index("row")
        rows = part.select(
            pl.concat_str([pl.lit("("), *_separated(values.columns), pl.col("row").cast(pl.String), pl.lit(")")]).alias("row")
        )
        named = " ".join(f"?{name}" for name in values.columns)
        answer = store.query(f"SELECT ?row ?found {{ VALUES ({named} ?row) {{ {' '.join(rows['row'])} }} BIND({text} AS ?found) }}")
        assert isinstance(answer, ox.QuerySolutions)
        cells = read_cells(answer.serialize(format=ox.QueryResultsFormat.TSV) or b"")
        yield cells.with_columns(pl.col("row").cast(pl.UInt32)).sort("row")["found"]


def _separated(names: list[str]) -> Iterator[Any]:
    for name in names:
        yield pl.col(name).fill_null("UNDEF")
        yield pl.lit(" ")


def _values(cells: Any) -> Any:
    """Cells of one kind as what they stand for."""
    if cells.str.contains(_INTEGER).all():
        return cells.cast(pl.Int64)
    if cells.str.contains(_BOOLEAN).all():
        return cells == "true"
    if not cells.str.contains(_DECIMAL).all():
        raise Beyond("what the store makes of an expression is no number, or of several kinds")
    bare = cells.str.extract(r'^"?([^"]*)', 1)
    return bare.cast(pl.Decimal(38, int(bare.str.extract(r"\.([0-9]*)$", 1).str.len_bytes().max() or 0)))


def _kind(values: Any) -> str:
    return {pl.Int64: "integer", pl.Boolean: "boolean"}.get(values.dtype, "decimal")


def _written(expr: Expr, names: dict[str, str]) -> str:
    """An expression as SPARQL, its variables by other names; one that nothing binds keeps a name that nothing binds."""
    match expr:
        case Var(name):
            return f"?{names.get(name, 'unbound')}"
        case Const(term):
            return term
        case Call("!", (inner,)):
            return f"(! {_written(inner, names)})"
        case Call(name, args, False) if name in _BETWEEN:
            return f"({f' {name} '.join(_written(arg, names) for arg in args)})"
        case Call(name, args, False) if name in _CALLED:
            return f"{name}({', '.join(_written(arg, names) for arg in args)})"
    raise Beyond("a function within an expression is not handed over")
