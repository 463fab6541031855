"""The same calls on an endpoint: Oxigraph's own server on loopback gives the same answers, and servers that misbehave give errors of ours."""

from __future__ import annotations

import gzip
import http.server
import json
import shutil
import socket
import ssl
import subprocess
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any, ClassVar

import pyoxigraph as ox
import pytest

import clayonto
from clayonto.errors import (
    ConfigError,
    EndpointError,
    ForbiddenQueryError,
    NotSparqlError,
    ParameterError,
    QueryError,
    QuerySyntaxError,
    TermError,
    UnreachableError,
    UsageError,
)
from clayonto.remote.credentials import Credentials
from clayonto.remote.trust import trusted
from clayonto.remote.web import Web
from tests.conftest import graph
from tests.servers import free_port, oxigraph
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


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


@pytest.mark.parametrize("wrong", [{"timeout": 0}, {"timeout": -1}, {"timeout": float("nan")}, {"timeout": float("inf")}, {"retries": -1}])
def test_patience_has_bounds(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="tried again 0 times or more"):
        clayonto.connect("http://x.fi/", **wrong)


def test_a_graph_to_ask_is_an_iri() -> None:
    with pytest.raises(TermError):
        clayonto.connect("http://x.fi/", graph="not an <iri>")


@pytest.mark.parametrize("url", ["ftp://example.org/", "example.org/sparql", "", "http://"])
def test_an_address_is_an_address(url: str) -> None:
    with pytest.raises(UsageError):
        clayonto.connect(url)


@pytest.mark.parametrize(
    "url",
    [
        "http://user:secret@example.org/sparql",
        "user:secret@example.org/sparql",
        "http://:secret@example.org:99999/",
        "http://u:secret@[::1/",
    ],
)
def test_a_password_stands_in_no_address_and_in_no_message(url: str) -> None:
    with pytest.raises(UsageError, match="holds a password") as error:
        clayonto.connect(url)
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    ("url", "better"), [("http://x.fi/kysely/ä", "http://x.fi/kysely/%C3%A4"), ("http://x.fi/a b%20c?d=e", "http://x.fi/a%20b%20c?d=e")]
)
def test_what_an_address_cannot_have_is_refused_with_what_it_can(url: str, better: str) -> None:
    with pytest.raises(UsageError) as error:
        clayonto.connect(url)
    assert str(error.value).endswith(better)
    clayonto.connect(better)
    clayonto.connect("http://xn--4ca.fi/")
    clayonto.connect("http://ä.fi/")


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
        with suppress(ConnectionError):  # whoever has read enough goes away
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
        (200, JSON, ROWS[:-6], "cannot be read: Parser error"),
        (200, JSON, ROWS.replace(b'"vars": ["x"]', b'"vars": ["y"]'), "cannot be read: The variable x"),
        (200, JSON | {"Content-Encoding": "gzip"}, gzip.compress(ROWS)[:-9], "broke off"),
        (301, {"Location": "http://127.0.0.1:9/there"}, b"", "sends us on to http://127.0.0.1:9/there, and nothing is sent after it"),
        (303, {"Location": "/query"}, b"", "sends us on to /query"),
    ],
)
def test_an_answer_that_is_none_is_told_in_a_sentence(status: int, headers: dict[str, str], body: bytes, says: str, answers: str) -> None:
    Answers.script = [(status, headers, body, 0)]
    with pytest.raises(EndpointError) as error:
        clayonto.connect(answers, retries=0).query(QUERY)
    assert says in str(error.value)
    assert error.value.url == answers
    assert error.value.exit_code == 3


@pytest.mark.parametrize("query", ["ASK { }", "CONSTRUCT { ?x a ?x } WHERE { ?x a ?x }", QUERY])
def test_no_form_of_query_lets_the_error_of_a_parser_through(query: str, answers: str) -> None:
    media = {"Content-Type": "text/turtle"} if query.startswith("CONSTRUCT") else JSON
    Answers.script = [(200, media, ROWS[:-6], 0)]
    with pytest.raises(EndpointError, match="cannot be read"):
        list(clayonto.connect(answers, retries=0).query(query))


def test_what_is_packed_without_being_asked_for_is_unpacked(answers: str) -> None:
    Answers.script = [(200, JSON | {"Content-Encoding": "gzip"}, gzip.compress(ROWS), 0)]
    assert clayonto.connect(answers).query(QUERY)[0].x == "a"


def test_who_gave_a_wrong_password_is_not_told_that_there_was_none(answers: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLAYONTO_ENDPOINT_USER", "anna")
    monkeypatch.setenv("CLAYONTO_ENDPOINT_PASSWORD", "salaisuus")
    Answers.script = [(401, {}, b"", 0)]
    with pytest.raises(EndpointError, match="does not take the user and password") as error:
        clayonto.connect(answers).query(QUERY)
    assert "salaisuus" not in str(error.value)


@pytest.mark.parametrize(
    ("said", "error", "says"),
    [(b"SSH-2.0-x\r\n", NotSparqlError, r"does not speak HTTP \(SSH-2.0-x\)"), (b"", UnreachableError, "cannot be reached")],
)
def test_who_does_not_speak_http_is_told_of(said: bytes, error: type[EndpointError], says: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as connection:
                connection.recv(1000)
                connection.sendall(said)

        threading.Thread(target=answer, daemon=True).start()
        with pytest.raises(error, match=says):
            clayonto.connect(f"http://127.0.0.1:{server.getsockname()[1]}/", retries=0).query(QUERY)


def test_a_certificate_is_verified_once_and_an_authority_can_be_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed, which makes the certificate")
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=localhost",
    ]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "own.pem"]
    subprocess.run([*made, *names], cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem", tmp_path / "key.pem")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"https://127.0.0.1:{server.server_address[1]}/query"
    Answers.script = [(200, JSON, ROWS, 0)] * 3
    trusted.cache_clear()
    try:
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        with (
            monkeypatch.context() as patient,
            pytest.raises(UnreachableError, match=r"not trusted.*self-signed certificate\. .*SSL_CERT_FILE"),
        ):
            patient.setattr(time, "sleep", lambda _: pytest.fail("A certificate does not get better by waiting."))
            clayonto.connect(url).query(QUERY)
        for file, says in {"none.pem": "No such file", "key.pem": "no certificate in it"}.items():
            monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / file))
            trusted.cache_clear()
            with pytest.raises(ConfigError, match=says):
                clayonto.connect(url).query(QUERY)
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "own.pem"))
        trusted.cache_clear()
        assert clayonto.connect(url).query(QUERY)[0].x == "a"
        with clayonto.connect(url).stream(QUERY) as rows:  # through httpx, which trusts the same
            assert [row.x for row in rows] == ["a"]
    finally:
        trusted.cache_clear()
        server.shutdown()
        server.server_close()


def test_a_proxy_that_is_in_the_way_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("no_proxy", "NO_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://anna:salaisuus@127.0.0.1:{free_port()}")
    with pytest.raises(
        UnreachableError, match=r"by way of the proxy 127\.0\.0\.1:\d+, which the environment names: Connection refused"
    ) as error:
        clayonto.connect("http://endpoint.example/", retries=0).query(QUERY)
    assert "salaisuus" not in str(error.value)
    monkeypatch.delenv("http_proxy")
    monkeypatch.setenv("all_proxy", "socks5://anna:salaisuus@127.0.0.1:9")
    with pytest.raises(ConfigError, match=r"a proxy that cannot be used \(ALL_PROXY\)"):
        Web(Credentials())


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
    with pytest.raises(EndpointError, match="did not answer within a second"):
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
