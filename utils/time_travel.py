"""TimeTravel with pictures, for notebooks and debugging."""

import plancraft
from plancraft.timetravel import Step
from plancraft.timetravel.history import StepRef
from utils.path_picture import path_picture
from utils.svg import Svg
from utils.timeline_picture import timeline_picture

__all__ = ["TimeTravel"]

_SHOWN = 200


class TimeTravel(plancraft.TimeTravel):
    """`plancraft.TimeTravel`, and pictures of what it finds. A notebook shows the timeline."""

    def timeline(self, *, last: int = _SHOWN) -> Svg:
        """The last so many steps, with their questions, answers and branches, as SVG."""
        return timeline_picture(self.steps(last=last), repr(self))

    def path(self, *, at: StepRef = "last") -> Svg:
        """The graph with the way to the step `at`: numbers on the edges are steps."""
        way = set(self.way(at))
        steps: list[Step] = [one for one in self.steps() if one.id in way]
        return path_picture(self.ways(), steps, repr(self))

    def _repr_html_(self) -> str:
        return str(self.timeline())
