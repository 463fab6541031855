"""Finding the organisations that may be one, beside what people have decided already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from clayonto.errors import UsageError
from clayonto.linking.table import PREDICATE, Link, LinkTable, decisions
from clayonto.linking.wording import REASONS
from clayonto.stores.bodies import joined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from clayonto.graph import KnowledgeGraph
    from clayonto.linking.evidence import Evidence
    from clayonto.linking.organisations import Organisation

MIN_SCORE: Final = 0.7
"""The score from which on a pair is proposed; about half of the pairs between 0.7 and 0.8 are one body, nearly all above 0.9 (``benchmarks/linking.py``)."""
MEASURE: Final = "soft TF-IDF over words, optimal string alignment within words"
_TOLD: Final = 10_000


@dataclass(frozen=True)
class Found:
    """What a search gave.

    ``table`` has the candidates and all that was decided; ``organisations`` were looked at; ``new`` links are in no earlier table, ``kept`` are
    as they were decided, and ``gone`` counts the candidates of the earlier table that are none any more.
    """

    table: LinkTable
    organisations: int
    new: int
    kept: int
    gone: int


def find_links(
    graph: KnowledgeGraph, *, min_score: float = MIN_SCORE, earlier: LinkTable | None = None, progress: Callable[[str], None] | None = None
) -> Found:
    """Find organisations of a graph that may be one body under several names.

    What people have decided stays: accepted and rejected links of ``earlier`` are in the new table as they were, whether their organisations
    are in the graph at the moment or not, and a pair that is rejected, or linked in the graph, is not proposed again.

    :param graph: in memory, on disk or remote.
    :param min_score: from which score on pairs are proposed, above 0 and up to 1.
    :param earlier: the table of an earlier search, with its decisions.
    :param progress: called with a sentence now and then.
    :raises UsageError: if ``min_score`` is something else.
    :raises MissingExtraError: if RapidFuzz is not installed; the extra ``registers`` brings it.

    >>> import clayonto
    >>> find_links(clayonto.load()).new
    0
    """
    if not 0 < min_score <= 1:
        raise UsageError(f"The lowest score is a number above 0 and up to 1, such as {MIN_SCORE}; it cannot be {min_score:g}.")
    import clayonto.linking.evidence  # noqa: F401 -- before a large graph is read, to see that the extra is there
    from clayonto.linking.organisations import organisations

    say = progress or (lambda _: None)
    before = earlier or LinkTable.named("links")
    decided = decisions(before)
    rows = graph.query(f"SELECT DISTINCT ?one ?other {{ ?one <{PREDICATE}> ?other }}")
    linked = {(min(pair), max(pair)) for pair in ((str(row[0]), str(row[1])) for row in rows)}
    bodies = organisations(graph, progress=say)
    links = [link for link in candidates(bodies, min_score=min_score, progress=say) if link.pair not in decided and link.pair not in linked]
    known = {link.pair: link for link in before}
    # A remark that somebody has written beside a candidate stays with it.
    links = [_with_remarks(link, known.get(link.pair)) for link in links]
    proposed = {link.pair for link in links}
    gone = sum(pair not in proposed and pair not in decided for pair in known)
    table = LinkTable(before.id, [*decided.values(), *links], before.metadata, before.prefixes, before.digest)
    return Found(table, len(bodies), len(proposed - known.keys()), len(decided), gone)


def candidates(
    bodies: Sequence[Organisation], *, min_score: float = MIN_SCORE, progress: Callable[[str], None] | None = None
) -> Iterator[Link]:
    """The pairs of organisations that may be one, each once, as links that nobody has decided; in no order.

    :param bodies: in any order.
    :param min_score: from which score on.
    :param progress: called with a sentence now and then.

    >>> from clayonto.linking.organisations import Organisation
    >>> [link] = candidates([Organisation("https://e.org/a", ["Savipaja Oy"]), Organisation("https://e.org/b", ["SAVIPAJA"])])
    >>> link.reasons
    ('same name but for case, marks, order or legal form', 'a country is not known')
    """
    from clayonto.linking.blocking import pairs
    from clayonto.linking.evidence import Known, Matcher

    say = progress or (lambda _: None)
    named = [one for one in bodies if one.names]
    known = [Known.of(one) for one in named]
    if not all(one.names for one in known):  # a name of signs alone is no name
        kept = [place for place, one in enumerate(known) if one.names]
        named, known = [named[place] for place in kept], [known[place] for place in kept]
    matcher = Matcher(known)
    today = date.today().isoformat()  # noqa: DTZ011 -- the day on which it is found, where it is found
    for count, (a, b) in enumerate(pairs(known, matcher, progress=say)):
        if count % _TOLD == 0:
            say(f"{count:,} pairs compared")
        found = matcher.compare(known[a], known[b])
        if found.score >= min_score:
            yield _link(named[a], named[b], found, today)


def _link(a: Organisation, b: Organisation, found: Evidence, today: str) -> Link:
    from clayonto import __version__

    (one, one_name), (other, other_name) = sorted(((a.iri, found.names[0]), (b.iri, found.names[1])))
    if "same-identifier" in found.reasons:
        how = "semapv:CompositeMatching"
    else:
        how = "semapv:LexicalMatching" if found.likeness == 1 else "semapv:LexicalSimilarityThresholdMatching"
    return Link(
        one,
        other,
        one_name,
        other_name,
        round(found.score, 3),
        round(found.likeness, 3),
        tuple(REASONS[code][0] for code in found.reasons),
        how,
        found=today,
        tool="clayonto",
        tool_version=__version__,
        measure=MEASURE,
    )


def _with_remarks(link: Link, before: Link | None) -> Link:
    from dataclasses import replace

    if before is None:
        return link
    # The day on which it was first found stays, so that a search that finds nothing new writes the same table.
    return replace(link, found=before.found or link.found, comment=before.comment, extra=before.extra)


def contradictions(table: Iterable[Link]) -> list[Link]:
    """The rejected links whose organisations are one all the same, by way of accepted ones.

    >>> a, b, c = "https://e.org/a", "https://e.org/b", "https://e.org/c"
    >>> same = [Link(a, b, state="accepted"), Link(b, c, state="accepted")]
    >>> [link.pair == (a, c) for link in contradictions([*same, Link(a, c, state="rejected")])]
    [True]
    """
    links = list(table)
    stands_for = joined(link.pair for link in links if link.state == "accepted")
    return [
        link for link in links if link.state == "rejected" and link.one in stands_for and stands_for[link.one] == stands_for.get(link.other)
    ]
