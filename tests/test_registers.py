"""Public registers: each row is taken, repaired or refused, and the account says which and why."""

from __future__ import annotations

import contextlib
import csv
import json
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.cli import cli
from clayonto.errors import ConfigError, DataError, OutputError, UsageError
from clayonto.registers import ImportReport, import_register, registers
from clayonto.registers.blocks import Thing
from clayonto.registers.findings import REFUSALS, REPAIRS, Finding, Refused
from clayonto.registers.keys import key
from clayonto.registers.mapping import mappings
from clayonto.registers.values import amount, country, day

from .conftest import SOAK, reference

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

HERE = Path(__file__).parent / "registers"
EURA = HERE / "eura-2014.csv"
ID = "https://w3id.org/clayonto/id/"
DEF = "https://w3id.org/clayonto/def#"
SHAPES = "https://w3id.org/clayonto/shapes#"
LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"


def bring(*files: Path, out: Path, register: str = "auto", **options: object) -> ImportReport:
    report = import_register(register, *files, output=out, **options)  # type: ignore[arg-type]
    assert report.reconciles, report.to_text()
    return report


def graph_of(file: Path) -> dict[str, list[tuple[str, str]]]:
    """What the graph says of each thing: predicate and value, by subject relative to ``id/``."""
    said: dict[str, list[tuple[str, str]]] = {}
    for quad in ox.parse(path=str(file), format=ox.RdfFormat.N_QUADS):
        value = quad.object.value
        said.setdefault(quad.subject.value.removeprefix(ID), []).append((quad.predicate.value, value.removeprefix(ID)))
    return said


def outcomes(report: ImportReport) -> dict[int, tuple[str, list[str]]]:
    return {row.line: (row.outcome, [finding.code for finding in row.findings]) for row in report.rows}


# ------------------------------------------------------------------- the Finnish register


def test_every_row_is_taken_repaired_or_refused(tmp_path: Path) -> None:
    report = bring(EURA, out=tmp_path / "a.nq")
    assert (report.dataset, report.register) == ("eura-2014", "eura")
    assert outcomes(report) == {
        2: ("repaired", ["tail"]),
        3: ("repaired", ["tail", "commas"]),
        4: ("repaired", ["quoted-line", "tail", "commas"]),
        5: ("refused", ["no-dates"]),
        6: ("repaired", ["tail", "spaces", "negative", "negative"]),
        7: ("repeated", ["repeated"]),
        8: ("refused", ["conflict"]),
        9: ("refused", ["code"]),
        10: ("refused", ["order"]),
    }
    file = report.files[0]
    assert (file.rows, file.taken, file.repaired, file.refused, file.repeated) == (9, 4, 4, 4, 1)


def test_names_keep_their_commas_and_columns_their_places(tmp_path: Path) -> None:
    bring(EURA, out=tmp_path / "a.nq")
    said = graph_of(tmp_path / "a.nq")
    labels = {value for predicate, value in said["project/eura-a70002"] if predicate == LABEL}
    assert labels == {"Lasia, savea ja puuta"}
    agent = dict(said["participation/eura-a70002"])["http://www.w3.org/ns/prov#agent"]
    assert dict(said[agent])[LABEL] == "Lasi, savi ja puu ky"
    # Of two figures that stand alone, the axis is the one with an authority behind it.
    assert dict(said["project/eura-s20003"])[LABEL] == "Työhön, 2, 3 ja siitä"
    assert dict(said["project/eura-s20003"])[f"{DEF}priorityAxis"].endswith("-4")


def test_sums_are_the_files_own_and_money_paid_back_is_left_out_and_shown(tmp_path: Path) -> None:
    report = bring(EURA, out=tmp_path / "a.nq")
    granted, realised = report.files[0].sums["granted"], report.files[0].sums["realised"]
    assert (granted.file, granted.taken, granted.left, granted.unread) == (Decimal(7640), Decimal(6500), Decimal(1140), 1)
    assert (realised.file, realised.taken, realised.left) == (Decimal(3981), Decimal("3500.5"), Decimal("480.5"))
    said = graph_of(tmp_path / "a.nq")
    assert "amount/eura-s20005-granted" in said
    assert "amount/eura-s20005-realised" not in said
    total = sum(
        Decimal(dict(said[name])["http://data.europa.eu/a4g/ontology#hasAmountValue"]) for name in said if name.endswith("-granted")
    )
    assert total == granted.taken


