"""One state of a graph to make pages of: a store that nobody changes any more, or files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from clayonto.namespaces import ID

if TYPE_CHECKING:
    from clayonto.graph import KnowledgeGraph


class Origin(NamedTuple):
    """Where the triples of a site are, in words that can be sent to another process.

    ``store`` is the folder of an Oxigraph store (``DIR/generations/000007/store``), which whoever names it keeps from being removed; without one it is
    the bundled graph with ``files``. ``base`` is the namespace that the data gives its things; ``infer`` adds what follows from the triples.
    """

    store: str = ""
    files: tuple[str, ...] = ()
    bundle: bool = True
    base: str = ID
    infer: bool = False

    def graph(self) -> KnowledgeGraph:
        """The graph, opened.

        :raises ClayontoError: if it cannot be.
        """
        from clayonto.graph import KnowledgeGraph
        from clayonto.opening import load

        if not self.store:
            return load(*self.files, bundle=self.bundle, base=self.base, infer=self.infer)
        from clayonto.engines.disk import Snapshot

        graph = KnowledgeGraph((), engine=Snapshot(Path(self.store)), base=self.base)
        if self.infer:
            graph.materialise()
        return graph
