from langgraph.types import interrupt


def node(state):
    return {"answers": [interrupt(q) for q in state["questions"]]}  # expect: PC401
