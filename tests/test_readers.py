"""Other readers than the project's own read what a site says: rdflib, Raptor, and what reads structured data out of pages."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from typing import TYPE_CHECKING, Any, Final

import pytest
import rdflib
from rdflib.compare import isomorphic

from tests import sites

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA: Final = rdflib.Namespace("https://schema.org/")
RDFLIB: Final = {"ttl": "turtle", "jsonld": "json-ld", "nt": "nt", "rdf": "xml"}
RAPTOR: Final = {"ttl": "turtle", "nt": "ntriples", "rdf": "rdfxml"}
_EVERY: Final = 12


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sites.made(tmp_path_factory.mktemp("readers"), "plain")


def documents(site: Path) -> list[Path]:
    """The N-Triples of the ontology, of its version, and of a twelfth of all things."""
    own = sorted((site / "data").rglob("*.nt"))
    return [site / "def.nt", site / "data/def/0.1.0.nt", site / "data/project/clay.nt", *own[::_EVERY]]


def test_rdflib_reads_the_same_out_of_every_format(site: Path) -> None:
    for file in documents(site):
        graphs = {ending: rdflib.Graph().parse(file.with_suffix(f".{ending}"), format=kind) for ending, kind in RDFLIB.items()}
        assert len(graphs["nt"]) > 3
        # A graph without nameless nodes needs no search for which is which.
        named = not any(isinstance(node, rdflib.BNode) for node in graphs["nt"].all_nodes())
        for ending, graph in graphs.items():
            assert len(graph) == len(graphs["nt"]), (file, ending)
            assert set(graph) == set(graphs["nt"]) if named else isomorphic(graph, graphs["nt"]), (file, ending)


@pytest.mark.skipif(shutil.which("rapper") is None, reason="rapper is not here (raptor2-utils)")
def test_raptor_reads_as_many_triples_out_of_every_format(site: Path) -> None:
    for file in [*documents(site), site / "catalog.ttl", site / "void.ttl", site / "queries.ttl"]:
        counts = {}
        for ending, kind in RAPTOR.items() if file.suffix == ".nt" else [("ttl", "turtle")]:
            done = subprocess.run(
                ["rapper", "-c", "-i", kind, str(file.with_suffix(f".{ending}"))], capture_output=True, text=True, check=False, timeout=60
            )
            assert done.returncode == 0, done.stderr
            assert "warning" not in done.stderr.lower(), done.stderr
            counts[ending] = int(re.findall(r"returned (\d+) triple", done.stderr)[0])
        assert len(set(counts.values())) == 1, counts
        assert min(counts.values()) > 3


def structured(page: Path) -> list[str]:
    return re.findall(r'<script type="application/ld\+json">(.*?)</script>', page.read_text(encoding="utf-8"))


@pytest.mark.parametrize("lang", ["fi", "en"])
def test_what_a_page_says_to_search_engines_is_what_its_data_say(lang: str, site: Path) -> None:
    skos = rdflib.SKOS
    read = 0
    for file in [site / "data/project/clay.nt", *sorted((site / "data").rglob("*.nt"))[::_EVERY]]:
        path = file.relative_to(site / "data").with_suffix("")
        if path.parts[0] == "def":
            continue
        (told,) = structured(site / lang / f"{path}.html")
        page = rdflib.Graph().parse(data=told, format="json-ld")
        data = rdflib.Graph().parse(file, format="nt")
        topics = dict(data.subject_objects(rdflib.FOAF.primaryTopic))
        # A thing can be a document itself, which has a topic of its own.
        (topic,) = (o for s, o in topics.items() if s not in topics.values())
        labels = {
            str(o) for p in (skos.prefLabel, rdflib.RDFS.label, rdflib.DCTERMS.title, rdflib.FOAF.name) for o in data.objects(topic, p)
        }
        names = {str(o) for o in page.objects(topic, SCHEMA.name)}
        assert len(names) == 1, path
        if labels:
            assert names <= {" ".join(label.split())[:160] for label in labels}, path
        ((document, kind),) = [(s, o) for s, o in page.subject_objects(rdflib.RDF.type) if s != topic]
        assert kind == SCHEMA.WebPage
        assert page.value(document, SCHEMA.license) == data.value(
            predicate=rdflib.DCTERMS.license, subject=next(data.subjects(rdflib.FOAF.primaryTopic, topic))
        )
        assert str(page.value(document, SCHEMA.url)).endswith(f"/{lang}/{path}.html") or "%" in str(page.value(document, SCHEMA.url))
        read += 1
    assert read > 25


def test_the_page_of_downloads_describes_a_dataset_as_search_engines_want_it(site: Path) -> None:
    for lang in ("fi", "en"):
        (told,) = structured(site / lang / "download.html")
        page = rdflib.Graph().parse(data=told, format="json-ld")
        dataset = rdflib.URIRef(sites.BASE + "catalog.ttl#dataset")
        assert page.value(dataset, rdflib.RDF.type) == SCHEMA.Dataset
        assert 50 <= len(str(page.value(dataset, SCHEMA.description))) <= 5000
        for wanted in ("name", "license", "creator", "version", "temporalCoverage", "includedInDataCatalog", "keywords"):
            assert page.value(dataset, SCHEMA[wanted]) is not None, wanted
        catalogue = rdflib.Graph().parse(site / "catalog.ttl")
        dcat = rdflib.Namespace("http://www.w3.org/ns/dcat#")
        files = {str(page.value(one, SCHEMA.contentUrl)) for one in page.objects(dataset, SCHEMA.distribution)}
        assert files == {str(o) for o in catalogue.objects(predicate=dcat.downloadURL)}
        assert str(page.value(dataset, SCHEMA.version)) == str(catalogue.value(dataset, dcat.version))


def test_every_page_that_says_something_says_it_in_json_ld_without_another_server(site: Path) -> None:
    said = 0
    for file in [*(site / "en").glob("*.html"), *sorted((site / "en/query").glob("*.html"))[:5]]:
        for told in structured(file):
            about: dict[str, Any] = json.loads(told)
            assert isinstance(about["@context"], dict), file
            assert len(rdflib.Graph().parse(data=told, format="json-ld")) > 2, file
            said += 1
    assert said > 3


def test_a_page_has_signposts(site: Path) -> None:
    told = (site / "en/project/clay.html").read_text(encoding="utf-8")
    (iri,) = rdflib.Graph().parse(site / "data/project/clay.nt").objects(predicate=rdflib.FOAF.primaryTopic)
    assert f'<link rel="cite-as" href="{iri}">' in told
    assert '<link rel="linkset" type="application/linkset+json" href="../../linkset.json">' in told
    assert '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">' in told
    assert told.count('<link rel="alternate" type=') == 4
