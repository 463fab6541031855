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
    from clayonto.asynchronous import AsyncGraph
    from clayonto.difference.compare import Difference, PropertyChange, ThingChange, diff
    from clayonto.difference.patching import Patched, patch
    from clayonto.difference.rdfpatch import Patch
    from clayonto.explain.figures import Account
    from clayonto.explain.model import Explanation, Proof
    from clayonto.graph import KnowledgeGraph
    from clayonto.inference.base import InferenceResult
    from clayonto.inference.consistency import Inconsistency
    from clayonto.namespaces import CLAY
    from clayonto.opening import connect, load
    from clayonto.places import Place
    from clayonto.query import NamedQuery, Parameter, queries
    from clayonto.registers.accounts import ImportReport
    from clayonto.registers.importing import import_register
    from clayonto.remote.probe import probe
    from clayonto.remote.pull import clear, pull
    from clayonto.remote.push import push
    from clayonto.results import Row, Rows, RowStream
    from clayonto.terms import IRI, LangString
    from clayonto.validation import ValidationReport, Violation

_WHERE = {
    "Account": "explain.figures",
    "AsyncGraph": "asynchronous",
    "CLAY": "namespaces",
    "Difference": "difference.compare",
    "Explanation": "explain.model",
    "IRI": "terms",
    "ImportReport": "registers.accounts",
    "Inconsistency": "inference.consistency",
    "InferenceResult": "inference.base",
    "KnowledgeGraph": "graph",
    "LangString": "terms",
    "NamedQuery": "query",
    "Parameter": "query",
    "Patch": "difference.rdfpatch",
    "Patched": "difference.patching",
    "Place": "places",
    "Proof": "explain.model",
    "PropertyChange": "difference.compare",
    "Row": "results",
    "RowStream": "results",
    "Rows": "results",
    "ThingChange": "difference.compare",
    "ValidationReport": "validation",
    "Violation": "validation",
    "diff": "difference.compare",
    "import_register": "registers.importing",
    "clear": "remote.pull",
    "connect": "opening",
    "load": "opening",
    "patch": "difference.patching",
    "probe": "remote.probe",
    "pull": "remote.pull",
    "push": "remote.push",
    "queries": "query",
}

__all__ = [
    "Account",
    "AsyncGraph",
    "CLAY",
    "ClayontoError",
    "Difference",
    "Explanation",
    "IRI",
    "ImportReport",
    "Inconsistency",
    "InferenceResult",
    "KnowledgeGraph",
    "LangString",
    "NamedQuery",
    "Parameter",
    "Patch",
    "Patched",
    "Place",
    "Proof",
    "PropertyChange",
    "Row",
    "RowStream",
    "Rows",
    "ThingChange",
    "ValidationReport",
    "Violation",
    "clear",
    "connect",
    "diff",
    "import_register",
    "load",
    "patch",
    "probe",
    "pull",
    "push",
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
