"""A site that is built again: the same bytes as a clean build, whatever was changed, and whatever became of what was kept."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.errors import ConfigError, NotPublishableError, OutputError
from clayonto.namespaces import ID
from clayonto.processes import Beside, Prepared
from clayonto.publish import Config, config, pages, publish, shards
from clayonto.publish import build as building
from clayonto.publish.asking import ask
from clayonto.publish.excerpts import Excerpt, wanted
from clayonto.publish.index import ALL, TYPE, Index, Noting, curie, read
from clayonto.publish.memory import Keeper
from clayonto.publish.readings import ANY, Reading, readings
from clayonto.publish.relevance import concerns
from clayonto.publish.site import Site
from clayonto.publish.staging import MANIFEST, Aside, Staging, files_of, new_beside, remove_abandoned, swap
from clayonto.sources import from_paths
from tests.conftest import SOAK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.publish.asking import Answer

LINES = sorted({line for source in clayonto.load().sources for line in source.n_triples().decode().splitlines() if "_:" not in line})
DATA = [line for line in LINES if line.startswith(f"<{ID}")]
SUBJECTS = sorted({line.split(" ", 1)[0] for line in DATA})
PREDICATES = sorted({line.split(" ", 2)[1] for line in DATA})
OBJECTS = sorted({line.split(" ", 2)[2][:-2] for line in DATA})


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CLAYONTO_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def tree(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def write(file: Path, lines: Iterable[str]) -> Path:
    file.write_text("".join(line + "\n" for line in lines), encoding="utf-8")
    return file


def split(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the index of the search many files, as that of a large site is."""
    monkeypatch.setattr(shards, "MOST_IN_ONE", 0)
    monkeypatch.setattr(shards, "MOST_IN_LEAF", 40)


@st.composite
def edits(draw: st.DrawFn) -> tuple[list[str], list[str]]:
    """Triples to take away and to add, made of what is in the data and of what is not."""
    removed = draw(st.lists(st.sampled_from(DATA), max_size=4, unique=True))
    new = st.builds(lambda name: f"<{ID}project/{name}>", st.sampled_from(["new", "clay", "älä"]))
    text = st.builds(
        lambda t, g: str(ox.Literal(t, language=g)), st.sampled_from(["Uusi", "Aaltola", "x", "<b>"]), st.sampled_from(["fi", "en", "sv"])
    )
    added = draw(
        st.lists(
            st.builds(
                lambda s, p, o: f"{s} {p} {o} .",
                st.one_of(st.sampled_from(SUBJECTS), new),
                st.sampled_from([*PREDICATES, curie("skos:prefLabel"), curie("skos:prefLabel"), curie("rdf:type")]),
                st.one_of(st.sampled_from(OBJECTS), text, st.sampled_from(SUBJECTS)),
            ),
            max_size=4,
        )
    )
    # A class is an IRI.
    return removed, [line for line in added if f'{TYPE} "' not in line]


CONFIGS = {
    "bundled": config.bundled(),
    "apache": Config(licence=config.CC_BY, base="https://data.example.org/", target="apache", languages=("en",)),
    "renamed": Config(licence=config.CC_BY, base="https://data.example.org/"),
}


