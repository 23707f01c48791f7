"""Presses of buttons in Slack: whether Slack sent them, what they say, and what to reply. Pure.

As docs.slack.dev has it, in "Verifying requests from Slack" and in "Interaction payloads".
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from plancraft.errors import InvalidRequest, NotSignedIn
from plancraft.locale import say
from plancraft.notifications.cleaning import cleaned
from plancraft.notifications.slack_text import escaped

__all__ = ["Pressed", "pressed", "reply", "signature_of"]

_TOLERANCE_SECONDS = 300
_HOSTS = ("hooks.slack.com",)
_LONGEST_FORM = 1_000_000


class Pressed(BaseModel):
    """A button that somebody pressed. `open` is the link, which Slack reports as well: it decides
    nothing, and has neither request nor digest."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    action: Literal["approve", "open"]
    user: str
    """The Slack member id, which a key carries."""
    request_id: str = ""
    seen: str = ""
    """The digest of what the message showed."""
    response_url: str


def pressed(
    body: bytes,
    headers: Mapping[str, str],
    *,
    secret: SecretStr | str,
    now: datetime,
    hosts: tuple[str, ...] = _HOSTS,
) -> Pressed:
    """The press that this request of Slack's tells of.

    Args:
        body: As it came, byte by byte.
        headers: In any case.
        secret: The signing secret of the Slack app.
        now: The time; the request's may be five minutes off.
        hosts: To where replies may go.

    Raises:
        NotSignedIn: it is not signed with the secret, or not of this time.
        InvalidRequest: it is signed, and no press of one of our buttons.
    """
    _require_signature(body, headers, secret, now)
    try:
        form = parse_qs(body.decode("utf-8"), strict_parsing=True, max_num_fields=8)
        payload = json.loads(form["payload"][0])
        found = _read(payload)
        url = urlsplit(found.response_url)
    except (ValueError, KeyError, IndexError, TypeError, ValidationError, RecursionError) as error:
        raise InvalidRequest([say("it is no press of a button")]) from error
    if url.netloc not in hosts or (url.scheme != "https" and hosts == _HOSTS):
        raise InvalidRequest([say("response_url is not one of Slack's")])
    return found


def signature_of(body: bytes, timestamp: str, secret: SecretStr | str) -> str:
    """The value of `X-Slack-Signature`, version 0."""
    key = secret.get_secret_value() if isinstance(secret, SecretStr) else secret
    signed = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def reply(text: str, *, replace: bool = False) -> dict[str, Any]:
    """What to send to the `response_url`: a line that only who pressed sees, or, to `replace` the
    message and its buttons, one that all see."""
    shown = escaped(cleaned(text)) or "-"
    if replace:
        return {"replace_original": True, "text": shown}
    return {"response_type": "ephemeral", "replace_original": False, "text": shown}


def _require_signature(
    body: bytes, headers: Mapping[str, str], secret: SecretStr | str, now: datetime
) -> None:
    given = {name.lower(): value for name, value in headers.items()}
    timestamp = given.get("x-slack-request-timestamp", "")
    signature = given.get("x-slack-signature", "")
    if not (timestamp.isascii() and timestamp.isdecimal()) or len(timestamp) > 12:
        raise NotSignedIn()
    if abs(now.timestamp() - int(timestamp)) > _TOLERANCE_SECONDS or len(body) > _LONGEST_FORM:
        raise NotSignedIn()
    expected = signature_of(body, timestamp, secret)
    if not hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace")):
        raise NotSignedIn()


def _read(payload: Any) -> Pressed:
    if payload["type"] != "block_actions":
        raise ValueError("not a press of a button")
    (action,) = payload["actions"]
    approves = action["action_id"] == "approve"
    value = json.loads(action["value"]) if approves else {"id": "", "seen": ""}
    return Pressed(
        action=action["action_id"],
        user=payload["user"]["id"],
        request_id=value["id"],
        seen=value["seen"],
        response_url=payload["response_url"],
    )
