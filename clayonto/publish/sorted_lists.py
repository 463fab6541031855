"""Lists of things by programme, region, year and subject: the values of each way to sort, and the things of each value, with CSV."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Final

from clayonto.publish.drawing import Bar, columns
from clayonto.publish.facets import lists_things_of
from clayonto.publish.index import curie, literal
from clayonto.publish.layout import Layout
from clayonto.publish.lists import MOST_ROWS, pages
from clayonto.publish.markup import table, words
from clayonto.publish.ordering import sort_key
from clayonto.publish.paths import url
from clayonto.publish.units import Later
from clayonto.publish.values import END, START, Values
from clayonto.publish.wording import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clayonto.publish.facets import Facet
    from clayonto.publish.parts import Context
    from clayonto.publish.site import Site
    from clayonto.publish.units import File

_MOST_BELOW: Final = 60
"""How many of the values under another its list names."""
_TEMPORAL: Final = curie("dct:temporal")


def files(site: Site) -> Iterator[File]:
    """The lists in each language, and a CSV file of each."""
    for lang in site.languages:
        made = _Lists(site, Layout(site, lang))
        for facet in site.survey.facets.values():
            yield from made.of(facet)
    for facet in site.survey.facets.values():
        yield f"list/by/{facet.key}.csv", _values_csv(site, facet)
        for value, things in facet.things.items():
            yield Later(f"list/by/{facet.key}/{folder(site, value)}.csv", tuple(things), partial(_csv, site, things))


def given(site: Site) -> object:
    """What the lists are made from besides what they read of things."""
    return site.survey.sorted


def folder(site: Site, value: str) -> str:
    """Where a value's list lies below that of its way to sort."""
    return site.paths[value] if value[0] == "<" else value


def listed(context: Context) -> str:
    """Where all is listed that a page's thing is a programme, a region or a subject of; the empty text where nothing is."""
    key = lists_things_of(context.site, context.page)
    if not key:
        return ""
    link = f"{context.near}by/{key}/{url(folder(context.site, context.page.term))}/index.html"
    return f'<p><a href="{link}">{context.say["listed"]} ({context.say[f"way_{key}"].lower()})</a></p>'


