"""The same calls on an endpoint: Oxigraph's own server on loopback gives the same answers, and servers that misbehave give errors of ours."""

from __future__ import annotations

import http.server
import json
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar

import pyoxigraph as ox
import pytest

import clayonto
from clayonto.errors import EndpointError, ForbiddenQueryError, ParameterError, QueryError, QuerySyntaxError, UsageError
from tests.conftest import graph
from tests.servers import free_port, oxigraph
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The bundled graph behind a SPARQL server."""
    folder = tmp_path_factory.mktemp("endpoint")
    triples = [ox.Triple(*t) for t in graph("oxigraph").triples()]
    (folder / "all.nt").write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    with oxigraph(folder, folder / "all.nt") as url:
        yield url


def test_everything_else_works_alike(endpoint: str) -> None:
    here, there = graph("oxigraph"), clayonto.connect(endpoint)
    assert there.engine == "remote"
    assert len(there) == len(here)
    assert there.describe("project/clay").to_text() == here.describe("project/clay").to_text()
    assert there.search("keramiikka", lang="fi") == here.search("keramiikka", lang="fi")
    assert there.query("ASK { <project/clay> a clay:Project }")[0].answer is True
    constructed = "CONSTRUCT { ?p clay:acronym ?a } WHERE { ?p a clay:Project ; clay:acronym ?a }"
    assert there.query(constructed) == here.query(constructed)
    assert there.info()["triples"] == here.info()["triples"]
    assert len(there.infer()) == len(here.infer())
    assert there.explain("project/clay", "a", "prov:Activity").verdict == "inferred"


def test_validation_asks_the_endpoint_and_finds_the_same(endpoint: str) -> None:
    here, there = graph("oxigraph").validate(), clayonto.connect(endpoint).validate()
    assert [(r.focus, r.rule, r.value) for r in there.results] == [(r.focus, r.rule, r.value) for r in here.results]
    assert (there.conforms, there.nodes) == (True, here.nodes)
    some = clayonto.connect(endpoint).validate(focus=["project/clay"])
    assert some.nodes == 1


def test_the_command_line(endpoint: str) -> None:
    found = run("query", "project-partners", "--endpoint", endpoint, "-f", "csv")
    assert found.stdout == run("query", "project-partners", "-f", "csv").stdout
    assert run("validate", "--endpoint", endpoint).stdout.splitlines()[-1] == run("validate").stdout.splitlines()[-1]
    both = run("query", "project-partners", "--endpoint", endpoint, "--store", "x")
    assert both.returncode == 2
    assert "--store is about a graph of your own" in both.stderr
    away = run("query", "project-partners", "--endpoint", f"http://127.0.0.1:{free_port()}/query")
    assert away.returncode == 3
    assert "cannot be reached" in away.stderr


def test_what_is_refused_here_is_refused_there(endpoint: str) -> None:
    there = clayonto.connect(endpoint)
    with pytest.raises(ForbiddenQueryError):
        there.query("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    with pytest.raises(QuerySyntaxError) as error:
        there.query("SELECT ?x { ?x }")
    assert error.value.line == 1
    with pytest.raises(ParameterError):
        there.run("project-partners", project="project/klay")
    with pytest.raises(UsageError, match="read only"), there.edit() as change:
        change.add_turtle("<project/x> a clay:Project .")
    with pytest.raises(UsageError, match="read only"):
        there.materialise()


@pytest.mark.parametrize("url", ["ftp://example.org/", "example.org/sparql", "", "http://"])
def test_an_address_is_an_address(url: str) -> None:
    with pytest.raises(UsageError):
        clayonto.connect(url)


def test_a_password_stands_in_no_address_and_in_no_message() -> None:
    with pytest.raises(UsageError) as error:
        clayonto.connect("http://user:secret@example.org/sparql")
    assert "secret" not in str(error.value)


# ------------------------------------------------------------------ servers that misbehave


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers one after the other as it is told: status, headers, body, and seconds to wait before."""

    script: ClassVar[list[tuple[int, dict[str, str], bytes, float]]] = []
    seen: ClassVar[list[dict[str, str]]] = []

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        type(self).seen.append({**dict(self.headers), "body": self.rfile.read(length).decode()})
        status, headers, body, pause = self.script.pop(0)
        time.sleep(pause)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def answers() -> Iterator[str]:
    Answers.script, Answers.seen = [], []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}/query"
    server.shutdown()
    server.server_close()


