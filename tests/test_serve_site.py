"""The live site in a browser, and as the checker of published sites sees it: the same pages, and a page for queries that asks the server."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

import clayonto
from clayonto.publish.checking import check
from tests.browser import browser
from tests.serving import TOKEN, serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.browser import Chromium, Page
    from tests.serving import Served

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
BASE = "https://data.example.org/lod/"


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    with serving(log="", timeout=5, quick=0.5) as served:
        yield served


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with browser() as running:
        yield running


def asking(chromium: Chromium, server: Served, query: str, lang: str = "en") -> Page:
    """The page for queries, with a query that it has run, or has given up."""
    page = chromium.open(f"{server.url}{lang}/sparql/index.html#query={quote(query, safe='')}")
    page.wait("document.getElementById('sparql')?.hidden === false && document.getElementById('stop').disabled")
    page.wait("document.getElementById('problem').textContent || !document.getElementById('answer').hidden")
    return page


def rows(page: Page) -> list[list[str]]:
    found: list[list[str]] = page.run(
        "[...document.querySelectorAll('#table tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return found


@pytest.mark.parametrize(
    "path",
    ["", "en/index.html", "fi/project/clay.html", "en/organisation/south-ostrobothnia-council.html", "en/map/index.html", "fi/search.html"],
)
def test_pages_live_with_their_security_policy(path: str, chromium: Chromium, server: Served) -> None:
    page = chromium.open(server.url + path)
    page.wait("document.readyState === 'complete'")
    assert page.run("document.querySelector('h1').textContent")
    # Its style sheet is there: a policy that kept it away would leave the page bare.
    assert page.run("[...document.styleSheets].length > 0 && getComputedStyle(document.body).fontFamily !== ''")
    assert page.problems == []
    assert page.foreign(server.url) == []


def test_the_site_is_searched(chromium: Chromium, server: Served) -> None:
    page = chromium.open(f"{server.url}en/search.html?q=ceramic")
    page.wait("document.querySelectorAll('main li a').length > 0")
    assert page.problems == []


@pytest.mark.parametrize("lang", ["en", "fi"])
def test_the_page_for_queries_asks_the_server(lang: str, chromium: Chromium, server: Served) -> None:
    page = asking(chromium, server, "SELECT ?project ?acronym { ?project a clay:Project ; clay:acronym ?acronym }", lang)
    assert rows(page)[1][1] == "CLAY"
    # Things have their names, and lead to their pages.
    assert page.run("document.querySelector('#table a').href") == f"{server.url}{lang}/project/clay.html"
    assert any(url.endswith("/sparql") for url in page.asked)
    assert not any("wasm" in url for url in page.asked)
    assert page.problems == []


def test_parts_lead_to_the_pages_of_what_they_are_parts_of(chromium: Chromium, server: Served) -> None:
    page = asking(chromium, server, "SELECT ?a { <https://w3id.org/clayonto/id/project/clay> prov:qualifiedAssociation ?a } LIMIT 1")
    assert page.run("document.querySelector('#table a').href") == f"{server.url}en/project/clay.html"


def test_truths_and_graphs_are_shown_and_saved(chromium: Chromium, server: Served) -> None:
    page = asking(chromium, server, "ASK { ?s a clay:Project }")
    assert page.text("#truth") == "Yes"
    page = asking(
        chromium,
        server,
        'CONSTRUCT { ?p rdfs:label "a \\"quoted\\"\\n\\u00e9 text"@en ; clay:acronym ?a } WHERE { ?p a clay:Project ; clay:acronym ?a }',
    )
    assert {row[2] for row in rows(page)[1:]} == {'a "quoted"\né text', "CLAY"}
    page.run("URL.createObjectURL = (blob) => { blob.text().then((text) => (window.kept = text)); return '#'; }")
    for kind in ("Turtle", "JSON-LD", "CSV"):
        page.run("window.kept = undefined")
        page.run(f"[...document.querySelectorAll('#files button')].find((button) => button.textContent === {json.dumps(kind)}).click()")
        page.wait("window.kept !== undefined")
        assert "CLAY" in page.run("window.kept")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("SELECT * {\n  ?s ?p .\n}", "Line 3, column 1: “}” is not expected here"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "The server refuses the query."),
        ("DELETE WHERE { ?s ?p ?o }", "Line 1, column 1: DELETE changes data"),
        (RUNAWAY, "The server refuses the query. (The query takes more than the 5 s that one may take."),
    ],
)
def test_what_the_server_says_is_told(query: str, said: str, chromium: Chromium, server: Served) -> None:
    assert asking(chromium, server, query).text("#problem").startswith(said)


def test_a_query_that_is_stopped_ends_on_the_server(chromium: Chromium, server: Served) -> None:
    def ended() -> float:
        told = server.client.get("metrics").text.splitlines()
        return next(float(line.split()[1]) for line in told if line.startswith("clayonto_queries_ended "))

    before = ended()
    page = chromium.open(f"{server.url}en/sparql/index.html#query={quote(RUNAWAY)}")
    page.wait("document.getElementById('sparql')?.hidden === false && !document.getElementById('stop').disabled")
    page.wait("new Promise((go) => setTimeout(() => go(true), 700))")
    page.press("Escape")
    assert page.text("#state") == "Stopped."
    page.wait("new Promise((go) => setTimeout(() => go(true), 700))")
    assert ended() == before + 1


def test_the_live_site_stands_the_check_of_published_ones(server: Served) -> None:
    report = check(server.url)
    assert not report.findings


def test_a_site_under_a_path_of_its_own_names_things_by_its_own_iris(tmp_path: Path, chromium: Chromium) -> None:
    config = tmp_path / "site.toml"
    config.write_text(f'licence = "https://creativecommons.org/licenses/by/4.0/"\nbase = "{BASE}"\ntarget = "apache"\n[server]\nlog = ""\n')
    with serving("--config", config) as server:
        assert server.client.get("id/project/clay").status_code == 404
        response = server.client.get("lod/id/project/clay", headers={"accept": "text/turtle"})
        assert response.status_code == 303
        assert f"<{BASE}id/project/clay>" in server.client.get(response.headers["location"]).text
        page = chromium.open(f"{server.url}lod/en/index.html")
        page.wait("document.readyState === 'complete'")
        assert page.problems == []
        assert server.client.get("lod/sparql", params={"query": "ASK {}"}).json() == {"head": {}, "boolean": True}
        assert server.client.get("lod/openapi.json").json()["openapi"].startswith("3.1")
        assert (
            server.client.get(
                "lod/queries/works-with.csv", params={"organisation": f"{BASE}id/organisation/south-ostrobothnia-council"}
            ).status_code
            == 200
        )


def test_pages_follow_what_is_written(tmp_path: Path) -> None:
    clayonto.load(store=tmp_path / "graph.db")
    thing = "<https://w3id.org/clayonto/id/project/new>"
    with serving("--store", tmp_path / "graph.db", "--writable", token=TOKEN, log="") as server:
        assert server.client.get("en/project/new.html").status_code == 404
        added = f'{thing} a <https://w3id.org/clayonto/def#Project> ; <http://www.w3.org/2004/02/skos/core#prefLabel> "A new one"@en'
        assert server.update(f"INSERT DATA {{ {added} }}").status_code == 204
        _until(server, "en/project/new.html", 200)
        assert "A new one" in server.client.get("en/project/new.html").text
        assert server.update(f"DELETE DATA {{ {added} }}").status_code == 204
        _until(server, "en/project/new.html", 410)
        assert server.client.get("id/project/new").status_code == 410


def _until(server: Served, path: str, status: int) -> None:
    import time

    ends = time.monotonic() + 60
    while (found := server.client.get(path).status_code) != status:
        assert time.monotonic() < ends, found
        time.sleep(0.1)
