"""The SPARQL endpoint: queries, updates, and what it says of itself."""

from __future__ import annotations

import asyncio
import re
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from clayonto.errors import ClayontoError, EndpointError, ForbiddenQueryError, QuerySyntaxError
from clayonto.negotiation import ranges
from clayonto.publish import sparql
from clayonto.publish.machine.routes import preferred
from clayonto.remote.federation import Services
from clayonto.server.application import Application
from clayonto.server.cache import Cache
from clayonto.server.description import describe
from clayonto.server.formats import FORMATS
from clayonto.server.messages import Question
from clayonto.server.negotiation import NoFormat
from clayonto.server.problems import BadQuery, Busy, Failed, NotAcceptable, Refused
from clayonto.server.protocol import UPDATE, read, unquoted
from clayonto.sparql import may_have

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.types import ASGIApp, Receive, Scope, Send

    from clayonto.server.asked import Answer, Asked
    from clayonto.server.pool import Pool
    from clayonto.server.settings import Settings
    from clayonto.server.writing import Writer

_OWN_VALUES: Final = re.compile(r"\b(?:now|rand|uuid|struuid|bnode)\s*\(", re.IGNORECASE)
_OF_THESE: Final = ("now", "rand", "uuid", "bnode")
_SERVICE: Final = re.compile(r"\bservice\b", re.IGNORECASE)
_KEPT: Final = 1 << 16
_BEGUN: Final = "clayonto.begun"
"""In the scope of a request, the query that was asked for it before."""
Headers = list[tuple[bytes, bytes]]


