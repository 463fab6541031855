"""What was measured at which size, and ``docs/performance.md`` with its pictures, made from it.

``load.py``, ``scale.py`` and ``stores.py`` add to ``measured.json`` and write the page; ``python benchmarks/measured.py`` only writes the page, which a
test holds it to.
"""

from __future__ import annotations

import json
import os
import platform
from datetime import UTC, datetime
from math import log, log10
from pathlib import Path
from typing import Any, Final

from beside import picture, seconds, section

HERE: Final = Path(__file__).parent
DATA: Final = HERE / "measured.json"
DOCS: Final = HERE.parent / "docs"
LIMIT: Final = 60.0
"""Seconds after which a query is given up."""
# What took longer than this at one size is not asked at ten times the size.
_WORTH: Final = LIMIT / 6


_STYLE: Final = (
    "text{fill:#333}.grid{stroke:#ddd}.line{stroke:#0b62a4;fill:none;stroke-opacity:.35}.slow{stroke:#b3420e;stroke-opacity:1;stroke-width:1.8}"
    "@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}.line{stroke:#6db3f2}.slow{stroke:#ff9d66}}"
)


def add(part: str, size: int, found: dict[str, Any]) -> None:
    """Keep what was measured, with the day and the machine, and write the page."""
    import pyoxigraph as ox

    data = _data()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}, pyoxigraph {ox.__version__}"
    data.setdefault(part, {})[str(size)] = {**found, "day": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine}
    DATA.write_text(json.dumps(data, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    for name, text in pages().items():
        (DOCS / name).write_text(text, encoding="utf-8")


def known(part: str) -> dict[str, Any]:
    """What was measured so far, by size."""
    found: dict[str, Any] = _data().get(part, {})
    return found


def worth_asking(names: list[str], size: int) -> list[str]:
    """The queries of which it was not seen at a smaller size that they would take too long."""
    queries = _data().get("queries", {})
    smaller = [s for s in _sizes(queries) if int(s) < size]
    return [
        name
        for name in names
        if all((queries[s]["seconds"].get(name, 0.0) or LIMIT) < _WORTH or name not in queries[s]["seconds"] for s in smaller)
    ]


def pages() -> dict[str, str]:
    """The page and its picture, by their names in ``docs/``."""
    data = _data()
    return {
        "performance.md": _page(data),
        "performance.svg": _picture(data.get("queries", {})),
        "stores.svg": picture(data.get("stores", {})),
    }


def _data() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8")) if DATA.exists() else {}
    return found


def _sizes(part: dict[str, Any]) -> list[str]:
    return sorted(part, key=int)


def _page(data: dict[str, Any]) -> str:
    loads, queries = data.get("load", {}), data.get("queries", {})
    lines = [
        "# Performance",
        "",
        "Written by `benchmarks/load.py` and `benchmarks/scale.py` from what they measured. The data is that of `benchmarks/projects.py`: made-up projects",
        "shaped like ours, each with a budget, five participations, an organisation and its claims, 81 triples a project, beside the bundled graph.",
        "The machines are small and shared with other work: read ratios and growth rather than seconds.",
        "",
        "## Loading to disk",
        "",
        "Beside Oxigraph's own bulk loader, which does only that. `load(store=…)` also loads the bundled graph, hashes the file, keeps a compressed copy",
        "of it, and makes what it wrote survive a loss of power. Each is a process of its own; seconds are of the loading alone, the best of the rounds, in",
        "which the two take turns. Speed is Oxigraph's seconds over clayonto's, and the same for the processor's seconds, which other work on the machine",
        "disturbs less. The smallest size shows the fixed cost, a third of a second.",
        "",
        "| projects | triples | file | clayonto | Oxigraph | speed | processor | speed | memory | Oxigraph's | store | copy | opened in | measured |",
        "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---|",
    ]
    for size in _sizes(loads):
        it = loads[size]
        ours, theirs = it["clayonto"], it["oxigraph"]
        cells = [
            f"{int(size):,}", f"{it['triples']:,}", f"{it['file'] / 1e6:,.0f} MB",
            f"{ours['seconds']:.1f} s", f"{theirs['seconds']:.1f} s", f"{theirs['seconds'] / ours['seconds']:.0%}",
            f"{ours['cpu']:.1f} s", f"{theirs['cpu'] / ours['cpu']:.0%}", f"{ours['memory'] / 1e6:,.0f} MB", f"{theirs['memory'] / 1e6:,.0f} MB",
            f"{ours['disk'] / 1e6:,.0f} MB", f"{ours['copies'] / 1e6:,.0f} MB", f"{ours['open'] * 1000:.0f} ms",
            f"{it['rounds']} round{'s' if it['rounds'] > 1 else ''}, {it['day']}",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join([*lines, *(_queries(queries) if queries else []), *section(data.get("stores", {}))]).rstrip() + "\n"


def _queries(queries: dict[str, Any]) -> list[str]:
    """The part of the page on the named queries, which a graph on disk answers."""
    lines = [
        "",
        "## Named queries",
        "",
        "Each bundled query with the examples of its header, asked of a graph on disk by a process that has it open: the best of three, or the one answer if",
        f"it takes over two seconds. A query is given up after {LIMIT:.0f} s, and what took more than {_WORTH:.0f} s is not asked at the next size. *Growth* is",
        "between the two largest sizes that were measured: the power of the size that the time grows with, 0 where it does not depend on the size, 1 where",
        "it is proportional. Below 1 ms it says little, and is left out. In the picture a query that was given up ends",
        f"at the limit. The graphs are compacted (`clayonto store compact`), which took {_compacting(queries)} without columns.",
        *_columns(queries),
        "",
        "![How the time of each query grows with the size of the graph](performance.svg)",
        "",
    ]
    sizes = _sizes(queries)
    lines += [
        f"| query | {' | '.join(f'{int(s):,}' for s in sizes)} | growth | rows | answered by |",
        f"|---|{'---:|' * (len(sizes) + 2)}---|",
    ]
    for name in _by_time(queries):
        times = [queries[size]["seconds"].get(name, "") for size in sizes]
        rows = next((str(queries[s]["rows"][name]) for s in reversed(sizes) if name in queries[s]["rows"]), "")
        lines.append(
            f"| {name} | {' | '.join('' if t == '' else seconds(t, limit=LIMIT) for t in times)} | {_growth(queries, name)} | {rows} | {_by(queries, name)} |"
        )
    measured = "; ".join(f"{int(s):,} projects on {queries[s]['day']}, {queries[s]['machine']}" for s in sizes)
    return [*lines, "", f"Measured: {measured}."]


def _compacting(queries: dict[str, Any]) -> str:
    return ", ".join(f"{queries[s]['compacting']:.1f} s at {int(s):,} projects" for s in _sizes(queries) if "compacting" in queries[s])


def _columns(queries: dict[str, Any]) -> list[str]:
    """What columns took and what they take."""
    told = {s: queries[s]["columns"] for s in _sizes(queries) if "columns" in queries[s]}
    if not told:
        return []
    made = ", ".join(f"{it['seconds']:.1f} s and {it['memory'] / 1e6:,.0f} MB of memory at {int(s):,} projects" for s, it in told.items())
    room = ", ".join(f"{it['disk'] / 1e6:,.0f} MB beside {it['store'] / 1e6:,.0f} MB" for it in told.values())
    most = ", ".join(f"{queries[s]['memory'] / 1e6:,.0f} MB" for s in told)
    return [
        f"To make the columns beside them took {made}; on disk they are {room} of the store. The process that asked had at most {most} in memory,",
        "files that are mapped into it among them.",
    ]


def _by(queries: dict[str, Any], name: str) -> str:
    """Which engine answered at the largest size."""
    last: dict[str, Any] = next((queries[s] for s in reversed(_sizes(queries)) if name in queries[s]["rows"]), {})
    return {"columnar": "columns", "oxigraph": "store"}.get(last.get("engines", {}).get(name, ""), "")


def _points(queries: dict[str, Any], name: str) -> list[tuple[str, float]]:
    """Size and seconds of each time that a query was asked; one that was given up took at least the limit."""
    asked = ((size, queries[size]["seconds"]) for size in _sizes(queries))
    return [(size, LIMIT if seconds[name] is None else float(seconds[name])) for size, seconds in asked if name in seconds]


def _by_time(queries: dict[str, Any]) -> list[str]:
    """The names of queries, the slowest first: by their time at the largest size, and then at those below."""
    names = {name for size in queries for name in queries[size]["seconds"]}
    return sorted(names, key=lambda name: [seconds for _, seconds in reversed(_points(queries, name))], reverse=True)


def _growth(queries: dict[str, Any], name: str) -> str:
    points = _points(queries, name)
    if len(points) < 2 or points[-1][1] < 0.001:
        return ""
    (n, before), (m, after) = points[-2:]
    return f"{'≥ ' if after == LIMIT else ''}{max(0.0, log(after / before) / log(int(m) / int(n))):.1f}"


def _picture(queries: dict[str, Any]) -> str:
    """A line for each query, on logarithmic axes; the slowest are named."""
    sizes = _sizes(queries)
    if not sizes:
        return '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
    left, top, width, height, right = 70, 20, 460, 400, 250
    low, high = -4, 2
    first, last = log10(int(sizes[0])), log10(max(int(sizes[-1]), int(sizes[0]) * 10))

    def x(size: str) -> float:
        return left + width * (log10(int(size)) - first) / (last - first)

    def y(seconds: float) -> float:
        return top + height * (high - min(max(log10(seconds), low), high)) / (high - low)

    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {left + width + right} {top + height + 50}" font-family="sans-serif" font-size="12" role="img">',
        "<title>How the time of each named query grows with the size of the graph</title>",
        f"<style>{_STYLE}</style>",
    ]
    for power in range(low, high + 1):
        at = y(10.0**power)
        label = {-4: "0.1 ms", -3: "1 ms", -2: "10 ms", -1: "100 ms", 0: "1 s", 1: "10 s", 2: "100 s"}[power]
        out.append(
            f'<path class="grid" d="M{left} {at:.1f}h{width}"/><text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{label}</text>'
        )
    out += [
        f'<path class="grid" d="M{x(s):.1f} {top}v{height}"/><text x="{x(s):.1f}" y="{top + height + 18}" text-anchor="middle">{int(s):,}</text>'
        for s in sizes
    ]
    out.append(f'<text x="{left + width / 2}" y="{top + height + 40}" text-anchor="middle">projects</text>')
    named: list[tuple[float, str, str]] = []
    taken: dict[str, float] = {}
    for rank, name in enumerate(_by_time(queries)):
        points = _points(queries, name)
        line = " ".join(f"{x(s):.1f},{y(t):.1f}" for s, t in points)
        out.append(f'<polyline class="line{" slow" if rank < 8 else ""}" points="{line}"><title>{name}</title></polyline>')
        if rank < 8:
            named.append((y(points[-1][1]), points[-1][0], name))
    for wanted, size, name in sorted(named):
        at = max(wanted, taken.get(size, -15.0) + 15)
        taken[size] = at
        out.append(f'<text x="{x(size) + 8:.1f}" y="{at + 4:.1f}">{name}</text>')
    return "\n".join([*out, "</svg>"]) + "\n"


if __name__ == "__main__":
    for page, text in pages().items():
        (DOCS / page).write_text(text, encoding="utf-8")
