"""E-mail over a real SMTP server: to whom, in which language, and what a bad server does."""

import asyncio
import shutil
import ssl
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from plancraft.approvals import HITLPolicy, Rule, Store
from plancraft.approvals.desk import Desk
from plancraft.locale import Language
from plancraft.notifications import NotificationService, NotificationSettings
from tests.notifications.conftest import BASE, POLICY, Clock, add_reviewer, settings_for
from tests.notifications.servers import Mailbox, mailbox
from tests.ports import free_port


@pytest.fixture
def service(store: Store, box: Mailbox, clock: Clock) -> NotificationService:
    """It has begun: what happens from now on is told."""
    service = NotificationService(store, POLICY, settings_for(box), clock=clock)
    asyncio.run(service.deliver())
    return service


def deliver(service: NotificationService) -> None:
    assert asyncio.run(service.deliver())


def text_of(message: Any, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    return str(part.get_content())


def told(box: Mailbox) -> list[str]:
    return sorted(to[0] for _, to in box.envelopes)


def test_each_reviewer_with_an_address_is_told_once(
    service: NotificationService, store: Store, desk: Desk, box: Mailbox
) -> None:
    add_reviewer(store, "mina")
    add_reviewer(store, "jun")
    add_reviewer(store, "silent", email=None)
    add_reviewer(store, "same", email="MINA@example.com")

    request = desk.open("general", "Deploy", "Tonight", requested_by="agent-1", priority=5)
    deliver(service)
    deliver(service)

    assert len(box.messages) == 2
    assert {to.casefold() for to in told(box)} == {"mina@example.com", "jun@example.com"}
    message = box.to("jun@example.com")
    assert message["Subject"] == "Approval requested: Deploy"
    assert message["From"] == "plan@example.com"
    assert message["To"] == "jun@example.com"
    assert message["Auto-Submitted"] == "auto-generated"
    key = message["X-Entity-Ref-ID"]
    assert message["Message-ID"] == f"<{key.replace(':', '.')}@example.com>"
    for kind in ("plain", "html"):
        text = text_of(message, kind)
        assert text.count(f"{BASE}/hitl/requests/{request.id}") == 1
        assert text.count("http") == 1
        for words in ("Deploy", "Tonight", "agent-1", "Urgent", "rejected at", " UTC"):
            assert words in text
    assert service.waiting() == service.dead() == []


def test_only_who_may_decide_is_told(store: Store, box: Mailbox, clock: Clock) -> None:
    rule = Rule(deciders=("role:finance", "jun"))
    policy = POLICY.model_copy(update={"tools": {"pay": rule}})
    service = NotificationService(store, policy, settings_for(box), clock=clock)
    deliver(service)
    add_reviewer(store, "mina", groups=["finance"])
    add_reviewer(store, "jun")
    add_reviewer(store, "other")

    Desk(store, policy).open("general", "Pay", {"tool": "pay"}, requested_by="jun")
    deliver(service)

    assert told(box) == ["mina@example.com"]


def test_the_assignee_alone_is_told_unless_there_is_no_way_to(
    service: NotificationService, store: Store, desk: Desk, box: Mailbox
) -> None:
    add_reviewer(store, "mina")
    add_reviewer(store, "jun")
    add_reviewer(store, "silent", email=None)

    desk.open("general", "One", "x", assignee="Mina")
    deliver(service)
    assert told(box) == ["mina@example.com"]

    desk.open("general", "Two", "x", assignee="silent")
    deliver(service)
    assert told(box) == ["jun@example.com", "mina@example.com", "mina@example.com"]


@pytest.mark.parametrize("server", ["en", "ko"])
def test_each_reader_is_written_to_in_their_language(
    service: NotificationService,
    store: Store,
    desk: Desk,
    box: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
    server: Language,
) -> None:
    monkeypatch.setenv("PLANCRAFT_LANG", server)
    add_reviewer(store, "mina", language="ko")
    add_reviewer(store, "jun", language="en")
    add_reviewer(store, "any")

    desk.open("general", "Plan", "x", priority=1)
    deliver(service)

    subjects = {"ko": "승인 요청: Plan", "en": "Approval requested: Plan"}
    assert box.to("mina@example.com")["Subject"] == subjects["ko"]
    assert box.to("jun@example.com")["Subject"] == subjects["en"]
    assert box.to("any@example.com")["Subject"] == subjects[server]
    korean = text_of(box.to("mina@example.com"))
    assert "남은 시간" in korean
    assert "거부됩니다" in korean
    assert "Time left" not in korean


def test_nobody_is_mailed_about_what_was_decided_meanwhile(
    service: NotificationService, store: Store, desk: Desk, box: Mailbox
) -> None:
    add_reviewer(store, "mina")
    box.refusals["mina@example.com"] = "450 try later"
    request = desk.open("general", "Plan", "x")
    deliver(service)
    (item,) = service.waiting()
    assert (item.attempts, item.error) == (1, "SMTP 450 try later")

    desk.approve(request.id, by="mina")
    box.refusals.clear()
    service._clock.pass_by(minutes=1)  # type: ignore[attr-defined]
    deliver(service)

    assert box.messages == []
    assert service.waiting() == service.dead() == []


def test_a_held_decision_keeps_the_mail_back_until_it_is_for_good_or_undone(
    service: NotificationService, store: Store, clock: Clock, box: Mailbox
) -> None:
    add_reviewer(store, "mina")
    box.refusals["mina@example.com"] = "450 try later"
    desk = Desk(store, POLICY, clock)
    request = desk.open("general", "Plan", "x")
    deliver(service)
    box.refusals.clear()
    clock.pass_by(seconds=6)
    desk.approve(request.id, by="jun", hold=timedelta(seconds=30))

    deliver(service)
    assert box.messages == []
    assert len(service.waiting()) == 1

    desk.undo(request.id, by="jun")
    deliver(service)
    assert told(box) == ["mina@example.com"]


def test_a_refused_recipient_is_given_up_at_once_and_the_others_are_told(
    service: NotificationService, store: Store, desk: Desk, box: Mailbox
) -> None:
    add_reviewer(store, "gone")
    add_reviewer(store, "mina")
    box.refusals["gone@example.com"] = "550 no such user"

    desk.open("general", "Plan", "x")
    deliver(service)

    assert told(box) == ["mina@example.com"]
    (dead,) = service.dead()
    assert (dead.to, dead.error, dead.attempts) == ("gone@example.com", "SMTP 550 no such user", 1)
    assert service.waiting() == []


@pytest.mark.parametrize(("reply", "state"), [("451 busy", "waiting"), ("554 spam", "dead")])
def test_what_the_server_says_to_the_text_counts_too(
    service: NotificationService, store: Store, desk: Desk, box: Mailbox, reply: str, state: str
) -> None:
    add_reviewer(store, "mina")
    box.data_reply = reply
    desk.open("general", "Plan", "x")
    deliver(service)
    (item,) = service.outbox.items()
    assert (item.state, item.error) == (state, f"SMTP {reply}")


def test_no_server_is_a_reason_to_wait(store: Store, desk: Desk, clock: Clock) -> None:
    settings = settings_for(Mailbox(port=free_port()))
    service = NotificationService(store, POLICY, settings, clock=clock)
    deliver(service)
    add_reviewer(store, "mina")
    desk.open("general", "Plan", "x")
    deliver(service)
    (item,) = service.waiting()
    assert item.error is not None
    assert "SMTPConnectError" in item.error


def with_login(box: Mailbox, host: str = "127.0.0.1") -> NotificationSettings:
    secret = SecretStr("hunter2-hunter2")
    return replace(settings_for(box), smtp_server=host, email_user="plan", email_password=secret)


def tell(store: Store, settings: NotificationSettings) -> NotificationService:
    """The service, which was given a letter to send."""
    service = NotificationService(store, POLICY, settings)
    deliver(service)
    add_reviewer(store, "mina")
    Desk(store, POLICY).open("general", "Plan", "x")
    deliver(service)
    return service


@pytest.fixture
def tls(tmp_path: Path) -> ssl.SSLContext:
    """A server's, with a certificate that nobody vouches for."""
    if (openssl := shutil.which("openssl")) is None:
        pytest.skip("needs openssl to make a certificate")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=localhost", "-keyout", key, "-out", certificate],
        check=True, capture_output=True, timeout=60,
    )  # fmt: skip
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    return context


