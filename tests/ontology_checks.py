"""What must hold of an ontology, its data, shapes and queries: each check takes graphs and gives back what is wrong, in words.

No check knows a single term of the project, so they hold for terms yet to come. An empty answer means that nothing is
wrong; what a check looked at is counted by the tests that call it.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox
from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS, QB, SH, VANN

from clayonto import sparql
from clayonto.namespaces import CLAY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from rdflib.term import Node

PROJECT: Final = "https://w3id.org/clayonto/"
CONSTANT_VOCABULARIES: Final = {str(ns): ns for ns in (RDF, RDFS, OWL, SH, XSD)}
"""Namespaces whose terms rdflib lists."""
VOCABULARIES: Final = {
    "http://creativecommons.org/ns#": ("vocab/cc.nq",),
    "http://data.europa.eu/a4g/ontology#": ("vocab/ePO_core-4.2.0.ttl",),
    "http://data.europa.eu/m8g/": (
        "vocab/cccev-2.1.0.ttl",
        "vocab/core-business-2.3.0.ttl",
        "vocab/core-location-2.1.0.ttl",
        "vocab/core-person-2.1.2.ttl",
        "vocab/cpov-2.1.2.ttl",
        "vocab/cpsv-ap-3.2.0.ttl",
    ),
    "http://purl.org/cerif/frapo/": ("vocab/frapo-1.1.1.ttl",),
    "http://purl.org/dc/terms/": ("vocab/dcterms.nq",),
    "http://purl.org/linked-data/cube#": ("vocab/qb.nq",),
    "http://purl.org/ontology/bibo/": ("vocab/bibo.nq",),
    "http://purl.org/vocab/cpsv#": ("vocab/cpsv-ap-3.2.0.ttl",),
    "http://purl.org/vocab/vann/": ("vocab/vann.nq",),
    "http://rdfs.org/ns/void#": ("vocab/void.nq",),
    "http://www.w3.org/2004/02/skos/core#": ("vocab/skos.nq",),
    "http://www.w3.org/2006/time#": ("vocab/time.nq",),
    "http://www.w3.org/2006/vcard/ns#": ("vocab/vcard.nq",),
    "http://www.w3.org/ns/adms#": ("vocab/adms.ttl",),
    "http://www.w3.org/ns/dcat#": ("vocab/dcat3.ttl",),
    "http://www.w3.org/ns/dqv#": ("vocab/dqv.ttl",),
    "http://www.w3.org/ns/locn#": ("vocab/locn.nq",),
    "http://www.w3.org/ns/org#": ("vocab/org.nq",),
    "http://www.w3.org/ns/prov#": ("vocab/prov.nq",),
    "http://xmlns.com/foaf/0.1/": ("vocab/foaf.nq",),
}
"""Namespaces that may be used, each with the files in which its terms are found."""
MAPPED_VOCABULARIES: Final = {
    "http://data.europa.eu/s66#": ("data/eurio/EURIO_v2.4.ttl",),
    "https://schema.org/": ("vocab/schemaorg-30.0-current-https.ttl",),
    "https://w3id.org/dingo#": ("vocab/dingo.ttl",),
}
"""Namespaces that alignments may point to, and nothing else may use."""
AUTHORITIES: Final = (
    r"http://publications\.europa\.eu/resource/authority/(country|currency|language)(/[A-Z]{3})?",
    r"http://data\.europa\.eu/nuts/code/[A-Z]{2}[0-9A-Z]{0,3}",
    r"http://data\.europa\.eu/nuts/scheme/20[0-9]{2}",
    r"https://creativecommons\.org/licenses/by/4\.0/",
    r"http://www\.opengis\.net/ont/geosparql#wktLiteral",
)
"""IRIs of official lists, of the licence and of the datatype of points, as patterns."""
LANGUAGES: Final = ("en", "fi")

_KINDS: Final = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
_PROPERTY_KINDS: Final = _KINDS[1:]
_QB_PROPERTIES: Final = (QB.ComponentProperty, QB.DimensionProperty, QB.MeasureProperty, QB.AttributeProperty, QB.CodedProperty)
_SCHEMA_KINDS: Final = frozenset({*_KINDS, RDFS.Class, RDF.Property, RDFS.Datatype, *_QB_PROPERTIES})


def short(node: Node | str) -> str:
    """A node as a person would write it in a message."""
    return str(node).replace(str(CLAY), "clay:").replace(PROJECT, "…/")


# ------------------------------------------------------------------ which IRIs occur


def iris(graph: Graph) -> set[str]:
    """Every IRI of a graph, in any position, the datatypes of literals included."""
    found: set[str] = set()
    for triple in graph:
        for node in triple:
            if isinstance(node, URIRef):
                found.add(str(node))
            elif isinstance(node, Literal) and node.datatype is not None:
                found.add(str(node.datatype))
    return found


def iris_of_sparql(text: str, prefixes: dict[str, str] | None = None) -> set[str]:
    """Every IRI that a query names, ``a`` and the IRIs of its ``PREFIX`` lines left out."""
    known = dict(prefixes or {})
    found: set[str] = set()
    words = list(sparql.tokens(text))
    at = 0
    while at < len(words):
        token = words[at]
        if token.kind == "word" and token.text.upper() == "PREFIX":
            known[words[at + 1].text.removesuffix(":")] = words[at + 2].text[1:-1]
            at += 3
            continue
        if token.kind == "iri":
            found.add(token.text[1:-1])
        elif token.kind == "name":
            prefix, _, local = token.text.partition(":")
            found.add(known[prefix] + local)
        at += 1
    return found


def sparql_of_shapes(shapes: Graph) -> Iterator[tuple[str, dict[str, str]]]:
    """Each query inside a graph of shapes, with the prefixes that the shapes declare."""
    prefixes = {str(shapes.value(d, SH.prefix)): str(o) for d, o in shapes.subject_objects(SH.namespace)}
    for kind in (SH.select, SH.ask):
        for text in shapes.objects(None, kind):
            yield str(text), prefixes


# ------------------------------------------------------------------ terms of others


def outside_namespaces(found: Iterable[str], *, also: Iterable[str] = ()) -> list[str]:
    """IRIs in no namespace that may be used."""
    known = (PROJECT, *CONSTANT_VOCABULARIES, *VOCABULARIES, *also)
    return sorted(iri for iri in found if not iri.startswith(known) and not any(re.fullmatch(p, iri) for p in AUTHORITIES))


@cache
def subjects_of(file: Path) -> frozenset[str]:
    """The IRIs that a vocabulary file says something about."""
    form = ox.RdfFormat.from_extension(file.suffix.removeprefix("."))
    assert form is not None, file
    quads = ox.parse(file.read_bytes(), format=form, base_iri="https://example.org/", lenient=True)
    return frozenset(quad.subject.value for quad in quads if isinstance(quad.subject, ox.NamedNode))


def undefined_terms(found: Iterable[str], locate: Callable[[str], Path]) -> list[str]:
    """IRIs of known vocabularies that their vocabulary does not define; countries that the country table does not list.

    :param locate: gives the path of a vocabulary file, or skips the test.
    """
    wrong = []
    for iri in sorted(found):
        if iri.startswith("http://publications.europa.eu/resource/authority/country/"):
            defined = iri in subjects_of(locate("vocab/authority/countries-skos.rdf"))
        elif constant := next((ns for base, ns in CONSTANT_VOCABULARIES.items() if iri.startswith(base)), None):
            defined = URIRef(iri) in constant
        else:
            files = next((files for base, files in {**VOCABULARIES, **MAPPED_VOCABULARIES}.items() if iri.startswith(base)), None)
            defined = files is None or any(iri in subjects_of(locate(file)) for file in files)
        if not defined:
            wrong.append(iri)
    return wrong


AXIOMS: Final = (
    RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, OWL.equivalentClass, OWL.equivalentProperty, OWL.disjointWith,
    OWL.propertyDisjointWith, OWL.inverseOf, OWL.propertyChainAxiom, OWL.hasKey,
)  # fmt: skip
CHARACTERISTICS: Final = frozenset(
    {
        OWL.FunctionalProperty, OWL.InverseFunctionalProperty, OWL.SymmetricProperty, OWL.AsymmetricProperty,
        OWL.TransitiveProperty, OWL.IrreflexiveProperty, OWL.ReflexiveProperty,
    }
)  # fmt: skip


def hijacked(ontology: Graph, vocabularies: Graph) -> list[str]:
    """Axioms about the terms of others that their own vocabularies do not state."""
    axioms = [(s, p, o) for p in AXIOMS for s, o in ontology.subject_objects(p)]
    axioms += [(s, RDF.type, o) for s, o in ontology.subject_objects(RDF.type) if o in CHARACTERISTICS]
    return sorted(
        f"{short(s)} {short(p)} {short(o)}"
        for s, p, o in axioms
        if isinstance(s, URIRef) and not s.startswith(PROJECT) and (s, p, o) not in vocabularies
    )


def declared_otherwise(ontology: Graph, vocabularies: Graph) -> list[str]:
    """Terms of others that the ontology declares to be of another kind than their vocabulary, or labels otherwise in English."""
    wrong = []
    for kind, other in ((OWL.ObjectProperty, OWL.DatatypeProperty), (OWL.DatatypeProperty, OWL.ObjectProperty)):
        wrong += [f"{s} is declared {short(kind)}" for s in ontology.subjects(RDF.type, kind) if (s, RDF.type, other) in vocabularies]
    for term in foreign_terms(ontology):
        own = {str(t) for p in (RDFS.label, SKOS.prefLabel) for t in vocabularies.objects(term, p) if t.language in (None, "en", "en-us")}  # type: ignore[attr-defined]
        given = {str(t) for t in ontology.objects(term, RDFS.label) if t.language == "en"}  # type: ignore[attr-defined]
        if own and not given <= own:
            wrong.append(f"{term} is labelled {sorted(given)}, in its vocabulary {sorted(own)}")
    return sorted(wrong)


# ------------------------------------------------------------------ own terms


def own_terms(ontology: Graph, *kinds: URIRef) -> set[URIRef]:
    """The project's own classes and properties, or those of some kinds."""
    return {s for kind in kinds or _KINDS for s in ontology.subjects(RDF.type, kind) if isinstance(s, URIRef) and s.startswith(str(CLAY))}


