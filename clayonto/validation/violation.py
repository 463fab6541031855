"""One result of a validation, as people read it. Its sentences (``messages.py``) and places (``where.py``) are made when they are asked for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES, shorten
from clayonto.validation.naming import LANGUAGES, name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clayonto.places import Place
    from clayonto.validation.base import Result
    from clayonto.validation.messages import Words
    from clayonto.validation.paths import Term
    from clayonto.validation.where import Where

_SH: Final = PREFIXES["sh"]
SEVERITIES: Final = ("violation", "warning", "info")
"""From the worst to the mildest; only a violation makes data not conform here."""


@dataclass(frozen=True, repr=False)
class Violation:
    """One result of a validation, made by a validator; what people read of it is made when it is asked for."""

    result: Result
    """The result in terms of data and shapes."""
    _words: Words = field(compare=False)
    _where: Where = field(compare=False)

    def __repr__(self) -> str:
        return f"<Violation: {self.message()}>"

    @property
    def focus(self) -> str:
        """The IRI of the node that is wrong."""
        return name(self.result.focus)

    @property
    def path(self) -> str | None:
        """The property, as the IRI of a predicate or as a SPARQL path; ``None`` for the node as a whole."""
        return None if self.result.path is None else str(self.result.path)

    @property
    def value(self) -> str | None:
        """The offending value as text; ``None`` where something is absent."""
        return None if self.result.value is None else name(self.result.value)

    @property
    def component(self) -> str:
        """The IRI of the constraint component that is broken."""
        return self.result.component.value

    @property
    def shape(self) -> str:
        """The IRI of the shape that is broken."""
        return name(self.result.shape)

    @property
    def constraint(self) -> str | None:
        """The IRI of the SPARQL constraint, if it is one."""
        return None if self.result.constraint is None else name(self.result.constraint)

    @property
    def severity(self) -> str:
        """One of :data:`SEVERITIES`; a severity of the shapes' own counts as a violation."""
        severity = self.result.severity.value.removeprefix(_SH).lower()
        return severity if severity in SEVERITIES else "violation"

    @property
    def rule(self) -> str:
        """What is broken, the same from run to run: the IRI of the constraint or the shape, or that of the shape around a nameless one."""
        node = self.rule_node
        if isinstance(node, ox.NamedNode):
            return node.value
        parts = [] if self.result.path is None else [self.result.path.short()]
        shapes = self._words.names.shapes
        seen: set[Term] = {node}
        while not isinstance(node, ox.NamedNode):
            above = (s for by in ("property", "node", "sparql") for s in shapes.subjects.get((_SH + by, node), ()))
            owner = next((s for s in above if s not in seen), None)
            if owner is None:
                break
            seen.add(owner)
            node = owner
        local = self.component.removeprefix(_SH).removesuffix("ConstraintComponent")
        return "/".join([*([node.value] if isinstance(node, ox.NamedNode) else []), *(parts or [local])])

    @property
    def rule_node(self) -> Term:
        """The constraint or the shape that is broken, as the shapes graph has it."""
        constraint = self.result.constraint
        return constraint if isinstance(constraint, ox.NamedNode) else self.result.shape

    @property
    def label(self) -> Mapping[str, str]:
        """The labels of the node by language."""
        return self._words.names.labels(self.result.focus)

    @property
    def path_label(self) -> Mapping[str, str]:
        """The property in words, in English and Finnish; nothing for the node as a whole."""
        path = self.result.path
        return {} if path is None else {lang: self._words.names.path_label(path, lang) for lang in LANGUAGES}

    @property
    def messages(self) -> Mapping[str, str]:
        """The sentence by language: the shape's own message, filled in, else one by component, in ``en`` and ``fi``."""
        return self._messages

    @cached_property
    def _messages(self) -> Mapping[str, str]:
        return self._words.messages(self.result)

    @property
    def place(self) -> Place | None:
        """File and line of the node, for data read from files."""
        return self._where.of(self.result)

    @property
    def value_place(self) -> Place | None:
        """File and line of the offending value, where one triple states it."""
        return self._where.value(self.result)

    @property
    def file(self) -> str | None:
        """The file that the node is read from."""
        return None if self.place is None else self.place.file

    @property
    def line(self) -> int | None:
        """The line where the node is described, counted from 1."""
        return None if self.place is None else self.place.line or None

    def message(self, lang: str = "en") -> str:
        """The sentence in a language, in English if there is none in it."""
        return self.messages.get(lang) or self.messages.get("en") or next(iter(self.messages.values()), "")

    def thing(self, lang: str = "en") -> str:
        """The node for people: its label and short IRI, or what a nameless node is part of."""
        names = self._words.names
        if not isinstance(self.result.focus, ox.NamedNode):
            return names.thing(self.result.focus, lang)
        label, short = names.label(self.result.focus, lang), shorten(self.focus, base=names.base)
        return f"{label}  ({short})" if label else short

    def shown_value(self, lang: str = "en") -> str:
        """The offending value for people: an IRI by its label and its short form; the empty text where there is none."""
        return "" if self.result.value is None else self._words.names.value(self.result.value, lang)

    @property
    def demand(self) -> str:
        """The parameter of SHACL that is broken, such as ``sh:maxCount``, or the component, such as one of your own."""
        local = self.component.removeprefix(_SH).removesuffix("ConstraintComponent")
        if local == self.component or not self.component.startswith(_SH):
            return shorten(self.component)
        return "sh:sparql" if local == "SPARQL" else f"sh:{local[:1].lower()}{local[1:]}"

    def rule_label(self, lang: str = "en") -> str:
        """The rule for people: its label, else that of the property or the class it is about, else its short IRI."""
        return self._words.names.shape_label(self.rule_node, lang) or shorten(self.rule)

    def rule_help(self, lang: str = "en") -> str:
        """What the rule is about: its description, else its message, else what it asks for."""
        return self._words.help(self.rule_node, lang)

    def order(self) -> tuple[Any, ...]:
        """The worst first, then by node, path and shape."""
        return (
            SEVERITIES.index(self.severity),
            self.focus,
            self.path or "",
            self.shape,
            self.constraint or "",
            self.component,
            self.value or "",
        )

    def to_dict(self) -> dict[str, Any]:
        """The violation ready for JSON."""
        return {
            "focus": self.focus,
            "label": dict(self.label),
            "file": self.file,
            "line": self.line,
            "path": self.path,
            "pathLabel": dict(self.path_label),
            "value": self.value,
            "component": self.component,
            "shape": self.shape,
            "constraint": self.constraint,
            "severity": self.severity,
            "messages": dict(self.messages),
        }
