"""Workbooks as tables, through openpyxl: a table for each sheet, its first row of several texts the header, its rows numbered as the sheet shows them.

A sheet's own statement of its size is not believed: some declare one cell. A formula is refused with its row, because what it once came to may be missing
from the file, and so is a cell that holds an error. What an archive unpacks to is counted before it is read.
"""

from __future__ import annotations

import datetime
import warnings
import weakref
import zipfile
import zlib
from typing import TYPE_CHECKING, Any, Final

from clayonto.errors import DataError, MissingExtraError
from clayonto.registers.tables import CHUNK, MOST_COLUMNS, File, Row, Table, trouble

if TYPE_CHECKING:
    from collections.abc import Iterator

_LARGEST: Final = 4 << 30
"""Bytes that a workbook may unpack to."""
_TIGHTEST: Final = 1000
"""How many times as large as packed a part of some size may be; rows that are all alike reach some hundreds."""
_SOME_SIZE: Final = 10 << 20


def sheets(file: File) -> list[Table]:
    """The tables of a workbook's sheets; a sheet without a header is left out.

    :raises DataError: if it is no workbook, damaged, or unpacks to far more than it is.
    :raises MissingExtraError: if openpyxl is not installed.
    """
    try:
        import openpyxl
    except ImportError as error:
        raise MissingExtraError("registers") from error
    _measure(file)
    found = []
    read = file.path.open("rb")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of styles and validations that it leaves out
            book = openpyxl.load_workbook(read, read_only=True, data_only=False, keep_links=False)
        # The rows are read when they are asked for, so the file is closed when nobody can ask any more.
        weakref.finalize(book, read.close)
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = _rows(sheet, file)
            header = next((row for row in rows if sum(isinstance(cell, str) and bool(cell.strip()) for _, cell, _ in row[1]) > 1), None)
            if header is not None:
                names = tuple(" ".join(str(value or "").split()) for _, value, _ in header[1])
                found.append(Table(names, _table(rows, names), sheet.title))
    except DataError:
        read.close()
        raise
    except Exception as error:  # whatever a hostile archive makes openpyxl and its XML parser raise
        read.close()
        raise _unreadable(file, error) from error
    if not found:
        read.close()
        raise DataError("no sheet of the workbook has a table.", path=str(file.path))
    return found


def _unreadable(file: File, error: Exception) -> DataError:
    return DataError(
        f"the workbook cannot be read ({str(error)[:100] or type(error).__name__}); open it and save it again as .xlsx.",
        path=str(file.path),
    )


def _measure(file: File) -> None:
    total = 0
    try:
        with zipfile.ZipFile(file.path) as archive:
            for part in archive.infolist():
                size = 0
                with archive.open(part) as read:
                    while chunk := read.read(CHUNK):
                        size += len(chunk)
                        total += len(chunk)
                        if total > _LARGEST or (size > _SOME_SIZE and size > _TIGHTEST * max(1, part.compress_size)):
                            raise DataError("the workbook unpacks to far more than it is, and is not read.", path=str(file.path))
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise _unreadable(file, error) from error


_Cells = list[tuple[str, Any, str]]


def _rows(sheet: Any, file: File) -> Iterator[tuple[int, _Cells]]:
    """Row numbers and cells: column letter, value and kind."""
    read = iter(sheet.iter_rows())
    number = 0
    while True:
        try:
            row = next(read, None)
        except Exception as error:
            raise _unreadable(file, error) from error
        if row is None:
            return
        number += 1
        if len(row) > MOST_COLUMNS:
            raise DataError(
                f"row {number} of sheet “{sheet.title}” has more than {MOST_COLUMNS:,} columns, which no register has.", path=str(file.path)
            )
        number = next((cell.row for cell in row if hasattr(cell, "row")), number)
        yield number, [(getattr(cell, "coordinate", ""), cell.value, getattr(cell, "data_type", "n")) for cell in row]


def _table(rows: Iterator[tuple[int, _Cells]], names: tuple[str, ...]) -> Iterator[Row]:
    for number, row in rows:
        texts = [_text(value) for _, value, _ in row]
        if not any(texts):
            continue
        raw = "\t".join(texts)
        bad = next(((where, value) for where, value, kind in row if kind in ("f", "e") and value is not None), None)
        why = ("cell", f"{bad[0]} {bad[1]}") if bad else trouble(raw)
        if why is None and any(texts[len(names) :]):
            why = ("columns", str(len(texts)))
        yield Row(number, {} if why else {name: text for name, text in zip(names, texts, strict=False) if name}, raw, why)


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime.datetime):
        return value.date().isoformat() if value.time() == datetime.time() else value.isoformat(" ", "seconds")
    if isinstance(value, datetime.date):
        return value.isoformat()
    return str(value)
