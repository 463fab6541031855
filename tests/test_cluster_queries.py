"""The questions on cluster initiatives, with answers worked out by hand from the page, and the page's own words.

The page is read from a folder that the repository does not carry; ``$CLAYONTO_SHARED`` can name it.
"""

from __future__ import annotations

import os
import re
from decimal import Decimal
from pathlib import Path

import pytest

import clayonto
from clayonto import KnowledgeGraph, Rows
from clayonto.namespaces import shorten
from clayonto.terms import IRI, TypedLiteral

REFERENCE = Path(os.environ.get("CLAYONTO_SHARED", Path(__file__).parents[2] / "shared"))
TITLE = "Komission klusterialoitteet tukena klustereiden välisen yhteistyön ja kansainvälistymisen kehittämisessä"

ESCP = "European Strategic Cluster Partnerships (ESCP)"
ESCP_4I = "European Strategic Cluster Partnerships Going International (ESCP-4i)"
ESCP_4X = "European Cluster Partnerships for Excellence (ESCP-4X)"
ESCP_S3 = "European Strategic Cluster Partnerships for Smart Specialisation Investments (ESCP-S3)"
INNOVATION = "European Cluster Partnerships for Innovation"
FIRST = "First cluster initiative of the European Union (2012)"
PAGE_PART = "Cluster page, “Komission klusterialoitteet…”, "
EXCHANGE_PART = "Cluster page, “ClusterXchange…”, "

Plain = tuple[object, ...]
_graphs: dict[str, KnowledgeGraph] = {}


@pytest.fixture(params=["oxigraph", "rdflib"])
def kg(request: pytest.FixtureRequest) -> KnowledgeGraph:
    """The bundled graph in each engine, loaded once."""
    engine = str(request.param)
    if engine not in _graphs:
        _graphs[engine] = clayonto.load(engine=engine)
    return _graphs[engine]


def plain(rows: Rows) -> list[Plain]:
    """The rows as tuples, IRIs as short as a person would write them."""
    return [tuple(shorten(v) if isinstance(v, IRI) else v for v in row) for row in rows]


def test_initiatives_overview_gives_every_name_and_goal(kg: KnowledgeGraph) -> None:
    scheme = ("exchange-scheme/clusterxchange", "ClusterXchange", "exchange scheme", ESCP_4X)
    escp = ("initiative/escp", ESCP, "cluster initiative", None)
    first = ("initiative/first-cluster-initiative", FIRST, "cluster initiative", None)
    innosup = (
        "strand-edition/innosup-2014-2020",
        "INNOSUP, the innovation strand in 2014–2020",
        "strand in a programming period",
        INNOVATION,
    )
    going_international = ("strand/escp-4i", ESCP_4I, "strand of an initiative", ESCP)
    excellence = ("strand/escp-4x", ESCP_4X, "strand of an initiative", ESCP)
    innovation = ("strand/escp-innovation", INNOVATION, "strand of an initiative", ESCP)
    specialisation = ("strand/escp-s3", ESCP_S3, "strand of an initiative", ESCP)
    name, aim, theirs, doing = "alternative label", "has objective", "objective of its implementers", "what its implementers do"
    assert plain(kg.run("initiatives-overview")) == [
        (*scheme, name, "ClusterXchange scheme"),
        (*scheme, name, "ClusterXchange –pilotointi"),
        (*scheme, name, "ClusterXchange –pilotti"),
        (*scheme, aim, "Development of the clusters' international network"),
        (*scheme, aim, "Peer learning between clusters"),
        (*scheme, aim, "Good practices shared between clusters"),
        (*scheme, doing, "short exchange between clusters"),
        (*escp, "acronym", "ESCP"),
        (*escp, name, "European Strategic Cluster Partnerships"),
        (*escp, name, "Komission klusterialoitteet"),
        (*escp, "Subject", "cooperation between clusters"),
        (*escp, "Subject", "internationalisation"),
        (*escp, aim, "A more competitive Europe"),
        (*escp, aim, "Cooperation between clusters"),
        (*escp, aim, "Economic growth in Europe"),
        (*escp, aim, "Internationalisation of clusters"),
        (*first, theirs, "European clusters encouraged to work together"),
        (*first, theirs, "Strategies with which clusters enter the markets of third countries"),
        (*innosup, "acronym", "INNOSUP"),
        (*going_international, "acronym", "ESCP-4i"),
        (*going_international, name, "European Cluster Partnerships International"),
        (*going_international, name, "European Strategic Cluster Partnerships Going International"),
        (*going_international, "Subject", "internationalisation"),
        (*going_international, aim, "Clusters encouraged to work together"),
        (*going_international, aim, "Joint internationalisation strategies put into practice"),
        (*going_international, theirs, "Internationalisation of small and medium-sized firms"),
        (*going_international, theirs, "Lasting contacts in the target markets, so that cooperation goes on"),
        (*going_international, doing, "carrying out a joint internationalisation strategy"),
        (*going_international, doing, "drawing up a joint internationalisation strategy"),
        (*excellence, "acronym", "ESCP-4X"),
        (*excellence, name, "European Cluster Partnerships Excellence"),
        (*excellence, name, "European Cluster Partnerships for Excellence"),
        (*excellence, "Subject", "management of clusters"),
        (*excellence, aim, "Better skills in managing a cluster"),
        (*excellence, aim, "Networks between clusters"),
        (*excellence, aim, "Know-how shared between clusters"),
        (*innovation, name, "European Cluster Partnerships Innovation"),
        (*innovation, "Subject", "value chains"),
        (
            *innovation,
            aim,
            "New value chains that cross borders and sectors and build on the innovation potential of small and medium-sized firms",
        ),
        (*specialisation, "acronym", "ESCP-S3"),
        (*specialisation, name, "ESCP-S3 klusterikumppanuudet"),
        (*specialisation, name, "European Cluster Partnerships Smart Specialisation"),
        (*specialisation, name, "European Strategic Cluster Partnerships for Smart Specialisation Investments"),
        (*specialisation, "Subject", "smart specialisation"),
        (*specialisation, aim, "Cooperation between clusters in shared leading fields of smart specialisation"),
        (*specialisation, theirs, "Cooperation of clusters made easier"),
        (*specialisation, theirs, "Joint actions in shared priority fields of smart specialisation"),
        (*specialisation, theirs, "Joint investment projects in shared priority fields of smart specialisation"),
    ]


