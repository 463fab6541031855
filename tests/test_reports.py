"""Validation reports: sentences, places, groups, times, and the forms that people and programs read."""

from __future__ import annotations

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.cli.validate import _ENGINES, validate
from clayonto.errors import ShapesError, ShapesWarning, UnknownEngineError
from clayonto.sources import bundled, from_paths
from clayonto.validation import ENGINES, ValidationReport, wellformed
from clayonto.validation import validate as hold
from clayonto.validation.data import Data
from clayonto.validation.naming import clean
from clayonto.validation.report import By
from clayonto.validation.shapes import Shapes
from tests.conftest import SOAK

FAILING = Path(__file__).parent / "failing"
EX = "http://example.org/"
HEAD = """@prefix ex: <http://example.org/> . @prefix sh: <http://www.w3.org/ns/shacl#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix clay: <https://w3id.org/clayonto/def#> .
"""

# One constraint of every kind that has no message, the data that breaks it, and what the sentences must say.
COMPONENTS: dict[str, tuple[str, str, tuple[str, ...], tuple[str, ...]]] = {
    "class": ("sh:path ex:p ; sh:class ex:C", "ex:p ex:v", ("ex/v", "“Sea” (", "name another"), ("“Meri” (", "nimeä toinen")),
    "datatype": ("sh:path ex:p ; sh:datatype xsd:date", 'ex:p "12.5."', ("“12.5.”", "a plain text", "xsd:date"), ("pelkkä teksti", "xsd:date")),
    "ill-formed": ("sh:path ex:p ; sh:datatype xsd:date", 'ex:p "x"^^xsd:date', ("no well-formed xsd:date",), ("väärin kirjoitettu xsd:date",)),
    "nodeKind": ("sh:path ex:p ; sh:nodeKind sh:IRI", 'ex:p "x"', ("“x”", "must be an IRI"), ("IRI-tunniste",)),
    "minCount": ("sh:path ex:p ; sh:minCount 2", 'ex:p "x"', (": 1, and at least 2", "add what is missing"), ("vähintään 2", "lisää puuttuvat")),
    "maxCount": ("sh:path ex:p ; sh:maxCount 1", 'ex:p "x", "y"', (": 2 (“x”, “y”)", "at most 1"), ("enintään 1", "poista liiat")),
    "none": ("sh:path ex:p ; sh:maxCount 0", 'ex:p "x"', ("may have no value of “depth” (", "“x”"), ("ei saa olla arvoja",)),
    "minExclusive": ("sh:path ex:p ; sh:minExclusive 5", "ex:p 5", ("“5”", "not more than “5”"), ("ei ole suurempi kuin “5”",)),
    "minInclusive": ("sh:path ex:p ; sh:minInclusive 5", "ex:p 4", ("“4”", "not at least “5”"), ("ei ole vähintään “5”",)),
    "maxExclusive": ("sh:path ex:p ; sh:maxExclusive 5", "ex:p 5", ("“5”", "not less than “5”"), ("ei ole pienempi kuin “5”",)),
    "maxInclusive": ("sh:path ex:p ; sh:maxInclusive 5", "ex:p 6", ("“6”", "not at most “5”"), ("ei ole enintään “5”",)),
    "minLength": ("sh:path ex:p ; sh:minLength 3", 'ex:p "ab"', ("“ab”", "at least 3 characters"), ("vähintään 3 merkin",)),
    "maxLength": ("sh:path ex:p ; sh:maxLength 3", 'ex:p "abcd"', ("“abcd”", "at most 3 characters"), ("enintään 3 merkin",)),
    "pattern": ('sh:path ex:p ; sh:pattern "^a{2}$" ; sh:flags "i"', 'ex:p "b"', ("“b”", "“^a{2}$” (i)"), ("“^a{2}$” (i)", "lauseke")),
    "languageIn": ('sh:path ex:p ; sh:languageIn ("en" "fi")', 'ex:p "x"@sv', ("“x”@sv", "“en”, “fi”"), ("“en”, “fi”", "käännä")),
    "uniqueLang": ("sh:path ex:p ; sh:uniqueLang true", 'ex:p "a"@en, "b"@en, "c"@fi', ("“a”@en, “b”@en;",), ("“a”@en, “b”@en;", "samankielistä")),
    "equals": ("sh:path ex:p ; sh:equals ex:q", 'ex:p "x" ; ex:q "x", "z"', ("“z”", "ex/q"), ("“z”", "samat arvot")),
    "disjoint": ("sh:path ex:p ; sh:disjoint ex:q", 'ex:p "x" ; ex:q "x"', ("“x” for both", "ex/q"), ("“x” on sekä",)),
    "lessThan": ("sh:path ex:p ; sh:lessThan ex:q", "ex:p 5 ; ex:q 4", ("“5”", "not less than “4”", "ex/q"), ("“4”", "ei ole pienempi")),
    "lessThanOrEquals": ("sh:path ex:p ; sh:lessThanOrEquals ex:q", "ex:p 5 ; ex:q 4", ("more than “4”",), ("suurempi kuin", "“4”")),
    "not": ("sh:path ex:p ; sh:not [ sh:datatype xsd:string ]", 'ex:p "x"', ("must not be: of the type xsd:string",), ("tyyppiä xsd:string",)),
    "node": ("sh:path ex:p ; sh:node [ sh:minLength 3 ]", 'ex:p "x"', ("at least 3 characters",), ("vähintään 3 merkkiä",)),
    "and": ("sh:path ex:p ; sh:and ([ sh:minLength 3 ] [ sh:nodeKind sh:Literal ])", 'ex:p "x"', ("at least 3 characters; a literal",), ("literaali",)),
    "or": ("sh:path ex:p ; sh:or ([ sh:datatype xsd:date ] [ sh:datatype xsd:gYear ])", 'ex:p "x"', ("xsd:date; of the type xsd:gYear",), ("xsd:gYear",)),
    "xone": ("sh:path ex:p ; sh:xone ([ sh:minLength 1 ] [ sh:minLength 0 ])", 'ex:p "x"', ("none or several", "exactly one"), ("täsmälleen",)),
    "qualifiedMin": (
        "sh:path ex:p ; sh:qualifiedMinCount 1 ; sh:qualifiedValueShape [ sh:class ex:C ]", "ex:p ex:v",
        ("of the class “Sea”", "at least 1", "(ex/v)"), ("luokkaa “Meri”", "vähintään 1"),
    ),
    "qualifiedMax": (
        "sh:path ex:p ; sh:qualifiedMaxCount 0 ; sh:qualifiedValueShape [ sh:minLength 1 ]", 'ex:p "x"', ("at most 0", "“x”"), ("enintään 0",)
    ),
    "hasValue": ('sh:path ex:p ; sh:hasValue "y"', 'ex:p "x"', ("does not have “y”", "(“x”)", "add it"), ("puuttuu “y”",)),
    "in": ('sh:path ex:p ; sh:in ("a" "b")', 'ex:p "x"', ("“x”", "one of “a”, “b”"), ("jokin niistä", "“a”, “b”")),
    "closed": ("sh:closed true ; sh:ignoredProperties (ex:in)", 'ex:p "x" ; ex:in ex:Set', ("“depth” (", "“x”", "no property but ex/in"), ("sallittuja ovat ex/in",)),
    "closed-path": ("sh:path [ sh:inversePath ex:p ] ; sh:minCount 1", "ex:q 1", ("^http://example.org/p", "at least 1"), ("vähintään 1",)),
    "itself": ("sh:nodeKind sh:Literal", "ex:q 1", ("The deep is an IRI", "must be a literal"), ("Syvyys on IRI-tunniste",)),
    "itself-hasValue": ("sh:hasValue ex:other", "ex:q 1", ("The deep is not ex/other",), ("Syvyys ei ole ex/other",)),
    "itself-equals": ("sh:equals ex:q", "ex:q 1", ("“1”", "itself be the only value of ex/q"), ("solmu itse",)),
    "itself-disjoint": ("sh:disjoint ex:q", "ex:q ex:x", ("may not be a value of its own ex/q",), ("oman ominaisuutensa ex/q",)),
    "sparql": (
        ('sh:sparql ex:rule . ex:rule rdfs:label "No depth"@en, "Ei syvyyttä"@fi ; rdfs:comment "A sea is flat."@en ; '
        'sh:select "SELECT $this ?value { $this <http://example.org/p> ?value }"'),
        'ex:p "x"', ("“x”", "the rule “No depth”", "A sea is flat"), ("sääntöä “Ei syvyyttä”",),
    ),
    "custom": (
        ("ex:most 1 . ex:AtMost a sh:ConstraintComponent ; rdfs:label \"at most\"@en, \"enintään\"@fi ; sh:parameter [ sh:path ex:most ] ; "
        'sh:validator [ a sh:SPARQLAskValidator ; sh:ask "ASK { FILTER(?value < $most) }" ]'),
        "ex:p 1", ("the rule “at most”", "most = “1”"), ("sääntöä “enintään”", "most = “1”"),
    ),
    "custom-message": (
        ("sh:path ex:p ; ex:most 1 . ex:AtMost a sh:ConstraintComponent ; sh:parameter [ sh:path ex:most ] ; "
        'sh:validator [ a sh:SPARQLAskValidator ; sh:message "{?value} is beyond {$most}"@en ; sh:ask "ASK { FILTER(?value < $most) }" ]'),
        "ex:p 7", ("is beyond 1",), ("is beyond 1",),
    ),
}  # fmt: skip
LABELS = 'ex:x rdfs:label "The deep"@en, "Syvyys"@fi . ex:p rdfs:label "depth"@en, "syvyys"@fi . ex:C rdfs:label "Sea"@en, "Meri"@fi . ex:v ex:in ex:Set .\n'


