from langgraph.types import interrupt


def node(state):
    try:
        return {"answer": interrupt(state["question"])}
    except KeyError:
        return {"answer": None}
