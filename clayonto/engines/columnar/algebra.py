"""The part of SPARQL that the columnar engine answers, as patterns and expressions; ``parser.py`` reads a query into them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator

AGGREGATES: Final = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG"})
ARITHMETIC: Final = frozenset({"+", "-", "*", "/"})
ROUNDING: Final = frozenset({"ROUND", "ABS", "CEIL", "FLOOR"})
CHOICES: Final = frozenset({"IF", "COALESCE"})
DAY: Final = "[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))"
"""The days that are days in every year, without a time zone: their texts are in the order of time."""


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


Path: TypeAlias = Link | Either | Repeated | Steps | Var


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
class Inner:
    """A SELECT within a group."""

    select: Select


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


Element: TypeAlias = Triple | Optional | Union | Inner | Values | Bind | Without


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


def aggregated(expr: Expr | None) -> bool:
    """Whether there is an aggregate in an expression."""
    return isinstance(expr, Call) and (expr.name in AGGREGATES or any(map(aggregated, expr.args)))


def variables(expr: Expr | None) -> set[str]:
    """The names of the variables in an expression."""
    if isinstance(expr, Var):
        return {expr.name}
    return set().union(*map(variables, expr.args)) if isinstance(expr, Call) else set()


def named_in(group: Group) -> set[str]:
    """The names of the variables that a group can bind."""
    names: set[str] = set()
    for element in group.elements:
        match element:
            case Triple(subject, path, object_):
                names |= {end.name for end in (subject, path, object_) if isinstance(end, Var)}
            case Optional(inner):
                names |= named_in(inner)
            case Union(groups):
                names = names.union(*map(named_in, groups))
            case Inner(select):
                names |= {name for name, _ in select.columns}
            case Values(listed):
                names |= set(listed)
            case Bind(_, name):
                names.add(name)
    return names


def subjects(group: Group) -> Iterator[Term]:
    """What triples of a group are about, and of the groups in it."""
    for element in group.elements:
        match element:
            case Triple(subject, _, _):
                yield subject
            case Optional(inner) | Without(inner):
                yield from subjects(inner)
            case Union(groups):
                for each in groups:
                    yield from subjects(each)
            case Inner(select):
                yield from subjects(select.where)


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
        case Var():
            return _written(path)
