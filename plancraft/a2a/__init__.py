"""The approval-aware A2A agent: any LangGraph graph, with people where it pauses.

The names come in when they are first asked for, so that the research graph needs no A2A package.
"""

from importlib import import_module
from typing import Any

__all__ = [
    "APPROVAL_EXTENSION",
    "A2AService",
    "GraphExecutor",
    "HITLResearchAgent",
    "build_app",
    "build_card",
]

_HOMES = {
    "APPROVAL_EXTENSION": "messages",
    "A2AService": "service",
    "GraphExecutor": "executing",
    "HITLResearchAgent": "research_agent",
    "build_app": "service",
    "build_card": "cards",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
