"""What people read in place of terms: labels and short IRIs, quoted literals, properties by name, shapes by what they ask for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES, shorten
from clayonto.validation.paths import SH, Path, Term

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clayonto.validation.data import Data
    from clayonto.validation.shapes import Demand, Shape, Shapes
    from clayonto.validation.where import Where

LANGUAGES: Final = ("en", "fi")
MOST_LISTED: Final = 12
"""How many values a sentence lists; the rest is counted."""
_LONGEST: Final = 200
_NAMES: Final = (PREFIXES["rdfs"] + "label", PREFIXES["skos"] + "prefLabel", SH + "name")
_TEXTS: Final = (SH + "description", PREFIXES["rdfs"] + "comment", PREFIXES["dct"] + "description")
# What a terminal would act on, and what would turn the direction of the text around it.
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
_KINDS: Final = {
    "IRI": ("an IRI", "IRI-tunniste"),
    "BlankNode": ("a blank node", "nimetön solmu"),
    "Literal": ("a literal", "literaali"),
    "BlankNodeOrIRI": ("a blank node or an IRI", "nimetön solmu tai IRI-tunniste"),
    "BlankNodeOrLiteral": ("a blank node or a literal", "nimetön solmu tai literaali"),
    "IRIOrLiteral": ("an IRI or a literal", "IRI-tunniste tai literaali"),
}
_BRIEF: Final = {
    "class": ("of the class {}", "luokkaa {}"),
    "datatype": ("of the type {}", "tyyppiä {}"),
    "minCount": ("at least {} in number", "vähintään {} kappaletta"),
    "maxCount": ("at most {} in number", "enintään {} kappaletta"),
    "minInclusive": ("at least {}", "vähintään {}"),
    "maxInclusive": ("at most {}", "enintään {}"),
    "minExclusive": ("more than {}", "suurempi kuin {}"),
    "maxExclusive": ("less than {}", "pienempi kuin {}"),
    "minLength": ("at least {} characters", "vähintään {} merkkiä"),
    "maxLength": ("at most {} characters", "enintään {} merkkiä"),
    "pattern": ("of the form {}", "muotoa {}"),
    "languageIn": ("in one of the languages {}", "jollakin kielistä {}"),
    "uniqueLang": ("one of each language", "yksi kutakin kieltä"),
    "equals": ("the same as {}", "sama kuin {}"),
    "disjoint": ("other than {}", "muu kuin {}"),
    "lessThan": ("less than {}", "pienempi kuin {}"),
    "lessThanOrEquals": ("at most {}", "enintään {}"),
    "in": ("one of {}", "jokin näistä: {}"),
    "hasValue": ("among them {}", "mukana {}"),
    "not": ("not ({})", "ei ({})"),
    "and": ("all of ({})", "kaikki näistä ({})"),
    "or": ("one or more of ({})", "yksi tai useampi näistä ({})"),
    "xone": ("exactly one of ({})", "täsmälleen yksi näistä ({})"),
    "qualifiedValueShape": ("of which {}", "joista {}"),
    "closed": ("no other property", "ei muita ominaisuuksia"),
    "sparql": ("the rule {}", "sääntö {}"),
}
_NAMELESS: Final = {"en": "a nameless node", "fi": "nimetön solmu"}
_NAMELESS_OF: Final = {"en": "a nameless node, {property} of {owner}", "fi": "nimetön solmu, {property} solmulla {owner}"}
_NAMELESS_SHAPE: Final = {"en": "a shape without a name", "fi": "nimetön muoto"}
_MORE: Final = {"en": "and {} more", "fi": "ja {} muuta"}
_AND: Final = {"en": " and ", "fi": " ja "}


def clean(text: str) -> str:
    r"""A text on one line, with nothing that a terminal would act on.

    >>> clean("red\x1b[31m\nline")
    'red\\u001B[31m line'
    """
    return _CONTROL.sub(lambda found: " " if found.group() in "\t\r\n" else f"\\u{ord(found.group()):04X}", text)


def cut(text: str) -> str:
    """A text for a sentence: clean, and no longer than a sentence bears."""
    return clean(text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…")


def name(term: Term) -> str:
    """The text of a term: an IRI, the label of a blank node, the lexical form of a literal."""
    return str(term) if isinstance(term, ox.BlankNode | ox.Triple) else term.value


class Names:
    """The names that data and shapes have for terms, in each language."""

    def __init__(self, data: Data, shapes: Shapes, where: Where, *, base: str) -> None:
        self.data = data
        self.shapes = shapes
        self.where = where
        self.base = base
        self._labels: dict[Term, dict[str, str]] = {}

    def labels(self, term: Term) -> dict[str, str]:
        """The labels of a term by language: the data's, else those of the shapes graph, where no language counts as English."""
        found = self._labels.get(term)
        if found is None:
            found = {} if isinstance(term, ox.Literal) else self.data.label(term) or self._texts(term, _NAMES)
            self._labels[term] = found
        return found

    def description(self, node: Term, lang: str) -> str:
        """What the shapes graph says about a shape, a constraint or a component, for people; the empty text if nothing."""
        return _in(self._texts(node, _TEXTS), lang)

    def label(self, term: Term, lang: str) -> str:
        """The label of a term in a language, in English if there is none in it; the empty text if there is none at all."""
        return _in(self.labels(term), lang)

    def thing(self, term: Term, lang: str) -> str:
        """A node by its label alone, or its short IRI; a nameless one by the node that has it."""
        if isinstance(term, ox.Literal):
            return self.value(term, lang)
        label = self.label(term, lang)
        if label:
            return cut(label)
        if isinstance(term, ox.NamedNode):
            return shorten(term.value, base=self.base)
        named, by, seen = term, None, {term}
        while isinstance(named, ox.BlankNode) and named in self.where.owners:
            named, by = self.where.owners[named]
            if named in seen:
                break
            seen.add(named)
        if by is None or isinstance(named, ox.BlankNode):
            return _NAMELESS[lang]
        return _NAMELESS_OF[lang].format_map({"property": self.term(by, lang), "owner": self.thing(named, lang)})

    def value(self, term: Term, lang: str) -> str:
        """A value for a sentence: an IRI by its label and its short form, a literal in quotes, with its language."""
        if isinstance(term, ox.Literal):
            return f"“{cut(term.value)}”@{term.language}" if term.language else f"“{cut(term.value)}”"
        return self.term(term, lang) if isinstance(term, ox.NamedNode) else self.thing(term, lang)

    def term(self, term: ox.NamedNode, lang: str) -> str:
        """An IRI by its label, if it has one, and its short form."""
        label, short = self.label(term, lang), shorten(term.value, base=self.base)
        return f"“{cut(label)}” ({short})" if label else short

    def property(self, path: Path, lang: str, *, shape: Term | None = None) -> str:
        """A path by the label of its predicate and the short form; by ``sh:name`` of the shape where the predicate has no label."""
        label = self.label(path.iri, lang) if path.iri is not None else ""
        if not label and shape is not None:
            label = _in(self._texts(shape, (SH + "name",)), lang)
        return f"“{cut(label)}” ({path.short()})" if label else path.short()

    def path_label(self, path: Path, lang: str) -> str:
        """A path in words alone: each predicate by its label, or its short form."""
        return path.text(lambda iri: self.label(iri, lang) or shorten(iri.value, base=self.base))

    def listed(self, terms: Sequence[Term], lang: str) -> str:
        """Several values; beyond :data:`MOST_LISTED` they are counted."""
        texts = [self.value(term, lang) for term in terms[:MOST_LISTED]]
        if len(terms) > MOST_LISTED:
            return ", ".join(texts) + " " + _MORE[lang].format(len(terms) - MOST_LISTED)
        return ", ".join(texts)

    def joined(self, texts: Iterable[str], lang: str) -> str:
        """Several demands, each of which holds."""
        return _AND[lang].join(texts)

    def kind(self, node: Term, lang: str) -> str:
        """A node kind, such as ``sh:IRI``."""
        known = _KINDS.get(name(node).removeprefix(SH))
        return known[LANGUAGES.index(lang)] if known else shorten(name(node))

    def shape(self, node: Term, lang: str) -> str:
        """A shape by label and short IRI; a nameless one by what it asks for."""
        if isinstance(node, ox.NamedNode):
            return self.term(node, lang)
        label = self.label(node, lang)
        if label:
            return f"“{cut(label)}”"
        shape = self.shapes.all.get(node)
        return (self.brief(shape, lang) if shape is not None else "") or _NAMELESS_SHAPE[lang]

    def shape_label(self, node: Term, lang: str) -> str:
        """What a shape is about, in words alone: its label, else that of its property or its class, else what the shape around it is about."""
        seen: set[Term] = set()
        while node not in seen:
            seen.add(node)
            shape = self.shapes.all.get(node)
            about = [] if shape is None else [value for kind, value in shape.targets if kind == "targetClass"]
            path = "" if shape is None or shape.path is None else shape.path.text(lambda iri: self.label(iri, lang) or shorten(iri.value))
            found = self.label(node, lang) or path or ", ".join(filter(None, (self.label(klass, lang) for klass in about)))
            if found:
                return cut(found)
            node = next((s for by in ("property", "sparql", "node") for s in self.shapes.subjects.get((SH + by, node), ())), node)
        return ""

    def brief(self, shape: Shape, lang: str, *, depth: int = 3) -> str:
        """What a shape asks for, in few words; no deeper than a sentence bears."""
        parts = [part for demand in shape.demands if (part := self._demand(demand, lang, depth))]
        if shape.path is None:
            return ", ".join(parts)
        return f"{self.property(shape.path, lang, shape=shape.node)}: {', '.join(parts)}" if parts else ""

    def demanded(self, demand: Demand, lang: str) -> str:
        """The value of a demand's parameter, for people."""
        match demand.name:
            case "in" | "languageIn":
                return self.listed(demand.values, lang)
            case "minCount" | "maxCount" | "minLength" | "maxLength":
                return str(demand.extra)
            case "nodeKind":
                return self.kind(demand.value, lang)
            case "pattern":
                return f"“{cut(name(demand.value))}”" + (f" ({demand.extra})" if demand.extra else "")
            case "not" | "node" | "property":
                return self.shape(demand.value, lang)
            case "and" | "or" | "xone":
                return "; ".join(self.shape(inner.node, lang) for inner in demand.shapes)
            case "sparql":
                return self.rule(demand.value, lang)
            case "closed":
                return self.listed(sorted(demand.extra, key=str), lang)
            case _:
                return self.value(demand.value, lang)

    def rule(self, node: Term, lang: str) -> str:
        """A constraint or a component by label and short IRI; a nameless one by its label, or not at all."""
        if isinstance(node, ox.NamedNode):
            return self.term(node, lang)
        label = self.label(node, lang)
        return f"“{cut(label)}”" if label else ""

    def _demand(self, demand: Demand, lang: str, depth: int) -> str:
        if depth <= 0:
            return "…"

        def inner(shape: Shape) -> str:
            named = isinstance(shape.node, ox.NamedNode) or self.label(shape.node, lang)
            return self.shape(shape.node, lang) if named else self.brief(shape, lang, depth=depth - 1)

        if demand.name in ("property", "node"):
            return inner(demand.shapes[0])
        if demand.name == "nodeKind":
            return self.kind(demand.value, lang)
        told = "; ".join(map(inner, demand.shapes)) if demand.shapes else self.demanded(demand, lang)
        if demand.name == "qualifiedValueShape":
            least, most, _ = demand.extra
            bounds = ((least, _BRIEF["minInclusive"]), (most, _BRIEF["maxInclusive"]))
            told = ", ".join(words[LANGUAGES.index(lang)].format(n) for n, words in bounds if n is not None) + f" ({told})"
        return _BRIEF[demand.name][LANGUAGES.index(lang)].format(told)

    def _texts(self, node: Term, predicates: Iterable[str]) -> dict[str, str]:
        found: dict[str, str] = {}
        for predicate in predicates:
            for text in self.shapes.objects(node, predicate):
                if isinstance(text, ox.Literal):
                    found.setdefault((text.language or "en").lower(), text.value)
        return found


def _in(texts: Mapping[str, str], lang: str) -> str:
    return texts.get(lang) or texts.get("en") or next(iter(texts.values()), "")
