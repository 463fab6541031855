"""SERVICE to servers that play the EU Knowledge Graph, the Publications Office and Wikidata, with made-up answers; and what is refused."""

from __future__ import annotations

import http.server
import json
import re
import threading
import time
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
import clayonto.engines
import clayonto.results
from clayonto.engines import ENGINES
from clayonto.errors import EndpointError, EndpointTimeoutError, ForbiddenQueryError, IncompleteAnswerError, QuerySyntaxError, UsageError
from clayonto.remote.federation import Services
from tests.conftest import ROOT, SOAK
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

KOHESIO = """@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> . @prefix p: <https://linkedopendata.eu/prop/direct/> .
<https://linkedopendata.eu/entity/Q1> p:P1 <https://w3id.org/clayonto/id/project/clay> ; p:P2 1340000.5 ; rdfs:label "CLAY"@en .
<https://linkedopendata.eu/entity/Q2> p:P1 <https://example.org/other> ; p:P2 1 ; rdfs:label "Other"@en ."""
OFFICE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix c: <http://publications.europa.eu/resource/authority/country/> .
c:FIN skos:prefLabel "Finlandia"@es, "Finnland"@de . c:ITA skos:prefLabel "Italia"@es, "Italien"@de . c:FRA skos:prefLabel "Francia"@es ."""
WIKIDATA = """<http://www.wikidata.org/entity/Q33> <http://www.wikidata.org/prop/direct/P298> "FIN" ; <http://www.wikidata.org/prop/direct/P36> [ ] .
<http://www.wikidata.org/entity/Q38> <http://www.wikidata.org/prop/direct/P298> "ITA" ."""


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Answers queries from a few triples, and does what a test tells it to otherwise."""

    stores: ClassVar[dict[str, ox.Store]] = {}
    asked: ClassVar[list[tuple[str, str, dict[str, str]]]] = []
    instead: ClassVar[Callable[[Endpoint], None] | None] = None

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        query = parse_qs(body)["query"][0]
        type(self).asked.append((self.path, query, dict(self.headers)))
        instead = type(self).instead
        if instead is not None:
            instead(self)
            return
        results = self.stores[self.path].query(query)
        self.answer(200, results.serialize(format=ox.QueryResultsFormat.JSON), "application/sparql-results+json")  # type: ignore[arg-type]

    def do_GET(self) -> None:
        type(self).asked.append((self.path, "", dict(self.headers)))
        self.answer(200, b"", "text/plain")

    def answer(self, status: int, body: bytes, media: str, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    for path, text in (("/kohesio", KOHESIO), ("/office", OFFICE), ("/wikidata", WIKIDATA)):
        Endpoint.stores[path] = ox.Store()
        Endpoint.stores[path].load(text, format=ox.RdfFormat.TURTLE)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _fresh() -> None:
    Endpoint.asked.clear()
    Endpoint.instead = None


@pytest.fixture(params=ENGINES)
def kg(request: pytest.FixtureRequest, host: str) -> clayonto.KnowledgeGraph:
    return clayonto.load(engine=str(request.param), services=[host])


def three(host: str) -> str:
    """A question to all three: what the partners' countries are called in German, which items they are, and what was granted."""
    return f"""SELECT ?country ?german ?item ?budget {{
      <project/clay> clay:partnerCountry ?country .
      SERVICE <{host}/office> {{ ?country skos:prefLabel ?german . FILTER(LANG(?german) = "de") }}
      BIND(STRAFTER(STR(?country), "country/") AS ?code)
      SERVICE <{host}/wikidata> {{ ?item <http://www.wikidata.org/prop/direct/P298> ?code }}
      OPTIONAL {{ SERVICE <{host}/kohesio> {{ ?entry <https://linkedopendata.eu/prop/direct/P1> <project/clay> ;
        <https://linkedopendata.eu/prop/direct/P2> ?budget }} }}
    }} ORDER BY STR(?country)"""


