"""What a query gives back: :class:`Rows` of Python values, and the ways to write them down."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, overload

from clayonto import tsv
from clayonto.namespaces import ID, PREFIXES, shorten
from clayonto.terms import IRI, BlankNode, Value, decimal_form, lexical

if TYPE_CHECKING:
    from typing import Self

    import pandas
    import polars

    from clayonto.engines.base import Table
    from clayonto.sparql import Form

TRIPLE_COLUMNS: Final = ("subject", "predicate", "object")
"""The columns of what CONSTRUCT and DESCRIBE give back."""


_IN_A_NOTEBOOK: Final = 100
"""How many rows a notebook shows: a million would stop the browser."""
_HELD: Final = (tuple, str)  # as a constant: a union would be made anew for each row


class _Columns(dict[str, int]):
    """Column name to position, and what reads a row that is still text."""

    __slots__ = ("cells",)

    def __init__(self, names: Iterable[str]) -> None:
        super().__init__((name, position) for position, name in enumerate(names))
        self.cells = tsv.Cells()


class Row:
    """One solution, its values by name (``row.partner``, ``row["partner"]``) or by position (``row[0]``), in column order."""

    __slots__ = ("_columns", "_held")

    def __init__(self, columns: Iterable[str], values: Sequence[Value | None] | str) -> None:
        self._columns = columns if isinstance(columns, _Columns) else _Columns(columns)
        # Values, or the text of them until the first is asked for: most rows of a long answer are only passed over.
        self._held: tuple[Value | None, ...] | str = values if isinstance(values, _HELD) else tuple(values)

    @property
    def _values(self) -> tuple[Value | None, ...]:
        held = self._held
        if isinstance(held, str):
            held = self._held = self._columns.cells.row(held) if self._columns else ()
        return held

    def __getitem__(self, key: str | int) -> Any:
        """A value by column name or position; ``None`` where the variable has none.

        :raises KeyError: if there is no such column.
        :raises IndexError: if there is no such position.
        """
        return self._values[self._columns[key] if isinstance(key, str) else key]

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[self._columns[name]]
        except KeyError:
            raise AttributeError(f"This row has no column “{name}”; it has {', '.join(self._columns)}.") from None

    def __iter__(self) -> Iterator[Value | None]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Row):
            return self._values == other._values and list(self._columns) == list(other._columns)
        return self._values == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={value!r}' for name, value in self.to_dict().items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Row, (list(self._columns), self._values)

    def to_dict(self) -> dict[str, Value | None]:
        """Column name to value, in column order."""
        return dict(zip(self._columns, self._values, strict=True))


class Rows(Sequence[Row]):
    """The rows of an answer, in order.

    ``columns`` are the column names in order, ``engine`` says which engine answered, and ``form`` which kind of query it
    was. An ASK gives one row with the column ``answer``, and is true or false as its answer; CONSTRUCT and DESCRIBE give
    the columns ``subject``, ``predicate``, ``object``, sorted.

    >>> rows = Rows(("name", "budget"), [("CLAY", Decimal("1340000.00"))], engine="oxigraph")
    >>> rows[0].budget
    Decimal('1340000.00')
    >>> print(rows.to_table())
    name   budget
    ────  ───────
    CLAY  1340000
    """

    def __init__(
        self,
        columns: Sequence[str],
        values: Iterable[Sequence[Value | None]],
        *,
        engine: str,
        form: Form = "select",
        types: Mapping[str, str] | None = None,
    ) -> None:
        self.columns = tuple(columns)
        self.engine = engine
        self.form: Form = form
        self.types = dict(types or {})
        self._index = _Columns(self.columns)
        self._tsv: bytes | None = None
        self._table: Table | None = None
        self._held: list[Sequence[Value | None] | str] | None = list(values)

    @classmethod
    def from_tsv(cls, solutions: bytes, *, engine: str, types: Mapping[str, str] | None = None) -> Rows:
        """Rows from SPARQL 1.1 TSV. The values are read when the first of them is asked for."""
        rows = cls(tsv.columns(solutions), (), engine=engine, types=types)
        rows._tsv, rows._held = solutions, None
        return rows

    @classmethod
    def from_columns(cls, table: Table, *, engine: str, types: Mapping[str, str] | None = None) -> Rows:
        """Rows from columns. A row becomes Python values when it is asked for."""
        rows = cls(table.names, (), engine=engine, types=types)
        rows._table, rows._held = table, None
        return rows

    @property
    def _all(self) -> list[Sequence[Value | None] | str]:
        if self._held is None:
            self._held = list(tsv.lines(self._as_tsv()))
        return self._held

    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice) -> Rows: ...
    def __getitem__(self, key: int | slice) -> Row | Rows:
        if isinstance(key, int):
            return Row(self._index, self._all[key])
        return Rows(
            self.columns, [tuple(Row(self._index, held)) for held in self._all[key]], engine=self.engine, form=self.form, types=self.types
        )

    def __iter__(self) -> Iterator[Row]:
        index = self._index
        return (Row(index, held) for held in self._all)

    def __len__(self) -> int:
        return len(self._all) if self._table is None else self._table.height

    def __bool__(self) -> bool:
        return bool(self[0][0]) if self.form == "ask" else bool(self._all)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows):
            return NotImplemented
        return self.columns == other.columns and list(self) == list(other) and self.form == other.form

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {', '.join(self.columns)}, from {self.engine}>"

    def _repr_html_(self) -> str:
        import html

        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(show(value))}</td>" for value in row) + "</tr>" for row in self[:_IN_A_NOTEBOOK])
        more = f"<p>… {len(self) - _IN_A_NOTEBOOK:,} more rows</p>" if len(self) > _IN_A_NOTEBOOK else ""
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{more}"

    def to_dicts(self) -> list[dict[str, Value | None]]:
        """Each row as a dict from column name to Python value."""
        return [row.to_dict() for row in self]

    def to_json(self) -> str:
        """W3C SPARQL 1.1 Query Results JSON, values in canonical form."""
        import json

        if self.form == "ask":
            return json.dumps({"head": {}, "boolean": bool(self)})
        bindings = [{name: _json_term(value) for name, value in zip(self.columns, row, strict=True) if value is not None} for row in self]
        return json.dumps({"head": {"vars": list(self.columns)}, "results": {"bindings": bindings}}, ensure_ascii=False, indent=1)

    def to_csv(self) -> str:
        """W3C SPARQL 1.1 Query Results CSV: values without types, lines ended by CR LF."""
        return self._results("csv")

    def solutions(self) -> bytes:
        """The rows as the engine handed them over, as TSV: the same bytes for the same answer of the same engine."""
        return self._tsv if self._tsv is not None else self.to_tsv().encode()

    def to_tsv(self) -> str:
        """W3C SPARQL 1.1 Query Results TSV: terms as in Turtle, values in canonical form."""
        return tsv.write(self.columns, self).decode()

    def to_xml(self) -> str:
        """W3C SPARQL Query Results XML."""
        return self._results("xml")

    def _results(self, kind: str) -> str:
        import pyoxigraph as ox

        formats = {"csv": ox.QueryResultsFormat.CSV, "xml": ox.QueryResultsFormat.XML}
        # The engine's serialisers know the fine print of these formats.
        if self.form == "ask":
            results = ox.parse_query_results(self.to_json(), format=ox.QueryResultsFormat.JSON)
        else:
            told = tsv.write(self.columns, self) if self._tsv is None else tsv.canonical(self._tsv)
            results = ox.parse_query_results(told, format=ox.QueryResultsFormat.TSV)
        return (results.serialize(format=formats[kind]) or b"").decode()

    def to_polars(self) -> polars.DataFrame:
        """A polars frame with a column for each of ours, typed also when empty (:mod:`clayonto.frames` has the types).

        :raises MissingExtraError: if polars is not installed.
        :raises DataError: if a value is not of the type that the query declares for its column.
        """
        from clayonto.frames import read_cells, to_polars

        return self._table.frame(self.types) if self._table is not None else to_polars(read_cells(self._as_tsv()), self.types)

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """The rows for whatever takes Arrow's stream of columns: ``pyarrow.table(rows)``, DuckDB, pandas; typed as :meth:`to_polars`.

        :raises MissingExtraError: if polars is not installed.
        """
        return self.to_polars().__arrow_c_stream__(requested_schema)

    def to_parquet(self) -> bytes:
        """A Parquet file of the columns, typed as :meth:`to_polars`.

        :raises MissingExtraError: if polars is not installed.
        """
        from io import BytesIO

        made = BytesIO()
        self.to_polars().write_parquet(made)
        return made.getvalue()

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas frame with a column for each of ours, typed also when empty (:mod:`clayonto.frames` has the types).

        :raises MissingExtraError: if pandas is not installed.
        :raises DataError: if a value is not of the type that the query declares for its column.
        """
        from clayonto.frames import to_pandas

        return to_pandas(self._as_tsv(), self.types)

    def stream(self) -> RowStream:
        """The rows one after the other, once, as those that arrive from an endpoint."""
        return RowStream(self.columns, tsv.lines(self._as_tsv()), engine=self.engine)

    def _as_tsv(self) -> bytes:
        if self._tsv is None and self._table is not None:
            self._tsv = tsv.of_cells(self._table.cells())
        return self._tsv if self._tsv is not None else tsv.write(self.columns, self)

    def to_rdf(self, kind: str = "turtle") -> str:
        """The triples of a CONSTRUCT or DESCRIBE as ``turtle``, ``ntriples`` or ``jsonld``, sorted.

        :raises ValueError: if the rows are not triples, or the kind is none of these.
        """
        import pyoxigraph as ox

        from clayonto.engines.oxigraph import from_python

        formats = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
        if self.form not in ("construct", "describe"):
            article = "An" if self.form == "ask" else "A"
            raise ValueError(f"{article} {self.form.upper()} gives no triples; ask with CONSTRUCT or DESCRIBE to get them.")
        if kind not in formats:
            raise ValueError(f"“{kind}” is not one of {', '.join(formats)}.")
        triples = [ox.Triple(*map(from_python, row)) for row in self]
        used = {p: ns for p, ns in PREFIXES.items() if any(isinstance(v, IRI) and v.startswith(ns) for row in self for v in row)}
        prefixes = used if kind == "turtle" else None
        return (ox.serialize(triples, format=formats[kind], prefixes=prefixes) or b"").decode()

    def to_table(self, *, base: str = ID, width: int | None = None) -> str:
        """A table in plain text for people: IRIs shortened, numbers set right, no value as an empty cell.

        :param width: the number of characters that a line may have; wider cells are cut with “…”, and more columns than that holds stand below one another.
        """
        from clayonto.tables import draw_table

        if self.form == "ask":
            return "yes" if self else "no"
        cells = [[show(value, base=base) for value in row] for row in self]
        numeric = [
            any(isinstance(row[i], int | float | Decimal) and not isinstance(row[i], bool) for row in self)
            for i in range(len(self.columns))
        ]
        return draw_table(list(self.columns), cells, numeric=numeric, width=width)


