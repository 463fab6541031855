"""Pages of every kind in a browser, held against WCAG 2.2 AA by two checkers, and against the HTML standard by a third.

axe-core and HTML_CodeSniffer are what pa11y runs too; html-validate reads the files. ``make checkers`` fetches them through npm.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest

from tests import sites
from tests.browser import browser, served
from tests.conftest import npm

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from tests.browser import Chromium, Page

LOOKS: Final = {"fi": (("light", 1280), ("dark", 360)), "en": (("dark", 1280), ("light", 360))}
"""How pages are looked at: language to colour schemes and widths. Each language has both of both, and the two together all pairs."""
# What people may not hear, see or reach (WCAG 2.2, levels A and AA), and what axe calls good practice besides.
_RULES: Final = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")
_AXE: Final = """axe.run(document, {runOnly: %s, rules: {"target-size": {enabled: true}}, resultTypes: ["violations"]}).then(done => JSON.stringify(done.violations.map(
  one => one.id + ": " + one.help + "\\n    " + one.nodes.slice(0, 3).map(node => node.html.slice(0, 200) + " " +
    [...node.any, ...node.all, ...node.none].map(check => check.message).join("; ")).join("\\n    "))))"""
_SNIFFER: Final = """new Promise(done => HTMLCS.process("WCAG2AA", document, () => done(JSON.stringify(HTMLCS.getMessages().filter(
  one => one.type === HTMLCS.ERROR).map(one => one.code + ": " + one.msg + "\\n    " + (one.element.outerHTML || "").slice(0, 200))))))"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with pages of every kind, one withdrawn among them."""
    return sites.made(tmp_path_factory.mktemp("accessible"), "plain")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Chromium]:
    with browser() as running:
        yield running


def kinds(site: Path) -> list[str]:
    """A page of each kind, by its path in the folder of a language: all at the top; of the folders, the longest lists and the longest pages."""
    top = site / "en"

    def longest(files: Iterable[Path], most: int) -> list[str]:
        found = sorted(files, key=lambda file: (-file.stat().st_size, file.as_posix()))[:most]
        return [file.relative_to(top).as_posix() for file in found]

    pages = [file for folder in sorted(top.iterdir()) if folder.is_dir() for file in longest(folder.rglob("*.html"), 1)]
    lists = longest(top.glob("*/index*.html"), 3)
    return [
        *longest(top.glob("*.html"), 99),
        "query/index.html",
        *lists,
        *longest((top / file for file in pages if file not in lists), 8),
        "gizmo/vanha-ä.html",
    ]


def look(page: Page, scheme: str, width: int) -> None:
    """Look at a page in a colour scheme, at a width."""
    page.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=width < 600)
    page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])


def faults(page: Page, script: str, source: str) -> list[str]:
    """What a checker has against a page."""
    page.run(f"{source};0")
    told: list[str] = json.loads(page.run(script))
    return told


def axe(page: Page) -> list[str]:
    return faults(page, _AXE % json.dumps(_RULES), npm("axe-core/axe.min.js").read_text(encoding="utf-8"))


def sniffer(page: Page) -> list[str]:
    return faults(page, _SNIFFER, npm("html_codesniffer/build/HTMLCS.js").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", LOOKS)
def test_no_page_keeps_anyone_out(lang: str, site: Path, chromium: Chromium) -> None:
    npm("axe-core/axe.min.js"), npm("html_codesniffer/build/HTMLCS.js")
    pages = kinds(site)
    assert {"download.html", "search.html", "project/clay.html", "def/0.1.0.html"} <= set(pages)
    told: dict[str, list[str]] = {}
    with served(site) as url:
        page = chromium.open()
        for path in (*pages, "search.html?q=keramiikka"):
            page.go(f"{url}{lang}/{path}")
            if "?" in path:
                page.wait("document.querySelectorAll('#hits li').length > 1")
            for scheme, width in LOOKS[lang]:
                look(page, scheme, width)
                for fault in axe(page):
                    told.setdefault(fault, []).append(f"{path} {scheme} {width}")
            for fault in sniffer(page):
                told.setdefault(fault, []).append(path)
        assert page.problems == []
        assert page.foreign(url) == []
    assert told == {}


def test_pages_that_lead_on_keep_nobody_out(site: Path, chromium: Chromium, tmp_path: Path) -> None:
    shutil.copytree(site / "assets", tmp_path / "assets")
    paths = ["index.html", "404.html", "id/project/clay/index.html", "hosting/index.html"]
    for path in paths:
        # Without what leads on at once.
        told = re.sub(r'<noscript>.*?</noscript>|<script src="[^"]*go\.js" defer></script>', "", (site / path).read_text(encoding="utf-8"))
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(told.replace(sites.BASE, "/"), encoding="utf-8")
    with served(tmp_path) as url:
        page = chromium.open()
        for path in paths:
            page.go(url + path)
            for scheme in ("light", "dark"):
                look(page, scheme, 360)
                assert axe(page) == [], path
            assert sniffer(page) == [], path


def test_what_keeps_people_out_is_found(site: Path, chromium: Chromium) -> None:
    with served(site) as url:
        page = chromium.open(f"{url}en/about.html")
        page.run("document.documentElement.removeAttribute('lang')")
        page.run("document.querySelector('main').insertAdjacentHTML('beforeend', '<a href=\"#main\"></a><p class=\"faint\">faint</p>')")
        page.run("document.styleSheets[0].insertRule('.faint { color: #eee; background: #fff }')")
        found = " ".join(axe(page))
        assert all(f"{rule}:" in found for rule in ("html-has-lang", "link-name", "color-contrast")), found
        assert any("Guideline3_1.3_1_1" in one for one in sniffer(page))


def test_every_kind_of_page_is_html_as_the_standard_has_it(site: Path, tmp_path: Path) -> None:
    program = npm("html-validate/bin/html-validate.mjs")
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not here")
    rules = tmp_path / "rules.json"
    rules.write_text('{"root": true, "extends": ["html-validate:standard"]}', encoding="utf-8")
    broken = tmp_path / "broken.html"
    broken.write_text("<!DOCTYPE html><title>x</title><p><div></p>", encoding="utf-8")
    entrances = [
        site / path for path in ("index.html", "404.html", "id/project/clay/index.html", "def/0.1.0/index.html", "hosting/index.html")
    ]
    pages = [*entrances, *(site / lang / path for lang in LOOKS for path in kinds(site)), broken]
    done = subprocess.run(
        [node, str(program), "--config", str(rules), "--formatter", "json", *map(str, pages)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    told: list[Any] = json.loads(done.stdout)
    assert [one["filePath"] for one in told] == [str(broken)], json.dumps(told, indent=1)
