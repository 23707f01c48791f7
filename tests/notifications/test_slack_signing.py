"""Presses of buttons count only when Slack signed them, now."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest

from plancraft.errors import InvalidRequest, NotSignedIn
from plancraft.notifications.slack_signing import Pressed, pressed, reply, signature_of

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
URL = "https://hooks.slack.com/actions/T0/1/x"


def payload(**changes: Any) -> dict[str, Any]:
    value = json.dumps({"id": "r1", "seen": "abc"})
    return {
        "type": "block_actions",
        "user": {"id": "U012345", "username": "mina"},
        "actions": [{"action_id": "approve", "value": value}],
        "response_url": URL,
        **changes,
    }


def form(**changes: Any) -> bytes:
    return urlencode({"payload": json.dumps(payload(**changes))}).encode()


def signed(body: bytes, *, at: datetime = NOW, secret: str = SECRET) -> dict[str, str]:
    timestamp = str(int(at.timestamp()))
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature_of(body, timestamp, secret),
    }


def test_a_signature_is_the_one_of_slacks_own_example() -> None:
    """docs.slack.dev, "Verifying requests from Slack", a step-by-step walk-through."""
    body = (
        b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&"
        b"channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&"
        b"command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands"
        b"%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015."
        b"47445629121.803a0bc887a14d10d2c447fce8b6703c"
    )
    assert signature_of(body, "1531420618", SECRET) == (
        "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"
    )


def test_a_press_says_who_and_what() -> None:
    body = form()
    headers = {name.upper(): value for name, value in signed(body).items()}
    assert pressed(body, headers, secret=SECRET, now=NOW) == Pressed(
        action="approve", user="U012345", request_id="r1", seen="abc", response_url=URL
    )


def test_the_link_is_reported_too_and_decides_nothing() -> None:
    body = form(actions=[{"action_id": "open"}])
    found = pressed(body, signed(body), secret=SECRET, now=NOW)
    assert (found.action, found.request_id, found.seen) == ("open", "", "")


def test_what_slack_did_not_sign_is_refused() -> None:
    body, other = form(), form(user={"id": "U999999"})
    good = signed(body)
    for headers in (
        {},
        signed(body, secret="another"),
        signed(other),
        {**good, "X-Slack-Signature": ""},
        {**good, "X-Slack-Signature": good["X-Slack-Signature"].replace("v0", "v1")},
        {**good, "X-Slack-Signature": "v0=é"},
        {**good, "X-Slack-Request-Timestamp": str(int(NOW.timestamp()) + 1)},
        {**good, "X-Slack-Request-Timestamp": "now"},
        {**good, "X-Slack-Request-Timestamp": "١٢٣"},
        {**good, "X-Slack-Request-Timestamp": "9" * 5000},
    ):
        with pytest.raises(NotSignedIn):
            pressed(body, headers, secret=SECRET, now=NOW)


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_was_signed_at_another_time_is_refused(minutes: int) -> None:
    body = form()
    headers = signed(body)
    pressed(body, headers, secret=SECRET, now=NOW + timedelta(minutes=minutes // 2))
    with pytest.raises(NotSignedIn):
        pressed(body, headers, secret=SECRET, now=NOW + timedelta(minutes=minutes))


@pytest.mark.parametrize(
    "changes",
    [
        {"type": "view_submission"},
        {"actions": []},
        {"actions": [{"action_id": "reject", "value": "{}"}]},
        {"actions": [{"action_id": "approve", "value": "not json"}]},
        {"actions": [{"action_id": "approve", "value": "[]"}]},
        {"actions": [{"action_id": "approve", "value": "{}"}]},
        {"actions": [{"action_id": "approve", "value": '{"id": 1, "seen": null}'}]},
        {"user": {}},
        {"user": None},
        {"response_url": "https://eve.example/"},
        {"response_url": "http://hooks.slack.com/x"},
        {"response_url": "https://hooks.slack.com@eve.example/"},
        {"response_url": "https://hooks.slack.com.eve.example/"},
        {"response_url": "https://hooks.slack.com:8443/x"},
        {"response_url": "file://hooks.slack.com/etc/passwd"},
        {"response_url": None},
        {"response_url": "https://[hooks.slack.com/"},
    ],
)
def test_what_is_signed_and_no_press_of_ours_is_refused(changes: dict[str, Any]) -> None:
    body = form(**changes)
    with pytest.raises(InvalidRequest):
        pressed(body, signed(body), secret=SECRET, now=NOW)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"x",
        b"payload=",
        b"payload=[]",
        b"payload=null",
        b"\xff=1",
        b"payload=" + b"[" * 99_999,
    ],
)
def test_a_body_that_is_no_form_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidRequest):
        pressed(body, signed(body), secret=SECRET, now=NOW)


def test_replies_go_to_a_test_host_only_when_told_to() -> None:
    body = form(response_url="http://127.0.0.1:9999/reply")
    with pytest.raises(InvalidRequest):
        pressed(body, signed(body), secret=SECRET, now=NOW)
    pressed(body, signed(body), secret=SECRET, now=NOW, hosts=("127.0.0.1:9999",))


def test_a_reply_is_a_text_and_nothing_else() -> None:
    assert reply("Approved by <!channel> & co\x00") == {
        "response_type": "ephemeral",
        "replace_original": False,
        "text": "Approved by &lt;!channel&gt; &amp; co",
    }
    assert reply("Done", replace=True) == {"replace_original": True, "text": "Done"}
