"""The client that checks a site: it reads what the site says of itself, follows every link, asks for every IRI in every format, and compares."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

import pyoxigraph as ox

from clayonto.publish.checking.dataset import Descriptions, Distribution, checksum, unpacked
from clayonto.publish.checking.documents import FORMATS, PageLinks, in_canon, read_page, read_sitemap, read_triples
from clayonto.publish.checking.findings import Finding, Report
from clayonto.publish.checking.hosts import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from clayonto.publish.checking.hosts import Answer, Host

_HTML: Final = "text/html"
# As browsers and common libraries send it: what they want, and the rest for want of better.
_ACCEPT: Final = {media: f"{media}, */*;q=0.1" for media in FORMATS} | {
    _HTML: "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
}
_IS_DOCUMENT: Final = " <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <http://xmlns.com/foaf/0.1/Document> ."
_VERSION_IRI: Final = " <http://www.w3.org/2002/07/owl#versionIRI> <"
# What XML cannot hold, as N-Triples write it: RDF/XML has U+FFFD in its place, and is held against the other formats so.
_NOT_XML: Final = re.compile(
    r"(?<!\\)((?:\\\\)*)(?:\\u00(?:0[0-8BEF]|1[0-9A-F])|\\[bf]|\\uFFF[EF]|[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff])"
)
_EXPECTED: Final = {
    "ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples", "rdf": "application/rdf+xml", "html": _HTML,
    "csv": "text/csv", "geojson": "application/geo+json",
}  # fmt: skip


class Client:
    """One check of one site."""

    def __init__(self, host: Host, target: str, *, jobs: int, sample: int | None, progress: Callable[[str], None] | None) -> None:
        self._host = host
        self._target = target
        self._jobs = jobs
        self._sample = sample
        self._say = progress or (lambda _: None)
        self._findings: list[Finding] = []
        self._pages: dict[str, PageLinks] = {}
        self._documents: dict[
            str, set[str]
        ] = {}  # what each data file that was read well is about: its subjects, and versions of ontologies
        self._versions: set[str] = set()
        self._counts = {"iris": 0, "pages": 0, "files": 0, "triples": 0}
        self._without_cors: list[str] = []

    def check(self) -> Report:
        """Look at everything."""
        described = self._describe()
        if described is not None:
            dump = self._downloads(described)
            self._crawl()
            union = self._data_files()
            if dump is not None:
                self._compare(union, dump, described)
                self._dereference(dump)
        if self._without_cors:
            self._fault(
                "cors", self._without_cors[0], "it has no Access-Control-Allow-Origin", "siinä ei ole otsaketta Access-Control-Allow-Origin"
            )
        return Report(self._target, self._host.base, tuple(self._findings), self._counts)

    def _fault(self, kind: str, url: str, en: str, fi: str) -> None:
        self._findings.append(Finding(kind, url, {"en": en, "fi": fi}))

    def _each(self, work: Callable[[str], Answer], urls: Sequence[str], what: str) -> Iterator[tuple[str, Answer]]:
        """The answers to some requests, in their order, a bounded number of them under way."""
        if self._jobs == 1:
            answers: Iterable[Answer] = map(work, urls)
            yield from self._counted(zip(urls, answers, strict=True), len(urls), what)
            return
        with ThreadPoolExecutor(self._jobs) as pool:
            # In slices, so that no more bodies wait in memory than a slice has.
            for start in range(0, len(urls), 16 * self._jobs):
                part = urls[start : start + 16 * self._jobs]
                yield from zip(part, pool.map(work, part), strict=True)
                self._say(f"{min(start + len(part), len(urls))} of {len(urls)} {what}")

    def _counted(self, pairs: Iterable[tuple[str, Answer]], total: int, what: str) -> Iterator[tuple[str, Answer]]:
        for number, pair in enumerate(pairs, 1):
            yield pair
            if number % 2000 == 0:
                self._say(f"{number} of {total} {what}")

    # ------------------------------------------------------------------ what the site says of itself

    def _wanted(self, url: str, media: str) -> bytes | None:
        """The body of a file that must be there, with its media type."""
        answer = self._host.get(url)
        return answer.body if self._arrived(url, answer, media) else None

    def _arrived(self, url: str, answer: Answer, media: str) -> bool:
        if not answer.ok:
            why = answer.problem or f"status {answer.status}"
            self._fault("missing", url, why, answer.problem or f"tila {answer.status}")
            return False
        if media and answer.media != media:
            sent = answer.media or "nothing"
            self._fault(
                "media-type", url, f"sent as {sent}, should be {media}", f"lähetetään tyyppinä {answer.media or '–'}, pitäisi olla {media}"
            )
        if not isinstance(self._host, Folder) and media in FORMATS and "access-control-allow-origin" not in answer.headers:
            self._without_cors.append(url)
        return True

    def _describe(self) -> Descriptions | None:
        self._say("Reading the catalogue")
        root = self._host.base
        if isinstance(self._host, Folder):
            # Only the catalogue knows where the folder is to be on the web.
            file = self._host.root / "catalog.ttl"
            try:
                self._host.base = Descriptions(file.read_bytes(), b"", file.as_uri()).base
            except SyntaxError as error:
                self._unreadable(str(file), "text/turtle", error)
                return None
            root = self._host.base
        catalog, void = (self._wanted(root + name, "text/turtle") for name in ("catalog.ttl", "void.ttl"))
        for name, media in (
            (".well-known/void", "text/turtle"),
            (".well-known/api-catalog", "application/linkset+json"),
            ("robots.txt", "text/plain"),
        ):
            self._wanted(root + name, media)
        if catalog is None:
            return None
        try:
            described = Descriptions(catalog, void or b"", root)
        except SyntaxError as error:
            self._unreadable(root + "catalog.ttl", "text/turtle", error)
            return None
        for thing, sentence in described.faults():
            self._fault("catalogue", thing, sentence["en"], sentence["fi"])
        if described.base:
            self._host.base = described.base
        return described

    def _unreadable(self, url: str, media: str, error: Exception) -> None:
        self._fault("unreadable", url, f"it is not {media}: {error}", f"se ei ole {media}: {error}")

    def _downloads(self, described: Descriptions) -> set[str] | None:
        """The triples of the N-Quads dump; every download's checksum on the way."""
        dump = None
        for url, digest in [*described.distributions, *self._earlier(described)]:
            self._say(f"Reading {url.rpartition('/')[2]}")
            answer = self._host.get(url)
            ending = url.rpartition(".")[2]
            if not self._arrived(url, answer, _EXPECTED.get(ending, "application/gzip" if ending == "gz" else "")):
                continue
            if digest and checksum(answer.body) != digest:
                self._fault("checksum", url, "its SHA-256 is not the catalogue's", "sen SHA-256 ei ole luettelon ilmoittama")
            if url.endswith(".nq.gz") and dump is None:
                try:
                    lines = read_triples(unpacked(answer.body), ox.RdfFormat.N_QUADS, url)
                    dump = in_canon(lines)
                except (SyntaxError, OSError) as error:
                    self._unreadable(url, "application/n-quads", error)
        if dump is None:
            self._fault(
                "catalogue",
                described.dataset or self._host.base,
                "it names no N-Quads download that can be read",
                "siinä ei ole luettavaa N-Quads-latausta",
            )
        return dump

    def _earlier(self, described: Descriptions) -> Iterator[Distribution]:
        """The downloads of the other versions that the catalogue names, by the descriptions beside them."""
        now = set(described.distributions)
        for url in sorted({iri.partition("#")[0] for iri in described.values("dcat:hasVersion")}):
            body = self._wanted(url, "text/turtle")
            if body is None:
                continue
            try:
                yield from (one for one in Descriptions(body, b"", url).distributions if one not in now)
            except SyntaxError as error:
                self._unreadable(url, "text/turtle", error)

    # ------------------------------------------------------------------ pages

    def _crawl(self) -> None:
        """Read the pages: those of the sitemap, and those that they link to."""
        host, base = self._host, self._host.base
        pending, seen, others = self._mapped(base + "sitemap.xml"), set[str](), dict[str, str]()
        from_page: dict[str, str] = dict.fromkeys(pending, base + "sitemap.xml")
        while pending:
            batch = [url for url in dict.fromkeys(pending) if url not in seen]
            seen.update(batch)
            pending = []
            for url, answer in self._each(host.get, batch, "pages"):
                if not answer.ok:
                    self._dead(from_page[url], url, answer)
                    continue
                if answer.media != _HTML:
                    self._arrived(url, answer, _HTML)
                page = self._pages[url] = read_page(answer.body, url)
                for link in page.links:
                    bare = link.partition("#")[0]
                    if bare.startswith(base) and bare not in seen:
                        from_page.setdefault(bare, url)
                        if bare.endswith((".html", "/")):
                            pending.append(bare)
                        else:
                            others.setdefault(bare, url)
        self._counts["pages"] = len(self._pages)
        data = {url for page in self._pages.values() for url in page.data.values()}
        for url, answer in self._each(host.get, sorted(set(others) - data), "files"):
            if not answer.ok:
                self._dead(others[url], url, answer)
        for url, page in self._pages.items():
            self._fragments(url, page)
            self._languages(url, page)

    def _dead(self, page: str, url: str, answer: Answer) -> None:
        en, fi = (answer.problem or f"{word} {answer.status}" for word in ("status", "tila"))
        self._fault("link", page, f"to {url}: {en}", f"osoitteeseen {url}: {fi}")

    def _mapped(self, url: str) -> list[str]:
        """The addresses of a sitemap and of those that it lists."""
        body = self._wanted(url, "")
        listed = read_sitemap(body) if body else []
        nested = [address for address in listed if address.startswith(self._host.base) and address.endswith(".xml")]
        return [address for address in listed if address not in nested] + [
            a for other in nested for a in read_sitemap(self._wanted(other, "") or b"")
        ]

    def _fragments(self, url: str, page: PageLinks) -> None:
        for link in sorted(page.links):
            bare, mark, fragment = link.partition("#")
            there = self._pages.get(bare)
            # A fragment “name=value” is a value for the element of that name.
            if mark and fragment and there is not None and not {fragment, unquote(fragment), fragment.partition("=")[0]} & there.ids:
                self._fault("link", url, f"to {link}: the page has no such place", f"osoitteeseen {link}: sivulla ei ole sellaista kohtaa")

    def _languages(self, url: str, page: PageLinks) -> None:
        for language, other in sorted(page.languages.items()):
            there = self._pages.get(other)
            if there is None:
                self._fault("hreflang", url, f"its {language} version {other} is not there", f"sen {language}-versiota {other} ei ole")
            elif url not in there.languages.values() and url == (page.canonical or url):
                self._fault(
                    "hreflang",
                    url,
                    f"its {language} version {other} does not point back",
                    f"sen {language}-versio {other} ei viittaa takaisin",
                )

    # ------------------------------------------------------------------ data

    def _data_files(self) -> set[str]:
        """Read every data file that a page names; all their triples, but for those that a file says of itself."""
        sets: dict[tuple[str, ...], str] = {}
        for url, page in self._pages.items():
            if page.data:
                missing = sorted(set(FORMATS) - set(page.data))
                if missing:
                    self._fault("alternate", url, f"no {', '.join(missing)}", f"ei muotoa {', '.join(missing)}")
                sets.setdefault(tuple(page.data[media] for media in FORMATS if media in page.data), url)
        kinds = {url: media for page in self._pages.values() for media, url in page.data.items()}
        first_of = {url: files[0] for files in sets for url in files}
        digests: dict[str, bytes] = {}
        union: set[str] = set()
        # A document's formats come one after the other, so that of all but the first a digest is enough.
        for url, answer in self._each(lambda u: self._host.get(u, accept=_ACCEPT[kinds[u]]), list(first_of), "data files"):
            if not self._arrived(url, answer, kinds[url]):
                continue
            try:
                lines = in_canon(read_triples(answer.body, FORMATS[kinds[url]], url))
            except SyntaxError as error:
                self._unreadable(url, kinds[url], error)
                continue
            digests[url] = sha256(_NOT_XML.sub("\\1\ufffd", "\n".join(sorted(lines))).encode()).digest()
            first = first_of[url]
            if digests.get(first) == digests[url] and first != url:
                self._documents[url] = self._documents[first]
                continue
            self._documents[url] = {line.partition(" ")[0] for line in lines} | self._note_versions(lines)
            if first in digests and first != url:
                self._fault(
                    "formats-differ", url, f"its triples are not those of {first}", f"sen väitteet eivät ole samat kuin tiedostossa {first}"
                )
            elif not url.startswith(f"{self._host.base}data/def/"):
                # The documents of a version of the ontology stay as they are when the dataset goes on.
                union.update(self._of_the_dataset(lines))
        self._counts["files"] = len(digests)
        return union

    def _note_versions(self, lines: set[str]) -> set[str]:
        """The IRIs of versions of an ontology that a document tells, as terms; those of the site are noted."""
        told = {line.rstrip(" .").rpartition(" ")[2] for line in lines if _VERSION_IRI in line}
        self._versions.update(term[1:-1] for term in told if term.startswith(f"<{self._host.base}"))
        return told

    def _of_the_dataset(self, lines: set[str]) -> Iterator[str]:
        """The triples of a data file without those about the file."""
        place = f"<{self._host.base}data/"
        own = {s for line in lines if line.endswith(_IS_DOCUMENT) and (s := line.partition(" ")[0]).startswith(place)}
        return (line for line in lines if line.partition(" ")[0] not in own)

    def _compare(self, union: set[str], dump: set[str], described: Descriptions) -> None:
        self._counts["triples"] = len(dump)
        self._say("Comparing the pages' data with the download")
        where = self._host.base
        for kind, lines in (("not-in-dump", union - dump), ("only-in-dump", dump - union)):
            for line in sorted(lines):
                subject = line.partition(" ")[0].strip("<>")
                self._fault(kind, subject if "://" in subject else where, line, line)
        counted = described.number("void:triples")
        if counted is not None and counted != len(dump):
            url = where + "void.ttl"
            self._fault(
                "count",
                url,
                f"void:triples is {counted}, the download has {len(dump)}",
                f"void:triples on {counted}, latauksessa on {len(dump)}",
            )

    # ------------------------------------------------------------------ IRIs

    def _dereference(self, dump: set[str]) -> None:
        """Ask for every IRI of the dump that the site has, in every format."""
        base = self._host.base
        iris = sorted({s[1:-1] for s in (line.partition(" ")[0] for line in dump) if s.startswith(f"<{base}")})
        if self._sample is not None and len(iris) > self._sample:
            iris = [iris[number * len(iris) // self._sample] for number in range(self._sample)]
        # Each version of the ontology has an IRI of its own, and documents that stay.
        iris = sorted({*iris, *self._versions})
        self._counts["iris"] = len(iris)
        requests: dict[str, list[str]] = {}
        for iri in iris:
            requests.setdefault(iri.partition("#")[0], []).append(iri)
        for media, accept in _ACCEPT.items():
            for request, answer in self._each(partial(self._host.get, accept=accept), list(requests), f"IRIs as {media}"):
                self._judge(requests[request], answer, media)

    def _judge(self, iris: list[str], answer: Answer, media: str) -> None:
        if answer.ok and answer.media == _HTML and media != _HTML:
            # A host that gives pages alone: the page says where the data is.
            there = read_page(answer.body, answer.url).data.get(media)
            if there is None:
                self._fault(
                    "iri",
                    iris[0],
                    f"asked for {media}, it leads to a page that names no such data",
                    f"pyydettäessä {media} se johtaa sivulle, joka ei nimeä sellaista dataa",
                )
                return
            answer = self._host.get(there, accept=_ACCEPT[media])
        if not answer.ok or answer.media != media:
            got = answer.problem or (f"status {answer.status}" if not answer.ok else answer.media or "no media type")
            self._fault("iri", iris[0], f"asked for {media}, the answer is {got}", f"pyydettäessä {media} vastaus on {got}")
            return
        if media == _HTML:
            return
        try:
            subjects = self._subjects(answer, media)
        except SyntaxError as error:
            self._unreadable(answer.url, media, error)
            return
        for iri in iris:
            if f"<{iri}>" not in subjects:
                self._fault("iri", iri, f"{answer.url} says nothing of it", f"{answer.url} ei kerro siitä mitään")

    def _subjects(self, answer: Answer, media: str) -> set[str]:
        known = self._documents.get(answer.url)
        if known is None:
            lines = set(read_triples(answer.body, FORMATS[media], answer.url))
            known = self._documents[answer.url] = {line.partition(" ")[0] for line in lines} | self._note_versions(lines)
        return known
