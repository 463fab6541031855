"""The live site: the same bytes as a published one, and how it answers for IRIs, languages, formats and what is no more."""

from __future__ import annotations

import gzip
import http.client
import json
import multiprocessing
import os
import re
import signal
import threading
import time
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import clayonto
from clayonto.namespaces import ID, PREFIXES
from clayonto.negotiation import ranges
from clayonto.publish import Config, publish
from clayonto.publish.config import CC_BY, HOME
from clayonto.publish.machine.routes import MEDIA
from clayonto.server.origin import Origin
from clayonto.server.problems import Failed, OverLimit
from clayonto.server.wholes import HOSTS
from clayonto.stores.generations import Folder
from tests import sites
from tests.conftest import SOAK
from tests.live import Live, serving
from tests.test_machine import BROWSER, TABLE
from tests.test_publish import HOSTILE

if TYPE_CHECKING:
    from collections.abc import Iterator

CONFIG = Config(licence=CC_BY, base=sites.BASE, target="apache", publisher="Council", contact="mailto:data@example.org")


class Client:
    """One connection that is kept."""

    def __init__(self, live: Live) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", live.port, timeout=60)

    def close(self) -> None:
        self._connection.close()

    def ask(self, path: str, method: str = "GET", **headers: str) -> tuple[http.client.HTTPResponse, bytes]:
        """The answer to a request, its redirect not followed, and its body."""
        self._connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items() if value})
        answer = self._connection.getresponse()
        return answer, answer.read()


