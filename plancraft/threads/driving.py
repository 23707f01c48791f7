"""Run a thread until a question is open that nobody has answered. The thread's lock is held."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from langgraph.types import Command
from pydantic import ValidationError

from plancraft.approvals import ApprovalRequest, Changes
from plancraft.approvals.events import event_of
from plancraft.approvals.transitions import mark_delivered, reopen
from plancraft.errors import InvalidAnswer, QuestionChanged, RunFailed
from plancraft.interrupts.answers import ENVELOPE_FORMAT, Delivering, effect_key
from plancraft.interrupts.dialects import recognise
from plancraft.interrupts.fitting import takes_envelope
from plancraft.threads.deciding import Deliver
from plancraft.threads.flows import Flow
from plancraft.threads.looking import Glance, Look, OpenInterrupt
from plancraft.threads.refusals import (
    is_no_longer_asked,
    is_refused_answer,
    problems_of,
    refusals_of,
)
from plancraft.threads.settling import live_rows, settle
from plancraft.threads.target import Target

__all__ = [
    "NothingTaken",
    "ask_anew",
    "drive",
    "end_thread",
    "is_stuck",
    "next_load",
    "repair",
    "result_of",
]

_RETRIES = 60
"""Parallel tools of one task may ask in another order each time they run, and LangGraph hands
answers out by order. A wrong hand-out is refused and nothing is saved, so it is tried again."""


@dataclass(frozen=True)
class Load:
    """Answers on their way: the requests, and the command that carries them; at a breakpoint
    there is nothing to carry, and the command is None."""

    rows: tuple[ApprovalRequest, ...]
    command: Command[Any] | None


class NothingTaken(QuestionChanged):
    """The graph ran and no task took the answer."""


def next_load(
    target: Target, look: Glance | Look, rows: Sequence[ApprovalRequest], deliver: Deliver
) -> Load | None:
    """The answers that can be delivered now: all of the step's at once, or each as it comes."""
    due = {row.interrupt_id or "": row for row in rows if row.is_due and row.decision is not None}
    here = [(question, due[id_]) for id_, question in look.questions.items() if id_ in due]
    if not here or (deliver == "step" and len(here) < len(look.questions)):
        return None
    taken = tuple(row for _, row in here)
    if any(question.is_breakpoint for question, _ in here):
        return Load(taken, None)
    lends = target.host.lends_secrets
    resume = {question.id: _parcel(question, row, lends=lends) for question, row in here}
    return Load(taken, Command(resume=resume))


def drive(
    target: Target,
    first: Any,
    rows: list[ApprovalRequest],
    *,
    load: Load | None = None,
    deliver: Deliver = "step",
    marked: bool = False,
) -> Flow[Any]:
    """What the graph returns for `first` and whatever answers are due behind it.

    Raises:
        QuestionChanged: a node now asks something else; nothing was delivered to it.
        InvalidAnswer: a node's own validation refused an answer; its question is open again.
    """
    command, tries = first, 0
    while True:
        try:
            carried = tuple(row.id for row in load.rows) if load else ()
            delivery = Delivering(_secrets_of(rows), carried)
            result = yield from target.run(command, delivery)
        except Exception as error:  # noqa: BLE001 - always raised again, after the rows are right
            if _in_another_order(error, command, load) and tries < _RETRIES:
                tries += 1
                continue
            rows = yield from _after_error(target, error, rows, load, tries)
            tries += 1
        else:
            tries = 0
            delivered = {row.id for row in load.rows} if load else set[str]()
            look = yield from _glance_after(target, result, delivery, delivered)
            rows = yield from settle(
                target, look, rows, delivered=delivered, mark=False if marked else None
            )
            marked = False
            load = _unlike(load, next_load(target, look, rows, deliver))
            if load is None:
                return result
            command = load.command


def _glance_after(
    target: Target, result: Any, delivery: Delivering, delivered: set[str]
) -> Flow[Glance]:
    """The thread's questions after a run, from its result where that and the nodes tell all.

    Secret values are dropped once the thread is past the checkpoint they were given at, which the
    result does not name.
    """
    if not delivery.secrets and (told := target.host.asked(result, delivery, delivered)):
        return told
    return (yield from target.glance()) or Glance("", {})