def report_of(data: str, shapes: str, *, engine: str | None = None) -> ValidationReport:
    """What data says of shapes, both Turtle, with the names of ``ex:`` shown bare."""

    def triples(text: str) -> list[Any]:
        return [(q.subject, q.predicate, q.object) for q in ox.parse((HEAD + text).encode(), format=ox.RdfFormat.TURTLE)]

    return hold(Data.of_triples(triples(data)), Shapes(triples(shapes)), focus=None, base=EX, engine=engine)


def shown(text: str) -> str:
    return text.replace("ex/", "")


def turtle(tmp_path: Path, text: str, name: str = "data.ttl") -> Path:
    file = tmp_path / name
    file.write_text(HEAD + text, encoding="utf-8")
    return file


# ------------------------------------------------------------------ sentences


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", COMPONENTS)
def test_a_shape_without_a_message_has_a_sentence(kind: str, engine: str) -> None:
    constraint, data, english, finnish = COMPONENTS[kind]
    report = report_of(f"{LABELS} ex:x {data} .", f"ex:S a sh:{'PropertyShape' if 'sh:path' in constraint.split(' . ')[0] else 'NodeShape'} ; "
                       f"sh:targetNode ex:x ; {constraint} .", engine=engine)  # fmt: skip
    found = report.results if kind != "closed" else [r for r in report.results if r.path == EX + "p"]
    assert found
    for lang, wanted in (("en", english), ("fi", finnish)):
        message = found[0].message(lang)
        for part in wanted:
            assert shown(part) in message
        if kind != "custom-message":
            assert message.startswith("The deep" if lang == "en" else "Syvyys")
            assert message.endswith(".")
            assert not re.search(r"\{(?!2\})[a-z]*\}", message)


