"""The service description (https://www.w3.org/TR/sparql11-service-description/): what the endpoint is, told in RDF."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto.server.formats import FORMATS
from clayonto.server.negotiation import choose

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SD: Final = "http://www.w3.org/ns/sparql-service-description#"
_FORMATS: Final = "http://www.w3.org/ns/formats/"
_TYPE: Final = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_RESULTS: Final = (
    "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "JSON-LD", "RDF_XML",
)  # fmt: skip


def describe(
    endpoint: str, *, graphs: Sequence[str], writable: bool, federated: bool, accept: str, named: str | None = None
) -> tuple[str, bytes]:
    """The name of the format (:data:`clayonto.server.formats.FORMATS`) that a client wants, and the description in it.

    :param endpoint: the address of the endpoint; ``graphs`` the named graphs.
    :raises NoFormat: if the client takes none.
    """
    name = choose("construct", accept=accept, named=named)
    triples = _triples(endpoint, graphs, writable=writable, federated=federated)
    prefixes = {"sd": _SD, "formats": _FORMATS}
    return name, ox.serialize(triples, format=FORMATS[name].engine, prefixes=prefixes) or b""


def _triples(endpoint: str, graphs: Sequence[str], *, writable: bool, federated: bool) -> Iterator[ox.Triple]:
    service, dataset, default = (ox.BlankNode(name) for name in ("service", "dataset", "default"))
    yield ox.Triple(service, _TYPE, _sd("Service"))
    yield ox.Triple(service, _sd("endpoint"), ox.NamedNode(endpoint))
    yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Query"))
    if writable:
        yield ox.Triple(service, _sd("supportedLanguage"), _sd("SPARQL11Update"))
    if federated:
        yield ox.Triple(service, _sd("feature"), _sd("BasicFederatedQuery"))
    for name in _RESULTS:
        yield ox.Triple(service, _sd("resultFormat"), ox.NamedNode(_FORMATS + name))
    yield ox.Triple(service, _sd("defaultDataset"), dataset)
    yield ox.Triple(dataset, _TYPE, _sd("Dataset"))
    yield ox.Triple(dataset, _sd("defaultGraph"), default)
    for number in range(len(graphs)):
        yield ox.Triple(dataset, _sd("namedGraph"), ox.BlankNode(f"named{number}"))
    yield ox.Triple(default, _TYPE, _sd("Graph"))
    for number, graph in enumerate(graphs):
        named, described = ox.BlankNode(f"named{number}"), ox.BlankNode(f"graph{number}")
        yield ox.Triple(named, _TYPE, _sd("NamedGraph"))
        yield ox.Triple(named, _sd("name"), ox.NamedNode(graph))
        yield ox.Triple(named, _sd("graph"), described)
        yield ox.Triple(described, _TYPE, _sd("Graph"))


def _sd(name: str) -> ox.NamedNode:
    return ox.NamedNode(_SD + name)
