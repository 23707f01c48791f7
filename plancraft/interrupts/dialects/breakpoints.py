"""A graph that was told to stop before or after a node, and waits to be told to go on."""

from typing import Any

__all__ = ["BREAKPOINT", "GO_ON", "is_breakpoint"]

BREAKPOINT = "__breakpoint__"
"""The one key of what is shown at a breakpoint; its value lists the nodes that come next."""
GO_ON = "continue"
"""The one option there is."""


def is_breakpoint(shown: Any) -> bool:
    """Whether what is shown is a breakpoint, at which no node asked."""
    return isinstance(shown, dict) and shown.keys() == {BREAKPOINT}
