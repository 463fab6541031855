"""How large pages are: that of a thing comes in less than 30 kB, and in less than 8 kB as servers send it."""

from __future__ import annotations

import gzip
from functools import cache

import pytest

import clayonto
from clayonto.publish import config
from clayonto.publish.pages import THINGS
from clayonto.publish.site import Site
from clayonto.publish.units import made as made_of

MOST, MOST_PACKED = 29_900, 8_000
"""A little is left for a host whose addresses are longer than those of the bundled graph."""


@cache
def pages() -> dict[str, bytes]:
    """Each page of each thing of the bundled graph, with those that it leads on to."""
    site = Site.of(clayonto.load(), config.bundled())
    site.catalogued = site.queryable = True
    maker = THINGS.maker(site)
    made = {path: content for _, _, page in THINGS.items(site) for path, content in made_of(maker(page))}
    return {path: content for path, content in made.items() if path.endswith(".html")}


@pytest.mark.parametrize("lang", ["fi", "en"])
def test_no_page_of_a_thing_is_large(lang: str) -> None:
    own = {path: content for path, content in pages().items() if path.startswith(f"{lang}/")}
    assert len(own) > 390
    assert f"{lang}/project/clay.html" in own
    assert {path: len(content) for path, content in own.items() if len(content) > MOST} == {}
    assert {path: size for path, content in own.items() if (size := len(gzip.compress(content))) > MOST_PACKED} == {}
