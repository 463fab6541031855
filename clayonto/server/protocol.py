"""A request of the SPARQL 1.1 Protocol (https://www.w3.org/TR/sparql11-protocol/), read and held against what it allows.

A query comes by GET, as a form, or as the body itself; an update in the latter two ways. Parameters of a form may stand in the address as well.
"""

from __future__ import annotations

from binascii import a2b_qp
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.parse import parse_qsl, unquote_to_bytes

from clayonto.errors import TermError
from clayonto.namespaces import check_iri
from clayonto.server.problems import BadRequest, TooLarge, WrongMedia, WrongMethod

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

FORM: Final = "application/x-www-form-urlencoded"
QUERY: Final = "application/sparql-query"
UPDATE: Final = "application/sparql-update"
_GRAPHS: Final = ("default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri")
_KNOWN: Final = frozenset({"query", "update", "format", *_GRAPHS})


class Operation(NamedTuple):
    """What a request asks for: one of ``query`` and ``update``, or neither for a description of the service.

    ``default_graphs`` and ``named_graphs`` are those that the request names, ``None`` if it names none of either; ``format`` the parameter of that name.
    """

    query: str | None = None
    update: str | None = None
    default_graphs: Sequence[str] | None = None
    named_graphs: Sequence[str] | None = None
    format: str | None = None


async def read(request: Request, *, most: int, most_update: int) -> Operation:
    """The operation that a request asks for.

    :param most: how many bytes a query may have, and ``most_update`` an update.
    :raises Problem: of the kind that says what is wrong with the request.
    """
    if request.method in ("GET", "HEAD"):
        asked: bytes = request.scope["query_string"]
        if asked.startswith(b"query=") and b"&" not in asked:  # as most are
            return _short_enough(Operation(query=_text(unquoted(asked[6:]))), most)
        parameters = _pairs(request.scope["query_string"])
        _refuse_in(parameters, "update", "An update is sent by POST.")
        return _short_enough(_operation(parameters), most)
    if request.method != "POST":
        raise WrongMethod(request.method, ("GET", "HEAD", "POST", "OPTIONS"))
    media = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media not in (FORM, QUERY, UPDATE):
        named = f"{media!a} is" if media else "The request names no media type, and that is"
        raise WrongMedia(f"{named} not one of {QUERY}, {UPDATE} and {FORM}.", headers={"accept-post": f"{QUERY}, {UPDATE}, {FORM}"})
    content = await body(request, most_update if media == UPDATE else max(most, most_update) if media == FORM else most)
    parameters = _pairs(request.scope["query_string"])
    if media == FORM:
        parameters += _pairs(content)
        if not {"query", "update"} & {name for name, _ in parameters}:
            raise BadRequest("The form has neither query nor update.")
    else:
        for name in ("query", "update"):
            _refuse_in(parameters, name, f"What the body of {media} has does not stand in the address as well.")
        parameters.append(("query" if media == QUERY else "update", _text(content)))
    return _short_enough(_operation(parameters), most)


def _short_enough(operation: Operation, most: int) -> Operation:
    if operation.query is not None and len(operation.query) > most:
        raise TooLarge(f"The query has more than the {most} characters that one may have.")
    return operation


async def body(request: Request, most: int) -> bytes:
    """The body of a request.

    :raises TooLarge: if it is larger than allowed; the rest is not read then.
    """
    told = request.headers.get("content-length", "")
    if told.isdigit() and int(told) > most:
        raise TooLarge(f"The request has {told} bytes; this server takes {most}.", headers={"connection": "close"})
    parts = bytearray()
    async for part in request.stream():
        parts += part
        if len(parts) > most:
            raise TooLarge(f"The request has more than the {most} bytes that this server takes.", headers={"connection": "close"})
    return bytes(parts)


def _pairs(encoded: bytes) -> list[tuple[str, str]]:
    try:
        pairs = parse_qsl(encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=1000)
    except UnicodeDecodeError:
        raise BadRequest("The parameters are not UTF-8.") from None
    except ValueError:
        raise BadRequest("The request has more than a thousand parameters.") from None
    return pairs


def unquoted(value: bytes) -> bytes:
    """The value of a parameter, decoded.

    >>> unquoted(b"ASK+%7B%7D+%23+%c3%a4").decode()
    'ASK {} # ä'
    """
    value = value.replace(b"+", b" ")
    if b"\n" not in value and b"\r" not in value:
        # Quoted-printable is the same with another sign, and is decoded in one go. What is no escape stays longer there, and a line may not break.
        found = a2b_qp(value.replace(b"=", b"%3D").replace(b"%", b"="))
        if len(found) == len(value) - 2 * value.count(b"%"):
            return found
    return unquote_to_bytes(value)


def _text(content: bytes) -> str:
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        raise BadRequest("The query is not UTF-8, the one encoding that SPARQL is sent in.") from None


def _refuse_in(parameters: list[tuple[str, str]], name: str, why: str) -> None:
    if any(given == name for given, _ in parameters):
        raise BadRequest(f"The address has the parameter “{name}”. {why}", parameter=name)


def _operation(parameters: list[tuple[str, str]]) -> Operation:
    values: dict[str, list[str]] = {}
    for name, value in parameters:
        if name in _KNOWN:
            values.setdefault(name, []).append(value)
    for name in ("query", "update", "format"):
        if len(values.get(name, ())) > 1:
            raise BadRequest(f"The request has {len(values[name])} of “{name}”; it takes one.", parameter=name)
    if "query" in values and "update" in values:
        raise BadRequest("The request has a query and an update; send them one after the other.")
    using, asking = ("using-graph-uri", "using-named-graph-uri"), ("default-graph-uri", "named-graph-uri")
    mine, others = (using, asking) if "update" in values else (asking, using)
    for name in others:
        if name in values and ("query" in values or "update" in values):
            raise BadRequest(f"“{name}” belongs to {'an update' if name in using else 'a query'}.", parameter=name)
    return Operation(
        query=values.get("query", [None])[0],
        update=values.get("update", [None])[0],
        default_graphs=_graphs(values, mine[0]),
        named_graphs=_graphs(values, mine[1]),
        format=values.get("format", [None])[0],
    )


def _graphs(values: dict[str, list[str]], name: str) -> list[str] | None:
    if name not in values:
        return None
    for iri in values[name]:
        try:
            check_iri(iri)
        except TermError as error:
            raise BadRequest(f"{name}: {error}", parameter=name) from error
        if iri.lower().startswith("file:"):
            raise BadRequest(f"{name} names a file; name a graph of the dataset.", parameter=name)
    return values[name]
