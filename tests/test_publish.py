"""The published site: its files, its pages, its build."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urldefrag
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.cli import cli
from clayonto.errors import ConfigError, NotPublishableError, OutputError
from clayonto.namespaces import ID
from clayonto.publish import Config, publish, sparql
from clayonto.publish import config as configs
from clayonto.publish.build import Parts, build
from clayonto.publish.data import FORMATS
from clayonto.publish.index import read
from clayonto.publish.markup import is_web, text, words
from clayonto.publish.paths import Paths, segment
from clayonto.publish.site import Site
from clayonto.publish.staging import check
from tests.browser import browser, served

if TYPE_CHECKING:
    from collections.abc import Iterator

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])
SVG_EMPTY = frozenset(("line", "rect", "circle", "path"))


class Page(HTMLParser):
    """A page read strictly: tags must nest, ids be unique, attributes be known not to run anything."""

    def __init__(self, content: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.langs: set[str] = set()
        self.scripts: list[dict[str, str | None]] = []
        self.told: list[str] = []
        self.heads: list[dict[str, str | None]] = []
        self.tags: set[str] = set()
        self.feed(content)
        self.close()
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given_attrs = dict(attrs)
        assert len(given_attrs) == len(attrs), (tag, attrs)
        assert not [name for name in given_attrs if name.startswith("on") or name == "style"], (tag, attrs)
        self.tags.add(tag)
        if "id" in given_attrs:
            assert given_attrs["id"] not in self.ids, f"twice: {given_attrs['id']}"
            self.ids.add(str(given_attrs["id"]))
        if tag == "a" and "href" in given_attrs:
            self.links.append(str(given_attrs["href"]))
        if tag == "link":
            self.heads.append(given_attrs)
        if tag == "script":
            self.scripts.append(given_attrs)
        if given_attrs.get("lang"):
            self.langs.add(str(given_attrs["lang"]))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SVG_EMPTY, tag

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, tag

    def handle_data(self, data: str) -> None:
        self.told.append(data)


HOSTILE = r"""
@prefix : <https://w3id.org/clayonto/id/> .
<claim/hostile> prov:value "x"@en .
<organisation/script> a org:Organization ; skos:prefLabel "<script>alert(1)</script>"@en, "</title><img src=x onerror=alert(1)>"@fi ;
  clay:statedIn <claim/hostile> ; dct:description "\" onmouseover=\"alert(1)"@en .
<organisation/quotes> a org:Organization ; skos:prefLabel "'\"&lt;'\"><"@en, "]]>--><!--"@fi ; clay:statedIn <claim/hostile> .
<organisation/rtl> a org:Organization ; skos:prefLabel "\u202Egnp.exe \u0627\u0644"@en, "\u2067turn\u202E"@fi ; clay:statedIn <claim/hostile> .
<organisation/long> a org:Organization ; skos:prefLabel "LONG"@en, "LONG"@fi ; clay:statedIn <claim/hostile> .
<organisation/control> a org:Organization ; skos:prefLabel "a\u0001b\u0008c"@en, "x"@fi ; clay:statedIn <claim/hostile> ;
  foaf:page <javascript:alert(1)>, <data:text/html,x> ; dct:identifier "javascript:alert(2)"^^xsd:anyURI .
<organisation/%2e%2e%2f%2e%2e%2fetc> a org:Organization ; skos:prefLabel "Up"@en, "Ylös"@fi ; clay:statedIn <claim/hostile> .
<organisation/%41%20b> a org:Organization ; skos:prefLabel "Percent"@en, "Prosentti"@fi ; clay:statedIn <claim/hostile> .
<organisation/Käsityö-株式会社> a org:Organization ; skos:prefLabel "Unicode"@en, "Merkistö"@fi ; clay:statedIn <claim/hostile> .
<organisation/QUOTES> a org:Organization ; skos:prefLabel "Case"@en, "Koko"@fi ; clay:statedIn <claim/hostile> .
<organisation/index> a org:Organization ; skos:prefLabel "Index"@en, "Hakemisto"@fi ; clay:statedIn <claim/hostile> .
<query/evil> a org:Organization ; skos:prefLabel "Reserved"@en, "Varattu"@fi ; clay:statedIn <claim/hostile> ; foaf:maker [ foaf:name "nameless" ] .
<claim/hostile> a clay:Claim ; clay:about <organisation/script> ; clay:aspect aspect:name ; clay:rank rank:preferred ;
  clay:statesValue "<b>" ; prov:wasQuotedFrom <passage/clay-title-1> .
