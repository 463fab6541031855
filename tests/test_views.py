"""What a site shows of the whole graph: the map, the network, the lists by programme, region, year and subject; and the pages for what does not fit on another."""

from __future__ import annotations

import csv
import io
import json
import re
from importlib.resources import files as packaged
from math import radians, sin
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

import clayonto
from clayonto.namespaces import ID, PREFIXES
from clayonto.publish import config as configs
from clayonto.publish import maps, more, sorted_lists, ties
from clayonto.publish.drawing import Bar, columns
from clayonto.publish.facets import years
from clayonto.publish.index import curie, read
from clayonto.publish.maps import Mark, drawn
from clayonto.publish.origins import MOST_ON_PAGE
from clayonto.publish.projection import EUROPE, WORLD, Chart, equal_earth
from clayonto.publish.site import MOST_PARTS, Site
from clayonto.publish.things import Things
from clayonto.publish.units import made as made_of
from clayonto.publish.values import Values
from clayonto.publish.wording import WORDS
from tests.test_publish import Page

if TYPE_CHECKING:
    from collections.abc import Iterable

WKT = PREFIXES["geosparql"] + "wktLiteral"
HOSTILE = ("<script>alert(1)</script>", "\u202egnp.exe \u0627\u0644\u0639", "'\"&lt;><", "long " * 2000, "a\u0001b", "]]>--></title></svg>")


def iri(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"<{PREFIXES[prefix]}{local}>" if colon else f"<{ID}{name}>"


def text(value: str, tail: str = "@en") -> str:
    return json.dumps(value, ensure_ascii=False) + tail


def of(triples: Iterable[tuple[str, str, str]]) -> Site:
    """The site of some triples, in which names are IRIs in short."""
    lines = "".join(
        f"{iri(s)} {iri(p)} {o if o.startswith(chr(34)) else iri(o)} .\n" for s, p, o in (("clay:x", "rdf:type", "owl:Class"), *triples)
    )
    return Site(read(lines.encode(), base=ID), configs.bundled(), base=ID)


def partnership(number: int, members: Iterable[str]) -> list[tuple[str, str, str]]:
    """A partnership and its members."""
    made = [(f"partnership/{number}", "rdf:type", "clay:ClusterPartnership")]
    for member in members:
        part = f"membership/{number}-{member}"
        made += [(part, "rdf:type", "clay:PartnershipMembership"), (part, "org:organization", f"partnership/{number}")]
        made += [(part, "org:member", f"organisation/{member}"), (f"organisation/{member}", "rdf:type", "org:Organization")]
    return made


def rows(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@pytest.fixture(scope="module")
def site() -> Site:
    return Site.of(clayonto.load(), configs.bundled())


# ---------------------------------------------------------------------- maps


def test_the_projections_are_those_of_their_authors() -> None:
    assert equal_earth(180, 0) == pytest.approx((2.7066299836, 0))
    assert equal_earth(0, 90) == pytest.approx((0, 1.3173627591))
    # Lambert's projection keeps areas: a small field has that of the globe wherever it lies.
    for lon, lat in ((25, 60), (-8, 40), (35, 39)):
        corners = [EUROPE.projection(lon + x, lat + y) for x, y in ((0, 0), (0.01, 0), (0.01, 0.01), (0, 0.01))]
        twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, corners[1:] + corners[:1], strict=True) if a and b)
        globe = radians(0.01) * (sin(radians(lat + 0.01)) - sin(radians(lat)))
        assert twice / 2 == pytest.approx(globe, rel=1e-6)


