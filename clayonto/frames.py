"""Answers as data frames, typed by what the query declares; else by what the cells are; also when there is no row.

=============================  ========================  ===================
declared or found              polars                    pandas
=============================  ========================  ===================
iri, string, literal, any      String                    string
integer                        Int64                     Int64
decimal                        Decimal(38, 2 or more)    object (Decimal)
double                         Float64                   Float64
boolean                        Boolean                   boolean
date                           Date                      datetime64[ms]
dateTime                       Datetime(us, UTC)         datetime64[us, UTC]
=============================  ========================  ===================
"""

from __future__ import annotations

import math
import re
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from clayonto.errors import DataError, MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas
    import polars

PLAIN: Final = frozenset({"iri", "string", "literal", "any"})
"""Declared types whose values are shown as text."""
CENTS: Final = 2
"""How many digits a decimal has after its point at least."""
_DIGITS: Final = 38
"""How many digits a decimal has at most in polars."""
_DAY: Final = r"^([0-9]{4}-[0-9]{2}-[0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})?$"
"""A day, with a time zone or without, which a frame has no room for."""
# Which type a column of cells is, told from TSV; tried in this order, a column takes the first that all its cells fit.
_KINDS: Final = {
    "integer": r"^[+-]?[0-9]{1,18}$",
    "decimal": r'^(?:[+-]?[0-9]*\.?[0-9]+|"[+-]?[0-9]*\.?[0-9]+"\^\^<http://www\.w3\.org/2001/XMLSchema#decimal>)$',
    "boolean": r"^(?:true|false)$",
    "date": r'^"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:Z|[+-][0-9]{2}:[0-9]{2})?"\^\^<http://www\.w3\.org/2001/XMLSchema#date>$',
    "dateTime": r'^"[0-9]{4}-[0-9]{2}-[0-9]{2}T[^"]*"\^\^<http://www\.w3\.org/2001/XMLSchema#dateTime>$',
    "double": r'^(?:[+-]?[0-9.]+[eE][+-]?[0-9]+|"[^"]*"\^\^<http://www\.w3\.org/2001/XMLSchema#(?:double|float)>)$',
}


def read_cells(tsv: bytes) -> polars.DataFrame:
    """The cells of solutions in TSV as they are, in a polars frame; null for no value.

    :raises MissingExtraError: if polars is not installed.
    """
    try:
        import polars as pl
    except ImportError as error:
        raise MissingExtraError("polars") from error
    head, _, body = tsv.partition(b"\n")
    columns = [name.lstrip("?$") for name in head.decode().rstrip("\r").split("\t")] if head.strip() else []
    if not columns:
        return pl.DataFrame()
    if body:
        return pl.read_csv(
            body, separator="\t", has_header=False, new_columns=columns, infer_schema=False, quote_char=None, truncate_ragged_lines=False
        )
    return pl.DataFrame({name: [] for name in columns}, schema=dict.fromkeys(columns, pl.String))


def to_polars(cells: polars.DataFrame, types: Mapping[str, str]) -> polars.DataFrame:
    """A polars frame of values from one of cells of TSV; see the module's table for its types.

    :param types: column name to declared type; columns without one take the type that all their cells have.
    :raises DataError: if a value is not of the type that its column is declared to have; a column without one is text then.
    """
    import polars as pl

    return cells.with_columns(_typed(pl, cells[name], types.get(name)) for name in cells.columns)


def _typed(pl: Any, cells: Any, declared: str | None) -> Any:
    kind = declared if declared in _KINDS or declared in PLAIN else _found(cells)
    if kind is None or kind in PLAIN:
        return _texts(pl, cells)
    values = _values(pl, cells, kind)
    misfits = cells.is_not_null() & values.is_null()
    if not misfits.any():
        return values
    if declared is None:
        return _texts(pl, cells)
    raise _misfit(cells.name, kind, _texts(pl, cells.filter(misfits))[0])


def _values(pl: Any, cells: Any, kind: str) -> Any:
    """Cells as values of a kind; null for what is none of it."""
    # A quoted cell holds its value up to the closing quote: numbers, days and times have no quote in them.
    bare = cells.str.extract(r'^"?([^"]*)', 1)
    if kind == "integer":
        return bare.cast(pl.Int64, strict=False)
    if kind == "boolean":
        return bare.replace_strict({"true": True, "1": True, "false": False, "0": False}, default=None, return_dtype=pl.Boolean)
    if kind == "decimal":
        longest = bare.str.extract(r"\.([0-9]*)$", 1).str.len_chars().max() or 0
        room = max(CENTS, longest) <= _DIGITS
        return (bare if room else bare.clear(len(bare))).cast(pl.Decimal(_DIGITS, max(CENTS, longest) if room else CENTS), strict=False)
    if kind == "date":
        return bare.str.extract(_DAY, 1).str.to_date("%Y-%m-%d", strict=False)
    if kind == "dateTime":
        timed = bare.str.replace(r"Z$", "+00:00").str.replace(r"(T[0-9:.]+)$", "$1+00:00").str.replace(_DAY, "${1}T00:00:00+00:00")
        return timed.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%:z", time_unit="us", time_zone="UTC", strict=False)
    return bare.cast(pl.Float64, strict=False)


