from langgraph.types import interrupt

def node_a(state: State):
    db.append_to_history(state["user_id"], "approval_requested")  # expect: PC101
    return {"ok": interrupt("Approve this change?")}
