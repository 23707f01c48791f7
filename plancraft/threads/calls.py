"""What callers use: each operation in plain and in async code, over the same flow."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict, Unpack

from langchain_core.runnables import RunnableConfig

from plancraft.approvals import ApprovalRequest, Store
from plancraft.threads.config import Asker, InterruptConfig
from plancraft.threads.deciding import UNSET, Deliver, Said
from plancraft.threads.flows import Flow, arun, run
from plancraft.threads.hosting import NO_THREAD, RunOptions
from plancraft.threads.operations import (
    PendingQuestion,
    edit_thread,
    pending_questions,
    resume_thread,
    start_thread,
    thread_status,
)
from plancraft.threads.target import Graph, Target, host_of, store_of, utc_now
from plancraft.threads.upkeep import (
    RecoveredThread,
    cancel_thread,
    expire_threads,
    recover_threads,
)

__all__ = [
    "Surroundings",
    "acancel",
    "aedit",
    "aexpire_due",
    "aget_interrupt_status",
    "apending",
    "arecover",
    "aresume",
    "astart",
    "cancel",
    "edit",
    "expire_due",
    "get_interrupt_status",
    "pending",
    "recover",
    "resume",
    "start",
    "target_of",
]

Answers = Mapping[str, Any]
ANONYMOUS = "anonymous"


class Surroundings(TypedDict, total=False):
    """What every call takes besides its own arguments."""

    store: Store | str | None
    """Where the questions are kept, or its URL; by default beside the checkpoints."""

    settings: InterruptConfig | None
    """Times for questions that set none."""

    config: RunnableConfig | None
    """More for the graph's config, as callbacks and tags."""

    context: Any
    """The graph's runtime context."""

    asker: Asker | None
    """On whose behalf the graph asks."""


def start(
    graph: Graph,
    input: Any,  # noqa: A002 - LangGraph's own name
    thread_id: str,
    *,
    replace: bool = False,
    **around: Unpack[Surroundings],
) -> Any:
    """What the graph returns for new input: its values, with `__interrupt__` when it paused.

    A crash of an earlier run is repaired first. `around`: see `Surroundings`.

    Raises:
        ThreadPaused: the thread waits for an answer and `replace` is False.
        ThreadBusy: another worker runs the thread for longer than `BUSY_TIMEOUT`.
    """
    return run(_start(graph, input, thread_id, replace, around))


async def astart(
    graph: Graph,
    input: Any,  # noqa: A002 - LangGraph's own name
    thread_id: str,
    *,
    replace: bool = False,
    **around: Unpack[Surroundings],
) -> Any:
    """As `start`, for graphs with an async checkpointer."""
    return await arun(_start(graph, input, thread_id, replace, around))


def resume(
    graph: Graph,
    thread_id: str,
    answers: Answers | None = None,
    *,
    answer: Any = UNSET,
    by: str = ANONYMOUS,
    deliver: Deliver = "step",
    **around: Unpack[Surroundings],
) -> Any:
    """What the graph returns once it has the answers.

    Args:
        graph: The compiled graph.
        thread_id: Its thread.
        answers: A map from interrupt ids, as `pending` gives them, to answers.
        answer: Instead of a map, the answer to the only open question; any value, None too.
        by: Who decides; goes on record.
        deliver: `step` resumes once all questions of the step are answered, `each` at once.
        around: See `Surroundings`.

    Raises:
        AlreadyAnswered: somebody was first; it names who and when.
        InvalidAnswer: an answer does not fit; nothing was changed.
        UnknownInterrupt: no open question has that id.
        UnknownThread: the checkpointer knows no such thread.
        QuestionChanged: the graph no longer asks what was answered; nothing was delivered.
        RequestExpired: the deadline has passed.
        ThreadBusy: the answer is on record, but another worker runs the thread.
    """
    return run(_resume(graph, thread_id, Said(answers, answer, by, deliver), around))


