"""What is said when a request gets no answer: a problem as JSON (RFC 9457), with what to do about it.

Each kind of problem is one class, named by its status. Whatever else goes wrong is a fault of the server and told without its insides.
"""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from starlette.responses import Response

if TYPE_CHECKING:
    from collections.abc import Mapping

MEDIA: Final = "application/problem+json"
_TYPES: Final = "https://w3id.org/clayonto/problem#"


class Problem(Exception):  # noqa: N818 (RFC 9457 calls it a problem)
    """A request that gets no answer.

    ``status`` is that of HTTP; ``kind`` a name that programs can rely on; ``detail`` a sentence for the person; ``more`` what else is known (``line`` and
    ``column``, ``parameter``, ``offered``); ``headers`` go out with the response.
    """

    status = 500
    kind = "failed"

    def __init__(self, detail: str, *, headers: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = dict(headers or {})
        self.more = more

    def response(self) -> Response:
        """The response that tells it."""
        told = {
            "type": _TYPES + self.kind,
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            **self.more,
        }
        headers = {"cache-control": "no-store", **self.headers}
        return Response(json.dumps(told, ensure_ascii=False, indent=1) + "\n", status_code=self.status, media_type=MEDIA, headers=headers)


class BadRequest(Problem):
    """The request is not what the protocol or a parameter's type allows."""

    status, kind = 400, "bad-request"


class BadQuery(BadRequest):
    """The query or update is not SPARQL 1.1; ``more`` has line and column."""

    kind = "syntax"


class Unauthorised(Problem):
    """The request needs a token, and has none or a wrong one."""

    status, kind = 401, "token"


class Refused(Problem):
    """What the query would do is not done here: SERVICE to whom nobody allowed, LOAD, files."""

    status, kind = 403, "refused"


class NotFound(Problem):
    """There is nothing here."""

    status, kind = 404, "not-found"


class WrongMethod(Problem):
    """Nothing here can be asked for that way."""

    status, kind = 405, "method"

    def __init__(self, method: str, allowed: tuple[str, ...]) -> None:
        super().__init__(f"{method} means nothing here; use {', '.join(allowed)}.", headers={"allow": ", ".join(allowed)})


class NotAcceptable(Problem):
    """None of the forms that the client takes is offered; ``more`` lists those that are."""

    status, kind = 406, "not-acceptable"

    def __init__(self, offered: list[str]) -> None:
        super().__init__(f"No form of the answer that you accept is offered. Offered: {', '.join(offered)}.", offered=offered)


class TooLarge(Problem):
    """The body of the request is larger than the server takes."""

    status, kind = 413, "too-large"


class AddressTooLong(Problem):
    """The address is longer than the server takes; a query can be sent as the body."""

    status, kind = 414, "address-too-long"


class WrongMedia(Problem):
    """The body is of a media type that means nothing here."""

    status, kind = 415, "media-type"


class Unprocessable(Problem):
    """What was sent can be read, and the data would not conform with it, or what was asked for cannot be done."""

    status, kind = 422, "not-conforming"


class TooMany(Problem):
    """One client asks more at once than the server allows."""

    status, kind = 429, "too-many"

    def __init__(self, detail: str, *, after: int = 1) -> None:
        super().__init__(detail, headers={"retry-after": str(after)})


class Failed(Problem):
    """The server failed."""


class Busy(Problem):
    """The server cannot answer now, and says when to ask again."""

    status, kind = 503, "busy"

    def __init__(self, detail: str, *, after: int = 2) -> None:
        super().__init__(detail, headers={"retry-after": str(after)})


class OverLimit(Problem):
    """An answer would take more memory, rows or bytes than the server gives one."""

    status, kind = 503, "over-limit"


class TimedOut(Problem):
    """An answer would take longer than the server gives one."""

    status, kind = 504, "time-limit"


class ClientGone(Exception):  # noqa: N818 (nobody is left to be told of an error)
    """The client has closed its connection before there was an answer."""
