"""A report as one page of HTML: no script, nothing to fetch, light or dark as the reader has it, everything from outside escaped."""

from __future__ import annotations

from collections import Counter
from html import escape
from typing import TYPE_CHECKING, Final

from clayonto.namespaces import shorten
from clayonto.validation.naming import clean
from clayonto.validation.report import COUNTS
from clayonto.validation.violation import SEVERITIES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clayonto.validation.report import By, ValidationReport
    from clayonto.validation.violation import Violation

_WORDS: Final = {
    "en": {
        "title": "Validation report",
        "yes": "The data conforms",
        "no": "The data does not conform",
        "skip": "Skip to the results",
        "nodes": "nodes checked",
        "engine": "engine",
        "seconds": "seconds",
        "thing": "Results by thing",
        "shape": "Results by shape",
        "nothing": "Nothing to remark.",
        "contents": "Contents",
        "of": {"thing": "Thing", "shape": "Shape"},
        "place": "Place",
        "property": "property",
        "value": "value",
        "rule": "rule",
        "line": "line",
        "shapes": "Every shape that was checked",
        "told": "Each shape with targets, the slowest first. A result of a property shape counts for the shape that has it.",
        "untold": "Each shape with targets. The engine does not tell the time of a shape.",
        "head": ("Shape", "Nodes", "Violations", "Warnings", "Notes", "Seconds"),
    },
    "fi": {
        "title": "Tarkistusraportti",
        "yes": "Aineisto on muotojen mukainen",
        "no": "Aineisto ei ole muotojen mukainen",
        "skip": "Siirry tuloksiin",
        "nodes": "solmua tarkistettu",
        "engine": "moottori",
        "seconds": "sekuntia",
        "thing": "Tulokset asioittain",
        "shape": "Tulokset muodoittain",
        "nothing": "Ei huomautettavaa.",
        "contents": "Sisällys",
        "of": {"thing": "Asia", "shape": "Muoto"},
        "place": "Paikka",
        "property": "ominaisuus",
        "value": "arvo",
        "rule": "sääntö",
        "line": "rivi",
        "shapes": "Kaikki tarkistetut muodot",
        "told": "Jokainen muoto, jolla on kohteita, hitain ensin. Ominaisuusmuodon tulos lasketaan muodolle, johon se kuuluu.",
        "untold": "Jokainen muoto, jolla on kohteita. Moottori ei kerro muotojen aikoja.",
        "head": ("Muoto", "Solmuja", "Rikkomuksia", "Varoituksia", "Huomautuksia", "Sekuntia"),
    },
}
_STYLE: Final = """
:root { color-scheme: light dark; --ground: #f6f7f9; --card: #fff; --ink: #1b2330; --soft: #55607a; --line: #dce0e8; --link: #0b57a4;
  --violation: #a3182b; --violation-soft: #fdecee; --warning: #7a4a00; --warning-soft: #fff3dc; --info: #0a527f; --info-soft: #e5f2fb;
  --good: #17623a; }
@media (prefers-color-scheme: dark) { :root { --ground: #12161d; --card: #1a202a; --ink: #e8ecf3; --soft: #a3afc4; --line: #2f3846;
  --link: #8cc2ff; --violation: #ff9aa5; --violation-soft: #3b1a20; --warning: #f5c469; --warning-soft: #37290f; --info: #8fcdf7;
  --info-soft: #14303f; --good: #7fd6a2; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--ink); font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: .5rem 1rem; z-index: 1; }
header, main, footer { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; }
header { padding-top: 2.5rem; }
.kind { margin: 0; color: var(--soft); font-size: .875rem; letter-spacing: .04em; }
h1 { margin: .1rem 0 .25rem; font-size: 1.9rem; line-height: 1.2; font-weight: 650; }
h1.no { color: var(--violation); } h1.yes { color: var(--good); }
.facts { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: .5rem 0 0; padding: 0; list-style: none; color: var(--soft); font-size: .925rem; }
.counts { display: flex; flex-wrap: wrap; gap: .75rem; margin: 1.25rem 0 0; padding: 0; list-style: none; }
.counts li { background: var(--card); border: 1px solid var(--line); border-left: .3rem solid var(--tone); border-radius: .4rem;
  padding: .5rem 1.1rem .55rem .9rem; min-width: 8.5rem; }
.counts strong { display: block; font-size: 1.5rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.violation { --tone: var(--violation); --tone-soft: var(--violation-soft); }
.warning { --tone: var(--warning); --tone-soft: var(--warning-soft); }
.info { --tone: var(--info); --tone-soft: var(--info-soft); }
h2 { margin: 2.25rem 0 .75rem; font-size: 1.25rem; font-weight: 620; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; margin: 0 0 1rem; padding: 1rem 1.25rem .35rem; }
article h3 { margin: 0; font-size: 1.05rem; font-weight: 620; overflow-wrap: anywhere; }
.where { margin: .1rem 0 .5rem; color: var(--soft); font-size: .875rem; overflow-wrap: anywhere; }
.results { list-style: none; margin: 0; padding: 0; }
.results > li { border-top: 1px solid var(--line); padding: .7rem 0 .75rem; display: grid; grid-template-columns: 7.5rem 1fr; gap: 0 .75rem; }
.badge { justify-self: start; align-self: start; background: var(--tone-soft); color: var(--tone); border-radius: .3rem; padding: .08rem .55rem;
  font-size: .84rem; font-weight: 600; }
.results p { margin: 0; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: .1rem 1.25rem; margin: .3rem 0 0; font-size: .86rem; color: var(--soft); }
dl div { display: flex; gap: .4rem; min-width: 0; } dt::after { content: ":"; } dd { margin: 0; overflow-wrap: anywhere; }
code { font: .93em/1.4 ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible { outline: .15rem solid var(--link); outline-offset: .15rem; }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .5rem; }
table { border-collapse: collapse; width: 100%; font-size: .9rem; }
caption { text-align: left; color: var(--soft); padding: .8rem 1rem .4rem; }
th, td { text-align: left; padding: .4rem 1rem; border-top: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
thead th { border-top: 0; color: var(--soft); font-weight: 600; white-space: nowrap; }
tbody th { font-weight: 400; min-width: 13rem; } th > code { color: var(--soft); }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
td.none { color: var(--soft); } td.some { color: var(--tone); font-weight: 650; }
footer { color: var(--soft); font-size: .86rem; padding-top: 1.5rem; padding-bottom: 3rem; }
@media (max-width: 40rem) { .results > li { grid-template-columns: 1fr; gap: .35rem; } }
@media print { body { background: #fff; } article, .scroll { break-inside: avoid; } }
"""


