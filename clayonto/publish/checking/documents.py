"""What the checker reads out of a site's documents: links of a page, triples of a data file, addresses of a sitemap."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final
from urllib.parse import urljoin

import pyoxigraph as ox

if TYPE_CHECKING:
    from collections.abc import Iterable

FORMATS: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media type of a thing's data to its format."""
_LOC: Final = re.compile(r"<loc>\s*([^<\s]+)\s*</loc>")
_LINKS: Final = {"a": "href", "link": "href", "img": "src", "script": "src", "iframe": "src", "source": "src", "area": "href"}


@dataclass
class PageLinks:
    """The links of a page, as whole addresses.

    ``links`` are all it points to; ``data`` is media type to address, ``languages`` language to address of its ``rel=alternate`` links;
    ``ids`` are the fragments it has; ``canonical`` is its own address as it gives it, or the empty text.
    """

    links: set[str] = field(default_factory=set)
    data: dict[str, str] = field(default_factory=dict)
    languages: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    canonical: str = ""
    refreshes: bool = False


def read_page(body: bytes, url: str) -> PageLinks:
    """The links of an HTML page.

    >>> read_page(b'<link rel="alternate" type="text/turtle" href="a.ttl">', "https://x.example/en/").data
    {'text/turtle': 'https://x.example/en/a.ttl'}
    """
    parser = _Parser(url)
    parser.feed(body.decode(errors="replace"))
    parser.close()
    return parser.found


class _Parser(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found = PageLinks()
        self._url = url

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if said.get("id"):
            self.found.ids.add(said["id"])
        if tag == "base" and said.get("href"):
            self._url = urljoin(self._url, said["href"])
        if tag == "meta" and said.get("http-equiv", "").lower() == "refresh":
            self.found.refreshes = True
        name = _LINKS.get(tag)
        if name is None or name not in said:
            return
        try:
            target = urljoin(self._url, said[name].strip())
        except ValueError:
            return
        relations = said.get("rel", "").lower().split()
        if tag == "link" and "canonical" in relations:
            self.found.canonical = target
        if tag == "link" and "alternate" in relations:
            media = said.get("type", "").lower()
            if said.get("hreflang") and media in ("", "text/html"):
                self.found.languages[said["hreflang"].lower()] = target
            elif media in FORMATS:
                self.found.data[media] = target
        # What a page is to be cited as is asked for by itself, in every format.
        if target.startswith(("http://", "https://")) and "cite-as" not in relations:
            self.found.links.add(target)

    handle_startendtag = handle_starttag


def read_sitemap(body: bytes) -> list[str]:
    """The addresses that a sitemap, or an index of sitemaps, lists. It is not parsed as XML, so that no entity in it can do harm."""
    from html import unescape

    return [unescape(address) for address in _LOC.findall(body.decode(errors="replace"))]


def read_triples(body: bytes, form: ox.RdfFormat, url: str) -> list[str]:
    """The triples of a document as N-Triples lines, blank nodes under names of this call's own.

    :raises SyntaxError: if it is not of the format.
    """
    quads = ox.parse(body, format=form, base_iri=url, rename_blank_nodes=True)
    return [f"{quad.subject} {quad.predicate} {quad.object} ." for quad in quads]


def in_canon(lines: Iterable[str]) -> set[str]:
    """Triples with blank nodes named by RDFC-1.0, so that isomorphic graphs are equal sets."""
    named, nameless = set(), []
    for line in lines:
        if "_:" in line:
            nameless.append(line)
        else:
            named.add(line)
    if nameless:
        data = ox.Dataset(ox.parse("\n".join(nameless).encode(), format=ox.RdfFormat.N_TRIPLES))
        data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
        named.update(f"{q.subject} {q.predicate} {q.object} ." for q in data)
    return named
