"""The folder in which a site is made, beside the one it will replace: what is as it was is linked from there, all else is written.

Several processes may fill one folder, each with a :class:`Staging` of its own; what they made is put together with :meth:`Staging.take`.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import glob
import gzip
import os
import shutil
import tempfile
import time
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.errors import ConfigError
from clayonto.locks import held
from clayonto.processes import Beside
from clayonto.publish.versions import Release, Version, earlier, fixed

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

MANIFEST: Final = ".clayonto-site.gz"
"""The file that says which files of a folder are the site's; whatever else lies there stays."""
Stamp = tuple[int, int, int]
"""Size in bytes, time of the last change in nanoseconds, number of the file: other than before if the file was written in the meantime."""
_AT_FDCWD: Final = -100
_RENAME_EXCHANGE: Final = 2
_MOMENT: Final = 60  # seconds


class Made(NamedTuple):
    """Files by path, how many of them were written, the bytes of all, and the versions that had other files."""

    files: dict[str, Stamp]
    written: int
    size: int
    replaced: set[Version]


class Taken(NamedTuple):
    """How many files a new site took along that are not of it: ``others`` that are not the site's own, ``versioned`` of its earlier versions."""

    others: int
    versioned: int


class Aside:
    """A folder beside a site, in which the next one is made. It has the files of the site that is there, as links, which are made while other things are done.

    Close it, whatever happens.
    """

    def __init__(self, target: Path, known: Mapping[str, Stamp] | None = None) -> None:
        """Begin to link.

        :param known: the files that the last build left.
        :raises OSError: if there can be no such folder.
        """
        self.target = target
        self.known = known or {}
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_abandoned(target)
        self.folder = new_beside(target)
        self._lock = held(self.folder)
        self._linking = Beside(lambda: _linked(self.target, self.folder, self.known))
        self._removing: Beside[None] | None = None

    @cached_property
    def there(self) -> Mapping[str, Stamp]:
        """The files of the site that is there, the site's own and others.

        :raises OSError: if one could not be linked.
        """
        found: dict[str, Stamp] = dict(self.known)
        for path, stamp in self._linking.result().items():
            if stamp is None:
                del found[path]
            else:
                found[path] = stamp
        return found

    def swap(self) -> None:
        """Put the folder in the place of the site, and begin to remove the old one."""
        swap(self.folder, self.target)
        self._removing = Beside(lambda: shutil.rmtree(self.folder, ignore_errors=True))

    def close(self) -> None:
        """Leave nothing behind."""
        self._linking.stop()
        if self._removing is not None:
            self._removing.result()
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._lock is not None:
            os.close(self._lock)


def _linked(target: Path, folder: Path, known: Mapping[str, Stamp]) -> dict[str, Stamp | None]:
    """Link all files of a folder into another; gives those that are not as they are known: ``None`` for one that is not there."""
    found: dict[str, Stamp | None] = {}
    seen = 0
    pending = [""] if target.is_dir() else []
    while pending:
        below = pending.pop()
        if below:
            os.mkdir(f"{folder}/{below}")  # noqa: PTH102
        # Names are looked up in the two folders, not from the root each time.
        source, into = (os.open(f"{one}/{below}", os.O_RDONLY) for one in (target, folder))
        try:
            for entry in os.scandir(f"{target}/{below}"):
                path = below + entry.name
                if entry.is_dir(follow_symlinks=False):
                    pending.append(path + "/")
                    continue
                stamp = _stamp(entry.stat(follow_symlinks=False))
                if known.get(path) == stamp:
                    seen += 1
                else:
                    found[path] = stamp
                os.link(entry.name, entry.name, src_dir_fd=source, dst_dir_fd=into, follow_symlinks=False)
        finally:
            os.close(source)
            os.close(into)
    if seen + sum(path in known for path in found) < len(known):
        found |= dict.fromkeys(path for path in known if path not in found and not os.path.lexists(f"{target}/{path}"))
    return found


