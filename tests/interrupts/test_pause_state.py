"""What a resume writes into a graph's state: what is reset, what is kept, once per question."""

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command
from pydantic import BaseModel, SecretStr

import plancraft as pc
from plancraft.interrupts.state import merge_history

anything = settings(deadline=None, database=None, max_examples=40)

RESET = {
    "last_interrupt": None,
    "last_pause_type": None,
    "options": [],
    "option_question": None,
    "error": None,
    "error_category": None,
}
"""The table of the PlanCraft guide."""

NODES: dict[str, Any] = {
    "option": pc.option_pause_node,
    "form": pc.form_pause_node,
    "confirm": pc.confirm_pause_node,
    "approval": pc.approval_pause_node,
}


class State(pc.PauseState, total=False):
    user_input: str
    thread_id: str


class Login(BaseModel):
    user: str
    password: SecretStr


def pausing(saver: Any, *nodes: tuple[str, Any], side_by_side: bool = False) -> Any:
    builder = StateGraph(State)
    before = START
    for name, node in nodes:
        builder.add_node(name, node)
        builder.add_edge(START if side_by_side else before, name)
        before = name
    builder.add_edge(before, END)
    return builder.compile(checkpointer=saver)


def values_of(graph: Any, thread: str = "t") -> dict[str, Any]:
    return cast(dict[str, Any], graph.get_state({"configurable": {"thread_id": thread}}).values)


def merged(state: dict[str, Any], update: dict[str, Any]) -> dict[str, Any]:
    """The state after the update, as the graph would have it."""
    history = merge_history(state.get("step_history"), update.get("step_history"))
    return {**state, **update, "step_history": history}


def in_a_node(work: Callable[[], Any]) -> Any:
    """What the work gives when a node of a running graph does it."""
    found: list[Any] = []
    graph = pausing(InMemorySaver(), ("works", lambda state: found.append(work())))
    graph.invoke({"user_input": "x"}, {"configurable": {"thread_id": "t"}})
    return found[0]


def resumed(state: dict[str, Any], response: Any, payload: Any) -> dict[str, Any]:
    """What a resume writes, plain response and all."""
    update = in_a_node(lambda: pc.after_resume(state, response, payload=payload))
    return cast(dict[str, Any], update)


SURE = pc.ConfirmInterruptPayload(question="Sure?", interrupt_id="sure")
WHICH = pc.OptionInterruptPayload(question="Which?", options=["a", "b"])  # type: ignore[list-item]


# Reset and kept


def test_the_reset_fields_are_those_of_the_guide() -> None:
    assert pc.reset_pause_state({}) == RESET
    assert pc.reset_pause_state({"options": ["a"], "user_input": "x", "refine_count": 3}) == RESET


def test_a_resume_resets_what_belongs_to_the_question_and_keeps_the_rest() -> None:
    state = {
        "last_interrupt": {"question": "Sure?"},
        "last_pause_type": "confirm",
        "options": ["a"],
        "option_question": "Which?",
        "error": "bad",
        "error_category": "network",
        "refine_count": 2,
        "user_input": "x",
        "step_history": [{"step": "plan"}],
    }
    update = resumed(state, {"confirmed": True}, SURE)
    after = merged(state, update)
    assert {name: after[name] for name in RESET} == RESET
    assert (after["refine_count"], after["user_input"]) == (2, "x")
    assert after["last_resume_value"] == {"confirmed": True}
    assert after["confirmed"] is True
    assert after["last_human_event"]["type"] == "confirm"
    assert [entry["step"] for entry in after["step_history"]] == ["plan", "HITL:confirm"]


def test_a_resume_does_not_change_the_state_it_is_given() -> None:
    state = {"options": ["a"], "step_history": [{"step": "plan"}]}
    before = json.dumps(state)
    resumed(state, {"confirmed": True}, SURE)
    pc.handle_user_response(state, {"confirmed": True}, payload=SURE)
    pc.reset_pause_state(state)
    assert json.dumps(state) == before


def test_the_event_says_what_was_asked_and_answered() -> None:
    event = resumed({}, {"confirmed": False}, SURE)["last_human_event"]
    assert event["question"] == "Sure?"
    assert event["interrupt_id"] == "sure"
    assert event["answer"] == {"confirmed": False}
    assert (event["by"], event["at"]) == (None, None)


# Once per question


def test_applied_twice_a_resume_changes_nothing_the_second_time() -> None:
    def apply_twice() -> Any:
        after = merged({}, pc.after_resume({}, {"confirmed": True}, payload=SURE))
        return after, pc.after_resume(after, {"confirmed": True}, payload=SURE)

    after, second = in_a_node(apply_twice)
    assert second == {}
    assert len(pc.get_hitl_history(after)) == 1


