"""RDF Patch (https://afs.github.io/rdf-delta/rdf-patch.html): written, and read strictly.

::

    H id <urn:uuid:5d3…> .
    TX .
    D <https://example.org/a> <https://example.org/p> "old" .
    A <https://example.org/a> <https://example.org/p> "new" .
    TC .

A row is an operation, its terms as in N-Triples, and a dot. Changes stand in transactions (``TX`` to ``TC``; what ``TA`` ends does not count) or,
if there are none, make up one. ``PA`` and ``PD`` add and delete prefixes of the data. Comment lines start with ``#``.

In RDF Patch the label of a blank node is what a system calls it inside, which no file keeps. Patches written here therefore delete and add whole
components of blank nodes (see :mod:`clayonto.difference.blank`), and say so in the header ``H blank-nodes "whole"``: what is deleted is found
by what it says, what is added is new. Blank nodes in a patch without that header are refused, since their labels could mean anything.
"""

from __future__ import annotations

import re
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, NamedTuple

import pyoxigraph as ox

from clayonto.errors import DataError, TermError
from clayonto.namespaces import check_iri

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clayonto.difference.sides import Triple

_ROW: Final = re.compile(r"[ \t]*(?P<code>[A-Za-z]+)(?:[ \t]+(?P<rest>.*?))?[ \t]*\.[ \t]*")
_CODES: Final = ("H", "TX", "TC", "TA", "PA", "PD", "A", "D")
_PREFIX: Final = re.compile(r'(?:"(?P<quoted>[^"\\]*)"|(?P<word>[^\s"<>]+))(?:[ \t]+(?:"(?P<text>[^"\\]*)"|<(?P<iri>[^>]*)>))?')
_HEADER: Final = re.compile(r'(?:"(?P<quoted>[^"\\]*)"|(?P<word>[A-Za-z][\w.-]*))[ \t]+(?P<term>.+)')
_UNQUOTED: Final = re.compile(r"[A-Za-z][\w.-]*")
# The other way to write a blank node, <_:label>, as a subject and as an object.
_BLANK_IRI: Final = re.compile(r"^(?P<before>(?:[^ \t]+[ \t]+[^ \t]+[ \t]+)?)<_:(?P<label>[^>]*)>")
_WHOLE: Final = ("blank-nodes", ox.Literal("whole"))


class Operation(NamedTuple):
    """One change.

    ``code`` is ``A`` or ``D`` with a triple, or ``PA`` or ``PD`` with a prefix and its IRI (``None`` to delete it). ``line`` is its line in the
    patch, counted from 1, or 0 if it was never written.
    """

    code: str
    triple: Triple | None = None
    prefix: str = ""
    iri: str | None = None
    line: int = 0

    def to_text(self) -> str:
        """Its row."""
        if self.triple is not None:
            return f"{self.code} {ox.Triple(*self.triple)} ."
        return f'{self.code} "{self.prefix}" .' if self.iri is None else f'{self.code} "{self.prefix}" <{self.iri}> .'


