"""Explanations as PROV: each triple a reified statement, each step an activity that used some statements and generated one.

A stated triple has the file and line it is stated at (``dct:source``), and was derived from the claims behind it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES
from clayonto.turtle import write_turtle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.explain.model import Explanation, Proof

RULES: Final = ox.NamedNode("https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules")


def _name(curie: str) -> ox.NamedNode:
    prefix, _, local = curie.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


_TYPE: Final = _name("rdf:type")


def of_explanation(explanation: Explanation) -> str:
    """An explanation in sorted Turtle. One of an absent triple has the statement alone, marked as invalidated by nothing that generated it."""
    triples: list[tuple[Any, Any, Any]] = []
    if explanation.proof is None:
        triples += _statement(ox.BlankNode("statement1"), explanation.triple)
        triples.append((ox.BlankNode("statement1"), _name("rdfs:comment"), ox.Literal("not in the graph", language="en")))
        return write_turtle(triples, base=explanation.base)
    proofs = list(explanation.proof.walk())
    nodes = {id(proof): ox.BlankNode(f"statement{number}") for number, proof in enumerate(proofs, 1)}
    for number, proof in enumerate(proofs, 1):
        node = nodes[id(proof)]
        triples += _statement(node, proof.triple)
        triples += _origin(node, proof) if proof.rule is None else _step(node, ox.BlankNode(f"step{number}"), proof, nodes)
    return write_turtle(triples, base=explanation.base)


def _statement(node: Any, triple: Any) -> Iterator[tuple[Any, Any, Any]]:
    yield node, _TYPE, _name("rdf:Statement")
    yield node, _TYPE, _name("prov:Entity")
    for place, term in zip(("subject", "predicate", "object"), triple, strict=True):
        yield node, _name(f"rdf:{place}"), term


def _origin(node: Any, proof: Proof) -> Iterator[tuple[Any, Any, Any]]:
    if proof.place is not None:
        yield node, _name("dct:source"), ox.Literal(str(proof.place))
    for claim in proof.claims:
        yield node, _name("prov:wasDerivedFrom"), ox.NamedNode(claim.iri)
        yield ox.NamedNode(claim.iri), _name("prov:wasQuotedFrom"), ox.NamedNode(claim.passage)


def _step(node: Any, step: Any, proof: Proof, nodes: dict[int, ox.BlankNode]) -> Iterator[tuple[Any, Any, Any]]:
    yield node, _name("prov:wasGeneratedBy"), step
    yield step, _TYPE, _name("prov:Activity")
    yield step, _name("dct:identifier"), ox.Literal(proof.rule or "")
    yield step, _name("rdfs:seeAlso"), RULES
    for premise in proof.premises:
        yield step, _name("prov:used"), nodes[id(premise)]
        yield node, _name("prov:wasDerivedFrom"), nodes[id(premise)]