def test_every_component_has_a_sentence_that_is_tested() -> None:
    from clayonto.validation.components import CHECKS

    assert {*CHECKS, "closed", "sparql"} - {"qualifiedValueShape"} <= set(COMPONENTS)


def test_values_are_put_into_a_message_once() -> None:
    report = report_of(
        'ex:x ex:p "{thing} {value} {0}" .',
        'ex:S sh:targetNode ex:x ; sh:property [ sh:path ex:p ; sh:maxLength 1 ; sh:message "{value}"@en ] .',
    )
    assert report.results[0].message() == "“{thing} {value} {0}”"


def test_a_message_in_one_language_serves_all_and_one_without_is_english() -> None:
    shapes = 'ex:S sh:targetNode ex:x ; sh:property [ sh:path ex:p ; sh:minCount 1 ; sh:message "Give {thing} a p." ] .'
    one = report_of("ex:y ex:p 1 .", shapes).results[0]
    assert one.message("fi") == one.message("en") == "Give x a p."


def test_a_nameless_node_is_told_by_the_node_that_has_it(tmp_path: Path) -> None:
    file = turtle(tmp_path, 'ex:x a ex:T ; rdfs:label "Sea"@en ;\n  ex:part [\n    ex:p "no number" ] .')
    shapes = turtle(
        tmp_path, "ex:S a sh:NodeShape ; sh:targetObjectsOf ex:part ; sh:property [ sh:path ex:p ; sh:datatype xsd:integer ] .", "s.ttl"
    )
    report = clayonto.load(file, bundle=False).validate(shapes=shapes)
    one = report.results[0]
    assert one.message().startswith("a nameless node, http://example.org/part of Sea: the value “no number”")
    assert (one.file, one.line) == (str(file), 5)
    assert one.rule == "http://example.org/S/http://example.org/p"
    assert "_:" not in report.to_text(times=True) + report.to_text(by="shape")


def test_long_and_unruly_values_are_tamed() -> None:
    value = "x" * 5000 + "\\u001b[31m\\u202e"
    text = report_of(
        f'ex:x ex:p "{value}", "a\\u001b[31m\\nb\\u202e" .', "ex:S sh:targetNode ex:x ; sh:property [ sh:path ex:p ; sh:maxLength 1 ] ."
    ).to_text()
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "a\\u001B[31m b\\u202E" in text
    assert max(map(len, text.splitlines())) < 400