def test_the_graph_conforms_to_the_shapes(tmp_path: Path) -> None:
    for name in ("eura-2014.csv", "eura-2007-latin1.csv", "interreg-europe.json", "interreg-partners.json"):
        bring(HERE / name, out=tmp_path / f"{name}.nq")
    report = clayonto.load(*tmp_path.glob("*.nq")).validate(bundled=False)
    assert report.conforms, report.to_text()
    assert not report.results


def test_a_row_leads_to_its_document_line_and_day(tmp_path: Path) -> None:
    bring(EURA, out=tmp_path / "a.nq", date="2026-11-22")
    kg = clayonto.load(tmp_path / "a.nq")
    found = kg.query(
        "SELECT ?row ?file ?day { <amount/eura-a70002-granted> clay:statedIn/prov:wasQuotedFrom ?p . ?p clay:ordinal ?row ; dct:isPartOf ?d . "
        "?d dct:title ?file ; dct:issued ?day }"
    )
    assert [(r.row, r.file, str(r.day)) for r in found] == [(3, "eura-2014.csv", "2026-11-22")]
    assert kg.run("where-stated", thing="amount/eura-a70002-granted")[0].passage_label == "Row 3"
    assert [r.partner_label for r in kg.run("project-partners", project="project/eura-a70002")] == ["Lasi, savi ja puu ky"]


def test_the_money_of_fund_and_state_is_one_sum_from_one_source(tmp_path: Path) -> None:
    bring(EURA, out=tmp_path / "a.nq")
    kg = clayonto.load(tmp_path / "a.nq")
    rows = kg.run("project-money", project="project/eura-a70002")
    assert sorted((row.kind, row.status, row.value) for row in rows) == [
        ("EU and state money together", "awarded", 2000),
        ("EU and state money together", "realised", 0),
        ("public funding", "planned", 2000),
        ("public funding", "realised", 0),
    ]
    assert {row.funded_from for row in rows} == {"European Regional Development Fund and the Finnish state", None}


def test_two_encodings_give_the_same_graph(tmp_path: Path) -> None:
    latin = HERE / "eura-2007-latin1.csv"
    utf8 = tmp_path / latin.name
    utf8.write_text(latin.read_text(encoding="latin-1"), encoding="utf-8")
    first, second = bring(latin, out=tmp_path / "1.nq", date="2026-01-01"), bring(utf8, out=tmp_path / "2.nq", date="2026-01-01")
    assert (first.files[0].encoding, second.files[0].encoding) == ("windows-1252", "utf-8")
    lines = [[line for line in (tmp_path / name).read_text().splitlines() if "sha256" not in line] for name in ("1.nq", "2.nq")]
    assert lines[0] == lines[1]


def test_a_line_in_another_encoding_than_its_file_is_a_repair(tmp_path: Path) -> None:
    lines = EURA.read_bytes().splitlines(keepends=True)
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes(b"".join([lines[0], lines[1].replace(b"Savipaja", "Säviä".encode("latin-1")), lines[2]]))
    report = bring(mixed, out=tmp_path / "a.nq")
    assert outcomes(report)[2] == ("repaired", ["tail", "encoding"])
    assert dict(graph_of(tmp_path / "a.nq")["project/eura-a70001"])[LABEL] == "Säviä"


# ------------------------------------------------------------------- Interreg


def test_lists_of_unequal_length_are_realigned_only_with_proof(tmp_path: Path) -> None:
    report = bring(HERE / "interreg-europe.json", out=tmp_path / "a.nq")
    told = outcomes(report)
    assert told[1] == ("repaired", ["state", "realigned", "zone", "number"]) or set(told[1][1]) == {"state", "realigned", "zone", "number"}
    assert told[2] == ("refused", ["lists"])
    assert told[3][0] == "repaired"
    assert told[4] == ("refused", ["postcode"])
    assert told[5] == ("refused", ["lists"])
    said = graph_of(tmp_path / "a.nq")
    lands = [dict(said[f"participation/2014tc16rfir001-pgi90001-{n}"])[f"{DEF}country"][-3:] for n in (1, 2, 3)]
    assert lands == ["BGR", "GRC", "ESP"]
    assert dict(said["period/2014tc16rfir001-pgi90001"])["http://www.w3.org/ns/dcat#startDate"] == "2016-04-01"
    assert dict(said["project/2014tc16rfir001-pgi90001"])["http://purl.org/dc/terms/description"] == 'Kilns\nand "clay".'


