"""The RDF files of a git revision, read from the repository's objects; nothing is checked out, fetched or run."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.errors import DataError, EngineError, UsageError
from clayonto.sources import FORMATS, Source

if TYPE_CHECKING:
    from collections.abc import Iterable

_FILE_MODES: Final = ("100644", "100755")
# An object that is not here is not fetched, no program of the repository's configuration watches files, and messages are git's own.
_ENVIRONMENT: Final = {"GIT_NO_LAZY_FETCH": "1", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}


class Revision(NamedTuple):
    """A commit or tree of the repository one is in: as it was typed, its name for git, and the path in it that was typed after a colon, if any."""

    typed: str
    tree: str
    path: str | None


class _Blob(NamedTuple):
    content: bytes

    def read_bytes(self) -> bytes:
        return self.content


def find(text: str) -> Revision | None:
    """The revision that a text names as git has it: ``HEAD~1``, ``v1.0``, or with a path, ``HEAD~1:data`` or ``HEAD~1:./clay.ttl``.

    :raises DataError: if there is such a revision, but no such path in it.
    """
    name, colon, path = text.partition(":")
    # Without the option, a name that starts with a dash would be one.
    found = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{tree}}", fails=True) if name else None
    if found is None:
        return None
    tree = found.decode().strip()
    if not colon:
        return Revision(text, tree, None)
    if path.startswith(("./", "../")) or path == ".":
        path = inside(Path(path))
    path = path.strip("/")
    if path and not _listed(tree, path):
        raise DataError(
            f"the revision “{name}” has no “{path}”; paths after a colon start at the top of the repository, or with “./”.", path=text
        )
    return Revision(text, tree, path)


def inside(path: Path) -> str:
    """A path as the repository one is in has it: from its top, with slashes; empty for the top itself.

    :raises UsageError: if it is outside.
    """
    top = Path((_git("rev-parse", "--show-toplevel") or b"").decode().removesuffix("\n"))
    # Only the folder is resolved: a link that is kept in the repository is a path in it.
    given = (path.parent.resolve() / path.name) if path.name not in ("", "..") else path.resolve()
    try:
        return "/".join(given.relative_to(top.resolve()).parts)
    except ValueError:
        raise UsageError(
            f"{path} is outside of the repository {top}, so no revision has it; give two paths, or a revision and a path."
        ) from None


def files_at(revision: Revision, path: str, *, base: str) -> list[Source]:
    """The RDF files at or below a path of a revision, by name; none if the revision has no such path.

    :param path: from the top of the repository, with slashes; empty for all of it.
    """
    entries = [(name, key) for name, key in _listed(revision.tree, path) if _is_rdf(name)]
    contents = _contents(key for _, key in entries)
    label = revision.typed if revision.path is None else revision.typed.partition(":")[0]
    return [
        Source(f"{label}:{name}", FORMATS[PurePosixPath(name).suffix.lower()], _Blob(content), base)
        for (name, _), content in zip(entries, contents, strict=True)
    ]


def files_now(folder: Path, *, base: str) -> list[Source] | None:
    """The RDF files of a folder that git keeps or would keep: neither what it is told to ignore, nor links; ``None`` if it is in no repository."""
    listed = _git("-C", str(folder), "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", fails=True)
    if listed is None:
        return None
    files = (folder / os.fsdecode(name) for name in sorted(set(listed.split(b"\0"))) if name and _is_rdf(os.fsdecode(name)))
    return [Source(str(f), FORMATS[f.suffix.lower()], f, base) for f in files if f.is_file() and not f.is_symlink()]


def _is_rdf(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in FORMATS


def _listed(tree: str, path: str) -> list[tuple[str, str]]:
    """Name and object of each file at or below a path; links and other repositories are left out."""
    listed = _git("ls-tree", "-r", "-z", "--full-tree", tree, *(["--", path] if path else [])) or b""
    found = []
    for entry in listed.split(b"\0"):
        head, tab, name = entry.partition(b"\t")
        if tab and head[:6].decode() in _FILE_MODES:
            found.append((os.fsdecode(name), head.split(b" ")[2].decode()))
    return found


def _contents(keys: Iterable[str]) -> list[bytes]:
    asked = list(keys)
    answer = _git("cat-file", "--batch", stdin="".join(f"{key}\n" for key in asked).encode()) if asked else b""
    contents, at = [], 0
    for key in asked:
        end = (answer or b"").index(b"\n", at)
        head = (answer or b"")[at:end].split(b" ")
        if len(head) != 3:
            raise EngineError(
                f"git has not the object {key} here ({head[-1].decode()}), and it is not fetched; fetch it with git and try again."
            )
        size = int(head[2])
        contents.append((answer or b"")[end + 1 : end + 1 + size])
        at = end + 1 + size + 1
    return contents


def _git(*arguments: str, stdin: bytes = b"", fails: bool = False) -> bytes | None:
    """What a git command prints; ``None`` if it fails and ``fails`` says that it may, or there is no git then.

    :raises EngineError: if it fails and must not.
    """
    try:
        done = subprocess.run(  # noqa: S603 - git's own arguments, and no shell
            ["git", "-c", "core.fsmonitor=false", *arguments],  # noqa: S607 - git is found as the user's shell finds it
            input=stdin,
            capture_output=True,
            check=False,
            env={**os.environ, **_ENVIRONMENT},
        )
    except FileNotFoundError:
        if fails:
            return None
        raise EngineError("git is not installed, and a revision cannot be read without it; give two paths.") from None
    if done.returncode:
        if fails:
            return None
        raise EngineError(f"git could not answer: {done.stderr.decode(errors='replace').strip()}")
    return done.stdout
