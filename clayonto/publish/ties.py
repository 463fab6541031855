"""The page of who works with whom: the organisations with most partners in a ring, and the table of all of them."""

from __future__ import annotations

import csv
import io
from math import cos, degrees, hypot, log2, pi, sin, sqrt
from typing import TYPE_CHECKING, Final

from clayonto.publish.layout import Layout
from clayonto.publish.lists import MOST_ROWS, pages
from clayonto.publish.markup import shortened, table, text
from clayonto.publish.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.publish.site import Site

MOST_DRAWN: Final = 60
"""How many organisations the drawing has; the table has all."""
_MOST_LINES: Final = 600
_LABEL: Final = 262
"""How long a name may be, in units of the drawing, which are pixels where there is room."""
_MOST_NAMED: Final = 3


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """The pages in each language, and the CSV of the organisations and of the pairs."""
    network = site.survey.network
    if not network.ranked:
        return
    for lang in site.languages:
        yield from _pages(Layout(site, lang))
    yield "list/network.csv", _organisations(site)
    yield "list/network-pairs.csv", _pairs(site)


def ring(site: Site, lang: str, *, title: str) -> str:
    """The organisations with most partners on a ring, and lines between those that work together, thicker where they share more."""
    network = site.survey.network
    order = network.ring(MOST_DRAWN)
    turn = {one: 2 * pi * number / len(order) - pi / 2 for number, one in enumerate(order)}
    radius = 150 + 2.5 * len(order)
    half = radius + _LABEL
    lines = [(count, pair) for pair, count in network.shared.items() if pair[0] in turn and pair[1] in turn]
    told = [f'<svg class="ring" role="group" aria-label="{text(title)}" viewBox="{-half:.0f} {-half:.0f} {2 * half:.0f} {2 * half:.0f}">']
    for count, (a, b) in sorted(lines, key=lambda line: (-line[0], line[1]))[:_MOST_LINES]:
        x1, y1, x2, y2 = (radius * way(turn[one]) for one in (a, b) for way in (cos, sin))
        # The farther apart, the deeper a line bends towards the middle.
        bend = 0.43 - 0.15 * hypot(x2 - x1, y2 - y1) / radius
        told.append(
            f'<path d="M{x1:.0f} {y1:.0f}Q{(x1 + x2) * bend:.0f} {(y1 + y2) * bend:.0f} {x2:.0f} {y2:.0f}" stroke-width="{1.2 + log2(count):.1f}"/>'
        )
    most = max(len(network.partners[one]) for one in order)
    for one in order:
        angle, name, near = turn[one], site.name(one, lang), len(network.partners[one])
        size = 4 + 6 * sqrt(near / most)
        x, y, aside = radius * cos(angle), radius * sin(angle), radius + 16
        flipped = cos(angle) < -1e-9
        turned = degrees(angle) + (180 if flipped else 0)
        where = site.place(one, lang)
        inner = (
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size:.1f}"><title>{text(name)}: {near}</title></circle>'
            f'<text transform="rotate({turned:.1f})" x="{-aside if flipped else aside:.0f}" y="5" text-anchor="{"end" if flipped else "start"}">'
            f"{text(shortened(name, 28))}</text>"
        )
        told.append(f'<a href="../{text(where[len(lang) + 1 :])}">{inner}</a>' if where else inner)
    return "".join([*told, "</svg>"])


def _pages(layout: Layout) -> Iterator[tuple[str, bytes]]:
    site, lang, say = layout.site, layout.lang, layout.say
    network, values, title = site.survey.network, Values(site, lang, say), say["way_network"]
    ranked = network.ranked
    note = say["network_note"] + (f" {say['network_most'].format(n=MOST_DRAWN, of=len(ranked))}" if len(ranked) > MOST_DRAWN else "")
    head = [(say["organisation"], False), (say["partners"], True), (say["shared"], True), (say["works_most"], False)]
    for start in range(0, len(ranked), MOST_ROWS):
        number = start // MOST_ROWS + 1
        rows = []
        for one in ranked[start : start + MOST_ROWS]:
            near = network.partners[one]
            first = sorted(near, key=lambda o: (-near[o], site.name(o, lang).casefold(), o))
            told = ", ".join(f"{values.link(o, '../')} <span class=note>({near[o]})</span>" for o in first[:_MOST_NAMED])
            if len(first) > _MOST_NAMED:
                told += f", {say['more'].format(n=len(first) - _MOST_NAMED)}"
            rows.append(
                f"<tr><th scope=row>{values.link(one, '../')}</th><td class=n>{len(near)}</td>"
                f"<td class=n>{sum(len(network.groups[g]) > 1 for g in network.memberships[one])}</td><td>{told}</td></tr>"
            )
        body = [
            layout.crumbs("../", ("network/index.html", title)),
            f"<h1>{title}</h1>\n<p class=lead>{say['network_lead']}</p>\n",
            f'<figure><div class="scroll wide" tabindex="0">{ring(site, lang, title=title)}</div><figcaption class=note>{note}</figcaption></figure>\n'
            if number == 1
            else "",
            f'<h2>{say["table"]}</h2><p class=note><a href="../../list/network.csv" type="text/csv">{say["download_csv"]}</a>, ',
            f'<a href="../../list/network-pairs.csv" type="text/csv">{say["download_pairs"]}</a></p>\n',
            table(head, rows),
            pages(layout, len(ranked), number, "index"),
        ]
        file = "network/index.html" if number == 1 else f"network/index-{number}.html"
        yield (
            f"{lang}/{file}",
            layout.page(file, "".join(body), title=title if number == 1 else f"{title} ({number})", description=say["network_lead"]),
        )


def _organisations(site: Site) -> bytes:
    network, out = site.survey.network, io.StringIO()
    writer = csv.writer(out)
    writer.writerow(["organisation", *(f"label_{lang}" for lang in site.languages), "partners", "shared"])
    for one in network.ranked:
        labels = [site.label(one, lang).text for lang in site.languages]
        writer.writerow([one[1:-1], *labels, len(network.partners[one]), sum(len(network.groups[g]) > 1 for g in network.memberships[one])])
    return out.getvalue().encode()


def _pairs(site: Site) -> bytes:
    out, lang = io.StringIO(), site.languages[0]
    writer = csv.writer(out)
    writer.writerow(["one", "one_label", "other", "other_label", "shared"])
    for (a, b), count in site.survey.network.shared.items():
        writer.writerow([a[1:-1], site.label(a, lang).text, b[1:-1], site.label(b, lang).text, count])
    return out.getvalue().encode()
