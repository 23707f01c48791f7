import time

from langgraph.types import interrupt


def node(state):
    return {"answer": interrupt({"q": "Go on?", "asked_at": time.time()})}  # expect: PC201
