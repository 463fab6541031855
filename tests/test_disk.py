"""A graph on disk: the same answers, opened as it is, and whole whatever happens."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import clayonto
from clayonto import stores
from clayonto.errors import DataError, EngineError, UsageError
from tests.conftest import graph

PROJECTS = "SELECT ?p { ?p a clay:Project } ORDER BY STR(?p)"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    clayonto.load(store=tmp_path / "graph.db")
    return tmp_path / "graph.db"


def file(tmp_path: Path, name: str, *projects: str) -> Path:
    made = tmp_path / name
    made.write_text("".join(f"<https://w3id.org/clayonto/id/project/{p}> a <https://w3id.org/clayonto/def#Project> .\n" for p in projects))
    return made


def test_it_answers_as_memory_does(store: Path) -> None:
    disk, memory = clayonto.load(store=store), graph("oxigraph")
    assert len(disk) == len(memory)
    assert disk.engine == "oxigraph"
    for name, query in disk.queries.items():
        example = {k: p.example for k, p in query.params.items() if p.example is not None}
        assert disk.run(name, **example) == memory.run(name, **example)
    assert disk.files == memory.files
    assert disk.validate().conforms
    assert disk.query("SELECT (COUNT(*) AS ?n) { GRAPH <https://w3id.org/clayonto/graph/data/clay> { ?s ?p ?o } }")[0].n > 1000


def test_files_are_added_once_and_replaced_when_they_change(store: Path, tmp_path: Path) -> None:
    own = file(tmp_path, "own.ttl", "a", "b")
    assert len(clayonto.load(own, store=store).query(PROJECTS)) == 3
    before = json.loads((store / "manifest.json").read_text())
    assert len(clayonto.load(own, store=store).query(PROJECTS)) == 3
    assert json.loads((store / "manifest.json").read_text()) == before
    other = file(tmp_path, "other.ttl", "b", "c")
    file(tmp_path, "own.ttl", "d")
    found = [row.p.rsplit("/", 1)[1] for row in clayonto.load(own, other, store=store).query(PROJECTS)]
    assert found == ["b", "c", "clay", "d"]
    assert len(list((store / "generations").iterdir())) == 1


def test_a_malformed_file_leaves_the_graph_as_it_was(store: Path, tmp_path: Path) -> None:
    before = sorted(p.name for p in (store / "generations").iterdir())
    bad = tmp_path / "bad.ttl"
    bad.write_text("<urn:a> <urn:b> foo .")
    with pytest.raises(DataError, match="bad.ttl:1"):
        clayonto.load(file(tmp_path, "own.ttl", "a"), bad, store=store)
    assert len(clayonto.load(store=store).query(PROJECTS)) == 1
    assert sorted(p.name for p in (store / "generations").iterdir()) == before


def test_an_edit_on_disk_stays(store: Path) -> None:
    kg = clayonto.load(store=store)
    reader = clayonto.load(store=store)
    with kg.edit() as change:
        change.add_turtle("<project/x> a clay:Project .")
        change.remove("project/clay", "clay:acronym")
    assert len(kg.query(PROJECTS)) == len(clayonto.load(store=store).query(PROJECTS)) == 2
    assert not kg.query("ASK { <project/clay> clay:acronym ?a }")
    assert len(reader.query(PROJECTS)) == 1


def test_home_is_the_home_folder_and_no_folder_of_that_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "own.nt").write_text("<urn:x> <urn:y> <urn:z> .")
    kg = clayonto.load("~/own.nt", store="~/graph.db")
    assert kg.query("ASK { <urn:x> <urn:y> <urn:z> }")
    stores.backup("~/graph.db", "~/graph.tar")
    stores.restore("~/graph.tar", "~/again.db")
    assert stores.info("~/again.db")["triples"] == len(clayonto.load("~/*.nt"))
    assert not (tmp_path / "~").exists()


def test_what_is_no_graph_is_refused(tmp_path: Path, store: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.txt").write_text("mine")
    with pytest.raises(UsageError, match="folder with other things in it"):
        clayonto.load(store=tmp_path / "full")
    with pytest.raises(UsageError, match="is a file"):
        clayonto.load(store=tmp_path / "full" / "thesis.txt")
    with pytest.raises(UsageError, match="holds graphs in memory only"):
        clayonto.load(store=store, engine="rdflib")
    (store / "manifest.json").write_text('{"format": 99}')
    with pytest.raises(EngineError, match="has layout 99, this version reads .*; a later clayonto made it, so update this one"):
        clayonto.load(store=store)


def test_the_command_line_keeps_a_graph(tmp_path: Path) -> None:
    own = file(tmp_path, "own.ttl", "a")

    def run(*arguments: str) -> str:
        return subprocess.run([sys.executable, "-m", "clayonto", *arguments], capture_output=True, text=True, check=True).stdout

    assert "own.ttl" in run("info", "--store", str(tmp_path / "g"), "--data", str(own))
    assert "project/a" in run("describe", "project/a", "--store", str(tmp_path / "g"))
    assert run("query", "partner-countries", "--store", str(tmp_path / "g"), "-f", "csv").count("\n") == 7


def test_to_rdflib_gives_a_copy() -> None:
    kg = clayonto.load()
    copy = kg.to_rdflib()
    assert len(copy) == len(kg)
    assert "project" in str(copy.serialize(format="turtle"))
    copy.remove((None, None, None))
    assert len(kg) > 1000


def test_two_writers_do_not_meet(store: Path, tmp_path: Path) -> None:
    import fcntl

    first, second = clayonto.load(store=store), clayonto.load(store=store)
    with first.edit() as change:
        change.add_turtle("<project/x> a clay:Project .")
    with pytest.raises(EngineError, match="Somebody else has changed .* since it was opened; open it again"), second.edit() as change:
        change.add_turtle("<project/y> a clay:Project .")
    with (store / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(EngineError, match="Another process or thread is writing"):
            clayonto.load(file(tmp_path, "own.ttl", "a"), store=store)
