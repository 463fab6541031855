"""Triples as columns: each term a number, each predicate a table of two columns of numbers.

The numbers of IRIs are in the order of their characters, so that to compare or sort IRIs is to compare or sort numbers; literals come after them in the
order of their texts, and blank nodes last. What an expression asks of a term (its text, its language, its number) is a column too. The columns are in
memory, or in files that are mapped into it (``building.py``); what is made of them is kept for columns in memory, and made for the terms asked for
where they are in files.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import polars as pl

from clayonto.engines.columnar.shape import Extent, Shape
from clayonto.engines.columnar.terms import BLANK, ESCAPES, ID, IRI, KINDS, LITERAL, apart, keyed, kinds, lines_of, scale, triples
from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

_STRING: Final = f"{PREFIXES['xsd']}string"
_TAGGED: Final = f"{PREFIXES['rdf']}langString"


class Made:
    """A column that is made of others: for all terms when first asked for and then kept, or, where that would be too much, for those asked for."""

    def __init__(self, make: Callable[[Any], Any], whole: Any | None) -> None:
        self._make = make
        self._whole = whole

    @cached_property
    def _all(self) -> Any:
        return self._make(self._whole)

    def gather(self, terms: Any) -> Any:
        """The values of terms, by their numbers; null for null."""
        return self._make(terms) if self._whole is None else self._all.gather(terms)


class Columns:
    """Terms and triples of a graph, as they are at one moment.

    :param texts: an IRI without brackets, what a literal says, the label of a blank node, by the number of the term.
    :param kinds: the kind of each term, as its place in :data:`~clayonto.engines.columnar.terms.KINDS`.
    :param suffixes: for each term the code of what stands after its text.
    :param subjects: by predicate, and sorted by subject and object within it; and ``objects`` with them.
    :param held: whether there is memory for what is made of them.
    """

    def __init__(self, shape: Shape, *, texts: Any, kinds: Any, suffixes: Any, subjects: Any, objects: Any, held: bool) -> None:
        self.texts = texts
        self.kinds = kinds
        self.iris = shape.iris
        self.count = len(subjects)
        self._shape = shape
        self._suffixes = suffixes
        self._triples = pl.DataFrame({"subject": subjects, "object": objects})
        self._blanks = shape.iris + shape.literals
        self._most: dict[tuple[str, str], int] = {}
        whole = pl.arange(len(texts), dtype=ID, eager=True) if held else None
        self.strings = Made(self._strings, whole) if self._blanks < len(texts) else texts
        self.lower = Made(lambda terms: self.strings.gather(terms).str.to_lowercase(), whole)
        self.languages = Made(self._languages, whole)
        self.values = Made(self._values, whole)
        self.cells = Made(self._cells, whole)

    @classmethod
    def of(cls, text: bytes) -> Columns:
        """Columns in memory.

        :param text: the triples in canonical N-Triples, each once.
        """
        given = triples(lines_of(text))
        nodes = pl.concat([given["s"].unique(), given["o"].unique()]).unique()
        predicates = given["p"].unique().sort()
        terms = keyed(pl.concat([nodes, predicates]).unique()).sort("key", "suffix")
        terms = terms.with_columns(pl.arange(len(terms), dtype=ID, eager=True).alias("id"))
        kind = kinds(terms["key"], terms["suffix"])
        texts = terms["key"].str.slice(1)
        known = ["", *terms.filter(pl.col("key").str.starts_with(LITERAL))["suffix"].unique().sort()]
        codes = dict(zip(known[1:], range(1, len(known)), strict=True))
        # What is no literal has nothing after it, as a literal may have as well.
        code = pl.when(pl.col("key").str.starts_with(LITERAL)).then(
            pl.col("suffix").replace_strict(codes, default=0, return_dtype=pl.UInt16)
        )
        suffixes = terms.select(code.otherwise(pl.lit(0, dtype=pl.UInt16)).alias("code"))["code"]
        numbers = terms.select("term", "id")
        rows = (
            given.join(numbers.rename({"id": "subject"}), left_on="s", right_on="term", how="left", maintain_order="left")
            .join(numbers.rename({"id": "object"}), left_on="o", right_on="term", how="left", maintain_order="left")
            .select("p", "subject", "object")
            .sort("p", "subject", "object")
        )
        start, extents = 0, {}
        number_of = dict(numbers.filter(pl.col("term").is_in(predicates.implode())).iter_rows())
        for predicate, *sizes in _counted(rows):
            extents[predicate] = Extent(number_of[predicate], start, *sizes)
            start += sizes[0]
        there = set(nodes.filter(nodes.is_in(predicates.implode())))
        shape = Shape(
            int((kind == KINDS.index("iri")).sum()),
            int((suffixes > 0).sum()),
            known,
            scale(texts, kind),
            extents,
            sorted(number for predicate, number in number_of.items() if predicate not in there),
        )
        return cls(shape, texts=texts, kinds=kind, suffixes=suffixes, subjects=rows["subject"], objects=rows["object"], held=True)

    def number(self, term: str) -> int | None:
        """The number of a term, as N-Triples writes it; ``None`` if the graph does not have it."""
        key, suffix = apart(term)
        low, high = {IRI: (0, self.iris), LITERAL: (self.iris, self._blanks), BLANK: (self._blanks, len(self.texts))}[key[0]]
        at = low + (int(self.texts[low:high].search_sorted(key[1:])) if low < high else 0)
        # Literals of one text stand side by side.
        while at < high and self.texts[at] == key[1:]:
            if key[0] != LITERAL or self._shape.suffixes[self._suffixes[at]] == suffix:
                return at
            at += 1
        return None

    def numbers(self, terms: Iterable[str | None]) -> list[int | None]:
        """The numbers of terms; a term that the graph does not have gets one that no term has."""
        return [None if term is None else len(self.texts) if (n := self.number(term)) is None else n for term in terms]

    @property
    def extents(self) -> Mapping[str, Extent]:
        """The predicates of the graph, in N-Triples."""
        return self._shape.predicates

    def table(self, predicate: str) -> Any:
        """Subjects and objects of a predicate, sorted by them; an empty table if the graph has no such predicate."""
        extent = self._shape.predicates.get(predicate)
        return self._triples[:0] if extent is None else self._triples[extent.start : extent.start + extent.rows]

    def most(self, predicate: str, end: str) -> int:
        """How many triples of a predicate the same term begins at most (``end`` is ``subject``), or ends (``object``)."""
        extent = self._shape.predicates.get(predicate)
        if extent is None or extent.rows == (extent.subjects if end == "subject" else extent.objects):
            return 1
        if (predicate, end) not in self._most:
            self._most[predicate, end] = int(self.table(predicate)[end].value_counts()["count"].max())
        return self._most[predicate, end]

    def predicate(self, number: int) -> str | None:
        """The predicate that is the term of a number, in N-Triples."""
        return next((each for each, extent in self._shape.predicates.items() if extent.number == number), None)

    def nodes(self) -> Any:
        """The numbers of all subjects and objects."""
        every = pl.arange(len(self.texts), dtype=ID, eager=True)
        return every.filter(~every.is_in(self._shape.bare)) if self._shape.bare else every

    @property
    def datatypes(self) -> Any:
        """What DATATYPE gives of each term, as text; nothing for what is no literal."""
        return Made(lambda terms: self._datatypes.gather(self._suffixes.gather(terms).cast(ID)), None)

    @cached_property
    def _datatypes(self) -> Any:
        types = [None if not n else _STRING if not x else _TAGGED if x[0] == "@" else x[3:-1] for n, x in enumerate(self._shape.suffixes)]
        return pl.Series(types, dtype=pl.String)

    @cached_property
    def _tags(self) -> Any:
        tags = [None if not n else x[1:] if x.startswith("@") else "" for n, x in enumerate(self._shape.suffixes)]
        return pl.Series(tags, dtype=pl.Categorical)

    def _strings(self, terms: Any) -> Any:
        """What STR gives: nothing for a blank node."""
        frame = pl.DataFrame({"t": self.texts.gather(terms), "n": terms})
        return frame.select(pl.when(pl.col("n") < self._blanks).then(pl.col("t")).otherwise(None).alias("s"))["s"]

    def _languages(self, terms: Any) -> Any:
        """What LANG gives: empty for a literal without a language, nothing for what is no literal."""
        return self._tags.gather(self._suffixes.gather(terms).cast(ID))

    def _values(self, terms: Any) -> Any:
        """The number that a term is, exactly; nothing for what is none."""
        frame = pl.DataFrame({"t": self.texts.gather(terms), "k": self.kinds.gather(terms)})
        numeric = pl.col("k").is_in([KINDS.index("integer"), KINDS.index("decimal")])
        return frame.select(pl.when(numeric).then(pl.col("t")).otherwise(None).alias("v"))["v"].cast(pl.Decimal(38, self._shape.scale))

    def _cells(self, terms: Any) -> Any:
        """Terms as cells of SPARQL TSV."""
        frame = pl.DataFrame({"t": self.texts.gather(terms), "k": self.kinds.gather(terms), "n": terms})
        if (terms.max() or 0) < self.iris:
            return frame.select(pl.concat_str(pl.lit("<"), "t", pl.lit(">")).alias("c"))["c"]
        suffix = pl.Series(self._shape.suffixes).gather(self._suffixes.gather(terms).cast(ID))
        bare = pl.col("k").is_in([KINDS.index("integer"), KINDS.index("boolean")])
        return frame.select(
            pl.when(pl.col("n") < self.iris)
            .then(pl.concat_str(pl.lit("<"), "t", pl.lit(">")))
            .when(bare)
            .then(pl.col("t"))
            .when(pl.col("n") >= self._blanks)
            .then(pl.concat_str(pl.lit("_:"), "t"))
            .otherwise(pl.concat_str(pl.lit('"'), escaped(pl.col("t")), pl.lit('"'), pl.lit(suffix)))
            .alias("c")
        )["c"]


def _counted(rows: Any) -> Iterator[tuple[Any, int, int, int]]:
    """For each ``p`` in order how many rows, subjects and objects it has."""
    sizes = [pl.len(), pl.col("subject").n_unique().alias("subjects"), pl.col("object").n_unique().alias("objects")]
    return rows.group_by("p", maintain_order=True).agg(sizes).iter_rows()  # type: ignore[no-any-return]


def escaped(text: Any) -> Any:
    """Texts as N-Triples and TSV have them between quotation marks."""
    for character, escape in ESCAPES:
        text = text.str.replace_all(character, escape, literal=True)
    return text
