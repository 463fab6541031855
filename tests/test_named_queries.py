"""The named queries over HTTP, and the description of all that the server can be asked."""

from __future__ import annotations

import csv
import io
import re
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import checks
from schemathesis.config import SchemathesisConfig

import clayonto
from tests.conftest import SOAK
from tests.serving import serving
from tests.test_machine import BROWSER

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.serving import Served

PROJECT = "project/clay"
CHECKS = (
    checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(log="") as served:
        # Queries are answered at once, pages when they are ready.
        while served.client.get("fi/index.html").status_code == 503:
            time.sleep(0.05)
        yield served


def ask(server: Served, path: str, accept: str = "", **headers: str) -> httpx.Response:
    return server.client.get(path, headers={"accept": accept or "*/*", **headers})


# ---------------------------------------------------------------------- the list


def test_the_list_is_what_the_command_prints(server: Served) -> None:
    told = ask(server, "queries").json()
    assert [{key: value for key, value in one.items() if key != "href"} for one in told] == [
        q.to_dict() for q in clayonto.queries().values()
    ]
    assert ask(server, told[0]["href"]).status_code in (200, 400)
    assert ask(server, "queries", BROWSER, **{"accept-language": "en"}).headers["location"] == "/en/query/index.html"
    assert ask(server, "queries", "text/turtle").headers["location"] == "/queries.ttl"
    assert ask(server, "queries", "application/json").status_code == 200
    assert ask(server, "queries", "image/png").status_code == 406


# ---------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("path", "accept", "media"),
    [
        ("", "", "application/sparql-results+json"),
        ("", "text/csv", "text/csv"),
        ("", "application/sparql-results+xml;q=0.9, text/csv;q=0.2", "application/sparql-results+xml"),
        (".csv", "application/json", "text/csv"),
        (".tsv", "", "text/tab-separated-values"),
        (".json", BROWSER, "application/sparql-results+json"),
        (".srx", "", "application/sparql-results+xml"),
        ("?format=csv", BROWSER, "text/csv"),
        ("?format=html&project=project/clay", "", "text/html"),
    ],
)
def test_the_form_is_that_of_address_or_parameter_or_what_is_accepted(server: Served, path: str, accept: str, media: str) -> None:
    response = ask(server, f"queries/project-partners{path}", accept)
    assert (response.status_code, response.headers["content-type"].partition(";")[0]) == (200, media)


@pytest.mark.parametrize("name", list(clayonto.queries()))
def test_each_query_has_the_rows_that_the_library_gives(server: Served, name: str) -> None:
    query = clayonto.queries()[name]
    values = {key: p.example for key, p in query.params.items() if p.example is not None}
    rows = list(csv.DictReader(io.StringIO(server.client.get(f"queries/{name}.csv", params=values).text)))
    found = clayonto.load().run(name, **values)
    assert [list(row.values()) for row in rows] == list(csv.reader(io.StringIO(found.to_csv())))[1:]


def test_the_language_is_the_visitors_unless_it_is_named(server: Served) -> None:
    for languages, parameters, role in (("", "", "lead partner"), ("fi", "", "pääpartneri"), ("fi", "&lang=en", "lead partner")):
        response = ask(server, f"queries/project-partners.csv?project={PROJECT}{parameters}", **{"accept-language": languages})
        assert role in response.text, response.text
        assert ("Accept-Language" in response.headers["vary"]) == (not parameters)


