"""A SPARQL 1.1 endpoint that someone else runs, through SPARQLWrapper. It is read, never written to.

Queries go by POST, as forms, since they may be long and Virtuoso never answers them as bodies. Solutions are asked for as JSON, the form that
servers get right, and read in Rust; of a store whose TSV is ours to the letter they are asked for as that. A request that is refused for a moment
(429, 502, 503, 504) or cannot be made is tried again, a few times, after as long as the server says or a little longer each time. Large answers
stream through httpx (:meth:`RemoteEngine.stream`). User and password, or a token, come from the environment or a file, and stand in no message.
"""

from __future__ import annotations

import gzip
import itertools
import time
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pyoxigraph as ox

from clayonto import sparql
from clayonto.engines.oxigraph import check_syntax, to_python
from clayonto.errors import ClayontoError, QueryError, UsageError
from clayonto.namespaces import ID, PREFIXES
from clayonto.remote import credentials, failures, mending, stores
from clayonto.terms import IRI, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clayonto.engines.base import Triple
    from clayonto.remote.streaming import Lines
    from clayonto.sources import Source

_LONGEST: Final = 1_000_000
"""Seconds: what any system can wait for."""
TRIPLES: Final = "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"


class RemoteEngine:
    """Answers from an endpoint. See the module, and :class:`clayonto.engines.base.Engine`."""

    name = "remote"
    stored = True

    def __init__(self, url: str, *, timeout: float = 60.0, retries: int = 3, graph: str | None = None, own: bool = True) -> None:
        """Take an endpoint's address; nothing is sent yet.

        :param url: the address that takes queries, ``http`` or ``https``.
        :param timeout: seconds that an answer may take to begin.
        :param retries: how often a request is tried again.
        :param graph: the IRI of the named graph to ask; the endpoint's default graph when ``None``.
        :param own: whether it is the endpoint that a call names, so that the credentials in the environment are for it.
        :raises UsageError: if it is no such address, or ``timeout`` or ``retries`` cannot be.
        :raises TermError: if ``graph`` is no IRI.
        :raises ConfigError: if the file of credentials cannot be read.
        """
        credentials.check_address(url)
        if not 0 < timeout <= _LONGEST or retries < 0:
            raise UsageError(
                f"An endpoint is given more than 0 and at most {_LONGEST:,} seconds (timeout), and tried again 0 times or more (retries)."
            )
        if graph is not None:
            render(IRI(graph))
        self.url = url
        self.timeout = timeout
        self.retries = retries
        self.graph = graph
        self.store = stores.told(url, {})
        """The kind of store behind the address, as far as its answers have told."""
        self._credentials = credentials.find(url, environment=own)
        self._server = ""

    @property
    def version(self) -> str:
        """What the server calls itself; empty before its first answer."""
        return self._server

    def load(self, source: Source) -> None:
        """Refused: see :meth:`change`."""
        self._refuse(f"load {source.name} into it")

    def change(self, added: Iterable[Any], removed: Iterable[Any]) -> None:  # noqa: ARG002
        """Refused: an endpoint is read only."""
        self._refuse("change it")

    def add_graph(self, graph: str, triples: Iterable[Any]) -> None:  # noqa: ARG002
        """Refused: see :meth:`change`."""
        self._refuse(f"add <{graph}> to it")

    def drop_graph(self, graph: str) -> None:
        """Refused: see :meth:`change`."""
        self._refuse(f"take <{graph}> out of it")

    def _refuse(self, what: str) -> NoReturn:
        raise UsageError(
            f"{self.url} is read only here, so you cannot {what}; load its data into a graph of your own to do so, or push a graph to it."
        )

    def triples(self) -> Iterator[Any]:
        """The triples of the graph that is asked."""
        return self.solutions("SELECT ?s ?p ?o WHERE { ?s ?p ?o }", base=ID)

    def solutions(self, query: str, *, base: str) -> Iterator[tuple[Any, ...]]:
        """The solutions of a SELECT query, of pyoxigraph terms; errors as for :meth:`select`."""
        body, media = self._request(query, base, stores.JSON_RESULTS)
        with self._reading(media):
            for solution in self._parsed(body, media):
                yield tuple(solution)

    def n_triples(self) -> bytes:
        """The triples of the graph that is asked, as N-Triples."""
        return ox.serialize((ox.Triple(*triple) for triple in self.triples()), format=ox.RdfFormat.N_TRIPLES) or b""

    def select(self, query: str, *, base: str) -> bytes:
        """The solutions of a SELECT query, as TSV."""
        body, media = self._request(query, base, self.store.results)
        if media == "text/tab-separated-values" and self.store.results == stores.TSV_RESULTS:
            return body
        with self._reading(media):
            return mending.repaired(self.store, bytes(self._parsed(body, media).serialize(format=ox.QueryResultsFormat.TSV)))

    def stream(self, query: str, *, base: str, until: float | None = None) -> Lines:
        """The solutions of a SELECT query as lines of TSV, read as they are asked for and never all in memory; errors as for :meth:`select`.

        :param until: when all of the answer must be there, by :func:`time.monotonic`.
        """
        from clayonto.remote.streaming import Lines

        if not self._server and until is None:
            self.ask("ASK { }", base=base)  # tells the kind of store, so that the quickest form is asked for
        try:
            return Lines.of_endpoint(self, whole(query, base), self._credentials, until=until)
        except QueryError:
            check_syntax(query, base=base)
            raise

    def ask(self, query: str, *, base: str) -> bool:
        """The answer of an ASK query."""
        body, media = self._request(query, base, stores.JSON_RESULTS)
        with self._reading(media):
            found = self._parsed(body, media)
            if isinstance(found, ox.QuerySolutions):
                # Virtuoso gives a table with one number.
                return any(value is not None and to_python(value) in (1, True) for solution in found for value in solution)
            return bool(found)

    def construct(self, query: str, *, base: str) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE query."""
        body, media = self._request(query, base, TRIPLES)
        format_ = ox.RdfFormat.from_media_type(media)
        if format_ is None:
            raise failures.not_sparql(self.url, media, body)
        with self._reading(media):
            for quad in dict.fromkeys(ox.parse(body, format=format_, base_iri=base)):
                yield to_python(quad.subject), to_python(quad.predicate), to_python(quad.object)

    def __len__(self) -> int:
        (solution,) = self.solutions("SELECT (COUNT(*) AS ?count) WHERE { ?s ?p ?o }", base=ID)
        return int(solution[0].value)

    def _parsed(self, body: bytes, media: str) -> Any:
        format_ = ox.QueryResultsFormat.from_media_type(media)
        # CSV is for people: it does not tell an IRI from a text.
        if format_ in (None, ox.QueryResultsFormat.CSV):
            raise failures.not_sparql(self.url, media, body)
        return ox.parse_query_results(mending.readable(self.store, body), format=format_)

    @contextmanager
    def _reading(self, media: str) -> Iterator[None]:
        """While an answer is parsed, which goes on as its solutions are taken."""
        try:
            yield
        except ClayontoError:
            raise
        except (SyntaxError, ValueError) as error:
            raise failures.unreadable(self.url, media, error) from error

    def _request(self, query: str, base: str, accept: str) -> tuple[bytes, str]:
        """The body of an answer and its media type.

        :raises QueryError: if the endpoint does not accept the query.
        :raises EndpointError: if there is no answer to use.
        """
        from http.client import HTTPException, IncompleteRead
        from urllib.error import HTTPError

        asked = self._wrapper(whole(query, base), accept)
        for attempt in range(self.retries + 1):
            last = attempt == self.retries
            try:
                with asked.query().response as response:
                    return self._received(response)
            except HTTPError as error:
                with error:
                    body, headers = error.read(), {name.lower(): value for name, value in error.headers.items()}
                if error.code == 400:
                    check_syntax(query, base=base)
                if last or error.code not in failures.FOR_A_MOMENT:
                    known = self._credentials.header is not None
                    raise failures.of_status(self.url, error.code, body, headers, known=known) from error
                time.sleep(failures.pause(headers.get("retry-after"), attempt))
            except IncompleteRead as error:
                raise failures.broke_off(self.url, error) from error
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise failures.broke_off(self.url, error) from error
            except OSError as error:  # a connection closed before a word (RemoteDisconnected) is one of these
                reason = getattr(error, "reason", error)
                if isinstance(reason, TimeoutError):
                    raise failures.too_slow(self.url, self.timeout) from error
                if last or failures.is_final(reason):
                    raise failures.unreachable(self.url, reason) from error
                time.sleep(failures.pause(None, attempt))
            except HTTPException as error:
                raise failures.not_http(self.url, error) from error
        raise AssertionError("A last attempt returns or raises.")

    def _received(self, response: Any) -> tuple[bytes, str]:
        headers = response.headers
        self._server = headers.get("Server") or self._server
        self.store = stores.told(self.url, headers)
        body, media = response.read(), (headers.get("Content-Type") or "").partition(";")[0].strip().lower()
        if most := headers.get("X-SPARQL-MaxRows"):
            raise failures.capped(self.url, most)
        if (headers.get("Content-Encoding") or "").lower() in ("gzip", "x-gzip"):
            body = gzip.decompress(body)  # not asked for, and sent all the same by some that stand in front of a server
        return body, media

    def _wrapper(self, query: str, accept: str) -> Any:
        from importlib.metadata import version
        from urllib.request import HTTPRedirectHandler, HTTPSHandler, build_opener

        import SPARQLWrapper as Library

        from clayonto.remote.trust import trusted

        class Staying(HTTPRedirectHandler):
            """A POST that is sent on becomes a GET without its query, at a place that nobody named."""

            def redirect_request(self, *_: Any) -> None:
                return

        opener = build_opener(Staying, *([HTTPSHandler(context=trusted())] if self.url.lower().startswith("https:") else []))
        shown, timeout = self._credentials.header, self.timeout

        class Asked(Library.SPARQLWrapper):
            def _query(self) -> Any:
                # SPARQLWrapper's own asks the opener that all of the process share.
                request = self._createRequest()
                if shown:
                    request.add_unredirected_header("Authorization", shown)
                return opener.open(request, timeout=timeout), self.returnFormat

        made = Asked(self.url, agent=f"clayonto/{version('clayonto')}", defaultGraph=self.graph)
        made.setMethod(Library.POST)
        made.setOnlyConneg(True)
        made.setQuery(query)
        made.addCustomHttpHeader("Accept", accept)
        return made


def whole(query: str, base: str) -> str:
    """The query with its base and with the project's prefixes that it uses and does not declare."""
    tokens = list(sparql.tokens(query))
    used = {token.text.partition(":")[0] for token in tokens if token.kind == "name"}
    declared = {after.text[:-1] for before, after in itertools.pairwise(tokens) if before.text.upper() == "PREFIX"}
    lines = [f"BASE <{base}>", *(f"PREFIX {p}: <{PREFIXES[p]}>" for p in sorted(used - declared) if p in PREFIXES)]
    return "\n".join([*lines, query])
