"""What a graph is made from: RDF files and bundled files, found, told apart by their endings, and parsed.

One parser (pyoxigraph's) reads every format for every engine, so a file is the same triples and the same error whichever
engine holds it. It fetches nothing: a remote JSON-LD context or an external XML entity is an error.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto.errors import DataError
from clayonto.namespaces import GRAPH, ID
from clayonto.resources import File, Folder, walk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

FORMATS: Final = {
    ".ttl": ox.RdfFormat.TURTLE,
    ".trig": ox.RdfFormat.TRIG,
    ".nt": ox.RdfFormat.N_TRIPLES,
    ".nq": ox.RdfFormat.N_QUADS,
    ".rdf": ox.RdfFormat.RDF_XML,
    ".xml": ox.RdfFormat.RDF_XML,
    ".owl": ox.RdfFormat.RDF_XML,
    ".jsonld": ox.RdfFormat.JSON_LD,
}
"""File ending to format."""
QUADS: Final = frozenset({ox.RdfFormat.TRIG, ox.RdfFormat.N_QUADS, ox.RdfFormat.JSON_LD})
"""The formats in which a file can name graphs."""
_MAX_XML_ENTITIES: Final = 1000


class Source(NamedTuple):
    """One file: how people call it, what format it has, the graph that keeps it apart, and whether it came with the library.

    ``named`` is the graph of what is no file of its own, such as a register's data set; a file's graph has its name.
    """

    name: str
    format: ox.RdfFormat
    file: File
    base: str
    bundled: bool = False
    named: str = ""

    @property
    def graph(self) -> str:
        """IRI of the named graph that holds this source alone."""
        if self.named:
            return self.named
        if self.bundled:
            return GRAPH + self.name.rpartition(".")[0]
        return GRAPH + "file/" + "".join(c if c.isalnum() or c in "-._~/" else f"%{ord(c):02X}" for c in self.name.lstrip("/"))

    def read(self) -> bytes:
        """The file's bytes.

        :raises DataError: if it cannot be read, or is XML that declares more entities than a vocabulary needs.
        """
        try:
            data = self.file.read_bytes()
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror or error}.", path=self.name) from error
        return self.checked(data)

    def checked(self, data: bytes) -> bytes:
        """The file's bytes, if a parser may see them.

        :raises DataError: if they are XML that declares more entities than a vocabulary needs.
        """
        if self.format == ox.RdfFormat.RDF_XML:
            _refuse_entity_bomb(data, self.name)
        return data

    def quads(self) -> list[ox.Quad]:
        """The file's quads exactly as written, before any store rewrites a literal. Blank nodes are this call's own.

        :raises DataError: with line and column, if the file is not what its ending says.
        """
        data = self.read()
        try:
            return list(ox.parse(data, format=self.format, base_iri=self.base, rename_blank_nodes=True))
        except SyntaxError as error:
            raise self.unreadable(error) from error

    def n_triples(self) -> bytes:
        """The file's triples as canonical N-Triples, literals as written, in whatever graph they are; blank nodes are this call's own.

        :raises DataError: with line and column, if the file is not what its ending says.
        """
        quads = ox.parse(self.read(), format=self.format, base_iri=self.base, rename_blank_nodes=True)
        try:
            if self.format in QUADS:
                return ox.serialize((quad.triple for quad in quads), format=ox.RdfFormat.N_TRIPLES) or b""
            return ox.serialize(quads, format=ox.RdfFormat.N_TRIPLES) or b""
        except SyntaxError as error:
            raise self.unreadable(error) from error

    def unreadable(self, error: SyntaxError) -> DataError:
        """The error to raise for a parser's complaint about this file."""
        message = error.msg.removeprefix("Parser error ")
        if " columns " in message or message.startswith("at line"):
            message = message.partition(": ")[2] or message
        return DataError(f"{message.rstrip('.')}.", path=self.name, line=error.lineno or 0, column=error.offset or 0)


