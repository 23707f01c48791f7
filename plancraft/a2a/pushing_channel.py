"""Push notifications of A2A tasks, as a channel of the outbox."""

import re
from collections.abc import Collection

import orjson
from a2a.server.tasks import PushNotificationConfigStore
from a2a.types.a2a_pb2 import StreamResponse, TaskPushNotificationConfig
from a2a.utils.constants import A2A_JSON_MEDIA_TYPE
from google.protobuf.json_format import MessageToDict
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from plancraft.a2a.pushing_addresses import allowed_hosts, screened
from plancraft.a2a.pushing_events import TaskEvents
from plancraft.notifications import (
    NotificationSettings,
    NotNow,
    TaskLetter,
    Undeliverable,
    settings_from_environment,
)
from plancraft.notifications.posting import post_to
from plancraft.notifications.webhook import signature_headers

__all__ = ["NAME", "PushChannel"]

NAME = "a2a"
_FIT = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")


class PushChannel:
    """Push notifications to the URLs that clients of an A2A server named.

    The request is that of the A2A specification 1.0, 4.3.3: a `StreamResponse` as
    `application/a2a+json`. Where it goes, and with which token and credentials, is read from the
    configs each time, and stands in no other place.

    Args:
        engine: As for `PushFollower`.
        configs: Those of the server's clients.
        settings: Whose webhook secrets sign; by default those of the environment.
        allow: Hosts beside those on the public internet; by default those of the environment.

    Raises:
        InvalidSettings: the environment names what is no host, or half of a channel.
    """

    name = NAME

    def __init__(
        self,
        engine: AsyncEngine,
        configs: PushNotificationConfigStore,
        settings: NotificationSettings | None = None,
        *,
        allow: Collection[str] | None = None,
    ) -> None:
        self._events, self._configs = TaskEvents(engine), configs
        self._settings = settings_from_environment() if settings is None else settings
        self._allow = allowed_hosts() if allow is None else allow

    async def source(self) -> str:
        try:
            return await self._events.source()
        except (SQLAlchemyError, OSError) as error:
            raise NotNow(f"the tasks' database: {type(error).__name__}") from None

    async def send(self, letter: TaskLetter) -> None:
        try:
            config = await self._config(letter)
            event = await self._events.said(letter.seq, letter.task_id)
        except (SQLAlchemyError, OSError) as error:
            raise NotNow(f"the tasks' database: {type(error).__name__}") from None
        if config is None or event is None:  # taken away since: nobody is waiting
            return
        destination = await screened(config.url, self._allow)
        body = _body(event)
        headers = {
            "Content-Type": A2A_JSON_MEDIA_TYPE,
            "webhook-id": letter.key,
            **_secret_headers(config),
        }
        if self._settings.webhook_secrets:
            headers |= signature_headers(letter.key, body, self._settings, at=letter.at)
        await post_to(destination.addresses, destination.url, body, headers)

    async def _config(self, letter: TaskLetter) -> TaskPushNotificationConfig | None:
        found = await self._configs.get_info_for_dispatch(letter.task_id)
        return next((config for config in found if config.id == letter.to), None)


def _body(event: StreamResponse) -> bytes:
    return orjson.dumps(MessageToDict(event))


def _secret_headers(config: TaskPushNotificationConfig) -> dict[str, str]:
    headers = {}
    if config.token:
        headers["X-A2A-Notification-Token"] = config.token
    authentication = config.authentication
    if authentication.scheme and authentication.credentials:
        headers["Authorization"] = f"{authentication.scheme} {authentication.credentials}"
    for name, value in headers.items():
        if not _FIT.fullmatch(value):  # the error of whoever sends it would quote it
            raise Undeliverable(f"the config's value for {name} does not fit into a header")
    return headers
