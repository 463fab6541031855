"""Lists of things: by class, with CSV, and of all by their first letter."""

from __future__ import annotations

import csv
import io
from functools import partial
from typing import TYPE_CHECKING, Final

from clayonto.namespaces import shorten
from clayonto.publish.front import ordered, plural
from clayonto.publish.index import TYPE, curie, literal
from clayonto.publish.layout import Layout
from clayonto.publish.markup import table, words
from clayonto.publish.ordering import sort_key
from clayonto.publish.paths import segment, url
from clayonto.publish.survey import PARTNERS
from clayonto.publish.units import Later
from clayonto.publish.values import Values
from clayonto.publish.wording import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clayonto.locales import Language
    from clayonto.publish.site import Site
    from clayonto.publish.units import File

MOST_ROWS: Final = 150
"""How many things a page of a list has."""
_COLUMNS: Final = tuple(
    map(
        curie,
        (
            "clay:acronym", "clay:underProgramme", "clay:programmingPeriod", "org:classification", "clay:country", "clay:formedUnder", "clay:sector",
            "clay:nutsUnit", "dct:identifier", "dct:isPartOf", "skos:inScheme", "dct:language", "dct:temporal",
        ),
    )
)  # fmt: skip
"""What a list shows beside the name, if half of its things have it; three columns at most."""
_TEXTS: Final = tuple(map(curie, ("skos:definition", "dct:description")))


def files(site: Site) -> Iterator[File]:
    """The lists and their CSV files."""
    for lang in site.languages:
        layout = Layout(site, lang)
        values = Values(site, lang, layout.say)
        for kind in ordered(site):
            yield from _by_class(layout, values, kind, site.survey.by_name(site.classes[kind], lang))
        yield from _by_letter(layout, values)
    for kind in ordered(site):
        yield Later(f"list/{site.slugs[kind]}.csv", (), partial(_csv, site, site.classes[kind]))


def given(site: Site) -> tuple[object, ...]:
    """What the lists are made from besides what they read of things."""
    survey = site.survey
    return tuple(survey.ways), tuple((key, tuple(sorted(facet.kinds))) for key, facet in survey.facets.items())


def pages(layout: Layout, total: int, number: int, stem: str) -> str:
    """Links to the page before and after."""
    last = max(1, -(-total // MOST_ROWS))
    if last == 1:
        return ""
    say = layout.say
    before = f'<a rel="prev" href="{_file(stem, number - 1)}">{say["previous"]}</a>' if number > 1 else ""
    after = f'<a rel="next" href="{_file(stem, number + 1)}">{say["next"]}</a>' if number < last else ""
    return f'<p class="pages">{before}<span>{say["page"].format(n=number, of=last)}</span>{after}</p>'


def _file(stem: str, number: int) -> str:
    return f"{url(stem)}.html" if number == 1 else f"{url(stem)}-{number}.html"


def _by_class(layout: Layout, values: Values, kind: str, things: Sequence[str]) -> Iterator[File]:
    site, say, lang = layout.site, layout.say, layout.lang
    slug, title = site.slugs[kind], plural(site, kind, lang)
    sample = things[:MOST_ROWS]
    columns = [c for c in _COLUMNS if 2 * sum(c in site.index.out[t] for t in sample) >= len(sample)][:3]
    head = [
        (say["name"], False),
        *((words(PROPERTIES[c][lang == "fi"] if c in PROPERTIES else _capital(site.name(c, lang))), False) for c in columns),
    ]
    ways = _ways(layout, kind)
    last = len(range(0, len(things), MOST_ROWS))

    def page(number: int, file: str, shown: Sequence[str]) -> bytes:
        rows = []
        for thing in shown:
            cells = "".join(f"<td>{_cell(values, site, thing, column)}</td>" for column in columns)
            rows.append(f"<tr><th scope=row>{values.link(thing, '../')}</th>{cells}</tr>")
        body = [
            layout.crumbs("../", (f"{url(slug)}/index.html", words(title))),
            f"<h1>{words(title)}</h1>\n",
            _definition(site, kind, lang),
            f'<p class=note>{say["list_of"].format(n=len(things))} <a href="../../list/{url(slug)}.csv" type="text/csv">{say["download_csv"]}</a></p>\n',
            ways,
            table(head, rows),
            pages(layout, len(things), number, "index"),
        ]
        return layout.page(file, "".join(body), title=title if number == 1 else f"{title} ({number})", description=title)

    for number in range(1, last + 1):
        shown = tuple(things[(number - 1) * MOST_ROWS : number * MOST_ROWS])
        file = f"{slug}/index.html" if number == 1 else f"{slug}/index-{number}.html"
        yield Later(f"{lang}/{file}", (tuple(head), len(things), title, ways, shown), partial(page, number, file, shown))


def _ways(layout: Layout, kind: str) -> str:
    """Links to the other ways in which things of a class are listed."""
    survey, say = layout.site.survey, layout.say
    known = {"way_map": kind in PARTNERS, "way_network": kind in PARTNERS}
    known |= {f"way_{key}": kind in facet.kinds for key, facet in survey.facets.items()}
    links = [f'<li><a href="../{place}">{say[key]}</a></li>' for key, place in survey.ways if known[key]]
    return f'<nav aria-label="{say["ways"]}"><ul class="also ways">{"".join(links)}</ul></nav>\n' if links else ""


def _definition(site: Site, kind: str, lang: Language) -> str:
    said = site.index.objects(kind, _TEXTS[0]) if kind else []
    if not said:
        return ""
    told, tag, _ = literal(next((o for o in said if o.endswith(f'"@{lang}')), said[0]))
    return f"<p class=lead>{words(told, tag, lang)}</p>\n"


def _cell(values: Values, site: Site, thing: str, column: str) -> str:
    objects = values.in_language(site.index.objects(thing, column))
    told = [values.period(o) or values.value(o, "../") if o[0] == "<" else values.value(o, "../") for o in objects[:4]]
    return ", ".join(told) + (" …" if len(objects) > 4 else "")


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]


def _csv(site: Site, things: Sequence[str]) -> bytes:
    """All that is said of things of a class themselves: a row for each, a column for each property, several values parted by a bar."""
    used = sorted({p for t in things for p in site.index.out[t] if p != TYPE}, key=lambda p: shorten(p[1:-1]))
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["iri", *(f"label_{lang}" for lang in site.languages), "page", *(shorten(p[1:-1]) for p in used)])
    for thing in things:
        labels = [site.label(thing, lang).text for lang in site.languages]
        cells = [" | ".join(literal(o)[0] if o[0] == '"' else o[1:-1] for o in site.index.objects(thing, p)) for p in used]
        writer.writerow([thing[1:-1], *labels, site.url(site.html(site.pages[thing].path, site.languages[0])), *cells])
    return out.getvalue().encode()


