"""The `plancraft` command: run a graph and ask here, or answer piece by piece."""

from plancraft.cli import history
from plancraft.cli.commands import main

for _command in (history.history, history.diff, history.blame, history.fork):
    main.add_command(_command)

__all__ = ["main"]
