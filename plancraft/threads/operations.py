"""What one can do with a thread, as flows; `plancraft.threads.calls` gives them to callers."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from langgraph.errors import GraphBubbleUp
from langgraph.types import Command

from plancraft.approvals import (
    ApprovalRequest,
    ApprovalStatus,
    Changes,
    Delivery,
    DrivingMark,
    Query,
)
from plancraft.approvals.events import event_of
from plancraft.approvals.opening import timeout_answer
from plancraft.approvals.transitions import cancel, expire
from plancraft.errors import (
    AlreadyAnswered,
    InvalidAnswer,
    PlancraftError,
    QuestionChanged,
    ThreadPaused,
    UnknownInterrupt,
    UnknownThread,
)
from plancraft.interrupts.fitting import fit_answer
from plancraft.threads.deciding import Deliver, Said, decided, decision_changes, named_answers
from plancraft.threads.driving import (
    NothingTaken,
    drive,
    end_thread,
    next_load,
    repair,
    result_of,
)
from plancraft.threads.flows import Call, Flow
from plancraft.threads.looking import Glance, Look, ThreadState
from plancraft.threads.settling import agree, live_rows, settle
from plancraft.threads.target import Target

__all__ = [
    "PendingQuestion",
    "RecoveredThread",
    "cancel_thread",
    "edit_thread",
    "expire_threads",
    "pending_questions",
    "recover_threads",
    "resume_thread",
    "start_thread",
    "thread_status",
]

_DEADLINE = "policy:deadline"


@dataclass(frozen=True)
class PendingQuestion:
    """One open question: LangGraph's id of the pause, what is shown, until when, its request."""

    id: str
    payload: Any
    deadline: datetime | None
    request: ApprovalRequest


@dataclass(frozen=True)
class RecoveredThread:
    """What became of a thread: its state, or the error its node raised when run again."""

    thread_id: str
    state: ThreadState
    error: Exception | None = None


def start_thread(target: Target, given: Any, *, replace_question: bool) -> Flow[Any]:
    """What the graph returns for new input."""
    if isinstance(given, Command) and given.resume is not None:
        raise ValueError("start() takes input; answer a question with resume()")
    lock = yield from target.hold()
    try:
        rows: list[ApprovalRequest] = []
        if (yield from target.stored()) is not None:
            look = yield from target.look()
            rows = yield from live_rows(target)
            look, rows = yield from repair(target, look, rows)
            rows = yield from _make_room(target, look, rows, given, replace_question)
        yield from _mark(target)
        return (yield from drive(target, given, rows, marked=True))
    finally:
        lock.release()


def resume_thread(target: Target, said: Said) -> Flow[Any]:
    """What the graph returns once the answers are recorded and delivered."""
    lock = target.store.try_lock(target.thread_id)
    if lock is None:
        # Somebody runs the thread. The decision is made now all the same, so that whoever is
        # late learns so at once; it is delivered when the thread is free.
        rows = yield from _rows_for(target, (yield from live_rows(target)), said)
        successors = yield from _record(target, rows, said)
        lock = yield from target.hold()
        try:
            return (yield from _deliver(target, None, successors, said.deliver))
        finally:
            lock.release()
    try:
        seen = yield from _in_order(target)
        rows = yield from _rows_for(target, seen.rows, said)
        successors = yield from _record(target, rows, said)
        return (yield from _deliver(target, seen, successors, said.deliver))
    finally:
        lock.release()


def pending_questions(target: Target) -> Flow[list[PendingQuestion]]:
    """The thread's open questions."""
    look = yield from target.look()
    if not look.exists:
        raise UnknownThread(target.thread_id)
    rows = yield from live_rows(target)
    if not agree(look, rows) and (lock := target.store.try_lock(target.thread_id)) is not None:
        try:
            look = yield from target.look()
            rows = yield from live_rows(target)
            rows = yield from settle(target, look, rows)
        finally:
            lock.release()
    return [
        PendingQuestion(row.interrupt_id or row.id, row.payload, row.deadline, row)
        for row in _of_this_thread(look, rows)
        if row.is_open
    ]