def test_the_graph_is_joined_with_three_others(kg: clayonto.KnowledgeGraph, host: str) -> None:
    rows = kg.query(three(host))
    assert [(row.german, row.item.rsplit("/")[-1], str(row.budget)) for row in rows] == [
        ("Finnland", "Q33", "1340000.5"),
        ("Italien", "Q38", "1340000.5"),
    ]
    assert [path for path, _, _ in Endpoint.asked] == ["/office", "/wikidata", "/kohesio"]


@pytest.mark.parametrize(
    ("number", "expected"), list(enumerate(([("FIN", "Finnland"), ("ITA", "Italien")], [("FIN", "Q33"), ("ITA", "Q38")], [("Q1", "CLAY")])))
)
def test_the_queries_of_the_how_to_page_give_what_they_promise(number: int, expected: list[tuple[str, str]], host: str) -> None:
    page = (ROOT / "docs" / "how-to" / "federate.md").read_text(encoding="utf-8")
    query = re.findall(r"```sparql\n(.*?)```", page, flags=re.DOTALL)[number]
    for real, played in (
        ("https://publications.europa.eu/webapi/rdf/sparql", "office"),
        ("https://query.wikidata.org/sparql", "wikidata"),
        ("https://query.linkedopendata.eu/sparql", "kohesio"),
    ):
        query = query.replace(real, f"{host}/{played}")
    rows = clayonto.load(services=[host]).query(query)
    assert [tuple(str(value).rsplit("/")[-1] for value in row) for row in rows] == expected


def test_a_service_is_asked_only_for_what_can_join(kg: clayonto.KnowledgeGraph, host: str) -> None:
    rows = kg.query(three(host))
    assert rows
    office = Endpoint.asked[0][1]
    assert "VALUES (?country)" in office
    assert "country/FIN>" in office
    # The code is worked out by BIND, so nothing plain here says what it can be.
    assert "VALUES" not in Endpoint.asked[1][1]
    Endpoint.asked.clear()
    none = f"SELECT ?x {{ ?x a clay:NoSuchClass . SERVICE <{host}/office> {{ ?x skos:prefLabel ?y }} }}"
    assert len(kg.query(none)) == 0
    assert Endpoint.asked == []


def test_many_values_go_in_batches_and_too_many_are_not_sent(kg: clayonto.KnowledgeGraph, host: str) -> None:
    query = f"SELECT (COUNT(?x) AS ?n) {{ ?x skos:prefLabel ?label . SERVICE <{host}/office> {{ ?x skos:prefLabel ?theirs }} }}"
    assert kg.query(query)[0].n > 0
    assert len(Endpoint.asked) > 2
    alone = clayonto.load(services=[host]).query(query.replace("?x skos:prefLabel ?label .", "?x ?p ?o ."))[0].n
    assert alone > 0


def test_what_a_pattern_says_else_does_not_disturb(kg: clayonto.KnowledgeGraph, host: str) -> None:
    query = f"""PREFIX office: <{host}/> # a comment with SERVICE and a brace }}
      SELECT ?c ?es {{ # another
        {{ <project/clay> clay:partnerCountry ?c }} UNION {{ <project/none> clay:partnerCountry ?c }}
        FILTER NOT EXISTS {{ ?c a clay:Call }} FILTER(ISIRI(?c)) VALUES ?lang {{ "es" }} BIND("}}" AS ?brace)
        MINUS {{ ?c a clay:Project }}
        {{ SELECT ?c ?es {{ service silent office:office {{ ?c skos:prefLabel ?es FILTER(LANG(?es) = "es" && "}}" != "{{") }} }} }}
      }} ORDER BY STR(?es)"""
    assert [str(row.es) for row in kg.query(query)] == ["Finlandia", "Francia", "Italia"]


