"""The validator that comes with the library: shapes are compiled into checks of whole sets of nodes.

Complete for SHACL Core and SHACL-SPARQL. A shape is applied to all its focus nodes at once; inside ``sh:node``, ``sh:or`` and the like, to all
their values at once, and no node is held against the same inner shape twice. A SPARQL constraint is asked once for all focus nodes where that
cannot change its meaning (:mod:`clayonto.validation.constraints`).
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Final

from clayonto.validation import constraints
from clayonto.validation.base import Outcome, Result
from clayonto.validation.components import CHECKS, Batch, component
from clayonto.validation.paths import predicate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from collections.abc import Set as AbstractSet

    import pyoxigraph as ox

    from clayonto.validation.data import Data
    from clayonto.validation.paths import Path, Term
    from clayonto.validation.shapes import Demand, Shape, Shapes

_CLOSED: Final = component("closed")


class CompiledValidator:
    """See the module, and :class:`clayonto.validation.base.Validator`."""

    name = "compiled"

    @property
    def version(self) -> str:
        """The version of the library."""
        from importlib.metadata import version

        return version("clayonto")

    def validate(self, data: Data, shapes: Shapes, *, focus: AbstractSet[int] | None) -> Outcome:
        """Hold the data against the shapes."""
        if focus is None:
            return self.validate_each(data, shapes, lambda _, nodes: nodes)
        return self.validate_each(data, shapes, lambda _, nodes: [n for n in nodes if n in focus])

    def validate_each(self, data: Data, shapes: Shapes, select: Callable[[Shape, list[int]], list[int]]) -> Outcome:
        """Hold the data against the shapes.

        :param select: of a shape's focus nodes, those to look at.
        """
        run = _Run(data, shapes)
        results: list[Result] = []
        seconds: dict[Term, float] = {}
        checked: set[int] = set()
        for shape in shapes.targeted:
            started = time.perf_counter()
            if not shape.deactivated:
                focus = select(shape, targets(data, shape))
                checked.update(focus)
                results += (result for _, result in run.check(shape, focus))
            seconds[shape.node] = time.perf_counter() - started
        return Outcome(results, len(checked), seconds)


def targets(data: Data, shape: Shape) -> list[int]:
    """The focus nodes of a shape, each once: section 2.1.3."""
    found: dict[int, None] = {}
    for kind, value in shape.targets:
        match kind:
            case "targetNode":
                found[data.id(value)] = None
            case "targetClass":
                found |= dict.fromkeys(data.instances(data.id(value)))
            case "targetSubjectsOf":
                found |= dict.fromkeys(data.objects(value.value))
            case _:
                found |= dict.fromkeys(data.subjects(value.value))
    return list(found)


class _Run:
    """One validation: which nodes are known to fail which inner shapes."""

    def __init__(self, data: Data, shapes: Shapes) -> None:
        self.data = data
        self.shapes = shapes
        self._known: dict[Shape, dict[int, bool]] = defaultdict(dict)

    def failing(self, shape: Shape, nodes: AbstractSet[int]) -> set[int]:
        """The nodes that do not conform to a shape: those for which it has any result."""
        if shape.deactivated:
            return set()
        if not self.shapes.components and all(demand.name in CHECKS for demand in shape.demands):
            # Nothing of this is worth remembering, and most inner shapes fail often: no results are made of it.
            batch = Batch(self.data, shape, list(nodes), self.failing)
            return {node for demand in shape.demands for check in CHECKS[demand.name] for node, _ in check.run(batch, demand)}
        known = self._known[shape]
        new = [node for node in nodes if node not in known]
        if new:
            known.update(dict.fromkeys(new, False))
            known.update(dict.fromkeys((node for node, _ in self.check(shape, new)), True))
        return {node for node in nodes if known[node]}

    def check(self, shape: Shape, focus: Sequence[int], *, within: Batch | None = None) -> Iterator[tuple[int, Result]]:
        """The results of a shape for these focus nodes, each with the one that it counts against.

        :param within: the batch whose distinct values they are.
        """
        if not focus or shape.deactivated:
            return
        batch = Batch(self.data, shape, focus, self.failing, within=within)
        for demand in shape.demands:
            match demand.name:
                case "property":
                    yield from self._property(batch, demand)
                case "closed":
                    yield from self._closed(batch, demand)
                case "sparql":
                    yield from constraints.sparql(self.data, self.shapes, shape, demand, focus)
                case name:
                    for check in CHECKS[name]:
                        for f, v in check.run(batch, demand):
                            yield f, self._result(shape, f, v, check.component)
        yield from constraints.custom(self.data, self.shapes, batch)

    def _result(self, shape: Shape, focus: int, value: int | None, of: ox.NamedNode, path: Path | None = None) -> Result:
        terms = self.data.terms
        found = None if value is None else terms[value]
        return Result(terms[focus], path or shape.path, found, of, shape.node, None, shape.severity, shape.messages)

    def _property(self, batch: Batch, demand: Demand) -> Iterator[tuple[int, Result]]:
        """The results of an inner property shape are about the values; they count against the focus nodes that have them."""
        inner: dict[int, list[Result]] = defaultdict(list)
        for value, result in self.check(demand.shapes[0], batch.nodes(), within=batch):
            inner[value].append(result)
        for f, v in batch.having(set(inner)):
            for result in inner[v]:
                yield f, result

    def _closed(self, batch: Batch, demand: Demand) -> Iterator[tuple[int, Result]]:
        allowed = {term.value for term in demand.extra}
        more: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for node, by, value in self.data.predicates_of(batch.distinct()):
            if by not in allowed:
                more[node].append((by, value))
        for f, v in batch.having(set(more)):
            for by, value in more[v]:
                yield f, self._result(batch.shape, f, value, _CLOSED, predicate(by))
