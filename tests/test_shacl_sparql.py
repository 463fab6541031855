"""SPARQL constraints and custom components: what they find, what is bound beforehand, and what SHACL does not allow."""

from __future__ import annotations

from typing import Any

import pyoxigraph as ox
import pytest

from clayonto import sparql
from clayonto.errors import ShapesError
from clayonto.validation import ENGINES, make
from clayonto.validation.data import Data
from clayonto.validation.prebinding import bind, free
from clayonto.validation.shapes import Shapes

PREFIXES = """@prefix : <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> . @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:ns sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .
:more owl:imports :ns .
"""
DATA = """:a a :T ; :p 1, 20 ; rdfs:label "A"@en . :b a :T ; :p 3 ; :q :a ; rdfs:label "B"@de . :c :p 30 . _:d a :T ; :p 40 ."""


def parse(text: str) -> list[Any]:
    return [(q.subject, q.predicate, q.object) for q in ox.parse(PREFIXES + text, format=ox.RdfFormat.TURTLE)]


def found(shapes: str, *, engine: str = "compiled", data: str = DATA) -> list[tuple[str, ...]]:
    outcome = make(engine).validate(Data.of_triples(parse(data)), Shapes(parse(shapes)), focus=None)

    def show(term: Any) -> str:
        return "_:" if isinstance(term, ox.BlankNode) else "" if term is None else term.value.replace("http://example.org/", ":")

    return sorted(
        (show(r.focus), "" if r.path is None else str(r.path).replace("http://example.org/", ":"), show(r.value)) for r in outcome.results
    )


def constraint(select: str, *, more: str = "sh:targetClass :T ;") -> str:
    return f':S a sh:NodeShape ; {more} sh:sparql [ sh:prefixes :more ; sh:select """{select}""" ] .'


