"""Libraries made of small files, and research driven over them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.memory import InMemorySaver

import plancraft as pc
from plancraft.a2a.research import Library, build_research_graph

YES = {"decision": "approve"}

TEXTS = {
    "alarms.md": (
        "# Alarm fatigue\n\n"
        "Alarm fatigue makes people ignore warnings.\n"
        "Every needless alarm costs attention.\n\n"
        "## Remedies\n\n"
        "Alarm fatigue should be met with fewer alarms.\n"
    ),
    "deadlines.txt": (
        "Deadlines\n\n"
        "A deadline should be long enough to answer with care.\n"
        "After a missed deadline the request must be closed.\n"
    ),
    "audits.html": (
        "<html><body>\n<h1>Audit trails</h1>\n<p>An audit trail must record what\n"
        "the reviewer saw. Alarm fatigue also shows in an audit trail.</p>\n</body></html>\n"
    ),
}


def filled(folder: Path, files: dict[str, str | bytes]) -> Path:
    """The folder with these files in it."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


class Research:
    """A research under way: what it asks, and answers to it."""

    def __init__(self, query: str, library: Library | None, **built: Any) -> None:
        state = {"query": query, **built.pop("state", {})}
        saver = built.pop("saver", None) or InMemorySaver()
        self.graph = build_research_graph(library, **built).compile(checkpointer=saver)
        pc.start(self.graph, state, "t")

    @property
    def gate(self) -> str | None:
        """Which gate it stands at."""
        waiting = pc.pending(self.graph, "t")
        return waiting[0].payload["interrupt_id"] if waiting else None

    @property
    def payload(self) -> dict[str, Any]:
        """What it asks."""
        (waiting,) = pc.pending(self.graph, "t")
        return waiting.payload

    @property
    def content(self) -> dict[str, Any]:
        """What it shows."""
        return self.payload["content"]

    @property
    def state(self) -> dict[str, Any]:
        """All it knows."""
        return self.graph.get_state({"configurable": {"thread_id": "t"}}).values

    def approve(self, **edits: Any) -> "Research":
        """Say yes, with these fields edited."""
        answer = {"decision": "edit", "content": edits} if edits else YES
        pc.resume(self.graph, "t", answer=answer, by="mina")
        return self

    def reject(self, reason: str) -> "Research":
        """Say no."""
        pc.resume(self.graph, "t", answer={"decision": "reject", "reason": reason}, by="mina")
        return self

    def finished(self) -> dict[str, Any]:
        """The state after yes to all that is still asked."""
        while self.gate:
            self.approve()
        return self.state


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path / "texts", TEXTS)


@pytest.fixture
def research(folder: Path) -> Callable[..., Research]:
    def begin(query: str = "What is alarm fatigue?", **built: Any) -> Research:
        return Research(query, Library.open(folder), **built)

    return begin
