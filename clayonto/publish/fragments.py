"""What has a page of its own, and what is a fragment of whose page: decided by class, and by what leads from a part to its whole."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from clayonto.publish.index import TYPE, curie, is_vocabulary

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clayonto.publish.index import Index

PAGE_CLASSES: Final = tuple(
    map(
        curie,
        (
            "clay:Project", "clay:FundingProgramme", "clay:Call", "clay:ClusterInitiative", "clay:Strand", "clay:CallRound",
            "clay:ClusterPartnership", "clay:Cluster", "clay:ClusterOrganisation", "org:Organization", "clay:Region", "clay:Country", "clay:Fund",
            "clay:ProgrammingPeriod", "clay:ActionPlan", "clay:GoodPractice", "clay:ServicePath", "clay:ExchangeScheme", "clay:SourceDocument",
            "skos:ConceptScheme", "skos:Concept",
        ),
    )
)  # fmt: skip
"""Classes whose things have pages, the first counting where a thing is of several; a thing of any other class that is no part has a page too."""

_OUT, _IN = True, False
PARTS: Final[Mapping[str, tuple[tuple[bool, str], ...]]] = {
    curie(kind): tuple((out, curie(p)) for out, p in ways)
    for kind, ways in {
        "clay:ProjectParticipation": ((_IN, "prov:qualifiedAssociation"),),
        "clay:PartnershipMembership": ((_OUT, "org:organization"),),
        "clay:MonetaryAmount": ((_OUT, "clay:amountOf"), (_OUT, "clay:shareOf")),
        "dct:PeriodOfTime": ((_IN, "dct:temporal"), (_IN, "clay:writtenDuring")),
        "clay:ProjectPhase": ((_OUT, "dct:isPartOf"),),
        "clay:ProjectActivity": ((_OUT, "dct:isPartOf"),),
        "clay:Milestone": ((_OUT, "clay:milestoneOf"),),
        "clay:MinimumShare": ((_IN, "clay:hasRule"),),
        "clay:StatisticalObservation": ((_OUT, "clay:observationOf"),),
        "clay:StatisticalUnit": ((_IN, "clay:nutsUnit"),),
        "clay:ServicePathStage": ((_OUT, "dct:isPartOf"),),
        "clay:Claim": ((_OUT, "clay:about"),),
        "clay:Passage": ((_OUT, "dct:isPartOf"),),
        "org:Site": ((_IN, "org:hasRegisteredSite"), (_IN, "org:hasSite"), (_IN, "org:hasPrimarySite")),
        "qb:DataStructureDefinition": ((_IN, "qb:structure"),),
        "qb:ComponentSpecification": ((_IN, "qb:component"),),
    }.items()
}
"""Classes whose things are fragments of another's page, and how that other is found: from the thing (true) or to it, by which property."""


def kind_of(index: Index, term: str) -> str:
    """The class under which a thing is shown; the empty text if it has none."""
    said = index.objects(term, TYPE)
    if len(said) == 1 and said[0][0] == "<":
        return said[0]
    # A literal or a blank node in the place of a class is none that things could be shown under.
    kinds = [kind for kind in said if kind[0] == "<"]
    if len(kinds) < 2:
        return kinds[0] if kinds else ""
    return next((k for k in PAGE_CLASSES if k in kinds), None) or next((k for k in PARTS if k in kinds), kinds[0])


class Plan:
    """Which thing is a page and which a fragment: ``home`` is the page of each node, itself for one that has a page."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self.nodes = [s for s in index.out if s[0] == "<" and not is_vocabulary(index, s)]
        self._known = frozenset(self.nodes)
        self.home: dict[str, str] = {}
        for node in self.nodes:
            self._settle(node)

    def _settle(self, node: str) -> None:
        chain: list[str] = []
        while node not in self.home:
            if node in chain:  # parts of one another: the first of them gets the page
                self.home[min(chain[chain.index(node) :])] = min(chain[chain.index(node) :])
                break
            chain.append(node)
            parent = self._parent(node)
            if parent is None:
                self.home[node] = node
                break
            node = parent
        page = self.home[min(chain[chain.index(node) :])] if node in chain and node not in self.home else self.home[node]
        for one in chain:
            self.home.setdefault(one, page)

    def _parent(self, node: str) -> str | None:
        for kind in self._index.objects(node, TYPE):
            for out, predicate in PARTS.get(kind, ()):
                found = self._index.objects(node, predicate) if out else self._index.subjects(predicate, node)
                parents = [one for one in found if one in self._known and one != node]
                if parents:
                    return parents[0]
        if node.startswith("<") and "/genid/" in node:
            return next(
                (s for subjects in self._index.back.get(node, {}).values() for s in subjects if s in self._known and s != node), None
            )
        return None