def page(report: ValidationReport, *, lang: str = "en", by: By = "thing") -> str:
    """A report as HTML.

    :param by: what the results stand below: the node that is wrong (``thing``) or what it breaks (``shape``).
    """
    return "\n".join(_Page(report, lang, by).lines()) + "\n"


class _Page:
    def __init__(self, report: ValidationReport, lang: str, by: By) -> None:
        self.report = report
        self.lang = lang
        self.by: By = by
        self.words = _WORDS[lang]
        self.groups = report.grouped(by=by)

    def say(self, word: str) -> str:
        return str(self.words[word])

    def lines(self) -> Iterator[str]:
        report = self.report
        verdict = "yes" if report.conforms else "no"
        yield f'<!doctype html>\n<html lang="{self.lang}">\n<head>\n<meta charset="utf-8">'
        # Whatever the data says, nothing runs and nothing is fetched.
        yield "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">"
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
        yield f"<title>{self.say(verdict)} – {self.say('title')}</title>\n<style>{_STYLE}</style>\n</head>\n<body>"
        yield f'<a class="skip" href="#results">{self.say("skip")}</a>\n<header>'
        yield f'<p class="kind">{self.say("title")}</p>\n<h1 class="{verdict}">{self.say(verdict)}</h1>\n<ul class="facts">'
        yield f"<li>{report.nodes} {self.say('nodes')}</li><li>{self.say('engine')} {_text(report.engine)}</li>"
        if report.seconds is not None:
            yield f"<li>{report.seconds:.3f} {self.say('seconds')}</li>"
        yield '</ul>\n<ul class="counts">'
        for severity, count in report.counts.items():
            yield f'<li class="{severity}"><strong>{count}</strong>{COUNTS[self.lang][severity][count != 1]}</li>'
        yield f'</ul>\n</header>\n<main id="results">\n<h2>{self.say(self.by)}</h2>'
        if not self.groups:
            yield f"<p>{self.say('nothing')}</p>"
        if len(self.groups) > 5:
            yield from self.contents()
        for number, group in enumerate(self.groups.values(), start=1):
            yield from self.group(number, group)
        yield from self.shapes()
        yield "</main>\n<footer>clayonto validate</footer>\n</body>\n</html>"

    def contents(self) -> Iterator[str]:
        _, _, *head = self.words["head"]
        of = self.words["of"]
        assert isinstance(of, dict)
        yield f'<nav aria-label="{self.say("contents")}"><div class="scroll" tabindex="0"><table>\n<thead><tr><th scope="col">{of[self.by]}</th>'
        yield "".join(f'<th scope="col" class="number">{name}</th>' for name in head[:3]) + "</tr></thead>\n<tbody>"
        for number, group in enumerate(self.groups.values(), start=1):
            counts = Counter(one.severity for one in group)
            yield f'<tr><th scope="row"><a href="#g{number}">{_bidi(self.title(group[0]))}</a>{self.subtitle(group[0])}</th>{_counts(counts)}</tr>'
        yield "</tbody>\n</table></div></nav>\n<p></p>"

    def title(self, one: Violation) -> str:
        if self.by == "shape":
            return one.rule_label(self.lang)
        return one.label.get(self.lang) or one.label.get("en") or one.thing(self.lang)

    def subtitle(self, one: Violation) -> str:
        """What tells two shapes apart that are about one property."""
        short = shorten(one.rule)
        return f" <code>{_bidi(short)}</code>" if self.by == "shape" and short != self.title(one) else ""

    def group(self, number: int, group: Sequence[Violation]) -> Iterator[str]:
        first = group[0]
        iri = first.focus if self.by == "thing" else first.rule
        place = first.place if self.by == "thing" else None
        told = [_link(iri, self.report.base)] if not iri.startswith("_:") else []
        told += [f"<code>{_text(str(place))}</code>"] if place is not None else []
        yield f'<article aria-labelledby="g{number}">\n<h3 id="g{number}">{_bidi(self.title(first))}</h3>'
        yield f'<p class="where">{" · ".join(told)}</p>\n<ul class="results">' if told else '<ul class="results">'
        for one in group:
            yield from self.result(one)
        yield "</ul>\n</article>"

    def result(self, one: Violation) -> Iterator[str]:
        yield f'<li class="{one.severity}"><span class="badge">{COUNTS[self.lang][one.severity][0]}</span>\n<div><p>{_bidi(one.message(self.lang))}</p>'
        facts = []
        if self.by == "shape":
            of = self.words["of"]
            assert isinstance(of, dict)
            facts.append((of["thing"].lower(), _bidi(one.thing(self.lang))))
            if one.place is not None:
                facts.append((self.say("place").lower(), f"<code>{_text(str(one.place))}</code>"))
        if one.path is not None:
            facts.append((self.say("property"), _bidi(one.path_label[self.lang])))
        if one.value is not None:
            facts.append((self.say("value"), _bidi(one.shown_value(self.lang))))
        at, place = one.value_place, one.place
        if at is not None and at.line and at != place:
            same = place is not None and at.file == place.file
            facts.append((self.say("line"), f"<code>{at.line if same else _text(str(at))}</code>"))
        rule = f"{_link(one.rule, self.report.base)} " if self.by == "thing" else ""
        facts.append((self.say("rule"), f"{rule}<code>{_text(one.demand)}</code>"))
        listed = "".join(f"<div><dt>{name}</dt><dd>{told}</dd></div>" for name, told in facts)
        yield f"<dl>{listed}</dl></div></li>"

    def shapes(self) -> Iterator[str]:
        shapes = sorted(self.report.shapes, key=lambda s: (-(s.seconds or 0), s.shape))
        if not shapes:
            return
        first, *rest = self.words["head"]
        yield f'<h2 id="shapes">{self.say("shapes")}</h2>\n<div class="scroll" tabindex="0" role="region" aria-labelledby="shapes"><table>'
        yield f"<caption>{self.say('untold' if self.report.seconds is None else 'told')}</caption>"
        yield (
            f'<thead><tr><th scope="col">{first}</th>'
            + "".join(f'<th scope="col" class="number">{name}</th>' for name in rest)
            + "</tr></thead>"
        )
        yield "<tbody>"
        for one in shapes:
            label = one.label.get(self.lang) or one.label.get("en") or ""
            name = f"{_bidi(label)} {_link(one.shape, self.report.base)}" if label else _link(one.shape, self.report.base)
            seconds = "–" if one.seconds is None else f"{one.seconds:.4f}"
            yield f'<tr><th scope="row">{name}</th><td class="number">{one.nodes}</td>{_counts(one.counts)}<td class="number">{seconds}</td></tr>'
        yield "</tbody>\n</table></div>"


def _counts(counts: Mapping[str, int]) -> str:
    cells = ((severity, counts.get(severity, 0)) for severity in SEVERITIES)
    return "".join(f'<td class="number {f"some {severity}" if count else "none"}">{count}</td>' for severity, count in cells)


def _text(text: str) -> str:
    return escape(clean(text))


def _bidi(text: str) -> str:
    """Text from outside, kept from turning the text around it."""
    return f"<bdi>{_text(text)}</bdi>"


def _link(iri: str, base: str) -> str:
    """An IRI by its short form, a link if it is one of the Web: others, such as ``javascript:``, are not followed."""
    short = _bidi(shorten(iri, base=base))
    if not iri.startswith(("http://", "https://")):
        return f"<code>{short}</code>"
    return f'<a href="{_text(iri)}"><code>{short}</code></a>'
