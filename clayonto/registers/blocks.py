"""``model.ttl`` as text to fill in: what an import says of each kind of thing, made into lines of N-Triples with gaps.

A gap in an IRI takes keys and codes only, which need no escaping; a gap in a literal takes texts that :func:`escape` has gone over. Filling in is one
operation of Python's on text for each thing, so that a row costs no more than the bytes that come of it.
"""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.errors import ConfigError
from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Mapping

GAP: Final = re.compile(r"\{(\w+)\}")
_CURIE: Final = re.compile(r"\b([a-z-]+):(\{\w+\})")
_SPECIAL: Final = re.compile(r'["\\\n\r\t]')
_ESCAPES: Final = str.maketrans({'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"})
_UNSAFE: Final = re.compile(r'[\x00-\x20<>"{}|^`\\%]')


def escape(text: str) -> str:
    r"""A text as it stands between the quotation marks of N-Triples.

    >>> escape('a "b"')
    'a \\"b\\"'
    """
    return text.translate(_ESCAPES) if _SPECIAL.search(text) else text


class Line(NamedTuple):
    """A triple with gaps: its text, those of its gaps that are in IRIs, and all."""

    text: str
    in_iris: frozenset[str]
    gaps: frozenset[str]


class Block(NamedTuple):
    """The triples of a kind of thing, and the gaps without which there is no such thing; of those the first tells it from others of its kind."""

    lines: tuple[Line, ...]
    needed: tuple[str, ...]


@cache
def blocks() -> dict[str, Block]:
    """The kinds of thing of ``model.ttl``, by name."""
    import pyoxigraph as ox

    head, *sections = (files("clayonto.registers") / "model.ttl").read_text(encoding="utf-8").split("\n#= ")
    found = {}
    for section in sections:
        title, _, body = section.partition("\n")
        kind, _, needed = title.partition(":")
        lines = []
        # Braces are no part of an IRI or a CURIE: the parser is told to be lenient, and CURIEs are written out.
        written = _CURIE.sub(lambda curie: f"<{PREFIXES[curie[1]]}{curie[2]}>", body)
        for quad in ox.parse(f"{head}\n{written}", format=ox.RdfFormat.TURTLE, lenient=True):
            text = f"{quad.subject} {quad.predicate} {quad.object}"
            iris = frozenset(GAP.findall(" ".join(str(t) for t in (quad.subject, quad.object) if isinstance(t, ox.NamedNode))))
            lines.append(Line(text, iris, frozenset(GAP.findall(text))))
        found[kind.strip()] = Block(tuple(lines), tuple(needed.split()))
    return found


class Thing:
    """A kind of thing with its gaps filled with templates of a mapping; what is left to fill in are fields of rows.

    :param given: a template by gap, or ``False`` for one that stays empty; a gap that is not named is the field of its own name.
    :param constants: values that are the same in every row.
    :param known: the fields that a row can have; a triple with a gap that is neither named nor one of them is never said.
    :param safe: those of them that hold keys or codes.
    :param graph: the graph to name, for N-Quads; none for N-Triples.
    :raises ConfigError: if there is no such kind, or a text would stand in an IRI.
    """

    def __init__(
        self,
        kind: str,
        given: Mapping[str, str | bool],
        constants: Mapping[str, str],
        *,
        known: frozenset[str],
        safe: frozenset[str],
        graph: str = "",
        once: str = "",
    ) -> None:
        if kind not in blocks():
            raise ConfigError(f"There is no kind of thing “{kind}” in model.ttl; it can be {', '.join(blocks())}.")
        block = blocks()[kind]
        self.kind, self.once = kind, once
        unknown = set(given) - {gap for line in block.lines for gap in line.gaps}
        if unknown:
            raise ConfigError(f"“{kind}” has no {{{min(unknown)}}} in model.ttl.")
        end = f" <{graph}> .\n" if graph else " .\n"
        self._lines: list[tuple[str, frozenset[str]]] = []
        whole: dict[str, set[str]] = {}
        for line in block.lines:
            if any(given.get(gap, gap in known or gap in constants) is False for gap in line.gaps):
                continue
            text, fields = self._filled(line, given, constants, known, safe)
            self._lines.append((text + end, frozenset(fields)))
        for gap in block.needed:
            template = str(given.get(gap, f"{{{gap}}}"))
            whole[gap] = {field for field in GAP.findall(template) if field not in constants}
        self._needed = frozenset().union(*whole.values()) if whole else frozenset()
        self._whole = "".join(text for text, _ in self._lines)
        # What tells it from others of its kind, to be filled in.
        first = [f"{{{gap}}}" for gap in block.needed[:1]]
        line = Line(" ".join([kind, *first]), frozenset(), frozenset(block.needed[:1]))
        self._identity = self._filled(line, given, constants, known, safe)[0] if first else kind

    def _filled(
        self, line: Line, given: Mapping[str, str | bool], constants: Mapping[str, str], known: frozenset[str], safe: frozenset[str]
    ) -> tuple[str, set[str]]:
        fields: set[str] = set()

        def fill(gap: re.Match[str]) -> str:
            name = gap[1]
            template = str(given.get(name, f"{{{name}}}"))
            done = []
            for n, part in enumerate(GAP.split(template)):
                if n % 2 == 0 or part in constants:
                    value = part if n % 2 == 0 else constants[part]
                    if name in line.in_iris and _UNSAFE.search(value):
                        raise ConfigError(f"“{value}” cannot stand in an IRI, as {{{name}}} of “{self.kind}” does; make it a key.")
                    done.append(escape(value).replace("%", "%%"))
                else:
                    if name in line.in_iris and part not in safe:
                        raise ConfigError(
                            f"The text “{part}” cannot stand in an IRI, as {{{name}}} of “{self.kind}” does; make a key of it."
                        )
                    if part not in known:
                        raise ConfigError(f"“{template}”, as {{{name}}} of “{self.kind}”, has a field that the mapping does not have.")
                    fields.add(part)
                    done.append(f"%({part})s")
            return "".join(done)

        # What stands between gaps may have a % of its own.
        pieces = GAP.split(line.text)
        text = "".join(piece.replace("%", "%%") if n % 2 == 0 else GAP.sub(fill, f"{{{piece}}}") for n, piece in enumerate(pieces))
        return text, fields

    def identity(self, fields: Mapping[str, str]) -> str:
        """Its kind, and what tells it from others of its kind, for escaped fields of a row."""
        try:
            return self._identity % fields
        except KeyError:
            return self.kind

    def render(self, fields: Mapping[str, str]) -> str:
        """The lines of the thing, for escaped fields of a row; nothing if the row has no such thing.

        :param fields: those that the row has a value for, and no others.
        """
        try:
            return self._whole % fields
        except KeyError:
            if not all(field in fields for field in self._needed):
                return ""
            return "".join(text % fields for text, wanted in self._lines if all(field in fields for field in wanted))
