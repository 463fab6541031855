"""The triple patterns of a query: which triples its answer can depend on.

This reads what constraints are made of and gives up on the rest (collections, ``GRAPH``, negated property sets): giving up is always safe, for
whoever asks then looks at everything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from clayonto import sparql
from clayonto.namespaces import PREFIXES
from clayonto.validation.paths import RDF, Path, predicate

if TYPE_CHECKING:
    from clayonto.sparql import Token


class Pattern(NamedTuple):
    """A triple pattern. Ends are variables (``?x``) or terms as SPARQL writes them; a predicate that is a variable has no path."""

    subject: str
    path: Path | None
    object: str
    optional: bool
    """Whether a solution may do without it: in an OPTIONAL, in alternatives, in a filter's EXISTS."""


class _GivesUpError(Exception):
    pass


def patterns(text: str) -> list[Pattern] | None:
    """The triple patterns of a query, wherever they stand in it; ``None`` if it has something else that matches triples.

    >>> [str(p.path) for p in patterns("SELECT ?x { ?x <http://e/p> ?y FILTER NOT EXISTS { ?y ^<http://e/q>/a ?z } }")]
    ['http://e/p', '(^<http://e/q>)/<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>']
    """
    try:
        return _Reader(text).read()
    except (_GivesUpError, IndexError):
        return None


def simple_patterns(text: str) -> list[Pattern] | None:
    """The patterns of a query, each of one predicate; ``None`` if they do not tell all that it depends on."""
    found = patterns(text)
    upper = text.upper()
    # What an OPTIONAL leaves unbound matches anything inside an EXISTS.
    if found is None or ("OPTIONAL" in upper and "EXISTS" in upper):
        return None
    made: list[Pattern] = []
    fresh = 0
    todo = list(found)
    while todo:
        pattern = todo.pop()
        path = pattern.path
        if path is None or path.kind in "*+?":
            return None
        if path.kind == "iri":
            made.append(pattern)
        elif path.kind == "^":
            todo.append(pattern._replace(subject=pattern.object, path=path.parts[0], object=pattern.subject))
        elif path.kind == "|":
            todo += [pattern._replace(path=part, optional=True) for part in path.parts]
        else:
            fresh += 1
            middle = f"?__path{fresh}"
            rest = path.parts[1] if len(path.parts) == 2 else Path("/", None, path.parts[1:])
            todo += [pattern._replace(path=path.parts[0], object=middle), pattern._replace(subject=middle, path=rest)]
    return made