def thread_status(target: Target) -> Flow[dict[str, Any]]:
    """What the thread waits for, in the shape of the PlanCraft guide and a little more."""
    look = yield from target.look()
    if not look.exists:
        raise UnknownThread(target.thread_id)
    questions = yield from pending_questions(target)
    interrupts = list(look.questions.values())
    return {
        "is_interrupted": look.state == "paused",
        "state": look.state,
        "pending_tasks": [task.name for task in look.snapshot.tasks if not task.result],
        "last_interrupt": interrupts[-1].shown if interrupts else None,
        "questions": questions,
        "errors": look.errors,
    }


def cancel_thread(target: Target, *, by: str, reason: str | None) -> Flow[Any]:
    """The thread's values after its questions were withdrawn and it was ended."""
    questions = yield from pending_questions(target)
    rows = yield from live_rows(target)
    open_rows = [row for row in rows if row.is_open]
    if not open_rows:
        raise UnknownInterrupt("-", open=[question.id for question in questions])
    now = target.clock()
    closed = [
        cancel(row, now=now).model_copy(update={"delivery": Delivery.DUE}) for row in open_rows
    ]
    events = [event_of("cancelled", row, actor=by, reason=reason) for row in closed]
    changes = Changes(replaced=closed, events=events)
    if not (yield from target.commit(changes, durable=True)):
        rows = yield from _stored_again(target, open_rows)
        _raise_lost(rows)
    lock = yield from target.hold()
    try:
        rows = yield from live_rows(target)
        yield from end_thread(target, rows)
        look = yield from target.look()
        return result_of(look)
    finally:
        lock.release()


def edit_thread(target: Target, values: Mapping[str, Any]) -> Flow[Any]:
    """What the graph asks after the state of the paused thread was changed."""
    lock = yield from target.hold()
    try:
        look = yield from target.look()
        if not look.exists:
            raise UnknownThread(target.thread_id)
        rows = yield from live_rows(target)
        look, rows = yield from repair(target, look, rows)
        if not look.questions:
            raise UnknownInterrupt("-")
        yield from _mark(target)
        before = yield from _nodes_before(target, look)
        yield from target.update(dict(values), before[0] if before else None)
        return (yield from drive(target, None, rows, marked=True))
    finally:
        lock.release()


def recover_threads(target: Target, thread_id: str | None) -> Flow[list[RecoveredThread]]:
    """What was done for each thread that a crash left behind; one that is run now is left alone."""
    if thread_id is not None:
        lock = yield from target.hold()
        try:
            return [(yield from _recovered(target, insist=True))]
        finally:
            lock.release()
    done: list[RecoveredThread] = []
    for id_ in (yield from _left_behind(target)):
        one = _of_thread(target, id_)
        lock_now = one.store.try_lock(id_)
        if lock_now is None:
            continue
        try:
            done.append((yield from _recovered_or_error(one)))
        except UnknownThread:  # the store serves another checkpointer's thread of that name
            continue
        finally:
            lock_now.release()
    return done


def expire_threads(
    target: Target, thread_id: str | None, *, now: datetime
) -> Flow[list[ApprovalRequest]]:
    """The requests whose time was up, after silence was given for an answer."""
    expired: list[ApprovalRequest] = []
    query = Query(
        graph=None if thread_id else target.name, thread_id=thread_id, deadline_before=now
    )
    while True:
        page = yield from target.ask_store(target.store.find, query)
        for row in page:
            one = _of_thread(target, row.thread_id or "")
            if (yield from _expire(one, row, now)):
                expired.append((yield from _stored(one, row.id)))
        if len(page) < query.limit:
            return expired
        query = replace(query, after=page[-1])


def _make_room(
    target: Target, look: Look, rows: list[ApprovalRequest], given: Any, replace_question: bool
) -> Flow[list[ApprovalRequest]]:
    """The rows left when new input may go in: a pause gives way only when told to."""
    if look.state != "paused" or (given is None and not look.questions):
        return rows
    if not replace_question:
        raise ThreadPaused(
            target.thread_id, [one.shown for one in look.questions.values()] or look.snapshot.next
        )
    now = target.clock()
    given_up = [cancel(row, now=now) for row in rows if row.is_open or row.is_due]
    events = [event_of("cancelled", row, actor="start(replace=True)") for row in given_up]
    yield from target.commit(Changes(replaced=given_up, events=events), durable=True)
    return (yield from live_rows(target))


