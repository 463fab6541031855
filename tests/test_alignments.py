"""Alignments are mappings that are published and not loaded: complete, pointing at terms that exist, entailing nothing."""

from __future__ import annotations

import pytest
from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.namespace import VOID

import clayonto
from clayonto.engines import ENGINES
from clayonto.sources import Source, bundled, triples_of
from clayonto.validation import to_rdflib
from tests import ontology_checks as checks
from tests import owl_rl_checks
from tests.conftest import ROOT, reference
from tests.test_ontology import in_ontology, ontology

ALIGNMENTS = {source.name: source for source in bundled("ontology") if not in_ontology(source)}


def mappings(source: Source) -> Graph:
    return to_rdflib(triples_of([source]))


def pairs(graph: Graph) -> set[tuple[URIRef, URIRef]]:
    return {(s, o) for s, o in graph.subject_objects(RDFS.seeAlso) if isinstance(s, URIRef) and isinstance(o, URIRef)}


def test_there_is_a_file_for_each_ontology_that_is_mapped_to() -> None:
    wanted = {f"ontology/alignments/{name}.ttl" for name in ("dingo", "epo", "eurio", "foaf", "frapo", "org", "prov", "schema")}
    assert set(ALIGNMENTS) == wanted


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("bundle", [True, False])
def test_loading_leaves_alignments_out(engine: str, bundle: bool) -> None:
    kg = clayonto.load(engine=engine, bundle=bundle)
    names = {source.name for source in kg.sources}
    assert "ontology/core.ttl" in names
    assert names & set(ALIGNMENTS) == set()
    assert not kg.query("ASK { ?term rdfs:seeAlso ?other }")
    assert not kg.query("ASK { ?mapping a owl:Axiom }")


def test_an_alignment_can_be_loaded_by_name() -> None:
    kg = clayonto.load(ROOT / "ontology" / "alignments" / "eurio.ttl")
    assert kg.query("ASK { clay:Project rdfs:seeAlso <http://data.europa.eu/s66#Project> }")


@pytest.mark.parametrize("name", sorted(ALIGNMENTS))
def test_every_mapping_says_in_both_languages_how_the_terms_differ(name: str) -> None:
    graph = mappings(ALIGNMENTS[name])
    explained = set()
    for mapping in graph.subjects(RDF.type, OWL.Axiom):
        assert isinstance(mapping, URIRef)
        assert graph.value(mapping, OWL.annotatedProperty) == RDFS.seeAlso
        explained.add((graph.value(mapping, OWL.annotatedSource), graph.value(mapping, OWL.annotatedTarget)))
        notes = [note for note in graph.objects(mapping, RDFS.comment) if isinstance(note, Literal)]
        assert sorted(str(note.language) for note in notes) == ["en", "fi"]
    assert explained
    assert explained == pairs(graph)


@pytest.mark.parametrize("name", sorted(ALIGNMENTS))
def test_every_mapped_term_exists(name: str) -> None:
    graph = mappings(ALIGNMENTS[name])
    own = checks.own_terms(ontology())
    assert [checks.short(s) for s, _ in pairs(graph) if s not in own] == []
    targets = {str(o) for _, o in pairs(graph)}
    assert targets
    assert checks.outside_namespaces(checks.iris(graph), also=checks.MAPPED_VOCABULARIES) == []
    assert checks.undefined_terms(targets, reference) == []


@pytest.mark.parametrize("name", sorted(ALIGNMENTS))
def test_a_mapping_set_says_what_it_links(name: str) -> None:
    graph = mappings(ALIGNMENTS[name])
    (whole,) = graph.subjects(RDF.type, VOID.Linkset)
    target = str(graph.value(whole, VOID.objectsTarget))
    assert graph.value(whole, VOID.linkPredicate) == RDFS.seeAlso
    assert [o for _, o in pairs(graph) if not o.startswith(target)] == []


def test_mappings_entail_nothing_about_own_terms() -> None:
    mapped = Graph()
    for source in ALIGNMENTS.values():
        mapped += mappings(source)
    assert checks.matched_non_concepts(ontology() + mapped) == []

    def about_own_terms(graph: Graph) -> set[tuple[object, ...]]:
        own = checks.own_terms(ontology())
        return {t for t in owl_rl_checks.closure(graph) if (t[0] in own or t[2] in own) and t[1] not in (RDFS.seeAlso, OWL.annotatedSource)}

    without = about_own_terms(ontology())
    assert without
    assert about_own_terms(ontology() + mapped) == without
