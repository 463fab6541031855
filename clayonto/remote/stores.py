"""The one place that knows how stores differ: what each is told by, where it takes updates and graphs, and what it does otherwise than SPARQL 1.1 says.

A store is told by its ``Server`` header, else by the shape of its address; :mod:`clayonto.remote.probe` asks it for what it really does. What is
written here was seen in tests against the real server (Oxigraph, Virtuoso), or is what its makers say, with the address where they say it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlsplit

from clayonto.terms import XSD, TypedLiteral

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clayonto.terms import Value

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
UNKNOWN: Final = Store("unknown", update=(r"/(query|sparql)/?$", r"/update"))
STORES: Final = (OXIGRAPH, VIRTUOSO, NEPTUNE, GRAPHDB, QLEVER, BLAZEGRAPH, FUSEKI)
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


_WKT_LITERAL: Final = "http://www.opengis.net/ont/geosparql#wktLiteral"
_NODE: Final = re.compile(rb'("type"\s*:\s*"bnode"\s*,\s*"value"\s*:\s*")nodeID://')


def readable(store: Store, results: bytes) -> bytes:
    """JSON results as a parser takes them; a text that looks the same is in escaped quotes.

    >>> readable(VIRTUOSO, b'{"type": "bnode", "value": "nodeID://b1"}')
    b'{"type": "bnode", "value": "b1"}'
    """
    return _NODE.sub(rb"\1", results) if store is VIRTUOSO else results


def readable_pieces(store: Store, pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same for results in pieces."""
    if store is not VIRTUOSO:
        yield from pieces
        return
    rest = b""
    for piece in pieces:
        # A blank node is between braces, and has none inside.
        done, brace, rest = (rest + piece).rpartition(b"}")
        yield readable(store, done + brace)
    yield rest


_DURATION: Final = re.compile(rb'"(-?\d+(?:\.\d+)?)"\^\^<http://www\.w3\.org/2001/XMLSchema#duration>')
_GEOMETRY: Final = "http://www.openlinksw.com/schemas/virtrdf#Geometry"
_WKT: Final = re.compile(
    rb'"([^"]*)"\^\^<(?:http://www\.opengis\.net/ont/geosparql#wktLiteral|http://www\.openlinksw\.com/schemas/virtrdf#Geometry)>'
)
_NUMBER: Final = re.compile(r"-?\d+\.\d+")


def repaired(store: Store, solutions: bytes) -> bytes:
    """Solutions as TSV, with the literals that a store takes apart put together again.

    >>> repaired(VIRTUOSO, b'"259200.0"^^<http://www.w3.org/2001/XMLSchema#duration>')
    b'"P3D"^^<http://www.w3.org/2001/XMLSchema#duration>'
    """
    if store is not VIRTUOSO:
        return solutions
    if b"XMLSchema#duration" in solutions:
        solutions = _DURATION.sub(lambda m: m[0].replace(m[1], canonical_duration(m[1].decode()).encode(), 1), solutions)
    if b"#wktLiteral" in solutions or b"#Geometry" in solutions:
        solutions = _WKT.sub(lambda m: f'"{_short_numbers(m[1].decode())}"^^<{_WKT_LITERAL}>'.encode(), solutions)
    return solutions


def _short_numbers(wkt: str) -> str:
    """A geometry with its numbers as short as single precision allows, which is all that Virtuoso keeps of them.

    >>> _short_numbers("POINT(10.35000038147 51.029998779297)")
    'POINT(10.35 51.03)'
    """
    return _NUMBER.sub(lambda m: f"{float(m[0]):.7g}", wkt)


def _duration(sign: bytes, whole: bytes, fraction: bytes) -> str:
    """A duration from what Virtuoso makes of it: months where there is no point, seconds where there is one."""
    number = int(whole)
    if not fraction:
        years, months = divmod(number, 12)
        body = f"{years}Y" * bool(years) + f"{months}M" * bool(months) or "0M"
        return f"{sign.decode()}P{body}"
    days, seconds = divmod(number, 86_400)
    hours, seconds = divmod(seconds, 3600)
    minutes, seconds = divmod(seconds, 60)
    part = fraction.decode().rstrip("0").rstrip(".")
    time = f"{hours}H" * bool(hours) + f"{minutes}M" * bool(minutes) + f"{seconds}{part}S" * bool(seconds or part or not number)
    return f"{sign.decode()}P" + f"{days}D" * bool(days) + f"T{time}" * bool(time)


def comparable(store: Store, value: Value) -> Value:
    """A value as it is compared before and after a journey: what a store is known to make of it.

    >>> from decimal import Decimal
    >>> comparable(VIRTUOSO, Decimal("5.0")), comparable(VIRTUOSO, True), comparable(OXIGRAPH, True)
    (5, 1, True)
    """
    from decimal import Decimal

    if store is VIRTUOSO:
        if isinstance(value, bool):
            return int(value)
        if isinstance(value, Decimal) and value == value.to_integral_value():
            return int(value)
        if isinstance(value, TypedLiteral) and value.datatype in (_WKT_LITERAL, _GEOMETRY):
            return TypedLiteral(_short_numbers(str(value)), _WKT_LITERAL)
    if isinstance(value, TypedLiteral) and value.datatype == XSD + "duration":
        return TypedLiteral(canonical_duration(str(value)), value.datatype)
    return value


def restored(store: Store, term: Any) -> Any:
    """A term (of pyoxigraph) as it was before a store took it apart, where that can be told."""
    datatype = getattr(getattr(term, "datatype", None), "value", "")
    if store is not VIRTUOSO or datatype not in (XSD + "duration", _WKT_LITERAL, _GEOMETRY):
        return term
    import pyoxigraph as ox

    if datatype == XSD + "duration":
        return ox.Literal(canonical_duration(term.value), datatype=term.datatype)
    return ox.Literal(_short_numbers(term.value), datatype=ox.NamedNode(_WKT_LITERAL))


def canonical_duration(form: str) -> str:
    """The canonical form of a duration, as pyoxigraph writes it, also of what Virtuoso makes of one; other text as it is.

    >>> canonical_duration("P12M"), canonical_duration("12"), canonical_duration("259200.0"), canonical_duration("soon")
    ('P1Y', 'P1Y', 'P3D', 'soon')
    """
    found = re.fullmatch(r"(-?)(\d+)(\.\d+)?", form)
    if found:
        return _duration(*(part.encode() for part in found.groups(default="")))
    import pyoxigraph as ox

    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:x"), ox.NamedNode("urn:x"), ox.Literal(form, datatype=ox.NamedNode(XSD + "duration"))))
    return next(str(quad.object.value) for quad in store)
