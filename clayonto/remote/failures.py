"""What can go wrong between us and an endpoint, each as an error of ours that says what to do; and how long to wait before the next try."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from clayonto.errors import (
    ClayontoError,
    ConfigError,
    EndpointError,
    EndpointRefusalError,
    EndpointTimeoutError,
    IncompleteAnswerError,
    NotSparqlError,
    QueryError,
    UnreachableError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

FOR_A_MOMENT: Final = frozenset({429, 502, 503, 504})
"""The statuses after which a reading request is tried again."""
_LONGEST_PAUSE: Final = 60.0
_CREDENTIALS: Final = "CLAYONTO_ENDPOINT_USER and CLAYONTO_ENDPOINT_PASSWORD or CLAYONTO_ENDPOINT_TOKEN in the environment, or a file of them ($CLAYONTO_ENDPOINTS)"
_DOUBTED: Final = re.compile(r"certificate verify failed: (.*?)(?: \(_ssl|$)")


def pause(told: str | None, attempt: int) -> float:
    """Seconds to wait before the next try: as ``Retry-After`` says (seconds or a date), else half a second and twice as long each time.

    >>> pause("7", 0), pause(None, 0), pause(None, 2), pause("Wed, 21 Oct 2015 07:28:00 GMT", 0)
    (7.0, 0.5, 2.0, 0.0)
    """
    seconds = 0.5 * float(2**attempt)
    if told is not None and told.strip().isdigit():
        seconds = float(told)
    elif told is not None:
        try:
            when = parsedate_to_datetime(told)
        except ValueError:
            pass
        else:
            seconds = max(0.0, ((when if when.tzinfo else when.replace(tzinfo=UTC)) - datetime.now(UTC)).total_seconds())
    return min(seconds, _LONGEST_PAUSE)


def unreachable(url: str, reason: object) -> UnreachableError:
    """Nothing answers."""
    # An error of httpx has the system's words behind its number.
    said = getattr(reason, "strerror", None) or re.sub(r"^\[Errno -?\d+\] ", "", str(reason)) or type(reason).__name__
    said = one_line(said).rstrip(".")
    if doubted := _DOUBTED.search(said):
        return UnreachableError(
            f"{url} is not trusted, since its certificate cannot be verified: {doubted[1]}. If an authority of your own signed it, name the file of that "
            "authority's certificate in SSL_CERT_FILE.",
            url=url,
        )
    if "WRONG_VERSION_NUMBER" in said:
        said = "the server does not speak https there"
    if proxy := _proxy(url):
        return UnreachableError(
            f"{url} cannot be reached by way of the proxy {proxy}, which the environment names: {said}. Is it right, or does the host belong into "
            "NO_PROXY?",
            url=url,
        )
    return UnreachableError(f"{url} cannot be reached: {said}. Is the address right, and the server running?", url=url)


def is_final(reason: object) -> bool:
    """Whether to try again is in vain: a certificate does not get better."""
    return _DOUBTED.search(str(reason)) is not None


def _proxy(url: str) -> str:
    """Host and port of the proxy that requests to an address go through; never its user and password."""
    from urllib.request import getproxies, proxy_bypass

    parts = urlsplit(url)
    named = getproxies().get(parts.scheme, "")
    if not named or proxy_bypass(parts.netloc):
        return ""
    return urlsplit(named if "://" in named else f"//{named}").netloc.rpartition("@")[2]


def no_proxy(named: Mapping[str, str]) -> ConfigError:
    """The environment names a proxy that requests cannot go through."""
    wrong = ", ".join(
        sorted(f"{kind.upper()}_PROXY" for kind, value in named.items() if urlsplit(value).scheme not in ("", "http", "https"))
    )
    return ConfigError(
        f"The environment names a proxy that cannot be used ({wrong or 'HTTP_PROXY'}); give one that starts with http://, or take it out."
    )


def too_slow(url: str, timeout: float) -> EndpointTimeoutError:
    """No answer in time."""
    within = "a second" if timeout == 1 else f"{timeout:g} seconds"
    return EndpointTimeoutError(f"{url} did not answer within {within}; ask for less, or give it more time (timeout).", url=url)


def broke_off(url: str, reason: object) -> IncompleteAnswerError:
    """The answer has a beginning and no end."""
    return IncompleteAnswerError(
        f"{url} broke off in the middle of its answer ({reason}); the server may have a time limit: ask for less at a time.", url=url
    )


def capped(url: str, most: str) -> IncompleteAnswerError:
    """The server says that it gives no more rows than so many."""
    return IncompleteAnswerError(
        f"{url} gives at most {most} rows for a query, and left the others out. Ask for them in parts, with ORDER BY, LIMIT and OFFSET, or pull the graph.",
        url=url,
    )


def not_http(url: str, reason: object) -> NotSparqlError:
    """An answer that is none of HTTP."""
    said = f" ({one_line(str(reason))})" if str(reason) else ""
    return NotSparqlError(f"What answers at {url} does not speak HTTP{said}. Is the port the right one?", url=url)


def not_sparql(url: str, media: str, body: bytes) -> NotSparqlError:
    """An answer, but none to a query."""
    page = b"<html" in body[:1000].lower()
    what = "a web page" if page else media or "something without a media type"
    return NotSparqlError(
        f"{url} answered with {what}, not with SPARQL results. Is it the address that takes queries? Often it ends in /sparql or /query.",
        url=url,
    )


def unreadable(url: str, media: str, error: Exception) -> NotSparqlError:
    """An answer that says what it is, and is not."""
    said = getattr(error, "msg", None) or error
    return NotSparqlError(
        f"{url} sent {media} that cannot be read: {said}. The server may have failed half-way; try again, or ask for less.", url=url
    )


def of_status(url: str, status: int, body: bytes = b"", headers: Mapping[str, str] | None = None, *, known: bool = False) -> ClayontoError:
    """The error for a status that is none of success.

    :param headers: of the answer, their names in lower case.
    :param known: whether the server was shown a user and password or a token.

    A 400 is a :class:`QueryError`, since our own parser has taken the query for SPARQL 1.1 before.
    """
    said = words(body)
    if status == 400:
        return QueryError(f"{url} does not accept the query, which is SPARQL 1.1: {said}")
    if 300 <= status < 400:
        target = one_line((headers or {}).get("location") or "another address")
        what = f"sends us on to {target}, and nothing is sent after it; give that address if you trust it"
    elif status == 401:
        found = (
            "does not take the user and password, or the token, that it was given; set others"
            if known
            else "wants a user and password, or a token"
        )
        return EndpointRefusalError(f"{url} {found}: {_CREDENTIALS}.", url=url, status=status)
    elif status == 403:
        return EndpointRefusalError(f"{url} answered with 403 Forbidden. It does not let you; {said.rstrip('.')}.", url=url, status=status)
    elif status == 429:
        return EndpointRefusalError(f"{url} answered with 429 Too Many Requests; wait a while, and ask less often.", url=url, status=status)
    elif status == 404:
        what = "is not there (404); often the address ends in /sparql or /query"
    elif status == 405:
        what = f"answered with 405 Method Not Allowed: {said.rstrip('.')}; is it the right address? That of queries often ends in /sparql or /query"
    elif status == 413:
        what = "takes no request of this size; send less at a time"
    elif status == 414:
        what = "takes no query of this length"
    elif status == 500:
        what = f"failed on the query: {said.rstrip('.')}"
    else:
        phrase = HTTPStatus(status).phrase if status in {s.value for s in HTTPStatus} else ""
        what = f"answered with {f'{status} {phrase}'.strip()}: {said.rstrip('.')}"
    return EndpointError(f"{url} {what}.", url=url, status=status)


def words(body: bytes) -> str:
    """What a server said, in one line of at most 300 characters, without markup and control characters.

    >>> words(b'{"status": 400, "detail": "The query has a syntax error."}')
    'The query has a syntax error.'
    """
    text = body[:20_000].decode(errors="replace")
    with suppress(ValueError):
        # Of a problem as RFC 9457 has it, the sentence.
        problem = json.loads(text)
        text = problem["detail"] if isinstance(problem, dict) and isinstance(problem.get("detail"), str) else text
    text = re.sub(r"<[^>]{1,200}>", " ", text) if "<html" in text.lower() else text
    return one_line(text)[:300] or "it does not say why"


def one_line(text: str) -> str:
    """A text from elsewhere in one line, without control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())
