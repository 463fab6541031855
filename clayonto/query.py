"""Named queries: ``queries/NAME.rq``, their typed parameters, and the binder that puts values in.

A file starts with ``#+`` lines that hold TOML::

    #+ title.en = "Partners of a project"
    #+ title.fi = "Hankkeen kumppanit"
    #+ [params.project]
    #+ type = "iri"
    #+ class = "clay:Project"
    #+ example = "project/clay"
    #+ [columns]
    #+ partner = "iri"

then SPARQL 1.1, in which ``$name`` is a parameter and ``?name`` a variable. Values are put in at the token level, the
same text for every engine; a list stands in ``IN ($name)``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from clayonto import header as headers
from clayonto import sparql
from clayonto.errors import ParameterError, QueryFileError, TermError, UnknownQueryError, nearest
from clayonto.namespaces import ID, expand
from clayonto.resources import walk
from clayonto.terms import IRI, LangString, Value, parse_decimal, render

TYPES: Final = ("iri", "string", "langString", "integer", "decimal", "boolean", "date", "enum")
"""The types of a parameter; each also as ``list of TYPE``."""
COLUMN_TYPES: Final = ("iri", "string", "integer", "decimal", "boolean", "date", "dateTime", "double", "literal", "any")
"""The types that a column may be declared with: ``string`` also with a language, ``literal`` any literal."""


class Parameter(NamedTuple):
    """One declared parameter of a query.

    ``default`` and ``example`` are texts as one would type them after ``K=``; ``klass`` is the class that an IRI's
    thing must have, as a CURIE; ``values`` are what an enum allows.
    """

    name: str
    type: str
    is_list: bool = False
    klass: str | None = None
    values: tuple[str, ...] = ()
    default: str | None = None
    example: str | None = None

    def convert(self, value: object, *, base: str = ID) -> Value | tuple[Value, ...]:
        """The term for a Python value, or for the text a person typed; a tuple of terms for a list parameter.

        A text for a list parameter is split at its commas; give a Python list for members that hold commas.

        :raises ParameterError: if the value is not of the declared type.
        """
        if not self.is_list:
            return self._one(value, base)
        if isinstance(value, str):
            members: Iterable[object] = [part.strip() for part in value.split(",")] if value.strip() else []
        elif isinstance(value, Iterable) and not isinstance(value, Mapping | bytes):
            members = value
        else:
            raise self._wrong(value, "a list")
        return tuple(self._one(member, base) for member in members)

    def _one(self, value: object, base: str) -> Value:
        text = value if isinstance(value, str) else None
        match self.type:
            case "iri":
                if text is not None:
                    try:
                        return IRI(expand(str(text), base=base))
                    except TermError as error:
                        raise self._wrong(value, "an IRI", str(error)) from error
            case "string":
                if text is not None:
                    return str(text)
            case "langString":
                if isinstance(value, LangString):
                    return value
                if text is not None and "@" in text:
                    words, _, tag = text.rpartition("@")
                    return LangString(words, tag)
                raise self._wrong(value, "a text with its language, such as Suomi@fi")
            case "enum":
                if text is not None and str(text) in self.values:
                    return str(text)
                near = nearest(str(value), self.values)
                raise self._wrong(value, f"one of {', '.join(self.values)}", f"Did you mean “{near[0]}”?" if near else "")
            case "boolean":
                if isinstance(value, bool):
                    return value
                if text in ("true", "false"):
                    return text == "true"
                raise self._wrong(value, "true or false")
            case "integer":
                if isinstance(value, int) and not isinstance(value, bool):
                    return int(value)
                if text is not None and text.isascii() and text.lstrip("+-").isdigit() and len(text) < 1000:
                    try:
                        return int(text)
                    except ValueError:
                        pass  # two signs
                raise self._wrong(value, "a whole number")
            case "decimal":
                if isinstance(value, Decimal) or (isinstance(value, int | float) and not isinstance(value, bool)):
                    number = value if isinstance(value, Decimal) else Decimal(repr(value))
                    if number.is_finite():
                        return number
                if text is not None:
                    try:
                        return parse_decimal(text)
                    except ValueError:
                        pass
                raise self._wrong(value, "a number such as 212000.50")
            case _:  # date
                if isinstance(value, date) and not isinstance(value, datetime):
                    return value
                if text is not None and len(text) == 10:
                    try:
                        return date.fromisoformat(text)
                    except ValueError:
                        pass
                raise self._wrong(value, "a day such as 2021-05-31")
        raise self._wrong(value, "an IRI" if self.type == "iri" else "a text")

    def _wrong(self, value: object, wanted: str, more: str = "") -> ParameterError:
        shown = ascii(str(value)) if len(str(value)) <= 80 else ascii(str(value)[:77]) + "…"
        return ParameterError(f"The parameter “{self.name}” takes {wanted}, not {shown}. {more}".rstrip(), parameter=self.name)


class NamedQuery(NamedTuple):
    """A query file: what it asks, its parameters and columns, and its SPARQL with ``$name`` in it.

    ``title`` and ``description`` map ``en`` and ``fi`` to text; ``columns`` maps each column to its type, in order.
    """

    name: str
    text: str
    title: Mapping[str, str] = MappingProxyType({})
    description: Mapping[str, str] = MappingProxyType({})
    params: Mapping[str, Parameter] = MappingProxyType({})
    columns: Mapping[str, str] = MappingProxyType({})
    has_header: bool = False

    @classmethod
    def parse(cls, source: str, *, name: str) -> NamedQuery:
        """Read the text of a query file.

        A file without a header is plain SPARQL: no parameters, and ``$x`` is the variable it always was.

        :param name: what the query is called, and how errors name the file.
        :raises QueryFileError: if the header is not what the module's docstring says, or a ``$name`` is undeclared,
            unused, projected or assigned.
        :raises ForbiddenQueryError: if the query would write or reach out.
        """
        header = headers.read(source, name)
        if header is None:
            return cls(name=name, text=source)
        params = {key: _parameter(key, spec, name) for key, spec in header.get("params", {}).items()}
        columns = header.get("columns", {})
        for column, kind in columns.items():
            if kind not in COLUMN_TYPES:
                raise QueryFileError(f"{name}: the column “{column}” has the type {kind!r}; it can be {', '.join(COLUMN_TYPES)}.")
        query = cls(
            name=name,
            text=source,
            title=_by_language(header, "title", name),
            description=_by_language(header, "description", name),
            params=params,
            columns=columns,
            has_header=True,
        )
        _check_tokens(query)
        sparql.refuse_unsafe(source)
        return query

    @property
    def form(self) -> sparql.Form:
        """Whether the query selects, asks, constructs or describes."""
        return sparql.form(self.text)

    def bind(self, values: Mapping[str, object] | None = None, *, base: str = ID) -> str:
        """The SPARQL to run, each ``$name`` replaced by its value; no value changes the shape of the query.

        :param values: parameter name to Python value, or to text as typed. What is absent takes its default.
        :param base: what relative IRIs are relative to.
        :raises ParameterError: if a parameter is unknown, missing or of the wrong type.
        """
        given = dict(values or {})
        for key in given:
            if key not in self.params:
                near = nearest(key, self.params)
                has = f"It has {', '.join(self.params)}." if self.params else "It has none."
                hint = f"Did you mean “{near[0]}”?" if near else has
                raise ParameterError(f"The query “{self.name}” has no parameter “{key}”. {hint}", query=self.name, parameter=key)
        rendered: dict[str, str] = {}
        for key, parameter in self.params.items():
            value = given.get(key, parameter.default)
            if value is None:
                example = f", for example {key}={parameter.example}" if parameter.example else ""
                raise ParameterError(f"The query “{self.name}” needs the parameter “{key}”{example}.", query=self.name, parameter=key)
            try:
                term = parameter.convert(value, base=base)
                rendered[key] = ", ".join(map(render, term)) if isinstance(term, tuple) else render(term)
            except TermError as error:
                raise ParameterError(f"The parameter “{key}”: {error}", query=self.name, parameter=key) from error
        return self._put_in(rendered)

    def example(self, *, base: str = ID) -> str:
        """The SPARQL with the examples of its parameters filled in (their defaults where there is no example)."""
        return self.bind({k: p.example for k, p in self.params.items() if p.example is not None}, base=base)

    def to_dict(self) -> dict[str, Any]:
        """What ``clayonto queries -f json`` prints of a query."""
        params = {}
        for key, p in self.params.items():
            spec: dict[str, Any] = {"type": f"list of {p.type}" if p.is_list else p.type, "default": p.default, "example": p.example}
            if p.klass:
                spec["class"] = p.klass
            if p.values:
                spec["values"] = list(p.values)
            params[key] = spec
        return {
            "name": self.name,
            "title": dict(self.title),
            "description": dict(self.description),
            "params": params,
            "columns": dict(self.columns),
        }

    def _put_in(self, rendered: Mapping[str, str]) -> str:
        if not rendered:
            return self.text
        parts: list[str] = []
        end = 0
        before = ""
        for token in sparql.tokens(self.text):
            if token.kind == "variable" and token.text[0] == "$" and token.text[1:] in rendered:
                if before in ("LIMIT", "OFFSET") and not re.fullmatch("[0-9]{1,18}", rendered[token.text[1:]]):
                    wrong = f"The parameter “{token.text[1:]}” is a number of rows, from 0 on, and cannot be {rendered[token.text[1:]]}."
                    raise ParameterError(wrong, query=self.name, parameter=token.text[1:])
                # The spaces keep a value from growing together with its neighbours.
                parts += [self.text[end : token.start], " ", rendered[token.text[1:]], " "]
                end = token.start + len(token.text)
            before = token.text.upper()
        parts.append(self.text[end:])
        return "".join(parts)


def _by_language(header: Mapping[str, Any], key: str, name: str) -> dict[str, str]:
    texts = header.get(key, {})
    if not all(isinstance(text, str) for text in texts.values()):
        raise QueryFileError(f"{name}: “{key}” in the header must map languages to texts, such as {key}.en = “…”.")
    return dict(texts)


def _parameter(key: str, spec: object, name: str) -> Parameter:
    if not isinstance(spec, dict):
        raise QueryFileError(f"{name}: [params.{key}] must be a table with a type.")
    unknown = set(spec) - {"type", "class", "values", "default", "example"}
    if unknown:
        raise QueryFileError(f"{name}: [params.{key}] has “{min(unknown)}”; it can have type, class, values, default and example.")
    kind = spec.get("type", "")
    is_list = isinstance(kind, str) and kind.startswith("list of ")
    kind = kind.removeprefix("list of ") if isinstance(kind, str) else kind
    if kind not in TYPES:
        raise QueryFileError(
            f"{name}: the parameter “{key}” has the type {spec.get('type')!r}; it can be {', '.join(TYPES)}, or a list of one."
        )
    values = spec.get("values", [])
    if (kind == "enum") != bool(values) or not all(isinstance(v, str) for v in values):
        raise QueryFileError(f"{name}: an enum, and nothing else, lists its values: see the parameter “{key}”.")
    parameter = Parameter(
        name=key,
        type=kind,
        is_list=is_list,
        klass=spec.get("class"),
        values=tuple(values),
        default=None if spec.get("default") is None else _as_typed(spec["default"]),
        example=None if spec.get("example") is None else _as_typed(spec["example"]),
    )
    for text in (parameter.default, parameter.example):
        if text is not None:
            try:
                parameter.convert(text)
            except ParameterError as error:
                raise QueryFileError(f"{name}: {error}") from error
    return parameter


def _as_typed(value: object) -> str:
    """The text that a person would type for a TOML value."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ",".join(map(_as_typed, value))
    return str(value)


