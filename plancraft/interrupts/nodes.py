"""Ready pause nodes over `PauseState`: add them to a StateGraph under any name."""

from typing import Any

from plancraft.errors import StateError
from plancraft.interrupts.pausing import ask
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    OptionInterruptPayload,
    normalize_options,
)
from plancraft.interrupts.state import PauseState, after_resume

__all__ = ["approval_pause_node", "confirm_pause_node", "form_pause_node", "option_pause_node"]


def option_pause_node(state: PauseState) -> dict[str, Any]:
    """Ask `option_question` with `options`; the choice lands in `selected_option`."""
    payload = OptionInterruptPayload(
        question=_needed(state, "option_question"),
        options=normalize_options(_needed(state, "options")),
    )
    return after_resume(state, ask(payload))


def form_pause_node(state: PauseState) -> dict[str, Any]:
    """Ask `form_question` with the JSON Schema `form`; the values land in `form_data`."""
    payload = FormInterruptPayload(
        question=_needed(state, "form_question"),
        form=_needed(state, "form"),
        initial=state.get("form_initial") or {},
    )
    return after_resume(state, ask(payload))


def confirm_pause_node(state: PauseState) -> dict[str, Any]:
    """Ask `confirm_question`; yes or no lands in `confirmed`."""
    payload = ConfirmInterruptPayload(question=_needed(state, "confirm_question"))
    return after_resume(state, ask(payload))


def approval_pause_node(state: PauseState) -> dict[str, Any]:
    """Ask `approval_question` about `approval_content`; the decision lands in `approval`."""
    payload = ApprovalInterruptPayload(
        question=_needed(state, "approval_question"),
        content=_needed(state, "approval_content"),
        editable=state.get("approval_editable") or [],
    )
    return after_resume(state, ask(payload))


def _needed(state: PauseState, field: str) -> Any:
    value = state.get(field)
    if value is None or (not value and field != "approval_content"):
        raise StateError(f"the pause node needs {field}")
    return value
