"""A query's text read into the patterns of ``algebra.py``.

A recursive descent over the tokens of :mod:`clayonto.sparql`, by the grammar of SPARQL 1.1 section 19.8. Whatever it does not know raises
:class:`~clayonto.engines.columnar.algebra.Beyond`, with the reason: the query then belongs to the other engine, which knows all of SPARQL and says
what is wrong with a query that is none. So this may refuse too much, and must never take a query for something that it is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NoReturn

from clayonto.engines.columnar.algebra import (
    AGGREGATES,
    DAY,
    ROUNDING,
    Beyond,
    Bind,
    Call,
    Const,
    Either,
    Group,
    Inner,
    Link,
    Optional,
    Repeated,
    Select,
    Steps,
    Triple,
    Union,
    Values,
    Var,
    Without,
)
from clayonto.namespaces import PREFIXES
from clayonto.sparql import tokens

if TYPE_CHECKING:
    from clayonto.engines.columnar.algebra import Expr, Path, Term
    from clayonto.sparql import Token

_DATE: Final = f"<{PREFIXES['xsd']}date>"
_DECIMAL: Final = re.compile(r"[0-9]*\.[0-9]+")
_A_DAY: Final = re.compile(f'"{DAY}"')
_WHOLE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:[^\\%]*>")
_FOLDER: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^?#\\%]*/")
RDF_TYPE: Final = f"<{PREFIXES['rdf']}type>"
FUNCTIONS: Final[dict[str, int | None]] = {
    "STR": 1, "LANG": 1, "LCASE": 1, "UCASE": 1, "STRLEN": 1, "CONTAINS": 2, "STRSTARTS": 2, "STRENDS": 2, "BOUND": 1, "ISIRI": 1, "ISLITERAL": 1,
    "IF": 3, "COALESCE": None, "CONCAT": None, "STRAFTER": 2, "SUBSTR": 3, "YEAR": 1, "DATATYPE": 1,
    **dict.fromkeys(ROUNDING, 1),
}  # fmt: skip
"""The functions known, and how many arguments each takes; ``None`` for any number."""
CAST: Final = f"<{PREFIXES['xsd']}integer>"
"""The one function known that has an IRI for a name."""


def parse(text: str, *, base: str) -> Select:
    """The query that a text holds.

    :param base: what relative IRIs are relative to.
    :raises Beyond: if there is anything in it that the columnar engine does not answer, or if it is no query.
    """
    return _Parser(list(tokens(text)), base).query()


class _Parser:
    def __init__(self, given: list[Token], base: str) -> None:
        self._tokens = given
        self._at = 0
        self._base = base
        self._prefixes = dict(PREFIXES)
        self._unnamed = 0

    # Tokens.

    def _peek(self, ahead: int = 0) -> str:
        at = self._at + ahead
        if at >= len(self._tokens):
            return ""
        token = self._tokens[at]
        return token.text.upper() if token.kind == "word" else token.text

    def _kind(self, ahead: int = 0) -> str:
        at = self._at + ahead
        return self._tokens[at].kind if at < len(self._tokens) else "end"

    def _take(self) -> str:
        text = self._peek()
        self._at += 1
        return text

    def _took(self, *texts: str) -> bool:
        if self._peek() in texts and self._kind() in ("word", "mark"):
            self._at += 1
            return True
        return False

    def _expect(self, text: str) -> None:
        if not self._took(text):
            self._beyond()

    def _beyond(self) -> NoReturn:
        raise Beyond(f"“{self._peek() or 'the end'}” is not answered in columns where it stands")

    # Queries.

    def query(self) -> Select:
        while self._kind() == "word" and self._peek() in ("PREFIX", "BASE"):
            name = "" if self._take() == "BASE" else self._take()
            # A relative one would be relative to the base so far.
            if self._kind() != "iri" or not _WHOLE.fullmatch(self._peek()) or (name and not name.endswith(":")):
                self._beyond()
            iri = self._take()[1:-1]
            if name:
                self._prefixes[name[:-1]] = iri
            else:
                self._base = iri
        select = self._select()
        if self._kind() != "end":
            self._beyond()
        return select

    def _select(self) -> Select:
        self._expect("SELECT")
        distinct = self._took("DISTINCT")
        columns: list[tuple[str, Expr | None]] = []
        while not self._took("WHERE") and self._peek() != "{":
            columns.append(self._named())
        if not columns:
            self._beyond()
        select = Select(columns, self._group(), distinct)
        if self._took("GROUP"):
            self._expect("BY")
            select.group_by = []
            while self._kind() == "variable" or self._peek() == "(":
                select.group_by.append(self._named())
        while self._took("HAVING") or (select.having and self._peek() == "("):
            self._expect("(")
            select.having.append(self._expression())
            self._expect(")")
        if self._took("ORDER"):
            self._expect("BY")
            while (key := self._order_key()) is not None:
                select.order_by.append(key)
        while (limit := self._took("LIMIT")) or self._took("OFFSET"):
            if not self._peek().isdigit():
                self._beyond()
            if limit:
                select.limit = int(self._take())
            else:
                select.offset = int(self._take())
        return select

    def _named(self) -> tuple[str, Expr | None]:
        if self._kind() == "variable":
            return self._take()[1:], None
        self._expect("(")
        expr = self._expression()
        self._expect("AS")
        if self._kind() != "variable":
            self._beyond()
        name = self._take()[1:]
        self._expect(")")
        return name, expr

    def _order_key(self) -> tuple[Expr, bool] | None:
        if self._took("ASC", "DESC"):
            down = self._tokens[self._at - 1].text.upper() == "DESC"
            self._expect("(")
            key = self._expression()
            self._expect(")")
            return key, down
        if self._kind() == "variable":
            return Var(self._take()[1:]), False
        if self._peek() == "(" or (self._kind() == "word" and (self._peek() in FUNCTIONS or self._peek() in AGGREGATES)):
            return self._primary(), False
        return None

    # Patterns.

    def _group(self) -> Group:
        self._expect("{")
        if self._peek() == "SELECT":
            group = Group([Inner(self._select())])
            self._expect("}")
            return group
        group = Group()
        while not self._took("}"):
            self._element(group)
        return group

    def _element(self, group: Group) -> None:
        if self._took("."):
            return
        if self._took("FILTER"):
            if self._took("NOT"):
                self._expect("EXISTS")
                group.elements.append(Without(self._group()))
            else:
                group.filters.append(self._primary())
        elif self._took("OPTIONAL"):
            group.elements.append(Optional(self._group()))
        elif self._peek() == "{":
            groups = [self._group()]
            while self._took("UNION"):
                groups.append(self._group())
            group.elements.append(Union(tuple(groups)))
        elif self._took("BIND"):
            name, expr = self._named()
            if expr is None:
                self._beyond()
            group.elements.append(Bind(expr, name))
        elif self._took("VALUES"):
            group.elements.append(self._values())
        else:
            self._triples(group)

    def _values(self) -> Values:
        one = self._kind() == "variable"
        names: list[str] = []
        if not one:
            self._expect("(")
        while self._kind() == "variable":
            names.append(self._take()[1:])
            if one:
                break
        if not one:
            self._expect(")")
        rows: list[tuple[str | None, ...]] = []
        self._expect("{")
        while not self._took("}"):
            if one:
                rows.append((self._datum(),))
                continue
            self._expect("(")
            row: list[str | None] = []
            while not self._took(")"):
                row.append(self._datum())
            if len(row) != len(names):
                self._beyond()
            rows.append(tuple(row))
        return Values(tuple(names), tuple(rows))

    def _datum(self) -> str | None:
        return None if self._took("UNDEF") else self._constant().term

    def _triples(self, group: Group) -> None:
        subject = self._term()
        while True:
            path = self._path()
            while True:
                self._add(group, subject, path, self._term())
                if not self._took(","):
                    break
            while self._took(";"):
                pass
            if self._tokens[self._at - 1].text != ";" or self._peek() in ("}", "."):
                break

    def _add(self, group: Group, subject: Term, path: Path, object_: Term) -> None:
        """Steps become triples with unnamed variables between them (section 9.3)."""
        if isinstance(path, Steps):
            for step in path.paths[:-1]:
                self._unnamed += 1
                middle = Var(f".{self._unnamed}")
                self._add(group, subject, step, middle)
                subject = middle
            path = path.paths[-1]
        if isinstance(path, Link) and path.back:
            subject, path, object_ = object_, Link(path.predicate), subject
        group.elements.append(Triple(subject, path, object_))

    def _path(self) -> Path:
        if self._kind() == "variable":
            return Var(self._take()[1:])
        paths = [self._steps()]
        while self._took("|"):
            paths.append(self._steps())
        return paths[0] if len(paths) == 1 else Either(tuple(paths))

    def _steps(self) -> Path:
        paths = [self._step()]
        while self._took("/"):
            paths.append(self._step())
        return paths[0] if len(paths) == 1 else Steps(tuple(paths))

    def _step(self) -> Path:
        back = self._took("^")
        path: Path
        if self._took("("):
            path = self._path()
            self._expect(")")
            if back:
                self._beyond()
        elif self._kind() == "word" and self._tokens[self._at].text == "a":
            self._take()
            path = Link(RDF_TYPE, back)
        else:
            path = Link(self._iri(), back)
        if self._peek() == "?" and self._kind() == "mark":
            self._beyond()
        if self._took("*"):
            return Repeated(path, zero=True)
        return Repeated(path, zero=False) if self._took("+") else path

    # Terms.

    def _term(self) -> Term:
        if self._kind() == "variable":
            return Var(self._take()[1:])
        return self._constant()

    def _iri(self) -> str:
        kind = self._kind()
        text = self._tokens[self._at].text if kind != "end" else ""
        prefix, _, local = text.partition(":")
        if "\\" in text or "%" in text or kind not in ("iri", "name") or (kind == "name" and prefix not in self._prefixes):
            self._beyond()
        # What is relative is put behind the base only where that is all there is to resolving it.
        if kind == "iri" and ":" not in text and (text[1] in ">/#?." or "/." in text or not _FOLDER.fullmatch(self._base)):
            self._beyond()
        self._at += 1
        if kind == "name":
            return f"<{self._prefixes[prefix]}{local}>"
        return text if ":" in text else f"<{self._base}{text[1:-1]}>"

    def _constant(self) -> Const:
        kind = self._kind()
        if kind == "string":
            text = self._take()
            if "\\" in text or text.startswith(('"""', "'''")) or '"' in text[1:-1]:
                self._beyond()
            text = f'"{text[1:-1]}"'
            if self._kind() == "language":
                return Const(text + self._take().lower())
            if self._took("^^"):
                # A date is written in one way; of another type two terms can be one value.
                if self._iri() != _DATE or not _A_DAY.fullmatch(text):
                    self._beyond()
                return Const(f"{text}^^{_DATE}")
            return Const(text)
        if kind == "number" and self._peek().isdigit():
            return Const(f'"{int(self._take())}"^^<{PREFIXES["xsd"]}integer>')
        if kind == "word" and self._peek() in ("TRUE", "FALSE"):
            return Const(f'"{self._take().lower()}"^^<{PREFIXES["xsd"]}boolean>')
        return Const(self._iri())

    # Expressions, from the loosest to the tightest binding.

    def _expression(self) -> Expr:
        args = [self._conjunction()]
        while self._took("||"):
            args.append(self._conjunction())
        return args[0] if len(args) == 1 else Call("||", tuple(args))

    def _conjunction(self) -> Expr:
        args = [self._relation()]
        while self._took("&&"):
            args.append(self._relation())
        return args[0] if len(args) == 1 else Call("&&", tuple(args))

    def _relation(self) -> Expr:
        left = self._sum()
        for operator in ("=", "!=", "<=", ">=", "<", ">"):
            if self._took(operator):
                return Call(operator, (left, self._sum()))
        negated = self._peek() == "NOT" and self._peek(1) == "IN"
        if negated:
            self._take()
        if self._took("IN"):
            self._expect("(")
            among = [Call("=", (left, self._expression()))]
            while self._took(","):
                among.append(Call("=", (left, self._expression())))
            self._expect(")")
            found = among[0] if len(among) == 1 else Call("||", tuple(among))
            return Call("!", (found,)) if negated else found
        return left

    def _sum(self) -> Expr:
        left = self._product()
        while self._took("+", "-"):
            left = Call(self._tokens[self._at - 1].text, (left, self._product()))
        return left

    def _product(self) -> Expr:
        left = self._primary()
        while self._took("*", "/"):
            left = Call(self._tokens[self._at - 1].text, (left, self._primary()))
        return left

    def _primary(self) -> Expr:
        if self._took("!"):
            return Call("!", (self._primary(),))
        if self._took("("):
            inner = self._expression()
            self._expect(")")
            return inner
        name = self._peek()
        if self._kind() == "word" and name in FUNCTIONS:
            self._take()
            args = self._arguments()
            if FUNCTIONS[name] not in (None, len(args)):
                self._beyond()
            return Call(name, args)
        if self._kind() == "word" and name in AGGREGATES:
            self._take()
            self._expect("(")
            distinct = self._took("DISTINCT")
            args = () if name == "COUNT" and self._took("*") else (self._expression(),)
            self._expect(")")
            return Call(name, args, distinct)
        if self._kind() in ("iri", "name") and self._peek(1) == "(":
            if self._iri() != CAST:
                self._beyond()
            args = self._arguments()
            if len(args) != 1:
                self._beyond()
            return Call(CAST, args)
        if self._kind() == "number" and _DECIMAL.fullmatch(self._peek()):
            # Not as a term of a triple: a number can be written in several ways.
            return Const(f'"{self._take()}"^^<{PREFIXES["xsd"]}decimal>')
        return self._term()

    def _arguments(self) -> tuple[Expr, ...]:
        self._expect("(")
        args = [self._expression()]
        while self._took(","):
            args.append(self._expression())
        self._expect(")")
        return tuple(args)