async def aresume(
    graph: Graph,
    thread_id: str,
    answers: Answers | None = None,
    *,
    answer: Any = UNSET,
    by: str = ANONYMOUS,
    deliver: Deliver = "step",
    **around: Unpack[Surroundings],
) -> Any:
    """As `resume`, for graphs with an async checkpointer."""
    return await arun(_resume(graph, thread_id, Said(answers, answer, by, deliver), around))


def pending(graph: Graph, thread_id: str, **around: Unpack[Surroundings]) -> list[PendingQuestion]:
    """The thread's open questions, those of a run that plancraft did not start included.

    They come in the order of the tasks that ask, as of the calls of a turn.

    Raises:
        UnknownThread: the checkpointer knows no such thread.
    """
    return run(_pending(graph, thread_id, around))


async def apending(
    graph: Graph, thread_id: str, **around: Unpack[Surroundings]
) -> list[PendingQuestion]:
    """As `pending`, for graphs with an async checkpointer."""
    return await arun(_pending(graph, thread_id, around))


def get_interrupt_status(
    graph: Graph, thread_id: str, **around: Unpack[Surroundings]
) -> dict[str, Any]:
    """What the thread waits for.

    Keys: `is_interrupted` (bool), `pending_tasks` (node names), `last_interrupt` (the payload
    shown last, or None), `state` (`paused`, `stalled`, `failed` or `finished`), `questions`
    (as `pending`), `errors` (messages of failed nodes), `warnings` (what may take the question
    away, as a cron on a server's thread).

    Raises:
        UnknownThread: the checkpointer knows no such thread.
    """
    return run(_status(graph, thread_id, around))


async def aget_interrupt_status(
    graph: Graph, thread_id: str, **around: Unpack[Surroundings]
) -> dict[str, Any]:
    """As `get_interrupt_status`, for graphs with an async checkpointer."""
    return await arun(_status(graph, thread_id, around))


def cancel(
    graph: Graph,
    thread_id: str,
    *,
    by: str = ANONYMOUS,
    reason: str | None = None,
    **around: Unpack[Surroundings],
) -> Any:
    """The thread's values after its open questions were withdrawn and it was ended.

    Raises:
        UnknownInterrupt: nothing is open.
        AlreadyAnswered: somebody decided first.
    """
    return run(_cancel(graph, thread_id, by, reason, around))


async def acancel(
    graph: Graph,
    thread_id: str,
    *,
    by: str = ANONYMOUS,
    reason: str | None = None,
    **around: Unpack[Surroundings],
) -> Any:
    """As `cancel`, for graphs with an async checkpointer."""
    return await arun(_cancel(graph, thread_id, by, reason, around))


def edit(
    graph: Graph,
    thread_id: str,
    values: Mapping[str, Any],
    **around: Unpack[Surroundings],
) -> Any:
    """What a paused thread asks after its state was changed.

    The question is asked again under a new id and its old request is closed.

    Raises:
        UnknownInterrupt: the thread does not wait at a question.
    """
    return run(_edit(graph, thread_id, values, around))


async def aedit(
    graph: Graph,
    thread_id: str,
    values: Mapping[str, Any],
    **around: Unpack[Surroundings],
) -> Any:
    """As `edit`, for graphs with an async checkpointer."""
    return await arun(_edit(graph, thread_id, values, around))


def recover(
    graph: Graph,
    thread_id: str | None = None,
    *,
    ask_again: bool = False,
    **around: Unpack[Surroundings],
) -> list[RecoveredThread]:
    """What was done for the threads that a crash left behind; call it when a worker starts.

    With a `thread_id`, that thread only: what failed there is run again too, and what its
    node raises comes out. A thread another worker runs at the moment is left alone.

    A question whose answer came from outside plancraft and made its node fail is asked once
    more, under another id; `ask_again` does so whoever gave the answer, which is then void.
    """
    return run(_recover(graph, thread_id, ask_again, around))