class Endpoint(Application):
    """Speaks the SPARQL 1.1 Protocol."""

    methods = ("GET", "HEAD", "POST", "OPTIONS")

    def __init__(self, pool: Pool, settings: Settings, *, writer: Writer | None, prefix: str, languages: Sequence[str]) -> None:
        """:param prefix: the path of the site on its host; ``languages`` are those of its page to write queries in, for a browser."""
        self._pool = pool
        self._settings = settings
        self._writer = writer
        self._prefix = prefix
        self._languages = languages
        self._services = Services(settings.services, timeout=settings.timeout) if settings.services else None
        self._kept: Cache[Answer] = Cache(settings.cache)

    def begin(self, scope: Scope, respond: Callable[[int, Headers, bytes], None], otherwise: Callable[[], None]) -> bool:
        """Have a plain query answered without a task for it; whether it is one.

        A plain query comes by GET, and has a small answer within a moment. All else is for the application itself, also what is wrong.

        :param respond: called with status, headers and body of the response.
        :param otherwise: called if the answer is to be waited for, or is to be sent in pieces: the application goes on with the same scope then.
        """
        encoded: bytes = scope["query_string"]
        headers = _first_of_each(scope["headers"])
        accept = headers.get("accept", "")
        # As many characters as may be, each escaped, are too many at any rate, and looked at once.
        if scope["method"] != "GET" or not encoded.startswith(b"query=") or b"&" in encoded or len(encoded) > self._settings.max_query:
            return False
        if "text/html" in accept.lower() or "authorization" in headers or self._services is not None:
            return False
        try:
            query = unquoted(encoded[6:]).decode()
        except UnicodeDecodeError:
            return False
        question = Question(query, accept=accept, gzip=takes_gzip(headers))
        key, constant, kept = self._known(question)

        def answered(answer: Answer) -> None:
            self._keep(key, answer, constant=constant)
            status, told, body = response(answer, headers, "GET")
            respond(status, told, body)

        def waited(asked: Asked) -> None:
            scope[_BEGUN] = asked
            otherwise()

        if kept is None:
            client = scope["client"][0] if scope["client"] else ""
            return self._pool.begin(question, client=client, answered=answered, otherwise=waited)
        respond(*response(kept, headers, "GET"))
        return True

    async def answer_request(self, request: Request) -> ASGIApp:
        """The response to a request of the protocol."""
        headers = _first_of_each(request.scope["headers"])
        # Who may not change the data is not listened to for long.
        if request.method == "POST" and headers.get("content-type", "").startswith(UPDATE):
            self._writing().check(request)
        may_write = self._writer is not None and self._writer.allows(request)
        most = self._settings.max_query
        operation = await read(request, most=most, most_update=self._settings.max_upload if may_write else most)
        if operation.update is not None:
            await self._writing().update(request, operation)
            return Response(status_code=204)
        accept = headers.get("accept", "")
        page = request.method == "GET" and operation.format is None and wants_page(accept)
        if operation.query is None:
            return self._page(request, "") if page else await self._description(request, accept, operation.format)
        if page:
            return self._page(request, operation.query)
        question = Question(
            operation.query,
            accept=accept,
            named=operation.format,
            default_graphs=_fixed(operation.default_graphs),
            named_graphs=_fixed(operation.named_graphs),
            gzip=takes_gzip(headers),
        )
        return Answered(await self.answer(question, request), headers)

    def _writing(self) -> Writer:
        if self._writer is None:
            raise Refused("This endpoint is for reading; it takes no updates.")
        return self._writer

    async def answer(self, question: Question, request: Request) -> Answer:
        """The answer to a query, kept ones at once; whoever goes away before it is there ends it.

        :raises Problem: as :meth:`Pool.answer`.
        :raises ClientGone: then.
        """
        client = request.client.host if request.client else ""
        if self._services is not None and _SERVICE.search(question.query):
            question = question._replace(query=await self._with_services(self._services, question.query, client))
        key, constant, kept = self._known(question)
        begun = request.scope.pop(_BEGUN, None)
        if kept is None or begun is not None:
            kept = await self._pool.answer(question, client=client, gone=partial(_gone, request), begun=begun)
            self._keep(key, kept, constant=constant)
        return kept

    def _known(self, question: Question) -> tuple[tuple[str, Question], bool, Answer | None]:
        """What a query's answer is kept by, whether it will be the same next time, and the answer, if it is kept."""
        constant = not (may_have(question.query, *_OF_THESE) and _OWN_VALUES.search(question.query))
        key = (self._pool.state.name, question)
        return key, constant, self._kept.get(key) if constant else None

    def _keep(self, key: tuple[str, Question], answer: Answer, *, constant: bool) -> None:
        answer.constant = constant
        if constant and answer.body and answer.size <= _KEPT and answer.state == key[0]:
            self._kept.put(key, answer, size=answer.size + len(key[1].query) + 500)

    async def _with_services(self, services: Services, query: str, client: str) -> str:
        """The query with the answers of other endpoints in it."""
        loop = asyncio.get_running_loop()

        def local(text: str) -> bytes:
            async def ask() -> bytes:
                answer = await self._pool.answer(Question(text, named="tsv"), client=client)
                try:
                    return await answer.content()
                finally:
                    answer.close()

            return asyncio.run_coroutine_threadsafe(ask(), loop).result()

        try:
            return await asyncio.to_thread(services.resolve, query, base=self._pool.state.base, local=local)
        except QuerySyntaxError as error:
            raise BadQuery(str(error), line=error.line, column=error.column) from error
        except ForbiddenQueryError as error:
            raise Refused(str(error)) from error
        except EndpointError as error:
            raise Busy(f"A service that the query asks gives no answer: {error}") from error
        except ClayontoError as error:
            raise Failed(str(error)) from error

    async def _description(self, request: Request, accept: str, named: str | None) -> Response:
        url = str(request.url.replace(query="", fragment=""))
        try:
            name, content = describe(
                url,
                graphs=await self._pool.state.graph_names(),
                writable=self._writer is not None,
                federated=self._services is not None,
                accept=accept,
                named=named,
            )
        except NoFormat as error:
            raise NotAcceptable(error.offered) from error
        return Response(content, media_type=FORMATS[name].content_type, headers={"vary": "Accept"})

    def _page(self, request: Request, query: str) -> Response:
        """To the page where people write queries, with this one in it."""
        lang = preferred(request.headers.get("accept-language", ""), offered=self._languages)
        place = f"{self._prefix}{lang}/{sparql.PATH}"
        return RedirectResponse(
            f"{place}#query={quote(query, safe='')}" if query else place, 303, headers={"vary": "Accept, Accept-Language"}
        )


