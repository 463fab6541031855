"""Maps as inline SVG over a drawing of the land that all pages share: the small one on a page, and the map of all partners with its table."""

from __future__ import annotations

import csv
import io
from math import sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.publish.geography import Geography
from clayonto.publish.index import curie
from clayonto.publish.layout import Layout
from clayonto.publish.lists import MOST_ROWS, pages
from clayonto.publish.markup import shortened, table, text
from clayonto.publish.projection import EUROPE, WORLD, Chart
from clayonto.publish.survey import PARTNERS
from clayonto.publish.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clayonto.publish.parts import Context
    from clayonto.publish.site import Site

MOST_MARKS: Final = 200
"""How many places a map shows, those with most in front; the table has all."""
_MOST_NAMED: Final = 40
_MOST_LISTED: Final = 6
_SMALL: Final = (420, 0.62)
_LARGE: Final = (640, 0.8)
"""How many units of the chart a map shows at least from side to side, and how high it is in proportion."""
_UNMAPPED: Final = frozenset(map(curie, ("clay:SourceDocument", "skos:Concept", "skos:ConceptScheme", "clay:WebPage")))


class Mark(NamedTuple):
    """A point to draw: longitude and latitude, what to call it, how many partners are there, and where it leads (or nothing)."""

    at: tuple[float, float]
    name: str
    partners: int
    link: str


