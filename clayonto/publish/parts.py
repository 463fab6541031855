"""The parts of a thing on its page: tables of partners, money, phases and whatever else, with charts where there are sums or dates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.publish.drawing import Bar, Span, bars, timeline
from clayonto.publish.index import TYPE, curie, is_iri, literal
from clayonto.publish.markup import table, text, words
from clayonto.publish.site import MOST_PARTS, Page
from clayonto.publish.values import AT, END, START, year_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clayonto.publish.things import Things

LABELS: Final = tuple(map(curie, ("skos:prefLabel", "rdfs:label")))
LEAD: Final = tuple(map(curie, ("skos:definition", "dct:description")))
HIDDEN: Final = frozenset((TYPE, curie("clay:statedIn"), *LABELS, *LEAD))
"""Properties that are told elsewhere on a page than among the facts."""
_FIRST: Final = tuple(
    map(
        curie,
        (
            "dct:title", "clay:acronym", "skos:altLabel", "clay:underProgramme", "clay:programmingPeriod", "clay:funder", "dct:temporal", "prov:agent", "org:member",
            "prov:hadRole", "org:role", "org:classification", "clay:country", "dct:spatial", "clay:count", "clay:unit", "clay:indicator", "clay:asOf", "dct:type",
        ),
    )
)  # fmt: skip
ORDER: Final = {predicate: n for n, predicate in enumerate(_FIRST)}
AMOUNT, CLAIM, PERIOD, PASSAGE, MILESTONE = map(
    curie, ("clay:MonetaryAmount", "clay:Claim", "dct:PeriodOfTime", "clay:Passage", "clay:Milestone")
)
_KIND, _STATUS, _FUNDED, _OF = map(curie, ("clay:moneyKind", "clay:moneyStatus", "clay:fundedFrom", "clay:amountOf"))
_BUDGET: Final = curie("money-kind:partner-budget")
_ABOUT, _ASPECT, _QUOTED = map(curie, ("clay:about", "clay:aspect", "prov:wasQuotedFrom"))
HEADS: Final = {curie("clay:ProjectParticipation"): curie("prov:agent"), curie("clay:PartnershipMembership"): curie("org:member")}
"""Class to the property that names a row, where the part's own label only says it again."""


class Context:
    """What every section of a thing's page works with, and what they share."""

    def __init__(self, all_things: Things, page: Page, *, elsewhere: bool = False) -> None:
        """:param elsewhere: the context is that of another page about the thing, to whose path ``page`` has been changed."""
        self.all = all_things
        self.page = page
        self.here = "" if elsewhere else page.term
        self.site, self.index, self.values, self.say = all_things.site, all_things.index, all_things.values, all_things.say
        self.lang = all_things.lang
        self.near = "../" * page.path.count("/")
        self.kinds = self.site.by_kind(page.parts)

    def anchor(self, part: str) -> str:
        """The id of a part, as an attribute."""
        return f' id="{text(self.site.anchor(part))}"'

    def rest(self, shown: int, total: int) -> str:
        """A sentence that there are more than are shown."""
        return f"<p class=note>{self.say['more_rows'].format(shown=shown, n=total)}</p>" if total > shown else ""

    def named(self, part: str) -> str:
        """A part by its label, with what describes it."""
        label = self.site.label(part, self.lang)
        lead = self.values.in_language(o for p in LEAD for o in self.index.objects(part, p))
        more = f"<br><span class=note>{self.values.value(lead[0], self.near)}</span>" if lead else ""
        return words(self.site.name(part, self.lang), label.lang, self.lang) + more

    def cell(self, objects: Sequence[str]) -> str:
        """Several values in a cell of a table."""
        told = [
            self.values.period(o) or self.values.value(o, self.near, page=self.here) if is_iri(o) else self.values.value(o, self.near)
            for o in self.values.in_language(objects)[:6]
        ]
        if len(objects) > 6 and len(told) == 6:
            told.append(self.say["more"].format(n=len(objects) - 6))
        return ", ".join(told) if len(told) < 3 else f"<ul>{''.join(f'<li>{one}</li>' for one in told)}</ul>"


