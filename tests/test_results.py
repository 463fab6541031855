"""Rows: by name, by position, as values, and written down."""

from __future__ import annotations

import pickle
from decimal import Decimal

import pytest

import clayonto
from clayonto import KnowledgeGraph
from clayonto.results import Row, Rows
from clayonto.tables import draw_table
from clayonto.terms import IRI, BlankNode, LangString


def test_a_row_is_reached_by_name_key_and_position(bundled: KnowledgeGraph) -> None:
    row = bundled.run("project-partners", lang="fi")[1]
    assert row.partner_label == row["partner_label"] == row[1] == "Etelä-Pohjanmaan liitto"
    assert row.partner_label.language == "fi"
    assert isinstance(row.partner, IRI)
    assert row.budget == Decimal(212000)
    assert len(row) == 6
    assert list(row)[3] == "Suomi"
    assert row.to_dict()["currency"] == "EUR"
    assert repr(row).startswith("Row(partner='https://w3id.org/clayonto/id/organisation/south")
    with pytest.raises(AttributeError, match="This row has no column “bugdet”; it has partner, partner_label"):
        row.bugdet  # noqa: B018
    with pytest.raises(KeyError):
        row["bugdet"]
    with pytest.raises(IndexError):
        row[6]


def test_a_column_may_be_called_like_a_method() -> None:
    rows = Rows(("count", "index", "x"), [(1, 2, None)], engine="oxigraph")
    assert (rows[0]["count"], rows[0].count, rows[0].index, rows[0].x) == (1, 1, 2, None)


def test_rows_are_a_sequence(bundled: KnowledgeGraph) -> None:
    rows = bundled.run("project-partners")
    assert len(rows) == 6
    assert rows[-1] == rows[5] == tuple(rows[5])
    assert len(rows[1:3]) == 2
    assert rows[1:3].columns == rows.columns
    assert rows == bundled.run("project-partners")
    assert rows != rows[:5]
    assert rows[0] in rows
    assert repr(rows) == "<6 rows of partner, partner_label, role, country, budget, currency, from oxigraph>"
    assert rows.to_dicts()[0]["role"] == "lead partner"
    assert pickle.loads(pickle.dumps(rows[0])) == rows[0]
    assert {rows[0]: 1}[bundled.run("project-partners")[0]] == 1


def test_an_ask_is_true_or_false(kg: KnowledgeGraph) -> None:
    yes, no = kg.query("ASK { ?s ?p ?o }"), kg.query("ASK { ?s <urn:no> ?o }")
    assert (bool(yes), bool(no)) == (True, False)
    assert (yes.to_table(), no.to_table()) == ("yes", "no")
    assert no[0].answer is False


def test_a_construct_is_rows_of_triples_in_order(kg: KnowledgeGraph) -> None:
    things = "VALUES ?s { <project/clay> <organisation/ctcv> <organisation/aeucc> }"
    rows = kg.query(f"CONSTRUCT {{ ?s clay:acronym ?a }} {{ {things} ?s clay:acronym ?a . ?s ?p ?o }}")
    assert rows.columns == ("subject", "predicate", "object")
    assert [row.object for row in rows] == ["AEuCC", "CTCV", "CLAY"]
    assert rows.to_rdf("ntriples").count("\n") == 3
    with pytest.raises(ValueError, match="is not one of turtle, ntriples, jsonld"):
        rows.to_rdf("n3")
    with pytest.raises(ValueError, match="A SELECT gives no triples"):
        kg.query("SELECT ?s { ?s ?p ?o } LIMIT 1").to_rdf()
    assert len(kg.query("DESCRIBE <project/clay>")) > 20


def test_a_notebook_shows_a_table_and_no_markup_of_the_data() -> None:
    html = Rows(("x",), [("<b>&",)], engine="oxigraph")._repr_html_()
    assert "<th>x</th>" in html
    assert "&lt;b&gt;&amp;" in html
    assert "more rows" not in html
    many = Rows(("x",), [(n,) for n in range(1500)], engine="oxigraph")._repr_html_()
    assert many.count("<td>") == 100
    assert many.endswith("<p>… 1,400 more rows</p>")


def test_tables_fit_the_width_they_are_given() -> None:
    table = draw_table(["name", "number"], [["a" * 50, "7"], ["b", "12"]], numeric=[False, True], width=30)
    assert max(map(len, table.splitlines())) == 30
    assert table.splitlines()[2] == "a" * 21 + "…       7"
    assert table.splitlines()[3].endswith("      12")


def test_tables_keep_each_value_on_one_line() -> None:
    rows = Rows(("x", "y"), [("a\nb\tc", BlankNode("b0")), (None, LangString("ä", "fi"))], engine="oxigraph")
    assert rows.to_table().splitlines()[2:] == ["a b c  _:b0", "       ä"]


def test_every_form_writes_hostile_values_safely() -> None:
    value = 'a,"b"\n\t<&>\\ ä\U0001f600'
    rows = Rows(("x", "y"), [(value, LangString(value, "fi")), (IRI("urn:x"), None)], engine="oxigraph")
    import pyoxigraph as ox

    for text, style in ((rows.to_json(), "json"), (rows.to_xml(), "srx"), (rows.to_tsv(), "tsv")):
        back = [tuple(s) for s in ox.parse_query_results(text, format=ox.QueryResultsFormat.from_extension(style))]  # type: ignore[union-attr]
        assert back[0][0].value == value
        assert back[0][1].language == "fi"
        assert back[1] == (ox.NamedNode("urn:x"), None)
    import csv
    import io

    assert list(csv.reader(io.StringIO(rows.to_csv(), newline="")))[1] == [value, value]


def test_an_answer_without_rows_keeps_its_columns(kg: KnowledgeGraph) -> None:
    rows = kg.query("SELECT ?a ?b { ?a <urn:none> ?b }")
    assert (rows.columns, len(rows), bool(rows)) == (("a", "b"), 0, False)
    assert rows.to_table() == "a  b\n─  ─"
    assert rows.to_csv() == "a,b\r\n"


def test_a_row_can_be_made_and_compared() -> None:
    assert Row(["a"], [1]) == Row(["a"], [1]) != Row(["b"], [1])
    assert clayonto.Row is Row


def test_an_answer_without_columns_keeps_its_rows(kg: KnowledgeGraph) -> None:
    rows = kg.query("SELECT * { <project/clay> a clay:Project }")
    assert (rows.columns, len(rows), tuple(rows[0])) == ((), 1, ())
