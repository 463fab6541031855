"""Why a triple holds: it is stated, in a file, with the passage that says so; or it follows, by a proof; or it does not, and what would be missing.

:func:`explain` answers for a triple, :func:`clayonto.explain.figures.account` for a figure: the claims behind it. Both answers are text in
English and Finnish, JSON, Turtle and a drawing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.engines.oxigraph import from_python, to_python
from clayonto.errors import TermError, nearest
from clayonto.explain.model import Explanation, Missing, Proof, claims_behind
from clayonto.explain.proofs import BOUND, near_misses, prove
from clayonto.inference.base import OWN, says_nothing
from clayonto.namespaces import PREFIXES, expand, shorten
from clayonto.terms import IRI, LangString, TypedLiteral, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clayonto.explain.proofs import Tree
    from clayonto.graph import KnowledgeGraph
    from clayonto.inference.consistency import Inconsistency
    from clayonto.inference.facts import Facts, Triple
    from clayonto.inference.rules import Program

__all__ = ["Explanation", "Missing", "Proof", "explain", "term_of"]

_SMALL: Final = 100_000
"""Up to how many facts it is tried out whether an absent triple would contradict them."""
_OWL: Final = PREFIXES["owl"]


def explain(graph: KnowledgeGraph, s: str, p: str, o: Value, *, bound: int = BOUND) -> Explanation:
    """Explain a triple. See :meth:`clayonto.KnowledgeGraph.explain`."""
    triple = (ox.NamedNode(expand(s, base=graph.base)), _property(p, graph.base), term_of(o, base=graph.base))
    program = graph.program()
    facts = program.facts
    fact = facts.fact(triple)
    if fact is not None and fact in facts:
        tree, whole = prove(program, fact, bound=bound)
        return Explanation.of(graph, triple, proof=_proof(graph, facts, tree), whole=whole)
    unknown = tuple(t for t in triple if isinstance(t, ox.NamedNode) and not t.value.startswith(OWN) and not facts.known(t))
    if says_nothing(triple) and not unknown:
        return Explanation.of(graph, triple, proof=Proof(triple, rule=_rule_of_nothing(triple)))
    goal = (facts.number(triple[0]), facts.number(triple[1]), facts.number(triple[2]))
    misses, more = near_misses(program, goal)
    return Explanation.of(
        graph,
        triple,
        missing=tuple(
            Missing(miss.rule, tuple(map(facts.triple, miss.holds)), tuple(_open(facts, pattern) for pattern in miss.missing))
            for miss in misses
        ),
        more_missing=more,
        instead=tuple(facts.terms[n] for n in sorted(facts.objects(goal[0], goal[1]), key=lambda n: str(facts.terms[n]))),
        contradictions=None if len(facts) > _SMALL else tuple(_contradictions(program, triple)),
        unknown=tuple((str(term.value), _near(facts, term, graph.base)) for term in unknown),
    )


def term_of(value: Value, *, base: str) -> Any:
    r"""The pyoxigraph term that a person means: a Python value, or text that is an IRI, a CURIE, a path below ``base``, or a literal in Turtle.

    Literals come in the form in which an engine holds them.

    :raises TermError: if the text is none of these.

    >>> print(term_of('"moi"@fi', base="https://example.org/"), term_of("1.50", base="https://example.org/"))
    "moi"@fi "1.5"^^<http://www.w3.org/2001/XMLSchema#decimal>
    """
    if isinstance(value, IRI):
        return ox.NamedNode(expand(value, base=base))
    if not isinstance(value, str) or isinstance(value, LangString | TypedLiteral):
        return from_python(value)
    text = value.strip()
    if not text or (text[0] not in "\"'+-.0123456789" and text not in ("true", "false")):
        return ox.NamedNode(expand(text, base=base))
    head = "".join(f"@prefix {prefix}: <{namespace}> . " for prefix, namespace in PREFIXES.items())
    try:
        quads = list(ox.parse(f"{head}<urn:s> <urn:p> {text}\n.".encode(), format=ox.RdfFormat.TURTLE, base_iri=base))
    except SyntaxError as error:
        raise TermError(
            f"“{text}” is no literal: {error.msg.partition(': ')[2] or error.msg}. Write it as in Turtle, text in quotes."
        ) from error
    if len(quads) != 1 or not isinstance(quads[0].object, ox.Literal):
        raise TermError(f"“{text}” is not one literal. Write it as in Turtle, text in quotes.")
    return from_python(to_python(quads[0].object))


def _property(text: str, base: str) -> ox.NamedNode:
    return ox.NamedNode(PREFIXES["rdf"] + "type" if text == "a" else expand(text, base=base))


def _rule_of_nothing(triple: Triple) -> str:
    """The rule that concludes what says nothing."""
    predicate = triple[1].value
    if predicate == _OWL + "sameAs":
        return "eq-ref"
    return "scm-op" if predicate.endswith("Property") else "scm-cls"


def _proof(graph: KnowledgeGraph, facts: Facts, tree: Tree) -> Proof:
    """A proof in terms, with places and passages for what is stated."""
    made: dict[Any, Proof] = {}
    for node in reversed(list(_bottom_last(tree))):
        triple = facts.triple(node.fact)
        if node.rule is None:
            made[node.fact] = Proof(triple, place=graph.place_of(triple), claims=claims_behind(graph, triple))
        else:
            made[node.fact] = Proof(triple, rule=node.rule, premises=tuple(made[premise.fact] for premise in node.premises))
    return made[tree.fact]


def _bottom_last(tree: Tree) -> Iterator[Tree]:
    """The facts of a proof, each before all those it rests on."""
    order: dict[Any, Tree] = {}
    waiting: list[tuple[Tree, bool]] = [(tree, False)]
    while waiting:
        node, done = waiting.pop()
        if node.fact in order:
            continue
        if done:
            order[node.fact] = node
        else:
            waiting += [(node, True), *((premise, False) for premise in node.premises)]
    return iter(reversed(order.values()))


def _open(facts: Facts, pattern: tuple[int, int, int]) -> tuple[Any, ...]:
    """A pattern in terms, its variables as ``?x``, ``?y`` and so on."""
    return tuple(facts.terms[term] if term >= 0 else f"?{'xyzuvw'[(-term - 1) % 6]}" for term in pattern)


def _contradictions(program: Program, triple: Triple) -> Iterator[Inconsistency]:
    """What would contradict itself if a triple were stated as well."""
    from clayonto.inference.consistency import inconsistencies
    from clayonto.inference.fixpoint import program_of

    facts = program.facts
    known = set(inconsistencies(facts))
    triples = (facts.triple((s, p, o)) for p, pairs in facts.pairs.items() for s, o in pairs)
    for found in inconsistencies(program_of([*triples, triple]).facts):
        if found not in known:
            yield found


def _near(facts: Facts, term: Any, base: str) -> tuple[str, ...]:
    """Names in the graph that look like one that is not."""
    names = (shorten(t.value, base=base) for t in facts.terms if isinstance(t, ox.NamedNode) and t != term)
    return tuple(nearest(shorten(term.value, base=base), names))
