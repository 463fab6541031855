"""The sentences of a report: those of the shapes, filled in, or one by component where a shape has none.

A message of a shape may hold ``{value}`` and ``{thing}``, which are filled in with the offending value and the label of the node, whatever
the engine makes of them. A sentence by component names the thing, the property, the value, what is demanded and the remedy.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES, shorten
from clayonto.validation.components import component
from clayonto.validation.following import follow
from clayonto.validation.naming import LANGUAGES, Names, cut, name
from clayonto.validation.paths import SH, predicate

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clayonto.validation.base import Result
    from clayonto.validation.constraints import Component
    from clayonto.validation.paths import Term
    from clayonto.validation.shapes import Demand, Shape

_STRING: Final = PREFIXES["xsd"] + "string"
_NOTHING: Final = {"en": "nothing", "fi": "ei mitään"}
_PLACEHOLDER: Final = re.compile(r"\{(value|thing)\}")
_VARIABLE: Final = re.compile(r"\{[?$](\w+)\}")

_SUBJECT: Final = {"en": "{thing}: the value {value} of {property}", "fi": "{thing}: ominaisuuden {property} arvo {value}"}
_OF_NO_PROPERTY: Final = {"en": "{thing}: the value {value}", "fi": "{thing}: arvo {value}"}
"""What is wrong, where it is a value of a property, or one that a query gives; otherwise it is the thing itself."""
_OF_VALUE: Final = {
    "class": (
        "is not of the class {demand}; say that it is, or name another",
        "ei ole luokkaa {demand}; kerro sen luokka tai nimeä toinen",
    ),
    "datatype": (
        "is {actual}, and must be of the type {demand}; write it in the form of that type",
        "on {actual}, ja sen pitää olla tyyppiä {demand}; kirjoita se tyypin muodossa",
    ),
    "nodeKind": (
        "is {actual}, and must be {demand}; put one in its place",
        "on {actual}, ja sen pitää olla {demand}; vaihda se sellaiseen",
    ),
    "minExclusive": ("is not more than {demand}; correct it", "ei ole suurempi kuin {demand}; korjaa se"),
    "minInclusive": ("is not at least {demand}; correct it", "ei ole vähintään {demand}; korjaa se"),
    "maxExclusive": ("is not less than {demand}; correct it", "ei ole pienempi kuin {demand}; korjaa se"),
    "maxInclusive": ("is not at most {demand}; correct it", "ei ole enintään {demand}; korjaa se"),
    "minLength": ("does not have at least {demand} characters; write it in full", "ei ole vähintään {demand} merkin pituinen; täydennä se"),
    "maxLength": ("does not have at most {demand} characters; shorten it", "ei ole enintään {demand} merkin pituinen; lyhennä se"),
    "pattern": (
        "does not have the form {demand} (a regular expression); write it in that form",
        "ei ole muotoa {demand} (säännöllinen lauseke); kirjoita se siihen muotoon",
    ),
    "languageIn": (
        "is no text in one of the languages {demand}; mark its language, or translate it",
        "ei ole teksti jollakin kielistä {demand}; merkitse sen kieli tai käännä se",
    ),
    "not": ("is what it must not be: {demand}; change that, or remove it", "on sitä, mitä se ei saa olla: {demand}; muuta tai poista se"),
    "node": (
        "is not what it must be: {demand}; mend it, or name another",
        "ei ole sitä, mitä sen pitää olla: {demand}; korjaa se tai nimeä toinen",
    ),
    "and": ("is not all of these: {demand}; mend what is missing", "ei ole kaikkea tätä: {demand}; korjaa puuttuva"),
    "or": ("is none of these: {demand}; make it one of them", "ei ole mitään näistä: {demand}; muuta se joksikin niistä"),
    "xone": (
        "is none or several of these: {demand}; make it exactly one of them",
        "ei ole mitään tai on montaa näistä: {demand}; muuta se täsmälleen yhdeksi niistä",
    ),
    "in": ("is not one of {demand}; take one of them", "ei ole mikään näistä: {demand}; valitse jokin niistä"),
    "lessThan": (
        "is not less than {others}, of {demand}; correct one of the two",
        "ei ole pienempi kuin ominaisuuden {demand} arvo {others}; korjaa jompikumpi",
    ),
    "lessThanOrEquals": (
        "is more than {others}, of {demand}, or cannot be compared with it; correct one of the two",
        "on suurempi kuin ominaisuuden {demand} arvo {others}, tai niitä ei voi verrata; korjaa jompikumpi",
    ),
    "": (
        "breaks the rule {demand}{about}; change it so that the rule holds",
        "rikkoo sääntöä {demand}{about}; muuta se säännön mukaiseksi",
    ),
}
"""By parameter: what is wrong with a value, after :data:`_SUBJECT`. The empty name is for SPARQL and custom components."""
_OF_THING: Final = {
    "minCount": (
        "{thing} has too few values of {property}: {count}, and at least {demand} must be there; add what is missing",
        "{thing}: ominaisuudella {property} on liian vähän arvoja: {count}, ja niitä pitää olla vähintään {demand}; lisää puuttuvat",
    ),
    "maxCount": (
        "{thing} has too many values of {property}: {count} ({found}), and at most {demand} can be there; remove what is too much",
        "{thing}: ominaisuudella {property} on liikaa arvoja: {count} ({found}), ja niitä saa olla enintään {demand}; poista liiat",
    ),
    "qualifiedMinCount": (
        "{thing} has too few values of {property} that are {demand}: at least {bound} must be there; add some, or mend what is there ({found})",
        "{thing}: ominaisuudella {property} on liian vähän arvoja, jotka ovat {demand}: pitää olla vähintään {bound}; lisää tai korjaa ({found})",
    ),
    "qualifiedMaxCount": (
        "{thing} has too many values of {property} that are {demand}: at most {bound} can be there; remove what is too much ({found})",
        "{thing}: ominaisuudella {property} on liikaa arvoja, jotka ovat {demand}: niitä saa olla enintään {bound}; poista liiat ({found})",
    ),
    "uniqueLang": (
        "{thing} has several texts of {property} in one language: {found}; keep one of each language",
        "{thing}: ominaisuudella {property} on monta samankielistä tekstiä: {found}; jätä yksi kutakin kieltä",
    ),
    "hasValue": (
        "{thing} does not have {demand} among the values of {property} ({found}); add it",
        "{thing}: ominaisuuden {property} arvoista ({found}) puuttuu {demand}; lisää se",
    ),
    "equals": (
        "{thing} has {value} for only one of {property} and {demand}, which must have the same values; add it to the other, or remove it",
        "{thing}: arvo {value} on vain toisella ominaisuuksista {property} ja {demand}, joilla pitää olla samat arvot; lisää se toiselle tai poista se",
    ),
    "disjoint": (
        "{thing} has {value} for both {property} and {demand}, which may share no value; remove it from one of them",
        "{thing}: arvo {value} on sekä ominaisuudella {property} että ominaisuudella {demand}, joilla ei saa olla yhteisiä arvoja; poista se toiselta",
    ),
    "closed": (
        "{thing} has {property} with the value {value}, and may have no property but {demand}; remove it, or use one of those",
        "{thing}: ominaisuutta {property} (arvo {value}) ei sallita; sallittuja ovat {demand}; poista se tai käytä jotakin niistä",
    ),
}
"""By parameter: what is wrong with a thing as a whole."""
_NODE_ITSELF: Final = {
    "hasValue": ("{thing} is not {demand}; name that one instead", "{thing} ei ole {demand}; nimeä se tämän sijaan"),
    "equals": (
        "{thing} must itself be the only value of {demand}, and {value} is not so; add or remove it",
        "{thing}: ominaisuuden {demand} ainoan arvon pitää olla solmu itse, ja {value} ei täytä tätä; lisää tai poista se",
    ),
    "disjoint": (
        "{thing} may not be a value of its own {demand}; remove it there",
        "{thing} ei saa olla oman ominaisuutensa {demand} arvo; poista se siitä",
    ),
}
"""Where the shape has no path, so that the value is the thing itself."""
_NONE_ALLOWED: Final = (
    "{thing} may have no value of {property}, and has {found}; remove it",
    "{thing}: ominaisuudella {property} ei saa olla arvoja, ja sillä on {found}; poista ne",
)


class Words:
    """What a report says of its results, in each language, made when it is asked for."""

    def __init__(self, names: Names) -> None:
        self.names = names
        self._custom: Mapping[ox.NamedNode, Component] = {of.node: of for of in names.shapes.components}

    def messages(self, result: Result) -> dict[str, str]:
        """The sentences of a result by language: the shape's own, else those of its component, in English and Finnish."""
        told = result.messages or self._of_validator(result)
        if not told:
            return {lang: self._sentence(result, lang) for lang in LANGUAGES}
        return {(text.language or "en").lower(): self._filled(text, result) for text in told}

    def help(self, node: Term, lang: str) -> str:
        """What a shape or a constraint is about: its description, else its message, else what it asks for."""
        names = self.names
        shape = names.shapes.all.get(node)
        texts = {(text.language or "en").lower(): text.value for text in names.shapes.messages(node)}
        message = texts.get(lang) or texts.get("en") or next(iter(texts.values()), "")
        plain = _PLACEHOLDER.sub("…", _VARIABLE.sub("…", message))
        return names.description(node, lang) or plain or (names.brief(shape, lang) if shape is not None else "") or names.shape(node, lang)

    def _filled(self, text: ox.Literal, result: Result) -> str:
        lang = (text.language or "en").lower()
        own = lang if lang in LANGUAGES else "en"

        def fill(found: re.Match[str]) -> str:
            if found[1] == "thing":
                return self.names.thing(result.focus, lang if lang in LANGUAGES else "en")
            return _NOTHING[own] if result.value is None else self.names.value(result.value, own)

        # In one pass: a value that holds "{thing}" stays as it is.
        return _PLACEHOLDER.sub(fill, text.value)

    def _of_validator(self, result: Result) -> tuple[ox.Literal, ...]:
        """The messages of the validator of a custom component, which not every engine hands over."""
        custom, shape = self._custom.get(result.component), self._shape(result)
        if custom is None or shape is None:
            return ()
        validator = custom.for_nodes if shape.path is None else custom.for_properties
        values: dict[str, Term | None] = {**self._parameters(custom, result.shape), "value": result.value, "this": result.focus}
        texts = self.names.shapes.messages(validator) if validator is not None else ()

        def fill(found: re.Match[str]) -> str:
            value = values.get(found[1])
            return "…" if value is None else cut(name(value))

        return tuple(
            ox.Literal(_VARIABLE.sub(fill, t.value), language=t.language) if t.language else ox.Literal(_VARIABLE.sub(fill, t.value))
            for t in texts
        )

    def _sentence(self, result: Result, lang: str) -> str:
        parameter = _parameter(result.component)
        shape = self._shape(result)
        demands = [d for d in shape.demands if d.name == _demand_of(parameter)] if shape is not None else []
        at = LANGUAGES.index(lang)
        words = self._named(result, parameter, shape, demands, lang)
        if parameter == "maxCount" and words["demand"] == "0":
            whole = _NONE_ALLOWED[at]
        elif shape is not None and shape.path is None and parameter in _NODE_ITSELF:
            whole = _NODE_ITSELF[parameter][at]
        elif parameter in _OF_THING:
            whole = _OF_THING[parameter][at]
        else:
            subject = "{thing}"
            if result.value is not None and result.path is not None:
                subject = _SUBJECT[lang]
            elif result.value not in (None, result.focus):
                subject = _OF_NO_PROPERTY[lang]
            whole = f"{subject} {_OF_VALUE.get(parameter, _OF_VALUE[''])[at]}"
        # format_map puts values in as they are: braces in them mean nothing.
        return whole.format_map(words) + "."

    def _named(self, result: Result, parameter: str, shape: Shape | None, demands: Sequence[Demand], lang: str) -> dict[str, str]:
        names = self.names
        words = {
            "thing": names.thing(result.focus, lang),
            "property": "" if result.path is None else names.property(result.path, lang, shape=result.shape),
            "value": _NOTHING[lang] if result.value is None else names.value(result.value, lang),
            "actual": _actual(result.value, demands, lang, names),
            "about": "",
        }
        if parameter:
            words["demand"] = names.joined((names.demanded(d, lang) for d in demands), lang)
        else:
            words["demand"], words["about"] = self._rule(result, lang)
        values = self._values(result, shape)
        words["count"] = str(len(values))
        words["found"] = names.listed(self._of_one_language(values) if parameter == "uniqueLang" else values, lang) or _NOTHING[lang]
        if parameter.startswith("lessThan"):
            others = [other for d in demands for other in self._objects(result.focus, d.value.value)]
            words["others"] = names.listed(others, lang) or _NOTHING[lang]
        if parameter in ("qualifiedMinCount", "qualifiedMaxCount"):
            bounds = [d.extra[parameter == "qualifiedMaxCount"] for d in demands]
            words["bound"] = ", ".join(str(bound) for bound in bounds if bound is not None)
            words["demand"] = names.joined((names.shape(d.shapes[0].node, lang) for d in demands), lang)
        return words

    def _rule(self, result: Result, lang: str) -> tuple[str, str]:
        """What a SPARQL constraint or a custom component is called, and what is said of it."""
        names = self.names
        node = result.constraint or result.component
        rule = names.rule(node, lang) or (names.rule(result.shape, lang) if result.constraint is not None else "")
        if not rule:
            rule = names.shape(result.shape, lang)
        custom = self._custom.get(result.component)
        given = self._parameters(custom, result.shape) if custom is not None else {}
        about = [f"{key} = {names.value(value, lang)}" for key, value in given.items()]
        description = names.description(node, lang)
        return rule, (f" ({', '.join(about)})" if about else "") + (f": {cut(description).rstrip('.')}" if description else "")

    def _parameters(self, custom: Component, shape: Term) -> dict[str, Term]:
        given = {**custom.mandatory, **custom.optional}
        return {key: values[0] for key, iri in given.items() if (values := self.names.shapes.objects(shape, iri))}

    def _shape(self, result: Result) -> Shape | None:
        return self.names.shapes.all.get(result.shape)

    def _values(self, result: Result, shape: Shape | None) -> list[Term]:
        """The value nodes of a result's focus node."""
        path = result.path if shape is None else shape.path
        if path is None:
            return []
        data = self.names.data
        focus = data.id(result.focus)
        return [data.terms[n] for n in follow(data, path, [focus]).get(focus, ())]

    def _objects(self, node: Term, iri: str) -> list[Term]:
        data = self.names.data
        return [data.terms[n] for n in follow(data, predicate(iri), [data.id(node)]).get(data.id(node), ())]

    @staticmethod
    def _of_one_language(values: Sequence[Term]) -> list[Term]:
        tags = [value.language.lower() if isinstance(value, ox.Literal) and value.language else "" for value in values]
        return [value for value, tag in zip(values, tags, strict=True) if tag and tags.count(tag) > 1]