@pytest.mark.parametrize("chart", [EUROPE, WORLD], ids=lambda chart: str(chart.file))
def test_the_land_is_drawn_where_points_fall(chart: Chart, site: Site) -> None:
    content = packaged("clayonto.publish").joinpath("assets", chart.file).read_text(encoding="utf-8")
    assert len(content) < 60_000
    paths = re.findall(r'd="([^"]+)"', content)

    def inside(x: float, y: float, path: str) -> bool:
        found = False
        for ring in re.findall(r"M([^z]+)z", path):
            numbers = [float(n) for n in re.findall(r"-?\d*\.?\d+", ring)]
            points = [(numbers[0], numbers[1])]
            for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
                points.append((points[-1][0] + dx, points[-1][1] + dy))
            for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1], strict=True):
                if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
                    found = not found
        return found

    countries = [term for term in site.classes[curie("clay:Country")] if (at := site.survey.geography.point(term)) and chart.at(*at)]
    assert set(countries) == set(site.classes[curie("clay:Country")])
    places = [chart.at(*(site.survey.geography.point(country) or (0, 0))) or (0, 0) for country in countries]
    homes = {next((n for n, path in enumerate(paths) if inside(x, y, path)), None) for x, y in places}
    assert None not in homes
    assert len(homes) == len(countries) > 10
    x, y = chart.at(-15, 50) or (0, 0)
    assert x > 0
    assert not any(inside(x, y, path) for path in paths)


def test_a_map_is_of_the_world_where_a_place_is_not_in_europe() -> None:
    near, far = Mark((25, 61), "Near", 1, "near.html"), Mark((174.8, -41.3), "Far", 1, "far.html")
    assert "europe.svg" in drawn([near], up="../", title="t")
    assert "world.svg" in drawn([near, far], up="../", title="t")
    assert drawn([], up="../", title="t") == ""
    assert drawn([Mark((0, -89), "South", 1, "")], up="../", title="t") == ""


@given(st.lists(st.tuples(st.floats(-180, 180), st.floats(-90, 90), st.text(max_size=50), st.integers(1, 9)), max_size=30))
def test_any_marks_make_a_map_that_is_well_formed(given_marks: list[tuple[float, float, str, int]]) -> None:
    made = drawn([Mark((lon, lat), name, count, "x.html") for lon, lat, name, count in given_marks], up="../", title="t")
    Page(f"<div>{made}</div>")
    left, top, width, height = (float(n) for n in (re.findall(r'viewBox="([^"]+)"', made) or ["0 0 1 1"])[0].split())
    assert min(left, top) >= 0
    assert 0 < width <= 1000
    assert 0 < height <= 830


def test_every_partner_with_a_place_is_on_the_map_in_the_table_and_in_the_csv(site: Site) -> None:
    made = dict(maps.files(site))
    listed = rows(made["list/map.csv"])
    assert {(row["place"], row["partner"]) for row in listed} == {
        (p[1:-1], o[1:-1]) for p, found in site.survey.partners.items() for o in found
    }
    assert len(listed) > 10
    assert all(float(row["latitude"]) > 35 for row in listed)
    page = Page(made["en/map/index.html"].decode())
    for place in site.survey.partners:
        assert page.links.count("../" + (site.place(place, "en") or "")[3:]) >= 2, place
    assert {"svg", "image", "table"} <= page.tags
    without = len(site.classes[curie("org:Organization")]) - len({row["partner"] for row in listed})
    assert f"{without} partners have no place in the data" in "".join(page.told)


def test_a_grouping_with_a_seat_and_an_office_is_in_both_places_and_a_region_hides_its_country(site: Site) -> None:
    geography = site.survey.geography

    def told(name: str) -> list[str]:
        return [site.name(place, "en") for place in geography.places(f"<{ID}{name}>")]

    assert told("organisation/aeucc") == ["Spain", "Italy"]
    assert told("organisation/region-of-umbria") == ["Umbria"]
    assert "South Ostrobothnia" in told("project/clay")
    assert "Finland" not in told("project/clay")


def test_places_that_lie_in_one_another_end_nothing() -> None:
    found = of(
        [
            *((f"region/{a}", "rdf:type", "clay:Region") for a in "ab"),
            ("region/a", "dct:isPartOf", "region/b"),
            ("region/b", "dct:isPartOf", "region/a"),
            ("organisation/o", "rdf:type", "org:Organization"),
            ("organisation/o", "dct:spatial", "region/a"),
            ("organisation/o", "dct:spatial", "region/b"),
        ]
    )
    assert found.survey.geography.places(iri("organisation/o")) == [iri("region/a"), iri("region/b")]
    made = dict(made_of(sorted_lists.files(found)))
    assert {"en/by/region/region/a/index.html", "en/by/region/region/b/index.html"} <= made.keys()
    assert all(Page(content.decode()) for path, content in made.items() if path.endswith(".html"))


