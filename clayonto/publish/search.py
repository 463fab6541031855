"""Search without a server: the page, and the index of a small site, one file for each language; that of a large one is many (``shards.py``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clayonto.publish import shards
from clayonto.publish.front import plural
from clayonto.publish.layout import Layout
from clayonto.publish.lists import by_letter, letters

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.locales import Language
    from clayonto.publish.site import Site


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The page of each language, and its index where that is one file."""
    for lang in site.languages:
        if not shards.is_split(site):
            yield f"assets/search.{lang}.js", _index(site, lang)
        yield f"{lang}/search.html", _page(Layout(site, lang))


def everything(site: Site, lang: Language) -> Iterator[tuple[str, bytes]]:
    """The page and the index of one language, in however many files."""
    yield f"{lang}/search.html", _page(Layout(site, lang))
    if shards.is_split(site):
        yield from shards.files(site, lang)
    else:
        yield f"assets/search.{lang}.js", _index(site, lang)


def _index(site: Site, lang: Language) -> bytes:
    """What many things of each kind are called, then each thing."""
    kinds = shards.kinds(site)
    number = {kind: n for n, kind in enumerate(kinds)}
    entries = [shards.entry(site, term, lang, number[page.kind]) for term, page in site.pages.items()]
    return shards.written("clayontoSearch", [[plural(site, kind, lang) for kind in kinds], entries])


def _page(layout: Layout) -> bytes:
    say = layout.say
    none = say["search_none_begins" if shards.is_split(layout.site) else "search_none"]
    body = (
        f"{layout.crumbs('', ('search.html', say['search']))}<h1>{say['search']}</h1>\n<noscript><p>{say['noscript']}</p></noscript>"
        f'<div id="search" hidden data-none="{none}" data-some="{say["search_some"]}" data-so-far="{say["search_so_far"]}" '
        f'data-failed="{say["search_failed"]}" data-all="{say["search_all"]}">'
        f'<label for="q">{say["search_label"]}</label>'
        f'<input type="search" id="q" autocomplete="off" spellcheck="false" aria-describedby="how"><p class=note id="how">{say["search_lead"]}</p>'
        f'<p role="status" id="found"></p><div class="kinds" id="kinds" role="group" aria-label="{say["search_kinds"]}"></div>'
        f'<ul class="hits" id="hits"></ul><button type="button" id="more" hidden>{say["search_more"]}</button></div>\n'
        f"<h2>{say['az']}</h2>{letters(layout, by_letter(layout.site, layout.lang), 'az/')}"
    )
    scripts = ("search.lookup.js", "search.js", f"search.{layout.lang}.js")
    return layout.page("search.html", body, title=say["search"], description=say["search_lead"], scripts=scripts)
