from langgraph.types import interrupt

def node(state):
    if "draft" not in state:
        raise KeyError("draft")
    assert state["draft"], "empty"
    return {"ok": interrupt(state["draft"])}
