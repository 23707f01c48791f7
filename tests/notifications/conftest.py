"""A store, servers, settings, and a service that runs in a loop of its own."""

import asyncio
import base64
import threading
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from plancraft.access import Keys, Role
from plancraft.approvals import HITLPolicy, Store
from plancraft.approvals.desk import Desk
from plancraft.notifications import NotificationService, NotificationSettings
from plancraft.stores import open_store
from tests.notifications.servers import HttpServer, Mailbox, http_server, mailbox

POLICY = HITLPolicy(notification_channels=["websocket", "email", "slack", "webhook"])
SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()
BASE = "https://plan.example.com"
_VARIABLES = (
    "ENABLE_EMAIL_NOTIFICATIONS", "SMTP_SERVER", "SMTP_PORT", "EMAIL_USER", "EMAIL_PASSWORD",
    "EMAIL_FROM", "SLACK_WEBHOOK_URL", "SLACK_SIGNING_SECRET", "PLANCRAFT_WEBHOOK_URL",
    "PLANCRAFT_WEBHOOK_SECRET", "PLANCRAFT_BASE_URL",
)  # fmt: skip


class Clock:
    """The time, as far as a test has moved it on."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pass_by(self, **time: float) -> None:
        self.ahead += timedelta(**time)


class Serving:
    """A service that runs until the block ends."""

    def __init__(self, service: NotificationService) -> None:
        self.service = service
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)

    def __enter__(self) -> NotificationService:
        self._thread.start()
        self._task = asyncio.run_coroutine_threadsafe(self.service.run(), self._loop)
        return self.service

    def __exit__(self, *_: object) -> None:
        async def ended() -> None:
            mine = asyncio.current_task()
            tasks = [task for task in asyncio.all_tasks() if task is not mine]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

        asyncio.run_coroutine_threadsafe(ended(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()


def settings_for(
    box: Mailbox | None = None, slack: str | None = None, urls: tuple[str, ...] = (), **more: Any
) -> NotificationSettings:
    """Settings for these servers."""
    mail = {"smtp_server": "127.0.0.1", "smtp_port": box.port} if box else {}
    return NotificationSettings(
        base_url=BASE,
        email_from="plan@example.com" if box else "",
        slack_webhook_url=SecretStr(slack) if slack else None,
        webhook_urls=tuple(SecretStr(url) for url in urls),
        webhook_secrets=(SecretStr(SECRET),) if urls else (),
        **mail,
        **more,
    )


def add_reviewer(store: Store, name: str, **named: Any) -> None:
    """A reviewer with a key, reached at NAME@example.com."""
    email = named.pop("email", f"{name}@example.com")
    Keys(store).add(name, Role.REVIEWER, email=email, **named)


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in _VARIABLES:
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{tmp_path / 'store.db'}")) as store:
        yield store


@pytest.fixture
def desk(store: Store, clock: Clock) -> Desk:
    return Desk(store, POLICY, clock)


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mailbox() as running:
        yield running


@pytest.fixture
def http() -> Iterator[HttpServer]:
    with http_server() as running:
        yield running
