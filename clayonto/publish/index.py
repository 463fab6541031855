"""The triples of a site, as texts in dictionaries: many times faster to ask than a query engine, for the few questions that a page has.

A term is its canonical N-Triples text: ``<https://…>``, ``"text"@fi``, ``_:c14n0``. It is written to the data files as it stands.
"""

from __future__ import annotations

import re
from copy import copy
from itertools import chain
from typing import TYPE_CHECKING, Any, Final, TypeVar

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

V = TypeVar("V")
TYPE: Final = f"<{PREFIXES['rdf']}type>"
VOCABULARY: Final = tuple(f"<{PREFIXES[p]}" for p in ("owl", "rdfs", "rdf", "sh"))
"""What the classes begin with whose things are terms of an ontology or parts of axioms."""
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_SIGNS: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f", '"': '"', "'": "'", "\\": "\\"}


def curie(text: str) -> str:
    """The term of a CURIE that the code names, such as ``clay:Project``."""
    prefix, _, local = text.partition(":")
    return f"<{PREFIXES[prefix]}{local}>"


def is_iri(term: str) -> bool:
    """Whether a term is an IRI."""
    return term[0] == "<"


def literal(term: str) -> tuple[str, str, str]:
    r"""A literal's text, language and datatype (each of the last two may be empty). Data may have anything where a literal belongs: of that, its name.

    >>> literal('"a \\"b\\""@fi'), literal("<urn:a>")
    (('a "b"', 'fi', ''), ('urn:a', '', ''))
    """
    if term[0] != '"':
        return (term[1:-1] if term[0] == "<" else term), "", ""
    end = term.rindex('"')
    text, tail = term[1:end], term[end + 1 :]
    if "\\" in text:
        text = _ESCAPE.sub(_unescape, text)
    if not tail:
        return text, "", ""
    return (text, tail[1:].lower(), "") if tail[0] == "@" else (text, "", tail[3:-1])


def _unescape(found: re.Match[str]) -> str:
    code = found.group(1) or found.group(2)
    return chr(int(code, 16)) if code else _SIGNS[found.group(3)]


ALL: Final = "*"
"""Noted where all keys of a dictionary were gone through."""


class Noting(dict[str, V]):
    """A dictionary that notes the keys it is asked for, there or not. To be read only."""

    def __init__(self, said: Mapping[str, V], asked: set[str]) -> None:
        super().__init__(said)
        self._note = asked.add

    def get(self, key: str, default: Any = None) -> Any:
        """As of any dictionary."""
        self._note(key)
        return super().get(key, default)

    def __getitem__(self, key: str) -> V:
        self._note(key)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self._note(str(key))
        return super().__contains__(key)

    def __iter__(self) -> Iterator[str]:
        self._note(ALL)
        return super().__iter__()

    def keys(self) -> Any:
        """As of any dictionary."""
        self._note(ALL)
        return super().keys()

    def values(self) -> Any:
        """As of any dictionary."""
        self._note(ALL)
        return super().values()

    def items(self) -> Any:
        """As of any dictionary."""
        self._note(ALL)
        return super().items()


