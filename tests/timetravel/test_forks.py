"""Forks of threads with several questions at once: each answer goes to its own question."""

import operator
from typing import Annotated, Any, TypedDict

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import START, StateGraph
from langgraph.runtime import Runtime
from langgraph.types import Send, interrupt

import plancraft as pc


class State(TypedDict, total=False):
    items: list[str]
    item: str
    a: str
    b: str
    x: int
    log: Annotated[list[str], operator.add]


def option(question: str, name: str | None = None) -> Any:
    return pc.OptionInterruptPayload(
        question=question, options=["A", "B", "C", "D"], interrupt_id=name
    )


def graph_of(saver: Any, *nodes: Any, **compiled: Any) -> Any:
    builder = StateGraph(State)
    before = START
    for node in nodes:
        name = getattr(node, "__name__", "sub")
        builder.add_node(name, node)
        builder.add_edge(before, name)
        before = name
    return builder.compile(checkpointer=saver, **compiled)


def fanned_out(saver: Any, question: str) -> Any:
    """A thread whose node `one` ran three times side by side, answered A, B and C in turn."""

    def one(state: State) -> State:
        answer = pc.ask(option(question.format(item=state["item"])))
        return {"log": [state["item"] + answer.selected[0]]}

    builder = StateGraph(State)
    builder.add_node("one", one)
    builder.add_conditional_edges(
        START, lambda state: [Send("one", {"item": item}) for item in state["items"]]
    )
    graph = builder.compile(checkpointer=saver)
    pc.start(graph, {"items": ["p", "q", "r"]}, "t")
    tasks = graph.get_state({"configurable": {"thread_id": "t"}}).tasks
    answers = {task.interrupts[0].id: given for task, given in zip(tasks, "ABC", strict=True)}
    assert pc.resume(graph, "t", answers)["log"] == ["pA", "qB", "rC"]
    return graph


WAYS = [pytest.param({}, id="thread"), pytest.param({"branch": True}, id="branch")]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("question", ["The same?", "Which for {item}?"])
def test_parallel_questions_keep_their_own_answers(
    saver: Any, way: dict[str, Any], question: str
) -> None:
    graph = fanned_out(saver, question)

    assert pc.TimeTravel(graph, "t").fork(0, **way).run()["log"] == ["pA", "qB", "rC"]


@pytest.mark.parametrize("way", WAYS)
def test_new_answers_by_id_reach_those_tasks_alone(saver: Any, way: dict[str, Any]) -> None:
    graph = fanned_out(saver, "The same?")
    travel = pc.TimeTravel(graph, "t")
    first, _, third = travel.step(0).asked

    fork = travel.fork(0, answers={first.id: "D", third.id: "A"}, **way)

    assert fork.run()["log"] == ["pD", "qB", "rA"]


def test_new_answers_by_name_reach_all_of_that_name_and_an_id_is_narrower(saver: Any) -> None:
    graph = fanned_out(saver, "The same?")
    travel = pc.TimeTravel(graph, "t")
    second = travel.step(0).asked[1]

    assert travel.fork(0, answers={"one": "D"}).run()["log"] == ["pD", "qD", "rD"]
    fork = travel.fork(0, answers={second.id: "A", "one": "D"})
    assert fork.run()["log"] == ["pD", "qA", "rD"]


@pytest.mark.parametrize("way", [*WAYS, pytest.param({"values": {"x": 1}}, id="values")])
def test_a_bare_question_takes_its_new_answer_in_whatever_fork(
    saver: Any, way: dict[str, Any]
) -> None:
    def where(state: State) -> State:
        return {"a": interrupt("where?")}

    graph = graph_of(saver, where)
    pc.start(graph, {"x": 0}, "t")
    pc.resume(graph, "t", answer="Busan")

    fork = pc.TimeTravel(graph, "t").fork(0, answers={"where": "Seoul"}, **way)

    assert fork.run()["a"] == "Seoul"


def two_in_one(first: str | None, second: str | None) -> Any:
    def node(state: State) -> State:
        one = pc.ask(option("One?", first))
        other = pc.ask(option("Two?", second))
        return {"a": one.selected[0], "b": other.selected[0]}

    return node


@pytest.mark.parametrize("way", WAYS)
def test_the_second_question_of_a_node_is_answered_anew_by_name(
    saver: Any, way: dict[str, Any]
) -> None:
    graph = graph_of(saver, two_in_one("first", "second"))
    pc.start(graph, {"x": 0}, "t")
    pc.resume(graph, "t", answer="A")
    pc.resume(graph, "t", answer="B")

    ended = pc.TimeTravel(graph, "t").fork(0, answers={"second": "C"}, **way).run()

    assert (ended["a"], ended["b"]) == ("A", "C")


