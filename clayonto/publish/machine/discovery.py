"""What leads machines to a site's data: sitemaps, robots.txt, a linkset (RFC 9264) and the well-known places (RFC 9727, VoID section 7.2)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final
from xml.sax.saxutils import escape

from clayonto.publish.site import DOWNLOADS, VOCABULARY_FILE
from clayonto.publish.versions import natural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clayonto.publish.machine.facts import Facts

_LINKSET: Final = "application/linkset+json"
# A sitemap holds 50,000 URLs and 50 MB at most; with two languages a URL takes up to a kilobyte.
_URLS: Final = 20_000
_XML: Final = '<?xml version="1.0" encoding="UTF-8"?>\n'
_SITEMAP: Final = "http://www.sitemaps.org/schemas/sitemap/0.9"


def sitemaps(facts: Facts, *, most: int = _URLS) -> Iterator[tuple[str, bytes]]:
    """``sitemap.xml``: the pages in each language, or where there are many, an index of the files that list them.

    :param most: how many URLs one file lists at most.
    """
    site = facts.site
    asked = ["sparql/index"] if site.queryable else []
    versions = sorted({*site.published.ontologies, site.ontology_version} - {""}, key=natural)
    pages = [
        "index",
        "about",
        DOWNLOADS,
        VOCABULARY_FILE,
        *(f"{VOCABULARY_FILE}/{name}" for name in versions),
        *asked,
        *(site.pages[term].path for term in site.pages),
    ]
    urls = [
        entry
        for path in pages
        for entry in _entries({lang: escape(site.url(site.html(path, lang))) for lang in facts.languages}, facts.dates[1])
    ]
    if len(urls) <= most:
        yield "sitemap.xml", _urlset(urls)
        return
    names = []
    for number, start in enumerate(range(0, len(urls), most), 1):
        names.append(f"sitemap-{number}.xml")
        yield names[-1], _urlset(urls[start : start + most])
    listed = "".join(f"<sitemap><loc>{escape(site.url(name))}</loc><lastmod>{facts.dates[1]}</lastmod></sitemap>\n" for name in names)
    yield "sitemap.xml", f'{_XML}<sitemapindex xmlns="{_SITEMAP}">\n{listed}</sitemapindex>\n'.encode()


def _entries(urls: dict[str, str], day: str) -> Iterator[str]:
    """The entries of one page, by language, each with the others beside it."""
    links = "".join(f'<xhtml:link rel="alternate" hreflang="{lang}" href="{url}"/>' for lang, url in urls.items()) if len(urls) > 1 else ""
    for url in urls.values():
        yield f"<url><loc>{url}</loc><lastmod>{day}</lastmod>{links}</url>\n"


def _urlset(entries: Sequence[str]) -> bytes:
    return f'{_XML}<urlset xmlns="{_SITEMAP}" xmlns:xhtml="http://www.w3.org/1999/xhtml">\n{"".join(entries)}</urlset>\n'.encode()


def robots(facts: Facts) -> bytes:
    """``robots.txt``: everything may be read, and here is the sitemap."""
    return f"User-agent: *\nDisallow:\n\nSitemap: {facts.site.url('sitemap.xml')}\n".encode()


def linkset(facts: Facts) -> bytes:
    """``linkset.json``: from the site to its descriptions, licence and downloads."""
    base = facts.base
    described = [_link(base + name, "text/turtle") for name in ("catalog.ttl", "void.ttl")]
    context: dict[str, Any] = {
        "anchor": base,
        "describedby": described,
        "license": [{"href": facts.site.config.licence}],
        "item": [_link(facts.site.url(d.path), "application/gzip" if d.packed else d.media) for d in facts.downloads],
        "service-meta": [_link(base + "queries.ttl", "text/turtle")],
        "alternate": [{"href": f"{base}{lang}/index.html", "hreflang": [lang], "type": "text/html"} for lang in facts.languages],
    }
    dataset = {"anchor": facts.dataset.value, "describedby": described, "license": context["license"], "item": context["item"]}
    return _json({"linkset": [context, dataset]})


def api_catalog(facts: Facts) -> bytes:
    """``.well-known/api-catalog`` (RFC 9727): the site's data is its interface, and here is what describes it."""
    base = facts.base
    described = [_link(base + name, "text/turtle") for name in ("catalog.ttl", "void.ttl", "queries.ttl")]
    return _json(
        {
            "linkset": [
                {
                    "anchor": base + ".well-known/api-catalog",
                    "item": [{"href": base}],
                    "profile": [{"href": "https://www.rfc-editor.org/info/rfc9727"}],
                },
                {"anchor": base, "service-desc": described, "service-meta": [_link(base + "linkset.json", _LINKSET)]},
            ]
        }
    )


def _link(href: str, media: str) -> dict[str, str]:
    return {"href": href, "type": media}


def _json(value: Any) -> bytes:
    return (json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True) + "\n").encode()
