from langgraph.types import interrupt

def node(state):
    ids = [send_message(u) for u in state["users"]]  # expect: PC101
    return {"ok": interrupt(ids)}
