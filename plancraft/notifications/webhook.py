"""Webhooks out: every event, signed as the Standard Webhooks specification has it.

The specification is at standardwebhooks.com; the body follows its "Payload structure".
"""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from urllib.parse import urlsplit

import orjson
from standardwebhooks.webhooks import Webhook

from plancraft.access import Key
from plancraft.approvals import ApprovalRequest, Event
from plancraft.approvals.events import is_undoable
from plancraft.approvals.transitions import unheard
from plancraft.notifications.channels import Letter, Recipient, Undeliverable
from plancraft.notifications.posting import post
from plancraft.notifications.settings import NotificationSettings

__all__ = ["WebhookChannel", "body_of", "name_of", "signature_headers"]


class WebhookChannel:
    """Webhooks to the configured URLs."""

    name = "webhook"

    def __init__(self, settings: NotificationSettings) -> None:
        self._settings = settings
        self._urls = {name_of(url.get_secret_value()): url for url in settings.webhook_urls}

    def recipients(
        self, event: Event, request: ApprovalRequest, people: Sequence[Key]
    ) -> Sequence[Recipient]:
        if event.kind == "assigned" or is_undoable(event):
            return ()
        return [Recipient(name, while_open=False) for name in self._urls]

    async def send(self, letter: Letter) -> None:
        url = self._urls.get(letter.to)
        if url is None:
            raise Undeliverable("PLANCRAFT_WEBHOOK_URL does not name it any more")
        body = body_of(letter)
        headers = signature_headers(letter.key, body, self._settings, at=letter.at)
        await post(url.get_secret_value(), body, headers)


def name_of(url: str) -> str:
    """The URL as it may be shown: where it is, and which of those there."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    return f"{parts.scheme}://{host}#{hashlib.sha256(url.encode()).hexdigest()[:8]}"


def body_of(letter: Letter) -> bytes:
    """`type`, `timestamp` (when it happened) and `data`: the request as it is now, the event."""
    told = {
        "type": f"approval.{letter.kind}",
        "timestamp": letter.event.at.isoformat(),
        "data": {
            "request": unheard(letter.request).model_dump(
                mode="json", exclude={"decision": {"secrets"}}
            ),
            "event": letter.event.model_dump(mode="json"),
        },
    }
    return orjson.dumps(told)


def signature_headers(
    key: str, body: bytes, settings: NotificationSettings, *, at: datetime
) -> dict[str, str]:
    """The id, the time and a signature for each secret, which the specification allows."""
    at = at.astimezone(UTC)
    signatures = [
        Webhook(secret.get_secret_value()).sign(key, at, body.decode())
        for secret in settings.webhook_secrets
    ]
    return {
        "webhook-id": key,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
