"""The data files beside each page: Turtle, JSON-LD, N-Triples and RDF/XML.

Each has all triples of the thing and its parts, the labels of what they point to, and what the document itself is: about what, under which licence,
of which dataset. The files of all pages and of the ontology together hold the whole graph. No document says when it was changed: the data tells that
of few things, and the clock of none. XML has no place for control characters: in RDF/XML alone, they become U+FFFD.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto.publish.index import curie, is_iri
from clayonto.publish.site import PREFIX_MAP, VOCABULARY_FILE, Page, Site

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMATS: Final = {
    "ttl": ("text/turtle", "Turtle", ox.RdfFormat.TURTLE),
    "jsonld": ("application/ld+json", "JSON-LD", ox.RdfFormat.JSON_LD),
    "nt": ("application/n-triples", "N-Triples", ox.RdfFormat.N_TRIPLES),
    "rdf": ("application/rdf+xml", "RDF/XML", ox.RdfFormat.RDF_XML),
}
"""File ending to media type, name, and format."""
_LABELS: Final = tuple(map(curie, ("skos:prefLabel", "rdfs:label")))

# XML 1.0, section 2.2: no document may hold these, not even escaped.
_NOT_XML: Final = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The data files of the ontology; those of pages are made with the pages."""
    terms = [line for subject in site.vocabulary for line in site.index.lines(subject)]
    about = about_document(site, VOCABULARY_FILE, site.ontology) if site.ontology else []
    for ending, content in written([*terms, *about]):
        yield f"{VOCABULARY_FILE}.{ending}", content
    if site.ontology_version:
        path = f"{VOCABULARY_FILE}/{site.ontology_version}"
        # What stays when the dataset has gone on is no document of it.
        for ending, content in written([*terms, *about_document(site, path, site.ontology, of_dataset=False)]):
            yield site.data(path, ending), content


def of_page(site: Site, page: Page, *, endings: Iterable[str] = FORMATS) -> Iterator[tuple[str, bytes]]:
    """The data files of a page."""
    for ending, content in written(lines_of(site, page), endings=endings):
        yield site.data(page.path, ending), content


def lines_of(site: Site, page: Page) -> list[str]:
    """The N-Triples of a page's data files, each once."""
    index, own = site.index, dict.fromkeys((page.term, *page.parts))
    lines = [line for subject in own for line in index.lines(subject)]
    near = dict.fromkeys(o for s in own for values in index.out.get(s, {}).values() for o in values if is_iri(o) and o not in own)
    for term in near:
        said = index.out.get(term)
        if said:
            lines += [f"{term} {p} {o} .\n" for p in _LABELS for o in said.get(p, ())]
    return [*lines, *about_document(site, page.path, page.term)]


def about_document(site: Site, path: str, topic: str, *, of_dataset: bool = True) -> list[str]:
    """What the data files at a path say of themselves, as N-Triples.

    :param topic: the term of what they are about.
    """
    said = {
        curie("rdf:type"): curie("foaf:Document"),
        curie("foaf:primaryTopic"): topic,
        curie("dct:license"): f"<{site.config.licence}>",
    }
    if site.catalogued and of_dataset:
        said[f"<{PREFIX_MAP['void']}inDataset>"] = f"<{site.dataset}>"
    document = f"<{site.document(path)}>"
    return [f"{document} {predicate} {value} .\n" for predicate, value in said.items()]


def written(lines: Iterable[str], *, endings: Iterable[str] = FORMATS) -> Iterator[tuple[str, bytes]]:
    """Triples in each format, by file ending."""
    joined = "".join(lines)
    text = joined.encode()
    prefixes = {prefix: namespace for prefix, namespace in PREFIX_MAP.items() if f"<{namespace}" in joined}
    triples = [quad.triple for quad in ox.parse(text, format=ox.RdfFormat.N_TRIPLES)]
    for ending in endings:
        kind = FORMATS[ending][2]
        content = text if ending == "nt" else ox.serialize(triples, format=kind, prefixes=prefixes) or b""
        yield ending, _NOT_XML.sub("\ufffd".encode(), content) if ending == "rdf" else content
