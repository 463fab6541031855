"""Fixtures that tests share, and the last lines: what tests have counted, what was not run, and why."""

from __future__ import annotations

import compileall
import os
from pathlib import Path

import pytest

import clayonto
from clayonto.engines import ENGINES

ROOT = Path(__file__).parents[1]
REFERENCE = Path(os.environ.get("CLAYONTO_SHARED", ROOT.parent / "shared"))
"""Where source documents and vocabularies lie that the repository does not carry."""

SOAK = int(os.environ.get("CLAYONTO_SOAK", "1"))
"""How many times as long the fuzzing is to run."""

# What tests reason is reasoned, and no test writes to the user's cache.
os.environ["CLAYONTO_CACHE"] = "off"

_graphs: dict[str, clayonto.KnowledgeGraph] = {}
_not_run: dict[str, int] = {}
_told: list[str] = []


def graph(engine: str) -> clayonto.KnowledgeGraph:
    """The bundled graph in an engine, loaded once a process; no test may change it."""
    if engine not in _graphs:
        _graphs[engine] = clayonto.load(engine=engine)
    return _graphs[engine]


@pytest.fixture(params=ENGINES)
def kg(request: pytest.FixtureRequest) -> clayonto.KnowledgeGraph:
    """The bundled graph, in each engine in turn."""
    return graph(str(request.param))


@pytest.fixture
def bundled() -> clayonto.KnowledgeGraph:
    """The bundled graph in the default engine."""
    return graph(ENGINES[0])


def reference(path: str) -> Path:
    """A file that the repository does not carry; skips the test where it is absent."""
    found = REFERENCE / path
    if not found.exists():
        pytest.skip(f"{path} is not here; CLAYONTO_SHARED can name the folder that has it")
    return found


def npm(path: str) -> Path:
    """A file of a package that ``make checkers`` fetches; skips the test where it is absent."""
    found = ROOT / "tests" / "npm" / "node_modules" / path
    if not found.exists():
        pytest.skip(f"{path.partition('/')[0]} is not here; install npm and run make checkers")
    return found


def pytest_configure(config: pytest.Config) -> None:
    """Compile the library, as pip does when it installs one: tests start hundreds of processes, and where none may write bytecode each would do it."""
    if not hasattr(config, "workerinput"):
        compileall.compile_dir(clayonto.__path__[0], quiet=2)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.skipped and isinstance(report.longrepr, tuple):
        reason = str(report.longrepr[2]).removeprefix("Skipped: ")
        _not_run[reason] = _not_run.get(reason, 0) + 1
    if report.when == "call":
        # What a test has counted, for the person who runs it; properties reach the process that reports, prints do not.
        _told.extend(str(value) for name, value in report.user_properties if name == "told")


def pytest_unconfigure(config: pytest.Config) -> None:
    if hasattr(config, "workerinput") or config.option.collectonly:
        return
    what = "; ".join(f"{count} × {reason}" for reason, count in _not_run.items()) or "nothing"
    print("".join(f"\n{text}" for text in _told), f"Not run: {what}", sep="\n")
