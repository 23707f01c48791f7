"""Requests for a decision: what they are, how they change, and the port behind which they live."""

from plancraft.approvals.events import Event
from plancraft.approvals.requests import (
    ApprovalRequest,
    ApprovalStatus,
    ApprovalType,
    Decision,
    Delivery,
)
from plancraft.approvals.store import Changes, DrivingMark, Lock, Query, Store

__all__ = [
    "ApprovalRequest",
    "ApprovalStatus",
    "ApprovalType",
    "Changes",
    "Decision",
    "Delivery",
    "DrivingMark",
    "Event",
    "Lock",
    "Query",
    "Store",
]