def test_on_this_machine_a_login_needs_no_tls(store: Store, box: Mailbox) -> None:
    tell(store, with_login(box))
    assert box.logins == [("plan", "hunter2-hunter2", False)]
    assert len(box.messages) == 1


def test_tls_is_spoken_where_it_is_offered(store: Store, tls: ssl.SSLContext) -> None:
    with mailbox(tls) as box:
        tell(store, with_login(box))
    assert box.logins == [("plan", "hunter2-hunter2", True)]
    assert box.encrypted == [True]


def test_elsewhere_a_server_has_to_prove_who_it_is(store: Store, tls: ssl.SSLContext) -> None:
    with mailbox(tls) as box:
        service = tell(store, with_login(box, "0.0.0.0"))
    assert (box.logins, box.messages) == ([], [])
    assert len(service.waiting()) == 1


def test_a_password_does_not_leave_this_machine_in_the_clear(
    store: Store, box: Mailbox, caplog: pytest.LogCaptureFixture
) -> None:
    """The server has no TLS, and 0.0.0.0 does not stand for this machine alone."""
    caplog.set_level("DEBUG")
    settings = with_login(box, "0.0.0.0")
    service = tell(store, settings)

    (item,) = service.waiting()
    assert (box.logins, box.messages) == ([], [])
    assert "hunter2" not in caplog.text + item.model_dump_json() + repr(settings)


