"""``clayonto check`` finds what is wrong with a site, and nothing where nothing is."""

from __future__ import annotations

import gzip
import json
import re
import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from clayonto.cli import cli
from clayonto.errors import UnreachableError, UsageError
from clayonto.publish.checking import KINDS, Report, check
from clayonto.publish.checking.documents import read_page, read_sitemap
from clayonto.publish.checking.findings import Finding
from clayonto.publish.checking.hosts import Folder
from clayonto.publish.config import LANGUAGES
from tests import sites

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site for a plain host, as it was built; no test may change it."""
    return sites.made(tmp_path_factory.mktemp("plain"), "plain", whole=False)


@pytest.fixture
def site(whole: Path, tmp_path: Path) -> Path:
    """A copy of the site, to be damaged."""
    return Path(shutil.copytree(whole, tmp_path / "copy"))


def kinds(report: Report) -> set[str]:
    return {finding.kind for finding in report.findings}


def change(file: Path, how: Callable[[str], str]) -> None:
    before = file.read_text(encoding="utf-8")
    after = how(before)
    assert after != before
    file.write_text(after, encoding="utf-8")


@pytest.mark.parametrize("target", ["plain", "github-pages", "apache", "nginx"])
def test_a_site_as_built_is_found_to_be_well(target: str, tmp_path: Path) -> None:
    report = check(sites.made(tmp_path, target, whole=target == "plain"))  # type: ignore[arg-type]
    assert list(report.findings) == []
    assert report.ok
    things, statements = (700, 8000) if target == "plain" else (200, 3000)
    assert report.counts["iris"] > things
    assert report.counts["pages"] > things
    assert report.counts["files"] > 2 * things
    assert report.counts["triples"] > statements


@pytest.mark.parametrize("target", ["apache", "nginx"])
def test_a_real_server_with_the_rules_is_found_to_be_well(target: str, tmp_path: Path) -> None:
    folder = sites.made(tmp_path, target, whole=target == "apache")  # type: ignore[arg-type]
    with getattr(sites, target)(folder, tmp_path) as url:
        report = check(url)
    assert list(report.findings) == []
    assert report.base == sites.BASE
    assert report.counts["iris"] > (700 if target == "apache" else 200)


@pytest.mark.parametrize("target", ["apache", "plain"])
def test_the_bundled_names_are_found_by_the_rules_too(target: str, tmp_path: Path) -> None:
    report = check(sites.made(tmp_path, target, base="https://w3id.org/clayonto/"))  # type: ignore[arg-type]
    assert list(report.findings) == []
    assert report.counts["iris"] > 1000


def test_a_missing_page_is_found(site: Path) -> None:
    (site / "en" / "project" / "clay.html").unlink()
    report = check(site)
    assert {"link", "hreflang"} <= kinds(report)
    assert any("/en/project/clay.html" in f.detail["en"] for f in report.findings)
    assert not report.ok


def test_a_missing_data_file_is_found(site: Path) -> None:
    (site / "data" / "project" / "clay.ttl").unlink()
    report = check(site)
    assert {"missing", "iri"} <= kinds(report)
    assert any(f.kind == "iri" and "/id/project/clay#" in f.url for f in report.findings)


def test_an_iri_without_its_page_is_found(site: Path) -> None:
    (site / "id" / "project" / "clay" / "index.html").unlink()
    found = [f for f in check(site).findings if f.kind == "iri"]
    assert len(found) == 5
    assert all("/id/project/clay#" in f.url for f in found)


def _without_a_line(file: Path) -> None:
    lines = gzip.decompress(file.read_bytes()).splitlines(keepends=True)
    file.write_bytes(gzip.compress(b"".join(lines[:100] + lines[101:]), mtime=0))


def test_a_dump_that_lacks_a_triple_is_found(site: Path) -> None:
    now = re.findall('dcat:version "(.*?)"', (site / "catalog.ttl").read_text(encoding="utf-8"))
    (dump,) = [site / "download" / version / "data.nq.gz" for version in now]
    _without_a_line(dump)
    report = check(site)
    assert kinds(report) == {"checksum", "not-in-dump", "count"}
    assert sum(f.kind == "not-in-dump" for f in report.findings) == 1


def test_a_page_whose_data_lacks_a_triple_is_found(site: Path) -> None:
    for ending in ("ttl", "nt", "jsonld", "rdf"):
        file = site / "data" / "project" / f"clay.{ending}"
        change(file, lambda text: text.replace("Cross Sector support", "Crass Sector support"))
    report = check(site)
    assert kinds(report) == {"not-in-dump", "only-in-dump"}


def test_one_format_that_says_something_else_is_found(site: Path) -> None:
    change(site / "data" / "project" / "clay.jsonld", lambda text: text.replace("Cross Sector support", "Crass Sector support"))
    report = check(site)
    assert kinds(report) == {"formats-differ"}


def test_a_file_that_is_not_what_it_should_be_is_found(site: Path) -> None:
    (site / "data" / "project" / "clay.rdf").write_text("<rdf:RDF", encoding="utf-8")
    (found,) = [f for f in check(site).findings if f.kind == "unreadable" and "clay.rdf" in f.url][:1]
    assert "application/rdf+xml" in found.detail["fi"]


def test_a_broken_pair_of_languages_is_found(site: Path) -> None:
    change(site / "en" / "project" / "clay.html", lambda text: re.sub(r'<link rel="alternate" hreflang="(fi|x-default)"[^>]*>', "", text))
    report = check(site)
    assert kinds(report) == {"hreflang"}
    assert {f.url for f in report.findings} == {f"{sites.BASE}fi/project/clay.html"}


def test_a_page_that_hides_its_data_is_found(site: Path) -> None:
    change(site / "en" / "project" / "clay.html", lambda text: re.sub(r'<link rel="alternate" type="text/turtle"[^>]*>', "", text))
    assert kinds(check(site)) == {"alternate"}


def test_a_dead_link_and_a_dead_fragment_are_found(site: Path) -> None:
    change(
        site / "en" / "about.html",
        lambda text: text.replace("</main>", '<a href="nowhere.html">x</a><a href="index.html#nowhere">y</a></main>'),
    )
    found = [f for f in check(site).findings if f.kind == "link"]
    assert len(found) == 2
    assert {f.url for f in found} == {f"{sites.BASE}en/about.html"}


def test_a_catalogue_without_a_licence_is_found(site: Path) -> None:
    change(site / "catalog.ttl", lambda text: text.replace("dct:license", "dct:rights"))
    report = check(site)
    assert "catalogue" in kinds(report)
    assert any("catalog.ttl#catalog" in f.url for f in report.findings)


def test_a_void_that_miscounts_is_found(site: Path) -> None:
    change(site / "void.ttl", lambda text: re.sub(r"void:triples (\d{4,})", "void:triples 17", text))
    assert "count" in kinds(check(site))


def test_a_catalogue_that_is_no_turtle_is_found(site: Path) -> None:
    (site / "catalog.ttl").write_text("@prefix", encoding="utf-8")
    assert kinds(check(site)) == {"unreadable"}


class _Plain(SimpleHTTPRequestHandler):
    """A host that knows no Turtle."""

    extensions_map = {".html": "text/html", ".ttl": "text/plain", "": "application/octet-stream"}  # noqa: RUF012

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def ignorant(tmp_path: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Plain, directory=str(sites.small(tmp_path))))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join(10)


def test_a_host_with_wrong_media_types_is_found(ignorant: str) -> None:
    report = check(ignorant, sample=2)
    assert {"media-type", "iri", "cors"} <= kinds(report)
    wrong = next(f for f in report.findings if f.kind == "media-type" and f.url.endswith("/gizmo/place.ttl"))
    assert "sent as text/plain, should be text/turtle" in wrong.detail["en"]
    assert report.counts["iris"] == 2
    assert KINDS["cors"].severity == "warning"


def test_a_host_that_is_not_there_is_said_to_be_so() -> None:
    with pytest.raises(UnreachableError, match=r"http://127.0.0.1:9/ cannot be reached: Connection refused\."):
        check("http://127.0.0.1:9/", timeout=2)
    with pytest.raises(UsageError, match="take it out") as error:
        check("http://anna:salaisuus@127.0.0.1:9/")
    assert "salaisuus" not in str(error.value)
    with pytest.raises(UsageError, match="is no address"):
        check("https://")


@pytest.mark.parametrize("lang", ["en", "fi"])
def test_the_report_says_what_to_do_and_the_exit_code_is_1(site: Path, lang: str) -> None:
    (site / "data" / "project" / "clay.ttl").unlink()
    done = CliRunner().invoke(cli, ["check", str(site), "--lang", lang])
    assert done.exit_code == 1
    assert {"en": "Copy all files of the site", "fi": "Kopioi sivuston kaikki tiedostot"}[lang] in done.stdout
    assert "clay.ttl" in done.stdout
    assert done.stdout.rstrip().endswith({"en": "Something is wrong.", "fi": "Jotain on vialla."}[lang])


def test_the_json_report(whole: Path) -> None:
    done = CliRunner().invoke(cli, ["check", str(whole), "-f", "json", "--sample", "5"])
    assert done.exit_code == 0
    said = json.loads(done.stdout)
    assert said["ok"] is True
    assert said["findings"] == []
    assert said["counts"]["iris"] == 5
    assert "Comparing" in done.stderr


def test_what_is_no_site_is_wrong_use(tmp_path: Path) -> None:
    for target in (tmp_path, tmp_path / "absent"):
        with pytest.raises(UsageError, match="clayonto publish"):
            check(target)
    with pytest.raises(UsageError, match="above 0"):
        check(tmp_path, sample=0)


def test_every_kind_of_fault_has_a_heading_and_a_remedy_in_both_languages() -> None:
    counts = {"iris": 0, "pages": 0, "files": 0, "triples": 0}
    for name, kind in KINDS.items():
        report = Report("x", "x", (Finding(name, "https://e.org/\x1b[31m", {"en": "detail\x07", "fi": "tarkenne"}),), counts)
        assert report.ok == (kind.severity == "warning")
        for lang in LANGUAGES:
            text = report.to_text(lang=lang)
            assert kind.title[lang] in text
            assert kind.remedy[lang] in text
            assert "\x1b" not in text
            assert "\x07" not in text


@given(st.binary(max_size=200))
def test_hostile_pages_are_read_all_the_same(body: bytes) -> None:
    read_page(b'<a href="http://[">' + body, "https://e.org/")
    read_sitemap(body)


def test_a_folder_answers_for_a_page_of_a_folder_as_hosts_do(tmp_path: Path) -> None:
    """They send on to the address with a slash, from which relative links are counted; a site below the root of its host needs that."""
    page = tmp_path / "id" / "thing" / "one" / "index.html"
    page.parent.mkdir(parents=True)
    page.write_text('<link rel="alternate" type="text/turtle" href="../../../data/thing/one.ttl">', encoding="utf-8")
    folder = Folder(tmp_path)
    folder.base = "https://x.example/part/"
    answer = folder.get("https://x.example/part/id/thing/one#id")
    assert answer.url == "https://x.example/part/id/thing/one/"
    assert read_page(answer.body, answer.url).data == {"text/turtle": "https://x.example/part/data/thing/one.ttl"}
    assert folder.get("https://x.example/part/id/thing/one/index.html").url.endswith("one/index.html")
