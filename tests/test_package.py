"""What the package promises to those who install and import it."""

from __future__ import annotations

import importlib
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import clayonto
from clayonto import errors
from clayonto.publish import sparql
from clayonto.resources import FOLDERS
from tests.browser import NO_ENGINE
from tests.conftest import ROOT

HEAVY = ("rdflib", "pyshacl", "owlrl", "SPARQLWrapper", "httpx", "polars", "pandas", "pyoxigraph", "click")


def python(code: str, *paths: Path, **environment: str) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd="/",
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": ":".join(map(str, paths)), "PYTHONUTF8": "1", **environment},
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_public_names_are_sorted_and_there() -> None:
    assert clayonto.__all__ == sorted(clayonto.__all__)
    for name in clayonto.__all__:
        assert getattr(clayonto, name) is not None
        assert getattr(clayonto, name).__doc__
    assert set(clayonto.__all__) <= set(dir(clayonto))
    with pytest.raises(AttributeError, match="has no attribute “Laod”"):
        clayonto.Laod  # noqa: B018


def test_importing_imports_nothing_heavy() -> None:
    loaded = python("import clayonto, sys; print(*sorted(m for m in sys.modules if '.' not in m))").split()
    assert "clayonto" in loaded
    assert set(HEAVY) & set(loaded) == set()


def test_a_query_imports_no_second_engine() -> None:
    loaded = python("import clayonto, sys; clayonto.load().run('glossary'); print(*sys.modules)").split()
    assert "pyoxigraph" in loaded
    assert {"rdflib", "pyshacl", "owlrl", "click"} & set(loaded) == set()


def test_every_error_is_in_the_tree_and_has_a_code() -> None:
    found = [v for v in vars(errors).values() if isinstance(v, type) and issubclass(v, Exception)]
    assert len(found) > 10
    for error in found:
        if issubclass(error, Warning):
            assert error.__name__ in (errors.__doc__ or "")
            continue
        assert issubclass(error, errors.ClayontoError)
        assert error.exit_code in (1, 2, 3)
        assert error.__name__.startswith("_") or error.__name__ in (errors.__doc__ or "")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out), str(ROOT)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("*.whl"))


def test_the_wheel_holds_the_four_folders_as_they_are(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in FOLDERS:
        files = [p for p in (ROOT / folder).rglob("*") if p.suffix in (".ttl", ".rq")]
        assert files
        for file in files:
            inside = f"clayonto/_bundle/{file.relative_to(ROOT).as_posix()}"
            assert inside in names
            assert zipfile.ZipFile(wheel).read(inside) == file.read_bytes()
    assert "clayonto/py.typed" in names
    assert not [n for n in names if n.startswith("tests/")]


@pytest.mark.skipif(not sparql.available(), reason=NO_ENGINE)
def test_the_wheel_has_the_engine_of_the_sparql_page(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as held:
        for name in sparql.ENGINE:
            assert held.read(f"clayonto/publish/assets/oxigraph/{name}") == (ROOT / "clayonto/publish/assets/oxigraph" / name).read_bytes()


def test_the_zipped_wheel_works_where_it_is(wheel: Path) -> None:
    dependencies = Path(importlib.import_module("pyoxigraph").__file__ or "").parents[1]
    code = "import clayonto; print(clayonto.__file__); print(clayonto.load().run('project-partners')[0].partner_label)"
    where, partner = python(code, wheel, dependencies).splitlines()
    assert where.startswith(str(wheel))
    assert partner == "Region of Umbria"


def test_the_checkout_is_used_as_it_is() -> None:
    importlib.reload(importlib.import_module("clayonto.resources"))
    from clayonto.resources import bundle

    assert str(bundle()) == str(ROOT)
    assert not (ROOT / "clayonto" / "_bundle").exists()


def test_a_bundle_of_ones_own(tmp_path: Path) -> None:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
    (tmp_path / "data" / "x.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    code = "import clayonto; kg = clayonto.load(); print(len(kg), len(kg.queries))"
    assert python(code, ROOT, Path(importlib.import_module("pyoxigraph").__file__ or "").parents[1], CLAYONTO_BUNDLE=str(tmp_path)) == "1 0"
