"""Bringing registers in, for tests: an import whose account has to add up, and what came of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

from clayonto.registers import ImportReport, import_register

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).parent / "registers"
EURA = HERE / "eura-2014.csv"
ID = "https://w3id.org/clayonto/id/"
DEF = "https://w3id.org/clayonto/def#"
SHAPES = "https://w3id.org/clayonto/shapes#"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"


def bring(*files: Path, out: Path, register: str = "auto", **options: object) -> ImportReport:
    report = import_register(register, *files, output=out, **options)  # type: ignore[arg-type]
    assert report.reconciles, report.to_text()
    return report


def graph_of(file: Path) -> dict[str, list[tuple[str, str]]]:
    """What the graph says of each thing: predicate and value, by subject relative to ``id/``."""
    said: dict[str, list[tuple[str, str]]] = {}
    for quad in ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS):
        value = quad.object.value
        said.setdefault(quad.subject.value.removeprefix(ID), []).append((quad.predicate.value, value.removeprefix(ID)))
    return said


def outcomes(report: ImportReport) -> dict[int, tuple[str, list[str]]]:
    return {row.line: (row.outcome, [finding.code for finding in row.findings]) for row in report.rows}


HEAD = EURA.read_bytes().splitlines(keepends=True)[0]
"""The header of the Finnish register."""

PROJECTS = ["Period", "Programme", "Project acronym", "Project ID (2021-2027 only)", "Project name in English", "Description in English", "Project start", "Project end", "Project's total budget / expenditure", "Project’s EU funding"]  # fmt: skip
"""The columns of a sheet of keep.eu."""


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    """A workbook of sheets by their titles; skips the test where openpyxl is absent."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path
