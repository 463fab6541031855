"""Triples as pairs of numbers, by predicate, with the indexes that joins need, made when one first needs them.

Terms are numbered once, so that rules compare and hash small integers. A pattern is a triple of numbers: 0 and above a term, below 0 a variable.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, TypeAlias

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

Pair: TypeAlias = tuple[int, int]
Fact: TypeAlias = tuple[int, int, int]
Pattern: TypeAlias = tuple[int, int, int]
Binding: TypeAlias = dict[int, int]
Triple: TypeAlias = tuple[Any, Any, Any]
"""Of pyoxigraph terms, whose stubs know no common type for what may stand where."""

_NONE: Final[tuple[()]] = ()


class Facts:
    """A set of facts that grows."""

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self.terms: list[Any] = []
        self.numbers: dict[Any, int] = {}
        self.literals: set[int] = set()
        self.pairs: dict[int, set[Pair]] = {}
        self._by_subject: dict[int, dict[int, list[int]]] = {}
        self._by_object: dict[int, dict[int, list[int]]] = {}
        self.type = self.number(ox.NamedNode(PREFIXES["rdf"] + "type"))
        numbers, number = self.numbers, self.number
        for s, p, o in triples:
            subject = numbers.get(s)
            predicate = numbers.get(p)
            value = numbers.get(o)
            pair = (number(s) if subject is None else subject, number(o) if value is None else value)
            if predicate is None:
                predicate = number(p)
            known = self.pairs.get(predicate)
            if known is None:
                known = self.pairs[predicate] = set()
            known.add(pair)

    def number(self, term: Any) -> int:
        """The number of a term, a new one if it has none."""
        number = self.numbers.get(term)
        if number is None:
            number = self.numbers[term] = len(self.terms)
            self.terms.append(term)
            if isinstance(term, ox.Literal):
                self.literals.add(number)
        return number

    def named(self, iri: str) -> int:
        """The number of an IRI."""
        return self.number(ox.NamedNode(iri))

    def triple(self, fact: Fact) -> Triple:
        """A fact as terms."""
        return self.terms[fact[0]], self.terms[fact[1]], self.terms[fact[2]]

    def fact(self, triple: Triple) -> Fact | None:
        """A triple as numbers; ``None`` if one of its terms is in no fact."""
        s, p, o = (self.numbers.get(term) for term in triple)
        return None if s is None or p is None or o is None else (s, p, o)

    def known(self, term: Any) -> bool:
        """Whether a term is in any fact."""
        number = self.numbers.get(term)
        if number is None:
            return False
        return number in self.pairs or any(self.objects(number, p) or self.subjects(p, number) for p in self.pairs)

    def __contains__(self, fact: Fact) -> bool:
        return (fact[0], fact[2]) in self.pairs.get(fact[1], _NONE)

    def __len__(self) -> int:
        return sum(len(pairs) for pairs in self.pairs.values())

    def add(self, predicate: int, pairs: Iterable[Pair]) -> list[Pair]:
        """Add facts of one predicate, and give those that are new.

        Facts are of generalised RDF, as the rules are: a literal may be a subject on the way to a conclusion that is RDF.
        """
        known = self.pairs.setdefault(predicate, set())
        fresh = [pair for pair in pairs if pair not in known]
        known.update(fresh)
        by_subject, by_object = self._by_subject.get(predicate), self._by_object.get(predicate)
        if by_subject is not None:
            for s, o in fresh:
                by_subject.setdefault(s, []).append(o)
        if by_object is not None:
            for s, o in fresh:
                by_object.setdefault(o, []).append(s)
        return fresh

    def objects(self, subject: int, predicate: int) -> Collection[int]:
        """The objects of a subject's property."""
        index = self._by_subject.get(predicate)
        if index is None:
            index = self._by_subject[predicate] = {}
            for s, o in self.pairs.get(predicate, _NONE):
                index.setdefault(s, []).append(o)
        return index.get(subject, _NONE)

    def subjects(self, predicate: int, value: int) -> Collection[int]:
        """The subjects that have a value of a property."""
        index = self._by_object.get(predicate)
        if index is None:
            index = self._by_object[predicate] = {}
            for s, o in self.pairs.get(predicate, _NONE):
                index.setdefault(o, []).append(s)
        return index.get(value, _NONE)

    def items(self, head: int) -> list[list[int]] | None:
        """The members of an RDF list, each with all its names; ``None`` if the list is malformed or goes in a circle.

        A member that is the same as another thing is in the list by either name, once rules have run.
        """
        first, rest, nil = (self.named(PREFIXES["rdf"] + name) for name in ("first", "rest", "nil"))
        same = self.named(PREFIXES["owl"] + "sameAs")
        members: list[list[int]] = []
        seen: set[int] = set()
        while head != nil:
            here, after = sorted(set(self.objects(head, first))), self.objects(head, rest)
            if head in seen or not here or len(after) != 1 or any((here[0], same, other) not in self for other in here[1:]):
                return None
            seen.add(head)
            members.append(here)
            (head,) = after
        return members

    # -------------------------------------------------------------- joins

    def matches(self, pattern: Pattern, binding: Binding) -> Iterator[Binding]:
        """The bindings, each an extension of the given one, in which a pattern holds; its predicate is a constant."""
        s, p, o = pattern
        subject = binding.get(s) if s < 0 else s
        value = binding.get(o) if o < 0 else o
        if subject is not None and value is not None:
            if (subject, p, value) in self:
                yield binding
        elif subject is not None:
            for found in self.objects(subject, p):
                yield {**binding, o: found}
        elif value is not None:
            for found in self.subjects(p, value):
                yield {**binding, s: found}
        elif s == o:
            for one, other in self.pairs.get(p, _NONE):
                if one == other:
                    yield {**binding, s: one}
        else:
            for one, other in self.pairs.get(p, _NONE):
                yield {**binding, s: one, o: other}

    def solve(self, patterns: tuple[Pattern, ...], binding: Binding) -> Iterator[Binding]:
        """The bindings in which all patterns hold, the most selective pattern first."""
        if not patterns:
            yield binding
            return
        best = min(range(len(patterns)), key=lambda n: self._extent(patterns[n], binding)) if len(patterns) > 1 else 0
        others = patterns[:best] + patterns[best + 1 :]
        # Rules add facts while their solutions are read, so each step works on what is there when it starts.
        for found in list(self.matches(patterns[best], binding)):
            yield from self.solve(others, found)

    def _extent(self, pattern: Pattern, binding: Binding) -> int:
        s, p, o = pattern
        subject = binding.get(s) if s < 0 else s
        value = binding.get(o) if o < 0 else o
        if subject is not None and value is not None:
            return 0
        if subject is not None:
            return len(self.objects(subject, p))
        if value is not None:
            return len(self.subjects(p, value))
        return len(self.pairs.get(p, _NONE))


def put(pattern: Pattern, binding: Binding) -> Fact:
    """A pattern with its variables bound."""
    s, p, o = pattern
    return binding[s] if s < 0 else s, p, binding[o] if o < 0 else o
