"""Makes a site from its parts and puts it in place, whole or not at all.

A part is a function of the :class:`~clayonto.publish.site.Site` that gives ``(path, bytes)``. All files are made in a folder beside the target: what is as it was
is linked from the old site, so that a rebuild writes only what changed. Then the folders are swapped.
"""

from __future__ import annotations

import gzip
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final, TypeAlias

from clayonto.errors import ConfigError, NotPublishableError, OutputError
from clayonto.publish import sparql, versions
from clayonto.publish.answers import ask
from clayonto.publish.site import Site

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.graph import KnowledgeGraph
    from clayonto.publish.config import Config

Part: TypeAlias = Callable[[Site], Iterator[tuple[str, bytes]]]
MANIFEST: Final = ".clayonto-site.gz"
"""The file that says which files of a folder are the site's; whatever else lies there stays."""
_MOST_ON_PAGES: Final = 900_000_000
_MACHINE: Final = "clayonto.publish.machine"


@dataclass
class Summary:
    """What was done: files by what became of them (``versioned`` are those of earlier versions, taken along), bytes in all, seconds."""

    written: int = 0
    unchanged: int = 0
    withdrawn: int = 0
    removed: int = 0
    kept: int = 0
    versioned: int = 0
    size: int = 0
    pages: int = 0
    triples: int = 0
    seconds: float = 0.0
    notes: list[dict[str, str]] = field(default_factory=list)
    """What the publisher should know, by language."""

    @property
    def files(self) -> int:
        """How many files the site has."""
        return self.written + self.unchanged + self.versioned


def publish(graph: KnowledgeGraph, out: str | Path, config: Config, *, progress: Callable[[str], None] | None = None) -> Summary:
    """Make a site of a graph in the folder ``out``, which is replaced whole.

    :param progress: called with a sentence now and then.
    :raises NotPublishableError: if the data has a violation; nothing is written then.
    :raises ConfigError: if ``out`` holds something else than a site.
    :raises OutputError: if a file cannot be written; the old site is as it was then.
    """
    started, say = perf_counter(), progress or (lambda _: None)
    target = Path(out)
    old = _manifest(target)
    say("Checking the data")
    report = graph.validate()
    if not report.conforms:
        raise NotPublishableError(report)
    say("Reading the graph")
    site = Site.of(graph, config)
    say("Asking the named queries")
    site.answers = ask(graph, site)
    made = parts()
    site.catalogued = any(part.__module__.startswith(_MACHINE) for part in made)
    site.queryable = site.catalogued and sparql.available()
    summary = build(site, made, target, old=old, progress=say)
    summary.seconds = perf_counter() - started
    if config.target == "github-pages" and summary.size > _MOST_ON_PAGES:
        size = f"{summary.size / 1e6:.0f}"
        summary.notes.append(
            {
                "en": f"The site has {size} MB; GitHub Pages takes 1000 MB at most, so choose another host.",
                "fi": f"Sivustossa on {size} Mt; GitHub Pagesiin mahtuu enintään 1000 Mt, joten valitse toinen palvelin.",
            }
        )
    if not site.queryable:
        summary.notes.append(sparql.remedy())
    elif site.index.size > sparql.MANY:
        summary.notes.append(sparql.warning(site.index.size))
    return summary


def parts() -> list[Part]:
    """The parts of a site, in order."""
    from clayonto.publish import data, pages

    made: list[Part] = [pages.files, pages.things, data.files]
    if find_spec(_MACHINE):
        made.append(import_module(_MACHINE).files)
    return made


def build(
    site: Site, parts: Iterable[Part], target: Path, *, old: dict[str, str] | None = None, progress: Callable[[str], None] | None = None
) -> Summary:
    """Put the files of some parts in place of a folder. Parameters and errors as for :func:`publish`.

    :param old: the manifest of the site that is there.
    """
    old = _manifest(target) if old is None else old
    say = progress or (lambda _: None)
    made = Summary(pages=len(site.pages), triples=site.index.size)
    site.withdrawn = frozenset(_withdrawn(site, old))
    sizes = {path: (target / path).stat().st_size for path in old if versions.version_of(path) and (target / path).is_file()}
    site.published = versions.published(sizes, target / versions.LIST)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(dir=target.parent.resolve(), prefix=f".{target.resolve().name}.new-"))
    except OSError as error:
        raise OutputError(error, path=str(target)) from error
    try:
        staging = _Staging(staged, target, made)
        for part in parts:
            for path, content in part(site):
                staging.put(path, content)
                if staging.count % 20_000 == 0:
                    say(f"{staging.count} files")
        say("Putting the site in place")
        staging.finish(old, site.withdrawn)
        _swap(staged, target)
    except OSError as error:
        raise OutputError(error, path=str(target)) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    return made


