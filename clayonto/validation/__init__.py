"""Data held against SHACL shapes: what is wrong, where, and what to do about it.

``data.py`` has the data, ``shapes.py`` the shapes; a validator (``compiled.py``, ``pyshacl.py``) holds one against the other and gives results,
of which ``report.py`` makes a report: with sentences (``messages.py``), places (``where.py``) and forms (``forms.py``, ``page.py``).
Shapes that come from elsewhere are held against SHACL first (``wellformed.py``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.errors import DataError, UnknownEngineError
from clayonto.validation.data import no_collecting
from clayonto.validation.pyshacl import to_rdflib
from clayonto.validation.report import ShapeSummary, ValidationReport
from clayonto.validation.violation import SEVERITIES, Violation

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from clayonto.sources import Source
    from clayonto.validation.base import Outcome, Validator
    from clayonto.validation.continuing import Continuation
    from clayonto.validation.data import Data
    from clayonto.validation.shapes import Shapes

ENGINES: Final = ("compiled", "pyshacl")
"""The validators; the first is the default."""


def make(name: str | None) -> Validator:
    """The validator of a name; the default for ``None``.

    :raises UnknownEngineError: if there is none of that name.
    """
    if name in (None, "compiled"):
        from clayonto.validation.compiled import CompiledValidator

        return CompiledValidator()
    if name == "pyshacl":
        from clayonto.validation.pyshacl import PyshaclValidator

        return PyshaclValidator()
    raise UnknownEngineError(str(name), ENGINES, hint=f"The validators are {' and '.join(ENGINES)}.")


def shapes_from(path: str | Path | None, *, base: str) -> Shapes:
    """The shapes of a file, folder or pattern, checked before they are used; the bundled ones for ``None``.

    :raises DataError: if a file cannot be read.
    :raises ShapesError: if a shape is not what SHACL allows.
    """
    from clayonto.sources import bundled, from_paths, triples_of

    if path is None:
        from clayonto.validation.shapes import Shapes

        return Shapes(triples_of(bundled("shapes")))
    from clayonto.validation.wellformed import checked

    return checked(from_paths([path], base=base), base=base)


def validate(
    data: Data,
    shapes: Shapes,
    *,
    focus: AbstractSet[int] | None,
    base: str,
    engine: str | None = None,
    sources: Sequence[Source] = (),
) -> ValidationReport:
    """Hold data against shapes. See :meth:`clayonto.KnowledgeGraph.validate`.

    :param focus: the numbers of the nodes to report on; all that a shape targets when ``None``.
    :param sources: the files that the data was read from.
    :raises DataError: if ``focus`` has no node that a shape targets.
    :raises EngineError: if the validator gives up.
    """
    validator = make(engine)
    with no_collecting():
        outcome = validator.validate(data, shapes, focus=focus)
    if focus is not None and not outcome.nodes:
        raise DataError("No node is of a class that the shapes know, so nothing was checked; does the data say what they are?")
    return report_of(outcome, data, shapes, f"{validator.name} {validator.version}", focus=focus, base=base, sources=sources)


def report_of(
    outcome: Outcome,
    data: Data,
    shapes: Shapes,
    engine: str,
    *,
    focus: AbstractSet[int] | None,
    base: str,
    sources: Sequence[Source],
    looked_at: int | None = None,
    continuation: Continuation | None = None,
) -> ValidationReport:
    """The report on what a validator found; parameters as for :func:`validate` and of :class:`ValidationReport`."""
    from clayonto.validation.messages import Words
    from clayonto.validation.naming import Names
    from clayonto.validation.where import Where

    where = Where(data, sources)
    words = Words(Names(data, shapes, where, base=base))
    results = sorted((Violation(result, words, where) for result in outcome.results), key=Violation.order)
    return ValidationReport(
        conforms=not any(one.severity == "violation" for one in results),
        results=results,
        engine=engine,
        nodes=outcome.nodes,
        base=base,
        _words=words,
        _focus=focus,
        _seconds=outcome.seconds,
        looked_at=looked_at,
        continuation=continuation,
    )


__all__ = ["ENGINES", "SEVERITIES", "ShapeSummary", "ValidationReport", "Violation", "make", "shapes_from", "to_rdflib", "validate"]
