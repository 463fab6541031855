"""How many solutions or triples an answer has, counted in what the engine wrote.

Each format marks the end of a row with bytes that stand nowhere else once quoted texts are left out.
"""

from __future__ import annotations


def rows(content: bytes, name: str) -> int:
    """The rows of an answer in one of :data:`clayonto.server.formats.FORMATS`; 0 for a format that is not counted."""
    counter = {"tsv": _tsv, "csv": _csv, "xml": _xml, "json": _json, "nt": _lines}.get(name)
    return counter(content) if counter else 0


def _lines(content: bytes) -> int:
    return content.count(b"\n")


def _tsv(content: bytes) -> int:
    # Line breaks within a value are escaped.
    return max(content.count(b"\n") - 1, 0)


def _csv(content: bytes) -> int:
    outside = content.split(b'"')[::2]
    return max(sum(part.count(b"\n") for part in outside) - 1, 0)


def _xml(content: bytes) -> int:
    return content.count(b"<result>") + content.count(b"<result/>")


def _json(content: bytes) -> int:
    bindings = content[content.find(b'"bindings"') :]
    unescaped = bindings.replace(rb"\\", b"").replace(rb"\"", b"")
    structure = b"".join(unescaped.split(b'"')[::2])
    return structure.count(b"},{") + (b"[{" in structure)
