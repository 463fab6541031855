"""The live endpoint under fire: queries that would run for ever, eat all memory or answer without end; and other clients meanwhile."""

from __future__ import annotations

import concurrent.futures
import os
import socket
import subprocess
import time
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import httpx
import pytest

import clayonto
from tests.serving import PATIENCE, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Served

LIMIT = 2.0
CROSS = "?a ?b ?c . ?d ?e ?f . ?g ?h ?i ."
LOOKUP = "SELECT ?o { <https://w3id.org/clayonto/id/project/clay> clay:acronym ?o }"
RUNAWAYS = {
    "counting a cross join": f"SELECT (COUNT(*) AS ?n) {{ {CROSS} }}",
    "sorting a cross join": f"SELECT * {{ {CROSS} }} ORDER BY ?i ?a",
    "an answer without end": f"SELECT * {{ {CROSS} }}",
    "a path that explodes": "SELECT (COUNT(*) AS ?n) { ?a (!<urn:x>|^!<urn:x>)+ ?b . ?b (!<urn:y>|^!<urn:y>)+ ?c }",
    "a regular expression": f'SELECT (COUNT(*) AS ?n) {{ {CROSS} FILTER(REGEX(CONCAT(STR(?c), STR(?f)), "(x+x+)+y(.*a){{20}}")) }}',
    "a giant VALUES": "SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ {0} }} VALUES ?b {{ {0} }} VALUES ?c {{ {0} }} }}".format(
        " ".join(map(str, range(20_000)))
    ),
    "grouping a cross join": f"SELECT ?a ?d ?g (COUNT(*) AS ?n) {{ {CROSS} }} GROUP BY ?a ?d ?g",
    "a graph without end": f"CONSTRUCT {{ ?a ?b ?f }} {{ {CROSS} }}",
}


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(timeout=LIMIT, quick=0.3, memory=256 << 20, max_bytes=50_000_000, max_rows=5_000_000, workers=2, log="") as served:
        yield served


@pytest.mark.parametrize("name", RUNAWAYS)
def test_a_query_that_does_not_end_is_ended_and_others_are_answered_meanwhile(name: str, server: Served) -> None:
    with concurrent.futures.ThreadPoolExecutor(1) as beside:
        running = beside.submit(server.ask, RUNAWAYS[name], accept="*/*")
        answered = 0
        while not running.done():
            assert server.ask(f"{LOOKUP} # {answered}").json()["results"]["bindings"] == [{"o": {"type": "literal", "value": "CLAY"}}]
            answered += 1
            time.sleep(0.05)
        response = running.result()
    assert answered
    assert response.status_code in (503, 504), response.text[:500]
    assert response.json()["type"].rpartition("#")[2] in ("time-limit", "over-limit")
    assert "that one may" in response.json()["detail"]


def test_who_wants_more_memory_than_there_is_gets_none_and_is_told_so() -> None:
    with serving(timeout=PATIENCE, memory=64 << 20, log="") as server:
        response = server.ask(f"SELECT * {{ {CROSS} }} ORDER BY ?i ?a")
        assert response.status_code == 503
        assert "64 MB" in response.json()["detail"]
        assert server.ask(LOOKUP).status_code == 200


def test_an_answer_is_whole_or_none() -> None:
    with serving(max_rows=10, max_bytes=20_000, log="") as server:
        for query, kind in (
            ("SELECT * { ?s ?p ?o }", 503),
            ("SELECT * { ?s ?p ?o } LIMIT 11", 503),
            ("SELECT * { ?s ?p ?o } LIMIT 10", 200),
            ("SELECT DISTINCT ?p { ?s ?p ?o } ORDER BY ?p OFFSET 5 LIMIT 9", 200),
            ("SELECT ?s { ?s ?p ?o } VALUES ?p { <urn:none> } # at the end", 200),
            ("SELECT ?s { ?s ?p ?o } VALUES ?p { rdf:type }", 503),
            ("CONSTRUCT WHERE { ?s ?p ?o }", 503),
            ("CONSTRUCT WHERE { ?s clay:acronym ?o }", 200),
        ):
            for accept in ("application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values"):
                response = server.ask(query, accept=f"{accept}, text/turtle", **{"accept-encoding": "identity"})
                assert response.status_code == kind, (query, accept, response.text[:300])
                assert int(response.headers["content-length"]) == len(response.content)


