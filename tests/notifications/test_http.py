"""Slack and webhooks over a real HTTP server that fails, lags, redirects and says: not now."""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from pydantic import SecretStr
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from plancraft.approvals import Changes, Store
from plancraft.approvals.deciding import record_answer
from plancraft.approvals.desk import Desk
from plancraft.approvals.events import event_of
from plancraft.approvals.opening import open_question
from plancraft.interrupts.payloads import FormInterruptPayload
from plancraft.notifications import NotificationService
from plancraft.notifications.posting import retry_after
from tests.notifications.conftest import (
    BASE,
    POLICY,
    SECRET,
    Clock,
    Serving,
    settings_for,
)
from tests.notifications.servers import Hit, HttpServer, eventually
from tests.ports import free_port


def deliver(service: NotificationService) -> None:
    assert asyncio.run(service.deliver())


@pytest.fixture
def slack(store: Store, http: HttpServer, clock: Clock) -> NotificationService:
    settings = settings_for(slack=http.url("/services/T0/B0/s3cret-path"))
    service = NotificationService(store, POLICY, settings, clock=clock)
    deliver(service)
    return service


@pytest.fixture
def webhook(store: Store, http: HttpServer, clock: Clock) -> NotificationService:
    settings = settings_for(urls=(http.url("/s3cret-path"),))
    service = NotificationService(store, POLICY, settings, clock=clock)
    deliver(service)
    return service


def read(hit: Hit, secret: str = SECRET) -> dict[str, Any]:
    """The webhook, checked by the library that the specification's authors publish."""
    body: dict[str, Any] = Webhook(secret).verify(hit.body, hit.headers)
    return body


@pytest.mark.parametrize("status", [500, 502, 503, 408, 429])
def test_what_may_pass_is_tried_again(
    slack: NotificationService, desk: Desk, http: HttpServer, clock: Clock, status: int
) -> None:
    http.answers.append((status, {}))
    desk.open("general", "Plan", "x")
    deliver(slack)
    (item,) = slack.waiting()
    assert item.error == f"HTTP {status} no"
    clock.pass_by(seconds=6)
    deliver(slack)
    assert slack.outbox.items() == []
    assert len(http.hits) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 301, 302, 307])
def test_what_will_not_pass_is_given_up_at_once(
    webhook: NotificationService, desk: Desk, http: HttpServer, status: int
) -> None:
    http.always = (status, {"Location": http.url("/elsewhere")})
    desk.open("general", "Plan", "x")
    deliver(webhook)
    (item,) = webhook.dead()
    assert (item.attempts, item.error) == (1, f"HTTP {status} no")
    assert http.paths() == ["/s3cret-path"]


def test_retry_after_is_obeyed(
    slack: NotificationService, desk: Desk, http: HttpServer, clock: Clock
) -> None:
    http.answers.append((429, {"Retry-After": "90"}))
    desk.open("general", "Plan", "x")
    deliver(slack)
    (item,) = slack.waiting()
    assert 85 < (item.next_at - clock()).total_seconds() <= 90
    clock.pass_by(seconds=30)
    deliver(slack)
    assert len(http.hits) == 1
    clock.pass_by(seconds=61)
    deliver(slack)
    assert len(http.hits) == 2
    assert slack.outbox.items() == []


def test_retry_after_is_seconds_or_a_date_and_anything_else_is_no_wish() -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    in_a_minute = format_datetime(now + timedelta(seconds=60), usegmt=True)
    assert retry_after("7", now=now) == 7
    assert retry_after(in_a_minute, now=now) == 60
    assert retry_after("Thu, 01 Jan 1970 00:00:00 GMT", now=now) == 0
    for odd in (None, "", "soon", "-5", "1e9", "٣", "Thu, 99 Jan 2026", "\x00"):
        assert retry_after(odd, now=now) is None


