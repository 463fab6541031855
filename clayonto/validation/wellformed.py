"""Shapes from elsewhere, held against SHACL before any data is held against them: a broken shape would find nothing, and say so of nothing.

Three things are looked at: that every term of SHACL's namespace is one that it has and that is checked here; SHACL's own shapes for shapes
(SHACL-SHACL, appendix C of the specification, as pyshacl brings it along); and that the shapes can be compiled. The bundled shapes are held to
the same by a test.

A term that drafts of SHACL had and published shapes still carry is no fault, because every processor passes over it; that it has no effect is a
:class:`~clayonto.errors.ShapesWarning`.
"""

from __future__ import annotations

import warnings
from functools import cache
from importlib import resources, util
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import pyoxigraph as ox

from clayonto.errors import BundleError, ShapesError, ShapesWarning, nearest
from clayonto.namespaces import ID, PREFIXES, shorten
from clayonto.places import Place
from clayonto.sources import triples_of
from clayonto.validation.naming import clean
from clayonto.validation.paths import SH
from clayonto.validation.shapes import Shapes
from clayonto.validation.where import Where

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from clayonto.sources import Source
    from clayonto.validation.data import Data
    from clayonto.validation.paths import Term
    from clayonto.validation.violation import Violation

Triples = list[tuple[Any, Any, Any]]

_SHSH: Final = "http://www.w3.org/ns/shacl-shacl#"
_UNCHECKED: Final = frozenset({"target", "expression", "js", "filterShape"})
"""What SHACL's namespace has besides Core and SHACL-SPARQL, and would constrain or target something."""
_DRAFT: Final = {"shape": "node"}
"""Terms of drafts, by what became of them. The DCAT-AP shapes of 2.0 to 3.0 carry ``sh:shape`` (SEMICeu/DCAT-AP#229); a processor that follows the
Recommendation does not know it, so to take it for ``sh:node`` would find what no other finds."""
_OPAQUE: Final = frozenset(SH + name + "ConstraintComponent" for name in ("Node", "And", "Or", "Xone", "Not"))
"""Components whose results say that a shape breaks another shape, not what is wrong with it."""
_MOST: Final = 20


def checked(sources: Sequence[Source], *, base: str = ID) -> Shapes:
    """The shapes of files.

    :param base: what IRIs are shown relative to.
    :raises DataError: if a file cannot be read.
    :raises ShapesError: if a shape is not what SHACL allows, with every fault that was found, its file and line; or if no shape has a target.

    Warns with :class:`~clayonto.errors.ShapesWarning` of terms without effect.
    """
    from clayonto.validation.data import Data

    triples = triples_of(sources)
    data = Data.of_triples(triples)
    where = Where(data, sources)
    faults = list(_unknown_terms(triples, where))
    shapes: Shapes | None = None
    refused: Term | None = None
    told = ""
    try:
        shapes = Shapes(triples)
    except ShapesError as error:
        refused, told = (ox.NamedNode(error.shape) if error.shape else None), str(error)
        faults.append(_Fault(refused, None if refused is None else where.node(refused), told))
    results = _broken_rules(data, triples, sources, base=base)
    plain = [one for one in results if one.component not in _OPAQUE]
    known = {fault.node for fault in faults} | {one.result.focus for one in plain}
    for one in results:
        again = one.result.focus == refused and one.result.path is not None and one.result.path.short() in told
        if not again and (one.component not in _OPAQUE or one.result.focus not in known):
            faults.append(_Fault(one.result.focus, one.value_place or one.place, one.message()))
    if faults:
        raise _error(faults, sources)
    for sentence in _without_effect(triples, where):
        warnings.warn(sentence, ShapesWarning, stacklevel=2)
    if shapes is None or not shapes.targeted:
        names = ", ".join(source.name for source in sources)
        raise ShapesError(
            f"{names}: no shape has a target, so nothing would be checked; give one a sh:targetClass, or name the file that has shapes."
        )
    return shapes


def broken(sources: Sequence[Source]) -> list[str]:
    """What is wrong with the shapes of files, a sentence each; nothing if they are what SHACL allows."""
    try:
        checked(sources)
    except ShapesError as error:
        return str(error).splitlines()
    return []


class _Fault(NamedTuple):
    """What is wrong with a shape, and where; the node is ``None`` where an error does not tell it."""

    node: Term | None
    place: Place | None
    sentence: str


def _error(faults: Iterable[_Fault], sources: Sequence[Source]) -> ShapesError:
    # Of one file, the file is known at least.
    nowhere = Place(sources[0].name if len(sources) == 1 else "", 0)
    told = sorted(((fault.place or nowhere, clean(fault.sentence), fault.node) for fault in faults), key=lambda fault: fault[0])
    lines = [f"{place}: {sentence}" if place.file else sentence for place, sentence, _ in told]
    if len(lines) > _MOST:
        lines[_MOST:] = [f"And {len(lines) - _MOST} more."]
    first = next((node for _, _, node in told if isinstance(node, ox.NamedNode)), None)
    return ShapesError("\n".join(lines), shape="" if first is None else first.value)


