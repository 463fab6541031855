"""The axioms of a graph made into rules: the tables of OWL 2 RL, each rule with the axioms put in.

The rules and their names are those of https://www.w3.org/TR/owl2-profiles/#Reasoning_in_OWL_2_RL_and_RDF_Graphs_using_Rules. Left out are
those whose conclusions say nothing: eq-ref, prp-ap, cls-thing, cls-nothing1, dt-type1, scm-cls, scm-op and scm-dp; where an axiom speaks of all of
``owl:Thing``, or a class has another name, what they say of it is concluded all the same. No facts are made of the datatypes of literals (dt-type2,
dt-eq, dt-diff): rules ask for them where they need them, and two literals are equal as terms, not as values. The rules eq-rep-s, -p and -o are in
:mod:`clayonto.inference.rules`.
"""

from __future__ import annotations

from itertools import chain, combinations, permutations
from typing import TYPE_CHECKING, Final

from clayonto.inference.datatypes import is_datatype
from clayonto.inference.rules import Rule
from clayonto.namespaces import PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clayonto.inference.facts import Fact, Facts, Pair, Pattern

COVERED: Final = (
    "eq-sym", "eq-trans", "eq-rep-s", "eq-rep-p", "eq-rep-o",
    "prp-dom", "prp-rng", "prp-fp", "prp-ifp", "prp-symp", "prp-trp", "prp-spo1", "prp-spo2", "prp-eqp1", "prp-eqp2", "prp-inv1", "prp-inv2",
    "prp-key",
    "cls-int1", "cls-int2", "cls-uni", "cls-svf1", "cls-svf2", "cls-avf", "cls-hv1", "cls-hv2", "cls-maxc2", "cls-maxqc3", "cls-maxqc4", "cls-oo",
    "cax-sco", "cax-eqc1", "cax-eqc2",
    "scm-sco", "scm-eqc1", "scm-eqc2", "scm-spo", "scm-eqp1", "scm-eqp2", "scm-dom1", "scm-dom2", "scm-rng1", "scm-rng2",
    "scm-hv", "scm-svf1", "scm-svf2", "scm-avf1", "scm-avf2", "scm-int", "scm-uni",
)  # fmt: skip
"""The rules that conclude something, by their names in the specification."""

X, Y, Z, U = -1, -2, -3, -4

_RDFS_NAMES: Final = ("subClassOf", "subPropertyOf", "domain", "range")
_OWL_NAMES: Final = (
    "sameAs", "differentFrom", "equivalentClass", "equivalentProperty", "inverseOf", "propertyChainAxiom", "hasKey", "intersectionOf",
    "unionOf", "oneOf", "complementOf", "onProperty", "someValuesFrom", "allValuesFrom", "hasValue", "maxCardinality",
    "maxQualifiedCardinality", "onClass", "disjointWith", "propertyDisjointWith", "members", "distinctMembers", "sourceIndividual",
    "assertionProperty", "targetIndividual", "targetValue",
)  # fmt: skip
_KINDS: Final = (
    "FunctionalProperty", "InverseFunctionalProperty", "SymmetricProperty", "TransitiveProperty", "IrreflexiveProperty",
    "AsymmetricProperty", "AllDifferent", "AllDisjointClasses", "AllDisjointProperties", "Thing", "Nothing", "Class",
    "ObjectProperty", "DatatypeProperty",
)  # fmt: skip


