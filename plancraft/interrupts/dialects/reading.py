"""What is known of a question that another library asks."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from plancraft.interrupts.payloads import InterruptPayload

__all__ = ["Reading", "Verdict"]

Verdict = Literal["approve", "edit", "reject"]


@dataclass(frozen=True, kw_only=True)
class Reading:
    """A question as one of our kinds, and the way of its answers there and back.

    Each dialect has its own. By itself this is one whose asker takes our kind's answer.
    """

    dialect: str
    payload: InterruptPayload
    """The question as people see it."""
    tools: tuple[str, ...] = ()
    """Names of the tools it is about, for the policy."""
    silence: Any = None
    """The answer that means no, given when nobody answers; None where there is none."""
    expires_at: datetime | None = None
    """Until when whoever asks takes an answer."""

    @property
    def answers_schema(self) -> bool:
        """Whether a `response_schema` that travels with the question was read with it."""
        return False

    def speaks(self, answer: Any) -> bool:
        """Whether the answer is in the asker's own format, fitting or not."""
        return False

    def problems(self, native: Any) -> list[str]:
        """What is wrong with an answer in the asker's own format, one sentence a place."""
        return []

    def faults(self, ours: Any) -> list[str]:
        """What is wrong with our kind's answer beyond what its kind checks."""
        return self.problems(self.native(ours))

    def ours(self, native: Any) -> Any:
        """Our kind's answer where that can say the same; else what is given."""
        return native

    def native(self, ours: Any) -> Any:
        """What the graph gets for what `ours` gave."""
        return ours

    def verdict(self, recorded: Any) -> Verdict | None:
        """Whether what `ours` gave is a yes or a no to all that is asked; None for neither."""
        match recorded:
            case {"confirmed": bool(yes)}:
                return "approve" if yes else "reject"
            case {"decision": "approve"}:
                return "approve"
            case {"decision": "edit"}:
                return "edit"
            case {"decision": "reject"}:
                return "reject"
        return None
