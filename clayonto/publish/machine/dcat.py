"""The catalogue of a site: DCAT-AP 3.0.1, with every property that its shapes demand or recommend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto.publish.machine.facts import PREFIXES_USED, Download, Facts, Triple, node, texts
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterator

_AUTHORITY: Final = "authority:"
_LANGUAGE: Final = {"fi": "language/FIN", "en": "language/ENG"}
_EUROPE: Final = "continent/EUROPE"


def catalog(facts: Facts) -> bytes:
    """The catalogue as Turtle.

    :param facts: with the downloads.
    """
    return write_turtle(_catalog(facts), prefixes=PREFIXES_USED, base=None).encode()


def release(facts: Facts) -> bytes:
    """The description of this version alone, as Turtle: it stays beside the version's files when there is a later one."""
    return write_turtle(_release(facts), prefixes=PREFIXES_USED, base=None).encode()


def _catalog(facts: Facts) -> Iterator[Triple]:
    yield from _resource(facts, facts.catalog, "dcat:Catalog")
    yield facts.catalog, node("foaf:homepage"), ox.NamedNode(facts.base)
    yield facts.catalog, node("dcat:themeTaxonomy"), node(_AUTHORITY + "data-theme")
    yield facts.catalog, node("dcat:dataset"), facts.dataset
    yield from _dataset(facts, facts.base + "catalog.ttl")
    for name in (*(one.name for one in facts.earlier), facts.version):
        yield facts.dataset, node("dcat:hasVersion"), facts.release(name)
    yield from _before(facts, facts.dataset)
    if facts.site.endpoint:
        yield from _service(facts)
    yield from _people(facts)


def _service(facts: Facts) -> Iterator[Triple]:
    """The SPARQL endpoint, where a server has one."""
    me = ox.NamedNode(facts.base + "catalog.ttl#service")
    yield facts.catalog, node("dcat:service"), me
    yield me, node("rdf:type"), node("dcat:DataService")
    for language in facts.languages:
        yield me, node("dct:title"), ox.Literal(f"SPARQL: {facts.site.config.title[language]}", language=language)
    yield me, node("dcat:endpointURL"), ox.NamedNode(facts.endpoint)
    yield me, node("dcat:endpointDescription"), ox.NamedNode(facts.endpoint)
    yield me, node("dcat:servesDataset"), facts.dataset
    yield me, node("dct:conformsTo"), ox.NamedNode("https://www.w3.org/TR/sparql11-protocol/")
    yield me, node("dct:publisher"), facts.publisher
    yield me, node("dct:license"), ox.NamedNode(facts.site.config.licence)
    yield me, node("dct:accessRights"), node(_AUTHORITY + "access-right/PUBLIC")
    yield from _subjects(facts, me)


def _subjects(facts: Facts, me: ox.NamedNode) -> Iterator[Triple]:
    """What a dataset or a service is about, and whom to ask."""
    said = facts.site.config.catalogue
    yield me, node("dcat:contactPoint"), facts.contact
    for theme in said.themes:
        yield me, node("dcat:theme"), node(f"{_AUTHORITY}data-theme/{theme}")
    for language, keywords in said.keywords.items():
        for word in keywords if language in facts.languages else ():
            yield me, node("dcat:keyword"), ox.Literal(word, language=language)


def _release(facts: Facts) -> Iterator[Triple]:
    me = facts.release(facts.version)
    yield from _dataset(facts, me.value.partition("#")[0])
    yield me, node("dcat:isVersionOf"), facts.dataset
    yield from _people(facts)


def _before(facts: Facts, me: ox.NamedNode) -> Iterator[Triple]:
    """The version before this one, where there is one."""
    if facts.previous:
        yield me, node("dcat:previousVersion"), facts.release(facts.previous)


