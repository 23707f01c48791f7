"""How checkpoints hang together: which came before which, and on which branch each is. Pure.

A thread grows like a tree: the oldest child of a checkpoint goes on with its branch, any later
one begins a new branch. Branches are numbered from 1 in the order they began. Where checkpoints
were pruned, what follows the gap goes on with the newest end that was there before it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from plancraft.timetravel.places import Link, Place

__all__ = ["Tree", "tree_of"]


@dataclass(frozen=True)
class Tree:
    """The checkpoints by id. `parent_of` leads over gaps; `gaps` are those right behind one."""

    parent_of: Mapping[str, str]
    branch_of: Mapping[str, int]
    gaps: frozenset[str]

    def way(self, tip: str) -> list[str]:
        """The ids from the first checkpoint to `tip`, both included."""
        way = [tip]
        while parent := self.parent_of.get(way[-1]):
            way.append(parent)
        return way[::-1]


def tree_of(links: Iterable[Link | Place]) -> Tree:
    """The tree that the links make; they come oldest first."""
    parent_of: dict[str, str] = {}
    branch_of: dict[str, int] = {}
    gaps: set[str] = set()
    ends: dict[str, None] = {}  # what nothing follows yet, oldest first
    latest = 0
    for link in links:
        parent = link.parent
        if parent and parent not in branch_of:
            gaps.add(link.id)
            parent = next((end for end in reversed(ends) if end < parent), "")
        parent_of[link.id] = parent
        if parent in ends:
            branch_of[link.id] = branch_of[parent]
            del ends[parent]
        else:
            branch_of[link.id] = latest = latest + 1
        ends[link.id] = None
    return Tree(parent_of, branch_of, frozenset(gaps))
