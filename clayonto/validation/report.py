"""What a validation found: its results one by one, by thing and by shape, and how many and how long for each shape.

Sentences (``messages.py``), places (``where.py``) and forms (``forms.py``, ``page.py``) are made when they are asked for.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES, shorten
from clayonto.validation.naming import LANGUAGES, clean, name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from clayonto.places import Place
    from clayonto.validation.base import Result
    from clayonto.validation.messages import Words
    from clayonto.validation.paths import Term
    from clayonto.validation.shapes import Shape
    from clayonto.validation.where import Where

_SH: Final = PREFIXES["sh"]
SEVERITIES: Final = ("violation", "warning", "info")
"""From the worst to the mildest; only a violation makes data not conform here."""
COUNTS: Final = {
    "en": {"violation": ("violation", "violations"), "warning": ("warning", "warnings"), "info": ("note", "notes")},
    "fi": {"violation": ("rikkomus", "rikkomusta"), "warning": ("varoitus", "varoitusta"), "info": ("huomautus", "huomautusta")},
}
"""By language: what one result of a severity is called, and several."""
_LINE: Final = {"en": "line", "fi": "rivi"}
_TIMES: Final = {
    "en": ("Time for each shape, slowest first", "seconds", "nodes", "violations", "warnings", "notes", "shape"),
    "fi": ("Aika muodoittain, hitain ensin", "sekuntia", "solmuja", "rikkomuksia", "varoituksia", "huomautuksia", "muoto"),
}
_NO_TIMES: Final = {"en": "it does not tell the time of a shape", "fi": "se ei kerro muotojen aikoja"}

By = Literal["thing", "shape"]
"""What the results of a report are grouped by: the node that is wrong, or the shape or constraint that it breaks."""


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


@dataclass(frozen=True)
class ShapeSummary:
    """A shape with targets, and what came of it.

    ``targets`` are pairs such as ``("targetClass", IRI)``; ``nodes`` says how many nodes it was held against; ``counts`` how many results by
    severity it and its property shapes have on them; ``seconds`` how long that took, ``None`` if the engine does not tell.
    """

    shape: str
    label: Mapping[str, str]
    targets: Sequence[tuple[str, str]]
    nodes: int
    counts: Mapping[str, int]
    seconds: float | None

    def to_dict(self) -> dict[str, Any]:
        """The summary ready for JSON."""
        return {
            "shape": self.shape,
            "label": dict(self.label),
            "targets": [{"kind": kind, "value": value} for kind, value in self.targets],
            "nodes": self.nodes,
            "counts": dict(self.counts),
            "seconds": self.seconds,
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
    _words: Words = field(repr=False)
    _focus: AbstractSet[int] | None = field(default=None, repr=False)
    _seconds: Mapping[Term, float] = field(default_factory=dict, repr=False)

    @property
    def violations(self) -> list[Violation]:
        """The results of severity ``violation``."""
        return [r for r in self.results if r.severity == "violation"]

    @property
    def counts(self) -> dict[str, int]:
        """How many results there are of each severity."""
        counts = Counter(r.severity for r in self.results)
        return {severity: counts[severity] for severity in SEVERITIES}

    @property
    def seconds(self) -> float | None:
        """How long the shapes took together, ``None`` if the engine does not tell."""
        return sum(self._seconds.values()) if self._seconds else None

    @property
    def shapes(self) -> list[ShapeSummary]:
        """Every shape that has targets, by IRI, with its counts and time."""
        return self._shapes

    @cached_property
    def _shapes(self) -> list[ShapeSummary]:
        from clayonto.validation.compiled import targets

        names = self._words.names
        found: dict[Term, dict[Result, str]] = {}
        for one in self.results:
            found.setdefault(one.result.shape, {})[one.result] = one.severity
        made = []
        for shape in names.shapes.targeted:
            nodes = [] if shape.deactivated else targets(names.data, shape)
            if self._focus is not None:
                nodes = [n for n in nodes if n in self._focus]
            own = dict(self._results_of(shape, nodes, found))
            counts = Counter(own.values())
            made.append(
                ShapeSummary(
                    shape=name(shape.node),
                    label=names.labels(shape.node),
                    targets=tuple((kind, name(value)) for kind, value in shape.targets),
                    nodes=len(nodes),
                    counts={severity: counts[severity] for severity in SEVERITIES},
                    seconds=self._seconds.get(shape.node),
                )
            )
        return sorted(made, key=lambda summary: summary.shape)

    def _results_of(self, shape: Shape, nodes: Sequence[int], found: Mapping[Term, Mapping[Result, str]]) -> Iterator[tuple[Result, str]]:
        """The results of a shape, and of the property shapes in it, for these nodes."""
        data = self._words.names.data
        terms = {data.terms[n] for n in nodes}
        yield from ((result, severity) for result, severity in found.get(shape.node, {}).items() if result.focus in terms)
        inner = [demand.shapes[0] for demand in shape.demands if demand.name == "property"]
        if inner and nodes:
            values = nodes
            if shape.path is not None:
                reached = data.follow(shape.path, nodes)
                values = list({v for n in nodes for v in reached.get(n, ())})
            for one in inner:
                yield from self._results_of(one, values, found)

    def grouped(self, *, by: By = "thing") -> dict[str, list[Violation]]:
        """The results by the IRI of the node (``thing``) or by the rule (``shape``), the group with the worst result first.

        :raises ValueError: if ``by`` is neither.
        """
        if by not in ("thing", "shape"):
            raise ValueError(f"Results are grouped by thing or by shape, not by {by}.")
        groups: dict[str, list[Violation]] = {}
        for result in self.results:
            groups.setdefault(result.focus if by == "thing" else result.rule, []).append(result)
        return groups

    def to_text(self, *, lang: str = "en", by: By = "thing", times: bool = False) -> str:
        """A report for people: each node, or each shape, with its label, each message below it, a count at the end.

        :param by: whether the results stand below the node that is wrong (``thing``) or below what it breaks (``shape``).
        :param times: whether to add the time and the counts of each shape.
        """
        lines: list[str] = []
        for group in self.grouped(by=by).values():
            lines += ["", *(_by_thing(group, lang) if by == "thing" else _by_shape(group, lang))]
        lines += ["", self.summary(lang=lang)]
        if times:
            lines += ["", *self._times(lang)]
        return "\n".join(map(clean, lines)).strip("\n")

    def summary(self, *, lang: str = "en") -> str:
        """One line: whether the data conforms, how many nodes were checked, and how many results there are of each severity."""
        parts = [f"{count} {COUNTS[lang][severity][count != 1]}" for severity, count in self.counts.items() if count]
        if lang == "fi":
            verdict = "Aineisto on muotojen mukainen." if self.conforms else "Aineisto ei ole muotojen mukainen."
            return f"{verdict} Tarkistettuja solmuja {self.nodes}" + (f": {', '.join(parts)}." if parts else ", ei huomautettavaa.")
        verdict = "The data conforms." if self.conforms else "The data does not conform."
        return f"{verdict} {self.nodes} nodes checked" + (f": {', '.join(parts)}." if parts else ", nothing to remark.")

    def _times(self, lang: str) -> list[str]:
        from clayonto.results import draw_table

        title, *head = _TIMES[lang]
        if self.seconds is None:
            title, *_ = (f"{self.engine}: {_NO_TIMES[lang]}",)
        else:
            title = f"{title} ({self.engine}, {self.seconds:.3f} s)"
        rows = sorted(self.shapes, key=lambda s: (-(s.seconds or 0), s.shape))
        cells = [
            ["–" if s.seconds is None else f"{s.seconds:.4f}", str(s.nodes), *(str(n) for n in s.counts.values()), shorten(s.shape)]
            for s in rows
        ]
        return [f"{title}:", *draw_table(head, cells, numeric=[True] * 5 + [False]).splitlines()] if cells else [f"{title}."]

    def to_json(self) -> str:
        """The report as JSON: ``conforms``, ``engine``, ``nodes``, ``counts``, ``seconds``, ``results`` and ``shapes``."""
        report = {
            "conforms": self.conforms,
            "engine": self.engine,
            "nodes": self.nodes,
            "counts": self.counts,
            "seconds": self.seconds,
            "results": [r.to_dict() for r in self.results],
            "shapes": [s.to_dict() for s in self.shapes],
        }
        return json.dumps(report, ensure_ascii=False, indent=1)

    def to_turtle(self) -> str:
        """The W3C validation report in Turtle."""
        from clayonto.validation.forms import turtle

        return turtle([r.result for r in self.results])

    def to_sarif(self, *, lang: str = "en") -> str:
        """The report as SARIF 2.1.0, which editors and code hosts show beside the lines."""
        from clayonto.validation.forms import sarif

        return json.dumps(sarif(self, lang=lang), ensure_ascii=False, indent=1)

    def to_github(self, *, lang: str = "en") -> str:
        """The report as annotations, one line a result, that GitHub Actions shows beside the lines; nothing where there is no result."""
        from clayonto.validation.forms import github

        return github(self, lang=lang)

    def to_html(self, *, lang: str = "en", by: By = "thing") -> str:
        """The report as one page of HTML that needs nothing else."""
        from clayonto.validation.page import page

        return page(self, lang=lang, by=by)


def _by_thing(group: Sequence[Violation], lang: str) -> Iterator[str]:
    place = group[0].place
    yield group[0].thing(lang) + (f"  {place}" if place is not None else "")
    for one in group:
        at = one.value_place
        line = f"  ({_LINE[lang]} {at.line})" if at is not None and place is not None and at.file == place.file and at.line else ""
        if at is not None and place is not None and at.file != place.file:
            line = f"  ({at})"
        yield f"  {COUNTS[lang][one.severity][0]}: {one.message(lang)}{line}"


def _by_shape(group: Sequence[Violation], lang: str) -> Iterator[str]:
    label, short = group[0].rule_label(lang), shorten(group[0].rule)
    counts = Counter(one.severity for one in group)
    told = ", ".join(f"{counts[s]} {COUNTS[lang][s][counts[s] != 1]}" for s in SEVERITIES if counts[s])
    yield (short if label == short else f"{label}  ({short})") + f"  {told}"
    for one in group:
        place = one.place
        yield f"  {COUNTS[lang][one.severity][0]}: {one.thing(lang)}" + (f"  {place}" if place is not None else "")
        yield f"    {one.message(lang)}"
