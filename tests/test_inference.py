"""Reasoning: each rule of OWL 2 RL on a probe of its own, both reasoners on all of it, and what an inference gives."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

import clayonto
from clayonto.errors import UnknownEngineError
from clayonto.inference import REASONERS, axioms, cache, infer, make
from clayonto.inference.base import INFERRED, InferenceResult, says_nothing
from clayonto.namespaces import ID, PREFIXES
from tests.conftest import ROOT, graph

EX = "https://example.org/"
HEAD = f"@prefix : <{EX}> . @prefix owl: <{PREFIXES['owl']}> . @prefix rdfs: <{PREFIXES['rdfs']}> . @prefix xsd: <{PREFIXES['xsd']}> . "

# Rule: what is stated, and what follows from it by that rule, here on its own or through others.
PROBES = {
    "eq-sym": (":a owl:sameAs :b .", ":b owl:sameAs :a ."),
    "eq-trans": (":a owl:sameAs :b . :b owl:sameAs :c .", ":a owl:sameAs :c . :c owl:sameAs :a ."),
    "eq-rep-s": (":a owl:sameAs :b . :a :p :o .", ":b :p :o ."),
    "eq-rep-p": (":p owl:sameAs :q . :a :p :o .", ":a :q :o ."),
    "eq-rep-o": (":a owl:sameAs :b . :s :p :a .", ":s :p :b ."),
    "prp-dom": (":p rdfs:domain :C . :a :p :b .", ":a a :C ."),
    "prp-rng": (":p rdfs:range :C . :a :p :b .", ":b a :C ."),
    "prp-fp": (":p a owl:FunctionalProperty . :a :p :b, :c .", ":b owl:sameAs :c ."),
    "prp-ifp": (":p a owl:InverseFunctionalProperty . :b :p :a . :c :p :a .", ":b owl:sameAs :c ."),
    "prp-symp": (":p a owl:SymmetricProperty . :a :p :b .", ":b :p :a ."),
    "prp-trp": (":p a owl:TransitiveProperty . :a :p :b . :b :p :c . :c :p :d .", ":a :p :c, :d . :b :p :d ."),
    "prp-spo1": (":p rdfs:subPropertyOf :q . :a :p :b, 'x' .", ":a :q :b, 'x' ."),
    "prp-spo2": (":p owl:propertyChainAxiom ( :q :r :t ) . :a :q :b . :b :r :c . :c :t :d .", ":a :p :d ."),
    "prp-eqp1": (":p owl:equivalentProperty :q . :a :p :b .", ":a :q :b ."),
    "prp-eqp2": (":p owl:equivalentProperty :q . :a :q :b .", ":a :p :b ."),
    "prp-inv1": (":p owl:inverseOf :q . :a :p :b .", ":b :q :a ."),
    "prp-inv2": (":p owl:inverseOf :q . :a :q :b .", ":b :p :a ."),
    "prp-key": (":C owl:hasKey ( :p :q ) . :a a :C ; :p 1 ; :q :x . :b a :C ; :p 1 ; :q :x . :c a :C ; :p 1 .", ":a owl:sameAs :b ."),
    "cls-int1": (":C owl:intersectionOf ( :D :E :F ) . :a a :D, :E, :F . :b a :D, :F .", ":a a :C ."),
    "cls-int2": (":C owl:intersectionOf ( :D :E ) . :a a :C .", ":a a :D, :E ."),
    "cls-uni": (":C owl:unionOf ( :D :E ) . :a a :E .", ":a a :C ."),
    "cls-svf1": ("[] a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :D ; rdfs:subClassOf :C . :a :p :b . :b a :D .", ":a a :C ."),
    "cls-svf2": ("[] a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom owl:Thing ; rdfs:subClassOf :C . :a :p :b .", ":a a :C ."),
    "cls-avf": (":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :D ] . :a a :C ; :p :b .", ":b a :D ."),
    "cls-hv1": (":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue 'v' ] . :a a :C .", ":a :p 'v' ."),
    "cls-hv2": ("[] a owl:Restriction ; owl:onProperty :p ; owl:hasValue :v ; rdfs:subClassOf :C . :a :p :v .", ":a a :C ."),
    "cls-maxc2": (":C owl:onProperty :p ; owl:maxCardinality '1'^^xsd:nonNegativeInteger . :a a :C ; :p :b, :c .", ":b owl:sameAs :c ."),
    "cls-maxqc3": (":C owl:onProperty :p ; owl:maxQualifiedCardinality '1'^^xsd:nonNegativeInteger ; owl:onClass :D . :a a :C ; :p :b, :c, :e . :b a :D . :c a :D .", ":b owl:sameAs :c ."),
    "cls-maxqc4": (":C owl:onProperty :p ; owl:maxQualifiedCardinality '1'^^xsd:nonNegativeInteger ; owl:onClass owl:Thing . :a a :C ; :p :b, :c .", ":b owl:sameAs :c ."),
    "cls-oo": (":C owl:oneOf ( :a :b ) .", ":a a :C . :b a :C ."),
    "cax-sco": (":C rdfs:subClassOf :D . :D rdfs:subClassOf :E . :a a :C .", ":a a :D, :E ."),
    "cax-eqc1": (":C owl:equivalentClass :D . :a a :C .", ":a a :D ."),
    "cax-eqc2": (":C owl:equivalentClass :D . :a a :D .", ":a a :C ."),
    "scm-sco": (":C rdfs:subClassOf :D . :D rdfs:subClassOf :E .", ":C rdfs:subClassOf :E ."),
    "scm-eqc1": (":C owl:equivalentClass :D .", ":C rdfs:subClassOf :D . :D rdfs:subClassOf :C ."),
    "scm-eqc2": (":C rdfs:subClassOf :D . :D rdfs:subClassOf :C .", ":C owl:equivalentClass :D ."),
    "scm-spo": (":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .", ":p rdfs:subPropertyOf :r ."),
    "scm-eqp1": (":p owl:equivalentProperty :q .", ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p ."),
    "scm-eqp2": (":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .", ":p owl:equivalentProperty :q ."),
    "scm-dom1": (":p rdfs:domain :C . :C rdfs:subClassOf :D .", ":p rdfs:domain :D ."),
    "scm-dom2": (":q rdfs:domain :C . :p rdfs:subPropertyOf :q .", ":p rdfs:domain :C ."),
    "scm-rng1": (":p rdfs:range :C . :C rdfs:subClassOf :D .", ":p rdfs:range :D ."),
    "scm-rng2": (":q rdfs:range :C . :p rdfs:subPropertyOf :q .", ":p rdfs:range :C ."),
    "scm-hv": (":C owl:hasValue :v ; owl:onProperty :p . :D owl:hasValue :v ; owl:onProperty :q . :p rdfs:subPropertyOf :q .", ":C rdfs:subClassOf :D ."),
    "scm-svf1": (":C owl:someValuesFrom :E ; owl:onProperty :p . :D owl:someValuesFrom :F ; owl:onProperty :p . :E rdfs:subClassOf :F .", ":C rdfs:subClassOf :D ."),
    "scm-svf2": (":C owl:someValuesFrom :E ; owl:onProperty :p . :D owl:someValuesFrom :E ; owl:onProperty :q . :p rdfs:subPropertyOf :q .", ":C rdfs:subClassOf :D ."),
    "scm-avf1": (":C owl:allValuesFrom :E ; owl:onProperty :p . :D owl:allValuesFrom :F ; owl:onProperty :p . :E rdfs:subClassOf :F .", ":C rdfs:subClassOf :D ."),
    "scm-avf2": (":C owl:allValuesFrom :E ; owl:onProperty :p . :D owl:allValuesFrom :E ; owl:onProperty :q . :p rdfs:subPropertyOf :q .", ":D rdfs:subClassOf :C ."),
    "scm-int": (":C owl:intersectionOf ( :D :E ) .", ":C rdfs:subClassOf :D, :E ."),
    "scm-uni": (":C owl:unionOf ( :D :E ) .", ":D rdfs:subClassOf :C . :E rdfs:subClassOf :C ."),
}  # fmt: skip

# Several rules at work on one another.
TOGETHER = {
    "a chain makes what a range is of": (":p owl:propertyChainAxiom ( :q :r ) ; rdfs:range :C . :a :q :b . :b :r :c .", ":a :p :c . :c a :C ."),
    "an axiom that was concluded": (":P rdfs:subClassOf owl:TransitiveProperty . :p a :P . :a :p :b . :b :p :c .", ":p a owl:TransitiveProperty . :a :p :c ."),
    "an axiom of another name": (":C owl:sameAs :D . :C rdfs:subClassOf :E . :a a :D .", ":a a :C, :E . :D rdfs:subClassOf :E ."),
    "a chain of a property with itself": (":p owl:propertyChainAxiom ( :p :p ) . :a :p :b . :b :p :c . :c :p :d .", ":a :p :c, :d . :b :p :d ."),
    "a property that goes round": (":p a owl:TransitiveProperty . :a :p :b . :b :p :a .", ":a :p :a . :b :p :b ."),
    "a nested expression": (":C owl:equivalentClass [ owl:intersectionOf ( :D [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom [ owl:unionOf ( :E :F ) ] ] ) ] . :a a :D ; :p :b . :b a :F .", ":a a :C ."),
    "a value of a datatype": ("[] a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom xsd:integer ; rdfs:subClassOf :C . :a :p 5 . :b :p 'five' .", ":a a :C ."),
    "what is said of all things": ("owl:Thing rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :D ] . :C a owl:Class . :a a :C ; :p :b .", ":b a :D ."),
    "one key after another": (":C owl:hasKey ( :p ) . :a a :C ; :p :x . :b a :C ; :p :y . :c a :C ; :p :z . :x owl:sameAs :y .", ":a owl:sameAs :b ."),
    "an inverse of a functional property": (":p a owl:FunctionalProperty ; owl:inverseOf :q . :b :q :a . :c :q :a .", ":b owl:sameAs :c . :a :p :b, :c ."),
}  # fmt: skip

OWLRL_DIFFERS = {"prp-key": "owlrl takes no notice of the last property of a key", "one key after another": "the same"}
"""Probes on which the reference itself is wrong, and how."""


def triples(text: str) -> list[Any]:
    return [(q.subject, q.predicate, q.object) for q in ox.parse((HEAD + text).encode(), format=ox.RdfFormat.TURTLE)]


def conclusions(text: str, engine: str) -> InferenceResult:
    return infer(triples(text), make(engine), base=ID)[0]


def named(result: InferenceResult) -> set[Any]:
    return {t for t in result.triples if not any(isinstance(term, ox.BlankNode) for term in t)}


def test_there_is_a_probe_for_each_rule_that_is_covered() -> None:
    assert set(PROBES) == set(axioms.COVERED)


@pytest.mark.parametrize("engine", REASONERS)
@pytest.mark.parametrize("probe", [*PROBES, *TOGETHER])
def test_each_rule_concludes_what_the_specification_says(probe: str, engine: str) -> None:
    stated, expected = (PROBES | TOGETHER)[probe]
    result = conclusions(stated, engine)
    missing = set(triples(expected)) - set(result.triples)
    assert not missing
    if engine == "rules" and probe in PROBES:
        assert probe in result.by_rule
        assert sum(result.by_rule.values()) == len(result)


@pytest.mark.parametrize("probe", [*PROBES, *TOGETHER])
def test_the_reasoners_agree_on_each_probe(probe: str) -> None:
    stated = (PROBES | TOGETHER)[probe][0]
    agree = named(conclusions(stated, "rules")) == named(conclusions(stated, "owlrl"))
    assert agree == (probe not in OWLRL_DIFFERS), OWLRL_DIFFERS.get(probe, "")


def test_the_reasoners_agree_on_the_bundled_graph() -> None:
    kg = graph("oxigraph")
    ours, reference = kg.infer(engine="rules"), kg.infer(engine="owlrl")
    assert (ours.engine, reference.engine) == ("rules", "owlrl")
    assert ours.triples == reference.triples
    assert len(ours) > 500
