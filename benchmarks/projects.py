"""Makes data shaped like ours, of any size: projects with a budget, five participations, their organisations, regions and claims.

``python benchmarks/projects.py 1000 -o projects.nt --wrong 100`` writes 1,000 projects as N-Triples, of which every hundredth has something
wrong with it; the same arguments make the same file. Programme, countries, themes and roles are those of the bundled graph.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from clayonto.namespaces import ID, PREFIXES

if TYPE_CHECKING:
    from collections.abc import Iterator

COUNTRIES: Final = ("ESP", "FIN", "FRA", "ITA", "PRT", "ROU")
THEMES: Final = ("design", "internationalisation", "marketing", "production-methods", "sales")
FAULTS: Final = ("no-lead", "no-label", "negative-sum", "ends-before-start", "country-not-listed", "no-claim")
"""What is wrong with the wrong projects, in turn; each is one violation, but for the second, which is one for each language."""
VIOLATIONS: Final = dict.fromkeys(FAULTS, 1) | {"no-label": 2}
"""How many violations each fault makes."""


def projects(count: int, *, wrong: int = 0, first: int = 0) -> Iterator[str]:
    """N-Triples of ``count`` projects, a text for each, and first of all of the source that states them.

    :param wrong: every how many projects one is wrong; 0 for none.
    :param first: the number of the first project.
    """
    yield _source()
    for number in range(first, first + count):
        at = number - first
        yield _project(number, FAULTS[at // wrong % len(FAULTS)] if wrong and at % wrong == wrong - 1 else "")


def violations(count: int, *, wrong: int) -> int:
    """How many violations :func:`projects` makes."""
    return sum(VIOLATIONS[FAULTS[n % len(FAULTS)]] for n in range(count // wrong)) if wrong else 0


def _iri(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>" if colon else f"<{ID}{name}>"


_P: Final = {
    name: _iri(name)
    for name in (
        "rdf:type", "skos:prefLabel", "clay:acronym", "clay:underProgramme", "clay:partnerCountry", "clay:statedIn", "clay:country",
        "clay:about", "clay:aspect", "clay:rank", "clay:statesValue", "clay:moneyKind", "clay:moneyStatus", "clay:amountOf",
        "clay:isApproximate", "clay:isRounded", "clay:nutsUnit", "dct:temporal", "dct:subject", "dct:isPartOf", "dct:type", "dct:language",
        "dct:source", "dct:spatial", "dcat:startDate", "dcat:endDate", "prov:qualifiedAssociation", "prov:agent", "prov:hadRole", "prov:wasQuotedFrom",
        "epo:hasAmountValue", "epo:hasCurrency", "org:classification",
    )
}  # fmt: skip


def _typed(value: object, datatype: str) -> str:
    return f'"{value}"^^<{PREFIXES["xsd"]}{datatype}>'


def _node(subject: str, *pairs: tuple[str, str]) -> str:
    return "".join(f"{subject} {_P[predicate]} {value} .\n" for predicate, value in pairs)


def _labels(en: str, fi: str) -> tuple[tuple[str, str], ...]:
    return ("skos:prefLabel", f'"{en}"@en'), ("skos:prefLabel", f'"{fi}"@fi')


def _country(number: int) -> str:
    return f"<http://publications.europa.eu/resource/authority/country/{COUNTRIES[number % len(COUNTRIES)]}>"


def _concept(scheme: str, key: str) -> str:
    return f"<https://w3id.org/clayonto/concept/{scheme}/{key}>"


def _source() -> str:
    document, passage = _iri("document/generated"), _iri("passage/generated")
    return _node(
        document,
        ("rdf:type", _iri("clay:SourceDocument")),
        *_labels("Generated register", "Tuotettu rekisteri"),
        ("dct:language", "<http://publications.europa.eu/resource/authority/language/ENG>"),
    ) + _node(
        passage,
        ("rdf:type", _iri("clay:Passage")),
        *_labels("Generated register, as a whole", "Tuotettu rekisteri, kokonaisuutena"),
        ("dct:isPartOf", document),
        ("dct:type", _concept("passage-kind", "whole-document")),
    )


def _project(n: int, fault: str) -> str:
    project, period, claim, amount = (_iri(f"{kind}/generated-{n}") for kind in ("project", "period", "claim", "amount"))
    participations = [_iri(f"participation/generated-{n}-{k}") for k in range(5)]
    start, end = (2014 + n % 7, 2017 + n % 7) if fault != "ends-before-start" else (2017 + n % 7, 2014 + n % 7)
    listed = range(n, n + 5)
    value = f"{'-' if fault == 'negative-sum' else ''}{100000 + n * 37 % 900000}.00"
    stated = ("clay:statedIn", claim)
    parts = [
        _node(
            project,
            ("rdf:type", _iri("clay:Project")),
            *(() if fault == "no-label" else _labels(f"Project {n}", f"Hanke {n}")),
            ("clay:acronym", f'"GEN{n}"'),
            ("clay:underProgramme", _iri("programme/interreg-europe-2014-2020")),
            ("dct:temporal", period),
            ("dct:subject", _concept("theme", THEMES[n % len(THEMES)])),
            *(("clay:partnerCountry", _country(k)) for k in listed),
            *(("prov:qualifiedAssociation", p) for p in participations),
            *(() if fault == "no-claim" else (stated,)),
        ),
        _node(
            period,
            ("rdf:type", _iri("dct:PeriodOfTime")),
            *_labels(f"Time of project {n}", f"Hankkeen {n} aika"),
            ("dcat:startDate", _typed(f"{start}-06-01", "date")),
            ("dcat:endDate", _typed(f"{end}-05-31", "date")),
            stated,
        ),
        _node(
            amount,
            ("rdf:type", _iri("clay:MonetaryAmount")),
            *_labels(f"Budget of project {n}", f"Hankkeen {n} budjetti"),
            ("clay:amountOf", project),
            ("clay:moneyKind", _concept("money-kind", "total-budget")),
            ("clay:moneyStatus", _concept("money-status", "planned")),
            ("clay:isApproximate", _typed("false", "boolean")),
            ("clay:isRounded", _typed("false", "boolean")),
            ("epo:hasAmountValue", _typed(value, "decimal")),
            ("epo:hasCurrency", "<http://publications.europa.eu/resource/authority/currency/EUR>"),
            ("dct:source", _iri("document/generated")),
            stated,
        ),
        _node(
            claim,
            ("rdf:type", _iri("clay:Claim")),
            ("clay:about", project),
            ("clay:aspect", _concept("aspect", "total-budget")),
            ("clay:rank", _concept("rank", "preferred")),
            ("clay:statesValue", _typed(value, "decimal")),
            ("prov:wasQuotedFrom", _iri("passage/generated")),
        ),
    ]
    for k, participation in enumerate(participations):
        # Organisations come back in later projects; one of each five participations brings a new one.
        organisation = n if k == 0 else max(0, n - 7 * k)
        role = "lead-partner" if k == 0 and fault != "no-lead" else "partner"
        country = n + 5 if k == 4 and fault == "country-not-listed" else n + k
        parts.append(
            _node(
                participation,
                ("rdf:type", _iri("clay:ProjectParticipation")),
                *_labels(f"Organisation {organisation} in project {n}", f"Organisaatio {organisation} hankkeessa {n}"),
                ("prov:agent", _iri(f"organisation/generated-{organisation}")),
                ("prov:hadRole", _concept("role", role)),
                ("clay:country", _country(country)),
                stated,
            )
        )
    parts.append(
        _node(
            _iri(f"organisation/generated-{n}"),
            ("rdf:type", _iri("org:Organization")),
            *_labels(f"Organisation {n}", f"Organisaatio {n}"),
            ("dct:spatial", _iri(f"region/generated-{n // 100}")),
            stated,
        )
    )
    if n % 100 == 0:
        parts.append(
            _node(
                _iri(f"region/generated-{n // 100}"),
                ("rdf:type", _iri("clay:Region")),
                *_labels(f"Region {n // 100}", f"Alue {n // 100}"),
                ("clay:country", _country(n // 100)),
            )
        )
    return "".join(parts)


def main() -> None:
    """Write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("count", type=int, help="how many projects")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the N-Triples file to write")
    parser.add_argument("--wrong", type=int, default=0, help="every how many projects one is wrong (default: none)")
    parser.add_argument("--first", type=int, default=0, help="the number of the first project (default: 0)")
    given = parser.parse_args()
    with given.output.open("w", encoding="utf-8") as file:
        file.writelines(projects(given.count, wrong=given.wrong, first=given.first))
    print(f"{given.count} projects, {violations(given.count, wrong=given.wrong)} violations", file=sys.stderr)


if __name__ == "__main__":
    main()