def files(folder: Path) -> dict[str, bytes]:
    """The files of a published site that are for its visitors."""
    found = {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    return {path: content for path, content in found.items() if not HOSTS.fullmatch(path) and not path.startswith(".clayonto")}


@pytest.mark.parametrize(
    ("target", "base", "data"),
    [("apache", sites.BASE, sites.EXTRA), ("plain", sites.BASE, HOSTILE), ("nginx", HOME, HOSTILE)],
)
def test_each_file_is_the_one_that_is_published(target: str, base: str, data: str, tmp_path: Path) -> None:
    config = Config(licence=CC_BY, base=base, target=target, publisher="Council")  # type: ignore[arg-type]
    extra = tmp_path / "extra.ttl"
    head = "".join(f"@prefix {prefix}: <{namespace}> .\n" for prefix, namespace in PREFIXES.items())
    extra.write_text(f"@base <{ID}> .\n{head}{sites._PREFIXES}{data}", encoding="utf-8")
    publish(clayonto.load(extra), tmp_path / "site", config)
    published = files(tmp_path / "site")
    with serving(Origin(files=(str(extra),)), config) as live, closing(Client(live)) as client:
        differing = []
        for path, content in published.items():
            answer, body = client.ask(f"/{quote(path)}")
            if answer.status != 200 or body != content:
                differing.append((path, answer.status))
    assert len(published) > 2000
    assert not differing


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    """A live site of the bundled graph and :data:`sites.EXTRA`, from which :data:`sites.GONE` was withdrawn while it was served."""
    folder = tmp_path_factory.mktemp("live")
    with serving(origin(folder, sites.EXTRA + sites.GONE), CONFIG) as live:
        live.do(live.site.swap(origin(folder, sites.EXTRA)))
        yield live


@pytest.fixture
def client(live: Live) -> Iterator[Client]:
    with closing(Client(live)) as made:
        yield made


def origin(folder: Path, extra: str) -> Origin:
    """The bundled graph and some more."""
    file = folder / f"{len(extra)}.ttl"
    file.write_text(sites._PREFIXES + extra, encoding="utf-8")
    return Origin(files=(str(file),))


# ---------------------------------------------------------------------- things and their documents


@pytest.mark.parametrize(("accept", "languages", "ending", "language"), TABLE)
def test_the_live_site_negotiates_as_other_servers_do(
    client: Client, accept: str, languages: str, ending: str | None, language: str
) -> None:
    answer, body = client.ask("/id/project/clay", Accept=accept, Accept_Language=languages)
    assert answer.headers["Vary"] == "Accept, Accept-Language"
    if ending is None:
        assert (answer.status, answer.headers.get_content_type()) == (406, "application/problem+json")
        assert json.loads(body)["offered"] == [
            "/fi/project/clay.html (text/html)",
            "/en/project/clay.html (text/html)",
            "/data/project/clay.ttl (text/turtle)",
            "/data/project/clay.jsonld (application/ld+json)",
            "/data/project/clay.nt (application/n-triples)",
            "/data/project/clay.rdf (application/rdf+xml)",
        ]
        return
    path = f"/{language}/project/clay.html" if ending == "html" else f"/data/project/clay.{ending}"
    assert (answer.status, answer.headers["Location"]) == (303, path)
    document, _ = client.ask(path)
    assert (document.status, document.headers.get_content_type()) == (200, MEDIA[ending])


@pytest.mark.parametrize("ending", MEDIA)
def test_a_document_says_what_it_is_and_what_else_there_is(client: Client, ending: str) -> None:
    path = "/fi/project/clay.html" if ending == "html" else f"/data/project/clay.{ending}"
    answer, _ = client.ask(path)
    links = answer.headers["Link"]
    assert answer.headers["Content-Type"] == MEDIA[ending] + ("; charset=utf-8" if ending in ("html", "ttl", "nt") else "")
    assert answer.headers["Content-Language"] == ("fi" if ending == "html" else None)
    for other, media in MEDIA.items():
        file = "/en/project/clay.html" if other == "html" else f"/data/project/clay.{other}"
        assert (f'<{file}>; rel="alternate' in links) == (file != path), file
        assert (f'type="{media}"' in links) == (other != ending or ending == "html")
    thing = f"{sites.BASE}id/project/clay"
    for link in (
        f'<{CC_BY}>; rel="license"',
        '</linkset.json>; rel="linkset"; type="application/linkset+json"',
        f'<{thing}>; rel="cite-as"' if ending == "html" else f'<{thing}>; rel="describes"',
    ):
        assert link in links
    if ending == "html":
        assert '</en/project/clay.html>; rel="alternate"; type="text/html"; hreflang="en"' in links
        assert '</data/project/clay.ttl>; rel="alternate describedby"; type="text/turtle"' in links
        assert '<https://schema.org/AboutPage>; rel="type"' in links


def test_things_whose_names_are_hard_are_found(client: Client) -> None:
    for key, file in (("etel%C3%A4", "etel%C3%A4"), ("etelä", "etel%C3%A4"), ("a%20b+c", "a%20b%2Bc")):
        answer, _ = client.ask(quote(f"/id/gizmo/{key}", safe="/%+"), Accept="text/turtle")
        assert (answer.status, answer.headers["Location"]) == (303, f"/data/gizmo/{file}.ttl")
        document, body = client.ask(answer.headers["Location"])
        assert document.status == 200
        assert b"Gizmo" in body
        assert document.headers["Link"].isascii()


def test_concepts_versions_and_parts_lead_to_their_pages(tmp_path: Path) -> None:
    with serving(Origin(), Config(licence=CC_BY)) as live, closing(Client(live)) as client:
        for path, turtle, page in (
            ("/concept/role/partner", "/data/concept/role/partner.ttl", "/en/concept/role/partner.html"),
            ("/def", "/def.ttl", "/en/def.html"),
            ("/def/0.1.0", "/data/def/0.1.0.ttl", "/en/def/0.1.0.html"),
            ("/id/participation/clay-umbria", "/data/project/clay.ttl", "/en/project/clay.html"),
        ):
            assert client.ask(path, Accept="text/turtle")[0].headers["Location"] == turtle
            assert client.ask(path, Accept=BROWSER, Accept_Language="en")[0].headers["Location"] == page
            assert client.ask(page)[0].status == client.ask(turtle)[0].status == 200
        assert f"<{clayonto.namespaces.ID}".encode() in client.ask("/data/project/clay.nt")[1]
        assert '<https://w3id.org/clayonto/def>; rel="cite-as"' in client.ask("/fi/def.html")[0].headers["Link"]


def test_addresses_without_an_ending(client: Client) -> None:
    plain, body = client.ask("/en/project/clay")
    assert (plain.status, plain.headers["Content-Location"]) == (200, "/en/project/clay.html")
    assert body == client.ask("/en/project/clay.html")[1]
    assert client.ask("/en/project/clay.html")[0].headers["Content-Location"] is None
    assert client.ask("/data/project/clay")[0].headers["Location"] == "/data/project/clay.ttl"
    assert client.ask("/data/project/clay", Accept="application/n-triples")[0].headers["Location"] == "/data/project/clay.nt"
    assert client.ask("/data/project/clay", Accept="text/html")[0].status == 406
    for folder in ("/fi", "/fi/project", "/fi/map", "/fi/query"):
        answer, _ = client.ask(folder)
        assert (answer.status, answer.headers["Location"]) == (308, folder + "/")
        assert client.ask(folder + "/")[0].status == 200


def test_the_root_leads_by_language_and_to_the_catalogue(client: Client) -> None:
    for accept, languages, where in (
        (BROWSER, "en", "/en/index.html"),
        (BROWSER, "sv, fi;q=0.5", "/fi/index.html"),
        ("", "", "/fi/index.html"),
        ("text/turtle", "", "/catalog.ttl"),
    ):
        answer, _ = client.ask("/", Accept=accept, Accept_Language=languages)
        assert (answer.status, answer.headers["Location"], answer.headers["Vary"]) == (303, where, "Accept, Accept-Language")
    assert client.ask("/", Accept="image/png")[0].status == 406


def test_well_known_places_have_their_types(client: Client) -> None:
    for path, media in (
        ("/.well-known/void", "text/turtle; charset=utf-8"),
        ("/.well-known/api-catalog", "application/linkset+json"),
        ("/linkset.json", "application/linkset+json"),
        ("/catalog.ttl", "text/turtle; charset=utf-8"),
        ("/assets/style.css", "text/css; charset=utf-8"),
        ("/assets/icon.svg", "image/svg+xml; charset=utf-8"),
        ("/sitemap.xml", "application/xml; charset=utf-8"),
        ("/fi/query/works-with.csv", "text/csv; charset=utf-8"),
    ):
        answer, _ = client.ask(path)
        assert (answer.status, answer.headers["Content-Type"]) == (200, media), path
        assert 'rel="linkset"' in answer.headers["Link"]


# ---------------------------------------------------------------------- what has not changed, and parts of it


def test_a_client_that_has_a_document_is_not_sent_it_again(client: Client) -> None:
    plain, body = client.ask("/fi/project/clay.html")
    small, packed = client.ask("/fi/project/clay.html", Accept_Encoding="gzip")
    assert small.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed) == body
    assert plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding"
    tags = [plain.headers["ETag"], small.headers["ETag"]]
    assert len(set(tags)) == 2
    for sent, tag in ((tags[0], tags[0]), (f'"x", W/{tags[1]}', tags[1]), ("*", tags[0])):
        answer, nothing = client.ask("/fi/project/clay.html", If_None_Match=sent)
        assert (answer.status, answer.headers["ETag"], nothing) == (304, tag, b"")
        assert answer.headers["Vary"] == "Accept-Encoding"
    assert client.ask("/fi/project/clay.html", If_None_Match='"other"')[0].status == 200
    assert client.ask("/en/project/clay.html", If_None_Match=tags[0])[0].status == 200


