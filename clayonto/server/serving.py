"""Serving a graph from its beginning to its end: the bundled one with files, or one on disk."""

from __future__ import annotations

import tempfile
import tomllib
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clayonto.errors import ConfigError, UsageError
from clayonto.opening import load
from clayonto.publish import config as site_config
from clayonto.server.app import Server
from clayonto.server.running import run
from clayonto.server.settings import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from clayonto.publish.config import Config


def serve(
    *,
    store: str | Path | None = None,
    data: Iterable[str | Path] = (),
    config: str | Path | None = None,
    started: Callable[[str], None] | None = None,
    **given: Any,
) -> None:
    """Serve a graph until a signal comes (Ctrl+C, SIGTERM).

    :param store: the folder of a graph on disk; the bundled graph when ``None``.
    :param data: files, folders or patterns to add to the bundled graph.
    :param config: a TOML file with the settings of the site and, as its table ``server``, those of the server.
    :param started: called with the address when requests are taken.
    :param given: settings (:class:`clayonto.server.settings.Settings`) that count more than those of file and environment.
    :raises ConfigError: if a setting cannot be.
    :raises UsageError: if there is no graph in the folder, or the address cannot be listened at.
    :raises DataError: if a file cannot be read.
    """
    site, table = read(config)
    chosen = settings(table, **given)
    files = list(data)
    if store is not None and files:
        raise UsageError(f"A graph on disk is served as it is; add the files to it with: clayonto store load {store} …")
    if store is None and chosen.writable:
        raise UsageError("What is written has to stay somewhere: name a graph on disk with --store.")
    with ExitStack() as stack:
        if store is None:
            store = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="clayonto-graph-"))) / "graph.db"
            load(*files, store=store)
        server = Server(store, chosen, site)
        run(server.app, chosen, started=started or (lambda _: None))


def read(config: str | Path | None) -> tuple[Config, dict[str, Any]]:
    """The settings of the site, and the table of those of the server, in a TOML file.

    :raises ConfigError: if it cannot be read, or the site's settings cannot be.
    """
    if config is None:
        return site_config.bundled(), {}
    path = Path(config)
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError):
        return site_config.read(path), {}  # which says what is wrong
    server = table.pop("server", {})
    if not isinstance(server, dict):
        raise ConfigError(f"{path}: server is a table: [server]")
    return (site_config.parse(table, name=str(path)) if table else site_config.bundled()), server
