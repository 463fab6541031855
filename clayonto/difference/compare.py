"""What changed between two graphs: which triples, and of which things, property by property.

Triples without blank nodes are compared as a set; those with blank nodes as :mod:`clayonto.difference.blank` has it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

import pyoxigraph as ox

from clayonto.difference import sides
from clayonto.difference.blank import unmatched
from clayonto.namespaces import ID, PREFIXES
from clayonto.terms import IRI, BlankNode, lexical, literal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from clayonto.difference.sides import Side, Triple
    from clayonto.graph import KnowledgeGraph

Status = Literal["changed", "added", "removed"]
_TYPE: Final = PREFIXES["rdf"] + "type"
_FIRST, _REST, _NIL = (ox.NamedNode(PREFIXES["rdf"] + name) for name in ("first", "rest", "nil"))
_DEEPEST: Final = 12
"""How many blank nodes inside one another are written out."""
_MOST: Final = 2000
"""How many blank nodes in all are written out as one value."""
_CUT: Final = "[ … ]"


class PropertyChange(NamedTuple):
    """What one property of a thing lost and got, as pyoxigraph terms in order of their text.

    ``rewritten`` holds the pairs of literals that are one value written in two ways (``212000.00`` and ``212000.0``); they are in neither
    ``removed`` nor ``added``.
    """

    property: IRI
    removed: tuple[Any, ...]
    added: tuple[Any, ...]
    rewritten: tuple[tuple[ox.Literal, ox.Literal], ...] = ()


class ThingChange(NamedTuple):
    """What changed of one thing.

    ``status`` is ``added`` or ``removed`` if the other graph says nothing of the thing at all. A blank node is a thing of its own only if
    nothing leads to it; others are values of the things that lead to them. ``types`` are those of the new graph, else of the old one.
    """

    thing: IRI | BlankNode
    status: Status
    types: tuple[IRI, ...]
    properties: tuple[PropertyChange, ...]


class Difference:
    """What changed from an old graph to a new one.

    ``removed`` and ``added`` are the triples, as pyoxigraph terms, in order of their text, literals exactly as written. A component of blank
    nodes that changed anywhere is in both as a whole. ``old`` and ``new`` are the two sides.
    """

    def __init__(self, old: Side, new: Side, *, base: str = ID) -> None:
        self.old = old
        self.new = new
        self.base = base
        gone, come = set(old.lines).difference(new.lines), set(new.lines).difference(old.lines)
        gone_nameless, come_nameless = unmatched(old.nameless, new.nameless)
        self.removed: tuple[Triple, ...] = tuple(sides.parse(sorted((gone - old.nameless).union(*gone_nameless))))
        self.added: tuple[Triple, ...] = tuple(sides.parse(sorted((come - new.nameless).union(*come_nameless))))

    def __repr__(self) -> str:
        return f"<Difference of {len(self.removed)} triples removed and {len(self.added)} added>"

    @property
    def equal(self) -> bool:
        """Whether the graphs are the same (isomorphic, where they have blank nodes)."""
        return not self.removed and not self.added

    @property
    def forms_compared(self) -> bool:
        """Whether literals were compared as they are written; not where a side is a store, which writes them its own way."""
        return not self.old.stored

    @cached_property
    def outlines(self) -> Outlines:
        """What the blank nodes among the changes say."""
        return Outlines([*self.removed, *self.added])

    @cached_property
    def things(self) -> tuple[ThingChange, ...]:
        """Each thing with its changes, in order of IRIs; blank nodes that nothing leads to are last."""
        by_subject: dict[Any, dict[Any, tuple[list[Any], list[Any]]]] = defaultdict(lambda: defaultdict(lambda: ([], [])))
        for way, triples in enumerate((self.removed, self.added)):
            for s, p, o in triples:
                by_subject[s][p][way].append(o)
        # Nothing leads to these, or nothing but a ring of blank nodes does.
        roots = set(self._roots(self.removed)) | set(self._roots(self.added))
        found = []
        for subject, properties in by_subject.items():
            if isinstance(subject, ox.BlankNode) and subject not in roots:
                continue
            made = (self._property(p, *values) for p, values in properties.items())
            changes = sorted((c for c in made if c is not None), key=lambda c: c.property)
            if changes:
                found.append(self._thing(subject, tuple(changes)))
        found.sort(key=lambda t: (isinstance(t.thing, BlankNode), t.thing))
        return tuple(self._without_twins(found))

    def _thing(self, subject: Any, changes: tuple[PropertyChange, ...]) -> ThingChange:
        if isinstance(subject, ox.BlankNode):
            types = next((change.removed + change.added for change in changes if change.property == _TYPE), ())
            status: Status = "removed" if any(change.removed for change in changes) else "added"
            return ThingChange(BlankNode(subject.value), status, _iris(types), changes)
        iri = subject.value
        status = "changed" if self.old.has(iri) and self.new.has(iri) else "removed" if self.old.has(iri) else "added"
        return ThingChange(IRI(iri), status, self.types_of(iri), changes)

    def types_of(self, iri: str) -> tuple[IRI, ...]:
        """The types that the new graph gives a thing, else those that the old one does."""
        of_sides = (_iris(o for p, o in side.about(iri) if p.value == _TYPE) for side in (self.new, self.old))
        return next((types for types in of_sides if types), ())

    def _property(self, predicate: Any, gone: list[Any], come: list[Any]) -> PropertyChange | None:
        if all(any(isinstance(o, ox.BlankNode) for o in values) for values in (gone, come)):
            gone, come = self._without_same_outline(gone, come)
        rewritten = []
        if gone and come:
            canonical: dict[tuple[str, str], list[Any]] = defaultdict(list)
            for term in come:
                if isinstance(term, ox.Literal):
                    canonical[_value(term)].append(term)
            for term in gone:
                twins = canonical.get(_value(term)) if isinstance(term, ox.Literal) else None
                if twins:
                    twin = twins.pop()
                    rewritten.append((term, twin))
            told = {term for pair in rewritten for term in pair}
            gone, come = ([term for term in terms if term not in told] for terms in (gone, come))
        if not gone and not come and not rewritten:
            return None
        return PropertyChange(IRI(predicate.value), tuple(gone), tuple(come), tuple(rewritten))

    def _without_same_outline(self, gone: list[Any], come: list[Any]) -> tuple[list[Any], list[Any]]:
        """Values without the blank nodes of both sides that say the same: what changed is further along, and told of there."""
        told = [Counter(self.outlines.text(o) for o in values if isinstance(o, ox.BlankNode)) for values in (gone, come)]
        same = told[0] & told[1]

        def kept(values: list[Any]) -> list[Any]:
            left = same.copy()
            found = []
            for value in values:
                text = self.outlines.text(value) if left and isinstance(value, ox.BlankNode) else ""
                if left[text] > 0:
                    left[text] -= 1
                else:
                    found.append(value)
            return found

        return kept(gone), kept(come)

    def _without_twins(self, things: Iterable[ThingChange]) -> list[ThingChange]:
        """Things without the nameless ones of both sides that say the same."""
        found = list(things)
        nameless = [t for t in found if isinstance(t.thing, BlankNode)]
        if not nameless:
            return found
        texts = {t.thing: self.outlines.text(ox.BlankNode(t.thing)) for t in nameless}
        count = {status: Counter(texts[t.thing] for t in nameless if t.status == status) for status in ("removed", "added")}
        same = count["removed"] & count["added"]
        left = {status: same.copy() for status in count}
        kept = []
        for thing in found:
            text = texts.get(thing.thing, "")
            if text and left[thing.status][text] > 0:
                left[thing.status][text] -= 1
            else:
                kept.append(thing)
        return kept

    @staticmethod
    def _roots(triples: Iterable[Triple]) -> list[Any]:
        """One blank node for each group of them that no other thing leads to."""
        links: dict[Any, list[Any]] = defaultdict(list)
        reached: set[Any] = set()
        named: list[Any] = []
        for s, _, o in triples:
            if isinstance(s, ox.BlankNode):
                links[s] += [o] if isinstance(o, ox.BlankNode) else []
            elif isinstance(o, ox.BlankNode):
                named.append(o)

        def reach(start: Iterable[Any]) -> None:
            waiting = list(start)
            while waiting:
                node = waiting.pop()
                if node not in reached:
                    reached.add(node)
                    waiting += links.get(node, ())

        reach(named)
        led_to = {o for nodes in links.values() for o in nodes}
        roots = [node for node in links if node not in led_to and node not in reached]
        reach(roots)
        for node in links:
            if node not in reached:
                roots.append(node)
                reach([node])
        return roots

    def to_text(self, *, lang: str = "en", full: bool = False) -> str:
        """The difference for people, in ``en`` or ``fi``.

        :param full: whether to tell all of what was added or removed as a whole, rather than name it.
        """
        from clayonto.difference.text import to_text

        return to_text(self, lang=lang, full=full)

    def to_html(self, *, lang: str = "en", full: bool = False) -> str:
        """The difference as one HTML page that needs nothing else; ``full`` as in :meth:`to_text`."""
        from clayonto.difference.page import to_html

        return to_html(self, lang=lang, full=full)

    def to_dict(self, *, lang: str = "en") -> dict[str, Any]:
        """The difference ready for JSON, whole, with labels in a language."""
        from clayonto.difference.data import to_dict

        return to_dict(self, lang=lang)

    def to_json(self, *, lang: str = "en") -> str:
        """:meth:`to_dict` as JSON text."""
        import json

        return json.dumps(self.to_dict(lang=lang), ensure_ascii=False, indent=1)

    def to_turtle(self) -> str:
        """The difference as Turtle in the ChangeSet vocabulary (http://purl.org/vocab/changeset/schema#), one change set for each thing."""
        from clayonto.difference.data import to_turtle

        return to_turtle(self)

    def to_patch(self) -> str:
        """The difference as RDF Patch, which :func:`clayonto.patch` applies."""
        from clayonto.difference.rdfpatch import Patch

        return Patch(removed=self.removed, added=self.added).to_text()


def diff(old: str | Path | KnowledgeGraph, new: str | Path | KnowledgeGraph, *, base: str = ID) -> Difference:
    """What changed from one graph to another.

    :param old: a file, a folder (all RDF files below it), a pattern, a store (a folder that :func:`clayonto.load` made), a graph, or a revision
        of the git repository one is in, such as ``HEAD~1`` or ``v1.0:data``. A text that names something on disk means that.
    :param new: likewise. Where one is a revision and the other a path, the same path of the revision is compared, and of a folder on disk only
        what git does not ignore.
    :param base: what relative IRIs in files are relative to.
    :raises DataError: if something cannot be found or read, or blank nodes are too much alike to be compared.
    :raises UsageError: if a path is not in the repository whose revision it is held against.

    Files are merged whatever graphs they name. Where one side is a store, whose literals are in its own form, the other's are put into that
    form too.

    >>> import clayonto
    >>> before, after = clayonto.load(), clayonto.load()
    >>> with after.edit() as change:
    ...     _ = change.update("DELETE { ?p clay:acronym 'CLAY' } INSERT { ?p clay:acronym 'KLEI' } WHERE { ?p a clay:Project }")
    >>> print(diff(before, after).to_text().splitlines()[4])
        ~ acronym: CLAY → KLEI
    """
    return Difference(*sides.pair(old, new, base=base), base=base)


class Outlines:
    """Blank nodes as texts that say what they say, the same for nodes that say the same."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._about: dict[Any, list[tuple[Any, Any]]] = defaultdict(list)
        for s, p, o in triples:
            if isinstance(s, ox.BlankNode):
                self._about[s].append((p, o))
        self._texts: dict[Any, str] = {}
        self._left = 0

    def text(self, node: Any, show: Callable[[Any], str] = str) -> str:
        """A blank node as in Turtle, ``[ property value ; … ]`` or ``( item … )``, terms as ``show`` writes them."""
        if show is str and node in self._texts:
            return self._texts[node]
        self._left = _MOST
        text = self._outline(node, show, ())
        if show is str:
            # What was not told to its end is like nothing else.
            self._texts[node] = text = f"{text} {node}" if _CUT in text else text
        return text

    def _outline(self, node: Any, show: Callable[[Any], str], above: tuple[Any, ...]) -> str:
        if node in above:
            return f"↑{len(above) - above.index(node)}"
        self._left -= 1
        if len(above) == _DEEPEST or self._left < 0:
            return _CUT
        inside = (*above, node)

        def value(term: Any) -> str:
            return self._outline(term, show, inside) if isinstance(term, ox.BlankNode) else show(term)

        items = self._items(node)
        if items is not None:
            return "( " + " ".join(value(item) for item in items) + " )"
        parts = sorted(f"{show(p)} {value(o)}" for p, o in self._about.get(node, ()))
        return "[ " + " ; ".join(parts) + " ]" if parts else "[ ]"

    def _items(self, node: Any) -> list[Any] | None:
        """The items of the RDF list that starts at a node; ``None`` if none does."""
        items, seen = [], set()
        while node != _NIL:
            about = self._about.get(node, [])
            parts = dict(about)
            if len(about) != 2 or set(parts) != {_FIRST, _REST} or node in seen:
                return None
            seen.add(node)
            items.append(parts[_FIRST])
            node = parts[_REST]
        return items


def _iris(terms: Iterable[Any]) -> tuple[IRI, ...]:
    return tuple(sorted({IRI(term.value) for term in terms if isinstance(term, ox.NamedNode)}))


def _value(term: ox.Literal) -> tuple[str, str]:
    """What two literals of one datatype share if they are one value."""
    value = literal(term.value, datatype=term.datatype.value, language=term.language)
    return f"{term.datatype.value}@{term.language or ''}", lexical(value)[0]