def test_strand_names_gives_each_form_and_its_place(kg: KnowledgeGraph) -> None:
    rows = kg.run("strand-names")
    assert [
        (shorten(r.initiative), r.name, r.language, r.form, r.passage_label.replace(PAGE_PART, "").replace(EXCHANGE_PART, "exchange "))
        for r in rows
    ] == [
        ("exchange-scheme/clusterxchange", "ClusterXchange scheme", "en", "name", "paragraph 10"),
        ("exchange-scheme/clusterxchange", "ClusterXchange –pilotointi", "fi", "name", "exchange title 1"),
        ("exchange-scheme/clusterxchange", "ClusterXchange –pilotti", "fi", "name", "exchange paragraph 1"),
        ("initiative/escp", "ESCP", "", "acronym", "paragraph 1"),
        ("initiative/escp", "European Strategic Cluster Partnerships", "en", "name", "paragraph 1"),
        ("initiative/escp", "Komission klusterialoitteet", "fi", "name", "title 1"),
        ("strand-edition/innosup-2014-2020", "INNOSUP", "", "acronym", "paragraph 11"),
        ("strand/escp-4i", "ESCP-4i", "", "acronym", "list item 1"),
        ("strand/escp-4i", "ESCP-4i", "", "acronym", "paragraph 4"),
        ("strand/escp-4i", "European Cluster Partnerships International", "en", "name", "list item 1"),
        ("strand/escp-4i", "European Strategic Cluster Partnerships Going International", "en", "name", "paragraph 4"),
        ("strand/escp-4x", "ESCP-4X", "", "acronym", "list item 2"),
        ("strand/escp-4x", "ESCP-4X", "", "acronym", "paragraph 10"),
        ("strand/escp-4x", "European Cluster Partnerships Excellence", "en", "name", "list item 2"),
        ("strand/escp-4x", "European Cluster Partnerships for Excellence", "en", "name", "paragraph 10"),
        ("strand/escp-innovation", "European Cluster Partnerships Innovation", "en", "name", "list item 4"),
        ("strand/escp-innovation", "European Cluster Partnerships for Innovation", "en", "name", "paragraph 11"),
        ("strand/escp-s3", "ESCP-S3", "", "acronym", "list item 3"),
        ("strand/escp-s3", "ESCP-S3", "", "acronym", "paragraph 7"),
        ("strand/escp-s3", "ESCP-S3 klusterikumppanuudet", "fi", "name", "paragraph 9"),
        ("strand/escp-s3", "European Cluster Partnerships Smart Specialisation", "en", "name", "list item 3"),
        ("strand/escp-s3", "European Strategic Cluster Partnerships for Smart Specialisation Investments", "en", "name", "paragraph 7"),
    ]
    assert {r.initiative_label for r in rows} == {
        "ClusterXchange",
        ESCP,
        ESCP_4I,
        ESCP_4X,
        ESCP_S3,
        INNOVATION,
        "INNOSUP, the innovation strand in 2014–2020",
    }