def foreign_terms(ontology: Graph) -> set[URIRef]:
    """The classes and properties of others that the ontology declares."""
    return {s for kind in _KINDS for s in ontology.subjects(RDF.type, kind) if isinstance(s, URIRef) and not s.startswith(PROJECT)}


def _texts(graph: Graph, subject: Node, predicate: URIRef) -> Counter[str]:
    return Counter(str(t.language) for t in graph.objects(subject, predicate) if isinstance(t, Literal) and str(t).strip())


def missing_texts(ontology: Graph) -> list[str]:
    """Own terms without exactly one label, definition and example in each language, and declared foreign ones without labels."""
    wanted = [(term, predicate) for term in own_terms(ontology) for predicate in (RDFS.label, SKOS.definition, SKOS.example)]
    wanted += [(term, RDFS.label) for term in foreign_terms(ontology)]
    wrong = []
    for term, predicate in wanted:
        texts = _texts(ontology, term, predicate)
        wrong += [f"{short(term)} has {texts[lang]} × {short(predicate)} in {lang}" for lang in LANGUAGES if texts[lang] != 1]
    return sorted(wrong)


def undeclared(ontology: Graph, used: Iterable[str]) -> list[str]:
    """Own terms that something uses and the ontology does not declare."""
    own = {str(term) for term in own_terms(ontology)}
    return sorted(short(iri) for iri in used if iri.startswith(str(CLAY)) and iri not in own)