@pytest.mark.parametrize("name", ["json", "xml", "csv", "tsv"])
def test_rows_are_counted_whatever_the_values_hold(name: str) -> None:
    values = ['"a\\nb"', '"},{"', '"<result>"', '"\\"},{\\""', '"x\\\\"', "UNDEF", '"\\r\\n"', '"[{"', '"a,b\\"\\n\\"c"', "''"]
    with serving(max_rows=len(values), log="") as server:
        for count, status in ((len(values), 200), (len(values) + 1, 503)):
            query = f"SELECT ?v {{ VALUES ?v {{ {' '.join([*values, 'true'][:count])} }} }}"
            response = server.client.get("sparql", params={"query": query, "format": name})
            assert response.status_code == status, response.text


def test_one_client_that_asks_much_keeps_no_other_waiting(server: Served) -> None:
    # Clients are told apart by their address, of which the loopback network has many.
    def flood(_: int) -> int:
        with httpx.Client(transport=httpx.HTTPTransport(local_address="127.0.0.2"), timeout=PATIENCE) as other:
            return other.get(server.url + "sparql", params={"query": RUNAWAYS["counting a cross join"]}).status_code

    with concurrent.futures.ThreadPoolExecutor(12) as beside:
        running = [beside.submit(flood, number) for number in range(12)]
        time.sleep(0.5)
        answered = 0
        while not all(one.done() for one in running):
            assert server.ask(f"{LOOKUP} # {answered}").status_code == 200
            answered += 1
        assert answered > 5
        assert {one.result() for one in running} <= {503, 504}


def test_more_than_may_wait_are_sent_away() -> None:
    with (
        serving(timeout=1, quick=1, workers=1, queue=2, per_client=100, log="") as server,
        concurrent.futures.ThreadPoolExecutor(8) as beside,
    ):
        responses = list(beside.map(server.ask, [RUNAWAYS["counting a cross join"] + f" # {n}" for n in range(8)]))
        busy = [one for one in responses if one.status_code == 503]
        assert len(busy) >= 5
        assert all(int(one.headers["retry-after"]) > 0 for one in busy)
    with serving(timeout=1, workers=1, per_client=2, log="") as server, concurrent.futures.ThreadPoolExecutor(4) as beside:
        responses = list(beside.map(server.ask, [RUNAWAYS["counting a cross join"] + f" # {n}" for n in range(4)]))
        assert [one.status_code for one in responses].count(429) == 2


def test_a_client_that_goes_away_takes_its_query_with_it(server: Served) -> None:
    def running() -> int:
        lines = server.client.get("metrics").text.splitlines()
        return int(float(next(line.split()[1] for line in lines if line.startswith("clayonto_queries_ended "))))

    before = running()
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port or 80)) as connection:
        body = RUNAWAYS["counting a cross join"].encode()
        head = f"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-type: application/sparql-query\r\ncontent-length: {len(body)}\r\n\r\n"
        connection.sendall(head.encode() + body)
        time.sleep(0.2)
    ends = time.monotonic() + LIMIT * 0.8
    while running() == before:
        assert time.monotonic() < ends, "the query went on without anybody to answer to"
        time.sleep(0.05)


def test_workers_that_are_killed_are_replaced(server: Served) -> None:
    import signal

    children = [int(pid) for pid in _children(server.process.pid)]
    assert children
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    codes = [server.ask(f"{LOOKUP} # killed {number}").status_code for number in range(6)]
    assert codes[-3:] == [200, 200, 200]
    assert set(codes) <= {200, 500, 503}


