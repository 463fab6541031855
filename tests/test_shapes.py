"""The bundled data conforms, and every shape is broken by a file that says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rdflib
from rdflib.namespace import RDF, SH

import clayonto
from clayonto.namespaces import SHAPES
from clayonto.sources import bundled, triples_of
from clayonto.validation import ValidationReport, to_rdflib
from tests.conftest import graph

FAILING = sorted((Path(__file__).parent / "failing").glob("*.ttl"))


def report_on(path: Path) -> ValidationReport:
    return clayonto.load(path).validate(bundled=False)


def broken_by(report: ValidationReport) -> set[str]:
    return {part.replace(SHAPES, "shapes:") for r in report.results for part in (r.shape, r.constraint or "") if part.startswith(SHAPES)}


def expected(path: Path) -> set[str]:
    first = path.read_text(encoding="utf-8").splitlines()[0]
    assert first.startswith("# expects: "), f"{path} must start with “# expects: shapes:…”"
    return set(first.removeprefix("# expects: ").split())


def test_the_bundled_data_conforms_and_something_was_checked() -> None:
    report = graph("oxigraph").validate()
    # All that there is to remark: sources count more partnerships and partners than the graph knows by name.
    assert {(r.severity, r.constraint) for r in report.results} == {("warning", SHAPES["StatedAgainstCounted-fewer"])}
    assert report.summary().startswith("The data conforms.")
    assert report.summary().endswith(" warnings.")
    assert report.conforms
    assert report.nodes > 200
    assert report.engine.startswith("compiled ")


@pytest.mark.parametrize("path", FAILING, ids=lambda p: p.stem)
def test_a_broken_file_breaks_the_shapes_it_says(path: Path) -> None:
    report = report_on(path)
    assert not report.conforms
    assert expected(path) <= broken_by(report)


def test_every_shape_has_a_file_that_breaks_it() -> None:
    shapes = to_rdflib(triples_of(bundled("shapes")))
    parts = {str(s) for kind in (SH.PropertyShape, SH.SPARQLConstraint) for s in shapes.subjects(RDF.type, kind)}
    # A shape that only qualifies another (who leads) is never the source of a result.
    parts -= {str(p) for q in shapes.objects(None, SH.qualifiedValueShape) for p in shapes.objects(q, SH.property)}
    constrains = (SH.pattern, SH.nodeKind, SH.datatype, SH["class"])
    targeted = set(shapes.subjects(SH.targetClass, None))
    parts |= {str(s) for s in targeted if any((s, c, None) in shapes for c in constrains)}
    assert len(parts) > 60
    broken = set().union(*map(expected, FAILING))
    assert {p.replace(SHAPES, "shapes:") for p in parts} - broken == set()


def test_every_shape_has_messages_in_both_languages() -> None:
    shapes = to_rdflib(triples_of(bundled("shapes")))
    qualifying = {p for q in shapes.objects(None, SH.qualifiedValueShape) for p in shapes.objects(q, SH.property)}
    speaking = {s for kind in (SH.PropertyShape, SH.SPARQLConstraint) for s in shapes.subjects(RDF.type, kind)} - qualifying
    assert len(speaking) > 60
    for shape in speaking:
        assert {getattr(m, "language", None) for m in shapes.objects(shape, SH.message)} == {"en", "fi"}, shape


def test_no_shape_is_a_blank_node() -> None:
    shapes = to_rdflib(triples_of(bundled("shapes")))
    kinds = (SH.NodeShape, SH.PropertyShape, SH.SPARQLConstraint)
    assert not [s for kind in kinds for s in shapes.subjects(RDF.type, kind) if isinstance(s, rdflib.BNode)]


def test_a_message_names_the_thing_the_value_and_the_remedy() -> None:
    report = report_on(Path(__file__).parent / "failing" / "monetary-amount.ttl")
    messages = {r.constraint or r.shape: r for r in report.results if r.focus.endswith("too-much") or r.focus.endswith("broken")}
    within = messages[SHAPES["MonetaryAmount-within"]]
    assert within.message() == (
        "More than the whole is “2000000.00”, more than the amount it is a share of; mend the sum, or clay:shareOf."
    )
    assert within.message("fi").startswith("Enemmän kuin kaikki on “2000000.00”")
    assert "found “1,34 M”." in messages[SHAPES["MonetaryAmount-value"]].message()
    assert "“CLAY, cross-sector support for artistic ceramics firms” (project/clay)" in messages[SHAPES["MonetaryAmount-share"]].message()


def test_an_absent_value_is_called_nothing() -> None:
    report = report_on(Path(__file__).parent / "failing" / "region.ttl")
    country = next(r for r in report.results if r.shape == SHAPES["Region-country"])
    assert country.message().endswith("found nothing.")
    assert country.message("fi").endswith("löytyi ei mitään.")


def test_a_report_can_be_read_by_machines() -> None:
    report = report_on(Path(__file__).parent / "failing" / "fund.ttl")
    data = json.loads(report.to_json())
    assert data["conforms"] is False
    assert {r["severity"] for r in data["results"]} == {"violation"}
    turtle = rdflib.Graph().parse(data=report.to_turtle(), format="turtle")
    assert len(list(turtle.objects(None, SH.result))) == len(data["results"]) == 3


def test_literals_are_judged_as_written(tmp_path: Path) -> None:
    # A store would turn this xsd:int into an xsd:integer before a shape could see it.
    file = tmp_path / "phase.ttl"
    file.write_text(
        "@prefix clay: <https://w3id.org/clayonto/def#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
        '<https://w3id.org/clayonto/id/phase/x> a clay:ProjectPhase ; clay:phaseNumber "1"^^xsd:int .\n'
    )
    report = report_on(file)
    assert any(r.shape == SHAPES["ProjectPhase-number"] and r.component.endswith("DatatypeConstraintComponent") for r in report.results)


def test_a_file_of_nothing_known_is_an_error_not_a_success(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("<urn:a> <urn:b> <urn:c> .\n")
    with pytest.raises(clayonto.ClayontoError, match="nothing was checked"):
        report_on(file)


def test_a_report_on_some_nodes_speaks_of_no_others(tmp_path: Path) -> None:
    broken = Path(__file__).parent / "failing"
    kg = clayonto.load(broken / "fund.ttl", broken / "objective.ttl")
    report = kg.validate(focus=["fund/broken"])
    assert {r.focus for r in report.results} == {"https://w3id.org/clayonto/id/fund/broken"}
    assert "objective/broken" not in report.to_turtle()
    assert kg.validate(focus="fund/broken").results == report.results
    fine = kg.validate(focus=["fund/structural-funds"])
    assert fine.conforms
    assert "conforms true" in fine.to_turtle()
