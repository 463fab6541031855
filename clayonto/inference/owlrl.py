"""The reference reasoner: owlrl, the rules of OWL 2 RL as the specification has them, by brute force.

It is known to leave out the last member of ``owl:AllDifferent`` and ``owl:AllDisjointProperties``, which makes no difference here, since
contradictions are found by :mod:`clayonto.inference.consistency` whichever reasoner ran; and to fail on a literal whose form its datatype does not
allow. Triples with such a literal are kept from it: a graph that has one is a contradiction whatever follows from the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from clayonto.errors import EngineError
from clayonto.inference.base import Closure
from clayonto.inference.datatypes import well_formed
from clayonto.inference.facts import Facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clayonto.inference.facts import Triple


class OwlrlReasoner:
    """Asks owlrl. See :class:`clayonto.inference.base.Reasoner`."""

    name = "owlrl"

    @property
    def version(self) -> str:
        """The version of owlrl."""
        from importlib.metadata import version

        return version("owlrl")

    def close(self, triples: Iterable[Triple]) -> Closure:
        """All that follows from triples."""
        import owlrl

        from clayonto.validation import to_rdflib

        triples = list(triples)
        graph = to_rdflib(t for t in triples if not isinstance(t[2], ox.Literal) or well_formed(t[2]))
        before = set(graph)
        try:
            owlrl.DeductiveClosure(owlrl.OWLRL_Semantics, rdfs_closure=False, axiomatic_triples=False, datatype_axioms=False).expand(graph)
        except Exception as error:  # owlrl raises whatever its parts raise
            raise EngineError(f"owlrl could not reason over the graph: {error!s:.300}. The engine “rules” may.") from error
        facts = Facts(triples)
        inferred = list(from_rdflib(t for t in graph if t not in before))
        for s, p, o in inferred:
            facts.add(facts.number(p), [(facts.number(s), facts.number(o))])
        return Closure(facts, {"": inferred})


def from_rdflib(triples: Iterable[Any]) -> Iterator[Triple]:
    """Triples of rdflib as pyoxigraph terms; those that RDF does not allow are left out."""
    import rdflib

    def term(t: Any) -> Any:
        if isinstance(t, rdflib.URIRef):
            return ox.NamedNode(str(t))
        if isinstance(t, rdflib.BNode):
            return ox.BlankNode(str(t))
        if t.language:
            return ox.Literal(str(t), language=t.language)
        return ox.Literal(str(t), datatype=ox.NamedNode(str(t.datatype))) if t.datatype else ox.Literal(str(t))

    for s, p, o in triples:
        if isinstance(p, rdflib.URIRef) and not isinstance(s, rdflib.Literal):
            yield term(s), term(p), term(o)
