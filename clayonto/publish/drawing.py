"""Charts as inline SVG: they stretch with the page, take its colours, and stand beside a table that says the same."""

from __future__ import annotations

from math import ceil, floor
from typing import TYPE_CHECKING, NamedTuple

from clayonto.publish.markup import shortened, text

if TYPE_CHECKING:
    from collections.abc import Sequence


class Span(NamedTuple):
    """Something in time: its name, and years as numbers; a moment starts and ends at once."""

    name: str
    start: float
    end: float


class Bar(NamedTuple):
    """A number to draw: its name, the number, and how people write it."""

    name: str
    value: float
    told: str


def timeline(spans: Sequence[Span], *, title: str, most: int = 14) -> str:
    """Spans on a line of years; the empty text if there is nothing to compare."""
    if len(spans) < 2 and not any(s.end > s.start for s in spans):
        return ""
    shown = sorted(spans, key=lambda s: (s.start, -s.end, s.name))[:most]
    first, last = floor(min(s.start for s in shown)), ceil(max(s.end for s in shown))
    last = max(last, first + 1)
    if last - first > 200:
        return ""
    step = next(n for n in (1, 2, 5, 10, 20, 50) if (last - first) / n <= 8)
    row, top = 34, 6
    height = top + row * len(shown) + 24

    def at(year: float) -> str:
        return f"{round(100 * (year - first) / (last - first), 2):g}%"

    lines = [f'<svg class=chart role="img" aria-label="{text(title)}" width="100%" height="{height}">']
    for year in range(first, last + 1, step):
        anchor = "" if year == first else f' text-anchor="{"end" if year == last else "middle"}"'
        lines.append(f'<line x1="{at(year)}" x2="{at(year)}" y1="0" y2="{height - 20}"/>')
        lines.append(f'<text class=tick x="{at(year)}" y="{height - 5}"{anchor}>{year}</text>')
    for number, span in enumerate(shown):
        y = top + row * number
        late = (span.start - first) / (last - first) > 0.5
        where = f'x="{at(span.end)}" text-anchor="end"' if late else f'x="{at(span.start)}"'
        lines.append(f'<text {where} y="{y + 11}">{text(shortened(span.name, 40))}</text>')
        if span.end > span.start:
            lines.append(
                f'<rect x="{at(span.start)}" y="{y + 16}" height="9" rx="2" width="{round(100 * (span.end - span.start) / (last - first), 2):g}%"/>'
            )
        else:
            lines.append(f'<circle cx="{at(span.start)}" cy="{y + 20}" r="5"/>')
    return "".join([*lines, "</svg>"])


def bars(given: Sequence[Bar], *, title: str, most: int = 12) -> str:
    """Numbers as bars, the largest first; the empty text if there is nothing to compare."""
    shown = sorted((bar for bar in given if bar.value > 0), key=lambda b: (-b.value, b.name))[:most]
    if len(shown) < 2:
        return ""
    # Name and sum have a line each, so that a name need not be cut for the sum, on a phone neither.
    row, largest = 54, shown[0].value
    lines = [f'<svg class=chart role="img" aria-label="{text(title)}" width="100%" height="{row * len(shown)}">']
    for number, bar in enumerate(shown):
        y = row * number
        lines.append(
            f'<text x="0" y="{y + 13}">{text(shortened(bar.name, 44))}<tspan class=num x="0" dy="16">{text(bar.told)}</tspan></text>'
        )
        lines.append(f'<rect x="0" y="{y + 35}" height="10" rx="2" width="{max(100 * bar.value / largest, 0.4):.2f}%"/>')
    return "".join([*lines, "</svg>"])


def columns(given: Sequence[Bar], *, title: str, most: int = 60) -> str:
    """Numbers as columns, in the order given; the empty text if there are too few to compare or too many to tell apart."""
    if not 2 <= len(given) <= most:
        return ""
    largest = max(bar.value for bar in given) or 1
    each, tall = 100 / len(given), 120
    # Names stand under every column that has room for one.
    step = ceil(len(given) / 14)
    lines = [f'<svg class=chart role="img" aria-label="{text(title)}" width="100%" height="{tall + 40}">']
    for number, bar in enumerate(given):
        high = max(tall * bar.value / largest, 1)
        middle = f"{(number + 0.5) * each:.2f}%"
        lines.append(
            f'<rect x="{(number + 0.15) * each:.2f}%" y="{18 + tall - high:.1f}" height="{high:.1f}" rx="2" width="{0.7 * each:.2f}%"/>'
        )
        if step == 1:
            lines.append(f'<text class=num x="{middle}" y="{13 + tall - high:.1f}" text-anchor="middle">{text(bar.told)}</text>')
        if number % step == 0:
            lines.append(f'<text class=tick x="{middle}" y="{tall + 35}" text-anchor="middle">{text(shortened(bar.name, 12))}</text>')
    return "".join([*lines, "</svg>"])