def test_initiative_rounds_leaves_empty_what_the_page_does_not_say(kg: KnowledgeGraph) -> None:
    none = (None,)
    assert plain(kg.run("initiative-rounds")) == [
        ("ESCP-4X", "strand/escp-4x", ESCP_4X, *none * 3, 13, *none * 2, 69, "cluster organisations", 21, *none * 3),
        (
            "ESCP-4X", "call/escp-4x-2021", "Latest call of ESCP-4X, closed in February 2021",
            *none * 9, Decimal(6_000_000), "EUR", "budget of a call",
        ),
        ("ESCP-4i", "round/escp-4i-1", "ESCP-4i, round 1", 1, "2016", "2017", 25, 15, *none * 7),
        ("ESCP-4i", "round/escp-4i-2", "ESCP-4i, round 2", 2, "2018", "2019", 25, *none * 8),
        (
            "ESCP-4i", "round/escp-4i-3", "ESCP-4i, round 3", 3, "2020", "2022", None, None, 14, 78, "clusters", 20,
            Decimal(7_500_000), "EUR", "kind not stated",
        ),
        ("ESCP-S3", "strand/escp-s3", ESCP_S3, *none * 3, 9, *none * 2, 57, "partners", 19, *none * 3),
    ]  # fmt: skip
    assert kg.run("initiative-rounds")[2].start.datatype.endswith("gYear")


def test_funded_share_is_known_for_the_first_round_only(kg: KnowledgeGraph) -> None:
    assert plain(kg.run("funded-share")) == [
        ("round/escp-4i-1", "ESCP-4i, round 1", 25, 15, 10, Decimal(60), "partnerships"),
        ("round/escp-4i-2", "ESCP-4i, round 2", 25, None, None, None, "partnerships"),
        ("strand/escp-4x", ESCP_4X, 13, None, None, None, "partnerships"),
        ("strand/escp-s3", ESCP_S3, 9, None, None, None, "partnerships"),
    ]


def test_statistics_as_of_lists_what_was_known_by_a_day(kg: KnowledgeGraph) -> None:
    early = [
        ("initiative/first-cluster-initiative", FIRST, "pilots funded", 6, "pilots", "2012", None, None, None),
        ("round/escp-4i-1", "ESCP-4i, round 1", "partnerships with EU money", 15, "partnerships", None, "2016", "2017", None),
        ("round/escp-4i-1", "ESCP-4i, round 1", "partnerships formed", 25, "partnerships", None, "2016", "2017", None),
        ("round/escp-4i-2", "ESCP-4i, round 2", "partnerships formed", 25, "partnerships", None, "2018", "2019", None),
    ]
    exchanges = ("exchange-scheme/clusterxchange", "ClusterXchange", "exchanges carried out", 34, "exchanges", "2021-01", None, None, None)
    written = ("2021-03", "2021-04")
    assert plain(kg.run("statistics-as-of", day="2011-12-31")) == []
    assert plain(kg.run("statistics-as-of", day="2012-01-01")) == early[:1]
    assert plain(kg.run("statistics-as-of", day="2016-12-31")) == early[:1]
    assert plain(kg.run("statistics-as-of", day="2020-12-31")) == early
    assert plain(kg.run("statistics-as-of", day="2021-01-01")) == [*early, exchanges]
    assert plain(kg.run("statistics-as-of", day="2021-03-31")) == [*early, exchanges]
    assert plain(kg.run("statistics-as-of", day="2021-04-01")) == [
        *early,
        exchanges,
        ("round/escp-4i-3", "ESCP-4i, round 3", "participants", 78, "clusters", None, *written, None),
        ("round/escp-4i-3", "ESCP-4i, round 3", "countries involved", 20, "countries", None, *written, None),
        ("round/escp-4i-3", "ESCP-4i, round 3", "new partnerships to be funded", 14, "partnerships", None, *written, "still ahead"),
        ("strand/escp-4x", ESCP_4X, "countries involved", 21, "European countries", None, *written, None),
        ("strand/escp-4x", ESCP_4X, "participants", 69, "cluster organisations", None, *written, None),
        ("strand/escp-4x", ESCP_4X, "partnerships formed", 13, "partnerships", None, *written, None),
        ("strand/escp-s3", ESCP_S3, "countries involved", 19, "European countries", None, *written, None),
        ("strand/escp-s3", ESCP_S3, "participants", 57, "partners", None, *written, None),
        ("strand/escp-s3", ESCP_S3, "partnerships formed", 9, "partnerships", None, *written, None),
        ("initiative/escp", ESCP, "kinds of initiative", 4, "kinds of initiative", None, *written, None),
    ]


