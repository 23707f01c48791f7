import random

from langgraph.types import interrupt


def draw(state):
    return {"sampled": random.random() < 0.1}


def check(state):
    return {"ok": interrupt(state["answer"]) if state["sampled"] else True}
