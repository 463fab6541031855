"""The validator that comes with the library: shapes are compiled into checks of whole sets of nodes.

Complete for SHACL Core and SHACL-SPARQL. A shape is applied to all its focus nodes at once; inside ``sh:node``, ``sh:or`` and the like, to all
their values at once, and no node is held against the same inner shape twice. A SPARQL constraint is asked once for all focus nodes where that
cannot change its meaning (:mod:`clayonto.validation.constraints`).
"""

from __future__ import annotations

import time
from collections import defaultdict
from typing import TYPE_CHECKING, Any, Final

from clayonto.validation import constraints
from clayonto.validation.affected import Ways
from clayonto.validation.base import Outcome, Result
from clayonto.validation.components import CHECKS, Batch, component
from clayonto.validation.paths import predicate

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
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
        return self.start(data, shapes, focus=focus).outcome()

    @staticmethod
    def start(data: Data, shapes: Shapes, *, focus: AbstractSet[int] | None = None) -> State:
        """As :meth:`validate`, in a form that can be kept right while the data changes."""
        state = State(data, shapes)
        run = _Run(data, shapes)
        for shape in shapes.targeted:
            if not shape.deactivated:
                nodes = targets(data, shape)
                state.look(run, shape, nodes if focus is None else [n for n in nodes if n in focus])
        return state


class State:
    """What a validation found, by shape and focus node."""

    def __init__(self, data: Data, shapes: Shapes) -> None:
        self.data = data
        self.shapes = shapes
        self.looked_at = 0
        """How many nodes the last look was at."""
        self._found: dict[Shape, dict[int, list[Result]]] = defaultdict(dict)
        self._nodes: set[int] = set()
        self._seconds: dict[Term, float] = {}
        self._ways: Ways | None = None

    def outcome(self) -> Outcome:
        """All results."""
        results = [result for by_node in self._found.values() for found in by_node.values() for result in found]
        return Outcome(results, len(self._nodes), self._seconds)

    def look(self, run: _Run, shape: Shape, nodes: Sequence[int]) -> None:
        """Look at some focus nodes of a shape; what was known of them before is forgotten."""
        started = time.perf_counter()
        found = self._found[shape]
        for node in nodes if found else ():
            found.pop(node, None)
        for node, result in run.check(shape, nodes):
            found.setdefault(node, []).append(result)
        self._nodes.update(nodes)
        self._seconds[shape.node] = time.perf_counter() - started

    def follow(self, changed: Sequence[tuple[Any, Any, Any]]) -> None:
        """Look again at what changed triples can affect; the data is as they have left it."""
        if self._ways is None:
            self._ways = Ways(self.shapes)
        affected = self._ways.affected(self.data, changed)
        if affected is None:
            fresh = CompiledValidator.start(self.data, self.shapes)
            self._found, self._nodes, self._seconds, self.looked_at = fresh._found, fresh._nodes, fresh._seconds, len(fresh._nodes)  # noqa: SLF001
            return
        run = _Run(self.data, self.shapes)
        self._seconds = {}
        looked: set[int] = set()
        by_shape, whole = affected
        for shape in whole | set(by_shape):
            nodes = by_shape.get(shape, set())
            if shape in whole:
                nodes = nodes.union(targets(self.data, shape), self._found[shape])
            for node in nodes:
                self._found[shape].pop(node, None)
            self.look(run, shape, [node for node in nodes if is_target(self.data, shape, node)])
            looked |= nodes
        active = [shape for shape in self.shapes.targeted if not shape.deactivated]
        for node in looked:
            if not any(is_target(self.data, shape, node) for shape in active):
                self._nodes.discard(node)
        self.looked_at = len(looked)


def is_target(data: Data, shape: Shape, node: int) -> bool:
    """Whether a node is a focus node of a shape by its targets."""
    for kind, value in shape.targets:
        match kind:
            case "targetNode":
                found = data.id(value) == node
            case "targetClass":
                found = data.is_instance(node, data.id(value))
            case "targetSubjectsOf":
                found = node in data.objects(value.value)
            case _:
                found = node in data.subjects(value.value)
        if found:
            return True
    return False


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
