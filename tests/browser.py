"""A browser that tests can drive: Chromium without a window, by its own protocol (Chrome DevTools Protocol) over a pair of pipes.

::

    with browser() as chromium:
        page = chromium.open("http://127.0.0.1:8000/en/index.html")
        page.run("document.title")
        page.wait("document.querySelectorAll('tbody tr').length > 3")
        page.press("Enter", ctrl=True)
        page.shot(Path("page.png"), width=390, dark=True)
        assert not page.problems
"""

from __future__ import annotations

import base64
import contextlib
import http.server
import itertools
import json
import os
import queue
import shutil
import subprocess
import tempfile
import threading
import time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE: Final = 60.0
"""How many seconds anything may take before a test gives up; nothing is expected to."""
NO_ENGINE: Final = "the engine of the SPARQL page is not here; make engine fetches it with npm"
"""Why tests of the SPARQL page are skipped where it has not been fetched."""
_KEYS: Final = {"Enter": (13, "\r"), "Tab": (9, ""), "Escape": (27, ""), " ": (32, " "), "ArrowDown": (40, ""), "ArrowUp": (38, "")}
# The pipes that the browser listens to are its descriptors 3 and 4; what it prints is not of interest.
_SHELL: Final = 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null 2>/dev/null'


class Page:
    """A tab. ``problems`` collects what the page throws, logs as an error or is refused; ``asked`` the addresses that it requests."""

    def __init__(self, chromium: Chromium, session: str) -> None:
        self._chromium = chromium
        self._session = session
        self.problems: list[str] = []
        self.asked: list[str] = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.send(f"{domain}.enable")
        # What its workers ask for and complain of is its own as well.
        self.send("Target.setAutoAttach", autoAttach=True, waitForDebuggerOnStart=True, flatten=True)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """A command of the protocol, and its answer."""
        return self._chromium.send(method, session=self._session, **parameters)

    def go(self, url: str) -> Page:
        """Open an address in this tab, and wait until it is loaded."""
        where = self.send("Page.navigate", url=url)
        assert "errorText" not in where, f"{url}: {where['errorText']}"
        # Where only the fragment changes, nothing is loaded anew.
        if "loaderId" in where:
            self.wait("document.readyState === 'complete' && location.href !== 'about:blank'")
        return self

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression, a promise being waited for."""
        said = self.send("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True, userGesture=True)
        assert "exceptionDetails" not in said, said["exceptionDetails"].get("exception", {}).get("description") or said["exceptionDetails"]
        return said["result"].get("value")

    def wait(self, script: str, *, seconds: float = PATIENCE) -> Any:
        """The value of an expression as soon as it is true."""
        end = time.monotonic() + seconds
        while not (value := self.run(script)):
            assert time.monotonic() < end, f"never true: {script}\n{self.problems}"
            time.sleep(0.02)
        return value

    def text(self, selector: str) -> str:
        """What a reader sees of the first element of a selector."""
        return str(self.run(f"document.querySelector({json.dumps(selector)}).innerText"))

    def click(self, selector: str) -> None:
        """Press an element as a pointer would."""
        self.run(f"document.querySelector({json.dumps(selector)}).click()")

    def press(self, key: str, *, ctrl: bool = False, shift: bool = False) -> None:
        """A key: a letter, or one of ``Enter``, ``Tab``, ``Escape``, ``ArrowDown``, ``ArrowUp``."""
        code, text = _KEYS.get(key, (ord(key[0].upper()), key))
        event = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 2 * ctrl + 8 * shift}
        self.send("Input.dispatchKeyEvent", type="keyDown", **event, **({"text": text} if text and not ctrl else {}))
        self.send("Input.dispatchKeyEvent", type="keyUp", **event)

    def type(self, text: str) -> None:
        """Text, put in where the cursor is."""
        self.send("Input.insertText", text=text)

    def shot(self, file: Path, *, width: int = 1280, dark: bool = False, whole: bool = True) -> None:
        """A picture (PNG) of the page at a width, in light or dark colours."""
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        shown = self.send("Page.captureScreenshot", captureBeyondViewport=whole)
        file.write_bytes(base64.b64decode(shown["data"]))

    def without_scripts(self) -> Page:
        """From the next address on, run no scripts."""
        self.send("Emulation.setScriptExecutionDisabled", value=True)
        return self

    def heard(self, method: str, told: dict[str, Any]) -> None:
        """Note an event of the tab."""
        match method:
            case "Target.attachedToTarget":
                self._chromium.adopt(told["sessionId"], self)
            case "Runtime.exceptionThrown":
                details = told["exceptionDetails"]
                self.problems.append(details.get("exception", {}).get("description") or details["text"])
            case "Runtime.consoleAPICalled" if told["type"] == "error":
                self.problems.append(" ".join(str(one.get("value", one.get("description"))) for one in told["args"]))
            case "Log.entryAdded" if told["entry"]["level"] == "error":
                self.problems.append(f"{told['entry']['text']} {told['entry'].get('url', '')}")
            case "Network.requestWillBeSent":
                self.asked.append(told["request"]["url"])

    def foreign(self, url: str) -> list[str]:
        """What was requested from another host than an address's."""
        here = urlsplit(url).netloc
        return [asked for asked in self.asked if urlsplit(asked).netloc != here and asked.startswith(("http", "ws"))]


