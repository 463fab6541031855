"""Whether what a store holds is what was sent: triples compared by value, each as a hash of sixteen bytes."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from clayonto import tsv
from clayonto.engines.oxigraph import to_python
from clayonto.errors import TransferError
from clayonto.locales import counted
from clayonto.remote import mending
from clayonto.remote.failures import one_line
from clayonto.terms import BlankNode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from clayonto.remote.graphs import Graphs
    from clayonto.remote.stores import Store

_Triple = tuple[Any, Any, Any]
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

    def add_all(self, triples: Iterable[_Triple]) -> None:
        """Take in triples of pyoxigraph terms; two forms of one value count once, as in a store."""
        for triple in triples:
            key, nameless = self._key(triple)
            self.found[key] = self.found[key] + 1 if nameless else 1

    def example(self, wanted: Counter[int], triples: Iterable[_Triple]) -> str:
        """Of some triples the first whose hash is wanted, as the end of a sentence's part; nothing if there is none."""
        first = next((triple for triple in triples if self._key(triple)[0] in wanted), None)
        return "" if first is None else f" ({one_line(' '.join(map(str, first)))[:300]})"

    def _key(self, triple: _Triple) -> tuple[int, bool]:
        """The hash of a triple by value, and whether a blank node is in it."""
        values = [to_python(term) for term in triple]
        text = "\t".join("_:" if isinstance(v, BlankNode) else tsv.cell(mending.comparable(self._store, v)) for v in values)
        key = int.from_bytes(hashlib.blake2b(text.encode(), digest_size=16).digest(), "big")
        return key, any(isinstance(value, BlankNode) for value in values)


def compare(remote: Graphs, aside: str, sent: Hashes, triples: Callable[[], Iterable[_Triple]]) -> None:
    """Read a graph back and hold it against what was sent; it is dropped if it is something else.

    :param triples: what was sent, to be gone through once more for an example where something went wrong.
    :raises TransferError: with how many triples are missing, and how many are others, and the first of each.
    """
    arrived = Hashes(remote.store)
    arrived.add_all(remote.triples(aside))
    lost, strange = sent.found - arrived.found, arrived.found - sent.found
    if lost or strange:
        missing, extra = lost.total(), strange.total()
        parts = [
            f"{counted(missing, 'triple is', 'triples are')} missing{sent.example(lost, triples())}" if missing else "",
            f"{counted(extra, 'is another', 'are others')}{arrived.example(strange, remote.triples(aside))}" if extra else "",
        ]
        remote.drop(aside)
        raise TransferError(
            f"What {remote.url} holds is not what was sent: {', and '.join(filter(None, parts))}. Nothing was put in place; “clayonto probe” says "
            "which literals it changes.",
            url=remote.url,
            missing=missing,
            extra=extra,
        )
