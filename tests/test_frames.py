"""Answers as data frames: typed as declared, or as the cells are; also without a row."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import polars as pl

from clayonto import KnowledgeGraph
from clayonto.errors import MissingExtraError
from clayonto.results import Rows
from clayonto.terms import IRI, LangString

VALUES = (
    IRI("https://example.org/a"),
    'a "b"\t\\n\n<c>',
    LangString("ä", "fi"),
    7,
    Decimal("212000.50"),
    True,
    date(2021, 5, 31),
    datetime(2021, 5, 31, 10, tzinfo=UTC),
    1.5,
)
COLUMNS = ("i", "s", "l", "n", "d", "b", "day", "time", "f")
SCHEMA = [pl.String, pl.String, pl.String, pl.Int64, pl.Decimal(38, 2), pl.Boolean, pl.Date, pl.Datetime("us", "UTC"), pl.Float64]


def test_polars_types_are_found_in_the_cells() -> None:
    frame = Rows(COLUMNS, [VALUES, [None] * 9], engine="oxigraph").to_polars()
    assert list(frame.schema.values()) == SCHEMA
    assert frame.row(0) == tuple(str(v) if isinstance(v, str) else v for v in VALUES)
    assert frame.row(1) == (None,) * 9


def test_pandas_types_are_found_in_the_cells() -> None:
    frame = Rows(COLUMNS, [VALUES, [None] * 9], engine="oxigraph").to_pandas()
    assert [str(t) for t in frame.dtypes][3:] == ["Int64", "object", "boolean", "datetime64[ms]", "datetime64[us, UTC]", "Float64"]
    assert all(pd.api.types.is_string_dtype(frame[c]) for c in "isl")
    assert (frame["d"][0], frame["n"][0], frame["s"][0]) == (Decimal("212000.50"), 7, VALUES[1])
    assert frame.isna().iloc[1].all()


def test_declared_types_hold_without_a_row(bundled: KnowledgeGraph) -> None:
    rows = Rows.from_tsv(b"?a\t?b\t?c\t?d\n", engine="oxigraph", types={"a": "decimal", "b": "date", "c": "iri", "d": "integer"})
    assert list(rows.to_polars().schema.values()) == [pl.Decimal(38, 2), pl.Date, pl.String, pl.Int64]
    assert [str(t) for t in rows.to_pandas().dtypes][:2] == ["object", "datetime64[ms]"]
    assert len(rows) == 0
    assert bundled.query("SELECT ?a { ?a <urn:none> ?b }").to_polars().schema == {"a": pl.String}


def test_a_named_query_as_a_frame(kg: KnowledgeGraph) -> None:
    frame = kg.run("project-money").to_polars()
    assert frame.schema["value"] == pl.Decimal(38, 2)
    assert frame.schema["approximate"] == pl.Boolean
    assert frame["value"].to_list() == [Decimal(1340000), Decimal(1100000), Decimal(212000), Decimal(32000)]
    assert frame["amount_label"][0] == "Total budget of CLAY"
    assert frame["percent"].to_list() == [None, Decimal("82.1"), Decimal("15.8"), Decimal("15.1")]
    assert kg.run("project-phases").to_polars()["start"].to_list() == [date(2018, 6, 1), date(2021, 6, 1)]


def test_mixed_columns_are_text() -> None:
    frame = Rows(("x",), [(1,), (IRI("urn:a"),), ("b",), (Decimal("2.5"),)], engine="oxigraph").to_polars()
    assert frame["x"].to_list() == ["1", "urn:a", "b", "2.5"]


def test_a_missing_extra_names_the_command() -> None:
    code = (
        "import sys; sys.modules['polars'] = None; sys.modules['pandas'] = None\n"
        "import clayonto\nrows = clayonto.load().run('glossary')\n"
        "for make in (rows.to_polars, rows.to_pandas):\n"
        "    try: make()\n    except clayonto.ClayontoError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "polars is not installed; install it with: pip install 'clayonto[polars]'",
        "pandas is not installed; install it with: pip install 'clayonto[pandas]'",
    ]
    assert MissingExtraError("polars").extra == "polars"
