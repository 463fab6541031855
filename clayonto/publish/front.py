"""The pages around the things: front page, about, what was withdrawn, the way in at the root, and the files that all pages use."""

from __future__ import annotations

from importlib.resources import files as packaged
from typing import TYPE_CHECKING, Final

from clayonto.publish.fragments import PAGE_CLASSES
from clayonto.publish.index import curie
from clayonto.publish.layout import Layout, licence, opening
from clayonto.publish.markup import outward, text, words
from clayonto.publish.paths import url
from clayonto.publish.projection import EUROPE, WORLD
from clayonto.publish.site import DOWNLOADS, Page, Site
from clayonto.publish.wording import PLURALS, WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.locales import Language

ASSETS: Final = ("style.css", "icon.svg", "search.lookup.js", "search.js", "go.js", EUROPE.file, WORLD.file)
_MAIN: Final = frozenset(
    map(
        curie,
        (
            "clay:Project", "clay:FundingProgramme", "clay:Call", "clay:ClusterInitiative", "clay:ClusterPartnership", "clay:Cluster", "org:Organization",
            "clay:Region", "clay:Country", "clay:SourceDocument", "skos:Concept", "clay:ActionPlan", "clay:Objective",
        ),
    )
)  # fmt: skip
_FRONT_QUERIES: Final = ("partner-countries", "project-partners", "project-money", "works-with", "disagreements", "timeline")


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """All of them."""
    yield from common(site)
    yield from fronts(site)
    for path in sorted(site.withdrawn):
        tongue, _, file = path.partition("/")
        yield path, withdrawn(Layout(site, "fi" if tongue == "fi" else "en"), file)


def common(site: Site) -> Iterator[tuple[str, bytes]]:
    """Those that depend on the config alone."""
    for name in ASSETS:
        yield f"assets/{name}", packaged("clayonto.publish").joinpath("assets", name).read_bytes()
    yield "index.html", entrance(site, "", {lang: f"{lang}/index.html" for lang in site.languages})
    yield "404.html", _missing(site)
    for lang in site.languages:
        yield f"{lang}/about.html", _about(Layout(site, lang))


def fronts(site: Site) -> Iterator[tuple[str, bytes]]:
    """The front page in each language."""
    for lang in site.languages:
        yield f"{lang}/index.html", _front(Layout(site, lang))


def withdrawn(layout: Layout, file: str) -> bytes:
    """What stands in the place of a page that was withdrawn."""
    say = layout.say
    body = f"<h1>{say['withdrawn']}</h1><p class=lead>{say['withdrawn_lead']}</p><p><code>{words(file.removesuffix('.html'))}</code></p>"
    return layout.page(file, body, title=say["withdrawn"])


def of_page(site: Site, page: Page) -> Iterator[tuple[str, bytes]]:
    """The way in to a thing's page from its IRI, on a host that can redirect nothing."""
    # A thing with an IRI from elsewhere may have parts with IRIs of this site.
    if site.config.hashed and any(term.startswith("<" + site.namespace) for term in (page.term, *page.parts)):
        where = {lang: url(site.html(page.path, lang)) for lang in site.languages}
        yield f"id/{page.path}/index.html", entrance(site, "../" * (page.path.count("/") + 2), where, data=f"data/{url(page.path)}")


def ordered(site: Site) -> list[str]:
    """The classes that have pages, in the order in which people look for them."""
    return sorted(site.classes, key=lambda k: (PAGE_CLASSES.index(k) if k in PAGE_CLASSES else len(PAGE_CLASSES), -len(site.classes[k]), k))


def plural(site: Site, kind: str, lang: Language) -> str:
    """What many things of a class are called."""
    known = PLURALS.get(kind)
    if known:
        return known[lang == "fi"]
    name = site.name(kind, lang)
    return name[:1].upper() + name[1:]


