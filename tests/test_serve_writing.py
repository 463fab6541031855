"""Changing what is served: updates and graphs over HTTP, the token, what validation refuses, swaps of the store while requests run, and stops at any moment."""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import clayonto
from clayonto.errors import QuerySyntaxError
from clayonto.namespaces import ID
from clayonto.server.messages import Question
from clayonto.server.pool import Pool
from clayonto.server.settings import Settings
from clayonto.server.state import States
from clayonto.stores.dataset import operations, with_dataset
from tests.serving import PATIENCE, TOKEN, serving
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Served

G = "http://example.org/g"
AUTHORISED = {"authorization": f"Bearer {TOKEN}"}
TURTLE = {"content-type": "text/turtle"}


@pytest.fixture
def store(tmp_path: Path) -> Path:
    clayonto.load(store=tmp_path / "graph.db")
    return tmp_path / "graph.db"


@pytest.fixture
def server(store: Path) -> Iterator[Served]:
    with serving("--store", store, "--writable", token=TOKEN, log="", watch=0.1) as served:
        yield served


def holds(server: Served, pattern: str) -> bool:
    answer: bool = server.ask(f"ASK {{ {pattern} }}").json()["boolean"]
    return answer


def test_only_who_has_the_token_may_write(server: Served) -> None:
    for headers in ({}, {"authorization": "Bearer another-token-entirely"}, {"authorization": f"Basic {TOKEN}"}, {"authorization": TOKEN}):
        content = {"content-type": "application/sparql-update", **headers}
        response = server.client.post("sparql", content="INSERT DATA { <urn:s> <urn:p> 1 }", headers=content)
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")
        for method in ("PUT", "POST", "DELETE"):
            assert server.client.request(method, "graphs", params={"graph": G}, headers=headers).status_code == 401
    # Nor is listened to: this much would be too much even from who may.
    endless = server.client.post("sparql", content=iter([b"x"] * 3), headers={"content-type": "application/sparql-update"})
    assert endless.status_code == 401
    assert not holds(server, "<urn:s> ?p ?o")
    assert not any(TOKEN in line for line in server.log)


def test_a_server_that_is_not_writable_takes_nothing() -> None:
    with serving(log="") as server:
        for response in (
            server.update("INSERT DATA { <urn:s> <urn:p> 1 }"),
            server.client.put("graphs", params={"graph": G}, content="<urn:s> <urn:p> 1 .", headers=TURTLE | AUTHORISED),
            server.client.delete("graphs", params={"graph": G}, headers=AUTHORISED),
        ):
            assert response.status_code == 403
        assert server.client.options("graphs").headers["allow"] == "GET, HEAD, OPTIONS"


def test_a_writer_sees_at_once_what_it_wrote(server: Served) -> None:
    for number in range(3):
        assert server.update(f"INSERT DATA {{ <urn:s> <urn:p> {number} }}").status_code == 204
        assert holds(server, f"<urn:s> <urn:p> {number}")
    assert server.update("DELETE { <urn:s> ?p ?o } INSERT { <urn:s> <urn:q> ?o } WHERE { <urn:s> ?p ?o FILTER(?o > 0) }").status_code == 204
    assert server.ask("SELECT ?p ?o { <urn:s> ?p ?o } ORDER BY ?o", accept="text/csv").text.split() == [
        "p,o",
        "urn:p,0",
        "urn:q,1",
        "urn:q,2",
    ]


def test_what_is_removed_from_the_default_graph_leaves_every_graph(server: Served) -> None:
    acronym = '<https://w3id.org/clayonto/id/project/clay> clay:acronym "CLAY"'
    assert holds(server, f"GRAPH ?g {{ {acronym} }}")
    prefix = "PREFIX clay: <https://w3id.org/clayonto/def#>"
    assert server.update(f"{prefix} DELETE DATA {{ {acronym} }}").status_code == 204
    assert not holds(server, acronym)
    assert not holds(server, f"GRAPH ?g {{ {acronym} }}")


