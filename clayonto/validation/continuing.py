"""Validation that goes on where an earlier one ended: after an edit only what it can affect is looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Protocol

import pyoxigraph as ox

from clayonto.validation import report_of, shapes_from
from clayonto.validation.compiled import CompiledValidator, State
from clayonto.validation.data import Data, no_collecting
from clayonto.validation.paths import RDF

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from clayonto.engines.base import Engine
    from clayonto.sources import Source
    from clayonto.validation.report import ValidationReport


_TYPE: Final = RDF + "type"


class Triples(Protocol):
    """Triples of N-Triples texts, literals as files write them."""

    def objects(self, subject: str, predicate: str) -> Sequence[str]:
        """What a subject has for a predicate."""

    def subjects(self, predicate: str, thing: str) -> Sequence[str]:
        """What has a thing, which is no literal, for a predicate, which is not ``rdf:type``."""

    def pairs(self, predicate: str) -> Iterator[tuple[str, str]]:
        """The subjects and objects of a predicate."""


def still_conforms(triples: Triples, changed: Iterable[tuple[str, str, str]], *, engine: Engine, base: str) -> bool:
    """Whether data conforms to the bundled shapes after some triples have changed, if it did before.

    Of the triples only those become terms that a shape looks at.

    :param triples: as they are now.
    :param changed: those that were put in and taken out.
    :param engine: one that holds the data, for shapes that ask it.
    """
    data = _Reading(triples, engine)
    with no_collecting():
        state = State(data, shapes_from(None, base=base))
        state.follow([tuple(map(data.term, triple)) for triple in changed])
    return report_of(state.outcome(), data, state.shapes, "", focus=None, base=base, sources=()).conforms


class _Reading(Data):
    """Data that is read from triples of texts, for a node when it is asked for. The engine is for queries that do not tell what of it they can meet."""

    def __init__(self, triples: Triples, engine: Engine) -> None:
        super().__init__(lambda _, predicate: _Objects(self, predicate))
        self.engine = engine
        self.read = triples
        self._terms: dict[str, Any] = {}

    def term(self, text: str) -> Any:
        """The term of a text."""
        known = self._terms.get(text)
        if known is None:
            known = self._terms[text] = ox.NamedNode(text[1:-1]) if text[0] == "<" else _parsed(text)
        return known

    def renamed(self, nodes: Iterable[int]) -> bool:
        return any(isinstance(self.terms[n], ox.BlankNode) for n in nodes)

    def numbers(self, texts: Iterable[str]) -> list[int]:
        """The numbers of some terms."""
        return [self.id(self.term(text)) for text in texts]

    def _values(self, term: Any, predicate: str) -> list[Any]:
        return [self.terms[value] for value in self.objects(predicate).get(self.id(term), ())]

    def _sources(self, predicate: str, nodes: set[int]) -> set[int]:
        index = self.subjects(predicate)
        return {s for n in nodes for s in index.get(n, ())}

    def subjects(self, predicate: str) -> dict[int, list[int]]:
        index = self._backward.get(predicate)
        if index is None:
            index = self._backward[predicate] = super().subjects(predicate) if predicate == _TYPE else _Subjects(self, predicate)
        return index


class _Objects(dict[int, list[int]]):
    """The objects of each subject of a predicate, looked up one by one; all of them are read only where all are asked for."""

    def __init__(self, data: _Reading, predicate: str) -> None:
        super().__init__()
        self._data, self._predicate, self._is_whole = data, f"<{predicate}>", False

    def _find(self, text: str) -> Sequence[str]:
        return self._data.read.objects(text, self._predicate)

    def _every(self) -> Iterator[tuple[str, str]]:
        return self._data.read.pairs(self._predicate)

    def __missing__(self, number: int) -> list[int]:
        if self._is_whole:
            return []
        found = self[number] = self._data.numbers(self._find(str(self._data.terms[number])))
        return found

    def get(self, number: int, default: Any = None) -> Any:
        return self[number] or default

    def __contains__(self, number: object) -> bool:
        return bool(self[number])  # type: ignore[index]

    def _whole(self) -> None:
        if not self._is_whole:
            self.clear()
            for one, other in self._every():
                self.setdefault(self._data.id(self._data.term(one)), []).append(self._data.id(self._data.term(other)))
            self._is_whole = True

    def __iter__(self) -> Iterator[int]:
        self._whole()
        return super().__iter__()

    def __len__(self) -> int:
        self._whole()
        return super().__len__()

    def keys(self) -> Any:
        self._whole()
        return super().keys()

    def values(self) -> Any:
        self._whole()
        return super().values()

    def items(self) -> Any:
        self._whole()
        return super().items()


class _Subjects(_Objects):
    """The subjects of each object of a predicate."""

    def _find(self, text: str) -> Sequence[str]:
        if text[0] == '"':
            return [s for s, o in self._every_pair() if o == text]
        return self._data.read.subjects(self._predicate, text)

    def _every_pair(self) -> Iterator[tuple[str, str]]:
        return self._data.read.pairs(self._predicate)

    def _every(self) -> Iterator[tuple[str, str]]:
        return ((o, s) for s, o in self._every_pair())


def _parsed(text: str) -> Any:
    (quad,) = ox.parse(f"<urn:s> <urn:p> {text} .", format=ox.RdfFormat.N_TRIPLES)
    return quad.object


class Continuation:
    """What is known of one graph and one set of shapes. All reports that go on from one another share it."""

    def __init__(self, data: Data, shapes: str | Path | None, *, base: str, edits: int) -> None:
        """Validate the whole graph.

        :param edits: how many edits the graph has had.
        """
        validator = CompiledValidator()
        self.shapes = shapes
        self._base = base
        self._edits = edits
        self._engine = f"{validator.name} {validator.version}"
        held = shapes_from(shapes, base=base)
        with no_collecting():
            self._state = validator.start(data, held)

    def report(self, sources: Sequence[Source], *, looked_at: int | None = None) -> ValidationReport:
        """The report on the graph as it was last looked at."""
        state = self._state
        return report_of(
            state.outcome(),
            state.data,
            state.shapes,
            self._engine,
            focus=None,
            base=self._base,
            sources=sources,
            looked_at=looked_at,
            continuation=self,
        )

    def follow(self, edits: Sequence[tuple[list[Any], list[Any]]], sources: Sequence[Source]) -> ValidationReport | None:
        """The report after more edits; ``None`` if they have blank nodes, which files name anew whenever they are read.

        :param edits: all edits that the graph has had, each as the triples it added and those it removed.
        """
        new = edits[self._edits :]
        changed = [triple for added, removed in new for triple in (*added, *removed)]
        if any(isinstance(term, ox.BlankNode) for triple in changed for term in triple):
            return None
        for added, removed in new:
            self._state.data.change(added, removed)
        self._edits = len(edits)
        self._state.follow(changed)
        return self.report(sources, looked_at=self._state.looked_at)
