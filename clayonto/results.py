"""What a query gives back: :class:`Rows` of Python values, and the ways to write them down."""

from __future__ import annotations

import html
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, overload

from clayonto.namespaces import ID, PREFIXES, shorten
from clayonto.terms import IRI, XSD, BlankNode, LangString, TypedLiteral, Value, decimal_form, lexical

if TYPE_CHECKING:
    from clayonto.sparql import Form

TRIPLE_COLUMNS: Final = ("subject", "predicate", "object")
"""The columns of what CONSTRUCT and DESCRIBE give back."""


class Row:
    """One solution, its values by name (``row.partner``, ``row["partner"]``) or by position (``row[0]``), in column order."""

    __slots__ = ("_index", "_values")

    def __init__(self, index: Mapping[str, int], values: Sequence[Value | None]) -> None:
        self._index = index
        self._values = tuple(values)

    def __getitem__(self, key: str | int) -> Any:
        """A value by column name or position; ``None`` where the variable has none.

        :raises KeyError: if there is no such column.
        :raises IndexError: if there is no such position.
        """
        return self._values[self._index[key] if isinstance(key, str) else key]

    def __getattr__(self, name: str) -> Any:
        try:
            return self._values[self._index[name]]
        except KeyError:
            raise AttributeError(f"This row has no column “{name}”; it has {', '.join(self._index)}.") from None

    def __iter__(self) -> Iterator[Value | None]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Row):
            return self._values == other._values and list(self._index) == list(other._index)
        return self._values == other if isinstance(other, tuple) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._values)

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={value!r}' for name, value in self.to_dict().items())})"

    def __reduce__(self) -> tuple[Any, ...]:
        return Row, (dict(self._index), self._values)

    def to_dict(self) -> dict[str, Value | None]:
        """Column name to value, in column order."""
        return dict(zip(self._index, self._values, strict=True))


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
        self._index = {name: position for position, name in enumerate(self.columns)}
        self._rows = [Row(self._index, row) for row in values]

    @overload
    def __getitem__(self, key: int) -> Row: ...
    @overload
    def __getitem__(self, key: slice) -> Rows: ...
    def __getitem__(self, key: int | slice) -> Row | Rows:
        if isinstance(key, int):
            return self._rows[key]
        return Rows(self.columns, list(map(tuple, self._rows[key])), engine=self.engine, form=self.form, types=self.types)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def __bool__(self) -> bool:
        return bool(self._rows[0][0]) if self.form == "ask" else bool(self._rows)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Rows):
            return NotImplemented
        return self.columns == other.columns and self._rows == other._rows and self.form == other.form

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"<{len(self)} rows of {', '.join(self.columns)}, from {self.engine}>"

    def _repr_html_(self) -> str:
        head = "".join(f"<th>{html.escape(name)}</th>" for name in self.columns)
        body = "".join("<tr>" + "".join(f"<td>{html.escape(show(value))}</td>" for value in row) + "</tr>" for row in self)
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def to_dicts(self) -> list[dict[str, Value | None]]:
        """Each row as a dict from column name to Python value."""
        return [row.to_dict() for row in self]

    def to_json(self) -> str:
        """W3C SPARQL 1.1 Query Results JSON, values in canonical form."""
        if self.form == "ask":
            return json.dumps({"head": {}, "boolean": bool(self)})
        bindings = [{name: _json_term(value) for name, value in zip(self.columns, row, strict=True) if value is not None} for row in self]
        return json.dumps({"head": {"vars": list(self.columns)}, "results": {"bindings": bindings}}, ensure_ascii=False, indent=1)

    def to_csv(self) -> str:
        """W3C SPARQL 1.1 Query Results CSV: values without types, lines ended by CR LF."""
        return self._results("csv")

    def to_tsv(self) -> str:
        """W3C SPARQL 1.1 Query Results TSV: terms as in Turtle."""
        return self._results("tsv")

    def to_xml(self) -> str:
        """W3C SPARQL Query Results XML."""
        return self._results("xml")

    def _results(self, kind: str) -> str:
        import pyoxigraph as ox

        formats = {"csv": ox.QueryResultsFormat.CSV, "tsv": ox.QueryResultsFormat.TSV, "xml": ox.QueryResultsFormat.XML}
        # The library writes one of these formats by hand; the engine's serialisers know the others' fine print.
        results = ox.parse_query_results(self.to_json(), format=ox.QueryResultsFormat.JSON)
        written = results.serialize(format=formats[kind])
        return (written or b"").decode()

    def to_rdf(self, kind: str = "turtle") -> str:
        """The triples of a CONSTRUCT or DESCRIBE as ``turtle``, ``ntriples`` or ``jsonld``, sorted.

        :raises ValueError: if the rows are not triples, or the kind is none of these.
        """
        import pyoxigraph as ox

        formats = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
        if self.form not in ("construct", "describe"):
            raise ValueError(f"A {self.form.upper()} gives no triples; ask with CONSTRUCT or DESCRIBE to get them.")
        if kind not in formats:
            raise ValueError(f"“{kind}” is not one of {', '.join(formats)}.")
        triples = [ox.Triple(*map(_oxigraph_term, row)) for row in self]
        used = {p: ns for p, ns in PREFIXES.items() if any(isinstance(v, IRI) and v.startswith(ns) for row in self for v in row)}
        prefixes = used if kind == "turtle" else None
        return (ox.serialize(triples, format=formats[kind], prefixes=prefixes) or b"").decode()

    def to_table(self, *, base: str = ID, width: int | None = None) -> str:
        """A table in plain text for people: IRIs shortened, numbers set right, no value as an empty cell.

        :param width: the number of characters that a line may have; wider cells are cut with “…”.
        """
        if self.form == "ask":
            return "yes" if self else "no"
        cells = [[show(value, base=base) for value in row] for row in self]
        numeric = [
            any(isinstance(row[i], int | float | Decimal) and not isinstance(row[i], bool) for row in self)
            for i in range(len(self.columns))
        ]
        return draw_table(list(self.columns), cells, numeric=numeric, width=width)


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


def draw_table(head: list[str], cells: list[list[str]], *, numeric: list[bool], width: int | None = None) -> str:
    """Columns of text under a ruled head; with ``width``, the widest columns give way until the lines fit."""
    widths = [max(map(len, column)) for column in zip(head, *cells, strict=True)]
    if width:
        floor = 8
        while sum(widths) + 2 * (len(widths) - 1) > width and max(widths) > floor:
            widths[widths.index(max(widths))] -= 1

    def line(row: Iterable[str]) -> str:
        pairs = zip(row, widths, numeric, strict=True)
        cut = ((cell if len(cell) <= w else cell[: w - 1] + "…", w, right) for cell, w, right in pairs)
        return "  ".join(cell.rjust(w) if right else cell.ljust(w) for cell, w, right in cut).rstrip()

    return "\n".join([line(head), "  ".join("─" * w for w in widths), *map(line, cells)])


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


def _oxigraph_term(value: Value | None) -> Any:
    import pyoxigraph as ox

    if value is None:  # pragma: no cover - a triple has all three
        raise ValueError("A triple has no empty place.")
    if isinstance(value, IRI):
        return ox.NamedNode(str(value))
    if isinstance(value, BlankNode):
        return ox.BlankNode(str(value))
    form, datatype, language = lexical(value)
    if language:
        return ox.Literal(form, language=language)
    return ox.Literal(form, datatype=ox.NamedNode(datatype or XSD + "string"))


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
__all__ = ["TRIPLE_COLUMNS", "WRITERS", "LangString", "Row", "Rows", "TypedLiteral", "draw_table", "show", "sort_key"]
