"""After a change only what it can affect is looked at again, and the result is that of a full run."""

from __future__ import annotations

import random
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.sources import bundled, triples_of
from clayonto.validation.compiled import CompiledValidator, State
from clayonto.validation.data import Data
from clayonto.validation.shapes import Shapes
from tests.conftest import SOAK
from tests.test_validators import _SHAPE, _TRIPLE, FAILING, _parse, comparable


@cache
def _bundled_shapes() -> Shapes:
    return Shapes(triples_of(bundled("shapes")))


def same(state: State, triples: list[Any], shapes: Shapes) -> None:
    full = CompiledValidator().validate(Data.of_triples(triples), shapes, focus=None)
    now = state.outcome()
    assert comparable(now.results) == comparable(full.results)
    assert now.nodes == full.nodes


@pytest.mark.fuzz
@settings(max_examples=250 * SOAK)
@given(
    st.lists(_TRIPLE, min_size=8, max_size=20),
    _SHAPE,
    st.lists(st.tuples(st.lists(_TRIPLE, max_size=3), st.integers(0, 3)), min_size=1, max_size=4),
    st.randoms(),
)
def test_core_shapes(data: list[str], shape: str, edits: list[tuple[list[str], int]], chance: random.Random) -> None:
    # One text, so that blank nodes of the same name are the same; each of its lines is one triple.
    texts = list(dict.fromkeys([*data, *(t for added, _ in edits for t in added)]))
    parsed = dict(zip(texts, _parse("\n".join(texts)), strict=True))
    _follow(
        [parsed[t] for t in dict.fromkeys(data)], Shapes(_parse(shape)), [([parsed[t] for t in added], n) for added, n in edits], chance
    )


def _follow(start: list[Any], shapes: Shapes, edits: list[tuple[list[Any], int]], chance: random.Random) -> None:
    triples = dict.fromkeys(start)
    state = CompiledValidator.start(Data.of_triples(list(triples)), shapes)
    for added, count in edits:
        removed = chance.sample(list(triples), min(count, len(triples)))
        for triple in removed:
            del triples[triple]
        new = [t for t in dict.fromkeys(added) if t not in triples]
        triples.update(dict.fromkeys(new))
        state.data.change(new, removed)
        state.follow([*new, *removed])
        same(state, list(triples), shapes)


CONSTRAINTS = {
    "chain": "SELECT DISTINCT $this ?value { $this ex:p ?x . ?x ex:q ?value FILTER(ISIRI(?value)) }",
    "backwards": "SELECT DISTINCT $this ?value { ?value ex:p/ex:q $this }",
    "not exists": "SELECT DISTINCT $this { $this a ex:T FILTER NOT EXISTS { $this ex:p ?x . ?x ^ex:q ?y } }",
    "optional": "SELECT DISTINCT $this ?value { $this a ex:T OPTIONAL { $this ex:p ?x . ?x ex:q ?value } FILTER(!BOUND(?value)) }",
    "alternatives": "SELECT DISTINCT $this ?value { $this ex:p|^ex:q ?x { ?x ex:r ?value } UNION { ?value ex:p ?x } }",
    "counted": "SELECT $this (COUNT(DISTINCT ?x) AS ?value) { $this ex:p ?x OPTIONAL { ?x ex:q ?y } } GROUP BY $this HAVING(COUNT(DISTINCT ?y) = 0)",
    "any depth": "SELECT DISTINCT $this ?value { $this ex:p+ ?value . ?value ex:q $this }",
    "apart": "SELECT DISTINCT $this ?value { $this ex:p ?x . ?value ex:q ?y FILTER(?x = ?y) }",
    "constant": "SELECT DISTINCT $this { $this ex:p ex:a . ex:b ex:q $this }",
}


def _constrained(name: str) -> Shapes:
    declared = ':ns sh:declare [ sh:prefix "ex" ; sh:namespace "http://example.org/"^^xsd:anyURI ] .'
    asked = f'sh:sparql [ sh:prefixes :ns ; sh:select "{CONSTRAINTS[name]}" ]'
    return Shapes(_parse(f"{declared} :S a sh:NodeShape ; sh:targetClass :T ; sh:targetNode :a, :b ; {asked} ."))


