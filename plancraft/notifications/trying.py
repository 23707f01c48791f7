"""A letter that tries out the channels, and says so."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from plancraft.access import Key
from plancraft.approvals import ApprovalRequest, Event
from plancraft.interrupts.canonical import digest_of
from plancraft.interrupts.payloads import ApprovalInterruptPayload
from plancraft.locale import say, speaking
from plancraft.notifications.channels import Channel, Letter

__all__ = ["Tried", "trials"]


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a test by one channel."""

    channel: str
    to: str
    error: str | None = None


def trials(channel: Channel, person: Key, *, now: datetime) -> Sequence[Letter]:
    """The test letters by which this channel reaches this person; none if it doesn't."""
    with speaking(person.language):
        request = _request(person, now)
    event = Event(
        kind="opened",
        request_id=request.id,
        thread_id=None,
        actor="-",
        at=now,
        data={"version": request.version, "digest": request.digest, "test": True},
    )
    return [
        Letter(
            key=f"test:{channel.name}:{secrets.token_hex(8)}",
            to=recipient.to,
            kind="test",
            event=event,
            request=request,
            language=recipient.language,
            at=now,
        )
        for recipient in channel.recipients(event, request, [person])
    ]


def _request(person: Key, now: datetime) -> ApprovalRequest:
    title = say("This is a test")
    shown = ApprovalInterruptPayload(question=title, content="").to_dict()
    return ApprovalRequest(
        id=f"test-{secrets.token_hex(8)}",
        title=title,
        content=say("Nothing is asked: notifications by this channel arrive."),
        created_at=now,
        deadline=now + timedelta(minutes=5),
        assignee=person.name,
        payload=shown,
        digest=digest_of(shown),
    )
