"""Where a thing's files lie: a path that any host and file system takes, made from its IRI.

A path is decoded once, as a web server decodes the URL before it looks for the file; what would be unsafe, too long or ambiguous as
a name on disk gets a name made from a hash instead. No path leaves the folder of the site.
"""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from typing import Final
from urllib.parse import quote, unquote

from clayonto.namespaces import CONCEPT, ID, PREFIXES, shorten

RESERVED: Final = frozenset({"assets", "az", "by", "data", "def", "download", "id", "list", "map", "more", "network", "query", "sparql"})
"""First segments that the site has for itself."""
_INDEX: Final = re.compile(r"index(-\d+)?", re.IGNORECASE)
# What Windows, a URL or a shell takes for something else; format characters could make two names look the same.
_UNSAFE: Final = re.compile(r'[\x00-\x1f\x7f-\x9f<>:"/\\|?*#%\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]')
_DEVICES: Final = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)
_LONGEST: Final = 120
_BARE: Final = re.compile(r"[A-Za-z0-9/._~-]*")
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


def segment(text: str) -> str:
    """One segment of an IRI's path as the name of a file or folder.

    >>> segment("etel%C3%A4-pohjanmaa")
    'etelä-pohjanmaa'
    >>> segment("..")
    'x-5ec1f7e700f37c3d'
    """
    if _PLAIN.fullmatch(text) and not _DEVICES.fullmatch(text) and not _INDEX.fullmatch(text):
        return text
    try:
        name = unicodedata.normalize("NFC", unquote(text, errors="strict"))
    except UnicodeDecodeError:
        name = ""
    if (
        not name
        or name[0] in ".- ~"
        or name[-1] in ". "
        or _UNSAFE.search(name)
        or _DEVICES.fullmatch(name)
        or _INDEX.fullmatch(name)
        or len(name.encode()) > _LONGEST
    ):
        return hashed(text)
    return name


def hashed(text: str) -> str:
    """A name for a text that cannot be one: what is readable of it, and a hash."""
    readable = re.sub(r"[^a-z0-9]+", "-", unquote(text).lower()).strip("-")[:40].strip("-")
    return f"{readable or 'x'}-{sha256(text.encode()).hexdigest()[:16]}"


class Paths:
    """Paths of IRIs, each its own: two IRIs never share one, nor two that differ by case alone."""

    def __init__(self, *bases: str) -> None:
        """:param bases: namespaces whose local names are paths."""
        self._bases = (*bases, ID)
        self._taken: dict[str, str] = {}

    def add(self, iri: str) -> str:
        """The path of an IRI. Call it in a fixed order: who comes first gets the plain path.

        >>> paths = Paths(ID)
        >>> paths.add(ID + "project/clay"), paths.add("http://publications.europa.eu/resource/authority/country/FIN")
        ('project/clay', 'country/FIN')
        """
        path = self._path(iri)
        if self._taken.setdefault(path.casefold(), iri) != iri:
            path = f"{path}-{sha256(iri.encode()).hexdigest()[:16]}"
            self._taken[path.casefold()] = iri
        return path

    def _path(self, iri: str) -> str:
        local = next((iri[len(base) :] for base in self._bases if iri.startswith(base) and len(iri) > len(base)), "")
        if not local and iri.startswith(CONCEPT):
            local = "concept/" + iri[len(CONCEPT) :]
        if not local:
            prefix, colon, rest = shorten(iri).partition(":")
            local = f"{prefix}/{rest}" if colon and prefix in PREFIXES and rest else ""
        parts = [segment(part) for part in local.split("/")] if local else ["thing", hashed(iri)]
        if len(parts) == 1 or parts[0] in RESERVED:
            parts.insert(0, "thing")
        return "/".join(parts)


def url(path: str) -> str:
    """A path as it stands in a URL.

    >>> url("project/etelä pohja")
    'project/etel%C3%A4%20pohja'
    """
    return path if _BARE.fullmatch(path) else quote(path)


def iri_path(path: str) -> str:
    """A path as it stands in an IRI: letters of any script as they are.

    >>> iri_path("project/etelä pohja")
    'project/etelä%20pohja'
    """
    return path if _BARE.fullmatch(path) else "".join(c if ord(c) > 0xA0 else quote(c) for c in path)