class Vocabulary:
    """The numbers that the terms of RDFS and OWL have among some facts, by their names."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.type = facts.type
        self._numbers = {name: facts.named(PREFIXES["rdfs"] + name) for name in _RDFS_NAMES}
        self._numbers |= {name: facts.named(PREFIXES["owl"] + name) for name in (*_OWL_NAMES, *_KINDS)}
        self.axiom_predicates = {self._numbers[name] for name in (*_RDFS_NAMES, *_OWL_NAMES)}
        self.axiom_predicates |= {facts.named(PREFIXES["rdf"] + name) for name in ("first", "rest")}
        self.axiom_kinds = {self._numbers[name] for name in _KINDS}

    def __getitem__(self, name: str) -> int:
        return self._numbers[name]

    def pairs(self, name: str) -> list[Pair]:
        """Subject and object of each fact with a predicate, in the order of their numbers: the same text makes the same rules."""
        return sorted(self.facts.pairs.get(self[name], ()))

    def of_kind(self, name: str) -> list[int]:
        """What is of a class, in the order of its numbers."""
        return sorted(self.facts.subjects(self.type, self[name]))

    def value(self, subject: int, name: str) -> int | None:
        """The one object of a property; ``None`` if there is none or more than one."""
        found = self.facts.objects(subject, self[name])
        return next(iter(found)) if len(found) == 1 else None

    def is_axiom(self, predicate: int, pairs: Iterable[Pair]) -> bool:
        """Whether facts of one predicate may be, or be part of, an axiom."""
        return predicate in self.axiom_predicates or (predicate == self.type and any(o in self.axiom_kinds for _, o in pairs))

    def lists(self, name: str) -> Iterator[tuple[int, list[int], Fact]]:
        """Subject and members of each list-valued axiom, with the axiom; of several names of a member, one."""
        for subject, head in self.pairs(name):
            members = self.facts.items(head)
            if members is not None:
                yield subject, [names[0] for names in members], (subject, self[name], head)


def rules(v: Vocabulary) -> list[Rule]:
    """All rules that the facts' axioms make, those that need no axiom included."""
    made = [*_of_equality(v), *_of_properties(v), *_of_classes(v), *_of_restrictions(v), *_of_schema(v)]
    thing, classes = v["Thing"], v.of_kind("Class")
    if any(p == v.type and o == thing for rule in chain(made, contradictions(v)) for _, p, o in rule.body):
        # Whoever is of a declared class is a thing (scm-cls with cax-sco); said only where a rule asks for things.
        made += [Rule("scm-cls", ((X, v.type, c),), (X, v.type, thing), ((c, v.type, v["Class"]),)) for c in classes if c != thing]
    if v.facts.objects(thing, v["subClassOf"]):
        made += [Rule("scm-cls", (), (c, v["subClassOf"], thing), ((c, v.type, v["Class"]),)) for c in classes]
    if v.facts.subjects(v["subClassOf"], v["Nothing"]):
        made += [Rule("scm-cls", (), (v["Nothing"], v["subClassOf"], c), ((c, v.type, v["Class"]),)) for c in classes]
    if v.facts.pairs.get(v["sameAs"]):
        made += _of_other_names(v)
    return list(dict.fromkeys(made))


def _of_other_names(v: Vocabulary) -> Iterator[Rule]:
    """That a class or property is below itself says something once it has another name: what it is below."""
    for kind, rule, below in (
        ("Class", "scm-cls", "subClassOf"),
        ("ObjectProperty", "scm-op", "subPropertyOf"),
        ("DatatypeProperty", "scm-dp", "subPropertyOf"),
    ):
        for c in v.of_kind(kind):
            yield Rule(rule, (), (c, v[below], c), ((c, v.type, v[kind]),))


def _of_equality(v: Vocabulary) -> Iterator[Rule]:
    same = v["sameAs"]
    yield Rule("eq-sym", ((X, same, Y),), (Y, same, X))
    yield Rule("eq-trans", ((X, same, Y), (Y, same, Z)), (X, same, Z))