async def arecover(
    graph: Graph,
    thread_id: str | None = None,
    *,
    ask_again: bool = False,
    **around: Unpack[Surroundings],
) -> list[RecoveredThread]:
    """As `recover`, for graphs with an async checkpointer."""
    return await arun(_recover(graph, thread_id, ask_again, around))


def expire_due(
    graph: Graph,
    thread_id: str | None = None,
    *,
    now: datetime | None = None,
    **around: Unpack[Surroundings],
) -> list[ApprovalRequest]:
    """The requests whose time was up by `now` (default: the clock), as they became.

    A default is delivered like an answer; without one the request is closed and its thread
    ended. Call it from time to time; late answers are refused even when nobody does.
    """
    return run(_expire_due(graph, thread_id, now, around))


async def aexpire_due(
    graph: Graph,
    thread_id: str | None = None,
    *,
    now: datetime | None = None,
    **around: Unpack[Surroundings],
) -> list[ApprovalRequest]:
    """As `expire_due`, for graphs with an async checkpointer."""
    return await arun(_expire_due(graph, thread_id, now, around))


def target_of(graph: Graph, thread_id: str, around: Surroundings) -> Flow[Target]:
    """The thread that a flow works on.

    Raises:
        ValueError: the thread id is empty.
        NoCheckpointer, StoreNotGiven: the graph cannot pause, or not without a store.
    """
    if not str(thread_id):
        raise ValueError("a thread id is not empty")
    host = host_of(graph)
    if thread_id != NO_THREAD:
        host = yield from host.of(str(thread_id))
    return Target(
        host=host,
        thread_id=str(thread_id),
        store=(yield from store_of(graph, around.get("store"))),
        settings=around.get("settings") or InterruptConfig(),
        options=RunOptions(
            around.get("config") or {},
            {"context": around["context"]} if "context" in around else {},
        ),
        asker=around.get("asker") or Asker(),
    )


def _start(
    graph: Graph, given: Any, thread_id: str, replace: bool, around: Surroundings
) -> Flow[Any]:
    target = yield from target_of(graph, thread_id, around)
    return (yield from start_thread(target, given, replace_question=replace))


def _resume(graph: Graph, thread_id: str, said: Said, around: Surroundings) -> Flow[Any]:
    target = yield from target_of(graph, thread_id, around)
    return (yield from resume_thread(target, said))


def _pending(graph: Graph, thread_id: str, around: Surroundings) -> Flow[list[PendingQuestion]]:
    target = yield from target_of(graph, thread_id, around)
    return (yield from pending_questions(target))


def _status(graph: Graph, thread_id: str, around: Surroundings) -> Flow[dict[str, Any]]:
    target = yield from target_of(graph, thread_id, around)
    return (yield from thread_status(target))


def _cancel(
    graph: Graph, thread_id: str, by: str, reason: str | None, around: Surroundings
) -> Flow[Any]:
    target = yield from target_of(graph, thread_id, around)
    return (yield from cancel_thread(target, by=by, reason=reason))


def _edit(
    graph: Graph, thread_id: str, values: Mapping[str, Any], around: Surroundings
) -> Flow[Any]:
    target = yield from target_of(graph, thread_id, around)
    return (yield from edit_thread(target, values))


def _recover(
    graph: Graph, thread_id: str | None, ask_again: bool, around: Surroundings
) -> Flow[list[RecoveredThread]]:
    if ask_again and thread_id is None:
        raise ValueError("ask_again is for one thread: name it")
    target = yield from target_of(graph, thread_id or NO_THREAD, around)
    return (yield from recover_threads(target, thread_id, ask_again=ask_again))


def _expire_due(
    graph: Graph, thread_id: str | None, now: datetime | None, around: Surroundings
) -> Flow[list[ApprovalRequest]]:
    target = yield from target_of(graph, thread_id or NO_THREAD, around)
    return (yield from expire_threads(target, thread_id, now=now or utc_now()))
