"""Whole-dataset files: N-Quads, Turtle and JSON-LD, compressed, the same bytes for the same data."""

from __future__ import annotations

import hashlib
import zlib
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES
from clayonto.publish.machine.pieces import Piece, joined, pack

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from clayonto.publish.index import Index
    from clayonto.publish.units import Changes

_SUBJECTS: Final = 256
"""How many subjects a block has, on average."""


class Format(NamedTuple):
    """A format of dumps: for the writer, as a media type, as an EU file type, and what people call the file."""

    rdf: ox.RdfFormat
    media: str
    file_type: str
    title: dict[str, str]


FORMATS: Final = {
    "nq": Format(
        ox.RdfFormat.N_QUADS, "application/n-quads", "RDF_N_QUADS", {"en": "All data as N-Quads", "fi": "Koko aineisto N-Quads-muodossa"}
    ),
    "ttl": Format(ox.RdfFormat.TURTLE, "text/turtle", "RDF_TURTLE", {"en": "All data as Turtle", "fi": "Koko aineisto Turtle-muodossa"}),
    "jsonld": Format(
        ox.RdfFormat.JSON_LD, "application/ld+json", "JSON_LD", {"en": "All data as JSON-LD", "fi": "Koko aineisto JSON-LD-muodossa"}
    ),
}
"""The ending of a dump, before ``.gz``, and its format."""


class Block(NamedTuple):
    """Some subjects that lie beside one another: a digest of their triples, and those in each format, in the order of :data:`FORMATS`."""

    subjects: tuple[str, ...]
    digest: str
    packed: tuple[Piece, ...]


def blocks(index: Index, *, graph: str, kept: Mapping[str, Any] | None = None, changed: Changes | None = None) -> list[Block]:
    """The triples of an index in blocks whose bounds depend on no other subject, so that a change leaves the blocks as they are in which it is not.

    :param graph: IRI of the named graph that the N-Quads put the triples into; the other formats have the triples alone.
    :param kept: blocks of an earlier index by their first subject, and ``changed`` what has changed since.
    """
    made: list[Block] = []
    kept = kept or {}
    for subjects in _bounded(index):
        block = Block(*kept[subjects[0]]) if changed is not None and subjects[0] in kept else None
        if block is None or block.subjects != subjects or not changed.terms.isdisjoint(subjects):  # type: ignore[union-attr]
            plain = "".join(line for subject in subjects for line in index.lines(subject)).encode()
            packed = tuple(pack(_body(plain, form.rdf, graph)) for form in FORMATS.values())
            block = Block(subjects, hashlib.sha256(plain).hexdigest(), packed)
        made.append(block)
    return made


def _bounded(index: Index) -> Iterator[tuple[str, ...]]:
    subjects: list[str] = []
    for subject in index.out:
        if subjects and zlib.crc32(subject.encode()) % _SUBJECTS == 0:
            yield tuple(subjects)
            subjects = []
        subjects.append(subject)
    if subjects:
        yield tuple(subjects)


def dumps(made: Sequence[Block]) -> Iterator[tuple[str, bytes]]:
    """The ending and the compressed content of each whole-dataset file."""
    for number, ending in enumerate(FORMATS):
        bodies = [Piece(*block.packed[number]) for block in made]
        if ending == "jsonld":
            comma = pack(b",")
            parted = [piece for body in bodies for piece in (comma, body)][1:]
            bodies = [pack(b"["), *parted, pack(b"]\n")]
        elif ending == "ttl":
            head = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in sorted(PREFIXES.items()))
            bodies.insert(0, pack(head.encode()))
        yield ending, joined(bodies)


def _body(plain: bytes, form: ox.RdfFormat, graph: str) -> bytes:
    """Triples in a format, without what stands before the first and after the last of all."""
    if form == ox.RdfFormat.N_QUADS:
        return plain.replace(b" .\n", f" <{graph}> .\n".encode())
    triples = (quad.triple for quad in ox.parse(plain, format=ox.RdfFormat.N_TRIPLES))
    if form == ox.RdfFormat.JSON_LD:
        return (ox.serialize(triples, format=form, prefixes=dict(PREFIXES)) or b"[]").strip()[1:-1]
    return (ox.serialize(triples, format=form, prefixes=dict(PREFIXES)) or b"").split(b"\n", len(PREFIXES))[-1]


def sums(checksums: Mapping[str, str]) -> bytes:
    r"""Checksums by file name, as ``sha256sum -c`` reads them.

    >>> sums({"a.txt": "e3b0"})
    b'e3b0  a.txt\n'
    """
    return "".join(f"{checksum}  {name}\n" for name, checksum in sorted(checksums.items())).encode()
