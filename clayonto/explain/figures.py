"""The account of a figure: what sources state of it, which of them the graph follows and why, who says otherwise and by how much."""

from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto.describe import labels_of, unknown
from clayonto.engines.oxigraph import from_python
from clayonto.explain.model import LANGUAGES
from clayonto.explain.words import WORDS
from clayonto.namespaces import expand, shorten
from clayonto.results import show
from clayonto.terms import IRI, LangString, Value
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clayonto.graph import KnowledgeGraph


class Statement(NamedTuple):
    """One claim: what it states (``None`` where it states that something is so, without a value), whether it is preferred, and where it is.

    ``difference`` is how far it is from the value that the graph follows, ``percent`` the same in percent of that, rounded to a tenth; both
    ``None`` where it agrees, is preferred, or one of the two is no number.
    """

    claim: str
    value: Value | None
    preferred: bool
    approximate: bool
    rounded: bool
    quote: str | None
    passage: str
    passage_label: Mapping[str, str]
    document: str
    disagrees: bool
    difference: Decimal | None
    percent: Decimal | None


class Group(NamedTuple):
    """The claims about one thing in one respect, those that the graph follows first."""

    about: str
    aspect: str
    claims: tuple[Statement, ...]

    @property
    def disagree(self) -> bool:
        """Whether some claim states something else than the graph follows."""
        return any(claim.disagrees for claim in self.claims)


class Standing(NamedTuple):
    """How many claims a document makes in the graph, and how many of them are preferred."""

    claims: int
    preferred: int