def test_questions_of_one_task_without_names_are_told_apart_by_request(saver: Any) -> None:
    graph = graph_of(saver, two_in_one(None, None))
    pc.start(graph, {"x": 0}, "t")
    pc.resume(graph, "t", answer="A")
    pc.resume(graph, "t", answer="B")
    travel = pc.TimeTravel(graph, "t")
    first, second = travel.step(0).asked
    assert first.task == second.task
    assert second.request is not None

    with pytest.raises(pc.StateError, match=second.request.id):
        travel.fork(0, answers={"node": "C"})
    ended = travel.fork(0, answers={second.request.id: "C"}).run()

    assert (ended["a"], ended["b"]) == ("A", "C")


def test_a_subgraph_with_a_memory_is_forked_in_a_branch_only() -> None:
    inner = StateGraph(State)
    inner.add_node("count", lambda state: {"log": [f"run {state['x']}"]})
    inner.add_edge(START, "count")
    graph = graph_of(InMemorySaver(), inner.compile(checkpointer=True))
    for number in range(3):
        ended = pc.start(graph, {"x": number}, "t")
    travel = pc.TimeTravel(graph, "t")
    before_last = travel.steps()[-2]

    with pytest.raises(pc.StateError, match="remembers earlier runs"):
        travel.fork(before_last, thread_id="new")
    assert travel.fork(before_last, branch=True).run()["log"] == ended["log"]


def test_an_answer_to_what_is_not_asked_again_is_no_silent_loss() -> None:
    def sometimes(state: State) -> State:
        return {"a": pc.ask(option("Which?", "q")).selected[0] if state["x"] else "none"}

    graph = graph_of(InMemorySaver(), sometimes)
    pc.start(graph, {"x": 1}, "t")
    pc.resume(graph, "t", answer="A")
    fork = pc.TimeTravel(graph, "t").fork(0, values={"x": 0}, answers={"q": "B"})

    with pytest.raises(pc.StateError, match=r"not ask this again.*q"):
        fork.run()
    assert fork.time_travel().state_at("last")["a"] == "none"


def test_a_branch_from_the_end_is_compared_with_the_end_as_it_was(saver: Any) -> None:
    graph = graph_of(saver, step_a)
    pc.start(graph, {"x": 0}, "t")
    fork = pc.TimeTravel(graph, "t").fork("last", values={"x": 7}, branch=True)
    fork.run()

    changes = [(one.where, one.before, one.after) for one in fork.compare()]

    assert changes == [("x", 0, 7)]


def step_a(state: State) -> State:
    return {"log": ["a"]}


def step_b(state: State) -> State:
    return {"log": ["b"]}


def step_c(state: State) -> State:
    return {"log": ["c"]}


def test_a_fork_with_values_names_the_nodes_that_can_be_reached(saver: Any) -> None:
    graph = graph_of(saver, step_a, step_b, step_c)
    pc.start(graph, {"x": 0}, "t")

    fork = pc.TimeTravel(graph, "t").fork("last", values={"x": 5}, as_node="step_a")

    assert fork.reruns == ("step_b", "step_c")
    assert fork.run()["log"] == ["a", "b", "c", "b", "c"]


@pytest.mark.parametrize("wrong", [{"values": {"x": 1}, "as_node": "nope"}, {"values": 5}])
def test_a_refused_fork_leaves_no_thread_behind(saver: Any, wrong: dict[str, Any]) -> None:
    graph = graph_of(saver, step_a)
    pc.start(graph, {"x": 0}, "t")
    travel = pc.TimeTravel(graph, "t")

    with pytest.raises(pc.StateError, match="cannot be written"):
        travel.fork(1, thread_id="new", **wrong)

    assert travel.fork(1, values={"x": 1}, thread_id="new").run()["x"] == 1


@pytest.mark.parametrize("answers", [["q"], "q", 5])
def test_answers_that_are_no_map_are_refused(saver: Any, answers: Any) -> None:
    graph = graph_of(saver, step_a)
    pc.start(graph, {"x": 0}, "t")

    with pytest.raises(pc.InvalidAnswer, match="map"):
        pc.TimeTravel(graph, "t").fork(1, answers=answers)


def asking(name: str) -> Any:
    def node(state: State) -> State:
        return {"log": [name + pc.ask(option(f"{name}?", name)).selected[0]]}

    node.__name__ = name
    return node


def side_by_side(*nodes: Any) -> Any:
    builder = StateGraph(State)
    for node in nodes:
        builder.add_node(node.__name__, node)
        builder.add_edge(START, node.__name__)
    return builder.compile()


def answer_all(graph: Any, answers: dict[str, str], *, by: dict[str, str] | None = None) -> Any:
    """Answer by the questions' names until the graph ends."""
    result = None
    while asked := pc.pending(graph, "t"):
        for one in asked:
            name = one.payload["interrupt_id"]
            who = (by or {}).get(name, "mina")
            result = pc.resume(graph, "t", {one.id: answers[name]}, by=who)
    return result


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("round_", range(4))  # their order is another from run to run
def test_parallel_questions_inside_a_subgraph_keep_their_own_answers(
    saver: Any, way: dict[str, Any], round_: int
) -> None:
    graph = graph_of(saver, side_by_side(asking("y"), asking("z")))
    pc.start(graph, {"x": 0}, "t")
    answer_all(graph, {"y": "A", "z": "B"})
    travel = pc.TimeTravel(graph, "t")

    assert travel.fork(0, **way).run()["log"] == ["yA", "zB"]
    new = travel.fork(0, answers={"y": "C", "z": "D"}, **way)
    assert new.run()["log"] == ["yC", "zD"]
    assert travel.fork(0, answers={"z": "D"}, **way).run()["log"] == ["yA", "zD"]


