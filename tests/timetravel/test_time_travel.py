"""Looking back at threads on several checkpointers, compared with LangGraph's own history."""

import asyncio
import operator
import sqlite3
import threading
from pathlib import Path
from typing import Annotated, Any, TypedDict

import jsonpatch
import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.graph import START, StateGraph
from langgraph.types import Command, Send, interrupt

import plancraft as pc
from plancraft.timetravel.places import places_of

MEMORY = pc.MemoryStore


class State(TypedDict, total=False):
    topic: str
    direction: str
    ok: bool
    log: Annotated[list[str], operator.add]


RAN: list[str] = []


@pytest.fixture(autouse=True)
def _nothing_ran() -> None:
    RAN.clear()


def analyse(state: State) -> State:
    RAN.append("analyse")
    return {"log": ["analysed"]}


def direct(state: State) -> State:
    question = pc.OptionInterruptPayload(
        question="Which way?", options=["deep", "wide"], interrupt_id="direction"
    )
    answer = pc.ask(question)
    return {"direction": answer.selected[0], "log": [f"went {answer.selected[0]}"]}


def draft(state: State) -> State:
    RAN.append("draft")
    return {"log": [f"drafted {state['topic']} {state['direction']}"]}


def confirm(state: State) -> State:
    answer = pc.ask(pc.ConfirmInterruptPayload(question="Go?"))
    return {"ok": answer.confirmed}


def planning(saver: Any) -> Any:
    builder = StateGraph(State)
    for before, node in (
        (START, analyse),
        ("analyse", direct),
        ("direct", draft),
        ("draft", confirm),
    ):
        builder.add_node(node)
        builder.add_edge(before, node.__name__)
    return builder.compile(checkpointer=saver)


def planned(saver: Any, store: Any, thread: str = "t") -> Any:
    """A thread whose two questions were answered by two people."""
    graph = planning(saver)
    pc.start(graph, {"topic": "sea"}, thread, store=store)
    pc.resume(graph, thread, answer="deep", by="mina", store=store)
    pc.resume(graph, thread, answer=True, by="jun", store=store)
    return graph


def test_each_step_says_what_ran_what_changed_what_was_asked_and_who_answered(
    any_saver: Any,
) -> None:
    store = MEMORY()
    graph = planned(any_saver, store)

    steps = pc.TimeTravel(graph, "t", store=store).steps()

    assert [(one.ref, one.nodes, one.next) for one in steps] == [
        ("-1", (), ("__start__",)),
        ("0", ("__start__",), ("analyse",)),
        ("1", ("analyse",), ("direct",)),
        ("2", ("direct",), ("draft",)),
        ("3", ("draft",), ("confirm",)),
        ("4", ("confirm",), ()),
    ]
    assert [one.changed for one in steps[2:]] == [
        ("log[0]",),
        ("direction", "log[1]"),
        ("log[2]",),
        ("ok",),
    ]
    asked = [(step.number, one.name, one.answer, one.by) for step in steps for one in step.asked]
    assert asked == [
        (1, "direction", {"selected": ["deep"], "text": None}, "mina"),
        (3, "confirm", {"confirmed": True}, "jun"),
    ]
    assert all(one.branch == 1 and one.at is not None for one in steps)


def test_without_a_store_the_checkpoints_themselves_say_who_answered(any_saver: Any) -> None:
    graph = planned(any_saver, MEMORY())

    steps = pc.TimeTravel(graph, "t", store=MEMORY()).steps()

    asked = [(one.name, one.answer, one.by) for step in steps for one in step.asked]
    assert asked == [
        ("direction", {"selected": ["deep"], "text": None}, "mina"),
        ("confirm", {"confirmed": True}, "jun"),
    ]


def test_a_bare_interrupt_shows_its_answer_and_nobody(any_saver: Any) -> None:
    def node(state: State) -> State:
        return {"topic": interrupt({"question": "About what?"})}

    graph = StateGraph(State).add_node(node).add_edge(START, "node").compile(checkpointer=any_saver)
    place: Any = {"configurable": {"thread_id": "t"}}
    graph.invoke({"topic": ""}, place)
    graph.invoke(Command(resume="sea"), place)

    (asked,) = [
        one for step in pc.TimeTravel(graph, "t", store=MEMORY()).steps() for one in step.asked
    ]

    assert (asked.text, asked.answered, asked.answer, asked.by) == (
        "About what?",
        True,
        "sea",
        None,
    )


