"""A served store tells people: links lead to pages, Slack decides, dead messages are shown."""

import asyncio
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from pydantic import SecretStr

from plancraft.access import Role
from plancraft.approvals import HITLPolicy
from plancraft.notifications import NotificationService, NotificationSettings, OutboxItem
from plancraft.notifications.slack_signing import signature_of
from plancraft.stores import open_store
from tests.server.running import Browser, Inside

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"


class Receiver(ThreadingHTTPServer):
    """Takes what is posted, or refuses it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Post)
        self.heard: list[dict[str, Any]] = []
        self.status = 200
        self.url = f"http://127.0.0.1:{self.server_address[1]}/hook"


class _Post(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        size = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(size))
        if self.server.status == 200:
            self.server.heard.append(body)
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()
    thread = threading.Thread(target=receiver.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.shutdown()
        receiver.server_close()
        thread.join()


def until(true: Callable[[], Any]) -> Any:
    for _ in range(1500):
        if found := true():
            return found
        time.sleep(0.01)
    raise AssertionError("it did not come to that")


@pytest.fixture
def slack() -> Iterator[Receiver]:
    with receiving() as receiver:
        yield receiver


@pytest.fixture
def telling(tmp_path: Path, slack: Receiver) -> Iterator[Inside]:
    """A served store that tells a Slack of our own."""
    policy = HITLPolicy(notification_channels=["websocket", "slack"])
    settings = NotificationSettings(
        slack_webhook_url=SecretStr(slack.url),
        slack_signing_secret=SecretStr(SECRET),
        base_url="http://hitl.test",
    )
    with closing(open_store(str(tmp_path / "store.db"))) as store:
        service = NotificationService(store, policy, settings)
        inside = Inside(store, policy, notifications=service)
        inside.key("agent", Role.AGENT)
        inside.tokens["mina"] = inside.keys.add("mina", Role.REVIEWER, slack="U1", language="ko")
        inside.tokens["bot"] = inside.keys.add("bot", Role.AGENT, slack="U2")
        inside.start()
        yield inside
        inside.stop()


def press(
    inside: Inside, request: dict[str, Any], url: str, *, user: str = "U1", **changed: Any
) -> Any:
    value = {"id": request["id"], "seen": request["digest"], **changed.pop("value", {})}
    payload = {
        "type": "block_actions",
        "user": {"id": user},
        "response_url": url,
        "actions": [{"action_id": changed.pop("action", "approve"), "value": json.dumps(value)}],
    }
    body = urlencode({"payload": json.dumps(payload)}).encode()
    at = str(changed.pop("at", int(time.time())) - changed.pop("late", 0))
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": signature_of(body, at, changed.pop("secret", SECRET)),
    }
    return inside.call("POST", "/slack/actions", content=body, headers=headers)


@pytest.fixture
def any_host(monkeypatch: pytest.MonkeyPatch, slack: Receiver) -> None:
    """Lets replies go to the test's own server, which is none of Slack's."""
    from plancraft.notifications import slack_signing
    from plancraft.server import slack as route

    def pressed(*args: Any, **named: Any) -> Any:
        host = slack.url.partition("//")[2].partition("/")[0]
        return slack_signing.pressed(*args, **named, hosts=(host,))

    monkeypatch.setattr(route, "pressed", pressed)


@pytest.mark.usefixtures("any_host")
def test_slacks_button_decides_for_the_member_whose_key_it_is(
    telling: Inside, slack: Receiver
) -> None:
    request = telling.ask("agent", "Ship it")
    message = until(lambda: slack.heard)[0]
    assert f"http://hitl.test/hitl/requests/{request['id']}" in json.dumps(message)
    assert press(telling, request, slack.url, late=100).status_code == 200
    decided = telling.desk.get(request["id"])
    assert (decided.approved_by, decided.is_held) == ("mina", False)
    reply = until(lambda: slack.heard[1:])[0]
    assert reply["replace_original"] is True
    assert "승인" in reply["text"]
    assert press(telling, request, slack.url, late=50).status_code == 200
    assert "mina" in until(lambda: slack.heard[2:])[0]["text"]


@pytest.mark.usefixtures("any_host")
@pytest.mark.parametrize(
    ("wrong", "status"),
    [
        ({"user": "U9"}, 200),
        ({"user": "U2"}, 200),
        ({"value": {"seen": "0" * 64}}, 200),
        ({"secret": "forged"}, 401),
        ({"late": 400}, 401),
        ({"action": "reject"}, 422),
        ({"action": "open"}, 200),
    ],
)
def test_a_press_that_is_not_a_reviewers_decides_nothing(
    telling: Inside, slack: Receiver, wrong: dict[str, Any], status: int
) -> None:
    request = telling.ask("agent")
    until(lambda: slack.heard)
    assert press(telling, request, slack.url, **wrong).status_code == status
    assert telling.desk.get(request["id"]).version == 1


@pytest.mark.usefixtures("any_host")
def test_the_same_press_counts_once(telling: Inside, slack: Receiver) -> None:
    first, other = telling.ask("agent"), telling.ask("agent", "Other")
    telling.desk.approve(first["id"], by="jun", hold=timedelta(seconds=60))
    now = int(time.time())
    assert press(telling, first, slack.url, at=now).status_code == 200
    telling.desk.undo(first["id"], by="jun")
    assert press(telling, first, slack.url, at=now).status_code == 200  # the same, once more
    assert press(telling, other, slack.url).status_code == 200
    assert telling.desk.get(first["id"]).is_open
    assert not telling.desk.get(other["id"]).is_open


def test_without_a_secret_there_is_no_such_address(inside: Inside) -> None:
    assert inside.call("POST", "/slack/actions", content=b"payload={}").status_code == 404


def test_what_was_given_up_is_shown_and_sent_again(telling: Inside, slack: Receiver) -> None:
    slack.status = 404
    request = telling.ask("agent", "Lost")
    service = telling.app.state.service.notifications
    until(service.dead)
    browser = Browser(telling)
    browser.sign_in(key=telling.tokens["mina"])
    page = browser.call("GET", "/hitl/messages", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert request["id"][:8] in page.text
    assert "HTTP 404" in page.text
    assert slack.url not in page.text
    slack.status = 200
    sent = browser.call(
        "POST", "/hitl/messages/retry", data={"csrf_token": browser.csrf}, csrf=False
    )
    assert sent.status_code == 303
    assert "Lost" in json.dumps(until(lambda: slack.heard))
    until(lambda: not service.outbox.items())
    page = browser.call("GET", "/hitl/messages", headers={"Accept": "text/html"})
    assert "Nothing waits" in page.text
    gone = browser.call(
        "POST", "/hitl/messages/drop", data={"csrf_token": browser.csrf, "id": "none"}, csrf=False
    )
    assert gone.status_code == 404


def test_what_is_told_of_a_task_is_shown_without_a_link(telling: Inside) -> None:
    box = telling.app.state.service.notifications.outbox
    now = datetime.now(UTC)
    box.add(
        [
            OutboxItem(
                id="1:a2a:0", seq=1, channel="a2a", to="my config", kind="task",
                task_id="0a1b2c3d-4e5f", source="x", created_at=now, next_at=now, state="dead",
                error="HTTP 503",
            )
        ],
        {},
    )  # fmt: skip
    browser = Browser(telling)
    browser.sign_in(key=telling.tokens["mina"])
    page = browser.call("GET", "/hitl/messages", headers={"Accept": "text/html"}).text
    assert "task 0a1b2c3d" in page
    assert "my config" in page
    assert "/hitl/requests/0a1b2c3d" not in page


def test_opening_a_messages_link_decides_nothing(telling: Inside) -> None:
    request = telling.ask("agent")
    for _ in range(3):
        for accept in ("text/html", "*/*"):
            telling.call("GET", f"/hitl/requests/{request['id']}", headers={"Accept": accept})
    assert telling.desk.get(request["id"]).version == 1


def test_the_default_manager_tells_by_its_own_store(slack: Receiver, tmp_path: Path) -> None:
    from plancraft.approvals.manager import HITLManager

    settings = NotificationSettings(
        slack_webhook_url=SecretStr(slack.url), base_url="http://hitl.test"
    )
    policy = HITLPolicy(notification_channels=["slack"])

    async def story(store: Any) -> None:
        service = NotificationService(policy=policy, settings=settings)
        manager = HITLManager(policy, service, store=store)
        await manager.request_approval("general", "Told", "x")
        for _ in range(1000):
            if slack.heard:
                break
            await asyncio.sleep(0.01)
        await service.aclose()
        await manager.aclose()

    with closing(open_store(str(tmp_path / "own.db"))) as store:
        asyncio.run(story(store))
    assert "Told" in json.dumps(slack.heard)
