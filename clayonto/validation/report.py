"""What a validation found: its results (``violation.py``) by thing and by shape, and how many and how long for each shape.

Forms (``forms.py``, ``page.py``) are made when they are asked for.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal

from clayonto.namespaces import shorten
from clayonto.validation.following import follow
from clayonto.validation.naming import clean, name
from clayonto.validation.violation import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from clayonto.validation.base import Result
    from clayonto.validation.continuing import Continuation
    from clayonto.validation.messages import Words
    from clayonto.validation.paths import Term
    from clayonto.validation.shapes import Shape
    from clayonto.validation.violation import Violation

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
    looked_at: int | None = None
    """How many nodes were looked at again, for a report on a graph since another report; ``None`` if all were."""
    continuation: Continuation | None = field(default=None, repr=False, compare=False)
    """What a later validation of the same graph goes on from."""

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
                reached = follow(data, shape.path, nodes)
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
        from clayonto.tables import draw_table

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
