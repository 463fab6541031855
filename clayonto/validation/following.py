"""What a property path leads to in the data: from many nodes at once, or from a few.

What the seven kinds of path mean is SPARQL 1.1 section 9; a node is reached once, however many ways lead there, since the value nodes of SHACL are a set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clayonto.validation.data import Data
    from clayonto.validation.paths import Path


def follow(data: Data, path: Path, nodes: Iterable[int]) -> Mapping[int, Sequence[int]]:
    """The value nodes of each node that has any, each once, by a path; other nodes may be among the keys."""
    match path.kind:
        case "iri":
            return data.objects(str(path))
        case "^":
            if path.parts[0].iri is not None:
                return data.subjects(str(path.parts[0]))
            return follow(data, path.parts[0].inverse(), nodes)
        case "|":
            nodes = list(nodes)
            indexes = [follow(data, part, nodes) for part in path.parts]
            return {n: list(dict.fromkeys(v for index in indexes for v in index.get(n, ()))) for n in nodes}
        case "/":
            reached: dict[int, Iterable[int]] = {n: (n,) for n in nodes}
            for part in path.parts:
                index = follow(data, part, set().union(*reached.values()))
                reached = {n: dict.fromkeys(v for at in ends for v in index.get(at, ())) for n, ends in reached.items()}
            return {n: list(ends) for n, ends in reached.items() if ends}
        case "?":
            nodes = list(nodes)
            index = follow(data, path.parts[0], nodes)
            return {n: list(dict.fromkeys((n, *index.get(n, ())))) for n in nodes}
        case _:
            return {n: _closure(data, path.parts[0], n, with_self=path.kind == "*") for n in nodes}


def _closure(data: Data, path: Path, node: int, *, with_self: bool) -> list[int]:
    found = {node: None} if with_self else {}
    todo = [node]
    while todo:
        index = follow(data, path, todo)
        step = dict.fromkeys(v for at in todo for v in index.get(at, ()))
        todo = [v for v in step if v not in found]
        found.update(dict.fromkeys(todo))
    return list(found)


def reach(data: Data, path: Path, nodes: set[int]) -> set[int]:
    """The nodes at the end of a path from a few nodes; no index is made for it where the engine can be asked."""
    if not nodes:
        return nodes
    match path.kind:
        case "iri":
            index = data.objects(str(path))
            return {v for n in nodes for v in index.get(n, ())}
        case "^" if path.parts[0].iri is not None:
            return data.sources(str(path.parts[0]), nodes)
        case "^":
            return reach(data, path.parts[0].inverse(), nodes)
        case "/":
            for part in path.parts:
                nodes = reach(data, part, nodes)
            return nodes
        case "|":
            return set().union(*(reach(data, part, nodes) for part in path.parts))
        case "?":
            return nodes | reach(data, path.parts[0], nodes)
        case _:
            found = set(nodes) if path.kind == "*" else set()
            while nodes:
                nodes = reach(data, path.parts[0], nodes) - found
                found |= nodes
            return found