def test_two_states_differ_in_what_changed_and_the_patch_rebuilds_the_second(
    any_saver: Any,
) -> None:
    graph = planned(any_saver, MEMORY())
    travel = pc.TimeTravel(graph, "t", store=MEMORY())

    diff = travel.compare_states(step1=1, step2=4)

    assert [(one.kind, one.where, one.after) for one in diff] == [
        ("added", "direction", "deep"),
        ("added", "ok", True),
        ("added", "log[1]", "went deep"),
        ("added", "log[2]", "drafted sea deep"),
    ]
    assert jsonpatch.apply_patch(diff.first, diff.patch()) == travel.state_at(4)
    assert str(diff).splitlines()[1] == '+ direction: "deep"'
    assert not travel.compare_states(2, 2)


def test_threads_are_compared_with_each_other(any_saver: Any) -> None:
    store = MEMORY()
    graph = planned(any_saver, store)
    pc.start(graph, {"topic": "sky"}, "u", store=store)
    one, other = (pc.TimeTravel(graph, name, store=store) for name in "tu")

    diff = one.compare_states(1, 1, other=other)

    assert [(change.where, change.before, change.after) for change in diff] == [
        ("topic", "sea", "sky")
    ]
    assert (diff.first_name, diff.second_name) == ("t 1", "u 1")


def test_blame_names_the_step_and_the_person_behind_a_value(any_saver: Any) -> None:
    store = MEMORY()
    travel = pc.TimeTravel(planned(any_saver, store), "t", store=store)

    direction, note, topic = (
        travel.blame("direction"),
        travel.blame("log[2]"),
        travel.blame("topic"),
    )

    assert (direction.step.number, direction.by, direction.after) == (2, ("mina",), "deep")
    assert (note.step.nodes, note.by) == (("draft",), ())
    assert [one.by for one in note.asked] == ["mina"], "nobody's own, but behind mina's answer"
    assert (topic.step.number, topic.after) == (0, "sea")
    assert travel.blame("ok").by == ("jun",)
    assert travel.blame("log", at=2).step.number == 2


def test_the_first_step_at_which_something_holds_is_found_by_search_and_by_bisection(
    any_saver: Any,
) -> None:
    travel = pc.TimeTravel(planned(any_saver, MEMORY()), "t", store=MEMORY())

    def drafted(values: Any) -> bool:
        return len(values.get("log", ())) >= 3

    assert travel.find_step(drafted).number == 3
    assert travel.find_step(drafted, monotonic=True).number == 3
    assert travel.find_step(lambda values: "never" in values) is None
    assert travel.find_step(lambda values: "never" in values, monotonic=True) is None


def test_an_old_question_answered_otherwise_leaves_the_original_as_it_was(any_saver: Any) -> None:
    store = MEMORY()
    graph = planned(any_saver, store)
    travel = pc.TimeTravel(graph, "t", store=store)
    before = [one.to_dict() for one in travel.steps()]
    RAN.clear()

    fork = travel.fork(1, answers={"direction": "wide"})

    assert fork.reruns == ("direct", "draft", "confirm")
    assert RAN == [], "nothing is run without being asked for"
    result = fork.run(by="sora")
    assert RAN == ["draft"]
    assert (result["direction"], result["ok"]) == ("wide", True)
    assert [(one.where, one.after) for one in fork.compare()] == [
        ("direction", "wide"),
        ("log[1]", "went wide"),
        ("log[2]", "drafted sea wide"),
    ]
    assert [one.to_dict() for one in travel.steps()] == before
    answers = [(one.name, one.by) for step in fork.time_travel().steps() for one in step.asked]
    assert answers == [("direction", "sora"), ("confirm", "sora")]


def test_a_question_that_reads_otherwise_after_the_fork_waits_for_a_new_answer() -> None:
    def ask_about(state: State) -> State:
        answer = pc.ask(pc.ConfirmInterruptPayload(question=f"Go {state['direction']}?"))
        return {"ok": answer.confirmed}

    builder = StateGraph(State).add_node(direct).add_node(ask_about)
    graph = builder.add_edge(START, "direct").add_edge("direct", "ask_about")
    compiled = graph.compile(checkpointer=InMemorySaver())
    pc.start(compiled, {"topic": "sea"}, "t")
    pc.resume(compiled, "t", answer="deep")
    pc.resume(compiled, "t", answer=True)

    fork = pc.TimeTravel(compiled, "t").fork(0, answers={"direction": "wide"})
    fork.run()

    (question,) = pc.pending(compiled, fork.thread_id)
    assert question.payload["question"] == "Go wide?"