def test_a_typed_answer_applied_twice_changes_nothing_the_second_time(saver: Any) -> None:
    seconds: list[Any] = []

    def node(state: State) -> dict[str, Any]:
        answer = pc.ask(pc.ConfirmInterruptPayload(question="Sure?"))
        update = pc.after_resume(state, answer)
        seconds.append(pc.after_resume(merged(dict(state), update), answer))
        return update

    graph = pausing(saver, ("asks", node))
    pc.start(graph, {"user_input": "x"}, "t")
    pc.resume(graph, "t", answer=True, by="mina")
    assert seconds == [{}]


def test_a_plain_response_can_be_applied_outside_a_running_graph() -> None:
    update = pc.after_resume({}, {"confirmed": True}, payload=SURE)
    assert update["confirmed"] is True


@anything
@given(st.lists(st.sampled_from([(SURE, True), (SURE, False), (WHICH, "a"), (WHICH, "b")])))
def test_each_question_is_in_the_history_once_in_order(answers: list[Any]) -> None:
    def answer_all() -> dict[str, Any]:
        state: dict[str, Any] = {}
        for payload, answer in answers:
            state = merged(state, pc.after_resume(state, answer, payload=payload))
            assert pc.after_resume(state, answer, payload=payload) == {}
        return state

    found = [entry["question"] for entry in pc.get_hitl_history(in_a_node(answer_all))]
    assert found == list(dict.fromkeys(payload.question for payload, _ in answers))


def test_a_graph_asks_once_and_the_history_has_one_entry(saver: Any) -> None:
    graph = pausing(saver, ("asks", pc.confirm_pause_node))
    pc.start(graph, {"confirm_question": "Sure?"}, "t")
    pc.resume(graph, "t", answer=True, by="mina")
    (entry,) = pc.get_hitl_history(values_of(graph))
    assert entry["step"] == "HITL:confirm"
    assert (entry["by"], entry["question"]) == ("mina", "Sure?")
    assert entry["at"].endswith("+00:00")


@pytest.mark.parametrize("through_us", [True, False])
def test_a_second_question_with_the_same_answer_is_recorded_too(
    saver: Any, through_us: bool
) -> None:
    graph = pausing(saver, ("one", pc.confirm_pause_node), ("two", pc.confirm_pause_node))
    place: Any = {"configurable": {"thread_id": "t"}}
    graph.invoke({"confirm_question": "Sure?"}, place)
    for _ in range(2):
        if through_us:
            pc.resume(graph, "t", answer=True, by="mina")
        else:
            graph.invoke(Command(resume={"confirmed": True}), place)
    history = pc.get_hitl_history(values_of(graph))
    assert [entry["interrupt_id"] for entry in history] == ["one", "two"]
    assert history[0]["key"] != history[1]["key"]


def test_a_node_in_a_loop_records_each_round(saver: Any) -> None:
    def again(state: State) -> str:
        return END if len(state.get("step_history", [])) >= 3 else "asks"

    builder = StateGraph(State)
    builder.add_node("asks", pc.confirm_pause_node)
    builder.add_edge(START, "asks")
    builder.add_conditional_edges("asks", again)
    graph = builder.compile(checkpointer=saver)
    pc.start(graph, {"confirm_question": "More?"}, "t")
    for _ in range(3):
        pc.resume(graph, "t", answer=True, by="mina")
    history = pc.get_hitl_history(values_of(graph))
    assert len({entry["key"] for entry in history}) == len(history) == 3


def test_a_new_run_of_the_thread_adds_to_the_history(saver: Any) -> None:
    graph = pausing(saver, ("asks", pc.confirm_pause_node))
    for answer in (True, True, False):
        pc.start(graph, {"confirm_question": "Sure?"}, "t")
        pc.resume(graph, "t", answer=answer, by="mina")
    history = pc.get_hitl_history(values_of(graph))
    assert [entry["answer"]["confirmed"] for entry in history] == [True, True, False]


# Histories


entries = st.lists(
    st.fixed_dictionaries({"step": st.text(max_size=3)}, optional={"key": st.text(max_size=2)}),
    max_size=6,
)


@anything
@given(entries, entries)
def test_merging_histories_keeps_order_and_drops_only_known_keys(old: Any, new: Any) -> None:
    merged_ = merge_history(old, new)
    assert merged_[: len(old)] == old
    known = {entry["key"] for entry in old if "key" in entry}
    expected = []
    for entry in new:
        if entry.get("key") not in known:
            expected.append(entry)
        known |= {entry["key"]} if "key" in entry else set()
    assert merged_[len(old) :] == expected


@anything
@given(entries)
def test_merging_a_history_again_changes_nothing(history: Any) -> None:
    keyed = [{**entry, "key": entry.get("key", f"own-{n}")} for n, entry in enumerate(history)]
    once = merge_history([], keyed)
    assert merge_history(once, keyed) == once
    assert merge_history(once, None) == once
    assert merge_history(None, once) == once


