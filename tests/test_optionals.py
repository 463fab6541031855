"""OPTIONAL answered row by row, and answers put in order outside the engine: the same rows as Oxigraph gives for the query as it stands."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto import tsv
from clayonto.engines.optionals import by_row
from clayonto.engines.sorting import apart, in_order
from clayonto.errors import QuerySyntaxError
from tests.conftest import SOAK
from tests.test_ordering import term

NODES = [ox.NamedNode(f"urn:{n}") for n in "abcd"]
LINKS = [ox.NamedNode(f"urn:{n}") for n in "pqr"]
triples = st.lists(
    st.builds(
        ox.Quad, st.sampled_from(NODES), st.sampled_from(LINKS), st.one_of(st.sampled_from(NODES), st.builds(ox.Literal, st.integers(0, 3)))
    ),
    max_size=25,
)
variable = st.sampled_from(("?v", "?w", "?x", "?y", "?z"))
link = st.sampled_from(
    ("<urn:p>", "<urn:q>", "<urn:r>", "^<urn:p>", "<urn:p>|<urn:q>", "<urn:p>/<urn:q>", "<urn:p>*", "<urn:q>?", "<urn:r>+")
)
triple = st.builds(lambda s, p, o: f"{s} {p} {o} . ", variable, link, st.one_of(variable, st.sampled_from(("<urn:a>", "2"))))
filters = st.builds(
    lambda form, a, b: form.format(a=a, b=b),
    st.sampled_from(
        (
            "FILTER({a} = {b}) ", "FILTER({a} < 2) ", "FILTER(!BOUND({a})) ", "FILTER EXISTS {{ {a} <urn:p> {b} }} ",
            "FILTER(BOUND({a}) || {b} != 1) ", "FILTER NOT EXISTS {{ {a} <urn:q> {b} FILTER({a} = {b}) }} ",
        )
    ),
    variable,
    variable,
)  # fmt: skip
plain = st.builds("".join, st.lists(triple, min_size=1, max_size=3))


def _larger(group: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds(lambda a, b: f"{a}OPTIONAL {{ {b}}} ", group, group),
        st.builds(lambda a, b, c: f"{a}OPTIONAL {{ {b}}} {c}", group, group, group),
        st.builds(lambda a, b: f"{{ {a}}} UNION {{ {b}}} ", group, group),
        st.builds(lambda a, f: f"{a}{f}", group, filters),
        st.builds(lambda a, v: f"{a}BIND(1 AS ?b{v[1:]}) ", group, variable),
        st.builds(lambda a, v: f"{a}VALUES {v} {{ <urn:a> 1 UNDEF }} ", group, variable),
        st.builds(lambda a, b: f"{a}MINUS {{ {b}}} ", group, group),
        st.builds(lambda a, v: f"{{ SELECT {v} {{ {a}}} }} ", group, variable),
    )


groups = st.recursive(plain, _larger, max_leaves=5)


def solutions(store: ox.Store, query: str) -> Counter[tuple[object, ...]]:
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return Counter(tuple(row) for row in found)


@pytest.mark.fuzz
@settings(max_examples=300 * SOAK, deadline=None)
@given(triples, groups, groups)
def test_an_optional_gives_the_same_rows_for_each_row(quads: list[ox.Quad], before: str, within: str) -> None:
    store = ox.Store()
    store.extend(quads)
    query = f"SELECT ?v ?w ?x ?y ?z {{ {before}OPTIONAL {{ {within}}} }}"
    try:
        store.query(query)
    except SyntaxError:  # BIND of a variable that is there
        return
    assert solutions(store, by_row(query)) == solutions(store, query), query


def test_long_optionals_are_put_row_by_row_and_what_sees_its_surroundings_is_not() -> None:
    def changed(group: str) -> bool:
        return by_row(f"SELECT * {{ ?s a ?c OPTIONAL {{ {group} }} }}") != f"SELECT * {{ ?s a ?c OPTIONAL {{ {group} }} }}"

    assert changed("?s ?p ?o . ?o ?q ?r FILTER(?r > 3)")
    assert changed("{ ?s ?p ?o } UNION { ?o ?p ?s } FILTER NOT EXISTS { ?o a ?c }")
    assert changed("?s ?p 'OPTIONAL { BIND' ; ?q <urn:SELECT*>")
    for group in (
        "?s ?p* ?o", "?s ?p? ?o", "BIND(1 AS ?o)", "VALUES ?o { 1 }", "?s ?p ?o MINUS { ?s a ?c }", "{ SELECT ?s { ?s ?p ?o } }",
        "?s ?p ?o OPTIONAL { ?o ?q* ?c }", "{ ?s ?p ?o FILTER(?c = 1) } UNION { ?o ?p ?s }", "GRAPH ?g { ?s ?p ?o }",
    ):  # fmt: skip
        assert not changed(group), group
    of_graphs = "SELECT ?s { GRAPH ?g { ?s a ?c OPTIONAL { ?s ?p ?o } } }"
    assert by_row(of_graphs) == of_graphs


def test_an_error_is_told_of_the_text_as_given() -> None:
    kg = clayonto.load(bundle=False)
    with pytest.raises(QuerySyntaxError) as caught:
        kg.query("SELECT ?s { ?s ?p ?o OPTIONAL { ?s ?q ?r }\n FILTER( } ORDER BY STR(?s)")
    assert "line 2" in str(caught.value)
    assert "LATERAL" not in str(caught.value)
    with pytest.raises(QuerySyntaxError):
        kg.query("SELECT ?s { ?s ?p ?o } ORDER BY STR(?s) STR(")


@pytest.mark.fuzz
@settings(max_examples=100 * SOAK, deadline=None)
@given(st.lists(st.tuples(term, st.one_of(st.none(), term)), max_size=40), st.booleans())
def test_an_answer_is_put_in_the_order_that_the_engine_would_give_it(pairs: list[tuple[ox.Literal, ox.Literal | None]], down: bool) -> None:
    store = ox.Store()
    p, q = LINKS[:2]
    for n, (one, two) in enumerate(pairs):
        store.add(ox.Quad(ox.NamedNode(f"urn:s{n:02}"), p, one))
        if two is not None:
            store.add(ox.Quad(ox.NamedNode(f"urn:s{n:02}"), q, two))
    where = "{ ?s <urn:p> ?one OPTIONAL { ?s <urn:q> ?two } }"
    for key in ("STR(?one)", "STR(?two)", 'COALESCE(STR(?two), "")', '(COALESCE(STR(?two), ""))'):
        query = f"SELECT ?s ?one ?two {where} ORDER BY {'DESC' if down else 'ASC'}({key}) STR(?s)"
        found = apart(query)
        assert found is not None
        asked, keys = found
        assert in_order(_tsv(store, asked), keys) == _tsv(store, query), query
    counted = f"SELECT ?two (COUNT(DISTINCT ?s) AS ?n) {where} GROUP BY ?two HAVING(BOUND(?two)) ORDER BY DESC(?n) STR(?two)"
    found = apart(counted)
    assert found is not None
    assert _keys(in_order(_tsv(store, found[0]), found[1])) == _keys(_tsv(store, counted))


def _tsv(store: ox.Store, query: str) -> bytes:
    found = store.query(query)
    assert isinstance(found, ox.QuerySolutions)
    return bytes(found.serialize(format=ox.QueryResultsFormat.TSV) or b"")


def _keys(answer: bytes) -> list[tuple[int, bytes | None]]:
    """What rows are sorted by; two literals may have one text."""
    cells = [line.encode().split(b"\t") for line in tsv.lines(answer)]
    return [(int(n), tsv.text(two)) for two, n in cells]


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s { ?s ?p ?o } ORDER BY STR(?s) LIMIT 3",
        "SELECT ?s { ?s ?p ?o } ORDER BY STR(?s) VALUES ?s { 1 }",
        "SELECT ?s { ?s ?p ?o } ORDER BY STR(?o)",
        "SELECT ?s { ?s ?p ?o } ORDER BY ?s",
        "SELECT ?s { ?s ?p ?o } ORDER BY STR(?s) LCASE(STR(?s))",
        "SELECT * { ?s ?p ?o } ORDER BY STR(?s)",
        "SELECT ?s { { SELECT ?s { ?s ?p ?o } ORDER BY STR(?s) } }",
        "SELECT (COUNT(?s) + 1 AS ?n) { ?s ?p ?o } GROUP BY ?p ORDER BY ?n",
        "SELECT ?s { ?s ?p 'ORDER BY STR(?s)' } # ORDER BY STR(?s)",
        "ASK { ?s ?p ?o }",
        "",
        "ORDER BY",
        "SELECT ( ORDER BY STR(?s)",
    ],
)
def test_the_engine_sorts_what_is_not_sorted_outside(query: str) -> None:
    assert apart(query) is None
