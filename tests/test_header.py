"""The header of a query file, and that what reads the plainest ones reads them as TOML does."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clayonto import header
from clayonto.resources import walk

_KEY = st.sampled_from(["a", "b", "title", "a.b", "a.b.c", "b.a", "a-b", "å", '"a"', "a . b", "", "1"])
_VALUE = st.sampled_from(
    ['"x"', '""', '"ä …"', '["x", "y"]', "[]", '["x"]', '["x","y"]', '["x", ]', '"a\\tb"', "'x'", "3", "true", '"""x"""', '"x" # y', '"x', '[["x"]]',
     '["a", "b]", "c"]', '"\x01"', '"\u00a0"', ""]
)  # fmt: skip
_LINE = st.one_of(
    st.builds("[{}]".format, _KEY),
    st.builds("[[{}]]".format, _KEY),
    st.builds("{} = {}".format, _KEY, _VALUE),
    st.builds("{}={}".format, _KEY, _VALUE),
    st.sampled_from(["", "# [a]", " [a]", "[a] ", "[a", "x = y = z"]),
)


@pytest.mark.fuzz
@given(st.lists(_LINE, max_size=6))
def test_plain_headers_are_read_as_toml_or_left_to_it(lines: list[str]) -> None:
    read = header.plain(lines)
    if read is not None:
        assert read == tomllib.loads("\n".join(lines))


def test_bundled_headers_are_plain() -> None:
    headers = [
        [line[3:] for line in file.read_bytes().decode().splitlines() if line.startswith("#+ ")] for _, file in walk("queries", ".rq")
    ]
    read = {"\n".join(lines): header.plain(lines) for lines in headers}
    assert all(made == tomllib.loads(text) for text, made in read.items() if made is not None)
    assert sum(made is not None for made in read.values()) > 30
