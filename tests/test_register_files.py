"""Files of registers that are damaged or hostile, and cells in every notation: a sentence or an account, never a traceback, never a silent loss."""

from __future__ import annotations

import contextlib
import csv
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clayonto.errors import ConfigError, DataError
from clayonto.registers import import_register, registers
from clayonto.registers.blocks import Thing
from clayonto.registers.catalogue import mappings
from clayonto.registers.findings import REFUSALS, REPAIRS, Finding, Refused
from clayonto.registers.keys import key
from clayonto.registers.values import amount, country, day

from .conftest import SOAK
from .imports import EURA, HEAD, HERE, LABEL, PROJECTS, bring, graph_of, outcomes, workbook

if TYPE_CHECKING:
    pass


# ------------------------------------------------------------------- hostile files


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"%PDF-1.7 \n", "PDF"),
        (b"<!DOCTYPE html><title>404</title>", "web page"),
        (b"Koodi\0,Rahasto\n", "binary"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        (b"a,b,c\n1,2,3\n", "not those of any register"),
        (b",".join(b"c%d" % n for n in range(1_000_000)) + b"\n1\n", "more than 1,000 columns"),
        (HEAD.replace(b"Koodi,Rahasto", b"Rahasto,Koodi"), "another order"),
        (b"projectID;organisationID;name;name;country;order;role\n1;1;a;b;FI;1;partner\n", "“name” twice"),
        (b"[]", "empty"),
        (b"[1, 2", "not those of any register"),
        (b'[{"a": ' * 100_000, "not those of any register"),
    ],
    ids=["empty", "gzip", "pdf", "page", "nul", "png", "other", "wide", "order", "twice", "no-objects", "numbers", "deep"],
)
def test_a_file_that_is_no_register_is_an_error_in_a_sentence(content: bytes, message: str, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(content)
    with pytest.raises(DataError, match=message):
        import_register("auto", file, output=tmp_path / "a.nq")
    assert not (tmp_path / "a.nq").exists()


@pytest.mark.parametrize("rows", [b"", b"A1,EAKR,no days,1,x;\n"])
def test_a_file_of_which_no_row_is_taken_does_not_take_the_place_of_what_was_there(rows: bytes, tmp_path: Path) -> None:
    out = tmp_path / "a.nq"
    assert import_register("auto", EURA, output=out).in_place
    before = out.read_bytes()
    (tmp_path / "cut.csv").write_bytes(HEAD + rows)
    report = import_register("auto", tmp_path / "cut.csv", output=out)
    assert (report.in_place, report.refused, out.read_bytes()) == (False, 1 if rows else 0, before)


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"A70001,EAKR,Sa\0vi,1,Lapin liitto,Toiminnassa,1.1.2015,31.12.2016,Oy,1,0,1,0;", "control"),
        (b"A70001,EAKR,Savi,1,Lapin li", "no-dates"),
        (b"A70001,EAKR,Savi,1,Lapin liitto,Toiminnassa,31.2.2015,31.12.2016,Oy,1,0,1,0;", "date"),
        (b"A70001,EAKR," + b"x" * 1_100_000 + b",1,Lapin liitto,Toiminnassa,1.1.2015,31.12.2016,Oy,1,0,1,0;", "long"),
        (b",EAKR,Savi,1,Lapin liitto,Toiminnassa,1.1.2015,31.12.2016,Oy,1,0,1,0;", "missing"),
        (b'"' * 1000, "no-dates"),
    ],
    ids=["nul", "cut", "date", "long", "no-code", "quotes"],
)
def test_a_row_that_cannot_be_read_is_refused_with_its_line_and_the_next_is_taken(line: bytes, code: str, tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    file.write_bytes(HEAD + line + b"\n" + EURA.read_bytes().splitlines(keepends=True)[2])
    report = bring(file, out=tmp_path / "a.nq")
    assert outcomes(report)[2] == ("refused", [code])
    assert report.files[0].taken == 1


def test_markup_and_formulas_stay_text_and_run_nowhere(tmp_path: Path) -> None:
    file = tmp_path / "file.csv"
    name = '=HYPERLINK(\\"http://x\\") <script>alert(1)</script> %s %(name)s {code} \\u0022 \\'
    file.write_text(HEAD.decode() + f"A70001,EAKR,{name},1,Lapin liitto,Toiminnassa,1.1.2015,31.12.2016,Oy  x,1,0,1,0\n", encoding="utf-8")
    report = bring(file, out=tmp_path / "a.nq")
    assert dict(graph_of(tmp_path / "a.nq")["project/eura-a70001"])[LABEL] == name
    file.write_text(HEAD.decode() + "=1+1,EAKR,x\n", encoding="utf-8")
    report = bring(file, out=tmp_path / "a.nq")
    row = list(csv.reader(b"".join(report.to_csv()).decode().splitlines()))[1]
    assert row[-1] == "'=1+1,EAKR,x"


@pytest.mark.fuzz
@settings(max_examples=60 * SOAK, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_is_done_to_a_file_the_account_adds_up(data: st.DataObject, tmp_path: Path) -> None:
    """Bytes are cut, doubled, swapped and put in anywhere: a sentence, or an account of every row and a graph that parses."""
    source = data.draw(st.sampled_from(sorted(p for p in HERE.iterdir() if p.is_file())))
    content = bytearray(source.read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, max(0, len(content) - 1)))
        piece = data.draw(
            st.sampled_from(
                [b"", b"\0", b",", b";", b'"', b"\n", b"\r", b"\xff", b"\xc3", b"{", b"]", b"1", b" ", b"\xef\xbf\xbd", b"-", b"="]
            )
        )
        content[at : at + data.draw(st.integers(0, 20))] = piece
    file = tmp_path / f"file{source.suffix}"
    file.write_bytes(content)
    report = None
    with contextlib.suppress(DataError):
        report = import_register("auto", file, output=tmp_path / "a.nq")
    if report is None:
        return
    assert report.reconciles
    assert report.in_place == any(one.taken for one in report.files)
    if not report.in_place:
        return
    assert sum(1 for _ in ox.parse(path=str(tmp_path / "a.nq"), format=ox.RdfFormat.N_QUADS)) == report.triples


# ------------------------------------------------------------------- values, keys, mappings


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ("1234", "1234"),
        ("117164.41€", "117164.41"),
        ("€ 28,890,790.79", "28890790.79"),
        ("28.890.790,79", "28890790.79"),
        ("960619,95", "960619.95"),
        ("451412.010000000009313", "451412.01"),
        ("122528.0025", "122528.0025"),
        ("1 234 567,8", "1234567.8"),
        ("0,125", "0.125"),
        ("-20", "-20"),
    ],
)
def test_sums_come_in_many_notations(cell: str, read: str) -> None:
    notes: list[Finding] = []
    assert amount(cell, "Sum", notes.append) == read
    assert bool(notes) == (cell != read)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1,234", "ambiguous"),
        ("1.2.3", "number"),
        ("12,34,56", "number"),
        ("n/k", "number"),
        ("1e5", "number"),
        ("9" * 40, "number"),
        (",5", "number"),
    ],
)
def test_sums_that_could_be_two_or_none_are_refused(cell: str, code: str) -> None:
    with pytest.raises(Refused) as refused:
        amount(cell, "Sum", lambda _: None)
    assert refused.value.finding.code == code


