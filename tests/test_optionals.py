"""OPTIONAL answered row by row: the same rows as Oxigraph gives for the query as it stands."""

from __future__ import annotations

from collections import Counter

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.engines.optionals import by_row
from clayonto.errors import QuerySyntaxError
from tests.conftest import SOAK

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
