"""Explanations: stated triples with their place and passage, inferred ones with their shortest proof, absent ones with what is missing; figures."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib

import clayonto
from clayonto import IRI
from clayonto.errors import TermError, UnknownTermError
from clayonto.explain import Explanation, Proof, term_of
from clayonto.explain.drawing import Box, draw
from clayonto.explain.figures import Account
from clayonto.explain.proofs import prove
from clayonto.explain.words import RULES, WORDS, rule_in_words
from clayonto.inference import axioms
from clayonto.inference.fixpoint import program_of
from clayonto.namespaces import CLAY, ID, PREFIXES
from clayonto.terms import LangString
from tests.conftest import graph
from tests.test_cli import run
from tests.test_inference import EX, HEAD, PROBES, TOGETHER, triples

SHARE = ("amount/clay-south-ostrobothnia-national-share", "clay:withinAmount", "amount/clay-total-budget")
FORMS = [("project/clay", "a", "clay:Project"), SHARE, ("project/clay", "a", "prov:Entity"), ("project/clay", "clay:acronym", '"CLAX"')]


def own(tmp_path: Path, text: str) -> clayonto.KnowledgeGraph:
    file = tmp_path / "mine.ttl"
    file.write_text(HEAD + "\n" + text, encoding="utf-8")
    return clayonto.load(file, bundle=False)


def explained(kg: clayonto.KnowledgeGraph, s: str, p: str, o: str) -> Explanation:
    return kg.explain(EX + s, p if p == "a" else EX + p, EX + o)


def conclusion(proof: Proof | None) -> list[Any]:
    """Rules and triples of a proof, without HEAD's names."""
    assert proof is not None
    triple = " ".join("a" if t.value.endswith("#type") else t.value.removeprefix(EX) for t in proof.triple)
    return [triple, proof.rule, *map(conclusion, proof.premises)] if proof.rule else [triple]


# ------------------------------------------------------------------ stated


def test_a_stated_triple_has_its_file_its_line_and_the_passage_that_says_so() -> None:
    found = graph("oxigraph").explain("amount/clay-total-budget", "epo:hasAmountValue", "1340000.00")
    assert found.verdict == "asserted"
    assert found
    assert found.proof is not None
    assert found.proof.place is not None
    assert found.proof.place.file == "data/clay.ttl"
    text = next(s for s in graph("oxigraph").sources if s.name == "data/clay.ttl").read().decode().splitlines()
    assert "epo:hasAmountValue 1340000.00" in text[found.proof.place.line - 1]
    assert "Kokonaisbudjetti: 1,34 M€" in [claim.quote for claim in found.proof.claims]
    assert found.proof.claims[0].label["fi"].startswith("CLAY-sivu")
    assert str(found.proof.place) in found.to_text()


def test_of_the_claims_about_a_thing_the_one_that_states_the_object_is_told() -> None:
    found = graph("oxigraph").explain("project/clay", "clay:acronym", '"CLAY"')
    assert found.proof is not None
    assert [c.iri for c in found.proof.claims] == [ID + "claim/clay-acronym"]


def test_a_triple_of_the_ontology_has_its_place() -> None:
    assert "ontology/restrictions.ttl:" in graph("oxigraph").explain("clay:withinAmount", "a", "owl:TransitiveProperty").to_text()


@pytest.mark.parametrize("engine", ["oxigraph", "rdflib"])
def test_every_engine_explains_alike(engine: str) -> None:
    assert graph(engine).explain(*SHARE).to_text() == graph("oxigraph").explain(*SHARE).to_text()


def test_a_graph_on_disk_knows_the_file(tmp_path: Path) -> None:
    kg = clayonto.load(store=tmp_path / "store")
    assert "[data/clay.ttl]" in kg.explain("project/clay", "a", "clay:Project").to_text()


# ------------------------------------------------------------------ inferred


def test_an_inferred_triple_has_the_rule_and_what_it_needs_down_to_what_is_stated() -> None:
    found = graph("oxigraph").explain(*SHARE)
    assert found.verdict == "inferred"
    assert found.proof is not None
    assert found.proof.rule == "prp-trp"
    assert sorted(premise.rule or "" for premise in found.proof.premises) == ["", "prp-spo1", "prp-spo1"]
    stated = [leaf for premise in found.proof.premises for leaf in (premise.premises or (premise,))]
    assert len(stated) == 5
    assert all(leaf.place for leaf in stated)
    text = found.to_text(lang="fi")
    for part in (
        "säännöllä prp-trp",
        "├─ ",
        "clay:withinAmount a owl:TransitiveProperty  [ontology/restrictions.ttl:",
        "“liiton budjetti on noin 212 000 euroa”",
    ):
        assert part in text


