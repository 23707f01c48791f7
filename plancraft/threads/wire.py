"""What is said to a LangGraph Server and what it says, as LangGraph's own values. Pure.

Shapes of the Agent Server API, as `langgraph_sdk.schema` has them: `ThreadState` at
`GET /threads/{id}/state`, and a run's result at `POST /threads/{id}/runs/wait`, which is the
graph's values with `__interrupt__` or `__error__`.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import httpx
from langgraph.types import Command, Interrupt, PregelTask, StateSnapshot

from plancraft.errors import (
    RunFailed,
    ServerRefused,
    ServerUnavailable,
    ThreadBusy,
    UnknownThread,
)
from plancraft.threads.hosting import NO_THREAD, RunOptions

__all__ = [
    "CARRIES",
    "carried_by",
    "interrupt_of",
    "is_uuid",
    "refusal_of",
    "result_of_run",
    "said_to_run",
    "snapshot_of",
]

CARRIES = "plancraft_requests"
"""In a run's metadata: the requests whose answers it carries."""
_STRICT = {"__pregel_strict_resume": True}
"""LangGraph refuses an answer to what is not asked, where it is told so; servers pass this on
that do not know `strict_resume` yet."""
_RESERVED = ("thread_id", "checkpoint_id", "checkpoint_ns")
_PLAIN_CONFIG = ("tags", "metadata", "recursion_limit")
_UNPROCESSABLE = 422


def snapshot_of(thread_id: str, state: Mapping[str, Any]) -> StateSnapshot:
    """LangGraph's own snapshot of a `ThreadState`."""
    return StateSnapshot(
        values=state.get("values") or {},
        next=tuple(state.get("next") or ()),
        config=_config(thread_id, state.get("checkpoint")),
        metadata=state.get("metadata"),
        created_at=state.get("created_at"),
        parent_config=_config(thread_id, state["parent_checkpoint"])
        if state.get("parent_checkpoint")
        else None,
        tasks=tuple(_task(one) for one in state.get("tasks") or ()),
        interrupts=tuple(
            interrupt_of(one) for task in state.get("tasks") or () for one in task["interrupts"]
        ),
    )


def interrupt_of(told: Mapping[str, Any]) -> Interrupt[Any]:
    schema = told.get("response_schema")
    return Interrupt(value=told.get("value"), id=told["id"], response_schema=schema)


def said_to_run(command: Any, options: RunOptions) -> dict[str, Any]:
    """The arguments of a run: what it is given, and what is set for it."""
    said: dict[str, Any] = {"strict_resume": True}
    if isinstance(command, Command):
        parts = {"resume": command.resume, "update": command.update, "goto": command.goto}
        said["command"] = {name: part for name, part in parts.items() if part not in (None, ())}
    else:
        said["input"] = command
    given: Mapping[str, Any] = options.config
    config = {name: given[name] for name in _PLAIN_CONFIG if name in given}
    configurable = given.get("configurable") or {}
    ours = {name: one for name, one in configurable.items() if name not in _RESERVED}
    context = options.more.get("context")
    if context is not None:
        said["context"] = context  # a server takes a context or a configurable, not both
    else:
        config["configurable"] = {**ours, **_STRICT}
    return {**said, "config": config}


def result_of_run(result: Any) -> Any:
    """A run's result as a graph gives it.

    Raises:
        RunFailed: a node raised an error.
    """
    if not isinstance(result, dict):
        return result
    if error := result.get("__error__"):
        told = error if isinstance(error, dict) else {"message": str(error)}
        raise RunFailed(str(told.get("error") or "Error"), str(told.get("message") or ""))
    if "__interrupt__" in result:
        return {**result, "__interrupt__": [interrupt_of(one) for one in result["__interrupt__"]]}
    return result


def carried_by(run: Mapping[str, Any]) -> Sequence[str]:
    return str((run.get("metadata") or {}).get(CARRIES) or "").split()


def refusal_of(response: httpx.Response, thread_id: str, where: str) -> Exception:
    status, reason = response.status_code, _reason(response)
    if thread_id == NO_THREAD:
        return _failed(response, where, status, reason)
    is_about_thread = "thread" in reason.lower() or not reason
    if status == httpx.codes.NOT_FOUND and is_about_thread:
        return UnknownThread(thread_id)
    if status in (400, _UNPROCESSABLE) and not is_uuid(thread_id):
        return UnknownThread(thread_id)
    if status == httpx.codes.CONFLICT:
        return ThreadBusy(thread_id)
    if status == httpx.codes.INTERNAL_SERVER_ERROR and response.request.method == "GET":
        return ServerRefused(where, status, f"{thread_id}: {reason}")  # it cannot show this one
    return _failed(response, where, status, reason)


def is_uuid(text: str | None) -> bool:
    try:
        UUID(str(text))
    except ValueError:
        return False
    return True


def _task(task: Mapping[str, Any]) -> PregelTask:
    return PregelTask(
        id=task["id"],
        name=task["name"],
        path=tuple(task.get("path") or ()),
        error=Exception(str(task["error"])) if task.get("error") else None,
        interrupts=tuple(interrupt_of(one) for one in task.get("interrupts") or ()),
        state=None,
        result=task.get("result"),
    )


def _config(thread_id: str, checkpoint: Mapping[str, Any] | None) -> Any:
    ids = checkpoint or {}
    configurable = {
        "thread_id": thread_id,
        "checkpoint_ns": ids.get("checkpoint_ns") or "",
        "checkpoint_id": ids.get("checkpoint_id") or "",
    }
    return {"configurable": configurable}


def _failed(response: httpx.Response, where: str, status: int, reason: str) -> Exception:
    if status == httpx.codes.TOO_MANY_REQUESTS or response.is_server_error:
        return ServerUnavailable(where, f"{status} {reason}".strip())
    return ServerRefused(where, status, reason)


def _reason(response: httpx.Response) -> str:
    try:
        told = response.json()
    except (ValueError, httpx.ResponseNotRead, UnicodeDecodeError):
        return ""
    detail = told.get("detail") or told.get("message") if isinstance(told, dict) else told
    return str(detail)[:300]