class Patch:
    """Changes in transactions, each to be made in order.

    ``headers`` are name and term of each header, ``transactions`` those that were committed, ``name`` what to call the patch in messages.
    """

    def __init__(
        self,
        *,
        removed: Iterable[Triple] = (),
        added: Iterable[Triple] = (),
        transactions: Iterable[tuple[Operation, ...]] | None = None,
        headers: Iterable[tuple[str, Any]] = (),
        name: str = "",
    ) -> None:
        if transactions is None:
            made = [Operation(code, triple) for code, triples in (("D", removed), ("A", added)) for triple in triples]
            transactions = [tuple(made)] if made else []
        self.transactions = tuple(transactions)
        self.headers = tuple(headers)
        self.name = name

    @classmethod
    def parse(cls, text: str, *, name: str = "") -> Patch:
        """Read a patch.

        :raises DataError: with its line, at the first row that is not RDF Patch, changes a named graph, or has a blank node although the patch
            does not say that it deletes and adds them whole; or if the patch ends inside a transaction.
        """
        return _Reader(text, name).patch()

    def to_text(self) -> str:
        """The patch as text; the same changes make the same text, but for the labels of blank nodes."""
        rows = [row for block in self.transactions for row in ("TX .", *(operation.to_text() for operation in block), "TC .")]
        headers = list(self.headers)
        if _WHOLE not in headers and any(is_nameless(operation) for block in self.transactions for operation in block):
            headers.append(_WHOLE)
        if not any(word == "id" for word, _ in headers):
            headers.append(("id", ox.NamedNode(f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, chr(10).join(rows))}")))
        head = [f"H {word if _UNQUOTED.fullmatch(word) else chr(34) + word + chr(34)} {term} ." for word, term in headers]
        return "".join(f"{row}\n" for row in (*head, *rows))


def read_patch(file: str | Path | BinaryIO) -> Patch:
    """A patch from a file, or from what is open for reading bytes.

    :raises DataError: if it cannot be read, or is not RDF Patch; see :meth:`Patch.parse`.
    """
    name = str(file) if isinstance(file, str | Path) else str(getattr(file, "name", ""))
    try:
        data = Path(file).read_bytes() if isinstance(file, str | Path) else file.read()
        return Patch.parse(data.decode(), name=name)
    except OSError as error:
        raise DataError(f"cannot be read: {error.strerror or error}.", path=name) from error
    except UnicodeDecodeError as error:
        raise DataError(f"is not UTF-8 at byte {error.start + 1}.", path=name) from error


def nodes_of(triple: Triple) -> list[Any]:
    """The blank nodes of a triple."""
    return [term for term in (triple[0], triple[2]) if isinstance(term, ox.BlankNode)]


def is_nameless(operation: Operation) -> bool:
    """Whether an operation is of a triple with a blank node."""
    return operation.triple is not None and bool(nodes_of(operation.triple))


def _labelled(found: re.Match[str]) -> str:
    label = found["label"] if found["label"].isalnum() and found["label"].isascii() else f"x{found['label'].encode().hex()}"
    return f"{found['before']}_:{label}"


class _Reader:
    def __init__(self, text: str, name: str) -> None:
        self.text = text
        self.name = name
        self.headers: list[tuple[str, Any]] = []
        self.blocks: list[tuple[Operation, ...]] = []
        self.outside: list[Operation] = []
        self.block: list[Operation] | None = None
        self.opened = 0
        self.line = 0

    def wrong(self, message: str) -> DataError:
        return DataError(message, path=self.name, line=self.line)

    def patch(self) -> Patch:
        for number, row in enumerate(re.split(r"\r\n|\n|\r", self.text), start=1):
            self.line = number
            if row.strip(" \t") and not row.lstrip(" \t").startswith("#"):
                self.row(row)
        if self.block is not None:
            self.line = self.opened
            raise self.wrong("the transaction that starts here does not end; is the patch cut off? It ends with “TC .”.")
        if self.outside and self.blocks:
            self.line = self.outside[0].line
            raise self.wrong("a change outside of the transactions; put it between “TX .” and “TC .”.")
        blocks = [tuple(self.outside)] if self.outside else self.blocks
        return Patch(transactions=blocks, headers=self.headers, name=self.name)

    def row(self, row: str) -> None:
        found = _ROW.fullmatch(row)
        if not found or found["code"] not in _CODES:
            raise self.wrong(f"not a row of RDF Patch: “{row.strip():.100}”; it starts with one of {', '.join(_CODES)} and ends with “ .”.")
        code, rest = found["code"], found["rest"] or ""
        if code == "H":
            self.header(rest)
        elif code in ("TX", "TC", "TA"):
            if rest:
                raise self.wrong(f"{code} takes nothing, and has “{rest:.100}”.")
            self.transaction(code)
        else:
            operation = self.triple(code, rest) if code in ("A", "D") else self.prefix(code, rest)
            (self.outside if self.block is None else self.block).append(operation)

    def header(self, rest: str) -> None:
        if self.blocks or self.outside or self.block is not None:
            raise self.wrong("a header after the first change; headers come first.")
        found = _HEADER.fullmatch(rest)
        if not found:
            raise self.wrong(f"a header is a name and a term, such as “H id <urn:uuid:…> .”, not “{rest:.100}”.")
        quads = self.parsed(f"<urn:h> <urn:h> {found['term']} .")
        self.headers.append((found["word"] if found["quoted"] is None else found["quoted"], quads[0].object))

    def transaction(self, code: str) -> None:
        if code == "TX":
            if self.block is not None:
                raise self.wrong(f"a transaction inside the one that starts at line {self.opened}.")
            self.block, self.opened = [], self.line
            return
        if self.block is None:
            raise self.wrong(f"{code} without a TX before it.")
        if code == "TC":
            self.blocks.append(tuple(self.block))
        self.block = None

    def triple(self, code: str, rest: str) -> Operation:
        # The object first, then the subject.
        quads = self.parsed(_BLANK_IRI.sub(_labelled, _BLANK_IRI.sub(_labelled, rest)) + " .")
        if not isinstance(quads[0].graph_name, ox.DefaultGraph):
            raise self.wrong(f"a change of the graph {quads[0].graph_name}; patches here are of one graph, so leave its name out.")
        triple = (quads[0].subject, quads[0].predicate, quads[0].object)
        if nodes_of(triple) and _WHOLE not in self.headers:
            raise self.wrong(
                "a blank node, whose label only the system that wrote the patch knows. Give the node an IRI; or, if the patch deletes and adds all "
                'triples of its blank nodes together, say so at its top: H blank-nodes "whole" .'
            )
        return Operation(code, triple, line=self.line)

    def prefix(self, code: str, rest: str) -> Operation:
        found = _PREFIX.fullmatch(rest)
        iri = found and (found["iri"] if found["iri"] is not None else found["text"])
        if not found or (code == "PA") != (iri is not None):
            raise self.wrong(f"{code} takes a prefix" + (" and an IRI" if code == "PA" else "") + f", not “{rest:.100}”.")
        name = found["word"] if found["quoted"] is None else found["quoted"]
        if re.search(r"[\s:<>#]", name):
            raise self.wrong(f"“{name}” is not a prefix; it is a name without a colon.")
        try:
            check_iri(iri or "urn:x")
        except TermError as error:
            raise self.wrong(str(error)) from error
        # What may stand in a prefix is for the parser to say.
        self.parsed(f"@prefix {name}: <{iri or 'urn:x'}> . <urn:s> <urn:p> <urn:o> .", ox.RdfFormat.TURTLE)
        return Operation(code, prefix=name, iri=iri, line=self.line)

    def parsed(self, text: str, form: ox.RdfFormat = ox.RdfFormat.N_QUADS) -> list[ox.Quad]:
        try:
            quads = [quad for quad in ox.parse(text.encode(), format=form) if isinstance(quad, ox.Quad)]
        except (SyntaxError, UnicodeEncodeError) as error:
            message = getattr(error, "msg", None) or str(error)
            raise self.wrong(f"{message.partition(': ')[2] or message}: “{text:.100}”.") from error
        if len(quads) != 1:
            raise self.wrong(f"not three terms: “{text:.100}”.")
        return quads
