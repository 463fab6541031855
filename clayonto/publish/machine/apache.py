"""Rules for Apache: an ``.htaccess`` in which ``mod_negotiation`` weighs the quality values, and the map of what it may choose from.

One type map serves all things: a request ``id/project/clay`` becomes ``negotiate.var/project/clay``; Apache chooses a variant of the map and asks itself for
``negotiated/data.ttl/project/clay``, since it keeps what follows the map's name; and that is sent to the document with 303.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clayonto.publish.data import FORMATS
from clayonto.publish.machine.routes import ALSO, CONCEPTS, MEDIA, QUALITY, VERSIONS, Routes
from clayonto.publish.site import VOCABULARY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

MAP: Final = "negotiate.var"
"""The name of the type map."""
TYPES: Final = {ending: media for ending, (media, _, _) in FORMATS.items()} | {
    "nq": "application/n-quads",
    "geojson": "application/geo+json",
    "csv": "text/csv",
    "wasm": "application/wasm",
}
"""File ending to media type, where a host may know it by none or by another."""
TEXTS: Final = ("html", "css", "js", "csv", "nt", "nq", "ttl", "txt", "json", "svg", "xml")
"""Endings of files that are UTF-8 text and whose media type has a charset."""
_ENDINGS: Final = "|".join(("html", *FORMATS))

_PLAIN: Final = re.compile("[A-Za-z0-9/_-]*")


def htaccess(routes: Routes) -> bytes:
    """The ``.htaccess`` for the root of the site."""
    types = "\n".join(f"AddType {media} .{ending}" for ending, media in TYPES.items())
    rules = "\n".join(_rules(routes))
    return f"""\
# Made by clayonto publish: change the config and publish again rather than this file.
# It needs AllowOverride All (or FileInfo and Indexes), mod_rewrite and mod_negotiation; with mod_headers, scripts on other sites may read the data.
{types}
AddType application/gzip .gz
RemoveEncoding .gz
AddDefaultCharset utf-8
AddCharset utf-8 {" ".join("." + ending for ending in TEXTS)}
DirectoryIndex index.html
DirectorySlash On
<Files "linkset.json">
  ForceType application/linkset+json
</Files>
<Files "api-catalog">
  ForceType application/linkset+json
</Files>
<Files "void">
  ForceType text/turtle
</Files>
<Files "{MAP}">
  SetHandler type-map
</Files>
LanguagePriority {" ".join(routes.languages)}
ForceLanguagePriority Prefer Fallback
ErrorDocument 406 "This address has HTML, Turtle, JSON-LD, N-Triples and RDF/XML; the Accept header of the request takes none of them.\\n"
ErrorDocument 410 "This page was withdrawn; its address will not be used for anything else.\\n"
<IfModule mod_headers.c>
  Header always set Access-Control-Allow-Origin "*"
  Header always set Access-Control-Expose-Headers "Link, Location, Content-Location, ETag"
  Header always merge Vary "Accept, Accept-Language" env=CLAYONTO_THING
  Header always merge Vary "Accept, Accept-Language" env=REDIRECT_CLAYONTO_THING
  Header always set Link "<{routes.site.base}linkset.json>; rel=\\"linkset\\"; type=\\"application/linkset+json\\""
</IfModule>

RewriteEngine On
{rules}
""".encode()


def _rules(routes: Routes) -> Iterator[str]:
    languages = "|".join(routes.languages)
    for path in routes.gone:
        yield f'RewriteRule "^(?:id|data|{languages})/{pattern(path)}(?:\\.(?:{_ENDINGS}))?$" "-" [G,L]'
    root = substitute(routes.prefix)
    yield "# What was chosen, as the address of its document."
    yield f'RewriteRule "^negotiated/data\\.([a-z]+)/{VOCABULARY_FILE}$" "{root}{VOCABULARY_FILE}.$1" [R=303,L,E=CLAYONTO_THING:1]'
    yield f'RewriteRule "^negotiated/data\\.([a-z]+)/(.+)$" "{root}data/$2.$1" [R=303,L,E=CLAYONTO_THING:1]'
    yield f'RewriteRule "^negotiated/page\\.([a-z]+)/(.+)$" "{root}$1/$2.html" [R=303,L,E=CLAYONTO_THING:1]'
    yield "# Things, by the part of their IRI that follows the base."
    for request, page in sorted(routes.others.items()):
        yield f'RewriteRule "^{pattern(request)}$" "{MAP}/{substitute(page)}" [L]'
    yield f'RewriteRule "^id/(.+)$" "{MAP}/$1" [L]'
    if routes.own_terms:
        yield f'RewriteRule "^({CONCEPTS}.+)$" "{MAP}/$1" [L]'
        yield f'RewriteRule "^{VOCABULARY_FILE}$" "{MAP}/{VOCABULARY_FILE}" [L]'
        yield f'RewriteRule "^({VERSIONS})/?$" "{MAP}/$1" [L]'


def type_map(routes: Routes) -> bytes:
    """The type map (``negotiate.var``)."""
    pages = [
        f"URI: negotiated/page.{lang}\nContent-Type: {MEDIA['html']}; qs={QUALITY['html']}\nContent-Language: {lang}\n"
        for lang in routes.languages
    ]
    data = [f"URI: negotiated/data.{ending}\nContent-Type: {MEDIA[ending]}; qs={QUALITY[ending]}\n" for ending in FORMATS]
    also = [
        f"URI: negotiated/data.{ending}\nContent-Type: {media}; qs={QUALITY[ending] / 10:.2f}\n"
        for ending in FORMATS
        for media in ALSO.get(ending, ())
    ]
    also += [
        f"URI: negotiated/page.{lang}\nContent-Type: {media}; qs={QUALITY['html'] / 10:.2f}\nContent-Language: {lang}\n"
        for lang in routes.languages
        for media in ALSO["html"]
    ]
    return "\n".join([*pages, *data, *also]).encode()


def pattern(text: str) -> str:
    """A regular expression for just this text, byte by byte, with nothing in it that ends a line or a quotation."""
    if _PLAIN.fullmatch(text):
        return text
    raw = text.encode(errors="surrogateescape")
    return "".join(chr(b) if re.fullmatch(rb"[A-Za-z0-9/_-]", bytes([b])) else f"\\x{b:02x}" for b in raw)


def substitute(text: str) -> str:
    """A text as it stands in a substitution; paths of pages have no quotation mark and no control character."""
    return text if _PLAIN.fullmatch(text) else re.sub(r"([$%\\])", r"\\\1", text)
