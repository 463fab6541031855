"""The search index of a large site in many small files, of which a browser fetches those that the typed letters lead to.

Each thing stands under each word of its names, with what follows that word there: *Council of Tampere Region* under ``council of tampere region.``,
``of tampere region.``, ``tampere region.`` and ``region.``. These keys are a tree by their letters. Where few things share a beginning they stand in
one file whole, a *leaf*, together with neighbours as few. Where more do, a *branch* has the best of them, in all and of each kind, and how many there
are of each kind; the next letters part the rest. So no file grows with the number of things, every word that somebody types leads to
all that begins with it, and another name of one thing changes only the files of its own words.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
import zlib
from bisect import bisect_left
from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clayonto.publish.fragments import PAGE_CLASSES
from clayonto.publish.front import plural
from clayonto.publish.index import curie, literal
from clayonto.publish.paths import url
from clayonto.publish.units import Each, Later, made

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from clayonto.locales import Language
    from clayonto.publish.site import Site
    from clayonto.publish.units import File

MOST_IN_ONE: Final = 1_500
"""With so many things a site has one file for each language, about 150 kB, and no shards."""
MOST_IN_LEAF: Final = 256
"""How many rows a leaf has, about 25 kB."""
BEST: Final = 60
"""How many of the best a branch shows, and ``BEST_OF_KIND`` how many of each kind."""
BEST_OF_KIND: Final = 20
LONGEST_KEY: Final = 24
"""Letters of a key; the script cuts what it looks for as well."""
_LEVELS: Final = 2
"""How many levels of the tree one file tells of: those of each second level."""
_NAMES: Final = tuple(map(curie, ("clay:acronym", "skos:altLabel", "skos:prefLabel", "dct:identifier")))
_WORD: Final = re.compile(r"[^\W_]+")
_RANK: Final = len("0000\t")
"""What a rank takes in a row."""
_MEMORY: Final = "search"


def is_split(site: Site) -> bool:
    """Whether a site's index is in many files."""
    return len(site.pages) > MOST_IN_ONE


def kinds(site: Site) -> tuple[str, ...]:
    """The classes that have pages, in an order that does not depend on how many things they have."""
    return tuple(sorted(site.classes, key=lambda k: (PAGE_CLASSES.index(k) if k in PAGE_CLASSES else len(PAGE_CLASSES), k)))


def names(site: Site, term: str, lang: Language) -> tuple[str, list[str]]:
    """What a thing is called, and what else: acronym, codes and its names in other languages, six at most."""
    name = site.name(term, lang)
    others = dict.fromkeys(literal(o)[0][:80] for p in _NAMES for o in site.index.objects(term, p) if o[0] == '"')
    return name, [other for other in others if other != name][:6]


def entry(site: Site, term: str, lang: Language, kind: int) -> list[Any]:
    """A thing in the index: its name, path, kind by number, and other names if it has any."""
    name, others = names(site, term, lang)
    return [name, url(site.pages[term].path), kind, *([" ".join(others)] if others else [])]


def written(function: str, told: Any) -> bytes:
    """A file of the index: a script that hands it over, since a page opened from a disk can read no other file."""
    return f"{function}({_json(told)});\n".encode()


def folded(text: str) -> str:
    """A text as it is compared: neither case nor accents count.

    >>> folded("Etelä-Pohjanmaa")
    'etela-pohjanmaa'
    """
    text = text.lower()
    return text if text.isascii() else "".join(c for c in unicodedata.normalize("NFD", text) if unicodedata.category(c)[0] != "M")


def keys(name: str) -> Iterator[str]:
    """The keys of a name: from each word on, up to a length, with a stop at its end.

    >>> list(keys("Etelä-Pohjanmaan liitto"))
    ['etela pohjanmaan liitto.', 'pohjanmaan liitto.', 'liitto.']
    """
    told = " ".join(_WORD.findall(folded(name))) + "."
    at = 0
    while len(told) > 1:
        yield told[at : at + LONGEST_KEY]
        at = told.find(" ", at) + 1
        if not at:
            return


def file_of(key: str, lang: str) -> str:
    """The path of the leaf or branch of a key: what is no plain letter or digit is written so that every file system and host takes it.

    >>> file_of("liitto ry.", "fi"), file_of("жар", "en")
    ('assets/search.fi/w-liitto-ry_.js', 'assets/search.en/w-~436~~430~~440~.js')
    """
    signs = (c if c.isascii() and c.isalnum() else {" ": "-", ".": "_"}.get(c) or f"~{ord(c):x}~" for c in key)
    return f"assets/search.{lang}/w-{''.join(signs)}.js"


# ---------------------------------------------------------------------- rows


