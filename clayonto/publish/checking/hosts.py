"""Where a checked site is: on the web, or in a folder that answers as its host would by the rules that lie in it."""

from __future__ import annotations

import mimetypes
import re
from http.client import HTTPException
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol
from urllib.error import HTTPError, URLError
from urllib.parse import quote, unquote, urljoin, urlsplit
from urllib.request import HTTPRedirectHandler, HTTPSHandler, Request, build_opener

from clayonto.publish.machine.apache import MAP, TYPES
from clayonto.publish.machine.routes import choose
from clayonto.remote import failures
from clayonto.remote.trust import trusted

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_LARGEST: Final = 1 << 31
_HOPS: Final = 8
_AGENT: Final = "clayonto-check/1 (+https://w3id.org/clayonto/)"


class Answer(NamedTuple):
    """An answer to a request: where it came from in the end, status, media type without parameters, body, and headers with names in lower case.

    ``status`` is 0 if there was no answer; ``problem`` then says why.
    """

    url: str
    status: int
    media: str = ""
    body: bytes = b""
    headers: Mapping[str, str] = {}
    problem: str = ""

    @property
    def ok(self) -> bool:
        """Whether there is something to read."""
        return self.status == 200


class Host(Protocol):
    """What answers requests for addresses of a site; ``base`` is where the site says it is, ended by a slash."""

    base: str

    def get(self, url: str, *, accept: str = "*/*", languages: str = "") -> Answer:
        """The answer to a GET, after redirects."""


class Web:
    """A site on the web. Addresses under its published base are asked for at ``root``, so that a copy can be checked before it is the real one."""

    def __init__(self, root: str, *, timeout: float) -> None:
        """:param timeout: seconds to wait for an answer."""
        self.root = self.base = root if root.endswith("/") else root + "/"
        self._timeout = timeout
        self._opener = build_opener(_NoRedirect, *([HTTPSHandler(context=trusted())] if root.startswith("https:") else []))

    def reach(self) -> None:
        """Ask for the first page, whatever is said of it.

        :raises UnreachableError: if nothing answers; what is missing then is not a file.
        :raises EndpointTimeoutError: if nothing answers in time.
        """
        try:
            self._opener.open(Request(self.root, headers={"User-Agent": _AGENT}), timeout=self._timeout).close()  # noqa: S310 -- as below
        except HTTPError as error:
            error.close()
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, TimeoutError):
                raise failures.too_slow(self.root, self._timeout) from error
            raise failures.unreachable(self.root, reason) from error

    def get(self, url: str, *, accept: str = "*/*", languages: str = "") -> Answer:
        """The answer to a GET, after at most eight redirects."""
        at = self._here(url)
        for _ in range(_HOPS):
            answer = self._once(at, accept, languages)
            if answer.status not in (301, 302, 303, 307, 308) or "location" not in answer.headers:
                return answer
            at = self._here(urljoin(at, answer.headers["location"]))
            if urlsplit(at).scheme not in ("http", "https"):
                return Answer(at, 0, problem="it leads to an address that is not of the web")
        return Answer(at, 0, problem="it leads from address to address without end")

    def _here(self, url: str) -> str:
        bare = quote(url.partition("#")[0], safe="/:?&=%@!$'()*+,;~")
        return self.root + bare[len(self.base) :] if bare.startswith(self.base) else bare

    def _once(self, url: str, accept: str, languages: str) -> Answer:
        headers = {"Accept": accept, "User-Agent": _AGENT} | ({"Accept-Language": languages} if languages else {})
        try:
            request = Request(url, headers=headers)  # noqa: S310 -- the scheme is http or https
            with self._opener.open(request, timeout=self._timeout) as got:
                return _answer(url, got.status, got.headers, got.read(_LARGEST))
        except HTTPError as error:
            with error:
                return _answer(url, error.code, error.headers, b"")
        except URLError as error:
            return Answer(url, 0, problem=f"no answer: {error.reason}")
        except (OSError, ValueError, HTTPException) as error:
            return Answer(url, 0, problem=f"no answer: {error}")


def _answer(url: str, status: int, headers: object, body: bytes) -> Answer:
    named = {name.lower(): value for name, value in headers.items()}  # type: ignore[attr-defined]
    return Answer(url, status, named.get("content-type", "").partition(";")[0].strip().lower(), body, named)


