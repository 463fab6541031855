"""Differences: what changed, thing by thing, in whatever the two sides are."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.compare
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto import Difference, diff
from clayonto.difference import blank
from clayonto.engines import ENGINES
from clayonto.errors import DataError, EngineError, UsageError
from tests.conftest import ROOT, SOAK
from tests.test_cli import run

CLAY = ROOT / "data" / "clay.ttl"
HEAD = "@base <https://w3id.org/clayonto/id/> .\n" + "".join(
    f"@prefix {p}: <{ns}> .\n"
    for p, ns in clayonto.namespaces.PREFIXES.items()
    if p in ("clay", "skos", "epo", "currency", "money-kind", "prov", "dct", "rank", "aspect", "xsd", "foaf")
)


@pytest.fixture
def turtle(tmp_path: Path) -> Callable[[str], Path]:
    """Writes Turtle, with the prefixes it may use, to a new file."""
    count = 0

    def write(text: str) -> Path:
        nonlocal count
        count += 1
        file = tmp_path / f"{count}.ttl"
        file.write_text(HEAD + text, encoding="utf-8")
        return file

    return write


Write = Callable[[str], Path]


def body(difference: Difference, *, lang: str = "en", full: bool = False) -> str:
    """The text without its first line, which has the names of the files."""
    return difference.to_text(lang=lang, full=full).split("\n\n", 1)[1]


# ------------------------------------------------------------------ what is told


def test_money_and_claims_are_read_with_the_thing_they_are_of_and_its_source(tmp_path: Path) -> None:
    text = CLAY.read_text(encoding="utf-8")
    new = tmp_path / "uusi.ttl"
    new.write_text(
        text.replace("epo:hasAmountValue 212000.00", "epo:hasAmountValue 180000.50")
        .replace("1340000.00 ;\n    prov:value", "1300000.00 ;\n    prov:value")
        .replace('clay:acronym "CLAY"', 'clay:acronym "SAVI", "KLEI"'),
        encoding="utf-8",
    )
    found = diff(CLAY, new)
    assert body(found) == (
        "project\n"
        "  CLAY, cross-sector support for artistic ceramics firms (project/clay)\n"
        "    ~ acronym: CLAY → KLEI, SAVI\n"
        "    ~ claim: total budget: 1,340,000 → 1,300,000, says CLAY page, “CLAY”, list item 5  (claim/clay-total-budget-list)\n"
        "    ~ claim: total budget: 1,340,000 → 1,300,000, says CLAY page, “Hanke lyhyesti”, paragraph 8  (claim/clay-total-budget-prose)\n"
        "\n"
        "project participation\n"
        "  Regional Council of South Ostrobothnia in CLAY (participation/clay-south-ostrobothnia)\n"
        "    ~ budget of one partner: 212,000 → 180,000.50 EUR, source: CLAY page, “CLAY”, list item 6; CLAY page, “Hanke lyhyesti”, paragraph 8"
        "  (amount/clay-south-ostrobothnia-budget)\n"
        "\n"
        "2 things changed. 4 of 1,336 triples removed, 5 added; 1,337 now."
    )
    assert body(found, lang="fi") == (
        "hanke\n"
        "  CLAY, taidekeramiikan yritysten tuki yli toimialarajojen (project/clay)\n"
        "    ~ lyhenne: CLAY → KLEI, SAVI\n"
        "    ~ väite: kokonaisbudjetti: 1 340 000 → 1 300 000, sanoo CLAY-sivu, ”CLAY”, luettelon kohta 5  (claim/clay-total-budget-list)\n"
        "    ~ väite: kokonaisbudjetti: 1 340 000 → 1 300 000, sanoo CLAY-sivu, ”Hanke lyhyesti”, kappale 8  (claim/clay-total-budget-prose)\n"
        "\n"
        "hankeosallistuminen\n"
        "  Etelä-Pohjanmaan liitto CLAY-hankkeessa (participation/clay-south-ostrobothnia)\n"
        "    ~ yhden kumppanin budjetti: 212 000 → 180 000,50 EUR, lähde: CLAY-sivu, ”CLAY”, luettelon kohta 6; "
        "CLAY-sivu, ”Hanke lyhyesti”, kappale 8  (amount/clay-south-ostrobothnia-budget)\n"
        "\n"
        "2 asiaa muuttunut. 1 336 kolmikosta poistettu 4, lisätty 5; nyt 1 337."
    )
    assert {t.thing.rsplit("/", 1)[-1]: t.status for t in found.things} == {
        "clay": "changed",
        "clay-total-budget-list": "changed",
        "clay-total-budget-prose": "changed",
        "clay-south-ostrobothnia-budget": "changed",
    }


def test_another_form_of_the_same_value_is_no_other_value(turtle: Write) -> None:
    amount = "<amount/a> a clay:MonetaryAmount ; clay:amountOf <project/x> ; epo:hasCurrency currency:EUR ; epo:hasAmountValue {} .\n"
    old = turtle(amount.format("212000.00") + "<project/x> clay:phaseNumber 1, 007 ; clay:count 1 .")
    new = turtle(amount.format("212000.0") + '<project/x> clay:phaseNumber +1, 8 ; clay:count "1" .')
    found = diff(old, new)
    assert body(found).startswith(
        "Of no type\n"
        "  project/x\n"
        "    ~ count: 1 (xsd:integer) → 1 (xsd:string)\n"
        "    ≈ phase number: 1 → +1, the same value, written differently\n"
        "    ~ phase number: 7 → 8\n"
        "    ~ sum 212,000 EUR  (amount/a)\n"
        "        ≈ Has amount value: 212000.00 → 212000.0, the same value, written differently\n"
    )
    assert [len(p.rewritten) for t in found.things for p in t.properties] == [1, 0, 1]
    assert not found.equal


def test_texts_are_told_by_language_and_iris_by_label(turtle: Write) -> None:
    old = turtle('<x> skos:prefLabel "Savi"@fi, "Clay"@en ; dct:title " a" ; dct:subject <y> . <y> skos:prefLabel "Asia"@fi .')
    new = turtle(
        '<x> skos:prefLabel "Savihanke"@fi, "Clay"@en, "Lera"@sv ; dct:title "a" ; dct:subject <z> . <y> skos:prefLabel "Asia"@fi .'
    )
    assert body(diff(old, new), lang="fi").splitlines()[:6] == [
        "Ilman luokkaa",
        "  Savihanke (x)",
        "    ~ aihe: Asia (y) → z",
        "    ~ nimeke: “ a” → a",
        "    ~ nimi (fi): Savi → Savihanke",
        "    + nimi (sv): Lera",
    ]


def test_sums_say_currency_kind_and_all_that_changed_of_them(turtle: Write) -> None:
    amount = "<amount/{0}> a clay:MonetaryAmount ; clay:amountOf <project/x> ; clay:moneyKind money-kind:{1} ; epo:hasCurrency currency:{2} ; epo:hasAmountValue {3} .\n"
    old = turtle(
        amount.format("a", "total-budget", "EUR", "10.0")
        + amount.format("b", "fund-share", "EUR", "5.0")
        + amount.format("d", "fund-share", "EUR", "1.0")
    )
    new = turtle(
        amount.format("a", "fund-share", "USD", "10.0")
        + amount.format("c", "fund-share", "EUR", "7.0")
        + amount.format("d", "fund-share", "EUR", "1.0, 2.0")
    )
    assert body(diff(old, new)).splitlines()[2:-2] == [
        "    ~ share from funds: 10 EUR → 10 USD  (amount/a)",
        "        ~ kind of money: total budget (money-kind:total-budget) → share from funds (money-kind:fund-share)",
        "    - share from funds: 5 EUR  (amount/b)",
        "    + share from funds: 7 EUR  (amount/c)",
        "    ~ share from funds  (amount/d)",
        "        + Has amount value: 2",
    ]


def test_things_that_came_or_went_whole_are_named_and_told_in_full_if_asked(turtle: Write) -> None:
    many = "".join(f'<project/{n:02}> a clay:Project ; clay:acronym "P{n}" .\n' for n in range(12))
    project = '<project/x> a clay:Project ; skos:prefLabel "Uusi"@fi .\n<amount/x> a clay:MonetaryAmount ; clay:amountOf <project/x> ; epo:hasAmountValue 1.0 .\n'
    found = diff(turtle("<a> clay:acronym 1 ."), turtle("<a> clay:acronym 1 ." + many + project))
    told = body(found).splitlines()
    assert told[:2] == ["project", "  + project/00: 2 values"]
    assert told[11:13] == ["  + … and 3 more", ""]
    assert told[-1].startswith("13 added.")
    full = body(found, full=True)
    assert (
        "  + Uusi (project/x): 2 values, 1 sum\n      + preferred label (fi): Uusi\n      + type: project (clay:Project)\n      + sum: 1  (amount/x)\n"
        in full
    )
    assert "more" not in full
    gone = body(diff(turtle(many), turtle("<a> clay:acronym 1 .")), lang="fi")
    assert "  - project/00: 2 arvoa" in gone
    assert "  - … ja 2 muuta" in gone


def test_labels_come_from_the_new_graph_then_the_old_one(turtle: Write) -> None:
    old = turtle('<x> skos:prefLabel "Before"@en ; clay:acronym "a" . <y> skos:prefLabel "Gone"@en ; clay:acronym "b" .')
    new = turtle('<x> skos:prefLabel "After"@en ; clay:acronym "c" .')
    assert [line for line in body(diff(old, new)).splitlines() if line.startswith("  ") and not line.startswith("    ")] == [
        "  After (x)",
        "  - Gone (y): 2 values",
    ]


def test_nothing_in_a_value_steers_a_terminal(turtle: Write) -> None:
    found = diff(turtle("<x> clay:acronym 1 ."), turtle('<x> clay:acronym "\\u001B]0;x\\u0007" ; skos:prefLabel "a\\u009B2J\\nb"@en .'))
    assert not [c for c in found.to_text() if (ord(c) < 32 and c != "\n") or 127 <= ord(c) < 160]


# ------------------------------------------------------------------ blank nodes


def test_names_and_order_of_blank_nodes_do_not_matter(turtle: Write) -> None:
    old = turtle(
        '<x> dct:subject [ clay:acronym "a" ; dct:title ( 1 2 [ clay:acronym "b" ] ) ], [ clay:acronym "a" ] . _:n dct:subject _:m . _:m dct:subject _:n .'
    )
    new = turtle(
        '_:p dct:subject _:q . _:q dct:subject _:p . <x> dct:subject _:z, [ dct:title ( 1 2 [ clay:acronym "b" ] ) ; clay:acronym "a" ] . _:z clay:acronym "a" .'
    )
    assert diff(old, new).equal


def test_a_changed_blank_node_is_told_by_what_it_says(turtle: Write) -> None:
    old = turtle(
        '<x> dct:subject [ clay:acronym "a" ; dct:title ( 1 [ clay:acronym "b" ] ) ] , [ clay:acronym "same" ] . [] a clay:Project .'
    )
    new = turtle(
        '<x> dct:subject [ clay:acronym "a" ; dct:title ( 1 [ clay:acronym "c" ] ) ] , [ clay:acronym "same" ] . [] a clay:Project ; clay:acronym "q" .'
    )
    found = diff(old, new)
    assert body(found).splitlines()[:8] == [
        "project",
        "  + a thing without a name [ acronym q ; type project ]: 2 values",
        "  - a thing without a name [ type project ]: 1 value",
        "",
        "Of no type",
        "  x",
        "    ~ Subject: [ Title ( 1 [ acronym b ] ) ; acronym a ] → [ Title ( 1 [ acronym c ] ) ; acronym a ]",
        "",
    ]


def test_blank_nodes_shared_in_another_way_are_a_difference(turtle: Write) -> None:
    found = diff(turtle("<a> dct:subject _:x . <b> dct:subject _:x ."), turtle("<a> dct:subject _:x . <b> dct:subject _:y ."))
    assert not found.equal
    assert found.things == ()
    assert "What differs is only which blank nodes are one and the same." in found.to_text()


def test_rings_of_blank_nodes_are_told_too(turtle: Write) -> None:
    found = diff(
        turtle("_:a dct:subject _:b . _:b dct:subject _:a ."), turtle("_:a dct:subject _:b . _:b dct:subject _:c . _:c dct:subject _:a .")
    )
    assert [t.status for t in found.things] == ["removed", "added"] or [t.status for t in found.things] == ["added", "removed"]
    assert "[ Subject [ Subject ↑2 ] ]" in found.to_text()


def test_blank_nodes_too_much_alike_are_an_error_and_no_endless_wait(turtle: Write) -> None:
    nodes = range(14)
    clique = " ".join(f"_:n{a} dct:subject _:n{b} ." for a in nodes for b in nodes if a != b)
    with pytest.raises(DataError, match="14 blank nodes that hang together are too much alike"):
        blank.signature(
            [line.encode() for line in clique.replace("dct:subject", "<urn:p>").replace(" . ", " .\n").split("\n")], most_steps=200_000
        )
    shared = "".join(f"_:a dct:subject _:n{n} . _:b dct:subject _:n{n} . " for n in range(1500))
    assert diff(turtle(shared), turtle(shared)).equal
    layers = "".join(f"_:l{n}x{a} dct:subject _:l{n + 1}x{b} . " for n in range(11) for a in range(4) for b in range(4))
    found = diff(turtle(f"<x> dct:subject _:l0x0 . {layers}"), turtle(f"<x> dct:subject _:l0x0 . {layers} _:l11x0 dct:title 1 ."))
    assert "[ … ]" in found.to_text()
    many = "<x> dct:subject [ dct:subject " + ", ".join("[ dct:title [ dct:title 1 ] ]" for _ in range(60)) + " ] ."
    assert diff(turtle(many), turtle(many)).equal


def lines(triples: list[tuple[str, str, str]]) -> set[bytes]:
    return {f"{s} {p} {o} .".encode() for s, p, o in triples}


NODES = st.integers(0, 4).map(lambda n: f"_:n{n}")
BLANK_TRIPLES = st.lists(
    st.tuples(
        NODES,
        st.sampled_from(["<urn:p>", "<urn:p>", "<urn:q>"]),
        st.one_of(NODES, NODES, st.sampled_from(["<urn:x>", '"x"', '"_:n1 y"@en'])),
    ),
    max_size=8,
)


def canonical(triples: set[bytes]) -> list[str]:
    dataset = ox.Dataset(ox.parse(b"\n".join(triples), format=ox.RdfFormat.N_TRIPLES))
    dataset.canonicalize(ox.CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(str(quad) for quad in dataset)


@settings(max_examples=150 * SOAK, deadline=None)
@given(BLANK_TRIPLES, BLANK_TRIPLES, st.permutations(range(5)), st.booleans())
def test_blank_nodes_match_just_when_the_canonical_forms_do(first: Any, second: Any, order: list[int], same: bool) -> None:
    old = lines(first)
    names = {f"_:n{n}": f"_:n{order[n]}" for n in range(5)}
    renamed = [(names.get(s, s), p, names.get(o, o)) for s, p, o in first]
    new = lines(renamed) if same else lines(second)
    left = blank.unmatched(old, new)
    assert (left == ([], [])) == (canonical(old) == canonical(new))
    if same:
        assert left == ([], [])


# ------------------------------------------------------------------ what can be compared


def test_folders_patterns_and_formats_are_merged_and_compared(tmp_path: Path, turtle: Write) -> None:
    whole = turtle('<x> clay:acronym "a", "b" .')
    parts = tmp_path / "osat ja muut"
    (parts / "ä").mkdir(parents=True)
    (parts / "1.nt").write_text('<https://w3id.org/clayonto/id/x> <https://w3id.org/clayonto/def#acronym> "a" .')
    (parts / "ä" / "2.trig").write_text(
        'GRAPH <urn:g> { <https://w3id.org/clayonto/id/x> <https://w3id.org/clayonto/def#acronym> "a", "b" }'
    )
    assert diff(whole, parts).equal
    assert diff(str(parts / "**" / "*.*"), whole).equal
    assert diff(whole, parts / "1.nt").to_text(lang="fi").endswith("2 kolmikosta poistettu 1, lisätty 0; nyt 1.")


@pytest.mark.parametrize("engine", ENGINES)
def test_graphs_are_compared_as_their_files_write_them(engine: str) -> None:
    before, after = clayonto.load(engine=engine), clayonto.load(engine=engine)
    assert diff(before, after).equal
    assert diff(before, before).equal
    with after.edit() as change:
        change.remove("amount/clay-total-budget", "clay:isRounded")
        change.add_turtle("<project/new> a clay:Project ; dct:subject [ clay:acronym 1 ] .")
    found = diff(before, after)
    assert (len(found.removed), len(found.added)) == (1, 3)
    assert "is rounded: true" in found.to_text()
    assert diff(after, after).equal


def test_stores_are_compared_and_their_forms_of_literals_are_not(tmp_path: Path, turtle: Write) -> None:
    file = turtle("<x> clay:acronym 212000.00 ; dct:subject [ clay:acronym 1.50 ] .")
    for name in ("a", "b"):
        clayonto.load(file, store=tmp_path / name)
    assert diff(tmp_path / "a", tmp_path / "b").equal
    with clayonto.load(store=tmp_path / "b").edit() as change:
        change.add_turtle("<x> clay:acronym 7 .")
    found = diff(tmp_path / "a", tmp_path / "b")
    assert [(str(p), str(o.value)) for _, p, o in found.added] == [("<https://w3id.org/clayonto/def#acronym>", "7")]
    assert "Forms of literals were not compared" in found.to_text()
    held = diff(clayonto.load(file), tmp_path / "a")
    assert held.equal
    assert not held.forms_compared
    assert diff(file, clayonto.load(store=tmp_path / "a")).removed == ()


def test_what_cannot_be_read_is_named(tmp_path: Path, turtle: Write) -> None:
    good, bad = turtle("<x> clay:acronym 1 ."), tmp_path / "rikki.ttl"
    bad.write_text("<urn:a> <urn:b> \n <urn:c> <urn:d> .")
    with pytest.raises(DataError, match=r"rikki.ttl:2:10: A dot is expected"):
        diff(good, bad)
    with pytest.raises(DataError, match="ei-ole: is no file, folder or pattern that exists, and no revision"):
        diff(good, "ei-ole")
    bad.write_bytes(b"<urn:a> <urn:b> '\xff' .")
    with pytest.raises(DataError, match="rikki.ttl"):
        diff(bad, good)
    quoted = tmp_path / "q.ttl"
    quoted.write_text("<urn:a> <urn:b> <<( <urn:c> <urn:d> _:x )>> .")
    with pytest.raises(DataError, match="A triple inside a triple has a blank node"):
        diff(quoted, good)
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "generations").mkdir()
    (tmp_path / "store" / "manifest.json").write_text("{")
    with pytest.raises(EngineError, match="manifest.json cannot be read"):
        diff(good, tmp_path / "store")


# ------------------------------------------------------------------ git revisions


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository of two commits: data/a ä.ttl changes, b.nt comes, gone.ttl goes, and a file that is no RDF is there all along."""
    top = tmp_path / "repo"
    (top / "data" / "ä").mkdir(parents=True)
    monkeypatch.chdir(top)
    for key, value in {"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}.items():
        monkeypatch.setenv(key, value)
    git("init", "-q", "-b", "main")
    (top / "data" / "ä" / "a ä.ttl").write_text("<project/x> <urn:p> 1 .", encoding="utf-8")
    (top / "gone.ttl").write_text("<project/gone> <urn:p> 1 .")
    (top / "notes.txt").write_text("not RDF")
    (top / ".gitignore").write_text("ignored/\n")
    (top / "link.ttl").symlink_to("notes.txt")
    git("add", "-A")
    git("commit", "-q", "-m", "one")
    (top / "data" / "ä" / "a ä.ttl").write_text("<project/x> <urn:p> 2 .", encoding="utf-8")
    (top / "b.nt").write_text("<urn:b> <urn:p> <urn:o> .")
    (top / "gone.ttl").unlink()
    git("add", "-A")
    git("commit", "-q", "-m", "two")
    (top / "ignored").mkdir()
    (top / "ignored" / "broken.ttl").write_text("this is no Turtle")
    return top


def git(*arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=T", "-c", "user.email=t@example.org", *arguments], check=True, capture_output=True)


def changes(difference: Difference) -> tuple[int, int]:
    return len(difference.removed), len(difference.added)


def test_a_revision_is_compared_with_the_folder_one_is_in(repository: Path) -> None:
    assert changes(diff("HEAD~1", ".")) == (2, 2)
    assert diff("HEAD", ".").equal
    assert diff(".", "HEAD").equal
    (repository / "new.ttl").write_text("<urn:n> <urn:p> 1 .")  # git does not keep it yet, and would
    assert changes(diff("HEAD", ".")) == (0, 1)
    (repository / "b.nt").unlink()
    assert changes(diff("HEAD", ".")) == (1, 1)
    assert changes(diff("HEAD", repository)) == (1, 1)


def test_a_revision_beside_a_path_is_that_path_of_it(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert changes(diff("HEAD~1", "data")) == (1, 1)
    assert changes(diff("data/ä/a ä.ttl", "HEAD~1")) == (1, 1)
    assert changes(diff("HEAD~1", "b.nt")) == (0, 1)
    monkeypatch.chdir(repository / "data")
    assert changes(diff("HEAD~1", ".")) == (1, 1)
    assert changes(diff("HEAD~1", "../b.nt")) == (0, 1)
    assert changes(diff("HEAD~1:./ä", ".")) == (1, 1)


def test_two_revisions_and_revisions_with_paths(repository: Path) -> None:
    found = diff("HEAD~1", "main")
    assert changes(found) == (2, 2)
    assert found.to_text().startswith("HEAD~1 → main\n")
    assert changes(diff("HEAD~1:data", "HEAD")) == (1, 1)
    assert changes(diff("HEAD~1:gone.ttl", "HEAD:b.nt")) == (1, 1)
    assert diff("HEAD:", ".").equal
    loaded = clayonto.load(repository / "b.nt", bundle=False)
    assert len(diff("HEAD", loaded).removed) == 1


def test_a_name_on_disk_is_the_thing_on_disk(repository: Path) -> None:
    git("branch", "data")
    (repository / "data" / "ä" / "a ä.ttl").write_text("<project/x> <urn:p> 3 .")
    assert changes(diff("HEAD", "data")) == (1, 1)
    assert diff("HEAD", "data:").equal


def test_revisions_that_cannot_be_compared_are_named(repository: Path, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="the revision “HEAD” has no “gone.ttl”"):
        diff("HEAD:gone.ttl", ".")
    with pytest.raises(DataError, match="gone.ttl: held against a revision, a path is that of a file or folder that exists"):
        diff("HEAD", "gone.ttl")
    with pytest.raises(UsageError, match="is outside of the repository"):
        diff("HEAD", tmp_path)
    with pytest.raises(DataError, match="HEAD~9: is no file"):
        diff("HEAD~9", ".")
    with pytest.raises(DataError, match="--help: is no file"):
        diff("--help", ".")
    (repository / "bad.ttl").write_text("<urn:a> oops .")
    git("add", "-A")
    git("commit", "-q", "-m", "three")
    with pytest.raises(DataError, match="^HEAD:bad.ttl:1:"):
        diff("HEAD", "HEAD~1")
    (repository / "empty").mkdir()
    with pytest.raises(DataError, match="has no RDF file"):
        diff("HEAD", "empty")


def test_without_git_or_a_repository_a_revision_is_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.ttl").write_text("<urn:a> <urn:b> 1 .")
    for path in (None, str(tmp_path)):
        if path:
            monkeypatch.setenv("PATH", path)
        with pytest.raises(DataError, match="HEAD: is no file"):
            diff("HEAD", "a.ttl")
        assert diff("a.ttl", ".").equal


# ------------------------------------------------------------------ forms


@pytest.fixture
def mixed(turtle: Write) -> Difference:
    """A change of everything, with what HTML and JSON must escape."""
    amount = "<amount/a> a clay:MonetaryAmount ; clay:amountOf <project/x> ; epo:hasCurrency currency:EUR ; clay:statedIn <claim/c> ; epo:hasAmountValue {} .\n"
    claim = "<claim/c> a clay:Claim ; clay:about <project/x> ; clay:aspect aspect:total-budget ; prov:wasQuotedFrom <passage/p> ; clay:statesValue {} .\n"
    passage = '<passage/p> a clay:Passage ; skos:prefLabel "Page <1> & \\"2\\""@en, "Sivu <1>"@fi ; dct:isPartOf <document/d> .\n'
    old = turtle(
        amount.format("1000000.0")
        + claim.format("1000000.0")
        + passage
        + '<project/x> a clay:Project ; skos:prefLabel "Hanke <b>&"@fi ; foaf:page <http://x/?a=1&b=2> .'
    )
    new = turtle(
        amount.format("900000.0")
        + claim.format("900000.0")
        + passage
        + '<project/x> a clay:Project ; skos:prefLabel "<script>alert(1)</script>"@fi ; '
        'foaf:page <http://x/?a=1&b=3>, [ clay:acronym "<i>" ] . <javascript:alert(1)> a clay:Project . <urn:y> a clay:Region .'
    )
    return diff(old, new)


def test_json_tells_all_of_it(mixed: Difference) -> None:
    told = json.loads(mixed.to_json(lang="fi"))
    assert (told["equal"], told["formsCompared"], told["old"]["removed"], told["new"]["added"]) == (False, True, 4, 8)
    things = {thing.get("iri", "").rsplit("/", 1)[-1]: thing for thing in told["things"]}
    assert things["a"]["money"] == {
        "of": {"iri": "https://w3id.org/clayonto/id/project/x", "label": "<script>alert(1)</script>"},
        "kind": None,
        "old": {"amount": "1000000.0", "currency": "http://publications.europa.eu/resource/authority/currency/EUR"},
        "new": {"amount": "900000.0", "currency": "http://publications.europa.eu/resource/authority/currency/EUR"},
        "statedIn": [
            {
                "claim": "https://w3id.org/clayonto/id/claim/c",
                "passage": {"iri": "https://w3id.org/clayonto/id/passage/p", "label": "Sivu <1>"},
                "document": {"iri": "https://w3id.org/clayonto/id/document/d", "label": "document/d"},
            }
        ],
    }
    assert things["c"]["claim"]["aspect"]["label"] == "kokonaisbudjetti"
    assert things["c"]["claim"]["new"] == {"value": "900000.0", "datatype": "http://www.w3.org/2001/XMLSchema#decimal"}
    pages = next(p for p in things["x"]["properties"] if p["property"].endswith("page"))
    assert sorted(sorted(value) for value in pages["added"]) == [["blank"], ["iri", "label"]]
    label = next(p for p in things["x"]["properties"] if p["property"].endswith("prefLabel"))
    assert label["removed"] == [{"value": "Hanke <b>&", "language": "fi"}]
    assert things["urn:y"]["status"] == "added"


def test_turtle_is_change_sets_that_hold_every_triple(mixed: Difference) -> None:
    cs = rdflib.Namespace("http://purl.org/vocab/changeset/schema#")
    graph = rdflib.Graph().parse(data=mixed.to_turtle(), format="turtle")
    for way, triples in ((cs.removal, mixed.removed), (cs.addition, mixed.added)):
        statements = list(graph.objects(None, way))
        made = rdflib.Graph()
        for s in statements:
            made.add(tuple(graph.value(s, rdflib.RDF[part]) for part in ("subject", "predicate", "object")))  # type: ignore[arg-type]
        wanted = rdflib.Graph().parse(data="\n".join(f"{ox.Triple(*t)} ." for t in triples), format="nt")
        assert len(statements) == len(triples) > 3
        assert rdflib.compare.isomorphic(made, wanted)
    for change in graph.subjects(rdflib.RDF.type, cs.ChangeSet):
        subject = graph.value(change, cs.subjectOfChange)
        assert {graph.value(s, rdflib.RDF.subject) for way in (cs.removal, cs.addition) for s in graph.objects(change, way)} == {subject}


class _Page(HTMLParser):
    """Checks that tags nest, and collects what a page would fetch or run, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []
        self.links: list[str] = []
        self.ids: set[str] = set()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        assert tag not in ("script", "link", "img", "iframe", "b", "i", "object")
        assert not [name for name, _ in attributes if name.startswith("on") or name in ("src", "style")]
        held = dict(attributes)
        self.links += [held["href"] or ""] if "href" in held else []
        self.ids |= {held["id"] or ""} if "id" in held else set()
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" not in self.open:
            self.text.append(data)


@pytest.mark.parametrize("lang", ["en", "fi"])
@pytest.mark.parametrize("full", [False, True])
def test_the_page_stands_by_itself_and_escapes_everything(mixed: Difference, lang: str, full: bool) -> None:
    html = mixed.to_html(lang=lang, full=full)
    page = _Page()
    page.feed(html)
    assert page.open == []
    assert f'<html lang="{lang}">' in html
    assert "url(" not in html
    assert "@import" not in html
    assert {link[1:] for link in page.links if link.startswith("#")} <= page.ids
    assert not [link for link in page.links if not link.startswith(("#", "https://", "http://"))]
    text = "".join(page.text)
    assert "<script>alert(1)</script>" in text
    assert ('Page <1> & "2"' if lang == "en" else "Sivu <1>") in text
    assert ("1,000,000" if lang == "en" else "1\xa0000\xa0000") in text
    assert ("removed: " if lang == "en" else "poistettu: ") in text or "changed: " in text or "muuttunut: " in text


def test_the_page_says_so_when_nothing_changed(turtle: Write) -> None:
    file = turtle("<x> clay:acronym 1 .")
    page = _Page()
    page.feed(diff(file, file).to_html())
    assert page.open == []
    assert "The graphs are the same: 1 triple." in "".join(page.text)


VALUES = st.one_of(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=8).map(lambda t: str(ox.Literal(t))),
    st.sampled_from(
        [
            "<urn:x>",
            "<urn:y>",
            '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
            '"01"^^<http://www.w3.org/2001/XMLSchema#integer>',
            '"moi"@fi',
            "_:n1",
            "_:n2",
        ]
    ),
)
SUBJECTS = st.sampled_from(["<urn:x>", "<urn:y>", "<https://w3id.org/clayonto/id/z>", "_:n1", "_:n2"])
PREDICATES = st.sampled_from(
    ["<urn:p>", "<urn:q>"]
    + [
        f"<{clayonto.namespaces.PREFIXES[p]}{n}>"
        for p, n in (("clay", "amountOf"), ("clay", "about"), ("epo", "hasAmountValue"), ("skos", "prefLabel"))
    ]
)
TYPES = st.sampled_from(
    [f"{{}} <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <{clayonto.CLAY[n]}> ." for n in ("MonetaryAmount", "Claim", "Project")]
)
GRAPHS = st.lists(
    st.one_of(st.builds("{} {} {} .".format, SUBJECTS, PREDICATES, VALUES), st.builds(lambda t, s: t.format(s), TYPES, SUBJECTS)),
    max_size=7,
)


@settings(max_examples=80 * SOAK, deadline=None)
@given(GRAPHS, GRAPHS)
def test_every_difference_can_be_told_in_every_form(tmp_path_factory: pytest.TempPathFactory, first: list[str], second: list[str]) -> None:
    folder = tmp_path_factory.mktemp("told")
    for name, triples in (("old.nt", first), ("new.nt", second)):
        (folder / name).write_text("\n".join(triples), encoding="utf-8")
    found = diff(folder / "old.nt", folder / "new.nt")
    graphs = [rdflib.Graph().parse(folder / name, format="nt") for name in ("old.nt", "new.nt")]
    assert found.equal == (canonical({t.encode() for t in first}) == canonical({t.encode() for t in second}))
    assert diff(folder / "new.nt", folder / "old.nt").equal == found.equal
    assert len(found.removed) <= len(graphs[0])
    text = found.to_text(full=True)
    assert ("The graphs are the same" in text) == found.equal
    told = {c for thing in found.things for change in thing.properties for c in (*change.removed, *change.added)}
    assert {o for _, _, o in found.removed + found.added if isinstance(o, ox.Literal)} - told <= {
        o for t in found.things for p in t.properties for pair in p.rewritten for o in pair
    } | {o for s, _, o in found.removed + found.added if isinstance(s, ox.BlankNode)}
    page = _Page()
    page.feed(found.to_html(lang="fi", full=True))
    assert page.open == []
    json.loads(found.to_json())
    assert len(rdflib.Graph().parse(data=found.to_turtle(), format="turtle")) >= len(found.removed) + len(found.added)


# ------------------------------------------------------------------ the command, and the names


def test_the_command_says_by_its_exit_code_whether_they_differ(turtle: Write, tmp_path: Path) -> None:
    old, new = turtle('<x> clay:acronym "a" .'), turtle('<x> clay:acronym "b" .')
    same = run("diff", str(old), str(old))
    assert (same.returncode, same.stdout, same.stderr) == (0, f"{old} → {old}\n\nThe graphs are the same: 1 triple.\n", "")
    differ = run("diff", str(old), str(new), "--lang", "fi")
    assert differ.returncode == 1
    assert "    ~ lyhenne: a → b\n" in differ.stdout
    missing = run("diff", str(old), "none")
    assert (missing.returncode, missing.stdout) == (2, "")
    assert "none: is no file, folder or pattern" in missing.stderr
    assert run("diff", str(old)).returncode == 2
    for style, start in (("json", "{"), ("turtle", "@"), ("patch", "H id <urn:uuid:"), ("html", "<!DOCTYPE html>"), ("text", str(old))):
        out = tmp_path / f"out.{style}"
        done = run("diff", str(old), str(new), "-f", style, "-o", str(out))
        assert (done.returncode, done.stdout) == (1, "")
        assert out.read_text(encoding="utf-8").startswith(start)


def test_importing_the_package_leaves_diff_a_function() -> None:
    import clayonto.difference.compare

    assert clayonto.diff is clayonto.difference.compare.diff
    assert {"diff", "Difference", "ThingChange", "PropertyChange", "patch", "Patch", "Patched"} <= set(clayonto.__all__)
