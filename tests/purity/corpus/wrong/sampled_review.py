import random

from langgraph.types import interrupt


def node(state):
    return {"ok": interrupt("Approve?") if random.random() < 0.1 else True}  # expect: PC403
