"""Graphs pushed to real servers, pulled back and cleared: what arrived is what was sent, whatever breaks on the way."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

import clayonto
from clayonto.errors import DataError, EndpointTimeoutError, IncompleteAnswerError, TransferError, UsageError
from clayonto.namespaces import GRAPH
from clayonto.remote.graphs import Graphs
from tests.conftest import graph
from tests.servers import SERVERS, oxigraph, virtuoso
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from clayonto.difference.blank import Line

MINE = "https://example.org/mine"
ODD = r"""@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<urn:a> <urn:p> [ <urn:q> "x", 1.50, true ; <urn:r> [ <urn:s> <urn:t> ] ], [ <urn:q> "x" ] ; <urn:n> 5.0, 7, "7"^^xsd:nonNegativeInteger .
<urn:b> <urn:p> "C:\\users\\Ulla"@fi, "a \"b\"\n\t 'c' \u00e4 \U0001f600", "P3D"^^xsd:duration, "P14M"^^xsd:duration, "2021"^^xsd:gYear, false .
<urn:b> <urn:at> "2021-05-31"^^xsd:date, "2021-05-31T12:00:00Z"^^xsd:dateTime, 1.0e6, <https://example.org/K%C3%A4si?a=1&b=2#c> .
"""


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An empty store that can be written to, one server after the other."""
    with pytest.MonkeyPatch.context() as patch, SERVERS[request.param](tmp_path_factory.mktemp(request.param)) as url:
        patch.setenv("CLAYONTO_ENDPOINT_USER", "dba")
        patch.setenv("CLAYONTO_ENDPOINT_PASSWORD", "dba")
        yield url


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Oxigraph's server, empty."""
    with oxigraph(tmp_path_factory.mktemp("store")) as url:
        yield url


@pytest.fixture
def odd(tmp_path: Path) -> Path:
    file = tmp_path / "odd.ttl"
    file.write_text(ODD, encoding="utf-8")
    return file


def projects(tmp_path: Path, count: int) -> Path:
    file = tmp_path / "projects.nt"
    file.write_text("".join(f"<{GRAPH}p{n}> <urn:n> <urn:o{n}> .\n" for n in range(count)))
    return file


def test_a_graph_goes_there_and_comes_back(server: str, tmp_path: Path) -> None:
    kg = graph("oxigraph")
    (done,) = clayonto.push(kg, server, graph=MINE)
    assert (done.graph, done.triples, done.before, done.resumed) == (MINE, len(kg), 0, 0)
    there = clayonto.connect(server, graph=MINE)
    assert len(there) == len(kg)
    assert there.run("project-partners") == kg.run("project-partners")
    pulled = clayonto.pull(server, tmp_path / "back.nt", graph=MINE)
    assert pulled.triples == len(kg)
    assert clayonto.load(tmp_path / "back.nt", bundle=False).run("project-partners") == kg.run("project-partners")
    (again,) = clayonto.push(kg, server, graph=MINE)
    assert (again.before, again.checksum) == (len(kg), done.checksum)
    assert clayonto.clear(server, graph=MINE).triples == len(kg)
    assert clayonto.clear(server, graph=MINE).triples == 0


