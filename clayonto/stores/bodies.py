"""Bodies: organisations that accepted links make one, and under which of them each is counted.

That is worked out from the links of all tables that a store has, and kept there as a layer of its own, so that a query follows one property and no path.
A generation that may change it has it made anew (:class:`clayonto.engines.disk.DiskEngine`), so that no state of a graph on disk has links and other bodies.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from clayonto.namespaces import CLAY, GRAPH, ID, PREFIXES
from clayonto.sources import Source
from clayonto.stores.copies import Held

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

LINKED: Final = ox.NamedNode(CLAY.sameBodyAs)
"""From an organisation to one that somebody has accepted as the same body."""
COUNTED: Final = ox.NamedNode(CLAY.countedAs)
"""From each organisation of a body, that one too, to the one under which the body is counted."""
_NAME: Final = "bodies"
BODIES: Final = GRAPH + _NAME
"""The graph of the layer that says so."""
_TYPE: Final = ox.NamedNode(PREFIXES["rdf"] + "type")
_ORGANISATION: Final = ox.NamedNode(PREFIXES["org"] + "Organization")


def joined(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Each of the things that pairs join, and what stands for all that it is joined with.

    >>> found = joined([("a", "b"), ("c", "b"), ("d", "e")])
    >>> found["a"] == found["c"], found["a"] == found["d"]
    (True, False)
    """
    above: dict[str, str] = {}

    def root(thing: str) -> str:
        while above.setdefault(thing, thing) != thing:
            above[thing] = above[above[thing]]
            thing = above[thing]
        return thing

    for one, other in pairs:
        above[root(one)] = root(other)
    return {thing: root(thing) for thing in list(above)}


def bodies(pairs: Iterable[tuple[str, str]], known: Collection[str]) -> dict[str, str]:
    """Each linked organisation, and the one under which its body is counted: the first by IRI of those that are known, or of all if none is.

    :param pairs: the IRIs of organisations that accepted links say are one body.
    :param known: those that a graph describes.

    >>> bodies([("x:b", "x:c"), ("x:a", "x:b")], {"x:b", "x:c"})
    {'x:a': 'x:b', 'x:b': 'x:b', 'x:c': 'x:b'}
    """
    members: dict[str, list[str]] = {}
    for thing, root in joined(pairs).items():
        members.setdefault(root, []).append(thing)
    found: dict[str, str] = {}
    for body in members.values():
        first = min([one for one in body if one in known] or body)
        found |= dict.fromkeys(body, first)
    return dict(sorted(found.items()))


def touched(triples: Iterable[tuple[Any, Any, Any]]) -> bool:
    """Whether triples that come or go may change which organisations are one body, or what the graph says of that."""
    return any(p in (LINKED, COUNTED) or (p == _TYPE and o == _ORGANISATION) for _, p, o in triples)


def counted(store: ox.Store) -> Source | None:
    """What the links of a store say of its bodies, as a file to be loaded into it; ``None`` if it has no links."""
    pairs = [
        (quad.subject, quad.object)
        for quad in store.quads_for_pattern(None, LINKED, None, ox.DefaultGraph())
        if isinstance(quad.subject, ox.NamedNode) and isinstance(quad.object, ox.NamedNode)
    ]
    if not pairs:
        return None
    known = {thing.value for pair in pairs for thing in pair if ox.Quad(thing, _TYPE, _ORGANISATION) in store}
    found = bodies(((one.value, other.value) for one, other in pairs), known)
    triples = (ox.Triple(ox.NamedNode(one), COUNTED, ox.NamedNode(body)) for one, body in found.items())
    data = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    return Source(_NAME, ox.RdfFormat.N_TRIPLES, Held(data), ID, named=BODIES)
