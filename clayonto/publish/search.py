"""Search without a server: a small index for each language, which a small script of our own reads in the page."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from clayonto.publish.front import ordered, plural
from clayonto.publish.index import curie, literal
from clayonto.publish.layout import Layout
from clayonto.publish.lists import by_letter, letters
from clayonto.publish.paths import url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.locales import Language
    from clayonto.publish.site import Site

_MORE: Final = tuple(map(curie, ("clay:acronym", "skos:altLabel", "skos:prefLabel", "dct:identifier")))


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The page of each language, and its index."""
    for lang in site.languages:
        yield f"assets/search.{lang}.js", _index(site, lang)
        yield f"{lang}/search.html", _page(Layout(site, lang))


def _index(site: Site, lang: Language) -> bytes:
    """Names of kinds, then for each thing its name, path, kind and other names. A script, since a page opened from a disk can read no other file."""
    kinds = ordered(site)
    number = {kind: n for n, kind in enumerate(kinds)}
    entries = []
    for term, page in site.pages.items():
        name = site.name(term, lang)
        others = dict.fromkeys(literal(o)[0][:80] for p in _MORE for o in site.index.objects(term, p) if o[0] == '"')
        more = [other for other in others if other != name]
        entries.append([name, url(page.path), number[page.kind], *([" ".join(more[:6])] if more else [])])
    told = json.dumps([[plural(site, kind, lang) for kind in kinds], entries], ensure_ascii=False, separators=(",", ":"))
    return f"clayontoSearch({told});\n".encode()


def _page(layout: Layout) -> bytes:
    say = layout.say
    body = (
        f"{layout.crumbs('', ('search.html', say['search']))}<h1>{say['search']}</h1>\n<noscript><p>{say['noscript']}</p></noscript>"
        f'<div id="search" hidden data-none="{say["search_none"]}" data-some="{say["search_some"]}" data-all="{say["search_all"]}">'
        f'<label for="q">{say["search_label"]}</label>'
        f'<input type="search" id="q" autocomplete="off" spellcheck="false" aria-describedby="how"><p class=note id="how">{say["search_lead"]}</p>'
        f'<p role="status" id="found"></p><div class="kinds" id="kinds" role="group" aria-label="{say["search_kinds"]}"></div>'
        f'<ul class="hits" id="hits"></ul><button type="button" id="more" hidden>{say["search_more"]}</button></div>\n'
        f"<h2>{say['az']}</h2>{letters(layout, by_letter(layout.site, layout.lang), 'az/')}"
    )
    scripts = ("search.js", f"search.{layout.lang}.js")
    return layout.page("search.html", body, title=say["search"], description=say["search_lead"], scripts=scripts)
