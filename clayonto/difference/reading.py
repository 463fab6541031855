"""A difference as people read it: things by type, with labels; sums and claims told with the thing they are of, and who says so.

:class:`Reading` makes one outline of a difference in one language, which ``text`` and ``page`` write down. Labels come from the new graph,
else the old one, else the bundled one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pyoxigraph as ox

from clayonto.difference import sides
from clayonto.engines.oxigraph import to_python
from clayonto.locales import number
from clayonto.namespaces import CLAY, PREFIXES, shorten
from clayonto.results import show
from clayonto.terms import BlankNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.difference.compare import Difference, PropertyChange, Status, ThingChange
    from clayonto.difference.sides import Side

_LABELS: Final = tuple(
    PREFIXES[prefix] + name for prefix, name in (("skos", "prefLabel"), ("rdfs", "label"), ("dct", "title"), ("foaf", "name"))
)
_AMOUNT, _CURRENCY = PREFIXES["epo"] + "hasAmountValue", PREFIXES["epo"] + "hasCurrency"
_QUOTED, _PART_OF = PREFIXES["prov"] + "wasQuotedFrom", PREFIXES["dct"] + "isPartOf"
_TYPE: Final = PREFIXES["rdf"] + "type"
_XSD_STRING: Final = PREFIXES["xsd"] + "string"
_STATES: Final = (CLAY.statesValue, CLAY.statesThing)
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_LONGEST: Final = 100
"""How many characters of what a blank node says stand in for its label."""
WORDS: Final = {
    "en": {
        "claim": "claim: {0}", "source": "source: {0}", "says": "says {0}", "untyped": "Of no type", "nameless": "a thing without a name",
        "sum": "sum", "type": "type", "rewritten": "the same value, written differently", "values": ("1 value", "{0} values"),
        "sums": ("1 sum", "{0} sums"), "claims": ("1 claim", "{0} claims"), "equal": ("The graphs are the same: 1 triple.", "The graphs are the same: {0} triples."),
        "changed": ("1 thing changed", "{0} things changed"), "added": ("1 added", "{0} added"), "removed": ("1 removed", "{0} removed"),
        "triples": "{0} of {1} triples removed, {2} added; {3} now.", "more": "… and {0} more",
        "stored": "Forms of literals were not compared, because a store keeps them in its own form.",
        "sharing": "What differs is only which blank nodes are one and the same.",
    },
    "fi": {
        "claim": "väite: {0}", "source": "lähde: {0}", "says": "sanoo {0}", "untyped": "Ilman luokkaa", "nameless": "nimetön asia",
        "sum": "summa", "type": "luokka", "rewritten": "sama arvo, kirjoitettu toisin", "values": ("1 arvo", "{0} arvoa"),
        "sums": ("1 summa", "{0} summaa"), "claims": ("1 väite", "{0} väitettä"), "equal": ("Verkot ovat samat: 1 kolmikko.", "Verkot ovat samat: {0} kolmikkoa."),
        "changed": ("1 asia muuttunut", "{0} asiaa muuttunut"), "added": ("1 lisätty", "{0} lisätty"), "removed": ("1 poistettu", "{0} poistettu"),
        "triples": "{1} kolmikosta poistettu {0}, lisätty {2}; nyt {3}.", "more": "… ja {0} muuta",
        "stored": "Literaalien kirjoitusasuja ei verrattu, koska varasto pitää ne omassa muodossaan.",
        "sharing": "Eroa on vain siinä, mitkä tyhjät solmut ovat yksi ja sama.",
    },
}  # fmt: skip


class Row(NamedTuple):
    """One line about a thing: what ``label`` was and is.

    ``source`` is a phrase. ``name`` and ``iri`` are those of a sum or claim, and ``rows`` say what else changed of it.
    """

    change: Literal["changed", "added", "removed", "rewritten"]
    label: str
    old: tuple[str, ...]
    new: tuple[str, ...]
    source: str = ""
    name: str = ""
    iri: str = ""
    rows: tuple[Row, ...] = ()


class Entry(NamedTuple):
    """A thing with its rows; ``counts`` says in words how much there is of it, for where the rows are not told."""

    label: str
    name: str
    iri: str
    status: Status
    rows: tuple[Row, ...]
    counts: str


class Section(NamedTuple):
    """The things of one type, those that changed first, then those that were added, then those that were removed; each by label."""

    title: str
    entries: tuple[Entry, ...]


class Reading:
    """A difference in one language, ``en`` or ``fi``; ``full`` says whether things that were added or removed as a whole have rows."""

    def __init__(self, difference: Difference, lang: str, *, full: bool = False) -> None:
        self.difference = difference
        self.full = full
        self.lang = lang if lang in WORDS else "en"
        self.words: dict[str, Any] = dict(WORDS[self.lang])
        self._labels: dict[str, str] = {}

    @cached_property
    def _sides(self) -> tuple[Side, Side, Side]:
        return self.difference.new, self.difference.old, sides.bundle(base=self.difference.base)

    # -------------------------------------------------------------- terms in words

    def label(self, iri: str) -> str:
        """The label of an IRI in the language, else in English, else in any; its short form if it has none."""
        if iri not in self._labels:
            found = next(filter(None, (self._label_in(side, iri) for side in self._sides)), None)
            self._labels[iri] = found or (self.words["type"] if iri == _TYPE else self.short(iri))
        return self._labels[iri]

    def _label_in(self, side: Side, iri: str) -> str:
        about = side.about(iri)
        for prop in _LABELS:
            labels = {o.language or "": o.value for p, o in about if p.value == prop and isinstance(o, ox.Literal)}
            for language in (self.lang, "en", "", *labels):
                if language in labels:
                    return _on_one_line(labels[language])
        return ""

    def short(self, iri: str) -> str:
        """The IRI as a CURIE or relative to the base."""
        return shorten(iri, base=self.difference.base)

    def value(self, term: Any) -> str:
        """A term as a value: an IRI by its label, a text with its language, a blank node by what it says."""
        if isinstance(term, ox.NamedNode):
            label = self.label(term.value)
            short = self.short(term.value)
            return label if label == short else f"{label} ({short})"
        if isinstance(term, ox.BlankNode):
            return self.difference.outlines.text(term, self._inside)
        if isinstance(term, ox.Literal):
            return self._literal(term)
        return str(term)

    def _inside(self, term: Any) -> str:
        return (
            self.label(term.value) if isinstance(term, ox.NamedNode) else self._literal(term) if isinstance(term, ox.Literal) else str(term)
        )

    def _literal(self, term: ox.Literal) -> str:
        if term.language:
            return f"“{_on_one_line(term.value)}”@{term.language}"
        if term.datatype.value != _XSD_STRING:
            return _on_one_line(show(to_python(term)))
        # A text in which blanks are all that there is, or that changed, is shown with them.
        plain = _on_one_line(term.value)
        return plain if plain and plain == term.value else "“" + _CONTROL.sub("�", term.value.replace("\n", "⏎")) + "”"

    def _number(self, term: Any) -> str:
        value = to_python(term)
        return number(value, self.lang) if isinstance(value, Decimal | int) and not isinstance(value, bool) else self.value(term)

    # -------------------------------------------------------------- things in words

    def sections(self) -> list[Section]:
        """All things, by type, with the sums and claims of each; types by label."""
        parts: dict[str, list[ThingChange]] = defaultdict(list)
        own: dict[str, ThingChange] = {}
        for thing in self.difference.things:
            of = self._told_with(thing)
            if of is None:
                own[thing.thing] = thing
            else:
                parts[of].append(thing)
        entries: dict[str, list[Entry]] = defaultdict(list)
        for iri in [*own, *(iri for iri in parts if iri not in own)]:
            types = own[iri].types if iri in own else self.difference.types_of(iri)
            title = self.label(self._leading(types)) if types else self.words["untyped"]
            entries[title].append(self._entry(iri, own.get(iri), parts.get(iri, [])))
        order = {"changed": 0, "added": 1, "removed": 2}
        return [
            Section(title, tuple(sorted(entries[title], key=lambda e: (order[e.status], e.label.casefold(), e.iri))))
            for title in sorted(entries, key=lambda t: (t == self.words["untyped"], t.casefold()))
        ]

    @staticmethod
    def _leading(types: Iterable[str]) -> str:
        """Of several types the one to list a thing by: one of ours, if there is any."""
        return min(types, key=lambda t: (not t.startswith(CLAY), t))

    def _told_with(self, thing: ThingChange) -> str | None:
        """The thing that a sum is of, or that a claim is about; ``None`` for other things, and for sums and claims that say no such thing."""
        if isinstance(thing.thing, BlankNode):
            return None
        for kind, link in ((CLAY.MonetaryAmount, CLAY.amountOf), (CLAY.Claim, CLAY.about)):
            if kind in thing.types:
                of = self.one(thing.thing, link)
                return of.value if isinstance(of, ox.NamedNode) and of.value != thing.thing else None
        return None

    def one(self, iri: str, prop: str, side: Side | None = None) -> Any:
        """The first value of a property, on one side, or on the new side and else the old one; ``None`` if there is none."""
        for where in (side,) if side else self._sides[:2]:
            for p, o in where.about(iri):
                if p.value == prop:
                    return o
        return None

    def _entry(self, iri: str, own: ThingChange | None, parts: list[ThingChange]) -> Entry:
        claims = [part for part in parts if CLAY.Claim in part.types]
        sums = [part for part in parts if CLAY.Claim not in part.types]
        rows: list[Row] = []
        if self.full or own is None or own.status == "changed":
            rows += sorted((row for change in own.properties for row in self._rows(change)) if own else (), key=_by_label)
            rows += sorted(map(self._sum, sums), key=_by_label) + sorted(map(self._claim, claims), key=_by_label)
        counts = [
            self.count("values", sum(len(c.removed) + len(c.added) for c in own.properties) if own else 0),
            self.count("sums", len(sums)),
            self.count("claims", len(claims)),
        ]
        nameless = own is not None and isinstance(own.thing, BlankNode)
        said = self.difference.outlines.text(ox.BlankNode(iri), self._inside) if nameless else ""
        return Entry(
            label=f"{self.words['nameless']} {said if len(said) <= _LONGEST else said[: _LONGEST - 1] + '…'}"
            if nameless
            else self.label(iri),
            name="" if nameless or self.label(iri) == self.short(iri) else self.short(iri),
            iri="" if nameless else iri,
            status=own.status if own else "changed",
            rows=tuple(rows),
            counts=", ".join(filter(None, counts)),
        )

    def count(self, what: str, n: int) -> str:
        """How many there are, in words; nothing for none."""
        one, many = self.words[what]
        return "" if n == 0 else one if n == 1 else many.format(number(n, self.lang))

    def _rows(self, change: PropertyChange) -> list[Row]:
        """The rows of a property: texts by language, as each language has its own."""
        label = self.label(change.property)
        rows = []
        if change.rewritten:
            was, now = (tuple(pair[way].value for pair in change.rewritten) for way in (0, 1))
            rows.append(Row("rewritten", label, was, now, source=self.words["rewritten"]))
        by_language: dict[str, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
        for way, terms in enumerate((change.removed, change.added)):
            for term in terms:
                by_language[getattr(term, "language", None) or ""][way].append(term)
        for language, (old, new) in sorted(by_language.items()):
            values = self._values(old, new, quote=not language), self._values(new, old, quote=not language)
            rows.append(Row(_change(*values), f"{label} ({language})" if language else label, tuple(values[0]), tuple(values[1])))
        return rows

    def _values(self, terms: list[Any], others: list[Any], *, quote: bool) -> list[str]:
        """Terms in words; those that would read as one of the others do are told with their datatype."""
        beside = {self.value(other) for other in others}
        texts = []
        for term in terms:
            text = self.value(term) if quote else _on_one_line(term.value)
            if quote and text in beside:
                text = str(term) if not isinstance(term, ox.Literal) else f"{text} ({self.short(term.datatype.value)})"
            texts.append(text)
        return texts

    def _sum(self, thing: ThingChange) -> Row:
        """A sum: what of what it is, how much it was and is, and where that is stated."""
        kind = self.one(thing.thing, CLAY.moneyKind)
        label = self.words["sum"] if kind is None else self.label(kind.value)
        was, now = (self._money(thing.thing, side) for side in (self.difference.old, self.difference.new))
        if was and now and was[1] == now[1]:
            was = (was[0], "")  # the currency once: 212,000 → 180,000 EUR
        return self._part(thing, label, was, now, hidden=(_AMOUNT, _CURRENCY), source=self._sources(thing.thing))

    def _money(self, iri: str, side: Side) -> tuple[str, str] | None:
        amount = self.one(iri, _AMOUNT, side)
        if amount is None:
            return None
        currency = self.one(iri, _CURRENCY, side)
        code = "" if currency is None else currency.value.removeprefix(PREFIXES["currency"])
        return self._number(amount), code if code.isalnum() else self.value(currency) if currency is not None else ""

    def _claim(self, thing: ThingChange) -> Row:
        """A claim: in which respect, what it said and says, and who says so."""
        aspect = self.one(thing.thing, CLAY.aspect)
        label = self.words["claim"].format("?" if aspect is None else self.label(aspect.value))
        was, now = (self._stated(thing.thing, side) for side in (self.difference.old, self.difference.new))
        place = self.place(thing.thing)
        return self._part(thing, label, was, now, hidden=_STATES, source=place and self.words["says"].format(place))

    def _stated(self, iri: str, side: Side) -> tuple[str, str] | None:
        stated = next((o for p, o in side.about(iri) if p.value in _STATES), None)
        if stated is None:
            return None
        decimal = isinstance(stated, ox.Literal) and isinstance(to_python(stated), Decimal)
        return (self._number(stated) if decimal else self.value(stated)), ""

    def _part(
        self,
        thing: ThingChange,
        label: str,
        was: tuple[str, str] | None,
        now: tuple[str, str] | None,
        *,
        hidden: tuple[str, ...],
        source: str,
    ) -> Row:
        if not all(self._plain(thing.thing, hidden, side) for side in (self.difference.old, self.difference.new)):
            # More than the one line can say.
            hidden, was, now = (), None, None
        changes = [c for c in thing.properties if c.property not in hidden or (c.rewritten and not (c.removed or c.added))]
        rows = (
            tuple(sorted((row for c in changes for row in self._rows(c)), key=lambda r: r.label.casefold()))
            if thing.status == "changed"
            else ()
        )
        old, new = (" ".join(filter(None, part or ())) for part in (was, now))
        if thing.status == "changed" and len(changes) == len(thing.properties):
            # What it says is as it was.
            label, old, new = f"{label} {new or old}".rstrip(), "", ""
        name = self.short(thing.thing)
        return Row(thing.status, label, (old,) if old else (), (new,) if new else (), source, name, thing.thing, rows)

    @staticmethod
    def _plain(iri: str, properties: tuple[str, ...], side: Side) -> bool:
        """Whether each of the properties has one value at most; of what a claim states, all together."""
        held = [p.value for p, _ in side.about(iri) if p.value in properties]
        return len(held) <= 1 if properties == _STATES else len(held) == len(set(held))

    def _sources(self, iri: str) -> str:
        """Where a sum is stated: the passages of its claims, each once."""
        for side in self._sides[:2]:
            claims = [o.value for p, o in side.about(iri) if p.value == CLAY.statedIn and isinstance(o, ox.NamedNode)]
            places = list(dict.fromkeys(filter(None, map(self.place, claims))))
            if places:
                return str(self.words["source"].format("; ".join(places)))
        return ""

    def place(self, claim: str) -> str:
        """The passage that a claim quotes, by its label; if it has none, the document that it is part of."""
        passage = self.one(claim, _QUOTED)
        if not isinstance(passage, ox.NamedNode):
            return ""
        if self.label(passage.value) != self.short(passage.value):
            return self.label(passage.value)
        document = self.one(passage.value, _PART_OF)
        return self.label(document.value) if isinstance(document, ox.NamedNode) else self.short(passage.value)

    # -------------------------------------------------------------- the whole in words

    def summary(self, sections: list[Section]) -> list[str]:
        """The difference in one sentence or two, and what is to be known of how it was made."""
        difference = self.difference
        totals = [
            number(n, self.lang)
            for n in (len(difference.removed), len(difference.old.lines), len(difference.added), len(difference.new.lines))
        ]
        lines = []
        if difference.equal:
            one, many = self.words["equal"]
            lines.append(one if len(difference.old.lines) == 1 else many.format(totals[1]))
        else:
            statuses = [entry.status for section in sections for entry in section.entries]
            counted = ", ".join(filter(None, (self.count(s, statuses.count(s)) for s in ("changed", "added", "removed"))))
            lines.append((f"{counted}. " if counted else "") + self.words["triples"].format(*totals))
            if not statuses:
                lines.append(self.words["sharing"])
        if not difference.forms_compared:
            lines.append(self.words["stored"])
        return lines


def _on_one_line(text: str) -> str:
    """A text without line ends, and without what would steer a terminal."""
    return _CONTROL.sub("�", " ".join(text.split()))


def _by_label(row: Row) -> tuple[str, str, tuple[str, ...], tuple[str, ...]]:
    return row.label.casefold(), row.iri, row.old, row.new


def _change(old: list[str], new: list[str]) -> Literal["changed", "added", "removed"]:
    return "changed" if old and new else "added" if new else "removed"
