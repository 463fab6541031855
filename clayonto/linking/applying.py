"""Accepted links as a graph of their own: that two organisations are one body, who says so, when, and in which row of which table."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clayonto.errors import UsageError
from clayonto.linking.finding import contradictions
from clayonto.linking.reading import read_links
from clayonto.linking.table import ACCEPTED, PREDICATE, Link, LinkTable
from clayonto.namespaces import CLAY, GRAPH, ID, PREFIXES
from clayonto.registers.keys import key
from clayonto.terms import IRI, LangString, TypedLiteral, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clayonto.terms import Value

_QUOTED: Final = 8
"""Words that a claim quotes at most, as everywhere in the graph."""
_TYPE: Final = PREFIXES["rdf"] + "type"
_CLAY: Final = PREFIXES["clay"]
_COUNTED: Final = CLAY.countedAs


@dataclass(frozen=True)
class Applied:
    """What became of a table.

    ``graph`` holds its accepted links, of which there are ``accepted``; ``absent`` are those that name organisations that the store does not have, and
    ``contradicted`` the rejected links whose organisations are one by way of accepted ones. ``bodies`` is how many bodies all accepted links of the store make.
    """

    graph: str
    accepted: int
    absent: tuple[Link, ...]
    contradicted: tuple[Link, ...]
    bodies: int


def apply_links(file: str | Path, *, store: str | Path, progress: Callable[[str], None] | None = None) -> Applied:
    """Put the accepted links of a table into a graph on disk, in place of what the table said there before, with the bodies that they make; all or nothing.

    They are a graph of their own, so an import of a register leaves them as they are. Links whose organisations the store does not have are put there as well:
    the next import may bring them.

    :param file: the table, an SSSOM/TSV file.
    :param store: the folder of the graph.
    :param progress: called with a sentence now and then.
    :raises DataError: if the table cannot be read.
    :raises UsageError: if there is no graph in the folder, or the id of the table is the name of a graph that holds something else.
    :raises EngineError: if the store is damaged, or being written to.
    """
    import pyoxigraph as ox

    from clayonto.engines.disk import DiskEngine
    from clayonto.graph import KnowledgeGraph
    from clayonto.sources import Source
    from clayonto.stores.bodies import BODIES

    path, folder = Path(file), Path(store)
    table = read_links(path)
    if not folder.is_dir():
        raise UsageError(f"There is no graph in {folder}; bring a register in first, with “clayonto import”.")
    disk = DiskEngine(folder)
    if not disk.exists:
        raise UsageError(f"There is no graph in {folder}; bring a register in first, with “clayonto import”.")
    accepted = table.of_state(ACCEPTED)
    name = f"links/{table.id.removeprefix(f'{GRAPH}links/')}"
    if table.id == BODIES or any(one["graph"] == table.id and one["name"] != name for one in disk.loaded):
        raise UsageError(
            f"The mapping_set_id of {path} names {table.id}, a graph that is there for something else; give the table an id of its own."
        )
    with tempfile.TemporaryDirectory(dir=folder.absolute().parent, prefix=f".{folder.name}-links-") as aside:
        lines = Path(aside) / "links.nt"
        lines.write_text("".join(triples(table, title=path.name)), encoding="utf-8")
        disk.load_all([Source(name, ox.RdfFormat.N_TRIPLES, lines, ID, named=table.id)], progress=progress)
    graph = KnowledgeGraph((), engine=disk, base=ID)
    rows = graph.query(f"SELECT DISTINCT ?of {{ ?of a org:Organization . {{ ?of <{PREDICATE}> ?x }} UNION {{ ?x <{PREDICATE}> ?of }} }}")
    there = {str(row[0]) for row in rows}
    [counted] = graph.query(f"SELECT (COUNT(DISTINCT ?body) AS ?bodies) {{ ?of <{_COUNTED}> ?body }}")
    absent = tuple(link for link in accepted if not {link.one, link.other} <= there)
    return Applied(table.id, len(accepted), absent, tuple(contradictions(table)), counted.bodies)


def triples(table: LinkTable, *, title: str) -> Iterator[str]:
    """The accepted links as lines of N-Triples, sorted by pair: for each the link, its claim and the claim's passage; and the table as their document.

    :param title: the file name of the table.
    """
    accepted = sorted(((link, row) for row, link in enumerate(table, start=1) if link.state == ACCEPTED), key=lambda each: each[0].pair)
    if not accepted:
        return
    name = key(table.id.rstrip("/").rpartition("/")[2])
    document = IRI(f"{ID}document/links-{name}")
    yield from _lines(
        document,
        (_TYPE, IRI(_CLAY + "SourceDocument")),
        (PREFIXES["skos"] + "prefLabel", LangString(f"Links of organisations, {name}", "en")),
        (PREFIXES["skos"] + "prefLabel", LangString(f"Organisaatioiden linkit, {name}", "fi")),
        (PREFIXES["dct"] + "title", title),
        (PREFIXES["dct"] + "identifier", table.id),
        (PREFIXES["dct"] + "language", IRI(PREFIXES["lang"] + "ENG")),
    )
    for link, row in accepted:
        passage, claim = IRI(f"{ID}passage/links-{name}-{link.id}"), IRI(f"{ID}claim/links-{name}-{link.id}")
        one, other = (IRI(iri) for iri in link.pair)
        yield from _lines(one, (PREDICATE, other))
        yield from _lines(
            claim,
            (_TYPE, IRI(_CLAY + "Claim")),
            (_CLAY + "about", one),
            (_CLAY + "aspect", IRI(PREFIXES["aspect"] + "same-body")),
            (_CLAY + "rank", IRI(PREFIXES["rank"] + "preferred")),
            (_CLAY + "statesThing", other),
            (PREFIXES["prov"] + "value", " ".join(link.other_label.split()[:_QUOTED]) or link.id),
            (PREFIXES["prov"] + "wasQuotedFrom", passage),
        )
        day = f", {link.reviewed}" if link.reviewed else ""
        yield from _lines(
            passage,
            (_TYPE, IRI(_CLAY + "Passage")),
            (PREFIXES["skos"] + "prefLabel", LangString(f"Link {link.id}, accepted by {link.reviewer}{day}", "en")),
            (PREFIXES["skos"] + "prefLabel", LangString(f"Linkki {link.id}, hyväksyjä {link.reviewer}{day}", "fi")),
            (_CLAY + "ordinal", TypedLiteral(str(row), PREFIXES["xsd"] + "integer")),
            (PREFIXES["dct"] + "isPartOf", document),
            (PREFIXES["dct"] + "type", IRI(PREFIXES["passage-kind"] + "table-row")),
        )


def _lines(subject: IRI, *said: tuple[str, Value]) -> Iterator[str]:
    for predicate, value in said:
        yield f"{render(subject)} <{predicate}> {render(value)} .\n"
