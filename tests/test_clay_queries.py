"""What the named queries answer about CLAY, worked out by hand from the page, in every engine."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from clayonto import KnowledgeGraph, queries

ORGANISATION = "https://w3id.org/clayonto/id/organisation/"
AMOUNT = "https://w3id.org/clayonto/id/amount/"
FIN = "http://publications.europa.eu/resource/authority/country/FIN"


def test_partners_lead_first(kg: KnowledgeGraph) -> None:
    rows = kg.run("project-partners", project="project/clay", lang="fi")
    assert [tuple(row) for row in rows] == [
        (ORGANISATION + "region-of-umbria", "Umbrian alue", "pääpartneri", "Italia", None, None),
        (ORGANISATION + "south-ostrobothnia-council", "Etelä-Pohjanmaan liitto", "kumppani", "Suomi", Decimal(212000), "EUR"),
        (
            ORGANISATION + "european-ceramics-centre-development",
            "Euroopan keramiikkakeskuksen kehittämisjärjestö",
            "kumppani",
            "Ranska",
            None,
            None,
        ),
        (ORGANISATION + "ctcv", "Keramiikan ja lasin teknologinen keskus (CTCV)", "kumppani", "Portugali", None, None),
        (ORGANISATION + "aeucc", "Keramiikkakaupunkien yhteistyöryhmä (AEuCC)", "kumppani", "Espanja", None, None),
        (ORGANISATION + "south-west-oltenia-development", "Lounais-Oltenian aluekehitysorganisaatio", "kumppani", "Romania", None, None),
    ]


def test_partners_in_english_are_the_same_partners(kg: KnowledgeGraph) -> None:
    english, finnish = (kg.run("project-partners", lang=lang) for lang in ("en", "fi"))
    assert [row.country for row in english] == ["Italy", "France", "Spain", "Finland", "Romania", "Portugal"]
    assert {(row.partner, row.budget) for row in english} == {(row.partner, row.budget) for row in finnish}


def test_money_and_its_shares(kg: KnowledgeGraph) -> None:
    rows = kg.run("project-money", project="project/clay", lang="en")
    facts = [
        (row.amount.removeprefix(AMOUNT), row.value, row.funded_from, row.percent, row.rest, row.approximate, row.rounded) for row in rows
    ]
    assert facts == [
        ("clay-total-budget", Decimal(1340000), None, None, None, True, True),
        ("clay-fund-share", Decimal(1100000), "EU structural funds", Decimal("82.1"), Decimal(240000), False, True),
        ("clay-south-ostrobothnia-budget", Decimal(212000), None, Decimal("15.8"), Decimal(1128000), True, False),
        ("clay-south-ostrobothnia-national-share", Decimal(32000), "Finland", Decimal("15.1"), Decimal(180000), True, False),
    ]
    assert [row.kind for row in rows] == ["total budget", "share from funds", "budget of one partner", "national share"]
    assert {(row.currency, row.status) for row in rows} == {("EUR", "planned")}
    assert [row.share_of and row.share_of.removeprefix(AMOUNT) for row in rows] == [
        None,
        "clay-total-budget",
        "clay-total-budget",
        "clay-south-ostrobothnia-budget",
    ]


def test_phases(kg: KnowledgeGraph) -> None:
    rows = kg.run("project-phases", project="project/clay", lang="fi")
    assert [(row.number, row.phase_label, row.start, row.end) for row in rows] == [
        (1, "CLAY, 1. vaihe", date(2018, 6, 1), date(2021, 5, 31)),
        (2, "CLAY, 2. vaihe", date(2021, 6, 1), date(2023, 5, 31)),
    ]
    assert rows[1].focus == "Kumppanit seuraavat kaksi vuotta toimintasuunnitelmiensa toteutumista."


@pytest.mark.parametrize(
    ("day", "things"),
    [
        ("2018-05-31", {"programme/interreg-europe-2014-2020"}),
        ("2018-06-01", {"programme/interreg-europe-2014-2020", "project/clay", "phase/clay-1"}),
        ("2020-12-31", {"programme/interreg-europe-2014-2020", "project/clay", "phase/clay-1"}),
        ("2021-01-01", {"project/clay", "phase/clay-1"}),
        ("2021-05-31", {"project/clay", "phase/clay-1"}),
        ("2021-06-01", {"project/clay", "phase/clay-2"}),
        ("2023-05-31", {"project/clay", "phase/clay-2"}),
        ("2023-06-01", set()),
    ],
)
def test_what_ran_on_a_day(kg: KnowledgeGraph, day: str, things: set[str]) -> None:
    rows = kg.run("running-on", day=day)
    about_clay = {"programme/interreg-europe-2014-2020", "project/clay", "phase/clay-1", "phase/clay-2"}
    found = {row.thing.removeprefix("https://w3id.org/clayonto/id/") for row in rows}
    assert found & about_clay == things
    assert rows == kg.run("running-on", day=date.fromisoformat(day))


def test_partner_countries(kg: KnowledgeGraph) -> None:
    rows = kg.run("partner-countries", project="project/clay", lang="fi")
    assert [(row.country_label, row.code, row.partners) for row in rows] == [
        ("Espanja", "ES", 1),
        ("Italia", "IT", 1),
        ("Portugali", "PT", 1),
        ("Ranska", "FR", 1),
        ("Romania", "RO", 1),
        ("Suomi", "FI", 1),
    ]
    assert rows[-1].country == FIN


def test_the_role_of_south_ostrobothnia(kg: KnowledgeGraph) -> None:
    rows = kg.run("region-role", region="region/south-ostrobothnia", lang="en")
    found = [(row.thing.removeprefix("https://w3id.org/clayonto/id/"), row.role, row.value) for row in rows]
    assert found == [
        ("participation/clay-south-ostrobothnia", "partner", None),
        ("amount/clay-south-ostrobothnia-budget", None, Decimal(212000)),
        ("amount/clay-south-ostrobothnia-national-share", None, Decimal(32000)),
        ("objective/better-conditions-for-ceramics", None, None),
        ("objective/better-marketing", None, None),
        ("objective/cooperation-between-trades", None, None),
        ("objective/innovative-solutions", None, None),
        ("action-plan/clay-south-ostrobothnia", None, None),
        ("organisation/south-ostrobothnia-council", None, None),
        ("service-path/creative-industries-south-ostrobothnia", None, None),
        ("stakeholder-group/clay-south-ostrobothnia", None, None),
    ]


def test_a_region_that_only_leads(kg: KnowledgeGraph) -> None:
    rows = kg.run("region-role", region="region/umbria", lang="fi")
    assert [(row.kind, row.role) for row in rows] == [
        ("hankeosallistuminen", "pääpartneri"),
        ("toimintasuunnitelma", None),
        ("organisaatio", None),
    ]


def test_action_plans_and_what_came_of_them(kg: KnowledgeGraph) -> None:
    rows = kg.run("action-plans", project="project/clay", lang="fi")
    assert len(rows) == 6
    assert [(row.partner_label, row.outcome_label, row.made_by, row.made_with, row.made_for) for row in rows if row.outcome] == [
        (
            "Etelä-Pohjanmaan liitto",
            "Luovien alojen yritysten palvelupolku",
            "Etelä-Pohjanmaan liitto",
            "ELY-keskus (mikä, ei kerrota)",
            "luovien alojen yrittäjät",
        )
    ]
    assert {row.region_label for row in rows} == {"Etelä-Pohjanmaa", "Umbria", "Lounais-Oltenia", "Centro", "Nouvelle-Aquitaine", None}


def test_where_the_total_comes_from(kg: KnowledgeGraph) -> None:
    rows = kg.run("where-stated", thing="amount/clay-total-budget", lang="fi")
    page = [row for row in rows if row.document.endswith("document/clay-page")]
    assert [(row.says, row.approximate, row.quote, row.passage_label, row.rank) for row in page] == [
        (Decimal(1340000), False, "Kokonaisbudjetti: 1,34 M€", "CLAY-sivu, ”CLAY”, luettelon kohta 5", "ensisijainen"),
        (Decimal(1340000), True, "kokonaisbudjetti on noin 1,34 miljoonaa euroa", "CLAY-sivu, ”Hanke lyhyesti”, kappale 8", "ensisijainen"),
    ]


def test_where_a_budget_of_a_partner_comes_from(kg: KnowledgeGraph) -> None:
    rows = kg.run("where-stated", thing="amount/clay-south-ostrobothnia-national-share", lang="en")
    assert [(row.says, row.approximate, row.aspect) for row in rows if row.document.endswith("document/clay-page")] == [
        (Decimal(32000), False, "national share"),
        (Decimal(32000), True, "national share"),
    ]


def test_the_glossary_has_both_languages(bundled: KnowledgeGraph) -> None:
    english, finnish = (bundled.run("glossary", lang=lang) for lang in ("en", "fi"))
    terms = {row.term.rsplit("#", 1)[-1]: row for row in finnish}
    assert (terms["ServicePath"].en, terms["ServicePath"].fi, terms["ServicePath"].kind) == ("service path", "palvelupolku", "luokka")
    assert (terms["moneyKind"].en, terms["moneyKind"].fi, terms["moneyKind"].kind) == ("kind of money", "rahan laji", "suhde")
    lead = next(row for row in english if row.term.endswith("role/lead-partner"))
    assert tuple(lead)[1:] == (
        "concept",
        "lead partner",
        "pääpartneri",
        "The partner that answers for the whole project; each project has one.",
    )
    assert [row.term for row in english] == [row.term for row in finnish]


def test_what_the_page_does_not_say(kg: KnowledgeGraph) -> None:
    rows = kg.run("what-is-missing", lang="en")
    missing = {(row.thing.removeprefix("https://w3id.org/clayonto/id/"), row.missing) for row in rows}
    assert {t for t, m in missing if m == "budget of its own" and t.startswith("participation/clay-")} == {
        "participation/clay-aeucc",
        "participation/clay-ctcv",
        "participation/clay-european-ceramics-centre",
        "participation/clay-south-west-oltenia",
        "participation/clay-umbria",
    }
    assert ("service-path/creative-industries-south-ostrobothnia", "stages and services") in missing
    assert ("web-page/clay-interreg-europe", "address on the web") in missing
    assert ("web-page/clay-facebook", "address on the web") in missing
    assert ("document/clay-page", "date of publication") in missing
    assert ("action-plan/clay-umbria", "what came of the plan") in missing
    assert {m for t, m in missing if t == "action-plan/clay-south-ostrobothnia"} == {"policy instrument that the plan targets"}
    assert ("project/clay", "good practices that were found") in missing


OF_REGISTERS = {"money-by-category", "register-overlaps", "register-rows", "top-beneficiaries"}
"""What asks about imported registers has no answer in the bundled graph; ``test_register_queries.py`` has one."""


@pytest.mark.parametrize("lang", ["en", "fi"])
@pytest.mark.parametrize("name", list(queries()))
def test_every_query_answers_alike_in_every_engine_and_has_its_columns(name: str, lang: str) -> None:
    from tests.conftest import graph

    query = queries()[name]
    if lang == "fi" and "lang" not in query.params:
        return
    example = {key: p.example for key, p in query.params.items() if p.example is not None}
    values = example | ({"lang": lang} if "lang" in query.params else {})
    one, other = (graph(engine).run(name, **values) for engine in ("oxigraph", "rdflib"))
    assert one.columns == tuple(query.columns)
    assert one == other
    assert one.to_json() == other.to_json()
    assert len(one) > 0 or name in OF_REGISTERS
