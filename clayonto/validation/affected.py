"""What a change can affect: which focus nodes of which shapes have to be looked at again.

A shape reads triples along its paths. For each place where it may read a predicate there is a way back to the focus node, the inverse of what leads
there; a changed triple at that place affects the nodes at the end of that way, and no others. Of several changed triples on one way the nearest to
the focus node has an unchanged way before it, so it is enough to go back in the data as it is now.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple

from clayonto.validation.data import SUB_CLASS_OF
from clayonto.validation.following import reach
from clayonto.validation.paths import RDF, Path
from clayonto.validation.patterns import simple_patterns

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clayonto.validation.constraints import Query
    from clayonto.validation.data import Data
    from clayonto.validation.patterns import Pattern
    from clayonto.validation.shapes import Shape, Shapes

_TYPE = RDF + "type"
_READ_VALUE = ("equals", "disjoint", "lessThan", "lessThanOrEquals")


class Way(NamedTuple):
    """How a shape reads a predicate: ``back`` leads from the near end of the triple to the focus node, at once if it is ``None``.

    ``inverse`` says that the near end is the object. ``object`` is the only object that matters there, where only one does.
    """

    back: Path | None
    inverse: bool
    object: str = ""


class Ways:
    """Every way in which the targeted shapes of a graph read triples, by predicate."""

    def __init__(self, shapes: Shapes) -> None:
        self._by_predicate: dict[str, list[tuple[Shape, Way]]] = defaultdict(list)
        self._any: list[tuple[Shape, Way]] = []
        self._everything: set[Shape] = set()
        self._more: dict[str, list[tuple[Shape, Sequence[Pattern], Pattern]]] = defaultdict(list)
        for shape in shapes.targeted:
            if not shape.deactivated:
                self._targets(shape)
                self._shape(shapes, shape, shape, None)

    def affected(self, data: Data, changed: Sequence[tuple[Any, Any, Any]]) -> tuple[dict[Shape, set[int]], set[Shape]] | None:
        """The nodes that changed triples may affect, by shape, and the shapes of which they may affect any node; ``None`` if all may be."""
        found: dict[Shape, set[int]] = defaultdict(set)
        whole = set(self._everything) if changed else set()
        for s, p, o in changed:
            if p.value == SUB_CLASS_OF:
                return None
            for shape, way in (*self._by_predicate.get(p.value, ()), *self._any):
                if not way.object or way.object == str(o):
                    near = {data.id(o if way.inverse else s)}
                    found[shape] |= near if way.back is None else reach(data, way.back, near)
            for shape, all_patterns, pattern in self._more.get(p.value, ()):
                nodes = _connected(data, all_patterns, pattern, data.id(s), data.id(o))
                if nodes is None:
                    whole.add(shape)
                else:
                    found[shape] |= nodes
        return found, whole

    def _add(self, shape: Shape, at: str | None, way: Way) -> None:
        place = self._any if at is None else self._by_predicate[at]
        if (shape, way) not in place:
            place.append((shape, way))

    def _targets(self, shape: Shape) -> None:
        for kind, value in shape.targets:
            match kind:
                case "targetClass":
                    self._add(shape, _TYPE, Way(None, inverse=False))
                case "targetSubjectsOf":
                    self._add(shape, value.value, Way(None, inverse=False))
                case "targetObjectsOf":
                    self._add(shape, value.value, Way(None, inverse=True))

    def _shape(self, shapes: Shapes, top: Shape, shape: Shape, before: Path | None) -> None:
        """Add what a shape reads that is applied to the nodes which ``before`` leads to."""
        if shape.path is not None:
            for lead, iri, inverse in _places(shape.path):
                self._add(top, iri, Way(_inverse(_joined(before, lead)), inverse))
        values = _joined(before, shape.path)
        for demand in shape.demands:
            if demand.name == "class":
                self._add(top, _TYPE, Way(_inverse(values), inverse=False))
            elif demand.name in _READ_VALUE:
                self._add(top, demand.value.value, Way(_inverse(before), inverse=False))
            elif demand.name == "closed":
                self._add(top, None, Way(_inverse(values), inverse=False))
            elif demand.name == "sparql":
                self._query(top, shapes.query(demand.value, shape), before)
            for inner in demand.shapes:
                self._shape(shapes, top, inner, values)
        for sibling in shape.siblings:
            self._shape(shapes, top, sibling, values)
        if any(all(shapes.objects(shape.node, iri) for iri in of.mandatory.values()) for of in shapes.components):
            self._everything.add(top)

    def _query(self, top: Shape, query: Query | None, before: Path | None) -> None:
        if query is None:
            return
        simple = simple_patterns(query.text)
        if simple is None or query.uses_shapes:
            self._everything.add(top)
            return
        back = _tree(simple)
        for pattern in simple:
            ends = [(back[end], end == pattern.object) for end in (pattern.subject, pattern.object) if end in back]
            if ends:
                path, inverse = min(ends, key=lambda end: 0 if end[0] is None else len(end[0].parts) or 1)
                constant = pattern.object if pattern.object[0] == "<" and not inverse else ""
                self._add(top, str(pattern.path), Way(_joined(path, _inverse(before)), inverse, object=constant))
            elif before is None:
                self._more[str(pattern.path)].append((top, simple, pattern))
            else:
                self._everything.add(top)


def _joined(first: Path | None, then: Path | None) -> Path | None:
    if first is None or then is None:
        return first or then
    parts = [*(first.parts if first.kind == "/" else (first,)), *(then.parts if then.kind == "/" else (then,))]
    return Path("/", None, tuple(parts))


def _inverse(path: Path | None) -> Path | None:
    return None if path is None else path.inverse()


def _places(path: Path) -> Iterator[tuple[Path | None, str, bool]]:
    """Each place of a predicate in a path: what leads there, the predicate, and whether it is gone through backwards."""
    match path.kind:
        case "iri":
            yield None, str(path), False
        case "^" if path.parts[0].iri is not None:
            yield None, str(path.parts[0]), True
        case "^":
            yield from _places(path.parts[0].inverse())
        case "/":
            before: Path | None = None
            for part in path.parts:
                yield from ((_joined(before, lead), iri, inverse) for lead, iri, inverse in _places(part))
                before = _joined(before, part)
        case "|" | "?":
            for part in path.parts:
                yield from _places(part)
        case _:
            again = Path("*", None, path.parts)
            yield from ((_joined(again, lead), iri, inverse) for lead, iri, inverse in _places(path.parts[0]))


def _tree(simple: Sequence[Pattern]) -> dict[str, Path | None]:
    """The way from each variable back to ``?this``, through patterns that every solution has."""
    back: dict[str, Path | None] = {"?this": None}
    grown = True
    while grown:
        grown = False
        for pattern in simple:
            if pattern.optional or pattern.path is None:
                continue
            for near, far, step in (
                (pattern.subject, pattern.object, pattern.path.inverse()),
                (pattern.object, pattern.subject, pattern.path),
            ):
                if near in back and far not in back and far[0] == "?":
                    back[far] = _joined(step, back[near])
                    grown = True
    return back


def _connected(data: Data, simple: Sequence[Pattern], pattern: Pattern, subject: int, value: int) -> set[int] | None:
    """The values of ``?this`` that some chain of patterns connects with a triple; ``None`` if no chain leads to it."""
    found: set[int] = set()
    leads = False

    def go(variable: str, nodes: set[int], used: tuple[Pattern, ...]) -> None:
        nonlocal leads
        if variable == "?this":
            leads = True
            found.update(nodes)
            return
        for other in simple:
            if other in used or other.path is None:
                continue
            if other.subject == variable and other.object[0] == "?":
                go(other.object, reach(data, other.path, nodes), (*used, other))
            if other.object == variable and other.subject[0] == "?":
                go(other.subject, reach(data, other.path.inverse(), nodes), (*used, other))

    for end, node in ((pattern.subject, subject), (pattern.object, value)):
        if end[0] == "?":
            go(end, {node}, (pattern,))
    return found if leads else None
