"""Tables of numbers joined by place are those that polars joins by hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import polars as pl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from clayonto.engines.columnar import joining
from clayonto.engines.columnar.terms import ID

if TYPE_CHECKING:
    from collections.abc import Iterator

# Close together, with gaps, with some that come again, with a few far away; in order or not.
_CLOSE = st.builds(
    lambda start, steps: [start + sum(steps[:n]) for n in range(len(steps))], st.integers(0, 50), st.lists(st.integers(0, 3), max_size=40)
)
_KEYS = st.one_of(
    _CLOSE,
    _CLOSE.map(lambda keys: [*keys, *(key + 4_000_000_000 for key in keys[:1])]),
    st.lists(st.integers(0, 60), max_size=40),
    st.lists(st.integers(0, (1 << 32) - 1), max_size=3),
    st.builds(lambda first, count: list(range(first, first + count)), st.integers(0, 60), st.integers(0, 40)),
)


@pytest.fixture(autouse=True, scope="module")
def _few() -> Iterator[None]:
    """What is many is so for tables of forty rows."""
    with pytest.MonkeyPatch.context() as patched:
        for name, value in {"_SMALL": 3, "_FEW": 8, "_SOME": 2, "_MANY": 9, "_ONE_BY_ONE": 2}.items():
            patched.setattr(joining, name, value)
        yield


def table(keys: list[int], other: str) -> Any:
    return pl.DataFrame([pl.Series("k", keys, dtype=ID), pl.Series(other, range(len(keys)), dtype=ID)])


@given(_KEYS, _KEYS)
@example([5, 5, 6, 7, 9], [5, 6, 6, 7, 8, 9])
@example([3, 1, 2], [1, 2, 3])
@example([], [1])
@example([9], [1, 2])
@example([0, 4_294_967_295], [0, 1, 2, 3])
def test_a_join_is_that_of_polars(left: list[int], right: list[int]) -> None:
    one, other = table(left, "l"), table(right, "r")
    found, meant = joining.inner(one, other, ["k"]), one.join(other, on="k")
    assert dict(found.schema) == {"k": ID, "l": ID, "r": ID}
    assert sorted(found.select("k", "l", "r").rows()) == sorted(meant.rows())
    ordered = joining.outer(one, other, ["k"])
    assert ordered["l"].to_list() == sorted(ordered["l"])
    assert sorted(ordered.rows(), key=str) == sorted(one.join(other, on="k", how="left").rows(), key=str)


@given(_CLOSE, st.lists(st.integers(0, 200), max_size=20))
def test_a_table_is_narrowed_to_what_terms_can_be_joined_with(keys: list[int], terms: list[int]) -> None:
    whole = table(keys, "l")
    narrow = joining.narrowed(whole, pl.Series(terms, dtype=ID), "k")
    assert narrow.rows() == [row for row in whole.rows() if not terms or min(terms) <= row[0] <= max(terms)]
    assert joining.narrowed(whole, pl.Series([None], dtype=ID), "k").equals(whole)


@given(st.lists(st.integers(0, 5), max_size=20), st.data())
def test_rows_are_kept_in_order(keys: list[int], data: st.DataObject) -> None:
    those = pl.Series(data.draw(st.lists(st.booleans(), min_size=len(keys), max_size=len(keys))), dtype=pl.Boolean)
    assert joining.kept(table(keys, "l"), those).rows() == table(keys, "l").filter(those).rows()


def test_texts_are_joined_too() -> None:
    left, right = pl.DataFrame({"k": ["a", "b", "b"], "l": [1, 2, 3]}), pl.DataFrame({"k": ["b", "c"], "r": [4, 5]})
    assert sorted(joining.inner(left, right, ["k"]).select("k", "l", "r").rows()) == [("b", 2, 4), ("b", 3, 4)]
    assert joining.outer(left, right, ["k"]).rows() == [("a", 1, None), ("b", 2, 4), ("b", 3, 4)]
