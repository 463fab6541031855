"""Answers as data frames: typed as declared, or as the cells are; also without a row."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

import pandas as pd
import polars as pl
import pytest

from clayonto import KnowledgeGraph
from clayonto.errors import DataError, MissingExtraError
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


def test_mixed_columns_are_the_same_text_in_both() -> None:
    rows = Rows(
        ("x",),
        [[True], [datetime(2021, 5, 31, 10, tzinfo=UTC)], [Decimal("1.50")], [1.5e30], [date(2021, 5, 31)], ["a"]],
        engine="oxigraph",
    )
    assert rows.to_polars()["x"].to_list() == rows.to_pandas()["x"].tolist()


def test_mixed_columns_are_text() -> None:
    frame = Rows(("x",), [(1,), (IRI("urn:a"),), ("b",), (Decimal("2.5"),)], engine="oxigraph").to_polars()
    assert frame["x"].to_list() == ["1", "urn:a", "b", "2.5"]


ILL = {
    "integer": '"12345678901234567890"^^xsd:nonNegativeInteger',
    "decimal": '"1,5"^^xsd:decimal',
    "boolean": '"kyllä"^^xsd:boolean',
    "date": '"2021-02-30"^^xsd:date',
    "dateTime": '"2021-13-01T10:00:00"^^xsd:dateTime',
    "double": '"suuri"^^xsd:double',
}


@pytest.mark.parametrize("kind", ILL)
def test_what_is_not_of_its_type_makes_a_found_column_text_and_a_declared_one_an_error(kind: str) -> None:
    cell = re.sub(r"xsd:(\w+)", r"<http://www.w3.org/2001/XMLSchema#\1>", ILL[kind]).encode()
    value = cell.decode().split('"')[1]
    tsv = b"?x\n\n%b\n" % cell
    found = Rows.from_tsv(tsv, engine="oxigraph")
    assert found.to_polars()["x"].to_list() == [None, value]
    assert found.to_pandas()["x"].tolist()[1] == value
    assert pl.read_parquet(found.to_parquet())["x"][1] == value
    declared = Rows.from_tsv(tsv, engine="oxigraph", types={"x": kind})
    for make in (declared.to_polars, declared.to_pandas, declared.to_parquet):
        with pytest.raises(DataError, match=f"“x” is declared as {kind}, and “{value}” is none"):
            make()


def test_a_day_in_a_time_zone_is_a_day() -> None:
    rows = Rows.from_tsv(
        b'?x\n"2021-05-31Z"^^<http://www.w3.org/2001/XMLSchema#date>\n"2021-06-01+02:00"^^<http://www.w3.org/2001/XMLSchema#date>\n',
        engine="oxigraph",
    )
    assert rows.to_polars()["x"].to_list() == [date(2021, 5, 31), date(2021, 6, 1)]
    assert rows.to_pandas()["x"].dt.strftime("%Y-%m-%d").tolist() == ["2021-05-31", "2021-06-01"]


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
