"""Solutions as SPARQL 1.1 TSV: the one form in which every engine hands over an answer.

An engine in Rust writes it in bulk, a parser in Rust reads it in bulk, and it keeps each term whole: IRIs in angle
brackets, strings in quotes with language or datatype, numbers bare, nothing for a variable without a value.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clayonto.terms import IRI, XSD, BlankNode, LangString, Value, lexical, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import polars

_MOST_KNOWN: Final = 100_000
_ESCAPE: Final = re.compile(r"""\\(?:([tbnrf"'\\])|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))""")
_CONTROL: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}
_MUST_ESCAPE: Final = re.compile(r'["\\\n\r\t]')
_AS_IT_IS: Final = re.compile(r'"[^"\\\n\r\t]*"(?:@[a-z0-9-]+)?')
"""A text that is in canonical form."""
_ESCAPED: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
_BARE: Final = {
    "integer": re.compile(r"[+-]?[0-9]+"),
    "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    "double": re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+"),
    "boolean": re.compile("true|false"),
}

_NUMBERED: Final = {"1": "true", "0": "false"}


def columns(tsv: bytes) -> list[str]:
    """The names of the columns of a TSV document, in order."""
    head = tsv.partition(b"\n")[0].decode().rstrip("\r")
    return [name.lstrip("?$") for name in head.split("\t")] if head else []


def lines(tsv: bytes) -> list[str]:
    """The lines of a TSV document that hold its rows, in order, for :class:`Cells` to read."""
    found = tsv.decode().split("\n")[1:]
    if found and not found[-1]:
        found.pop()
    return found


def with_booleans(line: str, positions: Iterable[int]) -> str:
    r"""A line in which 1 and 0 at some positions are booleans: some stores have none, and give those numbers.

    >>> with_booleans('1\t1\t<urn:a>', [1])
    '1\ttrue\t<urn:a>'
    """
    cells = line.split("\t")
    for position in positions:
        cells[position] = _NUMBERED.get(cells[position], cells[position])
    return "\t".join(cells)


def of_cells(cells: polars.DataFrame) -> bytes:
    """A TSV document of a frame of cells; null is no value."""
    head = "\t".join(f"?{name}" for name in cells.columns)
    body = cells.write_csv(separator="\t", include_header=False, quote_style="never", null_value="")
    return f"{head}\n{body}".encode()


class Cells:
    r"""Reads lines of cells; a cell met before is not parsed again.

    >>> Cells().row('"CLAY"@en\t1340000.5\t')
    ('CLAY', Decimal('1340000.5'), None)
    """

    def __init__(self) -> None:
        self._known: dict[str, Value | None] = {"": None, "\r": None}

    def row(self, line: str) -> tuple[Value | None, ...]:
        """The values of one line, in order; ``None`` where a variable has no value."""
        known = self._known
        # An IRI is quicker made than kept.
        return tuple(
            [
                known[cell] if cell in known else IRI(cell[1:-1]) if cell[0] == "<" and cell[1:2] != "<" else self._read(cell)
                for cell in line.split("\t")
            ]
        )

    def _read(self, cell: str) -> Value:
        value = term(cell)
        if len(self._known) < _MOST_KNOWN:
            self._known[cell] = value
        return value


def read(tsv: bytes) -> tuple[list[str], list[tuple[Value | None, ...]]]:
    r"""The columns and rows of a TSV document, in order; ``None`` where a variable has no value.

    >>> read(b'?name\t?budget\n"CLAY"@en\t1340000.5\n\t\n')[1][0][1]
    Decimal('1340000.5')
    """
    names, cells = columns(tsv), Cells()
    return names, [cells.row(line) if names else () for line in lines(tsv)]


def term(cell: str) -> Value:
    """The value of one cell that is not empty; text that is no RDF 1.1 term (a quoted triple) stays as it is."""
    start = cell[0]
    if start == "<" and cell[1:2] != "<":
        return IRI(cell[1:-1])
    if start == '"':
        end = cell.rfind('"')
        text, kind = cell[1:end], cell[end + 1 :]
        if "\\" in text:
            text = _ESCAPE.sub(_unescape, text)
        if not kind:
            return text
        return LangString(text, kind[1:]) if kind[0] == "@" else literal(text, datatype=kind[3:-1])
    if cell.isascii() and cell.isdigit():  # most numbers are, and a pattern takes longer to say so
        return int(cell)
    if cell.startswith("_:"):
        return BlankNode(cell[2:])
    for kind, form in _BARE.items():
        if form.fullmatch(cell):
            return literal(cell, datatype=XSD + kind)
    return cell


def text(cell: bytes) -> bytes | None:
    r"""What STR gives of the term in a cell; ``None`` where it gives an error: no value, a blank node.

    >>> text(b'"a\\tb"@en'), text(b"<urn:a>"), text(b"12"), text(b"")
    (b'a\tb', b'urn:a', b'12', None)
    """
    start = cell[:1]
    if start == b"<":
        return None if cell[1:2] == b"<" else cell[1:-1]
    if start == b'"':
        found = cell[1 : cell.rindex(b'"')]
        return _ESCAPE.sub(_unescape, found.decode()).encode() if b"\\" in found else found
    return None if not cell or start == b"_" else cell


def _unescape(found: re.Match[str]) -> str:
    control, short, long = found.groups()
    return _CONTROL[control] if control else chr(int(short or long, 16))


def write(names: Sequence[str], rows: Iterable[Iterable[Value | None]]) -> bytes:
    r"""Rows of values as a TSV document, values in canonical form.

    >>> write(["x", "y"], [(IRI("urn:a"), None)])
    b'?x\t?y\n<urn:a>\t\n'
    """
    lines = ["\t".join(f"?{name}" for name in names)]
    lines += ["\t".join("" if value is None else cell(value) for value in row) for row in rows]
    return ("\n".join(lines) + "\n").encode()


def canonical(tsv: bytes) -> bytes:
    r"""A TSV document with its values in canonical form, as :func:`write` writes what :func:`read` reads.

    >>> canonical(b'?x\t?y\n"a"@EN\t"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>\n')
    b'?x\t?y\n"a"@en\t1.5\n'
    """
    names = columns(tsv)
    known, is_plain = {"": "", "\r": ""}, _AS_IT_IS.fullmatch

    def again(found: str) -> str:
        made = cell(term(found))
        if len(known) < _MOST_KNOWN:
            known[found] = made
        return made

    told = ["\t".join(f"?{name}" for name in names)]
    told += [
        "\t".join([known[c] if c in known else c if (c[0] == "<" and c[1:2] != "<") or is_plain(c) else again(c) for c in line.split("\t")])
        if names
        else ""
        for line in lines(tsv)
    ]
    return ("\n".join(told) + "\n").encode()


def cell(value: Value) -> str:
    """The cell of one value."""
    if isinstance(value, IRI):
        return f"<{value}>"
    if isinstance(value, BlankNode):
        return f"_:{value}"
    form, datatype, language = lexical(value)
    kind = (datatype or "").removeprefix(XSD)
    if kind in _BARE and _BARE[kind].fullmatch(form):
        return form
    quoted = '"' + _MUST_ESCAPE.sub(lambda m: _ESCAPED[m.group()], form) + '"'
    return f"{quoted}@{language}" if language else f"{quoted}^^<{datatype}>" if datatype else quoted
