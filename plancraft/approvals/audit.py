"""Whether the log of events is as it was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain, islice

from plancraft.approvals.events import START, Entry, Event, Head, link
from plancraft.approvals.kinds import ApprovalStatus
from plancraft.approvals.requests import ApprovalRequest
from plancraft.approvals.store import Query, Store
from plancraft.errors import LogBroken, RequestAltered
from plancraft.interrupts.canonical import canonical, digest_of
from plancraft.locale import N_

__all__ = ["Verified", "read_log", "verify_log", "verify_requests"]

_PAGE = 1000
_AHEAD = 10_000
"""How far on from a break an entry is looked for that may have stood there."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A log in which every entry fits the one before. Keep `head` elsewhere and compare with it
    later: who can write to the whole database can also write a whole new chain."""

    entries: int
    head: Head


def verify_log(store: Store, *, known: Head | None = None) -> Verified:
    """Follow the chain from its first entry to its end.

    Args:
        store: Whose log.
        known: A head from an earlier check, which must still be part of the chain.

    Raises:
        LogBroken: it names the first entry that was altered, removed or moved.
        StoreUnavailable: the store cannot be read.
    """
    end = store.head()
    at, entries = START, read_log(store)
    for entry in entries:
        if entry.seq > end.seq:
            if entry.seq > store.head().seq:
                raise LogBroken(entry.seq, N_("it stands behind the end of the log"))
            break  # written since
        if entry.seq != at.seq + 1 or entry.hash != link(at.hash, entry.body):
            raise _broken(at, list(islice(chain([entry], entries), _AHEAD)))
        at = Head(entry.seq, entry.hash)
        if known is not None and known.seq == at.seq and known.hash != at.hash:
            raise LogBroken(at.seq, N_("it, or one before it, was written anew"))
    if known is not None and known.seq == 0 and known != START:
        raise LogBroken(1, N_("it, or one before it, was written anew"))
    if at != end or (known is not None and known.seq > at.seq):
        raise LogBroken(at.seq + 1, N_("it was removed from the end"))
    return Verified(at.seq, at)


@dataclass(slots=True)
class _Told:
    """What the log tells of one request."""

    first: Event
    last: Event
    decided: Event | None = None
    status: ApprovalStatus | None = ApprovalStatus.PENDING
    """None where the request itself says which of the decided ones it is."""
    entries: int = 0

    def take(self, event: Event) -> None:
        self.entries += 1
        self.last = event
        match event.kind:
            case "decided":
                self.decided, self.status = event, None
            case "refused" | "undone":
                self.decided, self.status = None, ApprovalStatus.PENDING
            case "expired" | "cancelled" | "superseded":
                self.status = ApprovalStatus(event.kind)


def verify_requests(store: Store) -> int:
    """How many requests there are, each as the log tells of it. Follow `verify_log` with this.

    Compared are what was asked (by its digest), what became of it, who decided what, and which
    entries are found under it.

    Raises:
        RequestAltered: it names the first request that the log does not tell of so.
    """
    told: dict[str, _Told] = {}
    end = store.head().seq
    for entry in read_log(store):
        if entry.seq > end:
            break
        event = entry.event
        told.setdefault(event.request_id, _Told(event, event)).take(event)
    seen = 0
    for status in ApprovalStatus:
        for request in _all(store, status):
            known = told.pop(request.id, None)
            seen += 1
            if (problem := _problem(store, request, known, end)) is not None:
                raise RequestAltered(request.id, problem)
    for id_, known in told.items():
        found = store.get(id_)  # it may have changed its list while they were read
        if found is None:
            raise RequestAltered(id_, N_("it is gone"))
        if (problem := _problem(store, found, known, end)) is not None:
            raise RequestAltered(id_, problem)
    return seen


def _all(store: Store, status: ApprovalStatus) -> Iterator[ApprovalRequest]:
    query = Query(status=status, limit=_PAGE)
    while page := store.find(query):
        yield from page
        query = replace(query, after=page[-1])


def _problem(store: Store, request: ApprovalRequest, told: _Told | None, end: int) -> str | None:
    """What is wrong with the request; None of one that is as the log told up to entry `end`."""
    filed = store.events(request_id=request.id)
    entries, at = (told.entries, told.last.data["version"]) if told is not None else (0, 0)
    since = sum(event.data.get("version", 0) > at for event in filed)
    known = len(filed) - since == entries and (told is not None or since)
    if len(filed) - since < entries:
        return N_("not all of its entries are found under it")
    if not known or (since and store.head().seq == end):
        return N_("the log does not know it, or not all that is filed under it")
    if told is None or since:  # it was written since; the next check looks at it
        return None
    if digest_of(request.payload) != request.digest or told.first.data["digest"] != request.digest:
        return N_("it asks something else")
    if request.version < told.last.data["version"]:
        return N_("it is older than its last entry")
    if told.status is not None:
        return None if request.status is told.status else N_("its status is another")
    decision, event = request.decision, told.decided
    assert event is not None
    if request.is_open or decision is None:
        return N_("its decision is gone")
    same_answer = canonical(decision.answer) == canonical(event.data.get("answer"))
    if decision.by != event.actor or decision.at != event.at or not same_answer:
        return N_("its decision is another")
    return None


def read_log(store: Store, *, after: int = 0) -> Iterator[Entry]:
    """The entries behind number `after`, a page at a time."""
    while page := store.log(after=after, limit=_PAGE):
        yield from page
        after = page[-1].seq


def _broken(at: Head, following: Sequence[Entry]) -> LogBroken:
    """What is wrong with the first of the entries, which does not fit behind `at`."""
    number, first = at.seq + 1, following[0]
    belongs = next((one for one in following if one.hash == link(at.hash, one.body)), None)
    if belongs is not None:
        return LogBroken(number, N_("it was moved and now stands as entry {place}"), belongs.seq)
    if first.seq != number:
        return LogBroken(number, N_("it was removed"))
    either = N_(
        "it does not follow from the entry before it: one of the two was altered, or one between "
        "them was removed"
    )
    return LogBroken(number, either)
