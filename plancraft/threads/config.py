"""What holds for questions that say nothing themselves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from plancraft.approvals import HITLPolicy
from plancraft.interrupts.payloads import TimeoutAction

__all__ = ["Asker", "InterruptConfig"]


@dataclass(frozen=True)
class Asker:
    """On whose behalf a graph asks. It is kept with the requests of its questions."""

    requested_by: str | None = None
    """Who wants the work done, and by most policies may not decide on it."""

    context: Mapping[str, Any] = field(default_factory=dict)
    """Further JSON, as an `agent_id`."""


@dataclass(frozen=True)
class InterruptConfig:
    """Times in seconds. The names of the first two come from the PlanCraft guide.

    Raises:
        ValueError: a time is not positive, or the action is unknown.
    """

    INTERRUPT_TIMEOUT: float = 3600
    """How long a question stays open when its payload sets no timeout."""

    TIMEOUT_ACTION: TimeoutAction = "cancel"
    """What happens then: the request is closed and its thread ended, or the default is given."""

    BUSY_TIMEOUT: float = 60
    """How long to wait while another worker runs the same thread."""

    POLICY: HITLPolicy | None = None
    """Who may decide a question, how many must, and how people are told: by the rules of the type
    and the tool that its `data` names (`approval_type`, `tool`), else those of `general`."""

    def __post_init__(self) -> None:
        if self.INTERRUPT_TIMEOUT <= 0 or self.BUSY_TIMEOUT <= 0:
            raise ValueError("times must be above 0 seconds")
        if self.TIMEOUT_ACTION not in ("cancel", "default_option"):
            raise ValueError("TIMEOUT_ACTION is 'cancel' or 'default_option'")
