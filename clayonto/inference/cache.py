"""The closure of the bundled graph, kept between runs as N-Quads, by the content it was made from and the versions that made it.

It lies in ``$CLAYONTO_CACHE``, else in ``clayonto`` below ``$XDG_CACHE_HOME`` or ``~/.cache``; ``CLAYONTO_CACHE=off`` keeps nothing. A file that is
damaged, or that cannot be read, is as good as none, and one that cannot be written is not written: a cache never stands in the way.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Final

import pyoxigraph as ox

from clayonto.files import cache_folder, replace
from clayonto.inference.base import InferenceResult

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.sources import Source

_FORMAT: Final = "clayonto-closure-1"
"""Part of every key: to be counted up when the same content and versions are to give another closure."""


def key(sources: Iterable[Source], *, engine: str, version: str) -> str:
    """What a closure is kept under: a digest of the files' names and bytes, of the reasoner, and of the versions of all that takes part."""
    from importlib.metadata import version as version_of

    digest = hashlib.sha256()
    parts = [_FORMAT, version_of("clayonto"), ox.__version__, engine, version]
    for part in parts:
        digest.update(part.encode() + b"\0")
    for source in sources:
        data = source.read()
        digest.update(f"{source.name}\0{source.base}\0{len(data)}\0".encode() + data)
    return digest.hexdigest()


def load(name: str) -> InferenceResult | None:
    """The closure that is kept under a key; ``None`` if none is, or it is damaged."""
    place = cache_folder()
    if place is None:
        return None
    try:
        head, _, body = (place / f"{name}.nq").read_bytes().partition(b"\n")
        about = json.loads(head.removeprefix(b"# "))
        if about["format"] != _FORMAT or about["sha256"] != hashlib.sha256(body).hexdigest():
            return None
        quads = list(ox.parse(body, format=ox.RdfFormat.N_QUADS))
        return InferenceResult(
            triples=tuple((q.subject, q.predicate, q.object) for q in quads),
            engine=str(about["engine"]),
            version=str(about["version"]),
            by_rule={str(rule): int(count) for rule, count in about["byRule"].items()},
            base=str(about["base"]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, SyntaxError):
        return None


def save(name: str, result: InferenceResult) -> None:
    """Keep a closure under a key, whole or not at all; not one with blank nodes, whose names do not outlive a run."""
    place = cache_folder()
    if place is None or any(isinstance(term, ox.BlankNode) for triple in result.triples for term in triple):
        return
    body = result.to_nquads().encode()
    about = {
        "format": _FORMAT,
        "engine": result.engine,
        "version": result.version,
        "byRule": dict(result.by_rule),
        "base": result.base,
        "sha256": hashlib.sha256(body).hexdigest(),
    }
    try:
        place.mkdir(parents=True, exist_ok=True)
        replace(place / f"{name}.nq", f"# {json.dumps(about)}\n".encode() + body)
    except OSError:
        return
