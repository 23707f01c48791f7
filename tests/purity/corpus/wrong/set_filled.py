from langgraph.types import interrupt


def node(state):
    seen = set()
    for t in state["tags"]:
        seen.add(t)
    return {"a": interrupt({"tags": list(seen)})}  # expect: PC202
