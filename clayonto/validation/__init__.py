"""Data held against SHACL shapes: what is wrong, where, and what to do about it.

``data.py`` has the data, ``shapes.py`` the shapes; a validator (``compiled.py``, ``pyshacl.py``) holds one against the other and gives results,
of which ``report.py`` makes sentences and files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.errors import DataError, UnknownEngineError
from clayonto.validation.data import no_collecting
from clayonto.validation.pyshacl import to_rdflib
from clayonto.validation.report import SEVERITIES, ValidationReport, Violation, violation

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from clayonto.validation.base import Validator
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
    raise UnknownEngineError(str(name), ENGINES)


def validate(data: Data, shapes: Shapes, *, focus: AbstractSet[int] | None, base: str, engine: str | None = None) -> ValidationReport:
    """Hold data against shapes. See :meth:`clayonto.KnowledgeGraph.validate`.

    :param focus: the numbers of the nodes to report on; all that a shape targets when ``None``.
    :raises DataError: if ``focus`` has no node that a shape targets.
    :raises EngineError: if the validator gives up.
    """
    validator = make(engine)
    with no_collecting():
        outcome = validator.validate(data, shapes, focus=focus)
    if focus is not None and not outcome.nodes:
        raise DataError("No node is of a class that the shapes know, so nothing was checked; does the data say what they are?")
    told = sorted(((violation(result, data), result) for result in outcome.results), key=lambda pair: pair[0].order())
    return ValidationReport(
        conforms=not any(v.severity == "violation" for v, _ in told),
        results=[v for v, _ in told],
        engine=f"{validator.name} {validator.version}",
        nodes=outcome.nodes,
        base=base,
        _results=[result for _, result in told],
    )


__all__ = ["ENGINES", "SEVERITIES", "ValidationReport", "Violation", "make", "to_rdflib", "validate"]
