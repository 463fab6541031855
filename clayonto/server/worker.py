"""A process that answers one query after another, from a store that it opens read only.

What runs over many triples it asks of the columns beside the store, if there are any.

It takes its limits when it starts and cannot lift them: memory (``RLIMIT_AS``), the size of a file it writes (``RLIMIT_FSIZE``), and no network, where
the system lets a process give that up. A query that wants more memory ends the process. Time is kept by the server, which kills it.
A small answer is sent in the reply, a large one is left in a file.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import gc
import os
import signal
import socket
import sys
import time
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto import sparql
from clayonto.engines.oxigraph import as_asked, prefixes, syntax_error
from clayonto.engines.sorting import InOrder, apart
from clayonto.errors import ForbiddenQueryError, QuerySyntaxError
from clayonto.namespaces import PREFIXES
from clayonto.server import messages
from clayonto.server.bounding import bounded
from clayonto.server.columns import WithColumns
from clayonto.server.counting import rows
from clayonto.server.formats import FORMATS
from clayonto.server.messages import Question, Reply
from clayonto.server.negotiation import NoFormat, choose
from clayonto.server.progress import Progress
from clayonto.server.sink import INLINE, Sink
from clayonto.templates import Query

if TYPE_CHECKING:
    from collections.abc import Callable

    from clayonto.engines.sorting import Order

_PREFIXES: Final = dict(PREFIXES)
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000

_SOON: Final = 0.001
"""How long an answer may wait for those that come after it."""


class Limits(NamedTuple):
    """What a worker may take: bytes of memory, of an answer, and how many rows that may have."""

    memory: int
    most_bytes: int
    most_rows: int


class Worker:
    """Answers queries about one state of a graph."""

    def __init__(self, store: Path, limits: Limits, *, base: str, spool: Path, columns: Path | None = None) -> None:
        """:param spool: the beginning of the names of the files for large answers; ``columns`` is the folder of those beside the store."""
        self._base = base
        self._spool = str(spool)
        self._limits = limits
        self._plain = ox.Store.read_only(str(store))
        self._columns = None if columns is None else WithColumns(self._plain, columns)
        self._named: ox.Store | None = None
        # What is known of queries that are alike is kept for these very functions.
        self._bounded_text = lambda query: self._bounded(query)[0]
        self._as_asked = lambda query: as_asked(self._bounded(query)[0])
        self._order = lambda query: found[1] if (found := self._unordered(query)) else None
        self._in_any_order = lambda query: as_asked(found[0] if (found := self._unordered(query)) else query)
        self._may_be_more = lambda query: self._bounded(query)[1]

    def answer(self, number: int, graphs: str | None, question: Question) -> Reply:
        """The reply to a query. What is wrong is told by ``error`` in its head, and what is known of it beside.

        :param graphs: the folder of the store with the named graphs as well, if it is known to be needed.
        """
        try:
            return number, *self._answered(number, graphs, question)
        except QuerySyntaxError as error:
            told = {"error": "syntax", "message": str(error), "line": error.line, "column": error.column}
        except ForbiddenQueryError as error:
            told = {"error": "refused", "message": str(error)}
        except NoFormat as error:
            told = {"error": "format", "offered": error.offered, "named": error.named}
        except MemoryError:
            told = {"error": "memory"}
        except OSError as error:
            # The one file that is written is the answer.
            too_large = error.errno == errno.EFBIG or f"os error {errno.EFBIG})" in str(error)
            told = {"error": "bytes" if too_large else "engine", "message": str(error)}
        except (RuntimeError, ValueError) as error:
            told = {"error": "engine", "message": str(error)}
        return number, told, b""

    def _answered(self, number: int, graphs: str | None, question: Question) -> tuple[dict[str, Any], bytes]:
        query = Query(question.query)
        name = choose(query.of(sparql.form), accept=question.accept, named=question.named)
        if query.of(sparql.is_guarded) or query.may_have("service"):
            sparql.refuse_leaving(query.text)
        wanted = _dataset(question)
        if graphs is None and (query.of(_names_graphs) or wanted):
            return {"error": "graphs"}, b""
        answer, count = self._found(query, graphs, wanted)
        if count is not None and count > self._limits.most_rows:
            return {"error": "rows"}, b""
        sink = Sink(messages.file_of(self._spool, number), most=self._limits.most_bytes, packed=question.gzip)
        done = False
        try:
            write: Any = answer.serialize  # which takes whatever can be written to
            write(output=sink, format=FORMATS[name].engine)
            digest = sink.finish()
            # No answer of so many solutions has fewer bytes.
            if (
                count is None
                and sink.written > self._limits.most_rows
                and query.of(self._may_be_more)
                and _rows(sink, name) > self._limits.most_rows
            ):
                return {"error": "rows"}, b""
            done = True
        finally:
            sink.close()
            if not done:
                sink.discard()
        return {"format": name, "size": sink.size, "gzip": sink.packed, "digest": digest}, sink.content

    def _found(self, query: Query, graphs: str | None, wanted: dict[str, Any]) -> tuple[Any, int | None]:
        """The answer, and how many solutions it has, if that is known without counting them; nothing is put in order of which there is too much."""
        if self._columns is not None and graphs is None:
            answer, count = self._columns.solutions(query, query.rewritten(self._bounded_text), base=self._base)
            if answer is not None:
                return answer, count
        order = query.of(self._order)
        if order is None:
            return self._asked(query, graphs, wanted, by=self._as_asked), None
        found = InOrder(order)
        self._asked(query, graphs, wanted, by=self._in_any_order).serialize(output=found, format=ox.QueryResultsFormat.TSV)
        count = found.rows
        return ox.parse_query_results(found.content(), ox.QueryResultsFormat.TSV) if count <= self._limits.most_rows else None, count

    def _asked(self, query: Query, graphs: str | None, wanted: dict[str, Any], *, by: Callable[[str], str]) -> Any:
        """The answer of the store; ``by`` puts the query into the form in which it is asked."""
        try:
            asked = query.rewritten(by)
            return self._store(graphs).query(asked, base_iri=self._base, prefixes=prefixes(query), **wanted)
        except SyntaxError as error:
            # What is wrong is to be told of the text as it was given.
            self._check(query.text)
            raise syntax_error(error, query.text) from error

    def _bounded(self, query: str) -> tuple[str, bool]:
        return bounded(query, sparql.form(query), self._limits.most_rows)

    def _unordered(self, query: str) -> tuple[str, Order] | None:
        """The query to ask and the order to put its answer into; ``None`` where there is none, or the store has to do it."""
        found = apart(query)
        if found is None:
            return None
        text, order = found
        if order.limit is None:
            return None if order.offset else (self._bounded(text)[0], order)
        # What is looked through for the first rows may be more than an answer may have.
        return found if order.limit <= self._limits.most_rows else None

    @property
    def room(self) -> int:
        """How many bytes of address space it takes for what queries have in common."""
        return 0 if self._columns is None else self._columns.room

    def _check(self, query: str) -> None:
        try:
            ox.Store().query(query, base_iri=self._base, prefixes=_PREFIXES)
        except SyntaxError as error:
            raise syntax_error(error, query) from error

    def _store(self, graphs: str | None) -> ox.Store:
        if graphs is None:
            return self._plain
        if self._named is None:
            self._named = ox.Store.read_only(graphs)
        return self._named


def _rows(sink: Sink, name: str) -> int:
    content = sink.whole()
    return rows(zlib.decompress(content, 31) if sink.packed else content, name)


def _dataset(question: Question) -> dict[str, Any]:
    """The dataset that a request names; of named graphs alone it has an empty default graph, and the other way round."""
    if question.default_graphs is None and question.named_graphs is None:
        return {}
    return {
        "default_graph": [ox.NamedNode(iri) for iri in question.default_graphs or ()],
        "named_graphs": [ox.NamedNode(iri) for iri in question.named_graphs or ()],
    }


def _names_graphs(query: str) -> bool:
    """Whether a query asks for named graphs, or has a dataset of its own."""
    if sparql.asks_for_graphs(query):
        return True
    return sparql.may_have(query, "from") and any(token.kind == "word" and token.text.upper() == "FROM" for token in sparql.tokens(query))


def leave_network() -> bool:
    """Give up the network, for good; whether it is out of reach now. To be called before there are threads."""
    if sys.platform != "linux":
        return False
    unshare: Callable[[int], int] | None = getattr(ctypes.CDLL(None), "unshare", None)
    # Who is root needs no user namespace for it, and would lose the right to read what is not its own there.
    return unshare is not None and (unshare(_NEW_NET) == 0 or unshare(_NEW_USER | _NEW_NET) == 0)


def confine(*, memory: int, file_size: int) -> None:
    """Give up, for good, files beyond a size, core dumps, and memory beyond what is held now and as much as is given."""
    with contextlib.suppress(ImportError):  # not a POSIX system
        import resource

        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # so that writing says that the file is too large
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        limit = _held() + memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _held() -> int:
    """The bytes of address space that this process has; 0 where the system does not say."""
    try:
        return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        return 0


def serve(connection: socket.socket, worker: Worker, progress: Progress) -> None:
    """Answer what comes until the server has gone. Answers that are there at the same time go back together."""
    for queries in messages.received(connection):
        held: list[Reply] = []
        size, since = 0, 0.0
        for number, graphs, *question in queries:
            if not progress.may_begin(number):
                held.append((number, None, b""))
                continue
            held.append(reply := worker.answer(number, graphs, Question(*question)))
            size += len(reply[2])
            now = time.monotonic()
            since = since or now
            if size > INLINE or now - since > _SOON:
                connection.sendall(messages.frame(held))
                held, size, since = [], 0, 0.0
        if held:
            connection.sendall(messages.frame(held))


def main(arguments: list[str]) -> None:
    """Answer until the server has gone.

    :param arguments: the numbers of a socket and of the file of :class:`Progress`, the folders of the store and of its columns, which may be empty, the base
        of relative IRIs, the beginning of the names of the files for answers, and the limits.
    """
    number, shared, store, columns, base, spool, *limits = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which ends its workers itself
    alone = leave_network()
    connection = socket.socket(fileno=int(number))
    progress = Progress(int(shared))
    given = Limits(*map(int, limits))
    worker = Worker(Path(store), given, base=base, spool=Path(spool), columns=Path(columns) if columns else None)
    confine(memory=given.memory + worker.room, file_size=given.most_bytes)
    # What is here now stays: it is not looked at again when what a query left is collected.
    gc.freeze()
    connection.sendall(messages.frame({"alone": alone}))
    with contextlib.suppress(ConnectionError):
        serve(connection, worker, progress)


if __name__ == "__main__":
    main(sys.argv[1:])
