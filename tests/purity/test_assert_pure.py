"""`assert_pure` drives a graph, replays its pauses, and blames what a node did before them."""

import asyncio
import json
import logging
import os
import random
import socket
import sqlite3
import subprocess
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any, Literal

import pytest
from langchain_core.messages import AIMessage
from langchain_core.runnables import RunnableLambda
from langchain_core.tools import tool
from langchain_core.tracers.langchain import wait_for_all_tracers
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver
from langgraph.func import entrypoint, task
from langgraph.graph import START, MessagesState, StateGraph
from langgraph.prebuilt import ToolNode
from langgraph.store.base import BaseStore
from langgraph.store.memory import InMemoryStore
from langgraph.types import interrupt
from pydantic import BaseModel, Field

import plancraft as pc
from graph.workflow import build_planning
from plancraft.testing import Checked, ImpurePause
from plancraft.testing import assert_pure as check
from tests.graphs import Notes, build, choose, confirm, fan_out, parallel
from tests.observation.test_langsmith import Recorder, langsmith

__all__ = ["langsmith"]

ROOT = Path(__file__).parents[2]
IDEA = {"user_input": "A tool library for one street"}
Effect = Callable[[Path], object]


def problems_of(node: Callable[..., Any], **options: Any) -> str:
    with pytest.raises(ImpurePause) as caught:
        check(build(None, ("asks", node)), {"topic": "x", "seen": []}, **options)
    return str(caught.value)


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def write(folder: Path) -> None:
    (folder / "x").write_text("x")


def append(folder: Path) -> None:
    with open(folder / "x", "a") as file:
        file.write("x")


def make_folder(folder: Path) -> None:
    (folder / "new").mkdir(exist_ok=True)


def start_process(_folder: Path) -> None:
    subprocess.run(["true"], check=True)


def use_system(_folder: Path) -> None:
    os.system("true")


def connect_database(folder: Path) -> None:
    sqlite3.connect(folder / "x.db").close()


def set_variable(_folder: Path) -> None:
    os.environ["PLANCRAFT_TEST"] = "1"


def use_temporary_file(_folder: Path) -> None:
    with tempfile.TemporaryDirectory():
        pass


def start_thread(_folder: Path) -> None:
    thread = threading.Thread(target=print)
    thread.start()
    thread.join()


EFFECTS: dict[str, Effect] = {
    "open(": write,
    "'a')": append,
    "os.mkdir(": make_folder,
    "subprocess.Popen('true')": start_process,
    "os.system(": use_system,
    "sqlite3.connect(": connect_database,
    "os.putenv(": set_variable,
    "tempfile.mkdtemp(": use_temporary_file,
    "start_new_thread(": start_thread,
}


