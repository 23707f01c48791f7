from langgraph.types import interrupt


def node(state):
    seen = set()
    seen.update(state["tags"])
    return {"a": interrupt({"tags": list(seen)})}  # expect: PC202