class Answered:
    """The response that has an answer; sends no more of it than a client wants."""

    def __init__(self, answer: Answer, asked: Mapping[str, str]) -> None:
        """:param asked: the headers of the request."""
        self._answer = answer
        self._asked = asked

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send it."""
        try:
            status, headers, body = response(self._answer, self._asked, scope["method"])
            await send({"type": "http.response.start", "status": status, "headers": headers})
            if status == 200 and scope["method"] != "HEAD" and not body:
                async for piece in self._answer.chunks():
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
            await send({"type": "http.response.body", "body": body})
        finally:
            self._answer.close()


def response(answer: Answer, asked: Mapping[str, str], method: str) -> tuple[int, Headers, bytes]:
    """Status, headers and, if it is in memory, body of the response that has an answer.

    :param asked: the headers of the request.
    """
    headers = [
        (b"content-type", answer.content_type.encode()),
        (b"vary", b"Accept, Accept-Encoding"),
        (b"cache-control", b"no-cache" if answer.constant else b"no-store"),
    ]
    if answer.digest:
        tag = f'"{answer.digest}-gz"' if answer.gzip else f'"{answer.digest}"'
        headers.append((b"etag", tag.encode()))
        wanted = asked.get("if-none-match", "")
        if wanted and matches(wanted, tag) and method in ("GET", "HEAD"):
            return 304, headers, b""
    headers.append((b"content-length", b"%d" % answer.size))
    if answer.gzip:
        headers.append((b"content-encoding", b"gzip"))
    return 200, headers, b"" if method == "HEAD" else answer.body


def _first_of_each(headers: Sequence[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers of a request by name, the first of those that it has twice."""
    return {name.decode("latin-1"): value.decode("latin-1") for name, value in reversed(headers)}


async def _gone(request: Request) -> None:
    """Wait until the client has gone; to be called when its body has been read."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


def matches(wanted: str, tag: str) -> bool:
    """Whether an ``If-None-Match`` names an entity tag (RFC 9110, section 13.1.2).

    >>> matches('W/"a", "b"', '"a"'), matches("*", '"a"'), matches('"ab"', '"a"')
    (True, True, False)
    """
    return wanted.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in wanted.split(","))


def takes_gzip(headers: Mapping[str, str]) -> bool:
    """Whether a client takes gzip, by its ``Accept-Encoding``.

    >>> takes_gzip({"accept-encoding": "br, gzip;q=0.5"}), takes_gzip({"accept-encoding": "gzip;q=0"}), takes_gzip({})
    (True, False, False)
    """
    given = headers.get("accept-encoding")
    if not given:
        return False
    wanted = dict(ranges(given))
    return wanted.get("gzip", wanted.get("*", 0.0)) > 0


def wants_page(accept: str) -> bool:
    """Whether nothing is wanted more than a page.

    >>> wants_page("text/html,application/xml;q=0.9,*/*;q=0.8"), wants_page("text/html;q=0.5, text/csv"), wants_page("*/*")
    (True, False, False)
    """
    if "text/html" not in accept.lower():
        return False
    wanted = dict(ranges(accept))
    return wanted.get("text/html", 0.0) > 0 and wanted["text/html"] >= max(
        quality for name, quality in wanted.items() if name != "application/xhtml+xml"
    )


def _fixed(graphs: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if graphs is None else tuple(graphs)