def test_partners_have_their_own_budgets_and_projects_none_of_them(tmp_path: Path) -> None:
    bring(HERE / "interreg-europe.json", out=tmp_path / "a.nq")
    said = graph_of(tmp_path / "a.nq")
    budgets = {name: dict(said[name]) for name in said if name.startswith("amount/") and "pgi90001" in name}
    assert sorted(b["http://data.europa.eu/a4g/ontology#hasAmountValue"] for b in budgets.values()) == ["100", "28890.79", "300.5"]
    assert all(b[f"{DEF}amountOf"].startswith("participation/") for b in budgets.values())


def test_records_of_partners_become_participations_of_one_project(tmp_path: Path) -> None:
    report = bring(HERE / "interreg-partners.json", out=tmp_path / "a.nq")
    assert outcomes(report) == {3: ("refused", ["conflict"]), 4: ("refused", ["date"]), 5: ("refused", ["missing"])}
    said = graph_of(tmp_path / "a.nq")
    projects = [name for name in said if name.startswith("project/")]
    assert len(projects) == 1
    assert sum(p.endswith("qualifiedAssociation") for p, _ in said[projects[0]]) == 2


# ------------------------------------------------------------------- whole or not at all


def test_a_repeated_import_changes_nothing_and_a_newer_file_replaces_the_older(tmp_path: Path) -> None:
    store, own = tmp_path / "graph.db", tmp_path / "list.csv"
    own.write_bytes(EURA.read_bytes())
    first = import_register("eura", own, store=store, date="2026-01-01")
    kg = clayonto.load(store=store)
    named = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{first.graph}> {{ ?s ?p ?o }} }}"
    assert kg.query(named)[0].n == first.triples
    before = (store / "manifest.json").read_bytes()
    import_register("eura", own, store=store, date="2026-01-01")
    assert (store / "manifest.json").read_bytes() == before
    lines = own.read_bytes().splitlines(keepends=True)
    own.write_bytes(b"".join([lines[0], lines[2], b"A70009,EAKR,Uusi,1,Lapin liitto,Toiminnassa,1.1.2017,31.12.2018,Uusi oy,1,0,1,0;\n"]))
    second = import_register("eura", own, store=store, date="2026-02-01")
    assert kg.refresh()
    assert sorted(r.p for r in kg.query("SELECT ?p { ?p a clay:Project ; dct:source <document/eura-2014> }")) == [
        f"{ID}project/eura-a70002",
        f"{ID}project/eura-a70009",
    ]
    assert kg.query(named)[0].n == second.triples
    assert len(kg.query("SELECT ?p { <project/clay> a ?p }"))


def test_strict_puts_nothing_in_place_and_says_why(tmp_path: Path) -> None:
    out = tmp_path / "a.nq"
    out.write_text("before")
    report = import_register("auto", EURA, output=out, strict=True)
    assert not report.in_place
    assert report.refused == 4
    assert out.read_text() == "before"
    report = import_register("auto", EURA, store=tmp_path / "graph.db", strict=True)
    assert not report.in_place
    assert not (tmp_path / "graph.db").exists()
    assert [p.name for p in tmp_path.iterdir()] == ["a.nq"]


def test_two_files_are_one_data_set_and_no_row_counts_twice(tmp_path: Path) -> None:
    again = tmp_path / "again.csv"
    again.write_bytes(EURA.read_bytes())
    report = bring(EURA, again, out=tmp_path / "a.nq")
    assert report.files[0].taken == 4
    assert report.files[1].taken == 0
    assert report.files[1].repeated + report.files[1].refused == 9