def rows(site: Site, lang: Language, terms: Iterable[str], of: Mapping[str, int]) -> Iterator[str]:
    """The rows of things: key, rank, kind and term, parted by tabs. A lower rank is better: in which name the word stands, and how long the name is.

    :param of: class to number.
    """
    for term in terms:
        name, others = names(site, term, lang)
        ranks: dict[str, int] = {}
        for place, text in enumerate((name, *others)):
            for at, key in enumerate(keys(text)):
                ranks.setdefault(key, 2 if place else min(at, 1))
        length = min(len(name), 999)
        tail = f"\t{of[site.pages[term].kind]}\t{term}"
        for key, rank in ranks.items():
            yield f"{key}\t{1000 * rank + length:04}{tail}"


class _Rows(NamedTuple):
    """The sorted rows of one language, packed; ``digest`` tells them from others, with the numbers that classes have in them."""

    digest: bytes
    kinds: tuple[str, ...]
    packed: bytes

    @classmethod
    def of(cls, found: Sequence[str], kinds: tuple[str, ...]) -> _Rows:
        told = "\n".join(found).encode()
        return cls(_digest(repr(kinds).encode(), told), kinds, zlib.compress(told, 1))

    @property
    def all(self) -> list[str]:
        told = zlib.decompress(self.packed).decode()
        return told.split("\n") if told else []


def _kept_rows(site: Site, lang: Language, kept: _Rows | None) -> _Rows:
    """The rows of a language, gone on with from those of the build before."""
    numbered = kinds(site)
    of = {kind: number for number, kind in enumerate(numbered)}
    changed = site.changed
    if kept is None or changed is None or kept.kinds != numbered:
        return _Rows.of(sorted(rows(site, lang, site.pages, of)), numbered)
    again = sorted(term for term in changed.terms if term in site.pages)
    if not again and not changed.moved:
        return kept
    found = [row for row in kept.all if row[row.rindex("\t") + 1 :] not in changed.terms]
    found += rows(site, lang, again, of)
    found.sort()
    return _Rows.of(found, numbered)


def _digest(*parts: bytes) -> bytes:
    digest = hashlib.blake2b(digest_size=16)
    for part in parts:
        digest.update(part)
    return digest.digest()


# ---------------------------------------------------------------------- the tree


class Branch(NamedTuple):
    """Rows that begin alike, from ``first`` up to ``last``: what parts them.

    ``leaves`` are by the letters that they begin with after ``key`` (each goes as far as the next), as ranges of rows; ``branches`` those below.
    Where all keys are alike, ``pages`` has the leaves instead, best first.
    """

    key: str
    first: int
    last: int
    leaves: Mapping[str, Sequence[range]]
    branches: Sequence[Branch]
    pages: Sequence[range]


def branch(of: Sequence[str], key: str, first: int, last: int) -> Branch:
    """The tree of sorted rows that begin with a key."""
    if first < last and of[first].startswith(f"{key}\t"):
        return Branch(key, first, last, {}, (), [range(n, min(n + MOST_IN_LEAF, last)) for n in range(first, last, MOST_IN_LEAF)])
    leaves: dict[str, list[range]] = {}
    branches: list[Branch] = []
    start, room, at = "", 0, first
    while at < last:
        sign = of[at][len(key)]
        after = bisect_left(of, key + chr(ord(sign) + 1), at, last)
        if after - at > MOST_IN_LEAF:
            # Where all begin alike still further on, nothing parts before that.
            branches.append(branch(of, _common(*(of[n].partition("\t")[0] for n in (at, after - 1))), at, after))
        else:
            if after - at > room:
                start, room = sign, MOST_IN_LEAF
                leaves[start] = []
            leaves[start].append(range(at, after))
            room -= after - at
        at = after
    return Branch(key, first, last, leaves, branches, ())


def _common(one: str, other: str) -> str:
    """What two keys begin with alike."""
    return one[: next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))]


def listing(tree: Branch, levels: int = _LEVELS) -> Any:
    """What the script is told of a tree, for some levels; 0 says that the file of the branch tells more, another number how many pages it has.

    It is the letters at which leaves begin, and what branches go on with.
    """
    if tree.pages:
        return len(tree.pages)
    if not levels:
        return 0
    return ["".join(tree.leaves), {one.key[len(tree.key) :]: listing(one, levels - 1) for one in tree.branches}]


