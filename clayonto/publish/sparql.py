"""The SPARQL page: an editor over the site's whole data, with an engine that runs in the visitor's browser and no server behind it.

The engine is the WebAssembly build of Oxigraph, from the npm package ``oxigraph``; a site has the page where those files lie in ``assets/oxigraph`` of this
package. The data is the Turtle file that visitors can download as well. The scripts are in ``assets/sparql``.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.resources import files as packaged
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote

from clayonto.namespaces import CLAY
from clayonto.publish.fragments import PARTS
from clayonto.publish.layout import Layout
from clayonto.publish.markup import text, words
from clayonto.publish.paths import url
from clayonto.publish.site import LABELS, PREFIX_MAP
from clayonto.publish.sparql_words import LIVE_PAGE, LIVE_SCRIPT, PAGE, SCRIPT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from importlib.resources.abc import Traversable

    from clayonto.locales import Language
    from clayonto.publish.site import Site

VERSION: Final = "0.5.11"
"""The version of the engine, which ``package.json`` of the repository pins."""
ENGINE: Final = ("web.js", "web_bg.wasm", "LICENSE-APACHE")
"""The engine's files."""
SCRIPTS: Final = ("page.js", "text.js", "editor.js", "engine.js", "answer.js", "chart.js", "places.js", "dom.js")
WORKER: Final = ("worker.js", "server.js", "formats.js")
"""The scripts of the page, and those that run beside it: one of the first two."""
PATH: Final = "sparql/index.html"
"""The page, below the folder of its language."""
MANY: Final = 1_000_000
"""How many triples a visitor's browser can be expected to hold."""
_EACH: Final = 0.64e-3  # megabytes that the engine takes for a triple
# A local name that is the same in an IRI, in a path and in a URL.
_TAIL: Final = re.compile(r"[A-Za-z0-9._~-]+")


class Dump(NamedTuple):
    """The file that has the whole data as Turtle, compressed: its path in the site, and its size in bytes."""

    path: str
    size: int


def _folder() -> Traversable:
    return packaged("clayonto.publish").joinpath("assets", "oxigraph")


def available() -> bool:
    """Whether the engine's files are here."""
    return all(_folder().joinpath(name).is_file() for name in ENGINE)


def remedy() -> dict[str, str]:
    """A sentence for a publisher without the engine's files, by language."""
    return {
        "en": f"The site has no SPARQL page, since the engine for it is not here. To have one, put web.js and web_bg.wasm "
        f"of the npm package oxigraph {VERSION}, and the text of the Apache License as LICENSE-APACHE, into {_folder()} "
        "(in a checkout, “make engine” does it) and publish again.",
        "fi": f"Sivustossa ei ole SPARQL-sivua, koska sen moottoria ei ole täällä. Jos haluat sivun, pane npm-paketin oxigraph {VERSION} tiedostot web.js ja "
        f"web_bg.wasm sekä Apache-lisenssin teksti nimellä LICENSE-APACHE kansioon {_folder()} (lähdekoodikansiossa sen tekee ”make engine”) ja julkaise uudelleen.",
    }


def warning(triples: int) -> dict[str, str]:
    """A sentence for a publisher of more than browsers hold, by language."""
    size = f"{triples * _EACH:.0f}"
    return {
        "en": f"The SPARQL page loads all {triples} triples into the visitor's browser, about {size} MB of memory: too much for many.",
        "fi": f"SPARQL-sivu lataa kaikki {triples} kolmikkoa kävijän selaimeen, muistia noin {size} Mt: liikaa monelle.",
    }


def link(query: str) -> str:
    """The fragment of the page that has a query in its editor and runs it.

    >>> link("ASK { ?s ?p 1 }")
    '#query=ASK%20%7B%20%3Fs%20%3Fp%201%20%7D'
    """
    return f"#query={quote(query, safe='')}"


def files(site: Site, dump: Dump) -> Iterator[tuple[str, bytes]]:
    """The page in each language, with all that it needs but its settings; nothing where the engine is not here."""
    if not site.queryable:
        return
    yield from assets()
    for lang in site.languages:
        yield f"{lang}/{PATH}", _page(Layout(site, lang), dump)


