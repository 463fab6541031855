"""Expressions over the rows of a frame, all rows at once.

An error in a row is a null, so that ``&&`` and ``||`` have the truth tables of section 17.2. What holds for every term of a column is answered;
where it depends on the row in a way that is not taken care of here (a column of numbers and strings compared, say),
:class:`~clayonto.engines.columnar.algebra.Beyond` hands the query over.
"""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import polars as pl

from clayonto.engines.columnar.algebra import ARITHMETIC, CHOICES, ROUNDING, Beyond, Call, Const, Var
from clayonto.engines.columnar.terms import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from clayonto.engines.columnar.algebra import Expr
    from clayonto.engines.columnar.columns import Columns

_COMPARE: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "=": lambda a, b: a == b,
    "!=": lambda a, b: a != b,
    "<": lambda a, b: a < b,
    "<=": lambda a, b: a <= b,
    ">": lambda a, b: a > b,
    ">=": lambda a, b: a >= b,
}
# What is done here where that can be, and what never is: the store has the last word on a last digit.
_HANDED_OVER: Final = ARITHMETIC | ROUNDING | CHOICES
# What the values of a kind are in polars, where they are no numbers of terms.
_TYPES: Final = {"string": pl.String, "text": pl.String, "date": pl.String, "integer": pl.Int64, "boolean": pl.Boolean}


class Cells(NamedTuple):
    """A value for each row, or one for all (``data`` no series): ``kind`` says what they are.

    ``term``: numbers of terms; ``spelt``: the texts of terms, by their numbers; ``string``: text without a language; ``text``: text that may
    have one; ``languages``: tags, by their codes; ``datatypes``: their IRIs;
    ``date``: days as texts; ``integer``, ``decimal``, ``boolean``.
    """

    kind: str
    data: Any


class Frame(NamedTuple):
    """Rows: a polars frame with a column for each variable, and the kind of each column, as for :class:`Cells`."""

    rows: Any
    kinds: dict[str, str]


def kind_of(terms: Any, columns: Columns) -> str:
    """The one kind that all terms of a column have (nulls aside), ``mixed`` if they differ, ``none`` if there are none."""
    least, most = terms.min(), terms.max()
    if least is None:
        return "none"
    if most < columns.iris:
        return "iri"
    kinds = columns.kinds[terms.drop_nulls() if terms.null_count() else terms]
    first = kinds[0]
    return KINDS[first] if kinds.min() == first == kinds.max() else "mixed"


def only_iris(terms: Any, columns: Columns) -> bool:
    """Whether all terms of a column are IRIs: their numbers are then in the order of their texts."""
    most = terms.max()
    return most is None or most < columns.iris


def evaluate(expr: Expr, frame: Frame, columns: Columns) -> Cells:
    """What an expression gives for each row."""
    if not isinstance(expr, Call) or expr.name not in _HANDED_OVER:
        return _evaluated(expr, frame, columns)
    # What is handed over comes back as what is evaluated here.
    from clayonto.engines.columnar.reckoning import reckoned

    if expr.name not in CHOICES:
        return reckoned(expr, frame, columns)
    try:
        return _evaluated(expr, frame, columns)
    except Beyond:
        return reckoned(expr, frame, columns)


def _evaluated(expr: Expr, frame: Frame, columns: Columns) -> Cells:
    if isinstance(expr, Var):
        if expr.name not in frame.kinds:
            raise Beyond(f"?{expr.name} is not bound where it is asked for")
        return Cells(frame.kinds[expr.name], frame.rows[expr.name])
    if isinstance(expr, Const):
        return _constant(expr.term)
    if expr.name in ("&&", "||", "!"):
        parts = [_boolean(in_rows(evaluate(arg, frame, columns), len(frame.rows))) for arg in expr.args]
        if expr.name == "!":
            return Cells("boolean", ~parts[0])
        return Cells("boolean", reduce((lambda a, b: a & b) if expr.name == "&&" else (lambda a, b: a | b), parts))
    if expr.name in ("=", "!=") and all(isinstance(arg, Const) and arg.term.startswith("<") for arg in expr.args):
        return Cells("boolean", (expr.args[0] == expr.args[1]) is (expr.name == "="))
    args = [evaluate(arg, frame, columns) for arg in expr.args]
    if not any(isinstance(arg.data, pl.Series) for arg in args):
        # Of constants: what one row gives, all give.
        found = plain(
            _applied(expr, [Cells(arg.kind, pl.Series([arg.data], dtype=_TYPES.get(arg.kind))) for arg in args], columns), columns
        )
        return Cells(found.kind, found.data[0])
    return _applied(expr, args, columns)


def _applied(call: Call, args: list[Cells], columns: Columns) -> Cells:
    if call.name in _COMPARE:
        return Cells("boolean", _compared(call.name, args[0], args[1], columns))
    if call.name == "IF":
        return _either(args, columns)
    if call.name == "COALESCE":
        return _first(args, columns)
    if call.name == "CONCAT":
        return _together(args, columns)
    # What functions do is built on what stands here.
    from clayonto.engines.columnar.functions import called

    return called(call, args, columns)


def holds(expr: Expr, frame: Frame, columns: Columns) -> Any:
    """For each row whether a filter lets it pass: an error does not."""
    if not len(frame.rows):
        return pl.Series(dtype=pl.Boolean)
    found = _boolean(in_rows(evaluate(expr, frame, columns), len(frame.rows)))
    return found.fill_null(value=False) if found.null_count() else found


