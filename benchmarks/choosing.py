"""Which engine a graph on disk chooses for each query: the six kinds and the named queries, each answered by the store and by the columns beside it.

A choice is wrong if the other engine takes less than two thirds of the time and five milliseconds less. What columns do not answer is no choice.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Final

from stores import loaded, texts, write_graph

from clayonto.engines.columnar.algebra import Beyond
from clayonto.engines.columnar.answer import answer
from clayonto.engines.columnar.parser import parse
from clayonto.engines.disk import DiskEngine
from clayonto.namespaces import ID
from clayonto.sparql import form

if TYPE_CHECKING:
    from collections.abc import Callable

TIMES: Final = 1.5
SECONDS: Final = 0.005
"""How much longer a choice has to take than the other to be wrong."""


def took(run: Callable[[], object]) -> float:
    """Seconds of the best of five, or of as many as begin within a second."""
    best, spent = float("inf"), 0.0
    for _ in range(5):
        started = perf_counter()
        run()
        taken = perf_counter() - started
        best, spent = min(best, taken), spent + taken
        if spent > 1:
            break
    return best


def choices(store: str) -> int:
    """Print a line for each query; how many choices are wrong."""
    rows, both = DiskEngine(Path(store), engine="oxigraph"), DiskEngine(Path(store))
    wrong = 0
    print(f"{'':34}{'store':>10}{'columns':>10}{'reckoned':>10}{'':>10}  chosen")
    for name, text in texts().items():
        if form(text) != "select":
            continue
        try:
            select = parse(text, base=ID)
            by_columns = took(lambda select=select: answer(select, both.columns).frame({}))  # type: ignore[misc]
        except Beyond as reason:
            print(f"{name:34}{'':>40}  store: {reason}")
            continue
        by_store = took(lambda text=text: rows.select(text, base=ID))  # type: ignore[misc]
        reckoned = both.cost(select)
        is_store = both.why_rows(text, base=ID) is not None
        chosen, other = (by_store, by_columns) if is_store else (by_columns, by_store)
        is_wrong = chosen > other * TIMES and chosen > other + SECONDS
        wrong += is_wrong
        figures = (by_store, by_columns, reckoned.rows / 1e6, reckoned.columns / 1e6)
        print(
            f"{name:34}{''.join(f'{each * 1000:10.1f}' for each in figures)}  {'store' if is_store else 'columns'}{' (wrong)' * is_wrong}",
            flush=True,
        )
    return wrong


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sizes", type=int, nargs="*", help="how many projects (default: 1,000, 2,000 and 10,000)")
    parser.add_argument("--store", help="a compacted graph on disk to ask instead")
    given = parser.parse_args()
    if given.store:
        print(f"{given.store}: milliseconds, and as they are reckoned\n{choices(given.store)} wrong choices")
        return
    for size in given.sizes or (1_000, 2_000, 10_000):
        with tempfile.TemporaryDirectory() as folder:
            data = Path(folder, "graph.nt")
            write_graph(data, size)
            with loaded("ours", data, Path(folder, "ours")) as store:
                print(f"{size:,} projects: milliseconds, and as they are reckoned")
                print(f"{choices(store)} wrong choices\n")


if __name__ == "__main__":
    main()