def test_counts_by_unit_keeps_units_apart(kg: KnowledgeGraph) -> None:
    rows = kg.run("counts-by-unit")
    assert [(shorten(r.unit), r.count, r.indicator, shorten(r.thing), r.in_graph) for r in rows] == [
        ("unit:cluster-organisations", 69, "participants", "strand/escp-4x", 0),
        ("unit:clusters", 78, "participants", "round/escp-4i-3", 0),
        ("unit:countries", 20, "countries involved", "round/escp-4i-3", None),
        ("unit:european-countries", 21, "countries involved", "strand/escp-4x", None),
        ("unit:european-countries", 19, "countries involved", "strand/escp-s3", None),
        ("unit:exchanges", 34, "exchanges carried out", "exchange-scheme/clusterxchange", 0),
        ("unit:partners", 57, "participants", "strand/escp-s3", 7),
        ("unit:partnerships", 15, "partnerships with EU money", "round/escp-4i-1", 3),
        ("unit:partnerships", 25, "partnerships formed", "round/escp-4i-1", 4),
        ("unit:partnerships", 25, "partnerships formed", "round/escp-4i-2", 4),
        ("unit:partnerships", 14, "new partnerships to be funded", "round/escp-4i-3", 0),
        ("unit:partnerships", 13, "partnerships formed", "strand/escp-4x", 10),
        ("unit:partnerships", 9, "partnerships formed", "strand/escp-s3", 1),
        ("unit:pilots", 6, "pilots funded", "initiative/first-cluster-initiative", None),
        ("unit:strands", 4, "kinds of initiative", "initiative/escp", 4),
    ]
    assert [r.unit_label for r in rows][:4] == ["cluster organisations", "clusters", "countries", "European countries"]
    assert rows[0].thing_label == ESCP_4X


def test_calls_keep_a_budget_apart_from_a_sum_of_no_stated_kind(kg: KnowledgeGraph) -> None:
    title = "European Cluster Excellence Programme with ClusterXchange scheme connecting ecosystems and cities"
    assert plain(kg.run("calls")) == [
        (
            "call/escp-4i-2020", "Call of ESCP-4i, December 2020", None, ESCP_4I, "ESCP-4i, round 3", "2020-12", None, "2021-05",
            Decimal(7_500_000), "EUR", "kind not stated", "not stated",
        ),
        (
            "call/escp-4x-2021", "Latest call of ESCP-4X, closed in February 2021", title, ESCP_4X, None, None, "2021-02", "2022-02",
            Decimal(6_000_000), "EUR", "budget of a call", "planned",
        ),
    ]  # fmt: skip
    assert kg.run("calls")[0].held == TypedLiteral("2020-12", "http://www.w3.org/2001/XMLSchema#gYearMonth")


