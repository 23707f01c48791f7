"""The tables and statements of the SQL stores. What changes here needs a migration beside it."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    Select,
    String,
    Table,
    Text,
    and_,
    bindparam,
    delete,
    insert,
    or_,
    select,
    text,
    update,
)

from plancraft.approvals import ApprovalRequest, DrivingMark, Event, Query

__all__ = ["METADATA", "driving", "events", "requests"]

METADATA = MetaData()

requests = Table(
    "plancraft_requests",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("graph", Text),
    Column("thread_id", Text),
    Column("interrupt_id", Text),
    Column("generation", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("delivery", String(16), nullable=False),
    Column("live", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("deadline", Float),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("plancraft_requests_inbox", "status", "created_at", "id"),
    Index(
        "plancraft_requests_live",
        "thread_id",
        sqlite_where=text("live"),
        postgresql_where=text("live"),
    ),
)
"""`body` is the whole request as JSON; the other columns are what queries look at."""

events = Table(
    "plancraft_events",
    METADATA,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("request_id", String(64), nullable=False),
    Column("thread_id", Text),
    Column("body", Text, nullable=False),
    Index("plancraft_events_thread", "thread_id", "seq"),
)

driving = Table(
    "plancraft_driving",
    METADATA,
    Column("graph", Text, primary_key=True),
    Column("thread_id", Text, primary_key=True),
    Column("since", Float, nullable=False),
    sqlite_with_rowid=False,
)

OPEN = insert(requests)
REPLACE = (
    update(requests)
    .where(requests.c.id == bindparam("id"), requests.c.version == bindparam("old_version"))
    .values({name: bindparam(name) for name in ("status", "delivery", "live", "version", "body")})
)
RECORD = insert(events).values(
    {name: bindparam(name) for name in ("request_id", "thread_id", "body")}
)
UNMARK = delete(driving).where(
    driving.c.graph == bindparam("graph"), driving.c.thread_id == bindparam("thread_id")
)
GET = select(requests.c.body).where(requests.c.id == bindparam("id"))
LIVE = (
    select(requests.c.body)
    .where(requests.c.thread_id == bindparam("thread_id"), text("live"))
    .order_by(requests.c.created_at, requests.c.id)
)
LATEST = (
    select(requests.c.body)
    .where(
        requests.c.thread_id == bindparam("thread_id"),
        requests.c.interrupt_id == bindparam("interrupt_id"),
    )
    .order_by(requests.c.generation.desc())
)
DRIVEN = select(driving.c.thread_id).where(driving.c.graph == bindparam("graph"))
IS_DRIVEN = select(driving.c.thread_id).where(
    driving.c.graph == bindparam("graph"), driving.c.thread_id == bindparam("thread_id")
)


def page(query: Query) -> Select[Any]:
    """The statement for a page of requests."""
    found = select(requests.c.body).order_by(requests.c.created_at, requests.c.id)
    if query.due:
        found = found.where(text("live"), requests.c.delivery == "due")
    elif query.status is not None:
        found = found.where(requests.c.status == query.status.value)
    if query.graph is not None:
        found = found.where(requests.c.graph == query.graph)
    if query.thread_id is not None:
        found = found.where(requests.c.thread_id == query.thread_id)
    if query.deadline_before is not None:
        found = found.where(requests.c.deadline <= query.deadline_before.timestamp())
    if query.after is not None:
        found = found.where(_behind(query.after))
    return found.limit(query.limit)


def event_log(thread_id: str | None, request_id: str | None) -> Select[Any]:
    """The statement for what happened, in order."""
    found = select(events.c.body).order_by(events.c.seq)
    if thread_id is not None:
        found = found.where(events.c.thread_id == thread_id)
    if request_id is not None:
        found = found.where(events.c.request_id == request_id)
    return found


def row_of(request: ApprovalRequest) -> dict[str, Any]:
    """A request as its row."""
    return {
        "id": request.id,
        "graph": request.graph,
        "thread_id": request.thread_id,
        "interrupt_id": request.interrupt_id,
        "generation": request.generation,
        "status": request.status.value,
        "delivery": request.delivery.value,
        "live": request.live,
        "created_at": request.created_at.timestamp(),
        "deadline": _seconds(request.deadline),
        "version": request.version,
        "body": request.model_dump_json(),
    }


def swap_of(request: ApprovalRequest) -> dict[str, Any]:
    """A successor as the parameters of `REPLACE`."""
    return {**row_of(request), "old_version": request.version - 1}


def row_of_event(event: Event) -> dict[str, Any]:
    """An event as its row."""
    body = event.model_dump_json()
    return {"request_id": event.request_id, "thread_id": event.thread_id, "body": body}


def row_of_mark(mark: DrivingMark) -> dict[str, Any]:
    """A driving mark as its row."""
    return {"graph": mark.graph, "thread_id": mark.thread_id, "since": mark.at.timestamp()}


def _seconds(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()


def _behind(last: ApprovalRequest) -> Any:
    created, id_ = last.created_at.timestamp(), last.id
    same = and_(requests.c.created_at == created, requests.c.id > id_)
    return or_(requests.c.created_at > created, same)
