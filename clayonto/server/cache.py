"""What was asked for lately, kept to be given again, up to so many bytes in all."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

Value = TypeVar("Value")


class Cache(Generic[Value]):
    """Values by key; those that were used longest ago go first.

    >>> cache = Cache[str](10)
    >>> cache.put("a", "text", size=6); cache.put("b", "text", size=6)
    >>> cache.get("a"), cache.get("b")
    (None, 'text')
    """

    def __init__(self, most: int) -> None:
        """:param most: the bytes that all values may have together."""
        self._most = most
        self._held: OrderedDict[Hashable, tuple[Value, int]] = OrderedDict()
        self.size = 0
        """The bytes of what is kept."""

    def get(self, key: Hashable) -> Value | None:
        """What is kept under a key."""
        found = self._held.get(key)
        if found is None:
            return None
        self._held.move_to_end(key)
        return found[0]

    def put(self, key: Hashable, value: Value, *, size: int) -> None:
        """Keep a value, unless it alone is larger than all may be."""
        if size > self._most:
            return
        self.forget(key)
        self._held[key] = (value, size)
        self.size += size
        while self.size > self._most:
            self.size -= self._held.popitem(last=False)[1][1]

    def forget(self, key: Hashable) -> None:
        """Keep a value no longer."""
        gone = self._held.pop(key, None)
        if gone is not None:
            self.size -= gone[1]

    def clear(self) -> None:
        """Keep nothing."""
        self._held.clear()
        self.size = 0