def repair(
    target: Target,
    look: Look,
    rows: list[ApprovalRequest],
    *,
    insist: bool = False,
) -> Flow[tuple[Look, list[ApprovalRequest]]]:
    """The thread after what a crash left undone was done; nothing happens to one in order.

    `insist` also runs again what failed, and asks again what an edit of the state removed.

    Raises:
        Exception: what a node raises when it is run again.
    """
    marked = yield from target.ask_store(target.store.is_driven, target.name, target.thread_id)
    abandoned = marked or any(row.is_due for row in rows)
    before = {row.id for row in rows if row.is_open}
    # The mark stays until all is done: settling may remove the last other trace of the crash.
    rows = yield from settle(target, look, rows, mark=True if abandoned and not marked else None)
    vanished = bool(before - {row.id for row in rows if row.is_open})
    for _ in range(_RETRIES):
        if any(row.is_due and row.decision is None for row in rows):
            rows = yield from end_thread(target, rows)
        elif _needs_nudge(look, rows, abandoned, insist or vanished):
            yield from drive(target, None, rows)
        elif load := next_load(target, look, rows, "step"):
            yield from drive(target, load.command, rows, load=load)
        else:
            break
        insist = vanished = False
        look = yield from target.look()
        rows = yield from live_rows(target)
    if abandoned:
        rows = yield from settle(target, look, rows, mark=False)
    return look, rows


def is_stuck(look: Glance | Look, rows: Sequence[ApprovalRequest]) -> bool:
    """Whether the thread holds an answer from outside at which its node fails each time."""
    ours = {row.interrupt_id for row in rows if row.is_due}
    return any(one.holds_an_answer and id_ not in ours for id_, one in look.questions.items())


def ask_anew(
    target: Target, look: Glance | Look, rows: list[ApprovalRequest]
) -> Flow[tuple[Look, list[ApprovalRequest]]]:
    """The thread after a question whose saved answer fails its node was asked once more.

    It then has another id, and answers given before to the old one are void.
    """
    failed = {id_ for id_, one in look.questions.items() if one.failed}
    void = [row.id for row in rows if row.interrupt_id in failed]
    yield from target.run(None, Delivering(_secrets_of(rows)), at=look.checkpoint_id)
    now = yield from target.look()
    return now, (yield from settle(target, now, rows, void=void))


def end_thread(target: Target, rows: list[ApprovalRequest]) -> Flow[list[ApprovalRequest]]:
    """The thread's rows after it was ended at its question, as a cancellation or deadline says."""
    yield from target.update(None, "__end__")
    look = yield from target.look()
    now = target.clock()
    closed = [mark_delivered(row, now=now) for row in rows if row.is_due and row.decision is None]
    changes = Changes(
        replaced=closed,
        events=[event_of("delivered", row, actor="plancraft") for row in closed],
    )
    yield from target.commit(changes, durable=False)
    rows = yield from live_rows(target)
    return (yield from settle(target, look, rows))


def result_of(target: Target, look: Look, rows: Sequence[ApprovalRequest] = ()) -> Any:
    """The thread's values with its open questions, as the graph itself would return them."""
    values = target.host.output(look.snapshot.values)
    answered = {row.interrupt_id for row in rows if row.is_due}
    still_open = [one for one in look.snapshot.interrupts if one.id not in answered]
    if not isinstance(values, dict) or not still_open:
        return values
    return {**values, "__interrupt__": still_open}


def _needs_nudge(look: Look, rows: list[ApprovalRequest], abandoned: bool, insist: bool) -> bool:
    """Whether the graph has to go on without an answer."""
    if not look.snapshot.tasks:
        return False
    if look.stalled:
        return True
    due = {row.interrupt_id for row in rows if row.is_due and row.decision is not None}
    if any(question.failed for id_, question in look.questions.items() if id_ in due):
        return abandoned or insist
    if any(question.is_breakpoint for question in look.questions.values()):
        return False
    if look.questions:
        return abandoned and look.unfinished
    return insist or (abandoned and not look.errors) or (abandoned and insist)


def _parcel(question: OpenInterrupt, row: ApprovalRequest, *, lends: bool) -> Any:
    """The answer as it travels: with its receipt to `ask()`, bare to a bare `interrupt()`.

    `lends` says that the runner lends secret values to the nodes; else they travel with it. To
    another library's question it goes in that one's own format.
    """
    decision = row.decision
    assert decision is not None
    whole = decision.answer
    if decision.secrets and isinstance(whole, dict):
        whole = {**whole, **decision.secrets}
    if not takes_envelope(question.response_schema):
        reading = recognise(question.shown, question.response_schema)
        return reading.native(whole) if reading else whole
    return {
        "plancraft": ENVELOPE_FORMAT,
        "answer": decision.answer if lends else whole,
        "request": row.id,
        "digest": row.digest,
        "key": effect_key(row.thread_id or "", row.interrupt_id or ""),
        "by": decision.by,
        "at": decision.at.isoformat(),
        "secrets": list(decision.secrets) if lends else [],
    }


