from langgraph.types import interrupt


def node(state):
    for item in state["items"]:
        if item["open"]:
            return {"answer": interrupt(item["question"])}
    return {"answer": None}
