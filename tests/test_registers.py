"""Public registers: each row is taken, repaired or refused, and the account says which and why."""

from __future__ import annotations

import csv
import json
import os
import signal
import sys
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

import clayonto
from clayonto.cli import cli
from clayonto.errors import DataError, EngineError, OutputError, UsageError
from clayonto.linking import organisations
from clayonto.registers import import_register
from clayonto.registers.catalogue import mappings

from .conftest import reference
from .imports import DEF, EURA, HEAD, HERE, ID, LABEL, PROJECTS, SHAPES, bring, graph_of, outcomes, workbook

if TYPE_CHECKING:
    from clayonto import KnowledgeGraph


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


@pytest.mark.skipif(sys.platform != "linux", reason="files are read in this process elsewhere than on Linux")
def test_an_import_whose_process_is_ended_says_so_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("clayonto.registers.importing._take", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    with pytest.raises(EngineError, match=r"ended from outside \(code -9\).* is as it was"):
        import_register("eura", EURA, store=tmp_path / "graph.db")
    assert not list(tmp_path.iterdir())


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
    with pytest.raises(UsageError, match="Name the register, or auto"):
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
    states = clayonto.load(tmp_path / "a.nq").query(
        "SELECT ?state (COUNT(?p) AS ?n) { ?p a clay:Project ; clay:statusWhenWritten ?state } GROUP BY ?state"
    )
    assert {row.state.rpartition("/")[2]: row.n for row in states} == {"running": 238}
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
    # What a register leaves out is a warning, so each file can be published by itself.
    assert report.conforms
    assert {violation.rule for violation in report.results} <= {f"{SHAPES}Register-project-partnerless"}
    assert {violation.focus for violation in report.results} <= {f"{ID}project/cordis-90000{n}" for n in (2, 3, 4)}


def test_cordis_tells_legal_bases_and_vat_numbers(tmp_path: Path) -> None:
    file = tmp_path / "legalBasis.csv"
    rows = ('"900001";"HORIZON.3.2";"European innovation ecosystems";"true"', '"900001";"HORIZON.3.2.3";"Joint programmes";""')
    file.write_text(
        '"projectID";"legalBasis";"title";"uniqueProgrammePart"\n' + "\n".join(rows) + '\n"900002";"HORIZON.1.1";"ERC";"maybe"\n',
        encoding="utf-8",
    )
    assert outcomes(bring(file, out=tmp_path / "b.nq")) == {4: ("refused", ["code"])}
    projects = tmp_path / "project.csv"
    projects.write_text(
        "id;acronym;title;startDate;endDate;frameworkProgramme;legalBasis\n"
        "900001;KILN;Kilns;2022-01-01;2024-12-31;HORIZON;HORIZON.3.2\n900002;CLAY2;Clays;2022-01-01;2024-12-31;HORIZON;\n",
        encoding="utf-8",
    )
    bring(projects, out=tmp_path / "p.nq")
    parts = tmp_path / "organization.csv"
    cells = (("GB 744 4952 11", "KILN"), ("NOTAPPLICABLE", "CLAY"), ("744495211", "MUD"))
    lines = [f"900001;90000000{n};{vat};{name};UK;{n};participant;1" for n, (vat, name) in enumerate(cells)]
    parts.write_text("\n".join(["projectID;organisationID;vatNumber;name;country;order;role;totalCost", *lines]) + "\n", encoding="utf-8")
    assert outcomes(bring(parts, out=tmp_path / "o.nq")) == {3: ("repaired", ["vat"]), 4: ("repaired", ["vat"])}
    kg = clayonto.load(tmp_path / "b.nq", tmp_path / "p.nq", tmp_path / "o.nq")
    bases = kg.query(
        "SELECT ?code ?also { <project/cordis-900001> clay:legalBasis ?b . ?b skos:notation ?code ; skos:altLabel ?also ; skos:prefLabel ?l FILTER(LANG(?l) = 'en') }"
    )
    assert sorted(tuple(map(str, row)) for row in bases) == [
        ("HORIZON.3.2", "European innovation ecosystems"),
        ("HORIZON.3.2.3", "Joint programmes"),
    ]
    vat = kg.query("SELECT ?name ?vat { ?of clay:vatNumber ?vat ; skos:prefLabel ?name FILTER(LANG(?name) = 'en') }")
    assert [(str(row.name), row.vat) for row in vat] == [("KILN", "GB744495211")]
    assert kg.validate(bundled=False).conforms
    assert [one.identifiers for one in organisations(kg) if "KILN" in one.names] == [["900000000", "GB744495211"]]


def test_columns_that_are_not_taken_over_are_told(tmp_path: Path) -> None:
    report = bring(HERE / "cordis-organization.csv", out=tmp_path / "o.nq")
    assert "postCode" in report.files[0].left
    assert not {"vatNumber", "name", "country"} & set(report.files[0].left)
    assert "  “street”, “postCode”, “city”, “geolocation”: addresses of bodies" in report.to_text()
    assert "  ”street”, ”postCode”, ”city”, ”geolocation”: toimijoiden osoitteita" in report.to_text(lang="fi")
    told = json.loads(report.to_json())["files"][0]["columns_left"]
    assert list(told) == list(report.files[0].left)
    assert told["contactForm"].startswith("how the publisher keeps its records")
    mine = tmp_path / "mine.csv"
    mine.write_bytes((HERE / "cordis-organization.csv").read_bytes().replace(b'"active"', b'"colour"', 1))
    assert bring(mine, out=tmp_path / "m.nq").files[0].left["colour"] == "unknown"


def test_a_column_that_is_read_and_said_nowhere_is_told() -> None:
    """What a mapping knows is said of a thing, goes into a key or stands in for something, or else is told as left."""
    found = {name: set(mapping.left([texts[0] for texts in mapping.columns.values()])) for name, mapping in mappings().items()}
    assert {name: left for name, left in found.items() if left} == {
        "cordis-legal-basis": {"uniqueProgrammePart"},
        "cordis-organisations": {"projectAcronym", "endOfParticipation"},
        "cordis-projects": {"coordinatorCountry"},
        "kohesio-beneficiaries": {"Region"},
    }


def test_what_else_registers_tell_is_said_and_conforms(tmp_path: Path) -> None:
    """Categories, objectives, rates, types, themes, states and places, each as its publisher writes it."""
    names = ("kohesio-projects-2024.csv", "keep-projects.csv", "keep-partners.csv", "cordis-project.csv", "cordis-organization.csv",
             "cordis-topics.csv", "interreg-central-europe.json")  # fmt: skip
    reports = {name: bring(HERE / name, out=tmp_path / f"{name}.nq") for name in names}
    assert {name: report.refused for name, report in reports.items() if report.refused} == {"cordis-organization.csv": 1}
    kg = clayonto.load(*(tmp_path / f"{name}.nq" for name in names))
    assert kg.validate(bundled=False).conforms

    def told(thing: str, path: str) -> list[str]:
        return sorted(
            str(row.v) for row in kg.query(f"SELECT DISTINCT ?v {{ <{thing}> {path} ?v FILTER(!ISLITERAL(?v) || LANG(?v) != 'fi') }}")
        )

    # A project of Kohesio has a row for each of its categories; its money is said once, and a rate of 1 can be 1 or 100 percent.
    assert told("project/kohesio-q70001", "clay:interventionCategory/skos:altLabel") == ["Advanced kilns", "SME development, clays"]
    assert told("project/kohesio-q70001", "clay:underObjective/skos:prefLabel") == ["Thematic objective TO03"]
    assert told("project/kohesio-q70001", "^clay:amountOf/epo:hasAmountValue") == ["100", "200"]
    assert told("project/kohesio-q70001", "clay:underProgramme/clay:programmingPeriod") == [f"{ID}period/2014-2020"]
    assert told("project/kohesio-q70001", "clay:coFinancingRate") == ["50"]
    assert told("project/kohesio-q70002", "clay:coFinancingRate") == []
    assert reports["kohesio-projects-2024.csv"].repairs == {"rate": 1}
    assert told("project/kohesio-q70001", "skos:altLabel") == ["Uunit"]  # in the language of the programme
    assert told("organisation/kohesio-q60001", "skos:prefLabel") == ["Q60001"]  # the files of 2024 have no names
    keep = "project/keep-2014-2020-interreg-vb-clay-sea-c9331851-"
    assert told(f"{keep}kiln", "dct:subject/skos:prefLabel") == ["Clay and pots", "Heat"]
    assert [told(f"{keep}{name}", "clay:coFinancingRate") for name in ("kiln", "loam")] == [["80"], ["50"]]
    # The town's county is not in the NUTS 2 unit of its second row, and where a row has no county the larger unit stands for it.
    town = kg.query("SELECT ?o { ?o skos:prefLabel 'Pottery town'@en }")[0].o
    assert [place[-4:] for place in told(town, "dct:spatial/clay:nutsUnit")] == ["SE33", "E331"]
    assert told(town, "org:classification/skos:prefLabel") == ["Local public authority"]
    assert reports["keep-partners.csv"].repairs == {"outside": 1}
    assert told("project/cordis-900001", "dct:type/skos:prefLabel") == ["RIA"]
    assert told("project/cordis-900001", "clay:statusWhenWritten/skos:prefLabel") == ["running"]
    parts = kg.query("SELECT ?unit ?rate { ?p clay:coFinancingRate ?rate ; prov:agent/dct:spatial/clay:nutsUnit ?unit } ORDER BY ?unit")
    assert [(row.unit[-5:], row.rate) for row in parts] == [("/HU10", 83), ("SI032", 83)]


def test_a_sum_without_its_currency_refuses_the_row(tmp_path: Path) -> None:
    file = tmp_path / "k.csv"
    file.write_bytes((HERE / "kohesio-projects-2024.csv").read_bytes().replace(b",200,EUR,", b",200,,", 1))
    report = bring(file, out=tmp_path / "a.nq")
    assert outcomes(report)[2] == ("refused", ["missing"])


@pytest.mark.parametrize("name", ["kohesio_projects_header_2024.csv", "kohesio_projects_required_columns_2026.csv"])
def test_each_column_of_kohesio_is_taken_over_or_left_for_a_reason(name: str) -> None:
    with reference(f"data/kohesio/{name}").open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    assert "unknown" not in mappings()["kohesio-projects"].left(header).values()


def test_each_column_of_keep_is_taken_over_or_left_for_a_reason() -> None:
    with reference("data/keep/keep_export_columns.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            mapping = mappings()["keep-partners" if "partners" in row["sheet"] else "keep-projects"]
            assert "unknown" not in mapping.left([row["column"]]).values(), row


def of_interreg(name: str, tmp_path: Path) -> KnowledgeGraph:
    """The graph of a real list of operations, which conforms, is accounted for, and has no column that nobody has looked at."""
    report = bring(reference(f"data/interreg/{name}.json"), out=tmp_path / f"{name}.nq")
    assert report.refused == 0
    assert "unknown" not in report.files[0].left.values(), report.files[0].left
    kg = clayonto.load(tmp_path / f"{name}.nq")
    assert kg.validate(bundled=False).conforms
    return kg


@pytest.mark.parametrize(
    ("name", "rates"),
    [
        ("operations_2014tc16i5cb005", {"85"}),
        ("operations_2014tc16m4tn001", {"85"}),
        ("operations_2014tc16m6tn001", {"85"}),
        ("operations_2014tc16rfcb021", {"85"}),
        ("operations_2014tc16rfcb050", {"85"}),
        ("operations_2014tc16rfir001", {"85", "75"}),
        ("operations_2014tc16rftn003", {"83"}),
    ],
)
def test_rates_are_percent_in_whatever_notation(name: str, rates: set[str], tmp_path: Path) -> None:
    kg = of_interreg(name, tmp_path)
    found = kg.query("SELECT ?of ?rate { ?of clay:coFinancingRate ?rate }")
    assert {str(row.rate) for row in found} == rates
    # Where the list has sums as well, they make the rate.
    sums = kg.query(
        """SELECT ?rate ?all ?share { ?of clay:coFinancingRate ?rate .
        ?a clay:amountOf ?of ; clay:moneyKind money-kind:total-budget ; epo:hasAmountValue ?all .
        ?b clay:amountOf ?of ; clay:moneyKind money-kind:fund-share ; epo:hasAmountValue ?share }"""
    )
    for row in sums:
        if name != "operations_2014tc16m4tn001":  # of ERDF and IPA money together
            assert abs(row.share / row["all"] * 100 - row.rate) < 1


def test_a_list_tells_categories_axes_and_objectives_as_concepts_with_their_codes(tmp_path: Path) -> None:
    told = """SELECT ?path ?code ?label ?text { VALUES ?path { clay:interventionCategory clay:underObjective clay:priorityAxis }
        ?project ?path ?concept ; dct:source ?register . ?concept skos:prefLabel ?label FILTER(LANG(?label) = "en")
        OPTIONAL { ?concept skos:notation ?code } OPTIONAL { ?concept skos:altLabel ?text } } ORDER BY ?path ?code"""

    def facts(name: str) -> list[tuple[str, str, str, str]]:
        rows = of_interreg(name, tmp_path).query(told)
        return [(row.path.partition("#")[2], row.code or "", str(row.label), str(row.text or "")[:28]) for row in rows]

    assert facts("operations_2014tc16rfcb014") == [
        ("interventionCategory", "01", "Category of intervention 01, 2014–2020", "Non-repayable grant"),
        ("interventionCategory", "118", "Category of intervention 118, 2014–2020", "Improving the labour market "),
        ("interventionCategory", "M07", "Category of intervention M07, 2014–2020", "Not applicable"),
        ("interventionCategory", "T04", "Category of intervention T04, 2014–2020", "Macro regional cooperation a"),
        ("priorityAxis", "", "Interreg Central Baltic 2014–2020, priority axis 4", "Skilled and socially inclusi"),
    ]
    assert [fact[:2] for fact in facts("operations_2014tc16rfcb021")] == [("interventionCategory", "044")]
    axis, priority, objective = facts("operations_2014tc16m6tn001")
    assert (axis[0], priority[:2], priority[3][:16]) == ("priorityAxis", ("underObjective", "11 ETC"), "ETC specific for")
    assert objective[1].startswith("Improve institutional capacities to tackle major societal challenges")
    assert [fact[1] for fact in facts("operations_2014tc16m4tn001")] == ["", "1.1"]


def test_places_are_found_by_the_names_of_nuts_units(tmp_path: Path) -> None:
    seats = "SELECT ?name ?unit { ?o a org:Organization ; dct:source ?d ; skos:prefLabel ?name ; dct:spatial/clay:nutsUnit ?unit FILTER(LANG(?name) = 'fi') } ORDER BY ?name"
    found = of_interreg("operations_2014tc16rfcb050", tmp_path).query(seats)
    assert [(str(row.name), row.unit.rpartition("/")[2]) for row in found] == [
        ("Valga Linnavalitsus", "EE008"),
        ("Valkas novada dome", "LV008"),
    ]
    assert [row.unit[-4:] for row in of_interreg("operations_2014tc16rftn002", tmp_path).query(seats)] == ["FR52"]
    report = bring(reference("data/interreg/interreg_2127_swedish_partners.json"), out=tmp_path / "se.nq")
    assert (report.repairs["unit"], report.repairs["outside"]) == (1, 10)  # “Gotland”; and Blekinge in Småland
    kg = clayonto.load(tmp_path / "se.nq")
    assert len({row.unit for row in kg.query(seats)}) == 22  # the counties of Sweden, and a larger unit where a row has no county
    kinds = kg.query(
        "SELECT ?label (COUNT(?o) AS ?n) { ?o org:classification ?k . ?k skos:prefLabel ?label FILTER(LANG(?label) = 'en') } GROUP BY ?label"
    )
    assert {row.label: row.n for row in kinds}["Higher education and research institution"] > 10
    broader = kg.query("SELECT ?code { ?c skos:notation 'RSO1.1' ; skos:broader/skos:notation ?code }")
    assert [row.code for row in broader] == ["PO1"]


def test_an_import_says_that_an_earlier_one_gave_way(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    whole = HERE / "eura-2014.csv"
    less = tmp_path / "less.csv"
    less.write_bytes(b"".join(whole.read_bytes().splitlines(keepends=True)[:3]))
    assert import_register("auto", whole, store=store).replaced == ""
    assert import_register("auto", whole, store=store).replaced == ""  # the same again changes nothing
    report = import_register("auto", less, store=store)
    assert report.replaced
    assert f"What an import of {report.replaced[:10]} put there has given way." in report.to_text()
    assert "tuonti väistyi" in report.to_text(lang="fi")
    assert import_register("auto", whole, store=store, part="Länsi").replaced == ""


def test_an_import_says_when_compacting_pays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from clayonto.registers import importing

    store = tmp_path / "graph.db"
    assert not import_register("auto", HERE / "eura-2014.csv", store=store).compacting
    monkeypatch.setattr(importing, "_LARGE", 1000)
    assert import_register("auto", HERE / "cordis-project.csv", store=store).compacting
    # What changes nothing leaves the store as compact as it was.
    assert not import_register("auto", HERE / "cordis-project.csv", store=store).compacting


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
    told = kg.validate(bundled=False)
    assert told.conforms
    assert {one.rule for one in told.results} <= {f"{SHAPES}Register-project-partnerless"}  # the one without a beneficiary


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