class RowStream(Iterator[Row]):
    """Rows of a SELECT that are read while they arrive, once and in order; only the one at hand is kept.

    ``columns`` and ``engine`` are as those of :class:`Rows`. Read it to its end, or use it in a ``with`` block, or close it.

    >>> stream = RowStream(("name",), iter(['"CLAY"', '"ESCP"']), engine="oxigraph")
    >>> [row.name for row in stream]
    ['CLAY', 'ESCP']
    """

    def __init__(self, columns: Sequence[str], lines: Iterable[str], *, engine: str, close: Callable[[], None] | None = None) -> None:
        self.columns = tuple(columns)
        self.engine = engine
        self._index = _Columns(self.columns)
        self._lines = iter(lines)
        self._close = close

    def __next__(self) -> Row:
        return Row(self._index, next(self._lines))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"<rows of {', '.join(self.columns)} as they arrive from {self.engine}>"

    def close(self) -> None:
        """Stop reading; no row comes after this."""
        self._lines = iter(())
        if self._close is not None:
            self._close()

    def parts(self, size: int = 10_000) -> Iterator[Rows]:
        """The rows that are left, ``size`` at a time; one part without rows if none is."""
        from itertools import islice

        first = True
        while (values := [tuple(row) for row in islice(self, size)]) or first:
            first = False
            yield Rows(self.columns, values, engine=self.engine)

    def write(self, style: str) -> Iterator[bytes]:
        """The rows that are left as ``csv`` or ``tsv`` (:meth:`Rows.to_csv`, :meth:`Rows.to_tsv`), a piece of some thousand rows at a time."""
        head = 0
        for part in self.parts():
            text = WRITERS[style](part).encode()
            yield text[head:]
            head = text.index(b"\n") + 1


