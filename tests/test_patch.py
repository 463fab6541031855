"""RDF Patch: written, read strictly, applied whole or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
import rdflib.compare
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto import Patch, diff, patch
from clayonto.difference.patching import apply, patched
from clayonto.difference.rdfpatch import read_patch
from clayonto.errors import DataError, EditError, PatchError, UsageError
from clayonto.turtle import Document
from tests.conftest import SOAK
from tests.test_cli import run
from tests.test_diff import BLANK_TRIPLES, GRAPHS, canonical, lines

# The example of the specification, with the header of a patch log.
EXAMPLE = """\
H id <uuid:0686c69d-8f89-4496-acb5-744f0157a8db> .
H prev <uuid:3ee0eca0-6d5f-4b4d-85db-f69ab1167eb1> .
TX .
PA "rdf" "http://www.w3.org/1999/02/22-rdf-syntax-ns#" .
PA "owl" "http://www.w3.org/2002/07/owl#" .
PA rdfs <http://www.w3.org/2000/01/rdf-schema#> .
A <http://example/SubClass> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://www.w3.org/2002/07/owl#Class> .
A <http://example/SubClass> <http://www.w3.org/2000/01/rdf-schema#subClassOf> <http://example/SUPER_CLASS> .
A <http://example/SubClass> <http://www.w3.org/2000/01/rdf-schema#label> "SubClass" .
TC .
"""
WHOLE = 'H blank-nodes "whole" .\n'


def triples(text: str) -> list[tuple[ox.NamedNode | ox.BlankNode, ox.NamedNode, ox.NamedNode | ox.BlankNode | ox.Literal]]:
    """The triples of N-Triples text."""
    return [(q.subject, q.predicate, q.object) for q in ox.parse(text.encode(), format=ox.RdfFormat.N_TRIPLES)]


def applied(text: str, change: str, *, strict: bool = True) -> list[str]:
    """What a graph of N-Triples becomes, as sorted text."""
    return sorted(f"{ox.Triple(*t)} ." for t in apply(Patch.parse(change), Document.of(triples(text)), strict=strict).triples)


# ------------------------------------------------------------------ reading


def test_the_example_of_the_specification_is_read() -> None:
    read = Patch.parse(EXAMPLE)
    assert [(word, str(term)) for word, term in read.headers] == [
        ("id", "<uuid:0686c69d-8f89-4496-acb5-744f0157a8db>"),
        ("prev", "<uuid:3ee0eca0-6d5f-4b4d-85db-f69ab1167eb1>"),
    ]
    assert [(o.code, o.prefix, o.line) for o in read.transactions[0]] == [
        ("PA", "rdf", 4),
        ("PA", "owl", 5),
        ("PA", "rdfs", 6),
        ("A", "", 7),
        ("A", "", 8),
        ("A", "", 9),
    ]
    done = apply(read, Document.of([]))
    assert (len(done.added), done.removed) == (3, ())
    assert "@prefix owl: <http://www.w3.org/2002/07/owl#> ." in done.to_turtle()
    assert Patch.parse(read.to_text()).transactions[0][3].triple == read.transactions[0][3].triple


def test_transactions_come_in_order_and_aborted_ones_not_at_all() -> None:
    a, b = '<urn:a> <urn:p> "1" .', '<urn:a> <urn:p> "2" .'
    assert applied(a, f"# moves\n\nTX .\nD {a}\nA {b}\nTC .\r\nTX .\nD {b}\nTA .\nTX .\n\tA\t{a}\nTC  .\n") == [a, b]
    assert applied(a, f"D {a}\nA {b}") == [b]
    assert applied(a, "") == [a]
    assert applied("", f"A {a} \nD {a}") == []


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("TX .\nX <urn:a> <urn:p> 1 .\nTC .", 2, "not a row of RDF Patch"),
        ("a <urn:a> <urn:p> <urn:o> .", 1, "not a row of RDF Patch"),
        ("A <urn:a> <urn:p> <urn:o>", 1, "ends with “ .”"),
        ("A <urn:a> <urn:p> .", 1, "The object of a triple must be"),
        ("A <urn:a> <urn:p> <urn:o> <urn:g> .", 1, "a change of the graph <urn:g>"),
        ("A <urn:a> <urn:p> <urn:o> . A <urn:b> <urn:p> <urn:o> .", 1, "subject of a triple must be"),
        ("A rdf:a <urn:p> <urn:o> .", 1, "rdf:a"),
        ("A <a> <urn:p> <urn:o> .", 1, "No scheme"),
        ('A <urn:a> "p" <urn:o> .', 1, "predicate|must be"),
        ("A <urn:a> <urn:p> 1 .", 1, "1"),
        ("A <urn:a> <urn:p> _:x .", 1, "a blank node, whose label only the system"),
        ("A <urn:a> <urn:p> <_:x> .", 1, "a blank node, whose label only the system"),
        ("TX .\nA <urn:a> <urn:p> <urn:o> .", 1, "does not end; is the patch cut off"),
        ("TX .\nTX .", 2, "inside the one that starts at line 1"),
        ("TC .", 1, "TC without a TX"),
        ("TX .\nTC .\nTA .", 3, "TA without a TX"),
        ("TX yes .\nTC .", 1, "TX takes nothing"),
        ("TX .\nTC .\nA <urn:a> <urn:p> <urn:o> .", 3, "outside of the transactions"),
        ("TX .\nH id <urn:x> .\nTC .", 2, "a header after the first change"),
        ("H id .", 1, "a header is a name and a term"),
        ("H id rdf:x .", 1, "rdf:x"),
        ("PA rdf .", 1, "PA takes a prefix and an IRI"),
        ("PD rdf <urn:x> .", 1, "PD takes a prefix, not"),
        ('PA "a b" <urn:x> .', 1, "“a b” is not a prefix"),
        ("PA rdf: <urn:x> .", 1, "“rdf:” is not a prefix"),
        ("PA 1 <urn:x> .", 1, "@prefix 1:"),
        ("PA x <no-scheme> .", 1, "starts with no scheme"),
        ('PA x "urn:x> . @prefix y: <urn:y" .', 1, "percent-encode it"),
        ("PA x <urn:x> . <urn:a> <urn:b> <urn:c> .", 1, "PA takes a prefix and an IRI"),
        ('A <urn:a> <urn:p> "\ud800" .', 1, "surrogate"),
    ],
)
def test_a_row_that_is_not_rdf_patch_is_named_by_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        Patch.parse(text, name="p.rdfp")
    assert (caught.value.path, caught.value.line) == ("p.rdfp", line)


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "p.rdfp"
    with pytest.raises(DataError, match="cannot be read: No such file"):
        read_patch(file)
    file.write_bytes(b"TX .\n\xff")
    with pytest.raises(DataError, match="is not UTF-8 at byte 6"):
        read_patch(file)


@pytest.mark.fuzz
@settings(max_examples=150 * SOAK, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "A",
                "D",
                "TX",
                "TC",
                "TA",
                "PA",
                "PD",
                "H",
                "<urn:a>",
                '"x"',
                "_:x",
                "<_:x>",
                ".",
                " .",
                "\n",
                "rdf",
                '"',
                "#",
                "\\",
                "@en",
                "<",
                ">",
                WHOLE,
            ]
        ),
        max_size=25,
    )
)
def test_whatever_is_read_is_a_patch_or_an_error_with_a_line(parts: list[str]) -> None:
    errors: list[DataError] = []
    try:
        read = Patch.parse(" ".join(parts))
    except DataError as error:
        errors.append(error)
    if errors:
        assert errors[0].line > 0
    else:
        again = Patch.parse(read.to_text())
        assert [len(block) for block in again.transactions] == [len(block) for block in read.transactions]


# ------------------------------------------------------------------ fitting


def test_a_patch_that_does_not_fit_is_refused_unless_told_otherwise() -> None:
    a, b, c = (f'<urn:a> <urn:p> "{n}" .' for n in "abc")
    change = f"TX .\nA {c}\nD {b}\nA {a}\nTC .\n"
    with pytest.raises(PatchError) as caught:
        applied(a, change)
    assert caught.value.exit_code == 1
    assert caught.value.misfits == (
        f"line 3: the patch deletes what the graph does not state: {b}",
        f"line 4: the patch adds what the graph states already: {a}",
    )
    assert isinstance(caught.value, EditError)
    assert applied(a, change, strict=False) == [a, c]
    with pytest.raises(PatchError, match="… and 5 more"):
        applied("", "".join(f"D {a}\n" for _ in range(10)))


def test_another_form_of_a_literal_is_another_literal() -> None:
    number = '<urn:a> <urn:p> "{}"^^<http://www.w3.org/2001/XMLSchema#decimal> .'
    with pytest.raises(PatchError, match="does not state"):
        applied(number.format("1.0"), f"D {number.format('1.00')}")


def test_blank_nodes_are_deleted_and_added_whole() -> None:
    graph = '<urn:a> <urn:p> _:x . _:x <urn:q> "1" . _:x <urn:q> "2" . <urn:a> <urn:p> _:y . _:y <urn:q> "1" .'.replace(" . ", " .\n")
    only_y = '<urn:a> <urn:p> <_:any one> .\nD <_:any one> <urn:q> "1" .'
    assert len(applied(graph, f"{WHOLE}D {only_y}")) == 3
    with pytest.raises(PatchError, match="line 2: the graph has no blank nodes that say just this"):
        applied(graph, f'{WHOLE}D _:x <urn:q> "2" .')
    assert len(applied(graph, f'{WHOLE}D _:x <urn:q> "2" .', strict=False)) == 5
    again = applied(graph, f'{WHOLE}A <urn:a> <urn:p> _:x .\nA _:x <urn:q> "1" .')
    assert len(again) == 7  # whatever the label, the node is a new one
    both = f'{WHOLE}D <urn:a> <urn:p> _:1 .\nD _:1 <urn:q> "1" .\nD <urn:a> <urn:p> _:2 .\nD _:2 <urn:q> "1" .'
    with pytest.raises(PatchError, match="line 2|line 4"):
        applied(graph, both)


@settings(max_examples=120 * SOAK, deadline=None)
@given(GRAPHS, GRAPHS)
def test_a_difference_written_as_a_patch_makes_the_old_graph_the_new_one(
    tmp_path_factory: pytest.TempPathFactory, first: list[str], second: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("patch")
    old, new = folder / "old.nt", folder / "new.nt"
    old.write_text("\n".join(first), encoding="utf-8")
    new.write_text("\n".join(second), encoding="utf-8")
    made = diff(old, new)
    text = made.to_patch()
    done = patched(old, Patch.parse(text))
    after = {f"{ox.Triple(*t)} .".encode() for t in done.triples}
    assert canonical(after) == canonical({t.encode() for t in second})
    assert (len(done.removed) + len(done.added) == 0) == made.equal
    back = diff(new, old).to_patch()
    undone = apply(Patch.parse(back), done.document)
    assert canonical({f"{ox.Triple(*t)} .".encode() for t in undone.triples}) == canonical({t.encode() for t in first})


@settings(max_examples=80 * SOAK, deadline=None)
@given(BLANK_TRIPLES, BLANK_TRIPLES)
def test_patches_carry_blank_nodes(
    tmp_path_factory: pytest.TempPathFactory, first: list[tuple[str, str, str]], second: list[tuple[str, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("blank")
    for name, made in (("old.nt", first), ("new.nt", second)):
        (folder / name).write_bytes(b"\n".join(lines(made)))
    done = patched(folder / "old.nt", Patch.parse(diff(folder / "old.nt", folder / "new.nt").to_patch()))
    assert canonical({f"{ox.Triple(*t)} .".encode() for t in done.triples}) == canonical(lines(second))


def test_the_same_difference_is_the_same_patch_and_says_which_blank_nodes_it_means(tmp_path: Path) -> None:
    old, new = tmp_path / "old.ttl", tmp_path / "new.ttl"
    old.write_text("<urn:a> <urn:p> 'a' .")
    new.write_text("<urn:a> <urn:p> 'b\\n\"ä' .")
    text = diff(old, new).to_patch()
    assert text == diff(old, new).to_patch()
    assert text.splitlines()[1:] == ["TX .", 'D <urn:a> <urn:p> "a" .', 'A <urn:a> <urn:p> "b\\n\\"ä" .', "TC ."]
    assert WHOLE not in text
    new.write_text("<urn:a> <urn:p> 'a', [] .")
    assert WHOLE in diff(old, new).to_patch()
    assert diff(old, old).to_patch().count("\n") == 1


# ------------------------------------------------------------------ files, stores, graphs


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    file = tmp_path / "oma ä.ttl"
    file.write_text(
        "# Omat hankkeet.\n@base <https://w3id.org/clayonto/id/> .\n@prefix clay: <https://w3id.org/clayonto/def#> .\n@prefix my: <https://example.org/> .\n\n"
        '<project/x> clay:acronym "X" ; my:sum 1.50 ; my:note [ my:note "sisällä" ], _:n . _:n my:note _:n .\n',
        encoding="utf-8",
    )
    return file


ACRONYM = '<https://w3id.org/clayonto/id/project/x> <https://w3id.org/clayonto/def#acronym> "{}" .'


def test_a_turtle_file_is_patched_in_place_and_sorted(mine: Path) -> None:
    done = patch(
        mine, Patch.parse(f"TX .\nD {ACRONYM.format('X')}\nA {ACRONYM.format('Ä')}\nPA ex <https://example.com/> .\nPD my .\nTC .")
    )
    assert (len(done.removed), len(done.added), done.misfits) == (1, 1, ())
    assert mine.read_text(encoding="utf-8") == (
        "# Omat hankkeet.\n@base <https://w3id.org/clayonto/id/> .\n@prefix clay: <https://w3id.org/clayonto/def#> .\n\n"
        "<project/x>\n"
        '    <https://example.org/note> _:n, [ <https://example.org/note> "sisällä" ] ;\n'
        "    <https://example.org/sum> 1.50 ;\n"
        '    clay:acronym "Ä" .\n\n'
        "_:n\n    <https://example.org/note> _:n .\n"
    )


def test_a_patch_that_does_not_fit_leaves_a_file_as_it_was(mine: Path, tmp_path: Path) -> None:
    before = mine.read_bytes()
    change = tmp_path / "p.rdfp"
    change.write_text(f"TX .\nD {ACRONYM.format('X')}\nD {ACRONYM.format('Y')}\nTC .\n")
    with pytest.raises(PatchError, match=r"p.rdfp:3: the patch deletes what the graph does not state: .*\"Y\" \."):
        patch(mine, change)
    assert mine.read_bytes() == before
    done = patch(mine, change, strict=False)
    assert len(done.misfits) == len(done.removed) == 1
    assert ACRONYM.split()[1][-8:-1] not in mine.read_text(encoding="utf-8")


def test_what_cannot_be_patched_in_place_is_said(mine: Path, tmp_path: Path) -> None:
    change = Patch.parse(f"D {ACRONYM.format('X')}")
    mine.write_text(mine.read_text(encoding="utf-8") + "# perässä\n", encoding="utf-8")
    before = mine.read_bytes()
    with pytest.raises(UsageError, match="comments below its head"):
        patch(mine, change)
    assert mine.read_bytes() == before
    assert len(patch(mine, change, force=True).removed) == 1
    for name, what in (("none.ttl", "does not exist"), ("a.nt", "is neither a Turtle file"), (".", "is neither a Turtle file")):
        if name == "a.nt":
            (tmp_path / name).write_text("")
        with pytest.raises(UsageError, match=what):
            patch(tmp_path / name, change)
    (tmp_path / "b.ttl").write_text("<a> <b> .")
    with pytest.raises(DataError, match=r"b.ttl:1:"):
        patch(tmp_path / "b.ttl", change)
    (tmp_path / "b.ttl").write_bytes(b"\xff")
    with pytest.raises(DataError, match=r"b.ttl: cannot be read"):
        patch(tmp_path / "b.ttl", change)


def test_a_store_is_patched_in_its_own_forms_whole_or_not_at_all(mine: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    clayonto.load(mine, store=store)
    new = tmp_path / "uusi.ttl"
    new.write_text(mine.read_text(encoding="utf-8").replace("1.50", "2.50").replace("sisällä", "toisin"), encoding="utf-8")
    change = Patch.parse(diff(mine, new).to_patch())
    manifest = (store / "manifest.json").read_text()
    with pytest.raises(PatchError):
        patch(store, Patch.parse(f"{change.to_text()}TX .\nD {ACRONYM.format('no')}\nTC ."))
    assert (store / "manifest.json").read_text() == manifest
    assert len(patched(store, change).removed) == 3
    assert (store / "manifest.json").read_text() == manifest
    done = patch(store, change)
    assert (len(done.removed), len(done.added)) == (3, 3)
    assert json.loads((store / "manifest.json").read_text())["generation"] == "000002"
    clayonto.load(new, store=tmp_path / "other")
    assert diff(store, tmp_path / "other").equal


def test_a_graph_in_memory_is_patched() -> None:
    for engine in ("oxigraph", "rdflib"):
        kg = clayonto.load(engine=engine)
        amount = '<https://w3id.org/clayonto/id/amount/clay-total-budget> <http://data.europa.eu/a4g/ontology#hasAmountValue> "{}"^^<http://www.w3.org/2001/XMLSchema#decimal> .'
        patch(kg, Patch.parse(f"D {amount.format('1340000.00')}\nA {amount.format('1.00')}"))
        assert [row.v for row in kg.query("SELECT ?v { <amount/clay-total-budget> epo:hasAmountValue ?v }")] == [1]
        assert "1,340,000 → 1 EUR" in diff(clayonto.load(), kg).to_text()


def test_blank_nodes_of_a_graph_in_memory_are_added_and_not_deleted(mine: Path) -> None:
    kg = clayonto.load(mine, bundle=False)
    before = len(kg)
    value = '_:a <https://example.org/note> "sisällä" .'
    with pytest.raises(UsageError, match="Blank nodes of a graph in memory cannot be deleted"):
        patch(kg, Patch.parse(f"{WHOLE}D <https://w3id.org/clayonto/id/project/x> <https://example.org/note> _:a .\nD {value}"))
    assert len(kg) == before
    patch(kg, Patch.parse(f"{WHOLE}A {value}"))
    assert len(kg.query('SELECT ?n { ?n <https://example.org/note> "sisällä" }')) == 2


def test_headers_are_written_as_they_were_read() -> None:
    text = 'H "two words" <urn:x> .\nH id <urn:a> .\nH id "b"@fi .\nH blank-nodes "whole" .\nTX .\nA _:a <urn:p> _:a .\nPD "" .\nTC .\n'
    assert Patch.parse(text).to_text() == text


# ------------------------------------------------------------------ the command


def test_the_command_changes_a_file_writes_another_or_refuses(mine: Path, tmp_path: Path) -> None:
    old, out = mine.read_bytes(), tmp_path / "out.ttl"
    new = tmp_path / "new.ttl"
    new.write_bytes(old.replace(b'"X"', b'"Y"'))
    text = run("diff", str(mine), str(new), "-f", "patch").stdout
    change = tmp_path / "p.rdfp"
    change.write_text(text, encoding="utf-8")
    done = run("patch", str(mine), str(change), "-o", str(out))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "1 triple removed, 1 added.\n")
    assert mine.read_bytes() == old
    assert diff(out, new).equal
    assert out.read_text(encoding="utf-8").startswith("# Omat hankkeet.\n@base <https://w3id.org/clayonto/id/> .\n@prefix clay:")
    printed = run("patch", str(mine), "-", "-o", "-", stdin=text)
    assert rdflib.compare.isomorphic(rdflib.Graph().parse(data=printed.stdout, format="turtle"), rdflib.Graph().parse(new, format="turtle"))
    assert run("patch", str(mine), "-", "--lang", "fi", stdin=text).stderr == "Poistettu 1 kolmikko, lisätty 1.\n"
    assert diff(mine, new).equal
    refused = run("patch", str(mine), str(change))
    assert refused.returncode == 1
    assert "so nothing was changed" in refused.stderr
    lenient = run("patch", str(mine), str(change), "--lenient")
    assert lenient.returncode == 0
    assert lenient.stderr.count("Left out: ") == 2
    broken = run("patch", str(mine), "-", stdin="TX .\nA <urn:a> .\n")
    assert broken.returncode == 2
    assert "<stdin>:2: " in broken.stderr
    assert run("patch", str(mine)).returncode == 2