def _of_properties(v: Vocabulary) -> Iterator[Rule]:
    same, kind = v["sameAs"], v.type
    for p, c in v.pairs("domain"):
        yield Rule("prp-dom", ((X, p, Y),), (X, kind, c), ((p, v["domain"], c),))
    for p, c in v.pairs("range"):
        yield Rule("prp-rng", ((X, p, Y),), (Y, kind, c), ((p, v["range"], c),))
    for p in v.of_kind("FunctionalProperty"):
        yield Rule("prp-fp", ((X, p, Y), (X, p, Z)), (Y, same, Z), ((p, kind, v["FunctionalProperty"]),))
    for p in v.of_kind("InverseFunctionalProperty"):
        yield Rule("prp-ifp", ((Y, p, X), (Z, p, X)), (Y, same, Z), ((p, kind, v["InverseFunctionalProperty"]),))
    for p in v.of_kind("SymmetricProperty"):
        yield Rule("prp-symp", ((X, p, Y),), (Y, p, X), ((p, kind, v["SymmetricProperty"]),))
    for p in v.of_kind("TransitiveProperty"):
        yield Rule("prp-trp", ((X, p, Y), (Y, p, Z)), (X, p, Z), ((p, kind, v["TransitiveProperty"]),))
    for p, q in v.pairs("subPropertyOf"):
        yield Rule("prp-spo1", ((X, p, Y),), (X, q, Y), ((p, v["subPropertyOf"], q),))
    for p, q in v.pairs("equivalentProperty"):
        axiom = (p, v["equivalentProperty"], q)
        yield Rule("prp-eqp1", ((X, p, Y),), (X, q, Y), (axiom,))
        yield Rule("prp-eqp2", ((X, q, Y),), (X, p, Y), (axiom,))
    for p, q in v.pairs("inverseOf"):
        axiom = (p, v["inverseOf"], q)
        yield Rule("prp-inv1", ((X, p, Y),), (Y, q, X), (axiom,))
        yield Rule("prp-inv2", ((X, q, Y),), (Y, p, X), (axiom,))
    for p, links, axiom in v.lists("propertyChainAxiom"):
        if links:
            steps = tuple((-n - 1, q, -n - 2) for n, q in enumerate(links))
            yield Rule("prp-spo2", steps, (X, p, -len(links) - 1), (axiom,))
    for c, keys, axiom in v.lists("hasKey"):
        if keys:
            values = tuple(pattern for n, p in enumerate(keys) for pattern in ((X, p, -n - 3), (Y, p, -n - 3)))
            yield Rule("prp-key", ((X, kind, c), (Y, kind, c), *values), (X, same, Y), (axiom,))


def _of_classes(v: Vocabulary) -> Iterator[Rule]:
    kind = v.type
    for c, d in v.pairs("subClassOf"):
        if c != d:
            yield Rule("cax-sco", ((X, kind, c),), (X, kind, d), ((c, v["subClassOf"], d),))
    for c, d in v.pairs("equivalentClass"):
        if c != d:
            axiom = (c, v["equivalentClass"], d)
            yield Rule("cax-eqc1", ((X, kind, c),), (X, kind, d), (axiom,))
            yield Rule("cax-eqc2", ((X, kind, d),), (X, kind, c), (axiom,))
    for c, parts, axiom in v.lists("intersectionOf"):
        if parts:
            yield Rule("cls-int1", tuple((X, kind, d) for d in parts), (X, kind, c), (axiom,))
        for d in parts:
            yield Rule("cls-int2", ((X, kind, c),), (X, kind, d), (axiom,))
            yield Rule("scm-int", (), (c, v["subClassOf"], d), (axiom,))
    for c, parts, axiom in v.lists("unionOf"):
        for d in parts:
            yield Rule("cls-uni", ((X, kind, d),), (X, kind, c), (axiom,))
            yield Rule("scm-uni", (), (d, v["subClassOf"], c), (axiom,))
    for c, members, axiom in v.lists("oneOf"):
        for member in members:
            yield Rule("cls-oo", (), (member, kind, c), (axiom,))


def _of_restrictions(v: Vocabulary) -> Iterator[Rule]:
    kind, thing, same = v.type, v["Thing"], v["sameAs"]
    for c, p in v.pairs("onProperty"):
        on = (c, v["onProperty"], p)
        axioms: tuple[Fact, ...]
        for d in sorted(v.facts.objects(c, v["someValuesFrom"])):
            axioms = (on, (c, v["someValuesFrom"], d))
            if d == thing:
                yield Rule("cls-svf2", ((X, p, Y),), (X, kind, c), axioms)
            elif is_datatype(v.facts.terms[d]):
                yield Rule("cls-svf1", ((X, p, Y),), (X, kind, c), axioms, ("inside", Y, d))
            else:
                yield Rule("cls-svf1", ((X, p, Y), (Y, kind, d)), (X, kind, c), axioms)
        for d in sorted(v.facts.objects(c, v["allValuesFrom"])):
            yield Rule("cls-avf", ((X, kind, c), (X, p, Y)), (Y, kind, d), (on, (c, v["allValuesFrom"], d)))
        for value in sorted(v.facts.objects(c, v["hasValue"])):
            axioms = (on, (c, v["hasValue"], value))
            yield Rule("cls-hv1", ((X, kind, c),), (X, p, value), axioms)
            yield Rule("cls-hv2", ((X, p, value),), (X, kind, c), axioms)
        for most in at_most(v, c, "maxCardinality", 1):
            yield Rule("cls-maxc2", ((X, kind, c), (X, p, Y), (X, p, Z)), (Y, same, Z), (on, most))
        for most in at_most(v, c, "maxQualifiedCardinality", 1):
            for d in sorted(v.facts.objects(c, v["onClass"])):
                axioms = (on, most, (c, v["onClass"], d))
                body: tuple[Pattern, ...] = ((X, kind, c), (X, p, Y), (X, p, Z))
                if d == thing:
                    yield Rule("cls-maxqc4", body, (Y, same, Z), axioms)
                else:
                    yield Rule("cls-maxqc3", (*body, (Y, kind, d), (Z, kind, d)), (Y, same, Z), axioms)