ALIKE = {
    "value": ("SELECT $this ?value { $this ex:p ?value FILTER(?value > 10) }", [(":a", "", "20"), ("_:", "", "40")]),
    "no value is the node itself": ("SELECT $this { $this ex:q ?x }", [(":b", "", ":b")]),
    "path": ("SELECT $this (ex:p AS ?path) ?value { $this ex:p ?value FILTER(?value < 2) }", [(":a", ":p", "1")]),
    "DISTINCT": ("SELECT DISTINCT $this { $this ex:p ?x }", [(":a", "", ":a"), (":b", "", ":b"), ("_:", "", "_:")]),
    "filter alone": ("SELECT $this { FILTER($this = ex:a) }", [(":a", "", ":a")]),
    "optional": ("SELECT $this ?value { $this a ex:T OPTIONAL { $this ex:q ?value } FILTER(BOUND(?value)) }", [(":b", "", ":a")]),
    "not exists": ("SELECT $this { $this a ex:T FILTER NOT EXISTS { $this rdfs:label ?l } }", [("_:", "", "_:")]),
    "inner select": (
        "SELECT $this ?value { { SELECT $this (COUNT(?x) AS ?value) { $this ex:p ?x } GROUP BY $this } FILTER(?value > 1) }",
        [(":a", "", "2")],
    ),
    "grouped": ("SELECT $this (COUNT(?x) AS ?value) { $this ex:p ?x } GROUP BY $this HAVING(COUNT(?x) = 2)", [(":a", "", "2")]),
    "union": ("SELECT $this ?value { { $this ex:q ?value } UNION { $this ex:p ?value FILTER(?value = 3) } }", [(":b", "", "3"), (":b", "", ":a")]),
    "comment and string": ('SELECT $this { # $this } \n $this rdfs:label ?l FILTER(STR(?l) != "$this {") FILTER(LANG(?l) = "de") }', [(":b", "", ":b")]),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", ALIKE)
def test_constraints(case: str, engine: str) -> None:
    select, expected = ALIKE[case]
    assert found(constraint("PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> " + select), engine=engine) == sorted(expected)


# pyshacl gives equal solutions once, and binds $this in ways that not every place in a query sees.
OURS = {
    "one result for each solution": ("SELECT $this { $this ex:p ?x }", [(":a", "", ":a"), (":a", "", ":a"), (":b", "", ":b"), ("_:", "", "_:")]),
    "bound in a union": ("SELECT $this ?value { { BIND($this AS ?value) } UNION { $this ex:q ?value } }", [(":a", "", ":a"), (":b", "", ":a"), (":b", "", ":b"), ("_:", "", "_:")]),
    "bound() in an inner group": ("SELECT $this { { FILTER(BOUND($this)) } $this ex:q ?x }", [(":b", "", ":b")]),
    "an optional part first": ("SELECT $this { OPTIONAL { $this ex:q ?x } FILTER(BOUND(?x)) }", [(":b", "", ":b")]),
    "filter inside not exists": ("SELECT $this { FILTER NOT EXISTS { ?x ex:q ?y FILTER(?x = $this) } }", [(":a", "", ":a"), ("_:", "", "_:")]),
    "an inner select that filters": (
        "SELECT $this { { SELECT $this (COUNT(?x) AS ?n) { ?x ex:q ?y FILTER(?x = $this) } GROUP BY $this } FILTER(?n = 1) }", [(":b", "", ":b")]),
    "a limit for each node": ("SELECT $this ?value { $this ex:p ?value } ORDER BY ?value LIMIT 1", [(":a", "", "1"), (":b", "", "3"), ("_:", "", "40")]),
    "a count of all": ("SELECT $this (COUNT(?x) AS ?value) { $this ex:nothing ?x }", [(":a", "", "0"), (":b", "", "0")]),
    "the shapes graph": ("SELECT $this { $this ex:q ?x . GRAPH $shapesGraph { $currentShape sh:targetClass ?c } $this a ?c }", [(":b", "", ":b")]),
}  # fmt: skip


@pytest.mark.parametrize("case", OURS)
def test_what_is_bound_beforehand_is_bound_everywhere(case: str) -> None:
    select, expected = OURS[case]
    # A query that counts over everything cannot be asked of a blank node.
    data = DATA.replace("_:d", ":d") if "count of all" in case else DATA
    shapes = constraint("PREFIX sh: <http://www.w3.org/ns/shacl#> " + select)
    assert [row for row in found(shapes, data=data) if row[0] != ":d"] == sorted(expected)


def test_a_property_shape_puts_its_path_in() -> None:
    shape = ':S a sh:PropertyShape ; sh:targetClass :T ; sh:path [ sh:inversePath :q ] ; sh:sparql [ sh:select "SELECT $this ?value { $this $PATH ?value }" ] .'
    assert found(shape) == [(":a", "^<:q>", ":b")]


def test_a_deactivated_constraint_says_nothing() -> None:
    shape = ':S a sh:NodeShape ; sh:targetClass :T ; sh:sparql [ sh:deactivated true ; sh:select "SELECT $this { }" ] .'
    assert found(shape) == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("SELECT $this { $this a ?c MINUS { $this a ex:T } }", "MINUS would see other values"),
        ("SELECT $this { VALUES $this { ex:a } }", "VALUES would see other values"),
        ("SELECT $this { SERVICE <http://example.org/> { $this ?p ?o } }", "SERVICE"),
        ("SELECT $this { { SELECT ?x { ?x ex:p ?y } } }", "an inner SELECT must project $this"),
        ("SELECT $this { BIND(ex:a AS $this) }", "has its value already"),
        ("SELECT (ex:a AS ?this) { ?x ex:p ?y }", "has its value already"),
        ("SELECT $this { $this ex:p }", "is not SPARQL"),
        ("SELECT $this FROM <file:///etc/passwd> { $this ?p ?o }", "FROM"),
        ("DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "does not allow"),
    ],
)
def test_what_shacl_does_not_allow_is_refused(query: str, says: str) -> None:
    with pytest.raises(ShapesError) as error:
        Shapes(parse(constraint(query)))
    assert says in str(error.value)


