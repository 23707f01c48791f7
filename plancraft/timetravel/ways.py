"""A graph's nodes, and which leads to which."""

from collections.abc import Sequence
from typing import Any, NamedTuple

__all__ = ["Ways", "ways_of"]


class Ways(NamedTuple):
    """What can be drawn of a graph: names of nodes, and pairs of them."""

    nodes: Sequence[str]
    edges: Sequence[tuple[str, str]]


def ways_of(graph: Any) -> Ways:
    """The ways of a compiled graph."""
    drawn = graph.get_graph()
    return Ways(list(drawn.nodes), [(one.source, one.target) for one in drawn.edges])
