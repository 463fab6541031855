"""What the paths of the live site lead to, in one state of the graph that is held in memory.

The files of a thing are made when they are asked for, with the functions that ``clayonto publish`` makes them with, so that they are the same bytes. What
is about the whole graph takes longer: until it is made, part by part, such a path leads to a part that is wanted, and from then on to a file on disk. The
process that all this happens in is that of ``pages.py``.
"""

from __future__ import annotations

import re
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import urljoin

from clayonto.publish import answers, build, front
from clayonto.publish.asking import Answer, unanswered
from clayonto.publish.layout import Layout
from clayonto.publish.machine.routes import VERSIONS, Routes
from clayonto.publish.markup import text
from clayonto.publish.pages import one_by_one
from clayonto.publish.site import VOCABULARY_FILE
from clayonto.publish.values import Values
from clayonto.query import Catalogue
from clayonto.results import Rows
from clayonto.server import documents
from clayonto.server.documents import Document, Gone, Held, Leads, Moved, Outcome, Wait
from clayonto.server.seen import Seen
from clayonto.server.wholes import wholes

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clayonto.locales import Language
    from clayonto.publish.site import Page, Site
    from clayonto.server.origin import Origin
    from clayonto.server.wholes import Whole

MISSING, WITHDRAWN = "missing", "withdrawn"
"""The pages that stand in for others, by what they say; see :meth:`Renderer.instead`."""
_AGAIN: Final = 30.0
"""Seconds until a part that failed is tried again."""
_INLINE: Final = 1 << 19
"""How many bytes a file may have that is sent on whole; a larger one is named by its place on disk."""
_PART: Final = "id/"
"""How what is remembered of a part begins, the request for it; that of a page is its path."""
# A link that is relative to the page it stands in.
_RELATIVE: Final = re.compile(r'((?:href|src|action)=")(?![a-z]+:|[/#"])([^"]*)"')


class Options(NamedTuple):
    """What is decided for the process.

    ``prefix`` is the path of the site on its host, ``folder`` is for large files, ``most`` says of how many triples pages are made at most, ``endpoint`` is
    the path of the SPARQL endpoint if there is one, ``seen`` the file with the pages that were, and ``withdrawn`` are more of those.
    """

    prefix: str
    folder: str
    most: int
    endpoint: str = ""
    seen: str = ""
    withdrawn: tuple[str, ...] = ()


class Wanted(NamedTuple):
    """A part that is to be made before a path can be found."""

    part: str