def test_a_failure_is_not_a_result() -> None:
    from clayonto.errors import EngineError

    with pytest.raises(EngineError):
        found(constraint("SELECT $this (true AS ?failure) { $this ex:q ?x }"))


COMPONENT = """
:C a sh:ConstraintComponent ;
  sh:parameter [ sh:path :starts ], [ sh:path :ends ; sh:optional true ] ;
  sh:validator [ a sh:SPARQLAskValidator ; sh:message "{$value} does not start with {$starts}" ;
    sh:ask "ASK { FILTER(STRSTARTS(STR($value), $starts) && (!BOUND($ends) || STRENDS(STR($value), $ends))) }" ] ;
  sh:propertyValidator [ a sh:SPARQLSelectValidator ; sh:prefixes :ns ;
    sh:select "SELECT DISTINCT $this ?value WHERE { $this $PATH ?value FILTER(!STRSTARTS(STR(?value), $starts)) }" ] .
"""


@pytest.mark.parametrize("engine", ENGINES)
def test_custom_components(engine: str) -> None:
    nodes = ':S a sh:NodeShape ; sh:targetClass :T ; sh:nodeKind sh:IRI ; :starts "http://example.org/a" .'
    assert found(COMPONENT + nodes, engine=engine, data=":a a :T . :b a :T .") == [(":b", "", ":b")]
    both = ':S a sh:NodeShape ; sh:targetClass :T ; :starts "http" ; :ends "b" .'
    assert found(COMPONENT + both, engine=engine, data=":a a :T . :b a :T .") == [(":a", "", ":a")]
    properties = ':S a sh:PropertyShape ; sh:targetClass :T ; sh:path :p ; :starts "2" .'
    assert found(COMPONENT + properties, engine=engine) == [(":a", ":p", "1"), (":b", ":p", "3"), ("_:", ":p", "40")]


def test_messages_of_components_are_filled_in() -> None:
    shapes = Shapes(parse(COMPONENT + ':S a sh:NodeShape ; sh:targetNode :b ; :starts "http://example.org/a" .'))
    (result,) = make(None).validate(Data.of_triples(parse(DATA)), shapes, focus=None).results
    assert [m.value for m in result.messages] == ["http://example.org/b does not start with http://example.org/a"]


def is_free(query: str) -> bool:
    return free(list(sparql.tokens(query)), "this")


@pytest.mark.parametrize("engine", ["compiled"])
@pytest.mark.parametrize("case", ALIKE)
def test_asking_once_gives_what_asking_for_each_node_gives(case: str, engine: str) -> None:
    select = "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX ex: <http://example.org/> " + ALIKE[case][0]
    store = ox.Store()
    store.extend([ox.Quad(*t) for t in parse(DATA.replace("_:d", ":d"))])
    nodes = [ox.NamedNode(f"http://example.org/{n}") for n in "abd"]
    each = sorted(str(row) for node in nodes for row in map(tuple, store.query(bind(select, {"this": node}))))  # type: ignore[arg-type]
    if is_free(select):
        rows = [tuple(row) for row in store.query(select)]  # type: ignore[union-attr]
        assert sorted(str(row) for row in rows if row[0] in nodes) == each
        few = [tuple(row) for row in store.query(bind(select, {"this": nodes}, only_top=True))]  # type: ignore[union-attr]
        assert sorted(map(str, few)) == each
    assert each


def test_most_constraints_are_asked_once_and_the_others_are_not() -> None:
    assert sum(is_free(select) for select, _ in ALIKE.values()) >= 8
    assert not any(
        is_free(select) for name, (select, _) in OURS.items() if name not in ("the shapes graph", "one result for each solution")
    )