class _Staging:
    """The folder in which a site is made."""

    def __init__(self, folder: Path, target: Path, summary: Summary) -> None:
        self._folder = str(folder)
        self._target = str(target)
        self._summary = summary
        self._made: dict[str, str] = {}
        self._folders: set[str] = set()
        self._replaced: set[versions.Version] = set()
        # A folder made for a moment is for its maker alone; a site is for the web server.
        mask = os.umask(0)
        os.umask(mask)
        folder.chmod(0o777 & ~mask)

    @property
    def count(self) -> int:
        return len(self._made)

    def put(self, path: str, content: bytes) -> None:
        """Make one file.

        :raises ConfigError: if it would lie outside the folder, or is there already.
        """
        check(path)
        if path in self._made:
            raise ConfigError(f"Two parts of the site make the file “{path}”.")
        self._made[path] = ""
        new, before = f"{self._folder}/{path}", f"{self._target}/{path}"
        self._make_folder(path)
        self._summary.size += len(content)
        if _holds(before, content):
            os.link(before, new)
            self._summary.unchanged += 1
            return
        version = versions.fixed(path)
        if version and os.path.lexists(before):
            self._replaced.add(version)
        with open(new, "xb") as file:  # noqa: PTH123
            file.write(content)
        self._summary.written += 1

    def _make_folder(self, path: str) -> None:
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            os.makedirs(f"{self._folder}/{folder}", exist_ok=True)  # noqa: PTH103
            self._folders.add(folder)

    def finish(self, old: dict[str, str], withdrawn: frozenset[str]) -> None:
        """Keep what is not the site's own, and write down what is."""
        self._summary.withdrawn = len(withdrawn)
        earlier = self._keep_versions(old)
        self._summary.removed = sum(path not in self._made for path in old)
        self._summary.notes += [versions.note(one) for one in sorted(self._replaced)]
        for path in _files(self._target):
            if path in old or path == MANIFEST:
                continue
            if path in self._made:
                raise ConfigError(
                    f"“{path}” is in the folder and not the site's own, and the site has a file there too; move it out of the way."
                )
            self._make_folder(path)
            os.link(f"{self._target}/{path}", f"{self._folder}/{path}", follow_symlinks=False)
            self._summary.kept += 1
        states = dict.fromkeys(withdrawn, "w") | dict.fromkeys(earlier, "k")
        lines = "".join(f"{states.get(path, 'f')} {path}\n" for path in sorted(self._made))
        content = gzip.compress(lines.encode(), mtime=0)
        if _holds(f"{self._target}/{MANIFEST}", content):
            os.link(f"{self._target}/{MANIFEST}", f"{self._folder}/{MANIFEST}")
        else:
            Path(self._folder, MANIFEST).write_bytes(content)

    def _keep_versions(self, old: dict[str, str]) -> list[str]:
        """Take the files of earlier versions along; their paths."""
        kept = versions.earlier(self._made, (path for path in old if os.path.isfile(f"{self._target}/{path}")))  # noqa: PTH113
        for path in kept:
            self._made[path] = ""
            self._make_folder(path)
            os.link(f"{self._target}/{path}", f"{self._folder}/{path}", follow_symlinks=False)
            self._summary.versioned += 1
            self._summary.size += os.stat(f"{self._folder}/{path}").st_size  # noqa: PTH116
        return kept


def check(path: str) -> None:
    """Refuse a path that is not one of a file inside the site.

    :raises ConfigError: if it is absolute, climbs, or names what a file system cannot hold.
    """
    if not path or path.startswith("/") or "\\" in path or "\0" in path or {"", ".", ".."} & set(path.split("/")):
        raise ConfigError(f"The path {path!a} is not inside the site.")


def _holds(file: str, content: bytes) -> bool:
    try:
        if os.stat(file, follow_symlinks=False).st_size != len(content):  # noqa: PTH116
            return False
        with open(file, "rb") as there:  # noqa: PTH123
            return there.read() == content
    except OSError:
        return False


def _files(folder: str) -> Iterator[str]:
    for where, folders, names in os.walk(folder):
        links = [name for name in folders if os.path.islink(f"{where}/{name}")]  # noqa: PTH114
        for name in sorted([*names, *links]):
            yield os.path.relpath(f"{where}/{name}", folder).replace(os.sep, "/")


def _manifest(target: Path) -> dict[str, str]:
    """The files of the site in a folder: path to ``f``, ``w`` where a page was withdrawn, ``k`` for one of an earlier version; empty for a new or empty folder.

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


def _withdrawn(site: Site, old: dict[str, str]) -> Iterator[str]:
    now = {page.path for page in site.pages.values()}
    for path, state in old.items():
        lang, slash, rest = path.partition("/")
        page = rest.removesuffix(".html")
        if not slash or rest == page or page in now or lang not in site.languages or versions.version_of(path):
            continue
        if state == "w" or f"data/{page}.ttl" in old:
            yield path


def _swap(staged: Path, target: Path) -> None:
    """Put a finished folder in the place of another. Between the two renamings nothing is there; if the second fails, the first is undone."""
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
