"""The forms in which answers to queries can be had."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import pyoxigraph as ox


class Format(NamedTuple):
    """A form of answer: its media type, other types a client may ask for it by, and what the engine calls it."""

    media: str
    also: tuple[str, ...]
    engine: Any

    @property
    def content_type(self) -> str:
        """The value of ``Content-Type``."""
        return f"{self.media}; charset=utf-8" if self.media.startswith("text/") else self.media


FORMATS: Final[dict[str, Format]] = {
    "json": Format("application/sparql-results+json", ("application/json",), ox.QueryResultsFormat.JSON),
    "xml": Format("application/sparql-results+xml", ("application/xml", "text/xml"), ox.QueryResultsFormat.XML),
    "csv": Format("text/csv", (), ox.QueryResultsFormat.CSV),
    "tsv": Format("text/tab-separated-values", (), ox.QueryResultsFormat.TSV),
    "turtle": Format("text/turtle", ("application/x-turtle", "text/n3"), ox.RdfFormat.TURTLE),
    "nt": Format("application/n-triples", ("text/plain",), ox.RdfFormat.N_TRIPLES),
    "jsonld": Format("application/ld+json", ("application/json",), ox.RdfFormat.JSON_LD),
    "rdfxml": Format("application/rdf+xml", ("application/xml", "text/xml"), ox.RdfFormat.RDF_XML),
}
"""By name, in the order in which the server would rather give them."""
