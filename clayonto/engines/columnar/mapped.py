"""Columns in files that are mapped into memory: a column is there as soon as its file is open, and takes memory only where it is looked at.

Numbers are little-endian, one after the other. Texts are a file of views and files of UTF-8, laid out as Arrow's *Variable-size Binary View*
(https://arrow.apache.org/docs/format/Columnar.html): 16 bytes for each text, which hold it if it has at most 12, and else say where it stands.
polars takes both as they are, by Arrow's C data interface (https://arrow.apache.org/docs/format/CDataInterface.html), without a copy.
"""

from __future__ import annotations

import ctypes
import mmap
from array import array
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import polars as pl

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

SEGMENT: Final = 1 << 30
"""The most bytes of a file of texts: a view counts them in 31 bits."""
_SHORT: Final = 12
_ROWS: Final = 1 << 20
# Type codes of Python's arrays, and formats of Arrow.
_NUMBERS: Final = {pl.UInt8: ("B", b"C"), pl.UInt16: ("H", b"S"), pl.UInt32: ("I", b"I")}
_WORD: Final = pl.UInt32
_POINTER: Final = ctypes.sizeof(ctypes.c_void_p)


class _Schema(ctypes.Structure):
    pass


class _Array(ctypes.Structure):
    pass


_RELEASE_SCHEMA: Final = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Schema))
_RELEASE_ARRAY: Final = ctypes.CFUNCTYPE(None, ctypes.POINTER(_Array))
_Schema._fields_ = [
    ("format", ctypes.c_char_p),
    ("name", ctypes.c_char_p),
    ("metadata", ctypes.c_char_p),
    ("flags", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("children", ctypes.c_void_p),
    ("dictionary", ctypes.c_void_p),
    ("release", _RELEASE_SCHEMA),
    ("private_data", ctypes.c_void_p),
]
_Array._fields_ = [
    ("length", ctypes.c_int64),
    ("null_count", ctypes.c_int64),
    ("offset", ctypes.c_int64),
    ("n_buffers", ctypes.c_int64),
    ("n_children", ctypes.c_int64),
    ("buffers", ctypes.POINTER(ctypes.c_void_p)),
    ("children", ctypes.c_void_p),
    ("dictionary", ctypes.c_void_p),
    ("release", _RELEASE_ARRAY),
    ("private_data", ctypes.c_void_p),
]
# What polars has been given and not yet let go of, by the number that it gives back.
_lent: Final[dict[int, object]] = {}


# polars may let go while the interpreter ends, when modules are empty already: what is called then brings along all that it names, and is never freed.
@_RELEASE_ARRAY  # type: ignore[untyped-decorator]
def _release_array(
    given: Any,
    lent: Any = _lent,
    forgotten: Any = ctypes.memset,
    of: Any = ctypes.addressof,
    at: int = _Array.release.offset,
    size: int = _POINTER,
) -> None:
    lent.pop(given.contents.private_data, None)
    forgotten(of(given.contents) + at, 0, size)


@_RELEASE_SCHEMA  # type: ignore[untyped-decorator]
def _release_schema(
    given: Any, forgotten: Any = ctypes.memset, of: Any = ctypes.addressof, at: int = _Schema.release.offset, size: int = _POINTER
) -> None:
    forgotten(of(given.contents) + at, 0, size)


for _called in (_release_array, _release_schema):
    ctypes.pythonapi.Py_IncRef(ctypes.py_object(_called))
_capsule: Final = ctypes.pythonapi.PyCapsule_New
_capsule.restype = ctypes.py_object
_capsule.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]


class _Column:
    """Buffers as an array without nulls, to be taken once by Arrow's PyCapsule interface."""

    def __init__(self, form: bytes, length: int, buffers: Sequence[Any]) -> None:
        # A bitmap of what is not null comes first, and there is none.
        pointers = (ctypes.c_void_p * (len(buffers) + 1))(None, *map(ctypes.addressof, buffers))
        taken = ctypes.cast(pointers, ctypes.POINTER(ctypes.c_void_p))
        self._array = _Array(length, 0, 0, len(pointers), 0, taken, None, None, _release_array, None)
        self._schema = _Schema(form, b"", None, 0, 0, None, None, _release_schema, None)
        self._held = (pointers, buffers)

    def __arrow_c_array__(self, requested_schema: object = None) -> tuple[Any, Any]:
        key = id(self)
        self._array.private_data = key
        _lent[key] = self
        return (
            _capsule(ctypes.addressof(self._schema), b"arrow_schema", None),
            _capsule(ctypes.addressof(self._array), b"arrow_array", None),
        )


def _opened(path: Path) -> Any:
    if not path.stat().st_size:
        return (ctypes.c_char * 1)()  # of nothing there is no mapping
    with path.open("rb") as file:
        # A view of one's own, since ctypes lends out nothing that is read only; nobody writes to it.
        mapping = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_COPY)
    return (ctypes.c_char * len(mapping)).from_buffer(mapping)


def numbers(path: Path, kind: Any) -> Any:
    """The series of numbers that a file holds.

    :param kind: ``pl.UInt8``, ``pl.UInt16`` or ``pl.UInt32``.
    :raises OSError: if it cannot be opened.
    """
    code, form = _NUMBERS[kind]
    length = path.stat().st_size // array(code).itemsize
    return pl.Series(_Column(form, length, [_opened(path)])) if length else pl.Series(dtype=kind)


def texts(views: Path, segments: Sequence[Path]) -> Any:
    """The series of texts that files hold.

    :raises OSError: if one cannot be opened.
    """
    length = views.stat().st_size // 16
    if not length:
        return pl.Series(dtype=pl.String)
    files = [_opened(path) for path in segments]
    sizes = (ctypes.c_int64 * max(len(files), 1))(*map(len, files))
    return pl.Series(_Column(b"vu", length, [_opened(views), *files, sizes]))


def write_numbers(out: BinaryIO, given: Any) -> None:
    """Write a series of numbers, in the width that it has."""
    code, _ = _NUMBERS[given.dtype.base_type()]
    for part in _parts(given):
        array(code, part.to_list()).tofile(out)


def write_texts(views: BinaryIO, segment: BinaryIO, number: int, given: Any) -> None:
    """Write a series of texts.

    :param segment: a new file, for at most :data:`SEGMENT` bytes, and ``number`` its place among the segments.
    """
    for part in _parts(given):
        frame = part.alias("text").to_frame().with_columns(pl.col("text").str.len_bytes().alias("size"))
        long = pl.col("size") > _SHORT
        at = segment.tell()
        frame.filter(long).select("text").write_csv(segment, include_header=False, quote_style="never")
        # A line end follows each text.
        taken = pl.when(long).then(pl.col("size").cast(pl.UInt64) + 1).otherwise(0)
        start = (at + taken.cum_sum() - taken).cast(_WORD)
        padded = pl.concat_str(pl.col("text").str.slice(0, _SHORT), pl.lit("\0" * _SHORT)).cast(pl.Binary)
        first, second, third = (padded.bin.slice(n, 4).bin.reinterpret(dtype=_WORD, endianness="little") for n in (0, 4, 8))
        place = pl.when(long).then(pl.lit(number, dtype=_WORD)).otherwise(second)
        words = pl.concat_arr(pl.col("size").cast(_WORD), first, place, pl.when(long).then(start).otherwise(third))
        write_numbers(views, frame.select(words.alias("words"))["words"].explode())


def _parts(given: Any) -> Iterator[Any]:
    return (given[at : at + _ROWS] for at in range(0, len(given), _ROWS))
