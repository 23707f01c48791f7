"""The `plancraft` command: run a graph and ask here, or answer piece by piece."""

from plancraft.cli.commands import main

__all__ = ["main"]
