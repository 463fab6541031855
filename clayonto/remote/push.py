"""``push``: graphs on their way to a store that someone else runs.

A push goes into a graph of its own first, in parts, and takes its place when all of it is there: who asks meanwhile sees the old state or the new.
The name of that graph is made from what is pushed, so a push that stopped is gone on with by pushing the same again, from any machine. A part whose
fate is unknown (a time-out, a lost connection) is never sent again before the store has been asked how many triples it has. In the end the graph is
read back and held against what was sent.
"""

from __future__ import annotations

import hashlib
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.difference.blank import components, has_blank, signature
from clayonto.errors import DataError, EndpointError, EndpointTimeoutError, TransferError, UnreachableError, UsageError
from clayonto.namespaces import GRAPH, ID
from clayonto.remote import failures
from clayonto.remote.checksum import Hashes, compare
from clayonto.remote.graphs import Graphs, silent
from clayonto.sources import from_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clayonto.difference.blank import Line
    from clayonto.graph import KnowledgeGraph
    from clayonto.sources import Source


@dataclass(frozen=True)
class Pushed:
    """One graph that was pushed, or would be (``dry_run``): its name (``None`` for the default graph), and how many triples.

    ``before`` is how many triples the place had; ``resumed`` how many of an earlier push of the same were there already; ``requests`` how many
    parts were sent. ``checksum`` is that of what was sent and of what was read back, which are the same: a sum of hashes of the triples by value,
    in any order.
    """

    graph: str | None
    triples: int
    before: int
    resumed: int
    requests: int
    checksum: str
    seconds: float
    dry_run: bool

    def to_dict(self) -> dict[str, Any]:
        """Ready for JSON."""
        return asdict(self)


def push(
    what: KnowledgeGraph | str | Path | Iterable[str | Path],
    url: str,
    *,
    graph: str | None = None,
    each: bool = False,
    add: bool = False,
    update_url: str | None = None,
    graphs_url: str | None = None,
    timeout: float = 60.0,
    retries: int = 3,
    part: int | None = None,
    dry_run: bool = False,
    base: str = ID,
    progress: Callable[[int, int], None] | None = None,
) -> list[Pushed]:
    """Put a graph, or files, into a store behind an endpoint, in the place of what was there.

    :param what: a graph with all it says, or files, folders and patterns without the bundled data.
    :param url: the address that takes queries.
    :param graph: the IRI of the named graph to fill; the default graph when ``None``.
    :param each: fill the named graph of each file instead, as :attr:`KnowledgeGraph.files` has them, and those that N-Quads and TriG name.
    :param add: leave what the place has, and put the triples beside it.
    :param update_url: the address for updates, and ``graphs_url`` that of the Graph Store Protocol; as stores of this kind have them when ``None``.
    :param timeout: seconds that a request may take.
    :param retries: how often a part is sent again once the store has said that it is not there.
    :param part: the triples of a request; what suits the store when ``None``.
    :param dry_run: whether only to say what would be done.
    :param progress: called with how many triples have arrived, and how many there are.
    :returns: one entry for each graph, in order.
    :raises DataError: if there is nothing to push, or a file cannot be read.
    :raises UsageError: if the store has no such place, ``part`` is less than 1, or where it takes updates is not known.
    :raises TransferError: if what arrived is not what was sent; the place has what it had then.
    :raises EndpointError: if the endpoint fails; pushing the same again goes on from there.
    """
    if each and graph is not None:
        raise UsageError("Either every file goes into its own graph (each), or all go into one (graph); leave one of the two out.")
    if part is not None and part < 1:
        raise UsageError(f"A request carries one triple or more (part), not {part}.")
    loads = [_Load(name, lines) for name, lines in _graphs(what, graph=graph, each=each, base=base)]
    if not any(load.lines for load in loads):
        raise DataError("There is not one triple to push.")
    with Graphs(url, timeout=timeout, retries=retries, update_url=update_url, graphs_url=graphs_url) as remote:
        for load in loads:
            remote.check_writable(load.graph)
        size = part or remote.store.chunk
        return [load.push(remote, add=add, part=size, dry_run=dry_run, progress=progress or silent) for load in loads]


