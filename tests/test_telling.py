"""What the copies of a store tell is what the store gives out: line by line, or it is said that they cannot tell."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto import stores
from clayonto.namespaces import ID, PREFIXES
from clayonto.sources import FORMATS, Source
from clayonto.stores import columns as kept
from clayonto.stores import layers, telling
from clayonto.stores.copies import Held
from clayonto.stores.generations import Folder
from clayonto.stores.layers import Layer
from clayonto.stores.telling import Untold, told
from tests.conftest import SOAK

CHARACTERS = "ab01é\u0085\u2028\ufffe\uffff\U0001f600\x01\x1f\x7f\t\n\r\b\f\"'\\ _:.<>^@#"
DATATYPES = [
    "string", "anyURI", "boolean", "integer", "int", "byte", "unsignedLong", "nonNegativeInteger", "decimal", "float", "double", "date",
    "dateTime", "dateTimeStamp", "time", "gYear", "gYearMonth", "gMonthDay", "gDay", "gMonth", "duration", "dayTimeDuration",
    "yearMonthDuration", "hexBinary", "token"
]  # fmt: skip
FORMS = [
    "0", "-0", "+0", "01", "1", "-1", "+5", "1.0", "1.50", ".5", "5.", "00.5", "-0.0", "-0.50", "100000.00", "123456789012345.123456789012345",
    "999999999999999999", "9223372036854775807", "9223372036854775808", "0.0000000000000000001", "1e3", "1E0", "INF", "-INF", "NaN", "true",
    "false", "True", "1999-12-31", "2020-02-30", "0000-01-01", "-0001-01-01", "12345-01-01", "2020-01-02Z", "2020-01-02+00:00",
    "2020-01-02-14:00", "2020-01-02T24:00:00", "2020-01-02T10:20:30", "2020-01-02T10:20:30Z", "2020-01-02T10:20:30+00:00",
    "2020-01-02T10:20:30+02:00", "2020-01-02T10:20:30.500Z", "2020-13-45T10:20:30Z", "2020-01-02T23:59:60", "10:20:30", "24:00:00", "2020",
    "02020", "2020Z", "2020-01", "--01-02", "---31", "--12", "P1Y12M", "P1DT24H", "PT0S", "P1M", "-P0D", "ab", "AB"
]  # fmt: skip


def _escaped(text: str, forms: str) -> str:
    """A text between quotation marks, with as many escapes as the digits of a number choose."""
    short = {"\t": "t", "\n": "n", "\r": "r", "\b": "b", "\f": "f", '"': '"', "'": "'", "\\": "\\"}
    found = []
    for at, character in enumerate(text):
        form = forms[at % len(forms)]
        if form == "8":
            found.append(f"\\U{ord(character):08X}")
        elif form == "4" and ord(character) < 0x10000:
            found.append(f"\\u{ord(character):04x}")
        else:
            needed = character in '"\\\n\r' or (form == "1" and character in short)
            found.append(f"\\{short[character]}" if needed else character)
    return "".join(found)


TAGS = ("fi", "EN-gb", "en-GB", "EN", "zh-Hant-TW", "x-private", "ar--rtl", "en--ltr")


hostile = st.builds(_escaped, st.text(st.sampled_from(CHARACTERS), max_size=5), st.text("01248", min_size=1, max_size=4))
texts = st.one_of(st.text("ab0é", max_size=3), hostile)
ends = st.one_of(
    st.just(""), st.sampled_from(TAGS).map("@{}".format), st.sampled_from(DATATYPES).map(f"^^<{PREFIXES['xsd']}{{}}>".format), st.just("^^<urn:type>")
)  # fmt: skip
iris = st.sampled_from(
    ["<urn:a>", "<URN:b>", "<http://Example.org/%7eB/../x>", "<http://example.org/\u00e9>", "<http://example.org/\\u00E9>", "<urn:_:c>"]
)
nodes = st.sampled_from(["_:a", "_:b", "_:c.d"])
literals = st.builds('"{}"{}'.format, st.one_of(texts, texts, st.sampled_from(FORMS)), ends)
objects = st.one_of(literals, literals, literals, iris, nodes)
tidy = st.builds("{} {} {} .\n".format, iris, iris, objects)
spaces = st.sampled_from([" ", "\t", "  "])
spaced = st.builds(
    lambda s, a, p, b, o, c, end: f"{s}{a}{p}{b}{o}{c}.{end}\n",
    st.one_of(iris, nodes), spaces, iris, spaces, objects, st.sampled_from([" ", "", "\t"]), st.sampled_from(["", " # said _:so", "\r", "\n"]),
)  # fmt: skip
files = st.lists(st.one_of(tidy, tidy, tidy, spaced), min_size=5, max_size=30).map("".join)


def dumped(store: ox.Store) -> list[str]:
    return sorted((store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b"").decode().split("\n")[:-1])


def load(store: ox.Store, copies: Path, *contents: tuple[str, str]) -> list[Layer]:
    copies.mkdir(exist_ok=True)
    return [
        layers.load(store, Source(f"{n}", FORMATS[ending], Held(text.encode()), ID, named=f"urn:g{n}"), copies, progress=lambda _: None)
        for n, (ending, text) in enumerate(contents)
    ]


def lines(made_of: list[Layer], copies: Path, store: ox.Store) -> list[str]:
    return sorted({line for series in told(made_of, copies, store) for line in series})


def test_every_form_of_every_datatype_language_and_character_is_told_as_the_store_has_it(tmp_path: Path) -> None:
    ends = [f"^^<{PREFIXES['xsd']}{name}>" for name in DATATYPES] + [f"@{tag}" for tag in TAGS]
    given = "".join(f'<urn:s{n}> <urn:p{m}> "{form}"{end} .\n' for n, form in enumerate(FORMS) for m, end in enumerate(ends))
    given += "".join(f'<urn:s> <urn:p{n}> "{_escaped(one, form)}" .\n' for n, one in enumerate(CHARACTERS) for form in "0148")
    store = ox.Store()
    made_of = load(store, tmp_path / "copies", (".nt", given))
    assert lines(made_of, tmp_path / "copies", store) == dumped(store)
    assert len(set(given.splitlines()) - set(dumped(store))) > 200


@pytest.mark.fuzz
@settings(max_examples=60 * SOAK, deadline=None)
@given(files, files)
def test_whatever_files_say_is_told_as_the_store_has_it(tmp_path_factory: pytest.TempPathFactory, first: str, second: str) -> None:
    copies, store = tmp_path_factory.mktemp("copies"), ox.Store()
    made_of = load(store, copies, (".nt", first), (".nt", second))
    found, there = lines(made_of, copies, store), dumped(store)
    # Nameless nodes that nothing with a name is tied to are not found, which the number of triples shows.
    assert set(found) <= set(there)
    assert all("_:" in line for line in set(there) - set(found))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Files of several forms, some of whose triples two of them state, with nameless nodes, relative IRIs, and literals that Oxigraph writes otherwise."""
    for name, text in {
        "a.nt": '<urn:a> <urn:p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> .\n' + "".join(f"<urn:a{n}> <urn:p> <urn:o{n % 7}> .\n" for n in range(60)),
        "b.ttl": "@base <http://example.org/x/> . <rel> <urn:p> (1 2.50 'c'@EN-GB), [<urn:q> 1e3, [<urn:q> <>]] . <urn:a1> <urn:p> <urn:o1> .",
        "c.trig": "<urn:g> { <urn:c> <urn:p> true, [] . <urn:a2> <urn:p> <urn:o2> } <urn:c> <urn:p> <urn:o> .",
        "d.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="http://e.org/"><rdf:Description rdf:about="d"><u:p rdf:nodeID="n"/></rdf:Description></rdf:RDF>',
        "e.jsonld": '{"@id": "urn:e", "urn:p": [1.0, {"@value": "2020-01-02T24:00:00", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}]}',
        "f.nq": '<urn:f> <urn:p> "f\\u00E9"@fi <urn:g> .\n',
    }.items():  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
    clayonto.load(
        *(tmp_path / f"{each}" for each in ("a.nt", "b.ttl", "c.trig", "d.rdf", "e.jsonld", "f.nq")),
        store=tmp_path / "graph.db",
        bundle=False,
    )
    return tmp_path / "graph.db"


