"""Real servers on loopback for the tests: Oxigraph's, Virtuoso, and Jena's ARQ. Each is started with an empty store or a file, and stopped at the end."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

OXIGRAPH = shutil.which("oxigraph", path=str(Path(sys.executable).parent)) or shutil.which("oxigraph")
VIRTUOSO = shutil.which("virtuoso-t")
JENA = Path("/usr/share/java")
GRAPH = "https://w3id.org/clayonto/graph/test"
"""The named graph that a file goes into where there is no default graph to write to."""


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@contextmanager
def running(command: list[str], url: str, *, cwd: Path, seconds: float = 60) -> Iterator[str]:
    """A server, once it answers."""
    with (cwd / "server.log").open("wb") as log, subprocess.Popen(command, cwd=cwd, stdout=log, stderr=log) as server:
        try:
            for _ in range(round(seconds * 10)):
                try:
                    urllib.request.urlopen(f"{url}?query=ASK%20%7B%7D", timeout=5).close()
                    break
                except OSError:
                    if server.poll() is not None:
                        raise RuntimeError((cwd / "server.log").read_text(errors="replace")[-2000:]) from None
                    time.sleep(0.1)
            yield url
        finally:
            server.kill()


@contextmanager
def oxigraph(folder: Path, data: Path | None = None) -> Iterator[str]:
    """Oxigraph's own server (PyPI ``oxigraph``), with a file in the default graph."""
    if OXIGRAPH is None:
        pytest.skip("Oxigraph's server is not installed (pip install oxigraph)")
    if data is not None:
        subprocess.run([OXIGRAPH, "load", "--location", folder / "db", "--file", data], check=True, capture_output=True)
    port = free_port()
    command = [OXIGRAPH, "serve", "--location", str(folder / "db"), "--bind", f"127.0.0.1:{port}"]
    with running(command, f"http://127.0.0.1:{port}/query", cwd=folder) as url:
        yield url


@contextmanager
def virtuoso(folder: Path, data: Path | None = None, *, most_rows: int = 1_000_000, buffers: int = 10_000) -> Iterator[str]:
    """Virtuoso 7 (Debian ``virtuoso-opensource-7``), with a file in the graph :data:`GRAPH`; user and password are ``dba``.

    :param buffers: of 8 kB, for what it keeps in memory.
    """
    if VIRTUOSO is None or shutil.which("isql-vt") is None:
        pytest.skip("Virtuoso is not installed (apt-get install virtuoso-opensource-7 virtuoso-opensource-7-bin)")
    sql, web = free_port(), free_port()
    (folder / "db").mkdir()
    (folder / "virtuoso.ini").write_text(f"""[Database]
DatabaseFile = db/virtuoso.db
ErrorLogFile = db/virtuoso.log
LockFile = db/virtuoso.lck
TransactionFile = db/virtuoso.trx
xa_persistent_file = db/virtuoso.pxa
[TempDatabase]
DatabaseFile = db/temp.db
TransactionFile = db/temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
DirsAllowed = {folder if data is None else data.parent}
NumberOfBuffers = {buffers}
[HTTPServer]
ServerPort = 127.0.0.1:{web}
[SPARQL]
ResultSetMaxRows = {most_rows}
""")
    with running([VIRTUOSO, "-f", "+configfile", "virtuoso.ini"], f"http://127.0.0.1:{web}/sparql", cwd=folder) as url:
        if data is not None:
            load = f"ld_dir('{data.parent}', '{data.name}', '{GRAPH}'); rdf_loader_run(); checkpoint;"
            subprocess.run(["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"], check=True, capture_output=True)
        yield url


@contextmanager
def jena(folder: Path, data: Path | None = None) -> Iterator[str]:
    """Jena's ARQ (Debian ``libapache-jena-java``) behind ``Endpoint.java``, with a file in the default graph."""
    if shutil.which("javac") is None or not (JENA / "jena-arq.jar").exists():
        pytest.skip("Jena is not installed (apt-get install default-jdk-headless libapache-jena-java libxerces2-java libcaffeine-java)")
    # Debian's Jena looks for Xerces's messages where its Xerces does not have them.
    with zipfile.ZipFile(JENA / "xercesImpl.jar") as jar:
        messages = folder / "xerces/impl/xpath/regex/message.properties"
        messages.parent.mkdir(parents=True)
        messages.write_bytes(jar.read("org/apache/xerces/impl/xpath/regex/message.properties"))
    port = free_port()
    command = ["java", "-cp", f"{folder}:{JENA}/*", str(Path(__file__).parent / "Endpoint.java"), str(port)]
    with running([*command, *([] if data is None else [str(data)])], f"http://127.0.0.1:{port}/query", cwd=folder) as url:
        yield url


SERVERS = {"oxigraph": oxigraph, "virtuoso": virtuoso, "jena": jena}
