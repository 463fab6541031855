"""Applying a patch to a graph, whole or not at all."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pyoxigraph as ox

from clayonto.difference.blank import components, signature
from clayonto.difference.rdfpatch import Patch, is_nameless, nodes_of, read_patch
from clayonto.engines.disk import DiskEngine
from clayonto.errors import DataError, OutputError, PatchError, UsageError
from clayonto.files import replace
from clayonto.graph import KnowledgeGraph
from clayonto.namespaces import ID
from clayonto.sources import from_paths, triples_of
from clayonto.stores.generations import is_store
from clayonto.turtle import Document, loses_comments, read_document

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clayonto.difference.rdfpatch import Operation
    from clayonto.difference.sides import Triple


class Patched(NamedTuple):
    """What a patch makes of a graph.

    ``document`` is all of it, with what a Turtle file had besides triples. ``removed`` and ``added`` are what changed, ``prefixes`` those that the
    patch sets (``None`` for those it deletes), and ``misfits`` what did not fit and was left out, a sentence each.
    """

    document: Document
    removed: tuple[Triple, ...]
    added: tuple[Triple, ...]
    prefixes: dict[str, str | None]
    misfits: tuple[str, ...]

    @property
    def triples(self) -> tuple[Triple, ...]:
        """All triples, as pyoxigraph terms."""
        return tuple(self.document.triples)

    def to_turtle(self) -> str:
        """The graph as sorted Turtle."""
        return self.document.to_text()


def apply(patch: Patch, document: Document, *, strict: bool = True, stored: bool = False) -> Patched:
    """What a patch makes of a graph.

    :param document: the graph; it is not changed.
    :param strict: whether every deleted triple must be there and every added one must not; otherwise such changes are left out.
    :param stored: whether the graph's literals are in a store's own form; the patch's are put into it then.
    :raises PatchError: if the patch must fit and does not.
    """
    work = _Application(document.triples)
    for block in _as_stored(patch.transactions) if stored else patch.transactions:
        work.carry_out(block)
    place = f"{patch.name}:" if patch.name else "line "
    misfits = [f"{place}{line}: {text}" if line else text for line, text in work.misfits]
    if misfits and strict:
        raise PatchError(misfits)
    prefixes = {prefix: iri for prefix, iri in {**document.prefixes, **work.prefixes}.items() if iri is not None}
    return Patched(
        document=document._replace(triples=tuple(work.now), prefixes=prefixes),
        removed=tuple(t for t in work.before if t not in work.now),
        added=tuple(t for t in work.now if t not in work.before),
        prefixes=work.prefixes,
        misfits=tuple(misfits),
    )


def patched(graph: str | Path | KnowledgeGraph, changes: str | Path | Patch, *, strict: bool = True, base: str = ID) -> Patched:
    """What a patch would make of a graph; nothing is written. Arguments and errors as for :func:`patch`, but any file, folder or pattern will do."""
    wanted = changes if isinstance(changes, Patch) else read_patch(changes)
    if not isinstance(graph, KnowledgeGraph) and is_store(Path(graph)):
        graph = KnowledgeGraph((), engine=DiskEngine(Path(graph)), base=base)
    if isinstance(graph, KnowledgeGraph):
        return apply(wanted, Document.of(graph.triples(), base=base), strict=strict, stored=graph.is_stored)
    if Path(graph).suffix.lower() == ".ttl" and Path(graph).is_file():
        return apply(wanted, read_document(_text(Path(graph)), name=str(graph), base=base), strict=strict)
    return apply(wanted, Document.of(triples_of(from_paths([graph], base=base)), base=base), strict=strict)


def _text(file: Path) -> str:
    try:
        return file.read_bytes().decode()
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}.", path=str(file)) from error
    except UnicodeDecodeError as error:
        raise DataError(f"cannot be read: it is not UTF-8 at byte {error.start + 1}.", path=str(file)) from error


def patch(
    graph: str | Path | KnowledgeGraph, changes: str | Path | Patch, *, strict: bool = True, force: bool = False, base: str = ID
) -> Patched:
    """Change a graph as a patch says, whole or not at all.

    :param graph: a Turtle file, which is rewritten, sorted; a store; or a graph, which is changed as by :meth:`~clayonto.KnowledgeGraph.edit`.
        Prefixes are a file's; stores and graphs keep none.
    :param changes: a file with RDF Patch, or a :class:`Patch`.
    :param strict: whether every deleted triple must be there and every added one must not; otherwise such changes are left out, and the result
        says which.
    :param force: whether a Turtle file may lose comments that stand below its head.
    :raises PatchError: if the patch must fit and does not.
    :raises DataError: if something cannot be read.
    :raises UsageError: if the graph is neither of these, would lose comments, or is in memory and has to lose blank nodes.
    :raises OutputError: if the file cannot be written; it is as it was then.

    >>> import clayonto
    >>> kg = clayonto.load()
    >>> change = Patch.parse('A <https://w3id.org/clayonto/id/project/clay> <http://www.w3.org/2004/02/skos/core#note> "Read." .')
    >>> len(patch(kg, change).added), len(patch(kg, change, strict=False).misfits)
    (1, 1)
    """
    if not isinstance(graph, KnowledgeGraph) and is_store(Path(graph)):
        graph = KnowledgeGraph((), engine=DiskEngine(Path(graph)), base=base)
    if isinstance(graph, KnowledgeGraph):
        done = patched(graph, changes, strict=strict, base=base)
        if not graph.is_stored and any(nodes_of(triple) for triple in done.removed):
            # The engine has other names for them than the files, which are all that a triple could be found by.
            raise UsageError("Blank nodes of a graph in memory cannot be deleted; patch the file, and load it again.")
        if done.removed or done.added:
            graph.apply(added=list(done.added), removed=list(done.removed), file=None)
        return done
    file = Path(graph)
    if not file.is_file() or file.suffix.lower() != ".ttl":
        what = "is neither a Turtle file (.ttl) nor a store" if file.exists() else "does not exist"
        raise UsageError(f"{file} {what}, so it cannot be patched in place.")
    if not force and loses_comments(_text(file)):
        raise UsageError(f"{file} has comments below its head, which would be lost; nothing was changed.")
    done = patched(file, changes, strict=strict, base=base)
    if done.removed or done.added or done.prefixes:
        try:
            replace(file, done.to_turtle())
        except OSError as error:
            raise OutputError(error, path=str(file)) from error
    return done


class _Application:
    """A graph while a patch is carried out on it."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.before = dict.fromkeys(triples)
        self.now = dict(self.before)
        self.prefixes: dict[str, str | None] = {}
        self.misfits: list[tuple[int, str]] = []

    def carry_out(self, block: Iterable[Operation]) -> None:
        """One transaction: changes in order, those of blank nodes last."""
        nameless: dict[str, list[Operation]] = {"D": [], "A": []}
        for operation in block:
            triple = operation.triple
            if triple is None:
                self.prefixes[operation.prefix] = operation.iri
            elif is_nameless(operation):
                nameless[operation.code].append(operation)
            elif (operation.code == "D") != (triple in self.now):
                what = "deletes what the graph does not state" if operation.code == "D" else "adds what the graph states already"
                self.misfits.append((operation.line, f"the patch {what}: {ox.Triple(*triple)} ."))
            elif operation.code == "D":
                del self.now[triple]
            else:
                self.now[triple] = None
        if nameless["D"]:
            self._delete(nameless["D"])
        if nameless["A"]:
            self._add(nameless["A"])

    def _delete(self, operations: list[Operation]) -> None:
        """Take out components that say the same as those of the patch."""
        here: dict[bytes, list[list[Triple]]] = defaultdict(list)
        for found in _grouped(t for t in self.now if nodes_of(t)):
            here[signature(found)].append(list(found.values()))
        lines = {operation.triple: operation.line for operation in operations if operation.triple is not None}
        for wanted in _grouped(lines):
            matches = here[signature(wanted)]
            if matches:
                for triple in matches.pop():
                    del self.now[triple]
            else:
                line = min(lines[triple] for triple in wanted.values())
                self.misfits.append((line, f"the graph has no blank nodes that say just this: {b' . '.join(sorted(wanted)).decode():.300}"))

    def _add(self, operations: list[Operation]) -> None:
        fresh: dict[Any, Any] = defaultdict(ox.BlankNode)
        for operation in operations:
            if operation.triple is None:
                continue
            s, p, o = operation.triple
            self.now[fresh[s] if isinstance(s, ox.BlankNode) else s, p, fresh[o] if isinstance(o, ox.BlankNode) else o] = None


