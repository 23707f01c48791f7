"""A thread's steps as a picture: a line for each branch, a box where a person was asked."""

from collections.abc import Sequence

from plancraft.locale import say
from plancraft.timetravel import Asked, Step
from plancraft.timetravel.diffing import as_plain
from plancraft.timetravel.rendering import one_line
from utils.svg import INK, MUTED, Svg, circle, clipped, curve, rectangle, text

__all__ = ["timeline_picture"]

_WIDTH = 860.0
_BESIDE = 560.0
"""What is left for words beside the lines of many branches."""
_ROW = 30.0
_BOX = 44.0
_LANE = 22.0
_COLOURS = ("#2563eb", "#b45309", "#047857", "#a21caf", "#be123c", "#0e7490")
_ASKED, _OPEN = "#eef4ff", "#fff7e0"


def timeline_picture(steps: Sequence[Step], title: str) -> Svg:
    """The steps from the first, at the top, to the last."""
    lanes = max((step.branch for step in steps), default=1)
    left = 24 + lanes * _LANE
    width = max(_WIDTH, left + _BESIDE)
    body, places, y = list[str](), dict[str, tuple[float, float]](), 24.0
    for step in steps:
        x = 20 + (step.branch - 1) * _LANE
        places[step.id] = x, y
        if step.parent in places:
            body.insert(0, _line(places[step.parent], (x, y), _colour(step)))
        body += _row(step, x, y, left, width)
        for asked in step.asked:
            body += _box(asked, left, y + 12, width)
            y += _BOX + 4
        y += _ROW
    return Svg("".join(body), width, max(y, 40.0), title)


def _row(step: Step, x: float, y: float, left: float, width: float) -> list[str]:
    fill = "white" if step.asked else _colour(step)
    ran = ", ".join(step.nodes) or f"({step.source})"
    changed = ", ".join(dict.fromkeys(path.split(".")[0].split("[")[0] for path in step.changed))
    return [
        circle(x, y, 6, fill=fill, stroke=_colour(step), stroke_width="2.5"),
        text(left + 34, y + 4, step.ref, colour=MUTED, text_anchor="end"),
        text(left + 46, y + 4, clipped(ran, 190), font_weight="600"),
        text(left + 250, y + 4, clipped(changed, width - left - 270, 12), size=12, colour=MUTED),
    ]


def _box(asked: Asked, left: float, y: float, width: float) -> list[str]:
    x, width = left + 46, width - left - 62
    colour = _OPEN if asked.is_open else _ASKED
    return [
        rectangle(x, y, width, _BOX, fill=colour, stroke="#c3cfdd"),
        text(x + 12, y + 18, clipped(f"“{asked.text}”", width - 24), colour=INK),
        text(x + 12, y + 36, clipped(_outcome(asked), width - 24, 12), size=12, colour=INK),
    ]


def _outcome(asked: Asked) -> str:
    if asked.is_open:
        return say("waits for an answer")
    if asked.closed:
        return asked.fate
    answer = one_line(as_plain(asked.answer))
    return f"→ {answer}" if asked.by is None else f"→ {asked.by}: {answer}"


def _line(start: tuple[float, float], end: tuple[float, float], colour: str) -> str:
    (x1, y1), (x2, y2) = start, end
    turn = min(y1 + _ROW, y2)
    path = f"M{x1:g} {y1:g} C{x1:g} {turn:g} {x2:g} {y1:g} {x2:g} {turn:g} L{x2:g} {y2:g}"
    return curve(path, stroke=colour, stroke_width="2.5")


def _colour(step: Step) -> str:
    return _COLOURS[(step.branch - 1) % len(_COLOURS)]
