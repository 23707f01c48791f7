"""Settings are whole, or the variable that is wrong is named; no secret is shown."""

import builtins
import logging
from typing import Any

import pytest

from plancraft.approvals import HITLPolicy
from plancraft.errors import InvalidSettings
from plancraft.notifications import NotificationService, settings_from_environment
from plancraft.notifications.configuring import configured_channels
from plancraft.notifications.settings import is_loopback
from plancraft.stores import MemoryStore
from tests.notifications.conftest import POLICY, SECRET, Serving
from tests.notifications.servers import eventually

SEED = {
    "ENABLE_EMAIL_NOTIFICATIONS": "true",
    "SMTP_SERVER": "smtp.gmail.com",
    "SMTP_PORT": "587",
    "EMAIL_USER": "your-email@gmail.com",
    "EMAIL_PASSWORD": "your-app-password",
    "SLACK_WEBHOOK_URL": "https://hooks.slack.com/services/T0/B0/x",
}
HOOK = {"PLANCRAFT_WEBHOOK_URL": "https://a.example/x", "PLANCRAFT_WEBHOOK_SECRET": SECRET}


def test_the_seeds_variables_configure_mail_and_slack() -> None:
    settings = settings_from_environment(SEED)
    assert (settings.smtp_server, settings.smtp_port) == ("smtp.gmail.com", 587)
    assert settings.email_from == "your-email@gmail.com"
    assert settings.base_url == "http://localhost:8000"
    names = [channel.name for channel in configured_channels(settings)]
    assert names == ["email", "slack"]
    assert "your-app-password" not in repr(settings)
    assert "services" not in repr(settings)


def test_without_variables_there_is_no_channel() -> None:
    assert configured_channels(settings_from_environment({})) == []
    off = {**SEED, "ENABLE_EMAIL_NOTIFICATIONS": "false"}
    names = [channel.name for channel in configured_channels(settings_from_environment(off))]
    assert names == ["slack"]


def test_several_urls_are_separated_by_spaces() -> None:
    two = {**HOOK, "PLANCRAFT_WEBHOOK_URL": " https://a.example/x  https://b.example/y "}
    urls = settings_from_environment(two).webhook_urls
    assert [url.get_secret_value() for url in urls] == [
        "https://a.example/x",
        "https://b.example/y",
    ]


def test_a_secret_without_a_url_is_for_what_is_told_of_tasks_and_makes_no_channel() -> None:
    settings = settings_from_environment({"PLANCRAFT_WEBHOOK_SECRET": SECRET})
    assert [secret.get_secret_value() for secret in settings.webhook_secrets] == [SECRET]
    assert configured_channels(settings) == []


def test_links_start_where_people_reach_the_server() -> None:
    assert settings_from_environment({}, base_url="https://a.example/").base_url == (
        "https://a.example"
    )
    named = {"PLANCRAFT_BASE_URL": "https://b.example/plan/"}
    assert settings_from_environment(named, base_url="https://a.example").base_url == (
        "https://b.example/plan"
    )


