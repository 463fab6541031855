"""Where what a page says comes from, and what refers to the thing of the page."""

from __future__ import annotations

from typing import Final

from clayonto.publish.index import curie, literal
from clayonto.publish.markup import table, text, words
from clayonto.publish.parts import CLAIM, HEADS, Context
from clayonto.publish.paths import url
from clayonto.publish.site import MOST_CLAIMS, MOST_PARTS

MOST_REFERRING: Final = 20
"""How many things of one class that refer to another in one way are on its page; of more, all are on pages of their own."""
MOST_ON_PAGE: Final = 200
"""How many of them each of those pages has."""
_ROLES: Final = tuple(map(curie, ("prov:hadRole", "org:role")))
_ABOUT, _ASPECT, _RANK, _SAYS, _NAMES = map(curie, ("clay:about", "clay:aspect", "clay:rank", "clay:statesValue", "clay:statesThing"))
_QUOTED, _PHRASE, _PREFERRED = curie("prov:wasQuotedFrom"), curie("prov:value"), curie("rank:preferred")


class Origins(Context):
    """The claims behind a thing and its parts, and what refers to it."""

    def claims(self) -> str:
        """What each source says, grouped by respect; where sources disagree, that is told.

        Where all claims are on pages of their own, the page of the thing shows those on which sources disagree.
        """
        claims = self.kinds.get(CLAIM, [])
        disputed_only = bool(self.here) and len(claims) > MOST_CLAIMS
        shown = claims if disputed_only else claims[:MOST_PARTS]
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
            if disputed_only and not disputed:
                continue
            respect = words(self.site.name(aspect, self.lang)) if aspect else ""
            if about != self.page.term:
                respect += f" <span class=note>{words(self.site.name(about, self.lang))}</span>"
            if disputed:
                respect += f" <span class=flag>{self.say['disagree']}</span>"
            for number, claim in enumerate(sorted(same, key=lambda c: (_PREFERRED not in self.index.objects(c, _RANK), c))):
                head = f'<th scope=row rowspan="{len(same)}">{respect}</th>' if number == 0 else ""
                named = "" if disputed_only else self.anchor(claim)
                rows.append(f"<tr{named}>{head}{self.claim(claim, ranked=disputed)}</tr>")
        titles = [(self.say[key], False) for key in ("respect", "states", "source")]
        told = f"<p class=note>{self.say['agree_note']}</p>" + (table(titles, rows) if rows else "")
        if disputed_only:
            where = next(path for path, kind, _ in self.site.more_parts(self.page) if kind == CLAIM)
            return f'{told}<p><a href="{self.near}{url(where)}.html">{self.say["all"].format(n=len(claims))}</a></p>'
        return told + self.rest(len(shown), len(claims))

    def stated(self, claim: str) -> list[str]:
        """The values that a claim states."""
        return [*self.index.objects(claim, _SAYS), *self.index.objects(claim, _NAMES)]

    def claim(self, claim: str, *, ranked: bool) -> str:
        """The cells of one claim: what it states, and where."""
        stated = self.values.values(self.stated(claim), self.near, page=self.here) if self.stated(claim) else ""
        rank = self.index.objects(claim, _RANK)
        if ranked and rank:
            stated += f" <small>({words(self.site.name(rank[0], self.lang))})</small>"
        passage = self.index.objects(claim, _QUOTED)
        source = self.values.link(passage[0], self.near) if passage else ""
        phrase = self.index.objects(claim, _PHRASE)
        if phrase:
            said, tag, _ = literal(phrase[0])
            spoken = f' lang="{text(tag)}"' if tag and tag != self.lang else ""
            source += f" <q{spoken}>{words(said)}</q>"
        return f"<td>{stated}</td><td>{source}</td>"

    def referring(self) -> str:
        """What refers to the thing, by class and property; of many, the first ones, and where all of them are."""
        told = []
        before = 0
        for number, (title, kind, things) in enumerate(self.groups()):
            items = "".join(f"<li>{self.refers(t, kind)}</li>" for t in things[:MOST_REFERRING])
            if len(things) > MOST_REFERRING:
                where = f"{self.near}more/{url(self.page.path)}/refers-{before // MOST_ON_PAGE + 1}.html#g-{number}"
                items += f'<li><a href="{where}">{self.say["all"].format(n=len(things))}</a></li>'
                before += len(things)
            told.append(f'<h3>{title}</h3><ul class="cols">{items}</ul>')
        return "".join(told)

    def groups(self) -> list[tuple[str, str, list[str]]]:
        """What refers to the thing: the title of each class and property as HTML, the class, and the things in order."""
        told = []
        for predicate, kind, things in sorted(
            self.site.once(f"referring {self.page.term}", self._groups), key=lambda g: (self.all.plural(g[1]), g[0])
        ):
            ordered = sorted(things, key=lambda t: (self.site.name(t, self.lang).casefold(), t)) if len(things) <= 500 else things
            if HEADS.get(kind) == predicate:
                title = f"{self.say['takes_part']} <span class=note>({len(things)})</span>"
            else:
                title = f"{words(self.all.plural(kind))} <span class=note>({self.all.property(predicate)}, {len(things)})</span>"
            told.append((title, kind, ordered))
        return told

    def _groups(self) -> list[tuple[str, str, list[str]]]:
        own = {self.page.term, *self.page.parts}
        return [
            (predicate, kind, things)
            for predicate, subjects in self.index.back.get(self.page.term, {}).items()
            for kind, things in self.site.by_kind(s for s in subjects if s not in own).items()
            if kind != CLAIM and things and things[0] in self.site.paths
        ]

    def refers(self, thing: str, kind: str) -> str:
        """A thing that refers to the page's; a part in something by what it is a part in, and in which role."""
        home = self.site.parts.get(thing)
        if kind not in HEADS or home is None:
            return self.values.link(thing, self.near)
        roles = [words(self.site.name(r, self.lang)) for p in _ROLES for r in self.index.objects(thing, p)]
        return self.values.link(home, self.near) + (f" <span class=note>{', '.join(roles)}</span>" if roles else "")