class Staging:
    """Files made for a site by one process, in a folder that has those of the site that is there."""

    def __init__(self, aside: Aside) -> None:
        self._folder = str(aside.folder)
        self._target = str(aside.target)
        self._there = aside.there
        self._known = aside.known
        self._folders: set[str] = set()
        self.files: dict[str, Stamp] = {}
        self.written = 0
        self.size = 0
        self.replaced: set[Version] = set()

    def put(self, path: str, content: bytes) -> None:
        """Make one file.

        :raises ConfigError: if it would lie outside the folder, or is there already.
        """
        check(path)
        if path in self.files:
            raise ConfigError(f"Two parts of the site make the file “{path}”.")
        stamp = self._there.get(path)
        if stamp is not None and stamp[0] == len(content) and _holds(f"{self._target}/{path}", content):
            self.keep(path)
            return
        version = fixed(path)
        if version and stamp is not None:
            self.replaced.add(version)
        if stamp is None:
            self._make_room(path)
        else:
            os.unlink(f"{self._folder}/{path}")  # noqa: PTH108
        with open(f"{self._folder}/{path}", "xb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            self.files[path] = _stamp(os.fstat(file.fileno()))
        self.written += 1
        self.size += len(content)

    def is_known(self, path: str) -> bool:
        """Whether a file is there as the last build left it."""
        stamp = self._known.get(path)
        return stamp is not None and self._there.get(path) == stamp

    def keep(self, path: str) -> None:
        """Take over a file of the site that is there, known to be as it has to be."""
        if path in self.files:
            raise ConfigError(f"Two parts of the site make the file “{path}”.")
        self.files[path] = self._there[path]
        self.size += self._there[path][0]

    def keep_known(self, paths: Sequence[str]) -> bool:
        """Take over some files, if all of them are as the last build left them; else none."""
        known, there, files = self._known, self._there, self.files
        stamps = [known.get(path) for path in paths]
        if None in stamps or [there.get(path) for path in paths] != stamps:
            return False
        for path, stamp in zip(paths, stamps, strict=True):
            if path in files:
                self.keep(path)
            assert stamp is not None
            files[path] = stamp
            self.size += stamp[0]
        return True

    def made(self) -> Made:
        """What this process has made."""
        return Made(self.files, self.written, self.size, self.replaced)

    def take(self, made: Made) -> None:
        """Add what another process has made in the same folder.

        :raises ConfigError: if both made a file.
        """
        twice = self.files.keys() & made.files.keys()
        if twice:
            raise ConfigError(f"Two parts of the site make the file “{min(twice)}”.")
        self.files |= made.files
        self.written += made.written
        self.size += made.size
        self.replaced |= made.replaced

    def finish(self, old: Collection[str], withdrawn: Collection[str], releases: Sequence[Release]) -> Taken:
        """Keep earlier versions and what is not the site's own, and write down what is.

        :param old: the manifest of the site that is there.
        :param releases: the versions of the dataset that the old site has.
        :raises ConfigError: if a file of the site is to lie where one of others lies.
        """
        before, there = set(old), self._there.keys()
        versioned = [path for path in earlier(self.files, old, releases) if path in there]
        for path in versioned:
            self.keep(path)
        others = there - before - {MANIFEST}
        in_the_way = others & self.files.keys()
        if in_the_way:
            raise ConfigError(
                f"“{min(in_the_way)}” is in the folder and not the site's own, and the site has a file there too; move it out of the way."
            )
        self._clear((before & there) - self.files.keys())
        states = dict.fromkeys(withdrawn, "w") | dict.fromkeys(versioned, "k")
        self._list(old, dict.fromkeys(self.files, "f") | {path: state for path, state in states.items() if path in self.files})
        return Taken(len(others), len(versioned))

    def _list(self, old: Collection[str], files: Mapping[str, str]) -> None:
        """Write down which files are the site's."""
        listed = Path(self._folder, MANIFEST)
        if files == old and listed.is_file():
            return
        # Smaller by a twentieth would take three times as long.
        content = gzip.compress("".join([f"{files[path]} {path}\n" for path in sorted(files)]).encode(), 6, mtime=0)
        if not _holds(str(listed), content):
            listed.unlink(missing_ok=True)
            listed.write_bytes(content)

    def _clear(self, paths: Iterable[str]) -> None:
        """Take files away, and the folders that they leave empty."""
        folders = set()
        for path in paths:
            file = f"{self._folder}/{path}"
            if os.path.lexists(file) and not os.path.isdir(file):  # noqa: PTH112 (something new may have needed the place)
                os.unlink(file)  # noqa: PTH108
            folders.add(path.rpartition("/")[0])
        for folder in sorted(folders, key=len, reverse=True):
            while folder:
                try:
                    os.rmdir(f"{self._folder}/{folder}")  # noqa: PTH106
                except OSError:
                    break  # it has other files, or is gone already
                folder = folder.rpartition("/")[0]

    def _make_room(self, path: str) -> None:
        """Make the folder of a new file, and take away what is in its way: an old file where there is to be a folder, or the other way round."""
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            try:
                os.makedirs(f"{self._folder}/{folder}", exist_ok=True)  # noqa: PTH103
            except (FileExistsError, NotADirectoryError):
                steps = folder.split("/")
                for number in range(1, len(steps) + 1):
                    step = "/".join(steps[:number])
                    if step in self._there:
                        Path(self._folder, step).unlink(missing_ok=True)
                os.makedirs(f"{self._folder}/{folder}", exist_ok=True)  # noqa: PTH103
            self._folders.add(folder)
        if os.path.isdir(f"{self._folder}/{path}"):  # noqa: PTH112
            shutil.rmtree(f"{self._folder}/{path}")


def check(path: str) -> None:
    """Refuse a path that is not one of a file inside the site.

    :raises ConfigError: if it is absolute, climbs, or names what a file system cannot hold.
    """
    if not path or path.startswith("/") or "\\" in path or "\0" in path or {"", ".", ".."} & set(path.split("/")):
        raise ConfigError(f"The path {path!a} is not inside the site.")


def files_of(folder: Path) -> dict[str, Stamp]:
    """All files below a folder, links among them, by path, with the stamp of each; none if there is no such folder."""
    found: dict[str, Stamp] = {}
    pending = [""]
    while pending:
        below = pending.pop()
        try:
            entries = sorted(os.scandir(f"{folder}/{below}"), key=lambda entry: entry.name)
        except FileNotFoundError:
            continue
        for entry in entries:
            path = below + entry.name
            if entry.is_dir(follow_symlinks=False):
                pending.append(path + "/")
            else:
                found[path] = _stamp(entry.stat(follow_symlinks=False))
    return found


def manifest(target: Path) -> dict[str, str]:
    """The files of the site in a folder: path to ``f``, ``w`` where a page was withdrawn, ``k`` for one of an earlier version; none for a new or empty folder.

    :raises ConfigError: if the folder holds something else.
    """
    if target.is_symlink() or (target.exists() and not target.is_dir()):
        raise ConfigError(f"{target} is not a folder; name a new or empty one, or one that holds a site.")
    if not target.exists():
        return {}
    try:
        lines = gzip.decompress((target / MANIFEST).read_bytes()).decode().splitlines()
    except FileNotFoundError:
        if not all(entry.name in (".git", "CNAME") for entry in target.iterdir()):
            raise ConfigError(f"{target} holds files and is no site of clayonto's; name a new or empty folder.") from None
        return {}
    except (OSError, EOFError, ValueError) as error:
        raise ConfigError(f"{target / MANIFEST}, the list of the site's files, cannot be read; name a new folder.") from error
    return {path: state for state, _, path in (line.partition(" ") for line in lines)}


def remove_abandoned(target: Path) -> None:
    """Remove the folders in which builds were that have been killed: nobody holds them any more."""
    for folder in target.parent.resolve().glob(f".{glob.escape(target.resolve().name)}.new-*"):
        # One that was made a moment ago may be about to be held.
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime > _MOMENT and (lock := held(folder)) is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(lock)


def new_beside(target: Path) -> Path:
    """A new folder beside another."""
    folder = Path(tempfile.mkdtemp(dir=target.parent.resolve(), prefix=f".{target.resolve().name}.new-"))
    # A folder made for a moment is for its maker alone; a site is for the web server.
    mask = os.umask(0)
    os.umask(mask)
    folder.chmod(0o777 & ~mask)
    return folder


def swap(staged: Path, target: Path) -> None:
    """Put a finished folder in the place of another.

    Where the system can exchange two names in one step (Linux), a reader meets the old site or the new one at any moment. Elsewhere it takes two
    renamings, and between them
    nothing is there; if the second fails, the first is undone.
    """
    if target.exists() and _exchanged(staged, target):
        return
    aside = staged.with_name(staged.name.replace(".new-", ".old-"))
    there = target.exists()
    if there:
        target.rename(aside)
    try:
        staged.rename(target)
    except OSError:
        if there:
            aside.rename(target)
        raise
    if there:
        shutil.rmtree(aside, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchange two names at once; false where the system or the file system cannot.

    :raises OSError: if it can and did not.
    """
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None) if os.name == "posix" else None
    if rename is None:
        return False
    if rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in (errno.EINVAL, errno.ENOSYS, errno.ENOTSUP):
        return False
    raise OSError(number, os.strerror(number), str(other))


def _stamp(found: os.stat_result) -> Stamp:
    return found.st_size, found.st_mtime_ns, found.st_ino


def _holds(file: str, content: bytes) -> bool:
    try:
        with open(file, "rb") as there:  # noqa: PTH123
            return there.read() == content
    except OSError:
        return False
