"""The SPARQL page of a published site, in a real browser."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

import pyoxigraph as ox
import pytest

import clayonto
from clayonto import sparql as tokens
from clayonto.namespaces import ID, PREFIXES
from clayonto.publish import Config, publish, sparql
from clayonto.publish import config as configs
from clayonto.publish.sparql_words import PAGE, SCRIPT
from clayonto.publish.wording import WORDS
from tests import sites
from tests.browser import NO_ENGINE, Chromium, Page, browser, served
from tests.conftest import ROOT, graph

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from clayonto.publish.config import Target

BASE = "https://data.example/x/"
MARKUP = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
HOSTILE = f"""
@prefix : <{ID}> .
<organisation/evil> a org:Organization ; skos:prefLabel {json.dumps(MARKUP)}@en, {json.dumps(MARKUP)}@fi ; clay:statedIn <claim/evil> ;
  foaf:page <javascript:alert(1)>, <data:text/html,x>, <https://elsewhere.example/?a=%22%3E> ; rdfs:comment "=1+1", "a,\\"b\\"\\r\\n", "\u202eturned", "x"@sv .
<organisation/constructor> a org:Organization ; skos:prefLabel "__proto__"@en, "__proto__"@fi ; clay:statedIn <claim/evil> .
<organisation/Käsityö> a org:Organization ; skos:prefLabel "Craft"@en, "Käsityö"@fi ; clay:statedIn <claim/evil> .
<claim/evil> a clay:Claim ; clay:about <organisation/evil> ; clay:aspect aspect:name ; clay:rank rank:preferred ;
  clay:statesValue "<b>" ; prov:value "<b>" ; prov:wasQuotedFrom <passage/clay-title-1> .