def test_branches_that_pause_side_by_side_keep_both_histories(saver: Any) -> None:
    graph = pausing(
        saver,
        ("asks_a", pc.confirm_pause_node),
        ("asks_b", pc.option_pause_node),
        ("asks_c", pc.approval_pause_node),
        side_by_side=True,
    )
    given_ = {
        "confirm_question": "Sure?",
        "option_question": "Which?",
        "options": ["a", "b"],
        "approval_question": "Send?",
        "approval_content": "draft",
        "refine_count": 1,
    }
    pc.start(graph, given_, "t")
    answers = {"Sure?": True, "Which?": "b", "Send?": "approve"}
    found = {one.id: answers[one.payload["question"]] for one in pc.pending(graph, "t")}

    after = pc.resume(graph, "t", found, by="mina")

    assert sorted(entry["step"] for entry in pc.get_hitl_history(after)) == [
        "HITL:approval",
        "HITL:confirm",
        "HITL:option",
    ]
    assert (after["confirmed"], after["selected_option"]) == (True, "b")
    assert after["approval"]["decision"] == "approve"
    assert {name: after[name] for name in RESET} == RESET
    assert after["refine_count"] == 1


def test_branches_that_write_any_field_of_the_state_do_not_collide() -> None:
    def node(number: int) -> Any:
        def write(state: State) -> dict[str, Any]:
            update = dict.fromkeys(pc.PauseState.__annotations__)
            return {
                **update,
                "refine_count": number,
                "step_history": [{"step": f"s{number}", "key": f"{number}"}],
            }

        return write

    graph = pausing(InMemorySaver(), *((f"n{n}", node(n)) for n in (2, 1, 3)), side_by_side=True)
    after = graph.invoke({"refine_count": 0}, {"configurable": {"thread_id": "t"}})
    assert after["refine_count"] == 3
    assert sorted(entry["step"] for entry in after["step_history"]) == ["s1", "s2", "s3"]


# The ready nodes


@pytest.mark.parametrize(
    ("kind", "given_", "answer", "field", "value"),
    [
        ("option", {"option_question": "?", "options": ["a", "b"]}, "b", "selected_option", "b"),
        (
            "option",
            {"option_question": "?", "options": [{"title": "A", "value": "x"}]},
            {"selected": ["x"]},
            "selected_option",
            "x",
        ),
        (
            "form",
            {"form_question": "?", "form": {"properties": {"n": {"type": "integer"}}}},
            {"n": 3},
            "form_data",
            {"n": 3},
        ),
        ("confirm", {"confirm_question": "?"}, False, "confirmed", False),
        (
            "approval",
            {
                "approval_question": "?",
                "approval_content": {"to": "k", "text": "t"},
                "approval_editable": ["text"],
            },
            {"decision": "edit", "content": {"text": "u"}},
            "approval",
            {"decision": "edit", "reason": None, "content": {"text": "u"}},
        ),
    ],
)
def test_a_ready_node_asks_and_writes_the_answer(
    saver: Any, kind: str, given_: Any, answer: Any, field: str, value: Any
) -> None:
    graph = pausing(saver, ("asks", NODES[kind]))
    result = pc.start(graph, {**given_, "error": "old", "user_input": "x"}, "t")
    shown = result["__interrupt__"][0].value
    assert (shown["type"], shown["node_ref"], shown["interrupt_id"]) == (kind, "asks", "asks")

    after = pc.resume(graph, "t", answer=answer, by="mina")

    assert after[field] == value
    assert after["last_resume_value"] == after["last_human_event"]["answer"]
    assert {name: after[name] for name in RESET} == RESET
    assert after["user_input"] == "x"
    assert after["last_human_event"]["by"] == "mina"
    assert [entry["step"] for entry in pc.get_hitl_history(after)] == [f"HITL:{kind}"]


@pytest.mark.parametrize("kind", NODES)
def test_a_ready_node_without_its_question_says_what_it_needs(kind: str) -> None:
    graph = pausing(InMemorySaver(), ("asks", NODES[kind]))
    with pytest.raises(pc.StateError, match=f"{kind}_question"):
        pc.start(graph, {"user_input": "x"}, "t")


# Secrets


@pytest.mark.parametrize(
    "form",
    [
        Login.model_json_schema(),
        {"properties": {"user": {}, "password": {"type": "string", "writeOnly": True}}},
    ],
)
def test_a_secret_is_hidden_in_everything_a_resume_writes(saver: Any, form: Any) -> None:
    graph = pausing(saver, ("asks", pc.form_pause_node))
    pc.start(graph, {"form_question": "Who?", "form": form}, "t")
    pc.resume(graph, "t", answer={"user": "mina", "password": "hunter2"}, by="mina")
    after = values_of(graph)
    hidden = {"user": "mina", "password": "***"}
    assert after["last_resume_value"] == hidden
    assert after["last_human_event"]["answer"] == hidden
    assert after["form_data"] == hidden
    assert after["step_history"][0]["answer"] == hidden
    assert "hunter2" not in repr(after)