def at_most(v: Vocabulary, c: int, name: str, count: int) -> Iterator[Fact]:
    """The axioms that give a restriction this greatest cardinality, whatever integer type and form it is written in."""
    for most in sorted(v.facts.objects(c, v[name])):
        term = v.facts.terms[most]
        if most in v.facts.literals and term.value.strip().lstrip("+").isdecimal() and int(term.value) == count:
            yield c, v[name], most


def _of_schema(v: Vocabulary) -> Iterator[Rule]:
    sub, sub_p, equal, equal_p = (v[name] for name in ("subClassOf", "subPropertyOf", "equivalentClass", "equivalentProperty"))
    for name, below, same in (("c", sub, equal), ("p", sub_p, equal_p)):
        yield Rule("scm-sco" if name == "c" else "scm-spo", ((X, below, Y), (Y, below, Z)), (X, below, Z))
        yield Rule(f"scm-eq{name}1", ((X, same, Y),), (X, below, Y))
        yield Rule(f"scm-eq{name}1", ((X, same, Y),), (Y, below, X))
        yield Rule(f"scm-eq{name}2", ((X, below, Y), (Y, below, X)), (X, same, Y))
    for name, about in (("dom", v["domain"]), ("rng", v["range"])):
        yield Rule(f"scm-{name}1", ((X, about, Y), (Y, sub, Z)), (X, about, Z))
        yield Rule(f"scm-{name}2", ((Y, about, Z), (X, sub_p, Y)), (X, about, Z))
    yield from _of_similar_restrictions(v)


def _of_similar_restrictions(v: Vocabulary) -> Iterator[Rule]:
    """Restrictions below one another because their fillers or their properties are (scm-hv, scm-svf1 to scm-avf2)."""
    below, sub, on = v["subClassOf"], v["subPropertyOf"], v["onProperty"]
    for name, rule in (("someValuesFrom", "scm-svf"), ("allValuesFrom", "scm-avf"), ("hasValue", "scm-hv")):
        all_of = [(c, p, d) for c, d in v.pairs(name) for p in sorted(v.facts.objects(c, on))]
        for (c1, p1, d1), (c2, p2, d2) in permutations(all_of, 2):
            axioms = ((c1, v[name], d1), (c1, on, p1), (c2, v[name], d2), (c2, on, p2))
            if rule != "scm-hv" and p1 == p2 and d1 != d2 and (d1, below, d2) in v.facts:
                yield Rule(f"{rule}1", ((d1, below, d2),), (c1, below, c2), axioms)
            elif d1 == d2 and p1 != p2 and (p1, sub, p2) in v.facts:
                head = (c2, below, c1) if rule == "scm-avf" else (c1, below, c2)
                yield Rule(rule if rule == "scm-hv" else f"{rule}2", ((p1, sub, p2),), head, axioms)


# ------------------------------------------------------------------ contradictions


def contradictions(v: Vocabulary) -> Iterator[Rule]:
    """The rules that end in *false*, with the axioms put in. A list stands for each pair of its members."""
    yield from _between_things(v)
    yield from _between_classes(v)
    yield from _of_values(v)


