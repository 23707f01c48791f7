"""Make the rows say what the thread says, in one commit."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from plancraft.approvals import ApprovalRequest, Changes, DrivingMark
from plancraft.approvals.events import Event, EventKind, event_of
from plancraft.approvals.opening import open_question
from plancraft.approvals.transitions import mark_delivered, scrub, supersede
from plancraft.threads.flows import Flow
from plancraft.threads.looking import Glance, Look, OpenInterrupt
from plancraft.threads.target import Target

__all__ = ["agree", "live_rows", "settle"]

_SYSTEM = "plancraft"


@dataclass
class _Plan:
    """Rows as they will be, and the changes that make them so."""

    rows: list[ApprovalRequest] = field(default_factory=list)
    opened: list[ApprovalRequest] = field(default_factory=list)
    replaced: list[ApprovalRequest] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    forgets: bool = False

    def keep(self, row: ApprovalRequest) -> None:
        self.rows.append(row)

    def swap(self, old: ApprovalRequest, row: ApprovalRequest, kind: EventKind | None) -> None:
        self.forgets |= old.holds_secrets and not row.holds_secrets
        self.rows.append(row)
        self.replaced.append(row)
        if kind is not None:
            self.events.append(event_of(kind, row, actor=_SYSTEM))

    def open(self, row: ApprovalRequest) -> None:
        self.rows.append(row)
        self.opened.append(row)
        self.events.append(event_of("opened", row, actor=_SYSTEM))


def live_rows(target: Target) -> Flow[list[ApprovalRequest]]:
    """The stored requests that still matter to the thread."""
    rows: list[ApprovalRequest] = yield from target.ask_store(target.store.live, target.thread_id)
    return rows


def agree(look: Glance | Look, rows: list[ApprovalRequest]) -> bool:
    """Whether the rows are just those of the questions the thread shows."""
    return len(rows) == len(look.questions) and all(
        _matters(row)
        and (question := look.questions.get(row.interrupt_id or "")) is not None
        and question.is_of(row)
        for row in rows
    )


def settle(
    target: Target,
    look: Glance | Look,
    rows: list[ApprovalRequest],
    *,
    delivered: Collection[str] = (),
    void: Collection[str] = (),
    mark: bool | None = None,
) -> Flow[list[ApprovalRequest]]:
    """The thread's rows after they were brought in line with what it asks.

    New questions are opened, delivered answers marked, vanished or changed questions closed.
    The thread's lock is held. `delivered` names requests whose answers this worker just
    delivered, `void` those whose answers no node takes any more; `mark` sets or clears the mark
    that the thread is being run.
    """
    if mark is None and not delivered and not void and agree(look, rows):
        return rows
    stored: dict[str, int] = {}
    for _ in range(100):
        gone = (yield from _consumed(target, look, rows, delivered)) | dict.fromkeys(void, False)
        latest = stored | {row.interrupt_id or "": row.generation for row in rows}
        now = target.clock()
        plan = _plan(target, look, rows, gone, latest, now)
        if not (plan.opened or plan.replaced) and mark is None:
            return plan.rows
        changes = Changes(
            opened=plan.opened,
            replaced=plan.replaced,
            events=plan.events,
            forgets=plan.forgets,
            mark=None
            if mark is None
            else DrivingMark(target.name, target.thread_id, on=mark, at=now),
        )
        if (yield from target.commit(changes, durable=False)):
            return [row for row in plan.rows if row.live]
        rows = yield from live_rows(target)
        stored = yield from _generations(target, look, rows)
    raise AssertionError("another writer changes this thread's requests without end")


def _plan(
    target: Target,
    look: Glance | Look,
    rows: list[ApprovalRequest],
    gone: dict[str, bool | None],
    latest: dict[str, int],
    now: datetime,
) -> _Plan:
    plan, known = _Plan(), dict[str, ApprovalRequest]()
    for row in rows:
        question = look.questions.get(row.interrupt_id or "")
        if question is not None and question.is_of(row) and _matters(row):
            known[question.id] = row
            plan.keep(row)
        else:
            _plan_missing(plan, row, gone.get(row.id), look, now)
    for question in look.questions.values():
        if question.id not in known:
            plan.open(_opened(target, look, question, latest.get(question.id, 0) + 1, now))
    return plan


def _matters(row: ApprovalRequest) -> bool:
    return row.is_asked or row.is_due


def _plan_missing(
    plan: _Plan, row: ApprovalRequest, consumed: bool | None, look: Glance | Look, now: datetime
) -> None:
    """A row whose question the thread does not show: taken, replaced, or not of this thread."""
    moved_on = look.checkpoint_id != row.checkpoint_id
    if not _matters(row):
        plan.swap(row, scrub(row, now=now), None) if moved_on else plan.keep(row)
    elif consumed is None:
        plan.keep(row)
    elif row.is_due and (consumed or row.decision is None):
        plan.swap(row, mark_delivered(row, now=now, moved_on=moved_on), "delivered")
    else:
        plan.swap(row, supersede(row, now=now), "superseded")


def _opened(
    target: Target, look: Glance | Look, question: OpenInterrupt, generation: int, now: datetime
) -> ApprovalRequest:
    return open_question(
        graph=target.name,
        thread_id=target.thread_id,
        checkpoint_id=look.checkpoint_id,
        interrupt_id=question.id,
        shown=question.shown,
        response_schema=question.response_schema,
        now=now,
        timeout=target.settings.INTERRUPT_TIMEOUT,
        timeout_action=target.settings.TIMEOUT_ACTION,
        policy=target.settings.POLICY,
        generation=generation,
        requested_by=target.asker.requested_by,
        context=target.asker.context,
    )


def _consumed(
    target: Target, look: Glance | Look, rows: list[ApprovalRequest], delivered: Collection[str]
) -> Flow[dict[str, bool | None]]:
    """For each row whose question is gone: whether its node took the answer.

    None: this checkpointer never held the question, so it belongs to somebody else.
    """
    gone: dict[str, bool | None] = {}
    for row in rows:
        question = look.questions.get(row.interrupt_id or "")
        if not _matters(row):
            continue
        if question is not None and question.is_of(row):
            continue
        if question is not None:
            gone[row.id] = False
        elif row.id in delivered:
            gone[row.id] = True
        else:
            gone[row.id] = yield from target.was_taken(row)
    return gone


def _generations(
    target: Target, look: Glance | Look, rows: list[ApprovalRequest]
) -> Flow[dict[str, int]]:
    """The newest stored generation of each question that no live request is for."""
    found: dict[str, int] = {}
    for id_ in look.questions.keys() - {row.interrupt_id for row in rows}:
        stored = yield from target.ask_store(target.store.latest, target.thread_id, id_)
        found[id_] = stored.generation if stored else 0
    return found
