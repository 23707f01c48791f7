"""Requests in this process's memory: for tests and for graphs on an in-memory checkpointer."""

import threading
from dataclasses import dataclass

from plancraft.approvals import ApprovalRequest, Changes, Event, Query, Record
from plancraft.approvals.events import START, Entry, Head, chained

__all__ = ["MemoryStore"]


class MemoryStore:
    """A store that lasts as long as the process."""

    url = "memory://"
    blocking = False
    closed = False

    def __init__(self) -> None:
        self._requests: dict[str, ApprovalRequest] = {}
        self._by_thread: dict[str, list[str]] = {}
        self._driven: dict[tuple[str, str], None] = {}
        self._log: list[tuple[Entry, Event]] = []
        self._bookmarks: dict[str, int] = {}
        self._records: dict[tuple[str, str], Record] = {}
        self._held: set[str] = set()
        self._guard = threading.RLock()
        self._grown = threading.Condition(self._guard)

    def commit(self, changes: Changes, *, durable: bool) -> bool:
        with self._guard:
            if not self._fits(changes):
                return False
            for request in changes.opened:
                self._by_thread.setdefault(request.thread_id or "", []).append(request.id)
            for request in (*changes.opened, *changes.replaced):
                self._requests[request.id] = request
            entries = chained(self.head(), changes.events)
            self._log.extend(zip(entries, changes.events, strict=True))
            self._bookmarks.update(changes.bookmarks)
            for record in changes.records:
                if record.body is None:
                    del self._records[record.kind, record.id]
                else:
                    self._records[record.kind, record.id] = record
            if mark := changes.mark:
                key = (mark.graph, mark.thread_id)
                self._driven.update({key: None}) if mark.on else self._driven.pop(key, None)
            self._grown.notify_all()
            return True

    def _fits(self, changes: Changes) -> bool:
        touched = [request.id for request in (*changes.opened, *changes.replaced)]
        gone = [one for one in changes.records if one.body is None]
        if len(set(touched)) < len(touched) or any(
            (one.kind, one.id) not in self._records for one in gone
        ):
            return False
        return all(new.id not in self._requests for new in changes.opened) and all(
            (old := self._requests.get(new.id)) is not None and old.version == new.version - 1
            for new in changes.replaced
        )

    def get(self, request_id: str) -> ApprovalRequest | None:
        return self._requests.get(request_id)

    def live(self, thread_id: str) -> list[ApprovalRequest]:
        with self._guard:
            of_thread = [self._requests[one] for one in self._by_thread.get(thread_id, ())]
        return sorted((request for request in of_thread if request.live), key=_place)

    def find(self, query: Query) -> list[ApprovalRequest]:
        with self._guard:
            everything = list(self._requests.values())
        matching = (one for one in everything if _matches(one, query))
        return sorted(matching, key=_place, reverse=query.newest_first)[: query.limit]

    def latest(self, thread_id: str, interrupt_id: str) -> ApprovalRequest | None:
        with self._guard:
            of_thread = [self._requests[one] for one in self._by_thread.get(thread_id, ())]
        asked = [request for request in of_thread if request.interrupt_id == interrupt_id]
        return max(asked, key=lambda request: request.generation, default=None)

    def driven(self, graph: str) -> list[str]:
        with self._guard:
            return [thread for of, thread in self._driven if of == graph]

    def is_driven(self, graph: str, thread_id: str) -> bool:
        return (graph, thread_id) in self._driven

    def events(self, *, thread_id: str | None = None, request_id: str | None = None) -> list[Event]:
        with self._guard:
            return [
                event
                for _, event in self._log
                if thread_id in (None, event.thread_id) and request_id in (None, event.request_id)
            ]

    def log(self, *, after: int = 0, limit: int = 1000) -> list[Entry]:
        with self._guard:
            return [entry for entry, _ in self._log[after : after + limit]]

    def head(self) -> Head:
        with self._guard:
            return Head(len(self._log), self._log[-1][0].hash) if self._log else START

    def news(self, *, after: int, timeout: float) -> bool:
        with self._grown:
            return self._grown.wait_for(lambda: len(self._log) > after, timeout)

    def bookmark(self, name: str) -> int | None:
        return self._bookmarks.get(name)

    def record(self, kind: str, id_: str) -> Record | None:
        return self._records.get((kind, id_))

    def records(self, kind: str) -> list[Record]:
        with self._guard:
            found = [one for one in self._records.values() if one.kind == kind]
        return sorted(found, key=lambda one: one.id)

    def try_lock(self, thread_id: str) -> "_Held | None":
        with self._guard:
            if thread_id in self._held:
                return None
            self._held.add(thread_id)
            return _Held(self._held, thread_id)

    def close(self) -> None:
        self.closed = True


@dataclass(frozen=True, slots=True)
class _Held:
    held: set[str]
    thread_id: str

    def release(self) -> None:
        self.held.discard(self.thread_id)


def _place(request: ApprovalRequest) -> tuple[float, str]:
    return request.created_at.timestamp(), request.id


def _matches(request: ApprovalRequest, query: Query) -> bool:
    before = query.deadline_before
    return (
        (
            request.delivery is query.delivery
            if query.delivery
            else query.status in (None, request.status)
        )
        and query.type in (None, request.type)
        and query.priority in (None, request.priority)
        and query.assignee in (None, request.assignee)
        and query.requested_by in (None, request.requested_by)
        and (query.text is None or query.text.casefold() in request.searched)
        and query.graph in (None, request.graph)
        and query.thread_id in (None, request.thread_id)
        and (before is None or (request.deadline is not None and request.deadline <= before))
        and (query.after is None or _is_behind(request, query))
    )


def _is_behind(request: ApprovalRequest, query: Query) -> bool:
    assert query.after is not None
    here, there = _place(request), _place(query.after)
    return here < there if query.newest_first else here > there
