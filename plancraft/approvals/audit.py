"""Whether the log of events is as it was written."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice

from pydantic import ValidationError

from plancraft.approvals.events import START, Entry, Event, Head, link, spelled
from plancraft.approvals.kinds import ApprovalStatus
from plancraft.approvals.requests import ApprovalRequest
from plancraft.approvals.store import Query, Store
from plancraft.approvals.transitions import outcome_of
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
    version: int = 0
    deadline: str | None = None
    decided: Event | None = None
    closed: ApprovalStatus | None = None
    """How it ended without an answer."""
    votes: list[str] = field(default_factory=list)
    entries: int = 0

    def take(self, event: Event) -> None:
        self.entries += 1
        self.version = event.data["version"]
        self.deadline = event.data.get("deadline", self.deadline)
        match event.kind:
            case "voted":
                self.votes.append(event.actor)
            case "decided":
                self.decided = event
            case "undone" if self.decided is None:
                self.votes = self.votes[:-1]
            case "undone":
                self.decided = None
            case "refused":
                self.decided, self.votes = None, []
            case "expired" | "cancelled" | "superseded":
                self.closed = ApprovalStatus(event.kind)


def verify_requests(store: Store) -> int:
    """How many requests there are, each as the log tells of it. Follow `verify_log` with this.

    Compared are what was asked of whom and until when, what became of it, who decided what, and
    which entries are found under it.

    Raises:
        RequestAltered: it names the first request that the log does not tell of so.
    """
    told: dict[str, _Told] = {}
    end = store.head().seq
    for entry in read_log(store):
        if entry.seq > end:
            break
        event = entry.event
        told.setdefault(event.request_id, _Told(event)).take(event)
    seen: set[str] = set()
    for request in _all(store):
        if request.id not in seen:  # it may have changed its list while they were read
            seen.add(request.id)
            _require_as_told(store, request, told.get(request.id), end)
    for id_ in told.keys() - seen:
        found = store.get(id_)
        if found is None:
            raise RequestAltered(id_, N_("it is gone"))
        seen.add(id_)
        _require_as_told(store, found, told[id_], end)
    return len(seen)


def _all(store: Store) -> Iterator[ApprovalRequest]:
    for status in ApprovalStatus:
        query = Query(status=status, limit=_PAGE)
        while page := _read(store, query):
            for request in page:
                if request.status is not status:
                    raise RequestAltered(request.id, N_("it is filed under another status"))
                yield request
            query = replace(query, after=page[-1])


def _read(store: Store, query: Query) -> list[ApprovalRequest]:
    try:
        return store.find(query)
    except ValidationError as error:
        raise RequestAltered("-", N_("it cannot be read")) from error


def _require_as_told(store: Store, request: ApprovalRequest, told: _Told | None, end: int) -> None:
    problem = _problem(store, request, told, end)
    if problem is not None:
        raise RequestAltered(request.id, problem)


def _problem(store: Store, request: ApprovalRequest, told: _Told | None, end: int) -> str | None:
    """What is wrong with the request; None of one that is as the log told up to entry `end`."""
    filed = store.events(request_id=request.id)
    entries, at = (told.entries, told.version) if told is not None else (0, 0)
    since = sum(event.data.get("version", 0) > at for event in filed)
    known = len(filed) - since == entries and (told is not None or since)
    if len(filed) - since < entries:
        return N_("not all of its entries are found under it")
    if not known or (since and store.head().seq == end):
        return N_("the log does not know it, or not all that is filed under it")
    if told is None or since:  # it was written since; the next check looks at it
        return None
    return _question_problem(request, told) or _outcome_problem(request, told)


def _question_problem(request: ApprovalRequest, told: _Told) -> str | None:
    opened = told.first.data
    if digest_of(request.payload) != request.digest or opened["digest"] != request.digest:
        return N_("it asks something else")
    if opened.get("seal", request.seal) != request.seal:
        return N_("it asks something else")
    if "deadline" in opened and spelled(request.deadline) != told.deadline:
        return N_("its deadline is another")
    if request.version < told.version:
        return N_("it is older than its last entry")
    return None


def _outcome_problem(request: ApprovalRequest, told: _Told) -> str | None:
    """Its status, votes and decision, against what the log makes of them."""
    if told.closed is not None:
        return None if request.status is told.closed else N_("its status is another")
    if told.decided is None:
        if request.decision is not None or not request.is_open:
            return N_("its status is another")
        return _votes_problem(request, told.votes)
    return _decision_problem(request, told, told.decided)


def _decision_problem(request: ApprovalRequest, told: _Told, event: Event) -> str | None:
    decision = request.decision
    if decision is None:
        return N_("its decision is gone")
    same_answer = canonical(decision.answer) == canonical(event.data.get("answer"))
    given = (decision.by, decision.at, decision.via)
    if given != (event.actor, event.at, event.data.get("via")) or not same_answer:
        return N_("its decision is another")
    if any(getattr(request, name) != one for name, one in outcome_of(request, decision).items()):
        return N_("its status is another")
    approved = request.status is ApprovalStatus.APPROVED and decision.via == "person"
    return _votes_problem(request, [*told.votes, decision.by] if approved else told.votes)


def _votes_problem(request: ApprovalRequest, by_whom: Sequence[str]) -> str | None:
    same = [vote.by for vote in request.votes] == list(by_whom)
    return None if same else N_("its votes are others")


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
