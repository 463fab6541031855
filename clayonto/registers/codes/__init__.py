"""Codes that registers use, as the graph writes them: countries of the EU country table, and NUTS units with the versions of NUTS that they belong to.

``countries.csv`` is the country table of the EU Publications Office (version 20221214-0); ``nuts.csv`` is made of Eurostat's lists for NUTS 2016 and 2021 and its
workbooks of changes from 2013 to 2024. A unit that was only recoded names its new code; one whose boundaries moved does not.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from clayonto.namespaces import CLAY, ID, PREFIXES


class Country(NamedTuple):
    """A country of the EU country table: its code there, which is the end of its IRI, its ISO code of two letters, its names."""

    code: str
    iso2: str
    en: str
    fi: str


class Unit(NamedTuple):
    """A NUTS unit: its code, the versions of NUTS it belongs to, the code it was recoded to if any, its name, and the end of its region's IRI.

    ``bundled`` says that the bundled graph describes it already.
    """

    code: str
    versions: tuple[str, ...]
    recoded: str
    name: str
    region: str
    bundled: bool


def _rows(name: str) -> list[list[str]]:
    text = (files("clayonto.registers.codes") / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.reader(text.splitlines()))[1:]


@cache
def countries() -> dict[str, Country]:
    """Countries by code, ISO code, and name in lower case.

    >>> countries()["el"].code, countries()["suomi"].iso2
    ('GRC', 'FI')
    """
    found: dict[str, Country] = {}
    for code, iso2, en, fi, also in _rows("countries"):
        one = Country(code, iso2, en, fi)
        for name in (code, iso2, en, fi, *filter(None, also.split("|"))):
            found[name.lower()] = one
    return found


@cache
def units() -> dict[str, Unit]:
    """NUTS units by code.

    >>> units()["FI194"].versions, units()["FI199"].region
    (('2013', '2016', '2021'), 'south-ostrobothnia')
    """
    regions = _bundled()
    found = {}
    for code, versions, recoded, name in _rows("nuts"):
        region = regions.get(code)
        found[code] = Unit(code, tuple(versions.split("|")), recoded, name or code, region or f"nuts-{code.lower()}", region is not None)
    return found


def _bundled() -> dict[str, str]:
    """The regions of the bundled graph by the codes of their units."""
    import pyoxigraph as ox

    from clayonto.sources import bundled

    found = {}
    for source in bundled("data"):
        if source.name == "data/reference/places.ttl":
            for quad in source.quads():
                region, unit = quad.subject, quad.object
                if quad.predicate.value == f"{CLAY}nutsUnit" and isinstance(region, ox.NamedNode) and isinstance(unit, ox.NamedNode):
                    found[unit.value.removeprefix(PREFIXES["nuts"])] = region.value.removeprefix(f"{ID}region/")
    return found
