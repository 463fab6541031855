"""What sources beside the page of the Regional Council say: kept apart from it, answered for, and never asserted against it."""

from __future__ import annotations

import csv
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from clayonto.namespaces import ID
from tests.conftest import reference

if TYPE_CHECKING:
    from clayonto import KnowledgeGraph

AEUCC = ID + "participation/clay-aeucc"
COUNCIL = ID + "participation/clay-south-ostrobothnia"
PROJECT = ID + "project/clay"
PAGE = ID + "document/clay-page"
OLDER = ID + "document/epliitto-older"
NEWS = ID + "document/interreg-europe-15399"
OTHERS = {OLDER, NEWS} | {
    ID + "document/" + key for key in ("aeucc", "cci-codes", "interreg-europe-12529", "resolvo", "resolvo-case-study", "umbria24")
}
"""The documents of data/clay-other-sources.ttl."""
NEWS_FI = "Interreg Europen CLAY-uutinen 15399: korkean tason poliittinen tilaisuus"
ROLE = "https://w3id.org/clayonto/concept/role/"


def rows(kg: KnowledgeGraph, name: str, *columns: str, **params: object) -> list[tuple[Any, ...]]:
    return [tuple(row[c] for c in columns) for row in kg.run(name, **params)]


# ------------------------------------------------------------------ the four queries


def test_disagreements(bundled: KnowledgeGraph) -> None:
    found = rows(bundled, "disagreements", "thing", "aspect", "preferred", "other", "percent", "preferred_source", "other_source")
    assert found == [
        (
            ID + "membership/recipe4mobility-nextmove",
            "partner",
            ID + "organisation/nextmove",
            ID + "organisation/moveo",
            None,
            ID + "document/cluster-mobilitylogistics",
            ID + "document/cluster-zonecluster",
        ),
        (AEUCC, "number of action plans", 1, 0, Decimal(-100), PAGE, NEWS),
        (AEUCC, "number of action regions", 1, 0, Decimal(-100), PAGE, NEWS),
        (AEUCC, "role", ROLE + "partner", ROLE + "advisory-partner", None, PAGE, NEWS),
        # 1,000 of 32,000 less, 32,000 of 212,000 less
        (COUNCIL, "budget of one partner", Decimal(212000), Decimal(180000), Decimal("-15.1"), PAGE, OLDER),
        (COUNCIL, "national share", Decimal(32000), Decimal(31000), Decimal("-3.1"), PAGE, OLDER),
        (PROJECT, "number of action regions", 6, 5, Decimal("-16.7"), PAGE, NEWS),
        # 40,000 of 1,340,000 less, 2,847 less, 74,053 more
        (PROJECT, "total budget", Decimal(1340000), Decimal(1300000), Decimal(-3), PAGE, OLDER),
        (PROJECT, "total budget", Decimal(1340000), Decimal(1337153), Decimal("-0.2"), PAGE, ID + "document/umbria24"),
        (PROJECT, "total budget", Decimal(1340000), Decimal(1414053), Decimal("5.5"), PAGE, ID + "document/resolvo-case-study"),
    ]


def test_disagreements_in_finnish(bundled: KnowledgeGraph) -> None:
    found = rows(bundled, "disagreements", "thing_label", "aspect", "other", "other_source_label", lang="fi")
    assert found[1:3] == [
        ("AEuCC CLAY-hankkeessa", "rooli", ROLE + "advisory-partner", NEWS_FI),
        ("AEuCC CLAY-hankkeessa", "toimenpidealueiden määrä", 0, NEWS_FI),
    ]
    council = "Etelä-Pohjanmaan liitto CLAY-hankkeessa"
    assert found[5] == (council, "yhden kumppanin budjetti", Decimal(180000), "Vanhempi CLAY-sivu osoitteessa epliitto.fi")
    assert len(found) == 10


