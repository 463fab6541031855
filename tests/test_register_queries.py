"""Questions on imported registers: sums worked out by hand from small files, alike in every engine, and no money counted twice."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
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


@pytest.fixture(scope="module")
def classified(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], KnowledgeGraph]:
    """Registers that tell categories, axes, objectives and rates, without the bundled data, in the engine that is named."""
    folder = tmp_path_factory.mktemp("classified")
    for name in ("interreg-central-baltic.json", "interreg-central-europe.json", "keep-projects.csv", "kohesio-projects-2024.csv"):
        import_register("auto", HERE / name, output=folder / f"{name}.nq")
    # A rate of a project whose money nobody tells, and a second text for a category.
    (folder / "more.ttl").write_text(
        """@base <https://w3id.org/clayonto/id/> . @prefix clay: <https://w3id.org/clayonto/def#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix category: <https://w3id.org/clayonto/concept/intervention-2014/> .
        <project/x> a clay:Project ; clay:underProgramme <programme/2014tc16rfcb014> ; clay:coFinancingRate 60.5 ; clay:interventionCategory category:118 .
        category:118 skos:altLabel "Fixing kilns"@en .""",
        encoding="utf-8",
    )
    return cache(lambda engine: clayonto.load(*sorted(folder.iterdir()), engine=engine, bundle=False))


def by_columns(kg: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch) -> KnowledgeGraph:
    """Where there are columns, they answer, however small the graph."""
    if kg.engine == "columnar":
        monkeypatch.setattr(kg._engine, "rows_are_cheaper", lambda select: None)
    return kg


@pytest.mark.parametrize("engine", ENGINES)
def test_the_money_of_a_category_is_whole_under_each_category_of_a_project(
    classified: Callable[[str], KnowledgeGraph], engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    kg = by_columns(classified(engine), monkeypatch)
    rows = kg.run("money-by-category")
    assert rows.engine == engine
    told = {
        (row.category.rpartition("/")[2], row.text): [
            (r.projects, r.kind, r.status, r.money_of, r.sums, r.total) for r in rows if r.category == row.category
        ]
        for row in rows
    }
    of_the_kiln = [
        (1, BUDGET, "planned", "partner", 2, Decimal("300.01")),
        (1, "share from funds", "awarded", "partner", 2, Decimal("225.0075")),
        (1, "share from funds", "awarded", "project", 1, Decimal("225.0075")),
        (1, "total budget", "planned", "project", 1, Decimal("300.01")),
    ]
    of_kilns = [
        (1, None, None, None, None, None),
        (1, EU_SHARE, "planned", "project", 1, 100),
        (1, "total budget", "planned", "project", 1, 200),
    ]
    assert told == {
        ("01", "Non-repayable grant"): [(1, None, None, None, None, None), *of_the_kiln],
        # A project more, whose money is not told.
        ("118", "Fixing kilns"): [(2, None, None, None, None, None), *of_the_kiln],
        ("m07", "Not applicable"): [(1, None, None, None, None, None), *of_the_kiln],
        ("t04", "Macro regional area"): [(1, None, None, None, None, None), *of_the_kiln],
        ("2014-2020-066", "Advanced kilns"): of_kilns,
        ("2014-2020-067", "SME development, clays"): of_kilns,
        ("2021-2027-021", "Clays of 2021"): [
            (1, None, None, None, None, None),
            (1, EU_SHARE, "planned", "project", 1, 1),
            (1, "total budget", "planned", "project", 1, 100),
        ],
    }
    of_one = kg.run("money-by-category", programme="programme/kohesio-2021fi16ffpr001", lang="fi")
    assert [(row.category_label, row.projects, row.kind) for row in of_one] == [
        ("Tukitoimien luokka 021", 1, None),
        ("Tukitoimien luokka 021", 1, "Euroopan unionin osuus"),
        ("Tukitoimien luokka 021", 1, "kokonaisbudjetti"),
    ]


@pytest.mark.parametrize("engine", ENGINES)
def test_each_axis_and_each_objective_of_a_programme_has_its_projects_and_money(
    classified: Callable[[str], KnowledgeGraph], engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = by_columns(classified(engine), monkeypatch).run("money-by-objective")
    assert rows.engine == engine
    assert [(row.programme_label, row.scheme, row.text, row.projects) for row in rows if row.kind is None] == [
        ("Interreg Central Baltic 2014–2020", "Priority axes of programmes", "Fired and inclusive region", 1),
        ("Interreg Central Europe 2014–2020", "Investment priorities of the structural funds, 2014–2020", "promoting kilns", 1),
        ("Interreg Central Europe 2014–2020", "Priority axes of programmes", "Cooperating on clay", 1),
        ("Interreg Central Europe 2014–2020", "Specific objectives of programmes", None, 1),
        ("Sustainable growth", "Thematic objectives, as Kohesio writes them", "Competitiveness of kilns", 1),
        ("Renewal", "Policy objectives, as Kohesio writes them", "A smarter kiln", 1),
    ]
    # The project is under its axis, its priority and its specific objective at once, and its sums are whole under each.
    assert {(row.scheme[:8], row.kind, row.sums, row.total) for row in rows if "Central Europe" in row.programme_label and row.kind} == {
        (scheme, kind, sums, Decimal("300.5"))
        for scheme in ("Investme", "Priority", "Specific")
        for kind, sums in ((BUDGET, 2), ("total budget", 1))
    }


@pytest.mark.parametrize("engine", ENGINES)
def test_rates_are_weighted_by_money_and_those_of_sums_stand_beside_those_stated(
    classified: Callable[[str], KnowledgeGraph], engine: str
) -> None:
    rows = classified(engine).run("co-financing-rates")
    assert [
        (row.programme_label, row.rate_of, row.basis, row.share_status, row.number, row.lowest, row.highest, row.rate, row.budget)
        for row in rows
    ] == [
        # 150 of 200, 75.0075 of 100.01 and 8 of 10.
        ("Interreg Central Baltic 2014–2020", "partner", "share from funds", "awarded", 3, 75, 80, Decimal("75.16"), Decimal("310.01")),
        ("Interreg Central Baltic 2014–2020", "project", "stated rate", None, 1, Decimal("60.5"), Decimal("60.5"), None, None),
        ("Interreg Central Baltic 2014–2020", "project", "share from funds", "awarded", 2, 75, 80, Decimal("75.16"), Decimal("310.01")),
        ("Interreg Central Europe 2014–2020", "partner", "stated rate", None, 2, 83, 83, 83, Decimal("300.5")),
        ("Interreg Central Europe 2014–2020", "project", "stated rate", None, 1, 83, 83, 83, Decimal("300.5")),
    ] + [
        # 80 % of 1,000.5 and 50 % of 10; the sums of keep.eu make what it states.
        ("2014 - 2020 INTERREG VB Clay Sea", "project", basis, status, 2, 50, 80, Decimal("79.7"), Decimal("1010.5"))
        for basis, status in (("stated rate", None), (EU_SHARE, "not stated"))
    ] + [
        ("Sustainable growth", "project", "stated rate", None, 1, 50, 50, 50, 200),
        ("Sustainable growth", "project", EU_SHARE, "planned", 1, 50, 50, 50, 200),
        ("Renewal", "project", EU_SHARE, "planned", 1, 1, 1, 1, 100),
    ]
    assert {row.currency for row in rows} == {"EUR", None}
