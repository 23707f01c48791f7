"""Where A2A tasks are kept: the SDK's own tables, beside the requests or where else they are to."""

import asyncio
import atexit
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from dataclasses import dataclass
from tempfile import TemporaryDirectory
from typing import Any

from a2a.server.cluster import (
    DatabaseTaskEventStream,
    TaskVersion,
    VersionedDatabaseTaskStore,
    VersionedEvent,
)
from a2a.server.cluster.database_event_stream import stream_response_to_event
from a2a.server.events.event_queue import Event
from a2a.server.models import (
    PushNotificationConfigMixin,
    TaskEventMixin,
    TaskMixin,
    TaskVersionMixin,
)
from a2a.server.tasks import DatabasePushNotificationConfigStore
from a2a.types import StreamResponse
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.orm import DeclarativeBase

from plancraft.errors import StoreUnavailable
from plancraft.locale import say
from plancraft.stores.urls import without_password

__all__ = ["EventStream", "TaskTables", "open_tasks"]

_BUSY_SECONDS = 30
_LOOK_SECONDS = 0.25
"""How soon an event that another process wrote is seen."""


class _Base(DeclarativeBase):
    """Apart from the SDK's, whose tables have names that others may want in the same database."""


class _Task(TaskMixin, _Base):
    __tablename__ = "a2a_tasks"


class _Event(TaskEventMixin, _Base):
    __tablename__ = "a2a_task_events"


class _Version(TaskVersionMixin, _Base):
    __tablename__ = "a2a_task_versions"


class _PushConfig(PushNotificationConfigMixin, _Base):
    __tablename__ = "a2a_push_configs"


@dataclass(frozen=True)
class TaskTables:
    """Tasks, their events and the addresses for push notifications, in one database."""

    engine: AsyncEngine
    store: VersionedDatabaseTaskStore
    stream: "EventStream"
    push_configs: DatabasePushNotificationConfigStore

    async def begin(self) -> None:
        """Make the tables that are missing. Two may try at once."""
        for attempt in range(3):
            try:
                await self.store.initialize()
                await self.stream.initialize()
                await self.push_configs.initialize()
            except Exception:
                if attempt == 2:
                    raise
                await asyncio.sleep(0.1)
            else:
                return

    async def close(self) -> None:
        """Let go of files and connections."""
        await self.engine.dispose()


def open_tasks(url: str) -> TaskTables:
    """The tables at a store's URL: `sqlite:///FILE`, `postgresql://…` or `memory://`.

    Raises:
        StoreUnavailable: tasks cannot be kept there, as in Redis.
    """
    engine = _engine(url)
    store, stream = VersionedDatabaseTaskStore(engine), EventStream(engine)
    push_configs = DatabasePushNotificationConfigStore(engine)
    # By name the SDK makes each table's class anew, which one process can do only once.
    models: Any = (_Task, _Version, _Event, _PushConfig)
    store._db.task_model, store._version_model = models[:2]
    store._event_model = stream._event_model = models[2]
    push_configs.config_model = models[3]
    return TaskTables(engine, store, stream, push_configs)


def _engine(url: str) -> AsyncEngine:
    scheme, _, rest = url.partition("://")
    if scheme in ("sqlite", "memory"):
        engine = create_async_engine(
            f"sqlite+aiosqlite:///{rest.removeprefix('/') or _of_this_process()}",
            connect_args={"timeout": _BUSY_SECONDS},
        )
        event.listen(engine.sync_engine, "connect", _prepare)
        return engine
    if scheme in ("postgresql", "postgres"):
        return create_async_engine(f"postgresql+psycopg://{rest}", pool_pre_ping=True)
    reason = say("A2A tasks are kept in SQLite or PostgreSQL; say where with --tasks URL")
    raise StoreUnavailable(without_password(url), reason)


def _of_this_process() -> str:
    """A file that goes when the process does: connections to a database in memory share nothing."""
    folder = TemporaryDirectory(prefix="plancraft-a2a-")
    atexit.register(folder.cleanup)
    return f"{folder.name}/tasks.db"


def _prepare(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    # What a power failure takes is told again, from the requests and the checkpoints.
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.close()


class EventStream(DatabaseTaskEventStream):
    """The events of tasks as they are written: at once those of this process, soon those of others.

    The SDK's own asks the database twice a second for each listener.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine)
        self._told: dict[str, set[asyncio.Event]] = {}
        self.on_event: Callable[[], None] = lambda: None
        """Called when something has happened to any task."""

    async def publish(self, task_id: str, event: VersionedEvent) -> None:
        """Wake those of this process who listen. The event itself is in the database."""
        for told in self._told.get(task_id, ()):
            told.set()
        self.on_event()

    async def subscribe(
        self, task_id: str, *, after: TaskVersion
    ) -> AsyncGenerator[VersionedEvent, None]:
        """The events behind a version of the task, without end."""
        told = asyncio.Event()
        self._told.setdefault(task_id, set()).add(told)
        try:
            async for one in self._follow(task_id, after, told):
                yield one
        finally:
            self._told[task_id].discard(told)
            if not self._told[task_id]:
                del self._told[task_id]

    async def _written(self, task_id: str, after: TaskVersion) -> list[VersionedEvent]:
        await self._ensure_initialized()
        model = self._event_model
        behind = 0 if after.is_missing else after._value
        wanted = (
            select(model.task_version, model.event_data)
            .where(model.task_id == task_id, model.task_version > behind)
            .order_by(model.task_version)
        )
        async with self._session_maker() as session:
            rows = (await session.execute(wanted)).all()
        return [VersionedEvent(_event_of(data), TaskVersion(version)) for version, data in rows]

    async def _follow(
        self, task_id: str, after: TaskVersion, told: asyncio.Event
    ) -> AsyncGenerator[VersionedEvent, None]:
        while True:
            told.clear()
            for one in await self._written(task_id, after):
                after = one.version
                yield one
            with suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await told.wait()


def _event_of(data: bytes) -> Event:
    response = StreamResponse()
    response.ParseFromString(data)
    return stream_response_to_event(response)
