"""The named queries as pages: each question with its answer as it was when the site was built, and the answer as CSV."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from clayonto.namespaces import expand
from clayonto.publish.layout import Layout
from clayonto.publish.markup import shortened, table, text, words
from clayonto.publish.sparql import PATH, link
from clayonto.publish.units import Each, Later
from clayonto.publish.values import Values
from clayonto.publish.wording import COLUMNS
from clayonto.results import show
from clayonto.terms import IRI, LangString, TypedLiteral

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clayonto.publish.asking import Answer
    from clayonto.publish.site import Site
    from clayonto.publish.units import File
    from clayonto.query import Parameter
    from clayonto.results import Rows

MOST_ROWS: Final = 100
"""How many rows of an answer a page shows; the CSV file has all."""


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


def _maker(site: Site) -> Callable[[tuple[str, Answer]], Iterator[File]]:
    layouts = [Layout(site, lang) for lang in site.languages]
    values = [Values(site, layout.lang, layout.say) for layout in layouts]

    def made(item: tuple[str, Answer]) -> Iterator[File]:
        name, answer = item
        for layout, told in zip(layouts, values, strict=True):
            lang, given = layout.lang, (answer.asked, answer.said_in(layout.lang))
            yield Later(f"{lang}/query/{name}.html", given, partial(page, layout, told, name, answer))
            if answer.is_there(lang):
                yield Later(f"{lang}/query/{name}.csv", given, partial(_csv, site, answer, lang))

    return made


EACH: Final = Each(lambda site: ((f"query/{name}", (one.asked, one.said), (name, one)) for name, one in site.answers.items()), _maker)
"""The page of each question, and its answer as CSV."""


def _csv(site: Site, answer: Answer, lang: str) -> bytes:
    """The answer as CSV, its things under their published names."""
    rows = answer.rows(lang)
    assert rows is not None
    if not site.config.renamed:
        return rows.to_csv().encode()
    from clayonto.results import Rows as Table

    renamed = [[IRI(site.public(f"<{v}>")[1:-1]) if isinstance(v, IRI) else v for v in row] for row in rows]
    return Table(rows.columns, renamed, engine=rows.engine).to_csv().encode()


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
