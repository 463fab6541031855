"""Where a worker is with what it was sent: two numbers in memory that it and the server both see, so that neither has to ask the other."""

from __future__ import annotations

import mmap
import tempfile
from typing import TYPE_CHECKING, BinaryIO, Final

if TYPE_CHECKING:
    from pathlib import Path

_AT, _FROM = 0, 1
_SIZE: Final = 16


class Progress:
    """The two numbers; each is written by one side alone.

    They need not be exact: what is begun and what is not is settled by the replies, of which there is one for each query.
    """

    def __init__(self, file: int) -> None:
        """:param file: the number of a file made by :func:`shared`."""
        self._memory = mmap.mmap(file, _SIZE)
        self._numbers = memoryview(self._memory).cast("q")

    @property
    def at(self) -> int:
        """The number of the query that the worker began last; 0 before the first."""
        return self._numbers[_AT]

    def may_begin(self, number: int) -> bool:
        """Note, in the worker, that it begins a query; it may not if that was taken back."""
        if number < self._numbers[_FROM]:
            return False
        self._numbers[_AT] = number
        return True

    def take_back(self, before: int) -> None:
        """Have no query begun that has a lower number."""
        self._numbers[_FROM] = before

    def close(self) -> None:
        """Let go of the memory."""
        self._numbers.release()
        self._memory.close()


def shared(folder: Path) -> BinaryIO:
    """A file without a name for the two numbers.

    :raises OSError: if there is no room for it.
    """
    file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 (closed by who asks)
    # Written, so that its place on the disk is sure: memory without one would end the process that touches it.
    file.write(bytes(_SIZE))
    file.flush()
    return file
