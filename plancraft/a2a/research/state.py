"""The state of a research run: small JSON, never the documents themselves."""

from typing import Any, Literal, Required, TypedDict

from plancraft.interrupts import PauseState
from plancraft.locale import Language

__all__ = ["Finding", "Gate", "Rejection", "ResearchState", "reasons", "rejections"]

Gate = Literal["plan", "data", "report"]


class Finding(TypedDict):
    """A sentence, where it stands, and the key question it answers."""

    question: str
    text: str
    cite: str
    """`file:line`, `file.pdf p.3:12` or a source's address; empty for a reviewer's own words."""
    file: str
    context: str
    coverage: float
    """The share of the question's words it holds, 0 to 1."""
    advice: bool
    """Whether it says what should be done."""
    edited: bool


class Rejection(TypedDict):
    """One no, and its reason."""

    gate: Gate
    reason: str
    key: str


class ResearchState(PauseState, total=False):
    """In: `query`, and where no library is fixed `documents`. Out: `report` and what it tells."""

    query: Required[str]
    documents: str
    language: Language

    report: dict[str, Any] | None
    """As approved, edits included; None without an approval."""
    report_text: str
    """The report as Markdown, or why there is none."""
    outcome: Literal["approved", "rejected"] | None
    written_by: str
    """`extractive`, or the name of the chat model."""

    plan: dict[str, Any]
    """As shown; `agreed` is what was approved of it."""
    agreed: dict[str, Any]
    data: dict[str, Any]
    draft: dict[str, Any]
    findings: list[Finding]
    issues: list[str]
    rejections: list[Rejection]


def rejections(state: ResearchState, gate: Gate) -> list[Rejection]:
    """The noes at this gate."""
    return [one for one in state.get("rejections", []) if one["gate"] == gate]


def reasons(state: ResearchState, gate: Gate) -> list[str]:
    """Their reasons, oldest first."""
    return [one["reason"] for one in rejections(state, gate)]
