"""Rules for nginx, which negotiates nothing by itself: maps from request to page and from ``Accept`` to format.

nginx cannot reckon, so the maps ask for the ranges of a header by falling quality, one decimal at a time: ``text/html;q=0.4, text/turtle;q=0.9`` is Turtle.
"""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from clayonto.publish.data import FORMATS
from clayonto.publish.machine.apache import TYPES
from clayonto.publish.machine.routes import ALSO, CONCEPTS, MEDIA, VERSIONS, Routes
from clayonto.publish.paths import url
from clayonto.publish.site import VOCABULARY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

# Highest first: no value or 1, then 0.9 to 0.1, then what is between 0 and 0.1; a range of quality 0 is never asked for.
_LEVELS: Final = (
    r"\s*(;(?!\s*q\s*=)[^,]*)*(;\s*q\s*=\s*1[0.]*\s*)?(,|$)",
    *(rf"\s*;[^,]*q\s*=\s*0?\.{n}" for n in range(9, 0, -1)),
    r"\s*;[^,]*q\s*=\s*0?\.0\d*[1-9]",
)
_SAFE: Final = "/:@!$&'()*+,;=-._~"


def conf(routes: Routes) -> bytes:
    """The configuration: maps and a server, for a folder that nginx includes in its ``http`` block, such as ``/etc/nginx/conf.d``."""
    root, site = url(routes.prefix), routes.site
    lines = "\n  ".join
    accepted = lines(f'"~*{_quoted(pattern)}" {ending};' for pattern, ending in _accept())
    spoken = lines(f'"~*{_quoted(pattern)}" {lang};' for pattern, lang in _languages(routes))
    return f"""\
# Made by clayonto publish: change the config and publish again rather than this file.
# Put it where nginx includes it in its http block, and set server_name and root.

map_hash_max_size 1048576;
map_hash_bucket_size 1024;
# The address as it came, without its query: still percent-encoded, so that nothing in it can end a header.
map $request_uri $clayonto_request {{
  "~^(?<clayonto_path>[^?]*)" $clayonto_path;
}}
# The page that describes what the address names.
map $clayonto_request $clayonto_page {{
  default "";
  {lines(_pages(routes))}
}}
map $clayonto_request $clayonto_gone {{
  default 0;
  {lines(_gone(routes)) or "# nothing"}
}}
# The format that the client wants most: by quality, one decimal at a time.
map $http_accept $clayonto_ending {{
  default "";
  "" html;
  {accepted}
}}
map $http_accept_language $clayonto_language {{
  default {routes.languages[0]};
  {spoken}
}}
map "$clayonto_ending $clayonto_page" $clayonto_document {{
  default "{root}data/$clayonto_page.$clayonto_ending";
  "~^html " "{root}$clayonto_language/$clayonto_page.html";
  "~^(?!html )[a-z]+ {VOCABULARY_FILE}$" "{root}{VOCABULARY_FILE}.$clayonto_ending";
}}

server {{
  listen 80;
  server_name localhost;
  root /var/www/site;

  include mime.types;
  types {{
    {"".join(f"{media} {ending}; " for ending, media in TYPES.items() if ending != "wasm").strip()}
    application/gzip gz;
  }}
  charset utf-8;
  charset_types text/turtle text/csv application/n-triples application/n-quads text/css application/javascript text/plain text/xml image/svg+xml;
  index index.html;
  error_page 404 {root}404.html;
  gzip on;
  gzip_types text/turtle application/ld+json application/n-triples application/rdf+xml text/csv text/css application/javascript application/json image/svg+xml;

  add_header Access-Control-Allow-Origin "*" always;
  add_header Access-Control-Expose-Headers "Link, Location, ETag" always;
  add_header Link '<{site.base}linkset.json>; rel="linkset"; type="application/linkset+json"' always;

  if ($clayonto_gone) {{ return 410; }}

  location ~ "^{_named(routes)}" {{
    add_header Access-Control-Allow-Origin "*" always;
    add_header Vary "Accept, Accept-Language" always;
    if ($clayonto_page = "") {{ return 404; }}
    if ($clayonto_ending = "") {{ return 406; }}
    return 303 $clayonto_document;
  }}
  location = {root}linkset.json {{ types {{ }} default_type application/linkset+json; }}
  location = {root}.well-known/api-catalog {{ default_type application/linkset+json; }}
  location = {root}.well-known/void {{ default_type text/turtle; }}
  location ~ "\\.wasm$" {{ types {{ }} default_type application/wasm; }}
  location ~ "/\\.(?!well-known/)" {{ return 404; }}
}}
""".encode()


