"""The page of one thing: what it is, its parts as tables, where it is stated, what refers to it, and its data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clayonto.publish import maps, more, sorted_lists
from clayonto.publish.data import FORMATS
from clayonto.publish.history import History
from clayonto.publish.index import curie, literal
from clayonto.publish.layout import Layout, licence
from clayonto.publish.markup import outward, shortened, words
from clayonto.publish.origins import Origins
from clayonto.publish.parts import AMOUNT, CLAIM, HIDDEN, LEAD, MILESTONE, ORDER, PERIOD, Context, Parts
from clayonto.publish.paths import url
from clayonto.publish.values import END, START, Values
from clayonto.publish.wording import PLURALS, PROPERTIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clayonto.locales import Language
    from clayonto.publish.site import Page, Site

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
        self.site.asks(predicate)
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


class _Thing(Context):
    def __init__(self, all_things: Things, page: Page) -> None:
        super().__init__(all_things, page)
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
        eyebrow = f"<p class=kind>{named[lang == 'fi'] if named else words(kind.text, kind.lang, lang)}</p>" if kind else ""
        body = [crumbs, f'<article id="id">\n<header>{eyebrow}<h1>{words(label.text, label.lang, lang)}</h1>']
        if lead:
            body.append(f"<p class=lead>{words(shortened(lead[0]), lead[1], lang)}</p>")
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
        for predicate in LEAD:
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
        parts, origins = Parts(self.all, self.page), Origins(self.all, self.page)
        yield self.section("s-money", self.say["money"], parts.money())
        done = {AMOUNT, CLAIM, PERIOD, MILESTONE}
        for number, (kind, things) in enumerate(sorted(self.kinds.items(), key=lambda item: (_PART_ORDER.get(item[0], 99), item[0]))):
            if kind not in done:
                yield self.section(f"s-{number}", words(self.all.plural(kind)), parts.table(kind, things))
        yield self.section("s-map", self.say["map"], maps.small(self))
        yield self.section("s-time", self.say["timeline"], parts.time())
        yield self.section("s-history", self.say["history"], History(self.all, self.page).section())
        yield self.section("s-sources", self.say["sources"], origins.claims())
        yield self.section("s-from", self.say["referring"], sorted_lists.listed(self) + origins.referring())
        yield self.section("s-more", self.say["all_parts"], more.leading_on(self))

    # ------------------------------------------------------------------ facts

    def facts(self) -> str:
        own = set(self.page.parts)
        rows = []
        for predicate, objects in self.in_order(self.page.term):
            shown = [o for o in objects if o not in own or predicate == PERIOD]
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
        said = ((p, o) for p, o in self.index.out.get(term, {}).items() if p not in HIDDEN and p not in (START, END))
        return sorted(said, key=lambda item: (ORDER.get(item[0], 99), self.all.property(item[0])))

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