def _mark(target: Target) -> Flow[None]:
    mark = DrivingMark(target.name, target.thread_id, on=True, at=target.clock())
    yield from target.commit(Changes(mark=mark), durable=False)


@dataclass(frozen=True)
class _Seen:
    """A thread under its lock: what it asks, and the rows that agree with it."""

    look: Glance | Look
    rows: list[ApprovalRequest]


def _in_order(target: Target) -> Flow[_Seen]:
    """The thread after what a crash left behind was done. The lock is held."""
    glance = yield from target.glance()
    if glance is None:
        raise UnknownThread(target.thread_id)
    rows = yield from live_rows(target)
    if agree(glance, rows) and not any(row.is_due for row in rows):
        return _Seen(glance, rows)
    look, rows = yield from repair(target, (yield from target.look()), rows)
    return _Seen(look, _of_this_thread(look, rows))


def _of_this_thread(look: Glance | Look, rows: list[ApprovalRequest]) -> list[ApprovalRequest]:
    """The rows without open questions of another checkpointer's thread of the same name."""
    return [row for row in rows if not row.is_open or row.interrupt_id in look.questions]


def _rows_for(
    target: Target, rows: list[ApprovalRequest], said: Said
) -> Flow[list[ApprovalRequest]]:
    """The live rows and those closed ones that are named, so that their answers can be too."""
    known = {row.interrupt_id for row in rows} | {row.id for row in rows}
    closed: list[ApprovalRequest] = []
    for id_ in said.ids - known:
        stored = yield from target.ask_store(target.store.latest, target.thread_id, str(id_))
        closed += [stored] if stored is not None else []
    return rows + closed


def _record(target: Target, rows: list[ApprovalRequest], said: Said) -> Flow[list[ApprovalRequest]]:
    """The decisions, on disk. The first of several callers wins; the others are told who did."""
    while True:
        named = named_answers(rows, said)
        successors = decided(rows, named, by=said.by, now=target.clock())
        if (yield from target.commit(decision_changes(successors), durable=True)):
            return successors
        rows = yield from _stored_again(target, rows)


def _deliver(
    target: Target, seen: _Seen | None, successors: list[ApprovalRequest], deliver: Deliver
) -> Flow[Any]:
    """What the graph returns for the decided answers. The lock is held; `seen` if it was before."""
    if seen is None:
        seen = yield from _in_order(target)
        yield from _refuse_if_changed(target, seen.rows, successors)
    mine = {row.id: row for row in successors}
    rows = [mine.pop(row.id, row) if row.is_open else row for row in seen.rows]
    load = next_load(seen.look, rows, deliver)
    if load is None:
        return result_of((yield from target.look()), rows)
    try:
        return (yield from drive(target, load.command, rows, load=load, deliver=deliver))
    except NothingTaken:
        # No task of the present graph waits for it: the node that asked is gone.
        look = yield from target.look()
        rows = yield from settle(target, look, (yield from live_rows(target)))
        yield from _refuse_if_changed(target, rows, successors)
        raise


def _refuse_if_changed(
    target: Target, rows: list[ApprovalRequest], successors: list[ApprovalRequest]
) -> Flow[None]:
    """Nothing, unless a question just answered is no longer asked; then it is asked anew."""
    settled = {row.id: row for row in rows}
    for row in successors:
        now = settled.get(row.id) or (yield from _stored(target, row.id))
        if now.status is not ApprovalStatus.SUPERSEDED:
            continue
        yield from _ask_again(target, (yield from target.look()), row, rows)
        look = yield from target.look()
        yield from settle(target, look, (yield from live_rows(target)))
        asked = next(iter(look.questions.values()), None)
        raise QuestionChanged(row.id, asked=row.payload, asks_now=asked.shown if asked else None)


def _ask_again(
    target: Target, look: Look, row: ApprovalRequest, rows: list[ApprovalRequest]
) -> Flow[None]:
    """Let the thread ask what its present code asks, where the old question can't be asked."""
    if look.questions:
        return
    if not look.snapshot.tasks and look.checkpoint_id == row.checkpoint_id:
        # The node that asked is gone from the graph: go on behind the nodes before it.
        for node in (yield from _nodes_before(target, look)):
            yield from target.update(None, node)
        look = yield from target.look()
    if look.snapshot.tasks:
        yield from _mark(target)
        yield from drive(target, None, rows, marked=True)