def test_exchange_conditions_gives_each_condition_and_its_passage(kg: KnowledgeGraph) -> None:
    first, second, third = (f"{EXCHANGE_PART}paragraph {n}" for n in (1, 2, 3))
    assert plain(kg.run("exchange-conditions")) == [
        ("who may apply", "audience:clusters", "clusters", False, "voi hakea kaikki ECCP:lle rekisteröityneet klusterit", first),
        ("requires registration on", "platform/eccp", "ECCP", False, "kaikki ECCP:lle rekisteröityneet klusterit", first),
        (
            "who may take part", "audience:cluster-member-companies", "member companies of a cluster", True,
            "sekä esimerkiksi klusterin jäsenyritykset", second,
        ),
        (
            "who may take part", "audience:cluster-representatives", "people who represent a cluster organisation", False,
            "osallistua klusteriorganisaatiota edustavat henkilöt", second,
        ),
        ("way of exchange", "exchange-mode:group", "as a group", False, "Vaihtojakson voi myös toteuttaa ryhmänä", second),
        ("way of exchange", "exchange-mode:virtual", "virtually", False, "vaihtojaksoja voi toteuttaa myös virtuaalisesti", third),
        (
            "as a group, if it suits", "exchange-role:receiving-organisation", "receiving organisation", False,
            "sekä lähettävälle että vastaanottavalle organisaatiolle", second,
        ),
        (
            "as a group, if it suits", "exchange-role:sending-organisation", "sending organisation", False,
            "jos järjestely sopii sekä lähettävälle että vastaanottavalle organisaatiolle", second,
        ),
        (
            "virtual because of", "theme:corona-crisis", "exceptional conditions of the corona crisis", False,
            "Koronakriisin aiheuttamista poikkeusaloista johtuen", third,
        ),
        (
            "lump sum for", "exchange-role:sending-organisation", "sending organisation", False,
            "Lähettävä klusteriorganisaatio voi hakea kertakorvausta vaihdon kulujen kattamiseksi", second,
        ),
        ("shortest duration", "P3D", "P3D", False, "voi lyhimmillään olla kolmen päivän pituinen", second),
        ("longest duration", "P1M", "P1M", False, "ja enimmillään kuukauden", second),
    ]  # fmt: skip


def test_exchange_visits_are_counted_and_none_is_named(kg: KnowledgeGraph) -> None:
    assert plain(kg.run("exchange-visits")) == [
        (
            "exchange-scheme/clusterxchange", "ClusterXchange", ESCP_4X, 34, "2021-01", 0,
            "tammikuuhun 2021 mennessä toteutettu 34 vaihtojaksoa", f"{EXCHANGE_PART}paragraph 3",
        ),
    ]  # fmt: skip


def test_sectors_are_examples(kg: KnowledgeGraph) -> None:
    place = f"{PAGE_PART}paragraph 6"
    assert plain(kg.run("sectors")) == [
        ("strand/escp-4i", ESCP_4I, "sector:clean-tech", "clean technology", True, "muodostettu aloille kuten clean-tech", place),
        ("strand/escp-4i", ESCP_4I, "sector:energy", "energy", True, "aloille kuten clean-tech, energia", place),
        ("strand/escp-4i", ESCP_4I, "sector:health", "health", True, "energia, terveys", place),
        ("strand/escp-4i", ESCP_4I, "sector:smart-cities", "smart cities", True, "terveys, älykkäät kaupungit", place),
        ("strand/escp-4i", ESCP_4I, "sector:textiles", "textiles", True, "älykkäät kaupungit ja tekstiilit", place),
    ]


def test_target_markets_are_third_markets_and_no_countries(kg: KnowledgeGraph) -> None:
    assert plain(kg.run("target-markets")) == [
        (
            "initiative/first-cluster-initiative", FIRST, "target-market:third-country-markets", "markets of third countries", None,
            "kolmansien maiden markkinoille pääsemiseksi", f"{PAGE_PART}paragraph 2",
        ),
        (
            "strand/escp-4i", ESCP_4I, "target-market:chosen-third-markets", "third markets that a partnership has chosen",
            "markets of third countries", "valituille kolmansille markkinoille suuntautuvaa", f"{PAGE_PART}paragraph 5",
        ),
    ]  # fmt: skip


def test_programmes_and_periods_gives_no_years_to_cosme(kg: KnowledgeGraph) -> None:
    clay = "CLAY, cross-sector support for artistic ceramics firms"
    edition = "strand in a programming period"
    assert plain(kg.run("programmes-and-periods")) == [
        ("programme/cosme", "COSME", "funding programme", None, None, "strand/escp-4i", ESCP_4I, None),
        (
            "programme/interreg-europe-2014-2020", "Interreg Europe 2014–2020", "funding programme", "2014", "2020",
            "project/clay", clay, None,
        ),
        (
            "strand-edition/escp-innovation-2021-2027", "The innovation strand in 2021–2027", edition, "2021", "2027",
            "strand/escp-innovation", INNOVATION, "not yet clear",
        ),
        (
            "strand-edition/innosup-2014-2020", "INNOSUP, the innovation strand in 2014–2020", edition, "2014", "2020",
            "strand/escp-innovation", INNOVATION, "over",
        ),
    ]  # fmt: skip