"""


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> clayonto.KnowledgeGraph:
    from clayonto.namespaces import PREFIXES

    head = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    file = tmp_path_factory.mktemp("data") / "hostile.ttl"
    file.write_text(f"@base <{ID}> .\n{head}{HOSTILE.replace('LONG', 'long ' * 2000)}", encoding="utf-8")
    return clayonto.load(file)


def made(graph: clayonto.KnowledgeGraph, out: Path, config: Config | None = None) -> Path:
    publish(graph, out, config or configs.bundled())
    return out


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(clayonto.load(), tmp_path_factory.mktemp("site") / "out")


@pytest.fixture(scope="module")
def hostile_site(tmp_path_factory: pytest.TempPathFactory, hostile: clayonto.KnowledgeGraph) -> Path:
    config = configs.parse(
        {
            "licence": configs.CC_BY,
            "base": "https://data.example/x/",
            "target": "github-pages",
            "title": "<i>Title</i>",
            "contact": "a@b.example",
        }
    )
    return made(hostile, tmp_path_factory.mktemp("site") / "out", config)


def tree(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def html(folder: Path) -> Iterator[tuple[str, Page]]:
    for file in sorted(folder.rglob("*.html")):
        try:
            yield str(file.relative_to(folder)), Page(file.read_text(encoding="utf-8"))
        except AssertionError as error:
            raise AssertionError(f"{file.relative_to(folder)}: {error}") from error


@pytest.mark.parametrize("which", ["site", "hostile_site"])
def test_every_page_is_well_formed_and_every_internal_link_leads_somewhere(which: str, request: pytest.FixtureRequest) -> None:
    folder = request.getfixturevalue(which)
    base = "https://data.example/x/" if which == "hostile_site" else configs.HOME
    pages = dict(html(folder))
    assert len(pages) > 900
    checked = 0
    for name, page in pages.items():
        for link in page.links:
            address, fragment = urldefrag(link)
            if "://" in address or address.startswith("mailto:"):
                continue
            target = os.path.normpath(Path(name).parent / unquote(address)) if address else name
            assert (folder / target).is_file(), f"{name}: {link}"
            checked += 1
            if fragment and target.endswith(".html"):
                assert fragment.partition("=")[0] in pages[target].ids, f"{name}: {link}"
        for head in page.heads:
            href = str(head["href"])
            if href.startswith(base) and head["rel"] != "cite-as":
                assert (folder / unquote(href.removeprefix(base))).is_file(), f"{name}: {href}"
    assert checked > 10_000


def test_both_languages_have_the_same_pages_and_point_at_each_other(site: Path) -> None:
    names = {lang: {str(p.relative_to(site / lang)) for p in (site / lang).rglob("*.html")} for lang in ("fi", "en")}
    without_letters = {lang: {n for n in names[lang] if not n.startswith("az/")} for lang in names}
    assert without_letters["fi"] == without_letters["en"]
    for name, page in html(site / "fi"):
        tags = {head["hreflang"]: head["href"] for head in page.heads if head.get("hreflang")}
        if not name.startswith("az/"):
            assert set(tags) == {"fi", "en", "x-default"}, name
            assert str(tags["en"]).endswith(f"/en/{name}"), name


def test_the_same_graph_makes_the_same_bytes_and_a_rebuild_writes_nothing(site: Path, tmp_path: Path) -> None:
    graph = clayonto.load()
    again = publish(graph, tmp_path / "again", configs.bundled())
    assert again.written == again.files > 2000
    assert tree(tmp_path / "again") == tree(site)
    times = {p: p.stat().st_ino for p in (tmp_path / "again").rglob("*") if p.is_file()}
    once_more = publish(graph, tmp_path / "again", configs.bundled())
    assert (once_more.written, once_more.unchanged) == (0, again.files)
    assert {p: p.stat().st_ino for p in times} == times


def test_the_same_bytes_whatever_the_order_of_hashing(tmp_path: Path) -> None:
    script = "import sys, clayonto; from clayonto.publish import publish, config; publish(clayonto.load(), sys.argv[1], config.bundled())"
    for seed in ("1", "2"):
        subprocess.run([sys.executable, "-c", script, str(tmp_path / seed)], check=True, env={**os.environ, "PYTHONHASHSEED": seed})
    assert tree(tmp_path / "1") == tree(tmp_path / "2")


def test_a_rebuild_writes_only_what_changed_and_a_page_withdrawn_leaves_a_notice(tmp_path: Path) -> None:
    extra = tmp_path / "extra.ttl"
    text_of = f'<{ID}scheme/extra> a <http://www.w3.org/2004/02/skos/core#ConceptScheme> ; <http://www.w3.org/2004/02/skos/core#prefLabel> "Zzz"@en, "Zzz"@fi .'
    extra.write_text(text_of, encoding="utf-8")
    out = tmp_path / "out"
    before = publish(clayonto.load(extra), out, configs.bundled())
    summary = publish(clayonto.load(), out, configs.bundled())
    assert summary.withdrawn == 2
    assert 0 < summary.written < before.files / 20
    gone = (out / "en/scheme/extra.html").read_text(encoding="utf-8")
    assert "withdrawn" in gone
    assert not (out / "data/scheme/extra.ttl").exists()
    publish(clayonto.load(), out, configs.bundled())
    assert (out / "en/scheme/extra.html").read_text(encoding="utf-8") == gone
    publish(clayonto.load(extra), out, configs.bundled())
    assert "Zzz" in (out / "en/scheme/extra.html").read_text(encoding="utf-8")
    assert not [p for p in tmp_path.iterdir() if p.name.startswith(".")]


def test_a_build_that_fails_changes_nothing(site: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(site, out)
    before = tree(out)
    thing = Site.of(clayonto.load(), configs.bundled())

    def broken(_: Site) -> Iterator[tuple[str, bytes]]:
        yield "a.txt", b"a"
        raise OSError("disk full")

    with pytest.raises(OutputError, match="disk full"):
        build(thing, Parts(others=[broken]), out)
    assert tree(out) == before
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_files_of_others_stay_and_a_folder_that_is_no_site_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "out"
    made(clayonto.load(), out)
    (out / "CNAME").write_text("data.example", encoding="utf-8")
    (out / ".git").mkdir()
    (out / ".git" / "HEAD").write_text("ref", encoding="utf-8")
    summary = publish(clayonto.load(), out, configs.bundled())
    assert summary.kept == 2
    assert (out / ".git" / "HEAD").read_text(encoding="utf-8") == "ref"
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ConfigError, match="no site"):
        publish(clayonto.load(), other, configs.bundled())
    assert [p.name for p in other.iterdir()] == ["thesis.txt"]


@pytest.mark.parametrize("path", ["", "/etc/passwd", "../x", "a/../../x", "a//b", "./a", "a\\b", "a\0b"])
def test_no_part_writes_outside_the_site(path: str) -> None:
    with pytest.raises(ConfigError):
        check(path)


@given(st.text(min_size=1).filter(lambda t: not any("\ud800" <= c <= "\udfff" for c in t)))
def test_any_key_becomes_a_safe_path(key: str) -> None:
    path = Paths(ID).add(ID + key)
    check(path)
    assert path == Paths(ID).add(ID + key)
    assert len(path.encode()) < 400 or "/" in key
    assert segment(key) not in (".", "..", "index")


@given(st.lists(st.text(alphabet="aAäÄ%2eE./-", min_size=1, max_size=8), unique=True, max_size=8))
def test_no_two_things_share_a_path(keys: list[str]) -> None:
    paths = Paths(ID)
    made_paths = [paths.add(ID + key).casefold() for key in keys]
    assert len(set(made_paths)) == len(keys)


@given(st.text())
@settings(max_examples=300)
def test_text_stays_text(value: str) -> None:
    page = Page(f'<p title="{text(value)}">{words(value, "ar", "en")}</p>')
    assert page.tags <= {"p", "span", "bdi"}
    cleaned = "".join("\ufffd" if ord(c) in (*range(9), 11, *range(14, 32), *range(127, 160), 0xFFFE, 0xFFFF) else c for c in value)
    assert "".join(page.told).replace("\r\n", "\n") == cleaned.replace("\r\n", "\n")


@pytest.mark.parametrize(
    "iri",
    [
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "file:///etc/passwd",
        " https://x",
        "https://x y",
        "//x",
    ],
)
def test_links_lead_to_the_web_alone(iri: str) -> None:
    assert not is_web(iri)


def test_hostile_texts_stay_texts(hostile_site: Path) -> None:
    for name, page in html(hostile_site):
        for script in page.scripts:
            assert script.get("type") == "application/ld+json" or str(script.get("src", "")).count("assets/"), name
        assert "img" not in page.tags
        assert not [link for link in page.links if re.match("(?i)(javascript|data|vbscript):", link)], name
    shown = (hostile_site / "en/organisation/script.html").read_text(encoding="utf-8")
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    turned = (hostile_site / "en/organisation/rtl.html").read_text(encoding="utf-8")
    assert re.search("<h1><bdi>\u202e", turned)
    names = {p.name for p in (hostile_site / "en/organisation").iterdir()}
    assert {"A b.html", "Käsityö-株式会社.html", "script.html"} <= names
    assert not [n for n in names if ".." in n]
    assert len((hostile_site / "en/az/l.html").read_bytes()) < 30_000
    things = json.loads(
        (hostile_site / "assets/search.en.js").read_text(encoding="utf-8").removeprefix("clayontoSearch(").removesuffix(");\n")
    )
    assert any(entry[0] == "<script>alert(1)</script>" for entry in things[1])


def test_all_data_files_together_are_the_graph(hostile: clayonto.KnowledgeGraph, hostile_site: Path) -> None:
    whole = Site.of(hostile, configs.parse({"licence": configs.CC_BY, "base": "https://data.example/x/", "target": "github-pages"}))
    wanted = set(ox.parse("".join(whole.triples()).encode(), format=ox.RdfFormat.N_QUADS))
    for ending in ("ttl", "nt", "jsonld"):
        kind = FORMATS[ending][2]
        found = set()
        for file in [*(hostile_site / "data").rglob(f"*.{ending}"), hostile_site / f"def.{ending}"]:
            found |= {ox.Quad(q.subject, q.predicate, q.object) for q in ox.parse(file.read_bytes(), format=kind)}
        documents = {q for q in found if str(q.subject).startswith("<https://data.example/x/data/")}
        left, right = ox.Dataset(found - documents), ox.Dataset(wanted)
        left.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        right.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        assert left == right, ending
        assert {q.predicate.value.rpartition("/")[2] for q in documents} >= {"primaryTopic", "license"}


def test_every_rdf_xml_file_is_xml_and_says_the_same(hostile_site: Path) -> None:
    files = sorted((hostile_site / "data").rglob("*.rdf"))
    assert len(files) > 300
    for file in files:
        ElementTree.fromstring(file.read_bytes())
        if file.stem != "control":
            quads = {q.predicate.value for q in ox.parse(file.read_bytes(), format=ox.RdfFormat.RDF_XML)}
            assert quads == {q.predicate.value for q in ox.parse(file.with_suffix(".nt").read_bytes(), format=ox.RdfFormat.N_TRIPLES)}


def test_things_are_renamed_under_the_publishers_base(hostile_site: Path) -> None:
    told = (hostile_site / "data/project/clay.nt").read_text(encoding="utf-8")
    assert "<https://data.example/x/id/project/clay#id>" in told
    assert "<https://data.example/x/id/project/clay#amount/clay-total-budget>" in told
    assert "w3id.org/clayonto/id/" not in told
    door = (hostile_site / "id/project/clay/index.html").read_text(encoding="utf-8")
    assert 'href="../../../en/project/clay.html"' in door


def test_nameless_nodes_of_data_get_names_and_axioms_do_not() -> None:
    lines = b'_:a <http://x/p> "1" .\n<http://x/s> <http://x/q> _:a .\n_:c <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#AllDisjointClasses> .\n'
    index = read(lines, base=ID)
    assert sum(term.startswith("_:") for term in index.out) == 1
    assert sum(term.startswith(f"<{ID}genid/") for term in index.out) == 1


def test_a_page_says_what_matters(site: Path) -> None:
    told = (site / "fi/project/clay.html").read_text(encoding="utf-8")
    page = Page(told)
    words_of = " ".join("".join(page.told).split())
    for wanted in ("Umbria", "1\u00a0340\u00a0000", "1.6.2018", "lähteet ovat eri mieltä", "Turtle", "CC BY 4.0"):
        assert wanted in "".join(page.told) or wanted in words_of, wanted
    assert {"table", "svg", "dl"} <= page.tags
    assert "default-src &#39;none&#39;" in told or "default-src 'none'" in told
    about = re.search(r'<script type="application/ld\+json">(.*?)</script>', told)
    assert about
    assert json.loads(about.group(1))["@id"] == ID + "project/clay"
    assert len(told) < 45_000


def test_data_with_a_violation_is_not_published(tmp_path: Path) -> None:
    broken = min((Path(__file__).parent / "failing").glob("*.ttl"))
    with pytest.raises(NotPublishableError) as error:
        publish(clayonto.load(broken), tmp_path / "out", configs.bundled())
    assert not error.value.report.conforms
    assert not (tmp_path / "out").exists()
    config = tmp_path / "c.toml"
    config.write_text(configs.EXAMPLE, encoding="utf-8")
    done = CliRunner().invoke(cli, ["publish", str(tmp_path / "out"), "--data", str(broken), "--config", str(config)], standalone_mode=True)
    assert isinstance(done.exception, NotPublishableError)
    assert done.exception.exit_code == 1
    assert "violation" in done.output


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({}, "licence"),
        ({"licence": "CC-BY"}, "web address"),
        ({"licence": configs.CC_BY, "langauges": ["fi"]}, "did you mean “languages”"),
        ({"licence": configs.CC_BY, "languages": ["sv"]}, "languages"),
        ({"licence": configs.CC_BY, "target": "iis"}, "target"),
        ({"licence": configs.CC_BY, "base": "https://x.example/#a"}, "base"),
        ({"licence": configs.CC_BY, "base": "javascript:alert(1)"}, "base"),
        ({"licence": configs.CC_BY, "base": "https://"}, "base is a web address"),
        ({"licence": configs.CC_BY, "base": "https://x.example/../y/"}, "base"),
        (
            {"licence": configs.CC_BY, "base": "https://anna:salaisuus@x.example/"},
            "base holds a user or a password, which every page would show; take it out[.]$",
        ),
        ({"licence": configs.CC_BY, "title": 3}, "title"),
        ({"licence": configs.CC_BY, "publisher": {"nmae": "X"}}, "publisher"),
        ({"licence": configs.CC_BY, "contact": "me"}, "contact"),
    ],
)
def test_a_config_that_cannot_be_says_why(table: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        configs.parse(table, name="x.toml")


def test_the_example_config_is_one(tmp_path: Path) -> None:
    file = tmp_path / "clayonto.toml"
    file.write_text(configs.EXAMPLE, encoding="utf-8")
    config = configs.read(file)
    assert config.contact == "mailto:data@x.example"
    assert config.hashed
    assert not config.to(target="apache").hashed


def test_the_command_knows_all_targets_and_asks_for_a_config_for_data_of_ones_own(tmp_path: Path) -> None:
    from clayonto.cli.publish import _TARGETS

    assert _TARGETS == configs.TARGETS
    done = CliRunner().invoke(cli, ["publish", str(tmp_path / "out"), "--data", "x.ttl"])
    assert isinstance(done.exception, ConfigError)
    done = CliRunner().invoke(cli, ["publish", str(tmp_path / "out")])
    assert done.exit_code == 0, done.output
    assert (tmp_path / "out/fi/project/clay.html").is_file()


@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not here")
@pytest.mark.parametrize(("page", "said"), [("en/project/clay.html", "Region of Umbria"), ("fi/search.html?q=keramiikka", "hits")])
def test_a_browser_opens_a_page_from_the_disk(site: Path, tmp_path: Path, page: str, said: str) -> None:
    done = subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}", "--enable-logging=stderr", "--virtual-time-budget=3000", "--dump-dom", f"file://{site}/{page}"],
        capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    assert said in done.stdout
    assert "Content Security Policy" not in done.stderr
    if "search" in page:
        hits = re.search(r'<ul class="hits" id="hits">(.*?)</ul>', done.stdout)
        assert hits
        assert hits.group(1).count("<li>") > 2


def test_what_is_found_can_be_narrowed_to_a_kind_and_the_address_says_so(site: Path) -> None:
    hits = "[...document.querySelectorAll('#hits li span')].map((kind) => kind.textContent)"
    with served(site) as url, browser() as chromium:
        page = chromium.open(f"{url}en/search.html?q=cluster")
        page.wait("document.querySelectorAll('#hits li').length == 40")
        offered = dict(
            page.run("[...document.querySelectorAll('#kinds button')].map((b) => [b.firstChild.data.trim(), +b.lastChild.textContent])")
        )
        everything = offered.pop("All")
        assert len(offered) > 5
        assert sum(offered.values()) == everything == int(page.text("#found").split()[0])
        page.click("#more")
        assert len(page.run(hits)) == min(80, everything)
        assert page.run("document.activeElement.closest('li') == document.querySelectorAll('#hits li')[40]")

        page.click("#kinds button:nth-child(5)")
        chosen = page.text("#kinds [aria-pressed=true]").rsplit(" ", 1)[0].strip()
        assert page.run(hits) == [chosen] * offered[chosen]
        assert page.run("document.activeElement.getAttribute('aria-pressed')") == "true"
        address = page.run("location.href")

        other = chromium.open(address)
        other.wait("document.querySelectorAll('#hits li').length > 0")
        assert other.run(hits) == [chosen] * offered[chosen]
        other.click("#kinds [aria-pressed=true]")
        assert len(other.run(hits)) == 40
        assert page.problems == other.problems == []


def test_what_follows_is_published_when_asked_for(tmp_path: Path) -> None:
    from tests.test_cli import run

    for name, options in (("stated", ()), ("inferred", ("--infer",))):
        done = run("publish", str(tmp_path / name), *options)
        assert done.returncode == 0, done.stderr

    assert "def#withinAmount> <" not in (tmp_path / "stated" / "data" / "project" / "clay.nt").read_text()
    assert "def#withinAmount> <" in (tmp_path / "inferred" / "data" / "project" / "clay.nt").read_text()


def test_without_the_engine_the_site_has_no_such_page_and_the_publisher_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sparql, "available", lambda: False)
    summary = publish(clayonto.load(), tmp_path / "site", configs.bundled())
    assert any(f"oxigraph {sparql.VERSION}" in note["en"] for note in summary.notes)
    assert not (tmp_path / "site" / "en" / "sparql").exists()
    assert not (tmp_path / "site" / "assets" / "oxigraph").exists()
    for file in ("en/index.html", "fi/query/project-partners.html"):
        assert "sparql/index.html" not in (tmp_path / "site" / file).read_text(encoding="utf-8")