def test_blank_nodes_and_empty_cells_come_through(kg: clayonto.KnowledgeGraph, host: str) -> None:
    p36 = "http://www.wikidata.org/prop/direct/P36"
    query = f"""SELECT ?code ?capital {{ SERVICE <{host}/wikidata> {{
      ?item <http://www.wikidata.org/prop/direct/P298> ?code OPTIONAL {{ ?item <{p36}> ?capital }} }} }} ORDER BY ?code"""
    rows = kg.query(query)
    assert [row.code for row in rows] == ["FIN", "ITA"]
    assert str(rows[0].capital).startswith("https://w3id.org/clayonto/.well-known/genid/127.0.0.1%3A")
    assert rows[1].capital is None
    assert kg.query(f"ASK {{ SERVICE <{host}/wikidata> {{ <http://www.wikidata.org/entity/Q38> <urn:p> <urn:o> }} }}")[0].answer is False


# ------------------------------------------------------------------ what is refused


def test_no_service_is_asked_that_is_not_allowed(host: str) -> None:
    allowed = clayonto.load(services=[f"{host}/office"])
    port = host.rpartition(":")[2]
    for query in (
        f"SELECT ?x {{ SERVICE <{host}/wikidata> {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ SERVICE <{host}/officer> {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ SERVICE <{host}/office/../wikidata> {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ SERVICE <{host}/office/%2e%2e/wikidata> {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} SERVICE <http://localhost:{port}/office> {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ SERVICE <http://127.0.0.1:{port}@example.org/office> {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ VALUES ?s {{ <{host}/office> }} SERVICE ?s {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ SERVICE <{host}/office> {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }} }}",
        f"SELECT ?x FROM <urn:g> {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} \\u0053ERVICE <{host}/wikidata> {{ ?x ?y ?z }} }}",
        f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} BIND(1 AS ?a) FILTER(?a<'x>')SERVICE<{host}/wikidata>{{ ?s ?p 'o' }} }}",
        f"SELECT ?x {{ <urn:it's> ?y ?z SERVICE <{host}/office> {{ ?x ?y ?z }} }}",
        f"INSERT {{ ?x a ?y }} WHERE {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }}",
    ):
        with pytest.raises((ForbiddenQueryError, UsageError)):
            allowed.query(query)
    assert Endpoint.asked == []
    for query in (f"SELECT ?x {{ SERVICE <{host}/office> ?x }}", f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }}"):
        with pytest.raises(QuerySyntaxError):
            allowed.query(query)
    with pytest.raises(ForbiddenQueryError):
        clayonto.load().query(f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }}")
    assert Endpoint.asked == []


def test_a_place_may_come_without_a_list_and_is_looked_at_at_once(host: str) -> None:
    kg = clayonto.load(services=host)
    query = f"SELECT ?x {{ SERVICE SILENT <{host}/nothing> {{ ?x ?y ?z }} }}"
    assert kg.query(query).columns == ("x",)
    assert kg.plan(query).rows == 1
    with pytest.raises(UsageError):
        clayonto.load(services=["not a host"])


def test_a_query_of_ones_own_is_refused_as_its_text_would_be(host: str) -> None:
    named = clayonto.NamedQuery.parse(f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }}", name="mine")
    with pytest.raises(ForbiddenQueryError):
        clayonto.load().run(named)
    assert Endpoint.asked == []
    assert len(clayonto.load(services=[host]).run(named)) == 5


def test_a_redirect_is_not_followed(host: str) -> None:
    Endpoint.instead = lambda self: self.answer(302, b"", "text/plain", Location=f"{host}/wikidata")
    with pytest.raises(EndpointError, match="sends us on to"):
        clayonto.load(services=[f"{host}/office"]).query(f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }}")
    assert [path for path, _, _ in Endpoint.asked] == ["/office"]