def _check_tokens(query: NamedQuery) -> None:
    """Refuse each ``$name`` that is undeclared, projected, assigned or misplaced, and parameters that nothing uses."""
    seen: set[str] = set()
    before: list[str] = []  # the two tokens before this one, and the open brackets around it
    open_brackets: list[str] = []
    projection: int | None = None  # how many brackets were open at a SELECT whose "{" has not come yet
    all_tokens = list(sparql.tokens(query.text))
    variables = {token.text[1:] for token in all_tokens if token.kind == "variable" and token.text[0] == "?"}
    for index, token in enumerate(all_tokens):
        following = all_tokens[index + 1].text if index + 1 < len(all_tokens) else ""
        if token.kind == "word" and token.text.upper() == "SELECT":
            projection = len(open_brackets)
        if token.kind == "variable" and token.text[0] == "$":
            key = token.text[1:]
            if key not in query.params:
                raise _misused(query, token, "is not declared in the header; declare it, or write ?" + key + " if it is a variable")
            if key in variables:
                raise _misused(query, token, f"is also used as ?{key}, which SPARQL takes for the same variable; rename one")
            if projection == len(open_brackets):
                raise _misused(query, token, "is projected; a parameter is a value, not a column")
            previous = before[-1].upper() if before else ""
            if previous in {"AS", "VALUES"} or _in_values_list(before):
                raise _misused(query, token, "is assigned; a parameter already has its value")
            parameter = query.params[key]
            if parameter.is_list and not (before[-2:] and before[-1] == "(" and before[-2].upper() == "IN" and following == ")"):
                raise _misused(query, token, "is a list, and a list stands in IN ($" + key + ")")
            seen.add(key)
        elif token.kind == "mark" and token.text in "({[":
            open_brackets.append(token.text)
            if token.text == "{":
                projection = None
        elif token.kind == "mark" and token.text in ")}]" and open_brackets:
            open_brackets.pop()
        before.append(token.text)
    unused = [key for key in query.params if key not in seen]
    if unused:
        raise QueryFileError(f"{query.name}: the parameter “{unused[0]}” is declared and never used.")


