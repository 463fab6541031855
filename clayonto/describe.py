"""What a graph says of one thing or term: its types and texts, what it points to, what points to it, where it is stated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from clayonto.errors import UnknownTermError
from clayonto.namespaces import PREFIXES, shorten
from clayonto.results import show
from clayonto.terms import IRI, LangString, Value, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clayonto.graph import KnowledgeGraph

_RDF_TYPE: Final = PREFIXES["rdf"] + "type"
_LABELS: Final = (PREFIXES["skos"] + "prefLabel", PREFIXES["rdfs"] + "label")
_TEXTS: Final = (PREFIXES["skos"] + "definition", PREFIXES["dct"] + "description")
_STATED_IN: Final = PREFIXES["clay"] + "statedIn"
_WORDS: Final = {
    "en": {"type": "type", "from": "what refers to it", "stated": "where it is stated", "more": "and {n} more"},
    "fi": {"type": "luokka", "from": "mikä viittaa siihen", "stated": "missä se todetaan", "more": "ja {n} muuta"},
}
MOST_REFERENCES: Final = 50
"""How many things that refer to the described one are listed; the rest is counted."""
MOST_NAMES: Final = 20_000
"""How many names are looked through for one like a name that the graph does not have."""


@dataclass(frozen=True)
class Property:
    """One property with its label and values; each value with the text that a person reads."""

    iri: IRI
    label: str
    values: tuple[tuple[Value, str], ...]


@dataclass(frozen=True)
class Passage:
    """A claim behind the thing: its IRI, the phrase it quotes (or nothing), the place it quotes from, in words, and its rank.

    ``says`` is what it states instead, where the graph follows another claim; otherwise ``None``.
    """

    claim: IRI
    quote: str | None
    place: str
    rank: str
    says: Value | None


@dataclass(frozen=True)
class Description:
    """All of it. ``properties`` are sorted by label, ``referenced_by`` by label and then thing.

    ``more_references`` counts those beyond :data:`MOST_REFERENCES`.
    """

    iri: IRI
    label: str
    types: tuple[tuple[IRI, str], ...]
    text: str
    properties: tuple[Property, ...]
    referenced_by: tuple[Property, ...]
    more_references: int
    passages: tuple[Passage, ...]
    lang: str
    base: str

    def __repr__(self) -> str:
        return f"<Description of {self.label}: {self.iri}>"

    def to_text(self) -> str:
        """The description for people, in its language."""
        words = _WORDS[self.lang]
        lines = [self.label, f"  <{self.iri}>"]
        if self.types:
            lines.append(f"  {words['type']}: {', '.join(label for _, label in self.types)}")
        if self.text:
            lines += ["", f"  {self.text}"]
        if self.properties:
            lines.append("")
            lines += self._listed(self.properties)
        if self.passages:
            lines += ["", f"  {words['stated']}:"]
            lines += [
                f"    {p.place}"
                + (f": “{p.quote}”" if p.quote else "")
                + (f"  ({p.rank}: {show(p.says, base=self.base)})" if p.says is not None else "")
                for p in self.passages
            ]
        if self.referenced_by:
            lines += ["", f"  {words['from']}:"]
            lines += self._listed(self.referenced_by, indent="    ")
            if self.more_references:
                lines.append("    " + words["more"].format(n=self.more_references))
        return "\n".join(lines)

    def _listed(self, properties: Iterable[Property], indent: str = "  ") -> list[str]:
        lines = []
        for prop in properties:
            for number, (value, text) in enumerate(prop.values):
                head = f"{prop.label}:" if number == 0 else " " * (len(prop.label) + 1)
                iri = f"  ({shorten(value, base=self.base)})" if isinstance(value, IRI) and text != show(value, base=self.base) else ""
                lines.append(f"{indent}{head} {text}{iri}")
        return lines

    def to_dict(self) -> dict[str, Any]:
        """The description ready for JSON: values as the text of their canonical form, IRIs whole."""

        def listed(properties: Iterable[Property]) -> list[dict[str, Any]]:
            return [
                {
                    "property": str(p.iri),
                    "label": p.label,
                    "values": [{"iri": str(v), "label": t} if isinstance(v, IRI) else {"value": show(v)} for v, t in p.values],
                }
                for p in properties
            ]

        return {
            "iri": str(self.iri),
            "label": self.label,
            "types": [{"iri": str(iri), "label": label} for iri, label in self.types],
            "text": self.text,
            "properties": listed(self.properties),
            "referencedBy": listed(self.referenced_by),
            "moreReferences": self.more_references,
            "passages": [
                {
                    "claim": str(p.claim),
                    "quote": p.quote,
                    "place": p.place,
                    "rank": p.rank,
                    "says": None if p.says is None else show(p.says),
                }
                for p in self.passages
            ],
        }


def unknown(graph: KnowledgeGraph, iri: str) -> UnknownTermError:
    """The error that says that the graph has nothing by this IRI, with the nearest names among the first :data:`MOST_NAMES`."""
    known = (row[0] for row in graph.query(f"SELECT DISTINCT ?s {{ ?s a ?class FILTER(ISIRI(?s)) }} LIMIT {MOST_NAMES}"))
    return UnknownTermError(shorten(iri, base=graph.base), (shorten(k, base=graph.base) for k in known))


def describe(graph: KnowledgeGraph, iri: IRI, *, lang: str = "en") -> Description:
    """Describe a thing or a term. See :meth:`clayonto.KnowledgeGraph.describe`."""
    if lang not in _WORDS:
        lang = "en"
    term = render(iri)
    out = [(r[0], r[1]) for r in graph.query(f"SELECT ?p ?o {{ {term} ?p ?o }} ORDER BY STR(?p) STR(?o)")]
    # Claims about the thing are told of as its passages.
    referring = f"{{ ?s ?p {term} FILTER NOT EXISTS {{ ?s a clay:Claim }} }}"
    back = [(r[0], r[1]) for r in graph.query(f"SELECT ?p ?s {referring} ORDER BY STR(?p) STR(?s) LIMIT {MOST_REFERENCES}")]
    if not out and not back:
        raise unknown(graph, iri)
    total = graph.query(f"SELECT (COUNT(*) AS ?n) {referring}")[0][0]
    things = {iri, *(p for p, _ in out + back), *(v for _, v in out + back if isinstance(v, IRI))}
    labels = labels_of(graph, things, lang=lang)

    def text_of(value: Value) -> str:
        return labels.get(value) or show(value, base=graph.base) if isinstance(value, IRI) else show(value)

    def grouped(pairs: Iterable[tuple[IRI, Value]]) -> tuple[Property, ...]:
        by_property: dict[IRI, list[Value]] = {}
        for prop, value in pairs:
            by_property.setdefault(prop, []).append(value)
        made = (Property(p, labels.get(p) or shorten(p), tuple((v, text_of(v)) for v in vs)) for p, vs in by_property.items())
        return tuple(sorted(made, key=lambda p: (p.label, p.iri)))

    hidden = {*_LABELS, *_TEXTS, _RDF_TYPE, _STATED_IN}
    shown = [(p, v) for p, v in out if p not in hidden and not _in_other_language(v, lang, [o for q, o in out if q == p])]
    texts = {v.language: str(v) for p, v in out if p in _TEXTS and isinstance(v, LangString)}
    return Description(
        iri=iri,
        label=labels.get(iri) or shorten(iri, base=graph.base),
        types=tuple((v, text_of(v)) for p, v in out if p == _RDF_TYPE and isinstance(v, IRI)),
        text=texts.get(lang) or next(iter(texts.values()), ""),
        properties=grouped(shown),
        referenced_by=grouped(back),
        more_references=max(total - len(back), 0),
        passages=tuple(_passage(row) for row in graph.run("where-stated", thing=iri, lang=lang)),
        lang=lang,
        base=graph.base,
    )


def _passage(row: Any) -> Passage:
    return Passage(row.claim, row.quote, row.passage_label, row.rank, None if row.preferred else row.says)


def _in_other_language(value: Value, lang: str, siblings: list[Value]) -> bool:
    """Whether a text is left out because the same property has one in the language asked for."""
    wanted = any(isinstance(s, LangString) and s.language == lang for s in siblings)
    return isinstance(value, LangString) and value.language != lang and wanted


def labels_of(graph: KnowledgeGraph, iris: Iterable[str], *, lang: str = "en") -> Mapping[str, str]:
    """The label of each IRI in a language, in English where it has none in that language; IRIs without any are absent."""
    wanted = " ".join(render(IRI(iri)) for iri in sorted(set(iris)))
    rows = graph.query(
        f"SELECT ?thing ?label {{ VALUES ?thing {{ {wanted} }} ?thing skos:prefLabel|rdfs:label ?label }} ORDER BY STR(?thing) STR(?label)"
    )
    labels: dict[str, str] = {}
    for preferred in ("", "en", lang):  # the later overwrites: any language, then English, then the one asked for
        for thing, label in rows:
            if not preferred or getattr(label, "language", "") == preferred:
                labels[str(thing)] = str(label)
    return labels
