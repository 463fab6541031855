"""The named queries as pages: each question with its answer as it was when the site was built, and the answer as CSV."""

from __future__ import annotations

import gc
import json
import zlib
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from clayonto import sparql
from clayonto.engines.later import LaterEngine
from clayonto.errors import ParameterError
from clayonto.namespaces import expand
from clayonto.processes import Beside, Prepared
from clayonto.publish.layout import Layout
from clayonto.publish.markup import shortened, table, text, words
from clayonto.publish.readings import Reading, readings, terms
from clayonto.publish.relevance import concerns
from clayonto.publish.sparql import PATH, link
from clayonto.publish.units import Each, beside
from clayonto.publish.values import Values
from clayonto.publish.wording import COLUMNS
from clayonto.results import show
from clayonto.terms import IRI, LangString, TypedLiteral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from clayonto.graph import KnowledgeGraph
    from clayonto.publish.site import Site
    from clayonto.query import NamedQuery, Parameter
    from clayonto.results import Rows

MOST_ROWS: Final = 100
"""How many rows of an answer a page shows; the CSV file has all."""


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


def ask(graph: KnowledgeGraph, site: Site, *, keep: bool = True, only: str = "", asker: Asker | None = None) -> dict[str, Answer]:
    """The answer to each bundled query, for its examples, or for the first thing of the class where the graph has no such example.

    After an earlier build, only what has changed since and bears on an answer has it asked again.

    :param keep: whether to leave for the next build what it needs for that, which takes longer than the answers do.
    :param only: the name of the one query to ask, if not all of them.
    :param asker: who asks the graph; in this process by default.
    """
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
    asker = asker or asker_of(graph, apart=False)
    anew = [(one.query.name, one.spoken) for one, known in zip(questions, kept, strict=True) if known is None]
    if anew:
        asker.go(anew)
    # The queries are read meanwhile. Their parser leaves hundreds of megabytes of objects that hold one another, which is best done in a small process.
    unread = [one for one in questions if keep and one.before is None]
    reading = Beside(lambda: _plans(unread, base=graph.base), apart=bool(unread))
    try:
        found = (_Known([], {}, *one) for one in (asker.result() if anew else ()))
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


Asker: TypeAlias = "Prepared[Sequence[tuple[str, Mapping[str, str]]] | str, Any]"
"""Takes names of queries with their values; gives for each what tells its answer from others, its rows packed, and the engine that gave them.

Of the text of any query it gives the solutions.
"""


def asker_of(graph: KnowledgeGraph, *, apart: bool) -> Asker:
    """One who asks a graph.

    :param apart: in a process of its own, which reads the graph's files first if they have not been read.
    """
    return Prepared(graph.ready, lambda asked: graph.select(asked) if isinstance(asked, str) else _solved(graph, asked), apart=apart)


class Asked(LaterEngine):
    """An engine that has no files of its own: an asker answers for it."""

    def __init__(self, asker: Asker) -> None:
        super().__init__()
        self._asker = asker

    def select(self, query: str, *, base: str) -> bytes:  # noqa: ARG002 - an asker has one
        """The solutions of a SELECT query."""
        self._asker.go(query)
        return bytes(self._asker.result())


def _solved(graph: KnowledgeGraph, questions: Sequence[tuple[str, Mapping[str, str]]]) -> list[tuple[str, bytes, str]]:
    from concurrent.futures import ThreadPoolExecutor

    def answer(question: tuple[str, Mapping[str, str]]) -> tuple[str, bytes, str]:
        name, values = question
        try:
            rows = graph.run(graph.queries[name], **values)
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


def index(site: Site) -> Iterator[tuple[str, bytes]]:
    """The list of the questions."""
    for lang in site.languages:
        layout = Layout(site, lang)
        say = layout.say
        items = "".join(
            f'<li class="term"><h2><a href="{name}.html">{words(a.query.title[lang])}</a></h2><p>{words(a.query.description[lang])}</p></li>'
            for name, a in sorted(site.answers.items(), key=lambda item: item[1].query.title[lang])
        )
        body = (
            f"{layout.crumbs('../', ('query/index.html', say['questions']))}<h1>{say['questions']}</h1>"
            f'<p class=lead>{say["questions_lead"]}</p><ul class="hits">{items}</ul>'
        )
        yield f"{lang}/query/index.html", layout.page("query/index.html", body, title=say["questions"], description=say["questions_lead"])


def _maker(site: Site) -> Callable[[tuple[str, Answer]], Iterator[tuple[str, bytes]]]:
    layouts = [Layout(site, lang) for lang in site.languages]
    values = [Values(site, layout.lang, layout.say) for layout in layouts]

    def made(item: tuple[str, Answer]) -> Iterator[tuple[str, bytes]]:
        name, answer = item
        for layout, told in zip(layouts, values, strict=True):
            yield f"{layout.lang}/query/{name}.html", page(layout, told, name, answer)
            rows = answer.rows(layout.lang)
            if rows is not None:
                yield f"{layout.lang}/query/{name}.csv", _published(site, rows).encode()

    return made


EACH: Final = Each(lambda site: ((f"query/{name}", (one.asked, one.said), (name, one)) for name, one in site.answers.items()), _maker)
"""The page of each question, and its answer as CSV."""


