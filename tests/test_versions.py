"""Versions that were published stay: downloads of the dataset, documents of the ontology."""

from __future__ import annotations

import http.client
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

import clayonto
from clayonto.errors import ConfigError
from clayonto.publish import Config, Summary, publish
from clayonto.publish import config as configs
from clayonto.publish.catalogue import Catalogue
from clayonto.publish.checking import check
from clayonto.publish.versions import LIST, natural, version_of
from clayonto.sources import from_paths
from tests import sites

if TYPE_CHECKING:
    from clayonto.publish.config import Target

BASE = configs.HOME
DCAT = rdflib.Namespace("http://www.w3.org/ns/dcat#")
ONTOLOGY = """\
@prefix clay: <https://w3id.org/clayonto/def#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
<https://w3id.org/clayonto/def> a owl:Ontology ; owl:versionIRI <https://w3id.org/clayonto/def/VERSION> ; owl:versionInfo "VERSION" PRIOR .
clay:Gizmo a owl:Class ; rdfs:label "gizmo"@en , "vempain"@fi ; skos:definition "Version VERSION of it."@en .
<https://w3id.org/clayonto/id/gizmo/one> a clay:Gizmo ; skos:prefLabel "One"@en , "Yksi"@fi .
"""


def put(folder: Path, version: str, *, ontology: str = "0.1.0", prior: str = "", target: Target = "plain", more: str = "") -> Summary:
    """Publish a small graph as a version, over the site that is there."""
    said = f"; owl:priorVersion <https://w3id.org/clayonto/def/{prior}>" if prior else ""
    source = folder / "data.ttl"
    source.write_text(ONTOLOGY.replace("VERSION", ontology).replace("PRIOR", said) + more, encoding="utf-8")
    graph = clayonto.KnowledgeGraph(from_paths([source]))
    return publish(graph, folder / "site", Config(licence=configs.CC_BY, version=version, target=target, contact="mailto:data@example.org"))


def notes(summary: Summary) -> list[dict[str, str]]:
    """What the publisher is told of versions."""
    return [note for note in summary.notes if note["en"].startswith("Version ")]


SECOND = '<https://w3id.org/clayonto/id/gizmo/two> a clay:Gizmo ; skos:prefLabel "Two"@en , "Kaksi"@fi .\n'


def test_downloads_of_earlier_versions_stay_and_are_listed(tmp_path: Path) -> None:
    site = tmp_path / "site"
    put(tmp_path, "1.0")
    first = {p: (p.read_bytes(), p.stat().st_ino) for p in (site / "download/1.0").rglob("*") if p.is_file()}
    summary = put(tmp_path, "1.1", more=SECOND)
    assert summary.versioned == len(first) > 5
    assert summary.removed == 0
    assert notes(summary) == []
    assert {p: (p.read_bytes(), p.stat().st_ino) for p in first} == first
    listed = json.loads((site / LIST).read_bytes())["versions"]
    assert [one["version"] for one in listed] == ["1.0", "1.1"]
    assert {one["path"] for one in listed[0]["files"]} == {p.relative_to(site).as_posix() for p in first}
    for lang in ("fi", "en"):
        told = (site / lang / "download.html").read_text(encoding="utf-8")
        assert told.index("download/1.1/data.nq.gz") < told.index("download/1.0/data.nq.gz")
    catalogue = rdflib.Graph().parse(site / "catalog.ttl")
    dataset = rdflib.URIRef(BASE + "catalog.ttl#dataset")
    releases = {name: rdflib.URIRef(f"{BASE}download/{name}/dataset.ttl#dataset") for name in ("1.0", "1.1")}
    assert set(catalogue.objects(dataset, DCAT.hasVersion)) == set(releases.values())
    assert catalogue.value(dataset, DCAT.previousVersion) == releases["1.0"]
    for name, iri in releases.items():
        described = rdflib.Graph().parse(site / "download" / name / "dataset.ttl", publicID=f"{BASE}download/{name}/dataset.ttl")
        assert described.value(iri, DCAT.version) == rdflib.Literal(name)
        assert described.value(iri, DCAT.isVersionOf) == dataset
        assert len(list(described.objects(iri, DCAT.distribution))) >= 4
    report = check(site)
    assert list(report.findings) == []


