"""A graph held against shapes: which of its nodes are looked at, from which triples, and from which earlier report it can go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakSet

import pyoxigraph as ox

from clayonto.errors import UsageError
from clayonto.namespaces import expand
from clayonto.sources import from_paths, stream
from clayonto.validation import shapes_from, validate
from clayonto.validation.continuing import Continuation
from clayonto.validation.data import Data, no_collecting

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from clayonto.engines.base import Engine
    from clayonto.graph import KnowledgeGraph
    from clayonto.validation import ValidationReport


class Validations:
    """The validations of one graph, and the edits it has had since the first of them. For :class:`clayonto.KnowledgeGraph`."""

    def __init__(self, graph: KnowledgeGraph, engine: Engine) -> None:
        self._graph = graph
        self._engine = engine
        self._edits: list[tuple[list[Any], list[Any]]] = []
        self._continuations: WeakSet[Continuation] = WeakSet()

    def edited(self, added: list[Any], removed: list[Any]) -> None:
        """Take note of an edit of the graph."""
        if self._engine.stored:
            from clayonto.stores.bodies import touched

            # What a graph on disk works out from its links has changed as well, so that nothing can be gone on from.
            if touched((*added, *removed)):
                self._continuations.clear()
        if self._continuations:
            self._edits.append((added, removed))

    def validate(
        self,
        files: tuple[str | Path, ...],
        *,
        focus: Iterable[str] | None,
        bundled: bool,
        shapes: str | Path | None,
        engine: str | None,
        since: ValidationReport | None,
    ) -> ValidationReport:
        """See :meth:`clayonto.KnowledgeGraph.validate`."""
        graph = self._graph
        # An edit renews the closure as a whole, so that nothing can be gone on from.
        whole = not files and focus is None and bundled and engine in (None, "compiled") and graph.closure is None
        earlier = None if since is None else since.continuation
        if whole and earlier is not None and earlier in self._continuations and earlier.shapes == shapes:
            report = earlier.follow(self._edits, graph.sources)
            if report is not None:
                return report
        if not bundled and not graph.sources and not files:
            raise UsageError("A graph on disk does not tell the bundled nodes from others; name the nodes to check with focus.")
        data, own = self._data(files, bundled=bundled)
        if whole:
            continuation = Continuation(data, shapes, base=graph.base, edits=len(self._edits))
            self._continuations.add(continuation)
            return continuation.report(graph.sources)
        nodes = None if focus is None else {data.id(ox.NamedNode(expand(node, base=graph.base))) for node in focus}
        nodes = nodes if own is None else own if nodes is None else nodes & own
        sources = [*from_paths(files, base=graph.base), *graph.sources]
        return validate(data, shapes_from(shapes, base=graph.base), focus=nodes, base=graph.base, engine=engine, sources=sources)

    def of_triples(self, triples: Iterable[tuple[Any, Any, Any]]) -> ValidationReport:
        """See :meth:`clayonto.KnowledgeGraph.validate_triples`."""
        base = self._graph.base
        return validate(Data.of_triples(triples), shapes_from(None, base=base), focus=None, base=base)

    def _data(self, files: tuple[str | Path, ...], *, bundled: bool) -> tuple[Data, set[int] | None]:
        """The triples to look at, and the nodes that are to be looked at; ``None`` for all."""
        graph = self._graph
        if not files and not graph.sources:
            return Data.of_engine(self._engine), None
        own = None
        with no_collecting():
            if files:
                data = Data.of_triples(stream(from_paths(files, base=graph.base)))
                own = data.nodes()
                data.add(graph.triples(inferred=True))
                return data, own
            data = Data.of_triples(graph.as_written(bundled=False), engine=self._engine)
            own = None if bundled else data.nodes()
            data.add(graph.as_written(bundled=True))
            data.add(graph.closure.triples if graph.closure else ())
        return data, own