@pytest.mark.fuzz
@settings(max_examples=150 * SOAK)
@given(
    st.sampled_from(sorted(CONSTRAINTS)),
    st.lists(_TRIPLE, max_size=14),
    st.lists(st.tuples(st.lists(_TRIPLE, max_size=3), st.integers(0, 3)), min_size=1, max_size=3),
    st.randoms(),
)
def test_constraints(name: str, data: list[str], edits: list[tuple[list[str], int]], chance: random.Random) -> None:
    named = [t for t in data if "_:" not in t]
    later = [([t for t in added if "_:" not in t], n) for added, n in edits]
    shapes = _constrained(name)
    _follow(_parse("\n".join(named)), shapes, [(_parse("\n".join(added)), n) for added, n in later], chance)


@pytest.mark.fuzz
@settings(max_examples=200 * SOAK)
@given(st.sampled_from(sorted(CONSTRAINTS)), st.lists(_TRIPLE, max_size=20))
def test_a_constraint_finds_the_same_in_what_it_can_meet_as_in_all_data(name: str, data: list[str]) -> None:
    triples, shapes = _parse("\n".join(data)), _constrained(name)
    with pytest.MonkeyPatch.context() as patch:
        outcomes = []
        for many in (10**9, 0):
            patch.setattr("clayonto.validation.data._MANY", many)
            outcomes.append(CompiledValidator().validate(Data.of_triples(triples), shapes, focus=None))
    assert comparable(outcomes[0].results) == comparable(outcomes[1].results)


@pytest.mark.fuzz
@settings(max_examples=6 * SOAK, deadline=None)
@given(st.randoms(), st.integers(1, 6))
def test_bundled_shapes(chance: random.Random, edits: int) -> None:
    base, broken = clayonto.load().triples(), triples_of(clayonto.sources.from_paths(FAILING))
    changes = [(chance.sample(broken, 5), 5) for _ in range(edits)]
    _follow([*base, *chance.sample(broken, 100)], _bundled_shapes(), changes, chance)


def test_a_graph_goes_on_from_an_earlier_report() -> None:
    kg = clayonto.load()
    before = kg.validate()
    assert before.looked_at is None
    with kg.edit() as change:
        change.add_turtle("<project/x> a clay:Project ; skos:prefLabel 'X'@en . <fund/structural-funds> clay:acronym 'S' .")
    after = kg.validate(since=before)
    assert after.looked_at is not None
    assert 0 < after.looked_at < 10
    full = kg.validate()
    assert [r.to_dict() for r in after.results] == [r.to_dict() for r in full.results]
    assert (after.conforms, after.nodes) == (full.conforms, full.nodes) == (False, before.nodes + 1)
    with kg.edit() as change:
        change.remove("project/x").remove("fund/structural-funds", "clay:acronym")
    for since in (before, after):
        again = kg.validate(since=since)
        assert [r.to_dict() for r in again.results] == [r.to_dict() for r in before.results]
        assert again.nodes == before.nodes
        assert again.conforms


def test_a_graph_on_disk_goes_on_too(tmp_path: Path) -> None:
    kg = clayonto.load(store=tmp_path / "g.db")
    before = kg.validate()
    with kg.edit() as change:
        change.remove("project/clay", "clay:underProgramme")
    after = kg.validate(since=before)
    assert after.looked_at == 1
    assert [(r.focus, r.rule) for r in after.violations] == [(r.focus, r.rule) for r in kg.validate().violations]
    assert len(after.violations) == 1


@pytest.mark.parametrize("what", ["another graph", "other shapes", "another engine", "some nodes", "blank nodes"])
def test_what_cannot_go_on_is_a_full_run(what: str, tmp_path: Path) -> None:
    kg = clayonto.load(bundle=False)
    before = kg.validate()
    shapes = tmp_path / "s.ttl"
    shapes.write_text("@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:s> a sh:NodeShape ; sh:targetClass <urn:c> .")
    if what == "another graph":
        kg = clayonto.load(bundle=False)
    with kg.edit() as change:
        change.add_turtle("[] a clay:Project ." if what == "blank nodes" else "<project/x> a clay:Project .")
    options: dict[str, dict[str, Any]] = {
        "other shapes": {"shapes": shapes},
        "another engine": {"engine": "pyshacl"},
        "some nodes": {"focus": ["project/x"]},
    }
    after = kg.validate(since=before, **options.get(what, {}))
    assert after.looked_at is None
    assert after.conforms == (what == "other shapes")


def test_a_graph_with_its_closure_is_looked_at_whole() -> None:
    kg = clayonto.load(infer=True)
    before = kg.validate()
    with kg.edit() as change:
        change.add_turtle("<project/x> a clay:Project .")
    assert kg.validate(since=before).looked_at is None