def test_a_version_made_again_is_as_it_was_whatever_came_between(tmp_path: Path) -> None:
    site = tmp_path / "site"
    put(tmp_path, "1.0")
    put(tmp_path, "1.1", more=SECOND)
    before = {p: p.read_bytes() for p in site.rglob("*") if p.is_file()}
    assert put(tmp_path, "1.1", more=SECOND).written == 0
    assert {p: p.read_bytes() for p in site.rglob("*") if p.is_file()} == before
    back = put(tmp_path, "1.0")
    assert notes(back) == []
    assert [one["version"] for one in json.loads((site / LIST).read_bytes())["versions"]] == ["1.0", "1.1"]
    catalogue = rdflib.Graph().parse(site / "catalog.ttl")
    assert catalogue.value(rdflib.URIRef(BASE + "catalog.ttl#dataset"), DCAT.previousVersion) is None
    assert list(check(site).findings) == []


def test_a_version_with_other_content_is_replaced_and_never_silently(tmp_path: Path) -> None:
    put(tmp_path, "1.0")
    (note,) = notes(put(tmp_path, "1.0", more=SECOND))
    assert "Version 1.0 was published with other files" in note["en"]
    assert "Versio 1.0" in note["fi"]
    assert list(check(tmp_path / "site").findings) == []


THIRD = SECOND + SECOND.replace("two", "three")


def folders(folder: Path) -> list[str]:
    """The versions that a site's list names, which are those that have a folder."""
    listed = [one["version"] for one in json.loads((folder / "site" / LIST).read_bytes())["versions"]]
    assert sorted(listed) == sorted(one.name for one in (folder / "site/download").iterdir() if one.is_dir())
    return listed


def test_a_version_that_nobody_has_named_makes_room_for_the_next(tmp_path: Path) -> None:
    put(tmp_path, "")
    (first,) = folders(tmp_path)
    assert first.startswith("0.1.0-")
    put(tmp_path, "", more=SECOND)
    before, second = folders(tmp_path)
    assert before == first
    summary = put(tmp_path, "", more=THIRD)
    assert folders(tmp_path)[0] == second, "who downloads the one before can end"
    assert len(folders(tmp_path)) == 2
    assert summary.removed > 5
    assert notes(summary) == []
    # Whoever looks for versions to cite finds none that is about to go.
    site = tmp_path / "site"
    assert "<h3>" not in (site / "en/download.html").read_text(encoding="utf-8")
    catalogue = rdflib.Graph().parse(site / "catalog.ttl")
    assert len(list(catalogue.objects(None, DCAT.hasVersion))) == 1
    assert list(catalogue.objects(None, DCAT.previousVersion)) == []
    assert list(check(site).findings) == []


def test_published_again_unchanged_a_derived_version_leaves_all_as_it_is(tmp_path: Path) -> None:
    put(tmp_path, "")
    put(tmp_path, "", more=SECOND)
    first, second = folders(tmp_path)
    assert put(tmp_path, "", more=SECOND).written == 0
    assert folders(tmp_path) == [first, second]
    put(tmp_path, "")
    assert folders(tmp_path) == [second, first], "what went back is the newest again"


def test_versions_that_were_named_stay_among_those_that_were_not(tmp_path: Path) -> None:
    put(tmp_path, "1.0")
    put(tmp_path, "")
    put(tmp_path, "", more=SECOND)
    put(tmp_path, "2.0", more=THIRD)
    assert folders(tmp_path)[0] == "1.0"
    assert folders(tmp_path)[2] == "2.0"
    put(tmp_path, "3.0")
    assert folders(tmp_path) == ["1.0", "2.0", "3.0"]
    catalogue = rdflib.Graph().parse(tmp_path / "site/catalog.ttl")
    assert str(next(catalogue.objects(None, DCAT.previousVersion))).endswith("download/2.0/dataset.ttl#dataset")
    put(tmp_path, "1.0")
    assert folders(tmp_path) == ["1.0", "2.0", "3.0"]
    assert list(check(tmp_path / "site").findings) == []


def test_a_version_whose_folder_was_deleted_is_gone(tmp_path: Path) -> None:
    put(tmp_path, "1.0")
    put(tmp_path, "1.1")
    shutil.rmtree(tmp_path / "site/download/1.0")
    put(tmp_path, "1.2")
    assert [one["version"] for one in json.loads((tmp_path / "site" / LIST).read_bytes())["versions"]] == ["1.1", "1.2"]
    assert list(check(tmp_path / "site").findings) == []


