"""Looking after threads: what crashes left, what nobody answered, what is no longer wanted."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NoReturn

from langgraph.errors import GraphBubbleUp

from plancraft.approvals import ApprovalRequest, Changes, Delivery, Query
from plancraft.approvals.deadlines import is_for_good, lapse, let_go
from plancraft.approvals.events import event_of
from plancraft.approvals.transitions import cancel
from plancraft.errors import (
    AlreadyAnswered,
    PlancraftError,
    ThreadBusy,
    UnknownInterrupt,
    UnknownThread,
)
from plancraft.threads.driving import ask_anew, end_thread, is_stuck, repair, result_of
from plancraft.threads.flows import Flow
from plancraft.threads.looking import Look, ThreadState
from plancraft.threads.operations import pending_questions, request_of, stored_again
from plancraft.threads.settling import live_rows, settle
from plancraft.threads.target import Target

__all__ = [
    "Gone",
    "RecoveredThread",
    "cancel_thread",
    "expire_threads",
    "left_behind",
    "recover_if_free",
    "recover_threads",
    "stop_thread",
]


@dataclass(frozen=True)
class RecoveredThread:
    """What became of a thread: its state, or the error its node raised when run again."""

    thread_id: str
    state: ThreadState
    error: Exception | None = None


class Gone:
    """Tells a thread that is not there from one that another worker runs."""


GONE = Gone()


def recover_threads(
    target: Target, thread_id: str | None, *, ask_again: bool = False
) -> Flow[list[RecoveredThread]]:
    """What was done for each thread that a crash left behind; one that is run now is left alone."""
    if thread_id is not None:
        lock = yield from target.hold()
        try:
            if (yield from target.host.is_busy(thread_id)):
                raise ThreadBusy(thread_id)
            return [(yield from _recovered(target, insist=True, ask_again=ask_again))]
        finally:
            lock.release()
    done: list[RecoveredThread] = []
    for id_ in (yield from left_behind(target)):
        if (one := (yield from recover_if_free(target, id_))) is not None and not isinstance(
            one, Gone
        ):
            done.append(one)
    return done


def recover_if_free(target: Target, thread_id: str) -> "Flow[RecoveredThread | Gone | None]":
    """What was done for the thread; None while another worker runs it, `GONE` where the
    checkpointer has no such thread, since the store serves others too."""
    one = yield from of_thread(target, thread_id)
    lock = yield from one.try_hold()
    if lock is None:
        return None
    try:
        return (yield from _recovered_or_error(one))
    except UnknownThread:
        return GONE
    finally:
        lock.release()


def cancel_thread(target: Target, *, by: str, reason: str | None) -> Flow[Any]:
    """The thread's values after its questions were withdrawn and it was ended."""
    yield from pending_questions(target)
    rows = yield from live_rows(target)
    open_rows = [row for row in rows if row.is_open]
    if not open_rows:
        _raise_lost([row for row in rows if row.is_held or row.is_due])
    now = target.clock()
    closed = [
        cancel(row, now=now).model_copy(update={"delivery": Delivery.DUE}) for row in open_rows
    ]
    events = [event_of("cancelled", row, actor=by, reason=reason) for row in closed]
    changes = Changes(replaced=closed, events=events)
    if not (yield from target.commit(changes, durable=True)):
        rows = yield from stored_again(target, open_rows)
        _raise_lost(rows)
    lock = yield from target.hold()
    try:
        # What is there now may be a newer run, so that only what was closed is ended.
        look = yield from target.look()
        look, _ = yield from repair(target, look, (yield from live_rows(target)))
        return result_of(target, look)
    finally:
        lock.release()


def stop_thread(target: Target, *, by: str, reason: str | None = None) -> Flow[None]:
    """End the thread wherever it is, as soon as nobody runs it.

    What is open or on its way is withdrawn; an answer that its node has taken stays what it is.
    """
    lock = yield from target.hold()
    try:
        look = yield from target.look()
        yield from _withdraw_all(target, by, reason)
        rows = yield from live_rows(target)
        if look.exists and (look.snapshot.tasks or any(row.is_due for row in rows)):
            rows = yield from end_thread(target, rows)
        yield from settle(target, (yield from target.look()), rows, mark=False)
    finally:
        lock.release()


