"""A graph that was told to stop before or after a node, and waits to be told to go on."""

__all__ = ["BREAKPOINT"]

BREAKPOINT = "__breakpoint__"
"""The one key of what is shown at a breakpoint; its value lists the nodes that come next."""
