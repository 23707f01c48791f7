from langgraph.types import interrupt


def node(state):
    tags = set(state["tags"])
    return {"answer": interrupt({"tags": list(tags)})}  # expect: PC202
