"""The library's own reasoner: the ontology's axioms made into rules, the rules run until they make nothing new."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clayonto.inference.axioms import Vocabulary, rules
from clayonto.inference.base import Closure
from clayonto.inference.facts import Facts
from clayonto.inference.rules import Program

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.inference.facts import Triple


class RulesReasoner:
    """Runs rules over numbered facts. See :class:`clayonto.inference.base.Reasoner`."""

    name = "rules"

    @property
    def version(self) -> str:
        """The version of clayonto."""
        from importlib.metadata import version

        return version("clayonto")

    def close(self, triples: Iterable[Triple]) -> Closure:
        """All that follows from triples."""
        program = program_of(triples)
        terms = program.facts.terms
        by_rule: dict[str, list[Triple]] = {}
        for name, p, pairs in program.made:
            by_rule.setdefault(name, []).extend((terms[s], terms[p], terms[o]) for s, o in pairs)
        return Closure(program.facts, by_rule)


def program_of(triples: Iterable[Triple], *, run: bool = True) -> Program:
    """Rules made from the axioms among triples, run on them to the end; with ``run=False`` to be run."""
    facts = Facts(triples)
    vocabulary = Vocabulary(facts)
    program = Program(facts, lambda _: rules(vocabulary), vocabulary.is_axiom)
    if run:
        program.run()
    return program