def test_a_list_of_versions_that_cannot_be_read_loses_none(tmp_path: Path) -> None:
    put(tmp_path, "1.10")
    put(tmp_path, "1.9", more=SECOND)
    (tmp_path / "site" / LIST).write_text('{"versions": [{}]}', encoding="utf-8")
    put(tmp_path, "2.0")
    assert [one["version"] for one in json.loads((tmp_path / "site" / LIST).read_bytes())["versions"]] == ["1.9", "1.10", "2.0"]


def test_a_download_of_an_earlier_version_that_was_changed_is_found(tmp_path: Path) -> None:
    put(tmp_path, "1.0")
    put(tmp_path, "1.1")
    file = tmp_path / "site/download/1.0/csv/gizmo.csv"
    file.unlink()
    file.write_text("id\n", encoding="utf-8")
    assert [(f.kind, f.url) for f in check(tmp_path / "site").findings] == [("checksum", f"{BASE}download/1.0/csv/gizmo.csv")]


@pytest.mark.parametrize("target", ["plain", "github-pages", "apache", "nginx"])
def test_each_version_of_the_ontology_keeps_its_documents(target: Target, tmp_path: Path) -> None:
    site = tmp_path / "site"
    put(tmp_path, "1.0", target=target)
    first = (site / "data/def/0.1.0.ttl").read_bytes()
    summary = put(tmp_path, "1.1", ontology="0.2.0", prior="0.1.0", target=target)
    assert notes(summary) == []
    assert (site / "data/def/0.1.0.ttl").read_bytes() == first
    for lang, words in (("en", "Version 0.1.0 of it."), ("fi", "Tämä on versio 0.1.0.")):
        assert words in (site / lang / "def/0.1.0.html").read_text(encoding="utf-8")
        told = (site / lang / "def.html").read_text(encoding="utf-8")
        assert 'href="def/0.1.0.html"' in told
        assert told.count("https://w3id.org/clayonto/def/0.2.0") >= 1  # the version's IRI
        assert told.count("https://w3id.org/clayonto/def/0.1.0") >= 1  # that of the one before
    assert (site / "def/0.1.0/index.html").is_file() == (target in ("plain", "github-pages"))
    report = check(site)
    assert list(report.findings) == []
    assert report.counts["iris"] == 5  # the ontology, its class, one thing, two versions
    # A version's address that leads nowhere is found.
    (site / "data/def/0.1.0.ttl").unlink()
    assert any(f.kind == "iri" and f.url == "https://w3id.org/clayonto/def/0.1.0" for f in check(site).findings)


def test_an_ontology_changed_under_the_same_version_is_told(tmp_path: Path) -> None:
    put(tmp_path, "1.0")
    (note,) = notes(put(tmp_path, "1.1", more='clay:Gizmo skos:example "X"@en .\n'))
    assert "Version 0.1.0 of the ontology" in note["en"]


@pytest.mark.parametrize("target", ["apache", "nginx"])
def test_servers_lead_from_a_versions_iri_to_its_documents(target: Target, tmp_path: Path) -> None:
    put(tmp_path, "1.0", target=target)
    put(tmp_path, "1.1", ontology="0.2.0", target=target)
    with getattr(sites, target)(tmp_path / "site", tmp_path) as url:
        for path, accept, there in (
            ("/clayonto/def/0.1.0", "text/turtle", "data/def/0.1.0.ttl"),
            ("/clayonto/def/0.1.0/", "application/ld+json", "data/def/0.1.0.jsonld"),
            ("/clayonto/def/0.2.0", "text/html", "fi/def/0.2.0.html"),
            ("/clayonto/def", "text/turtle", "def.ttl"),
        ):
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
            connection.request("GET", path if target == "nginx" else path.removeprefix("/clayonto"), headers={"Accept": accept})
            answer = connection.getresponse()
            assert (answer.status, urlsplit(answer.headers["Location"]).path) == (303, f"/clayonto/{there}"), path
            connection.close()
            assert (tmp_path / "site" / there).is_file()


def test_the_service_for_identifiers_leads_to_versions_too(tmp_path: Path) -> None:
    put(tmp_path, "1.0")
    folder = tmp_path / "w3id"
    folder.mkdir()
    (folder / ".htaccess").write_bytes(
        (tmp_path / "site/hosting/w3id.htaccess").read_bytes().replace(b"https://CHANGE-ME.example", b"https://real.example")
    )
    with sites.apache(folder, tmp_path) as url:
        led = {}
        for accept in ("text/turtle", "text/html"):
            connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
            connection.request("GET", "/def/0.1.0", headers={"Accept": accept})
            answer = connection.getresponse()
            led[accept] = (answer.status, answer.headers["Location"])
            connection.close()
    assert led == {
        "text/turtle": (303, "https://real.example/data/def/0.1.0.ttl"),
        "text/html": (303, "https://real.example/fi/def/0.1.0.html"),
    }