def test_moving_and_copying_graphs_loses_nothing(server: Served) -> None:
    assert (
        server.update(f"INSERT DATA {{ GRAPH <{G}> {{ <urn:s> <urn:p> 1 }} }} ; COPY <{G}> TO <{G}2> ; MOVE <{G}2> TO <{G}3>").status_code
        == 204
    )
    assert holds(server, f"GRAPH <{G}> {{ <urn:s> <urn:p> 1 }} GRAPH <{G}3> {{ <urn:s> <urn:p> 1 }} <urn:s> <urn:p> 1")
    assert not holds(server, f"GRAPH <{G}2> {{ ?s ?p ?o }}")
    assert server.update(f"DROP GRAPH <{G}>").status_code == 204
    assert holds(server, "<urn:s> <urn:p> 1")  # the other graph still says so
    assert server.update(f"DROP GRAPH <{G}3>").status_code == 204
    assert not holds(server, "<urn:s> <urn:p> 1")


@pytest.mark.parametrize(
    ("update", "status"),
    [
        ("INSERT DATA { <urn:s> <urn:p> }", 400),
        ("LOAD <http://127.0.0.1:9/data.ttl>", 403),
        ("LOAD SILENT <file:///etc/passwd>", 403),
        ("INSERT { ?s ?p ?o } WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", 403),
        ("CLEAR GRAPH <urn:no-such-graph>", 400),
        ("SELECT * { ?s ?p ?o }", 400),
    ],
)
def test_updates_that_cannot_be_change_nothing(update: str, status: int, server: Served) -> None:
    before = server.client.get("health").json()["generation"]
    response = server.update(f"INSERT DATA {{ <urn:half> <urn:p> 1 }} ; {update}")
    assert response.status_code == status, response.text
    assert not holds(server, "<urn:half> ?p ?o")
    assert server.client.get("health").json()["generation"] == before


