"""A call in a process of its own that this one waits for."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from clayonto import processes
from clayonto.errors import DataError
from clayonto.processes import Beside, EndedError, Prepared, alone

Say = Callable[[str], None]
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="calls are made in this process elsewhere than on Linux")


def wrong(_: Say) -> None:
    raise DataError("it is wrong.", path="a.csv", line=3)


@pytest.mark.parametrize("apart", [True, False])
def test_it_says_how_far_it_is_and_gives_its_result_or_its_error(monkeypatch: pytest.MonkeyPatch, *, apart: bool) -> None:
    monkeypatch.setattr(processes, "_CAN", processes._CAN and apart)
    said: list[str] = []

    def work(say: Say) -> dict[str, list[int]]:
        for number in range(3):
            say(f"row {number}")
        return {"a": [1]}

    assert alone(work, said.append) == {"a": [1]}
    assert said == ["row 0", "row 1", "row 2"]
    with pytest.raises(DataError, match="a.csv:3") as caught:
        alone(wrong, said.append)
    assert caught.value.line == 3


@on_linux
def test_it_is_another_process_that_is_gone_with_its_result() -> None:
    process = alone(lambda _: os.getpid(), lambda _: None)
    assert process != os.getpid()
    assert not Path(f"/proc/{process}").exists()


@on_linux
def test_a_process_that_may_have_none_of_its_own_makes_the_call_itself() -> None:
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert pool.apply(_of_another) is True


def _of_another() -> bool:
    return alone(lambda _: os.getpid(), lambda _: None) == os.getpid()


@on_linux
def test_one_that_is_ended_from_outside_says_so() -> None:
    with pytest.raises(EndedError, match=r"ended from outside \(code -9\)"):
        alone(lambda _: os.kill(os.getpid(), signal.SIGKILL), lambda _: None)


@on_linux
def test_an_interruption_ends_it() -> None:
    said: list[str] = []

    def work(say: Say) -> None:
        # As a terminal does, it is told as well.
        os.kill(os.getpid(), signal.SIGINT)
        say(str(os.getpid()))
        time.sleep(60)

    def stop(text: str) -> None:
        said.append(text)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        alone(work, stop)
    assert not Path(f"/proc/{said[0]}").exists()


@on_linux
def test_an_interruption_while_one_waits_for_a_call_beside_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    begun = Beside(lambda: time.sleep(60))

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(processes, "_received", interrupted)
    with pytest.raises(KeyboardInterrupt):
        begun.result()
    assert begun._process is not None
    assert begun._process.exitcode == -signal.SIGTERM


@on_linux
def test_none_outlives_the_process_that_began_it_however_that_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 2)

    def noted(name: str) -> None:
        (tmp_path / name).write_text(str(os.getpid()), encoding="ascii")

    def work() -> None:
        noted("beside")
        time.sleep(60)

    if (maker := os.fork()) == 0:
        try:
            # The later one has a copy of the earlier one's pipe.
            Prepared(lambda: noted("prepared"), lambda given: given).begin()
            Beside(work)
            time.sleep(60)
        finally:
            os._exit(1)
    made = [tmp_path / "prepared", tmp_path / "beside"]
    _wait_until(lambda: all(file.exists() and file.read_text(encoding="ascii") for file in made))
    os.kill(maker, signal.SIGKILL)
    os.waitpid(maker, 0)
    _wait_until(lambda: not any(_runs(int(file.read_text(encoding="ascii"))) for file in made))


def _runs(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _wait_until(done: Callable[[], bool]) -> None:
    for _ in range(2000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it took longer than 20 seconds")
