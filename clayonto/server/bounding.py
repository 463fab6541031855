"""A bound to the solutions of a query, put into its text: one more than an answer may have, so that it shows when there are too many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.sparql import may_have, tokens

if TYPE_CHECKING:
    from clayonto.sparql import Form, Token

# Escaped letters could make up a word, too.
_TAIL: Final = ("limit", "values", "\\u")


def bounded(query: str, kind: Form, most: int) -> tuple[str, bool]:
    """The query with a bound to its solutions, and whether there may be more than ``most`` at all.

    Only SELECT (``kind``) has solutions to be counted.
    A LIMIT of the query's own that is no larger than ``most`` stays. A text that is no query comes back as it is, for
    the engine to say so.

    >>> bounded("SELECT * { ?s ?p ?o } LIMIT 5", "select", 10)
    ('SELECT * { ?s ?p ?o } LIMIT 5', False)
    >>> bounded("SELECT * { ?s ?p ?o } OFFSET 3", "select", 10)[0].splitlines()
    ['SELECT * { ?s ?p ?o } OFFSET 3', 'LIMIT 11']
    """
    if kind != "select":
        return query, False
    if not may_have(query, *_TAIL):
        # Most queries have neither word, and then it can only stand at the end; on a line of its own, since a comment may stand there.
        return f"{query}\nLIMIT {most + 1}", True
    modifiers = _modifiers(list(tokens(query)))
    at = len(query)
    for n, token in enumerate(modifiers):
        word = token.text.upper()
        if word == "LIMIT" and n + 1 < len(modifiers):
            number = modifiers[n + 1]
            if number.text.isdigit() and int(number.text) > most:
                return f"{query[: number.start]}{most + 1}{query[number.start + len(number.text) :]}", True
            return query, False
        if word == "VALUES":
            at = token.start
    return f"{query[:at]}\nLIMIT {most + 1}\n{query[at:]}".rstrip("\n"), True


def _modifiers(given: list[Token]) -> list[Token]:
    """The tokens after the pattern that stand in no bracket."""
    depth = 0
    outside: list[Token] = []
    pattern = False
    for token in given:
        if token.kind == "mark" and token.text in "({":
            depth += 1
        elif token.kind == "mark" and token.text in ")}":
            depth -= 1
            if depth == 0 and token.text == "}" and not pattern:
                pattern = True
        elif depth == 0 and pattern:
            outside.append(token)
    return outside
