"""A live site for tests: the command itself, in a process of its own, on a port of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN: Final = "a-token-for-tests-only"
PATIENCE: Final = 60.0


class Served:
    """A server that runs: its ``url`` ends with a slash, ``client`` asks it, ``log`` holds what it has written to stderr."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self.log: list[str] = []
        self._there = threading.Event()
        self.url = ""
        self.reading = threading.Thread(target=self._read, daemon=True)
        self.reading.start()
        if not self._there.wait(PATIENCE) or not self.url:
            process.kill()
            raise AssertionError("the server did not start: " + "".join(self.log))
        self.client = httpx.Client(base_url=self.url, timeout=PATIENCE)

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if line.startswith("http://"):
                self.url = line.split()[0]
                self._there.set()
        self._there.set()

    def ask(self, query: str, *, accept: str = "application/sparql-results+json", **headers: str) -> httpx.Response:
        """The response to a query."""
        return self.client.post(
            "sparql", content=query.encode(), headers={"content-type": "application/sparql-query", "accept": accept, **headers}
        )

    def update(self, text: str, *, token: str = TOKEN, **parameters: str) -> httpx.Response:
        """The response to an update."""
        headers = {"content-type": "application/sparql-update", "authorization": f"Bearer {token}"}
        return self.client.post("sparql", content=text.encode(), headers=headers, params=parameters)

    def stop(self) -> int:
        """Ask it to stop; its exit code."""
        self.client.close()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@contextmanager
def serving(*arguments: str | Path, **settings: object) -> Iterator[Served]:
    """A server with arguments of the command line, and settings as the environment has them."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLAYONTO_SERVE_")}
    environment |= {f"CLAYONTO_SERVE_{name.upper()}": str(value) for name, value in settings.items()}
    process = subprocess.Popen(
        [sys.executable, "-m", "clayonto", "serve", "--port", "0", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )
    served = None
    try:
        served = Served(process)
        yield served
        assert served.stop() == 0, "".join(served.log[-20:])
    finally:
        if served is not None:
            served.client.close()
        if process.poll() is None:
            process.kill()
            process.wait()
        if served is not None:
            served.reading.join()
        if process.stderr is not None:
            process.stderr.close()
