"""Variables bound before a query is asked: SHACL's pre-binding (section 5.3.1 and appendix A), by tokens.

What SHACL forbids in such queries is refused; the rest is bound by a ``VALUES`` in every group, which is what a substitution everywhere means:
a group's filters, optional parts and inner queries then see the value, and nothing else can bind the variable.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto import sparql

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clayonto.sparql import Token
    from clayonto.validation.paths import Term

_AGGREGATES: Final = frozenset({"COUNT", "SUM", "MIN", "MAX", "AVG", "SAMPLE", "GROUP_CONCAT"})
_FORBIDDEN: Final = frozenset({"MINUS", "VALUES", "SERVICE"})
_OPTIONAL_TO_PROJECT: Final = frozenset({"shapesGraph", "currentShape"})


@dataclass
class _Select:
    """A SELECT: what it projects, whether it counts, and what it groups by."""

    nested: bool
    projected: set[str]
    everything: bool = False
    counts: bool = False
    grouped: bool = False
    groups: set[str] | None = None
    cut: bool = False


@dataclass
class _Group:
    """A pair of braces: what stands before it, and how it meets a variable first."""

    kind: str
    start: int
    select: _Select | None
    brackets: int = 0
    first: str = ""
    wraps: bool = False
    """Whether it holds an inner SELECT and so nothing else."""


def refuse(tokens: Sequence[Token], bound: set[str]) -> None:
    """Refuse what SHACL does not allow in a query with variables bound beforehand.

    :raises ValueError: that says what, and why.
    """
    for before, token in zip([None, *tokens], tokens, strict=False):
        word = token.text.upper() if token.kind == "word" else ""
        if word in _FORBIDDEN:
            raise ValueError(f"{word} would see other values than the rest of the query")
        if before is not None and before.text.upper() == "AS" and token.kind == "variable" and token.text[1:] in bound:
            raise ValueError(f"{token.text} has its value already and cannot be assigned")
    selects, _ = _walk(tokens, "")
    for select in selects:
        missing = bound - select.projected - _OPTIONAL_TO_PROJECT
        if select.nested and not select.everything and missing:
            raise ValueError(f"an inner SELECT must project ${min(missing)}")


def free(tokens: Sequence[Token], variable: str) -> bool:
    """Whether a query may be asked once, with the variable free, instead of once for each of its values.

    It may where each group binds the variable in a triple before it does anything else with it, and each SELECT that counts does so for each
    value apart.
    """
    selects, groups = _walk(tokens, variable)
    if any(select.cut or ((select.counts or select.grouped) and variable not in (select.groups or ())) for select in selects):
        return False
    return bool(groups) and groups[0].first == "triple" and all(group.first in ("", "triple", "inner") for group in groups)


def bind(text: str, values: Mapping[str, Term | Sequence[Term]], *, only_top: bool = False) -> str:
    """A query with variables bound to values, by a ``VALUES`` at the start of each group.

    :param only_top: whether to bind in the outermost group of each SELECT alone, which is enough for a query that is :func:`free`.
    """
    tokens = list(sparql.tokens(text))
    used = {token.text[1:] for token in tokens if token.kind == "variable"}
    lists = {
        name: [value] if isinstance(value, ox.NamedNode | ox.Literal | ox.BlankNode) else list(value) for name, value in values.items()
    }
    clause = " ".join(f"VALUES ?{name} {{ {' '.join(map(str, many))} }}" for name, many in lists.items() if name in used)
    if not clause:
        return text
    selects, groups = _walk(tokens, "")
    edits = [(group.start + 1, f" {clause} ") for group in groups if not group.wraps and (group.select is not None or not only_top)]
    edits += _ungrouped(tokens, selects, {name: many[0] for name, many in lists.items()})
    parts, end = [], 0
    for at, put in sorted(edits):
        parts += [text[end:at], put]
        end = at
    return "".join([*parts, text[end:]])


def _ungrouped(tokens: Sequence[Token], selects: Sequence[_Select], values: Mapping[str, Term]) -> list[tuple[int, str]]:
    """A SELECT that counts over everything may project a bound variable only as a constant."""
    if not selects or selects[0].grouped or not selects[0].counts:
        return []
    edits = []
    for token in tokens:
        if token.text == "{":
            break
        if token.kind == "variable" and token.text[1:] in values and token.text[1:] in selects[0].projected:
            # "$this" becomes "(<iri> AS ?this_)"; Data.query gives columns their names without the mark.
            edits += [(token.start, f"({values[token.text[1:]]} AS "), (token.start + len(token.text), "_)")]
    return edits


def _walk(tokens: Sequence[Token], variable: str) -> tuple[list[_Select], list[_Group]]:  # noqa: PLR0915
    """Every SELECT and every group, in order, and how each group meets a variable first."""
    selects: list[_Select] = []
    groups: list[_Group] = []
    open_groups: list[_Group] = []
    heading: _Select | None = None  # a SELECT whose group has not come yet
    ended: _Select | None = None  # a SELECT whose group has just closed: its modifiers follow
    grouping = False
    before = ""
    depth = 0
    for token in tokens:
        if token.kind in ("space", "comment"):
            continue
        word = token.text.upper() if token.kind == "word" else ""
        if word == "SELECT":
            heading = _Select(nested=bool(open_groups), projected=set())
            if open_groups:
                open_groups[-1].wraps = True
            selects.append(heading)
            depth = 0
        elif heading is not None and token.text != "{":
            depth += {"(": 1, ")": -1}.get(token.text, 0)
            heading.counts |= word in _AGGREGATES
            heading.everything |= token.text == "*" and depth == 0
            heading.cut |= word == "REDUCED"
            if token.kind == "variable" and (depth == 0 or before == "AS"):
                heading.projected.add(token.text[1:])
        elif token.text == "{":
            kind = before if before in ("OPTIONAL", "EXISTS") else ""
            group = _Group(kind, token.start, heading or (None if open_groups else _Select(nested=False, projected=set(), everything=True)))
            heading = None
            groups.append(group)
            open_groups.append(group)
            ended, grouping = None, False
        elif token.text == "}" and open_groups:
            ended, grouping = open_groups.pop().select, False
        elif ended is not None and (word in ("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET") or grouping or token.kind != "word"):
            if word == "GROUP":
                ended.grouped, ended.groups, grouping = True, set(), True
            elif word in ("HAVING", "ORDER"):
                grouping = False
                ended.counts |= word == "HAVING"
            elif word in ("LIMIT", "OFFSET"):
                ended.cut = True
            elif grouping and token.kind == "variable" and ended.groups is not None:
                ended.groups.add(token.text[1:])
            ended.counts |= word in _AGGREGATES
        elif open_groups:
            here = open_groups[-1]
            here.brackets += {"(": 1, ")": -1}.get(token.text, 0)
            if token.kind == "variable" and token.text[1:] == variable:
                _met(open_groups, "expression" if here.brackets else "triple")
        before = token.text.upper()
    return selects, groups


def _met(open_groups: Sequence[_Group], how: str) -> None:
    here = open_groups[-1]
    here.first = here.first or how
    for outer, inner in zip(reversed(open_groups[:-1]), reversed(open_groups[1:]), strict=True):
        # A plain inner group or an inner SELECT binds the variable for the outer one, if it does so in a triple itself.
        plain = inner.kind == "" and inner.first in ("triple", "inner")
        outer.first = outer.first or ("inner" if plain else "expression")


def columns(names: Iterable[str]) -> list[str]:
    """The names of columns, without the mark that :func:`bind` may have put on one."""
    return [name.removesuffix("_") if name.endswith("_") else name for name in names]
