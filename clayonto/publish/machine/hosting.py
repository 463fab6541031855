"""What a host is given beside the pages: rules for its kind, and a page that says what it needs, in the languages of the site."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from clayonto.publish.layout import opening
from clayonto.publish.machine import apache, nginx, w3id
from clayonto.publish.machine.instructions import STEPS, TEXTS
from clayonto.publish.machine.routes import Routes
from clayonto.publish.markup import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.locales import Language
    from clayonto.publish.machine.facts import Facts


def files(facts: Facts) -> Iterator[tuple[str, bytes]]:
    """The rules for the target of the config, and ``hosting/README.txt`` and ``hosting/index.html``."""
    routes, target = Routes(facts.site), facts.site.config.target
    if target == "apache":
        yield ".htaccess", apache.htaccess(routes)
        yield apache.MAP, apache.type_map(routes)
    elif target == "nginx":
        yield "nginx.conf", nginx.conf(routes)
    elif target == "github-pages":
        yield ".nojekyll", b""
    if w3id.is_service(facts.base):
        yield "hosting/w3id.htaccess", w3id.htaccess(routes)
    yield "hosting/README.txt", readme(facts)
    yield "hosting/index.html", page(facts)


def _steps(facts: Facts, lang: Language) -> Iterator[str]:
    where, say = urlsplit(facts.base), TEXTS[lang]
    words = {"base": facts.base, "host": where.hostname or "", "path": where.path}
    for step in STEPS[lang][facts.site.config.target]:
        yield step.format(**words)
    if w3id.is_service(facts.base):
        yield say["w3id"].format(**words)
    elif where.path != "/":
        yield say["well_known"]
    yield say["check"].format(**words)
    yield say["again"]


def _places(facts: Facts, lang: Language) -> str:
    has = any(download.path.endswith("places.geojson") for download in facts.downloads)
    say = TEXTS[lang]
    return f"{say['downloads'].format(version=facts.version, folder=facts.folder)} {say['places' if has else 'no_places']}"


def _title(facts: Facts, lang: Language) -> str:
    return TEXTS[lang]["title"].format(target=facts.site.config.target)


def readme(facts: Facts) -> bytes:
    """What the host needs, as text, in each language of the site."""
    told = []
    for lang in facts.languages:
        listed = "\n\n".join(
            textwrap.fill(f"{number}. {step}", 90, subsequent_indent="   ") for number, step in enumerate(_steps(facts, lang), 1)
        )
        told.append(f"{_title(facts, lang)}\n\n{listed}\n\n{textwrap.fill(_places(facts, lang), 90)}\n")
    return "\n\n".join(told).encode()


def page(facts: Facts) -> bytes:
    """The same as a page."""
    first, *others = facts.languages
    told = "".join(
        f'<section lang="{lang}"><h{level}>{text(_title(facts, lang))}</h{level}><ol>'
        + "".join(f"<li>{text(step)}</li>\n" for step in _steps(facts, lang))
        + f"</ol><p>{text(_places(facts, lang))}</p></section>\n"
        for lang, level in ((first, 1), *((other, 2) for other in others))
    )
    return (
        f'{opening(first, text(_title(facts, first)))}<meta name="robots" content="noindex"><link rel="stylesheet" href="../assets/style.css"></head>\n'
        f'<body><main id="main">{told}</main></body></html>\n'
    ).encode()
