"""Holds data against SHACL shapes with pyshacl, and says in words what is wrong.

Messages come from the shapes, in English and Finnish. A message may hold ``{value}`` and ``{thing}``, which are filled in
with the offending value and with the label of the node, whatever the engine makes of them.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from clayonto.errors import DataError, EngineError
from clayonto.namespaces import PREFIXES, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import rdflib


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
    _graph: Any

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
        return str(self._graph.serialize(format="turtle"))


def to_rdflib(triples: Iterable[tuple[Any, Any, Any]]) -> rdflib.Graph:
    """Triples of pyoxigraph terms in an rdflib graph, literals exactly as written."""
    import pyoxigraph as ox
    import rdflib

    graph = rdflib.Graph()

    def term(t: Any) -> Any:
        if isinstance(t, ox.NamedNode):
            return rdflib.URIRef(t.value)
        if isinstance(t, ox.BlankNode):
            return rdflib.BNode(t.value)
        datatype = None if t.language or t.datatype.value == PREFIXES["xsd"] + "string" else rdflib.URIRef(t.datatype.value)
        return rdflib.Literal(t.value, lang=t.language, datatype=datatype, normalize=False)

    for s, p, o in triples:
        graph.add((term(s), term(p), term(o)))
    return graph


def validate(data: rdflib.Graph, shapes: rdflib.Graph, *, focus: set[Any] | None, base: str) -> ValidationReport:
    """Hold data against shapes. See :meth:`clayonto.KnowledgeGraph.validate`.

    :param focus: the rdflib nodes to report on; all that a shape targets when ``None``.
    :raises DataError: if ``focus`` has no node that a shape targets.
    :raises EngineError: if pyshacl cannot use the shapes, or gives up.
    """
    import pyshacl
    import rdflib
    from rdflib.namespace import SH

    targets = _targets(data, shapes)
    if focus is not None:
        targets = {shape: nodes & focus for shape, nodes in targets.items()}
        shapes = _retarget(shapes, targets)
        if not any(targets.values()):
            raise DataError("No node is of a class that the shapes know, so nothing was checked; does the data say what they are?")
    try:
        # Not with focus_nodes: pyshacl 0.40 then takes every value inside sh:or and sh:qualifiedValueShape for conforming.
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none", advanced=False, inplace=True)
    except Exception as error:  # pyshacl raises whatever its parts raise
        raise EngineError(f"pyshacl could not check the data: {error!s:.300}") from error
    if not isinstance(report, rdflib.Graph):
        raise EngineError(f"pyshacl could not check the data: {report!s:.300}")
    results = [_violation(report, node, data, shapes) for node in report.objects(None, SH.result)]
    results.sort(key=lambda r: (SEVERITIES.index(r.severity), r.focus, r.path or "", r.shape, r.constraint or "", r.value or ""))
    return ValidationReport(
        conforms=not any(r.severity == "violation" for r in results),
        results=results,
        engine=f"pyshacl {pyshacl.__version__}",
        nodes=len(set().union(*targets.values())),
        base=base,
        _graph=report,
    )


def _targets(data: rdflib.Graph, shapes: rdflib.Graph) -> dict[Any, set[Any]]:
    """The nodes that each shape targets: by class (subclasses included), by name, by subject or by object of a property."""
    from rdflib.namespace import RDF, RDFS, SH

    found: dict[Any, set[Any]] = {}
    for shape, klass in shapes.subject_objects(SH.targetClass):
        for kind in data.transitive_subjects(RDFS.subClassOf, klass):
            found.setdefault(shape, set()).update(data.subjects(RDF.type, kind))
    for shape, node in shapes.subject_objects(SH.targetNode):
        found.setdefault(shape, set()).add(node)
    for shape, prop in shapes.subject_objects(SH.targetSubjectsOf):
        found.setdefault(shape, set()).update(data.subjects(prop, None))
    for shape, prop in shapes.subject_objects(SH.targetObjectsOf):
        found.setdefault(shape, set()).update(data.objects(None, prop))
    return found


def _retarget(shapes: rdflib.Graph, targets: dict[Any, set[Any]]) -> rdflib.Graph:
    """The same shapes, each aimed at the given nodes and no others."""
    from rdflib.namespace import SH

    made = type(shapes)()
    aims = (SH.targetClass, SH.targetNode, SH.targetSubjectsOf, SH.targetObjectsOf)
    for triple in shapes:
        if triple[1] not in aims:
            made.add(triple)
    for shape, nodes in targets.items():
        for node in nodes:
            made.add((shape, SH.targetNode, node))
    return made


def _violation(report: rdflib.Graph, node: Any, data: rdflib.Graph, shapes: rdflib.Graph) -> Violation:
    from rdflib.namespace import RDFS, SH, SKOS

    focus, value, shape = report.value(node, SH.focusNode), report.value(node, SH.value), report.value(node, SH.sourceShape)
    path, component = report.value(node, SH.resultPath), report.value(node, SH.sourceConstraintComponent)
    constraint = report.value(node, SH.sourceConstraint)
    named = [t for p in (RDFS.label, SKOS.prefLabel) for t in data.objects(focus, p)]
    labels = {str(language): str(t) for t in named if (language := getattr(t, "language", None))}
    texts = list(shapes.objects(constraint, SH.message)) if constraint is not None else []
    texts = texts or list(shapes.objects(shape, SH.message)) or list(report.objects(node, SH.resultMessage))
    messages = {}
    for text in texts:
        lang = (getattr(text, "language", None) or "en").lower()
        shown = _NOTHING.get(lang, _NOTHING["en"]) if value is None else _shown(value, data, lang)
        messages[lang] = str(text).replace("{value}", shown).replace("{thing}", labels.get(lang) or shorten(str(focus)))
    severity = str(report.value(node, SH.resultSeverity)).removeprefix(_SH).lower()
    return Violation(
        focus=str(focus),
        label=labels,
        path=None if path is None else str(path),
        value=None if value is None else str(value),
        component=str(component),
        shape=str(shape),
        constraint=None if constraint is None else str(constraint),
        severity=severity if severity in SEVERITIES else "violation",
        messages=messages,
    )


def _shown(value: Any, data: rdflib.Graph, lang: str) -> str:
    """A value for a message: an IRI by its label and its short form, a literal with its language."""
    from rdflib.namespace import RDFS, SKOS

    language = getattr(value, "language", None)
    if not hasattr(value, "datatype"):
        texts = [t for p in (SKOS.prefLabel, RDFS.label) for t in data.objects(value, p)]
        label = next((str(t) for t in texts if getattr(t, "language", None) == lang), "")
        short = shorten(str(value))
        return f"“{label}” ({short})" if label else short
    return f"“{value}”@{language}" if language else f"“{value}”"
