"""One answer: every named query gives the same rows on the real servers of three families; and what each is found to be."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import pyoxigraph as ox
import pytest

import clayonto
from clayonto.remote import mending, stores
from tests.conftest import graph
from tests.servers import GRAPH, SERVERS

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMED_GRAPH = {"virtuoso": GRAPH}


@pytest.fixture(scope="module", params=SERVERS)
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """The name of a server and its address, with the bundled graph in it."""
    folder = tmp_path_factory.mktemp(request.param)
    triples = [ox.Triple(*t) for t in graph("oxigraph").triples()]
    (folder / "all.nt").write_bytes(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
    with SERVERS[request.param](folder, folder / "all.nt") as url:
        yield request.param, url


@pytest.mark.parametrize("name", list(clayonto.queries()))
def test_every_named_query_gives_the_rows_it_gives_here(name: str, server: tuple[str, str]) -> None:
    kind, url = server
    here, there = graph("oxigraph"), clayonto.connect(url, graph=NAMED_GRAPH.get(kind), retries=0)
    query = here.queries[name]
    defaults = {key: p.example if p.default is None else p.default for key, p in query.params.items()}
    examples = defaults | {key: p.example for key, p in query.params.items() if p.example is not None}
    asked = [defaults] if examples == defaults else [defaults, examples]
    for values, lang in itertools.product(asked, ("en", "fi") if "lang" in query.params else ("",)):
        given = {**values, "lang": lang} if lang else values
        expected, found = here.run(query, **given), there.run(query, **given)
        assert found.engine == "remote"
        assert found == expected
        # Rows are equal where 1 stands for true; texts are not.
        assert found.to_csv() == expected.to_csv()
        assert found.to_json() == expected.to_json()
        with there.stream(query, **given) as stream:
            assert stream.columns == expected.columns
            assert list(stream) == list(expected)


def test_the_graph_is_counted_described_and_read(server: tuple[str, str]) -> None:
    kind, url = server
    here, there = graph("oxigraph"), clayonto.connect(url, graph=NAMED_GRAPH.get(kind))
    assert len(there) == len(here)
    assert there.describe("project/clay").to_text() == here.describe("project/clay").to_text()
    assert there.query("ASK { <project/clay> a clay:Project }")[0].answer is True
    assert there.query("ASK { <project/clay> a clay:Call }")[0].answer is False
    constructed = "CONSTRUCT { ?p clay:acronym ?a } WHERE { ?p a clay:Project ; clay:acronym ?a }"
    assert there.query(constructed) == here.query(constructed)


def test_the_probe_tells_what_it_is_and_does(server: tuple[str, str]) -> None:
    kind, url = server
    found = clayonto.probe(url)
    assert found.store == {"oxigraph": "Oxigraph", "virtuoso": "Virtuoso", "jena": "Fuseki"}[kind]
    # Without a named graph there is nothing to tell it by, and for Fuseki it is a setting.
    assert found.union_default is {"oxigraph": False, "virtuoso": True, "jena": None}[kind]
    assert found.update_url != url
    assert {name for name, works in found.features.items() if not works} == ({"order by aggregate"} if kind == "virtuoso" else set())
    lost = {name for name, same in found.literals.items() if not same}
    assert lost == ({"boolean", "decimal without fraction", "duration"} if kind == "virtuoso" else set())
    assert found.store in found.to_text(lang="fi")
    assert '"store"' in found.to_json()


def test_every_quirk_says_what_is_done_and_who_says_so() -> None:
    assert len({store.name for store in stores.STORES}) == 8
    for store in stores.STORES:
        assert store.quirks
        for quirk in store.quirks:
            assert quirk.what
            assert quirk.remedy
            assert quirk.source.startswith(("https://", "seen on "))


@pytest.mark.parametrize(
    ("url", "headers", "name", "update", "graphs"),
    [
        ("http://x/sparql", {"Server": "clayonto"}, "clayonto", "http://x/sparql", "http://x/graphs"),
        ("http://x/query", {"Server": "Oxigraph/0.5.3"}, "Oxigraph", "http://x/update", "http://x/store"),
        ("http://x/sparql", {"Server": "Virtuoso/07.20.3229 (Linux)"}, "Virtuoso", "http://x/sparql-auth", "http://x/sparql-graph-crud-auth"),
        ("http://x/ds/query", {"Fuseki-Request-Id": "7"}, "Fuseki", "http://x/ds/update", "http://x/ds/data"),
        ("http://x/repositories/a", {}, "GraphDB", "http://x/repositories/a/statements", "http://x/repositories/a/rdf-graphs/service"),
        ("https://qlever.dev/api/wikidata", {}, "QLever", "https://qlever.dev/api/wikidata", "https://qlever.dev/api/wikidata"),
        ("https://c.eu-west-1.neptune.amazonaws.com:8182/sparql", {}, "Neptune", "https://c.eu-west-1.neptune.amazonaws.com:8182/sparql",
         "https://c.eu-west-1.neptune.amazonaws.com:8182/sparql/gsp/"),
        ("http://x/blazegraph/namespace/kb/sparql", {"Server": "Jetty(9.4)"}, "Blazegraph", "http://x/blazegraph/namespace/kb/sparql", None),
        ("https://query.wikidata.org/sparql", {"Server": "nginx"}, "Blazegraph", "https://query.wikidata.org/sparql", None),
        ("http://x/anything", {"Server": "nginx"}, "unknown", None, None),
    ],
)  # fmt: skip
def test_a_store_is_told_by_its_headers_or_its_address(
    url: str, headers: dict[str, str], name: str, update: str | None, graphs: str | None
) -> None:
    store = stores.told(url, headers)
    assert store.name == name
    assert store.update_url(url) == update
    assert store.graphs_url(url) == graphs


@pytest.mark.parametrize(
    ("form", "canonical"),
    [
        ("12", "P1Y"),
        ("1", "P1M"),
        ("0", "P0M"),
        ("0.0", "PT0S"),
        ("259200.0", "P3D"),
        ("90061.5", "P1DT1H1M1.5S"),
        ("-60.0", "-PT1M"),
        ("P36M", "P3Y"),
    ],
)
def test_a_duration_is_put_together_again(form: str, canonical: str) -> None:
    assert mending.canonical_duration(form) == canonical
