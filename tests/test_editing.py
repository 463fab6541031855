"""Edits: whole or not at all, in the graph and in the file."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

import clayonto
from clayonto.engines import ENGINES
from clayonto.errors import DataError, EditError, ForbiddenQueryError, NotConformingError, QuerySyntaxError
from clayonto.terms import IRI, LangString
from tests.conftest import graph

PROJECTS = "SELECT ?p { ?p a clay:Project } ORDER BY STR(?p)"


@pytest.fixture(params=ENGINES)
def own(request: pytest.FixtureRequest) -> clayonto.KnowledgeGraph:
    return clayonto.load(engine=str(request.param))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "mine.ttl"
    made.write_text(
        "# My projects.\n@base <https://w3id.org/clayonto/id/> .\n@prefix clay: <https://w3id.org/clayonto/def#> .\n@prefix my: <https://example.org/> .\n\n"
        '<project/mine> a clay:Project ; my:note "kept" ; clay:acronym "MINE" .\n'
    )
    return made


def test_triples_go_in_and_out(own: clayonto.KnowledgeGraph) -> None:
    before = len(own)
    with own.edit() as change:
        change.add_turtle('<project/x> a clay:Project ; clay:acronym "X", "Y" .')
        change.add_triple("project/x", "skos:prefLabel", LangString("Hanke X", "fi"))
        change.add_triple("project/x", "clay:underProgramme", IRI("programme/interreg-europe-2014-2020"))
        change.remove("project/x", "clay:acronym", "Y")
        change.remove("amount/clay-total-budget", "epo:hasAmountValue", Decimal(1340000))
    assert len(own) == before + 4 - 1
    assert own.query("SELECT ?a { <project/x> clay:acronym ?a }").to_dicts() == [{"a": "X"}]
    assert not own.query("ASK { <amount/clay-total-budget> epo:hasAmountValue ?v }")
    with own.edit() as change:
        change.add_triple("amount/clay-total-budget", "epo:hasAmountValue", Decimal(5))
        change.remove("project/x")
    assert len(own) == before
    assert own.query("SELECT ?v { <amount/clay-total-budget> epo:hasAmountValue ?v }")[0].v == 5


def test_an_error_leaves_everything_as_it_was(own: clayonto.KnowledgeGraph) -> None:
    before = own.query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(ISIRI(?s)) }")
    with pytest.raises(DataError, match="1:15"), own.edit() as change:
        change.add_turtle("<project/x> a clay:Project .")
        change.add_turtle("<project/x> a foo bar .")
    with pytest.raises(RuntimeError), own.edit() as change:
        change.remove("project/clay")
        raise RuntimeError
    with pytest.raises(EditError, match="no such triple"), own.edit() as change:
        change.add_turtle("<project/x> a clay:Project .")
        change.remove("project/none")
    assert own.query("CONSTRUCT { ?s ?p ?o } { ?s ?p ?o FILTER(ISIRI(?s)) }") == before


def test_an_update_sees_the_whole_graph(own: clayonto.KnowledgeGraph) -> None:
    with own.edit() as change:
        change.update(
            "DELETE { ?a epo:hasAmountValue ?v } INSERT { ?a epo:hasAmountValue ?n } WHERE { ?a epo:hasAmountValue ?v BIND(?v * 2 AS ?n) }"
        )
    assert [row.value for row in own.run("project-money")] == [2680000, 2200000, 424000, 64000]
    with pytest.raises(QuerySyntaxError), own.edit() as change:
        change.update("DELETE { ?a }")
    where = "<http://127.0.0.1:9/>"
    for forbidden in (
        "LOAD <file:///etc/hostname>",
        "INSERT DATA { <urn:a> <urn:b> 1 } ; load silent <file:///etc/hostname>",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE {where} {{ ?s ?p ?o }} }}",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ \\u0053ERVICE {where} {{ ?s ?p ?o }} }}",
        f"INSERT {{ ?s ?p ?o }} WHERE {{ BIND(1 AS ?a) FILTER(?a<'x>')SERVICE{where}{{ ?s ?p 'o' }} }}",
    ):
        with pytest.raises(ForbiddenQueryError), own.edit() as change:
            change.update(forbidden)
    with pytest.raises(EditError, match="leave GRAPH out"), own.edit() as change:
        change.update("INSERT DATA { GRAPH <urn:g> { <urn:a> <urn:b> <urn:c> } }")


def test_data_that_would_not_conform_is_refused_if_asked(own: clayonto.KnowledgeGraph) -> None:
    before = len(own)
    with pytest.raises(NotConformingError, match="needs exactly one programme") as caught, own.edit(validate=True) as change:
        change.add_turtle("<project/x> a clay:Project .")
    assert not caught.value.report.conforms
    assert len(own) == before
    with own.edit(validate=True) as change:
        change.add_turtle('<project/clay> skos:altLabel "CLAY project"@en .')
    assert len(own) == before + 1
    assert own.validate().conforms
    with own.edit() as change:
        change.remove("project/clay", "clay:underProgramme")
    assert not own.validate().conforms


def test_a_file_is_edited_and_saved_sorted(file: Path) -> None:
    kg = clayonto.load(file)
    with kg.edit(file) as change:
        change.add_triple("project/mine", "dct:subject", IRI("theme:ceramics"))
        change.remove("project/mine", "clay:acronym")
        change.add_turtle("<project/another> a clay:Project .")
    assert file.read_text() == (
        "# My projects.\n@base <https://w3id.org/clayonto/id/> .\n@prefix clay: <https://w3id.org/clayonto/def#> .\n"
        "@prefix dct: <http://purl.org/dc/terms/> .\n@prefix my: <https://example.org/> .\n@prefix theme: <https://w3id.org/clayonto/concept/theme/> .\n\n"
        "<project/another> a clay:Project .\n\n"
        '<project/mine> a clay:Project ;\n    dct:subject theme:ceramics ;\n    my:note "kept" .\n'
    )
    answer = [row.p.rsplit("/", 1)[1] for row in kg.query(PROJECTS)]
    assert answer == ["another", "clay", "mine"] == [row.p.rsplit("/", 1)[1] for row in clayonto.load(file).query(PROJECTS)]
    assert [p.name for p in file.parent.iterdir()] == ["mine.ttl"]


def test_a_failed_edit_leaves_the_file_alone(file: Path) -> None:
    kg = clayonto.load(file)
    before = file.read_bytes()
    with pytest.raises(NotConformingError), kg.edit(file, validate=True) as change:
        change.remove("project/mine", "clay:acronym")
    with (
        pytest.raises(EditError, match=r"data/clay.ttl:[0-9]+ states “.*”, and the edit is of .*mine.ttl; edit that file"),
        kg.edit(file) as change,
    ):
        change.remove("project/clay", "clay:acronym")
    with pytest.raises(EditError, match="is not Turtle"), kg.edit(file.with_suffix(".nt")):
        pass
    assert file.read_bytes() == before
    assert len(kg.query(PROJECTS)) == 2


def test_a_new_file_is_made(tmp_path: Path) -> None:
    kg = clayonto.load()
    with kg.edit(tmp_path / "new.ttl") as change:
        change.add_turtle("<project/new> a clay:Project .")
    assert "<project/new> a clay:Project ." in (tmp_path / "new.ttl").read_text()
    assert len(kg.query(PROJECTS)) == 2


def test_a_triple_that_another_file_states_too_stays_in_the_graph(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text("<https://w3id.org/clayonto/id/project/both> a <https://w3id.org/clayonto/def#Project> .\n")
    kg = clayonto.load(tmp_path)
    with kg.edit(tmp_path / "a.ttl") as change:
        change.remove("project/both")
    assert kg.query("ASK { <project/both> a clay:Project }")
    assert (tmp_path / "a.ttl").read_text() == ""


def test_other_graphs_are_not_touched(bundled: clayonto.KnowledgeGraph) -> None:
    with clayonto.load().edit() as change:
        change.add_turtle("<project/x> a clay:Project .")
    assert len(bundled.query(PROJECTS)) == len(graph("rdflib").query(PROJECTS)) == 1