def test_a_server_that_lags_is_left_and_asked_again(
    slack: NotificationService,
    desk: Desk,
    http: HttpServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("plancraft.notifications.posting.TIMEOUT_SECONDS", 0.3)
    http.stuck = "/services/T0/B0/s3cret-path"
    desk.open("general", "Plan", "x")
    deliver(slack)
    (item,) = slack.waiting()
    assert item.error == "no answer in 0.3 seconds"


def test_a_url_that_lags_does_not_hold_up_another(
    store: Store, desk: Desk, http: HttpServer
) -> None:
    settings = settings_for(urls=(http.url("/slow"), http.url("/quick")))
    service = NotificationService(store, POLICY, settings)
    deliver(service)
    http.stuck = "/slow"
    with Serving(service):
        for number in range(20):
            desk.open("general", f"Plan {number}", "x")
        eventually(lambda: http.paths().count("/quick") == 20)
        assert 1 <= http.paths().count("/slow") <= 8
        http.stuck = ""
        http.let_go.set()
        eventually(lambda: http.paths().count("/slow") >= 20)


def test_nobody_there_is_a_reason_to_wait(store: Store, desk: Desk, clock: Clock) -> None:
    settings = settings_for(urls=(f"http://127.0.0.1:{free_port()}/s3cret-path",))
    service = NotificationService(store, POLICY, settings, clock=clock)
    deliver(service)
    desk.open("general", "Plan", "x")
    deliver(service)
    (item,) = service.waiting()
    assert item.error is not None
    assert item.error.startswith("ConnectError")


def test_no_secret_is_in_the_log_or_in_the_outbox(
    store: Store,
    desk: Desk,
    http: HttpServer,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    settings = settings_for(
        slack=http.url("/services/s3cret-path"),
        urls=(http.url("/s3cret-path"),),
        slack_signing_secret=SecretStr("s3cret-signing"),
    )
    service = NotificationService(store, POLICY, settings, clock=clock)
    deliver(service)
    http.always = (500, {})
    desk.open("general", "Plan", "x")
    deliver(service)
    http.always = (404, {})
    clock.pass_by(seconds=6)
    deliver(service)
    assert len(http.hits) == 4
    assert len(service.dead()) == 2
    kept = "".join(str(record.body) for record in store.records("outbox"))
    for secret in ("s3cret", SECRET, SECRET.removeprefix("whsec_")):
        assert secret not in caplog.text + kept + repr(settings) + str(settings)
    assert settings.scrubbed(f"POST {http.url('/s3cret-path')}: no") == "POST ***: no"


def test_a_webhook_is_signed_as_the_specification_has_it(
    webhook: NotificationService, desk: Desk, http: HttpServer
) -> None:
    request = desk.open("general", "결제 승인", "x", requested_by="agent-1")
    deliver(webhook)
    (hit,) = http.hits
    body = read(hit)
    assert body["type"] == "approval.opened"
    assert datetime.fromisoformat(body["timestamp"]) == request.created_at
    assert body["data"]["request"]["title"] == "결제 승인"
    assert body["data"]["event"]["request_id"] == request.id
    assert hit.headers["content-type"] == "application/json"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(hit.body.replace(b"opened", b"decided"), hit.headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "A" * 32).verify(hit.body, hit.headers)


def test_a_secret_can_be_changed_without_a_gap(store: Store, desk: Desk, http: HttpServer) -> None:
    new = "whsec_" + "B" * 32
    settings = settings_for(urls=(http.url(),))
    settings = type(settings)(
        webhook_urls=settings.webhook_urls, webhook_secrets=(SecretStr(SECRET), SecretStr(new))
    )
    service = NotificationService(store, POLICY, settings)
    deliver(service)
    desk.open("general", "Plan", "x")
    deliver(service)
    assert read(http.hits[0]) == read(http.hits[0], new)


def test_a_repeat_has_the_same_id_and_a_signature_of_its_own_time(
    webhook: NotificationService, desk: Desk, http: HttpServer, clock: Clock
) -> None:
    http.answers.append((500, {}))
    desk.open("general", "Plan", "x")
    deliver(webhook)
    clock.pass_by(seconds=6)
    deliver(webhook)
    first, second = (hit.headers for hit in http.hits)
    assert first["webhook-id"] == second["webhook-id"]
    assert first["webhook-timestamp"] != second["webhook-timestamp"]
    assert first["webhook-signature"] != second["webhook-signature"]
    read(http.hits[1])


def kinds(http: HttpServer) -> list[str]:
    return [read(hit)["type"].removeprefix("approval.") for hit in http.hits]


def test_every_event_is_told_by_webhook_even_of_what_is_closed(
    webhook: NotificationService, desk: Desk, http: HttpServer, clock: Clock
) -> None:
    one = desk.open("general", "One", "x")
    desk.extend(one.id, 60, by="mina")
    desk.assign(one.id, "jun", by="mina")
    desk.reject(one.id, by="jun", reason="no")
    two = desk.open("general", "Two", "x")
    desk.cancel(two.id, by="agent")
    desk.open("general", "Three", "x", timeout=1)
    clock.pass_by(seconds=2)
    desk.expire_due()
    deliver(webhook)
    assert sorted(kinds(http)) == sorted(
        ["opened", "extended", "decided", "opened", "cancelled", "opened", "expired"]
    )


def test_a_held_decision_is_told_when_it_is_for_good(
    webhook: NotificationService, desk: Desk, http: HttpServer, clock: Clock
) -> None:
    request = desk.open("general", "Plan", "x")
    desk.approve(request.id, by="mina", hold=timedelta(seconds=10))
    deliver(webhook)
    desk.undo(request.id, by="mina")
    desk.approve(request.id, by="jun", hold=timedelta(seconds=10))
    deliver(webhook)
    (opened,) = http.hits
    shown = read(opened)["data"]["request"]
    assert (shown["status"], shown["decision"], shown["approved_by"]) == ("pending", None, None)
    assert (shown["votes"], shown["held_until"]) == ([], None)
    assert "mina" not in opened.body.decode()

    clock.pass_by(seconds=11)
    desk.keep_time()
    deliver(webhook)
    assert kinds(http)[1:] == ["decided"]
    told = read(http.hits[1])["data"]
    assert told["request"]["approved_by"] == told["event"]["actor"] == "jun"


def test_a_secret_that_somebody_filled_in_is_told_to_nobody(store: Store, http: HttpServer) -> None:
    service = NotificationService(store, POLICY, settings_for(urls=(http.url(),)))
    deliver(service)
    secret = {"type": "string", "format": "password", "writeOnly": True}
    form = {"type": "object", "properties": {"key": secret}, "required": ["key"]}
    request = open_question(
        graph="g", thread_id="t", checkpoint_id="c", interrupt_id="i",
        shown=FormInterruptPayload(question="Key?", form=form).to_dict(), response_schema=None,
        now=datetime.now(UTC), timeout=300, timeout_action="cancel",
    )  # fmt: skip
    opened = Changes(opened=[request], events=[event_of("opened", request, actor="-")])
    assert store.commit(opened, durable=True)
    decided = record_answer(store, request.id, {"key": "s3cret"}, by="mina")
    assert decided.decision is not None
    assert "s3cret" in str(decided.decision.secrets)

    deliver(service)
    assert sorted(kinds(http)) == ["decided", "opened"]
    assert not any(b"s3cret" in hit.body for hit in http.hits)


def test_slack_gets_one_message_with_a_link_and_buttons_only_if_presses_can_be_checked(
    slack: NotificationService, store: Store, http: HttpServer, clock: Clock
) -> None:
    desk = Desk(store, POLICY, clock)
    first = desk.open("general", "Plan", "x", priority=5)
    deliver(slack)
    message = json.loads(http.hits[0].body)
    (button,) = elements(message)
    assert button["url"] == f"{BASE}/hitl/requests/{first.id}"
    assert message["text"] == "Approval requested: Plan"

    settings = settings_for(
        slack=http.url("/services"), slack_signing_secret=SecretStr("0123456789abcdef")
    )
    service = NotificationService(store, POLICY, settings, clock=clock)
    for priority in (3, 4):
        desk.open("general", "Plan", "x", priority=priority)
    deliver(service)
    calm, urgent = (elements(json.loads(hit.body)) for hit in http.hits[1:])
    assert [one["action_id"] for one in calm] == ["approve", "open"]
    assert json.loads(urgent[0]["value"]).keys() == {"id", "seen"}
    assert sorted("confirm" in one[0] for one in (calm, urgent)) == [False, True]


def elements(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    (actions,) = [block for block in message["blocks"] if block["type"] == "actions"]
    found: list[dict[str, Any]] = actions["elements"]
    return found


@pytest.mark.parametrize(
    "hostile",
    [
        "<!channel> <https://eve.example|click> *bold* @here",
        "&lt;!channel&gt; & <" * 2000,
        "👩‍🚀" * 3000,
        "승인\u202e\x00\x07 요청",
        "`" * 3,
    ],
)
def test_in_slack_a_hostile_text_is_only_a_text(
    slack: NotificationService, desk: Desk, http: HttpServer, hostile: str
) -> None:
    desk.open("general", hostile, hostile + "!", requested_by=hostile[:50])
    deliver(slack)
    assert slack.outbox.items() == []
    message = json.loads(http.hits[0].body)
    header = message["blocks"][0]["text"]["text"]
    assert 0 < len(header.encode("utf-16-le")) // 2 <= 150
    for text in [message["text"], *texts(message["blocks"])]:
        assert 0 < len(text.encode("utf-16-le")) // 2 <= 3000
        assert "<" not in text
        assert ">" not in text
        assert not {"\x00", "\x07", "\u202e"} & set(text)
        rest = text.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
        assert "&" not in rest


def texts(blocks: list[dict[str, Any]]) -> list[str]:
    found = []
    for block in blocks:
        for one in (block, *block.get("elements", [])):
            text = one.get("text")
            if isinstance(text, dict):
                assert text["type"] == "plain_text"
                found.append(text["text"])
            elif text is not None:
                found.append(text)
    return found
