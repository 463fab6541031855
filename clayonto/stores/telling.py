"""What a store holds, told by the copies of what it was made from.

To give out what it holds, Oxigraph fetches the text of each term from a table of its own, which is a random read where that is larger than memory. The
copies have all of it in sequence, but not as the store has it:

- It writes literals its own way (``01`` is 1, ``1.50`` is 1.5), and languages in small letters. Lines of a form that it is known to leave alone are told
  as they are, and all others by way of an empty store, which does the same to them.
- It names nameless nodes as it likes. Their triples are asked of it, beginning at those that say something of them and a thing with a name.
- Edits took triples out. Those that it no longer has are left out, whoever states them.

So what is told is in the store, of which samples are taken. Whether it is all that is there tells the number of triples, each counted once.
"""

from __future__ import annotations

import io
import re
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import pyoxigraph as ox
from polars.exceptions import PolarsError

from clayonto.engines.columnar.terms import lines_of
from clayonto.errors import ClayontoError, EngineError
from clayonto.namespaces import PREFIXES
from clayonto.sources import FORMATS, Source
from clayonto.stores.copies import CHUNK, Copy, Summed, opened
from clayonto.stores.lines import next_block

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from clayonto.stores.layers import Layer

    Pattern = tuple[Any, Any, Any]  # of pyoxigraph terms; nothing for any

_BLOCK: Final = 8 << 20
"""Bytes of lines that are looked at at a time."""
_BATCH: Final = 20_000
"""Triples of another format that are."""
_TAKEN: Final = 1_000_000
"""The most triples that edits took out."""
_NAMELESS: Final = 200_000
"""The most triples that are looked at for those of nameless nodes, and ``_EACH`` for one thing that is said of them."""
_EACH: Final = 10_000
_TRIED: Final = 3
"""How many lines of each series are looked up in the store, in case it was made by a version of Oxigraph that writes them otherwise."""
_IRI: Final = r'<[^\x00-\x20\x7f<>"{}|^`\\]+>'
_TEXT: Final = r'"(?:[^"\\\x00-\x1f\x7f\ufffe\uffff]|\\[tbnrf"\\])*"'
_DAY: Final = "[1-9][0-9]{3}-[0-9]{2}-[0-9]{2}"
# Of each of these datatypes what is surely given back as it is.
_FORMS: Final = {
    "anyURI": _TEXT,
    "boolean": '"(?:true|false)"',
    "date": f'"{_DAY}"',
    "dateTime": f'"{_DAY}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]Z?"',
    "decimal": r'"(?:0|-?[1-9][0-9]{0,14}|-?(?:0|[1-9][0-9]{0,14})\.[0-9]{0,14}[1-9])"',
    "gYear": '"[1-9][0-9]{3}"',
    "integer": '"(?:0|-?[1-9][0-9]{0,17})"',
}
_TYPED: Final = "|".join(rf"{form}\^\^<{re.escape(PREFIXES['xsd'])}{name}>" for name, form in _FORMS.items())
_UNCHANGED: Final = rf"^{_IRI} {_IRI} (?:{_IRI}|{_TEXT}(?:@[a-z]+(?:-[a-z0-9]+)*)?|{_TYPED}) \.$"
# Only of canonical lines.
_OF_NAMELESS: Final = "^(?:_:|[^ ]+ [^ ]+ _:)"


class Untold(Exception):  # noqa: N818 - nothing is wrong for anybody, the store is asked instead
    """The copies cannot be read, or say more than is kept in mind."""


def told(layers: Iterable[Layer], copies: Path, store: ox.Store) -> Iterator[Any]:
    """Lines of canonical N-Triples as the store of a generation gives them, in series and in no order, and some more than once; nothing that it does not hold.

    :param layers: what it was made from.
    :raises Untold: if that cannot be told, maybe after much of it was.
    """
    layers = list(layers)
    try:
        teller = _Teller(store, _gone(layers, copies, store))
        for layer in layers:
            form = ox.RdfFormat.N_TRIPLES if layer.is_edit else FORMATS[layer.ending]
            # Of an edit the second copy is what it put in.
            for lines in _lines(copies, layer.copies[layer.is_edit], form, base=layer.base):
                yield from teller.named(lines)
        yield teller.nameless()
    except (ClayontoError, PolarsError, OSError, SyntaxError, ValueError, LookupError) as error:
        raise Untold(str(error)) from error


