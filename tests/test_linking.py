"""Organisations that are one body under several names: what is proposed, what people decide, and what stays of it."""

from __future__ import annotations

import csv
import os
import random
import subprocess
import sys
import tempfile
from functools import cache
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

import clayonto
from clayonto import stores
from clayonto.errors import DataError, UsageError
from clayonto.linking import (
    Link,
    LinkTable,
    Organisation,
    apply_links,
    candidates,
    contradictions,
    find_links,
    organisations,
    profiles,
    read_links,
    side_by_side,
)
from clayonto.linking.evidence import Evidence, Known, Matcher
from clayonto.linking.names import fold, normalise
from clayonto.linking.organisations import identifier
from clayonto.linking.wording import REASONS
from clayonto.registers import import_register
from clayonto.stores.bodies import bodies
from clayonto.stores.dataset import Dataset
from tests.conftest import ROOT

LABELLED = Path(__file__).parent / "linking" / "labelled.tsv"
DATA = ROOT.parent / "shared" / "data"
E = "https://w3id.org/clayonto/id/organisation/"
SIGNS = [b'"', b"\t", b"\n", b"#", b":", b"|", b"\r", b"\x00", b"'", b"x:y", b"Not", b"\xff", b"  "]
"""What a table is made of, and what breaks it."""


def body(key: str, *names: str, country: str = "FIN", **more: object) -> Organisation:
    return Organisation(E + key, list(names), countries={country} - {""}, **more)  # type: ignore[arg-type]


def compared(one: Organisation, other: Organisation) -> Evidence:
    a, b = Known.of(one), Known.of(other)
    return Matcher([a, b]).compare(a, b)


def proposed(*bodies: Organisation, min_score: float = 0.7) -> set[tuple[str, str]]:
    return {(link.one.removeprefix(E), link.other.removeprefix(E)) for link in candidates(bodies, min_score=min_score)}


# ------------------------------------------------------------------ names


