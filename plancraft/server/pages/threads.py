"""A thread's steps, for the page of a question that its graph asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from plancraft.approvals import ApprovalRequest
from plancraft.errors import PlancraftError
from plancraft.server.service import Service
from plancraft.timetravel import Change, Step, TimeTravel

__all__ = ["StepShown", "thread_of"]

_MOST_STEPS = 30
_MOST_CHANGES = 40


@dataclass(frozen=True)
class StepShown:
    """A step, and what it changed."""

    step: Step
    changes: Sequence[Change]
    more: int
    """How many changes are not shown."""


def thread_of(service: Service, request: ApprovalRequest) -> list[StepShown] | None:
    """The thread's last steps, newest first; None where this server does not have its graph."""
    look_back = service.histories.get(request.graph or "")
    if look_back is None or request.thread_id is None:
        return None
    try:
        steps: list[StepShown] = look_back(request.thread_id, _steps)
    except PlancraftError:  # the checkpointer here is not the one where it was asked
        return None
    return steps


def _steps(travel: TimeTravel) -> list[StepShown]:
    found = list(islice(travel.steps_back(), _MOST_STEPS))
    return [
        _with_changes(travel, step, before)
        for step, before in zip(found, [*found[1:], None], strict=True)
    ]


def _with_changes(travel: TimeTravel, step: Step, before: Step | None) -> StepShown:
    if before is None or step.parent != before.id:
        return StepShown(step, (), len(step.changed))
    changes = travel.compare_states(before, step).changes
    return StepShown(step, changes[:_MOST_CHANGES], max(len(changes) - _MOST_CHANGES, 0))
