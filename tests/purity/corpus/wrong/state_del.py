from langgraph.types import interrupt

def node(state):
    del state["draft"]  # expect: PC501
    return {"ok": interrupt("?")}
