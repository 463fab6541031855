"""Answers that are sorted outside the engine: in the order that the engine would make of them, in every form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.engines import sorting
from clayonto.engines.ordering import sortable
from clayonto.engines.oxigraph import as_asked
from clayonto.engines.sorting import InOrder, apart
from clayonto.namespaces import ID
from clayonto.server.messages import Question
from clayonto.server.worker import Limits, Worker
from tests.conftest import SOAK
from tests.test_ordering import XSD, term

if TYPE_CHECKING:
    from pathlib import Path

TSV = ox.QueryResultsFormat.TSV

# What is close to being a number or a time, and what is one in more ways than one.
NUMBERS = (
    "0",
    "-0",
    "007",
    "+5",
    ".5",
    "5.",
    "1_0",
    " 5",
    "9223372036854775807",
    "9223372036854775808",
    "0.0000000000000000001",
    "1.10",
    "1e2",
    "-INF",
    "inf",
)
FRACTIONS = ("1.10", "0.0000000000000000001")
DATES = (
    "2021-05-31",
    "2021-02-29",
    "2020-02-29",
    "0000-01-01",
    "-0001-12-31",
    "12021-06-01",
    "02021-06-01",
    "1900-02-29",
    "2021-6-1",
    "-0004-02-29",
)
TIMES = (
    "10:00:00",
    "24:00:00",
    "24:00:01",
    "23:59:59.5",
    "23:59:59.50",
    "10:60:00",
    "10:00:60",
    "00:00:00.000000000000000001",
    "00:00:00.0000000000000000001",
)
ZONES = ("Z", "+05:30", "-14:00", "+14:01", "", "-00:00", "+1:00")
moment = st.builds("{}T{}{}".format, st.sampled_from(DATES), st.sampled_from(TIMES), st.sampled_from(ZONES))
literal = st.one_of(
    st.builds(ox.Literal, moment, datatype=st.sampled_from([ox.NamedNode(XSD + name) for name in ("dateTime", "dateTimeStamp")])),
    st.builds(
        ox.Literal,
        st.sampled_from(NUMBERS),
        datatype=st.sampled_from([ox.NamedNode(XSD + name) for name in ("integer", "decimal", "double", "byte")]),
    ),
    # Of the float and the double that are written 0.1, Oxigraph says that they differ, and that both are the decimal number.
    st.builds(
        ox.Literal, st.sampled_from([each for each in NUMBERS if each not in FRACTIONS]), datatype=st.just(ox.NamedNode(XSD + "float"))
    ),
    st.builds(
        ox.Literal, st.text("ab\"\\\n\r\t'\u0000\u0085\u2028 ä\U0001f600", max_size=4), language=st.sampled_from(("en", "EN-gb", "fi"))
    ),
)
anything = st.one_of(term, literal, st.builds(ox.Triple, st.just(ox.NamedNode("urn:a")), st.just(ox.NamedNode("urn:p")), literal))
rows = st.lists(st.tuples(anything, st.none() | anything), max_size=30)


def holding(given: list[tuple[Any, Any]]) -> ox.Store:
    store = ox.Store()
    for n, pair in enumerate(given):
        for name, value in zip(("x", "y"), pair, strict=True):
            if value is not None:
                store.add(ox.Quad(ox.NamedNode(f"urn:s{n:02}"), ox.NamedNode(f"urn:{name}"), value))
    return store


def serialized(store: ox.Store, query: str) -> bytes:
    found: Any = store.query(query)
    return bytes(found.serialize(format=TSV))


ALL = "SELECT ?x ?s ?y { ?s <urn:x> ?x OPTIONAL { ?s <urn:y> ?y } } "


@pytest.mark.fuzz
@settings(max_examples=100 * SOAK, deadline=None)
@given(
    rows,
    st.sampled_from(
        (
            "?x",
            "DESC(?x)",
            "?y DESC(?x)",
            "ASC(?y)",
            "DESC(?y) ?x",
            "STR(?x)",
            "DESC(STR(?y)) ?x",
            'DESC(COALESCE(STR(?x), ""))',
            '(COALESCE(STR(?y), "")) DESC(?y)',
        )
    ),
)
def test_the_order_outside_is_that_of_the_engine(given: list[tuple[Any, Any]], by: str) -> None:
    store = holding(given)
    query = f"{ALL}ORDER BY {by} ?s"
    found = apart(query)
    assert found is not None
    text, order = found
    answer = InOrder(order)
    answer.write(serialized(store, text))
    assert answer.rows == len(given)
    assert answer.content() == serialized(store, sortable(query))


@pytest.mark.fuzz
@settings(max_examples=50 * SOAK, deadline=None)
@given(rows, st.integers(0, 6), st.integers(0, 6), st.integers(1, 50))
def test_the_first_rows_are_those_of_the_whole_order(given: list[tuple[Any, Any]], offset: int, limit: int, piece: int) -> None:
    store = holding(given)
    found = apart(f"{ALL}ORDER BY DESC(?x) ?s OFFSET {offset} LIMIT {limit}")
    assert found is not None
    text, order = found
    whole, part = InOrder(order._replace(offset=0, limit=None)), InOrder(order)
    part._most = 0  # so that it lets go of rows with each piece
    document = serialized(store, text)
    whole.write(document)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sorting, "_AT_A_TIME", 0)
        for at in range(0, len(document), piece):
            part.write(document[at : at + piece])
    head, *lines = whole.content().split(b"\n")
    lines.pop()
    wanted = lines[offset : offset + limit]
    assert part.rows == len(wanted)
    assert part.content() == b"\n".join([head, *wanted, b""])


@pytest.fixture(scope="module")
def mixed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store of terms of all kinds, fifteen of each of these."""
    folder = tmp_path_factory.mktemp("mixed") / "store"
    store = ox.Store(str(folder))
    predicate = ox.NamedNode("urn:x")
    for n in range(15):
        subject = ox.NamedNode(f"urn:s{n:02}")
        for value in (n * 7 % 15, n / 2 + 0.25, f'{n * 4 % 15} \t"a"', True):
            store.add(ox.Quad(subject, predicate, ox.Literal(value)))
        store.add(ox.Quad(subject, predicate, ox.Literal(f"name {n % 3}", language="en")))
        store.add(ox.Quad(subject, predicate, ox.NamedNode(f"urn:o{n % 4}")))
        store.add(ox.Quad(subject, predicate, ox.BlankNode(f"b{n}")))
        store.add(ox.Quad(subject, predicate, ox.Literal(f"2021-05-31T10:00:00+{n:02}:00", datatype=ox.NamedNode(XSD + "dateTime"))))
    store.flush()
    return folder


