"""How stores differ: what each is told by, where it takes updates and graphs, and what it does otherwise than SPARQL 1.1 says.

A store is told by its ``Server`` header, else by the shape of its address; :mod:`clayonto.remote.probe` asks it for what it really does. What is
written here was seen in tests against the real server (Oxigraph, Virtuoso), or is what its makers say, with the address where they say it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

JSON_RESULTS: Final = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
"""Solutions in the form that servers get right."""
TSV_RESULTS: Final = "text/tab-separated-values, application/sparql-results+json;q=0.8"
"""Solutions in our own form, for servers whose TSV is to the letter."""


class Quirk(NamedTuple):
    """What a store does its own way, what is done about it here, and who says so."""

    what: str
    remedy: str
    source: str


@dataclass(frozen=True, slots=True)
class Store:
    """A kind of store. ``update`` and ``graphs`` are substitutions that make the address of updates and of graphs from that of queries."""

    name: str
    server: str = ""
    address: str = ""
    update: tuple[str, str] | None = None
    graphs: tuple[str, str] | None = None
    results: str = JSON_RESULTS
    union_default: bool | None = None
    """Whether queries see all named graphs when they name none; ``None`` if that is a setting."""
    writes_default: bool = True
    """Whether the default graph can be written to."""
    moves: bool = False
    """Whether a graph takes another's place by MOVE and ADD, rather than by three steps in one request, which is one transaction in most stores."""
    chunk: int = 10_000
    """Triples that one request may carry."""
    page: int | None = None
    """Rows of a query that the store gives whole; ``None`` if it does not cut answers."""
    quirks: tuple[Quirk, ...] = ()

    def update_url(self, url: str) -> str | None:
        """Where updates go, for an address that takes queries; ``None`` if that is not known."""
        return _derived(self.update, url)

    def graphs_url(self, url: str) -> str | None:
        """Where the Graph Store Protocol is spoken; ``None`` if that is not known, or it is not."""
        return _derived(self.graphs, url)


def _derived(rule: tuple[str, str] | None, url: str) -> str | None:
    if rule is None:
        return None
    found, count = re.subn(rule[0], rule[1], url, count=1)
    return found if count else None


