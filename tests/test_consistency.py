"""What cannot be true: one graph for each kind of contradiction, the same for both reasoners, told with axiom, nodes and places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

import clayonto
from clayonto.errors import InconsistentError
from clayonto.inference import REASONERS, infer, make
from clayonto.inference.consistency import MOST, inconsistencies
from clayonto.inference.datatypes import differ, holds, well_formed
from clayonto.inference.facts import Facts
from clayonto.namespaces import ID, PREFIXES
from clayonto.sources import bundled
from tests.test_inference import EX, HEAD, triples

# Kind: what contradicts itself, the rule that says so, and the nodes concerned. Facts are such that they follow only once rules have run where they can.
WRONG = {
    "disjoint classes": (":C owl:disjointWith :D . :E rdfs:subClassOf :D . :x a :C, :E .", "cax-dw", "x"),
    "disjoint classes, the first two of three": ("[] a owl:AllDisjointClasses ; owl:members ( :C :D :E ) . :x a :C, :D .", "cax-adc", "x"),
    "disjoint classes, the last two of three": ("[] a owl:AllDisjointClasses ; owl:members ( :C :D :E ) . :x a :D, :E .", "cax-adc", "x"),
    "a member of nothing": (":C rdfs:subClassOf owl:Nothing . :x a :C .", "cls-nothing2", "x"),
    "a class that shares no member with all things": (":C a owl:Class ; owl:disjointWith owl:Thing . :x a :C .", "cax-dw", "x"),
    "a class and its complement": (":C owl:complementOf :D . :x a :C, :D .", "cls-com", "x"),
    "no value at all": (":C owl:onProperty :p ; owl:maxCardinality '0'^^xsd:nonNegativeInteger . :x a :C ; :p :y .", "cls-maxc1", "xy"),
    "no value of a class": (":C owl:onProperty :p ; owl:maxQualifiedCardinality '0'^^xsd:nonNegativeInteger ; owl:onClass :D . :x a :C ; :p :y . :y a :D .", "cls-maxqc1", "xy"),
    "no value of any class": (":C owl:onProperty :p ; owl:maxQualifiedCardinality '0'^^xsd:nonNegativeInteger ; owl:onClass owl:Thing . :x a :C ; :p :y .", "cls-maxqc2", "xy"),
    "same and different": (":p a owl:FunctionalProperty . :a :p :x, :y . :x owl:differentFrom :y .", "eq-diff1", "xy"),
    "different from itself": (":x owl:differentFrom :x .", "eq-diff1", "x"),
    "all different, the first two of three": ("[] a owl:AllDifferent ; owl:members ( :x :y :z ) . :x owl:sameAs :y .", "eq-diff2", "xy"),
    "all different, the last two of three": ("[] a owl:AllDifferent ; owl:members ( :x :y :z ) . :y owl:sameAs :z .", "eq-diff2", "yz"),
    "all different, in the older way": ("[] a owl:AllDifferent ; owl:distinctMembers ( :x :y :z ) . :x owl:sameAs :z .", "eq-diff3", "xz"),
    "irreflexive": (":p a owl:IrreflexiveProperty, owl:TransitiveProperty . :x :p :y . :y :p :x .", "prp-irp", "x"),
    "asymmetric": (":p a owl:AsymmetricProperty . :x :p :y . :y :p :x .", "prp-asyp", "xy"),
    "disjoint properties": (":p owl:propertyDisjointWith :q . :r rdfs:subPropertyOf :q . :x :p :y ; :r :y .", "prp-pdw", "xy"),
    "disjoint properties, the first two of three": ("[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) . :x :p :y ; :q :y .", "prp-adp", "xy"),
    "disjoint properties, the last two of three": ("[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) . :x :q :y ; :r :y .", "prp-adp", "xy"),
    "a thing that is said not to be": ("[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetIndividual :y . :y :q :x . :p owl:inverseOf :q .", "prp-npa1", "xy"),
    "a value that is said not to be": ("[] a owl:NegativePropertyAssertion ; owl:sourceIndividual :x ; owl:assertionProperty :p ; owl:targetValue 5 . :x :p 5 .", "prp-npa2", "x"),
    "two values of a functional property": (":p a owl:FunctionalProperty . :x :p 'one', 'two' .", "dt-diff", "x"),
    "two values where one is the most": (":C owl:onProperty :p ; owl:maxCardinality 1 . :x a :C ; :p 1, 2 .", "dt-diff", "x"),
    "a value outside its range": (":p rdfs:range xsd:positiveInteger . :x :p -5 .", "dt-not-type", "x"),
    "a value outside what all are of": (":C owl:onProperty :p ; owl:allValuesFrom xsd:integer . :x a :C ; :p 'five' .", "dt-not-type", "x"),
    "a decimal that is none": (":x :p 'five'^^xsd:decimal .", "dt-not-type", "x"),
}  # fmt: skip


@pytest.mark.parametrize("engine", REASONERS)
@pytest.mark.parametrize("kind", WRONG)
def test_each_kind_of_contradiction_is_found_by_each_reasoner(kind: str, engine: str) -> None:
    text, rule, nodes = WRONG[kind]
    _, found = infer(triples(text), make(engine), base=ID)
    assert rule in {f.rule for f in found}
    (first, *_) = [f for f in found if f.rule == rule and set(f.nodes) <= {EX + n for n in nodes}]
    assert set(first.nodes) <= {EX + n for n in nodes}
    assert EX + nodes[0] in {node for f in found for node in f.nodes}
    assert first.facts or first.axiom
    assert first.sentence(lang="fi") != first.sentence(lang="en")


RIGHT = {
    "classes that overlap": ":C rdfs:subClassOf :D . [] a owl:AllDisjointClasses ; owl:members ( :E :F ) . :x a :C, :D, :E .",
    "one value in two forms": ":p a owl:FunctionalProperty . :x :p 1, 1.0, '01'^^xsd:integer .",
    "one value": ":C owl:onProperty :p ; owl:maxCardinality 1 . :x a :C ; :p 1 . :y :p 2, 3 .",
    "values of their range": ":p rdfs:range xsd:decimal . :q rdfs:range xsd:string . :r rdfs:range rdfs:Literal . :x :p 5, 5.5 ; :q 'x' ; :r 'y'@fi .",
    "a range that OWL does not know": ":p rdfs:range xsd:gYear . :x :p '2014'^^xsd:gYear, 'then' .",
    "no value elsewhere": ":C owl:onProperty :p ; owl:maxCardinality 0 . :x a :C . :y :p :z .",
    "one way": ":p a owl:AsymmetricProperty, owl:IrreflexiveProperty . :x :p :y . :y :p :z .",
    "different and not the same": ":x owl:differentFrom :y . [] a owl:AllDifferent ; owl:members ( :x :y ) .",
    "a list that goes in a circle": "_:l a owl:AllDisjointClasses ; owl:members _:m . _:m <http://www.w3.org/1999/02/22-rdf-syntax-ns#first> :C ; <http://www.w3.org/1999/02/22-rdf-syntax-ns#rest> _:m . :x a :C .",
}  # fmt: skip


@pytest.mark.parametrize("kind", RIGHT)
def test_what_can_be_true_is_no_contradiction(kind: str) -> None:
    assert infer(triples(RIGHT[kind]), make(), base=ID)[1] == []


def test_the_error_names_the_axiom_the_nodes_and_the_places(tmp_path: Path) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text(HEAD + "\n:C owl:disjointWith :D .\n:E rdfs:subClassOf :D .\n:x a :C ;\n  a :E .\n")
    with pytest.raises(InconsistentError) as caught:
        clayonto.load(file).infer()
    error = caught.value
    assert error.exit_code == 1
    assert [found.rule for found in error.inconsistencies] == ["cax-dw"]
    assert error.inconsistencies[0].nodes == (EX + "x",)
    for text in (
        f"{EX}x a {EX}C  [{file}:4]",
        f"{EX}x a {EX}D  [follows from other facts]",
        f"axiom: {EX}C owl:disjointWith {EX}D  [{file}:2]",
    ):
        assert text in str(error)
    assert clayonto.load(file).infer(check=False).triples, "and the closure can be had all the same"
    with pytest.raises(InconsistentError):
        clayonto.load(file, infer=True)


def test_a_contradictory_edit_of_a_graph_with_its_closure_is_refused() -> None:
    kg = clayonto.load(infer=True)
    count = len(kg)
    with pytest.raises(InconsistentError, match=r"project/clay a clay:Fund  \[this edit\]"), kg.edit() as change:
        change.add_turtle("<project/clay> a clay:Fund .")
    assert len(kg) == count, "and nothing was changed"
    assert not kg.query("ASK { <project/clay> a clay:Fund }")[0].answer


def test_many_contradictions_are_counted_and_five_are_told(tmp_path: Path) -> None:
    file = tmp_path / "many.ttl"
    file.write_text(HEAD + ":C owl:disjointWith :D . " + "".join(f":x{n} a :C, :D . " for n in range(MOST + 50)))
    with pytest.raises(InconsistentError, match=f"contradicts itself {MOST} times") as caught:
        clayonto.load(file).infer()
    assert str(caught.value).count("share no member") == 5
    assert f"and {MOST - 5} more" in str(caught.value)


def lit(form: str, datatype: str = "", language: str | None = None) -> ox.Literal:
    return (
        ox.Literal(form, language=language)
        if language
        else ox.Literal(form, datatype=ox.NamedNode(PREFIXES["xsd"] + (datatype or "string")))
    )


@pytest.mark.parametrize(
    ("form", "datatype", "right"),
    [
        ("5", "integer", True), (" 5 ", "integer", False), ("five", "decimal", False), ("", "integer", False), ("300", "byte", False), ("255", "unsignedByte", True),
        ("-0", "nonNegativeInteger", True), ("1", "boolean", True), ("yes", "boolean", False), ("1e5", "double", True), ("INF", "float", True), ("1e5", "decimal", False),
        ("2024-02-29T12:00:00", "dateTime", True), ("2023-02-29T12:00:00", "dateTime", False), ("2024-02-29T24:00:00Z", "dateTime", True), ("-12024-01-01T00:00:00", "dateTime", True),
        ("2024-02-30", "date", False), ("2024-02-29", "date", True), ("2024-02-29+02:00", "date", True), ("2024-02-29", "dateTime", False),
        ("2024-01-01T00:00:00Z", "dateTimeStamp", True), ("2024-01-01T00:00:00", "dateTimeStamp", False), ("a\tb", "normalizedString", False), ("en-GB", "language", True),
        ("e n", "language", False), ("0a", "NCName", False), ("a:b", "NCName", False), ("a b", "token", True), ("a  b", "token", False), ("0F", "hexBinary", True),
        ("0", "hexBinary", False), ("urn:a b", "anyURI", False), ("anything", "gYear", False), ("anything", "nonesuch", True),
    ],
)  # fmt: skip
def test_the_forms_of_literals(form: str, datatype: str, right: bool) -> None:
    assert well_formed(lit(form, datatype)) is right


@pytest.mark.parametrize(
    ("literal", "datatype", "expected"),
    [
        (lit("5", "integer"), "decimal", True), (lit("5.0", "decimal"), "integer", True), (lit("5.5", "decimal"), "integer", False), (lit("5", "integer"), "double", False),
        (lit("x"), "token", True), (lit(" x"), "token", False), (lit("x", language="fi"), "string", False), (lit("x"), "integer", False), (lit("2014", "gYear"), "integer", None),
        (lit("2024-01-01", "date"), "dateTime", None), (lit("x"), "gYear", None), (lit("2024-01-01T00:00:00Z", "dateTime"), "dateTimeStamp", True),
    ],
)  # fmt: skip
def test_the_values_of_datatypes(literal: ox.Literal, datatype: str, expected: bool | None) -> None:
    assert holds(literal, PREFIXES["xsd"] + datatype) is expected


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (lit("1", "integer"), lit("1.0", "decimal"), False), (lit("1", "integer"), lit("2", "integer"), True), (lit("1", "integer"), lit("1", "double"), True),
        (lit("1", "integer"), lit("true", "boolean"), True), (lit("NaN", "double"), lit("NaN", "double"), False), (lit("a"), lit("b"), True), (lit("a"), lit("a", "token"), False),
        (lit("a", language="fi"), lit("a", language="en"), True), (lit("a", language="fi"), lit("a", language="FI"), False), (lit("a"), lit("a", language="fi"), True),
        (lit("2014", "gYear"), lit("2015", "gYear"), False), (lit("1", "boolean"), lit("true", "boolean"), False), (lit("x", "integer"), lit("y", "integer"), False),
    ],
)  # fmt: skip
def test_which_values_are_known_to_differ(one: ox.Literal, other: ox.Literal, expected: bool) -> None:
    assert differ(one, other) is differ(other, one) is expected


def test_facts_without_axioms_are_consistent() -> None:
    nothing: list[Any] = []
    assert inconsistencies(Facts(nothing)) == []


def test_a_value_outside_its_range_is_told_by_shapes_too() -> None:
    kg = clayonto.load()
    ranged = {row.p for row in kg.query("SELECT ?p ?r { ?p rdfs:range ?r }") if row.r.startswith(PREFIXES["xsd"])}
    shapes = [(str(q.subject), q.predicate.value, str(q.object)) for source in bundled("shapes") for q in source.quads()]
    typed = {s for s, p, _ in shapes if p == PREFIXES["sh"] + "datatype"}
    paths = {o.strip("<>") for s, p, o in shapes if p == PREFIXES["sh"] + "path" and s in typed}
    assert ranged
    assert ranged <= paths
