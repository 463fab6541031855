"""Cluster partnerships known by name: rows worked out by hand from the pages' facts, in every engine."""

from __future__ import annotations

from collections import Counter

from clayonto import KnowledgeGraph


def test_twenty_partnerships_are_known_by_name(kg: KnowledgeGraph) -> None:
    rows = kg.run("named-partnerships")
    assert Counter(row.strand for row in rows) == {
        "ESCP-4X": 10,
        "ESCP-4i": 8,
        "ESCP-S3": 1,
        "European Cluster Partnerships for Innovation": 1,
    }
    first = [(row.acronym, row.start, row.eu_funding) for row in rows if row.round == 1]
    assert first == [("AdPack", "2016", True), ("ECCA", "2016", True), ("EnW", "2016", True), ("LASER-GO", "2016", None)]
    assert [row.acronym for row in rows if row.round == 2] == ["AdPack²", "EC2i", "MobiGoIn-Action", "NF4"]
    assert {row.acronym: row.members for row in rows if row.members} == {"RECiPE4Mobility": 5, "EXXTRA": 6, "DIGICLUSTERS": 7}


def test_members_with_their_countries(kg: KnowledgeGraph) -> None:
    rows = kg.run("partnership-members", lang="fi")
    assert len(rows) == 18
    assert [(row.member_label, row.country) for row in rows if row.acronym == "EXXTRA"] == [
        ("ARUS", "Turkki"),
        ("BTS Rail Saxony", "Saksa"),
        ("CenSec", "Tanska"),
        ("i-Trans", "Ranska"),
        ("MAFEX", "Espanja"),
        ("RailGrup", "Espanja"),
    ]
    assert {row.country for row in rows if row.acronym == "DIGICLUSTERS"} == {None}


def test_pages_that_name_another_body_for_the_same_seat(bundled: KnowledgeGraph) -> None:
    rows = [row for row in bundled.run("disagreements") if "recipe4mobility" in row.thing]
    assert [(row.preferred.rsplit("/", 1)[1], row.other.rsplit("/", 1)[1]) for row in rows] == [("nextmove", "moveo")]


def test_money_of_other_pages_stays_a_claim(kg: KnowledgeGraph) -> None:
    rows = kg.run("where-stated", thing="partnership/amulet")
    said = {row.aspect: row.says for row in rows}
    assert (str(said["total budget"]), str(said["share from funds"])) == ("4997882.5", "4952732.5")
    assert not kg.query("ASK { ?amount clay:amountOf <partnership/amulet> }")
