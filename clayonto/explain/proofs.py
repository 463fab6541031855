"""The shortest proof of a fact: the rules of a program read backwards, from the fact to what is stated.

Every fact has a rank, the step at which the rules made it, and was made from facts of lower rank; so one proof is always found, by going down
the ranks. Shorter ones are searched for within a bound.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.inference.facts import put
from clayonto.inference.rules import Derivation, solutions

if TYPE_CHECKING:
    from clayonto.inference.facts import Binding, Fact, Facts, Pattern
    from clayonto.inference.rules import Program, Rule

BOUND: Final = 2000
"""How many facts are traced back when the shortest proof is searched for."""
_WAYS: Final = 50  # ways to one fact that are weighed
_NEAR: Final = 5


class Tree(NamedTuple):
    """A fact, the rule that concludes it (``None``: it is stated) and the proofs of what the rule needs. A fact is the same object each time."""

    fact: Fact
    rule: str | None
    premises: tuple[Tree, ...]


class NearMiss(NamedTuple):
    """A rule that would conclude a fact if more were stated: what holds of what it needs, and the patterns that nothing fulfils."""

    rule: str
    holds: tuple[Fact, ...]
    missing: tuple[Pattern, ...]


def prove(program: Program, goal: Fact, *, bound: int = BOUND) -> tuple[Tree, bool]:
    """The shortest proof that was found of a fact that the program has, and whether all were looked at.

    The shortest has the fewest rule applications, a premise counted each time it is used; equals are told apart by the names of the rules.
    """
    ranks = program.ranks()
    ways, whole = _trace(program, goal, bound)
    costs: dict[Fact, int] = {}
    best: dict[Fact, Derivation] = {}

    def in_words(step: Derivation) -> tuple[str, list[str]]:
        # Numbers differ from run to run, names do not.
        return step.rule, [str(program.facts.terms[term]) for premise in step.premises for term in premise]

    changed = True
    while changed:
        changed = False
        for fact, derivations in reversed(ways.items()):  # what is farthest off first, so that one pass does most of it
            for step in derivations:
                if any(p in ranks and p not in costs for p in step.premises):
                    continue
                cost = 1 + sum(costs[p] for p in step.premises if p in ranks)
                if fact not in costs or cost < costs[fact] or (cost == costs[fact] and in_words(step) < in_words(best[fact])):
                    costs[fact], best[fact] = cost, step
                    changed = True
    return _tree(program, goal, best, ranks), whole


def _trace(program: Program, goal: Fact, bound: int) -> tuple[dict[Fact, list[Derivation]], bool]:
    """The ways to a fact and to what they need, nearest first; and whether these are all."""
    ranks = program.ranks()
    ways: dict[Fact, list[Derivation]] = {}
    waiting = [goal] if goal in ranks else []
    whole = True
    for fact in waiting:
        if fact in ways:
            continue
        if len(ways) == bound:
            whole = False
            break
        found = list(islice(program.derivations(fact), _WAYS + 1))
        whole = whole and len(found) <= _WAYS
        ways[fact] = found[:_WAYS]
        waiting += (p for step in ways[fact] for p in step.premises if p in ranks and p not in ways)
    return ways, whole


def _tree(program: Program, goal: Fact, best: dict[Fact, Derivation], ranks: dict[Fact, int]) -> Tree:
    """The proof that the best steps make; below the bound of the search, of the steps that the rules took."""
    made: dict[Fact, Tree] = {}
    waiting = [goal]
    while waiting:
        fact = waiting[-1]
        if fact in made:
            waiting.pop()
            continue
        if fact not in ranks:
            made[fact] = Tree(fact, None, ())
            continue
        step = best.get(fact) or next(s for s in program.derivations(fact) if all(ranks.get(p, -1) < ranks[fact] for p in s.premises))
        best[fact] = step
        open_ones = [p for p in step.premises if p not in made]
        if open_ones:
            waiting += open_ones
        else:
            made[fact] = Tree(fact, step.rule, tuple(made[p] for p in step.premises))
    return made[goal]


def near_misses(program: Program, goal: Fact) -> tuple[list[NearMiss], int]:
    """What rules would conclude a fact that the program lacks, those that lack least first; and how many more there are."""
    found: dict[tuple[str, tuple[Pattern, ...]], NearMiss] = {}
    for rule in program.concluding(goal[1], goal[2]):
        binding = program.unify(rule, goal)
        if binding is None or goal in rule.axioms:
            continue
        near = _nearest(program.facts, rule, binding)
        if goal not in near.missing:
            found.setdefault((near.rule, near.missing), near)
    ordered = sorted(found.values(), key=lambda near: (len(near.missing), -len(near.holds), near))
    return ordered[:_NEAR], max(len(ordered) - _NEAR, 0)


def _nearest(facts: Facts, rule: Rule, binding: Binding) -> NearMiss:
    """How much of a rule's body holds: all but one pattern if possible, else what holds by itself."""
    for number, pattern in enumerate(rule.body):
        if len(rule.body) == 1:
            break
        solution = next(solutions(facts, rule._replace(guard=None), dict(binding), number), None)
        if solution is not None:
            holds = tuple(put(p, solution) for n, p in enumerate(rule.body) if n != number)
            return NearMiss(rule.name, (*holds, *rule.axioms), (_partly(pattern, solution),))
    bound = [_partly(pattern, binding) for pattern in rule.body]
    holds = tuple(p for p in bound if min(p) >= 0 and p in facts)
    return NearMiss(rule.name, (*holds, *rule.axioms), tuple(p for p in bound if p not in holds))


def _partly(pattern: Pattern, binding: Binding) -> Pattern:
    s, p, o = pattern
    return binding.get(s, s), p, binding.get(o, o)
