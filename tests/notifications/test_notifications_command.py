"""`plancraft notifications`: what waits, what was given up, and whether the channels work."""

import asyncio
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from plancraft.access import Keys, Role
from plancraft.approvals.desk import Desk
from plancraft.cli import main
from plancraft.notifications import NotificationService
from plancraft.stores import open_store
from tests.notifications.conftest import POLICY, SECRET, settings_for
from tests.notifications.servers import HttpServer, Mailbox


@pytest.fixture
def file(tmp_path: Path) -> str:
    return str(tmp_path / "store.db")


def said(file: str, *words: str) -> Result:
    return CliRunner().invoke(main, ["notifications", *words, "--db", file], env={"COLUMNS": "300"})


def give_up(file: str, http: HttpServer, count: int = 1) -> list[str]:
    """Ids of notifications that the server refused for good."""
    http.always = (404, {})
    with closing(open_store(file)) as store:
        service = NotificationService(store, POLICY, settings_for(urls=(http.url(),)))
        asyncio.run(service.deliver())
        for number in range(count):
            Desk(store, POLICY).open("general", f"Plan {number}", "x")
        asyncio.run(service.deliver())
        return [item.id for item in service.dead()]


def test_nothing_to_list_is_said(file: str) -> None:
    done = said(file, "list")
    assert (done.exit_code, done.stdout) == (0, "Nothing waits, and nothing was given up.\n")
    assert said(file, "list", "--lang", "ko").stdout == "대기 중이거나 포기한 알림이 없습니다.\n"


def test_what_was_given_up_is_listed_sent_again_and_dropped(file: str, http: HttpServer) -> None:
    one, two, three = give_up(file, http, 3)
    listed = said(file, "list").stdout
    for words in (one, two, three, "given up", "HTTP 404 no", f"http://127.0.0.1:{http.port}#"):
        assert words in listed
    assert "/hook" not in listed

    assert said(file, "retry", one).stdout == "To be sent again: 1\n"
    assert "waits" in said(file, "list").stdout
    assert said(file, "drop", one).stdout == "Dropped: 1\n"
    assert said(file, "retry", "--all").stdout == "To be sent again: 2\n"
    assert said(file, "drop", "--all").stdout == "Dropped: 0\n"
    assert "given up" not in said(file, "list").stdout


@pytest.mark.parametrize(
    "words",
    [("retry",), ("drop",), ("retry", "x"), ("drop", "x"), ("retry", "x", "--all"), ("test", "x")],
)
def test_what_cannot_be_done_is_one_line(file: str, words: tuple[str, ...]) -> None:
    refused = said(file, *words)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert len(refused.stderr.strip().splitlines()) == 1


def test_a_test_goes_to_one_reviewer_by_every_channel(
    file: str, http: HttpServer, box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(open_store(file)) as store:
        Keys(store).add("mina", Role.REVIEWER, email="mina@example.com", language="ko")
        Keys(store).add("jun", Role.REVIEWER)
    monkeypatch.setenv("ENABLE_EMAIL_NOTIFICATIONS", "true")
    monkeypatch.setenv("SMTP_SERVER", "127.0.0.1")
    monkeypatch.setenv("SMTP_PORT", str(box.port))
    monkeypatch.setenv("EMAIL_FROM", "plan@example.com")
    monkeypatch.setenv("SLACK_WEBHOOK_URL", http.url("/slack"))
    monkeypatch.setenv("PLANCRAFT_WEBHOOK_URL", http.url("/hook"))
    monkeypatch.setenv("PLANCRAFT_WEBHOOK_SECRET", SECRET)

    done = said(file, "test", "Mina")
    assert done.exit_code == 0, done.output
    assert done.stdout.count("sent") == 3
    assert box.to("mina@example.com")["Subject"] == "알림 시험"
    assert sorted(http.paths()) == ["/hook", "/slack"]
    (hook,) = [hit for hit in http.hits if hit.path == "/hook"]
    assert b'"approval.test"' in hook.body

    assert "there is no address" in said(file, "test", "jun").stdout
    http.always = (500, {})
    failed = said(file, "test", "mina")
    assert failed.exit_code == 1
    assert "HTTP 500" in failed.stdout
    assert said(file, "list").stdout.startswith("Nothing waits")
    assert said(file, "test", "nobody").exit_code == 2


def test_half_a_channel_is_one_line(file: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENABLE_EMAIL_NOTIFICATIONS", "true")
    refused = said(file, "test", "mina")
    assert refused.exit_code == 2
    assert refused.stderr == (
        "plancraft: The setting SMTP_SERVER cannot be used: ENABLE_EMAIL_NOTIFICATIONS needs it.\n"
    )
