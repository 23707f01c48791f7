"""A graph as a picture, with the way a thread took through it."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from plancraft.timetravel import Step
from plancraft.timetravel.ways import Ways
from utils.svg import (
    INK,
    MUTED,
    Svg,
    arrow_tip,
    circle,
    clipped,
    curve,
    rectangle,
    text,
    width_of,
)

__all__ = ["path_picture"]

_HIGH, _GAP, _BETWEEN = 38.0, 46.0, 36.0
_TAKEN, _IDLE, _PAUSED = "#2563eb", "#c3cfdd", "#b45309"
_START, _END = "__start__", "__end__"

Edge = tuple[str, str]


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    width: float

    @property
    def middle(self) -> float:
        return self.x + self.width / 2


def path_picture(ways: Ways, steps: Sequence[Step], title: str) -> Svg:
    """The graph's ways, with the steps of the one that was taken, in their order."""
    edges = list(dict.fromkeys(ways.edges))
    boxes = _placed(list(ways.nodes), edges)
    taken, visits = _taken(steps, set(edges)), _visits(steps)
    paused = {asked.node for step in steps for asked in step.asked}
    waiting = {asked.node for asked in steps[-1].asked if asked.is_open} if steps else set()
    lines = [_edge(edge, boxes, taken.get(edge)) for edge in edges]
    nodes = [
        _node(name, box, visits.get(name, 0), name in paused, name in waiting)
        for name, box in boxes.items()
    ]
    width = max(box.x + box.width for box in boxes.values()) + 90
    height = max(box.y for box in boxes.values()) + _HIGH + 20
    return Svg("".join(lines + nodes), width, height, title)


def _placed(names: list[str], edges: Sequence[Edge]) -> dict[str, _Box]:
    """Each node in the row of its distance from the start, rows centred."""
    rows: dict[int, list[str]] = {}
    for name, rank in _ranks(names, edges).items():
        rows.setdefault(rank, []).append(name)
    widths = {name: max(90.0, width_of(name) + 44) for name in names}
    full = {
        rank: sum(widths[one] + _BETWEEN for one in row) - _BETWEEN for rank, row in rows.items()
    }
    widest, boxes = max(full.values()), dict[str, _Box]()
    for place, rank in enumerate(sorted(rows)):
        x = 90 + (widest - full[rank]) / 2
        for name in rows[rank]:
            boxes[name] = _Box(x, 20 + place * (_HIGH + _GAP), widths[name])
            x += widths[name] + _BETWEEN
    return boxes


def _ranks(names: Iterable[str], edges: Sequence[Edge]) -> dict[str, int]:
    """The longest way from the start to each node, edges that lead back left out."""
    onward = _without_back_edges(names, edges)
    ranks = dict.fromkeys(names, 0)
    for _ in ranks:
        for source, target in onward:
            ranks[target] = max(ranks[target], ranks[source] + 1)
    if _END in ranks:
        ranks[_END] = max(ranks.values(), default=0) + (ranks[_END] < max(ranks.values()))
    return ranks


def _without_back_edges(names: Iterable[str], edges: Sequence[Edge]) -> list[Edge]:
    following: dict[str, list[str]] = {}
    for source, target in edges:
        following.setdefault(source, []).append(target)
    back: set[Edge] = set()
    done: set[str] = set()
    for first in names:
        way: list[tuple[str, list[str]]] = [(first, list(following.get(first, ())))]
        on_way = {first}
        while way:
            node, rest = way[-1]
            if node in done or not rest:
                done.add(node)
                on_way.discard(node)
                way.pop()
                continue
            target = rest.pop(0)
            if target in on_way:
                back.add((node, target))
            elif target not in done:
                on_way.add(target)
                way.append((target, list(following.get(target, ()))))
    return [edge for edge in edges if edge not in back]


