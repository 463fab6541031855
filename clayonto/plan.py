"""How a query is answered: which engine takes it and why, step by step with the rows that each step gave, and what would make it slow elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from clayonto import dialect
from clayonto.engines.base import ColumnEngine
from clayonto.engines.columnar.algebra import Beyond, Select, Triple, Union, written
from clayonto.engines.columnar.parser import parse

if TYPE_CHECKING:
    from clayonto.graph import KnowledgeGraph


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the query: as SPARQL, how many rows there were after it, and how many milliseconds it took (``None`` where that is not known)."""

    what: str
    rows: int
    milliseconds: float | None


@dataclass(frozen=True, slots=True)
class Plan:
    """How a query was answered.

    ``engine`` gave the rows, ``reason`` says why it and no other, in a sentence; ``steps`` are in the order in which they were taken, or, where the
    engine does not tell (``ordered`` is false), the patterns of the query with what each matches by itself. ``rows`` and ``milliseconds`` are of the
    whole answer; ``remarks`` come from the linter.
    """

    engine: str
    reason: str
    ordered: bool
    steps: tuple[Step, ...]
    rows: int
    milliseconds: float
    remarks: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return {
            "engine": self.engine,
            "reason": self.reason,
            "ordered": self.ordered,
            "steps": [{"what": step.what, "rows": step.rows, "milliseconds": step.milliseconds} for step in self.steps],
            "rows": self.rows,
            "milliseconds": self.milliseconds,
            "remarks": list(self.remarks),
        }


def plan(graph: KnowledgeGraph, engine: Any, text: str) -> Plan:
    """Answer a query and say how. For :meth:`clayonto.KnowledgeGraph.plan`."""
    started = perf_counter()
    rows = graph.query(text)
    count, taken = len(rows), (perf_counter() - started) * 1000
    remarks = tuple(str(finding) for finding in dialect.lint(text))
    if isinstance(engine, ColumnEngine):
        reason = engine.why_rows(text, base=graph.base)
        if reason is None:
            steps = tuple(Step(*step) for step in engine.steps(text, base=graph.base))
            return Plan(rows.engine, "the whole query is answered by the column", True, steps, count, taken, remarks)
        reason = f"the store of rows answers: {reason}"
    else:
        reason = "it is the engine that holds the graph"
    return Plan(rows.engine, reason, False, tuple(_patterns(graph, text)), count, taken, remarks)


def _patterns(graph: KnowledgeGraph, text: str) -> list[Step]:
    """The triples of the pattern, and how many solutions each has by itself."""
    try:
        select = parse(text, base=graph.base)
    except Beyond:
        return []
    return [Step(each, int(graph.query(f"SELECT (COUNT(*) AS ?n) {{ {each} }}")[0].n), None) for each in map(written, _triples(select))]


def _triples(select: Select) -> list[Triple]:
    found: list[Triple] = []
    groups = [select.where]
    while groups:
        for element in groups.pop(0).elements:
            if isinstance(element, Triple):
                found.append(element)
            elif isinstance(element, Union):
                groups += element.groups
            elif hasattr(element, "group"):
                groups.append(element.group)
    return found