def test_an_answer_is_not_sent_again_to_who_has_it(server: Served) -> None:
    for path in (f"queries/project-partners.csv?project={PROJECT}", f"queries/project-partners?format=html&project={PROJECT}"):
        first = ask(server, path)
        again = ask(server, path, **{"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
        assert server.client.head(path, headers={"accept": "*/*"}).headers["content-type"] == first.headers["content-type"]


def test_a_browser_gets_a_page(server: Served) -> None:
    led = ask(server, "queries/project-partners", BROWSER, **{"accept-language": "en"})
    assert (led.status_code, led.headers["location"]) == (303, "/en/query/project-partners.html")
    shown = ask(server, f"queries/project-partners?project={PROJECT}", BROWSER, **{"accept-language": "en"})
    assert (shown.status_code, shown.headers["content-language"]) == (200, "en")
    static = ask(server, "en/query/project-partners.html")
    # What it tells is what the page of the same example tells.
    assert (
        re.findall(r"<table>.*</table>", shown.text)[0].count("<tr>") == re.findall(r"<table>.*</table>", static.text)[0].count("<tr>") == 7
    )
    links = [link.replace("&amp;", "&") for link in re.findall(r'(?:href|src)="([^"]*)"', shown.text)]
    assert f"/queries/project-partners.csv?project={PROJECT}&lang=en" in links
    assert f"/queries/project-partners?project={PROJECT}&lang=fi" in links
    for link in set(links):
        if link.startswith("/"):
            assert server.client.get(link.partition("#")[0], headers={"accept": BROWSER}).status_code == 200, link
        else:
            assert link.startswith(("#", "https://", "mailto:")), link


def test_what_is_asked_is_shown_and_does_nothing(server: Served) -> None:
    for text in ('"><script>alert(1)</script>', "{lang}{ending}{0}", "a&b=c#d", "ä €"):
        response = server.client.get("queries/search", params={"text": text}, headers={"accept": BROWSER})
        assert response.status_code == 200
        assert "<script>alert" not in response.text
        other = re.search(r'<a class="lang"[^>]*href="([^"]*)"', response.text)
        assert other
        again = server.client.get(other[1].replace("&amp;", "&"), headers={"accept": BROWSER})
        assert again.status_code == 200
        assert f'<html lang="{"en" if "lang=en" in other[1] else "fi"}">' in again.text


# ---------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("path", "parameter", "words"),
    [
        ("queries/project-partners?projct=x", "projct", "Did you mean “project”?"),
        ("queries/project-partners?project=project/nobody", "project", "takes a clay:Project"),
        ("queries/project-partners?project=organisation/aeucc", "project", "takes a clay:Project"),
        ("queries/project-partners?project=%20%3C", "project", "an IRI"),
        ("queries/project-partners?project=project/clay&project=project/clay", "project", "takes one value; there are 2"),
        ("queries/project-partners?lang=sv", "lang", "fi"),
        ("queries/search?text=x&limit=many", "limit", "a whole number"),
        ("queries/search", "text", "needs the parameter “text”"),
        ("queries/project-partners?format=parquet", "format", "json, xml, csv, tsv"),
        ("queries/project-partners.csv?format=json", "format", "named twice"),
    ],
)
def test_a_bad_value_is_refused_by_the_name_of_its_parameter(server: Served, path: str, parameter: str, words: str) -> None:
    response = ask(server, path)
    assert (response.status_code, response.headers["content-type"]) == (400, "application/problem+json")
    assert response.json()["parameter"] == parameter
    assert words in response.json()["detail"]


def test_what_is_not_there_is_not_found(server: Served) -> None:
    response = ask(server, "queries/project-partner")
    assert (response.status_code, "Did you mean" in response.json()["detail"]) == (404, True)
    for path in ("queries/x/y", "queries/project-partners.exe", "queries/..%2f..%2fetc", "queries/%00", "queries/project-partners/x"):
        assert ask(server, path).status_code == 404, path
    assert ask(server, "queries/project-partners", "image/png").status_code == 406
    assert ask(server, "queries/project-partners?project=%ff").status_code == 400
    assert ask(server, "queries/project-partners?" + "&".join(f"a{n}=1" for n in range(300))).status_code == 400


def test_only_reading_is_possible(server: Served) -> None:
    for path in ("queries", "queries/project-partners", "openapi.json"):
        assert server.client.options(path).headers["allow"] == "GET, HEAD, OPTIONS"
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            response = server.client.request(method, path)
            assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


@pytest.mark.fuzz
@given(st.dictionaries(st.sampled_from(["text", "limit", "lang", "format", "x"]), st.text(max_size=40), max_size=5))
@settings(max_examples=150 * SOAK, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_value_breaks_a_query(server: Served, values: dict[str, str]) -> None:
    values = {key: value.encode(errors="replace").decode() for key, value in values.items()}
    response = server.client.get("queries/search", params=values)
    assert response.status_code in (200, 400), response.text
    if response.status_code == 400:
        assert response.json()["parameter"] in (*values, "text")


# ---------------------------------------------------------------------- the description


def test_the_description_says_what_each_parameter_takes(server: Served) -> None:
    response = ask(server, "openapi.json", **{"accept-encoding": "gzip"})
    assert response.headers["content-type"].startswith("application/vnd.oai.openapi+json")
    assert response.headers["content-encoding"] == "gzip"
    told: dict[str, Any] = response.json()
    assert told["openapi"].startswith("3.1")
    assert {f"/queries/{name}" for name in clayonto.queries()} <= set(told["paths"])
    named = {p["name"]: p for p in told["paths"]["/queries/search"]["get"]["parameters"]}
    assert named["text"]["required"]
    assert named["limit"]["schema"] == {"type": "integer", "default": 20}
    assert set(named["lang"]["schema"]["enum"]) == {"fi", "en"}
    for path in ("/queries", "/health", "/metrics", "/openapi.json"):
        response = ask(server, path[1:])
        assert response.headers["content-type"].partition(";")[0] in {
            media.partition(";")[0] for media in told["paths"][path]["get"]["responses"]["200"]["content"]
        }
    assert ask(server, "queries").headers["link"].startswith('</openapi.json>; rel="service-desc"')


@pytest.mark.fuzz
def test_the_server_keeps_to_its_description(server: Served) -> None:
    told = ask(server, "openapi.json").json()
    schema = schemathesis.openapi.from_dict(told, config=SchemathesisConfig())
    tried = 0
    for result in schema.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]

        @given(case=operation.as_strategy())
        @settings(max_examples=8 * SOAK, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        def keeps(case: Any) -> None:
            nonlocal tried
            tried += 1
            case.call_and_validate(base_url=server.url.rstrip("/"), checks=CHECKS, timeout=60)

        keeps()
    assert tried > 100


# ---------------------------------------------------------------------- a server without pages, and pages that were before it


def test_queries_are_answered_where_there_are_no_pages() -> None:
    with serving(log="", pages=0) as served:
        while "most" not in (told := served.client.get("fi/index.html").json()):
            time.sleep(0.05)
        assert told["status"] == 503
        assert "it can be queried all the same" in told["detail"]
        assert served.client.get("queries/project-partners.csv").status_code == 200
        assert served.client.get(f"queries/project-partners?project={PROJECT}", headers={"accept": BROWSER}).status_code == 503
        assert served.client.get("health").json()["status"] == "ok"
        assert served.client.get("openapi.json").status_code == 200


def test_a_publisher_can_say_what_was_withdrawn() -> None:
    with serving(log="", withdrawn="gizmo/was,gizmo/other") as served:
        while served.client.get("id/gizmo/was").status_code == 503:
            time.sleep(0.05)
        statuses = [
            served.client.get(path).status_code for path in ("id/gizmo/was", "en/gizmo/other.html", "id/gizmo/never", "id/project/clay")
        ]
        assert statuses == [410, 410, 404, 303]
