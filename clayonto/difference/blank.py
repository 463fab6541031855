"""Blank nodes: which parts of two graphs are the same but for the names of their blank nodes.

Triples that share a blank node make up a component; two graphs are isomorphic when their triples without blank nodes are the same, and
their components are the same one by one. So a component gets a signature that is the same for isomorphic components and for no others:

1. Each blank node gets a colour, a hash of what surrounds it, again and again until no two nodes that looked alike are told apart any more.
2. Where all colours differ, they name the nodes. Where they do not but the nodes form a tree, nodes of one colour are interchangeable, so the
   colours still say everything (two forests that refinement cannot tell apart are isomorphic).
3. Otherwise one node after the other of the smallest group of look-alikes is singled out, and the least of the signatures counts.

Step 3 can take time without bound on graphs made for it, as any way to compare blank nodes can, so the number of steps is limited.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Final

from clayonto.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Iterable

Line = bytes
"""One triple in canonical N-Triples, without the line end."""
_Colours = dict[bytes, bytes]

MOST_STEPS: Final = 5_000_000
"""How many surroundings of nodes are looked at for one component at most: some seconds."""


def terms_of(line: Line) -> tuple[bytes, bytes, bytes]:
    """Subject, predicate and object of a line, each as N-Triples writes it.

    >>> terms_of(b'_:a <urn:p> "two words" .')
    (b'_:a', b'<urn:p>', b'"two words"')
    """
    subject, predicate, rest = line.split(b" ", 2)
    return subject, predicate, rest[:-2]


def is_blank(term: bytes) -> bool:
    """Whether a term is a blank node."""
    return term.startswith(b"_:")


def has_blank(line: Line) -> bool:
    """Whether a triple has a blank node.

    :raises DataError: if it is inside a quoted triple (RDF 1.2), which is not compared.
    """
    if b"_:" not in line:
        return False
    subject, _, value = terms_of(line)
    if value.startswith(b"<<(") and b" _:" in value:
        raise DataError(f"A triple inside a triple has a blank node, which is not compared: {line.decode(errors='replace'):.200}")
    return is_blank(subject) or is_blank(value)


def components(lines: Iterable[Line]) -> list[list[Line]]:
    """Triples with blank nodes, those together that share one, directly or through others; in no order."""
    parent: dict[bytes, bytes] = {}

    def root(node: bytes) -> bytes:
        above = parent.setdefault(node, node)
        while above != node:
            parent[node] = parent[above]
            node, above = above, parent[above]
        return node

    anchored = []
    for line in lines:
        subject, _, value = terms_of(line)
        if not is_blank(subject):
            anchored.append((line, value))
            continue
        anchored.append((line, subject))
        if is_blank(value):
            parent[root(subject)] = root(value)
    found: dict[bytes, list[Line]] = defaultdict(list)
    for line, node in anchored:
        found[root(node)].append(line)
    return list(found.values())


def unmatched(old: Iterable[Line], new: Iterable[Line]) -> tuple[list[list[Line]], list[list[Line]]]:
    """The components of each side that the other has not, each as often as it is missing there.

    :param old: triples with blank nodes of one graph; ``new`` those of the other. Names of blank nodes mean nothing across the two.
    :raises DataError: if blank nodes are too much alike to be compared in :data:`MOST_STEPS` steps.
    """
    sides = [[(signature(component), component) for component in components(lines)] for lines in (old, new)]
    only_old = Counter(sign for sign, _ in sides[0])
    only_new = Counter(sign for sign, _ in sides[1])
    only_old, only_new = only_old - only_new, only_new - only_old
    left = []
    for side, wanted in zip(sides, (only_old, only_new), strict=True):
        kept = []
        for sign, component in side:
            if wanted[sign] > 0:
                wanted[sign] -= 1
                kept.append(component)
        left.append(kept)
    return left[0], left[1]


def signature(component: Iterable[Line], *, most_steps: int = MOST_STEPS) -> bytes:
    """A hash that isomorphic components share, and others do not.

    :raises DataError: if it would take more than ``most_steps`` looks at what surrounds a node to find.
    """
    return _Component(component, most_steps).signature()


class _Component:
    def __init__(self, lines: Iterable[Line], most_steps: int) -> None:
        self.triples = [terms_of(line) for line in lines]
        self.steps = most_steps
        # What surrounds a node: (how it stands in the triple, the other term), ground terms as they are.
        self.around: dict[bytes, list[tuple[bytes, bytes]]] = defaultdict(list)
        pairs = set()
        for subject, predicate, value in self.triples:
            if subject == value:
                self.around[subject].append((b"=" + predicate, b""))
                continue
            if is_blank(subject):
                self.around[subject].append((b">" + predicate, value))
            if is_blank(value):
                self.around[value].append((b"<" + predicate, subject))
            if is_blank(subject) and is_blank(value):
                pairs.add((min(subject, value), max(subject, value)))
        self.effort = sum(map(len, self.around.values()))
        self.is_tree = len(pairs) == len(self.around) - 1

    def signature(self) -> bytes:
        try:
            return self.least(self.refined(dict.fromkeys(self.around, b"")))
        except RecursionError:
            raise self.too_much_alike() from None

    def too_much_alike(self) -> DataError:
        return DataError(
            f"{len(self.around)} blank nodes that hang together are too much alike to be compared; give them IRIs, and they can be."
        )

    def least(self, colours: _Colours) -> bytes:
        """The signature under colours that no refinement changes."""
        alike: dict[bytes, list[bytes]] = defaultdict(list)
        for node, colour in colours.items():
            alike[colour].append(node)
        groups = [(len(nodes), colour, nodes) for colour, nodes in alike.items() if len(nodes) > 1]
        if not groups or self.is_tree:
            return _hash(*sorted(b" ".join(colours.get(term, term) for term in triple) for triple in self.triples))
        _, _, smallest = min(groups)
        # Nodes with the very same surroundings are interchangeable, so they are told apart together, in any order.
        twins: dict[frozenset[tuple[bytes, bytes]], list[bytes]] = defaultdict(list)
        for node in smallest:
            twins[frozenset(self.around[node])].append(node)
        return min(self.least(self.refined({**colours, **_singled_out(nodes, colours)})) for nodes in twins.values())

    def refined(self, colours: _Colours) -> _Colours:
        groups = len(set(colours.values()))
        while True:
            self.steps -= self.effort
            if self.steps < 0:
                raise self.too_much_alike()
            colours = {
                node: _hash(colours[node], *sorted(way + b" " + colours.get(other, other) for way, other in around))
                for node, around in self.around.items()
            }
            refined = len(set(colours.values()))
            if refined == groups or refined == len(colours):
                return colours
            groups = refined


def _singled_out(nodes: list[bytes], colours: _Colours) -> _Colours:
    return {node: _hash(colours[node], b"%d" % number) for number, node in enumerate(nodes)}


def _hash(*parts: bytes) -> bytes:
    # Hexadecimal, so that no colour can be taken for a term or hold a separator.
    return hashlib.blake2b(b"\n".join(parts), digest_size=16).hexdigest().encode()
