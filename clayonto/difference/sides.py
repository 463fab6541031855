"""What a comparison holds side by side, each side as the sorted lines of its canonical N-Triples.

Lines are compared, sorted and looked up by the million in the time in which terms would still be made; only what differs, and what is asked
about it, becomes terms.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.difference import revisions
from clayonto.difference.blank import has_blank
from clayonto.engines.disk import DiskEngine
from clayonto.errors import DataError
from clayonto.graph import KnowledgeGraph
from clayonto.sources import FORMATS, bundled, from_paths
from clayonto.stores.generations import is_store

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.difference.blank import Line
    from clayonto.sources import Source

Triple = tuple[Any, Any, Any]
"""Of pyoxigraph terms, literals exactly as written."""


class Side:
    """One of the two graphs.

    ``lines`` are all its triples, sorted, each once; ``nameless`` those with blank nodes, whose names are this side's own. ``stored`` says that
    a store has rewritten its literals, so that their forms are not the sources' own.
    """

    def __init__(self, name: str, lines: Iterable[Line], *, stored: bool = False, own_names: bool = False) -> None:
        self.name = name
        self.stored = stored
        given = set(lines) - {b""}
        nameless = {line for line in given if has_blank(line)}
        # Two stores, or a graph and itself, may have names in common.
        self.nameless = frozenset(nameless if own_names or not nameless else _renamed(nameless))
        self.lines = sorted((given - nameless) | self.nameless)
        self._known: dict[str, list[tuple[Any, Any]]] = {}

    @classmethod
    def of_sources(cls, name: str, sources: Iterable[Source]) -> Side:
        """The merge of files."""
        return cls(name, (line for source in sources for line in source.n_triples().split(b"\n")), own_names=True)

    def about(self, iri: str) -> list[tuple[Any, Any]]:
        """Predicate and object of each triple of a subject, sorted as N-Triples text; none if there are none."""
        if iri not in self._known:
            self._known[iri] = [(p, o) for _, p, o in parse(self._of(iri))]
        return self._known[iri]

    def has(self, iri: str) -> bool:
        """Whether the side has a triple of a subject."""
        return bool(self._known.get(iri)) or bool(self._of(iri, most=1))

    def _of(self, iri: str, most: int | None = None) -> list[Line]:
        head = f"<{iri}> ".encode()
        start = end = bisect_left(self.lines, head)
        while end < len(self.lines) and self.lines[end].startswith(head) and (most is None or end - start < most):
            end += 1
        return self.lines[start:end]

    @cached_property
    def normal(self) -> Side:
        """The same side with its literals as a store would hold them."""
        if self.stored:
            return self
        store = ox.Store()
        store.load(b"\n".join(self.lines), format=ox.RdfFormat.N_TRIPLES)
        return Side(self.name, (store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b"").split(b"\n"), stored=True)


def _renamed(lines: Iterable[Line]) -> list[Line]:
    quads = ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES, rename_blank_nodes=True)
    return (ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES) or b"").split(b"\n")[:-1]


def parse(lines: Iterable[Line]) -> list[Triple]:
    """The triples of lines, in order."""
    return [(q.subject, q.predicate, q.object) for q in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES)]


def bundle(*, base: str) -> Side:
    """The bundled ontology and data: where labels come from that neither side has."""
    return Side.of_sources("", [*bundled("ontology", base=base), *bundled("data", base=base)])


def pair(old: str | Path | KnowledgeGraph, new: str | Path | KnowledgeGraph, *, base: str) -> tuple[Side, Side]:
    """Both sides of a comparison. See :func:`clayonto.diff` for what they can be."""
    found = [_find(given) for given in (old, new)]
    sides = [_side(given, other, base=base) for given, other in (found, reversed(found))]
    if not sides[0].lines and not sides[1].lines and any(isinstance(given, revisions.Revision) for given in found):
        raise DataError(f"has no RDF file, and neither has {new}; one that is compared ends with {', '.join(FORMATS)}.", path=str(old))
    if sides[0].stored or sides[1].stored:
        return sides[0].normal, sides[1].normal
    return sides[0], sides[1]


def _find(given: str | Path | KnowledgeGraph) -> KnowledgeGraph | Path | revisions.Revision:
    """What an argument means: a graph, a path or pattern, or a revision. A path that exists is a path."""
    if isinstance(given, KnowledgeGraph):
        return given
    path = Path(given)
    if isinstance(given, str) and not path.exists():
        revision = revisions.find(given)
        if revision is not None:
            return revision
    return path


def _side(given: KnowledgeGraph | Path | revisions.Revision, other: object, *, base: str) -> Side:
    if isinstance(given, KnowledgeGraph):
        return of_graph(given)
    if isinstance(given, revisions.Revision):
        return Side.of_sources(given.typed, revisions.files_at(given, _path_in(given, other), base=base))
    if is_store(given):
        return of_graph(KnowledgeGraph((), engine=DiskEngine(given), base=base), name=str(given))
    kept = revisions.files_now(given, base=base) if isinstance(other, revisions.Revision) and given.is_dir() else None
    if kept is not None:
        return Side.of_sources(str(given), kept)
    try:
        return Side.of_sources(str(given), from_paths([given], base=base))
    except DataError as error:
        if given.exists() or error.path != str(given):
            raise
        raise DataError(
            "is no file, folder or pattern that exists, and no revision of a git repository that one is in.", path=str(given)
        ) from error


def _path_in(revision: revisions.Revision, other: object) -> str:
    """The path of a revision to compare: the one typed with it, else that of the other side, else all of it."""
    if revision.path is not None:
        return revision.path
    if isinstance(other, revisions.Revision):
        return other.path or ""
    if not isinstance(other, Path) or is_store(other):
        return ""
    if not other.exists():
        raise DataError("held against a revision, a path is that of a file or folder that exists.", path=str(other))
    return revisions.inside(other)


def of_graph(graph: KnowledgeGraph, *, name: str = "") -> Side:
    """A side that is a graph in memory or on disk."""
    return Side(name or repr(graph), graph.n_triples().split(b"\n"), stored=graph.is_stored)
