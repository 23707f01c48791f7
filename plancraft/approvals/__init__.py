"""Requests for a decision: what they are, how they change, and the port behind which they live."""

from plancraft.approvals.events import Entry, Event, Head
from plancraft.approvals.kinds import ApprovalStatus, ApprovalType, Delivery
from plancraft.approvals.policy import HITLPolicy, Rule, Terms
from plancraft.approvals.requests import ApprovalRequest, Decision, Vote
from plancraft.approvals.store import Changes, DrivingMark, Lock, Query, Record, Store

__all__ = [
    "ApprovalRequest",
    "ApprovalStatus",
    "ApprovalType",
    "Changes",
    "Decision",
    "Delivery",
    "DrivingMark",
    "Entry",
    "Event",
    "HITLPolicy",
    "Head",
    "Lock",
    "Query",
    "Record",
    "Rule",
    "Store",
    "Terms",
    "Vote",
]
