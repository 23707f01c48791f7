"""What an A2A client hears of a task: statuses with words and data, and the result."""

import asyncio
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from a2a.server.events import EventQueue
from a2a.types import (
    Artifact,
    Message,
    Part,
    Role,
    Task,
    TaskArtifactUpdateEvent,
    TaskState,
    TaskStatus,
    TaskStatusUpdateEvent,
)
from langchain_core.callbacks import BaseCallbackHandler

from plancraft.a2a.messages import APPROVAL_EXTENSION, approval_part, text_part

__all__ = ["PARKED", "TERMINAL", "Progress", "Teller", "new_task", "status_of"]

TERMINAL = frozenset(
    {
        TaskState.TASK_STATE_COMPLETED,
        TaskState.TASK_STATE_CANCELED,
        TaskState.TASK_STATE_FAILED,
        TaskState.TASK_STATE_REJECTED,
    }
)
PARKED = frozenset({TaskState.TASK_STATE_INPUT_REQUIRED, TaskState.TASK_STATE_AUTH_REQUIRED})
PROGRESS = "progress"
"""The name of the custom event by which a node says what it does."""


def new_task(message: Message, task_id: str, context_id: str) -> Task:
    """The task that a message begins."""
    status = TaskStatus(state=TaskState.TASK_STATE_SUBMITTED)
    status.timestamp.FromDatetime(datetime.now(UTC))
    return Task(id=task_id, context_id=context_id, status=status, history=[message])


def status_of(
    state: TaskState, text: str, data: Any, *, task_id: str, context_id: str
) -> TaskStatus:
    """A status whose message says it in words, and in data of the approval extension."""
    parts = [text_part(text)] if text else []
    parts += [approval_part(data)] if data is not None else []
    status = TaskStatus(state=state)
    status.timestamp.FromDatetime(datetime.now(UTC))
    if parts:
        message = Message(
            role=Role.ROLE_AGENT,
            message_id=str(uuid.uuid4()),
            task_id=task_id,
            context_id=context_id,
            parts=parts,
            extensions=[APPROVAL_EXTENSION] if data is not None else [],
        )
        status.message.CopyFrom(message)
    return status


class Teller:
    """Tells of one task, in the order of its calls.

    Args:
        queue: Where the SDK takes events from.
        task_id: Of the task.
        context_id: Of the task's conversation.
    """

    def __init__(self, queue: EventQueue, task_id: str, context_id: str) -> None:
        self._queue, self.task_id, self.context_id = queue, task_id, context_id
        self._last: TaskStatus | None = None

    def has_told(self, task: Task) -> bool:
        """Whether the task, as it is kept, says what was told last."""
        last = self._last
        if last is None or task.status.state in TERMINAL:
            return True
        return task.status.timestamp == last.timestamp

    async def task(self, task: Task) -> None:
        """That there is this task now."""
        await self._queue.enqueue_event(task)

    async def status(self, state: TaskState, text: str = "", data: Any = None) -> None:
        """What it does, or waits for, or how it ended."""
        status = status_of(state, text, data, task_id=self.task_id, context_id=self.context_id)
        event = TaskStatusUpdateEvent(
            task_id=self.task_id, context_id=self.context_id, status=status
        )
        await self._queue.enqueue_event(event)
        self._last = status

    async def artifact(self, name: str, parts: Sequence[Part]) -> None:
        """What came of it. The same again takes the place of what was told before."""
        artifact = Artifact(
            artifact_id=str(uuid.uuid5(UUID(int=0), f"{self.task_id}\n{name}")),
            name=name,
            parts=parts,
        )
        event = TaskArtifactUpdateEvent(
            task_id=self.task_id,
            context_id=self.context_id,
            artifact=artifact,
            append=False,
            last_chunk=True,
        )
        await self._queue.enqueue_event(event)


class Progress(BaseCallbackHandler):
    """Passes on what a graph's nodes say they do, from whatever thread they run in."""

    def __init__(self, teller: Teller) -> None:
        self._teller, self._loop = teller, asyncio.get_running_loop()
        self._told: list[Any] = []

    def on_custom_event(self, name: str, data: Any, **_: Any) -> None:
        text = data.get("text") if isinstance(data, dict) else data
        if name == PROGRESS and isinstance(text, str) and text:
            telling = self._teller.status(TaskState.TASK_STATE_WORKING, text)
            self._told.append(asyncio.run_coroutine_threadsafe(telling, self._loop))

    async def over(self) -> None:
        """All of it has been passed on."""
        await asyncio.gather(*map(asyncio.wrap_future, self._told), return_exceptions=True)
