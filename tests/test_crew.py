"""How queries that wait at the same moment share a worker: none waits for its neighbours, none is lost with them, and each gets its own answer."""

from __future__ import annotations

import asyncio
import gzip
import os
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote_to_bytes

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto import sparql
from clayonto.errors import ForbiddenQueryError, QuerySyntaxError
from clayonto.namespaces import ID
from clayonto.server import messages
from clayonto.server.messages import Frames, Question, frame
from clayonto.server.pool import Pool
from clayonto.server.problems import BadQuery, OverLimit, TimedOut, TooMany
from clayonto.server.process import Process
from clayonto.server.progress import Progress, shared
from clayonto.server.protocol import unquoted
from clayonto.server.settings import Settings
from clayonto.server.state import States
from clayonto.server.turns import Turns
from tests.serving import PATIENCE

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence
    from pathlib import Path

    from clayonto.server.asked import Asked

RUNAWAY = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder: Path = tmp_path_factory.mktemp("crew") / "graph.db"
    clayonto.load(store=folder)
    return folder


class Sent(NamedTuple):
    """What went to a worker at once."""

    worker: Process
    queries: Sequence[Asked]

    @property
    def texts(self) -> list[str]:
        return [asked.question.query for asked in self.queries]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Sent]:
    """All that goes to workers, in order."""
    noted: list[Sent] = []
    ask = Process.ask

    def noting(self: Process, queries: Sequence[Asked], now: float) -> None:
        ask(self, queries, now)
        noted.append(Sent(self, queries))

    monkeypatch.setattr(Process, "ask", noting)
    return noted


@asynccontextmanager
async def pooled(store: Path, aside: Path, **limits: float) -> AsyncIterator[Pool]:
    """A pool that has answered so many short queries that it sends several at once."""
    pool = Pool(States(store, base=ID, aside=aside).current(), Settings(**limits), aside)  # type: ignore[arg-type]
    await pool.start()
    try:
        for number in range(30):
            await value(pool, str(number))
        yield pool
    finally:
        await pool.stop()


async def value(pool: Pool, query: str) -> str:
    """The one value that a query gives, or the value of an expression."""
    text = query if "{" in query else f"SELECT ({query} AS ?n) {{}}"
    answer = await pool.answer(Question(text, named="csv"), client="")
    try:
        return (await answer.content()).decode().split("\r\n")[1]
    finally:
        answer.close()


def test_queries_that_wait_at_the_same_moment_go_together_and_each_gets_its_own_answer(
    store: Path, tmp_path: Path, sent: list[Sent]
) -> None:
    async def ask() -> list[str]:
        async with pooled(store, tmp_path, workers=1) as pool:
            sent.clear()
            return await asyncio.gather(*(value(pool, str(number)) for number in range(40)))

    assert asyncio.run(ask()) == list(map(str, range(40)))
    assert len(sent) < 40
    asked = [text for one in sent for text in one.texts]
    assert asked == [f"SELECT ({number} AS ?n) {{}}" for number in range(40)], "each is asked once, in the order in which they came"


@pytest.mark.parametrize("before", [0, 3])
def test_a_query_that_does_not_end_holds_none_of_those_sent_with_it(before: int, store: Path, tmp_path: Path, sent: list[Sent]) -> None:
    async def ask() -> tuple[list[str], bool]:
        async with pooled(store, tmp_path, workers=2, quick=0.1, timeout=0.7) as pool:
            sent.clear()
            texts = [*map(str, range(before)), RUNAWAY, *map(str, range(before, 20))]
            running = [asyncio.create_task(value(pool, text)) for text in texts]
            runaway = running.pop(before)
            answers = await asyncio.gather(*running)
            still = not runaway.done()
            with pytest.raises(TimedOut):
                await runaway
            assert pool.killed == 1
            assert await value(pool, "1") == "1"
            return answers, still

    answers, still = asyncio.run(ask())
    assert answers == list(map(str, range(20)))
    assert still, "they waited for it"
    assert len(next(one.texts for one in sent if RUNAWAY in one.texts)) > 1, "it was alone, so nothing was shown"


def test_a_worker_that_is_killed_loses_what_it_was_at_and_nothing_else(store: Path, tmp_path: Path, sent: list[Sent]) -> None:
    async def ask() -> list[str | BaseException]:
        async with pooled(store, tmp_path, workers=1) as pool:
            sent.clear()
            texts = ["1", RUNAWAY, *map(str, range(2, 10))]
            running = asyncio.gather(*(value(pool, text) for text in texts), return_exceptions=True)
            while not (found := [one for one in sent if RUNAWAY in one.texts]):
                await asyncio.sleep(0)
            worker, queries = found[0]
            number = next(number for number, asked in worker.sent.items() if asked is queries[found[0].texts.index(RUNAWAY)])
            while worker.begun != number:
                await asyncio.sleep(0.001)
            os.kill(worker.pid, signal.SIGKILL)
            return await running

    answers = asyncio.run(ask())
    assert isinstance(answers.pop(1), OverLimit)
    assert answers == list(map(str, range(1, 10)))


