"""Hostile names and texts in every kind of file that a site has: they stay names and texts."""

from __future__ import annotations

import csv
import http.client
import io
import json
import re
import shutil
import subprocess
from contextlib import closing
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from rdflib import VOID

import clayonto
from clayonto.namespaces import ID, PREFIXES
from clayonto.publish import config as configs
from clayonto.publish import publish
from clayonto.publish.checking import check
from clayonto.publish.data import FORMATS
from clayonto.sources import from_paths
from tests import sites
from tests.browser import browser, served
from tests.test_publish import html

if TYPE_CHECKING:
    from pathlib import Path

    from clayonto.publish.config import Target

OWNED: Final = "window.owned=1"
KEYS: Final = (
    "..", "../../up", "%2e%2e%2f%2e%2e%2fetc", ".", "%00", "a%00b", "con", "aux.txt", "nul", "index", "index-2", ".htaccess", ".well-known", "a%0d%0aHeader%20set%20X-Evil%201",
    "%22quoted%22", "%22%20%22-%22%20%5BF%5D", "$1", "$http_host", "$%7Bx%7D", "%7BENV:SITE%7D", "a;b'c&d=e", "a,b", "(.*)", "$", "a%5Cb", "a%2Fb", "a%3Fb=c%23d", "株式会社-ä", "%E2%80%AEgnp.exe",
    "%F0%9F%8E%A8", "%FF", "x" * 300, "UPPER", "upper", "e%CC%81", "%C3%A9", "~root", "-rf", "a%20b", "a+b", "trailing.", "%3Cscript%3E", "a:b", "*",
)  # fmt: skip
"""Last parts of IRIs that a path, a rule or a page may trip over."""
ELSEWHERE: Final = (
    "query/evil", "data/evil", "download/1.0", "def/0.1.0", "assets/style.css", "hosting/README.txt", "sitemap.xml", "catalog.ttl", ".well-known/void", "fi/index", "az/a", "list/project", "id/id",
)  # fmt: skip
"""Names under ``id/`` that a site has itself."""
LABELS: Final = (
    f"<script>{OWNED}</script>",
    f"</script><script>{OWNED}</script>",
    f"</title></style></textarea><img src=x onerror={OWNED}>",
    f'" onmouseover="{OWNED}" autofocus onfocus="{OWNED}',
    f"' onmouseover='{OWNED}",
    f"<svg onload={OWNED}>",
    f"<!--<script>{OWNED}//",
    "]]>--><!--",
    f"javascript:{OWNED}",
    "&lt;b&gt; &amp;amp; &#x3C;",
    "\u202egnp.exe \u0627\u0644\u0639",
    "\u2067turned\u202e\u2066",
    "line\u2028separator\u2029and\nline\r\nends\ttabs",
    "control \x01\x08\x0b\x1f\x7f\x85 characters \ufffe",
    '=HYPERLINK("http://evil.example","x")',
    "@SUM(1)",
    'a "quoted", and; a | pipe',
    "{{7*7}} ${7*7} %{ENV:X} $http_host",
    "\\u003cscript\\u003e \\ \\\\ \\\"",
    "long " * 2000,
    "é e\u0301 🎨 \U0010ffff",
)  # fmt: skip
LINKS: Final = (f"javascript:{OWNED}", f"JaVaScRiPt:{OWNED}", f"data:text/html,%3Cscript%3E{OWNED}%3C/script%3E", f"vbscript:{OWNED}")
NAMES: Final = [f"{ID}organisation/{key}" for key in KEYS] + [ID + name for name in ELSEWHERE]
_GEO: Final = "http://www.opengis.net/ont/geosparql#"
_CLASSES: Final = ("https://example.org/..", "https://example.org/K'onclick='x", "https://example.org/con", "https://example.org/株")


def labels() -> dict[str, str]:
    """The label of each thing: each text by turns."""
    return {iri: LABELS[number % len(LABELS)] for number, iri in enumerate(NAMES)}


