import random

from langgraph.types import interrupt


def node(state):
    rng = random.Random(state["seed"])
    order = rng.sample(state["options"], k=3)
    return {"answer": interrupt({"options": order})}
