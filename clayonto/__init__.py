"""European cooperation funding as a knowledge graph: load it, ask it, check it.

>>> import clayonto
>>> kg = clayonto.load()
>>> for row in kg.run("partner-countries", project="project/clay")[:2]:
...     print(row.country_label, row.partners)
Finland 1
France 1
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from clayonto.errors import ClayontoError

if TYPE_CHECKING:
    from clayonto.graph import KnowledgeGraph, load
    from clayonto.namespaces import CLAY
    from clayonto.query import NamedQuery, Parameter, queries
    from clayonto.results import Row, Rows
    from clayonto.terms import IRI, LangString
    from clayonto.validation import ValidationReport, Violation

_WHERE = {
    "CLAY": "namespaces",
    "IRI": "terms",
    "KnowledgeGraph": "graph",
    "LangString": "terms",
    "NamedQuery": "query",
    "Parameter": "query",
    "Row": "results",
    "Rows": "results",
    "ValidationReport": "validation",
    "Violation": "validation",
    "load": "graph",
    "queries": "query",
}

__all__ = [
    "CLAY",
    "ClayontoError",
    "IRI",
    "KnowledgeGraph",
    "LangString",
    "NamedQuery",
    "Parameter",
    "Row",
    "Rows",
    "ValidationReport",
    "Violation",
    "load",
    "queries",
]


def __getattr__(name: str) -> Any:
    # Importing clayonto imports nothing heavy; a name brings its module when it is first used.
    if name == "__version__":
        from importlib.metadata import version

        return version("clayonto")
    if name not in _WHERE:
        raise AttributeError(f"module “clayonto” has no attribute “{name}”")
    value = getattr(import_module(f"clayonto.{_WHERE[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
