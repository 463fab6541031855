"""Answers put in order outside the engine.

Oxigraph takes the text of a term out of the store again for each comparison, so that it takes longer to sort a large answer than to find it; and the keys
by which terms of all kinds can be sorted there at all (:mod:`clayonto.engines.ordering`) take longer to be read and planned than a small answer to be found.
Where the keys of ORDER BY are variables, or texts of these, the query is asked without the clause, and the lines of the answer are sorted; by columns that are
cut off afterwards, if the answer does not show them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from clayonto import tsv
from clayonto.engines.collation import place
from clayonto.engines.ordering import keys
from clayonto.sparql import closing, may_have, tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from clayonto.sparql import Token

_AT_A_TIME: Final = 1 << 20
"""Bytes that are written at least before they are taken for rows, and the first of a limit are told from the rest."""
_DIGITS: Final = 18
_NUMBERS: Final = frozenset({"COUNT", "SUM", "AVG"})
_OF_GROUPS: Final = _NUMBERS | {"MIN", "MAX", "SAMPLE", "GROUP_CONCAT", "GROUP", "HAVING", "DISTINCT", "*"}
"""What makes of each row of the answer more than one of the pattern, or shows all variables already."""


class Key(NamedTuple):
    """A key of ORDER BY: the column, whether it turns the order, and what makes a key of a cell."""

    column: str
    down: bool
    of: Callable[[bytes], Any]


class Order(NamedTuple):
    """What ORDER BY, OFFSET and LIMIT say, and how many columns are there for the order alone, behind all others."""

    keys: tuple[Key, ...]
    offset: int = 0
    limit: int | None = None
    added: int = 0


def apart(query: str) -> tuple[str, Order] | None:
    """A query without what follows its pattern and groups, with the columns that it takes to sort, and how; ``None`` where the engine has to sort.

    >>> text, order = apart("SELECT ?s { ?s ?p ?o } ORDER BY DESC(STR(?s)) LIMIT 3")
    >>> text, order.keys[0].column, order.keys[0].down, order.limit
    ('SELECT ?s { ?s ?p ?o } ', 's', True, 3)
    >>> apart("SELECT ?s { ?s ?p ?o } ORDER BY STR(?o)")[0]
    'SELECT ?s ?o { ?s ?p ?o } '
    >>> apart("SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY STR(?o)")
    """
    if not may_have(query, "order"):
        return None
    given = list(tokens(query))
    at = _last_order(given)
    shown = None if at is None else _shown(given[:at])
    if at is None or shown is None:
        return None
    found, added = [], dict[str, None]()
    end = given[at + 1].start + len(given[at + 1].text)
    for start, stop, down, expr in keys(query, given[at:]):
        key = _key([t.text for t in tokens(expr)], shown, down=down)
        if key is None or query[end:start].strip():
            return None
        if key.column not in shown:
            added[key.column] = None
        found.append(key)
        end = stop
    part = _part([t.text.upper() for t in tokens(query[end:])])
    # Oxigraph has numbers of its own at hand and need not write out the rest.
    if not found or part is None or (part["LIMIT"] is not None and shown.get(found[0].column) in _NUMBERS):
        return None
    text = query[: given[at].start]
    if added:
        place_for = _place_for(given[:at])
        if place_for is None:
            return None
        text = f"{text[:place_for]}{''.join(f'?{name} ' for name in added)}{text[place_for:]}"
    return text, Order(tuple(found), part["OFFSET"] or 0, part["LIMIT"], len(added))


class InOrder:
    r"""A file to write an answer to as TSV, which has it in order then. If there is a limit, it holds not many more rows than that.

    >>> text, order = apart("SELECT ?s { ?s ?p ?o } ORDER BY STR(?s)")
    >>> answer = InOrder(order)
    >>> _ = answer.write(b'?s\n"b"\n<a>\n\n')
    >>> answer.content()
    b'?s\n\n<a>\n"b"\n'
    """

    def __init__(self, order: Order) -> None:
        self._order = order
        self._end = None if order.limit is None else order.offset + order.limit
        self._head: bytes | None = None
        self._lines: list[bytes] = []
        self._parts: list[bytes] = []
        self._size = 0
        self._most = _AT_A_TIME

    def write(self, data: bytes) -> int:
        """Take some bytes."""
        self._parts.append(bytes(data))
        self._size += len(data)
        if self._size > self._most:
            self._take()
            if self._end is not None:
                self._sort()
                self._most = max(_AT_A_TIME, sum(map(len, self._lines)))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    @property
    def rows(self) -> int:
        """How many rows it will have."""
        self._take()
        found = len(self._lines)
        return max((found if self._end is None else min(found, self._end)) - self._order.offset, 0)

    def content(self) -> bytes:
        """The document with its rows in order; rows that are alike in all keys stay as they were written. To be asked for once."""
        self._take()
        self._sort()
        lines, self._lines = [self._head or b"", *self._lines[self._order.offset :]], []
        if self._order.added:
            lines = [line.rsplit(b"\t", self._order.added)[0] for line in lines]
        return b"\n".join([*lines, b""])

    def _take(self) -> None:
        lines = b"".join(self._parts).split(b"\n")
        self._parts = [lines.pop()]
        self._size = len(self._parts[0])
        if self._head is None and lines:
            self._head = lines.pop(0)
        self._lines += lines

    def _sort(self) -> None:
        names = tsv.columns(self._head or b"")
        for key in reversed(self._order.keys):
            # What is in no row makes no order.
            if key.column in names:
                column, of = names.index(key.column), key.of
                # The cells before the one that is wanted are all that need to be told apart.
                self._lines.sort(key=lambda line, column=column, of=of: of(line.split(b"\t", column + 1)[column]), reverse=key.down)  # type: ignore[misc]
        if self._end is not None:
            del self._lines[self._end :]


def _last_order(given: list[Token]) -> int | None:
    """Where the ORDER BY of the whole query stands."""
    depth, found = 0, None
    for at, token in enumerate(given[:-1]):
        depth += (token.text == "{") - (token.text == "}")
        if not depth and token.kind == "word" and token.text.upper() == "ORDER" and given[at + 1].text.upper() == "BY":
            found = at
    return found


def _shown(given: list[Token]) -> dict[str, str] | None:
    """The columns of a SELECT, and of which aggregate each is, if it is one; for ``*``, all that could be columns."""
    at = next((n for n, t in enumerate(given) if t.kind == "word" and t.text.upper() == "SELECT"), None)
    if at is None or any(token.text == "{" for token in given[:at]):
        return None
    shown: dict[str, str] = {}
    while at + 1 < len(given) and given[at + 1].text != "{" and given[at + 1].text.upper() != "WHERE":
        at += 1
        if given[at].kind == "variable":
            shown[given[at].text[1:]] = ""
        elif given[at].text == "*":
            return {token.text[1:]: "" for token in given[at:] if token.kind == "variable"}
        elif given[at].text == "(":
            end = closing(given, at)
            if end is None or given[end - 2].text.upper() != "AS":
                return None
            is_call = closing(given, at + 2) == end - 3
            shown[given[end - 1].text[1:]] = given[at + 1].text.upper() if is_call else ""
            at = end
        elif given[at].text.upper() != "DISTINCT":
            return None  # rows that are alike and stand together may be left out with REDUCED
    return shown or None


def _place_for(given: list[Token]) -> int | None:
    """Where in the text of a query columns can be added that change nothing else in its answer."""
    depth, found = 0, None
    for token in given:
        if not depth and token.text.upper() in _OF_GROUPS and token.kind in ("word", "mark"):
            return None
        if found is None and (token.text == "{" or (token.kind == "word" and token.text.upper() == "WHERE")):
            found = token.start
        # In front of the pattern aggregates stand in brackets.
        depth += (token.text == "{") - (token.text == "}")
    return found


def _key(expr: list[str], shown: dict[str, str], *, down: bool) -> Key | None:
    while len(expr) > 1 and expr[0] == "(":
        expr = expr[1:-1]
    match [part.upper() if part[0] not in "?$" else part for part in expr]:
        case [name] if name[0] in "?$":
            return Key(name[1:], down, int if shown.get(name[1:]) == "COUNT" else place)
        case ["STR", "(", name, ")"] if name[0] in "?$":
            return Key(name[1:], down, _text)
        case ["COALESCE", "(", "STR", "(", name, ")", ",", '""', ")"] if name[0] in "?$":
            return Key(name[1:], down, _text_or_empty)
        case ["COALESCE", "(", name, ",", "0", ")"] if name[0] in "?$":
            return Key(name[1:], down, _place_or_zero)
    return None


def _part(rest: list[str]) -> dict[str, int | None] | None:
    """What LIMIT and OFFSET say, which may be all that follows the keys."""
    found: dict[str, int | None] = {"LIMIT": None, "OFFSET": None}
    for word, number in zip(rest[::2], [*rest[1::2], ""], strict=False):
        if found.get(word, 0) is not None or not number.isdecimal() or len(number) > _DIGITS:
            return None
        found[word] = int(number)
    return found


def _text(cell: bytes) -> bytes:
    """What has no text comes before the empty text."""
    text = tsv.text(cell)
    return b"" if text is None else b"\0" + text


def _place_or_zero(cell: bytes) -> tuple[Any, ...]:
    return place(cell or b"0")


def _text_or_empty(cell: bytes) -> bytes:
    return tsv.text(cell) or b""
