"""Whether what a store holds is what was sent: triples compared by value, each as a hash of sixteen bytes."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from clayonto import tsv
from clayonto.engines.oxigraph import to_python
from clayonto.errors import TransferError
from clayonto.remote import mending
from clayonto.terms import BlankNode

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.remote.graphs import Graphs
    from clayonto.remote.stores import Store

_WAYS: Final = 2**128


class Hashes:
    """Triples by value, so that a form that a store writes otherwise is the same; blank nodes are all alike."""

    def __init__(self, store: Store) -> None:
        self.found: Counter[int] = Counter()
        self._store = store

    @property
    def checksum(self) -> str:
        """A sum over all triples, in any order."""
        return f"{sum(key * count for key, count in self.found.items()) % _WAYS:032x}"

    def add_all(self, triples: Iterable[tuple[Any, Any, Any]]) -> None:
        """Take in triples of pyoxigraph terms; two forms of one value count once, as in a store."""
        for triple in triples:
            values = [to_python(term) for term in triple]
            nameless = any(isinstance(value, BlankNode) for value in values)
            text = "\t".join("_:" if isinstance(v, BlankNode) else tsv.cell(mending.comparable(self._store, v)) for v in values)
            key = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")
            self.found[key] = self.found[key] + 1 if nameless else 1


def compare(remote: Graphs, aside: str, sent: Hashes) -> None:
    """Read a graph back and hold it against what was sent; it is dropped if it is something else.

    :raises TransferError: with how many triples are missing, and how many are others.
    """
    arrived = Hashes(remote.store)
    arrived.add_all(remote.triples(aside))
    missing, extra = (sent.found - arrived.found).total(), (arrived.found - sent.found).total()
    if missing or extra:
        remote.drop(aside)
        raise TransferError(
            f"What {remote.url} holds is not what was sent: {missing} triples are missing, and {extra} are others. Nothing was put in place. "
            f"“clayonto probe” says which literals it changes.",
            url=remote.url,
            missing=missing,
            extra=extra,
        )
