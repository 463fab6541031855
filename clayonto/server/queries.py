"""The named queries as HTTP resources: ``/queries/project-partners?project=project/clay``, in every form that an answer has, and as a page.

The form is that of the address (``/queries/project-partners.csv``), or else of the parameter ``format``, or else what the client accepts. Values are bound
by :mod:`clayonto.query`, so none changes the shape of a query; one that a parameter does not take is refused by the parameter's name.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import JSONResponse, RedirectResponse, Response

from clayonto.errors import ParameterError, nearest
from clayonto.namespaces import PREFIXES, expand
from clayonto.publish.config import HOME
from clayonto.publish.machine.routes import Choice, choose
from clayonto.server.application import Application
from clayonto.server.endpoint import Answered, matches, takes_gzip, wants_page
from clayonto.server.messages import Question
from clayonto.server.problems import BadRequest, NotAcceptable, NotFound, OverLimit
from clayonto.terms import IRI, render

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clayonto.query import Catalogue, NamedQuery, Parameter
    from clayonto.server.endpoint import Endpoint
    from clayonto.server.site import LiveSite

PATH: Final = "queries"
DESCRIPTION: Final = "openapi.json"
FORMAT: Final = "format"
"""The parameter that names the form of an answer; no query has one of this name."""
ENDINGS: Final[Mapping[str, str]] = {"csv": "csv", "tsv": "tsv", "json": "json", "srj": "json", "xml": "xml", "srx": "xml"}
"""The ending of an address to the form of answer that it has."""
_LANG: Final = "lang"
_ALLOWED: Final = ("GET", "HEAD", "OPTIONS")
_MOST_FIELDS: Final = 200
_MOST_SHOWN: Final = 16 << 20
"""How many bytes an answer may have that a page is made of."""


class Queries(Application):
    """The ASGI application for ``/queries`` and what is below it."""

    def __init__(self, endpoint: Endpoint, site: LiveSite, catalogue: Catalogue, *, base: str) -> None:
        """Tell where queries are answered and pages made.

        :param base: the namespace that the data gives its things, to which values of parameters are relative.
        """
        self._endpoint = endpoint
        self._site = site
        self._catalogue = catalogue
        self._base = base
        self._root = f"{site.prefix}{PATH}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await super().__call__(scope, receive, self._described(send))

    async def answer_request(self, request: Request) -> ASGIApp:
        """The list of queries, or the answer to one."""
        name = request.url.path.removeprefix(self._root).strip("/")
        return await self._answer(request, name) if name else self._list(request)

    def _described(self, send: Send) -> Send:
        """Each response says where it is told what can be asked."""
        link = f'<{self._site.prefix}{DESCRIPTION}>; rel="service-desc"; type="application/vnd.oai.openapi+json;version=3.1"'.encode()

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], (b"link", link)]}
            await send(message)

        return sending

    # ------------------------------------------------------------------ the list

    def _list(self, request: Request) -> Response:
        choice = choose(
            request.headers.get("accept", "") or "application/json",
            request.headers.get("accept-language", ""),
            offered=self._site.config.languages,
            endings=("html", "ttl", "jsonld"),
        )
        if choice is None:
            raise NotAcceptable(["application/json", "text/html", "text/turtle"])
        if choice.ending in ("html", "ttl") and request.headers.get("accept", "").strip() not in ("", "*/*"):
            where = "queries.ttl" if choice.ending == "ttl" else f"{choice.language}/query/index.html"
            return RedirectResponse(
                self._site.prefix + where, 303, headers={"vary": "Accept, Accept-Language", "cache-control": "no-cache"}
            )
        told = [{**query.to_dict(), "href": f"{self._root}/{query.name}"} for query in self._catalogue.values()]
        return JSONResponse(told, headers={"vary": "Accept, Accept-Language", "cache-control": "no-cache"})

    # ------------------------------------------------------------------ one query

    def _named(self, name: str) -> tuple[NamedQuery, str | None]:
        """A query, and the form that the address has."""
        if name in self._catalogue:
            return self._catalogue[name], None
        stem, _, ending = name.rpartition(".")
        if stem in self._catalogue and ending in ENDINGS:
            return self._catalogue[stem], ENDINGS[ending]
        near = nearest(stem or name, self._catalogue)
        hint = f" Did you mean {near[0]}?" if near else f" {self._root} lists those that there are."
        raise NotFound(f"There is no query {name!a}.{hint}")

    async def _answer(self, request: Request, name: str) -> ASGIApp:
        query, form = self._named(name)
        given = _fields(request)
        named = given.pop(FORMAT, [])
        if len(named) > 1 or (form and named and named != [form]):
            raise BadRequest("The form of the answer is named twice.", parameter=FORMAT)
        form = form or (named[0] if named else None)
        page = form in (None, "html", "text/html") and (form is not None or wants_page(request.headers.get("accept", "")))
        lang = self._language(query, given, request)
        if page and not given:
            where = f"{self._site.prefix}{lang}/query/{query.name}.html"
            return RedirectResponse(where, 303, headers={"vary": "Accept, Accept-Language", "cache-control": "no-cache"})
        values = {key: self._value(query, key, texts) for key, texts in given.items()}
        if _LANG in query.params:
            values.setdefault(_LANG, lang)
        try:
            bound = query.bind(values, base=self._base)
        except ParameterError as error:
            raise BadRequest(str(error), parameter=error.parameter) from error
        await self._check_things(query, values, request)
        if page:
            return await self._page(request, query, bound, values, lang)
        asked = Question(bound, accept=request.headers.get("accept", ""), named=form, gzip=takes_gzip(request.headers))
        answer = await self._endpoint.answer(asked, request)
        return _Varying(Answered(answer, request.headers), by_language=_LANG in query.params and _LANG not in given)

    def _language(self, query: NamedQuery, given: Mapping[str, list[str]], request: Request) -> str:
        """The language of an answer: the one that is named, or the one that the visitor likes best."""
        languages = self._site.config.languages
        named = given.get(_LANG, [])
        if named and named[0] in languages:
            return named[0]
        # Who says nothing of languages gets what the query has by default.
        default = query.params[_LANG].default if _LANG in query.params else None
        offered = sorted(languages, key=lambda lang: lang != default)
        return (choose("text/html", request.headers.get("accept-language", ""), offered=offered) or Choice("html", languages[0])).language

    def _value(self, query: NamedQuery, key: str, texts: list[str]) -> Any:
        parameter = query.params.get(key)
        if parameter is None:
            return texts[0]  # which is refused by name
        if len(texts) > 1 and not parameter.is_list:
            raise BadRequest(f"The parameter “{key}” takes one value; there are {len(texts)}.", parameter=key)
        if parameter.type == "iri":
            texts = [self._of_data(text) for text in texts]
        return texts if len(texts) > 1 else texts[0]

    def _of_data(self, text: str) -> str:
        """A thing as the data names it, if it is given by the name that it is published under."""
        config = self._site.config
        own = f"{config.base}id/"
        bare = text.strip().removeprefix("<").removesuffix(">")
        return self._base + bare[len(own) :].removesuffix("#id") if config.base != HOME and bare.startswith(own) else text

    async def _check_things(self, query: NamedQuery, values: Mapping[str, Any], request: Request) -> None:
        """Refuse an IRI whose thing is not of the class that its parameter takes: an empty answer would hide a typing error."""
        for key, parameter in query.params.items():
            value = values.get(key, parameter.default)
            if parameter.klass is None or parameter.is_list or value is None:
                continue
            thing, klass = render(IRI(str(parameter.convert(value, base=self._base)))), render(IRI(expand(parameter.klass)))
            asked = f"ASK {{ {thing} a/<{PREFIXES['rdfs']}subClassOf>* {klass} }}"
            answer = await self._endpoint.answer(Question(asked, named="json"), request)
            try:
                there = json.loads(await answer.content())["boolean"]
            finally:
                answer.close()
            if not there:
                raise BadRequest(f"The parameter “{key}” takes a {parameter.klass}, and {thing} is none that the data has.", parameter=key)

    async def _page(self, request: Request, query: NamedQuery, bound: str, values: Mapping[str, Any], lang: str) -> Response:
        answer = await self._endpoint.answer(Question(bound, named="tsv"), request)
        try:
            if answer.size > _MOST_SHOWN:
                raise OverLimit("The answer is too large for a page; take it as CSV.", offered=[f"{self._root}/{query.name}.csv"])
            solutions = await answer.content()
        finally:
            answer.close()
        told = {key: ", ".join(value) if isinstance(value, list) else str(value) for key, value in values.items() if key != _LANG}
        pairs = urlencode({key: value for key, value in values.items() if key != _LANG}, doseq=True, quote_via=quote, safe="/:")
        address = f"{self._root}/{query.name}{{ending}}?{pairs.replace('{', '%7B').replace('}', '%7D')}{'&' if pairs else ''}lang={{lang}}"
        shown = await self._site.show(query.name, lang, told, solutions, address)
        packs = bool(shown.packed) and takes_gzip(request.headers)
        headers = {
            "etag": f'"{shown.tag}{"-gzip" if packs else ""}"',
            "vary": "Accept, Accept-Encoding, Accept-Language",
            "cache-control": "no-cache",
            "content-language": lang,
        }
        if matches(request.headers.get("if-none-match", ""), headers["etag"]):
            return Response(status_code=304, headers=headers)
        body = shown.packed if packs else shown.plain
        response = Response(body, media_type="text/html", headers=headers | ({"content-encoding": "gzip"} if packs else {}))
        if request.method == "HEAD":
            response.body = b""
        return response


class _Varying:
    """A response that depends on the language the client likes, too."""

    def __init__(self, response: ASGIApp, *, by_language: bool) -> None:
        self._response = response
        self._by_language = by_language

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and self._by_language:
                headers = [(name, value + b", Accept-Language" if name == b"vary" else value) for name, value in message["headers"]]
                message = {**message, "headers": headers}
            await send(message)

        await self._response(scope, receive, sending)


def _fields(request: Request) -> dict[str, list[str]]:
    """The parameters of a request, in order.

    :raises BadRequest: if they cannot be read.
    """
    try:
        pairs = parse_qsl(request.url.query, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except UnicodeDecodeError as error:
        raise BadRequest("The parameters are not UTF-8.") from error
    except ValueError as error:
        raise BadRequest(f"There are more than {_MOST_FIELDS} parameters.") from error
    found: dict[str, list[str]] = {}
    for key, value in pairs:
        found.setdefault(key, []).append(value)
    return found


def takes(parameter: Parameter) -> dict[str, Any]:
    """What a parameter takes, as a JSON schema (OpenAPI 3.1)."""
    kinds: dict[str, dict[str, Any]] = {
        "iri": {"type": "string", "format": "iri-reference"},
        "integer": {"type": "integer"},
        "decimal": {"type": "number"},
        "boolean": {"type": "boolean"},
        "date": {"type": "string", "format": "date"},
        "enum": {"type": "string", "enum": list(parameter.values)},
    }
    schema = kinds.get(parameter.type, {"type": "string"})
    return {"type": "array", "items": schema} if parameter.is_list else schema
