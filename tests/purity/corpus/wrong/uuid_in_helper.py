from uuid import uuid4

from langgraph.types import interrupt


def build(state):
    payload = {"question": state["question"]}
    payload["request_id"] = uuid4().hex  # expect: PC201
    return payload


def node(state):
    return {"answer": interrupt(build(state))}
