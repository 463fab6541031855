"""The SPARQL on which engines agree: a linter that names what will not travel from one engine to another.

The rules come from running the W3C query tests and practical queries on several engines and seeing where answers parted. A finding
is no error: the query is right SPARQL, but another engine may answer it otherwise, in another order, or after the sun is down.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from clayonto import sparql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.sparql import Token

RULES: Final = {
    "select-star": "name the columns: SELECT * gives them in an order that engines choose",
    "no-order": "add ORDER BY with a total order: without it each engine gives the rows in an order of its own",
    "limit-without-order": "add ORDER BY: LIMIT without it keeps rows that each engine chooses",
    "graph": "leave GRAPH out: engines differ on named graphs, and not all stores keep them alike",
    "describe": "use CONSTRUCT: each engine decides for itself what DESCRIBE gives",
    "sample": "use MIN or MAX: SAMPLE gives any value",
    "group-concat": "sort in a subquery or leave it out: GROUP_CONCAT joins values in any order, and some engines mind their languages",
    "not-the-same-twice": "leave it out: {word} gives another answer at every call",
    "cast": "compare texts instead: engines differ on {word}()",
    "explicit-string": 'leave ^^xsd:string out: some engines keep "x" and "x"^^xsd:string apart',
    "unnamed-group": "name it, GROUP BY (… AS ?x): engines differ on unnamed expressions",
    "regex-class": "write the characters out: engines differ on \\p{{…}} in regular expressions",
    "replace-flags": "leave the flags out: engines differ on them in REPLACE",
    "negated-inverse": "turn it round: engines differ on !(^…) in paths",
    "nested-star": "write one star: engines count nested (…*)* differently",
    "integer-division": "divide by a number with a point, / 10.0: some stores divide whole numbers in whole numbers, and take 4.0 for one",
    "order-by-aggregate": "order by a column: give the aggregate a name in a SELECT inside, and order outside; not all stores order by {word}()",
    "path-in-not-exists": "take the steps apart: a path inside NOT EXISTS can take some engines minutes",
}
"""Rule to remedy."""
_AGGREGATES: Final = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_CASTS: Final = frozenset(
    f"{prefix}{name}"
    for prefix in ("xsd:", "<http://www.w3.org/2001/XMLSchema#")
    for name in ("boolean", "date", "dateTime", "string", "boolean>", "date>", "dateTime>", "string>")
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What the linter found: the rule, what to do about it, and where (line and column from 1)."""

    rule: str
    remedy: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}: {self.rule}: {self.remedy}"


def lint(text: str) -> list[Finding]:
    """What in a query other engines may take differently, in the order of the text; an empty list when nothing.

    :raises QuerySyntaxError: if the text has no query form.
    :raises ForbiddenQueryError: if it is an update.

    >>> [f.rule for f in lint("SELECT * { ?s ?p ?o } LIMIT 5")]
    ['limit-without-order', 'no-order', 'select-star']
    """
    form = sparql.form(text)
    found = sorted(_find(list(sparql.tokens(text)), form), key=lambda item: (item[1].start, item[0]))
    findings = []
    for rule, token, word in found:
        line, column = sparql.position(text, token.start)
        findings.append(Finding(rule, RULES[rule].format(word=word), line, column))
    return findings