@pytest.mark.parametrize(
    "spellings",
    [
        ["Savipaja Oy", "SAVIPAJA OY", "Oy Savipaja Ab", "savipaja o.y.", "  Savipaja,  Oy. "],
        ["Etelä-Pohjanmaan liitto", "ETELÄ-POHJANMAAN LIITTO", "Etela Pohjanmaan liitto", "Etela\u0308-Pohjanmaan liitto"],
        ["Metal s.r.o.", "METAL, s. r. o.", "Metal spol. s r.o.", "Metal SRO"],
        ["Uniglass Sp. z o.o.", "UNIGLASS SPÓŁKA Z OGRANICZONĄ ODPOWIEDZIALNOŚCIĄ"],
        ["Eki d.o.o.", "EKI D. O. O.", "Eki društvo s ograničenom odgovornošću"],
        ['UAB "Gangas"', "UAB „Gangas“", "Gangas, uždaroji akcinė bendrovė"],
        ["ЛАМКОР-2 ООД", "Дружество с ограничена отговорност Ламкор 2"],
        ["Aarhus A/S", "AARHUS AS", "Aarhus a.s."],
        ["Strøm Energi", "STROM ENERGI"],
        ["Ｓａｖｉｐａｊａ Oy", "Savipaja Oy"],
    ],
    ids=lambda spellings: spellings[0],
)
def test_spellings_of_one_name_come_out_alike(spellings: list[str]) -> None:
    assert len({normalise(name).joined for name in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Savipaja Oy", "Savipajat Oy"), ("Koulu 1", "Koulu 2"), ("Oulun yliopisto", "Oulun kaupunki"), ("Община Бургас", "Община Варна")],
)
def test_other_names_come_out_otherwise(one: str, other: str) -> None:
    assert normalise(one).joined != normalise(other).joined


def test_an_acronym_in_brackets_is_set_apart_and_a_place_in_brackets_is_not() -> None:
    assert normalise("Terveyden ja hyvinvoinnin laitos (THL)").acronyms == {"thl"}
    assert normalise("Ammattiopisto (Kuopio)").words == ("ammattiopisto", "kuopio")


@pytest.mark.parametrize("name", ["Oy", "S.A.", "The", "и", "12", "Ab Oy Ltd"])
def test_a_name_of_what_is_left_out_keeps_something(name: str) -> None:
    assert normalise(name).words


@given(st.text())
def test_any_text_can_be_a_name(name: str) -> None:
    taken = normalise(name)
    assert taken == normalise(name)
    assert all(word == fold(word) for word in taken.words)
    assert fold(fold(name)) == fold(name)


@given(st.lists(st.sampled_from(["Savi", "paja", "Etelä", "Ümit", "liitto", "3", "Łódź", "Oy", "ry"]), min_size=1, max_size=6))
def test_case_and_punctuation_do_not_matter(words: list[str]) -> None:
    plain = normalise(" ".join(words))
    assert normalise(" , ".join(words).upper()).joined == plain.joined
    assert normalise("-".join(words)).joined == plain.joined


# ------------------------------------------------------------------ identifiers


@pytest.mark.parametrize("text", ["0244767-4", "FI02447674", "FI 0244767-4", "fi02447674"])
def test_a_business_id_is_a_vat_number_without_its_country(text: str) -> None:
    found = identifier(text)
    assert found == ("vat", "FI02447674")


@pytest.mark.parametrize("text", ["", "-", "n/a", "12345", "0" * 3, "nan", "unknown", "999999999", "９９９６５４３５６"])
def test_what_tells_too_little_is_no_identifier(text: str) -> None:
    assert identifier(text) is None


def test_one_identifier_outweighs_names_and_says_so() -> None:
    one, other = body("a", "University of Oulu", identifiers=["999844863"]), body("b", "Oulun yliopisto", identifiers=["999 844 863"])
    found = compared(one, other)
    assert found.score == 0.9
    assert found.reasons[:2] == ("same-identifier", "other-names")
    assert proposed(one, other) == {("a", "b")}


def test_an_identifier_crosses_borders_when_its_kind_is_known() -> None:
    one, other = body("a", "Alfa", identifiers=["999844863"]), body("b", "Beta", country="SWE", identifiers=["999844863"])
    assert proposed(one, other) == {("a", "b")}
    local = [body("a", "Alfa", identifiers=["ID-00001"]), body("b", "Beta", country="SWE", identifiers=["ID-00001"])]
    assert proposed(*local) == set()


def test_an_identifier_that_stands_beside_many_names_tells_nothing() -> None:
    apart = ["Savipaja", "Kivitalo", "Metsola", "Rautio", "Hopeanen", "Lasimestari", "Puusepät"]
    bodies = [
        body(f"{number:02}", f"{name} {chr(65 + number % 26) * 4}", identifiers=["FI02447674"]) for number, name in enumerate(apart * 4)
    ]
    assert proposed(*bodies[:3]) != set()
    assert proposed(*bodies) == set()


def test_other_vat_numbers_speak_against_one_name() -> None:
    one, other = body("a", "Savipaja Oy", identifiers=["FI02447674"]), body("b", "Savipaja Oy", identifiers=["FI02459042"])
    assert compared(one, other).score < 0.5
    assert "other-vat" in compared(one, other).reasons


# ------------------------------------------------------------------ evidence


def test_a_company_and_an_association_of_one_name_are_not_proposed() -> None:
    assert proposed(body("a", "Savipaja Oy"), body("b", "Savipaja ry")) == set()


def test_numbers_keep_names_apart() -> None:
    assert proposed(body("a", "Päiväkoti Aurinko 1"), body("b", "Päiväkoti Aurinko 2")) == set()


def test_one_name_in_two_countries_is_not_proposed_and_an_unknown_country_may_be_any() -> None:
    assert proposed(body("a", "Savipaja"), body("b", "Savipaja", country="SWE")) == set()
    assert proposed(body("a", "Savipaja"), body("b", "SAVIPAJA", country="")) == {("a", "b")}


def test_an_acronym_leads_to_the_full_name() -> None:
    assert proposed(body("a", "THL"), body("b", "Terveyden ja hyvinvoinnin laitos (THL)")) == {("a", "b")}
    assert proposed(
        body("a", "Centre National de la Recherche Scientifique"), body("b", "CNRS Centre National de la Recherche Scientifique")
    )


def test_a_misspelled_name_is_found_wherever_the_slip_is() -> None:
    for wrong in ("Savvipaja Keramos", "Savipaja Keramoss", "Savipja Keramos", "SavipajaKeramos"):
        assert proposed(body("a", "Savipaja Keramos"), body("b", wrong)) == {("a", "b")}, wrong


@given(st.text(max_size=30), st.text(max_size=30))
@example("00:½", "0:0:¼")
def test_evidence_is_the_same_in_both_orders_and_a_probability(one: str, other: str) -> None:
    bodies = [body("a", one, "Savipaja"), body("b", other, "Muu nimi")]
    found, turned = compared(*bodies), compared(*reversed(bodies))
    assert 0 <= found.score <= 1
    assert (found.score, found.likeness, set(found.reasons)) == (turned.score, turned.likeness, set(turned.reasons))
    assert set(found.reasons) <= set(REASONS)


def test_the_order_of_organisations_does_not_matter() -> None:
    bodies = [body("a", "Savipaja Oy"), body("b", "SAVIPAJA"), body("c", "Savipaja Ky"), body("d", "Muu")]
    expected = proposed(*bodies)
    assert len(expected) == 3
    assert all(proposed(*turned) == expected for turned in permutations(bodies))


@pytest.mark.parametrize(
    "names", [["", " "], ["—", "…"], ["\x00", "\x1b[31m"], ["(((((", "]]]]"], ["a" * 100_000, "a" * 100_000], ["\ud800", "\udfff"]]
)
def test_hostile_names_break_nothing(names: list[str]) -> None:
    list(candidates([body(str(number), name) for number, name in enumerate(names)]))


def test_a_thousand_of_one_name_are_compared_with_the_next_and_not_each_with_each() -> None:
    bodies = [body(f"{number:04}", "Savipaja Oy") for number in range(1000)]
    assert 999 <= len(proposed(*bodies)) < 5000


@cache
def judged() -> list[tuple[float, bool]]:
    """The score of each pair that people have judged, and whether it is one body."""
    with LABELLED.open(encoding="utf-8") as file:
        next(file)
        rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    ones, others = ([Known.of(body(side, row[side], country=row["country"])) for row in rows] for side in ("one", "other"))
    matcher = Matcher([*ones, *others])
    return [(matcher.compare(one, other).score, row["same"] == "yes") for one, other, row in zip(ones, others, rows, strict=True)]


def test_what_people_have_judged_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    scored = judged()
    assert sum(same for _, same in scored) > 100
    assert sum(not same for _, same in scored) > 60

    def of(least: float) -> tuple[float, float]:
        above = [same for score, same in scored if score >= least]
        return sum(above) / len(above), sum(above) / sum(same for _, same in scored)

    with capsys.disabled():
        print("", *(f"score ≥ {least}: precision {of(least)[0]:.2f}, recall {of(least)[1]:.2f}" for least in (0.5, 0.7, 0.9)), sep="\n  ")
    # The pairs are hard ones on purpose; most of what a register has is above 0.9.
    assert of(0.7)[0] > 0.85
    assert of(0.7)[1] > 0.85
    assert of(0.9)[0] > 0.98
    assert of(0.5)[1] > 0.93


def test_scores_are_about_as_often_right_as_they_say() -> None:
    for low, high in ((0.0, 0.3), (0.3, 0.7), (0.7, 0.9), (0.9, 1.0)):
        within = [(score, same) for score, same in judged() if low <= score < high]
        assert len(within) > 20
        assert abs(sum(score for score, _ in within) / len(within) - sum(same for _, same in within) / len(within)) < 0.25


# ------------------------------------------------------------------ the table


def a_table() -> LinkTable:
    bodies = [body("a", "Savipaja Oy"), body("b", "SAVIPAJA"), body("c", "Keramos-studio"), body("d", "Keramosstudio ry")]
    return LinkTable("https://w3id.org/clayonto/graph/links/mine", sorted(candidates(bodies), key=lambda link: link.pair))


def test_a_table_comes_back_as_it_was(tmp_path: Path) -> None:
    table, file = a_table(), tmp_path / "mine.sssom.tsv"
    table.decide(table.links[0].id, accept=True, reviewer="Maija", day="2026-11-22")
    table.decide(table.links[1].id, accept=False, reviewer="Maija", day="2026-11-22")
    table.write(file)
    again = read_links(file)
    assert again.links == sorted(table.links, key=lambda link: link.state)
    assert again.to_text() == file.read_text(encoding="utf-8")
    assert (again.id, [link.state for link in again]) == (table.id, ["accepted", "rejected"])


def test_the_table_is_sssom_as_its_specification_has_it(tmp_path: Path) -> None:
    table = a_table()
    table.decide(table.links[1].id, accept=False, reviewer="Maija", day="2026-11-22")
    lines = table.to_text().splitlines()
    assert lines[0] == "#curie_map:"
    assert "#mapping_set_id: https://w3id.org/clayonto/graph/links/mine" in lines
    head = next(line for line in lines if not line.startswith("#")).split("\t")
    rows = [dict(zip(head, line.split("\t"), strict=True)) for line in lines if line.startswith("link:")]
    assert {"subject_id", "predicate_id", "object_id", "mapping_justification", "confidence"} <= set(head)
    assert "comment" not in head  # no empty columns
    assert [row["predicate_modifier"] for row in rows] == ["", "Not"]
    assert [row["reviewer_label"] for row in rows] == ["", "Maija"]
    assert rows[0]["mapping_justification"].startswith("semapv:")
    assert rows[0]["subject_id"] == "organisation:a"


def test_what_others_have_added_stays(tmp_path: Path) -> None:
    file = tmp_path / "theirs.tsv"
    text = (
        "# curie_map:\n#   clay: https://w3id.org/clayonto/def#\n#   x: 'https://example.org/x/'\n#   orcid: https://orcid.org/\n# mapping_set_id: https://example.org/set\n"
        "# creator_id:\n#   - orcid:0000-0002-3884-3420\n# license: https://creativecommons.org/licenses/by/4.0/\n"
        "subject_id\tpredicate_id\tobject_id\tmapping_justification\tissue\tcomment\n"
        'x:a\tclay:sameBodyAs\tx:b\tsemapv:ManualMappingCuration\t17\t"so, ""they"" say"\n'
    )
    file.write_text(text, encoding="utf-8")
    table = read_links(file)
    assert table.links[0].one == "https://example.org/x/a"
    assert table.links[0].comment == 'so, "they" say'
    written = table.to_text()
    assert "#creator_id:\n#  - orcid:0000-0002-3884-3420\n#license: https://creativecommons.org/licenses/by/4.0/" in written
    assert '#  orcid: "https://orcid.org/"' in written
    assert '#  x: "https://example.org/x/"' in written
    assert "17" in written.splitlines()[-1].split("\t")


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ("x:a\towl:sameAs\tx:b\tsemapv:LexicalMatching", "by clay:sameBodyAs alone, and not by owl:sameAs"),
        ("x:a\tskos:closeMatch\tx:b\tsemapv:LexicalMatching", "by clay:sameBodyAs alone, and not by skos:closeMatch"),
        ("y:a\tclay:sameBodyAs\tx:b\tsemapv:LexicalMatching", "the prefix “y:” is not in the curie_map"),
        ("a\tclay:sameBodyAs\tx:b\tsemapv:LexicalMatching", "“a” is no CURIE"),
        ("x:a b\tclay:sameBodyAs\tx:b\tsemapv:LexicalMatching", "percent-encode it"),
        ("x:a\tclay:sameBodyAs\tx:a\tsemapv:LexicalMatching", "linked with itself"),
        ("x:a\tclay:sameBodyAs\tx:b\tsemapv:LexicalMatching\tmore", "5 cells, and the table 4 columns"),
        ('x:a\tclay:sameBodyAs\tx:b\t"semapv', "cannot be read as a table"),
    ],
)
def test_a_row_that_cannot_be_is_told_with_its_line(tmp_path: Path, row: str, message: str) -> None:
    file = tmp_path / "bad.tsv"
    head = "#curie_map:\n#  clay: https://w3id.org/clayonto/def#\n#  x: https://example.org/x/\nsubject_id\tpredicate_id\tobject_id\tmapping_justification\n"
    file.write_text(f"{head}x:1\tclay:sameBodyAs\tx:2\tsemapv:LexicalMatching\n{row}\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        read_links(file)
    assert message in str(caught.value)
    assert str(caught.value).startswith(f"{file}:6")


def test_a_row_without_its_last_empty_cells_is_read(tmp_path: Path) -> None:
    file = tmp_path / "short.tsv"
    text = "#curie_map:\n#  clay: https://w3id.org/clayonto/def#\n#  x: https://example.org/x/\n"
    file.write_text(
        f"{text}subject_id\tpredicate_id\tobject_id\tmapping_justification\tcomment\nx:a\tclay:sameBodyAs\tx:b\n", encoding="utf-8"
    )
    assert [link.other for link in read_links(file)] == ["https://example.org/x/b"]


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"#\n" * 3, b"#curie_map: {a: b}\n", b"a\tb\n1\t2\n", b'"' * 50, b"\x00\x00"])
def test_what_is_no_table_is_told(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "no.tsv"
    file.write_bytes(data)
    with pytest.raises(DataError, match=r"no\.tsv"):
        read_links(file)


@given(st.text(), st.text(), st.text())
def test_any_label_survives_the_table(one: str, comment: str, reviewer: str) -> None:
    link = Link(E + "a", E + "b", one, "b", 0.5, comment=comment)
    table = LinkTable("https://example.org/set", [link])
    if reviewer.strip():
        table = LinkTable("https://example.org/set", [link.decided(accept=True, reviewer="M " + reviewer)])
    with tempfile.TemporaryDirectory() as folder:
        table.write(Path(folder, "any.tsv"))
        again = read_links(Path(folder, "any.tsv"))
    assert again.links[0].pair == link.pair
    assert again.links[0].state == table.links[0].state
    assert again.to_text() == table.to_text()


@pytest.mark.fuzz
@given(st.integers(0, 2000), st.integers(0, 40), st.binary(max_size=12) | st.lists(st.sampled_from(SIGNS), max_size=4).map(b"".join))
def test_a_damaged_table_is_read_or_told(place: int, length: int, instead: bytes) -> None:
    data = a_table().to_text().encode()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "any.tsv")
        file.write_bytes(data[: place % len(data)] + instead + data[place % len(data) + length :])
        try:
            table = read_links(file)
        except DataError as error:
            told = str(error)
        else:
            table.write(file)
            assert read_links(file).to_text() == table.to_text()
            return
    assert str(file) in told


