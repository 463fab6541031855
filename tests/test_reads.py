"""What Oxigraph reads to answer the named queries, by its own account: how that grows with the graph, which no clock has to tell."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import clayonto
from clayonto.engines.oxigraph import as_asked
from clayonto.engines.remote import whole
from clayonto.namespaces import ID
from tests.conftest import ROOT

FEW, MANY = 40, 160
# Those whose answer is about all of the graph; every other one has to read as much of a large graph as of a small one, to the row.
ABOUT_ALL = frozenset(
    {
        "co-financing-rates", "money-by-kind", "money-by-programme", "money-by-region", "money-by-year", "partner-pairs",
        "programmes-and-periods", "region-units", "register-overlaps", "running-on", "search", "top-beneficiaries", "what-is-missing",
    }
)  # fmt: skip
OXIGRAPH = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """A graph on disk with few projects, and one with many."""
    made = {}
    for count in (FEW, MANY):
        folder = tmp_path_factory.mktemp(str(count))
        data = folder / "projects.nt"
        subprocess.run([sys.executable, ROOT / "benchmarks" / "projects.py", str(count), "-o", data], check=True, capture_output=True)
        clayonto.load(data, store=folder / "db")
        (made[count],) = (folder / "db" / "generations").glob("*/store")
    return made


def reads(store: Path, query: str, folder: Path) -> int:
    """How many triples and rows all steps of a query give."""
    assert OXIGRAPH
    asked, plan = folder / "query.rq", folder / "plan.json"
    asked.write_text(query, encoding="utf-8")
    command = [
        OXIGRAPH,
        "query",
        "--location",
        str(store),
        "--query-file",
        str(asked),
        "--stats",
        "--explain-file",
        str(plan),
        "--results-format",
        "tsv",
    ]
    subprocess.run(command, check=True, capture_output=True)

    def steps(node: dict[str, Any]) -> int:
        return int(node.get("number of results", 0)) + sum(map(steps, node.get("children", ())))

    return steps(json.loads(plan.read_text())["plan"])


@pytest.mark.skipif(OXIGRAPH is None, reason="Oxigraph's command line is not installed")
@pytest.mark.parametrize("name", list(clayonto.queries()))
def test_a_query_reads_no_more_than_its_answer_needs(name: str, stores: dict[int, Path], tmp_path: Path) -> None:
    text = as_asked(whole(clayonto.queries()[name].example(), ID))
    few, many = (reads(stores[count], text, tmp_path) for count in (FEW, MANY))
    if name in ABOUT_ALL:
        # In proportion; the first projects have fewer organisations in common than later ones.
        assert few < many <= 1.1 * few * MANY / FEW
    else:
        assert many == few
