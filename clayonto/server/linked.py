"""The live site as linked data: each thing's IRI leads to its documents, and each document says what it is, what else there is, and whether it has changed.

The handler is plain ASGI. A document that is in the cache is sent without anything being made for it but the answer itself.
"""

from __future__ import annotations

import asyncio
import os
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO, Final
from urllib.parse import quote, unquote_to_bytes

from starlette.responses import Response

from clayonto.publish.data import FORMATS
from clayonto.publish.machine.apache import TEXTS, TYPES
from clayonto.publish.machine.routes import MEDIA, QUALITY, Choice, document
from clayonto.publish.paths import url
from clayonto.server.documents import Document, Gone, Leads, Moved, packed, tag_of
from clayonto.server.headers import Headers, RequestHeaders, ResponseHeaders, choice_of, range_of
from clayonto.server.problems import AddressTooLong, NotAcceptable, NotFound, Problem, WrongMethod
from clayonto.server.wholes import HOSTS

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Iterator, Mapping

    from starlette.types import Receive, Scope, Send

    from clayonto.server.documents import Outcome
    from clayonto.server.site import LiveSite

MOST_PATH: Final = 4096
"""How many bytes a path may have."""
_ALLOWED: Final = ("GET", "HEAD", "OPTIONS")
_NAMED: Final = {
    "linkset.json": "application/linkset+json",
    ".well-known/api-catalog": "application/linkset+json",
    ".well-known/void": "text/turtle",
    "openapi.json": "application/vnd.oai.openapi+json;version=3.1",
}
_TYPES: Final = {
    "html": "text/html", "css": "text/css", "js": "text/javascript", "json": "application/json", "svg": "image/svg+xml", "xml": "application/xml",
    "txt": "text/plain", "gz": "application/gzip", **TYPES,
}  # fmt: skip
# Pages change with the data, and asking whether they have costs little; what pages are dressed in changes with a release.
_FRESH, _KEPT = b"no-cache", b"public, max-age=3600"
_ABOUT: Final = "https://schema.org/AboutPage"
_CHUNK: Final = 1 << 18
_EMPTY: Final[dict[str, Any]] = {"type": "http.response.body"}


class WithdrawnThing(Problem):
    """What was here was withdrawn."""

    status, kind = 410, "withdrawn"


