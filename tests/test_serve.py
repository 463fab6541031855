"""The live endpoint as its clients see it: formats, headers, doors that stay closed, the libraries that people use, and what its operator reads."""

from __future__ import annotations

import gzip
import http.server
import json
import shutil
import socket
import subprocess
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

import clayonto
from clayonto.errors import ConfigError
from clayonto.server.settings import Settings, settings
from tests.serving import PATIENCE, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.serving import Served

ACRONYMS = "SELECT ?acronym { ?p a clay:Project ; clay:acronym ?acronym }"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(log="-") as served:
        yield served


# ---------------------------------------------------------------------- formats and headers


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        ("application/sparql-results+json", "application/sparql-results+json"),
        ("application/sparql-results+xml", "application/sparql-results+xml"),
        ("text/csv", "text/csv"),
        ("text/tab-separated-values", "text/tab-separated-values"),
        ("application/json", "application/sparql-results+json"),
        ("text/csv;q=0.3, application/sparql-results+xml;q=0.8", "application/sparql-results+xml"),
        ("text/*;q=0.9, */*;q=0.1", "text/csv"),
        ("text/turtle, */*;q=0.5", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("application/sparql-results+json;charset=utf-8", "application/sparql-results+json"),
        ("application/sparql-results+json;q=0, */*", "application/sparql-results+xml"),
    ],
)
def test_an_answer_is_of_the_type_that_the_client_likes_best(accept: str, media: str, server: Served) -> None:
    response = server.ask(ACRONYMS, accept=accept)
    assert response.headers["content-type"].partition(";")[0] == media
    assert "CLAY" in response.text
    assert "Accept" in response.headers["vary"]


def test_a_client_that_takes_nothing_that_is_offered_is_told_what_is(server: Served) -> None:
    response = server.ask(ACRONYMS, accept="image/png")
    assert response.status_code == 406
    assert response.json()["offered"] == [
        "application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("query", "name", "media"),
    [
        (ACRONYMS, "csv", "text/csv"),
        (ACRONYMS, "srx", "application/sparql-results+xml"),
        (ACRONYMS, "application/sparql-results+json", "application/sparql-results+json"),
        ("CONSTRUCT WHERE { ?p clay:acronym ?a }", "ttl", "text/turtle"),
        ("CONSTRUCT WHERE { ?p clay:acronym ?a }", "json", "application/ld+json"),
        ("DESCRIBE <project/clay>", "rdf", "application/rdf+xml"),
        ("ASK {}", "xml", "application/sparql-results+xml"),
    ],
)
def test_a_format_can_be_named_in_the_address(query: str, name: str, media: str, server: Served) -> None:
    response = server.client.get("sparql", params={"query": query, "format": name}, headers={"accept": "image/png"})
    assert response.headers["content-type"].partition(";")[0] == media


def test_a_format_that_is_none_is_refused_with_those_that_are(server: Served) -> None:
    response = server.client.get("sparql", params={"query": ACRONYMS, "format": "pdf"})
    assert response.status_code == 400
    assert response.json()["parameter"] == "format"
    assert "json, xml, csv, tsv" in response.json()["detail"]


def test_a_syntax_error_has_its_place(server: Served) -> None:
    problem = server.ask("SELECT * {\n  ?s ?p .\n}").json()
    assert (problem["status"], problem["line"], problem["column"]) == (400, 3, 1)
    assert problem["type"].endswith("#syntax")


def test_an_answer_is_tagged_and_not_sent_twice(server: Served) -> None:
    first = server.ask("SELECT * { ?s ?p ?o }", **{"accept-encoding": "identity"})
    packed = server.ask("SELECT * { ?s ?p ?o }", **{"accept-encoding": "gzip"})
    assert first.headers["etag"].startswith('"')
    assert first.headers["etag"] != packed.headers["etag"]
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == first.content
    assert int(packed.headers["content-length"]) < len(first.content) / 4
    for tag, status in ((first.headers["etag"], 304), (f'W/{first.headers["etag"]}, "x"', 304), ('"x"', 200), ("*", 304)):
        again = server.client.get(
            "sparql", params={"query": "SELECT * { ?s ?p ?o }"}, headers={"if-none-match": tag, "accept-encoding": "identity"}
        )
        assert again.status_code == status
        assert again.headers["etag"] == first.headers["etag"]
        assert bool(again.content) is (status == 200)


