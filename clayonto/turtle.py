"""Turtle as this project writes it: sorted, one value a line where there are many, the same text for the same triples.

Small changes of the data are then small changes of the text. The comment lines at the top of a file stay; those
between statements cannot, since statements move. Literals keep the form they were written in.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import pyoxigraph as ox

from clayonto.errors import DataError
from clayonto.namespaces import ID, PREFIXES, shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Term = ox.NamedNode | ox.BlankNode | ox.Literal
_XSD: Final = PREFIXES["xsd"]
_TYPE: Final = PREFIXES["rdf"] + "type"
_WIDTH: Final = 120
_INDENT: Final = "    "
# The part after the prefix, when it needs no escapes; other IRIs are written whole.
_LOCAL: Final = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_-])?")
_SHORT: Final = {
    _XSD + "integer": re.compile(r"[+-]?[0-9]+"),
    _XSD + "decimal": re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    _XSD + "double": re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+"),
    _XSD + "boolean": re.compile("true|false"),
}
_LONG_NEEDS_ESCAPES: Final = re.compile(r'["\\\r\t\b\f\x00-\x08]')
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}
# What people read first comes first; all else by name.
_FIRST: Final = (
    "rdfs:subClassOf",
    "rdfs:label",
    "skos:inScheme",
    "skos:prefLabel",
    "skos:altLabel",
    "skos:definition",
    "dct:title",
    "dct:description",
)


def write_turtle(
    triples: Iterable[tuple[Term, Term, Term]],
    *,
    prefixes: Mapping[str, str] | None = None,
    base: str | None = ID,
    head: str = "",
) -> str:
    """Triples as sorted Turtle, ended by a line end.

    :param triples: each once or more; duplicates are written once.
    :param prefixes: prefixes to use besides those of :data:`clayonto.namespaces.PREFIXES`; only used ones are declared.
    :param base: IRI that others are written relative to; ``None`` for none.
    :param head: comment lines to put at the top, as they are.

    >>> s, p = ox.NamedNode(ID + "project/x"), ox.NamedNode(PREFIXES["clay"] + "acronym")
    >>> print(write_turtle([(s, p, ox.Literal("X"))]))
    @base <https://w3id.org/clayonto/id/> .
    @prefix clay: <https://w3id.org/clayonto/def#> .
    <BLANKLINE>
    <project/x>
        clay:acronym "X" .
    <BLANKLINE>
    """
    return _Writer({**PREFIXES, **(prefixes or {})}, base).document(triples, head)


def format_turtle(text: str, *, name: str = "", base: str = ID) -> str:
    """A Turtle document in the project's form: the same triples, prefixes and head, sorted.

    :raises DataError: with line and column, if the text is not Turtle.
    """
    return read_document(text, name=name, base=base).to_text()


class Document(NamedTuple):
    """A Turtle document that can be written again with other triples: its triples, prefixes, base and the comment lines at its top."""

    triples: Iterable[tuple[Term, Term, Term]]
    prefixes: Mapping[str, str]
    base: str | None
    head: str

    @classmethod
    def of(cls, triples: Iterable[tuple[Term, Term, Term]], *, base: str | None = ID) -> Self:
        """A document of triples alone."""
        return cls(triples, {}, base, "")

    def to_text(self) -> str:
        """The document in the project's form."""
        return write_turtle(**self._asdict())


def read_document(text: str, *, name: str = "", base: str = ID) -> Document:
    """Read a Turtle document; its blank nodes keep their labels.

    :raises DataError: with line and column, if the text is not Turtle.
    """
    parser = ox.parse(text.encode(), format=ox.RdfFormat.TURTLE, base_iri=base)
    try:
        triples = [(q.subject, q.predicate, q.object) for q in parser]
    except SyntaxError as error:
        raise DataError(error.msg, path=name, line=error.lineno or 0, column=error.offset or 0) from error
    head = re.match(r"(#[^\n]*\n)*", text)
    declares_base = re.search(r"^@?base\s*<", text, re.MULTILINE | re.IGNORECASE)
    return Document(triples, dict(parser.prefixes), parser.base_iri if declares_base else None, head.group() if head else "")


def shown(term: Term, *, base: str = ID) -> str:
    """A term as people read it in a line of text: an IRI as :func:`clayonto.namespaces.expand` takes it, a literal as in Turtle, a blank node as brackets.

    >>> shown(ox.NamedNode(PREFIXES["clay"] + "Project")), shown(ox.Literal("moi", language="fi"))
    ('clay:Project', '"moi"@fi')
    """
    if isinstance(term, ox.NamedNode):
        return "a" if term.value == _TYPE else shorten(term.value, base=base)
    if isinstance(term, ox.BlankNode):
        return "[…]"
    return _Writer(PREFIXES, base).text(term)


def loses_comments(text: str) -> bool:
    r"""Whether a Turtle document has comments that :func:`format_turtle` cannot keep: any but the lines at its top.

    >>> loses_comments("# head\n<urn:a> <urn:b> '#c' . # tail\n")
    True
    """
    body = re.sub(r"\A(#[^\n]*\n)*", "", text)
    strings_and_iris = r'''"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>"{}|^`\s]*>'''
    return "#" in re.sub(strings_and_iris, "", body)


