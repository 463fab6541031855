"""Solutions that are read while they arrive: no answer, however large, is held whole.

A server whose TSV is to the letter gives lines that are passed on as they are. Any other is asked for JSON or XML, which is parsed in Rust from
the stream, a solution at a time.
"""

from __future__ import annotations

import io
import time
from typing import IO, TYPE_CHECKING, Any, Final, cast

import pyoxigraph as ox

from clayonto import tsv
from clayonto.engines.oxigraph import to_python
from clayonto.errors import ClayontoError, EndpointError
from clayonto.remote import failures, mending, stores
from clayonto.remote.web import Web

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.engines.remote import RemoteEngine
    from clayonto.remote.credentials import Credentials

PIECE: Final = 1 << 16
"""Bytes that are read at a time."""


class Lines:
    """The columns of an answer, and its rows one after the other as lines of TSV. Close it, or read it to its end."""

    def __init__(self, columns: list[str], lines: Iterator[str]) -> None:
        self.columns = columns
        self._lines = lines

    @classmethod
    def of_endpoint(cls, engine: RemoteEngine, query: str, credentials: Credentials, *, until: float | None = None) -> Lines:
        """Ask an endpoint; it has begun to answer when this returns.

        :param until: when all of the answer must be there, by :func:`time.monotonic`.
        :raises ClayontoError: of :mod:`clayonto.remote.failures`.
        """
        lines = _ask(engine, query, credentials, until)
        return cls([name for name in next(lines).split("\t") if name], lines)

    def __iter__(self) -> Iterator[str]:
        return self._lines

    def close(self) -> None:
        """Stop reading, and let the server know."""
        close = getattr(self._lines, "close", None)
        if close is not None:
            close()


def _ask(engine: RemoteEngine, query: str, credentials: Credentials, until: float | None) -> Iterator[str]:
    """The names of the columns with tabs between them, then the lines."""
    form = {"query": query} | ({"default-graph-uri": engine.graph} if engine.graph else {})
    with (
        Web(credentials, timeout=engine.timeout, retries=engine.retries, secure=engine.url.startswith("https:")) as web,
        web.reading("POST", engine.url, data=form, headers={"Accept": engine.store.results}) as response,
    ):
        media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        if most := response.headers.get("X-SPARQL-MaxRows"):
            raise failures.capped(engine.url, most)
        pieces = response.iter_bytes(PIECE) if until is None else _in_time(engine, response.iter_bytes(), until)
        if media == "text/tab-separated-values" and engine.store.results == stores.TSV_RESULTS:
            yield from _of_tsv(engine.url, pieces)
            return
        format_ = ox.QueryResultsFormat.from_media_type(media)
        if format_ in (None, ox.QueryResultsFormat.CSV):
            raise failures.not_sparql(engine.url, media, response.read())
        yield from _of_results(engine, Pieces(mending.readable_pieces(engine.store, pieces)), media, format_)


def _in_time(engine: RemoteEngine, pieces: Iterator[bytes], until: float) -> Iterator[bytes]:
    """Pieces as long as there is time: a server that sends a byte now and then would otherwise never be too slow."""
    for piece in pieces:
        if time.monotonic() > until:
            raise failures.too_slow(engine.url, engine.timeout)
        yield piece


def _of_tsv(url: str, pieces: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    begun = False
    for piece in pieces:
        whole, newline, after = piece.rpartition(b"\n")
        if not newline:
            rest += piece
            continue
        lines = (rest + whole).decode().split("\n")
        rest = after
        if not begun:
            begun = True
            yield "\t".join(tsv.columns(lines.pop(0).encode()))
        yield from lines
    if rest or not begun:
        raise failures.broke_off(url, "the last line has no end")


def _of_results(engine: RemoteEngine, body: Pieces, media: str, format_: Any) -> Iterator[str]:
    count = 0
    try:
        solutions = ox.parse_query_results(cast("IO[bytes]", body), format=format_)
        if not isinstance(solutions, ox.QuerySolutions):
            raise EndpointError(f"{engine.url} gave yes or no to a query that asks for a table.", url=engine.url)
        yield "\t".join(variable.value for variable in solutions.variables)
        for solution in solutions:
            count += 1
            line = "\t".join("" if term is None else tsv.cell(to_python(term)) for term in solution)
            yield mending.repaired(engine.store, line.encode()).decode() if engine.store is stores.VIRTUOSO else line
    except ClayontoError:
        raise
    except (SyntaxError, ValueError, OSError) as error:
        if count:
            raise failures.broke_off(engine.url, f"after {count} rows: {error}") from error
        raise failures.unreadable(engine.url, media, error) from error


class Pieces(io.RawIOBase):
    """An iterator of bytes as a file to read from."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        super().__init__()
        self._pieces = pieces
        self._rest = memoryview(b"")

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what comes next; 0 at the end."""
        while not self._rest:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._rest = memoryview(piece)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count