def data() -> str:
    """Hostile things as N-Triples, which resolve nothing."""
    lines = []

    def say(subject: str, predicate: str, thing: str) -> None:
        prefix, _, local = predicate.partition(":")
        lines.append(f"<{subject}> <{PREFIXES[prefix] if prefix else _GEO}{local}> {thing} .")

    claim = f"{ID}claim/hostile"
    for number, (iri, label) in enumerate(labels().items()):
        kind = PREFIXES["org"] + "Organization" if number % 3 else _CLASSES[number // 3 % len(_CLASSES)]
        say(iri, "rdf:type", f"<{kind}>")
        say(iri, "skos:prefLabel", str(ox.Literal(label, language="en")))
        say(iri, "skos:prefLabel", str(ox.Literal(label, language="fi")))
        say(iri, "dct:description", str(ox.Literal(label, language="en")))
        say(iri, "foaf:page", f"<{LINKS[number % len(LINKS)]}>")
        say(iri, "clay:statedIn", f"<{claim}>")
        say(iri, ":asWKT", f'"POINT ({number % 90} 1)"^^<{_GEO}wktLiteral>')
    for predicate, thing in (
        ("rdf:type", f"<{PREFIXES['clay']}Claim>"), ("clay:about", f"<{NAMES[0]}>"), ("clay:aspect", f"<{PREFIXES['aspect']}name>"), ("clay:rank", f"<{PREFIXES['rank']}preferred>"),
        ("clay:statesValue", str(ox.Literal(LABELS[0]))), ("prov:wasQuotedFrom", f"<{ID}passage/clay-title-1>"), ("prov:value", str(ox.Literal("x", language="en"))),
    ):  # fmt: skip
        say(claim, predicate, thing)
    return "\n".join(lines) + "\n"


def made(folder: Path, target: Target) -> Path:
    """A site of the bundled data and the hostile things, of a publisher that is hostile too."""
    source = folder / "hostile.nt"
    source.write_text(data(), encoding="utf-8")
    table = {
        "licence": configs.CC_BY,
        "target": target,
        "title": LABELS[1],
        "description": LABELS[2],
        "publisher": {"name": LABELS[3], "url": "https://example.org/?a=%22&b='c'"},
        "contact": "https://example.org/'onclick=x",
        "catalogue": {"keywords": list(LABELS[:5])},
    }
    publish(clayonto.load(source), folder / "site", configs.parse(table))
    return folder / "site"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("hostile"), "plain")


def rows(content: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content, newline="")))


def by_topic(site: Path) -> dict[str, dict[str, Path]]:
    """The data files of each thing, by their endings, found by what they say of themselves."""
    found: dict[str, dict[str, Path]] = {}
    for file in (site / "data").rglob("*.nt"):
        told = re.findall(r"<http://xmlns\.com/foaf/0\.1/primaryTopic> <([^>]*)>", file.read_text(encoding="utf-8"))
        if len(told) == 1:
            # A key such as “aux.txt” has a dot of its own.
            found[told[0]] = {ending: file.with_name(file.name.removesuffix("nt") + ending) for ending in FORMATS}
    return found


def test_the_site_is_found_to_be_well(site: Path) -> None:
    from clayonto.publish.checking import check

    report = check(site)
    assert list(report.findings) == []
    assert report.counts["iris"] > len(NAMES)


