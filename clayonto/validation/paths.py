"""SHACL property paths: read from a shapes graph, written as SPARQL, as Turtle and as triples.

The seven kinds are those of SHACL section 2.3.1; what they mean is SPARQL 1.1 section 9.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto.namespaces import PREFIXES, shorten

if TYPE_CHECKING:
    from collections.abc import Callable

SH: Final = PREFIXES["sh"]
RDF: Final = PREFIXES["rdf"]
_FIRST, _REST, _NIL = (ox.NamedNode(RDF + name) for name in ("first", "rest", "nil"))
_REPEATED: Final = {"zeroOrMorePath": "*", "oneOrMorePath": "+", "zeroOrOnePath": "?"}
_NAMES: Final = {mark: name for name, mark in _REPEATED.items()}

Term = ox.NamedNode | ox.BlankNode | ox.Literal


class Path(NamedTuple):
    """A property path.

    ``kind`` is ``iri`` (a predicate), ``^`` (an inverse), ``/`` (a sequence), ``|`` (alternatives), or ``*``, ``+``, ``?``; ``parts`` are
    the paths it is made of, ``iri`` the predicate if it is one.
    """

    kind: str
    iri: ox.NamedNode | None = None
    parts: tuple[Path, ...] = ()

    def __str__(self) -> str:
        """The path in the notation of SPARQL, IRIs whole and in no brackets if that is all there is."""
        return self.iri.value if self.iri is not None else self.sparql()

    def sparql(self) -> str:
        """The path as SPARQL has it."""
        return self.text(lambda iri: f"<{iri.value}>")

    def short(self) -> str:
        """The path for people, with prefixes."""
        return self.text(lambda iri: shorten(iri.value))

    def text(self, name: Callable[[ox.NamedNode], str]) -> str:
        """The path with the names that a function gives its predicates."""
        if self.iri is not None:
            return name(self.iri)
        inner = [part.text(name) if part.kind == "iri" else f"({part.text(name)})" for part in self.parts]
        if self.kind == "^":
            return "^" + inner[0]
        return self.kind.join(inner) if self.kind in "/|" else inner[0] + self.kind

    def inverse(self) -> Path:
        """The path that leads the other way."""
        match self.kind:
            case "iri":
                return Path("^", None, (self,))
            case "^":
                return self.parts[0]
            case "/":
                return Path("/", None, tuple(part.inverse() for part in reversed(self.parts)))
            case _:
                return Path(self.kind, None, tuple(part.inverse() for part in self.parts))

    def triples(self) -> tuple[Term, list[tuple[Any, Any, Any]]]:
        """The node that stands for the path, and the triples that say what it is."""
        if self.iri is not None:
            return self.iri, []
        node = ox.BlankNode()
        made: list[tuple[Any, Any, Any]] = []

        def inner(part: Path) -> Term:
            of, more = part.triples()
            made.extend(more)
            return of

        if self.kind in "/|":
            members = [inner(part) for part in self.parts]
            cells: list[Term] = [node if self.kind == "/" else ox.BlankNode(), *(ox.BlankNode() for _ in members[1:]), _NIL]
            for cell, member, rest in zip(cells, members, cells[1:], strict=False):
                made += [(cell, _FIRST, member), (cell, _REST, rest)]
            if self.kind == "|":
                made.append((node, ox.NamedNode(SH + "alternativePath"), cells[0]))
        else:
            name = "inversePath" if self.kind == "^" else _NAMES[self.kind]
            made.append((node, ox.NamedNode(SH + name), inner(self.parts[0])))
        return node, made


def predicate(iri: str | ox.NamedNode) -> Path:
    """The path of one predicate."""
    return Path("iri", ox.NamedNode(iri) if isinstance(iri, str) else iri)


def read(node: Term, objects: Callable[[Term, str], list[Term]], *, within: tuple[Term, ...] = ()) -> Path:
    """The path that a node of a shapes graph stands for.

    :param objects: gives the objects of a node and a predicate's IRI.
    :raises ValueError: if it stands for none; the text says why.

    >>> at = {(ox.BlankNode("b"), SH + "inversePath"): [ox.NamedNode("http://example.org/p")]}
    >>> read(ox.BlankNode("b"), lambda s, p: at.get((s, p), [])).sparql()
    '^<http://example.org/p>'
    """
    if isinstance(node, ox.Literal):
        raise ValueError(f"{node} is a literal, and a path is an IRI or a blank node")  # noqa: TRY004
    if node in within:
        raise ValueError("the path leads back into itself")

    def inner(one: Term) -> Path:
        return read(one, objects, within=(*within, node))

    if isinstance(node, ox.NamedNode):
        return Path("iri", node)
    # A node that could be two paths is the first of these, as the specification's tests have it.
    if objects(node, RDF + "first"):
        found = Path("/", None, tuple(map(inner, members(node, objects))))
    elif heads := objects(node, SH + "alternativePath"):
        found = Path("|", None, tuple(map(inner, members(heads[0], objects))))
    elif inverted := objects(node, SH + "inversePath"):
        found = Path("^", None, (inner(inverted[0]),))
    else:
        repeated = [(mark, of) for name, mark in _REPEATED.items() for of in objects(node, SH + name)]
        if not repeated:
            raise ValueError("the blank node stands for no path")
        found = Path(repeated[0][0], None, (inner(repeated[0][1]),))
    if found.kind in "/|" and len(found.parts) < 2:
        raise ValueError("a sequence or a choice has two members at least")
    return found


def members(head: Term, objects: Callable[[Term, str], list[Term]]) -> list[Term]:
    """The members of an RDF list, in order.

    :raises ValueError: if it is no well-formed list.
    """
    made: list[Term] = []
    seen: set[Term] = set()
    while head != _NIL:
        first, rest = objects(head, RDF + "first"), objects(head, RDF + "rest")
        if len(first) != 1 or len(rest) != 1 or head in seen:
            raise ValueError(f"{head} is no well-formed list")
        seen.add(head)
        made.append(first[0])
        head = rest[0]
    return made