def test_credentials_for_another_endpoint_are_not_shown(host: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("CLAYONTO_ENDPOINT_TOKEN", "secret")
    kg = clayonto.load(services=[host])
    kg.query(f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }}")
    assert "Authorization" not in Endpoint.asked[-1][2]
    file = tmp_path / "endpoints.toml"
    file.touch(mode=0o600)
    file.write_text(f'["{host}/office"]\ntoken = "theirs"\n')
    monkeypatch.setenv("CLAYONTO_ENDPOINTS", str(file))
    kg.query(f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }}")
    assert Endpoint.asked[-1][2]["Authorization"] == "Bearer theirs"


def test_what_fails_is_an_error_unless_it_is_silent(kg: clayonto.KnowledgeGraph, host: str) -> None:
    Endpoint.instead = lambda self: self.answer(500, b"out of memory", "text/plain")
    query = "SELECT ?p ?x {{ ?p a clay:Project {} }}"
    with pytest.raises(EndpointError, match="out of memory"):
        kg.query(query.format(f"SERVICE <{host}/office> {{ ?p ?y ?x }}"))
    assert [row.x for row in kg.query(query.format(f"SERVICE SILENT <{host}/office> {{ ?p ?y ?x }}"))] == [None]


def test_time_and_size_are_limited(host: str) -> None:
    def drip(self: Endpoint) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.end_headers()
        try:
            for piece in ["{", *[" "] * 100]:
                self.wfile.write(piece.encode())
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    Endpoint.instead = drip
    started = time.monotonic()
    text = f"SELECT ?x {{ SERVICE <{host}/office> {{ ?x ?y ?z }} }}"
    with pytest.raises(EndpointTimeoutError):
        Services((host,), timeout=0.5).resolve(text, base="urn:x", local=lambda _: b"")
    assert time.monotonic() - started < 4
    Endpoint.instead = None
    with pytest.raises(EndpointError, match="more than 2 solutions"):
        Services((host,), most_rows=2).resolve(text, base="urn:x", local=lambda _: b"")

    def half(self: Endpoint) -> None:
        self.answer(
            200, b'{"head":{"vars":["x"]},"results":{"bindings":[{"x":{"type":"literal","value":"a"}},', "application/sparql-results+json"
        )

    Endpoint.instead = half
    with pytest.raises(IncompleteAnswerError, match="after 1 rows"):
        Services((host,)).resolve(text, base="urn:x", local=lambda _: b"")


@pytest.mark.fuzz
@settings(max_examples=100 * SOAK, deadline=None)
@given(values=st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=30), max_size=4))
def test_whatever_a_service_says_stays_a_value(values: list[str]) -> None:
    said = json.dumps(
        {"head": {"vars": ["x"]}, "results": {"bindings": [{"x": {"type": "literal", "value": value}} for value in values]}}
    ).encode()
    server = http.server.HTTPServer(("127.0.0.1", 0), Endpoint)
    thread = threading.Thread(target=server.handle_request, daemon=True)
    thread.start()
    Endpoint.instead = lambda self: self.answer(200, said, "application/sparql-results+json")
    address = f"http://127.0.0.1:{server.server_address[1]}"
    text = Services((address,)).resolve(f"SELECT ?x {{ SERVICE <{address}/x> {{ ?y ?z ?x }} }}", base="urn:x", local=lambda _: b"")
    thread.join()
    server.server_close()
    for engine in ENGINES:
        made = clayonto.engines.make(engine)
        rows: list[Any] = clayonto.results.Rows.from_tsv(made.select(text, base="urn:x"), engine=engine).to_dicts()
        assert [row["x"] for row in rows] == values


def test_the_command(host: str, tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(three(host))
    assert "Finnland" in run("query", str(tmp_path / "q.rq"), "--service", host, "-f", "csv").stdout
    refused = run("query", str(tmp_path / "q.rq"))
    assert refused.returncode == 2
    assert "SERVICE" in refused.stderr
    bare = run("query", str(tmp_path / "q.rq"), "--service", "query.wikidata.org")
    assert bare.returncode == 2
    assert "not among those that may be asked (query.wikidata.org)" in bare.stderr
