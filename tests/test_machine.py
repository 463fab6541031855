"""The machine side of a published site: downloads, descriptions, and how real servers answer for its IRIs."""

from __future__ import annotations

import csv
import gzip
import http.client
import io
import json
import shutil
import subprocess
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote, urlsplit
from xml.etree import ElementTree

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

import clayonto
from clayonto.errors import ShapesWarning
from clayonto.negotiation import ranges
from clayonto.publish import Config
from clayonto.publish.config import CC_BY
from clayonto.publish.geometry import geojson, read_wkt
from clayonto.publish.index import Index, read
from clayonto.publish.machine import apache, files, nginx
from clayonto.publish.machine.discovery import sitemaps
from clayonto.publish.machine.dumps import blocks, dumps
from clayonto.publish.machine.facts import Facts
from clayonto.publish.machine.routes import Choice, Routes, choose
from clayonto.publish.machine.statistics import count
from clayonto.publish.machine.tables import tables
from clayonto.publish.site import Site
from clayonto.publish.versions import Published, Release
from clayonto.validation.files import validate_files
from tests import sites
from tests.conftest import graph, reference

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
TABLE = [
    ("", "", "html", "fi"),
    ("*/*", "", "html", "fi"),
    (BROWSER, "en-US,en;q=0.9", "html", "en"),
    (BROWSER, "sv,de;q=0.5", "html", "fi"),
    (BROWSER, "en;q=0.4, fi;q=0.8", "html", "fi"),
    (BROWSER, "fi;q=0.4, en;q=0.8", "html", "en"),
    ("text/html", "", "html", "fi"),
    ("text/turtle", "", "ttl", ""),
    ("text/turtle", "en", "ttl", ""),
    ("TEXT/Turtle", "", "ttl", ""),
    ("application/ld+json", "", "jsonld", ""),
    ("application/n-triples", "", "nt", ""),
    ("application/rdf+xml", "", "rdf", ""),
    ("application/rdf+xml;q=0.9, text/turtle;q=0.5", "", "rdf", ""),
    ("text/turtle;q=0.3, application/ld+json;q=0.9", "", "jsonld", ""),
    ("text/html;q=0.4, text/turtle;q=0.9", "", "ttl", ""),
    ("text/html;q=0, application/n-triples", "", "nt", ""),
    ("text/turtle, */*;q=0.1", "", "ttl", ""),
    ("application/rdf+xml, text/html;q=0.5, */*;q=0.1", "", "rdf", ""),  # as rapper sends it
    ("application/x-unknown, text/turtle;q=0.2", "", "ttl", ""),
    ("application/json", "", "jsonld", ""),
    ("image/png", "", None, ""),
    ("application/x-unknown", "", None, ""),
]
"""What a client sends, and the format and language it is to get; ``None`` where there is nothing for it."""


@pytest.fixture(scope="module")
def site() -> Site:
    config = Config(licence=CC_BY, base=sites.BASE, target="apache", publisher="Council", contact="mailto:data@example.org")
    return Site.of(graph("oxigraph"), config)


@pytest.fixture(scope="module")
def machine(site: Site) -> dict[str, bytes]:
    return dict(files(site))