def test_a_question_asked_again_and_again_gets_each_answer_once() -> None:
    def again(state: State) -> State:
        question = pc.OptionInterruptPayload(question="Again?", options=["go", "stop"])
        return {"direction": pc.ask(question).selected[0]}

    def onward(state: State) -> str:
        return "again" if state["direction"] == "go" else "__end__"

    builder = StateGraph(State).add_node(again).add_edge(START, "again")
    graph = builder.add_conditional_edges("again", onward).compile(checkpointer=InMemorySaver())
    pc.start(graph, {"topic": "sea"}, "t")
    pc.resume(graph, "t", answer="stop")
    fork = pc.TimeTravel(graph, "t").fork(0, answers={"again": "go"})

    fork.run()

    assert len(pc.pending(graph, fork.thread_id)) == 1, "one new answer, then nothing is left"
    assert len(fork.time_travel().steps()) == 2


def test_a_fork_with_other_values_goes_on_from_them(any_saver: Any) -> None:
    store = MEMORY()
    graph = planned(any_saver, store)

    fork = pc.TimeTravel(graph, "t", store=store).fork(2, values={"topic": "sky"}, thread_id="u")
    result = fork.run()

    assert result["log"][-1] == "drafted sky deep"
    assert pc.TimeTravel(graph, "t", store=store).state_at("last")["topic"] == "sea"


def test_a_branch_makes_numbers_ambiguous_and_names_the_choices(any_saver: Any) -> None:
    store = MEMORY()
    graph = planned(any_saver, store)
    travel = pc.TimeTravel(graph, "t", store=store)

    travel.fork(1, branch=True, answers={"direction": "wide"}).run()

    refs = [one.ref for one in travel.steps()]
    assert refs == ["-1", "0", "1", "2@1", "3@1", "4@1", "2@2", "3@2", "4@2", "5"]
    with pytest.raises(pc.AmbiguousStep) as caught:
        travel.compare_states(1, 3)
    assert caught.value.choices == ["3@1", "3@2"]
    assert travel.state_at("3@1")["direction"] == "deep"
    assert travel.state_at("4@2")["direction"] == "wide"
    assert [one.where for one in travel.compare_states("4@1", 5)] == [
        "direction",
        "log[1]",
        "log[2]",
    ]
    # From a step that branches share, the thread goes on as it does now.
    assert [one.ref for one in travel.after(travel.step(1))] == ["2@2", "3@2", "4@2", "5"]
    assert [one.ref for one in travel.after(travel.step("2@1"))] == ["3@1", "4@1"]


def test_a_branch_does_not_displace_an_open_question_unless_told(any_saver: Any) -> None:
    store = MEMORY()
    graph = planning(any_saver)
    pc.start(graph, {"topic": "sea"}, "t", store=store)
    travel = pc.TimeTravel(graph, "t", store=store)

    with pytest.raises(pc.ThreadPaused):
        travel.fork(0, branch=True)
    assert len(pc.pending(graph, "t", store=store)) == 1

    travel.fork(0, branch=True, values={"topic": "sky"}, replace=True).run()
    (question,) = pc.pending(graph, "t", store=store)
    assert question.payload["question"] == "Which way?"


def test_every_number_finds_what_a_scan_of_the_raw_history_finds(any_saver: Any) -> None:
    store = MEMORY()
    graph = planned(any_saver, store)
    place: Any = {"configurable": {"thread_id": "t"}}
    for number, snapshot in enumerate(list(graph.get_state_history(place))):
        how = (None, "__copy__", "analyse")[number % 3]
        graph.update_state(snapshot.config, None if how != "analyse" else {"topic": "x"}, how)
    graph.invoke(None, place)
    raw = list(graph.get_state_history(place))
    places = places_of(any_saver, "t", "")

    for step in {one.metadata["step"] for one in raw}:
        expected = [
            one.config["configurable"]["checkpoint_id"]
            for one in raw[::-1]
            if one.metadata["step"] == step
        ]
        assert [one.id for one in places.at(step)] == sorted(expected)
    steps = pc.TimeTravel(graph, "t", store=store).steps()
    assert [one.id for one in steps] == sorted(
        one.config["configurable"]["checkpoint_id"] for one in raw
    )
    states = {one.config["configurable"]["checkpoint_id"]: one.values for one in raw}
    travel = pc.TimeTravel(graph, "t", store=store)
    assert {one.id: travel.state_at(one) for one in steps} == states


