"""What one can do with a thread, as flows; `plancraft.threads.calls` gives them to callers."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from langgraph.types import Command

from plancraft.approvals import (
    ApprovalRequest,
    ApprovalStatus,
    Changes,
    DrivingMark,
)
from plancraft.approvals.deciding import decided, decision_changes
from plancraft.approvals.events import event_of
from plancraft.approvals.transitions import cancel
from plancraft.errors import (
    QuestionChanged,
    ThreadBusy,
    ThreadPaused,
    UnknownInterrupt,
    UnknownThread,
)
from plancraft.threads.deciding import Deliver, Said, named_answers
from plancraft.threads.driving import (
    NothingTaken,
    ask_anew,
    drive,
    is_stuck,
    next_load,
    repair,
    result_of,
)
from plancraft.threads.flows import Flow, sleep
from plancraft.threads.looking import Glance, Look
from plancraft.threads.settling import agree, live_rows, settle
from plancraft.threads.target import Target

__all__ = [
    "PendingQuestion",
    "edit_thread",
    "pending_questions",
    "request_of",
    "resume_thread",
    "start_thread",
    "stored_again",
    "thread_status",
]


@dataclass(frozen=True)
class PendingQuestion:
    """One open question: LangGraph's id of the pause, what is shown, until when, its request."""

    id: str
    payload: Any
    deadline: datetime | None
    request: ApprovalRequest


def start_thread(target: Target, given: Any, *, replace_question: bool) -> Flow[Any]:
    """What the graph returns for new input."""
    if isinstance(given, Command) and given.resume is not None:
        raise ValueError("start() takes input; answer a question with resume()")
    lock = yield from target.hold()
    try:
        rows: list[ApprovalRequest] = []
        if not (yield from target.host.begin(target.thread_id)):
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
        seen = yield from _in_order_when_free(target)
        rows = yield from _rows_for(target, seen.rows, said)
        said = _said_anew(said, rows) if seen.anew else said
        successors = yield from _record(target, rows, said)
        return (yield from _deliver(target, seen, successors, said.deliver))
    finally:
        lock.release()


def pending_questions(target: Target) -> Flow[list[PendingQuestion]]:
    """The thread's open questions, in the order of the tasks that ask them."""
    look = yield from target.look()
    if not look.exists:
        raise UnknownThread(target.thread_id)
    rows = yield from live_rows(target)
    if not agree(look, rows) and (lock := (yield from target.try_hold())) is not None:
        try:
            look = yield from target.look()
            rows = yield from live_rows(target)
            rows = yield from settle(target, look, rows)
        finally:
            lock.release()
    places = {id_: place for place, id_ in enumerate(look.questions)}
    asked = [row for row in _of_this_thread(look, rows) if row.is_open]
    return [
        PendingQuestion(row.interrupt_id or row.id, row.payload, row.deadline, row)
        for row in sorted(asked, key=lambda row: places.get(row.interrupt_id or "", len(places)))
    ]


def thread_status(target: Target) -> Flow[dict[str, Any]]:
    """What the thread waits for, in the shape of the PlanCraft guide and a little more."""
    look = yield from target.look()
    if not look.exists:
        raise UnknownThread(target.thread_id)
    questions = yield from pending_questions(target)
    warnings = (yield from target.host.warnings(target.thread_id)) if questions else []
    interrupts = look.snapshot.interrupts
    return {
        "is_interrupted": look.state == "paused",
        "state": look.state,
        "pending_tasks": [task.name for task in look.snapshot.tasks if not task.result],
        "last_interrupt": interrupts[-1].value if interrupts else None,
        "questions": questions,
        "errors": look.errors,
        "warnings": warnings,
    }


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
        before = yield from target.host.nodes_before(look)
        yield from target.update(dict(values), before[0] if before else None)
        return (yield from drive(target, None, rows, marked=True))
    finally:
        lock.release()


def _make_room(
    target: Target, look: Look, rows: list[ApprovalRequest], given: Any, replace_question: bool
) -> Flow[list[ApprovalRequest]]:
    """The rows left when new input may go in: a pause gives way only when told to."""
    asked = [one for one in look.questions.values() if not one.is_breakpoint]
    if look.state != "paused" or (given is None and not asked):
        return rows
    if not replace_question:
        raise ThreadPaused(target.thread_id, [one.shown for one in asked] or look.snapshot.next)
    now = target.clock()
    given_up = [cancel(row, now=now) for row in rows if row.is_asked or row.is_due]
    events = [event_of("cancelled", row, actor="start(replace=True)") for row in given_up]
    yield from target.commit(Changes(replaced=given_up, events=events), durable=True)
    return (yield from live_rows(target))