def test_a_secret_is_hidden_in_an_answer_that_came_as_plain_json() -> None:
    payload = pc.FormInterruptPayload(question="Who?", form=Login)  # type: ignore[arg-type]
    answer = {"user": "mina", "password": "hunter2"}
    assert "hunter2" not in repr(resumed({}, answer, payload))
    assert "hunter2" not in repr(pc.handle_user_response({}, answer, payload=payload))


# The guide's functions


def test_update_state_gives_the_changes_and_never_the_whole_state() -> None:
    state = {"a": 1, "b": [1], "c": None}
    assert pc.update_state(state) == {}
    assert pc.update_state(state, a=1, b=[1], c=None) == {}
    assert pc.update_state(state, a=2, b=[1, 2], c=0, d=None) == {
        "a": 2,
        "b": [1, 2],
        "c": 0,
        "d": None,
    }
    assert state == {"a": 1, "b": [1], "c": None}


@pytest.mark.parametrize(
    ("response", "payload", "expected"),
    [
        ({"selected": ["a"], "text": None}, None, {"selected_option": "a"}),
        ({"selected": ["a", "b"]}, None, {"selected_option": ["a", "b"]}),
        ({"selected": "a"}, None, {"selected_option": "a"}),
        ({"selected": [], "text": "mine"}, None, {"selected_option": "mine"}),
        ({"confirmed": False}, None, {"confirmed": False}),
        ({"decision": "approve"}, None, {"approval": {"decision": "approve"}}),
        ({"city": "Seoul"}, None, {"form_data": {"city": "Seoul"}}),
        (pc.ConfirmAnswer(confirmed=True), None, {"confirmed": True}),
        (True, SURE, {"confirmed": True}),
        ("a", WHICH, {"selected_option": "a"}),
    ],
)
def test_a_response_lands_in_the_field_of_its_kind(
    response: Any, payload: Any, expected: dict[str, Any]
) -> None:
    state = {"last_pause_type": "option", "user_input": "x"}
    update = pc.handle_user_response(state, response, payload=payload)
    kept = {"last_resume_value", "last_pause_type"}
    assert {name: value for name, value in update.items() if name not in kept} == expected
    assert update["last_pause_type"] is None
    assert "user_input" not in update


@pytest.mark.parametrize(
    ("response", "payload"),
    [("yes", None), (None, None), (["a"], None), ("zzz", WHICH), ("yes", SURE), (None, SURE)],
)
def test_a_response_that_fits_nothing_is_refused(response: Any, payload: Any) -> None:
    for function in (pc.handle_user_response, pc.after_resume):
        with pytest.raises(pc.InvalidAnswer):
            function({}, response, payload=payload)


def test_a_consistent_state_comes_back_as_it_is() -> None:
    state = {"user_input": "x", "thread_id": "t", "refine_count": 3}
    assert pc.ensure_state_consistency(state) is state
    limits = {"refine_count": 3, "other": 0}
    assert pc.ensure_state_consistency(state, ("user_input", "thread_id"), limits) is state


@pytest.mark.parametrize(
    ("state", "arguments", "named"),
    [
        ({}, {}, "user_input"),
        ({"user_input": ""}, {}, "user_input"),
        ({"user_input": "x"}, {"required": ("user_input", "thread_id")}, "thread_id"),
        ({"user_input": "x", "refine_count": 4}, {"limits": {"refine_count": 3}}, "refine_count"),
    ],
)
def test_an_inconsistent_state_is_refused_and_named(state: Any, arguments: Any, named: str) -> None:
    with pytest.raises(pc.StateError, match=named):
        pc.ensure_state_consistency(state, **arguments)


def test_the_history_of_a_thread_without_one_is_empty() -> None:
    assert pc.get_hitl_history({}) == []
    assert pc.get_hitl_history({"step_history": None}) == []
    mixed = {"step_history": [{"step": "plan"}, {"step": "HITL:form"}, {}, {"step": None}]}
    assert pc.get_hitl_history(mixed) == [{"step": "HITL:form"}]


def test_the_state_is_plain_json() -> None:
    graph = pausing(InMemorySaver(), ("asks", pc.option_pause_node))
    pc.start(graph, {"option_question": "?", "options": ["a"]}, "t")
    after = pc.resume(graph, "t", answer="a", by="mina")
    assert json.loads(json.dumps(after)) == after
