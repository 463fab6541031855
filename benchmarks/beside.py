"""The part of ``docs/performance.md`` that shows ours beside other stores, and its picture, from what ``stores.py`` measured."""

from __future__ import annotations

from math import exp, log, log10
from typing import Any, Final

CONTENDERS: Final = ("ours", "ours, columns", "pyoxigraph", "Oxigraph's server", "Virtuoso 7", "maplib", "rdflib")
KINDS: Final = (
    "sums by theme and year", "who works with whom, top 20", "a region with its parts", "a text in names, first 20", "an export of five columns",
    "lookup of one project's partners",
)  # fmt: skip
GIVEN_UP: Final = 20.0
_COLOURS: Final = ("#0b62a4", "#1a9ed9", "#777777", "#b3420e", "#7a3e9d", "#c2185b", "#3a7d34")
_STYLE: Final = (
    "text{fill:#333}.grid{stroke:#ddd}polyline{fill:none;stroke-width:1.8}"
    "@media (prefers-color-scheme:dark){text{fill:#ddd}.grid{stroke:#444}polyline,circle{filter:brightness(1.5)}}"
)


def seconds(value: float | None, *, limit: float) -> str:
    """Seconds as a cell; ``None`` is what was given up."""
    if value is None:
        return f"> {limit:.0f} s"
    return f"{value * 1000:.1f} ms" if value < 0.1 else f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def section(stores: dict[str, Any]) -> list[str]:
    """Lines of the page."""
    sizes = sorted(stores, key=int)
    if not sizes:
        return []
    lines = [
        "",
        "## Beside other stores",
        "",
        "Written by `benchmarks/stores.py`. Each contender answers the same text, to a process of its own that gets the rows in bulk; the best of three, or",
        f"of as many as begin within five seconds; given up after {GIVEN_UP:.0f} s, and what took longer than a sixth of that is not asked of that contender",
        "at the next size (·). A dash is an error. *Ours* is `load(store=…)`, compacted, which chooses by query between the store and the columns on disk;",
        "*ours, columns* is `engine=\"columnar\"`, in memory; pyoxigraph is its own store on disk, optimised; the servers answer over HTTP on loopback; maplib",
        "holds the graph in memory; rdflib is asked up to 10,000 projects.",
        "",
        "![Six kinds of query beside other stores](stores.svg)",
        "",
    ]  # fmt: skip
    for size in sizes:
        found = _of(stores, size)
        lines += [f"### {int(size):,} projects", "", f"| | {' | '.join(found)} |", f"|---|{'---:|' * len(found)}"]
        lines += [f"| {kind} | {' | '.join(_cell(it, kind) for it in found.values())} |" for kind in KINDS]
        lines += [f"| named queries answered | {' | '.join(_answered(it) for it in found.values())} |"]
        lines += [f"| time beside ours | {' | '.join(_ratio(it, found.get('ours', {})) for it in found.values())} |", ""]
    # The largest at which others were asked too: those of ours alone stand above.
    last = max((size for size in sizes if len(_of(stores, size)) > 1), key=int, default=sizes[-1])
    found = _of(stores, last)
    names = sorted({n for it in found.values() for n in it["seconds"]} - set(KINDS))
    lines += [
        "*Time beside ours* is the geometric mean, over the named queries that both answered, of a contender's time over that of ours. A contender is spared",
        "by it what it did not answer.",
        "",
        f"### The named queries at {int(last):,} projects",
        "",
        f"| query | {' | '.join(found)} | rows |",
        f"|---|{'---:|' * (len(found) + 1)}",
    ]
    for name in names:
        rows = {it["rows"][name] for it in found.values() if it["rows"].get(name, -1) >= 0}
        lines.append(f"| {name} | {' | '.join(_cell(it, name) for it in found.values())} | {' or '.join(map(str, sorted(rows)))} |")
    measured = "; ".join(f"{int(s):,} projects on {stores[s]['day']}, {stores[s]['machine']}" for s in sizes)
    return [*lines, "", f"Measured: {measured}."]