def test_a_worker_that_is_killed_as_it_is_asked_is_replaced(store: Path, tmp_path: Path, sent: list[Sent]) -> None:
    async def ask() -> list[str | BaseException]:
        async with pooled(store, tmp_path, workers=1) as pool:
            os.kill(sent[-1].worker.pid, signal.SIGKILL)
            return await asyncio.gather(*(value(pool, str(number)) for number in range(10)), return_exceptions=True)

    assert asyncio.run(ask()) == list(map(str, range(10)))


def test_what_is_taken_back_before_anything_was_begun_is_asked_again(store: Path, tmp_path: Path, sent: list[Sent]) -> None:
    async def ask() -> list[str]:
        async with pooled(store, tmp_path, workers=1) as pool:
            worker = sent[-1].worker
            os.kill(worker.pid, signal.SIGSTOP)  # as a machine with too much to do would have it wait
            sent.clear()
            running = asyncio.gather(*(value(pool, str(number)) for number in range(10)))
            while not sent:
                await asyncio.sleep(0)
            worker.take_back()
            os.kill(worker.pid, signal.SIGCONT)
            return await asyncio.wait_for(running, PATIENCE)

    assert asyncio.run(ask()) == list(map(str, range(10)))
    assert len(sent) > 1


def test_who_gives_up_takes_nobody_along(store: Path, tmp_path: Path, sent: list[Sent]) -> None:
    async def ask() -> list[str]:
        async with pooled(store, tmp_path, workers=1) as pool:
            running = [asyncio.create_task(value(pool, text)) for text in (RUNAWAY, "1", "2", "3")]
            while not any(RUNAWAY in one.texts for one in sent):
                await asyncio.sleep(0)
            running[0].cancel()
            running[2].cancel()
            answers = [await running[1], await running[3]]
            assert pool.waiting == 0
            return answers

    assert asyncio.run(ask()) == ["1", "3"]


def test_a_worker_is_given_more_before_it_has_nothing_left_and_none_of_it_waits_for_what_it_is_at(
    store: Path, tmp_path: Path, sent: list[Sent]
) -> None:
    async def ask() -> list[str]:
        async with pooled(store, tmp_path, workers=1, quick=0.1) as pool:
            sent.clear()
            runaway = asyncio.create_task(value(pool, RUNAWAY))
            while not sent:
                await asyncio.sleep(0)
            answers = await asyncio.wait_for(asyncio.gather(value(pool, "1"), value(pool, "2")), PATIENCE)
            assert not runaway.done()
            runaway.cancel()
            return list(answers)

    assert asyncio.run(ask()) == ["1", "2"]
    assert sent[1].worker is sent[0].worker, "it was given nothing ahead, so nothing was shown"
    assert sent[-1].worker is not sent[0].worker


def test_a_query_without_a_task_is_answered_or_handed_over(store: Path, tmp_path: Path) -> None:
    async def ask() -> list[object]:
        async with pooled(store, tmp_path, workers=1, quick=0.1, timeout=0.4, per_client=2) as pool:
            told: asyncio.Queue[object] = asyncio.Queue()

            def begin(query: str) -> bool:
                return pool.begin(Question(query, named="csv"), client="", answered=told.put_nowait, otherwise=told.put_nowait)

            assert begin("SELECT (1 AS ?n) {}")
            assert begin("SELECT (2 AS ?n) {}")
            assert not begin("SELECT (3 AS ?n) {}"), "the client has too many"
            bodies: list[object] = [(await told.get()).body for _ in range(2)]  # type: ignore[attr-defined]
            assert begin(RUNAWAY)
            slow = await told.get()
            with pytest.raises(TimedOut):
                await pool.answer(slow.question, client="", begun=slow)  # type: ignore[attr-defined, arg-type]
            assert begin("SELECT *")
            wrong = await told.get()
            with pytest.raises(BadQuery):
                await pool.answer(wrong.question, client="", begun=wrong)  # type: ignore[attr-defined, arg-type]
            assert begin("SELECT (COUNT(*) AS ?n) { GRAPH <urn:none> { ?s ?p ?o } }")
            named = await told.get()
            answer = await pool.answer(named.question, client="", begun=named)  # type: ignore[attr-defined, arg-type]
            assert begin("SELECT (4 AS ?n) {}"), "something is counted that has ended"
            assert begin("SELECT (5 AS ?n) {}"), "something is counted that has ended"
            return [*bodies, answer.body]

    assert asyncio.run(ask()) == [b"n\r\n1\r\n", b"n\r\n2\r\n", b"n\r\n0\r\n"]


