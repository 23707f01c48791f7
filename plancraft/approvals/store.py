"""The port behind which requests live. Adapters are in `plancraft.stores`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from plancraft.approvals.events import Entry, Event, Head
from plancraft.approvals.kinds import ApprovalStatus, ApprovalType, Delivery
from plancraft.approvals.requests import ApprovalRequest

__all__ = ["Changes", "DrivingMark", "Lock", "Query", "Record", "Store"]


@dataclass(frozen=True, slots=True)
class DrivingMark:
    """Says that a graph's thread is being run, so that a crash can be found without a scan."""

    graph: str
    thread_id: str
    on: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """Something small that is kept beside the requests: a key, a session. Not in the log."""

    kind: str
    id: str
    body: str | None
    """Its text; None takes it away, and loses the commit when it is not there."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What is written together or not at all."""

    opened: Sequence[ApprovalRequest] = ()
    replaced: Sequence[ApprovalRequest] = ()
    events: Sequence[Event] = ()
    mark: DrivingMark | None = None
    bookmarks: Mapping[str, int] = field(default_factory=dict)
    """Up to which entry of the log a named reader has done its work."""
    records: Sequence[Record] = ()
    """Each takes the place of what was there; no two of one kind and id."""
    forgets: bool = False
    """Whether secret values are dropped, of which no copy should stay in files."""


@dataclass(frozen=True, slots=True)
class Query:
    """Which requests: all given conditions hold. Oldest first, `limit` at most."""

    status: ApprovalStatus | None = ApprovalStatus.PENDING
    type: ApprovalType | None = None
    priority: int | None = None
    assignee: str | None = None
    requested_by: str | None = None
    text: str | None = None
    """Stands in what `ApprovalRequest.searched` looks through, in any case."""
    graph: str | None = None
    thread_id: str | None = None
    deadline_before: datetime | None = None
    delivery: Delivery | None = None
    """Those whose answer is there on its way, whatever their status: `HELD` or `DUE`."""
    after: ApprovalRequest | None = None
    """Go on behind this request, the last of the page before."""
    newest_first: bool = False
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
    closed: bool
    """Whether `close` was called. Whoever waits for news of such a store gives up."""

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

    def log(self, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        """The entries of the log behind number `after`, in order."""

    def head(self) -> Head:
        """Where the log ends."""

    def news(self, *, after: int, timeout: float) -> bool:
        """Wait, at most `timeout` seconds, until the log goes on behind number `after`.

        Blocks the calling thread, and hears of commits by any process.
        """

    def bookmark(self, name: str) -> int | None:
        """Up to which entry this reader has done its work; None for one that is new."""

    def record(self, kind: str, id_: str) -> Record | None:
        """What is kept under this id."""

    def records(self, kind: str) -> list[Record]:
        """All of a kind, by id."""

    def try_lock(self, thread_id: str) -> Lock | None:
        """The thread's lock, or None while another worker, anywhere, holds it."""

    def close(self) -> None:
        """Let go of files and connections, for good."""