class Chromium:
    """A browser that runs."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._numbers = itertools.count(1)
        self._messages: queue.Queue[dict[str, Any] | None] = queue.Queue()
        self._pages: dict[str, Page] = {}
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout
        held = b""
        while piece := os.read(self._process.stdout.fileno(), 1 << 16):
            *whole, held = (held + piece).split(b"\0")
            for message in whole:
                self._messages.put(json.loads(message))
        self._messages.put(None)

    def adopt(self, session: str, page: Page) -> None:
        """Let a worker run, and tell its page of what it does."""
        self._pages[session] = page
        for method in ("Runtime.enable", "Network.enable", "Runtime.runIfWaitingForDebugger"):
            self._say(method, session)

    def _say(self, method: str, session: str | None = None, **parameters: Any) -> int:
        assert self._process.stdin
        number = next(self._numbers)
        said = {"id": number, "method": method, "params": parameters, **({"sessionId": session} if session else {})}
        self._process.stdin.write(json.dumps(said).encode() + b"\0")
        self._process.stdin.flush()
        return number

    def send(self, method: str, *, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        """A command of the protocol, and its answer; events that come before it are told to their pages."""
        number = self._say(method, session, **parameters)
        while True:
            message = self._messages.get(timeout=PATIENCE)
            assert message is not None, "the browser has ended"
            if message.get("id") == number:
                assert "error" not in message, f"{method}: {message['error']}"
                answer: dict[str, Any] = message["result"]
                return answer
            if "method" in message and message.get("sessionId") in self._pages:
                self._pages[message["sessionId"]].heard(message["method"], message["params"])

    def open(self, url: str = "about:blank") -> Page:
        """A new tab at an address."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = self._pages[session] = Page(self, session)
        return page if url == "about:blank" else page.go(url)


@contextlib.contextmanager
def browser() -> Iterator[Chromium]:
    """Chromium with a profile of its own; skips where it is not installed."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not here")
    with tempfile.TemporaryDirectory(prefix="clayonto-browser-", ignore_cleanup_errors=True) as profile:
        options = (
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--disable-background-networking",
            "--no-first-run",
        )
        process = subprocess.Popen(
            ["/bin/sh", "-c", _SHELL, program, *options, "--remote-debugging-pipe", f"--user-data-dir={profile}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        try:
            yield Chromium(process)
        finally:
            assert process.stdin
            assert process.stdout
            # A browser whose pipe is closed ends by itself, with its children.
            process.stdin.close()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            process.stdout.close()


class _Files(http.server.SimpleHTTPRequestHandler):
    """Files as a plain host sends them: media type by the ending, nothing said about compression."""

    def log_message(self, *_: Any) -> None:
        pass


class _Unpacked(_Files):
    """Files as a host sends them that takes compression for a matter of the way, so that a browser unpacks them."""

    def end_headers(self) -> None:
        if self.path.endswith(".gz"):
            self.send_header("Content-Encoding", "gzip")
        super().end_headers()


@contextlib.contextmanager
def served(folder: Path, *, unpacks: bool = False) -> Iterator[str]:
    """A folder on a web server that does no more than send files; its URL.

    :param unpacks: whether it says of ``.gz`` files that they are to be unpacked on the way.
    """
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Unpacked if unpacks else _Files, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
