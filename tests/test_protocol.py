"""The 34 cases of the W3C test suite of the SPARQL 1.1 Protocol, and the three of the service description, told in our own words and asked of a running server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

import pyoxigraph as ox
import pytest

import clayonto
from tests.serving import TOKEN, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

    import httpx

    from tests.serving import Served

DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
TEST = "http://example.org/protocol-{}-test/"
FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
BOOLEAN = ("application/sparql-results+xml", "application/sparql-results+json")
GRAPHS = ("application/rdf+xml", "application/rdf+json", "text/turtle", "application/n-triples", "application/ld+json")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("protocol")
    file = folder / "given.nq"
    file.write_text(
        "".join(f"<{DATA.format(n)}> <{ox_type}> <http://xmlns.com/foaf/0.1/Document> <{DATA.format(n)}> .\n" for n in (1, 2, 3))
    )
    clayonto.load(file, store=folder / "graph.db", bundle=False)
    with serving("--store", folder / "graph.db", "--writable", token=TOKEN, log="") as served:
        yield served


ox_type = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"


class Case(NamedTuple):
    """A request, and what its response is to be: a status between, a truth, media types."""

    method: str
    address: str = ""
    body: bytes | None = None
    media: str = ""
    accept: str = ""
    true: bool = False
    types: tuple[str, ...] = ()


def graphs(kind: str, *numbers: int) -> str:
    return "&".join(f"{kind}-uri={quote(DATA.format(n), safe='')}" for n in numbers)


def asked(query: str) -> str:
    return "query=" + quote(query, safe="")


BOTH = f"ASK {{ <{DATA.format(1)}> a ?type . <{DATA.format(2)}> a ?type . }}"
NAMED = f"ASK {{ GRAPH ?g1 {{ <{DATA.format(1)}> a ?type }} GRAPH ?g2 {{ <{DATA.format(2)}> a ?type }} }}"
FULL = f"ASK {{ <{DATA.format(3)}> a ?type GRAPH ?g1 {{ <{DATA.format(1)}> a ?type }} GRAPH ?g2 {{ <{DATA.format(2)}> a ?type }} }}"
OTHERS = f"ASK {{ GRAPH ?g1 {{ <{DATA.format(1)}> a ?type }} FILTER NOT EXISTS {{ GRAPH ?g2 {{ <{DATA.format(3)}> a ?type }} }} }}"

GOOD = {
    "query_post_form": Case("POST", graphs("default-graph", 0), b"query=ASK%20%7B%7D", FORM, true=True),
    "query_dataset_default_graphs_get": Case("GET", f"{asked(BOTH)}&{graphs('default-graph', 1, 2)}", true=True),
    "query_dataset_default_graphs_post": Case("POST", graphs("default-graph", 1, 2), BOTH.encode(), QUERY, true=True),
    "query_dataset_named_graphs_post": Case("POST", graphs("named-graph", 1, 2), NAMED.encode(), QUERY, true=True),
    "query_dataset_named_graphs_get": Case("GET", f"{asked(NAMED)}&{graphs('named-graph', 1, 2)}", true=True),
    "query_dataset_full": Case("POST", f"{graphs('default-graph', 3)}&{graphs('named-graph', 1, 2)}", FULL.encode(), QUERY, true=True),
    "query_multiple_dataset": Case(
        "POST",
        graphs("named-graph", 1, 2),
        f"ASK FROM <{DATA.format(3)}> {OTHERS.removeprefix('ASK ')}".encode(),
        QUERY,
        true=True,
    ),
    "query_get": Case("GET", asked("ASK {}"), true=True),
    "query_content_type_select": Case("GET", asked("SELECT (1 AS ?value) {}"), types=(*BOOLEAN, "text/tab-separated-values", "text/csv")),
    "query_content_type_ask": Case("GET", asked("ASK {}"), types=BOOLEAN),
    "query_content_type_describe": Case("GET", asked("DESCRIBE <http://example.org/>"), types=GRAPHS),
    "query_content_type_construct": Case("GET", asked("CONSTRUCT { <s> <p> 1 } WHERE {}"), types=GRAPHS),
    "query_post_direct": Case("POST", "", b"ASK {}", QUERY, true=True),
}
BAD = {
    "bad_query_method": Case("PUT", f"{asked('ASK {}')}&{graphs('default-graph', 0)}", b"", FORM),
    "bad_multiple_queries": Case("GET", f"{asked('ASK {}')}&{asked('SELECT * {}')}"),
    "bad_query_wrong_media_type": Case("POST", "", b"ASK {}", "text/plain"),
    "bad_query_missing_form_type": Case("POST", "", b"query=ASK%20%7B%7D"),
    "bad_query_missing_direct_type": Case("POST", "", b"ASK {}"),
    "bad_query_non_utf8": Case("POST", "", "ASK {}".encode("utf-16"), QUERY + "; charset=UTF-16"),
    "bad_query_syntax": Case("GET", asked("ASK {")),
    "bad_update_get": Case("GET", "update=CLEAR%20ALL"),
    "bad_multiple_updates": Case("POST", "", b"update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM),
    "bad_update_wrong_media_type": Case("POST", "", b"CLEAR NAMED", "text/plain"),
    "bad_update_missing_form_type": Case("POST", "", b"update=CLEAR%20NAMED"),
    "bad_update_non_utf8": Case("POST", "", "CLEAR NAMED".encode("utf-16"), UPDATE + "; charset=UTF-16"),
    "bad_update_syntax": Case("POST", "", b"update=CLEAR%20XYZ", FORM),
    "bad_update_dataset_conflict": Case(
        "POST",
        "using-named-graph-uri=http%3A%2F%2Fexample%2Fpeople",
        b"update=" + quote("WITH <http://example/addresses> DELETE { ?p ?q ?v } WHERE { ?p ?q ?v }").encode(),
        FORM,
    ),
}


def send(server: Served, case: Case) -> httpx.Response:
    headers = {"content-type": case.media} if case.media else {}
    headers |= {"accept": case.accept} if case.accept else {}
    request = server.client.build_request(
        case.method, "sparql/" + ("?" + case.address if case.address else ""), content=case.body,
        headers={**headers, "authorization": f"Bearer {TOKEN}"},
    )  # fmt: skip
    return server.client.send(request)


@pytest.mark.parametrize("name", GOOD)
def test_requests_that_are_right(name: str, server: Served) -> None:
    response = send(server, GOOD[name])
    assert response.status_code == 200, response.text
    if GOOD[name].types:
        assert response.headers["content-type"].partition(";")[0] in GOOD[name].types
    if GOOD[name].true:
        assert response.json() == {"head": {}, "boolean": True}


@pytest.mark.parametrize("name", BAD)
def test_requests_that_are_wrong(name: str, server: Served) -> None:
    response = send(server, BAD[name])
    assert 400 <= response.status_code < 500
    problem = response.json()
    assert response.headers["content-type"] == "application/problem+json"
    assert problem["status"] == response.status_code
    assert problem["detail"].endswith((".", "”", ")", "^")), problem
    assert response.headers["access-control-allow-origin"] == "*"


PREFIXES = "PREFIX dc: <http://purl.org/dc/terms/> PREFIX foaf: <http://xmlns.com/foaf/0.1/> "
DOCUMENTS = "INSERT DATA {" + "".join(f" GRAPH <{DATA.format(n)}> {{ <{DATA.format(n)}> a foaf:Document }}" for n in (1, 2, 3)) + " } ;"
RESOURCES = "INSERT { GRAPH <%s> { ?s a dc:BibliographicResource } } WHERE { %s }"
UPDATES: dict[str, tuple[str, str, str, str]] = {
    # what the address says, the update, and what is to be so afterwards and what not
    "update_dataset_default_graph": (
        graphs("using-graph", 1),
        f"{PREFIXES} CLEAR ALL ; {DOCUMENTS} {RESOURCES % (TEST.format('a'), '?s a foaf:Document')}",
        f"GRAPH <{TEST.format('a')}> {{ <{DATA.format(1)}> a <http://purl.org/dc/terms/BibliographicResource> }}",
        f"GRAPH <{TEST.format('a')}> {{ <{DATA.format(2)}> a ?type }}",
    ),
    "update_dataset_default_graphs": (
        graphs("using-graph", 1, 2),
        f"{PREFIXES} DROP ALL ; {DOCUMENTS} {RESOURCES % (TEST.format('b'), '?s a foaf:Document')}",
        f"GRAPH <{TEST.format('b')}> {{ <{DATA.format(1)}> a ?type . <{DATA.format(2)}> a ?type }}",
        f"GRAPH <{TEST.format('b')}> {{ <{DATA.format(3)}> a ?type }}",
    ),
    "update_dataset_named_graphs": (
        graphs("using-named-graph", 1, 2),
        f"{PREFIXES} DROP ALL ; {DOCUMENTS} {RESOURCES % (TEST.format('c'), 'GRAPH ?g { ?s a foaf:Document }')}",
        f"GRAPH <{TEST.format('c')}> {{ <{DATA.format(1)}> a ?type . <{DATA.format(2)}> a ?type }}",
        f"GRAPH <{TEST.format('c')}> {{ <{DATA.format(3)}> a ?type }}",
    ),
    "update_dataset_full": (
        f"{graphs('using-graph', 1)}&{graphs('using-named-graph', 2)}",
        (
            f"{PREFIXES} DROP ALL ; {DOCUMENTS} INSERT {{ GRAPH <{TEST.format('d')}> {{ ?s <http://example.org/in> ?in }} }} "
            'WHERE { { GRAPH ?g { ?s a foaf:Document } BIND(?g AS ?in) } UNION { ?s a foaf:Document . BIND("default" AS ?in) } }'
        ),
        (
            f'GRAPH <{TEST.format("d")}> {{ <{DATA.format(1)}> <http://example.org/in> "default" . '
            f"<{DATA.format(2)}> <http://example.org/in> <{DATA.format(2)}> }}"
        ),
        f"GRAPH <{TEST.format('d')}> {{ <{DATA.format(3)}> ?p ?o }}",
    ),
    "update_base_uri": (
        "",
        f"CLEAR SILENT GRAPH <{TEST.format('base')}> ; INSERT DATA {{ GRAPH <{TEST.format('base')}> {{ <urn:s> <urn:p> <test> }} }}",
        f"GRAPH <{TEST.format('base')}> {{ <urn:s> <urn:p> ?o FILTER(STRENDS(STR(?o), '/test')) }}",
        f"GRAPH <{TEST.format('base')}> {{ ?s ?p ?o FILTER(STR(?o) = 'test') }}",
    ),
    "update_post_form": ("", "CLEAR ALL", "", "GRAPH ?g { ?s ?p ?o }"),
    "update_post_direct": ("", "CLEAR ALL", "", "?s ?p ?o"),
}


@pytest.mark.parametrize("name", UPDATES)
def test_updates(name: str, server: Served) -> None:
    address, update, holds, fails = UPDATES[name]
    if name == "update_post_form":
        response = send(server, Case("POST", "", b"update=" + quote(update).encode(), FORM))
    else:
        response = send(server, Case("POST", address, update.encode(), UPDATE))
    assert response.status_code in (200, 204), response.text
    for pattern, truth in ((holds, True), (fails, False)):
        assert server.ask(f"ASK {{ {pattern} }}").json()["boolean"] is truth, pattern


def test_all_cases_of_the_suite_are_here() -> None:
    assert len(GOOD) + len(BAD) + len(UPDATES) == 34


def description(server: Served, **headers: str) -> tuple[httpx.Response, list[Any]]:
    response = server.client.get("sparql", headers=headers)
    media = ox.RdfFormat.from_media_type(response.headers["content-type"])
    return response, list(ox.parse(response.content, format=media, base_iri=str(response.url)))


@pytest.mark.parametrize("accept", ["text/turtle", "application/rdf+xml", "application/ld+json", "application/n-triples", "*/*"])
def test_the_service_describes_itself_in_rdf(server: Served, accept: str) -> None:
    response, triples = description(server, accept=accept)
    assert response.status_code == 200
    sd = "http://www.w3.org/ns/sparql-service-description#"
    services = [t.subject for t in triples if t.object == ox.NamedNode(sd + "Service")]
    assert len(services) == 1
    said = {(t.predicate.value.removeprefix(sd), getattr(t.object, "value", "")) for t in triples if t.subject == services[0]}
    assert ("endpoint", server.url + "sparql") in said
    assert {("supportedLanguage", sd + "SPARQL11Query"), ("supportedLanguage", sd + "SPARQL11Update")} <= said
    assert any(p == "defaultDataset" for p, _ in said)
