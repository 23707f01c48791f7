"""Which branch each checkpoint is on. Pure.

A thread grows like a tree: the oldest child of a checkpoint goes on with its branch, any later
one begins a new branch. Branches are numbered from 1 in the order they began.
"""

from collections.abc import Iterable

from plancraft.timetravel.places import Place

__all__ = ["ancestors", "branches_of"]


def branches_of(places: Iterable[Place]) -> dict[str, int]:
    """The branch of each checkpoint by its id; `places` come oldest first."""
    branch_of: dict[str, int] = {}
    continued: set[str] = set()
    latest = 0
    for place in places:
        if place.parent in branch_of and place.parent not in continued:
            branch_of[place.id] = branch_of[place.parent]
            continued.add(place.parent)
        else:
            latest += 1
            branch_of[place.id] = latest
    return branch_of


def ancestors(places: Iterable[Place], tip: str) -> list[Place]:
    """The way from the first checkpoint to `tip`, both included."""
    by_id = {place.id: place for place in places}
    way: list[Place] = []
    place = by_id.get(tip)
    while place is not None:
        way.append(place)
        place = by_id.get(place.parent)
    return way[::-1]
