"""The answer to "why does this triple hold": its parts, and the forms in which it is written."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pyoxigraph as ox

from clayonto.describe import labels_of
from clayonto.engines.oxigraph import from_python
from clayonto.explain.words import WORDS, rule_in_words
from clayonto.namespaces import PREFIXES, shorten
from clayonto.turtle import shown

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from clayonto.graph import KnowledgeGraph
    from clayonto.inference.consistency import Inconsistency
    from clayonto.inference.facts import Triple
    from clayonto.places import Place

LANGUAGES: Final = ("en", "fi")
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_CLAIMS: Final = 3
_INSTEAD: Final = 5
Verdict = Literal["asserted", "inferred", "absent"]


class Claim(NamedTuple):
    """A claim behind a stated triple: its IRI, the passage it quotes, the passage's label by language, and the phrase it quotes (or nothing)."""

    iri: str
    passage: str
    label: Mapping[str, str]
    quote: str | None


@dataclass(frozen=True)
class Proof:
    """A triple, and why it holds: the place and the claims that state it, or the rule that concludes it and the proofs of what the rule needs."""

    triple: Triple
    rule: str | None = None
    premises: tuple[Proof, ...] = ()
    place: Place | None = None
    claims: tuple[Claim, ...] = ()

    def walk(self) -> Iterator[Proof]:
        """Every triple of the proof once, this one first."""
        seen: set[int] = set()
        waiting = [self]
        for proof in waiting:
            if id(proof) not in seen:
                seen.add(id(proof))
                yield proof
                waiting += proof.premises

    def to_list(self) -> list[dict[str, Any]]:
        """The triples of the proof ready for JSON, this one first; terms in the syntax of N-Triples, premises by their place in the list."""
        proofs = list(self.walk())
        places = {id(proof): number for number, proof in enumerate(proofs)}
        made: list[dict[str, Any]] = []
        for proof in proofs:
            step: dict[str, Any] = {"triple": [str(term) for term in proof.triple]}
            if proof.rule is not None:
                step |= {"rule": proof.rule, "premises": [places[id(premise)] for premise in proof.premises]}
            else:
                step["stated"] = {"file": proof.place.file, "line": proof.place.line} if proof.place else None
                step["claims"] = [{"claim": c.iri, "passage": c.passage, "label": dict(c.label), "quote": c.quote} for c in proof.claims]
            made.append(step)
        return made


