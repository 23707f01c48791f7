from langgraph.types import interrupt

def node(state):
    state["count"] += 1  # expect: PC501
    return {"ok": interrupt("?")}