def test_a_point_is_told_in_degrees(site: Site) -> None:
    values = Values(site, "fi", WORDS["fi"])
    assert values.value(f'"POINT(-3.57 40.37)"^^<{WKT}>', "") == "40,37°\u00a0P, 3,57°\u00a0L"
    assert values.value(f'"POLYGON((0 0, 1 0, 1 1, 0 0))"^^<{WKT}>', "") == "POLYGON((0 0, 1 0, 1 1, 0 0))"


# ---------------------------------------------------------------------- the network


def test_the_network_counts_what_each_two_share() -> None:
    made = of([*partnership(1, "abc"), *partnership(2, "ab"), *partnership(3, "d")])
    network = made.survey.network
    names = {(a[-2], b[-2]): count for (a, b), count in network.shared.items()}
    assert names == {("a", "b"): 2, ("a", "c"): 1, ("b", "c"): 1}
    assert [one[-2] for one in network.ranked] == ["a", "b", "c"]
    files = dict(ties.files(made))
    assert [(row["partners"], row["shared"]) for row in rows(files["list/network.csv"])] == [("2", "2"), ("2", "2"), ("2", "1")]
    assert len(rows(files["list/network-pairs.csv"])) == 3


def test_a_drawing_of_many_is_bounded_and_says_so_and_the_table_has_all() -> None:
    made = of([t for n in range(250) for t in partnership(n, (str(n), str((n + 1) % 250)))])
    files = dict(ties.files(made))
    first, second = (Page(files[f"en/network/index{tail}.html"].decode()) for tail in ("", "-2"))
    assert "the 60 organisations of 250" in "".join(first.told)
    assert sum("organisation/" in link for link in first.links + second.links) >= 250
    assert {o[1:-1] for o in made.survey.network.ranked} == {row["organisation"] for row in rows(files["list/network.csv"])}
    assert files["en/network/index.html"].count(b"<circle") == ties.MOST_DRAWN


def test_the_network_of_the_bundled_data_is_that_of_the_query(site: Site) -> None:
    found = clayonto.load().run("works-with", organisation="organisation/region-of-umbria")
    mine = site.survey.network.partners[f"<{ID}organisation/region-of-umbria>"]
    assert {str(row.partner) for row in found} == {one[1:-1] for one in mine}


# ---------------------------------------------------------------------- lists


def test_each_list_and_its_csv_have_the_same_things(site: Site) -> None:
    made = dict(made_of(sorted_lists.files(site)))
    assert set(site.survey.facets) == {"programme", "region", "year", "subject"}
    checked = 0
    for key, facet in site.survey.facets.items():
        for value, things in facet.things.items():
            where = sorted_lists.folder(site, value)
            listed = rows(made[f"list/by/{key}/{where}.csv"])
            assert [row["iri"] for row in listed] == [thing[1:-1] for thing in things]
            for lang in site.languages:
                links = {unquote(link) for link in Page(made[f"{lang}/by/{key}/{where}/index.html"].decode()).links}
                assert all(any(link.endswith(unquote(site.place(t, lang) or "?")[3:]) for link in links) for t in things)
                checked += 1
    assert checked > 80


def test_what_is_in_a_part_counts_for_the_whole(site: Site) -> None:
    regions = site.survey.facets["region"]
    umbria, italy = f"<{ID}region/umbria>", curie("country:ITA")
    assert set(regions.things[umbria]) < set(regions.things[italy])
    assert f"<{ID}project/clay>" in regions.things[italy]
    programmes = site.survey.facets["programme"]
    assert set(programmes.things[f"<{ID}strand/escp-4i>"]) < set(programmes.things[f"<{ID}initiative/escp>"])
    for facet in site.survey.facets.values():
        for value, above in facet.above.items():
            assert set(facet.things[value]) <= set(facet.things[above]), (value, above)