def _of(stores: dict[str, Any], size: str) -> dict[str, Any]:
    found = stores[size]["contenders"]
    return {name: found[name] for name in CONTENDERS if name in found}


def _cell(it: dict[str, Any], name: str) -> str:
    if name not in it["seconds"]:
        return "·"
    return "—" if it["rows"].get(name) == -1 else seconds(it["seconds"][name], limit=GIVEN_UP)


def _answered(it: dict[str, Any]) -> str:
    return str(sum(taken is not None for name, taken in it["seconds"].items() if name not in KINDS))


def _ratio(it: dict[str, Any], ours: dict[str, Any]) -> str:
    """The geometric mean of times over those of ours."""
    pairs = [(a, b) for name, a in it["seconds"].items() if name not in KINDS and a and (b := ours.get("seconds", {}).get(name))]
    return f"{exp(sum(log(a / b) for a, b in pairs) / len(pairs)):.1f} ×" if pairs else ""


def picture(stores: dict[str, Any]) -> str:
    """A panel for each kind, a line for each contender, on logarithmic axes."""
    sizes = sorted(stores, key=int)
    if not sizes:
        return '<svg xmlns="http://www.w3.org/2000/svg"/>\n'
    width, height, gap, left, top, low, high = 230, 170, 60, 62, 60, -4, 2
    first, last = log10(int(sizes[0])), log10(max(int(sizes[-1]), int(sizes[0]) * 10))
    box = f"{left + 3 * (width + gap)} {top + 2 * (height + gap)}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {box}" font-family="sans-serif" font-size="12" role="img">',
        "<title>How the time of six kinds of query grows with the size of the graph, for ours and other stores</title>",
        f"<style>{_STYLE}</style>",
    ]
    for n, (name, colour) in enumerate(zip(CONTENDERS, _COLOURS, strict=True)):
        out.append(f'<circle cx="{left + n * 140}" cy="16" r="5" fill="{colour}"/><text x="{left + 10 + n * 140}" y="20">{name}</text>')
    for n, kind in enumerate(KINDS):
        x0, y0 = left + n % 3 * (width + gap), top + n // 3 * (height + gap)

        def x(size: str, x0: float = x0) -> float:
            return x0 + width * (log10(int(size)) - first) / (last - first)

        def y(taken: float, y0: float = y0) -> float:
            return y0 + height * (high - min(max(log10(taken), low), high)) / (high - low)

        out.append(f'<text x="{x0}" y="{y0 - 8}">{kind}</text>')
        for power in range(low, high + 1, 2):
            label = {-4: "0.1 ms", -2: "10 ms", 0: "1 s", 2: "100 s"}[power]
            at = y(10.0**power)
            out.append(
                f'<path class="grid" d="M{x0} {at:.1f}h{width}"/><text x="{x0 - 6}" y="{at + 4:.1f}" text-anchor="end" font-size="10">{label}</text>'
            )
        out += [f'<text x="{x(s):.1f}" y="{y0 + height + 15}" text-anchor="middle" font-size="10">{int(s):,}</text>' for s in sizes]
        for name, colour in zip(CONTENDERS, _COLOURS, strict=True):
            asked = [(s, stores[s]["contenders"].get(name, {}).get("seconds", {})) for s in sizes]
            points = [(s, found[kind] or GIVEN_UP) for s, found in asked if kind in found]
            line = " ".join(f"{x(s):.1f},{y(t):.1f}" for s, t in points)
            out.append(f'<polyline points="{line}" stroke="{colour}"><title>{name}</title></polyline>')
            out += [f'<circle cx="{x(s):.1f}" cy="{y(t):.1f}" r="2.5" fill="{colour}"/>' for s, t in points]
    return "\n".join([*out, "</svg>"]) + "\n"
