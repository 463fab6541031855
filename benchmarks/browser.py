"""How long visitors of the SPARQL page and of the search wait: from following a link that carries a query to the first rows, with all that is fetched for it.

The graph is that of ``projects.py`` beside the bundled one. The site is served from this machine, so that the network has no part in it: what is measured is
the browser's own work, in Chromium, with an empty cache each time.
"""

from __future__ import annotations

import argparse
import gzip
import json
import sys
import tempfile
from itertools import islice
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlencode, urlsplit

from projects import projects

import clayonto
from clayonto.publish import Config, front, pages, search, shards, sparql
from clayonto.publish.build import Parts, build
from clayonto.publish.config import CC_BY
from clayonto.publish.machine import files as machine
from clayonto.publish.site import Site
from clayonto.publish.units import Whole

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser import Chromium, Page, browser, served

QUERIES = {
    "the first ten projects": "SELECT ?project ?name WHERE { ?project a clay:Project ; skos:prefLabel ?name } LIMIT 10",
    "projects of each programme": (
        "SELECT ?programme (COUNT(?project) AS ?projects) WHERE { ?project clay:underProgramme ?programme } GROUP BY ?programme ORDER BY DESC(?projects)"
    ),
    "things of each class": "SELECT ?class (COUNT(?thing) AS ?things) WHERE { ?thing a ?class } GROUP BY ?class ORDER BY DESC(?things)",
}
_SHOWN = "document.querySelectorAll('#table tbody tr').length > 0 && !document.body.classList.contains('busy') && performance.now()"


SEARCHED = ("p", "project 7777", "gen7777", "hanke 77", "organisaatio 12", "hanke 7777 gen", "interreg europe")
"""What is looked for, in the Finnish pages."""
_FOUND = "document.querySelectorAll('#hits li').length > 0 && performance.now()"
_FETCHED = """(() => {
  const all = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
  return [all.map((one) => one.name), all.reduce((sum, one) => sum + one.decodedBodySize, 0)];
})()"""
_TYPED = """(async (text) => {
  const input = document.getElementById("q"), status = document.getElementById("found");
  let slowest = 0;
  for (let n = 1; n <= text.length; n += 1) {
    const started = performance.now();
    await new Promise((drawn) => {
      new MutationObserver((_, observer) => { if (status.textContent) { observer.disconnect(); drawn(); } })
        .observe(document.getElementById("search"), { childList: true, subtree: true });
      input.value = text.slice(0, n);
      input.dispatchEvent(new Event("input"));
    });
    slowest = Math.max(slowest, performance.now() - started);
  }
  return slowest;
})"""


class Visitor(NamedTuple):
    """With what somebody visits: bits per second, milliseconds there and back, and how many times slower than here."""

    name: str
    bits: float
    delay: float
    slower: float

    def open(self, chromium: Chromium, url: str) -> Page:
        """The page of an address, as such a visitor opens it."""
        page = chromium.open()
        speed = self.bits / 8
        page.send("Network.emulateNetworkConditions", offline=False, latency=self.delay, downloadThroughput=speed, uploadThroughput=speed)
        page.send("Emulation.setCPUThrottlingRate", rate=self.slower)
        return page.go(url)


VISITORS = (
    Visitor("this machine", -8, 0, 1),
    Visitor("a phone at 1.6 Mbit/s, 150 ms away, with a processor four times slower", 1.6e6, 150, 4),
)


def made(folder: Path, triples: int) -> int:
    """A site without the pages of things and questions, which take no part in this; how many triples it has."""
    data = folder / "data.nt"
    lines = (line for project in projects(triples) for line in project.splitlines(keepends=True))
    data.write_text("".join(islice(lines, triples - clayonto.load().n_triples().count(b"\n"))), encoding="utf-8")
    graph = clayonto.load(data)
    site = Site.of(graph, Config(licence=CC_BY))
    site.catalogued = site.queryable = True
    build(site, Parts(others=[*pages.OVERVIEWS, machine], answered=[pages.asked]), folder / "site")
    return site.index.size


