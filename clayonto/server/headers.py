"""The headers of a request for a document, read as what is asked for, and those that a document is sent with (RFC 9110, sections 8, 12, 13 and 14)."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from clayonto.negotiation import ranges
from clayonto.publish.machine.routes import Choice, choose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.locales import Language
    from clayonto.server.documents import Document

Headers = list[tuple[bytes, bytes]]
_KEPT: Final = 500
"""How long headers may be together whose choice is remembered."""


class RequestHeaders:
    """The headers of a request that matter for a document."""

    def __init__(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        self._accept: list[bytes] = []
        self._languages: list[bytes] = []
        self._encodings = b""
        self.none_match = b""
        self.range = b""
        self._if_range = b""
        for name, value in headers:
            match name:
                case b"accept":
                    self._accept.append(value)
                case b"accept-language":
                    self._languages.append(value)
                case b"accept-encoding":
                    self._encodings = value
                case b"if-none-match":
                    self.none_match = value
                case b"range":
                    self.range = value
                case b"if-range":
                    self._if_range = value

    @property
    def accept(self) -> str:
        """The forms that are taken, as one header."""
        return b", ".join(self._accept).decode("latin-1")

    @property
    def languages(self) -> str:
        """The languages that are wanted, as one header."""
        return b", ".join(self._languages).decode("latin-1")

    @property
    def takes_gzip(self) -> bool:
        """Whether what is sent may be packed."""
        return _takes_gzip(self._encodings)

    @property
    def takes_pages(self) -> bool:
        """Whether a page for people is taken."""
        return any(kind in ("text/html", "application/xhtml+xml") and quality > 0 for kind, quality in ranges(self.accept))

    def knows(self, served: ResponseHeaders) -> bytes:
        """The tag of the document that the client has already; empty if it has none of it."""
        for tag in (served.plain_tag, served.packed_tag):
            if self.none_match == tag:
                return tag
        known = {one.strip().removeprefix(b"W/") for one in self.none_match.split(b",")}
        if b"*" in known:
            return served.plain_tag
        return next((tag for tag in (served.plain_tag, served.packed_tag) if tag in known), b"")

    def wants_range(self, tag: bytes) -> bool:
        """Whether a range is wanted of a document with this tag: always, unless it is wanted of another state of it only."""
        return not self._if_range or self._if_range == tag


class ResponseHeaders:
    """The headers that a document is sent with."""

    __slots__ = ("always", "packed", "packed_tag", "plain", "plain_tag", "ranges")

    def __init__(self, found: Document, always: Headers, told: Headers, *, ranges: bool) -> None:
        tag = found.tag.encode()
        self.plain_tag, self.packed_tag = b'"' + tag + b'"', b'"' + tag + b'-gzip"'
        self.always = always
        self.ranges = ranges
        accepts = [(b"accept-ranges", b"bytes")] if ranges else []
        self.plain: Headers = [(b"etag", self.plain_tag), *always, *told, *accepts]
        self.packed: Headers = [(b"etag", self.packed_tag), (b"content-encoding", b"gzip"), *always, *told]


def choice_of(accept: str, languages: str, offered: tuple[Language, ...], endings: tuple[str, ...]) -> Choice | None:
    """As :func:`choose`; clients send the same few headers again and again, but for those that are up to no good."""
    if len(accept) + len(languages) > _KEPT:
        return choose(accept, languages, offered=offered, endings=endings)
    return _kept_choice(accept, languages, offered, endings)


@lru_cache(maxsize=4096)
def _kept_choice(accept: str, languages: str, offered: tuple[Language, ...], endings: tuple[str, ...]) -> Choice | None:
    return choose(accept, languages, offered=offered, endings=endings)


def _takes_gzip(header: bytes) -> bool:
    found = dict(reversed(ranges(header.decode("latin-1"))))
    return found.get("gzip", found.get("x-gzip", found.get("*", 0.0))) > 0


def range_of(header: bytes, size: int) -> tuple[int, int] | None:
    """The one range of bytes that is asked for, its end not among them; ``None`` if it lies outside. Of several ranges, or none that is known, all is given."""
    unit, _, asked = header.decode("latin-1").partition("=")
    first, dash, last = asked.strip().partition("-")
    if unit.strip().lower() != "bytes" or not dash or not re.fullmatch("[0-9]{1,18}", first + last):
        return 0, size
    if not first:
        return (max(size - int(last), 0), size) if int(last) and size else None
    start, end = int(first), int(last) + 1 if last else size
    if last and end <= start:
        return 0, size  # no range at all (RFC 9110, section 14.1.1)
    return (start, min(end, size)) if start < size else None