def test_two_rows_about_one_pair_are_an_error() -> None:
    with pytest.raises(DataError, match="two rows are about"):
        LinkTable("https://example.org/set", [Link(E + "a", E + "b"), Link(E + "b", E + "a")])


def test_a_file_that_somebody_has_changed_is_left_as_it_is(tmp_path: Path) -> None:
    file = tmp_path / "mine.sssom.tsv"
    a_table().write(file)
    mine, theirs = read_links(file), read_links(file)
    theirs.decide(theirs.links[0].id, accept=True, reviewer="Other")
    theirs.write(file)
    mine.decide(mine.links[0].id, accept=False, reviewer="Maija")
    with pytest.raises(DataError, match="somebody has changed it"):
        mine.write(file)
    assert read_links(file).links[0].state != "rejected"


def test_a_decision_needs_a_name() -> None:
    with pytest.raises(UsageError, match="needs the name"):
        Link(E + "a", E + "b").decided(accept=True, reviewer=" \t")


def test_the_id_of_a_pair_does_not_depend_on_its_order() -> None:
    assert Link(E + "a", E + "b").id == Link(E + "b", E + "a").id != Link(E + "a", E + "c").id


# ------------------------------------------------------------------ decisions last

HEAD = "Koodi,Rahasto,Hankkeen nimi,Tl,Viranomainen,Tila,Aloituspvm,Päättymispvm,Toteuttajan nimi,Myönnetty EU- ja valtion rahoitus,"
HEAD += "Toteutunut EU- ja valtion rahoitus,Suunniteltu julkinen rahoitus yhteensä,Toteutunut julkinen rahoitus yhteensä;"


