"""Organisations as a graph describes them: names, acronyms, identifiers, countries and regions."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clayonto.graph import KnowledgeGraph

_COUNTRY: Final = PREFIXES["country"]
_ASKED: Final = {
    "names": "SELECT DISTINCT ?of (STR(?name) AS ?is) { ?of a org:Organization ; skos:prefLabel|skos:altLabel ?name }",
    "acronyms": "SELECT DISTINCT ?of (STR(?short) AS ?is) { ?of a org:Organization ; clay:acronym ?short }",
    "identifiers": "SELECT DISTINCT ?of (STR(?code) AS ?is) { ?of a org:Organization ; dct:identifier|clay:vatNumber ?code }",
    "places": "SELECT DISTINCT ?of (STR(?place) AS ?is) { ?of a org:Organization ; dct:spatial ?place }",
    "placed": "SELECT DISTINCT ?of (STR(?country) AS ?is) { ?of a org:Organization ; dct:spatial/clay:country ?country }",
    "seen": "SELECT DISTINCT ?of (STR(?country) AS ?is) { ?part prov:agent ?of ; clay:country ?country }",
}
"""What is asked of the graph. A register that says where its money went, and not where its bodies are, says it of their participations (``seen``)."""
_PIC: Final = re.compile(r"[89]\d{8}")
_VAT: Final = re.compile(r"[A-Z]{2}[0-9A-Z]{8,12}")
_BUSINESS_ID: Final = re.compile(r"(?:FI)?(\d{7})(\d)")
_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2)
_LEAST: Final = 6


class Identifier(NamedTuple):
    """An identifier and its kind: ``pic``, ``vat``, or ``other`` for what only its register knows."""

    kind: str
    value: str


@dataclass
class Organisation:
    """What is known of an organisation that can tell whether it is another one: texts as they are in the graph, countries by their codes in the EU table."""

    iri: str
    names: list[str] = field(default_factory=list)
    acronyms: list[str] = field(default_factory=list)
    identifiers: list[str] = field(default_factory=list)
    countries: set[str] = field(default_factory=set)
    regions: set[str] = field(default_factory=set)


def organisations(graph: KnowledgeGraph, *, progress: Callable[[str], None] | None = None) -> list[Organisation]:
    """All organisations of a graph that have a name, sorted by IRI; names sorted.

    :param progress: called with a sentence now and then.
    :raises EngineError: if the graph cannot be read.

    >>> import clayonto
    >>> next(o for o in organisations(clayonto.load()) if "Etelä-Pohjanmaan liitto" in o.names).countries
    {'FIN'}
    """
    say = progress or (lambda _: None)
    found: dict[str, Organisation] = {}
    for iri, name in _pairs(graph, "names"):
        found.setdefault(iri, Organisation(iri)).names.append(name)
    say(f"{len(found):,} organisations")
    for what in ("acronyms", "identifiers"):
        for iri, text in _pairs(graph, what):
            if iri in found:
                getattr(found[iri], what).append(text)
    for iri, place in (*_pairs(graph, "places"), *_pairs(graph, "placed")):
        if iri in found:
            _put(found[iri], place)
    seated = {iri for iri, one in found.items() if one.countries}
    for iri, place in _pairs(graph, "seen"):
        if iri in found and iri not in seated:
            _put(found[iri], place)
    for one in found.values():
        one.names.sort()
    return [found[iri] for iri in sorted(found)]


def identifier(text: str) -> Identifier | None:
    """An identifier in the one way to write it, or ``None`` for a text that tells too little.

    A participant identification code of the European Commission has nine figures and begins with 8 or 9. A Finnish business identity code, whose
    last figure is a check, is a VAT number without its country (vero.fi: “FI” and the eight figures).

    >>> identifier("0244767-4"), identifier("FI02447674"), identifier("999 654 356"), identifier("12")
    (Identifier(kind='vat', value='FI02447674'), Identifier(kind='vat', value='FI02447674'), Identifier(kind='pic', value='999654356'), None)
    """
    plain = re.sub(r"[\s.\-/]", "", text).upper()
    if not plain.isascii() or len(plain) < _LEAST or len(set(plain)) == 1:
        return None
    code = _BUSINESS_ID.fullmatch(plain)
    if code and ("-" in text or plain.startswith("FI")) and _checks(code.group(1), int(code.group(2))):
        return Identifier("vat", f"FI{code.group(1)}{code.group(2)}")
    if _PIC.fullmatch(plain):
        return Identifier("pic", plain)
    if _VAT.fullmatch(plain) and sum(c.isdigit() for c in plain) >= _LEAST:
        return Identifier("vat", plain)
    return Identifier("other", plain) if any(c.isdigit() for c in plain) else None


def _checks(figures: str, last: int) -> bool:
    rest = sum(int(figure) * weight for figure, weight in zip(figures, _WEIGHTS, strict=True)) % 11
    return last == (0 if rest == 0 else 11 - rest)


def _pairs(graph: KnowledgeGraph, what: str) -> Iterator[tuple[str, str]]:
    for row in graph.stream(_ASKED[what]):
        yield str(row[0]), str(row[1])


def _put(one: Organisation, place: str) -> None:
    if place.startswith(_COUNTRY):
        one.countries.add(place.removeprefix(_COUNTRY))
    else:
        one.regions.add(place)
