"""N-Triples taken apart by the column: lines into triples, and terms into what they say, what stands after it, and what they are."""

from __future__ import annotations

import re
from typing import Any, Final

import polars as pl

from clayonto.engines.columnar.algebra import DAY
from clayonto.namespaces import PREFIXES

ID: Final = pl.UInt32
IRI, LITERAL, BLANK = "0", "1", "2"
"""What a key begins with, so that IRIs come before literals, and those before blank nodes."""
KINDS: Final = ("iri", "blank", "string", "language", "integer", "decimal", "boolean", "date", "other")
"""What a term can be; ``string`` is one without a language, ``other`` any literal that is none of the others."""
# A lexical form that is none of its type is no number, day or truth: the term stays what it is, and no function can count with it.
_FORMS: Final = {
    "integer": "^-?[0-9]{1,18}$",
    "decimal": r"^-?[0-9]{1,18}(?:\.[0-9]{1,18})?$",
    "boolean": "^(?:true|false)$",
    "date": f"^{DAY}$",
}
_ESCAPED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CHARACTERS: Final = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
ESCAPES: Final = (("\\", "\\\\"), ('"', '\\"'), ("\n", "\\n"), ("\r", "\\r"), ("\t", "\\t"))
"""Characters that a text in N-Triples and TSV has otherwise, and how, in the order in which they are put there."""


def lines_of(text: bytes) -> Any:
    """The lines of a text, without those that are empty.

    :raises ValueError: if it has each of the characters that no text has.
    """
    if not text.strip():
        return pl.Series(dtype=pl.String)
    # A separator that is nowhere in them gives whole lines.
    separator = next((c for c in map(chr, (1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18)) if c.encode() not in text), None)
    if separator is None:
        raise ValueError("a text that is full of control characters is not taken apart")
    return pl.read_csv(text, separator=separator, has_header=False, quote_char=None, schema={"line": pl.String})["line"].drop_nulls()


def triples(lines: Any) -> Any:
    """A frame of ``s``, ``p`` and ``o``, of lines as canonical N-Triples writes them.

    :raises ValueError: for what SPARQL 1.1 has no word for, a triple that is an object.
    """
    parts = lines.str.splitn(" ", 3).struct.rename_fields(["s", "p", "o"]).struct.unnest()
    if parts["o"].str.starts_with("<<").any():
        raise ValueError("a triple that is the object of another is not kept in columns")
    return parts.with_columns(pl.col("o").str.strip_suffix(" ."))


def keyed(terms: Any) -> Any:
    """Terms in N-Triples as a frame: ``term`` itself, ``key``, by which terms are in order, and ``suffix``, what stands after the text of a literal."""
    term = pl.col("term")
    first = term.str.slice(0, 1)
    parts = term.str.extract_groups(r'^"((?s:.*))"((?:@[^"]+|\^\^<[^"]*>)?)$')
    frame = pl.DataFrame({"term": terms}).with_columns(
        pl.when(first == '"').then(parts.struct.field("1")).otherwise(pl.lit("")).alias("text"),
        pl.when(first == '"').then(parts.struct.field("2")).otherwise(pl.lit("")).alias("suffix"),
    )
    escaped = frame.select(pl.col("text").str.contains("\\", literal=True))["text"]
    if escaped.any():
        plain = {text: _unescaped(text) for text in frame["text"].filter(escaped).unique()}
        frame = frame.with_columns(pl.when(pl.lit(escaped)).then(pl.col("text").replace(plain)).otherwise(pl.col("text")).alias("text"))
    iri, blank = pl.concat_str(pl.lit(IRI), term.str.head(-1).str.slice(1)), pl.concat_str(pl.lit(BLANK), term.str.slice(2))
    literal = pl.concat_str(pl.lit(LITERAL), "text")
    return frame.select("term", pl.when(first == "<").then(iri).when(first == '"').then(literal).otherwise(blank).alias("key"), "suffix")


def kinds(keys: Any, suffixes: Any) -> Any:
    """The kind of each term, as its place in :data:`KINDS`.

    :param keys: as :func:`keyed` gives them, and ``suffixes`` too.
    """
    frame = pl.DataFrame({"k": keys, "x": suffixes})
    key, suffix = pl.col("k"), pl.col("x")
    choice: Any = pl.when(key.str.starts_with(IRI)).then(pl.lit(0)).when(key.str.starts_with(BLANK)).then(pl.lit(1))
    choice = choice.when(suffix == "").then(pl.lit(2)).when(suffix.str.starts_with("@")).then(pl.lit(3))
    for kind, form in _FORMS.items():
        fits = (suffix == f"^^<{PREFIXES['xsd']}{kind}>") & key.str.slice(1).str.contains(form)
        choice = choice.when(fits).then(pl.lit(KINDS.index(kind)))
    return frame.select(choice.otherwise(pl.lit(len(KINDS) - 1)).cast(pl.UInt8).alias("kind"))["kind"]


def scale(texts: Any, kinds: Any) -> int:
    """The most digits that a decimal among terms has after its point."""
    decimals = texts.filter(kinds == KINDS.index("decimal"))
    found = decimals.str.extract(r"\.([0-9]*)$", 1).str.len_bytes().max()
    return int(found or 0)


def apart(term: str) -> tuple[str, str]:
    """The key of a term in N-Triples, and its suffix.

    >>> apart('<urn:a>'), apart('"a"@en'), apart('_:b')
    (('0urn:a', ''), ('1a', '@en'), ('2b', ''))
    """
    if term.startswith("<"):
        return IRI + term[1:-1], ""
    if term.startswith("_:"):
        return BLANK + term[2:], ""
    end = term.rindex('"')
    return LITERAL + _unescaped(term[1:end]), term[end + 1 :]


def _unescaped(text: str) -> str:
    def character(found: re.Match[str]) -> str:
        short, long, one = found.groups()
        return chr(int(short or long, 16)) if one is None else _CHARACTERS.get(one, one)

    return _ESCAPED.sub(character, text) if "\\" in text else text