def test_timeline_tells_what_happened_and_what_was_ahead(kg: KnowledgeGraph) -> None:
    rows = kg.run("timeline", subject="initiative/escp")
    assert [(r.time, r.what, shorten(r.thing), r.state) for r in rows] == [
        ("2014", "start", "strand-edition/innosup-2014-2020", None),
        ("2014", "projects started", "strand/escp-4i", None),
        ("2016", "start", "round/escp-4i-1", None),
        ("2017", "end", "round/escp-4i-1", None),
        ("2017", "launched", "strand/escp-s3", None),
        ("2018", "start", "round/escp-4i-2", None),
        ("2019", "end", "round/escp-4i-2", None),
        ("2020", "start", "round/escp-4i-3", None),
        ("2020", "end", "strand-edition/innosup-2014-2020", None),
        ("2020-12", "call held", "call/escp-4i-2020", None),
        ("2021", "start", "strand-edition/escp-innovation-2021-2027", None),
        ("2021-01", "exchanges carried out", "exchange-scheme/clusterxchange", None),
        ("2021-02", "call closed", "call/escp-4x-2021", None),
        ("2021-05", "new partnerships start", "round/escp-4i-3", "still ahead"),
        ("2022", "end", "round/escp-4i-3", None),
        ("2022-02", "new partnerships start", "call/escp-4x-2021", "still ahead"),
        ("2027", "end", "strand-edition/escp-innovation-2021-2027", None),
    ]


def test_timeline_of_one_strand_and_of_everything(bundled: KnowledgeGraph) -> None:
    excellence = bundled.run("timeline", subject="strand/escp-4x")
    assert [(r.time, r.what) for r in excellence] == [
        ("2021-01", "exchanges carried out"),
        ("2021-02", "call closed"),
        ("2022-02", "new partnerships start"),
    ]
    everything = bundled.run("timeline")
    assert [(r.time, r.what, r.thing_label) for r in everything[:2]] == [("2012", "published", FIRST), ("2012", "pilots funded", FIRST)]
    assert [(str(r.time), shorten(r.thing)) for r in everything if shorten(r.thing).endswith("/clay")] == [
        ("2018-06-01", "project/clay"),
        ("2023-05-31", "project/clay"),
    ]


def test_undecided_tells_what_was_open_when_the_page_was_written(kg: KnowledgeGraph) -> None:
    written = ("2021-03", "2021-04")
    eleven, six, ten = (f"{PAGE_PART}paragraph {n}" for n in (11, 6, 10))
    assert plain(kg.run("undecided")) == [
        (
            "strand-edition/escp-innovation-2021-2027", "The innovation strand in 2021–2027", "strand in a programming period",
            "not yet clear", None, "ohjelmakaudella 2021-2027 on vielä epäselvä", eleven, *written,
        ),
        (
            "exchange-scheme/clusterxchange", "ClusterXchange", "exchange scheme", "running", None,
            "on tällä hetkellä käynnissä ClusterXchange –pilotti", f"{EXCHANGE_PART}paragraph 1", *written,
        ),
        (
            "round/escp-4i-3", "ESCP-4i, round 3", "call round", "running", None,
            "Aloitteesta rahoitetaan tällä hakukierroksella vielä", six, *written,
        ),
        (
            "observation/escp-4i-3-new-partnerships", "New partnerships of ESCP-4i round 3, to be funded", "statistical observation",
            "still ahead", None, "rahoitetaan tällä hakukierroksella vielä 14 uutta kumppanuutta", six, *written,
        ),
        (
            "milestone/escp-4i-3-partnerships-start", "New partnerships of ESCP-4i start", "milestone", "still ahead", "2021-05",
            "jotka aloittavat toukokuussa 2021", six, *written,
        ),
        (
            "milestone/escp-4x-partnerships-start", "New partnerships of ESCP-4X start", "milestone", "still ahead", "2022-02",
            "uusille kumppanuuksille, jotka käynnistyvät helmikuussa 2022", ten, *written,
        ),
    ]  # fmt: skip