def assets() -> Iterator[tuple[str, bytes]]:
    """The engine and the scripts of the page."""
    for name in ENGINE if available() else ():
        yield f"assets/oxigraph/{name}", _folder().joinpath(name).read_bytes()
    folder = packaged("clayonto.publish").joinpath("assets")
    for name in ("sparql.js", "sparql.css", *(f"sparql/{script}" for script in SCRIPTS + WORKER)):
        yield f"assets/{name}", folder.joinpath(*name.split("/")).read_bytes()


def settings(site: Site) -> Iterator[tuple[str, bytes]]:
    """What the page's script has to know, the named queries among it, in each language; nothing where there is no page."""
    if not site.queryable:
        return
    kept = site.memory.get("sparql")
    if kept is None or not _are_as_they_were(site):
        kept = site.memory["sparql"] = {lang: _places(site, lang) for lang in site.languages}
    for lang in site.languages:
        yield f"assets/sparql.{lang}.json", _settings(site, lang, kept[lang])


def _are_as_they_were(site: Site) -> bool:
    """Whether what is spoken of, and where it is shown, has stayed since the last build: other texts of properties that other things have as well."""
    changed = site.changed
    if changed is None or not changed.only_texts:
        return False
    sought = {p for _, p, _ in (*changed.added, *changed.removed)}
    for subject, said in site.index.out.items():
        if not sought:
            break
        if subject not in changed.terms:
            sought -= said.keys()
    return not sought


