"""What Prometheus reads: how many requests of which kind, how long they took, and how the server is."""

from __future__ import annotations

from bisect import bisect_left
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from prometheus_client.core import Metric

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
_BOUNDS: Final = (*map(str, _SECONDS), "+Inf")
MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counters of one server."""

    def __init__(self, gauges: Mapping[str, tuple[str, Callable[[], float]]]) -> None:
        """:param gauges: by name, what each says and what gives its value."""
        self._requests = _Requests()
        self._registry = CollectorRegistry()
        self._registry.register(self._requests)
        for name, (text, value) in gauges.items():
            Gauge(f"clayonto_{name}", text, registry=self._registry).set_function(value)

    def note(self, kind: str, status: int, *, seconds: float, size: int) -> None:
        """Count a request.

        :param kind: what it was for: ``sparql``, ``graphs``, ``queries``, ``pages``, ``service``.
        """
        self._requests.note(kind, status, seconds, size)

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self._registry)


class _Requests(Collector):
    """Counts requests in plain numbers, since all are counted by one thread, and makes metrics of them when these are read, which is seldom."""

    def __init__(self) -> None:
        self._statuses: dict[tuple[str, int], int] = {}
        self._kinds: dict[str, _Kind] = {}

    def note(self, kind: str, status: int, seconds: float, size: int) -> None:
        key = kind, status
        self._statuses[key] = self._statuses.get(key, 0) + 1
        of = self._kinds.get(kind) or self._kinds.setdefault(kind, _Kind())
        of.bytes += size
        of.seconds += seconds
        of.took[bisect_left(_SECONDS, seconds)] += 1

    def collect(self) -> Iterator[Metric]:
        requests = CounterMetricFamily("clayonto_requests", "Requests by what they were for and status.", labels=("kind", "status"))
        seconds = HistogramMetricFamily(
            "clayonto_request_seconds", "Seconds from the request to the end of the response.", labels=("kind",)
        )
        size = CounterMetricFamily("clayonto_response_bytes", "Bytes of response bodies.", labels=("kind",))
        for (kind, status), count in self._statuses.items():
            requests.add_metric((kind, str(status)), count)
        for kind, of in self._kinds.items():
            seconds.add_metric((kind,), list(zip(_BOUNDS, accumulate(of.took), strict=True)), of.seconds)
            size.add_metric((kind,), of.bytes)
        return iter((requests, seconds, size))


class _Kind:
    """What was counted of a kind of request: bytes, seconds, and how many took up to each bound."""

    __slots__ = ("bytes", "seconds", "took")

    def __init__(self) -> None:
        self.bytes = 0
        self.seconds = 0.0
        self.took = [0] * len(_BOUNDS)
