"""For hosts that answer an address with a file and nothing else: a small page where each IRI leads, which leads on to the documents of the thing.

An IRI of a thing then ends in a fragment, ``id/project/clay#id``, so that thing and page are told apart without a redirect (Cool URIs for the Semantic Web,
section 4.1). Clients find the data by the page's ``rel=alternate`` links, people are sent on.
"""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from clayonto.publish.data import FORMATS
from clayonto.publish.machine.routes import HTML, Routes
from clayonto.publish.paths import url
from clayonto.publish.site import VOCABULARY_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

_WORDS = {"en": "This address names a thing. It is described here:", "fi": "Tämä osoite nimeää asian. Siitä kerrotaan täällä:"}
_NAMES = {"en": "in English", "fi": "suomeksi"}


def stubs(routes: Routes) -> Iterator[tuple[str, bytes]]:
    """The pages at the IRIs of things: ``id/project/clay.html`` for GitHub Pages, which adds the ending; ``id/project/clay/index.html`` elsewhere."""
    site = routes.site
    flat = site.config.target == "github-pages"
    for request, page in sorted(_requests(routes)):
        if _fits(request):
            yield f"{request}.html" if flat else f"{request}/index.html", stub(routes, page)


def _requests(routes: Routes) -> Iterator[tuple[str, str]]:
    site = routes.site
    yield from ((request, page) for request, page in routes.others.items())
    for page in site.pages.values():
        request = routes.request(page.term[1:-1])
        if request is not None and request not in routes.others:
            yield request, page.path


def _fits(request: str) -> bool:
    """Whether a file of this name can be: what cannot has a name of its own in ``data`` and ``en``, and no page at its IRI."""
    from clayonto.publish.paths import segment

    return all(segment(part) == part for part in request.split("/"))


def stub(routes: Routes, page: str) -> bytes:
    """The page that leads to the documents of the page at a path."""
    site = routes.site
    html = {lang: site.url(site.html(page, lang)) for lang in routes.languages}
    first = html[routes.languages[0]]
    data = {ending: site.url(f"{VOCABULARY_FILE}.{ending}" if page == VOCABULARY_FILE else site.data(page, ending)) for ending in FORMATS}
    links = "".join(f'<link rel="alternate" type="{FORMATS[ending][0]}" href="{escape(there)}">\n' for ending, there in data.items())
    links += "".join(f'<link rel="alternate" type="{HTML}" hreflang="{lang}" href="{escape(there)}">\n' for lang, there in html.items())
    said = "".join(f'<p lang="{lang}">{_WORDS[lang]} <a href="{escape(html[lang])}">{_NAMES[lang]}</a>.</p>\n' for lang in routes.languages)
    files = ", ".join(f'<a type="{FORMATS[ending][0]}" href="{escape(there)}">{FORMATS[ending][1]}</a>' for ending, there in data.items())
    return f"""\
<!DOCTYPE html>
<html lang="{routes.languages[0]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="robots" content="noindex">
<meta http-equiv="refresh" content="0; url={escape(first)}">
<title>{escape(url(page))}</title>
<link rel="canonical" href="{escape(first)}">
{links}</head>
<body>
<main>
{said}<p>{files}</p>
</main>
</body>
</html>
""".encode()
