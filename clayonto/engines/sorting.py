"""Answers put in order outside the engine.

Oxigraph takes the text of a term out of the store again for each comparison, so that it takes longer to sort a large answer than to find it. Where
the keys of ORDER BY are texts or counts that the answer shows, the query is asked without the clause, and the lines of the answer are sorted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from clayonto import tsv
from clayonto.engines.ordering import keys
from clayonto.sparql import closing, may_have, tokens

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from clayonto.sparql import Token


class Key(NamedTuple):
    """A key of ORDER BY: the column, whether it turns the order, and what makes a key of a cell."""

    column: str
    down: bool
    of: Callable[[bytes], bytes | int]


def apart(query: str) -> tuple[str, list[Key]] | None:
    """A query without its ORDER BY, and the keys; ``None`` where the engine has to sort.

    >>> text, (key,) = apart("SELECT ?s { ?s ?p ?o } ORDER BY DESC(STR(?s))")
    >>> text, key.column, key.down
    ('SELECT ?s { ?s ?p ?o } ', 's', True)
    >>> apart("SELECT ?s { ?s ?p ?o } ORDER BY STR(?s) LIMIT 3"), apart("SELECT ?s { ?s ?p ?o } ORDER BY STR(?o)")
    (None, None)
    """
    if not may_have(query, "order"):
        return None
    given = list(tokens(query))
    at = _last_order(given)
    shown = _shown(given)
    if at is None or shown is None:
        return None
    found = []
    end = given[at + 1].start + len(given[at + 1].text)
    for start, stop, down, expr in keys(query, given[at:]):
        key = _key([t.text for t in tokens(expr)], shown, down=down)
        if key is None or query[end:start].strip():
            return None
        found.append(key)
        end = stop
    return None if not found or any(True for _ in tokens(query[end:])) else (query[: given[at].start], found)


def in_order(answer: bytes, by: Sequence[Key]) -> bytes:
    r"""A TSV document with its rows in the order of the keys; rows that are alike in them stay as they are.

    >>> text, by = apart("SELECT ?s { ?s ?p ?o } ORDER BY STR(?s)")
    >>> in_order(b'?s\n"b"\n<a>\n\n', by)
    b'?s\n\n<a>\n"b"\n'
    """
    head, *lines = answer.split(b"\n")
    lines.pop()  # what follows the last line
    names = tsv.columns(head)
    for key in reversed(by):
        column, of = names.index(key.column), key.of
        # The cells before the one that is wanted are all that need to be told apart.
        lines.sort(key=lambda line, column=column, of=of: of(line.split(b"\t", column + 1)[column]), reverse=key.down)  # type: ignore[misc]
    return b"\n".join([head, *lines, b""])


def _last_order(given: list[Token]) -> int | None:
    """Where the ORDER BY of the whole query stands."""
    depth, found = 0, None
    for at, token in enumerate(given[:-1]):
        depth += (token.text == "{") - (token.text == "}")
        if not depth and token.kind == "word" and token.text.upper() == "ORDER" and given[at + 1].text.upper() == "BY":
            found = at
    return found


def _shown(given: list[Token]) -> dict[str, bool] | None:
    """The columns of a SELECT, and whether each is a count."""
    at = next((n for n, t in enumerate(given) if t.kind == "word" and t.text.upper() == "SELECT"), None)
    shown: dict[str, bool] = {}
    while at is not None and at + 1 < len(given) and given[at + 1].text != "{" and given[at + 1].text.upper() not in ("WHERE", "*"):
        at += 1
        if given[at].kind == "variable":
            shown[given[at].text[1:]] = False
        elif given[at].text == "(":
            end = closing(given, at)
            if end is None or given[end - 2].text.upper() != "AS":
                return None
            count = given[at + 1].text.upper() == "COUNT" and closing(given, at + 2) == end - 3
            shown[given[end - 1].text[1:]] = count
            at = end
    return shown or None


def _key(expr: list[str], shown: dict[str, bool], *, down: bool) -> Key | None:
    while len(expr) > 1 and expr[0] == "(":
        expr = expr[1:-1]
    match [part.upper() if part[0] not in "?$" else part for part in expr]:
        case [name] if shown.get(name[1:]):
            return Key(name[1:], down, int)
        case ["STR", "(", name, ")"] if name[1:] in shown:
            return Key(name[1:], down, _text)
        case ["COALESCE", "(", "STR", "(", name, ")", ",", '""', ")"] if name[1:] in shown:
            return Key(name[1:], down, _text_or_empty)
    return None


def _text(cell: bytes) -> bytes:
    """What has no text comes before the empty text."""
    text = tsv.text(cell)
    return b"" if text is None else b"\0" + text


def _text_or_empty(cell: bytes) -> bytes:
    return tsv.text(cell) or b""