@pytest.mark.fuzz
@pytest.mark.parametrize("how", CONFIGS)
@settings(max_examples=SOAK, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(steps=st.lists(edits(), min_size=2, max_size=2))
def test_a_site_built_again_is_that_of_a_clean_build(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str, steps: list[tuple[list[str], list[str]]]
) -> None:
    # What does not conform is not published; here it is, since any change has to come out right.
    monkeypatch.setattr(building, "conforms", lambda _graph, since, engine: True)
    if how != "bundled":
        split(monkeypatch)
    folder = Path(tempfile.mkdtemp(dir=tmp_path))
    data, again, clean = folder / "data.nt", folder / "again", folder / "clean"
    lines = dict.fromkeys(LINES)
    publish(clayonto.load(write(data, lines), bundle=False), again, CONFIGS[how])
    for removed, added in steps:
        # A page that is no more is known by the site that had it.
        shutil.rmtree(clean, ignore_errors=True)
        shutil.copytree(again, clean)
        lines = dict.fromkeys([*(line for line in lines if line not in removed), *added])
        publish(clayonto.load(write(data, lines), bundle=False), again, CONFIGS[how])
        with monkeypatch.context() as off:
            off.setenv("CLAYONTO_CACHE", "off")
            publish(clayonto.load(data, bundle=False), clean, CONFIGS[how])
        assert tree(again) == tree(clean)


def test_what_is_unchanged_is_left_alone_and_one_change_writes_little(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "site"
    first = publish(clayonto.load(), out, config.bundled())
    inode = out.stat().st_ino
    summary = publish(clayonto.load(), out, config.bundled())
    assert (summary.written, summary.unchanged) == (0, first.files)
    assert (summary.size, summary.pages, summary.triples) == (first.size, first.pages, first.triples)
    assert out.stat().st_ino == inode
    # A file that somebody has changed or taken away comes back.
    (out / "en/project/clay.html").write_text("mine", encoding="utf-8")
    (out / "fi/project/clay.html").unlink()
    assert publish(clayonto.load(), out, config.bundled()).written == 2
    clay = (out / "en/project/clay.html").read_text(encoding="utf-8")
    extra = tmp_path / "extra.ttl"
    extra.write_text(
        '@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n<project/clay> skos:altLabel "Savi"@fi .\n<strand/escp-4i> skos:altLabel "ESCP"@fi .\n',
        encoding="utf-8",
    )
    asked: list[str] = []
    monkeypatch.setattr(Prepared, "go", _noting(asked, Prepared.go))
    summary = publish(clayonto.load(extra), out, config.bundled())
    assert (out / "en/project/clay.html").read_text(encoding="utf-8") != clay
    # Downloads lie in a folder of their version, so those are new; of pages, only those that tell the name.
    assert summary.written < 100
    assert "initiatives-overview" in asked
    assert "search" not in asked, "what is asked for is in neither name"
    assert "region-units" not in asked


def _telling(made: list[str], files: Any) -> Any:
    def telling(site: Site) -> Any:
        made.append("lists")
        return files(site)

    return telling


def _noting(asked: list[str], go: Any) -> Any:
    def noting(asker: Prepared[Any, Any], questions: Any) -> None:
        asked.extend([] if isinstance(questions, str) else (name for name, _ in questions.questions))
        go(asker, questions)

    return noting


def test_what_is_kept_and_damaged_or_of_another_kind_is_not_used(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "site"
    publish(clayonto.load(), out, config.bundled())
    before = tree(out)
    (kept,) = cache.iterdir()
    content = kept.read_bytes()
    keeper = Keeper(out, config.bundled(), ID)
    assert keeper.load() is not None
    for damaged in (b"", content[:-1], content[:40], content[:-9] + b"x" + content[-8:], b"something else"):
        kept.write_bytes(damaged)
        assert keeper.load() is None
    assert publish(clayonto.load(), out, config.bundled()).written == 0
    assert tree(out) == before
    kept.write_bytes(content)
    assert Keeper(out, Config(licence="https://example.org/"), ID).load() is None
    assert Keeper(tmp_path / "other", config.bundled(), ID).load() is None
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    assert Keeper(out, config.bundled(), ID).load() is None
    monkeypatch.setenv("CLAYONTO_CACHE", "off")
    assert Keeper(out, config.bundled(), ID).load() is None
    assert publish(clayonto.load(), out, config.bundled()).unchanged > 2000


PROJECT = """\
@prefix clay: <https://w3id.org/clayonto/def#> . @prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix dct: <http://purl.org/dc/terms/> .
@prefix epo: <http://data.europa.eu/a4g/ontology#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
<project/mine> a clay:Project ; skos:prefLabel "Mine"@en , "Oma"@fi ; dct:subject <https://w3id.org/clayonto/concept/theme/design> .
<amount/mine> a clay:MonetaryAmount ; clay:amountOf <project/mine> ; epo:hasAmountValue 100.00 ; skos:prefLabel "Budget"@en .
"""
OTHER = PROJECT + PROJECT.replace("mine", "other").replace("Mine", "Other")
SUM, NAME, CLASS = (
    PROJECT.replace("100.00", "200.00"),
    PROJECT.replace("Mine", "Ours"),
    PROJECT.replace("clay:Project ;", "clay:ActionPlan ;"),
)
SAID = "<project/clay> a clay:Project .\n"
CHAINS = {
    "a sum, a name, another class": (PROJECT, SUM, NAME, CLASS),
    "a new project, a part of another, a project less": (
        PROJECT,
        OTHER,
        OTHER.replace("amountOf <project/other>", "amountOf <project/mine>"),
        PROJECT,
    ),
    "what another file says too and still": (PROJECT, PROJECT + SAID, PROJECT),
}


@pytest.mark.parametrize(
    ("chain", "how", "ending"),
    [
        *((chain, "bundled", "ttl" if "project" in chain else "nt") for chain in CHAINS),
        ("a sum, a name, another class", "renamed", "ttl"),
        ("a new project, a part of another, a project less", "renamed", "nt"),
    ],
)
def test_after_each_kind_of_change_a_site_is_that_of_a_new_build(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chain: str, how: str, ending: str
) -> None:
    split(monkeypatch)
    monkeypatch.setattr(building, "conforms", lambda _graph, since, engine: True)
    data, again, clean = tmp_path / f"data.{ending}", tmp_path / "again", tmp_path / "clean"
    texts = CHAINS[chain] if how == "bundled" else CHAINS[chain][:2]
    for number, text in enumerate(texts):
        if ending == "ttl":
            data.write_text(text, encoding="utf-8")
        else:
            data.write_bytes(
                ox.serialize(ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, base_iri=ID), format=ox.RdfFormat.N_TRIPLES) or b""
            )
        shutil.rmtree(clean, ignore_errors=True)
        if again.exists():
            shutil.copytree(again, clean)
        summary = publish(clayonto.load(data, bundle=False), again, CONFIGS[how])
        if number:
            assert summary.written < summary.files / 3
            with monkeypatch.context() as off:
                off.setenv("CLAYONTO_CACHE", "off")
                publish(clayonto.load(data, bundle=False), clean, CONFIGS[how])
            assert tree(again) == tree(clean)


def test_an_overview_is_made_again_only_if_something_it_shows_has_changed(
    cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "conforms", lambda _graph, since, engine: True)
    data, out = tmp_path / "data.ttl", tmp_path / "site"
    made: list[str] = []
    others = tuple(one._replace(files=_telling(made, one.files)) if one.name == "lists" else one for one in pages.OVERVIEWS)
    monkeypatch.setattr(pages, "OVERVIEWS", others)
    for text, times in ((PROJECT, 1), (SUM, 1), (NAME, 2), (OTHER, 3)):
        data.write_text(text, encoding="utf-8")
        publish(clayonto.load(data, bundle=False), out, config.bundled())
        assert len(made) in (0, times), "in a process beside this one, nothing is told"


@pytest.mark.fuzz
@settings(max_examples=3 * SOAK, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(edit=edits())
def test_whether_data_still_conforms_is_told_as_by_a_whole_validation(
    tmp_path_factory: pytest.TempPathFactory, edit: tuple[list[str], list[str]]
) -> None:
    removed, added = edit
    lines = dict.fromkeys([*(line for line in LINES if line not in removed), *added])
    graph = clayonto.load(write(tmp_path_factory.mktemp("edit") / "data.nt", lines), bundle=False)
    changed = [(s, p, o[:-2]) for s, p, o in (line.split(" ", 2) for line in {*lines} ^ {*LINES})]
    assert graph.still_conforms(read(graph.n_triples(), base=ID), changed) is graph.validate().conforms


@pytest.mark.parametrize(
    ("line", "put", "conforms"),
    [
        (f'<{ID}project/clay> {curie("skos:altLabel")} "Savi"@fi .', True, True),
        (f'<{ID}project/clay> {curie("skos:prefLabel")} "CLAY again"@en .', True, False),
        (f'<{ID}amount/clay-total-budget> {curie("epo:hasAmountValue")} "-1.00"^^{curie("xsd:decimal")} .', True, False),
        (f"<{ID}project/clay> {curie('clay:underProgramme')} <{ID}programme/interreg-europe-2014-2020> .", False, False),
        (f"<{ID}project/new> {TYPE} {curie('clay:Project')} .", True, False),
    ],
)
def test_one_changed_triple_is_held_against_the_shapes_that_read_it(tmp_path: Path, line: str, put: bool, conforms: bool) -> None:
    lines = [*LINES, line] if put else [one for one in LINES if one != line]
    assert len(lines) == len(LINES) + (1 if put else -1)
    graph = clayonto.load(write(tmp_path / "data.nt", lines), bundle=False)
    s, p, o = line.split(" ", 2)
    assert graph.still_conforms(read(graph.n_triples(), base=ID), [(s, p, o[:-2])]) is conforms
    assert graph.validate().conforms is conforms


def test_a_violation_is_found_when_a_site_is_built_again(cache: Path, tmp_path: Path) -> None:
    out = tmp_path / "site"
    publish(clayonto.load(), out, config.bundled())
    before = tree(out)
    wrong = tmp_path / "wrong.ttl"
    wrong.write_text("<project/wrong> a <https://w3id.org/clayonto/def#Project> .\n", encoding="utf-8")
    with pytest.raises(NotPublishableError) as raised:
        publish(clayonto.load(wrong), out, config.bundled())
    assert not raised.value.report.conforms
    assert tree(out) == before


# ---------------------------------------------------------------------- what is read


def test_a_site_that_notes_tells_what_was_read() -> None:
    site = Site.of(clayonto.load(), config.bundled())
    view, asked, backwards = site.noting()
    clay = f"<{ID}project/clay>"
    assert view.label(clay, "en") == site.label(clay, "en")
    assert asked == {clay}
    view.index.subjects(curie("clay:about"), clay)
    assert backwards == {clay}
    asked.clear()
    view.label(clay, "en")
    assert asked == {clay}, "what is kept from one page for another is noted for both"
    assert clay in view.pages
    assert list(view.parts)
    assert ALL in asked
    with pytest.raises(AttributeError):
        print(view.classes)


@pytest.mark.parametrize("ask_it", [lambda d: d.get("b"), lambda d: "b" in d, lambda d: d["a"] or d.get("b")])
def test_a_key_that_is_not_there_is_noted(ask_it: Any) -> None:
    asked: set[str] = set()
    ask_it(Noting({"a": 0}, asked))
    assert "b" in asked


def graph_of(*lines: str) -> Index:
    return Index(f"<urn:{s}> <{p}> {o if o[0] == chr(34) else f'<urn:{o}>'} ." for s, p, o in (line.split(" ", 2) for line in lines))


LABEL, BROADER, ABOUT = "http://www.w3.org/2004/02/skos/core#prefLabel", "http://www.w3.org/2004/02/skos/core#broader", "urn:about"


@pytest.mark.parametrize(
    ("query", "concerned"),
    [
        ("SELECT * { ?x skos:prefLabel ?l }", True),
        ("SELECT * { ?x a <urn:K> ; skos:prefLabel ?l }", True),
        ("SELECT * { ?x a <urn:Other> ; skos:prefLabel ?l }", False),
        ("SELECT * { ?x skos:broader ?y }", False),
        ("SELECT * { ?x ?p ?y }", True),
        ("SELECT * { <urn:b> ?p ?y }", False),
        ("SELECT * { ?x skos:broader ?y . ?y skos:prefLabel ?l }", False),
        ("SELECT * { ?x skos:broader ?y . ?x skos:prefLabel ?l }", True),
        ("SELECT * { ?x skos:broader/skos:prefLabel ?l }", False),
        ("SELECT * { ?x ^skos:broader/skos:prefLabel ?l }", True),
        ("SELECT * { ?x skos:broader/skos:broader*/skos:prefLabel ?l }", True),
        ("SELECT * { ?x skos:prefLabel|skos:altLabel ?l }", True),
        ("SELECT * { ?x skos:notation|skos:altLabel ?l }", False),
        ("SELECT * { ?x skos:broader|<urn:about> ?y ; skos:prefLabel ?l }", True),
        ("SELECT * { ?x <urn:of>|<urn:about> ?y ; skos:prefLabel ?l }", False),
        ('SELECT * { ?x skos:prefLabel ?l FILTER(LANG(?l) = "en") }', True),
        ('SELECT * { ?x skos:prefLabel ?l FILTER("EN" = LANG(?l) && ?l != "B") }', True),
        ('SELECT * { ?x skos:prefLabel ?l FILTER(LANG(?l) = "fi") }', False),
        ('SELECT * { ?x skos:prefLabel ?l FILTER(LANG(?l) = "fi" || LANG(?l) = "en") }', True),
        ('SELECT * { ?x skos:broader ?y OPTIONAL { ?x skos:prefLabel ?l FILTER(LANG(?l) = "fi") } }', False),
        ('SELECT * { ?x skos:broader ?y OPTIONAL { ?x skos:prefLabel ?l } FILTER(LANG(?l) = "fi") }', False),
        ('SELECT * { ?x skos:broader ?y MINUS { ?x skos:prefLabel ?l FILTER(LANG(?l) = "fi") } }', False),
        ('SELECT * { ?x skos:broader ?y FILTER EXISTS { ?x skos:prefLabel ?l FILTER(LANG(?l) = "en") } }', True),
        ('SELECT * { ?x skos:prefLabel ?l FILTER(CONTAINS(LCASE(STR(?l)), LCASE("A"))) }', True),
        ('SELECT * { ?x skos:prefLabel ?l FILTER(CONTAINS(STR(?l), "B")) }', False),
        ('SELECT * { ?x skos:prefLabel ?l BIND(LCASE(?l) AS ?low) FILTER(CONTAINS(?low, "b")) }', False),
        ('SELECT * { ?x skos:prefLabel ?l BIND(LCASE(?l) AS ?low) FILTER(CONTAINS(?low, "a")) }', True),
        ("SELECT * { { SELECT ?x { ?x a <urn:Other> } } ?x skos:prefLabel ?l }", False),
        ("SELECT * { { SELECT ?x { ?x a <urn:K> } } ?x skos:prefLabel ?l }", True),
        ("SELECT * { { SELECT ?y { ?x a <urn:Other> } } ?x skos:prefLabel ?l }", True),
        ("SELECT * { { SELECT DISTINCT ?x { { ?x a <urn:Other> } UNION { ?x <urn:x> ?x } } } ?x skos:prefLabel ?l }", False),
        ("SELECT * { { SELECT ?x (COUNT(?z) AS ?n) { ?x a <urn:Other> } GROUP BY ?x } ?x skos:prefLabel ?l }", False),
        ("SELECT * { ?x skos:broader* ?y }", True),
        ("SELECT * { ?x <urn:about> ?z . ?x skos:broader* ?y }", False),
        ("SELECT * { ?x <urn:about> ?y OPTIONAL { ?y skos:prefLabel ?l } }", False),
        ("SELECT * { ?x skos:broader ?y OPTIONAL { ?x skos:prefLabel ?l } }", True),
        ("SELECT * { ?x skos:broader ?y FILTER NOT EXISTS { ?x skos:prefLabel ?l } }", True),
        ("SELECT * { ?x <urn:about> ?y FILTER NOT EXISTS { ?x skos:prefLabel ?l } }", False),
        ("SELECT * { ?x <urn:about> ?y MINUS { ?x skos:prefLabel ?l } }", False),
        ("SELECT * { { ?x a <urn:Other> } UNION { ?x skos:broader ?y } ?x skos:prefLabel ?l }", True),
        ("SELECT * { { ?x a <urn:Other> } UNION { ?x <urn:about> ?y } ?x skos:prefLabel ?l }", False),
        ("SELECT (COUNT(?x) AS ?n) { ?x a <urn:K> ; skos:prefLabel ?l } GROUP BY ?l HAVING (COUNT(?x) > 1) ORDER BY ?l", True),
        ("SELECT * { { SELECT ?x { ?x skos:prefLabel ?l } } ?x <urn:about> ?y }", True),
        ('SELECT * { VALUES ?l { "A" } BIND(EXISTS { ?z skos:prefLabel ?l } AS ?e) }', True),
        ("SELECT * { GRAPH ?g { ?x <urn:about> ?l } }", None),
        ("SELECT (COUNT(EXISTS { ?x skos:prefLabel ?l }) AS ?n) { ?x a ?k }", None),
        # What a choice was made from.
        ("SELECT * { ?x skos:broader ?y BIND(COALESCE(?z, ?x) AS ?t) OPTIONAL { ?t skos:prefLabel ?l } }", True),
        ("SELECT * { ?x <urn:about> ?y BIND(COALESCE(?z, ?x) AS ?t) OPTIONAL { ?t skos:prefLabel ?l } }", False),
        ("SELECT * { ?x <urn:about> ?y BIND(COALESCE(?z, 1) AS ?t) OPTIONAL { ?t skos:prefLabel ?l } }", True),
        ("SELECT * { ?x <urn:x> ?y BIND(COALESCE(?z) AS ?t) OPTIONAL { ?t skos:prefLabel ?l } }", True),
        ("SELECT * { ?x <urn:x> ?w OPTIONAL { ?z skos:broader ?y } BIND(COALESCE(?z, ?x) AS ?t) ?t skos:prefLabel ?l }", True),
        ("SELECT * { ?x <urn:x> ?y OPTIONAL { ?z <urn:about> ?y } BIND(COALESCE(?z, ?x) AS ?t) ?t skos:prefLabel ?l }", False),
        ("SELECT * { { ?x <urn:x> ?y } UNION { ?x skos:broader ?y } BIND(COALESCE(?x) AS ?t) ?t skos:prefLabel ?l }", True),
        ("SELECT * { { SELECT ?x { ?x skos:broader ?y } } ?x <urn:x> ?z BIND(COALESCE(?x) AS ?t) ?t skos:prefLabel ?l }", False),
        ("SELECT * { VALUES ?z { <urn:a> } ?x <urn:x> ?y BIND(COALESCE(?z, ?x) AS ?t) ?t skos:prefLabel ?l }", True),
        # What groups were made by, and of.
        ("SELECT * { { SELECT ?x (COUNT(?y) AS ?n) { ?x <urn:about> ?y } GROUP BY ?x LIMIT 3 } ?x skos:prefLabel ?l }", False),
        ("SELECT * { { SELECT ?x (COUNT(?y) AS ?n) { ?x skos:broader ?y } GROUP BY ?x LIMIT 3 } ?x skos:prefLabel ?l }", True),
        ("SELECT * { { SELECT (COUNT(?y) AS ?n) { ?x <urn:about> ?y } } ?x skos:prefLabel ?l }", True),
        # What a list of values has.
        ("SELECT * { VALUES ?p { rdfs:label <urn:about> } ?x ?p ?l }", False),
        ("SELECT * { VALUES ?p { rdfs:label skos:prefLabel } ?x ?p ?l }", True),
        ("SELECT * { VALUES ?p { rdfs:label UNDEF } ?x ?p ?l }", True),
        ("SELECT * { VALUES ?p { rdfs:label } { SELECT ?x { ?x ?p ?l } } }", True),
        ("SELECT * { VALUES ?k { <urn:Other> } ?x a ?k ; skos:prefLabel ?l }", False),
        ("SELECT * { VALUES ?k { <urn:Other> <urn:K> } ?x a ?k ; skos:prefLabel ?l }", True),
        (
            'SELECT * { { VALUES ?p { <urn:x> skos:prefLabel } ?x ?p ?s FILTER(CONTAINS(STR(?s), "z")) } UNION { ?x <urn:about> ?s } ?x skos:prefLabel ?l }',
            False,
        ),
    ],
)
def test_a_changed_label_concerns_the_queries_that_could_tell_it(query: str, concerned: bool | None) -> None:
    data = graph_of("a http://www.w3.org/1999/02/22-rdf-syntax-ns#type K", f'a {LABEL} "A"@en', f"a {BROADER} b", "c urn:x d")
    read = readings(query, base="urn:")
    if concerned is None:
        assert read is None
        return
    assert read
    assert concerns(read, [("<urn:a>", f"<{LABEL}>", '"A"@en')], (data, graph_of()), {}) is concerned


@pytest.fixture(scope="module")
def asked() -> dict[str, Answer]:
    """The answers to all bundled queries, and how each query reads the data."""
    graph = clayonto.load()
    return ask(graph, Site.of(graph, config.bundled()))


def test_every_bundled_query_can_be_read(asked: dict[str, Answer]) -> None:
    assert [name for name, one in asked.items() if not one.known or not all(known.plan for known in one.known.values())] == []


def test_of_the_lines_that_bear_on_them_queries_get_the_same_answers(asked: dict[str, Answer], tmp_path: Path) -> None:
    data = tmp_path / "data.nt"
    data.write_text("".join(line + "\n" for line in LINES), encoding="utf-8")
    (source,) = from_paths([data])
    graph = clayonto.KnowledgeGraph([source])
    few = 0
    for name, answer in asked.items():
        for lang, known in list(answer.known.items())[:1]:
            plan = [Reading(*one) for one in known.plan]
            lines = wanted(plan)
            assert (lines is None) == any(one.pattern[1] == ANY for one in plan), name
            some = source if lines is None else source._replace(file=Excerpt(source.name, lines))
            few += len(some.read()) < data.stat().st_size / 2
            text = answer.query.bind({**answer.values, **({"lang": lang} if lang else {})}, base=graph.base)
            assert clayonto.KnowledgeGraph([some]).select(text) == graph.select(text), (name, lang)
    assert few > 35


# ---------------------------------------------------------------------- putting in place


def test_two_processes_may_not_make_the_same_file(tmp_path: Path) -> None:
    aside = Aside(tmp_path / "none")
    one, other = Staging(aside), Staging(aside)
    one.put("a.txt", b"a")
    other.put("b.txt", b"b")
    one.take(other.made())
    assert (set(one.files), one.written, one.size) == ({"a.txt", "b.txt"}, 2, 2)
    with pytest.raises(ConfigError, match="Two parts"):
        one.take(other.made())
    aside.close()
    assert list(tmp_path.iterdir()) == []


def test_a_file_may_take_the_place_of_a_folder_and_a_folder_that_of_a_file(tmp_path: Path) -> None:
    out = tmp_path / "site"
    for files in ({"a/b": b"1", "c": b"2", "d/e/f": b"3"}, {"a": b"1", "c/d": b"2", "d/x": b"4"}):
        aside = Aside(out)
        staging = Staging(aside)
        for path, content in files.items():
            staging.put(path, content)
        staging.finish([*aside.there], (), ())
        aside.swap()
        aside.close()
        assert {path: content for path, content in tree(out).items() if path != MANIFEST} == files
    assert not (out / "d/e").exists(), "folders without files go"
    assert [one.name for one in tmp_path.iterdir()] == ["site"]


def test_files_that_are_not_as_they_were_left_are_known(tmp_path: Path) -> None:
    out = tmp_path / "site"
    for name in ("same", "changed", "gone"):
        (out / name).parent.mkdir(exist_ok=True)
        (out / name).write_bytes(b"1")
    known = files_of(out)
    (out / "changed").write_bytes(b"22")
    (out / "gone").unlink()
    (out / "new").write_bytes(b"3")
    aside = Aside(out, known)
    assert set(aside.there) == {"same", "changed", "new"}
    assert [name for name in (*known, "new") if Staging(aside).is_known(name)] == ["same"]
    aside.close()


@pytest.mark.parametrize("at_once", [True, False])
def test_a_site_takes_the_place_of_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, at_once: bool) -> None:
    if not at_once:
        monkeypatch.setattr("clayonto.publish.staging._exchanged", lambda _one, _other: False)
    for name in (".site.new-x", "site"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").write_text(name, encoding="utf-8")
    swap(tmp_path / ".site.new-x", tmp_path / "site")
    assert (tmp_path / "site/a").read_text(encoding="utf-8") == ".site.new-x"


def test_what_a_killed_build_left_is_removed_and_what_another_is_making_is_not(tmp_path: Path) -> None:
    pytest.importorskip("fcntl")
    held, fresh = Aside(tmp_path / "site"), new_beside(tmp_path / "site")
    left = new_beside(tmp_path / "site")
    (left / "page.html").write_text("half", encoding="utf-8")
    for folder in (held.folder, left):
        os.utime(folder, (0, 0))
    remove_abandoned(tmp_path / "site")
    assert sorted(tmp_path.iterdir()) == sorted([held.folder, fresh])
    held.close()
    assert list(tmp_path.iterdir()) == [fresh]


@pytest.mark.parametrize("apart", [True, False])
def test_a_call_beside_gives_its_result_or_its_error(*, apart: bool) -> None:
    assert Beside(lambda: {"a": [1]}, apart=apart).result() == {"a": [1]}

    def wrong() -> None:
        raise OutputError(OSError(28, "No space left on device"), path="x")

    with pytest.raises((OutputError, RuntimeError), match="No space"):
        Beside(wrong, apart=apart).result()


@pytest.mark.skipif(sys.platform != "linux", reason="calls are made in this process elsewhere than on Linux")
def test_a_call_beside_that_is_ended_says_so() -> None:
    with pytest.raises(RuntimeError, match="ended from outside"):
        Beside(lambda: os._exit(9)).result()
    under_way = Beside(lambda: time.sleep(60))
    under_way.stop()
