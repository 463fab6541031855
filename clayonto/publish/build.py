"""Makes a site from its parts and puts it in place, whole or not at all.

A part is a function of the :class:`~clayonto.publish.site.Site` that gives ``(path, bytes)``, or an :class:`~clayonto.publish.units.Each`: many
small units, of which a later build makes only those
again that read something that has changed. All files are made in a folder beside the target (``staging.py``); then the folders are swapped.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from clayonto.errors import NotPublishableError, OutputError
from clayonto.processes import Beside
from clayonto.publish import index, sparql, versions
from clayonto.publish.asking import Asked, asker_of, asking
from clayonto.publish.continuing import site_of_changed
from clayonto.publish.memory import Keeper, Memory
from clayonto.publish.site import Site
from clayonto.publish.staging import MANIFEST, Aside, Made, Staging, Stamp, files_of, manifest
from clayonto.publish.texts import Text, digests, packed, read
from clayonto.publish.units import Each, Unit, Whole, changes, difference, make, make_whole, places
from clayonto.validation.data import no_collecting

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from clayonto.engines.base import Engine
    from clayonto.graph import KnowledgeGraph
    from clayonto.publish.asking import Answer
    from clayonto.publish.config import Config

Part: TypeAlias = "Callable[[Site], Iterator[tuple[str, bytes]]] | Each | Whole"
_MOST_ON_PAGES: Final = 900_000_000
_MACHINE: Final = "clayonto.publish.machine"
_BESIDE, _OF = 3, 8
"""How many of eight things the process makes that makes what is about all of them as well: so both take about as long."""


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
    from clayonto.publish import answers, data, pages, shards

    machine = [import_module(_MACHINE).files] if find_spec(_MACHINE) else []
    return Parts([pages.THINGS], [*pages.OVERVIEWS, shards.SHARDS, data.files, *machine], [pages.asked, answers.EACH])


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
    with ExitStack() as ending:
        # A graph that was read from files can be looked at by several processes at once. Who asks it begins with what this one holds now, which is little.
        asker = asker_of(graph, apart=from_files)
        ending.callback(asker.stop)
        # Both are read and hashed, mostly outside Python's lock.
        with ThreadPoolExecutor(max_workers=1) as pool:
            loading = pool.submit(keeper.load)
            sources = digests(graph.sources) if from_files and keeper.keeps else {}
            before = loading.result()
        if before is not None and sources and before.sources == sources:
            as_it_was = _as_it_was(target, old, before)
            if as_it_was is not None:
                return as_it_was
        aside = _aside(target, before.stamps if before is not None else {})
        ending.callback(aside.close)
        say("Checking the data")
        before = before.whole() if before is not None else None
        changed = site_of_changed(graph.sources, sources, before, config, base=graph.base) if before is not None and sources else None
        if changed is None:
            # All is asked, so the files are read meanwhile.
            asker.begin()
        # What has changed is looked at in a moment, and needs who can be asked; all of it is looked at meanwhile.
        # Shapes may name things, which a site of other names does not have.
        engine, since = Asked(asker) if from_files else None, changed[0] if changed and not config.renamed else None
        checked = Beside(lambda: conforms(graph, since=since, engine=engine), apart=from_files and since is None)

        @cache
        def admit() -> None:
            if not checked.result():
                raise NotPublishableError(graph.validate())

        try:
            say("Reading the graph")
            site, texts = changed or _site(graph, config, sources)
            memory = Memory(sources=sources, texts=packed(texts), out=site.index.out, public=dict(site.placed.public), places=places(site))
            memory.slugs = dict(site.slugs)
            _go_on(site, before, memory)
            memory.parts["survey"] = site.survey.kept()
            made = parts()
            equip(site, made)

            def answers() -> Callable[[], Mapping[str, Answer]]:
                if changed is not None:
                    # If that takes a look at all of the graph, the queries are asked of what was read for it.
                    admit()
                say("Asking the named queries")
                plain = [name for name, text in texts.items() if text.is_plain] if changed is not None else ()
                return asking(graph, site, keep=keeper.keeps, asker=asker, plain=plain)

            if changed is None:
                site.answers = answers()()
                # Pages take room too, and nobody else is to be answered.
                asker.stop()
                admit()
            later = changed is not None
            summary = build(
                site,
                made,
                target,
                old=old,
                answers=answers if later else None,
                before=before,
                memory=memory,
                aside=aside,
                admit=admit if later else None,
                progress=say,
            )
        finally:
            checked.stop()
        # What is kept takes room while it is written.
        asker.stop()
        if keeper.keeps:
            # The old site is being removed meanwhile.
            keeper.save(memory)
        return summary


def _site(graph: KnowledgeGraph, config: Config, sources: Mapping[str, str]) -> tuple[Site, dict[str, Text]]:
    """The site of a graph, and what to keep of its files, if it was made from ``sources`` alone."""
    if not sources:
        return Site.of(graph, config), {}
    n_triples, texts = read(graph.sources)
    return Site(index.read(n_triples, base=graph.base), config, base=graph.base), texts


def _go_on(site: Site, before: Memory | None, memory: Memory) -> None:
    """Let a site know what has changed since the last build, if that can be told."""
    if before is None or before.slugs != memory.slugs:
        site.changed = None
        return
    if site.changed is None:
        site.changed = changes(*difference(before.out, site.index.out), before.places, memory.places)
    site.memory = dict(before.parts)
    if "survey" in before.parts:
        site.survey.go_on(before.parts["survey"], site.changed)


def conforms(graph: KnowledgeGraph, *, since: Site | None = None, engine: Engine | None = None) -> bool:
    """Whether a graph may be published.

    :param engine: what answers for the graph's engine, if little is asked.
    :param since: its site, if what has changed is known and all conformed before.
    """
    if since is None or since.changed is None:
        return graph.validate().conforms
    return graph.still_conforms(since.index, [*since.changed.added, *since.changed.removed], engine=engine)


def build(
    site: Site,
    parts: Parts,
    target: Path,
    *,
    old: dict[str, str] | None = None,
    answers: Callable[[], Callable[[], Mapping[str, Answer]]] | None = None,
    before: Memory | None = None,
    memory: Memory | None = None,
    aside: Aside | None = None,
    admit: Callable[[], None] | None = None,
    progress: Callable[[str], None] | None = None,
) -> Summary:
    """Put the files of some parts in place of a folder. Errors as for :func:`publish`.

    :param old: the manifest of the site that is there.
    :param answers: begins to ask the named queries, if the site has no answers yet, and gives what waits for these; what needs none is made meanwhile.
    :param before: what the last build left, and ``memory`` what this one leaves.
    :param aside: the folder to make it in, to be closed by who made it; ``admit`` is called before anything is put in place, and may raise.
    """
    old = manifest(target) if old is None else old
    say = progress or (lambda _: None)
    before, memory = before or Memory(), memory or Memory()
    site.withdrawn = frozenset(_withdrawn(site, old))
    sizes = {path: (target / path).stat().st_size for path in old if versions.version_of(path) and (target / path).is_file()}
    site.published = versions.published(sizes, target / versions.LIST)
    own = _aside(target, {}) if aside is None else None
    here = aside or own
    assert here is not None

    try:
        done = _worked(site, parts, here, before, answers, say)
        if admit is not None:
            admit()
        say("Putting the site in place")
        staging = Staging(here)
        for one in done:
            staging.take(one.made)
        taken = staging.finish(old, site.withdrawn, site.published.releases)
        here.swap()
    except OSError as error:
        raise OutputError(error, path=str(target)) from error
    finally:
        if own is not None:
            own.close()
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
    memory.stamps, memory.parts = staging.files, {**site.memory, **memory.parts}
    for one in done:
        memory.units |= {name: tuple(unit) for name, unit in one.units.items()}
        memory.parts |= one.memory
    memory.figures = {"size": summary.size, "pages": summary.pages, "triples": summary.triples}
    return summary


def _worked(
    site: Site,
    parts: Parts,
    here: Aside,
    before: Memory,
    answers: Callable[[], Callable[[], Mapping[str, Answer]]] | None,
    say: Callable[[str], None],
) -> list[_Work]:
    """Make the files of all parts, in two processes."""

    def work(*some: Part, share: range = range(1), of: int = 1) -> _Work:
        staging = Staging(here)
        units: dict[str, Unit] = {}
        for part in some:
            if isinstance(part, Each):
                shared = (share, of) if part in parts.things else (range(1), 1)
                units |= make(part, site, staging, before=before.units, changed=site.changed, share=shared[0], of=shared[1])
            elif isinstance(part, Whole):
                units |= make_whole(part, site, staging, before=before.units, changed=site.changed)
            else:
                for path, content in part(site):
                    staging.put(path, content)
        # What others keep is theirs to tell.
        return _Work(staging.made(), units, {key: kept for key, kept in site.memory.items() if kept is not before.parts.get(key)})

    # The first time most of the work is in the things, which both share; later it is in what is about all of them at once.
    first = site.changed is None
    _ = here.there  # before there are two processes
    beside = Beside(lambda: work(*parts.others, *parts.things, share=range(_BESIDE), of=_OF) if first else work(*parts.others))
    try:
        asked = answers() if answers is not None else None
        mine = [] if first else [work(*parts.things)]
        if asked is not None:
            site.answers = asked()
        say("Making the pages")
        mine.append(work(*parts.answered, *parts.things, share=range(_BESIDE, _OF), of=_OF) if first else work(*parts.answered))
        return [*mine, beside.result()]
    finally:
        beside.stop()


def _aside(target: Path, known: Mapping[str, Stamp]) -> Aside:
    try:
        return Aside(target, known)
    except OSError as error:
        raise OutputError(error, path=str(target)) from error


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
        if rest == page or not slash or page in now or lang not in site.languages or versions.version_of(path):
            continue
        if state == "w" or f"data/{page}.ttl" in old:
            yield path
