"""What is at stake in a request, what became of it, and where its answer is."""

from enum import StrEnum

__all__ = ["ApprovalStatus", "ApprovalType", "Delivery"]


class ApprovalType(StrEnum):
    """What is at stake."""

    CRITICAL_DECISION = "critical_decision"
    DATA_VALIDATION = "data_validation"
    FINAL_REPORT = "final_report"
    GENERAL = "general"


class ApprovalStatus(StrEnum):
    """What became of a request."""

    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    ANSWERED = "answered"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"


class Delivery(StrEnum):
    """Where the answer is on its way back: nothing to carry, may still be undone, to be carried,
    there, or void."""

    NONE = "none"
    HELD = "held"
    DUE = "due"
    DONE = "done"
    WITHDRAWN = "withdrawn"
