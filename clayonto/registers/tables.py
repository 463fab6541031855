"""Files as tables: bytes decoded, a header found, and rows that keep their line and their raw text.

Delimited text and JSON; workbooks are in :mod:`clayonto.registers.workbooks`. A file is read from its beginning to its end twice: once to learn
its encoding and its digest, and once row by row, so that memory does not grow with it.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clayonto.errors import DataError
from clayonto.registers.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHUNK: Final = 1 << 20
LONGEST: Final = 1_000_000
"""Characters that a row may have; a longer one is refused, or ends a file whose quotation marks do not close."""
MOST_COLUMNS: Final = 1000
_MAGIC: Final = {
    b"\x1f\x8b": "a gzip archive; unpack it first",
    b"%PDF": "a PDF; look for the publisher's table",
    b"\xd0\xcf\x11\xe0": "a workbook of the old kind (.xls); save it as .xlsx or .csv",
    b"<!DO": "a web page; the address may have led to an error page",
    b"<htm": "a web page; the address may have led to an error page",
    b"\x7fELF": "a program",
}
_OPENS_DOUBLED: Final = re.compile(r'(?:^|[;,\t|])""(?![";,\t|]|$)', re.MULTILINE)
"""A cell that opens with a doubled quotation mark and goes on: in CSV it would be closed at once."""
_ALL_QUOTED: Final = re.compile(r'".*"$', re.DOTALL)
WORKBOOK: Final = b"PK\x03\x04"


class Row(NamedTuple):
    """A row of a table: its number (the line of the file it begins in, or its place in a list or a sheet), its cells by column, and its raw text.

    ``trouble`` is the code and the detail of a refusal when the row could not be taken apart, ``findings`` how it was repaired so far.
    """

    line: int
    cells: dict[str, str]
    raw: str
    trouble: tuple[str, str] | None = None
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class File:
    """A file and what a first look at it told: digest, size, encoding (``mixed`` for UTF-8 with lines that are not)."""

    path: Path
    sha256: str
    size: int
    encoding: str
    start: bytes

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook (or another zip archive)."""
        return self.start.startswith(WORKBOOK)

    @property
    def is_json(self) -> bool:
        """Whether it holds JSON."""
        return self.start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


@dataclass
class Table:
    """A header, and rows to be read once."""

    header: tuple[str, ...]
    rows: Iterator[Row]
    title: str = ""
    notes: list[str] = field(default_factory=list)


def look(path: Path) -> File:
    """Read a file once, for its encoding and its digest.

    :raises DataError: if it cannot be read, is empty, or is of a kind that no register comes in.
    """
    made, size, start = hashlib.sha256(), 0, b""
    utf8, rest = True, b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(CHUNK):
                if not start:
                    start = chunk[:4096]
                made.update(chunk)
                size += len(chunk)
                if utf8:
                    # A character can lie across two chunks: what may be the beginning of one waits for the next.
                    whole, rest = _whole(rest + chunk)
                    try:
                        whole.decode()
                    except UnicodeDecodeError:
                        utf8 = False
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}.", path=str(path)) from error
    if not size:
        raise DataError("the file is empty; fetch it anew.", path=str(path))
    for magic, what in _MAGIC.items():
        if start.lstrip()[: len(magic)].lower() == magic.lower():
            raise DataError(f"this is {what}.", path=str(path))
    if start.startswith(WORKBOOK):
        encoding = "xlsx"
    elif start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif sum(byte < 9 or 13 < byte < 32 for byte in start) > len(start) / 100:
        raise DataError("this is no text but binary data; give the register's table as its publisher has it.", path=str(path))
    else:
        encoding = "utf-8-sig" if utf8 and not rest else _other(path)
    return File(path, made.hexdigest(), size, encoding, start)


def _whole(data: bytes) -> tuple[bytes, bytes]:
    for back in range(1, min(4, len(data)) + 1):
        byte = data[-back]
        if byte >= 0xC0:  # the first byte of a character of more than one
            need = 2 if byte < 0xE0 else 3 if byte < 0xF0 else 4
            return (data[:-back], data[-back:]) if need > back else (data, b"")
        if byte < 0x80:
            break
    return data, b""


