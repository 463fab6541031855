"""What Prometheus reads: how many requests of which kind, how long they took, and how the server is."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics, generate_latest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)
MEDIA: Final = "text/plain; version=0.0.4; charset=utf-8"


class Metrics:
    """Counters of one server."""

    def __init__(self, gauges: Mapping[str, tuple[str, Callable[[], float]]]) -> None:
        """:param gauges: by name, what each says and what gives its value."""
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the start of each counter, which nobody asks for
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "clayonto_requests", "Requests by what they were for and status.", ("kind", "status"), registry=self._registry
        )
        self._seconds = Histogram(
            "clayonto_request_seconds",
            "Seconds from the request to the end of the response.",
            ("kind",),
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter("clayonto_response_bytes", "Bytes of response bodies.", ("kind",), registry=self._registry)
        for name, (text, value) in gauges.items():
            Gauge(f"clayonto_{name}", text, registry=self._registry).set_function(value)

    def note(self, kind: str, status: int, *, seconds: float, size: int) -> None:
        """Count a request.

        :param kind: what it was for: ``sparql``, ``graphs``, ``queries``, ``pages``, ``service``.
        """
        requests, took, sent = self._of(kind, status)
        requests.inc()
        took.observe(seconds)
        sent.inc(size)

    @lru_cache(1000)  # noqa: B019 (there is one for as long as the server runs)
    def _of(self, kind: str, status: int) -> tuple[Counter, Histogram, Counter]:
        return self._requests.labels(kind, str(status)), self._seconds.labels(kind), self._bytes.labels(kind)

    def text(self) -> bytes:
        """All of it as Prometheus reads it."""
        return generate_latest(self._registry)