def _withdraw_all(target: Target, by: str, reason: str | None) -> Flow[None]:
    while True:
        closed: list[ApprovalRequest] = []
        for row in (yield from live_rows(target)):
            on_its_way = row.is_due and row.decision is not None
            if row.is_asked or (on_its_way and not (yield from target.was_taken(row))):
                closed.append(cancel(row, now=target.clock()))
        events = [event_of("cancelled", row, actor=by, reason=reason) for row in closed]
        changes = Changes(replaced=closed, events=events)
        if not closed or (yield from target.commit(changes, durable=True)):
            return


def expire_threads(
    target: Target, thread_id: str | None, *, now: datetime
) -> Flow[list[ApprovalRequest]]:
    """The requests whose time was up, after silence was given for an answer."""
    expired: list[ApprovalRequest] = []
    names = [None] if thread_id else (yield from target.host.names())
    for name in names:
        query = Query(graph=name, thread_id=thread_id, deadline_before=now)
        for row in (yield from _all_of(target, query)):
            one = yield from of_thread(target, row.thread_id or "")
            if (yield from _expire(one, row, now)):
                expired.append((yield from request_of(one, row.id)))
    return expired


def left_behind(target: Target) -> Flow[list[str]]:
    """Ids of threads marked as being run, or with an answer still to be delivered."""
    found: dict[str, None] = {}
    for name in (yield from target.host.names()):
        found |= dict.fromkeys((yield from target.ask_store(target.store.driven, name)))
    for row in (yield from _on_their_way(target, Delivery.HELD)):
        if is_for_good(row, target.clock()):
            yield from target.commit(let_go(row, now=target.clock()), durable=False)
    due = yield from _on_their_way(target, Delivery.DUE)
    return list(found | dict.fromkeys(row.thread_id for row in due if row.thread_id))


def _on_their_way(target: Target, delivery: Delivery) -> Flow[list[ApprovalRequest]]:
    """All requests of the graph whose answer is there."""
    rows: list[ApprovalRequest] = []
    for name in (yield from target.host.names()):
        rows += yield from _all_of(target, Query(graph=name, delivery=delivery))
    return rows


def _all_of(target: Target, query: Query) -> Flow[list[ApprovalRequest]]:
    rows: list[ApprovalRequest] = []
    while True:
        page = yield from target.ask_store(target.store.find, query)
        rows += page
        if len(page) < query.limit:
            return rows
        query = replace(query, after=page[-1])


def _recovered(target: Target, *, insist: bool, ask_again: bool = False) -> Flow[RecoveredThread]:
    look = yield from target.look()
    if not look.exists:
        raise UnknownThread(target.thread_id)
    rows = yield from live_rows(target)
    failed = any(question.failed for question in look.questions.values())
    stuck = insist and is_stuck(look, rows)
    if stuck or (ask_again and failed) or (yield from _was_overtaken(target, look, rows)):
        look, rows = yield from ask_anew(target, look, rows)
    look, _ = yield from repair(target, look, rows, insist=insist)
    return RecoveredThread(target.thread_id, look.state)


def _was_overtaken(target: Target, look: Look, rows: list[ApprovalRequest]) -> Flow[bool]:
    """Whether a node fails at an answer from outside that was given before ours was sent."""
    failing = {id_ for id_, question in look.questions.items() if question.holds_an_answer}
    ours = [row for row in rows if row.is_due and row.decision and row.interrupt_id in failing]
    for row in ours:
        if not (yield from target.host.was_sent(row)):
            return True
    return False


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


def of_thread(target: Target, thread_id: str) -> Flow[Target]:
    """The target of another thread of the same graph or server."""
    host = yield from target.host.of(thread_id)
    return replace(target, host=host, thread_id=thread_id)


def _expire(target: Target, row: ApprovalRequest, now: datetime) -> Flow[bool]:
    """Whether silence became the outcome; False when somebody decided first."""
    changes = lapse(row, now=now)
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


def _raise_lost(rows: list[ApprovalRequest]) -> NoReturn:
    for row in rows:
        if row.decision is not None:
            raise AlreadyAnswered(row.id, by=row.decision.by, at=row.decision.at)
    raise UnknownInterrupt(rows[0].interrupt_id or rows[0].id if rows else "-")
