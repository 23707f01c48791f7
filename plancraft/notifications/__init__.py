"""Tells people of requests: an outbox filled from the log, and the channels it leaves by."""

from plancraft.notifications.channels import (
    Channel,
    Letter,
    NotNow,
    Recipient,
    TaskChannel,
    TaskLetter,
    Undeliverable,
)
from plancraft.notifications.outbox import Outbox, OutboxItem
from plancraft.notifications.service import NotificationService
from plancraft.notifications.settings import NotificationSettings, settings_from_environment
from plancraft.notifications.trying import Tried

__all__ = [
    "Channel",
    "Letter",
    "NotNow",
    "NotificationService",
    "NotificationSettings",
    "Outbox",
    "OutboxItem",
    "Recipient",
    "TaskChannel",
    "TaskLetter",
    "Tried",
    "Undeliverable",
    "settings_from_environment",
]