def sparql_page(folder: Path, triples: int, rounds: int) -> None:
    """Print how long the first rows of a query take."""
    size = made(folder, triples)
    packed = next((folder / "site").rglob("data.ttl.gz")).stat().st_size
    print(f"{size} triples, {packed / 1e6:.1f} MB of compressed Turtle, {rounds} rounds, the best and the worst")
    with served(folder / "site") as url:
        for told, query in QUERIES.items():
            waits = []
            for _ in range(rounds):
                with browser() as chromium:
                    page = chromium.open(f"{url}en/{sparql.PATH}{sparql.link(query)}")
                    waits.append((page.wait(_SHOWN) / 1000, page.text("#state")))
            best, worst = min(waits), max(waits)
            print(f"{told}: first rows {best[0]:.2f} to {worst[0]:.2f} s after the link was followed; the query alone: {best[1]}")


def search_page(folder: Path, count: int, rounds: int) -> None:
    """Print what a search fetches, and how long its first results take."""
    (folder / "projects.nt").write_text("".join(projects(count)), encoding="utf-8")
    site = Site.of(clayonto.load(folder / "projects.nt"), Config(licence=CC_BY))
    build(site, Parts(others=[front.common, Whole("search", search.files), shards.SHARDS]), folder / "search")
    sizes = [file.stat().st_size for file in (folder / "search" / "assets").rglob("*.js") if "search.fi" in (file.parent.name, file.stem)]
    print(f"{count} projects, {len(site.pages)} things with pages; the index of a language has {len(sizes)} files", end=", ")
    print(f"{sum(sizes) / 1e6:.1f} MB, the largest {max(sizes) / 1e3:.0f} kB")
    with served(folder / "search") as url:
        for visitor in VISITORS:
            print(f"{visitor.name}: until the first results after following a link with the words, and all that was fetched")
            print("  and, in brackets, until results after the slowest letter when the words are typed, and all that was fetched then")
            for query in SEARCHED:
                waits, slowest = [], []
                for _ in range(rounds):
                    with browser() as chromium:
                        page = visitor.open(chromium, f"{url}fi/search.html?{urlencode({'q': query})}")
                        waits.append(page.wait(_FOUND) / 1000)
                        fetched = _fetched(page, folder, url)
                    with browser() as chromium:
                        page = visitor.open(chromium, f"{url}fi/search.html")
                        slowest.append(page.run(f"{_TYPED}({json.dumps(query)})") / 1000)
                        typed = _fetched(page, folder, url)
                print(f"  {query}: {min(waits):.2f} s, {fetched} [{min(slowest):.2f} s, {typed}]")


def _fetched(page: Page, folder: Path, url: str) -> str:
    """How much a page has fetched, itself included."""
    names, size = page.run(_FETCHED)
    files = [folder / "search" / unquote(urlsplit(name).path).lstrip("/") for name in names if name.startswith(url)]
    return f"{size / 1e3:.0f} kB ({sum(len(gzip.compress(file.read_bytes())) for file in files) / 1e3:.0f} kB compressed)"


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triples", type=int, nargs="?", default=450_000, help="how many triples the SPARQL page has (default: 450,000)")
    parser.add_argument(
        "--projects", type=int, default=12_500, help="how many projects the search has (default: 12,500, about 25,000 things with pages)"
    )
    parser.add_argument(
        "--one-file", action="store_true", help="the search has its index in one file, as that of a small site is, for comparison"
    )
    parser.add_argument("--only", choices=("sparql", "search"), help="one of the two pages")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if given.one_file:
        shards.MOST_IN_ONE = sys.maxsize  # type: ignore[misc]
    with tempfile.TemporaryDirectory() as name:
        if given.only != "search" and sparql.available():
            sparql_page(Path(name), given.triples, given.rounds)
        elif given.only != "search":
            print("Not measured: the SPARQL page has no engine here; make engine fetches it.")
        if given.only != "sparql":
            search_page(Path(name), given.projects, given.rounds)


if __name__ == "__main__":
    main()