def test_a_project_is_in_the_list_of_each_year_it_ran(site: Site) -> None:
    found = [year for year, things in site.survey.facets["year"].things.items() if f"<{ID}project/clay>" in things]
    assert found == ["2018", "2019", "2020", "2021", "2022", "2023"]


@given(st.text(max_size=12), st.text(max_size=12))
def test_years_are_read_from_any_text_and_are_bounded(start: str, end: str) -> None:
    made = of([("p", "dcat:startDate", text(start.replace("\n", "").replace("\r", ""), "")), ("p", "dcat:endDate", text("9999", ""))])
    assert len(years(made, iri("p"))) <= 101


def test_a_long_list_is_paged() -> None:
    made = of(
        [
            ("programme/p", "rdf:type", "clay:FundingProgramme"),
            *((f"project/{n}", "rdf:type", "clay:Project") for n in range(450)),
            *((f"project/{n}", "clay:underProgramme", "programme/p") for n in range(450)),
        ]
    )
    files = dict(made_of(sorted_lists.files(made)))
    pages = [Page(files[f"fi/by/programme/programme/p/index{tail}.html"].decode()) for tail in ("", "-2", "-3")]
    assert len({link for page in pages for link in page.links if "project/" in link and link.count("/") == 5}) == 450
    assert "fi/by/programme/programme/p/index-4.html" not in files


def test_a_way_to_sort_with_many_values_is_paged() -> None:
    made = of(
        [
            ("country:FIN", "rdf:type", "clay:Country"),
            *((f"region/{n}", "rdf:type", "clay:Region") for n in range(450)),
            *((f"region/{n}", "clay:country", "country:FIN") for n in range(450)),
            ("organisation/o", "rdf:type", "org:Organization"),
            *(("organisation/o", "dct:spatial", f"region/{n}") for n in range(450)),
        ]
    )
    files = dict(made_of(sorted_lists.files(made)))
    pages = [Page(files[f"en/by/region/index{tail}.html"].decode()) for tail in ("", "-2", "-3", "-4")]
    assert len({link for page in pages for link in page.links if link.startswith("region/")}) == 450
    assert "and 390 more" in "".join(Page(files["en/by/region/country/FIN/index.html"].decode()).told)
    assert {row["things"] for row in rows(files["list/by/region.csv"])} == {"1"}


def test_columns_are_drawn_in_order_and_too_many_are_not() -> None:
    drawing = columns([Bar(str(year), year % 5, str(year % 5)) for year in range(2014, 2024)], title="Years")
    assert drawing.index("2014") < drawing.index("2023")
    assert columns([Bar("one", 1, "1")], title="t") == ""
    assert columns([Bar(str(n), 1, "1") for n in range(61)], title="t") == ""
    assert columns([Bar(str(n), 0, "0") for n in range(2)], title="t") != ""


# ---------------------------------------------------------------------- what does not fit


@pytest.fixture(scope="module")
def crowded() -> Site:
    """A project with many sums, and a country that many things lie in."""
    made = [("project/p", "rdf:type", "clay:Project"), ("country:FIN", "rdf:type", "clay:Country")]
    for n in range(200):
        made += [
            (f"amount/{n}", "rdf:type", "clay:MonetaryAmount"),
            (f"amount/{n}", "clay:amountOf", "project/p"),
            (f"claim/{n}", "rdf:type", "clay:Claim"),
            (f"claim/{n}", "clay:about", "project/p"),
            (f"milestone/{n}", "rdf:type", "clay:Milestone"),
            (f"milestone/{n}", "clay:milestoneOf", "project/p"),
            (f"phase/{n}", "rdf:type", "clay:ProjectPhase"),
            (f"phase/{n}", "dct:isPartOf", "project/p"),
        ]
    for n in range(3 * MOST_ON_PAGE):
        made += [(f"region/{n}", "rdf:type", "clay:Region"), (f"region/{n}", "clay:country", "country:FIN")]
    made += [(f"organisation/{n}", "rdf:type", "org:Organization") for n in range(30)]
    made += [(f"organisation/{n}", "dct:spatial", "country:FIN") for n in range(30)]
    return of(made)


