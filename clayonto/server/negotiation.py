"""Which form of answer to a query a client wants."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from clayonto.negotiation import ranges
from clayonto.server.formats import FORMATS

if TYPE_CHECKING:
    from clayonto.server.formats import Format
    from clayonto.sparql import Form

_SHORT: Final = 500
_SOLUTIONS: Final = ("json", "xml", "csv", "tsv")
_BOOLEAN: Final = ("json", "xml", "csv", "tsv")
_GRAPHS: Final = ("turtle", "nt", "jsonld", "rdfxml")
_OTHER_NAMES: Final = {
    "ttl": "turtle",
    "ntriples": "nt",
    "n-triples": "nt",
    "rdf": "rdfxml",
    "json-ld": "jsonld",
    "srj": "json",
    "srx": "xml",
}


class NoFormat(Exception):  # noqa: N818 (says what is missing, and is answered)
    """A client takes none of the formats that are ``offered``, or has ``named`` another."""

    def __init__(self, offered: list[str], *, named: str = "") -> None:
        super().__init__(", ".join(offered))
        self.offered = offered
        self.named = named


def offered(form: Form) -> tuple[str, ...]:
    """The names of the formats that a form of query has answers in."""
    return {"select": _SOLUTIONS, "ask": _BOOLEAN}.get(form, _GRAPHS)


def choose(form: Form, *, accept: str, named: str | None = None) -> str:
    """The name of the format that a client wants.

    :param accept: its ``Accept``; empty for none.
    :param named: the value of the parameter ``format``, which counts more: a name, or a media type.
    :raises NoFormat: if it takes none that is offered.

    >>> choose("select", accept="text/csv;q=0.4, application/xml;q=0.9")
    'xml'
    >>> choose("construct", accept="*/*", named="nt")
    'nt'
    """
    if named:
        return _named(named, offered(form))
    return _kept(form, accept) if len(accept) <= _SHORT else _best(form, accept)


def _best(form: Form, accept: str) -> str:
    names = offered(form)
    wanted = ranges(accept)
    if not wanted:
        return names[0]
    best = max(names, key=lambda name: _quality(FORMATS[name], wanted))
    if _quality(FORMATS[best], wanted) == 0:
        raise NoFormat([FORMATS[name].media for name in names])
    return best


# Clients send the same few headers again and again, but for those that are up to no good.
_kept = lru_cache(1000)(_best)


def _named(named: str, names: tuple[str, ...]) -> str:
    key = named.strip().lower()
    key = _OTHER_NAMES.get(key, key)
    # “json” and “xml” of a graph are what those words mean there.
    key = {"json": "jsonld", "xml": "rdfxml"}.get(key, key) if names is _GRAPHS else key
    if key in names:
        return key
    for name in names:
        if key in (FORMATS[name].media, *FORMATS[name].also):
            return name
    raise NoFormat(list(names), named=named)


def _quality(offer: Format, wanted: list[tuple[str, float]]) -> float:
    """What a client thinks of a format: the value of the narrowest range that has it; a little less by another name than its own."""
    best = 0.0
    for worth, media in ((1.0, offer.media), *((0.9, other) for other in offer.also)):
        for name in (media, f"{media.partition('/')[0]}/*", "*/*"):
            values = [quality for what, quality in wanted if what == name]
            if values:
                best = max(best, worth * max(values))
                break
        if media == offer.media and any(what == media for what, _ in wanted):
            break  # what it says of the type itself holds
    return best