def _in_values_list(before: list[str]) -> bool:
    """Whether the tokens before stand inside the variable list of ``VALUES (?a …)``."""
    for index in range(len(before) - 1, -1, -1):
        if before[index] == "(":
            return index > 0 and before[index - 1].upper() == "VALUES"
        if before[index][0] not in "?$":
            return False
    return False


def _misused(query: NamedQuery, token: sparql.Token, what: str) -> QueryFileError:
    line, column = sparql.position(query.text, token.start)
    return QueryFileError(f"{query.name}, line {line}, column {column}: {token.text} {what}.")


class Catalogue(Mapping[str, NamedQuery]):
    """The named queries of the bundle, by name, sorted; each file is read when it is first asked for."""

    def __init__(self) -> None:
        self._files = {path.rpartition("/")[2].removesuffix(".rq"): file for path, file in walk("queries", ".rq")}
        self._read: dict[str, NamedQuery] = {}

    def __repr__(self) -> str:
        return f"<Catalogue of {len(self)} named queries: {', '.join(self)}>"

    def __getitem__(self, name: str) -> NamedQuery:
        """The query of this name.

        :raises UnknownQueryError: with the nearest names, if there is none.
        """
        if name not in self._files:
            raise UnknownQueryError(name, self._files, hint="“clayonto queries” lists them all.")
        if name not in self._read:
            self._read[name] = NamedQuery.parse(self._files[name].read_bytes().decode(), name=name)
        return self._read[name]

    def __contains__(self, name: object) -> bool:
        return name in self._files

    def __iter__(self) -> Any:
        return iter(sorted(self._files))

    def __len__(self) -> int:
        return len(self._files)


def queries() -> Catalogue:
    """The catalogue of the bundled named queries.

    >>> "project-partners" in queries()
    True
    """
    return Catalogue()