def _misfit(column: str, kind: str, value: object) -> DataError:
    """A value of a column that the query declares to be of another kind: a frame has no room for it, and to leave it out would lose it."""
    return DataError(
        f"The column “{column}” is declared as {kind}, and “{value}” is none, so that no data frame can have it; to_dicts(), to_csv() and to_json() give "
        "it as it is."
    )


def _found(cells: Any) -> str | None:
    if cells.null_count() == len(cells):
        return None
    return next((kind for kind, form in _KINDS.items() if cells.str.contains(form).all()), None)


def _texts(pl: Any, cells: Any) -> Any:
    """Cells as the text of their terms: brackets, quotes, languages, datatypes and escapes off."""
    texts = cells.str.extract(r'^(?:<([^>]*)>|"(?:[^"\\]|\\.)*".*|(.*))$', 1)
    strings = cells.str.extract(r'^"((?:[^"\\]|\\.)*)"', 1)
    escaped = strings.str.contains("\\", literal=True).fill_null(value=False)
    if escaped.any():
        from clayonto.tsv import term

        plain = {cell: str(term(cell)) for cell in cells.filter(escaped).unique()}
        strings = pl.select(pl.when(escaped).then(cells.replace(plain)).otherwise(strings)).to_series()
    others = cells.str.extract(r'^([^<"].*)$', 1)
    made = pl.select(pl.coalesce(texts, strings, others)).to_series()
    return made.alias(cells.name)


def to_pandas(tsv: bytes, types: Mapping[str, str]) -> pandas.DataFrame:
    """A pandas frame from solutions in TSV; see the module's table for its types.

    :raises MissingExtraError: if pandas is not installed.
    :raises DataError: as for :func:`to_polars`.
    """
    try:
        import pandas as pd
    except ImportError as error:
        raise MissingExtraError("pandas") from error
    from clayonto import tsv as reader
    from clayonto.terms import lexical

    columns, rows = reader.read(tsv)
    cells = [c.split(b"\t") for c in tsv.split(b"\n")[1 : len(rows) + 1]]
    made = {}
    for number, name in enumerate(columns):
        values = [row[number] for row in rows]
        kind = types.get(name)
        if kind not in _KINDS and kind not in PLAIN:
            texts = [line[number].decode() for line in cells if line[number]]
            kind = next((k for k, form in _KINDS.items() if texts and all(re.search(form, t) for t in texts)), "any")
        values = [_readable(pd, v, kind) if isinstance(v, str) else v for v in values]
        misfit = next((v for v in values if v is not None and not _fits(v, kind)), None)
        if misfit is not None:
            if types.get(name) == kind:
                raise _misfit(name, str(kind), lexical(misfit)[0])
            kind = "any"
        dtype = {
            "integer": "Int64",
            "decimal": "object",
            "double": "Float64",
            "boolean": "boolean",
            "date": "datetime64[ms]",
            "dateTime": "datetime64[us, UTC]",
        }.get(kind or "any", "string")
        if dtype == "string":
            values = [None if v is None else lexical(v)[0] for v in values]
        if dtype == "datetime64[us, UTC]":
            made[name] = pd.Series(pd.to_datetime(pd.Series(values, dtype="object"), utc=True)).astype(dtype)
        else:
            made[name] = pd.Series(values, dtype=dtype)
    return pd.DataFrame(made, columns=columns)


def _readable(pd: Any, text: str, kind: str | None) -> Any:
    """A day in a time zone, and a time that is finer than Python's, as pandas can hold it; whatever else as it is."""
    with suppress(ValueError):
        if kind == "date" and (found := re.search(_DAY, text)):
            return date.fromisoformat(found[1])
        if kind == "dateTime" and re.search(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T", text):
            return pd.Timestamp(text).floor("us").to_pydatetime()
    return text


def _fits(value: object, kind: str | None) -> bool:
    """Whether a pandas column of a kind has room for a value."""
    match kind:
        case "integer":
            return isinstance(value, int | float) and not isinstance(value, bool) and int(value) == value and abs(value) < 2**63
        case "decimal":
            return isinstance(value, int | Decimal | float) and not isinstance(value, bool) and not math.isnan(value)
        case "double":
            return isinstance(value, int | Decimal | float) and not isinstance(value, bool)
        case "boolean":
            return isinstance(value, bool)
        case "date":
            return isinstance(value, date) and not isinstance(value, datetime)
        case "dateTime":
            return isinstance(value, date)
    return True
