"""What queries have in common that differ in their IRIs alone, found out once.

Programs ask the same few queries again and again, each time about another thing. What kind of query one is, what it may do and how an engine is best asked
follows from its tokens, and to read those can take as long as to answer it. Here one pass of a regular expression tells the IRIs and comments of a query from
the rest, its template; what a function finds out about one query then holds for all that have the same (:meth:`Query.of`), and what it makes of one is made of
the others by putting their IRIs in (:meth:`Query.rewritten`). Whatever depends on what an IRI says has to be asked of the text itself.

What stands before a query, the prefixes that a program declares, is often ten times as long as the query and always the same. It is read once, and an engine
is given those of the declarations that the query may use.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from clayonto.errors import ClayontoError
from clayonto.sparql import is_guarded, may_have, tokens, undeclared

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

V = TypeVar("V")

_LONGEST: Final = 4_000
"""The longest query whose template is kept, in characters: with the number of those, what bounds the memory for them."""
_MOST: Final = 256
_FEW: Final = 8
"""How many prologues are kept."""

# The tokens that can hold any character. Without backslashes, no other token has one of the four characters in it that these begin with; so the first of those that
# begins one of these in a text does so in its tokens, too, and so on to its end. A pattern that begins with one of a few characters is found quickly.
_IRI: Final = r'[^<>"{}|^`\\\x00-\x20]*'
_PIECES: Final = re.compile(rf"""<{_IRI}(>)|\#[^\n\r]*|"([^"\n\r]*")|'([^'\n\r]*')""")
_IRIS: Final = re.compile(rf"""<({_IRI})>|\#[^\n\r]*|"[^"\n\r]*"|'[^'\n\r]*'""")
# A prefix that nothing is wrong with, whoever reads it: its IRI is absolute, and has only characters that may stand anywhere in one.
_DECLARATION: Final = re.compile(
    r"[ \t\r\n]*+PREFIX[ \t]++([A-Z][A-Z0-9_-]*+):[ \t]*+<[A-Z][A-Z0-9+.-]*+:[A-Z0-9._~/-]*+(?:\#[A-Z0-9._~/-]*+)?>[ \t]*+[\r\n]",
    re.IGNORECASE | re.ASCII,
)


class Query:
    """A query, and what is known of those like it.

    >>> from clayonto.sparql import form
    >>> one, other = Query("ASK { <urn:a> ?p ?o } # a"), Query("ASK { <urn:b> ?p ?o } # b")
    >>> one.of(form), other.of(form)
    ('ask', 'ask')
    >>> other.rewritten(lambda text: text.replace("ASK", "SELECT *"))
    'SELECT * { <urn:b> ?p ?o } #'
    """

    __slots__ = ("_body", "_template", "text")

    def __init__(self, text: str) -> None:
        """:param text: SPARQL, or any other text."""
        self.text = text
        prologue = _prologue(text)
        self._body = text[len(prologue.text) :] if prologue.text else text
        self._template = _template(prologue, self._body)

    def of(self, find: Callable[[str], V]) -> V:
        """What a function finds out about the query, which must not depend on what its IRIs and comments say.

        It is given the template, with other IRIs and no comments; or the text itself where that has no template, and where the function refuses
        the template, so that what is wrong is told of the text itself. A template keeps what each function has found, so functions have to be few.
        """
        template = self._template
        if template is None:
            return find(self.text)
        found: V
        try:
            found = template.found[find]
        except KeyError:
            try:
                found = template.found[find] = find(template.text)
            except ClayontoError:
                return find(self.text)
        return found

    def but_for(self, which: Callable[[str], frozenset[int]]) -> Hashable:
        """What tells the query from all others but those that differ in some of its IRIs and in comments alone; to be told apart from that of other queries only.

        :param which: the numbers of those IRIs, of a template, in which they stand as ``<0>``, ``<1>`` and so on. As for :meth:`of`.

        >>> one, other = Query("ASK { <urn:a> <urn:p> 1 }"), Query("ASK { <urn:b> <urn:p> 1 }")
        >>> [one.but_for(which) == other.but_for(which) for which in (lambda text: frozenset({0}), lambda text: frozenset({1}))]
        [True, False]
        """
        template = self._template
        if template is None:
            return self.text
        left_out = self.of(which)
        if not left_out:
            return self.text
        return template.text, tuple(iri for number, iri in enumerate(_IRIS.findall(self._body)) if number not in left_out)

    def rewritten(self, by: Callable[[str], str]) -> str:
        """What a function makes of the query, which must take the IRIs over as they are, wherever it puts them, whatever they say; comments may be lost.

        :param by: as for :meth:`of`.
        """
        template = self._template
        if template is None:
            return by(self.text)
        found = template.made.get(by)
        if found is None:
            found = template.made[by] = _filler(template, by(template.text))
        return found(self._body)

    def may_have(self, *words: str) -> bool:
        """Whether one of some words (in small letters, of those that a query is guarded against) may be in the text, IRIs and comments included."""
        return may_have(self.text if self._template is None else self._body, *words)