class Parts(Context):
    """The tables of parts."""

    def table(self, kind: str, parts: Sequence[str]) -> str:
        """Parts of one class as a table: what names them, then what they have most of."""
        shown = parts[:MOST_PARTS]
        head = HEADS.get(kind)
        counts: dict[str, int] = {}
        for part in shown:
            for predicate, objects in self.index.out.get(part, {}).items():
                if predicate not in HIDDEN and predicate != head and objects != [self.page.term]:
                    counts[predicate] = counts.get(predicate, 0) + 1
        columns = sorted(counts, key=lambda p: (ORDER.get(p, 99), -counts[p], p))[:4]
        sums = {part: [a for a in self.index.subjects(_OF, part) if _BUDGET in self.index.objects(a, _KIND)] for part in shown}
        budgets = any(sums.values())
        rows = []
        for part in sorted(shown, key=lambda p: self.order(p, head)):
            named = self.index.objects(part, head) if head else []
            first = self.values.values(named, self.near) if named else self.named(part)
            cells = [f"<th scope=row>{first}</th>"]
            for column in columns:
                objects = self.index.objects(part, column)
                cells.append(f"<td>{self.cell(objects) if objects else ''}</td>")
            if budgets:
                told = [self.values.sum(s) for a in sums[part] if (s := self.values.money(a))]
                cells.append(f"<td class=n>{', '.join(told)}</td>")
            rows.append(f"<tr{self.anchor(part)}>{''.join(cells)}</tr>")
        titles = [(self.all.property(head) if head else self.say["name"], False), *((self.all.property(c), False) for c in columns)]
        if kind == PASSAGE:
            return self.passages(shown) + self.rest(len(shown), len(parts))
        return table([*titles, *([(self.say["budget"], True)] if budgets else [])], rows) + self.rest(len(shown), len(parts))

    def order(self, part: str, head: str | None) -> tuple[str, ...]:
        """What rows are sorted by: their number or role, then their name."""
        named = self.index.objects(part, head) if head else []
        first = self.index.objects(part, curie("clay:phaseNumber")) or self.index.objects(part, curie("prov:hadRole"))
        return (first[0] if first else "", self.site.name(named[0] if named else part, self.lang).casefold(), part)

    def passages(self, shown: Iterable[str]) -> str:
        """The passages of a document, with what each of them states."""
        rows = []
        for part in sorted(shown, key=lambda p: (self.site.name(p, self.lang).casefold(), p)):
            claims = self.index.subjects(_QUOTED, part)
            told = []
            for claim in claims[:4]:
                about, aspect = self.index.objects(claim, _ABOUT), self.index.objects(claim, _ASPECT)
                if about:
                    respect = f" ({words(self.site.name(aspect[0], self.lang))})" if aspect else ""
                    told.append(self.values.link(about[0], self.near, page=self.here) + respect)
            if len(claims) > 4:
                told.append(self.say["more"].format(n=len(claims) - 4))
            rows.append(f"<tr{self.anchor(part)}><th scope=row>{self.named(part)}</th><td>{'<br>'.join(told)}</td></tr>")
        return table([(self.say["source"], False), (self.say["states"], False)], rows)

    def money(self) -> str:
        """Sums as bars and as a table."""
        amounts = self.kinds.get(AMOUNT, [])
        shown = [(a, self.values.money(a)) for a in amounts[:MOST_PARTS]]
        rows, drawn = [], []
        for amount, told in sorted(shown, key=lambda item: (-(item[1].value if item[1] else 0), item[0])):
            said = self.index.out.get(amount, {})
            cells = "".join(f"<td>{self.cell(said[p]) if p in said else ''}</td>" for p in (_KIND, _STATUS, _FUNDED))
            note = f" <span class=note>({self.say['rounded']})</span>" if told and told.rounded else ""
            rows.append(
                f"<tr{self.anchor(amount)}><th scope=row>{self.named(amount)}</th>{cells}<td class=n>{self.values.sum(told) if told else ''}{note}</td></tr>"
            )
            if told:
                kind = ", ".join(self.site.name(said[p][0], self.lang) for p in (_KIND, _STATUS) if p in said)
                drawn.append((amount, kind, told))
        if not rows:
            return ""
        head = [(self.say["what"], False), *((self.all.property(p), False) for p in (_KIND, _STATUS, _FUNDED)), (self.say["amount"], True)]
        # Kind and status say in few words which sum it is, unless two are alike.
        short = len({kind for _, kind, _ in drawn}) == len(drawn)
        given = [
            Bar(
                kind if short else self.site.name(amount, self.lang), float(told.value), f"{self.values.number(told.value)} {told.currency}"
            )
            for amount, kind, told in drawn
        ]
        title = f"{self.say['money']}: {self.site.name(self.page.term, self.lang)}"
        chart = bars(given, title=title) if len({told.currency for _, _, told in drawn}) == 1 else ""
        return chart + table(head, rows) + self.rest(len(shown), len(amounts))

    def time(self) -> str:
        """Periods and milestones as a line of time and as a table."""
        timed = [*self.kinds.get(PERIOD, [])[:MOST_PARTS], *self.kinds.get(MILESTONE, [])[:MOST_PARTS]]
        if self.index.objects(self.page.term, START) and self.index.objects(self.page.term, END):
            timed.insert(0, self.page.term)
        rows, spans = [], []
        for part in timed:
            start, end, moment = (next(iter(self.index.objects(part, p)), "") for p in (START, END, AT))
            name = self.site.name(part, self.lang)
            first = year_of(literal(start or moment or end)[0]) if start or moment or end else None
            last = year_of(literal(end)[0], end=True) if end and start else first
            if first is not None and last is not None:
                spans.append(Span(name, first, last))
            if part != self.page.term:
                dates = self.values.period(part) or (self.values.value(moment, self.near) if moment else "")
                rows.append(((first or 9999.0, name), f"<tr{self.anchor(part)}><th scope=row>{self.named(part)}</th><td>{dates}</td></tr>"))
        chart = timeline(spans, title=f"{self.say['timeline']}: {self.site.name(self.page.term, self.lang)}")
        told = [row for _, row in sorted(rows)]
        return chart + (table([(self.say["what"], False), (self.say["timeline"], False)], told) if told else "")
