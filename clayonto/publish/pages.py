"""The pages for people: a part of the site that is made of the parts in the modules beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clayonto.publish import answers, front, lists, maps, more, search, sorted_lists, ties, vocabulary
from clayonto.publish.things import Things

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.publish.site import Site


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """All pages but those of the things: front page, lists, map, network, search, questions, ontology."""
    for part in (front, lists, sorted_lists, maps, ties, search, answers, vocabulary):
        yield from part.files(site)


def things(site: Site) -> Iterator[tuple[str, bytes]]:
    """The page of each thing, in each language, with those that it leads on to."""
    for lang in site.languages:
        made = Things(site, lang)
        for page in site.pages.values():
            yield made.page(page)
            yield from more.files(made, page)