class _Lists:
    def __init__(self, site: Site, layout: Layout) -> None:
        self.site, self.layout, self.lang, self.say = site, layout, layout.lang, layout.say
        self.values = Values(site, layout.lang, layout.say)

    def name(self, value: str) -> str:
        """What a value is called, as text."""
        return self.site.name(value, self.lang) if value[0] == "<" else value

    def of(self, facet: Facet) -> Iterator[File]:
        """The pages of one way to sort."""
        key, title = facet.key, self.say[f"way_{facet.key}"]
        rows, drawn = [], []
        for value, depth in self.in_order(facet):
            count, name = len(facet.things[value]), self.name(value)
            indent = f' class="in{min(depth, 3)}"' if depth else ""
            rows.append(
                f'<tr><th scope=row{indent}><a href="{url(folder(self.site, value))}/index.html">{words(name)}</a></th><td class=n>{count}</td></tr>'
            )
            drawn.append(Bar(name, count, str(count)))
        lead = self.say[f"{key}_lead"]
        for start in range(0, len(rows), MOST_ROWS):
            number = start // MOST_ROWS + 1
            body = [
                self.layout.crumbs("../../", (f"by/{key}/index.html", title)),
                f"<h1>{title}</h1>\n<p class=lead>{lead}</p>\n",
                columns(drawn, title=title) if key == "year" and number == 1 else "",
                f'<p class=note><a href="../../../list/by/{key}.csv" type="text/csv">{self.say["download_csv"]}</a></p>\n',
                table([(self.say[key], False), (self.say["count"], True)], rows[start : start + MOST_ROWS]),
                pages(self.layout, len(rows), number, "index"),
            ]
            file = f"by/{key}/index.html" if number == 1 else f"by/{key}/index-{number}.html"
            told = title if number == 1 else f"{title} ({number})"
            yield f"{self.lang}/{file}", self.layout.page(file, "".join(body), title=told, description=lead)
        below = _below(facet)
        for value in facet.things:
            yield from self.list(facet, value, below.get(value, ()))

    def in_order(self, facet: Facet) -> Iterator[tuple[str, int]]:
        """The values with how deep they lie: years in time, others by name, each followed by what is under it."""
        below = _below(facet)
        pending = [(value, 0) for value in self.by_name(below.get("", ()))[::-1]]
        seen: set[str] = set()
        while pending:
            value, depth = pending.pop()
            if value not in seen:
                seen.add(value)
                yield value, depth
                pending += [(one, depth + 1) for one in self.by_name(below.get(value, ()))[::-1]]
        # What is under itself has no first one.
        for value in self.by_name([one for one in facet.things if one not in seen]):
            yield value, 0

    def by_name(self, terms: Sequence[str]) -> list[str]:
        """Terms as a reader looks for them."""
        return sorted(terms, key=lambda t: (sort_key(self.name(t), self.lang), t))

    def list(self, facet: Facet, value: str, below: Sequence[str]) -> Iterator[File]:
        """The pages of one value; ``below`` has the values under it."""
        site, say, key, things = self.site, self.say, facet.key, facet.things[value]
        where = f"by/{key}/{folder(site, value)}"
        near = "../" * (where.count("/") + 1)
        name, way = self.name(value), say[f"way_{key}"]
        title = f"{say[key]}: {name}"
        steps = [(f"by/{key}/index.html", way)]
        above, passed = facet.above.get(value), {value}
        over = []
        while above is not None and above not in passed:
            passed.add(above)
            over.append((f"by/{key}/{url(folder(site, above))}/index.html", words(self.name(above))))
            above = facet.above.get(above)
        steps += [*over[::-1], (f"{url(where)}/index.html", words(name))]
        named = [
            f'<a href="{near}by/{key}/{url(folder(site, one))}/index.html">{words(self.name(one))}</a> ({len(facet.things[one])})'
            for one in self.by_name(below)[:_MOST_BELOW]
        ]
        if len(below) > _MOST_BELOW:
            named.append(say["more"].format(n=len(below) - _MOST_BELOW))
        parts = ", ".join(named)
        links = [f'<a href="{near}../list/{url(where)}.csv" type="text/csv">{say["download_csv"]}</a>']
        if value[0] == "<":
            links.insert(0, f"{say['about_value']}: {self.values.link(value, near)}")
        ordered = site.survey.by_name(things, self.lang)

        def page(number: int, file: str, shown: Sequence[str]) -> bytes:
            rows = [self.row(thing, near) for thing in shown]
            body = [
                self.layout.crumbs(near, *steps),
                f"<h1>{words(title)}</h1>\n<p class=note>{say['list_of'].format(n=len(things))} {' · '.join(links)}</p>\n",
                f"<p>{say['narrower']}: {parts}</p>\n" if parts else "",
                table([(say["name"], False), (say["kind"], False), (say["when"], False)], rows) if rows else f"<p>{say['nothing']}</p>",
                pages(self.layout, len(ordered), number, "index"),
            ]
            told = title if number == 1 else f"{title} ({number})"
            return self.layout.page(file, "".join(body), title=told, description=title)

        for start in range(0, max(len(ordered), 1), MOST_ROWS):
            number = start // MOST_ROWS + 1
            file = f"{where}/index.html" if number == 1 else f"{where}/index-{number}.html"
            shown = tuple(ordered[start : start + MOST_ROWS])
            yield Later(
                f"{self.lang}/{file}", (title, len(things), tuple(steps), parts, tuple(links), shown), partial(page, number, file, shown)
            )

    def row(self, thing: str, near: str) -> str:
        """A thing in a list: its name, its class, and when it runs."""
        told = self.site.once(f"{self.lang} {thing}", partial(self.told, thing))
        return f"<tr><th scope=row>{self.values.link(thing, near)}</th>{told}</tr>"

    def kind(self, kind: str) -> str:
        """What one thing of a class is called, as text."""
        known = PROPERTIES.get(kind)
        name = known[self.lang == "fi"] if known else self.site.name(kind, self.lang) if kind else ""
        return name[:1].upper() + name[1:]

    def told(self, thing: str) -> str:
        """What a row says beside the name, which is the same in every list."""
        kind = self.site.pages[thing].kind
        when = ", ".join(told for one in (*self.site.index.objects(thing, _TEMPORAL)[:3], thing) if (told := self.values.period(one)))
        return f"<td>{words(self.kind(kind))}</td><td>{when}</td>"


def _below(facet: Facet) -> dict[str, list[str]]:
    """Value to the values under it; the empty text to those under none."""
    below: dict[str, list[str]] = {}
    for value in facet.things:
        below.setdefault(facet.above.get(value, ""), []).append(value)
    return below


def _values_csv(site: Site, facet: Facet) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([facet.key, *(f"label_{lang}" for lang in site.languages), "under", "things"])
    for value, things in facet.things.items():
        labels = [site.label(value, lang).text if value[0] == "<" else value for lang in site.languages]
        writer.writerow([value.strip("<>"), *labels, facet.above.get(value, "")[1:-1], len(things)])
    return out.getvalue().encode()


def _csv(site: Site, things: Sequence[str]) -> bytes:
    out = io.StringIO()
    csv.writer(out).writerow(["iri", *(f"label_{lang}" for lang in site.languages), "class", "start", "end"])
    out.writelines(site.once(f"csv {thing}", partial(_line, site, thing)) for thing in things)
    return out.getvalue().encode()


def _line(site: Site, thing: str) -> str:
    """A thing in a CSV file, which is the same in every one."""
    labels = [site.label(thing, lang).text for lang in site.languages]
    period = next((one for one in (*site.index.objects(thing, _TEMPORAL), thing) if site.index.objects(one, START)), thing)
    dates = [literal(said[0])[0] if (said := site.index.objects(period, p)) else "" for p in (START, END)]
    line = io.StringIO()
    csv.writer(line).writerow([thing[1:-1], *labels, site.pages[thing].kind[1:-1], *dates])
    return line.getvalue()