def test_claims_by_source(kg: KnowledgeGraph) -> None:
    columns = ("claim", "thing", "aspect", "says", "approximate", "rank", "quote", "passage_label")
    whole = "Older page at epliitto.fi, as a whole"
    claim = ID + "claim/epliitto-older-"
    assert rows(kg, "claims-by-source", *columns, document="document/epliitto-older") == [
        (claim + "south-ostrobothnia-budget", COUNCIL, "budget of one partner", Decimal(180000), False, "other", None, whole),
        (claim + "south-ostrobothnia-national", COUNCIL, "national share", Decimal(31000), True, "other", None, whole),
        (claim + "total-budget", PROJECT, "total budget", Decimal(1300000), False, "other", None, whole),
    ]


def test_claims_by_source_with_names_quoted(kg: KnowledgeGraph) -> None:
    plan = "Umbrian alueen toimintasuunnitelma CLAY-hankkeessa"
    title = "Innovative support scheme for SME innovation in the Ceramic sector"
    found = rows(
        kg, "claims-by-source", "thing_label", "aspect", "says", "rank", "quote", document="document/interreg-europe-12529", lang="fi"
    )
    assert [row for row in found if row[0] == plan] == [
        (plan, "nimi", title, "ensisijainen", "Innovative support scheme for SME innovation in the"),
        (plan, "toimintasuunnitelma", ID + "organisation/university-of-perugia", "ensisijainen", None),
        (plan, "toiminto", ID + "activity/clay-umbria-pilot", "ensisijainen", None),
    ]
    assert len(found) == 7


def test_names_of_an_organisation(kg: KnowledgeGraph) -> None:
    assert rows(kg, "names-of", "kind", "language", "name", thing="organisation/south-west-oltenia-development") == [
        ("preferred label", "en", "South-West Oltenia regional development organisation"),
        ("preferred label", "fi", "Lounais-Oltenian aluekehitysorganisaatio"),
        ("preferred label", "ro", "Agenția pentru Dezvoltare Regională Sud Vest Oltenia"),
        ("alternative label", "en", "Regional Development Agency South West Oltenia"),
        ("alternative label", "ro", "Agentia pentru Dezvoltare Regionala Sud Vest Oltenia"),
        ("acronym", "", "ADRSV"),
    ]


def test_names_of_an_action_plan_in_finnish(kg: KnowledgeGraph) -> None:
    assert rows(kg, "names-of", "kind", "language", "name", thing="action-plan/clay-umbria", lang="fi") == [
        ("nimi", "en", "Action plan of Umbria in CLAY"),
        ("nimi", "fi", "Umbrian alueen toimintasuunnitelma CLAY-hankkeessa"),
        ("nimeke", "en", "Innovative support scheme for SME innovation in the Ceramic sector"),
    ]


@pytest.mark.parametrize(
    ("lang", "label", "seat", "office"),
    [
        ("en", "Grouping of ceramic cities (AEuCC)", "Spain", "Italy"),
        ("fi", "Keramiikkakaupunkien yhteistyöryhmä (AEuCC)", "Espanja", "Italia"),
    ],
)
def test_seats(kg: KnowledgeGraph, lang: str, label: str, seat: str, office: str) -> None:
    columns = ("organisation", "organisation_label", "seat", "seat_place", "office", "office_place", "same_place")
    aeucc = ID + "organisation/aeucc"
    assert rows(kg, "seats", *columns, lang=lang) == [
        (aeucc, label, ID + "site/aeucc-registered", seat, ID + "site/aeucc-office", office, False),
    ]


# ------------------------------------------------------------------ the data behind them

CLAIMS = """
SELECT ?claim ?document ?thing ?aspect ?rank ?value ?stated ?quote WHERE {
  ?claim a clay:Claim ; clay:about ?thing ; clay:aspect ?aspect ; clay:rank ?rank ; prov:wasQuotedFrom ?passage .
  ?passage dct:isPartOf ?document .
  OPTIONAL { ?claim clay:statesValue ?value } OPTIONAL { ?claim clay:statesThing ?stated } OPTIONAL { ?claim prov:value ?quote }
}"""
WHOLE = "SELECT ?passage WHERE { ?passage a clay:Passage ; dct:type passage-kind:whole-document }"


