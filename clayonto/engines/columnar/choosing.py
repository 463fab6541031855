"""Which queries columns answer, and which the store of rows behind them.

A store of rows is fast where a query starts from few things and goes on from there; columns are where it runs over many. So a query goes to the rows
if each part of its pattern that is worked out by itself starts from a term that it names, or that few triples have; and so does what columns do not answer
(:class:`~clayonto.engines.columnar.algebra.Beyond`).
"""

from __future__ import annotations

from abc import abstractmethod
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.engines.columnar.algebra import Beyond, Const, Inner, Link, Triple, Union, Values, Var
from clayonto.engines.columnar.parser import parse
from clayonto.engines.oxigraph import OxigraphEngine

if TYPE_CHECKING:
    from clayonto.engines.columnar.algebra import Group, Select, Term
    from clayonto.engines.columnar.answer import Table
    from clayonto.engines.columnar.columns import Columns

FEW: Final = 200
"""How many triples a store of rows may start from."""
_parsed = lru_cache(maxsize=512)(parse)


class RowsAndColumns(OxigraphEngine):
    """A store of rows, and perhaps columns beside it. See :class:`clayonto.engines.base.ColumnEngine`."""

    behind = "oxigraph"

    @abstractmethod
    def without_columns(self) -> str | None:
        """Why there are no columns to ask, in a part of a sentence; ``None`` if there are, or if they would be made."""

    @property
    @abstractmethod
    def columns(self) -> Columns:
        """The triples of the default graph as columns."""

    def table(self, query: str, *, base: str) -> Table | None:
        """The solutions of a SELECT query in order, as columns; ``None`` if the store is to answer it."""
        if self.without_columns():
            return None
        try:
            select = _parsed(query, base=base)
            if self.starts_from_few(select):
                return None
        except Beyond:
            return None
        import polars as pl

        from clayonto.engines.columnar.answer import answer

        try:
            return answer(select, self.columns)
        except (Beyond, pl.exceptions.PolarsError):
            return None

    def why_rows(self, query: str, *, base: str) -> str | None:
        """Why the store answers a query, in a sentence; ``None`` if the columns do."""
        without = self.without_columns()
        if without:
            return without
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

    def starts_from_few(self, select: Select) -> bool:
        """Whether each part of the pattern that a store of rows works out by itself starts from few triples."""
        with self._reading(graphs=False) as store:
            return _from_few(select.where, store)


def _from_few(group: Group, store: Any) -> bool:
    """Whether the triples of a group, all groups joined by UNION, and each SELECT start from few. What is optional is looked up for what was found."""
    listed = {
        name: [row[at] for row in each.rows]
        for each in group.elements
        if isinstance(each, Values) and len(each.rows) < FEW
        for at, name in enumerate(each.names)
    }
    triples = [each for each in group.elements if isinstance(each, Triple)]
    inner = [each.select.where for each in group.elements if isinstance(each, Inner)]
    inner += [each for union in group.elements if isinstance(union, Union) for each in union.groups]
    if not all(_from_few(each, store) for each in inner):
        return False
    if not triples:
        return bool(inner)
    return any(_is_few(triple, listed, store) for triple in triples)


def _is_few(triple: Triple, listed: dict[str, list[str | None]], store: Any) -> bool:
    if _terms(triple.subject, listed) is not None:
        return True
    objects = _terms(triple.object, listed)
    if objects is None or not isinstance(triple.path, Link):
        return False
    predicate, left = ox.NamedNode(triple.path.predicate[1:-1]), FEW
    for term in objects:
        left -= sum(1 for _ in islice(store.quads_for_pattern(None, predicate, _node(term), ox.DefaultGraph()), left))
    return left > 0


def _terms(end: Term, listed: dict[str, list[str | None]]) -> list[str] | None:
    """The terms that an end of a triple can be, if the query lists them."""
    if isinstance(end, Const):
        return [end.term]
    terms = listed.get(end.name) if isinstance(end, Var) else None
    return None if terms is None or None in terms else [term for term in terms if term is not None]


@lru_cache(maxsize=512)
def _node(term: str) -> Any:
    """A term, as N-Triples writes it, as one of pyoxigraph."""
    (quad,) = ox.parse(f"<urn:s> <urn:p> {term} .", format=ox.RdfFormat.N_TRIPLES)
    return quad.object
