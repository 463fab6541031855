"""N-Triples go into a store in blocks of lines, and it is the same as if they went at once."""

from __future__ import annotations

import io
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clayonto.stores import lines
from clayonto.stores.lines import load_lines

NODES = st.sampled_from(["<urn:a>", "<urn:b_:c>", "_:a", "_:b"])
OBJECTS = NODES | st.sampled_from(['"_:a"', '"å\\n"@fi', "1", "\n", "# _:a"])
"""With ``1``, an empty line and a comment, lines that are no triples."""


def line(number: int) -> bytes:
    return b'<urn:s%d> <urn:p> "x" .\n' % number


def loaded(data: bytes, block: int) -> tuple[list[str], int | None]:
    """What is in a store then, canonical, or the line of the error."""
    store = ox.Store()
    try:
        if block:
            load_lines(store, io.BytesIO(data), block=block)
        else:
            store.bulk_load(data, format=ox.RdfFormat.N_TRIPLES)
    except SyntaxError as error:
        return [], error.lineno
    dataset = ox.Dataset(store)
    dataset.canonicalize(ox.CanonicalizationAlgorithm.UNSTABLE)
    return sorted(map(str, dataset)), None


@given(st.lists(st.tuples(NODES, OBJECTS), max_size=12), st.integers(1, 80), st.sampled_from(["\n", "\r\n", "\r"]), st.booleans())
def test_blocks_say_what_the_whole_says(triples: list[tuple[str, str]], block: int, end: str, last: bool) -> None:
    text = end.join(f"{s} <urn:p> {o} ." for s, o in triples) + (end if last else "")
    assert loaded(text.encode(), block) == loaded(text.encode(), 0)


def test_an_error_has_the_line_of_the_whole_file() -> None:
    data = b"".join(map(line, range(500)))
    for before in (data, data + b"_:a <urn:p> <urn:o> .\n"):
        assert loaded(before + b"wrong\n" + data, 200) == ([], before.count(b"\n") + 1)


def test_a_file_without_an_end_of_line_is_not_read_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lines, "_LONGEST", 100)
    data = io.BytesIO(line(1) + b"\0" * 20_000_000)
    with pytest.raises(SyntaxError):
        load_lines(ox.Store(), data, block=10)
    assert data.tell() < 19_000_000


def test_it_says_how_much_was_read_and_names_the_graph(tmp_path: Path) -> None:
    data, said = b"".join(map(line, range(100))), list[int]()
    store, graph = ox.Store(str(tmp_path / "store")), ox.NamedNode("urn:g")
    load_lines(store, io.BytesIO(data), graph=graph, block=500, read=said.append)
    assert said == sorted(said)
    assert len(said) > 3
    assert said[-1] == len(data)
    assert sum(1 for _ in store.quads_for_pattern(None, None, None, graph)) == 100 == len(store)


def test_who_interrupts_it_waits_for_no_more_than_what_is_under_way() -> None:
    def stop(size: int) -> None:
        if size > 1000:
            raise KeyboardInterrupt

    store = ox.Store()
    with pytest.raises(KeyboardInterrupt):
        load_lines(store, io.BytesIO(b"".join(map(line, range(1000)))), block=200, read=stop)
    assert len(store) < 100