def _parameter(of: ox.NamedNode) -> str:
    """The local name of the parameter whose component this is; the empty text for SPARQL and custom components."""
    local = of.value.removeprefix(SH).removesuffix("ConstraintComponent")
    found = local[:1].lower() + local[1:]
    return found if component(found) == of and (found in _OF_VALUE or found in _OF_THING) else ""


def _demand_of(parameter: str) -> str:
    return "qualifiedValueShape" if parameter in ("qualifiedMinCount", "qualifiedMaxCount") else parameter


def _actual(value: Term | None, demands: Sequence[Demand], lang: str, names: Names) -> str:
    """What a value is, where something else is asked for."""
    if not isinstance(value, ox.Literal):
        return (
            _NOTHING[lang]
            if value is None
            else names.kind(ox.NamedNode(SH + ("IRI" if isinstance(value, ox.NamedNode) else "BlankNode")), lang)
        )
    wanted: list[Any] = [d.value for d in demands if d.name == "datatype"]
    if not wanted:
        return names.kind(ox.NamedNode(SH + "Literal"), lang)
    if value.datatype in wanted:
        return ("no well-formed " if lang == "en" else "väärin kirjoitettu ") + shorten(value.datatype.value)
    if value.language:
        return f"a text in the language “{value.language}”" if lang == "en" else f"teksti kielellä “{value.language}”"
    if value.datatype.value == _STRING:
        return "a plain text" if lang == "en" else "pelkkä teksti"
    return f"of the type {shorten(value.datatype.value)}" if lang == "en" else f"tyyppiä {shorten(value.datatype.value)}"
