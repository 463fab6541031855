"""Requests through httpx: streams, graph stores and updates. Queries of ordinary size go through SPARQLWrapper (:mod:`clayonto.engines.remote`).

Nothing follows a redirect, since it would carry a query, data or a password to a place that nobody named. A request that reads is tried again
when it is refused for a moment; one that writes never is.
"""

from __future__ import annotations

import ssl
import time
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.request import getproxies

import httpx

from clayonto.errors import EndpointError
from clayonto.remote import failures
from clayonto.remote.credentials import Credentials, check_address
from clayonto.remote.trust import trusted

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator
    from typing import Self

AGENT = f"clayonto/{version('clayonto')}"
"""How we name ourselves to servers."""


class _Challenged(httpx.Auth):
    """Basic or bearer at once; digest (RFC 7616) when the server asks for it. Digest is httpx's own, for this client alone."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._digest: httpx.DigestAuth | None = None

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        if self._digest is None:
            if self._credentials.header:
                request.headers["Authorization"] = self._credentials.header
            response = yield request
            if response.status_code != 401 or not self._credentials.user:
                return
            # Who is shown Basic may refuse without saying what is wanted, as Virtuoso does; who is shown nothing says it.
            request.headers.pop("Authorization", None)
            self._digest = httpx.DigestAuth(self._credentials.user, self._credentials.password)
        yield from self._digest.auth_flow(request)


class Web:
    """A client for one endpoint. Use it in a ``with`` block."""

    def __init__(self, credentials: Credentials, *, timeout: float = 60.0, retries: int = 3, secure: bool = True) -> None:
        """Make a client; nothing is sent yet.

        :param secure: whether an address of it is of ``https``; only then are certificates read.
        :param timeout: seconds to connect, and between two pieces of an answer.
        :param retries: how often a request that reads is tried again.
        :raises ConfigError: if the environment names a proxy or certificates that cannot be used.
        """
        self.timeout = timeout
        self.retries = retries
        self._known = bool(credentials.header)
        try:
            self._client = httpx.Client(
                auth=_Challenged(credentials),
                headers={"User-Agent": AGENT},
                timeout=timeout,
                follow_redirects=False,
                verify=trusted() if secure else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
                limits=httpx.Limits(max_connections=4),
            )
        except (ImportError, ValueError) as error:
            # httpx makes its ways through proxies at once; one by SOCKS wants a package that we do not ask for.
            raise failures.no_proxy(getproxies()) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    @contextmanager
    def reading(self, method: str, url: str, **request: Any) -> Iterator[httpx.Response]:
        """A request that changes nothing, with its answer still to be read; tried again when refused for a moment.

        :raises ClayontoError: of :mod:`clayonto.remote.failures`, also when the answer breaks off inside the block.
        """
        response = self._begin(method, url, request)
        try:
            yield response
        except httpx.TimeoutException as error:
            raise failures.too_slow(url, self.timeout) from error
        except httpx.HTTPError as error:
            raise failures.broke_off(url, error) from error
        finally:
            response.close()

    def _begin(self, method: str, url: str, request: dict[str, Any]) -> httpx.Response:
        check_address(url)
        for attempt in range(self.retries + 1):
            last = attempt == self.retries
            try:
                response = self._client.send(self._client.build_request(method, url, **request), stream=True)
                if response.is_success:
                    return response
                body = response.read()
                response.close()
            except httpx.TimeoutException as error:
                raise failures.too_slow(url, self.timeout) from error
            except httpx.HTTPError as error:
                if last or failures.is_final(error):
                    raise failures.unreachable(url, error) from error
                time.sleep(failures.pause(None, attempt))
                continue
            if last or response.status_code not in failures.FOR_A_MOMENT:
                raise failures.of_status(url, response.status_code, body, response.headers, known=self._known)
            time.sleep(failures.pause(response.headers.get("Retry-After"), attempt))
        raise AssertionError("A last attempt returns or raises.")

    def write(self, method: str, url: str, **request: Any) -> httpx.Response:
        """A request that changes something, sent once.

        :raises EndpointTimeoutError: or :class:`UnreachableError`: then it may have been carried out or not.
        :raises ClayontoError: if it was refused.
        """
        check_address(url)
        try:
            response = self._client.request(method, url, **request)
        except httpx.TimeoutException as error:
            raise failures.too_slow(url, self.timeout) from error
        except httpx.HTTPError as error:
            raise failures.unreachable(url, error) from error
        if response.status_code == 400:
            raise EndpointError(f"{url} does not accept what was sent: {failures.words(response.content)}", url=url, status=400)
        if not response.is_success:
            raise failures.of_status(url, response.status_code, response.content, response.headers, known=self._known)
        return response
