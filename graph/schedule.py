"""How the parts of a plan are spread over its weeks and its team."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal

from pydantic import BaseModel

from graph.draft import Part
from graph.traits import effort_of

Kind = Literal["learn", "build", "build_thin", "build_deepen", "pilot", "launch", "all_in_one"]


class Stage(BaseModel, frozen=True):
    """A stretch of weeks, the first and the last one included, and what is built in it."""

    first: int
    last: int
    kind: Kind
    parts: tuple[str, ...] = ()


class Schedule(BaseModel, frozen=True):
    """What is built when, what waits, and how much work there is time for."""

    stages: tuple[Stage, ...]
    now: tuple[Part, ...]
    later: tuple[Part, ...]
    tracks: int
    capacity: int
    needed: int


def scheduled(parts: Sequence[Part], *, weeks: int, team: int, direction: str) -> Schedule:
    """The parts that fit, in stages that fill the weeks exactly."""
    learning, building, piloting = _shares(weeks, direction)
    capacity = building * team
    now = _fitting(parts, capacity)
    later = tuple(part for part in parts if part not in now)
    tracks = max(1, min(len(now), (team + 1) // 3))
    names = tuple(part.name for part in now)
    blocks = _blocks(names, building, tracks, direction)
    return Schedule(
        stages=_stages(names, blocks, weeks, learning, piloting),
        now=now,
        later=later,
        tracks=tracks,
        capacity=capacity,
        needed=sum(effort_of(part.name) for part in now),
    )


def _shares(weeks: int, direction: str) -> tuple[int, int, int]:
    """Weeks to learn, to build and to pilot; one more is for the launch."""
    if weeks < 4:
        learning = int(weeks == 3)
        return learning, 1, 0
    learning = max(1, weeks // (5 if direction == "riskiest_first" else 7))
    piloting = max(1, weeks // 6)
    return learning, weeks - learning - piloting - 1, piloting


def _fitting(parts: Sequence[Part], capacity: int) -> tuple[Part, ...]:
    """The lead, every must-have and what was asked for; others while there is room."""
    fixed = [part for place, part in enumerate(parts) if place == 0 or _is_fixed(part)]
    room = capacity - sum(effort_of(part.name) for part in fixed)
    kept = list(fixed)
    for part in parts:
        effort = effort_of(part.name)
        if part not in fixed and effort <= room:
            kept.append(part)
            room -= effort
    return tuple(part for part in parts if part in kept)


def _is_fixed(part: Part) -> bool:
    return part.origin in ("must", "added") or part.detailed or part.thrifty


def _blocks(
    names: tuple[str, ...], building: int, tracks: int, direction: str
) -> list[tuple[Kind, tuple[str, ...]]]:
    if direction == "broad_launch":
        deeper: list[tuple[Kind, tuple[str, ...]]] = [("build_deepen", names[:3])]
        return [("build_thin", names), *(deeper if building > 1 else [])]
    if direction in ("focused_start", "riskiest_first") and building > 1 and len(names) > 1:
        rest = _grouped(names[1:], min(building - 1, -(-(len(names) - 1) // tracks)))
        return [("build", names[:1]), *(("build", group) for group in rest)]
    groups = _grouped(names, min(building, -(-len(names) // tracks)))
    return [("build", group) for group in groups]


def _grouped(names: tuple[str, ...], count: int) -> list[tuple[str, ...]]:
    edges = [len(names) * place // count for place in range(count + 1)]
    return [names[first:last] for first, last in pairwise(edges)]


def _stages(
    names: tuple[str, ...],
    blocks: list[tuple[Kind, tuple[str, ...]]],
    weeks: int,
    learning: int,
    piloting: int,
) -> tuple[Stage, ...]:
    if weeks == 1:
        return (Stage(first=1, last=1, kind="all_in_one", parts=names),)
    end = weeks - 1 - piloting
    span = end - learning
    edges = [learning + span * place // len(blocks) for place in range(len(blocks) + 1)]
    built = (
        Stage(first=edges[place] + 1, last=edges[place + 1], kind=kind, parts=parts)
        for place, (kind, parts) in enumerate(blocks)
    )
    before = (Stage(first=1, last=learning, kind="learn"),) if learning else ()
    after = (Stage(first=end + 1, last=weeks - 1, kind="pilot"),) if piloting else ()
    return (*before, *built, *after, Stage(first=weeks, last=weeks, kind="launch"))