def test_large_answers_that_come_together_are_each_whole(store: Path, tmp_path: Path) -> None:
    async def ask() -> list[bytes]:
        async def whole(pool: Pool, number: int) -> bytes:
            answer = await pool.answer(
                Question(f"SELECT ?s ?p ?o ({number} AS ?n) {{ ?s ?p ?o }} LIMIT 2000", named="csv", gzip=number % 2 == 1), client=""
            )
            content = await answer.content()
            answer.close()
            return gzip.decompress(content) if answer.gzip else content

        async with pooled(store, tmp_path, workers=1) as pool:
            answers = await asyncio.gather(*(whole(pool, number) for number in range(6)))
            assert not list(tmp_path.glob("answer-*"))
            return answers

    for number, answer in enumerate(asyncio.run(ask())):
        assert len(answer) > 1 << 16
        assert answer.count(f",{number}\r\n".encode()) == 2000


# ---------------------------------------------------------------------- the parts


class Waiting(NamedTuple):
    client: str
    since: float = 0.0


def test_clients_take_turns_and_who_lost_a_turn_has_the_next() -> None:
    turns: Turns[Waiting] = Turns(per_client=3)
    for client, since in [("a", 1), ("a", 2), ("a", 3), ("b", 4), ("c", 5)]:
        turns.put(Waiting(client, since))
    assert [one.since for one in turns.take(4)] == [1, 4, 5, 2]
    turns.put(Waiting("b", 4), first=True)
    assert turns.waiting == 2
    assert [one.since for one in turns.late(3.5)] == [3]
    assert [one.since for one in turns.take(9)] == [4, 3]
    turns.put(one := Waiting("a"))
    turns.remove(one)
    turns.remove(one)
    assert (turns.waiting, turns.take(1)) == (0, [])


def test_a_client_may_have_so_many_queries_and_no_more() -> None:
    turns: Turns[Waiting] = Turns(per_client=2)
    turns.enter("a")
    turns.enter("a")
    with pytest.raises(TooMany):
        turns.enter("a")
    turns.enter("b")
    turns.leave("a")
    turns.enter("a")


@settings(max_examples=25)
@given(st.lists(st.none() | st.text(max_size=9) | st.lists(st.integers(), max_size=3), max_size=5), st.integers(1, 9))
def test_frames_are_put_together_however_they_come(values: list[object], size: int) -> None:
    frames, data = Frames(), b"".join(map(frame, values))
    assert [value for start in range(0, len(data), size) for value in frames.take(data[start : start + size])] == values


def test_what_is_taken_back_is_not_begun(tmp_path: Path) -> None:
    with shared(tmp_path) as file:
        here, there = Progress(file.fileno()), Progress(file.fileno())
    assert there.may_begin(1)
    assert here.at == 1
    here.take_back(4)
    assert not there.may_begin(3)
    assert here.at == 1
    assert there.may_begin(4)
    assert here.at == 4
    assert messages.file_of(tmp_path / "answer", 4).endswith("answer-4")


@given(st.text(alphabet='%=0123456789ABCDEFabcdef +/:?<>{}"é\r\n') | st.text().map(quote))
def test_the_value_of_a_parameter_is_what_the_standard_library_makes_of_it(text: str) -> None:
    value = text.encode()
    assert unquoted(value) == unquote_to_bytes(value.replace(b"+", b" "))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("PREFIX select: <urn:ask> ASK {}", "ask"),
        ("prefix:<urn:x>base <urn:y>\r\n\tDescribe<urn:z>", "describe"),
        ("PREFIX : <urn:x> PREFIX a-b.c: <urn:y> CONSTRUCT WHERE {}", "construct"),
        ("# ASK {}\nSELECT*{}", "select"),
        ("PREFIX a: <urn:x> # ASK\nPREFIX b: <urn:x>SELECT ?x {}", "select"),
        ("BASE<urn:select>SELECT(1 AS ?x) {}", "select"),
        ("PREFIX é: <urn:x> ASK{}", "ask"),
        ("PREFIX a: <urn:\\u0061> ASK{}", "ask"),
        ("INSERT DATA {}", ForbiddenQueryError),
        ("PREFIX a: <urn:x> DELETE WHERE {}", ForbiddenQueryError),
        ("PREFIX a: <urn:x", QuerySyntaxError),
        ("SELECTED ?x {}", QuerySyntaxError),
        ("", QuerySyntaxError),
    ],
)
def test_the_form_of_a_query_is_told_whatever_stands_before_it(text: str, form: str | type[Exception]) -> None:
    if isinstance(form, str):
        assert sparql.form(text) == form
    else:
        with pytest.raises(form):
            sparql.form(text)
