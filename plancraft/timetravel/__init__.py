"""Looking back: what happened in a thread, who changed it, and what would have happened."""

from plancraft.timetravel.diffing import Change
from plancraft.timetravel.forking import Fork
from plancraft.timetravel.statediff import StateDiff
from plancraft.timetravel.steps import Asked, Step
from plancraft.timetravel.travel import Blame, TimeTravel

__all__ = ["Asked", "Blame", "Change", "Fork", "StateDiff", "Step", "TimeTravel"]
