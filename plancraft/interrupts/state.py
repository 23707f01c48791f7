"""The state of a graph that pauses: its fields, how parallel branches merge, what a resume writes.

Names and the table of what is reset and what is kept come from the PlanCraft guide.
"""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, TypedDict, TypeVar

from plancraft.errors import InvalidAnswer, StateError
from plancraft.interrupts.answers import Answer, answer_type, asking
from plancraft.interrupts.canonical import digest_of
from plancraft.interrupts.payloads import InterruptPayload

__all__ = [
    "PauseState",
    "after_resume",
    "ensure_state_consistency",
    "handle_user_response",
    "reset_pause_state",
    "update_state",
]

State = TypeVar("State", bound=Mapping[str, Any])


def last_write(_old: Any, new: Any) -> Any:
    """Of several branches that write one field in the same step, the last one stands."""
    return new


def highest(old: int | None, new: int | None) -> int:
    """A counter only grows."""
    return max(old or 0, new or 0)


def merge_history(
    old: Sequence[dict[str, Any]] | None, new: Sequence[dict[str, Any]] | None
) -> list[dict[str, Any]]:
    """Both histories in order; an entry with the key of an earlier one is not added again."""
    merged = list(old or ())
    seen = {entry.get("key") for entry in merged} - {None}
    for entry in new or ():
        if entry.get("key") in seen:
            continue
        merged.append(entry)
        seen |= {entry.get("key")} - {None}
    return merged


class PauseState(TypedDict, total=False):
    """Fields the pause nodes read and write. Derive a graph's own state from it."""

    # What the next pause node asks.
    options: Annotated[list[Any], last_write]
    option_question: Annotated[str | None, last_write]
    form: Annotated[dict[str, Any] | None, last_write]
    form_question: Annotated[str | None, last_write]
    form_initial: Annotated[dict[str, Any] | None, last_write]
    confirm_question: Annotated[str | None, last_write]
    approval_question: Annotated[str | None, last_write]
    approval_content: Annotated[Any, last_write]
    approval_editable: Annotated[list[str] | None, last_write]

    # What the last answer said, by kind.
    selected_option: Annotated[Any, last_write]
    form_data: Annotated[dict[str, Any] | None, last_write]
    confirmed: Annotated[bool | None, last_write]
    approval: Annotated[dict[str, Any] | None, last_write]

    # Reset after each resume.
    last_interrupt: Annotated[dict[str, Any] | None, last_write]
    last_pause_type: Annotated[str | None, last_write]
    error: Annotated[str | None, last_write]
    error_category: Annotated[str | None, last_write]

    # Kept.
    last_resume_value: Annotated[Any, last_write]
    last_human_event: Annotated[dict[str, Any] | None, last_write]
    step_history: Annotated[list[dict[str, Any]], merge_history]
    refine_count: Annotated[int, highest]


def reset_pause_state(state: Mapping[str, Any]) -> dict[str, Any]:
    """The update that clears what belongs to the question just answered."""
    return {
        "last_interrupt": None,
        "last_pause_type": None,
        "options": [],
        "option_question": None,
        "error": None,
        "error_category": None,
    }


def update_state(state: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """The update a node returns: those of `changes` that differ from `state`.

    Never the whole state: returning that would append every list of it once more.
    """
    missing = object()
    return {name: new for name, new in changes.items() if state.get(name, missing) != new}


def handle_user_response(
    state: Mapping[str, Any],
    response: Answer | Any,
    *,
    payload: InterruptPayload | None = None,
) -> dict[str, Any]:
    """The update that an answer makes: its kind's field, `last_resume_value`, no pause type.

    Args:
        state: The graph's state.
        response: What `ask()` gave, or plain JSON (checked against `payload` when given).
        payload: The question, for a plain response.

    Raises:
        InvalidAnswer: a plain response does not fit its payload or no kind of answer.
    """
    answer = _typed(response, payload)
    plain = answer.redacted() if isinstance(answer, Answer) else answer
    return update_state(state, **_field_of(plain), last_resume_value=plain, last_pause_type=None)


def after_resume(
    state: Mapping[str, Any],
    response: Answer | Any,
    *,
    payload: InterruptPayload | None = None,
) -> dict[str, Any]:
    """Everything a resume writes: the answer, the event, one history entry, the reset fields.

    Applied twice to the same question it gives `{}` the second time: nothing changes and no
    second entry appears. Secret values are hidden in all it writes.

    Raises:
        InvalidAnswer: as `handle_user_response`.
    """
    answer = _typed(response, payload)
    event = _event_of(state, answer, payload)
    if any(entry.get("key") == event["key"] for entry in state.get("step_history") or ()):
        return {}
    return {
        **reset_pause_state(state),
        **_field_of(event["answer"]),
        "last_resume_value": event["answer"],
        "last_human_event": event,
        "step_history": [{"step": f"HITL:{event['type']}", **event}],
    }


def ensure_state_consistency(
    state: State,
    required: Sequence[str] = ("user_input",),
    limits: Mapping[str, int] | None = None,
) -> State:
    """The state itself, when every required field is filled and no counter is above its limit.

    Raises:
        StateError: a field is missing or a limit is passed; it names which.
    """
    if missing := [name for name in required if not state.get(name)]:
        raise StateError(f"missing required field: {', '.join(missing)}")
    for name, limit in (limits or {}).items():
        if (state.get(name) or 0) > limit:
            raise StateError(f"{name} is above its limit of {limit}")
    return state


def _typed(response: Any, payload: InterruptPayload | None) -> Any:
    if isinstance(response, Answer) or payload is None:
        return response
    kind = answer_type(payload)
    try:
        with asking(payload):
            return kind.model_validate(response)
    except ValueError as error:
        raise InvalidAnswer(repr(payload.interrupt_id or payload.question), [str(error)]) from None


def _field_of(plain: Any) -> dict[str, Any]:
    match plain:
        case {"selected": selected}:
            return {"selected_option": _one_or_all(selected, plain.get("text"))}
        case {"confirmed": bool(confirmed)}:
            return {"confirmed": confirmed}
        case {"decision": _}:
            return {"approval": plain}
        case dict():
            return {"form_data": plain}
    raise InvalidAnswer("-", ["a response is an object, as the kind of its question has it"])


def _one_or_all(selected: Any, text: str | None) -> Any:
    if not isinstance(selected, list):
        return selected
    if not selected:
        return text
    return selected[0] if len(selected) == 1 else selected


def _event_of(
    state: Mapping[str, Any], answer: Any, payload: InterruptPayload | None
) -> dict[str, Any]:
    if isinstance(answer, Answer):
        payload = answer.question or payload
        by, at, plain = answer.by, answer.at and answer.at.isoformat(), answer.redacted()
    else:
        by, at, plain = None, None, answer
    shown = payload.to_dict() if payload else state.get("last_interrupt") or {}
    kind = shown.get("type") or state.get("last_pause_type") or _kind_of(plain)
    known = isinstance(answer, Answer) and answer.question is not None
    return {
        "type": kind,
        "interrupt_id": shown.get("interrupt_id"),
        "key": answer.key if known else digest_of([shown, plain]),
        "question": shown.get("question") or state.get("option_question"),
        "answer": plain,
        "by": by,
        "at": at,
    }


def _kind_of(plain: Any) -> str:
    kinds = {"selected_option": "option", "confirmed": "confirm", "approval": "approval"}
    return kinds.get(next(iter(_field_of(plain))), "form")