@pytest.fixture(scope="module", params=["apache", "nginx"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site on a real server."""
    start: Callable[[Path, Path], AbstractContextManager[str]] = getattr(sites, request.param)
    work = tmp_path_factory.mktemp(request.param)
    folder = sites.made(work, request.param)
    with start(folder, work) as url:
        yield url


def get(url: str, path: str, **headers: str) -> http.client.HTTPResponse:
    """The answer to one request, its redirect not followed."""
    connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=20)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items() if value})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


# ---------------------------------------------------------------------- dumps


def test_every_dump_has_every_triple(site: Site, machine: dict[str, bytes]) -> None:
    plain = {name.rpartition(".")[0].rpartition(".")[2]: gzip.decompress(data) for name, data in machine.items() if name.endswith(".gz")}
    assert set(plain) == {"nq", "ttl", "jsonld"}
    expected = rdflib.Graph().parse(data="".join(site.triples()), format="nt")
    quads = rdflib.Dataset().parse(data=plain["nq"], format="nquads")
    assert {str(g.identifier) for g in quads.graphs() if len(g)} == {sites.BASE + "catalog.ttl#dataset"}
    assert len(expected) == site.index.size == sum(len(g) for g in quads.graphs())
    turtle = rdflib.Graph().parse(data=plain["ttl"], format="turtle")
    assert len(turtle) == len(expected)
    named = {t for t in expected if not any(isinstance(n, rdflib.BNode) for n in t)}
    assert {t for t in turtle if not any(isinstance(n, rdflib.BNode) for n in t)} == named
    assert len(list(ox.parse(plain["jsonld"], format=ox.RdfFormat.JSON_LD))) == len(expected)


def test_rapper_reads_the_dump(machine: dict[str, bytes], site: Site) -> None:
    rapper = shutil.which("rapper")
    if rapper is None:
        pytest.skip("rapper is not installed (raptor2-utils)")
    (name,) = (n for n in machine if n.endswith("data.nq.gz"))
    done = subprocess.run(
        [rapper, "-c", "-i", "nquads", "-", "http://x/"], input=gzip.decompress(machine[name]), capture_output=True, check=True
    )
    assert f"returned {site.index.size} triples" in done.stderr.decode()


def test_the_machine_side_is_the_same_bytes_twice(site: Site, machine: dict[str, bytes]) -> None:
    again = Site.of(clayonto.load(), site.config)
    assert dict(files(again)) == machine


def test_checksums_are_those_of_the_files(machine: dict[str, bytes], tmp_path: Path) -> None:
    folder = next(name for name in machine if name.endswith("/SHA256SUMS")).rpartition("/")[0]
    for name, content in machine.items():
        if name.startswith(folder):
            file = tmp_path / name.removeprefix(folder + "/")
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(content)
    done = subprocess.run(["sha256sum", "--strict", "-c", "SHA256SUMS"], cwd=tmp_path, capture_output=True, check=True)
    assert done.stdout.decode().count(": OK") == sum(name.startswith(folder) for name in machine) - 1


def test_other_data_is_another_version(site: Site, machine: dict[str, bytes]) -> None:
    other = Site(Index([*"".join(site.triples()).splitlines(), "<urn:a> <urn:b> <urn:c> ."]), site.config, base=site.namespace)
    assert Facts(other).version != Facts(site).version
    assert f"download/{Facts(site).version}/SHA256SUMS" in machine


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=40))
def test_a_hostile_literal_comes_back_from_every_dump(text: str) -> None:
    line = str(ox.Quad(ox.NamedNode("urn:s"), ox.NamedNode("urn:p"), ox.Literal(text)))
    index = read((line.rstrip(" .") + " .\n").encode(), base="https://x.example/")
    for ending, data in dumps(blocks(index, graph="urn:g")):
        kind = {"nq": ox.RdfFormat.N_QUADS, "ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD}[ending]
        assert [q.object.value for q in ox.parse(gzip.decompress(data), format=kind)] == [text]


# ---------------------------------------------------------------------- tables and places


def test_a_table_read_by_its_metadata_gives_the_triples_back() -> None:
    lines = [
        "<https://e.org/a> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <https://e.org/K> .",
        '<https://e.org/a> <https://e.org/n> "5"^^<http://www.w3.org/2001/XMLSchema#integer> .',
        '<https://e.org/a> <https://e.org/l> "=cmd|\\"x\\", y\\n"@fi .',
        '<https://e.org/a> <https://e.org/l> "a|b"@en .',
        '<https://e.org/a> <https://e.org/l> "c"@en .',
        "<https://e.org/a> <https://e.org/o> <https://e.org/b> .",
        "<https://e.org/a> <https://other.org/o> <https://e.org/c> .",
    ]
    made = {table.file: table.content for table in tables(Index(lines), title={"en": "T"}, licence=CC_BY)}
    described = json.loads(made["csv-metadata.json"])["tables"][0]
    columns = {c["name"]: c for c in described["tableSchema"]["columns"] if not c.get("virtual")}
    (row,) = csv.DictReader(io.StringIO(made["k.csv"].decode(), newline=""))
    assert list(row) == list(columns)
    got = set()
    for name, column in columns.items():
        if column.get("suppressOutput"):
            continue
        for value in row[name].split(column["separator"]) if "separator" in column else [row[name]]:
            literal = f'"{value}"@{column["lang"]}' if "lang" in column else value
            got.add((column["propertyUrl"], literal, column["datatype"]))
    assert got == {
        ("https://e.org/n", "5", "integer"),
        ("https://e.org/l", '"=cmd|"x", y\n"@fi', "string"),
        ("https://e.org/l", '"a|b"@en', "string"),
        ("https://e.org/l", '"c"@en', "string"),
        ("https://e.org/o", "https://e.org/b", "anyURI"),
        ("https://other.org/o", "https://e.org/c", "anyURI"),
    }
    assert columns["l_en"]["separator"] != "|"
    assert described["tableSchema"]["columns"][-1]["valueUrl"] == "https://e.org/K"


def test_every_class_has_its_table_and_a_distribution(machine: dict[str, bytes], site: Site) -> None:
    names = {name.rpartition("/")[2] for name in machine if "/csv/" in name}
    assert {"project.csv", "organization.csv", "csv-metadata.json"} <= names
    assert len(names) == len(Facts(site).statistics.classes) + 1
    catalogue = machine["catalog.ttl"].decode()
    assert all(name in catalogue for name in names if name.endswith(".csv"))


def test_places_become_geojson_and_the_claims_that_state_them_do_not(machine: dict[str, bytes]) -> None:
    geo = "http://www.opengis.net/ont/geosparql#"
    lines = [
        f"<urn:a> <{geo}hasGeometry> _:g .",
        f'_:g <{geo}asWKT> "<http://www.opengis.net/def/crs/EPSG/0/4326> POINT(62.79 22.84)"^^<{geo}wktLiteral> .',
        '<urn:b> <http://www.w3.org/2003/01/geo/wgs84_pos#lat> "1.5" .',
        '<urn:b> <http://www.w3.org/2003/01/geo/wgs84_pos#long> "2" .',
        '<urn:c> <http://www.w3.org/2003/01/geo/wgs84_pos#lat> "north" .',
        '<urn:c> <http://www.w3.org/2003/01/geo/wgs84_pos#long> "2" .',
    ]
    found: Any = json.loads(geojson(Index(lines)) or b"")
    assert {f["id"]: f["geometry"]["coordinates"] for f in found["features"]} == {"urn:a": [22.84, 62.79], "urn:b": [2.0, 1.5]}
    assert geojson(Index(['<urn:a> <urn:p> "x" .'])) is None
    bundled: Any = json.loads(next(content for name, content in machine.items() if name.endswith("places.geojson")))
    places = {f["id"]: f["geometry"]["coordinates"] for f in bundled["features"]}
    assert places["http://publications.europa.eu/resource/authority/country/FIN"] == [26.2, 64.26]
    assert not any("claim" in place for place in places)
    assert "places.geojson" in machine["hosting/README.txt"].decode()


@given(st.text(alphabet="POINTLYGMUE ()0123456789.,-<>e", max_size=60))
def test_a_broken_geometry_is_none_and_no_error(text: str) -> None:
    read_wkt(text)
    read_wkt(f"POLYGON {text}")


# ---------------------------------------------------------------------- descriptions


@pytest.mark.parametrize("engine", ["compiled", "pyshacl"])
@pytest.mark.parametrize("target", ["plain", "apache"])
def test_the_catalogue_passes_dcat_ap_without_a_warning(engine: str, target: str, tmp_path: Path) -> None:
    from clayonto.publish.machine.dcat import catalog, release

    site = Site.of(graph("oxigraph"), Config(licence=CC_BY, base=sites.BASE, target=target))  # type: ignore[arg-type]
    # As a server has it, which has more to describe than files alone.
    site.endpoint = "/sparql"
    site.published = Published([Release("0.9", "2025-01-01", {}), Release("0.10", "2025-02-01", {})])
    facts = Facts(site)
    facts.add("data.nq.gz", b"x", "application/n-quads", "RDF_N_QUADS", {"en": "Data", "fi": "Data"}, packed=True)
    (tmp_path / "catalog.ttl").write_bytes(catalog(facts))
    (tmp_path / "dataset.ttl").write_bytes(release(facts))
    broken = catalog(facts).replace(b"dcatap:availability", b"dcatap:unknown").replace(b"foaf:name", b"foaf:nick")
    (tmp_path / "broken.ttl").write_bytes(broken)
    for name in ("shapes.ttl", "shapes_recommended.ttl"):
        published = reference(f"suites/dcat-ap/{name}")
        # As they were published, with a term of a draft that has no effect, and as they were meant.
        meant = tmp_path / name
        meant.write_text(published.read_text(encoding="utf-8").replace("sh:shape ", "sh:node "), encoding="utf-8")
        for shapes in (published, meant):
            with warnings.catch_warnings():
                if shapes == published:
                    warnings.simplefilter("ignore", ShapesWarning)
                for described in ("catalog.ttl", "dataset.ttl"):
                    report = validate_files([str(tmp_path / described)], bundle=False, shapes=str(shapes), engine=engine)
                    assert report.nodes > 2
                    assert [result.message("en") for result in report.results] == []
                assert validate_files([str(tmp_path / "broken.ttl")], bundle=False, shapes=str(shapes), engine=engine).results


def test_void_counts_are_those_of_sparql(machine: dict[str, bytes], site: Site) -> None:
    store = ox.Store()
    store.bulk_load("".join(site.triples()).encode(), ox.RdfFormat.N_TRIPLES)

    def number(query: str) -> int:
        (row,) = store.query(query)  # type: ignore[misc]
        return int(row[0].value)

    counted = count(site.index, uri_space=site.namespace)
    assert counted.triples == number("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    assert counted.subjects == number("SELECT (COUNT(DISTINCT ?s) AS ?n) { ?s ?p ?o }")
    # A store rewrites literals, so values as they are written are counted in the text.
    assert counted.objects == len({line.split(" ", 2)[2] for line in site.triples()})
    assert counted.entities == number(f'SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s ?p ?o FILTER(STRSTARTS(STR(?s), "{site.namespace}")) }}')
    for klass, times in counted.classes.items():
        assert times == number(f"SELECT (COUNT(DISTINCT ?s) AS ?n) {{ ?s a <{klass}> }}")
    for predicate, times in counted.properties.items():
        assert times == number(f"SELECT (COUNT(*) AS ?n) {{ ?s <{predicate}> ?o }}")
    void = rdflib.Graph().parse(data=machine["void.ttl"], format="turtle")
    ns = rdflib.Namespace("http://rdfs.org/ns/void#")
    dataset = rdflib.URIRef(sites.BASE + "catalog.ttl#dataset")
    assert void.value(dataset, ns.triples).toPython() == counted.triples  # type: ignore[union-attr]
    assert {str(d).removeprefix(sites.BASE) for d in void.objects(dataset, ns.dataDump)} == {n for n in machine if n.endswith(".gz")}
    assert machine[".well-known/void"] == machine["void.ttl"]


def test_the_queries_run_as_they_are_published(machine: dict[str, bytes], site: Site) -> None:
    store = ox.Store()
    store.bulk_load("".join(site.triples()).encode(), ox.RdfFormat.N_TRIPLES)
    found = rdflib.Graph().parse(data=machine["queries.ttl"], format="turtle")
    sh = rdflib.Namespace("http://www.w3.org/ns/shacl#")
    texts = {str(s).rpartition("#")[2]: str(o) for s, o in found.subject_objects(sh.select)}
    assert set(texts) == set(clayonto.queries())
    assert all((rdflib.URIRef(f"{sites.BASE}queries.ttl#{name}"), rdflib.RDF.type, sh.SPARQLExecutable) in found for name in texts)
    assert len(list(store.query(texts["project-partners"]))) == 6  # type: ignore[arg-type]
    for name in ("glossary", "project-phases", "search"):
        assert list(store.query(texts[name])), name  # type: ignore[arg-type]


def test_sitemaps_list_each_page_in_each_language(machine: dict[str, bytes], site: Site) -> None:
    ns = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9", "x": "http://www.w3.org/1999/xhtml"}
    urls = ElementTree.fromstring(machine["sitemap.xml"]).findall("s:url", ns)
    assert {f"{sites.BASE}{lang}/project/clay.html" for lang in ("fi", "en")} <= {u.findtext("s:loc", "", ns) for u in urls}
    assert all(len(u.findall("x:link", ns)) == 2 for u in urls)
    parts = dict(sitemaps(Facts(site), most=100))
    listed = [one.text or "" for one in ElementTree.fromstring(parts["sitemap.xml"]).iter(f"{{{ns['s']}}}loc")]
    assert [name.rpartition("/")[2] for name in listed] == [n for n in parts if n != "sitemap.xml"]
    assert sum(len(ElementTree.fromstring(parts[n.rpartition("/")[2]])) for n in listed) == len(urls)
    assert f"Sitemap: {sites.BASE}sitemap.xml" in machine["robots.txt"].decode()


def test_linksets_name_files_that_are_there(machine: dict[str, bytes]) -> None:
    for name in ("linkset.json", ".well-known/api-catalog"):
        contexts = json.loads(machine[name])["linkset"]
        targets = [link for c in contexts for key, links in c.items() if key != "anchor" for link in links]
        own = [t["href"].removeprefix(sites.BASE) for t in targets if t["href"].startswith(sites.BASE) and t["href"] != sites.BASE]
        assert own
        assert all(path in machine or path.endswith("index.html") for path in own)


# ---------------------------------------------------------------------- negotiation


@pytest.mark.parametrize(("accept", "languages", "ending", "language"), TABLE)
def test_the_choice_of_a_document(accept: str, languages: str, ending: str | None, language: str) -> None:
    assert choose(accept, languages, offered=["fi", "en"]) == (None if ending is None else Choice(ending, language))


@given(st.text(max_size=60))
def test_any_header_is_read(header: str) -> None:
    assert all(0 <= quality <= 1 for _, quality in ranges(header))
    choose(header, header, offered=["fi"])


@pytest.mark.parametrize(("accept", "languages", "ending", "language"), TABLE)
def test_servers_negotiate_as_the_table_says(served: str, accept: str, languages: str, ending: str | None, language: str) -> None:
    answer = get(served, "/id/project/clay", Accept=accept, Accept_Language=languages)
    if ending is None:
        assert answer.status == 406
        return
    path = f"/{language}/project/clay.html" if ending == "html" else f"/data/project/clay.{ending}"
    assert (answer.status, urlsplit(answer.headers["Location"]).path) == (303, path)
    assert "accept" in (answer.headers["Vary"] or "").lower()
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    document = get(served, path)
    kinds = {
        "html": "text/html",
        "ttl": "text/turtle",
        "jsonld": "application/ld+json",
        "nt": "application/n-triples",
        "rdf": "application/rdf+xml",
    }
    assert (document.status, document.headers.get_content_type()) == (200, kinds[ending])


def test_servers_find_things_whose_names_are_hard(served: str) -> None:
    for key, file in (("etel%C3%A4", "etelä"), ("a%20b+c", "a b+c")):
        answer = get(served, f"/id/gizmo/{key}", Accept="text/turtle")
        assert answer.status == 303
        there = urlsplit(answer.headers["Location"]).path
        assert unquote(there) == f"/data/gizmo/{file}.ttl"
        assert get(served, there).status == 200


def test_servers_answer_410_for_what_was_withdrawn(served: str) -> None:
    gone = quote("gizmo/vanha-ä")
    for path in (f"/id/{gone}", f"/data/{gone}.ttl", f"/fi/{gone}.html"):
        assert get(served, path, Accept="text/turtle").status == 410
    assert get(served, "/id/gizmo/etel%C3%A4").status == 303


def test_servers_give_well_known_places_their_types(served: str) -> None:
    for path, kind in (
        ("/.well-known/void", "text/turtle"),
        ("/.well-known/api-catalog", "application/linkset+json"),
        ("/linkset.json", "application/linkset+json"),
        ("/catalog.ttl", "text/turtle"),
    ):
        answer = get(served, path)
        assert (answer.status, answer.headers.get_content_type()) == (200, kind), path
        assert 'rel="linkset"' in answer.headers["Link"]


def test_no_request_ends_a_header(served: str) -> None:
    for path in ("/id/x%0d%0aX-Evil:%20yes", "/id/x%00", "/id/..%2f..%2fetc%2fpasswd", "/id/%22%3e"):
        answer = get(served, path, Accept="text/turtle")
        assert answer.headers["X-Evil"] is None
        assert answer.status in (303, 400, 403, 404)


def test_the_ontology_and_parts_are_led_to_where_the_iris_are_the_sites_own(tmp_path: Path) -> None:
    config = Config(licence=CC_BY, target="apache")
    routes = Routes(Site.of(graph("oxigraph"), config))
    assert routes.others["id/participation/clay-umbria"] == "project/clay"
    rules = apache.htaccess(routes).decode()
    assert '"^id/participation/clay-umbria$" "negotiate.var/project/clay" [L]' in rules
    made = dict(files(routes.site))
    assert b"CHANGE-ME" in made["hosting/w3id.htaccess"]
    assert f'"{routes.prefix}id/participation/clay-umbria" "project/clay";' in nginx.conf(routes).decode()


@given(st.text(min_size=1, max_size=30))
def test_no_name_gets_out_of_its_rule(name: str) -> None:
    name = name.encode(errors="ignore").decode()
    pattern = apache.pattern(name)
    assert '"' not in pattern
    assert "\n" not in pattern
    import re

    assert re.fullmatch(pattern, name.encode().decode("latin-1"))


@pytest.mark.parametrize("target", ["plain", "apache"])
def test_the_rules_for_w3id_lead_to_the_real_host(target: str, tmp_path: Path) -> None:
    made = dict(files(Site.of(graph("oxigraph"), Config(licence=CC_BY, target=target))))  # type: ignore[arg-type]
    folder = tmp_path / "w3id"
    folder.mkdir()
    (folder / ".htaccess").write_bytes(made["hosting/w3id.htaccess"].replace(b"https://CHANGE-ME.example", b"https://real.example/x"))
    with sites.apache(folder, tmp_path) as url:
        led = {
            (path, accept): (answer.status, answer.headers["Location"])
            for path in ("/id/project/clay", "/id/participation/clay-umbria", "/concept/role/partner", "/def", "/fi/about.html")
            for accept in ("text/turtle", BROWSER)
            for answer in [get(url, path, Accept=accept, Accept_Language="en")]
        }
    real = "https://real.example/x"
    assert led["/fi/about.html", BROWSER] == (302, f"{real}/fi/about.html")
    if target == "apache":
        assert {led[p, "text/turtle"] for p, _ in led if p.startswith("/id/project")} == {(303, f"{real}/id/project/clay")}
        assert led["/def", BROWSER] == (303, f"{real}/def")
        return
    assert led["/id/project/clay", "text/turtle"] == (303, f"{real}/data/project/clay.ttl")
    assert led["/id/participation/clay-umbria", "text/turtle"] == (303, f"{real}/data/project/clay.ttl")
    assert led["/id/project/clay", BROWSER] == (303, f"{real}/en/project/clay.html")
    assert led["/concept/role/partner", "text/turtle"] == (303, f"{real}/data/concept/role/partner.ttl")
    assert led["/def", "text/turtle"] == (303, f"{real}/def.ttl")
    assert led["/def", BROWSER][1].endswith("/def.html")