class LinkedData:
    """The ASGI application for all paths of a site."""

    def __init__(self, site: LiveSite, *, own: Mapping[str, bytes] | None = None) -> None:
        """Make headers that all answers share.

        :param own: documents that are not of the site but of its server, by path.
        """
        self.site = site
        self._own = {path: Document(path, tag_of(content), content, packed(path, content)) for path, content in (own or {}).items()}
        self._prefix = site.prefix
        self._raw_prefix = quote(site.prefix).encode()
        self._languages = site.config.languages
        # Things are asked for again and again, by few kinds of clients.
        self._led = lru_cache(maxsize=8192)(self._to)
        self._always = ", ".join(
            (
                f'<{_uri(site.config.licence)}>; rel="license"',
                f'<{self._at("linkset.json")}>; rel="linkset"; type="application/linkset+json"',
            )
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            await self._answer(scope, send)
        except Problem as problem:
            await self._refuse(problem, scope, receive, send)

    async def _answer(self, scope: Scope, send: Send) -> None:
        method = scope["method"]
        if method not in ("GET", "HEAD"):
            if method != "OPTIONS":
                raise WrongMethod(method, _ALLOWED)
            await _nothing(send, 204, [(b"allow", ", ".join(_ALLOWED).encode())])
            return
        path = self._path(scope)
        asked = RequestHeaders(scope["headers"])
        if not path:
            await self._enter(asked, send)
            return
        found = self._own.get(path) or self.site.cached(path)
        if found is None:
            found = await self._found(path)
        if isinstance(found, Document):
            await self._send(found, path, asked, send, head=method == "HEAD")
        elif isinstance(found, Leads):
            await self._lead(found, asked, send)
        elif isinstance(found, Moved):
            await _nothing(send, 308, [(b"location", self._at(found.path).encode("ascii")), (b"cache-control", _FRESH)])
        elif isinstance(found, Gone):
            raise WithdrawnThing("What was at this address was withdrawn; the address will not be used for anything else.")
        else:
            raise NotFound("There is nothing at this address.")

    def _path(self, scope: Scope) -> str:
        """The path that is asked for, decoded, relative to the root of the site.

        :raises NotFound: if nothing can be there: outside the site, a slash that is encoded, no UTF-8, a segment that goes up.
        """
        raw = scope.get("raw_path") or quote(scope["path"]).encode()
        if len(raw) > MOST_PATH:
            raise AddressTooLong(f"The address is longer than {MOST_PATH} bytes.")
        if not raw.startswith(self._raw_prefix):
            raise NotFound("There is nothing at this address.")
        raw = raw[len(self._raw_prefix) :]
        if b"%" in raw:
            if b"%2f" in raw.lower() or b"%00" in raw:
                raise NotFound("There is nothing at this address.")
            raw = unquote_to_bytes(raw)
        path: str = raw.decode(errors="surrogateescape")
        if path.startswith(("/", ".ht")) or "//" in path or "/." in path or HOSTS.fullmatch(path):
            raise NotFound("There is nothing at this address.")
        return path

    async def _found(self, path: str) -> Outcome:
        # Bytes that are no UTF-8 are in no path of the site, and cannot be sent on.
        return await self.site.find(path) if path.isascii() or _is_unicode(path) else None

    def _at(self, path: str) -> str:
        """The address of a path of the site, as a client is told it."""
        return self._prefix + url(path)

    # ------------------------------------------------------------------ leading on

    async def _lead(self, found: Leads, asked: RequestHeaders, send: Send) -> None:
        endings = found.endings or tuple(QUALITY)
        choice = choice_of(asked.accept, asked.languages, self._languages, endings)
        if choice is None:
            raise NotAcceptable([f"{self._at(where)} ({media})" for where, media in self._forms(found.page, endings)])
        await _nothing(send, 303, self._led(found, choice))

    def _to(self, found: Leads, choice: Choice) -> Headers:
        """The headers that lead to the document of a thing that was chosen."""
        links = ", ".join((*self._alternates(found.page, found.about), self._always))
        return _leading(self._at(document(found.page, choice)), links)

    async def _enter(self, asked: RequestHeaders, send: Send) -> None:
        """The root leads to the front page in a language that the visitor reads, and programs to the catalogue."""
        choice = choice_of(asked.accept, asked.languages, self._languages, ("html", "ttl"))
        if choice is None:
            offered = [f"{self._at(f'{lang}/index.html')} (text/html)" for lang in self._languages]
            raise NotAcceptable([*offered, f"{self._at('catalog.ttl')} (text/turtle)"])
        where = "catalog.ttl" if choice.ending == "ttl" else f"{choice.language}/index.html"
        await _nothing(send, 303, _leading(self._at(where), self._always))

    def _forms(self, page: str, endings: Iterable[str]) -> Iterator[tuple[str, str]]:
        """The documents of a page, and their media types."""
        for ending in endings:
            for lang in self._languages if ending == "html" else ("",):
                yield document(page, Choice(ending, lang)), MEDIA[ending]

    def _alternates(self, page: str, about: str, *, path: str = "") -> Iterator[str]:
        """Links to the documents of a page, but for the one at a path itself."""
        head, _, rest = path.partition("/")
        for lang in self._languages:
            # A further page of a thing has its like in the other languages, and its data with the thing's.
            where = f"{lang}/{rest}" if head in self._languages else document(page, Choice("html", lang))
            if where != path:
                yield f'<{self._at(where)}>; rel="alternate"; type="text/html"; hreflang="{lang}"'
        for ending, (media, _, _) in FORMATS.items():
            where = document(page, Choice(ending))
            if where != path:
                rel = "alternate describedby" if head in self._languages else "alternate"
                yield f'<{self._at(where)}>; rel="{rel}"; type="{media}"'
        if about and path:
            yield f'<{_uri(about)}>; rel="{"cite-as" if head in self._languages else "describes"}"'
            if head in self._languages:
                yield f'<{_ABOUT}>; rel="type"'

    # ------------------------------------------------------------------ documents

    async def _send(self, found: Document, path: str, asked: RequestHeaders, send: Send, *, head: bool) -> None:
        served: ResponseHeaders = found.served
        if served is None:
            served = found.served = self._headers(found)
        packs = asked.takes_gzip and (found.held.packed_size if found.held else found.packed)
        etag = served.packed_tag if packs else served.plain_tag
        own = [(b"content-location", self._at(found.path).encode("ascii"))] if path != found.path else []
        if asked.none_match and (known := asked.knows(served)):
            await send({"type": "http.response.start", "status": 304, "headers": [(b"etag", known), *served.always, *own]})
            await send(_EMPTY)
            return
        size = (found.held.packed_size if packs else found.held.size) if found.held else len(found.packed if packs else found.plain)
        headers = [*(served.packed if packs else served.plain), *own]
        start, end, status = 0, size, 200
        if asked.range and served.ranges and not packs and asked.wants_range(etag):
            part = range_of(asked.range, size)
            if part is None:
                headers = [*served.always, (b"content-range", f"bytes */{size}".encode())]
                await _nothing(send, 416, headers)
                return
            start, end = part
            status = 206
            headers.append((b"content-range", f"bytes {start}-{end - 1}/{size}".encode()))
        headers.append((b"content-length", str(end - start).encode()))
        held = found.held
        # Opened before anything is said, since the file goes when another state of the site takes the place of this one.
        file = open(held.file, "rb") if held is not None and not head else None  # noqa: SIM115, PTH123 (closed below; on a local disk)
        try:
            await send({"type": "http.response.start", "status": status, "headers": headers})
            if file is not None and held is not None:
                first = held.packed_start if packs else held.start
                async for chunk in _chunks(file, first + start, end - start):
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send(_EMPTY)
            else:
                body = b"" if head else found.packed if packs else found.plain
                await send({"type": "http.response.body", "body": body if end - start == len(body) else body[start:end]})
        finally:
            if file is not None:
                file.close()

    def _headers(self, found: Document) -> ResponseHeaders:
        path = found.path
        ending = path.rpartition(".")[2]
        media = _NAMED.get(path) or _TYPES.get(ending, "application/octet-stream")
        # JSON is UTF-8 by itself.
        if (ending in TEXTS and ending != "json") or media.startswith("text/") or media.endswith("/xml"):
            media += "; charset=utf-8"
        head = path.partition("/")[0]
        links = ", ".join((*(self._alternates(found.page, found.about, path=path) if found.page else ()), self._always))
        always = [
            (b"cache-control", _KEPT if head == "assets" and not path.startswith("assets/search.") else _FRESH),
            (b"vary", b"Accept-Encoding"),
        ]
        told = [(b"content-type", media.encode()), (b"link", links.encode("ascii"))]
        if ending == "html" and head in self._languages:
            told.append((b"content-language", head.encode()))
        return ResponseHeaders(found, always, told, ranges=head == "download")

    # ------------------------------------------------------------------ no

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        """Tell what is wrong: as a page to who asks for pages, in their language, or as JSON."""
        asked = RequestHeaders(scope["headers"])
        kind = {404: "missing", 410: "withdrawn"}.get(problem.status)
        known = self.site.known
        response = problem.response()
        if kind and known is not None and asked.takes_pages:
            lang = (choice_of("text/html", asked.languages, self._languages, ("html",)) or Choice("html", self._languages[0])).language
            headers = {"content-language": lang, "cache-control": "no-cache"}
            page = known.instead[f"{kind}.{lang}"]
            response = Response(page, status_code=problem.status, media_type="text/html", headers=headers)
        if kind or problem.status == 406:
            response.headers["vary"] = "Accept, Accept-Language"
        response.headers["link"] = self._always
        if scope["method"] == "HEAD":
            response.body = b""
        await response(scope, receive, send)


async def _chunks(file: BinaryIO, start: int, size: int) -> AsyncIterator[bytes]:
    """A part of a file, read beside the loop that others are answered in."""
    end = start + size
    while start < end:
        chunk = await asyncio.to_thread(os.pread, file.fileno(), min(_CHUNK, end - start), start)
        if not chunk:
            raise OSError("A file of the site was cut off.")
        start += len(chunk)
        yield chunk


def _leading(where: str, links: str) -> Headers:
    return [
        (b"location", where.encode("ascii")),
        (b"vary", b"Accept, Accept-Language"),
        (b"cache-control", _FRESH),
        (b"link", links.encode("ascii")),
    ]


async def _nothing(send: Send, status: int, headers: Headers) -> None:
    """An answer that is all in its headers."""
    length = [] if status == 204 else [(b"content-length", b"0")]
    await send({"type": "http.response.start", "status": status, "headers": [*headers, *length]})
    await send(_EMPTY)


def _uri(iri: str) -> str:
    """An IRI as it may stand in a header: with nothing but ASCII (RFC 3987, section 3.1)."""
    return quote(iri, safe="!#$%&'()*+,/:;=?@[]~")


def _is_unicode(path: str) -> bool:
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True
