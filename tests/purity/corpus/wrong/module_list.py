from langgraph.types import interrupt

audit_trail = []


def node(state):
    audit_trail.append(state["id"])  # expect: PC101
    return {"answer": interrupt("Go on?")}
