"""What the server may do and how much of it: defaults, a table of the config file, the environment, the command line, in this order.

::

    [server]
    timeout = 20
    max_rows = 100_000
    services = ["https://query.wikidata.org/sparql"]

The environment has the same names in capitals: ``CLAYONTO_SERVE_TIMEOUT=20``. A token is in the environment alone, so that no file that is shared has it:
``CLAYONTO_SERVE_TOKEN``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, Final

from clayonto.errors import ConfigError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

PREFIX: Final = "CLAYONTO_SERVE_"
TOKEN: Final = PREFIX + "TOKEN"
_LEAST_TOKEN: Final = 16
_MB: Final = 1 << 20
_YES: Final = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}


def _option(default: Any, least: float | None = None) -> Any:
    return field(default=default, metadata={"least": least})


def _default_workers() -> int:
    return max(2, os.cpu_count() or 2)


@dataclass(frozen=True)
class Settings:
    """Settings of a server. Times are in seconds, sizes in bytes."""

    host: str = "127.0.0.1"
    """The address to listen at."""
    port: int = _option(8000, 0)
    """The port to listen at; 0 for any that is free."""
    timeout: float = _option(30.0, 0.05)
    """How long a query may run."""
    quick: float = _option(0.5, 0.01)
    """How long a query may run before it counts as a long one."""
    workers: int = field(default_factory=_default_workers, metadata={"least": 1})
    """How many queries run at once that are not long."""
    long_queries: int = _option(2, 1)
    """How many long queries run at once beside them."""
    queue: int = _option(200, 1)
    """How many queries may wait."""
    per_client: int = _option(50, 1)
    """How many queries of one client may run or wait at once."""
    wait: float = _option(15.0, 0.05)
    """How long a query may wait for its turn."""
    memory: int = _option(1024 * _MB, 64 * _MB)
    """How much memory a query may take."""
    max_rows: int = _option(1_000_000, 1)
    """How many solutions an answer may have."""
    max_bytes: int = _option(512 * _MB, 1024)
    """How large an answer may be."""
    max_query: int = _option(1 * _MB, 1024)
    """How long a query may be; also how large the body of any request is that is no update and no graph."""
    max_upload: int = _option(256 * _MB, 1024)
    """How large an update or a graph may be that is sent."""
    services: tuple[str, ...] = ()
    """Addresses or hosts that queries may ask by SERVICE."""
    writable: bool = False
    """Whether who has the token may change the data."""
    validate: bool = False
    """Whether a change counts only if the data conforms to the shapes afterwards."""
    write_timeout: float = _option(300.0, 1)
    """How long a change may take."""
    proxy: bool = False
    """Whether a proxy in front tells each client's address in X-Forwarded-For."""
    watch: float = _option(2.0, 0.05)
    """How often the store folder is looked at for a new state."""
    cache: int = _option(64 * _MB, 0)
    """How much memory answers and pages that were asked for may take, to be given again."""
    pages: int = _option(5_000_000, 0)
    """Of how many triples pages are made at most, since the process that makes them holds the graph in memory; 0 for no pages."""
    state: str = ""
    """A folder in which to remember which pages and parts of them there were, so that what is withdrawn is told from what never was, also after a restart."""
    withdrawn: tuple[str, ...] = ()
    """Paths of pages (`project/clay`), and of parts of pages (`id/claim/clay-name`), that were withdrawn before the server knew of them."""
    log: str = "-"
    """The file for the access log; “-” for stderr, nothing for none."""
    token: str = field(default="", repr=False)
    """What a client has to send to change the data."""

    def __post_init__(self) -> None:
        for one in fields(self):
            least, value = one.metadata.get("least"), getattr(self, one.name)
            if least is not None and value < least:
                raise ConfigError(f"{one.name} is {value}; it is at least {least}.")
        if self.port > 65535:
            raise ConfigError(f"port is {self.port}; it is at most 65535.")
        if self.writable and not self.token:
            raise ConfigError(f"A server that can be written to needs a token: put a long random text into the environment as {TOKEN}.")
        if self.token and (len(self.token) < _LEAST_TOKEN or not self.token.isascii() or not self.token.isprintable() or " " in self.token):
            raise ConfigError(f"{TOKEN} is not fit for a token: at least {_LEAST_TOKEN} ASCII characters, no space among them.")


def settings(table: Mapping[str, Any] | None = None, *, environment: Mapping[str, str] | None = None, **given: Any) -> Settings:
    """Settings from a config file's table, then the environment, then what is given here; ``None`` counts as not given.

    :raises ConfigError: if a name means nothing, or a value is not of its kind.

    >>> settings({"timeout": 5}, environment={"CLAYONTO_SERVE_TIMEOUT": "7"}).timeout
    7.0
    >>> settings(environment={}, port=8080).port
    8080
    """
    environment = os.environ if environment is None else environment
    known = {one.name: one for one in fields(Settings)}
    values: dict[str, Any] = {}
    for name, value in (table or {}).items():
        if name not in known or name == "token":
            near = nearest(name, known)
            hint = f"; did you mean “{near[0]}”?" if near and name != "token" else f"; the token is in the environment, as {TOKEN}."
            raise ConfigError(f"[server] has “{name}”, which means nothing there{hint}")
        values[name] = _typed(name, value, f"[server] {name}")
    for variable, text in environment.items():
        name = variable.removeprefix(PREFIX).lower()
        if variable.startswith(PREFIX):
            if name not in known:
                near = nearest(name, known)
                hint = f"; did you mean {PREFIX}{near[0].upper()}?" if near else "."
                raise ConfigError(f"The environment has {variable}, which means nothing{hint}")
            values[name] = _typed(name, text, variable)
    values |= {name: _typed(name, value, name) for name, value in given.items() if value is not None}
    return Settings(**values)


def _typed(name: str, value: object, where: str) -> Any:
    default = getattr(Settings(), name)
    typed = _as(default, value)
    if typed is None:
        kind = {bool: "true or false", int: "a whole number", float: "a number", tuple: "a list of texts", str: "a text"}[type(default)]
        raise ConfigError(f"{where} is {value!r}; it takes {kind}.")
    return typed


def _as(default: object, value: object) -> Any:
    """A value as one of the kind of a default; ``None`` if it is none."""
    if isinstance(default, bool):
        return value if isinstance(value, bool) else _YES.get(str(value).strip().lower())
    if isinstance(default, int | float):
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return None
        try:
            return type(default)(value.replace("_", "") if isinstance(value, str) else value)
        except ValueError:
            return None
    if isinstance(default, tuple):
        texts = value.split(",") if isinstance(value, str) else value
        if not isinstance(texts, list | tuple) or not all(isinstance(text, str) for text in texts):
            return None
        return tuple(text.strip() for text in texts if text.strip())
    return value if isinstance(value, str) else None
