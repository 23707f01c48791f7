"""The research graph, over the documents of `graph/library` on when agents wait for people."""

from pathlib import Path

from plancraft.a2a.research import Library, build_research_graph

__all__ = ["LIBRARY", "graph"]

LIBRARY = Library(Path(__file__).parent / "library")
"""Four texts in English and four in Korean; a server answers from these and nothing else."""

graph = build_research_graph(LIBRARY).compile(name="research")
"""For deployment: the server brings the checkpointer."""
