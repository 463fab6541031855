"""The part of SPARQL that the columnar engine answers, read into patterns and expressions.

A recursive descent over the tokens of :mod:`clayonto.sparql`, by the grammar of SPARQL 1.1 section 19.8. Whatever it does not know raises
:class:`Beyond`, with the reason: the query then belongs to the other engine, which knows all of SPARQL and says what is wrong with a query
that is none. So this may refuse too much, and must never take a query for something that it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NoReturn, TypeAlias

from clayonto.namespaces import PREFIXES
from clayonto.sparql import tokens

if TYPE_CHECKING:
    from clayonto.sparql import Token

RDF_TYPE: Final = f"<{PREFIXES['rdf']}type>"
FUNCTIONS: Final[dict[str, int | None]] = {
    "STR": 1, "LANG": 1, "LCASE": 1, "UCASE": 1, "STRLEN": 1, "CONTAINS": 2, "STRSTARTS": 2, "STRENDS": 2, "BOUND": 1, "ISIRI": 1, "ISLITERAL": 1,
    "IF": 3, "COALESCE": None, "CONCAT": None,
}  # fmt: skip
"""The functions known, and how many arguments each takes; ``None`` for any number."""
AGGREGATES: Final = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG"})


class Beyond(Exception):  # noqa: N818 - no error: the other engine takes the query
    """What stands in the way of answering a query in columns."""


@dataclass(frozen=True, slots=True)
class Var:
    """A variable, or the unnamed middle of a path."""

    name: str


@dataclass(frozen=True, slots=True)
class Const:
    """A term, as N-Triples writes it."""

    term: str


Term: TypeAlias = Var | Const


@dataclass(frozen=True, slots=True)
class Link:
    """A predicate, as N-Triples writes it; ``back`` if it is taken from object to subject."""

    predicate: str
    back: bool = False


@dataclass(frozen=True, slots=True)
class Either:
    """Paths of which each counts."""

    paths: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Repeated:
    """A path taken once or more often; ``zero`` if not at all counts too."""

    path: Path
    zero: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """Paths taken one after the other."""

    paths: tuple[Path, ...]


Path: TypeAlias = Link | Either | Repeated | Steps


@dataclass(frozen=True, slots=True)
class Triple:
    """A pattern of one triple."""

    subject: Term
    path: Path
    object: Term


@dataclass(frozen=True, slots=True)
class Call:
    """An operator, a function or an aggregate with its arguments; ``distinct`` is for aggregates."""

    name: str
    args: tuple[Expr, ...]
    distinct: bool = False


Expr: TypeAlias = Var | Const | Call


@dataclass(slots=True)
class Group:
    """What stands in a pair of braces: its elements in order, and its filters, which hold for all of it."""

    elements: list[Element] = field(default_factory=list)
    filters: list[Expr] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Optional:
    """OPTIONAL."""

    group: Group


@dataclass(frozen=True, slots=True)
class Union:
    """Groups joined by UNION; one alone is a group within a group."""

    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class Values:
    """VALUES: rows of terms, ``None`` for UNDEF."""

    names: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]


@dataclass(frozen=True, slots=True)
class Bind:
    """BIND."""

    expr: Expr
    name: str


@dataclass(frozen=True, slots=True)
class Without:
    """FILTER NOT EXISTS."""

    group: Group


Element: TypeAlias = Triple | Optional | Union | Values | Bind | Without


@dataclass(slots=True)
class Select:
    """A SELECT query: columns with what each is (``None`` for the variable of that name), pattern and solution modifiers."""

    columns: list[tuple[str, Expr | None]]
    where: Group
    distinct: bool = False
    group_by: list[tuple[str, Expr | None]] | None = None
    having: list[Expr] = field(default_factory=list)
    order_by: list[tuple[Expr, bool]] = field(default_factory=list)
    limit: int | None = None
    offset: int = 0


def parse(text: str, *, base: str) -> Select:
    """The query that a text holds.

    :param base: what relative IRIs are relative to.
    :raises Beyond: if there is anything in it that the columnar engine does not answer, or if it is no query.
    """
    return _Parser(list(tokens(text)), base).query()


def aggregated(expr: Expr | None) -> bool:
    """Whether there is an aggregate in an expression."""
    return isinstance(expr, Call) and (expr.name in AGGREGATES or any(map(aggregated, expr.args)))


def variables(expr: Expr | None) -> set[str]:
    """The names of the variables in an expression."""
    if isinstance(expr, Var):
        return {expr.name}
    return set().union(*map(variables, expr.args)) if isinstance(expr, Call) else set()


def written(triple: Triple) -> str:
    """A triple of a pattern as SPARQL.

    >>> written(Triple(Var("a"), Repeated(Link("<urn:p>", back=True), zero=True), Const('"x"@en')))
    '?a (^<urn:p>)* "x"@en'
    """
    return f"{_written(triple.subject)} {_path(triple.path)} {_written(triple.object)}"


def _written(term: Term) -> str:
    # What stands between two steps of a path has no name in the query.
    return term.term if isinstance(term, Const) else "?" + term.name.replace(".", "step_")


def _path(path: Path) -> str:
    match path:
        case Link(predicate, back):
            return f"^{predicate}" if back else predicate
        case Either(paths):
            return f"({'|'.join(map(_path, paths))})"
        case Steps(paths):
            return f"({'/'.join(map(_path, paths))})"
        case Repeated(inner, zero):
            return f"({_path(inner)}){'*' if zero else '+'}"


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
            if self._take() == "BASE":
                self._beyond()
            name, iri = self._take(), self._take()
            if not name.endswith(":") or not iri.startswith("<"):
                self._beyond()
            self._prefixes[name[:-1]] = iri[1:-1]
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
            if self._peek(1) == "SELECT":
                self._beyond()
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
        if kind == "iri" and ":" not in text and text[1] in ">/#?.":
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
            if self._peek() == "^^":
                self._beyond()
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
        left = self._primary()
        for operator in ("=", "!=", "<=", ">=", "<", ">"):
            if self._took(operator):
                return Call(operator, (left, self._primary()))
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
        return self._term()

    def _arguments(self) -> tuple[Expr, ...]:
        self._expect("(")
        args = [self._expression()]
        while self._took(","):
            args.append(self._expression())
        self._expect(")")
        return tuple(args)
