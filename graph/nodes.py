"""The planning graph's nodes. A node that asks does nothing else before it asks."""

from typing import Any

from graph.analysis import analyse as analyse_idea
from graph.interrupt_utils import (
    after_resume,
    analysis_of,
    brief_question,
    direction_question,
    draft_question,
    ensure_consistency,
)
from graph.planner import Direction, brief_model
from graph.questions import questions_in
from graph.state import MAX_REFINE_LOOPS, PlanCraftState
from graph.writer import write
from plancraft import OptionAnswer, StateError, ask
from plancraft.app.models import configured_model

__all__ = ["analyse", "ask_brief", "ask_direction", "draft", "review", "route_review", "write_up"]


def analyse(state: PlanCraftState) -> dict[str, Any]:
    """Find out what the idea says."""
    ensure_consistency(state)
    idea = state["user_input"]
    if not isinstance(idea, str) or not idea.strip():
        raise StateError("user_input is a text that says what is to be planned")
    # A new idea on the same thread starts afresh.
    return {"analysis": analyse_idea(idea).model_dump(mode="json"), "feedback": [], "plan": ""}


def ask_direction(state: PlanCraftState) -> dict[str, Any]:
    """Ask which way to go."""
    answer = ask(direction_question(state))
    return {**after_resume(state, answer), "direction": _direction(state, answer)}


def ask_brief(state: PlanCraftState) -> dict[str, Any]:
    """Ask for the details."""
    answer = ask(brief_question(state))
    return {**after_resume(state, answer), "brief": answer.redacted()}


def draft(state: PlanCraftState) -> dict[str, Any]:
    """Write the draft, with what was sent back in mind."""
    ensure_consistency(state)
    analysis = analysis_of(state)
    text, writer = write(
        analysis,
        Direction.model_validate(state["direction"]),
        brief_model(analysis.language).model_validate(state["brief"]),
        state.get("feedback", []),
        configured_model(),
    )
    return {"draft": text, "writer": writer}


def review(state: PlanCraftState) -> dict[str, Any]:
    """Ask whether the draft will do."""
    answer = ask(draft_question(state))
    changes = after_resume(state, answer)
    if answer.approved:
        return {**changes, "draft": answer.approved_content}
    refined = state.get("refine_count", 0) + 1
    feedback = [*state.get("feedback", []), answer.reason or ""]
    return {**changes, "feedback": feedback, "refine_count": refined}


def route_review(state: PlanCraftState) -> str:
    """Where a reviewed draft goes: back to the writer, or to be written up."""
    approval = state.get("approval") or {}
    sent_back = approval.get("decision") == "reject"
    # After the last refinement the feedback still counts: one more draft, no more question.
    return "draft" if sent_back and state.get("refine_count", 0) < MAX_REFINE_LOOPS else "write_up"


def write_up(state: PlanCraftState) -> dict[str, Any]:
    """The plan: the approved draft, or the last one with the last feedback worked in."""
    approval = state.get("approval") or {}
    if approval.get("decision") != "reject":
        return {"plan": state["draft"]}
    written = draft(state)
    return {**written, "plan": written["draft"]}


def _direction(state: PlanCraftState, answer: OptionAnswer) -> dict[str, Any]:
    if answer.selected:
        chosen: dict[str, Any] = answer.values[0]
        return chosen
    texts = questions_in(analysis_of(state).language)
    own = Direction(id="own", title=answer.text or "", description=texts.own_direction)
    return own.model_dump(mode="json")