def _mark(target: Target) -> Flow[None]:
    mark = DrivingMark(target.name, target.thread_id, on=True, at=target.clock())
    yield from target.commit(Changes(mark=mark), durable=False)


@dataclass(frozen=True)
class _Seen:
    """A thread under its lock: what it asks, and the rows that agree with it.

    `anew`: an answer from outside had to be got rid of, so that questions have other ids.
    """

    look: Glance | Look
    rows: list[ApprovalRequest]
    anew: bool = False


def _in_order_when_free(target: Target) -> Flow[_Seen]:
    """The same, after a stranger's run on a server has ended: it may be answering just this."""
    waited, pause = 0.0, 0.05
    while True:
        try:
            return (yield from _in_order(target))
        except ThreadBusy:
            if waited >= target.settings.BUSY_TIMEOUT:
                raise
        yield sleep(pause)
        waited, pause = waited + pause, min(pause * 1.5, target.host.longest_pause)


def _in_order(target: Target) -> Flow[_Seen]:
    """The thread after what a crash left behind was done. The lock is held."""
    glance = yield from target.host.peek(target.thread_id)
    if glance is None:
        raise UnknownThread(target.thread_id)
    rows = yield from live_rows(target)
    if is_stuck(glance, rows):
        look, rows = yield from ask_anew(target, glance, rows)
        return _Seen(look, rows, anew=True)
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
        latest = yield from target.ask_store(target.store.latest, target.thread_id, str(id_))
        found = latest or (yield from target.ask_store(target.store.get, str(id_)))
        if found is not None and found.thread_id == target.thread_id:
            closed.append(found)
    if not said.ids and not any(row.is_open for row in rows):
        # Who comes second without an id is told who was first, as with one.
        closed.extend((yield from _last_decided(target)))
    return rows + closed


def _said_anew(said: Said, rows: list[ApprovalRequest]) -> Said:
    """What was said, to the questions that took the place of those it names, word for word."""
    if not said.ids:
        return said
    here = {row.digest: row for row in rows if row.is_open}
    gone = {
        name: here[row.digest].id
        for row in rows
        for name in (row.interrupt_id, row.id)
        if row.status is ApprovalStatus.SUPERSEDED and row.digest in here
    }
    answers = {gone.get(id_, id_): answer for id_, answer in (said.answers or {}).items()}
    return dataclasses.replace(said, answers=answers) if gone else said


def _last_decided(target: Target) -> Flow[list[ApprovalRequest]]:
    events = yield from target.ask_store(target.store.events, thread_id=target.thread_id)
    ids = [event.request_id for event in events if event.kind == "decided"]
    return [(yield from request_of(target, ids[-1]))] if ids else []


def _record(target: Target, rows: list[ApprovalRequest], said: Said) -> Flow[list[ApprovalRequest]]:
    """The decisions, on disk. The first of several callers wins; the others are told who did."""
    while True:
        named = named_answers(rows, said)
        successors = decided(rows, named, by=said.by, now=target.clock())
        if (yield from target.commit(decision_changes(successors), durable=True)):
            return successors
        rows = yield from stored_again(target, rows)


def _deliver(
    target: Target, seen: _Seen | None, successors: list[ApprovalRequest], deliver: Deliver
) -> Flow[Any]:
    """What the graph returns for the decided answers. The lock is held; `seen` if it was before."""
    if seen is None:
        seen = yield from _in_order(target)
        yield from _refuse_if_changed(target, seen.rows, successors)
    mine = {row.id: row for row in successors}
    rows = [mine.pop(row.id, row) if row.is_open else row for row in seen.rows]
    load = next_load(target, seen.look, rows, deliver)
    if load is None:
        return result_of(target, (yield from target.look()), rows)
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
        now = settled.get(row.id) or (yield from request_of(target, row.id))
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
        for node in (yield from target.host.nodes_before(look)):
            yield from target.update(None, node)
        look = yield from target.look()
    if look.snapshot.tasks:
        yield from _mark(target)
        yield from drive(target, None, rows, marked=True)


def request_of(target: Target, id_: str) -> Flow[ApprovalRequest]:
    """The request with this id, as it is now."""
    found = yield from target.ask_store(target.store.get, id_)
    if found is None:
        raise UnknownInterrupt(id_)
    request: ApprovalRequest = found
    return request


def stored_again(target: Target, rows: list[ApprovalRequest]) -> Flow[list[ApprovalRequest]]:
    """The rows as another writer left them."""
    found: list[ApprovalRequest] = []
    for row in rows:
        found.append((yield from request_of(target, row.id)))
    return found
