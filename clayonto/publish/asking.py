"""Asking the named queries for a site: what each is asked for, which have to be asked again, and who asks them."""

from __future__ import annotations

import gc
import json
import zlib
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from clayonto import sparql
from clayonto.engines.later import LaterEngine
from clayonto.engines.oxigraph import OxigraphEngine
from clayonto.errors import ParameterError
from clayonto.namespaces import expand
from clayonto.processes import Beside, Prepared
from clayonto.publish.excerpts import Excerpt, wanted
from clayonto.publish.index import TYPE, curie
from clayonto.publish.readings import Reading, readings, terms
from clayonto.publish.relevance import concerns
from clayonto.publish.units import beside

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from clayonto.graph import KnowledgeGraph
    from clayonto.publish.excerpts import Wanted
    from clayonto.publish.site import Site
    from clayonto.query import NamedQuery, Parameter
    from clayonto.results import Rows


_BELOW: Final = curie("rdfs:subClassOf")


class Answer:
    """A query, the values it was answered for, and its rows in each language. ``asked`` says what was asked."""

    def __init__(self, query: NamedQuery, values: Mapping[str, str], asked: str, rows: Mapping[str, Rows | None] | None = None) -> None:
        """Know a question.

        :param rows: language to rows, where they are at hand; else they come from what is ``known``.
        """
        self.query = query
        self.values = values
        self.asked = asked
        self.known: dict[str, _Known] = {}
        """What is known of the answer in each language, or under the empty text where it is the same in all."""
        self._rows: dict[str, Rows | None] = dict(rows or {})

    @property
    def said(self) -> str:
        """What tells this answer from others."""
        return " ".join(self.known[lang].said for lang in sorted(self.known))

    def said_in(self, lang: str) -> str:
        """What tells the answer in a language from others."""
        return self.known.get(lang, self.known.get("", _NOTHING)).said

    def is_there(self, lang: str) -> bool:
        """Whether there are rows in a language, though perhaps none in number: the graph has what is asked about."""
        return self._rows[lang] is not None if lang in self._rows else bool(self.known.get(lang, self.known.get("", _NOTHING)).packed)

    def rows(self, lang: str) -> Rows | None:
        """The rows in a language; ``None`` where the graph has nothing to ask about."""
        if lang not in self._rows:
            self._rows[lang] = self.known.get(lang, self.known.get("", _NOTHING)).rows(self.query)
        return self._rows[lang]

    def text(self, site: Site, lang: str) -> str:
        """The SPARQL that was asked, in a language."""
        spoken = {"lang": lang} if "lang" in self.query.params else {}
        return published(site, self.query.bind({**self.values, **spoken}, base=site.data_base))


class _Known(NamedTuple):
    """What is kept of an answer in a language.

    It is how the query reads the data, the published names of the terms in it, what tells the answer from others, and its rows as packed TSV (empty
    where there was nothing to ask about), with the engine that gave them.
    """

    plan: list[tuple[Any, ...]]
    names: dict[str, str]
    said: str
    packed: bytes
    engine: str

    def rows(self, query: NamedQuery) -> Rows | None:
        """The rows of the query that it was."""
        from clayonto.results import Rows

        return Rows.from_tsv(zlib.decompress(self.packed), engine=self.engine, types=query.columns) if self.packed else None


_NOTHING: Final = _Known([], {}, "", b"", "")


def published(site: Site, query: str) -> str:
    """A query as it runs on the published data: things under their published names, and no header."""
    parts, end = [], 0
    for token in sparql.tokens(query):
        if token.kind == "iri":
            parts += [query[end : token.start], site.public(token.text)]
            end = token.start + len(token.text)
    whole = "".join([*parts, query[end:]])
    return "\n".join(line for line in whole.split("\n") if not line.startswith("#+")).strip()


def ask(
    graph: KnowledgeGraph, site: Site, *, keep: bool = True, only: str = "", asker: Asker | None = None, plain: Collection[str] = ()
) -> dict[str, Answer]:
    """The answer to each bundled query, for its examples, or for the first thing of the class where the graph has no such example.

    After an earlier build, only what has changed since and bears on an answer has it asked again.

    :param keep: whether to leave for the next build what it needs for that, which takes longer than the answers do.
    :param only: the name of the one query to ask, if not all of them.
    :param asker: who asks the graph; in this process by default.
    :param plain: the graphs of those of its files that are canonical N-Triples as they are, where an asker may leave out lines that bear on no answer.
    """
    return asking(graph, site, keep=keep, only=only, asker=asker, plain=plain)()


