from langgraph.types import interrupt


def node(state):
    if not state.get("needs_review"):
        return {"approved": True}
    return {"approved": interrupt(state["draft"])}
