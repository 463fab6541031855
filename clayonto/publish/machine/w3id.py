"""Rules for a persistent-identifier service such as w3id.org: an ``.htaccess`` for the publisher's folder there, which leads to the real host."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from clayonto.publish.data import FORMATS
from clayonto.publish.machine.routes import CONCEPTS, MEDIA, VERSIONS, Routes
from clayonto.publish.site import VOCABULARY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICES: Final = ("w3id.org", "purl.org", "purl.archive.org")
"""Hosts that lead to where things are, and hold nothing themselves."""
_HOST: Final = "https://CHANGE-ME.example"


def is_service(base: str) -> bool:
    """Whether a base is on such a service, so that the site itself lies elsewhere.

    >>> is_service("https://w3id.org/clayonto/")
    True
    """
    return (urlsplit(base).hostname or "") in SERVICES


def htaccess(routes: Routes) -> bytes:
    """The ``.htaccess`` of the folder at the service; its first rule names the real host and is for the publisher to fill in."""
    rules = "\n".join(_rules(routes))
    return f"""\
# Made by clayonto publish. Change the address in the first rule to where the site is, with no slash at its end.
# The rules have no quality values: they are for hosts that negotiate nothing. A host that does gets the request as it came.
RewriteEngine On
RewriteRule ^ - [E=SITE:{_HOST}]
Header always set Access-Control-Allow-Origin "*"
Header always merge Vary "Accept" env=REDIRECT_SITE
Header always merge Vary "Accept" env=SITE

{rules}
""".encode()


def _rules(routes: Routes) -> Iterator[str]:
    if routes.site.config.target in ("apache", "nginx"):
        yield 'RewriteRule "^(id/.+)$" "%{ENV:SITE}/$1" [R=303,L]'
        if routes.own_terms:
            yield f'RewriteRule "^({CONCEPTS}.+|{VOCABULARY_FILE}(?:/.*)?)$" "%{{ENV:SITE}}/$1" [R=303,L]'
    else:
        yield from _by_format(routes)
    yield 'RewriteRule "^(.*)$" "%{ENV:SITE}/$1" [R=302,L]'


def _by_format(routes: Routes) -> Iterator[str]:
    """For a host that negotiates nothing: straight to the document, by the first format that the client names, and to the page for all others."""
    from clayonto.publish.machine.apache import pattern, substitute

    for request, page in sorted(routes.others.items()):
        # From here on it is a request like any other. Apache would put the end of the old name behind the new one, but for DPI.
        yield f'RewriteRule "^{pattern(request)}$" "id/{substitute(page)}" [DPI]'
    names = [('"^id/(.+)$"', "$1")]
    if routes.own_terms:
        names.append((f'"^({CONCEPTS}.+)$"', "$1"))
        names.append((f'"^({VERSIONS})/?$"', "$1"))
        for ending in FORMATS:
            yield from (_asked(ending), f'RewriteRule "^{VOCABULARY_FILE}$" "%{{ENV:SITE}}/{VOCABULARY_FILE}.{ending}" [R=303,L]')
        yield f'RewriteRule "^{VOCABULARY_FILE}$" "%{{ENV:SITE}}/{routes.languages[0]}/{VOCABULARY_FILE}.html" [R=303,L]'
    for request, page in names:
        for ending in FORMATS:
            yield from (_asked(ending), f'RewriteRule {request} "%{{ENV:SITE}}/data/{page}.{ending}" [R=303,L]')
        for language in routes.languages[1:]:
            yield f'RewriteCond "%{{HTTP:Accept-Language}}" "^{language}" [NC]'
            yield f'RewriteRule {request} "%{{ENV:SITE}}/{language}/{page}.html" [R=303,L]'
        yield f'RewriteRule {request} "%{{ENV:SITE}}/{routes.languages[0]}/{page}.html" [R=303,L]'


def _asked(ending: str) -> str:
    return f'RewriteCond "%{{HTTP_ACCEPT}}" "^[^,]*{MEDIA[ending].replace("+", "[+]")}" [NC]'