def test_every_file_is_inside_and_has_a_name_that_every_file_system_takes(site: Path) -> None:
    files = [file.relative_to(site).as_posix() for file in site.rglob("*")]
    assert len(files) > 2500
    folded = {file.casefold() for file in files}
    assert len(folded) == len(files)
    for file in files:
        for part in file.split("/"):
            assert len(part.encode()) < 200, file
            assert not re.search(r'[\x00-\x1f\x7f<>:"\\|?*\u200e\u200f\u202a-\u202e]', part), file
            assert not re.fullmatch(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?", part), file
            assert part[-1] not in ". ", file
    assert sorted(file.name for file in site.parent.iterdir()) == ["hostile.nt", "site"]
    assert sorted(file for file in files if "/" not in file and file.startswith(".")) == [".clayonto-site.gz", ".well-known"]


def test_every_page_holds_texts_as_texts(site: Path) -> None:
    seen = 0
    for name, page in html(site):
        for script in page.scripts:
            assert script.get("type") == "application/ld+json" or re.fullmatch(r"(\.\./)*assets/[a-z.]+js", str(script.get("src"))), name
        assert not page.tags & {"img", "iframe", "object", "embed", "style"}, name
        assert not [link for link in page.links if re.match(r"(?i)\s*(javascript|data|vbscript):", link)], name
        seen += "organisation/" in name
    assert seen > 2 * len(KEYS)


def test_what_pages_tell_search_engines_is_the_thing_and_its_name(site: Path) -> None:
    named = labels()
    told = 0
    for file in (site / "en").rglob("*.html"):
        for script in re.findall(r'<script type="application/ld\+json">(.*?)</script>', file.read_text(encoding="utf-8")):
            assert not re.search("[<>&\u2028\u2029]", script), file
            about: dict[str, Any] = json.loads(script)
            label = named.get(str(about.get("@id")))
            if label is not None:
                shown = " ".join(label.split())
                assert about["name"] == (shown if len(shown) <= 160 else shown[:159] + "…")
                told += 1
    assert told == len(NAMES)


def test_every_table_is_csv_with_the_texts_as_they_are(site: Path) -> None:
    for file in (*site.rglob("*.csv"),):
        with file.open(encoding="utf-8", newline="") as opened:
            table = list(csv.reader(opened))
        assert {len(row) for row in table} == {len(table[0])}, file
    (table,) = [rows(file.read_text(encoding="utf-8")) for file in site.glob("download/*/csv/organization.csv")]
    column = next(number for number, name in enumerate(table[0]) if re.fullmatch(r"pref_?label.*en", name, re.IGNORECASE))
    cells = {row[0]: row[column] for row in table[1:]}
    wanted = {iri: label for iri, label in labels().items() if iri in cells}
    assert len(wanted) > len(NAMES) / 2
    assert {iri: cells[iri] for iri in wanted} == wanted


def test_lists_for_machines_are_well_formed_and_name_files_of_the_site(site: Path) -> None:
    ns = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    urls: list[str] = [one.text or "" for one in ElementTree.parse(site / "sitemap.xml").iter(f"{ns}loc")]
    assert len(urls) > 2 * len(NAMES)
    for url in urls:
        assert re.fullmatch(re.escape(configs.HOME) + r"[A-Za-z0-9/._~%$&'()*+,;=:@!-]+", url), url
        assert (site / unquote(url.removeprefix(configs.HOME))).is_file(), url
    for name in ("linkset.json", ".well-known/api-catalog", "download/versions.json"):
        json.loads((site / name).read_text(encoding="utf-8"))
    (places,) = site.glob("download/*/places.geojson")
    features = {one["id"]: one for one in json.loads(places.read_text(encoding="utf-8"))["features"]}
    assert set(features) >= set(NAMES)
    assert {iri: features[iri]["properties"]["label_fi"] for iri in NAMES} == labels()
    for lang in ("en", "fi"):
        script = (site / f"assets/search.{lang}.js").read_text(encoding="utf-8")
        json.loads(script.removeprefix("clayontoSearch(").removesuffix(");\n"))


def test_catalogue_and_data_say_what_the_publisher_and_the_data_say(site: Path) -> None:
    for name in ("catalog.ttl", "void.ttl"):
        described = ox.parse((site / name).read_bytes(), format=ox.RdfFormat.TURTLE, base_iri=configs.HOME + name)
        assert {q.object.value for q in described if q.predicate.value.endswith("/title") and "#dataset" in str(q.subject)} == {LABELS[1]}
    label = PREFIXES["skos"] + "prefLabel"
    for iri, files in by_topic(site).items():
        if iri not in labels():
            continue
        for ending, file in files.items():
            quads = ox.parse(file.read_bytes(), format=FORMATS[ending][2])
            told = {q.object.value for q in quads if q.predicate.value == label and q.subject == ox.NamedNode(iri)}
            wanted = labels()[iri]
            if ending == "rdf":
                wanted = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", wanted)
            assert told == {wanted}, (iri, ending)


@pytest.mark.parametrize("target", ["apache", "nginx"])
def test_servers_lead_from_every_name_to_its_description(target: Target, tmp_path: Path) -> None:
    folder = made(tmp_path, target)
    # What servers refuse by themselves, whatever their rules: names that climb, and an encoded zero or slash.
    refused = re.compile(r"/\.{1,2}(/|$)|%00|%2[fF]|/\.well-known|/\.htaccess")
    prefix = "" if target == "apache" else "/clayonto"
    asked = 0
    with (
        getattr(sites, target)(folder, tmp_path) as url,
        closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)) as connection,
    ):
        for iri in NAMES:
            path = (
                prefix
                + "/"
                + "".join(c if ord(c) < 128 else "".join(f"%{b:02X}" for b in c.encode()) for c in iri.removeprefix(configs.HOME))
            )
            connection.request("GET", path, headers={"Accept": "application/n-triples"})
            answer = connection.getresponse()
            answer.read()
            assert answer.headers["X-Evil"] is None
            if refused.search(iri):
                assert answer.status in (303, 400, 403, 404), iri
                continue
            assert answer.status == 303, iri
            there = unquote(urlsplit(answer.headers["Location"]).path).removeprefix("/clayonto/")
            assert f"<{iri}> " in (folder / there).read_text(encoding="utf-8"), iri
            asked += 1
    assert asked > len(NAMES) * 3 / 4


