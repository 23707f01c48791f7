"""The configured store, opened once a process, and the manager that stands on it."""

from functools import cache
from pathlib import Path

from plancraft.approvals import Store
from plancraft.approvals.manager import HITLManager, use_default_store
from plancraft.notifications import NotificationService
from plancraft.stores import open_store
from plancraft.stores.urls import url_from_environment

__all__ = ["DEFAULT_FILE", "default_store", "hitl_manager"]

DEFAULT_FILE = "plancraft.db"


def default_store() -> Store:
    """The store of `PLANCRAFT_STORE`, of `REDIS_URL`, or `plancraft.db` in the working folder."""
    return _opened(url_from_environment() or f"sqlite:///{Path.cwd() / DEFAULT_FILE}")


@cache
def _opened(url: str) -> Store:
    return open_store(url)


use_default_store(default_store)

hitl_manager = HITLManager(notification_service=NotificationService())
"""The manager of this process, on the configured store."""
