"""Answers of an engine: which questions may be put to it, and what it gives, as rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from clayonto import sparql, tsv
from clayonto.engines.base import ColumnEngine
from clayonto.errors import ParameterError, UnknownTermError, UsageError
from clayonto.namespaces import expand, shorten
from clayonto.results import TRIPLE_COLUMNS, Rows, RowStream, sort_key
from clayonto.templates import looked_through
from clayonto.terms import IRI, render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clayonto.engines.base import Engine
    from clayonto.query import NamedQuery
    from clayonto.remote.federation import Services


class Answers:
    """What an engine answers; :class:`clayonto.KnowledgeGraph` says what each call takes and gives.

    :param base: what relative IRIs in questions are relative to.
    :param services: whom SERVICE may ask.
    """

    def __init__(self, engine: Engine, *, base: str, services: str | Iterable[str] = ()) -> None:
        self._engine = engine
        # To tell takes as long as a lookup does.
        self._columns = engine if isinstance(engine, ColumnEngine) else None
        self._base = base
        self._services = _services(services)

    def run(self, named: NamedQuery, params: dict[str, object], *, bundled: bool) -> Rows:
        """The answer to a named query.

        :param bundled: whether it is one of the package's, which are known to ask for nothing that they may not.
        """
        text = named.bind(params, base=self._base)
        if not bundled:
            text = self.admitted(text, written=named.text)
        self._check_things(named, params)
        return self.give(text, types=named.columns)

    def stream(self, query: str | NamedQuery, params: dict[str, object]) -> RowStream:
        """The rows of a SELECT while they arrive."""
        if isinstance(query, str):
            text, types = self.admitted(query), None
        else:
            text, types = self.admitted(query.bind(params, base=self._base), written=query.text), query.columns
            self._check_things(query, params)
        if sparql.form(text) != "select":
            raise UsageError("Rows of a SELECT can stream; ask anything else with query().")
        stream = getattr(self._engine, "stream", None)
        if stream is None:
            return self._selected(text, types).stream()
        lines = stream(text, base=self._base)
        booleans = [i for i, name in enumerate(lines.columns) if types and types.get(name) == "boolean"]
        read = (tsv.with_booleans(line, booleans) for line in lines) if booleans else lines
        return RowStream(lines.columns, read, engine=self._engine.name, close=lines.close)

    def give(self, text: str, *, types: Any = None) -> Rows:
        """The answer to a query that may be put.

        :param types: column name to declared type.
        """
        form = looked_through(text).of(sparql.form)
        if form == "select":
            return self._selected(text, types)
        if form == "ask":
            return Rows(("answer",), [(self._engine.ask(text, base=self._base),)], engine=self._engine.name, form=form)
        triples = sorted(self._engine.construct(text, base=self._base), key=sort_key)
        return Rows(TRIPLE_COLUMNS, triples, engine=self._engine.name, form=form)

    def admitted(self, text: str, *, written: str | None = None) -> str:
        """The query to run, with the answers of its services in it, if it may be run.

        :param written: the query as its file has it, without the values of its parameters, which may hold any word.
        """
        if self._services and any(token.kind == "word" and token.text.upper() == "SERVICE" for token in sparql.tokens(text)):
            return self._services.resolve(text, base=self._base, local=lambda query: self._engine.select(query, base=self._base))
        query = looked_through(text if written is None else written)
        if query.of(sparql.is_guarded) or query.may_have("service", "from"):
            sparql.refuse_unsafe(query.text)
        return text

    def _with_booleans(self, solutions: bytes, types: Mapping[str, str]) -> bytes:
        """Solutions in whose columns of booleans 1 and 0 are such: some stores have no others."""
        if not self._engine.stored or "boolean" not in types.values():
            return solutions
        booleans = [i for i, name in enumerate(tsv.columns(solutions)) if types.get(name) == "boolean"]
        lines = [solutions.partition(b"\n")[0].decode(), *(tsv.with_booleans(line, booleans) for line in tsv.lines(solutions))]
        return ("\n".join(lines) + "\n").encode()

    def _selected(self, text: str, types: Any) -> Rows:
        engine, name = self._engine, self._engine.name
        if self._columns is not None:
            table = self._columns.table(text, base=self._base)
            if table is not None:
                return Rows.from_columns(table, engine="columnar", types=types)
            name = self._columns.behind
        return Rows.from_tsv(self._with_booleans(engine.select(text, base=self._base), types or {}), engine=name, types=types)

    def _check_things(self, named: NamedQuery, params: dict[str, object]) -> None:
        """Refuse an IRI parameter whose thing is not of the declared class: an empty answer would hide a typing error."""
        for key, parameter in named.params.items():
            if parameter.klass is None or parameter.is_list or params.get(key, parameter.default) is None:
                continue
            thing = str(parameter.convert(params.get(key, parameter.default), base=self._base))
            klass = render(IRI(expand(parameter.klass)))
            members = f"?thing a/rdfs:subClassOf* {klass}"
            if not self.give(f"ASK {{ VALUES ?thing {{ {render(IRI(thing))} }} {members} }}"):
                known = [shorten(row[0], base=self._base) for row in self.give(f"SELECT DISTINCT ?thing {{ {members} }}")]
                error = UnknownTermError(shorten(thing, base=self._base), known)
                raise ParameterError(
                    f"The parameter “{key}” takes a {parameter.klass}. {error}", query=named.name, parameter=key
                ) from error


def _services(given: str | Iterable[str]) -> Services | None:
    """Whom SERVICE may ask; one place may come without a list, whose letters would be taken for hosts otherwise."""
    allowed = (given,) if isinstance(given, str) else tuple(given)
    if not allowed:
        return None
    from clayonto.remote.federation import Services

    return Services(allowed)