def test_parts_of_a_data_set_stand_beside_each_other(tmp_path: Path) -> None:
    store, file = tmp_path / "graph.db", HERE / "kohesio-projects.csv"
    for part in ("Sverige", "Ruotsi, pohjoinen", "Sverige"):
        report = import_register("kohesio", file, store=store, part=part)
        assert report.dataset.startswith("kohesio-projects-")
    graphs = {entry["graph"] for entry in clayonto.load(store=store).files if "/register/" in entry["graph"]}
    assert len(graphs) == 2
    assert "https://w3id.org/clayonto/graph/register/kohesio-projects-sverige" in graphs


def test_an_interrupted_import_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    import_register("eura", EURA, store=store)
    before = sorted(p.name for p in tmp_path.iterdir()), (store / "manifest.json").read_bytes()
    many = tmp_path / "many.csv"
    row = "A{},EAKR,Savi,1,Lapin liitto,Toiminnassa,1.1.2015,31.12.2016,Oy,1,0,1,0;\n"
    many.write_text(HEAD.decode() + "".join(row.format(10000 + n) for n in range(2000)), encoding="utf-8")

    def stop(text: str) -> None:
        if "1,000 rows" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_register("eura", many, store=store, progress=stop)
    many.unlink()
    assert (sorted(p.name for p in tmp_path.iterdir()), (store / "manifest.json").read_bytes()) == before


# ------------------------------------------------------------------- the command


def test_the_command_reports_as_table_csv_and_json(tmp_path: Path) -> None:
    rows = tmp_path / "rows.csv"
    done = CliRunner().invoke(cli, ["import", "auto", str(EURA), "-o", str(tmp_path / "a.nq"), "--report", str(rows), "--json"])
    assert done.exit_code == 0
    told = json.loads(done.stdout)
    assert told["files"][0]["rows"] == 9
    assert told["reconciles"] is True
    assert [row["line"] for row in told["rows"] if row["outcome"] == "refused"] == [5, 8, 9, 10]
    read = list(csv.DictReader(rows.read_text(encoding="utf-8").splitlines()))
    assert next(row for row in read if row["line"] == "10")["message"] == "Päättymispvm: the end 2016-12-31 is before the start 2017-01-01"
    done = CliRunner().invoke(cli, ["import", "eura", str(EURA), "-o", str(tmp_path / "b.nq"), "--strict"])
    assert done.exit_code == 1
    assert "A70006" in done.stderr
    assert not (tmp_path / "b.nq").exists()
    listed = CliRunner().invoke(cli, ["import", "--list"])
    assert "eura-2014" in listed.stdout


def test_wrong_use_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="Did you mean “eura”"):
        import_register("eur", EURA, output=tmp_path / "a.nq")
    with pytest.raises(UsageError, match="one of the two"):
        import_register("eura", EURA)
    with pytest.raises(UsageError, match="Name the register's file"):
        import_register("eura", output=tmp_path / "a.nq")
    with pytest.raises(DataError, match="not those of the register “interreg”"):
        import_register("interreg", EURA, output=tmp_path / "a.nq")
    with pytest.raises(DataError, match="several data sets"):
        import_register("auto", EURA, HERE / "eura-2007-latin1.csv", output=tmp_path / "a.nq")
    with pytest.raises(DataError, match="cannot be read"):
        import_register("auto", tmp_path / "absent.csv", output=tmp_path / "a.nq")
    with pytest.raises(OutputError, match="cannot be written"):
        import_register("auto", EURA, output=tmp_path / "absent" / "a.nq")
    with pytest.raises(UsageError, match="no day"):
        import_register("auto", EURA, output=tmp_path / "a.nq", date="yesterday")


# ------------------------------------------------------------------- hostile files

HEAD = EURA.read_bytes().splitlines(keepends=True)[0]


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


# ------------------------------------------------------------------- the real files


def test_the_finnish_register_of_2007_is_taken_whole_in_both_encodings(tmp_path: Path) -> None:
    for name in ("latin1", "utf8"):
        report = bring(reference(f"data/eura/eura2007_projektilista_{name}.csv"), out=tmp_path / f"{name}.nq")
        file = report.files[0]
        assert (file.rows, file.taken, file.refused) == (19940, 19940, 0)
        assert file.sums["granted"].taken == Decimal(2985951604)
        assert (file.sums["realised"].file, file.sums["realised"].left) == (Decimal(2858282488), Decimal(-3962))


