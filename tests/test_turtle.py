"""Sorted Turtle: the same triples, the same text, whatever the order they came in."""

from __future__ import annotations

import random
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clayonto.errors import DataError
from clayonto.namespaces import ID, PREFIXES
from clayonto.turtle import format_turtle, write_turtle
from tests.conftest import ROOT, SOAK

IRIS = st.sampled_from(
    [ID + "project/clay", ID + "a:b", ID + "x?y", ID + "x#y", ID, ID + "/x", ID + "a/../b", ID + "å", PREFIXES["clay"] + "Project", PREFIXES["clay"], PREFIXES["clay"] + "a.b.", PREFIXES["clay"] + "a/b", "urn:x", "https://example.org/%20", "https://w3id.org/clayonto/concept/theme/3d"]
).map(ox.NamedNode)  # fmt: skip
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
LITERALS = st.one_of(
    TEXTS.map(ox.Literal),
    TEXTS.map(lambda t: ox.Literal(t, language="fi")),
    st.tuples(
        st.sampled_from(["1", "01", "1.0", ".5", "5.", "1e5", "true", "1", "x", "-0", "+1.50"]), st.sampled_from(["integer", "decimal", "double", "boolean", "date", "string"])
    ).map(lambda t: ox.Literal(t[0], datatype=ox.NamedNode(PREFIXES["xsd"] + t[1]))),
)  # fmt: skip
TRIPLES = st.lists(st.tuples(IRIS, IRIS, st.one_of(IRIS, LITERALS)), max_size=12)


def read(text: str) -> set[tuple[object, object, object]]:
    return {(q.subject, q.predicate, q.object) for q in ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, base_iri=ID)}


@pytest.mark.fuzz
@settings(max_examples=300 * SOAK, deadline=None)
@given(TRIPLES)
def test_nothing_is_lost_and_order_does_not_matter(triples: list[tuple[ox.NamedNode, ox.NamedNode, ox.NamedNode]]) -> None:
    text = write_turtle(triples)
    assert read(text) == set(triples)
    shuffled = triples[:]
    random.Random(1).shuffle(shuffled)
    assert write_turtle(shuffled + triples) == text
    assert format_turtle(text) == text


@pytest.mark.parametrize(
    "path", sorted((ROOT / "data").rglob("*.ttl")) + sorted((ROOT / "ontology" / "concepts").glob("*.ttl")), ids=lambda p: p.name
)
def test_the_data_is_in_the_projects_form(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_turtle(text, name=str(path)) == text, f"{path} is not formatted; run make format"


@pytest.mark.parametrize("path", sorted((ROOT / "shapes").glob("*.ttl")) + sorted((ROOT / "ontology").rglob("*.ttl")), ids=lambda p: p.name)
def test_any_turtle_file_keeps_its_triples(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    made = format_turtle(text)

    def canonical(t: str) -> ox.Dataset:
        dataset = ox.Dataset(ox.parse(t.encode(), format=ox.RdfFormat.TURTLE, base_iri=ID))
        dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
        return dataset

    assert canonical(made) == canonical(text)


def test_a_malformed_document_says_where() -> None:
    with pytest.raises(DataError, match="x.ttl:2"):
        format_turtle("<urn:a> <urn:b>\n foo .", name="x.ttl")
