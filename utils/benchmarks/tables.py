"""Results as Markdown: one section an area, each refreshed by itself."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

__all__ = ["Section", "Tick", "goal", "refreshed", "write_section"]

Tick = Callable[[], None]
"""Called after each round, for a progress bar."""

_PREFACE = """\
# Benchmarks

`python -m utils.benchmarks` measures anew and writes this page; name areas to measure only those.
"""


@dataclass(frozen=True)
class Section:
    """What was found in one area."""

    title: str
    text: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    notes: Sequence[str] = field(default_factory=tuple)
    """What went wrong, for whoever looks into it; not for the page."""

    def table(self) -> str:
        """The rows, as Markdown."""
        lines = [self.head, ["---"] * len(self.head), *self.rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def goal(value: float, most: float, digits: int = 2) -> str:
    """Whether a value keeps within its limit, in words."""
    shown = f"{value:.{digits}f}".rstrip("0").rstrip(".") if digits else f"{value:.0f}"
    if value > most:
        return f"MISS: {shown} against at most {most:g}"
    return f"{shown}, at most {most:g}"


def refreshed(page: str, area: str, section: Section, *, surroundings: Sequence[str]) -> str:
    """The page with one area's section written anew, the others as they were."""
    begin, end = f"<!-- {area} -->", f"<!-- end of {area} -->"
    where = "\n".join(f"{line}  " for line in surroundings)
    body = f"{begin}\n## {section.title}\n\n{section.text}\n\n{section.table()}\n\n{where}\n{end}"
    before, found, rest = (page or _PREFACE).partition(begin)
    if not found:
        return f"{before.rstrip()}\n\n{body}\n"
    return f"{before}{body}{rest.partition(end)[2]}"


def write_section(
    path: Path, area: str, section: Section, machine: Sequence[str], *, quick: bool
) -> None:
    """Refresh one section of the page."""
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    manner = " with `--quick`: too few rounds to rely on" if quick else ""
    surroundings = [f"Measured on {date.today().isoformat()}{manner}.", *machine]
    path.parent.mkdir(exist_ok=True)
    path.write_text(refreshed(page, area, section, surroundings=surroundings), encoding="utf-8")
