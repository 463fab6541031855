"""Validation that goes on where an earlier one ended: after an edit only what it can affect is looked at again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.validation import report_of, shapes_from
from clayonto.validation.compiled import CompiledValidator, State
from clayonto.validation.data import Data, no_collecting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from clayonto.engines.base import Engine
    from clayonto.sources import Source
    from clayonto.validation.report import ValidationReport


def still_conforms(
    pairs: Callable[[str], Iterable[tuple[str, str]]], changed: Sequence[tuple[str, str, str]], *, engine: Engine, base: str
) -> bool:
    """Whether data conforms to the bundled shapes after some triples have changed, if it did before.

    Terms are N-Triples texts, so that only those are made that a shape looks at.

    :param pairs: gives the subjects and objects of a predicate, as they are now.
    :param changed: the triples that were put in and taken out.
    :param engine: one that holds the data, for shapes that ask it.
    """
    terms: dict[str, Any] = {}

    def term(text: str) -> Any:
        known = terms.get(text)
        if known is None:
            known = terms[text] = _term(text)
        return known

    def fetch(data: Data, predicate: str) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for subject, value in pairs(f"<{predicate}>"):
            found.setdefault(data.id(term(subject)), []).append(data.id(term(value)))
        return found

    data = Data(fetch)
    data.engine = engine
    with no_collecting():
        state = State(data, shapes_from(None, base=base))
        state.follow([(term(s), term(p), term(o)) for s, p, o in changed])
    return report_of(state.outcome(), data, state.shapes, "", focus=None, base=base, sources=()).conforms


def _term(text: str) -> Any:
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