def _nodes_before(target: Target, look: Look) -> Flow[list[str]]:
    """The nodes whose end led to the present step, as far as the graph still has them."""
    graph, place = target.graph, look.snapshot.parent_config
    if place is None:
        return []
    snapshot = yield Call(lambda: graph.get_state(place), lambda: graph.aget_state(place))
    return [name for name in snapshot.next if name in graph.nodes]


def _stored(target: Target, id_: str) -> Flow[ApprovalRequest]:
    found = yield from target.ask_store(target.store.get, id_)
    if found is None:
        raise UnknownInterrupt(id_)
    stored: ApprovalRequest = found
    return stored


def _stored_again(target: Target, rows: list[ApprovalRequest]) -> Flow[list[ApprovalRequest]]:
    """The rows as another writer left them."""
    found: list[ApprovalRequest] = []
    for row in rows:
        found.append((yield from _stored(target, row.id)))
    return found


def _raise_lost(rows: list[ApprovalRequest]) -> NoReturn:
    for row in rows:
        if row.decision is not None:
            raise AlreadyAnswered(row.id, by=row.decision.by, at=row.decision.at)
    raise UnknownInterrupt(rows[0].interrupt_id or rows[0].id)


def _of_thread(target: Target, thread_id: str) -> Target:
    configurable = {**target.config.get("configurable", {}), "thread_id": thread_id}
    config = {**target.config, "configurable": configurable}
    return replace(target, thread_id=thread_id, config=config)  # type: ignore[arg-type]


def _left_behind(target: Target) -> Flow[list[str]]:
    """Ids of threads marked as being run, or with an answer still to be delivered."""
    found = dict.fromkeys((yield from target.ask_store(target.store.driven, target.name)))
    query = Query(graph=target.name, due=True)
    while True:
        page = yield from target.ask_store(target.store.find, query)
        found |= dict.fromkeys(row.thread_id for row in page if row.thread_id)
        if len(page) < query.limit:
            return list(found)
        query = replace(query, after=page[-1])


def _recovered(target: Target, *, insist: bool) -> Flow[RecoveredThread]:
    look = yield from target.look()
    if not look.exists:
        raise UnknownThread(target.thread_id)
    rows = yield from live_rows(target)
    look, _ = yield from repair(target, look, rows, insist=insist)
    return RecoveredThread(target.thread_id, look.state)


def _recovered_or_error(target: Target) -> Flow[RecoveredThread]:
    try:
        return (yield from _recovered(target, insist=False))
    except (GraphBubbleUp, UnknownThread):
        raise
    except Exception as error:
        if isinstance(error, PlancraftError) and error.recoverable:
            raise
        look = yield from target.look()
        return RecoveredThread(target.thread_id, look.state, error)


def _fitting(row: ApprovalRequest, answer: Any) -> Any:
    """The default, or None where it does not fit: one bad default must not stop the sweep."""
    try:
        return None if answer is None else fit_answer(row.payload, row.response_schema, answer)
    except InvalidAnswer:
        return None


def _expire(target: Target, row: ApprovalRequest, now: datetime) -> Flow[bool]:
    """Whether silence became the outcome; False when somebody decided first."""
    answer = _fitting(row, timeout_answer(row))
    if answer is None:
        closed = expire(row, now=now).model_copy(update={"delivery": Delivery.DUE})
        changes = Changes(replaced=[closed], events=[event_of("expired", closed, actor=_DEADLINE)])
        successors = [closed]
    else:
        named = {row.interrupt_id or row.id: answer}
        successors = decided([row], named, by=_DEADLINE, now=now, via="deadline")
        changes = decision_changes(successors)
    if not (yield from target.commit(changes, durable=True)):
        return False
    lock = yield from target.hold()
    try:
        look = yield from target.look()
        if look.exists:
            yield from repair(target, look, (yield from live_rows(target)))
    finally:
        lock.release()
    return True
