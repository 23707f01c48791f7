"""The log of tasks' events and the list of their receivers, as the SDK's stores keep them.

They are read by their columns, which `TaskEventMixin` and `PushNotificationConfigMixin` name in
`a2a.server.models` (a2a-sdk 1.3): its own classes can be made once a process for each table.
"""

import asyncio
import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from a2a.types.a2a_pb2 import StreamResponse
from sqlalchemy import Connection, Executable, column, func, inspect, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

__all__ = ["Receiver", "TaskEvent", "TaskEvents"]

_events = table(
    "a2a_task_events",
    column("seq"),
    column("task_id"),
    column("owner"),
    column("task_version"),
    column("event_data"),
)
_configs = table("a2a_push_configs", column("task_id"), column("config_id"), column("owner"))
_WRITERS = text("""
    SELECT virtualtransaction FROM pg_locks
    WHERE locktype = 'relation' AND relation = to_regclass('a2a_task_events')::oid
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND mode = 'RowExclusiveLock' AND granted
""")
_SOURCE = "a2a_push_source"
_MAKE_SOURCE = text(
    f"CREATE TABLE IF NOT EXISTS {_SOURCE} (one INTEGER PRIMARY KEY, id VARCHAR(32) NOT NULL)"
)
_NAME_SOURCE = text(f"INSERT INTO {_SOURCE} (one, id) VALUES (1, :id) ON CONFLICT DO NOTHING")
_READ_SOURCE = text(f"SELECT id FROM {_SOURCE}")
_PATIENCE_SECONDS, _MOMENT_SECONDS = 1.0, 0.02


@dataclass(frozen=True, slots=True)
class TaskEvent:
    """That something happened to a task; `said` tells what."""

    seq: int
    task_id: str
    owner: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Receiver:
    """A push notification config, by its names alone: no URL, no secret."""

    task_id: str
    owner: str | None
    config_id: str


class TaskEvents:
    """What happened to the tasks of one A2A server, in the order of its numbers.

    Args:
        engine: Of the database in which the SDK's stores keep tasks, their events and push
            configs, in tables that start with `a2a_`. Those need not be there yet.
    """

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._there: set[str] = set()
        self._source: str | None = None

    async def source(self) -> str:
        """The name of these numbers, which the database itself keeps: however it is reached, it is
        the same one, and another has another."""
        if self._source is None:
            rows = await self._read(_READ_SOURCE) if await self._is_there(_SOURCE) else ()
            if not rows:
                await self._name_source()
                rows = await self._read(_READ_SOURCE)
            self._source = str(rows[0][0])
        return self._source

    async def head(self) -> int | None:
        """The highest number; None while there are no events."""
        if not await self._is_there(_events.name):
            return None
        ((highest,),) = await self._read(select(func.max(_events.c.seq)))
        return None if highest is None else int(highest)

    async def after(self, seq: int, limit: int) -> list[TaskEvent]:
        """The first events behind this number, as far as no other can come to stand among them.

        On PostgreSQL numbers are given out before the commit, so one that is missing may still
        come. It is final once all transactions that could write it have ended.
        """
        rows = await self._page(seq, limit)
        if self._engine.dialect.name != "postgresql" or _is_whole(rows, seq):
            return rows
        if await self._have_ended(await self._writers()):
            return [row for row in await self._page(seq, limit) if row.seq <= rows[-1].seq]
        return [row for number, row in enumerate(rows, start=seq + 1) if row.seq == number]

    async def said(self, seq: int, task_id: str) -> StreamResponse | None:
        """What happened, as a stream would tell it; None if there is no such event any more."""
        query = select(_events.c.event_data)
        rows = await self._read(query.where(_events.c.seq == seq, _events.c.task_id == task_id))
        return StreamResponse.FromString(bytes(rows[0][0])) if rows else None

    async def receivers(self, task_ids: Collection[str]) -> Mapping[str, list[Receiver]]:
        """Who is to be told of these tasks, by task."""
        found: dict[str, list[Receiver]] = defaultdict(list)
        if not await self._is_there(_configs.name):
            return found
        query = select(_configs.c.task_id, _configs.c.owner, _configs.c.config_id)
        query = query.where(_configs.c.task_id.in_(task_ids)).order_by(_configs.c.config_id)
        for row in await self._read(query):
            found[row.task_id].append(Receiver(*row))
        return found

    async def _page(self, seq: int, limit: int) -> list[TaskEvent]:
        columns = (_events.c.seq, _events.c.task_id, _events.c.owner, _events.c.task_version)
        query = select(*columns).where(_events.c.seq > seq).order_by(_events.c.seq).limit(limit)
        return [TaskEvent(*row) for row in await self._read(query)]

    async def _writers(self) -> frozenset[str]:
        """The transactions that have written events and not ended."""
        return frozenset(row[0] for row in await self._read(_WRITERS))

    async def _have_ended(self, writers: frozenset[str]) -> bool:
        """Whether all of these have, or do so in a moment."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _PATIENCE_SECONDS
        while writers and loop.time() < until:
            await asyncio.sleep(_MOMENT_SECONDS)
            writers &= await self._writers()
        return not writers

    async def _name_source(self) -> None:
        for last in (False, True):
            try:
                async with self._engine.begin() as connection:
                    await connection.execute(_MAKE_SOURCE)
                    await connection.execute(_NAME_SOURCE, {"id": uuid.uuid4().hex})
            except DBAPIError:  # PostgreSQL's word for: somebody else is making it at this moment
                if last:
                    raise
            else:
                return

    async def _is_there(self, name: str) -> bool:
        def has_table(connection: Connection) -> bool:
            return inspect(connection).has_table(name)

        if name not in self._there:
            async with self._engine.connect() as connection:
                if not await connection.run_sync(has_table):
                    return False
            self._there.add(name)
        return True

    async def _read(self, query: Executable) -> Sequence[Any]:
        """The rows as they are now: in a transaction of its own."""
        async with self._engine.connect() as connection:
            return (await connection.execute(query)).all()


def _is_whole(rows: Sequence[TaskEvent], seq: int) -> bool:
    """Whether no number is missing."""
    return not rows or rows[-1].seq == seq + len(rows)
