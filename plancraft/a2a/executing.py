"""A LangGraph graph as an A2A agent's executor: it pauses where the graph does, and returns."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal, ParamSpec, TypeVar, get_type_hints

from a2a.server.agent_execution import AgentExecutor, RequestContext
from a2a.server.cluster import VersionedTaskStore
from a2a.server.events import EventQueue
from a2a.types import Message, Part, Task, TaskState, TaskStatusUpdateEvent
from langgraph.pregel import Pregel

from plancraft.a2a.callers import ANONYMOUS, call_context_of, caller_of
from plancraft.a2a.ledger import Ledger, OpenTask
from plancraft.a2a.messages import (
    answers_in,
    data_in,
    data_part,
    decision_data,
    decision_words,
    question_data,
    question_words,
    questions_in,
    text_of,
    text_part,
)
from plancraft.a2a.telling import TERMINAL, Progress, Teller, new_task, status_of
from plancraft.access import Permission, require
from plancraft.approvals import ApprovalRequest, ApprovalStatus, Changes, Delivery, Store
from plancraft.approvals.deciding import commit, decision_on
from plancraft.approvals.desk import Desk
from plancraft.approvals.events import Event, event_of
from plancraft.approvals.transitions import cancel
from plancraft.errors import PlancraftError
from plancraft.interrupts.canonical import plain_json
from plancraft.locale import say, speaking
from plancraft.threads import Asker, InterruptConfig
from plancraft.threads.calls import Surroundings, target_of
from plancraft.threads.flows import Flow, arun, run
from plancraft.threads.looking import Look
from plancraft.threads.operations import start_thread
from plancraft.threads.target import Target, host_of, store_of
from plancraft.threads.upkeep import Gone, RecoveredThread, recover_if_free, stop_thread

__all__ = ["Finished", "GraphExecutor"]

P = ParamSpec("P")
T = TypeVar("T")
_log = logging.getLogger("plancraft")
_GRACE = timedelta(seconds=1)
"""For how long a decision is carried out before a cancellation stops what follows from it. Within
it the task ends as was decided, or comes to its next question, which is then withdrawn."""
_MOMENT = 0.02
_SAVED_WITHIN = 10.0
_PAUSES = {
    "input_required": TaskState.TASK_STATE_INPUT_REQUIRED,
    "auth_required": TaskState.TASK_STATE_AUTH_REQUIRED,
}


@dataclass(frozen=True)
class Finished:
    """What came of a task."""

    parts: Sequence[Part]
    text: str = ""
    """What is said beside it."""
    name: str = "result"
    rejected: bool = False
    """Whether people turned it down, so that it ends as rejected."""


@dataclass
class _Turn:
    """One run of `execute`: the task's entry, who is told, and what was found on the way."""

    entry: OpenTask
    teller: Teller
    task: Task | None
    notice: str | None = None
    progress: Progress = field(init=False)

    def __post_init__(self) -> None:
        self.progress = Progress(self.teller)


