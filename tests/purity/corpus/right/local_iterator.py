import itertools

from langgraph.types import interrupt


def node(state):
    numbers = itertools.count(1)
    lines = [f"{next(numbers)}. {step}" for step in state["steps"]]
    return {"a": interrupt("\n".join(lines))}
