"""Which queries columns answer, and which the store of rows behind them.

A store of rows is fast where a query starts from few things and goes on from there; columns are where it runs over many. Which of the two is cheaper is
estimated (``estimating.py``), where averages tell, once for all queries that are alike but for the things that they ask about; and what columns do not
answer (:class:`~clayonto.engines.columnar.algebra.Beyond`), the store does.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from functools import lru_cache
from itertools import takewhile
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakKeyDictionary

from clayonto.engines.columnar.algebra import Beyond, Const, subjects
from clayonto.engines.columnar.estimating import cost
from clayonto.engines.columnar.parser import parse
from clayonto.engines.oxigraph import OxigraphEngine
from clayonto.namespaces import ID
from clayonto.sparql import tokens
from clayonto.templates import looked_through

if TYPE_CHECKING:
    from collections.abc import Hashable, Mapping

    from clayonto.engines.columnar.algebra import Select
    from clayonto.engines.columnar.answer import Table
    from clayonto.engines.columnar.columns import Columns
    from clayonto.engines.columnar.estimating import Cost
    from clayonto.engines.columnar.shape import Extent
    from clayonto.templates import Query

_REMEMBERED: Final = 512
_NUMBER: Final = re.compile(r"<(\d+)>")
_NUMBERED: Final = re.compile(r"<urn:(\d+):>")
_parsed = lru_cache(maxsize=_REMEMBERED)(parse)
_refused: Final[WeakKeyDictionary[Columns, set[str]]] = WeakKeyDictionary()


class _Chosen(NamedTuple):
    """Why the store answers queries of a graph that has these extents, or ``None`` where the columns are asked."""

    extents: Mapping[str, Extent]
    reasons: dict[Hashable, str | None]


class Reason(NamedTuple):
    """Why the store is likely to be the quicker, in a part of a sentence, and whether it would be for a query about any other thing."""

    text: str
    holds_for_any: bool


class RowsAndColumns(OxigraphEngine):
    """A store of rows, and perhaps columns beside it. See :class:`clayonto.engines.base.ColumnEngine`."""

    behind = "oxigraph"
    _chosen: _Chosen | None = None

    @abstractmethod
    def without_columns(self) -> str | None:
        """Why there are no columns to ask, in a part of a sentence; ``None`` if there are, or if they would be made."""

    @property
    def extents(self) -> Mapping[str, Extent]:
        """The predicates that columns have, in N-Triples, and how many triples of each."""
        return self.columns.extents

    @property
    @abstractmethod
    def columns(self) -> Columns:
        """The triples of the default graph as columns."""

    def table(self, query: str, *, base: str) -> Table | None:
        """The solutions of a SELECT query in order, as columns; ``None`` if the store is to answer it."""
        if self.without_columns() or self._why_rows(looked_through(query), base=base):
            return None
        import polars as pl

        from clayonto.engines.columnar.answer import answer

        columns = self.columns
        refused = _refused.setdefault(columns, set())
        if query in refused:
            return None
        try:
            return answer(_parsed(query, base=base), columns)
        except (Beyond, pl.exceptions.PolarsError):
            # It may have taken a while to find out.
            if len(refused) < _REMEMBERED:
                refused.add(query)
            return None

    def why_rows(self, query: str, *, base: str) -> str | None:
        """Why the store answers a query, in a sentence; ``None`` if the columns do."""
        without = self.without_columns()
        if without:
            return without
        from clayonto.engines.columnar.answer import answer

        why = self._why_rows(looked_through(query), base=base)
        if why is None:
            try:
                answer(_parsed(query, base=base), self.columns)
            except Beyond as reason:
                why = str(reason)
        return why

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

    def _why_rows(self, query: Query, *, base: str) -> str | None:
        """Why a query is the store's without asking the columns; found out once for each, or all that are alike, as long as the graph is the same."""
        extents, chosen = self.extents, self._chosen
        if chosen is None or chosen.extents is not extents or len(chosen.reasons) >= _REMEMBERED:
            chosen = self._chosen = _Chosen(extents, {})
        alike, own = (query.but_for(_things), base), (query.text, base)
        for key in (alike, own):
            if key in chosen.reasons:
                return chosen.reasons[key]
        try:
            found = self.rows_are_cheaper(_parsed(query.text, base=base))
        except Beyond as reason:
            found = Reason(str(reason), holds_for_any=False)
        why = chosen.reasons[alike if found and found.holds_for_any else own] = found and found.text
        return why

    def cost(self, select: Select) -> Cost:
        """What a query is reckoned to take of the store and of the columns."""
        with self._reading(graphs=False) as store:
            return cost(select, self.extents, store)

    def rows_are_cheaper(self, select: Select) -> Reason | None:
        """Why the store is likely to be quicker; ``None`` if columns are.

        Where columns were asked for by name, they have all that names nothing to start from.
        """
        it = self.cost(select)
        if it.rows > it.columns or (self.name == "columnar" and not it.names_things):
            return None
        return Reason(f"it has to look at few triples (about {it.looked_at}), which takes less time than whole columns", it.reckoned)


def _things(template: str) -> frozenset[int]:
    """The numbers of the IRIs of a template that are subjects of its patterns."""
    try:
        select = parse(_NUMBER.sub(r"<urn:\1:>", template), base=ID)
    except Beyond:
        return frozenset()
    found = {_NUMBERED.fullmatch(each.term) for each in subjects(select.where) if isinstance(each, Const)}
    # A name that is nothing but a prefix looks like the IRI of that.
    prologue = takewhile(lambda token: token.text.upper() != "SELECT", tokens(template))
    declared = (_NUMBER.fullmatch(token.text) for token in prologue if token.kind == "iri")
    return frozenset(int(each[1]) for each in found if each) - {int(each[1]) for each in declared if each}
