"""Locks on folders, which the system gives up with the process that has them, however that ends."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

try:
    import fcntl
except ImportError:  # not a POSIX system
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from pathlib import Path

THERE_ARE: Final = fcntl is not None
"""Whether the system has them."""


def held(folder: Path) -> int | None:
    """A lock on a folder, to be closed by ``os.close``; ``None`` if another has one, or there are none.

    :raises OSError: if the folder is not there.
    """
    if fcntl is None:
        return None
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle


def is_held(folder: Path) -> bool:
    """Whether another has a lock on a folder; never where there are none.

    :raises OSError: if the folder is not there.
    """
    lock = held(folder)
    if lock is not None:
        os.close(lock)
    return THERE_ARE and lock is None
