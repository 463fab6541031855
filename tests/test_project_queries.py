"""Questions on what projects do and who works with whom: rows worked out by hand from the page, in every engine."""

from __future__ import annotations

from decimal import Decimal

from clayonto import KnowledgeGraph

ID = "https://w3id.org/clayonto/id/"


def key(iri: str | None) -> str | None:
    return None if iri is None else iri.removeprefix(ID).removeprefix("https://w3id.org/clayonto/concept/")


def test_who_works_with_south_ostrobothnia(kg: KnowledgeGraph) -> None:
    rows = kg.run("works-with", organisation="organisation/south-ostrobothnia-council", lang="fi")
    assert [(row.partner_label, row.country, key(row.project), row.role, row.partner_role) for row in rows] == [
        ("Euroopan keramiikkakeskuksen kehittämisjärjestö", "Ranska", "project/clay", "kumppani", "kumppani"),
        ("Keramiikan ja lasin teknologinen keskus (CTCV)", "Portugali", "project/clay", "kumppani", "kumppani"),
        ("Keramiikkakaupunkien yhteistyöryhmä (AEuCC)", "Espanja", "project/clay", "kumppani", "kumppani"),
        ("Lounais-Oltenian aluekehitysorganisaatio", "Romania", "project/clay", "kumppani", "kumppani"),
        ("Umbrian alue", "Italia", "project/clay", "kumppani", "pääpartneri"),
    ]


def test_what_the_page_says_of_money_makes_the_share_of_the_funds(kg: KnowledgeGraph) -> None:
    (row,) = kg.run("co-financing-rates")
    # 1.1 of 1.34 million.
    assert (key(row.programme), row.basis, row.rate_of, row.rate, row.budget) == (
        "programme/interreg-europe-2014-2020",
        "share from funds",
        "project",
        Decimal("82.09"),
        Decimal(1340000),
    )
    of_the_axis = kg.run("money-by-objective", lang="fi")
    assert {key(row.objective) for row in of_the_axis} == {"priority-axis/interreg-europe-2014-2020-2"}
    assert [(row.kind, row.total) for row in of_the_axis] == [
        (None, None),
        ("kansallinen osuus", Decimal(32000)),
        ("kokonaisbudjetti", Decimal(1340000)),
        ("rahasto-osuus", Decimal(1100000)),
        ("yhden kumppanin budjetti", Decimal(212000)),
    ]
    # The page names no category of intervention.
    assert len(kg.run("money-by-category")) == 0


def test_six_partners_make_fifteen_pairs(kg: KnowledgeGraph) -> None:
    rows = kg.run("partner-pairs")
    assert len(rows) == 15
    assert {row.projects for row in rows} == {1}
    assert len({row.one for row in rows} | {row.other for row in rows}) == 6


def test_codes_of_a_region_over_the_years(kg: KnowledgeGraph) -> None:
    rows = [row for row in kg.run("region-units") if key(row.region) == "region/south-ostrobothnia"]
    assert [(row.version, row.code, row.replaced_by) for row in rows] == [
        ("NUTS 2013", "FI194", "FI199"),
        ("NUTS 2016", "FI194", "FI199"),
        ("NUTS 2021", "FI194", "FI199"),
        ("NUTS 2024", "FI199", None),
    ]
    assert {row.part_of for row in kg.run("region-units", lang="fi") if key(row.region) == "region/umbria"} == {"Keski-Italia"}


def test_a_region_has_the_organisations_of_its_parts(kg: KnowledgeGraph) -> None:
    rows = kg.run("region-with-parts", region="region/central-italy", lang="fi")
    assert [(key(row.place), row.organisation_label) for row in rows] == [("region/umbria", "Umbrian alue")]