def test_blank_nodes_and_odd_literals_arrive(server: str, odd: Path, tmp_path: Path) -> None:
    (done,) = clayonto.push(odd, server, graph=MINE, part=1)
    assert done.requests > 2
    clayonto.pull(server, tmp_path / "back.ttl", graph=MINE)
    found = clayonto.diff(odd, clayonto.load(tmp_path / "back.ttl", bundle=False))
    # A store may write a number in another form; it is the same number.
    values = {line.split()[1] for line in found.to_patch().splitlines() if line[:2] in ("A ", "D ")}
    assert "<urn:s>" not in values
    assert clayonto.connect(server, graph=MINE).query("ASK { <urn:a> <urn:p>/<urn:r>/<urn:s> <urn:t> }")[0].answer is True
    assert clayonto.connect(server, graph=MINE).query('ASK { <urn:b> <urn:p> "C:\\\\users\\\\Ulla"@fi }')[0].answer is True
    nodes = "SELECT ?x ?y { <urn:a> <urn:p> ?x . FILTER(ISBLANK(?x)) ?x <urn:q> ?y }"
    asked, streamed = clayonto.connect(server, graph=MINE).query(nodes), clayonto.connect(server, graph=MINE).stream(nodes)
    assert [len({row.x for row in rows}) for rows in (asked, streamed)] == [2, 2]
    (twice,) = clayonto.push(odd, server, graph=MINE, add=True)
    # Added once more, ground triples are the same ones, and blank nodes are others.
    assert len(clayonto.connect(server, graph=MINE)) == twice.before + 8
    clayonto.clear(server, graph=MINE)


def test_the_default_graph_too_where_there_is_one(store: str, tmp_path: Path) -> None:
    file = projects(tmp_path, 10)
    (done,) = clayonto.push(file, store)
    assert (done.graph, done.triples) == (None, 10)
    assert len(clayonto.connect(store)) == 10
    assert clayonto.pull(store, tmp_path / "back.nt").triples == 10
    assert sorted((tmp_path / "back.nt").read_bytes().splitlines()) == sorted(file.read_bytes().splitlines())
    assert clayonto.clear(store).triples == 10


def test_each_file_goes_into_its_own_graph(store: str, tmp_path: Path) -> None:
    kg = graph("oxigraph")
    done = clayonto.push(kg, store, each=True)
    assert [one.graph for one in done] == [entry["graph"] for entry in kg.files]
    assert clayonto.pull(store, tmp_path / "all.nq", every=True).triples == sum(one.triples for one in done)
    stored = clayonto.load(store=tmp_path / "graph.db")
    assert clayonto.push(stored, store, each=True, dry_run=True)[0].triples == done[0].triples
    with pytest.raises(UsageError, match="leave one of the two out"):
        clayonto.push(kg, store, each=True, graph=MINE)
    for one in done:
        clayonto.clear(store, graph=one.graph)


def test_from_one_store_to_another(store: str, tmp_path: Path) -> None:
    clayonto.push(projects(tmp_path, 5), store, graph=MINE)
    (done,) = clayonto.push(clayonto.connect(store, graph=MINE), store, graph="urn:copy")
    assert done.triples == 5
    assert clayonto.diff(clayonto.connect(store, graph=MINE), clayonto.connect(store, graph="urn:copy")).equal
    with pytest.raises(UsageError, match="as a whole"):
        clayonto.push(clayonto.connect(store), store, each=True)
    clayonto.clear(store, graph="urn:copy")
    clayonto.clear(store, graph=MINE)


def test_what_was_there_gives_way_or_stays(store: str, tmp_path: Path) -> None:
    clayonto.push(projects(tmp_path, 5), store, graph=MINE)
    clayonto.push(projects(tmp_path, 3), store, graph=MINE)
    assert len(clayonto.connect(store, graph=MINE)) == 3
    (tmp_path / "more.ttl").write_text("<urn:x> <urn:y> <urn:z> .")
    (done,) = clayonto.push(tmp_path / "more.ttl", store, graph=MINE, add=True)
    assert (done.before, done.triples) == (3, 1)
    assert len(clayonto.connect(store, graph=MINE)) == 4
    assert clayonto.push(tmp_path / "more.ttl", store, graph=MINE, dry_run=True)[0].before == 4
    assert len(clayonto.connect(store, graph=MINE)) == 4
    clayonto.clear(store, graph=MINE)