def _settings(site: Site, lang: Language, places: dict[str, Any]) -> bytes:
    """What the page's script has to know: words, examples, prefixes, and where things are shown."""
    titled = sorted((answer.query.title[lang], name, answer) for name, answer in site.answers.items())
    told = {
        "say": SCRIPT[lang] | (LIVE_SCRIPT[lang] if site.endpoint else {}),
        "examples": [[name, title, answer.text(site, lang)] for title, name, answer in titled],
        "prefixes": dict(sorted(PREFIX_MAP.items())),
        "namespace": site.namespace,
        "labels": [label[1:-1] for label in LABELS],
        "parts": {kind[1:-1]: [[out, way[1:-1]] for out, way in ways] for kind, ways in PARTS.items()},
        **places,
    }
    return (json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def _places(site: Site, lang: Language) -> dict[str, Any]:
    """Where things are shown, in few words: what a namespace's IRIs become, as most do, and each that differs; ``null`` for one that is nowhere by itself."""
    shown = {
        term[1:-1].removesuffix("#id") if site.config.hashed else term[1:-1]: url(site.html(page.path, lang))
        for term, page in site.pages.items()
    }
    shown |= {term[1:-1]: place for term in site.vocabulary if term[0] == "<" and (place := site.place(term, lang)) is not None}
    votes: dict[str, Counter[tuple[str, str]]] = {}
    for iri, place in shown.items():
        head, tail = _cut(iri)
        before, found, after = place.rpartition(tail)
        if _TAIL.fullmatch(tail) and found:
            votes.setdefault(head, Counter())[before, after] += 1
    rules = {head: best for head, counted in votes.items() for best, n in counted.most_common(1) if n > 1 or head == CLAY}
    # What is spoken of in a namespace that has a rule, and has no page, is not to be led to.
    said = {predicate for verbs in site.index.out.values() for predicate in verbs}
    known = (term[1:-1] for terms in (site.index.out, site.index.back, said) for term in terms if term[0] == "<")
    others = {iri: shown.get(iri) for iri in known if iri in shown or _cut(iri)[0] in rules}
    others |= shown
    return {"rules": rules, "others": {iri: place for iri, place in sorted(others.items()) if place != _by_rule(rules, iri)}}


def _cut(iri: str) -> tuple[str, str]:
    at = max(iri.rfind("/"), iri.rfind("#")) + 1
    return iri[:at], iri[at:]


def _by_rule(rules: dict[str, tuple[str, str]], iri: str) -> str | None:
    head, tail = _cut(iri)
    return f"{rules[head][0]}{tail}{rules[head][1]}" if head in rules and _TAIL.fullmatch(tail) else None


def _page(layout: Layout, dump: Dump) -> bytes:
    lang, endpoint = layout.lang, layout.site.endpoint
    say = PAGE[lang] | (LIVE_PAGE[lang] if endpoint else {})
    size = f"{max(dump.size / 1e6, 0.1):.1f}".replace(".", "," if lang == "fi" else ".")
    filled = {key: text(sentence.replace("{size}", size)) for key, sentence in say.items()}
    states = "".join(f' data-{key}="{text(say[key])}"' for key in ("fetching", "reading", "ready", "failed"))
    asked = f' data-endpoint="{text(endpoint)}"' if endpoint else ""
    data = f"../../{url(dump.path)}"
    # Without these, a browser would find each script only in the one before it.
    near = "".join(f'<link rel="modulepreload" href="../../assets/sparql/{script}">' for script in SCRIPTS)
    body = (
        f"{near}\n{layout.crumbs('../', (PATH, 'SPARQL'))}<h1>SPARQL</h1>\n<p class=lead>{filled['lead']}</p>\n"
        f'<noscript><p>{filled["noscript"]}</p><ul><li><a href="../query/index.html">{layout.say["questions"]}</a></li>'
        f'<li><a href="{data}">{filled["download"]}</a></li></ul></noscript>\n'
        f'<p id="cannot" role="alert" hidden data-disk="{filled["disk"]}" data-old="{filled["old"]}" data-broken="{filled["broken"]}"></p>\n'
        f'<div id="sparql" hidden data-data="{data}" data-size="{dump.size}" data-settings="../../assets/sparql.{lang}.json"{asked}{states}>\n'
        f'<div class="pick"><label for="example">{filled["examples"]}</label><select id="example"></select>'
        f'<button type="button" id="use" class="plain">{filled["use"]}</button></div>\n'
        f'<label for="query">{filled["query"]}</label>\n<div class="editor"><div id="numbers" aria-hidden="true"></div><div class="field">'
        '<pre id="coloured" aria-hidden="true"></pre><textarea id="query" rows="12" wrap="off" spellcheck="false" autocapitalize="off" autocomplete="off" '
        f'aria-describedby="problem keys"></textarea></div></div>\n<p class=note id="keys">{filled["keys"]}</p>\n'
        f'<div class="actions"><button type="button" id="run">{filled["run"]}</button>'
        f'<button type="button" id="stop" class="plain" disabled>{filled["stop"]}</button>'
        f'<button type="button" id="copy" class="plain">{filled["copy"]}</button><p role="status" id="state"></p><span id="clock" aria-hidden="true"></span></div>\n'
        '<div id="problem" role="alert"></div>\n'
        f'<section id="answer" aria-labelledby="answered" hidden><h2 id="answered">{filled["answer"]}</h2><p id="truth"></p>\n'
        f'<details id="chart" open><summary>{filled["chart"]}</summary><label>{filled["number"]} <select id="number"></select></label>'
        '<p class=note id="cut"></p><div id="drawing"></div></details>\n'
        f'<div class=scroll id="table" tabindex="0" role="region" aria-label="{filled["table"]}"><table></table></div>\n'
        f'<nav id="pages" class="pages" aria-label="{filled["rows_nav"]}"><button type="button" id="previous" class="plain">{layout.say["previous"]}</button>'
        f'<span id="shown"></span><button type="button" id="next" class="plain">{layout.say["next"]}</button></nav>\n'
        f'<p class="files">{filled["files"]}</p><ul class="formats" id="files"></ul></section>\n'
        f'<details><summary>{filled["prefixes"]}</summary><p class=note>{filled["prefixes_lead"]}</p><dl id="prefixes"></dl></details>\n'
        f"<p class=note>{words(say['engine'].format(version=VERSION))}</p></div>\n"
    )
    return layout.page(PATH, body, title="SPARQL", description=say["lead"], scripts=("sparql.js",), styles=("sparql.css",))
