"""``pull`` and ``clear``: graphs that come back from a store that someone else runs, and graphs that are taken out of it."""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.errors import DataError, OutputError, TransferError, UsageError
from clayonto.files import replacing
from clayonto.locales import counted
from clayonto.namespaces import PREFIXES
from clayonto.remote.graphs import Graphs, called, silent
from clayonto.sources import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True)
class Pulled:
    """A file that was pulled: the graph, how many triples, the SHA-256 of the file."""

    graph: str | None
    file: str
    triples: int
    sha256: str
    seconds: float

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class Cleared:
    """A graph that was cleared, or would be (``dry_run``), and how many triples it had."""

    graph: str | None
    triples: int
    dry_run: bool

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


def pull(
    url: str,
    output: str | Path,
    *,
    graph: str | None = None,
    every: bool = False,
    graphs_url: str | None = None,
    timeout: float = 60.0,
    retries: int = 3,
    progress: Callable[[int, int], None] | None = None,
) -> Pulled:
    """Write a graph of a store behind an endpoint to a file, whole or not at all; it is never all in memory.

    :param output: the file; its ending says the format: ``.nt``, ``.ttl``, ``.nq``, ``.trig`` or ``.rdf``.
    :param graph: the IRI of the named graph; the default graph when ``None``.
    :param every: all named graphs instead, into N-Quads or TriG.
    :raises UsageError: if the ending is none of these.
    :raises TransferError: if what came is not as much as the endpoint counts; the file is as it was then.
    :raises OutputError: if the file cannot be written.
    """
    started = time.perf_counter()
    file = Path(output)
    format_ = FORMATS.get(file.suffix.lower())
    if format_ is None or (not format_.supports_datasets and every) or format_ == ox.RdfFormat.JSON_LD:
        raise UsageError(f"“{file}” cannot hold that; let it end in {'.nq or .trig' if every else '.nt, .ttl, .nq, .trig or .rdf'}.")
    with Graphs(url, timeout=timeout, retries=retries, graphs_url=graphs_url) as remote:
        wanted: list[str | None] = [*remote.names()] if every else [graph]
        expected = sum(map(remote.count, wanted))
        if not expected:
            raise DataError(f"{url} has no triple in {'any named graph' if every else called(graph)}.")
        counter = _Counting(progress or silent, expected)
        try:
            with replacing(file) as out:
                prefixes = dict(PREFIXES) if format_ in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
                ox.serialize(counter.quads(remote, wanted, named=every), output=out, format=format_, prefixes=prefixes)
                if counter.count != expected:
                    raise TransferError(
                        f"{url} counts {counted(expected, 'triple', 'triples')} in {called(graph)} and gave {counter.count}; {file} is as it was. "
                        "A server that caps answers has a setting for it (ResultSetMaxRows in Virtuoso).",
                        url=url,
                        missing=max(0, expected - counter.count),
                        extra=max(0, counter.count - expected),
                    )
        except OSError as error:
            raise OutputError(error, path=str(file)) from error
    digest = hashlib.sha256()
    with file.open("rb") as written:
        while piece := written.read(1 << 20):
            digest.update(piece)
    return Pulled(graph, str(file), counter.count, digest.hexdigest(), time.perf_counter() - started)


def clear(
    url: str,
    *,
    graph: str | None = None,
    update_url: str | None = None,
    graphs_url: str | None = None,
    timeout: float = 60.0,
    retries: int = 3,
    dry_run: bool = False,
) -> Cleared:
    """Take all triples out of a graph of a store behind an endpoint.

    :param graph: the IRI of the named graph; the default graph when ``None``.
    :param dry_run: whether only to count them.
    :raises TransferError: if triples are left.
    """
    with Graphs(url, timeout=timeout, retries=retries, update_url=update_url, graphs_url=graphs_url) as remote:
        remote.check_writable(graph)
        before = remote.count(graph)
        if dry_run or not before:
            return Cleared(graph, before, dry_run)
        remote.drop(graph)
        if (left := remote.count(graph)) and (graph is not None or not remote.store.union_default):
            raise TransferError(f"{url} still has {counted(left, 'triple', 'triples')} in {called(graph)}.", url=url, extra=left)
    return Cleared(graph, before, dry_run)


class _Counting:
    """Quads on their way into a file, counted."""

    def __init__(self, progress: Callable[[int, int], None], expected: int) -> None:
        self.count = 0
        self._progress = progress
        self._expected = expected

    def quads(self, remote: Graphs, graphs: list[str | None], *, named: bool) -> Iterator[Any]:
        for graph in graphs:
            place = ox.NamedNode(graph) if named and graph is not None else ox.DefaultGraph()
            for s, p, o in remote.triples(graph):
                self.count += 1
                if self.count % 10_000 == 0:
                    self._progress(self.count, self._expected)
                yield ox.Quad(s, p, o, place)
        self._progress(self.count, self._expected)
