"""The lines of a large file that some queries can match. Whoever asks only these queries reads these lines, and gets the same answers.

What a line says of the answer is told by how the queries read triples (:mod:`clayonto.publish.readings`): a line that matches none of their patterns,
or that a pattern needs in another language or of another class, bears on none. Of canonical N-Triples that can be told by the predicate and by what
a line ends with.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple

from clayonto.publish.readings import AMONG, ANY, LANG, PATH

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.publish.readings import Reading

_PIECE: Final = 1 << 23
"""How many bytes are taken apart at once, about."""
_ANYTHING: Final = b""
_LONGEST_TAG: Final = 3
"""Letters of a tag that is looked for in either case."""


class Wanted(NamedTuple):
    """Which lines of canonical N-Triples are wanted: by predicate what they may end with, and what lines begin with that are wanted whatever they say."""

    ends: dict[bytes, tuple[bytes, ...]]
    starts: tuple[bytes, ...]

    def of(self, lines: BinaryIO) -> bytes:
        r"""The lines that are wanted.

        >>> from io import BytesIO
        >>> said = BytesIO(b'<a> <p> "x"@en .\n<a> <p> "y"@fi .\n<b> <q> <c> .\n<d> <q> <e> .\n')
        >>> Wanted({b"<p>": (b"@fi .",)}, (b"<d> ",)).of(said)
        b'<a> <p> "y"@fi .\n<d> <q> <e> .\n'
        """
        ends, starts, found = self.ends.get, self.starts, list[bytes]()
        while piece := lines.read(_PIECE):
            piece += lines.readline()
            kept = [
                line for line in piece.split(b"\n") if line and (line.endswith(ends(line.split(b" ", 2)[1], ())) or line.startswith(starts))
            ]
            found += [b"\n".join(kept), b"\n"] if kept else []
        return b"".join(found)


class Excerpt(NamedTuple):
    """A file of canonical N-Triples, by its path, of which only the wanted lines are read, and a piece of it at a time is held."""

    path: str
    wanted: Wanted

    def read_bytes(self) -> bytes:
        """These lines."""
        with open(self.path, "rb") as file:  # noqa: PTH123
            return self.wanted.of(file)


def wanted(read: Iterable[Reading]) -> Wanted | None:
    """The lines that queries can match; ``None`` where that may be any.

    :param read: how the queries read triples.
    """
    ends: dict[str, set[bytes]] = {}
    starts: set[bytes] = set()
    for (subject, predicate, value), needs in read:
        listed = [need[2].split() for need in needs if need[0] == AMONG and need[1] == predicate]
        if predicate == ANY or (predicate[0] == "?" and not listed):
            return None
        steps = listed[0] if listed else predicate.split()
        if ANY in steps:
            return None
        if subject[0] == "<" and PATH not in steps:
            starts.add(f"{subject} ".encode())
            continue
        for step in steps:
            if step[0] == "<":
                ends.setdefault(step, set()).update({_ANYTHING} if PATH in steps else _ends(value, needs))
    return Wanted(
        {step.encode(): (_ANYTHING,) if _ANYTHING in all_ else tuple(sorted(all_)) for step, all_ in ends.items()}, tuple(sorted(starts))
    )


def _ends(value: str, needs: Iterable[tuple[str, str, str]]) -> set[bytes]:
    """What lines end with that have a value."""
    if value[0] == "<":
        return {f" {value} .".encode()}
    for need in needs:
        if need[1] == value and need[0] == AMONG:
            return {f" {iri} .".encode() for iri in need[2].split()}
        if need[1] == value and need[0] == LANG and 0 < len(need[2]) <= _LONGEST_TAG:
            tags = map("".join, product(*((sign.lower(), sign.upper()) for sign in need[2])))
            return {f"@{tag}{direction} .".encode() for tag in tags for direction in ("", "--ltr", "--rtl")}
    # A literal may be written in two ways.
    return {_ANYTHING}
