"""The W3C test suite of SHACL, run on every validator: conforms, and each result by focus node, path, value, component, severity and shape.

The suite is not part of the project. It is looked for in ``$CLAYONTO_SHACL_SUITE``, and beside the checkout.
"""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest

from clayonto.errors import ClayontoError
from clayonto.namespaces import PREFIXES
from clayonto.validation import ENGINES, make, paths
from clayonto.validation.data import Data
from clayonto.validation.shapes import Shapes
from tests.conftest import REFERENCE

if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER = Path(os.environ.get("CLAYONTO_SHACL_SUITE") or REFERENCE / "suites" / "shacl" / "core")
MF, SHT, SH, RDF = (
    "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#",
    "http://www.w3.org/ns/shacl-test#",
    PREFIXES["sh"],
    PREFIXES["rdf"],
)

KNOWN_FAILURES: dict[str, dict[str, str]] = {
    "compiled": {},
    "pyshacl": {"uniqueLang-002": 'rdflib reads "1"^^xsd:boolean as true, which it is not here'},
}
"""Tests that a validator is known to fail, and why. A test that starts to pass must leave this list."""


def triples_in(file: Path) -> list[Any]:
    quads = ox.parse(path=str(file), format=ox.RdfFormat.TURTLE, base_iri=file.as_uri())
    return [(q.subject, q.predicate, q.object) for q in quads]


class Manifest:
    """One test file."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.by: dict[tuple[Any, str], list[Any]] = {}
        for s, p, o in triples_in(file):
            self.by.setdefault((s, p.value), []).append(o)

    def all(self, subject: Any, predicate: str) -> list[Any]:
        return self.by.get((subject, predicate), [])

    def one(self, subject: Any, predicate: str) -> Any:
        (found,) = self.all(subject, predicate)
        return found

    def tests(self) -> Iterable[Any]:
        return (s for (s, p), o in self.by.items() if p == RDF + "type" and ox.NamedNode(SHT + "Validate") in o)

    def graph(self, test: Any, which: str) -> list[Any]:
        iri = self.one(self.one(test, MF + "action"), SHT + which).value
        return triples_in(self.file.parent / iri.rpartition("/")[2])

    def expected(self, test: Any) -> tuple[bool, Counter[Any]] | None:
        report = self.one(test, MF + "result")
        if report == ox.NamedNode(SHT + "Failure"):
            return None
        results: Counter[Any] = Counter()
        for node in self.all(report, SH + "result"):
            path = self.all(node, SH + "resultPath")
            results[
                any_blank(self.one(node, SH + "focusNode")),
                paths.read(path[0], self.all).sparql() if path else None,
                any_blank(next(iter(self.all(node, SH + "value")), None)),
                any_blank(self.one(node, SH + "sourceConstraintComponent")),
                any_blank(self.one(node, SH + "resultSeverity")),
                any_blank(next(iter(self.all(node, SH + "sourceShape")), None)),
            ] += 1
        return self.one(report, SH + "conforms").value in ("true", "1"), results


def any_blank(term: Any) -> str:
    return "_:" if isinstance(term, ox.BlankNode) else str(term)


FILES = sorted(p for p in FOLDER.rglob("*.ttl") if SHT in p.read_text() and "sht:Validate" in p.read_text()) if FOLDER.is_dir() else []
pytestmark = pytest.mark.skipif(not FILES, reason="the W3C SHACL test suite is not here; CLAYONTO_SHACL_SUITE can name its folder")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("file", FILES, ids=lambda p: f"{p.parent.name}/{p.stem}")
def test_w3c_suite(file: Path, engine: str, request: pytest.FixtureRequest) -> None:
    if file.stem in KNOWN_FAILURES[engine]:
        request.applymarker(pytest.mark.xfail(reason=KNOWN_FAILURES[engine][file.stem], strict=True))
    manifest = Manifest(file)
    tests = list(manifest.tests())
    assert tests
    for test in tests:
        expected = manifest.expected(test)
        data, shapes = manifest.graph(test, "dataGraph"), manifest.graph(test, "shapesGraph")
        if expected is None:
            with pytest.raises(ClayontoError):
                make(engine).validate(Data.of_triples(data), Shapes(shapes), focus=None)
            continue
        outcome = make(engine).validate(Data.of_triples(data), Shapes(shapes), focus=None)
        conforms, results = expected
        found = Counter(
            (
                any_blank(r.focus),
                None if r.path is None else r.path.sparql(),
                any_blank(r.value),
                any_blank(r.component),
                any_blank(r.severity),
                any_blank(r.shape),
            )
            for r in outcome.results
        )
        assert found == results
        assert conforms == (not outcome.results)
