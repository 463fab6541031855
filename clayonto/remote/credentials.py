"""User and password, or a token, for an address: from the environment or a file, never from the address, and shown in no message.

The environment (``CLAYONTO_ENDPOINT_USER`` and ``CLAYONTO_ENDPOINT_PASSWORD``, or ``CLAYONTO_ENDPOINT_TOKEN``) speaks of the one endpoint that a
call names. The file speaks of any number; it is ``$CLAYONTO_ENDPOINTS``, else ``clayonto/endpoints.toml`` below ``$XDG_CONFIG_HOME`` or ``~/.config``::

    ["https://data.example.org/repositories/"]
    user = "anna"
    password = "…"

    ["https://query.example.org/sparql"]
    token = "…"

A table holds for every address below its own, on the same scheme, host and port; of several the longest does.
"""

from __future__ import annotations

import base64
import os
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, quote, unquote, urlsplit

from clayonto.errors import ConfigError, UsageError

_PORTS: Final = {"http": 80, "https": 443}
_SAFE: Final = "!#$%&'()*+,/:;=?@[]~"
_BLANK: Final = re.compile(r"[\s\x00-\x20\x7f]")
_TOKEN: Final = re.compile(r"[!-~]+")
_KEYS: Final = frozenset({"user", "password", "token"})


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is shown to an endpoint; empty texts for what there is not."""

    user: str = ""
    password: str = ""
    token: str = ""

    def __post_init__(self) -> None:
        # A library would show the header that it cannot send, and the password in it.
        if self.token and not _TOKEN.fullmatch(self.token):
            raise ConfigError(
                "The token for the endpoint has signs that no token has (RFC 6750), such as a space or a line's end; it is not shown here."
            )
        if ":" in self.user:
            raise ConfigError("The user for the endpoint has a colon, which no user has (RFC 7617); what comes after it may be a password.")

    def __repr__(self) -> str:
        return f"Credentials({'token' if self.token else 'user and password' if self.user else 'none'})"

    @property
    def header(self) -> str | None:
        """The value of ``Authorization`` (RFC 7617, RFC 6750); ``None`` if there is nothing to show."""
        if self.token:
            return f"Bearer {self.token}"
        if self.user and self.password:
            return "Basic " + base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        return None


def check_address(url: str) -> SplitResult:
    """The parts of an address.

    :raises UsageError: if it is no address of the web, or holds a password.

    >>> check_address("https://example.org/sparql").hostname
    'example.org'
    """
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        parts = urlsplit("")
    if "@" in (parts.netloc or url):
        # Before it is shown: what is no address may hold a password too.
        raise UsageError(
            "The address holds a password; take it out, and set CLAYONTO_ENDPOINT_USER and CLAYONTO_ENDPOINT_PASSWORD, "
            "or CLAYONTO_ENDPOINT_TOKEN."
        )
    if parts.scheme not in _PORTS or not parts.hostname:
        raise UsageError(f"“{url}” is no address of an endpoint; give one that starts with http:// or https://.")
    rest = parts._replace(scheme="", netloc="").geturl()
    if not rest.isascii() or _BLANK.search(url):
        raise UsageError(f"“{url}” has characters that no address has; percent-encode them: {quote(url, safe=_SAFE)}")
    return parts


def find(url: str, *, environment: bool = True) -> Credentials:
    """The credentials for an address; empty ones if there are none.

    :param environment: whether the environment may speak for this address; it does not for addresses that a query names.
    :raises ConfigError: if the file cannot be read, can be read by others, or is not of the form above; or if a token or a user cannot be one.
    """
    if environment:
        get = os.environ.get
        if token := get("CLAYONTO_ENDPOINT_TOKEN", "").strip():
            return Credentials(token=token)
        user, password = get("CLAYONTO_ENDPOINT_USER"), get("CLAYONTO_ENDPOINT_PASSWORD")
        if user and password:
            return Credentials(user, password)
    file = _file()
    return Credentials() if file is None else _of_file(file, url)


def _file() -> Path | None:
    if named := os.environ.get("CLAYONTO_ENDPOINTS"):
        return Path(named)
    root = os.environ.get("XDG_CONFIG_HOME", "")
    try:
        file = (Path(root) if Path(root).is_absolute() else Path.home() / ".config") / "clayonto" / "endpoints.toml"
    except RuntimeError:  # there is no home
        return None
    return file if file.is_file() else None


def _of_file(file: Path, url: str) -> Credentials:
    import tomllib

    try:
        mode = file.stat().st_mode
        tables = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        # The error of a parser may show the line, and the line may be a password.
        said = error.strerror if isinstance(error, OSError) else "it is not TOML"
        raise ConfigError(f"{file}, which holds the credentials for endpoints, cannot be read: {said}.") from None
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise ConfigError(f"{file} holds passwords, and others can read it; take that right away: chmod 600 {file}")
    best: tuple[int, Credentials] = (-1, Credentials())
    for address, table in tables.items():
        if not isinstance(table, dict) or not all(isinstance(v, str) for v in table.values()) or set(table) - _KEYS:
            raise ConfigError(f"{file}: [{address!r}] can have user, password and token, each a text.")
        if is_below(urlsplit(url), check_address(address)) and len(address) > best[0]:
            best = (len(address), Credentials(**table))
    return best[1]


def is_below(url: SplitResult, place: SplitResult) -> bool:
    """Whether an address is a place or below it. Characters are no measure: ``example.org`` starts ``example.org.evil.net``, and ``a/..`` is not in ``a``."""
    if {".", ".."} & set(unquote(unquote(url.path)).replace("\\", "/").split("/")):
        return False
    if (url.scheme, url.hostname, url.port or _PORTS[url.scheme]) != (place.scheme, place.hostname, place.port or _PORTS[place.scheme]):
        return False
    path = place.path or "/"
    return url.path == place.path or (url.path or "/").startswith(path if path.endswith("/") else path + "/")