def from_both(folder: Path, aside: Path) -> bool:
    """Whether the copies of a store give its columns, which are then, byte for byte, those that the store gives."""
    generation = Folder(folder).current()
    assert generation is not None
    made = kept._from_copies(aside / "copies", generation, generation.open(), lambda _: None)
    if made:
        kept._from_store(aside / "store", generation, generation.open(), lambda _: None)
        files = [{file.name: file.read_bytes() for file in (aside / each).iterdir()} for each in ("copies", "store")]
        assert files[0] == files[1]
        assert json.loads(files[0]["columns.json"])["predicates"]
    shutil.rmtree(aside)
    return made


def test_files_of_every_form_edits_and_replaced_files_give_the_columns_of_the_store(store: Path, tmp_path: Path) -> None:
    assert from_both(store, tmp_path / "aside")
    kg = clayonto.load(store=store)
    with kg.edit() as change:
        change.remove("urn:a1", "urn:p")  # two files say so, and another comes back
        change.remove("urn:a", "urn:p")
        change.remove("urn:a3", "urn:p")
        change.add_turtle("<urn:new> <urn:p> 007 , [ <urn:q> <urn:new> ] .")
    assert from_both(store, tmp_path / "aside")
    (tmp_path / "b.ttl").write_text("<urn:a1> <urn:p> <urn:o1> . <urn:b> <urn:p> [] .")
    clayonto.load(tmp_path / "b.ttl", store=store)
    with clayonto.load(store=store).edit() as change:
        change.add_turtle("<urn:a3> <urn:p> <urn:o3> .")
    assert from_both(store, tmp_path / "aside")
    (tmp_path / "a.nt").write_text("<urn:a4> <urn:p> <urn:o4> .\n")
    clayonto.load(tmp_path / "a.nt", store=store)
    assert from_both(store, tmp_path / "aside")