@pytest.mark.parametrize(
    ("changes", "variable"),
    [
        ({"SMTP_SERVER": None}, "SMTP_SERVER"),
        ({"SMTP_SERVER": " "}, "SMTP_SERVER"),
        ({"SMTP_PORT": "smtp"}, "SMTP_PORT"),
        ({"SMTP_PORT": "0"}, "SMTP_PORT"),
        ({"SMTP_PORT": "65536"}, "SMTP_PORT"),
        ({"EMAIL_PASSWORD": None}, "EMAIL_PASSWORD"),
        ({"EMAIL_USER": None, "EMAIL_FROM": "a@b.c"}, "EMAIL_USER"),
        ({"EMAIL_USER": "apikey"}, "EMAIL_FROM"),
        ({"EMAIL_FROM": "a@b.c\r\nBcc: e@f.g"}, "EMAIL_FROM"),
        ({"SLACK_WEBHOOK_URL": "hooks.slack.com/x"}, "SLACK_WEBHOOK_URL"),
        ({"SLACK_WEBHOOK_URL": "http://hooks.slack.com/x"}, "SLACK_WEBHOOK_URL"),
        ({"SLACK_WEBHOOK_URL": None, "SLACK_SIGNING_SECRET": "x"}, "SLACK_WEBHOOK_URL"),
        ({"PLANCRAFT_WEBHOOK_URL": "https://a.example"}, "PLANCRAFT_WEBHOOK_SECRET"),
        ({**HOOK, "PLANCRAFT_WEBHOOK_SECRET": "mine"}, "PLANCRAFT_WEBHOOK_SECRET"),
        ({**HOOK, "PLANCRAFT_WEBHOOK_SECRET": "whsec_c2hvcnQ="}, "PLANCRAFT_WEBHOOK_SECRET"),
        ({**HOOK, "PLANCRAFT_WEBHOOK_SECRET": "whsec_!" + "A" * 40}, "PLANCRAFT_WEBHOOK_SECRET"),
        ({**HOOK, "PLANCRAFT_WEBHOOK_URL": "ftp://a.example"}, "PLANCRAFT_WEBHOOK_URL"),
        ({**HOOK, "PLANCRAFT_WEBHOOK_URL": "https://[a"}, "PLANCRAFT_WEBHOOK_URL"),
        ({"PLANCRAFT_BASE_URL": "javascript:alert(1)"}, "PLANCRAFT_BASE_URL"),
        ({"PLANCRAFT_BASE_URL": "https://"}, "PLANCRAFT_BASE_URL"),
    ],
)
def test_what_is_half_or_wrong_is_named(changes: dict[str, str | None], variable: str) -> None:
    environment = {name: value for name, value in {**SEED, **changes}.items() if value is not None}
    with pytest.raises(InvalidSettings) as refused:
        settings_from_environment(environment)
    assert refused.value.variable == variable
    assert variable in str(refused.value)
    assert "your-app-password" not in str(refused.value)


@pytest.mark.parametrize(
    ("package", "environment", "command"),
    [
        ("aiosmtplib", SEED, "pip install 'plancraft-hitl[email]'"),
        ("httpx", {"SLACK_WEBHOOK_URL": SEED["SLACK_WEBHOOK_URL"]}, "plancraft-hitl[slack]"),
        ("standardwebhooks", HOOK, "plancraft-hitl[webhook]"),
    ],
)
def test_a_missing_package_is_named_with_what_installs_it(
    monkeypatch: pytest.MonkeyPatch, package: str, environment: dict[str, str], command: str
) -> None:
    import sys

    usual = builtins.__import__

    def without(name: str, *rest: Any, **named: Any) -> Any:
        if name.partition(".")[0] == package:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return usual(name, *rest, **named)

    for module in list(sys.modules):
        if module.startswith("plancraft.notifications.") and module.rpartition(".")[2] in (
            "mail", "slack", "webhook", "posting",
        ):  # fmt: skip
            monkeypatch.delitem(sys.modules, module)
    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(InvalidSettings, match="it needs") as refused:
        configured_channels(settings_from_environment(environment))
    assert command in str(refused.value)


def test_a_channel_that_no_policy_names_is_warned_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = settings_from_environment({"SLACK_WEBHOOK_URL": SEED["SLACK_WEBHOOK_URL"]})
    caplog.set_level(logging.WARNING)
    only_mail = HITLPolicy(notification_channels=["websocket", "email"])
    with Serving(NotificationService(MemoryStore(), only_mail, settings)):
        eventually(lambda: "channel_unnamed: slack" in caplog.text)
    caplog.clear()
    with Serving(NotificationService(MemoryStore(), POLICY, settings)) as service:
        eventually(lambda: service.store.bookmark("notifications:slack") is not None)
    assert "channel_unnamed" not in caplog.text


def test_loopback_is_this_machine() -> None:
    assert [is_loopback(one) for one in ("localhost", "127.0.0.1", "127.9.9.9", "::1")] == [
        True
    ] * 4
    outside = ("example.com", "10.0.0.1", None, "", "localhost.example.com")
    assert not any(map(is_loopback, outside))