def _find(tokens: list[Token], form: sparql.Form) -> Iterator[tuple[str, Token, str]]:
    words = [t.text.upper() if t.kind == "word" else "" for t in tokens]
    if form == "select":
        yield from _order(tokens, words)
    if form == "describe":
        yield "describe", tokens[words.index("DESCRIBE")], ""
    for i, token in enumerate(tokens):
        after = tokens[i + 1].text if i + 1 < len(tokens) else ""
        word = words[i]
        if word == "SELECT" and (after == "*" or (after.upper() in ("DISTINCT", "REDUCED") and tokens[i + 2].text == "*")):
            yield "select-star", token, ""
        elif word == "GRAPH":
            yield "graph", token, ""
        elif word == "SAMPLE" and after == "(":
            yield "sample", token, ""
        elif word == "GROUP_CONCAT" and after == "(":
            yield "group-concat", token, ""
        elif word in ("NOW", "RAND", "UUID", "STRUUID", "BNODE") and after == "(":
            yield "not-the-same-twice", token, word
        elif word == "GROUP" and after.upper() == "BY":
            yield from _unnamed_groups(tokens, words, i + 2)
        elif word == "REPLACE" and after == "(" and _arguments(tokens, i + 1) > 3:
            yield "replace-flags", token, ""
        elif word == "NOT" and after.upper() == "EXISTS":
            yield from _paths_inside(tokens, i + 2)
        elif token.text == "/" and i + 1 < len(tokens) and tokens[i + 1].kind == "number" and after.isdigit():
            yield "integer-division", token, ""
        elif token.text in _CASTS and after == "(":
            yield "cast", token, token.text
        elif token.text == "^^" and after in ("xsd:string", "<http://www.w3.org/2001/XMLSchema#string>"):
            yield "explicit-string", token, ""
        elif token.kind == "string" and re.search(r"\\\\[pP]\{", token.text):
            yield "regex-class", token, ""
        elif token.text == "!" and after == "(" and tokens[i + 2].text == "^":
            yield "negated-inverse", token, ""
        elif token.text in ("*", "+") and after == ")" and i + 2 < len(tokens) and tokens[i + 2].text in ("*", "+"):
            yield "nested-star", token, ""


def _order(tokens: list[Token], words: list[str]) -> Iterator[tuple[str, Token, str]]:
    depth = 0
    ordered = limited = False
    for token, word in zip(tokens, words, strict=True):
        if token.text in "{}" and token.kind == "mark":
            depth += 1 if token.text == "{" else -1
        elif depth == 0 and word == "ORDER":
            ordered = True
        elif depth == 0 and word in ("LIMIT", "OFFSET"):
            limited = True
        elif depth == 0 and ordered and word in _AGGREGATES:
            yield "order-by-aggregate", token, word
    if not ordered:
        select = tokens[words.index("SELECT")]
        yield "no-order", select, ""
        if limited:
            yield "limit-without-order", select, ""


def _unnamed_groups(tokens: list[Token], words: list[str], start: int) -> Iterator[tuple[str, Token, str]]:
    i = start
    while i < len(tokens) and words[i] not in ("HAVING", "ORDER", "LIMIT", "OFFSET", "VALUES") and tokens[i].text != "}":
        if tokens[i].kind == "variable":
            i += 1
            continue
        begin = i
        if tokens[i].text != "(":
            i += 1  # the name of a function
        end = _closing(tokens, i)
        if "AS" not in words[begin:end]:
            yield "unnamed-group", tokens[begin], ""
        i = end + 1


def _closing(tokens: list[Token], start: int) -> int:
    """Index of the bracket that closes the one at ``start``; the last index if none does."""
    found = sparql.closing(tokens, start)
    return len(tokens) - 1 if found is None else found


def _arguments(tokens: list[Token], start: int) -> int:
    depth = 0
    count = 1
    for token in tokens[start : _closing(tokens, start)]:
        depth += {"(": 1, ")": -1}.get(token.text, 0)
        count += token.text == "," and depth == 1
    return count


def _paths_inside(tokens: list[Token], start: int) -> Iterator[tuple[str, Token, str]]:
    round_brackets = 0
    for i in range(start, _closing(tokens, start)):
        round_brackets += {"(": 1, ")": -1}.get(tokens[i].text, 0)
        steps = tokens[i].text == "/" or (tokens[i].text in ("*", "+") and tokens[i - 1].kind in ("iri", "name"))
        # Inside a FILTER's brackets a slash divides and a star multiplies.
        if steps and round_brackets == 0:
            yield "path-in-not-exists", tokens[i], ""
