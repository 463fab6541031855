"""What follows from a graph by OWL 2 RL, by a reasoner that can be chosen; and whether it can all be true.

=================  ==========================================================================
:mod:`base`        the Protocol, the result, and what a result leaves out
:mod:`facts`       triples as numbers, with the indexes that joins need
:mod:`axioms`      axioms made into rules: the tables of the specification
:mod:`rules`       rules run forwards to a fixpoint, and read backwards to premises
:mod:`fixpoint`    the library's own reasoner
:mod:`owlrl`       the reference reasoner
:mod:`datatypes`   forms and values of literals
:mod:`consistency` contradictions, whichever reasoner ran
:mod:`cache`       the closure of the bundled graph, kept between runs
:mod:`conclusions` what reasoning has made of one graph
=================  ==========================================================================
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from clayonto.errors import UnknownEngineError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.inference.base import InferenceResult, Reasoner
    from clayonto.inference.consistency import Inconsistency
    from clayonto.inference.facts import Triple

REASONERS: Final = ("rules", "owlrl")
"""The reasoners there are, the default first."""


def make(name: str | None = None) -> Reasoner:
    """A reasoner.

    :param name: one of :data:`REASONERS`; ``None`` takes the first.
    :raises UnknownEngineError: for any other name.

    >>> make().name
    'rules'
    """
    match name:
        case None | "rules":
            from clayonto.inference.fixpoint import RulesReasoner

            return RulesReasoner()
        case "owlrl":
            from clayonto.inference.owlrl import OwlrlReasoner

            return OwlrlReasoner()
        case _:
            raise UnknownEngineError(name, REASONERS, hint=f"The reasoners are {' and '.join(REASONERS)}.")


def infer(
    triples: Iterable[Triple], reasoner: Reasoner, *, base: str, trivial: bool = False
) -> tuple[InferenceResult, list[Inconsistency]]:
    """What follows from triples, and what in all of it cannot be true.

    :param triples: of pyoxigraph terms; they are not changed.
    :param trivial: whether to conclude what says nothing as well; see :func:`clayonto.inference.base.says_nothing`.
    :raises EngineError: if the reasoner fails.
    """
    from clayonto.inference.base import InferenceResult, is_rdf, says_nothing, what_says_nothing
    from clayonto.inference.consistency import inconsistencies
    from clayonto.validation.data import no_collecting

    if trivial:
        triples = list(triples)
    with no_collecting():
        closure = reasoner.close(triples)
        contradictions = inconsistencies(closure.facts)
    inferred = [(rule, t) for rule, made in closure.inferred.items() for t in made if is_rdf(t)]
    found = [t for _, t in inferred if not says_nothing(t)]
    by_rule = Counter(rule for rule, t in inferred if rule and not says_nothing(t))
    if trivial:
        known = {*triples, *found}
        more = (*(t for _, t in inferred), *what_says_nothing([*triples, *found]))
        found += [t for t in dict.fromkeys(more) if t not in known]
    texts = sorted((str(s), str(p), str(o), number) for number, (s, p, o) in enumerate(found))
    result = InferenceResult(
        triples=tuple(found[number] for _, _, _, number in texts),
        engine=reasoner.name,
        version=reasoner.version,
        by_rule=dict(by_rule.most_common()),
        base=base,
    )
    return result, contradictions
