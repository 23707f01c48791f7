from langgraph.types import interrupt


def node_a(state: State):
    approved = interrupt("Approve this change?")
    entry = {"user": state["user_id"], "event": "approved" if approved else "rejected"}
    return {"approved": approved, "history": [*state["history"], entry]}
