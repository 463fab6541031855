"""The parts of the live site that are about the whole graph: which paths each may have, and what makes it. They are those of ``clayonto publish``."""

from __future__ import annotations

import re
from functools import cache, partial
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.publish import answers, asking, data, front, lists, machine, maps, search, sorted_lists, sparql, ties, vocabulary
from clayonto.publish.data import FORMATS
from clayonto.publish.machine.discovery import sitemaps
from clayonto.publish.machine.examples import executables
from clayonto.publish.machine.facts import Facts
from clayonto.publish.units import made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clayonto.graph import KnowledgeGraph
    from clayonto.publish.site import Site

FIRST: Final = "front"
"""The part that is made before anyone asks for it."""

HOSTS: Final = re.compile(r"hosting/.+|\.htaccess|\.nojekyll|negotiate\.var|nginx\.conf")
"""The files that are for other hosts of the site, not for its visitors."""


class Whole(NamedTuple):
    """A part: its name, a pattern that all its paths match, and what gives its files, in order, as they are made."""

    name: str
    paths: re.Pattern[str]
    files: Callable[[Site], Iterator[tuple[str, bytes]]]


def wholes(site: Site, graph: Callable[[], KnowledgeGraph]) -> Sequence[Whole]:
    """All of them. Where two match a path, the first is quicker, and has it if it is there at all.

    :param site: with its questions, :attr:`~clayonto.publish.site.Site.answers`.
    :param graph: opens the graph, for the answers to them.
    """
    opened = cache(graph)
    lang = f"(?:{'|'.join(site.languages)})"
    slugs = "|".join(map(re.escape, site.slugs.values()))
    endings = "|".join(FORMATS)
    parts: list[tuple[str, str, Callable[[Site], Iterator[tuple[str, bytes]]]]] = [
        (FIRST, f"{lang}/index\\.html", front.fronts),
        ("lists", f"{lang}/(?:{slugs})/index(?:-\\d+)?\\.html|{lang}/az/.+|list/(?:{slugs})\\.csv", lambda s: made(lists.files(s))),
        ("map", f"{lang}/map/.+|list/map\\.csv", maps.files),
        ("network", f"{lang}/network/.+|list/network(?:-pairs)?\\.csv", ties.files),
        ("by", f"{lang}/by/.+|list/by/.+", lambda s: made(sorted_lists.files(s))),
        *(
            (f"search-{tongue}", f"{tongue}/search\\.html|assets/search\\.{tongue}(?:\\.js|/.+)", partial(search.everything, lang=tongue))
            for tongue in site.languages
        ),
        ("vocabulary", f"{lang}/(?:def|glossary|shapes)\\.html|{lang}/def/.+|def/.+", vocabulary.files),
        ("ontology", f"def\\.(?:{endings})|data/def/.+", data.files),
        ("questions", f"{lang}/query/index\\.html", answers.index),
        *(
            (f"answer-{name}", f"{lang}/query/{re.escape(name)}\\.(?:html|csv)", partial(_answered, name=name, graph=opened))
            for name in site.answers
        ),
        ("settings", f"assets/sparql\\.{lang}\\.json", sparql.settings),
        ("engine", "assets/(?:oxigraph|sparql)[/.].+", lambda site: sparql.assets() if site.queryable else iter(())),
        ("sitemap", "sitemap(?:-\\d+)?\\.xml", lambda site: sitemaps(Facts(site))),
        ("executables", "queries\\.ttl", lambda site: iter([("queries.ttl", executables(Facts(site)))])),
        (
            "machine",
            f"download/.+|{lang}/download\\.html|{lang}/sparql/.+|(?:catalog|void)\\.ttl|\\.well-known/.+|linkset\\.json|{HOSTS.pattern}",
            machine.files,
        ),
    ]
    return [Whole(name, re.compile(paths), files) for name, paths, files in parts]


def _answered(site: Site, *, name: str, graph: Callable[[], KnowledgeGraph]) -> Iterator[tuple[str, bytes]]:
    """The page of one question; a graph that was opened for one serves the next."""
    files = answers.EACH.maker(site)
    for one in asking.ask(graph(), site, keep=False, only=name).items():
        yield from made(files(one))