def _published(site: Site, rows: Rows) -> str:
    """The answer as CSV, its things under their published names."""
    if not site.config.renamed:
        return rows.to_csv()
    from clayonto.results import Rows as Table

    renamed = [[IRI(site.public(f"<{v}>")[1:-1]) if isinstance(v, IRI) else v for v in row] for row in rows]
    return Table(rows.columns, renamed, engine=rows.engine).to_csv()


def page(layout: Layout, values: Values, name: str, answer: Answer) -> bytes:
    """The page of a question with its answer in one language."""
    site, say, lang = layout.site, layout.say, layout.lang
    query = answer.query
    title, description = query.title[lang], query.description[lang]
    body = [
        layout.crumbs("../", ("query/index.html", say["questions"])),
        f"<h1>{words(title)}</h1>\n<p class=lead>{words(description)}</p>\n",
    ]
    asked = []
    for key, value in answer.values.items():
        told = _told(values, query.params[key], value)
        asked.append(f"<div><dt>{words(_title(key, lang))}</dt><dd>{told}</dd></div>")
    if asked:
        body.append(f'<section class="facts" aria-label="{say["parameters"]}"><dl>{"".join(asked)}</dl></section>\n')
    rows = answer.rows(lang)
    body.append(f'<h2 id="answer">{say["answer"]}</h2>\n')
    if not rows:
        body.append(f"<p>{say['no_rows']}</p>")
    else:
        count = say["row"] if len(rows) == 1 else say["rows"].format(n=len(rows))
        first = f" {say['first_rows'].format(n=MOST_ROWS)}" if len(rows) > MOST_ROWS else ""
        body.append(
            f'<p class=note>{count}.{first} <a href="{name}.csv" type="text/csv">{say["download_csv"]}</a></p>\n{_table(values, rows)}'
        )
    asked_text = answer.text(site, lang)
    body.append(f'<h2 id="query">{say["query_text"]}</h2>\n<pre tabindex="0"><code>{text(asked_text)}</code></pre>\n')
    if site.queryable:
        body.append(f'<p><a href="../{PATH}{link(asked_text)}">{say["edit_and_run"]}</a></p>\n')
    about = {"@type": "Dataset", "name": title, "description": description, "license": site.config.licence}
    return layout.page(f"query/{name}.html", "".join(body), title=title, description=description, about=about)


def _told(values: Values, parameter: Parameter, value: str) -> str:
    """What a question was answered for: things as links, and what stands for everything in words."""
    if value == parameter.default and value in ("owl:Thing", "0"):
        return values.say["everything"]
    if parameter.type != "iri":
        return words(value)
    things = [one.strip() for one in value.split(",")] if parameter.is_list else [value]
    terms = [(one, values.site.public(f"<{expand(one, base=values.site.data_base)}>")) for one in things]
    # Data of one's own may have nothing of what a question asks for unless told otherwise.
    return ", ".join(values.link(term, "../") if values.site.place(term, values.lang) else words(one) for one, term in terms)


def _table(values: Values, rows: Rows) -> str:
    # A column of IRIs whose labels stand in a column beside it is the link of that column.
    columns = [c for c in rows.columns if f"{c}_label" not in rows.columns]
    shown = rows[:MOST_ROWS]
    numeric = {
        c
        for c in columns
        if all(isinstance(row[c], int | Decimal | float) or row[c] is None for row in shown) and any(row[c] is not None for row in shown)
    }
    head = [(words(_title(c, values.lang)), c in numeric) for c in columns]
    lines = []
    for row in shown:
        cells = []
        for column in columns:
            link = (
                row[column.removesuffix("_label")] if column.endswith("_label") and column.removesuffix("_label") in rows.columns else None
            )
            cells.append(f"<td{' class=n' if column in numeric else ''}>{_cell(values, row[column], link, column)}</td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return table(head, lines)


def _title(column: str, lang: str) -> str:
    name = column.removesuffix("_label")
    told = COLUMNS.get(name, name).replace("_", " ") if lang == "fi" else name.replace("_", " ")
    return told[:1].upper() + told[1:]


def _cell(values: Values, value: Any, link: Any, column: str) -> str:
    if value is None:
        return ""
    if isinstance(link, IRI) and not isinstance(value, IRI):
        place = values.site.place(values.site.public(f"<{link}>"), values.lang)
        told = words(shortened(str(value)))
        return f'<a href="../{place[len(values.lang) + 1 :]}">{told}</a>' if place else told
    if isinstance(value, IRI):
        return values.link(values.site.public(f"<{value}>"), "../")
    if isinstance(value, bool):
        return values.say["yes" if value else "no"]
    if isinstance(value, int | Decimal):
        # A year is a number that nobody writes in threes.
        return str(value) if "year" in column or column in ("number", "round") else values.number(Decimal(value))
    if isinstance(value, LangString):
        return words(shortened(str(value)), value.language, values.lang)
    if isinstance(value, TypedLiteral):
        return values.date(str(value)) if value.datatype.endswith(("#gYear", "#gYearMonth")) else words(shortened(str(value)))
    return values.date(show(value)) if not isinstance(value, str) else words(shortened(value))
