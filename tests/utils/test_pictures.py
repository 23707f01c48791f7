"""The pictures notebooks show: well-formed, without a network, telling what the steps tell."""

from typing import Any, TypedDict
from xml.etree import ElementTree

import pytest
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph

import plancraft as pc
from utils.time_travel import TimeTravel

HOSTILE = "<script>alert('x')</script> & \"quotes\" \x1b[31m \ud83d"
SVG = "{http://www.w3.org/2000/svg}"


class State(TypedDict, total=False):
    rounds: int
    said: str


def work(state: State) -> State:
    return {"rounds": state["rounds"] + 1}


def review(state: State) -> State:
    question = f"다시 할까요? {state['rounds']} {state.get('said', '')}"
    answer = pc.ask(pc.OptionInterruptPayload(question=question, options=["go", "stop"]))
    return {"said": answer.selected[0]}


@pytest.fixture
def graph() -> Any:
    builder = StateGraph(State).add_node(work).add_node(review)
    builder.add_edge(START, "work").add_edge("work", "review")
    builder.add_conditional_edges(
        "review", lambda state: "work" if state["said"] == "go" else END, ["work", END]
    )
    return builder.compile(checkpointer=InMemorySaver())


def texts(picture: Any) -> list[str]:
    root = ElementTree.fromstring(str(picture))
    assert root.tag == f"{SVG}svg"
    return [one.text or "" for one in root.iter(f"{SVG}text")]


def test_the_timeline_shows_questions_answers_and_people(graph: Any) -> None:
    pc.start(graph, {"rounds": 0}, "t")
    pc.resume(graph, "t", answer="go", by="미나")

    shown = texts(TimeTravel(graph, "t").timeline())

    assert any("다시 할까요? 1" in one for one in shown)
    assert any("미나" in one and '"go"' in one for one in shown)
    assert "waits for an answer" in shown
    assert str(TimeTravel(graph, "t").timeline()) == TimeTravel(graph, "t")._repr_html_()


def test_the_path_counts_visits_and_numbers_the_edges(graph: Any) -> None:
    pc.start(graph, {"rounds": 0}, "t")
    pc.resume(graph, "t", answer="go")
    pc.resume(graph, "t", answer="stop")

    shown = texts(TimeTravel(graph, "t").path())

    assert {"start", "work", "review", "end"} <= set(shown)
    assert shown.count("2×") == 2, "work and review ran twice"
    assert "2, 4" in shown, "from work to review in steps 2 and 4"
    assert "?" in shown
    assert "2×" not in texts(TimeTravel(graph, "t").path(at=2))


def test_hostile_texts_stay_texts(graph: Any) -> None:
    pc.start(graph, {"rounds": 0, "said": HOSTILE.replace("\ud83d", "")}, "t")

    for picture in (TimeTravel(graph, "t").timeline(), TimeTravel(graph, "t").path()):
        root = ElementTree.fromstring(str(picture))
        assert not list(root.iter(f"{SVG}script"))
        assert "http" not in str(picture).replace("http://www.w3.org/2000/svg", "")


def test_a_branch_has_a_line_of_its_own(graph: Any) -> None:
    pc.start(graph, {"rounds": 0}, "t")
    pc.resume(graph, "t", answer="stop")
    travel = TimeTravel(graph, "t")
    travel.fork(1, branch=True, answers={"review": "go"}).run()

    picture = travel.timeline()

    colours = {one.get("stroke") for one in ElementTree.fromstring(str(picture)).iter(f"{SVG}path")}
    assert len(colours) == 2
    assert "2@2" in texts(picture)