OUTSIDE = (
    "SELECT ?x ?s { ?s <urn:x> ?x } ORDER BY ?x ?s",
    "SELECT * { ?s <urn:x> ?x } ORDER BY DESC(?x) STR(?s)",
    "SELECT DISTINCT ?x { ?s <urn:x> ?x FILTER(!isBlank(?x)) } ORDER BY ?x",
    "SELECT ?x (COUNT(?s) AS ?n) { ?s <urn:x> ?x FILTER(!isBlank(?x)) } GROUP BY ?x ORDER BY DESC(?n) ?x",
    "SELECT ?s (MAX(?x) AS ?most) { ?s <urn:x> ?x } GROUP BY ?s ORDER BY ?most ?s",
    "SELECT ?x ?s ?none { ?s <urn:x> ?x } ORDER BY ?none ?x ?s LIMIT 20 OFFSET 10",
    "SELECT ?x ?s { ?s <urn:x> ?x } ORDER BY ?x ?s LIMIT 0",
    "SELECT ?s { ?s <urn:x> ?x } ORDER BY DESC(?x) STR(?s)",
    "PREFIX p: <urn:> SELECT (STR(?x) AS ?text) WHERE { ?s p:x ?x BIND(STRLEN(STR(?x)) AS ?n) } ORDER BY ?n ?x DESC(?s) LIMIT 30",
    "SELECT ?s { { SELECT DISTINCT ?s { ?s <urn:x> ?x } } OPTIONAL { ?s <urn:x> ?n FILTER(ISNUMERIC(?n)) } } ORDER BY COALESCE(?n, 0) ?s ?n",
    "SELECT ?x ?s { ?s <urn:x> ?x . FILTER(false) } ORDER BY ?x",
)


@pytest.mark.parametrize("query", OUTSIDE)
@pytest.mark.parametrize("form", ["json", "xml", "csv", "tsv"])
def test_a_worker_answers_as_the_engine_would(mixed: Path, tmp_path: Path, query: str, form: str) -> None:
    assert apart(query) is not None
    asked = Worker(mixed, Limits(1 << 30, 1 << 20, 1000), base=ID, spool=tmp_path / "answer")
    _, head, body = asked.answer(1, None, Question(query, named=form))
    again = Worker(mixed, Limits(1 << 30, 1 << 20, 1000), base=ID, spool=tmp_path / "answer")
    again._unordered = lambda query: None  # type: ignore[method-assign]
    assert (head, body) == again.answer(1, None, Question(query, named=form))[1:]
    assert head is not None
    assert "error" not in head


