"""The linter: each rule is broken by a query, and the bundled queries break none."""

from __future__ import annotations

import pytest

import clayonto
from clayonto.dialect import RULES, lint
from clayonto.errors import QueryError

BROKEN = {
    "select-star": "SELECT DISTINCT * { ?s ?p ?o } ORDER BY STR(?s)",
    "no-order": "SELECT ?s { ?s ?p ?o }",
    "limit-without-order": "SELECT ?s { { SELECT ?s { ?s ?p ?o } ORDER BY ?s } } LIMIT 3",
    "graph": "SELECT ?s { GRAPH ?g { ?s ?p ?o } } ORDER BY STR(?s)",
    "describe": "DESCRIBE <urn:x>",
    "sample": "SELECT (SAMPLE(?s) AS ?x) { ?s ?p ?o } ORDER BY ?x",
    "group-concat": "SELECT (GROUP_CONCAT(?s) AS ?x) { ?s ?p ?o } ORDER BY ?x",
    "not-the-same-twice": "SELECT (NOW() AS ?x) { } ORDER BY ?x",
    "cast": "SELECT (xsd:boolean(?s) AS ?x) { ?s ?p ?o } ORDER BY ?x",
    "explicit-string": 'SELECT ?s { ?s ?p "x"^^xsd:string } ORDER BY STR(?s)',
    "unnamed-group": "SELECT (COUNT(?s) AS ?n) { ?s ?p ?o } GROUP BY ?p STR(?o) ORDER BY ?n",
    "regex-class": r'SELECT ?s { ?s ?p ?o FILTER(REGEX(?o, "\\p{Lu}")) } ORDER BY STR(?s)',
    "replace-flags": 'SELECT (REPLACE(?o, "a(b)", "c", "i") AS ?x) { ?s ?p ?o } ORDER BY ?x',
    "integer-division": "SELECT (ROUND(?o * 1000) / 10 AS ?x) { ?s ?p ?o } ORDER BY ?x",
    "order-by-aggregate": "SELECT ?s { ?s ?p ?o } GROUP BY ?s ORDER BY MIN(?o) STR(?s)",
    "negated-inverse": "SELECT ?s { ?s !(^<urn:p>) ?o } ORDER BY STR(?s)",
    "nested-star": "SELECT ?s { ?s (<urn:p>*)* ?o } ORDER BY STR(?s)",
    "path-in-not-exists": "SELECT ?s { ?s ?p ?o FILTER NOT EXISTS { ?s <urn:a>/<urn:b> ?x } } ORDER BY STR(?s)",
}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_is_broken_by_a_query(rule: str) -> None:
    assert rule in {finding.rule for finding in lint(BROKEN[rule])}


def test_a_finding_says_where_and_what_to_do() -> None:
    finding = next(f for f in lint("SELECT ?s {\n  GRAPH ?g { ?s ?p ?o }\n} ORDER BY STR(?s)") if f.rule == "graph")
    assert (finding.line, finding.column) == (2, 3)
    assert str(finding).startswith("2:3: graph: leave GRAPH out")
    assert "NOW gives another answer" in str(lint(BROKEN["not-the-same-twice"])[0])


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s (STR(?p) AS ?x) HAVING(COUNT(?o) > 1) ORDER BY STR(?s)",
        'SELECT ?s { ?s <urn:a>/<urn:b>* ?o FILTER NOT EXISTS { ?s <urn:c> ?x FILTER(?x / 2.0 > 3 * 4) } } ORDER BY STR(?s) # GRAPH NOW()',
        'SELECT ?s { ?s ?p "GRAPH SAMPLE(" , "x"@en FILTER(REPLACE(?p, "a", "b") = "c") } ORDER BY STR(?s)',
        "ASK { ?s ?p ?o }",
        "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }",
    ],
)  # fmt: skip
def test_what_travels_is_left_alone(query: str) -> None:
    assert lint(query) == []


@pytest.mark.parametrize("name", clayonto.queries())
def test_the_bundled_queries_keep_to_the_dialect(name: str) -> None:
    assert lint(clayonto.queries()[name].example()) == []


def test_what_is_no_query_is_an_error() -> None:
    with pytest.raises(QueryError):
        lint("INSERT DATA {}")