class Renderer:
    """Finds what a path leads to in one site."""

    def __init__(self, site: Site, origin: Origin, options: Options) -> None:
        self.site = site
        self.options = options
        self.seen = Seen(Path(options.seen) if options.seen else None, options.withdrawn)
        self.pages: Mapping[str, Page] = {page.path: page for page in site.pages.values()}
        gone = self.seen.gone(self.pages)
        site.withdrawn = frozenset(site.html(page, lang) for page in gone if not page.startswith(_PART) for lang in site.languages)
        site.endpoint = options.endpoint
        build.equip(site, build.parts())
        self.queries = Catalogue()
        site.answers = unanswered(site, self.queries.values())
        self._layouts = {lang: Layout(site, lang) for lang in site.languages}
        self._values = {lang: Values(site, lang, layout.say) for lang, layout in self._layouts.items()}
        self.routes = Routes(site)
        self.gone = frozenset(path for path in gone if not path.startswith(_PART) or self.routes.page(path) is None)
        self.wholes: Mapping[str, Whole] = {whole.name: whole for whole in wholes(site, origin.graph)}
        self._one = one_by_one(site)
        self._common = dict(front.common(site))
        self._robots()
        # The files of the ontology's own page and of that of its version.
        self._vocabulary = re.compile(
            rf"(?:{'|'.join(site.languages)})/({VERSIONS}|{VOCABULARY_FILE})\.html|data/({VERSIONS})\.[a-z]+|({VOCABULARY_FILE})\.[a-z]+"
        )
        self._held: dict[str, tuple[str, Held]] = {}
        self._made: set[str] = set()
        self._failed: dict[str, float] = {}

    def _robots(self) -> None:
        from clayonto.publish.machine.discovery import robots
        from clayonto.publish.machine.facts import Facts

        self._common["robots.txt"] = robots(Facts(self.site))

    # ------------------------------------------------------------------ finding

    def find(self, path: str) -> Outcome | Wanted:
        """What a decoded path, relative to the root of the site, leads to.

        A path that is no file leads to what a file beside it has: ``fi/project/clay`` to ``fi/project/clay.html``, ``fi/project`` to ``fi/project/``, and that
        to its ``index.html``.
        """
        if not path or path.endswith("/"):
            # The root is for whoever serves it to choose a language.
            return self._file(path + "index.html") or self._thing(path) if path else None
        found = self._file(path) or self._thing(path)
        if found is not None or path.endswith(".html"):
            return found
        if path.partition("/")[0] in self.site.languages and (found := self._file(path + ".html")) is not None:
            return found
        index = self._file(path + "/index.html")
        return Moved(path + "/") if isinstance(index, Document) else index

    def _file(self, path: str) -> Outcome | Wanted:
        common = self._common.get(path)
        if common is not None:
            return self._document(path, common)
        held = self._held.get(path)
        if held is not None:
            return self._from_disk(path, *held)
        page = self._page_of(path)
        if page is not None:
            content = self._one(page, path)
            if content is not None:
                return self._document(path, content, page.path, page.term[1:-1])
        for whole in self.wholes.values():
            if whole.name not in self._made and whole.paths.fullmatch(path):
                failed = self._failed.get(whole.name)
                return Wait(round(_AGAIN)) if failed is not None and monotonic() < failed + _AGAIN else Wanted(whole.name)
        return None

    def _page_of(self, path: str) -> Page | None:
        """The page that a file belongs to, going by its name."""
        head, _, rest = path.partition("/")
        if head in self.site.languages and rest.endswith(".html"):
            name = rest.removesuffix(".html")
            if name.startswith("more/"):
                name = name[len("more/") :].rpartition("/")[0]
            return self.pages.get(name)
        if head == "data":
            return self.pages.get(rest.rpartition(".")[0])
        return self.pages.get(rest.removesuffix("/index.html")) if head == "id" and rest.endswith("/index.html") else None

    def _thing(self, path: str) -> Outcome:
        page = self.routes.page(path.rstrip("/") if path.startswith(VOCABULARY_FILE) else path)
        endings: tuple[str, ...] = ()
        head, _, rest = path.partition("/")
        if page is None and head == "data" and rest in self.pages:
            page, endings = rest, ("ttl", "jsonld", "nt", "rdf")
        if page is not None:
            return Leads(page, self._about(page), endings)
        for name in (path, rest, rest.rpartition(".")[0]) if head in ("id", "data", *self.site.languages) else (path,):
            if name in self.gone:
                return Gone(name)
        return None

    def remember(self) -> None:
        """Remember, for later states, what visitors see: the pages, and the things that are parts of one and are asked for by IRIs of their own.

        :raises OSError: if the folder cannot be written to.
        """
        self.seen.keep([*self.pages, *(request for request in self.routes.others if request.startswith(_PART))])

    def _about(self, page: str) -> str:
        return self.pages[page].term[1:-1] if page in self.pages else self.site.ontology[1:-1]

    def _document(self, path: str, content: bytes, page: str = "", about: str = "") -> Document:
        return Document(path, documents.tag_of(content), content, documents.packed(path, content), page, about)

    def _from_disk(self, path: str, tag: str, held: Held) -> Document:
        if held.size > _INLINE:
            return Document(path, tag, b"", b"", held=held)
        with Path(held.file).open("rb") as file:
            file.seek(held.start)
            plain = file.read(held.size)
            file.seek(held.packed_start)
            page = next(filter(None, found.groups())) if (found := self._vocabulary.fullmatch(path)) else ""
            return Document(path, tag, plain, file.read(held.packed_size), page, self._about(page) if page else "")

    # ------------------------------------------------------------------ parts

    def keep(self, part: str, path: str, tag: str, held: Held) -> None:
        """Note a file of a part, which lies on disk."""
        self._held.setdefault(path, (tag, held))
        self._failed.pop(part, None)

    def finish(self, part: str) -> None:
        """Note that all files of a part are there."""
        self._made.add(part)

    def fail(self, part: str) -> None:
        """Note that a part could not be made."""
        self._failed[part] = monotonic()

    def instead(self) -> dict[str, bytes]:
        """The pages that say that there is none, or none any more, at whatever address they are shown: ``missing.fi``, ``withdrawn.fi`` and so on."""
        found = {}
        for lang in self.site.languages:
            layout = self._layouts[lang]
            say = layout.say
            search = f'<a href="search.html">{say["search"]}</a>'
            body = f'<h1>{say["broken"]}</h1><p class="lead">{say["broken_lead"]} {search}</p>'
            found[f"{MISSING}.{lang}"] = layout.page("404.html", body, title=say["broken"], counterpart="index.html")
            body = f'<h1>{say["withdrawn"]}</h1><p class="lead">{say["withdrawn_lead"]}</p>'
            found[f"{WITHDRAWN}.{lang}"] = layout.page("404.html", body, title=say["withdrawn"], counterpart="index.html")
        return {key: self._anywhere(content.decode(), key.rpartition(".")[2]).encode() for key, content in found.items()}

    def show(self, name: str, lang: Language, values: Mapping[str, str], solutions: bytes, address: str) -> Document:
        """The page of a query with an answer; see :meth:`clayonto.server.site.LiveSite.show`."""
        query = self.queries[name]
        rows = Rows.from_tsv(solutions, engine="oxigraph", types=query.columns)
        answer = Answer(query, values, "", {lang: rows})
        page = self._anywhere(answers.page(self._layouts[lang], self._values[lang], name, answer).decode(), lang, at=f"query/{name}.html")
        root = self.options.prefix
        # Its own forms and languages are asked for with the same values.
        page = page.replace(f'"{root}{lang}/query/{name}.csv"', f'"{text(address.format(lang=lang, ending=".csv"))}"')
        for other in self.site.languages:
            page = page.replace(f'"{root}{other}/query/{name}.html"', f'"{text(address.format(lang=other, ending=""))}"')
        return self._document(f"queries/{name}", page.encode())

    def _anywhere(self, page: str, lang: str, *, at: str = "404.html") -> str:
        """A page whose links do not depend on where it is shown."""
        at = f"{self.options.prefix}{lang}/{at}"
        page = re.sub(r'<link rel="(?:canonical|alternate)"[^>]*>\n?', "", page)
        return _RELATIVE.sub(lambda found: f'{found[1]}{text(urljoin(at, found[2]))}"', page)