def show(value: Value | None, *, base: str = ID) -> str:
    """A value as a person would read it: IRIs shortened, everything on one line.

    >>> show(IRI("https://w3id.org/clayonto/id/project/clay"))
    'project/clay'
    """
    match value:
        case None:
            return ""
        case IRI():
            return shorten(str(value), base=base)
        case BlankNode():
            return f"_:{value}"
        case Decimal():
            return decimal_form(value)
        case float():
            return repr(value)
        case _:
            return " ".join(lexical(value)[0].split())


def _json_term(value: Value) -> dict[str, str]:
    if isinstance(value, IRI):
        return {"type": "uri", "value": str(value)}
    if isinstance(value, BlankNode):
        return {"type": "bnode", "value": str(value)}
    form, datatype, language = lexical(value)
    term = {"type": "literal", "value": form}
    if language:
        term["xml:lang"] = language
    elif datatype:
        term["datatype"] = datatype
    return term


def sort_key(row: Sequence[Value | None]) -> tuple[tuple[str, str, str], ...]:
    """A total order over rows of any values: by kind, then by text."""

    def key(value: Value | None) -> tuple[str, str, str]:
        if value is None:
            return "", "", ""
        if isinstance(value, IRI | BlankNode):
            return type(value).__name__, str(value), ""
        form, datatype, language = lexical(value)
        return "Literal", form, language or datatype or ""

    return tuple(map(key, row))


Writer = Callable[[Rows], str]
WRITERS: Final[dict[str, Writer]] = {
    "csv": Rows.to_csv,
    "tsv": Rows.to_tsv,
    "json": Rows.to_json,
    "xml": Rows.to_xml,
    "turtle": lambda rows: rows.to_rdf("turtle"),
    "ntriples": lambda rows: rows.to_rdf("ntriples"),
    "jsonld": lambda rows: rows.to_rdf("jsonld"),
}
"""Format name to the function that writes rows in it."""
