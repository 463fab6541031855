"""Columns in a folder: made of the lines of a graph of any size with the memory of a part of it, and opened by mapping the files.

The lines are taken apart as they come: the triples of each part go to disk with hashes in the place of terms, and the terms beside them. When all have
come, the terms go into buckets by their order. Then each bucket by itself becomes the next terms in order, which gives each hash its number, and the
triples, a few predicates at a time, the tables of numbers, where each triple stands once.
"""

from __future__ import annotations

import math
import queue
import secrets
import shutil
import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Self

import polars as pl

from clayonto.engines.columnar.columns import Columns
from clayonto.engines.columnar.mapped import SEGMENT, numbers, texts, write_numbers, write_texts
from clayonto.engines.columnar.shape import Extent, Shape, read
from clayonto.engines.columnar.terms import ID, IRI, KINDS, LITERAL, keyed, kinds, lines_of, scale, triples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_PART: Final = 48 << 20
"""Bytes of lines that are taken apart at a time."""
_BUCKET: Final = 128 << 20
"""About how many bytes the terms of a bucket have."""
_SAMPLED: Final = 64
"""Every how many terms of a part one is kept in mind, to tell where buckets end."""
_ROWS: Final = 8_000_000
"""About how many triples get their numbers at a time."""
_BESIDE: Final = 2
"""How many parts have their terms put into buckets at once."""
_WIDE: Final = 1 << 32
"""What the first of two numbers is multiplied by to be one with the second."""


