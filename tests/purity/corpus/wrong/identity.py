from langgraph.types import interrupt


def node(state):
    return {"answer": interrupt({"key": hash(state["topic"])})}  # expect: PC201
