"""The columnar engine: an Oxigraph store, and beside it the same triples as columns for the queries that run over many of them.

Grouping, joining and exporting over a whole register is where a store of rows loses: it takes the solutions one by one. Here they are taken by the
column, through polars. ``algebra.py`` is the part of SPARQL that is answered so, ``parser.py`` reads it, ``columns.py`` holds the triples (``terms.py``
takes them apart, ``building.py`` and ``mapped.py`` keep them in files), ``patterns.py`` and ``paths.py`` join them, ``expressions.py`` and
``functions.py`` filter (``reckoning.py`` leaves arithmetic to the store), ``answer.py`` groups and orders. ``choosing.py`` leaves everything else, and
every query that starts from a thing named in it, to the store, so that the
engine as a whole answers all of SPARQL; the rows say which of the two did.
"""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from clayonto.engines.columnar.choosing import RowsAndColumns
from clayonto.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.engines.columnar.columns import Columns
    from clayonto.sources import Source


class ColumnarEngine(RowsAndColumns):
    """Holds the graph in memory twice, as rows and as columns. See :class:`clayonto.engines.base.Engine`.

    The columns are made when the first query needs them, and made anew after a change, which takes about as long as loading (``benchmarks/analytics.py``).

    :raises MissingExtraError: if polars is not installed.
    """

    name = "columnar"

    def __init__(self) -> None:
        super().__init__()
        require_polars()
        self._columns: Columns | None = None
        self._without: str | None = None

    def load(self, source: Source) -> None:
        """Add a file to the default graph and to its own graph."""
        self._forget()
        super().load(source)

    def change(self, added: Iterable[Any], removed: Iterable[Any]) -> None:
        """Take triples out of every graph, and put others into the default graph."""
        self._forget()
        super().change(added, removed)

    def add_graph(self, graph: str, triples: Iterable[Any]) -> None:
        """Add triples to the default graph and to a named graph."""
        self._forget()
        super().add_graph(graph, triples)

    def drop_graph(self, graph: str) -> None:
        """Take out what :meth:`add_graph` added, of which no loaded file states anything."""
        self._forget()
        super().drop_graph(graph)

    def without_columns(self) -> str | None:
        """Why there are no columns: the graph holds what they do not."""
        return self._without

    @property
    def columns(self) -> Columns:
        """The triples of the default graph as columns.

        :raises Beyond: if it holds what columns do not.
        """
        if self._columns is None:
            from clayonto.engines.columnar.algebra import Beyond
            from clayonto.engines.columnar.columns import Columns

            try:
                self._columns = Columns.of(self.n_triples())
            except ValueError as error:
                self._without = str(error)
                raise Beyond(self._without) from error
        return self._columns

    def _forget(self) -> None:
        self._columns = self._without = None


def has_polars() -> bool:
    """Whether polars is installed, without which there are no columns."""
    return find_spec("polars") is not None


def require_polars() -> None:
    """Say at once that polars is missing.

    :raises MissingExtraError: if it is.
    """
    if not has_polars():
        raise MissingExtraError("polars")
