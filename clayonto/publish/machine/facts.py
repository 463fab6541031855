"""What the descriptions of a dataset say alike: its IRIs, version and dates, and the files it can be downloaded as."""

from __future__ import annotations

import hashlib
import os
import re
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES
from clayonto.publish.config import VERSION
from clayonto.publish.index import curie, literal
from clayonto.publish.machine.dumps import Block, blocks
from clayonto.publish.machine.statistics import Statistics, count, recount
from clayonto.publish.versions import Release, staying

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clayonto.locales import Language
    from clayonto.publish.site import Site

Triple = tuple[ox.NamedNode | ox.BlankNode, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]

PREFIXES_USED: Final = {
    "adms": "http://www.w3.org/ns/adms#",
    "dcatap": "http://data.europa.eu/r5r/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "void": "http://rdfs.org/ns/void#",
    "authority": "http://publications.europa.eu/resource/authority/",
}
"""Prefixes of these descriptions besides the project's own."""
NAMES: Final = {**PREFIXES, **PREFIXES_USED}
_DATES: Final = tuple(map(curie, ("dct:issued", "dct:created", "dct:modified")))
_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d")


class Download(NamedTuple):
    """A file that has the whole dataset: its path in the site, media type, EU file type, packing, text by language, and its checksum and size."""

    path: str
    media: str
    file_type: str
    packed: bool
    title: dict[str, str]
    sha256: str
    size: int


def node(text: str) -> ox.NamedNode:
    """The term of a CURIE of these descriptions (``void:Dataset``), or of a whole IRI.

    >>> node("void:Dataset").value
    'http://rdfs.org/ns/void#Dataset'
    """
    prefix, colon, local = text.partition(":")
    return ox.NamedNode(NAMES[prefix] + local if colon and prefix in NAMES and not local.startswith("//") else text)


def texts(by_language: dict[str, str] | None, languages: Iterable[str]) -> list[ox.Literal]:
    """Texts with their languages, in the languages of the site."""
    return [ox.Literal(by_language[lang], language=lang) for lang in languages if by_language and by_language.get(lang)]


class Facts:
    """What is said of the dataset of a site. ``downloads`` are its files, once they are made."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.base = site.base
        self.languages: tuple[Language, ...] = site.languages
        self.catalog = ox.NamedNode(site.base + "catalog.ttl#catalog")
        self.dataset = ox.NamedNode(site.dataset)
        self.publisher = ox.NamedNode(site.base + "catalog.ttl#publisher")
        self.contact = ox.NamedNode(site.base + "catalog.ttl#contact")
        self.downloads: list[Download] = []

    @property
    def endpoint(self) -> str:
        """The address of the SPARQL endpoint, where there is a server that has one."""
        return self.site.url("sparql")

    @cached_property
    def statistics(self) -> Statistics:
        """What the dataset counts, gone on with from what an earlier build counted where that is sooner."""
        site, kept = self.site, self.site.memory.get("statistics")
        again = recount(Statistics(*kept), site.index, site.changed) if kept is not None and site.changed is not None else None
        counted = again or count(site.index, uri_space=site.namespace)
        site.memory["statistics"] = tuple(counted)
        return counted

    @cached_property
    def blocks(self) -> list[Block]:
        """The triples in blocks, those taken over that an earlier build left as they are to be."""
        site = self.site
        made = blocks(site.index, graph=self.dataset.value, kept=site.memory.get("blocks", {}), changed=site.changed)
        site.memory["blocks"] = {block.subjects[0]: (block.subjects, block.digest, tuple(map(tuple, block.packed))) for block in made}
        return made

    @cached_property
    def version(self) -> str:
        """The version that the config names, or else the version of the ontology and a hash of the data: other data is another version, the same data the same."""
        if self.site.config.version:
            return self.site.config.version
        found = sorted(
            text
            for term in self.site.vocabulary
            for text, _, _ in map(literal, self.site.index.objects(term, curie("owl:versionInfo")))
            if VERSION.fullmatch(text)
        )
        digest = hashlib.sha256()
        for block in self.blocks:
            digest.update(block.digest.encode())
        return "-".join([*found[:1], digest.hexdigest()[:8]])

    def add(self, name: str, content: bytes, media: str, file_type: str, title: dict[str, str], *, packed: bool) -> None:
        """Note a download by its name in this version's folder."""
        digest = hashlib.sha256(content).hexdigest()
        self.downloads.append(Download(self.folder + name, media, file_type, packed, title, digest, len(content)))

    @cached_property
    def earlier(self) -> list[Release]:
        """The other versions that the site has and that stay for good, oldest first."""
        return [one for one in staying(self.site.published.releases, self.version) if not one.derived]

    def releases(self, files: Mapping[str, int]) -> list[Release]:
        """All versions that the site will have, oldest first, this one with the files (path to size) that were made of it."""
        known = self.site.published.releases
        now = Release(self.version, self.dates[1], files, derived=not self.site.config.version)
        stay = staying(known, self.version)
        if now.derived or self.version not in {one.name for one in known}:
            return [*stay, now]
        place = [one.name for one in known if one in stay or one.name == self.version].index(self.version)
        return [*stay[:place], now, *stay[place:]]

    @cached_property
    def previous(self) -> str:
        """The named version before this one, by when they were first published; the empty text if there is none."""
        names = [one.name for one in self.releases({}) if not one.derived or one.name == self.version]
        place = names.index(self.version)
        return names[place - 1] if place else ""

    def release(self, name: str) -> ox.NamedNode:
        """The IRI of a version of the dataset, which is described beside its files."""
        return ox.NamedNode(self.site.url(f"download/{name}/dataset.ttl") + "#dataset")

    @property
    def folder(self) -> str:
        """The folder of this version's downloads, ended by a slash."""
        return f"download/{self.version}/"

    @cached_property
    def dates(self) -> tuple[str, str]:
        """When the dataset was issued and last modified: the first and the last day that it gives for its ontology and documents.

        The clock has no say, so that the same data gives the same site; ``SOURCE_DATE_EPOCH`` (reproducible-builds.org), if set, is the last day.
        """
        days = {
            text
            for said in self.site.index.out.values()
            for predicate in _DATES
            for value in said.get(predicate, ())
            if value[0] == '"' and _DAY.fullmatch(text := literal(value)[0])
        }
        epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
        last = datetime.fromtimestamp(int(epoch), UTC).date().isoformat() if epoch.isdigit() else max(days, default="1970-01-01")
        own = {
            text
            for term in self.site.vocabulary
            for text, _, _ in map(literal, self.site.index.objects(term, curie("dct:issued")))
            if _DAY.fullmatch(text)
        }
        return min(max(own, default=last), last), last
