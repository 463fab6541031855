"""Tables of numbers, joined and filtered.

Where the keys of a table rise, and with few gaps, a key says where its row stands, and no table of hashes has to be made: so it is with the subjects of a
predicate, since things of one kind have names that begin alike, and numbers in the order of their names.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import reduce
from operator import or_
from typing import Any, Final

import polars as pl

from clayonto.engines.columnar.terms import ID

_GAPS: Final = 4
"""How many times as far apart as there are of them the first and last of keys may be."""
_SOME: Final = 16
"""How many times as many keys there are at least as come again, for these to be joined by themselves."""
_FEW: Final = 64
"""Of how many keys one at each end may stand apart from the others."""
_SMALL: Final = 200
"""Up to how many rows both sides together are joined in Python."""
_ONE_BY_ONE: Final = 4
"""Up to how many keys are looked for one after the other."""
_MANY: Final = 20_000
"""From how many rows on polars filters the columns of a frame at once, which takes a plan, and not one after the other."""


def inner(left: Any, right: Any, on: list[str]) -> Any:
    """The rows of both that have the same values in some columns, which have no nulls."""
    if len(on) == 1:
        for rows, keyed in ((left, right), (right, left)):
            found = _by_place(rows, keyed, on[0])
            if found is not None:
                return found
        return _by_hash(left, right, on[0])
    return left.join(right, on=on)


def outer(left: Any, right: Any, on: list[str]) -> Any:
    """The rows on the left, in order, with those on the right that have the same values in some columns, which have no nulls; or with nulls."""
    if len(on) == 1 and (near := _near(left[on[0]], right[on[0]])) is not None:
        keyed, terms = right.slice(near[0], near[1] - near[0]), left[on[0]]
        keys = keyed[on[0]]
        if terms.min() >= keys[0] and terms.max() <= keys[-1] and not _again(keys).any():
            return _beside(left, keyed, on[0], _places(terms, keys))
    return left.join(right, on=on, how="left", maintain_order="left")


def narrowed(table: Any, terms: Any, name: str) -> Any:
    """The rows of a table, sorted by the column of a name, that are between the first and the last of terms; all, if there are no terms."""
    first = terms.min()
    if first is None:
        return table
    start = bisect_left(table[name], first)
    return table.slice(start, bisect_right(table[name], terms.max()) - start)


def kept(rows: Any, those: Any) -> Any:
    """The rows for which a column of booleans has true."""
    if not rows.width or len(rows) > _MANY:
        return rows.filter(those)
    return pl.DataFrame([column.filter(those) for column in rows.get_columns()])


def _by_place(rows: Any, keyed: Any, name: str) -> Any | None:
    """As :func:`inner`; ``None`` if it is not done by place."""
    window = _near(rows[name], keyed[name])
    if window is None:
        return None
    start, end = window
    near, terms, parts = keyed.slice(start, end - start), rows[name], []
    first, last = near[name][0], near[name][-1]
    if terms.min() < first or terms.max() > last:
        within = (terms >= first) & (terms <= last)
        far, rows = kept(rows, ~within), kept(rows, within)
        parts += [_by_hash(far, keyed.slice(0, start), name), _by_hash(far, keyed.slice(end), name)]
    again = _again(near[name])
    if again.any():
        # Some things have two of what others have one of: the first of each rise.
        if again.sum() * _SOME > len(near):
            return None
        parts.append(_by_hash(rows, kept(near, again), name))
        near = kept(near, ~again)
    terms, keys = rows[name], near[name]
    places = None
    if len(terms) != len(keys) or not terms.equals(keys):
        places = _places(terms, keys)
        if places.null_count():
            rows, places = kept(rows, places.is_not_null()), places.drop_nulls()
    found = _beside(rows, near, name, places)
    parts = [part[found.columns] for part in parts if len(part)]
    return pl.concat([found, *parts]) if parts else found


def _by_hash(rows: Any, keyed: Any, name: str) -> Any:
    """As :func:`inner`, for any terms."""
    if 0 < len(keyed) <= _ONE_BY_ONE < len(rows):
        rows = kept(rows, _among(rows[name], keyed[name]))
    elif 0 < len(rows) <= _ONE_BY_ONE < len(keyed):
        keyed = kept(keyed, _among(keyed[name], rows[name]))
    if len(rows) + len(keyed) > _SMALL or rows[name].dtype != ID:
        return rows.join(keyed, on=name)
    # To wake polars' threads takes longer.
    at: dict[int, list[int]] = {}
    for place, key in enumerate(keyed[name].to_list()):
        at.setdefault(key, []).append(place)
    pairs = [(row, place) for row, term in enumerate(rows[name].to_list()) for place in at.get(term, ())]
    if not pairs:
        return _beside(rows.clear(), keyed.clear(), name, None)
    chosen, places = (pl.Series([pair[side] for pair in pairs], dtype=ID) for side in (0, 1))
    return _beside(rows[chosen], keyed, name, places)


def _among(terms: Any, few: Any) -> Any:
    """For each term whether it is one of a few."""
    return reduce(or_, (terms == one for one in few))


def _near(terms: Any, keys: Any) -> tuple[int, int] | None:
    """From where to where keys stand close together, all but a few of those that terms can be; ``None`` if they do not, or are in no order."""
    if keys.dtype != ID or terms.dtype != ID or not len(terms) or not len(keys) or not keys.is_sorted():
        return None
    start, end = bisect_left(keys, terms.min()), bisect_right(keys, terms.max())
    count = end - start
    if count and keys[end - 1] - keys[start] < _GAPS * count:
        return start, end
    few = count // _FEW
    first, last = (keys[start + few], keys[end - 1 - few]) if few else (0, 0)
    if not few or last - first >= _GAPS * count:
        return None
    return bisect_left(keys, first - count, start, end), bisect_right(keys, last + count, start, end)


def _again(keys: Any) -> Any:
    """Whether each key is the same as the one before, of keys in order."""
    return pl.concat([pl.Series([False]), keys.slice(1) == keys.slice(0, len(keys) - 1)])


def _places(terms: Any, keys: Any) -> Any:
    """Where each of terms stands among keys that rise, of which it is not before the first nor after the last; null for one that is none of them."""
    count, span = len(keys), keys[-1] - keys[0] + 1
    places = terms - keys[0]
    if count == span:
        return places
    at = pl.Series([None], dtype=ID).new_from_index(0, span)
    return at.scatter(keys - keys[0], pl.int_range(count, dtype=ID, eager=True))[places]


def _beside(rows: Any, keyed: Any, name: str, places: Any | None) -> Any:
    """The rows with what is keyed, at these places or in the order in which it is."""
    others = [other for other in keyed.columns if other != name]
    return rows.hstack([keyed[other] if places is None else keyed[other][places] for other in others])