@pytest.mark.parametrize(
    ("header", "packs"),
    [("gzip", True), ("GZIP;q=0.5, br", True), ("*", True), ("", False), ("identity", False), ("gzip;q=0", False), ("*, gzip;q=0", False)],
)
def test_compression_is_for_who_asks_for_it(client: Client, header: str, packs: bool) -> None:
    answer, _ = client.ask("/fi/project/clay.html", Accept_Encoding=header)
    assert (answer.headers["Content-Encoding"] == "gzip") is packs


def test_a_download_can_be_had_in_parts(client: Client) -> None:
    path = "/" + next(line for line in json.loads(client.ask("/linkset.json")[1])["linkset"][0]["item"] if line["href"].endswith(".nq.gz"))[
        "href"
    ].removeprefix(sites.BASE)
    whole, content = client.ask(path)
    assert (whole.headers["Accept-Ranges"], whole.headers["Content-Encoding"]) == ("bytes", None)
    for asked, part in (("bytes=0-99", content[:100]), ("bytes=100-", content[100:]), ("bytes=-50", content[-50:])):
        answer, body = client.ask(path, Range=asked)
        assert (answer.status, body) == (206, part)
        assert client.ask(path, Range=asked, If_Range=whole.headers["ETag"])[1] == part
        assert client.ask(path, Range=asked, If_Range='"other"')[1] == content
    assert answer.headers["Content-Range"] == f"bytes {len(content) - 50}-{len(content) - 1}/{len(content)}"
    assert client.ask(path, Range=f"bytes={len(content)}-")[0].status == 416
    for odd in ("bytes=5-2", "lines=1-2", "bytes=0-1,3-4", "bytes=", "bytes=a-b", "bytes=--5"):
        assert client.ask(path, Range=odd)[1] == content


