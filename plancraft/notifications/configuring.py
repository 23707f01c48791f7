"""From settings to the channels that they configure."""

from collections.abc import Iterator
from contextlib import contextmanager

from plancraft.errors import InvalidSettings
from plancraft.locale import say
from plancraft.notifications.channels import Channel
from plancraft.notifications.settings import NotificationSettings

__all__ = ["configured_channels"]

_EXTRA = {"aiosmtplib": "email", "httpx": "slack", "standardwebhooks": "webhook"}


def configured_channels(settings: NotificationSettings) -> list[Channel]:
    """The channels whose settings are there.

    Raises:
        InvalidSettings: the package that one of them stands on is not installed.
    """
    found: list[Channel] = []
    if settings.smtp_server is not None:
        with _installed("ENABLE_EMAIL_NOTIFICATIONS"):
            from plancraft.notifications.mail import MailChannel
        found.append(MailChannel(settings))
    if settings.slack_webhook_url is not None:
        with _installed("SLACK_WEBHOOK_URL"):
            from plancraft.notifications.slack import SlackChannel
        found.append(SlackChannel(settings))
    if settings.webhook_urls:
        with _installed("PLANCRAFT_WEBHOOK_URL"):
            from plancraft.notifications.webhook import WebhookChannel
        found.append(WebhookChannel(settings))
    return found


@contextmanager
def _installed(variable: str) -> Iterator[None]:
    """Within the block, a package that is missing is named with what installs it."""
    try:
        yield
    except ModuleNotFoundError as error:
        extra = _EXTRA.get((error.name or "").partition(".")[0])
        if extra is None:
            raise
        command = f"pip install 'plancraft-hitl[{extra}]'"
        raise InvalidSettings(variable, say("it needs: {command}", command=command)) from error