def unused(terms: Iterable[URIRef], *uses: Iterable[str]) -> list[str]:
    """Terms that none of the uses names."""
    used = set().union(*map(set, uses))
    return sorted(short(term) for term in terms if str(term) not in used)


def shared_labels(ontology: Graph, terms: Iterable[URIRef]) -> list[str]:
    """Labels that two terms have in one language."""
    by_label: dict[tuple[str, str | None], list[str]] = defaultdict(list)
    for term in terms:
        for label in ontology.objects(term, RDFS.label):
            by_label[str(label).casefold(), getattr(label, "language", None)].append(short(term))
    return sorted(f"“{label}”@{lang}: {', '.join(sorted(names))}" for (label, lang), names in by_label.items() if len(names) > 1)


def unexpected_parents(ontology: Graph, expected: Iterable[str]) -> list[str]:
    """Own classes put below a class of others that is not among the expected ones."""
    known = set(expected)
    return sorted(
        f"{short(s)} ⊑ {short(o)}"
        for s, o in ontology.subject_objects(RDFS.subClassOf)
        if str(s).startswith(str(CLAY)) and not str(o).startswith(str(CLAY)) and str(o) not in known
    )


def cycles(graph: Graph, predicate: URIRef) -> list[str]:
    """Nodes from which a relation leads back to them."""
    found = []
    for node in set(graph.subjects(predicate, None)):
        above = {b for a in graph.objects(node, predicate) for b in graph.transitive_objects(a, predicate)}
        if node in above:
            found.append(short(node))
    return sorted(found)


def punned(graph: Graph) -> list[str]:
    """IRIs that are a class or property and also an individual, or properties of two kinds."""
    wrong = []
    for subject in {s for s in graph.subjects(RDF.type, None) if isinstance(s, URIRef)}:
        kinds = set(graph.objects(subject, RDF.type))
        schema = kinds & _SCHEMA_KINDS
        individual = {k for k in kinds - schema if k not in CHARACTERISTICS and not str(k).startswith((str(OWL), str(RDF), str(RDFS)))}
        if schema and individual:
            wrong.append(f"{short(subject)} is {_named(schema)} and an individual of {_named(individual)}")
        properties = kinds & set(_PROPERTY_KINDS)
        if len(properties) > 1:
            wrong.append(f"{short(subject)} is {_named(properties)}")
        if OWL.Class in kinds and properties:
            wrong.append(f"{short(subject)} is a class and {_named(properties)}")
    return sorted(wrong)


