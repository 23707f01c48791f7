"""The state of the planning graph."""

import os
from typing import Annotated, Any

from plancraft.interrupts.state import PauseState, last_write

__all__ = ["MAX_REFINE_LOOPS", "PlanCraftState"]

MAX_REFINE_LOOPS = int(os.environ.get("PLANCRAFT_MAX_REFINE_LOOPS", "3"))
"""How often a draft may be sent back before the plan is written as it is."""


class PlanCraftState(PauseState, total=False):
    """What the planning graph knows: the idea, what people said about it, the plan."""

    user_input: Annotated[str, last_write]
    analysis: Annotated[dict[str, Any], last_write]
    direction: Annotated[dict[str, Any], last_write]
    brief: Annotated[dict[str, Any], last_write]
    feedback: Annotated[list[str], last_write]
    draft: Annotated[str, last_write]
    plan: Annotated[str, last_write]
    writer: Annotated[str, last_write]
