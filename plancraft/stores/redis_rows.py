"""Requests, changes and queries as the scripts of the Redis store take them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from plancraft.approvals import ApprovalRequest, Changes, Entry, Head, Query

__all__ = ["appended", "look_of", "question_of", "sent"]


def question_of(thread_id: str, interrupt_id: str) -> bytes:
    """A thread's question as the index of newest generations names it."""
    return orjson.dumps([thread_id, interrupt_id])


def sent(changes: Changes) -> dict[str, Any]:
    """The changes as `commit.lua` takes them, but for the log."""
    mark = changes.mark
    told: dict[str, Any] = {
        "opened": [_opened(request) for request in changes.opened],
        "replaced": [
            {**_row(request), "follows": request.version - 1} for request in changes.replaced
        ],
        "entries": [],
        "bookmarks": {name: str(seq) for name, seq in changes.bookmarks.items()},
        "records": [_present(kind=one.kind, id=one.id, body=one.body) for one in changes.records],
    }
    if mark is not None:
        told["mark"] = {
            "graph": mark.graph,
            "thread": mark.thread_id,
            "on": mark.on,
            "at": _score(mark.at),
        }
    return told


def appended(head: Head, entries: Sequence[Entry], changes: Changes) -> dict[str, Any]:
    """What `commit.lua` adds to the log, and where it is believed to end."""
    return {
        "head": {"seq": str(head.seq), "hash": head.hash},
        "entries": [
            _present(
                seq=str(entry.seq),
                body=entry.body,
                hash=entry.hash,
                request=event.request_id,
                thread=event.thread_id,
            )
            for entry, event in zip(entries, changes.events, strict=True)
        ],
    }


def _opened(request: ApprovalRequest) -> dict[str, Any]:
    row = {**_row(request), "searched": request.searched, "generation": request.generation}
    if request.thread_id is not None and request.interrupt_id is not None:
        row["asked"] = question_of(request.thread_id, request.interrupt_id).decode()
    return row


def _row(request: ApprovalRequest) -> dict[str, Any]:
    facts = _present(
        version=request.version,
        created=_score(request.created_at),
        deadline=None if request.deadline is None else _score(request.deadline),
        status=request.status.value,
        delivery=request.delivery.value if request.live else None,
        live=request.live,
        type=request.type.value,
        priority=request.priority,
        assignee=request.assignee,
        requested_by=request.requested_by,
        graph=request.graph,
        thread=request.thread_id,
    )
    return {"id": request.id, "body": request.model_dump_json(), "facts": facts}


def look_of(query: Query, *, batch: int) -> dict[str, Any]:
    """A query as `find.lua` takes it."""
    indexes = ["all"]
    if query.delivery is not None:
        indexes = [f"delivery:{query.delivery.value}"]
    elif query.status is not None:
        indexes = [f"status:{query.status.value}"]
    if query.thread_id is not None:
        indexes.append(f"thread:{query.thread_id}")
    if query.graph is not None:
        indexes.append(f"graph:{query.graph}")
    after = query.after
    return _present(
        indexes=indexes,
        wanted=_wanted(query),
        deadline=None if query.deadline_before is None else _score(query.deadline_before),
        text=None if query.text is None else query.text.casefold(),
        after=None if after is None else {"score": _score(after.created_at), "id": after.id},
        newest=query.newest_first,
        limit=query.limit,
        batch=batch,
    )


def _wanted(query: Query) -> dict[str, Any]:
    status = None if query.delivery else query.status
    return _present(
        status=None if status is None else status.value,
        delivery=None if query.delivery is None else query.delivery.value,
        type=None if query.type is None else query.type.value,
        priority=query.priority,
        assignee=query.assignee,
        requested_by=query.requested_by,
        graph=query.graph,
        thread=query.thread_id,
    )


def _score(time: datetime) -> str:
    """Seconds, spelled so that they read back as the same number: Lua would round them."""
    return repr(time.timestamp())


def _present(**values: Any) -> dict[str, Any]:
    """Those that are there: Lua's JSON has a null of its own, which counts as true."""
    return {name: value for name, value in values.items() if value is not None}
