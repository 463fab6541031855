"""Makes a site from its parts and puts it in place, whole or not at all.

A part is a function of the :class:`~clayonto.publish.site.Site` that gives ``(path, bytes)``, or an :class:`~clayonto.publish.units.Each`: many
small units, of which a later build makes only those
again that read something that has changed. All files are made in a folder beside the target (``staging.py``); then the folders are swapped.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from clayonto.errors import NotPublishableError, OutputError
from clayonto.processes import Beside
from clayonto.publish import sparql, versions
from clayonto.publish.answers import ask
from clayonto.publish.memory import Keeper, Memory, digest_of
from clayonto.publish.site import Site
from clayonto.publish.staging import MANIFEST, Made, Staging, files_of, manifest, new_beside, swap
from clayonto.publish.units import Each, Unit, changes, make, places
from clayonto.validation.data import no_collecting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clayonto.graph import KnowledgeGraph
    from clayonto.publish.answers import Answer
    from clayonto.publish.config import Config

Part: TypeAlias = "Callable[[Site], Iterator[tuple[str, bytes]]] | Each"
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


class Parts(NamedTuple):
    """The parts of a site: ``things`` are the units of all things, ``others`` what needs no answer to a query, ``answered`` what does."""

    things: Sequence[Part] = ()
    others: Sequence[Part] = ()
    answered: Sequence[Part] = ()


def parts() -> Parts:
    """All parts of a site."""
    from clayonto.publish import answers, data, pages

    machine = [import_module(_MACHINE).files] if find_spec(_MACHINE) else []
    return Parts([pages.THINGS], [pages.files, data.files, *machine], [pages.asked, answers.EACH])


def equip(site: Site, parts: Parts) -> None:
    """Tell a site what its parts will give it, so that pages can lead there."""
    site.catalogued = any(getattr(part, "__module__", "").startswith(_MACHINE) for part in parts.others)
    site.queryable = site.catalogued and (bool(site.endpoint) or sparql.available())


def publish(graph: KnowledgeGraph, out: str | Path, config: Config, *, progress: Callable[[str], None] | None = None) -> Summary:
    """Make a site of a graph in the folder ``out``, which is replaced whole.

    What the last build of the same folder left in the cache (``memory.py``) saves work and changes no byte.

    :param progress: called with a sentence now and then.
    :raises NotPublishableError: if the data has a violation; nothing is written then.
    :raises ConfigError: if ``out`` holds something else than a site.
    :raises OutputError: if a file cannot be written; the old site is as it was then.
    """
    started, say = perf_counter(), progress or (lambda _: None)
    target = Path(out)
    old = manifest(target)
    with no_collecting():
        summary = _published(graph, target, config, old, say)
    summary.notes += _notes(summary, config)
    summary.seconds = perf_counter() - started
    return summary


def _notes(summary: Summary, config: Config) -> Iterator[dict[str, str]]:
    """What the publisher should know of a site, whatever was done for it."""
    if config.target == "github-pages" and summary.size > _MOST_ON_PAGES:
        size = f"{summary.size / 1e6:.0f}"
        yield {
            "en": f"The site has {size} MB; GitHub Pages takes 1000 MB at most, so choose another host.",
            "fi": f"Sivustossa on {size} Mt; GitHub Pagesiin mahtuu enintään 1000 Mt, joten valitse toinen palvelin.",
        }
    if not sparql.available():
        yield sparql.remedy()
    elif summary.triples > sparql.MANY:
        yield sparql.warning(summary.triples)


def _published(graph: KnowledgeGraph, target: Path, config: Config, old: dict[str, str], say: Callable[[str], None]) -> Summary:
    keeper = Keeper(target, config, graph.base)
    from_files = bool(graph.sources) and not graph.is_edited and graph.closure is None
    sources = digest_of(graph.sources) if from_files and keeper.keeps else ""
    before = keeper.load()
    if before is not None and sources and before.sources == sources:
        as_it_was = _as_it_was(target, old, before)
        if as_it_was is not None:
            return as_it_was
    say("Checking the data")
    # A graph that was read from files can be looked at by two processes at once.
    checked = Beside(lambda: conforms(graph), apart=from_files)
    try:
        say("Reading the graph")
        site = Site.of(graph, config)
        if not checked.result():
            raise NotPublishableError(graph.validate())
    finally:
        checked.stop()
    memory = Memory(sources=sources, out=site.index.out, places=places(site), slugs=dict(site.slugs))
    if before is not None and before.slugs == memory.slugs:
        site.changed = changes(before.out, before.places, site, memory.places)
        site.memory = before.parts
    made = parts()
    equip(site, made)

    def answers() -> Mapping[str, Answer]:
        say("Asking the named queries")
        return ask(graph, site, keep=keeper.keeps)

    summary = build(site, made, target, old=old, answers=answers, before=before, memory=memory, progress=say)
    if keeper.keeps:
        keeper.save(memory)
    return summary


def conforms(graph: KnowledgeGraph) -> bool:
    """Whether a graph may be published."""
    return graph.validate().conforms


def build(
    site: Site,
    parts: Parts,
    target: Path,
    *,
    old: dict[str, str] | None = None,
    answers: Callable[[], Mapping[str, Answer]] = dict,
    before: Memory | None = None,
    memory: Memory | None = None,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Put the files of some parts in place of a folder. Errors as for :func:`publish`.

    :param old: the manifest of the site that is there.
    :param answers: gives the answers to the named queries; what needs none is made meanwhile.
    :param before: what the last build left, and ``memory`` what this one leaves.
    """
    old = manifest(target) if old is None else old
    say = progress or (lambda _: None)
    before, memory = before or Memory(), memory or Memory()
    site.withdrawn = frozenset(_withdrawn(site, old))
    sizes = {path: (target / path).stat().st_size for path in old if versions.version_of(path) and (target / path).is_file()}
    site.published = versions.published(sizes, target / versions.LIST)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        there = files_of(target)
        staged = new_beside(target)
    except OSError as error:
        raise OutputError(error, path=str(target)) from error

    def work(*some: Part) -> _Work:
        staging = Staging(staged, target, there, known=before.stamps)
        units: dict[str, Unit] = {}
        for part in some:
            if isinstance(part, Each):
                units |= make(part, site, staging, before=before.units, changed=site.changed)
            else:
                for path, content in part(site):
                    staging.put(path, content)
        return _Work(staging.made(), units, site.memory)

    try:
        # The first time most of the work is in the things; later it is in what is about all of them at once.
        first = site.changed is None
        beside = Beside(lambda: work(*parts.others, *(parts.things if first else ())))
        try:
            mine = [] if first else [work(*parts.things)]
            site.answers = answers()
            say("Making the pages")
            mine.append(work(*parts.answered))
            done = [*mine, beside.result()]
        finally:
            beside.stop()
        say("Putting the site in place")
        staging = Staging(staged, target, there)
        for one in done:
            staging.take(one.made)
        taken = staging.finish(old, site.withdrawn)
        swap(staged, target)
    except OSError as error:
        raise OutputError(error, path=str(target)) from error
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    summary = Summary(
        written=staging.written,
        unchanged=len(staging.files) - staging.written - taken.versioned,
        withdrawn=len(site.withdrawn),
        removed=sum(path not in staging.files for path in old),
        kept=taken.others,
        versioned=taken.versioned,
        notes=[versions.note(one) for one in sorted(staging.replaced)],
        size=staging.size,
        pages=len(site.pages),
        triples=site.index.size,
    )
    memory.stamps = staging.files
    for one in done:
        memory.units |= {name: tuple(unit) for name, unit in one.units.items()}
        memory.parts |= one.memory
    memory.figures = {"size": summary.size, "pages": summary.pages, "triples": summary.triples}
    return summary


