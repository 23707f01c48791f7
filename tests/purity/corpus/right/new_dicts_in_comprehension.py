from langgraph.types import interrupt


def node(state):
    items = [{"id": i["id"], "tags": list(i["tags"])} for i in state["items"]]
    for n, i in enumerate(items):
        i["n"] = n
    return {"a": interrupt(items)}
