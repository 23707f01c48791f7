from langgraph.types import interrupt


def node(state):
    s = sorted(set(state["tags"]), key=len)  # expect: PC202
    return {"a": interrupt(s)}
