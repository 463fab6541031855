"""Places: the scanner finds what the parser finds, on the line where it stands."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings

import clayonto
from clayonto.namespaces import CLAY, ID
from clayonto.places import Place, Places, _key, _Statements
from clayonto.sources import FORMATS, Source, bundled, from_paths
from clayonto.turtle import write_turtle
from tests.conftest import SOAK
from tests.test_turtle import TRIPLES

FILES = [*bundled("ontology"), *bundled("data"), *bundled("shapes")]

EVERYTHING = r"""# <urn:comment> a <urn:X> .
@base <https://example.org/b/> . @prefix ex: <https://example.org/ns#> .
PREFIX : <#>
<s> a ex:T . <../up> ex:p <?q> ; ; ex:q '''long
"text" ' # no comment
''', "a \"quoted\" . \u00e5"@en-GB , 'x'^^ex:dt , 1.5 , 1e3, -7,
    true .
ex:dotted.name ex:p ex:a\,b, :c%20d, <urn:x> .
BASE <http://other.org/>
<t> ex:p [ ex:q ( 1 "two" [ ex:r <t> ] () ) ; ex:s _:b1 ] , "last" . _:b1 ex:p 5 .
[ ex:p "in" ] ex:q "out" . [] a ex:T . ( 1 2 ) ex:p 3 .
<u> ex:p 5.<v> ex:p "after a number" . ex:d-1:e ex:p ex:é, ex:😀 .
"""


def document(tmp_path: Path, text: str, ending: str = ".ttl") -> Source:
    file = tmp_path / f"document{ending}"
    file.write_text(text, encoding="utf-8")
    return from_paths([file])[0]


def keys(quads: list[ox.Quad]) -> list[tuple[Any, ...]]:
    return [tuple(_key(term) for term in (q.subject, q.predicate, q.object)) for q in quads]


def scanned(source: Source) -> list[tuple[Any, ...]]:
    """All triples that the scanner reads, blank nodes as ``None``."""
    file = _Statements(source)
    spans = sorted({span for spans in file._spans.values() for span in spans} | set(file._with_blank))
    return [triple for start, end in spans for triple, _ in file._triples(start, end)]


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.name)
def test_the_scanner_reads_the_triples_that_the_parser_reads(source: Source) -> None:
    assert Counter(scanned(source)) == Counter(keys(source.quads()))


@pytest.mark.parametrize("source", FILES, ids=lambda source: source.name)
def test_every_triple_is_on_a_line_that_has_its_object(source: Source) -> None:
    places, lines = Places([source]), source.read().decode().splitlines()
    checked = 0
    for quad in source.quads():
        if isinstance(quad.subject, ox.BlankNode) or isinstance(quad.object, ox.BlankNode):
            continue
        place = places.of_triple((quad.subject, quad.predicate, quad.object))
        assert place is not None
        assert place.file == source.name
        assert isinstance(quad.object, ox.NamedNode | ox.Literal)
        text = quad.object.value
        if isinstance(quad.object, ox.NamedNode):
            text = text.rstrip("/#").replace("#", "/").replace(":", "/").rpartition("/")[2]
            if text == "type":
                continue
        assert text.splitlines()[0].replace("\\", "\\\\").replace('"', '\\"') in lines[place.line - 1] or text in lines[place.line - 1]
        checked += 1
    assert checked


def test_every_form_of_turtle_is_read(tmp_path: Path) -> None:
    source = document(tmp_path, EVERYTHING)
    assert Counter(scanned(source)) == Counter(keys(source.quads()))
    places = Places([source])

    def line(s: str, p: str, o: Any) -> int:
        place = places.of_triple((ox.NamedNode(s), ox.NamedNode("https://example.org/ns#" + p), o))
        assert place is not None
        return place.line

    assert line("https://example.org/up", "p", ox.NamedNode("https://example.org/b/?q")) == 4
    assert line("https://example.org/up", "q", ox.Literal('a "quoted" . å', language="en-gb")) == 6
    assert line("https://example.org/up", "q", ox.Literal("true", datatype=ox.NamedNode("http://www.w3.org/2001/XMLSchema#boolean"))) == 7
    assert line("http://other.org/t", "p", ox.Literal("last")) == 10
    assert places.of_node("https://example.org/ns#d-1:e") == Place(source.name, 12)


@pytest.mark.fuzz
@settings(max_examples=200 * SOAK, deadline=None)
@given(TRIPLES)
def test_whatever_is_written_is_found(tmp_path_factory: pytest.TempPathFactory, triples: list[Any]) -> None:
    folder = tmp_path_factory.mktemp("places")
    turtle = document(folder, write_turtle(triples))
    assert Counter(scanned(turtle)) == Counter(keys(turtle.quads()))
    unique = dict.fromkeys(triples)
    nt = document(folder, "".join(f"{ox.Triple(*t)} .\n" for t in unique), ".nt")
    found = [Places([nt]).of_triple(t) for t in unique]
    assert found == [Place(nt.name, number) for number in range(1, len(unique) + 1)]


@pytest.mark.parametrize(
    ("ending", "text", "line"),
    [
        (".trig", "@prefix : <urn:> .\n:g { :s :p :o . :s :p\n :o2 }\nGRAPH :h {\n:s\n:p :o3 . }", 2),
        (".nq", "# c\n<urn:s> <urn:p> <urn:o> <urn:g> .\n<urn:s> <urn:p> <urn:o2> .\n", 2),
        (
            ".rdf",
            (
                '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:u="urn:">\n'
                '<rdf:Description rdf:about="urn:s">\n<u:p rdf:resource="urn:o"/></rdf:Description></rdf:RDF>'
            ),
            2,
        ),
        (".jsonld", '{"@id": "urn:s",\n "urn:p": {"@id": "urn:o"}}', 0),
    ],
)
def test_other_formats_have_the_line_that_they_can(tmp_path: Path, ending: str, text: str, line: int) -> None:
    source = document(tmp_path, text, ending)
    places = Places([source])
    s, p, o = ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.NamedNode("urn:o")
    assert places.of_node("urn:s") == places.of_triple((s, p, o)) == Place(source.name, line)
    assert str(places.of_node("urn:s")) == (f"{source.name}:{line}" if line else source.name)
    assert places.of_triple((s, p, ox.NamedNode("urn:x"))) is None
    if ending == ".trig":
        assert places.of_triple((s, p, ox.NamedNode("urn:o3"))) == Place(source.name, 6)


def test_the_first_file_that_has_it_is_named() -> None:
    places = Places(clayonto.load().sources)
    assert str(places.of_node(CLAY.Project)).startswith("ontology/core.ttl:")
    assert str(places.of_node(ID + "phase/clay-1")).startswith("data/clay.ttl:")
    assert places.of_node("urn:nobody") is None


def test_a_blank_node_stands_for_any() -> None:
    kind = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    group = ox.NamedNode("http://www.w3.org/2002/07/owl#AllDisjointClasses")
    assert str(Places(FILES).of_triple((ox.BlankNode(), kind, group))).startswith("ontology/restrictions.ttl:")


def test_a_file_is_scanned_only_when_one_before_it_did_not_answer(tmp_path: Path) -> None:
    first = document(tmp_path, "<urn:s> <urn:p> <urn:o> .")
    later = Source("gone.ttl", FORMATS[".ttl"], tmp_path / "gone.ttl", ID)
    places = Places([first, later])
    assert places.of_node("urn:s") == Place(first.name, 1)
    assert list(places._scanned) == [0]
    assert places.of_node("urn:t") is None, "and a file that is gone has nothing"


@pytest.mark.parametrize("text", ['<urn:s> "open', "] ) }", "( ( [", '"""x', "<urn:s> <urn:p> <urn:o", "@prefix .", "PREFIX", "<< <urn:s>"])
def test_text_that_is_no_turtle_raises_nothing(tmp_path: Path, text: str) -> None:
    places = Places([document(tmp_path, text)])
    places.of_node("urn:s")
    places.of_triple((ox.BlankNode(), ox.NamedNode("urn:p"), ox.NamedNode("urn:o")))
