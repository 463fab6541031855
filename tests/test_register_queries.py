"""Questions on imported registers: sums worked out by hand from small files, alike in every engine, and no money counted twice."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import clayonto
from clayonto.engines import ENGINES
from clayonto.registers import import_register

from .conftest import graph

if TYPE_CHECKING:
    from collections.abc import Callable

    from clayonto import KnowledgeGraph

HERE = Path(__file__).parent / "registers"
FILES = (
    "eura-2014",
    "eura-2007-latin1",
    "cordis-organization",
    "cordis-project",
    "kohesio-projects",
    "interreg-europe",
    "interreg-partners",
)
ID = "https://w3id.org/clayonto/id/"
EU_AND_STATE, EU_SHARE, BUDGET = "EU and state money together", "share of the European Union", "budget of one partner"


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], KnowledgeGraph]:
    """The bundled graph and all registers of the tests, in the engine that is named."""
    folder = tmp_path_factory.mktemp("registers")
    for file in (found for name in FILES for found in HERE.glob(f"{name}.*")):
        import_register("auto", file, output=folder / f"{file.stem}.nq")
    loaded: dict[str, KnowledgeGraph] = {}

    def load(engine: str) -> KnowledgeGraph:
        if engine not in loaded:
            loaded[engine] = clayonto.load(*sorted(folder.glob("*.nq")), engine=engine)
        return loaded[engine]

    return load


@pytest.fixture
def full(engines: Callable[[str], KnowledgeGraph]) -> KnowledgeGraph:
    return engines(ENGINES[0])


def key(iri: str | None) -> str | None:
    return None if iri is None else iri.removeprefix(ID)


@pytest.mark.parametrize("name", [name for name in clayonto.queries() if name not in ("search", "timeline")])
def test_every_query_answers_alike_over_registers(name: str, engines: Callable[[str], KnowledgeGraph]) -> None:
    query = clayonto.queries()[name]
    values = {key: p.example for key, p in query.params.items() if p.example is not None}
    one, other = (engines(engine).run(query, **values) for engine in ("oxigraph", "rdflib"))
    assert one.columns == tuple(query.columns)
    assert one == other
    assert one.to_json() == other.to_json()


@pytest.mark.parametrize("name", ["money-by-kind", "money-by-programme", "money-by-year", "money-by-region"])
def test_no_sum_counts_twice_and_none_is_added_over_sources(name: str, full: KnowledgeGraph) -> None:
    rows = [row for row in full.run(name) if row.kind == EU_AND_STATE and row.status == "awarded"]
    # The two lists of the Finnish register: 30,466 + 100, and 1,000 + 2,000 + 3,000 + 500.
    found = {source: sum(row.total for row in rows if key(row.source) == source) for source in ("document/eura-2007", "document/eura-2014")}
    assert found == {"document/eura-2007": Decimal(30566), "document/eura-2014": Decimal(6500)}
    assert sum(row.sums for row in rows) == 6
    # What CORDIS tells of its projects is not what it tells of their partners, and Kohesio tells of projects alone.
    shares = {(row.money_of, key(row.source)) for row in full.run("money-by-kind") if row.kind == EU_SHARE}
    assert shares == {
        ("partner", "document/cordis-organisations"),
        ("whole", "document/cordis-projects"),
        ("whole", "document/kohesio-projects"),
    }


def test_the_same_rows_as_without_registers(full: KnowledgeGraph) -> None:
    bundled = graph(ENGINES[0])
    for name in ("money-by-kind", "money-by-programme", "money-by-year", "money-by-region"):
        alone = bundled.run(name)
        assert 0 < len(alone) < len(full.run(name)), name
        assert {tuple(row) for row in alone} <= {tuple(row) for row in full.run(name)}, name
    # No register has a column for good practices or objectives: that is nothing that a source left out.
    assert {tuple(row) for row in full.run("what-is-missing")} == {tuple(row) for row in bundled.run("what-is-missing")}


def test_a_region_has_the_money_of_its_bodies(full: KnowledgeGraph) -> None:
    rows = full.run("money-by-region")
    own = {(row.kind, key(row.source)): row.total for row in rows if key(row.region) == "region/nuts-uki31"}
    assert own[EU_SHARE, "document/cordis-organisations"] == Decimal("528340.97")
    assert {(row.country, key(row.region)) for row in rows if row.kind == EU_AND_STATE} == {("Finland", None)}
    # A cooperation's whole money is nobody's alone, so it stands under no region.
    assert "share from funds" not in {row.kind for row in rows}


def test_the_largest_first_and_of_one_year_programme_or_region(full: KnowledgeGraph) -> None:
    def top(**values: str | int) -> list[tuple[str, Decimal]]:
        return [(row.organisation_label, row.total) for row in full.run("top-beneficiaries", **values)]

    assert top(limit=3) == [("KILN LIMITED", Decimal("528340.97")), ("LÄMPÖ OY", Decimal(30466)), ("Opisto", Decimal(3500))]
    assert top(year=2008) == [("LÄMPÖ OY", Decimal(30466)), ("Seinäjoen opisto", Decimal(100))]
    assert top(programme="programme/2014fi16m2op001", limit=1) == [("Opisto", Decimal(3500))]
    assert top(region="region/nuts-uki31") == [("KILN LIMITED", Decimal("528340.97"))]
    assert top(region="region/nuts-uki31", year=2008) == []
    assert top(kinds="money-kind:partner-budget", region="region/south-ostrobothnia")[0][1] == Decimal(212000)


def test_partners_abroad_are_of_other_countries(full: KnowledgeGraph) -> None:
    rows = full.run("partners-abroad", region="region/nuts-el303", lang="fi")
    assert [(row.country, row.partner_label, row.projects) for row in rows] == [
        ("Kosovo", "AEROPORTI", 1),
        ("Suomi", "NOWHERE", 1),
        ("Suomi", "SEINAJOKI", 1),
        ("Yhdistynyt kuningaskunta", "KILN LIMITED", 1),
    ]


def test_one_name_in_two_registers_is_shown_with_both(full: KnowledgeGraph) -> None:
    rows = full.run("register-overlaps")
    assert {(row.name, row.kind, row.sources) for row in rows} == {("lera ab", "organisation", 2)}
    assert {key(row.source) for row in rows} == {"document/interreg-partners-se", "document/kohesio-projects"}
    assert len({row.thing for row in rows}) == 2


def test_each_register_is_told_with_its_rows_projects_and_money(full: KnowledgeGraph) -> None:
    told = [
        (row.what, row.status, row.money_of, row.number, row.total)
        for row in full.run("register-rows")
        if key(row.source) == "document/eura-2014"
    ]
    assert told == [
        ("rows", None, None, 4, None),
        ("projects", None, None, 4, None),
        ("parts in projects", None, None, 4, None),
        ("organisations", None, None, 7, None),
        (EU_AND_STATE, "awarded", "project", 4, Decimal(6500)),
        (EU_AND_STATE, "realised", "project", 3, Decimal("3500.5")),
        ("public funding", "planned", "project", 4, Decimal(7700)),
        ("public funding", "realised", "project", 3, Decimal("4500.5")),
    ]


def test_a_partner_whose_country_is_not_told_is_a_partner(tmp_path: Path) -> None:
    """The list of Interreg Danube names no countries."""
    data = tmp_path / "one.ttl"
    data.write_text(
        """@base <https://w3id.org/clayonto/id/> . @prefix clay: <https://w3id.org/clayonto/def#> . @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix role: <https://w3id.org/clayonto/concept/role/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        <project/x> a clay:Project ; skos:prefLabel "X"@en ; prov:qualifiedAssociation <participation/1>, <participation/2> .
        <participation/1> prov:agent <organisation/a> ; prov:hadRole role:partner . <participation/2> prov:agent <organisation/b> ; prov:hadRole role:partner .
        <organisation/a> a <http://www.w3.org/ns/org#Organization> ; skos:prefLabel "A"@en . <organisation/b> skos:prefLabel "B"@en .""",
        encoding="utf-8",
    )
    kg = clayonto.load(data)
    assert [(row.partner_label, row.country) for row in kg.run("project-partners", project="project/x")] == [("A", None), ("B", None)]
    assert [(row.partner_label, row.country) for row in kg.run("works-with", organisation="organisation/a")] == [("B", None)]