def test_push_knows_where_it_takes_graphs(server: Served, tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text('<http://example.org/s> <http://example.org/p> "mine" .', encoding="utf-8")
    endpoint = ("--endpoint", f"{server.url}sparql")
    result = run("push", *endpoint, str(tmp_path / "mine.ttl"), "--graph", G, CLAYONTO_ENDPOINT_TOKEN=TOKEN)
    assert (result.returncode, result.stderr) == (0, "")
    assert holds(server, f'GRAPH <{G}> {{ ?s ?p "mine" }}')
    # Everything else would go with it.
    result = run("clear", *endpoint, "--yes", CLAYONTO_ENDPOINT_TOKEN=TOKEN)
    assert (result.returncode, "name a graph" in result.stderr) == (2, True)


def test_graphs_are_read_and_written_whole(server: Served) -> None:
    where = {"graph": G}
    first, second = "<urn:a> <urn:p> 1 .", "<urn:b> <urn:p> [ <urn:q> 2 ] ."
    assert server.client.get("graphs", params=where).status_code == 404
    assert server.client.put("graphs", params=where, content=first, headers=TURTLE | AUTHORISED).status_code == 201
    assert server.client.put("graphs", params=where, content=first, headers=TURTLE | AUTHORISED).status_code == 204
    assert server.client.post("graphs", params=where, content=second, headers=TURTLE | AUTHORISED).status_code == 204
    for accept, count in (("text/turtle", 3), ("application/n-triples", 3), ("application/rdf+xml", 3), ("application/ld+json", 3)):
        response = server.client.get("graphs", params=where, headers={"accept": accept})
        assert response.headers["content-type"].partition(";")[0] == accept
        assert len(list(ox.parse(response.content, format=ox.RdfFormat.from_media_type(accept)))) == count
    assert server.client.put("graphs", params=where, content=second, headers=TURTLE | AUTHORISED).status_code == 204
    assert not holds(server, "<urn:a> ?p ?o")
    assert G in server.client.get("sparql").text
    assert server.client.delete("graphs", params=where, headers=AUTHORISED).status_code == 204
    assert server.client.delete("graphs", params=where, headers=AUTHORISED).status_code == 404
    assert not holds(server, "<urn:b> ?p ?o")
    assert server.client.head("graphs", params=where).status_code == 404


def test_the_default_graph_is_added_to_and_not_replaced(server: Served) -> None:
    where = {"default": ""}
    assert server.client.post("graphs", params=where, content="<urn:a> <urn:p> 1 .", headers=TURTLE | AUTHORISED).status_code == 204
    assert holds(server, "<urn:a> <urn:p> 1")
    for method in ("PUT", "DELETE"):
        assert server.client.request(method, "graphs", params=where, content="", headers=TURTLE | AUTHORISED).status_code == 403


@pytest.mark.parametrize(
    ("parameters", "content", "media", "status"),
    [
        ({"graph": G}, "<urn:a> <urn:p> ", "text/turtle", 400),
        ({"graph": G}, "<urn:a> <urn:p> 1 .", "text/html", 415),
        ({"graph": "no iri"}, "", "text/turtle", 400),
        ({}, "", "text/turtle", 400),
        ({"graph": G, "default": ""}, "", "text/turtle", 400),
        ({"graph": G}, '{"@context": "http://127.0.0.1:9/context.jsonld", "@id": "urn:a", "b": 1}', "application/ld+json", 400),
    ],
)
def test_graphs_that_cannot_be_taken_change_nothing(
    parameters: dict[str, str], content: str, media: str, status: int, server: Served
) -> None:
    response = server.client.put("graphs", params=parameters, content=content, headers={"content-type": media, **AUTHORISED})
    assert response.status_code == status, response.text
    assert response.json()["detail"]
    assert not holds(server, f"GRAPH <{G}> {{ ?s ?p ?o }}")


def test_data_that_would_not_conform_is_refused_when_that_is_asked_for(store: Path) -> None:
    with serving("--store", store, "--writable", token=TOKEN, log="", validate="true") as server:
        fine = 'INSERT DATA { <urn:note> <http://www.w3.org/2000/01/rdf-schema#label> "a note"@en }'
        assert server.update(fine).status_code == 204
        refused = server.update("INSERT DATA { <https://w3id.org/clayonto/id/project/x> a <https://w3id.org/clayonto/def#Project> }")
        assert refused.status_code == 422
        assert any("project/x" in one["focus"] and one["message"] for one in refused.json()["violations"])
        assert not holds(server, "<https://w3id.org/clayonto/id/project/x> ?p ?o")


def test_no_request_fails_while_the_store_is_swapped(server: Served, store: Path, tmp_path: Path) -> None:
    stop, failed, states = threading.Event(), [], set()

    def asking(number: int) -> int:
        count = 0
        while not stop.is_set():
            response = server.ask(f"SELECT (COUNT(*) AS ?n) {{ ?s <urn:swapped> ?o }} # {number} {count}")
            if response.status_code != 200:
                failed.append(response.text)
            states.add(response.text)
            count += 1
        return count

    workers = server.client.get("health").json()["workers"]
    with concurrent.futures.ThreadPoolExecutor(4) as beside:
        running = [beside.submit(asking, number) for number in range(4)]
        for number in range(6):
            file = tmp_path / f"more-{number}.nt"
            file.write_text(f"<urn:s> <urn:swapped> <urn:o{number}> .\n")
            clayonto.load(file, store=store)
            ends = time.monotonic() + PATIENCE
            while f'"value":"{number + 1}"' not in server.ask(f"SELECT (COUNT(*) AS ?n) {{ ?s <urn:swapped> ?o }} # wait {number}").text:
                assert time.monotonic() < ends
                time.sleep(0.05)
        stop.set()
        assert sum(one.result() for one in running) > 20
    assert not failed
    assert len(states) == 7
    # Pages follow, and let go of what they were made of, and so do workers; the next writer clears away what nobody reads.
    ends = time.monotonic() + PATIENCE
    while len({(health := server.client.get("health").json())["pages"], health["generation"]}) > 1 or health["workers"] > workers:
        assert time.monotonic() < ends
        time.sleep(0.05)
    (tmp_path / "last.nt").write_text("<urn:s> <urn:swapped> <urn:last> .\n")
    clayonto.load(tmp_path / "last.nt", store=store)
    left = [p for p in (store / "generations").iterdir() if p.name.isdigit()]
    assert len(left) <= 3, "generations that nobody reads any more stay"


def test_a_query_of_named_graphs_that_a_swap_comes_between_sees_one_state(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "more.nt"
    file.write_text("<urn:s> <urn:between> <urn:o> .\n")
    question = Question("SELECT ?g { GRAPH ?g { ?s <urn:between> ?o } }", named="csv")

    async def between() -> list[bytes]:
        states = States(store, base=ID, aside=tmp_path)
        pool = Pool(states.current(), Settings(workers=1), tmp_path)
        await pool.start()
        before = pool.state
        prepare = before.named

        async def named() -> Path:
            found = await prepare()
            await asyncio.to_thread(clayonto.load, file, store=store)
            await pool.swap(states.current())
            return found

        before.named = named  # type: ignore[method-assign]
        try:
            return [await (await pool.answer(question, client="")).content() for _ in range(2)]
        finally:
            await pool.stop()

    first, second = asyncio.run(between())
    assert first == second
    assert b"more.nt" in first


def test_a_store_that_is_damaged_while_it_is_served_stops_nobody(server: Served, store: Path) -> None:
    manifest = store / "manifest.json"
    good = manifest.read_text()
    manifest.write_text(good.replace('"generation": "000001"', '"generation": "000009"'))
    ends = time.monotonic() + PATIENCE
    while server.client.get("health").json()["status"] != "stale":
        assert time.monotonic() < ends
        time.sleep(0.05)
    assert holds(server, "?s clay:acronym ?o")
    assert "damaged" in server.client.get("health").json()["why"]
    manifest.write_text(good)
    while server.client.get("health").json()["status"] != "ok":
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_a_server_that_is_killed_while_it_writes_leaves_the_old_state_or_the_new(store: Path) -> None:
    counted = "SELECT (COUNT(*) AS ?n) { %s } # %s"
    for delay in (0.1, 0.3, 0.6, 1.0):
        with serving("--store", store, "--writable", token=TOKEN, log="") as server:

            def count(pattern: str, server: Served = server, delay: float = delay) -> int:
                answer = server.ask(counted % (pattern, delay)).json()["results"]["bindings"]
                return int(answer[0]["n"]["value"])

            copies = count("{ SELECT DISTINCT ?s ?o { ?s ?p ?o FILTER(?p != <urn:copied>) } }")
            others = count("?s ?p ?o FILTER(?p != <urn:copied>)")
            is_copied = count("?s <urn:copied> ?o") > 0
            update = "DELETE WHERE { ?s <urn:copied> ?o }" if is_copied else "INSERT { ?s <urn:copied> ?o } WHERE { ?s ?p ?o }"
            with concurrent.futures.ThreadPoolExecutor(1) as beside:
                running = beside.submit(server.update, update)
                time.sleep(delay)
                for pid in Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text().split():
                    if "clayonto.server.writer" in Path(f"/proc/{pid}/cmdline").read_text():
                        os.kill(int(pid), signal.SIGKILL)
                assert running.result().status_code in (204, 500)
        assert len(clayonto.load(store=store)) in (others, others + copies)
    with serving("--store", store, "--writable", token=TOKEN, log="") as server:
        assert server.update("INSERT DATA { <urn:swept> <urn:p> 1 }").status_code == 204
    assert not list((store / "generations").glob("*.building"))


def test_the_operations_of_an_update_stand_where_they_stood() -> None:
    text = "PREFIX a: <urn:a>\nINSERT DATA { a:s a:p ';' } ;\nBASE <urn:b>\nCLEAR ALL ; "
    first, second = operations(text)
    assert first == "PREFIX a: <urn:a>\nINSERT DATA { a:s a:p ';' } "
    assert second.splitlines() == ["PREFIX a: <urn:a>", " " * 29, "BASE <urn:b>", "CLEAR ALL "]


@pytest.mark.parametrize(
    "update", ["WITH <urn:g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "DELETE { ?s ?p ?o } USING <urn:g> WHERE { ?s ?p ?o }"]
)
def test_graphs_are_named_by_the_request_or_the_update(update: str) -> None:
    with pytest.raises(QuerySyntaxError, match="cannot stand together"):
        with_dataset(update, ["urn:h"], None)
