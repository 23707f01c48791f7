from langgraph.types import interrupt

def node_a(state: State):
    approved = interrupt("Approve this change?")
    if approved:
        db.create_audit_log({"user_id": state["user_id"]})
    return {"approved": approved}