def test_head_has_the_headers_of_get_and_nothing_else(server: Served) -> None:
    parameters = {"query": ACRONYMS}
    got, head = server.client.get("sparql", params=parameters), server.client.head("sparql", params=parameters)
    ignored = {"date"}
    assert {k: v for k, v in head.headers.items() if k not in ignored} == {k: v for k, v in got.headers.items() if k not in ignored}
    assert not head.content


@pytest.mark.parametrize("query", ["SELECT (NOW() AS ?n) {}", "SELECT (RAND() AS ?n) {}", "SELECT (STRUUID() AS ?n) {}"])
def test_what_is_different_each_time_is_not_kept(query: str, server: Served) -> None:
    first, second = server.ask(query), server.ask(query)
    assert first.text != second.text
    assert first.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["sparql", "graphs"])
def test_pages_of_other_sites_may_ask(path: str, server: Served) -> None:
    asked = {
        "origin": "https://elsewhere.example",
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    preflight = server.client.options(path, headers=asked)
    assert preflight.status_code == 204
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "POST" in preflight.headers["access-control-allow-methods"]
    assert "Content-Type" in preflight.headers["access-control-allow-headers"]
    assert server.client.get(path, params={"query": "ASK {"}).headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused_with_those_that_there_are(method: str, server: Served) -> None:
    response = server.client.request(method, "sparql")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, POST, OPTIONS"


def test_a_browser_is_led_to_the_page_where_queries_are_written(server: Served) -> None:
    browser = {"accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "accept-language": "fi-FI,fi;q=0.9,en;q=0.8"}
    assert server.client.get("sparql", headers=browser).headers["location"] == "/fi/sparql/index.html"
    led = server.client.get("sparql", params={"query": "ASK { ?s ?p 'é & #' }"}, headers=browser | {"accept-language": "sv, en;q=0.5"})
    assert led.status_code == 303
    assert led.headers["location"] == "/en/sparql/index.html#query=ASK%20%7B%20%3Fs%20%3Fp%20%27%C3%A9%20%26%20%23%27%20%7D"


# ---------------------------------------------------------------------- closed doors


class _Listening(http.server.BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        type(self).asked.append(self.path)
        content = json.dumps(
            {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": "from elsewhere"}}]}}
        ).encode()
        tsv = b'?x\n"from elsewhere"\n'
        wanted = tsv if "tab-separated" in self.headers.get("accept", "").partition(",")[0] else content
        self.send_response(200)
        self.send_header("content-type", "text/tab-separated-values" if wanted is tsv else "application/sparql-results+json")
        self.send_header("content-length", str(len(wanted)))
        self.end_headers()
        self.wfile.write(wanted)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def elsewhere() -> Iterator[str]:
    _Listening.asked.clear()
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Listening) as listening:
        threading.Thread(target=listening.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{listening.server_address[1]}/"
        listening.shutdown()


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {{ SERVICE <{0}> {{ ?x ?y ?z }} }}",
        "SELECT * {{ SERVICE SILENT <{0}> {{ ?x ?y ?z }} }}",
        "PREFIX e: <{0}> SELECT * {{ sErViCe e:sparql {{ ?x ?y ?z }} }}",
        "SELECT * {{ {{ SELECT * {{ SERVICE <{0}> {{ ?x ?y ?z }} }} }} }}",
        "ASK {{ FILTER EXISTS {{ SERVICE <{0}> {{ ?x ?y ?z }} }} }}",
        "SELECT * {{ VALUES ?e {{ <{0}> }} SERVICE ?e {{ ?x ?y ?z }} }}",
        "SELECT * {{ \\u0053ERVICE <{0}> {{ ?x ?y ?z }} }}",
        "SELECT * {{ ?a <{0}'> ?b . SERVICE <{0}> {{ ?x ?y ?z }} }}",
    ],
)
def test_no_query_reaches_out(query: str, server: Served, elsewhere: str) -> None:
    response = server.ask(query.format(elsewhere))
    assert response.status_code in (400, 403)
    assert not _Listening.asked


@pytest.mark.parametrize("query", ["SELECT * FROM <{0}> {{ ?s ?p ?o }}", "SELECT * FROM NAMED <{0}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"])
def test_graphs_are_those_of_the_dataset_and_nothing_is_fetched(query: str, server: Served, elsewhere: str, tmp_path: Path) -> None:
    assert server.ask(query.format(elsewhere)).json()["results"]["bindings"] == []
    assert not _Listening.asked
    file = tmp_path / "secret.ttl"
    file.write_text("<urn:secret> <urn:p> 1 .")
    for text in (query.format(file.as_uri()), f"PREFIX f: <file://{tmp_path}/> {query.format('x').replace('<x>', 'f:secret.ttl')}"):
        assert server.ask(text).status_code == 403
    assert server.client.get("sparql", params={"query": "ASK {}", "default-graph-uri": file.as_uri()}).status_code == 400


def test_workers_have_no_network(server: Served) -> None:
    assert server.client.get("health").json()["workers_have_network"] is False


def test_services_that_are_allowed_are_asked_and_no_others(elsewhere: str) -> None:
    with serving("--service", elsewhere + "sparql", log="") as server:
        response = server.ask(f"SELECT ?x {{ SERVICE <{elsewhere}sparql> {{ ?s ?p ?x }} }}", accept="text/csv")
        assert response.text.split("\r\n")[:2] == ["x", "from elsewhere"], response.text
        assert server.ask(f"SELECT ?x {{ SERVICE <{elsewhere}other> {{ ?s ?p ?x }} }}").status_code == 403
        assert server.ask("SELECT ?x { SERVICE <http://169.254.169.254/latest> { ?s ?p ?x } }").status_code == 403
        assert all(path.startswith("/sparql") for path in _Listening.asked)
        assert "BasicFederatedQuery" in server.client.get("sparql").text


# ---------------------------------------------------------------------- clients


def _converted(client: SPARQLWrapper) -> Any:
    return client.queryAndConvert()


def test_sparqlwrapper(server: Served) -> None:
    for method in ("GET", POST):
        client = SPARQLWrapper(server.url + "sparql")
        client.setMethod(method)
        client.setReturnFormat(JSON)
        client.setQuery("PREFIX clay: <https://w3id.org/clayonto/def#> " + ACRONYMS)
        assert _converted(client)["results"]["bindings"][0]["acronym"]["value"] == "CLAY"
    client.setReturnFormat(TURTLE)
    client.setQuery("DESCRIBE <https://w3id.org/clayonto/id/project/clay>")
    assert len(rdflib.Graph().parse(data=_converted(client), format="turtle")) > 10


def test_rdflib(server: Served) -> None:
    graph = rdflib.Graph(SPARQLStore(server.url + "sparql"))
    clay = rdflib.URIRef("https://w3id.org/clayonto/id/project/clay")
    assert rdflib.Literal("CLAY") in set(graph.objects(clay, rdflib.URIRef("https://w3id.org/clayonto/def#acronym")))


def test_the_library_itself_gets_the_answers_of_the_bundled_graph(server: Served) -> None:
    there, here = clayonto.connect(server.url + "sparql"), clayonto.load()
    for name, given in (
        ("works-with", {"organisation": "organisation/south-ostrobothnia-council"}),
        ("disagreements", {}),
        ("timeline", {}),
    ):
        assert list(there.run(name, **given)) == list(here.run(name, **given))


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_curl(server: Served) -> None:
    asked = [
        "curl",
        "-sS",
        "--fail",
        "-H",
        "Accept: text/csv",
        "--compressed",
        "--data-urlencode",
        f"query={ACRONYMS}",
        server.url + "sparql",
    ]
    assert subprocess.run(asked, capture_output=True, text=True, check=True).stdout.split() == ["acronym", "CLAY"]


@pytest.mark.skipif(shutil.which("roqet") is None, reason="roqet is not installed (Debian: rasqal-utils)")
def test_roqet(server: Served) -> None:
    query = "PREFIX clay: <https://w3id.org/clayonto/def#> " + ACRONYMS
    done = subprocess.run(
        ["roqet", "-q", "-p", server.url + "sparql", "-e", query, "-r", "csv"], capture_output=True, text=True, check=True
    )
    assert "CLAY" in done.stdout


# ---------------------------------------------------------------------- the operator


def test_the_log_says_what_was_asked_for_and_nothing_of_who_asked(server: Served) -> None:
    server.client.get(
        "sparql", params={"query": "SELECT ('a very secret name' AS ?x) {}"}, headers={"user-agent": "spy/1.0", "referer": "http://r/"}
    )
    server.client.get("health")
    lines = [json.loads(line) for line in server.log if line.startswith("{")]
    assert {"time", "method", "path", "kind", "status", "bytes", "ms", "media"} == set(lines[-1])
    assert lines[-2]["path"] == "/sparql"
    told = "".join(server.log[1:])
    for secret in ("secret name", "spy/1.0", "http://r/", "127.0.0.1:"):
        assert secret not in told


def test_the_log_can_go_to_a_file_that_is_moved_away(tmp_path: Path) -> None:
    file = tmp_path / "access.log"
    with serving(log=file) as server:
        for path, at in (("health", tmp_path / "access.log.1"), ("metrics", file)):
            server.client.get(path)
            # A line is written when all of the response has been sent.
            ends = time.monotonic() + PATIENCE
            while not (file.exists() and file.read_text()):
                assert time.monotonic() < ends
                time.sleep(0.01)
            if at != file:
                file.rename(at)
            assert json.loads(at.read_text())["path"] == f"/{path}"


def test_prometheus_can_read_the_metrics(server: Served) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    server.ask("ASK {")
    families = {family.name: family for family in text_string_to_metric_families(server.client.get("metrics").text)}
    counted = {(s.labels["kind"], s.labels["status"]): s.value for s in families["clayonto_requests"].samples}
    assert counted["sparql", "400"] >= 1
    assert families["clayonto_workers"].samples[0].value >= 2
    assert families["clayonto_generation"].samples[0].value == 1


def test_settings_come_from_file_environment_and_command_line_in_this_order(tmp_path: Path) -> None:
    table = {"timeout": 5, "max_rows": 10, "port": 1, "services": ["https://a.example/"]}
    found = settings(table, environment={"CLAYONTO_SERVE_MAX_ROWS": "1_000", "CLAYONTO_SERVE_PORT": "2", "OTHER": "x"}, port=3)
    assert (found.timeout, found.max_rows, found.port, found.services) == (5.0, 1000, 3, ("https://a.example/",))
    assert settings({}, environment={}) == Settings()
    config = tmp_path / "site.toml"
    config.write_text("[server]\nmax_rows = 1\n")
    with serving("--config", config, log="") as server:
        assert server.ask("SELECT * { ?s ?p ?o }").status_code == 503


@pytest.mark.parametrize(
    ("table", "environment", "told"),
    [
        ({"timout": 5}, {}, "did you mean “timeout”"),
        ({"timeout": "soon"}, {}, "timeout is 'soon'; it takes a number"),
        ({"timeout": True}, {}, "it takes a number"),
        ({"max_rows": 0}, {}, "at least 1"),
        ({"token": "x" * 20}, {}, "CLAYONTO_SERVE_TOKEN"),
        ({"services": [1]}, {}, "a list of texts"),
        ({"writable": "perhaps"}, {}, "true or false"),
        ({"writable": True}, {}, "needs a token"),
        ({}, {"CLAYONTO_SERVE_TOKEN": "short"}, "at least 16"),
        ({}, {"CLAYONTO_SERVE_TIMOUT": "1"}, "did you mean CLAYONTO_SERVE_TIMEOUT"),
        ({}, {"CLAYONTO_SERVE_PORT": "99999"}, "at most 65535"),
    ],
)
def test_settings_that_cannot_be_are_named(table: dict[str, object], environment: dict[str, str], told: str) -> None:
    with pytest.raises(ConfigError, match=told.replace("(", r"\(")):
        settings(table, environment=environment)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--store", "no-such-folder"], "clayonto store load"),
        (["--writable"], "CLAYONTO_SERVE_TOKEN"),
        (["--host", "256.1.1.1"], "cannot listen"),
        (["--data", "no-such-file.ttl"], "no-such-file.ttl"),
        (["--config", "no-such.toml"], "cannot be read"),
    ],
)
def test_what_cannot_be_served_is_said(arguments: list[str], told: str, tmp_path: Path) -> None:
    import sys

    done = subprocess.run(
        [sys.executable, "-m", "clayonto", "serve", "--port", "0", *arguments],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2, done.stderr
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_answers_are_packed_as_gzip_readers_expect(server: Served) -> None:
    asked = server.client.build_request(
        "GET", "sparql", params={"query": "SELECT * { ?s ?p ?o }", "format": "tsv"}, headers={"accept-encoding": "gzip"}
    )
    response = server.client.send(asked, stream=True)
    raw = b"".join(response.iter_raw())
    response.close()
    assert gzip.decompress(raw).startswith(b"?")


# ---------------------------------------------------------------------- the short way that plain queries take


@pytest.mark.parametrize(
    ("query", "accept", "status"),
    [
        (ACRONYMS, "text/csv", 200),
        ("DESCRIBE <https://w3id.org/clayonto/id/project/clay>", "text/turtle", 200),
        ("CONSTRUCT WHERE { <urn:none> ?p ?o }", "application/n-triples", 200),
        ("SELECT (NOW() AS ?now) {}", "text/html;q=0.1, text/csv", 200),
        ("SELECT * { ?s ?p ?o } ORDER BY STR(?s) STR(?p) STR(?o)", "text/csv", 200),  # larger than what is sent at once
        ("SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } }", "text/csv", 200),
        ("SELECT * {", "text/csv", 400),
        ("ASK { SERVICE <http://example.org/> {} }", "text/csv", 403),
        ("ASK FROM <file:///etc/passwd> {}", "text/csv", 403),
        ("ASK {}", "image/png", 406),
    ],
)
def test_a_query_is_answered_alike_whichever_way_it_comes(query: str, accept: str, status: int, server: Served) -> None:
    # The same query by GET for the first time, by GET once more, as a parameter beside another, and as a body.
    fresh = f"{query} # {accept} {time.monotonic_ns()}"
    headers = {"accept": accept, "accept-encoding": "identity"}
    ways = [
        server.client.get("sparql", params={"query": fresh}, headers=headers),
        server.client.get("sparql", params={"query": fresh}, headers=headers),
        server.client.get("sparql", params={"query": fresh, "x": ""}, headers=headers),
        server.ask(fresh, **headers),
    ]
    assert [way.status_code for way in ways] == [status] * 4
    differing = {"date", "etag", "content-length"} if "NOW" in query else {"date"}
    told = [{name: value for name, value in way.headers.items() if name not in differing} for way in ways]
    assert told == [told[0]] * 4
    if "NOW" not in query:
        assert {way.content for way in ways} == {ways[0].content}
    assert all(int(way.headers["content-length"]) == len(way.content) for way in ways)


def test_a_query_by_get_is_counted_and_logged_once(server: Served) -> None:
    from prometheus_client.parser import text_string_to_metric_families

    def counted() -> float:
        families = text_string_to_metric_families(server.client.get("metrics").text)
        return sum(
            one.value
            for family in families
            for one in family.samples
            if one.name == "clayonto_requests_total" and one.labels["kind"] == "sparql"
        )

    before, lines = counted(), len(server.log)
    assert server.client.get("sparql", params={"query": f"ASK {{}} # {time.monotonic_ns()}"}).status_code == 200
    assert counted() == before + 1
    while not (logged := [json.loads(line) for line in server.log[lines:] if '"/sparql"' in line]):
        time.sleep(0.01)
    (line,) = logged
    assert (line["kind"], line["status"], line["media"]) == ("sparql", 200, "application/sparql-results+json")


def test_requests_that_are_sent_ahead_are_answered_in_their_order_and_a_last_one_closes(server: Served) -> None:
    host, port = server.url.split("/")[2].split(":")

    def asked(number: int, *headers: str) -> bytes:
        return "\r\n".join(
            [f"GET /sparql?query=SELECT({number}%20AS%20?n){{}} HTTP/1.1", f"host: {host}", "accept: text/csv", *headers, "", ""]
        ).encode()

    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        # The first are new, the many after them are kept by then.
        numbers = [*range(1000, 1005), *[1000] * 1000, 1005]
        connection.sendall(b"".join([*(asked(number) for number in numbers[:-1]), asked(1005, "connection: close")]))
        received = b""
        while piece := connection.recv(1 << 16):
            received += piece
    assert [int(line) for line in received.split(b"\r\n") if line.startswith(b"100") and line.isdigit()] == numbers
    assert received.count(b"HTTP/1.1 200 OK") == len(numbers)
    assert received.count(b"connection: close") == 1