def test_the_finnish_register_of_2014_refuses_what_its_publisher_shifted(tmp_path: Path) -> None:
    report = bring(reference("data/eura/eura2014_sample_as_published.csv"), out=tmp_path / "a.nq")
    assert (report.files[0].rows, report.files[0].taken) == (240, 238)
    assert [row.line for row in report.rows if row.outcome == "refused"] == [10, 87]


def test_the_real_partners_of_2021_have_a_february_of_31_days(tmp_path: Path) -> None:
    report = bring(reference("data/interreg/interreg_2127_swedish_partners.json"), out=tmp_path / "a.nq")
    assert (report.files[0].rows, report.files[0].taken) == (1196, 1164)
    assert dict(report.refusals) == {"missing": 17, "date": 7, "conflict": 6, "order": 2}


def test_the_university_of_patras_is_in_greece_and_the_war_museum_in_estonia(tmp_path: Path) -> None:
    bring(reference("data/interreg/operations_2014tc16rfir001.json"), out=tmp_path / "a.nq")
    said = graph_of(tmp_path / "a.nq")
    lands = {}
    for name, facts in said.items():
        if name.startswith("participation/"):
            lands[dict(said[dict(facts)["http://www.w3.org/ns/prov#agent"]])[LABEL]] = dict(facts)[f"{DEF}country"][-3:]
    assert lands["University of Patras"] == "GRC"
    assert lands["Estonian War Museum - General Laidoner Museum"] == "EST"
    assert len(lands) == 8


# ------------------------------------------------------------------- CORDIS, Kohesio, keep.eu


def test_cordis_projects_and_organisations_meet_and_conform(tmp_path: Path) -> None:
    projects = bring(HERE / "cordis-project.csv", out=tmp_path / "p.nq")
    assert outcomes(projects) == {
        2: ("repaired", ["number"]),
        4: ("repaired", ["quotes"]),
        5: ("repaired", ["quotes"]),
    }
    assert projects.files[0].taken == 4
    organisations = bring(HERE / "cordis-organization.csv", out=tmp_path / "o.nq")
    assert outcomes(organisations) == {2: ("repaired", ["number"]), 6: ("repaired", ["nuts"]), 7: ("refused", ["code"])}
    said = graph_of(tmp_path / "p.nq")
    assert dict(said["project/cordis-900001"])[LABEL] == 'Kilns; and "clay"'
    assert dict(said["project/cordis-900002"])[LABEL] == 'The action "X" works; well'
    kg = clayonto.load(tmp_path / "p.nq", tmp_path / "o.nq")
    partners = {
        (row.partner_label, row.role, row.country, row.budget) for row in kg.run("project-partners", project="project/cordis-900001")
    }
    assert ("KILN LIMITED", "lead partner", "United Kingdom", Decimal("960619.95")) in partners
    assert ("AEROPORTI", "partner", "Kosovo", Decimal(1)) in partners
    report = kg.validate(bundled=False)
    assert {violation.rule for violation in report.results} <= {f"{SHAPES}Project-participation", f"{SHAPES}Project-partner-country"}
    assert {violation.focus for violation in report.results} <= {f"{ID}project/cordis-90000{n}" for n in (2, 3, 4)}


def test_a_unit_of_nuts_has_its_versions_and_its_region_is_the_bundled_one(tmp_path: Path) -> None:
    bring(HERE / "cordis-organization.csv", out=tmp_path / "o.nq")
    kg = clayonto.load(tmp_path / "o.nq")
    found = kg.query("SELECT ?name ?region { ?o a org:Organization ; dct:identifier ?id ; skos:prefLabel ?name ; dct:spatial ?region . ?region a clay:Region "
                     "FILTER(STRSTARTS(?id, '90000000') && LANG(?name) = 'en') } ORDER BY ?name")  # fmt: skip
    assert [(row.name, row.region.removeprefix(ID)) for row in found] == [
        ("KILN LIMITED", "region/nuts-uki31"),
        ("PANEPISTIMIO", "region/nuts-el303"),
        ("SEINAJOKI", "region/south-ostrobothnia"),
    ]
    versions = kg.query("SELECT ?v { nuts:UKI31 skos:inScheme ?v } ORDER BY ?v")
    assert [row.v[-4:] for row in versions] == ["2013", "2016", "2021"]


