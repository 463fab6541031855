"""What a query is reckoned to take of a store: about as many triples as the store looks at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

import clayonto
from clayonto.engines.columnar.estimating import cost
from clayonto.engines.columnar.parser import parse
from clayonto.namespaces import ID

if TYPE_CHECKING:
    from pathlib import Path

SUMS = 600


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Sums of projects, one of them of a rare kind, and ten kinds with labels in two languages."""
    said = "".join(
        f"<urn:sum{n}> <urn:of> <urn:project{n}> ; <urn:kind> <urn:kind{n % 9}> ; <urn:value> {n} .\n<urn:project{n}> <urn:under> <urn:programme> .\n"
        for n in range(SUMS)
    )
    said += "<urn:rare> <urn:of> <urn:project0> ; <urn:kind> <urn:kind9> ; <urn:value> 1 .\n"
    said += "".join(f"<urn:kind{n}> <urn:in> <urn:kinds> ; <urn:label> 'kind {n}'@en , 'laji {n}'@fi .\n" for n in range(10))
    path: Path = tmp_path_factory.mktemp("estimating") / "data.ttl"
    path.write_text(said)
    return clayonto.load(path, bundle=False, engine="columnar")._engine


def looked_at(engine: Any, where: str, columns: str = "?s", rest: str = "") -> float:
    return cost(parse(f"SELECT {columns} {{ {where} }} {rest}", base=ID), engine.extents, engine._store).looked_at


def test_optionals_that_compare_texts_add_to_each_other_and_do_not_multiply(engine: Any) -> None:
    def naming(name: str) -> str:
        return f"OPTIONAL {{ ?{name} <urn:in> <urn:kinds> ; <urn:label> ?{name}_label FILTER(LANG(?{name}_label) = 'en' && STR(?{name}) = ?text) }}"

    few = "?s <urn:kind> <urn:kind9> ; <urn:kind> ?kind BIND(STR(?kind) AS ?text) "
    one = looked_at(engine, few + naming("a"))
    assert one >= 10
    assert looked_at(engine, few + naming("a") + naming("b") + naming("c")) < 4 * one


@pytest.mark.parametrize(
    "test", ["?kind = <urn:kind{}>", "<urn:kind{}> = ?kind", "?kind IN (<urn:kind{}>, <urn:none>)", "?n > 3 && ?kind = <urn:kind{}>"]
)
def test_what_a_filter_names_is_counted(engine: Any, test: str) -> None:
    where = f"?s <urn:kind> ?kind ; <urn:of> ?p ; <urn:value> ?n FILTER({test})"
    rare, common = (looked_at(engine, where.format(kind)) for kind in (9, 0))
    assert SUMS < rare < common < 2 * SUMS
    # What is within OPTIONAL, or another SELECT, has filters of its own.
    for part in (
        "OPTIONAL {{ ?s <urn:kind> ?kind . ?s <urn:of> ?p . ?p <urn:under> ?u }}",
        "{{ SELECT ?s ?kind {{ ?s <urn:kind> ?kind ; <urn:of> ?p }} }}",
    ):
        where = "?s <urn:value> ?n " + part.replace("{{", "{").replace("}}", "}")
        assert looked_at(engine, where + " FILTER(?kind = <urn:kind9>)") >= looked_at(engine, where) - 1


def test_a_filter_within_a_union_is_counted_in_each_part(engine: Any) -> None:
    parts = "{ ?s <urn:kind> ?kind . ?s <urn:of> ?p } UNION { ?s <urn:kind> ?kind . ?s <urn:value> ?p }"
    assert looked_at(engine, f"{parts} FILTER(?kind = <urn:kind9>)") < looked_at(engine, parts) * 2 / 3


def test_a_union_within_optional_starts_from_what_is_there(engine: Any) -> None:
    where = "?s <urn:kind> <urn:kind9> OPTIONAL { { ?s <urn:of> ?x } UNION { ?s <urn:value> ?x } }"
    assert looked_at(engine, where) < 10
    # One that is no part of OPTIONAL is worked out by itself.
    assert looked_at(engine, where.replace("OPTIONAL", "")) > SUMS


def test_there_are_no_more_groups_than_keys_have_values(engine: Any) -> None:
    follow = "OPTIONAL { ?kind <urn:label> ?label }"
    grouped = "{{ SELECT ?kind ({} AS ?x) {{ ?s <urn:kind> ?kind ; <urn:of> ?p }} GROUP BY {} }}"
    by_kind = looked_at(engine, grouped.format("COUNT(?s)", "?kind") + follow, "?kind")
    by_sum = looked_at(engine, grouped.format("COUNT(?p)", "?kind ?s") + follow, "?kind")
    assert by_kind < by_sum - SUMS / 2
    one_of_all = looked_at(engine, "{ SELECT (MIN(?k) AS ?kind) { ?s <urn:kind> ?k } } " + follow, "?kind")
    assert one_of_all < SUMS + 20
    distinct = looked_at(engine, "{ SELECT DISTINCT ?kind { ?s <urn:kind> ?kind ; <urn:of> ?p } } " + follow, "?kind")
    assert distinct == pytest.approx(by_kind, abs=30)