def _by_letter(layout: Layout, values: Values) -> Iterator[File]:
    site, say, lang = layout.site, layout.say, layout.lang
    found = by_letter(site, lang)
    signs = letters(layout, found, "")

    def page(sign: str, number: int, file: str, shown: Sequence[str]) -> bytes:
        items = "".join(
            f"<li>{values.link(t, '../')} <span class=note>{words(site.name(site.pages[t].kind, lang)) if site.pages[t].kind else ''}</span></li>"
            for t in shown
        )
        body = (
            f"{layout.crumbs('../', ('search.html', say['search']))}<h1>{say['az']}: {words(sign)}</h1>{signs}"
            f'<ul class="cols">{items}</ul>{pages(layout, len(found[sign]), number, letter_file(sign))}'
        )
        title = f"{say['az']}: {sign} ({number})" if number > 1 else f"{say['az']}: {sign}"
        return layout.page(file, body, title=title, counterpart="search.html")

    for sign, things in found.items():
        stem = letter_file(sign)
        for start in range(0, len(things), MOST_ROWS):
            number = start // MOST_ROWS + 1
            shown = tuple(things[start : start + MOST_ROWS])
            file = f"az/{stem}.html" if number == 1 else f"az/{stem}-{number}.html"
            yield Later(f"{lang}/{file}", (tuple(found), len(things), shown), partial(page, sign, number, file, shown))


def by_letter(site: Site, lang: Language) -> dict[str, list[str]]:
    """All things with pages by first letter, sorted."""
    found: dict[str, list[str]] = {}
    for term, sign in site.survey.order(lang).items():
        found.setdefault(sign, []).append(term)
    return {sign: found[sign] for sign in sorted(found, key=lambda s: (s == "#", sort_key(s, lang)))}


def letter_file(sign: str) -> str:
    """The file of a letter, without its ending."""
    return "other" if sign == "#" else segment(sign.lower())


def letters(layout: Layout, found: dict[str, list[str]], folder: str) -> str:
    """Links to the letters."""
    items = "".join(f'<li><a href="{folder}{url(letter_file(sign))}.html">{words(sign)}</a></li>' for sign in found)
    return f'<nav aria-label="{layout.say["letters"]}"><ul class="letters">{items}</ul></nav>'