def _between_things(v: Vocabulary) -> Iterator[Rule]:
    same, kind = v["sameAs"], v.type
    for x, y in v.pairs("differentFrom"):
        axiom = (x, v["differentFrom"], y)
        yield Rule("eq-diff1", () if x == y else ((x, same, y),), None, (axiom,))
    for name, rule in (("members", "eq-diff2"), ("distinctMembers", "eq-diff3")):
        for group, head in v.pairs(name):
            if (group, kind, v["AllDifferent"]) in v.facts:
                axioms = ((group, kind, v["AllDifferent"]), (group, v[name], head))
                for one, other in combinations(v.facts.items(head) or (), 2):
                    if one == other and len(one) == 1:
                        yield Rule(rule, (), None, axioms)
                    for x, y in {(min(x, y), max(x, y)) for x in one for y in other if x != y}:
                        yield Rule(rule, ((x, same, y),), None, axioms)
    for p in v.of_kind("IrreflexiveProperty"):
        yield Rule("prp-irp", ((X, p, X),), None, ((p, kind, v["IrreflexiveProperty"]),))
    for p in v.of_kind("AsymmetricProperty"):
        yield Rule("prp-asyp", ((X, p, Y), (Y, p, X)), None, ((p, kind, v["AsymmetricProperty"]),))
    for p, q in v.pairs("propertyDisjointWith"):
        yield Rule("prp-pdw", ((X, p, Y), (X, q, Y)), None, ((p, v["propertyDisjointWith"], q),))
    for group, members, axiom in v.lists("members"):
        if (group, kind, v["AllDisjointProperties"]) in v.facts:
            for p, q in combinations(members, 2):
                yield Rule("prp-adp", ((X, p, Y), (X, q, Y)), None, ((group, kind, v["AllDisjointProperties"]), axiom))
    for n, x in v.pairs("sourceIndividual"):
        relation = v.value(n, "assertionProperty")
        for name, rule in (("targetIndividual", "prp-npa1"), ("targetValue", "prp-npa2")):
            value = v.value(n, name)
            if relation is not None and value is not None:
                stated = ((n, v["sourceIndividual"], x), (n, v["assertionProperty"], relation), (n, v[name], value))
                yield Rule(rule, ((x, relation, value),), None, stated)


def _between_classes(v: Vocabulary) -> Iterator[Rule]:
    kind = v.type
    yield Rule("cls-nothing2", ((X, kind, v["Nothing"]),), None)
    for c, d in v.pairs("complementOf"):
        yield Rule("cls-com", ((X, kind, c), (X, kind, d)), None, ((c, v["complementOf"], d),))
    for c, d in v.pairs("disjointWith"):
        yield Rule("cax-dw", ((X, kind, c), (X, kind, d)), None, ((c, v["disjointWith"], d),))
    for group, members, axiom in v.lists("members"):
        if (group, kind, v["AllDisjointClasses"]) in v.facts:
            for c, d in combinations(members, 2):
                yield Rule("cax-adc", ((X, kind, c), (X, kind, d)), None, ((group, kind, v["AllDisjointClasses"]), axiom))


def _of_values(v: Vocabulary) -> Iterator[Rule]:
    kind, thing = v.type, v["Thing"]
    for c, p in v.pairs("onProperty"):
        on = (c, v["onProperty"], p)
        for most in at_most(v, c, "maxCardinality", 0):
            yield Rule("cls-maxc1", ((X, kind, c), (X, p, Y)), None, (on, most))
        for most in at_most(v, c, "maxQualifiedCardinality", 0):
            for d in sorted(v.facts.objects(c, v["onClass"])):
                axioms = (on, most, (c, v["onClass"], d))
                if d == thing:
                    yield Rule("cls-maxqc2", ((X, kind, c), (X, p, Y)), None, axioms)
                else:
                    yield Rule("cls-maxqc1", ((X, kind, c), (X, p, Y), (Y, kind, d)), None, axioms)
        for d in sorted(v.facts.objects(c, v["allValuesFrom"])):
            yield Rule("dt-not-type", ((X, kind, c), (X, p, Y)), None, (on, (c, v["allValuesFrom"], d)), ("outside", Y, d))
        for most in at_most(v, c, "maxCardinality", 1):
            yield Rule("dt-diff", ((X, kind, c), (X, p, Y), (X, p, Z)), None, (on, most), ("differ", Y, Z))
    for p, d in v.pairs("range"):
        yield Rule("dt-not-type", ((X, p, Y),), None, ((p, v["range"], d),), ("outside", Y, d))
    for p in v.of_kind("FunctionalProperty"):
        yield Rule("dt-diff", ((X, p, Y), (X, p, Z)), None, ((p, kind, v["FunctionalProperty"]),), ("differ", Y, Z))
