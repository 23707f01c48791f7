from langgraph.types import interrupt

def node(state):
    state.update(status="waiting")  # expect: PC501
    return {"ok": interrupt("?")}
