"""The catalogue of a site: DCAT-AP 3.0.1, with every property that its shapes demand or recommend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto.publish.machine.facts import PREFIXES_USED, Download, Facts, Triple, node, texts
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterator

_AUTHORITY: Final = "authority:"
_THEMES: Final = ("data-theme/REGI", "data-theme/ECON")
_LANGUAGE: Final = {"fi": "language/FIN", "en": "language/ENG"}
_EUROPE: Final = "continent/EUROPE"
_KEYWORDS: Final = {
    "en": ("European cooperation", "funding", "projects", "clusters", "linked open data"),
    "fi": ("Euroopan yhteistyö", "rahoitus", "hankkeet", "klusterit", "linkitetty avoin data"),
}


def catalog(facts: Facts) -> bytes:
    """The catalogue as Turtle.

    :param facts: with the downloads.
    """
    return write_turtle(_triples(facts), prefixes=PREFIXES_USED, base=None).encode()


def _triples(facts: Facts) -> Iterator[Triple]:
    config = facts.site.config
    site, licence = ox.NamedNode(facts.base), ox.NamedNode(config.licence)
    issued, modified = (ox.Literal(day, datatype=node("xsd:date")) for day in facts.dates)
    for thing, kind in ((facts.catalog, "dcat:Catalog"), (facts.dataset, "dcat:Dataset")):
        yield thing, node("rdf:type"), node(kind)
        for title in texts(dict(config.title), facts.languages):
            yield thing, node("dct:title"), title
        for description in texts(dict(config.description), facts.languages):
            yield thing, node("dct:description"), description
        yield thing, node("dct:publisher"), facts.publisher
        yield thing, node("dct:issued"), issued
        yield thing, node("dct:modified"), modified
        for language in facts.languages:
            yield thing, node("dct:language"), node(_AUTHORITY + _LANGUAGE[language])
        for place in facts.statistics.countries or (_AUTHORITY + _EUROPE,):
            yield thing, node("dct:spatial"), node(place)
        yield thing, node("dct:license"), licence
    yield facts.catalog, node("foaf:homepage"), site
    yield facts.catalog, node("dcat:themeTaxonomy"), node(_AUTHORITY + "data-theme")
    yield facts.catalog, node("dcat:dataset"), facts.dataset
    yield from _dataset(facts)
    yield from _people(facts)


def _dataset(facts: Facts) -> Iterator[Triple]:
    me, site = facts.dataset, ox.NamedNode(facts.base)
    yield me, node("dcat:landingPage"), site
    yield me, node("dct:identifier"), ox.Literal(me.value)
    yield me, node("dcat:version"), ox.Literal(facts.version)
    yield me, node("dct:accessRights"), node(_AUTHORITY + "access-right/PUBLIC")
    yield me, node("dct:accrualPeriodicity"), node(_AUTHORITY + "frequency/IRREG")
    yield me, node("dcat:contactPoint"), facts.contact
    for theme in _THEMES:
        yield me, node("dcat:theme"), node(_AUTHORITY + theme)
    for language in facts.languages:
        for word in _KEYWORDS[language]:
            yield me, node("dcat:keyword"), ox.Literal(word, language=language)
    if facts.statistics.first or facts.statistics.last:
        period = ox.NamedNode(facts.base + "catalog.ttl#period")
        yield me, node("dct:temporal"), period
        yield period, node("rdf:type"), node("dct:PeriodOfTime")
        yield period, node("dcat:startDate"), _day(facts.statistics.first or facts.statistics.last, first=True)
        yield period, node("dcat:endDate"), _day(facts.statistics.last or facts.statistics.first, first=False)
    else:
        yield from _undated(facts)
    for download in facts.downloads:
        yield from _distribution(facts, download)


def _undated(facts: Facts) -> Iterator[Triple]:
    """The time that data without periods is about: the time in which it was made."""
    period = ox.NamedNode(facts.base + "catalog.ttl#period")
    yield facts.dataset, node("dct:temporal"), period
    yield period, node("rdf:type"), node("dct:PeriodOfTime")
    for end, day in zip(("dcat:startDate", "dcat:endDate"), facts.dates, strict=True):
        yield period, node(end), ox.Literal(day, datatype=node("xsd:date"))


def _day(text: str, *, first: bool) -> ox.Literal:
    """The first or the last day of a year, a month or a day; DCAT-AP takes days only.

    >>> _day("2024-02", first=False).value
    '2024-02-29'
    """
    year, month, day = [*text.split("-"), "", ""][:3]
    if not month:
        month, day = ("01", "01") if first else ("12", "31")
    elif not day:
        from calendar import monthrange

        day = "01" if first else f"{monthrange(int(year), int(month))[1]:02}"
    return ox.Literal(f"{year}-{month}-{day}", datatype=node("xsd:date"))


def _distribution(facts: Facts, download: Download) -> Iterator[Triple]:
    name = download.path.rpartition("/")[2]
    me, file = ox.NamedNode(f"{facts.base}catalog.ttl#distribution-{name}"), ox.NamedNode(facts.site.url(download.path))
    checksum = ox.NamedNode(f"{facts.base}catalog.ttl#checksum-{name}")
    yield facts.dataset, node("dcat:distribution"), me
    yield me, node("rdf:type"), node("dcat:Distribution")
    for title in texts(download.title, facts.languages):
        yield me, node("dct:title"), title
        yield me, node("dct:description"), title
    yield me, node("dcat:accessURL"), file
    yield me, node("dcat:downloadURL"), file
    yield me, node("dct:format"), node(f"{_AUTHORITY}file-type/{download.file_type}")
    yield me, node("dcat:mediaType"), ox.NamedNode(f"https://www.iana.org/assignments/media-types/{download.media}")
    if download.packed:
        yield me, node("dcat:compressFormat"), ox.NamedNode("https://www.iana.org/assignments/media-types/application/gzip")
    yield me, node("dct:license"), ox.NamedNode(facts.site.config.licence)
    yield me, node("dct:modified"), ox.Literal(facts.dates[1], datatype=node("xsd:date"))
    yield me, node("dcatap:availability"), node(_AUTHORITY + "planned-availability/STABLE")
    yield me, node("dcat:byteSize"), ox.Literal(str(download.size), datatype=node("xsd:nonNegativeInteger"))
    yield me, node("spdx:checksum"), checksum
    yield checksum, node("rdf:type"), node("spdx:Checksum")
    yield checksum, node("spdx:algorithm"), node("spdx:checksumAlgorithm_sha256")
    yield checksum, node("spdx:checksumValue"), ox.Literal(download.sha256, datatype=node("xsd:hexBinary"))


def _people(facts: Facts) -> Iterator[Triple]:
    config = facts.site.config
    yield facts.publisher, node("rdf:type"), node("foaf:Agent")
    yield facts.publisher, node("foaf:name"), ox.Literal(config.publisher)
    # Of the types in ADMS's vocabulary of publishers, the one that a council and a cluster organisation share.
    yield facts.publisher, node("dct:type"), ox.NamedNode("http://purl.org/adms/publishertype/NonProfitOrganisation")
    if config.publisher_url:
        yield facts.publisher, node("foaf:homepage"), ox.NamedNode(config.publisher_url)
    yield facts.contact, node("rdf:type"), node("vcard:Kind")
    yield facts.contact, node("vcard:fn"), ox.Literal(config.publisher)
    mail = config.contact.startswith("mailto:")
    where = config.contact or config.publisher_url or facts.base
    yield facts.contact, node("vcard:hasEmail" if mail else "vcard:hasURL"), ox.NamedNode(where)
