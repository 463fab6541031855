"""The graph as a site sees it, indexed once for all pages: which pages there are, what they are called, and where they and their fragments lie.

Terms are N-Triples texts (:mod:`clayonto.publish.index`); things have the IRIs under which they are published.
"""

from __future__ import annotations

import re
from collections import Counter
from copy import copy
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeVar

from clayonto.namespaces import CLAY, PREFIXES, shorten
from clayonto.publish.config import VERSION
from clayonto.publish.fragments import PAGE_CLASSES, Plan, kind_of
from clayonto.publish.index import TYPE, Index, Noting, curie, is_vocabulary, literal, read
from clayonto.publish.paths import RESERVED, Paths, iri_path, segment, url
from clayonto.publish.versions import Published
from clayonto.validation.data import no_collecting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from clayonto.graph import KnowledgeGraph
    from clayonto.publish.asking import Answer
    from clayonto.publish.config import Config
    from clayonto.publish.survey import Survey
    from clayonto.publish.units import Changes

V = TypeVar("V")
LABELS: Final = tuple(map(curie, ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name")))
_LONGEST_LABEL: Final = 160
MOST_PARTS: Final = 60
"""How many parts of one class a page shows; the rest have pages of their own, with as many on each."""
MOST_CLAIMS: Final = 24
"""How many claims a page shows beside all else; where there are more, all of them have pages of their own."""
_CLAIM: Final = curie("clay:Claim")


class Label(NamedTuple):
    """A text to call something by, and its language (empty where it has none)."""

    text: str
    lang: str


class Page(NamedTuple):
    """A thing with a page: its term, its path (``project/clay``), its class (or the empty text), and its parts, itself not among them."""

    term: str
    path: str
    kind: str
    parts: Sequence[str]


class Placed(NamedTuple):
    """Where things are: path of each; part to the thing whose page it is on; and the published name of each that has another in the data."""

    paths: Mapping[str, str]
    parts: Mapping[str, str]
    public: Mapping[str, str]


class Site:
    """All that parts of the site ask.

    ``index`` has the triples under their published names. ``pages`` is term to :class:`Page`; ``parts`` is the term of a part to that of its page;
    ``further`` is the term of a part that its page does not show to the path of the page that does; ``classes`` is class to the terms of its pages;
    ``vocabulary`` lists the subjects that the ontology's own page is about; ``answers`` are those of the named queries; ``withdrawn`` holds the paths
    of pages that an earlier build had and this one has no more; ``memory`` has what parts left at the last build and leave for the next one, each
    under a name of its own, and ``changed`` what has changed in between (``None`` if that is not known); ``catalogued`` says whether there is a
    catalogue of the data set, ``catalog.ttl``, and ``queryable`` whether there is a page that takes queries; ``endpoint`` is the path of the
    SPARQL endpoint on its host, if a server has one, which that page asks then; ``published`` has the versions that earlier builds left;
    ``once_read`` what :meth:`once` read, forwards and backwards, and ``once_used`` the keys that it was asked for, until who notes them clears them;
    ``data_base`` is the namespace that the data gives its things.
    """

    def __init__(self, index: Index, config: Config, *, base: str, placed: Placed | None = None) -> None:
        """Lay out a site.

        :param base: the namespace that the data gives its things; it becomes ``config.base`` + ``id/`` if things are renamed.
        :param placed: where the things are, if that is known; the index has their published names then.
        """
        self.config = config
        self.languages = config.languages
        self.base = config.base
        self.namespace = config.base + "id/" if config.renamed else base
        self.withdrawn: frozenset[str] = frozenset()
        self.published = Published()
        self.answers: Mapping[str, Answer] = {}
        self.catalogued = False
        self.memory: dict[str, Any] = {}
        self.changed: Changes | None = None
        self.queryable = False
        self.endpoint = ""
        self.data_base = base
        self._asked: set[str] | None = None
        self._backwards: set[str] = set()
        self._once: dict[str, Any] = {}
        self.once_read: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self.once_used: set[str] = set()
        self._labels: dict[str, dict[str, Label]] = {lang: {} for lang in self.languages}
        if placed is None:
            index, placed = self._place(index)
        self.index = self._kinds = self._plain = index
        self._known_kinds: dict[str, str] = {}
        self.paths, self.parts, self._public = placed
        self._original = {new: old for old, new in self._public.items()}
        parts: dict[str, list[str]] = {}
        for part, page in sorted(self.parts.items()):
            parts.setdefault(page, []).append(part)
        self.pages: Mapping[str, Page] = {
            term: Page(term, self.paths[term], self.kind(term), parts.get(term, ()))
            for term in sorted(self.paths)
            if term not in self.parts
        }
        self.further: Mapping[str, str] = {
            part: file for page in self.pages.values() for file, _, further in self.more_parts(page) for part in further
        }
        self.vocabulary: Sequence[str] = sorted(s for s in index.out if is_vocabulary(index, s) or s[0] == "_")
        self.classes: dict[str, list[str]] = {}
        for term, shown in self.pages.items():
            self.classes.setdefault(shown.kind, []).append(term)
        self.slugs: Mapping[str, str] = self._slugs()

    @classmethod
    def of(cls, graph: KnowledgeGraph, config: Config) -> Site:
        """The site of a graph."""
        with no_collecting():
            # Nothing here keeps the text, which is large.
            return cls(read(n_triples(graph), base=graph.base), config, base=graph.base)

    def _place(self, index: Index) -> tuple[Index, Placed]:
        """Where the things of an index are, and the index with their published names."""
        paths = Paths(self.data_base, self.namespace)
        plan = Plan(index)
        where = {term: paths.add(term[1:-1]) for term in plan.nodes}
        public: dict[str, str] = {}
        if self.config.renamed:
            public = {term: new for term in plan.nodes if (new := self._renamed(term, plan, where)) != term}
            index = index.renamed(lambda term: public.get(term, term))
            where = {public.get(term, term): path for term, path in where.items()}
        parts = {public.get(part, part): public.get(page, page) for part, page in plan.home.items() if part != page}
        return index, Placed(where, parts, public)

    @property
    def placed(self) -> Placed:
        """Where the things are."""
        return Placed(self.paths, self.parts, self._public)

    # ------------------------------------------------------------------ what is asked

    def noting(self, *, whole: bool = False) -> tuple[Site, set[str], set[str]]:
        """The same site, and two sets in which it notes what is asked of it: terms whose triples or place are read, and terms that are read backwards.

        What is about all things at once (``classes``, ``vocabulary``, ``answers``, ``withdrawn`` and what was kept) it does not tell: whoever needs
        that depends on all.

        :param whole: for a part that depends on all places anyway, and may read what is about all things.
        """
        from clayonto.publish.survey import Survey

        asked: set[str] = set()
        backwards: set[str] = set()
        view = copy(self)
        view.index = self.index.noting(asked, backwards)
        view._asked = asked  # noqa: SLF001 (its own copy)
        view._backwards, view._labels, view._once = backwards, {}, {}  # noqa: SLF001
        view.once_read, view.once_used = {}, set()
        view.__dict__["survey"] = Survey(view, whole=self.survey)
        if not whole:
            view._kinds = view.index  # noqa: SLF001
            view.pages, view.parts, view.paths = Noting(self.pages, asked), Noting(self.parts, asked), Noting(self.paths, asked)
            del view.classes, view.vocabulary, view.answers, view.withdrawn, view.memory, view.changed
        return view, asked, backwards

    def anew(self) -> None:
        """Forget what :meth:`once` made: another unit is next."""
        self._once.clear()
        self.once_read.clear()
        self.once_used.clear()

    def asks(self, term: str) -> None:
        """Note that a term is read, for who keeps what was once read of it; see :meth:`noting`."""
        if self._asked is not None:
            self._asked.add(term)

    def once(self, key: str, make: Callable[[], V]) -> V:
        """What several files of one unit use alike, made for the first of them. What it read of the site is noted once, and with each file only the key.

        :param key: a text that is no term.
        """
        if self._asked is None:
            return make()
        if key not in self._once:
            before = (set(self._asked), set(self._backwards))
            # A file can use tens of thousands of these, so they are not copied each time.
            used, self.once_used = self.once_used, set()
            self._asked.clear()
            self._backwards.clear()
            self._once[key] = make()
            self.once_read[key] = (tuple(self._asked | self.once_used), tuple(self._backwards))
            self._asked.clear()
            self._backwards.clear()
            self._asked |= before[0]
            self._backwards |= before[1]
            self.once_used = used
        self.once_used.add(key)
        made: V = self._once[key]
        return made

    # ------------------------------------------------------------------ names

    def public(self, term: str) -> str:
        """The term under which a term of the data is published."""
        return self._public.get(term, term)

    def original(self, term: str) -> str:
        """The term of the data that is published as a term."""
        return self._original.get(term, term)

    def _renamed(self, term: str, plan: Plan, where: Mapping[str, str]) -> str:
        if not term.startswith("<" + self.data_base) or term.startswith("<" + self.namespace):
            return term
        page = plan.home[term]
        local = iri_path(where[page])
        if term != page:
            return f"<{self.namespace}{local}#{url(where[term])}>"
        return f"<{self.namespace}{local}#id>" if self.config.hashed else f"<{self.namespace}{local}>"

    def kind(self, term: str) -> str:
        """The class under which a thing is shown."""
        if self._kinds is not self._plain:
            self.asks(term)
        found = self._known_kinds.get(term)
        if found is None:
            # Of some things that many others lead to it is asked hundreds of times.
            found = self._known_kinds[term] = kind_of(self._plain, term)
        return found

    def by_kind(self, things: Iterable[str]) -> dict[str, list[str]]:
        """Things by class, in the order in which they come."""
        kinds: dict[str, list[str]] = {}
        for thing in things:
            kinds.setdefault(self.kind(thing), []).append(thing)
        return kinds

    def more_parts(self, page: Page) -> Iterator[tuple[str, str, Sequence[str]]]:
        """The parts that a page does not show: the path of the page that does, their class, and they themselves."""
        number = 0
        for kind, same in self.by_kind(page.parts).items() if len(page.parts) > MOST_CLAIMS else ():
            first = 0 if kind == _CLAIM and len(same) > MOST_CLAIMS else MOST_PARTS
            for start in range(first, len(same), MOST_PARTS):
                number += 1
                yield f"more/{page.path}/parts-{number}", kind, same[start : start + MOST_PARTS]

    def label(self, term: str, lang: str) -> Label:
        """What to call a thing or a term in a language: its label there, in English, in any language, or its IRI in short."""
        known = self._labels.setdefault(lang, {})
        self.asks(term)
        found = known.get(term)
        if found is None:
            found = known[term] = self._label(term, lang)
        return found

    def _label(self, term: str, lang: str) -> Label:
        said = self.index.out.get(term, {})
        for predicate in LABELS:
            texts = {
                language: text for text, language, _ in map(literal, (o for o in said.get(predicate, ()) if o[0] == '"')) if text.strip()
            }
            if texts:
                best = next((tag for tag in (lang, "en", "") if tag in texts), min(texts))
                return Label(texts[best], best)
        if term[0] != "<":
            return Label(term, "")
        short = shorten(term[1:-1], base=self.namespace)
        return Label(short.removesuffix("#id") if self.config.hashed else short, "")

    def name(self, term: str, lang: str) -> str:
        """The text of a label, cut short where it is longer than a link or a title should be."""
        text = " ".join(self.label(term, lang).text.split())
        return text if len(text) <= _LONGEST_LABEL else text[: _LONGEST_LABEL - 1] + "…"

    # ------------------------------------------------------------------ places

    def html(self, path: str, lang: str) -> str:
        """The file of the page at a path (``project/clay``) in a language."""
        return f"{lang}/{path}.html"

    def data(self, path: str, ending: str) -> str:
        """The data file of the page at a path: ``ending`` is ``ttl``, ``jsonld``, ``nt`` or ``rdf``."""
        return f"data/{path}.{ending}"

    def url(self, file: str) -> str:
        """The whole URL of a file of the site."""
        return self.base + url(file)

    def anchor(self, part: str) -> str:
        """The fragment of a part in its page, without ``#``."""
        return url(self.paths[part])

    def place(self, term: str, lang: str) -> str | None:
        """Where a thing, a part or a term of the ontology is shown in a language: a URL relative to the root of the site; ``None`` if it is not."""
        page = self.pages.get(term)
        if page is not None:
            return url(self.html(page.path, lang))
        home = self.parts.get(term)
        if home is not None:
            return f"{url(self.html(self.further.get(term) or self.pages[home].path, lang))}#{self.anchor(term)}"
        if term in self.index.out and is_vocabulary(self.index, term):
            return f"{lang}/def.html#{self.term_anchor(term)}"
        return None

    @staticmethod
    def term_anchor(term: str) -> str:
        """The fragment of an ontology's term in the page of the ontology: ``Project`` for ``clay:Project``, ``org-Role`` for a foreign one."""
        short = shorten(term[1:-1])
        return short.removeprefix("clay:").replace(":", "-") if ":" in short and not short.startswith("http") else url(short)

    def document(self, path: str) -> str:
        """The IRI of the document whose data files lie at a path, which they speak of beside what they are about."""
        return self.base + "data/" + url(path)

    @cached_property
    def ontology(self) -> str:
        """The term of the ontology that the site's ontology page is about: the project's own, or else the first; the empty text if there is none."""
        found = [term for term in self.vocabulary if curie("owl:Ontology") in self.index.objects(term, TYPE)]
        return next((term for term in found if term == f"<{CLAY.removesuffix('#')}>"), found[0] if found else "")

    @cached_property
    def ontology_version(self) -> str:
        """The version of that ontology as its IRI has it below the ontology's own (``0.1.0``), or as it is stated; the empty text if it has none."""
        said = self.index.objects(self.ontology, curie("owl:versionIRI"))
        below = [iri[1:-1].removeprefix(self.ontology[1:-1].rstrip("#/") + "/") for iri in said]
        stated = [literal(text)[0] for text in self.index.objects(self.ontology, curie("owl:versionInfo"))]
        return next((name for name in (*below, *stated) if VERSION.fullmatch(name)), "")

    @property
    def dataset(self) -> str:
        """The IRI of the whole dataset, which the catalogue describes."""
        return self.base + "catalog.ttl#dataset"

    # ------------------------------------------------------------------ all of it

    @cached_property
    def survey(self) -> Survey:
        """Views of the whole graph, worked out when they are first asked for."""
        from clayonto.publish.survey import Survey

        return Survey(self)

    def triples(self) -> Iterator[str]:
        """All triples as N-Triples lines, in order."""
        for subject in self.index.out:
            yield from self.index.lines(subject)

    def _slugs(self) -> dict[str, str]:
        """The folder of each class's list: the one most of its things lie in, if no other class has it."""
        slugs: dict[str, str] = {}
        for kind in sorted(self.classes, key=lambda k: (PAGE_CLASSES.index(k) if k in PAGE_CLASSES else len(PAGE_CLASSES), k)):
            folders = Counter(self.pages[t].path.split("/")[0] for t in self.classes[kind])
            best = min(folders, key=lambda f: (-folders[f], f))
            if best in slugs.values():
                local = re.split("[:/#]", shorten(kind[1:-1]))[-1]
                best = "".join(f"-{c.lower()}" if c.isupper() else c for c in local).strip("-")
            best = segment(best) if best else "other"
            while best in RESERVED or best.casefold() in {slug.casefold() for slug in slugs.values()}:
                best += "-list"
            slugs[kind] = best
        return slugs


def n_triples(graph: KnowledgeGraph) -> bytes:
    """The triples that a site shows, as N-Triples: what a graph states, and what :meth:`clayonto.KnowledgeGraph.materialise` has added to it."""
    if graph.closure is None:
        return graph.n_triples()
    import pyoxigraph as ox

    return graph.n_triples() + (ox.serialize((ox.Triple(*t) for t in graph.closure.triples), format=ox.RdfFormat.N_TRIPLES) or b"")


DOWNLOADS: Final = "download"
"""The path of the page of downloads."""
VOCABULARY_FILE: Final = "def"
"""The path of the ontology's own page."""
PREFIX_MAP: Final = {prefix: namespace for prefix, namespace in PREFIXES.items() if namespace.startswith("http")} | {
    "void": "http://rdfs.org/ns/void#"
}
"""Prefixes for data files."""
