"""The columnar engine gives the rows that the store gives: on the bundled graph, on queries made at random over untidy data, and on what changes."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import polars as pl
import pyoxigraph as ox
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.engines.columnar import ColumnarEngine, answer, joining, patterns, reckoning
from clayonto.engines.columnar.algebra import Beyond, Const, Link, Triple, Var
from clayonto.engines.columnar.parser import parse
from clayonto.errors import DataError
from clayonto.frames import to_polars
from clayonto.namespaces import ID, PREFIXES
from clayonto.query import queries
from tests.conftest import SOAK, graph
from tests.test_cli import run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Terms of every kind under the same predicates, in several languages, with escapes, odd lexical forms, nothing, and things that repeat.
UNTIDY = r"""
@prefix : <https://w3id.org/clayonto/id/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:a :name "Alfa"@en , "Alfa"@fi , "alfa" ; :size 3 ; :cost 1.50 ; :in :r1 ; :mixed 5 ; :with :b , :c ; a :Thing .
:b :name "Beta \"b\"\t\n\\"@en , "Ääkkönen"@fi ; :size 3 ; :cost 212000.25 ; :in :r2 ; :mixed "5" ; :with :a ; a :Thing .
:c :name "gamma" ; :size -7 ; :cost 0.10 ; :in :r3 ; :mixed :a ; :with :a , :b , :c ; a :Thing , :Other .
:d :size 12 ; :mixed "viisi"@fi ; :day "2021-05-31"^^xsd:date ; a :Thing .
:e :name "Épsilon"@en-GB ; :cost "abc"^^xsd:decimal ; :mixed 5.0 ; :in _:somewhere ; :day "2020-01-01"^^xsd:date ; a :Other .
:r1 :part :r2 . :r2 :part :r3 . :r3 :part :r1 . :r4 :part :r4 .
:a :share 0.125 . :b :share 0.375 .
:r1 :name "Region 1"@en . :r2 :name "Region 2"@en , "Alue 2"@fi . :r10 :name "Region 10" .
"""
PREDICATES = (":name", ":size", ":cost", ":share", ":in", ":mixed", ":with", "a", ":part", ":day", ":none")
NAMES = ("?a", "?a", "?b", "?b", "?c")
CONSTANTS = (":a", ":r2", ":Thing", '"Alfa"@en', '"alfa"', "3", ":nowhere")


def texts(*choices: str) -> st.SearchStrategy[str]:
    return st.sampled_from(choices)


variable = texts(*NAMES)
path = st.one_of(
    texts(*PREDICATES),
    st.builds("{}/{}".format, texts(*PREDICATES), texts(*PREDICATES)),
    st.builds("({}|{})".format, texts(*PREDICATES), texts(*PREDICATES)),
    st.builds("^{}".format, texts(*PREDICATES)),
    texts(":part+", ":part*", "(:part|:with)+", ":in/:part*"),
)
# A triple of constants alone is left to the store.
triple = st.builds(
    "{} {} {} .".format, st.one_of(variable, variable, texts(":a", ":r1")), path, st.one_of(variable, variable, texts(*CONSTANTS))
).filter(lambda t: "?" in t)
text = st.one_of(
    st.builds("STR({})".format, variable),
    st.builds("LANG({})".format, variable),
    st.builds("LCASE(STR({}))".format, variable),
    texts('"alfa"', '"en"', '""', '"Alfa"'),
)
test = st.one_of(
    st.builds("{} {} {}".format, text, texts("=", "!=", "<", ">", "<=", ">="), text),
    st.builds("{} {} {}".format, variable, texts("=", "!=", "<", ">="), st.one_of(variable, texts("3", ":a", '"alfa"'))),
    st.builds("{}({}, {})".format, texts("CONTAINS", "STRSTARTS", "STRENDS"), st.one_of(text, variable), texts('"a"', '"A"', '"\u00e4"')),
    st.builds("BOUND({})".format, variable),
    st.builds("ISIRI({})".format, variable),
    st.builds("ISLITERAL({})".format, variable),
    st.builds("DATATYPE({}) {} {}".format, variable, texts("=", "!="), texts("xsd:date", "xsd:string", "xsd:decimal", ":a")),
    st.builds("{} {} {}".format, variable, texts("<=", ">", "="), texts('"2020-06-01"^^xsd:date', '"2021-05-31"^^xsd:date')),
    st.builds("YEAR({}) {} 2021".format, variable, texts("=", "<")),
    st.builds("{} = {}".format, texts(":a", ":b"), texts(":a", ":nowhere")),
    st.builds("STRLEN({}) > 4".format, text),
    st.builds("{} IN ({}, :b)".format, variable, texts(":a", ":c")),
)
tests = st.recursive(
    test,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner), st.builds("({} || {})".format, inner, inner), st.builds("!({})".format, inner)
    ),
    max_leaves=3,
)
filters = st.builds("FILTER({})".format, tests)
number = st.one_of(variable, variable, texts("2", "0", "100.0", ".25"))
arithmetic = st.recursive(
    number,
    lambda inner: st.one_of(
        st.builds("({} {} {})".format, inner, texts("+", "-", "*", "/"), inner),
        st.builds("{} {} {} {} {}".format, inner, texts("+", "-", "*", "/"), number, texts("+", "-", "*", "/"), number),
        st.builds("{}({})".format, texts("ROUND", "ABS", "CEIL", "FLOOR"), inner),
    ),
    max_leaves=4,
).filter(lambda text: "?" in text and any(sign in text for sign in "+-*/("))
block = st.lists(triple, min_size=1, max_size=3).map(" ".join)
binding = st.one_of(
    st.builds("BIND(LCASE(STR({})) AS ?made)".format, variable),
    st.builds('BIND(COALESCE(STR({}), "none") AS ?made)'.format, variable),
    st.builds("BIND(IF({}, 1, 2) AS ?made)".format, tests),
    st.builds('BIND(CONCAT(STR({}), "-", STR({})) AS ?made)'.format, variable, variable),
    st.builds("BIND(STRAFTER(STR({}), {}) AS ?made)".format, variable, texts('"a"', '"id/"', '"zz"')),
    st.builds("BIND(SUBSTR(STR({}), {}, {}) AS ?made)".format, variable, texts("1", "2", "30"), texts("0", "4")),
    st.builds("BIND(xsd:integer(SUBSTR(STR({}), 1, 4)) AS ?made)".format, variable),
    st.builds("BIND({} AS ?made)".format, texts("true", "false", "7", '"text"')),
    st.builds("BIND({} AS ?made)".format, arithmetic),
    st.builds("BIND(IF({} > 3, {}, ?none) AS ?made)".format, variable, variable),
    st.builds("BIND(COALESCE({}, 0.5) AS ?made)".format, variable),
    st.builds("BIND({} AS ?made)".format, tests),
)
grouped = st.builds(
    "{{ SELECT ?a ({} AS ?{}) {{ {} {} }} GROUP BY ?a {} }}".format,
    texts("COUNT(?b)", "COUNT(DISTINCT ?b)", "MIN(STR(?b))", "SUM(?b)", "MAX(?b)"),
    texts("g", "h"),
    block,
    st.one_of(st.just(""), filters),
    texts("", "HAVING(COUNT(?b) > 1)", "HAVING(BOUND(?a))"),
)
element = st.one_of(
    block,
    filters,
    st.builds("OPTIONAL {{ {} {} }}".format, block, st.one_of(st.just(""), filters)),
    st.builds("OPTIONAL {{ {} {} }}".format, texts("?d :name ?e .", "?d :with ?a .", "?c :size ?d ."), filters),
    st.builds("OPTIONAL {}".format, grouped),
    grouped,
    st.builds(
        "VALUES ?p {{ {} }} ?a ?p {} .".format,
        texts(":name", ":name :size", ":with :none :mixed", "rdf:type :in"),
        texts("?b", "?c", "?d", ":c"),
    ),
    st.builds("{{ {} }} UNION {{ {} }}".format, block, block),
    st.builds("{{ SELECT {}{} {{ {} }} }}".format, texts("", "DISTINCT "), texts("?a ?b", "?b ?c", "?a", "?b"), block),
    st.builds("FILTER NOT EXISTS {{ {} }}".format, block),
    st.builds("VALUES {} {{ {} {} }}".format, variable, texts(*CONSTANTS), texts(*CONSTANTS)),
)
pattern = st.builds("?a {} ?b . {} {}".format, path, st.lists(element, max_size=3).map(" ".join), st.one_of(st.just(""), binding))
aggregate = st.one_of(
    st.builds("COUNT({}{})".format, texts("", "DISTINCT "), variable),
    st.just("COUNT(*)"),
    st.builds("{}({})".format, texts("SUM", "MIN", "MAX"), variable),
    st.builds("{}(STR({}))".format, texts("MIN", "MAX"), variable),
    st.builds("{}({})".format, texts("SUM", "MIN", "MAX", "COUNT"), arithmetic),
)
select = st.one_of(
    st.builds("SELECT {}?a ?b {{ {} }}".format, texts("", "DISTINCT "), pattern),
    st.builds("SELECT ?a ?made {{ {} }}".format, pattern),
    st.builds("SELECT ?a ({} AS ?n) {{ {} }} GROUP BY ?a".format, aggregate, pattern),
    st.builds("SELECT ({} AS ?n) ({} AS ?m) {{ {} }}".format, aggregate, aggregate, pattern),
    st.builds("SELECT (STR(?a) AS ?t) ({0} AS ?n) {{ {1} }} GROUP BY ?a HAVING({0} > 1)".format, aggregate, pattern),
    st.builds("SELECT ?l ({} AS ?n) {{ {} }} GROUP BY (LANG(?a) AS ?l)".format, aggregate, pattern),
)


def untidy() -> clayonto.KnowledgeGraph:
    triples = ox.serialize(ox.parse(UNTIDY, format=ox.RdfFormat.TURTLE), format=ox.RdfFormat.N_TRIPLES) or b""
    kg = clayonto.load(bundle=False, engine="columnar")
    with kg.edit() as edit:
        edit.update(f"INSERT DATA {{ {triples.decode()} }}")
    # In so few triples the store is quicker with every query: here the columns are to answer whatever they can.
    kg._engine.rows_are_cheaper = lambda select: None  # type: ignore[attr-defined]
    return kg


COLUMNS = untidy()
PREFIX = "PREFIX : <https://w3id.org/clayonto/id/> "


def from_the_store(query: str) -> clayonto.Rows:
    """The rows of the store behind the columns: the same blank nodes have the same names."""
    return clayonto.Rows.from_tsv(COLUMNS._engine.select(query, base=COLUMNS.base), engine="oxigraph")


@contextmanager
def as_if_there_were_many() -> Iterator[None]:
    """Nothing is done in Python for being little."""
    little = ((answer, "_FEW"), (patterns, "_SEVERAL"), (joining, "_SMALL"), (joining, "_ONE_BY_ONE"), (joining, "_MANY"))
    with pytest.MonkeyPatch.context() as patch:
        for module, name in little:
            patch.setattr(module, name, 0)
        yield


def shown(rows: clayonto.Rows) -> Counter[tuple[str, ...]]:
    return Counter(tuple(map(repr, row)) for row in rows)


@pytest.mark.fuzz
@settings(max_examples=400 * SOAK, deadline=None)
@given(select, st.sampled_from((0, 1 << 20)), st.booleans())
@example("SELECT ?a ?c { ?a :size ?x OPTIONAL { ?a :none ?b } ?b :name ?c }", 1 << 20, True)
def test_any_query_gives_the_rows_of_the_store(query: str, few: int, many: bool) -> None:
    # Terms are looked up one by one wherever that is possible, or nowhere.
    with as_if_there_were_many() if many else nullcontext(), pytest.MonkeyPatch.context() as patch:
        patch.setattr(patterns, "_FEW", few)
        columns = COLUMNS.query(PREFIX + query)
    assert shown(columns) == shown(from_the_store(PREFIX + query))


@pytest.mark.fuzz
@settings(max_examples=150 * SOAK, deadline=None)
@given(select, st.lists(texts("", "any", "string", "iri", "integer", "decimal", "boolean", "date"), min_size=2, max_size=2), st.booleans())
@example("SELECT ?a ?b { ?a :size ?b }", ["", ""], True)
@example("SELECT ?a ?b { ?a :size ?c OPTIONAL { ?a :cost ?b } }", ["", ""], True)
@example("SELECT ?a ?b { ?a :day ?b }", ["iri", "date"], False)
@example("SELECT ?a ?b { ?a :size ?c OPTIONAL { ?a :none ?b } }", ["", ""], True)
@example("SELECT ?a (SUM(?b) AS ?n) { ?a :size ?b } GROUP BY ?a", ["", "decimal"], False)
@example("SELECT ?b (SUM(?c) AS ?n) { ?a :size ?b ; :share ?c } GROUP BY ?b", ["any", ""], True)
@example("SELECT ?a ?made { ?a :name ?b OPTIONAL { ?a :size ?c } BIND(BOUND(?c) AS ?made) }", ["", "boolean"], False)
@example("SELECT ?a ?made { ?a :name ?b BIND(CONCAT(STR(?b), '') AS ?made) }", ["", "string"], True)
def test_a_frame_is_what_its_cells_say(query: str, declared: list[str], many: bool) -> None:
    table = COLUMNS._answers._columns.table(PREFIX + query, base=COLUMNS.base)  # type: ignore[union-attr]
    assume(table is not None)
    types = {name: kind for name, kind in zip(table.names, declared, strict=True) if kind}  # type: ignore[union-attr]

    def made(make: Callable[[], pl.DataFrame]) -> pl.DataFrame | str:
        try:
            return make()
        except DataError:
            return "what is there is not what was declared"

    with as_if_there_were_many() if many else nullcontext():
        given = made(lambda: table.frame(types))  # type: ignore[union-attr]
    read = made(lambda: to_polars(table.cells(), types))  # type: ignore[union-attr]
    if isinstance(given, str) or isinstance(read, str):
        assert str(given) == str(read)
    else:
        assert given.equals(read)
        assert given.schema == read.schema


@pytest.mark.fuzz
@settings(max_examples=150 * SOAK, deadline=None)
@given(
    texts(
        "?a :size ?b",
        "?a :with ?b",
        "?a :day ?b",
        "?a a ?b ; :size ?x",
        "?a :name ?b FILTER(LANG(?b) = 'en')",
        "?a :name ?x OPTIONAL { ?a :size ?b }",
    ),
    st.lists(
        st.builds("{}({})".format, texts("ASC", "DESC"), texts("?a", "?b", "STR(?b)", "LCASE(STR(?b))", "STRLEN(STR(?a))")), min_size=1
    ),
    st.booleans(),
)
def test_any_order_is_that_of_the_store(where: str, keys: list[str], many: bool) -> None:
    # ?a and ?b last, so that nothing is left equal but what is the same.
    query = f"{PREFIX} SELECT ?a ?b {{ {where} }} ORDER BY {' '.join(keys)} STR(?a) STR(?b)"
    with as_if_there_were_many() if many else nullcontext():
        columns = COLUMNS.query(query)
    assert columns.engine == "columnar"
    assert list(columns) == list(from_the_store(query))


def test_random_queries_reach_the_columns() -> None:
    """Else the tests above would compare the store with itself."""
    answered = Counter[str]()

    @settings(max_examples=200, deadline=None, derandomize=True, database=None)
    @given(select)
    def ask(query: str) -> None:
        answered[COLUMNS.query(PREFIX + query).engine] += 1

    ask()
    assert answered["columnar"] > 40, answered


def test_what_stands_in_the_bundle(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph("columnar")._engine, "rows_are_cheaper", lambda select: None)
    ran = Counter[str]()
    for query in map(queries().__getitem__, queries()):
        rows = graph("columnar").query(query.example())
        assert rows == graph("oxigraph").query(query.example()), query.name
        ran[rows.engine] += 1
    assert ran["columnar"] > 20, ran


def test_rows_say_which_engine_ran_and_become_frames() -> None:
    query = "SELECT ?kind (COUNT(?amount) AS ?n) (SUM(?v) AS ?sum) { ?amount clay:moneyKind ?kind ; epo:hasAmountValue ?v } GROUP BY ?kind ORDER BY ?kind"
    columns, rows = graph("columnar").query(query), graph("oxigraph").query(query)
    assert (columns.engine, rows.engine) == ("columnar", "oxigraph")
    assert len(columns) == len(rows) > 2
    assert columns.to_polars().equals(rows.to_polars())
    assert columns.to_csv() == rows.to_csv()
    assert columns.to_json() == rows.to_json()
    lookup = graph("columnar").query("SELECT ?p { <project/clay> clay:underProgramme ?p }")
    assert (lookup.engine, len(lookup)) == ("oxigraph", 1)


def test_a_change_is_seen() -> None:
    kg = clayonto.load(engine="columnar")
    count = "SELECT (COUNT(?p) AS ?n) { ?p skos:prefLabel ?l }"
    before = kg.query(count)
    with kg.edit() as edit:
        edit.update('INSERT DATA { <https://w3id.org/clayonto/id/project/x> a clay:Project ; skos:prefLabel "X"@en }')
    after = kg.query(count)
    assert (before.engine, after.engine) == ("columnar", "columnar")
    assert after[0].n == before[0].n + 1
    kg.materialise()
    inferred = "SELECT (COUNT(*) AS ?n) { ?x a ?class ; skos:prefLabel ?l }"
    plain = clayonto.load()
    with plain.edit() as edit:
        edit.update('INSERT DATA { <https://w3id.org/clayonto/id/project/x> a clay:Project ; skos:prefLabel "X"@en }')
    plain.materialise()
    assert kg.query(inferred) == plain.query(inferred)


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a :p ?b }",
        "SELECT ?a { GRAPH ?g { ?a :p ?b } }",
        "SELECT ?a { ?a :p [] }",
        "SELECT ?a { ?a :p ?b FILTER(REGEX(?b, 'x')) }",
        "SELECT ?a { ?a :p? ?b }",
        "SELECT ?a { ?a !:p ?b }",
        "SELECT ?a { ?a nosuch:p ?b }",
        "SELECT ?a { ?a :p 'x'^^xsd:date }",
        "SELECT ?a { ?a :p ?b } LIMIT",
        "SELECT ?a { ?a :p ?b",
        "SELECT ?a { ?a :p ?b } }",
        "SELECT { ?a :p ?b }",
        "SELECT ?a { ?a :p '2021-02-30'^^xsd:date }",
        "SELECT ?a { ?a :p ?b FILTER(xsd:double(?b) > 1) }",
        "ASK { ?a :p ?b }",
    ],
)
def test_what_is_beyond_is_left_to_the_store(query: str) -> None:
    with pytest.raises(Beyond):
        parse(PREFIX + query, base="https://w3id.org/clayonto/id/")


def test_why_the_store_answers() -> None:
    engine = ColumnarEngine()
    assert "REGEX" in str(engine.why_rows("SELECT ?a { ?a skos:prefLabel ?b FILTER(REGEX(?b, 'x')) }", base=""))
    assert "few triples (about 1)" in str(engine.why_rows("SELECT ?b { <urn:x> skos:prefLabel ?b }", base=""))
    assert graph("columnar")._engine.why_rows("SELECT ?b { ?a skos:prefLabel ?b }", base="") is None  # type: ignore[attr-defined]


def test_what_queries_cost_that_differ_in_their_things_is_estimated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    engine: Any = clayonto.load(engine="columnar")._engine
    asked: list[object] = []
    decide = engine.rows_are_cheaper

    def deciding(select: object) -> object:
        asked.append(select)
        return decide(select)

    monkeypatch.setattr(engine, "rows_are_cheaper", deciding)
    lookup = "PREFIX p: <{1}> SELECT * {{ <{0}> p:prefLabel ?l {2} }}"
    skos = PREFIXES["skos"]
    for thing in ("urn:a", "urn:b", "project/clay", "https://x.org/%41"):
        assert engine.why_rows(lookup.format(thing, skos, "").replace("*", "?l"), base=ID)
    assert len(asked) == 1
    # What a predicate, a prefix or an object is counts.
    for text in (
        lookup.format("urn:a", "urn:other#", ""),
        lookup.format("urn:a", skos, "; <urn:p> ?x"),
        lookup.format("urn:a", skos, "; <urn:q> ?x"),
        lookup.format("urn:a", skos, ". ?x <urn:p> <urn:o>"),
        lookup.format("urn:a", skos, ". ?x <urn:p> <urn:o2>"),
        "PREFIX p: <urn:a> SELECT ?l { p: <urn:p> ?l }",
        "PREFIX p: <urn:b> SELECT ?l { p: <urn:p> ?l }",
    ):
        before = len(asked)
        engine.why_rows(text.replace("*", "?l"), base=ID)
        assert len(asked) == before + 1, text


def test_what_has_to_be_looked_at_is_so_for_each_thing(tmp_path: Path) -> None:
    hubs = "".join(f"<urn:hub{n % 3}> <urn:with> <urn:o{n % 900}> .\n" for n in range(2700))
    few = "".join(f"<urn:s{n}> <urn:with> <urn:p{n}> .\n" for n in range(20))
    (tmp_path / "data.nt").write_text(hubs + few)
    engine: Any = clayonto.load(tmp_path / "data.nt", bundle=False, engine="columnar")._engine
    query = "SELECT ?d {{ <{}> <urn:with> ?a . ?b <urn:with> ?a . ?b <urn:with> ?c . ?d <urn:with> ?c }}"

    def told(*things: str) -> list[bool]:
        return [engine.why_rows(query.format(thing), base=ID) is None for thing in things]

    together = told("urn:s1", "urn:hub1", "urn:s2")
    for thing, found in zip(("urn:s1", "urn:hub1", "urn:s2"), together, strict=True):
        engine._chosen = None
        assert told(thing) == [found]
    assert together == [False, True, False]


def test_an_answer_without_a_row() -> None:
    rows = COLUMNS.query("SELECT ?a (COUNT(?b) AS ?n) { ?a <urn:none> ?b } GROUP BY ?a")
    assert (rows.engine, rows.columns, len(rows)) == ("columnar", ("a", "n"), 0)


def test_the_plan_of_columns_has_the_steps_that_were_taken() -> None:
    query = (
        'SELECT ?p ?l { ?p a clay:Project ; skos:prefLabel ?l . FILTER(LANG(?l) = "fi") OPTIONAL { ?p clay:acronym ?x } } ORDER BY STR(?l)'
    )
    kg = clayonto.load(engine="columnar")
    kg._engine.rows_are_cheaper = lambda select: None  # type: ignore[attr-defined]
    plan = kg.plan(query)
    assert (plan.engine, plan.ordered, plan.rows) == ("columnar", True, 1)
    assert [step.what.split()[0] for step in plan.steps] == ["?p", "?p", "FILTER", "?p", "OPTIONAL", "ORDER"]
    assert [step.rows for step in plan.steps][-1] == 1
    assert plan.to_dict()["steps"][0]["rows"] == 1


def test_the_plan_of_a_store_has_what_each_pattern_matches() -> None:
    plan = graph("columnar").plan("SELECT ?p { <project/clay> clay:underProgramme ?p } ORDER BY RAND()")
    assert (plan.engine, plan.ordered, plan.steps) == ("oxigraph", False, ())
    plan = graph("oxigraph").plan("SELECT ?p ?l { ?p a clay:Project { ?p skos:prefLabel ?l } UNION { ?p clay:acronym ?l } }")
    found = {step.what.split()[1]: step.rows for step in plan.steps}
    labels, acronyms = (len(graph("oxigraph").query(f"SELECT ?s {{ ?s {p} ?o }}")) for p in ("skos:prefLabel", "clay:acronym"))
    assert list(found.values()) == [1, labels, acronyms]
    assert any("no-order" in remark for remark in plan.remarks)


def test_parquet_and_arrow_have_the_columns() -> None:
    rows = graph("columnar").run("money-by-kind")
    assert pl.read_parquet(rows.to_parquet()).equals(rows.to_polars())
    # Polars takes a sequence for one before it asks for its columns.
    only_columns = SimpleNamespace(__arrow_c_stream__=rows.__arrow_c_stream__)
    assert pl.DataFrame(only_columns).equals(rows.to_polars())


def test_the_command_explains_and_writes_parquet(tmp_path: Path) -> None:
    told = run("query", "money-by-kind", "--engine", "columnar", "--explain")
    assert told.returncode == 0, told.stderr
    assert "GROUP BY" in told.stdout
    assert "clay:moneyKind" in told.stdout
    assert (
        json.loads(run("query", "project-partners", "--param", "project=project/clay", "--explain", "-f", "json").stdout)["engine"]
        == "oxigraph"
    )
    file = tmp_path / "money.parquet"
    assert run("query", "money-by-kind", "-f", "parquet", "-o", str(file)).returncode == 0
    assert pl.read_parquet(file).height == 6


@pytest.mark.parametrize("base", ["http://x/", "http://x/y/", "http://x/y", "urn:x:", "http://x/?q=/", "../z/", "http://x/%79/"])
@pytest.mark.parametrize("iri", ["a", "a/b", "urn:a", "a/../b", "a/./b", "../a", "#a", "?a", "", "//h/a", "b.c", "%61"])
def test_relative_iris_are_those_of_the_engine_or_the_engines_own(base: str, iri: str) -> None:
    start = f"BASE <{base}>"
    try:
        (found,) = parse(f"{start} SELECT ?s {{ ?s <urn:p> <{iri}> }}", base="http://given/").where.elements
    except Beyond:
        return
    made = ox.Store().query(f"{start} CONSTRUCT {{ <urn:s> <urn:p> <{iri}> }} {{}}", base_iri="http://given/")
    assert isinstance(made, ox.QueryTriples)
    assert isinstance(found, Triple)
    assert found.object == Const(str(next(made).object))


def test_a_base_of_its_own_is_no_reason_for_the_store() -> None:
    (found,) = parse("BASE <http://x/> PREFIX p: <http://p/> SELECT ?s { ?s p:q <a> }", base="http://given/").where.elements
    assert found == Triple(Var("s"), Link("<http://p/q>"), Const("<http://x/a>"))
    with pytest.raises(Beyond):
        parse("PREFIX p: <a/> SELECT ?s { ?s p:q p:r }", base="http://given/")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?a (?b * 2 AS ?made) { ?a :size ?b }",
        "SELECT ?a (ROUND(?c * 100.0 / ?b) / 100.0 AS ?made) { ?a :size ?b ; :cost ?c }",
        "SELECT ?a ?made { ?a :name ?n OPTIONAL { ?a :size ?b } BIND(1 + 2 * ?b - 3 AS ?made) }",
        "SELECT ?a (?b / 0 AS ?made) { ?a :size ?b }",
        "SELECT ?a ?made { ?a :share ?b BIND(IF(?b > 0.2, ?b, ?none) AS ?made) }",
        "SELECT ?a ?made { ?a :name ?n OPTIONAL { ?a :share ?b } BIND(COALESCE(?b, 0.0) AS ?made) }",
        "SELECT (SUM(?b * ?c) AS ?n) (MIN(?b / ?c) AS ?m) (MAX(ABS(?b)) AS ?o) { ?a :size ?b ; :share ?c }",
        "SELECT ?a ?made { { ?a :size ?b BIND(?b / 3 AS ?made) } UNION { ?a :share ?b BIND(?b * 1.5 AS ?made) } }",
        "SELECT ?a ?made { { ?a :size ?b BIND(?b / 4 AS ?made) } UNION { ?a :size ?b BIND(?b * 2 AS ?made) FILTER(?b > 1000) } }",
    ],
)
def test_sums_of_expressions_are_made_as_the_store_makes_them(query: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reckoning, "_AT_ONCE", 2)
    columns = COLUMNS.query(PREFIX + query)
    assert columns.engine == "columnar"
    assert shown(columns) == shown(from_the_store(PREFIX + query))


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("SELECT ?a (?b * 2 AS ?made) { ?a :mixed ?b }", "several kinds"),
        ("SELECT ?a (?b * 2 AS ?made) { ?a :in ?b }", "blank node"),
        ("SELECT ?a (STRLEN(?b) * 2 AS ?made) { ?a :name ?b }", "handed over"),
        ("SELECT ?a (2 * 3 AS ?made) { ?a :name ?b }", "constants"),
        ("SELECT ?a ?made { ?a :size ?b BIND(IF(?b > 3, ?b, ?none) AS ?made) }", "IF"),
        ("SELECT ?a ?made { ?a :size ?made FILTER(?made = 2.5 * 2) }", "constants"),
        ("SELECT ?a (?b * 2e0 AS ?made) { ?a :size ?b }", "2e0"),
        ("SELECT ?a { ?a :cost 1.5 }", "1.5"),
    ],
)
def test_what_is_not_reckoned_with_is_left_to_the_store(query: str, why: str) -> None:
    rows = COLUMNS.query(PREFIX + query)
    assert rows.engine == "oxigraph"
    assert why in COLUMNS.plan(PREFIX + query).reason
    assert shown(rows) == shown(from_the_store(PREFIX + query))
