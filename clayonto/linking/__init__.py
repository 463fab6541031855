"""Organisations that are one body under several names: found, scored with reasons, reviewed by people, and put into the graph as accepted links.

::

    graph ──> organisations ──> blocking ──> evidence ──> links.sssom.tsv <──> people (review)
                                                               └── accepted ──> a graph of its own

Nothing is merged, and nothing is said to be the same by a machine: a link is ``clay:sameBodyAs``, from which nothing else follows, and it is in the graph only
when somebody has accepted it. ``docs/how-to/link.md`` shows the way.

>>> import tempfile
>>> from pathlib import Path
>>> from clayonto.linking.organisations import Organisation
>>> oy, other = (f"https://example.org/organisation/{name}" for name in ("a", "b"))
>>> table = LinkTable("https://example.org/links", list(candidates([Organisation(oy, ["Savipaja Oy"]), Organisation(other, ["SAVIPAJA"])])))
>>> table.decide(table.links[0].id, accept=True, reviewer="Maija Meikäläinen", day="2026-11-22").state
'accepted'
>>> with tempfile.TemporaryDirectory() as folder:
...     table.write(Path(folder, "links.sssom.tsv"))
...     len(read_links(Path(folder, "links.sssom.tsv")).of_state("accepted"))
1
"""

from clayonto.linking.applying import Applied, apply_links
from clayonto.linking.finding import MIN_SCORE, Found, candidates, contradictions, find_links
from clayonto.linking.organisations import Organisation, organisations
from clayonto.linking.reading import read_links
from clayonto.linking.reviewing import Profile, profiles, side_by_side
from clayonto.linking.table import Link, LinkTable

__all__ = [
    "MIN_SCORE",
    "Applied",
    "Found",
    "Link",
    "LinkTable",
    "Organisation",
    "Profile",
    "apply_links",
    "candidates",
    "contradictions",
    "find_links",
    "organisations",
    "profiles",
    "read_links",
    "side_by_side",
]
