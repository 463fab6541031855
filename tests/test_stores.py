"""Graphs on disk: what was loaded, named graphs when asked for, readers beside a writer, upkeep."""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest

import clayonto
from clayonto import stores
from clayonto.engines.disk import DiskEngine
from clayonto.errors import DataError, EngineError, OutputError, UsageError
from clayonto.sources import from_paths
from clayonto.stores import layers
from tests.conftest import ROOT, SOAK

XSD = "http://www.w3.org/2001/XMLSchema#"

ALL = "SELECT ?s ?o { ?s <urn:p> ?o } ORDER BY STR(?s) STR(?o)"
IN_GRAPHS = "SELECT ?g ?s { GRAPH ?g { ?s <urn:p> ?o } } ORDER BY STR(?g) STR(?s)"


def write(tmp_path: Path, name: str, *subjects: str) -> Path:
    made = tmp_path / name
    made.write_text("".join(f"<urn:{s}> <urn:p> <urn:o> .\n" for s in subjects))
    return made


def small(tmp_path: Path, *files: Path) -> Path:
    """A graph on disk of just these files."""
    DiskEngine(tmp_path / "graph.db").load_all(from_paths(files))
    return tmp_path / "graph.db"


def subjects(store: Path) -> list[str]:
    return [row.s.removeprefix("urn:") for row in clayonto.load(store=store).query(ALL)]


def graphs(kg: clayonto.KnowledgeGraph) -> list[tuple[str, str]]:
    return [(row.g.rpartition("/")[2], row.s.removeprefix("urn:")) for row in kg.query(IN_GRAPHS)]


def test_a_replaced_file_takes_out_what_no_other_says(tmp_path: Path) -> None:
    one, two = write(tmp_path, "one.nt", "a", "b", "c"), write(tmp_path, "two.nt", "b", "d")
    store = small(tmp_path, one, two)
    kg = clayonto.load(store=store)
    with kg.edit() as change:
        change.add_triple("urn:c", "urn:p", clayonto.IRI("urn:o"))  # the file says so already
        change.add_triple("urn:e", "urn:p", clayonto.IRI("urn:o"))
        change.remove("urn:d", "urn:p")
    assert subjects(store) == ["a", "b", "c", "e"]
    write(tmp_path, "one.nt", "f")
    clayonto.load(one, store=store)
    assert subjects(store) == ["b", "e", "f"]
    write(tmp_path, "two.nt", "d")
    clayonto.load(two, store=store)
    # What an edit took out was said by the file as it was then; the file as it is now says it anew.
    assert subjects(store) == ["d", "e", "f"]


