"""What queries have in common that differ in their IRIs alone, found out once.

Programs ask the same few queries again and again, each time about another thing. What kind of query one is, what it may do and how an engine is best asked
follows from its tokens, and to read those can take as long as to answer it. Here one pass of a regular expression tells the IRIs and comments of a query from
the rest, its template; what a function finds out about one query then holds for all that have the same (:meth:`Query.of`), and what it makes of one is made of
the others by putting their IRIs in (:meth:`Query.rewritten`). Whatever depends on what an IRI says has to be asked of the text itself.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, TypeVar

from clayonto.errors import ClayontoError
from clayonto.sparql import tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

V = TypeVar("V")

_LONGEST: Final = 4_000
"""The longest query whose template is kept, in characters: with the number of those, what bounds the memory for them."""
_MOST: Final = 256

# The tokens that can hold any character. Without backslashes, no other token has one of the four characters in it that these begin with; so the first of those that
# begins one of these in a text does so in its tokens, too, and so on to its end. A pattern that begins with one of a few characters is found quickly.
_IRI: Final = r'[^<>"{}|^`\\\x00-\x20]*'
_PIECES: Final = re.compile(rf"""<{_IRI}(>)|\#[^\n\r]*|"([^"\n\r]*")|'([^'\n\r]*')""")
_IRIS: Final = re.compile(rf"""<({_IRI})>|\#[^\n\r]*|"[^"\n\r]*"|'[^'\n\r]*'""")


class Query:
    """A query, and what is known of those like it.

    >>> from clayonto.sparql import form
    >>> one, other = Query("ASK { <urn:a> ?p ?o } # a"), Query("ASK { <urn:b> ?p ?o } # b")
    >>> one.of(form), other.of(form)
    ('ask', 'ask')
    >>> other.rewritten(lambda text: text.replace("ASK", "SELECT *"))
    'SELECT * { <urn:b> ?p ?o } #'
    """

    __slots__ = ("_template", "text")

    def __init__(self, text: str) -> None:
        """:param text: SPARQL, or any other text."""
        self.text = text
        self._template = _template(text)

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
        return template.text, tuple(iri for number, iri in enumerate(_IRIS.findall(self.text)) if number not in left_out)

    def rewritten(self, by: Callable[[str], str]) -> str:
        """What a function makes of the query, which must take the IRIs over as they are, wherever it puts them, whatever they say; comments may be lost.

        :param by: as for :meth:`of`.
        """
        template = self._template
        if template is None:
            return by(self.text)
        found = template.made.get(by)
        if found is None:
            found = template.made[by] = _filler(template.text, by(template.text))
        return found(self.text)


class _Template:
    """A text in which each piece that is an IRI stands as its number, ``<0>``; what functions have found out about it, and what they make of it."""

    __slots__ = ("found", "made", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.found: dict[Callable[[str], Any], Any] = {}
        self.made: dict[Callable[[str], str], Callable[[str], str]] = {}


def _template(text: str) -> _Template | None:
    if len(text) > _LONGEST or "\\" in text or '"""' in text or "'''" in text:
        return None
    return _kept(tuple(_PIECES.split(text)))


@lru_cache(_MOST)
def _kept(split: tuple[str | None, ...]) -> _Template | None:
    """The template of a text that was split at its pieces: after what is before the first, for each whether it is an IRI, what it has of a string, what follows.

    A text with a string that does not end has none: what is added to it could end the string.
    """
    parts = [split[0] or ""]
    for number, at in enumerate(range(1, len(split), 4)):
        is_iri, double, single, after = split[at : at + 4]
        parts.append(f"<{number}>" if is_iri else f'"{double}' if double else f"'{single}" if single else "#")
        parts.append(after or "")
    text = "".join(parts)
    return None if any(token.text in "\"'" for token in tokens(text)) else _Template(text)


def _filler(text: str, made: str) -> Callable[[str], str]:
    """What makes of a query what was made of its template."""
    if made.startswith(text):
        end = made[len(text) :]
        return lambda query: query + end
    parts, done = [], 0
    for token in tokens(made):
        if token.kind == "iri" and token.text[1:-1].isdecimal():
            parts += [_literally(made[done : token.start]), f"<{{{token.text[1:-1]}}}>"]
            done = token.start + len(token.text)
    put = "".join([*parts, _literally(made[done:])]).format
    return lambda query: put(*_IRIS.findall(query))


def _literally(text: str) -> str:
    return text.replace("{", "{{").replace("}", "}}")
