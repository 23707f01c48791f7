import secrets

from langgraph.types import interrupt


def stamp(payload):
    payload["token"] = secrets.token_hex(8)  # expect: PC201


def node(state):
    payload = {"question": state["question"]}
    stamp(payload)
    return {"answer": interrupt(payload)}