def test_what_the_regional_council_says_goes_before_what_others_say(bundled: KnowledgeGraph) -> None:
    # Names in different languages are different respects.
    claims = [row.to_dict() | {"respect": (row.thing, row.aspect, getattr(row.value, "language", None))} for row in bundled.query(CLAIMS)]
    page = {c["respect"] for c in claims if c["document"] == PAGE}
    others = [c for c in claims if c["document"] in OTHERS]
    assert len(others) > 40
    wrong = [c["claim"] for c in others if (c["respect"] in page) != str(c["rank"]).endswith("/other")]
    assert wrong == []
    assert {str(c["rank"]).rpartition("/")[2] for c in claims if c["document"] == PAGE} == {"preferred"}


def test_a_claim_that_the_graph_does_not_follow_is_behind_no_fact(bundled: KnowledgeGraph) -> None:
    differing = {row.other_claim for row in bundled.query(
        """SELECT DISTINCT ?other_claim WHERE {
          ?other_claim clay:rank rank:other ; clay:about ?thing ; clay:aspect ?aspect ; clay:statesValue ?other .
          ?claim clay:rank rank:preferred ; clay:about ?thing ; clay:aspect ?aspect ; clay:statesValue ?preferred .
          FILTER(?other != ?preferred)
        }"""
    )}  # fmt: skip
    assert len(differing) >= 8
    stated = {row.claim for row in bundled.query("SELECT ?claim WHERE { ?thing clay:statedIn ?claim }")}
    assert differing & stated == set()
    followed = {row.claim for row in bundled.query("SELECT ?claim WHERE { ?claim clay:rank rank:preferred }")}
    assert followed - stated == set()


def test_other_sums_are_not_stated_plainly(bundled: KnowledgeGraph) -> None:
    sums = {row.value for row in bundled.query("SELECT ?value WHERE { ?amount clay:amountOf ?owner ; epo:hasAmountValue ?value }")}
    assert Decimal(1340000) in sums
    assert sums & {Decimal(1300000), Decimal(1337153), Decimal(1414053), Decimal(180000), Decimal(31000)} == set()


def test_only_passages_without_a_place_go_without_a_quote(bundled: KnowledgeGraph) -> None:
    whole = {row.passage for row in bundled.query(WHOLE)}
    assert len(whole) >= len(OTHERS)
    unquoted = bundled.query(
        "SELECT ?claim ?passage WHERE { ?claim a clay:Claim ; prov:wasQuotedFrom ?passage FILTER NOT EXISTS { ?claim prov:value ?quote } }"
    )
    assert len(unquoted) > 20
    assert {row.passage for row in unquoted} <= whole
    assert bundled.validate().conforms


def test_names_and_addresses_are_as_they_were_noted(bundled: KnowledgeGraph) -> None:
    with reference("data/clay/clay_claims.csv").open(encoding="utf-8", newline="") as file:
        notes = list(csv.DictReader(file))
    noted = " ".join(part for note in notes for part in (note["value"], note["note"])).replace('""', '"')
    claims = [row for row in bundled.query(CLAIMS) if row.document in OTHERS]
    quotes = {str(row.quote) for row in claims if row.quote is not None}
    assert len(quotes) > 15
    assert sorted(quote for quote in quotes if quote not in noted) == []
    texts = {str(row.value) for row in claims if hasattr(row.value, "language")}
    assert len(texts) > 10
    assert sorted(text for text in texts if text not in noted) == []
    sources = " ".join(note["source"] for note in notes)
    documents = bundled.query("SELECT ?document ?address { ?document a clay:SourceDocument ; dct:identifier ?address }")
    addresses = {row.address for row in documents if row.document in OTHERS}
    assert len(addresses) == 8
    assert sorted(address for address in addresses if address not in sources) == []


def test_a_sum_names_the_documents_of_its_claims(kg: KnowledgeGraph) -> None:
    named = kg.query("SELECT DISTINCT ?sum ?document { ?sum a clay:MonetaryAmount ; dct:source ?document }")
    stated = kg.query(
        "SELECT DISTINCT ?sum ?document { ?sum a clay:MonetaryAmount ; clay:statedIn ?claim . ?claim prov:wasQuotedFrom ?passage . ?passage dct:isPartOf ?document }"
    )
    assert {tuple(row) for row in named} == {tuple(row) for row in stated}
    assert len({row.sum for row in named}) >= 6