class GraphExecutor(AgentExecutor):
    """Runs a graph for A2A tasks. The task's id is the thread's; each pause is a request.

    `execute()` returns at a pause, and nothing waits in memory. Answers come in band, in the next
    message of a client who may decide, or out of band by inbox, REST, mail or Slack; the one that
    is recorded first counts, whichever way it came.

    Args:
        graph: The compiled graph, with an async checkpointer if running work is to be stopped.
        store: Where requests are kept, or its URL; by default beside the checkpoints.
        settings: Times and policy for questions that say nothing themselves.
        agent_id: Under which its requests are found; by default the graph's name.
        pause: As which state a pause is told: `input_required`, or `auth_required`, which by the
            protocol may be cleared without a message of the client.
        inbox: Where reviewers' pages are, for the links in messages.
    """

    def __init__(
        self,
        graph: Pregel[Any, Any, Any, Any],
        *,
        store: Store | str | None = None,
        settings: InterruptConfig | None = None,
        agent_id: str | None = None,
        pause: Literal["input_required", "auth_required"] = "input_required",
        inbox: str | None = None,
    ) -> None:
        self.graph = graph
        self.settings = settings or InterruptConfig()
        self.agent_id = agent_id or graph.get_name()
        self.inbox = inbox.rstrip("/") if inbox else None
        self._given, self._pause = store, _PAUSES[pause]
        self._store: Store | None = None
        self.ready = asyncio.Event()
        """Set once its graph has a checkpointer; until then messages wait."""
        if graph.checkpointer is not None:
            self.ready.set()
        self._tasks: VersionedTaskStore | None = None
        self._running: dict[str, asyncio.Task[Any]] = {}
        self._outcomes: dict[str, RecoveredThread | None] = {}

    def begin(self, message: Message) -> Any:
        """The graph's input for the message that begins a task.

        By default a data part is the input itself; words become the human message of a graph with
        `messages`, else its first text field.
        """
        for part in message.parts:
            if part.HasField("data"):
                return data_in(part)
        text, fields = text_of(message), _fields_of(self.graph)
        if "messages" in fields:
            return {"messages": [("user", text)]}
        return {next((name for name, kind in fields.items() if kind is str), "input"): text}

    def finish(self, values: Any) -> Finished:
        """What came of it, by the graph's last values. In the task's language.

        By default the values as data, with the text of the last message if there are messages.
        """
        messages = values.get("messages") if isinstance(values, dict) else None
        if messages:
            return Finished([text_part(str(getattr(messages[-1], "text", messages[-1])))])
        return Finished([data_part(plain_json(values))])

    @property
    def store(self) -> Store:
        """Where its requests are.

        Raises:
            StoreNotGiven: none was given, and the graph's checkpointer has no file.
        """
        if self._store is None:
            self._store = run(store_of(self.graph, self._given))
        return self._store

    @property
    def ledger(self) -> Ledger:
        """Its open tasks."""
        return Ledger(self.store, self.graph.get_name())

    @property
    def running(self) -> frozenset[str]:
        """The tasks that this process works on now."""
        return frozenset(self._running)

    def use(self, tasks: VersionedTaskStore) -> None:
        """Where its tasks are kept."""
        self._tasks = tasks

    def outcome(self, task_id: str) -> RecoveredThread | None:
        """What the latest run of this task did; None when another worker had it."""
        return self._outcomes.pop(task_id, None)

    async def execute(self, context: RequestContext, event_queue: EventQueue) -> None:
        await self.ready.wait()
        task = context.current_task
        if task is not None and task.status.state in TERMINAL:
            return  # a message that had waited for the end must not bring it back to life
        task_id = context.task_id or ""
        entry = await self._entry(context, task_id)
        if entry is None:
            return
        context_id = task.context_id if task else context.context_id or ""
        turn = _Turn(entry, Teller(event_queue, task_id, context_id), task)
        current = asyncio.current_task()
        assert current is not None
        self._running[task_id] = current
        self._outcomes[task_id] = None
        try:
            with speaking(entry.language):
                if context.message is not None and turn.task is not None:
                    turn.notice = await self._take_answers(context, turn)
                async with self._alone(turn, waits=context.message is not None) as alone:
                    if alone:
                        await self._take_turn(turn, context)
        finally:
            self._running.pop(task_id, None)

    async def cancel(self, context: RequestContext, event_queue: EventQueue) -> None:
        task_id = context.task_id or ""
        entry = await self.call(self.ledger.get, task_id)
        if entry is None or entry.cancellation is None:
            return
        task = context.current_task
        teller = Teller(event_queue, task_id, task.context_id if task else "")
        await self._tell_cancelled(teller, entry)

    def stop_here(self, task_id: str) -> None:
        """Stop what this process does for the task."""
        if running := self._running.get(task_id):
            running.cancel()

    async def withdraw(self, entry: OpenTask, *, by: str) -> bool:
        """Whether a cancellation may go on, its open questions withdrawn; not so for a task that
        has come to its end by what was decided before."""
        while True:
            rows = await self.call(self.store.live, entry.id)
            if any(row.is_open for row in rows):
                if await self.call(self._withdraw_open, rows, by):
                    return True
                continue
            if await self._has_ended(entry):
                return False
            if not (on_their_way := [row for row in rows if row.is_held or row.is_due]):
                return not await self._has_finished(entry)
            if datetime.now(UTC) >= max(map(_carried_out_by, on_their_way)):
                return True
            await asyncio.sleep(_MOMENT)

    async def clear_away(self, entry: OpenTask, *, by: str) -> None:
        """After the task's end: its thread is ended, its requests are closed, its entry goes."""
        with suppress(PlancraftError):  # it is tried again when open tasks are looked through
            target = await self._target(entry.id, self._around(entry))
            await self.do(stop_thread(target, by=by))
            await self.call(self.ledger.close, entry.id)

    def cancelled_event(self, entry: OpenTask, task: Task) -> TaskStatusUpdateEvent:
        """The end of a task that no process of ours works on."""
        text, data = self._cancelled(entry)
        status = status_of(
            TaskState.TASK_STATE_CANCELED,
            text,
            data,
            task_id=task.id,
            context_id=task.context_id,
        )
        return TaskStatusUpdateEvent(task_id=task.id, context_id=task.context_id, status=status)

    async def call(self, function: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
        """What a call of the store gives, made where it holds up nobody."""
        if self.store.blocking:
            return await asyncio.to_thread(function, *args, **named)
        return function(*args, **named)

    async def do(self, flow: Flow[T]) -> T:
        """The flow's result."""
        plain = host_of(self.graph).sync_only
        return await (asyncio.to_thread(run, flow) if plain else arun(flow))

    async def _entry(self, context: RequestContext, task_id: str) -> OpenTask | None:
        """The task's entry, new for a new task; None for one that has ended."""
        if context.current_task is not None or context.message is None:
            return await self.call(self.ledger.get, task_id)
        caller = caller_of(context.call_context, context.message)
        return await self.call(
            self.ledger.open, task_id, owner=caller.owner, language=caller.language
        )

    async def _take_turn(self, turn: _Turn, context: RequestContext) -> None:
        if turn.entry.cancellation is not None:
            await self._tell_cancelled(turn.teller, turn.entry)
            await self._saved(turn.entry, _is_terminal)
            await self.clear_away(turn.entry, by=turn.entry.cancellation.by)
            return
        if turn.task is None:
            assert context.message is not None
            turn.task = new_task(context.message, turn.entry.id, turn.teller.context_id)
            await turn.teller.task(turn.task)
            await self._saved(turn.entry, lambda _: True)
            await turn.teller.status(TaskState.TASK_STATE_WORKING)
        await self._go_on(turn)

    @asynccontextmanager
    async def _alone(self, turn: _Turn, *, waits: bool) -> AsyncIterator[bool]:
        """Within the block no other replica tells of the task; False where one does just now, or
        has told its end. Then what was decided is carried out there."""
        until = asyncio.get_running_loop().time() + (self.settings.BUSY_TIMEOUT if waits else 0)
        while (lock := await self.call(self.store.try_lock, f"a2a:{turn.entry.id}")) is None:
            if asyncio.get_running_loop().time() >= until:
                yield False
                return
            await asyncio.sleep(_MOMENT)
        try:
            if turn.task is not None:
                turn.task = await self._stored(turn.entry) or turn.task
            yield turn.task is None or not _is_terminal(turn.task)
            await self._saved(turn.entry, turn.teller.has_told)
        finally:
            lock.release()

    async def _take_answers(self, context: RequestContext, turn: _Turn) -> str | None:
        """Why the message's answers were not taken; None when they were."""
        message = context.message
        assert message is not None
        assert turn.task is not None
        if _is_known(message, turn.task):
            return None
        caller = caller_of(context.call_context, message)
        try:
            if caller.identity is not None:
                require(caller.identity, Permission.DECIDE)
            rows = await self.call(self.store.live, turn.entry.id)
            asked = [row for row in rows if row.is_open]
            if not asked:
                return say("Nothing is asked at the moment.")
            given_answers = answers_in(message, asked)
            for given in given_answers:  # all of them fit, or none is recorded
                decision_on(
                    given.request,
                    given.answer,
                    by=caller.name,
                    now=datetime.now(UTC),
                    roles=caller.roles,
                )
            for given in given_answers:
                await self.call(
                    self._desk.answer,
                    given.request.id,
                    given.answer,
                    by=caller.name,
                    roles=caller.roles,
                    seen=given.seen,
                )
        except PlancraftError as error:
            return error.localized()
        return None

    async def _go_on(self, turn: _Turn) -> None:
        """Carry out what was decided, or begin, until the next pause or the end; and tell."""
        before: set[str] = set()
        while (done := await self._run(turn)) is not None and done.error is None:
            decided = await self._decided_meanwhile(turn.entry)
            if decided <= before:  # nothing new, or what is left to the worker's patience
                break
            before = decided
        self._outcomes[turn.entry.id] = done
        if done is not None:
            await self._tell_where_it_is(turn, done.error)

    async def _run(self, turn: _Turn) -> RecoveredThread | None:
        """What became of the thread; None when it is left to a worker."""
        await self._tell_decisions(turn)
        try:
            return await self._driven(turn)
        except PlancraftError as error:
            if error.recoverable:
                _log.warning("task_put_off: %s: %s", turn.entry.id, error)
                return None
            return RecoveredThread(turn.entry.id, "failed", error)
        except Exception as error:  # noqa: BLE001 - its text is for our log, not for the client
            return RecoveredThread(turn.entry.id, "failed", error)
        finally:
            await turn.progress.over()

    async def _decided_meanwhile(self, entry: OpenTask) -> set[str]:
        """The requests that were decided before anybody was told of them; none while others are
        open."""
        rows = await self.call(self.store.live, entry.id)
        if any(row.is_asked for row in rows):
            return set()
        return {row.id for row in rows if row.is_due}

    async def _driven(self, turn: _Turn) -> RecoveredThread | None:
        task = turn.task
        assert task is not None
        target = await self._target(turn.entry.id, self._around(turn.entry, turn.progress))
        done = await self.do(recover_if_free(target, turn.entry.id))
        if not isinstance(done, Gone):
            return done
        given = self.begin(task.history[0])
        await self.do(start_thread(target, given, replace_question=False))
        return RecoveredThread(turn.entry.id, "finished")

    async def _tell_decisions(self, turn: _Turn) -> None:
        rows = await self.call(self.store.live, turn.entry.id)
        due = [row for row in rows if row.is_due and row.decision is not None]
        known = _decisions_told(turn.task) if due and turn.task is not None else set()
        told = [decision_words(row) for row in due if row.id not in known]
        if told:
            data = await self._data(turn.entry.id, ())
            await turn.teller.status(TaskState.TASK_STATE_WORKING, "\n".join(told), data)

    async def _tell_where_it_is(self, turn: _Turn, error: Exception | None) -> None:
        target = await self._target(turn.entry.id, self._around(turn.entry))
        look = await self.do(target.look())
        rows = await self.call(self.store.live, turn.entry.id)
        asked = [row for row in rows if row.is_asked and row.interrupt_id in look.questions]
        if asked:
            await self._tell_questions(turn, asked, error)
        elif look.state == "finished" and error is None:
            await self._tell_end(turn, look)
        elif look.state != "paused" or error is not None:
            await self._tell_failure(turn, error)

    async def _tell_questions(
        self, turn: _Turn, asked: Sequence[ApprovalRequest], error: Exception | None
    ) -> None:
        notice = turn.notice or (error.localized() if isinstance(error, PlancraftError) else None)
        if notice is None and await self._is_told(turn.entry, asked):
            return
        words = [question_words(row, self.inbox) for row in asked]
        text = "\n\n".join(([notice] if notice else []) + words)
        await turn.teller.status(self._pause, text, await self._data(turn.entry.id, asked))

    async def _is_told(self, entry: OpenTask, asked: Sequence[ApprovalRequest]) -> bool:
        """Whether the task says already that it waits for just these."""
        task = await self._stored(entry)
        if task is None or task.status.state != self._pause:
            return False
        return {one["id"] for one in questions_in(task.status)} == {row.id for row in asked}

    async def _tell_end(self, turn: _Turn, look: Look) -> None:
        entry, teller = turn.entry, turn.teller
        closing = await self.call(self._closing, entry.id)
        if closing is not None and closing.kind == "cancelled":
            await self.call(self.ledger.cancel, entry, by=closing.actor, language=entry.language)
            marked = await self.call(self.ledger.get, entry.id)
            await self._tell_cancelled(teller, marked or entry)
            await self._ended(entry)
            return
        data = await self._data(entry.id, ())
        if closing is not None:
            text = say("Nobody decided in time, so nothing was approved.")
            await teller.status(TaskState.TASK_STATE_FAILED, text, data)
        else:
            target = await self._target(entry.id, self._around(entry))
            finished = self.finish(target.host.output(look.snapshot.values))
            if finished.parts:
                await teller.artifact(finished.name, finished.parts)
            state = (
                TaskState.TASK_STATE_REJECTED
                if finished.rejected
                else TaskState.TASK_STATE_COMPLETED
            )
            await teller.status(state, finished.text, data)
        await self._ended(entry)

    async def _tell_failure(self, turn: _Turn, error: Exception | None) -> None:
        text = say("The agent failed. Its operator finds the reason in the log.")
        if isinstance(error, PlancraftError):  # in words that are ours, as of input that is none
            text = error.localized()
            _log.warning("task_failed: %s: %s", turn.entry.id, error)
        else:
            _log.error("task_failed: %s", turn.entry.id, exc_info=error)
        await turn.teller.status(
            TaskState.TASK_STATE_FAILED, text, await self._data(turn.entry.id, ())
        )
        await self._saved(turn.entry, _is_terminal)
        await self.clear_away(turn.entry, by=self.agent_id)

    async def _tell_cancelled(self, teller: Teller, entry: OpenTask) -> None:
        text, data = self._cancelled(entry)
        await teller.status(TaskState.TASK_STATE_CANCELED, text, data)

    def _cancelled(self, entry: OpenTask) -> tuple[str, dict[str, Any]]:
        wish = entry.cancellation
        assert wish is not None
        with speaking(wish.language):
            text = say("The task was cancelled by the user.")
        return text, {
            "agent_id": self.agent_id,
            "requests": [],
            "cancelled": {"by": wish.by, "at": wish.at.isoformat()},
        }

    async def _ended(self, entry: OpenTask) -> None:
        await self._saved(entry, _is_terminal)
        await self.call(self.ledger.close, entry.id)

    async def _data(self, task_id: str, asked: Sequence[ApprovalRequest]) -> dict[str, Any]:
        return {
            "agent_id": self.agent_id,
            "requests": [question_data(row, self.inbox) for row in asked],
            "decisions": await self.call(self._decisions, task_id),
        }

    def _decisions(self, task_id: str) -> list[dict[str, Any]]:
        """What was decided so far, in order. Blocking."""
        actors = {one.request_id: one.actor for one in self.store.events(thread_id=task_id)}
        rows = [self.store.get(id_) for id_ in actors]
        return [
            decision_data(row, actors[row.id])
            for row in rows
            if row is not None and not row.is_asked and row.status is not ApprovalStatus.SUPERSEDED
        ]

    def _closing(self, task_id: str) -> Event | None:
        """What ended the thread in place of an answer; None when it ran to its end. Blocking."""
        ways = ("decided", "released", "cancelled", "expired")
        found = [one for one in self.store.events(thread_id=task_id) if one.kind in ways]
        return found[-1] if found and found[-1].kind in ("cancelled", "expired") else None

    def _withdraw_open(self, rows: Sequence[ApprovalRequest], by: str) -> bool:
        """Whether the open ones are withdrawn, so that their thread is to be ended. Blocking."""
        now, due = datetime.now(UTC), {"delivery": Delivery.DUE}
        closed = [cancel(row, now=now).model_copy(update=due) for row in rows if row.is_open]
        events = [event_of("cancelled", row, actor=by) for row in closed]
        return commit(self.store, Changes(replaced=closed, events=events))

    async def _has_ended(self, entry: OpenTask) -> bool:
        task = await self._stored(entry)
        return task is not None and _is_terminal(task)

    async def _has_finished(self, entry: OpenTask) -> bool:
        """Whether its graph has, so that the task is about to say so."""
        target = await self._target(entry.id, self._around(entry))
        look = await self.do(target.look())
        if not look.exists or look.state != "finished" or not look.snapshot.values:
            return False
        return await self._saved(entry, _is_terminal)

    async def _saved(self, entry: OpenTask, is_so: Callable[[Task], bool]) -> bool:
        """Whether what was told is on disk, within a while."""
        loop = asyncio.get_running_loop()
        until = loop.time() + _SAVED_WITHIN
        while self._tasks is not None and loop.time() < until:
            task = await self._stored(entry)
            if task is not None and is_so(task):
                return True
            await asyncio.sleep(_MOMENT / 4)
        return self._tasks is None

    async def _stored(self, entry: OpenTask) -> Task | None:
        if self._tasks is None:
            return None
        stored = await self._tasks.get(entry.id, call_context_of(entry.owner))
        return stored.task if stored else None

    @property
    def _desk(self) -> Desk:
        return Desk(self.store, self.settings.POLICY)

    def _around(self, entry: OpenTask, progress: Progress | None = None) -> Surroundings:
        return {
            "store": self.store,
            "settings": self.settings,
            "config": {"callbacks": [progress]} if progress else {},
            "asker": Asker(
                entry.owner or ANONYMOUS, {"agent_id": self.agent_id, "task_id": entry.id}
            ),
        }

    async def _target(self, task_id: str, around: Surroundings) -> Target:
        return await self.do(target_of(self.graph, task_id, around))


def _fields_of(graph: Pregel[Any, Any, Any, Any]) -> dict[str, Any]:
    """The fields of the graph's input, with their types where those can be told."""
    schema = getattr(getattr(graph, "builder", None), "input_schema", None)
    try:
        return get_type_hints(schema) if schema is not None else {}
    except (NameError, TypeError):  # names that only a type checker sees
        return dict.fromkeys(getattr(schema, "__annotations__", {}), Any)


def _is_known(message: Message, task: Task) -> bool:
    """Whether a client sends once more what it had sent before."""
    return any(message.message_id == one.message_id for one in task.history)


def _decisions_told(task: Task) -> set[str]:
    """The requests whose decision the client has heard of, before a crash for instance."""
    parts = [part for one in (*task.history, task.status.message) for part in one.parts]
    data = [data_in(part) for part in parts if part.HasField("data")]
    lists = [one.get("decisions") for one in data if isinstance(one, dict)]
    return {told["id"] for one in lists for told in one or () if isinstance(told, dict)}


def _is_terminal(task: Task) -> bool:
    return task.status.state in TERMINAL


def _carried_out_by(row: ApprovalRequest) -> datetime:
    """When a cancellation no longer waits for what follows from this decision."""
    decided = row.decision.at if row.decision else row.updated_at or row.created_at
    return max(decided, row.held_until or decided) + _GRACE
