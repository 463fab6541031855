"""The frame of every page: head, navigation, footer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from clayonto.publish.data import FORMATS
from clayonto.publish.markup import is_web, outward, shortened, text, words
from clayonto.publish.paths import url
from clayonto.publish.site import DOWNLOADS
from clayonto.publish.wording import WORDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clayonto.locales import Language
    from clayonto.publish.site import Site

_POLICY: Final = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'self'"
"""The content security policy: nothing from elsewhere, no script or style inside a page."""
_SCRIPTS: Final = "; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'self'"
"""What pages may do besides that have scripts."""
CONTEXT: Final = {"@vocab": "https://schema.org/"} | {name: {"@type": "@id"} for name in ("license", "url")}
"""The context of the JSON-LD in pages: written out, because a client that reads a page should need no other server."""
_NAVIGATION: Final = (
    ("browse", "index.html#classes"),
    ("questions", "query/index.html"),
    ("sparql", "sparql/index.html"),
    ("ontology", "def.html"),
    ("search", "search.html"),
)
_JSON: Final = str.maketrans({"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"})


class Layout:
    """The frame in one language."""

    def __init__(self, site: Site, lang: Language) -> None:
        self.site = site
        self.lang = lang
        self.say = WORDS[lang]
        config = site.config
        self.title = config.title[lang]
        navigation = "".join(
            f'<li><a href="@@{target}">{self.say[key]}</a></li>' for key, target in _NAVIGATION if key != "sparql" or site.queryable
        )
        self._header = (
            f'<a class="skip" href="#main">{self.say["skip"]}</a>\n'
            f'<header class="top"><div><a class="site" href="@@index.html">{words(self.title)}</a>'
            f'<nav aria-label="{self.say["home_nav"]}"><ul>{navigation}</ul></nav>'
        )
        contact = (
            f"<li>{self.say['contact']}: {outward(config.contact, words(config.contact.removeprefix('mailto:')))}</li>"
            if config.contact
            else ""
        )
        publisher = outward(config.publisher_url, words(config.publisher)) if config.publisher_url else words(config.publisher)
        downloads = f'<li><a href="@@{DOWNLOADS}.html">{self.say["downloads"]}</a></li>' if site.catalogued else ""
        self._footer = (
            f"<footer><div><ul><li>{self.say['publisher']}: {publisher}</li>"
            f"<li>{self.say['licence']}: {licence(config.licence)}</li>{contact}"
            f'<li><a href="@@about.html">{self.say["about"]}</a></li>{downloads}<li><a href="@@glossary.html">{self.say["glossary"]}</a></li></ul></div></footer>'
        )

    def page(
        self,
        file: str,
        body: str,
        *,
        title: str,
        description: str = "",
        data: str | None = None,
        about: Mapping[str, Any] | None = None,
        scripts: Sequence[str] = (),
        styles: Iterable[str] = (),
        counterpart: str | None = None,
    ) -> bytes:
        """A whole page.

        :param file: its path below the folder of the language, such as ``project/clay.html``.
        :param body: HTML of the main part.
        :param title: text.
        :param description: text for search engines.
        :param data: path of its data files without their ending, if it has any.
        :param about: schema.org JSON-LD of what it is about.
        :param scripts: files of ``assets/`` that it runs.
        :param styles: files of ``assets/`` that it is styled by, besides those of every page.
        :param counterpart: what the other languages have in its place, if they have no such page.
        """
        lang, site = self.lang, self.site
        near = "../" * file.count("/")
        up = near + "../"
        place = url(file)
        others = [other for other in site.languages if other != lang]
        name = text(shortened(f"{title} – {self.title}" if title != self.title else title, 180))
        head = [
            opening(lang, name, scripts=bool(scripts)),
            f'<link rel="stylesheet" href="{up}assets/style.css"><link rel="icon" href="{up}assets/icon.svg" type="image/svg+xml">',
            f'<link rel="canonical" href="{site.base}{lang}/{place}">',
        ]
        if description:
            head.append(f'<meta name="description" content="{text(shortened(description, 300))}">')
        if others and counterpart is None:
            head += [f'<link rel="alternate" hreflang="{tag}" href="{site.base}{tag}/{place}">' for tag in site.languages]
            head.append(f'<link rel="alternate" hreflang="x-default" href="{site.base}{site.languages[0]}/{place}">')
        if data is not None:
            where = url(data)
            head += [f'<link rel="alternate" type="{kind}" href="{up}{where}.{ending}">' for ending, (kind, _, _) in FORMATS.items()]
        head.append(f'<link rel="license" href="{text(site.config.licence)}">')
        # Signposts (signposting.org): by which name to cite what the page is about, and where to find what describes the whole.
        if about is not None and data is not None and is_web(about["@id"]):
            head.append(f'<link rel="cite-as" href="{text(about["@id"])}">')
        if site.catalogued:
            head.append(f'<link rel="linkset" type="application/linkset+json" href="{up}linkset.json">')
        head += [f'<link rel="stylesheet" href="{up}assets/{style}">' for style in styles]
        head += [f'<script src="{up}assets/{script}" defer></script>' for script in scripts]
        if about is not None:
            told = json.dumps({"@context": CONTEXT, **about}, ensure_ascii=False, separators=(",", ":")).translate(_JSON)
            head.append(f'<script type="application/ld+json">{told}</script>')
        switch = "".join(
            f'<a class="lang" lang="{o}" hreflang="{o}" href="{up}{o}/{counterpart or place}">{WORDS[o]["lang_name"]}</a>' for o in others
        )
        return (
            "\n".join(head)
            + f"</head>\n<body>\n{self._header.replace('@@', near)}{switch}</div></header>\n<main id=main>\n{body}</main>\n"
            + f"{self._footer.replace('@@', near)}\n</body></html>\n"
        ).encode()

    def crumbs(self, near: str, *steps: tuple[str, str]) -> str:
        """The path to a page: steps are a URL relative to the language's folder, and HTML."""
        links = "".join(f'<li><a href="{near}{target}">{name}</a></li>' for target, name in (("index.html", self.say["home"]), *steps))
        return f'<nav class="crumbs" aria-label="{self.say["crumbs"]}"><ol>{links}</ol></nav>\n'


def opening(lang: str, title: str, *, scripts: bool = False) -> str:
    """How every page starts, one with scripts of the site's or without. ``title`` is HTML."""
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}">\n<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}{_SCRIPTS if scripts else ""}"><title>{title}</title>\n'
    )


def licence(iri: str) -> str:
    """A link to a licence by the name people know."""
    known = {
        "https://creativecommons.org/licenses/by/4.0/": "CC BY 4.0",
        "https://creativecommons.org/publicdomain/zero/1.0/": "CC0 1.0",
        "https://creativecommons.org/licenses/by-sa/4.0/": "CC BY-SA 4.0",
    }
    return f'<a rel="license" href="{text(iri)}">{known.get(iri) or words(iri)}</a>'
