"""The SDK's request handler, for tasks that people hold up."""

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from typing import Any

from a2a.server.agent_execution import RequestContext
from a2a.server.cluster.event_stream import VersionedEvent
from a2a.server.cluster.version import TaskVersion
from a2a.server.context import ServerCallContext
from a2a.server.events import Event

# The SDK raises it, and passes it on without saying that it exports it.
from a2a.server.events.event_queue_v2 import QueueShutDown  # type: ignore[attr-defined]
from a2a.server.request_handlers.default_request_handler_v2 import DefaultRequestHandlerV2
from a2a.server.request_handlers.request_handler import validate_request_params
from a2a.types import (
    CancelTaskRequest,
    Message,
    SendMessageRequest,
    SubscribeToTaskRequest,
    Task,
    TaskState,
    TaskStatusUpdateEvent,
)
from a2a.utils.errors import TaskNotCancelableError, TaskNotFoundError, UnsupportedOperationError

from plancraft.a2a.callers import call_context_of, caller_of, wished_language
from plancraft.a2a.conforming import ContextOfTask
from plancraft.a2a.executing import GraphExecutor
from plancraft.a2a.ledger import OpenTask
from plancraft.a2a.refusing import check_message
from plancraft.a2a.tasks import TaskTables
from plancraft.a2a.telling import TERMINAL
from plancraft.locale import Language, say, speaking

__all__ = ["GraphHandler"]

_IDLE_SECONDS = 1.0
"""After which nothing of a parked task is left in memory."""
_NAMESPACE = uuid.UUID("6f1d0a0e-5d5c-5b0e-9a53-0c6a4f0f2b11")