class _Files:
    """The files of one language."""

    def __init__(self, site: Site, lang: Language, plural: Sequence[str], of: Sequence[str]) -> None:
        """:param plural: what many things of each kind are called."""
        self._site, self._lang, self._plural, self._rows = site, lang, plural, of
        self._entries: dict[str, str] = {}

    def all(self) -> Iterator[File]:
        """The file that a page loads, and all that it may ask for then."""
        tree = branch(self._rows, "", 0, len(self._rows))
        told = [self._plural, None, listing(tree)]
        yield Later(f"assets/search.{self._lang}.js", _json(told), partial(written, "clayontoSearch", told))
        yield from self._leaves(tree)
        for one in tree.branches:
            yield from self._below(one, 1)

    def _below(self, tree: Branch, level: int) -> Iterator[File]:
        tells = level % _LEVELS == 0
        yield self._file(tree.key, [range(tree.first, tree.last)], partial(self._branch, tree, tells), tells)
        yield from self._leaves(tree)
        for one in tree.branches:
            yield from self._below(one, level + 1)

    def _leaves(self, tree: Branch) -> Iterator[File]:
        for start, ranges in tree.leaves.items():
            yield self._file(tree.key + start, ranges, partial(self._leaf, tree.key + start, ranges))
        for number, page in enumerate(tree.pages, start=1):
            yield self._file(f"{tree.key}\t{number}", [page], partial(self._leaf, f"{tree.key}\t{number}", [page]))

    def _file(self, key: str, ranges: Sequence[range], content: Callable[[], bytes], tells: bool = False) -> Later:
        told = "\n".join("\n".join(self._rows[part.start : part.stop]) for part in ranges)
        return Later(file_of(key, self._lang), (_digest(told.encode()), tells), content)

    def _leaf(self, key: str, ranges: Sequence[range]) -> bytes:
        found: dict[str, str] = {}
        for part in ranges:
            for row in self._rows[part.start : part.stop]:
                _, _, kind, term = row.split("\t")
                found[term] = kind
        return self._written(key, ((term, found[term]) for term in sorted(found)))

    def _branch(self, tree: Branch, tells: bool) -> bytes:
        # Best first, each thing once: its kind and its term.
        ranked = sorted([row[row.index("\t") + 1 :] for row in self._rows[tree.first : tree.last]])
        things = dict.fromkeys([one[_RANK:] for one in ranked])
        counts = Counter([one[: one.index("\t")] for one in things])
        missing = {kind: min(count, BEST_OF_KIND) for kind, count in counts.items()}
        best: list[tuple[str, str]] = []
        for number, one in enumerate(things):
            if number >= BEST and not missing:
                break
            kind, _, term = one.partition("\t")
            if number < BEST or kind in missing:
                best.append((term, kind))
            if kind in missing:
                missing[kind] -= 1
                if not missing[kind]:
                    del missing[kind]
        told = [counts[str(kind)] for kind in range(len(self._plural))]
        return self._written(tree.key, best, told, listing(tree) if tells else 0)

    def _written(self, key: str, things: Iterable[tuple[str, str]], *more: Any) -> bytes:
        """A shard; the texts of things are made once."""
        entries = self._entries
        told = []
        for term, kind in things:
            self._site.asks(term)
            if term not in entries:
                entries[term] = _json(entry(self._site, term, self._lang, int(kind)))
            told.append(entries[term])
        rest = "".join(f",{_json(one)}" for one in more)
        return f"clayontoShard([{_json(key)},[{','.join(told)}]{rest}]);\n".encode()


def _json(told: Any) -> str:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


# ---------------------------------------------------------------------- the part


class _Plan(NamedTuple):
    """What the files of one language are made from."""

    lang: Language
    plural: tuple[str, ...]
    rows: _Rows


def _plan(site: Site, lang: Language, kept: _Rows | None = None) -> _Plan:
    found = _kept_rows(site, lang, kept)
    return _Plan(lang, tuple(plural(site, kind, lang) for kind in found.kinds), found)


def _plans(site: Site) -> Iterator[tuple[str, Any, _Plan]]:
    before = site.memory.get(_MEMORY) or {}
    if not is_split(site):
        if before:
            site.memory[_MEMORY] = {}
        return
    for lang in site.languages:
        kept = _Rows(*before[lang]) if lang in before else None
        plan = _plan(site, lang, kept)
        if plan.rows is not kept:
            site.memory[_MEMORY] = {**site.memory.get(_MEMORY, {}), lang: tuple(plan.rows)}
        yield f"search {lang}", (plan.rows.digest, plan.plural), plan


def _maker(site: Site) -> Callable[[_Plan], Iterator[File]]:
    return lambda plan: _Files(site, plan.lang, plan.plural, plan.rows.all).all()


SHARDS: Final = Each(_plans, _maker)
"""The index of each language where it is in many files. What it reads of things is noted by the file."""


def files(site: Site, lang: Language) -> Iterator[tuple[str, bytes]]:
    """The same for one language and no later build."""
    return made(_maker(site)(_plan(site, lang)))
