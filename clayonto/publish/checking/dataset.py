"""A site's descriptions of its dataset: read, held against shapes, and against what can be counted and summed."""

from __future__ import annotations

import gzip
import hashlib
import io
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from clayonto.namespaces import ID, PREFIXES
from clayonto.publish.machine.facts import PREFIXES_USED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.validation.shapes import Shapes

_LARGEST = 1 << 33


class Distribution(NamedTuple):
    """A download: its address and its SHA-256 in lower case (empty if the catalogue gives none)."""

    url: str
    sha256: str


class Descriptions:
    """What ``catalog.ttl`` and ``void.ttl`` say."""

    def __init__(self, catalog: bytes, void: bytes, url: str) -> None:
        """:raises SyntaxError: if one of them is not Turtle."""
        self.triples = [
            (q.subject, q.predicate, q.object) for text in (catalog, void) for q in ox.parse(text, format=ox.RdfFormat.TURTLE, base_iri=url)
        ]

    def values(self, predicate: str) -> list[str]:
        """The values of a property, given as a CURIE, of whatever subject."""
        wanted = _iri(predicate)
        return [o.value for _, p, o in self.triples if p.value == wanted]

    @property
    def base(self) -> str:
        """Where the catalogue says the site is; the empty text if it does not."""
        catalogs = {s for s, p, o in self.triples if p.value == _iri("rdf:type") and getattr(o, "value", "") == _iri("dcat:Catalog")}
        found = [o.value for s, p, o in self.triples if s in catalogs and p.value == _iri("foaf:homepage")]
        return found[0] if found else ""

    @property
    def distributions(self) -> list[Distribution]:
        """All downloads with their checksums."""
        sums = {s: o.value.lower() for s, p, o in self.triples if p.value == _iri("spdx:checksumValue")}
        of = {s: sums.get(o, "") for s, p, o in self.triples if p.value == _iri("spdx:checksum")}
        return sorted({Distribution(o.value, of.get(s, "")) for s, p, o in self.triples if p.value == _iri("dcat:downloadURL")})

    @property
    def dataset(self) -> str:
        """The IRI of the dataset that has dumps."""
        found = [s.value for s, p, _ in self.triples if p.value == _iri("void:dataDump")]
        return found[0] if found else ""

    def number(self, predicate: str) -> int | None:
        """What VoID counts of the dataset itself; ``None`` if it does not."""
        wanted = _iri(predicate)
        found = [o.value for s, p, o in self.triples if p.value == wanted and getattr(s, "value", "") == self.dataset]
        return int(found[0]) if found and found[0].isdigit() else None

    def faults(self) -> Iterator[tuple[str, dict[str, str]]]:
        """What the shapes have against the descriptions: the IRI of the thing, and a sentence in each language."""
        from clayonto.validation import validate
        from clayonto.validation.data import Data

        held = validate(Data.of_triples(self.triples), _shapes(), focus=None, base=ID)
        for result in held.results:
            yield str(result.focus), {"en": result.message("en"), "fi": result.message("fi")}


@cache
def _shapes() -> Shapes:
    from importlib.resources import files

    from clayonto.validation.shapes import Shapes

    text = (files("clayonto.publish.checking") / "catalogue.ttl").read_bytes()
    return Shapes([(q.subject, q.predicate, q.object) for q in ox.parse(text, format=ox.RdfFormat.TURTLE)])


def _iri(curie: str) -> str:
    prefix, _, local = curie.partition(":")
    return (PREFIXES_USED.get(prefix) or PREFIXES[prefix]) + local


def unpacked(body: bytes) -> bytes:
    """The content of a ``.gz`` file, as far as memory bears it.

    :raises OSError: if it is none, or was cut short, or holds more than 8 GB.
    """
    made = []
    size = 0
    try:
        with gzip.GzipFile(fileobj=io.BytesIO(body)) as packed:
            while piece := packed.read(1 << 20):
                size += len(piece)
                if size > _LARGEST:
                    raise OSError("it holds more than 8 GB")
                made.append(piece)
    except EOFError as error:
        raise OSError("it was cut short") from error
    return b"".join(made)


def checksum(body: bytes) -> str:
    """The SHA-256 of a file, in lower case."""
    return hashlib.sha256(body).hexdigest()
