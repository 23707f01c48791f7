"""The planning graph: three questions, a plan, and every answer shows in it."""

import re
from typing import Any

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage
from langgraph.checkpoint.memory import InMemorySaver

import plancraft as pc
from graph import nodes, state
from graph.workflow import build_planning, planning
from graph.writer import write

ENGLISH = "An app for parents that shows which playgrounds are busy and lets them meet there."
KOREAN = "동네 빵집에서 남은 빵을 저녁에 싸게 파는 앱. 예약하고 찾아가면 됩니다."
BRIEF = {
    "audience": "young families",
    "weeks": 8,
    "team_size": 2,
    "must_have": "busy map",
    "success": "200 visits a week",
}


def question(graph: Any, name: str) -> pc.PendingQuestion:
    (found,) = pc.pending(graph, "t")
    assert found.payload["interrupt_id"] == name
    return found


def plan(idea: str, *, direction: Any = 0, brief: dict[str, Any] = BRIEF, reviews: Any = ()) -> Any:
    graph = build_planning(InMemorySaver())
    pc.start(graph, {"user_input": idea}, "t")
    options = question(graph, "direction").payload["options"]
    chosen = options[direction]["id"] if isinstance(direction, int) else direction
    pc.resume(graph, "t", answer=chosen, by="mina")
    question(graph, "details")
    pc.resume(graph, "t", answer=brief, by="mina")
    for review in (*reviews, {"decision": "approve"}):
        if not pc.pending(graph, "t"):
            break
        question(graph, "draft")
        pc.resume(graph, "t", answer=review, by="mina")
    return graph.get_state({"configurable": {"thread_id": "t"}}).values


def sentences(text: str) -> set[str]:
    return {part.strip() for part in re.split(r"[.!?\n]+", text) if part.strip(" -#*[]")}


def test_an_idea_becomes_a_plan_and_tells_who_answered_what() -> None:
    done = plan(ENGLISH)

    assert done["plan"] == done["draft"]
    assert done["writer"] == "planner"
    steps = [(entry["step"], entry["interrupt_id"]) for entry in pc.get_hitl_history(done)]
    assert steps == [
        ("HITL:option", "direction"),
        ("HITL:form", "details"),
        ("HITL:approval", "draft"),
    ]
    assert all(entry["by"] == "mina" for entry in done["step_history"])


def test_two_ideas_give_plans_that_share_less_than_half_their_sentences() -> None:
    other = "A tool for bakers that plans tomorrow's dough from today's orders."
    one, two = sentences(plan(ENGLISH)["plan"]), sentences(plan(other)["plan"])

    assert len(one & two) < min(len(one), len(two)) / 2


@pytest.mark.parametrize(
    "change",
    [
        {"direction": 1},
        {"direction": {"selected": [], "text": "Begin with a paper prototype"}},
        {"brief": {**BRIEF, "weeks": 20}},
        {"brief": {**BRIEF, "success": "ten schools pay"}},
        {"reviews": [{"decision": "reject", "reason": "Add a weather warning"}]},
        {"reviews": [{"decision": "edit", "content": "My own plan."}]},
    ],
)
def test_every_answer_changes_the_plan(change: dict[str, Any]) -> None:
    assert plan(ENGLISH, **change)["plan"] != plan(ENGLISH)["plan"]


def test_a_korean_idea_gets_korean_questions_and_a_korean_plan() -> None:
    graph = build_planning(InMemorySaver())
    paused = pc.start(graph, {"user_input": KOREAN}, "t")
    shown = paused["__interrupt__"][0].value

    assert re.search("[가-힣]", shown["question"])
    assert all(re.search("[가-힣]", option["title"]) for option in shown["options"])
    written = plan(KOREAN, brief={**BRIEF, "audience": "직장인", "must_have": "예약"})["plan"]
    assert len(re.findall("[가-힣]", written)) > 5 * len(re.findall("[a-zA-Z]", written))


def test_a_draft_is_sent_back_at_most_so_often_and_the_last_word_still_counts() -> None:
    sent_back = [
        {"decision": "reject", "reason": f"Add a chapter called Number{n}"}
        for n in range(1, state.MAX_REFINE_LOOPS + 2)
    ]

    done = plan(ENGLISH, reviews=sent_back)

    assert done["refine_count"] == state.MAX_REFINE_LOOPS
    assert f"Number{state.MAX_REFINE_LOOPS}" in done["plan"]
    assert f"Number{state.MAX_REFINE_LOOPS + 1}" not in done["plan"]


def test_an_empty_idea_is_refused() -> None:
    graph = build_planning(InMemorySaver())
    with pytest.raises(pc.StateError, match="user_input"):
        pc.start(graph, {"user_input": "  "}, "t")


def test_a_configured_model_writes_and_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    model = GenericFakeChatModel(messages=iter([AIMessage("# A plan by a model")]))
    monkeypatch.setattr(nodes, "configured_model", lambda: ("test:model", model))

    done = plan(ENGLISH)

    assert done["plan"] == "# A plan by a model"
    assert done["writer"] == "test:model"


def test_a_model_that_says_nothing_leaves_the_planners_text() -> None:
    from graph.analysis import analyse
    from graph.planner import brief_model, directions

    analysis = analyse(ENGLISH)
    model = GenericFakeChatModel(messages=iter([AIMessage("  ")]))
    brief = brief_model("en").model_validate(BRIEF)

    text, writer = write(analysis, directions(analysis)[0], brief, [], ("test:model", model))

    assert text.startswith("#")
    assert writer == "test:model"


def test_a_model_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLANCRAFT_MODEL", "nobody:nothing")
    with pytest.raises((pc.StateError, ValueError), match="nobody"):
        plan(ENGLISH)


def test_the_deployed_graph_brings_no_checkpointer() -> None:
    assert planning.checkpointer is None
    assert planning.get_name() == "planning"
