"""`python -m utils.benchmarks [AREA ...] [--quick]`: measure, print, write docs/benchmarks.md."""

import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)

from utils.benchmarks.machine import described_machine
from utils.benchmarks.tables import Section, write_section

AREAS = {
    "overhead": "utils.benchmarks.overhead",
    "pending": "utils.benchmarks.pending_page",
    "double": "utils.benchmarks.double_resume",
    "kills": "utils.benchmarks.kills",
    "back": "utils.benchmarks.looking_back",
    "approvals": "utils.benchmarks.approving",
    "service": "utils.benchmarks.serving",
    "pages": "utils.benchmarks.paging",
    "deployed": "utils.benchmarks.deployed",
    "a2a": "utils.benchmarks.agents",
}
PAGE = Path(__file__).parents[2] / "docs" / "benchmarks.md"
USAGE = f"usage: python -m utils.benchmarks [{'|'.join(AREAS)} ...] [--quick]"


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 whatever was measured, 2 when asked for something else, 130 when interrupted."""
    areas = [one for one in arguments if one != "--quick"] or list(AREAS)
    errors = Console(stderr=True)
    if "--help" in areas or "-h" in areas:
        Console().print(USAGE, markup=False)
        return 0
    if unknown := [one for one in areas if one not in AREAS]:
        errors.print(f"unknown area {unknown[0]!r}; {USAGE}", markup=False, soft_wrap=True)
        return 2
    try:
        for area in dict.fromkeys(areas):
            _measure(area, "--quick" in arguments)
    except KeyboardInterrupt:
        errors.print("interrupted")
        return 130
    return 0


def _measure(area: str, quick: bool) -> None:
    section = _measured(area, quick)
    console = Console(soft_wrap=True, highlight=False, markup=False)
    console.print(f"## {section.title}\n\n{section.table()}\n")
    for note in section.notes:
        console.print(note)
    write_section(PAGE, area, section, described_machine(), quick=quick)


def _measured(area: str, quick: bool) -> Section:
    module = import_module(AREAS[area])
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    # A bar that refreshes itself has a thread: noise to what is timed, and no process that
    # has threads should fork.
    bar = Progress(*columns, TimeElapsedColumn(), auto_refresh=False, transient=True)
    bar.disable = not bar.console.is_terminal
    with bar:
        task = bar.add_task(area, total=module.rounds(quick))
        section: Section = module.measure(quick, lambda: _advance(bar, task))
        return section


def _advance(bar: Progress, task: TaskID) -> None:
    bar.advance(task)
    bar.refresh()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