def test_minimum_shares_gives_the_rule_as_a_thing_of_the_past(kg: KnowledgeGraph) -> None:
    assert plain(kg.run("minimum-shares")) == [
        (
            "rule/innosup-company-innovation", "INNOSUP, the innovation strand in 2014–2020", "2014", "2020", Decimal(75),
            "budget of a project", "Direct support for innovation in companies", "companies", "over",
            "vähintään 75% hankkeiden budjetista", f"{PAGE_PART}paragraph 11",
        ),
    ]  # fmt: skip


def test_a_finnish_reader_is_answered_in_finnish(kg: KnowledgeGraph) -> None:
    conditions = kg.run("exchange-conditions", lang="fi")
    assert [(r.condition, r.text) for r in conditions] == [
        ("kuka voi hakea", "klusterit"),
        ("edellyttää rekisteröitymistä", "ECCP"),
        ("kuka voi osallistua", "klusterin jäsenyritykset"),
        ("kuka voi osallistua", "klusteriorganisaatiota edustavat henkilöt"),
        ("toteutustapa", "ryhmänä"),
        ("toteutustapa", "virtuaalisesti"),
        ("ryhmänä, jos sopii osapuolelle", "vastaanottava organisaatio"),
        ("ryhmänä, jos sopii osapuolelle", "lähettävä organisaatio"),
        ("virtuaalisuuden syy", "koronakriisin poikkeusolot"),
        ("kertakorvauksen hakija", "lähettävä organisaatio"),
        ("lyhin kesto", "P3D"),
        ("pisin kesto", "P1M"),
    ]
    rounds = kg.run("initiative-rounds", lang="fi")
    assert [(r.thing_label, r.participants, r.unit, r.kind_of_money) for r in rounds] == [
        ("Klusterien huippuosaamisen kumppanuudet (ESCP-4X)", 69, "klusteriorganisaatiot", None),
        ("ESCP-4X:n viimeisin haku, päättyi helmikuussa 2021", None, None, "haun budjetti"),
        ("ESCP-4i, 1. hakukierros", None, None, None),
        ("ESCP-4i, 2. hakukierros", None, None, None),
        ("ESCP-4i, 3. hakukierros", 78, "klusterit", "lajia ei kerrota"),
        ("Älykkään erikoistumisen investointien klusterikumppanuudet (ESCP-S3)", 57, "kumppanit", None),
    ]
    assert [(r.thing_label, r.state) for r in kg.run("undecided", lang="fi")] == [
        ("Innovaatioiden osa-aloite kaudella 2021–2027", "vielä epäselvä"),
        ("ClusterXchange", "käynnissä"),
        ("ESCP-4i, 3. hakukierros", "käynnissä"),
        ("ESCP-4i:n 3. hakukierroksen uudet, vielä rahoitettavat kumppanuudet", "vielä edessä"),
        ("ESCP-4i:n uudet kumppanuudet aloittavat", "vielä edessä"),
        ("ESCP-4X:n uudet kumppanuudet aloittavat", "vielä edessä"),
    ]


QUERIES = (
    "calls", "counts-by-unit", "exchange-conditions", "exchange-visits", "funded-share", "initiative-rounds", "initiatives-overview",
    "minimum-shares", "programmes-and-periods", "sectors", "statistics-as-of", "strand-names", "target-markets", "timeline", "undecided",
)  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_a_question_answers_with_the_columns_it_declares_in_both_languages(bundled: KnowledgeGraph, name: str) -> None:
    named = bundled.queries[name]
    assert set(named.title) == set(named.description) == {"en", "fi"}
    needed: dict[str, str] = {k: p.example or "" for k, p in named.params.items() if p.default is None}
    english, finnish = (bundled.run(name, lang=lang, **needed) for lang in ("en", "fi"))
    assert english.columns == finnish.columns == tuple(named.columns)
    assert len(english) == len(finnish) > 0


# ------------------------------------------------------------------ the page itself


def places(text: str, headings: set[str]) -> dict[tuple[str, str, int], str]:
    """The page's passages by heading, kind and number: a block of one line is a paragraph or a heading, of several a list."""
    found: dict[tuple[str, str, int], str] = {}
    heading, counts = "", {"paragraph": 0, "list-item": 0}
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [line.strip() for line in block.splitlines()]
        if lines[0] in headings:
            heading, counts = lines[0], {"paragraph": 0, "list-item": 0}
            found[heading, "title", 1] = heading
            continue
        kind = "paragraph" if len(lines) == 1 else "list-item"
        for line in lines:
            counts[kind] += 1
            found[heading, kind, counts[kind]] = line
    return found


