"""The `plancraft` command: run a graph and ask here, or answer piece by piece."""

from plancraft.cli import history
from plancraft.cli.a2a import a2a
from plancraft.cli.auditing import audit
from plancraft.cli.commands import main
from plancraft.cli.keys import keys
from plancraft.cli.linting import lint_command
from plancraft.cli.notifying import notifications
from plancraft.cli.serving import serve
from plancraft.cli.watching import watch
from plancraft.cli.working import work

for _command in (history.history, history.diff, history.blame, history.fork, lint_command, audit):
    main.add_command(_command)
main.add_command(work)
main.add_command(watch)
main.add_command(serve)
main.add_command(keys)
main.add_command(a2a)
main.add_command(notifications)

__all__ = ["main"]
