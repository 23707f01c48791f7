import random

from langgraph.types import interrupt


def node(state):
    greeting = random.choice(["Hi", "Hello"])  # expect: PC201
    return {"answer": interrupt(greeting + "! Go on?")}
