from langgraph.types import interrupt


def node(state):
    items = [dict(i) for i in state["items"]]
    items[0]["seen"] = True
    return {"a": interrupt(items)}