def _refuse_entity_bomb(data: bytes, name: str) -> None:
    # RDF/XML files declare one entity a namespace; entities inside entities are how small files grow without bound.
    head, found, _ = data.partition(b"<!DOCTYPE")
    if not found:
        return
    declared = data.count(b"<!ENTITY")
    subset = data[len(head) : data.find(b"]>", len(head)) + 2]
    for declaration in subset.split(b"<!ENTITY")[1:]:
        body = declaration.partition(b">")[0]
        if b"SYSTEM" in body or b"PUBLIC" in body:
            raise DataError("it declares an external XML entity, and nothing is fetched; write the text in its place.", path=name)
        value = body.partition(b'"')[2] or body.partition(b"'")[2]
        if b"&" in value and b"&#" not in value:
            raise DataError("it declares an XML entity inside an entity, which could grow without bound; write it out.", path=name)
    if declared > _MAX_XML_ENTITIES:
        raise DataError(f"it declares {declared} XML entities; at most {_MAX_XML_ENTITIES} are read.", path=name)


def bundled(folder: Folder, *, base: str = ID) -> Iterator[Source]:
    """The Turtle files of a bundled folder, sorted by path."""
    for path, file in walk(folder, ".ttl"):
        yield Source(path, ox.RdfFormat.TURTLE, file, base, bundled=True)


def loaded(*, data: bool = True) -> list[Source]:
    """The bundled files that a graph is made of: the ontology with its concepts, and the data.

    Alignments are published, not loaded: their mappings are inexact.
    """
    ontology = (source for source in bundled("ontology") if not source.name.startswith("ontology/alignments/"))
    return [*ontology, *(bundled("data") if data else ())]


def from_paths(paths: Sequence[str | Path], *, base: str = ID) -> list[Source]:
    """The RDF files that paths name: a file, a folder (all RDF files below it), or a pattern such as ``data/*.ttl``.

    :raises DataError: if a path names nothing, or a file whose ending is not in :data:`FORMATS`.
    """
    found: dict[str, Source] = {}
    if not paths:
        return []
    from pathlib import Path

    from clayonto.files import at_home

    for given in paths:
        path = at_home(given)
        if path.is_dir():
            files = sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in FORMATS)
        elif path.exists():
            files = [path]
        else:
            import glob

            files = sorted(Path(p) for p in glob.glob(str(path), recursive=True) if Path(p).is_file())
        if not files:
            what = "has no RDF file in it" if path.is_dir() else "does not exist"
            raise DataError(f"{what}; give a file ({', '.join(FORMATS)}), a folder or a pattern.", path=str(given))
        for file in files:
            if file.suffix.lower() not in FORMATS:
                raise DataError(f"the ending “{file.suffix}” names no RDF format; it can be {', '.join(FORMATS)}.", path=str(file))
            found.setdefault(str(file), Source(str(file), FORMATS[file.suffix.lower()], file, base))
    return list(found.values())


def triples_of(sources: Iterable[Source]) -> list[tuple[Any, Any, Any]]:
    """The triples of files as pyoxigraph terms, in order, exactly as written."""
    return list(stream(sources))


def stream(sources: Iterable[Source]) -> Iterator[tuple[Any, Any, Any]]:
    """The triples of files, one after the other as they are parsed.

    :raises DataError: with line and column, when a malformed place is met.
    """
    for source in sources:
        # A large file is not read whole first; but XML is looked through before it is parsed, and a zipped wheel has no paths.
        path = None if source.bundled or source.format == ox.RdfFormat.RDF_XML else source.name
        data = None if path else source.read()
        try:
            for quad in ox.parse(data, path=path, format=source.format, base_iri=source.base, rename_blank_nodes=True):
                yield quad.subject, quad.predicate, quad.object
        except SyntaxError as error:
            raise source.unreadable(error) from error
        except OSError as error:
            raise DataError(f"cannot be read: {error.strerror or error}.", path=source.name) from error
