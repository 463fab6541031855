"""Whole-dataset files: N-Quads, Turtle and JSON-LD, compressed, the same bytes for the same data."""

from __future__ import annotations

import gzip
import io
import tempfile
from typing import IO, TYPE_CHECKING, Final, NamedTuple, cast

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from clayonto.publish.index import Index


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


def dumps(index: Index, *, graph: str) -> Iterator[tuple[str, bytes]]:
    """The ending and the compressed content of each whole-dataset file.

    A file is made piece by piece: what memory holds of it is its compressed bytes alone.

    :param graph: IRI of the named graph that the N-Quads put the triples into; the other formats have the triples alone.
    """
    with tempfile.TemporaryFile() as plain:
        plain.writelines("".join(index.lines(subject)).encode() for subject in index.out)
        for ending, form in FORMATS.items():
            plain.seek(0)
            made = io.BytesIO()
            # Neither a name nor a time goes into the file, so that it is the same file tomorrow.
            with gzip.GzipFile(filename="", mode="wb", fileobj=made, compresslevel=6, mtime=0) as packed:
                _write(cast("IO[bytes]", plain), cast("IO[bytes]", packed), form.rdf, graph)
            yield ending, made.getvalue()


def _write(plain: IO[bytes], out: IO[bytes], form: ox.RdfFormat, graph: str) -> None:
    if form == ox.RdfFormat.N_QUADS:
        name = f" <{graph}> .\n".encode()
        out.writelines(line[:-3] + name for line in plain)
        return
    with io.BufferedWriter(out, 1 << 16) as buffered:
        triples = (quad.triple for quad in ox.parse(plain, format=ox.RdfFormat.N_TRIPLES))
        ox.serialize(triples, buffered, form, prefixes=dict(PREFIXES))


def sums(checksums: Mapping[str, str]) -> bytes:
    r"""Checksums by file name, as ``sha256sum -c`` reads them.

    >>> sums({"a.txt": "e3b0"})
    b'e3b0  a.txt\n'
    """
    return "".join(f"{checksum}  {name}\n" for name, checksum in sorted(checksums.items())).encode()