CLAIMS = """
SELECT ?claim ?quote ?heading ?kind ?ordinal
WHERE {
  ?claim prov:value ?quote ; prov:wasQuotedFrom ?passage .
  ?passage dct:isPartOf <https://w3id.org/clayonto/id/document/cluster-page> ;
    clay:headingText ?heading ; dct:type ?kind ; clay:ordinal ?ordinal .
}
ORDER BY STR(?claim)
"""


def page() -> str:
    """The text of the page, known by its title."""
    for file in sorted(REFERENCE.glob("*/*.txt")):
        text = file.read_text(encoding="utf-8")
        if text.startswith(TITLE):
            return text
    pytest.skip("the page on cluster initiatives is not here; CLAYONTO_SHARED can name the folder that has it")


def test_each_quote_stands_in_the_passage_that_its_claim_names() -> None:
    text = page()
    rows = clayonto.load().query(CLAIMS)
    assert len(rows) > 150
    passages = places(text, {str(row.heading) for row in rows})
    for row in rows:
        place = (str(row.heading), shorten(row.kind).removeprefix("passage-kind:"), row.ordinal)
        assert row.quote in passages.get(place, ""), f"{shorten(row.claim)} quotes “{row.quote}” from {place}"
        assert len(row.quote.split()) <= 8, row.claim


def test_no_passage_of_the_page_goes_without_a_claim() -> None:
    text = page()
    rows = clayonto.load().query(CLAIMS)
    quoted = {(str(r.heading), shorten(r.kind).removeprefix("passage-kind:"), r.ordinal) for r in rows}
    assert set(places(text, {heading for heading, _, _ in quoted})) == quoted


def test_every_number_of_the_page_is_in_a_claim() -> None:
    numbers = re.findall(r"\d+(?:,\d+)?", re.sub(r"ESCP-(?:4i|4X|S3)", "", page()))
    assert len(numbers) > 30
    quotes = " ".join(row.quote for row in clayonto.load().query(CLAIMS))
    stated = set(re.findall(r"\d+(?:,\d+)?", re.sub(r"ESCP-(?:4i|4X|S3)", "", quotes)))
    assert set(numbers) == stated


def test_the_names_of_a_thing_are_the_names_that_claims_state() -> None:
    kg = clayonto.load()
    held = kg.query(
        "SELECT ?thing ?name { ?thing skos:altLabel|clay:acronym ?name FILTER NOT EXISTS { ?thing a clay:Project } "
        "FILTER NOT EXISTS { ?thing a org:Organization } FILTER NOT EXISTS { ?thing a clay:ClusterPartnership } FILTER(STRSTARTS(STR(?thing), 'https://w3id.org/clayonto/id/')) }"
    )
    stated = kg.query(
        "SELECT ?thing ?name { ?claim clay:about ?thing ; clay:statesValue ?name ; clay:aspect ?aspect ; prov:wasQuotedFrom ?passage . "
        "?passage dct:isPartOf <https://w3id.org/clayonto/id/document/cluster-page> FILTER(?aspect IN (aspect:name, aspect:acronym)) }"
    )
    names = {(shorten(r.thing), str(r.name)) for r in stated}
    # These two names are the preferred labels, and the title, of their things.
    elsewhere = {("programme/cosme", "COSME"), ("strand/escp-innovation", INNOVATION)}
    call = {(thing, name) for thing, name in names if thing == "call/escp-4x-2021"}
    assert {(shorten(r.thing), str(r.name)) for r in held} == names - elsewhere - call
    assert len(call) == 1


def test_every_count_stands_in_the_words_that_state_it() -> None:
    rows = clayonto.load().query(
        "SELECT ?stated ?quote { ?observation a clay:StatisticalObservation ; clay:count ?stated ; clay:statedIn ?claim . "
        "?claim clay:statesValue ?stated ; prov:value ?quote } ORDER BY ?stated STR(?quote)"
    )
    in_words = {4: "neljänlaisia", 6: "kuusi"}
    assert len(rows) == 15
    for row in rows:
        assert in_words.get(row.stated, str(row.stated)) in row.quote