def _named(nodes: Iterable[Node]) -> str:
    return " and ".join(sorted(map(short, nodes)))


# ------------------------------------------------------------------ the header


def header_faults(ontology: Graph) -> list[str]:
    """What the ontology's header lacks, or says in a form that others cannot use."""
    header = URIRef(str(CLAY).rstrip("#"))
    wrong = []
    texts = ((DCTERMS.title, LANGUAGES), (DCTERMS.description, LANGUAGES), (DCTERMS.bibliographicCitation, ("en",)))
    for predicate, languages in texts:
        wrong += [f"{short(predicate)} in {lang}" for lang in languages if not _texts(ontology, header, predicate)[lang]]
    for predicate in (DCTERMS.license, DCTERMS.creator, OWL.versionIRI):
        if not any(isinstance(o, URIRef) for o in ontology.objects(header, predicate)):
            wrong.append(f"{short(predicate)} as an IRI")
    days = [ontology.value(header, p) for p in (DCTERMS.created, DCTERMS.issued, DCTERMS.modified)]
    if not all(isinstance(d, Literal) and d.datatype == XSD.date and not d.ill_typed for d in days):
        wrong.append("created, issued and modified as dates")
    elif not str(days[0]) <= str(days[1]) <= str(days[2]):
        wrong.append("created, issued and modified in this order")
    version = str(ontology.value(header, OWL.versionInfo))
    if not re.fullmatch(r"[0-9]+\.[0-9]+\.[0-9]+", version):
        wrong.append("owl:versionInfo with three numbers")
    if str(ontology.value(header, OWL.versionIRI)) != f"{header}/{version}":
        wrong.append("an owl:versionIRI that ends in the version")
    prior = list(ontology.objects(header, OWL.priorVersion))
    if version not in ("0.1.0", "None") and not prior:
        wrong.append("owl:priorVersion, since this is not the first one")
    if any(not isinstance(p, URIRef) or str(p) == f"{header}/{version}" for p in prior):
        wrong.append("owl:priorVersion as the IRI of another version")
    if str(ontology.value(header, VANN.preferredNamespacePrefix)) != "clay":
        wrong.append("the preferred prefix")
    if str(ontology.value(header, VANN.preferredNamespaceUri)) != str(CLAY):
        wrong.append("the preferred namespace")
    if (header, RDF.type, OWL.Ontology) not in ontology:
        wrong.append("that it is an owl:Ontology")
    return wrong


# ------------------------------------------------------------------ concepts and data


def concept_faults(graph: Graph) -> list[str]:
    """Concepts and schemes without a label in each language, and concepts without a scheme that is one."""
    wrong = []
    below = set(graph.transitive_subjects(RDFS.subClassOf, SKOS.Concept))
    concepts = {s for klass in below for s in graph.subjects(RDF.type, klass)}
    schemes = set(graph.subjects(RDF.type, SKOS.ConceptScheme))
    for node in concepts | schemes:
        labels = _texts(graph, node, SKOS.prefLabel)
        wrong += [f"{short(node)} has {labels[lang]} labels in {lang}" for lang in LANGUAGES if labels[lang] != 1]
    for concept in concepts:
        if not set(graph.objects(concept, SKOS.inScheme)) & schemes:
            wrong.append(f"{short(concept)} is in no scheme")
    return sorted(wrong)


def blank_nodes(graph: Graph) -> list[str]:
    """What is said of or by nodes without a name."""
    return sorted(f"{short(s)} {short(p)} {short(o)}" for s, p, o in graph if isinstance(s, BNode) or isinstance(o, BNode))


def matched_non_concepts(graph: Graph) -> list[str]:
    """Uses of SKOS mapping properties beside concepts: a class that is mapped with one becomes a concept."""
    wrong = []
    for predicate in (SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch, SKOS.mappingRelation):
        for s, o in graph.subject_objects(predicate):
            wrong += [f"{short(n)} has {short(predicate)}" for n in (s, o) if set(graph.objects(n, RDF.type)) & _SCHEMA_KINDS]
            if (s, RDF.type, SKOS.Concept) not in graph:
                wrong.append(f"{short(s)} has {short(predicate)} and is no concept")
    return sorted(set(wrong))
