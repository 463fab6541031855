"""What the documents say is so."""

from __future__ import annotations

import contextlib
import io
import re

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


def test_the_other_lines_of_python_run() -> None:
    code = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    with contextlib.redirect_stdout(io.StringIO()):
        exec(compile("\n".join(code), "README.md", "exec"), {})


def test_links_lead_somewhere() -> None:
    pages = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md"))]
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
