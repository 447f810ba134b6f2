"""GET /metrics: what a server has done and does, as Prometheus reads it; nothing of what it was sent.

A label is a route's pattern, a method of HTTP's or a status, so that nobody can make more of them by asking.
"""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from handlens.serve.accounts import Account

SECONDS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""The bounds: a page's file takes 1 ms, a digit 5, a photo 100."""

router = APIRouter(include_in_schema=False)


class Metrics:
    """The figures of one server.

    Attributes:
        readings: takes the seconds of each reading, without those that it waited for its turn.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._requests = Counter(
            "handlens_requests", "Answers.", ["method", "route", "status"], registry=self._registry
        )
        self._seconds = Histogram(
            "handlens_request_seconds",
            "From a request's header to its answer's end.",
            ["route"],
            buckets=SECONDS,
            registry=self._registry,
        )
        self._bytes = Counter("handlens_bytes", "Bytes of bodies.", ["way"], registry=self._registry)
        self._ends = Counter(
            "handlens_worker_ends", "Reading processes ended or lost.", ["why"], registry=self._registry
        )
        self.readings = Histogram(
            "handlens_reading_seconds", "Pictures read.", buckets=SECONDS, registry=self._registry
        )

    def count(self, account: Account) -> None:
        """Take note of a request."""
        status = "none" if account.status is None else str(account.status)
        self._requests.labels(account.method, account.route, status).inc()
        self._seconds.labels(account.route).observe(account.seconds)
        self._bytes.labels("received").inc(account.received)
        self._bytes.labels("sent").inc(account.sent)

    def count_end(self, why: str) -> None:
        """Take note of a reading process that was ended."""
        self._ends.labels(why).inc()

    def watch(self, name: str, about: str, value: Callable[[], float]) -> None:
        """Tell a figure as it is whenever somebody asks."""
        Gauge(name, about, registry=self._registry).set_function(value)

    def text(self) -> bytes:
        """All of it, in Prometheus's format."""
        return generate_latest(self._registry)


@router.api_route("/metrics", methods=["GET", "HEAD"])
async def metrics(request: Request) -> Response:
    """The figures as they are."""
    kept: Metrics = request.app.state.metrics
    return Response(kept.text(), headers={"Content-Type": CONTENT_TYPE_LATEST, "Cache-Control": "no-store"})
