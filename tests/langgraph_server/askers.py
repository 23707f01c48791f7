"""Graphs that ask in every way, for a server that loads them from here and for tests beside it."""

import operator
import time
from typing import Annotated, Any, TypedDict

from langgraph.graph import START, StateGraph
from langgraph.types import interrupt
from pydantic import BaseModel, SecretStr

from plancraft import (
    ApprovalInterruptPayload,
    ConfirmInterruptPayload,
    FormInterruptPayload,
    OptionInterruptPayload,
    ask,
)


class State(TypedDict, total=False):
    text: str
    got: Annotated[list[Any], operator.add]


def _graph(*nodes: Any, side_by_side: bool = False) -> StateGraph[State]:
    builder = StateGraph(State)
    before = START
    for node in nodes:
        builder.add_node(node.__name__, node)
        builder.add_edge(START if side_by_side else before, node.__name__)
        before = node.__name__
    return builder


def choose(state: State) -> State:
    answer = ask(
        OptionInterruptPayload(question="Which way?", options=["a", "b"], interrupt_id="way")
    )
    return {"text": answer.selected[0], "got": [answer.by]}


def confirm(state: State) -> State:
    answer = ask(ConfirmInterruptPayload(question="Sure?", interrupt_id="sure", timeout=600))
    return {"got": [answer.confirmed]}


def approve(state: State) -> State:
    answer = ask(ApprovalInterruptPayload(question="Send it?", content=state.get("text", "")))
    return {"got": [answer.decision]}


def plain(state: State) -> State:
    said = interrupt({"text_to_revise": state.get("text", "")})
    if said == "boom":
        raise ValueError("the node cannot take this")
    return {"text": said, "got": [said]}


def twice(state: State) -> State:
    return {"got": [interrupt("first?"), interrupt("second?")]}


def after(state: State) -> State:
    return {"got": ["after"]}


def slow(state: State) -> State:
    time.sleep(2)
    return {"got": ["slow"]}


def broken(state: State) -> State:
    raise RuntimeError("out of order")


def _number(n: int) -> Any:
    def node(state: State) -> State:
        return {"got": [ask(ConfirmInterruptPayload(question=f"number {n}?")).confirmed]}

    node.__name__ = f"node_{n}"
    return node


def hopeless(state: State) -> State:
    FAILS.append(1)
    if len(FAILS) > 1:
        raise RuntimeError("out of order, and the answer with it")
    return {"got": [interrupt("once?")]}


FAILS: list[int] = []
"""How often `hopeless` was run in this process."""


class Login(BaseModel):
    user: str
    password: SecretStr


def log_in(state: State) -> State:
    answer = ask(FormInterruptPayload(question="Who are you?", form=Login))
    return {"got": [answer.form.user, len(answer.form.password.get_secret_value())]}


def inner(state: State) -> State:
    return {"got": ["inner"]}


def with_subgraph(state: State) -> State:
    return {"got": ["outer"]}


BUILDERS: dict[str, StateGraph[State]] = {
    "two_steps": _graph(choose, confirm),
    "bare": _graph(plain, after),
    "twice": _graph(twice),
    "parallel": _graph(choose, confirm, side_by_side=True),
    "nested": _graph(with_subgraph),
    "stopped": _graph(inner, after, with_subgraph),
    "slow": _graph(choose, slow),
    "broken": _graph(choose, broken),
    "secret": _graph(log_in),
    "approving": _graph(approve),
    "hopeless": _graph(hopeless),
    "sent_after_approval": _graph(inner, approve, after),
    "many": _graph(*(_number(n) for n in range(7)), side_by_side=True),
}
_nested = StateGraph(State)
_nested.add_node("inside", _graph(inner, choose).compile())
_nested.add_edge(START, "inside")
BUILDERS["nested"] = _nested
STOPS = {"stopped": {"interrupt_before": ["after"], "interrupt_after": ["after"]}}


def compiled(name: str, checkpointer: Any = None) -> Any:
    """The graph of that name."""
    return BUILDERS[name].compile(checkpointer=checkpointer, name=name, **STOPS.get(name, {}))


two_steps = compiled("two_steps")
bare = compiled("bare")
twice_asked = compiled("twice")
parallel = compiled("parallel")
nested = compiled("nested")
stopped = compiled("stopped")
slow_one = compiled("slow")
broken_one = compiled("broken")
secret = compiled("secret")
approving = compiled("approving")
hopeless_one = compiled("hopeless")
sent_after_approval = compiled("sent_after_approval")
many = compiled("many")
