from langgraph.types import interrupt


def node(state):
    items = [i.copy() for i in state["items"]]
    for i in items:
        i["seen"] = True
    return {"a": interrupt(items)}
