"""The ontology is sound: its terms are explained, used, found in their vocabularies, and lead to no wrong conclusion."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable
from functools import cache

import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Literal, URIRef
from rdflib.namespace import ORG

from clayonto.namespaces import CLAY, CONCEPT, ID, expand
from clayonto.query import queries
from clayonto.sources import Source, bundled, triples_of
from clayonto.validation import to_rdflib
from tests import ontology_checks as checks
from tests import owl_rl_checks
from tests.conftest import ROOT, reference

EXPECTED_PARENTS = {
    "http://data.europa.eu/a4g/ontology#Fund",
    "http://data.europa.eu/a4g/ontology#MonetaryValue",
    "http://purl.org/cerif/frapo/FundingProgramme",
    "http://purl.org/dc/terms/Location",
    "http://purl.org/dc/terms/PeriodOfTime",
    "http://purl.org/linked-data/cube#Observation",
    "http://www.w3.org/ns/org#Membership",
    "http://www.w3.org/ns/org#Organization",
    "http://www.w3.org/ns/org#OrganizationalCollaboration",
    "http://www.w3.org/ns/prov#Activity",
    "http://www.w3.org/ns/prov#Association",
    "http://www.w3.org/ns/prov#Entity",
    "http://www.w3.org/ns/prov#Plan",
    "http://xmlns.com/foaf/0.1/Document",
}
"""Classes of others that own classes may be put below. Another one is a decision: what does it entail?"""

NOT_YET_ASKED_FOR: list[str] = []
"""Own terms that stand in the data while no query or shape names them; a term that gets one leaves this list."""

AXIOM_FILES = ("dcat3.ttl", "dcterms.nq", "ePO_core-4.2.0.ttl", "foaf.nq", "frapo-1.1.1.ttl", "org.nq", "prov.nq", "qb.nq", "skos.nq")
"""Vocabularies whose axioms apply to the data of anyone who loads them beside it."""


# ------------------------------------------------------------------ what is looked at


def in_ontology(source: Source) -> bool:
    return not source.name.startswith("ontology/alignments/")


@cache
def ontology() -> Graph:
    return to_rdflib(triples_of(filter(in_ontology, bundled("ontology"))))


@cache
def data() -> Graph:
    return to_rdflib(triples_of(bundled("data")))


@cache
def shapes() -> Graph:
    return to_rdflib(triples_of(bundled("shapes")))


@cache
def used_by_shapes() -> frozenset[str]:
    inside = [checks.iris_of_sparql(*each) for each in checks.sparql_of_shapes(shapes())]
    assert len(inside) >= 5
    return frozenset(checks.iris(shapes()).union(*inside))


@cache
def used_by_queries() -> frozenset[str]:
    catalogue = queries()
    assert len(catalogue) >= 10
    classes = {expand(parameter.klass) for q in catalogue.values() for parameter in q.params.values() if parameter.klass}
    return frozenset(classes.union(*(checks.iris_of_sparql(q.text) for q in catalogue.values())))


@cache
def vocabulary_axioms() -> Graph:
    """The axioms of the vocabularies, and the labels of their terms."""
    found = Graph()
    for name in AXIOM_FILES:
        file = reference(f"vocab/{name}")
        form = ox.RdfFormat.from_extension(file.suffix.removeprefix("."))
        before = len(found)
        for quad in ox.parse(file.read_bytes(), format=form, lenient=True, rename_blank_nodes=True):
            found.add(tuple(_term(part) for part in (quad.subject, quad.predicate, quad.object)))  # type: ignore[arg-type]
        assert len(found) > before, name
    return found


def _term(part: object) -> URIRef | Literal | object:
    if isinstance(part, ox.NamedNode):
        return URIRef(part.value)
    if isinstance(part, ox.BlankNode):
        return BNode(part.value)
    assert isinstance(part, ox.Literal)
    return Literal(part.value, lang=part.language) if part.language else Literal(part.value)


@cache
def own_closure() -> Graph:
    """The closure of ontology and data, made once for all tests; all of the data takes about a second."""
    return owl_rl_checks.closure(ontology() + data())


@cache
def closure_with_vocabularies() -> Graph:
    """The same with the axioms of the vocabularies, as a reader has it who loads them too. Their texts are left out."""
    kept = Graph()
    for s, p, o in vocabulary_axioms():
        if str(p).startswith((str(RDF), str(RDFS), str(OWL))) and not isinstance(o, Literal) and p not in (RDFS.isDefinedBy, RDFS.seeAlso):
            kept.add((s, p, o))
    return owl_rl_checks.closure(ontology() + data() + kept)


# ------------------------------------------------------------------ terms of others


def test_only_known_namespaces_are_used() -> None:
    found = checks.iris(ontology()) | checks.iris(data()) | checks.iris(shapes()) | used_by_shapes() | used_by_queries()
    assert len(found) > 400
    assert checks.outside_namespaces(found) == []


def test_every_term_of_others_is_defined_in_its_vocabulary() -> None:
    predicates = {str(p) for p in data().predicates()} | {str(o) for o in data().objects(None, RDF.type)}
    countries = {iri for iri in checks.iris(data()) if "/authority/country/" in iri}
    assert countries
    found = checks.iris(ontology()) | used_by_shapes() | used_by_queries() | predicates | countries
    foreign = {iri for iri in found if not iri.startswith(checks.PROJECT)}
    assert len(foreign) > 60
    assert checks.undefined_terms(foreign, reference) == []


def test_every_term_of_others_that_data_shapes_and_queries_use_is_declared() -> None:
    declared = {str(t) for t in checks.foreign_terms(ontology())}
    used = {str(p) for p in data().predicates()} | {str(o) for o in data().objects(None, RDF.type)} | used_by_queries()
    ours = {iri for iri in used if iri.startswith(tuple(checks.VOCABULARIES))}
    assert len(ours) > 30
    assert sorted(ours - declared) == []


def test_nothing_is_added_to_the_terms_of_others() -> None:
    assert len(checks.foreign_terms(ontology())) > 40
    assert checks.hijacked(ontology(), vocabulary_axioms()) == []
    assert checks.declared_otherwise(ontology(), vocabulary_axioms()) == []


# ------------------------------------------------------------------ own terms


def test_every_own_term_has_label_definition_and_example_in_both_languages() -> None:
    assert len(checks.own_terms(ontology())) > 50
    assert checks.missing_texts(ontology()) == []


def test_every_own_term_that_is_used_is_declared() -> None:
    used = checks.iris(data()) | checks.iris(ontology()) | used_by_shapes() | used_by_queries()
    assert checks.undeclared(ontology(), used) == []


def test_every_own_class_has_a_use() -> None:
    classes = checks.own_terms(ontology(), OWL.Class)
    assert len(classes) > 10
    assert checks.unused(classes, checks.iris(data()), used_by_shapes(), used_by_queries()) == []


def test_every_own_term_is_named_by_a_query_or_a_shape() -> None:
    terms = checks.own_terms(ontology())
    assert checks.unused(terms, used_by_shapes(), used_by_queries()) == NOT_YET_ASKED_FOR


@pytest.mark.parametrize("kinds", [(OWL.Class,), (OWL.ObjectProperty, OWL.DatatypeProperty)], ids=["classes", "properties"])
def test_no_two_own_terms_share_a_label(kinds: tuple[URIRef, ...]) -> None:
    terms = checks.own_terms(ontology(), *kinds)
    assert len(terms) > 10
    assert checks.shared_labels(ontology(), terms) == []


@pytest.mark.parametrize("relation", [RDFS.subClassOf, SKOS.broader], ids=["subClassOf", "broader"])
def test_no_hierarchy_has_a_cycle(relation: URIRef) -> None:
    both = ontology() + data()
    assert len(list(both.subject_objects(relation))) > 2
    assert checks.cycles(both, relation) == []


def test_no_name_stands_for_a_class_and_a_thing_or_for_two_kinds_of_property() -> None:
    both = ontology() + data()
    assert len(set(both.subjects(RDF.type, None))) > 300
    assert checks.punned(both) == []


def test_the_header_says_what_catalogues_ask_for() -> None:
    assert checks.header_faults(ontology()) == []


def test_the_version_of_the_ontology_is_the_version_of_the_package() -> None:
    package = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    header = URIRef(str(CLAY).rstrip("#"))
    assert str(ontology().value(header, OWL.versionInfo)) == package["version"]


# ------------------------------------------------------------------ concepts and data


def test_every_concept_has_labels_and_a_scheme() -> None:
    both = ontology() + data()
    assert len(set(both.subjects(RDF.type, SKOS.Concept))) > 60
    assert checks.concept_faults(both) == []


def test_the_data_has_no_blank_nodes() -> None:
    assert len(data()) > 1000
    assert checks.blank_nodes(data()) == []


def test_mapping_relations_stand_between_concepts() -> None:
    assert checks.matched_non_concepts(ontology() + data()) == []


# ------------------------------------------------------------------ OWL 2 RL


def test_the_axioms_are_of_owl_2_rl() -> None:
    axioms = [p for p in (RDFS.subClassOf, RDFS.domain, RDFS.range, OWL.members) if (None, p, None) in ontology()]
    assert len(axioms) == 4
    assert owl_rl_checks.outside_rl(ontology()) == []


def test_own_classes_are_below_expected_classes_only() -> None:
    assert checks.unexpected_parents(ontology(), EXPECTED_PARENTS) == []


def test_the_closure_is_consistent_and_concludes_something() -> None:
    closed = own_closure()
    assert len(set(closed.subjects(RDF.type, None))) > 300
    assert (URIRef(ID + "action-plan/clay-umbria"), RDF.type, URIRef("http://www.w3.org/ns/prov#Entity")) in closed
    assert owl_rl_checks.inconsistencies(closed) == []
    assert owl_rl_checks.merged(closed) == []


def test_the_closure_is_consistent_beside_the_axioms_of_the_vocabularies() -> None:
    closed = closure_with_vocabularies()
    assert len(closed) > len(own_closure())
    assert owl_rl_checks.inconsistencies(closed) == []
    assert [pair for pair in owl_rl_checks.merged(closed) if "…/" in pair or "clay:" in pair] == []


def test_no_class_gets_a_superclass_that_nobody_stated() -> None:
    assert owl_rl_checks.new_superclasses(ontology(), own_closure()) == []
    assert owl_rl_checks.new_superclasses(ontology() + vocabulary_axioms(), closure_with_vocabularies()) == []


def test_no_project_becomes_an_organisation() -> None:
    projects = set(own_closure().subjects(RDF.type, URIRef(CLAY.Project)))
    assert projects
    for closed in (own_closure(), closure_with_vocabularies()):
        organisations = set(closed.subjects(RDF.type, ORG.Organization))
        assert len(organisations) > 5
        assert projects & organisations == set()


def test_no_thing_becomes_a_class_or_a_property() -> None:
    for closed in (own_closure(), closure_with_vocabularies()):
        schema = {s for kind in (OWL.Class, RDFS.Class, RDF.Property) for s in closed.subjects(RDF.type, kind)}
        assert len(schema) > 30
        assert [s for s in schema if str(s).startswith((ID, CONCEPT))] == []


# ------------------------------------------------------------------ the checks can fail

PREFIXES = "".join(
    f"@prefix {prefix}: <{iri}> .\n"
    for prefix, iri in {
        "": ID,
        "clay": CLAY,
        "dct": "http://purl.org/dc/terms/",
        "foaf": "http://xmlns.com/foaf/0.1/",
        "org": str(ORG),
        "owl": str(OWL),
        "prov": "http://www.w3.org/ns/prov#",
        "rdf": str(RDF),
        "rdfs": str(RDFS),
        "sdo": "https://schema.org/",
        "skos": str(SKOS),
        "xsd": "http://www.w3.org/2001/XMLSchema#",
    }.items()
)
Check = Callable[[Graph], Iterable[str]]


def closed_faults(graph: Graph) -> list[str]:
    closed = owl_rl_checks.closure(graph)
    return owl_rl_checks.inconsistencies(closed) + owl_rl_checks.new_superclasses(graph, closed) + owl_rl_checks.merged(closed)


def closed_faults_with_vocabularies(graph: Graph) -> list[str]:
    prov_and_org = Graph()
    for s, p, o in vocabulary_axioms():
        if p in (RDFS.domain, RDFS.range, RDFS.subClassOf, RDFS.subPropertyOf, OWL.disjointWith) and isinstance(s, URIRef):
            prov_and_org.add((s, p, o))
    return owl_rl_checks.inconsistencies(owl_rl_checks.closure(graph + prov_and_org))


WRONG: dict[str, tuple[Check, str, str]] = {
    "a project that is an organisation": (
        closed_faults, ":p a clay:Project, org:Organization .", "share no member",
    ),
    "a project that is the partner of a project": (
        closed_faults, ":p a clay:Project . :x prov:agent :p . prov:agent rdfs:range org:Organization .", "share no member",
    ),
    "a plan that is an activity": (
        closed_faults, ":p a clay:ActionPlan, clay:ProjectActivity .", "share no member",
    ),
    "the last member of the disjoint classes": (
        closed_faults, ":p a clay:Claim, org:Organization .", "share no member",
    ),
    "a sum that is a share of a project": (
        closed_faults, ":sum clay:shareOf :p . :p a clay:Project .", "share no member",
    ),
    "a programme below an organisation, as in schema.org": (
        closed_faults,
        """:i a clay:FundingProgramme . clay:FundingProgramme rdfs:subClassOf sdo:FundingScheme .
        sdo:FundingScheme rdfs:subClassOf org:Organization .""",
        "share no member",
    ),
    "a class that two definitions put below another": (
        closed_faults, "clay:Region owl:equivalentClass :r . :r owl:equivalentClass clay:Country .", "clay:Region ⊑ clay:Country",
    ),
    "two names for one thing": (
        closed_faults, "clay:country a owl:FunctionalProperty . :x clay:country :a, :b .", "…/id/a = …/id/b",
    ),
    "one thing under two names that are said to differ": (
        closed_faults, "clay:country a owl:FunctionalProperty . :x clay:country :a, :b . :a owl:differentFrom :b .", "eq-diff1",
    ),
    "a date that is none": (
        closed_faults, ':p <http://www.w3.org/ns/dcat#startDate> "2021-02-30"^^xsd:date .', "dt-not-type",
    ),
    "a project derived from a document": (
        closed_faults_with_vocabularies, ":p a clay:Project ; prov:wasDerivedFrom :d .", "share no member",
    ),
    "a project as the organisation of a membership": (
        closed_faults_with_vocabularies, ":p a clay:Project . :m org:organization :p .", "share no member",
    ),
    "a cardinality of two": (
        owl_rl_checks.outside_rl,
        "clay:Project rdfs:subClassOf [ a owl:Restriction ; owl:onProperty clay:country ; owl:maxCardinality 2 ] .",
        "at most 2",
    ),
    "a superclass that says “some”": (
        owl_rl_checks.outside_rl,
        "clay:Project rdfs:subClassOf [ a owl:Restriction ; owl:onProperty clay:country ; owl:someValuesFrom clay:Country ] .",
        "someValuesFrom stands as a superclass",
    ),
    "a disjoint union": (
        owl_rl_checks.outside_rl, "clay:Region owl:disjointUnionOf ( clay:Country ) .", "disjointUnionOf is used",
    ),
    "a reflexive property": (
        owl_rl_checks.outside_rl, "clay:about a owl:ReflexiveProperty .", "ReflexiveProperty",
    ),
    "a range that is no datatype of OWL 2": (
        owl_rl_checks.outside_rl, "clay:phaseNumber rdfs:range xsd:gYear .", "gYear stands as a data range",
    ),
    "a term without Finnish": (
        checks.missing_texts,
        'clay:New a owl:Class ; rdfs:label "new"@en ; skos:definition "New."@en, "Uusi."@fi ; skos:example "One."@en, "Yksi."@fi .',
        "clay:New has 0 × http://www.w3.org/2000/01/rdf-schema#label in fi",
    ),
    "a term with two labels": (
        checks.missing_texts, 'clay:Project rdfs:label "undertaking"@en .', "clay:Project has 2 ×",
    ),
    "two classes of one name": (
        lambda g: checks.shared_labels(g, checks.own_terms(g, OWL.Class)),
        'clay:New a owl:Class ; rdfs:label "Project"@en .',
        "“project”@en",
    ),
    "a class that nothing uses": (
        lambda g: checks.unused(checks.own_terms(g), used_by_shapes(), used_by_queries()), "clay:New a owl:Class .", "clay:New",
    ),
    "a term misspelt": (
        lambda g: checks.undeclared(g, checks.iris(g)), ":p clay:underPrograme :i .", "clay:underPrograme",
    ),
    "a circle of classes": (
        lambda g: checks.cycles(g, RDFS.subClassOf), "clay:Region rdfs:subClassOf :a . :a rdfs:subClassOf clay:Region .", "clay:Region",
    ),
    "a circle of concepts": (
        lambda g: checks.cycles(g, SKOS.broader), ":a skos:broader :b . :b skos:broader :c . :c skos:broader :a .", "…/id/a",
    ),
    "a class that is a region": (
        checks.punned, "clay:Region a clay:Region .", "clay:Region is",
    ),
    "a property for things and texts": (
        checks.punned, "clay:country a owl:DatatypeProperty .", "clay:country is",
    ),
    "a property of others bent": (
        lambda g: checks.hijacked(g, vocabulary_axioms()), "dct:source rdfs:domain clay:Claim .", "http://purl.org/dc/terms/source",
    ),
    "a property of others declared as another kind": (
        lambda g: checks.declared_otherwise(g, vocabulary_axioms()), "prov:agent a owl:DatatypeProperty .", "prov#agent is declared",
    ),
    "a class of others mislabelled": (
        lambda g: checks.declared_otherwise(g, vocabulary_axioms()), 'prov:Bundle a owl:Class ; rdfs:label "Bunch"@en .', "Bunch",
    ),
    "a term that its vocabulary lacks": (
        lambda g: checks.undefined_terms(checks.iris(g), reference), ":x <http://purl.org/cerif/frapo/Project> :y .", "frapo/Project",
    ),
    "a term that OWL lacks": (
        lambda g: checks.undefined_terms(checks.iris(g), reference), ":x a owl:Klass .", "owl#Klass",
    ),
    "a country that the table lacks": (
        lambda g: checks.undefined_terms(checks.iris(g), reference),
        "<http://publications.europa.eu/resource/authority/country/XXX> a clay:Country .",
        "country/XXX",
    ),
    "a namespace misspelt": (
        lambda g: checks.outside_namespaces(checks.iris(g)), ":x a <http://w3.org/ns/locn#Address> .", "http://w3.org/ns/locn#Address",
    ),
    "an authority table in the wrong case": (
        lambda g: checks.outside_namespaces(checks.iris(g)),
        ":x clay:country <http://publications.europa.eu/resource/authority/Country/FIN> .",
        "authority/Country/FIN",
    ),
    "a parent nobody decided on": (
        lambda g: checks.unexpected_parents(g, EXPECTED_PARENTS), "clay:Project rdfs:subClassOf foaf:Project .", "clay:Project ⊑",
    ),
    "a concept without a scheme": (
        checks.concept_faults, ':c a skos:Concept ; skos:prefLabel "c"@en, "c"@fi .', "…/id/c is in no scheme",
    ),
    "a concept without Finnish": (
        checks.concept_faults, ':c a org:Role ; skos:prefLabel "c"@en .', "…/id/c has 0 labels in fi",
    ),
    "a thing without a name": (
        checks.blank_nodes, ":x clay:statedIn [ a clay:Claim ] .", "…/id/x clay:statedIn",
    ),
    "a class matched as if it were a concept": (
        checks.matched_non_concepts, "clay:Fund skos:exactMatch clay:Country .", "clay:Fund has",
    ),
}  # fmt: skip
"""What is wrong, the check that must see it, the statements that make it so, and what the check must say."""


@cache
def before(check: Check) -> frozenset[str]:
    """What a check says of the ontology alone."""
    return frozenset(check(ontology()))


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_variant_is_caught(what: str) -> None:
    check, statements, expected = WRONG[what]
    variant = Graph().parse(data=PREFIXES + statements, format="turtle")
    assert len(variant)
    # Checks of a data file look at that file; the others look at it together with the ontology.
    whole = variant if check is checks.blank_nodes else ontology() + variant
    new = set(check(whole)) - before(check)
    assert any(expected in fault for fault in new), new


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('dct:title "Clayonto: European cooperation funding"@en, ', "dct:title ", "title in en"),
        ("dct:license <https://creativecommons.org/licenses/by/4.0/>", 'dct:license "CC BY 4.0"', "license as an IRI"),
        ('dct:issued "2026-11-21"^^xsd:date', 'dct:issued "2026"', "created, issued and modified as dates"),
        ('owl:versionInfo "0.1.0"', 'owl:versionInfo "0.2.0"', "owl:priorVersion, since this is not the first one"),
        ("owl:versionIRI <https://w3id.org/clayonto/def/0.1.0>", 'owl:versionIRI "0.1.0"', "versionIRI as an IRI"),
        ('vann:preferredNamespacePrefix "clay"', 'vann:preferredNamespacePrefix "c"', "the preferred prefix"),
    ],
)
def test_a_wrong_header_is_caught(old: str, new: str, expected: str) -> None:
    text = next(s for s in bundled("ontology") if s.name == "ontology/core.ttl").read().decode()
    assert text.count(old) == 1
    broken = Graph().parse(data=text.replace(old, new), format="turtle")
    assert any(expected in fault for fault in checks.header_faults(broken))


def test_terms_inside_queries_are_seen() -> None:
    query = "PREFIX c: <https://w3id.org/clayonto/def#>\nSELECT ?x { ?x a c:Nope ; c:country <urn:y> # c:Not\n FILTER(?x != 'c:Not') }"
    assert checks.iris_of_sparql(query) == {CLAY.Nope, CLAY.country, "urn:y"}