def test_every_part_has_its_anchor_on_the_page_of_its_iri_and_where_it_is_shown(crowded: Site) -> None:
    things = Things(crowded, "en")
    page = crowded.pages[iri("project/p")]
    _, content = things.page(page)
    home = Page(content.decode())
    others = {path: Page(made.decode()) for path, made in made_of(more.files(things, page))}
    assert len(page.parts) == 800
    assert {unquote(i) for i in home.ids} >= {unquote(crowded.anchor(part)) for part in page.parts}
    further = [part for part in page.parts if part in crowded.further]
    # All claims are on pages of their own, of other parts what is beyond the most.
    assert len(further) == 800 - 3 * MOST_PARTS
    for part in further:
        path, _, anchor = (crowded.place(part, "en") or "").partition("#")
        assert anchor in others[path].ids
    assert "On pages of their own (200):" in content.decode()
    for path in others:
        assert f"../{path.removeprefix('en/')}" in home.links
    assert all(len(made) < 60_000 for _, made in made_of(more.files(things, page)))


def test_all_that_refers_to_a_thing_is_on_pages_of_bounded_size(crowded: Site) -> None:
    things = Things(crowded, "fi")
    page = crowded.pages[curie("country:FIN")]
    _, content = things.page(page)
    home = Page(content.decode())
    made = {path: Page(body.decode()) for path, body in made_of(more.files(things, page))}
    assert len(made) == 4
    told = [link for one in made.values() for link in one.links if "/region/" in link or "/organisation/" in link]
    assert len({link for link in told if re.search(r"/\d+\.html$", link)}) == 3 * MOST_ON_PAGE + 30
    for link in home.links:
        if "/refers-" in link:
            path, _, anchor = link.partition("#")
            assert anchor in made["fi/" + path.removeprefix("../")].ids
    assert sum("/refers-" in link for link in home.links) == 2


def test_hostile_names_stay_texts_in_every_view() -> None:
    made = [("country:FIN", "rdf:type", "clay:Country"), ("programme/p", "rdf:type", "clay:FundingProgramme")]
    for n, name in enumerate(HOSTILE):
        for thing, kind in (("region", "clay:Region"), ("organisation", "org:Organization"), ("project", "clay:Project")):
            made += [(f"{thing}/{n}", "rdf:type", kind), (f"{thing}/{n}", "skos:prefLabel", text(name))]
        made += [
            (f"region/{n}", "clay:country", "country:FIN"),
            (f"region/{n}", "dcat:centroid", text(f"POINT({20 + n} {60 + n})", f"^^<{WKT}>")),
            (f"organisation/{n}", "dct:spatial", f"region/{n}"),
            (f"project/{n}", "clay:underProgramme", "programme/p"),
            (f"project/{n}", "dct:temporal", f"period/{n}"),
            (f"period/{n}", "rdf:type", "dct:PeriodOfTime"),
            (f"period/{n}", "dcat:startDate", text("2016", "^^<http://www.w3.org/2001/XMLSchema#gYear>")),
        ]
        for k in range(len(HOSTILE)):
            part = f"participation/{n}-{k}"
            made += [(f"project/{n}", "prov:qualifiedAssociation", part), (part, "rdf:type", "clay:ProjectParticipation")]
            made += [(part, "prov:agent", f"organisation/{k}")]
    found = of(made)
    pages = [
        content.decode() for part in (maps, ties, sorted_lists) for path, content in made_of(part.files(found)) if path.endswith(".html")
    ]
    pages += [Things(found, "en").page(page)[1].decode() for page in found.pages.values()]
    assert len(pages) > 40
    for content in pages:
        page = Page(content)
        assert "<script>alert" not in content
        assert len(content) < 90_000
        assert not [link for link in page.links if link.startswith("javascript:")]
