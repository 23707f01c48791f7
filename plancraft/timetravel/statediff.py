"""The difference between two states: as data, as a patch, as text, as HTML."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from plancraft.timetravel.diffing import Change, changes_between, json_patch
from plancraft.timetravel.rendering import changes_as_html, changes_as_text

__all__ = ["StateDiff"]


@dataclass(frozen=True)
class StateDiff:
    """What makes the second state of the first. Prints as what changed, and nothing else."""

    first: Any
    second: Any
    """The states as plain JSON."""
    first_name: str
    second_name: str

    @cached_property
    def changes(self) -> list[Change]:
        """Each value that differs."""
        return list(changes_between(self.first, self.second))

    def patch(self) -> list[dict[str, Any]]:
        """JSON Patch (RFC 6902): applied to the first state it gives the second."""
        return json_patch(self.first, self.second)

    def to_dict(self) -> dict[str, Any]:
        """As plain JSON: both names, each change with its path, kind and values, the patch."""
        changes = [
            {"kind": one.kind, "path": one.where, "before": one.before, "after": one.after}
            for one in self.changes
        ]
        return {
            "first": self.first_name,
            "second": self.second_name,
            "changes": changes,
            "patch": self.patch(),
        }

    def __iter__(self) -> Iterator[Change]:
        return iter(self.changes)

    def __len__(self) -> int:
        return len(self.changes)

    def __str__(self) -> str:
        return changes_as_text(self.changes, self.first_name, self.second_name)

    def _repr_html_(self) -> str:
        return changes_as_html(self.changes, self.first_name, self.second_name)
