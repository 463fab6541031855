"""Built sites and real web servers for the tests of the published site."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest

import clayonto
from clayonto.publish import Config, publish
from clayonto.publish.config import CC_BY
from clayonto.sources import from_paths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.publish.config import Target

BASE = "https://data.example.org/"
EXTRA = """\
<gizmo/etelä> a <https://example.org/Gizmo> ; skos:prefLabel "Etelä"@fi , "South"@en .
<gizmo/a%20b+c> a <https://example.org/Gizmo> ; skos:prefLabel "A b"@en .
<gizmo/place> a <https://example.org/Gizmo> ; skos:prefLabel "Place"@en ; geo:asWKT "POINT (22.84 62.79)"^^geo:wktLiteral .
"""
"""Things whose IRIs are hard on a web server, and one with coordinates."""
GONE = '<gizmo/vanha-ä> a <https://example.org/Gizmo> ; skos:prefLabel "Vanha"@fi .\n'
"""A thing that an earlier build had."""
_CLAY = [Path(__file__).parents[1] / "data" / name for name in ("clay.ttl", "clay-other-sources.ttl", "reference")]
_PREFIXES = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n@prefix geo: <http://www.opengis.net/ont/geosparql#> .\n"


def made(folder: Path, target: Target, *, base: str = BASE, whole: bool = True) -> Path:
    """A site of the bundled data and :data:`EXTRA`, from which :data:`GONE` was withdrawn; if not ``whole``, of the project CLAY without the clusters."""
    config = Config(licence=CC_BY, base=base, target=target, publisher="Council", contact="mailto:data@example.org")
    extra = folder / "extra.ttl"
    extra.write_text(_PREFIXES + GONE, encoding="utf-8")
    publish(clayonto.KnowledgeGraph(from_paths([extra])), folder / "site", config)
    extra.write_text(_PREFIXES + EXTRA, encoding="utf-8")
    publish(clayonto.load(extra) if whole else clayonto.load(*_CLAY, extra, bundle=False), folder / "site", config)
    return folder / "site"


def small(folder: Path) -> Path:
    """A site of :data:`EXTRA` alone, for a plain host."""
    (folder / "extra.ttl").write_text(_PREFIXES + EXTRA, encoding="utf-8")
    config = Config(licence=CC_BY, base=BASE, publisher="Council", contact="mailto:data@example.org")
    publish(clayonto.KnowledgeGraph(from_paths([folder / "extra.ttl"])), folder / "small", config)
    return folder / "small"


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _readable(folder: Path) -> None:
    """Let the account of the web server into a folder of the tests."""
    for one in (folder, *folder.parents):
        if one.stat().st_mode & 0o005 != 0o005:
            with contextlib.suppress(PermissionError):
                one.chmod(one.stat().st_mode | 0o005)


def _wait(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    for _ in range(100):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", urlsplit(url).port or 80), timeout=5):
            return
        time.sleep(0.05)
    pytest.fail(f"the server does not start: {log.read_text() if log.exists() else ''}")


@contextlib.contextmanager
def _running(command: list[str], url: str, log: Path) -> Iterator[str]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait(process, url, log)
        yield url
    finally:
        process.terminate()
        process.wait(20)


@contextlib.contextmanager
def apache(site: Path, work: Path) -> Iterator[str]:
    """Apache serving a site by its ``.htaccess``; skips where it is not installed."""
    program, modules = shutil.which("apache2", path="/usr/sbin:/usr/bin"), Path("/usr/lib/apache2/modules")
    if program is None or not modules.is_dir():
        pytest.skip("Apache is not installed (apache2)")
    port, log = _free_port(), work / "apache.log"
    names = ("mpm_event", "authz_core", "dir", "mime", "negotiation", "rewrite", "headers")
    loaded = "\n".join(f"LoadModule {name}_module {modules}/mod_{name}.so" for name in names)
    (work / "types").write_text(
        "text/html html\ntext/css css\ntext/plain txt\napplication/json json\napplication/xml xml\nimage/svg+xml svg\ntext/javascript js\n"
    )
    (work / "httpd.conf").write_text(
        f'ServerRoot "{work}"\nPidFile "{work}/apache.pid"\nServerName localhost\nListen 127.0.0.1:{port}\n{loaded}\nTypesConfig "{work}/types"\n'
        f'ErrorLog "{log}"\nMutex file:{work}\nUser www-data\nGroup www-data\nDocumentRoot "{site}"\n'
        f'<Directory "{site}">\n  AllowOverride All\n  Require all granted\n</Directory>\n'
    )
    _readable(site)
    with _running([program, "-f", str(work / "httpd.conf"), "-DFOREGROUND"], f"http://127.0.0.1:{port}/", log) as url:
        yield url


@contextlib.contextmanager
def nginx(site: Path, work: Path) -> Iterator[str]:
    """nginx serving a site by its ``nginx.conf``; skips where it is not installed."""
    program = shutil.which("nginx", path="/usr/sbin:/usr/bin")
    if program is None:
        pytest.skip("nginx is not installed")
    port, log = _free_port(), work / "nginx.log"
    rules = (site / "nginx.conf").read_text(encoding="utf-8")
    rules = rules.replace("listen 80;", f"listen 127.0.0.1:{port};").replace("root /var/www/site;", f"root {site};")
    (work / "site.conf").write_text(rules, encoding="utf-8")
    (work / "mime.types").write_text(
        "types { text/html html; text/css css; text/plain txt; application/json json; text/xml xml; image/svg+xml svg; application/javascript js; }\n"
    )
    temporary = "".join(f"{kind}_temp_path {work}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    (work / "nginx.conf").write_text(
        f"daemon off; pid {work}/nginx.pid; error_log {log}; worker_processes 1; events {{}}\nhttp {{ access_log off; {temporary} include {work}/site.conf; }}\n"
    )
    _readable(site)
    with _running([program, "-c", str(work / "nginx.conf"), "-e", str(log)], f"http://127.0.0.1:{port}/", log) as url:
        yield url
