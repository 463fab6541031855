"""A SPARQL 1.1 endpoint that someone else runs, through SPARQLWrapper. It is read, never written to.

Queries go by POST, since they may be long. Solutions are asked for as JSON, the form that servers get right, and read in Rust. A request that is
refused for a moment (429, 502, 503, 504) or cannot be made is tried again, a few times, after as long as the server says or a little longer each
time. User and password, or a token, come from the environment, and stand in no message.
"""

from __future__ import annotations

import ast
import itertools
import os
import re
import time
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import urlsplit

import pyoxigraph as ox

from clayonto import sparql
from clayonto.engines.oxigraph import check_syntax, to_python
from clayonto.errors import EndpointError, QueryError, UsageError
from clayonto.namespaces import ID, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from SPARQLWrapper import SPARQLWrapper

    from clayonto.engines.base import Triple
    from clayonto.sources import Source

SOLUTIONS: Final = "application/sparql-results+json, application/sparql-results+xml;q=0.8"
TRIPLES: Final = "application/n-triples, text/turtle;q=0.8, application/rdf+xml;q=0.5"
_FOR_A_MOMENT: Final = frozenset({429, 502, 503, 504})
_LONGEST_PAUSE: Final = 60.0


class RemoteEngine:
    """Answers from an endpoint. See the module, and :class:`clayonto.engines.base.Engine`."""

    name = "remote"
    stored = True

    def __init__(self, url: str, *, timeout: float = 60.0, retries: int = 3, graph: str | None = None) -> None:
        """Take an endpoint's address; nothing is sent yet.

        :param url: the address that takes queries, ``http`` or ``https``.
        :param timeout: seconds that an answer may take to begin.
        :param retries: how often a request is tried again.
        :param graph: the IRI of the named graph to ask; the endpoint's default graph when ``None``.
        :raises UsageError: if it is no such address.
        """
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UsageError(f"“{url}” is no address of an endpoint; give one that starts with http:// or https://.")
        if parts.username or parts.password:
            raise UsageError(
                "The address holds a password; take it out, and set CLAYONTO_ENDPOINT_USER and CLAYONTO_ENDPOINT_PASSWORD, "
                "or CLAYONTO_ENDPOINT_TOKEN."
            )
        self.url = url
        self.timeout = timeout
        self.retries = retries
        self.graph = graph
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
        raise UsageError(f"{self.url} is read only here, so you cannot {what}; load its data into a graph of your own to do so.")

    def triples(self) -> Iterator[Any]:
        """The triples of the graph that is asked."""
        for solution in self._results("SELECT ?s ?p ?o WHERE { ?s ?p ?o }", ID):
            yield tuple(solution)

    def select(self, query: str, *, base: str) -> bytes:
        """The solutions of a SELECT query, as TSV."""
        return bytes(self._results(query, base).serialize(format=ox.QueryResultsFormat.TSV))

    def ask(self, query: str, *, base: str) -> bool:
        """The answer of an ASK query."""
        return bool(self._results(query, base))

    def construct(self, query: str, *, base: str) -> Iterator[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE query."""
        body, media = self._request(query, base, TRIPLES)
        format_ = ox.RdfFormat.from_media_type(media)
        if format_ is None:
            self._not_sparql(media, body)
        try:
            for quad in dict.fromkeys(ox.parse(body, format=format_, base_iri=base)):
                yield to_python(quad.subject), to_python(quad.predicate), to_python(quad.object)
        except SyntaxError as error:
            raise EndpointError(f"{self.url} sent {media} that cannot be read: {error.msg}.", url=self.url) from error

    def __len__(self) -> int:
        (solution,) = self._results("SELECT (COUNT(*) AS ?count) WHERE { ?s ?p ?o }", ID)
        return int(solution["count"].value)

    def _results(self, query: str, base: str) -> Any:
        body, media = self._request(query, base, SOLUTIONS)
        format_ = ox.QueryResultsFormat.from_media_type(media)
        # CSV is for people: it does not tell an IRI from a text.
        if format_ in (None, ox.QueryResultsFormat.CSV):
            self._not_sparql(media, body)
        try:
            return ox.parse_query_results(body, format=format_)
        except (SyntaxError, ValueError) as error:
            raise EndpointError(f"{self.url} sent an answer that cannot be read: {error}.", url=self.url) from error

    def _not_sparql(self, media: str, body: bytes) -> NoReturn:
        page = b"<html" in body[:1000].lower()
        what = "a web page" if page else media or "something without a media type"
        raise EndpointError(
            f"{self.url} answered with {what}, not with SPARQL results. Is it the address that takes queries? Often it ends in /sparql or /query.",
            url=self.url,
        )

    def _request(self, query: str, base: str, accept: str) -> tuple[bytes, str]:
        """The body of an answer and its media type.

        :raises QueryError: if the endpoint does not accept the query.
        :raises EndpointError: if there is no answer to use.
        """
        from urllib.error import HTTPError, URLError

        from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

        asked = self._wrapper(_whole(query, base), accept)
        for attempt in range(self.retries + 1):
            try:
                with asked.query().response as response:
                    self._server = response.headers.get("Server") or self._server
                    return response.read(), (response.headers.get("Content-Type") or "").partition(";")[0].strip().lower()
            except SPARQLWrapperException as error:
                if isinstance(error.__context__, HTTPError):
                    error.__context__.close()
                self._rejected(error, query, base)
            except HTTPError as error:
                error.close()
                if error.code not in _FOR_A_MOMENT or attempt == self.retries:
                    raise EndpointError(
                        f"{self.url} answered with {error.code} {error.reason}.{_advice(error.code)}", url=self.url
                    ) from error
                time.sleep(_pause(error.headers.get("Retry-After"), attempt))
            except TimeoutError as error:
                raise self._too_slow() from error
            except (URLError, OSError) as error:
                reason = getattr(error, "reason", error)
                if isinstance(reason, TimeoutError):
                    raise self._too_slow() from error
                if attempt == self.retries:
                    said = getattr(reason, "strerror", None) or reason
                    raise EndpointError(
                        f"{self.url} cannot be reached: {said}. Is the address right, and the server running?", url=self.url
                    ) from error
                time.sleep(_pause(None, attempt))
        raise AssertionError("A last attempt returns or raises.")

    def _wrapper(self, query: str, accept: str) -> SPARQLWrapper:
        from importlib.metadata import version

        import SPARQLWrapper as Library

        made = Library.SPARQLWrapper(self.url, agent=f"clayonto/{version('clayonto')}", defaultGraph=self.graph)
        made.setMethod(Library.POST)
        made.setOnlyConneg(True)
        made.setTimeout(max(1, round(self.timeout)))
        made.setQuery(query)
        made.addCustomHttpHeader("Accept", accept)
        user, password = os.environ.get("CLAYONTO_ENDPOINT_USER"), os.environ.get("CLAYONTO_ENDPOINT_PASSWORD")
        token = os.environ.get("CLAYONTO_ENDPOINT_TOKEN")
        if token:
            made.addCustomHttpHeader("Authorization", f"Bearer {token}")
        elif user and password:
            made.setCredentials(user, password)
        return made

    def _too_slow(self) -> EndpointError:
        return EndpointError(
            f"{self.url} did not answer within {self.timeout:g} seconds; ask for less, or give it more time (timeout).", url=self.url
        )

    def _rejected(self, error: Exception, query: str, base: str) -> NoReturn:
        said = _words(error)
        match type(error).__name__:
            case "QueryBadFormed":
                check_syntax(query, base=base)
                raise QueryError(f"{self.url} does not accept the query, which is SPARQL 1.1: {said}") from error
            case "Unauthorized":
                what = "wants a user and password or a token: set CLAYONTO_ENDPOINT_USER and CLAYONTO_ENDPOINT_PASSWORD, or CLAYONTO_ENDPOINT_TOKEN"
            case "EndPointNotFound":
                what = "is not there (404); often the address ends in /sparql or /query"
            case "URITooLong":
                what = "takes no query of this length"
            case _:
                what = f"failed on the query: {said}"
        raise EndpointError(f"{self.url} {what.rstrip('.')}.", url=self.url) from error


def _whole(query: str, base: str) -> str:
    """The query with its base and with the project's prefixes that it uses and does not declare."""
    tokens = list(sparql.tokens(query))
    used = {token.text.partition(":")[0] for token in tokens if token.kind == "name"}
    declared = {after.text[:-1] for before, after in itertools.pairwise(tokens) if before.text.upper() == "PREFIX"}
    lines = [f"BASE <{base}>", *(f"PREFIX {p}: <{PREFIXES[p]}>" for p in sorted(used - declared) if p in PREFIXES)]
    return "\n".join([*lines, query])


def _pause(told: str | None, attempt: int) -> float:
    """Seconds to wait: what the server says, or half a second and twice as long each time."""
    if told is not None and told.strip().isdigit():
        return min(float(told), _LONGEST_PAUSE)
    return float(min(0.5 * 2**attempt, _LONGEST_PAUSE))


def _advice(code: int) -> str:
    return {403: " It does not let you ask.", 429: " It has had too many requests; wait a while."}.get(code, "")


def _words(error: Exception) -> str:
    """What a server said, in one line; SPARQLWrapper wraps it into a sentence of its own and shows the bytes."""
    text = str(error).partition("Response:")[2].strip()
    if text[:2] in ("b'", 'b"'):
        text = ast.literal_eval(text).decode(errors="replace")
    text = re.sub(r"<[^>]{1,200}>", " ", text) if "<html" in text.lower() else text
    return " ".join(text.split())[:300] or "it does not say why"