class _Prologue:
    """Declarations of prefixes at the beginning of a text, each with the line end behind it, by the name."""

    __slots__ = ("declared", "text")

    def __init__(self, declared: Mapping[str, str]) -> None:
        self.text = "".join(declared.values())
        self.declared = declared


_NO_PROLOGUE: Final = _Prologue({})
_prologues: Final[list[_Prologue]] = []


class _Template:
    """A text in which each piece that is an IRI stands as its number, ``<0>``; what functions have found out about it, and what they make of it.

    :param head: declarations of prefixes, whose IRIs stand as they are, and ``body``, what follows them, as such a text.
    """

    __slots__ = ("found", "head", "made", "text")

    def __init__(self, head: str, body: str) -> None:
        self.head = head
        self.text = head + body
        self.found: dict[Callable[[str], Any], Any] = {}
        self.made: dict[Callable[[str], str], Callable[[str], str]] = {}


@lru_cache(_FEW * 4)
def _kept_query(text: str) -> Query:
    return Query(text)


def looked_through(text: str) -> Query:
    """The query of a text; that of a text that was met just now is the same."""
    return _kept_query(text) if len(text) <= _LONGEST else Query(text)


def _prologue(text: str) -> _Prologue:
    """The declarations that a text begins with, of those that can be left out where they are not used.

    Each has a name of its own, and no word in it that a query is guarded against.
    """
    for known in tuple(_prologues):
        end = len(known.text)
        if text.startswith(known.text) and not _DECLARATION.match(text, end):
            return known
    declared: dict[str, str] = {}
    end = 0
    while (found := _DECLARATION.match(text, end)) and found[1] not in declared:
        declared[found[1]] = found[0]
        end = found.end()
    if found or not declared or end > _LONGEST or is_guarded(text[:end]):
        return _NO_PROLOGUE
    new = _Prologue(declared)
    _prologues[:] = [new, *_prologues[: _FEW - 1]]
    return new


def _template(prologue: _Prologue, body: str) -> _Template | None:
    if len(body) > _LONGEST or "\\" in body or '"""' in body or "'''" in body:
        return None
    return _kept(prologue, tuple(_PIECES.split(body)))


@lru_cache(_MOST)
def _kept(prologue: _Prologue, split: tuple[str | None, ...]) -> _Template | None:
    """The template of a text that was split at its pieces: after what is before the first, for each whether it is an IRI, what it has of a string, what follows.

    A text with a string that does not end has none: what is added to it could end the string.
    """
    parts = [split[0] or ""]
    for number, at in enumerate(range(1, len(split), 4)):
        is_iri, double, single, after = split[at : at + 4]
        parts.append(f"<{number}>" if is_iri else f'"{double}' if double else f"'{single}" if single else "#")
        parts.append(after or "")
    body = "".join(parts)
    used = undeclared(body, prologue.declared)
    head = prologue.text if used is None else "".join(prologue.declared[name] for name in used)
    return None if any(token.text in "\"'" for token in tokens(body)) else _Template(head, body)


def _filler(template: _Template, made: str) -> Callable[[str], str]:
    """What makes of the body of a query what was made of its template."""
    head = template.head
    if made.startswith(template.text):
        end = made[len(template.text) :]
        return lambda body: f"{head}{body}{end}"
    parts, done = [], 0
    for token in tokens(made):
        if token.kind == "iri" and token.text[1:-1].isdecimal():
            parts += [_literally(made[done : token.start]), f"<{{{token.text[1:-1]}}}>"]
            done = token.start + len(token.text)
    put = "".join([*parts, _literally(made[done:])]).format
    return lambda body: put(*_IRIS.findall(body))


def _literally(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