def test_steps_beyond_what_an_id_can_hold_are_found(sqlite_saver: SqliteSaver) -> None:
    graph = planned(sqlite_saver, None)
    with sqlite_saver.cursor() as cursor:
        cursor.execute(
            "UPDATE checkpoints SET metadata = json_set(metadata, '$.step', "
            "json_extract(metadata, '$.step') + 20000)"
        )

    assert pc.TimeTravel(graph, "t").state_at(20_004)["ok"] is True


def test_the_steps_of_a_subgraph_can_be_walked_too(any_saver: Any) -> None:
    store = MEMORY()
    inner = StateGraph(State).add_node(direct).add_node(draft)
    inner.add_edge(START, "direct").add_edge("direct", "draft")
    outer = StateGraph(State).add_node("inner", inner.compile()).add_node(confirm)
    graph = (
        outer.add_edge(START, "inner").add_edge("inner", "confirm").compile(checkpointer=any_saver)
    )
    pc.start(graph, {"topic": "sea"}, "t", store=store)
    pc.resume(graph, "t", answer="wide", by="mina", store=store)
    pc.resume(graph, "t", answer=True, by="jun", store=store)
    travel = pc.TimeTravel(graph, "t", store=store)

    asked = [(one.node, one.by) for step in travel.steps() for one in step.asked]
    assert asked == [("inner", "mina"), ("confirm", "jun")]
    (namespace,) = travel.namespaces()
    inside = pc.TimeTravel(graph, "t", store=store, checkpoint_ns=namespace)
    assert [one.nodes for one in inside.steps()] == [(), ("__start__",), ("direct",), ("draft",)]
    assert inside.blame("direction").step.nodes == ("direct",)
    fork = travel.fork(0, answers={"direction": "deep"})
    assert fork.run()["direction"] == "deep"
    with pytest.raises(pc.StateError):
        inside.fork(1)


def test_parallel_questions_keep_the_answers_that_were_not_changed() -> None:
    def split(state: State) -> list[Send]:
        return [Send("one", {"topic": name}) for name in "abc"]

    def one(state: State) -> State:
        question = pc.ConfirmInterruptPayload(
            question=f"{state['topic']}?", interrupt_id=state["topic"]
        )
        return {"log": [f"{state['topic']} {pc.ask(question).confirmed}"]}

    graph = StateGraph(State).add_node(one).add_conditional_edges(START, split, ["one"])
    compiled = graph.compile(checkpointer=InMemorySaver())
    pc.start(compiled, {"topic": "t"}, "t")
    pc.resume(compiled, "t", {q.id: True for q in pc.pending(compiled, "t")}, by="mina")
    travel = pc.TimeTravel(compiled, "t")

    assert travel.fork(0, answers={"b": False}).run()["log"] == ["a True", "b False", "c True"]
    assert travel.steps()[-1].nodes == ("one", "one", "one")


def test_an_async_graph_is_read_from_a_worker_thread_and_forked_in_its_loop(tmp_path: Path) -> None:
    async def scenario() -> None:
        async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "t.db")) as saver:
            graph = planning(saver)
            await pc.astart(graph, {"topic": "sea"}, "t")
            await pc.aresume(graph, "t", answer="deep", by="mina")
            travel = await asyncio.to_thread(pc.TimeTravel, graph, "t")
            assert travel.blame("direction").by == ("mina",)
            fork = travel.fork(1, answers={"direction": "wide"})
            assert (await fork.arun())["direction"] == "wide"
            assert [one.where for one in fork.compare()] == ["direction", "log[1]", "log[2]"]

    asyncio.run(scenario())


def test_reading_a_paused_thread_does_not_hold_up_whoever_answers(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "t.db", check_same_thread=False)
    graph = planning(SqliteSaver(connection))
    pc.start(graph, {"topic": "sea"}, "t")
    steps = pc.TimeTravel(graph, "t").steps_back()
    next(steps)

    answering = threading.Thread(target=lambda: pc.resume(graph, "t", answer="deep"), daemon=True)
    answering.start()
    answering.join(30)

    assert not answering.is_alive()
    list(steps)
    connection.close()