class _Load:
    """One graph to push: its lines, those with blank nodes last, and the set of their hashes by value."""

    def __init__(self, graph: str | None, lines: Iterable[Line]) -> None:
        self.graph = graph
        given = set(lines) - {b""}
        nameless = {line for line in given if has_blank(line)}
        self.ground = sorted(given - nameless)
        # Triples that share a blank node travel in one part: apart, they would become two nodes.
        self.components = sorted(components(nameless), key=signature)
        self.lines = given

    def push(self, remote: Graphs, *, add: bool, part: int, dry_run: bool, progress: Callable[[int, int], None]) -> Pushed:
        started = time.perf_counter()
        aside = f"{GRAPH}push/{self._digest(add=add)}"
        before = remote.count(self.graph)
        sent = Hashes(remote.store)
        sent.add_all(self._triples())
        resumed = requests = 0
        if not dry_run:
            resumed, requests = self._fill(remote, aside, part, progress)
            compare(remote, aside, sent, self._triples)
            self._swap(remote, aside, add=add)
        return Pushed(self.graph, len(self.lines), before, resumed, requests, sent.checksum, time.perf_counter() - started, dry_run)

    def _triples(self) -> Iterator[tuple[Any, Any, Any]]:
        """What is pushed, of pyoxigraph terms."""
        return ((q.subject, q.predicate, q.object) for q in ox.parse(b"\n".join(self.lines), format=ox.RdfFormat.N_TRIPLES))

    def _digest(self, *, add: bool) -> str:
        """A name for just this push: the data, and where it goes."""
        digest = hashlib.sha256(f"{self.graph or ''}\n{add}\n".encode())
        for line in self.ground:
            digest.update(line + b"\n")
        for component in self.components:
            digest.update(signature(component) + b"\n")
        return digest.hexdigest()[:32]

    def _parts(self, size: int) -> Iterator[tuple[list[Line], bool]]:
        """The lines in parts, and of each part whether it has blank nodes."""
        for start in range(0, len(self.ground), size):
            yield self.ground[start : start + size], False
        held: list[Line] = []
        for component in self.components:
            if held and len(held) + len(component) > size:
                yield held, True
                held = []
            held += component
        if held:
            yield held, True

    def _fill(self, remote: Graphs, aside: str, size: int, progress: Callable[[int, int], None]) -> tuple[int, int]:
        """Send what the graph aside does not have yet; how many triples it had, and how many parts were sent."""
        there = remote.count(aside)
        if there > len(self.ground):
            # It stopped among the blank nodes, and which of them are there cannot be told.
            remote.drop(aside)
            there = 0
        resumed = there
        skipped = there // size  # parts are sent in order; the one it stopped in is sent again, which adds nothing twice
        arrived = requests = 0
        for number, (lines, nameless) in enumerate(self._parts(size)):
            if number >= skipped or nameless:
                self._send(remote, aside, lines, nameless=nameless)
                requests += 1
            arrived += len(lines)
            progress(arrived, len(self.lines))
        return resumed, requests

    @staticmethod
    def _send(remote: Graphs, aside: str, lines: list[Line], *, nameless: bool) -> None:
        before = remote.count(aside) if nameless else 0
        for attempt in range(remote.retries + 1):
            try:
                remote.send(aside, lines)
            except EndpointError as error:
                unknown = isinstance(error, EndpointTimeoutError | UnreachableError) or error.status in failures.FOR_A_MOMENT
                if not unknown or attempt == remote.retries:
                    raise
                time.sleep(failures.pause(None, attempt))
                # Never blindly: the store says what it has. Triples without blank nodes may come twice; they are the same triples.
                now = remote.count(aside)
                if nameless and now != before:
                    if now == before + len(lines):
                        return
                    raise
            else:
                return

    def _swap(self, remote: Graphs, aside: str, *, add: bool) -> None:
        try:
            remote.move(aside, self.graph, add=add)
        except (EndpointTimeoutError, UnreachableError):
            if remote.count(aside):
                raise
        counts = not remote.store.union_default or self.graph is not None
        if counts and not remote.count(self.graph):
            raise TransferError(f"{remote.url} took the graph, and has none of it now.", url=remote.url, missing=len(self.lines))


def _graphs(
    what: KnowledgeGraph | str | Path | Iterable[str | Path], *, graph: str | None, each: bool, base: str
) -> Iterator[tuple[str | None, list[Line]]]:
    """The graphs to push and their triples as canonical N-Triples."""
    from clayonto.graph import KnowledgeGraph

    if isinstance(what, KnowledgeGraph):
        if not each:
            yield graph, what.n_triples().split(b"\n")
            return
        if what.is_edited or (what.is_stored and not what.files):
            raise UsageError("This graph is not made of files alone, so it has no graph for each of them; push it as a whole (graph).")
        if what.sources:
            yield from _by_graph(what.sources)
            return
        for entry in what.files:
            yield entry["graph"], _of_engine(what, entry["graph"])
        return
    sources = from_paths([what] if isinstance(what, str | Path) else list(what), base=base)
    if each:
        yield from _by_graph(sources)
    else:
        yield graph, [line for source in sources for line in source.n_triples().split(b"\n")]


def _by_graph(sources: Iterable[Source]) -> Iterator[tuple[str, list[Line]]]:
    found: dict[str, list[Any]] = {}
    for source in sources:
        for quad in source.quads():
            name = source.graph if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value
            found.setdefault(name, []).append(quad.triple)
    for name, triples in found.items():
        yield name, (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").split(b"\n")


def _of_engine(graph: KnowledgeGraph, name: str) -> list[Line]:
    from clayonto.engines.oxigraph import from_python

    rows = graph.query(f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{name}> {{ ?s ?p ?o }} }}")
    triples = (ox.Triple(*map(from_python, row)) for row in rows)
    return (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").split(b"\n")
