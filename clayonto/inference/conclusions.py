"""What reasoning has made of one graph: the closure that its queries see, and its rules for explanations; forgotten when the graph changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clayonto.errors import InconsistentError
from clayonto.files import cache_folder
from clayonto.inference import cache, infer, make
from clayonto.places import Place

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from clayonto.engines.base import Engine
    from clayonto.graph import KnowledgeGraph
    from clayonto.inference.base import InferenceResult
    from clayonto.inference.facts import Triple
    from clayonto.inference.rules import Program


class Conclusions:
    """The conclusions of a graph that an engine holds; for :class:`clayonto.KnowledgeGraph`, whose methods say what these do."""

    def __init__(self, graph: KnowledgeGraph, engine: Engine) -> None:
        self._graph = graph
        self._engine = engine
        self._program: Program | None = None
        self.closure: InferenceResult | None = None

    def stated(self) -> Iterator[tuple[Any, Any, Any]]:
        """The triples that the engine holds, without what was inferred; blank nodes are those that queries see."""
        if self.closure is None:
            return iter(self._engine.triples())
        inferred = set(self.closure.triples)
        return (t for t in self._engine.triples() if t not in inferred)

    def infer(self, engine: str | None, *, check: bool, trivial: bool) -> InferenceResult:
        """See :meth:`clayonto.KnowledgeGraph.infer`."""
        reasoner = make(engine)
        sources = self._graph.sources
        as_bundled = bool(sources) and all(source.bundled for source in sources) and not self._graph.is_edited
        key = ""
        if as_bundled and not trivial and cache_folder() is not None:
            key = cache.key(sources, engine=reasoner.name, version=reasoner.version)
            kept = cache.load(key)
            if kept is not None:
                return kept
        result, contradictions = infer(self.stated(), reasoner, base=self._graph.base, trivial=trivial)
        if contradictions and check:
            raise InconsistentError(contradictions, place=self._graph.place_of, base=self._graph.base)
        if key and not contradictions:
            cache.save(key, result)
        return result

    def refuse(self, triples: Iterable[Triple], *, new: Container[Triple]) -> None:
        """See :meth:`clayonto.KnowledgeGraph.refuse_contradictions`."""
        _, contradictions = infer(triples, make(self.closure.engine if self.closure else None), base=self._graph.base)
        if contradictions:
            edit = Place("this edit", 0)
            raise InconsistentError(contradictions, place=lambda t: edit if t in new else self._graph.place_of(t), base=self._graph.base)

    def materialise(self, engine: str | None) -> InferenceResult:
        """See :meth:`clayonto.KnowledgeGraph.materialise`."""
        result = self.infer(engine, check=True, trivial=False)
        self.withdraw()
        self._engine.add_graph(result.graph, result.triples)
        self.closure = result
        return result

    def withdraw(self) -> None:
        """Forget all, and take the closure out of what queries see."""
        self._program = None
        if self.closure is not None:
            self._engine.drop_graph(self.closure.graph)
            self.closure = None

    def program(self) -> Program:
        """The graph's rules, run on its facts."""
        if self._program is None:
            from clayonto.inference.fixpoint import program_of

            self._program = program_of(self.stated())
        return self._program
