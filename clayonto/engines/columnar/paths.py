"""Paths as tables of the pairs that they join; one that is repeated is followed until it adds none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import polars as pl

from clayonto.engines.columnar.algebra import Beyond, Const, Either, Link, Repeated, Steps, Triple, Var
from clayonto.engines.columnar.terms import ID

if TYPE_CHECKING:
    from clayonto.engines.columnar.algebra import Path
    from clayonto.engines.columnar.columns import Columns

MOST_ROWS: Final = 50_000_000
"""Rows that a join may have."""
_MOST_PAIRS = 5_000_000


def pairs(path: Path, columns: Columns) -> Any:
    """Subjects and objects that a path joins: each as often as it does, but once only if it is repeated."""
    if isinstance(path, Var):
        raise Beyond(f"?{path.name} can be any predicate, which columns do not answer")
    if isinstance(path, Link):
        table = columns.table(path.predicate)
        return table.select(pl.col("object").alias("subject"), pl.col("subject").alias("object")) if path.back else table
    if isinstance(path, Either):
        found = pl.concat([pairs(each, columns) for each in path.paths])
        if found.is_duplicated().any():
            raise Beyond("alternatives that join the same pair are not counted alike by engines")
        return found
    if isinstance(path, Steps):
        first, *rest = (pairs(each, columns) for each in path.paths)
        for table in rest:
            bounded(first.select("object"), table.select(pl.col("subject").alias("object")), ["object"])
            first = first.join(table, left_on="object", right_on="subject").select("subject", pl.col("object_right").alias("object"))
        return first
    step = _step(path.path, columns)
    return _closed(step, step)


def _step(path: Path, columns: Columns) -> Any:
    """The pairs that a path joins, each once, as those of a predicate are by themselves."""
    found = pairs(path, columns)
    return found if isinstance(path, Link) else found.unique()


def reached(path: Repeated, triple: Triple, columns: Columns) -> Any:
    """The terms that a repeated path leads to from the end that is named."""
    step = _step(path.path, columns)
    back = isinstance(triple.object, Const)
    start = columns.number((triple.object if back else triple.subject).term)  # type: ignore[union-attr]
    if start is None:
        raise Beyond("a path from a term of which nothing is said is not answered in columns")
    near, far = (step["object"], step["subject"]) if back else (step["subject"], step["object"])
    new = {start}
    # A path of no step joins each term of the graph to itself (section 9.1).
    found = set(new) if path.zero else set()
    while new:
        between = near.is_between(min(new), max(new))
        starts, ends = (side.filter(between).to_list() for side in (near, far))
        new = {end for begin, end in zip(starts, ends, strict=True) if begin in new} - found
        found |= new
    return pl.Series(sorted(found), dtype=ID)


def repeated(path: Repeated, columns: Columns) -> Any:
    """The pairs of a repeated path."""
    step = _step(path.path, columns)
    found = _closed(step, step)
    if not path.zero:
        return found
    terms = pl.Series("subject", columns.nodes(), dtype=ID)
    return pl.concat([found, pl.DataFrame([terms, terms.alias("object")])]).unique()


def _closed(whole: Any, step: Any) -> Any:
    """What is reached from pairs by a step as often as it goes: every round takes a step from what the last one added."""
    new = whole
    while len(new):
        longer = new.join(step, left_on="object", right_on="subject").select("subject", pl.col("object_right").alias("object")).unique()
        new = longer.join(whole, on=["subject", "object"], how="anti")
        whole = pl.concat([whole, new])
        if len(whole) > _MOST_PAIRS:
            raise Beyond("the path joins too many pairs to be held as a table")
    return whole


def bounded(left: Any, right: Any, on: list[str]) -> None:
    """Give up where a join would have more rows than there is memory for."""
    if len(left) * len(right) <= MOST_ROWS:
        return
    counted = right.group_by(on).len()
    if len(left) * (counted["len"].max() or 0) <= MOST_ROWS:
        return
    both = left.group_by(on).len().join(counted, on=on)
    if both.select((pl.col("len").cast(pl.UInt64) * pl.col("len_right")).sum()).item() > MOST_ROWS:
        raise Beyond("two parts of the pattern have too many rows together")
