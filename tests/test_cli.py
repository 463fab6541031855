"""The command line as scripts and people meet it: a real process, its output, its exit code."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import rdflib

from clayonto import queries
from clayonto.cli import COMMANDS
from tests.imports import EURA

FAILING = Path(__file__).parent / "failing"


def run(*arguments: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_MESSAGES", "LANG")} | {"LANG": "C.UTF-8"} | environment
    return subprocess.run(
        [sys.executable, "-m", "clayonto", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env=clean,
        check=False,
    )


def test_the_tour_answers_its_questions() -> None:
    result = run("tour")
    assert result.returncode == 0
    assert result.stderr == ""
    for text in (
        "Region of Umbria                                          lead partner  Italy",
        "Total budget of CLAY: about 1,340,000 EUR",
        "82.1 % from EU structural funds",
        "Budget of South Ostrobothnia in CLAY: about 212,000 EUR",
        "15.8 % of Total budget of CLAY",
        "└─ Service path for firms in the creative industries",
        "ESCP-4i  1          2016–2017            25      15",
        "ESCP-4i  3          2020–2022        14 new          78 clusters                      20  7,500,000 EUR",
        "69 cluster organisations         21",
        "ClusterXchange: 34 exchanges carried out by 2021-01.",
        "paragraph 8: “kokonaisbudjetti on noin 1,34 miljoonaa euroa”",
    ):
        assert text in result.stdout
    assert "\x1b" not in result.stdout


@pytest.mark.parametrize("how", ["option", "locale"])
def test_the_tour_speaks_finnish(how: str) -> None:
    result = run("tour", "--lang", "fi") if how == "option" else run("tour", LC_ALL="fi_FI.UTF-8")
    assert "Ketkä ovat mukana CLAY-hankkeessa?" in result.stdout
    assert "noin 1 340 000 EUR" in result.stdout
    assert "82,1 %" in result.stdout


def test_every_command_of_the_tour_works() -> None:
    tour = run("tour").stdout
    commands = [line.strip().removeprefix("$ clayonto ").split() for line in tour.splitlines() if line.strip().startswith("$ clayonto ")]
    assert len(commands) >= 5
    for command in commands:
        result = run(*command)
        assert (result.returncode, result.stderr) == (0, "")
        assert len(result.stdout.splitlines()) > 2


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_in_both_languages(command: str) -> None:
    english, finnish = run(command, "--help"), run(command, "--help", "--lang", "fi")
    assert english.returncode == finnish.returncode == 0
    assert english.stdout != finnish.stdout
    assert finnish.stdout.startswith("Käyttö: clayonto ")
    assert "Näytä tämä ohje." in finnish.stdout
    assert run(command, "--help", LANG="fi_FI.UTF-8").stdout == finnish.stdout


def test_queries_as_json_have_what_the_contract_names() -> None:
    found = json.loads(run("queries", "-f", "json").stdout)
    assert [q["name"] for q in found] == list(queries())
    partners = next(q for q in found if q["name"] == "project-partners")
    assert partners["title"] == {"en": "Partners of a project", "fi": "Hankkeen kumppanit"}
    assert partners["params"]["project"] == {"type": "iri", "default": "project/clay", "example": "project/clay", "class": "clay:Project"}
    assert partners["columns"]["budget"] == "decimal"


def test_queries_as_a_table_name_their_parameters() -> None:
    table = run("queries", "--lang", "fi").stdout
    assert "Hankkeen kumppanit" in table
    assert "[project=project/clay]" in table


def test_an_answer_as_csv() -> None:
    result = run("query", "project-partners", "--param", "project=project/clay", "-f", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 6
    assert next(r for r in rows if r["budget"])["budget"] == "212000"


def test_an_answer_as_w3c_json() -> None:
    answer = json.loads(run("query", "project-partners", "-f", "json").stdout)
    assert answer["head"]["vars"][0] == "partner"
    budget = next(b["budget"] for b in answer["results"]["bindings"] if "budget" in b)
    assert budget == {"type": "literal", "value": "212000", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"}


@pytest.mark.parametrize(("style", "mark"), [("tsv", "?partner\t?partner_label"), ("xml", "<sparql"), ("table", "partner_label")])
def test_answers_in_other_forms(style: str, mark: str) -> None:
    assert mark in run("query", "project-partners", "-f", style).stdout


def test_answers_are_the_same_from_both_engines() -> None:
    for style in ("csv", "json", "table"):
        one, other = (run("query", "project-money", "-f", style, "--engine", e).stdout for e in ("oxigraph", "rdflib"))
        assert one == other


def test_sparql_from_standard_input() -> None:
    result = run("query", "-", "-f", "csv", stdin="SELECT ?a { <project/clay> clay:acronym ?a }")
    assert result.stdout.split() == ["a", "CLAY"]
    assert run("query", "-", "-f", "json", stdin="ASK { <project/clay> a clay:Project }").stdout.strip() == '{"head": {}, "boolean": true}'
    assert run("query", "-", stdin="ASK { <project/clay> a clay:Claim }").stdout == "no\n"


@pytest.mark.parametrize(("style", "format"), [("turtle", "turtle"), ("ntriples", "nt"), ("jsonld", "json-ld")])
def test_triples_in_their_own_forms(style: str, format: str) -> None:  # noqa: A002
    made = run("query", "-", "-f", style, stdin="CONSTRUCT { ?s clay:phaseNumber ?n } { ?s clay:phaseNumber ?n }").stdout
    assert len(rdflib.Graph().parse(data=made, format=format)) == 2


def test_a_query_file_and_a_file_of_data(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(
        '#+ title.en = "q"\n#+ [params.a]\n#+ type = "string"\nSELECT ?s { ?s <https://w3id.org/clayonto/def#acronym> $a }'
    )
    (tmp_path / "d.ttl").write_text('<https://example.org/p> <https://w3id.org/clayonto/def#acronym> "NEW" .')
    result = run("query", str(tmp_path / "q.rq"), "--param", "a=NEW", "--data", str(tmp_path / "d.ttl"), "-f", "csv")
    assert result.stdout.split() == ["s", "https://example.org/p"]
    without = run("query", "project-partners", "--no-bundle", "--data", str(tmp_path / "d.ttl"))
    assert without.returncode == 2


def test_no_command_writes_over_what_it_reads(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.mkdir()
    file = mine / "project.ttl"
    file.write_text("<https://example.org/p> <https://w3id.org/clayonto/def#acronym> 'MINE' .", encoding="utf-8")
    table = tmp_path / "list.csv"
    table.write_bytes(EURA.read_bytes())
    (tmp_path / "link.nq").symlink_to(table)
    before = file.read_bytes(), table.read_bytes()
    for command in (
        ("query", "project-money", "--data", str(file), "-f", "csv", "-o", str(file)),
        ("query", "CONSTRUCT WHERE { ?s a ?o }", "--data", str(mine), "-o", f"{mine}/../mine/project.ttl"),
        ("query", "CONSTRUCT WHERE { ?s a ?o }", "--data", str(mine / "*.ttl"), "-o", str(file)),
        ("import", "auto", str(table), "-o", str(tmp_path / "a.nq"), "--report", str(table)),
        ("import", "auto", str(table), "-o", str(tmp_path / "link.nq")),
    ):
        done = run(*command)
        assert (done.returncode, "is read here, and would be written over" in done.stderr) == (2, True), done.stderr
    assert (file.read_bytes(), table.read_bytes()) == before
    assert run("query", "ASK { }", "--data", str(mine), "-f", "csv", "-o", str(mine / "answer.csv")).returncode == 0


def test_an_answer_in_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("before")
    assert run("query", "project-partners", "-f", "csv", "-o", str(target), "--param", "project=project/none").returncode == 2
    assert target.read_text() == "before"
    assert run("query", "project-partners", "-f", "csv", "-o", str(target)).returncode == 0
    assert len(target.read_text().splitlines()) == 7
    assert [p.name for p in tmp_path.iterdir()] == ["out.csv"]
    refused = run("query", "glossary", "-o", str(tmp_path / "no" / "out.csv"))
    assert refused.returncode == 3
    assert "cannot be written" in refused.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize("command", [("queries",), ("query", "project-partners", "-f", "csv"), ("--help",)])
def test_a_full_disk_is_told_in_a_sentence(command: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([sys.executable, "-m", "clayonto", *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 3
    assert done.stderr.startswith("Error: standard output cannot be written: ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("arguments", "says", "code"),
    [
        (["quer"], "There is no command “quer”. Did you mean “query”?", 2),
        (["query", "project-partner"], "Did you mean “project-partners”", 2),
        (["query", "glossary", "--param", "lang"], "--param takes K=V", 2),
        (["query", "glossary", "--param", "lang=en", "--param", "lang=fi"], "given twice", 2),
        (["query", "running-on", "--param", "day=31.5.2021"], "takes a day such as 2021-05-31", 2),
        (["query", "running-on"], "needs the parameter “day”, for example day=2021-05-31", 2),
        (["query", "nothing/here.rq"], "cannot be read: No such file", 2),
        (["query", "glossary", "-f", "turtle"], "A SELECT gives no triples", 2),
        (["query", "glossary", "--engine", "virtuoso"], "'virtuoso' is not one of", 2),
        (["query", "glossary", "--data", "nowhere.ttl"], "nowhere.ttl: does not exist", 2),
        (["describe", "project/klay"], "There is no thing or term “project/klay”. Did you mean “project/clay”?", 2),
        (["describe", "foo:bar"], "The prefix “foo:” is unknown", 2),
        (["validate", "nowhere.ttl"], "does not exist", 2),
    ],
)
def test_wrong_use_is_one_sentence_and_code_2(arguments: list[str], says: str, code: int) -> None:
    result = run(*arguments)
    assert says in result.stderr
    assert result.stdout == ""
    assert "Traceback" not in result.stderr
    assert result.returncode == code


def test_a_missing_bundle_is_code_3(tmp_path: Path) -> None:
    result = run("info", CLAYONTO_BUNDLE=str(tmp_path))
    assert "let CLAYONTO_BUNDLE name a folder that holds all four" in result.stderr
    assert result.returncode == 3


def test_validate_says_no_with_code_1() -> None:
    fine = run("validate")
    assert fine.returncode == 0
    assert fine.stdout.splitlines()[-1].startswith("The data conforms.")
    assert run("validate", "--fail-on", "warning").returncode == 1
    broken = run("validate", str(FAILING / "monetary-amount.ttl"), "--lang", "fi")
    assert broken.returncode == 1
    assert "rikkomus: Enemmän kuin kaikki on “2000000.00”" in broken.stdout
    assert "Aineisto ei ole muotojen mukainen." in broken.stdout


def test_validate_for_machines() -> None:
    report = json.loads(run("validate", str(FAILING / "fund.ttl"), "-f", "json").stdout)
    assert report["conforms"] is False
    assert len(report["results"]) == 3
    turtle = run("validate", str(FAILING / "fund.ttl"), "-f", "turtle").stdout
    assert "sh:ValidationReport" in turtle


def test_describe_tells_of_things_and_terms() -> None:
    thing = run("describe", "amount/clay-south-ostrobothnia-budget").stdout
    assert "share of: Total budget of CLAY  (amount/clay-total-budget)" in thing
    assert "CLAY page, “Hanke lyhyesti”, paragraph 8: “liiton budjetti on noin 212 000 euroa”" in thing
    assert "hanke" in run("describe", "clay:Project", "--lang", "fi").stdout
    data = json.loads(run("describe", "project/clay", "-f", "json").stdout)
    assert data["iri"] == "https://w3id.org/clayonto/id/project/clay"
    assert data["types"] == [{"iri": "https://w3id.org/clayonto/def#Project", "label": "project"}]
    assert any(p["quote"] == "Kesto: 1. vaihe: 1.6.2018" for p in data["passages"])
    referring = [value["iri"] for group in data["referencedBy"] for value in group["values"]]
    assert "https://w3id.org/clayonto/id/phase/clay-1" in referring
    assert not [iri for iri in referring if "/claim/" in iri]
    other = next(
        p for p in json.loads(run("describe", "amount/clay-total-budget", "-f", "json").stdout)["passages"] if p["rank"] == "other"
    )
    assert (other["quote"], other["says"]) == (None, "1300000")


def test_a_query_can_be_given_as_it_stands() -> None:
    told = run("query", "SELECT ?name { ?p a clay:Project ; skos:prefLabel ?name }", "-f", "csv").stdout.split("\n")
    assert len(told) == 4
    assert told[0] == "name"
    wrong = run("query", "SELECT ?name { ?p ")
    assert wrong.returncode == 2
    assert "line 1, column 19" in wrong.stderr


def test_who_gives_the_end_of_a_name_is_told_the_whole() -> None:
    for name in ("clay", "CLAY"):
        told = run("describe", name)
        assert told.returncode == 2
        assert "Did you mean “period/clay” or “project/clay”" in told.stderr


def test_info_counts() -> None:
    facts = json.loads(run("info", "-f", "json").stdout)
    assert facts["things"]["clay:Project"] == 1
    assert facts["engine"]["name"] == "oxigraph"
    assert facts["queries"] == len(queries())
    assert "data/clay.ttl" in {s["name"] for s in facts["sources"]}
    assert "clay:MonetaryAmount" in run("info").stdout


def test_a_reader_that_has_enough_is_no_error() -> None:
    command = f"{sys.executable} -m clayonto query glossary | head -n 1"
    result = subprocess.run(["bash", "-c", f"set -o pipefail; {command}"], capture_output=True, text=True, check=False)
    assert result.stdout.startswith("term")
    assert result.stderr == ""


def test_search_finds_in_both_languages() -> None:
    for text in ("palvelupolku", "service path"):
        result = run("search", text, "--lang", "fi")
        assert result.returncode == 0
        assert "service-path/creative-industries-south-ostrobothnia" in result.stdout
    assert len(json.loads(run("search", "clay", "-n", "3", "-f", "json").stdout)["results"]["bindings"]) == 3
    nothing = run("search", "xyzzy")
    assert (nothing.returncode, nothing.stdout, nothing.stderr) == (1, "", "Nothing holds “xyzzy”.\n")


def test_a_new_project_is_filled_in_and_checked(tmp_path: Path) -> None:
    organisation, project = tmp_path / "o.ttl", tmp_path / "p.ttl"
    assert run("new", "organisation", "my-council", "-o", str(organisation)).returncode == 0
    assert run("new", "project", "my-project", "-o", str(project)).returncode == 0
    empty = run("validate", str(project), str(organisation))
    assert empty.returncode == 1
    assert "needs exactly one programme" in empty.stdout
    for file in (organisation, project):
        filled = file.read_text().replace("#: ", "").replace("organisation/KEY", "organisation/my-council")
        file.write_text(filled)
    full = run("validate", str(project), str(organisation))
    assert (full.returncode, full.stderr) == (0, ""), full.stdout
    again = run("new", "project", "my-project", "-o", str(project))
    assert again.returncode == 2
    assert "is there already" in again.stderr
    assert "must be lower-case letters and digits" in run("new", "project", "My Project").stderr


def test_lint_names_what_will_not_travel(tmp_path: Path) -> None:
    bad = run("lint", "-", stdin="SELECT * { ?s ?p ?o }")
    assert bad.returncode == 1
    assert "standard input:1:1: select-star: name the columns" in bad.stdout
    assert json.loads(run("lint", "-", "-f", "json", stdin="DESCRIBE <urn:x>").stdout)[0]["rule"] == "describe"
    fine = run("lint", "project-partners")
    assert (fine.returncode, fine.stdout) == (0, "")


def test_format_sorts_files_and_keeps_comments(tmp_path: Path) -> None:
    file = tmp_path / "x.ttl"
    file.write_text("# head\n<urn:b> <urn:p> 1 .\n<urn:a> <urn:p> 1 .\n")
    assert run("format", "--check", str(file)).returncode == 1
    assert run("format", str(file)).returncode == 0
    assert file.read_text() == "# head\n<urn:a>\n    <urn:p> 1 .\n\n<urn:b>\n    <urn:p> 1 .\n"
    assert run("format", "--check", str(file)).returncode == 0
    file.write_text("<urn:b> <urn:p> 1 .\n# kept\n<urn:a> <urn:p> 1 .\n")
    refused = run("format", str(file))
    assert refused.returncode != 0
    assert "comments below its head" in refused.stderr
    assert "# kept" in file.read_text()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_for_each_shell(shell: str) -> None:
    assert "_CLAYONTO_COMPLETE" in run("completion", shell).stdout


def test_completion_completes() -> None:
    result = run(_CLAYONTO_COMPLETE="bash_complete", COMP_WORDS="clayonto des", COMP_CWORD="1")
    assert result.stdout.strip() == "plain,describe"


@pytest.mark.parametrize("style", ["csv", "tsv", "json", "xml"])
@pytest.mark.parametrize("name", ["project-money", "where-stated", "partner-countries"])
def test_the_short_way_gives_the_same_answer_as_the_long_one(name: str, style: str) -> None:
    params = ["--param", "thing=amount/clay-total-budget"] if name == "where-stated" else []
    for lang in (["--lang", "fi"], []):
        # A spelled-out engine is what the short way leaves to the long one.
        short, long = (
            run("query", name, *params, *lang, "-f", style, *extra, LANG="fi_FI.UTF-8") for extra in ([], ["--engine", "oxigraph"])
        )
        assert (short.returncode, short.stdout, short.stderr) == (0, long.stdout, "")
        assert short.stdout
