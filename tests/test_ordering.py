"""ORDER BY over terms of all kinds: in an order, and without the end of the process that Oxigraph's own sort would be."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.engines.ordering import sortable
from clayonto.errors import QuerySyntaxError
from clayonto.namespaces import PREFIXES
from clayonto.terms import IRI, BlankNode
from tests.conftest import SOAK

XSD = PREFIXES["xsd"]
typed = st.builds(
    lambda text, kind: ox.Literal(text, datatype=ox.NamedNode(XSD + kind)),
    st.sampled_from(
        ("5", "12", "3.5", "-7", "1e3", "NaN", "INF", "abc", "true", "2021-05-31", "2021-05-31T10:00:00Z", "2021-05-31T10:00:00", "2021")
    ),
    st.sampled_from(("integer", "decimal", "double", "boolean", "date", "dateTime", "gYear", "string", "duration")),
)
term = st.one_of(
    typed,
    st.builds(ox.Literal, st.text(st.characters(codec="utf-8"), max_size=3)),
    st.builds(lambda text, lang: ox.Literal(text, language=lang), st.sampled_from(("a", "5", "12")), st.sampled_from(("en", "fi"))),
    st.builds(lambda n: ox.NamedNode(f"urn:{n}"), st.integers(0, 30)),
    st.builds(ox.BlankNode),
)


def holding(terms: list[object]) -> clayonto.KnowledgeGraph:
    kg = clayonto.load(bundle=False)
    p = ox.NamedNode("urn:p")
    kg.apply(added=[(ox.NamedNode(f"urn:s{n}"), p, o) for n, o in enumerate(terms)], removed=[], file=None)
    return kg


@pytest.mark.fuzz
@settings(max_examples=60 * SOAK, deadline=None)
@given(st.lists(term, min_size=25, max_size=80))
def test_terms_of_all_kinds_are_sorted(terms: list[object]) -> None:
    kg = holding(terms)
    for key in ("?o", "DESC(?o)", "(?o)", "COALESCE(?o, 1)"):
        assert len(kg.query(f"SELECT ?s ?o {{ ?s <urn:p> ?o }} ORDER BY {key} ?s")) == len(terms)
    up = [row.o for row in kg.query("SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?o DESC(STR(?s))")]
    down = [row.o for row in kg.query("SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY DESC(?o) STR(?s)")]
    at = [0 if isinstance(v, BlankNode) else 1 if isinstance(v, IRI) else 2 for v in up]
    assert at == sorted(at)
    assert [repr(v) for v in up if not isinstance(v, BlankNode)] == [repr(v) for v in reversed(down) if not isinstance(v, BlankNode)]


@pytest.mark.fuzz
@settings(max_examples=60 * SOAK, deadline=None)
@given(st.lists(st.integers(-99, 99), min_size=25), st.lists(st.text("abcåäö ", max_size=4), min_size=25))
def test_terms_of_one_kind_are_in_the_order_of_their_values(numbers: list[int], texts: list[str]) -> None:
    kg = holding([ox.Literal(n) for n in numbers])
    assert [row.o for row in kg.query("SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY ?o")] == sorted(numbers)
    kg = holding([ox.Literal(text, language="fi") for text in texts])
    assert [row.o for row in kg.query("SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY DESC(?o)")] == sorted(texts, reverse=True)


def test_everything_in_the_bundle_is_sorted(bundled: clayonto.KnowledgeGraph) -> None:
    assert len(bundled.query("SELECT ?s ?p ?o { ?s ?p ?o } ORDER BY ?o ?p ?s")) == len(bundled)
    inner = bundled.query("SELECT ?o { { SELECT ?o { ?s ?p ?o } ORDER BY ?o LIMIT 50 } } ORDER BY DESC(?o)")
    assert len(inner) == 50
    assert len(bundled.query("SELECT ?p (MIN(?o) AS ?least) { ?s ?p ?o } GROUP BY ?p ORDER BY MIN(?o) MAX(?o) ?p")) > 50
    assert len(bundled.query("CONSTRUCT { ?s <urn:x> ?o } { ?s ?p ?o } ORDER BY ?o LIMIT 30")) <= 30
    assert len(bundled.query("SELECT DISTINCT ?o { ?s ?p ?o } ORDER BY ?o")) > 1000


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s ?p ?o } ORDER BY STR(?s)",
        "SELECT ?s { ?s ?p ?o } ORDER BY DESC(LCASE(STR(?s))) LIMIT 1",
        'SELECT ?s { ?s ?p ?o } ORDER BY COALESCE(STR(?s), "")',
        "SELECT (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY DESC(?n)",
        "SELECT ?s { ?s ?p 'ORDER BY ?o' } # ORDER BY ?o",
        "SELECT ?order { ?order <urn:by> ?by }",
        "ORDER BY",
        "SELECT ?s { } ORDER BY",
        "SELECT ?s { } ORDER BY DESC(",
    ],
)
def test_what_needs_no_care_stays_as_it_is(query: str) -> None:
    assert sortable(query) == query


@pytest.mark.parametrize(
    ("query", "rest"),
    [
        ("SELECT ?s { ?s ?p ?o } ORDER BY ?o LIMIT 3", " LIMIT 3"),
        ("SELECT ?s { ?s ?p ?o } order by desc(?o) ?s offset 3", " offset 3"),
        ("SELECT ?s { ?s ?p ?o } ORDER BY xsd:integer(?o) VALUES ?s { 1 }", " VALUES ?s { 1 }"),
        ("SELECT ?s { ?s ?p ?o } ORDER BY (?o + 1)", ""),
        ("SELECT (COUNT(?o) + 1 AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY ?n", ""),
    ],
)
def test_what_follows_the_keys_stays(query: str, rest: str) -> None:
    made = sortable(query)
    assert "isNumeric" in made
    assert made.endswith(rest)


def test_an_error_is_told_of_the_text_as_given(bundled: clayonto.KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        bundled.query("SELECT ?s { ?s ?p ?o } ORDER BY ?o\nLIMIT x")
    assert (caught.value.line, caught.value.column) == (2, 8)