# ------------------------------------------------------------------ groups, places, counts


def test_results_are_grouped_by_thing_and_by_shape() -> None:
    report = clayonto.load(FAILING / "project.ttl").validate(bundled=False)
    things, shapes = report.grouped(by="thing"), report.grouped(by="shape")
    assert sum(map(len, things.values())) == sum(map(len, shapes.values())) == len(report.results) > 20
    assert "https://w3id.org/clayonto/id/project/empty" in things
    assert "https://w3id.org/clayonto/shapes#Project-programme" in shapes
    by_thing, by_shape = report.to_text(), report.to_text(by="shape", lang="fi")
    assert [line for line in by_thing.splitlines() if line.startswith("project/empty")] == [f"project/empty  {FAILING / 'project.ttl'}:10"]
    assert "nimi  (shapes:label-en)  3 rikkomusta" in by_shape
    assert f"  rikkomus: project/empty  {FAILING / 'project.ttl'}:10" in by_shape
    with pytest.raises(ValueError, match="by thing or by shape"):
        report.grouped(by="file")  # type: ignore[arg-type]


def test_a_thing_with_warnings_and_violations_stands_once() -> None:
    shapes = "ex:S sh:targetNode ex:x, ex:y ; sh:property [ sh:path ex:p ; sh:minCount 1 ], [ sh:path ex:q ; sh:minCount 1 ; sh:severity sh:Warning ] ."
    text = report_of("ex:z ex:p 1 .", shapes).to_text()
    assert [line for line in text.splitlines() if line in ("x", "y")] == ["x", "y"]
    assert text.count("  warning: ") == text.count("  violation: ") == 2


def test_a_report_names_file_and_line_of_the_node_and_of_the_value() -> None:
    file = FAILING / "monetary-amount.ttl"
    report = clayonto.load(file).validate(bundled=False)
    lines = file.read_text(encoding="utf-8").splitlines()
    for one in report.results:
        assert one.file == str(file)
        assert one.line is not None
        assert (
            lines[one.line - 1].startswith(f"<{one.focus.removeprefix('https://w3id.org/clayonto/id/')}>")
            or one.focus in lines[one.line - 1]
        )
    value = next(one for one in report.results if one.value == "1,34 M")
    assert value.value_place is not None
    assert "1,34 M" in lines[value.value_place.line - 1]
    assert f"(line {value.value_place.line})" in report.to_text()
    told = value.to_dict()
    assert (told["file"], told["line"]) == (str(file), value.line)
    assert told["pathLabel"]["fi"] == "summa"


def test_bundled_data_has_places_and_data_from_nowhere_has_none() -> None:
    warnings = clayonto.load().validate().results
    assert {one.file for one in warnings} == {"data/clusters.ttl"}
    bare = report_of("ex:x ex:q 1 .", "ex:S sh:targetNode ex:x ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .").results[0]
    assert (bare.file, bare.line, bare.place) == (None, None, None)


def test_a_node_that_no_file_describes_is_found_where_it_is_named(tmp_path: Path) -> None:
    file = turtle(tmp_path, "ex:x a ex:T ;\n  ex:part ex:undescribed ;\n  ex:size 5 .")
    shapes = "ex:S a sh:NodeShape ; sh:targetObjectsOf ex:part, ex:size ; sh:nodeKind sh:BlankNode ."
    report = clayonto.load(file, bundle=False).validate(shapes=turtle(tmp_path, shapes, "s.ttl"))
    assert [(one.value, one.line) for one in report.results] == [("5", 5), (EX + "undescribed", 4)]


@pytest.mark.parametrize("engine", ENGINES)
def test_each_shape_has_its_targets_counts_and_time(engine: str) -> None:
    shapes = (
        "ex:P sh:path ex:p ; sh:minCount 1 . ex:W sh:path ex:q ; sh:minCount 1 ; sh:severity sh:Warning ."
        "ex:A sh:targetClass ex:T ; sh:property ex:P, ex:W . ex:B sh:targetNode ex:y ; sh:property ex:P . ex:C sh:targetClass ex:None ; sh:property ex:P ."
    )
    report = report_of("ex:x a ex:T . ex:y a ex:U . ex:z a ex:T ; ex:p 1 .", shapes, engine=engine)
    found = {s.shape.removeprefix(EX): (s.nodes, dict(s.counts)) for s in report.shapes}
    assert found == {
        "A": (2, {"violation": 1, "warning": 2, "info": 0}),
        "B": (1, {"violation": 1, "warning": 0, "info": 0}),
        "C": (0, {"violation": 0, "warning": 0, "info": 0}),
    }
    assert report.shapes[0].targets == (("targetClass", EX + "T"),)
    assert report.engine.startswith(engine)
    timed = report.to_text(times=True)
    if engine == "compiled":
        assert all(s.seconds is not None and s.seconds >= 0 for s in report.shapes)
        assert "Time for each shape, slowest first (compiled" in timed
        assert "Aika muodoittain" in report.to_text(times=True, lang="fi")
    else:
        assert report.seconds is None
        assert "does not tell the time of a shape" in timed
    told = json.loads(report.to_json())
    assert told["counts"] == {"violation": 2, "warning": 2, "info": 0}
    assert [s["shape"] for s in told["shapes"]] == [EX + "A", EX + "B", EX + "C"]


