"""The Graph Store Protocol (https://www.w3.org/TR/sparql11-http-rdf-update/): whole graphs, to be read by anybody and changed by who has the token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

from clayonto.errors import TermError
from clayonto.namespaces import check_iri
from clayonto.server.application import Application
from clayonto.server.endpoint import Answered, takes_gzip
from clayonto.server.messages import Question
from clayonto.server.problems import BadRequest, NotFound, Problem, Refused, WrongMedia
from clayonto.server.protocol import body
from clayonto.terms import IRI, render

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.types import ASGIApp

    from clayonto.server.endpoint import Endpoint
    from clayonto.server.pool import Pool
    from clayonto.server.settings import Settings
    from clayonto.server.writing import Writer

MEDIA: Final = ("text/turtle", "application/n-triples", "application/ld+json", "application/rdf+xml")
"""Media types that a graph may be sent in."""
_READING: Final = ("GET", "HEAD", "OPTIONS")
_WRITING: Final = ("PUT", "POST", "DELETE")


class GraphStore(Application):
    """Gives and takes whole graphs: ``?graph=IRI`` or ``?default``."""

    def __init__(self, endpoint: Endpoint, pool: Pool, settings: Settings, *, writer: Writer | None) -> None:
        self._endpoint = endpoint
        self._pool = pool
        self._settings = settings
        self._writer = writer
        self.methods = (*_READING, *_WRITING) if writer else _READING

    async def answer_request(self, request: Request) -> ASGIApp:
        """The response to a request of the protocol."""
        graph = _graph(request)
        return await (self._read(request, graph) if request.method in _READING else self._write(request, graph))

    def refuse_method(self, method: str) -> Problem:
        """What is said of a method that is not there, or not for everybody."""
        return Refused("The graphs of this server are for reading.") if method in _WRITING else super().refuse_method(method)

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