class _Reader:
    def __init__(self, text: str) -> None:
        self.tokens: list[Token] = [t for t in sparql.tokens(text) if t.kind not in ("space", "comment")]
        self.at = 0
        self.prefixes = dict(PREFIXES)
        self.found: list[Pattern] = []
        self.fresh = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.at]

    def word(self) -> str:
        return self.token.text.upper() if self.token.kind == "word" else ""

    def read(self) -> list[Pattern]:
        while self.word() in ("PREFIX", "BASE"):
            if self.word() == "BASE":
                raise _GivesUpError
            self.prefixes[self.tokens[self.at + 1].text[:-1]] = self.tokens[self.at + 2].text[1:-1]
            self.at += 3
        self._select(optional=False)
        return self.found

    def _select(self, *, optional: bool) -> None:
        while self.token.text != "{":
            self.at += 1
        self._group(optional=optional)
        depth = 0
        while self.at < len(self.tokens) and not (depth == 0 and self.token.text == "}"):
            if self.token.text == "{" or self.word() == "EXISTS":
                raise _GivesUpError
            depth += {"(": 1, ")": -1}.get(self.token.text, 0)
            self.at += 1

    def _group(self, *, optional: bool) -> None:
        self.at += 1  # {
        while self.token.text != "}":
            word = self.word()
            if word == "SELECT":
                self._select(optional=optional)
            elif self.token.text == "{":
                # Alternatives, unless it is an inner SELECT, which the rest is joined with.
                self._group(optional=optional or self.tokens[self.at + 1].text.upper() != "SELECT")
            elif word == "OPTIONAL":
                self.at += 1
                self._group(optional=True)
            elif word in ("UNION", "") and self.token.text in (".", "UNION", "union"):
                self.at += 1
            elif word == "VALUES":
                while self.token.text != "}":
                    self.at += 1
                self.at += 1
            elif word in ("FILTER", "BIND"):
                self.at += 1
                self._expression()
            elif word and word not in ("A", "TRUE", "FALSE"):
                raise _GivesUpError
            else:
                self._triples(optional=optional)
        self.at += 1  # }

    def _expression(self) -> None:
        """A filter: something in brackets, a call, or (NOT) EXISTS; groups may stand anywhere in it."""
        while self.token.text != "(":
            if self.token.text == "{":
                self._group(optional=True)
                return
            self.at += 1
        depth = 0
        while True:
            if self.token.text == "{":
                self._group(optional=True)
                continue
            depth += {"(": 1, ")": -1}.get(self.token.text, 0)
            self.at += 1
            if depth == 0:
                return

    def _triples(self, *, optional: bool) -> None:
        subject = self._end(optional=optional)
        if self.token.text in (".", "}"):
            return  # a blank node's own properties were all
        self._properties(subject, optional=optional)

    def _properties(self, subject: str, *, optional: bool) -> None:
        while True:
            path = self._predicate()
            while True:
                self.found.append(Pattern(subject, path, self._end(optional=optional), optional))
                if self.token.text != ",":
                    break
                self.at += 1
            while self.token.text == ";":
                self.at += 1
            if self.tokens[self.at - 1].text != ";" or self.token.text in (".", "}", "]"):
                return

    def _end(self, *, optional: bool) -> str:
        token = self.token
        self.at += 1
        if token.kind == "variable":
            return "?" + token.text[1:]
        if token.kind == "blank":
            return "?_" + token.text[2:]
        if token.kind in ("iri", "name"):
            return f"<{self._iri(token)}>"
        if token.text == "[":
            self.fresh += 1
            node = f"?__{self.fresh}"
            if self.token.text != "]":
                self._properties(node, optional=optional)
            self.at += 1
            return node
        if token.kind in ("string", "number") or token.text.lower() in ("true", "false") or token.text in "+-":
            text = token.text
            while self.token.kind == "language" or self.token.text == "^^" or self.tokens[self.at - 1].text in ("^^", "+", "-"):
                text += self.token.text
                self.at += 1
            return text
        raise _GivesUpError

    def _iri(self, token: Token) -> str:
        if token.kind == "iri":
            return token.text[1:-1]
        prefix, _, local = token.text.partition(":")
        if prefix not in self.prefixes or "\\" in local:
            raise _GivesUpError
        return self.prefixes[prefix] + local

    def _predicate(self) -> Path | None:
        if self.token.kind == "variable":
            self.at += 1
            return None
        return self._choice()

    def _choice(self) -> Path:
        parts = [self._sequence()]
        while self.token.text == "|":
            self.at += 1
            parts.append(self._sequence())
        return parts[0] if len(parts) == 1 else Path("|", None, tuple(parts))

    def _sequence(self) -> Path:
        parts = [self._step()]
        while self.token.text == "/":
            self.at += 1
            parts.append(self._step())
        return parts[0] if len(parts) == 1 else Path("/", None, tuple(parts))

    def _step(self) -> Path:
        token = self.token
        self.at += 1
        if token.text == "^":
            return Path("^", None, (self._step(),))
        if token.text == "(":
            path = self._choice()
            self.at += 1
        elif token.text == "a":
            path = predicate(RDF + "type")
        elif token.kind in ("iri", "name"):
            path = Path("iri", ox.NamedNode(self._iri(token)))
        else:
            raise _GivesUpError
        if self.token.text in ("*", "+", "?"):
            path = Path(self.token.text, None, (path,))
            self.at += 1
        return path