def _children(pid: int) -> list[str]:
    from pathlib import Path

    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def test_requests_that_are_too_large_are_refused(server: Served) -> None:
    assert server.ask("SELECT * { VALUES ?x { " + "1 " * 600_000 + "} }").status_code == 413
    assert server.client.get("x" * 9_000).status_code == 414
    where = urlsplit(server.url)
    with socket.create_connection((where.hostname, where.port or 80), timeout=PATIENCE) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x-much: " + b"y" * 80_000)
        assert connection.recv(100).startswith(b"HTTP/1.1 431")


def test_what_has_begun_is_finished_when_the_server_is_asked_to_stop() -> None:
    with serving(log="", timeout=2) as server, concurrent.futures.ThreadPoolExecutor(1) as beside:
        running = beside.submit(server.ask, RUNAWAYS["counting a cross join"])
        time.sleep(0.5)
        server.process.terminate()
        assert running.result().status_code == 504
        assert server.process.wait(PATIENCE) == 0


def test_a_crowd_is_served_without_a_loss(server: Served) -> None:
    asked = [
        ("en/project/clay.html", {}),
        ("id/project/clay", {}),
        ("data/project/clay.ttl", {}),
        ("queries/works-with.csv", {"organisation": "organisation/south-ostrobothnia-council"}),
        ("sparql", {"query": LOOKUP}),
        ("sparql", {"query": "SELECT ?s ?label { ?s skos:prefLabel ?label }", "format": "csv"}),
    ]

    def visit(visitor: int) -> list[int]:
        with httpx.Client(base_url=server.url, timeout=PATIENCE) as one:
            return [
                one.get(
                    path, params={**parameters, **({"query": f"{parameters['query']} # {visitor} {n}"} if "query" in parameters else {})}
                ).status_code
                for n in range(5)
                for path, parameters in asked
            ]

    with concurrent.futures.ThreadPoolExecutor(16) as beside:
        codes = [code for one in beside.map(visit, range(16)) for code in one]
    assert len(codes) == 16 * 5 * len(asked)
    assert set(codes) == {200, 303}


def test_a_client_that_goes_away_in_the_middle_of_an_answer_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    big = "SELECT ?s ?p ?o ?x { ?s ?p ?o VALUES ?x { 1 2 3 4 5 6 7 8 } }"
    with serving(log="", workers=1) as server:
        where = urlsplit(server.url)
        head = f"POST /sparql HTTP/1.1\r\nhost: x\r\ncontent-type: application/sparql-query\r\ncontent-length: {len(big)}\r\n\r\n{big}"
        slow = [socket.create_connection((where.hostname, where.port or 80), timeout=PATIENCE) for _ in range(3)]
        for one in slow:
            one.sendall(head.encode())
            assert one.recv(2000).startswith(b"HTTP/1.1 200")
        # Those who read no further keep nobody waiting: their answers are whole already.
        assert server.ask(LOOKUP).status_code == 200
        for one in slow:
            one.close()
        assert len(server.ask(big).json()["results"]["bindings"]) > 50_000
        assert not [file for file in tmp_path.rglob("answer-*") if file.stat().st_size]


@pytest.mark.skipif(os.geteuid() != 0, reason="mounting a small file system takes root")
def test_a_full_disk_is_told_and_outlived(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clayonto.load(store=tmp_path / "graph.db")
    small = tmp_path / "small"
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(small)], capture_output=True, check=False).returncode:
        pytest.skip("no file system can be mounted here")
    try:
        monkeypatch.setenv("TMPDIR", str(small))
        with serving("--store", tmp_path / "graph.db", log="") as server:
            response = server.ask("SELECT * { ?s ?p ?o }", **{"accept-encoding": "identity"})
            assert response.status_code == 500
            assert "No space left" in response.json()["detail"]
            assert server.ask(LOOKUP).status_code == 200
    finally:
        subprocess.run(["umount", "-l", str(small)], check=True)


def test_nothing_is_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    with serving(log="") as server:
        assert server.ask("SELECT * { ?s ?p ?o }").status_code == 200
        assert list(tmp_path.iterdir())
    assert not list(tmp_path.iterdir())