class Index:
    """Triples by subject and by object, in the order of their texts.

    ``out`` is subject to predicate to objects; ``back`` is object to predicate to subjects, without classes.
    """

    def __init__(self, lines: Iterable[str]) -> None:
        """:param lines: canonical N-Triples, in any order; duplicates count once."""
        self.out: dict[str, dict[str, list[str]]] = {}
        self.back: dict[str, dict[str, list[str]]] = {}
        self.size = 0
        known: dict[str, str] = {}
        out, back, keep = self.out, self.back, known.setdefault
        last = before = ""
        # Taken from the end, so that a line is let go when its terms are known.
        ordered = sorted(lines, reverse=True)
        while ordered:
            line = ordered.pop()
            if line == before:
                continue
            before = line
            s, p, o = line.split(" ", 2)
            o = o[:-2]
            if s != last:
                last = s = keep(s, s)
                said = out[s] = {}
            else:
                s = last
            p, o = keep(p, p), keep(o, o)
            if p in said:
                said[p].append(o)
            else:
                said[p] = [o]
            self.size += 1
            if o[0] != '"' and p != TYPE:
                back.setdefault(o, {}).setdefault(p, []).append(s)

    @classmethod
    def of(cls, out: dict[str, dict[str, list[str]]]) -> Index:
        """The index of triples that are by subject and predicate already, in order."""
        made = cls(())
        made.out, back = out, made.back
        made.size = sum(len(objects) for said in out.values() for objects in said.values())
        for subject, said in out.items():
            for predicate, objects in said.items():
                # Objects are in order, and texts come before things: where the last is a text, all are.
                if predicate == TYPE or objects[-1][0] == '"':
                    continue
                for thing in objects:
                    if thing[0] != '"':
                        led = back.get(thing)
                        if led is None:
                            back[thing] = {predicate: [subject]}
                        elif predicate in led:
                            led[predicate].append(subject)
                        else:
                            led[predicate] = [subject]
        return made

    @classmethod
    def changed(
        cls, out: dict[str, dict[str, list[str]]], added: Iterable[tuple[str, str, str]], removed: Iterable[tuple[str, str, str]]
    ) -> Index:
        """The index of triples with some more and without others; ``out`` is taken over.

        >>> Index.changed({"<a>": {"<p>": ["<b>"]}}, [("<a>", "<o>", "<b>"), ("<0>", "<p>", '"x"')], [("<a>", "<p>", "<b>")]).out
        {'<0>': {'<p>': ['"x"']}, '<a>': {'<o>': ['<b>']}}
        """
        size, touched = len(out), set()
        for s, p, o in removed:
            said = out[s]
            said[p] = [one for one in said[p] if one != o]
            if not said[p]:
                del said[p]
            touched.add(s)
        for s, p, o in added:
            out.setdefault(s, {}).setdefault(p, []).append(o)
            touched.add(s)
        for s in touched:
            out[s] = {p: sorted(objects) for p, objects in sorted(out[s].items())}
            if not out[s]:
                del out[s]
        return cls.of(dict(sorted(out.items())) if len(out) > size or touched - out.keys() else out)

    def objects(self, subject: str, predicate: str) -> list[str]:
        """What a subject has for a predicate; not to be changed."""
        said = self.out.get(subject)
        return said.get(predicate, []) if said else []

    def subjects(self, predicate: str, thing: str) -> list[str]:
        """What has a thing for a predicate; not to be changed."""
        said = self.back.get(thing)
        return said.get(predicate, []) if said else []

    def pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """The subjects and objects of a predicate."""
        for subject, said in self.out.items():
            for thing in said.get(predicate, ()):
                yield subject, thing

    def lines(self, subject: str) -> Iterator[str]:
        """The triples of a subject as N-Triples, each ended by a line end."""
        for predicate, objects in self.out.get(subject, {}).items():
            for thing in objects:
                yield f"{subject} {predicate} {thing} .\n"

    def noting(self, asked: set[str], asked_back: set[str]) -> Index:
        """The same triples, which note what is asked of them: subjects asked for in one set, objects in the other, and that something read them all.

        See :data:`ALL`.
        """
        view = copy(self)
        view.out, view.back = Noting(self.out, asked), Noting(self.back, asked_back)
        return view

    def by_predicate(self, read: set[str]) -> Index:
        """The same triples, which note the predicates that :meth:`objects` and :meth:`subjects` are asked for; what is read otherwise they do not note."""
        view = _ByPredicate(())
        view.out, view.back, view.size, view.note = self.out, self.back, self.size, read.add
        return view

    def renamed(self, names: Callable[[str], str]) -> Index:
        """The same triples with other names for their subjects and objects."""
        return Index(f"{names(s)} {p} {names(o)} ." for s, said in self.out.items() for p, objects in said.items() for o in objects)


class _ByPredicate(Index):
    note: Callable[[str], None]

    def objects(self, subject: str, predicate: str) -> list[str]:
        self.note(predicate)
        return super().objects(subject, predicate)

    def subjects(self, predicate: str, thing: str) -> list[str]:
        self.note(predicate)
        return super().subjects(predicate, thing)


def read(n_triples: bytes, *, base: str) -> Index:
    """The index of a graph given as canonical N-Triples.

    Blank nodes of data get IRIs under ``base`` (RDF 1.1, section 3.5), so that they can be told apart in files of their own; those that axioms are made of stay.
    """
    lines = n_triples.decode().split("\n")
    del n_triples
    lines.pop()
    nameless = [line for line in lines if "_:" in line and (line.startswith("_:") or line.split(" ", 2)[2].startswith("_:"))]
    if not nameless:
        return Index(lines)
    data = ox.Dataset(ox.parse("\n".join(nameless).encode(), format=ox.RdfFormat.N_QUADS))
    data.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    written = (ox.serialize(data, format=ox.RdfFormat.N_QUADS) or b"").decode()
    without = set(nameless)
    named = (line for line in lines if line not in without)
    del lines, data
    index = Index(chain(named, (line for line in written.split("\n") if line)))
    axioms = _axioms(index)
    if all(term in axioms for terms in (index.out, index.back) for term in terms if term[0] == "_"):
        return index
    return index.renamed(lambda term: f"<{base}genid/{term[2:]}>" if term[0] == "_" and term not in axioms else term)


def is_vocabulary(index: Index, subject: str) -> bool:
    """Whether a subject is a term of an ontology or a part of an axiom, and no thing."""
    return any(kind.startswith(VOCABULARY) for kind in index.objects(subject, TYPE))


def _axioms(index: Index) -> set[str]:
    """The blank nodes that axioms are made of: those reached from terms and axioms through blank nodes."""
    found: set[str] = set()
    pending = [s for s in index.out if is_vocabulary(index, s)]
    while pending:
        node = pending.pop()
        if node in found:
            continue
        found.add(node)
        pending += [o for values in index.out.get(node, {}).values() for o in values if o[0] == "_"]
    return {node for node in found if node[0] == "_"}
