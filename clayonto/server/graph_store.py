"""The Graph Store Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/): whole graphs, to be read by anybody and changed by who has the token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.requests import Request
from starlette.responses import Response

from clayonto.errors import TermError
from clayonto.namespaces import check_iri
from clayonto.server.endpoint import Answered, takes_gzip
from clayonto.server.pool import ClientGone, Question
from clayonto.server.problems import BadRequest, NotFound, Problem, Refused, WrongMedia, WrongMethod
from clayonto.server.protocol import body
from clayonto.terms import IRI, render

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from clayonto.server.endpoint import Endpoint
    from clayonto.server.pool import Pool
    from clayonto.server.settings import Settings
    from clayonto.server.writing import Writer

MEDIA: Final = ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml")
"""Media types that a graph may be sent in."""
_READING: Final = ("GET", "HEAD", "OPTIONS")
_WRITING: Final = ("PUT", "POST", "DELETE")


class GraphStore:
    """An ASGI application: ``?graph=IRI`` or ``?default``."""

    def __init__(self, endpoint: Endpoint, pool: Pool, settings: Settings, *, writer: Writer | None) -> None:
        self._endpoint = endpoint
        self._pool = pool
        self._settings = settings
        self._writer = writer

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        methods = (*_READING, *_WRITING) if self._writer else _READING
        try:
            if request.method == "OPTIONS":
                response: Any = Response(status_code=204, headers={"allow": ", ".join(methods)})
            elif request.method not in methods:
                if request.method in _WRITING:
                    raise Refused("The graphs of this server are for reading.")
                raise WrongMethod(request.method, methods)
            else:
                graph = _graph(request)
                response = await (self._read(request, graph) if request.method in _READING else self._write(request, graph))
        except Problem as problem:
            response = problem.response()
        except ClientGone:
            return
        await response(scope, receive, send)

    async def _read(self, request: Request, graph: str | None) -> Any:
        if graph is not None and graph not in await self._pool.state.graph_names():
            raise NotFound(f"There is no graph <{graph}> here; the description of the endpoint lists those that there are.")
        pattern = "?s ?p ?o" if graph is None else f"GRAPH {render(IRI(graph))} {{ ?s ?p ?o }}"
        question = Question(
            f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ {pattern} }}",
            accept=request.headers.get("accept", ""),
            named=request.query_params.get("format"),
            gzip=takes_gzip(request.headers),
        )
        return Answered(await self._endpoint.answer(question, request), request.headers)

    async def _write(self, request: Request, graph: str | None) -> Response:
        assert self._writer is not None
        self._writer.check(request)
        do = request.method.lower()
        if graph is None and do != "post":
            raise Refused("The default graph is the merge of all named ones: add to it by POST, or put and delete those.")
        if do == "delete":
            await self._writer.graph(do, graph, media="", content=b"")
            return Response(status_code=204)
        media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media not in MEDIA:
            raise WrongMedia(f"A graph is sent as one of {', '.join(MEDIA)}.", headers={"accept": ", ".join(MEDIA)})
        content = await body(request, self._settings.max_upload)
        created = await self._writer.graph(do, graph, media=media, content=content)
        return Response(status_code=201 if created else 204)


def _graph(request: Request) -> str | None:
    """The IRI of the graph that a request is for; ``None`` for the default graph.

    :raises BadRequest: if it names none, or two.
    """
    graphs, default = request.query_params.getlist("graph"), "default" in request.query_params
    if len(graphs) + default != 1:
        raise BadRequest("Name one graph, by ?graph=IRI or ?default.", parameter="graph")
    if default:
        return None
    try:
        return check_iri(graphs[0])
    except TermError as error:
        raise BadRequest(f"graph: {error}", parameter="graph") from error
