import os

from langgraph.types import interrupt


def choose_region(state):
    os.environ["REGION"] = state["region"]  # expect: PC101
    return {"ok": interrupt("Use this region?")}
