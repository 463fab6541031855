"""What in a closure cannot be true: the rules of OWL 2 RL that end in *false*, asked of the facts, the same for every reasoner.

Besides the rules' own tables, two values of a property that has at most one are a contradiction (prp-fp or cls-maxc2 with dt-diff), and so is
a value outside the datatype that its property has (prp-rng or cls-avf with dt-not-type).
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto.inference.axioms import Vocabulary, contradictions
from clayonto.inference.datatypes import well_formed
from clayonto.inference.facts import put
from clayonto.inference.rules import solutions
from clayonto.namespaces import ID, PREFIXES
from clayonto.turtle import shown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clayonto.inference.facts import Facts, Triple
    from clayonto.places import Place

_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
MOST: Final = 1000
"""How many contradictions are looked for."""

_SENTENCES: Final = {
    "eq-diff1": ("Two names are the same thing and different things.", "Kaksi nimeä on sama asia ja eri asiat."),
    "eq-diff2": ("Two members of an owl:AllDifferent are the same thing.", "Kaksi owl:AllDifferent-joukon jäsentä on sama asia."),
    "prp-irp": ("A property that relates nothing to itself does.", "Ominaisuus, joka ei liitä mitään itseensä, liittää."),
    "prp-asyp": ("A property that goes one way goes both ways.", "Yksisuuntainen ominaisuus kulkee molempiin suuntiin."),
    "prp-pdw": ("Two properties that share no value do.", "Kahdella ominaisuudella, joilla ei ole yhteistä arvoa, on yhteinen arvo."),
    "prp-npa1": ("What is said not to hold holds.", "Se, minkä sanotaan olevan pätemättä, pätee."),
    "cls-nothing2": ("Something is of a class that has no members.", "Jokin kuuluu luokkaan, jolla ei ole jäseniä."),
    "cls-com": ("Something is of a class and of what is outside it.", "Jokin kuuluu luokkaan ja on sen ulkopuolella."),
    "cls-maxc1": (
        "Something has a value of a property of which it has none.",
        "Jollakin on arvo ominaisuudella, jolla sillä ei ole arvoja.",
    ),
    "cax-dw": ("Something is of two classes that share no member.", "Jokin kuuluu kahteen luokkaan, joilla ei ole yhteisiä jäseniä."),
    "dt-not-type": ("A value is not of its datatype.", "Arvo ei ole tietotyyppinsä mukainen."),
    "dt-diff": ("A property that has at most one value has two.", "Ominaisuudella, jolla on enintään yksi arvo, on kaksi."),
}
_LIKE: Final = {
    "eq-diff3": "eq-diff2", "prp-adp": "prp-pdw", "prp-npa2": "prp-npa1", "cls-maxqc1": "cls-maxc1", "cls-maxqc2": "cls-maxc1", "cax-adc": "cax-dw",
}  # fmt: skip


class Inconsistency(NamedTuple):
    """One contradiction: the rule it breaks, the facts that cannot all be true, the axiom they break, and the nodes concerned.

    ``facts`` and ``axiom`` are triples of pyoxigraph terms, stated or inferred; ``axiom`` is empty where OWL itself is the axiom.
    """

    rule: str
    facts: tuple[Triple, ...]
    axiom: tuple[Triple, ...]

    @property
    def nodes(self) -> tuple[str, ...]:
        """The IRIs of the things that the facts are about, each once; for a contradiction without facts, of those that the axiom is about."""
        terms = [t for s, _, o in self.facts for t in (s, o if _thing(o) else s)] or [self.axiom[-1][0]]
        kinds = {o for _, p, o in self.facts if p == _TYPE}
        return tuple(dict.fromkeys(str(t.value) for t in terms if t not in kinds and isinstance(t, ox.NamedNode)))

    def sentence(self, *, lang: str = "en") -> str:
        """What kind of contradiction it is."""
        return _SENTENCES[_LIKE.get(self.rule, self.rule)][lang == "fi"]

    def to_text(self, *, lang: str = "en", base: str = ID, place: Callable[[Triple], Place | None] | None = None) -> str:
        """The sentence, the facts and the axiom, each with where it is stated, if ``place`` says where; else that it follows."""
        follows = "seuraa muusta" if lang == "fi" else "follows from other facts"
        lines = [f"{self.sentence(lang=lang)} ({self.rule})"]
        for word, triples in (("", self.facts), ("aksiooma" if lang == "fi" else "axiom", self.axiom)):
            for triple in triples:
                text = " ".join(shown(term, base=base) for term in triple)
                where = f"  [{place(triple) or follows}]" if place else ""
                lines.append(f"  {word + ': ' if word else ''}{text}{where}")
        return "\n".join(lines)


def _thing(term: Any) -> bool:
    return not isinstance(term, ox.Literal)


def inconsistencies(facts: Facts, *, most: int = MOST) -> list[Inconsistency]:
    """The contradictions in facts that are closed under the rules, each once; at most so many, sorted.

    >>> from clayonto.inference.facts import Facts
    >>> x, kind = ox.NamedNode("urn:x"), _TYPE
    >>> [found.rule for found in inconsistencies(Facts([(x, kind, ox.NamedNode("http://www.w3.org/2002/07/owl#Nothing"))]))]
    ['cls-nothing2']
    """
    return sorted(islice(_found(facts), most), key=lambda found: (found.rule, *map(str, found.facts), *map(str, found.axiom)))


def _found(facts: Facts) -> Iterator[Inconsistency]:
    seen = set()
    for rule in contradictions(Vocabulary(facts)):
        for binding in solutions(facts, rule):
            premises = tuple(dict.fromkeys(put(pattern, binding) for pattern in rule.body))
            key = (rule.name, frozenset(premises), rule.axioms)
            if key not in seen:
                seen.add(key)
                yield Inconsistency(rule.name, tuple(map(facts.triple, sorted(premises))), tuple(map(facts.triple, rule.axioms)))
    wrong = {number for number in facts.literals if not well_formed(facts.terms[number])}
    if wrong:
        for p, pairs in facts.pairs.items():
            for s, o in pairs:
                if o in wrong:
                    yield Inconsistency("dt-not-type", (facts.triple((s, p, o)),), ())
