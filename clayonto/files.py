"""Writing a file whole or not at all."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Iterator


def replace(file: Path, content: str | bytes) -> None:
    """Write a file (text as UTF-8) whole or not at all: beside it first, then in its place.

    :raises OSError: if the folder cannot be written to; the file is as it was then.
    """
    with replacing(file) as out:
        out.write(content.encode() if isinstance(content, str) else content)


@contextmanager
def replacing(file: Path) -> Iterator[BinaryIO]:
    """A file to write to that takes the place of another when the block ends, and is gone when the block fails.

    :raises OSError: if the folder cannot be written to; the file is as it was then.
    """
    mask = os.umask(0)
    os.umask(mask)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