@pytest.mark.parametrize("runs", ["sync", "async"])
@pytest.mark.parametrize("named", EFFECTS)
def test_an_effect_before_the_pause_is_named_with_its_line(
    named: str, runs: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANCRAFT_TEST", "")
    act = EFFECTS[named]

    def node(state: Notes) -> Notes:
        act(tmp_path)
        return confirm("sure?")(state)

    async def async_node(state: Notes) -> Notes:
        return node(state)

    said = problems_of(node if runs == "sync" else async_node)

    first, last = (
        act.__code__.co_firstlineno,
        max(line or 0 for *_, line in act.__code__.co_lines()),
    )
    lines = [int(one.rpartition(":")[2]) for one in said.splitlines() if one.startswith("asks: ")]
    assert named in said
    assert f"before the pause, at {__file__}:" in said
    assert all(first <= line <= last for line in lines)


@pytest.mark.parametrize("named", EFFECTS)
def test_the_same_after_the_pause_is_fine(
    named: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANCRAFT_TEST", "")

    def node(state: Notes) -> Notes:
        after = confirm("sure?")(state)
        EFFECTS[named](tmp_path)
        return after

    assert check(build(None, ("asks", node)), {"topic": "x"}).pauses == ("asks",)


@pytest.mark.parametrize("runs", ["map", "run_in_executor", "a pool that is older"])
def test_what_is_handed_to_an_executor_is_seen(runs: str, tmp_path: Path) -> None:
    old = ThreadPoolExecutor(1)
    old.submit(int).result()

    def maps(state: Notes) -> Notes:
        pool = old if runs.startswith("a pool") else ThreadPoolExecutor()
        list(pool.map(write, [tmp_path]))
        return confirm("sure?")(state)

    async def hands_over(state: Notes) -> Notes:
        await asyncio.get_running_loop().run_in_executor(None, write, tmp_path)
        return confirm("sure?")(state)

    assert "asks: open(" in problems_of(hands_over if runs.startswith("run") else maps)
    old.shutdown()


def test_prints_and_writes_into_open_files_are_seen(tmp_path: Path) -> None:
    with open(tmp_path / "log", "w") as file:
        acts: dict[str, Callable[[], object]] = {
            "print(": lambda: print("x", file=file),
            "os.write(": lambda: os.write(file.fileno(), b"x"),
        }
        for named, act in acts.items():

            def node(state: Notes, act: Callable[[], object] = act) -> Notes:
                act()
                return confirm("sure?")(state)

            assert f"asks: {named}" in problems_of(node)


def test_what_leads_nowhere_is_no_effect() -> None:
    def node(state: Notes) -> Notes:
        with sqlite3.connect(":memory:") as connection, open(os.devnull, "w") as nowhere:
            connection.execute("SELECT 1")
            nowhere.write("x")
        return confirm("sure?")(state)

    assert check(build(None, ("asks", node)), {"topic": "x"}).pauses == ("asks",)


def test_the_graphs_own_store_is_watched() -> None:
    def node(state: Notes, *, store: BaseStore) -> Notes:
        store.put(("asked",), "x", {"times": 1})
        return confirm("sure?")(state)

    builder = StateGraph(Notes)
    builder.add_node("asks", node)
    builder.add_edge(START, "asks")
    with pytest.raises(ImpurePause, match=r"asks: InMemoryStore\.put\("):
        check(builder.compile(store=InMemoryStore()), {"topic": "x"})


def test_a_connection_to_a_server_is_an_effect(listener: socket.socket) -> None:
    def node(state: Notes) -> Notes:
        with socket.create_connection(listener.getsockname()):
            return confirm("sure?")(state)

    assert "socket.connect(" in problems_of(node)


def test_what_was_open_before_is_watched_too(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "x.db", check_same_thread=False)
    connection.execute("CREATE TABLE asked (id)")

    with open(tmp_path / "log", "w") as file:

        def writes_a_row(state: Notes) -> Notes:
            connection.execute("INSERT INTO asked VALUES (1)")
            return confirm("sure?")(state)

        def writes_a_line(state: Notes) -> Notes:
            file.write("asked\n")
            return confirm("sure?")(state)

        assert "sqlite3.Connection.execute" in problems_of(writes_a_row)
        assert "TextIOWrapper.write" in problems_of(writes_a_line)
    connection.close()


PAYLOADS: dict[str, Callable[[], Any]] = {
    "uuid": lambda: str(uuid.uuid4()),
    "random": random.random,
    "clock": time.time_ns,
    "object": lambda: repr(object()) + str(uuid.uuid1()),
}


@pytest.mark.parametrize("kind", PAYLOADS)
def test_a_question_that_differs_at_the_replay_is_shown_with_the_difference(kind: str) -> None:
    def node(_state: Notes) -> Notes:
        return {"seen": [interrupt({"question": "Go on?", "mark": PAYLOADS[kind]()})]}

    said = problems_of(node)

    assert "the replay asks something else" in said
    assert '-  "mark": ' in said
    assert '+  "mark": ' in said


def test_a_question_that_is_not_asked_again_is_found() -> None:
    asked: list[int] = []

    def node(_state: Notes) -> Notes:
        if asked:
            return {"seen": ["skipped"]}
        asked.append(1)
        return {"seen": [interrupt("Go on?")]}

    assert "the replay does not ask this again" in problems_of(node)


def test_a_change_of_the_state_in_place_is_shown() -> None:
    def node(state: Notes) -> Notes:
        state["seen"].append("changed")
        return confirm("sure?")(state)

    said = problems_of(node)

    assert "asks: the state was changed in place before the pause" in said
    assert '+    "changed"' in said


def test_nodes_that_do_not_pause_may_do_what_they_want(tmp_path: Path) -> None:
    def writes(_state: Notes) -> Notes:
        write(tmp_path)
        return {"seen": ["written"]}

    built = build(None, ("writes", writes), ("asks", confirm("sure?")), ("again", writes))
    assert check(built, {"topic": "x"}).pauses == ("asks",)


def test_work_handed_to_other_threads_is_watched_and_no_effect_by_itself(tmp_path: Path) -> None:
    async def counts(state: Notes) -> Notes:
        await asyncio.to_thread(len, "x")
        return confirm("sure?")(state)

    async def writes(state: Notes) -> Notes:
        await asyncio.to_thread(write, tmp_path)
        return confirm("sure?")(state)

    assert check(build(None, ("asks", counts)), {"topic": "x"}).pauses == ("asks",)
    assert "open(" in problems_of(writes)


def test_tasks_of_a_workflow_are_not_blamed_and_its_body_is(tmp_path: Path) -> None:
    @task
    def writes() -> str:
        write(tmp_path)
        return "written"

    @entrypoint()
    def with_a_task(topic: str) -> Any:
        return interrupt({"topic": topic, "done": writes().result()})

    @entrypoint()
    def by_itself(topic: str) -> Any:
        write(tmp_path)
        return interrupt({"topic": topic})

    assert len(check(with_a_task, "x", answers={"with_a_task": ["y"]}).pauses) == 1
    with pytest.raises(ImpurePause, match=r"by_itself: open\("):
        check(by_itself, "x")


def test_a_graph_of_async_nodes_is_driven_from_inside_a_loop() -> None:
    async def node(state: Notes) -> Notes:
        await asyncio.sleep(0)
        return confirm("sure?")(state)

    async def test() -> Checked:
        return check(build(None, ("asks", node)), {"topic": "x"})

    assert asyncio.run(test()).pauses == ("asks",)


def test_log_lines_and_prints_are_fine(tmp_path: Path) -> None:
    logger = logging.getLogger("tests.purity")
    handler = logging.FileHandler(tmp_path / "log", delay=True)
    logger.addHandler(handler)

    def node(state: Notes) -> Notes:
        logger.warning("asking")
        print("asking")  # noqa: T201 - allowed before a pause
        return confirm("sure?")(state)

    try:
        assert check(build(None, ("asks", node)), {"topic": "x"}).pauses == ("asks",)
    finally:
        logger.removeHandler(handler)
        handler.close()
    assert (tmp_path / "log").read_text().startswith("asking")


def test_a_module_imported_in_the_node_is_fine(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"late_{uuid.uuid4().hex}"
    (tmp_path / f"{name}.py").write_text("open(__file__ + '.seen', 'w').close()\n")
    monkeypatch.syspath_prepend(tmp_path)

    def node(state: Notes) -> Notes:
        __import__(name)
        return confirm("sure?")(state)

    assert check(build(None, ("asks", node)), {"topic": "x"}).pauses == ("asks",)


def test_a_node_of_a_subgraph_is_blamed_by_its_own_name(tmp_path: Path) -> None:
    def node(state: Notes) -> Notes:
        write(tmp_path)
        return confirm("sure?")(state)

    inner = build(None, ("inside", node))

    with pytest.raises(ImpurePause, match=r"^inside: open\("):
        check(build(None, ("outside", inner)), {"topic": "x"})


@pytest.mark.parametrize("called", [False, True], ids=["as a node", "from a function"])
def test_finished_nodes_of_a_subgraph_are_not_blamed(tmp_path: Path, called: bool) -> None:
    def writes(_state: Notes) -> Notes:
        write(tmp_path)
        return {"seen": ["written"]}

    inner = build(None, ("writes", writes), ("inside", confirm("sure?")))
    node = (lambda state: inner.invoke({"topic": state["topic"]})) if called else inner

    assert check(build(None, ("outside", node)), {"topic": "x"}).pauses == ("inside",)


def test_an_asking_node_of_a_called_subgraph_is_blamed(tmp_path: Path) -> None:
    def node(state: Notes) -> Notes:
        write(tmp_path)
        return confirm("sure?")(state)

    inner = build(None, ("inside", node))

    outside = build(None, ("outside", lambda state: inner.invoke({"topic": state["topic"]})))
    with pytest.raises(ImpurePause, match=r"open\("):
        check(outside, {"topic": "x"})


def tools_graph(*tools: Any) -> Any:
    builder = StateGraph(MessagesState)
    builder.add_node("tools", ToolNode(list(tools)))
    builder.add_edge(START, "tools")
    return builder.compile()


def call(name: str) -> dict[str, Any]:
    calls = [{"name": name, "args": {"place": "Jeju"}, "id": "1", "type": "tool_call"}]
    return {"messages": [AIMessage("", tool_calls=calls)]}


def test_tools_are_watched(tmp_path: Path) -> None:
    @tool
    def book(place: str) -> str:
        """Book."""
        return str(interrupt({"place": place}))

    @tool
    def book_and_tell(place: str) -> str:
        """Book."""
        write(tmp_path)
        return str(interrupt({"place": place}))

    answers = {"tools": ["yes"]}
    assert len(check(tools_graph(book), call("book"), answers=answers).pauses) == 1
    with pytest.raises(ImpurePause, match=r"tools: open\("):
        check(tools_graph(book_and_tell), call("book_and_tell"), answers=answers)


def test_tools_and_chains_that_can_only_be_awaited_are_driven() -> None:
    @tool
    async def book(place: str) -> str:
        """Book."""
        return str(interrupt({"place": place}))

    async def asks(_state: Any) -> Any:
        return {"seen": [interrupt("Go on?")]}

    async def inside(_state: Any) -> Any:
        return await RunnableLambda(asks).ainvoke({})

    assert len(check(tools_graph(book), call("book"), answers={"tools": ["yes"]}).pauses) == 1
    for node in (RunnableLambda(asks), RunnableLambda(lambda s: s) | RunnableLambda(asks), inside):
        built = build(None, ("asks", node))
        assert check(built, {"topic": "x"}, answers={"asks": 1}).pauses == ("asks",)


def test_what_turns_out_to_be_awaitable_only_is_driven_again_from_the_start() -> None:
    async def late(_state: Any) -> Any:
        return {"seen": [interrupt("Go on?")]}

    node = RunnableLambda(lambda _state: RunnableLambda(late))
    built = build(None, ("asks", node))

    assert check(built, {"topic": "x"}, answers={"asks": 1}).pauses == ("asks",)
    with pytest.raises(TypeError, match="sync"):
        check(built, {"topic": "x"}, answers={"asks": 1}, is_async=False)


def test_a_saver_of_an_event_loop_is_refused(tmp_path: Path) -> None:
    async def test() -> None:
        async with AsyncSqliteSaver.from_conn_string(str(tmp_path / "x.db")) as saver:
            check(build(None, ("asks", confirm("?"))), {"topic": "x"}, checkpointer=saver)

    with pytest.raises(ValueError, match="belongs to an event loop"):
        asyncio.run(test())


def test_stops_that_ask_nothing_are_passed() -> None:
    builder = StateGraph(Notes)
    builder.add_node("first", lambda _state: {"seen": ["x"]})
    builder.add_node("asks", confirm("sure?"))
    builder.add_edge(START, "first")
    builder.add_edge("first", "asks")
    built = builder.compile(interrupt_before=["asks"], interrupt_after=["first"])

    assert check(built, {"topic": "x"}).pauses == ("asks",)


def test_a_bare_question_has_the_name_of_its_node(tmp_path: Path) -> None:
    def node(_state: Notes) -> Notes:
        return {"seen": [interrupt(str(uuid.uuid4()))]}

    assert problems_of(node).startswith("asks: the replay asks something else")


def test_an_answer_that_nothing_asks_for_is_refused() -> None:
    built = build(None, ("asks", confirm("sure?")))

    with pytest.raises(ValueError, match="nothing asks aks; questions and nodes: asks"):
        check(built, {"topic": "x"}, answers={"aks": True})


def test_questions_side_by_side_are_all_replayed() -> None:
    side = parallel(None, ("one", confirm("1?")), ("two", choose("a", "b")))

    assert sorted(check(side, {"topic": "x"}).pauses) == ["one", "two"]
    assert len(check(fan_out(None, 3), {"topic": "x"}).pauses) == 3


class Trip(BaseModel):
    """What a form asks."""

    place: str
    nights: int = 2


def test_answers_are_made_up_where_that_can_be_done() -> None:
    def form(_state: Notes) -> Notes:
        answer = pc.ask(pc.FormInterruptPayload(question="Where?", form=Trip))  # type: ignore[arg-type]
        return {"seen": [answer.values]}

    def approve(_state: Notes) -> Notes:
        return {"seen": [pc.ask(pc.ApprovalInterruptPayload(question="?", content="x")).decision]}

    asking = (("a", confirm("?")), ("b", choose("x", "y")), ("c", form), ("d", approve))
    assert check(build(None, *asking), {"topic": "x"}) == Checked(("a", "b", "c", "d"))


class Stay(BaseModel):
    """A form whose fields are not plain."""

    trip: Trip
    start: date
    guests: int = Field(gt=3, multiple_of=5)
    mail: str = Field(json_schema_extra={"format": "email"})
    tags: list[str] = Field(min_length=2)
    kind: Literal["tent", "house"]


def test_answers_to_nested_forms_are_made_up() -> None:
    def form(_state: Notes) -> Notes:
        values = pc.ask(pc.FormInterruptPayload(question="When?", form=Stay)).values  # type: ignore[arg-type]
        assert (values["guests"], values["trip"]["place"], len(values["tags"])) == (5, "text", 2)
        return {"seen": ["stayed"]}

    assert check(build(None, ("asks", form)), {"topic": "x"}) == Checked(("asks",))


def test_a_question_without_an_answer_ends_the_drive_and_is_named() -> None:
    def node(_state: Notes) -> Notes:
        return {"seen": [interrupt({"interrupt_id": "odd", "ask": "?"})]}

    built = build(None, ("asks", node), ("after", confirm("sure?")))

    with pytest.warns(UserWarning, match="assert_pure stopped at odd"):
        done = check(built, {"topic": "x"})
    assert done == Checked(("odd",), unanswered=("odd",))
    assert check(built, {"topic": "x"}, answers={"odd": [1]}).pauses == ("odd", "after")


def test_a_graph_that_never_pauses_is_said_to() -> None:
    def swallows(_state: Notes) -> Notes:
        try:
            return {"seen": [interrupt("Go on?")]}
        except Exception:  # noqa: BLE001 - the mistake this is about
            return {"seen": ["no"]}

    with pytest.warns(UserWarning, match="assert_pure reached no pause"):
        assert check(build(None, ("asks", swallows)), {"topic": "x"}) == Checked(())


def test_the_drive_is_bounded() -> None:
    builder = StateGraph(Notes)
    builder.add_node("asks", confirm("again?"))
    builder.add_edge(START, "asks")
    builder.add_edge("asks", "asks")

    with pytest.warns(UserWarning, match="stopped after 3 pauses"):
        assert len(check(builder.compile(), {"topic": "x"}, max_pauses=3).pauses) == 3


def test_the_graph_itself_is_left_as_it_was() -> None:
    saver = InMemorySaver()
    built = build(saver, ("asks", confirm("sure?")))
    check(built, {"topic": "x"})

    assert built.checkpointer is saver
    assert list(saver.list(None)) == []


def test_the_planning_graph_is_pure_with_sqlite_and_tracing(
    langsmith: Recorder,
    sqlite_saver: SqliteSaver,
) -> None:
    answers = json.loads((ROOT / "docs" / "demo-answers.json").read_text(encoding="utf-8"))
    done = check(build_planning(), IDEA, answers=answers, checkpointer=sqlite_saver)
    wait_for_all_tracers()

    assert done.pauses == ("direction", "details", "draft", "draft")
    assert "ask_direction" in langsmith.everything
    assert check(build_planning(), IDEA).pauses == ("direction", "details", "draft")


def test_the_fixture_is_there_once_plancraft_is_installed(assert_pure: Any) -> None:
    assert assert_pure is check


def test_what_the_package_exports_is_what_its_types_say() -> None:
    import plancraft.testing

    folder = Path(plancraft.testing.__file__).parent
    stub = (folder / "__init__.pyi").read_text(encoding="utf-8")
    for name in plancraft.testing.__all__:
        assert getattr(plancraft.testing, name).__name__ == name
        assert f'"{name}"' in stub
    with pytest.raises(AttributeError):
        plancraft.testing.nothing  # noqa: B018 - the lookup is what is tested
