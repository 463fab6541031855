"""A process that makes one change of a store folder, as it is told on its standard input, and says on its standard output what came of it.

It has no network. However it ends, the folder holds the old state or the new.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.errors import ClayontoError, EngineError, ForbiddenQueryError, QuerySyntaxError
from clayonto.server.worker import leave_network
from clayonto.stores.dataset import Dataset, Rewriting

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.stores.dataset import Triple

FORMATS: Final = {
    "text/turtle": ox.RdfFormat.TURTLE,
    "application/n-triples": ox.RdfFormat.N_TRIPLES,
    "application/ld+json": ox.RdfFormat.JSON_LD,
    "application/rdf+xml": ox.RdfFormat.RDF_XML,
}
"""Media types that a graph may be sent in."""
_SHOWN: Final = 20


def change(job: dict[str, Any]) -> dict[str, Any]:
    """Make a change, and say what came of it: ``changed`` and ``created``, or ``error`` and what is known of it.

    :param job: ``folder``, ``base``, ``validate``; ``do`` is ``update``, ``put``, ``post`` or ``delete``; ``file`` holds the update or the graph, of the media type
        ``media``; ``graph`` is the IRI of the graph, ``None`` for the default graph; ``using`` and ``using_named`` those that a request names.
    """
    try:
        dataset = Dataset(job["folder"], base=job["base"])
        created = job["do"] != "update" and job["graph"] is not None and not dataset.has(job["graph"])
        planned = _planned(dataset, job)
        if planned is None:
            return {"error": "absent"}
        if planned and job["validate"]:
            wrong = _violations(dataset.after(planned))
            if wrong:
                return {"error": "not-conforming", "violations": wrong}
        if planned:
            dataset.apply(planned)
    except QuerySyntaxError as error:
        return {"error": "syntax", "message": str(error), "line": error.line, "column": error.column}
    except ForbiddenQueryError as error:
        return {"error": "refused", "message": str(error)}
    except _MalformedError as error:
        return {"error": "data", "message": error.msg, "line": error.lineno or 0, "column": error.offset or 0}
    except EngineError as error:
        return {"error": "engine", "message": str(error)}
    except ClayontoError as error:
        return {"error": "data", "message": str(error), "line": 0, "column": 0}
    return {"changed": bool(planned), "created": created}


class _MalformedError(SyntaxError):
    """A graph that cannot be read."""


def _planned(dataset: Dataset, job: dict[str, Any]) -> Rewriting | None:
    """What is to change; ``None`` if the graph that is to go is not there."""
    graph, do = job["graph"], job["do"]
    if do == "update":
        return dataset.updated(Path(job["file"]).read_text(encoding="utf-8"), using=job["using"], using_named=job["using_named"])
    if do == "delete":
        return Rewriting({graph: []}) if dataset.has(graph) else None
    sent = _read(job, base=graph or job["base"])
    if graph is None:
        return Rewriting(added=[triple for triple in sent if ox.Quad(*triple) not in dataset.store])
    there = dataset.graph(graph)
    wanted = sent if do == "put" else list(dict.fromkeys([*there, *sent]))
    # Nameless nodes are others each time they are read.
    return Rewriting() if set(wanted) == set(there) else Rewriting({graph: wanted})


def _read(job: dict[str, Any], *, base: str) -> list[Triple]:
    try:
        with Path(job["file"]).open("rb") as file:
            quads = ox.parse(file, format=FORMATS[job["media"]], base_iri=base, rename_blank_nodes=True, without_named_graphs=True)
            held = ox.Store()
            held.extend(quads)
    except SyntaxError as error:
        raise _MalformedError(error.msg, (None, error.lineno, error.offset, None)) from error
    except ValueError as error:
        raise _MalformedError(str(error)) from error
    # As a store would hold them, so that they can be found in one.
    return [(quad.subject, quad.predicate, quad.object) for quad in held]


def _violations(triples: Iterable[Triple]) -> list[dict[str, str]]:
    from clayonto.opening import load

    report = load().validate_triples(list(dict.fromkeys(triples)))
    if report.conforms:
        return []
    found = [one for one in report.violations if one.severity == "violation"]
    return [{"focus": str(one.focus), "path": str(one.path or ""), "message": one.message()} for one in found[:_SHOWN]]


def main() -> None:
    """Make the one change."""
    leave_network()
    json.dump(change(json.load(sys.stdin)), sys.stdout)


if __name__ == "__main__":
    main()