def _unknown_terms(triples: Triples, where: Where) -> Iterator[_Fault]:
    """Terms in SHACL's namespace that SHACL does not have, or that nothing here would check."""
    known = {s.value.removeprefix(SH) for s, _, _ in _asset("shacl.ttl") if isinstance(s, ox.NamedNode) and s.value.startswith(SH)}
    told = set()
    for triple in triples:
        node = triple[0]
        for term in triple[1:]:
            local = term.value.removeprefix(SH) if isinstance(term, ox.NamedNode) and term.value.startswith(SH) else ""
            unchecked = local in _UNCHECKED and term is triple[1]
            draft = local in _DRAFT and term is triple[1]
            if not local or draft or (local in known and not unchecked) or (node, local) in told:
                continue
            told.add((node, local))
            uses = f"{_name(node, where)} uses sh:{local}"
            if unchecked:
                why = "which is not part of SHACL Core or SHACL-SPARQL and would not be checked; write it as a class, a property shape or a sh:sparql."
            else:
                near = " or ".join(f"sh:{name}" for name in nearest(local, known))
                why = f"which SHACL does not have; {f'did you mean {near}?' if near else 'remove it.'}"
            yield _Fault(node, where.triple(triple) or where.node(node), f"{uses}, {why}")


def _without_effect(triples: Triples, where: Where) -> Iterator[str]:
    """A sentence for each term of a draft, with the place where it is first used."""
    uses: dict[str, list[tuple[Any, Any, Any]]] = {}
    for triple in triples:
        local = triple[1].value.removeprefix(SH)
        if local in _DRAFT and triple[1].value == SH + local:
            uses.setdefault(local, []).append(triple)
    for local, found in sorted(uses.items()):
        places = [place for one in found if (place := where.triple(one) or where.node(one[0]))]
        at = f"{min(places)}: " if places else ""
        yield (
            f"{at}sh:{local}, which {len(found)} {'shapes use' if len(found) > 1 else 'shape uses'}, is of a draft of SHACL and has no effect; "
            f"SHACL has sh:{_DRAFT[local]} in its place."
        )


def _name(node: Term, where: Where) -> str:
    if isinstance(node, ox.NamedNode):
        return f"The shape {shorten(node.value)}"
    seen = {node}
    while node in where.owners and (node := where.owners[node][0]) not in seen:
        if isinstance(node, ox.NamedNode):
            return f"A nameless part of the shape {shorten(node.value)}"
        seen.add(node)
    return "A nameless shape"


def _broken_rules(data: Data, triples: Triples, sources: Sequence[Source], *, base: str) -> list[Violation]:
    """The results of SHACL-SHACL, with shapes for data."""
    from clayonto.validation import validate

    rules = list(_asset("shacl-shacl.ttl"))
    # It says of a shape that it is neither a node shape nor a property shape, and not why; so each is held against the one it should be.
    by_path = {s for s, p, _ in triples if p.value == SH + "path"}
    shapes = _of_kinds(triples)
    target = ox.NamedNode(SH + "targetNode")
    for node in shapes:
        kind = "PropertyShapeShape" if node in by_path else "NodeShapeShape"
        if isinstance(node, ox.NamedNode):
            rules.append((ox.NamedNode(_SHSH + kind), target, node))
    report = validate(data, Shapes(rules), focus=None, base=base, engine="compiled", sources=sources)
    return list(report.results)


def _of_kinds(triples: Triples) -> list[Term]:
    """The nodes that are said to be shapes or have targets."""
    kinds = {SH + "NodeShape", SH + "PropertyShape"}
    targets = {SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")}
    found = (s for s, p, o in triples if p.value in targets or (isinstance(o, ox.NamedNode) and o.value in kinds))
    return list(dict.fromkeys(found))


@cache
def _asset(name: str) -> tuple[tuple[Any, Any, Any], ...]:
    """The triples of a file that pyshacl brings along, without importing pyshacl, which takes half a second."""
    spec = util.find_spec("pyshacl")
    if spec is None:
        raise BundleError("pyshacl is not installed, whose shapes for shapes are needed here; install it with: pip install pyshacl")
    data = (resources.files(util.module_from_spec(spec)) / "assets" / name).read_bytes()
    return tuple((q.subject, q.predicate, q.object) for q in ox.parse(data, format=ox.RdfFormat.TURTLE, base_iri=PREFIXES["sh"]))