@dataclass(frozen=True)
class Account:
    """The claims behind a thing, by what they are about and in which respect. ``standing`` tells of each document that they come from."""

    thing: str
    label: Mapping[str, str]
    groups: tuple[Group, ...]
    standing: Mapping[str, Standing]
    labels: Mapping[str, Mapping[str, str]]
    base: str
    _triples: tuple[Any, ...]

    def __bool__(self) -> bool:
        """Whether any claim speaks of the thing."""
        return bool(self.groups)

    def name(self, iri: str, *, lang: str) -> str:
        """A thing as people call it."""
        return self.labels.get(lang, {}).get(iri) or shorten(iri, base=self.base)

    def heading(self, group: Group, *, lang: str) -> str:
        """What a group of claims is about."""
        return f"{self.name(group.about, lang=lang)}: {self.name(group.aspect, lang=lang)}"

    def value_line(self, claim: Statement, *, lang: str) -> str:
        """What a claim states, how it is ranked, and how far off it is."""
        words = WORDS[lang]
        value = self.name(claim.value, lang=lang) if isinstance(claim.value, IRI) else show(claim.value, base=self.base)
        notes = [words["preferred"] if claim.preferred else words["other"]]
        if claim.approximate:
            notes.append(words["approximate"])
        if claim.rounded:
            notes.append(words["rounded"])
        if claim.difference is not None:
            percent = "" if claim.percent is None else f", {claim.percent:+f} %"
            notes.append(f"{claim.difference:+f}{percent} {words['from-preferred']}")
        return f"{value or '—'}  ({'; '.join(notes)})"

    def reasons(self, group: Group, *, lang: str) -> tuple[str, ...]:
        """Why the graph follows the claims that it follows, in sentences."""
        words = WORDS[lang]
        if not any(claim.preferred for claim in group.claims):
            return (words["undecided"],)
        if not group.disagree:
            return (words["only"] if len({claim.document for claim in group.claims}) == 1 else words["agree"],)
        followed = [(document, "followed") for document in sorted({c.document for c in group.claims if c.preferred})]
        others = [(document, "not-followed") for document in sorted({c.document for c in group.claims if c.disagrees})]
        return tuple(
            words[text].format(document=self.name(document, lang=lang), **self.standing[document]._asdict())
            for document, text in followed + others
        )

    def to_text(self, *, lang: str = "en") -> str:
        """The account for people: each respect, why the graph follows what it follows, and each claim with its passage."""
        words = WORDS[lang]
        lines = [f"{self.label.get(lang) or shorten(self.thing, base=self.base)}  ({shorten(self.thing, base=self.base)})"]
        if not self.groups:
            return "\n".join([*lines, "  " + words["nothing"]])
        lines.append(f"  {words['claims']}:")
        for group in self.groups:
            reasons = [f"    {reason}" for reason in self.reasons(group, lang=lang)]
            claims = [line for claim in group.claims for line in self._claim_lines(claim, lang)]
            lines += ["", f"  {self.heading(group, lang=lang)}", *reasons, *claims]
        return "\n".join(lines)

    def _claim_lines(self, claim: Statement, lang: str) -> tuple[str, str]:
        mark = "✓" if claim.preferred else "≠" if claim.disagrees else "·"
        place = claim.passage_label.get(lang, "") + (f": “{claim.quote}”" if claim.quote else "")
        return f"    {mark} {self.value_line(claim, lang=lang)}", f"        {place}"

    def to_dict(self) -> dict[str, Any]:
        """The account ready for JSON; IRIs whole, numbers as text in canonical form."""
        return {
            "thing": self.thing,
            "label": dict(self.label),
            "groups": [
                {
                    "about": group.about,
                    "aspect": group.aspect,
                    "disagree": group.disagree,
                    "reasons": {lang: list(self.reasons(group, lang=lang)) for lang in LANGUAGES},
                    "claims": [
                        claim._asdict()
                        | {
                            "value": None
                            if claim.value is None
                            else str(claim.value)
                            if isinstance(claim.value, IRI)
                            else show(claim.value),
                            "passage_label": dict(claim.passage_label),
                            "difference": None if claim.difference is None else f"{claim.difference:f}",
                            "percent": None if claim.percent is None else f"{claim.percent:f}",
                        }
                        for claim in group.claims
                    ],
                }
                for group in self.groups
            ],
            "standing": {document: standing._asdict() for document, standing in self.standing.items()},
        }

    def to_json(self) -> str:
        """The account as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def to_turtle(self) -> str:
        """The claims, which are PROV as they are, with their passages and documents, in sorted Turtle."""
        return write_turtle(self._triples, base=self.base)

    def to_svg(self, *, lang: str = "en") -> str:
        """The account drawn as a tree: the thing, the respects, the claims."""
        from clayonto.explain.drawing import draw, of_account

        return draw(of_account(self, lang=lang), title=self.label.get(lang) or self.thing, lang=lang)


def account(graph: KnowledgeGraph, thing: str) -> Account:
    """The account of a thing. See :meth:`clayonto.KnowledgeGraph.account`."""
    iri = expand(thing, base=graph.base)
    term = ox.NamedNode(iri)
    rows = graph.query(_CLAIMS % {"thing": term})
    if not rows and not graph.query(f"ASK {{ {{ {term} ?p ?o }} UNION {{ ?s ?p {term} }} }}")[0][0]:
        raise unknown(graph, iri)
    iris = {iri, *(str(v) for row in rows for v in row if isinstance(v, IRI))}
    labels = {lang: labels_of(graph, iris, lang=lang) for lang in LANGUAGES}
    by_respect: dict[tuple[str, str], list[Any]] = {}
    for row in rows:
        by_respect.setdefault((str(row.about), str(row.aspect)), []).append(row)
    groups = (Group(*respect, _statements(those, labels)) for respect, those in by_respect.items())
    documents = sorted({str(row.document) for row in rows})
    return Account(
        thing=iri,
        label={lang: names[iri] for lang, names in labels.items() if iri in names},
        groups=tuple(sorted(groups, key=lambda group: (not group.disagree, group.about, group.aspect))),
        standing=_standing(graph, documents),
        labels=labels,
        base=graph.base,
        _triples=_described(graph, [iri, *(str(iri) for row in rows for iri in (row.claim, row.passage, row.document))]),
    )


# Claims that state the thing, speak of it, or are it; and those about the same thing in the same respect.
_CLAIMS: Final = """SELECT DISTINCT ?claim ?about ?aspect ?states ?preferred ?approximate ?rounded ?quote ?passage ?document {
  { SELECT DISTINCT ?about ?aspect {
    { %(thing)s clay:statedIn ?own } UNION { ?own clay:about %(thing)s } UNION { BIND(%(thing)s AS ?own) }
    ?own clay:about ?about ; clay:aspect ?aspect } }
  ?claim clay:about ?about ; clay:aspect ?aspect ; clay:rank ?rank ; prov:wasQuotedFrom ?passage . ?passage dct:isPartOf ?document .
  BIND(?rank = rank:preferred AS ?preferred)
  OPTIONAL { ?claim clay:statesValue|clay:statesThing ?states }
  OPTIONAL { ?claim clay:isApproximate ?approximate }
  OPTIONAL { ?claim clay:isRounded ?rounded }
  OPTIONAL { ?claim prov:value ?quote }
} ORDER BY STR(?claim) STR(?states)"""


def _statements(rows: Sequence[Any], labels: Mapping[str, Mapping[str, str]]) -> tuple[Statement, ...]:
    followed = [row.states for row in rows if row.preferred and row.states is not None]
    made = []
    for row in sorted(rows, key=lambda row: not row.preferred):
        # Names in two languages do not disagree.
        comparable = [v for v in followed if getattr(v, "language", None) == getattr(row.states, "language", None)]
        disagrees = not row.preferred and row.states is not None and bool(comparable) and not any(_same(row.states, v) for v in comparable)
        difference = percent = None
        numbers = [number for v in comparable if (number := _number(v)) is not None]
        own = _number(row.states)
        if disagrees and own is not None and numbers:
            nearest = min(numbers, key=lambda n: (abs(own - n), n))
            difference = own - nearest
            percent = None if nearest == 0 else (difference * 100 / nearest).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        label = {lang: names[row.passage] for lang, names in labels.items() if row.passage in names}
        quote = None if row.quote is None else str(row.quote)
        place = (str(row.passage), label, str(row.document))
        marks = (bool(row.preferred), bool(row.approximate), bool(row.rounded))
        made.append(Statement(str(row.claim), row.states, *marks, quote, *place, disagrees, difference, percent))
    return tuple(made)


def _number(value: Value | None) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | Decimal | float):
        return None
    number = Decimal(str(value))
    return number if number.is_finite() else None


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, LangString) or isinstance(other, LangString):
        return str(one) == str(other)
    first, second = _number(one), _number(other)
    if first is not None and second is not None:
        return first == second
    return bool(from_python(one) == from_python(other))


def _standing(graph: KnowledgeGraph, documents: Sequence[str]) -> dict[str, Standing]:
    if not documents:
        return {}
    wanted = " ".join(str(ox.NamedNode(document)) for document in documents)
    rows = graph.query(
        f"SELECT ?document ?rank (COUNT(DISTINCT ?claim) AS ?n) {{ VALUES ?document {{ {wanted} }} "
        "?claim prov:wasQuotedFrom/dct:isPartOf ?document ; clay:rank ?rank } GROUP BY ?document ?rank HAVING(BOUND(?document))"
    )
    preferred = expand("rank:preferred")
    counts = {(str(row.document), str(row.rank) == preferred): int(row.n) for row in rows}
    return {d: Standing(counts.get((d, True), 0) + counts.get((d, False), 0), counts.get((d, True), 0)) for d in documents}


def _described(graph: KnowledgeGraph, iris: Sequence[str]) -> tuple[Any, ...]:
    wanted = " ".join(str(ox.NamedNode(iri)) for iri in dict.fromkeys(iris))
    rows = graph.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ VALUES ?s {{ {wanted} }} ?s ?p ?o }}")
    return tuple(tuple(from_python(value) for value in row) for row in rows)
