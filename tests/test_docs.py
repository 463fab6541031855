"""What the documents say is so."""

from __future__ import annotations

import contextlib
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from clayonto import queries
from clayonto.cli import COMMANDS
from tests.conftest import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_five_lines_print_what_the_readme_shows() -> None:
    code, printed = re.findall(r"```(?:python|text)\n(.*?)```", README, flags=re.DOTALL)[:2]
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        exec(compile(code, "README.md", "exec"), {})
    assert out.getvalue() == printed
    assert len([line for line in code.splitlines() if line]) <= 5


def test_the_other_lines_of_python_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    code = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile("\n".join(code), "README.md", "exec"), {})


def test_links_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
    checked = 0
    for page in pages:
        for target in re.findall(r"\]\(([^)#\s]+)\)", page.read_text(encoding="utf-8")):
            if "://" not in target:
                checked += 1
                assert (page.parent / target).exists(), f"{page.name}: {target}"
    assert checked > 8


def test_every_command_is_in_the_changelog_and_the_readme_uses_only_real_ones() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for command in COMMANDS:
        assert f"`{command}`" in changelog
    used = set(re.findall(r"clayonto ([a-z]+)", "\n".join(re.findall(r"```sh\n(.*?)```", README, flags=re.DOTALL))))
    assert used
    assert used <= set(COMMANDS)


def test_every_module_is_in_the_design() -> None:
    design = (ROOT / "docs" / "design.md").read_text(encoding="utf-8")
    modules = {p.name for p in (ROOT / "clayonto").glob("*.py") if not p.name.startswith("__")}
    assert len(modules) > 8
    assert not [m for m in modules if f"`{m}`" not in design]


PAGES = [p for p in sorted((ROOT / "docs").rglob("*.md")) if "```python" in p.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_the_python_of_a_page_runs(page: Path) -> None:
    code = re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile("\n".join(code), str(page), "exec"), {})
    assert printed.getvalue()


def test_pages_use_real_commands_and_queries() -> None:
    seen = 0
    for page in (ROOT / "docs").rglob("*.md"):
        text = page.read_text(encoding="utf-8")
        for command in re.findall(r"^clayonto ([a-z]+)", text, flags=re.MULTILINE):
            assert command in COMMANDS, f"{page.name}: {command}"
        for name in re.findall(r"clayonto query ([a-z-]{3,})", text):
            seen += 1
            assert name in queries(), f"{page.name}: {name}"
    assert seen > 5


def test_the_page_on_performance_shows_what_was_measured() -> None:
    code = "import json, measured; print(json.dumps(measured.pages()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT / "benchmarks")
    pages = json.loads(done.stdout)
    assert len(pages) == 3
    for name, text in pages.items():
        assert (ROOT / "docs" / name).read_text(encoding="utf-8") == text


def test_the_reference_is_up_to_date() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "docs" / "reference.py"), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{done.stdout}{done.stderr} run make reference"
