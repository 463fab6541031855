"""What becomes of a command that is stopped: by Ctrl+C, by a signal, by who reads its output."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="signals are told as on Linux")
ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@contextmanager
def begun(*arguments: str, folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A command under way as a terminal starts it; processes of its own belong to its group."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n{MAIN}", *arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=folder,
        start_new_session=True,
        env=os.environ | {"LANG": "C.UTF-8", "CLAYONTO_CACHE": "off"},
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


MAIN = "from clayonto.__main__ import main; main()"


def until(done: Callable[[], bool]) -> None:
    for _ in range(3000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it took longer than 30 seconds")


def seconds_of_processor(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def test_ctrl_c_ends_a_query_that_the_engine_would_not_end(tmp_path: Path) -> None:
    with begun("query", ENDLESS, folder=tmp_path) as process:
        until(lambda: seconds_of_processor(process.pid) > 1)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert (process.returncode in (-signal.SIGINT, 130), out, err) == (True, b"", b"")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_publication_that_is_stopped_leaves_nothing_behind(tmp_path: Path, number: signal.Signals) -> None:
    with begun("publish", "site", folder=tmp_path) as process:
        assert process.stderr is not None
        while not process.stderr.readline().startswith(b"Asking"):
            assert process.poll() is None
        # To this process alone: those that it began hear of it from nobody else.
        process.send_signal(number)
        process.communicate(timeout=20)
        assert process.returncode == 128 + number
        assert list(tmp_path.iterdir()) == []
        with pytest.raises(ProcessLookupError):
            os.killpg(process.pid, 0)
