"""ORDER BY in a form that Oxigraph can sort.

Oxigraph compares two numbers as numbers and a number with a text as texts, so that 3 < 12, "12" < "2x" and "2x" < 3. Its sort finds out that this is
no order and ends the process, with all that runs in it. SPARQL leaves the order of such terms open (section 15.1), so each key that could hold them
is put as several, each of one kind: unbound, blank nodes and IRIs first, as the section has it, then numbers, times and all other literals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.namespaces import PREFIXES
from clayonto.sparql import closing, tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.sparql import Token

# What gives values of one kind only, whatever it is given.
_ONE_KIND: Final = frozenset(
    {"STR", "LANG", "STRLEN", "COUNT", "SUM", "AVG", "BOUND", "ISIRI", "ISBLANK", "ISLITERAL", "ISNUMERIC", "RAND"}
)
_NUMBER: Final = "isNumeric({0}) && {0} = {0}"
_TIME: Final = f'COALESCE(DATATYPE({{0}}) = <{PREFIXES["xsd"]}dateTime> && TZ({{0}}) != "", false)'
_KIND: Final = f"COALESCE(IF(isBlank({{0}}), 1, IF(isIRI({{0}}), 2, IF({_NUMBER}, 3, IF({_TIME}, 4, 5)))), 0)"
_KEYS: Final = (_KIND, f"IF({_NUMBER} || {_TIME}, {{0}}, 0)", "STR({0})", "LANG({0})")


def sortable(query: str) -> str:
    """The query with each key of its ORDER BY clauses put so that terms of all kinds can be sorted by it.

    A query without such a clause, and a text that is no query, come back as they are. Lines stay where they are.

    >>> sortable("SELECT ?s { ?s ?p ?o } ORDER BY DESC(STR(?s))")
    'SELECT ?s { ?s ?p ?o } ORDER BY DESC(STR(?s))'
    >>> sortable("SELECT ?o { ?s ?p ?o } ORDER BY ?o").endswith("ASC(STR(?o)) ASC(LANG(?o)) ")
    True
    """
    if "by" not in query and "BY" not in query and "By" not in query and "bY" not in query:
        return query
    given = list(tokens(query))
    of_one_kind = set(_named_so(given))
    made, done = [], 0
    for start, end, down, expr in keys(query, given):
        if _is_of_one_kind(expr, of_one_kind):
            continue
        several = " ".join(f"{'DESC' if down else 'ASC'}({key.format(expr)})" for key in _KEYS)
        made += [query[done:start], f" {several} "]
        done = end
    return "".join([*made, query[done:]])


def _named_so(given: list[Token]) -> Iterator[str]:
    """The variables that SELECT gives a value of one kind: ``(COUNT(?x) AS ?n)``."""
    for at, token in enumerate(given[:-1]):
        if token.text == "(" and given[at + 1].text.upper() in _ONE_KIND:
            end = closing(given, at)
            if end is not None and given[end - 2].text.upper() == "AS" and closing(given, at + 2) == end - 3:
                yield given[end - 1].text


def keys(query: str, given: list[Token]) -> Iterator[tuple[int, int, bool, str]]:
    """Start and end of each key, whether it turns the order, and its expression."""
    at = 0
    while at < len(given) - 1:
        if given[at].kind == given[at + 1].kind == "word" and (given[at].text.upper(), given[at + 1].text.upper()) == ("ORDER", "BY"):
            at += 2
            while (found := _key(given, at)) is not None:
                last, down, first = found
                end = given[last].start + len(given[last].text)
                yield given[at].start, end, down, query[given[first].start : end]
                at = last + 1
        else:
            at += 1


def _key(given: list[Token], at: int) -> tuple[int, bool, int] | None:
    """The last token of the key that starts here, whether it turns the order, and the first token of its expression."""
    if at >= len(given):
        return None
    token, down, first = given[at], False, at
    if token.kind == "variable":
        return at, False, at
    if token.kind == "word" and token.text.upper() in ("ASC", "DESC"):
        down, first = token.text.upper() == "DESC", at + 1
    elif token.kind == "word" and token.text.upper() in ("LIMIT", "OFFSET", "VALUES", "HAVING"):
        return None
    opening = first if first < len(given) and given[first].text == "(" else first + 1
    if opening >= len(given) or given[opening].text != "(" or (opening > first and token.kind not in ("word", "name", "iri")):
        return None
    last = closing(given, opening)
    return None if last is None else (last, down, first)


def _is_of_one_kind(expr: str, named: set[str]) -> bool:
    given = list(tokens(expr))
    while given and given[0].text == "(" and closing(given, 0) == len(given) - 1:
        given = given[1:-1]
    if len(given) == 1:
        return given[0].text in named
    if len(given) > 1 and given[1].text == "(" and closing(given, 1) == len(given) - 1:
        name = given[0].text.upper()
        # Texts alone, whichever of them it takes: COALESCE(STR(?x), "").
        rest = [t for t in given[2:-1] if t.kind != "string" and t.text != ","]
        return name in _ONE_KIND or (name in ("COALESCE", "MIN", "MAX", "LCASE", "UCASE") and _is_calls(rest))
    return False


def _is_calls(given: list[Token]) -> bool:
    """Whether tokens are calls of STR, one after the other."""
    at = 0
    while at < len(given):
        if given[at].text.upper() != "STR" or at + 1 >= len(given):
            return False
        end = closing(given, at + 1)
        if end is None:
            return False
        at = end + 1
    return True
