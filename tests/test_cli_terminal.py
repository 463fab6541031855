"""What people meet at a terminal, narrow or plain, and what must not get through to it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.test_cli import run

pty = pytest.importorskip("pty", reason="this system has no terminals of its own")
EVIL = '<project/clay> skos:altLabel "title\\u001B]0;owned\\u0007 \\u009B2J \\u202Edlrow"@en .'


def at_terminal(*arguments: str, columns: int = 80, **environment: str) -> str:
    """What a command writes to a terminal of so many columns."""
    import fcntl
    import struct
    import termios

    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    clean = {k: v for k, v in os.environ.items() if k not in ("LC_ALL", "LC_MESSAGES", "COLUMNS", "NO_COLOR")}
    process = subprocess.Popen(
        [sys.executable, "-m", "clayonto", *arguments],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env=clean | {"LANG": "C.UTF-8", "TERM": "xterm"} | environment,
    )
    os.close(theirs)
    pieces = []
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so when nobody is left to write
            break
        if not piece:
            break
        pieces.append(piece)
    os.close(ours)
    process.wait(30)
    return b"".join(pieces).decode()


@pytest.mark.parametrize("style", ["table", "csv"])
def test_what_a_terminal_would_act_on_is_shown_instead(tmp_path: Path, style: str) -> None:
    (tmp_path / "evil.ttl").write_text(
        f"@base <https://w3id.org/clayonto/id/> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n{EVIL}"
    )
    question = "SELECT ?name { <project/clay> skos:altLabel ?name }"
    shown = at_terminal("query", question, "--data", str(tmp_path / "evil.ttl"), "-f", style, TERM="dumb")
    assert "title␛]0;owned␇ �2J �dlrow" in shown
    assert not set(shown) & set("\x1b\x07\x9b\u202e")
    # Whoever reads it from a pipe gets what is there.
    assert "\x1b]0;owned\x07" in run("query", question, "--data", str(tmp_path / "evil.ttl"), "-f", style).stdout


def test_what_a_terminal_would_act_on_is_shown_in_errors_too(tmp_path: Path) -> None:
    (tmp_path / "evil.ttl").write_text("<http://example.org/\x1b[31m> a <b> .")
    result = run("query", "ASK {}", "--data", str(tmp_path / "evil.ttl"))
    assert (result.returncode, "␛" in result.stderr, "\x1b" in result.stderr) == (2, True, False)


def test_columns_that_do_not_fit_stand_below_one_another() -> None:
    shown = at_terminal("query", "project-money", columns=60, TERM="dumb").splitlines()
    assert "amount_label  Total budget of CLAY" in shown
    assert "share_of      amount/clay-total-budget" in shown
    assert not any("─" in line for line in shown)
    assert all(len(line) <= 60 for line in at_terminal("queries", columns=60, TERM="dumb").splitlines())


def test_a_plain_terminal_gets_no_escapes() -> None:
    assert "\x1b" in at_terminal("tour")
    assert "\x1b" not in at_terminal("tour", TERM="dumb")
    assert "\x1b[1m" not in at_terminal("tour", NO_COLOR="1")


def test_the_ending_of_a_file_says_its_form(tmp_path: Path) -> None:
    for name, begins in (("a.csv", "partner,"), ("a.json", "{"), ("a.txt", "partner  "), ("A.CSV", "partner,")):
        assert run("query", "project-partners", "-o", str(tmp_path / name)).returncode == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(begins), name
    assert run("query", "project-partners", "-f", "tsv", "-o", str(tmp_path / "b.csv")).returncode == 0
    assert (tmp_path / "b.csv").read_text(encoding="utf-8").startswith("?partner\t")
    result = run("query", "project-partners", "-o", str(tmp_path / "a.ttl"))
    assert (result.returncode, "CONSTRUCT" in result.stderr) == (2, True)


def test_a_place_that_cannot_be_written_to_is_told_with_the_remedy(tmp_path: Path) -> None:
    into_folder = run("query", "project-partners", "-o", str(tmp_path)).stderr
    assert into_folder == f"Error: {tmp_path} cannot be written: it is a folder; name a file.\n"
    nowhere = run("query", "project-partners", "-o", str(tmp_path / "no/a.csv")).stderr
    assert nowhere.endswith("cannot be written: the folder it should go into does not exist; make it first.\n")


def test_a_wrong_call_is_told_in_finnish_too() -> None:
    result = run("query", "--lang", "fi")
    assert result.returncode == 2
    assert result.stderr.splitlines()[0].startswith("Käyttö: clayonto query")
    assert result.stderr.splitlines()[1] == "Lisää kertoo “clayonto query --help”."
    assert result.stderr.splitlines()[-1].startswith("Virhe: ")


def test_engines_that_are_found_are_those_that_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    from clayonto import engines
    from clayonto.engines import columnar

    there = json.loads(run("info", "-f", "json").stdout)["engines"]
    assert there == engines.found()
    monkeypatch.setattr(columnar, "has_polars", lambda: False)
    assert engines.found() == ["oxigraph", "rdflib"]


def test_a_graph_on_disk_that_was_not_there_is_said_to_be_new(tmp_path: Path) -> None:
    question = ("query", "SELECT ?p { ?p a clay:Project }", "--store", str(tmp_path / "graph.db"))
    assert run(*question).stderr.startswith(f"{tmp_path / 'graph.db'} was not there: a new graph was made, with ")
    assert run(*question).stderr == ""
    (tmp_path / "cut.tar").write_bytes(b"x" * 700)
    assert run("store", "restore", str(tmp_path / "cut.tar"), str(tmp_path / "other.db")).returncode == 2
    assert not (tmp_path / "other.db").exists()


def test_a_register_is_not_written_into_a_file_of_another_form(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    result = run("import", "auto", str(tmp_path / "list.csv"), "-o", str(tmp_path / "e.ttl"))
    assert (result.returncode, "end in .nq" in result.stderr) == (2, True)
    result = run("import", "keep", str(tmp_path / "list.csv"), "-o", str(tmp_path / "e.nq"))
    assert (result.returncode, "“auto” finds out which it is" in result.stderr) == (2, True)


def test_nothing_is_not_looked_for() -> None:
    result = run("search", " ")
    assert (result.returncode, result.stderr) == (2, "Error: Say what to look for.\n")