def _taken(steps: Sequence[Step], edges: set[Edge]) -> dict[Edge, list[int]]:
    """Which edges were gone, each with the numbers of the steps they led to, if they did yet."""
    found: dict[Edge, list[int]] = {}
    runs = [(step.number, step.nodes) for step in steps if step.nodes]
    for (_, before), (number, after) in pairwise(runs):
        for source in dict.fromkeys(before):
            for target in dict.fromkeys(after):
                if (source, target) in edges:
                    found.setdefault((source, target), []).append(number)
    for source in dict.fromkeys(steps[-1].nodes) if steps else ():
        for target in steps[-1].next or (_END,):  # on the way there, or there
            if (source, target) in edges:
                found.setdefault((source, target), [])
    return found


def _visits(steps: Sequence[Step]) -> Counter[str]:
    visits = Counter(node for step in steps for node in step.nodes)
    if steps and not steps[-1].next:
        visits[_END] += 1
    return visits


def _node(name: str, box: _Box, visits: int, paused: bool, waiting: bool) -> str:
    label = {_START: "start", _END: "end"}.get(name, name)
    border = _PAUSED if paused else _TAKEN if visits else _IDLE
    fill = "#fff7e0" if waiting else "#eef4ff" if visits else "white"
    parts = [
        rectangle(box.x, box.y, box.width, _HIGH, fill=fill, stroke=border, stroke_width="2"),
        text(
            box.middle,
            box.y + 24,
            clipped(label, box.width - 12),
            colour=INK if visits or waiting else MUTED,
            text_anchor="middle",
        ),
    ]
    if paused:
        parts.append(_badge(box.x + box.width, box.y, "?", _PAUSED))
    if visits > 1:
        parts.append(_badge(box.x, box.y + _HIGH, f"{visits}×", _TAKEN))
    return "".join(parts)


def _badge(x: float, y: float, said: str, colour: str) -> str:
    return circle(x, y, 11, fill=colour) + text(
        x, y + 4, said, size=11, colour="white", text_anchor="middle", font_weight="700"
    )


@dataclass(frozen=True)
class _Line:
    """An edge's way across the picture: SVG path, where its numbers go, its tip and the turn."""

    path: str
    label: tuple[float, float]
    tip: tuple[float, float]
    turned: int


def _edge(edge: Edge, boxes: dict[str, _Box], numbers: Sequence[int] | None) -> str:
    source, target = boxes[edge[0]], boxes[edge[1]]
    if target.y <= source.y:
        line = _back(source, target)
    elif target.y - source.y > _HIGH + _GAP + 1:
        line = _past(source, target)
    else:
        line = _down(source, target)
    colour, wide = (_IDLE, "1.5") if numbers is None else (_TAKEN, "2.5")
    numbers = numbers or ()
    shown = ", ".join(map(str, numbers[:6])) + (" …" if len(numbers) > 6 else "")
    drawn = curve(line.path, stroke=colour, stroke_width=wide)
    label = text(*line.label, shown, size=11, colour=_TAKEN) if numbers else ""
    return drawn + arrow_tip(*line.tip, turned=line.turned, colour=colour) + label


def _down(source: _Box, target: _Box) -> _Line:
    """To the next row."""
    start, end = source.y + _HIGH, target.y
    bend, x1, x2 = (start + end) / 2, source.middle, target.middle
    path = f"M{x1:g} {start:g} C{x1:g} {bend:g} {x2:g} {bend:g} {x2:g} {end - 6:g}"
    return _Line(path, ((x1 + x2) / 2 + 8, bend + 4), (x2, end), 0)


def _past(source: _Box, target: _Box) -> _Line:
    """Down past other rows, on the left."""
    start, end = source.y + 26, target.y + 12
    out = min(source.x, target.x) - 46
    path = f"M{source.x:g} {start:g} C{out:g} {start:g} {out:g} {end:g} {target.x - 6:g} {end:g}"
    return _Line(path, (out + 4, (start + end) / 2), (target.x, end), -90)


def _back(source: _Box, target: _Box) -> _Line:
    """Up again, or to itself, on the right."""
    start, end = source.y + 12, target.y + 26
    x1, x2 = source.x + source.width, target.x + target.width
    out = max(x1, x2) + 56
    path = f"M{x1:g} {start:g} C{out:g} {start:g} {out:g} {end:g} {x2 + 6:g} {end:g}"
    return _Line(path, (max(x1, x2) + 46, (start + end) / 2 + 4), (x2, end), 90)
