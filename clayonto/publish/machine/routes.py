"""Which request leads to which document: the one statement of it, from which the rules of each host are made.

An IRI asked for by HTTP is a path under the site's base, without its fragment. ``Routes`` says which page's documents it leads to; ``choose`` which of them
a client wants, by the quality values of its ``Accept`` and ``Accept-Language`` (RFC 9110, section 12), as Apache's ``mod_negotiation`` reckons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import unquote, urlsplit

from clayonto.negotiation import ranges
from clayonto.publish.data import FORMATS
from clayonto.publish.site import VOCABULARY_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clayonto.publish.site import Site

HTML: Final = "text/html"
# What the server would rather give where a client takes both equally: a page, then Turtle.
QUALITY: Final[Mapping[str, float]] = {"html": 1.0, "ttl": 0.9, "jsonld": 0.8, "nt": 0.7, "rdf": 0.6}
"""File ending to the quality of that document in the server's eyes."""
MEDIA: Final[Mapping[str, str]] = {"html": HTML} | {ending: media for ending, (media, _, _) in FORMATS.items()}
"""File ending to media type, for documents of things."""
ALSO: Final[Mapping[str, tuple[str, ...]]] = {
    "html": ("application/xhtml+xml",),
    "jsonld": ("application/json",),
    "rdf": ("application/xml", "text/xml"),
    "ttl": ("text/n3", "application/x-turtle"),
    "nt": ("text/plain",),
}
"""Other media types that a client may ask for the same document by; less wanted than its own."""
_ALSO_LESS: Final = 0.1
CONCEPTS: Final = "concept/"
VERSIONS: Final = f"{VOCABULARY_FILE}/[0-9A-Za-z][0-9A-Za-z.+-]*"
"""A pattern for the requests that name a version of the ontology; each is the path of a page."""


class Routes:
    """The requests that name things of a site, as decoded paths relative to its base.

    ``prefix`` is the path of the base on its host (``/`` or ``/lod/``). A request ``id/PATH`` leads to the documents of the page at ``PATH``, and so does
    ``concept/PATH``, itself a page's path, in a site that has the IRIs of concepts; ``others`` maps the requests that follow neither to their page's path;
    ``own_terms`` says whether the IRIs of concepts and of the ontology are the site's own too; ``gone`` holds the paths of withdrawn pages.
    """

    def __init__(self, site: Site) -> None:
        self.site = site
        self.prefix = unquote(urlsplit(site.base).path)
        self.languages: Sequence[str] = site.languages
        self.others: dict[str, str] = {}
        usual = f"<{site.base}id/"
        for term, path in site.paths.items():
            if term[-len(path) - 1 : -1] == path and term[: -len(path) - 1] == usual and term not in site.parts:
                continue  # as most are, and a site may have a million
            request = self.request(term[1:-1])
            page = site.pages[site.parts.get(term, term)].path
            if (
                request is not None
                and request not in (f"id/{page}", VOCABULARY_FILE)
                and not (request == page and page.startswith(CONCEPTS))
            ):
                self.others[request] = page
        self.own_terms = not site.config.renamed
        self._pages = {page.path for page in site.pages.values()}
        self.gone: Sequence[str] = sorted({file.partition("/")[2].removesuffix(".html") for file in site.withdrawn})

    def page(self, request: str) -> str | None:
        """The path of the page to whose documents a request leads; ``None`` if it names no thing."""
        if request in self.others:
            return self.others[request]
        if request.startswith("id/") and (path := request[3:]) in self._pages:
            return path
        if not self.own_terms:
            return None
        if request.startswith(CONCEPTS) and request in self._pages:
            return request
        version = self.site.ontology_version
        return request if request == VOCABULARY_FILE or (version and request == f"{VOCABULARY_FILE}/{version}") else None

    def request(self, iri: str) -> str | None:
        """The decoded path, relative to the base, by which a client asks for an IRI; ``None`` if it asks elsewhere. Bytes that are no UTF-8 are surrogates."""
        bare = iri.partition("#")[0]
        if not bare.startswith(self.site.base) or bare == self.site.base:
            return None
        local = bare[len(self.site.base) :]
        return unquote(local, errors="surrogateescape") if "%" in local else local


class Choice(NamedTuple):
    """A document of a thing: the ending of its format, and its language if it is a page."""

    ending: str
    language: str = ""


def document(page: str, choice: Choice) -> str:
    """The path of a page's document in the form that was chosen.

    >>> document("project/clay", Choice("html", "fi")), document("project/clay", Choice("ttl")), document("def", Choice("ttl"))
    ('fi/project/clay.html', 'data/project/clay.ttl', 'def.ttl')
    """
    if choice.ending == "html":
        return f"{choice.language}/{page}.html"
    return f"{page}.{choice.ending}" if page == VOCABULARY_FILE else f"data/{page}.{choice.ending}"


def choose(accept: str, languages: str, *, offered: Sequence[str], endings: Sequence[str] = tuple(QUALITY)) -> Choice | None:
    """The document that a client wants; ``None`` if it takes none that there is.

    :param accept: its ``Accept``; empty for none.
    :param languages: its ``Accept-Language``; empty for none.
    :param offered: the languages of the pages, the first being the one for a client that takes none of them.
    :param endings: the forms that there are.

    >>> choose("text/html;q=0.4, text/turtle;q=0.9", "", offered=["fi", "en"])
    Choice(ending='ttl', language='')
    >>> choose("text/html", "sv, en;q=0.5", offered=["fi", "en"])
    Choice(ending='html', language='en')
    """
    wanted = ranges(accept) or [("*/*", 1.0)]
    best: tuple[float, str] = (0.0, "")
    for ending in endings:
        worth = QUALITY[ending]
        quality = worth * _quality(MEDIA[ending], wanted)
        for other in ALSO[ending]:
            quality = max(quality, worth * _ALSO_LESS * _quality(other, [r for r in wanted if "*" not in r[0]]))
        if quality > best[0]:
            best = (quality, ending)
    if not best[1]:
        return None
    return Choice(best[1], preferred(languages, offered=offered) if best[1] == "html" else "")


def _quality(media: str, wanted: list[tuple[str, float]]) -> float:
    """What a client thinks of a media type: the value of the narrowest range that has it."""
    kind = media.partition("/")[0]
    for name in (media, f"{kind}/*", "*/*"):
        values = [quality for what, quality in wanted if what == name]
        if values:
            # Apache takes a bare wildcard for an afterthought where no range has a value of its own.
            afterthought = all(quality == 1.0 for _, quality in wanted) and len(wanted) > 1
            return max(values) * (
                0.02 if name.endswith("/*") and name != "*/*" and afterthought else 0.01 if name == "*/*" and afterthought else 1
            )
    return 0.0


def preferred(header: str, *, offered: Sequence[str]) -> str:
    """The offered language that a client likes best: of equal ones, the first offered."""
    wanted = ranges(header)
    best = (0.0, offered[0])
    for language in offered:
        for name in (language, "*"):
            values = [quality for tag, quality in wanted if tag == name or (name != "*" and tag.partition("-")[0] == name)]
            if values:
                best = max(best, (max(values), language), key=lambda pair: pair[0])
                break
    return best[1]
