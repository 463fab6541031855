"""The columnar engine: an Oxigraph store, and beside it the same triples as columns for the queries that run over many of them.

Grouping, joining and exporting over a whole register is where a store of rows loses: it takes the solutions one by one. Here they are taken by the
column, through polars. ``algebra.py`` is the part of SPARQL that is answered so, ``parser.py`` reads it, ``columns.py`` holds the triples,
``patterns.py`` joins them, ``expressions.py`` filters, ``answer.py`` groups and orders. Everything else, and every query that starts from a thing
named in it, is answered by the store, so that the engine as a whole answers all of SPARQL; the rows say which of the two did.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from clayonto.engines.columnar.algebra import Beyond, Const, Link, Select, Triple
from clayonto.engines.columnar.parser import parse
from clayonto.engines.oxigraph import OxigraphEngine
from clayonto.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.engines.columnar.answer import Table
    from clayonto.engines.columnar.columns import Columns
    from clayonto.sources import Source

_FEW = 200
_parsed = lru_cache(maxsize=512)(parse)


class ColumnarEngine(OxigraphEngine):
    """Holds the graph in memory twice, as rows and as columns. See :class:`clayonto.engines.base.Engine`.

    The columns are made when the first query needs them, and made anew after a change, which takes about as long as loading (``benchmarks/analytics.py``).

    :raises MissingExtraError: if polars is not installed.
    """

    name = "columnar"
    behind = "oxigraph"

    def __init__(self) -> None:
        super().__init__()
        try:
            import polars  # noqa: F401 - to say at once that it is missing
        except ImportError as error:
            raise MissingExtraError("polars") from error
        self._columns: Columns | None = None

    def load(self, source: Source) -> None:
        """Add a file to the default graph and to its own graph."""
        self._columns = None
        super().load(source)

    def change(self, added: Iterable[Any], removed: Iterable[Any]) -> None:
        """Take triples out of every graph, and put others into the default graph."""
        self._columns = None
        super().change(added, removed)

    def add_graph(self, graph: str, triples: Iterable[Any]) -> None:
        """Add triples to the default graph and to a named graph."""
        self._columns = None
        super().add_graph(graph, triples)

    def drop_graph(self, graph: str) -> None:
        """Take out what :meth:`add_graph` added, of which no loaded file states anything."""
        self._columns = None
        super().drop_graph(graph)

    def table(self, query: str, *, base: str) -> Table | None:
        """The solutions of a SELECT query in order, as columns; ``None`` if the store is to answer it."""
        import polars as pl

        from clayonto.engines.columnar.answer import answer

        try:
            select = _parsed(query, base=base)
            return None if self.starts_from_few(select) else answer(select, self.columns)
        except (Beyond, pl.exceptions.PolarsError):
            return None

    def why_rows(self, query: str, *, base: str) -> str | None:
        """Why the store answers a query, in a sentence; ``None`` if the columns do."""
        from clayonto.engines.columnar.answer import answer

        try:
            select = _parsed(query, base=base)
            if self.starts_from_few(select):
                return "the query starts from things that it names, which a store of rows finds at once"
            answer(select, self.columns)
        except Beyond as reason:
            return str(reason)
        return None

    def steps(self, query: str, *, base: str) -> list[tuple[str, int, float]]:
        """The steps in which the columns answer a query: as SPARQL, the rows after each, and its milliseconds."""
        from clayonto.engines.columnar.answer import answer
        from clayonto.engines.columnar.patterns import TRACE, Trace

        trace = Trace()
        token = TRACE.set(trace)
        try:
            answer(_parsed(query, base=base), self.columns)
        finally:
            TRACE.reset(token)
        return trace.steps

    @property
    def columns(self) -> Columns:
        """The triples of the default graph as columns."""
        if self._columns is None:
            from clayonto.engines.columnar.columns import Columns

            self._columns = Columns(self.n_triples())
        return self._columns

    def starts_from_few(self, select: Select) -> bool:
        """Whether a triple of the pattern names its subject, or an object that few subjects have: a store of rows starts there."""
        triples = [e for e in select.where.elements if isinstance(e, Triple)]
        if any(isinstance(t.subject, Const) for t in triples):
            return True
        for triple in triples:
            if isinstance(triple.object, Const) and isinstance(triple.path, Link):
                number = self.columns.number(triple.object.term)
                if number is None or (self.columns.table(triple.path.predicate)["object"] == number).sum() < _FEW:
                    return True
        return False