OXIGRAPH: Final = Store(
    "Oxigraph",
    server=r"oxigraph",
    update=(r"/query/?$", "/update"),
    graphs=(r"/query/?$", "/store"),
    results=TSV_RESULTS,
    union_default=False,
    quirks=(
        Quirk(
            "literals of numbers and dates are kept in canonical form, derived integers as xsd:integer",
            "what was sent and what arrived are compared by value",
            "seen on 0.5",
        ),
        Quirk(
            "a graph sent without a name goes into a new one of its own",
            "every request names its graph, or the default one",
            "https://github.com/oxigraph/oxigraph/issues/290",
        ),
    ),
)
VIRTUOSO: Final = Store(
    "Virtuoso",
    server=r"virtuoso",
    update=(r"/sparql(-auth)?/?$", "/sparql-auth"),
    graphs=(r"/sparql(-auth)?/?$", "/sparql-graph-crud-auth"),
    union_default=True,
    writes_default=False,
    moves=True,
    chunk=5_000,
    page=5_000,
    quirks=(
        Quirk(
            "a query sent as the body itself (application/sparql-query) is never answered",
            "queries are sent as forms",
            "https://github.com/openlink/virtuoso-opensource/issues/842",
        ),
        Quirk(
            "booleans come back as 1 and 0, and sometimes as integers",
            "both are read as booleans in columns that are declared so",
            "https://github.com/openlink/virtuoso-opensource/issues/485",
        ),
        Quirk(
            "a decimal without a fraction comes back as an integer, and such numbers are divided as integers",
            "they are equal here; the named queries divide by numbers with a point",
            "https://github.com/openlink/virtuoso-opensource/issues/1062",
        ),
        Quirk(
            "a duration comes back as its number of months or seconds",
            "it is made a duration again",
            "seen on 7.2.5",
        ),
        Quirk(
            "a geometry (geo:wktLiteral) keeps its numbers in single precision, and comes back as a type of its own",
            "they are written as short as that allows, and compared so",
            "seen on 7.2.5",
        ),
        Quirk(
            "blank nodes have labels that JSON results do not allow (nodeID://b1)",
            "the part before the label is taken off",
            "seen on 7.2.5",
        ),
        Quirk(
            "the answer of an ASK is a table with one number",
            "it is read as yes or no",
            "seen on 7.2.5",
        ),
        Quirk(
            "an answer is cut after ResultSetMaxRows rows",
            "it is an error when the server says so; a graph is counted, and read 5,000 triples at a time",
            "https://github.com/openlink/virtuoso-opensource/issues/939",
        ),
        Quirk(
            "there is no default graph to write to, and the one that is asked is all graphs together",
            "push and clear want the name of a graph; connect(graph=…) asks one alone",
            "https://github.com/openlink/virtuoso-opensource/issues/112",
        ),
        Quirk(
            "passwords are asked for as digests",
            "updates and graph requests answer that; queries go to /sparql, which asks for none",
            "https://github.com/OpenDataNode/open-data-node/issues/214",
        ),
        Quirk(
            "ORDER BY of an aggregate is a syntax error, OPTIONAL around UNION loses rows, and a path with a star whose two ends are both "
            "variables gives nothing or never ends",
            "the named queries do without",
            "seen on 7.2.5",
        ),
    ),
)
FUSEKI: Final = Store(
    "Fuseki",
    server=r"fuseki|\bjena\b",
    address=r"/(query|sparql)/?$",
    update=(r"/(query|sparql)/?$", "/update"),
    graphs=(r"/(query|sparql)/?$", "/data"),
    quirks=(
        Quirk(
            "whether the default graph is all graphs together is a setting (unionDefaultGraph)",
            "the probe asks; connect(graph=…) asks one alone",
            "https://jena.apache.org/documentation/tdb/datasets.html",
        ),
    ),
)
GRAPHDB: Final = Store(
    "GraphDB",
    server=r"graphdb|rdf4j|sesame",
    address=r"/repositories/[^/]+/?$",
    update=(r"(/repositories/[^/]+)/?$", r"\1/statements"),
    graphs=(r"(/repositories/[^/]+)/?$", r"\1/rdf-graphs/service"),
    union_default=True,
    quirks=(
        Quirk(
            "updates to the address of queries are refused",
            "they go to /statements",
            "https://github.com/RDFLib/sparqlwrapper/issues/233",
        ),
        Quirk(
            "the default graph that is asked is all graphs together, and what a repository infers besides",
            "what is pushed is counted in its own graph",
            "https://graphdb.ontotext.com/documentation/8.2/free/query-behaviour.html",
        ),
    ),
)
QLEVER: Final = Store(
    "QLever",
    server=r"qlever",
    address=r"^https?://[^/]*qlever[^/]*/",
    update=(r"$", ""),
    graphs=(r"$", ""),
    union_default=True,
    quirks=(
        Quirk(
            "updates and graph requests want an access token",
            "CLAYONTO_ENDPOINT_TOKEN is sent as a bearer",
            "https://github.com/ad-freiburg/qlever/issues/2032",
        ),
        Quirk(
            "queries that name no graph see all of them; the default one has a name of its own",
            "connect(graph=…) asks one alone",
            "https://github.com/ad-freiburg/qlever/issues/1776",
        ),
        Quirk(
            "older versions do not know default-graph-uri",
            "their refusal is shown; leave graph out",
            "https://github.com/ad-freiburg/qlever/issues/1712",
        ),
    ),
)
NEPTUNE: Final = Store(
    "Neptune",
    address=r"^https?://[^/]*\.neptune\.amazonaws\.com(\.cn)?[:/]",
    update=(r"/sparql/?$", "/sparql"),
    graphs=(r"/sparql/?$", "/sparql/gsp/"),
    union_default=True,
    quirks=(
        Quirk(
            "the default graph that is asked is all graphs together",
            "connect(graph=…) asks one alone",
            "https://aws.amazon.com/blogs/database/introducing-graph-store-protocol-support-for-amazon-neptune/",
        ),
        Quirk(
            "an error in the middle of an answer is told after its end, in a trailing header",
            "an answer that does not end as its form demands is an error",
            "https://docs.aws.amazon.com/neptune/latest/userguide/access-graph-sparql-http-trailing-headers.html",
        ),
    ),
)
BLAZEGRAPH: Final = Store(
    "Blazegraph",
    server=r"blazegraph|bigdata",
    address=r"/(blazegraph|bigdata)/|/namespace/[^/]+/sparql/?$|^https://query\.wikidata\.org/",
    update=(r"$", ""),
    union_default=True,
    quirks=(
        Quirk(
            "there is no Graph Store Protocol",
            "graphs are sent as updates and read by CONSTRUCT",
            "https://github.com/blazegraph/database/issues/236",
        ),
        Quirk(
            "Wikidata's stops a query after 60 seconds, and answers 429 with Retry-After to who asks too much",
            "the pause is kept; ask for less at a time",
            "https://wikitech.wikimedia.org/wiki/Wikidata_Query_Service/Technical_interactions",
        ),
    ),
)
CLAYONTO: Final = Store(
    "clayonto",
    server=r"clayonto",
    update=(r"$", ""),
    graphs=(r"/sparql/?$", "/graphs"),
    results=TSV_RESULTS,
    union_default=True,
    writes_default=False,
    quirks=(
        Quirk(
            "the default graph is the merge of all graphs, and what is removed from it leaves every graph",
            "connect(graph=…) asks one alone; push and clear take named graphs only",
            "seen on 0.1.0",
        ),
        Quirk(
            "updates are taken from who has the token, by a server that was started with --writable",
            "CLAYONTO_ENDPOINT_TOKEN, or the file of endpoints",
            "seen on 0.1.0",
        ),
    ),
)
UNKNOWN: Final = Store("unknown", update=(r"/(query|sparql)/?$", r"/update"))
STORES: Final = (CLAYONTO, OXIGRAPH, VIRTUOSO, NEPTUNE, GRAPHDB, QLEVER, BLAZEGRAPH, FUSEKI)
"""The kinds of store that are known; those with the more telling addresses first."""


def told(url: str, headers: Mapping[str, str]) -> Store:
    """The kind of store behind an address, from the headers of an answer, else from the address.

    >>> told("http://localhost:7878/query", {"Server": "Oxigraph/0.5.3"}).name
    'Oxigraph'
    >>> told("http://localhost:7200/repositories/clay", {}).update_url("http://localhost:7200/repositories/clay")
    'http://localhost:7200/repositories/clay/statements'
    """
    lower = {name.lower(): value for name, value in headers.items()}
    server = lower.get("server", "")
    if "fuseki-request-id" in lower:
        return FUSEKI
    for store in STORES:
        if store.server and re.search(store.server, server, re.IGNORECASE):
            return store
    address = urlsplit(url)._replace(query="", fragment="").geturl()
    # Every second store has an address that ends in /sparql, so a header that names someone else leaves Fuseki out.
    known = (s for s in STORES if s.address and not (s is FUSEKI and server))
    return next((s for s in known if re.search(s.address, address, re.IGNORECASE)), UNKNOWN)
