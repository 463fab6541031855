"""The page of one thing: what it is, its parts as tables, where it is stated, what refers to it, and its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clayonto.publish.data import FORMATS
from clayonto.publish.drawing import Bar, Span, bars, timeline
from clayonto.publish.index import TYPE, curie, is_iri, literal
from clayonto.publish.layout import Layout, licence
from clayonto.publish.markup import outward, shortened, table, text, words
from clayonto.publish.paths import url
from clayonto.publish.site import MOST_PARTS, Page, Site
from clayonto.publish.values import AT, END, START, Values, year_of
from clayonto.publish.wording import PLURALS, PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from clayonto.locales import Language

MOST_REFERRING: Final = 20
"""How many things of one class that refer to another in one way are listed; the rest is counted."""
_LABELS: Final = tuple(map(curie, ("skos:prefLabel", "rdfs:label")))
_LEAD: Final = tuple(map(curie, ("skos:definition", "dct:description")))
_STATED: Final = curie("clay:statedIn")
_HIDDEN: Final = frozenset((TYPE, _STATED, *_LABELS, *_LEAD))
_FIRST: Final = tuple(
    map(
        curie,
        (
            "dct:title", "clay:acronym", "skos:altLabel", "clay:underProgramme", "clay:programmingPeriod", "clay:funder", "dct:temporal", "prov:agent", "org:member",
            "prov:hadRole", "org:role", "org:classification", "clay:country", "dct:spatial", "clay:count", "clay:unit", "clay:indicator", "clay:asOf", "dct:type",
        ),
    )
)  # fmt: skip
_ORDER: Final = {predicate: n for n, predicate in enumerate(_FIRST)}
_AMOUNT, _CLAIM, _PERIOD, _PASSAGE = map(curie, ("clay:MonetaryAmount", "clay:Claim", "dct:PeriodOfTime", "clay:Passage"))
_MILESTONE: Final = curie("clay:Milestone")
_KIND, _STATUS, _FUNDED, _OF, _SHARE = map(
    curie, ("clay:moneyKind", "clay:moneyStatus", "clay:fundedFrom", "clay:amountOf", "clay:shareOf")
)
_ROLES: Final = tuple(map(curie, ("prov:hadRole", "org:role")))
_BUDGET: Final = curie("money-kind:partner-budget")
_ABOUT, _ASPECT, _RANK, _SAYS, _NAMES = map(curie, ("clay:about", "clay:aspect", "clay:rank", "clay:statesValue", "clay:statesThing"))
_QUOTED, _PHRASE, _PREFERRED = curie("prov:wasQuotedFrom"), curie("prov:value"), curie("rank:preferred")
# The column that names the row, for parts whose own label only says it again.
_HEADS: Final = {curie("clay:ProjectParticipation"): curie("prov:agent"), curie("clay:PartnershipMembership"): curie("org:member")}
_PART_ORDER: Final = {
    kind: n for n, kind in enumerate(map(curie, ("clay:ProjectParticipation", "clay:PartnershipMembership", "clay:ProjectPhase")))
}
_SCHEMA: Final = {
    curie(kind): name
    for kind, name in {
        "clay:Project": "Project", "clay:FundingProgramme": "FundingScheme", "org:Organization": "Organization", "clay:ClusterPartnership": "Organization",
        "clay:ClusterOrganisation": "Organization", "clay:Region": "AdministrativeArea", "clay:Country": "Country", "clay:SourceDocument": "CreativeWork",
        "skos:Concept": "DefinedTerm", "skos:ConceptScheme": "DefinedTermSet",
    }.items()
}  # fmt: skip


class Things:
    """The pages of things in one language."""

    def __init__(self, site: Site, lang: Language) -> None:
        self.site = site
        self.index = site.index
        self.lang = lang
        self.layout = Layout(site, lang)
        self.say = self.layout.say
        self.values = Values(site, lang, self.say)
        self._names: dict[str, str] = {}

    def plural(self, kind: str) -> str:
        """What many things of a class are called, as text."""
        known = PLURALS.get(kind)
        if known:
            return known[self.lang == "fi"]
        name = self.site.name(kind, self.lang)
        return name[:1].upper() + name[1:]

    def property(self, predicate: str) -> str:
        """What a property is called, as HTML."""
        known = self._names.get(predicate)
        if known is None and predicate in PROPERTIES:
            known = self._names[predicate] = PROPERTIES[predicate][self.lang == "fi"]
        if known is None:
            label = self.site.label(predicate, self.lang)
            name = label.text[:1].upper() + label.text[1:]
            known = self._names[predicate] = words(shortened(name, 100), label.lang, self.lang)
        return known

    def page(self, page: Page) -> tuple[str, bytes]:
        """The file of a page, and its content."""
        return self.site.html(page.path, self.lang), _Thing(self, page).content()


class _Thing:
    def __init__(self, all_things: Things, page: Page) -> None:
        self.all = all_things
        self.page = page
        self.site, self.index, self.values, self.say = all_things.site, all_things.index, all_things.values, all_things.say
        self.lang = all_things.lang
        self.near = "../" * page.path.count("/")
        self.kinds = self.site.by_kind(page.parts)
        self.sections: list[tuple[str, str]] = []

    def content(self) -> bytes:
        site, page, lang, say = self.site, self.page, self.lang, self.say
        label = site.label(page.term, lang)
        lead = self.lead()
        layout = self.all.layout
        slug = site.slugs[page.kind]
        crumbs = layout.crumbs(self.near, (f"{url(slug)}/index.html", words(self.all.plural(page.kind))))
        kind = site.label(page.kind, lang) if page.kind else None
        named = PROPERTIES.get(page.kind)
        eyebrow = f'<p class="kind">{named[lang == "fi"] if named else words(kind.text, kind.lang, lang)}</p>' if kind else ""
        body = [crumbs, f'<article id="id">\n<header>{eyebrow}<h1>{words(label.text, label.lang, lang)}</h1>']
        if lead:
            body.append(f'<p class="lead">{words(shortened(lead[0]), lead[1], lang)}</p>')
        body.append("</header>\n")
        made = "".join(self.all_sections())
        facts = self.facts()
        if len(self.sections) > 2:
            links = "".join(f'<li><a href="#{key}">{name}</a></li>' for key, name in self.sections)
            body.append(f'<nav class="toc" aria-label="{say["sections"]}"><ul>{links}</ul></nav>\n')
        body += [facts, made, self.about_data(), "</article>\n"]
        about: dict[str, Any] = {"@id": page.term[1:-1], "@type": _SCHEMA.get(page.kind, "Thing"), "name": site.name(page.term, lang)}
        if lead:
            about["description"] = shortened(lead[0], 500)
        about["subjectOf"] = {
            "@type": "WebPage",
            "license": site.config.licence,
            "inLanguage": lang,
            "url": site.url(site.html(page.path, lang)),
        }
        return layout.page(
            f"{page.path}.html",
            "".join(body),
            title=site.name(page.term, lang),
            description=lead[0] if lead else "",
            data=f"data/{page.path}",
            about=about,
        )

    def lead(self) -> tuple[str, str] | None:
        """What the thing is, in a sentence, and the sentence's language."""
        for predicate in _LEAD:
            said = self.index.objects(self.page.term, predicate)
            if said:
                told, tag, _ = (
                    literal(next((o for o in said if o.endswith(f'"@{self.lang}')), said[0])) if said[0][0] == '"' else ("", "", "")
                )
                if told:
                    return told, tag
        return None

    def section(self, key: str, title: str, body: str) -> str:
        """A section, noted for the list of contents; the empty text if it has nothing."""
        if not body:
            return ""
        self.sections.append((key, title))
        return f'<section aria-labelledby="{key}">\n<h2 id="{key}">{title}</h2>\n{body}</section>\n'

    def all_sections(self) -> Iterator[str]:
        yield self.section("s-money", self.say["money"], self.money())
        done = {_AMOUNT, _CLAIM, _PERIOD, _MILESTONE}
        for number, (kind, parts) in enumerate(sorted(self.kinds.items(), key=lambda item: (_PART_ORDER.get(item[0], 99), item[0]))):
            if kind not in done:
                yield self.section(f"s-{number}", words(self.all.plural(kind)), self.table(kind, parts))
        yield self.section("s-time", self.say["timeline"], self.time())
        yield self.section("s-sources", self.say["sources"], self.claims())
        yield self.section("s-from", self.say["referring"], self.referring())

    # ------------------------------------------------------------------ facts

    def facts(self) -> str:
        own = set(self.page.parts)
        rows = []
        for predicate, objects in self.in_order(self.page.term):
            shown = [o for o in objects if o not in own or predicate == _PERIOD]
            periods = (
                [told for o in objects if o in own and (told := self.values.period(o))] if predicate.endswith("/terms/temporal>") else []
            )
            told = ", ".join(periods) or (self.values.values(shown, self.near, page=self.page.term) if shown else "")
            if told:
                rows.append(f"<div><dt>{self.all.property(predicate)}</dt><dd>{told}</dd></div>")
        for end in (START, END):
            said = self.index.objects(self.page.term, end)
            if said:
                rows.append(f"<div><dt>{self.all.property(end)}</dt><dd>{self.values.value(said[0], self.near)}</dd></div>")
        return f'<section class="facts" aria-label="{self.say["facts"]}"><dl>{"".join(rows)}</dl></section>\n' if rows else ""

    def in_order(self, term: str) -> list[tuple[str, Sequence[str]]]:
        """The properties of a thing that are told as facts, those that people ask for first in front."""
        said = ((p, o) for p, o in self.index.out.get(term, {}).items() if p not in _HIDDEN and p not in (START, END))
        return sorted(said, key=lambda item: (_ORDER.get(item[0], 99), self.all.property(item[0])))

    # ------------------------------------------------------------------ parts

    def anchor(self, part: str) -> str:
        return f' id="{text(self.site.anchor(part))}"'

    def rest(self, shown: int, total: int) -> str:
        return f'<p class="note">{self.say["more_rows"].format(shown=shown, n=total)}</p>' if total > shown else ""

    def table(self, kind: str, parts: Sequence[str]) -> str:
        """Parts of one class as a table: what names them, then what they have most of."""
        shown = parts[:MOST_PARTS]
        head = _HEADS.get(kind)
        counts: dict[str, int] = {}
        for part in shown:
            for predicate, objects in self.index.out.get(part, {}).items():
                if predicate not in _HIDDEN and predicate != head and objects != [self.page.term]:
                    counts[predicate] = counts.get(predicate, 0) + 1
        columns = sorted(counts, key=lambda p: (_ORDER.get(p, 99), -counts[p], p))[:4]
        sums = {part: [a for a in self.index.subjects(_OF, part) if _BUDGET in self.index.objects(a, _KIND)] for part in shown}
        budgets = any(sums.values())
        rows = []
        for part in sorted(shown, key=lambda p: self.order(p, head)):
            named = self.index.objects(part, head) if head else []
            first = self.values.values(named, self.near) if named else self.named(part)
            cells = [f'<th scope="row">{first}</th>']
            for column in columns:
                objects = self.index.objects(part, column)
                cells.append(f"<td>{self.cell(objects) if objects else ''}</td>")
            if budgets:
                told = [self.values.sum(s) for a in sums[part] if (s := self.values.money(a))]
                cells.append(f"<td class=n>{', '.join(told)}</td>")
            rows.append(f"<tr{self.anchor(part)}>{''.join(cells)}</tr>")
        titles = [(self.all.property(head) if head else self.say["name"], False), *((self.all.property(c), False) for c in columns)]
        if kind == _PASSAGE:
            return self.passages(shown) + self.rest(len(shown), len(parts))
        return table([*titles, *([(self.say["budget"], True)] if budgets else [])], rows) + self.rest(len(shown), len(parts))

    def order(self, part: str, head: str | None) -> tuple[str, ...]:
        named = self.index.objects(part, head) if head else []
        first = self.index.objects(part, curie("clay:phaseNumber")) or self.index.objects(part, curie("prov:hadRole"))
        return (first[0] if first else "", self.site.name(named[0] if named else part, self.lang).casefold(), part)

    def named(self, part: str) -> str:
        label = self.site.label(part, self.lang)
        lead = self.values.in_language(o for p in _LEAD for o in self.index.objects(part, p))
        more = f'<br><span class="note">{self.values.value(lead[0], self.near)}</span>' if lead else ""
        return words(self.site.name(part, self.lang), label.lang, self.lang) + more

    def cell(self, objects: Sequence[str]) -> str:
        told = [
            self.values.period(o) or self.values.value(o, self.near, page=self.page.term) if is_iri(o) else self.values.value(o, self.near)
            for o in self.values.in_language(objects)[:6]
        ]
        if len(objects) > 6 and len(told) == 6:
            told.append(self.say["more"].format(n=len(objects) - 6))
        return ", ".join(told) if len(told) < 3 else f"<ul>{''.join(f'<li>{one}</li>' for one in told)}</ul>"

    def passages(self, shown: Iterable[str]) -> str:
        rows = []
        for part in sorted(shown, key=lambda p: (self.site.name(p, self.lang).casefold(), p)):
            claims = self.index.subjects(_QUOTED, part)
            told = []
            for claim in claims[:4]:
                about, aspect = self.index.objects(claim, _ABOUT), self.index.objects(claim, _ASPECT)
                if about:
                    respect = f" ({words(self.site.name(aspect[0], self.lang))})" if aspect else ""
                    told.append(self.values.link(about[0], self.near, page=self.page.term) + respect)
            if len(claims) > 4:
                told.append(self.say["more"].format(n=len(claims) - 4))
            rows.append(f'<tr{self.anchor(part)}><th scope="row">{self.named(part)}</th><td>{"<br>".join(told)}</td></tr>')
        return table([(self.say["source"], False), (self.say["states"], False)], rows)

    def money(self) -> str:
        amounts = self.kinds.get(_AMOUNT, [])
        shown = [(a, self.values.money(a)) for a in amounts[:MOST_PARTS]]
        rows, drawn = [], []
        for amount, told in sorted(shown, key=lambda item: (-(item[1].value if item[1] else 0), item[0])):
            said = self.index.out.get(amount, {})
            cells = "".join(f"<td>{self.cell(said[p]) if p in said else ''}</td>" for p in (_KIND, _STATUS, _FUNDED))
            note = f' <span class="note">({self.say["rounded"]})</span>' if told and told.rounded else ""
            rows.append(
                f'<tr{self.anchor(amount)}><th scope="row">{self.named(amount)}</th>{cells}<td class=n>{self.values.sum(told) if told else ""}{note}</td></tr>'
            )
            if told:
                drawn.append(
                    (
                        told.currency,
                        Bar(self.site.name(amount, self.lang), float(told.value), f"{self.values.number(told.value)} {told.currency}"),
                    )
                )
        if not rows:
            return ""
        head = [(self.say["what"], False), *((self.all.property(p), False) for p in (_KIND, _STATUS, _FUNDED)), (self.say["amount"], True)]
        same = {currency for currency, _ in drawn}
        chart = (
            bars([bar for _, bar in drawn], title=f"{self.say['money']}: {self.site.name(self.page.term, self.lang)}")
            if len(same) == 1
            else ""
        )
        return chart + table(head, rows) + self.rest(len(shown), len(amounts))

    def time(self) -> str:
        timed = [*self.kinds.get(_PERIOD, [])[:MOST_PARTS], *self.kinds.get(_MILESTONE, [])[:MOST_PARTS]]
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
                rows.append(
                    ((first or 9999.0, name), f'<tr{self.anchor(part)}><th scope="row">{self.named(part)}</th><td>{dates}</td></tr>')
                )
        chart = timeline(spans, title=f"{self.say['timeline']}: {self.site.name(self.page.term, self.lang)}")
        told = [row for _, row in sorted(rows)]
        return chart + (table([(self.say["what"], False), (self.say["timeline"], False)], told) if told else "")

    # ------------------------------------------------------------------ where it comes from

    def claims(self) -> str:
        claims = self.kinds.get(_CLAIM, [])
        shown = claims[:MOST_PARTS]
        if not shown:
            return ""
        groups: dict[tuple[str, str], list[str]] = {}
        for claim in shown:
            about, aspect = (next(iter(self.index.objects(claim, p)), "") for p in (_ABOUT, _ASPECT))
            groups.setdefault((about, aspect), []).append(claim)
        rows = []
        for (about, aspect), same in sorted(groups.items(), key=lambda item: (item[0][0] != self.page.term, item[0])):
            preferred = {v for c in same if _PREFERRED in self.index.objects(c, _RANK) for v in self.stated(c)}
            disputed = any(v not in preferred for c in same for v in self.stated(c)) and len(same) > 1
            respect = words(self.site.name(aspect, self.lang)) if aspect else ""
            if about != self.page.term:
                respect += f' <span class="note">{words(self.site.name(about, self.lang))}</span>'
            if disputed:
                respect += f' <span class="flag">{self.say["disagree"]}</span>'
            for number, claim in enumerate(sorted(same, key=lambda c: (_PREFERRED not in self.index.objects(c, _RANK), c))):
                head = f'<th scope="row" rowspan="{len(same)}">{respect}</th>' if number == 0 else ""
                rows.append(f"<tr{self.anchor(claim)}>{head}{self.claim(claim, ranked=disputed)}</tr>")
        titles = [(self.say[key], False) for key in ("respect", "states", "source")]
        return f'<p class="note">{self.say["agree_note"]}</p>' + table(titles, rows) + self.rest(len(shown), len(claims))

    def stated(self, claim: str) -> list[str]:
        return [*self.index.objects(claim, _SAYS), *self.index.objects(claim, _NAMES)]

    def claim(self, claim: str, *, ranked: bool) -> str:
        stated = self.values.values(self.stated(claim), self.near, page=self.page.term) if self.stated(claim) else ""
        rank = self.index.objects(claim, _RANK)
        if ranked and rank:
            stated += f' <span class="note">({words(self.site.name(rank[0], self.lang))})</span>'
        passage = self.index.objects(claim, _QUOTED)
        source = self.values.link(passage[0], self.near) if passage else ""
        phrase = self.index.objects(claim, _PHRASE)
        if phrase:
            source += f" <q>{self.values.value(phrase[0], self.near)}</q>"
        return f"<td>{stated}</td><td>{source}</td>"

    def referring(self) -> str:
        own = {self.page.term, *self.page.parts}
        groups: list[tuple[str, str, list[str]]] = []
        for predicate, subjects in self.index.back.get(self.page.term, {}).items():
            for kind, things in self.site.by_kind(s for s in subjects if s not in own).items():
                if kind != _CLAIM and things and things[0] in self.site.paths:
                    groups.append((predicate, kind, things))
        told = []
        for predicate, kind, things in sorted(groups, key=lambda g: (self.all.plural(g[1]), g[0])):
            ordered = sorted(things, key=lambda t: (self.site.name(t, self.lang).casefold(), t)) if len(things) <= 500 else things
            items = "".join(f"<li>{self.refers(t, kind)}</li>" for t in ordered[:MOST_REFERRING])
            if len(things) > MOST_REFERRING:
                items += f'<li class="note">{self.say["more"].format(n=len(things) - MOST_REFERRING)}</li>'
            if _HEADS.get(kind) == predicate:
                title = f'{self.say["takes_part"]} <span class="note">({len(things)})</span>'
            else:
                title = f'{words(self.all.plural(kind))} <span class="note">({self.all.property(predicate)}, {len(things)})</span>'
            told.append(f'<h3>{title}</h3><ul class="cols">{items}</ul>')
        return "".join(told)

    def refers(self, thing: str, kind: str) -> str:
        """A thing that refers to the page's; a part in something by what it is a part in, and in which role."""
        home = self.site.parts.get(thing)
        if kind not in _HEADS or home is None:
            return self.values.link(thing, self.near)
        roles = [words(self.site.name(r, self.lang)) for p in _ROLES for r in self.index.objects(thing, p)]
        return self.values.link(home, self.near) + (f' <span class="note">{", ".join(roles)}</span>' if roles else "")

    # ------------------------------------------------------------------ data

    def about_data(self) -> str:
        site, page, say = self.site, self.page, self.say
        config = site.config
        up = f"{self.near}../data/{url(page.path)}"
        formats = "".join(f'<li><a href="{up}.{ending}" type="{kind}">{name}</a></li>' for ending, (kind, name, _) in FORMATS.items())
        citation = f"{words(config.publisher)}: {words(site.name(page.term, self.lang))}. {words(config.title[self.lang])}."
        return (
            f'<section class="data" aria-labelledby="s-data"><h2 id="s-data">{say["data"]}</h2><ul class="formats">{formats}</ul><dl>'
            f"<div><dt>{say['identifier']}</dt><dd>{outward(page.term[1:-1])}</dd></div>"
            f"<div><dt>{say['licence']}</dt><dd>{licence(config.licence)}</dd></div>"
            f"<div><dt>{say['cite']}</dt><dd>{citation} {words(page.term[1:-1])}</dd></div></dl></section>\n"
        )