def test_the_shortest_proof_comes_first(tmp_path: Path) -> None:
    kg = own(tmp_path, ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :D . :p rdfs:domain :D . :x a :A ; :p :y .")
    assert conclusion(explained(kg, "x", "a", "D").proof) == [
        "x a D",
        "prp-dom",
        ["x p y"],
        ["p http://www.w3.org/2000/01/rdf-schema#domain D"],
    ]


def test_each_premise_is_explained_in_turn(tmp_path: Path) -> None:
    kg = own(tmp_path, ":p rdfs:subPropertyOf :q . :q a owl:SymmetricProperty ; rdfs:range :C . :a :p :b .")
    proof = explained(kg, "a", "a", "C").proof
    assert [p.rule for p in (proof.walk() if proof else ())] == ["prp-rng", "prp-symp", None, "prp-spo1", None, None, None]


def test_cycles_are_cut(tmp_path: Path) -> None:
    kg = own(
        tmp_path,
        ":p owl:inverseOf :q . :q rdfs:subPropertyOf :r . :r rdfs:subPropertyOf :q . :p a owl:TransitiveProperty . :a :p :b . :b :p :a .",
    )
    for goal in (("a", "p", "a"), ("b", "q", "a"), ("a", "r", "b"), ("b", "r", "b")):
        proof = explained(kg, *goal).proof
        assert proof is not None
        waiting: list[tuple[Proof, tuple[Any, ...]]] = [(proof, ())]
        for node, above in waiting:
            assert node.triple not in above, "a triple is no reason for itself"
            waiting += ((premise, (*above, node.triple)) for premise in node.premises)


@pytest.mark.parametrize("probe", [*PROBES, *TOGETHER])
def test_all_that_any_probe_concludes_is_proved_from_what_it_states(probe: str) -> None:
    program = program_of(triples((PROBES | TOGETHER)[probe][0]))
    ranks = program.ranks()
    assert ranks
    for fact in ranks:
        for bound in (2000, 0):
            tree, whole = prove(program, fact, bound=bound)
            assert whole == (bound > 0)
            waiting = [(tree, frozenset[Any]())]
            for node, above in waiting:
                assert node.fact in program.facts
                assert node.fact not in above
                assert (node.rule is None) == (node.fact not in ranks)
                waiting += ((premise, above | {node.fact}) for premise in node.premises)


def test_a_rule_without_a_premise_of_its_own_is_still_a_reason(tmp_path: Path) -> None:
    kg = own(tmp_path, ":C owl:oneOf ( :a ) ; a owl:Class .")
    assert explained(kg, "a", "a", "C").proof is not None
    for triple in ((EX + "C", "rdfs:subClassOf", "owl:Thing"), (EX + "a", "owl:sameAs", EX + "a"), (EX + "a", "a", "owl:Thing")):
        found = kg.explain(*triple)
        assert found.verdict == "inferred"
        assert found.proof is not None
        assert found.proof.premises == ()


def test_a_proof_is_found_below_any_bound_and_told_to_be_one_of_several(tmp_path: Path) -> None:
    count = 100
    kg = own(tmp_path, ":p a owl:TransitiveProperty . " + " ".join(f":n{n} :p :n{n + 1} ." for n in range(count)))
    found = kg.explain(EX + "n0", EX + "p", EX + f"n{count}", bound=20)
    assert found.verdict == "inferred"
    assert not found.whole
    assert WORDS["en"]["bounded"] in found.to_text()
    assert ElementTree.fromstring(found.to_svg()).tag.endswith("svg")


def test_a_proof_may_be_deeper_than_python_recurses(tmp_path: Path) -> None:
    count = 1500
    links = " ".join(f":n{n} :q :n{n + 1} ." for n in range(1, count))
    kg = own(tmp_path, f":r owl:propertyChainAxiom ( :r :q ) . :n0 :r :n1 . {links}")
    found = kg.explain(EX + "n0", EX + "r", EX + f"n{count}")
    assert found.proof is not None
    steps = json.loads(found.to_json())["proof"]
    assert sum("rule" in step for step in steps) == count - 1
    rests = [(number, place) for number, step in enumerate(steps) for place in step.get("premises", ()) if "rule" in steps[place]]
    assert all(place > number for number, place in rests), "no triple rests on one above it"
    assert len(found.to_text().splitlines()) > 2 * count
    assert found.to_turtle().count("rdf:Statement") == len(steps)
    assert WORDS["en"]["bounded"] in found.to_svg()


def test_a_graph_with_its_closure_still_tells_what_follows_from_what_is_stated() -> None:
    kg = clayonto.load(infer=True)
    assert kg.explain(*SHARE).to_text() == graph("oxigraph").explain(*SHARE).to_text()


# ------------------------------------------------------------------ absent


def test_an_absent_triple_has_what_would_be_missing() -> None:
    found = graph("oxigraph").explain("project/clay", "a", "clay:FundingProgramme")
    assert found.verdict == "absent"
    assert not found
    assert {miss.rule for miss in found.missing} == {"prp-dom", "prp-rng"}
    patterns = [[str(term) for term in pattern] for miss in found.missing for pattern in miss.missing]
    assert ["?x", f"<{CLAY.underProgramme}>", f"<{ID}project/clay>"] in patterns
    assert [c.rule for c in found.contradictions or ()][:1] == ["cax-adc"]
    text = found.to_text()
    for part in (
        "missing: ?x clay:underProgramme project/clay",
        "The graph states instead: prov:Activity, clay:Project",
        "contradict itself",
    ):
        assert part in text


def test_what_is_nearest_to_holding_comes_first_with_what_holds_of_it(tmp_path: Path) -> None:
    kg = own(
        tmp_path, ":C owl:intersectionOf ( :D :E ) . :F rdfs:subClassOf :C . :p owl:propertyChainAxiom ( :q :r ) . :a a :D . :x :q :y ."
    )
    found = explained(kg, "a", "a", "C")
    assert (found.missing[0].rule, len(found.missing[0].missing)) == ("cls-int1", 1)
    assert f"missing: {EX}a a {EX}E" in found.to_text()
    assert f"holds: {EX}a a {EX}D" in found.to_text()
    assert f"missing: {EX}y {EX}r {EX}z" in explained(kg, "x", "p", "z").to_text()


def test_on_a_large_graph_a_contradiction_is_not_tried_and_that_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clayonto.explain._SMALL", 10)
    found = graph("oxigraph").explain("project/clay", "a", "prov:Entity")
    assert found.contradictions is None
    assert json.loads(found.to_json())["contradictions"] is None
    assert WORDS["fi"]["not-tried"] in found.to_text(lang="fi")


def test_a_name_that_is_nowhere_is_said_to_be_with_the_nearest() -> None:
    found = graph("oxigraph").explain("project/clya", "a", "clay:Project")
    assert found.unknown[0][0] == ID + "project/clya"
    assert "Did you mean project/clay" in found.to_text()
    assert "Tarkoititko project/clay" in found.to_text(lang="fi")


def test_where_no_rule_concludes_anything_it_would_have_to_be_stated() -> None:
    found = graph("oxigraph").explain("project/clay", "clay:acronym", '"CLAX"')
    assert found.missing == ()
    assert 'The graph states instead: "CLAY"' in found.to_text()
    assert "it would have to be stated" in found.to_text()


# ------------------------------------------------------------------ forms


@pytest.mark.parametrize("triple", FORMS, ids=" ".join)
def test_the_forms_of_an_explanation(triple: tuple[str, str, str]) -> None:
    found = graph("oxigraph").explain(*triple)
    data = json.loads(found.to_json())
    assert data["verdict"] == found.verdict
    assert len(data["triple"]) == 3
    assert (data["proof"] is None) == (found.verdict == "absent")
    turtle = rdflib.Graph().parse(data=found.to_turtle(), format="turtle")
    statements = list(turtle.subjects(rdflib.RDF.type, rdflib.RDF.Statement))
    assert len(statements) == (1 if found.proof is None else len(list(found.proof.walk())))
    if found.verdict == "inferred":
        assert list(turtle.subject_objects(rdflib.PROV.wasGeneratedBy))
        assert (
            len(list(turtle.objects(None, rdflib.PROV.used))) == sum(len(step.premises) for step in found.proof.walk())
            if found.proof
            else True
        )
    for lang in ("en", "fi"):
        assert found.to_text(lang=lang)
        drawing = ElementTree.fromstring(found.to_svg(lang=lang))
        assert drawing.get("lang") == lang
        texts = [element.text or "" for element in drawing.iter("{http://www.w3.org/2000/svg}text")]
        assert any(triple[0] in text for text in texts)


def test_a_drawing_takes_any_text_and_any_size() -> None:
    hostile = "<script>&\"'\x00\ud7ff\uffff " * 20
    boxes = tuple(Box((hostile, str(n)), "asserted", (Box(("leaf",), "missing"),)) for n in range(500))
    drawn = draw(Box((hostile,), "inferred", boxes), title=hostile, lang="en")
    root = ElementTree.fromstring(drawn)
    assert WORDS["en"]["bounded"] in drawn, "what is cut off is said to be"
    assert len(root.findall("{http://www.w3.org/2000/svg}g")) == 400
    _, _, width, height = map(float, (root.get("viewBox") or "").split())
    boxes_drawn = list(root.iter("{http://www.w3.org/2000/svg}rect"))
    ends = [(float(r.get("x", 0)) + float(r.get("width", 0)), float(r.get("y", 0)) + float(r.get("height", 0))) for r in boxes_drawn]
    assert all(x <= width and y <= height for x, y in ends)


def test_boxes_do_not_lie_on_one_another() -> None:
    found = graph("oxigraph").explain("project/clay", "a", "prov:Entity")
    rects = [
        tuple(float(r.get(k, 0)) for k in ("x", "y", "width", "height"))
        for r in ElementTree.fromstring(found.to_svg()).iter("{http://www.w3.org/2000/svg}rect")
    ]
    assert len(rects) > 5
    for n, (x, y, w, h) in enumerate(rects):
        for a, b, c, d in rects[n + 1 :]:
            assert x + w <= a or a + c <= x or y + h <= b or b + d <= y


def test_every_rule_is_in_words_in_both_languages() -> None:
    for rule in axioms.COVERED:
        assert rule_in_words(rule, lang="en") != rule
        assert rule_in_words(rule, lang="fi") not in (rule, rule_in_words(rule, lang="en"))
    assert all(len(texts) == 2 for texts in RULES.values())
    assert set(WORDS["en"]) == set(WORDS["fi"])


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("clay:Project", ox.NamedNode(CLAY.Project)), ("project/clay", ox.NamedNode(ID + "project/clay")), ("<urn:x>", ox.NamedNode("urn:x")), (IRI("urn:x"), ox.NamedNode("urn:x")),
        ('"moi"@fi', ox.Literal("moi", language="fi")), ("'x'", ox.Literal("x")), ("5", ox.Literal(5)), ("-1.50", ox.Literal("-1.5", datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal"))),
        ("true", ox.Literal(True)), ('"2020-01-01"^^xsd:date', ox.Literal("2020-01-01", datatype=ox.NamedNode(PREFIXES["xsd"] + "date"))), (Decimal("1.0"), ox.Literal("1", datatype=ox.NamedNode(PREFIXES["xsd"] + "decimal"))),
        (LangString("moi", "fi"), ox.Literal("moi", language="fi")), (7, ox.Literal(7)),
    ],
)  # fmt: skip
def test_what_stands_for_an_object(given: Any, meant: Any) -> None:
    assert term_of(given, base=ID) == meant


@pytest.mark.parametrize(
    "text", ['"open', '"a" . <urn:a> <urn:b> "c"', '"a", "b"', "5 ; <urn:p> 6", "", "no:prefix", '"x"^^no:type', "1 . #"]
)
def test_what_is_no_object_is_an_error(text: str) -> None:
    with pytest.raises(TermError):
        term_of(text, base=ID)


# ------------------------------------------------------------------ figures


def total() -> Account:
    return graph("oxigraph").account("amount/clay-total-budget")


def test_a_figure_has_its_claims_who_disagrees_and_by_how_much() -> None:
    (group,) = total().groups
    assert group.disagree
    assert [c.preferred for c in group.claims] == [True, True, False, False, False]
    off = {c.document.rpartition("/")[2]: (c.difference, c.percent) for c in group.claims if c.disagrees}
    assert off == {
        "epliitto-older": (Decimal(-40000), Decimal("-3.0")),
        "resolvo-case-study": (Decimal(74053), Decimal("5.5")),
        "umbria24": (Decimal(-2847), Decimal("-0.2")),
    }
    text = total().to_text()
    for part in ("+74053, +5.5 % against the preferred", "approximate", "rounded", "“Kokonaisbudjetti: 1,34 M€”", "0 are preferred"):
        assert part in text


def test_why_a_claim_is_preferred_is_counted_in_the_graph() -> None:
    (group,) = total().groups
    document = ID + "document/clay-page"
    counted = (
        graph("oxigraph")
        .query(f"SELECT (COUNT(DISTINCT ?c) AS ?n) {{ ?c prov:wasQuotedFrom/dct:isPartOf <{document}> ; clay:rank rank:preferred }}")[0]
        .n
    )
    assert total().standing[document].preferred == counted
    assert f"{counted} of its {total().standing[document].claims} claims are preferred" in total().reasons(group, lang="en")[0]


def test_an_observation_a_claim_and_what_claims_are_about_have_accounts_too() -> None:
    kg = graph("oxigraph")
    assert [c.value for g in kg.account("observation/escp-4i-1-funded").groups for c in g.claims] == [15]
    assert "No other source states it." in kg.account("observation/escp-4i-1-funded").to_text()
    assert kg.account("claim/umbria24-total-budget").groups == total().groups
    groups = kg.account("participation/clay-aeucc").groups
    assert [g.disagree for g in groups] == sorted((g.disagree for g in groups), reverse=True)
    assert "All sources that state it agree." in kg.account("participation/clay-aeucc").to_text()


def test_names_in_two_languages_do_not_disagree() -> None:
    kg = graph("oxigraph")
    assert not [g for g in kg.account("project/clay").groups if g.aspect.endswith("/name") and g.disagree]
    stated = {(row.thing, row.other) for row in kg.run("disagreements")}
    found = set()
    for thing in {row[0] for row in kg.query("SELECT DISTINCT ?s { ?c clay:about ?s }")}:
        for group in kg.account(thing).groups:
            found |= {(group.about, c.value) for c in group.claims if c.disagrees}
    assert found == stated, "the account and the query “disagreements” tell of the same"


def test_the_forms_of_an_account() -> None:
    data = json.loads(total().to_json())
    assert data["groups"][0]["claims"][2]["difference"] == "-40000"
    turtle = rdflib.Graph().parse(data=total().to_turtle(), format="turtle")
    assert len(list(turtle.subjects(rdflib.RDF.type, rdflib.URIRef(CLAY.Claim)))) == 5
    assert len(list(turtle.subject_objects(rdflib.PROV.wasQuotedFrom))) == 5
    for lang, text in (("en", "Total budget of CLAY"), ("fi", "CLAY-hankkeen kokonaisbudjetti")):
        assert text in total().to_text(lang=lang)
        assert text in "".join(ElementTree.fromstring(total().to_svg(lang=lang)).itertext())


def test_a_thing_without_claims_has_none_and_an_unknown_one_is_an_error() -> None:
    found = graph("oxigraph").account("clay:Project")
    assert not found
    assert "No claim speaks of it." in found.to_text()
    assert ElementTree.fromstring(found.to_svg()).tag.endswith("svg")
    with pytest.raises(UnknownTermError, match="Did you mean “amount/clay-total-budget”"):
        graph("oxigraph").account("amount/clay-total-budgt")


# ------------------------------------------------------------------ the command


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["project/clay", "a", "prov:Activity"], 0, "cax-sco"),
        (["project/clay", "a", "prov:Activity", "--lang", "fi"], 0, "seuraa muusta"),
        (["project/clay", "clay:acronym", '"CLAX"'], 1, "not in the graph"),
        (["amount/clay-total-budget"], 0, "What sources state"),
        (["clay:Project", "--lang", "fi"], 1, "Mikään väite ei puhu siitä."),
        (["amount/clay-total-budget", "-f", "svg"], 0, "<svg"),
        ([*SHARE, "-f", "turtle"], 0, "prov:wasGeneratedBy"),
    ],
)  # fmt: skip
def test_explain_on_the_command_line(arguments: list[str], code: int, says: str) -> None:
    result = run("explain", *arguments)
    assert says in result.stdout
    assert result.returncode == code


def test_explain_takes_one_thing_or_a_whole_triple(tmp_path: Path) -> None:
    assert run("explain", "project/clay", "a").returncode == 2
    file = tmp_path / "proof.svg"
    assert run("explain", *SHARE, "-f", "svg", "-o", str(file)).stdout == ""
    assert ElementTree.parse(file).getroot().tag.endswith("svg")
