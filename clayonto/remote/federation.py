"""``SERVICE`` to endpoints that a graph allows: each clause is asked by us, and its solutions stand in its place as ``VALUES``.

That is what a SERVICE clause means (https://www.w3.org/TR/sparql11-federated-query/), for every engine alike, and it leaves time limits, credentials
and the list of allowed addresses to us: an engine's own client has none of them, so no engine ever sees the word. What may be asked is decided on the
tokens of the query: an address is written out, is on the list, and is not left for another that it redirects to.

A service is asked only for what can join. The variables that its pattern shares with the plain triples beside it are worked out here first, and sent
along, some hundred at a time. A blank node of a service becomes an IRI, since VALUES holds none; two services never mean the same one anyway.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import quote, urljoin, urlsplit

from clayonto import sparql, tsv
from clayonto.engines.oxigraph import check_syntax
from clayonto.engines.remote import RemoteEngine
from clayonto.errors import ClayontoError, EndpointError, ForbiddenQueryError, QueryError, QuerySyntaxError
from clayonto.namespaces import PREFIXES
from clayonto.remote import credentials
from clayonto.terms import IRI, BlankNode, LangString, render

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clayonto.sparql import Token
    from clayonto.terms import Value

MOST_ROWS: Final = 100_000
"""Solutions that one service may give for one query."""
_BATCH: Final = 200
_MOST_SENT: Final = 5_000
_SKOLEM: Final = "https://w3id.org/clayonto/.well-known/genid/"
# What no graph says. rdflib takes no VALUES without a row, and lets FILTER(false) pass in a group of its own.
_NOTHING: Final = f"{{ <{_SKOLEM}nothing> <{_SKOLEM}nothing> <{_SKOLEM}nothing> }}"
_BEFORE_A_GROUP: Final = frozenset({"OPTIONAL", "MINUS", "UNION", "GRAPH", "SERVICE", "SILENT", "EXISTS", "NOT", "WHERE"})


@dataclass(frozen=True)
class Services:
    """The services that queries may ask, and within which limits.

    ``allowed`` are addresses (everything below each is allowed as well), or hosts, which means ``https`` on their usual port; ``timeout`` is how many
    seconds all requests of one clause may take together.
    """

    allowed: tuple[str, ...]
    timeout: float = 30.0
    most_rows: int = MOST_ROWS

    def __post_init__(self) -> None:
        for place in self.allowed:
            credentials.check_address(_address(place))

    def allows(self, url: str) -> bool:
        """Whether an address may be asked."""
        parts = credentials.check_address(url)
        return any(credentials.is_below(parts, urlsplit(_address(place))) for place in self.allowed)

    def resolve(self, query: str, *, base: str, local: Callable[[str], bytes]) -> str:
        """The query with the answers of its services in it, and no SERVICE left.

        :param local: answers a SELECT from the graph that the query is for, as TSV.
        :raises ForbiddenQueryError: if an address is not allowed, not written out, or the query would reach out in another way.
        :raises QuerySyntaxError: if it is not SPARQL 1.1.
        :raises EndpointError: if a service fails, is too slow or gives too much, and its clause is not SILENT. Nothing was asked of an engine then.
        """
        sparql.refuse_two_readings(query)
        tokens = list(sparql.tokens(query))
        clauses = list(_clauses(query, tokens, base))
        for clause in clauses:
            self._check(clause)
            sparql.refuse_unsafe(f"ASK {{ {clause.pattern} }}")
        rest = query
        for clause in reversed(clauses):
            rest = f"{rest[: clause.start]} {{ }} {rest[clause.end :]}"
        sparql.refuse_unsafe(rest)
        check_syntax(rest, base=base)
        prologue = _prologue(tokens)
        answers = [self._answer(tokens, clause, prologue, base, local) for clause in clauses]
        for clause, answer in reversed(list(zip(clauses, answers, strict=True))):
            query = f"{query[: clause.start]} {answer} {query[clause.end :]}"
        return query

    def _check(self, clause: _Clause) -> None:
        if not self.allows(clause.url):
            raise ForbiddenQueryError(
                f"SERVICE <{clause.url}> at line {clause.line} is refused: the address is not among those that may be asked "
                f"({', '.join(self.allowed)}). Allow it by services=[…] or --service, or take the clause out."
            )

    def _answer(self, tokens: list[Token], clause: _Clause, prologue: str, base: str, local: Callable[[str], bytes]) -> str:
        try:
            known = _joining(tokens, clause, prologue, local)
            if known is not None and not known.rows:
                return _NOTHING
            return _values(*self._ask(clause, prologue, base, known))
        except (EndpointError, QueryError):
            if not clause.silent:
                raise
            return "{ }"

    def _ask(self, clause: _Clause, prologue: str, base: str, known: _Known | None) -> tuple[list[str], list[tuple[Value | None, ...]]]:
        until = time.monotonic() + self.timeout
        engine = RemoteEngine(clause.url, timeout=self.timeout, retries=1, own=False)
        columns: list[str] = []
        rows: list[tuple[Value | None, ...]] = []
        for more in [""] if known is None else known.batches():
            lines = engine.stream(f"{prologue}\nSELECT * WHERE {{ {{ {clause.pattern} }} {more} }}", base=base, until=until)
            columns, cells = lines.columns, tsv.Cells()
            try:
                for line in lines:
                    rows.append(cells.row(line) if columns else ())
                    if len(rows) > self.most_rows:
                        raise EndpointError(
                            f"{clause.url} gives more than {self.most_rows} solutions for the SERVICE clause at line {clause.line}; let the clause say more.",
                            url=clause.url,
                        )
            finally:
                lines.close()
        host = quote(urlsplit(clause.url).netloc, safe=".-")
        return columns, [tuple(IRI(f"{_SKOLEM}{host}/{quote(v)}") if isinstance(v, BlankNode) else v for v in row) for row in rows]


class _Clause(NamedTuple):
    """One SERVICE clause: where it stands in the text, whom it asks, what, and the index of its first and last token."""

    start: int
    end: int
    url: str
    pattern: str
    silent: bool
    line: int
    first: int
    last: int


def _clauses(query: str, tokens: list[Token], base: str) -> Iterator[_Clause]:
    index = 0
    while index < len(tokens):
        token = tokens[index]
        if token.kind != "word" or token.text.upper() != "SERVICE":
            index += 1
            continue
        line, column = sparql.position(query, token.start)
        at = index + 1
        silent = at < len(tokens) and tokens[at].text.upper() == "SILENT"
        at += silent
        if at + 1 >= len(tokens) or tokens[at + 1].text != "{":
            raise QuerySyntaxError("SERVICE wants an address and a pattern in braces", text=query, line=line, column=column)
        url = _named(tokens[at], tokens, base)
        if url is None:
            raise ForbiddenQueryError(
                f"SERVICE {tokens[at].text} at line {line} is refused: whom it would ask is not known before; write the address out, SERVICE <https://…>."
            )
        last = sparql.closing(tokens, at + 1)
        if last is None:
            raise QuerySyntaxError("the braces of SERVICE do not close", text=query, line=line, column=column)
        pattern = query[tokens[at + 1].start + 1 : tokens[last].start]
        yield _Clause(token.start, tokens[last].start + 1, url, pattern, silent, line, index, last)
        index = last + 1


def _named(token: Token, tokens: list[Token], base: str) -> str | None:
    """The address that a token names; ``None`` for a variable, and for whatever would have to be unescaped first."""
    if "\\" in token.text:
        return None
    if token.kind == "iri":
        return urljoin(base, token.text[1:-1])
    if token.kind == "name":
        prefix, _, local = token.text.partition(":")
        declared = {
            tokens[i + 1].text[:-1]: tokens[i + 2].text[1:-1]
            for i in range(len(tokens) - 2)
            if tokens[i].text.upper() == "PREFIX" and tokens[i + 2].kind == "iri"
        }
        namespace = declared.get(prefix, PREFIXES.get(prefix))
        return None if namespace is None else urljoin(base, namespace + local)
    return None


def _prologue(tokens: list[Token]) -> str:
    """The BASE and PREFIX lines of a query, without its comments."""
    parts = []
    for index, token in enumerate(tokens):
        word = token.text.upper()
        if token.kind == "word" and word not in ("BASE", "PREFIX"):
            break
        if word == "BASE" and token.kind == "word":
            parts.append(f"BASE {tokens[index + 1].text}")
        elif word == "PREFIX" and token.kind == "word" and index + 2 < len(tokens):
            parts.append(f"PREFIX {tokens[index + 1].text} {tokens[index + 2].text}")
    return "\n".join(parts)


class _Known(NamedTuple):
    """Values that the graph here has for variables of a clause, one row for each way they go together."""

    names: list[str]
    rows: list[tuple[Value | None, ...]]

    def batches(self) -> Iterator[str]:
        """The rows as VALUES, some hundred at a time."""
        for start in range(0, len(self.rows), _BATCH):
            yield _values(self.names, self.rows[start : start + _BATCH])


def _joining(tokens: list[Token], clause: _Clause, prologue: str, local: Callable[[str], bytes]) -> _Known | None:
    """What the clause can join with; ``None`` if that cannot be told, or is too much to send.

    Only the plain triples of the group that the clause stands in are looked at: whatever the group gives has a solution of theirs. And only
    variables that the plain triples of the clause have too, which are bound in each of its solutions.
    """
    if any(token.kind == "word" and token.text.upper() == "GRAPH" for token in tokens):
        return None  # the triples may be in another graph than the default one
    opening = _group_around(tokens, clause.first)
    if opening is None:
        return None
    beside = _plain(tokens, opening + 1, sparql.closing(tokens, opening) or len(tokens))
    inside = _plain(tokens, clause.last - _inner(tokens, clause) + 1, clause.last)
    names = sorted(_variables(beside) & _variables(inside))
    if not names:
        return None
    asked = f"{prologue}\nSELECT DISTINCT {' '.join(f'?{name}' for name in names)} WHERE {{ {beside} }} LIMIT {_MOST_SENT + 1}"
    try:
        _, rows = tsv.read(local(asked))
    except ClayontoError:
        return None
    # Forms of numbers and dates differ between stores, and blank nodes mean nothing elsewhere.
    sendable = all(isinstance(v, IRI | LangString) or type(v) is str for row in rows for v in row)
    return _Known(names, rows) if sendable and len(rows) <= _MOST_SENT else None


def _inner(tokens: list[Token], clause: _Clause) -> int:
    """How many tokens before its last the brace of a clause opens."""
    opening = next(i for i in range(clause.first, clause.last) if tokens[i].text == "{" and tokens[i].kind == "mark")
    return clause.last - opening


def _group_around(tokens: list[Token], index: int) -> int | None:
    depth = 0
    for i in range(index - 1, -1, -1):
        if tokens[i].kind == "mark":
            depth += {"}": 1, "{": -1}.get(tokens[i].text, 0)
            if depth < 0:
                return i
    return None


def _plain(tokens: list[Token], start: int, end: int) -> str:
    """The triples that stand in a group itself, outside its filters, assignments, and other groups."""
    pieces: list[str] = []
    held: int | None = None  # the first token of a piece of triples

    def close(until: int) -> None:
        nonlocal held
        if held is not None:
            pieces.append(_text(tokens[held:until]))
        held = None

    i = start
    while i < end:
        token = tokens[i]
        word = token.text.upper() if token.kind == "word" else ""
        if word in ("FILTER", "BIND", "VALUES", *_BEFORE_A_GROUP) or (token.kind == "mark" and token.text == "{"):
            close(i)
            i = _after(tokens, i, end)
            continue
        if held is None and not (token.kind == "mark" and token.text == "."):
            held = i
        i += 1
    close(end)
    return " . ".join(piece for piece in pieces if piece)


def _text(tokens: Sequence[Token]) -> str:
    """Tokens as text, without comments and without a full stop at the end."""
    words = [token.text for token in tokens]
    while words and words[-1] == ".":
        words.pop()
    return " ".join(words)


def _after(tokens: list[Token], index: int, end: int) -> int:
    """The token after a filter, an assignment, or a group and the words that lead to it."""
    depth = 0
    i = index
    word = tokens[index].text.upper()
    while i < end:
        text = tokens[i].text if tokens[i].kind == "mark" else ""
        depth += (text in "({" and text != "") - (text in ")}" and text != "")
        i += 1
        if depth == 0 and text in (")", "}") and text != "":
            # VALUES (?a) { … } and UNION chains go on after their first bracket.
            if word == "VALUES" and text == ")":
                continue
            return i
    return end


def _variables(text: str) -> set[str]:
    return {token.text[1:] for token in sparql.tokens(text) if token.kind == "variable"}


def _values(names: Sequence[str], rows: Sequence[Sequence[Value | None]]) -> str:
    """Rows as a VALUES block. Each value is one token, whatever it holds (:func:`clayonto.terms.render`)."""
    if not rows:
        return _NOTHING
    if not names:
        return " UNION ".join(["{ }"] * len(rows))
    head = " ".join(f"?{name}" for name in names)
    body = " ".join(f"({' '.join('UNDEF' if value is None else render(value) for value in row)})" for row in rows)
    return f"VALUES ({head}) {{ {body} }}"


def _address(place: str) -> str:
    return place if "://" in place else f"https://{place}/"
