"""Reasoning: each rule of OWL 2 RL on a probe of its own, both reasoners on all of it, and what an inference gives."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.errors import UnknownEngineError
from clayonto.files import cache_folder
from clayonto.inference import REASONERS, axioms, cache, infer, make
from clayonto.inference.base import INFERRED, OWN, InferenceResult, says_nothing
from clayonto.namespaces import ID, PREFIXES
from tests.conftest import SOAK, graph
from tests.test_cli import run

EX = "https://example.org/"
HEAD = f"@prefix : <{EX}> . @prefix owl: <{PREFIXES['owl']}> . @prefix rdfs: <{PREFIXES['rdfs']}> . @prefix xsd: <{PREFIXES['xsd']}> . "

# Rule: what is stated, and what follows from it by that rule, here on its own or through others.
PROBES = {
    "eq-sym": (":a owl:sameAs :b .", ":b owl:sameAs :a ."),
    "eq-trans": (":a owl:sameAs :b . :b owl:sameAs :c .", ":a owl:sameAs :c . :c owl:sameAs :a ."),
    "eq-rep-s": (":a owl:sameAs :b . :a :p :o .", ":b :p :o ."),
    "eq-rep-p": (":p owl:sameAs :q . :a :p :o .", ":a :q :o ."),
    "eq-rep-o": (":a owl:sameAs :b . :s :p :a .", ":s :p :b ."),
    "prp-dom": (":p rdfs:domain :C . :a :p :b .", ":a a :C ."),
    "prp-rng": (":p rdfs:range :C . :a :p :b .", ":b a :C ."),
    "prp-fp": (":p a owl:FunctionalProperty . :a :p :b, :c .", ":b owl:sameAs :c ."),
    "prp-ifp": (":p a owl:InverseFunctionalProperty . :b :p :a . :c :p :a .", ":b owl:sameAs :c ."),
    "prp-symp": (":p a owl:SymmetricProperty . :a :p :b .", ":b :p :a ."),
    "prp-trp": (":p a owl:TransitiveProperty . :a :p :b . :b :p :c . :c :p :d .", ":a :p :c, :d . :b :p :d ."),
    "prp-spo1": (":p rdfs:subPropertyOf :q . :a :p :b, 'x' .", ":a :q :b, 'x' ."),
    "prp-spo2": (":p owl:propertyChainAxiom ( :q :r :t ) . :a :q :b . :b :r :c . :c :t :d .", ":a :p :d ."),
    "prp-eqp1": (":p owl:equivalentProperty :q . :a :p :b .", ":a :q :b ."),
    "prp-eqp2": (":p owl:equivalentProperty :q . :a :q :b .", ":a :p :b ."),
    "prp-inv1": (":p owl:inverseOf :q . :a :p :b .", ":b :q :a ."),
    "prp-inv2": (":p owl:inverseOf :q . :a :q :b .", ":b :p :a ."),
    "prp-key": (":C owl:hasKey ( :p :q ) . :a a :C ; :p 1 ; :q :x . :b a :C ; :p 1 ; :q :x . :c a :C ; :p 1 .", ":a owl:sameAs :b ."),
    "cls-int1": (":C owl:intersectionOf ( :D :E :F ) . :a a :D, :E, :F . :b a :D, :F .", ":a a :C ."),
    "cls-int2": (":C owl:intersectionOf ( :D :E ) . :a a :C .", ":a a :D, :E ."),
    "cls-uni": (":C owl:unionOf ( :D :E ) . :a a :E .", ":a a :C ."),
    "cls-svf1": ("[] a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :D ; rdfs:subClassOf :C . :a :p :b . :b a :D .", ":a a :C ."),
    "cls-svf2": ("[] a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom owl:Thing ; rdfs:subClassOf :C . :a :p :b .", ":a a :C ."),
    "cls-avf": (":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :D ] . :a a :C ; :p :b .", ":b a :D ."),
    "cls-hv1": (":C rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:hasValue 'v' ] . :a a :C .", ":a :p 'v' ."),
    "cls-hv2": ("[] a owl:Restriction ; owl:onProperty :p ; owl:hasValue :v ; rdfs:subClassOf :C . :a :p :v .", ":a a :C ."),
    "cls-maxc2": (":C owl:onProperty :p ; owl:maxCardinality '1'^^xsd:nonNegativeInteger . :a a :C ; :p :b, :c .", ":b owl:sameAs :c ."),
    "cls-maxqc3": (":C owl:onProperty :p ; owl:maxQualifiedCardinality '1'^^xsd:nonNegativeInteger ; owl:onClass :D . :a a :C ; :p :b, :c, :e . :b a :D . :c a :D .", ":b owl:sameAs :c ."),
    "cls-maxqc4": (":C owl:onProperty :p ; owl:maxQualifiedCardinality '1'^^xsd:nonNegativeInteger ; owl:onClass owl:Thing . :a a :C ; :p :b, :c .", ":b owl:sameAs :c ."),
    "cls-oo": (":C owl:oneOf ( :a :b ) .", ":a a :C . :b a :C ."),
    "cax-sco": (":C rdfs:subClassOf :D . :D rdfs:subClassOf :E . :a a :C .", ":a a :D, :E ."),
    "cax-eqc1": (":C owl:equivalentClass :D . :a a :C .", ":a a :D ."),
    "cax-eqc2": (":C owl:equivalentClass :D . :a a :D .", ":a a :C ."),
    "scm-sco": (":C rdfs:subClassOf :D . :D rdfs:subClassOf :E .", ":C rdfs:subClassOf :E ."),
    "scm-eqc1": (":C owl:equivalentClass :D .", ":C rdfs:subClassOf :D . :D rdfs:subClassOf :C ."),
    "scm-eqc2": (":C rdfs:subClassOf :D . :D rdfs:subClassOf :C .", ":C owl:equivalentClass :D ."),
    "scm-spo": (":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r .", ":p rdfs:subPropertyOf :r ."),
    "scm-eqp1": (":p owl:equivalentProperty :q .", ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p ."),
    "scm-eqp2": (":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :p .", ":p owl:equivalentProperty :q ."),
    "scm-dom1": (":p rdfs:domain :C . :C rdfs:subClassOf :D .", ":p rdfs:domain :D ."),
    "scm-dom2": (":q rdfs:domain :C . :p rdfs:subPropertyOf :q .", ":p rdfs:domain :C ."),
    "scm-rng1": (":p rdfs:range :C . :C rdfs:subClassOf :D .", ":p rdfs:range :D ."),
    "scm-rng2": (":q rdfs:range :C . :p rdfs:subPropertyOf :q .", ":p rdfs:range :C ."),
    "scm-hv": (":C owl:hasValue :v ; owl:onProperty :p . :D owl:hasValue :v ; owl:onProperty :q . :p rdfs:subPropertyOf :q .", ":C rdfs:subClassOf :D ."),
    "scm-svf1": (":C owl:someValuesFrom :E ; owl:onProperty :p . :D owl:someValuesFrom :F ; owl:onProperty :p . :E rdfs:subClassOf :F .", ":C rdfs:subClassOf :D ."),
    "scm-svf2": (":C owl:someValuesFrom :E ; owl:onProperty :p . :D owl:someValuesFrom :E ; owl:onProperty :q . :p rdfs:subPropertyOf :q .", ":C rdfs:subClassOf :D ."),
    "scm-avf1": (":C owl:allValuesFrom :E ; owl:onProperty :p . :D owl:allValuesFrom :F ; owl:onProperty :p . :E rdfs:subClassOf :F .", ":C rdfs:subClassOf :D ."),
    "scm-avf2": (":C owl:allValuesFrom :E ; owl:onProperty :p . :D owl:allValuesFrom :E ; owl:onProperty :q . :p rdfs:subPropertyOf :q .", ":D rdfs:subClassOf :C ."),
    "scm-int": (":C owl:intersectionOf ( :D :E ) .", ":C rdfs:subClassOf :D, :E ."),
    "scm-uni": (":C owl:unionOf ( :D :E ) .", ":D rdfs:subClassOf :C . :E rdfs:subClassOf :C ."),
}  # fmt: skip

# Several rules at work on one another.
TOGETHER = {
    "a chain makes what a range is of": (":p owl:propertyChainAxiom ( :q :r ) ; rdfs:range :C . :a :q :b . :b :r :c .", ":a :p :c . :c a :C ."),
    "an axiom that was concluded": (":P rdfs:subClassOf owl:TransitiveProperty . :p a :P . :a :p :b . :b :p :c .", ":p a owl:TransitiveProperty . :a :p :c ."),
    "an axiom of another name": (":C owl:sameAs :D . :C rdfs:subClassOf :E . :a a :D .", ":a a :C, :E . :D rdfs:subClassOf :E ."),
    "a chain of a property with itself": (":p owl:propertyChainAxiom ( :p :p ) . :a :p :b . :b :p :c . :c :p :d .", ":a :p :c, :d . :b :p :d ."),
    "a property that goes round": (":p a owl:TransitiveProperty . :a :p :b . :b :p :a .", ":a :p :a . :b :p :b ."),
    "a nested expression": (":C owl:equivalentClass [ owl:intersectionOf ( :D [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom [ owl:unionOf ( :E :F ) ] ] ) ] . :a a :D ; :p :b . :b a :F .", ":a a :C ."),
    "a value of a datatype": ("[] a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom xsd:integer ; rdfs:subClassOf :C . :a :p 5 . :b :p 'five' .", ":a a :C ."),
    "what is said of all things": ("owl:Thing rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :p ; owl:allValuesFrom :D ] . :C a owl:Class . :a a :C ; :p :b .", ":b a :D ."),
    "one key after another": (":C owl:hasKey ( :p ) . :a a :C ; :p :x . :b a :C ; :p :y . :c a :C ; :p :z . :x owl:sameAs :y .", ":a owl:sameAs :b ."),
    "an inverse of a functional property": (":p a owl:FunctionalProperty ; owl:inverseOf :q . :b :q :a . :c :q :a .", ":b owl:sameAs :c . :a :p :b, :c ."),
}  # fmt: skip

OWLRL_DIFFERS = {"prp-key": "owlrl takes no notice of the last property of a key", "one key after another": "the same"}
"""Probes on which the reference itself is wrong, and how."""


def triples(text: str) -> list[Any]:
    return [(q.subject, q.predicate, q.object) for q in ox.parse((HEAD + text).encode(), format=ox.RdfFormat.TURTLE)]


def conclusions(text: str, engine: str) -> InferenceResult:
    return infer(triples(text), make(engine), base=ID)[0]


def named(result: InferenceResult) -> set[Any]:
    return {t for t in result.triples if not any(isinstance(term, ox.BlankNode) for term in t)}


def test_there_is_a_probe_for_each_rule_that_is_covered() -> None:
    assert set(PROBES) == set(axioms.COVERED)


@pytest.mark.parametrize("engine", REASONERS)
@pytest.mark.parametrize("probe", [*PROBES, *TOGETHER])
def test_each_rule_concludes_what_the_specification_says(probe: str, engine: str) -> None:
    stated, expected = (PROBES | TOGETHER)[probe]
    result = conclusions(stated, engine)
    missing = set(triples(expected)) - set(result.triples)
    assert not missing
    if engine == "rules" and probe in PROBES:
        assert probe in result.by_rule
        assert sum(result.by_rule.values()) == len(result)


@pytest.mark.parametrize("probe", [*PROBES, *TOGETHER])
def test_the_reasoners_agree_on_each_probe(probe: str) -> None:
    stated = (PROBES | TOGETHER)[probe][0]
    agree = named(conclusions(stated, "rules")) == named(conclusions(stated, "owlrl"))
    assert agree == (probe not in OWLRL_DIFFERS), OWLRL_DIFFERS.get(probe, "")


def test_the_reasoners_agree_on_the_bundled_graph() -> None:
    kg = graph("oxigraph")
    ours, reference = kg.infer(engine="rules"), kg.infer(engine="owlrl")
    assert (ours.engine, reference.engine) == ("rules", "owlrl")
    assert ours.triples == reference.triples
    assert len(ours) > 500


@pytest.mark.fuzz
@settings(max_examples=40 * SOAK, deadline=None)
@given(
    st.lists(
        st.sampled_from([p for p in [*PROBES, *TOGETHER] if p not in OWLRL_DIFFERS and p != "a value of a datatype"]),
        min_size=2,
        max_size=4,
        unique=True,
    )
)
def test_the_reasoners_agree_on_probes_that_meet(probes: list[str]) -> None:
    # They share their names, so that the axioms of one work on the facts of another. A thing that is the same as the number 5 is an integer
    # to owlrl alone: facts about literals are none of ours.
    text = "\n".join((PROBES | TOGETHER)[probe][0] for probe in probes)
    assert named(conclusions(text, "rules")) == named(conclusions(text, "owlrl"))


@pytest.mark.parametrize("engine", REASONERS)
def test_a_result_has_only_what_is_new_and_valid_and_says_something(engine: str) -> None:
    stated = triples(
        ":p rdfs:range :C ; a owl:SymmetricProperty . :a :p 'x', :b . :C a owl:Class ; rdfs:subClassOf :D, owl:Thing . :a owl:sameAs :a ."
    )
    result, _ = infer(stated, make(engine), base=ID)
    assert result.triples
    assert not set(result.triples) & set(stated)
    assert len(set(result.triples)) == len(result.triples)
    for s, p, o in result:
        assert not isinstance(s, ox.Literal)
        assert isinstance(p, ox.NamedNode)
        assert not says_nothing((s, p, o))
    assert not [t for t in result if t[0] == t[2]]


def test_what_says_nothing_comes_when_it_is_asked_for() -> None:
    stated = triples(":C a owl:Class . :p a owl:ObjectProperty ; rdfs:domain :C . :a :p 'x' .")
    plain, full = (infer(stated, make(), base=ID, trivial=trivial)[0] for trivial in (False, True))
    assert set(plain) < set(full)
    for triple in triples(
        ":a owl:sameAs :a ; a owl:Thing . :C rdfs:subClassOf :C, owl:Thing . :p rdfs:subPropertyOf :p ; rdfs:domain owl:Thing ."
    ):
        assert triple in full.triples
        assert triple not in plain.triples


def test_what_owlrl_adds_that_says_nothing_is_all_among_it() -> None:
    kg = graph("oxigraph")
    ours, reference = (set(kg.infer(engine=engine, trivial=True)) for engine in REASONERS)
    assert len(ours) > 3000
    assert not [t for t in reference - ours if not t[0].value.startswith(OWN)], (
        "but for what is said of the terms of RDF and OWL themselves"
    )


def test_counts_by_rule_and_by_predicate_add_up() -> None:
    result = graph("oxigraph").infer()
    assert sum(result.by_rule.values()) == sum(result.by_predicate.values()) == len(result)
    assert result.by_predicate[PREFIXES["rdf"] + "type"] > 500
    assert "cax-sco" in result.summary()
    assert f"{len(result)} pääteltyä" in result.summary(lang="fi")


def test_the_forms_of_a_result_hold_the_same_triples() -> None:
    result = graph("oxigraph").infer()

    def read(text: str, form: ox.RdfFormat) -> set[Any]:
        return {(q.subject, q.predicate, q.object, str(q.graph_name)) for q in ox.parse(text.encode(), format=form, base_iri=ID)}

    apart = {(*t, f"<{INFERRED}>") for t in result}
    assert read(result.to_nquads(), ox.RdfFormat.N_QUADS) == read(result.to_trig(), ox.RdfFormat.TRIG) == apart
    assert {q[:3] for q in read(result.to_turtle(), ox.RdfFormat.TURTLE)} == {
        q[:3] for q in read(result.to_ntriples(), ox.RdfFormat.N_TRIPLES)
    }
    assert [tuple(t) for t in result.to_dict()["triples"]] == [tuple(map(str, t)) for t in result]


def test_an_unknown_reasoner_is_an_error() -> None:
    with pytest.raises(UnknownEngineError, match="Did you mean “owlrl”"):
        graph("oxigraph").infer(engine="owlrll")


# ------------------------------------------------------------------ the closure in a graph

ACTIVITY = "ASK { <project/clay> a prov:Activity }"
INFERENCES = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{INFERRED}> {{ ?s ?p ?o }} }}"


@pytest.mark.parametrize("engine", ["oxigraph", "rdflib"])
def test_queries_see_the_closure_when_asked_for(engine: str) -> None:
    assert not graph(engine).query(ACTIVITY)[0].answer
    kg = clayonto.load(engine=engine, infer=True)
    assert kg.query(ACTIVITY)[0].answer
    assert kg.closure is not None
    assert kg.query(INFERENCES)[0].n == len(kg.closure)
    assert len(kg) == len(graph(engine)) + len(kg.closure)
    assert set(kg.closure) <= set(kg.triples(inferred=True))
    assert not set(kg.closure) & set(kg.triples()), "what files say stays what files say"
    assert kg.infer().triples == kg.closure.triples


def test_a_change_renews_the_closure(tmp_path: Path) -> None:
    kg = clayonto.load(infer=True)
    with kg.edit() as change:
        change.add_turtle("<project/x> clay:underProgramme <programme/interreg-europe-2014-2020> .")
    assert kg.query("ASK { <project/x> a clay:Project, prov:Activity }")[0].answer
    with kg.edit() as change:
        change.remove("project/x")
    assert not kg.query("ASK { <project/x> ?p ?o }")[0].answer
    with kg.edit() as change:  # what followed is now stated, and stays when the closure goes
        change.add_turtle("<project/clay> a prov:Activity .")
    assert kg.closure is not None
    assert not [t for t in kg.closure if str(t[0]) == f"<{ID}project/clay>"]
    assert kg.query(ACTIVITY)[0].answer


def test_a_graph_on_disk_is_answered_with_its_closure_and_not_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    clayonto.load(store=folder)
    before = {p: p.stat().st_mtime_ns for p in folder.rglob("*")}
    kg = clayonto.load(store=folder, infer=True)
    assert kg.query(ACTIVITY)[0].answer
    assert kg.query(INFERENCES)[0].n
    del kg
    assert {p: p.stat().st_mtime_ns for p in folder.rglob("*")} == before
    assert not clayonto.load(store=folder).query(ACTIVITY)[0].answer


def test_users_may_bring_axioms_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "mine.ttl"
    file.write_text(HEAD + "@prefix clay: <https://w3id.org/clayonto/def#> . :Big rdfs:subClassOf clay:Project . :x a :Big .")
    kg = clayonto.load(file, infer=True)
    assert kg.query(f"ASK {{ <{EX}x> a clay:Project, prov:Activity }}")[0].answer
    assert file.read_text().startswith("@prefix")


# ------------------------------------------------------------------ the cache


@pytest.fixture
def cached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAYONTO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_closure_of_the_bundled_graph_is_kept(cached: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = clayonto.load().infer()
    (file,) = cached.iterdir()
    monkeypatch.setattr("clayonto.inference.infer", lambda *_, **__: pytest.fail("it was reasoned again"))
    again = clayonto.load().infer()
    assert again == first
    assert file.suffix == ".nq"
    assert len(list(ox.parse(path=str(file)))) == len(first)


@pytest.mark.parametrize("damage", [b"", b"# {}\n", b"not a closure", "cut", "changed"])
def test_a_damaged_cache_is_ignored_and_rewritten(cached: Path, damage: bytes | str) -> None:
    kg = clayonto.load()
    first = kg.infer()
    (file,) = cached.iterdir()
    whole = file.read_bytes()
    made = damage if isinstance(damage, bytes) else whole[:-100] if damage == "cut" else whole.replace(b"project/clay>", b"project/clax>")
    assert made != whole
    file.write_bytes(made)
    assert kg.infer() == first
    assert file.read_bytes() == whole


def test_other_content_and_other_reasoners_are_kept_apart(cached: Path, tmp_path: Path) -> None:
    sources = clayonto.load().sources
    keys = {
        cache.key(sources, engine="rules", version="1"),
        cache.key(sources, engine="rules", version="2"),
        cache.key(sources, engine="owlrl", version="1"),
        cache.key(sources[1:], engine="rules", version="1"),
    }
    assert len(keys) == 4
    file = tmp_path / "mine.ttl"
    file.write_text(HEAD + ":a a :b .")
    clayonto.load(file).infer()
    kg = clayonto.load()
    with kg.edit() as change:
        change.remove("project/clay", "clay:acronym")
    kg.infer()
    kg.infer(trivial=True)
    assert not cached.exists(), "only the bundled graph as it is is kept"


def test_the_cache_lies_where_the_environment_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLAYONTO_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert cache_folder() == tmp_path / "clayonto"
    monkeypatch.setenv("XDG_CACHE_HOME", "not/absolute")
    assert cache_folder() == Path.home() / ".cache" / "clayonto"
    for off in ("off", "0", "OFF", ""):
        monkeypatch.setenv("CLAYONTO_CACHE", off)
        assert cache_folder() is None
    assert clayonto.load().infer()


def test_a_cache_that_cannot_be_written_stands_in_nobodys_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("CLAYONTO_CACHE", str(tmp_path / "file" / "below"))
    assert clayonto.load().infer()


# ------------------------------------------------------------------ the command


def test_infer_writes_what_follows_in_the_form_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "inferred.nq"
    assert run("infer", "-o", str(file)).returncode == 0
    quads = list(ox.parse(path=str(file)))
    assert {str(q.graph_name) for q in quads} == {f"<{INFERRED}>"}
    plain = run("infer", "--engine", "rules")
    assert plain.returncode == 0
    assert len(list(ox.parse(plain.stdout.encode(), format=ox.RdfFormat.TURTLE, base_iri=ID))) == len(quads)
    assert "cax-sco" in plain.stderr
    assert "pääteltyä" in run("infer", "-f", "text", "--lang", "fi").stdout


def test_query_sees_what_follows_when_asked_to() -> None:
    def count(*options: str) -> str:
        return run("query", "-", "-f", "csv", *options, stdin="SELECT (COUNT(*) AS ?n) { ?x a prov:Activity }").stdout.split()[1]

    assert count() == "0"
    assert int(count("--infer")) > 5
    assert count("--infer", "--engine", "rdflib") == count("--infer")


def test_infer_says_no_to_a_contradiction(tmp_path: Path) -> None:
    file = tmp_path / "bad.ttl"
    file.write_text("@prefix clay: <https://w3id.org/clayonto/def#> .\n<https://w3id.org/clayonto/id/project/clay>\n  a clay:Fund .\n")
    result = run("infer", str(file))
    assert result.returncode == 1
    assert result.stdout == ""
    for text in (f"{file}:3", "data/clay.ttl:", "ontology/restrictions.ttl:", "project/clay a clay:Fund", "owl:AllDisjointClasses"):
        assert text in result.stderr