def test_a_push_that_stops_leaves_what_was_there_and_goes_on_when_asked_again(
    store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clayonto.push(projects(tmp_path, 3), store, graph=MINE)
    file = projects(tmp_path, 95)
    send = Graphs.send
    sent: list[int] = []

    def failing(self: Graphs, name: str | None, lines: list[Line]) -> None:
        if len(sent) == 4:
            raise KeyboardInterrupt
        sent.append(len(lines))
        send(self, name, lines)

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(Graphs, "send", failing)
        clayonto.push(file, store, graph=MINE, part=10)
    assert sent == [10, 10, 10, 10]
    assert len(clayonto.connect(store, graph=MINE)) == 3
    (done,) = clayonto.push(file, store, graph=MINE, part=10)
    assert (done.resumed, done.requests, done.triples) == (40, 6, 95)
    assert len(clayonto.connect(store, graph=MINE)) == 95
    with Graphs(store) as remote:
        assert remote.names() == [MINE]
    clayonto.clear(store, graph=MINE)


@pytest.mark.parametrize("arrives", [True, False])
@pytest.mark.parametrize("nameless", [True, False])
def test_a_part_whose_fate_is_unknown_is_asked_after_before_it_is_sent_again(
    arrives: bool, nameless: bool, store: str, tmp_path: Path, odd: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = odd if nameless else projects(tmp_path, 20)
    send = Graphs.send
    calls: list[list[Line]] = []

    def lost(self: Graphs, name: str | None, lines: list[Line]) -> None:
        calls.append(lines)
        first = len(calls) == (4 if nameless else 1)
        if arrives or not first:
            send(self, name, lines)
        if first:
            raise EndpointTimeoutError("no answer", url=store)

    monkeypatch.setattr(Graphs, "send", lost)
    monkeypatch.setattr("clayonto.remote.failures.pause", lambda *_: 0)
    (done,) = clayonto.push(file, store, graph=MINE, part=5)
    # What arrived with blank nodes would arrive twice.
    assert len(calls) == done.requests + (0 if arrives and nameless else 1)
    assert clayonto.clear(store, graph=MINE).triples == done.triples - (1 if nameless else 0)


def test_what_arrives_otherwise_is_not_put_in_place(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clayonto.push(projects(tmp_path, 3), store, graph=MINE)
    send = Graphs.send
    monkeypatch.setattr(Graphs, "send", lambda self, name, lines: send(self, name, [*lines[:-2], b"<urn:x> <urn:y> <urn:z> ."]))
    with pytest.raises(TransferError) as error:
        clayonto.push(projects(tmp_path, 9), store, graph=MINE)
    assert (error.value.missing, error.value.extra) == (2, 1)
    assert re.search(r"2 triples are missing \(<.+> <.+> .+\), and 1 is another \(<urn:x> <urn:y> <urn:z>\)\. Nothing", str(error.value))
    assert len(clayonto.connect(store, graph=MINE)) == 3
    with Graphs(store) as remote:
        assert remote.names() == [MINE]
    clayonto.clear(store, graph=MINE)


def test_by_updates_alone(store: str, odd: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clayonto.remote.stores.Store.graphs_url", lambda *_: None)
    (done,) = clayonto.push(odd, store, graph=MINE)
    assert done.requests == 2
    assert clayonto.pull(store, odd.parent / "back.nt", graph=MINE).triples == done.triples - 1  # "7" and 7
    clayonto.clear(store, graph=MINE)


def test_a_server_that_caps_its_answers_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAYONTO_ENDPOINT_USER", "dba")
    monkeypatch.setenv("CLAYONTO_ENDPOINT_PASSWORD", "dba")
    (tmp_path / "server").mkdir()
    with virtuoso(tmp_path / "server", most_rows=6_000) as url:
        there = clayonto.connect(url, graph=MINE)
        # More than it gives for a query, so it is read by the page.
        (done,) = clayonto.push(projects(tmp_path, 12_000), url, graph=MINE)
        assert clayonto.pull(url, tmp_path / "back.nt", graph=MINE).triples == done.triples == len(there)
        assert sorted((tmp_path / "back.nt").read_bytes().splitlines()) == sorted((tmp_path / "projects.nt").read_bytes().splitlines())
        with pytest.raises(IncompleteAnswerError, match="at most 6000 rows"):
            there.query("SELECT ?s { ?s ?p ?o }")
        with pytest.raises(IncompleteAnswerError, match="at most 6000 rows"):
            list(there.stream("SELECT ?s { ?s ?p ?o }"))
        (tmp_path / "kept.nt").write_text("before")
        count = Graphs.count
        monkeypatch.setattr(Graphs, "count", lambda self, name: count(self, name) + 1)
        with pytest.raises(TransferError, match="counts 12001 triples"):
            clayonto.pull(url, tmp_path / "kept.nt", graph=MINE)
        assert (tmp_path / "kept.nt").read_text() == "before"
        with pytest.raises(UsageError, match="name a graph"):
            clayonto.push(tmp_path / "projects.nt", url)


def test_what_cannot_be_is_refused_before_anything_is_sent(store: str, tmp_path: Path) -> None:
    (tmp_path / "empty.ttl").write_text("# nothing")
    with pytest.raises(DataError, match="not one triple"):
        clayonto.push(tmp_path / "empty.ttl", store)
    with pytest.raises(UsageError, match="cannot hold"):
        clayonto.pull(store, tmp_path / "x.jsonld")
    with pytest.raises(UsageError, match="nq or .trig"):
        clayonto.pull(store, tmp_path / "x.nt", every=True)
    with pytest.raises(DataError, match="no triple in"):
        clayonto.pull(store, tmp_path / "x.nt", graph="urn:none")
    with pytest.raises(UsageError):
        clayonto.push(projects(tmp_path, 1), store, graph="no iri> } ; DROP ALL ; {")
    assert not list(tmp_path.glob("x.*"))


def test_a_request_carries_something(store: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="one triple or more"):
        clayonto.push(projects(tmp_path, 3), store, graph=MINE, part=-5)


def test_the_commands(store: str, tmp_path: Path) -> None:
    file = projects(tmp_path, 20)
    there = ("--endpoint", store, "--graph", MINE)
    assert "20 triples would be sent; it has 0 now" in run("push", *there, str(file), "--dry-run").stdout
    pushed = json.loads(run("push", *there, str(file), "-f", "json").stdout)
    assert (pushed[0]["graph"], pushed[0]["triples"], pushed[0]["dry_run"]) == (MINE, 20, False)
    assert "perille tuli, mitä lähetettiin" in run("push", *there, str(file), "--lang", "fi").stdout
    asked = run("query", "-", *there, "-f", "csv", stdin="SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert asked.stdout.split() == ["n", "20"]
    pulled = run("pull", *there, str(tmp_path / "back.nq"), "-f", "json")
    assert json.loads(pulled.stdout)["triples"] == 20
    refused = run("clear", *there)
    assert refused.returncode == 2
    assert "--yes" in refused.stderr
    assert "20 triples would be taken out" in run("clear", *there, "--dry-run").stdout
    assert run("clear", *there, "--yes").stdout == f"{MINE}: 20 triples taken out\n"
    (tmp_path / "one.nt").write_text("<urn:x> <urn:y> <urn:z> .\n")
    assert f"{MINE}: 1 triple, in 1 request and " in run("push", *there, str(tmp_path / "one.nt")).stdout
    assert "on 1 kolmikko; tyhjennä" in run("clear", *there, "--lang", "fi").stderr
    assert run("clear", *there, "--yes").stdout == f"{MINE}: 1 triple taken out\n"
    assert "Store: Oxigraph" in run("probe", store).stdout
    assert json.loads(run("probe", store, "-f", "json").stdout)["store"] == "Oxigraph"
    both = run("push", *there, str(file), "--store", "x")
    assert both.returncode == 2
