"""The port by which notifications leave, and what goes through it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from plancraft.access import Key
from plancraft.approvals import ApprovalRequest, Event
from plancraft.approvals.policy import require_right
from plancraft.errors import NotAllowed
from plancraft.locale import Language

__all__ = [
    "Channel",
    "Letter",
    "NotNow",
    "Recipient",
    "TaskChannel",
    "TaskLetter",
    "Undeliverable",
    "may_decide",
]


@dataclass(frozen=True, slots=True)
class Recipient:
    """Where one notification goes. `to` is shown to who looks at the outbox: no secret is in it."""

    to: str
    language: Language | None = None
    while_open: bool = True
    """Whether nobody needs it once the request is decided."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One notification as a channel is to send it."""

    key: str
    """The same each time it is sent, so that who receives it twice can tell."""
    to: str
    kind: str
    """What is told: an event's kind, `decided` for a decision that was released, or `test`."""
    event: Event
    request: ApprovalRequest
    """As it is now."""
    language: Language | None
    at: datetime


class Channel(Protocol):
    """A way to tell people, by the name that a policy's `notification_channels` has for it."""

    name: str

    def recipients(
        self, event: Event, request: ApprovalRequest, people: Sequence[Key]
    ) -> Sequence[Recipient]:
        """To whom this event is told: one notification each. `people` are the reviewers.

        The same event gives the same recipients; the request may have moved on since.
        """

    async def send(self, letter: Letter) -> None:
        """Send it. May be called again with a letter that arrived.

        Raises:
            Undeliverable: it can never arrive there.
            NotNow, or anything else: it is sent again later.
        """


@dataclass(frozen=True, slots=True)
class TaskLetter:
    """One event of an agent's task as a channel is to send it. What it says, and where it goes, the
    channel looks up: the outbox holds neither."""

    key: str
    """The same each time it is sent, so that who receives it twice can tell."""
    to: str
    task_id: str
    seq: int
    """The event's number among those of all tasks."""
    at: datetime


class TaskChannel(Protocol):
    """A way to tell whoever follows an agent's tasks. What is told to one receiver of one task is
    sent in the order in which it happened."""

    name: str

    async def source(self) -> str:
        """Of whose tasks it tells: items of the outbox that name another are left alone.

        Raises:
            NotNow: it cannot be known at the moment.
        """

    async def send(self, letter: TaskLetter) -> None:
        """Send it; nothing if nobody wants it any more. May be called again, as `Channel.send`.

        Raises:
            Undeliverable: it can never arrive there.
            NotNow, or anything else: it is sent again later.
        """


class Undeliverable(Exception):
    """It was refused for good; the message says by whom and why."""


class NotNow(Exception):
    """It was not taken this time."""

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        """Seconds until the other side wants to hear of us again, if it said."""


def may_decide(person: Key, request: ApprovalRequest) -> bool:
    """Whether this person's yes would count."""
    identity = person.identity
    try:
        require_right(
            request.terms,
            by=identity.name,
            roles=identity.roles,
            requested_by=request.requested_by,
        )
    except NotAllowed:
        return False
    return True
