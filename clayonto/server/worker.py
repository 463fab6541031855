"""A process that answers one query after another, from a store that it opens read only.

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
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto import sparql
from clayonto.engines.oxigraph import as_asked, syntax_error
from clayonto.errors import ForbiddenQueryError, QuerySyntaxError
from clayonto.namespaces import PREFIXES
from clayonto.server import messages
from clayonto.server.bounding import bounded
from clayonto.server.counting import rows
from clayonto.server.formats import FORMATS
from clayonto.server.negotiation import NoFormat, choose
from clayonto.server.sink import Sink

if TYPE_CHECKING:
    from collections.abc import Callable

_PREFIXES: Final = dict(PREFIXES)
_NEW_USER, _NEW_NET = 0x10000000, 0x40000000

Reply = tuple[dict[str, Any], bytes]


class Worker:
    """Answers queries about one state of a graph."""

    def __init__(self, store: Path, *, base: str, spool: Path) -> None:
        self._base = base
        self._spool = spool
        self._plain = ox.Store.read_only(str(store))
        self._named: ox.Store | None = None

    def answer(self, asked: dict[str, Any]) -> Reply:
        """The reply to a request: head and body. What is wrong is told by ``error``, and what is known of it beside."""
        try:
            return self._answered(asked)
        except QuerySyntaxError as error:
            return {"error": "syntax", "message": str(error), "line": error.line, "column": error.column}, b""
        except ForbiddenQueryError as error:
            return {"error": "refused", "message": str(error)}, b""
        except NoFormat as error:
            return {"error": "format", "offered": error.offered, "named": error.named}, b""
        except MemoryError:
            return {"error": "memory"}, b""
        except OSError as error:
            # The one file that is written is the answer.
            too_large = error.errno == errno.EFBIG or f"os error {errno.EFBIG})" in str(error)
            return {"error": "bytes" if too_large else "engine", "message": str(error)}, b""
        except (RuntimeError, ValueError) as error:
            return {"error": "engine", "message": str(error)}, b""

    def _answered(self, asked: dict[str, Any]) -> Reply:
        query: str = asked["query"]
        form = sparql.form(query)
        name = choose(form, accept=asked["accept"], named=asked["named"])
        sparql.refuse_leaving(query)
        wanted: dict[str, Any] = {
            key: [ox.NamedNode(iri) for iri in asked[key]] for key in ("default_graph", "named_graphs") if asked[key] is not None
        }
        if asked["graphs"] is None and (wanted or sparql.asks_for_graphs(query) or _has_dataset(query)):
            return {"error": "graphs"}, b""
        limited, may_be_more = bounded(query, form, asked["most_rows"])
        try:
            answer = self._store(asked["graphs"]).query(as_asked(limited), base_iri=self._base, prefixes=_PREFIXES, **wanted)
        except SyntaxError as error:
            # What is wrong is to be told of the text as it was given.
            self._check(query)
            raise syntax_error(error, query) from error
        sink = Sink(self._spool, most=asked["most_bytes"], packed=asked["gzip"])
        try:
            write: Any = answer.serialize  # which takes whatever can be written to
            write(output=sink, format=FORMATS[name].engine)
            digest = sink.finish()
        finally:
            sink.close()
        # No answer of so many solutions has fewer bytes.
        if may_be_more and sink.written > asked["most_rows"] and self._rows(sink, name) > asked["most_rows"]:
            return {"error": "rows"}, b""
        return {"format": name, "size": sink.size, "gzip": sink.packed, "digest": digest}, sink.content

    def _rows(self, sink: Sink, name: str) -> int:
        content = sink.content or self._spool.read_bytes()
        return rows(zlib.decompress(content, 31) if sink.packed else content, name)

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


def _has_dataset(query: str) -> bool:
    return "from" in query.lower() and any(token.kind == "word" and token.text.upper() == "FROM" for token in sparql.tokens(query))


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


def main(arguments: list[str]) -> None:
    """Answer until the server has gone.

    :param arguments: the number of a socket, the folder of the store, the base of relative IRIs, the file for answers, and the bytes of memory and file.
    """
    number, store, base, spool, memory, file_size = arguments
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is for the server, which ends its workers itself
    alone = leave_network()
    connection = socket.socket(fileno=int(number))
    worker = Worker(Path(store), base=base, spool=Path(spool))
    confine(memory=int(memory), file_size=int(file_size))
    # What is here now stays: it is not looked at again when what a query left is collected.
    gc.freeze()
    connection.sendall(messages.frame({"alone": alone}))
    with contextlib.suppress(EOFError):
        while True:
            connection.sendall(messages.frame(worker.answer(messages.receive(connection))))


if __name__ == "__main__":
    main(sys.argv[1:])
