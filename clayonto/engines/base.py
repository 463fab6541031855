"""What every engine can do, so that any of them can stand behind a graph.

An engine holds triples and answers SPARQL. It gives solutions as TSV and triples as Python values, never terms of its own, and
raises the errors of :mod:`clayonto.errors`. Queries see its default graph: the merge of everything loaded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import polars

    from clayonto.sources import Source
    from clayonto.terms import Value

Triple: TypeAlias = "tuple[Value, Value, Value]"


class Engine(Protocol):
    """A place that holds triples and answers SPARQL 1.1 queries."""

    @property
    def name(self) -> str:
        """The name that ``engine=`` takes."""

    @property
    def version(self) -> str:
        """The version of the software behind it."""

    @property
    def stored(self) -> bool:
        """Whether it holds triples of its own, on disk or elsewhere, rather than those of files that are loaded into memory."""

    def load(self, source: Source) -> None:
        """Add a file's triples to the default graph and, apart, to the source's own named graph; all or none.

        :raises DataError: if the file is malformed.
        """

    def change(self, added: Iterable[Any], removed: Iterable[Any]) -> None:
        """Take triples (of pyoxigraph terms) out of every graph, and put others into the default graph."""

    def triples(self) -> Iterable[Any]:
        """The triples of the default graph, of pyoxigraph terms, literals as the engine holds them."""

    def add_graph(self, graph: str, triples: Iterable[Any]) -> None:
        """Add triples (of pyoxigraph terms) to the default graph and to a named graph."""

    def drop_graph(self, graph: str) -> None:
        """Take out what :meth:`add_graph` added, of which no loaded file states anything."""

    def select(self, query: str, *, base: str) -> bytes:
        """The solutions of a SELECT query in order, as SPARQL 1.1 TSV (:mod:`clayonto.tsv`).

        :raises QuerySyntaxError: with line and column.
        :raises EngineError: if the engine fails on a correct query.
        """

    def ask(self, query: str, *, base: str) -> bool:
        """The answer of an ASK query; errors as for :meth:`select`."""

    def construct(self, query: str, *, base: str) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE query, each once, in no order; errors as for :meth:`select`."""

    def __len__(self) -> int:
        """How many triples the default graph has."""


@runtime_checkable
class ColumnEngine(Engine, Protocol):
    """An engine that answers some queries by the column, and the others by a store of rows behind it."""

    @property
    def behind(self) -> str:
        """The name of the engine that answers the others."""

    def table(self, query: str, *, base: str) -> Table | None:
        """The solutions of a SELECT query in order, as columns; ``None`` where :meth:`select` is to be asked."""

    def why_rows(self, query: str, *, base: str) -> str | None:
        """Why the engine behind answers a query, in a sentence; ``None`` if it does not."""

    def steps(self, query: str, *, base: str) -> list[tuple[str, int, float]]:
        """The steps of a query that is answered by the column: as SPARQL, the rows after each, and its milliseconds."""


class Table(Protocol):
    """Solutions as columns, for the analyst who wants a frame and no Python object for each cell."""

    names: tuple[str, ...]
    height: int

    def cells(self) -> polars.DataFrame:
        """A frame of cells of SPARQL TSV, null for no value."""

    def frame(self, types: Mapping[str, str]) -> polars.DataFrame:
        """A frame of values, typed as :mod:`clayonto.frames` has it; ``types`` are the declared ones."""
