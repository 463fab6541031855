"""A difference for people, as one HTML page: no scripts, nothing fetched, readable in light and dark, on paper, and by ear."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from clayonto.difference.reading import Reading
from clayonto.difference.text import MOST_WHOLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from clayonto.difference.compare import Difference
    from clayonto.difference.reading import Entry, Row, Section

_STYLE: Final = """
:root { color-scheme: light dark; --ink: #1d2228; --soft: #56606b; --paper: #fff; --card: #f6f7f9; --line: #d9dee4;
  --gone: #a3122a; --gone-back: #fdebec; --come: #0a6236; --come-back: #e4f6ea; --link: #0b5394; --new: #7a4a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e7eaee; --soft: #a5afba; --paper: #14181c; --card: #1d2329; --line: #353e47;
  --gone: #ff9aa5; --gone-back: #3d1a20; --come: #7fdca4; --come-back: #143323; --link: #8fc1f5; --new: #f0c27a; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .5rem; text-wrap: balance; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-bottom: .25rem; border-bottom: 1px solid var(--line); }
h2::first-letter { text-transform: uppercase; }
h3 { font-size: 1rem; margin: 0; }
a { color: var(--link); text-underline-offset: .15em; }
a:focus-visible, summary:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 2px; }
code { font: .82em ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; color: var(--soft); }
nav ul, .whole, .rows { list-style: none; margin: 0; padding: 0; }
nav ul { display: flex; flex-wrap: wrap; gap: .4rem 1.1rem; margin-top: 1rem; }
nav li::first-letter { text-transform: uppercase; }
nav span, .source, .counts, .summary { color: var(--soft); }
.compared { margin: 0; } .summary { margin: .25rem 0 0; }
.thing { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; margin: 0 0 .9rem; }
.rows { margin-top: .4rem; }
.rows > li { padding: .3rem 0 .3rem 1.5rem; position: relative; }
.rows > li + li { border-top: 1px solid var(--line); }
.rows .rows { margin: .1rem 0 0; font-size: .95em; } .rows .rows > li { border: 0; padding: .1rem 0 .1rem 1.5rem; }
.sign { position: absolute; left: .1rem; font-weight: 700; color: var(--new); }
.added > .sign { color: var(--come); } .removed > .sign { color: var(--gone); }
.label { font-weight: 600; } .label::after { content: ":"; } .label.alone::after { content: ""; }
del, ins { text-decoration: none; border-radius: .25rem; padding: .05rem .3rem; -webkit-box-decoration-break: clone; box-decoration-break: clone; }
del { color: var(--gone); background: var(--gone-back); text-decoration: line-through; text-decoration-thickness: 1px; }
ins { color: var(--come); background: var(--come-back); }
.rewritten del { text-decoration: none; }
.arrow { color: var(--soft); }
.source { font-size: .92em; }
.whole > li { position: relative; padding: .25rem 0 .25rem 1.5rem; }
summary { cursor: pointer; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media print { body { max-width: none; padding: 0; } .thing { break-inside: avoid; background: none; } }
"""
_WORDS: Final = {
    "en": {
        "title": "What changed", "from": "from {old} to {new}", "types": "Types", "changed": "changed", "added": "added",
        "removed": "removed", "rewritten": "written differently", "becomes": "becomes", "was": "was", "is": "is",
    },
    "fi": {
        "title": "Mikä muuttui", "from": "{old} → {new}", "types": "Luokat", "changed": "muuttunut", "added": "lisätty",
        "removed": "poistettu", "rewritten": "kirjoitettu toisin", "becomes": "nyt", "was": "oli", "is": "on",
    },
}  # fmt: skip
_SPACED: Final = re.compile(r"(?<=\d) (?=\d|[A-Z]{3}$)")
_SIGNS: Final = {"changed": "~", "added": "+", "removed": "−", "rewritten": "≈"}


def to_html(difference: Difference, *, lang: str = "en", full: bool = False) -> str:
    """See :meth:`clayonto.Difference.to_html`."""
    return _Page(Reading(difference, lang, full=full)).document()


class _Page:
    def __init__(self, reading: Reading) -> None:
        self.reading = reading
        self.full = reading.full
        self.words = _WORDS[reading.lang]

    def document(self) -> str:
        reading, difference = self.reading, self.reading.difference
        sections = reading.sections()
        names = {"old": f"<code>{escape(difference.old.name)}</code>", "new": f"<code>{escape(difference.new.name)}</code>"}
        return "\n".join(
            [
                "<!DOCTYPE html>",
                f'<html lang="{reading.lang}">',
                '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
                f"<title>{self.words['title']}: {escape(difference.old.name)} → {escape(difference.new.name)}</title>",
                f"<style>{_STYLE}</style></head>",
                "<body>",
                f'<header><h1>{self.words["title"]}</h1>\n<p class="compared">{self.words["from"].format(**names)}</p>',
                *(f'<p class="summary">{escape(line)}</p>' for line in reading.summary(sections)),
                *self.contents(sections),
                "</header>",
                "<main>",
                *(line for number, section in enumerate(sections, start=1) for line in self.section(section, number)),
                "</main>",
                "</body></html>",
            ]
        )

    def contents(self, sections: Sequence[Section]) -> Iterable[str]:
        if len(sections) < 2:
            return
        yield f'<nav aria-label="{self.words["types"]}"><ul>'
        for number, section in enumerate(sections, start=1):
            yield f'<li><a href="#type-{number}">{escape(section.title)}</a> <span>{len(section.entries)}</span></li>'
        yield "</ul></nav>"

    def section(self, section: Section, number: int) -> Iterable[str]:
        yield f'<section aria-labelledby="type-{number}"><h2 id="type-{number}">{escape(section.title)}</h2>'
        for entry in section.entries:
            if entry.status == "changed":
                yield f'<article class="thing"><h3>{self.named(entry)}</h3>'
                yield from self.rows(entry.rows)
                yield "</article>"
        for status in ("added", "removed"):
            yield from self.whole([e for e in section.entries if e.status == status])
        yield "</section>"

    def whole(self, entries: list[Entry]) -> Iterable[str]:
        """Things that were added, or removed, as a whole."""
        if not entries:
            return
        yield '<ul class="whole">'
        for entry in entries if self.full else entries[:MOST_WHOLE]:
            line = f'{self.named(entry)} <span class="counts">{escape(entry.counts)}</span>'
            yield f'<li class="{entry.status}">{self.sign(entry.status)} '
            if self.full:
                yield f"<details open><summary>{line}</summary>"
                yield from self.rows(entry.rows)
                yield "</details>"
            else:
                yield line
            yield "</li>"
        if not self.full and len(entries) > MOST_WHOLE:
            more = self.reading.words["more"].format(len(entries) - MOST_WHOLE)
            yield f'<li class="{entries[0].status}">{self.sign(entries[0].status)} <span class="counts">{escape(more)}</span></li>'
        yield "</ul>"

    def named(self, entry: Entry) -> str:
        return escape(entry.label) + (f" {self.code(entry.name, entry.iri)}" if entry.name else "")

    @staticmethod
    def code(name: str, iri: str) -> str:
        """A short IRI, which leads to the thing where that is somewhere on the web; no other scheme can be followed from the page."""
        code = f"<code>{escape(name)}</code>"
        return f'<a href="{escape(iri)}">{code}</a>' if iri.startswith(("https://", "http://")) else code

    def sign(self, change: str) -> str:
        return f'<span class="sign" aria-hidden="true">{_SIGNS[change]}</span><span class="unseen">{self.words[change]}: </span>'

    def rows(self, rows: Sequence[Row]) -> Iterable[str]:
        if not rows:
            return
        yield '<ul class="rows">'
        for row in rows:
            values = self.values(row)
            label = f'<span class="label{"" if values else " alone"}">{escape(row.label)}</span>'
            source = f' <span class="source">{escape(row.source)}</span>' if row.source else ""
            name = f" {self.code(row.name, row.iri)}" if row.name else ""
            yield f'<li class="{row.change}">{self.sign(row.change)}{label} {values}{source}{name}'
            yield from self.rows(row.rows)
            yield "</li>"
        yield "</ul>"

    def values(self, row: Row) -> str:
        # A number in threes stays on one line.
        old, new = (
            ", ".join(f"<{tag}>{escape(_SPACED.sub(chr(0xA0), value) if row.name else value)}</{tag}>" for value in values)
            for tag, values in (("del", row.old), ("ins", row.new))
        )
        arrow = f' <span class="arrow"><span aria-hidden="true">→</span><span class="unseen">{self.words["becomes"]}</span></span> '
        return f"{old}{arrow}{new}" if old and new else old or new