def test_the_bundle_beside_a_large_file_gives_the_columns_of_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "_BLOCK", 3000)  # so that there are many
    monkeypatch.setattr(telling, "_BATCH", 50)
    (tmp_path / "large.nt").write_text("".join(f'<urn:s{n}> <urn:p> "{n / 4:.2f}"^^<{PREFIXES["xsd"]}decimal> .\n' for n in range(1000)))
    clayonto.load(tmp_path / "large.nt", store=tmp_path / "graph.db")
    assert from_both(tmp_path / "graph.db", tmp_path / "aside")


@pytest.mark.parametrize("harm", ["cut", "gone", "other", "binary", "long"])
def test_copies_that_are_not_as_they_were_written_are_left_for_the_store(store: Path, tmp_path: Path, harm: str) -> None:
    stores.compact(store)
    before = {file.name: file.read_bytes() for file in next((store / "generations").glob("*/columns")).iterdir()}
    copy = store / "copies" / f"{hashlib.sha256((tmp_path / 'a.nt').read_bytes()).hexdigest()}.gz"
    match harm:
        case "cut":
            copy.write_bytes(copy.read_bytes()[:-9])
        case "gone":
            copy.unlink()
        case "other":  # as many triples, and the samples are there
            copy.write_bytes(gzip.compress((tmp_path / "a.nt").read_bytes().replace(b"a33>", b"b33>")))
        case "binary":
            copy.write_bytes(gzip.compress(bytes(range(256))))
        case "long":
            copy.write_bytes(gzip.compress(b'<urn:a> <urn:p> "' + b"x" * (12 << 20) + b'" .\n'))
    assert not from_both(store, tmp_path / "aside")
    stores.compact(store)
    after = {file.name: file.read_bytes() for file in next((store / "generations").glob("*/columns")).iterdir()}
    assert after == before


@pytest.mark.parametrize(("limit", "to"), [("_NAMELESS", 5), ("_NAMELESS", 8), ("_TAKEN", 1)])
def test_what_is_too_much_to_be_kept_in_mind_is_left_for_the_store(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, to: int
) -> None:
    with clayonto.load(store=store).edit() as change:
        change.remove("urn:a3", "urn:p")
        change.remove("urn:a4", "urn:p")
    assert from_both(store, tmp_path / "aside")
    monkeypatch.setattr(telling, limit, to)
    assert not from_both(store, tmp_path / "aside")


def test_nameless_nodes_that_nothing_leads_to_are_left_for_the_store(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("[] <urn:p> [] . <urn:a> <urn:p> <urn:b> .")
    clayonto.load(tmp_path / "a.ttl", store=tmp_path / "graph.db", bundle=False)
    assert not from_both(tmp_path / "graph.db", tmp_path / "aside")
    kg = clayonto.load(store=tmp_path / "graph.db", engine="columnar")
    assert len(kg.query("SELECT ?s ?o { ?s <urn:p> ?o }")) == 2


def test_a_store_that_another_version_has_made_is_not_told_by_copies(tmp_path: Path) -> None:
    made_of = load(ox.Store(), tmp_path / "copies", (".nt", '<urn:a> <urn:p> "a"@EN .\n'))
    store = ox.Store()
    store.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:p"), ox.Literal("a", language="en")))
    assert lines(made_of, tmp_path / "copies", store) == dumped(store)
    other = ox.Store()
    other.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:p"), ox.Literal("a", language="sv")))
    with pytest.raises(Untold, match="something else"):
        lines(made_of, tmp_path / "copies", other)
    with pytest.raises(Untold):
        lines([replace(made_of[0], ending=".hdt")], tmp_path / "copies", store)