def test_kohesio_says_a_projects_money_once_whatever_its_beneficiaries(tmp_path: Path) -> None:
    report = bring(HERE / "kohesio-projects.csv", out=tmp_path / "a.nq")
    assert outcomes(report) == {
        4: ("repeated", ["repeated"]),
        6: ("repaired", ["absent"]),
        7: ("refused", ["conflict"]),
        8: ("refused", ["entity"]),
    }
    kg = clayonto.load(tmp_path / "a.nq")
    sums = kg.query(
        "SELECT (SUM(?v) AS ?sum) (COUNT(?a) AS ?n) { ?a clay:amountOf <project/kohesio-q90001> ; clay:moneyKind money-kind:total-budget ; epo:hasAmountValue ?v }"
    )
    assert (sums[0].sum, sums[0].n) == (Decimal("1000.5"), 1)
    assert len(kg.run("project-partners", project="project/kohesio-q90001")) == 2
    places = kg.query("SELECT ?r { <project/kohesio-q90001> dct:spatial ?r }")
    assert [row.r for row in places] == [f"{ID}region/south-ostrobothnia"]  # in NUTS 2021 and in NUTS 2024
    broken = {violation.rule for violation in kg.validate(bundled=False).results}
    assert broken <= {f"{SHAPES}Project-participation", f"{SHAPES}Project-partner-country"}  # the one without a beneficiary


def workbook(path: Path, sheets: Mapping[str, Sequence[Sequence[object]]]) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


PROJECTS = ["Period", "Programme", "Project acronym", "Project ID (2021-2027 only)", "Project name in English", "Description in English", "Project start", "Project end", "Project's total budget / expenditure", "Project’s EU funding"]  # fmt: skip
PARTNERS = ["Programme", "Project acronym", "Lead partner", "Organisation in English", "Country code", "Participant Identification Code", "NUTS3 code (or equivalent)", "Partner’s total eligible budget / expenditure", "ERDF contribution (2014-2020 only)"]  # fmt: skip


def test_a_workbook_of_keep_is_two_sheets_joined_by_programme_and_acronym(tmp_path: Path) -> None:
    import datetime

    file = workbook(
        tmp_path / "keep.xlsx",
        {
            "Search results, projects": [
                PROJECTS,
                ["2014-2020", "North Sea", "KILN", None, "Kilns", "„Clay”\nand more", datetime.date(2019, 1, 1), "N.a.", 1000.5, 800],
                ["2014-2020", "North Sea", "LOAM", None, "Loam", "=1+1", "2019-01-01", "2020-01-01", "=SUM(A1:A2)", 1],
            ],
            "Search results, partners": [
                PARTNERS,
                ["North Sea", "KILN", "Yes", "University", "DE", None, "DE943", 500.25, 400],
                ["North Sea", "KILN", "No", "Municipality", "SE", 951881080, None, 500.25, 400],
            ],
        },
    )
    report = bring(file, out=tmp_path / "a.nq")
    assert [(f.rows, f.taken, f.refused) for f in report.files] == [(2, 1, 1), (2, 2, 0)]
    assert next(row for row in report.rows if row.outcome == "refused").findings[0].code == "cell"
    kg = clayonto.load(tmp_path / "a.nq")
    project = next(row.p for row in kg.query("SELECT ?p { ?p clay:acronym 'KILN' ; dct:source ?d }"))
    assert [(row.partner_label, row.role) for row in kg.run("project-partners", project=project)] == [
        ("University", "lead partner"),
        ("Municipality", "partner"),
    ]
    assert kg.validate(bundled=False).conforms


def test_a_sheet_that_declares_one_cell_is_read_whole(tmp_path: Path) -> None:
    report = bring(reference("data/cordis/he_topics.xlsx"), out=tmp_path / "a.nq")
    assert report.files[0].rows == report.files[0].taken == 15341


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
