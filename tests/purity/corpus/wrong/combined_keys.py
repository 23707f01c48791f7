from langgraph.types import interrupt


def node(state):
    return {"a": interrupt({"k": list(state["a"].keys() & state["b"].keys())})}  # expect: PC202
