"""By which channels people are reached: what the environment says."""

import base64
import binascii
import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from pydantic import SecretStr

from plancraft.errors import InvalidSettings
from plancraft.locale import say
from plancraft.notifications.addresses import read_address

__all__ = ["DEFAULT_BASE_URL", "NotificationSettings", "is_loopback", "settings_from_environment"]

DEFAULT_BASE_URL = "http://localhost:8000"
"""Where `plancraft serve` is found unless somebody says otherwise."""
_SECRET_BYTES = (24, 64)
_HIDDEN = "***"


@dataclass(frozen=True, slots=True, kw_only=True)
class NotificationSettings:
    """What the channels need. One whose address is None is not there.

    Raises:
        InvalidSettings: half of a channel is set, or a value is not as it must be.
    """

    base_url: str = DEFAULT_BASE_URL
    """What links in messages start with."""
    smtp_server: str | None = None
    smtp_port: int = 587
    """465 speaks TLS from the first byte; the others begin in plain and change to TLS."""
    email_user: str | None = None
    email_password: SecretStr | None = None
    email_from: str = ""
    slack_webhook_url: SecretStr | None = None
    slack_signing_secret: SecretStr | None = None
    """With it messages have buttons, and their presses can be told from forged ones."""
    webhook_urls: tuple[SecretStr, ...] = ()
    webhook_secrets: tuple[SecretStr, ...] = ()
    """All of them sign, so that a receiver can change from one to the next. They sign what is told
    of agents' tasks too, so that they may be there without a URL."""

    def __post_init__(self) -> None:
        _require_url("PLANCRAFT_BASE_URL", self.base_url)
        self._check_email()
        if self.slack_webhook_url is not None:
            _require_url("SLACK_WEBHOOK_URL", self.slack_webhook_url.get_secret_value(), tls=True)
        if self.slack_signing_secret is not None and self.slack_webhook_url is None:
            raise InvalidSettings("SLACK_WEBHOOK_URL", say("SLACK_SIGNING_SECRET needs it"))
        self._check_webhooks()

    def _check_email(self) -> None:
        if self.smtp_server is None:
            return
        if (self.email_user is None) != (self.email_password is None):
            missing = "EMAIL_USER" if self.email_user is None else "EMAIL_PASSWORD"
            raise InvalidSettings(missing, say("it is needed with the other of the two"))
        if not 0 < self.smtp_port < 65536:
            raise InvalidSettings("SMTP_PORT", say("it is a number from 1 to 65535"))
        if read_address(self.email_from) is None:
            raise InvalidSettings("EMAIL_FROM", say("it is an address, such as plan@example.com"))

    def _check_webhooks(self) -> None:
        for url in self.webhook_urls:
            _require_url("PLANCRAFT_WEBHOOK_URL", url.get_secret_value())
        if self.webhook_urls and not self.webhook_secrets:
            raise InvalidSettings("PLANCRAFT_WEBHOOK_SECRET", say("PLANCRAFT_WEBHOOK_URL needs it"))
        least, most = _SECRET_BYTES
        for secret in self.webhook_secrets:
            if not least <= len(_decoded(secret.get_secret_value())) <= most:
                problem = say(
                    "it is whsec_ and the base64 of {least} to {most} bytes",
                    least=least,
                    most=most,
                )
                raise InvalidSettings("PLANCRAFT_WEBHOOK_SECRET", problem)

    def scrubbed(self, text: str) -> str:
        """The text without any secret of these settings."""
        secrets = [self.email_password, self.slack_webhook_url, self.slack_signing_secret]
        for secret in (*secrets, *self.webhook_urls, *self.webhook_secrets):
            if secret is not None and (value := secret.get_secret_value()):
                text = text.replace(value, _HIDDEN)
                path = urlsplit(value).path if "://" in value else ""
                text = text.replace(path, _HIDDEN) if len(path) > 1 else text
        return text


def settings_from_environment(
    environment: Mapping[str, str] = os.environ, *, base_url: str | None = None
) -> NotificationSettings:
    """The settings that the environment holds; `base_url` where it has no PLANCRAFT_BASE_URL.

    Raises:
        InvalidSettings: half of a channel is set, or a value is not as it must be.
    """
    given = {name: value.strip() for name, value in environment.items() if value.strip()}
    mail = given.get("ENABLE_EMAIL_NOTIFICATIONS", "").lower() in ("true", "1", "yes", "on")
    if mail and "SMTP_SERVER" not in given:
        raise InvalidSettings("SMTP_SERVER", say("ENABLE_EMAIL_NOTIFICATIONS needs it"))
    return NotificationSettings(
        base_url=given.get("PLANCRAFT_BASE_URL", base_url or DEFAULT_BASE_URL).rstrip("/"),
        smtp_server=given["SMTP_SERVER"] if mail else None,
        smtp_port=_port(given.get("SMTP_PORT", "587")),
        email_user=given.get("EMAIL_USER"),
        email_password=_secret(given.get("EMAIL_PASSWORD")),
        email_from=given.get("EMAIL_FROM") or given.get("EMAIL_USER", ""),
        slack_webhook_url=_secret(given.get("SLACK_WEBHOOK_URL")),
        slack_signing_secret=_secret(given.get("SLACK_SIGNING_SECRET")),
        webhook_urls=_secrets(given.get("PLANCRAFT_WEBHOOK_URL", "")),
        webhook_secrets=_secrets(given.get("PLANCRAFT_WEBHOOK_SECRET", "")),
    )


def is_loopback(host: str | None) -> bool:
    """Whether what is sent there stays on this machine."""
    if host is None or host == "localhost":
        return host is not None
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _require_url(variable: str, url: str, *, tls: bool = False) -> None:
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in ("http", "https") or not url.isprintable():
        raise InvalidSettings(variable, say("it is a URL that starts with https:// or http://"))
    if tls and parts.scheme != "https" and not is_loopback(host):
        raise InvalidSettings(variable, say("it is a URL that starts with https://"))


def _decoded(secret: str) -> bytes:
    if not secret.startswith("whsec_"):
        return b""
    try:
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return b""


def _port(text: str) -> int:
    if not (text.isascii() and text.isdecimal()):
        raise InvalidSettings("SMTP_PORT", say("it is a number from 1 to 65535"))
    return int(text)


def _secret(value: str | None) -> SecretStr | None:
    return None if value is None else SecretStr(value)


def _secrets(values: str) -> tuple[SecretStr, ...]:
    return tuple(SecretStr(value) for value in dict.fromkeys(values.split()))