def test_a_large_file_comes_from_the_disk(client: Client) -> None:
    whole, content = client.ask("/assets/oxigraph/web_bg.wasm")
    if whole.status == 404:
        pytest.skip("the engine of the SPARQL page is not here (make engine)")
    assert int(whole.headers["Content-Length"]) == len(content) > 1_000_000
    small, packed = client.ask("/assets/oxigraph/web_bg.wasm", Accept_Encoding="gzip")
    assert gzip.decompress(packed) == content
    assert client.ask("/assets/oxigraph/web_bg.wasm", "HEAD")[0].headers["Content-Length"] == str(len(content))
    assert client.ask("/assets/oxigraph/web_bg.wasm", If_None_Match=small.headers["ETag"])[0].status == 304


# ---------------------------------------------------------------------- methods, and what is not there


@pytest.mark.parametrize("path", ["/id/project/clay", "/fi/project/clay.html", "/", "/nothing", "/fi/project", "/linkset.json"])
def test_head_says_what_get_does(client: Client, path: str) -> None:
    got, _ = client.ask(path)
    head, body = client.ask(path, "HEAD")
    assert (head.status, body) == (got.status, b"")
    assert [(k, v) for k, v in head.getheaders() if k.lower() != "date"] == [(k, v) for k, v in got.getheaders() if k.lower() != "date"]