class _Work(NamedTuple):
    """What one process has made: its files, what its units were made from, and what its parts keep."""

    made: Made
    units: dict[str, Unit]
    memory: dict[str, Any]


def _as_it_was(target: Path, old: dict[str, str], before: Memory) -> Summary | None:
    """The summary of a build for which nothing has to be done; ``None`` if a file of the site is not as the last build left it."""
    there = files_of(target)
    if old.keys() != before.stamps.keys() or any(there.get(path) != stamp for path, stamp in before.stamps.items()):
        return None
    withdrawn = sum(state == "w" for state in old.values())
    versioned = sum(state == "k" for state in old.values())
    return Summary(
        unchanged=len(old) - versioned,
        versioned=versioned,
        withdrawn=withdrawn,
        kept=len(there.keys() - old.keys() - {MANIFEST}),
        size=before.figures["size"],
        pages=before.figures["pages"],
        triples=before.figures["triples"],
    )


def _withdrawn(site: Site, old: dict[str, str]) -> Iterator[str]:
    now = {page.path for page in site.pages.values()}
    for path, state in old.items():
        lang, slash, rest = path.partition("/")
        page = rest.removesuffix(".html")
        if not slash or rest == page or page in now or lang not in site.languages or versions.version_of(path):
            continue
        if state == "w" or f"data/{page}.ttl" in old:
            yield path
