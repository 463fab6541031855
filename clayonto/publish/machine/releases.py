"""The page of downloads: the files of the latest version, and those of all earlier ones that the site has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from clayonto.locales import number
from clayonto.publish.layout import Layout
from clayonto.publish.machine.dumps import FORMATS
from clayonto.publish.markup import table, words
from clayonto.publish.ordering import sort_key
from clayonto.publish.paths import url
from clayonto.publish.site import DOWNLOADS
from clayonto.publish.values import Values

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.publish.machine.facts import Facts
    from clayonto.publish.versions import Release

_SHOWN: Final = (*(f"data.{ending}.gz" for ending in FORMATS), "places.geojson", "SHA256SUMS", "dataset.ttl")
"""The files of an earlier version that the page links to, by name; the tables are beside them."""


def downloads(facts: Facts) -> Iterator[tuple[str, bytes]]:
    """The page in each language.

    :param facts: with the downloads.
    """
    for lang in facts.languages:
        yield f"{lang}/{DOWNLOADS}.html", _page(facts, Layout(facts.site, lang))


def _page(facts: Facts, layout: Layout) -> bytes:
    say, lang = layout.say, layout.lang
    rows = [
        f'<tr><th scope=row><a href="../{url(one.path)}">{words(one.title[lang][:1].upper() + one.title[lang][1:])}</a></th>'
        f'<td>{words(one.path.removeprefix(facts.folder))}</td><td class="n">{number(one.size, lang)}</td></tr>'
        for one in sorted(
            facts.downloads, key=lambda one: (not one.packed, one.media == "text/csv", sort_key(one.title[lang], lang), one.path)
        )
    ]
    head = [(say["what"], False), (say["file"], False), (say["size"], True)]
    also = "".join(
        f'<li><a href="../{url(facts.folder + name)}">{text}</a></li>'
        for name, text in (("SHA256SUMS", say["checksums"]), ("dataset.ttl", say["described"]))
    )
    dates = Values(facts.site, lang, say)
    earlier = "".join(_earlier(one, layout, dates) for one in reversed(facts.earlier)) or f"<p>{say['no_earlier']}</p>"
    body = (
        f"{layout.crumbs('', (f'{DOWNLOADS}.html', say['downloads']))}<h1>{say['downloads']}</h1><p class=lead>{say['downloads_lead']}</p>"
        f'<h2 id="latest">{say["this_version"].format(v=words(facts.version))}</h2>{table(head, rows)}<ul class="formats">{also}</ul>'
        f'<h2 id="earlier">{say["earlier_versions"]}</h2>{earlier}'
    )
    return layout.page(f"{DOWNLOADS}.html", body, title=say["downloads"], description=say["downloads_lead"], about=_told(facts, layout))


def _earlier(release: Release, layout: Layout, dates: Values) -> str:
    folder = f"download/{release.name}/"
    links = "".join(
        f'<li><a href="../{url(folder + name)}">{words(name)}</a> <span class=note>{number(release.files[folder + name], layout.lang)}</span></li>'
        for name in _SHOWN
        if folder + name in release.files
    )
    day = f" <span class=note>{dates.date(release.issued)}</span>" if release.issued else ""
    return f'<h3>{words(release.name)}{day}</h3><ul class="formats">{links}</ul>'


def _told(facts: Facts, layout: Layout) -> dict[str, Any]:
    """The dataset in schema.org's terms, with what Google's guide for datasets asks for."""
    site, lang = facts.site, layout.lang
    first, last = facts.statistics.first or facts.statistics.last, facts.statistics.last or facts.statistics.first
    told: dict[str, Any] = {
        "@type": "Dataset",
        "@id": facts.dataset.value,
        "name": layout.title,
        "description": site.config.description[lang],
        "url": site.url(f"{lang}/{DOWNLOADS}.html"),
        "version": facts.version,
        "license": site.config.licence,
        "inLanguage": list(facts.languages),
        "isAccessibleForFree": True,
        "datePublished": facts.dates[0],
        "dateModified": facts.dates[1],
        "keywords": list(site.config.catalogue.keywords.get(lang, ())),
        "creator": {"@type": "Organization", "name": site.config.publisher},
        "includedInDataCatalog": {"@type": "DataCatalog", "@id": facts.catalog.value, "name": layout.title, "url": facts.base},
        "distribution": [
            {
                "@type": "DataDownload",
                "name": one.title[lang],
                "contentUrl": site.url(one.path),
                "encodingFormat": one.media,
                "sha256": one.sha256,
            }
            for one in facts.downloads
        ],
    }
    if first:
        told["temporalCoverage"] = f"{first}/{last}"
    return told
