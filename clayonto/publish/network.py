"""Who works with whom: organisations that take part in the same projects and partnerships."""

from __future__ import annotations

from collections import Counter
from functools import cached_property
from itertools import combinations
from typing import TYPE_CHECKING

from clayonto.publish.parts import HEADS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clayonto.publish.site import Site


class Network:
    """Organisations, and how often each two of them are in something together.

    ``groups`` is project or partnership to its organisations; ``memberships`` is organisation to the projects and partnerships it is in.
    """

    def __init__(self, site: Site) -> None:
        groups: dict[str, set[str]] = {}
        for home, page in site.pages.items():
            for part in page.parts:
                head = HEADS.get(site.kind(part))
                if head is not None:
                    groups.setdefault(home, set()).update(o for o in site.index.objects(part, head) if o in site.pages)
        self.groups: Mapping[str, Sequence[str]] = {home: sorted(found) for home, found in sorted(groups.items())}
        memberships: dict[str, list[str]] = {}
        for home, found in self.groups.items():
            for organisation in found:
                memberships.setdefault(organisation, []).append(home)
        self.memberships: Mapping[str, Sequence[str]] = dict(sorted(memberships.items()))

    @cached_property
    def shared(self) -> Mapping[tuple[str, str], int]:
        """Pairs of organisations, in order, and how many projects and partnerships they share."""
        counted: Counter[tuple[str, str]] = Counter()
        for found in self.groups.values():
            counted.update(combinations(found, 2))
        return dict(sorted(counted.items()))

    @cached_property
    def partners(self) -> Mapping[str, Mapping[str, int]]:
        """Organisation to its partners, with how much it shares with each."""
        made: dict[str, dict[str, int]] = {}
        for (a, b), count in self.shared.items():
            made.setdefault(a, {})[b] = count
            made.setdefault(b, {})[a] = count
        return made

    @cached_property
    def ranked(self) -> Sequence[str]:
        """Organisations with partners, those with most of them first."""
        return sorted(self.partners, key=lambda o: (-len(self.partners[o]), -len(self.memberships[o]), o))

    def ring(self, most: int) -> Sequence[str]:
        """The organisations with most partners, in an order in which those that work together stand together."""
        kept = set(self.ranked[:most])
        order: list[str] = []
        for first in self.ranked[:most]:
            pending = [first]
            while pending:
                one = pending.pop()
                if one not in kept:
                    continue
                kept.discard(one)
                order.append(one)
                near = [o for o in self.partners[one] if o in kept]
                pending += sorted(near, key=lambda o: (self.partners[one][o], -len(self.partners[o]), o))
        return order
