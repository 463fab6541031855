"""Writing a file whole or not at all, and the folder for what is kept between runs."""

from __future__ import annotations

import os
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from clayonto.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OFF: Final = frozenset({"", "0", "off", "no", "false"})


@contextmanager
def replacing(file: Path, *, settled: bool = True) -> Iterator[BinaryIO]:
    """A file to write to that takes the place of another when the block ends, and is gone when the block fails.

    :param settled: whether to wait until the disk has it; false for what may be damaged by a loss of power, because who reads it can tell.
    :raises OSError: if the folder cannot be written to; the file is as it was then.
    """
    mask = os.umask(0)
    os.umask(mask)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "wb") as out:
            yield out
            out.flush()
            if settled:
                os.fsync(out.fileno())
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def replace(file: Path, content: str | bytes) -> None:
    """Write a file (text as UTF-8) whole or not at all: beside it first, then in its place.

    :raises OSError: if the folder cannot be written to; the file is as it was then.
    """
    with replacing(file) as out:
        out.write(content.encode() if isinstance(content, str) else content)


def at_home(path: str | Path) -> Path:
    """A path whose first part is ``~`` as the one below the home folder that everybody means by it; a shell does so only where it stands alone.

    >>> at_home("data/~") == Path("data/~")
    True
    """
    path = Path(path)
    return Path(os.path.expanduser(path)) if path.parts[:1] == ("~",) else path  # noqa: PTH111 -- no error where there is no home


def check_apart(output: str | Path, read: Iterable[str | Path]) -> None:
    """Refuse to write over a file that is read.

    :raises UsageError: if the file to write is one of those.
    """
    file = Path(output)
    if file.exists() and any(file.samefile(one) for one in map(Path, read) if one.exists()):
        raise UsageError(f"{output} is read here, and would be written over; name another file.")


def settle(folder: Path) -> None:
    """Have the system write down which files a folder has, so that a loss of power does not undo a renaming."""
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened for it
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def cache_folder() -> Path | None:
    """The folder of the cache; ``None`` when it is turned off."""
    chosen = os.environ.get("CLAYONTO_CACHE")
    if chosen is not None:
        return None if chosen.strip().lower() in _OFF else Path(chosen)
    root = os.environ.get("XDG_CACHE_HOME", "")
    try:
        return (Path(root) if Path(root).is_absolute() else Path.home() / ".cache") / "clayonto"
    except RuntimeError:  # there is no home
        return None