def register(folder: Path, *names: str) -> Path:
    rows = [
        f"A7{number:04},EAKR,Savihanke {number},1,Kuvitelman virasto,Toiminnassa,1.1.2015,31.12.2016,{name},1000,0,1000,0;"
        for number, name in enumerate(names)
    ]
    file = folder / "list.csv"
    file.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return file


NAMES = ("Savipaja Oy", "SAVIPAJA OY", "Savi-Paja Oy", "Kivitalo ry")


@pytest.fixture
def store(tmp_path: Path) -> Path:
    import_register("eura", register(tmp_path, *NAMES), store=tmp_path / "graph.db")
    return tmp_path / "graph.db"


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_MESSAGES", "LANG")} | {"LANG": "C.UTF-8"} | environment
    return subprocess.run(
        [sys.executable, "-m", "clayonto", "link", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=clean,
        check=False,
    )


def test_decisions_last_over_searches_and_imports(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "links.sssom.tsv"
    found = find_links(clayonto.load(store=store), earlier=LinkTable.named(file.name))
    assert (found.new, found.kept) == (3, 0)
    first, second, third = (link.id for link in sorted(found.table, key=lambda link: link.pair))
    found.table.decide(first, accept=True, reviewer="Maija")
    found.table.decide(second, accept=False, reviewer="Maija")
    found.table.write(file)
    before = apply_links(file, store=store)
    assert (before.accepted, before.absent) == (1, ())
    linked = "SELECT ?one ?other { ?one clay:sameBodyAs ?other }"
    assert len(clayonto.load(store=store).query(linked)) == 1

    # The register comes anew, with one body less and one more.
    import_register("eura", register(tmp_path, *NAMES, "savipaja oy"), store=store)
    kg = clayonto.load(store=store)
    assert len(kg.query(linked)) == 1
    again = find_links(kg, earlier=read_links(file))
    states = {link.id: link.state for link in again.table}
    assert (states[first], states[second], states[third]) == ("accepted", "rejected", "candidate")
    assert (again.new, again.kept, again.gone) == (3, 2, 0)

    # A table of its own does not propose what the graph has.
    assert first not in {link.id for link in find_links(kg).table}

    import_register("eura", register(tmp_path, "Kivitalo ry"), store=store)
    assert len(clayonto.load(store=store).query(linked)) == 1
    last = find_links(clayonto.load(store=store), earlier=read_links(file))
    assert [link.state for link in last.table] == ["accepted", "rejected"]
    assert last.gone == 1
    assert [link.id for link in apply_links(file, store=store).absent] == [first]


def test_what_is_applied_conforms_says_who_and_is_taken_back_when_rejected(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "links.sssom.tsv"
    table = find_links(clayonto.load(store=store), earlier=LinkTable.named(file.name)).table
    for link in table.links:
        table.decide(link.id, accept=True, reviewer='Maija "M" <Meikäläinen>', day="2026-11-22")
    table.write(file)
    done = apply_links(file, store=store)
    kg = clayonto.load(store=store)
    assert done.graph in {one["graph"] for one in kg.files}
    said = kg.query(
        "SELECT ?one ?other ?who { ?one clay:sameBodyAs ?other . ?claim clay:about ?one ; clay:statesThing ?other ; prov:wasQuotedFrom ?row . "
        '?row skos:prefLabel ?who FILTER(LANG(?who) = "en") }'
    )
    assert len(said) == 3
    assert said[0].who.endswith('accepted by Maija "M" <Meikäläinen>, 2026-11-22')
    report = kg.validate()
    assert [one for one in report.results if "link" in str(one.focus) or "same-body" in str(one.shape)] == []
    assert len(kg.query("ASK { ?one owl:sameAs|skos:closeMatch ?other . ?one a org:Organization }")) == 1
    assert not kg.query("ASK { ?one owl:sameAs|skos:closeMatch ?other . ?one a org:Organization }")[0][0]

    for link in table.links:
        table.decide(link.id, accept=False, reviewer="Maija")
    table.write(file)
    assert apply_links(file, store=store).accepted == 0
    assert len(clayonto.load(store=store).query("SELECT * { ?one clay:sameBodyAs ?other }")) == 0


def test_applying_again_changes_nothing(store: Path, tmp_path: Path) -> None:
    from clayonto import stores

    file = tmp_path / "links.sssom.tsv"
    table = find_links(clayonto.load(store=store), earlier=LinkTable.named(file.name)).table
    table.decide(table.links[0].id, accept=True, reviewer="Maija")
    table.write(file)
    apply_links(file, store=store)
    before = stores.info(store)["generation"]
    apply_links(file, store=store)
    assert stores.info(store)["generation"] == before


def test_two_tables_may_accept_one_pair(store: Path, tmp_path: Path) -> None:
    found = find_links(clayonto.load(store=store), earlier=LinkTable.named("first")).table
    for name in ("first", "second"):
        table = LinkTable(LinkTable.named(name).id, list(found.links))
        table.decide(table.links[0].id, accept=True, reviewer=name)
        table.write(tmp_path / name)
        apply_links(tmp_path / name, store=store)
    kg = clayonto.load(store=store)
    assert len(kg.query("SELECT * { ?one clay:sameBodyAs ?other }")) == 1
    assert len(kg.query("SELECT * { ?claim clay:aspect aspect:same-body }")) == 2
    assert [one for one in kg.validate().results if "links-" in str(one.focus)] == []


def test_a_table_cannot_take_the_place_of_a_register(store: Path, tmp_path: Path) -> None:
    table = a_table()
    table.id = "https://w3id.org/clayonto/graph/register/eura-2014"
    table.write(tmp_path / "trap.tsv")
    with pytest.raises(UsageError, match="a graph that is there for something else"):
        apply_links(tmp_path / "trap.tsv", store=store)
    assert len(organisations(clayonto.load(store=store))) > 4


def test_rejected_links_that_follow_from_accepted_ones_are_told() -> None:
    links = [Link(E + "a", E + "b", state="accepted"), Link(E + "c", E + "b", state="accepted"), Link(E + "a", E + "c", state="rejected")]
    assert contradictions(links) == [links[2]]
    assert contradictions(links[1:]) == []


def test_a_body_of_a_register_is_linked_with_the_one_that_the_documents_name(tmp_path: Path) -> None:
    import_register("eura", register(tmp_path, "ETELÄ-POHJANMAAN LIITTO"), store=tmp_path / "graph.db")
    [link] = find_links(clayonto.load(store=tmp_path / "graph.db")).table
    assert {link.one_label, link.other_label} == {"Etelä-Pohjanmaan liitto", "ETELÄ-POHJANMAAN LIITTO"}


@pytest.fixture
def linked(tmp_path: Path) -> Path:
    """A store in which “Savipaja Oy” has 1,000 euros in two registers' spellings each, and a table of which one pair is accepted and another rejected."""
    store, table = tmp_path / "linked.db", LinkTable.named("bodies")
    import_register("eura", register(tmp_path, "Savipaja Oy", "SAVIPAJA OY", "Savipaja", "Kivitalo ry"), store=store)
    by_name = {one.names[0]: one.iri for one in organisations(clayonto.load(store=store))}
    first, second, third = (by_name[name] for name in ("Savipaja Oy", "SAVIPAJA OY", "Savipaja"))
    for one, accept in ((Link(first, second), True), (Link(first, third), False)):
        table = LinkTable(table.id, [*table.links, one.decided(accept=accept, reviewer="Maija")])
    table.write(tmp_path / "bodies.sssom.tsv")
    return store


def test_queries_count_an_accepted_body_as_one_and_a_rejected_one_apart(linked: Path, tmp_path: Path) -> None:
    def sums() -> list[tuple[str, int]]:
        rows = clayonto.load(store=linked).run("top-beneficiaries")
        return sorted((row.organisation_label.lower(), row.projects) for row in rows)

    assert sums() == [("kivitalo ry", 1), ("savipaja", 1), ("savipaja oy", 1), ("savipaja oy", 1)]
    assert apply_links(tmp_path / "bodies.sssom.tsv", store=linked).bodies == 1
    assert sums() == [("kivitalo ry", 1), ("savipaja", 1), ("savipaja oy", 2)]
    # Of the year, the programme and all kinds as well.
    assert len(clayonto.load(store=linked).run("top-beneficiaries", limit=100)) == 3

    table = read_links(tmp_path / "bodies.sssom.tsv")
    table.decide(table.links[1].id, accept=False, reviewer="Maija")
    table.decide(table.links[0].id, accept=False, reviewer="Maija")
    table.write(tmp_path / "bodies.sssom.tsv")
    assert apply_links(tmp_path / "bodies.sssom.tsv", store=linked).bodies == 0
    assert len(sums()) == 4


def test_bodies_are_those_of_all_tables_and_of_what_the_graph_has(linked: Path, tmp_path: Path) -> None:
    counted = "SELECT ?one ?body { ?one clay:countedAs ?body }"
    apply_links(tmp_path / "bodies.sssom.tsv", store=linked)
    [(a, body), (b, _)] = clayonto.load(store=linked).query(counted)
    assert body == min(str(a), str(b))
    # Another table joins the body with an organisation that no register here has, and that comes first.
    other = LinkTable(LinkTable.named("other").id, [Link("https://example.org/a", str(b)).decided(accept=True, reviewer="Maija")])
    other.write(tmp_path / "other.sssom.tsv")
    assert apply_links(tmp_path / "other.sssom.tsv", store=linked).bodies == 1
    assert {tuple(row) for row in clayonto.load(store=linked).query(counted)} == {
        (one, body) for one in (a, b, clayonto.IRI("https://example.org/a"))
    }
    # The register comes anew without the first spelling, so the body is counted under the other.
    import_register("eura", register(tmp_path, "SAVIPAJA OY", "Kivitalo ry"), store=linked)
    [left] = {row.body for row in clayonto.load(store=linked).query(counted)}
    kg = clayonto.load(store=linked)
    assert kg.query(f"SELECT ?name {{ <{left}> skos:prefLabel ?name FILTER(LANG(?name) = 'fi') }}")[0].name == "SAVIPAJA OY"
    assert [row.projects for row in kg.run("top-beneficiaries")] == [1, 1]


def test_links_and_the_bodies_that_they_make_come_in_one_generation(linked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def counted() -> list[tuple[object, ...]]:
        kg = clayonto.load(store=linked)
        return [tuple(row) for row in kg.query("SELECT ?one ?body { ?one clay:countedAs ?body }")]

    def generation() -> int:
        return int(stores.info(linked)["generation"])

    first = generation()
    with monkeypatch.context() as broken:
        broken.setattr("clayonto.stores.bodies.counted", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            apply_links(tmp_path / "bodies.sssom.tsv", store=linked)
    assert (generation(), counted()) == (first, [])
    assert not clayonto.load(store=linked).query("ASK { ?one clay:sameBodyAs ?other }")[0].answer
    apply_links(tmp_path / "bodies.sssom.tsv", store=linked)
    applied = counted()
    assert (generation(), len(applied)) == (first + 1, 2)
    # Nothing new to import or to apply: no new generation.
    apply_links(tmp_path / "bodies.sssom.tsv", store=linked)
    import_register("eura", tmp_path / "list.csv", store=linked)
    assert (generation(), counted()) == (first + 1, applied)
    # An import that takes a linked organisation away, cut off where bodies are worked out.
    newer = register(tmp_path, "SAVIPAJA OY", "Kivitalo ry")
    with monkeypatch.context() as broken:
        broken.setattr("clayonto.stores.bodies.counted", lambda _: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            import_register("eura", newer, store=linked)
    assert (generation(), counted()) == (first + 1, applied)
    import_register("eura", newer, store=linked)
    assert generation() == first + 2
    assert {body for _, body in counted()} != {body for _, body in applied}


def test_bodies_follow_edits_files_and_updates_of_a_graph_on_disk(linked: Path, tmp_path: Path) -> None:
    def counted() -> set[tuple[str, str]]:
        kg = clayonto.load(store=linked)
        return {(str(row[0]), str(row[1])) for row in kg.query("SELECT ?one ?body { ?one clay:countedAs ?body }")}

    a, b, c = (f"https://example.org/{name}" for name in "abc")
    kg = clayonto.load(store=linked)
    before = kg.validate()
    with kg.edit() as change:
        change.add_triple(b, "clay:sameBodyAs", clayonto.IRI(c))
    assert counted() == {(b, b), (c, b)}
    assert sorted(map(str, kg.validate(since=before).violations)) == sorted(map(str, clayonto.load(store=linked).validate().violations))
    file = tmp_path / "more.ttl"
    file.write_text(f"<{a}> <https://w3id.org/clayonto/def#sameBodyAs> <{b}> .", encoding="utf-8")
    clayonto.load(file, store=linked)
    assert counted() == {(a, a), (b, a), (c, a)}
    layers = [one["name"] for one in stores.info(linked)["sources"]]
    assert layers[-1] == "bodies"
    data = Dataset(linked)
    data.apply(data.updated("DELETE DATA { <https://example.org/b> <https://w3id.org/clayonto/def#sameBodyAs> <https://example.org/c> }"))
    assert counted() == {(a, a), (b, a)}
    # Another edit leaves the layer of bodies as it is; without a link there is none.
    when = stores.info(linked)["sources"]
    with clayonto.load(store=linked).edit() as change:
        change.add_triple(a, "rdfs:label", "A")
    assert stores.info(linked)["sources"] == when
    stores.compact(linked, rebuild=True, columns=False)
    assert counted() == {(a, a), (b, a)}
    file.write_text("", encoding="utf-8")
    clayonto.load(file, store=linked)
    assert counted() == set()
    assert "bodies" not in [one["name"] for one in stores.info(linked)["sources"]]


@settings(deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=12),
    st.sets(st.sampled_from("abcdefgh")),
    st.randoms(),
)
def test_bodies_are_the_same_in_whatever_order_links_come(pairs: list[tuple[str, str]], known: set[str], chance: random.Random) -> None:
    found = bodies(pairs, known)
    assert all(found[one] == found[other] for one, other in pairs)
    assert set(found) == {one for pair in pairs for one in pair}
    # A body is counted under one of its own, which counts as itself, and under one that is known if any is.
    assert all(found[body] == body for body in found.values())
    assert all(found[one] in known for one in found if one in known)
    mixed = [pair[::-1] if chance.random() < 0.5 else pair for pair in chance.sample(pairs, len(pairs))]
    assert bodies(mixed, known) == found


def test_a_body_of_several_sources_overlaps_and_works_abroad_as_one(tmp_path: Path) -> None:
    data = tmp_path / "bodies.ttl"
    data.write_text(
        """@base <https://w3id.org/clayonto/id/> . @prefix clay: <https://w3id.org/clayonto/def#> . @prefix prov: <http://www.w3.org/ns/prov#> .
        @prefix role: <https://w3id.org/clayonto/concept/role/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
        @prefix org: <http://www.w3.org/ns/org#> . @prefix country: <http://publications.europa.eu/resource/authority/country/> .
        @prefix kind: <https://w3id.org/clayonto/concept/passage-kind/> .
        <document/1> a clay:SourceDocument ; skos:prefLabel "First"@en . <document/2> a clay:SourceDocument ; skos:prefLabel "Second"@en .
        <passage/1> dct:isPartOf <document/1> ; dct:type kind:table-row . <passage/2> dct:isPartOf <document/2> ; dct:type kind:table-row .
        <claim/1> prov:wasQuotedFrom <passage/1> . <claim/2> prov:wasQuotedFrom <passage/2> .
        <organisation/p> a org:Organization ; skos:prefLabel "Pottery"@en ; clay:statedIn <claim/1> ; clay:countedAs <organisation/p> .
        <organisation/q> a org:Organization ; skos:prefLabel "The Pottery"@en ; clay:statedIn <claim/2> ; clay:countedAs <organisation/p> .
        <organisation/r> a org:Organization ; skos:prefLabel "Kiln"@en ; dct:spatial <region/south-ostrobothnia> ; clay:countedAs <organisation/r> .
        <organisation/s> a org:Organization ; skos:prefLabel "KILN LTD"@en ; clay:countedAs <organisation/r> .
        <project/1> a clay:Project ; skos:prefLabel "1"@en ; prov:qualifiedAssociation <participation/1p>, <participation/1r> .
        <project/2> a clay:Project ; skos:prefLabel "2"@en ; prov:qualifiedAssociation <participation/2q>, <participation/2s> .
        <participation/1p> prov:agent <organisation/p> ; clay:country country:EST ; prov:hadRole role:partner .
        <participation/2q> prov:agent <organisation/q> ; clay:country country:EST ; prov:hadRole role:partner .
        <participation/1r> prov:agent <organisation/r> ; clay:country country:FIN ; prov:hadRole role:partner .
        <participation/2s> prov:agent <organisation/s> ; clay:country country:FIN ; prov:hadRole role:partner .
        country:EST a clay:Country ; skos:prefLabel "Estonia"@en .""",
        encoding="utf-8",
    )
    for engine in ("oxigraph", "rdflib"):
        kg = clayonto.load(data, engine=engine)
        overlaps = [(row.name, row.why, row.sources, row.thing_label, row.source_label) for row in kg.run("register-overlaps")]
        assert overlaps == [("pottery", "link", 2, "Pottery", "First"), ("pottery", "link", 2, "The Pottery", "Second")]
        abroad = [(row.partner_label, row.projects) for row in kg.run("partners-abroad", region="region/south-ostrobothnia")]
        assert ("Pottery", 2) in abroad
        assert "The Pottery" not in dict(abroad)
        works = [(row.partner_label, row.project_label) for row in kg.run("works-with", organisation="organisation/s")]
        assert works == [("Pottery", "1"), ("Pottery", "2")]


def test_a_link_says_nothing_more_than_it_says() -> None:
    kg = clayonto.load()
    one, other = list(organisations(kg))[:2]
    with kg.edit() as change:
        change.add_triple(one.iri, "clay:sameBodyAs", clayonto.IRI(other.iri))
    new = {(s.value, p.value) for s, p, _ in kg.infer() if s.value in (one.iri, other.iri)}
    plain = {(s.value, p.value) for s, p, _ in clayonto.load().infer() if s.value in (one.iri, other.iri)}
    assert new == plain


# ------------------------------------------------------------------ commands


def test_the_commands_find_review_and_apply(store: Path, tmp_path: Path) -> None:
    file = str(tmp_path / "links.sssom.tsv")
    found = run("find", "--store", str(store), "-o", file)
    assert (found.returncode, found.stdout) == (0, "")
    assert "3 pairs to review (3 of them new), 0 decisions kept" in found.stderr
    answers = run("review", file, "--store", str(store), "--reviewer", "Maija", stdin="?\na\nr\nq\n")
    assert answers.returncode == 0
    assert "Savihanke" in answers.stdout
    assert "Structural funds" in answers.stdout
    assert "same name but for case" in answers.stdout
    assert "1 undecided, 1 accepted, 1 rejected" in answers.stderr
    assert {link.reviewer for link in read_links(file) if link.state != "candidate"} == {"Maija"}
    applied = run("apply", file, "--store", str(store))
    assert (applied.returncode, applied.stderr) == (
        0,
        "1 links in https://w3id.org/clayonto/graph/links/links; all links of the graph on disk make 1 bodies of several names\n",
    )
    again = run("find", "--store", str(store), "-o", file, "--lang", "fi")
    assert "1 paria tarkistettavana (niistä uusia 0), 2 ratkaisua säilytetty" in again.stderr


def test_decisions_by_id_and_from_a_file(tmp_path: Path) -> None:
    file, given = tmp_path / "mine.sssom.tsv", tmp_path / "given.txt"
    table = a_table()
    table.write(file)
    one, other = (link.id for link in table)
    given.write_text(f"# looked up in the trade register\nreject link:{other}\n", encoding="utf-8")
    done = run("review", str(file), "--accept", one, "--decisions", str(given), CLAYONTO_REVIEWER="Matti")
    assert (done.returncode, done.stderr) == (0, "0 undecided, 1 accepted, 1 rejected\n")
    assert {(link.state, link.reviewer) for link in read_links(file)} == {("accepted", "Matti"), ("rejected", "Matti")}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--accept", "000000000000"], "No link has the id “000000000000”"),
        (["--accept", "ID", "--reject", "ID"], "both accepted and rejected"),
        (["--accept", "ID", "--decisions", "given.txt"], "given.txt:2: “perhaps 12” is no decision"),
    ],
)
def test_decisions_are_taken_whole_or_not_at_all(tmp_path: Path, arguments: list[str], message: str) -> None:
    file = tmp_path / "mine.sssom.tsv"
    table = a_table()
    table.write(file)
    before = file.read_bytes()
    (tmp_path / "given.txt").write_text("\nperhaps 12\n", encoding="utf-8")
    wanted = [table.links[0].id if one == "ID" else str(tmp_path / one) if one == "given.txt" else one for one in arguments]
    done = run("review", str(file), *wanted, "--reviewer", "Maija")
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert file.read_bytes() == before


def test_nobody_there_to_answer_decides_nothing(tmp_path: Path) -> None:
    file = tmp_path / "mine.sssom.tsv"
    a_table().write(file)
    before = file.read_bytes()
    done = run("review", str(file), "--reviewer", "Maija")
    assert done.returncode == 0
    assert "2 undecided" in done.stderr
    assert file.read_bytes() == before


def test_what_was_decided_before_the_end_of_input_is_kept(tmp_path: Path) -> None:
    file = tmp_path / "mine.sssom.tsv"
    a_table().write(file)
    done = run("review", str(file), "--reviewer", "Maija", "--lang", "fi", stdin="h\n")
    assert "[h]yväksy" in done.stdout
    assert len(read_links(file).of_state("accepted")) == 1


@pytest.mark.parametrize("command", ["find", "apply"])
def test_a_store_that_is_not_there_is_told_and_not_made(tmp_path: Path, command: str) -> None:
    a_table().write(tmp_path / "mine.tsv")
    more = ["-o", str(tmp_path / "out.tsv")] if command == "find" else [str(tmp_path / "mine.tsv")]
    done = run(command, *more, "--store", str(tmp_path / "none.db"))
    assert done.returncode == 2
    assert "There is no graph in" in done.stderr
    assert not (tmp_path / "none.db").exists()


def test_only_searching_needs_the_extra(store: Path, tmp_path: Path) -> None:
    file = tmp_path / "mine.sssom.tsv"
    a_table().write(file)
    without = (
        "import sys; sys.modules['rapidfuzz'] = None; sys.argv = ['clayonto', *sys.argv[1:]]; from clayonto.__main__ import main; main()"
    )

    def plain(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([sys.executable, "-c", without, "link", *arguments], capture_output=True, text=True, check=False, input="q\n")

    found = plain("find", "--store", str(store), "-o", str(tmp_path / "new.tsv"))
    assert found.returncode == 2
    assert "pip install 'clayonto[registers]'" in found.stderr
    assert not (tmp_path / "new.tsv").exists()
    assert plain("review", str(file), "--lang", "fi").returncode == 0
    assert plain("apply", str(file), "--store", str(store)).returncode == 0


def test_a_yes_in_english_is_no_rejection(tmp_path: Path) -> None:
    file = tmp_path / "mine.sssom.tsv"
    a_table().write(file)
    done = run("review", str(file), "--reviewer", "Maija", stdin="y\n")
    assert "2 undecided, 0 accepted, 0 rejected" in done.stderr


def test_a_listing_shows_ids_and_states(tmp_path: Path) -> None:
    table = a_table()
    table.write(tmp_path / "mine.tsv")
    done = run("review", str(tmp_path / "mine.tsv"), "--list")
    assert done.returncode == 0
    assert all(link.id in done.stdout for link in table)


def test_names_cannot_drive_the_terminal() -> None:
    link = Link(E + "a", E + "b", "\x1b[2JSavipaja\u202e", "b", 0.8, reasons=("\x1b[31mred",))
    shown = side_by_side(link, {}, width=80)
    assert "\x1b" not in shown
    assert "\u202e" not in shown


def test_profiles_say_what_the_graph_says() -> None:
    kg = clayonto.load()
    iri = next(one.iri for one in organisations(kg) if "Etelä-Pohjanmaan liitto" in one.names)
    said = profiles(kg, [iri], lang="fi")[iri].said
    assert "CLAY" in " ".join(said["projects"])
    assert "countries" not in said or "places" not in said


# ------------------------------------------------------------------ what publishers publish


def test_real_files_of_registers_give_the_bodies_that_differ_by_case_alone(tmp_path: Path) -> None:
    eura, kohesio = DATA / "eura" / "eura2014_sample_as_published.csv", DATA / "kohesio" / "kohesio_beneficiaries_2023-01.tsv"
    if not eura.exists() or not kohesio.exists():
        pytest.skip("../shared/data is not there")
    lines = kohesio.read_text(encoding="utf-8").splitlines(keepends=True)
    part = tmp_path / "kohesio.tsv"
    part.write_text("".join([lines[0], *(line for line in lines if line.startswith("Slovenia"))]), encoding="utf-8")
    for name, file in (("eura", eura), ("kohesio", part)):
        import_register(name, file, store=tmp_path / "graph.db")
    kg = clayonto.load(store=tmp_path / "graph.db")
    found = find_links(kg)
    assert found.organisations > 1500
    assert 20 < found.new < found.organisations
    links = {frozenset((link.one_label, link.other_label)): link for link in found.table}
    # Names that differ in case or a comma alone, as they are in the files.
    by_name: dict[str, set[str]] = {}
    for one in organisations(kg):
        for name in one.names:
            by_name.setdefault(name.casefold().replace(",", ""), set()).add(name)
    alike = [frozenset(names) for names in by_name.values() if len(names) == 2]
    assert len(alike) > 5
    assert sum(pair in links for pair in alike) >= 0.9 * len(alike)
