"""One graph, many threads: the answers are those that one thread gets; and the front for asyncio."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import clayonto
from clayonto import AsyncGraph
from clayonto.errors import QuerySyntaxError, UnknownQueryError

THREADS = 8
IN_GRAPHS = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY STR(?g)"
BLANK = "SELECT ?n { GRAPH ?g { ?s a owl:Restriction } } ORDER BY ?n"
QUICK = ("project-partners", "project-phases", "partner-countries", "glossary", "exchange-visits", "works-with", "project-money")


def questions(kg: clayonto.KnowledgeGraph, names: tuple[str, ...]) -> list[Callable[[], object]]:
    """Ask, and give what can be compared."""

    def named(name: str) -> Callable[[], object]:
        example = {k: p.example for k, p in kg.queries[name].params.items() if p.example is not None}
        return lambda: [tuple(row) for row in kg.run(name, **example)]

    return [
        *map(named, names),
        lambda: kg.query("ASK { ?p a clay:Project }")[0].answer,
        lambda: sorted(map(str, kg.query("CONSTRUCT { ?p a clay:Project } WHERE { ?p a clay:Project }"))),
        lambda: [tuple(row) for row in kg.query(IN_GRAPHS)],
        lambda: len(kg.query(BLANK)),
        lambda: kg.describe("project/clay").to_text(),
        lambda: [tuple(row) for row in kg.search("palvelupolku", lang="fi")],
        lambda: len(kg),
    ]


def side_by_side(asked: list[Callable[[], object]], *, rounds: int = 2) -> list[list[object]]:
    """The answers that each of eight threads gets, all of which begin at once and each elsewhere in the list."""
    gate = threading.Barrier(THREADS)

    def work(number: int) -> list[object]:
        gate.wait()
        answers: dict[int, object] = {}
        for step in range(len(asked) * rounds):
            at = (step + number) % len(asked)
            answers[at] = asked[at]()
        return [answers[at] for at in range(len(asked))]

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(work, range(THREADS)))


@pytest.mark.parametrize("where", ["oxigraph", "rdflib", "columnar", "disk"])
def test_eight_threads_get_the_answers_of_one(where: str, tmp_path: Path) -> None:
    def load() -> clayonto.KnowledgeGraph:
        return clayonto.load(store=tmp_path / "graph.db") if where == "disk" else clayonto.load(engine=where)

    # rdflib takes a hundred times as long, and one question at a time.
    few = slice(1, 4) if where == "rdflib" else slice(None)
    alone = [ask() for ask in questions(load(), QUICK[:3] if where == "rdflib" else QUICK)[few]]
    kg = load()  # nothing is asked of it before the threads are there
    for answers in side_by_side(questions(kg, QUICK[:3] if where == "rdflib" else QUICK)[few], rounds=1 if where == "rdflib" else 2):
        assert answers == alone


def test_eight_threads_validate_explain_and_infer_alike() -> None:
    def questions_of(kg: clayonto.KnowledgeGraph) -> list[Callable[[], object]]:
        return [
            lambda: kg.validate().conforms,
            lambda: kg.explain("project/clay", "a", "prov:Activity").to_text(),
            lambda: len(kg.infer().triples),
            lambda: kg.account("amount/clay-total-budget").to_text(),
            lambda: str(kg.place_of(kg.triples()[0])),
        ]

    alone = [ask() for ask in questions_of(clayonto.load())]
    for answers in side_by_side(questions_of(clayonto.load()), rounds=1):
        assert answers == alone


def test_readers_in_threads_see_the_old_state_or_the_new(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    file = tmp_path / "own.nt"

    def write(number: int) -> None:
        # Each state has the same number in all of its triples, and as many triples.
        file.write_text("".join(f'<urn:s{n}> <urn:state> "{number}" .\n' for n in range(500)))
        clayonto.load(file, store=store, bundle=False)

    write(0)
    kg = clayonto.load(store=store)
    stop, seen, wrong = threading.Event(), set(), []

    def read() -> None:
        while not stop.is_set():
            kg.refresh()
            rows = kg.query("SELECT ?state (COUNT(*) AS ?n) { ?s <urn:state> ?state } GROUP BY ?state")
            found = [(row.state, row.n) for row in rows]
            seen.update(found)
            if len(found) != 1 or found[0][1] != 500:
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(THREADS)]
    for reader in readers:
        reader.start()
    for number in range(1, 6):
        write(number)
    while len(seen) < 2:
        time.sleep(0.01)
    stop.set()
    for reader in readers:
        reader.join()
    assert not wrong
    assert kg.refresh() in (True, False)
    assert kg.query("SELECT DISTINCT ?state { ?s <urn:state> ?state }")[0].state == "5"


def test_asyncio_asks_side_by_side_and_the_loop_goes_on() -> None:
    kg = clayonto.load()
    ticks = 0

    async def tick() -> None:
        nonlocal ticks
        while True:
            await asyncio.sleep(0)
            ticks += 1

    async def ask() -> None:
        async with AsyncGraph(kg, threads=4) as graph:
            ticking = asyncio.create_task(tick())
            named = [graph.run("project-partners", project="project/clay") for _ in range(10)]
            partners = await asyncio.gather(*named)
            assert all(rows == kg.run("project-partners", project="project/clay") for rows in partners)
            assert (await graph.query("ASK { ?p a clay:Project }"))[0].answer
            assert (await graph.describe("project/clay")).to_text() == kg.describe("project/clay").to_text()
            assert (await graph.search("palvelupolku", lang="fi", limit=1))[0] == kg.search("palvelupolku", lang="fi", limit=1)[0]
            assert (await graph.explain("project/clay", "a", "prov:Activity")).proof is not None
            assert (await graph.account("amount/clay-total-budget")).groups
            assert (await graph.validate(focus=["project/clay"])).conforms
            assert not await graph.refresh()
            with pytest.raises(UnknownQueryError):
                await graph.run("no-such-query")
            with pytest.raises(QuerySyntaxError):
                await graph.query("SELECT")
            ticking.cancel()
        with pytest.raises(RuntimeError, match="shutdown"):
            await graph.query("ASK {}")

    asyncio.run(ask())
    assert ticks > 10


def test_who_gives_up_waiting_goes_on_at_once() -> None:
    kg = clayonto.load()
    done = threading.Event()

    async def ask() -> bool:
        async with AsyncGraph(kg, threads=1) as graph:
            first = asyncio.create_task(graph._aside(done.wait))
            await asyncio.sleep(0)
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(graph.query("ASK {}"), timeout=0.05)
            before = done.is_set()
            done.set()
            await first
            return before

    assert asyncio.run(ask()) is False
