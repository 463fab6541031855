"""Tables of numbers, joined and filtered.

Where the keys of a table rise, and with few gaps, a key says where its row stands, and no table of hashes has to be made: so it is with the subjects of a
predicate, since things of one kind have names that begin alike, and numbers in the order of their names.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from clayonto.engines.columnar.terms import ID

_GAPS: Final = 4
"""How many times as far apart as there are of them the first and last of keys may be."""
_MANY: Final = 20_000
"""From how many rows on polars filters the columns of a frame at once, which takes a plan, and not one after the other."""


def inner(left: Any, right: Any, on: list[str]) -> Any:
    """The rows of both that have the same values in some columns, which have no nulls."""
    if len(on) == 1:
        for rows, keyed in ((left, right), (right, left)):
            found = _by_place(rows, keyed, on[0])
            if found is not None:
                return found
    return left.join(right, on=on)


def outer(left: Any, right: Any, on: list[str]) -> Any:
    """The rows on the left, in order, with those on the right that have the same values in some columns, which have no nulls; or with nulls."""
    if len(on) == 1 and (keys := _keys(left[on[0]], right[on[0]])) is not None and keys.reach(left[on[0]]):
        return _beside(left, right, on[0], keys.places(left[on[0]]))
    return left.join(right, on=on, how="left", maintain_order="left")


def kept(rows: Any, those: Any) -> Any:
    """The rows for which a column of booleans has true."""
    if not rows.width or len(rows) > _MANY:
        return rows.filter(those)
    return pl.DataFrame([column.filter(those) for column in rows.get_columns()])


class _Keys:
    """Keys that rise."""

    def __init__(self, keys: Any) -> None:
        self._keys = keys
        self.first, self._last = keys[0], keys[-1]

    def reach(self, terms: Any) -> bool:
        """Whether no term is before the first of them or after the last."""
        return bool(terms.min() >= self.first and terms.max() <= self._last)

    def within(self, terms: Any) -> Any:
        """For each term whether it is not before the first nor after the last."""
        return (terms >= self.first) & (terms <= self._last)

    def places(self, terms: Any) -> Any:
        """Where each of terms that they reach stands; null for one that is none of them."""
        count, span = len(self._keys), self._last - self.first + 1
        places = terms - self.first
        if count == span:
            return places
        at = pl.Series([None], dtype=ID).new_from_index(0, span)
        return at.scatter(self._keys - self.first, pl.int_range(count, dtype=ID, eager=True))[places]


def _keys(terms: Any, keys: Any) -> _Keys | None:
    """Keys to look terms up by; ``None`` if they are not such that it is done by place."""
    count = len(keys)
    if not count or not len(terms) or keys.dtype != ID or terms.dtype != ID:
        return None
    if not count <= keys[-1] - keys[0] + 1 <= _GAPS * count:
        return None
    return _Keys(keys) if (keys.slice(1) > keys.slice(0, count - 1)).all() else None


def _by_place(rows: Any, keyed: Any, name: str) -> Any | None:
    terms, keys = rows[name], keyed[name]
    found = _keys(terms, keys)
    if found is None:
        return None
    if len(terms) == len(keys) and terms.equals(keys):
        return rows.hstack([keyed[other] for other in keyed.columns if other != name])
    if not found.reach(terms):
        rows = kept(rows, found.within(terms))
    places = found.places(rows[name])
    if places.null_count():
        rows, places = kept(rows, places.is_not_null()), places.drop_nulls()
    return _beside(rows, keyed, name, places)


def _beside(rows: Any, keyed: Any, name: str, places: Any) -> Any:
    return rows.hstack([keyed[other][places] for other in keyed.columns if other != name])
