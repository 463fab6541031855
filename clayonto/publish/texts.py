"""What the files of a graph say, kept from one build of a site to the next, so that the next looks only at the lines that have changed.

A file is kept as canonical N-Triples, packed in blocks with a digest of each. What changed in it lies between the blocks that are the same from the
front and those that are the same from the end, and only that is packed anew. Lines with blank nodes cannot be compared in this way, because each
reading names the nodes anew; where one has changed, all is read.
"""

from __future__ import annotations

import zlib
from hashlib import sha256
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto.publish.index import TYPE, VOCABULARY

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from clayonto.sources import Source

_BLOCK: Final = 1 << 20
"""Bytes of a block, about."""
_MOST: Final = 50_000
"""How many changed lines are followed; a file that says that much else is read as a new one."""
_SOUGHT: Final = 30
"""How many lines are looked for one by one in other files."""


class Block(NamedTuple):
    """Some bytes of a text: their digest, how many they are, and they themselves, packed."""

    digest: bytes
    size: int
    packed: bytes


class Text(NamedTuple):
    """What is kept of a file: a digest of it, whether its bytes are its canonical N-Triples, and these in blocks."""

    digest: str
    is_plain: bool
    blocks: list[tuple[Any, ...]]

    def content(self, first: int = 0, last: int | None = None) -> bytes:
        """The N-Triples, or some blocks of them."""
        return b"".join(zlib.decompress(packed) for _, _, packed in self.blocks[first:last])


class Difference(NamedTuple):
    """What changed in files: triples that one says anew, whatever others said; triples that none says any more; and what to keep of each file.

    The triples are sorted.
    """

    added: list[tuple[str, str, str]]
    removed: list[tuple[str, str, str]]
    texts: dict[str, Text]


def digests(sources: Iterable[Source]) -> dict[str, str]:
    """A digest of each file, by the IRI of its graph."""
    return {source.graph: _digest(source, source.read()) for source in sources}


def _digest(source: Source, content: bytes) -> str:
    digest = sha256(b"\0".join((source.base.encode(), str(source.format).encode(), b"")))
    digest.update(content)
    return digest.hexdigest()


def read(sources: Iterable[Source]) -> tuple[bytes, dict[str, Text]]:
    """The triples of all files as canonical N-Triples, and what to keep of each file."""
    said: list[bytes] = []
    texts: dict[str, Text] = {}
    for source in sources:
        said.append(source.n_triples())
        content = source.read()
        texts[source.graph] = _kept(_digest(source, content), said[-1], is_plain=said[-1] == content)
    return b"".join(said), texts


def _kept(digest: str, said: bytes, *, is_plain: bool) -> Text:
    return Text(digest, is_plain, list(_blocks(said)))


def _blocks(said: bytes) -> Iterator[Block]:
    """Bytes in blocks that are all about as long."""
    count = max(1, round(len(said) / _BLOCK))
    bounds = [len(said) * number // count for number in range(count + 1)]
    for start, end in pairwise(bounds):
        block = said[start:end]
        yield Block(sha256(block).digest(), len(block), zlib.compress(block, 1))


def difference(sources: Sequence[Source], now: Mapping[str, str], before: Mapping[str, Text]) -> Difference | None:
    """How what files say differs from what they said; ``None`` where that cannot be told, or is much.

    :param now: their digests, from :func:`digests`.
    :param before: what was kept of the files that there were.
    """
    texts: dict[str, Text] = {}
    said: dict[str, bytes] = {}
    added: set[bytes] = set()
    removed: set[bytes] = set()
    for source in sources:
        kept = before.get(source.graph) or Text("", False, [])
        if kept.digest == now[source.graph]:
            texts[source.graph] = kept
            continue
        said[source.graph] = text = source.read() if kept.is_plain else source.n_triples()
        was, is_, blocks = _between(kept, text)
        lines_before, lines_now = set(was.split(b"\n")), set(is_.split(b"\n"))
        new = lines_now - lines_before
        if kept.is_plain and not _is_canonical(new):
            return None
        added |= new
        removed |= lines_before - lines_now
        texts[source.graph] = Text(now[source.graph], kept.is_plain, blocks)
    for name, kept in before.items():
        if name not in texts:
            removed |= set(kept.content().split(b"\n"))
    added.discard(b"")
    removed.discard(b"")
    if len(added) + len(removed) > _MOST or not all(map(_can_be_compared, (*added, *removed))):
        return None
    for name, kept in texts.items() if removed else ():
        removed -= _stated(removed, said.get(name) or kept.content())
    return Difference(list(_triples(added)), list(_triples(removed)), texts)


def _between(before: Text, now: bytes) -> tuple[bytes, bytes, list[tuple[Any, ...]]]:
    """The lines before and now that lie between those that are the same from the front and from the end, and the blocks of what there is now."""
    view, blocks = memoryview(now), before.blocks
    first, start = 0, 0
    while first < len(blocks) and sha256(view[start : start + blocks[first][1]]).digest() == blocks[first][0]:
        start += blocks[first][1]
        first += 1
    last, end = len(blocks), len(now)
    while (
        last > first
        and end - blocks[last - 1][1] >= start
        and sha256(view[end - blocks[last - 1][1] : end]).digest() == blocks[last - 1][0]
    ):
        last -= 1
        end -= blocks[last][1]
    # A block may begin or end within a line.
    line, next_line = now.rfind(b"\n", 0, start) + 1, now.find(b"\n", end) + 1 or len(now)
    was = now[line:start] + before.content(first, last) + now[end:next_line]
    return was, now[line:next_line], [*blocks[:first], *(map(tuple, _blocks(now[start:end])) if end > start else ()), *blocks[last:]]


def _is_canonical(lines: set[bytes]) -> bool:
    """Whether lines of a file are canonical N-Triples."""
    try:
        triples = [quad.triple for quad in ox.parse(b"\n".join(lines), format=ox.RdfFormat.N_TRIPLES)]
    except SyntaxError:
        return False
    return {*(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").split(b"\n"), b""} == {*lines, b""}


def _can_be_compared(line: bytes) -> bool:
    """Whether a line has no blank node, and makes nothing a term of a vocabulary, of which blank nodes may be parts."""
    s, p, o = line.decode().split(" ", 2)
    return s[0] != "_" and o[0] != "_" and not (p == TYPE and o.startswith(VOCABULARY))


def _stated(lines: set[bytes], text: bytes) -> set[bytes]:
    """The lines that are in a text."""
    if len(lines) > _SOUGHT:
        return lines.intersection(text.split(b"\n"))
    return {line for line in lines if text.startswith(line + b"\n") or b"\n" + line + b"\n" in text}


def _triples(lines: Iterable[bytes]) -> Iterator[tuple[str, str, str]]:
    for line in sorted(lines):
        s, p, o = line.decode().split(" ", 2)
        yield s, p, o[:-2]


def packed(texts: Mapping[str, Text]) -> dict[str, tuple[Any, ...]]:
    """What is kept of files, in a form that can be written down."""
    return {name: (text.digest, text.is_plain, [tuple(block) for block in text.blocks]) for name, text in texts.items()}
