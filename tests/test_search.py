"""The search of a large site: many small files, in which a browser finds what it would find in one."""

from __future__ import annotations

import json
import random
import re
from typing import TYPE_CHECKING, Any

import pytest

from clayonto.namespaces import ID
from clayonto.publish import Config, search, shards
from clayonto.publish.build import Parts, build
from clayonto.publish.config import CC_BY
from clayonto.publish.index import TYPE, Index, curie
from clayonto.publish.site import Site
from clayonto.publish.units import Changes, Whole, changes, difference, make, places
from tests.browser import browser, served

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

WORDS = (
    "Etelä-Pohjanmaan", "etelä", "liitto", "Liiton", "keramiikka", "Region", "regional", "region", "of", "and", "Öljy", "ÅSTRÖM", "Sjöström", "kehittäminen",
    "kehitys", "ke", "S3", "ESCP-4i", "2014–2020", "株式会社", "Живопись", "İstanbul", "a", "universitetsförvaltningsmyndigheten", "universitetsförvaltningen",
    "<b>", "&", "📚", "constructor", "con", "o’Neill",
)  # fmt: skip
KINDS = ("clay:Project", "org:Organization", "clay:Region")
TALK = """(async (asked) => {
  const text = await (await fetch("/assets/search.fi.js")).text();
  const lookup = clayontoLookup(JSON.parse(text.slice("clayontoSearch(".length, -3)), "/assets/search.fi/");
  const told = {};
  for (const query of asked) {
    const found = await lookup(query);
    const first = [found.hits.map(([, path]) => path), found.counts && [...found.counts], found.complete];
    await found.further(() => false, Infinity);
    told[query] = [...first, found.hits.map(([, path]) => path)];
  }
  return told;
})"""


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits so low that a few hundred things make a deep tree."""
    for name, value in {"MOST_IN_ONE": 0, "MOST_IN_LEAF": 12, "BEST": 10, "BEST_OF_KIND": 3}.items():
        monkeypatch.setattr(shards, name, value)


def called(seed: int, number: int) -> list[str]:
    """Names of things: most of a few words, fifty alike, and some alike further than keys go."""
    chance = random.Random(seed)
    weights = [1 / (n + 1) for n in range(len(WORDS))]
    names = [" ".join(chance.choices(WORDS, weights, k=chance.randint(1, 5))) for _ in range(number)]
    return [*names, *(["Hanke"] * 50), *(f"Universitetsförvaltningsmyndigheten {n}" for n in range(20))]


def site_of(names: list[str]) -> Site:
    """A site of things with Finnish names; every third has an acronym, every fifth a name in another language."""
    lines = []
    for number, name in enumerate(names):
        term = f"<{ID}thing/{number}>"
        lines.append(f"{term} {TYPE} {curie(KINDS[number % len(KINDS)])} .")
        lines.append(f'{term} {curie("skos:prefLabel")} "{name}"@fi .')
        if number % 3 == 0:
            lines.append(f'{term} {curie("clay:acronym")} "GEN{number}" .')
        if number % 5 == 0:
            lines.append(f'{term} {curie("skos:prefLabel")} "Thing {name}"@en .')
    return Site(Index(lines), Config(licence=CC_BY, languages=("fi",)), base=ID)


def files_of(site: Site) -> dict[str, bytes]:
    return {path: content for path, content in search.everything(site, "fi") if path.startswith("assets/")}


def told(content: bytes) -> Any:
    found = re.fullmatch(r"clayonto(?:Search|Shard)\((.*)\);\n", content.decode(), re.DOTALL)
    assert found
    return json.loads(found[1])


def matching(site: Site, query: str) -> set[str]:
    """The paths of the things of which some word begins with each word of a query."""
    found = set()
    asked = re.findall(r"[^\W_]+", shards.folded(query))
    for term, page in site.pages.items():
        name, others = shards.names(site, term, "fi")
        words = re.findall(r"[^\W_]+", shards.folded(" ".join((name, *others))))
        if asked and all(any(word.startswith(one) for word in words) for one in asked):
            found.add(page.path)
    return found


@pytest.mark.usefixtures("tiny")
def test_what_a_browser_finds_in_many_files_is_all_that_there_is(tmp_path: Path) -> None:
    site = site_of(called(1, 300))
    assert not build(site, Parts(others=[Whole("search", search.files), shards.SHARDS, _scripts]), tmp_path / "site").removed
    queries = [
        "e", "k", "etelä", "ETELÄ-POHJANMAAN LIITTO", "liit", "liitto etelä", "ke", "kehit", "hanke", "Hanke ha", "region region", "region", "regional region of", "gen", "gen3",
        "thing", "thing lii", "oljy", "öl", "s3", "株", "жив", "istan", "a", "a of", "escp-4i", "4i", "2014", "&", "📚", "", "zzz", "keramiikka zzz", "con",
        "constructor", "universitetsförvaltningsmyndigheten", "universitetsförvaltningens", "universitetsförvaltningsmyndigheten of", "o neill", "1", "hanke.",
    ]  # fmt: skip
    with served(tmp_path / "site") as url, browser() as chromium:
        page = chromium.open(f"{url}fi/search.html")
        found = page.run(f"{TALK}({json.dumps(queries)})")
        assert page.problems == []
    partial = 0
    for query in queries:
        first, counts, complete, everything = found[query]
        wanted = matching(site, query)
        assert set(everything) == wanted, query
        assert len(everything) == len(wanted), query
        assert everything[: len(first)] == first, query
        assert first or not wanted, query
        if complete:
            assert len(first) == len(wanted), query
        if counts is not None:
            partial += not complete
            assert sum(count for _, count in counts) == len(wanted), query
    assert partial > 10


def _scripts(site: Site) -> Iterator[tuple[str, bytes]]:
    from clayonto.publish.front import common

    return common(site)


@pytest.mark.usefixtures("tiny")
def test_each_file_is_small_however_many_things_there_are() -> None:
    sizes = []
    for number in (300, 3000):
        site = site_of(called(2, number))
        made = files_of(site)
        names = {path.casefold() for path in made}
        assert len(names) == len(made)
        assert all(re.fullmatch(r"assets/search\.fi(?:\.js|/w-[a-z0-9~_-]+\.js)", path) for path in made)
        for path, content in made.items():
            key, things, *more = told(content)
            if path != "assets/search.fi.js":
                assert path == shards.file_of(key, "fi")
                assert len(things) <= (10 + 3 * len(KINDS) if more else 12), path
        sizes.append(max(map(len, made.values())))
    assert sizes[1] < 1.5 * sizes[0]


@pytest.mark.usefixtures("tiny")
def test_things_whose_names_have_no_letters_are_left_out() -> None:
    ((_, index),) = files_of(Site(Index([f'<{ID}thing/1> {curie("skos:prefLabel")} "&"@fi .']), Config(licence=CC_BY), base=ID)).items()
    assert told(index)[1:] == [None, ["", {}]]


def test_a_site_of_few_things_has_one_file() -> None:
    site = site_of(called(3, 100))
    ((path, index),) = files_of(site).items()
    assert dict(search.files(site))[path] == index
    assert list(shards.SHARDS.items(site)) == []
    kinds, things = told(index)
    assert path == "assets/search.fi.js"
    assert len(kinds) == len(KINDS)
    assert len(things) == 170


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    "change",
    [
        lambda names: [*names[:7], "Keramiikkaa ja lasia", *names[8:]],
        lambda names: [*names, "Uusi hanke"],
        lambda names: names[:-3],
        lambda names: ["a", *names[1:]],
        lambda names: [*names[:5], *(["Hanke"] * 9), *names[14:]],
    ],
)
def test_after_a_change_only_the_files_of_its_own_words_are_made_again(change: Callable[[list[str]], list[str]]) -> None:
    names = called(4, 800)
    first, second = site_of(names), site_of(change(names))
    before, known = _made(first, {}, None)
    second.memory = dict(first.memory)
    second.changed = changes(*difference(first.index.out, second.index.out), places(first), places(second))
    after, _ = _made(second, known, second.changed)
    clean = files_of(site_of(change(names)))
    assert {**{path: before[path] for path in after["kept"]}, **after["put"]} == clean
    assert len(after["put"]) < len(clean) / 3


def _made(site: Site, before: dict[str, Any], changed: Changes | None) -> tuple[Any, Any]:
    """What is put, and what is kept, of the files of a site; and what is known of its units."""

    class Noting:
        def __init__(self) -> None:
            self.put_: dict[str, bytes] = {}
            self.kept: list[str] = []

        def put(self, path: str, content: bytes) -> None:
            self.put_[path] = content

        def is_known(self, path: str) -> bool:
            return True

        def keep(self, path: str) -> None:
            self.kept.append(path)

        def keep_known(self, paths: tuple[str, ...]) -> bool:
            self.kept.extend(paths)
            return True

    staging: Any = Noting()
    units = make(shards.SHARDS, site, staging, before={name: tuple(unit) for name, unit in before.items()}, changed=changed)
    return (staging.put_ if changed is None else {"put": staging.put_, "kept": staging.kept}), units


@pytest.mark.usefixtures("tiny")
def test_a_visitor_sees_how_many_there_are_and_can_go_on_to_the_last(tmp_path: Path) -> None:
    site = site_of(called(5, 400))
    build(site, Parts(others=[Whole("search", search.files), shards.SHARDS, _scripts]), tmp_path / "site")
    hits = "document.querySelectorAll('#hits li').length"
    typed = "(input => { input.value = 'region'; input.dispatchEvent(new Event('input')); })(document.getElementById('q'))"
    with served(tmp_path / "site") as url, browser() as chromium:
        page = chromium.open(f"{url}fi/search.html")
        page.run(typed)
        page.wait(f"{hits} > 0")
        count = len(matching(site, "region"))
        assert page.text("#found") == f"Löytyi {count}"
        assert page.run("location.search") == "?q=region"
        assert page.run("[...document.querySelectorAll('#kinds span')].map((one) => +one.textContent)")[0] == count
        page.click("#kinds button:nth-child(2)")
        kind = int(page.text("#kinds [aria-pressed=true] span"))
        assert page.text("#found") == f"Löytyi {kind}"
        assert 3 <= page.run(hits) < kind
        while not page.run("document.getElementById('more').hidden"):
            before = page.run(hits)
            page.click("#more")
            page.wait(f"{hits} > {before}")
            assert page.run(f"document.activeElement.closest('li') == document.querySelectorAll('#hits li')[{before}]")
        assert page.run(hits) == kind
        assert page.run("[...new Set([...document.querySelectorAll('#hits a')].map((a) => a.href))].length") == kind
        other = chromium.open(page.run("location.href"))
        other.wait(f"{hits} > 0")
        assert other.text("#found") == f"Löytyi {kind}"
        assert page.problems == []

        # A file that does not come is told of, and asked for again.
        (lost,) = (tmp_path / "site/assets/search.fi").glob("w-liit.js")
        lost.rename(lost.with_suffix(".away"))
        page.run(typed.replace("region", "liit"))
        page.wait("document.getElementById('found').textContent.startsWith('Hakua ei voitu ladata')")
        lost.with_suffix(".away").rename(lost)
        page.run(typed.replace("region", "liit"))
        page.wait(f"{hits} > 0")
