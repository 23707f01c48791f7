"""Notifications in Slack: one message to the incoming webhook for each request."""

import json
from collections.abc import Sequence
from typing import Any

from plancraft.access import Key
from plancraft.approvals import ApprovalRequest, Event
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
)
from plancraft.locale import say, speaking
from plancraft.notifications.channels import Letter, Recipient
from plancraft.notifications.posting import post
from plancraft.notifications.settings import NotificationSettings
from plancraft.notifications.slack_text import escaped, plain_text
from plancraft.notifications.wording import Wording, worded

__all__ = ["SlackChannel", "message_of"]

_HEADER, _BUTTON = 150, 75
"""The longest texts there (docs.slack.dev, "Header block" and "Button element")."""
_URGENT = 4
_TO = "https://hooks.slack.com"


class SlackChannel:
    """Slack by one incoming webhook."""

    name = "slack"

    def __init__(self, settings: NotificationSettings) -> None:
        self._settings = settings

    def recipients(
        self, event: Event, request: ApprovalRequest, people: Sequence[Key]
    ) -> Sequence[Recipient]:
        return [Recipient(_TO)] if event.kind == "opened" and request.is_asked else ()

    async def send(self, letter: Letter) -> None:
        assert self._settings.slack_webhook_url is not None
        body = json.dumps(message_of(letter, self._settings)).encode()
        await post(self._settings.slack_webhook_url.get_secret_value(), body, {})


def message_of(letter: Letter, settings: NotificationSettings) -> dict[str, Any]:
    """The letter in Block Kit. What others wrote stands in `plain_text`, which has no markup."""
    words = worded(letter, settings.base_url)
    with speaking(letter.language):
        buttons = [_link_button(words)]
        if settings.slack_signing_secret is not None and _takes_yes(letter):
            buttons.insert(0, _yes_button(letter.request))
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": plain_text(words.title or "-", _HEADER)},
        {"type": "section", "text": plain_text(_lines(words))},
    ]
    if words.content:
        blocks.append({"type": "section", "text": plain_text(words.content)})
    blocks.append({"type": "actions", "elements": buttons})
    blocks.append({"type": "context", "elements": [plain_text(words.footer)]})
    return {"text": escaped(words.subject), "blocks": blocks}


def _lines(words: Wording) -> str:
    return "\n".join(f"{heading}: {value}" for heading, value in words.facts)


def _takes_yes(letter: Letter) -> bool:
    payload = letter.request.asks
    yes_or_no = isinstance(payload, ApprovalInterruptPayload | ConfirmInterruptPayload)
    return letter.kind != "test" and yes_or_no


def _link_button(words: Wording) -> dict[str, Any]:
    text = plain_text(words.open, _BUTTON)
    return {"type": "button", "action_id": "open", "text": text, "url": words.link}


def _yes_button(request: ApprovalRequest) -> dict[str, Any]:
    button = {
        "type": "button",
        "action_id": "approve",
        "style": "primary",
        "text": plain_text(say("Approve it"), _BUTTON),
        "value": json.dumps({"id": request.id, "seen": request.digest}),
    }
    if request.priority >= _URGENT:
        button["confirm"] = {
            "title": plain_text(say("Approve it?"), 100),
            "text": plain_text(say("Its priority is high. Have you read all of it?"), 300),
            "confirm": plain_text(say("Approve it"), 30),
            "deny": plain_text(say("Not yet"), 30),
        }
    return button
