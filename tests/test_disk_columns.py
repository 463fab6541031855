"""The columns of a graph on disk: made whole or not at all, used where they are quicker, and with the rows of the store."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import polars as pl
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto import stores
from clayonto.engines.columnar import building, mapped
from clayonto.engines.columnar.columns import Columns
from clayonto.engines.columnar.terms import ID, kinds, lines_of
from clayonto.engines.disk import DiskEngine
from clayonto.errors import EngineError, MissingExtraError
from clayonto.stores import columns as kept
from clayonto.stores.generations import Folder
from tests.conftest import graph
from tests.test_cli import run
from tests.test_columnar import UNTIDY

PAIRS = "SELECT ?a ?b (COUNT(?p) AS ?n) { ?p <urn:with> ?a , ?b } GROUP BY ?a ?b ORDER BY DESC(?n) STR(?a) STR(?b) LIMIT 5"
LOOKUP = "SELECT ?a { <urn:p7> <urn:with> ?a } ORDER BY STR(?a)"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """500 things, each with five of 40 others."""
    lines = [f"<urn:p{p}> <urn:with> <urn:o{(p * 7 + k * k) % 40}> .\n" for p in range(500) for k in range(5)]
    (tmp_path / "data.nt").write_text("".join(lines))
    clayonto.load(tmp_path / "data.nt", store=tmp_path / "graph.db", bundle=False)
    stores.compact(tmp_path / "graph.db")
    return tmp_path / "graph.db"


def columns_of(store: Path) -> Path:
    return next((store / "generations").glob("*/columns"))


def test_what_runs_over_the_whole_graph_is_answered_by_the_column(store: Path) -> None:
    chosen, rows = clayonto.load(store=store), clayonto.load(store=store, engine="oxigraph")
    assert (chosen.engine, rows.engine) == ("oxigraph", "oxigraph")
    assert [kg.query(PAIRS).engine for kg in (chosen, rows)] == ["columnar", "oxigraph"]
    assert [kg.query(LOOKUP).engine for kg in (chosen, rows)] == ["oxigraph", "oxigraph"]
    assert chosen.query(PAIRS) == rows.query(PAIRS)
    streams = [chosen.stream(PAIRS), rows.stream(PAIRS)]
    assert [stream.engine for stream in streams] == ["columnar", "oxigraph"]
    assert list(streams[0]) == list(streams[1]) == list(rows.query(PAIRS))
    assert (chosen.plan(PAIRS).engine, chosen.plan(PAIRS).ordered) == ("columnar", True)
    assert "few triples (about" in chosen.plan(LOOKUP).reason
    assert "asked for" in rows.plan(PAIRS).reason
    facts = stores.info(store)
    assert 0 < facts["columns"] < facts["size"]


def test_every_named_query_has_the_rows_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clayonto.load(store=tmp_path / "graph.db")
    disk = clayonto.load(store=tmp_path / "graph.db", engine="columnar")
    monkeypatch.setattr(disk._engine, "rows_are_cheaper", lambda select: None)
    ran = set()
    for name, query in disk.queries.items():
        rows = disk.query(query.example())
        assert rows == graph("oxigraph").query(query.example()), name
        ran.add((name, rows.engine))
    assert {("partner-pairs", "columnar"), ("money-by-region", "columnar"), ("search", "columnar"), ("where-stated", "oxigraph")} <= ran


def test_columns_in_files_are_those_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # So small that there are many parts, buckets, files of texts and groups of predicates.
    for module, name, value in (
        (building, "_PART", 3000), (building, "_BUCKET", 1500), (building, "_ROWS", 4), (building, "SEGMENT", 1200), (mapped, "_ROWS", 7),
    ):  # fmt: skip
        monkeypatch.setattr(module, name, value)
    nodes = "".join(f'<urn:s{n}> <urn:p{n % 5}> "text {n % 9} that is long enough for a file"@en .\n' for n in range(150))
    lines = (ox.serialize(ox.parse(UNTIDY, format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.N_TRIPLES) or b"") + nodes.encode()
    memory = Columns.of(lines)
    with building.Builder(tmp_path / "columns", lines.count(b"\n"), progress=lambda _: None) as builder:
        builder.add(lines_of(lines[: lines.index(b"\n", 9000) + 1]))  # which come again
        for at in range(0, len(lines), 700):
            builder.write(lines[at : at + 700])
        assert builder.finish() == memory.count
    files = building.opened(tmp_path / "columns")
    assert len(list((tmp_path / "columns").glob("text-*"))) > 1
    every = pl.arange(len(memory.texts), dtype=ID, eager=True)
    assert files.texts.to_list() == memory.texts.to_list()
    for column in ("kinds", "strings", "lower", "languages", "values", "cells", "datatypes"):
        one, other = (getattr(each, column).gather(every).cast(pl.String).to_list() for each in (files, memory))
        assert one == other, column
    assert set(files.extents) == set(memory.extents)
    for predicate in memory.extents:
        assert files.table(predicate).equals(memory.table(predicate)), predicate
    assert files.nodes().to_list() == memory.nodes().to_list()
    for term in ('"Alfa"@fi', '"alfa"', "<urn:s3>", '"3"^^<http://www.w3.org/2001/XMLSchema#integer>', '"Beta \\"b\\"\\t\\n\\\\"@en', "<urn:none>", '"Alfa"@sv'):  # fmt: skip
        assert files.number(term) == memory.number(term)
    assert memory.number('"Alfa"@fi') != memory.number('"Alfa"@en')
    assert memory.number("<urn:none>") is None


def test_buckets_are_of_one_size_in_whatever_order_terms_come(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sizes: list[int] = []

    def measured(keys: pl.Series, suffixes: pl.Series) -> object:
        sizes.append(int(keys.str.len_bytes().sum()))
        return kinds(keys, suffixes)

    for name, value in (("_PART", 20_000), ("_BUCKET", 20_000), ("kinds", measured)):
        monkeypatch.setattr(building, name, value)
    lines = [f"<urn:s{n:05}> <urn:p> <urn:o{n:05}> .\n".encode() for n in range(5000)]
    parts: list[str] = []
    for name, order in (("in order", lines), ("backwards", lines[::-1])):
        with building.Builder(tmp_path / f"{name}, written", len(lines), progress=parts.append) as builder:
            for line in order:
                builder.write(line)
            builder.finish()
        with building.Builder(tmp_path / f"{name}, added", len(lines), progress=parts.append) as builder:
            for at in range(0, len(order), 200):
                builder.add(lines_of(b"".join(order[at : at + 200])))
            builder.finish()
    assert len(parts) >= 4 * 8
    assert len(sizes) >= 4 * 5
    assert max(sizes) < 40_000


@pytest.mark.fuzz
@settings(max_examples=25, deadline=None)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=30), max_size=30), st.lists(st.text(max_size=20), max_size=5))
def test_any_texts_are_mapped_as_they_were(tmp_path_factory: pytest.TempPathFactory, first: list[str], second: list[str]) -> None:
    folder, lent = tmp_path_factory.mktemp("texts"), set(mapped._lent)
    # What a lone surrogate stands for is no text in UTF-8.
    second = [text.encode("utf-8", "ignore").decode() for text in second]
    with (folder / "views").open("wb") as views:
        for number, texts in enumerate((first, second)):
            with (folder / str(number)).open("wb") as segment:
                mapped.write_texts(views, segment, number, pl.Series(texts, dtype=pl.String))
    found = mapped.texts(folder / "views", [folder / "0", folder / "1"])
    assert found.to_list() == first + second
    del found
    assert set(mapped._lent) <= lent  # what tests before held may have gone meanwhile


@pytest.mark.parametrize("holder", ["polars.DataFrame", "sys"])
def test_a_graph_that_outlives_the_modules_is_let_go_of(store: Path, holder: str) -> None:
    # Modules are emptied when the interpreter ends; what holds the graph here goes after them.
    program = f"import sys, polars, clayonto; kg = clayonto.load(store=sys.argv[1]); rows = kg.query(sys.argv[2]); {holder}.kept = kg, rows.to_polars()"
    ended = subprocess.run(
        [sys.executable, "-c", f"{program}; print(rows.engine)", store, PAIRS], capture_output=True, text=True, check=False
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "columnar\n", "")


def test_a_change_leaves_columns_behind_until_the_graph_is_compacted(store: Path) -> None:
    kg = clayonto.load(store=store)
    with kg.edit() as change:
        change.add_turtle("<urn:p7> <urn:with> <urn:o999> .")
    assert kg.query(PAIRS).engine == "oxigraph"
    assert "store compact" in kg.plan(PAIRS).reason
    assert stores.info(store)["columns"] is None
    stores.compact(store, columns=False)
    assert kg.refresh()
    assert kg.query(PAIRS).engine == "oxigraph"
    stores.compact(store)
    assert kg.refresh()
    found = kg.query("SELECT ?b (COUNT(?p) AS ?n) { ?p <urn:with> ?b } GROUP BY ?b ORDER BY ?n STR(?b)")
    assert (found.engine, found[0].b, found[0].n) == ("columnar", "urn:o999", 1)
    kg.materialise()
    assert "inferred" in kg.plan(PAIRS).reason


def test_columns_asked_for_by_name_are_made_when_they_are_missing(store: Path) -> None:
    stores.compact(store, columns=False)
    told: list[str] = []
    kg = clayonto.load(store=store, engine="columnar", progress=told.append)
    assert (kg.engine, kg.query(PAIRS).engine, kg.query(LOOKUP).engine) == ("columnar", "columnar", "oxigraph")
    assert told[-1].startswith("columns: 0.0 / 0.0")
    with kg.edit() as change:
        change.add_turtle("<urn:p7> <urn:with> <urn:o999> .")
    assert kg.query(PAIRS).engine == "columnar"


@pytest.mark.parametrize("harm", ["cut", "gone", "other"])
def test_columns_that_are_not_as_they_were_written_are_not_used(store: Path, harm: str) -> None:
    before = clayonto.load(store=store).query(PAIRS)
    file = columns_of(store) / "objects"
    match harm:
        case "cut":
            file.write_bytes(file.read_bytes()[:-4])
        case "gone":
            file.unlink()
        case "other":
            (columns_of(store) / "files.json").write_text('{"format": 0, "files": {}}')
    kg = clayonto.load(store=store)
    assert (kg.query(PAIRS).engine, kg.query(PAIRS)) == ("oxigraph", before)
    again = clayonto.load(store=store, engine="columnar").query(PAIRS)
    assert (again.engine, again) == ("columnar", before)
    assert not list(columns_of(store).parent.glob("columns-*"))


def test_a_full_disk_leaves_the_graph_without_columns(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(building, "write_numbers", full)
    with pytest.raises(EngineError, match=r"columns of .* could not be made: .*No space left"):
        stores.compact(store)
    monkeypatch.undo()
    kg = clayonto.load(store=store)
    assert kg.query(PAIRS).engine == "oxigraph"
    assert not list((store / "generations").glob("*/columns*/"))


def test_a_writer_that_is_killed_leaves_no_columns(store: Path) -> None:
    code = (
        "import os, signal, sys\nfrom clayonto import stores\nfrom clayonto.engines.columnar import building\n"
        "building.write_texts = lambda *a: os.kill(os.getpid(), signal.SIGKILL)\nstores.compact(sys.argv[1])"
    )
    assert subprocess.run([sys.executable, "-c", code, str(store)], check=False).returncode == -9
    kg = clayonto.load(store=store)
    assert (kg.query(PAIRS).engine, len(kg.query(PAIRS))) == ("oxigraph", 5)
    assert list((store / "generations").glob("*/columns-*"))
    assert clayonto.load(store=store, engine="columnar").query(PAIRS).engine == "columnar"
    assert not list((store / "generations").glob("*/columns-*"))


def test_without_polars_there_are_no_columns(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clayonto.engines.columnar.find_spec", lambda name: None)
    assert clayonto.load(store=store).query(PAIRS).engine == "oxigraph"
    with pytest.raises(MissingExtraError):
        clayonto.load(store=store, engine="columnar")
    stores.compact(store)
    assert stores.info(store)["columns"] is None


def test_what_columns_do_not_hold_is_said(store: Path, tmp_path: Path) -> None:
    odd = tmp_path / "odd.nt"
    odd.write_text("<urn:a> <urn:says> <<( <urn:b> <urn:p> <urn:c> )>> .\n")
    clayonto.load(odd, store=store)
    with pytest.raises(EngineError, match="object of another"):
        clayonto.load(store=store, engine="columnar")
    held = Folder(store).current()
    assert held is not None
    assert kept.folder_of(held) is None
    assert DiskEngine(store).without_columns() is not None


def test_a_join_that_memory_does_not_hold_is_left_to_the_store(tmp_path: Path) -> None:
    lines = "".join(f"<urn:s{n}> <urn:p> <urn:hub> .\n" for n in range(8000))
    (tmp_path / "hub.nt").write_text(lines)
    engine = clayonto.load(tmp_path / "hub.nt", bundle=False, engine="columnar")._engine
    why = engine.why_rows("SELECT (COUNT(?a) AS ?n) { ?a <urn:p> ?x . ?b <urn:p> ?x }", base="")  # type: ignore[attr-defined]
    assert why == "two parts of the pattern have too many rows together"


def test_the_command_line_says_which_answers(store: Path) -> None:
    assert "of which columns" in run("store", "compact", str(store)).stderr
    told = run("query", "-", "--store", str(store), "--explain", stdin=PAIRS)
    assert told.stdout.startswith("columnar: the whole query is answered by the column")
    assert re.search(r"^siitä sarakkeita +[0-9.]+ Mt$", run("store", "info", str(store), "--lang", "fi").stdout, flags=re.MULTILINE)
