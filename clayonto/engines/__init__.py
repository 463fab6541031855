"""Engines: what holds the triples and answers SPARQL. A named engine is honoured or is an error."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.errors import UnknownEngineError

if TYPE_CHECKING:
    from clayonto.engines.base import Engine

ENGINES: Final = ("oxigraph", "rdflib", "columnar")
"""The engines there are, the default first."""


def found() -> list[str]:
    """Those of :data:`ENGINES` whose packages are installed."""
    from clayonto.engines.columnar import has_polars

    return [name for name in ENGINES if name != "columnar" or has_polars()]


def make(name: str | None = None) -> Engine:
    """A new, empty engine.

    :param name: one of :data:`ENGINES`; ``None`` takes the first.
    :raises UnknownEngineError: for any other name.

    >>> make().name
    'oxigraph'
    """
    match name:
        case None | "oxigraph":
            from clayonto.engines.oxigraph import OxigraphEngine

            return OxigraphEngine()
        case "rdflib":
            from clayonto.engines.rdflib import RdflibEngine

            return RdflibEngine()
        case "columnar":
            from clayonto.engines.columnar import ColumnarEngine

            return ColumnarEngine()
        case _:
            raise UnknownEngineError(name, ENGINES, hint=f"The engines are {', '.join(ENGINES)}.")