class _Writer:
    def __init__(self, prefixes: Mapping[str, str], base: str | None) -> None:
        self.base = base
        self.prefixes = prefixes
        self.by_length = sorted(((ns, prefix) for prefix, ns in prefixes.items()), key=lambda item: (-len(item[0]), item[1]))
        self.used: set[str] = set()
        self.base_used = False

    def document(self, triples: Iterable[tuple[Term, Term, Term]], head: str) -> str:
        unique = list(dict.fromkeys(triples))
        self.nested = self._nested(unique)
        statements: dict[Term, dict[Term, list[Term]]] = {}
        for s, p, o in unique:
            statements.setdefault(s, {}).setdefault(p, []).append(o)
        self.statements = statements
        body = [self.statement(s) for s in sorted(statements, key=self.key) if s not in self.nested]
        lines = [f"@base <{self.base}> ."] if self.base_used else []
        lines += [f"@prefix {p}: <{self.prefixes[p]}> ." for p in sorted(self.used)]
        return head + "\n".join(lines) + ("\n\n" if lines else "") + "\n".join(body)

    @staticmethod
    def _nested(triples: list[tuple[Term, Term, Term]]) -> set[Term]:
        """Blank nodes that one triple points to: they are written where they are used."""
        uses: dict[Term, int] = {}
        for _, _, o in triples:
            if isinstance(o, ox.BlankNode):
                uses[o] = uses.get(o, 0) + 1
        subjects = {s for s, _, _ in triples}
        return {node for node, count in uses.items() if count == 1 and node in subjects}

    def key(self, term: Term) -> tuple[int, str, str]:
        if isinstance(term, ox.NamedNode):
            return 0, self.text(term), ""
        if isinstance(term, ox.BlankNode):
            return 2, self.block(term, "") if term in self.statements and term in self.nested else "", ""
        return 1, term.language or "", f"{term.value}\n{term.datatype.value}"

    def statement(self, subject: Term) -> str:
        head = self.text(subject) if not isinstance(subject, ox.BlankNode) else f"_:{subject.value}"
        properties = self.properties(subject, _INDENT)
        kind = next((p for p in properties if p.startswith("a ")), None)
        first = f"{head} {kind}" if kind else head
        rest = [p for p in properties if p is not kind]
        if not rest:
            return f"{first} .\n"
        joint = " ;\n" if kind else "\n"
        return f"{first}{joint}" + " ;\n".join(_INDENT + p for p in rest) + " .\n"

    def properties(self, subject: Term, indent: str) -> list[str]:
        by_name = {}
        for predicate, objects in self.statements[subject].items():
            name = "a" if getattr(predicate, "value", "") == _TYPE else self.text(predicate)
            by_name[name] = self.objects(name, sorted(objects, key=self.key), indent)
        order = {name: number for number, name in enumerate(("a", *_FIRST))}
        return [by_name[name] for name in sorted(by_name, key=lambda n: (order.get(n, len(order)), n))]

    def objects(self, name: str, objects: list[Term], indent: str) -> str:
        texts = [self.block(o, indent + _INDENT) if o in self.nested else self.text(o) for o in objects]
        line = f"{name} {', '.join(texts)}"
        if len(texts) == 1 or (len(indent + line) <= _WIDTH and "\n" not in line):
            return line
        return f"{name} " + f",\n{indent}{_INDENT}".join(texts)

    def block(self, node: Term, indent: str) -> str:
        members = self.collection(node)
        if members is not None:
            return f"( {' '.join(self.block(m, indent) if m in self.nested else self.text(m) for m in members)} )" if members else "()"
        return "[ " + " ; ".join(self.properties(node, indent)) + " ]"

    def collection(self, node: Term) -> list[Term] | None:
        """The members of an RDF list that starts at a blank node, or ``None`` if the node is none."""
        first, rest, nil = (ox.NamedNode(PREFIXES["rdf"] + n) for n in ("first", "rest", "nil"))
        members = []
        while node != nil:
            parts = self.statements.get(node, {})
            if set(parts) != {first, rest} or len(parts[first]) != 1 or len(parts[rest]) != 1:
                return None
            members.append(parts[first][0])
            node = parts[rest][0]
        return members

    def text(self, term: Term) -> str:
        if isinstance(term, ox.NamedNode):
            return self.iri(term.value)
        if isinstance(term, ox.BlankNode):
            return f"_:{term.value}"
        if "\n" in term.value and not _LONG_NEEDS_ESCAPES.search(term.value):
            quoted = f'"""{term.value}"""'
        else:
            quoted = '"' + re.sub(r'["\\\n\r\t\b\f]', lambda m: _ESCAPES[m.group()], term.value) + '"'
        if term.language:
            return f"{quoted}@{term.language}"
        kind = term.datatype.value
        if kind == _XSD + "string":
            return quoted
        if kind in _SHORT and _SHORT[kind].fullmatch(term.value):
            return term.value
        return f"{quoted}^^{self.iri(kind)}"

    def iri(self, iri: str) -> str:
        for namespace, prefix in self.by_length:
            if iri.startswith(namespace) and _LOCAL.fullmatch(iri[len(namespace) :]):
                self.used.add(prefix)
                return f"{prefix}:{iri[len(namespace) :]}"
        if self.base and iri.startswith(self.base) and len(iri) > len(self.base):
            relative = iri[len(self.base) :]
            # "//x", "?x", "#x" and "a:b" would mean something else when they are read relative to the base.
            if self.base.endswith("/") and re.match(r"[^/?#:]+(/[^/?#]+)*$", relative) and ".." not in relative and "./" not in relative:
                self.base_used = True
                return f"<{relative}>"
        return f"<{iri}>"
