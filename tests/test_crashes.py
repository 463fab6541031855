"""A write to a graph on disk is whole or did not happen: writers killed, disks full, files cut off."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import clayonto
from clayonto import stores
from clayonto.engines.disk import DiskEngine
from clayonto.errors import ClayontoError, DataError, EngineError, OutputError
from clayonto.sources import from_paths
from clayonto.stores.generations import is_store
from tests.conftest import ROOT, SOAK

pytestmark = pytest.mark.skipif(os.name != "posix", reason="SIGKILL and limits are POSIX's")

TRIALS = 40


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 2 if SOAK == 1 else 11))
def test_a_killed_writer_leaves_the_old_state_or_the_new(seed: int, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    trials = TRIALS if SOAK == 1 else TRIALS * SOAK // 50
    done = subprocess.run(
        [sys.executable, "-m", "tests.killing", str(tmp_path), str(trials), str(seed)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counts = json.loads(done.stdout)
    assert counts["killed"] > trials / 5
    assert counts["old"] > 0
    assert counts["new"] > 0
    record_property("told", f"Killed writers, seed {seed}: " + ", ".join(f"{n} {what}" for what, n in sorted(counts.items())))


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(1, 3 if SOAK == 1 else 2 * SOAK))
def test_a_graph_holds_what_its_files_and_edits_say_in_order(seed: int, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.killing", str(tmp_path), "30", str(seed), "spare"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert json.loads(done.stdout)["new"] > 10


def lines(tmp_path: Path, name: str, count: int) -> Path:
    made = tmp_path / name
    made.write_text("".join(f"<urn:{name}:{n}> <urn:p> <urn:o{n % 7}> .\n" for n in range(count)))
    return made


def fill(store: Path, *files: Path) -> None:
    """Load files alone: a smaller graph than with the ontology, and one without blank nodes, whose names are new whenever it is made anew."""
    DiskEngine(store).load_all(from_paths(files))


def content(store: Path) -> tuple[bytes, list[str]]:
    engine = DiskEngine(store)
    return bytes(b"\n".join(sorted(engine.n_triples().splitlines()))), [entry["name"] for entry in engine.loaded]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(place)], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("no disk of its own can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def attempts(store: Path, tmp_path: Path, number: int) -> list[Callable[[], object]]:
    """Ways to write to a graph."""
    edits = [(q.subject, q.predicate, q.object) for q in from_paths([lines(tmp_path, f"edit{number}.nt", 2000)])[0].quads()]
    return [
        lambda: fill(store, lines(tmp_path, "big.nt", 40_000)),
        lambda: fill(store, lines(tmp_path, "first.nt", 50_000)),
        lambda: DiskEngine(store).change(edits, []),
        lambda: stores.compact(store, rebuild=True),
        lambda: stores.restore(tmp_path / "backup.tar", store),
    ]


def failure_of(attempt: Callable[[], object]) -> ClayontoError | None:
    try:
        attempt()
    except ClayontoError as error:
        return error
    return None


def test_a_full_disk_changes_nothing(small_disk: Path, tmp_path: Path, record_property: Callable[[str, object], None]) -> None:
    store = small_disk / "graph.db"
    fill(store, lines(tmp_path, "first.nt", 1000))
    stores.backup(store, tmp_path / "backup.tar")
    before, refused = content(store), 0
    # Room that shrinks: the disk is full at another moment each time.
    for number, left in enumerate(range(0, 12_000_000, 1_500_000)):
        ballast = small_disk / "ballast"
        free = os.statvfs(small_disk).f_bavail * os.statvfs(small_disk).f_frsize
        ballast.write_bytes(bytes(max(0, free - left)))
        for attempt in attempts(store, tmp_path, number):
            error = failure_of(attempt)
            if error is not None:
                refused += 1
                assert isinstance(error, EngineError | OutputError)
                assert content(store) == before
                assert not list((store / "generations").glob("*.building"))
                assert not list((store / "copies").glob("*.part"))
            before = content(store)
        ballast.unlink()
    assert refused > 15
    record_property("told", f"Full disk: {refused} writes refused, the old state each time")
    lines(tmp_path, "first.nt", 10)
    clayonto.load(tmp_path / "first.nt", store=store)
    assert content(store) != before


def test_a_limit_on_file_sizes_changes_nothing(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    fill(store, lines(tmp_path, "first.nt", 1000))
    before = content(store)
    big = lines(tmp_path, "big.nt", 60_000)
    code = (
        "import resource, sys, clayonto\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2)\n"
        "try:\n    clayonto.load(sys.argv[2], store=sys.argv[3])\n"
        "except clayonto.ClayontoError as error:\n    sys.exit(f'refused: {error}')\n"
    )
    for limit in (1_000, 20_000, 80_000, 300_000):
        done = subprocess.run([sys.executable, "-c", code, str(limit), str(big), str(store)], capture_output=True, text=True, check=False)
        assert "refused: " in done.stderr, (limit, done.stderr)
        assert content(store) == before
    fill(store, big)
    assert content(store) != before


def test_a_file_that_is_cut_off_changes_nothing(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    fill(store, lines(tmp_path, "first.nt", 1000))
    before = content(store)
    whole = lines(tmp_path, "whole.nt", 3000).read_bytes()
    cut = tmp_path / "cut.nt"
    for at in range(1, len(whole), len(whole) // 12):
        if whole[at - 1 : at] == b"\n":
            continue
        cut.write_bytes(whole[:at])
        with pytest.raises(DataError, match=r"cut\.nt:\d+"):
            fill(store, cut)
        assert content(store) == before


def test_what_a_killed_first_load_has_left_is_no_hindrance(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    (store / "generations" / "000001.building" / "store").mkdir(parents=True)
    (store / "copies").mkdir()
    (store / "copies" / "tmpx.part").write_bytes(b"half")
    (store / "lock").touch()
    assert not is_store(store)
    fill(store, lines(tmp_path, "first.nt", 10))
    assert is_store(store)
    assert len(content(store)[0].splitlines()) == 10
    assert [p.name for p in (store / "generations").iterdir()] == ["000001"]
    assert len(list((store / "copies").iterdir())) == 1


def test_a_pointer_that_is_cut_off_is_found_again(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    fill(store, lines(tmp_path, "first.nt", 100))
    before = content(store)
    pointer = store / "manifest.json"
    text = pointer.read_bytes()
    for at in (0, 1, len(text) // 2, len(text) - 5):
        pointer.write_bytes(text[:at])
        assert content(store) == before
    pointer.unlink()
    assert content(store) == before
    fill(store, lines(tmp_path, "second.nt", 10))
    assert content(store)[1] == [*before[1], str(tmp_path / "second.nt")]


def test_a_damaged_store_is_told_of_when_it_is_opened_and_made_anew(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    fill(store, lines(tmp_path, "first.nt", 100))
    kg = clayonto.load(store=store)
    with kg.edit() as change:
        change.add_turtle("<project/x> a clay:Project .")
    before = content(store)
    for damage in ("gone", "cut off"):
        current = store / "generations" / json.loads((store / "manifest.json").read_text())["generation"]
        table = next(iter(current.rglob("*.sst")))
        if damage == "gone":
            table.unlink()
        else:
            os.truncate(table, table.stat().st_size // 2)
        with pytest.raises(EngineError, match=r"damaged: store/.*compact --rebuild"):
            clayonto.load(store=store)
        stores.compact(store, rebuild=True)
        assert content(store) == before, damage


@pytest.mark.parametrize("bulk", [8 << 20, 100])
def test_a_damaged_copy_is_told_of_and_leaves_the_store(bulk: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = tmp_path / "graph.db"
    fill(store, lines(tmp_path, "first.nt", 5000))
    before = content(store)
    monkeypatch.setattr("clayonto.stores.layers._BULK", bulk)
    copy = next((store / "copies").iterdir())
    whole = copy.read_bytes()
    for bad in (whole[: len(whole) // 2], b"no gzip", whole[:500] + b"!!!!" + whole[504:]):
        copy.write_bytes(bad)
        with pytest.raises((EngineError, DataError), match=r"first\.nt"):
            stores.compact(store, rebuild=True)
        assert content(store) == before


def test_a_generation_that_is_gone_is_told_of(tmp_path: Path) -> None:
    import shutil

    store = tmp_path / "graph.db"
    fill(store, lines(tmp_path, "first.nt", 100))
    before = content(store)
    shutil.rmtree(store / "generations" / "000001")
    with pytest.raises(EngineError, match="is missing"):
        clayonto.load(store=store)
    stores.compact(store, rebuild=True)
    assert content(store) == before
