"""The planning graph's questions, each made from the state and nothing else."""

from graph.analysis import Analysis
from graph.planner import Direction, brief_model, directions, suggested_brief
from graph.questions import questions_in
from graph.state import MAX_REFINE_LOOPS, PlanCraftState
from plancraft import (
    ApprovalInterruptPayload,
    FormInterruptPayload,
    InterruptOption,
    OptionInterruptPayload,
    after_resume,
    ensure_state_consistency,
    handle_user_response,
    normalize_options,
    reset_pause_state,
    update_state,
)

__all__ = [
    "OptionInterruptPayload",
    "after_resume",
    "analysis_of",
    "brief_question",
    "direction_question",
    "draft_question",
    "ensure_consistency",
    "ensure_state_consistency",
    "handle_user_response",
    "normalize_options",
    "reset_pause_state",
    "update_state",
]


def analysis_of(state: PlanCraftState) -> Analysis:
    """What was found in the idea."""
    return Analysis.model_validate(state["analysis"])


def ensure_consistency(state: PlanCraftState) -> PlanCraftState:
    """The state itself, when it holds an idea and no more refinements than allowed."""
    return ensure_state_consistency(state, ["user_input"], {"refine_count": MAX_REFINE_LOOPS})


def direction_question(state: PlanCraftState) -> OptionInterruptPayload:
    """Which way to go."""
    analysis = analysis_of(state)
    texts = questions_in(analysis.language)
    return OptionInterruptPayload(
        interrupt_id="direction",
        question=texts.direction.format(title=analysis.title),
        hint=texts.direction_hint,
        options=[_option(direction) for direction in directions(analysis)],
        allow_custom=True,
    )


def brief_question(state: PlanCraftState) -> FormInterruptPayload:
    """For whom, how long, with how many, and what counts."""
    analysis = analysis_of(state)
    texts = questions_in(analysis.language)
    return FormInterruptPayload(
        interrupt_id="details",
        question=texts.brief.format(title=analysis.title),
        hint=texts.brief_hint,
        form=brief_model(analysis.language),
        initial=suggested_brief(analysis),
    )


def draft_question(state: PlanCraftState) -> ApprovalInterruptPayload:
    """Whether the draft will do."""
    texts = questions_in(analysis_of(state).language)
    left = MAX_REFINE_LOOPS - state.get("refine_count", 0)
    return ApprovalInterruptPayload(
        interrupt_id="draft",
        question=texts.draft,
        hint=texts.draft_hint.format(left=left),
        content=state["draft"],
        editable=["content"],
        data={
            "refinements_left": left,
            "consequences": {"approve": texts.draft_approved, "reject": texts.draft_rejected},
        },
    )


def _option(direction: Direction) -> InterruptOption:
    return InterruptOption(
        id=direction.id,
        title=direction.title,
        description=direction.description,
        value=direction.model_dump(mode="json"),
    )
