"""A live site with columns beside its store: the same answers, by whichever is the quicker."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import clayonto
from clayonto import stores
from clayonto.namespaces import ID
from clayonto.server.columns import WithColumns, columns_of
from clayonto.server.messages import Question
from clayonto.server.worker import Limits, Worker
from clayonto.stores.generations import Folder
from tests.serving import serving

if TYPE_CHECKING:
    from clayonto.stores.generations import Generation

LIMITS = Limits(memory=1 << 30, most_bytes=1 << 28, most_rows=100_000)
PAIRS = "SELECT ?a ?b (COUNT(?p) AS ?n) { ?p <urn:with> ?a , ?b } GROUP BY ?a ?b ORDER BY DESC(?n) STR(?a) STR(?b) LIMIT 5"
LOOKUP = "SELECT ?p ?o { <urn:p7> ?p ?o }"


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Generation:
    """The bundled graph on disk, with columns."""
    folder = tmp_path_factory.mktemp("bundled") / "graph.db"
    clayonto.load(store=folder)
    stores.compact(folder)
    found = Folder(folder).current()
    assert found is not None
    return found


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """500 things, each with five of 40 others, on disk, with columns."""
    folder = tmp_path_factory.mktemp("pairs")
    lines = [f"<urn:p{p}> <urn:with> <urn:o{(p * 7 + k * k) % 40}> .\n" for p in range(500) for k in range(5)]
    (folder / "data.nt").write_text("".join(lines))
    clayonto.load(folder / "data.nt", store=folder / "graph.db", bundle=False)
    stores.compact(folder / "graph.db")
    return folder / "graph.db"


def worker(generation: Generation, spool: Path, *, columns: Path | None) -> Worker:
    return Worker(generation.folder / "store", LIMITS, base=ID, spool=spool / "answer", columns=columns)


def by_column(asked: Worker, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queries that columns answer, as they are asked."""
    assert asked._columns is not None
    seen: list[str] = []
    table = asked._columns.table

    def spy(text: str, *, base: str) -> object:
        found = table(text, base=base)
        if found is not None:
            seen.append(text)
        return found

    monkeypatch.setattr(asked._columns, "table", spy)
    return seen


@pytest.mark.parametrize("form", ["json", "csv", "tsv", "xml"])
def test_every_named_query_has_the_answer_of_the_store(
    bundled: Generation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str
) -> None:
    monkeypatch.setattr(WithColumns, "rows_are_cheaper", lambda self, select: None)
    rows, both = worker(bundled, tmp_path, columns=None), worker(bundled, tmp_path, columns=columns_of(bundled))
    seen = by_column(both, monkeypatch)
    for name, query in clayonto.queries().items():
        question = Question(query.example(), named=form)
        _, head, body = both.answer(1, None, question)
        _, wanted, content = rows.answer(2, None, question)
        assert body == content, name
        assert head == wanted, name
    assert len(seen) > 10


def test_each_query_is_asked_of_what_is_quicker(pairs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    generation = Folder(pairs).current()
    assert generation is not None
    asked = worker(generation, tmp_path, columns=columns_of(generation))
    seen = by_column(asked, monkeypatch)
    for query in (
        PAIRS,
        LOOKUP,
        LOOKUP.replace("p7", "p8"),
        "ASK { ?p <urn:with> ?a }",
        "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }",
        "SELECT ?p {",
    ):
        asked.answer(1, None, Question(query, named="json"))
    assert [text.startswith(PAIRS) for text in seen] == [True]


def test_an_answer_by_the_column_has_no_more_rows_than_it_may(pairs: Path, tmp_path: Path) -> None:
    generation = Folder(pairs).current()
    assert generation is not None
    asked = Worker(
        generation.folder / "store", LIMITS._replace(most_rows=20), base=ID, spool=tmp_path / "answer", columns=columns_of(generation)
    )
    query = "SELECT ?a ?b (COUNT(?p) AS ?n) { ?p <urn:with> ?a , ?b } GROUP BY ?a ?b"
    assert asked.answer(1, None, Question(query, named="csv"))[1] == {"error": "rows"}
    assert (asked.answer(1, None, Question(PAIRS, named="csv"))[1] or {})["format"] == "csv"


def test_columns_that_have_gone_leave_the_store(pairs: Path, tmp_path: Path) -> None:
    generation = Folder(pairs).current()
    columns = columns_of(generation) if generation is not None else None
    assert generation is not None
    assert columns is not None
    moved = tmp_path / "columns"
    shutil.copytree(columns, moved)
    asked = worker(generation, tmp_path, columns=moved)
    shutil.rmtree(moved)
    assert asked.answer(1, None, Question(PAIRS, named="csv")) == worker(generation, tmp_path, columns=None).answer(
        1, None, Question(PAIRS, named="csv")
    )


def test_a_live_site_asks_the_columns_of_its_store(pairs: Path) -> None:
    with serving("--store", pairs, workers=1, memory=64 << 20) as site:
        (child,) = workers(site.process.pid)
        assert site.ask(LOOKUP).status_code == 200
        assert "/columns/" not in mapped(child)
        answer = site.ask(PAIRS, accept="text/csv")
        assert answer.text.splitlines()[0] == "a,b,n"
        assert answer.text == clayonto.load(store=pairs, engine="oxigraph").query(PAIRS).to_csv()
        assert "/columns/" in mapped(child)


def workers(pid: int) -> list[int]:
    children = [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [child for child in children if b"clayonto.server.worker" in Path(f"/proc/{child}/cmdline").read_bytes()]


def mapped(pid: int) -> str:
    return Path(f"/proc/{pid}/maps").read_text()
