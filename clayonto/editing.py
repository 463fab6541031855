"""Editing: triples in, triples out, whole or not at all, validated at the end if asked, and saved as sorted Turtle.

An edit works on a copy. Only when its block ends without an error, and the data conforms where that is asked for, does the graph change and
the file it edits get replaced; otherwise both are as they were.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import pyoxigraph as ox

from clayonto import sparql
from clayonto.engines.oxigraph import from_python, syntax_error, to_python
from clayonto.errors import EditError, NotConformingError
from clayonto.files import replace
from clayonto.namespaces import PREFIXES, expand
from clayonto.sources import from_paths
from clayonto.terms import IRI, Value
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from types import TracebackType

    from clayonto.graph import KnowledgeGraph
    from clayonto.turtle import Term

    # Of pyoxigraph terms, whose stubs know no common type for "what may be a subject".
    Triple = tuple[Any, Any, Any]


class Change:
    """One edit in progress; made by :meth:`clayonto.KnowledgeGraph.edit` and used in a ``with`` block."""

    def __init__(self, graph: KnowledgeGraph, file: Path | None, *, validate: bool) -> None:
        self._graph = graph
        self._file = file
        self._validate = validate
        self._added: dict[Triple, None] = {}
        self._removed: dict[Triple, None] = {}
        self._own: list[Triple] = []

    def __enter__(self) -> Self:
        if self._file is not None:
            if not self._graph.sources:
                raise EditError("A graph on disk is edited without a file; load() adds files to it.")
            if self._file.suffix.lower() != ".ttl":
                raise EditError(f"{self._file} is not Turtle (.ttl), the one format that an edit writes back.")
            self._own = [_triple(q) for q in from_paths([self._file], base=self._graph.base)[0].quads()] if self._file.exists() else []
        self._before = set(self._graph.triples())
        # A file that is not loaded yet is loaded by being edited.
        self._added = {t: None for t in self._own if t not in self._before}
        return self

    def add(self, *paths: str | Path) -> Change:
        """Add all triples of files, folders or patterns.

        :raises DataError: if one cannot be read; nothing of the call is added then.
        """
        sources = from_paths(paths, base=self._graph.base)
        triples = [_triple(quad) for source in sources for quad in source.quads()]
        self._put(triples)
        return self

    def add_turtle(self, text: str) -> Change:
        """Add the triples of Turtle text, with the project's prefixes known and IRIs relative to the graph's base.

        :raises DataError: with line and column, if the text is not Turtle.
        """
        self._put(_parse(text, self._graph.base))
        return self

    def add_triple(self, subject: str, predicate: str, value: Value) -> Change:
        """Add one triple: subject and predicate as IRI, CURIE or relative to the base; the object as a Python value."""
        self._put([self._make(subject, predicate, value)])
        return self

    def remove(self, subject: str, predicate: str | None = None, value: Value | None = None) -> Change:
        """Remove the triples of a subject, of one of its properties, or with one value.

        :raises EditError: if there are none, or the file that is edited does not state them.
        """
        s = ox.NamedNode(expand(subject, base=self._graph.base))
        p = None if predicate is None else ox.NamedNode(expand(predicate, base=self._graph.base))
        o = None if value is None else _term(value, self._graph.base)
        found = [t for t in self._now() if t[0] == s and p in (None, t[1]) and (o is None or _same(o, t[2]))]
        if not found:
            raise EditError(f"Nothing to remove: the graph has no such triple of {subject}.")
        self._take(found)
        return self

    def update(self, text: str) -> Change:
        """Carry out a SPARQL 1.1 Update; its ``WHERE`` sees the whole graph.

        :raises QuerySyntaxError: with line and column.
        :raises ForbiddenQueryError: if it would reach for another file or machine.
        :raises EditError: if it writes to a named graph, or removes what the file that is edited does not state.
        """
        sparql.refuse_reaching_out(text)
        store = ox.Store()
        store.extend([ox.Quad(*t) for t in self._now()])
        before = {_triple(q) for q in store}
        try:
            store.update(text, base_iri=self._graph.base, prefixes=dict(PREFIXES))
        except SyntaxError as error:
            raise syntax_error(error, text) from error
        if any(True for _ in store.named_graphs()):
            raise EditError("The update writes to a named graph; leave GRAPH out, an edit is of the default graph.")
        after = {_triple(q) for q in store}
        gone = before - after
        # The store holds literals in its own form; what is removed is found by that form.
        touched = {t[:2] for t in gone}
        self._take([t for t in self._now() if t[:2] in touched and _stored(t) in gone])
        self._put(sorted(after - before, key=str))
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if kind is not None:
            return
        if self._validate:
            self._check()
        if self._graph.closure is not None:
            self._graph.refuse_contradictions(self._now(), new=self._added)
        if self._file is not None:
            self._write(self._file)
        self._graph.apply(added=list(self._added), removed=list(self._removed), file=self._file)

    def _check(self) -> None:
        report = self._graph.validate_triples(list(self._now()))
        if not report.conforms:
            raise NotConformingError(report)

    def _write(self, file: Path) -> None:
        own = [t for t in self._own if t not in self._removed] + [t for t in self._added if t not in self._own]
        old = file.read_text(encoding="utf-8") if file.exists() else ""
        prefixes = {}
        head = "".join(line for line in old.splitlines(keepends=True)[: _comments(old)])
        if old:
            parser = ox.parse(old.encode(), format=ox.RdfFormat.TURTLE, base_iri=self._graph.base)
            list(parser)
            prefixes = dict(parser.prefixes)
        text = write_turtle(own, prefixes=prefixes, base=self._graph.base, head=head)
        replace(file, text)

    def _now(self) -> list[Triple]:
        return [t for t in self._before if t not in self._removed] + list(self._added)

    def _put(self, triples: Iterable[Triple]) -> None:
        for triple in triples:
            self._removed.pop(triple, None)
            if triple not in self._before:
                self._added[triple] = None

    def _take(self, triples: Iterable[Triple]) -> None:
        for triple in triples:
            if triple in self._added:
                del self._added[triple]
                continue
            if self._file is not None and triple not in self._own:
                where = self._graph.place_of(triple) or "another file"
                raise EditError(f"{where} states “{_shown(triple)}”, and the edit is of {self._file}; edit that file to remove it.")
            self._removed[triple] = None

    def _make(self, subject: str, predicate: str, value: Value) -> Triple:
        s, p = (ox.NamedNode(expand(text, base=self._graph.base)) for text in (subject, predicate))
        return s, p, _term(value, self._graph.base)


def _comments(text: str) -> int:
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))


def _triple(quad: ox.Quad) -> Triple:
    return quad.subject, quad.predicate, quad.object


def _parse(text: str, base: str) -> list[Triple]:
    from clayonto.errors import DataError

    head = "".join(f"@prefix {p}: <{ns}> . " for p, ns in PREFIXES.items())
    try:
        # On one line, so that the lines an error names are the text's own.
        return [_triple(q) for q in ox.parse((head + text).encode(), format=ox.RdfFormat.TURTLE, base_iri=base, rename_blank_nodes=True)]
    except SyntaxError as error:
        column = (error.offset or 0) - (len(head) if error.lineno == 1 else 0)
        raise DataError(error.msg.partition(": ")[2] or error.msg, line=error.lineno or 0, column=max(column, 0)) from error


def _term(value: Value, base: str) -> Any:
    return from_python(IRI(expand(value, base=base)) if isinstance(value, IRI) else value)


def _stored(triple: Triple) -> Triple:
    """A triple as a store would hold it."""
    store = ox.Store()
    store.add(ox.Quad(*triple))
    return _triple(next(iter(store)))


def _same(wanted: Term, found: Term) -> bool:
    """Whether two terms are one value: ``212000`` and ``212000.00`` are."""
    if isinstance(wanted, ox.Literal) and isinstance(found, ox.Literal):
        return wanted.language == found.language and to_python(wanted) == to_python(found)
    return wanted == found


def _shown(triple: Triple) -> str:
    return write_turtle([triple]).split("\n\n", 1)[-1].strip().replace("\n", " ")
