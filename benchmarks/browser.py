"""How long a visitor of the SPARQL page waits: from following a link that carries a query to the first rows, with the data, the engine and nothing else.

The graph is that of ``projects.py`` beside the bundled one. The site is served from this machine, so that the network has no part in it: what is measured is
the browser's own work, in Chromium, with an empty cache each time.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import islice
from pathlib import Path

from projects import projects

import clayonto
from clayonto.publish import Config, pages, sparql
from clayonto.publish.build import Parts, build
from clayonto.publish.config import CC_BY
from clayonto.publish.machine import files as machine
from clayonto.publish.site import Site

sys.path.insert(0, str(Path(__file__).parents[1]))
from tests.browser import browser, served

QUERIES = {
    "the first ten projects": "SELECT ?project ?name WHERE { ?project a clay:Project ; skos:prefLabel ?name } LIMIT 10",
    "projects of each programme": (
        "SELECT ?programme (COUNT(?project) AS ?projects) WHERE { ?project clay:underProgramme ?programme } GROUP BY ?programme ORDER BY DESC(?projects)"
    ),
    "things of each class": "SELECT ?class (COUNT(?thing) AS ?things) WHERE { ?thing a ?class } GROUP BY ?class ORDER BY DESC(?things)",
}
_SHOWN = "document.querySelectorAll('#table tbody tr').length > 0 && !document.body.classList.contains('busy') && performance.now()"


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


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triples", type=int, nargs="?", default=450_000, help="how many triples (default: 450,000)")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    if not sparql.available():
        print("Not measured: the SPARQL page has no engine here; make engine fetches it.")
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        size = made(folder, given.triples)
        packed = next((folder / "site").rglob("data.ttl.gz")).stat().st_size
        print(f"{size} triples, {packed / 1e6:.1f} MB of compressed Turtle, {given.rounds} rounds, the best and the worst")
        with served(folder / "site") as url:
            for told, query in QUERIES.items():
                waits = []
                for _ in range(given.rounds):
                    with browser() as chromium:
                        page = chromium.open(f"{url}en/{sparql.PATH}{sparql.link(query)}")
                        waits.append((page.wait(_SHOWN) / 1000, page.text("#state")))
                best, worst = min(waits), max(waits)
                print(f"{told}: first rows {best[0]:.2f} to {worst[0]:.2f} s after the link was followed; the query alone: {best[1]}")


if __name__ == "__main__":
    main()
