"""What a path of the live site leads to, as the process that makes pages tells it to the one that serves them."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

# What is compressed already.
_DENSE: Final = (".gz", ".png")
_LEAST: Final = 256
# Faster than the level that is smallest, and within a few percent of it for pages.
_LEVEL: Final = 6


class Held(NamedTuple):
    """Where a large document lies: a file, and the place and size in it of the plain bytes and of the compressed ones (size 0 where there are none)."""

    file: str
    start: int
    size: int
    packed_start: int
    packed_size: int


@dataclass(slots=True)
class Document:
    """A file of the site.

    ``tag`` tells its bytes from others; ``packed`` is ``plain`` compressed, or empty where that is no gain. ``page`` is the path of the page of the
    thing that it is about, and ``about`` the thing's IRI; both are empty for any other file. A large one is ``held`` in a file instead.
    """

    path: str
    tag: str
    plain: bytes
    packed: bytes
    page: str = ""
    about: str = ""
    held: Held | None = None
    served: Any = None
    """For whoever sends it to keep what it is sent with."""

    @property
    def size(self) -> int:
        """How many bytes it takes in memory."""
        return len(self.plain) + len(self.packed)


class Leads(NamedTuple):
    """The path names a thing: ``page`` is the path of its page, ``about`` its IRI. ``endings`` are the forms that can be had, if not all."""

    page: str
    about: str
    endings: tuple[str, ...] = ()


class Moved(NamedTuple):
    """What is meant is at another path."""

    path: str


class Gone(NamedTuple):
    """The page at this path, without language and ending, was withdrawn."""

    page: str


class Wait(NamedTuple):
    """It cannot be told now; ask again after some seconds."""

    after: int


Outcome = Document | Leads | Moved | Gone | Wait | None
_KINDS: Final = (Document, Leads, Moved, Gone, Wait)


def told(outcome: Outcome) -> tuple[Any, ...] | None:
    """An outcome as plain values."""
    if isinstance(outcome, Document):
        one = outcome
        return (0, one.path, one.tag, one.plain, one.packed, one.page, one.about, tuple(one.held) if one.held else None)
    return None if outcome is None else (_KINDS.index(type(outcome)), *outcome)


def read(values: tuple[Any, ...] | None) -> Outcome:
    """The outcome that plain values tell."""
    if values is None:
        return None
    kind, *rest = values
    if kind == 0 and rest[-1] is not None:
        rest[-1] = Held(*rest[-1])
    return _KINDS[kind](*rest)


def tag_of(content: bytes) -> str:
    """A text that no other content has."""
    return hashlib.sha256(content).hexdigest()[:32]


def packed(path: str, content: bytes) -> bytes:
    """Content compressed by gzip, the same at any time; empty where it gains less than a tenth."""
    if len(content) < _LEAST or path.endswith(_DENSE):
        return b""
    made = gzip.compress(content, _LEVEL, mtime=0)
    return made if len(made) < 0.9 * len(content) else b""
