"""What a validation found, in words and in the forms that people and programs read.

Messages come from the shapes, in English and Finnish. A message may hold ``{value}`` and ``{thing}``, which are filled in
with the offending value and with the label of the node, whatever the engine makes of them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES, shorten

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clayonto.validation.base import Result
    from clayonto.validation.data import Data
    from clayonto.validation.paths import Term

_SH: Final = PREFIXES["sh"]
SEVERITIES: Final = ("violation", "warning", "info")
"""From the worst to the mildest; only a violation makes data not conform here."""
_COUNTS: Final = {
    "en": {"violation": ("violation", "violations"), "warning": ("warning", "warnings"), "info": ("note", "notes")},
    "fi": {"violation": ("rikkomus", "rikkomusta"), "warning": ("varoitus", "varoitusta"), "info": ("huomautus", "huomautusta")},
}

_NOTHING: Final = {"en": "nothing", "fi": "ei mitään"}


@dataclass(frozen=True)
class Violation:
    """One result of a validation.

    ``focus`` is the node that is wrong, ``path`` the property (``None`` for the node as a whole), ``value`` the offending
    value as text (``None`` where something is absent), ``component`` and ``shape`` what it breaks, ``constraint`` the SPARQL
    constraint if it is one, all IRIs whole; ``messages`` map ``en`` and ``fi`` to a sentence.
    """

    focus: str
    label: Mapping[str, str]
    path: str | None
    value: str | None
    component: str
    shape: str
    constraint: str | None
    severity: str
    messages: Mapping[str, str]

    def message(self, lang: str = "en") -> str:
        """The sentence in a language, in English if there is none in it."""
        return self.messages.get(lang) or self.messages.get("en") or next(iter(self.messages.values()), "")

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
            "path": self.path,
            "value": self.value,
            "component": self.component,
            "shape": self.shape,
            "constraint": self.constraint,
            "severity": self.severity,
            "messages": dict(self.messages),
        }


@dataclass(frozen=True)
class ValidationReport:
    """What a validation found, worst first, then by node.

    ``conforms`` is false only for violations; the W3C report in :meth:`to_turtle` counts warnings too, as the
    specification has it. ``engine`` says which engine ran, ``nodes`` how many focus nodes it could check.
    """

    conforms: bool
    results: Sequence[Violation]
    engine: str
    nodes: int
    base: str
    _results: Sequence[Result]

    @property
    def violations(self) -> list[Violation]:
        """The results of severity ``violation``."""
        return [r for r in self.results if r.severity == "violation"]

    def to_text(self, *, lang: str = "en") -> str:
        """A report for people: each node with its label, each message below it, a count at the end."""
        lines: list[str] = []
        previous = None
        for result in self.results:
            if result.focus != previous:
                label = result.label.get(lang) or result.label.get("en") or ""
                lines += ["", f"{label}  ({shorten(result.focus, base=self.base)})" if label else shorten(result.focus, base=self.base)]
                previous = result.focus
            severity = _COUNTS[lang][result.severity][0]
            lines.append(f"  {severity}: {result.message(lang)}")
        lines += ["", self.summary(lang=lang)] if lines else [self.summary(lang=lang)]
        return "\n".join(lines).lstrip("\n")

    def summary(self, *, lang: str = "en") -> str:
        """One line: whether the data conforms, how many nodes were checked, and how many results there are of each severity."""
        counts = Counter(r.severity for r in self.results)
        parts = [f"{counts[s]} {_COUNTS[lang][s][counts[s] != 1]}" for s in SEVERITIES if counts[s]]
        if lang == "fi":
            verdict = "Aineisto on muotojen mukainen." if self.conforms else "Aineisto ei ole muotojen mukainen."
            return f"{verdict} Tarkistettuja solmuja {self.nodes}" + (f": {', '.join(parts)}." if parts else ", ei huomautettavaa.")
        verdict = "The data conforms." if self.conforms else "The data does not conform."
        return f"{verdict} {self.nodes} nodes checked" + (f": {', '.join(parts)}." if parts else ", nothing to remark.")

    def to_json(self) -> str:
        """The report as JSON: ``conforms``, ``engine``, ``nodes`` and ``results``."""
        results = [r.to_dict() for r in self.results]
        report = {"conforms": self.conforms, "engine": self.engine, "nodes": self.nodes, "results": results}
        return json.dumps(report, ensure_ascii=False, indent=1)

    def to_turtle(self) -> str:
        """The W3C validation report in Turtle."""
        return _turtle(self._results)


def violation(result: Result, data: Data) -> Violation:
    """A validator's result, with labels and sentences."""
    labels = data.label(result.focus)
    messages = {}
    for text in result.messages:
        lang = (text.language or "en").lower()
        shown = _NOTHING.get(lang, _NOTHING["en"]) if result.value is None else _shown(result.value, data, lang)
        messages[lang] = text.value.replace("{value}", shown).replace("{thing}", labels.get(lang) or shorten(name(result.focus)))
    severity = result.severity.value.removeprefix(_SH).lower()
    return Violation(
        focus=name(result.focus),
        label=labels,
        path=None if result.path is None else str(result.path),
        value=None if result.value is None else name(result.value),
        component=result.component.value,
        shape=name(result.shape),
        constraint=None if result.constraint is None else name(result.constraint),
        severity=severity if severity in SEVERITIES else "violation",
        messages=messages,
    )


def name(term: Term) -> str:
    """The text of a term: an IRI, the label of a blank node, the lexical form of a literal."""
    return str(term) if isinstance(term, ox.BlankNode | ox.Triple) else term.value


def _shown(value: Term, data: Data, lang: str) -> str:
    """A value for a message: an IRI by its label and its short form, a literal with its language."""
    if isinstance(value, ox.Literal):
        return f"“{value.value}”@{value.language}" if value.language else f"“{value.value}”"
    label, short = data.label(value).get(lang, ""), shorten(name(value))
    return f"“{label}” ({short})" if label else short


def _turtle(results: Sequence[Result]) -> str:
    """The W3C validation report of results: section 3."""
    triples: list[tuple[Any, Any, Any]] = []
    report = ox.BlankNode("report")

    def say(subject: Any, by: str, value: Any) -> None:
        triples.append((subject, ox.NamedNode(by if ":" in by else _SH + by), value))

    say(report, PREFIXES["rdf"] + "type", ox.NamedNode(_SH + "ValidationReport"))
    say(report, "conforms", ox.Literal(not results))
    for number, result in enumerate(results, start=1):
        node = ox.BlankNode(f"result{number}")
        say(report, "result", node)
        say(node, PREFIXES["rdf"] + "type", ox.NamedNode(_SH + "ValidationResult"))
        say(node, "focusNode", result.focus)
        say(node, "resultSeverity", result.severity)
        say(node, "sourceConstraintComponent", result.component)
        say(node, "sourceShape", result.shape)
        if result.path is not None:
            path, more = result.path.triples()
            say(node, "resultPath", path)
            triples += more
        if result.value is not None:
            say(node, "value", result.value)
        if result.constraint is not None:
            say(node, "sourceConstraint", result.constraint)
        for message in result.messages:
            say(node, "resultMessage", message)
    used = {p: PREFIXES[p] for p in ("sh", "xsd")}
    return ox.serialize([ox.Triple(*t) for t in triples], format=ox.RdfFormat.TURTLE, prefixes=used).decode()  # type: ignore[union-attr]