def test_names_that_fit_no_step_say_what_there_is(any_saver: Any) -> None:
    store = MEMORY()
    graph = planned(any_saver, store)
    travel = pc.TimeTravel(graph, "t", store=store)

    for name in (99, -2, "7@1", "2@9", "nonsense", "", "1f", "٣x"):
        with pytest.raises(pc.UnknownStep, match=r"It has the steps -1 … 4\."):
            travel.state_at(name)
    with pytest.raises(pc.UnknownThread):
        pc.TimeTravel(graph, "nobody", store=store)
    with pytest.raises(pc.NoCheckpointer):
        pc.TimeTravel(planning(None), "t")
    with pytest.raises(pc.UnknownPath, match=r"At log there is: \[0\] … \[2\]"):
        travel.blame("log[9]")
    with pytest.raises(pc.UnknownPath, match="topic"):
        travel.blame("plan.steps")
    for path in ("", "a]", "a[x]"):
        with pytest.raises(ValueError, match="path"):
            travel.blame(path)


def test_a_bad_fork_writes_nothing(any_saver: Any) -> None:
    store = MEMORY()
    graph = planned(any_saver, store)
    travel = pc.TimeTravel(graph, "t", store=store)

    with pytest.raises(pc.UnknownInterrupt, match="direction"):
        travel.fork(1, answers={"way": "wide"})
    with pytest.raises(pc.InvalidAnswer):
        travel.fork(1, answers={"direction": "sideways"})
    with pytest.raises(pc.UnknownInterrupt):
        travel.fork(2, answers={"direction": "wide"})
    with pytest.raises(pc.StateError):
        travel.fork(1, thread_id="t")
    with pytest.raises(ValueError, match="not both"):
        travel.fork(1, thread_id="u", branch=True)

    assert {one.config["configurable"]["thread_id"] for one in any_saver.list(None)} == {"t"}
    assert len(travel.steps()) == 6


def test_a_pruned_step_is_named_as_missing_and_the_rest_can_be_read(
    sqlite_saver: SqliteSaver,
) -> None:
    graph = planned(sqlite_saver, None)
    first, second = (one.id for one in pc.TimeTravel(graph, "t").steps()[1:3])
    with sqlite_saver.cursor() as cursor:
        cursor.execute("DELETE FROM checkpoints WHERE checkpoint_id IN (?, ?)", (first, second))
    travel = pc.TimeTravel(graph, "t")

    with pytest.raises(pc.UnknownStep, match=r"It has the steps -1, 2 … 4\."):
        travel.state_at(1)
    assert [one.number for one in travel.steps()] == [-1, 2, 3, 4]
    assert [one.where for one in travel.compare_states(2, 4)] == ["ok", "log[2]"]
    assert travel.blame("ok").step.number == 4


def test_a_gap_in_the_middle_is_bridged_and_said(sqlite_saver: SqliteSaver) -> None:
    graph = planned(sqlite_saver, None)
    gone = pc.TimeTravel(graph, "t").step(3).id
    with sqlite_saver.cursor() as cursor:
        cursor.execute("DELETE FROM checkpoints WHERE checkpoint_id = ?", (gone,))
    travel = pc.TimeTravel(graph, "t")

    assert [(one.ref, one.gap) for one in travel.steps()] == [
        ("-1", False),
        ("0", False),
        ("1", False),
        ("2", False),
        ("4", True),
    ]
    assert travel.step(4).nodes == ()
    assert travel.blame("direction").step.number == 2
    assert travel.blame("log[2]").step.number == 4
    found = travel.find_step(lambda values: len(values["log"]) >= 2, monotonic=True)
    assert found is not None
    assert found.number == 2


def test_the_last_steps_are_the_newest_ones_after_a_fork_too(any_saver: Any) -> None:
    graph = planned(any_saver, MEMORY())
    first = pc.TimeTravel(graph, "t", store=MEMORY()).step(0).id
    graph.update_state(
        {"configurable": {"thread_id": "t", "checkpoint_ns": "", "checkpoint_id": first}},
        {"topic": "sky"},
    )
    travel = pc.TimeTravel(graph, "t", store=MEMORY())

    assert [one.ref for one in travel.steps(last=2)] == ["4", "1@2"]
    assert travel.steps(last=2) == travel.steps()[-2:]
    assert [one.id for one in travel.steps_back()] == [one.id for one in travel.steps()][::-1]
    with pytest.raises(ValueError, match="0 or more"):
        travel.steps(last=-1)


