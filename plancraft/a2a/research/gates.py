"""The three questions to a person, each made from the state and nothing else."""

from collections.abc import Mapping
from typing import Any

from plancraft.a2a.research.state import Gate, ResearchState, rejections
from plancraft.interrupts import ApprovalInterruptPayload
from plancraft.locale import say, speaking

__all__ = ["data_gate", "plan_gate", "report_gate"]


def plan_gate(state: ResearchState, rounds: int) -> ApprovalInterruptPayload:
    """Whether this is what should be looked for."""
    with speaking(state.get("language")):
        return _gate(
            state,
            "plan",
            rounds,
            content=state["plan"],
            question=say("Shall this be researched? {topic}", topic=state["plan"]["topic"]),
            hint=say(
                "The key questions are what is searched. If you change expected_sources, only "
                "those are searched."
            ),
            editable=["topic", "expected_sources", "key_questions"],
            approve=say("the documents are searched."),
            reject=say("the plan is made again with your reason."),
        )


def data_gate(state: ResearchState, rounds: int) -> ApprovalInterruptPayload:
    """Whether the findings will do."""
    with speaking(state.get("language")):
        return _gate(
            state,
            "data",
            rounds,
            content=state["data"],
            question=say("May the report be written from these findings?"),
            hint=say(
                "Only the findings you leave go into the report. The reliability says how well "
                "the documents bear them (half: questions answered; 0.3: by two sources or more; "
                "0.2: words of the question found), not whether they are right."
            ),
            editable=["key_findings", "potential_issues"],
            approve=say("the report is written from these findings."),
            reject=say("the documents are searched again with your reason."),
        )


def report_gate(state: ResearchState, rounds: int) -> ApprovalInterruptPayload:
    """Whether the report may go out."""
    with speaking(state.get("language")):
        return _gate(
            state,
            "report",
            rounds,
            content=state["draft"],
            question=say("May this report go out?"),
            hint=say("Every sentence names the place it is from."),
            editable=list(state["draft"]),
            approve=say("the report is handed over as it stands here."),
            reject=say("the report is written again with your reason."),
        )


_TYPES: Mapping[Gate, str] = {
    "plan": "critical_decision",
    "data": "data_validation",
    "report": "final_report",
}


def _gate(
    state: ResearchState, gate: Gate, rounds: int, *, approve: str, reject: str, **shown: Any
) -> ApprovalInterruptPayload:
    left = rounds - len(rejections(state, gate))
    if left <= 1:
        reject = say("the research ends without a report.")
    return ApprovalInterruptPayload(
        interrupt_id=gate,
        data={
            "approval_type": _TYPES[gate],
            "rejections_left": left,
            "consequences": {"approve": approve, "reject": reject},
        },
        **shown,
    )