def _secrets_of(rows: Sequence[ApprovalRequest]) -> dict[str, Any]:
    return {
        row.id: row.decision.secrets
        for row in rows
        if row.decision is not None and row.decision.secrets
    }


def _unlike(before: Load | None, after: Load | None) -> Load | None:
    """The next load, unless it is the one that was just delivered and had no effect."""
    if before is None or after is None:
        return after
    same = {row.id for row in before.rows} & {row.id for row in after.rows}
    if same:
        stuck = next(row for row in after.rows if row.id in same)
        raise NothingTaken(stuck.id, asked=stuck.payload, asks_now=None)
    return after


def _after_error(
    target: Target,
    error: Exception,
    rows: list[ApprovalRequest],
    load: Load | None,
    tries: int,
) -> Flow[list[ApprovalRequest]]:
    """The rows when the same load is worth another try; raises otherwise, with the rows right."""
    look = yield from target.look()
    if load is not None and is_no_longer_asked(error):
        # Somebody who needs no lock of ours answered in between.
        yield from settle(target, look, rows, void=_gone(look, load), mark=False)
        raise _nothing_taken(load.rows[0], look) from None
    if load is None or not is_refused_answer(error, look.questions.values()):
        yield from settle(target, look, rows, mark=False)
        if "question_changed" in refusals_of(error):
            shown = next((one.shown for one in look.questions.values()), None)
            raise QuestionChanged("-", asked=None, asks_now=shown) from None
        raise error
    if "question_changed" not in refusals_of(error):
        yield from _reopen_refused(target, look, rows, load, error)
    for _ in range(_RETRIES - tries):
        asks = yield from _ask_anew(target, rows)
        look = yield from target.look()
        if _still_asked(look, load):
            return rows
        if asks == 1:  # one question alone does not change places: it was really changed
            break
    settled = yield from settle(target, look, rows, delivered=_gone(look, load))
    changed = next((row for row in load.rows if row.id not in {one.id for one in settled}), None)
    raise _changed(changed or load.rows[0], look) from None


def _in_another_order(error: Exception, command: Any, load: Load | None) -> bool:
    """Whether answers saved before were handed to other questions of the same task."""
    return load is None and command is None and "question_changed" in refusals_of(error)


def _ask_anew(target: Target, rows: list[ApprovalRequest]) -> Flow[int]:
    """Let the refused task ask again, however its tools order themselves; how many asked."""
    for _ in range(_RETRIES):
        delivery = Delivering(_secrets_of(rows))
        try:
            yield from target.run(None, delivery)
        except (ValidationError, RunFailed) as error:
            if not _in_another_order(error, None, None):
                raise
        else:
            return delivery.asks
    return 1


def _changed(row: ApprovalRequest, look: Look) -> QuestionChanged:
    now = look.questions.get(row.interrupt_id or "")
    found = now or next(iter(look.questions.values()), None)
    return QuestionChanged(row.id, asked=row.payload, asks_now=found.shown if found else None)


def _nothing_taken(row: ApprovalRequest, look: Look) -> NothingTaken:
    found = next(iter(look.questions.values()), None)
    return NothingTaken(row.id, asked=row.payload, asks_now=found.shown if found else None)


def _still_asked(look: Look, load: Load) -> bool:
    """Whether what was refused is asked once more, word for word."""
    asked = [(look.questions.get(row.interrupt_id or ""), row) for row in load.rows]
    open_still = [question.is_of(row) for question, row in asked if question is not None]
    return bool(open_still) and all(open_still)


def _gone(look: Look, load: Load) -> list[str]:
    return [row.id for row in load.rows if row.interrupt_id not in look.questions]


def _reopen_refused(
    target: Target,
    look: Look,
    rows: list[ApprovalRequest],
    load: Load,
    error: Exception,
) -> Flow[NoReturn]:
    """Open again what its node refused, and say why."""
    failed = {question.id for question in look.questions.values() if question.failed}
    refused = [row for row in load.rows if row.interrupt_id in failed]
    reopened = [reopen(row, now=target.clock()) for row in refused]
    changes = Changes(
        replaced=reopened, events=[event_of("refused", row, actor="plancraft") for row in reopened]
    )
    yield from target.commit(changes, durable=True)
    others = yield from live_rows(target)
    yield from settle(target, look, others, delivered=_gone(look, load))
    name = refused[0].payload if refused else "-"
    raise InvalidAnswer(_name(name), problems_of(error)) from None


def _name(shown: Any) -> str:
    name = shown.get("interrupt_id") or shown.get("question") if isinstance(shown, dict) else shown
    return repr(str(name)[:60])