@pytest.mark.parametrize(
    "title",
    [
        "Plan\r\nBcc: eve@example.com",
        "Plan\nBcc: eve@example.com\n\nbody",
        "Plan\x00\x1b[31m\u202egnp.exe",
        "Plan\u2028Bcc: eve@example.com",
        "<script>alert(1)</script><img src=https://eve.example/x>",
        "승인 " * 90 + "끝",
        "👩‍🚀🚀" * 120,
        "=?utf-8?q?Bcc?=: x",
    ],
)
def test_a_hostile_title_is_only_a_title(
    service: NotificationService, store: Store, desk: Desk, box: Mailbox, title: str
) -> None:
    add_reviewer(store, "mina")
    desk.open("general", title, title + "\n<b onclick=x>" + "y" * 100_000, requested_by="a\r\nB: c")
    deliver(service)

    assert box.envelopes == [("plan@example.com", ["mina@example.com"])]
    (message,) = box.messages
    assert {"Bcc", "B"}.isdisjoint(message.keys())
    assert message.keys() == [
        "To", "From", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Entity-Ref-ID",
        "MIME-Version", "Content-Type", *message.keys()[9:],
    ]  # fmt: skip
    assert set(message.keys()[9:]) <= {"X-Peer", "X-MailFrom", "X-RcptTo"}
    subject = str(message["Subject"])
    assert subject.isprintable() or "👩" in subject
    assert len(subject) <= 175
    page = text_of(message, "html")
    assert "<script" not in page
    assert "<img" not in page
    assert "<b onclick" not in page
    whole = text_of(message) + page
    assert len(whole) < 8000
    assert not {"\x00", "\x1b", "\u202e", "\u2028"} & set(whole)


@pytest.mark.parametrize(
    "address", ["a@b\r\nBcc: eve@example.com", "not an address", "@", "a@b, c@d"]
)
def test_an_address_that_is_none_is_given_up(
    service: NotificationService, store: Store, desk: Desk, box: Mailbox, address: str
) -> None:
    add_reviewer(store, "mina", email=address)
    desk.open("general", "Plan", "x")
    deliver(service)
    assert box.envelopes == []
    assert [item.error for item in service.dead()] == ["the address is not an e-mail address"]


def test_a_policy_without_the_channel_sends_nothing(
    service: NotificationService, store: Store, box: Mailbox
) -> None:
    add_reviewer(store, "mina")
    for quiet in (
        HITLPolicy(notification_channels=["websocket", "pigeon"]),
        HITLPolicy(enable_notifications=False),
    ):
        Desk(store, quiet).open("general", "Plan", "x")
    deliver(service)
    assert box.messages == []
    assert service.outbox.items() == []