@pytest.mark.fuzz
@pytest.mark.parametrize("seed", range(5 * SOAK))
def test_taking_a_file_out_leaves_what_the_others_say(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    some = [
        (ox.NamedNode(f"urn:{n}"), ox.NamedNode("urn:p"), ox.Literal(f"{n}.50", datatype=ox.NamedNode(f"{XSD}decimal"))) for n in range(6)
    ]
    as_stored = {t: next(triples_in([t])) for t in some}
    store, made = ox.Store(), list[layers.Layer]()
    # What each layer puts in, and what it takes out.
    model: dict[str, tuple[set[layers.Triple], set[layers.Triple]]] = {}
    quick = 0

    def pick() -> list[layers.Triple]:
        return chance.sample(some, chance.randrange(5))

    def load(name: str) -> None:
        file = tmp_path / name
        triples = pick()
        file.write_bytes(ox.serialize([ox.Triple(*t) for t in triples], format=ox.RdfFormat.N_TRIPLES) or b"")
        made.append(layers.load(store, from_paths([file])[0], tmp_path, compare=chance.random() < 0.95, progress=lambda _: None))
        model[made[-1].graph] = ({as_stored[t] for t in triples}, set())

    for step in range(60):
        files = [layer for layer in made if not layer.is_edit]
        kind = chance.choice(["load", "replace", "replace", "edit"])
        if kind == "load" or not files:
            load(f"{step}.nt")
        elif kind == "edit":
            removed, added = pick(), pick()
            layer, merged = layers.edited(removed, added, tmp_path, before=made[-1], nameless=False)
            layers.alter(store, removed, added)
            made[-1 if merged else len(made) :] = [layer]
            gone, put = {as_stored[t] for t in removed}, {as_stored[t] for t in added}
            last = next(reversed(model))
            if merged:
                gone, put = model[last][1] | gone, (model[last][0] - gone) | put
                del model[last]
            model[f"edit {step}"] = (put, gone)
        else:
            leaving = sorted(chance.sample(files, min(len(files), chance.randrange(1, 3))), key=made.index)
            said = layers.said_by(leaving, made, tmp_path)
            if said is None:
                made = layers.others(made, leaving)
                store = ox.Store()
                layers.replay(store, made, tmp_path, progress=lambda _: None)
            else:
                quick += 1
                made = layers.forget(store, made, said, tmp_path)
            for layer in leaving:
                del model[layer.graph]
                load(Path(layer.name).name)
        held: set[layers.Triple] = set()
        for put, gone in model.values():
            held = (held - gone) | put
        assert {layers.triple_of(quad) for quad in store} == held, step
    assert quick > 0


def triples_in(triples: list[layers.Triple]) -> Iterator[layers.Triple]:
    """Triples as a store holds them."""
    store = ox.Store()
    layers.alter(store, (), triples)
    return map(layers.triple_of, store)


def test_files_are_apart_in_named_graphs_when_a_query_asks_for_them(tmp_path: Path) -> None:
    trig = tmp_path / "quads.trig"
    trig.write_text("<urn:q1> <urn:p> <urn:o> . <urn:named/own> { <urn:q2> <urn:p> <urn:o> }")
    store = small(tmp_path, write(tmp_path, "one.nt", "a", "b"), write(tmp_path, "two.nt", "b"), trig)
    kg = clayonto.load(store=store)
    assert subjects(store) == ["a", "b", "q1", "q2"]
    assert kg.query("ASK { ?s ?p 'a graph' } # GRAPH")[0].answer is False
    assert not list(store.rglob("graphs"))
    wanted = [("one.nt", "a"), ("one.nt", "b"), ("quads.trig", "q1"), ("two.nt", "b"), ("own", "q2")]
    assert graphs(kg) == wanted
    assert len(list(store.rglob("graphs"))) == 1
    assert graphs(clayonto.load(store=store)) == wanted
    with kg.edit() as change:
        change.remove("urn:b")
    assert graphs(kg) == [one for one in wanted if one[1] != "b"]
    assert len(kg) == len(kg.query("SELECT ?s ?p ?o { ?s ?p ?o }")) == 3


def test_what_follows_leaves_the_named_graphs_of_files(tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text("<urn:x> a <https://w3id.org/clayonto/def#Project> .")
    store = tmp_path / "graph.db"
    clayonto.load(own, store=store, bundle=False)
    kg = clayonto.load(store=store, infer=True)
    assert kg.query("ASK { <urn:x> a prov:Activity }")[0].answer
    found = {row.g.rpartition("/")[2] for row in kg.query("SELECT DISTINCT ?g { GRAPH ?g { <urn:x> ?p ?o } }")}
    assert found == {"inferred", "own.ttl"}


def test_readers_keep_their_state_until_they_ask_again(tmp_path: Path) -> None:
    store = small(tmp_path, write(tmp_path, "one.nt", "a"))
    reader = clayonto.load(store=store)
    code = (
        "import sys, clayonto\n"
        "kg = clayonto.load(store=sys.argv[1])\n"
        "for line in sys.stdin:\n"
        "    print(kg.refresh() if line == 'again\\n' else len(kg.query('SELECT ?s { ?s <urn:p> ?o }')), flush=True)\n"
    )
    other = subprocess.Popen([sys.executable, "-c", code, str(store)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdin is not None
    assert other.stdout is not None

    def ask(what: str) -> str:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdin.write(f"{what}\n")
        other.stdin.flush()
        return other.stdout.readline().strip()

    assert ask("count") == "1"
    for number in range(4):
        clayonto.load(write(tmp_path, f"more{number}.nt", f"m{number}"), store=store)
    # The first generation is held by two readers, those between by nobody.
    assert sorted(p.name for p in (store / "generations").iterdir()) == ["000001", "000005"]
    assert len(reader.query(ALL)) == 1
    assert ask("count") == "1"
    assert graphs(reader) == [("one.nt", "a")]
    assert reader.refresh()
    assert not reader.refresh()
    assert len(reader.query(ALL)) == 5
    assert ask("count") == "1"
    stores.compact(store)
    assert stores.info(store)["older"] == [1, 5]
    assert ask("again") == "True"
    assert ask("count") == "5"
    other.communicate()
    del reader
    stores.compact(store)
    assert [p.name for p in (store / "generations").iterdir()] == ["000007"]


def test_a_folder_that_cannot_be_written_to_is_read(tmp_path: Path) -> None:
    store = small(tmp_path, write(tmp_path, "one.nt", "a"), write(tmp_path, "two.nt", "b"))
    place = tmp_path / "read-only"
    place.mkdir()
    if subprocess.run(["mount", "--bind", "-o", "ro", str(store), str(place)], capture_output=True, check=False).returncode:
        pytest.skip("no folder can be mounted read only here")
    try:
        kg = clayonto.load(store=place)
        assert len(kg) == 2
        assert subjects(place) == ["a", "b"]
        assert graphs(kg) == [("one.nt", "a"), ("two.nt", "b")]
        assert stores.info(place)["triples"] == 2
        clayonto.load(tmp_path / "one.nt", store=place)  # nothing new is in it
        with pytest.raises(OutputError, match="cannot be written"):
            clayonto.load(write(tmp_path, "three.nt", "c"), store=place)
    finally:
        subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_graph_in_memory_has_nothing_to_ask_for_again() -> None:
    assert not clayonto.load(bundle=False).refresh()


def test_refreshing_renews_what_follows(tmp_path: Path) -> None:
    store = tmp_path / "graph.db"
    clayonto.load(store=store, bundle=False)
    reader = clayonto.load(store=store, infer=True)
    with clayonto.load(store=store).edit() as change:
        change.add_turtle("<urn:x> a clay:Project .")
    assert not reader.query("ASK { <urn:x> a prov:Activity }")[0].answer
    assert reader.refresh()
    assert reader.query("ASK { <urn:x> a prov:Activity }")[0].answer


def test_edits_of_nameless_nodes_keep_a_graph_from_being_made_anew(tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text("<urn:a> <urn:p> [ <urn:q> 1 ] .")
    store = small(tmp_path, own)
    kg = clayonto.load(store=store)
    blank = next(t for t in kg.triples() if str(t[1]) == "<urn:q>")
    kg.apply(added=[], removed=[blank], file=None)
    own.write_text("<urn:a> <urn:p> [ <urn:q> 2 ] .")
    with pytest.raises(EngineError, match="nameless nodes"):
        clayonto.load(own, store=store)
    assert len(clayonto.load(store=store)) == 1
    clayonto.load(write(tmp_path, "more.nt", "b"), store=store)
    assert len(clayonto.load(store=store)) == 2


def test_a_file_is_read_in_every_format(tmp_path: Path) -> None:
    quads = [ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:p"), ox.NamedNode("urn:o"))]
    for ending, form in (
        ("ttl", ox.RdfFormat.TURTLE),
        ("nq", ox.RdfFormat.N_QUADS),
        ("rdf", ox.RdfFormat.RDF_XML),
        ("jsonld", ox.RdfFormat.JSON_LD),
    ):
        file = tmp_path / f"data.{ending}"
        file.write_bytes(ox.serialize(quads, format=form) or b"")
        (tmp_path / ending).mkdir()
        store = small(tmp_path / ending, file)
        assert subjects(store) == ["a"]
        stores.compact(store, rebuild=True)
        assert subjects(store) == ["a"]
    bomb = tmp_path / "bomb.rdf"
    bomb.write_text('<!DOCTYPE r [<!ENTITY a "x"><!ENTITY b "&a;&a;">]><r/>')
    with pytest.raises(DataError, match="entity inside an entity"):
        clayonto.load(bomb, store=store)


def test_a_large_file_takes_the_same_way_as_a_small_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = write(tmp_path, "large.nt", *map(str, range(3000)))
    monkeypatch.setattr(layers, "_BULK", 1000)
    monkeypatch.setattr(layers, "CHUNK", 4096)
    told: list[str] = []
    clayonto.load(file, store=tmp_path / "graph.db", bundle=False, progress=told.append)
    assert len(subjects(tmp_path / "graph.db")) == 3000
    assert any("large.nt: 0 / 0 MB" in text for text in told)
    kept = stores.info(tmp_path / "graph.db")["sources"][-1]
    import hashlib

    assert kept["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert kept["size"] == file.stat().st_size
    file.write_text(file.read_text().replace("<urn:7> <urn:p>", "<urn:7> urn:p"))
    with pytest.raises(DataError, match=r"large\.nt:8"):
        clayonto.load(file, store=tmp_path / "graph.db")
    assert len(subjects(tmp_path / "graph.db")) == 3000


def test_info_says_what_was_loaded_when_and_by_what(tmp_path: Path) -> None:
    from importlib.metadata import version

    one = write(tmp_path, "one.nt", "a", "b")
    store = small(tmp_path, one)
    with clayonto.load(store=store).edit() as change:
        change.remove("urn:a")
    facts = stores.info(store)
    assert (facts["format"], facts["generation"], facts["triples"]) == (2, 2, 1)
    assert facts["made_by"] == {"clayonto": version("clayonto"), "pyoxigraph": version("pyoxigraph")}
    assert [source["name"] for source in facts["sources"]] == [str(one)]
    assert [(edit["added"], edit["removed"]) for edit in facts["edits"]] == [(0, 1)]
    assert facts["made"].endswith("Z")
    json.dumps(facts)


def test_many_edits_stay_few_layers(tmp_path: Path) -> None:
    store = small(tmp_path, write(tmp_path, "one.nt", "a"))
    kg = clayonto.load(store=store)
    for number in range(5):
        with kg.edit() as change:
            change.add_triple(f"urn:e{number}", "urn:p", clayonto.IRI("urn:o"))
            if number:
                change.remove(f"urn:e{number - 1}")
    assert [(edit["added"], edit["removed"]) for edit in stores.info(store)["edits"]] == [(1, 4)]
    stores.compact(store, rebuild=True)
    assert subjects(store) == ["a", "e4"]


def test_a_backup_is_restored_to_a_new_folder_and_over_an_old_one(tmp_path: Path) -> None:
    store = small(tmp_path, write(tmp_path, "one.nt", "a"))
    stores.backup(store, tmp_path / "backup.tar")
    stores.restore(tmp_path / "backup.tar", tmp_path / "again.db")
    assert subjects(tmp_path / "again.db") == ["a"]
    assert stores.info(tmp_path / "again.db")["sources"] == stores.info(store)["sources"]
    clayonto.load(write(tmp_path, "two.nt", "b"), store=store)
    reader = clayonto.load(store=store)
    stores.restore(tmp_path / "backup.tar", store)
    assert subjects(store) == ["a"]
    assert len(reader.query(ALL)) == 2
    # The copies came along: the file can be replaced.
    clayonto.load(write(tmp_path, "one.nt", "c"), store=store)
    assert subjects(store) == ["c"]


def test_a_backup_that_is_not_whole_changes_nothing(tmp_path: Path) -> None:
    store = small(tmp_path, write(tmp_path, "one.nt", "a"))
    backup = tmp_path / "backup.tar"
    stores.backup(store, backup)
    whole = backup.read_bytes()
    clayonto.load(write(tmp_path, "two.nt", "b"), store=store)
    at = whole.index(b"urn:o") if b"urn:o" in whole else len(whole) // 2
    for bad in (b"", b"no backup", whole[: len(whole) // 2], whole[:512], whole[:at] + b"!" + whole[at + 1 :]):
        backup.write_bytes(bad)
        with pytest.raises(DataError, match=r"backup\.tar: (is no backup|is damaged)"):
            stores.restore(backup, store)
        assert subjects(store) == ["a", "b"]
        assert sorted(p.name for p in store.iterdir()) == ["copies", "generations", "lock", "manifest.json"]
        with pytest.raises(DataError):
            stores.restore(backup, tmp_path / "new.db")


def test_a_backup_may_not_reach_out_of_its_folder(tmp_path: Path) -> None:
    import io
    import tarfile

    backup = tmp_path / "backup.tar"
    for name in ("store/../../out", "/tmp/out", "copies/x.gz", "store/a/b"):
        with tarfile.open(backup, "w") as tar:
            member = tarfile.TarInfo(name)
            member.size = 3
            tar.addfile(member, io.BytesIO(b"out"))
        with pytest.raises(DataError, match="is no part of one"):
            stores.restore(backup, tmp_path / "new.db")
    link = tarfile.TarInfo("store/link")
    link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
    with tarfile.open(backup, "w") as tar:
        tar.addfile(link)
    with pytest.raises(DataError, match="is no backup"):
        stores.restore(backup, tmp_path / "new.db")
    assert not list(tmp_path.rglob("out"))


def test_upkeep_of_what_is_no_graph_is_wrong_use(tmp_path: Path) -> None:
    for call in (
        lambda: stores.info(tmp_path / "none"),
        lambda: stores.compact(tmp_path / "none"),
        lambda: stores.backup(tmp_path / "none", tmp_path / "b"),
    ):
        with pytest.raises(UsageError, match="holds no graph"):
            call()
    store = small(tmp_path, write(tmp_path, "one.nt", "a"))
    with pytest.raises(OutputError, match="cannot be written"):
        stores.backup(store, tmp_path / "no" / "folder.tar")
    with pytest.raises(DataError, match="cannot be read"):
        stores.restore(tmp_path / "none.tar", tmp_path / "new.db")


def run(*arguments: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([sys.executable, "-m", "clayonto", *arguments], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == code, done.stderr
    return done


def test_the_command_line_fills_and_keeps_a_graph(tmp_path: Path) -> None:
    store, backup = str(tmp_path / "graph.db"), str(tmp_path / "backup.tar")
    own = write(tmp_path, "own.nt", "a", "b")
    assert "triples of" in run("store", "load", store, str(own), "--no-bundle").stderr
    facts = json.loads(run("store", "info", store, "-f", "json").stdout)
    assert facts["sources"][-1]["name"] == str(own)
    text = run("store", "info", store, "--lang", "fi").stdout
    assert re.search(rf"^kolmikoita +{facts['triples']}$", text, flags=re.MULTILINE)
    assert "own.nt" in text
    assert "MB" in run("store", "compact", store).stderr
    run("store", "backup", store, backup)
    assert "is there already" in run("store", "backup", store, backup, code=2).stderr
    run("store", "restore", backup, str(tmp_path / "again.db"))
    assert json.loads(run("store", "info", str(tmp_path / "again.db"), "-f", "json").stdout)["triples"] == facts["triples"]
    assert "holds no graph" in run("store", "info", str(tmp_path / "none"), code=2).stderr
    assert "Did you mean “info”" in run("store", "inffo", store, code=2).stderr


@pytest.mark.parametrize("command", ["load", "info", "compact", "backup", "restore"])
def test_every_command_of_the_store_has_help_in_both_languages(command: str) -> None:
    english, finnish = run("store", command, "--help").stdout, run("store", command, "--help", "--lang", "fi").stdout
    assert english != finnish
    assert finnish.startswith("Käyttö: clayonto store ")