def _constant(term: str) -> Cells:
    if term.startswith("<"):
        return Cells("iri", term)
    if term.endswith('"'):
        return Cells("string", term[1:-1])
    text = term[1 : term.rindex('"')]
    if term.endswith("#integer>"):
        return Cells("integer", int(text))
    if term.endswith("#date>"):
        return Cells("date", text)
    if term.endswith("#boolean>"):
        return Cells("boolean", text == "true")
    raise Beyond(f"{term} in an expression is not answered in columns")


def in_rows(cells: Cells, count: int) -> Cells:
    """What is one for all as one for each row."""
    if isinstance(cells.data, pl.Series) or cells.kind == "iri":
        return cells
    return Cells(cells.kind, pl.repeat(cells.data, count, eager=True, dtype=_TYPES[cells.kind]))


def _either(args: list[Cells], columns: Columns) -> Cells:
    """IF: an error where the test is one."""
    test, then, other = args[0], plain(args[1], columns), plain(args[2], columns)
    if then.kind != other.kind or then.kind not in _TYPES:
        raise Beyond(f"IF with {then.kind} and {other.kind} is not answered in columns")
    if not isinstance(test.data, pl.Series):
        return Cells(then.kind, None) if test.data is None else then if test.data else other
    passed = _boolean(test)
    rows = pl.DataFrame({"test": passed}).with_columns(_column(then).alias("then"), _column(other).alias("other"))
    found = pl.when(pl.col("test").is_null()).then(None).when("test").then(pl.col("then")).otherwise(pl.col("other"))
    return Cells(then.kind, rows.select(found.alias("found"))["found"])


def _first(args: list[Cells], columns: Columns) -> Cells:
    """COALESCE: the first that has a value."""
    cells = [plain(arg, columns) for arg in args]
    kinds = {each.kind for each in cells}
    if len(kinds) != 1 or not kinds <= {*_TYPES, "term"}:
        raise Beyond(f"COALESCE of {', '.join(sorted(kinds))} is not answered in columns")
    rows = next(each.data for each in cells if isinstance(each.data, pl.Series)).to_frame("rows")
    return Cells(cells[0].kind, rows.select(pl.coalesce(*map(_column, cells)).alias("found"))["found"])


def _together(args: list[Cells], columns: Columns) -> Cells:
    """CONCAT of texts without a language."""
    cells = [plain(arg, columns) for arg in args]
    if {each.kind for each in cells} != {"string"}:
        raise Beyond("CONCAT of anything but texts without a language is not answered in columns")
    rows = next(each.data for each in cells if isinstance(each.data, pl.Series)).to_frame("rows")
    return Cells("string", rows.select(pl.concat_str(*map(_column, cells)).alias("found"))["found"])


def _column(cells: Cells) -> Any:
    return pl.lit(cells.data) if isinstance(cells.data, pl.Series) else pl.lit(cells.data, dtype=_TYPES[cells.kind])


def plain(cells: Cells, columns: Columns) -> Cells:
    """Tags, and texts that are held by the number of their term, as texts."""
    return resolved(cells, columns) if cells.kind in ("languages", "spelt") else cells


def _boolean(cells: Cells) -> Any:
    if cells.kind != "boolean" or not isinstance(cells.data, pl.Series):
        raise Beyond("what is no test of a row is not taken for true or false in columns")
    return cells.data


def _compared(operator: str, left: Cells, right: Cells, columns: Columns) -> Any:
    compare = _COMPARE[operator]
    if not isinstance(left.data, pl.Series):
        turned = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}.get(operator, operator)
        return _compared(turned, right, left, columns)
    if left.kind == "languages" and right.kind == "string" and not isinstance(right.data, pl.Series) and operator in ("=", "!="):
        found = columns.are_tagged(left.data, right.data)
        return found if operator == "=" else ~found
    if left.kind == right.kind == "spelt" and only_iris(left.data, columns) and only_iris(right.data, columns):
        return compare(left.data, right.data)
    if left.kind == "datatypes" and right.kind == "iri" and isinstance(right.data, str) and operator in ("=", "!="):
        return compare(left.data, right.data[1:-1])
    left, right = resolved(left, columns), resolved(right, columns)
    if left.kind == "text" or right.kind == "text":
        raise Beyond("a text that may have a language is not compared in columns")
    if right.kind == "iri" and operator in ("=", "!="):
        number = columns.number(right.data) if isinstance(right.data, str) else right.data
        if number is None:
            number = len(columns.texts)
        if left.kind in ("iri", "none") or (left.kind in ("mixed", "term") and isinstance(right.data, str)):
            return compare(left.data, number)
    if left.kind == right.kind == "string" or {left.kind, right.kind} <= {"integer", "decimal"}:
        return compare(left.data, right.data)
    if left.kind == right.kind == "date":
        return compare(left.data, right.data)
    raise Beyond(f"{left.kind} and {right.kind} are not compared in columns")


def resolved(cells: Cells, columns: Columns) -> Cells:
    """Terms as the values that they all are: texts, numbers or days; else as they were."""
    if cells.kind == "languages":
        return Cells("string", columns.tags(cells.data))
    if cells.kind == "spelt":
        return Cells("string", columns.strings.gather(cells.data))
    if cells.kind != "term":
        return cells
    kind = kind_of(cells.data, columns)
    if kind in ("string", "date"):
        return Cells(kind, columns.strings.gather(cells.data))
    if kind in ("integer", "decimal"):
        return Cells(kind, columns.values.gather(cells.data))
    return Cells(kind, cells.data)
