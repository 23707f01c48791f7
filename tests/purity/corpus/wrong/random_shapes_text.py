import random

from langgraph.types import interrupt


def node(state):
    if random.random() > 0.5:  # expect: PC201
        text = "Go on?"
    else:
        text = "Continue?"
    return {"answer": interrupt(text)}
