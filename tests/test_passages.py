"""From any figure to the passage that states it, and the passage says so."""

from __future__ import annotations

import re

import pytest

from clayonto import KnowledgeGraph
from tests.conftest import graph, reference

# Title and subtitle, list items, captions and paragraphs of the page, as its lines are laid out.
HEADING = "Hanke lyhyesti"


def passages_of_the_page(text: str) -> dict[str, str]:
    """Key of each passage to its text, told from the layout alone: bullets are list items, blank lines part paragraphs."""
    found: dict[str, str] = {}
    head, brief = text.split(f"\n{HEADING}\n")
    blocks = [line.strip() for line in head.splitlines() if line.strip()]
    found["title-1"], found["title-2"] = blocks[0], blocks[1]
    items = [b.removeprefix("•").strip() for b in blocks if b.startswith("•")]
    found |= {f"list-{n}": item for n, item in enumerate(items, 1)}
    captions = [b for b in blocks[2:] if not b.startswith("•")]
    found |= {f"caption-{n}": caption for n, caption in enumerate(captions, 1)}
    lines = [line.strip() for line in brief.splitlines() if line.strip()]
    found |= {f"partners-{n}": line.removeprefix("•").strip() for n, line in enumerate([x for x in lines if x.startswith("•")], 1)}
    found |= {f"brief-{n}": line for n, line in enumerate([x for x in lines if not x.startswith("•")], 1)}
    return found


def test_every_quotation_stands_in_its_passage() -> None:
    page = passages_of_the_page(reference("seeds/000_88c53022d01fbc4e.txt").read_text(encoding="utf-8"))
    rows = graph("oxigraph").query(
        "SELECT ?quote ?passage { ?claim prov:value ?quote ; prov:wasQuotedFrom ?passage . ?passage dct:isPartOf <document/clay-page> }"
    )
    assert len(rows) > 80
    for row in rows:
        key = row.passage.rsplit("/clay-", 1)[1]
        assert re.sub(r"\s+", " ", row.quote) in page[key], (key, row.quote)


def test_every_passage_of_the_page_is_quoted() -> None:
    page = passages_of_the_page(reference("seeds/000_88c53022d01fbc4e.txt").read_text(encoding="utf-8"))
    rows = graph("oxigraph").query("SELECT DISTINCT ?p { ?claim prov:wasQuotedFrom ?p . ?p dct:isPartOf <document/clay-page> }")
    quoted = {row.p.rsplit("/clay-", 1)[1] for row in rows}
    assert set(page) == quoted


def test_quotations_are_phrases(bundled: KnowledgeGraph) -> None:
    rows = bundled.query("SELECT ?quote { ?claim a clay:Claim ; prov:value ?quote }")
    assert len(rows) > 80
    assert max(len(row.quote.split()) for row in rows) <= 8


@pytest.mark.parametrize(
    "klass",
    [
        "clay:MonetaryAmount",
        "dct:PeriodOfTime",
        "clay:ProgrammingPeriod",
        "clay:ProjectPhase",
        "clay:ProjectParticipation",
        "clay:ActionPlan",
    ],
)
def test_a_figure_is_two_steps_from_its_passage(bundled: KnowledgeGraph, klass: str) -> None:
    everything = bundled.query(f"SELECT DISTINCT ?thing {{ ?thing a {klass} }}")
    stated = bundled.query(
        f"SELECT DISTINCT ?thing {{ ?thing a {klass} ; clay:statedIn ?claim . ?claim prov:wasQuotedFrom ?passage . ?passage a clay:Passage }}"
    )
    assert len(everything) > 0
    assert {r.thing for r in everything} == {r.thing for r in stated}


def test_an_amount_is_what_its_preferred_claims_state(bundled: KnowledgeGraph) -> None:
    rows = bundled.query(
        "SELECT ?amount ?value ?stated { ?amount epo:hasAmountValue ?value ; clay:statedIn ?claim . "
        "?claim clay:statesValue ?stated ; clay:rank <https://w3id.org/clayonto/concept/rank/preferred> }"
    )
    assert len(rows) >= 7
    assert all(row.value == row.stated for row in rows)


def test_a_claim_about_a_date_agrees_with_the_period(bundled: KnowledgeGraph) -> None:
    rows = bundled.query(
        "PREFIX rank: <https://w3id.org/clayonto/concept/rank/> PREFIX aspect: <https://w3id.org/clayonto/concept/aspect/> "
        "SELECT ?period ?date ?stated { ?period clay:statedIn ?claim . ?claim clay:rank rank:preferred ; clay:statesValue ?stated . "
        "{ ?period dcat:startDate ?date . ?claim clay:aspect aspect:start } UNION { ?period dcat:endDate ?date . ?claim clay:aspect aspect:end } }"
    )
    assert len(rows) >= 8
    assert all(row.date == row.stated for row in rows)
