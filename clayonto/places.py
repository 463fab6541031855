"""Where in its file a node or a triple stands: the parser gives triples without places, so a scanner finds them when somebody asks.

A file is scanned when something is asked that the files before it do not have, once, and for its statements alone; what a statement says is
read when one of its triples is asked for. N-Triples, N-Quads, Turtle and TriG are read to the line of the object. RDF/XML is read to the
line of the element that describes the node, for a node and for its triples alike. JSON-LD has no lines that mean anything: line 0.

The scanner takes text that the parser has taken. On other text it finds less, and raises nothing.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

import pyoxigraph as ox

from clayonto.errors import DataError
from clayonto.namespaces import PREFIXES
from clayonto.terms import literal as to_python

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clayonto.sources import Source

Key: TypeAlias = "str | tuple[str, str, str] | None"
"""A term to compare: the text of an IRI; form, datatype and language of a literal; ``None`` for a blank node."""

Same: TypeAlias = "Callable[[Key, Key], bool]"


class Place(NamedTuple):
    """A file, and a line in it counted from 1; 0 where the format has no lines that mean anything.

    >>> str(Place("data/clay.ttl", 42))
    'data/clay.ttl:42'
    """

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" if self.line else self.file


class Places:
    """The places of what files state.

    >>> from clayonto.sources import bundled
    >>> places = Places(bundled("data"))
    >>> places.of_node("https://w3id.org/clayonto/id/phase/clay-1").file
    'data/clay.ttl'
    """

    def __init__(self, sources: Iterable[Source]) -> None:
        self._sources = tuple(sources)
        self._scanned: dict[int, _File] = {}

    def of_node(self, iri: str) -> Place | None:
        """The first line of the first statement about a node, in the first file that has one; ``None`` if none has."""
        return next((Place(file.name, line) for file in self._files() if (line := file.line_of_node(iri)) is not None), None)

    def of_triple(self, triple: tuple[Any, Any, Any]) -> Place | None:
        """The line of a triple's object, in the first file that states the triple; ``None`` if none does.

        :param triple: pyoxigraph terms. A literal that no file writes so is found in another form of its value: a store rewrites ``10.00``
            as ``10``. Blank nodes have no name that outlives a parse, so one
            stands for any: the place is that of the first triple that is the same otherwise.
        """
        keys = tuple(_key(term) for term in triple)
        for same in (_equal, _of_one_value) if isinstance(keys[2], tuple) else (_equal,):
            for file in self._files():
                line = file.line_of_triple(keys, same)
                if line is not None:
                    return Place(file.name, line)
        return None

    def _files(self) -> Iterator[_File]:
        for number, source in enumerate(self._sources):
            if number not in self._scanned:
                self._scanned[number] = _open(source)
            yield self._scanned[number]


def _key(term: Any) -> Key:
    if isinstance(term, ox.NamedNode):
        return str(term.value)
    if isinstance(term, ox.Literal):
        return term.value, term.datatype.value, (term.language or "").lower()
    return None


def _equal(one: Key, other: Key) -> bool:
    return one == other


def _of_one_value(one: Key, other: Key) -> bool:
    """Whether two literals are one value of one type, as ``10.00`` and ``10`` are."""
    if not isinstance(one, tuple) or not isinstance(other, tuple) or one[2] != other[2]:
        return one == other
    values = to_python(one[0], datatype=one[1]), to_python(other[0], datatype=other[1])
    return type(values[0]) is type(values[1]) and values[0] == values[1]


class _File:
    """A file in which nothing has a place; the base of those in which something has."""

    def __init__(self, name: str) -> None:
        self.name = name

    def line_of_node(self, iri: str) -> int | None:  # noqa: ARG002
        """The line of the first statement about a node."""
        return None

    def line_of_triple(self, triple: tuple[Key, ...], same: Same) -> int | None:  # noqa: ARG002
        """The line of a triple."""
        return None


def _open(source: Source) -> _File:
    try:
        if source.format in (ox.RdfFormat.RDF_XML, ox.RdfFormat.JSON_LD):
            return _Parsed(source)
        return _Statements(source)
    except DataError:  # the file is gone or is no longer what was loaded
        return _File(source.name)


class _Parsed(_File):
    """RDF/XML and JSON-LD: what the parser finds in it, with the line of the describing element in XML."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.name)
        self._triples = {(_key(q.subject), _key(q.predicate), _key(q.object)) for q in source.quads()}
        nodes = {s for s, _, _ in self._triples if isinstance(s, str)}
        self._lines = dict.fromkeys(nodes, 0)
        if source.format == ox.RdfFormat.RDF_XML:
            self._lines |= {iri: line for iri, line in _xml_nodes(source) if iri in nodes}

    def line_of_node(self, iri: str) -> int | None:
        return self._lines.get(iri)

    def line_of_triple(self, triple: tuple[Key, ...], same: Same) -> int | None:
        if triple in self._triples or any(t[:2] == triple[:2] and same(t[2], triple[2]) for t in self._triples):
            return self._lines.get(triple[0] or "", 0)  # type: ignore[arg-type]
        return None