def test_files_are_checked_without_being_loaded(tmp_path: Path) -> None:
    kg = clayonto.load(store=tmp_path / "store", bundle=False)
    before = len(kg)
    report = kg.validate(FAILING / "fund.ttl")
    assert not report.conforms
    assert {one.file for one in report.results} == {str(FAILING / "fund.ttl")}
    assert len(kg) == before


# ------------------------------------------------------------------ forms

BY: tuple[By, By] = ("thing", "shape")
HOSTILE = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from("<>&\"'%:,\r\n\x1b\u202e{}"), max_size=40)


def hostile_report(label: str, value: str, message: str, name: str) -> ValidationReport:
    x, p, s = (ox.NamedNode(EX + n) for n in ("x", "p", "S"))
    sh = "http://www.w3.org/ns/shacl#"
    data = [(x, ox.NamedNode("http://www.w3.org/2000/01/rdf-schema#label"), ox.Literal(label, language="en")), (x, p, ox.Literal(value))]
    shapes = [
        (s, ox.NamedNode(sh + "targetNode"), x),
        (s, ox.NamedNode(sh + "path"), p),
        (s, ox.NamedNode(sh + "maxCount"), ox.Literal(0)),
        (s, ox.NamedNode(sh + "nodeKind"), ox.NamedNode(sh + "IRI")),
        (s, ox.NamedNode(sh + "message"), ox.Literal(f"{message}{{thing}}{{value}}", language="en")),
        (s, ox.NamedNode(sh + "name"), ox.Literal(name, language="en")),
    ]
    return hold(Data.of_triples(data), Shapes(shapes), focus=None, base=EX)