@pytest.mark.parametrize(
    ("cell", "read"),
    [("1.4.2008", "2008-04-01"), ("01/06/2016", "2016-06-01"), ("2017-06-01", "2017-06-01"), ("2016-03-31T21:00:00.000Z", "2016-04-01")],
)
def test_dates_come_in_many_notations(cell: str, read: str) -> None:
    assert day(cell, "Start", lambda _: None) == read


@pytest.mark.parametrize("cell", ["2023-02-29", "31.4.2020", "2016-03-31T13:00:00.000Z", "soon", "06/2016", "13/13/2013"])
def test_what_is_no_day_is_refused(cell: str) -> None:
    with pytest.raises(Refused):
        day(cell, "Start", lambda _: None)


@pytest.mark.parametrize(
    ("cell", "code"),
    [("EL", "GRC"), ("UK", "GBR"), ("XK", "1A0"), ("ITALY", "ITA"), ("SI Slovenia / SLOVENIJA", "SVN"), ("Macedonia", "MKD")],
)
def test_countries_are_those_of_the_eu_table(cell: str, code: str) -> None:
    assert country(cell, "Country", lambda _: None) == code


def test_a_country_that_contradicts_its_name_is_refused() -> None:
    with pytest.raises(Refused):
        country("SI Slovakia", "Country", lambda _: None)


