"""Files in: every format, named errors with their place, and nothing fetched."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest

import clayonto
from clayonto.engines import ENGINES
from clayonto.errors import DataError, UnknownEngineError

NT = '<urn:s> <urn:p> "x"@fi .\n'
FILES = {
    "a.ttl": '<urn:s> <urn:p> "x"@fi .',
    "a.trig": '<urn:g> { <urn:s> <urn:p> "x"@fi . }',
    "a.nt": NT,
    "a.nq": '<urn:s> <urn:p> "x"@fi <urn:g> .\n',
    "a.rdf": '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:"><rdf:Description rdf:about="urn:s"><u:p xml:lang="fi">x</u:p></rdf:Description></rdf:RDF>',
    "a.jsonld": '{"@id": "urn:s", "urn:p": {"@value": "x", "@language": "fi"}}',
}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", FILES)
def test_every_format_is_read_by_every_engine(tmp_path: Path, name: str, engine: str) -> None:
    (tmp_path / name).write_text(FILES[name], encoding="utf-8")
    kg = clayonto.load(tmp_path / name, engine=engine, bundle=False)
    rows = kg.query("SELECT ?o ?g { <urn:s> <urn:p> ?o OPTIONAL { GRAPH ?g { <urn:s> <urn:p> ?o } } }")
    assert [(row.o, row.o.language) for row in rows] == [("x", "fi")]
    expected = "urn:g" if name in ("a.trig", "a.nq") else kg.sources[-1].graph
    assert rows[0].g == expected


def test_folders_patterns_and_files_can_be_named(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    for n, name in enumerate(("one.ttl", "deep/two.nt", "note.txt")):
        (tmp_path / name).write_text(f"<urn:s{n}> <urn:p> <urn:o> .\n")
    count = "SELECT ?s { ?s <urn:p> ?o }"
    assert len(clayonto.load(tmp_path).query(count)) == 2
    assert len(clayonto.load(str(tmp_path / "*.ttl")).query(count)) == 1
    assert len(clayonto.load(tmp_path / "one.ttl", tmp_path / "one.ttl", str(tmp_path / "**" / "*.nt")).query(count)) == 2


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("a.ttl", "<urn:s> <urn:p>\n  foo .", r"a\.ttl:2:3: foo is not a valid RDF object\."),
        ("a.nq", "<urn:s> <urn:p> .\n", r"a\.nq:1:\d+: "),
        ("a.rdf", "<rdf:RDF", r"a\.rdf: "),
        ("a.jsonld", '{"@context": "http://127.0.0.1:9/context.jsonld", "a": "b"}', "remote contexts"),
        ("a.jsonld", "{", r"a\.jsonld"),
        ("a.txt", "", "the ending “.txt” names no RDF format"),
    ],
)
def test_a_malformed_file_says_where(tmp_path: Path, name: str, text: str, says: str) -> None:
    (tmp_path / name).write_text(text)
    for engine in ENGINES:
        with pytest.raises(DataError, match=says):
            clayonto.load(tmp_path / name, engine=engine)


def test_a_path_that_names_nothing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="does not exist; give a file"):
        clayonto.load(tmp_path / "nothing.ttl")
    with pytest.raises(DataError, match="has no RDF file in it"):
        clayonto.load(tmp_path)


@pytest.mark.parametrize(
    ("declared", "says"),
    [
        ('<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">', "entity inside an entity"),
        ('<!ENTITY a SYSTEM "file:///etc/hostname">', "external XML entity"),
        ("<!ENTITY a 'x'><!ENTITY b '&a;&a;'>", "entity inside an entity"),
        ("".join(f'<!ENTITY e{n} "x">' for n in range(1001)), "declares 1001 XML entities"),
    ],
)
def test_xml_cannot_explode_or_reach_out(tmp_path: Path, declared: str, says: str) -> None:
    file = tmp_path / "a.rdf"
    file.write_text(f'<?xml version="1.0"?><!DOCTYPE x [{declared}]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>')
    with pytest.raises(DataError, match=says):
        clayonto.load(file)


def test_xml_may_name_its_namespaces_with_entities(tmp_path: Path) -> None:
    file = tmp_path / "a.owl"
    file.write_text(
        '<!DOCTYPE rdf:RDF [<!ENTITY u "urn:">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="&u;">'
        '<rdf:Description rdf:about="&u;s"><u:p>x</u:p></rdf:Description></rdf:RDF>'
    )
    assert clayonto.load(file).query("SELECT ?o { <urn:s> <urn:p> ?o }")[0].o == "x"


def test_a_fact_in_two_files_is_counted_once(tmp_path: Path) -> None:
    for name in ("a.ttl", "b.ttl"):
        (tmp_path / name).write_text('@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <urn:s> <urn:p> 5.0, "x", 2 .')
    answers = [
        clayonto.load(tmp_path, engine=engine, bundle=False).query("SELECT (COUNT(*) AS ?n) (SUM(?v) AS ?sum) { <urn:s> <urn:p> ?o BIND(IF(ISNUMERIC(?o), ?o, 0) AS ?v) }")
        for engine in ENGINES
    ]  # fmt: skip
    assert answers[0] == answers[1]
    assert tuple(answers[0][0]) == (3, 7)


@pytest.mark.parametrize("engine", ENGINES)
def test_literals_are_held_in_one_form_by_every_engine(tmp_path: Path, engine: str) -> None:
    (tmp_path / "a.ttl").write_text(
        "@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . <urn:s> <urn:p> 212000.00, '5'^^xsd:nonNegativeInteger, 'x'^^xsd:string, 'y'@EN-GB ."
    )
    kg = clayonto.load(tmp_path / "a.ttl", engine=engine, bundle=False)
    rows = kg.query("SELECT (STR(?o) AS ?form) (LANG(?o) AS ?tag) (STR(DATATYPE(?o)) AS ?type) { <urn:s> <urn:p> ?o } ORDER BY STR(?o)")
    types = [row.type.rsplit("#", 1)[1] for row in rows]
    assert [row.form for row in rows] == ["212000", "5", "x", "y"]
    assert types == ["decimal", "integer", "string", "langString"]
    assert rows[3].tag.lower() == "en-gb"


def test_without_the_bundle_the_ontology_stays() -> None:
    kg = clayonto.load(bundle=False)
    assert kg.query("ASK { clay:Project a owl:Class . role:partner a skos:Concept }")
    assert not kg.query("ASK { <project/clay> ?p ?o }")


def test_no_data_file_has_a_blank_node() -> None:
    kg = clayonto.load()
    data = [s for s in kg.sources if s.name.startswith("data/")]
    assert len(data) >= 3
    quads = [q for s in data for q in s.quads()]
    assert len(quads) > 1000
    assert not [q for q in quads if isinstance(q.subject, ox.BlankNode) or isinstance(q.object, ox.BlankNode)]


def test_an_engine_that_is_not_there_is_an_error() -> None:
    with pytest.raises(UnknownEngineError, match="There is no engine “rdlib”. Did you mean “rdflib”?"):
        clayonto.load(engine="rdlib")
    assert clayonto.load(engine="rdflib", bundle=False).query("ASK {}").engine == "rdflib"