def test_what_the_project_does_and_what_that_leads_to(kg: KnowledgeGraph) -> None:
    rows = kg.run("project-activities", project="project/clay")
    of_the_page = [(key(r.activity), r.phase_number, key(r.leads_to)) for r in rows if "pilot" not in r.activity]
    plans = ["aeucc", "ctcv", "european-ceramics-centre", "south-ostrobothnia", "south-west-oltenia", "umbria"]
    assert of_the_page == [
        ("activity/clay-exchange", None, "activity/clay-planning"),
        ("activity/clay-follow-up", 2, None),
        ("activity/clay-group-discussion", None, None),
        ("activity/clay-identifying", 1, None),
        ("activity/clay-online-meetings", None, "activity/clay-exchange"),
        *[("activity/clay-planning", 1, f"action-plan/clay-{plan}") for plan in plans],
        ("activity/clay-visits", None, "activity/clay-exchange"),
    ]


def test_five_themes_of_good_practices(kg: KnowledgeGraph) -> None:
    rows = kg.run("project-themes", project="project/clay", lang="fi")
    assert [(key(row.theme), row.why) for row in rows] == [
        ("theme/ceramics", "aihe"),
        ("theme/ceramics-production", "aihe"),
        ("theme/design", "etsii hyviä käytäntöjä aiheesta"),
        ("theme/internationalisation", "etsii hyviä käytäntöjä aiheesta"),
        ("theme/marketing", "etsii hyviä käytäntöjä aiheesta"),
        ("theme/production-methods", "etsii hyviä käytäntöjä aiheesta"),
        ("theme/sales", "etsii hyviä käytäntöjä aiheesta"),
    ]


def test_the_service_path_follows_two_descriptions(kg: KnowledgeGraph) -> None:
    rows = kg.run("service-paths", lang="fi")
    assert [tuple(row)[1:6] for row in rows] == [
        (
            "Luovien alojen yritysten palvelupolku",
            "Etelä-Pohjanmaan liitto",
            "ELY-keskus (mikä, ei kerrota)",
            "luovien alojen yrittäjät",
            "Etelä-Pohjanmaan toimintasuunnitelma CLAY-hankkeessa",
        )
    ] * 2
    assert [(row.model_label, row.model_by) for row in rows] == [
        ("Neuvontapalvelut (valtakunnallinen kuvaus)", "Creative Finland"),
        ("Julkinen rahoitus (valtakunnallinen kuvaus)", "Creative Finland"),
    ]


def test_money_by_kind_counts_a_total_once(kg: KnowledgeGraph) -> None:
    rows = {row.kind: (row.status, row.currency, row.sums, row.total) for row in kg.run("money-by-kind")}
    assert rows == {
        "total budget": ("planned", "EUR", 1, Decimal(1340000)),
        "share from funds": ("planned", "EUR", 1, Decimal(1100000)),
        "budget of one partner": ("planned", "EUR", 1, Decimal(212000)),
        "national share": ("planned", "EUR", 1, Decimal(32000)),
        "budget of a call": rows["budget of a call"],
        "kind not stated": rows["kind not stated"],
    }
    assert rows["budget of a call"][2:] == (1, Decimal(6000000))
    assert rows["kind not stated"][2:] == (1, Decimal(7500000))


def test_objectives_of_the_project_and_of_its_finnish_partner(kg: KnowledgeGraph) -> None:
    rows = kg.run("objectives")
    by_whom: dict[str | None, list[str | None]] = {}
    for row in rows:
        by_whom.setdefault(key(row.whose), []).append(key(row.objective))
    assert by_whom["project/clay"] == ["objective/stronger-artistic-ceramics"]
    assert by_whom["participation/clay-south-ostrobothnia"] == [
        "objective/better-conditions-for-ceramics",
        "objective/better-marketing",
        "objective/cooperation-between-trades",
        "objective/innovative-solutions",
    ]
    assert by_whom["service-path/creative-industries-south-ostrobothnia"] == ["objective/easier-contact", "objective/overview-of-services"]


def test_other_sources_stand_below_the_preferred_ones(kg: KnowledgeGraph) -> None:
    rows = kg.run("where-stated", thing="amount/clay-total-budget")
    assert [(row.says, row.rank) for row in rows] == [
        (Decimal(1340000), "preferred"),
        (Decimal(1340000), "preferred"),
        (Decimal(1300000), "other"),
        (Decimal(1414053), "other"),
        (Decimal(1337153), "other"),
    ]