class Builder:
    """Takes the canonical N-Triples of a graph in whatever order, and makes columns of them in a folder. A triple may come more than once.

    Use it in a ``with`` block, which ends its thread.

    :param folder: a new folder, which holds columns once :meth:`finish` has been called.
    :param count: how many triples there will be, about.
    :param progress: called with how many million triples were taken, now and then.
    :raises ValueError: from any method: if the graph has what columns do not hold.
    """

    def __init__(self, folder: Path, count: int, *, progress: Callable[[str], None]) -> None:
        self._folder = folder
        self._aside = folder / "aside"
        self._aside.mkdir(parents=True)
        self._count = count
        self._progress = progress
        self._told = 0
        self._seed = secrets.randbits(63)
        self._written: list[bytes] = []
        self._unread = 0
        self._waiting: list[Any] = []
        self._size = 0
        self._parts = 0
        self._predicates: dict[str, int] = {}
        self._sampled: list[str] = []
        self._said = 0
        self._failed: BaseException | None = None
        self._lines: queue.Queue[Any] = queue.Queue(maxsize=1)
        self._worker = threading.Thread(target=self._work, daemon=True)
        self._worker.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stop()

    def add(self, some: Any) -> None:
        """Take a series of lines."""
        self._waiting.append(some)
        self._size += int(some.str.len_bytes().sum())
        if self._size >= _PART:
            self._hand_over()

    def write(self, data: bytes) -> int:
        """Take some of a text, as a file does."""
        self._written.append(bytes(data))
        self._unread += len(data)
        if self._unread >= _PART:
            whole = b"".join(self._written)
            end = whole.rindex(b"\n") + 1
            self._written, self._unread = [whole[end:]], len(whole) - end
            self._waiting.append(lines_of(whole[:end]))
            self._hand_over()
        return len(data)

    def flush(self) -> None:
        """Nothing is to be done before :meth:`finish`."""

    def finish(self) -> int:
        """Make the columns of what was taken; how many triples they have."""
        self._waiting.append(lines_of(b"".join(self._written)))
        self._hand_over()
        self._stop()
        if self._failed is not None:
            raise self._failed
        names = dict(sorted(self._predicates.items()))
        number_of, shape, segments = self._number(names)
        extents = self._tables(names, number_of)
        shutil.rmtree(self._aside)
        shape._replace(predicates=extents).write(self._folder, segments=segments)
        return sum(extent.rows for extent in extents.values())

    def _hand_over(self) -> None:
        if self._failed is not None:
            raise self._failed
        part = pl.concat(self._waiting)
        self._waiting, self._size = [], 0
        self._lines.put(part)
        self._told += len(part)
        self._progress(f"columns: {self._told / 1e6:.1f} / {self._count / 1e6:.1f}")

    def _stop(self) -> None:
        if self._worker.is_alive():
            self._lines.put(None)
            self._worker.join()

    def _work(self) -> None:
        while (part := self._lines.get()) is not None:
            if self._failed is None:  # else whoever adds to them must not wait for room in the queue
                try:
                    self._take_apart(part)
                except BaseException as error:
                    self._failed = error

    def _take_apart(self, part: Any) -> None:
        given = triples(part)
        if not len(given):
            return
        for predicate in given["p"].unique():
            self._predicates.setdefault(predicate, len(self._predicates))
        rows = given.select(
            pl.col("p").replace_strict(self._predicates, return_dtype=ID),
            pl.col("s").hash(self._seed),
            pl.col("o").hash(self._seed),
        )
        rows.write_ipc(self._aside / f"triples-{self._parts}.arrow")
        nodes = pl.concat([given["s"].unique(), given["o"].unique()]).unique().alias("term")
        terms = keyed(nodes).with_columns(pl.col("term").hash(self._seed).alias("hash")).drop("term")
        terms.write_ipc(self._aside / f"terms-{self._parts}.arrow", compression="lz4")
        # As texts of their own: a series of a few would keep all that it was taken from.
        self._sampled += terms["key"].gather_every(_SAMPLED).to_list()
        self._said += int(terms["key"].str.len_bytes().sum())
        self._parts += 1

    def _spread(self) -> Any:
        """Put the terms of all parts into buckets; where one bucket ends and the next begins."""
        ordered = sorted(self._sampled)
        ends = math.ceil(self._said / _BUCKET)
        bounds = pl.Series([ordered[len(ordered) * n // ends] for n in range(1, ends)], dtype=pl.String).unique().sort()
        for bucket in range(len(bounds) + 1):
            (self._aside / f"terms-{bucket}").mkdir()

        def spread(number: int) -> None:
            part = self._aside / f"terms-{number}.arrow"
            terms = pl.read_ipc(part)
            part.unlink()
            terms = terms.with_columns(bounds.search_sorted(terms["key"]).alias("bucket"))
            for (bucket,), some in terms.partition_by("bucket", as_dict=True, include_key=False).items():
                some.write_ipc(self._aside / f"terms-{bucket}" / f"{number}.arrow", compression="lz4")

        with ThreadPoolExecutor(_BESIDE) as pool:
            deque(pool.map(spread, range(self._parts)), maxlen=0)
        return bounds

    def _number(self, predicates: dict[str, int]) -> tuple[Any, Shape, int]:
        """Write the terms, in order. Gives the number of each hash, by hash, what is to be said of them, and how many files of texts there are."""
        own = keyed(pl.Series("term", list(predicates), dtype=pl.String))
        own = own.with_columns(pl.col("term").hash(self._seed).alias("hash")).drop("term")
        codes: dict[str, int] = {}
        counts = {IRI: 0, LITERAL: 0}
        known, bare = [], []
        segment = total = digits = 0
        with ExitStack() as files:
            views, kind_file, suffix_file, text = (
                files.enter_context((self._folder / name).open("wb")) for name in ("views", "kinds", "suffixes", f"text-{segment}")
            )
            for terms in self._buckets(own, self._spread()):
                terms = terms.with_columns(pl.arange(total, total + len(terms), dtype=ID, eager=True).alias("id"))
                kind, said = kinds(terms["key"], terms["suffix"]), terms["key"].str.slice(1)
                if text.tell() + int(said.str.len_bytes().sum()) + len(said) > SEGMENT:
                    segment += 1
                    text = files.enter_context((self._folder / f"text-{segment}").open("wb"))
                write_texts(views, text, segment, said)
                write_numbers(kind_file, kind)
                literal = pl.col("key").str.starts_with(LITERAL)
                for suffix in terms.filter(literal)["suffix"].unique().sort():
                    codes.setdefault(suffix, len(codes) + 1)
                code = pl.when(literal).then(pl.col("suffix").replace_strict(codes, default=0, return_dtype=ID)).otherwise(0)
                if len(codes) >= 1 << 16:
                    raise ValueError("more than 65,535 languages and datatypes are not kept in columns")
                write_numbers(suffix_file, terms.select(code.cast(pl.UInt16).alias("code"))["code"])
                counts[IRI] += int((kind == KINDS.index("iri")).sum())
                counts[LITERAL] += int(terms.select(literal.alias("l"))["l"].sum())
                digits = max(digits, scale(said, kind))
                bare += terms.filter(~pl.col("node"))["id"].to_list()
                known.append(terms.select("hash", "id"))
                total += len(terms)
        number_of = pl.concat(known).sort("hash")
        if total >= 1 << 32:
            raise ValueError("more terms than 32 bits can count are not kept in columns")
        if (number_of["hash"][1:] == number_of["hash"][:-1]).any():
            raise ValueError("two terms have one hash, which happens once in millions of times: make the columns again")
        return number_of, Shape(counts[IRI], counts[LITERAL], ["", *codes], digits, {}, bare), segment + 1

    def _buckets(self, predicates: Any, bounds: Any) -> Iterator[Any]:
        """The terms, each once and in order: ``key``, ``suffix``, ``hash``, and whether it is a ``node`` and not only a predicate."""
        place = bounds.search_sorted(predicates["key"])
        for bucket in range(len(bounds) + 1):
            parts = sorted((self._aside / f"terms-{bucket}").glob("*.arrow"))
            nodes = [pl.read_ipc(part).with_columns(node=True) for part in parts]
            both = pl.concat([*nodes, predicates.filter(place == bucket).with_columns(node=False)])
            yield _once(both.sort("key", "suffix", "node", descending=[False, False, True]), "key", "suffix")

    def _tables(self, names: dict[str, int], number_of: Any) -> dict[str, Extent]:
        """Write the triples as numbers, by predicate; where each predicate stands."""
        parts = [pl.scan_ipc(self._aside / f"triples-{n}.arrow") for n in range(self._parts)]
        if not parts:
            for name in ("subjects", "objects"):
                (self._folder / name).touch()
            return {}
        sizes = dict(pl.concat(parts).group_by("p").len().collect().iter_rows())
        own_hashes = pl.DataFrame({"name": list(names)}).with_columns(pl.col("name").hash(self._seed).alias("hash"))
        own = dict(own_hashes.join(number_of, on="hash").select("name", "id").iter_rows())
        extents, start = {}, 0
        with (self._folder / "subjects").open("wb") as subjects, (self._folder / "objects").open("wb") as objects:
            for group in _together(names, sizes):
                codes = [names[name] for name in group]
                rows = pl.concat([part.filter(pl.col("p").is_in(codes)).collect() for part in parts])
                for end in ("s", "o"):
                    rows = _numbered(rows, end, number_of)
                # Two numbers that are sorted as one take a tenth of the time.
                pairs = rows.select("p", pair=pl.col("s").cast(pl.UInt64) * _WIDE + pl.col("o")).partition_by("p", as_dict=True)
                for name in group:
                    pair = _once(pairs.pop((names[name],)).sort("pair"), "pair")["pair"]
                    ends = (pair // _WIDE).cast(ID), (pair % _WIDE).cast(ID)
                    write_numbers(subjects, ends[0])
                    write_numbers(objects, ends[1])
                    extents[name] = Extent(own[name], start, len(pair), *(end.n_unique() for end in ends))
                    start += len(pair)
        return extents


def _numbered(rows: Any, end: str, number_of: Any) -> Any:
    """Rows with the numbers of terms in the place of their hashes at one end, in the order of these."""
    rows = rows.sort(end)
    # In order, looking up is going on, which takes half as long as a join.
    at = number_of["hash"].search_sorted(rows[end]).clip(upper_bound=len(number_of) - 1)
    if not number_of["hash"].gather(at).equals(rows[end], check_names=False):
        raise ValueError("a term is written in two ways")
    return rows.with_columns(number_of["id"].gather(at).alias(end))


def _once(rows: Any, *names: str) -> Any:
    """Rows, of those side by side that are alike in some columns the first."""
    return rows.filter(pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift()) for name in names))


def _together(names: dict[str, int], sizes: dict[int, int]) -> Iterator[list[str]]:
    """The predicates in groups of which none has many more triples than are numbered at a time, unless one alone has."""
    group: list[str] = []
    rows = 0
    for name, code in names.items():
        if group and rows + sizes[code] > _ROWS:
            yield group
            group, rows = [], 0
        group.append(name)
        rows += sizes[code]
    if group:
        yield group


def opened(folder: Path) -> Columns:
    """The columns in a folder.

    :raises OSError: if a file of them cannot be opened.
    """
    shape, said = read(folder)
    return Columns(
        shape,
        texts=texts(folder / "views", [folder / f"text-{n}" for n in range(said["segments"])]),
        kinds=numbers(folder / "kinds", pl.UInt8),
        suffixes=numbers(folder / "suffixes", pl.UInt16),
        subjects=numbers(folder / "subjects", ID),
        objects=numbers(folder / "objects", ID),
        held=False,
    )
