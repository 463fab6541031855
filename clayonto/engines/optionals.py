"""OPTIONAL in a form that Oxigraph answers row by row.

Oxigraph answers a short OPTIONAL for each row that it has so far, and a long one, or one after many others, from all that its pattern matches in the whole
graph, joined with the rows afterwards: its estimate of the work overflows, and both ways look alike to it. ``LATERAL``, an extension of
SPARQL that Oxigraph has (https://github.com/w3c/sparql-dev/blob/main/SEP/SEP-0006/sep-0006.md), says that a group is to be answered for each row. To
put an OPTIONAL into one is what Oxigraph does by itself with the short ones. The answer is the same where nothing in the group
tells a variable without a value from one that has its value from outside, and only such groups are put so;
queries of named graphs stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.sparql import closing, may_have, tokens

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clayonto.sparql import Token

# What could see that a variable has its value from outside already.
_APART: Final = frozenset({"OPTIONAL", "MINUS", "GRAPH", "SERVICE", "BIND", "VALUES", "SELECT", "LATERAL"})


def by_row(query: str) -> str:
    """The query with its plain OPTIONAL groups put so that they are answered for each row; lines stay where they are.

    >>> by_row("SELECT * { ?s a ?c OPTIONAL { ?s ?p ?o FILTER(?o > 3) } }")
    'SELECT * { ?s a ?c LATERAL { OPTIONAL { ?s ?p ?o FILTER(?o > 3) } } }'
    >>> by_row("SELECT * { ?s a ?c OPTIONAL { BIND(3 AS ?o) } }")
    'SELECT * { ?s a ?c OPTIONAL { BIND(3 AS ?o) } }'
    """
    if not may_have(query, "optional"):
        return query
    given = list(tokens(query))
    if any(token.kind == "word" and token.text.upper() == "GRAPH" for token in given):
        return query
    made, done = [], 0
    for at, token in enumerate(given[:-1]):
        if token.kind == "word" and token.text.upper() == "OPTIONAL" and given[at + 1].text == "{":
            end = closing(given, at + 1)
            if end is not None and _is_plain(given[at + 2 : end]):
                after = given[end].start + 1
                made += [query[done : token.start], "LATERAL { ", query[token.start : after], " }"]
                done = after
    return "".join([*made, query[done:]])


def _is_plain(group: Sequence[Token]) -> bool:
    """Whether a group has triples, UNION and, for all of it, filters, and nothing else."""
    depth = 0
    for token in group:
        word = token.text.upper() if token.kind == "word" else ""
        depth += (token.text == "{") - (token.text == "}")
        # A filter within braces sees less than one that holds for all of the group; a path of no step is also from a term to itself that no triple has.
        if word in _APART or (word == "FILTER" and depth) or token.text in ("*", "?"):
            return False
    return True
