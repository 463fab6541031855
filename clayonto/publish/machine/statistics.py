"""What a dataset counts: triples, things, classes, properties, and links out of it, in one pass over its triples."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from clayonto.namespaces import PREFIXES
from clayonto.publish.index import TYPE, literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clayonto.publish.index import Index
    from clayonto.publish.units import Changes

_DAY = re.compile(r"-?\d{4}(-\d\d(-\d\d)?)?")
_STARTS, _ENDS = f"<{PREFIXES['dcat']}startDate>", f"<{PREFIXES['dcat']}endDate>"
_COUNTRY = PREFIXES["country"]


class Statistics(NamedTuple):
    """The counts of a dataset, as VoID has them (section 4.6): every number is counted, none is estimated.

    ``classes`` maps a class to how many things have it; ``properties`` maps a property to how many triples have it; ``links`` maps a property
    and the namespace outside the dataset that it leads to, to how many triples do so. ``first`` and ``last`` are the earliest start and the
    latest end of a period (``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; empty if there is none); ``countries`` are country IRIs that things refer to.
    """

    triples: int
    entities: int
    subjects: int
    objects: int
    classes: Mapping[str, int]
    properties: Mapping[str, int]
    links: Mapping[tuple[str, str], int]
    first: str
    last: str
    countries: tuple[str, ...]

    @property
    def vocabularies(self) -> list[str]:
        """The namespaces of the classes and properties used, sorted; those without one (``urn:x``) are in no vocabulary."""
        return sorted({namespace(term) for term in (*self.classes, *self.properties)} - {""})


def namespace(iri: str) -> str:
    """The part of an IRI up to its last ``#`` or ``/``.

    >>> namespace("http://data.europa.eu/nuts/code/FI194")
    'http://data.europa.eu/nuts/code/'
    """
    return re.sub(r"[^#/]*$", "", iri)


def count(index: Index, *, uri_space: str) -> Statistics:
    """Count the triples of an index.

    :param uri_space: what the IRIs of the dataset's own things begin with.

    >>> from clayonto.publish.index import Index
    >>> count(Index(["<https://e.org/id/a> <https://e.org/def#knows> <https://other.org/b> ."]), uri_space="https://e.org/id/").links
    {('https://e.org/def#knows', 'https://other.org/'): 1}
    """
    classes: Counter[str] = Counter()
    properties: Counter[str] = Counter()
    links: Counter[tuple[str, str]] = Counter()
    objects: set[str] = set()
    countries: set[str] = set()
    days: dict[str, set[str]] = {_STARTS: set(), _ENDS: set()}
    own = "<" + uri_space
    for said in index.out.values():
        for predicate, values in said.items():
            properties[predicate[1:-1]] += len(values)
            objects.update(values)
            if predicate == TYPE:
                # A literal in the place of a class names none.
                classes.update(value[1:-1] for value in values if value[0] == "<")
            elif predicate in days:
                days[predicate].update(text for text, _, _ in map(literal, (v for v in values if v[0] == '"')) if _DAY.fullmatch(text))
            for value in values if predicate != TYPE else ():
                if value[0] == "<" and not value.startswith(own) and value not in index.out:
                    target = namespace(value[1:-1])
                    if target != value[1:-1]:
                        links[predicate[1:-1], target] += 1
                    if target == _COUNTRY:
                        countries.add(value[1:-1])
    countries.update(s[1:-1] for s in index.out if s.startswith("<" + _COUNTRY))
    return Statistics(
        triples=index.size,
        entities=sum(s.startswith(own) for s in index.out),
        subjects=len(index.out),
        objects=len(objects),
        classes=dict(sorted(classes.items())),
        properties=dict(sorted(properties.items())),
        links=dict(sorted(links.items())),
        first=min(days[_STARTS], default=""),
        last=max(days[_ENDS], default=""),
        countries=tuple(sorted(countries)),
    )


def recount(before: Statistics, index: Index, changed: Changes) -> Statistics | None:
    """The counts of an index gone on with from those before some triples changed; ``None`` where more has changed than texts that no period has.

    >>> from clayonto.publish.index import Index
    >>> from clayonto.publish.units import changes
    >>> old, new = ("<urn:a>", "<urn:p>", '"1"'), ("<urn:a>", "<urn:p>", '"2"')
    >>> index = Index([" ".join(new) + " ."])
    >>> recount(count(Index([" ".join(old) + " ."]), uri_space=""), index, changes([new], [old], {}, {})) == count(index, uri_space="")
    True
    """
    if not changed.only_texts or any(p in (_STARTS, _ENDS) for _, p, _ in (*changed.added, *changed.removed)):
        return None
    properties = Counter(before.properties)
    properties.update(p[1:-1] for _, p, _ in changed.added)
    properties.subtract(p[1:-1] for _, p, _ in changed.removed)
    now = _times({o for _, _, o in (*changed.added, *changed.removed)}, index)
    was = Counter(now)
    was.subtract(o for _, _, o in changed.added)
    was.update(o for _, _, o in changed.removed)
    return before._replace(
        triples=index.size,
        objects=before.objects + sum(n > 0 for n in now.values()) - sum(n > 0 for n in was.values()),
        properties={name: n for name, n in sorted(properties.items()) if n},
    )


def _times(sought: set[str], index: Index) -> Counter[str]:
    """How many triples have each of some objects."""
    found: Counter[str] = Counter()
    for said in index.out.values():
        for values in said.values():
            if not sought.isdisjoint(values):
                found.update(sought.intersection(values))
    return found