class GraphHandler(DefaultRequestHandlerV2):
    """Handles requests for a `GraphExecutor`.

    Where the SDK's own lacks it: a cancellation withdraws what people are asked, wherever the task
    is; a message that is sent again is known again; tasks are woken when a decision comes.

    Args:
        executor: Whose tasks.
        tables: Where they are kept.
        more: As the SDK's handler takes it.
    """

    agent_executor: GraphExecutor

    def __init__(self, executor: GraphExecutor, tables: TaskTables, **more: Any) -> None:
        super().__init__(
            executor,
            tables.store,
            push_config_store=tables.push_configs,
            request_context_builder=_Builder(tables.store),
            event_stream=tables.stream,
            interrupted_task_timeout=_IDLE_SECONDS,
            validate_input_modes=True,
            **more,
        )
        executor.use(tables.store)

    async def on_message_send(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> Message | Task:
        check_message(params.message)
        known = await self._known(params, context)
        if known is not None and known.status.state in TERMINAL:
            return known
        try:
            result: Message | Task = await super().on_message_send(params, context)
        except QueueShutDown:
            await self._refuse_if_ended(params, context)
            result = await super().on_message_send(params, context)
        return result

    async def on_message_send_stream(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        check_message(params.message)
        known = await self._known(params, context)
        if known is not None:
            yield known
            if known.status.state in TERMINAL:
                return
        try:
            async for event in super().on_message_send_stream(params, context):
                yield event
        except QueueShutDown:
            await self._refuse_if_ended(params, context)
            async for event in super().on_message_send_stream(params, context):
                yield event

    @validate_request_params
    async def on_subscribe_to_task(
        self, params: SubscribeToTaskRequest, context: ServerCallContext
    ) -> AsyncGenerator[Event, None]:
        """The task as it is, then all that happens to it, whichever replica does it, to its end."""
        stored = await self._versioned_store.get(params.id, context)
        if stored is None:
            raise TaskNotFoundError
        if stored.task.status.state in TERMINAL:
            raise _ended(stored.task)
        assert self._event_stream is not None
        yield stored.task
        following = self._event_stream.subscribe(params.id, after=stored.version)
        async with aclosing(following) as events:
            async for versioned in events:
                yield versioned.event
                if _ends(versioned.event):
                    return

    @validate_request_params
    async def on_cancel_task(self, params: CancelTaskRequest, context: ServerCallContext) -> Task:
        task = await self._stored(params.id, context)
        if task is None:
            raise TaskNotFoundError
        by = caller_of(context).name
        return await self._cancel(task, context, by=by, language=wished_language(context))

    async def cancel(self, task_id: str, *, by: str) -> Task:
        """The task, cancelled by code that is nobody's client.

        Raises:
            TaskNotFoundError: there is none that has not ended.
            TaskNotCancelableError: it came to its end first.
        """
        entry = await self._entry(task_id)
        context = call_context_of(entry.owner if entry else "")
        task = await self._stored(task_id, context)
        if entry is None or task is None:
            raise TaskNotFoundError
        return await self._cancel(task, context, by=by, language=None)

    async def _cancel(
        self, task: Task, context: ServerCallContext, *, by: str, language: Language | None
    ) -> Task:
        executor, entry = self.agent_executor, await self._entry(task.id)
        if task.status.state in TERMINAL or entry is None:
            raise TaskNotCancelableError
        with speaking(language or entry.language):
            too_late = say("The task has already come to its end.")
        if not await executor.withdraw(entry, by=by):
            raise TaskNotCancelableError(message=too_late)
        spoken = language or entry.language
        await executor.call(executor.ledger.cancel, entry, by=by, language=spoken)
        params = CancelTaskRequest(id=task.id)
        cancelled: Task | None = await super().on_cancel_task(params, context)
        if cancelled is None or cancelled.status.state != TaskState.TASK_STATE_CANCELED:
            raise TaskNotCancelableError(message=too_late)
        await executor.clear_away(entry, by=by)
        return cancelled

    async def wake(self, entry: OpenTask) -> None:
        """Let the task go on with what was decided, or be what it is by now."""
        context = call_context_of(entry.owner)
        task = await self._stored(entry.id, context)
        if task is None or task.status.state in TERMINAL:
            await self.agent_executor.clear_away(entry, by=self.agent_executor.agent_id)
            return
        request = RequestContext(context, task_id=entry.id, context_id=task.context_id)
        # It may come to its end, or be let go for being idle, just now; then it is looked at again.
        with suppress(QueueShutDown, UnsupportedOperationError, TaskNotFoundError):
            active = await self._active_task_registry.get_or_create(
                entry.id, call_context=context, context_id=task.context_id
            )
            async for _ in active.subscribe(request=request):
                pass

    async def _refuse_if_ended(
        self, params: SendMessageRequest, context: ServerCallContext
    ) -> None:
        """For a message that came while its task was let go.

        Raises:
            UnsupportedOperationError: the task has come to its end.
        """
        task = await self._stored(params.message.task_id, context)
        if task is not None and task.status.state in TERMINAL:
            raise _ended(task)

    async def _write_cancel(
        self, task_id: str, current: Task, version: TaskVersion, context: ServerCallContext
    ) -> Task:
        entry = await self._entry(task_id)
        if entry is None or entry.cancellation is None:
            return await super()._write_cancel(task_id, current, version, context)
        event = self.agent_executor.cancelled_event(entry, current)
        cancelled = Task()
        cancelled.CopyFrom(current)
        if cancelled.status.HasField("message"):
            cancelled.history.append(cancelled.status.message)
        cancelled.status.CopyFrom(event.status)
        written = await self._versioned_store.save(
            cancelled, event=event, prev=current, prev_version=version, context=context
        )
        if self._event_stream is not None:
            await self._event_stream.publish(task_id, VersionedEvent(event=event, version=written))
        return cancelled

    async def _entry(self, task_id: str) -> OpenTask | None:
        executor = self.agent_executor
        return await executor.call(executor.ledger.get, task_id)

    async def _stored(self, task_id: str, context: ServerCallContext) -> Task | None:
        stored = await self._versioned_store.get(task_id, context)
        return stored.task if stored else None

    async def _known(self, params: SendMessageRequest, context: ServerCallContext) -> Task | None:
        """The task that this very message has begun before, as a client that heard nothing sends
        it again; from here on the message is one to that task."""
        message = params.message
        if message.task_id or not message.message_id:
            return None
        task = await self._stored(_id_of(message, context), context)
        if task is not None:
            message.task_id, message.context_id = task.id, task.context_id
        return task


def _ended(task: Task) -> UnsupportedOperationError:
    name = TaskState.Name(task.status.state)
    return UnsupportedOperationError(message=f"task {task.id} is in terminal state {name}")


def _ends(event: Event) -> bool:
    return isinstance(event, TaskStatusUpdateEvent | Task) and event.status.state in TERMINAL


class _Builder(ContextOfTask):
    """A task's id follows from the message that begins it, and from its sender."""

    async def build(
        self,
        context: ServerCallContext,
        params: SendMessageRequest | None = None,
        task_id: str | None = None,
        context_id: str | None = None,
        task: Task | None = None,
    ) -> RequestContext:
        if task_id is None and params is not None and params.message.message_id:
            task_id = _id_of(params.message, context)
        return await super().build(context, params, task_id, context_id, task)


def _id_of(message: Message, context: ServerCallContext) -> str:
    return str(uuid.uuid5(_NAMESPACE, f"{context.user.user_name}\n{message.message_id}"))
