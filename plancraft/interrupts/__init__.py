"""Inside a node: payloads, typed answers, `ask()`, ready pause nodes, the state of a pause."""

from plancraft.interrupts.answers import (
    Answer,
    ApprovalAnswer,
    ConfirmAnswer,
    FormAnswer,
    OptionAnswer,
    effect_key,
)
from plancraft.interrupts.nodes import (
    approval_pause_node,
    confirm_pause_node,
    form_pause_node,
    option_pause_node,
)
from plancraft.interrupts.observing import log_hitl_event
from plancraft.interrupts.pausing import ask
from plancraft.interrupts.payloads import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    InterruptOption,
    InterruptPayload,
    OptionInterruptPayload,
    normalize_options,
    read_payload,
)
from plancraft.interrupts.state import (
    PauseState,
    after_resume,
    ensure_state_consistency,
    handle_user_response,
    reset_pause_state,
    update_state,
)

__all__ = [
    "Answer",
    "ApprovalAnswer",
    "ApprovalInterruptPayload",
    "ConfirmAnswer",
    "ConfirmInterruptPayload",
    "FormAnswer",
    "FormInterruptPayload",
    "InterruptOption",
    "InterruptPayload",
    "OptionAnswer",
    "OptionInterruptPayload",
    "PauseState",
    "after_resume",
    "approval_pause_node",
    "ask",
    "confirm_pause_node",
    "effect_key",
    "ensure_state_consistency",
    "form_pause_node",
    "handle_user_response",
    "log_hitl_event",
    "normalize_options",
    "option_pause_node",
    "read_payload",
    "reset_pause_state",
    "update_state",
]
