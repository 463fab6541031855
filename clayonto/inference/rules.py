"""Rules, run forwards to a fixpoint and read backwards to the premises of a fact.

A :class:`Rule` is a rule of OWL 2 RL with an axiom already put in: for ``clay:amountOf rdfs:domain clay:MonetaryAmount``, prp-dom is
"whoever has a clay:amountOf is a clay:MonetaryAmount". Its predicates are constants then, which is what makes running it cheap.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final, NamedTuple

from clayonto.inference.datatypes import differ, holds, well_formed
from clayonto.inference.facts import Binding, Fact, Facts, Pair, Pattern, put
from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_OWL: Final = PREFIXES["owl"]


class Rule(NamedTuple):
    """A rule of OWL 2 RL for one axiom.

    ``name`` is its name in the specification, ``head`` what follows when all of ``body`` holds (``None``: a contradiction), ``axioms`` the
    facts it was made from. ``guard`` holds besides: of two literals that they ``differ``, or of a literal that it is ``inside`` or ``outside`` a datatype.
    """

    name: str
    body: tuple[Pattern, ...]
    head: Pattern | None
    axioms: tuple[Fact, ...] = ()
    guard: tuple[str, int, int] | None = None


class Derivation(NamedTuple):
    """One step by which a fact follows: the name of the rule, and the facts it needs, the axiom last."""

    rule: str
    premises: tuple[Fact, ...]


def solutions(facts: Facts, rule: Rule, binding: Binding | None = None, skip: int = -1) -> Iterator[Binding]:
    """The bindings in which a rule's body holds.

    :param skip: the place of a pattern of the body that the binding already fulfils.
    """
    body = rule.body if skip < 0 else rule.body[:skip] + rule.body[skip + 1 :]
    for found in facts.solve(body, binding or {}):
        if rule.guard is None or _guard(facts, rule.guard, found):
            yield found


def _guard(facts: Facts, guard: tuple[str, int, int], binding: Binding) -> bool:
    kind, *places = guard
    one, other = (binding[place] if place < 0 else place for place in places)
    if one not in facts.literals:
        return False
    if kind == "outside" and not well_formed(facts.terms[one]):
        return False  # a contradiction by itself, whatever it is a value of
    if kind != "differ":
        return holds(facts.terms[one], facts.terms[other].value) is (kind == "inside")
    return other in facts.literals and differ(facts.terms[one], facts.terms[other])


class Program:
    """Rules and the facts they are run on.

    :param compile_rules: gives the rules that the facts' axioms make; asked again when rules have made new axioms.
    :param is_axiom: whether facts of a predicate, with an object, can be axioms.
    """

    def __init__(
        self, facts: Facts, compile_rules: Callable[[Facts], Iterable[Rule]], is_axiom: Callable[[int, Iterable[Pair]], bool]
    ) -> None:
        self.facts = facts
        self.rules: dict[Rule, None] = {}
        # What was inferred, in the order in which it was: the rule that made it first, predicate and pairs.
        self.made: list[tuple[str, int, list[Pair]]] = []
        self._compile = compile_rules
        self._is_axiom = is_axiom
        self._same_as = facts.named(_OWL + "sameAs")
        # The rules that a new fact may fire, by its predicate, and by its object too where the pattern has one.
        self._triggers: dict[int, list[tuple[Rule, int]]] = defaultdict(list)
        self._triggers_of: dict[Pair, list[tuple[Rule, int]]] = defaultdict(list)
        self._heads: dict[Pair, list[Rule]] = defaultdict(list)
        self._ranks: dict[Fact, int] = {}
        self._waiting: dict[int, list[Pair]] = {}
        self._axioms_changed = False

    # -------------------------------------------------------------- forwards

    def run(self) -> None:
        """Add all that follows to the facts."""
        if self.facts.pairs.get(self._same_as):
            self._waiting[self._same_as] = list(self.facts.pairs[self._same_as])
        while True:
            self._axioms_changed = False
            fresh = [rule for rule in self._compile(self.facts) if rule not in self.rules]
            for rule in fresh:
                self._learn(rule)
            for rule in fresh:
                self._fire(rule)
            while self._waiting:
                predicate, pairs = self._waiting.popitem()
                self._follow(predicate, pairs)
            if not self._axioms_changed:
                return

    def _learn(self, rule: Rule) -> None:
        self.rules[rule] = None
        for place, (_, p, o) in enumerate(rule.body):
            if o >= 0:
                self._triggers_of[p, o].append((rule, place))
            else:
                self._triggers[p].append((rule, place))

    def _fire(self, rule: Rule) -> None:
        """Draw a new rule's conclusions from all facts."""
        if rule.head is None:
            return
        if len(rule.body) == 1 and rule.guard is None:
            s, p, o = rule.body[0]
            if s < 0 and o >= 0:
                self._simple(rule, [(subject, o) for subject in self.facts.subjects(p, o)])
                return
            self._simple(rule, list(self.facts.pairs.get(p, ())))
            return
        self._conclude(rule, (put(rule.head, binding) for binding in solutions(self.facts, rule)))

    def _follow(self, predicate: int, pairs: list[Pair]) -> None:
        """Draw all conclusions from new facts of one predicate."""
        for rule, place in self._triggers.get(predicate, ()):
            self._join(rule, place, pairs)
        by_object: dict[int, list[Pair]] = defaultdict(list)
        for pair in pairs:
            by_object[pair[1]].append(pair)
        for value, those in by_object.items():
            for rule, place in self._triggers_of.get((predicate, value), ()):
                self._join(rule, place, those)
        if self.facts.pairs.get(self._same_as):
            self._replace(predicate, pairs)

    def _join(self, rule: Rule, place: int, pairs: list[Pair]) -> None:
        if rule.head is None:
            return
        if len(rule.body) == 1 and rule.guard is None:
            self._simple(rule, pairs)
            return
        s, _, o = rule.body[place]
        made: list[Fact] = []
        for subject, value in pairs:
            if (s >= 0 and s != subject) or (s == o and subject != value):
                continue
            binding = {s: subject} if s < 0 else {}
            if o < 0:
                binding[o] = value
            made += (put(rule.head, found) for found in solutions(self.facts, rule, binding, place))
        self._conclude(rule, made)

    def _simple(self, rule: Rule, pairs: list[Pair]) -> None:
        """A rule of one pattern, the most of them: no binding is made."""
        assert rule.head is not None
        s, _, o = rule.body[0]
        subject, predicate, value = rule.head
        if s >= 0 or (s == o):
            pairs = [pair for pair in pairs if (s < 0 or pair[0] == s) and (s != o or pair[0] == pair[1])]
        if (subject, value) == (s, o):
            made: Iterable[Pair] = pairs
        elif (subject, value) == (o, s):
            made = {(b, a) for a, b in pairs}
        elif subject == s:
            made = {(a, value) for a, _ in pairs}
        elif subject == o:
            made = {(b, value) for _, b in pairs}
        else:
            made = {(subject, a if value == s else b if value == o else value) for a, b in pairs}
        self._add(rule.name, predicate, made)

    def _conclude(self, rule: Rule, made: Iterable[Fact]) -> None:
        assert rule.head is not None
        self._add(rule.name, rule.head[1], {(s, o) for s, _, o in made})

    def _add(self, name: str, predicate: int, pairs: Iterable[Pair]) -> None:
        if predicate == self._same_as:  # that a thing is itself says nothing
            pairs = [pair for pair in pairs if pair[0] != pair[1]]
        fresh = self.facts.add(predicate, pairs)
        if not fresh:
            return
        self.made.append((name, predicate, fresh))
        self._waiting.setdefault(predicate, []).extend(fresh)
        self._axioms_changed = self._axioms_changed or self._is_axiom(predicate, fresh)

    def _replace(self, predicate: int, pairs: list[Pair]) -> None:
        """Rules eq-rep-s, eq-rep-p and eq-rep-o: what holds of a thing holds of the same thing by another name."""
        facts, same = self.facts, self._same_as
        if predicate == same:
            for one, other in pairs:
                if one == other:
                    continue
                for p in list(facts.pairs):
                    self._add("eq-rep-s", p, [(other, o) for o in facts.objects(one, p)])
                    self._add("eq-rep-o", p, [(s, other) for s in facts.subjects(p, one)])
                self._add("eq-rep-p", other, list(facts.pairs.get(one, ())))
        self._add("eq-rep-s", predicate, [(x, o) for s, o in pairs for x in facts.objects(s, same)])
        self._add("eq-rep-o", predicate, [(s, x) for s, o in pairs for x in facts.objects(o, same)])
        for x in list(facts.objects(predicate, same)):
            self._add("eq-rep-p", x, pairs)

    # -------------------------------------------------------------- backwards

    def ranks(self) -> dict[Fact, int]:
        """Each inferred fact with the step at which it was made, from facts of earlier steps alone; stated facts have none."""
        if not self._ranks:
            self._ranks = {(s, p, o): step for step, (_, p, pairs) in enumerate(self.made) for s, o in pairs}
        return self._ranks

    def derivations(self, fact: Fact) -> Iterator[Derivation]:
        """Every step by which a fact follows from facts that are here."""
        subject, predicate, value = fact
        for rule in self.concluding(predicate, value):
            binding = self.unify(rule, fact)
            if binding is None:
                continue
            for found in solutions(self.facts, rule, binding):
                premises = tuple(put(pattern, found) for pattern in rule.body)
                if fact not in premises and fact not in rule.axioms:
                    yield Derivation(rule.name, (*premises, *rule.axioms))
        if self.facts.pairs.get(self._same_as):
            yield from self._replacements(subject, predicate, value)

    def concluding(self, predicate: int, value: int) -> Iterator[Rule]:
        """The rules that may conclude a fact with this predicate and object."""
        if not self._heads:
            for rule in self.rules:
                if rule.head is not None:
                    self._heads[rule.head[1], max(rule.head[2], -1)].append(rule)
        yield from self._heads.get((predicate, value), ())
        yield from self._heads.get((predicate, -1), ())

    @staticmethod
    def unify(rule: Rule, fact: Fact) -> Binding | None:
        """What a rule's variables are when its conclusion is a fact."""
        binding: Binding = {}
        for place, term in zip(rule.head or (), fact, strict=True):
            if (place >= 0 and place != term) or (place < 0 and binding.setdefault(place, term) != term):
                return None
        return binding

    def _replacements(self, subject: int, predicate: int, value: int) -> Iterator[Derivation]:
        facts, same = self.facts, self._same_as
        goal = (subject, predicate, value)
        for place, name in enumerate(("eq-rep-s", "eq-rep-p", "eq-rep-o")):
            term = goal[place]
            for other in facts.subjects(same, term):
                goal_from = list(goal)
                goal_from[place] = other
                s, p, o = goal_from
                source, equal = (s, p, o), (other, same, term)
                if other != term and source in facts and goal not in (source, equal):
                    yield Derivation(name, (source, equal))
