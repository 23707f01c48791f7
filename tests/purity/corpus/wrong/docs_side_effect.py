from langgraph.types import interrupt

def node_a(state: State):
    # Creates a new audit record
    audit_id = db.create_audit_log({"user_id": state["user_id"], "action": "pending"})  # expect: PC101
    approved = interrupt("Approve this change?")
    return {"approved": approved}