def test_blame_names_only_who_answered_the_node_that_wrote() -> None:
    def asks(name: str) -> Any:
        def node(state: State) -> State:
            question = pc.OptionInterruptPayload(question=name, options=["y"], interrupt_id=name)
            return {name: pc.ask(question).selected[0]}  # type: ignore[misc]

        return node

    builder = StateGraph(State)
    builder.add_node("a", asks("topic"))
    builder.add_node("b", asks("direction"))
    builder.add_node("x", lambda state: {"ok": True})
    for name in ("a", "b", "x"):
        builder.add_edge(START, name)
    graph = builder.compile(checkpointer=InMemorySaver())
    pc.start(graph, {}, "t")
    for question in pc.pending(graph, "t"):
        by = {"topic": "mina", "direction": "jun"}[question.payload["interrupt_id"]]
        pc.resume(graph, "t", {question.id: "y"}, by=by)
    travel = pc.TimeTravel(graph, "t")

    assert travel.blame("topic").by == ("mina",)
    assert travel.blame("direction").by == ("jun",)
    assert travel.blame("ok").by == ()


def test_a_question_closed_without_an_answer_is_not_open_any_more() -> None:
    graph = planning(InMemorySaver())
    pc.start(graph, {"topic": "sea"}, "t")
    pc.start(graph, {"topic": "sky"}, "t", replace=True)
    pc.cancel(graph, "t", by="mina")

    asked = [one for step in pc.TimeTravel(graph, "t").steps() for one in step.asked]

    assert [(one.closed, one.is_open) for one in asked] == [
        ("cancelled", False),
        ("cancelled", False),
    ]
    assert asked[0].fate == "withdrawn"


def test_an_unknown_thread_is_told_with_some_that_exist(sqlite_saver: SqliteSaver) -> None:
    graph = planned(sqlite_saver, None, "first")
    planned(sqlite_saver, None, "second")

    with pytest.raises(pc.UnknownThread, match="first, second"):
        pc.TimeTravel(graph, "third")
    with pytest.raises(TypeError, match="compile"):
        pc.TimeTravel(StateGraph(State), "first")  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["9" * 5_000, "-" + "9" * 40, "@", "5@x", "٣٤٥"])
def test_odd_names_are_no_step(any_saver: Any, name: str) -> None:
    graph = planned(any_saver, MEMORY())

    with pytest.raises(pc.UnknownStep):
        pc.TimeTravel(graph, "t", store=MEMORY()).step(name)


def test_a_node_that_is_gone_from_the_code_keeps_its_place_in_the_past(
    sqlite_saver: SqliteSaver,
) -> None:
    planned(sqlite_saver, None)
    other = StateGraph(State).add_node(analyse).add_edge(START, "analyse")

    steps = pc.TimeTravel(other.compile(checkpointer=sqlite_saver), "t").steps()

    assert [one.by for step in steps for one in step.asked] == ["mina", "jun"]
    assert [one.number for one in steps] == [-1, 0, 1, 2, 3, 4]


def test_what_a_question_hid_stays_hidden_in_the_past() -> None:
    from pydantic import BaseModel, SecretStr

    class Login(BaseModel):
        name: str
        password: SecretStr

    def log_in(state: State) -> State:
        answer = pc.ask(pc.FormInterruptPayload(question="Who?", form=Login))
        return {"topic": answer.form.name}

    graph = StateGraph(State).add_node(log_in).add_edge(START, "log_in")
    compiled = graph.compile(checkpointer=InMemorySaver())
    pc.start(compiled, {"topic": ""}, "t")
    pc.resume(compiled, "t", answer={"name": "mina", "password": "hunter2"})
    travel = pc.TimeTravel(compiled, "t")

    assert "hunter2" not in str([one.to_dict() for one in travel.steps()])
    fork = travel.fork(0)
    fork.run()
    assert len(pc.pending(compiled, fork.thread_id)) == 1, "a secret is not at hand again"