@pytest.mark.parametrize("way", WAYS)
def test_questions_one_after_the_other_inside_a_subgraph_keep_their_answers(
    saver: Any, way: dict[str, Any]
) -> None:
    graph = graph_of(saver, graph_of(None, asking("q1"), asking("q2")))
    pc.start(graph, {"x": 0}, "t")
    answer_all(graph, {"q1": "A", "q2": "B"}, by={"q1": "mina", "q2": "jun"})
    travel = pc.TimeTravel(graph, "t")

    assert [one.name for one in travel.step(0).asked] == ["q1", "q2"]
    assert travel.fork(0, **way).run()["log"] == ["q1A", "q2B"]
    assert travel.fork(0, answers={"q2": "D"}, **way).run()["log"] == ["q1A", "q2D"]


def test_questions_inside_a_subgraph_that_cannot_be_told_apart_are_left_open(saver: Any) -> None:
    def one(state: State) -> State:
        return {"log": [state["item"] + pc.ask(option("The same?")).selected[0]]}

    inner = StateGraph(State)
    inner.add_node("one", one)
    inner.add_conditional_edges(
        START, lambda state: [Send("one", {"item": item}) for item in state["items"]]
    )
    graph = graph_of(saver, inner.compile())
    pc.start(graph, {"items": ["p", "q"]}, "t")
    for answer in ("A", "B"):
        pc.resume(graph, "t", {pc.pending(graph, "t")[0].id: answer})
    fork = pc.TimeTravel(graph, "t").fork(0, thread_id="new")

    fork.run()

    assert len(pc.pending(graph, "new")) == 2


@pytest.mark.parametrize("way", WAYS)
def test_a_fork_from_an_input_takes_the_input_along(saver: Any, way: dict[str, Any]) -> None:
    graph = graph_of(saver, step_a)
    pc.start(graph, {"x": 1}, "t")
    pc.start(graph, {"x": 2}, "t")
    travel = pc.TimeTravel(graph, "t")
    second = next(one for one in travel.steps()[1:] if one.source == "input")

    assert travel.fork(-1, **way).run()["x"] == 1
    assert travel.fork(second, **way).run()["x"] == 2
    with pytest.raises(pc.StateError, match="step behind"):
        travel.fork(-1, values={"x": 5})


def test_an_edit_is_nobodys_answer(saver: Any) -> None:
    graph = graph_of(saver, asking("q"))
    pc.start(graph, {"x": 0}, "t")
    answer_all(graph, {"q": "A"})
    travel = pc.TimeTravel(graph, "t")
    travel.fork(0, values={"x": 99}, as_node="q", branch=True)

    found = travel.blame("x")

    assert (found.by, found.direct, found.after) == ((), False, 99)


def test_a_graph_with_a_context_is_given_it_again() -> None:
    class Context(TypedDict):
        name: str

    def node(state: State, runtime: Runtime[Context]) -> State:
        answer = pc.ask(option("Which?", "q"))
        return {"a": f"{runtime.context['name']} {answer.selected[0]}"}

    builder = StateGraph(State, context_schema=Context).add_node(node).add_edge(START, "node")
    graph = builder.compile(checkpointer=InMemorySaver())
    pc.start(graph, {"x": 0}, "t", context={"name": "mina"})
    pc.resume(graph, "t", answer="A", context={"name": "mina"})
    fork = pc.TimeTravel(graph, "t").fork(0, answers={"q": "B"})

    assert fork.run(context={"name": "jun"})["a"] == "jun B"


def test_a_shared_step_goes_on_as_the_thread_does_now(saver: Any) -> None:
    graph = graph_of(saver, asking("q"), asking("r"))
    pc.start(graph, {"x": 0}, "t")
    answer_all(graph, {"q": "A", "r": "B"})
    travel = pc.TimeTravel(graph, "t")
    travel.fork(0, answers={"q": "C"}, branch=True).run()

    fork = travel.fork(-1)

    assert fork.run()["log"] == ["qC", "rB"]
    assert list(fork.compare()) == []


def test_an_answer_to_what_is_not_asked_yet_is_no_error() -> None:
    graph = graph_of(InMemorySaver(), asking("q"), asking("r"))
    pc.start(graph, {"x": 0}, "t")
    answer_all(graph, {"q": "A", "r": "B"})
    fork = pc.TimeTravel(graph, "t").fork(
        1, answers={"r": "C"}, values={"x": 1}, as_node="__start__"
    )

    fork.run(keep_answers=False)

    assert [one.payload["interrupt_id"] for one in pc.pending(graph, fork.thread_id)] == ["q"]
