"""A difference for programs: as JSON, and as Turtle in the ChangeSet vocabulary."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.difference.reading import Reading
from clayonto.namespaces import CLAY, PREFIXES
from clayonto.terms import BlankNode
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from clayonto.difference.compare import Difference, ThingChange
    from clayonto.difference.sides import Side

CHANGE_SET: Final = "http://purl.org/vocab/changeset/schema#"
"""The namespace of the ChangeSet vocabulary: change sets of statements, each about one thing."""
_EPO, _PROV, _DCT, _RDF = (PREFIXES[prefix] for prefix in ("epo", "prov", "dct", "rdf"))
_STRING: Final = PREFIXES["xsd"] + "string"


def to_dict(difference: Difference, *, lang: str) -> dict[str, Any]:
    """See :meth:`clayonto.Difference.to_dict`."""
    return {
        "equal": difference.equal,
        "formsCompared": difference.forms_compared,
        "old": {"name": difference.old.name, "triples": len(difference.old.lines), "removed": len(difference.removed)},
        "new": {"name": difference.new.name, "triples": len(difference.new.lines), "added": len(difference.added)},
        "things": _Things(difference, lang).listed(),
    }


class _Things:
    def __init__(self, difference: Difference, lang: str) -> None:
        self.difference = difference
        self.reading = Reading(difference, lang)

    def listed(self) -> list[dict[str, Any]]:
        return [self.thing(thing) for thing in self.difference.things]

    def thing(self, thing: ThingChange) -> dict[str, Any]:
        named = self.term(ox.BlankNode(thing.thing) if isinstance(thing.thing, BlankNode) else ox.NamedNode(thing.thing))
        told: dict[str, Any] = {
            **named,
            "status": thing.status,
            "types": [self.named(iri) for iri in thing.types],
            "properties": [
                {
                    "property": str(change.property),
                    "label": self.reading.label(change.property),
                    "removed": [self.term(o) for o in change.removed],
                    "added": [self.term(o) for o in change.added],
                    "rewritten": [{"old": self.term(old), "new": self.term(new)} for old, new in change.rewritten],
                }
                for change in thing.properties
            ],
        }
        if not isinstance(thing.thing, BlankNode):
            if CLAY.MonetaryAmount in thing.types:
                told["money"] = self.money(thing.thing)
            if CLAY.Claim in thing.types:
                told["claim"] = self.claim(thing.thing)
        return told

    def money(self, iri: str) -> dict[str, Any]:
        """What a sum is of, how much it was and is, and which claims state it."""
        sides = (self.difference.new, self.difference.old)
        stated = next(filter(None, ([o.value for p, o in side.about(iri) if p.value == CLAY.statedIn] for side in sides)), [])
        return {
            "of": self.one(iri, CLAY.amountOf),
            "kind": self.one(iri, CLAY.moneyKind),
            "old": self.amount(iri, self.difference.old),
            "new": self.amount(iri, self.difference.new),
            "statedIn": [{"claim": claim, **self.source(claim)} for claim in stated],
        }

    def amount(self, iri: str, side: Side) -> dict[str, Any] | None:
        value, currency = (self.reading.one(iri, _EPO + name, side) for name in ("hasAmountValue", "hasCurrency"))
        if value is None and currency is None:
            return None
        return {"amount": getattr(value, "value", None), "currency": getattr(currency, "value", None)}

    def claim(self, iri: str) -> dict[str, Any]:
        """What a claim is about, in which respect, what it stated and states, and who says so."""
        was, now = (
            next((self.term(o) for p, o in side.about(iri) if p.value in (CLAY.statesValue, CLAY.statesThing)), None)
            for side in (self.difference.old, self.difference.new)
        )
        about = {"about": self.one(iri, CLAY.about), "aspect": self.one(iri, CLAY.aspect)}
        return {**about, "old": was, "new": now, **self.source(iri)}

    def source(self, claim: str) -> dict[str, Any]:
        passage = self.reading.one(claim, _PROV + "wasQuotedFrom")
        document = self.one(passage.value, _DCT + "isPartOf") if isinstance(passage, ox.NamedNode) else None
        return {"passage": None if passage is None else self.term(passage), "document": document}

    def one(self, iri: str, prop: str) -> dict[str, Any] | None:
        found = self.reading.one(iri, prop)
        return None if found is None else self.term(found)

    def named(self, iri: str) -> dict[str, Any]:
        return {"iri": str(iri), "label": self.reading.label(iri)}

    def term(self, term: Any) -> dict[str, Any]:
        """A term: ``iri`` and ``label``, ``blank`` with what the node says, or ``value`` with ``language`` or ``datatype`` (none for strings)."""
        if isinstance(term, ox.NamedNode):
            return self.named(term.value)
        if isinstance(term, ox.Literal):
            if term.language:
                return {"value": term.value, "language": term.language}
            return {"value": term.value} if term.datatype.value == _STRING else {"value": term.value, "datatype": term.datatype.value}
        if isinstance(term, ox.BlankNode):
            return {"blank": self.difference.outlines.text(term)}
        return {"triple": str(term)}


def to_turtle(difference: Difference) -> str:
    """See :meth:`clayonto.Difference.to_turtle`."""
    by_subject: dict[Any, list[tuple[str, Any]]] = defaultdict(list)
    for name, triples in (("removal", difference.removed), ("addition", difference.added)):
        for triple in triples:
            by_subject[triple[0]].append((name, triple))
    made: list[tuple[Any, Any, Any]] = []
    a = ox.NamedNode(_RDF + "type")
    for number, subject in enumerate(sorted(by_subject, key=str), start=1):
        change_set = ox.BlankNode(f"change{number}")
        made.append((change_set, a, ox.NamedNode(CHANGE_SET + "ChangeSet")))
        made.append((change_set, ox.NamedNode(CHANGE_SET + "subjectOfChange"), subject))
        for index, (name, triple) in enumerate(by_subject[subject], start=1):
            statement = ox.BlankNode(f"change{number}x{index}")
            made.append((change_set, ox.NamedNode(CHANGE_SET + name), statement))
            made.append((statement, a, ox.NamedNode(_RDF + "Statement")))
            made += [
                (statement, ox.NamedNode(_RDF + part), term) for part, term in zip(("subject", "predicate", "object"), triple, strict=True)
            ]
    return write_turtle(made, prefixes={"cs": CHANGE_SET}, base=difference.base)