def _resource(facts: Facts, me: ox.NamedNode, kind: str) -> Iterator[Triple]:
    """What is said of the catalogue and of a dataset alike."""
    config = facts.site.config
    issued, modified = (ox.Literal(day, datatype=node("xsd:date")) for day in facts.dates)
    yield me, node("rdf:type"), node(kind)
    for title in texts(dict(config.title), facts.languages):
        yield me, node("dct:title"), title
    for description in texts(dict(config.description), facts.languages):
        yield me, node("dct:description"), description
    yield me, node("dct:publisher"), facts.publisher
    yield me, node("dct:issued"), issued
    yield me, node("dct:modified"), modified
    for language in facts.languages:
        yield me, node("dct:language"), node(_AUTHORITY + _LANGUAGE[language])
    for place in config.catalogue.places or facts.statistics.countries or (_AUTHORITY + _EUROPE,):
        yield me, node("dct:spatial"), node(place)
    yield me, node("dct:license"), ox.NamedNode(config.licence)


def _dataset(facts: Facts, document: str) -> Iterator[Triple]:
    """The dataset, described in a document of that address."""
    me, said = ox.NamedNode(document + "#dataset"), facts.site.config.catalogue
    yield from _resource(facts, me, "dcat:Dataset")
    yield me, node("dcat:landingPage"), ox.NamedNode(facts.base)
    yield me, node("dct:identifier"), ox.Literal(me.value)
    yield me, node("dcat:version"), ox.Literal(facts.version)
    yield me, node("dct:accessRights"), node(_AUTHORITY + "access-right/PUBLIC")
    yield me, node("dct:accrualPeriodicity"), node(f"{_AUTHORITY}frequency/{said.frequency}")
    yield from _subjects(facts, me)
    period = ox.NamedNode(document + "#period")
    yield me, node("dct:temporal"), period
    yield period, node("rdf:type"), node("dct:PeriodOfTime")
    for end, day in zip(("dcat:startDate", "dcat:endDate"), _days(facts), strict=True):
        yield period, node(end), day
    for download in facts.downloads:
        yield from _distribution(facts, download, me, document)


def _days(facts: Facts) -> tuple[ox.Literal, ox.Literal]:
    """The time that the data is about: its first and last day, or where it has no periods, the time in which it was made."""
    first, last = facts.statistics.first, facts.statistics.last
    if not first and not last:
        first, last = facts.dates
    return _day(first or last, first=True), _day(last or first, first=False)


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


def _distribution(facts: Facts, download: Download, dataset: ox.NamedNode, document: str) -> Iterator[Triple]:
    name = download.path.rpartition("/")[2]
    me, file = ox.NamedNode(f"{document}#distribution-{name}"), ox.NamedNode(facts.site.url(download.path))
    checksum = ox.NamedNode(f"{document}#checksum-{name}")
    yield dataset, node("dcat:distribution"), me
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
    yield me, node("dcatap:availability"), node(f"{_AUTHORITY}planned-availability/{facts.site.config.catalogue.availability}")
    yield me, node("dcat:byteSize"), ox.Literal(str(download.size), datatype=node("xsd:nonNegativeInteger"))
    yield me, node("spdx:checksum"), checksum
    yield checksum, node("rdf:type"), node("spdx:Checksum")
    yield checksum, node("spdx:algorithm"), node("spdx:checksumAlgorithm_sha256")
    yield checksum, node("spdx:checksumValue"), ox.Literal(download.sha256, datatype=node("xsd:hexBinary"))


def _people(facts: Facts) -> Iterator[Triple]:
    config = facts.site.config
    yield facts.publisher, node("rdf:type"), node("foaf:Agent")
    yield facts.publisher, node("foaf:name"), ox.Literal(config.publisher)
    yield facts.publisher, node("dct:type"), ox.NamedNode(f"http://purl.org/adms/publishertype/{config.catalogue.publisher_type}")
    if config.publisher_url:
        yield facts.publisher, node("foaf:homepage"), ox.NamedNode(config.publisher_url)
    yield facts.contact, node("rdf:type"), node("vcard:Kind")
    yield facts.contact, node("vcard:fn"), ox.Literal(config.publisher)
    mail = config.contact.startswith("mailto:")
    where = config.contact or config.publisher_url or facts.base
    yield facts.contact, node("vcard:hasEmail" if mail else "vcard:hasURL"), ox.NamedNode(where)
