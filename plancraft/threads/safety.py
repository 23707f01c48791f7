"""Resume without exceptions: retried where that helps, else an error a page can show."""

import sqlite3
from datetime import datetime
from typing import Any, Unpack

from langgraph.errors import GraphBubbleUp

from plancraft.errors import PlancraftError, UnknownInterrupt
from plancraft.threads.calls import (
    ANONYMOUS,
    Answers,
    Surroundings,
    aresume,
    resume,
    target_of,
)
from plancraft.threads.deciding import UNSET
from plancraft.threads.driving import result_of
from plancraft.threads.flows import Call, Flow, arun, run, sleep
from plancraft.threads.operations import pending_questions
from plancraft.threads.target import Graph, Target, utc_now
from plancraft.threads.upkeep import recover_threads

__all__ = ["asafe_resume", "create_error_response", "is_recoverable", "safe_resume"]

_ATTEMPTS = 4
_FIRST_PAUSE = 0.1


def is_recoverable(error: BaseException) -> bool:
    """Whether the same call may succeed later: lost connections, time-outs, busy databases."""
    if isinstance(error, PlancraftError):
        return error.recoverable
    if isinstance(error, sqlite3.OperationalError):
        return "locked" in str(error) or "busy" in str(error)
    return isinstance(error, ConnectionError | TimeoutError)


def create_error_response(error: BaseException) -> dict[str, Any]:
    """The error as plain JSON: `status`, `error` (message in the reader's language), `error_type`,
    `error_category` (`answer`, `temporary` or `internal`), `recoverable`, `details`.

    The message of an error that is not plancraft's own is left out: it may hold anything.
    """
    ours = isinstance(error, PlancraftError)
    recoverable = is_recoverable(error)
    category = "temporary" if recoverable else "answer" if ours else "internal"
    return {
        "status": "error",
        "error": error.localized() if isinstance(error, PlancraftError) else type(error).__name__,
        "error_type": type(error).__name__,
        "error_category": category,
        "recoverable": recoverable,
        "details": error.details() if isinstance(error, PlancraftError) else {},
    }


def safe_resume(
    graph: Graph,
    thread_id: str,
    response: Answers | None = None,
    *,
    answer: Any = UNSET,
    by: str = ANONYMOUS,
    **around: Unpack[Surroundings],
) -> Any:
    """What `resume` returns, or `create_error_response` of what went wrong.

    What may pass by itself is tried again with growing pauses, 0.7 s in all; an answer that is
    already on record is not given twice but delivered.
    """
    return run(_safely(graph, thread_id, response, answer, by, around))


async def asafe_resume(
    graph: Graph,
    thread_id: str,
    response: Answers | None = None,
    *,
    answer: Any = UNSET,
    by: str = ANONYMOUS,
    **around: Unpack[Surroundings],
) -> Any:
    """As `safe_resume`, for graphs with an async checkpointer."""
    return await arun(_safely(graph, thread_id, response, answer, by, around))


def _safely(
    graph: Graph,
    thread_id: str,
    response: Answers | None,
    answer: Any,
    by: str,
    around: Surroundings,
) -> Flow[Any]:
    began, answers = utc_now(), response
    for attempt in range(_ATTEMPTS):
        try:
            target = yield from target_of(graph, thread_id, around)
            if answers is None:
                answers = yield from _named(target, answer)
            if attempt and (yield from _on_record(target, answers, by, began)):
                yield from recover_threads(target, thread_id)
                return result_of(target, (yield from target.look()))
            return (yield _resuming(graph, thread_id, answers, by, around))
        except GraphBubbleUp:
            raise
        except Exception as error:  # noqa: BLE001 - this function's purpose: errors as data
            if attempt == _ATTEMPTS - 1 or not is_recoverable(error):
                return create_error_response(error)
            yield sleep(_FIRST_PAUSE * 2**attempt)
    raise AssertionError("unreachable")


def _resuming(
    graph: Graph, thread_id: str, answers: Answers | None, by: str, around: Surroundings
) -> Call:
    return Call(
        lambda: resume(graph, thread_id, answers, by=by, **around),
        lambda: aresume(graph, thread_id, answers, by=by, **around),
    )


def _named(target: Target, answer: Any) -> Flow[Answers | None]:
    """The answer by the id of the only open question, so that a retry gives it to no other."""
    if answer is UNSET:
        return None
    open_ids = [question.id for question in (yield from pending_questions(target))]
    if len(open_ids) != 1:
        raise UnknownInterrupt("answer=", open=open_ids)
    return {open_ids[0]: answer}


def _on_record(target: Target, answers: Answers | None, by: str, began: datetime) -> Flow[bool]:
    """Whether an earlier attempt's answers were recorded before it failed."""
    for id_ in answers or ():
        row = yield from target.ask_store(target.store.latest, target.thread_id, id_)
        decision = row.decision if row else None
        if decision is None or decision.by != by or decision.at < began:
            return False
    return bool(answers)