"""
RUNAWAY = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
EVERYTHING = "SELECT ?s ?p ?o WHERE { ?s ?p ?o } ORDER BY STR(?s) STR(?p) STR(?o)"
ROWS = "document.querySelectorAll('#table tbody tr').length"
# Asks by the address, or anew if that is the query already, and waits until the page has something to say.
ASKED = """async (query) => {
  const [state, problem, text] = ["state", "problem", "query"].map((id) => document.getElementById(id));
  state.textContent = problem.textContent = "";
  if (text.value === query) document.getElementById("run").click();
  else location.hash = `query=${encodeURIComponent(query)}`;
  while (document.body.classList.contains("busy") || !(state.textContent || problem.textContent)) await new Promise((go) => setTimeout(go, 4));
}"""
# What a reader would save, put aside instead of being saved.
KEEP = "(() => { const made = URL.createObjectURL; URL.createObjectURL = (blob) => { window.kept = blob.text(); return made.call(URL, blob); }; })()"
SAVED = """async (kind) => {
  window.kept = undefined;
  [...document.querySelectorAll("#files button")].find((button) => button.textContent === kind).click();
  while (!window.kept) await new Promise((go) => setTimeout(go, 4));
  return window.kept;
}"""

pytestmark = pytest.mark.skipif(not sparql.available(), reason=NO_ENGINE)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sparql") / "site"
    publish(graph("oxigraph"), out, configs.bundled())
    return out


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with browser() as running:
        yield running


@pytest.fixture(scope="module")
def url(site: Path) -> Iterator[str]:
    with served(site) as at:
        yield at


@pytest.fixture(scope="module")
def page(chromium: Chromium, url: str) -> Page:
    """The page in English, opened once for the tests that do not need it fresh."""
    opened = ready(chromium.open(f"{url}en/{sparql.PATH}"))
    opened.run(KEEP)
    return opened


def ready(page: Page) -> Page:
    said = "document.getElementById('sparql').hidden === false && document.getElementById('state').textContent"
    page.wait(f"/[0-9] (statements|väittämää)/.test({said})")
    return page


def ask(page: Page, query: str) -> str:
    """Ask by the address, and what the page says of the answer."""
    page.run(f"({ASKED})({json.dumps(query)})")
    return page.text("#problem") or page.text("#state")


def saved(page: Page, kind: str) -> str:
    """The file of an answer, as it would be saved."""
    return str(page.run(f"({SAVED})({kind!r})"))


def table(page: Page) -> list[list[str]]:
    rows: list[list[str]] = page.run(
        "[...document.querySelectorAll('#table tr')].map((row) => [...row.cells].map((cell) => cell.textContent))"
    )
    return rows


@pytest.mark.parametrize("lang", ["en", "fi"])
def test_every_named_query_has_a_link_that_gives_the_rows_that_the_library_gives(
    chromium: Chromium, site: Path, url: str, lang: str
) -> None:
    page = chromium.open(f"{url}{lang}/{sparql.PATH}")
    ready(page).run(KEEP)
    names = sorted(clayonto.queries())
    assert len(names) > 30
    for name in names:
        told = (site / lang / "query" / f"{name}.html").read_text(encoding="utf-8")
        link = re.search(rf'href="\.\./sparql/index\.html#query=([^"]+)">{WORDS[lang]["edit_and_run"]}</a>', told)
        assert link, name
        said = ask(page, unquote(link.group(1)))
        params = clayonto.queries()[name].params
        values = {key: p.example for key, p in params.items() if p.example is not None} | ({"lang": lang} if "lang" in params else {})
        rows = graph("oxigraph").run(name, **values)
        assert saved(page, "CSV") == rows.to_csv(), f"{name}: {said}"
        assert page.run(ROWS) == min(len(rows), 100), name
    assert page.problems == []
    assert page.foreign(url) == []


def test_a_reader_edits_a_question_and_runs_it_with_the_keyboard_alone(chromium: Chromium, url: str) -> None:
    page = chromium.open(f"{url}fi/query/project-partners.html")
    page.run(f"[...document.querySelectorAll('a')].find((link) => link.textContent === {WORDS['fi']['edit_and_run']!r}).click()")
    page.wait(f"location.pathname.endsWith('/fi/sparql/index.html') && {ROWS} === 6")
    assert page.text("#state").startswith("6 riviä")
    assert "pääpartneri" in page.text("#table")
    assert page.run("document.querySelector('#table a').href").startswith(f"{url}fi/organisation/")
    page.run("document.getElementById('query').focus(); document.getElementById('query').select()")
    page.type("SELECT ?hanke WHERE { ?hanke a clay:Project }")
    page.press("Enter", ctrl=True)
    page.wait(f"{ROWS} === 1")
    # The prefix was declared, in the editor, where the reader sees it; and the address carries what was asked.
    assert page.run("document.getElementById('query').value").startswith("PREFIX clay: <https://w3id.org/clayonto/def#>\nSELECT")
    assert unquote(urlsplit(page.run("location.href")).fragment) == "query=" + page.run("document.getElementById('query').value")
    page.press("Tab")
    assert page.run("document.activeElement.id") == "run"
    assert page.problems == []


def test_a_query_that_runs_away_is_stopped_and_the_next_one_is_answered(page: Page) -> None:
    page.run(f"location.hash = {sparql.link(RUNAWAY)!r}")
    page.wait("document.body.classList.contains('busy') && !document.getElementById('stop').disabled")
    page.wait(f"document.getElementById('state').textContent === {SCRIPT['en']['running']!r}")
    page.run("document.getElementById('query').focus()")
    page.press("Escape")
    assert page.text("#state") == SCRIPT["en"]["stopped"]
    assert page.run("document.getElementById('stop').disabled")
    page.run(f"location.hash = {sparql.link(RUNAWAY + ' #2')!r}")
    page.wait("!document.getElementById('stop').disabled")
    page.click("#stop")
    assert page.text("#state") == SCRIPT["en"]["stopped"]
    assert ask(page, "ASK { ?s a clay:Project }").startswith("Answered")
    assert page.text("#truth") == "Yes"
    assert page.problems == []


@pytest.mark.parametrize(
    ("query", "said", "at"),
    [
        ("SELECT ?x\nWHERE { ?x nope:y ?z }", "Line 2, column 12: the prefix “nope:” is not declared, and it is none of those below.\n", (2, 12)),
        ("SELECT ?x\nWHERE { ?x ?y ; }}", "Line 2, column 17: “}” is not expected here", (2, 17)),
        ("SELECT ?x WHERE { SERVICE <http://127.0.0.1:9/> { ?x ?y ?z } }", "Line 1, column 19: SERVICE would send the query to another server", (1, 19)),
        ("# INSERT\nLOAD <http://127.0.0.1:9/>", "Line 2, column 1: LOAD changes data", (2, 1)),
        ("DELETE WHERE { ?s ?p ?o }", "Line 1, column 1: DELETE changes data", (1, 1)),
        ("SELECT ?s FROM <http://127.0.0.1:9/> WHERE { ?s ?p ?o }", "Line 1, column 11: FROM names another graph", (1, 11)),
        ("", "Line 1, column 1:", None),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_with_its_place(page: Page, url: str, query: str, said: str, at: tuple[int, int] | None) -> None:
    page.run("document.getElementById('query').value = ''")
    told = ask(page, query)
    assert re.match(re.escape(said), told), told
    assert page.run("document.getElementById('query').getAttribute('aria-invalid')") == "true"
    assert page.run("document.getElementById('answer').hidden")
    if at:
        before = query.split("\n")[: at[0] - 1]
        assert page.run("document.getElementById('query').selectionStart") == sum(len(line) + 1 for line in before) + at[1] - 1
    assert page.run("document.activeElement.id") == "query"
    assert ask(page, "ASK {}").startswith("Answered")
    assert (
        page.run("document.getElementById('query').hasAttribute('aria-invalid')") is False
        or page.run("document.getElementById('query').getAttribute('aria-invalid')") == "false"
    )
    assert page.foreign(url) == []


def test_the_words_that_are_refused_may_stand_in_texts_names_and_comments(page: Page) -> None:
    query = 'PREFIX service: <urn:from:> SELECT ?from WHERE { BIND("SERVICE <x> FROM" AS ?from) } # DELETE service:from'
    assert ask(page, query).startswith("1 row")
    assert table(page) == [["from"], ["SERVICE <x> FROM"]]


def test_a_large_answer_is_shown_in_pieces_and_saved_whole(page: Page) -> None:
    assert ask(page, EVERYTHING)
    size = graph("oxigraph").n_triples().count(b"\n")
    assert page.run(ROWS) == 100
    assert page.text("#shown") == f"Rows 1–100 of {size:,}"
    assert page.run("document.getElementById('previous').disabled")
    first = table(page)[1]
    page.click("#next")
    page.wait("document.getElementById('shown').textContent.startsWith('Rows 101')")
    assert table(page)[1] != first
    rows = list(csv.reader(io.StringIO(saved(page, "CSV"), newline="")))
    assert rows[0] == ["s", "p", "o"]
    assert len(rows) == size + 1
    found = json.loads(saved(page, "JSON"))
    assert len(found["results"]["bindings"]) == size
    assert page.run("document.querySelectorAll('*').length") < 4000


def test_graphs_are_saved_as_turtle_and_json_ld(page: Page) -> None:
    query = f"DESCRIBE <{ID}project/clay>"
    assert ask(page, query)
    store = ox.Store()
    store.extend(ox.Quad(*t) for t in (q.triple for q in ox.parse(graph("oxigraph").n_triples(), format=ox.RdfFormat.N_TRIPLES)))
    wanted = {str(t) for t in store.query(query)}  # type: ignore[union-attr]
    assert len(wanted) > 20
    turtle = saved(page, "Turtle")
    assert turtle.startswith("@prefix clay:")
    assert {str(q.triple) for q in ox.parse(turtle, format=ox.RdfFormat.TURTLE)} == wanted
    assert {str(q.triple) for q in ox.parse(saved(page, "JSON-LD"), format=ox.RdfFormat.JSON_LD)} == wanted
    assert table(page)[0] == ["subject", "predicate", "object"]


def test_a_file_is_saved_under_a_name(page: Page, chromium: Chromium, tmp_path: Path) -> None:
    chromium.send("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    assert ask(page, 'SELECT ("a,b" AS ?x) WHERE {}')
    page.run("document.querySelector('#files button').click()")
    file, end = tmp_path / "answer.csv", time.monotonic() + 30
    while not file.exists() and time.monotonic() < end:
        page.run("1")
        time.sleep(0.05)
    assert file.read_bytes() == b'x\r\n"a,b"\r\n'


def test_numbers_beside_names_are_drawn_and_years_make_a_line(page: Page) -> None:
    rows = "VALUES (?name ?number) { ('a' 3) ('b' -1) ('c' 2.5) }"
    assert ask(page, f"SELECT ?name ?number WHERE {{ {rows} }}")
    assert page.run("document.querySelectorAll('#drawing rect').length") == 3
    assert "number by name" in page.run("document.querySelector('#drawing svg').getAttribute('aria-label')")
    assert ask(page, "SELECT ?year ?n ?m WHERE { VALUES (?year ?n ?m) { (2014 1 9) (2016 4 8) (2020 2 7) } } ORDER BY ?year")
    assert page.run("document.querySelectorAll('#drawing line.path').length") == 2
    assert page.run("[...document.getElementById('number').options].map((one) => one.textContent)") == ["n", "m"]
    assert ask(page, "SELECT ?a ?b WHERE { VALUES (?a ?b) { ('x' 'y') ('z' 'w') } }")
    assert page.run("document.getElementById('chart').hidden")


def test_without_scripts_the_page_says_what_it_would_do_and_where_else_to_go(chromium: Chromium, url: str, site: Path) -> None:
    page = chromium.open().without_scripts().go(f"{url}fi/{sparql.PATH}")
    assert PAGE["fi"]["noscript"] in page.text("noscript")
    assert page.run("getComputedStyle(document.getElementById('sparql')).display") == "none"
    for link in page.run("[...document.querySelectorAll('noscript a')].map((one) => one.getAttribute('href'))"):
        assert (site / "fi" / "sparql" / link).resolve().is_file(), link


def test_a_page_opened_from_a_disk_says_how_to_open_it(chromium: Chromium, site: Path) -> None:
    page = chromium.open(f"file://{site}/en/{sparql.PATH}")
    page.wait("!document.getElementById('cannot').hidden")
    assert "python3 -m http.server" in page.text("#cannot")


def test_a_host_may_unpack_the_data_on_its_way(chromium: Chromium, site: Path) -> None:
    with served(site, unpacks=True) as at:
        page = ready(chromium.open(f"{at}en/{sparql.PATH}"))
        assert ask(page, EVERYTHING)
        assert page.run(ROWS) == 100


def plain(site: Path, _: Path) -> AbstractContextManager[str]:
    return served(site)


def test_an_engine_that_breaks_is_started_anew(chromium: Chromium, url: str) -> None:
    # No order of texts and numbers agrees with both the order of numbers and that of texts, and the engine ends when it finds that out.
    values = " ".join(f'{number * 7919 % 1000} "{number * 104729 % 1000}"' for number in range(300))
    page = ready(chromium.open(f"{url}en/{sparql.PATH}"))
    assert ask(page, f"SELECT ?x {{ VALUES ?x {{ {values} }} }} ORDER BY ?x").startswith(SCRIPT["en"]["broken"])
    assert ask(page, f"SELECT ?x {{ VALUES ?x {{ {values} }} }} ORDER BY STR(?x)").startswith("600 rows")


def test_a_site_without_its_data_says_so(chromium: Chromium, site: Path, tmp_path: Path) -> None:
    for name in ("en", "assets"):
        (tmp_path / name).symlink_to(site / name)
    with served(tmp_path) as at:
        page = chromium.open(f"{at}en/{sparql.PATH}")
        for _ in range(2):
            page.wait("document.getElementById('problem').textContent.includes('404') && !document.body.classList.contains('busy')")
            assert page.text("#problem").startswith(PAGE["en"]["failed"])
            assert page.text("#state") == ""
            # It can be tried again.
            page.run("document.getElementById('problem').textContent = ''")
            page.click("#run")


@pytest.mark.parametrize(("target", "host"), [("plain", plain), ("apache", sites.apache), ("nginx", sites.nginx)])
def test_hostile_texts_stay_texts_and_links_lead_to_pages_of_the_site(
    chromium: Chromium, tmp_path: Path, target: Target, host: Callable[[Path, Path], AbstractContextManager[str]]
) -> None:
    head = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    (tmp_path / "hostile.ttl").write_text(f"@base <{ID}> .\n{head}{HOSTILE}", encoding="utf-8")
    publish(clayonto.load(tmp_path / "hostile.ttl"), tmp_path / "site", Config(licence=configs.CC_BY, base=BASE, target=target))
    with host(tmp_path / "site", tmp_path) as at:
        page = ready(chromium.open(f"{at}en/{sparql.PATH}"))
        for query in (
            "SELECT ?evil ?p ?o WHERE { ?evil skos:prefLabel ?l ; ?p ?o . FILTER(?l IN ('__proto__'@en, 'Craft'@en) || CONTAINS(?l, 'onerror')) }",
            "SELECT ?s WHERE { ?s a ?c } ORDER BY ?c ?s LIMIT 100",
            "CONSTRUCT { ?s ?p ?o } WHERE { ?s skos:prefLabel ?l ; ?p ?o . FILTER(CONTAINS(?l, 'onerror')) }",
            "SELECT ?claim ?amount ?c WHERE { ?claim clay:about ?amount ; a ?c } LIMIT 100",
        ):
            told = ask(page, query)
            assert "rows" in told, told
            assert page.run("document.title").startswith("SPARQL")
            assert page.run("document.querySelectorAll('#answer img, #answer script, #answer b').length") == 0
            links: list[str] = page.run("[...document.querySelectorAll('#table a')].map((link) => link.href)")
            assert len(links) > 5
            for link in links:
                assert link.startswith(("http://", "https://")), link
                if link.startswith(at):
                    assert (tmp_path / "site" / unquote(urlsplit(link).path[1:])).is_file(), link
            assert [link for link in links if link.startswith(at)]
        assert page.problems == []


def test_the_script_reads_the_tokens_that_the_library_reads(page: Page) -> None:
    texts = [query.text for query in clayonto.queries().values()]
    texts += [
        'SELECT ?a<5 && ?b>"x\\"y"@en-GB {} # no',
        "'''a'b''' \"\"\"c\"\"d\"\"\" 'open",
        "a:b.c. :x _:b1 <no iri> <urn:\\u0041> 1.5e3 .5 ^^xsd:int PREFIX ä:ö",
    ]
    script = "import('/assets/sparql/text.js').then((m) => TEXTS.map((text) => [...m.tokens(text)].filter((t) => t.kind !== 'space' && t.kind !== 'comment').map((t) => [t.kind, t.text])))"
    found = page.run(script.replace("TEXTS", json.dumps(texts)))
    assert found == [[[token.kind, token.text] for token in tokens.tokens(text)] for text in texts]


def test_the_engine_is_the_pinned_one_and_its_licence_goes_along(site: Path) -> None:
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")
    assert json.loads(lock)["packages"]["node_modules/oxigraph"]["version"] == sparql.VERSION
    assert "http" not in lock
    assert json.loads((ROOT / "clayonto/publish/assets/oxigraph/package.json").read_text(encoding="utf-8"))["version"] == sparql.VERSION
    assert (site / "assets/oxigraph/LICENSE-APACHE").read_text(encoding="utf-8") == (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_no_script_of_the_page_makes_markup_of_a_text(site: Path) -> None:
    scripts = {file.name: file.read_text(encoding="utf-8") for file in (site / "assets" / "sparql").glob("*.js")}
    assert set(scripts) == {*sparql.SCRIPTS, *sparql.WORKER}
    for name, script in scripts.items():
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function", script), name


def test_the_data_is_the_file_that_can_be_downloaded(site: Path) -> None:
    place = re.search(r'data-data="\.\./\.\./([^"]+)"', (site / "en" / sparql.PATH).read_text(encoding="utf-8"))
    assert place
    packed = (site / place.group(1)).read_bytes()
    assert len(list(ox.parse(gzip.decompress(packed), format=ox.RdfFormat.TURTLE))) == graph("oxigraph").n_triples().count(b"\n")