class _NoRedirect(HTTPRedirectHandler):
    def redirect_request(self, *_: object) -> None:
        return None


class Folder:
    """A site in a folder, which answers as the host would for which it was made.

    With an ``.htaccess`` or an ``nginx.conf`` made by ``clayonto publish``, its rules are followed, or else those of ``hosting/w3id.htaccess``; without any
    of them, a request is answered by the file of its path, by that path and ``.html``, or by the ``index.html`` in it.
    """

    def __init__(self, folder: Path) -> None:
        self.root = folder.resolve()
        self.base = ""
        self._rules = _rules(self.root)

    def get(self, url: str, *, accept: str = "*/*", languages: str = "") -> Answer:
        """The answer to a GET."""
        bare = url.partition("#")[0].partition("?")[0]
        if not bare.startswith(self.base):
            return Answer(url, 0, problem="it is not of this site")
        path = unquote(bare[len(self.base) :], errors="surrogateescape")
        gone, page = self._rules.page(path)
        if gone:
            return Answer(bare, 410)
        if page is not None:
            choice = choose(accept, languages, offered=self._rules.languages)
            if choice is None:
                return Answer(bare, 406)
            if choice.ending == "html":
                path = f"{choice.language}/{page}.html"
            else:
                path = f"{page}.{choice.ending}" if page == "def" else f"data/{page}.{choice.ending}"
            bare = self.base + quote(path)
        file = self._file(path)
        if file is None:
            return Answer(bare, 404)
        if path and file == self.root / path / "index.html" and not path.endswith("/"):
            bare += "/"  # hosts send on to the folder, from which its links are counted
        try:
            return Answer(bare, 200, self._media(file), file.read_bytes())
        except OSError as error:
            return Answer(bare, 0, problem=f"it cannot be read: {error.strerror or error}")

    def _file(self, path: str) -> Path | None:
        if "\0" in path:
            return None
        for name in (path, f"{path}.html", f"{path}/index.html") if path and not path.endswith("/") else (f"{path}index.html",):
            file = (self.root / name).resolve()
            if file.is_relative_to(self.root) and file.is_file():
                return file
        return None

    def _media(self, file: Path) -> str:
        path = file.relative_to(self.root).as_posix()
        if path in (".well-known/api-catalog", "linkset.json"):
            return "application/linkset+json"
        if path == ".well-known/void":
            return "text/turtle"
        ending = file.suffix.removeprefix(".")
        return (
            self._rules.types.get(ending)
            or (mimetypes.guess_type(file.name)[0] if ending not in TYPES else "")
            or "application/octet-stream"
        )


class _Rules(NamedTuple):
    """What the rules of a host say: pages of requests, withdrawn requests, languages in order, media types of endings."""

    pages: list[tuple[re.Pattern[str], str]]
    gone: list[re.Pattern[str]]
    languages: list[str]
    types: dict[str, str]

    def page(self, path: str) -> tuple[bool, str | None]:
        """Whether a path was withdrawn, and the page it leads to, if the rules say so."""
        text = path.encode(errors="surrogateescape").decode("latin-1")  # rules are about bytes
        if any(pattern.search(text) for pattern in self.gone):
            return True, None
        for pattern, page in self.pages:
            found = pattern.search(text)
            if found:
                return False, found.expand(page).encode("latin-1").decode(errors="replace")
        return False, None


_OWN_TYPES: Final = TYPES | {"gz": "application/gzip", "html": "text/html", "xml": "application/xml", "json": "application/json"}
_APACHE_RULE: Final = re.compile(r'RewriteRule "(.*)" "(.*)" \[(.*)\]')
_NGINX_ENTRY: Final = re.compile(r'^  "((?:[^"\\]|\\.)*)" (?:"([^"]*)"|(\S+));$', re.MULTILINE)


def _rules(root: Path) -> _Rules:
    apache, nginx = root / ".htaccess", root / "nginx.conf"
    if apache.is_file() and (root / MAP).is_file():
        return _apache(apache.read_text(encoding="utf-8", errors="replace"))
    if nginx.is_file():
        return _nginx(nginx.read_text(encoding="utf-8", errors="replace"))
    service = root / "hosting" / "w3id.htaccess"
    if service.is_file():
        return _w3id(service.read_text(encoding="utf-8", errors="replace"))
    return _Rules([], [], [], _OWN_TYPES)


