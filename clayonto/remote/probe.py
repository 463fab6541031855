"""What an endpoint is and does, found by asking it: which store, which of SPARQL 1.1, what becomes of literals, which graphs are seen.

Only questions are asked; nothing is written, so what a store makes of literals that it keeps is not among them. What a store is known to do
otherwise stands in :mod:`clayonto.remote.stores`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from clayonto.engines.remote import RemoteEngine
from clayonto.errors import EndpointError, EndpointRefusalError, EndpointTimeoutError, QueryError, UnreachableError
from clayonto.namespaces import ID
from clayonto.tsv import read

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clayonto.remote.stores import Quirk

_FEATURES: Final = {
    "aggregates": "ASK { { SELECT (COUNT(*) AS ?n) { } } FILTER(?n = 1) }",
    "order by aggregate": "SELECT ?x { VALUES ?x { 2 1 } } GROUP BY ?x ORDER BY MIN(?x)",
    "property paths": "ASK { FILTER NOT EXISTS { <urn:x> (<urn:no>/<urn:no>+)|^<urn:no> <urn:x> } }",
    "subqueries": "ASK { { SELECT ?x { VALUES ?x { 1 } } } FILTER(?x = 1) }",
    "values": "ASK { VALUES (?x ?y) { (1 UNDEF) } FILTER(?x = 1) }",
    "exists": "ASK { FILTER NOT EXISTS { <urn:x> <urn:no> <urn:x> } }",
    "construct": "CONSTRUCT { <urn:x> <urn:p> ?x } WHERE { VALUES ?x { 1 } }",
}
"""Name to a query that succeeds, with yes or some rows, where the feature is there."""
_LITERALS: Final = {
    "boolean": "true",
    "integer": "5",
    "decimal": "2.5",
    "decimal without fraction": '"5"^^xsd:decimal',
    "date": '"2021-05-31"^^xsd:date',
    "year": '"2021"^^xsd:gYear',
    "duration": '"P3D"^^xsd:duration',
    "language": '"keramiikka"@fi',
    "derived integer": '"5"^^xsd:nonNegativeInteger',
    "text": '"a \\"b\\" \\\\ \\n c"',
}
"""Name to a literal, as SPARQL writes it, that an endpoint is asked to give back."""


@dataclass(frozen=True)
class Probe:
    """What was found. ``features`` and ``literals`` say of each whether it works, ``None`` where the endpoint did not say.

    ``union_default`` is whether queries that name no graph see named graphs; ``update_url`` and ``graphs_url`` are where a store of this kind takes
    updates and the Graph Store Protocol, which were not asked.
    """

    url: str
    store: str
    server: str
    features: Mapping[str, bool | None]
    literals: Mapping[str, bool | None]
    union_default: bool | None
    update_url: str | None
    graphs_url: str | None
    quirks: tuple[Quirk, ...]

    def to_json(self) -> str:
        """All of it as JSON."""
        return json.dumps({**self.__dict__, "quirks": [quirk._asdict() for quirk in self.quirks]}, ensure_ascii=False, indent=1)

    def to_text(self, *, lang: str = "en") -> str:
        """A page of plain text, headings in ``en`` or ``fi``."""
        fi = lang == "fi"
        said = {True: "on" if fi else "yes", False: "ei" if fi else "no", None: "?"}
        lines = [
            f"{'Varasto' if fi else 'Store'}: {self.store}{f' ({self.server})' if self.server else ''}",
            f"{'Päivitykset' if fi else 'Updates'}: {self.update_url or '?'}",
            f"{'Verkot' if fi else 'Graphs'}: {self.graphs_url or '?'}",
            f"{'Oletusverkko on kaikkien verkkojen yhdiste' if fi else 'The default graph is all graphs together'}: {said[self.union_default]}",
            "",
            "SPARQL 1.1:",
            *(f"  {said[works]:4}{name}" for name, works in self.features.items()),
            "",
            "Literaalit, jotka palaavat sellaisinaan:" if fi else "Literals that come back as they are:",
            *(f"  {said[works]:4}{name}" for name, works in self.literals.items()),
        ]
        if self.quirks:
            lines += ["", "Tunnetut erot ja mitä niille tehdään:" if fi else "What is known to be different, and what is done about it:"]
            lines += [f"  {quirk.what}\n    → {quirk.remedy} [{quirk.source}]" for quirk in self.quirks]
        return "\n".join(lines)


def probe(url: str, *, timeout: float = 20.0, retries: int = 1) -> Probe:
    """Ask an endpoint what it is and does, in some twenty short queries.

    :param url: the address that takes queries.
    :param timeout: seconds that each answer may take.
    :param retries: how often a request is tried again that is refused for a moment.
    :raises EndpointError: if it answers no query at all.
    """
    engine = RemoteEngine(url, timeout=timeout, retries=retries)
    engine.ask("ASK { }", base=ID)  # an address that is none fails here, with a sentence
    features = {name: _works(engine, query) for name, query in _FEATURES.items()}
    literals = {name: _comes_back(engine, literal) for name, literal in _LITERALS.items()}
    return Probe(
        url=url,
        store=engine.store.name,
        server=engine.version.strip(),
        features=features,
        literals=literals,
        union_default=_sees_named_graphs(engine),
        update_url=engine.store.update_url(url),
        graphs_url=engine.store.graphs_url(url),
        quirks=engine.store.quirks,
    )


def _works(engine: RemoteEngine, query: str) -> bool | None:
    try:
        if query.startswith("ASK"):
            return engine.ask(query, base=ID)
        if query.startswith("CONSTRUCT"):
            return bool(list(engine.construct(query, base=ID)))
        return bool(read(engine.select(query, base=ID))[1])
    except (UnreachableError, EndpointTimeoutError, EndpointRefusalError):
        return None
    except (EndpointError, QueryError):
        return False


def _comes_back(engine: RemoteEngine, literal: str) -> bool | None:
    from clayonto.engines.oxigraph import OxigraphEngine

    query = f"SELECT ({literal} AS ?x) {{ }}"
    try:
        found = read(engine.select(query, base=ID))[1]
    except (UnreachableError, EndpointTimeoutError, EndpointRefusalError):
        return None
    except (EndpointError, QueryError):
        return False
    wanted = read(OxigraphEngine().select(query, base=ID))[1]
    return [(type(value), value) for row in found for value in row] == [(type(value), value) for row in wanted for value in row]


def _sees_named_graphs(engine: RemoteEngine) -> bool | None:
    """Whether the default graph has what some named graph has; as the store is known to do where no graph is there to tell."""
    try:
        found = read(engine.select("SELECT ?g { GRAPH ?g { ?s ?p ?o } } LIMIT 1", base=ID))[1]
        name = found[0][0] if found else None
        if name is None:
            return engine.store.union_default
        return engine.ask(f"ASK {{ {{ SELECT ?s ?p ?o {{ GRAPH <{name}> {{ ?s ?p ?o }} }} LIMIT 1 }} ?s ?p ?o }}", base=ID)
    except (EndpointError, QueryError):
        return engine.store.union_default
