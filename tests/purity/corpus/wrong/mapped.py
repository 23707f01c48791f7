from langgraph.types import interrupt


def node(state):
    return {"answers": list(map(interrupt, state["questions"]))}  # expect: PC401