def _apache(text: str) -> _Rules:
    pages, gone = [], []
    for pattern, to, flags in _APACHE_RULE.findall(text):
        if flags.startswith("G"):
            gone.append(re.compile(pattern))
        elif to.startswith(MAP + "/"):
            pages.append((re.compile(pattern), _page(to[len(MAP) + 1 :]).encode().decode("latin-1")))
    languages = re.search(r"^LanguagePriority (.*)$", text, re.MULTILINE)
    types = {ending: media for media, ending in re.findall(r"^AddType (\S+) \.(\S+)$", text, re.MULTILINE)}
    others = {ending: media for ending, media in _OWN_TYPES.items() if ending not in TYPES}
    return _Rules(pages, gone, (languages.group(1) if languages else "en").split(), others | types)


def _w3id(text: str) -> _Rules:
    """The rules of a service that leads on to the documents of a host which negotiates nothing."""
    named = re.findall(r'^RewriteRule "(.*)" "id/(.*)" \[DPI\]$', text, re.MULTILINE)
    led = re.findall(r'^RewriteRule "(.*)" "%\{ENV:SITE\}/(?:data/)?(.*)\.ttl" ', text, re.MULTILINE)
    pages = [(re.compile(pattern), _page(page).encode().decode("latin-1")) for pattern, page in (*named, *led)]
    spoken = re.findall(r'"%\{ENV:SITE\}/(\w+)/.*\.html" ', text)
    # The last rule is that of the language for all others.
    return _Rules(pages, [], list(dict.fromkeys(reversed(spoken))), _OWN_TYPES)


def _page(substitution: str) -> str:
    """The page of a substitution, as a replacement of Python's."""
    return r"\g<1>" if substitution == "$1" else _literally(substitution)


def _literally(substitution: str) -> str:
    """A substitution without variables, as a replacement of Python's."""
    return re.sub(r"\\([$%\\])", r"\1", substitution).replace("\\", "\\\\")


def _nginx(text: str) -> _Rules:
    blocks = dict(re.findall(r"^map \$clayonto_request \$clayonto_(\w+) \{$(.*?)^\}$", text, re.MULTILINE | re.DOTALL))
    prefix = re.search(r"location = (\S*)linkset\.json", text)
    root = prefix.group(1) if prefix else "/"
    pages, gone = [], []
    for key, quoted, bare in _NGINX_ENTRY.findall(blocks.get("page", "")):
        if key.startswith("~") and quoted:
            # One name, with regard to case.
            key = re.sub(r"\\(.)", r"\1", key.removeprefix("~^").removesuffix("$"))
        if key.startswith("~"):
            pages.append(
                (re.compile("^" + _below(key[1:].replace("?<", "?P<"), re.escape(root))), r"\g<1>" if bare.startswith("$") else bare)
            )
        else:
            exact = re.escape(unquote(_below("^" + key, root), errors="surrogateescape").encode(errors="surrogateescape").decode("latin-1"))
            pages.insert(0, (re.compile(f"^{exact}$"), unquote(quoted or bare).encode().decode("latin-1").replace("\\", "\\\\")))
    for key, _, _ in _NGINX_ENTRY.findall(blocks.get("gone", "")):
        gone.append(re.compile("^" + re.escape(unquote(_below("^" + key, root)).encode().decode("latin-1")) + "$"))
    language = re.search(r"\$clayonto_language \{\s*default (\w+);(.*?)\}", text, re.DOTALL)
    languages = list(dict.fromkeys([language.group(1), *re.findall(r" (\w+);", language.group(2))])) if language else ["en"]
    types = {ending: media for media, ending in re.findall(r"([a-z]+/[\w.+-]+) (\w+);", text) if ending in TYPES}
    others = {ending: media for ending, media in _OWN_TYPES.items() if ending not in TYPES}
    return _Rules(pages, gone, languages, others | types)


def _below(pattern: str, root: str) -> str:
    return pattern.removeprefix("^").removeprefix(root)
