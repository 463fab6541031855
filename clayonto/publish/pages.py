"""The pages for people: parts of the site that are made of the parts in the modules beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.publish import answers, data, front, lists, maps, more, search, sorted_lists, sparql, ties, vocabulary
from clayonto.publish.things import Things
from clayonto.publish.units import Each, Whole

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clayonto.publish.site import Page, Site
    from clayonto.publish.units import File


def asked(site: Site) -> Iterator[tuple[str, bytes]]:
    """What leads to the questions: the front page with all around it, the list of questions, and the examples of the SPARQL page."""
    yield from front.files(site)
    yield from answers.index(site)
    yield from sparql.settings(site)


def _maker(site: Site) -> Callable[[Page], Iterator[File]]:
    languages = [Things(site, lang) for lang in site.languages]

    def made(page: Page) -> Iterator[File]:
        for things in languages:
            yield things.page(page)
            yield from more.files(things, page)
        yield from data.of_page(site, page)
        yield from front.of_page(site, page)

    return made


def one_by_one(site: Site) -> Callable[[Page, str], bytes | None]:
    """A function that makes one file of a page, by its path; it gives ``None`` where the page has no such file."""
    languages = [Things(site, lang) for lang in site.languages]

    def made(page: Page, path: str) -> bytes | None:
        for things in languages:
            if path == site.html(page.path, things.lang):
                return things.page(page)[1]
            if path.startswith(f"{things.lang}/more/"):
                only = path.removeprefix(f"{things.lang}/").removesuffix(".html")
                return next((one.content() for one in more.files(things, page, only=only)), None)
        ending = path.rpartition(".")[2]
        if ending in data.FORMATS and path == site.data(page.path, ending):
            return next(content for _, content in data.of_page(site, page, endings=(ending,)))
        return next((content for file, content in front.of_page(site, page) if file == path), None)

    return made


THINGS: Final = Each(lambda site: ((term, (page.path, page.kind, tuple(page.parts)), page) for term, page in site.pages.items()), _maker)
"""The page of each thing in each language with those that it leads on to, its data files, and its way in."""

OVERVIEWS: Final = (
    Whole("lists", lists.files, lists.given),
    Whole("sorted lists", sorted_lists.files, sorted_lists.given),
    Whole("map", maps.files, sorted_lists.given),
    Whole("network", ties.files),
    Whole("search", search.files),
    Whole("vocabulary", vocabulary.files),
)
"""The pages about all things and about the ontology: lists, map, network, search, terms, glossary."""
