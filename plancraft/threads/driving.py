"""Run a thread until a question is open that nobody has answered. The thread's lock is held."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

from langgraph.errors import is_invalid_resume
from langgraph.types import Command
from pydantic import ValidationError

from plancraft.approvals import ApprovalRequest, Changes
from plancraft.approvals.events import event_of
from plancraft.approvals.transitions import mark_delivered, reopen
from plancraft.errors import InvalidAnswer, QuestionChanged
from plancraft.interrupts.answers import ENVELOPE_FORMAT, Delivering, effect_key
from plancraft.interrupts.fitting import takes_envelope
from plancraft.threads.deciding import Deliver
from plancraft.threads.flows import Flow
from plancraft.threads.looking import Glance, Look, OpenInterrupt, glance_of
from plancraft.threads.settling import live_rows, settle
from plancraft.threads.target import Target

__all__ = ["NothingTaken", "drive", "end_thread", "next_load", "repair", "result_of"]

_RETRIES = 60
"""Parallel tools of one task may ask in another order each time they run, and LangGraph hands
answers out by order. A wrong hand-out is refused and nothing is saved, so it is tried again."""


@dataclass(frozen=True)
class Load:
    """Answers on their way: the requests, and the command that carries them."""

    rows: tuple[ApprovalRequest, ...]
    command: Command[Any]


class NothingTaken(QuestionChanged):
    """The graph ran and no task took the answer."""


def next_load(
    look: Glance | Look, rows: Sequence[ApprovalRequest], deliver: Deliver
) -> Load | None:
    """The answers that can be delivered now: all of the step's at once, or each as it comes."""
    due = {row.interrupt_id or "": row for row in rows if row.is_due and row.decision is not None}
    here = [(question, due[id_]) for id_, question in look.questions.items() if id_ in due]
    if not here or (deliver == "step" and len(here) < len(look.questions)):
        return None
    resume = {question.id: _parcel(question, row) for question, row in here}
    return Load(tuple(row for _, row in here), Command(resume=resume))


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
            delivery = Delivering(_secrets_of(rows))
            result = yield from target.invoke(command, delivery)
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
            load = _unlike(load, next_load(look, rows, deliver))
            if load is None:
                return result
            command = load.command


def _glance_after(
    target: Target, result: Any, delivery: Delivering, delivered: set[str]
) -> Flow[Glance]:
    """The thread's questions after a run, from its result where that and the nodes tell all."""
    if isinstance(result, dict) and delivered <= delivery.taken:
        asked = result.get("__interrupt__", ())
        if not asked or (
            delivery.asked_at and all(takes_envelope(one.response_schema) for one in asked)
        ):
            return glance_of(delivery.asked_at, asked)
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
        elif _needs_nudge(target, look, rows, abandoned, insist or vanished):
            yield from drive(target, None, rows)
        elif load := next_load(look, rows, "step"):
            yield from drive(target, load.command, rows, load=load)
        else:
            break
        insist = vanished = False
        look = yield from target.look()
        rows = yield from live_rows(target)
    if abandoned:
        rows = yield from settle(target, look, rows, mark=False)
    return look, rows


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
    values, output = look.snapshot.values, target.graph.output_channels
    if isinstance(values, dict) and not isinstance(output, str):
        values = {name: values[name] for name in output if name in values}
    answered = {row.interrupt_id for row in rows if row.is_due}
    still_open = [one for one in look.snapshot.interrupts if one.id not in answered]
    if not isinstance(values, dict) or not still_open:
        return values
    return {**values, "__interrupt__": still_open}


def _needs_nudge(
    target: Target, look: Look, rows: list[ApprovalRequest], abandoned: bool, insist: bool
) -> bool:
    """Whether the graph has to go on without an answer."""
    if not look.snapshot.tasks:
        return False
    if look.stalled:
        return True
    due = {row.interrupt_id for row in rows if row.is_due and row.decision is not None}
    if any(question.failed for id_, question in look.questions.items() if id_ in due):
        return abandoned or insist
    if look.questions:
        return abandoned and look.unfinished
    if _rests_at_breakpoint(target, look):
        return False
    return insist or (abandoned and not look.errors) or (abandoned and insist)


def _rests_at_breakpoint(target: Target, look: Look) -> bool:
    """Whether the thread may have been stopped on purpose before its next node."""
    before, after = target.graph.interrupt_before_nodes, target.graph.interrupt_after_nodes
    if before == "*" or after == "*" or after:
        return True
    return bool(set(look.snapshot.next) & set(before))


def _parcel(question: OpenInterrupt, row: ApprovalRequest) -> Any:
    """The answer as it travels: with its receipt to `ask()`, bare to a bare `interrupt()`."""
    decision = row.decision
    assert decision is not None
    if not takes_envelope(question.response_schema):
        if not decision.secrets or not isinstance(decision.answer, dict):
            return decision.answer
        return {**decision.answer, **decision.secrets}
    return {
        "plancraft": ENVELOPE_FORMAT,
        "answer": decision.answer,
        "request": row.id,
        "digest": row.digest,
        "key": effect_key(row.thread_id or "", row.interrupt_id or ""),
        "by": decision.by,
        "at": decision.at.isoformat(),
        "secrets": list(decision.secrets),
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
    if load is None or not is_invalid_resume(error):
        yield from settle(target, look, rows, mark=False)
        if "question_changed" in _refusals(error):
            shown = next((one.shown for one in look.questions.values()), None)
            raise QuestionChanged("-", asked=None, asks_now=shown) from None
        raise error
    if "question_changed" not in _refusals(error):
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
    return load is None and command is None and "question_changed" in _refusals(error)


def _ask_anew(target: Target, rows: list[ApprovalRequest]) -> Flow[int]:
    """Let the refused task ask again, however its tools order themselves; how many asked."""
    for _ in range(_RETRIES):
        delivery = Delivering(_secrets_of(rows))
        try:
            yield from target.invoke(None, delivery)
        except ValidationError as error:
            if not _in_another_order(error, None, None):
                raise
        else:
            return delivery.asks
    return 1


def _changed(row: ApprovalRequest, look: Look) -> QuestionChanged:
    now = look.questions.get(row.interrupt_id or "")
    found = now or next(iter(look.questions.values()), None)
    return QuestionChanged(row.id, asked=row.payload, asks_now=found.shown if found else None)


def _refusals(error: Exception) -> set[str]:
    return {one["type"] for one in error.errors()} if isinstance(error, ValidationError) else set()


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
    raise InvalidAnswer(_name(name), _problems(error)) from None


def _name(shown: Any) -> str:
    name = shown.get("interrupt_id") or shown.get("question") if isinstance(shown, dict) else shown
    return repr(str(name)[:60])


def _problems(error: Exception) -> list[str]:
    if not isinstance(error, ValidationError):
        return [type(error).__name__]
    found = error.errors(include_input=False, include_url=False, include_context=False)
    return [_problem(one["loc"], one["msg"]) for one in found]


def _problem(place: Collection[int | str], message: str) -> str:
    path = ".".join(str(part) for part in place)
    return f"{path}: {message}" if path else message
