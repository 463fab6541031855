"""SPARQL text as tokens: enough to put values in, to tell what a query does, and to refuse what it may not do.

The tokens are those of SPARQL 1.1 section 19.8. This is no parser: engines parse. But a word outside strings, IRIs,
comments and prefixed names can only be a keyword or a function, so ``SERVICE`` there is the keyword and nowhere else.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from clayonto.errors import ForbiddenQueryError, QuerySyntaxError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

Form = Literal["select", "ask", "construct", "describe"]
"""The four query forms of SPARQL 1.1."""

_TOKEN: Final = re.compile(
    r"""
      (?P<space>   [ \t\r\n]+ )
    | (?P<comment> \#[^\n\r]* )
    | (?P<iri>     < (?: [^<>"{}|^`\\\x00-\x20] | \\u[0-9A-Fa-f]{4} | \\U[0-9A-Fa-f]{8} )* > )
    | (?P<string>  \"\"\" (?: "{0,2} (?: [^"\\] | \\. ) )* \"\"\"
                 | ''' (?: '{0,2} (?: [^'\\] | \\. ) )* '''
                 | " (?: [^"\\\n\r] | \\. )* "
                 | ' (?: [^'\\\n\r] | \\. )* ' )
    | (?P<variable> [?$] [^\W] \w* )
    | (?P<blank>   _: \w (?: [\w.\-·]* [\w\-·] )? )
    | (?P<name>    (?: [^\W\d_] (?: [\w.\-·]* [\w\-·] )? )? : (?: [\w:] | %[0-9A-Fa-f]{2} | \\. )?
                   (?: (?: [\w.:\-·] | %[0-9A-Fa-f]{2} | \\. )* (?: [\w:\-·] | %[0-9A-Fa-f]{2} | \\. ) )? )
    | (?P<language> @ [A-Za-z]+ (?: - [A-Za-z0-9]+ )* )
    | (?P<number>  (?: [0-9]+ (?: \.[0-9]+ )? | \.[0-9]+ ) (?: [eE][+-]?[0-9]+ )? )
    | (?P<word>    [^\W\d] \w* )
    | (?P<mark>    \^\^ | && | \|\| | != | <= | >= | . )
    """,
    re.VERBOSE | re.DOTALL,
)

# A plain beginning, as nearly all queries have; what looks otherwise is told by its tokens.
_START: Final = re.compile(
    r"""
    (?: [ \t\r\n]*+ (?: PREFIX [ \t\r\n]++ (?: [A-Z][A-Z0-9_-]*+ )? : | BASE ) [ \t\r\n]*+ < [^<>"{}|^`\\\x00-\x20]*+ > )*+
    [ \t\r\n]*+ (SELECT|ASK|CONSTRUCT|DESCRIBE) [ \t\r\n{(*?$<]
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII,
)

_FORMS: Final[dict[str, Form]] = {"SELECT": "select", "ASK": "ask", "CONSTRUCT": "construct", "DESCRIBE": "describe"}
_UPDATES: Final = frozenset({"INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "COPY", "MOVE", "ADD", "WITH"})
_GUARDED: Final = ("service", "from", "insert", "delete", "load", "clear", "drop", "create", "copy", "move", "add", "with")
_CODEPOINT: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_BEFORE_IRI: Final = frozenset({"(", ",", "/", "|", "^", "!", "&&", "||", "=", "!=", "^^"})
"""What an IRI follows within brackets where it is no comparison."""
_TWO_READINGS: Final = re.compile(r"['()]")


# A query is looked through by several functions one after the other, and some again and again.
_LONGEST: Final = 4_000
_MOST: Final = 32


class Token(NamedTuple):
    """One token: its ``kind``, its ``text`` as written, and where it starts (``start`` counts from 0)."""

    kind: str
    text: str
    start: int


def tokens(text: str) -> Iterator[Token]:
    """The tokens of a query, spaces and comments left out.

    >>> [t.text for t in tokens('SELECT ?s { ?s a "SERVICE" } # FROM')]
    ['SELECT', '?s', '{', '?s', 'a', '"SERVICE"', '}']
    """
    return iter(_kept(text) if len(text) <= _LONGEST else _read(text))


def _read(text: str) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        kind = found.lastgroup or "mark"
        if kind not in ("space", "comment"):
            yield Token(kind, found.group(), found.start())


@lru_cache(_MOST)
def _kept(text: str) -> tuple[Token, ...]:
    return tuple(_read(text))


def closing(given: Sequence[Token], opening: int) -> int | None:
    """Where the bracket or brace that opens at a place closes; ``None`` if it does not.

    >>> closing(list(tokens("( ( ) ) )")), 0)
    3
    """
    depth = 0
    for at in range(opening, len(given)):
        depth += (given[at].text in ("(", "{")) - (given[at].text in (")", "}"))
        if depth <= 0:
            return at
    return None


def position(text: str, start: int) -> tuple[int, int]:
    r"""Line and column, both from 1, of an offset in a text.

    >>> position("a\nbc", 3)
    (2, 2)
    """
    before = text[:start]
    return before.count("\n") + 1, start - before.rfind("\n")


def form(text: str) -> Form:
    """Which of the four forms a query has, from the first word after its ``BASE`` and ``PREFIX`` lines.

    :raises ForbiddenQueryError: if the text is an update.
    :raises QuerySyntaxError: if it is neither a query nor an update.

    >>> form("PREFIX select: <urn:x> ASK {}")
    'ask'
    """
    if plain := _START.match(text):
        return _FORMS[plain[1].upper()]
    for token in tokens(text):
        word = token.text.upper()
        if token.kind != "word":
            if token.kind in ("iri", "name"):
                continue  # what BASE or PREFIX declares
        elif word in ("BASE", "PREFIX"):
            continue
        elif word in _FORMS:
            return _FORMS[word]
        elif word in _UPDATES:
            raise ForbiddenQueryError(f"{word} is an update, and a query only reads. Nothing was changed.")
        line, column = position(text, token.start)
        raise QuerySyntaxError(
            f"“{token.text}” stands where SELECT, ASK, CONSTRUCT or DESCRIBE is expected", text=text, line=line, column=column
        )
    raise QuerySyntaxError("there is no SELECT, ASK, CONSTRUCT or DESCRIBE in it", text=text)


def refuse_unsafe(text: str) -> None:
    """Refuse a query that would write, or reach for another file, graph or machine.

    ``FROM`` makes some engines read local files or fetch addresses, ``SERVICE`` calls another endpoint, ``LOAD`` and the
    other updates write.

    :raises ForbiddenQueryError: if one of them is in the query; strings, comments and names may hold the words.
    """
    for reading in _readings(text):
        if may_have(reading, *_GUARDED):
            form(reading)
            _refuse_words(reading, {"SERVICE", "FROM"})


def refuse_reaching_out(update: str) -> None:
    """Refuse a SPARQL Update that would reach for another file or machine: ``LOAD`` and ``SERVICE``.

    :raises ForbiddenQueryError: if one of them is in the update; strings, comments and names may hold the words.
    """
    for reading in _readings(update):
        _refuse_words(reading, {"SERVICE", "LOAD"})


def refuse_leaving(query: str) -> None:
    """Refuse a query that would write, or reach for another machine or a file; for an engine that looks for the graphs of ``FROM`` in its own store alone.

    :raises ForbiddenQueryError: for an update, ``SERVICE``, and ``FROM <file:…>``; strings, comments and names may hold the words.
    """
    for reading in _readings(query):
        if may_have(reading, *_GUARDED):
            form(reading)
            _refuse_words(reading, {"SERVICE"})
            _refuse_files(reading)


def refuse_two_readings(text: str) -> None:
    """Refuse a query in which an engine could take an IRI for a comparison with a string: what is put into it later might be read as part of it.

    :raises ForbiddenQueryError: if an IRI has a quote or a bracket in it.
    """
    for token in tokens(text):
        if token.kind == "iri" and _TWO_READINGS.search(token.text):
            line, column = position(text, token.start)
            raise ForbiddenQueryError(
                f"The IRI at line {line}, column {column} could be read in two ways. Percent-encode ' ( ) in IRIs as %27 %28 %29 where SERVICE is used."
            )


def _refuse_files(text: str) -> None:
    given = list(tokens(text))
    declared = {
        given[i + 1].text: given[i + 2].text[1:-1]
        for i, token in enumerate(given[:-2])
        if token.kind == "word" and token.text.upper() == "PREFIX" and given[i + 2].kind == "iri"
    }
    for i, token in enumerate(given[:-1]):
        if token.kind == "word" and token.text.upper() == "FROM":
            named = given[i + 2] if given[i + 1].text.upper() == "NAMED" and i + 2 < len(given) else given[i + 1]
            prefix, colon, local = named.text.partition(":")
            iri = named.text[1:-1] if named.kind == "iri" else declared.get(prefix + colon, "") + local
            if iri.lower().startswith("file:"):
                line, column = position(text, token.start)
                raise ForbiddenQueryError(
                    f"FROM <{iri}> at line {line}, column {column} is refused: no file is read. Name a graph of the dataset."
                )


def asks_for_graphs(text: str) -> bool:
    """Whether a query has the word ``GRAPH`` as a word of SPARQL; strings, comments and names may hold it.

    >>> asks_for_graphs("ASK { GRAPH ?g { ?s ?p ?o } }"), asks_for_graphs('ASK { ?s ?p "graph" } # GRAPH')
    (True, False)
    """
    return any(
        token.kind == "word" and token.text.upper() == "GRAPH"
        for reading in _readings(text)
        if may_have(reading, "graph")
        for token in tokens(reading)
    )


def is_guarded(text: str) -> bool:
    """Whether a query may have a word by which it would write or reach out; if not, and an IRI of it has none either, ``refuse_…`` let it pass.

    >>> is_guarded("SELECT * { ?s ?p ?o }"), is_guarded('ASK { ?s ?p "from" }')
    (False, True)
    """
    return any(may_have(reading, *_GUARDED) for reading in _readings(text))


def undeclared(text: str, known: Iterable[str]) -> tuple[str, ...] | None:
    """Those of the prefixes ``known`` that a query may use and does not declare; ``None`` if its tokens do not tell.

    An engine without a tokeniser reads a comparison where there is an IRI by the tokens, and a name where there are others: ``?a<?b&&x:c>?d``, ``ax:b``.

    >>> undeclared("PREFIX a: <urn:a> SELECT * { ?s a:b c:d FILTER(?s > e:f) }", "abcd")
    ('c',)
    >>> undeclared("ASK { FILTER(?a<?b&&c:d>?e) }", "abcd")
    """
    declared, used, open_ = set(), [], [""]
    before = Token("mark", "", 0)
    for token in tokens(text):
        if token.kind == "mark" and token.text in "({":
            open_.append(token.text)
        elif token.kind == "mark" and token.text in ")}" and len(open_) > 1:
            open_.pop()
        elif token.kind == "iri" and open_[-1] == "(" and not (before.kind == "mark" and before.text in _BEFORE_IRI):
            return None
        elif token.kind == "name" and before.text.upper() == "PREFIX":
            declared.add(token.text[:-1])
        elif token.kind == "name":
            used.append(token.text)
        before = token
    return tuple(name for name in known if name not in declared and any(f"{name}:" in one for one in used))


def may_have(text: str, *words: str) -> bool:
    """Whether one of some words (in small letters) may be in a text; if not, there is no need to look at its tokens.

    Quicker than a pattern that takes capitals as well.

    >>> may_have("SELECT * FROM <urn:x> {}", "from", "graph"), may_have("ASK {}", "from", "graph")
    (True, False)
    """
    small = text.casefold()
    return any(word in small for word in words)


def _readings(text: str) -> set[str]:
    if "\\" not in text:
        return {text}
    expanded = _CODEPOINT.sub(lambda m: _character(m.group(1) or m.group(2)), text)
    # Codepoint escapes are expanded before parsing by some engines and after it by others: both readings must be safe.
    return {text, expanded}


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "�"


_WHY: Final = {
    "SERVICE": "it would send the query to another endpoint",
    "FROM": "queries see one default graph, and some engines would fetch the address",
    "LOAD": "it would fetch a file or an address; add() takes files",
}


def _refuse_words(text: str, words: set[str]) -> None:
    hidden = re.compile(rf"\b(?:{'|'.join(sorted(words))})\b", re.IGNORECASE)
    in_iri_or_string = two_readings = False
    for token in tokens(text):
        word = token.text.upper()
        if token.kind == "word" and word in words:
            line, column = position(text, token.start)
            raise ForbiddenQueryError(f"{word} at line {line}, column {column} is refused: {_WHY[word]}. Take the clause out.")
        if token.kind in ("iri", "string") and hidden.search(token.text):
            in_iri_or_string = True
        if token.kind == "iri" and _TWO_READINGS.search(token.text):
            # An engine without a tokeniser may take "?a <'x>'" for a comparison with a string, and read on from there.
            two_readings = True
    if in_iri_or_string and two_readings:
        raise ForbiddenQueryError(
            f"The text has the word {' or '.join(sorted(words))} inside a string or an IRI, and an IRI with a quote or a bracket in it, so "
            "that it could be read in two ways. Percent-encode ' ( ) in IRIs as %27 %28 %29."
        )
