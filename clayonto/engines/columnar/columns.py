"""Triples as columns: each term a number, each predicate a table of two columns of numbers.

The numbers of IRIs are in the order of their characters, so that to compare or sort IRIs is to compare or sort numbers; literals and blank nodes
come after them. What an expression asks of a term (its text, its language, its number) is a column too, made when first asked for.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable

ID: Final = pl.UInt32
_XSD: Final = PREFIXES["xsd"].replace(".", r"\.")
KINDS: Final = ("iri", "blank", "string", "language", "integer", "decimal", "boolean", "date", "other")
"""What a term can be; ``string`` is one without a language, ``other`` any literal that is none of the others."""
# A lexical form that is none of its type is no number, day or truth: the term stays what it is, and no function can count with it.
_FORMS: Final = {
    "integer": rf'^"-?[0-9]{{1,18}}"\^\^<{_XSD}integer>$',
    "decimal": rf'^"-?[0-9]{{1,18}}(?:\.[0-9]{{1,18}})?"\^\^<{_XSD}decimal>$',
    "boolean": rf'^"(?:true|false)"\^\^<{_XSD}boolean>$',
    "date": rf'^"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}}"\^\^<{_XSD}date>$',
}
_ESCAPES: Final = (("\\t", "\t"), ("\\n", "\n"), ("\\r", "\r"), ('\\"', '"'))


class Columns:
    """Terms and triples of a graph, as they are at one moment.

    :param lines: the triples in canonical N-Triples, each once.
    """

    def __init__(self, lines: bytes) -> None:
        triples = _triples(lines)
        self.count = len(triples)
        iris, others = _apart(pl.concat([triples["s"].unique(), triples["o"].unique()]).unique())
        iris = iris.str.slice(1, iris.str.len_chars() - 2).sort()
        self.iris = len(iris)
        self.texts = pl.concat([iris, others])
        """Each term by its number: an IRI without brackets, others as in N-Triples."""
        keys = pl.concat([pl.select(pl.concat_str(pl.lit("<"), iris, pl.lit(">"))).to_series(), others])
        terms = pl.DataFrame({"term": keys, "id": pl.arange(len(keys), dtype=ID, eager=True)})
        numbered = (
            triples.join(terms.rename({"id": "subject"}), left_on="s", right_on="term", how="left", maintain_order="left")
            .join(terms.rename({"id": "object"}), left_on="o", right_on="term", how="left", maintain_order="left")
            .select("p", pl.col("subject"), pl.col("object"))
        )
        self._tables: dict[str, Any] = {
            str(key[0]): table.select("subject", "object").sort("subject", "object")
            for key, table in numbered.partition_by("p", as_dict=True).items()
        }
        self._known = terms

    def number(self, term: str) -> int | None:
        """The number of a term, as N-Triples writes it; ``None`` if nothing is said of it."""
        if term.startswith("<"):
            iri = term[1:-1]
            at = self.texts[: self.iris].search_sorted(iri)
            return int(at) if at < self.iris and self.texts[int(at)] == iri else None
        found = self._literals.get(term)
        return None if found is None else found

    @cached_property
    def _literals(self) -> dict[str, int]:
        return dict(zip(self.texts[self.iris :].to_list(), range(self.iris, len(self.texts)), strict=True))

    def table(self, predicate: str) -> Any:
        """Subjects and objects of a predicate, sorted by them; an empty table if the graph has no such predicate."""
        return self._tables.get(predicate, pl.DataFrame(schema={"subject": ID, "object": ID}))

    def numbers(self, terms: Iterable[str | None]) -> list[int | None]:
        """The numbers of terms; a term of which nothing is said gets one that no triple has."""
        return [None if term is None else len(self.texts) if (n := self.number(term)) is None else n for term in terms]

    @cached_property
    def kinds(self) -> Any:
        """The kind of each term, as its place in :data:`KINDS`."""
        others = self.texts[self.iris :]
        frame = pl.DataFrame({"t": others})
        choice = pl.when(pl.col("t").str.starts_with("_:")).then(pl.lit(1)).when(pl.col("t").str.ends_with('"')).then(pl.lit(2))
        choice = choice.when(pl.col("t").str.contains(r'"@[A-Za-z0-9-]+$')).then(pl.lit(3))
        for kind, form in _FORMS.items():
            choice = choice.when(pl.col("t").str.contains(form)).then(pl.lit(KINDS.index(kind)))
        found = frame.select(choice.otherwise(pl.lit(len(KINDS) - 1)).cast(pl.UInt8).alias("kind"))["kind"]
        return pl.concat([pl.repeat(0, self.iris, dtype=pl.UInt8, eager=True).alias("kind"), found])

    @cached_property
    def strings(self) -> Any:
        """What STR gives of each term; nothing for a blank node."""
        others = self.texts[self.iris :]
        quoted = others.str.extract(r'^"((?s:.*))"(?:@[A-Za-z0-9-]+|\^\^<[^>]*>)?$', 1)
        escaped = quoted.str.contains("\\", literal=True).fill_null(value=False)
        if escaped.any():
            plain = {text: _unescaped(text) for text in quoted.filter(escaped).unique()}
            quoted = quoted.replace(plain)
        return pl.concat([self.texts[: self.iris], quoted])

    @cached_property
    def lower(self) -> Any:
        """What STR gives, in lower case."""
        return self.strings.str.to_lowercase()

    @cached_property
    def languages(self) -> Any:
        """What LANG gives of each term: empty for a literal without a language, nothing for what is no literal."""
        others = self.texts[self.iris :]
        tags = others.str.extract(r'"@([A-Za-z0-9-]+)$', 1)
        frame = pl.DataFrame({"t": others, "tag": tags})
        found = frame.select(pl.when(pl.col("t").str.starts_with("_:")).then(None).otherwise(pl.col("tag").fill_null("")).alias("l"))["l"]
        return pl.concat([pl.repeat(None, self.iris, dtype=pl.String, eager=True).alias("l"), found]).cast(pl.Categorical)

    @cached_property
    def values(self) -> Any:
        """The number that a term is, exactly; nothing for what is none."""
        kinds = self.kinds
        numeric = kinds.is_in([KINDS.index("integer"), KINDS.index("decimal")])
        text = pl.DataFrame({"s": self.strings, "n": numeric}).select(pl.when("n").then(pl.col("s")).otherwise(None).alias("v"))["v"]
        scale: Any = text.str.extract(r"\.([0-9]*)$", 1).str.len_chars().max() or 0
        return text.cast(pl.Decimal(38, scale))

    @cached_property
    def cells(self) -> Any:
        """Each term as a cell of SPARQL TSV."""
        bare = self.kinds.is_in([KINDS.index("integer"), KINDS.index("boolean")])
        frame = pl.DataFrame({"t": self.texts, "s": self.strings, "bare": bare, "iri": self.kinds == 0})
        return frame.select(
            pl.when("iri")
            .then(pl.concat_str(pl.lit("<"), "t", pl.lit(">")))
            .when("bare")
            .then(pl.col("s"))
            .otherwise(pl.col("t"))
            .alias("c")
        )["c"]


def _triples(lines: bytes) -> Any:
    if not lines.strip():
        return pl.DataFrame(schema={"s": pl.String, "p": pl.String, "o": pl.String})
    # A separator that is nowhere in them gives whole lines.
    separator = next(c for c in map(chr, (1, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18)) if c.encode() not in lines)
    read = pl.read_csv(lines, separator=separator, has_header=False, quote_char=None, schema={"line": pl.String})
    parts = read["line"].str.splitn(" ", 3).struct.rename_fields(["s", "p", "o"]).struct.unnest()
    return parts.with_columns(pl.col("o").str.strip_suffix(" ."))


def _apart(terms: Any) -> tuple[Any, Any]:
    iri = terms.str.starts_with("<")
    return terms.filter(iri), terms.filter(~iri)


def _unescaped(text: str) -> str:
    parts = text.split("\\\\")
    for escape, character in _ESCAPES:
        parts = [part.replace(escape, character) for part in parts]
    return "\\".join(parts)