def asking(
    graph: KnowledgeGraph, site: Site, *, keep: bool = True, only: str = "", asker: Asker | None = None, plain: Collection[str] = ()
) -> Callable[[], dict[str, Answer]]:
    """The same begun: an asker in a process of its own is at work when this returns. What it returns waits for the answers."""
    before: Mapping[str, tuple[str, dict[str, tuple[Any, ...]]]] = site.memory.get("answers", {})
    changed = site.changed
    graphs = (site.index, beside(changed)) if changed is not None else ()

    def names(plan: list[tuple[Any, ...]]) -> dict[str, str]:
        return {term: site.public(term) for one in plan for term in terms(Reading(*one))} if site.config.renamed else {}

    def as_it_was(question: _Question) -> _Known | None:
        known = question.before
        if changed is None or known is None or not known.plan or known.names != names(known.plan):
            return None
        triples = (*changed.added, *changed.removed)
        return None if concerns([Reading(*one) for one in known.plan], triples, graphs, known.names) else known

    questions = []
    for query in (graph.queries[only],) if only else graph.queries.values():
        values = _values(site, query)
        asked = _asked(query, values, site)
        asked_before, known_before = before.get(query.name, ("", {}))
        for lang in site.languages if "lang" in query.params else ("",):
            known = _Known(*known_before[lang]) if asked_before == asked and lang in known_before else None
            questions.append(_Question(query, values, asked, lang, known))
    kept = [as_it_was(one) for one in questions]
    who = asker or asker_of(graph, apart=False)
    anew = [one for one, known in zip(questions, kept, strict=True) if known is None]
    if anew:
        who.go(_Asking([(one.query.name, one.spoken) for one in anew], _wanted(anew, base=graph.base) if plain else None, plain))

    def answered() -> dict[str, Answer]:
        # The queries are read meanwhile. Their parser leaves hundreds of megabytes of objects that hold one another, which is best done in a small process.
        unread = [one for one in questions if keep and one.before is None]
        reading = Beside(lambda: _plans(unread, base=graph.base), apart=bool(unread))
        try:
            found = (_Known([], {}, *one) for one in (who.result() if anew else ()))
            read = iter(reading.result())
        finally:
            reading.stop()
        plans = [one.before.plan if one.before else next(read) if keep else [] for one in questions]
        given = [(known or next(found))._replace(plan=plan, names=names(plan)) for known, plan in zip(kept, plans, strict=True)]
        made: dict[str, Answer] = {}
        for question, known in zip(questions, given, strict=True):
            made.setdefault(question.query.name, Answer(question.query, question.values, question.asked)).known[question.lang] = known
        if keep:
            site.memory["answers"] = {
                name: (one.asked, {lang: tuple(known) for lang, known in one.known.items()}) for name, one in made.items()
            }
        return made

    return answered


class _Asking(NamedTuple):
    """Names of queries with their values, and which lines of which plain files they can match; ``None`` if all are to be read."""

    questions: Sequence[tuple[str, Mapping[str, str]]]
    wanted: Wanted | None
    plain: Collection[str]


Asker: TypeAlias = "Prepared[_Asking | str, Any]"
"""Takes questions; gives for each what tells its answer from others, its rows packed, and the engine that gave them.

Of the text of any query it gives the solutions.
"""


def asker_of(graph: KnowledgeGraph, *, apart: bool) -> Asker:
    """One who asks a graph.

    :param apart: in a process of its own, which reads the graph's files when it is told to begin, or knows what it is asked.
    """
    return Prepared(graph.ready, _Answering(graph).answered, apart=apart)


