"""What the copies of a store tell is what the store gives out: line by line, or it is said that they cannot tell."""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import clayonto
from clayonto import stores
from clayonto.namespaces import ID, PREFIXES
from clayonto.sources import Source
from clayonto.stores import columns as kept
from clayonto.stores import layers, telling
from clayonto.stores.copies import Held
from clayonto.stores.generations import Folder
from clayonto.stores.layers import Layer
from clayonto.stores.telling import Untold, told
from tests.conftest import graph

ALPHABET = "ab01é\u0085\u2028\ufffe\U0001f600\x01\x7f\t\"'\\ _:.<>^@#"
DATATYPES = (
    "string anyURI boolean integer int byte unsignedLong nonNegativeInteger decimal float double date dateTime dateTimeStamp time gYear gYearMonth gMonthDay "
    "gDay gMonth duration dayTimeDuration yearMonthDuration hexBinary token"
).split()
FORMS = (
    "0 -0 +0 01 1 -1 +5 1.0 1.50 .5 5. 00.5 -0.0 -0.50 100000.00 123456789012345.123456789012345 999999999999999999 9223372036854775807 9223372036854775808 "
    "0.0000000000000000001 1e3 1E0 INF -INF NaN true false True 1999-12-31 2020-02-30 0000-01-01 -0001-01-01 12345-01-01 2020-01-02Z 2020-01-02+00:00 "
    "2020-01-02-14:00 2020-01-02T24:00:00 2020-01-02T10:20:30 2020-01-02T10:20:30Z 2020-01-02T10:20:30+00:00 2020-01-02T10:20:30+02:00 "
    "2020-01-02T10:20:30.500Z 2020-13-45T10:20:30Z 2020-01-02T23:59:60 10:20:30 24:00:00 2020 02020 2020Z 2020-01 --01-02 ---31 --12 P1Y12M P1DT24H PT0S P1M -P0D "
    "ab AB"
).split()


def _escaped(text: str, forms: str) -> str:
    """A text between quotation marks, with as many escapes as the digits of a number choose."""
    short = {"\t": "t", "\n": "n", "\r": "r", "\b": "b", "\f": "f", '"': '"', "'": "'", "\\": "\\"}
    found = []
    for at, character in enumerate(text):
        form = forms[at % len(forms)]
        if form == "8":
            found.append(f"\\U{ord(character):08X}")
        elif form == "4" and ord(character) < 0x10000:
            found.append(f"\\u{ord(character):04x}")
        else:
            needed = character in '"\\\n\r' or (form == "1" and character in short)
            found.append(f"\\{short[character]}" if needed else character)
    return "".join(found)


texts = st.builds(_escaped, st.text(st.sampled_from(ALPHABET + "\n\r\b\f"), max_size=8), st.text("01248", min_size=1, max_size=4))
typed = st.builds(lambda form, name: f'"{form}"^^<{PREFIXES["xsd"]}{name}>', st.sampled_from(FORMS), st.sampled_from(DATATYPES))
odd = st.builds(lambda text, name: f'"{text}"^^<{PREFIXES["xsd"]}{name}>', texts, st.sampled_from(DATATYPES))
tagged = st.builds(
    lambda text, tag: f'"{text}"@{tag}', texts, st.sampled_from(["fi", "EN-gb", "en-GB", "zh-Hant-TW", "x-private", "ar--rtl", "en--ltr"])
)
other = texts.map(lambda text: f'"{text}"^^<http://www.opengis.net/ont/geosparql#wktLiteral>')
iris = st.sampled_from(
    ["<urn:a>", "<URN:b>", "<http://Example.org/%7eB/../x>", "<http://example.org/\u00e9>", "<http://example.org/\\u00E9>", "<urn:_:c>"]
)
nodes = st.sampled_from(["_:a", "_:b", "_:c.d"])
objects = st.one_of(typed, typed, odd, tagged, texts.map('"{}"'.format), other, iris, nodes)
spaces = st.sampled_from([" ", " ", "\t", "  "])
statements = st.builds(
    lambda s, a, p, b, o, c, end: f"{s}{a}{p}{b}{o}{c}.{end}\n",
    st.one_of(iris, nodes), spaces, iris, spaces, objects, st.sampled_from([" ", "", "\t"]), st.sampled_from(["", "", " # said _:so", "\r", "\n"]),
)  # fmt: skip
files = st.lists(statements, max_size=12).map("".join)


def dumped(store: ox.Store) -> list[str]:
    return sorted((store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b"").decode().split("\n")[:-1])


def load(store: ox.Store, copies: Path, *contents: tuple[str, str]) -> list[Layer]:
    copies.mkdir(exist_ok=True)
    return [
        layers.load(
            store, Source(f"{n}", layers.FORMATS[ending], Held(text.encode()), ID, named=f"urn:g{n}"), copies, progress=lambda _: None
        )
        for n, (ending, text) in enumerate(contents)
    ]


def lines(made_of: list[Layer], copies: Path, store: ox.Store) -> list[str]:
    return sorted({line for series in told(made_of, copies, store) for line in series})


@pytest.mark.fuzz
@settings(max_examples=150, deadline=None)
@given(files, files)
def test_whatever_files_say_is_told_as_the_store_has_it(tmp_path_factory: pytest.TempPathFactory, first: str, second: str) -> None:
    copies, store = tmp_path_factory.mktemp("copies"), ox.Store()
    made_of = load(store, copies, (".nt", first), (".nt", second))
    found, there = lines(made_of, copies, store), dumped(store)
    # Nameless nodes that nothing with a name is tied to are not found, which the number of triples shows.
    assert set(found) <= set(there)
    assert all("_:" in line for line in set(there) - set(found))
