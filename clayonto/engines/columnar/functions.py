"""The functions of SPARQL that columns know, over all rows at once; ``expressions.py`` has what an error is, and hands them their arguments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from clayonto.engines.columnar.algebra import Beyond
from clayonto.engines.columnar.expressions import Cells, resolved
from clayonto.engines.columnar.parser import CAST
from clayonto.engines.columnar.terms import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable

    from clayonto.engines.columnar.algebra import Call
    from clayonto.engines.columnar.columns import Columns

_TESTS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "CONTAINS": lambda text, part: text.str.contains(part, literal=True),
    "STRSTARTS": lambda text, part: text.str.starts_with(part),
    "STRENDS": lambda text, part: text.str.ends_with(part),
}
_WHOLE: Final = "^[+-]?[0-9]{1,18}$"


def called(call: Call, args: list[Cells], columns: Columns) -> Cells:
    """What a function gives for each row.

    :raises Beyond: if that is not known here for such arguments.
    """
    first = args[0]
    if not isinstance(first.data, pl.Series) or first.kind == "iri":
        raise Beyond(f"{call.name} of a constant is not answered in columns")
    match call.name:
        case "BOUND":
            return Cells("boolean", first.data.is_not_null())
        case "STR":
            if first.kind != "term":
                return _text_of(first)
            return Cells("spelt", first.data)
        case "LANG" if first.kind == "term":
            return Cells("languages", columns.languages(first.data))
        case "DATATYPE" if first.kind == "term":
            return Cells("datatypes", columns.datatypes.gather(first.data))
        case "STRLEN" if first.kind == "spelt":
            return Cells("integer", columns.strings.gather(first.data).str.len_chars().cast(pl.Int64))
        case "ISIRI" if first.kind == "term":
            return Cells("boolean", first.data < columns.iris)
        case "LCASE" if first.kind == "spelt":
            return Cells("string", columns.lower.gather(first.data))
        case "ISLITERAL" if first.kind == "term":
            return Cells("boolean", (first.data >= columns.iris) & (columns.kinds[first.data] != KINDS.index("blank")))
        case "YEAR":
            return _year(first, columns)
    if call.name == CAST:
        return _whole(first, columns)
    return _of_text(call, _text(first, columns), args[1:])


def _of_text(call: Call, text: Cells, rest: list[Cells]) -> Cells:
    """What a function of texts gives; of a text that may have a language, only what does not show it."""
    match call.name:
        case "LCASE":
            return Cells(text.kind, text.data.str.to_lowercase())
        case "UCASE":
            return Cells(text.kind, text.data.str.to_uppercase())
        case "STRLEN":
            return Cells("integer", text.data.str.len_chars().cast(pl.Int64))
        case "CONTAINS" | "STRSTARTS" | "STRENDS" if rest[0].kind == "string":
            return Cells("boolean", _TESTS[call.name](text.data, rest[0].data))
        case "STRAFTER" if text.kind == rest[0].kind == "string" and (part := _constant(rest[0])):
            after = pl.col("t").str.splitn(part, 2).struct.field("field_1").fill_null("")
            frame = text.data.alias("t").to_frame()
            return Cells("string", frame.select(pl.when(pl.col("t").is_null()).then(None).otherwise(after).alias("t"))["t"])
        case "SUBSTR" if text.kind == "string" and all(each.kind == "integer" for each in rest):
            start, length = map(_constant, rest)
            if start is not None and length is not None and start >= 1 and length >= 0:
                return Cells("string", text.data.str.slice(start - 1, length))
    raise Beyond(f"{call.name} of {', '.join(cells.kind for cells in (text, *rest))} is not answered in columns")


def _constant(cells: Cells) -> Any:
    """The one value that is there for all rows."""
    if not isinstance(cells.data, pl.Series):
        return cells.data
    return cells.data[0] if len(cells.data) == 1 else None


def _year(cells: Cells, columns: Columns) -> Cells:
    days = resolved(cells, columns)
    if days.kind != "date":
        raise Beyond(f"YEAR of {days.kind} is not answered in columns")
    return Cells("integer", days.data.str.slice(0, 4).cast(pl.Int64))


def _whole(cells: Cells, columns: Columns) -> Cells:
    """A text as a whole number; an error, and so nothing, where it is none."""
    text = resolved(cells, columns)
    if text.kind != "string":
        raise Beyond(f"a whole number of {text.kind} is not made in columns")
    frame = text.data.alias("t").to_frame()
    doubtful = frame.select(pl.col("t").str.contains(r"^\s|\s$|[0-9]{19}"))["t"]
    if doubtful.any():
        raise Beyond("a text that may be a whole number or not is not read in columns")
    digits = pl.when(pl.col("t").str.contains(_WHOLE)).then(pl.col("t")).otherwise(None)
    return Cells("integer", frame.select(digits.cast(pl.Int64).alias("n"))["n"])


def _text_of(cells: Cells) -> Cells:
    if cells.kind in ("string", "text"):
        return Cells("string", cells.data)
    raise Beyond(f"STR of {cells.kind} is not answered in columns")


def _text(cells: Cells, columns: Columns) -> Cells:
    """Strings, with or without a language; a null for a term that is none."""
    if cells.kind == "term":
        literal = columns.kinds[cells.data].is_in([KINDS.index("string"), KINDS.index("language")])
        texts = columns.strings.gather(cells.data)
        kept = pl.DataFrame({"t": texts, "l": literal}).select(pl.when("l").then(pl.col("t")).otherwise(None).alias("t"))["t"]
        return Cells("text", kept)
    if cells.kind in ("languages", "spelt"):
        return resolved(cells, columns)
    if cells.kind not in ("string", "text"):
        raise Beyond(f"a text of {cells.kind} is not answered in columns")
    return cells
