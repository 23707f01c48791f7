"""The port behind which requests live. Adapters are in `plancraft.stores`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from plancraft.approvals.events import Event
from plancraft.approvals.requests import ApprovalRequest, ApprovalStatus

__all__ = ["Changes", "DrivingMark", "Lock", "Query", "Store"]


@dataclass(frozen=True, slots=True)
class DrivingMark:
    """Says that a graph's thread is being run, so that a crash can be found without a scan."""

    graph: str
    thread_id: str
    on: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Changes:
    """What is written together or not at all."""

    opened: Sequence[ApprovalRequest] = ()
    replaced: Sequence[ApprovalRequest] = ()
    events: Sequence[Event] = ()
    mark: DrivingMark | None = None
    forgets: bool = False
    """Whether secret values are dropped, of which no copy should stay in files."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which requests: all given conditions hold. Oldest first, `limit` at most."""

    status: ApprovalStatus | None = ApprovalStatus.PENDING
    graph: str | None = None
    thread_id: str | None = None
    deadline_before: datetime | None = None
    due: bool = False
    """Those whose answer is still to be delivered, whatever their status."""
    after: ApprovalRequest | None = None
    """Go on behind this request, the last of the page before."""
    limit: int = 50


class Lock(Protocol):
    """A thread held by this worker alone."""

    def release(self) -> None:
        """Let others have it."""


class Store(Protocol):
    """Where requests live. Every method is atomic and safe to call from any thread.

    An adapter that cannot reach its database raises `StoreUnavailable`, never answers.
    `plancraft.testing.StoreContract` holds what every adapter must pass.
    """

    url: str
    blocking: bool
    """Whether calls wait for a disk or a network, so that async code calls from a worker thread."""

    def commit(self, changes: Changes, *, durable: bool) -> bool:
        """Write all changes; False and nothing written when one lost against another writer.

        A request of `replaced` must be the successor of the stored version; one of `opened`
        must be new. `durable` changes survive a power failure, others the death of the process.
        """

    def get(self, request_id: str) -> ApprovalRequest | None:
        """The request with this id."""

    def live(self, thread_id: str) -> list[ApprovalRequest]:
        """The thread's requests that still matter to it, oldest first."""

    def find(self, query: Query) -> list[ApprovalRequest]:
        """A page of requests."""

    def latest(self, thread_id: str, interrupt_id: str) -> ApprovalRequest | None:
        """The newest generation of a thread's question."""

    def driven(self, graph: str) -> list[str]:
        """Ids of the threads of this graph that are marked as being run."""

    def is_driven(self, graph: str, thread_id: str) -> bool:
        """Whether this thread is marked as being run."""

    def events(self, *, thread_id: str | None = None, request_id: str | None = None) -> list[Event]:
        """What happened, in order."""

    def try_lock(self, thread_id: str) -> Lock | None:
        """The thread's lock, or None while another worker, anywhere, holds it."""

    def close(self) -> None:
        """Let go of files and connections."""