def _front(layout: Layout) -> bytes:
    site, lang, say = layout.site, layout.lang, layout.say
    main = [kind for kind in ordered(site) if kind in _MAIN] or ordered(site)
    rest = [kind for kind in ordered(site) if kind not in main]
    told = {
        kind: (f"{url(site.slugs[kind])}/index.html", words(plural(site, kind, lang)), _count(len(site.classes[kind]), lang))
        for kind in site.classes
    }
    cards = "".join(
        f'<li><a href="{place}"><span>{name}</span><span class="count">{count}</span></a></li>'
        for place, name, count in map(told.__getitem__, main)
    )
    also = "".join(
        f'<li><a href="{place}">{name}</a> <span class="count">{count}</span></li>' for place, name, count in map(told.__getitem__, rest)
    )
    if also:
        also = f'<h3>{say["more_classes"]}</h3><ul class="also">{also}</ul>'
    description = site.config.description[lang]
    body = [
        f'<div class="hero"><h1>{words(layout.title)}</h1><p class=lead>{words(description)}</p>',
        f"<p class=note>{say['figures'].format(things=_count(len(site.pages), lang), triples=_count(site.index.size, lang))}</p>",
        f'<form action="search.html" role="search"><label for="q">{say["search_label"]}</label>',
        f'<input type="search" id="q" name="q" autocomplete="off"><button>{say["search"]}</button></form></div>\n',
        f'<section aria-labelledby="classes"><h2 id="classes">{say["classes_lead"]}</h2><ul class="cards">{cards}</ul>{also}</section>\n',
    ]
    ways = "".join(f'<li><a href="{place}"><span>{say[key]}</span></a></li>' for key, place in site.survey.ways)
    if ways:
        body.append(f'<section aria-labelledby="ways"><h2 id="ways">{say["ways"]}</h2><ul class="cards">{ways}</ul></section>\n')
    asked = [(name, site.answers[name].query) for name in _FRONT_QUERIES if name in site.answers]
    if asked:
        items = "".join(f'<li><a href="query/{name}.html"><span>{words(query.title[lang])}</span></a></li>' for name, query in asked)
        more = f'<p class="after"><a href="query/index.html">{say["all"].format(n=len(site.answers))}</a></p>'
        body.append(
            f'<section aria-labelledby="questions"><h2 id="questions">{say["questions"]}</h2><ul class="cards">{items}</ul>{more}</section>\n'
        )
    catalogue = (
        f'<li><a href="{DOWNLOADS}.html">{say["downloads"]}</a></li><li><a href="../catalog.ttl">{say["catalogue"]} (DCAT-AP)</a></li>'
        if site.catalogued
        else ""
    )
    body.append(
        f'<section class="data" aria-labelledby="machines"><h2 id="machines">{say["machines"]}</h2><p>{say["machines_lead"]}</p>'
        f'<ul class="formats"><li><a href="../def.ttl">{say["ontology"]} (Turtle)</a></li><li><a href="def.html">{say["terms"]}</a></li>{catalogue}</ul></section>\n'
    )
    about = {
        "@type": "Dataset",
        "@id": site.dataset,
        "name": layout.title,
        "description": description,
        "license": site.config.licence,
        "url": f"{site.base}{lang}/index.html",
        "inLanguage": list(site.languages),
        "creator": {"@type": "Organization", "name": site.config.publisher},
    }
    return layout.page("index.html", "".join(body), title=layout.title, description=description, about=about)


def _count(number: int, lang: Language) -> str:
    from clayonto.locales import number as written

    return written(number, lang).replace(" ", "\u00a0")


def _about(layout: Layout) -> bytes:
    say, config = layout.say, layout.site.config
    publisher = outward(config.publisher_url, words(config.publisher)) if config.publisher_url else words(config.publisher)
    contact = (
        f"<div><dt>{say['contact']}</dt><dd>{outward(config.contact, words(config.contact.removeprefix('mailto:')))}</dd></div>"
        if config.contact
        else ""
    )
    sections = "".join(f"<h2>{say[key]}</h2><p>{say[key + '_text']}</p>" for key in ("accessibility", "privacy", "persistence"))
    body = (
        f"{layout.crumbs('', ('about.html', say['about']))}<h1>{say['about']}</h1><p class=lead>{words(config.description[layout.lang])}</p>"
        f'<section class="facts"><dl><div><dt>{say["publisher"]}</dt><dd>{publisher}</dd></div>'
        f"<div><dt>{say['licence']}</dt><dd>{licence(config.licence)}</dd></div>{contact}</dl></section>"
        f"<h2>{say['machines']}</h2><p>{say['machines_lead']}</p>{sections}"
    )
    return layout.page("about.html", body, title=say["about"], description=say["about_lead"])


def entrance(site: Site, up: str, where: dict[Language, str], *, data: str | None = None) -> bytes:
    """A page that leads on to the languages, and at once to the first; a fragment of its address goes along."""
    from clayonto.publish.data import FORMATS

    first = up + where[site.languages[0]]
    links = "".join(
        f'<li><a lang="{lang}" hreflang="{lang}" href="{up}{place}">{WORDS[lang]["lang_name"]}</a></li>' for lang, place in where.items()
    )
    alternates = "".join(f'<link rel="alternate" hreflang="{lang}" href="{site.base}{place}">' for lang, place in where.items())
    if data is not None:
        alternates += "".join(
            f'<link rel="alternate" type="{kind}" href="{up}{data}.{ending}">' for ending, (kind, _, _) in FORMATS.items()
        )
    title = text(site.config.title[site.languages[0]])
    return (
        f'{opening(site.languages[0], title, scripts=True)}<noscript><meta http-equiv="refresh" content="0; url={text(first)}"></noscript>'
        f'<link rel="canonical" href="{site.base}{where[site.languages[0]]}">{alternates}<link rel="stylesheet" href="{up}assets/style.css">'
        f'<script src="{up}assets/go.js" defer></script></head>\n<body><main id="main"><h1>{title}</h1><ul id="go">{links}</ul></main></body></html>\n'
    ).encode()


def _missing(site: Site) -> bytes:
    parts = "".join(
        f'<section lang="{lang}"><h1>{WORDS[lang]["broken"]}</h1><p>{WORDS[lang]["broken_lead"]} '
        f'<a href="{site.base}{lang}/search.html">{WORDS[lang]["search"]}</a></p></section>'
        for lang in site.languages
    )
    # The host shows this page at any address, so its links are whole.
    return (
        f'{opening(site.languages[0], "404")}<link rel="stylesheet" href="{site.base}assets/style.css"></head>\n<body><main id="main">{parts}</main></body></html>\n'
    ).encode()
