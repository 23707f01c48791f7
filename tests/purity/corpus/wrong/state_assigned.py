from langgraph.types import interrupt


def node(state):
    state["asked"] = True  # expect: PC501
    return {"answer": interrupt("Go on?")}
