"""What Prometheus reads at `/metrics`. Each process counts what it sees of its store."""

import threading
from collections.abc import Callable, Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from plancraft.approvals import ApprovalRequest, ApprovalStatus, Event

__all__ = ["CONTENT_TYPE", "Metrics"]

CONTENT_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.1, 1, 5, 15, 60, 180, 300, 600, 900, 1800, 3600)


class Metrics:
    """The numbers of one served store. The open requests are counted once, then followed."""

    def __init__(self, connected: Callable[[], int]) -> None:
        self.registry = CollectorRegistry()
        self._guard = threading.Lock()
        self._open: set[str] = set()
        self._closed: set[str] | None = set()
        """What was closed while the open ones were counted; None from then on."""
        self._requests = Counter(
            "plancraft_requests",
            "Requests that were opened or closed since this process started, by what they became",
            ["status"],
            registry=self.registry,
        )
        self._latency = Histogram(
            "plancraft_decision_seconds",
            "From the opening of a request to its decision by a person",
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._http = Counter(
            "plancraft_http_requests",
            "Responses, by method and status",
            ["method", "status"],
            registry=self.registry,
        )
        self._http_seconds = Histogram(
            "plancraft_http_seconds",
            "From a request to its response; held ones aside",
            registry=self.registry,
        )
        waiting = Gauge("plancraft_open_requests", "Open requests", registry=self.registry)
        waiting.set_function(lambda: self.open_count)
        clients = Gauge("plancraft_ws_clients", "Open WebSockets", registry=self.registry)
        clients.set_function(connected)

    def responded(self, method: str, status: int, seconds: float, *, held: bool) -> None:
        """Count a response."""
        self._http.labels(method=method, status=str(status)).inc()
        if not held:
            self._http_seconds.observe(seconds)

    @property
    def open_count(self) -> int:
        """How many requests are open, as far as this process has followed the log."""
        return len(self._open)

    def known_open(self, request_ids: Iterable[str]) -> None:
        """Take in what was open before this process followed the log."""
        with self._guard:
            self._open |= set(request_ids) - (self._closed or set())
            self._closed = None

    def follow(self, event: Event, request: ApprovalRequest) -> None:
        """Count what happened to a request, which may have moved on since."""
        with self._guard:
            if request.is_open:
                self._open.add(request.id)
            else:
                self._open.discard(request.id)
                if self._closed is not None:
                    self._closed.add(request.id)
        match event.kind:
            case "opened":
                self._requests.labels(status=ApprovalStatus.PENDING.value).inc()
            case "decided":
                self._requests.labels(status=request.status.value).inc()
                if event.data.get("via") == "person":
                    self._latency.observe((event.at - request.created_at).total_seconds())
            case "expired" | "cancelled" | "superseded":
                self._requests.labels(status=event.kind).inc()

    def text(self) -> bytes:
        """All of it, in Prometheus' text format."""
        return generate_latest(self.registry)