def test_every_document_says_what_dataset_it_is_of(tmp_path: Path) -> None:
    put(tmp_path, "1.0")
    said = "<http://rdfs.org/ns/void#inDataset>"
    for ending, form in (("ttl", "turtle"), ("jsonld", "json-ld"), ("nt", "nt"), ("rdf", "xml")):
        for file in ("data/gizmo/one", "def"):
            graph = rdflib.Graph().parse(tmp_path / "site" / f"{file}.{ending}", format=form)
            document = rdflib.URIRef(f"{BASE}data/{file.removeprefix('data/')}")
            assert graph.value(document, rdflib.URIRef(said[1:-1])) == rdflib.URIRef(BASE + "catalog.ttl#dataset"), (file, ending)
    # A version of the ontology outlives the dataset.
    assert said not in (tmp_path / "site/data/def/0.1.0.nt").read_text(encoding="utf-8")


def test_the_publisher_has_a_say_in_the_catalogue(tmp_path: Path) -> None:
    source = tmp_path / "data.ttl"
    source.write_text(ONTOLOGY.replace("VERSION", "0.1.0").replace("PRIOR", ""), encoding="utf-8")
    table = {
        "licence": configs.CC_BY,
        "catalogue": {
            "themes": ["GOVE"], "frequency": "ANNUAL", "availability": "AVAILABLE", "publisher_type": "RegionalAuthority",
            "keywords": {"fi": ["savi"], "en": ["clay"]}, "places": ["http://publications.europa.eu/resource/authority/country/FIN"],
        },
    }  # fmt: skip
    config = replace(configs.parse(table), version="1")
    publish(clayonto.KnowledgeGraph(from_paths([source])), tmp_path / "site", config)
    told = {str(q.object).strip("<>") for q in ox.parse((tmp_path / "site/catalog.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)}
    authority = "http://publications.europa.eu/resource/authority/"
    assert {
        f"{authority}data-theme/GOVE", f"{authority}frequency/ANNUAL", f"{authority}planned-availability/AVAILABLE",
        "http://purl.org/adms/publishertype/RegionalAuthority", '"savi"@fi', '"clay"@en', f"{authority}country/FIN",
    } <= told  # fmt: skip
    assert f"{authority}data-theme/REGI" not in told
    assert configs.parse({"licence": configs.CC_BY, "catalogue": {}}).catalogue == Catalogue()


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ({"version": "../1"}, "version is a text"),
        ({"version": 1.0}, "version is a text"),
        ({"version": "1."}, "version is a text"),
        ({"catalogue": "x"}, "catalogue is a table"),
        ({"catalogue": {"theme": ["REGI"]}}, "did you mean “themes”"),
        ({"catalogue": {"themes": "REGI"}}, "themes is a list"),
        ({"catalogue": {"themes": ["REGIO"]}}, "did you mean “REGI”"),
        ({"catalogue": {"frequency": "yearly"}}, "frequency cannot be"),
        ({"catalogue": {"publisher_type": "Council"}}, "publisher_type cannot be"),
        ({"catalogue": {"keywords": {"sv": ["lera"]}}}, "keywords is a list"),
        ({"catalogue": {"keywords": {}}}, "keywords is empty"),
        ({"catalogue": {"places": ["Finland"]}}, "places lists the IRIs"),
    ],
)
def test_a_catalogue_that_cannot_be_says_why(table: dict[str, object], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        configs.parse({"licence": configs.CC_BY, **table}, name="x.toml")


@given(st.lists(st.from_regex(configs.VERSION, fullmatch=True), min_size=2, max_size=6))
def test_versions_sort_and_name_their_files(names: list[str]) -> None:
    assert [natural(name) for name in sorted(names, key=natural)] == sorted(map(natural, names))
    for name in names:
        assert version_of(f"download/{name}/csv/a.csv") == ("dataset", name)
        assert (
            version_of(f"data/def/{name}.ttl")
            == version_of(f"fi/def/{name}.html")
            == version_of(f"def/{name}/index.html")
            == ("ontology", name)
        )
    assert version_of("fi/def.html") is None
    assert version_of(LIST) is None