def _other(path: Path) -> str:
    """``windows-1252`` for a file none of whose other letters are UTF-8, else ``mixed``."""
    with path.open("rb") as file:
        for line in file:
            if not line.isascii():
                try:
                    line.decode()
                except UnicodeDecodeError:
                    continue
                return "mixed"
    return "windows-1252"


class Lines:
    """The lines of a text file, decoded, without their ends; ``number`` is that of the last line given, ``encoded`` whether it was not UTF-8 in a mixed file."""

    def __init__(self, file: File) -> None:
        self._file = file
        self.number = 0
        self.encoded = False

    def __iter__(self) -> Iterator[str]:
        encoding = self._file.encoding
        if encoding != "mixed":
            with self._file.path.open(encoding=encoding, errors="replace", newline="\n") as read:
                while line := read.readline(LONGEST + 2):
                    self.number += 1
                    yield line.rstrip("\r\n")
                    while len(line) > LONGEST and not line.endswith("\n"):  # the rest of a line that is too long
                        line = read.readline(LONGEST + 2)
            return
        with self._file.path.open("rb") as raw:
            while part := raw.readline(LONGEST + 2):
                self.number += 1
                try:
                    text, self.encoded = part.decode(), False
                except UnicodeDecodeError:
                    text, self.encoded = part.decode("windows-1252", "replace"), True
                yield text.lstrip("\ufeff").rstrip("\r\n") if self.number == 1 else text.rstrip("\r\n")
                while len(part) > LONGEST and not part.endswith(b"\n"):
                    part = raw.readline(LONGEST + 2)


def trouble(raw: str) -> tuple[str, str] | None:
    """Why no row can have this text, whatever it means: the code of a refusal, and its detail."""
    if len(raw) > LONGEST:
        return "long", f"{LONGEST:,}"
    if "\0" in raw or not raw.isprintable():
        found = next((c for c in raw if c < " " and c not in "\t\r\n"), None)
        if found is not None:
            return "control", f"{ord(found):04X}"
    return None


def delimited(file: File) -> Table:
    """A table of delimited text, quoted as in CSV; the delimiter is the one that splits the header most.

    :raises DataError: if it has no header.
    """
    lines = Lines(file)
    numbered = iter(lines)
    first = next((line for line in numbered if line.strip()), "")
    delimiter = max(";,\t|", key=first.count)
    if first.count(delimiter) >= MOST_COLUMNS:
        raise DataError(f"its first line has more than {MOST_COLUMNS:,} columns, which no register has.", path=str(file.path), line=1)
    header = _split(first, delimiter)
    if isinstance(header, str):
        raise DataError(f"its first line is no header: {header}.", path=str(file.path), line=lines.number)
    names = tuple(" ".join(name.split()) for name in header)
    return Table(names, _delimited(lines, numbered, names, delimiter))


def _delimited(lines: Lines, numbered: Iterator[str], names: tuple[str, ...], delimiter: str) -> Iterator[Row]:
    waiting: deque[tuple[int, bool, str]] = deque()

    def next_line() -> tuple[int, bool, str] | None:
        if waiting:
            return waiting.popleft()
        line = next(numbered, None)
        return None if line is None else (lines.number, lines.encoded, line)

    while (first := next_line()) is not None:
        if not first[2].strip():
            continue
        taken, quotes, size = [first], 0 if delimiter == "\t" else first[2].count('"'), len(first[2])
        while quotes % 2 and size <= LONGEST and (more := next_line()) is not None:  # a cell with line breaks in it
            taken.append(more)
            quotes, size = quotes + more[2].count('"'), size + len(more[2])
        row = _row(taken, names, delimiter)
        if row.trouble and len(taken) > 1:
            # A quotation mark that is not closed must not swallow what follows: its line is refused, and the others are read anew.
            row = _row(taken[:1], names, delimiter)
            waiting.extendleft(reversed(taken[1:]))
        yield row