class _Answering:
    """Answers of a graph, of which no more is read than they take."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._is_read = False

    def answered(self, asked: _Asking | str) -> Any:
        if isinstance(asked, str):
            self._is_read = True
            return self._graph.select(asked)
        some = self._graph if self._is_read else _excerpt(self._graph, asked)
        return _solved(self._graph.queries, some, asked.questions)


def _excerpt(graph: KnowledgeGraph, asked: _Asking) -> KnowledgeGraph:
    """A graph that gives the same answers, of as little as that takes."""
    if asked.wanted is None or graph.engine != OxigraphEngine.name:
        return graph
    some = (s._replace(file=Excerpt(s.name, asked.wanted)) if s.graph in asked.plain and not s.bundled else s for s in graph.sources)
    return type(graph)(some, engine=OxigraphEngine.name, base=graph.base)


class Asked(LaterEngine):
    """An engine that has no files of its own: an asker answers for it."""

    def __init__(self, asker: Asker) -> None:
        super().__init__()
        self._asker = asker

    def select(self, query: str, *, base: str) -> bytes:  # noqa: ARG002 - an asker has one
        """The solutions of a SELECT query."""
        self._asker.go(query)
        return bytes(self._asker.result())


def _solved(
    queries: Mapping[str, NamedQuery], graph: KnowledgeGraph, questions: Sequence[tuple[str, Mapping[str, str]]]
) -> list[tuple[str, bytes, str]]:
    from concurrent.futures import ThreadPoolExecutor

    def answer(question: tuple[str, Mapping[str, str]]) -> tuple[str, bytes, str]:
        name, values = question
        try:
            rows = graph.run(queries[name], **values)
        except ParameterError:
            # The graph has no thing of the class that is asked about.
            return "", b"", graph.engine
        solutions = rows.solutions()
        return sha256(solutions).hexdigest(), zlib.compress(solutions, 1), rows.engine

    # The default engine answers outside Python's lock, so that two questions are answered at once.
    with ThreadPoolExecutor(max_workers=2 if graph.engine == "oxigraph" else 1) as pool:
        return list(pool.map(answer, questions))


class _Question(NamedTuple):
    """A query with the values it is asked for, in a language (the empty text where it speaks none), and what was known of the answer to it before."""

    query: NamedQuery
    values: Mapping[str, str]
    asked: str
    lang: str
    before: _Known | None

    @property
    def spoken(self) -> dict[str, str]:
        """The values with the language."""
        return {**self.values, **({"lang": self.lang} if self.lang else {})}

    def things(self, base: str) -> Iterator[str]:
        """The IRIs of the things that are asked about."""
        for key, parameter in self.query.params.items():
            if parameter.klass is not None and not parameter.is_list and key in self.values:
                yield str(parameter.convert(self.values[key], base=base))


def _wanted(questions: Iterable[_Question], *, base: str) -> Wanted | None:
    """The lines of plain files that questions can match; ``None`` where that may be any."""
    read = [Reading(("?class", _BELOW, "?above"), ())]
    for question in questions:
        if question.before is None or not question.before.plan:
            return None
        read += [Reading(*one) for one in question.before.plan]
        # Whether a thing that is asked about is of the class that it should be of is looked up as well.
        read += [Reading((f"<{thing}>", TYPE, "?class"), ()) for thing in question.things(base)]
    return wanted(read)


def unanswered(site: Site, queries: Iterable[NamedQuery]) -> dict[str, Answer]:
    """Questions with the values that they are asked for, for what leads to them and needs no answer: there are no rows."""
    chosen = ((query, _values(site, query)) for query in queries)
    return {query.name: Answer(query, values, _asked(query, values, site)) for query, values in chosen}


def _values(site: Site, query: NamedQuery) -> dict[str, str]:
    """What a question is asked for."""
    return {key: value for key, p in query.params.items() if key != "lang" and (value := _example(site, p)) is not None}


def _asked(query: NamedQuery, values: Mapping[str, str], site: Site) -> str:
    """What is asked, and which of the things that are asked about are there."""
    there = [
        key for key, value in values.items() if query.params[key].type == "iri" and not query.params[key].is_list and _is_there(site, value)
    ]
    return json.dumps([query.text, values, sorted(there), list(site.languages)], ensure_ascii=False)


def _is_there(site: Site, value: str) -> bool:
    term = site.public(f"<{expand(str(value), base=site.data_base)}>")
    return term in site.index.out or term in site.index.back


def _plans(questions: Iterable[_Question], *, base: str) -> list[list[tuple[Any, ...]]]:
    made = []
    for question in questions:
        made.append(_plan(question.query, question.spoken, base=base))
        gc.collect()
    return made


def _plan(query: NamedQuery, values: Mapping[str, str], *, base: str) -> list[tuple[Any, ...]]:
    """How a query reads the data, in a form that can be kept; empty if that cannot be told."""
    try:
        read = readings(query.bind(values, base=base), base=base)
    except ParameterError:
        return []
    return [tuple(one) for one in read or ()]


def _example(site: Site, parameter: Parameter) -> str | None:
    given = parameter.example if parameter.example is not None else parameter.default
    if (
        parameter.klass is None
        or given is None
        or parameter.is_list
        or site.public(f"<{expand(str(given), base=site.data_base)}>") in site.index.out
    ):
        return given
    things = site.classes.get(f"<{expand(parameter.klass)}>")
    return f"<{site.original(things[0])[1:-1]}>" if things else given
