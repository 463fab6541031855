"""A query's text read into the patterns of ``algebra.py``.

A recursive descent over the tokens of :mod:`clayonto.sparql`, by the grammar of SPARQL 1.1 section 19.8. Whatever it does not know raises
:class:`~clayonto.engines.columnar.algebra.Beyond`, with the reason: the query then belongs to the other engine, which knows all of SPARQL and says
what is wrong with a query that is none. So this may refuse too much, and must never take a query for something that it is not.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from clayonto.engines.columnar.algebra import (
    AGGREGATES,
    ROUNDING,
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
from clayonto.engines.columnar.words import Words
from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from clayonto.engines.columnar.algebra import Expr, Path, Term

_DECIMAL: Final = re.compile(r"[0-9]*\.[0-9]+")
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
    return _Parser(text, base).query()


class _Parser(Words):
    _unnamed = 0

    # Queries.

    def query(self) -> Select:
        self.prologue()
        select = self._select()
        if self.kind() != "end":
            self.beyond()
        return select

    def _select(self) -> Select:
        self.expect("SELECT")
        distinct = self.took("DISTINCT")
        columns: list[tuple[str, Expr | None]] = []
        while not self.took("WHERE") and self.peek() != "{":
            columns.append(self._named())
        if not columns:
            self.beyond()
        select = Select(columns, self._group(), distinct)
        if self.took("GROUP"):
            self.expect("BY")
            select.group_by = []
            while self.kind() == "variable" or self.peek() == "(":
                select.group_by.append(self._named())
        while self.took("HAVING") or (select.having and self.peek() == "("):
            self.expect("(")
            select.having.append(self._expression())
            self.expect(")")
        if self.took("ORDER"):
            self.expect("BY")
            while (key := self._order_key()) is not None:
                select.order_by.append(key)
        while (limit := self.took("LIMIT")) or self.took("OFFSET"):
            if not self.peek().isdigit():
                self.beyond()
            if limit:
                select.limit = int(self.take())
            else:
                select.offset = int(self.take())
        return select

    def _named(self) -> tuple[str, Expr | None]:
        if self.kind() == "variable":
            return self.take()[1:], None
        self.expect("(")
        expr = self._expression()
        self.expect("AS")
        if self.kind() != "variable":
            self.beyond()
        name = self.take()[1:]
        self.expect(")")
        return name, expr

    def _order_key(self) -> tuple[Expr, bool] | None:
        if self.took("ASC", "DESC"):
            down = self.text(-1).upper() == "DESC"
            self.expect("(")
            key = self._expression()
            self.expect(")")
            return key, down
        if self.kind() == "variable":
            return Var(self.take()[1:]), False
        if self.peek() == "(" or (self.kind() == "word" and (self.peek() in FUNCTIONS or self.peek() in AGGREGATES)):
            return self._primary(), False
        return None

    # Patterns.

    def _group(self) -> Group:
        self.expect("{")
        if self.peek() == "SELECT":
            group = Group([Inner(self._select())])
            self.expect("}")
            return group
        group = Group()
        while not self.took("}"):
            self._element(group)
        return group

    def _element(self, group: Group) -> None:
        if self.took("."):
            return
        if self.took("FILTER"):
            if self.took("NOT"):
                self.expect("EXISTS")
                group.elements.append(Without(self._group()))
            else:
                group.filters.append(self._primary())
        elif self.took("OPTIONAL"):
            group.elements.append(Optional(self._group()))
        elif self.peek() == "{":
            groups = [self._group()]
            while self.took("UNION"):
                groups.append(self._group())
            group.elements.append(Union(tuple(groups)))
        elif self.took("BIND"):
            name, expr = self._named()
            if expr is None:
                self.beyond()
            group.elements.append(Bind(expr, name))
        elif self.took("VALUES"):
            group.elements.append(self._values())
        else:
            self._triples(group)

    def _values(self) -> Values:
        one = self.kind() == "variable"
        names: list[str] = []
        if not one:
            self.expect("(")
        while self.kind() == "variable":
            names.append(self.take()[1:])
            if one:
                break
        if not one:
            self.expect(")")
        rows: list[tuple[str | None, ...]] = []
        self.expect("{")
        while not self.took("}"):
            if one:
                rows.append((self._datum(),))
                continue
            self.expect("(")
            row: list[str | None] = []
            while not self.took(")"):
                row.append(self._datum())
            if len(row) != len(names):
                self.beyond()
            rows.append(tuple(row))
        return Values(tuple(names), tuple(rows))

    def _datum(self) -> str | None:
        return None if self.took("UNDEF") else self.constant().term

    def _triples(self, group: Group) -> None:
        subject = self.term()
        while True:
            path = self._path()
            while True:
                self._add(group, subject, path, self.term())
                if not self.took(","):
                    break
            while self.took(";"):
                pass
            if self.text(-1) != ";" or self.peek() in ("}", "."):
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
        if self.kind() == "variable":
            return Var(self.take()[1:])
        paths = [self._steps()]
        while self.took("|"):
            paths.append(self._steps())
        return paths[0] if len(paths) == 1 else Either(tuple(paths))

    def _steps(self) -> Path:
        paths = [self._step()]
        while self.took("/"):
            paths.append(self._step())
        return paths[0] if len(paths) == 1 else Steps(tuple(paths))

    def _step(self) -> Path:
        back = self.took("^")
        path: Path
        if self.took("("):
            path = self._path()
            self.expect(")")
            if back:
                self.beyond()
        elif self.kind() == "word" and self.text() == "a":
            self.take()
            path = Link(RDF_TYPE, back)
        else:
            path = Link(self.iri(), back)
        if self.peek() == "?" and self.kind() == "mark":
            self.beyond()
        if self.took("*"):
            return Repeated(path, zero=True)
        return Repeated(path, zero=False) if self.took("+") else path

    # Expressions, from the loosest to the tightest binding.

    def _expression(self) -> Expr:
        args = [self._conjunction()]
        while self.took("||"):
            args.append(self._conjunction())
        return args[0] if len(args) == 1 else Call("||", tuple(args))

    def _conjunction(self) -> Expr:
        args = [self._relation()]
        while self.took("&&"):
            args.append(self._relation())
        return args[0] if len(args) == 1 else Call("&&", tuple(args))

    def _relation(self) -> Expr:
        left = self._sum()
        for operator in ("=", "!=", "<=", ">=", "<", ">"):
            if self.took(operator):
                return Call(operator, (left, self._sum()))
        negated = self.peek() == "NOT" and self.peek(1) == "IN"
        if negated:
            self.take()
        if self.took("IN"):
            self.expect("(")
            among = [Call("=", (left, self._expression()))]
            while self.took(","):
                among.append(Call("=", (left, self._expression())))
            self.expect(")")
            found = among[0] if len(among) == 1 else Call("||", tuple(among))
            return Call("!", (found,)) if negated else found
        return left

    def _sum(self) -> Expr:
        left = self._product()
        while self.took("+", "-"):
            left = Call(self.text(-1), (left, self._product()))
        return left

    def _product(self) -> Expr:
        left = self._primary()
        while self.took("*", "/"):
            left = Call(self.text(-1), (left, self._primary()))
        return left

    def _primary(self) -> Expr:
        if self.took("!"):
            return Call("!", (self._primary(),))
        if self.took("("):
            inner = self._expression()
            self.expect(")")
            return inner
        name = self.peek()
        if self.kind() == "word" and name in FUNCTIONS:
            self.take()
            args = self._arguments()
            if FUNCTIONS[name] not in (None, len(args)):
                self.beyond()
            return Call(name, args)
        if self.kind() == "word" and name in AGGREGATES:
            self.take()
            self.expect("(")
            distinct = self.took("DISTINCT")
            args = () if name == "COUNT" and self.took("*") else (self._expression(),)
            self.expect(")")
            return Call(name, args, distinct)
        if self.kind() in ("iri", "name") and self.peek(1) == "(":
            if self.iri() != CAST:
                self.beyond()
            args = self._arguments()
            if len(args) != 1:
                self.beyond()
            return Call(CAST, args)
        if self.kind() == "number" and _DECIMAL.fullmatch(self.peek()):
            # Not as a term of a triple: a number can be written in several ways.
            return Const(f'"{self.take()}"^^<{PREFIXES["xsd"]}decimal>')
        return self.term()

    def _arguments(self) -> tuple[Expr, ...]:
        self.expect("(")
        args = [self._expression()]
        while self.took(","):
            args.append(self._expression())
        self.expect(")")
        return tuple(args)
