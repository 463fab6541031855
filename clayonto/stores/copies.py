"""Copies of what was loaded, compressed, and made while it is read."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import queue
import shutil
import tempfile
import threading
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, Final, cast

import pyoxigraph as ox

from clayonto.errors import DataError, EngineError
from clayonto.files import replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clayonto.sources import Source

    # Of pyoxigraph terms.
    Triple = tuple[Any, Any, Any]

_REMEDY: Final = "Restore a backup, or load the files into a new folder."
CHUNK: Final = 1 << 20
"""Bytes that are read at a time."""


class Copy:
    """A compressed copy of a file; see :class:`clayonto.resources.File`. ``size`` and ``sha256`` are those of the file, where they are known."""

    def __init__(self, path: Path, *, size: int = 0, sha256: str = "") -> None:
        self._path = path
        self.size = size
        self.sha256 = sha256

    def read_bytes(self) -> bytes:
        """All of the file."""
        with self.open() as file:
            return file.read()

    def keep(self, copies: Path) -> str:
        """Have the copy among others, under the name that its digest gives it; the name.

        :raises OSError: if it cannot be written.
        """
        name = f"{self.sha256}.gz"
        part = copies / f"{name}.part"
        part.unlink(missing_ok=True)
        try:
            os.link(self._path, part)
        except OSError:  # another disk, or one that has no links
            shutil.copyfile(self._path, part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(copies / name)
        return name

    def open(self) -> BinaryIO:
        """The file, to be read in parts.

        :raises EngineError: if the copy is not there.
        """
        try:
            return cast("BinaryIO", gzip.open(self._path, "rb"))
        except OSError as error:
            raise EngineError(f"{self._path} cannot be read: {error.strerror or error}. {_REMEDY}") from error


class Held:
    """A file that is in memory; see :class:`clayonto.resources.File`."""

    def __init__(self, content: bytes) -> None:
        self._content = content

    def read_bytes(self) -> bytes:
        """All of it."""
        return self._content


def digest(source: Source) -> str:
    """The SHA-256 of a file's bytes, as :attr:`Layer.sha256`.

    :raises DataError: if the file cannot be read.
    """
    if isinstance(source.file, Copy) and source.file.sha256:
        return source.file.sha256
    made = hashlib.sha256()
    with opened(source) as file:
        while chunk := file.read(CHUNK):
            made.update(chunk)
    return made.hexdigest()


class Summed(io.RawIOBase):
    """A file that is read, and the SHA-256 of what was read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.sum = hashlib.sha256()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read on."""
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        self.sum.update(chunk)
        return len(chunk)


class Tee(io.RawIOBase):
    """A file that is read, and while it is, its bytes are hashed and copied, compressed, by a thread of their own."""

    def __init__(self, file: BinaryIO, copies: Path, *, progress: Callable[[str], None], name: str, size: int) -> None:
        self._file, self._copies = file, copies
        self._progress, self._name, self._size = progress, name, size
        self._hash = hashlib.sha256()
        self._read = 0
        self._chunks: queue.Queue[bytes | None] = queue.Queue(maxsize=8)
        self._failed: OSError | None = None
        handle, part = tempfile.mkstemp(dir=copies, suffix=".part")
        self._part = Path(part)
        self._worker = threading.Thread(target=self._copy, args=(os.fdopen(handle, "wb"),), daemon=True)
        self._worker.start()

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read on, and hand what was read to the thread."""
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        if chunk:
            self._chunks.put(chunk)
            self._read += len(chunk)
            self._progress(f"{self._name}: {self._read / 1e6:,.0f} / {self._size / 1e6:,.0f} MB")
        return len(chunk)

    def finish(self) -> tuple[str, str, int]:
        """Read what is left; the name of the copy, the SHA-256 of the bytes, and how many there are.

        :raises OSError: if the copy could not be written.
        """
        while self.read(CHUNK):
            pass
        self._stop()
        if self._failed is not None:
            raise self._failed
        name = f"{self._hash.hexdigest()}.gz"
        self._part.replace(self._copies / name)
        return name, self._hash.hexdigest(), self._read

    def give_up(self) -> None:
        """End the thread, and remove what it has written if it was not finished."""
        self._stop()
        self._part.unlink(missing_ok=True)

    def _stop(self) -> None:
        if self._worker.is_alive():
            self._chunks.put(None)
            self._worker.join()

    def _copy(self, out: BinaryIO) -> None:
        chunks = iter(self._chunks.get, None)
        try:
            with out:
                packer = zlib.compressobj(1, wbits=31)
                for chunk in chunks:
                    self._hash.update(chunk)
                    out.write(packer.compress(chunk))
                out.write(packer.flush())
                out.flush()
                os.fsync(out.fileno())
        except OSError as error:
            self._failed = error
            for _ in chunks:  # whoever reads must not wait for room in the queue
                pass


def size_of(source: Source) -> int:
    """The size of a file in bytes; 0 for one of the bundle."""
    if isinstance(source.file, Copy):
        return source.file.size
    return source.file.stat().st_size if isinstance(source.file, Path) else 0


@contextmanager
def opened(source: Source) -> Iterator[BinaryIO]:
    """The bytes of a file, to be read in parts.

    :raises DataError: if it cannot be read.
    """
    if isinstance(source.file, Copy):
        file = source.file.open()
    elif isinstance(source.file, Path):
        try:
            file = source.file.open("rb", buffering=0)
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror or error}.", path=source.name) from error
    else:
        file = io.BytesIO(source.read())
    with file:
        try:
            yield file
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise EngineError(f"The copy of {source.name} is damaged: {error}. {_REMEDY}") from error


def read_triples(copy: Path) -> list[Triple]:
    """Triples that :func:`write_triples` has written."""
    # Labels of blank nodes are the store's own, and kept.
    quads = ox.parse(Copy(copy).read_bytes(), format=ox.RdfFormat.N_TRIPLES)
    return [(quad.subject, quad.predicate, quad.object) for quad in quads]


def write_triples(triples: Iterable[Triple], copies: Path) -> str:
    """Keep triples, and give the name of the copy."""
    data = ox.serialize((ox.Triple(*triple) for triple in triples), format=ox.RdfFormat.N_TRIPLES) or b""
    name = f"{hashlib.sha256(data).hexdigest()}.gz"
    replace(copies / name, gzip.compress(data, 1, mtime=0))
    return name
