"""A graph that was told to stop before or after a node, and waits to be told to go on.

No node asks there, so there is nothing that LangGraph would show: what is shown is made by
`plancraft.threads.looking.at_breakpoint`.
"""

from typing import Any

from plancraft.interrupts.dialects.reading import Reading
from plancraft.interrupts.payloads import InterruptOption, OptionInterruptPayload
from plancraft.locale import say

__all__ = ["BREAKPOINT", "GO_ON", "is_breakpoint", "read_breakpoint"]

BREAKPOINT = "__breakpoint__"
"""The one key of what is shown; its value lists the nodes that come next."""
GO_ON = "continue"
"""The one option there is; who does not want it cancels."""


def is_breakpoint(shown: Any) -> bool:
    """Whether no node asked what is shown."""
    return isinstance(shown, dict) and shown.keys() == {BREAKPOINT}


def read_breakpoint(shown: Any, _: Any) -> Reading | None:
    """The breakpoint as a question to go on."""
    if not is_breakpoint(shown):
        return None
    nodes = ", ".join(str(one) for one in shown[BREAKPOINT])
    payload = OptionInterruptPayload(
        question=say("The graph was told to stop before {nodes}. Go on?", nodes=nodes),
        options=[InterruptOption(id=GO_ON, title=say("Continue"))],
    )
    return Reading(dialect="breakpoint", payload=payload)
