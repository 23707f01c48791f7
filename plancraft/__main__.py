"""`python -m plancraft` is the `plancraft` command."""

from plancraft.cli import main

main()
