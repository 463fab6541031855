"""Where in its file the node of a result stands, and the value that is wrong with it; read when somebody asks."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from clayonto.places import Place, Places
    from clayonto.sources import Source
    from clayonto.validation.base import Result
    from clayonto.validation.data import Data
    from clayonto.validation.paths import Term


# The end of an IRI, which a file that names it has as it is, unless it writes it with escapes.
_LOCAL = re.compile(r"[\w.-]*\Z", re.ASCII)
_LOOKS = 10


class Where:
    """The places of nodes and values in the files that data was read from; none for data that comes from elsewhere."""

    def __init__(self, data: Data, sources: Sequence[Source]) -> None:
        self._data = data
        # In the order in which a person would look for a node: their own files, the data, the rest.
        self._sources = sorted(sources, key=lambda source: (source.bundled, not source.name.startswith("data/")))
        self._known: dict[Term, Place | None] = {}

    def of(self, result: Result) -> Place | None:
        """The line where the offending node's statement starts; where another file states the offending value, the value's line there."""
        node, value = self.node(result.focus), self.value(result)
        return value if node is None or (value is not None and value.file != node.file) else node

    def node(self, term: Term) -> Place | None:
        """The line where a node is described; if it is not, where it is named. For a nameless node, a line inside it."""
        if not self._sources:
            return None
        if term not in self._known:
            self._known[term] = None  # nameless nodes may have one another in a circle
            self._known[term] = self._node(term)
        return self._known[term]

    def value(self, result: Result) -> Place | None:
        """The line of the offending value, where the result's path is one property that has it."""
        if result.path is None or result.path.iri is None or result.value is None:
            return None
        if isinstance(result.focus, ox.BlankNode) or isinstance(result.value, ox.BlankNode):
            return None
        return self.triple((result.focus, result.path.iri, result.value))

    def triple(self, triple: tuple[Any, Any, Any]) -> Place | None:
        """The line of a triple's object; of a nameless node's triple, that of the first that is the same otherwise."""
        return self._first(triple[0], lambda places: places.of_triple(triple))

    @cached_property
    def owners(self) -> Mapping[Any, tuple[Any, Any]]:
        """Of each term that is an object: the first subject that has it, and by which property."""
        found: dict[Any, tuple[Any, Any]] = {}
        for s, p, o in self._data.triples() if self._sources else ():
            found.setdefault(o, (s, p))
        return found

    def _first(self, node: Any, find: Callable[[Places], Place | None]) -> Place | None:
        """What is found in the first file that has it; files that do not have the name of the node are scanned last, and so hardly ever."""
        ending = _LOCAL.search(node.value) if isinstance(node, ox.NamedNode) else None
        passed = []
        for file in self._files:
            if ending is not None and not file.may_have(ending.group().encode()):
                passed.append(file)
            elif (place := find(file.scanned())) is not None:
                return place
        return next((place for file in passed if (place := find(file.scanned())) is not None), None)

    @cached_property
    def _files(self) -> list[_File]:
        return [_File(source) for source in self._sources]

    def _node(self, term: Term) -> Place | None:
        place: Place | None = None
        if isinstance(term, ox.NamedNode):
            iri = term.value
            place = self._first(term, lambda places: places.of_node(iri))
        elif isinstance(term, ox.BlankNode):
            place = self._inside(term)
        if place is None and term in self.owners:
            subject, by = self.owners[term]
            if not isinstance(subject, ox.BlankNode):
                place = self.triple((subject, by, term))
            place = place or self.node(subject)
        return place

    def _inside(self, node: ox.BlankNode) -> Place | None:
        """The first line of what is said of this nameless node and of no other."""
        data = self._data
        own: list[tuple[Any, Any, Any]] = [
            (node, ox.NamedNode(by), data.terms[value])
            for _, by, value in data.predicates_of([data.id(node)])
            if not isinstance(data.terms[value], ox.BlankNode)
            and not any(
                other != node and isinstance(other, ox.BlankNode) for other in map(data.terms.__getitem__, data.subjects(by)[value])
            )
        ]
        return min((place for triple in own if (place := self.triple(triple)) is not None), default=None)


class _File:
    """A file that is scanned only if something may be in it."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._text: bytes | None = None
        self._places: Places | None = None
        self._asked = 0

    def may_have(self, text: bytes) -> bool:
        """Whether the file has a text somewhere; after a few questions a scan is cheaper than another look."""
        self._asked += 1
        if self._places is not None or self._asked > _LOOKS:
            return True
        if self._text is None:
            try:
                self._text = self._source.read()
            except DataError:  # the file is gone
                self._text = b""
        return text in self._text

    def scanned(self) -> Places:
        """The places in the file."""
        if self._places is None:
            from clayonto.places import Places

            self._places, self._text = Places([self._source]), None
        return self._places