@pytest.mark.skipif(shutil.which("rapper") is None, reason="rapper is not here (raptor2-utils)")
def test_another_reader_of_rdf_reads_every_hostile_file(site: Path) -> None:
    kinds = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml"}
    for iri, files in by_topic(site).items():
        # Raptor refuses what is no character of Unicode's, though Turtle can write it.
        if "\ufffe" not in labels().get(iri, "\ufffe"):
            expected = files["nt"].read_bytes().count(b"\n")
            for ending, kind in kinds.items():
                done = subprocess.run(
                    ["rapper", "-q", "-c", "-i", kind, str(files[ending])], capture_output=True, text=True, check=False, timeout=60
                )
                assert done.returncode == 0, (files[ending], done.stderr)
            done = subprocess.run(
                ["rapper", "-q", "-i", "turtle", "-o", "ntriples", str(files["ttl"])],
                capture_output=True,
                text=True,
                check=False,
                timeout=60,
            )
            assert done.stdout.count("\n") == expected, files["ttl"]


def test_nothing_of_it_runs_in_a_browser(site: Path) -> None:
    pages = [
        "index.html",
        "download.html",
        "search.html?q=script",
        "search.html?q=%3Cscript%3Ewindow.owned%3D1%3C/script%3E",
        "az/l.html",
        "organisation/index.html",
    ]
    pages += [file.relative_to(site / "en").as_posix() for file in sorted((site / "en/organisation").glob("*.html")) if file.stat().st_size]
    with browser() as chromium, served(site) as url:
        page = chromium.open()
        page.send(
            "Page.addScriptToEvaluateOnNewDocument", source="window.onbeforeunload = null; window.alert = () => { window.owned = 1 };"
        )
        seen = 0
        for path in pages:
            page.go(url + "en/" + path.replace("%", "%25") if "?" not in path else url + "en/" + path)
            if "?" in path:
                page.wait("document.querySelectorAll('#hits li').length > 0")
            page.run(
                "document.querySelectorAll('*').forEach(one => { one.dispatchEvent(new Event('mouseover')); one.focus && one.focus() })"
            )
            # A link that would run something is pressed as well.
            page.run(
                "document.querySelectorAll('a').forEach(one => /^(javascript|data|vbscript):/i.test(one.getAttribute('href')) && one.click())"
            )
            assert page.run("window.owned === undefined && self.origin === location.origin"), path
            seen += page.run("document.body.innerText.includes('window.owned=1')")
        assert seen > 5
        assert page.foreign(url) == []
        assert not [problem for problem in page.problems if "404" in problem]
        # The canary does sing where something runs.
        page.run("document.body.insertAdjacentHTML('beforeend', '<a id=canary>x</a>')")
        page.run("document.getElementById('canary').addEventListener('mouseover', () => { window.owned = 1 })")
        page.run("document.getElementById('canary').dispatchEvent(new Event('mouseover'))")
        assert page.run("window.owned === 1")


def test_a_class_that_is_none_and_a_class_without_a_namespace_are_published(tmp_path: Path) -> None:
    data = tmp_path / "odd.ttl"
    data.write_text(f'<{ID}thing/odd> a "text", <urn:Kind>, [] ; <urn:says> "something" .', encoding="utf-8")
    publish(clayonto.KnowledgeGraph(from_paths([data])), tmp_path / "site", configs.Config(licence=configs.CC_BY))
    described = rdflib.Graph().parse(tmp_path / "site" / "void.ttl")
    assert set(described.objects(None, VOID["class"])) == {rdflib.URIRef("urn:Kind")}
    assert "something" in next((tmp_path / "site" / "en").rglob("odd.html")).read_text(encoding="utf-8")
    report = check(tmp_path / "site")
    assert report.ok, report.findings