def test_other_methods_are_named_or_refused(client: Client) -> None:
    for path in ("/id/project/clay", "/nothing"):
        answer, _ = client.ask(path, "OPTIONS")
        assert (answer.status, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
        for method in ("POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"):
            answer, body = client.ask(path, method)
            assert (answer.status, answer.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
            assert json.loads(body)["status"] == 405


def test_what_was_withdrawn_is_gone_and_the_rest_is_there(client: Client) -> None:
    gone = quote("gizmo/vanha-ä")
    for path in (f"/id/{gone}", f"/data/{gone}.ttl", f"/data/{gone}", f"/fi/{gone}.html", f"/en/{gone}"):
        answer, body = client.ask(path)
        assert (answer.status, json.loads(body)["type"]) == (410, "https://w3id.org/clayonto/problem#withdrawn"), path
        page, html = client.ask(path, Accept=BROWSER, Accept_Language="en")
        assert (page.status, page.headers["Content-Language"], page.headers.get_content_type()) == (410, "en", "text/html")
        assert b"has been withdrawn" in html
    assert client.ask("/id/gizmo/etel%C3%A4")[0].status == 303


def test_a_page_that_is_not_there_is_in_the_visitors_language(client: Client) -> None:
    for languages, lang, words in (("fi", "fi", "Ei sivua"), ("en-GB", "en", "Not a page"), ("", "fi", "Ei sivua")):
        answer, body = client.ask("/a/b/c", Accept=BROWSER, Accept_Language=languages)
        assert (answer.status, answer.headers["Content-Language"]) == (404, lang)
        assert words.encode() in body
        assert f'<html lang="{lang}">'.encode() in body
        # It is shown at any address, so its links are from the root.
        links = re.findall(r'(?:href|src)="([^"]*)"', body.decode())
        assert links
        assert all(link.startswith(("/", "#", "https://", "mailto:")) for link in links)
        for link in links:
            if link.startswith("/"):
                assert client.ask(link.partition("#")[0])[0].status == 200, link
    answer, body = client.ask("/a/b/c", Accept="text/turtle")
    assert (answer.status, json.loads(body)["status"]) == (404, 404)


@pytest.mark.parametrize(
    "path",
    [
        "/id/..%2f..%2fetc%2fpasswd", "/../../etc/passwd", "/fi/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/id/x%00", "/id/x%0d%0aX-Evil:%20yes",
        "/id/%ff%fe", "/fi/%C0%AF", "//fi/index.html", "/fi//index.html", "/.htaccess", "/negotiate.var", "/hosting/index.html", "/id/%22%3e", "/%", "/%zz",
        "/id/project%2Fclay", "/fi/project/clay.html/", "/id/", "/id/project/clay/", "/data/", "/.clayonto-site.gz", "/assets/", "/fi/more/project/clay.html",
        "/fi/more/x/parts-1.html", "/fi/project/index-99.html", "/list/../robots.txt",
    ],
)  # fmt: skip
def test_no_path_escapes_or_ends_a_header(client: Client, path: str) -> None:
    answer, body = client.ask(path, Accept="text/turtle")
    assert answer.status == 404
    assert answer.headers["X-Evil"] is None
    assert json.loads(body)["title"] == "Not Found"


def test_a_path_that_is_too_long_is_refused(client: Client) -> None:
    assert client.ask("/id/" + "a" * 4000)[0].status == 404
    for length in (5000, 8192):
        assert client.ask("/id/" + "a" * length)[0].status == 414


@pytest.mark.parametrize("header", ["a/b," * 12_000, ";" * 50_000, "text/html;" + "q=1;" * 12_000, "," * 50_000])
def test_of_an_endless_header_little_is_read(client: Client, header: str) -> None:
    for path in ("/id/project/clay", "/fi/project/clay.html", "/nothing"):
        answer, _ = client.ask(path, Accept=header, Accept_Language=header, Accept_Encoding=header, If_None_Match=header)
        assert answer.status in (200, 303, 404, 406)
    assert len(ranges(header)) <= 100


@pytest.mark.fuzz
@given(st.text(max_size=60), st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=40))
@settings(max_examples=300 * SOAK, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_path_and_header_gets_an_answer(client: Client, path: str, header: str) -> None:
    quoted = quote("/" + path.encode(errors="replace").decode(), safe="/")
    answer, _ = client.ask(quoted, Accept=header, Accept_Language=header, Accept_Encoding=header, If_None_Match=header, Range=header)
    assert answer.status in (200, 303, 308, 404, 406, 410)


# ---------------------------------------------------------------------- the life of a site


def test_a_visitor_is_told_to_come_again_until_there_are_pages() -> None:
    with serving(Origin(), CONFIG, wait=False) as live, closing(Client(live)) as client:
        answer, body = client.ask("/fi/index.html")
        assert (answer.status, answer.headers["Retry-After"], json.loads(body)["status"]) == (503, "3", 503)
        ready = live.do(live.site.ready())
        assert client.ask("/fi/index.html")[0].status == 200
        assert ready.pages > 300
        assert ready.triples > 8000


def test_a_graph_that_cannot_be_read_takes_no_pages_away(live: Live, client: Client, tmp_path: Path) -> None:
    (tmp_path / "bad.ttl").write_text("this is no Turtle", encoding="utf-8")
    before = client.ask("/fi/project/clay.html")[1]
    for wrong in (Origin(files=(str(tmp_path / "bad.ttl"),)), Origin(store=str(tmp_path / "no-store"))):
        with pytest.raises(Failed, match="cannot be made"):
            live.do(live.site.swap(wrong))
    assert client.ask("/fi/project/clay.html")[1] == before
    assert client.ask("/fi/project/clay.html")[0].status == 200


def test_no_request_fails_while_the_graph_is_swapped(tmp_path: Path) -> None:
    texts = [f'<gizmo/same> a <https://example.org/Gizmo> ; skos:prefLabel "State {n}"@en .\n' for n in range(3)]
    stop, wrong = threading.Event(), []
    states: set[bytes] = set()

    def visit(live: Live) -> None:
        with closing(Client(live)) as client:
            while not stop.is_set():
                for path in ("/id/gizmo/same", "/en/gizmo/same.html", "/data/gizmo/same.ttl", "/en/index.html", "/catalog.ttl"):
                    answer, body = client.ask(path)
                    if answer.status not in (200, 303):
                        wrong.append((path, answer.status))
                    states.update(re.findall(rb"<h1>(State \d)</h1>", body))

    with serving(origin(tmp_path, texts[0]), CONFIG) as live:
        visitors = [threading.Thread(target=visit, args=(live,)) for _ in range(3)]
        for one in visitors:
            one.start()
        try:
            _until_seen(b"State 0", states)
            for text in texts[1:]:
                file = tmp_path / "next.ttl"
                file.write_text(sites._PREFIXES + text, encoding="utf-8")
                live.do(live.site.swap(Origin(files=(str(file),))))
                with closing(Client(live)) as client:
                    assert f"<h1>{text[text.index('State') :][:7]}</h1>" in client.ask("/en/gizmo/same.html")[1].decode()
                _until_seen(text[text.index("State") :][:7].encode(), states)
        finally:
            stop.set()
            for one in visitors:
                one.join()
    assert not wrong
    assert states == {b"State 0", b"State 1", b"State 2"}


def _until_seen(state: bytes, states: set[bytes]) -> None:
    ends = time.monotonic() + 60
    while state not in states:
        assert time.monotonic() < ends
        time.sleep(0.02)


def test_pages_that_a_server_has_had_are_gone_after_a_restart(tmp_path: Path) -> None:
    own = replace(CONFIG, base=HOME)  # where parts of pages have IRIs of their own
    state = tmp_path / "state"
    part = "<claim/of-a-page> a <https://w3id.org/clayonto/def#Claim> ; <https://w3id.org/clayonto/def#about> <project/clay> .\n"
    with serving(origin(tmp_path, sites.EXTRA + sites.GONE + part), own, state=state) as live, closing(Client(live)) as client:
        assert client.ask("/id/" + quote("gizmo/vanha-ä"))[0].status == 303
        assert client.ask("/id/claim/of-a-page")[0].headers["Location"].startswith("/fi/project/clay.html")
    with serving(origin(tmp_path, sites.EXTRA), own, state=state) as live, closing(Client(live)) as client:
        assert client.ask("/id/" + quote("gizmo/vanha-ä"))[0].status == 410
        assert client.ask("/id/claim/of-a-page")[0].status == 410
        assert client.ask("/id/claim/of-no-page")[0].status == 404
        assert live.do(live.site.ready()).gone == 2
    (state / "pages.gz").write_bytes(b"damaged")
    with serving(origin(tmp_path, sites.EXTRA), own, state=state, withdrawn=["gizmo/other"]) as live, closing(Client(live)) as client:
        assert client.ask("/id/" + quote("gizmo/vanha-ä"))[0].status == 404
        assert client.ask("/id/gizmo/other")[0].status == 410


def test_pages_that_were_never_shown_are_not_gone(tmp_path: Path) -> None:
    with serving(origin(tmp_path, sites.EXTRA), CONFIG) as live, closing(Client(live)) as client:
        (tmp_path / "bad.ttl").write_text(sites._PREFIXES + sites.GONE + "no", encoding="utf-8")
        with pytest.raises(Failed):
            live.do(live.site.swap(Origin(files=(str(tmp_path / "bad.ttl"),))))
        live.do(live.site.swap(Origin()))
        assert client.ask("/id/" + quote("gizmo/vanha-ä"))[0].status == 404
        assert client.ask("/id/gizmo/place")[0].status == 410


def test_a_process_that_is_killed_is_started_again(live: Live, client: Client) -> None:
    kept, _ = client.ask("/fi/project/clay.html")
    for process in multiprocessing.active_children():
        process.kill()
        process.join()
    # What was asked for lately is there all the time.
    assert client.ask("/fi/project/clay.html")[0].headers["ETag"] == kept.headers["ETag"]
    statuses = [client.ask(f"/fi/project/clay-{n}.html")[0].status for n in range(3)]
    assert set(statuses) <= {503, 404}
    live.do(live.site.ready())
    assert client.ask("/fi/programme/interreg-europe-2014-2020.html")[0].status in (200, 404)
    assert client.ask("/data/project/clay.rdf")[0].status == 200


def test_a_part_that_cannot_be_made_takes_nothing_else_along(tmp_path: Path) -> None:
    others = {process.pid for process in multiprocessing.active_children()}
    with serving(Origin(), CONFIG) as live, closing(Client(live)) as client:
        assert client.ask("/fi/index.html")[0].status == 200
        (page,) = {process.pid for process in multiprocessing.active_children()} - others
        children = Path(f"/proc/{page}/task/{page}/children").read_text().split()
        assert len(children) == 1
        os.kill(int(children[0]), signal.SIGSTOP)
        waiting: list[int] = []
        thread = threading.Thread(target=lambda: waiting.append(_once(live, "/sitemap.xml")))
        thread.start()
        while not live.site._current._asked:  # type: ignore[union-attr]
            time.sleep(0.01)
        # The process is asked in order, so the part is wanted by now.
        assert client.ask("/en/project/clay.html")[0].status == 200
        os.kill(int(children[0]), signal.SIGKILL)
        thread.join(30)
        assert waiting == [503]
        assert client.ask("/en/project/clay.html")[0].status == 200
        assert client.ask("/fi/query/works-with.html")[0].status == 200


def _once(live: Live, path: str) -> int:
    with closing(Client(live)) as client:
        return client.ask(path)[0].status


def test_a_graph_that_is_too_large_for_pages_says_so(tmp_path: Path) -> None:
    with serving(Origin(), CONFIG, most=9000, wait=False) as live, closing(Client(live)) as client:
        assert live.do(live.site.ready()).triples > 8000
        (tmp_path / "more.nt").write_text("".join(f"<urn:s{n}> <urn:p> <urn:o> .\n" for n in range(1000)), encoding="utf-8")
        with pytest.raises(OverLimit, match="pages are made of 9000 at most"):
            live.do(live.site.swap(Origin(files=(str(tmp_path / "more.nt"),))))
        assert client.ask("/fi/project/clay.html")[0].status == 200
    with serving(Origin(), CONFIG, most=0, wait=False) as live, closing(Client(live)) as client:
        with pytest.raises(OverLimit):
            live.do(live.site.ready())
        answer, body = client.ask("/fi/project/clay.html")
        assert (answer.status, answer.headers["Retry-After"], json.loads(body)["most"]) == (503, None, 0)


def test_a_store_is_served_as_it_is_held(tmp_path: Path) -> None:
    clayonto.load(store=tmp_path / "graph.db")
    held = Folder(tmp_path / "graph.db").current()
    assert held is not None
    with serving(Origin(store=str(held.folder / "store")), CONFIG) as live, closing(Client(live)) as client:
        assert client.ask("/fi/project/clay.html")[0].status == 200
        answer, body = client.ask("/en/query/project-phases.csv")
        assert answer.status == 200
        assert body.count(b"\n") == 3


def test_what_is_kept_has_its_bounds(tmp_path: Path) -> None:
    with serving(Origin(), CONFIG, cache=200_000) as live, closing(Client(live)) as client:
        pages = re.findall(r"<loc>https://data.example.org(/[^<]*)</loc>", client.ask("/sitemap.xml")[1].decode())
        for page in pages[:150]:
            assert client.ask(page)[0].status == 200
        kept = live.site._current.cache  # type: ignore[union-attr]
        assert 50_000 < kept.size <= 200_000
        assert kept.get(unquote(pages[149][1:])) is not None
        assert kept.get("sitemap.xml") is None
