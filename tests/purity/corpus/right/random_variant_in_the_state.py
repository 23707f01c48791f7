import random

from langgraph.types import interrupt


def choose_variant(state):
    return {"variant": random.choice(["short", "long"])}


def ask(state):
    text = "Go on?" if state["variant"] == "short" else "Shall the work go on as planned?"
    return {"answer": interrupt(text)}