class Missing(NamedTuple):
    """A rule that would conclude an absent triple: what holds of what it needs, and what is missing, variables as text."""

    rule: str
    holds: tuple[Triple, ...]
    missing: tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Explanation:
    """Why a triple (of pyoxigraph terms) holds, or why it does not.

    ``verdict`` is ``asserted``, ``inferred`` or ``absent``. ``proof`` is there unless it is absent; then ``missing`` says which rules would conclude it
    if more were stated (``more_missing`` counts the rest), ``instead`` what values the graph has, ``contradictions`` how the graph would contradict
    itself if it were stated (``None``: not tried, the graph is too large), and ``unknown`` which names the graph does not have, with the nearest
    it has. ``whole`` is false where the search stopped at its bound.
    """

    triple: Triple
    verdict: Verdict
    base: str
    proof: Proof | None = None
    missing: tuple[Missing, ...] = ()
    more_missing: int = 0
    instead: tuple[Any, ...] = ()
    contradictions: tuple[Inconsistency, ...] | None = ()
    unknown: tuple[tuple[str, tuple[str, ...]], ...] = ()
    whole: bool = True
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict, repr=False)

    @classmethod
    def of(cls, graph: KnowledgeGraph, triple: Triple, **parts: Any) -> Explanation:
        """An explanation with its verdict and the labels of all that it names."""
        proof = parts.get("proof")
        verdict: Verdict = "absent" if proof is None else "asserted" if proof.rule is None else "inferred"
        made = cls(triple, verdict, graph.base, **parts)
        iris = {str(term.value) for t in made.triples() for term in t if isinstance(term, ox.NamedNode)}
        return cls(triple, verdict, graph.base, **parts, labels={lang: labels_of(graph, iris, lang=lang) for lang in LANGUAGES})

    def __bool__(self) -> bool:
        """Whether the triple holds."""
        return self.verdict != "absent"

    def triples(self) -> Iterator[tuple[Any, ...]]:
        """All triples, patterns included, that the explanation names."""
        yield self.triple
        if self.proof is not None:
            yield from (proof.triple for proof in self.proof.walk())
        for miss in self.missing:
            yield from miss.holds
            yield from miss.missing

    def label(self, term: Any, *, lang: str) -> str:
        """A term as people call it."""
        if term == _TYPE:
            return "on" if lang == "fi" else "is a"
        if isinstance(term, ox.NamedNode):
            return self.labels.get(lang, {}).get(term.value) or shown(term, base=self.base)
        return str(term) if isinstance(term, str) else shown(term, base=self.base)

    def line(self, triple: tuple[Any, ...]) -> str:
        """A triple in one line, as it can be given to ``clayonto explain``."""
        return " ".join(term if isinstance(term, str) else shown(term, base=self.base) for term in triple)

    # -------------------------------------------------------------- forms

    def to_text(self, *, lang: str = "en") -> str:
        """The explanation for people: the triple, why it holds, and below it what that rests on, down to files and passages."""
        words = WORDS[lang]
        lines = [self.line(self.triple), f"  {words[self.verdict]}: " + " · ".join(self.label(term, lang=lang) for term in self.triple)]
        if self.proof is not None:
            lines += ["", *self._proof_lines(self.proof, lang)]
        else:
            lines += self._absent_lines(lang)
        if not self.whole:
            lines += ["", words["bounded"]]
        return "\n".join(lines)

    def _proof_lines(self, proof: Proof, lang: str) -> list[str]:
        words = WORDS[lang]
        lines: list[str] = []
        told: set[int] = set()
        waiting: list[tuple[Proof, str, str]] = [(proof, "", "")]
        while waiting:
            node, first, rest = waiting.pop()
            line = first + self.line(node.triple)
            if node.rule is None:
                lines.append(f"{line}  [{node.place or words['no-place']}]")
                # A bar leads on to the next premise, if there is one.
                lines += [f"{rest}    {text}" for text in self._claim_lines(node.claims, lang)]
            elif id(node) in told:
                lines.append(f"{line}  ({words['above']})")
            else:
                told.add(id(node))
                lines.append(f"{line}  — {words['by']} {node.rule}: {rule_in_words(node.rule, lang=lang)}")
                for number, premise in reversed(list(enumerate(node.premises))):
                    last = number == len(node.premises) - 1
                    waiting.append((premise, rest + ("└─ " if last else "├─ "), rest + ("   " if last else "│  ")))
        return lines

    @staticmethod
    def _claim_lines(claims: Iterable[Claim], lang: str) -> list[str]:
        return [f"{c.label.get(lang) or shorten(c.passage)}" + (f": “{c.quote}”" if c.quote else "") for c in claims]

    def _absent_lines(self, lang: str) -> list[str]:
        words = WORDS[lang]
        lines: list[str] = []
        for iri, near in self.unknown:
            hint = " " + words["near"].format(names=", ".join(near)) if near else ""
            lines.append("  " + words["unknown"].format(name=shorten(iri, base=self.base)) + hint)
        if self.instead:
            texts = [shown(term, base=self.base) for term in self.instead[:_INSTEAD]]
            more = " " + words["more"].format(n=len(self.instead) - _INSTEAD) if len(self.instead) > _INSTEAD else ""
            lines.append(f"  {words['instead']}: {', '.join(texts)}{more}")
        lines.append("")
        for miss in self.missing:
            lines.append(f"{words['would']} {words['by']} {miss.rule}: {rule_in_words(miss.rule, lang=lang)}")
            lines += [f"  {words['missing']}: {self.line(pattern)}" for pattern in miss.missing]
            lines += [f"  {words['holds']}: {self.line(triple)}" for triple in miss.holds]
        if not self.missing:
            lines.append(words["none"])
        elif self.more_missing:
            lines.append(words["more"].format(n=self.more_missing))
        if self.contradictions is None:
            lines += ["", words["not-tried"]]
        elif self.contradictions:
            lines += ["", words["contradiction"]]
            for found in self.contradictions[:_INSTEAD]:
                lines += [f"  {text}" for text in found.to_text(lang=lang, base=self.base).splitlines()]
        return lines

    def to_dict(self) -> dict[str, Any]:
        """The explanation ready for JSON; terms in the syntax of N-Triples."""
        made: dict[str, Any] = {
            "triple": [str(term) for term in self.triple],
            "verdict": self.verdict,
            "whole": self.whole,
            "proof": None if self.proof is None else self.proof.to_list(),
        }
        if self.proof is None:
            made |= {
                "missing": [
                    {"rule": m.rule, "holds": [list(map(str, t)) for t in m.holds], "missing": [list(map(str, t)) for t in m.missing]}
                    for m in self.missing
                ],
                "moreMissing": self.more_missing,
                "instead": [str(term) for term in self.instead],
                "contradictions": None if self.contradictions is None else [_told(found) for found in self.contradictions],
                "unknown": [{"iri": iri, "nearest": list(near)} for iri, near in self.unknown],
            }
        return made

    def to_json(self) -> str:
        """The explanation as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=1)

    def to_turtle(self) -> str:
        """The explanation as PROV in Turtle: reified triples, the activities that generated them, and what those used."""
        from clayonto.explain.prov import of_explanation

        return of_explanation(self)

    def to_svg(self, *, lang: str = "en") -> str:
        """The proof drawn as a tree: the triple on the left, what it rests on to the right of it."""
        from clayonto.explain.drawing import draw, of_explanation

        title = " · ".join(self.label(term, lang=lang) for term in self.triple)
        return draw(of_explanation(self, lang=lang), title=title, lang=lang)


def _told(found: Inconsistency) -> dict[str, Any]:
    return {"rule": found.rule, "facts": [list(map(str, t)) for t in found.facts], "axiom": [list(map(str, t)) for t in found.axiom]}


def claims_behind(graph: KnowledgeGraph, triple: Triple) -> tuple[Claim, ...]:
    """The preferred claims behind a stated triple: those about its subject that state its object; if none do, those that its subject is stated in."""
    s, _, o = triple
    if not isinstance(s, ox.NamedNode):
        return ()
    # In both branches, since Oxigraph joins what follows a UNION from the other end: from all preferred claims.
    quoted = "?claim clay:rank rank:preferred ; prov:wasQuotedFrom ?passage"
    rows = graph.query(
        "SELECT DISTINCT ?claim ?passage ?quote ?states ?of { "
        f"{{ {s} clay:statedIn ?claim . {quoted} BIND(true AS ?of) }} UNION {{ ?claim clay:about {s} . {quoted} BIND(false AS ?of) }} "
        "OPTIONAL { ?claim prov:value ?quote } OPTIONAL { ?claim clay:statesValue ?value } OPTIONAL { ?claim clay:statesThing ?thing } "
        "BIND(COALESCE(?value, ?thing) AS ?states) } ORDER BY STR(?claim)"
    )
    stating = [row for row in rows if row.states is not None and from_python(row.states) == o] or [row for row in rows if row.of]
    # Those that quote a phrase first, and each passage once.
    chosen = list({row.passage: row for row in sorted(stating, key=lambda row: row.quote is None, reverse=True)}.values())
    chosen = sorted(chosen, key=lambda row: (row.quote is None, row.claim))[:_CLAIMS]
    labels = {lang: labels_of(graph, {str(row.passage) for row in chosen}, lang=lang) for lang in LANGUAGES} if chosen else {}
    return tuple(
        Claim(
            str(row.claim),
            str(row.passage),
            {lang: names[row.passage] for lang, names in labels.items() if row.passage in names},
            None if row.quote is None else str(row.quote),
        )
        for row in chosen
    )
