"""Bodies: organisations that accepted links make one, and under which of them each is counted.

That is worked out from the links of all tables that a store has, and kept there as a graph of its own, so that a query follows one property and no path.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clayonto.linking.table import PREDICATE
from clayonto.namespaces import CLAY, GRAPH, ID
from clayonto.terms import IRI, render

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from clayonto.engines.disk import DiskEngine

COUNTED: Final = CLAY.countedAs
"""From each organisation of a body, that one too, to the one under which the body is counted."""
_NAME: Final = "bodies"


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each of the things that pairs join, and what stands for all that it is joined with.

    >>> found = joined([("a", "b"), ("c", "b"), ("d", "e")])
    >>> found["a"] == found["c"], found["a"] == found["d"]
    (True, False)
    """
    above: dict[str, str] = {}

    def root(thing: str) -> str:
        while above.setdefault(thing, thing) != thing:
            above[thing] = above[above[thing]]
            thing = above[thing]
        return thing

    for one, other in pairs:
        above[root(one)] = root(other)
    return {thing: root(thing) for thing in list(above)}


def bodies(pairs: Iterable[tuple[str, str]], known: Collection[str]) -> dict[str, str]:
    """Each linked organisation, and the one under which its body is counted: the first by IRI of those that are known, or of all if none is.

    :param pairs: the IRIs of organisations that accepted links say are one body.
    :param known: those that a graph describes.

    >>> bodies([("x:b", "x:c"), ("x:a", "x:b")], {"x:b", "x:c"})
    {'x:a': 'x:b', 'x:b': 'x:b', 'x:c': 'x:b'}
    """
    members: dict[str, list[str]] = {}
    for thing, root in joined(pairs).items():
        members.setdefault(root, []).append(thing)
    found: dict[str, str] = {}
    for body in members.values():
        first = min([one for one in body if one in known] or body)
        found |= dict.fromkeys(body, first)
    return dict(sorted(found.items()))


def count_bodies(disk: DiskEngine, *, progress: Callable[[str], None] | None = None) -> int:
    """Work out anew under which organisations of a graph on disk its bodies are counted, and keep that there; how many bodies there are.

    What an import brings or takes away can change it, and so can what is applied. A graph without links is left as it is.

    :param progress: called with a sentence now and then.
    :raises EngineError: if the store is damaged, or being written to.
    """
    import pyoxigraph as ox

    from clayonto.graph import KnowledgeGraph
    from clayonto.sources import Source

    disk.refresh()
    graph = KnowledgeGraph((), engine=disk, base=ID)
    pairs = [(str(row[0]), str(row[1])) for row in graph.query(f"SELECT ?one ?other {{ ?one <{PREDICATE}> ?other FILTER(ISIRI(?other)) }}")]
    if not pairs and not any(one["graph"] == GRAPH + _NAME for one in disk.loaded):
        return 0
    present = (
        f"SELECT DISTINCT ?of {{ {{ ?of <{PREDICATE}> ?x }} UNION {{ ?x <{PREDICATE}> ?of }} FILTER EXISTS {{ ?of a org:Organization }} }}"
    )
    found = bodies(pairs, {str(row[0]) for row in graph.query(present)})
    folder = Path(disk.folder.path).absolute()
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}-bodies-") as aside:
        lines = Path(aside) / "bodies.nt"
        said = (f"{render(IRI(one))} <{COUNTED}> {render(IRI(body))} .\n" for one, body in found.items())
        lines.write_text("".join(said), encoding="utf-8")
        disk.load_all([Source(_NAME, ox.RdfFormat.N_TRIPLES, lines, ID, named=GRAPH + _NAME)], progress=progress)
    disk.refresh()
    return len(set(found.values()))