def _grouped(triples: Iterable[Triple]) -> Iterator[dict[bytes, Triple]]:
    """Components of triples with blank nodes, each triple by its line."""
    by_line = {_line(triple): triple for triple in triples}
    for component in components(by_line):
        yield {line: by_line[line] for line in component}


def _line(triple: Triple) -> bytes:
    return (ox.serialize([ox.Triple(*triple)], format=ox.RdfFormat.N_TRIPLES) or b"")[:-1]


def _as_stored(blocks: Iterable[tuple[Operation, ...]]) -> list[tuple[Operation, ...]]:
    """Transactions with their literals as a store would hold them."""
    blocks = list(blocks)
    triples = [operation.triple for block in blocks for operation in block if operation.triple is not None]
    literals = list(dict.fromkeys(o for _, _, o in triples if isinstance(o, ox.Literal)))
    store, value = ox.Store(), ox.NamedNode("urn:value")
    store.extend(ox.Quad(ox.NamedNode(f"urn:{number}"), value, o) for number, o in enumerate(literals))
    stored = {literals[int(quad.subject.value[4:])]: quad.object for quad in store if isinstance(quad.subject, ox.NamedNode)}

    def put(operation: Operation) -> Operation:
        if operation.triple is None:
            return operation
        s, p, o = operation.triple
        return operation._replace(triple=(s, p, stored.get(o, o)))

    return [tuple(put(operation) for operation in block) for block in blocks]
