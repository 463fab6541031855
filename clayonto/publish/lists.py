"""Lists of things: by class, with CSV, and of all by their first letter."""

from __future__ import annotations

import csv
import io
import unicodedata
from typing import TYPE_CHECKING, Final

from clayonto.namespaces import shorten
from clayonto.publish.front import ordered, plural
from clayonto.publish.index import TYPE, curie, literal
from clayonto.publish.layout import Layout
from clayonto.publish.markup import table, words
from clayonto.publish.paths import segment, url
from clayonto.publish.survey import PARTNERS
from clayonto.publish.values import Values
from clayonto.publish.wording import PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clayonto.locales import Language
    from clayonto.publish.site import Site

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


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The lists and their CSV files."""
    for lang in site.languages:
        layout = Layout(site, lang)
        values = Values(site, lang, layout.say)
        for kind in ordered(site):
            things = sorted(site.classes[kind], key=lambda t: (sort_key(site.name(t, lang), lang), t))
            yield from _by_class(layout, values, kind, things)
        yield from _by_letter(layout, values)
    for kind in ordered(site):
        yield f"list/{site.slugs[kind]}.csv", _csv(site, site.classes[kind])


def sort_key(name: str, lang: str) -> str:
    """What a name is sorted by: case and accents do not count, but Finnish has å, ä and ö at the end.

    >>> sorted(["Öljy", "Zeta", "ähky", "Åbo"], key=lambda n: sort_key(n, "fi"))
    ['Zeta', 'Åbo', 'ähky', 'Öljy']
    """
    folded = name.casefold()
    if lang == "fi":
        folded = folded.translate({0xE5: "{1", 0xE4: "{2", 0xF6: "{3"})
    if not folded.isascii():
        folded = "".join(c for c in unicodedata.normalize("NFD", folded) if not unicodedata.combining(c))
    return folded.lstrip("\"'“”(«")


def letter(name: str, lang: str) -> str:
    """The letter that a name is found under; ``#`` for what starts with none."""
    first = name.lstrip("\"'“”(« ")[:1].upper()
    if lang == "fi" and first in "ÅÄÖ" and first:
        return first
    first = unicodedata.normalize("NFD", first)[:1]
    return first if first.isalpha() else "#"


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


def _by_class(layout: Layout, values: Values, kind: str, things: Sequence[str]) -> Iterator[tuple[str, bytes]]:
    site, say, lang = layout.site, layout.say, layout.lang
    slug, title = site.slugs[kind], plural(site, kind, lang)
    sample = things[:MOST_ROWS]
    columns = [c for c in _COLUMNS if 2 * sum(c in site.index.out[t] for t in sample) >= len(sample)][:3]
    head = [
        (say["name"], False),
        *((words(PROPERTIES[c][lang == "fi"] if c in PROPERTIES else _capital(site.name(c, lang))), False) for c in columns),
    ]
    ways = _ways(layout, kind)
    for start in range(0, len(things), MOST_ROWS):
        number = start // MOST_ROWS + 1
        rows = []
        for thing in things[start : start + MOST_ROWS]:
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
        file = f"{slug}/index.html" if number == 1 else f"{slug}/index-{number}.html"
        yield f"{lang}/{file}", layout.page(file, "".join(body), title=title if number == 1 else f"{title} ({number})", description=title)


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


def _by_letter(layout: Layout, values: Values) -> Iterator[tuple[str, bytes]]:
    site, say, lang = layout.site, layout.say, layout.lang
    found = by_letter(site, lang)
    for sign, things in found.items():
        stem = letter_file(sign)
        for start in range(0, len(things), MOST_ROWS):
            number = start // MOST_ROWS + 1
            items = "".join(
                f"<li>{values.link(t, '../')} <span class=note>{words(site.name(site.pages[t].kind, lang)) if site.pages[t].kind else ''}</span></li>"
                for t in things[start : start + MOST_ROWS]
            )
            body = (
                f"{layout.crumbs('../', ('search.html', say['search']))}<h1>{say['az']}: {words(sign)}</h1>{letters(layout, found, '')}"
                f'<ul class="cols">{items}</ul>{pages(layout, len(things), number, stem)}'
            )
            file = f"az/{stem}.html" if number == 1 else f"az/{stem}-{number}.html"
            title = f"{say['az']}: {sign} ({number})" if number > 1 else f"{say['az']}: {sign}"
            yield f"{lang}/{file}", layout.page(file, body, title=title, counterpart="search.html")


def by_letter(site: Site, lang: Language) -> dict[str, list[str]]:
    """All things with pages by first letter, sorted."""
    found: dict[str, list[tuple[str, str]]] = {}
    for term in site.pages:
        name = site.name(term, lang)
        found.setdefault(letter(name, lang), []).append((sort_key(name, lang), term))
    return {sign: [term for _, term in sorted(found[sign])] for sign in sorted(found, key=lambda s: (s == "#", sort_key(s, lang)))}


def letter_file(sign: str) -> str:
    """The file of a letter, without its ending."""
    return "other" if sign == "#" else segment(sign.lower())


def letters(layout: Layout, found: dict[str, list[str]], folder: str) -> str:
    """Links to the letters."""
    items = "".join(f'<li><a href="{folder}{url(letter_file(sign))}.html">{words(sign)}</a></li>' for sign in found)
    return f'<nav aria-label="{layout.say["letters"]}"><ul class="letters">{items}</ul></nav>'
