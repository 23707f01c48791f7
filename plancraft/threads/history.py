"""Who answered what, as the thread's own state tells it."""

from collections.abc import Mapping
from typing import Any

__all__ = ["get_hitl_history"]


def get_hitl_history(state: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The entries of `step_history` that a person made, oldest first."""
    history = state.get("step_history") or []
    return [entry for entry in history if str(entry.get("step", "")).startswith("HITL:")]