class _Box(NamedTuple):
    left: float
    top: float
    width: float
    height: float

    def meets(self, other: _Box) -> bool:
        """Whether two boxes overlap."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and self.top < other.top + other.height
            and other.top < self.top + self.height
        )


def drawn(marks: Sequence[Mark], *, up: str, title: str, large: bool = False) -> str:
    """Marks on a map of Europe, or of the world where one of them lies elsewhere; the empty text if none can be drawn.

    :param up: the way from the page up to the root of the site.
    :param large: for a whole page, not beside other things.
    """
    chart = EUROPE if all(EUROPE.at(*mark.at) for mark in marks) else WORLD
    placed = [(mark, found) for mark in marks if (found := chart.at(*mark.at))]
    if not placed:
        return ""
    view = _around([at for _, at in placed], chart, *(_LARGE if large else _SMALL))
    size = view.width * (0.015 if large else 0.03)
    most = max(mark.partners for mark, _ in placed)
    circles = []
    taken: list[_Box] = []
    for mark, (x, y) in placed:
        radius = size * (0.42 + (1.1 * sqrt(mark.partners / most) if most > 1 else 0))
        circles.append((mark, x, y, radius))
        taken.append(_Box(x - radius, y - radius, 2 * radius, 2 * radius))
    lines = [
        f'<svg class="map" role="group" aria-label="{text(title)}" font-size="{size:.1f}"',
        f' viewBox="{view.left:.0f} {view.top:.0f} {view.width:.0f} {view.height:.0f}">',
        f'<image href="{up}assets/{chart.file}" width="{chart.width}" height="{chart.height}"></image>',
    ]
    for number, (mark, x, y, radius) in enumerate(circles):
        told = f"{mark.name}: {mark.partners}" if most > 1 else mark.name
        name = shortened(mark.name, 28)
        label = _label(f"{name} {mark.partners}" if most > 1 else name, x, y, radius, size, view, taken) if number < _MOST_NAMED else ""
        # What stands beside the mark in full need not be told once more when it is pointed at.
        title = "" if label and name == mark.name else f"<title>{text(told)}</title>"
        inner = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}">{title}</circle>{label}'
        lines.append(f'<a href="{text(mark.link)}">{inner}</a>' if mark.link else f"<g>{inner}</g>")
    return "".join([*lines, "</svg>"])


def _around(points: Sequence[tuple[float, float]], chart: Chart, least: float, shape: float) -> _Box:
    """The part of a chart that shows some points with room about them."""
    left, right = min(x for x, _ in points), max(x for x, _ in points)
    top, bottom = min(y for _, y in points), max(y for _, y in points)
    width = min(max(least, (right - left) * 1.3, (bottom - top) * 1.3 / shape), chart.width)
    height = min(width * shape, chart.height)
    return _Box(
        min(max((left + right - width) / 2, 0), chart.width - width),
        min(max((top + bottom - height) / 2, 0), chart.height - height),
        width,
        height,
    )


def _label(name: str, x: float, y: float, radius: float, size: float, view: _Box, taken: list[_Box]) -> str:
    """A name beside its mark, where there is room for it."""
    width, gap = 0.56 * size * len(name), radius + 0.3 * size
    for anchor, at, left, down in (
        ("start", x + gap, x + gap, y), ("end", x - gap, x - gap - width, y),
        ("middle", x, x - width / 2, y + gap + 0.6 * size), ("middle", x, x - width / 2, y - gap - 0.6 * size),
    ):  # fmt: skip
        box = _Box(left, down - 0.6 * size, width, 1.2 * size)
        inside = (
            view.left <= left
            and left + width <= view.left + view.width
            and view.top <= box.top
            and box.top + box.height <= view.top + view.height
        )
        if inside and not any(box.meets(other) for other in taken):
            taken.append(box)
            where = "" if anchor == "start" else f' text-anchor="{anchor}"'
            return f'<text x="{at:.1f}" y="{down + 0.35 * size:.1f}"{where}>{text(name)}</text>'
    return ""


def small(context: Context) -> str:
    """The map of a page's places, with their names beneath; the empty text where there is none."""
    site, page, lang = context.site, context.page, context.lang
    if page.kind in _UNMAPPED:
        return ""
    geography = Geography(site)
    marks, named = [], []
    for place in geography.places(page.term)[:MOST_MARKS]:
        point = geography.point(place)
        if point is None:
            continue
        where = site.place(place, lang) if place != page.term else None
        marks.append(Mark(point, site.name(place, lang), 1, f"{context.near}{where[len(lang) + 1 :]}" if where else ""))
        if place != page.term:
            named.append(context.values.link(place, context.near))
    chart = drawn(marks, up=f"{context.near}../", title=f"{context.say['map']}: {site.name(page.term, lang)}")
    caption = f"<figcaption class=note>{', '.join(named)}</figcaption>" if named else ""
    return f'<figure class="small">{chart}{caption}</figure>' if chart else ""


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The map of partners with its table, in each language, and the table as CSV."""
    geography, partners = site.survey.geography, site.survey.partners
    points = {place: point for place in partners if (point := geography.point(place))}
    if not points:
        return
    placed = {one for place in points for one in partners[place]}
    without = sum(one not in placed for kind in PARTNERS for one in site.classes.get(kind, ()))
    for lang in site.languages:
        yield from _pages(Layout(site, lang), partners, points, without)
    yield "list/map.csv", _csv(site, partners, points)


def _pages(
    layout: Layout, partners: Mapping[str, Sequence[str]], points: Mapping[str, tuple[float, float]], without: int
) -> Iterator[tuple[str, bytes]]:
    site, lang, say = layout.site, layout.lang, layout.say
    values = Values(site, lang, say)
    shown = [place for place in partners if place in points][:MOST_MARKS]
    marks = []
    for place in shown:
        where = site.place(place, lang)
        marks.append(Mark(points[place], site.name(place, lang), len(partners[place]), f"../{where[len(lang) + 1 :]}" if where else ""))
    title = say["way_map"]
    chart = drawn(marks, up="../../", title=title, large=True)
    notes = [say["map_note"]]
    if len(points) > len(shown):
        notes.append(say["map_most"].format(n=len(shown), of=len(points)))
    if without:
        notes.append(say["map_without"].format(n=without))
    places = list(partners)
    regions = site.survey.facets.get("region")
    for start in range(0, len(places), MOST_ROWS):
        number = start // MOST_ROWS + 1
        rows = []
        for place in places[start : start + MOST_ROWS]:
            found = partners[place]
            told = ", ".join(values.link(one, "../") for one in found[:_MOST_LISTED])
            if len(found) > _MOST_LISTED:
                more = say["all"].format(n=len(found))
                page = site.pages.get(place)
                told += (
                    f', <a href="../by/region/{text(page.path)}/index.html">{more}</a>'
                    if page and regions and place in regions.things
                    else f", {more}"
                )
            within = ", ".join(values.link(one, "../") for one in site.survey.geography.above(place))
            rows.append(
                f"<tr><th scope=row>{values.link(place, '../')}</th><td>{within}</td><td class=n>{len(found)}</td><td>{told}</td></tr>"
            )
        head = [(say["place"], False), (say["within"], False), (say["partners"], True), (say["who"], False)]
        body = [
            layout.crumbs("../", ("map/index.html", title)),
            f"<h1>{title}</h1>\n<p class=lead>{say['map_lead']}</p>\n",
            f'<figure><div class="scroll wide" tabindex="0">{chart}</div><figcaption class=note>{" ".join(notes)}</figcaption></figure>\n'
            if number == 1
            else "",
            f'<h2>{say["table"]}</h2><p class=note><a href="../../list/map.csv" type="text/csv">{say["download_csv"]}</a></p>\n',
            table(head, rows),
            pages(layout, len(places), number, "index"),
        ]
        file = "map/index.html" if number == 1 else f"map/index-{number}.html"
        yield (
            f"{lang}/{file}",
            layout.page(file, "".join(body), title=title if number == 1 else f"{title} ({number})", description=say["map_lead"]),
        )


def _csv(site: Site, partners: Mapping[str, Sequence[str]], points: Mapping[str, tuple[float, float]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    languages = site.languages
    writer.writerow(
        ["place", *(f"place_{lang}" for lang in languages), "longitude", "latitude", "partner", *(f"partner_{lang}" for lang in languages)]
    )
    for place, found in partners.items():
        point = points.get(place, ("", ""))
        names = [site.label(place, lang).text for lang in languages]
        for one in found:
            writer.writerow([place[1:-1], *names, *point, one[1:-1], *(site.label(one, lang).text for lang in languages)])
    return out.getvalue().encode()