@given(st.text(min_size=1), st.text(min_size=1))
def test_texts_that_differ_in_more_than_case_have_keys_that_differ(one: str, other: str) -> None:
    assert key(one) == key(one)
    assert (key(one) == key(other)) <= (one.lower() == other.lower())
    assert set(key(one)) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")


def test_each_register_has_a_mapping_and_its_things_can_be_made() -> None:
    assert set(registers()) == {mapping.register for mapping in mappings().values()}
    for mapping in mappings().values():
        things = mapping.things(quads=True, constants=mapping.document())
        assert {"entry", "subject"} & {thing.kind for thing, _ in things}


def test_a_mapping_that_is_wrong_is_told_when_it_is_read() -> None:
    known = frozenset({"name", "project"})
    for given_gaps, message in (
        ({"project": "{name}"}, "make a key"),
        ({"name": "{nme}"}, "does not have"),
        ({"nmae": "x"}, "has no {nmae}"),
    ):
        with pytest.raises(ConfigError, match=message):
            Thing(
                "organisation",
                {"organisation": "{project}", **given_gaps} if "project" not in given_gaps else {"organisation": "{name}"},
                {},
                known=known,
                safe=frozenset({"project"}),
            )


def test_a_mapping_of_ones_own_extends_one_of_the_library(tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text(
        '[dataset]\nextends = "eura-2014"\nname = "mine"\n[codes.fund]\nMAKR = "other"\n[codes.pots]\nMAKR = "other"\n', encoding="utf-8"
    )
    report = bring(EURA, out=tmp_path / "a.nq", register=str(own))
    assert (report.dataset, report.files[0].taken) == ("mine", 5)
    for text, message in (
        ("[dataset", "cannot be read"),
        ('[dataset]\nname = "x"', "lacks"),
        ('[dataset]\nextends = "none"', "cannot be read"),
    ):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=message):
            import_register(str(own), EURA, output=tmp_path / "b.nq")
    own.write_text('[dataset]\nextends = "eura-2014"\n[values]\nname = "txt"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="No value is read as “txt”"):
        import_register(str(own), EURA, output=tmp_path / "b.nq")


def test_findings_are_told_in_both_languages() -> None:
    for texts in (REPAIRS, REFUSALS):
        for code in texts:
            told = [Finding(code, "Column", "value", "detail").sentence(texts, lang=lang) for lang in ("en", "fi")]
            assert all(told)
            assert told[0] != told[1]


def test_hostile_workbooks_are_errors_in_a_sentence(tmp_path: Path) -> None:
    import zipfile

    pytest.importorskip("openpyxl")
    bomb, cut, other, wide = (tmp_path / f"{name}.xlsx" for name in ("bomb", "cut", "other", "wide"))
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (200 << 20))
    whole = workbook(tmp_path / "whole.xlsx", {"Sheet": [PROJECTS, ["a"] * 10]}).read_bytes()
    cut.write_bytes(whole[: len(whole) // 2])
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("[Content_Types].xml", "<!DOCTYPE a [<!ENTITY b 'c'><!ENTITY d '&b;&b;'>]><a>&d;</a>")
    workbook(wide, {"Sheet": [[f"c{n}" for n in range(5000)]]})
    for file, message in (
        (bomb, "unpacks to far more"),
        (cut, "cannot be read"),
        (other, "cannot be read"),
        (wide, "more than 1,000 columns"),
    ):
        with pytest.raises(DataError, match=message):
            import_register("auto", file, output=tmp_path / "a.nq")
