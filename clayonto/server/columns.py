"""Columns beside the store that a worker answers from: what runs over many triples is asked of them (:mod:`clayonto.engines.columnar`).

Polars is loaded, and the files are mapped, when the first query is asked of them; a worker that only looks things up does neither.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto import sparql, tsv
from clayonto.engines.columnar import has_polars
from clayonto.engines.columnar.choosing import RowsAndColumns
from clayonto.engines.columnar.shape import read
from clayonto.errors import EngineError
from clayonto.stores import columns as kept

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from clayonto.engines.columnar.columns import Columns
    from clayonto.engines.columnar.shape import Extent
    from clayonto.stores.generations import Generation
    from clayonto.templates import Query

_POLARS: Final = 256 << 20


def columns_of(generation: Generation) -> Path | None:
    """Where the columns are that a worker asks; ``None`` if the generation has none, or there is no polars to ask them with."""
    return kept.folder_of(generation) if has_polars() else None


class WithColumns(RowsAndColumns):
    """The store of a worker and the columns beside it."""

    name = "oxigraph"

    def __init__(self, store: ox.Store, folder: Path) -> None:
        """:param folder: where the columns are."""
        super().__init__()
        self._store = store
        self._folder = folder
        self._are_gone = False

    @property
    def room(self) -> int:
        """How many bytes of address space the columns take, and what reads them, before any query does."""
        return sum(file.stat().st_size for file in self._folder.iterdir()) + _POLARS

    def solutions(self, query: Query, text: str, *, base: str) -> tuple[Any, int | None]:
        """The solutions of a query, as pyoxigraph has them, and how many; ``None`` for both if the store is to answer it.

        :param text: the query as it is to be asked.
        """
        try:
            # What starts from one thing is the store's, and is to be told from the rest at once.
            if query.of(sparql.form) != "select" or self.without_columns() or self._why_rows(query, base=base):
                return None, None
            table = self.table(text, base=base)
        except (EngineError, OSError):
            self._are_gone = True
            return None, None
        if table is None:
            return None, None
        return ox.parse_query_results(tsv.of_cells(table.cells()), ox.QueryResultsFormat.TSV), table.height

    def without_columns(self) -> str | None:
        """Why there are no columns to ask."""
        return "they cannot be read" if self._are_gone else None

    @cached_property
    def extents(self) -> Mapping[str, Extent]:
        """The predicates that columns have, told without opening them."""
        return read(self._folder)[0].predicates

    @cached_property
    def columns(self) -> Columns:
        """The triples of the default graph as columns.

        :raises EngineError: if they cannot be opened.
        """
        return kept.opened(self._folder)
