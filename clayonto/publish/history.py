"""What a page tells over time of others: the projects of a programme, the rounds and partnerships of an initiative, what an organisation took part in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.publish.drawing import Bar, Span, columns, timeline
from clayonto.publish.facets import years
from clayonto.publish.index import curie, literal
from clayonto.publish.markup import table
from clayonto.publish.parts import HEADS, Context
from clayonto.publish.values import END, START, year_of

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SPANS: Final = 24
"""How many things are drawn one by one; of more than that, years are counted."""
_TEMPORAL: Final = curie("dct:temporal")
_UNDER: Final = tuple(
    map(curie, ("clay:underProgramme", "clay:formedUnder", "clay:publishedUnder", "clay:ofRound", "clay:programmingPeriod", "dct:isPartOf"))
)
_GATHERING: Final = frozenset(
    map(
        curie,
        ("clay:FundingProgramme", "clay:ClusterInitiative", "clay:Strand", "clay:CallRound", "clay:Call", "clay:ProgrammingPeriod", "org:Organization",
         "clay:ClusterOrganisation"),
    )
)  # fmt: skip


class History(Context):
    """The dated things that belong to a page's thing."""

    def section(self) -> str:
        """A line of time with its table, or, of many, how many ran in each year."""
        if self.page.kind not in _GATHERING:
            return ""
        dated = self.site.once(f"dated {self.page.term}", self.dated)
        if not dated:
            return ""
        return self.drawn([(one, period) for one, period, _ in dated]) if len(dated) <= MOST_SPANS else self.counted(dated)

    def dated(self) -> list[tuple[str, str, range]]:
        """The things that have a period with a beginning, that, and its years."""
        told = ((one, period) for one in self.members() for period in self.index.objects(one, _TEMPORAL)[:1])
        return [(one, period, found) for one, period in told if (found := years(self.site, period))]

    def members(self) -> list[str]:
        """What is under the thing, directly or under something that is; what an organisation is in."""
        found = dict.fromkeys(self.taken_part_in())
        near = [self.page.term]
        while near:
            near = [
                below
                for one in near
                for predicate in _UNDER
                for below in self.index.subjects(predicate, one)
                if below != self.page.term and below not in found
            ]
            found |= dict.fromkeys(near)
        return list(found)

    def taken_part_in(self) -> Iterator[str]:
        """The projects and partnerships that an organisation is in."""
        for kind, head in HEADS.items():
            for part in self.index.subjects(head, self.page.term):
                if self.site.kind(part) == kind and part in self.site.parts:
                    yield self.site.parts[part]

    def drawn(self, dated: list[tuple[str, str]]) -> str:
        """Each thing by itself."""
        told = []
        for one, period in dated:
            start, end = (next((literal(o)[0] for o in self.index.objects(period, p)), "") for p in (START, END))
            first = year_of(start)
            last = year_of(end, end=True) if end else first
            if first is not None and last is not None:
                row = f"<tr><th scope=row>{self.values.link(one, self.near)}</th><td>{self.values.period(period) or ''}</td></tr>"
                told.append((first, self.site.name(one, self.lang), one, row, last))
        told.sort()
        spans = [Span(name, first, max(first, last)) for first, name, _, _, last in told]
        chart = timeline(spans, title=f"{self.say['history']}: {self.site.name(self.page.term, self.lang)}", most=MOST_SPANS)
        return chart + table([(self.say["what"], False), (self.say["when"], False)], [row for _, _, _, row, _ in told])

    def counted(self, dated: list[tuple[str, str, range]]) -> str:
        """How many ran in each year."""
        counts: dict[int, int] = {}
        for _, _, found in dated:
            for year in found:
                counts[year] = counts.get(year, 0) + 1
        bars = [Bar(str(year), counts.get(year, 0), str(counts.get(year, 0))) for year in range(min(counts), max(counts) + 1)]
        rows = [f"<tr><th scope=row>{year}</th><td class=n>{count}</td></tr>" for year, count in sorted(counts.items())]
        note = f"<p class=note>{self.say['running']}</p>"
        return note + columns(bars, title=self.say["running"]) + table([(self.say["year"], False), (self.say["count"], True)], rows)
