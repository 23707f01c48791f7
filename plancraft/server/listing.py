"""Pages of a list: which requests, in what order, and where the next page begins."""

import base64
import binascii
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field

from plancraft.access import Identity, Role
from plancraft.approvals import ApprovalRequest, ApprovalStatus, ApprovalType, Delivery, Query
from plancraft.approvals.transitions import unheard
from plancraft.errors import InvalidRequest
from plancraft.locale import say
from plancraft.server.service import Service
from plancraft.server.views import told_to

__all__ = ["Filters", "Listed", "listed"]


_ID = re.compile("[0-9a-f]{8,64}")


class Filters(BaseModel):
    """Which requests; all that is given holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    type: ApprovalType | None = None
    priority: int | None = Field(default=None, ge=1, le=5)
    assignee: str | None = Field(default=None, max_length=200)
    thread: str | None = Field(default=None, max_length=500)
    text: str | None = Field(default=None, max_length=200)
    limit: int = Field(default=50, ge=1, le=200)
    cursor: str | None = Field(default=None, max_length=500)


@dataclass(frozen=True)
class Listed:
    """A page of a list. `head` is where `/ws` goes on from without a gap."""

    items: Sequence[ApprovalRequest]
    next_cursor: str | None
    head: int


def listed(
    service: Service, identity: Identity, status: ApprovalStatus, filters: Filters
) -> Listed:
    """The requests that have this status; an agent sees its own.

    Raises:
        InvalidRequest: the cursor is none of ours, or of another list.
    """
    query = _query(status, filters, identity)
    # The end of the log comes first: what happens while we look is in the news behind it.
    head = service.store.head().seq
    found = service.store.find(query)
    page = found[: filters.limit]
    more = len(found) > filters.limit
    told = [request for request in page if told_to(identity, request) is request]
    if identity.role is Role.AGENT and status is ApprovalStatus.PENDING and not filters.cursor:
        # To who asked, what may still be undone is open.
        held = service.store.find(replace(query, delivery=Delivery.HELD))
        told = sorted([*told, *map(unheard, held)], key=lambda one: (one.created_at, one.id))
    return Listed(told, _cursor(status, page[-1]) if more else None, head)


def _query(status: ApprovalStatus, filters: Filters, identity: Identity) -> Query:
    return Query(
        status=status,
        type=filters.type,
        priority=filters.priority,
        assignee=filters.assignee,
        thread_id=filters.thread,
        text=filters.text,
        requested_by=identity.name if identity.role is Role.AGENT else None,
        after=_place(status, filters.cursor) if filters.cursor else None,
        newest_first=status is not ApprovalStatus.PENDING,
        limit=filters.limit + 1,
    )


def _cursor(status: ApprovalStatus, last: ApprovalRequest) -> str:
    place = orjson.dumps([status.value, last.created_at.isoformat(), last.id])
    return base64.urlsafe_b64encode(place).decode().rstrip("=")


def _place(status: ApprovalStatus, cursor: str) -> ApprovalRequest:
    """The place that a cursor names, as a request that has only a place.

    Raises:
        InvalidRequest: it is none of ours, or of another list.
    """
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place: Any = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        of, created_at, id_ = place
        at = datetime.fromisoformat(created_at)
        if of != status.value or not _ID.fullmatch(id_) or at.tzinfo is None:
            raise ValueError(cursor)
        at.timestamp()
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise InvalidRequest([say("cursor is not one that this list gave")]) from None
    return ApprovalRequest(id=id_, title="", content="", created_at=at, digest="")