JSON = {"Content-Type": "application/sparql-results+json"}
ROWS = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "a"}}]}}).encode()
QUERY = "SELECT ?x { ?x a clay:Project }"


@pytest.mark.parametrize(
    ("status", "headers", "body", "says"),
    [
        (200, {"Content-Type": "text/html"}, b"<!DOCTYPE html><html>Welcome", "answered with a web page"),
        (200, {"Content-Type": "text/plain"}, b"hello", "answered with text/plain"),
        (200, {}, b"hello", "without a media type"),
        (200, JSON, b'{"head": {"vars": [', "cannot be read"),
        (200, JSON, b"", "cannot be read"),
        (500, {}, b"<html><body><h1>Out of memory</h1></body></html>", "failed on the query: Out of memory"),
        (404, {}, b"", "is not there (404)"),
        (401, {}, b"", "CLAYONTO_ENDPOINT_TOKEN"),
        (403, {}, b"", "403 Forbidden. It does not let you;"),
        (418, {}, b"", "answered with 418"),
    ],
)
def test_an_answer_that_is_none_is_told_in_a_sentence(status: int, headers: dict[str, str], body: bytes, says: str, answers: str) -> None:
    Answers.script = [(status, headers, body, 0)]
    with pytest.raises(EndpointError) as error:
        clayonto.connect(answers, retries=0).query(QUERY)
    assert says in str(error.value)
    assert error.value.url == answers
    assert error.value.exit_code == 3


def test_a_query_that_only_the_server_refuses_keeps_the_servers_words(answers: str) -> None:
    Answers.script = [(400, {}, b"Virtuoso 37000 Error SP031: no such function", 0)]
    with pytest.raises(QueryError, match="SP031"):
        clayonto.connect(answers).query(QUERY)


def test_what_is_refused_for_a_moment_is_asked_again(answers: str) -> None:
    Answers.script = [(503, {"Retry-After": "0"}, b"", 0), (429, {"Retry-After": "0"}, b"", 0), (200, JSON, ROWS, 0)]
    assert clayonto.connect(answers).query(QUERY)[0].x == "a"
    assert len(Answers.seen) == 3
    Answers.script = [(503, {"Retry-After": "0"}, b"", 0)] * 3
    with pytest.raises(EndpointError, match="503"):
        clayonto.connect(answers, retries=2).query(QUERY)
    assert Answers.script == []


def test_patience_ends(answers: str) -> None:
    Answers.script = [(200, JSON, ROWS, 3)]
    with pytest.raises(EndpointError, match="did not answer within 1 seconds"):
        clayonto.connect(answers, timeout=1).query(QUERY)


def test_what_is_sent(answers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAYONTO_ENDPOINT_USER", "anna")
    monkeypatch.setenv("CLAYONTO_ENDPOINT_PASSWORD", "salaisuus")
    Answers.script = [(200, JSON, ROWS, 0), (200, JSON, ROWS, 0)]
    clayonto.connect(answers, graph="http://example.org/g").query(QUERY)
    monkeypatch.setenv("CLAYONTO_ENDPOINT_TOKEN", "abc")
    clayonto.connect(answers).query(QUERY)
    first, second = Answers.seen
    assert first["User-Agent"].startswith("clayonto/")
    assert first["Authorization"].startswith("Basic ")
    assert "default-graph-uri=http%3A//example.org/g" in first["body"]
    assert "PREFIX+clay%3A" in first["body"]
    assert second["Authorization"] == "Bearer abc"


def test_large_and_odd_values_arrive_whole(answers: str) -> None:
    texts: list[Any] = ["ä\n\t\"'\\", "x" * 100_000, "", "\U0001f600"]
    bindings = [{"x": {"type": "literal", "value": text, "xml:lang": "fi"}} for text in texts]
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": bindings}}).encode()
    Answers.script = [(200, JSON, body, 0)]
    assert [str(row.x) for row in clayonto.connect(answers).query(QUERY)] == texts
