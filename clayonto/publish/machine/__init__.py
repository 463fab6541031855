"""The machine side of a site: downloads, descriptions of the dataset, and how its IRIs are answered.

``statistics.py`` counts; ``dumps.py``, ``tables.py`` and ``places.py`` write the whole dataset; ``facts.py`` has what ``dcat.py``, ``void.py``, ``examples.py`` and
``discovery.py`` say of it alike; ``releases.py`` is the page of all versions. ``routes.py`` says which request leads to which document; ``apache.py``,
``nginx.py`` and ``w3id.py`` write that down for a host, and ``hosting.py`` tells the publisher what the host needs.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

from clayonto.publish import sparql
from clayonto.publish.geometry import geojson, is_about_place
from clayonto.publish.machine.dcat import catalog, release
from clayonto.publish.machine.discovery import api_catalog, linkset, robots, sitemaps
from clayonto.publish.machine.dumps import FORMATS, dumps, sums
from clayonto.publish.machine.examples import executables
from clayonto.publish.machine.facts import Facts
from clayonto.publish.machine.hosting import files as hosting
from clayonto.publish.machine.releases import downloads
from clayonto.publish.machine.tables import tables
from clayonto.publish.machine.void import void
from clayonto.publish.versions import LIST, listed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.publish.site import Site


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Path and content of each file of the machine side."""
    facts = Facts(site)
    checksums: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for name, content in _version(facts):
        checksums[name] = hashlib.sha256(content).hexdigest()
        sizes[facts.folder + name] = len(content)
        yield facts.folder + name, content
        if name == "data.ttl.gz":
            yield from sparql.files(site, sparql.Dump(facts.folder + name, len(content)))
    summed = sums(checksums)
    sizes[facts.folder + "SHA256SUMS"] = len(summed)
    yield facts.folder + "SHA256SUMS", summed
    yield LIST, listed(facts.releases(sizes))
    yield from downloads(facts)
    yield "catalog.ttl", catalog(facts)
    described = void(facts)
    yield "void.ttl", described
    yield ".well-known/void", described
    yield ".well-known/api-catalog", api_catalog(facts)
    yield "linkset.json", linkset(facts)
    yield "queries.ttl", executables(facts)
    yield "robots.txt", robots(facts)
    yield from sitemaps(facts)
    yield from hosting(facts)


def _version(facts: Facts) -> Iterator[tuple[str, bytes]]:
    """The files of this version's folder, but for their checksums."""
    yield from _downloads(facts)
    yield "dataset.ttl", release(facts)


def _downloads(facts: Facts) -> Iterator[tuple[str, bytes]]:
    """The files that the dataset can be downloaded as; those that are the whole or a part of it are noted in ``facts.downloads``."""
    site = facts.site
    for ending, content in dumps(facts.blocks):
        form = FORMATS[ending]
        facts.add(f"data.{ending}.gz", content, form.media, form.file_type, form.title, packed=True)
        yield f"data.{ending}.gz", content
    for table in tables(site.index, title=site.config.title, licence=site.config.licence, memory=site.memory, changed=site.changed):
        if table.klass:
            title = {"en": f"{site.name(table.klass, 'en')} (CSV)", "fi": f"{site.name(table.klass, 'fi')} (CSV)"}
            facts.add(f"csv/{table.file}", table.content, "text/csv", "CSV", title, packed=False)
        yield f"csv/{table.file}", table.content
    places = _places(site)
    if places is not None:
        title = {"en": "Places with coordinates (GeoJSON)", "fi": "Paikat koordinaatteineen (GeoJSON)"}
        facts.add("places.geojson", places, "application/geo+json", "GEOJSON", title, packed=False)
        yield "places.geojson", places


def _places(site: Site) -> bytes | None:
    """The places as GeoJSON; those of an earlier build, if nothing that has changed is about where things are, or about a thing that is somewhere."""
    kept: tuple[bytes | None, list[str]] | None = site.memory.get("places")
    changed = site.changed
    if (
        kept is None
        or changed is None
        or not changed.terms.isdisjoint(kept[1])
        or any(is_about_place(p, o) for _, p, o in (*changed.added, *changed.removed))
    ):
        made = geojson(site.index)
        features = json.loads(made)["features"] if made is not None else []
        kept = site.memory["places"] = (made, [f"<{feature['id']}>" for feature in features])
    return kept[0]


__all__ = ["files"]
