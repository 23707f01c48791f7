"""The tables and statements of the SQL stores. What changes here needs a migration beside it."""

from datetime import datetime
from functools import cache
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
    select,
    text,
    tuple_,
    update,
)

from plancraft.approvals import ApprovalRequest, DrivingMark, Entry, Event, Query

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
    Column("type", String(32), nullable=False),
    Column("priority", Integer, nullable=False),
    Column("requested_by", Text),
    Column("assignee", Text),
    Column("searched", Text, nullable=False),
    Column("status", String(16), nullable=False),
    Column("delivery", String(16), nullable=False),
    Column("live", Boolean, nullable=False),
    Column("created_at", Float, nullable=False),
    Column("deadline", Float),
    Column("version", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Index("plancraft_requests_inbox", "status", "created_at", "id"),
    Index("plancraft_requests_deadline", "status", "deadline"),
    Index("plancraft_requests_delivery", "delivery", "graph"),
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
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("request_id", String(64), nullable=False),
    Column("thread_id", Text),
    Column("body", Text, nullable=False),
    Column("hash", String(64), nullable=False),
    Index("plancraft_events_thread", "thread_id", "seq"),
    Index("plancraft_events_request", "request_id", "seq"),
)

chain = Table(
    "plancraft_chain",
    METADATA,
    Column("only", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
)
"""One row: where the log ends. Whoever adds to the log holds it, so that numbers have no gaps."""

bookmarks = Table(
    "plancraft_bookmarks",
    METADATA,
    Column("name", Text, primary_key=True),
    Column("seq", Integer, nullable=False),
)

records = Table(
    "plancraft_records",
    METADATA,
    Column("kind", String(64), primary_key=True),
    Column("id", Text, primary_key=True),
    Column("body", Text, nullable=False),
)

driving = Table(
    "plancraft_driving",
    METADATA,
    Column("graph", Text, primary_key=True),
    Column("thread_id", Text, primary_key=True),
    Column("since", Float, nullable=False),
    sqlite_with_rowid=False,
)

_CHANGING = ("status", "delivery", "live", "deadline", "assignee", "priority", "version", "body")
OPEN = insert(requests)
REPLACE = (
    update(requests)
    .where(requests.c.id == bindparam("id"), requests.c.version == bindparam("old_version"))
    .values({name: bindparam(name) for name in _CHANGING})
)
RECORD = insert(events)
HOLD_HEAD = select(chain.c.seq, chain.c.hash).with_for_update()
HEAD = select(chain.c.seq, chain.c.hash)
MOVE_HEAD = update(chain).values(seq=bindparam("seq"), hash=bindparam("hash"))
LOG = (
    select(events.c.seq, events.c.body, events.c.hash)
    .where(events.c.seq > bindparam("after"))
    .order_by(events.c.seq)
    .limit(bindparam("limit", type_=Integer))
)
BOOKMARK = select(bookmarks.c.seq).where(bookmarks.c.name == bindparam("name"))
KEEP_BOOKMARK = text(
    "INSERT INTO plancraft_bookmarks (name, seq) VALUES (:name, :seq) "
    "ON CONFLICT (name) DO UPDATE SET seq = excluded.seq"
)
MARK = text(
    "INSERT INTO plancraft_driving (graph, thread_id, since) VALUES (:graph, :thread_id, :since) "
    "ON CONFLICT DO NOTHING"
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
_RECORD = and_(records.c.kind == bindparam("kind"), records.c.id == bindparam("id"))
KEEP_RECORD = text(
    "INSERT INTO plancraft_records (kind, id, body) VALUES (:kind, :id, :body) "
    "ON CONFLICT (kind, id) DO UPDATE SET body = excluded.body"
)
DROP_RECORD = delete(records).where(_RECORD)
GET_RECORD = select(records.c.kind, records.c.id, records.c.body).where(_RECORD)
RECORDS = (
    select(records.c.kind, records.c.id, records.c.body)
    .where(records.c.kind == bindparam("kind"))
    .order_by(records.c.id)
)
DRIVEN = select(driving.c.thread_id).where(driving.c.graph == bindparam("graph"))
IS_DRIVEN = select(driving.c.thread_id).where(
    driving.c.graph == bindparam("graph"), driving.c.thread_id == bindparam("thread_id")
)


_EQUALS = ("type", "priority", "assignee", "requested_by", "graph", "thread_id")


@cache
def page(shape: frozenset[str]) -> Select[Any]:
    """The statement for a page of requests; `shape_of` says by which conditions."""
    place = (requests.c.created_at, requests.c.id)
    newest_first = "newest_first" in shape
    found = select(requests.c.body).order_by(*(c.desc() if newest_first else c for c in place))
    if "delivery" in shape:
        found = found.where(text("live"), requests.c.delivery == bindparam("delivery"))
    for name in ("status", *_EQUALS):
        if name in shape:
            found = found.where(requests.c[name] == bindparam(name))
    if "text" in shape:
        found = found.where(requests.c.searched.like(bindparam("text"), escape="\\"))
    if "deadline_before" in shape:
        found = found.where(requests.c.deadline <= bindparam("deadline_before"))
    if "after" in shape:
        created, id_ = bindparam("after_time", type_=Float), bindparam("after_id", type_=String)
        # Compared as one, so that the index leads there however far it is.
        here, there = tuple_(requests.c.created_at, requests.c.id), tuple_(created, id_)
        found = found.where(here < there if newest_first else here > there)
    return found.limit(bindparam("limit", type_=Integer))


def shape_of(query: Query) -> frozenset[str]:
    """Which conditions a query has."""
    names = (*_EQUALS, "text", "deadline_before", "after")
    given = {name for name in names if getattr(query, name) is not None}
    how = "delivery" if query.delivery else "status" if query.status is not None else ""
    order = "newest_first" if query.newest_first else ""
    return frozenset((given | {how, order}) - {""})


def values_of(query: Query) -> dict[str, Any]:
    """The conditions' values."""
    after = query.after
    return {
        **{name: getattr(query, name) for name in _EQUALS},
        "status": query.status.value if query.status else None,
        "delivery": query.delivery.value if query.delivery else None,
        "text": None if query.text is None else _anywhere(query.text.casefold()),
        "deadline_before": _seconds(query.deadline_before),
        "after_time": after.created_at.timestamp() if after else None,
        "after_id": after.id if after else None,
        "limit": query.limit,
    }


def _anywhere(text: str) -> str:
    for special in "\\%_":
        text = text.replace(special, f"\\{special}")
    return f"%{text}%"


@cache
def event_log(of_thread: bool, of_request: bool) -> Select[Any]:
    """The statement for what happened, in order."""
    found = select(events.c.body).order_by(events.c.seq)
    if of_thread:
        found = found.where(events.c.thread_id == bindparam("thread_id"))
    if of_request:
        found = found.where(events.c.request_id == bindparam("request_id"))
    return found


def row_of(request: ApprovalRequest) -> dict[str, Any]:
    """A request as its row."""
    return {
        "id": request.id,
        "graph": request.graph,
        "thread_id": request.thread_id,
        "interrupt_id": request.interrupt_id,
        "generation": request.generation,
        "type": request.type.value,
        "priority": request.priority,
        "requested_by": request.requested_by,
        "assignee": request.assignee,
        "searched": request.searched,
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


def row_of_entry(entry: Entry, event: Event) -> dict[str, Any]:
    """An entry of the log as its row."""
    return {
        "seq": entry.seq,
        "request_id": event.request_id,
        "thread_id": event.thread_id,
        "body": entry.body,
        "hash": entry.hash,
    }


def row_of_mark(mark: DrivingMark) -> dict[str, Any]:
    """A driving mark as its row."""
    return {"graph": mark.graph, "thread_id": mark.thread_id, "since": mark.at.timestamp()}


def _seconds(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()