def _named(routes: Routes) -> str:
    """A pattern for the (decoded) addresses of things."""
    root = re.escape(routes.prefix)
    own = f"|{CONCEPTS}|{VOCABULARY_FILE}(/|$)" if routes.own_terms else ""
    return f"{root}(id/{own})"


def _pages(routes: Routes) -> Iterator[str]:
    root = url(routes.prefix)
    names = Counter(name.casefold() for name in (*routes.others, *(f"id/{page.path}" for page in routes.site.pages.values())))
    for request, page in sorted(routes.others.items()):
        # As a client sends it: percent-encoded, in capitals.
        sent = root + quote(request, safe=_SAFE, errors="surrogateescape")
        # nginx looks up texts without regard to case, and patterns with regard to it.
        key = _exact(sent) if names[request.casefold()] < 2 else f"~^{_quoted(re.escape(sent))}$"
        yield f'"{key}" "{url(page).replace("$", "%24")}";'
    pattern = re.escape(root)
    yield f'"~^{pattern}id/(?<clayonto_thing>.+)$" $clayonto_thing;'
    if routes.own_terms:
        yield f'"~^{pattern}(?<clayonto_concept>{CONCEPTS}.+)$" $clayonto_concept;'
        yield f'"~^{pattern}{VOCABULARY_FILE}$" {VOCABULARY_FILE};'
        yield f'"~^{pattern}(?<clayonto_version>{VERSIONS})/?$" $clayonto_version;'


def _gone(routes: Routes) -> Iterator[str]:
    root = url(routes.prefix)
    for path in routes.gone:
        there = url(path)
        for file in (
            f"id/{there}",
            *(f"data/{there}.{ending}" for ending in FORMATS),
            *(f"{lang}/{there}.html" for lang in routes.languages),
        ):
            yield f'"{_exact(root + file)}" 1;'


def _exact(text: str) -> str:
    r"""The key of a map for just this text: what would start a pattern, a mask or a variable is escaped or encoded."""
    return re.sub(r"^([~*\\])", r"\\\1", text.replace("$", "%24").replace("\\", "%5C").replace('"', "%22"))


def _accept() -> Iterator[tuple[str, str]]:
    """Patterns for ``Accept``, the most wanted first, each with the ending of the format."""
    for level in _LEVELS:
        for ending, media in MEDIA.items():
            yield rf"(^|,)\s*{re.escape(media)}{level}", ending
    for level in _LEVELS:
        yield rf"(^|,)\s*(\*/\*|text/\*){level}", "html"
        yield rf"(^|,)\s*application/\*{level}", "jsonld"
    for ending, others in ALSO.items():
        for media in others:
            yield rf"(^|,)\s*{re.escape(media)}\s*(,|;|$)", ending


def _languages(routes: Routes) -> Iterator[tuple[str, str]]:
    for level in _LEVELS:
        for language in routes.languages:
            yield rf"(^|,)\s*{language}(-[a-z0-9]+)*{level}", language


def _quoted(pattern: str) -> str:
    """A pattern inside quotation marks of nginx, which takes a backslash before anything but a quotation mark or another as itself."""
    return pattern.replace("\\\\", "\\\\\\\\").replace('"', '\\"')
