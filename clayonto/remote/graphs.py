"""The graphs of a store that someone else runs: counted, read, sent and dropped, by the Graph Store Protocol where it is spoken, else by SPARQL.

https://www.w3.org/TR/sparql11-http-rdf-update/ and https://www.w3.org/TR/sparql11-update/
"""

from __future__ import annotations

import itertools
import re
from typing import IO, TYPE_CHECKING, Any, cast

import pyoxigraph as ox

from clayonto import tsv
from clayonto.engines.remote import TRIPLES, RemoteEngine
from clayonto.errors import UsageError
from clayonto.namespaces import ID
from clayonto.remote import credentials, failures, mending
from clayonto.remote.streaming import PIECE, Pieces
from clayonto.remote.web import Web
from clayonto.terms import IRI, render

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Self

    from clayonto.difference.blank import Line
    from clayonto.remote.stores import Store

# Some engines expand \u before they parse, even after a backslash that is itself escaped; see terms.render.
_ESCAPED_U = re.compile(rb"(?<!\\)((?:\\\\)+)([uU])")


class Graphs:
    """The graphs behind an endpoint. Use it in a ``with`` block. A graph is its IRI, or ``None`` for the default graph."""

    def __init__(
        self, url: str, *, timeout: float = 60.0, retries: int = 3, update_url: str | None = None, graphs_url: str | None = None
    ) -> None:
        """Ask the endpoint what it is.

        :param url: the address that takes queries.
        :param update_url: the one that takes updates, and ``graphs_url`` the one that speaks the Graph Store Protocol; those that a store of this
            kind has when ``None``.
        :raises UsageError: if an address is none.
        :raises EndpointError: if it does not answer.
        """
        self.url = url
        self.retries = retries
        self._engine = RemoteEngine(url, timeout=timeout, retries=retries)
        for given in (update_url, graphs_url):
            if given is not None:
                credentials.check_address(given)
        self._engine.ask("ASK { }", base=ID)
        self.update_url = update_url or self.store.update_url(url)
        self.graphs_url = graphs_url or self.store.graphs_url(url)
        secure = any(address is not None and address.startswith("https:") for address in (url, self.update_url, self.graphs_url))
        self._web = Web(credentials.find(url), timeout=timeout, retries=retries, secure=secure)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._web.close()

    @property
    def store(self) -> Store:
        """The kind of store."""
        return self._engine.store

    def check_writable(self, graph: str | None) -> None:
        """Refuse what cannot be, before anything is done.

        :raises UsageError: if the store has no default graph to write to, or where it takes updates is not known.
        :raises TermError: if a name is no IRI.
        """
        if graph is None and not self.store.writes_default:
            raise UsageError(f"{self.store.name} has no default graph to write to; name a graph (graph, --graph).")
        if self.update_url is None:
            raise UsageError(f"Where {self.url} takes updates is not known; name the address (update_url, --update).")
        if graph is not None:
            _iri(graph)

    def names(self) -> list[str]:
        """The IRIs of the named graphs, sorted."""
        found = tsv.read(self._engine.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }", base=ID))[1]
        return sorted(str(name) for (name,) in found if isinstance(name, IRI))

    def count(self, graph: str | None) -> int:
        """How many triples a graph has; 0 for one that is not there."""
        found = tsv.read(self._engine.select(f"SELECT (COUNT(*) AS ?n) {{ {_in(graph, '?s ?p ?o')} }}", base=ID))[1]
        if len(found) != 1 or not isinstance(found[0][0], int):
            raise failures.unreadable(self.url, "a count", ValueError("it is not one number"))
        return int(found[0][0])

    def triples(self, graph: str | None) -> Iterator[tuple[Any, Any, Any]]:
        """The triples of a graph, of pyoxigraph terms, one after the other as they arrive.

        :raises EndpointError: if there is no such graph, or the answer breaks off.
        """
        if self.store.page is not None:
            yield from self._by_pages(graph, self.store.page)
            return
        if self.graphs_url is not None:
            request = self._web.reading("GET", self.graphs_url, params=_named(graph), headers={"Accept": TRIPLES})
        else:
            query = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {_in(graph, '?s ?p ?o')} }}"
            request = self._web.reading("POST", self.url, data={"query": query}, headers={"Accept": TRIPLES})
        with request as response:
            media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
            format_ = ox.RdfFormat.from_media_type(media)
            if format_ is None:
                raise failures.not_sparql(self.url, media, response.read())
            body = cast("IO[bytes]", Pieces(response.iter_bytes(PIECE)))
            try:
                for quad in ox.parse(body, format=format_, base_iri=ID, rename_blank_nodes=True):
                    yield quad.subject, quad.predicate, mending.restored(self.store, quad.object)
            except SyntaxError as error:
                raise failures.unreadable(self.url, media, error) from error

    def _by_pages(self, graph: str | None, page: int) -> Iterator[tuple[Any, Any, Any]]:
        """The triples of a graph in a store that cuts answers without a word. Should it give some twice and others not, their number is right and they are not."""
        names: dict[str, ox.BlankNode] = {}
        for offset in itertools.count(0, page):
            query = f"SELECT ?s ?p ?o {{ {_in(graph, '?s ?p ?o')} }} LIMIT {page} OFFSET {offset}"
            found = list(self._engine.solutions(query, base=ID))
            for triple in found:
                s, p, o = (names.setdefault(t.value, ox.BlankNode()) if isinstance(t, ox.BlankNode) else t for t in triple)
                yield s, p, mending.restored(self.store, o)
            if len(found) < page:
                return

    def send(self, graph: str | None, lines: list[Line]) -> None:
        """Put triples into a graph beside what it has, in one request that is sent once.

        :param lines: canonical N-Triples.
        :raises EndpointError: if they were refused; a time-out or a lost connection leaves open whether they arrived.
        """
        body = b"\n".join(lines) + b"\n"
        if self.graphs_url is not None:
            self._web.write("POST", self.graphs_url, params=_named(graph), content=body, headers={"Content-Type": "application/n-triples"})
            return
        data = _ESCAPED_U.sub(lambda m: m[1] + rb"\U%08X" % ord(m[2]), body).decode()
        self.update(f"INSERT DATA {{ {_in(graph, data)} }}")

    def update(self, text: str) -> None:
        """Carry out a SPARQL Update, sent once; see :meth:`check_writable`."""
        if self.update_url is None:
            raise AssertionError("check_writable() comes first.")
        self._web.write("POST", self.update_url, data={"update": text})

    def move(self, graph: str, target: str | None, *, add: bool) -> None:
        """Put a graph in the place of another, or with ``add`` its triples beside those of the other; it is gone then."""
        there = "DEFAULT" if target is None else f"GRAPH {_iri(target)}"
        if self.store.moves:
            self.update(f"{'ADD' if add else 'MOVE'} GRAPH {_iri(graph)} TO {there}")
            if add:
                self.drop(graph)
            return
        # MOVE would say the same, but Jena 4.5 finds no graph to move.
        copy = f"INSERT {{ {_in(target, '?s ?p ?o')} }} WHERE {{ GRAPH {_iri(graph)} {{ ?s ?p ?o }} }}"
        self.update(" ;\n".join([*([] if add else [f"DROP SILENT {there}"]), copy, f"DROP SILENT GRAPH {_iri(graph)}"]))

    def drop(self, graph: str | None) -> None:
        """Take a graph away with all its triples; one that is not there is no error."""
        self.update("DROP SILENT DEFAULT" if graph is None else f"DROP SILENT GRAPH {_iri(graph)}")


def called(graph: str | None) -> str:
    """A graph in a sentence."""
    return "the default graph" if graph is None else f"<{graph}>"


def silent(done: int, whole: int) -> None:
    """Progress that nobody watches."""


def _named(graph: str | None) -> dict[str, str]:
    return {"default": ""} if graph is None else {"graph": graph}


def _iri(graph: str) -> str:
    """The SPARQL text of a graph's name.

    :raises TermError: if it is no IRI.
    """
    return render(IRI(graph))


def _in(graph: str | None, pattern: str) -> str:
    return pattern if graph is None else f"GRAPH {_iri(graph)} {{ {pattern} }}"
