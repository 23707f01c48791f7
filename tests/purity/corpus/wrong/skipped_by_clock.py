import time

from langgraph.types import interrupt


def node(state):
    if time.time() > state["deadline"]:  # expect: PC403
        return {"answer": "too late"}
    return {"answer": interrupt("Go on?")}