class _Elements(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.open: list[str] = []
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def parsed(html: str) -> _Elements:
    elements = _Elements()
    elements.feed(html)
    elements.close()
    assert elements.open == []
    return elements


@pytest.mark.fuzz
@settings(max_examples=60 * SOAK, deadline=None)
@given(HOSTILE, HOSTILE, HOSTILE, HOSTILE)
def test_no_label_value_or_message_breaks_out_of_a_form(label: str, value: str, message: str, name: str) -> None:
    # Not empty, so that the forms have the same parts; an absent label is not what may break out.
    report = hostile_report(f"label {label}", f"value {value}", message, f"name {name}")
    plain = hostile_report("label", "value", "message", "name")
    for by in BY:
        html = report.to_html(by=by)
        assert parsed(html).tags == parsed(plain.to_html(by=by)).tags
        assert not set(html) & {"\x1b", "\u202e"}
        text = report.to_text(by=by)
        assert len(text.splitlines()) == len(plain.to_text(by=by).splitlines())
    annotations = report.to_github().split("\n")
    assert len(annotations) == 2
    for line in annotations:
        assert not set(line) & {"\r", "\x1b", "\u2028"}
        head, _, rest = line.removeprefix("::").partition("::")
        assert re.fullmatch(r"error title=[^:,\r\n]*", head)
        assert rest.count("%0A") == message.count("\n")
        assert not re.search("%(?!25|0A|0D)", rest)
    log = json.loads(report.to_sarif())
    assert len(log["runs"][0]["results"]) == 2
    assert json.loads(report.to_json())["results"][1]["value"] == f"value {value}"
    assert rdflib.Graph().parse(data=report.to_turtle(), format="turtle")


def test_an_annotation_is_a_workflow_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    file = turtle(tmp_path, 'ex:x a ex:T ; ex:p "50 %\\nmore" .', "a,b:c.ttl")
    shapes = (
        "ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property ex:P, ex:Q, ex:R . "
        'ex:P a sh:PropertyShape ; sh:path ex:p ; sh:maxLength 1 ; sh:name "Size: small, or not" ; sh:message "100 % wrong:\\n {value}" .'
        'ex:Q a sh:PropertyShape ; sh:path ex:q ; sh:minCount 1 ; sh:severity sh:Warning ; sh:message "w" .'
        'ex:R a sh:PropertyShape ; sh:path ex:q ; sh:minCount 1 ; sh:severity sh:Info ; sh:message "n" .'
    )
    report = clayonto.load(file, bundle=False).validate(bundled=False, shapes=turtle(tmp_path, shapes, "s.ttl"))
    assert report.to_github().splitlines() == [
        "::error file=a%2Cb%3Ac.ttl,line=3,title=Size%3A small%2C or not::100 %25 wrong:%0A “50 %25 more”",
        "::warning file=a%2Cb%3Ac.ttl,line=3,title=http%3A//example.org/q::w",
        "::notice file=a%2Cb%3Ac.ttl,line=3,title=http%3A//example.org/q::n",
    ]


def test_sarif_has_rules_results_and_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(FAILING.parent.parent)
    report = clayonto.load("tests/failing/monetary-amount.ttl", "tests/failing/stated-against-counted.ttl").validate(bundled=False)
    log = json.loads(report.to_sarif(lang="fi"))
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    (run,) = log["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "clayonto"
    rules = driver["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules) > 5
    for rule in rules:
        assert all(rule[key]["text"] for key in ("shortDescription", "fullDescription", "help"))
        assert rule["defaultConfiguration"]["level"] in ("error", "warning", "note")
        assert rule["name"]
    assert len(run["results"]) == len(report.results)
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning", "note")
        assert result["message"]["text"]
        physical = result["locations"][0]["physicalLocation"]
        assert re.fullmatch(r"tests/failing/[a-z-]+\.ttl", physical["artifactLocation"]["uri"])
        assert physical["region"]["startLine"] >= 1
    levels = {result["level"] for result in run["results"]}
    assert levels == {"error", "warning"}
    assert any("relatedLocations" in result for result in run["results"])
    assert "https://w3id.org/clayonto/shapes#StatedAgainstCounted-fewer" in {rule["id"] for rule in rules}
    assert run["properties"]["engine"].startswith("compiled")
    fingerprints = [result["partialFingerprints"]["clayontoResult/v1"] for result in run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)


def test_sarif_gives_files_elsewhere_as_file_uris(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    away = tmp_path.parent / "away ä"
    away.mkdir(exist_ok=True)
    for folder in (tmp_path, away):
        (folder / "my fund.ttl").write_bytes((FAILING / "fund.ttl").read_bytes())
    here = json.loads(clayonto.load(tmp_path / "my fund.ttl").validate(bundled=False).to_sarif())
    there = json.loads(clayonto.load("../away ä/my fund.ttl").validate(bundled=False).to_sarif())

    def uris(log: Any) -> set[str]:
        return {r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for r in log["runs"][0]["results"]}

    assert uris(here) == {"my%20fund.ttl"}
    assert uris(there) == {(away / "my fund.ttl").as_uri()}


def test_the_page_needs_nothing_and_is_in_its_language() -> None:
    report = clayonto.load(FAILING / "monetary-amount.ttl", FAILING / "project.ttl", FAILING / "fund.ttl").validate(bundled=False)
    for lang, by in zip(("en", "fi"), BY, strict=True):
        html = report.to_html(lang=lang, by=by)
        page = parsed(html)
        assert f'<html lang="{lang}">' in html
        assert not {"script", "img", "link", "iframe"} & set(page.tags)
        assert not {name for name in page.attributes if name.startswith("on") or name == "src"}
        assert len(page.ids) == len(set(page.ids))
        assert {link[1:] for link in page.links if link.startswith("#")} <= set(page.ids)
        assert page.tags.count("h1") == 1
        assert {"main", "header", "nav", "caption", "title"} <= set(page.tags)
        assert "prefers-color-scheme: dark" in html
        text = unescape(re.sub("<[^>]+>", "", html))
        assert all(one.message(lang) in text for one in report.results)
    assert "Aineisto ei ole muotojen mukainen" in report.to_html(lang="fi")


def test_only_addresses_of_the_web_are_links() -> None:
    data = [(ox.NamedNode("javascript:alert(1)"), ox.NamedNode(EX + "p"), ox.Literal("x"))]
    sh = "http://www.w3.org/ns/shacl#"
    shapes = [
        (ox.NamedNode(EX + "S"), ox.NamedNode(sh + n), o)
        for n, o in (("targetSubjectsOf", data[0][1]), ("nodeKind", ox.NamedNode(sh + "Literal")))
    ]
    html = hold(Data.of_triples(data), Shapes(shapes), focus=None, base=EX).to_html()
    assert "javascript:alert(1)" in html
    assert not [link for link in parsed(html).links if not link.startswith(("#", "http://"))]


def test_a_page_of_conforming_data_says_so() -> None:
    report = report_of("ex:x ex:p 1 .", "ex:S sh:targetNode ex:x ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .")
    html = report.to_html()
    assert "The data conforms" in html
    assert "Nothing to remark." in html
    assert report.to_github() == ""
    assert json.loads(report.to_sarif())["runs"][0]["results"] == []


def test_clean_text_has_nothing_that_a_terminal_acts_on() -> None:
    assert clean("a\x1b[2Jb\nc\u2066d\x9be") == "a\\u001B[2Jb c\\u2066d\\u009Be"


# ------------------------------------------------------------------ shapes that are checked first

BROKEN = {
    "a count without a path": ("ex:S a sh:NodeShape ;\n sh:targetClass ex:T ; sh:minCount 1 .", "s.ttl:3: The shape http://example.org/S has sh:minCount and no sh:path"),
    "a misspelt term": (
        "\nex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property [ sh:path ex:p ;\n sh:minCont 1 ; sh:maxCount 2 ] .",
        "s.ttl:5: A nameless part of the shape http://example.org/S uses sh:minCont, which SHACL does not have; did you mean sh:minCount",
    ),
    "a misspelt class": ("ex:S a sh:NodeShap ; sh:targetClass ex:T ; sh:class ex:C .", "uses sh:NodeShap, which SHACL does not have; did you mean sh:NodeShape"),
    "a count that is none": ('ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:minCount "one" ] .', "“one”"),
    "no path": ("ex:S sh:targetClass ex:T ; sh:property [ sh:minCount 1 ] .", "too few values of sh:path: 0, and at least 1"),
    "two paths": ("ex:S sh:targetClass ex:T ; sh:property ex:P . ex:P sh:path ex:p, ex:q ; sh:minCount 1 .", "s.ttl:3: The shape http://example.org/P has two paths"),
    "a path that is none": ("ex:S sh:targetClass ex:T ; sh:property [ sh:path [ ex:no ex:path ] ; sh:minCount 1 ] .", "path"),
    "a list that is none": ("ex:S sh:targetClass ex:T ; sh:in ex:a .", "s.ttl:3: The shape http://example.org/S has a sh:in that is no list"),
    "an unknown node kind": ("ex:S sh:targetClass ex:T ; sh:nodeKind ex:Thing .", "is not one of"),
    "two datatypes": ("ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:datatype xsd:date, xsd:gYear ] .", "sh:datatype"),
    "a message that is no text": ("ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:message 5 ; sh:class ex:C .", "the value “5” of sh:message"),
    "a target that is no IRI": ('ex:S a sh:NodeShape ; sh:targetClass "T" ; sh:class ex:C .', 'sh:targetClass "T", which is no IRI'),
    "recursion": ("ex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:node ex:S ] .", "refers back to itself"),
    "a query that is none": ('ex:S sh:targetClass ex:T ; sh:sparql ex:Q . ex:Q sh:select "SELEKT $this" .', "http://example.org/Q"),
    "what is not checked": ("ex:S a sh:NodeShape ; sh:target [ a sh:SPARQLTarget ] ; sh:class ex:C .", "uses sh:target, which is not part of SHACL Core"),
    "no targets": ("ex:S a sh:NodeShape ; sh:class ex:C .", "no shape has a target, so nothing would be checked"),
    "no shapes": ("ex:x ex:p 1 .", "no shape has a target, so nothing would be checked"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_shape_is_an_error_that_says_where(kind: str, tmp_path: Path) -> None:
    text, told = BROKEN[kind]
    file = turtle(tmp_path, text, "s.ttl")
    with pytest.raises(ShapesError) as raised:
        clayonto.load(bundle=False).validate(shapes=file)
    assert told in str(raised.value)
    assert all(line.startswith(str(file)) for line in str(raised.value).splitlines())
    assert raised.value.exit_code == 2


def test_all_faults_of_shapes_are_told_at_once(tmp_path: Path) -> None:
    text = "ex:S sh:targetClass ex:T ; sh:minCount 1 .\nex:U sh:targetClass ex:T ; sh:message 5 .\nex:V sh:targetClas ex:T .\n"
    with pytest.raises(ShapesError) as raised:
        clayonto.load(bundle=False).validate(shapes=turtle(tmp_path, text, "s.ttl"))
    places = [line.removeprefix(str(tmp_path)).split(": ")[0] for line in str(raised.value).splitlines()]
    assert places == ["/s.ttl:3", "/s.ttl:4", "/s.ttl:5"]
    assert raised.value.shape == EX + "S"


def test_a_term_of_a_draft_has_no_effect_and_is_warned_of(tmp_path: Path) -> None:
    text = "\nex:S sh:targetClass ex:T ; sh:property [ sh:path ex:p ; sh:shape ex:N ] , [ sh:path ex:q ; sh:shape ex:N ] .\nex:N sh:class ex:C .\n"
    shapes, data = turtle(tmp_path, text, "s.ttl"), turtle(tmp_path, "ex:x a ex:T ; ex:p ex:y .", "d.ttl")
    for engine in ENGINES:
        with pytest.warns(ShapesWarning, match=r"s\.ttl:4: sh:shape, which 2 shapes use, .* has sh:node in its place"):
            assert clayonto.load(data, bundle=False).validate(shapes=shapes, engine=engine).conforms
    done = CliRunner().invoke(validate, [str(data), "--shapes", str(shapes), "-f", "json"])
    assert done.exit_code == 0
    assert "Warning: " in done.stderr
    assert "sh:shape" in done.stderr
    assert json.loads(done.stdout)["conforms"] is True


def test_the_bundled_shapes_are_what_shacl_allows() -> None:
    assert wellformed.broken(list(bundled("shapes"))) == []


def test_shapes_for_shapes_are_themselves_held_to_account(tmp_path: Path) -> None:
    # What SHACL-SHACL allows may not be refused: every form of path, lists, inline shapes, custom components.
    text = """ex:S a sh:NodeShape ; sh:targetClass ex:T ; sh:property
      [ sh:path ( ex:p [ sh:inversePath ex:q ] [ sh:zeroOrMorePath ex:r ] ) ; sh:minCount 0 ],
      [ sh:path [ sh:alternativePath ( ex:p ex:q ) ] ; sh:or ( [ sh:class ex:C ] [ sh:datatype xsd:date ] ) ],
      [ sh:path ex:p ; sh:qualifiedValueShape [ sh:nodeKind sh:IRI ] ; sh:qualifiedMinCount 0 ; sh:name "p"@en ; sh:order 1 ] ."""
    shapes = wellformed.checked(from_paths([turtle(tmp_path, text)]))
    assert len(shapes.targeted) == 1


# ------------------------------------------------------------------ the command


def test_the_command_knows_the_validators() -> None:
    assert _ENGINES == ENGINES
    with pytest.raises(UnknownEngineError):
        clayonto.load(bundle=False).validate(engine="pyshackle")


def invoke(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(validate, list(arguments))
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_every_form_ends_with_code_1_when_data_does_not_conform(tmp_path: Path) -> None:
    fund = str(FAILING / "fund.ttl")
    for style, sign in (("text", "does not conform"), ("json", '"conforms": false'), ("turtle", "sh:conforms false"), ("sarif", '"2.1.0"'),
                        ("github", "::error file="), ("html", "<!doctype html>")):  # fmt: skip
        code, out = invoke(fund, "-f", style)
        assert code == 1
        assert sign in out
    code, out = invoke(fund, "-f", "html", "-o", str(tmp_path / "report.html"), "--by", "shape", "--lang", "fi")
    assert (code, out) == (1, "")
    assert "Tulokset muodoittain" in (tmp_path / "report.html").read_text(encoding="utf-8")
    code, out = invoke(fund, "--by", "shape", "--times", "--engine", "pyshacl")
    assert code == 1
    assert "preferred label  (shapes:label-en)  1 violation" in out
    assert "pyshacl" in out.splitlines()[-len(out.split("pyshacl")[1].splitlines())]


def test_a_store_is_checked_and_not_changed(tmp_path: Path) -> None:
    store = tmp_path / "store"
    clayonto.load(store=store, bundle=False)
    manifest = (store / "manifest.json").read_bytes()
    assert invoke("--store", str(store))[0] == 0
    code, out = invoke(str(FAILING / "fund.ttl"), "--store", str(store), "-f", "json")
    assert code == 1
    assert {one["file"] for one in json.loads(out)["results"]} == {str(FAILING / "fund.ttl")}
    assert (store / "manifest.json").read_bytes() == manifest


def test_shapes_of_ones_own_take_the_place_of_the_bundled_ones(tmp_path: Path) -> None:
    shapes = turtle(tmp_path, "ex:S a sh:NodeShape ; sh:targetClass clay:Fund ; sh:property [ sh:path ex:p ; sh:minCount 1 ] .", "s.ttl")
    code, out = invoke(str(FAILING / "fund.ttl"), "--shapes", str(shapes), "-f", "json")
    assert code == 1
    assert {one["component"] for one in json.loads(out)["results"]} == {"http://www.w3.org/ns/shacl#MinCountConstraintComponent"}
