"""Research a question over documents, with three gates at which a person decides."""

from plancraft.a2a.research.documents import Library
from plancraft.a2a.research.rendering import render_report
from plancraft.a2a.research.state import ResearchState
from plancraft.a2a.research.workflow import build_research_graph

__all__ = ["Library", "ResearchState", "build_research_graph", "render_report"]
