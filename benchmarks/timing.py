"""Best times of several contenders that take turns."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def best(contenders: Mapping[str, Callable[[], object]], *, rounds: int) -> dict[str, float]:
    """Seconds of the best of ``rounds`` runs of each contender, by its name."""
    times = dict.fromkeys(contenders, float("inf"))
    for _ in range(rounds):
        for name, run in contenders.items():
            started = time.perf_counter()
            run()
            times[name] = min(times[name], time.perf_counter() - started)
    return times


def table(times: Mapping[str, float], *, beside: str) -> str:
    """A line for each contender: milliseconds, and how many times the one it is held beside."""
    width = max(map(len, times))
    return "\n".join(f"{name.ljust(width)}  {t * 1000:9.1f} ms  {t / times[beside]:7.2f} ×" for name, t in times.items())