def test_queries_that_differ_in_their_things_alone_are_each_put_in_order(mixed: Path, tmp_path: Path) -> None:
    asked = Worker(mixed, Limits(1 << 30, 1 << 20, 1000), base=ID, spool=tmp_path / "answer")
    store = ox.Store.read_only(str(mixed))
    for n in range(15):
        query = f"SELECT ?x {{ <urn:s{n:02}> <urn:x> ?x }} ORDER BY DESC(?x) # {n}"
        assert asked.answer(n, None, Question(query, named="tsv"))[2] == serialized(store, as_asked(query))


@pytest.mark.parametrize(
    ("tail", "most", "rows"),
    [
        ("", 120, 120),
        ("", 119, None),
        ("LIMIT 7", 119, 7),
        ("LIMIT 119", 119, 119),
        ("LIMIT 120", 119, None),
        ("OFFSET 20", 100, 100),
        ("OFFSET 19", 100, None),
        ("OFFSET 30 LIMIT 100", 100, 90),
        ("LIMIT 200", 100, None),
    ],
)
def test_an_answer_in_order_has_no_more_rows_than_it_may(mixed: Path, tmp_path: Path, tail: str, most: int, rows: int | None) -> None:
    asked = Worker(mixed, Limits(1 << 30, 1 << 20, most), base=ID, spool=tmp_path / "answer")
    _, head, body = asked.answer(1, None, Question(f"SELECT ?x {{ ?s <urn:x> ?x }} ORDER BY ?x {tail}", named="tsv"))
    assert (head == {"error": "rows"}) if rows is None else (body.count(b"\n") == rows + 1)


def test_what_is_wrong_is_told_of_the_text_as_given(mixed: Path, tmp_path: Path) -> None:
    asked = Worker(mixed, Limits(1 << 30, 1 << 20, 1000), base=ID, spool=tmp_path / "answer")
    for query in ("SELECT ?s {\n ?s ?p } ORDER BY ?s", "SELECT ?s { ?s ?p ?o }\nORDER BY ?s LIMIT x"):
        _, head, _ = asked.answer(1, None, Question(query, named="tsv"))
        assert head is not None
        assert (head["error"], head["line"]) == ("syntax", 2)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT DISTINCT ?s { ?s ?p ?o } ORDER BY ?o",
        "SELECT ?s (MAX(?o) AS ?most) { ?s ?p ?o } GROUP BY ?s ?p ORDER BY ?p",
        "SELECT ?s { ?s ?p ?o } GROUP BY ?s ?p ORDER BY ?p",
        "SELECT (MAX(?o) AS ?most) { ?s ?p ?o } ORDER BY ?p",
        "SELECT ?s { ?s ?p ?o } HAVING (?s = 1) ORDER BY ?p",
        "SELECT ?s { ?s ?p ?o } ORDER BY COALESCE(?o, 1)",
        "SELECT ?s { ?s ?p ?o } ORDER BY STR(?s) LCASE(STR(?s))",
        "SELECT ?s { ?s ?p ?o } ORDER BY ?s STR(",
        "SELECT ?s { ?s ?p ?o } ORDER BY ?s VALUES ?s { 1 }",
        "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT 3 LIMIT 4",
        "SELECT ?s { ?s ?p ?o } ORDER BY ?s LIMIT -3",
        "SELECT ?s { ?s ?p ?o } ORDER BY ?s OFFSET",
        "SELECT REDUCED ?s { ?s ?p ?o } ORDER BY ?s",
        "SELECT ?s FROM <urn:g> { ?s ?p ?o } ORDER BY ?s",
        "SELECT ?s { { SELECT ?s { ?s ?p ?o } ORDER BY ?s } }",
        "SELECT ?s (COUNT(?o) AS ?n) { ?s ?p ?o } GROUP BY ?s ORDER BY DESC(?n) LIMIT 3",
        "SELECT ?s { ?s ?p 'ORDER BY ?s' } # ORDER BY ?s",
        "SELECT ( ORDER BY ?s",
        "ASK { ?s ?p ?o }",
        "",
        "CONSTRUCT { ?s ?p ?o } { ?s ?p ?o { SELECT ?s { ?s ?p ?o } } } ORDER BY ?s",
        "DESCRIBE ?s { ?s ?p ?o } ORDER BY ?s",
        "ORDER BY",
    ],
)
def test_what_the_engine_has_to_sort(query: str) -> None:
    assert apart(query) is None


def test_an_order_is_the_same_with_and_without_a_limit(bundled: clayonto.KnowledgeGraph) -> None:
    query = "SELECT ?o { ?s ?p ?o } ORDER BY ?o"
    rows = list(bundled.query(query))
    assert list(bundled.query(f"{query} LIMIT 40")) == rows[:40]
    assert list(bundled.query(f"{query} OFFSET 1000 LIMIT 40")) == rows[1000:1040]
    with bundled.stream(f"{query} OFFSET {len(rows) - 3}") as stream:
        assert list(stream) == rows[-3:]