def _row(taken: list[tuple[int, bool, str]], names: tuple[str, ...], delimiter: str) -> Row:
    raw = "\n".join(line for _, _, line in taken)
    findings = [Finding("encoding")] if any(encoded for _, encoded, _ in taken) else []
    cells: list[str] = []
    why = trouble(raw)
    if why is None and delimiter != "\t" and (raw.count('"') % 2 or _OPENS_DOUBLED.search(raw)):
        cells = _by_marks(raw, delimiter)
        findings.append(Finding("quotes"))
        why = None if cells else ("unclosed", "")
    elif why is None:
        split = _split(raw, delimiter)
        if isinstance(split, str):
            why = ("broken", split)
        else:
            cells = split
    while len(cells) > len(names) and not cells[-1]:
        cells.pop()
    if why is None and len(cells) != len(names):
        why = ("columns", str(len(cells)))
    return Row(taken[0][0], {} if why else dict(zip(names, cells, strict=True)), raw, why, tuple(findings))


def _by_marks(raw: str, delimiter: str) -> list[str]:
    """The cells of a row in which every cell is in quotation marks, whatever marks are inside them; none if that is not so."""
    if not _ALL_QUOTED.match(raw):
        return []
    cells = raw[1:-1].split(f'"{delimiter}"')
    return [(cell[1:-1] if len(cell) > 1 and cell[0] == cell[-1] == '"' else cell).replace('""', '"') for cell in cells]


def _split(raw: str, delimiter: str) -> list[str] | str:
    """The cells of a row, or what is wrong with it. Between tabs, a quotation mark is a sign like any other."""
    if delimiter == "\t" or '"' not in raw:
        return raw.split(delimiter)
    try:
        return next(csv.reader([raw], delimiter=delimiter), [])
    except csv.Error as error:
        return str(error)


def objects(file: File) -> Table:
    """A table of JSON: an object, or a list of objects, each a row; the header is the keys of the first. Nested values stay JSON.

    :raises DataError: if it is no JSON from the start, with line and column.
    """
    rows = _objects(file)
    first = next(rows, None)
    if first is None:
        raise DataError("the list is empty; fetch the file anew.", path=str(file.path))

    def again() -> Iterator[Row]:
        yield first
        yield from rows

    return Table(tuple(first.cells), again())


def _objects(file: File) -> Iterator[Row]:
    """The objects one after the other; their number is their place in the list, since a list can be one line."""
    decoder = json.JSONDecoder(parse_float=str, parse_int=str, parse_constant=str)
    number, in_list = 1, None
    with file.path.open(encoding="windows-1252" if file.encoding == "mixed" else file.encoding, errors="replace") as read:
        buffer = read.read(CHUNK)
        while True:
            buffer = buffer.lstrip("\ufeff \t\r\n,")
            if in_list is None and buffer:
                in_list = buffer[0] == "["
                buffer = buffer[in_list:]
                continue
            if in_list and buffer.startswith("]"):
                return
            try:
                value, end = decoder.raw_decode(buffer)
            except (ValueError, RecursionError):
                more = read.read(CHUNK) if len(buffer) <= LONGEST else ""
                if more:
                    buffer += more
                    continue
                if buffer or in_list:
                    yield Row(number, {}, buffer[:1000], ("long", f"{LONGEST:,}") if len(buffer) > LONGEST else ("truncated", ""))
                return
            yield _object(number, buffer[:end], value)
            number += 1
            buffer = buffer[end:]
            if not buffer and not (buffer := read.read(CHUNK)) and not in_list:
                return


def _object(line: int, raw: str, value: Any) -> Row:
    if not isinstance(value, dict):
        return Row(line, {}, raw, ("no-record", ""))
    cells = {" ".join(name.split()): _cell(cell) for name, cell in value.items()}
    return Row(line, cells, raw, trouble(" ".join(cells.values())))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return json.dumps(value, ensure_ascii=False)


def open_table(file: File) -> list[Table]:
    """The tables of a file: one, or one for each sheet of a workbook.

    :raises DataError: if it is no table.
    """
    if file.is_workbook:
        from clayonto.registers.workbooks import sheets

        return sheets(file)
    return [objects(file) if file.is_json else delimited(file)]
