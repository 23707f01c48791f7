"""Notifications by e-mail: to reviewers who may decide, or to the one it is assigned to."""

from collections.abc import Iterator, Sequence
from email.message import EmailMessage
from email.policy import SMTP
from html import escape
from typing import NoReturn

import aiosmtplib

from plancraft.access import Key, Role
from plancraft.approvals import ApprovalRequest, Event
from plancraft.approvals.policy import same_name
from plancraft.notifications.addresses import read_address
from plancraft.notifications.channels import (
    Letter,
    NotNow,
    Recipient,
    Undeliverable,
    may_decide,
)
from plancraft.notifications.settings import NotificationSettings, is_loopback
from plancraft.notifications.wording import Wording, worded

__all__ = ["MailChannel", "message_of"]

TIMEOUT_SECONDS = 15.0
_IMPLICIT_TLS = 465
_FONT = "font-family:sans-serif;color:#1f1f1f"
_CELL = "padding:2px 16px 2px 0;text-align:left;vertical-align:top;font-weight:normal"


class MailChannel:
    """E-mail by one SMTP server."""

    name = "email"

    def __init__(self, settings: NotificationSettings) -> None:
        self._settings = settings

    def recipients(
        self, event: Event, request: ApprovalRequest, people: Sequence[Key]
    ) -> Sequence[Recipient]:
        if event.kind != "opened" or not request.is_asked:
            return ()
        able = [one for one in people if one.email and one.role is Role.REVIEWER]
        able = [one for one in able if may_decide(one, request)]
        to = request.assignee
        chosen = [one for one in able if to is not None and same_name(one.name, to)] or able
        by_address = {str(one.email).casefold(): one for one in reversed(chosen)}
        return [
            Recipient(str(one.email), one.language) for one in reversed(list(by_address.values()))
        ]

    async def send(self, letter: Letter) -> None:
        settings = self._settings
        message = message_of(letter, settings)
        use_tls, start_tls = _encryption(settings)
        try:
            await aiosmtplib.send(
                message,
                sender=settings.email_from,
                recipients=[letter.to],
                hostname=settings.smtp_server,
                port=settings.smtp_port,
                username=settings.email_user,
                password=_password(settings),
                timeout=TIMEOUT_SECONDS,
                use_tls=use_tls,
                start_tls=start_tls,
                validate_certs=not is_loopback(settings.smtp_server),
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            _refused(error.recipients[0])
        except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPConnectResponseError) as error:
            raise NotNow(_said(error)) from error
        except aiosmtplib.SMTPResponseException as error:
            _refused(error)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotNow(f"{type(error).__name__}: {error}") from error


def message_of(letter: Letter, settings: NotificationSettings) -> EmailMessage:
    """The letter as a message: plain text, and the same in HTML.

    `Message-ID` is made of the dedup key, so that a repeat is known for one (RFC 5322, 3.6.4);
    `Auto-Submitted` keeps absence notes away (RFC 3834, 5).

    Raises:
        Undeliverable: the recipient's address is none.
    """
    words = worded(letter, settings.base_url)
    message = EmailMessage(policy=SMTP)
    if (to := read_address(letter.to)) is None:
        raise Undeliverable("the address is not an e-mail address")
    message["To"] = to
    domain = settings.email_from.rpartition("@")[2]
    message["From"] = settings.email_from
    message["Subject"] = words.subject
    message["Date"] = letter.at
    message["Message-ID"] = f"<{letter.key.replace(':', '.')}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["X-Entity-Ref-ID"] = letter.key
    message.set_content("\n".join(_as_text(words)))
    message.add_alternative(_as_html(words), subtype="html")
    return message


def _as_text(words: Wording) -> Iterator[str]:
    yield words.title
    yield ""
    yield from (f"{heading}: {value}" for heading, value in words.facts)
    if words.content:
        yield ""
        yield from (f"    {line}" for line in words.content.split("\n"))
    yield ""
    yield f"{words.open}: {words.link}"
    yield words.footer


def _as_html(words: Wording) -> str:
    rows = "".join(
        f'<tr><th style="{_CELL};color:#5f6368">{escape(heading)}</th>'
        f'<td style="{_CELL}">{escape(value)}</td></tr>'
        for heading, value in words.facts
    )
    content = (
        f'<pre style="white-space:pre-wrap;background:#f4f5f7;padding:12px">'
        f"{escape(words.content)}</pre>"
        if words.content
        else ""
    )
    return (
        f'<!DOCTYPE html><html><head><meta charset="utf-8"></head><body style="{_FONT}">'
        f'<h1 style="font-size:18px">{escape(words.title)}</h1>'
        f"<table>{rows}</table>{content}"
        f'<p><a href="{escape(words.link)}">{escape(words.open)}</a></p>'
        f'<p style="color:#5f6368">{escape(words.footer)}</p></body></html>'
    )


def _password(settings: NotificationSettings) -> str | None:
    secret = settings.email_password
    return None if secret is None else secret.get_secret_value()


def _encryption(settings: NotificationSettings) -> tuple[bool, bool | None]:
    """Whether TLS is spoken from the first byte, and whether plain speech is changed to TLS; None
    means where it is offered. A password leaves this machine by TLS only."""
    if settings.smtp_port == _IMPLICIT_TLS:
        return True, False
    needed = settings.email_user is not None and not is_loopback(settings.smtp_server)
    return False, True if needed else None


def _refused(error: aiosmtplib.SMTPResponseException) -> NoReturn:
    if 500 <= error.code < 600:
        raise Undeliverable(_said(error)) from error
    raise NotNow(_said(error)) from error


def _said(error: aiosmtplib.SMTPResponseException) -> str:
    return f"SMTP {error.code} {error.message}"