def _xml_nodes(source: Source) -> Iterator[tuple[str, int]]:
    """IRI and line of each described node of RDF/XML, the first description last."""
    from xml.parsers import expat

    base = [source.base]
    found: list[tuple[str, int]] = []
    rdf, xml = PREFIXES["rdf"], "http://www.w3.org/XML/1998/namespace"
    parser = expat.ParserCreate(namespace_separator=" ")

    def start(_: str, attributes: dict[str, str]) -> None:
        own = attributes.get(f"{xml} base")
        base.append(_resolve(own, base[-1]) if own else base[-1])
        about, name = attributes.get(f"{rdf} about"), attributes.get(f"{rdf} ID")
        if about is not None or name is not None:
            found.append((_resolve(f"#{name}" if about is None else about, base[-1]), parser.CurrentLineNumber))

    def end(_: str) -> None:
        base.pop()

    parser.StartElementHandler, parser.EndElementHandler = start, end
    try:
        parser.Parse(source.read(), True)
    except expat.ExpatError:
        return iter(())
    return reversed(found)


# ------------------------------------------------------------------ Turtle and its relatives

# A character of a name: all of ASCII but letters, digits, "-", ":" and "_" is out. The parser has checked the rest.
_NAME: Final = r"(?:[^\x00-,./;-@\[-^`{-\x7f]|%[0-9A-Fa-f]{2}|\\.)"
_TOKEN: Final = re.compile(
    rf"""(?P<comment>\#[^\n\r]*+)
    |(?P<string>\"\"\"(?:[^"\\]++|\\.|"(?!""))*+\"\"\"|'''(?:[^'\\]++|\\.|'(?!''))*+'''|"(?:[^"\\\n\r]++|\\.)*+"|'(?:[^'\\\n\r]++|\\.)*+')
    |(?P<triple><<\(?|\)?>>)
    |(?P<iri><[^\x00-\x20<>"{{}}|^`]*+>)
    |(?P<number>[+-]?(?:[0-9]+\.[0-9]*[eE][+-]?[0-9]+|\.?[0-9]+[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+))
    |(?P<at>@[A-Za-z]+(?:-+[A-Za-z0-9]+)*+)
    |(?P<word>{_NAME}(?:{_NAME}|\.(?=\.*{_NAME}))*+)
    |(?P<dot>\.)
    |(?P<mark>\^\^|\{{\||\|\}}|[;,\[\](){{}}~])""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))", re.DOTALL)
_CONTROL: Final = {"t": "\t", "b": "\b", "n": "\n", "r": "\r", "f": "\f"}
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:(?!.*/\.)")
_PLAIN_PATH: Final = re.compile(r"[\w-][\w.-]*(?:/[\w-][\w.-]*)*")
_RDF: Final = PREFIXES["rdf"]
_XSD: Final = PREFIXES["xsd"]


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: chr(int(m[1] or m[2], 16)) if m[1] or m[2] else _CONTROL.get(m[3], m[3]), text)


def _resolve(reference: str, base: str) -> str:
    """An IRI reference made absolute as the parser does it."""
    if _ABSOLUTE.match(reference):
        return reference
    if base.endswith("/") and _PLAIN_PATH.fullmatch(reference):
        return base + reference
    try:
        subject = next(iter(ox.parse(f"<{reference}> <x:> <x:> .".encode(), format=ox.RdfFormat.TURTLE, base_iri=base))).subject
    except (SyntaxError, ValueError):
        return reference
    return str(getattr(subject, "value", reference))


class _Names(NamedTuple):
    """What prefixes and relative IRIs mean from some place of a document on."""

    base: str
    prefixes: dict[str, str]

    def iri(self, part: str) -> Key:
        """The IRI of a part ``<…>``, ``prefix:name`` or ``a``; ``None`` for a blank node."""
        if part.startswith("<"):
            return _resolve(_unescape(part[1:-1]), self.base)
        prefix, colon, local = part.partition(":")
        if prefix == "_" or not colon:
            return _RDF + "type" if part == "a" else None
        return self.prefixes.get(prefix, "") + re.sub(r"\\(.)", r"\1", local)


class _Statements(_File):
    """Turtle, TriG, N-Triples, N-Quads: where each statement starts, by its subject."""

    def __init__(self, source: Source) -> None:
        super().__init__(source.name)
        self._text = source.read().decode("utf-8-sig", errors="replace")
        self._lines = [match.end() for match in re.finditer("\n", self._text)]
        self._names = [(0, _Names(source.base, {}))]
        # Start and end of each statement, by its subject; and of those that have blank nodes in them.
        self._spans: dict[str, list[tuple[int, int]]] = {}
        self._with_blank: list[tuple[int, int]] = []
        self._scan()

    def line_of_node(self, iri: str) -> int | None:
        spans = self._spans.get(iri)
        return self._line(spans[0][0]) if spans else None

    def line_of_triple(self, triple: tuple[Key, ...], same: Same) -> int | None:
        subject = triple[0]
        for start, end in self._spans.get(subject, ()) if isinstance(subject, str) else self._with_blank:
            for found, offset in self._triples(start, end):
                if found[:2] == triple[:2] and same(found[2], triple[2]):
                    return self._line(offset)
        return None

    def _line(self, offset: int) -> int:
        return bisect_right(self._lines, offset) + 1

    def _scan(self) -> None:
        start, head, blank = -1, "", False
        wanted = 0  # tokens still to come of a PREFIX, BASE or VERSION, which no dot ends
        directive: list[str] = []
        for match in _TOKEN.finditer(self._text):
            kind = match.lastgroup
            if kind == "comment":
                continue
            part = match[0]
            if wanted or (directive and kind != "dot"):
                directive.append(part)
                wanted -= wanted > 0
                if directive[0][0] != "@" and not wanted:
                    self._direct(directive, match.end())
                    directive = []
            elif kind == "dot":
                if directive:
                    self._direct(directive, match.end())
                    directive = []
                elif start >= 0:
                    self._statement(start, match.start(), head, blank=blank)
                start = -1
            elif part == "{":
                start = -1  # what stood before it was the name of a graph
            elif part == "}":
                if start >= 0:  # the last statement of a graph may go without its dot
                    self._statement(start, match.start(), head, blank=blank)
                start = -1
            elif start < 0:
                upper = part.upper()
                if kind == "at" or upper in ("PREFIX", "BASE", "VERSION"):
                    directive, wanted = [part], 0 if kind == "at" else 2 if upper == "PREFIX" else 1
                elif upper != "GRAPH":
                    start, head, blank = match.start(), part, part in ("[", "(") or part.startswith("_:")
            elif part in ("[", "(") or part.startswith("_:"):
                blank = True

    def _direct(self, tokens: list[str], end: int) -> None:
        names = self._names[-1][1]
        match [tokens[0].lstrip("@").lower(), *tokens[1:]]:
            case ["prefix", name, iri]:
                names = _Names(names.base, {**names.prefixes, name.removesuffix(":"): str(names.iri(iri))})
            case ["base", iri]:
                names = _Names(str(names.iri(iri)), names.prefixes)
        self._names.append((end, names))

    def _statement(self, start: int, end: int, head: str, *, blank: bool) -> None:
        subject = None if head in ("[", "(", "<<", "<<(") else self._names[-1][1].iri(head)
        if isinstance(subject, str):
            self._spans.setdefault(subject, []).append((start, end))
        if blank:
            self._with_blank.append((start, end))

    def _names_at(self, offset: int) -> _Names:
        return self._names[bisect_right(self._names, offset, key=lambda entry: entry[0]) - 1][1]

    def _triples(self, start: int, end: int) -> Iterator[tuple[tuple[Key, ...], int]]:
        """The triples of one statement, each with the offset of its object."""
        names = self._names_at(start)
        tokens = [m for m in _TOKEN.finditer(self._text, start, end) if m.lastgroup != "comment"]
        following = [m[0] for m in tokens[1:]] + ["", ""]
        open_ones: list[_Open] = []
        now = _Open(listed=False, subject=None, terms=0)
        skip = 0  # how many tokens to pass over, and how deep inside a triple term or an annotation we are
        depth = 0
        for number, match in enumerate(tokens):
            part, kind, offset = match[0], match.lastgroup, match.start()
            if kind == "triple" or part in ("{|", "|}"):
                depth += 1 if part in ("<<", "<<(", "{|") else -1
                if depth or part == "|}":
                    continue
                yield from now.take(None, offset)
            elif skip or depth:
                skip -= skip > 0
            elif part in (";", ","):
                now.terms = 1 if part == ";" else 2
            elif part == "[":
                yield from now.take(None, offset)
                open_ones.append(now)
                now = _Open(listed=False, subject=None, terms=1)
            elif part == "(":
                empty = following[number] == ")"
                yield from now.take(_RDF + "nil" if empty else None, offset)
                open_ones.append(now)
                now = _Open(listed=True, subject=None, terms=0)
            elif part in ("]", ")"):
                if part == ")" and now.terms:
                    yield (None, _RDF + "rest", _RDF + "nil"), offset
                now = open_ones.pop() if open_ones else now
            elif kind == "string":
                wide = 3 if part[:3] in ('"""', "'''") else 1
                form, after = _unescape(part[wide:-wide]), following[number]
                if after == "^^":
                    skip = 2
                    yield from now.take((form, str(names.iri(following[number + 1])), ""), offset)
                elif after.startswith("@"):
                    skip = 1
                    yield from now.take((form, _RDF + "langString", after[1:].lower()), offset)
                else:
                    yield from now.take((form, _XSD + "string", ""), offset)
            elif kind == "number":
                datatype = "double" if "e" in part.lower() else "decimal" if "." in part else "integer"
                yield from now.take((part, _XSD + datatype, ""), offset)
            elif part in ("true", "false"):
                yield from now.take((part, _XSD + "boolean", ""), offset)
            elif kind in ("iri", "word"):
                yield from now.take(names.iri(part), offset)


class _Open:
    """A subject whose predicates and objects are being read, or a list whose members are."""

    __slots__ = ("listed", "predicate", "subject", "terms")

    def __init__(self, *, listed: bool, subject: Key, terms: int) -> None:
        self.listed = listed
        self.subject = subject
        self.predicate: Key = None
        self.terms = terms  # how many are read: of a triple, or of the list

    def take(self, term: Key, offset: int) -> Iterator[tuple[tuple[Key, ...], int]]:
        """Read one more term, and give the triples that it completes."""
        self.terms += 1
        if self.listed:
            if self.terms > 1:
                yield (None, _RDF + "rest", None), offset
            yield (None, _RDF + "first", term), offset
        elif self.terms == 1:
            self.subject = term
        elif self.terms == 2:
            self.predicate = term
        elif self.terms == 3:  # a fourth is the graph of N-Quads
            yield (self.subject, self.predicate, term), offset