class _Teller:
    def __init__(self, store: ox.Store, gone: Any) -> None:
        self._store = store
        self._gone = gone
        self._patterns: set[Pattern] = set()

    def named(self, lines: Any) -> Iterator[Any]:
        """What lines say as the store has it; what they say of nameless nodes is kept in mind."""
        unchanged = lines.str.contains(_UNCHANGED)
        yield self._held(lines.filter(unchanged))
        others = lines.filter(~unchanged)
        if others.is_empty():
            return
        rewritten = lines_of(_dumped(_loaded(_bytes(others))))
        nameless = rewritten.str.contains(_OF_NAMELESS)
        yield self._held(rewritten.filter(~nameless))
        for quad in ox.parse(_bytes(rewritten.filter(nameless)), format=ox.RdfFormat.N_TRIPLES):
            self._patterns.add((_named(quad.subject), quad.predicate, _named(quad.object)))
        if len(self._patterns) > _NAMELESS:
            raise Untold("too many nameless nodes")

    def nameless(self) -> Any:
        """The triples of nameless nodes: those that are like what was kept in mind, and what is tied to them."""
        waiting = [pattern for pattern in self._patterns if pattern[0] is not None or pattern[2] is not None]
        known: set[ox.BlankNode] = set()
        triples: set[ox.Triple] = set()
        left = _NAMELESS
        while waiting:
            for quad in islice(self._store.quads_for_pattern(*waiting.pop(), ox.DefaultGraph()), _EACH):
                left -= 1
                if not left:
                    raise Untold("too much is said of nameless nodes")
                nodes = [node for node in (quad.subject, quad.object) if isinstance(node, ox.BlankNode)]
                if nodes:
                    triples.add(quad.triple)
                for node in nodes:
                    if node not in known:
                        known.add(node)
                        waiting += [(node, None, None), (None, None, node)]
        return lines_of(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")

    def _held(self, lines: Any) -> Any:
        if len(self._gone):
            lines = lines.filter(~lines.is_in(self._gone.implode()))
        some = lines.gather_every(max(1, len(lines) // _TRIED))
        if not all(quad in self._store for quad in ox.parse(_bytes(some), format=ox.RdfFormat.N_TRIPLES)):
            raise Untold("the store holds something else")
        return lines


def _named(node: Any) -> Any:
    return None if isinstance(node, ox.BlankNode) else node


def _gone(layers: Iterable[Layer], copies: Path, store: ox.Store) -> Any:
    """The lines of what edits took out and the store no longer has."""
    layers = [layer for layer in layers if layer.removed]
    if sum(layer.removed for layer in layers) > _TAKEN:
        raise Untold("too much was taken out")
    taken = ox.Store()
    for layer in layers:
        for lines in _lines(copies, layer.copies[0], ox.RdfFormat.N_TRIPLES):
            taken.load(_bytes(lines), format=ox.RdfFormat.N_TRIPLES)
    for quad in list(taken):
        if quad in store:
            taken.remove(quad)
    return lines_of(_dumped(taken))


def _lines(copies: Path, name: str, form: ox.RdfFormat, *, base: str = "") -> Iterator[Any]:
    """The lines of a copy, some at a time, literals as written.

    :raises EngineError: if it is not what its name says.
    """
    source = Source(name, form, Copy(copies / name), base)
    with opened(source) as file:
        summed = Summed(file)
        whole = io.BufferedReader(summed, CHUNK)
        blocks = iter(partial(next_block, whole, _BLOCK), b"") if form == ox.RdfFormat.N_TRIPLES else _parsed(source, whole)
        yield from map(lines_of, blocks)
        while whole.read(CHUNK):
            pass
    if name != f"{summed.sum.hexdigest()}.gz":
        raise EngineError(f"The copy {name} is damaged.")


def _parsed(source: Source, file: BinaryIO) -> Iterator[bytes]:
    # XML is looked through before it is parsed.
    given = source.checked(file.read()) if source.format == ox.RdfFormat.RDF_XML else file
    quads = ox.parse(given, format=source.format, base_iri=source.base)
    while some := list(islice(quads, _BATCH)):
        yield ox.serialize((quad.triple for quad in some), format=ox.RdfFormat.N_TRIPLES) or b""


def _loaded(lines: bytes) -> ox.Store:
    store = ox.Store()
    store.load(lines, format=ox.RdfFormat.N_TRIPLES)
    return store


def _dumped(store: ox.Store) -> bytes:
    return store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""


def _bytes(lines: Any) -> bytes:
    return (lines.str.join("\n")[0] + "\n").encode() if len(lines) else b""
